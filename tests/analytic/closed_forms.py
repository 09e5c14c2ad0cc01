"""Circuits whose solution is known, through the program: values, effort, and what reaches the rawfile."""
import math
import os
import re
import rawfile
import tap
from program import agspice, work_folder, write

KT = 8.617333262e-5 * 300.15                    # thermal voltage at 27 C [V]


def simulated(name, lines):
    """(last plot, log) of a netlist given by its lines."""
    base = os.path.join(work_folder(), name)
    text = "\n".join([name, *lines, ".end", ""])
    log = agspice("--stats", "-r", base + ".raw", write(base + ".cir", text)).expect(0).out
    return rawfile.read(base + ".raw")[-1], log


def statistic(log, name):
    found = re.search(rf"^\s*{re.escape(name)}\s+(\S+)", log, re.M)
    tap.check(found, f"no statistic {name!r} in\n{log}")
    return float(found.group(1))


def diode_current(v, r, i_s, n):
    """Current of r and a diode in series at v, by bisection of the junction voltage."""
    low, high = 0.0, v
    for _ in range(200):
        vd = (low + high) / 2
        low, high = (vd, high) if (v - vd) / r > i_s * math.expm1(vd / (n * KT)) + 1e-12 * vd else (low, vd)
    return (v - low) / r


def test_a_diode_and_a_resistor_share_the_voltage_to_a_tenth_of_reltol():
    for v in (0.3, 0.5, 0.6, 0.7, 0.8, 1, 1.5, 2, 3, 5, 8, 12, 20):
        plot, _ = simulated("lambert", [f"v1 a 0 {v}", "r1 a b 1k", "d1 b 0 dm", ".model dm d(is=1e-14 n=1.2)", ".op"])
        tap.close(-plot.data["i(v1)"][0], diode_current(v, 1e3, 1e-14, 1.2), 1e-4, what=f"current at {v} V")


def test_newton_needs_few_iterations():
    """The tangent is exact, also where devices limit and where unknowns are eliminated: convergence is quadratic."""
    diode = ".model dm d(is=1e-14 n=1.05 rs=0.5)"
    circuits = {
        "bridge": ["vs a b 10", "da a p dm", "db b p dm", "dc 0 a dm", "dd 0 b dm", "r1 p 0 1k", "rg b 0 1meg", diode],
        "stack": ["v1 a 0 5", "r1 a b 1k", "d1 b c dm", "d2 c d dm", "d3 d 0 dm", diode],
        "stack upside down": ["v1 a 0 -5", "r1 a b 1k", "d1 c b dm", "d2 d c dm", "d3 0 d dm", diode],
        "zener": ["v1 a 0 12", "r1 a b 470", "dz 0 b dz", ".model dz d(bv=5.6 rs=3)"],
    }
    for name, lines in circuits.items():
        _, log = simulated(name.replace(" ", "_"), lines + [".op"])
        most = statistic(log, "Newton iterations")
        tap.check(most <= 12, f"{name}: {most:.0f} iterations, quadratic convergence needs at most 12")


def test_gmin_stepping_recovers_from_a_failed_attempt():
    """Three steep inverters in a ring: the only operating point is metastable."""
    ring = [line for k in range(3) for line in
            (f"e{k} o{k} 0 value={{2.5-2.5*tanh(50*(v(a{(k - 1) % 3})-2.5))}}", f"r{k} o{k} a{k} 1k", f"c{k} a{k} 0 1p")]
    hanging = ["v9 n 0 5", "c8 n f 1p", "c9 f 0 1p"]        # f has no other path: gmin stays on there while stepping
    for more in [], hanging:
        plot, _ = simulated("ring", ring + more + [".op"])
        for k in range(3):
            tap.close(plot.data[f"v(a{k})"][0], 2.5, 1e-6, what=f"v(a{k})")


def test_resistance_follows_temperature():
    plot, _ = simulated("temperature", ["v1 a 0 1", "r1 a 0 1k tc1=2m tc2=-5u temp=127", ".op"])
    tap.close(-plot.data["i(v1)"][0], 1 / (1e3 * (1 + 2e-3 * 100 - 5e-6 * 100**2)), 1e-9, what="current")


def test_conductance_of_a_diode_includes_its_series_resistance():
    plot, _ = simulated("conductance", ["v1 a 0 0.9", "d1 a 0 dm", ".model dm d(is=1e-14 rs=50)", ".save @d1[g] @d1[vd]", ".op"])
    g, vd = plot.data["@d1[g]"][0], plot.data["@d1[vd]"][0]
    gd = 1e-14 / KT * math.exp(vd / KT) + 1e-12
    tap.close(g, 1 / (50 + 1 / gd), 1e-6, what="g")


def test_points_begin_at_tstart_and_end_at_tstop():
    plot, _ = simulated("window", ["v1 a 0 sin(0 1 100k)", "r1 a b 1k", "c1 b 0 1n", ".tran 0.1u 20u 5u"])
    time = plot.data["time"]
    tap.check(5e-6 * (1 - 1e-9) <= time[0] < 6e-6, f"first point at {time[0]}")
    tap.close(time[-1], 20e-6, 1e-12, what="last time")


def conductance(n, h, a, m, thickness):
    """Of an ag2s_filament at small voltage and 27 C, with the defaults of the model's table [S]."""
    gap, e = thickness * (1 - h), 0.35e-12
    tunnel = math.exp(-(gap + math.hypot(gap, e)) / (2 * 0.35e-9))
    return 3.8e-6 * (n + m) + 3e-9 + tunnel * (7.75e-5 + (5e-3 - 7.75e-5) * a) / (1 + 3e-3 * 0.15)


def test_no_step_changes_the_conductance_of_a_memristor_e_fold():
    """A filament that bridges within a step would not be seen by an error estimate as loose as this one."""
    plot, log = simulated("snap", [".model ag ag2s_filament(thickness=20n)", "v1 a 0 pulse(0 -0.5 0 20n 20n 2m 5m)",
                                   "r1 a b 1k", "n1 b 0 ag", ".options reltol=0.5 trtol=7", ".tran 10n 4m",
                                   ".save @n1[n] @n1[h] @n1[a] @n1[m]"])
    g = [conductance(*state, 20e-9) for state in zip(*(plot.data[f"@n1[{x}]"] for x in "nham"))]
    tap.check(max(g) > 100 * g[0], f"the cell did not switch: {g[0]} .. {max(g)} S")
    most = max(abs(math.log(after / before)) for before, after in zip(g, g[1:]))
    tap.check(most <= 0.51, f"ln G changes by {most:.3f} in one step, 0.5 is allowed")
    tap.check(statistic(log, "rejected by a model") >= 1, "no step was refused by the model")


tap.run([f for name, f in sorted(globals().items()) if name.startswith("test_")])
