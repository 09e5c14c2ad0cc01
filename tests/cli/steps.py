#!/usr/bin/env python3
"""Repeated runs: every form of output holds, step by step, what a run of its own gives; errors of one step leave the others alone."""
import csv
import json
import math
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import rawfile
import tap
from program import AGSPICE, BUILD, UNDER, agspice, work_folder, write
from tap import check, close

folder = work_folder()
RC = """* rc low-pass
v1 in 0 dc 1 ac 1 pulse(0 {a} 0 1n 1n 1 2)
r1 in out {r}
c1 out 0 1n
.param r=1k a=1
.measure tran vmax max v(out)
.measure tran t50 when v(out)=0.4 rise=1
.measure tran late param='t50*2'
.measure tran at1 find v(out) at=1u
"""

BARE = "".join(line + "\n" for line in RC.splitlines() if not line.startswith(".measure"))


def path(name):
    return os.path.join(folder, name)


def fresh(name):
    if os.path.exists(path(name)):
        os.remove(path(name))
    return path(name)


def deck(name, *lines, text=RC):
    return write(path(name), text + "".join(line + "\n" for line in lines) + ".end\n")


def split(columns):
    """Rows of a stepped plot, cut where the scale begins anew."""
    rows = list(zip(*columns))
    starts = [k for k, row in enumerate(rows) if row[0] == rows[0][0]] + [len(rows)]
    return [rows[a:b] for a, b in zip(starts, starts[1:])]


def plots_of(netlist, *options):
    raw = fresh("one.raw")
    agspice("-q", "-r", raw, *options, netlist).expect(0)
    return rawfile.read(raw)


def stepped(netlist, *options):
    raw = fresh("steps.raw")
    run = agspice("-r", raw, *options, netlist).expect(0)
    return run, rawfile.read(raw)


def test_each_step_of_a_transient_is_a_run_of_its_own():
    run, (plot,) = stepped(deck("tran.cir", ".step param r list 500 1k 2k", ".step param a 1 2 1", ".tran 10n 3u"))
    check(plot.header["Flags"] == "real stepped" and plot.names[0] == "time", plot.header)
    parts = split(plot.columns)
    values = [(r, a) for a in (1, 2) for r in (500, 1000, 2000)]              # the first .step changes fastest
    check(len(parts) == 6, f"{len(parts)} steps")
    plain = deck("plain.cir", ".tran 10n 3u")
    for part, (r, a) in zip(parts, values):
        alone, = plots_of(plain, "-D", f"r={r}", "-D", f"a={a}")
        check(part == list(zip(*alone.columns)), f"r={r} a={a} differs from a run with -D")
    lines = [line for line in run.out.splitlines() if line.startswith(".step")]
    check(lines == [f".step r={r} a={a}" for r, a in values], lines)


def test_each_step_of_an_operating_point_is_a_row_with_its_values():
    _, (plot,) = stepped(deck("op.cir", ".step param r dec 1 100 10k", ".op"))
    check(plot.name == "Operating Point" and plot.header["Flags"] == "real stepped", plot.header)
    check(plot.names[0] == "r" and plot.types[0] == "notype" and plot.points == 3, (plot.names, plot.points))
    for k, r in enumerate((100, 1000, 10000)):
        close(plot.data["r"][k], r, relative=1e-12)
        alone, = plots_of(deck("plain.cir", ".op"), "-D", f"r={r}")
        for name in alone.names:
            close(plot.data[name][k], alone.data[name][0], relative=1e-12, what=name)


def test_each_step_of_a_sweep_and_of_small_signals_is_a_run_of_its_own():
    _, plots = stepped(deck("dcac.cir", ".step param r list 1k 3k", ".dc v1 0 2 0.5", ".ac dec 5 1k 1meg"))
    plain = deck("plain.cir", ".dc v1 0 2 0.5", ".ac dec 5 1k 1meg")
    check([p.header["Flags"] for p in plots] == ["real stepped", "complex stepped"], [p.header for p in plots])
    for plot, k in zip(plots, (0, 1)):
        parts = split(plot.columns)
        check(len(parts) == 2, f"{plot.name}: {len(parts)} steps")
        for part, r in zip(parts, (1000, 3000)):
            alone = plots_of(plain, "-D", f"r={r}")[k]
            check(part == list(zip(*alone.columns)), f"{plot.name} at r={r} differs from a run with -D")


