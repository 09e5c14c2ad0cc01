"""Charges, fluxes, time derivatives and integrals written as expressions, against closed forms."""
import math
import os
import re
import rawfile
import tap
from program import agspice, work_folder, write


def run(name, lines, *options):
    """(last plot, measures) of a netlist given by its lines."""
    base = os.path.join(work_folder(), name)
    text = "\n".join([name, *lines, ".end", ""])
    log = agspice("--stats", "-r", base + ".raw", *options, write(base + ".cir", text)).expect(0).out
    measures = {n: float(v) for n, v in re.findall(r"^(\w+)\s+=\s+(-?\d\S*)", log, re.M)}
    return rawfile.read(base + ".raw")[-1], measures


def statistic(name, lines, what):
    base = os.path.join(work_folder(), name)
    log = agspice("--stats", write(base + ".cir", "\n".join([name, *lines, ".end", ""]))).expect(0).out
    return float(re.search(rf"^\s*{re.escape(what)}\s+(\S+)", log, re.M).group(1))


def test_a_charge_takes_what_its_expression_says():
    """A constant current into q = a v + b v^3: the voltage is the root of q = I t."""
    for form in ("q='1n*x+0.5n*x**3'", "q={1n*v(a)+0.5n*v(a)**3}", "c='1n+1.5n*v(a)**2'", "c={1n+1.5n*v(a)*v(a)}"):
        plot, m = run("charge", ["i1 0 a 2u", f"c1 a 0 {form}", ".tran 1u 1m uic", ".measure tran v find v(a) at=1m"])
        v = m["v"]
        tap.close(1e-9 * v + 0.5e-9 * v**3, 2e-9, 2e-4, what=form)


def test_a_charge_is_conserved_over_many_cycles():
    """After whole periods no charge is left on a nonlinear capacitor: through q= but for what Newton leaves,
    through c= as far as steps are accurate. The charge that came through is gathered on another capacitor, 1 V a nC."""
    left = {}
    for form in ("q='1n*x+0.3n*x**2'", "c='1n+0.6n*v(b)'"):
        plot, _ = run("cycles", ["v1 a 0 sin(0 1 1k)", "vm a b 0", f"c1 b 0 {form}", "f1 0 y vm 1", "cy y 0 1n", "ry y 0 1e15",
                                 ".options gmin=0 reltol=1e-5", ".tran 10u 20m", ".save v(y)"])
        left[form[0]] = abs(plot.data["v(y)"][-1])
    tap.check(left["q"] < 6e-6, f"{left['q']:g} nC are left by q=")
    tap.check(4 * left["q"] < left["c"] < 1e-4, f"{left['c']:g} nC are left by c=")


def test_capacitors_take_their_initial_voltage():
    for form in ("q='1u*x'", "c='1u+0*v(a)'"):
        plot, m = run("start", [f"c1 a 0 {form} ic=2", "r1 a 0 1k", ".tran 10u 5m uic", ".measure tran v find v(a) at=1m"])
        tap.close(plot.data["v(a)"][0], 2, 1e-6, what=form)
        tap.close(m["v"], 2 * math.exp(-1), 5e-4, what=form)


def test_parallel_charges_count():
    _, one = run("one", ["i1 0 a 1u", "c1 a 0 q='1n*x+1n*x**3' m=2", ".tran 1u 1m uic", ".measure tran v find v(a) at=1m"])
    tap.close(one["v"] + one["v"]**3, 0.5, 2e-4)


def test_a_flux_holds_the_voltage_integral():
    """A voltage step on an inductor: flux(i) = V t. Through l= as well."""
    for form in ("flux='1m*x+1m*x**3'", "l='1m+3m*i(l1)**2'"):
        _, m = run("flux", ["v1 a 0 1", f"l1 a 0 {form}", ".tran 1u 2m uic", ".measure tran i find i(l1) at=2m"])
        tap.close(m["i"] + m["i"]**3, 2, 3e-4, what=form)
    _, m = run("begin", ["l1 a 0 flux='1m*x' ic=2", "r1 a 0 1", ".tran 1u 2m uic", ".measure tran i find i(l1) at=1m"])
    tap.close(m["i"], 2 * math.exp(-1), 5e-4)


