/* Coupled inductors against closed forms: ideal transformer, two resonators, couplings of several, energy. */
#include "tests/support/sim.h"

#define PI 3.14159265358979323846

/* k = 1 and sqrt(l2/l1) = 3: v2 = 3 v1 at every point, and i1 = -3 i2 plus the magnetising current that v1 drives through l1. */
static void ideal_transformer_keeps_the_ratio(void **state)
{
    (void)state;
    sim *s = sim_new("ideal\nv1 in 0 sin(0 1 10k)\nrs in a 10\nl1 a 0 1m\nl2 b 0 9m\nk1 l1 l2 1\nrl b 0 900\n"
                     ".options reltol=1e-6\n.tran 1u 1m\n.end\n");
    s->balance = 1;
    int va = sim_signal(s, "v(a)"), vb = sim_signal(s, "v(b)"), i1 = sim_signal(s, "i(l1)"), i2 = sim_signal(s, "i(l2)");
    sim_run(s);
    for (int k = 0; k < s->n; k++) assert_close(sim_at(s, k, vb), 3 * sim_at(s, k, va), 1e-9, 1e-12);
    assert_close(sim_last(s, i1) + 3 * sim_last(s, i2), s->integral[va] / 1e-3, 1e-9, 1e-12);
    /* Seen from the source: 10 ohm, then 1 mH beside 900/9 ohm. */
    double w = 2 * PI * 1e4, x = w * 1e-3, re = 100 * x * x / (1e4 + x * x), im = 1e4 * x / (1e4 + x * x), top = 0;
    for (int k = 4 * s->n / 5; k < s->n; k++) top = fmax(top, fabs(sim_at(s, k, vb)));
    assert_close(top, 3 * hypot(re, im) / hypot(10 + re, im), 2e-3, 0);
    sim_free(s);
}

/* Two equal resonators, one charged: v1 = (cos w+ t + cos w- t)/2, v2 = (cos w+ t - cos w- t)/2 with w+- = 1/sqrt(l (1 +- k) c). */
static void coupled_resonators_beat(void **state)
{
    (void)state;
    sim *s = sim_new("beat\nl1 a 0 1m\nc1 a 0 1n ic=1\nl2 b 0 1m\nc2 b 0 1n\nk1 l1 l2 0.3\n.options reltol=1e-6\n"
                     ".tran 10n 60u uic\n.end\n");
    int va = sim_signal(s, "v(a)"), vb = sim_signal(s, "v(b)");
    sim_run(s);
    double plus = 1 / sqrt(1.3e-12), minus = 1 / sqrt(0.7e-12);
    for (int k = 0; k < s->n; k++) {
        double t = sim_at(s, k, 0);
        assert_close(sim_at(s, k, va), (cos(plus * t) + cos(minus * t)) / 2, 0, 2e-3);
        assert_close(sim_at(s, k, vb), (cos(plus * t) - cos(minus * t)) / 2, 0, 2e-3);
    }
    sim_free(s);
}

/* Windings in series: l1 + l2 + 2 m, and l1 + l2 - 2 m with one of them turned round; rise of the current with l/r. */
static void windings_in_series(void **state)
{
    (void)state;
    static const struct { const char *second; double l; } way[] = { { "l2 b c 4m", 9e-3 }, { "l2 c b 4m", 1e-3 } };
    for (int k = 0; k < 2; k++) {
        char text[400];
        snprintf(text, sizeof text, "series\nv1 a 0 1\nl1 a b 1m ic=0\n%s ic=0\nk1 l1 l2 1\nr1 c 0 100\n.options reltol=1e-6\n"
                 ".tran 1u 50u uic\n.end\n", way[k].second);
        sim *s = sim_new(text);
        int  i = sim_signal(s, "i(l1)");
        sim_run(s);
        for (int j = 0; j < s->n; j++)
            assert_close(sim_at(s, j, i), 0.01 * (1 - exp(-100 * sim_at(s, j, 0) / way[k].l)), 0, 2e-6);
        sim_free(s);
    }
}

/* One K card of three inductors couples every pair; what the windings take in is the energy of the field, j'Lj/2. */
static void energy_of_three_windings(void **state)
{
    (void)state;
    sim *s = sim_new("three\nv1 in 0 sin(0 2 30k)\nr1 in a 20\nl1 a 0 1m\nl2 b 0 2m\nl3 0 c 3m\nr2 b 0 300\nr3 c 0 200\n"
                     "c3 c 0 20n\nk1 l1 l2 l3 0.9\n.options reltol=1e-6\n.tran 1u 70u\n.end\n");
    s->balance = 1;
    int p[3], i[3];
    for (int k = 0; k < 3; k++) {
        char name[8];
        snprintf(name, sizeof name, "p(l%d)", k + 1);
        p[k] = sim_signal(s, name);
        name[0] = 'i';
        i[k] = sim_signal(s, name);
    }
    sim_run(s);
    double l[3] = { 1e-3, 2e-3, 3e-3 }, field = 0, taken = 0, largest = 0;
    for (int a = 0; a < 3; a++) {
        taken += s->integral[p[a]];
        largest += fabs(s->integral[p[a]]);
        for (int b = 0; b < 3; b++) {
            double m = a == b ? l[a] : 0.9 * sqrt(l[a] * l[b]);
            field += 0.5 * m * (sim_last(s, i[a]) * sim_last(s, i[b]) - sim_at(s, 0, i[a]) * sim_at(s, 0, i[b]));
        }
    }
    assert_close(taken, field, 0, 1e-4 * largest);
    sim_free(s);
}

/* l follows the temperature of its own inductor, and so does the mutual inductance. */
static void coupling_follows_the_inductances(void **state)
{
    (void)state;
    sim *s = sim_new("temperature\nv1 a 0 1\nr1 a b 1\nl1 b 0 1m tc1=0.01 temp=127\nl2 c 0 4m\nr2 c 0 1\nk1 l1 l2 -0.5\n"
                     ".tran 1u 1m\n.end\n");
    int mu = sim_signal(s, "@k1[mu]");
    sim_run(s);
    assert_close(sim_last(s, mu), -0.5 * sqrt(2e-3 * 4e-3), 1e-12, 0);
    sim_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ideal_transformer_keeps_the_ratio), cmocka_unit_test(coupled_resonators_beat),
        cmocka_unit_test(windings_in_series), cmocka_unit_test(energy_of_three_windings),
        cmocka_unit_test(coupling_follows_the_inductances),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
