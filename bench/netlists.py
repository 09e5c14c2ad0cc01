#!/usr/bin/env python3
"""Netlists for measuring speed; each runs unchanged in agspice and in ngspice.

    netlists.py CASE N > file.cir

xbar_r   N x N resistor crossbar with line resistance and capacitance, one read pulse on all rows
xbar_d   the same with a diode and a resistor at every crossing, V/2 write pulse
xbar_m   the same with behavioural memristors (conductance g(x), state on a 1 F capacitor), V/2 write pulse, then read
ladder   RC ladder of N sections, pulse
cell     one behavioural memristor behind 100 ohm, N cycles of write and erase
drc      diode, resistor and capacitor under N pulses
rect     N full-wave rectifiers with smoothing capacitor, 10 periods of 50 Hz
flat     N resistors and capacitors of a square mesh, for reading only

Random values come from a fixed generator: CASE and N name one netlist.
"""
import sys

MEMRISTOR = """\
.subckt mem p n x0=0.1
bi p n i=v(p,n)*(1e-6+1e-4*v(x)*v(x))
bx 0 x i=2e6*sinh(6*v(p,n))*(v(p,n)>0 ? 1-v(x)**4 : 1-(1-v(x))**4)*(abs(v(p,n))>1.2 ? 1 : 0.001)
cx x 0 1 ic={x0}
rx x 0 1e15
.ends"""


def random_numbers(seed):
    """Linear congruential generator in [0, 1), multiplier and increment of Numerical Recipes."""
    state = seed
    while True:
        state = (1664525 * state + 1013904223) % 2**32
        yield state / 2**32


def crossbar_lines(n, row_source, column_source):
    """Word lines r<i>_<j> driven at column 0, bit lines c<i>_<j> driven at row 0, 2.5 ohm and 0.2 fF each crossing."""
    for i in range(n):
        yield f"vr{i} wr{i} 0 {row_source(i)}"
        yield f"rr{i} wr{i} r{i}_0 10"
        yield from (f"rl{i}_{j} r{i}_{j - 1} r{i}_{j} 2.5" for j in range(1, n))
    for j in range(n):
        yield f"vc{j} wc{j} 0 {column_source(j)}"
        yield f"rc{j} wc{j} c0_{j} 10"
        yield from (f"rk{i}_{j} c{i - 1}_{j} c{i}_{j} 2.5" for i in range(1, n))
    for i in range(n):
        for j in range(n):
            yield f"cr{i}_{j} r{i}_{j} 0 0.2f"
            yield f"cc{i}_{j} c{i}_{j} 0 0.2f"


def crossings(n):
    """(i, j, random number) of every crossing."""
    random = random_numbers(1 + n)
    return ((i, j, next(random)) for i in range(n) for j in range(n))


def resistance(u):
    """Logarithmically uniform from 10 kohm to 1 Mohm."""
    return f"{10 ** (4 + 2 * u):.6g}"


def xbar_r(n):
    yield from crossbar_lines(n, lambda i: "pulse(0 0.2 1n 0.1n 0.1n 10n 20n)", lambda j: "0")
    for i, j, u in crossings(n):
        yield f"rm{i}_{j} r{i}_{j} c{i}_{j} {resistance(u)}"
    yield ".tran 0.05n 20n"
    yield f".print tran i(vc0) i(vc{n - 1})"


def xbar_d(n):
    selected = n // 2
    full, half = (f"pulse(0 {v} 1n 0.1n 0.1n 10n 20n)" for v in (2, 1))
    yield from crossbar_lines(n, lambda i: full if i == selected else half, lambda j: "0" if j == selected else half)
    yield ".model dsel d(is=1e-14 n=1.5 rs=10)"
    for i, j, u in crossings(n):
        yield f"d{i}_{j} r{i}_{j} m{i}_{j} dsel"
        yield f"rm{i}_{j} m{i}_{j} c{i}_{j} {resistance(u)}"
    yield ".tran 0.05n 20n"
    yield f".print tran i(vc{selected}) v(m{selected}_{selected})"


def xbar_m(n):
    selected = n // 2

    def pwl(v, read):
        tail = " 12.1n 0.2 18n 0.2 18.1n 0" if read else ""
        return f"pwl(0 0 1n 0 1.1n {v} 10n {v} 10.1n 0 12n 0{tail})"

    yield from crossbar_lines(n, lambda i: pwl(2 if i == selected else 1, True),
                              lambda j: "0" if j == selected else pwl(1, False))
    yield MEMRISTOR
    for i, j, u in crossings(n):
        yield f"xm{i}_{j} r{i}_{j} c{i}_{j} mem x0={0.05 + 0.3 * u:.4f}"
    yield ".tran 0.05n 20n uic"
    yield f".print tran i(vc{selected}) v(xm{selected}_{selected}.x)"


def ladder(n):
    yield "v1 n0 0 pulse(0 1 0 1n 1n 1u 2u)"
    for k in range(n):
        yield f"r{k} n{k} n{k + 1} 10"
        yield f"c{k} n{k + 1} 0 1p"
    yield ".tran 2n 4u"
    yield f".print tran v(n{n})"


def cell(n):
    yield "v1 a 0 pulse(-1.5 1.5 0 1n 1n 9n 20n)"
    yield "rs a b 100"
    yield MEMRISTOR
    yield "xm b 0 mem x0=0.2"
    yield f".tran 0.5n {20 * n}n uic"
    yield ".print tran i(v1) v(xm.x)"


def drc(n):
    yield "v1 a 0 pulse(-1 1 0 1n 1n 9n 20n)"
    yield "r1 a b 100"
    yield "d1 b 0 dm"
    yield "c1 b 0 1p"
    yield ".model dm d(is=1e-14 cjo=1p)"
    yield f".tran 0.5n {20 * n}n"
    yield ".print tran v(b)"


def rect(n):
    yield ".model d1 d(is=1e-14 n=1.05 rs=0.5 cjo=2p tt=4n)"
    for k in range(n):
        yield f"v{k} a{k} b{k} sin(0 {10 + 0.1 * k:g} 50)"
        for name, p, q in (("da", f"a{k}", f"p{k}"), ("db", f"b{k}", f"p{k}"), ("dc", "0", f"a{k}"), ("dd", "0", f"b{k}")):
            yield f"{name}{k} {p} {q} d1"
        yield f"c{k} p{k} 0 100u"
        yield f"r{k} p{k} 0 1k"
        yield f"rg{k} b{k} 0 1meg"
    yield ".tran 50u 200m"
    yield ".print tran v(p0)"


def flat(n):
    nodes, side = n // 2, round((n / 2) ** 0.5)
    yield "v1 n0 0 1"
    for k in range(nodes):
        yield f"r{k} n{k} n{k + 1} 1k"
        yield f"c{k} n{k} n{(k + side) % nodes} 1f"
    yield ".op"


CASES = {f.__name__: f for f in (xbar_r, xbar_d, xbar_m, ladder, cell, drc, rect, flat)}


def netlist(case, n):
    return "\n".join([f"* {case} N={n}", *CASES[case](n), ".end", ""])


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in CASES:
        sys.exit(__doc__)
    sys.stdout.write(netlist(sys.argv[1], int(sys.argv[2])))
