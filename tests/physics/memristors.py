"""TEAM, VTEAM, Yakopcic, PEM and drift against their equations written a second time and integrated here.

The states of these devices have one differential equation each; with the circuits of netlists/memristor the voltage is a
function of time and state. Reference: the classical Runge-Kutta method of 4th order, steps of tstop/100000 and no more than
0.0002 of the state (halving both changes no state by 1e-6). agspice runs with reltol 1e-6; at every point the state must agree within
1e-3 of its peak, a millionth of the run to either side allowed (TEAM runs away within picoseconds), and the current must be
that of the state. Yakopcic's device is also built as a subcircuit of behavioural sources: 1e-4.
"""
import bisect
import math
import os
import re
import rawfile
import tap
from program import agspice, work_folder, write

FOLDER = "netlists/memristor"
STEPS, CHANGE = 100000, 2e-4
TIGHT = ".options reltol=1e-6\n"


def stop_at(y):
    """No state passes an end: its motion stops over the last 0.001."""
    return min(1, (1 - y) / 1e-3)


def beyond(x, a):
    return x ** a if x > 0 else 0.0


def drift(t, x):
    v = 2 * math.sin(2 * math.pi * t)
    i = v / (100 * x + 16e3 * (1 - x))
    return 1e-14 * 100 / 1e-16 * i * (1 - (2 * x - 1) ** 2), i


def vteam(t, w):
    v = 2 * math.sin(2 * math.pi * 50e6 * t)
    rate = 0.091 / 3e-9 * beyond(v / 0.3 - 1, 4) * stop_at(w) - 216.2 / 3e-9 * beyond(v / -1.5 - 1, 4) * stop_at(1 - w)
    return rate, v / (1e3 + 299e3 * w)


def team(t, w):
    i = math.sin(2 * math.pi * 1e3 * t) / (50 + 950 * w + 50)
    off = min(math.exp(-math.exp(min(700, 3e-9 * (w - 1) / 1e-12))), stop_at(w))
    on = min(math.exp(-math.exp(min(700, -3e-9 * w / 1e-12))), stop_at(1 - w))
    return (1.46e-18 * beyond(i / 115e-6 - 1, 10) * off - 4.68e-22 * beyond(i / -8.9e-6 - 1, 10) * on) / 3e-9, i


def yakopcic(t, x):
    v = 0.5 * math.sin(2 * math.pi * 100 * t)
    g = 4000 * (math.exp(v) - math.exp(0.16)) if v > 0.16 else -4000 * (math.exp(-v) - math.exp(0.15)) if v < -0.15 else 0
    if v > 0:
        f = math.exp(-(x - 0.3)) * (1 - x) / 0.7 if x > 0.3 else 1
    else:
        f = math.exp(5 * (x - 0.5)) * x / 0.5 if x < 0.5 else 1
    return g * f, 0.17 * x * math.sinh(0.05 * v)


