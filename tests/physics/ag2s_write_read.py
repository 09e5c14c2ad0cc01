"""The written and read Ag2S cell against the published numbers, computed from the raw file alone."""
import os
import re
import rawfile
import tap
import targets
from program import agspice, work_folder

NETLIST = "netlists/memristor/ag2s_write_read.cir"
WRITES = [0.0, 51e-6, 102e-6]          # start of each write, which lasts WIDTH, edges included
WIDTH, SETTLED = 1e-6, 50e-6           # [s]; the read that follows is settled this long after the start of its write
RAW = os.path.join(work_folder(), "cell.raw")

run = agspice("-r", RAW, NETLIST).expect(0)
plot = rawfile.read(RAW)[0]
time, current, voltage = (plot.data[k] for k in ("time", "i(n1)", "v(te)"))


def integral(y, a, b):
    """Trapezoid over the points in [a, b]; a and b are points, because the source has corners there."""
    inside = [k for k, t in enumerate(time) if a - 1e-15 <= t <= b + 1e-15]
    return sum((time[k + 1] - time[k]) * (y[k] + y[k + 1]) / 2 for k in inside[:-1])


def at(y, t):
    k = next(k for k in range(1, len(time)) if time[k] >= t)
    f = (t - time[k - 1]) / (time[k] - time[k - 1])
    return y[k - 1] + f * (y[k] - y[k - 1])


def recovery(start):
    """Time from the end of the write until the current stays within 10 % of what it settles to."""
    end, settled = start + WIDTH, at(current, start + SETTLED)
    outside = [t for t, i in zip(time, current) if end <= t <= start + SETTLED and abs(i - settled) > 0.1 * abs(settled)]
    return max(outside) - end


power = [v * i for v, i in zip(voltage, current)]
energy = [integral(power, t, t + WIDTH) for t in WRITES]
mean_current = [abs(integral(current, t, t + WIDTH)) / WIDTH for t in WRITES]
level = [at(current, t + SETTLED) for t in WRITES]
recover = [recovery(t) for t in WRITES]
GOT = {
    "F20": min(level[1] - level[0], level[2] - level[1]) / level[0],
    "F22": sum(energy) / 3e-15, "F22a": min(energy) * 1e15, "F22b": max(energy) * 1e15,
    "F23": sum(mean_current) / 3e-9,
    "F25": min(recover) * 1e6, "F25a": max(recover) * 1e6,
}


def measured_energies_are_the_integral_of_v_i():
    for k, e in enumerate(energy):
        tap.close(run.measures[f"e{k + 1}"], e, relative=1e-3, what=f"e{k + 1}")


def pulse_table_shows_three_writes_with_these_energies():
    rows = [line for line in run.out.splitlines() if re.match(r"\s*\d+\s+write\b", line)]
    tap.check(len(rows) == 3, f"{len(rows)} writes in the table:\n{run.out}")
    for row, e in zip(rows, energy):
        printed = [float(x) * 1e-15 for x in re.findall(r"([-\d.]+) fJ", row)]
        tap.check(any(abs(p - e) < 2e-3 * e for p in printed), f"no {e:.4g} J in: {row}")


def results_settle_as_tolerances_tighten():
    """Energies change by less than 1 % from reltol 1e-3 to 1e-5."""
    with open(NETLIST, encoding="utf-8") as f:
        text = f.read().replace("\n.end\n", "\n.options reltol=1e-5\n.end\n")
    tight = agspice("-", stdin=text).expect(0).measures
    for k, e in enumerate(energy):
        tap.close(tight[f"e{k + 1}"], e, relative=1e-2, what=f"e{k + 1} at reltol 1e-5")


tap.run(targets.tests("tests/physics/ag2s_write_read.tsv", GOT) + [(f.__name__.replace("_", " "), f) for f in (
    measured_energies_are_the_integral_of_v_i, pulse_table_shows_three_writes_with_these_energies,
    results_settle_as_tolerances_tighten)])
