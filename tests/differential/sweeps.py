"""Every dc_*.cir of this folder runs in agspice and in ngspice; both have the same points, and the values there agree.

Both run with reltol 1e-6. The scale must agree to 1e-9 of its range, every node voltage and current of V and L within
0.01 % of its peak. Names of the scale in the rawfile are those of ngspice.

    sweeps.py [-v] [NAME...]      only these circuits; -v: the largest deviation of every waveform
"""
import glob
import os
import re
import sys
import rawfile
import tap
from program import agspice, ngspice, work_folder, write

BAND = 1e-4                                    # of the peak of each waveform
SCALE = 1e-9                                   # ngspice adds its steps up
# A waveform is taken for zero below these: products of the tolerances of both programs with the signals here.
FLOOR = {"v": 1e-4, "i": 1e-8}                 # [V], [A]
FOLDER = os.path.dirname(os.path.abspath(__file__))


def compared(name):
    return "#" not in name and "_int" not in name and (name.startswith("v(") or re.match(r"i\([vl]", name) is not None)


def deviations(ours, reference):
    """[(deviation relative to the peak, point, name, ours, reference)] largest first."""
    found = []
    for name in filter(compared, reference.names[1:]):
        tap.check(name in ours.data, f"{name} is missing; there are {ours.names}")
        got, want = ours.data[name], reference.data[name]
        peak = max(max(map(abs, want)), FLOOR[name[0]])
        found.append(max((abs(g - w) / peak, k, name, g, w) for k, (g, w) in enumerate(zip(got, want))))
    return sorted(found, reverse=True)


def check_scale(ours, reference):
    for what, got, want in (("name of the scale", ours.names[0], reference.names[0]), ("its type", ours.types[0], reference.types[0]),
                            ("points", ours.points, reference.points)):
        tap.check(got == want, f"{what} is {got}, of ngspice {want}")
    got, want = ours.data[ours.names[0]], reference.data[reference.names[0]]
    width = max(want) - min(want)
    for k, (g, w) in enumerate(zip(got, want)):
        tap.check(abs(g - w) <= SCALE * width, f"scale at point {k}: {g:.17g}, ngspice {w:.17g}")


def test_of(path, verbose):
    def test():
        base = os.path.join(work_folder(), os.path.basename(path)[:-4])
        with open(path, encoding="utf-8") as f:
            text = f.read().replace(".end\n", ".options reltol=1e-6\n.end\n")
        deck = write(base + ".cir", text)
        agspice("-r", base + ".raw", deck).expect(0)
        ngspice("-n", "-b", "-r", base + ".ng.raw", deck).expect(0)
        ours, reference = rawfile.read(base + ".raw")[-1], rawfile.read(base + ".ng.raw")[-1]
        check_scale(ours, reference)
        found = deviations(ours, reference)
        lines = [f"{100 * d:.4f} % of peak at point {k} in {name}: {g:.9g}, ngspice {w:.9g}" for d, k, name, g, w in found]
        if verbose:
            print(f"# {os.path.basename(path)}: {ours.points} points")
            print(*("#   " + line for line in lines), sep="\n")
        tap.check(found, "nothing to compare")
        tap.check(found[0][0] <= BAND, "\n".join(line for line, d in zip(lines, found) if not d[0] <= BAND))
    return f"same as ngspice: {os.path.basename(path)[:-4]}", test


def main():
    wanted = [a for a in sys.argv[1:] if not a.startswith("-")]
    paths = [p for p in sorted(glob.glob(os.path.join(FOLDER, "dc_*.cir")))
             if not wanted or os.path.basename(p)[:-4] in wanted]
    tap.run([test_of(p, "-v" in sys.argv) for p in paths])


main()
