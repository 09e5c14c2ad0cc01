/* The bipolar transistor: its equations, currents and capacitances against ngspice, base resistance, symmetry; the element Q. */
#include "tests/support/sim.h"
#include "tests/support/tile.h"

extern const ag_model ag_model_bjt;
enum { VCE, VBE, VSE, VBEI, VCEI, VEI, M };      /* inputs; the rows have the same order */

#define PI 3.14159265358979323846
typedef struct setting { const char *name; double value; } setting;

static tile *transistor(const setting *card, int n, double celsius)
{
    tile *x = tile_new(&ag_model_bjt, 8);
    x->t.gmin = 0;
    for (int k = 0; k < n; k++) tile_set(x, card[k].name, card[k].value);
    tile_set_temp(x, celsius + AG_KELVIN);
    tile_prepare(x);
    return x;
}
#define TRANSISTOR(card, celsius) transistor(card, (int)(sizeof card / sizeof *card), celsius)

/* Voltages of lane k without series resistances. */
static void bias(tile *x, int k, double vce, double vbe, double vse)
{
    x->u[VCE][k] = x->u[VCEI][k] = vce, x->u[VBE][k] = x->u[VBEI][k] = vbe, x->u[VSE][k] = vse, x->u[VEI][k] = 0;
}

#define VT (AG_BOLTZMANN_Q * 300.15)

/* Gummel and Poon's equations, written out, over the regions; nothing flows without bias. */
static void currents_follow_gummel_and_poon(void **state)
{
    (void)state;
    static const setting card[] = { { "is", 1e-15 }, { "bf", 80 }, { "br", 3 }, { "nf", 1.02 }, { "vaf", 40 }, { "var", 9 }, { "ikf", 0.02 },
                                    { "ikr", 0.01 }, { "ise", 1e-14 }, { "ne", 1.6 }, { "isc", 2e-14 }, { "nc", 1.8 } };
    static const double vbe[8] = { 0, 0.6, 0.75, 0.9, 0.7, -0.5, 0.3, -2 }, vce[8] = { 0, 5, 0.1, 20, -0.2, -1.3, 0.3, 1 };
    tile *x = TRANSISTOR(card, 27);
    for (int k = 0; k < 8; k++) bias(x, k, vce[k], vbe[k], 0);
    tile_eval(x, 0);
    for (int k = 0; k < 8; k++) {
        double vbc = vbe[k] - vce[k], f = 1e-15 * expm1(vbe[k] / (1.02 * VT)), r = 1e-15 * expm1(vbc / VT);
        double qb = (1 + sqrt(1 + 4 * (f / 0.02 + r / 0.01))) / 2 / (1 - vbc / 40 - vbe[k] / 9), leak = 2e-14 * expm1(vbc / (1.8 * VT));
        assert_close(x->f[VCE][k], (f - r) / qb - r / 3 - leak, 1e-12, 1e-28);
        assert_close(x->f[VBE][k], f / 80 + 1e-14 * expm1(vbe[k] / (1.6 * VT)) + r / 3 + leak, 1e-12, 1e-28);
    }
    assert_true(x->f[VCE][0] == 0 && x->f[VBE][0] == 0);
    tile_free(x);
}

