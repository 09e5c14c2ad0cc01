/* The junction field-effect transistor: its equation, currents and slopes against ngspice, charges, symmetry; the element J. */
#include "tests/support/sim.h"
#include "tests/support/tile.h"

extern const ag_model ag_model_jfet;
enum { VDS, VGS, VDI, VSI, M };              /* inputs; the rows have the same order */

typedef struct setting { const char *name; double value; } setting;

static tile *jfet(const setting *card, int n, double celsius)
{
    tile *x = tile_new(&ag_model_jfet, 8);
    x->t.gmin = 0;
    for (int k = 0; k < n; k++) tile_set(x, card[k].name, card[k].value);
    tile_set_temp(x, celsius + AG_KELVIN);
    tile_prepare(x);
    return x;
}
#define JFET(card, celsius) jfet(card, (int)(sizeof card / sizeof *card), celsius)

static void bias(tile *x, int k, double vds, double vgs)
{
    x->u[VDS][k] = x->u[VDI][k] = vds, x->u[VGS][k] = vgs, x->u[VSI][k] = 0;
}

static void currents_follow_shichman_and_hodges(void **state)
{
    (void)state;
    static const setting card[] = { { "vto", -2 }, { "beta", 1e-3 }, { "lambda", 0.02 } };
    static const double vds[8] = { 0, 0.5, 3, 3, -0.5, -3, 1, 10 }, vgs[8] = { 0, 0, -1, -2.5, -0.5, -3.5, -1, -2 };
    tile *x = JFET(card, 27);
    for (int k = 0; k < 8; k++) bias(x, k, vds[k], vgs[k]);
    tile_eval(x, 0);
    for (int k = 0; k < 8; k++) {
        double v = fabs(vds[k]), u = fmax((vds[k] < 0 ? vgs[k] - vds[k] : vgs[k]) + 2, 0), area = v < u ? v * (2 * u - v) : u * u;
        double gate = 1e-14 * (expm1((vgs[k] - vds[k]) / (AG_BOLTZMANN_Q * 300.15)));
        assert_close(x->f[VDS][k], copysign(1e-3 * (1 + 0.02 * v) * area, vds[k]) - gate, 1e-12, 1e-26);
    }
    assert_true(x->f[VDS][0] == 0 && x->f[VGS][0] == 0);
    tile_free(x);
}

/* ngspice 39: operating points with gmin=1e-20, reltol=1e-9, its gm and gds: forward, gate forward, drain lower; pjf. */
static void currents_and_slopes_as_ngspice(void **state)
{
    (void)state;
    static const setting n[] = {
        { "vto", -1.9 }, { "beta", 1.3e-3 }, { "lambda", 12e-3 }, { "b", 0.7 }, { "pb", 0.85 }, { "is", 3e-15 }, { "xti", 2.2 }, { "eg", 1.14 },
        { "fc", 0.45 }, { "tcv", 2.1e-3 }, { "bex", -1.4 }, { "tnom", 40 },
    }, p[] = {
        { "polarity", -1 }, { "vto", -1.4 }, { "beta", 0.7e-3 }, { "lambda", 20e-3 }, { "pb", 0.7 }, { "is", 2e-14 }, { "vtotc", -1.8e-3 }, { "betatce", -0.4 },
    };
    static const struct { double vds, vgs, id, ig, gm, gds; } table[5] = {
        { 3, -0.5, 2.151228219614e-3, -1.6277423541879e-12, 3.1507831178711e-3, 2.4917701376066e-5 },
        { 0.4, 0.45, 2.076201512065e-3, 1.749406797126e-6, 1.2422105933126e-3, 4.6036402406820e-3 },
        { -0.8, -0.6, -3.1179601098858e-3, 5.292135840673e-10, -2.240019628282e-3, 5.0924849285409e-3 },
        { -4, 0.7, -3.4520621532032e-4, 1.391301004490e-17, 1.1218921524872e-3, 6.3927076911169e-6 },
        { 0.5, -0.2, 2.102616909970e-3, -5.9772827236874e-4, -8.524349369366e-4, 3.4657945188073e-3 },
    };
    for (int k = 0; k < 5; k++) {
        tile *x = k < 3 ? JFET(n, 85) : JFET(p, -20);
        bias(x, 0, table[k].vds, table[k].vgs);
        tile_eval(x, 1);
        /* Slopes of the channel: what the gate-drain junction adds to those of the drain current is taken off again. */
        double ggd = -x->df[VGS * M + VDI][0], gm = x->df[VDS * M + VGS][0] + ggd, gds = x->df[VDS * M + VDI][0] - ggd;
        assert_close(x->f[VDS][0], table[k].id, 3e-5, 1e-15);
        assert_close(x->f[VGS][0], table[k].ig, 3e-5, 1e-14);
        assert_close(gm, table[k].gm, 3e-5, 0);
        assert_close(gds, table[k].gds, 3e-5, 0);
        tile_free(x);
    }
}