def test_sources_devices_cards_and_temperatures_are_stepped():
    text = """* kinds
v1 a 0 1
r1 a b 1k tc1=1m
n1 b 0 vt
.model vt vteam(ron=1k roff=100k)
.op
"""
    for card, replaced in ((".step v1 list 2 3", [("v1 a 0 1", f"v1 a 0 {v}") for v in (2, 3)]),
                           (".step r1 1k 2k 1k", [("a b 1k", f"a b {v}") for v in ("1k", "2k")]),
                           (".step vt(roff) list 50k 200k", [("roff=100k", f"roff={v}") for v in ("50k", "200k")]),
                           (".step n1(w0) list 0.25 0.5", [("0 vt\n", f"0 vt w0={v}\n") for v in (0.25, 0.5)]),
                           (".step temp list 27 127", [(".op\n", f".op\n.temp {v}\n") for v in (27, 127)]),
                           (".temp 27 127", [(".op\n", f".op\n.temp {v}\n") for v in (27, 127)])):
        _, (plot,) = stepped(deck("kinds.cir", card, text=text))
        check(plot.points == 2, f"{card}: {plot.points} points")
        for k, (old, new) in enumerate(replaced):
            alone, = plots_of(deck("alone.cir", text=text.replace(old, new)))
            for name in alone.names:
                check(plot.data[name][k] == alone.data[name][0], f"{card}, step {k + 1}: {name}")


def test_temperature_reaches_parameters_and_is_slowest():
    text = "* t\nv1 a 0 {temper}\nr1 a 0 {x}\n.step param x 1 2 1\n.temp 10 60\n.op\n"
    run, (plot,) = stepped(deck("temper.cir", text=text))
    check(plot.names[:2] == ["x", "temp"] and plot.data["v(a)"] == [10, 10, 60, 60] and plot.data["x"] == [1, 2, 1, 2], plot.data)
    check(".step x=1 temp=10" in run.out, run.out)


def test_tables_of_values_and_sweeps_of_one_analysis():
    lines = [".data both r a", "+ 1k 1  2k 3", "+ {3*k} 2", ".enddata", ".param k=1k", ".tran 10n 3u sweep data=both"]
    _, (plot,) = stepped(deck("data.cir", *lines))
    parts = split(plot.columns)
    check(len(parts) == 3, len(parts))
    for part, (r, a) in zip(parts, ((1000, 1), (2000, 3), (3000, 2))):
        alone, = plots_of(deck("plain.cir", ".tran 10n 3u"), "-D", f"r={r}", "-D", f"a={a}")
        check(part == list(zip(*alone.columns)), f"r={r} a={a}")
    for sweep in ("r 1k 3k 2k", "r poi 2 1k 3k", "r list 1k 3k", "r lin 2 1k 3k"):
        _, plots = stepped(deck("sweep.cir", ".op", ".tran 10n 3u sweep " + sweep))
        check([p.header["Flags"] for p in plots] == ["real", "real stepped"], sweep)
        check([part[0][0] for part in split(plots[1].columns)] == [0, 0], sweep)


def test_sweeps_stand_inside_steps():
    run, (plot,) = stepped(deck("inside.cir", ".step param a 1 2 1", ".tran 10n 3u sweep r list 1k 3k"))
    check([line for line in run.out.splitlines() if line.startswith(".step")]
          == [".step r=1000 a=1", ".step r=3000 a=1", ".step r=1000 a=2", ".step r=3000 a=2"], run.out)
    check(len(split(plot.columns)) == 4, "steps")


def test_a_parameter_that_only_step_names():
    text = "* as in LTspice\nv1 a 0 1\nr1 a 0 {rl}\n.step dec param rl 1 100 1\n.op\n"
    _, (plot,) = stepped(deck("own.cir", text=text))
    for k, rl in enumerate((1, 10, 100)):
        close(plot.data["i(v1)"][k], -1 / rl, relative=1e-12)


def test_csv_begins_with_the_stepped_values():
    out = fresh("steps.csv")
    agspice("-q", "--csv", out, deck("csv.cir", ".step param r list 500 2k", ".op", ".tran 10n 1u")).expect(0)
    first, second = (list(csv.reader(part.splitlines())) for part in open(out).read().split("\n\n"))
    check(first[0] == ["r", "v(in)", "v(out)", "i(v1)"] and [row[0] for row in first[1:]] == ["500", "2000"], first)
    check(second[0] == ["r", "time", "v(in)", "v(out)", "i(v1)"], second[0])
    for r in ("500", "2000"):
        alone = fresh("alone.csv")
        agspice("-q", "--csv", alone, "-D", f"r={r}", deck("plain.cir", ".tran 10n 1u")).expect(0)
        want = list(csv.reader(open(alone)))[1:]
        check([row[1:] for row in second[1:] if row[0] == r] == want, f"r={r}")
    out = fresh("ac.csv")
    agspice("-q", "--csv", out, deck("csv.cir", ".step param r list 500 2k", ".ac dec 1 1k 10k")).expect(0)
    rows = list(csv.reader(open(out)))
    check(rows[0][:3] == ["r", "frequency", "re(v(in))"] and rows[1][:3] == ["500", "1000", "1"] and len(rows[1]) == len(rows[0]), rows[:2])


