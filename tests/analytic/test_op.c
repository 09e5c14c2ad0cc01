/* Operating points against closed forms, and what happens where Newton alone does not get there. */
#include "tests/support/sim.h"

static const double vt = 8.617333262e-5 * 300.15;

static double op_value(const char *netlist, const char *signal)
{
    sim *s = sim_new(netlist);
    int k = sim_signal(s, signal);
    sim_run(s);
    double v = sim_last(s, k);
    sim_free(s);
    return v;
}

static void divider_is_exact(void **state)
{
    (void)state;
    assert_close(op_value("divider\nv1 a 0 10\nr1 a b 1k\nr2 b 0 3k\n.op\n", "v(b)"), 7.5, 1e-12, 0);
    assert_close(op_value("divider\ni1 0 b 1m\nr2 b 0 3k\n.op\n", "v(b)"), 3, 1e-12, 0);
}

/* v = r i + n vt ln(1 + i/is) by bisection on i. */
static double diode_current(double v, double r, double is, double n)
{
    double lo = 0, hi = v / r;
    for (int k = 0; k < 200; k++) {
        double i = 0.5 * (lo + hi);
        *(r * i + n * vt * log1p(i / is) > v ? &hi : &lo) = i;
    }
    return lo;
}

static void diode_and_resistor_meet_the_exponential_law(void **state)
{
    (void)state;
    static const struct { double v, r, is, n; } c[] = { { 5, 1e3, 1e-14, 1 }, { 0.4, 10, 1e-12, 1.7 }, { 100, 1, 1e-15, 1 } };
    for (int k = 0; k < 3; k++) {
        char text[512];
        snprintf(text, sizeof text, "diode\nv1 a 0 %g\nr1 a b %g\nd1 b 0 dm\n.model dm d(is=%g n=%g)\n.op\n"
                 ".options gmin=0 reltol=1e-8 abstol=1e-15 vntol=1e-10\n", c[k].v, c[k].r, c[k].is, c[k].n);
        assert_close(op_value(text, "i(r1)"), diode_current(c[k].v, c[k].r, c[k].is, c[k].n), 1e-6, 0);
    }
}

/* The series resistance inside the diode is eliminated lane by lane; outside it is a node. Same circuit, same result. */
static void inner_unknowns_equal_outer_nodes(void **state)
{
    (void)state;
    static const char tail[] = "v1 in 0 pulse(-2 3 0 5n 5n 50n 120n)\nc1 in 0 1p\n"
                               ".tran 1n 240n\n.options reltol=1e-6 abstol=1e-15 vntol=1e-9\n";
    char text[1024];
    double charge[2];
    for (int outer = 0; outer < 2; outer++) {
        snprintf(text, sizeof text, outer ? "outer\nr1 in a 20\nd1 a 0 dm\n.model dm d(is=1e-14 cjo=5p tt=2n)\n%s"
                                          : "inner\nd1 in 0 dm\n.model dm d(is=1e-14 cjo=5p tt=2n rs=20)\n%s", tail);
        sim *s = sim_new(text);
        s->balance = 1;
        int i = sim_signal(s, "i(v1)"), p = sim_signal(s, "p(v1)");
        sim_run(s);
        charge[outer] = s->integral[i];
        assert_true(-s->integral[p] > 1e-9);
        sim_free(s);
    }
    assert_close(charge[0], charge[1], 1e-5, 0);
}

/* Twenty diodes in series from 0 V: plain Newton from zero must be helped, and is. */
static void long_diode_chain_converges(void **state)
{
    (void)state;
    char text[4096] = "chain\nv1 n0 0 20\nr1 n20 0 100\n.model dm d(is=1e-14)\n.op\n";
    for (int k = 0; k < 20; k++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "d%d n%d n%d dm\n", k, k, k + 1);
    sim *s = sim_new(text);
    int v = sim_signal(s, "v(n20)"), drop = sim_signal(s, "v(n7,n8)");
    sim_run(s);
    assert_close(sim_last(s, drop), (20 - sim_last(s, v)) / 20, 1e-5, 0);
    assert_close(sim_last(s, drop), vt * log(sim_last(s, v) / 100 / 1e-14), 1e-4, 0);
    sim_free(s);
}

