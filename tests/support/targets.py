"""targets - published numbers and the bands in which simulated ones must lie: tests/physics/*.tsv.

Columns, separated by tabs: id, quantity, value, unit, low, high, where; and in some files: second, within. `value` is the published
number ("-": none), `low` and `high` bound the simulated one, `where` is its place in the publication. `second` is what an
independent program computed with the same equations and the same protocol, `within` how far the two may differ ("2%", or
an absolute amount). Lines that begin with # are comments.
"""
import math
import tap


def rows(path):
    with open(path, encoding="utf-8") as f:
        lines = [line.rstrip("\n").split("\t") for line in f if line.strip() and not line.startswith("#")]
    return [line + ["-"] * (9 - len(line)) for line in lines]


def bound(text, open_end):
    return open_end if text in ("-", "inf", "-inf") else float(text)


def distance(within, second):
    return float(within[:-1]) / 100 * abs(second) if within.endswith("%") else float(within)


def tests(path, got):
    """A test for each row: got[id] lies in its band and near the second number. Prints the table wanted/got."""
    def of(row):
        name, quantity, value, unit, low, high, _, second, within = row

        def test():
            tap.check(name in got, "nothing was computed for it")
            found = got[name]
            tap.check(bound(low, -math.inf) <= found <= bound(high, math.inf), f"{found:.5g} {unit}, wanted {low} .. {high}")
            if second != "-":
                tap.close(found, float(second), absolute=distance(within, float(second)), what=f"{quantity} against the second program")
        return f"{name} {quantity}", test

    table = rows(path)
    print(f"# {'id':14} {'published':>10} {'second':>11} {'got':>12}  unit")
    for name, quantity, value, unit, *_, second, _ in table:
        print(f"# {name:14} {value:>10} {second:>11} {got.get(name, math.nan):12.6g}  {unit:5} {quantity}")
    unknown = set(got) - {row[0] for row in table}
    return [of(row) for row in table] + [("every computed number has a row", lambda: tap.check(not unknown, str(unknown)))]
