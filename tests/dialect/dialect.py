#!/usr/bin/env python3
"""Netlists in the dialects of ngspice, LTspice, HSPICE and Xyce, one for each construct; each announces its results.

    AGSPICE=build/agspice python3 tests/dialect/dialect.py [-v] [NAME...]     only these; -v: what was found for each line

tests/dialect/README.md has the form of the lines "*? ..." in which a netlist says what is to come out. A netlist fails
without such a line, when one is not met, and when the program says anything that no line announces. The first tests are
of this file: wrong announcements must fail.
"""
import bisect
import cmath
import glob
import math
import os
import re
import shlex
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import rawfile
from expect import interval, number
from program import UNDER, Run, agspice, ngspice, work_folder
from tap import Failure, check, close, run

FOLDER = "tests/dialect"
USUAL = "0.1%"
PLOTS = {"op": "Operating Point", "dc": "DC transfer characteristic", "ac": "AC Analysis", "tran": "Transient Analysis"}
PARTS = {"mag": abs, "phase": lambda z: math.degrees(cmath.phase(z)), "re": lambda z: z.real, "im": lambda z: z.imag}
PARTS_FOLDER = f"{os.getcwd()}/{FOLDER}/parts"
ENVIRONMENT = dict(os.environ, LC_ALL="C", HOME=PARTS_FOLDER, AG_TEST_PARTS=PARTS_FOLDER, PDK_ROOT=PARTS_FOLDER)


class Announced:
    """What the lines "*? ..." of a netlist say: values (text, name, at, plot, step, bounds), references to ngspice
    (text, behaviour, signals, band), messages (line or None, text), output lines, exit status, options."""

    def __init__(self, text):
        self.values, self.references, self.messages, self.output, self.options, status = [], [], [], [], [], None
        for line in re.findall(r"^\s*\*\?[ \t]*(.*?)\s*$", text, re.M):
            if m := re.fullmatch(r"exit (\d+)", line):
                status = int(m.group(1))
            elif m := re.fullmatch(r"options (.*)", line):
                self.options += shlex.split(m.group(1))
            elif m := re.fullmatch(r"output: (.*)", line):
                self.output.append(" ".join(m.group(1).split()))
            elif m := re.fullmatch(r"(?:(\d+): )?((?:error|warning|note): .*)", line):
                self.messages.append((m.group(1) and int(m.group(1)), m.group(2)))
            elif m := re.fullmatch(r"ngspice(?:\((\w+)\))? (.*\S) \+- (\S+)%", line):
                self.references.append((line, m.group(1), m.group(2).split(), number(m.group(3)) / 100))
            else:
                self.values.append(value_line(line))
        failed = any(text.startswith("error") for _, text in self.messages)
        self.status = status if status is not None else 1 if failed else 0
        check(self.values or self.references or self.output or self.messages, "nothing is announced: no line *? ...")


def value_line(line):
    m = re.fullmatch(r"(\S+?)(?: of (\w+))?(?: step (\d+))?(?: at (\S+))?\s+((?:=|>|<|in ).*)", line)
    check(m, f"cannot read the announcement: {line}")
    name, plot, step, at, bounds = m.groups()
    return line, name.lower(), at and number(at), plot, int(step or 1), interval(bounds, USUAL)


# ---- what came out ----

def steps(plot):
    """A plot as [(scale, columns)], one for each run of its scale, each operating point: repeated runs follow one another in a plot."""
    if plot.name == PLOTS["op"]:
        return [(None, {name: [z] for name, z in zip(plot.names, point)}) for point in zip(*plot.columns)]
    scale = [z.real for z in plot.columns[0]]
    rise = next((b - a for a, b in zip(scale, scale[1:]) if b != a), 1)
    starts = [0] + [k for k in range(1, len(scale)) if (scale[k] - scale[k - 1]) * rise < 0 and scale[k] == scale[0]] + [len(scale)]
    return [(scale[a:b], {name: column[a:b] for name, column in plot.data.items()}) for a, b in zip(starts, starts[1:])]


def interpolate(scale, column, x):
    for k in range(1, len(scale)):
        a, b = scale[k - 1], scale[k]
        if min(a, b) <= x <= max(a, b) and a != b:
            return column[k - 1] + (column[k] - column[k - 1]) * ((x - a) / (b - a))
    near = [k for k, a in enumerate(scale) if math.isclose(a, x, rel_tol=1e-9)]
    check(near, f"{x:g} is not in the plot, which goes from {scale[0]:g} to {scale[-1]:g}")
    return column[near[0]]


