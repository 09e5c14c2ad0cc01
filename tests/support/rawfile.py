"""rawfile - reads SPICE3 rawfiles, binary and ASCII, from the description of the format alone.

Header lines `key: value` up to `Variables:`, then one line a variable: TAB index TAB name TAB type. After `Binary:` the
points follow one another, each variable a little-endian float64 (two for complex); after `Values:` each point is its
index and first value, then a line a value. Plots follow one another.
"""
import array
import sys


class Plot:
    """One plot: header {key: value}, names and types in order, columns as lists of float (or complex), data[name]."""

    def __init__(self, header):
        self.header, self.names, self.types, self.columns = header, [], [], []
        self.title, self.name = header.get("Title", ""), header.get("Plotname", "")

    @property
    def data(self):
        return dict(zip(self.names, self.columns))

    @property
    def points(self):
        return len(self.columns[0]) if self.columns else 0


class _Bytes:
    def __init__(self, data):
        self.data, self.at = data, 0

    def line(self):
        end = self.data.find(b"\n", self.at)
        if end < 0:
            raise ValueError("rawfile: ends inside the header")
        text = self.data[self.at:end].decode("utf-8", "replace")
        self.at = end + 1
        return text


def _header(src):
    header = {}
    while True:
        key, colon, value = src.line().partition(":")
        if not colon:
            raise ValueError(f"rawfile: no header line: {key!r}")
        if key == "Variables":
            return header
        header[key] = value.strip()


def _variables(src, plot, count):
    for k in range(count):
        fields = src.line().split("\t")
        if len(fields) < 4 or fields[0] or int(fields[1]) != k:
            raise ValueError(f"rawfile: variable line {k}: {fields}")
        plot.names.append(fields[2])
        plot.types.append(fields[3])


def _binary(src, n_column, n_point, is_complex):
    count = n_column * n_point * (2 if is_complex else 1)
    chunk = src.data[src.at:src.at + 8 * count]
    if len(chunk) != 8 * count:
        raise ValueError(f"rawfile: {n_point} points announced, {len(chunk) // 8} numbers of {count} present")
    src.at += 8 * count
    values = array.array("d", chunk)
    if sys.byteorder == "big":
        values.byteswap()
    if is_complex:
        values = [complex(a, b) for a, b in zip(values[::2], values[1::2])]
    return [list(values[k::n_column]) for k in range(n_column)]


def _ascii(src, n_column, n_point, is_complex):
    def number(text):
        return complex(*map(float, text.split(","))) if is_complex else float(text)

    columns = [[] for _ in range(n_column)]
    for point in range(n_point):
        for k in range(n_column):
            fields = src.line().split()
            while not fields:                           # blank lines between points
                fields = src.line().split()
            if k == 0 and int(fields[0]) != point:
                raise ValueError(f"rawfile: point {point} is numbered {fields[0]}")
            columns[k].append(number(fields[-1]))
    return columns


def read(path):
    """All plots of a file."""
    with open(path, "rb") as f:
        src = _Bytes(f.read())
    plots = []
    while src.data[src.at:].strip():
        plot = Plot(_header(src))
        n_column, n_point = int(plot.header["No. Variables"]), int(plot.header["No. Points"])
        _variables(src, plot, n_column)
        kind, is_complex = src.line().strip(), "complex" in plot.header.get("Flags", "")
        if kind not in ("Binary:", "Values:"):
            raise ValueError(f"rawfile: {kind!r} instead of Binary: or Values:")
        reader = _binary if kind == "Binary:" else _ascii
        plot.columns = reader(src, n_column, n_point, is_complex)
        plots.append(plot)
    return plots
