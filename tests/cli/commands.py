#!/usr/bin/env python3
"""The command as scripts use it: options, exit statuses, what goes to standard output, to standard error, to files."""
import csv
import json
import math
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import rawfile
import tap
from program import AGSPICE, UNDER, agspice, ngspice, work_folder, write
from tap import check, close

RC = """rc low-pass
v1 in 0 pulse(0 1 0 1n 1n 1 2)
r1 in out {r}
c1 out 0 1n
.param r=1k
.tran 10n 5u
.measure tran vmax max v(out)
.measure tran t50 when v(out)=0.5 rise=1
.measure tran bad when v(out)=7
.end
"""
folder = work_folder()


def path(name):
    return os.path.join(folder, name)


def fresh(name):
    if os.path.exists(path(name)):
        os.remove(path(name))
    return path(name)


def deck(name, text=RC):
    return write(path(name), text)


def with_lines(*lines):
    return RC.replace(".end\n", "".join(line + "\n" for line in lines) + ".end\n")


def test_measures_go_to_standard_output_in_the_form_of_ngspice():
    r = agspice(deck("rc.cir")).expect(0)
    check(r.err == "", f"standard error: {r.err}")
    line = next(line for line in r.out.splitlines() if line.startswith("vmax "))
    check(line.startswith("vmax                =  9.9") and " at=  5.000000e-06" in line, line)
    close(r.measures["t50"], 1e-6 * math.log(2), relative=5e-3)
    check(r.measures["bad"] is None, "a measure that is never met must say failed")


def test_log_file_gets_the_measures_in_both_forms():
    r = agspice("-b", "-o", fresh("rc.log"), deck("rc.cir")).expect(0)
    check(r.out == "", f"standard output: {r.out}")
    log = open(path("rc.log")).read()
    check("vmax                =  " in log and "\nvmax: MAX(v(out))=0.99" in log and " FROM 0 TO 5e-06" in log, log)


def test_standard_input():
    r = agspice("-", stdin=RC).expect(0)
    check("vmax" in r.measures, r.out)
    r = agspice("-", stdin=b"title\nr1 a\0 0 1k\n\xff\xfe\n").expect(1)
    check("<stdin>:2:" in r.err, r.err)


def test_define_overrides_a_parameter():
    slow = agspice("-D", "r=2k", deck("rc.cir")).expect(0).measures["t50"]
    close(slow, 2e-6 * math.log(2), relative=5e-3)
    again = agspice("-Dr=1k", "-D", "R={1k*2}", path("rc.cir")).expect(0).measures["t50"]
    close(again, slow, relative=1e-9)


def test_spicelib_call():
    r = agspice("-D", "ngbehavior=kiltpsa", "-b", "-o", path("s.log"), "-r", fresh("s.raw"), deck("rc.cir")).expect(0)
    check(r.out == "" and r.err == "", r.out + r.err)
    check(rawfile.read(path("s.raw"))[0].points > 10, "points")
    agspice("-D", "filetype=ascii", "-r", fresh("s.raw"), path("rc.cir")).expect(0)
    check(b"\nValues:\n" in open(path("s.raw"), "rb").read(), "ASCII was asked for")


def test_usage_errors_exit_1_with_a_hint():
    for arguments, hint in ((["--assci", "x"], "did you mean --ascii?"), (["-Z", "x"], "unknown option '-Z'"), ([], "which netlist"),
                            (["-r"], "'-r' wants an argument"), (["--csv"], "'--csv' wants an argument"),
                            (["-D", "x", "y"], "NAME=VALUE"), (["-j", "0", "y"], "number of threads"),
                            (["--progress=often", "y"], "auto, always or never"), (["a.cir", "b.cir"], "one netlist"),
                            (["--model", "ag2s_filamnt"], "did you mean 'ag2s_filament'"),
                            (["--restore", "x", "y"], "unknown option"), (["--flatten", "y"], "unknown option")):
        r = agspice(*arguments).expect(1)
        check(hint in r.err, f"{arguments}: {r.err}")
        check(r.out == "", r.out)


