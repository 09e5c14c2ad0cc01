/* siox_ecm and climit against reference values computed independently with the same formulas and defaults. */
#include "tests/support/close.h"
#include "tests/support/tile.h"

extern const ag_model ag_model_siox_ecm, ag_model_climit;
enum { V, X, M };                                /* inputs, in the model's order */

static const struct point { double v, x, i, i_v, i_x, f, f_v, f_x; } table[] = {
    { 2.0, 0, 2.6832816e-8, 2.4149534e-8, 4.9459955e-7, 24858780, 4.0401368e8, -24858780 },
    { 1.4, 0.56, 1.8391086e-5, 2.1834977e-5, 2.2078600e-4, 509.23663, 8487.2675, -1157.3560 },
    { -1.6, 0.65, -6.7894925e-5, 7.2948901e-5, -8.1485562e-4, -1123.5439, 13083.281, -132372.67 },
    { -2.7, 0.9, -3.5121723e-3, 2.4446966e-3, -4.2146368e-2, -9.0e8, 8.3235019e-4, -1.0e9 },
};
#define POINTS ((int)(sizeof table / sizeof *table))

static void current_and_rate(void **state)
{
    (void)state;
    tile *x = tile_new(&ag_model_siox_ecm, 8);
    for (int k = 0; k < 8; k++) x->u[V][k] = table[k % POINTS].v, x->u[X][k] = table[k % POINTS].x;
    tile_prepare(x);
    tile_eval(x, 1);
    for (int k = 0; k < 8; k++) {
        const struct point *p = &table[k % POINTS];
        print_message("v = %g, x = %g\n", p->v, p->x);
        assert_close(x->f[V][k], p->i, 1e-6, 0);
        assert_close(x->df[V * M + V][k], p->i_v, 1e-6, 0);
        assert_close(x->df[V * M + X][k], p->i_x, 1e-6, 0);
        assert_close(-x->f[X][k], p->f, 1e-6, 0);
        assert_close(-x->df[X * M + V][k], p->f_v, 1e-6, 0);
        assert_close(-x->df[X * M + X][k], p->f_x, 1e-6, 0);
        assert_close(x->q[X][k], p->x, 0, 0);
        assert_close(x->dq[X * M + X][k], 1, 0, 0);
    }
    tile_free(x);
}

/* At 0 V nothing but the loss: 1e-9 /s keeps a state for 10^4 s. */
static void without_voltage_only_the_loss_acts(void **state)
{
    (void)state;
    tile *x = tile_new(&ag_model_siox_ecm, 8);
    for (int k = 0; k < 8; k++) x->u[X][k] = 0.125 * (k + 1);
    tile_set(x, "earet", 1.0);
    tile_set_temp(x, 360);
    tile_prepare(x);
    tile_eval(x, 0);
    double rate = 1e-9 * exp(-(1 / 360.0 - 1 / 300.0) / 8.617333262e-5);
    for (int k = 0; k < 8; k++) assert_close(-x->f[X][k], -rate * x->u[X][k], 1e-9, 0);
    tile_free(x);
}

static void activation_energies_act_on_their_rates(void **state)
{
    (void)state;
    tile *x = tile_new(&ag_model_siox_ecm, 8);
    tile_set(x, "eas", 0.4), tile_set(x, "ear", 0.6);
    tile_set_temp(x, 330);
    tile_prepare(x);
    double cold = (1 / 330.0 - 1 / 300.0) / 8.617333262e-5;
    assert_close(tile_derived(x, "set", 0), 8.51e-8 * exp(-0.4 * cold), 1e-9, 0);
    assert_close(tile_derived(x, "reset", 0), 1.4e-5 * exp(-0.6 * cold), 1e-9, 0);
    tile_free(x);
}

static void a_jump_of_conductance_is_rejected(void **state)
{
    (void)state;
    tile *old = tile_new(&ag_model_siox_ecm, 8), *now = tile_new(&ag_model_siox_ecm, 8);
    tile_prepare(old), tile_prepare(now);
    now->t.time = 1e-6;
    tile_fill(old->u[X], 8, 0.7), tile_fill(now->u[X], 8, 0.72);
    assert_true(ag_model_siox_ecm.step(&old->t, &now->t) > 1e-6);
    now->u[X][4] = 0.75;
    assert_true(ag_model_siox_ecm.step(&old->t, &now->t) < 0);
    tile_free(old), tile_free(now);
}

static double limiter(tile *x, double v, double *slope)
{
    tile_fill(x->u[V], 8, v);
    tile_eval(x, 1);
    *slope = x->df[0][0];
    return x->f[0][0];
}

static void limiter_current_and_slope(void **state)
{
    (void)state;
    double slope;
    tile *x = tile_new(&ag_model_climit, 8);
    tile_set(x, "icn", 1);
    tile_prepare(x);
    assert_close(limiter(x, 0.02, &slope), 9.8495812e-4, 1e-6, 0);
    assert_close(slope, 2.8969357e-3, 1e-6, 0);
    assert_close(limiter(x, -0.5, &slope), -4.9999922e-2, 1e-6, 0);
    assert_close(slope, 9.9999219e-2, 1e-6, 0);
    assert_close(limiter(x, 1e3, &slope), 1e-3 + 1e-9, 1e-12, 0);
    assert_close(slope, 1e-12, 1e-6, 0);
    assert_true(limiter(x, 0, &slope) == 0);
    assert_close(slope, 0.1, 1e-9, 0);
    tile_set(x, "icn", NAN);                                     /* as icp */
    tile_prepare(x);
    assert_close(limiter(x, -1e3, &slope), -1e-3 - 1e-9, 1e-12, 0);
    tile_free(x);
}

/* Rising everywhere, and at most the limit: also with limits of 1 mA and 1 A side by side, over all decades. */
static void limiter_rises_to_its_limit(void **state)
{
    (void)state;
    double slope, last = -2;
    tile *x = tile_new(&ag_model_climit, 8);
    tile_set(x, "icn", 1);
    tile_prepare(x);
    for (int k = -900; k <= 900; k++) {
        double v = (k < 0 ? -1 : 1) * pow(10, abs(k) / 100.0 - 6), i = limiter(x, v, &slope);
        assert_true(i >= last && slope > 0 && i < 1e-3 + 2e-9 && i > -1 - 2e-9);
        last = i;
    }
    tile_free(x);
}

/* vset: a rate ks exp(v/vs) at 1 V/s has grown 1 - 1/e of the filament there. */
static void values_for_the_check_of_a_cell(void **state)
{
    (void)state;
    tile *x = tile_new(&ag_model_siox_ecm, 8);
    tile_prepare(x);
    double vset = tile_derived(x, "vset", 0);
    assert_close(8.51e-8 * 0.06 * exp(vset / 0.06), 1, 1e-6, 0);
    assert_close(tile_derived(x, "glrs", 0), 1.5e-3 * (1 - exp(-12)) + 6e-9, 1e-12, 0);
    assert_close(tile_derived(x, "ghrs", 0), 6e-9, 1e-12, 0);
    tile_set(x, "ks", 0);
    tile_prepare(x);
    assert_true(tile_derived(x, "vset", 0) > 10 && isfinite(tile_derived(x, "vset", 0)));
    tile_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(current_and_rate), cmocka_unit_test(without_voltage_only_the_loss_acts),
        cmocka_unit_test(activation_energies_act_on_their_rates), cmocka_unit_test(a_jump_of_conductance_is_rejected),
        cmocka_unit_test(values_for_the_check_of_a_cell), cmocka_unit_test(limiter_current_and_slope), cmocka_unit_test(limiter_rises_to_its_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