/* ngspice 39: operating points with gmin=1e-20, reltol=1e-9; q1 forward, q2 saturated, q3 inverse; pnp q4 forward, q5 nearly off. */
static void currents_and_capacitances_as_ngspice(void **state)
{
    (void)state;
    static const setting n[] = {
        { "is", 2e-15 }, { "bf", 150 }, { "nf", 1.01 }, { "vaf", 60 }, { "ikf", 20e-3 }, { "ise", 4e-14 }, { "ne", 1.6 }, { "br", 4 }, { "nr", 1.02 },
        { "var", 12 }, { "ikr", 10e-3 }, { "isc", 1e-13 }, { "nc", 1.4 }, { "cje", 5e-12 }, { "vje", 0.8 }, { "mje", 0.36 }, { "cjc", 3e-12 },
        { "vjc", 0.7 }, { "mjc", 0.3 }, { "tf", 0.4e-9 }, { "xtf", 3 }, { "vtf", 5 }, { "itf", 50e-3 }, { "tr", 8e-9 }, { "cjs", 2e-12 },
        { "vjs", 0.6 }, { "mjs", 0.4 }, { "iss", 1e-15 }, { "ns", 1.1 }, { "xtb", 1.5 }, { "eg", 1.15 }, { "xti", 3.3 }, { "tnom", 40 },
    }, p[] = {
        { "polarity", -1 }, { "is", 1e-14 }, { "bf", 90 }, { "vaf", 30 }, { "ikf", 20e-3 }, { "ise", 1e-13 }, { "ne", 1.5 }, { "br", 2 },
        { "var", 6 }, { "cje", 6e-12 }, { "cjc", 5e-12 }, { "mjc", 0.4 }, { "cjs", 3e-12 }, { "mjs", 0.5 }, { "tf", 1e-9 }, { "tr", 20e-9 }, { "xtb", 1.2 },
    };
    static const struct { double vce, vbe, vse, ic, ib, cpi, cmu, csub; } table[5] = {
        { 3, 0.78, -2, 2.208859713157e-2, 2.734777163385e-4, 4.4605268066173e-10, 1.9729579227072e-12, 8.1982546530315e-13 },
        { 0.1, 0.75, -1, 1.016081825857e-2, 2.483748551312e-4, 1.8241128900744e-10, 1.6043699770836e-10, 1.3431837940881e-12 },
        { -1, -0.3, -1.5, -3.1102456895899e-3, 6.673613480678e-4, 4.5801013007166e-12, 7.6563704446836e-10, 1.6207394362775e-12 },
        { -4, -0.8, 2, -1.0939761771253e-2, -2.5714555234427e-4, 3.7636496788889e-10, 2.5240845852516e-12, 7.5526579165519e-12 },
        { 0.5, -0.1, 2, 2.887453495586e-6, -1.1232787164567e-6, 5.9999429287048e-12, 9.0613068773412e-12, 6.3673560595750e-12 },
    };
    for (int k = 0; k < 5; k++) {
        int   lateral = k > 2;
        tile *x = lateral ? TRANSISTOR(p, -20) : TRANSISTOR(n, 85);
        double **dq = x->dq;
        bias(x, 0, table[k].vce, table[k].vbe, table[k].vse);
        tile_eval(x, 1);
        double csub = dq[VSE * M + VSE][0], cmu = dq[VCE * M + VCEI][0] - (lateral ? 0 : csub);
        /* Its Boltzmann constant differs by 5e-7, which the exponentials multiply by 30. */
        assert_close(x->f[VCE][0], table[k].ic, 3e-5, 1e-12);
        assert_close(x->f[VBE][0], table[k].ib, 3e-5, 1e-12);
        assert_close(dq[VBE * M + VBEI][0] + dq[VBE * M + VCEI][0] - (lateral ? csub : 0), table[k].cpi, 3e-5, 0);
        assert_close(cmu, table[k].cmu, 3e-5, 0);
        assert_close(csub, table[k].csub, 3e-5, 0);
        tile_free(x);
    }
}

/* xcjc shares the collector's capacitance between inner and outer base; only the inner part charges through rb. */
static void outer_collector_charge_does_not_pass_rb(void **state)
{
    (void)state;
    static const setting card[] = { { "cjc", 4e-12 }, { "xcjc", 0.25 }, { "rb", 100 }, { "cje", 3e-12 }, { "mjc", 0 }, { "mje", 0 } };
    tile *x = TRANSISTOR(card, 27);
    bias(x, 0, 2, -1, 0);
    x->u[VBE][0] = -1.5;
    tile_eval(x, 0);
    double inner = 3e-12 * -1 + 1e-12 * -3, outer = 3e-12 * -3.5;
    assert_close(x->q[VBE][0], inner + outer, 1e-12, 0);
    assert_close(x->q[VBEI][0], -100 * inner, 1e-12, 0);
    assert_close(x->q[VCE][0], 1e-12 * 3 - outer, 1e-12, 0);
    tile_free(x);
}

