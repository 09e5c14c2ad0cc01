/* The diode: regions of its current, charge, series resistance, laws of temperature against ngspice, and its limiting. */
#include "models/limit.h"
#include "tests/support/close.h"
#include "tests/support/tile.h"

extern const ag_model ag_model_diode;
enum { V, VD, M };                           /* inputs; the rows have the same order */

static tile *diode(void)
{
    tile *x = tile_new(&ag_model_diode, 8);
    x->t.gmin = 0;
    return x;
}

static void forward_and_reverse_current(void **state)
{
    (void)state;
    tile *x = diode();
    static const double v[8] = { -5, -0.1, 0, 0.1, 0.3, 0.6, 0.8, 1 };
    memcpy(x->u[VD], v, sizeof v);
    tile_prepare(x);
    tile_eval(x, 0);
    for (int k = 0; k < 8; k++)
        assert_close(x->f[V][k], 1e-14 * expm1(v[k] / (8.617333262e-5 * 300.15)), 1e-13, 1e-29);
    x->t.gmin = 1e-9;
    double before = x->f[V][0];
    tile_eval(x, 1);
    assert_close(x->f[V][0] - before, -5e-9, 1e-9, 0);
    assert_close(x->df[V * M + VD][0], 1e-9, 1e-6, 0);
    tile_free(x);
}

static void series_resistance_also_at_zero(void **state)
{
    (void)state;
    tile *x = diode();
    tile_set(x, "cjo", 1e-12);
    for (int k = 0; k < 8; k++) x->p[tile_param(x, "rs")][k] = 10.0 * k, x->u[V][k] = 1, x->u[VD][k] = 0.65;
    tile_prepare(x);
    tile_eval(x, 1);
    for (int k = 0; k < 8; k++) {
        assert_close(x->f[VD][k], 0.35 - 10.0 * k * x->f[V][k], 1e-14, 0);
        assert_close(x->q[VD][k], -10.0 * k * x->q[V][k], 1e-14, 0);       /* the charging current flows through rs too */
        assert_true(x->df[VD * M + VD][k] <= -1);
    }
    tile_free(x);
}

/* Knee and recombination as in ngspice 39, where i = ij/(1 + sqrt(ij/ikf)); the long way of a tile in which another lane has
 * them gives the same bits as the short one. */
static void knee_and_recombination(void **state)
{
    (void)state;
    tile *x = diode(), *plain = diode();
    tile_set(x, "m", 0.4), tile_set(x, "vj", 0.6), tile_set(x, "nr", 1.9);
    x->p[tile_param(x, "ikf")][1] = 0.01, x->p[tile_param(x, "isr")][2] = 1e-9;
    for (int k = 0; k < 8; k++) x->u[VD][k] = plain->u[VD][k] = k == 3 ? -1 : 0.7;
    tile_prepare(x), tile_prepare(plain);
    tile_eval(x, 1), tile_eval(plain, 1);
    double vt = 8.617333262e-5 * 300.15, i = 1e-14 * expm1(0.7 / vt), r = 1e-9 * expm1(0.7 / (1.9 * vt)) * pow(pow(1 - 0.7 / 0.6, 2) + 0.005, 0.2);
    assert_close(x->f[V][1], i / (1 + sqrt(i / 0.01)), 1e-12, 0);
    assert_close(x->f[V][2], i + r, 1e-12, 0);
    assert_memory_equal(&x->f[V][0], &plain->f[V][0], sizeof(double));
    assert_memory_equal(&x->f[V][3], &plain->f[V][3], sizeof(double));
    assert_memory_equal(&x->df[V * M + VD][0], &plain->df[V * M + VD][0], sizeof(double));
    tile_free(x), tile_free(plain);
}

static void breakdown_has_an_emission_coefficient(void **state)
{
    (void)state;
    tile *x = diode();
    tile_set(x, "bv", 5), tile_set(x, "ibv", 1e-3), tile_set(x, "nbv", 3);
    x->u[VD][0] = -5.3, x->u[VD][1] = -5;
    tile_prepare(x);
    tile_eval(x, 0);
    assert_close(x->f[V][0], -1e-3 * exp(0.3 / (3 * 8.617333262e-5 * 300.15)), 1e-9, 0);
    assert_close(x->f[V][1], -1e-3, 1e-9, 0);
    tile_free(x);
}

