"""tables - tables of figures on the terminal, and as sections of bench/RESULTS.md."""
import datetime
import os
import platform
import re

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RESULTS = os.path.join(ROOT, "bench", "RESULTS.md")


class Table:
    """Rows printed as they come: the first column to the left, numbers to the right."""

    def __init__(self, *columns):
        """columns: (title, width)."""
        self.titles, self.widths, self.rows = [c[0] for c in columns], [c[1] for c in columns], []
        self.line(self.titles)

    def line(self, cells):
        first, *others = (f"{cell:{'>' if k else '<'}{width}s}" for k, (cell, width) in enumerate(zip(cells, self.widths)))
        print(" ".join([first, *others]).rstrip(), flush=True)

    def row(self, *cells):
        self.rows.append([str(cell) for cell in cells])
        self.line(self.rows[-1])

    def markdown(self):
        marks = ["---"] + ["---:"] * (len(self.titles) - 1)
        return "".join(f"| {' | '.join(cells)} |\n" for cells in [self.titles, marks, *self.rows])


def processor():
    """Name of the processor and the flags of its instruction sets."""
    with open("/proc/cpuinfo", encoding="ascii") as f:
        said = dict(re.split(r"\s*: ?", line.rstrip("\n"), maxsplit=1) for line in f if ":" in line)
    return said.get("model name", platform.machine()), said.get("flags", "").split()


def save(title, text, table):
    """Writes or replaces one section of RESULTS.md; each says when and where it was measured."""
    old = "# Speed\n\nWritten by `make bench SAVE=1`.\n"
    if os.path.exists(RESULTS):
        with open(RESULTS, encoding="utf-8") as f:
            old = f.read()
    head, *sections = re.split(r"^## ", old, flags=re.M)
    where = f"{datetime.date.today()}, {processor()[0]}, {os.cpu_count()} processors"
    new = f"{title}\n\n{where}. {text}\n\n{table.markdown()}"
    sections = {s.partition("\n")[0]: s.rstrip("\n") + "\n" for s in sections} | {title: new}
    with open(RESULTS, "w", encoding="utf-8") as f:
        f.write("\n## ".join([head.rstrip("\n") + "\n", *sections.values()]))