def found(name, at, kind, step, result, plots):
    """Value of a signal in a plot, or of a measure."""
    values = result.repeated.get(name)
    if at is None and kind is None and values:
        check(step <= len(values), f"only {len(values)} steps with {name}")
        check(values[step - 1] is not None, f"measure {name} failed")
        return values[step - 1]
    part, _, inside = name.partition("(")
    runs = [r for plot in plots if kind in (None, *(k for k, n in PLOTS.items() if n == plot.name)) for r in steps(plot)]
    for wanted, of in ((name, lambda z: z), (inside[:-1], PARTS.get(part))):
        there = [(scale, data[wanted]) for scale, data in runs if wanted in data and (at is None or scale)]
        if there and of:
            check(step <= len(there), f"only {len(there)} steps with {wanted}")
            scale, column = there[step - 1]
            return of(column[-1] if at is None else interpolate(scale, column, at))
    raise Failure(f"{name} is no measure and in no plot; there are {sorted(result.measures)} {[p.names for p in plots]}")


def compare_values(announced, result, plots, say):
    for line, name, at, kind, step, (low, high) in announced.values:
        got = found(name, at, kind, step, result, plots)
        check(not isinstance(got, complex) or got.imag == 0, f"{name} is complex; say mag(), phase(), re() or im()")
        got = got.real
        say(f"{line}: {got:.9g}")
        check(low <= got <= high, f"{line}\nfound {got:.9g}, wanted {low:.9g} .. {high:.9g}")


def compare_messages(announced, result):
    """Every message was announced, and every announced one came. The place of the tree is left out of paths."""
    said = [(int(m.group(1)) if m.group(1) else None, m.group(2)) for m in
            re.finditer(r"^(?:[^\s:]+:(\d+):\d+: |[^\s:]+: )?((?:error|warning|note): .*)$", result.err.replace(os.getcwd() + "/", ""), re.M)]
    left = list(said)
    for line, wanted in announced.messages:
        match = next((s for s in left if s[1] == wanted and line in (None, s[0])), None)
        check(match, f"not said: {line or ''} {wanted}\nbut\n{result.err}")
        left.remove(match)
    check(not left and (said or not result.err.strip()), f"said, but not announced:\n{result.err}")


def compare_output(announced, result):
    lines = [" ".join(line.split()) for line in result.out.splitlines()]
    for wanted in announced.output:
        check(any(wanted in line for line in lines), f"not printed: {wanted}\nbut\n{result.out}")


# ---- the same file in ngspice ----

def deviation(ours, reference, name):
    """Largest distance of a signal in two runs, in units of its peak there."""
    (scale, data), (scale_ref, data_ref) = ours, reference
    check(name in data, f"{name} is not among {list(data)}")
    check(name in data_ref, f"ngspice has no {name}, only {list(data_ref)}")
    got, want = data[name], data_ref[name]
    peak = max(map(abs, want))
    if scale is None:
        return abs(got[0] - want[0]) / peak if peak else abs(got[0])
    if len(scale) != len(scale_ref) or any(not math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-18) for a, b in zip(scale, scale_ref)):
        check(scale_ref == sorted(scale_ref), "ngspice has other points, and they do not rise")
        want = [between(scale_ref, want, x) for x in scale]
    return max(abs(g - w) for g, w in zip(got, want)) / (peak or 1)


def between(scale, column, x):
    k = min(max(bisect.bisect_right(scale, x) - 1, 0), len(scale) - 2)
    step = scale[k + 1] - scale[k]
    return column[k] if step <= 0 else column[k] + (column[k + 1] - column[k]) * (x - scale[k]) / step


def compare_ngspice(path, base, announced, plots, say):
    for line, behaviour, signals, band in announced.references:
        raw = base + ".ng.raw"
        if os.path.exists(raw):
            os.remove(raw)
        # -n: no initialisation file of the user.
        r = ngspice("-n", *(["-D", f"ngbehavior={behaviour}"] if behaviour else []), "-b", "-r", raw, path, env=ENVIRONMENT)
        check(os.path.exists(raw), f"ngspice failed:\n{r.out}{r.err}")
        there = {plot.name: plot for plot in rawfile.read(raw) if plot.points}
        for name in signals:
            pairs = [(a, b) for plot in plots if plot.name in there for a, b in zip(steps(plot), steps(there[plot.name]), strict=True)
                     if name in b[1]]
            check(pairs, f"nothing to compare {name} with:\n{r.out}{r.err}")
            off = max(deviation(a, b, name) for a, b in pairs)
            say(f"{line}: {name} differs by {100 * off:.3g} % of its peak")
            check(off <= band, f"{line}\n{name} differs by {100 * off:.3g} % of its peak")


# ---- tests ----

def judge(path, say=lambda line: None):
    """Raises Failure when a netlist does not do what it announces."""
    with open(path, "rb") as f:
        data = f.read()
    wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    announced = Announced(data.decode("utf-16" if wide else "latin-1"))
    base = os.path.join(work_folder(), os.path.splitext(os.path.basename(path))[0])
    raw = base + ".raw"
    if os.path.exists(raw):
        os.remove(raw)
    result = agspice(*announced.options, "-r", raw, path, env=ENVIRONMENT).expect(announced.status)
    compare_messages(announced, result)
    compare_output(announced, result)
    plots = rawfile.read(raw) if os.path.exists(raw) else []
    compare_values(announced, result, plots, say)
    if not UNDER:
        compare_ngspice(path, base, announced, plots, say)


