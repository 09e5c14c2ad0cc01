"""decks - runs netlists of the tree, each variant once, and looks at their waveforms."""
import functools
import os
import rawfile
from program import agspice, work_folder


class Waves:
    """Waveforms of one run, {name: column}, with the time first."""

    def __init__(self, data):
        self.data, self.time = data, data["time"]

    def at(self, name, t):
        """Value at time t, linear between points."""
        y, low, high = self.data[name], 0, len(self.time) - 1
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.time[middle] <= t else (low, middle)
        f = (t - self.time[low]) / (self.time[high] - self.time[low])
        return y[low] + f * (y[high] - y[low])

    def between(self, start, end, *names):
        """Rows (time, values...) of the points in [start, end]."""
        columns = [self.time] + [self.data[name] for name in names]
        return [row for row in zip(*columns) if start <= row[0] <= end]

    def integral(self, a, b, start, end):
        """Of a*b over time, trapezoids between points, ends interpolated."""
        inner = [(t, x * y) for t, x, y in self.between(start, end, a, b)]
        points = [(start, self.at(a, start) * self.at(b, start)), *inner, (end, self.at(a, end) * self.at(b, end))]
        return sum((t1 - t0) * (y0 + y1) / 2 for (t0, y0), (t1, y1) in zip(points, points[1:]))


@functools.lru_cache(maxsize=None)
def _run(path, defines):
    raw = os.path.join(work_folder(), "_".join([os.path.basename(path)[:-4], *defines]).replace("/", "_") + ".raw")
    options = [word for define in defines for word in ("-D", define)]
    run = agspice(*options, "--stats", "-r", raw, path).expect(0)
    return run, raw


def _variant(name, defines):
    return _run(f"netlists/memristor/{name}.cir", tuple(f"{k}={v}" for k, v in sorted(defines.items())))


def run(name, **defines):
    """The finished run of netlists/memristor/NAME.cir with parameters set by -D."""
    return _variant(name, defines)[0]


def measures(name, **defines):
    return run(name, **defines).measures


@functools.lru_cache(maxsize=None)
def _waves(raw):
    return Waves(rawfile.read(raw)[0].data)


def waves(name, **defines):
    return _waves(_variant(name, defines)[1])
