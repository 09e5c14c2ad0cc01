#!/usr/bin/env python3
"""DC sweeps as users see them: rawfiles, CSV, tables, measures, plots, JSON, statistics, failures."""
import csv
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import rawfile
import tap
from program import agspice, ngspice, work_folder, write
from tap import check, close

FOLDER = work_folder()
NET = """sweeps
v1 a 0 0
i1 0 b 1m
r1 a b rm r=1k
r2 b 0 1k
.model rm r(tc1=1m)
"""
# v(c) = (v1/2)^2, v(e) = v1 v2/2: the curves of a nested sweep differ in v(e) only.
CURVES = """curves
v1 a 0 0
r1 a b 1k
r2 b 0 1k
e1 c 0 vol='v(b)*v(b)'
v2 d 0 1
e2 e 0 vol='v(b)*v(d)'
"""


def deck(name, text):
    return write(os.path.join(FOLDER, name + ".cir"), text + ".end\n")


def path(name):
    return os.path.join(FOLDER, name)


def test_the_scale_in_a_rawfile_is_named_as_ngspice_names_it():
    table = [("v1 0 1 0.5", "v(v-sweep)", "voltage", [0, 0.5, 1]), ("i1 0 1m 1m", "i(i-sweep)", "current", [0, 1e-3]),
             ("r2 1k 3k 1k", "res-sweep", "res-sweep", [1e3, 2e3, 3e3]), ("temp 0 50 25", "temp-sweep", "temp-sweep", [0, 25, 50]),
             ("@r1[tc1] 0 1m 1m", "param-sweep", "notype", [0, 1e-3]), ("rm(tc1) 0 1m 1m", "param-sweep", "notype", [0, 1e-3])]
    for axis, name, kind, values in table:
        for ascii_ in (), ("--ascii",):
            agspice("-r", path("scale.raw"), *ascii_, deck("scale", f"{NET}.dc {axis}\n")).expect(0)
            plot, = rawfile.read(path("scale.raw"))
            check(plot.name == "DC transfer characteristic" and plot.header["Flags"] == "real", plot.header)
            check(plot.names == [name, "v(a)", "v(b)", "i(v1)"] and plot.types[0] == kind, (plot.names, plot.types))
            check(plot.columns[0] == values, plot.columns[0])


def test_ngspice_loads_the_rawfile():
    agspice("-r", path("load.raw"), deck("load", f"{NET}.dc temp 0 50 25 v1 0 1 1\n")).expect(0)
    script = write(path("load.sp"), f"* load\n.control\nload {path('load.raw')}\nprint length(v(b))\n.endc\n.end\n")
    check("length(v(b)) = 6" in " ".join(ngspice("-n", "-b", script).out.split()), "not loaded")


def test_csv_has_a_column_for_every_axis():
    agspice("--csv", path("axes.csv"), deck("axes", f"{NET}.dc v1 0 1 1 temp 25 75 50 r2 list 1k 3k\n")).expect(0)
    with open(path("axes.csv"), encoding="utf-8") as f:
        head, *rows = list(csv.reader(f))
    check(head == ["v-sweep", "temp", "r2", "v(a)", "v(b)", "i(v1)"], head)
    got = [tuple(map(float, row[:3])) for row in rows]
    check(got == [(v, t, r) for r in (1e3, 3e3) for t in (25, 75) for v in (0, 1)], got)


def rows(name, text):
    agspice("--csv", path(name + ".csv"), deck(name, text)).expect(0)
    with open(path(name + ".csv"), encoding="utf-8") as f:
        head, *found = list(csv.reader(f))
    return head, [dict(zip(head, map(float, row))) for row in found]


PARAMETER = """parameter
.param p=1 q={2*p}
v1 a 0 2
r1 a b {1k*p}
x1 b cell r={q*500}
.subckt cell n r=1
r2 n 0 {r}
c1 n 0 {r*1p}
.ends
"""


def test_parameters_are_swept_wherever_they_stand_among_the_axes():
    for axes, names, points in ((".dc p 1 3 0.5", ["param-sweep"], 5), (".dc v1 0 2 1 param p list 1 2 4", ["v-sweep", "p"], 9),
                                (".dc param p dec 1 1 100 v1 1 2 1", ["param-sweep", "v1"], 6),
                                (".dc v1 0 1 1 p 1 2 1 r1 list 1k 2k", ["v-sweep", "p", "r1"], 8)):
        head, found = rows("parameter", PARAMETER + axes + "\n")
        check(head[:len(names)] == names and len(found) == points, (axes, head, len(found)))
        for row in found:
            p = row.get("p", row.get("param-sweep"))
            r1 = row.get("r1", 1e3 * p)
            close(row["v(b)"], row["v(a)"] * 1e3 * p / (r1 + 1e3 * p), 1e-9, 1e-15, f"v(b) at p = {p} of {axes}")
            close(row["i(v1)"], -row["v(a)"] / (r1 + 1e3 * p), 1e-9, 1e-18, f"i(v1) at p = {p} of {axes}")