def read_table(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as f:
        return list(zip(*(map(float, line.split(",")) for line in f if not line.startswith("#"))))


FP, FM = read_table("pem_fxpdata.csv"), read_table("pem_fxmdata.csv")


def line_of(table, x):
    xs, ys = table
    k = min(max(bisect.bisect_right(xs, x) - 1, 0), len(xs) - 2)
    x = min(max(x, xs[0]), xs[-1])
    return ys[k] + (ys[k + 1] - ys[k]) * (x - xs[k]) / (xs[k + 1] - xs[k])


def pulse(t, level, start, count):
    phase = t - start
    if phase < 0 or phase >= 50e-6 * count:
        return 0.0
    phase %= 50e-6
    return level * min(1, max(0, min(phase / 10e-9, (10.02e-6 - phase) / 10e-9)))


def pem(t, x):
    v = 0.1 + pulse(t, 0.9, 40e-6, 20) + pulse(t, -1.8, 1.04e-3, 20)
    i = x * (85.37e-6 * math.expm1(v / 0.265) - 90.16e-6 * math.expm1(-v / 0.265) + 130.72e-6 * v)
    if v > 0.7:
        return 1000 * math.expm1(9.87 * (v - 0.7)) * line_of(FP, x) * min(1, max(0, (1 - x) / 1e-3)), i
    if v < -1:
        return 1000 * math.expm1(-4.82 * (v + 1)) * line_of(FM, x) * min(1, max(0, (x - 0.1) / 1e-3)), i
    return 0.0, i


def integrate(law, x, stop):
    """Times and states at the ends of the steps. A state that has come within 1e-7 of an end rests there until the motion
    turns: TEAM with its exponents of 10 would ask for steps of 1e-22 s."""
    t, times, states = 0.0, [0.0], [x]
    while t < stop:
        a = law(t, x)[0]
        left = x if a < 0 else 1 - x
        h = stop / STEPS
        if left > 1e-7:
            h = min(h, min(CHANGE, 0.1 * left) / max(abs(a), 1e-30))
            b = law(t + h / 2, x + h / 2 * a)[0]
            c = law(t + h / 2, x + h / 2 * b)[0]
            d = law(t + h, x + h * c)[0]
            x = min(max(x + h / 6 * (a + 2 * b + 2 * c + d), 0), 1)
        t += h
        times.append(t)
        states.append(x)
    return times, states


def run(name, text):
    raw = os.path.join(work_folder(), name + ".raw")
    # The tables of pem lie beside its netlist.
    text = text.replace("=pem_", "=" + os.path.abspath(FOLDER) + "/pem_")
    agspice("-r", raw, write(raw[:-4] + ".cir", text)).expect(0)
    return rawfile.read(raw)[-1].data


def at(time, value, t):
    k = min(max(bisect.bisect_right(time, t) - 1, 0), len(time) - 2)
    return value[k] + (value[k + 1] - value[k]) * (t - time[k]) / (time[k + 1] - time[k])


def nearest(time, value, t, x, slack):
    """What comes closest to x among the values from t - slack to t + slack."""
    first, last = at(time, value, t - slack), at(time, value, t + slack)
    inside = value[bisect.bisect_left(time, t - slack):bisect.bisect_right(time, t + slack)]
    return min(max(x, min(inside + [first, last])), max(inside + [first, last]))


def worst_deviation(got, wanted):
    """Largest difference relative to the peak."""
    return max(abs(g - w) for g, w in zip(got, wanted)) / max(map(abs, wanted))


def test_of(name, law, state, start):
    def test():
        with open(os.path.join(FOLDER, name + ".cir"), encoding="utf-8") as f:
            text = f.read().replace("\n.end\n", f"\n{TIGHT}.end\n")
        ours = run(name, text)
        times, states = integrate(law, start, ours["time"][-1])
        points = list(zip(ours["time"], ours[f"@n1[{state}]"]))
        wanted = [nearest(times, states, t, x, 1e-6 * times[-1]) for t, x in points]
        current = [law(t, x)[1] for t, x in points]
        for signal, reference in ((f"@n1[{state}]", wanted), ("i(n1)", current)):
            deviation = worst_deviation(ours[signal], reference)
            tap.check(deviation < 1e-3, f"{signal} deviates by {deviation:.2g} of its peak")
    return f"{name} follows its equations", test


SUBCIRCUIT = """
.subckt mem te be x
.func wp(v) {(0.3-v)/(1-0.3)+1}
.func wn(v) {v/(1-0.5)}
.func g(v) {v<=0.16 ? (v>=-0.15 ? 0 : -4000*(exp(-v)-exp(0.15))) : 4000*(exp(v)-exp(0.16))}
.func f(v,x) {v>=0 ? (x>=0.3 ? exp(-(x-0.3))*wp(x) : 1) : (x<=0.5 ? exp(5*(x+0.5-1))*wn(x) : 1)}
cx x 0 1 ic=0.11
rx x 0 1e12
gx 0 x value={f(v(te,be),v(x))*g(v(te,be))}
gm te be value={0.17*v(x)*sinh(0.05*v(te,be))}
.ends
"""


def yakopcic_as_a_subcircuit_gives_the_same_waveform():
    head = "yakopcic\nv1 a 0 sin(0 0.5 100)\nr1 a b 50\n" + TIGHT
    native = run("native", head + """n1 b 0 mrm1 xo=0.11
.model mrm1 memristor level=3 a1=0.17 a2=0.17 b=0.05 vp=0.16 vn=0.15 ap=4000 an=4000 xp=0.3 xn=0.5 alphap=1 alphan=5 eta=1
.save v(b) i(v1) @n1[x]
.tran 10u 20m uic
.end
""")
    built = run("subcircuit", head + "x1 b 0 x mem\n" + SUBCIRCUIT + ".tran 10u 20m 0 10u uic\n.save v(b) i(v1) v(x)\n.end\n")
    for ours, reference in (("@n1[x]", "v(x)"), ("i(v1)", "i(v1)"), ("v(b)", "v(b)")):
        deviation = worst_deviation(native[ours], [at(built["time"], built[reference], t) for t in native["time"]])
        tap.check(deviation < 1e-4, f"{ours} deviates by {deviation:.2g} of its peak")


def results_settle_as_tolerances_tighten():
    """Measures that are expected within a band change by less than 1 % from reltol 1e-3 to 1e-5."""
    for name in ("drift", "vteam", "team", "yakopcic", "pem"):
        path = os.path.join(FOLDER, name + ".cir")
        with open(path, encoding="utf-8") as f:
            text = f.read()
        loose = agspice(path).expect(0).measures
        tight = text.replace("\n.end\n", "\n.options reltol=1e-5\n.end\n").replace("=pem_", "=" + os.path.abspath(FOLDER) + "/pem_")
        tight = agspice("-", stdin=tight).expect(0).measures
        for measure in re.findall(r"^\* expect: (\S+)", text, re.M):
            if abs(tight[measure]) > 1e-6 and measure != "w_on":
                tap.close(loose[measure], tight[measure], relative=1e-2, what=f"{name}: {measure} at reltol 1e-3")


tap.run([test_of(*row) for row in (("drift", drift, "x", 0.1), ("vteam", vteam, "w", 1.0), ("team", team, "w", 0.0),
                                   ("yakopcic", yakopcic, "x", 0.11), ("pem", pem, "x", 0.2))]
        + [(f.__name__.replace("_", " "), f) for f in (yakopcic_as_a_subcircuit_gives_the_same_waveform,
                                                       results_settle_as_tolerances_tighten)])
