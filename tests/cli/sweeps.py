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