def test_the_derivative_of_a_sine_is_a_cosine():
    """Linear in ddt it is a charge of the element, otherwise an unknown of its own."""
    w = 2 * math.pi * 1e3
    lines = ["v1 a 0 sin(0 1 1k)", "b1 0 x i=ddt(1m*v(a))", "rx x 0 1", "b2 y 0 v=ddt(v(a))*1m", "ry y 0 1k",
             "b3 z 0 v=1m*ddt(v(a))*v(a)", "rz z 0 1k", "b4 u 0 v=sqrt(1+ddt(v(a))**2*1u)", "ru u 0 1k", ".options reltol=1e-4", ".tran 1u 2m"]
    plot, _ = run("rates", lines)
    for t, x, y, z, u in zip(*(plot.data[n] for n in ("time", "v(x)", "v(y)", "v(z)", "v(u)"))):
        if t > 1e-5:
            c, s = 1e-3 * w * math.cos(w * t), math.sin(w * t)
            tap.close(x, c, 0, 0.005, what=f"current at {t:g}")
            tap.close(y, c, 0, 0.005, what=f"voltage at {t:g}")
            tap.close(z, c * s, 0, 0.005, what=f"product at {t:g}")
            tap.close(u, math.sqrt(1 + c * c), 0, 0.005, what=f"square at {t:g}")


def test_the_integral_undoes_the_derivative():
    w = 2 * math.pi * 1e3
    plot, _ = run("integrals", ["v1 a 0 sin(0 1 1k)", f"b1 x 0 v=idt(v(a)*{w!r},-1)", "rx x 0 1k", "b2 y 0 v=sdt(v(a))*1k", "ry y 0 1k",
                                "b3 z 0 v=idt(ddt(v(a)))", "rz z 0 1k", "b4 p 0 v=idtmod(2k,0.5,1)", "rp p 0 1k",
                                ".options reltol=1e-4", ".tran 1u 2m"])
    tap.close(plot.data["v(x)"][0], -1, 1e-9)
    for t, a, x, y, z, p in zip(*(plot.data[n] for n in ("time", "v(a)", "v(x)", "v(y)", "v(z)", "v(p)"))):
        tap.close(x, -math.cos(w * t), 0, 1e-3, what=f"integral at {t:g}")
        tap.close(y, (1 - math.cos(w * t)) / (2 * math.pi), 0, 1e-3, what=f"sdt at {t:g}")
        tap.close(z, a, 0, 1e-3, what=f"integral of the derivative at {t:g}")
        phase = (2e3 * t + 0.5) % 1
        tap.check(min(abs(p - phase), 1 - abs(p - phase)) < 1e-6, f"phase {p} at {t:g}, not {phase}")


def test_an_integral_keeps_its_start_in_an_operating_point():
    plot, _ = run("held", [".subckt s p k=2", "b1 p 0 v=idt(v(p)+5,k*1.5)", "rp p 0 1k", ".ends", "x1 a s", "x2 b s k=-4",
                           "b3 c 0 v=idt(1)", "rc c 0 1k", ".op"])
    tap.close(plot.data["v(a)"][0], 3, 1e-9)
    tap.close(plot.data["v(b)"][0], -6, 1e-9)
    tap.close(plot.data["v(c)"][0], 0, 0, 1e-9)


def test_a_reset_at_its_own_threshold_makes_a_saw_tooth():
    """dy/dt = 1000/s, back to 0.25 where y passes 1: a period of 0.75 ms."""
    saw = ["b1 a 0 v=idt(1k,0.25,v(a)>1)", "ra a 0 1k", ".tran 1u 10m", ".measure tran n find v(a) at=9.3m",
           *(f".measure tran t{k} when v(a)=0.5 fall={k}" for k in (1, 5, 12))]
    _, m = run("saw", saw)
    for k in (1, 5, 12):
        tap.close(m[f"t{k}"], 0.75e-3 * k, 3e-4, what=f"fall {k}")
    tap.close(m["n"], 0.25 + (9.3 % 0.75), 5e-3)
    tap.check(statistic("saw_steps", saw, "accepted steps") < 2000, "too many steps")


