#!/usr/bin/env python3
"""The parser under random input: tests/fuzz/netlist.c, with libFuzzer.

    fuzzing.py SECONDS      fuzz for so long; new inputs go to build/fuzz/corpus, failing ones to build/fuzz/failed (make fuzz)
    fuzzing.py              as a test: two minutes when the tests run under sanitizers, and always the inputs of
                            tests/fuzz/corpus, which once failed or are hard to find, through the program itself

What is sown: the netlists of the tree. The dictionary is taken from the tables of the sources, so that new words of the
language are in it."""
import glob
import os
import re
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from program import BUILD, UNDER, agspice
from tap import Failure, check, run

HOME = "build/fuzz"
FUZZER = f"{HOME}/tests/fuzz/netlist"
SEEDS = ["tests/fuzz/corpus", "tests/dialect", "tests/diag", "tests/differential", "netlists"]
SOURCES = ["parser/*.c", "parser/*.l", "core/*.c", "models/*/*.c", "waveforms/*.c", "run/*.c"]
MARKS = ["\\x00", "\\xef\\xbb\\xbf", "\\xff\\xfe", "\\x0a+ ", "\\x0a.", "\\x0d\\x0a", "\\x0a*-- part\\x0a", "-D x=", "part", "**", "&&", "||", "==", "!=",
         "<=", ">=", "<>", "//", "$ ", "v(", "i(", "@n1[x]", "{", "}", "'", "\\\"", "1e308", "1e-308", "nan", "inf", "meg", "mil"]
# Of one input: seconds before it counts as a hang (netlist.c is stricter, in processor time), megabytes, bytes.
LIMITS = ["-timeout=60", "-rss_limit_mb=2048", "-max_len=4096"]
MOST_SECONDS = 600 if UNDER else 10


def dictionary():
    """Path of the dictionary: every short string of the sources that could be a word of a netlist."""
    words = set()
    for path in (p for pattern in SOURCES for p in glob.glob(pattern)):
        with open(path, encoding="utf-8") as f:
            words.update(re.findall(r'"([.@]?[a-z][a-z0-9_]{1,15})"', f.read()))
    path = f"{HOME}/words.dict"
    with open(path, "w", encoding="ascii") as f:
        f.writelines(f'"{word}"\n' for word in sorted(words) + MARKS)
    return path


def fuzz(seconds):
    """Runs the fuzzer; (status, what it printed)."""
    check(os.path.exists(FUZZER), f"{FUZZER} is not there: make fuzz builds it")
    for folder in ("corpus", "failed"):
        os.makedirs(f"{HOME}/{folder}", exist_ok=True)
    command = [FUZZER, f"-max_total_time={seconds}", f"-dict={dictionary()}", f"-artifact_prefix={HOME}/failed/", "-print_final_stats=1",
               "-verbosity=1", *LIMITS, f"{HOME}/corpus", *SEEDS]
    symbolizer = "/usr/lib/llvm-14/bin/llvm-symbolizer"
    environment = dict(os.environ, ASAN_OPTIONS=f"detect_leaks=1:external_symbolizer_path={symbolizer}",
                       UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1")
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment)
    return done.returncode, done.stdout.decode(errors="replace")


def figures(text):
    """Executions, edges, features and inputs kept, from the last line of progress and the final statistics."""
    last = re.findall(r"cov: (\d+) ft: (\d+) corp: (\d+)", text)[-1:]
    runs = re.findall(r"stat::number_of_executed_units:\s*(\d+)", text)[-1:]
    return f"{runs[0] if runs else '?'} inputs, " + ("%s edges, %s features, corpus of %s" % last[0] if last else "no coverage")


def test_random_input_for_two_minutes():
    status, text = fuzz(120)
    print(f"# {figures(text)}")
    check(status == 0, f"exit status {status}\n" + "\n".join(text.splitlines()[-60:]))


def test_inputs_that_once_failed():
    """None crashes, hangs, or ends otherwise than with a report or a result."""
    paths = sorted(glob.glob("tests/fuzz/corpus/*"))
    check(paths, "tests/fuzz/corpus is empty")
    for path in paths:
        start = time.monotonic()
        r = agspice("-o", os.devnull, path, timeout=MOST_SECONDS)
        check(r.status in (0, 1, 2), f"{path}: exit status {r.status}\n{r.err}")
        check(r.status == 0 or "error: " in r.err, f"{path}: no report\n{r.err}")
        check(time.monotonic() - start < MOST_SECONDS, f"{path}: too slow")


def main():
    if len(sys.argv) > 1:
        status, text = fuzz(int(sys.argv[1]))
        print(text[-6000:] if status else figures(text))
        sys.exit(1 if status else 0)
    run(([test_random_input_for_two_minutes] if BUILD.endswith("san") else []) + [test_inputs_that_once_failed])


try:
    main()
except Failure as why:
    sys.exit(str(why))
