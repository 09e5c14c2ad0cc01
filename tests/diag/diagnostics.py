#!/usr/bin/env python3
"""Wrong and doubtful netlists: NAME.cir gives exactly the report and exit status in NAME.txt, at once.

    AGSPICE=build/agspice python3 tests/diag/diagnostics.py [--write]

NAME.txt holds the exit status on its first line and standard error below. --write writes it from what the program says
now; read it before you keep it. The decks see AG_TEST_PARTS and HOME as tests/diag/parts, and no AG_TEST_NOWHERE.
"""
import difflib
import glob
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from program import UNDER, agspice
from tap import Failure, check, run

FOLDER = "tests/diag"
MOST_SECONDS = 600 if UNDER else 5
environment = dict(os.environ, AG_TEST_PARTS=f"{os.getcwd()}/{FOLDER}/parts", HOME=f"{os.getcwd()}/{FOLDER}/parts", LC_ALL="C")
environment.pop("AG_TEST_NOWHERE", None)


def said(deck):
    """What the program says about a deck, in the form of NAME.txt. The place of the tree is left out of paths."""
    start = time.monotonic()
    r = agspice(deck, env=environment)
    check(time.monotonic() - start < MOST_SECONDS, f"took {time.monotonic() - start:.1f} s")
    check(r.status in (0, 1, 2), f"exit status {r.status}")
    return f"exit status {r.status}\n{r.err}".replace(os.getcwd() + "/", "")


def test_of(deck):
    def test():
        with open(deck[:-4] + ".txt", encoding="utf-8") as f:
            wanted = f.read()
        got = said(deck)
        if got != wanted:
            lines = difflib.unified_diff(wanted.splitlines(), got.splitlines(), "wanted", "got", lineterm="")
            raise Failure("another report\n" + "\n".join(lines))
    return os.path.basename(deck)[:-4].replace("_", " "), test


decks = sorted(glob.glob(f"{FOLDER}/*.cir"))
if "--write" in sys.argv:
    for name in decks:
        with open(name[:-4] + ".txt", "w", encoding="utf-8") as out:
            out.write(said(name))
else:
    run([test_of(name) for name in decks])