def test_a_reset_by_a_clock_and_by_time_holds_the_integral():
    """While the condition holds the integral stays at its start, and it goes on from there."""
    plot, m = run("clock", ["v1 c 0 pulse(0 1 1m 1n 1n 0.5m 2m)", "b1 a 0 v=idt(1k,0.1,v(c)>0.5)", "ra a 0 1k",
                            "b2 b 0 v=idt(1k,2,time>1.25m && time<2.5m)", "rb b 0 1k", ".tran 1u 4m",
                            *(f".measure tran {n}{k} find v({n}) at={t}" for n in "ab" for k, t in
                              enumerate(("0.99m", "1.2m", "1.49m", "2.49m", "3.4m")))])
    for k, (a, b) in enumerate(((1.09, 2.99), (0.1, 3.2), (0.1, 2), (1.09, 2), (0.1, 2.9))):
        tap.close(m[f"a{k}"], a, 1e-4, what=f"a{k}")
        tap.close(m[f"b{k}"], b, 1e-4, what=f"b{k}")


def test_a_small_integral_is_accurate():
    """Energies of picojoules, reset by themselves: the state of an energy-threshold memristor."""
    _, m = run("energy", ["v1 a 0 1", "r1 a 0 1k", "b1 x 0 v=1e12*idt(v(a)*i(r1),0,v(x)>2)", "rx x 0 1k", ".tran 1n 9n",
                          ".measure tran x find v(x) at=1.5n", ".measure tran t when v(x)=1 fall=4"])
    tap.close(m["x"], 1.5, 1e-4)
    tap.close(m["t"], 8e-9, 1e-3)


def test_resets_jump_for_each_instance():
    plot, m = run("instances", [".subckt saw p top=1", "b1 p 0 v=idt(1k,0,v(p)>top)", "rp p 0 1k", ".ends",
                                *(f"x{k} n{k} saw top={0.5 + k / 10}" for k in range(5)), ".tran 1u 3m",
                                *(f".measure tran m{k} max v(n{k})" for k in range(5))])
    for k in range(5):
        tap.close(m[f"m{k}"], 0.5 + k / 10, 1e-3)


def test_cards_that_differ_in_nodes_are_one_batch():
    """Ten thousand cards take no more memory and time than some megabytes and a second."""
    n = 10000
    lines = [f"g{k} n{k % 100} 0 value={{1m*v(n{k % 100})*(1+v(n{k % 100})**2)+1u*sinh(v(n{k % 100},n{(k + 1) % 100}))}}" for k in range(n)]
    lines += [f"r{k} n{k} n{(k + 1) % 100} 10" for k in range(100)] + ["v1 n0 0 0.5", ".op"]
    tap.check(statistic("cards", lines, "largest memory of the process") < 60, "too much memory")


def test_a_voltage_that_is_a_derivative_does_not_stall_the_run():
    """Its error is that of the old dq/dt where it passes 0, however short the step."""
    for k, lines in enumerate((["b1 0 x i=ddt(1m*v(a))", "rx x 0 1"], ["b1 x 0 v=1m*ddt(v(a))", "rx x 0 1k"],
                               ["i1 0 x sin(0 1m 1k)", "l1 x 0 flux='1m*tanh(1k*i(l1))'"])):
        steps = statistic("rate", ["v1 a 0 sin(0 1 1k)", *lines, ".options reltol=1e-4", ".tran 1u 2m"], "accepted steps")
        tap.check(steps < 4000, f"circuit {k}: {steps:g} steps")


tap.run([value for name, value in list(globals().items()) if name.startswith("test_")])