#define ALIKE { "vto", -1.5 }, { "beta", 2e-3 }, { "lambda", 0.01 }, { "b", 1.2 }, { "is", 1e-13 }, { "cgs", 4e-12 }, { "cgd", 4e-12 }, { "rd", 20 }, { "rs", 20 }
static const double points[8][2] = { { 2, 0 }, { 0.3, -0.5 }, { -1, -1 }, { 0, 0.5 }, { 4, -2 }, { -3, -3.2 }, { 0.1, 0.6 }, { 1, -1.49 } };

static void drain_and_source_may_change_places(void **state)
{
    (void)state;
    static const setting card[] = { ALIKE };
    tile *x = JFET(card, 27), *y = JFET(card, 27);
    for (int k = 0; k < 8; k++) bias(x, k, points[k][0], points[k][1]), bias(y, k, -points[k][0], points[k][1] - points[k][0]);
    tile_eval(x, 0), tile_eval(y, 0);
    for (int k = 0; k < 8; k++) {
        assert_close(y->f[VDS][k], -(x->f[VDS][k] + x->f[VGS][k]), 1e-12, 1e-25);
        assert_close(y->f[VGS][k], x->f[VGS][k], 1e-12, 1e-25);
        assert_close(y->q[VDS][k], -(x->q[VDS][k] + x->q[VGS][k]), 1e-12, 1e-25);
    }
    tile_free(x), tile_free(y);
}

static void pjf_is_the_mirror_of_njf(void **state)
{
    (void)state;
    static const setting n[] = { ALIKE }, p[] = { ALIKE, { "polarity", -1 } };
    tile *x = JFET(n, 27), *y = JFET(p, 27);
    for (int k = 0; k < 8; k++) bias(x, k, points[k][0], points[k][1]), bias(y, k, -points[k][0], -points[k][1]);
    tile_eval(x, 1), tile_eval(y, 1);
    for (int k = 0; k < 8; k++)
        for (int row = 0; row < M; row++) {
            assert_close(y->f[row][k], -x->f[row][k], 1e-15, 0);
            assert_close(y->q[row][k], -x->q[row][k], 1e-15, 0);
            for (int in = VGS; in < M; in++) assert_close(y->df[row * M + in][k], x->df[row * M + in][k], 1e-15, 0);
        }
    tile_free(x), tile_free(y);
}

static void area_is_transistors_in_parallel(void **state)
{
    (void)state;
    static const setting one[] = { ALIKE }, six[] = { ALIKE, { "area", 2 }, { "m", 3 } };
    tile *x = JFET(one, 60), *y = JFET(six, 60);
    for (int k = 0; k < 8; k++) bias(x, k, points[k][0], points[k][1]), bias(y, k, points[k][0], points[k][1]);
    tile_eval(x, 0), tile_eval(y, 0);
    for (int k = 0; k < 8; k++)
        for (int row = 0; row < M; row++) {
            double size = row < VDI ? 6 : 1;                          /* the others are voltages */
            assert_close(y->f[row][k], size * x->f[row][k], 1e-12, 1e-28);
            assert_close(y->q[row][k], size * x->q[row][k], 1e-12, 1e-40);
        }
    tile_free(x), tile_free(y);
}

/* Depletion charges with grading 1/2: cgs sqrt law below fc pb; none is left over. */
static void charges_of_the_gate(void **state)
{
    (void)state;
    static const setting card[] = { { "cgs", 3e-12 }, { "cgd", 5e-12 }, { "pb", 0.8 } };
    tile *x = JFET(card, 27);
    bias(x, 0, 2, -1);
    tile_eval(x, 1);
    double gs = 2 * 0.8 * 3e-12 * (1 - sqrt(1 + 1 / 0.8)), gd = 2 * 0.8 * 5e-12 * (1 - sqrt(1 + 3 / 0.8));
    assert_close(x->q[VDS][0], -gd, 1e-12, 0);
    assert_close(x->q[VGS][0], gs + gd, 1e-12, 0);
    assert_close(x->dq[VGS * M + VDI][0], -5e-12 / sqrt(1 + 3 / 0.8), 1e-12, 0);
    tile_free(x);
}

static void power_is_never_given(void **state)
{
    (void)state;
    static const setting card[] = { ALIKE };
    uint64_t seed = 7;
    tile    *x = JFET(card, 27);
    for (int round = 0; round < 1000; round++) {
        for (int k = 0; k < 8; k++) bias(x, k, tile_random(&seed, -4, 4), tile_random(&seed, -4, 0.8));
        tile_eval(x, 0);
        for (int k = 0; k < 8; k++) assert_true(x->f[VDS][k] * x->u[VDS][k] + x->f[VGS][k] * x->u[VGS][k] >= 0);
    }
    tile_free(x);
}

