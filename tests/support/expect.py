"""expect - what a netlist announces about its results, in its comments:

    * expect: vmax = 0.666 +- 1%        within 1 % of 0.666
    * expect: vmax = 0.666 +- 5m        within 0.005
    * expect: vend = 1-exp(-2u/(1k*1n)) +- 0.1%
    * expect: e1 in 1n .. 3n
    * expect: ratio > 50                also >= < <=

Values are numbers with SPICE suffixes or formulas of such numbers and Python's math functions.
"""
import math
import re
import tap

SUFFIX = {"t": 1e12, "g": 1e9, "meg": 1e6, "k": 1e3, "m": 1e-3, "u": 1e-6, "n": 1e-9, "p": 1e-12, "f": 1e-15, "a": 1e-18}
NUMBER = re.compile(r"(?<![\w.])(\d+\.?\d*(?:e[-+]?\d+)?|\.\d+(?:e[-+]?\d+)?)(meg|[tgkmunpfa])?(?![\w.])")
NAMES = {name: getattr(math, name) for name in dir(math) if not name.startswith("_")}


def number(text):
    """Value of a formula."""
    plain = NUMBER.sub(lambda m: repr(float(m.group(1)) * SUFFIX.get(m.group(2), 1.0)), text.strip().lower())
    try:
        return float(eval(plain, {"__builtins__": {}}, dict(NAMES, abs=abs, min=min, max=max)))
    except Exception as why:
        raise tap.Failure(f"cannot read the value {text!r}: {why}") from None


def interval(text, usual=None):
    """Bounds that text ('= 0.666 +- 1%', 'in a .. b', '> 50') sets. usual: what '= 0.666' alone allows, '0.1%'."""
    if m := re.fullmatch(r"=\s*(.*?)\s*(?:\+-\s*(\S+?)(%?))?", text):
        if not (m.group(2) or usual):
            raise tap.Failure(f"no tolerance in {text!r}")
        value, (width, unit) = number(m.group(1)), (m.group(2), m.group(3)) if m.group(2) else (usual.rstrip("%"), usual[-1])
        off = number(width) * (abs(value) / 100 if unit == "%" else 1)
        return value - off, value + off
    if m := re.fullmatch(r"in\s+(.*?)\s*\.\.\s*(.*)", text):
        return number(m.group(1)), number(m.group(2))
    if m := re.fullmatch(r"(>=?|<=?)\s*(.*)", text):
        value = number(m.group(2))
        low = {">": math.nextafter(value, math.inf), ">=": value}.get(m.group(1), -math.inf)
        high = {"<": math.nextafter(value, -math.inf), "<=": value}.get(m.group(1), math.inf)
        return low, high
    raise tap.Failure(f"cannot read the expectation {text!r}")


def expectations(path):
    with open(path, encoding="utf-8") as f:
        return [(m.group(1).lower(), *interval(m.group(2)))
                for m in (re.match(r"\*\s*expect:\s*(\S+)\s+(.*\S)", line) for line in f) if m]