/* A latch of two saturating stages has three solutions; .nodeset picks one, and lets go of it. */
static void nodeset_picks_a_state_of_a_latch(void **state)
{
    (void)state;
    static const char net[] = "latch\nb1 x 0 v=-tanh(3*v(b))\nb2 y 0 v=-tanh(3*v(a))\nr1 x a 1k\nr2 y b 1k\n"
                              ".nodeset v(a)=%g v(b)=%g\n.op\n";
    for (int side = -1; side <= 1; side += 2) {
        char text[512];
        snprintf(text, sizeof text, net, 0.9 * side, -0.9 * side);
        double a = op_value(text, "v(a)");
        assert_true(a * side > 0.9);
        assert_close(a, tanh(3 * tanh(3 * a)), 1e-3, 0);
    }
}

/* .ic holds its node in the operating point from which a transient starts, then releases it. */
static void ic_holds_a_node_until_the_transient_starts(void **state)
{
    (void)state;
    sim *s = sim_new("ic\nv1 in 0 1\nr1 in out 1k\nc1 out 0 1n\n.ic v(out)=0.25\n.tran 10n 10u\n");
    int v = sim_signal(s, "v(out)");
    sim_run(s);
    assert_close(sim_at(s, 0, v), 0.25, 1e-6, 0);
    for (int k = 0; k < s->n; k++)
        assert_close(sim_at(s, k, v), 1 - 0.75 * exp(-sim_at(s, k, 0) / 1e-6), 0, 3e-3);
    sim_free(s);
}

static void ic_does_not_act_in_an_operating_point(void **state)
{
    (void)state;
    assert_close(op_value("ic\nv1 1 0 1\nr1 1 2 1k\nr2 2 0 1k\n.ic v(2)=0.9\n.op\n", "v(2)"), 0.5, 1e-9, 0);
}

/* 1 A into an exponential that starts at 1e-14 A: the first update overshoots by 1e12 V and is halved back. With nodes on
 * capacitors beside it, gmin stays on while the other ways are tried. */
static void exponential_without_limiting_converges(void **state)
{
    (void)state;
    static const char law[] = "b1 2 0 i={1e-14*(exp(v(2)/0.02585)-1)}\n.op\n.options reltol=1e-6\n";
    char text[512];
    snprintf(text, sizeof text, "exponential\ni1 0 2 1\n%s", law);
    assert_close(op_value(text, "v(2)"), 0.02585 * log(1e14), 1e-6, 0);
    snprintf(text, sizeof text, "exponential\ni1 0 2 1\nr2 2 0 1k\nv1 3 0 5\nc1 3 f 1n\nc2 f 0 1n\n%s", law);
    assert_close(op_value(text, "v(2)"), 0.02585 * log(1e14 * (1 - 0.8333e-3)), 1e-5, 0);
}

/* A saturated stage has no slope: an iterate on the way is singular, the circuit is not. */
static void singular_iterate_is_not_a_singular_circuit(void **state)
{
    (void)state;
    double v = op_value("saturated\ni1 0 1 1m\nb1 1 0 i=2e-3*tanh(v(1)*1e3)\n.nodeset v(1)=5\n.op\n", "v(1)");
    assert_close(v, atanh(0.5) * 1e-3, 1e-3, 0);
}

