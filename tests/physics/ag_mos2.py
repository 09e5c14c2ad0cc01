"""Deterministic numbers of the Ag/MoS2/Au cell beside the published ones: loop, pulses, volatility, endurance, failure."""
import math
import tap
import targets
from decks import measures, waves


def exponent(w, start, low, high):
    """d ln I / d ln V between two voltages of the ramp of 1 V/s that begins at `start`, the voltage being that of the junction."""
    v, i = [[w.at(name, start + u) for u in (low, high)] for name in ("@n1[vj]", "i(n1)")]
    return math.log(i[1] / i[0]) / math.log(v[1] / v[0])


def loop():
    m, little, w = measures("mos2_loop"), measures("mos2_loop", icp=1e-4), waves("mos2_loop")
    ramp = [t for t, in w.between(0.05, 0.9)]
    around = {u: (max(t for t in ramp if t <= u - 0.01), min(t for t in ramp if t >= u + 0.01)) for u in (0.1, 0.8)}
    ohmic = [t - 5 for t, in w.between(5.01, 5.2)]
    slopes = [exponent(w, 5, a, b) for a, b in zip(ohmic, ohmic[1:])]
    return {"MOS-SWEEP-SET": m["vset"], "MOS-SWEEP-RST": m["vrst"], "MOS-RATIO": m["ratio"], "MOS-RATIO-01": little["ratio"],
            "MOS-LRS": m["rlrs"], "MOS-LRS-01": little["rlrs"] * 1e-3, "MOS-LRS-OHM": min(slopes), "MOS-LRS-OHM2": max(slopes),
            "MOS-HRS-SCLC": exponent(w, 0, *around[0.1]), "MOS-HRS-SCLC2": exponent(w, 0, *around[0.8])}


def pulses():
    m, t, r = measures("mos2_pulses"), measures("mos2_switching_time"), measures("mos2_reads")
    time = [t[f"t{k}"] for k in range(1, 6)]
    volt = [1.8, 1.9, 2.0, 2.2, 2.42]
    per_tenth = [(a / b) ** (math.log(1.1) / math.log(v / u)) for a, b, u, v in zip(time, time[1:], volt, volt[1:])]
    got = {"MOS-RD": 1 / r["hrs"] - 1, "MOS-RD2": 1 / r["lrs"] - 1, "MOS-TSW": m["tsw1"] * 1e3, "MOS-TSW2": m["tsw2"] * 1e3,
           "MOS-TSW3": m["tsw3"] * 1e3, "MOS-TSW4": m["tmedian"] * 1e3, "MOS-TSW-V": min(per_tenth)}
    return got | {f"MOS-TSW-V{name}": s * 1e3 for name, s in zip((18, 19, 20, 22, 24), time)}


def border(zc):
    """Compliance [uA] above which the cell is lasting, to 1 %."""
    low, high = 1e-6, 1e-3
    while high / low > 1.01:
        middle = math.sqrt(low * high)
        lasting = measures("mos2_volatility", mid=f"{middle:.6g}", zc=f"{zc:.6g}")["rmid"] > 3
        low, high = (low, middle) if lasting else (middle, high)
    return math.sqrt(low * high) * 1e6


def volatility():
    m, kept = measures("mos2_volatility"), measures("mos2_retention")
    return {"MOS-VOLCC-LO": m["r1u"], "MOS-VOLCC-LO2": m["r10u"], "MOS-VOLCC-HI": m["r100u"], "MOS-VOLCC-HI2": m["r300u"],
            "MOS-VOLCC-HI3": m["r1m"], "MOS-VOLCC-MID": border(0.012), "MOS-VOLCC-MID-": border(0.012 * math.exp(-1)),
            "MOS-VOLCC-MID+": border(0.012 * math.exp(1)), "MOS-RET": kept["k2"] - 1, "MOS-RET2": kept["k3"] - 1}


def endurance():
    w, period = waves("mos2_endurance"), 10.08
    state = [[w.at("@n1[vj]", k * period + t) / w.at("i(n1)", k * period + t) for t in (5.03, 10.07)] for k in range(22)]
    good = next(k for k, (on, off) in enumerate(state) if off < 100 * on)
    worn = measures("mos2_worn")
    life = {name: measures("mos2_endurance", icp=i)["cycles"] for name, i in (("01", 1e-4), ("03", 3e-4), ("5", 5e-3))}
    life["1"] = measures("mos2_endurance")["cycles"]
    got = {"MOS-END": good, "MOS-FAIL": state[good][1], "MOS-FAIL2": worn["later1"], "MOS-FAILCC": life["03"] / life["5"],
           "MOS-AGAG": worn["before2"], "MOS-AGAG2": worn["after2"]}
    return got | {f"MOS-FAILCC{name}": cycles for name, cycles in life.items()}


GOT = {**loop(), **pulses(), **volatility(), **endurance()}
tap.run(targets.tests("tests/physics/ag_mos2.tsv", GOT))