def test_of(path):
    def test():
        judge(path, (lambda line: print(f"# {line}")) if "-v" in sys.argv else lambda line: None)
    return os.path.basename(path).rsplit(".", 1)[0].replace("_", " "), test


DIVIDER = "divider\n{}v1 a 0 3\nr1 a b 1k\nr2 b 0 2k\n.tran 1u 1m\n.op\n.measure tran vb avg v(b)\n.end\n"
RIGHT = ("vb = 2", "v(b) = 2 +- 1n", "v(b) of op = 6/3", "v(b) at 0.3m > 1.9", "vb in 1.999 .. 2.001", "i(v1) of op = -1/1k +- 0.01%",
         "ngspice v(b) i(v1) +- 0.01%", "output: vb = 2")
WRONG = ("vb = 2.1", "v(b) = 2.001 +- 1u", "v(b) of op < 2", "v(b) at 0.3m = -2", "vb in 2.1 .. 3", "v(c) = 2", "vb step 2 at 0 = 2",
         "v(b) of dc = 2", "v(b) at 2m = 2", "ngspice v(q) +- 1%", "output: vc", "warning: surprise", "error: surprise", "exit 1",
         "vb", "vb ~ 2", "vb = two", "")


def test_announcements_that_hold():
    for line in RIGHT:
        judge(made(DIVIDER.format(f"*? {line}\n")))


def test_announcements_that_do_not_hold():
    for line in WRONG:
        refused(DIVIDER.format(f"*? {line}\n"), line)


def test_no_announcement():
    refused(DIVIDER.format(""), "none")
    refused(DIVIDER.format("* vb = 2\n"), "a plain comment")


def test_messages_that_nobody_announced():
    faulty = DIVIDER.format("*? vb = 2\n.options nosuchoption=1\n{}")
    refused(faulty.format(""), "an unknown option")
    judge(made(faulty.format("*? warning: unknown option 'nosuchoption' is ignored\n")))
    refused(faulty.format("*? 4: warning: unknown option 'nosuchoption' is ignored\n"), "a wrong line")
    judge(made(faulty.format("*? 3: warning: unknown option 'nosuchoption' is ignored\n")))


def test_distance_from_another_run():
    """In units of the peak, on the same points and on others."""
    ours, same, finer = ([0, 1, 2], {"v": [0, 1, 2]}), ([0, 1, 2], {"v": [0, 1.5, 2]}), ([0, 0.5, 2], {"v": [0, 0.5, 5]})
    close(deviation(ours, same, "v"), 0.25, 1e-12)
    close(deviation(ours, finer, "v"), 3 / 5, 1e-12)
    close(deviation((None, {"v": [3]}), (None, {"v": [4]}), "v"), 0.25, 1e-12)
    close(deviation(([0, 1], {"v": [1j, 1]}), ([0, 1], {"v": [1, 1]}), "v"), math.sqrt(2), 1e-12)


def test_sweeps_in_one_plot():
    """A value belongs to the step that is asked for."""
    plot = rawfile.Plot({"Title": "", "Plotname": PLOTS["dc"]})
    plot.names, plot.columns = ["v-sweep", "v(a)"], [[0, 1, 2, 0, 1, 2], [0, 10, 20, 0, 5, 10]]
    result = Run([], 0, "", "")
    close(found("v(a)", 0.5, None, 1, result, [plot]), 5, 1e-12)
    close(found("v(a)", 0.5, "dc", 2, result, [plot]), 2.5, 1e-12)
    close(found("v(a)", None, None, 1, result, [plot]), 20, 1e-12)
    plot = rawfile.Plot({"Title": "", "Plotname": PLOTS["op"]})
    plot.names, plot.columns = ["r", "v(a)"], [[1, 2], [3, 4]]
    close(found("v(a)", None, "op", 2, result, [plot]), 4, 1e-12)


def made(text):
    path = os.path.join(work_folder(), "harness.cir")
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path


def refused(text, what):
    try:
        judge(made(text))
    except Failure:
        return
    raise Failure(f"not noticed: {what}")


words = [a for a in sys.argv[1:] if not a.startswith("-")]
paths = [p for p in sorted(glob.glob(f"{FOLDER}/*.cir") + glob.glob(f"{FOLDER}/*.sp"))
         if not words or any(w in os.path.basename(p) for w in words)]
own = [f for name, f in list(globals().items()) if name.startswith("test_") and name != "test_of"]
run(own + [test_of(p) for p in paths])