def test_log_holds_the_steps_and_tables_of_measures_as_ltspice_writes_them():
    log = fresh("steps.log")
    agspice("-b", "-o", log, "-r", fresh("x.raw"), deck("log.cir", ".step param r list 500 1k", ".tran 10n 3u")).expect(0)
    text = open(log).read()
    check([line for line in text.splitlines() if line.startswith(".step")] == [".step r=500", ".step r=1000"], text)
    tables = text[text.index("\nMeasurement: "):].split("\nMeasurement: ")[1:]
    names = [table.split("\n", 1)[0] for table in tables]
    check(names == ["vmax", "t50", "late", "at1"], names)
    heads = [table.split("\n")[1] for table in tables]
    check(heads == ["  step\tMAX(v(out))\tFROM\tTO", "  step\tv(out)=0.4", "  step\tt50*2", "  step\tv(out)\tat"], heads)
    for k, r in enumerate((500, 1000)):
        alone = agspice("-D", f"r={r}", deck("plain.cir", ".tran 10n 3u")).expect(0).measures
        for name, table in zip(names, tables):
            number, value, *_ = table.split("\n")[2 + k].split("\t")
            check(int(number) == k + 1, number)
            close(float(value), alone[name], relative=2e-6, what=f"{name} at r={r}")
    check("vmax: MAX" not in text, "a measure in the form of a single run")


def test_measures_of_each_step_in_the_form_of_ngspice():
    out = agspice(deck("form.cir", ".step param r list 500 1k", ".op", ".measure op v0 max v(in)", ".tran 10n 3u",
                       ".measure tran sum param='v0+vmax'")).expect(0).out
    check(out.count(".step r=") == 2 and out.count("step r=") == 4, out)
    parts = re.split(r"^\.?step r=(\d+)$", out, flags=re.M)[1:]
    check(parts[0::2] == ["500", "1000", "500", "1000"], parts[0::2])
    check("vmax                =  " in parts[5] and "v0                  =  " in parts[1] and "sum                 =  " in parts[7], out)
    values = [float(re.search(r"^sum +=  (\S+)", part, re.M).group(1)) for part in parts[5::2]]
    peaks = [float(re.search(r"^vmax +=  (\S+)", part, re.M).group(1)) for part in parts[5::2]]
    for total, peak in zip(values, peaks):
        close(total, 1 + peak, relative=1e-5)


def test_json_has_an_array_of_steps():
    out = fresh("steps.json")
    agspice("-q", "--json", out, deck("json.cir", ".step param r list 500 1k", ".op", ".measure op v0 max v(in)", ".tran 10n 3u")).expect(0)
    got = json.load(open(out))
    check([s["values"] for s in got["steps"]] == [{"r": 500}, {"r": 1000}] * 2, got["steps"])
    check([s["stats"]["analysis"] for s in got["steps"]] == ["Operating Point"] * 2 + ["Transient Analysis"] * 2, "analyses")
    check([set(s["op"]) for s in got["steps"]] == [{"v(in)", "v(out)", "i(v1)"}] * 2 + [set()] * 2, "operating points")
    check([[m["name"] for m in s["measures"]] for s in got["steps"]] == [["v0"]] * 2 + [["vmax", "t50", "late", "at1"]] * 2, "measures")
    check(got["measures"] == [] and [a["runs"] for a in got["stats"]] == [2, 2], got["stats"])
    alone = json.loads(agspice("-q", "--json", "-", "-D", "r=500", "-o", path("x.log"), deck("plain.cir", ".tran 10n 3u")).expect(0).out)
    check(got["steps"][2]["measures"] == alone["measures"], got["steps"][2]["measures"])
    check("steps" not in alone, "steps of a single run")


def test_tables_of_print_come_for_each_step():
    out = agspice(deck("print.cir", ".step param r list 500 1k", ".tran 1u 2u", ".options interp=1", ".print tran v(out)")).expect(0).out
    tables = re.findall(r"^Index .*\n-+\n((?:\d.*\n)+)", out, re.M)
    check(len(tables) == 2 and tables[0] != tables[1], out)
    alone = agspice("-D", "r=1k", deck("plain.cir", ".tran 1u 2u", ".options interp=1", ".print tran v(out)")).expect(0).out
    check(tables[1] in alone, out)


