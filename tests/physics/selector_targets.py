"""Deterministic numbers of the threshold selectors, the SiOx memory and the 1S-1R cell beside the published ones."""
import math
import os
import re
import rawfile
import tap
import targets
from decks import measures, run, waves
from program import agspice, work_folder

LIBRARY = os.path.abspath("models/lib/selector.lib")


def netlist(title, body):
    """(run, waveforms of its first plot) of a netlist written here."""
    raw = os.path.join(work_folder(), title.replace(" ", "_") + ".raw")
    done = agspice("-r", raw, "-", stdin=f"{title}\n.include {LIBRARY}\n{body}\n.end\n").expect(0)
    return done, rawfile.read(raw)[0].data


def line_fit(x, y):
    """Slope and r^2 of the straight line through the points."""
    n, mx, my = len(x), sum(x) / len(x), sum(y) / len(y)
    sxx, syy = sum((a - mx) ** 2 for a in x), sum((b - my) ** 2 for b in y)
    sxy = sum((a - mx) * (b - my) for a, b in zip(x, y))
    return sxy / sxx, sxy * sxy / (sxx * syy) if n > 2 else math.nan


# ---- Devices 1 to 4 ----

def lifetime(x, low, supply):
    """Seconds in which the filament falls from x to low at 0 V: the integral of dx/(x R), written from the equations."""
    def rate(y):
        z = supply ** 4.1 * y ** 8 / 2.8
        return y * 1e12 * math.exp(-(22 * y + 22.3 * z / (1 + z) + 4 * math.log1p(z)))
    n = 20000
    h = (x - low) / n
    return h * sum((0.5 if k in (0, n) else 1) / rate(low + k * h) for k in range(n + 1))


def loops():
    got = {}
    by_cc = {cc: measures("selector_loop", cc=cc) for cc in ("1u", "10u", "100u", "1m")}
    for device in range(1, 5):
        for cc, name in (("1u", "1e-6"), ("10u", "1e-5"), ("100u", "1e-4")):
            got[f"SEL-VOL-{device}-{name}"] = by_cc[cc][f"left{device}"]
        got[f"SEL-VTH-{device}"] = by_cc["1u"][f"vth{device}"]
    for device, cc, name, supply in ((3, "10u", "1e-5", 2), (4, "1u", "1e-6", 4), (4, "10u", "1e-5", 4)):
        got[f"SEL-NV-{device}-{name}"] = lifetime(min(by_cc[cc][f"x{device}"], 1), 0.05, supply)
    one = by_cc["1u"]
    for device in (1, 2, 3):
        got[f"SEL-VH-{device}"] = one[f"vhold{device}"]
    got["SEL-VTH-TREND"] = min(one["vth1"] - one["vth2"], one["vth2"] - one["vth3"]) * 1e3
    got["SEL-VH-TREND"] = min(one["vhold1"] - one["vhold2"], one["vhold2"] - one["vhold3"]) * 1e3
    hold = {(d, cc): by_cc[cc][f"vhold{d}"] for d in (1, 2) for cc in ("1u", "10u", "100u")}
    got |= {"SEL-VH-CC-1": hold[1, "10u"], "SEL-VH-CC-1b": hold[1, "100u"], "SEL-VH-CC-2": hold[2, "10u"], "SEL-VH-CC-2b": hold[2, "100u"]}
    fall = [hold[d, a] - hold[d, b] for d in (1, 2) for a, b in (("1u", "10u"), ("10u", "100u"))]
    volatile = [(d, "1u") for d in (1, 2, 3)] + [(d, cc) for d in (1, 2) for cc in ("10u", "100u")]
    got["SEL-VH-CC"] = min(fall) * 1e3
    got["SEL-VTH-LT"] = min(by_cc[cc][f"vth{d}"] - by_cc[cc][f"vhold{d}"] for d, cc in volatile) * 1e3
    got["SEL-SCC-3"], got["SEL-SCC-4"] = (by_cc["100u"][f"imax{d}"] * 1e6 for d in (3, 4))
    got["SEL-TOP-3"], got["SEL-TOP-4"] = (by_cc["1m"][f"imax{d}"] * 1e6 for d in (3, 4))
    return got


def more_of_the_devices():
    s, o, e = measures("selector_self_compliance"), measures("selector_onoff"), measures("selector_erase")
    b, p, f = measures("selector_symmetric"), measures("selector_pulse"), measures("selector_forming")
    got = {"SEL-SCC-1": s["first1"] * 1e6, "SEL-SCC-2": s["first2"] * 1e6}
    got["SEL-SCC-REP"] = max(abs(s["change1"] - 1), abs(s["change2"] - 1))
    got |= {f"SEL-ONOFF-{d}": o[f"ratio{d}"] for d in range(1, 5)}
    got["SEL-ONOFF"] = min(o["rise12"], o["rise23"], o["rise34"])
    got |= {"SEL-UNI-3": e["end3"], "SEL-UNI-4": e["end4"], "SEL-UNI-V3": e["verase3"], "SEL-UNI-V4": e["verase4"]}
    got |= {"SEL-FORM": f["vform"] / f["vth2"], "SEL-BIP": -b["vthn"] / b["vthp"], "SEL-BIP-VOL": b["left"], "SEL-BIP-VTH": b["vthn"],
            "SEL-BIP-VH": b["vholdn"]}
    return got | {"SEL-ON50": p["t50"] * 1e9, "SEL-ON90": p["t90"] * 1e9}