/* Hauser's crowding: drop over the resistance that is seen, rbm + 3 (rb - rbm) (tan z - z)/(z tan^2 z); halfway at ib = irb (nearly);
 * with qb instead of crowding when irb is not given. */
static void base_resistance_falls(void **state)
{
    (void)state;
    static const setting card[] = { { "is", 1e-15 }, { "bf", 50 }, { "ikf", 1e-2 }, { "rb", 90 }, { "rbm", 10 }, { "irb", 1e-4 } };
    tile *x = TRANSISTOR(card, 27);
    for (int k = 0; k < 8; k++) bias(x, k, 3, 0.45 + 0.06 * k, 0), x->u[VBE][k] += 0.2;
    for (int crowding = 1; crowding >= 0; crowding--) {
        if (!crowding) tile_set(x, "irb", 0);
        tile_prepare(x);
        tile_eval(x, 0);
        for (int k = 0; k < 8; k++) {
            double ib = x->f[VBE][k], y = ib / 1e-4, z = (sqrt(1 + 144 / (PI * PI) * y) - 1) / (24 / (PI * PI) * sqrt(y)), tz = tan(z);
            double qb = (1 + sqrt(1 + 4e2 * 50 * ib)) / 2, rbb = crowding ? 10 + 240 * (tz - z) / (z * tz * tz) : 10 + 80 / qb;
            assert_close(x->f[VBEI][k] / 90, 0.2 / rbb - ib, 1e-6, 1e-15);
        }
    }
    x->p[tile_param(x, "irb")][0] = x->f[VBE][3];
    tile_prepare(x), tile_eval(x, 0);
    assert_close(0.2 / (x->f[VBEI][0] / 90 + x->f[VBE][0]), 90, 1e-2, 0);
    tile_free(x);
}

static void series_resistances_also_at_zero(void **state)
{
    (void)state;
    static const setting some[] = { { "rb", 100 }, { "rc", 20 }, { "re", 2 }, { "cje", 1e-12 }, { "cjc", 1e-12 }, { "m", 2 } };
    static const setting none[] = { { "cje", 1e-12 }, { "cjc", 1e-12 } };
    for (int k = 0; k < 2; k++) {
        tile  *x = k ? TRANSISTOR(none, 27) : TRANSISTOR(some, 27);
        double rb = k ? 0 : 50, rc = k ? 0 : 10, re = k ? 0 : 1;
        bias(x, 0, 2, 0.8, 0);
        x->u[VBEI][0] = 0.75, x->u[VCEI][0] = 1.9, x->u[VEI][0] = 0.03;
        tile_eval(x, 1);
        double ie = x->f[VCE][0] + x->f[VBE][0], qe = x->q[VCE][0] + x->q[VBE][0] + x->q[VSE][0];
        assert_close(x->f[VBEI][0], 0.02 - rb * x->f[VBE][0], 1e-12, 1e-15);
        assert_close(x->f[VCEI][0], 0.07 - rc * x->f[VCE][0], 1e-12, 1e-15);
        assert_close(x->f[VEI][0], 0.03 - re * ie, 1e-12, 1e-15);
        assert_close(x->q[VBEI][0], -rb * x->q[VBE][0], 1e-12, 0);
        assert_close(x->q[VCEI][0], -rc * x->q[VCE][0], 1e-12, 0);
        assert_close(x->q[VEI][0], -re * qe, 1e-9, 1e-30);
        tile_free(x);
    }
}

#define ALIKE { "is", 1e-15 }, { "vaf", 50 }, { "ikf", 0.05 }, { "ise", 1e-14 }, { "isc", 1e-14 }, { "cje", 2e-12 }, { "cjc", 1e-12 }, { "cjs", 1e-12 }, \
              { "mjs", 0.3 }, { "iss", 1e-15 }, { "tf", 1e-10 }, { "tr", 1e-8 }, { "rb", 50 }, { "rc", 3 }, { "re", 1 }, { "xcjc", 0.7 }
