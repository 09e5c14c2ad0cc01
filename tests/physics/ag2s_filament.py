"""Deterministic numbers of the Ag2S filament cell: thresholds, loops, volatility, pulses, retention, beside the published ones."""
import re
import tap
import targets
from decks import measures, run, waves

PERIOD, READ = 51e-6, 5e-3                          # of the 30/30 pulses [s], [V]
DEPOSITS = (50, 100, 150, 200, 250)


def falls(values):
    return min(b - a for a, b in zip(values, values[1:]))


def growth(values):
    return min(b / a for a, b in zip(values, values[1:]))


def thresholds():
    m = measures("ag2s_thresholds")
    film, baked = [m[f"vth{d}"] for d in DEPOSITS], [m["vth80c"], m["vth120c"], m["vth50"]]
    gold, off = measures("ag2s_gold_side"), measures("ag2s_not_annealed")
    got = {"F01": film[0], "F05a": film[1], "F05b": film[2], "F03": film[3], "F04": film[4], "F05": falls(film),
           "F06": falls(baked), "F06a": baked[1], "F06b": baked[0],
           "F07": off["ratio"], "F07a": off["imax"] * 1e6, "F07b": off["nmax"], "F07c": off["mmax"],
           "F08": gold["vau50"], "F08a": gold["vau200"], "F09": -gold["vau50"] / film[0]}
    for name, variant in {"R0.1": {"rate": 0.1}, "R10": {"rate": 10}, "T250": {"kelvin": 250}, "T350": {"kelvin": 350}}.items():
        m = measures("ag2s_thresholds", **variant)
        got[f"F{name}-50"], got[f"F{name}-200"] = m["vth50"], m["vth200"]
    m = measures("ag2s_constant_bias")
    for volt in (1, 2, 3, 5):
        got[f"FK50-0.{volt}"], got[f"FK200-0.{volt}"] = m[f"a{volt}"], m[f"b{volt}"]
    return got


def loops():
    m, limited = measures("ag2s_loop"), measures("ag2s_compliance")
    set_by = [limited[f"g{i}"] * 1e3 for i in (10, 50, 100, 500)]
    return {"F10": m["ratio"], "F10a": m["ghrs"] * 1e9, "F11": m["glrs"] * 1e3,
            "F10b": measures("ag2s_loop", vreset=0.38)["ghrs"] * 1e9,
            "F10c": measures("ag2s_loop", vreset=0.5)["ghrs"] * 1e9, "F14": growth(set_by),
            "F14a": set_by[0], "F14b": set_by[1], "F14c": set_by[2], "F14d": set_by[3],
            "F16": measures("ag2s_reset")["vreset"]}


def lasting():
    m = measures("ag2s_retention")
    kept, after = [m[f"k{k}"] for k in range(1, 7)], [m[f"e{k}"] for k in range(1, 7)]
    reads = measures("ag2s_read_disturb")
    steps = int(re.search(r"accepted steps\s+(\d+)", run("ag2s_retention").out).group(1))
    return {"F17": min(kept), "F17a": max(kept), "F17b": growth(after), "F17c": steps,
            "F36": -reads["loss1"], "F36a": -reads["loss2"], "F36b": reads["gain4"]}


def endurance():
    w = waves("ag2s_endurance", cycles=20)
    state = {name: [w.at(name, k * 22e-3 + t) / READ for k in range(20)]
             for name in ("i(n50)", "i(n200)") for t in (10.9e-3,)}
    hrs = [w.at("i(n50)", k * 22e-3 + 21.9e-3) / READ for k in range(20)]
    lrs = state["i(n50)"]
    change = max(abs(b / a - 1) for y in (lrs, hrs) for a, b in zip(y, y[1:]))
    return {"F18": min(lrs) * 1e3, "F18a": max(hrs) * 1e9, "F18b": change, "F18c": min(state["i(n200)"]) * 1e3}


def branches(cycle):
    """Conductances after 0 .. 30 pulses up and after 0 .. 30 pulses down in a cycle of 30/30 pulses."""
    w = waves("ag2s_30_30")
    g = [w.at("i(n1)", (60 * cycle + k) * PERIOD - 1e-6) / READ if 60 * cycle + k else w.at("i(n1)", 0) / READ for k in range(61)]
    return g[:31], g[30:]


def asymmetry(cycle):
    up, down = branches(cycle)
    span = max(up) - min(up + down)
    distance = [abs(a - b) / span for a, b in zip(up, reversed(down))]
    return sum(distance) / len(distance), max(distance)


def updates():
    up, down = branches(2)
    low, span = min(up + down), max(up) - min(up + down)
    m = measures("ag2s_symmetric_point")
    weight = {name: (m[name] / READ - low) / span for name in ("up1", "down1", "up2", "down2")}
    point = [(weight["up1"] + weight["down1"]) / 2, (weight["up2"] + weight["down2"]) / 2]
    mean, most = asymmetry(2)
    return {"F28": mean, "F28a": most, "F28b": asymmetry(0)[0], "F29": point[0], "F29a": point[1],
            "F29b": abs(point[0] - point[1]), "F29c": weight["up1"], "F29d": weight["down1"]}


GOT = {**thresholds(), **loops(), **lasting(), **endurance(), **updates()}
tap.run(targets.tests("tests/physics/ag2s_filament.tsv", GOT))
