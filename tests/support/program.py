"""program - runs the simulator under test, and ngspice.

AGSPICE names the program (build/agspice); AGSPICE_UNDER is put in front of it ("valgrind ..."). Files are written below
BUILD/tests/work, one folder for each script.
"""
import os
import re
import shlex
import subprocess
import sys
from tap import Failure

BUILD = os.environ.get("BUILD", "build")
AGSPICE = os.path.abspath(os.environ.get("AGSPICE", os.path.join(BUILD, "agspice")))
UNDER = shlex.split(os.environ.get("AGSPICE_UNDER", ""))
TIMEOUT = 7200 if UNDER else 120


class Run:
    """A finished run: status, out, err, the command, and measures as {name: value}; a failed measure is None."""

    def __init__(self, command, status, out, err):
        self.command, self.status, self.out, self.err = command, status, out, err

    @property
    def measures(self):
        return {name: values[0] for name, values in self.repeated.items()}

    @property
    def repeated(self):
        """{name: [value, ...]}: what a measure was in each of the repeated runs."""
        found = {}
        for line in self.out.splitlines():
            m = re.match(r"(\S+?)\s*=\s+(failed|nan|[-+]?inf|[-+]?\d[-+0-9.eE]*)", line)
            if m:
                found.setdefault(m.group(1).lower(), []).append(None if m.group(2) == "failed" else float(m.group(2)))
        return found

    def expect(self, status):
        """Itself, when the exit status is that; else a failure with the end of what was printed."""
        if self.status != status:
            text = "\n".join((self.err.strip() or self.out.strip()).splitlines()[-25:])
            raise Failure(f"exit status {self.status}, wanted {status}: {shlex.join(self.command)}\n{text}")
        return self


def execute(command, stdin=None, timeout=TIMEOUT, **kw):
    try:
        p = subprocess.run(command, input=stdin, stdin=None if stdin is not None else subprocess.DEVNULL,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout, **kw)
    except subprocess.TimeoutExpired:
        raise Failure(f"still running after {timeout} s: {shlex.join(command)}") from None
    return Run(command, p.returncode, p.stdout.decode(errors="replace"), p.stderr.decode(errors="replace"))


def agspice(*arguments, stdin=None, **kw):
    """Runs agspice; stdin may be text or bytes."""
    if isinstance(stdin, str):
        stdin = stdin.encode()
    return execute([*UNDER, AGSPICE, *map(str, arguments)], stdin, **kw)


def ngspice(*arguments, stdin=None, **kw):
    if isinstance(stdin, str):
        stdin = stdin.encode()
    return execute(["ngspice", *map(str, arguments)], stdin, **kw)


def work_folder():
    """A folder for the files of the running script."""
    script = os.path.splitext(os.path.relpath(os.path.abspath(sys.argv[0])))[0]
    folder = os.path.join(BUILD, "tests", "work", script.replace(os.sep, "_"))
    os.makedirs(folder, exist_ok=True)
    return folder


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path