static void breakdown_reaches_ibv_at_bv(void **state)
{
    (void)state;
    tile *x = diode();
    tile_set(x, "bv", 5), tile_set(x, "ibv", 2e-3), tile_set(x, "area", 3);
    x->u[VD][0] = -5, x->u[VD][1] = -4, x->u[VD][2] = 0, x->u[VD][3] = -5 - 0.0259;
    tile_prepare(x);
    tile_eval(x, 0);
    assert_close(x->f[V][0], -6e-3, 1e-9, 0);
    assert_close(x->f[V][1], -3e-14, 1e-2, 0);
    assert_close(x->f[V][2], 0, 0, 1e-80);
    assert_close(x->f[V][3], -6e-3 * exp(1), 2e-3, 0);
    tile_free(x);
}

static void the_charge_is_the_integral_of_the_capacitance(void **state)
{
    (void)state;
    tile *x = diode();
    tile_set(x, "cjo", 2e-12), tile_set(x, "vj", 0.7), tile_set(x, "m", 0.33);
    tile_prepare(x);
    double sum = 0;                          /* Simpson's rule from -3 V to 0.9 V, across fc vj = 0.35 V */
    const int n = 4000;
    double q[2] = { 0, 0 };
    for (int k = 0; k <= n; k++) {
        x->u[VD][0] = -3 + 3.9 * k / n;
        tile_eval(x, 1);
        sum += x->dq[V * M + VD][0] * (k == 0 || k == n ? 1 : k % 2 ? 4 : 2);
        if (k == 0 || k == n) q[k > 0] = x->q[V][0];
    }
    assert_close(q[1] - q[0], sum * 3.9 / n / 3, 1e-8, 0);
    x->u[VD][0] = 0, x->u[VD][1] = 0.35 - 1e-9, x->u[VD][2] = 0.35 + 1e-9, x->u[VD][3] = -2;
    tile_eval(x, 1);
    assert_close(x->q[V][0], 0, 0, 1e-28);
    assert_close(x->dq[V * M + VD][0], 2e-12, 1e-12, 0);
    assert_close(x->dq[V * M + VD][1], x->dq[V * M + VD][2], 1e-8, 0);
    assert_close(x->dq[V * M + VD][3], 2e-12 * pow(1 + 2 / 0.7, -0.33), 1e-12, 0);
    tile_free(x);
}

static void transit_time_stores_the_current(void **state)
{
    (void)state;
    tile *x = diode();
    tile_set(x, "tt", 1e-8);
    tile_fill(x->u[VD], 8, 0.6);
    tile_prepare(x);
    tile_eval(x, 1);
    assert_close(x->q[V][0], 1e-8 * x->f[V][0], 1e-14, 0);
    assert_close(x->dq[V * M + VD][0], 1e-8 * x->df[V * M + VD][0], 1e-14, 0);
    tile_free(x);
}

static void cj0_is_another_name_of_cjo(void **state)
{
    (void)state;
    double value[64];
    for (int k = 0; k < ag_model_diode.n_param; k++) value[k] = ag_model_diode.param[k].dflt;
    tile *x = diode();
    value[tile_param(x, "cj0")] = 1e-12;
    assert_null(ag_model_diode.check(value, ag_model_diode.n_param));
    value[tile_param(x, "cjo")] = 1e-12;
    assert_non_null(ag_model_diode.check(value, ag_model_diode.n_param));
    tile_set(x, "cj0", 3e-12);
    tile_prepare(x);
    assert_close(tile_derived(x, "cjt", 0), 3e-12, 1e-12, 0);
    tile_free(x);
}

/* ngspice 39 at 85 C, card at 40 C: .model d is=2e-14 rs=4 n=1.2 tt=5n cjo=3p vj=0.8 m=0.4 fc=0.6 eg=1.05 xti=2.5 bv=6 ibv=1m,
 * operating points with gmin=1e-20, reltol=1e-12; 0.7 V with area 2, then -3 V, -6.2 V and 0.2 V. Its Boltzmann constant
 * differs by 5e-7, which the exponentials multiply by 20. */