static const double points[8][3] = {         /* vce, vbe, vse */
    { 3, 0.7, -1 }, { 0.1, 0.8, -2 }, { -0.5, 0.2, -3 }, { 1, -1, 0.3 }, { 0, 0.6, 0.2 }, { 5, 0.3, 0 }, { 0.2, 0.75, 0.6 }, { -1, -0.3, -1.2 },
};

static void pnp_is_the_mirror_of_npn(void **state)
{
    (void)state;
    static const setting n[] = { ALIKE }, p[] = { ALIKE, { "polarity", -1 }, { "subs", 1 } };
    tile *x = TRANSISTOR(n, 60), *y = TRANSISTOR(p, 60);
    for (int k = 0; k < 8; k++) bias(x, k, points[k][0], points[k][1], points[k][2]), bias(y, k, -points[k][0], -points[k][1], -points[k][2]);
    tile_eval(x, 1), tile_eval(y, 1);
    for (int k = 0; k < 8; k++)
        for (int row = 0; row < M; row++) {
            assert_close(y->f[row][k], -x->f[row][k], 1e-14, 1e-30);
            assert_close(y->q[row][k], -x->q[row][k], 1e-14, 1e-40);
            for (int in = 0; in < M; in++) assert_close(y->df[row * M + in][k], x->df[row * M + in][k], 1e-12, 1e-25);
        }
    tile_free(x), tile_free(y);
}

/* area and m multiply what flows and is stored; resistances are divided. */
static void area_is_transistors_in_parallel(void **state)
{
    (void)state;
    static const setting one[] = { ALIKE, { "irb", 1e-4 }, { "rbm", 5 }, { "xtf", 2 }, { "itf", 0.02 }, { "vtf", 3 } };
    static const setting six[] = { ALIKE, { "irb", 1e-4 }, { "rbm", 5 }, { "xtf", 2 }, { "itf", 0.02 }, { "vtf", 3 }, { "area", 2 }, { "m", 3 } };
    tile *x = TRANSISTOR(one, 0), *y = TRANSISTOR(six, 0);
    for (int k = 0; k < 8; k++) bias(x, k, points[k][0], points[k][1], points[k][2]), bias(y, k, points[k][0], points[k][1], points[k][2]);
    for (int k = 0; k < 8; k++) x->u[VBE][k] += 0.01, y->u[VBE][k] += 0.01;
    tile_eval(x, 0), tile_eval(y, 0);
    for (int k = 0; k < 8; k++)
        for (int row = 0; row < M; row++) {
            double size = row < VBEI ? 6 : 1;                         /* the others are voltages */
            assert_close(y->f[row][k], size * x->f[row][k], 1e-12, 1e-28);
            assert_close(y->q[row][k], size * x->q[row][k], 1e-12, 1e-40);
        }
    tile_free(x), tile_free(y);
}

/* Without charges a transistor takes power in at any bias. */
static void power_is_never_given(void **state)
{
    (void)state;
    static const setting card[] = { ALIKE, { "br", 3 }, { "var", 8 }, { "ikr", 0.01 } };
    uint64_t seed = 5;
    tile    *x = TRANSISTOR(card, 27);
    for (int round = 0; round < 2000; round++) {
        for (int k = 0; k < 8; k++) bias(x, k, tile_random(&seed, -2, 2), tile_random(&seed, -1, 0.9), tile_random(&seed, -2, 0.5));
        tile_eval(x, 0);
        for (int k = 0; k < 8; k++) {
            double c = x->f[VCE][k] * x->u[VCE][k], b = x->f[VBE][k] * x->u[VBE][k], s = x->f[VSE][k] * x->u[VSE][k];
            assert_true(c + b + s >= -1e-14 * (fabs(c) + fabs(b) + fabs(s)));
        }
    }
    tile_free(x);
}