/* States of a memristor keep their initial values in an operating point: what it shows is the frozen-state curve. */
static void filament_state_is_held_in_an_operating_point(void **state)
{
    (void)state;
    sim *s = sim_new("held\nv1 a 0 -0.3\nn1 a 0 m1 n0=0.2\n.model m1 ag2s_filament(thickness=200n)\n.op\n");
    int n = sim_signal(s, "@n1[n]"), vc = sim_signal(s, "@n1[vc]"), i = sim_signal(s, "i(n1)");
    sim_run(s);
    assert_close(sim_last(s, n), 0.2, 1e-12, 0);
    assert_close(sim_last(s, vc), -0.3, 1e-9, 0);         /* the polarisation branch carries no direct current */
    assert_close(sim_last(s, i), -0.3 * (0.2 * 3.8e-6), 0.02, 0);
    sim_free(s);
}

/* hold=0 lets them settle: to the filament that the rates lead to, where none of them moves any more. Its neighbour, of the
 * same model, keeps its own. */
static void hold_0_solves_for_the_states_of_a_filament(void **state)
{
    (void)state;
    sim *s = sim_new("freed\nv1 a 0 -0.3\nn1 a 0 m1 n0=0.2 hold=0\nn2 a 0 m1 n0=0.2\n.model m1 ag2s_filament(thickness=200n)\n"
                     ".op\n.options reltol=1e-6\n");
    int n = sim_signal(s, "@n1[n]"), h = sim_signal(s, "@n1[h]"), m = sim_signal(s, "@n1[m]"), other = sim_signal(s, "@n2[n]");
    int a = sim_signal(s, "@n1[a]");
    sim_run(s);
    sim *after = sim_new("settled\nv1 a 0 -0.3\nn1 a 0 m1 n0=0.2\n.model m1 ag2s_filament(thickness=200n)\n.tran 1 1e3 uic\n"
                         ".options reltol=1e-6\n");
    int n2 = sim_signal(after, "@n1[n]"), a2 = sim_signal(after, "@n1[a]");
    sim_run(after);
    assert_close(sim_last(s, h), 1, 1e-3, 0);
    assert_close(sim_last(s, n), sim_last(after, n2), 1e-6, 0);
    assert_close(sim_last(s, a), sim_last(after, a2), 1e-6, 0);
    assert_close(sim_last(s, m), 0, 0, 1e-9);
    assert_close(sim_last(s, other), 0.2, 1e-12, 0);
    sim_free(s);
    sim_free(after);
}

/* Without bias only the loss of 5e-6 /s acts, and no static equation holds the other states. */
static void memories_without_bias_settle_too(void **state)
{
    (void)state;
    static const char net[] = "rest\nv1 a 0 0\nn1 a 0 ag2s_filament n0=0.2 m0=0.3 hold=0\n.op\n";
    assert_true(op_value(net, "@n1[n]") < 0.04);
    assert_close(op_value(net, "@n1[m]"), 0.3, 1e-6, 0);
}

/* The threshold selector has two states between its hold voltage and 0.5 V: without an initial value it is off there, with
 * one it keeps it. Above 0.5 V it is on, though the branch that starts at 0 V ends before. */
static double selector(double v, const char *initial, const char *signal)
{
    char text[256];
    snprintf(text, sizeof text, "selector\nv1 a 0 %g\nn1 a b agnp_selector %s\nr1 b 0 1k\n.op\n", v, initial);
    return op_value(text, signal);
}

static void bistable_state_follows_the_sources_from_zero(void **state)
{
    (void)state;
    assert_true(selector(0.45, "", "i(n1)") < 1e-9);
    assert_true(selector(0.499, "", "i(n1)") < 1e-9);
    assert_true(selector(0.501, "", "i(n1)") > 1e-5);
    assert_true(selector(0.9, "", "i(n1)") > 4e-5);
    assert_true(fabs(selector(-0.9, "", "i(n1)")) < 1e-6);
    assert_close(selector(0.45, "x0=0.5", "@n1[x]"), 0.5, 1e-9, 0);
    assert_true(selector(0.45, "x0=0.5", "i(n1)") > 8e-6);
    sim *s = sim_new("ramp\nv1 a 0 0.45\nn1 a 0 agnp_selector\n.op\n");
    sim_run(s);
    assert_string_equal(s->io.stats.op_method, "source stepping");      /* Newton alone might end in either state */
    sim_free(s);
}