static void temperature_and_regions_as_ngspice(void **state)
{
    (void)state;
    static const double v[4] = { 0.7, -3, -6.2, 0.2 };
    static const double vd[4] = { 0.6990206523555, -3, -6.11373921257, 0.2 };
    static const double i[4] = { 4.89673822264e-4, -1.555533479802e-12, -2.156519685650e-2, 3.42915106033e-10 };
    static const double q[4] = { 8.435290715976e-12, -6.31034162424e-12, NAN, 6.640785726108e-13 };
    static const double c[4] = { 7.834345797494e-11, 1.626178967746e-12, NAN, 3.549752102290e-12 };
    static const struct { const char *name; double value; } card[] = {
        { "is", 2e-14 }, { "rs", 4 }, { "n", 1.2 }, { "tt", 5e-9 }, { "cjo", 3e-12 }, { "vj", 0.8 }, { "m", 0.4 },
        { "fc", 0.6 }, { "eg", 1.05 }, { "xti", 2.5 }, { "bv", 6 }, { "ibv", 1e-3 }, { "tnom", 40 },
    };
    tile *x = diode();
    for (size_t k = 0; k < sizeof card / sizeof *card; k++) tile_set(x, card[k].name, card[k].value);
    x->p[tile_param(x, "area")][0] = 2;
    tile_set_temp(x, 273.15 + 85);
    tile_prepare(x);
    for (int k = 0; k < 4; k++) x->u[V][k] = v[k], x->u[VD][k] = vd[k];
    tile_eval(x, 1);
    for (int k = 0; k < 4; k++) {
        assert_close(x->f[V][k], i[k], 3e-5, 0);
        assert_close(x->f[VD][k], 0, 0, 1e-6);               /* rs carries what is left of the voltage */
        if (isnan(q[k])) continue;                           /* ngspice leaves tt out of the charge in breakdown */
        assert_close(x->q[V][k], q[k], 3e-5, 0);
        assert_close(x->dq[V * M + VD][k], c[k], 3e-5, 0);
    }
    tile_free(x);
}

/* Newton on a diode behind 1 kohm at 5 V from a cold start, which overflows without limiting. */
static void limited_newton_converges(void **state)
{
    (void)state;
    tile    *x = diode();
    double **next = tile_columns(M, 8);
    tile_set(x, "bv", 20);
    static const double source[8] = { 5, 100, 1000, 0.1, -30, -1000, -5, 5 };
    tile_fill(x->u[VD], 8, 0);
    x->u[VD][7] = -800;
    tile_prepare(x);
    for (int iteration = 0; iteration < 60; iteration++) {
        tile_eval(x, 1);
        for (int k = 0; k < 8; k++) {                        /* (source - vd)/1k = id */
            double r = (source[k] - x->u[VD][k]) / 1e3 - x->f[V][k];
            next[VD][k] = x->u[VD][k] + r / (1e-3 + x->df[V * M + VD][k]);
            next[V][k] = next[VD][k];
        }
        ag_model_diode.limit(&x->t, next);
        memcpy(x->u[VD], next[VD], 8 * sizeof(double));
    }
    tile_eval(x, 1);
    for (int k = 0; k < 8; k++) assert_close(x->f[V][k], (source[k] - x->u[VD][k]) / 1e3, 1e-9, 1e-15);
    assert_true(x->u[VD][0] > 0.6 && x->u[VD][0] < 0.8);
    assert_true(x->u[VD][4] < -19.9 && x->u[VD][4] > -20.2);
    tile_drop(next);
    tile_free(x);
}

static void junction_limit(void **state)
{
    (void)state;
    const double vt = 0.025, vcrit = 0.6;
    assert_close(ag_limit_junction(0.7, 0.71, vt, vcrit), 0.71, 0, 0);
    assert_close(ag_limit_junction(0.2, 0.59, vt, vcrit), 0.59, 0, 0);
    assert_close(ag_limit_junction(0.7, 5, vt, vcrit), 0.7 + vt * log(1 + 4.3 / vt), 1e-14, 0);
    assert_close(ag_limit_junction(-3, 5, vt, vcrit), vt * log(1 + 5 / vt), 1e-14, 0);
    assert_close(ag_limit_junction(5, 0.65, vt, vcrit), 0.65, 0, 0);
    assert_close(ag_limit_vcrit(0.025, 1e-14), 0.025 * log(0.025 / (sqrt(2) * 1e-14)), 1e-14, 0);
    assert_close(ag_limit_step(1, 3, 0.5), 1.5, 0, 0);
    assert_close(ag_limit_step(1, -3, 0.5), 0.5, 0, 0);
    assert_close(ag_limit_step(1, 1.2, 0.5), 1.2, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forward_and_reverse_current), cmocka_unit_test(series_resistance_also_at_zero),
        cmocka_unit_test(knee_and_recombination), cmocka_unit_test(breakdown_has_an_emission_coefficient),
        cmocka_unit_test(breakdown_reaches_ibv_at_bv), cmocka_unit_test(the_charge_is_the_integral_of_the_capacitance),
        cmocka_unit_test(transit_time_stores_the_current), cmocka_unit_test(cj0_is_another_name_of_cjo),
        cmocka_unit_test(temperature_and_regions_as_ngspice), cmocka_unit_test(limited_newton_converges),
        cmocka_unit_test(junction_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