def test_values_computed_from_the_temperature_follow_it():
    text = "temper\n.param r={1k*(1+0.01*(temper-27))}\ni1 0 a 1m\nr1 a 0 {r}\n"
    for axes in ".dc temp 27 127 50", ".dc i1 1m 2m 1m temp 27 127 50":
        head, found = rows("temper", text + axes + "\n")
        for row in found:
            current = row.get("i-sweep", 1e-3)
            close(row["v(a)"], current * 1e3 * (1 + 0.01 * (row.get("temp", row.get("temp-sweep")) - 27)), 1e-9, what=f"v(a) of {axes}")


def test_parts_go_on_from_one_another():
    # out = tanh(4 (in + out/2)) has two solutions between the folds at +-0.133: a sweep that goes back stays on its branch.
    up = [round(-0.4 + 0.02 * k, 2) for k in range(41)]
    text = "branch\n.param x=0\nvin in 0 {x}\nb1 out 0 v='tanh(4*(v(in)+0.5*v(out)))'\nr1 out 0 1k\n.dc x list "
    head, found = rows("branch", text + " ".join(map(str, up + up[::-1])) + "\n")
    for k, row in enumerate(found):
        high = row["param-sweep"] > (0.1332 if k <= 40 else -0.1332)
        check((row["v(out)"] > 0) == high, f"point {k}: v(out) = {row['v(out)']} at {row['param-sweep']}")


def test_a_parameter_that_nothing_can_have_ends_the_sweep():
    run = agspice("--csv", path("end.csv"), deck("end", PARAMETER + ".dc p 2 0 -1\n")).expect(1)
    check("r must be at least 1p ohm" in run.err and "note: this was at p = 0" in run.err, run.err)
    with open(path("end.csv"), encoding="utf-8") as f:
        check(len(f.readlines()) == 3, "two points were found before")


def test_steps_repeat_a_sweep_of_a_parameter():
    head, found = rows("steps", PARAMETER + ".dc p 1 2 1\n.step v1 1 3 1\n")
    check(head[:2] == ["v1", "param-sweep"] and len(found) == 6, head)
    for row in found:
        close(row["v(b)"], row["v1"] / 2, 1e-9)


def test_tables_are_those_of_the_single_curves():
    out = agspice(deck("table", f"{NET}.dc v1 0 1 1 temp 27 77 50\n.print dc v(a) {{v(b)*2}}\n")).expect(0).out
    lines = [" ".join(line.split()) for line in out.splitlines()]
    check(lines.count("Index v-sweep v(a) v(b)*2") == 2, out)
    check("DC transfer characteristic at temp = 27" in lines and "DC transfer characteristic at temp = 77" in lines, out)
    rows = [line.split() for line in lines if line[:1].isdigit()]
    check([row[:2] for row in rows] == [["0", "0.00000e+00"], ["1", "1.00000e+00"], ["2", "0.00000e+00"], ["3", "1.00000e+00"]], out)
    for row, r1 in zip(rows, (1e3, 1e3, 1.05e3, 1.05e3)):                    # v(b) = (v1/r1 + i1)/(1/r1 + 1/r2)
        close(float(row[3]), 2 * (float(row[1]) / r1 + 1e-3) / (1 / r1 + 1e-3), 1e-5, what="2 v(b)")


MEASURES = """.measure dc highest max v(e)
.measure dc lowest min v(e)
.measure dc span pp v(e)
.measure dc mean avg v(c)
.measure dc area integ v(c)
.measure dc part integ v(c) from=1 to=3
.measure dc root rms v(b)
.measure dc level when v(c)=1
.measure dc found find v(c) at=1.25
.measure dc there find v(b) when v(c)=1
.measure dc slope deriv v(c) at=2
.measure dc way trig v(b) val=0.5 cross=1 targ v(b) val=1.5 cross=1
.measure dc where max_at v(e)
.measure dc twice param='2*highest'
.measure falls when v(b)=1 fall=1
"""


def measured(name, card):
    return agspice(deck(name, f"{CURVES}.dc {card}\n{MEASURES}")).expect(0).measures


