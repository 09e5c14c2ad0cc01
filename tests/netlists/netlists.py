"""Every netlist below netlists/ runs, and prints the measures that its header announces (tests/support/expect.py). A netlist
without an expectation fails: it would show nothing by running."""
import glob
import tap
from expect import expectations
from program import agspice


def test_of(path):
    def test():
        wanted = expectations(path)
        tap.check(wanted, "the header has no 'expect:' line")
        got = agspice(path).expect(0).measures
        wrong = [f"{name} = {got.get(name, 'not printed')}, wanted {low:g} .. {high:g}"
                 for name, low, high in wanted if got.get(name) is None or not low <= got[name] <= high]
        tap.check(not wrong, "\n".join(wrong))
    return path, test


tap.run([test_of(path) for path in sorted(glob.glob("netlists/**/*.cir", recursive=True))])
