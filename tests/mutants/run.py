"""Puts one fault after the other into a copy of the sources; the tests must notice each.

    run.py [--check] [WORD...]      only faults whose file or description contains a word; --check: only whether they apply

The copy lives in build/mutants/tree and is built incrementally. A fault counts as killed when a test fails, crashes or runs
longer than LIMIT; as SURVIVED when all tests pass. A fault that does not apply or does not compile is an error in the list.
The test that noticed a fault is remembered and runs first the next time. The last line is `N killed, M survived`; the
exit status is 1 when one survived or could not be tried.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import time
from faults import FAULTS

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HOME = os.path.join(ROOT, "build", "mutants")
TREE = os.path.join(HOME, "tree")
KILLERS = os.path.join(HOME, "killers.json")
LIMIT = 60                                     # seconds for one test program or script
LEFT_OUT = {".git", "build", "__pycache__"}


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def copy_tree():
    """Brings TREE up to date with ROOT. Equal files keep their time, so that little is built again."""
    present = set()
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [d for d in folders if d not in LEFT_OUT]
        for name in files:
            source = os.path.join(folder, name)
            relative = os.path.relpath(source, ROOT)
            target = os.path.join(TREE, relative)
            present.add(relative)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(source, "rb") as f:
                new = f.read()
            if not os.path.exists(target) or open(target, "rb").read() != new:
                shutil.copy(source, target)
    for folder, folders, files in os.walk(TREE):
        folders[:] = [d for d in folders if d not in LEFT_OUT]
        for name in files:
            path = os.path.join(folder, name)
            if os.path.relpath(path, TREE) not in present:
                os.remove(path)


def applied(fault):
    """The file's text with the fault in it; ValueError when the old text is not there exactly once."""
    file, old, new, _ = fault
    text = read(os.path.join(ROOT, file))
    if text.count(old) != 1:
        raise ValueError(f"{file}: found {text.count(old)} times: {old!r}")
    return text.replace(old, new)


def build():
    done = subprocess.run(["make", "-j2", "programs"], cwd=TREE, capture_output=True, text=True, check=False)
    return done.returncode == 0, (done.stdout + done.stderr)[-2000:]


def failing_test(first):
    """Name of a test program that fails, or None; the output."""
    environment = dict(os.environ, TEST_TIMEOUT=str(LIMIT), BUILD="build")
    environment.pop("AGSPICE", None)
    command = [sys.executable, "tests/run", "--stop"] + (["--first", first] if first else [])
    done = subprocess.run(command, cwd=TREE, capture_output=True, text=True, env=environment, check=False)
    found = re.search(r"^FAIL (\S+):", done.stdout, re.M)
    return (found.group(1) if found else "tests/run" if done.returncode else None), done.stdout[-3000:]


def try_fault(fault, killers):
    """'killed', 'SURVIVED' or 'error', and what to print about it."""
    file, _, _, what = fault
    path = os.path.join(TREE, file)
    original = read(path)
    write(path, applied(fault))
    try:
        built, log = build()
        if not built:
            return "error", "does not build:\n" + log
        killer, _ = failing_test(killers.get(what))
        if killer:
            killers[what] = killer
        return ("killed", killer) if killer else ("SURVIVED", "")
    finally:
        write(path, original)


def check_list(faults):
    wrong = 0
    for fault in faults:
        try:
            applied(fault)
        except (ValueError, OSError) as why:
            print(f"error     {why}")
            wrong += 1
    names = [what for *_, what in FAULTS]
    for what in {w for w in names if names.count(w) > 1}:
        print(f"error     described twice: {what}")
        wrong += 1
    return wrong


def start_clean():
    """The copy without a fault must build and pass."""
    copy_tree()
    built, log = build()
    if not built:
        sys.exit("the sources do not build:\n" + log)
    killer, log = failing_test(None)
    if killer:
        sys.exit("the tests fail without any fault:\n" + log)


def main():
    words = [a for a in sys.argv[1:] if not a.startswith("-")]
    faults = [f for f in FAULTS if not words or any(w in f[0] or w in f[3] for w in words)]
    wrong = check_list(faults)
    if "--check" in sys.argv or wrong:
        print(f"{len(faults)} faults, {wrong} wrong")
        return 1 if wrong else 0
    start_clean()
    killers = json.loads(read(KILLERS)) if os.path.exists(KILLERS) else {}
    count = {"killed": 0, "SURVIVED": 0, "error": 0}
    for number, fault in enumerate(faults, 1):
        begin = time.monotonic()
        state, detail = try_fault(fault, killers)
        count[state] += 1
        seconds = time.monotonic() - begin
        print(f"{state:9s} {number:3d} {fault[0]}: {fault[3]} ({seconds:.0f} s){': ' if detail else ''}{detail}", flush=True)
        write(KILLERS, json.dumps(killers, indent=1))
    if count["error"]:
        print(f"{count['error']} could not be tried")
    print(f"{count['killed']} killed, {count['SURVIVED']} survived")
    return 1 if count["SURVIVED"] or count["error"] else 0


sys.exit(main())
