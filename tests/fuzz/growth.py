"""The time to read a netlist grows like its length: netlists of N and 4 N equal cards, read without an analysis.

A sort or a table may add a little; what grows like the square takes sixteen times as long and fails. Counted is processor
time, and ABSOLUTE seconds of it do not matter."""
import os
import resource
import tap
from program import agspice, work_folder, write

N, MOST, ABSOLUTE = 5000, 9, 0.3
HEAD = "growth\nv1 a 0 1\nr1 a 0 1\n"


def each(card):
    """n copies of a card, {i} numbered from 0, {j} one higher."""
    return lambda n: "".join(card.format(i=i, j=i + 1) + "\n" for i in range(n))


def within(begin, item, end):
    return lambda n: begin + " ".join(item.format(i=i) for i in range(n)) + end + "\n"


SHAPES = {
    "parameters": each(".param p{i}={{{i}+1}}"),
    "parameters on a line": within(".param ", "p{i}={i}", ""),
    "parameters of the one before": lambda n: ".param p0=1\n" + each(".param p{j}={{p{i}+1}}")(n),
    "functions of the one before": lambda n: ".func f0(x) {x}\n" + each(".func f{j}(x) {{f{i}(x)+1}}")(n),
    "models": each(".model m{i} d(is=1e-14)\nd{i} a 0 m{i}"),
    "subcircuits": each(".subckt s{i} p\nr1 p 0 1\n.ends\nx{i} a s{i}"),
    "instances with parameters and functions": lambda n: ".subckt s p r=1\n.param q={r*2}\n.func f(x) {x*q}\nr1 p 0 {f(r)}\n"
                                                         ".ic v(p)=1\n.ends\n" + each("x{i} a s r={j}")(n),
    "behavioural sources in a chain": lambda n: "vb n0 0 1\n" + each("b{i} n{j} 0 v=v(n{i})*2\nrb{i} n{j} 0 1")(n),
    "currents of elements": each("b{i} n{i} 0 v=i(r1)\nrb{i} n{i} 0 1"),
    "expressions with the same names in instances": lambda n: ".subckt s p\nr1 p 0 1\nb1 q 0 v=i(r1)\nr2 q 0 1\n.ends\n" + each("x{i} a s")(n),
    "integrals": each("b{i} n{i} 0 v=idt(v(a))\nrb{i} n{i} 0 1"),
    "ladder": each("rl{i} n{i} n{j} 1"),
    "loop of sources": each("vl{i} n{i} n{j} 1"),
    "nodes behind capacitors": each("cl{i} n{i} n{j} 1"),
    "points of a waveform": within("v2 b 0 pwl(", "{i}n 0", ")\nr2 b 0 1"),
    "points of a waveform on lines": lambda n: "v2 b 0 pwl(\n" + each("+ {i}n 0")(n) + "+ )\nr2 b 0 1\n",
    "points of a table": within("e1 b 0 table {v(a)} = ", "({i},{i})", "\nr2 b 0 1"),
    "points of table()": lambda n: "b1 b 0 v=table(v(a)," + ",".join(f"{i},{i}" for i in range(n)) + ")\nr2 b 0 1\n",
    "continuation lines": lambda n: "r2 a\n" + each("* comment\n+")(n) + "+ 0 1\n",
    "initial conditions": each("ri{i} n{i} 0 1\n.ic v(n{i})=1"),
    "outputs": each("ro{i} n{i} 0 1\n.print tran v(n{i})"),
    "outputs on a line": lambda n: each("ro{i} n{i} 0 1")(n) + within(".print tran ", "v(n{i})", "")(n),
    "measures": each(".measure tran m{i} max v(a)"),
    "conditions in one another": lambda n: each(".if (1)")(n) + each(".endif")(n),
    "conditions": each(".if ({i}==0)\nrc{i} a 0 1\n.else\nrc{i} a 0 2\n.endif"),
    "branches of a condition": lambda n: ".if (0)\n" + each(".elseif ({i}<0)")(n) + ".endif\n",
    "sections of a library": lambda n: each(".lib s{i}\n.param q{i}=1\n.endl")(n // 5) + each(".lib 'growth.cir' s{i}")(n // 5),
    "warnings": each(".options q{i}=1"),
    "errors with suggestions": lambda n: each("re{i} a 0 {{q{i}}}")(n) + each(".param p{i}=1")(n),
    "names given twice": each("r2 a 0 1"),
    "brackets": lambda n: "r2 a 0 {" + "(" * n + "1" + ")" * n + "}\n",
    "a long word": lambda n: "r2 " + "a" * 10 * n + " 0 1\n",
}


def seconds(text):
    path = write(os.path.join(work_folder(), "growth.cir"), HEAD + text + ".end\n")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    agspice(path).expect(1)                              # no analysis is asked for
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_of(name):
    def test():
        one, four = seconds(SHAPES[name](N)), seconds(SHAPES[name](4 * N))
        tap.check(four <= MOST * one + ABSOLUTE, f"{one:.3f} s for {N}, {four:.3f} s for {4 * N}")
    return f"reading {name}", test


tap.run([test_of(name) for name in SHAPES])
