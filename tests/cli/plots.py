"""What --plot draws: panels by unit over the scale, loops over another signal, limits."""
import os
import re
import tap
from program import agspice, work_folder

LOOP = """loop
v1 a 0 sin(0 2 1k)
r1 a b 1k
c1 b 0 1u
.tran 10u 2m
"""


def draw(cards):
    """Texts of the picture in their order."""
    path = os.path.join(work_folder(), "plot.svg")
    run = agspice("--plot", path, "-", stdin=LOOP + cards + ".end\n").expect(0)
    tap.check(not run.err, run.err)
    with open(path, encoding="utf-8") as f:
        return [text.strip() for text in re.findall(r"<text>(?:<tspan[^>]*>)?([^<]*)<", f.read())]


def numbers(texts):
    return [float(t) for t in texts if re.fullmatch(r"-?[\d.]+", t)]


def test_signals_are_drawn_over_time():
    texts = draw(".plot tran v(a) i(r1)\n")
    tap.check("time [ms]" in texts and "voltage [V]" in texts and "current [mA]" in texts, texts)


def test_a_loop_is_drawn_over_its_voltage():
    texts = draw(".plot tran i(r1) vs v(a)\n")
    tap.check("v(a) [V]" in texts and "i(r1)" in texts and not any("time" in t for t in texts), texts)


def test_a_loop_stands_below_what_is_drawn_over_time():
    texts = draw(".plot i(r1) vs v(b)\n.plot v(a) v(b)\n")
    tap.check("time [ms]" in texts and "v(b) [mV]" in texts, texts)
    tap.check(texts.index("time [ms]") < texts.index("v(b) [mV]"), texts)


def test_limits_are_those_of_the_card():
    free, bound = numbers(draw(".plot v(a)\n")), numbers(draw(".plot tran v(a) (0, 0.5)\n"))
    tap.check(min(free) <= -2 and max(free) >= 2, free)
    tap.check(min(bound) == 0 and "voltage [mV]" in draw(".plot tran v(a) (0, 0.5)\n") and 500 in bound, bound)


tap.run([f for name, f in list(globals().items()) if name.startswith("test_")])
