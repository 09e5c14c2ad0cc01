"""Every circuit of this folder runs in agspice and in ngspice, and the waveforms agree.

ngspice runs with reltol 1e-6 and a largest step of tstop/5000, so that its points are a dense reference; agspice runs
with reltol 1e-5 and its own choice of steps. At every point of agspice the reference is interpolated linearly (between
points tstop/5000 apart that is exact to some 1e-6 of the peak for the waveforms here). All node voltages and the
currents of V and L must agree within 0.2 % of their peak. The circuits run unchanged; only .options and the largest step
are added to a copy. A line "*agspice CARD" puts a card of ours (a native memristor) in the place of the card after it, an
equivalent subcircuit that only ngspice sees; then the nodes that both have are compared.

    differential.py [-v] [NAME...]      only these circuits; -v: the largest deviation of every waveform
"""
import bisect
import glob
import os
import re
import sys
import rawfile
import tap
from program import agspice, ngspice, work_folder, write

BAND = 2e-3                                    # of the peak of each waveform
# A waveform is taken for zero below these: products of the tolerances of both programs with the signals here.
FLOOR = {"v": 1e-4, "i": 1e-8}                 # [V], [A]
REFERENCE_POINTS = 5000
FOLDER = os.path.dirname(os.path.abspath(__file__))


def seconds(text):
    m = re.fullmatch(r"([\d.]+(?:e[-+]?\d+)?)([munpf]?)s?", text.lower())
    return float(m.group(1)) * {"": 1, "m": 1e-3, "u": 1e-6, "n": 1e-9, "p": 1e-12, "f": 1e-15}[m.group(2)]


def copies(path):
    """Text for agspice and for ngspice, and the stop time [s]."""
    with open(path, encoding="utf-8") as f:
        text = f.read()
    m = re.search(r"^\.tran (\S+) (\S+)( uic)?$", text, re.M)
    stop = seconds(m.group(2))
    ours = re.sub(r"^\*agspice (.*)\n.*\n", r"\1\n", text, flags=re.M).replace(".end\n", ".options reltol=1e-5\n.end\n")
    dense = text.replace(m.group(0), f".tran {m.group(1)} {m.group(2)} 0 {stop / REFERENCE_POINTS:g}{m.group(3) or ''}")
    return ours, dense.replace(".end\n", ".options reltol=1e-6\n.end\n"), stop


def native(path):
    with open(path, encoding="utf-8") as f:
        return "\n*agspice " in f.read()


def compared(name):
    """Node voltages and currents of V and L, also inside subcircuits (i(v.x1.vs)); no nodes that ngspice adds."""
    return "#" not in name and "_int" not in name and (name.startswith("v(") or re.match(r"i\([vl]", name) is not None)


def interpolate(time, value, t):
    k = min(max(bisect.bisect_right(time, t) - 1, 0), len(time) - 2)
    step = time[k + 1] - time[k]
    return value[k] if step <= 0 else value[k] + (value[k + 1] - value[k]) * (t - time[k]) / step


def deviations(ours, reference):
    """[(deviation relative to the peak, time, name, ours, reference)] largest first."""
    found = []
    time, time_ref = ours.data["time"], reference.data["time"]
    for name in filter(lambda n: compared(n) and n in ours.data, reference.names):
        got, want = ours.data[name], reference.data[name]
        scale = max(max(map(abs, want)), FLOOR[name[0]])
        worst = max(((abs(g - interpolate(time_ref, want, t)) / scale, t, g) for t, g in zip(time, got)
                     if t >= time_ref[0]), default=None)
        if worst:
            found.append((worst[0], worst[1], name, worst[2], interpolate(time_ref, want, worst[1])))
    return sorted(found, reverse=True)


def run_both(path):
    ours, dense, stop = copies(path)
    base = os.path.join(work_folder(), os.path.basename(path)[:-4])
    agspice("-r", base + ".raw", write(base + ".cir", ours)).expect(0)
    # The reference needs a tidy start: no initialisation file of the user.
    reference = ngspice("-n", "-b", "-r", base + ".ng.raw", write(base + ".ng.cir", dense)).expect(0)
    if "aborted" in reference.err:
        raise tap.Failure(f"ngspice failed:\n{reference.err}")
    return rawfile.read(base + ".raw")[-1], rawfile.read(base + ".ng.raw")[-1], stop


def test_of(path, verbose):
    def test():
        ours, reference, stop = run_both(path)
        tap.close(ours.data["time"][-1], stop, 1e-9, what="last time")
        tap.close(reference.data["time"][-1], stop, 1e-6, what="last time of ngspice")
        absent = [n for n in filter(compared, reference.names) if n not in ours.data]
        tap.check(not absent or native(path), f"waveforms missing: {absent}; there are {ours.names}")
        tap.check(any(map(compared, ours.names)), "nothing to compare")
        found = deviations(ours, reference)
        lines = [f"{100 * d:.3f} % of peak at {t:.6g} s in {name}: {got:.7g}, ngspice {want:.7g}"
                 for d, t, name, got, want in found]
        if verbose:
            print(f"# {os.path.basename(path)}: {ours.points} points, ngspice {reference.points}")
            print(*("#   " + line for line in lines), sep="\n")
        bad = [line for line, d in zip(lines, found) if not d[0] <= BAND]
        tap.check(not bad, "\n".join(bad))
    return f"same as ngspice: {os.path.basename(path)[:-4]}", test


def main():
    wanted = [a for a in sys.argv[1:] if not a.startswith("-")]
    paths = [p for p in sorted(glob.glob(os.path.join(FOLDER, "*.cir")))
             if not wanted or os.path.basename(p)[:-4] in wanted]
    tap.run([test_of(p, "-v" in sys.argv) for p in paths])


main()