/* The substrate's junction takes its current from the collector, or from the base. */
static void substrate_joins_collector_or_base(void **state)
{
    (void)state;
    static const setting card[] = { { "iss", 1e-15 }, { "cjs", 1e-12 } };
    for (int lateral = 0; lateral < 2; lateral++) {
        tile *x = TRANSISTOR(card, 27);
        if (lateral) tile_set(x, "subs", -1);
        tile_prepare(x);
        bias(x, 0, 1, -0.2, 1.6 - lateral);                           /* 0.6 V above the collector; lateral: -0.8 V, forward there */
        if (lateral) x->u[VSE][0] = -0.8;
        tile_eval(x, 0);
        double is = 1e-15 * expm1(0.6 / VT), sign = lateral ? -1 : 1;
        assert_close(x->f[VSE][0], sign * is, 1e-9, 0);
        assert_close(x->f[lateral ? VBE : VCE][0], -sign * is, 1e-3, 0);
        assert_true(fabs(x->f[lateral ? VCE : VBE][0]) < 1e-12);
        assert_close(x->q[lateral ? VBE : VCE][0], -x->q[VSE][0], 1e-12, 0);
        tile_free(x);
    }
}

static void contradictions_are_refused(void **state)
{
    (void)state;
    static const setting wrong[][2] = { { { "polarity", 0 }, { "bf", 100 } }, { { "subs", 0 }, { "bf", 100 } }, { { "rb", 5 }, { "rbm", 6 } } };
    const ag_model *m = &ag_model_bjt;
    double value[64];
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        for (int j = 0; j < m->n_param; j++) value[j] = m->param[j].dflt;
        assert_null(m->check(value, m->n_param));
        for (int j = 0; j < 2; j++) value[ag_param_find(m->param, m->n_param, wrong[k][j].name)] = wrong[k][j].value;
        assert_non_null(m->check(value, m->n_param));
    }
}

/* ---- in circuits ---- */

/* A cold start with high gain, feedback and both types: an amplifier after the pattern of the uA741's input and output. */
static void operating_points_converge_from_zero(void **state)
{
    (void)state;
    sim *s = sim_new("amplifier\nvcc vcc 0 15\nvee vee 0 -15\nvin p 0 0.1\nq1 c1 p e1 qn\nq2 c1 n e2 qn\nq3 a b e1 qp\nq4 o b e2 qp\n"
                     "q5 a a vee qn\nq6 o a vee qn\nq7 c1 c1 vcc qp\nq8 b c1 vcc qp\nrb b vee 1.4meg\nq9 vcc o g qn\nr9 g vee 50k\nq10 k g vee qn\n"
                     "i10 vcc k 1m\nd1 k k1 dd\nd2 k1 k2 dd\nq11 vcc k out qn 4\nq12 vee k2 out qp 4\ni11 k2 vee 0.5m\nrl out 0 2k\nrf out n 1k\n"
                     ".model qn npn(is=1e-15 bf=200 vaf=100 rb=50)\n.model qp pnp(is=1e-15 bf=50 vaf=50 rb=50)\n.model dd d(is=1e-15)\n.op\n.end\n");
    int out = sim_signal(s, "v(out)"), sum = sim_signal(s, "i(q11)"), ie = sim_signal(s, "@q11[ie]"), ib = sim_signal(s, "@q11[ib]"),
        is = sim_signal(s, "@q11[isub]");
    sim_run(s);
    assert_true(fabs(sim_last(s, out)) < 15);
    assert_close(sim_last(s, sum) + sim_last(s, ie) + sim_last(s, ib) + sim_last(s, is), 0, 0, 1e-9 * fabs(sim_last(s, ie)));
    sim_free(s);
}

/* Under uic the charges are those of ic=vbe,vce: the base starts at 0.6 V, the collector at 3 V. */
static void initial_voltages_in_a_list(void **state)
{
    (void)state;
    sim *s = sim_new("ic\nq1 c b 0 qn 2 ic=0.4,3 off\nrb b 0 100k\nrc c 0 1k\n.model qn npn(is=1e-18 cje=5p cjc=4p)\n.tran 1n 10n uic\n.end\n");
    int b = sim_signal(s, "v(b)"), c = sim_signal(s, "v(c)");
    sim_run(s);
    assert_close(sim_at(s, 0, b), 0.4, 1e-3, 0);
    assert_close(sim_at(s, 0, c), 3, 1e-3, 0);
    sim_free(s);
}