/* hold=1 keeps x0, or the bare gap where there is none, even beyond the threshold; hold=0 lets x0 settle to the state it leads to. */
static void hold_decides_on_the_state_of_a_selector(void **state)
{
    (void)state;
    assert_close(selector(0.45, "hold=1 x0=0.5", "@n1[x]"), 0.5, 1e-9, 0);
    assert_close(selector(0.9, "hold=1", "@n1[x]"), 0, 0, 1e-12);
    assert_close(selector(0.45, "hold=0 x0=0.5", "@n1[x]"), selector(0.45, "hold=0 x0=0.7", "@n1[x]"), 1e-4, 0);
    assert_true(selector(0.45, "hold=0 x0=0.5", "@n1[x]") > 0.51);
    assert_true(selector(0.2, "hold=0 x0=0.5", "@n1[x]") < 0.01);
    sim *s = sim_new("kept\nv1 a 0 0.45\nn1 a 0 agnp_selector hold=1\n.op\n");
    sim_run(s);
    assert_string_equal(s->io.stats.op_method, "newton");
    sim_free(s);
}

/* The one that is on takes the voltage from the other two: selectors in series turn on one after another. */
static void a_chain_of_selectors_turns_on(void **state)
{
    (void)state;
    static const char off[] = "chain\nv1 a 0 1.2\nn1 a b agnp_selector\nn2 b c agnp_selector\nn3 c 0 agnp_selector\n.op\n";
    static const char on[] = "chain\nv1 a 0 1.6\nn1 a b agnp_selector\nn2 b c agnp_selector\nn3 c 0 agnp_selector\n.op\n";
    assert_true(op_value(off, "i(n1)") < 1e-9);
    assert_true(op_value(on, "i(n1)") > 1e-5);
}

/* A node that hangs on capacitors alone has no operating point of its own; gmin gives it one. */
static void capacitive_node_is_held_by_gmin(void **state)
{
    (void)state;
    assert_close(op_value("hanging\nv1 a 0 2\nr1 a 0 1k\ng1 0 x a 0 0.0\nc1 x 0 1\n.op\n", "v(x)"), 0, 0, 1e-9);
}

static void failure_names_the_node_and_what_to_try(void **state)
{
    (void)state;
    sim *s = sim_new("no solution\nv1 a 0 1\nr1 a b 1k\nb1 b 0 i=exp(v(b)*v(b))+1\n.op\n.options itl1=50\n");
    assert_int_equal(sim_try(s), AG_ENOCONV);
    assert_non_null(strstr(s->reports, "test.cir:5:1: error: op: no convergence"));
    assert_non_null(strstr(s->reports, "node 'b'"));
    assert_non_null(strstr(s->reports, "try"));
    sim_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(divider_is_exact),
        cmocka_unit_test(diode_and_resistor_meet_the_exponential_law),
        cmocka_unit_test(inner_unknowns_equal_outer_nodes),
        cmocka_unit_test(long_diode_chain_converges),
        cmocka_unit_test(nodeset_picks_a_state_of_a_latch),
        cmocka_unit_test(ic_holds_a_node_until_the_transient_starts),
        cmocka_unit_test(ic_does_not_act_in_an_operating_point),
        cmocka_unit_test(exponential_without_limiting_converges),
        cmocka_unit_test(singular_iterate_is_not_a_singular_circuit),
        cmocka_unit_test(filament_state_is_held_in_an_operating_point),
        cmocka_unit_test(hold_0_solves_for_the_states_of_a_filament),
        cmocka_unit_test(memories_without_bias_settle_too),
        cmocka_unit_test(hold_decides_on_the_state_of_a_selector),
        cmocka_unit_test(bistable_state_follows_the_sources_from_zero),
        cmocka_unit_test(a_chain_of_selectors_turns_on),
        cmocka_unit_test(capacitive_node_is_held_by_gmin),
        cmocka_unit_test(failure_names_the_node_and_what_to_try),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
