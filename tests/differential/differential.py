"""Every circuit of this folder runs in agspice and in ngspice, and the waveforms agree.

The circuits run unchanged; only .options and the largest step are added to a copy. ngspice runs with reltol 1e-6, in a
transient also with a largest step of tstop/5000, so that its points are a dense reference; agspice runs with reltol 1e-6,
a transient with 1e-5 and its own choice of steps. A transient is compared at every point of agspice, the reference being
interpolated linearly (between points tstop/5000 apart that is exact to some 1e-6 of the peak for the waveforms here);
.op, .dc and .ac are compared point by point; their scale has the same name, type and values. All node voltages and the
currents of V and L must agree within 0.1 % of their peak, 0.01 % in .dc, the complex amplitudes of .ac within 0.01 % of
their magnitude at each frequency, or as lines of the circuit say:

    * band 3e-3: why              another tolerance
    * points 20000              least number of points of the reference, where 5000 are too few for it
    * after 1n: why             where to begin
    * each 1e-11                  relative to the value at every point, for exponentials; not below this current [A]

A line "*agspice CARD" puts a card of ours (a native memristor) in the place of the card after it, an equivalent
subcircuit that only ngspice sees; then the nodes that both have are compared.

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

BAND = {"tran": 1e-3, "op": 1e-3, "dc": 1e-4, "ac": 1e-4}     # of the peak of each waveform
AC_FLOOR = 1e-7                                # of the peak: smaller amplitudes are not compared
SCALE = 1e-9                                   # of its range: ngspice adds its steps up
# A waveform is taken for zero below these: products of the tolerances of both programs with the signals here.
FLOOR = {"v": 1e-4, "i": 1e-8}                 # [V], [A]
REFERENCE_POINTS = 5000
FOLDER = os.path.dirname(os.path.abspath(__file__))
RELTOL = {"tran": 1e-5, "op": 1e-6, "ac": 1e-6, "dc": 1e-6}


class Circuit:
    """A netlist of this folder: name, text, kind of analysis, stop time of a transient [s], band, floor of "each"."""

    def __init__(self, path):
        self.name = os.path.basename(path)[:-4]
        with open(path, encoding="utf-8") as f:
            self.text = f.read()
        self.kind = re.search(r"^\.(tran|op|dc|ac)\b", self.text, re.M).group(1)
        band = re.search(r"^\* band (\S+): \S", self.text, re.M)
        each = re.search(r"^\* each (\S+)$", self.text, re.M)
        self.band = float(band.group(1)) if band else BAND[self.kind]
        self.each = float(each.group(1)) if each else None
        after = re.search(r"^\* after (\S+): \S", self.text, re.M)
        self.after = seconds(after.group(1)) if after else 0.0
        self.points = int((re.search(r"^\* points (\d+)$", self.text, re.M) or (0, REFERENCE_POINTS))[1])
        self.tran = re.search(r"^\.tran (\S+) (\S+)( uic)?$", self.text, re.M)
        self.stop = seconds(self.tran.group(2)) if self.tran else None

    def ours(self):
        return re.sub(r"^\*agspice (.*)\n.*\n", r"\1\n", self.text, flags=re.M).replace(".end\n", f".options reltol={RELTOL[self.kind]:g}\n.end\n")

    def reference(self):
        text = self.text
        if self.tran:
            step, stop, uic = self.tran.groups()
            text = text.replace(self.tran.group(0), f".tran {step} {stop} 0 {self.stop / self.points:g}{uic or ''}")
        return text.replace(".end\n", ".options reltol=1e-6\n.end\n")

    def native(self):
        return "\n*agspice " in self.text


def seconds(text):
    m = re.fullmatch(r"([\d.]+(?:e[-+]?\d+)?)([munpf]?)s?", text.lower())
    return float(m.group(1)) * {"": 1, "m": 1e-3, "u": 1e-6, "n": 1e-9, "p": 1e-12, "f": 1e-15}[m.group(2)]


def compared(name):
    """Node voltages and currents of V and L, also inside subcircuits (i(v.x1.vs)); no nodes that ngspice adds."""
    return "#" not in name and "_int" not in name and (name.startswith("v(") or re.match(r"i\([vl]", name) is not None)


def real(number):
    """Frequencies are complex in the rawfiles of an .ac; what ngspice 39 writes as imaginary part is any number."""
    return complex(number).real


def interpolate(time, value, t):
    k = min(max(bisect.bisect_right(time, t) - 1, 0), len(time) - 2)
    step = time[k + 1] - time[k]
    return value[k] if step <= 0 else value[k] + (value[k + 1] - value[k]) * (t - time[k]) / step


def pairs(circuit, ours, reference, name):
    """[(scale, value, value of ngspice)] of one waveform."""
    got, want = ours.data[name], reference.data[name]
    if circuit.kind == "op":
        return [(0.0, got[0], want[0])]
    scale, scale_ref = ours.columns[0], reference.columns[0]
    if circuit.kind == "tran":
        return [(t, g, interpolate(scale_ref, want, t)) for t, g in zip(scale, got) if t >= max(scale_ref[0], circuit.after)]
    return list(zip(map(real, scale), got, want))


def deviations(circuit, ours, reference):
    """[(deviation relative to the peak, scale, name, ours, reference)] largest first."""
    found = []
    for name in filter(lambda n: compared(n) and n in ours.data, reference.names):
        floor = FLOOR[name[0]] if circuit.each is None or name[0] == "v" else circuit.each
        peak = max(max(map(abs, reference.data[name])), floor)
        least = AC_FLOOR * peak if circuit.kind == "ac" else peak if circuit.each is None else floor
        points = [(abs(g - w) / max(least, abs(w)), x, name, g, w) for x, g, w in pairs(circuit, ours, reference, name)]
        found += [max(points, key=lambda p: p[0])] if points else []
    return sorted(found, key=lambda p: p[0], reverse=True)


def run_both(circuit):
    base = os.path.join(work_folder(), circuit.name)
    agspice("-r", base + ".raw", write(base + ".cir", circuit.ours())).expect(0)
    # The reference needs a tidy start: no initialisation file of the user.
    run = ngspice("-n", "-b", "-r", base + ".ng.raw", write(base + ".ng.cir", circuit.reference())).expect(0)
    if "aborted" in run.err:
        raise tap.Failure(f"ngspice failed:\n{run.err}")
    return rawfile.read(base + ".raw")[-1], rawfile.read(base + ".ng.raw")[-1]


def check_scales(circuit, ours, reference):
    if circuit.kind == "tran":
        tap.close(ours.data["time"][-1], circuit.stop, 1e-9, what="last time")
        tap.close(reference.data["time"][-1], circuit.stop, 1e-6, what="last time of ngspice")
    elif circuit.kind != "op":
        for what, got, want in (("name of the scale", ours.names[0], reference.names[0]), ("its type", ours.types[0], reference.types[0]),
                                ("points", ours.points, reference.points)):
            tap.check(got == want, f"{what} is {got}, of ngspice {want}")
        scale, scale_ref = list(map(real, ours.columns[0])), list(map(real, reference.columns[0]))
        width = max(scale_ref) - min(scale_ref)
        for k, (got, want) in enumerate(zip(scale, scale_ref)):
            tap.check(abs(got - want) <= SCALE * width, f"scale at point {k}: {got:.17g}, ngspice {want:.17g}")


def test_of(path, verbose):
    circuit = Circuit(path)

    def test():
        ours, reference = run_both(circuit)
        check_scales(circuit, ours, reference)
        absent = [n for n in filter(compared, reference.names) if n not in ours.data]
        tap.check(not absent or circuit.native(), f"waveforms missing: {absent}; there are {ours.names}")
        tap.check(any(map(compared, ours.names)), "nothing to compare")
        found = deviations(circuit, ours, reference)
        lines = [f"{100 * d:.3f} % {'of peak ' if circuit.each is None and circuit.kind != 'ac' else ''}at {x:.6g} in {name}: {got:.7g}, ngspice {want:.7g}"
                 for d, x, name, got, want in found]
        if verbose:
            print(f"# {circuit.name}: {ours.points} points, ngspice {reference.points}")
            print(*("#   " + line for line in lines), sep="\n")
        bad = [line for line, d in zip(lines, found) if not d[0] <= circuit.band]
        tap.check(not bad, "\n".join(bad))
    return f"same as ngspice: {circuit.name}", test


def main():
    wanted = [a for a in sys.argv[1:] if not a.startswith("-")]
    paths = [p for p in sorted(glob.glob(os.path.join(FOLDER, "*.cir")))
             if not wanted or os.path.basename(p)[:-4] in wanted]
    tap.run([test_of(p, "-v" in sys.argv) for p in paths])


main()
