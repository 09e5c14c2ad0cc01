"""The 16 x 16 tile: what one selected cell gains against all others, and where the energy goes."""
import os
import rawfile
import tap
from program import agspice, work_folder, write

NETLIST, ROW, COLUMN, N, START = "netlists/crossbar/tile16.cir", 5, 9, 16, 1e-6
FOLDER = work_folder()


def tile():
    """The netlist with the coverage of every cell saved; returns its measures and {(i, j): coverage gained}."""
    with open(NETLIST, encoding="utf-8") as f:
        text = f.read()
    save = "".join(f".save @xr{i}.xc{j}.n1[n]\n" for i in range(N) for j in range(N))
    path = write(os.path.join(FOLDER, "tile.cir"), text.replace("\n.end\n", f"\n{save}.end\n"))
    raw = os.path.join(FOLDER, "tile.raw")
    run = agspice("-r", raw, path).expect(0)
    data = rawfile.read(raw)[0].data
    return run, {(i, j): data[f"@n.xr{i}.xc{j}.n1[n]"][-1] - START for i in range(N) for j in range(N)}


RUN, GAIN = tile()


def test_selected_cell_gains_fifty_times_more_than_any_half_selected_one():
    half = [g for (i, j), g in GAIN.items() if (i == ROW) != (j == COLUMN)]
    tap.check(len(half) == 2 * (N - 1), "half-selected cells")
    tap.check(min(half) > 0, "half-selected cells gain a little")
    ratio = GAIN[ROW, COLUMN] / max(half)
    tap.check(ratio >= 50, f"ratio {ratio:.1f}")


def test_unselected_cells_stay_where_they_are():
    rest = max(abs(g) for (i, j), g in GAIN.items() if i != ROW and j != COLUMN)
    tap.check(rest < 1e-3 * GAIN[ROW, COLUMN], f"an unselected cell gained {rest:.3g}")


def test_drivers_deliver_more_than_the_selected_cell_takes():
    m = RUN.measures
    tap.check(m["e_drivers"] > m["e1"] + m["e2"] + m["e3"], f"drivers {m['e_drivers']:.3g} J")


def test_write_energies_rise_with_the_state():
    m = RUN.measures
    tap.check(5e-15 < m["e1"] < m["e2"] < m["e3"] < 50e-15, f"{m['e1']:.3g} {m['e2']:.3g} {m['e3']:.3g} J")


tap.run([test_selected_cell_gains_fifty_times_more_than_any_half_selected_one, test_unselected_cells_stay_where_they_are,
         test_drivers_deliver_more_than_the_selected_cell_takes, test_write_energies_rise_with_the_state])
