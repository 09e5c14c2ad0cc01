#!/usr/bin/env python3
"""States of devices on disk: what one run writes, another begins with, bit for bit."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import tap
from program import agspice, work_folder, write
from tap import check
import rawfile

folder = work_folder()
CELLS = """.model vt vteam(ron=100 roff=10k kon=-0.3 koff=0.01)
.model gf ag2s_filament(thickness=200n)
.model se agnp_selector
.subckt cell p n
n1 p n vt
.ends
x1 b 0 cell
n2 a 0 vt
n3 a 0 gf
n4 a 0 se
"""
WRITE = "write\nv1 a 0 pwl(0 0 1u -2 1.3u -2 2u 0)\nr1 a b 1k\n" + CELLS + ".tran 10n 2.5u\n"
READ = "read\nv1 a 0 -0.1\nr1 a b 1k\n" + CELLS + ".op\n"


def path(name):
    return os.path.join(folder, name)


def fresh(*names):
    for name in names:
        if os.path.exists(path(name)):
            os.remove(path(name))


def deck(name, text):
    return write(path(name), text)


def states(name):
    lines = open(path(name)).read().splitlines()
    check(lines[0] == "agspice-state 1", lines[0])
    return {tuple(line.split()[:2]): line.split()[2] for line in lines[1:] if not line.startswith("*")}


def written():
    """The file of a write run, made once."""
    if not os.path.exists(path("w.state")):
        agspice(deck("write.cir", WRITE + ".save state=w.state\n.end\n")).expect(0)
    return states("w.state")


def test_a_run_writes_the_states_of_every_device_at_its_end():
    fresh("w.state")
    got = written()
    want = {("n.x1.n1", "w"), ("n2", "w"), ("n4", "x"), ("n4", "formed"),
            *(("n3", s) for s in ("n", "h", "a", "m", "events", "above"))}
    check(set(got) == want, sorted(got))
    raw = path("write.raw")
    agspice("-r", raw, deck("w2.cir", WRITE + ".save @n2[w] @n.x1.n1[w] @n3[h] @n3[events]\n.end\n")).expect(0)
    plot = rawfile.read(raw)[0]
    for name, key in (("@n2[w]", ("n2", "w")), ("@n.x1.n1[w]", ("n.x1.n1", "w")), ("@n3[h]", ("n3", "h")),
                      ("@n3[events]", ("n3", "events"))):
        check(plot.data[name][-1] == float(got[key]), f"{name}: {plot.data[name][-1]!r} in the waveform, {got[key]} in the file")
    check(0.05 < float(got["n.x1.n1", "w"]) and float(got["n.x1.n1", "w"]) != float(got["n2", "w"]), got)
    check(float(got["n3", "events"]) == 1, got)


def test_a_read_run_begins_with_them_bit_for_bit():
    got = written()
    fresh("r.state", "r.raw", "p.raw")
    agspice("-r", path("r.raw"), deck("read.cir", READ + ".load state=w.state\n.save state=r.state all\n.end\n")).expect(0)
    check(states("r.state") == got, "an operating point changed the states")
    # The same with the states as parameters, where their ranges allow that; n4 is left out of both.
    alone = READ.replace("n4 a 0 se\n", "").replace("n1 p n vt", f"n1 p n vt w0={got['n.x1.n1', 'w']}")
    alone = alone.replace("n2 a 0 vt", f"n2 a 0 vt w0={got['n2', 'w']}").replace(
        "n3 a 0 gf", "n3 a 0 gf " + " ".join(f"{s}0={got['n3', s]}" for s in "nham"))
    loaded = READ.replace("n4 a 0 se\n", "") + ".load state=some.state\n.end\n"
    write(path("some.state"), "agspice-state 1\n" + "".join(f"{d} {s} {v}\n" for (d, s), v in got.items() if d != "n4"))
    agspice("-r", path("p.raw"), deck("param.cir", alone + ".end\n")).expect(0)
    agspice("-r", path("l.raw"), deck("load.cir", loaded)).expect(0)
    want, have = rawfile.read(path("p.raw"))[0].data, rawfile.read(path("l.raw"))[0].data
    check(want == have, f"{want}\n{have}")
    unwritten = deck("unwritten.cir", READ.replace("n4 a 0 se\n", "") + ".end\n")
    agspice("-r", path("u.raw"), unwritten).expect(0)
    check(rawfile.read(path("u.raw"))[0].data["i(v1)"] != have["i(v1)"], "the states make no difference")


def test_a_transient_begins_with_them_too():
    got = written()
    fresh("t.raw")
    text = READ.replace(".op\n", ".tran 1n 10n\n.save @n2[w] @n3[h] @n4[x] @n3[events]\n")
    agspice("-r", path("t.raw"), deck("tran.cir", text + ".load state=w.state\n.end\n")).expect(0)
    data = rawfile.read(path("t.raw"))[0].data
    for name, key in (("@n2[w]", ("n2", "w")), ("@n3[h]", ("n3", "h")), ("@n4[x]", ("n4", "x"))):
        check(data[name][0] == float(got[key]), f"{name} begins with {data[name][0]!r}, the file says {got[key]}")
    check(data["@n3[events]"][0] >= 1, f"events = {data['@n3[events]'][0]}")


def test_states_outside_the_range_of_their_parameter_are_kept():
    write(path("far.state"), "agspice-state 1\nn2 w 1.005\n\n* x1.n1 stands for n.x1.n1\n  x1.n1  w -0.004\n")
    r = agspice(deck("far.cir", READ + ".load state=far.state\n.print op @n2[w] @n.x1.n1[w]\n.end\n")).expect(0)
    check("1.00500e+00" in r.out and "-4.00000e-03" in r.out, r.out)
    check("far.cir:15:13: note: 2 of 4 devices with states are not in the file; they begin as their parameters say" in r.out, r.out)


def diagnosis(name, content, line=".load state=bad.state"):
    write(path("bad.state"), content)
    r = agspice(deck(f"{name}.cir", READ + line + "\n.end\n")).expect(1)
    return [text.replace(folder + "/", "") for text in r.err.splitlines() if ": error: " in text]


def test_wrong_files_are_explained_at_their_lines():
    h = "agspice-state 1\n"
    for content, want in (
            (h + "n2 w 0.5\nn22 w 0.5\n", "bad.state:3:1: error: no device 'n22'; did you mean 'n2'?"),
            (h + "n2 v 0.5\n", "bad.state:2:4: error: 'n2' (vteam) has no state 'v'"),
            (h + "n4 forme 0.5\n", "bad.state:2:4: error: 'n4' (agnp_selector) has no state 'forme'; did you mean 'formed'?"),
            (h + "n4 vj 0.5\n", "bad.state:2:4: error: 'n4' (agnp_selector) has no state 'vj'"),
            (h + "n2 w half\n", "bad.state:2:6: error: a finite number is needed here"),
            (h + "n2 w nan\n", "bad.state:2:6: error: a finite number is needed here"),
            (h + "n2 w 1.5\n", "bad.state:2:6: error: state 'w' = 1.5 of 'n2' is outside -0.01 .. 1.01"),
            (h + "n2 w\n", "bad.state:2:4: error: a line is: device, state, value"),
            (h + "n2 w 0.5 1\n", "bad.state:2:10: error: a line is: device, state, value"),
            (h + "n2 w 0.5\nn2 w 0.5\n", "bad.state:3:1: error: state 'w' of 'n2' is set already"),
            ("agspice-state 2\nn2 w 0.5\n", "bad.state:1:15: error: only version 1 of files of states can be read"),
            ("", "bad.state:1:1: error: this is no file of states: it would begin with 'agspice-state 1'"),
            ("title\nr1 a 0 1\n", "bad.state:1:1: error: this is no file of states: it would begin with 'agspice-state 1'")):
        got = diagnosis("wrong", content)
        check(got == [want], f"{content!r}: {got}")
    got = diagnosis("wrong", h, ".load file=bad.state")
    check(got == ["wrong.cir:15:7: error: .load state=FILE needs the path of a file of states"], got)
    got = diagnosis("wrong", h, ".load state=none.state")
    check(got == ["wrong.cir:15:13: error: cannot open 'none.state': No such file or directory"], got)


def test_a_file_that_is_something_else_is_not_overwritten():
    victim = deck("victim.cir", READ + ".save state=victim.cir\n.end\n")
    before = open(victim).read()
    r = agspice(victim).expect(3)
    check("victim.cir:15:13: error: '" in r.err and "exists and is no file of states; it is not overwritten" in r.err, r.err)
    check(open(victim).read() == before, "the netlist was overwritten")


def test_states_that_cannot_be_written_are_an_error_of_files():
    r = agspice(deck("nowhere.cir", READ + ".save state=no/such/folder.state\n.end\n")).expect(3)
    check("error: cannot open '" in r.err, r.err)


def test_a_failed_run_leaves_the_file_alone():
    write(path("kept.state"), "agspice-state 1\n* as it was\n")
    text = READ + "b9 c 0 v=-1-v(c)*v(c)\nr9 c 0 1\n.save state=kept.state\n.end\n"
    r = agspice(deck("fails.cir", text)).expect(2)
    check(open(path("kept.state")).read() == "agspice-state 1\n* as it was\n", "the file changed")
    check(not os.path.exists(path("kept.state.part")), "a temporary file is left")


def test_every_analysis_can_be_the_last():
    got = written()
    for card in (".dc v1 0 0.01 0.005", ".ac dec 1 1 10"):
        fresh("last.state")
        text = READ.replace(".op\n", card + "\n").replace("v1 a 0 -0.1", "v1 a 0 -0.1 ac 1")
        agspice(deck("last.cir", text + ".load state=w.state\n.save state=last.state\n.end\n")).expect(0)
        check(states("last.state") == got, card)


def test_reading_and_writing_the_same_file():
    written()
    write(path("same.state"), open(path("w.state")).read())
    agspice(deck("same.cir", READ + ".load state=same.state\n.save state=same.state\n.end\n")).expect(0)
    check(states("same.state") == written(), "states changed on the way")


def test_the_example_of_the_netlist_reference():
    text = open("doc/netlist.md", encoding="utf-8").read()
    first, second = re.findall(r"^```spice\n(.*?)^```", text[text.index("\n### States on disk"):], re.M | re.S)[:2]
    fresh("tile.state")
    agspice(deck("example_write.cir", first)).expect(0)
    g = agspice(deck("example_read.cir", second)).expect(0).measures["g"]
    tap.close(g, float(re.search(r"^\* g = (\S+)$", second, re.M).group(1)), relative=1e-3)


tap.run([f for name, f in list(globals().items()) if name.startswith("test_")])
