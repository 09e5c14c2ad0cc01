"""The netlists printed in README.md and doc/ run, and print what the README says they print."""
import re
import tap
from program import agspice


def text_of(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def blocks(path, kind):
    return re.findall(rf"^```{kind}\n(.*?)^```", text_of(path), re.M | re.S)


def same(printed, got):
    """Word by word; numbers to four digits, so that the last ones may follow the step control."""
    a, b = printed.split(), got.split()

    def equal(x, y):
        try:
            return abs(float(x) - float(y)) <= 5e-4 * abs(float(x))
        except ValueError:
            return x == y
    return len(a) == len(b) and all(map(equal, a, b))


def test_readme_netlist_prints_what_is_printed_below_it():
    netlist, printed = blocks("README.md", "")[:2]
    out = agspice("-", stdin=netlist).expect(0).out.splitlines()
    missing = [line for line in printed.splitlines() if line.strip() and not any(same(line, got) for got in out)]
    tap.check(not missing, "not printed:\n" + "\n".join(missing) + "\nbut\n" + "\n".join(out))


def example(netlist):
    """It runs without a word, every measure has a value, and those that a comment foretells have that one."""
    def test():
        run = agspice("-", stdin=netlist).expect(0)
        wanted = re.findall(r"^\.meas\w* \w+ (\w+)", netlist, re.M)
        tap.check(wanted and all(run.measures.get(name) is not None for name in wanted), run.out)
        tap.check("warning" not in run.err, run.err)
        for name, value in re.findall(r"^\* (\w+) = (\S+)$", netlist, re.M):
            got = run.measures[name]
            tap.check(abs(got - float(value)) <= 1e-3 * abs(float(value)), f"{name} = {got}, the text says {value}")
    return "netlist reference: " + netlist.splitlines()[0], test


tap.run([test_readme_netlist_prints_what_is_printed_below_it, *map(example, blocks("doc/netlist.md", "netlist"))])