def test_pulses_of_each_step():
    text = """* pulses
v1 a 0 pwl(0 0 1u 0 1.1u {v} 2u {v} 2.1u 0 3u 0)
n1 a 0 vt
.model vt vteam(ron=1k roff=100k kon=-0.3)
.step param v list -2 -2.5
.pulses n1
.tran 10n 3u
"""
    agspice("-q", "--csv", fresh("p.csv"), "--json", fresh("p.json"), deck("pulses.cir", text=text)).expect(0)
    rows = list(csv.DictReader(open(path("p.pulses.csv"))))
    check([(row["v"], row["device"], row["index"]) for row in rows] == [("-2", "n1", "1"), ("-2.5", "n1", "1")], rows)
    steps = json.load(open(path("p.json")))["steps"]
    for row, step in zip(rows, steps):
        close(float(row["energy"]), step["pulses"][0]["energy"], relative=1e-15)
    check(abs(float(rows[1]["energy"])) > abs(float(rows[0]["energy"])), rows)


def test_plot_draws_one_curve_for_each_step():
    svg = fresh("steps.svg")
    agspice("-q", "--plot", svg, deck("plot.cir", ".step param r list 500 1k 2k", ".tran 10n 3u", ".plot tran v(out)")).expect(0)
    text = open(svg).read()
    for r in (500, 1000, 2000):
        check(f"v(out) r={r}" in text, f"no key for r={r}")
    svg = fresh("many.svg")
    r = agspice("--plot", svg, deck("curves.cir", ".step param r 100 1000 1", ".tran 1u 3u", ".plot tran v(out)")).expect(0)
    check("note: the plot shows one of 38 steps; 24 curves can be told apart" in r.out, r.out[-300:])
    check(len(set(re.findall(r"v\(out\) r=\d+", open(svg).read()))) == 24, "curves")


def test_a_step_that_fails_is_reported_and_the_others_run():
    text = "* root\nb1 a 0 v=-k-v(a)*v(a)\nr1 a 0 1\n.step param k list 1 -1 2 0\n.tran 1n 10n\n.measure tran m max v(a)\n"
    raw, log = fresh("fail.raw"), fresh("fail.log")
    r = agspice("-r", raw, "-o", log, "--json", fresh("fail.json"), deck("fail.cir", text=text)).expect(2)
    check(r.err.count("error: op: no convergence") == 2 and "note: this was the step with k=1\n" in r.err
          and "note: this was the step with k=2\n" in r.err, r.err)
    text = open(log).read()
    check("note: 2 of 4 steps failed" in text and text.count("this step failed: no convergence") == 2, text)
    parts = split(rawfile.read(raw)[0].columns)
    check(len(parts) == 4 and [math.isnan(part[-1][1]) for part in parts] == [True, False, True, False], [len(p) for p in parts])
    check([len(part) > 1 for part in parts] == [False, True, False, True], [len(p) for p in parts])
    rows = re.findall(r"^ +(\d)\t(\S+)", text[text.index("Measurement: m"):], re.M)
    check([k for k, _ in rows] == list("1234") and [math.isnan(float(v)) for _, v in rows] == [True, False, True, False], rows)
    steps = json.load(open(path("fail.json")))["steps"]
    check([s["measures"][0]["ok"] for s in steps] == [False, True, False, True], steps)


def test_a_value_that_is_refused_fails_its_step():
    text = "* range\nv1 a 0 1\nn1 a 0 vt\n.model vt vteam(ron={x})\n.step param x list 100 -5 200\n.op\n"
    raw = fresh("range.raw")
    r = agspice("-r", raw, deck("range.cir", text=text)).expect(1)
    check("range.cir:4:17: error: vteam parameter 'ron' = -5 ohm is outside" in r.err and "this was the step with x=-5" in r.err, r.err)
    i = rawfile.read(raw)[0].data["i(v1)"]
    check(len(i) == 3 and math.isnan(i[1]) and i[0] == i[0] and i[2] == i[2], i)


def test_steps_that_all_fail_leave_files_that_can_be_read():
    text = "* root\nb1 a 0 v=-k-v(a)*v(a)\nr1 a 0 1\n.step param k list 1 2\n.op\n"
    raw = fresh("none.raw")
    agspice("-r", raw, deck("none.cir", text=text)).expect(2)
    plot, = rawfile.read(raw)
    check(plot.points == 2 and plot.data["k"] == [1, 2] and all(math.isnan(x) for x in plot.data["v(a)"]), plot.data)