def fowler_nordheim(card, ns, x, gap):
    """Slope of ln(i/v^2) on 1/v and r^2 with the filament kept at x, over gap voltages, without the series resistance."""
    volts = [ns * v for v in gap]
    body = "".join(f"v{k} a{k} 0 {v:.12g}\nn{k} a{k} 0 {card} rs0=0 x0={x:.12g}\n" for k, v in enumerate(volts))
    save = ".save " + " ".join(f"i(n{k})" for k in range(len(volts)))
    data = netlist(f"fn {card}", body + ".op\n" + save)[1]
    return line_fit([1 / v for v in volts], [math.log(data[f"i(n{k})"][0] / v ** 2) for k, v in enumerate(volts)])


def evenly(low, high, n):
    return [low + (high - low) * k / (n - 1) for k in range(n)]


def tunnelling():
    got, loop, lateral = {}, waves("selector_loop", cc="1u"), waves("selector_lateral")
    slope, fit = {}, []
    for d in (1, 2, 3):
        slope[d], r2 = fowler_nordheim(f"selector_d{d}", 1, loop.at(f"@n{d}[x]", 1.0), evenly(0.25, 0.6, 36))
        got[f"SEL-FN-{d}"] = slope[d]
        fit.append(r2)
    got["SEL-FN"], got["SEL-FN-R2"] = min(slope[2] - slope[1], slope[3] - slope[2]), min(fit)
    fit = []
    for d, ns, top in ((2, 100, 80), (3, 15, 12), (4, 1.9, 2)):
        got[f"LAT-FN-{d}"], r2 = fowler_nordheim(f"selector_l{d}", ns, lateral.at(f"@n{d}[x]", top), evenly(0.2, 0.6, 60))
        fit.append(r2)
    return got | {"LAT-FN-R2": min(fit)}


def lateral_devices():
    m = measures("selector_lateral")
    got = {"LAT-NOSW": m["rise1"], "LAT-SW": max(m["left2"], m["left3"], m["left4"]), "LAT-SCC": m["flat2"]}
    for d in (2, 3, 4):
        got[f"LAT-VTH-{d}"], got[f"LAT-VH-{d}"] = m[f"vth{d}"], m[f"vhold{d}"]
    got["LAT-TREND"] = min(m["vth2"] / m["vth3"], m["vth3"] / m["vth4"], m["vhold2"] / m["vhold3"], m["vhold3"] / m["vhold4"])
    return got


def relaxation():
    """Time at 0 V until the filament of device 2 is gone (x = 0.01), from the conductances 1e-7 and 1e-4 S."""
    got = {}
    for name, g in (("SEL-LIFE-LO", 1e-7), ("SEL-LIFE-HI", 1e-4)):
        barrier = 0.17 * math.log(0.05 * 0.17 / (g - 2.3e-10))
        x = 1 - ((barrier - 0.3) / 9.7) ** (1 / 2.22)
        body = (f"v1 a 0 0\nn1 a 0 selector_d2 x0={x:.12g}\n.tran 1n 10u\n.save @n1[x]\n"
                ".measure tran gone when @n1[x]=0.01 fall=1")
        got[name] = netlist("relaxation " + name, body)[0].measures["gone"] * 1e9
    return got


# ---- memory and cell ----

def cell_loop():
    m, alone, slow = measures("cell_1s1r_loop"), measures("siox_ecm_loop"), measures("cell_1s1r_slow")
    selectivity = m["selectivity"]
    return {"SRR-ONOFF": m["onoff"], "SRR-SEL": selectivity, "SRR-LRS": m["ilrs"] * 1e6, "MEM-LRS": alone["ilrs"] * 1e3,
            "SRR-OS": alone["ilrs"] / m["ilrs"], "SRR-SET": m["vset"], "SRR-RST": m["vreset"], "SRR-BIP": m["xreset"],
            "SRR-HOLD": m["vhold"], "SRR-SNAP": m["vsnap"], "SRR-SLOW-SET": slow["vset"], "SRR-SLOW-RST": slow["vreset"],
            "SRR-SLOW-LRS": slow["ilrs"] * 1e6, "SRR-SLOW-SEL": slow["selectivity"], "ARR-MAX": (selectivity / 0.5877) ** 2 * 1e-9}


