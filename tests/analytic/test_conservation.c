/* What no tolerance may lose: charge and flux, energy, and Kirchhoff's current law at every point. */
#include "tests/support/sim.h"

static const char *const methods[] = { "trbdf2", "trap", "gear" };

static sim *balanced(const char *netlist, const char *options)
{
    char text[4096];
    snprintf(text, sizeof text, "%s.options %s\n.end\n", netlist, options);
    sim *s = sim_new(text);
    s->balance = 1;
    return s;
}

/* The current into a device, summed with the integrator's own weights, is the change of its charge. */
static void charge_in_is_change_of_charge(void **state)
{
    (void)state;
    static const char net[] = "charge\nv1 in 0 pulse(0 2 1u 0.1u 0.2u 3u 8u)\nr1 in a 1k\nl1 a b 0.1m\nc1 b 0 1n\n"
                              "r2 b c 2k\nc2 c 0 0.3n\n.tran 0.1u 20u\n";
    for (int m = 0; m < 3; m++) {
        char options[64];
        snprintf(options, sizeof options, "method=%s", methods[m]);
        sim *s = balanced(net, options);
        int i1 = sim_signal(s, "i(c1)"), i2 = sim_signal(s, "i(c2)"), vl = sim_signal(s, "v(a,b)"), il = sim_signal(s, "i(l1)");
        int v1 = sim_signal(s, "v(b)"), v2 = sim_signal(s, "v(c)");
        sim_run(s);
        assert_close(s->integral[i1], 1e-9 * (sim_last(s, v1) - sim_at(s, 0, v1)), 0, 1e-9 * 2e-9);
        assert_close(s->integral[i2], 0.3e-9 * (sim_last(s, v2) - sim_at(s, 0, v2)), 0, 1e-9 * 0.6e-9);
        assert_close(s->integral[vl], 1e-4 * (sim_last(s, il) - sim_at(s, 0, il)), 0, 1e-9 * 1e-4 * 2e-3);
        sim_free(s);
    }
}

/* A reverse-biased junction without leakage: q(v) = cjo vj/(1-m) (1 - (1 - v/vj)^(1-m)), SPICE level 1. */
static double junction_charge(double v) { return 2e-12 * 0.8 / 0.6 * (1 - pow(1 - v / 0.8, 0.6)); }
static void charge_of_a_junction_is_conserved(void **state)
{
    (void)state;
    static const char net[] = "junction\nv1 in 0 pulse(0 -5 0.1u 0.1u 0.2u 1u 3u)\nr1 in a 10k\nd1 a 0 dj\n"
                              ".model dj d(is=1e-30 cjo=2p vj=0.8 m=0.4)\n.tran 10n 2.7u\n";
    sim *s = balanced(net, "gmin=0 temp=27");
    int i = sim_signal(s, "i(d1)"), v = sim_signal(s, "v(a)");
    sim_run(s);
    double lowest = 0;
    for (int k = 0; k < s->n; k++)
        lowest = fmin(lowest, sim_at(s, k, v));
    assert_true(lowest < -4.9);
    double want = junction_charge(sim_last(s, v)) - junction_charge(sim_at(s, 0, v));
    assert_close(s->integral[i], want, 0, 1e-9 * fabs(junction_charge(-5)));
    sim_free(s);
}