def test_conditions_change_devices_where_outputs_stay_the_same():
    text = "* structure\nv1 a 0 1\nr1 a b 1k\nr2 b 0 1k\n.if (n == 2)\nr3 b x 500\nr4 x 0 500\n.endif\n.step param n 1 2 1\n.op\n"
    _, (plot,) = stepped(deck("same.cir", ".param n=1", ".save v(b) i(v1)", text=text))
    close(plot.data["v(b)"][0], 1 / 2, relative=1e-9)
    close(plot.data["v(b)"][1], 1 / 3, relative=1e-9)
    r = agspice("-r", fresh("x.raw"), deck("other.cir", ".param n=1", text=text)).expect(1)
    check("other.cir:9:7: error: this step has other outputs than earlier ones; .save names outputs that all steps have" in r.err, r.err)
    r = agspice("-r", fresh("x.raw"), deck("fewer.cir", ".param n=1", text=text.replace("n 1 2 1", "n 2 1 -1"))).expect(1)
    check("fewer.cir:9:7: error: 'v(x)' is in the output of earlier steps and not in this one" in r.err, r.err)
    r = agspice(deck("plan.cir", ".param n=1", text=text.replace(".endif", ".measure op m max v(b)\n.endif"))).expect(1)
    check("error: this step has other analyses, measures or pulses than the netlist without steps" in r.err, r.err)


def test_overridden_parameters_cannot_be_stepped():
    r = agspice("-D", "r=5", deck("both.cir", ".step param r 1 2 1", ".op")).expect(1)
    check("error: parameter 'r' is stepped here and set by -D as well; leave one of them out" in r.err, r.err)
    agspice("-D", "a=5", path("both.cir")).expect(0)


def test_warnings_come_once():
    r = agspice(deck("warn.cir", ".options nonsense", ".step param r 1 20 1", ".op", text=BARE)).expect(0)
    check(r.err.count("warning") == 1, r.err)


def test_memory_and_time_do_not_follow_the_number_of_steps():
    if UNDER:
        return
    used = []
    for n in (100, 10000):
        netlist = deck("long.cir", f".step param r 1 {n} 1", ".op", ".measure op m max v(out)", text=BARE)
        command = [AGSPICE, "-q", "-r", fresh("long.raw"), netlist]
        code = ("import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True);"
                "u = resource.getrusage(resource.RUSAGE_CHILDREN); print(u.ru_maxrss, u.ru_utime + u.ru_stime)")
        out = subprocess.run([sys.executable, "-c", code, *command], stdout=subprocess.PIPE, check=True, text=True).stdout
        used.append([float(x) for x in out.split()])
        check(rawfile.read(path("long.raw"))[0].points == n, "points")
    check(BUILD.endswith("san") or used[1][0] < used[0][0] + 8000, f"{used[1][0]} KB for 10000 steps, {used[0][0]} KB for 100")
    check(used[1][1] < 20, f"{used[1][1]} s")


def test_files_that_cannot_be_written():
    if not os.path.exists("/dev/full"):
        return
    for option in ("-r", "--csv", "--json"):
        agspice("-q", option, "/dev/full", deck("full.cir", ".step param r 1 3 1", ".tran 10n 3u")).expect(3)


def test_states_are_saved_of_a_single_run_only():
    text = "* s\nv1 a 0 {v}\nn1 a 0 vt\n.model vt vteam()\n.param v=0.1\n.op\n"
    r = agspice(deck("many.cir", ".step param v 1 2 1", ".save state=x.state", text=text)).expect(1)
    check("error: states of one run can be saved, and here several are made" in r.err, r.err)
    write(path("in.state"), "agspice-state 1\nn1 w 0.5\n")
    _, (plot,) = stepped(deck("load.cir", ".step param v 0.1 0.2 0.1", ".load state=in.state", ".save @n1[w]", text=text))
    check(plot.data["@n1[w]"] == [0.5, 0.5], plot.data)


def test_statistics_are_sums():
    out = agspice("--stats", deck("stats.cir", ".step param r list 500 1k", ".tran 10n 3u")).expect(0).out
    check(re.search(r"steps of \.step and sweep +2\n +of these failed +0\n", out), out)
    accepted = [int(re.search(r"accepted steps +(\d+)", agspice("--stats", "-D", f"r={r}", deck("plain.cir", ".tran 10n 3u")).out).group(1))
                for r in (500, 1000)]
    check(int(re.search(r"accepted steps +(\d+)", out).group(1)) == sum(accepted), out)


tap.run([f for name, f in list(globals().items()) if name.startswith("test_")])
