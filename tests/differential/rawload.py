"""ngspice loads our rawfiles: names, types, lengths and values are what we wrote, binary and ASCII, several plots."""
import os
import re
import rawfile
import tap
from program import agspice, ngspice, work_folder, write

NETLIST = """rawfile for ngspice
v1 in 0 pulse(0 1 1u 0.1u 0.1u 2u 5u)
x1 in out filter
l1 out a 1u
rl a 0 1k
.subckt filter i o
r1 i m 1k
c1 m 0 1n
r2 m o 1k
.ends
.op
.tran 10n 10u
.end
"""
NAMES = {"v(in)": "voltage", "v(out)": "voltage", "v(x1.m)": "voltage", "v(a)": "voltage", "i(v1)": "current", "i(l1)": "current"}


def made(*options):
    base = os.path.join(work_folder(), "ascii" if options else "binary")
    agspice(*options, "-r", base + ".raw", write(base + ".cir", NETLIST)).expect(0)
    return base + ".raw"


def loaded(path, commands):
    text = f"* load\n.control\nload {path}\nset numdgt=12\n{commands}\nquit\n.endc\n.end\n"
    run = ngspice("-n", "-b", write(path[:-4] + "_load.cir", text)).expect(0)
    # ngspice before version 44 wonders about the line Command: in the header, and tries to obey it.
    said = re.sub(r"Error: misplaced Command: line\n|agspice: no such command available in ngspice\n", "", run.out + run.err)
    tap.check("rror" not in said and "no such" not in said, said)
    return run.out


def check_transient(path):
    plot = rawfile.read(path)[-1]
    tap.check(plot.name == "Transient Analysis", plot.name)
    wanted = {"time": "time", **NAMES}
    tap.check(dict(zip(plot.names, plot.types)) == wanted, f"{plot.names} {plot.types}")
    out = loaded(path, "setplot tran1\ndisplay")
    for name, kind in wanted.items():
        tap.check(re.search(rf"^\s*{re.escape(name)}\s*: {kind}, real, {plot.points} long", out, re.M), f"{name} not in\n{out}")
    k = plot.points // 2
    out = loaded(path, "setplot tran1\n" + "\n".join(f"print {name}[{k}]" for name in wanted))
    got = re.findall(r"^\S+\[\d+\] = (\S+)$", out, re.M)
    tap.check(len(got) == len(wanted), out)
    for name, text in zip(wanted, got):
        tap.close(float(text), plot.data[name][k], 1e-9, 1e-30, name)


def test_ngspice_loads_a_binary_rawfile():
    check_transient(made())


def test_ngspice_loads_an_ascii_rawfile():
    check_transient(made("--ascii"))


def test_binary_and_ascii_rawfiles_hold_the_same_numbers():
    one, two = rawfile.read(made()), rawfile.read(made("--ascii"))
    tap.check([p.names for p in one] == [p.names for p in two], "names differ")
    tap.check([p.columns for p in one] == [p.columns for p in two], "values differ")


def test_an_operating_point_is_a_plot_of_one_point():
    path = made()
    plots = rawfile.read(path)
    tap.check([p.name for p in plots] == ["Operating Point", "Transient Analysis"], f"{[p.name for p in plots]}")
    tap.check(plots[0].points == 1 and sorted(plots[0].names) == sorted(NAMES), f"{plots[0].names}")
    out = loaded(path, "setplot op1\ndisplay")
    tap.check(len(re.findall(r"voltage, real, 1 long", out)) == 4, out)


def test_the_header_has_what_readers_of_rawfiles_want():
    with open(made(), "rb") as f:
        header = f.read(4000).split(b"Binary:")[0].decode()
    tap.check(header.startswith("Title: "), header)
    for pattern in (r"^Date: \S", r"^Command: .*ngspice", r"^Plotname: Operating Point$", r"^Flags: real\s*$", r"^No\. Variables: 6\s*$",
                    r"^No\. Points: 1\s*$", r"^Variables:\s*$", r"^\t0\t\S+\t(voltage|current)$"):
        tap.check(re.search(pattern, header, re.M), f"{pattern} not in\n{header}")


tap.run([f for name, f in sorted(globals().items()) if name.startswith("test_")])
