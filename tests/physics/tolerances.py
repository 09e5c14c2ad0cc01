"""Results do not hang on the tolerance: every announced measure of a memristor netlist changes by less than 1 % from
reltol 1e-3 to 1e-5. Measures announced by a bound alone or as being near zero (a class, not a value) must keep within it."""
import glob
import math
import os
import re
import tap
from concurrent.futures import ThreadPoolExecutor
from expect import expectations
from program import agspice

LOOSE, TIGHT, CHANGE = 1e-3, 1e-5, 0.01


def measures(path, reltol):
    """Of the netlist with that reltol, run where it stands for the sake of its includes."""
    with open(path, encoding="utf-8") as f:
        text = re.sub(r"\n\.end\s*$", f"\n.options reltol={reltol}\n.end\n", f.read())
    return agspice("-", stdin=text, cwd=os.path.dirname(path)).expect(0).measures


def test_of(path):
    def test():
        loose, tight, wrong = measures(path, LOOSE), measures(path, TIGHT), []
        for name, low, high in expectations(path):
            a, b = loose.get(name), tight.get(name)
            if a is None or b is None:
                wrong.append(f"{name}: {a}, {b}")
            elif math.isinf(low) or math.isinf(high) or low <= 0 <= high:
                wrong += [f"{name} = {y:g}, wanted {low:g} .. {high:g}" for y in (a, b) if not low <= y <= high]
            elif not abs(a - b) <= CHANGE * abs(b):
                wrong.append(f"{name} = {a:g} at reltol {LOOSE:g}, {b:g} at {TIGHT:g}")
        tap.check(not wrong, "\n".join(wrong))
    return path, test


def outcome(item):
    """Runs a test at once; what it did is told later, in order."""
    name, test = item
    try:
        test()
        return name, lambda: None
    except tap.Failure as why:
        text = str(why)
        return name, lambda: tap.check(False, text)


with ThreadPoolExecutor(max_workers=2) as pool:
    tap.run(list(pool.map(outcome, map(test_of, sorted(glob.glob("netlists/memristor/*.cir"))))))