static void contradictions_are_refused(void **state)
{
    (void)state;
    static const setting wrong[][2] = { { { "polarity", 0 }, { "b", 1 } }, { { "b", 0.5 }, { "vto", 2 } }, { { "vto", 1 }, { "vt0", 1 } } };
    const ag_model *m = &ag_model_jfet;
    double value[40];
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        for (int j = 0; j < m->n_param; j++) value[j] = m->param[j].dflt;
        assert_null(m->check(value, m->n_param));
        for (int j = 0; j < 2; j++) value[ag_param_find(m->param, m->n_param, wrong[k][j].name)] = wrong[k][j].value;
        assert_non_null(m->check(value, m->n_param));
    }
}

/* ---- in circuits ---- */

/* Self-biased stages: i = beta (vgs - vto)^2 and vgs = -r i, in closed form; currents of the terminals add up to nothing. */
static void bias_through_a_source_resistor(void **state)
{
    (void)state;
    sim *s = sim_new("bias\nvdd vdd 0 15\nj1 vdd 0 s jn\nr1 s 0 2k\nj2 0 vss s2 jp 2 off\nr2 s2 vss 1k\nvss vss 0 5\n"
                     ".model jn njf(vto=-3 beta=1m)\n.model jp pjf vto=-3 beta=1m\n.options reltol=1e-6\n.op\n.end\n");
    int v = sim_signal(s, "v(s)"), v2 = sim_signal(s, "v(s2)"), d = sim_signal(s, "@j1[id]"), g = sim_signal(s, "@j1[ig]"), e = sim_signal(s, "@j1[is]");
    sim_run(s);
    double i = (13 - sqrt(25.0)) / 8e3;                               /* (3 - 2e3 i)^2 1e-3 = i */
    assert_close(sim_last(s, v), 2e3 * i, 1e-6, 0);
    assert_close(5 - sim_last(s, v2), 2e3 * i, 1e-6, 0);              /* twice the area, half the resistance, seen from 5 V */
    assert_close(sim_last(s, d) + sim_last(s, g) + sim_last(s, e), 0, 0, 1e-12);
    sim_free(s);
}

static void initial_voltages_in_a_list(void **state)
{
    (void)state;
    sim *s = sim_new("ic\nj1 d g 0 jn ic=2,-3\nrd d 0 10k\nrg g 0 10k\n.model jn njf(cgs=4p cgd=2p)\n.tran 1n 10n uic\n.end\n");
    int d = sim_signal(s, "v(d)"), g = sim_signal(s, "v(g)");
    sim_run(s);
    assert_close(sim_at(s, 0, d), 2, 1e-3, 0);
    assert_close(sim_at(s, 0, g), -3, 1e-3, 0);
    sim_free(s);
}

static const char *complaint(const char *lines)
{
    static char text[8192];
    sim         s = { 0 };
    ag_host     host = { .user = &s, .report = sim_report };
    char        netlist[1000];
    snprintf(netlist, sizeof netlist, "t\nv1 d 0 1\nr1 g 0 1\n%s\n.op\n.end\n", lines);
    ag_circuit *c = ag_circuit_new(&host);
    ag_read_text(c, "t", netlist);
    ag_circuit_free(c);
    strcpy(text, s.reports);
    return text;
}

static void wrong_cards_are_explained(void **state)
{
    (void)state;
    static const char *const table[][2] = {
        { "j1 d g\n.model jn njf", "node missing: a junction field-effect transistor needs three nodes and a model card" },
        { "j1 d g 0 low\n.model lov njf", "undefined model 'low'; did you mean 'lov'?" },
        { "j1 d g 0 mn\n.model mn nmos()", "model card 'mn' describes a MOS transistor, level 1, not a junction field-effect transistor" },
        { "j1 d g 0 jn\n.model jn pjf(level=2)", "pjf has no level 2; supported is 1 (jfet)" },
        { "j1 d g 0 jn 1 ic=1,-1,0\n.model jn njf", "this is too much: a junction field-effect transistor needs" },
        { "j1 d g 0 jn\n.model jn njf(vt=1)", "jfet has no parameter 'vt'" },
        { "j1 d g 0 jn\n.model jn njf(vto=1 b=0.5)", "with b other than 1, pb must be above vto" },
        { "j1 d g 0 jn\n.model jn njf(alpha=1u)", "jfet parameter 'alpha' is not modelled and ignored" },
    };
    for (size_t k = 0; k < sizeof table / sizeof *table; k++) {
        const char *said = complaint(table[k][0]);
        if (!strstr(said, table[k][1])) fail_msg("%s\nsaid: %s\nnot: %s", table[k][0], said, table[k][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(currents_follow_shichman_and_hodges), cmocka_unit_test(currents_and_slopes_as_ngspice),
        cmocka_unit_test(drain_and_source_may_change_places), cmocka_unit_test(pjf_is_the_mirror_of_njf),
        cmocka_unit_test(area_is_transistors_in_parallel), cmocka_unit_test(charges_of_the_gate),
        cmocka_unit_test(power_is_never_given), cmocka_unit_test(contradictions_are_refused),
        cmocka_unit_test(bias_through_a_source_resistor), cmocka_unit_test(initial_voltages_in_a_list),
        cmocka_unit_test(wrong_cards_are_explained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
