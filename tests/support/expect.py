"""expect - what a netlist announces in its header about its measures:

    * expect: vmax = 0.666 +- 1%        within 1 % of 0.666
    * expect: vmax = 0.666 +- 5m        within 0.005
    * expect: e1 in 1n .. 3n
    * expect: ratio > 50                also >= < <=

Numbers may have SPICE suffixes.
"""
import math
import re
import tap

SUFFIX = {"t": 1e12, "g": 1e9, "meg": 1e6, "k": 1e3, "m": 1e-3, "u": 1e-6, "n": 1e-9, "p": 1e-12, "f": 1e-15, "a": 1e-18}


def number(text):
    m = re.fullmatch(r"([-+]?[\d.]+(?:e[-+]?\d+)?)(meg|[tgkmunpfa])?", text.strip().lower())
    if not m:
        raise tap.Failure(f"no number: {text!r}")
    return float(m.group(1)) * SUFFIX.get(m.group(2), 1.0)


def interval(text):
    """Bounds that text ('= 0.666 +- 1%', 'in a .. b', '> 50') sets."""
    if m := re.fullmatch(r"=\s*(\S+)\s*\+-\s*(\S+?)(%?)", text):
        value, off = number(m.group(1)), number(m.group(2))
        off *= abs(value) / 100 if m.group(3) else 1
        return value - off, value + off
    if m := re.fullmatch(r"in\s+(\S+)\s*\.\.\s*(\S+)", text):
        return number(m.group(1)), number(m.group(2))
    if m := re.fullmatch(r"(>=?|<=?)\s*(\S+)", text):
        value = number(m.group(2))
        low = {">": math.nextafter(value, math.inf), ">=": value}.get(m.group(1), -math.inf)
        high = {"<": math.nextafter(value, -math.inf), "<=": value}.get(m.group(1), math.inf)
        return low, high
    raise tap.Failure(f"cannot read the expectation {text!r}")


def expectations(path):
    with open(path, encoding="utf-8") as f:
        return [(m.group(1).lower(), *interval(m.group(2)))
                for m in (re.match(r"\*\s*expect:\s*(\S+)\s+(.*\S)", line) for line in f) if m]