def test_help_version_and_models():
    check("usage: agspice" in agspice("--help").expect(0).out, "usage")
    check(agspice("--version").expect(0).out.startswith("agspice "), "version")
    check(agspice("-v").expect(0).out == agspice("--version").out, "-v")
    models = agspice("--models").expect(0).out
    check("ag2s_filament" in models, models)
    for name in (line.split()[0] for line in models.splitlines()):
        r = agspice("--model", name).expect(0)
        check(r.out.startswith(name + " - ") and "Terminals: " in r.out, r.out)
    check("thickness" in agspice("--model", "ag2s_filament").out, "parameters")


def test_exit_statuses():
    agspice("/nowhere/x.cir").expect(3)
    agspice(deck("bad.cir", "title\nr1 a 0\nq\n.tran 1n 1u\n.end\n")).expect(1)
    agspice(deck("include.cir", "title\n.include nothere.inc\nr1 a 0 1\n.op\n.end\n")).expect(1)
    agspice(deck("noroot.cir", "title\nb1 a 0 v=-1-v(a)*v(a)\nr1 a 0 1\n.op\n.end\n")).expect(2)
    r = agspice(deck("none.cir", "title\nr1 a 0 1\nv1 a 0 1\n.end\n")).expect(1)
    check("no analysis" in r.err and ".tran" in r.err, r.err)


def test_no_file_is_written_for_a_wrong_netlist():
    agspice("-r", fresh("no.raw"), "--csv", fresh("no.csv"), deck("bad.cir", "title\nr1 a 0\n.tran 1n 1u\n.end\n")).expect(1)
    check(not os.path.exists(path("no.raw")) and not os.path.exists(path("no.csv")), "files were written")


def test_raw_ascii_and_csv_agree():
    agspice("-r", path("a.raw"), "--csv", path("a.csv"), deck("rc.cir")).expect(0)
    agspice("-r", path("b.raw"), "--ascii", path("rc.cir")).expect(0)
    binary, text = rawfile.read(path("a.raw"))[0], rawfile.read(path("b.raw"))[0]
    check(binary.names == ["time", "v(in)", "v(out)", "i(v1)"], str(binary.names))
    check(binary.types == ["time", "voltage", "voltage", "current"], str(binary.types))
    check(binary.header["Command"].endswith("(ngspice-compatible)"), binary.header["Command"])
    check(binary.columns == text.columns, "ASCII numbers are not exact")
    with open(path("a.csv"), newline="") as f:
        rows = list(csv.reader(f))
    check(rows[0] == binary.names, str(rows[0]))
    check([list(map(float, column)) for column in zip(*rows[1:])] == binary.columns, "CSV numbers are not exact")


def test_rawfile_loads_in_ngspice():
    agspice("-r", path("n.raw"), deck("two.cir", with_lines(".op"))).expect(0)
    plots = rawfile.read(path("n.raw"))
    check([p.name for p in plots] == ["Operating Point", "Transient Analysis"], str([p.name for p in plots]))
    script = f"t\n.control\nload {path('n.raw')}\nsetplot\ndisplay\nprint length(time) v(out)[length(time)-1]\nquit\n.endc\n.end\n"
    out = ngspice("-b", write(path("load.cir"), script)).out
    wanted = f"{plots[1].points} long"
    for name, kind in zip(plots[1].names, plots[1].types):
        line = next((line.split() for line in out.splitlines() if line.strip().startswith(name + " ")), None)
        check(line and kind + "," in line and wanted in " ".join(line), f"{name}: {line}\n{out}")
    value = float(out.split("v(out)[length(time)-1] = ")[1].split()[0])
    close(value, plots[1].data["v(out)"][-1], relative=1e-5)


def test_print_tables_and_operating_point():
    r = agspice(deck("p.cir", with_lines(".op", ".print tran v(out) v(in,out) i(v1)", ".options numdgt=9"))).expect(0)
    lines = r.out.splitlines()
    head = next(k for k, line in enumerate(lines) if line.startswith("Index"))
    check(lines[head].split() == ["Index", "time", "v(out)", "v(in,out)", "i(v1)"], lines[head])
    first = lines[head + 2].split()
    check(first[0] == "0" and first[1] == "0.00000000e+00" and len(first) == 5, str(first))
    check("Operating point" in r.out and "v(out)" in r.out, r.out)


