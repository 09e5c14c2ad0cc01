"""Oscillators in agspice and in ngspice: they forget their phase, so period and swing are compared, not waveforms.

The circuits are the ring oscillator of netlists/basic and those of oscillators/, which say what to look at in a line

    * period v(NODE) LEVEL after TIME step TIME

rises of that voltage through LEVEL [V] after TIME; "step" is the largest step of the reference. ngspice runs with
reltol 1e-6, agspice with 1e-5.
"""
import glob
import os
import re
import rawfile
import tap
from program import agspice, ngspice, work_folder, write

FOLDER = os.path.dirname(os.path.abspath(__file__))
BAND = 1e-3
RING = ("netlists/basic/ring_oscillator.cir", "v(n1)", 1.65, 5e-9, "2p")


def circuits():
    """(path, node voltage, level [V], time when it has settled [s], largest step of the reference)."""
    yield RING
    for path in sorted(glob.glob(os.path.join(FOLDER, "oscillators", "*.cir"))):
        with open(path, encoding="utf-8") as f:
            name, level, after, step = re.search(r"^\* period (\S+) (\S+) after (\S+)u step (\S+)$", f.read(), re.M).groups()
        yield path, name, float(level), float(after) * 1e-6, step


def run_both(path, step):
    base = os.path.join(work_folder(), os.path.basename(path)[:-4])
    with open(path, encoding="utf-8") as f:
        text = re.sub(r"^\.(measure|plot).*\n", "", f.read(), flags=re.M)
    ours = text.replace(".end\n", ".options reltol=1e-5\n.end\n")
    dense = re.sub(r"^(\.tran \S+ \S+)\S*( uic)?.*$", rf"\1 0 {step}\2", text, flags=re.M).replace(".end\n", ".options reltol=1e-6\n.end\n")
    agspice("-r", base + ".raw", write(base + ".cir", ours)).expect(0)
    ngspice("-n", "-b", "-r", base + ".ng.raw", write(base + ".ng.cir", dense)).expect(0)
    return rawfile.read(base + ".raw")[-1].data, rawfile.read(base + ".ng.raw")[-1].data


def period(data, name, level, settled):
    """Mean distance of the rises through the level."""
    t, v = data["time"], data[name]
    rises = [t[k - 1] + (level - v[k - 1]) / (v[k] - v[k - 1]) * (t[k] - t[k - 1])
             for k in range(1, len(t)) if v[k - 1] < level <= v[k] and t[k] > settled]
    tap.check(len(rises) > 4, f"{len(rises)} rises")
    return (rises[-1] - rises[0]) / (len(rises) - 1)


def swing(data, name, settled):
    v = [v for t, v in zip(data["time"], data[name]) if t > settled]
    return max(v) - min(v)


def test_of(path, name, level, settled, step):
    def test():
        ours, reference = run_both(path, step)
        tap.close(period(ours, name, level, settled), period(reference, name, level, settled), BAND, what="period")
        tap.close(swing(ours, name, settled), swing(reference, name, settled), BAND, what="swing")
    return f"same period and swing as ngspice: {os.path.basename(path)[:-4]}", test


tap.run([test_of(*c) for c in circuits()])
