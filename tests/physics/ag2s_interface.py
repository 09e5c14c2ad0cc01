"""Deterministic numbers of the Ag2S point contact beside the published ones: loops, levels, energies, temperature, reads."""
import math
import tap
import targets
from decks import measures, waves

KT, GI = 0.025852, 16.407e-3                       # kT at 300 K [eV]; conductance of the contact without a barrier [S]


def conductance(phi):
    """Of the interface at small voltage and 300 K [S]."""
    return GI * math.exp(-phi / KT)


def line(x, y):
    """Slope and R^2 of the straight line through the points."""
    n, mx, my = len(x), sum(x) / len(x), sum(y) / len(y)
    sxx, syy = sum((a - mx) ** 2 for a in x), sum((b - my) ** 2 for b in y)
    sxy = sum((a - mx) * (b - my) for a, b in zip(x, y))
    return sxy / sxx, sxy * sxy / (sxx * syy)


def loops():
    m, slow, many = measures("ag2s_point_loop"), measures("ag2s_point_loop", rate=1), waves("ag2s_point_loop", cycles=50)
    period, q, read = 0.4, 0.1, 2.5e-3
    on = [many.at("i(n1)", k * period + 2 * q + read) for k in range(3, 50)]
    off = [many.at("i(n1)", (k + 1) * period - read) for k in range(3, 50)]
    filament = max(many.at("@n1[w]", k * period + 2 * q) for k in range(50)) * 1e-2
    return {"I01": m["gon"] * 1e6, "I02": m["goff"] * 1e6, "I05": m["ratio"],
            "I05a": slow["ratio"], "I05b": slow["gon"] * 1e6, "I05c": slow["goff"] * 1e6,
            "I06": max(abs(i / y[0] - 1) for y in (on, off) for i in y), "I06a": filament / m["goff"], "I06b": m["filament"] * 1e12,
            "I11": m["goff"] * 1e6, "I11a": m["gon"] * 1e6}


def smoothness():
    """Of the set ramp of the fourth loop at 1 V/s: largest slope of log10 G over the voltage, largest step in 1 mV."""
    w, start = waves("ag2s_point_loop", rate=1), 3 * 0.8
    points = [(t, math.log10(conductance(phi))) for t, phi in w.between(start, start + 0.2, "@n1[phi]")]
    slope = max((b - a) / (s - r) for (r, a), (s, b) in zip(points, points[1:]))
    return {"I08": slope, "I08a": 10 ** (slope * 1e-3)}


def combined():
    m, w = measures("ag2s_point_combined"), waves("ag2s_point_combined")
    first = next(t for t, x in w.between(0, 0.5, "@n1[w]") if x >= 0.01)
    rows = w.between(0, 0.5, "@n1[w]", "v(te)")
    k = next(k for k, row in enumerate(rows) if row[0] == first)
    (_, w0, v0), (_, w1, v1) = rows[k - 1], rows[k]
    least, most = measures("ag2s_point_combined", icc=1e-4), measures("ag2s_point_combined", icc=1e-2)
    return {"I09": m["vf"], "I09a": v0 + (v1 - v0) * (0.01 - w0) / (w1 - w0), "I10": m["ratio"], "I10a": m["glrs"] * 1e3,
            "I10b": m["ghrs"] * 1e9, "I12": least["glrs"] * 1e6, "I12a": 1e3 / (1 / most["glrs"] - 50)}


def levels():
    w, m = waves("ag2s_point_levels"), measures("ag2s_point_levels")
    names = [f"i(n.x{k}.n1)" for k in range(1, 21)]
    before, after = [w.at(n, 11e-3) for n in names], [w.at(n, 1e4) for n in names]
    drift = [b / a - 1 for a, b in zip(before, after)]
    ratio = [min(b / a for a, b in zip(y, y[1:])) for y in (before, after)]
    on = measures("ag2s_point_loop")["gon"]
    rise = [(t, conductance(phi)) for t, phi in w.between(1e-6, 10e-3, "@n.x20.n1[phi]") if conductance(phi) <= 0.65 * on]
    grid = [1e-6 + k / 200 * (rise[-1][0] - 1e-6) for k in range(201)]     # equally weighted in time
    slope, r2 = line(grid, [conductance(w.at("@n.x20.n1[phi]", t)) for t in grid])
    return {"I13": r2, "I13a": slope * 1e3, "I14": ratio[0], "I14a": ratio[1], "I14b": m["g1"] * 1e6, "I14c": m["g20"] * 1e6,
            "I14d": min(drift), "I14e": max(drift)}


def retention():
    m, w = measures("ag2s_point_retention"), waves("ag2s_point_retention")
    drift = [w.at(f"i(n{k})", 5000) / w.at(f"i(n{k})", 1e-3) - 1 for k in range(1, 9)]
    return {"I07": m["kon"], "I07a": m["koff"], "I15": max(map(abs, drift))}


def energies():
    m, w = measures("ag2s_point_energy"), waves("ag2s_point_energy")
    return {"I16": w.integral("v(a)", "i(n1)", 0, m["t1"]) * 1e15, "I16a": m["t1"] * 1e6,
            "I17": w.integral("v(a)", "i(n2)", 0, m["t2"]) * 1e9, "I17a": m["t2"] * 1e3,
            "I18": w.integral("v(b)", "i(n3)", 0, m["t3"]) * 1e6, "I18a": m["t3"] * 1e3}


def reads():
    m, disturb = measures("ag2s_point_linearity"), measures("ag2s_point_read_disturb")
    return {"I19": m["g2"] / m["g1"], "I22": m["mean_i"] * 100, "I22a": m["max_i"] * 100,
            "I33": disturb["d1"] * 100, "I33a": disturb["d2"] * 100, "I33b": disturb["d3"] * 100, "I33c": disturb["d4"] * 100}


def temperature():
    m, w = measures("ag2s_point_temperature"), waves("ag2s_point_temperature")
    kelvin = [250, 275, 300, 325, 350]
    x = [1 / (8.617333e-5 * t) for t in kelvin]
    _, r2 = line(x, [math.log(5e-3 / w.at(f"i(n{k + 1})", 0) * t) for k, t in enumerate(kelvin)])
    return {"I28": m["slope"], "I28a": measures("ag2s_point_temperature", rs=0)["slope"], "I28b": r2,
            "I29": m["tcr"], "I29a": m["straight"]}


GOT = {**loops(), **smoothness(), **combined(), **levels(), **retention(), **energies(), **reads(), **temperature()}
tap.run(targets.tests("tests/physics/ag2s_interface.tsv", GOT))