def test_measures_over_a_rising_scale():
    # Points every 0.5 V; the trapezoids of (v/2)^2 add h^2/24 of slope to the integral.
    want = {"highest": 2, "lowest": 0, "span": 2, "mean": 5.375 / 4, "area": 5.375, "part": 26 / 12 + 1 / 48, "root": 2 / 3 ** 0.5, "level": 2,
            "found": (0.25 + 0.5625) / 2, "there": 1, "slope": 1, "way": 2, "where": 4, "twice": 4, "falls": None}
    got = measured("rising", "v1 0 4 0.5")
    for name, value in want.items():
        check((got[name] is None) == (value is None), f"{name} = {got[name]}")
        if value is not None:
            close(got[name], value, 1e-6, what=name)


def test_over_a_falling_scale_integrals_change_their_sign():
    rising, falling = measured("rising", "v1 0 4 0.5"), measured("falling", "v1 4 0 -0.5")
    for name in rising:
        if name in ("area", "part"):
            close(falling[name], -rising[name], 1e-9, what=name)
        elif name == "falls":
            close(falling[name], 2, 1e-9, what=name)
        else:
            close(falling[name], rising[name], 1e-9, what=name)


def test_measures_of_several_curves_join_none_of_them():
    one, all_ = measured("one", "v1 0 4 0.5"), measured("all", "v1 0 4 0.5 v2 1 3 1")
    factor = {"area": 3, "part": 3, "highest": 3, "span": 3, "twice": 3}
    for name, value in one.items():
        if value is None:
            check(all_[name] is None, f"{name} = {all_[name]}")
        else:
            close(all_[name], value * factor.get(name, 1), 1e-9, what=name)


def test_values_below_zero_are_measured():
    got = agspice(deck("below", f"{CURVES}.dc v1 -4 -1 0.5\n.measure dc x find v(b) at=-2.25\n.measure dc y when v(b)=-1\n"
                       ".measure dc z avg v(b) from=-3 to=-2\n")).expect(0).measures
    for name, value in (("x", -1.125), ("y", -2), ("z", -1.25)):
        close(got[name], value, 1e-9, what=name)


def test_plots_have_the_swept_quantity_as_their_axis():
    text = f"{NET}.dc i1 dec 5 1u 10m v1 0 1 1\n.plot dc v(b)\n"
    agspice("--plot", path("plot.svg"), deck("plot", text)).expect(0)
    with open(path("plot.svg"), encoding="utf-8") as f:
        picture = f.read()
    for word in ("i1 [A]", ">sweeps<", ">v(b)<", ">1u<", ">10u<", ">10m<"):            # the marks of a logarithmic axis
        check(word in picture, f"{word} is missing")


def test_what_plot_asks_for_is_drawn():
    both = f"{NET}.dc v1 0 1 0.1\n.tran 1n 1u\n"
    for card, label in (("", "time [us]"), (".plot dc v(b)\n", "v1 [V]"), (".plot tran v(b)\n", "time [us]")):
        agspice("--plot", path("which.svg"), deck("which", both + card)).expect(0)
        with open(path("which.svg"), encoding="utf-8") as f:
            check(label in f.read(), f"{label} is missing for {card!r}")


def test_cards_without_an_analysis_mean_the_sweep():
    run = agspice(deck("usual", f"{NET}.measure top max v(b)\n.print v(b)\n.dc v1 0 2 1\n")).expect(0)
    close(run.measures["top"], 1.5, 1e-9)
    check("v-sweep" in run.out, run.out)


def test_json_and_statistics():
    run = agspice("--stats", "--json", path("stats.json"), deck("stats", f"{NET}.dc v1 0 2 1m\n")).expect(0)
    with open(path("stats.json"), encoding="utf-8") as f:
        stats, = json.load(f)["stats"]
    check(stats["analysis"] == "DC transfer characteristic" and stats["points"] == 2001 and stats["status"] == "done", stats)
    check(stats["factor"] + stats["refactor"] == 1, stats)
    check("Statistics of DC transfer characteristic: done" in run.out and "accepted steps" not in run.out, run.out)


def test_points_before_a_failure_are_written():
    text = "failure\nv1 a 0 5\nr1 a b 1k\nb1 b 0 i='1m*(1+v(b)*v(b))'\n.dc v1 2 0 -0.4\n.measure dc m max v(b)\n"
    run = agspice("-r", path("failure.raw"), "--csv", path("failure.csv"), deck("failure", text)).expect(2)
    check("error: dc at v1 = 0.4 V: no convergence" in run.err, run.err)
    plot, = rawfile.read(path("failure.raw"))
    check([round(v, 12) for v in plot.columns[0]] == [2, 1.6, 1.2, 0.8], plot.columns[0])
    with open(path("failure.csv"), encoding="utf-8") as f:
        check(len(f.readlines()) == 5, "CSV")
    check(run.measures["m"] is None, run.out)


tap.run([v for k, v in list(globals().items()) if k.startswith("test_")])