def test_interp_gives_the_tstep_grid():
    text = with_lines(".options interp=1", ".print tran v(out)").replace(".tran 10n 5u", ".tran 0.3u 5u")
    r = agspice("-r", path("i.raw"), deck("i.cir", text)).expect(0)
    plot = rawfile.read(path("i.raw"))[0]
    time, out = plot.data["time"], plot.data["v(out)"]
    check(len(time) == 18, f"{len(time)} points")
    for k, t in enumerate(time[:-1]):
        close(t, 0.3e-6 * k, absolute=1e-15)
    close(time[-1], 5e-6, relative=1e-12)
    for t, v in zip(time, out):
        close(v, 1 - math.exp(-t / 1e-6), absolute=6e-3)
    check(sum(line.startswith(("0 ", "17 ")) for line in r.out.splitlines()) == 2, r.out)


def test_json():
    agspice("--json", path("r.json"), deck("j.cir", with_lines(".op"))).expect(0)
    data = json.load(open(path("r.json")))
    check([s["analysis"] for s in data["stats"]] == ["Operating Point", "Transient Analysis"], str(data["stats"]))
    check(data["stats"][1]["steps"] > 10 and data["options"]["reltol"] == 1e-3, "statistics or options")
    check(set(data["op"]) == {"v(in)", "v(out)", "i(v1)"}, str(data["op"]))
    vmax, t50, bad = data["measures"]
    check(vmax["name"] == "vmax" and vmax["ok"] and vmax["unit"] == "V" and vmax["to"] == 5e-6, str(vmax))
    check(t50["unit"] == "s" and not bad["ok"] and bad["value"] is None, str(bad))
    check(data["pulses"] == [], "pulses")


def test_pulse_table_in_log_json_and_csv():
    netlist = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "netlists", "memristor", "ag2s_write_read.cir")
    r = agspice("-r", path("w.raw"), "--json", path("w.json"), "--csv", path("w.csv"), netlist).expect(0)
    rows = json.load(open(path("w.json")))["pulses"]
    writes = [p for p in rows if p["kind"] == "write"]
    check([p["kind"] for p in rows] == ["write", "read"] * 3, str([p["kind"] for p in rows]))
    check("Pulses of n1" in r.out and "3 writes: " in r.out, r.out)
    with open(path("w.pulses.csv"), newline="") as f:
        table = list(csv.DictReader(f))
    for a, b in zip(table, rows):
        for key in ("t_start", "width", "v_peak", "i_peak", "charge", "energy", "g_before", "g_after"):
            check(float(a[key]) == b[key], f"{key}: {a[key]} {b[key]}")
    check(math.isnan(float(table[1]["t_recover"])) and rows[1]["t_recover"] is None, "reads have no recovery")
    for k, p in enumerate(writes):
        close(p["energy"], r.measures[f"e{k + 1}"], relative=1e-3, what=f"energy {k + 1}")
        close(p["width"], 1e-6, relative=1e-2, what="width")
        close(p["v_peak"], -0.3, relative=1e-9)


def test_plots():
    text = with_lines(".plot tran v(out) v(in) i(v1) p(r1)")
    for suffix, magic in ((".svg", b"<?xml"), (".png", b"\x89PNG"), (".pdf", b"%PDF")):
        agspice("--plot", fresh("g" + suffix), deck("g.cir", text)).expect(0)
        check(open(path("g" + suffix), "rb").read().startswith(magic), suffix)
        check(not os.path.exists(path("g" + suffix + ".part")), "temporary file left")
    svg = (agspice("--plot", path("g.svg"), path("g.cir")), open(path("g.svg")).read())[1]
    for word in ("v(out)", "v(in)", "i(v1)", "p(r1)", "voltage [V]", "power", "time [us]", "rc low-pass"):
        check(word in svg, f"{word} is not in the picture")
    check("time [us]" in agspice("--plot", "-", path("g.cir")).expect(0).out, "terminal plot")


SMALL_SIGNALS = """low-pass in decibels
v1 in 0 ac 1
r1 in out 1k
c1 out 0 1u
.ac dec 20 1 100k
.plot ac v(out) vdb(in,out)
.measure ac corner when vdb(out)=-3.0103
.end
"""