def switching():
    got, at2 = {}, measures("cell_1s1r_switching")
    got["SRR-TSET"], got["SRR-TRST"] = at2["tset"] * 1e6, at2["treset"] * 1e6
    set_time, reset_time = {2.0: at2["t10u"]}, {2.0: at2["treset"]}
    for v in (1.8, 2.2):
        m = measures("cell_1s1r_switching", vset=v, vreset=v, wide="5m", wider="5m")
        set_time[v], reset_time[v] = m["t10u"], m["treset"]
    for v, name in ((1.8, "18"), (2.0, "20"), (2.2, "22")):
        got[f"SRR-TVOLT-S{name}"], got[f"SRR-TVOLT-R{name}"] = set_time[v] * 1e6, reset_time[v] * 1e6
    got["SRR-TVOLT"] = min(t[a] / t[b] for t in (set_time, reset_time) for a, b in ((1.8, 2.0), (2.0, 2.2)))
    return got


def ladders():
    w, step, read = waves("cell_1s1r_ladder"), 3.02e-3, 2.02e-3
    level = [w.at("i(n.x1.nm)", k * step + read) * 1e6 for k in range(84)]
    up, down, again = level[:21], level[21:42], level[63:84]
    got = {"SRR-POT-1": up[0], "SRR-POT-21": up[-1], "SRR-DEP-1": down[0], "SRR-DEP-21": down[-1]}
    got["SRR-POT"] = min(b - a for a, b in zip(up, up[1:]))
    got["SRR-DEP"] = min(a - b for a, b in zip(down, down[1:]))
    got["SRR-POT-R2"], got["SRR-DEP-R2"] = line_fit(range(21), up)[1], line_fit(range(21), down)[1]
    got["SRR-POT-SPAN"], got["SRR-DEP-SPAN"] = up[-1] / up[0], down[0] / down[-1]
    got["SRR-DEP-REP"] = max(abs(a / b - 1) for a, b in zip(again, down))
    return got


def keeping():
    m, h = measures("cell_1s1r_retention"), measures("cell_1s1r_half_select")
    return {"SRR-RET": m["change1"] - 1, "SRR-RET-HRS": m["change4"] - 1, "SRR-RET-G": -m["lost"] * 1e5, "SRR-RET-SEL": m["selectivity"],
            "SRR-MLRET": max(abs(m["early2"] - 1), abs(m["early3"] - 1)), "SRR-HALF-1": h["up1"] * 1e6, "SRR-HALF-2": h["up2"] * 1e6,
            "SRR-HALF-3": h["down1"] * 1e6, "SRR-HALF-4": h["down2"] * 1e6, "SRR-HALF-5": h["down3"] * 1e6}


def endurance():
    """On/off ratio at 0.7 V, falling over rising branch, of every loop."""
    w = waves("cell_1s1r_endurance", loops=500)
    v, i, on, off = w.data["v(p)"], w.data["i(n.x1.nm)"], [], []
    for k in range(1, len(v)):
        a, b = v[k - 1] - 0.7, v[k] - 0.7
        if (a < 0) != (b < 0):
            (off if a < 0 else on).append(i[k - 1] - (i[k] - i[k - 1]) * a / (b - a))
    ratio = [x / y for x, y in zip(on, off)]
    return {"SRR-END": len(ratio), "SRR-END-MIN": min(ratio), "SRR-END-MAX": max(ratio)}


def logic():
    m = measures("cell_1s1r_logic")
    truth = {"and": lambda a, b: a and b, "or": lambda a, b: a or b,
             "nand": lambda a, b: not (a and b), "nor": lambda a, b: not (a or b)}
    margin = []
    for gate, f in truth.items():
        for a in (0, 1):
            for b in (0, 1):
                above = m[f"{gate}{a}{b}"] - 20e-6
                margin.append((above if f(a, b) else -above) * 1e6)
    return {"BOOL-TH": sum(x > 0 for x in margin), "BOOL-TH-MARGIN": min(margin), "BOOL-W-LO": m["low"] * 1e6, "BOOL-W-HI": m["high"] * 1e6,
            "BOOL-I-LO": m["and01"] * 1e6, "BOOL-I-HI": m["or01"] * 1e6,
            "BOOL-E": m["e_cells"] * 1e12, "BOOL-E-HEAT": m["e_heat"] * 1e12, "BOOL-STBY": m["standby"]}


def runs_of_hours_take_few_steps():
    for m, most in ((run("cell_1s1r_retention"), 2000), (run("cell_1s1r_endurance", loops=500), 500 * 1000)):
        steps = int(re.search(r"accepted steps\s+(\d+)", m.out).group(1))
        tap.check(steps < most, f"{steps} steps, wanted fewer than {most}: {m.command}")


GOT = {**loops(), **more_of_the_devices(), **tunnelling(), **lateral_devices(), **relaxation(), **cell_loop(), **switching(), **ladders(),
       **keeping(), **endurance(), **logic()}
tap.run(targets.tests("tests/physics/selector_targets.tsv", GOT)
        + [("runs of hours take few steps", runs_of_hours_take_few_steps)])