/* Source energy = dissipated + change of stored energy. */
static double energy_defect(const char *options)
{
    static const char net[] = "energy\nv1 in 0 sin(0 5 50k)\nr1 in a 100\nl1 a b 0.2m\nd1 b c dm\nc1 c 0 20n\nr2 c 0 2k\n"
                              ".model dm d(is=1e-12 n=1.2 rs=2)\n.tran 0.1u 100u\n";
    sim *s = balanced(net, options);
    int ps = sim_signal(s, "p(v1)"), p1 = sim_signal(s, "p(r1)"), p2 = sim_signal(s, "p(r2)"), pd = sim_signal(s, "p(d1)");
    int vc = sim_signal(s, "v(c)"), il = sim_signal(s, "i(l1)");
    sim_run(s);
    double stored = 0.5 * 20e-9 * (pow(sim_last(s, vc), 2) - pow(sim_at(s, 0, vc), 2))
                  + 0.5 * 0.2e-3 * (pow(sim_last(s, il), 2) - pow(sim_at(s, 0, il), 2));
    double source = -s->integral[ps], spent = s->integral[p1] + s->integral[p2] + s->integral[pd];
    assert_true(source > 1e-7);
    sim_free(s);
    return fabs(source - spent - stored) / source;
}
static void energy_balances(void **state)
{
    (void)state;
    double rough = energy_defect(""), fine = energy_defect("reltol=1e-6");
    if (!(rough < 1e-3 && fine < 1e-5))
        fail_msg("energy defect %g at default options, %g at reltol 1e-6", rough, fine);
}

/* The memristor takes in at least what it gives back, and i(0) = 0: with every charge at rest it is a passive resistor. */
static void filament_cell_is_passive_and_quiet_at_zero(void **state)
{
    (void)state;
    sim *s = balanced("cell\nv1 a 0 pulse(0 -0.3 1u 20n 20n 0.96u 10u)\nn1 a 0 m1\n.model m1 ag2s_filament(thickness=200n)\n"
                      ".tran 10n 30u\n", "");
    int p = sim_signal(s, "p(n1)"), i = sim_signal(s, "i(n1)"), source = sim_signal(s, "p(v1)");
    sim_run(s);
    assert_close(sim_at(s, 0, i), 0, 0, 1e-15);
    assert_true(s->integral[p] > 5e-15);
    assert_close(-s->integral[source], s->integral[p], 1e-9, 0);
    sim_free(s);
}

/* Kirchhoff's current law from the printed currents alone, at every accepted point. */
static void currents_sum_to_zero_at_every_node(void **state)
{
    (void)state;
    static const char net[] = "kcl\nv1 in 0 pulse(0 3 1u 0.1u 0.1u 4u 10u)\nr1 in a 50\nl1 a b 10u\nd1 b c dm\nc1 c 0 1n\n"
                              "r2 c 0 1k\nn1 c 0 m1\nb1 b 0 i=1e-3*tanh(v(b))\n.model dm d(is=1e-14 rs=1 cjo=10p tt=5n)\n"
                              ".model m1 ag2s_filament\n.tran 0.1u 20u\n";
    static const char *const node[][5] = {
        { "i(v1)", "i(r1)" }, { "-i(r1)", "i(l1)" }, { "-i(l1)", "i(d1)", "i(b1)" }, { "-i(d1)", "i(c1)", "i(r2)", "i(n1)" },
    };
    sim *s = balanced(net, "");
    int column[4][5] = { { 0 } };
    for (int n = 0; n < 4; n++)
        for (int k = 0; k < 5 && node[n][k]; k++)
            column[n][k] = sim_signal(s, node[n][k] + (node[n][k][0] == '-'));
    sim_run(s);
    for (int t = 0; t < s->n; t++)
        for (int n = 0; n < 4; n++) {
            double sum = 0, scale = 0;
            for (int k = 0; k < 5 && node[n][k]; k++) {
                double i = sim_at(s, t, column[n][k]);
                sum += node[n][k][0] == '-' ? -i : i;
                scale += fabs(i);
            }
            assert_close(sum, 0, 0, 1e-3 * scale + 1e-12);
        }
    assert_true(s->io.stats.worst_kcl <= 1);
    sim_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(charge_in_is_change_of_charge),
        cmocka_unit_test(charge_of_a_junction_is_conserved),
        cmocka_unit_test(energy_balances),
        cmocka_unit_test(filament_cell_is_passive_and_quiet_at_zero),
        cmocka_unit_test(currents_sum_to_zero_at_every_node),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