def test_small_signals():
    r = agspice("--plot", fresh("a.svg"), "--json", fresh("a.json"), "-r", fresh("a.raw"), "--stats", deck("a.cir", SMALL_SIGNALS)).expect(0)
    svg = open(path("a.svg")).read()
    for word in ("v(out)", "vdb(in,out)", "magnitude [dB]", "phase [deg]", "frequency [Hz]", "10k"):
        check(word in svg, f"{word} is not in the picture")
    result = json.load(open(path("a.json")))
    close(result["measures"][0]["value"], 1e3 / (2 * math.pi), relative=1e-3)
    check(result["measures"][0]["unit"] == "Hz", str(result["measures"]))
    check(result["stats"][0]["analysis"] == "AC Analysis" and result["stats"][0]["points"] == 101, str(result["stats"]))
    check(result["stats"][0]["refactor"] > 50, "pivots are not kept from frequency to frequency")
    check("Statistics of AC Analysis: done" in r.out, r.out)
    plot = rawfile.read(path("a.raw"))[0]
    out = dict(zip(plot.columns[0], plot.data["v(out)"]))[1e3]
    close(abs(out - 1 / (1 + 2j * math.pi)), 0, 0, 1e-12)


def test_plot_failures_exit_with_a_reason():
    r = agspice("--plot", "x.gif", deck("g.cir")).expect(1)
    check(".svg, .png or .pdf" in r.err, r.err)
    r = agspice("--plot", "/nowhere/x.svg", path("g.cir")).expect(3)
    check("cannot open '/nowhere/x.svg" in r.err, r.err)
    r = agspice("--plot", path("x.svg"), path("g.cir"), env={"PATH": "/nowhere"}).expect(3) if not UNDER else None
    check(r is None or "gnuplot-nox" in r.err, "the missing package is not named")


def test_quotes_and_backquotes_in_a_title_are_only_text():
    mark = fresh("touched")
    text = RC.replace("rc low-pass", f"it's `touch {mark}` \"$(touch {mark})\" @x {{y}}")
    agspice("--plot", path("q.svg"), deck("q.cir", text)).expect(0)
    check(not os.path.exists(mark), "gnuplot ran a command out of the title")


def test_full_disk_exits_3():
    for option in ("-r", "--csv", "--json", "-o"):
        r = agspice(option, "/dev/full", deck("rc.cir")).expect(3)
        check("No space left" in r.err, f"{option}: {r.err}")


def test_statistics():
    out = agspice("--stats", deck("rc.cir")).expect(0).out
    for word in ("accepted steps", "Newton iterations", "refactorisations", "CPU time", "KCL residual", "memory"):
        check(word in out, f"{word} is not in\n{out}")


LONG = "long\nv1 a 0 sin(0 1 1meg)\nr1 a b 1k\nc1 b 0 1p\n.tran 1n 10 0 10n\n.end\n"


