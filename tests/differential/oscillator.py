"""The ring oscillator of netlists/basic in agspice and in ngspice: an oscillator forgets its phase, so its period is compared.

ngspice runs with reltol 1e-6 and steps of 2 ps, a fourhundredth of the period; agspice as the netlist stands.
"""
import os
import re
import rawfile
import tap
from program import agspice, ngspice, work_folder, write

NETLIST = "netlists/basic/ring_oscillator.cir"
BASE = os.path.join(work_folder(), "ring")
BAND = 2e-3
SETTLED, LEVEL = 5e-9, 1.65                    # [s], [V]

with open(NETLIST, encoding="utf-8") as f:
    text = f.read()
dense = re.sub(r"^\.(measure|plot).*\n", "", text, flags=re.M)
dense = re.sub(r"^\.tran.*$", ".tran 1p 20n 0 2p", dense, flags=re.M).replace(".end\n", ".options reltol=1e-6\n.end\n")
agspice("-r", BASE + ".raw", NETLIST).expect(0)
ngspice("-n", "-b", "-r", BASE + ".ng.raw", write(BASE + ".ng.cir", dense)).expect(0)
ours, reference = rawfile.read(BASE + ".raw")[-1].data, rawfile.read(BASE + ".ng.raw")[-1].data


def period(data):
    """Mean distance of the rises through LEVEL after SETTLED."""
    t, v = data["time"], data["v(n1)"]
    rises = [t[k - 1] + (LEVEL - v[k - 1]) / (v[k] - v[k - 1]) * (t[k] - t[k - 1])
             for k in range(1, len(t)) if v[k - 1] < LEVEL <= v[k] and t[k] > SETTLED]
    tap.check(len(rises) > 10, f"{len(rises)} rises")
    return (rises[-1] - rises[0]) / (len(rises) - 1)


def swing(data):
    v = [v for t, v in zip(data["time"], data["v(n1)"]) if t > SETTLED]
    return max(v) - min(v)


def test_period_as_ngspice():
    tap.close(period(ours), period(reference), BAND, what="period")


def test_swing_as_ngspice():
    tap.close(swing(ours), swing(reference), BAND, what="swing")


tap.run([f for name, f in list(globals().items()) if name.startswith("test_")])