/* With four words behind the name the third is a substrate only when a card of that name does not exist. */
static void three_and_four_nodes(void **state)
{
    (void)state;
    sim *s = sim_new("nodes\nv1 c 0 2\nib 0 b 10u\nib2 0 b2 10u\nvs sub 0 -1\nq1 c b 0 qn\nq2 c b2 0 sub qn m=2\nr1 b 0 1meg\n"
                     ".model qn npn(is=1e-15 bf=100 iss=1e-12)\n.op\n.end\n");
    int one = sim_signal(s, "@q1[ic]"), two = sim_signal(s, "@q2[ic]"), sub = sim_signal(s, "@q2[isub]");
    sim_run(s);
    assert_close(sim_last(s, two), 1e-3, 1e-3, 0);
    assert_true(sim_last(s, one) > 0.9e-3 && sim_last(s, one) < 1e-3);
    assert_close(sim_last(s, sub), -2e-12, 0.1, 5e-12);
    sim_free(s);
}

static const char *complaint(const char *lines)
{
    static char text[8192];
    sim         s = { 0 };
    ag_host     host = { .user = &s, .report = sim_report };
    char        netlist[1000];
    snprintf(netlist, sizeof netlist, "t\nv1 c 0 1\nr1 b 0 1\n%s\n.op\n.end\n", lines);
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
        { "q1 c b\n.model fast npn", "node missing: a bipolar transistor needs three or four nodes and a model card" },
        { "q1 c b 0\n.model fast npn", "name of a model card missing: a bipolar transistor" },
        { "q1 c b 0 fsat\n.model fast npn", "undefined model 'fsat'; did you mean 'fast'?" },
        { "q1 c b 0 c fsat\n.model fast npn", "undefined model 'fsat'; did you mean 'fast'?" },
        { "q1 c b 0 fsat 2\n.model fast npn", "undefined model 'fsat'; did you mean 'fast'?" },
        { "q1 c b 0 fsat off\n.model fast npn", "undefined model 'fsat'; did you mean 'fast'?" },
        { "q1 c b 0 dm\n.model dm d()", "model card 'dm' describes a junction diode, not a bipolar transistor" },
        { "q1 c b 0 fast\n.model fast npn(level=4)", "npn has no level 4; supported is 1 (bjt)" },
        { "q1 c b 0 fast 2 3\n.model fast npn", "this is too much: a bipolar transistor needs" },
        { "q1 c b 0 fast ic=0.6,2,1\n.model fast npn", "this is too much: a bipolar transistor needs" },
        { "q1 c b 0 fast w=1u\n.model fast npn", "bipolar transistor has no parameter 'w'" },
        { "q1 c b 0 fast area=-1\n.model fast npn", "bjt parameter 'area' = -1 is outside" },
        { "q1 c b 0 fast\n.model fast npn(rb=1 rbm=2)", "rbm, the base resistance at high current, must not be above rb" },
        { "q1 c b 0 fast\n.model fast npn(bff=2)", "bjt has no parameter 'bff'; did you mean 'bf'?" },
        { "q1 c b 0 fast\n.model fast npn(ptf=20)", "bjt parameter 'ptf' is not modelled and ignored" },
    };
    for (size_t k = 0; k < sizeof table / sizeof *table; k++) {
        const char *said = complaint(table[k][0]);
        if (!strstr(said, table[k][1])) fail_msg("%s\nsaid: %s\nnot: %s", table[k][0], said, table[k][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(currents_follow_gummel_and_poon), cmocka_unit_test(currents_and_capacitances_as_ngspice),
        cmocka_unit_test(outer_collector_charge_does_not_pass_rb), cmocka_unit_test(base_resistance_falls),
        cmocka_unit_test(series_resistances_also_at_zero), cmocka_unit_test(pnp_is_the_mirror_of_npn),
        cmocka_unit_test(area_is_transistors_in_parallel), cmocka_unit_test(power_is_never_given),
        cmocka_unit_test(substrate_joins_collector_or_base), cmocka_unit_test(contradictions_are_refused),
        cmocka_unit_test(operating_points_converge_from_zero), cmocka_unit_test(initial_voltages_in_a_list),
        cmocka_unit_test(three_and_four_nodes), cmocka_unit_test(wrong_cards_are_explained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