def interrupt(*arguments):
    p = subprocess.Popen([*UNDER, AGSPICE, *arguments, deck("long.cir", LONG)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(2 if not UNDER else 20)
    p.send_signal(signal.SIGINT)
    out, err = p.communicate(timeout=60)
    return p.returncode, out.decode(), err.decode()


def test_interrupt_exits_130_and_keeps_the_waveforms():
    status, _, _ = interrupt("-r", path("long.raw"))
    check(status == 130, f"exit status {status}")
    plot = rawfile.read(path("long.raw"))[0]
    check(plot.points > 100 and plot.data["time"][-1] > 0, "no waveforms")


def test_progress_only_where_it_is_wanted():
    _, out, err = interrupt("--progress=always")
    check("%" in err and "left" in err and "t = " in err and "%" not in out, err)
    _, _, err = interrupt()
    check("%" not in err, "progress on something that is no terminal")


def killed_run_loads(number, option):
    p = subprocess.Popen([*UNDER, AGSPICE, "-r", fresh("killed.raw"), *option.split(), deck("long.cir", LONG)], stdout=subprocess.DEVNULL)
    time.sleep((0.3 + 0.17 * number) * (1 if not UNDER else 20))
    p.kill()
    p.wait()
    plot = rawfile.read(path("killed.raw"))[0]
    check(plot.points > 0 and (not number or plot.points > 100), f"{plot.points} points")
    script = f"t\n.control\nload {path('killed.raw')}\nprint length(time) time[length(time)-1]\nquit\n.endc\n.end\n"
    out = ngspice("-b", write(path("load.cir"), script)).out
    check(f"length(time) = {plot.points:.6e}" in out, f"{option}: {plot.points} points, ngspice:\n{out}")
    close(float(out.split("(time)-1] = ")[1].split()[0]), plot.data["time"][-1], relative=1e-6)


def test_killed_run_leaves_a_rawfile_that_ngspice_loads():
    """A kill between the patch of the count and the rows behind it (microseconds, waveforms/raw.h) may be tried again."""
    for number, option in enumerate(("", "--ascii") * 3):
        try:
            killed_run_loads(number, option)
        except (tap.Failure, ValueError):
            killed_run_loads(number, option)


def test_outputs_that_would_overwrite_something_are_refused():
    text = with_lines(".include in.inc")
    write(path("in.inc"), "r9 in 0 1k\n")
    same = path("same.out")
    os.makedirs(path("d"), exist_ok=True)
    for arguments, hint in ((["-r", same, "--csv", os.path.join(folder, "d", "..", "same.out")], "-r and --csv"),
                            (["--json", same, "-o", same], "--json and -o"), (["-r", "-", "--csv", "-"], "-r and --csv"),
                            (["-o", path("self.cir")], "-o would overwrite"), (["-r", path("self.cir")], "-r would overwrite"),
                            (["--csv", path("in.inc")], "--csv would overwrite"), (["-o", path("in.inc")], "-o would overwrite")):
        r = agspice(*arguments, deck("self.cir", text)).expect(1)
        check(hint in r.err and r.out == "", f"{arguments}: {r.err}{r.out}")
        check(open(path("self.cir")).read() == text and "r9" in open(path("in.inc")).read(), f"{arguments}: the netlist is gone")
        check(not os.path.exists(same), f"{arguments}: {same} was opened")
    agspice("-r", "/dev/null", "--csv", "/dev/null", path("self.cir")).expect(0)


def test_closed_standard_streams_are_not_taken_for_files():
    command = f"exec {' '.join([*UNDER, AGSPICE])} -r {fresh('closed.raw')} -o {fresh('closed.log')} {deck('rc.cir')}"
    for closed in (">&-", "<&-") if UNDER else (">&-", "2>&-", "<&-", "<&- >&- 2>&-"):      # valgrind wants its own stderr
        status = subprocess.run(["sh", "-c", f"{command} {closed}"]).returncode
        check(status == 0 and rawfile.read(path("closed.raw"))[0].points > 10, f"{closed}: {status}")
        check(open(path("closed.log")).read().startswith("agspice "), f"{closed}: log")
    command = command.replace(f"-o {path('closed.log')} ", "")
    status = subprocess.run(["sh", "-c", f"{command} >&-"], stderr=subprocess.DEVNULL).returncode
    check(status == 3 and rawfile.read(path("closed.raw"))[0].points > 10, f"a log that cannot be written: {status}")


def test_a_gnuplot_that_draws_nothing_is_an_error():
    os.makedirs(path("bin"), exist_ok=True)
    write(path("bin/gnuplot"), "#!/bin/sh\ncat >/dev/null\n")
    os.chmod(path("bin/gnuplot"), 0o755)
    env = {"PATH": os.path.abspath(path("bin")) + ":" + os.environ["PATH"]}
    r = agspice("--plot", fresh("nothing.svg"), deck("rc.cir"), env=env).expect(3)
    check("drew nothing" in r.err, r.err)
    check(not os.path.exists(path("nothing.svg")) and not os.path.exists(path("nothing.svg.part")), "an empty file is left")


def test_energies_of_pulses_and_measures_agree_and_are_exact():
    text = ("triangle\nv1 a 0 pwl(0 0 1u 0 2u 1 3u 0 4u 0 4.1u 10m 5u 10m 5.1u 0 6u 0)\nr1 a 0 1k\n.tran 10n 6u\n"
            ".pulses r1 read=20m vmin=1u\n.measure tran e integ p(r1) from=1u to=3u\n.end\n")
    r = agspice("--json", path("t.json"), deck("t.cir", text)).expect(0)
    write_, read = json.load(open(path("t.json")))["pulses"]
    energy = json.load(open(path("t.json")))["measures"][0]["value"]
    close(energy, 2e-6 / 3 * 1e-3, relative=1e-9)
    close(write_["energy"], energy, relative=1e-12)
    close(write_["t_recover"], 1.09e-6, relative=1e-3)     # 90 % of the read's rising edge
    close(read["g_after"], 1e-3, relative=1e-9)


if __name__ == "__main__":
    tap.run([f for name, f in list(globals().items()) if name.startswith("test_")])
