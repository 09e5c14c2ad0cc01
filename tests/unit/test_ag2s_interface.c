/* ag2s_interface against reference values from 40-digit arithmetic with the same formulas (etafd = 0.3 V): current, state
 * derivatives, all partial derivatives (total ones at fixed v). */
#include "tests/support/close.h"
#include "tests/support/tile.h"

extern const ag_model ag_model_ag2s_interface;
enum { V, PHI, W, M };                           /* inputs, in the model's order */

typedef struct point {
    const char *name;
    double v, phi, w, temp;
    double i, di[4];                             /* di/d(v, phi, w, T) */
    double f[2], dv[2], dtemp[2];                /* dphi/dt [eV/s], dw/dt [1/s] and their derivatives */
    double j[2][2];                              /* by phi, w */
} point;

static const point table[] = {
    { "I1 setting", -0.2, 0.25, 1e-6, 300,
      -3.64614456e-7, { 3.66615963e-6, 1.40250894e-5, -1.99952885e-3, -1.16614397e-8 },
      { -1.24243179e+2, 7.20125828e-8 }, { 4.91071736e+3, -6.78883362e-6 }, { 1.80718645e-3, 9.26568712e-10 },
      { { -4.80786226e+3, 4.91046065e+2 }, { 2.71927779e-9, 3.42849176e-3 } } },
    { "I2 filament grows", -0.5, 0.15, 0.05, 300,
      -5.26675078e-4, { 3.15400449e-3, 1.08137782e-2, -4.09887080e-3, -2.22282719e-6 },
      { -4.41826736e+4, 2.86708342e+2 }, { 1.45691671e+6, -8.76830608e+3 }, { -1.33409744e+1, -1.47462109 },
      { { -5.56238145e+6, 3.54488601e+5 }, { 4.08969082e+2, 3.59842018e+3 } } },
    { "I3 resetting", 0.2, 0.15, 0.01, 300,
      3.69482655e-5, { 2.70576561e-4, -6.56182090e-4, 1.95829852e-3, 2.68663996e-7 },
      { 8.96420892, -1.76977704e+2 }, { 2.58823007e+2, -4.72507985e+3 }, { -2.11598181e-3, 2.05167661e-2 },
      { { -3.60271478, -2.56901939e+1 }, { -8.99043863e+1, -1.45903528e+4 } } },
    { "I4 deep reset, hot", 0.5, 0.40, 1e-8, 350,
      1.26654131e-7, { 1.05008109e-6, -4.19784433e-6, 4.34759056e-3, 4.02091829e-9 },
      { 1.16040527e+4, -5.40874223e-2 }, { 3.51099677e+5, -7.46376394e-1 }, { -1.19041762e-2, 5.98974348e-4 },
      { { -1.45356799e+5, -7.63258894e+4 }, { -2.05895523e-5, -5.40874206e+6 } } },
    { "I5 overdriven", 10, 0.3, 0.5, 300,
      1.64320538, { 1.99743232e-1, -6.20143016e+1, -7.18968621e-1, 6.72559770e-2 },
      { 1.20923616e+7, -5.00000000e+5 }, { 1.32419867e-1, 0 }, { 7.94169697e-4, 0 },
      { { -5.37439940e+6, -5.29676295e-1 }, { 0, -1.92874985e-14 } } },
};
enum { POINTS = sizeof table / sizeof *table };

static tile *at_points(void)
{
    tile *x = tile_new(&ag_model_ag2s_interface, 8);
    tile_set(x, "etafd", 0.3);
    for (int k = 0; k < 8; k++) {
        const point *p = &table[k < POINTS ? k : POINTS - 1];
        x->temp[k] = p->temp;
        x->u[V][k] = p->v, x->u[PHI][k] = p->phi, x->u[W][k] = p->w;
    }
    tile_prepare(x);
    tile_eval(x, 1);
    return x;
}

/* The references are printed to 9 digits, and as 0 where a window has saturated. */
#define RTOL 2e-8
#define ATOL 1e-19

static void current_and_derivatives(void **state)
{
    (void)state;
    tile *x = at_points();
    for (int k = 0; k < POINTS; k++) {
        print_message("%s\n", table[k].name);
        assert_close(x->f[V][k], table[k].i, RTOL, ATOL);
        for (int j = 0; j < M; j++) assert_close(x->df[V * M + j][k], table[k].di[j], RTOL, ATOL);
    }
    tile_free(x);
}

static void state_equations_and_derivatives(void **state)
{
    (void)state;
    tile *x = at_points();
    for (int k = 0; k < POINTS; k++) {
        const point *p = &table[k];
        print_message("%s\n", p->name);
        double lost = p->v == 10 ? 1e-9 : 0;              /* 1 - tanh of the drive is lost in 16 digits at 10 V */
        for (int s = 0; s < 2; s++) {                     /* row: 0 = -dx/dt + d(x)/dt */
            assert_close(-x->f[PHI + s][k], p->f[s], RTOL, ATOL);
            assert_close(-x->df[(PHI + s) * M + V][k], p->dv[s], RTOL, ATOL + lost);
            for (int j = 0; j < 2; j++) assert_close(-x->df[(PHI + s) * M + PHI + j][k], p->j[s][j], RTOL, ATOL + lost);
            assert_close(x->dq[(PHI + s) * M + PHI + s][k], 1, 0, 0);
        }
        assert_close(x->q[PHI][k], p->phi, 0, 0);
        assert_close(x->q[W][k], p->w, 0, 0);
    }
    tile_free(x);
}

static void evaluate_at(tile *x, double shift, double out[M][8])
{
    for (int k = 0; k < 8; k++) x->temp[k] += shift;
    tile_prepare(x);
    tile_eval(x, 0);
    for (int s = 0; s < M; s++)
        for (int k = 0; k < 8; k++) out[s][k] = s ? -x->f[s][k] : x->f[V][k];
    for (int k = 0; k < 8; k++) x->temp[k] -= shift;
}

/* The temperature reaches a model only through prepare; central differences over 0.2 and 0.1 K with one Richardson step. */
static void temperature_derivatives(void **state)
{
    (void)state;
    tile  *x = at_points();
    double value[4][M][8];
    static const double shift[4] = { 0.2, -0.2, 0.1, -0.1 };
    for (int s = 0; s < 4; s++) evaluate_at(x, shift[s], value[s]);
    for (int k = 0; k < POINTS; k++)
        for (int s = 0; s < M; s++) {
            double coarse = (value[0][s][k] - value[1][s][k]) / 0.4, fine = (value[2][s][k] - value[3][s][k]) / 0.2;
            double want = s ? table[k].dtemp[s - 1] : table[k].di[3];
            print_message("%s row %d\n", table[k].name, s);
            assert_close((4 * fine - coarse) / 3, want, 1e-6, 1e-15 * fabs(value[0][s][k]) / 0.1 + ATOL);
        }
    tile_free(x);
}

static void nothing_moves_at_zero_volts_without_loss(void **state)
{
    (void)state;
    tile *x = tile_new(&ag_model_ag2s_interface, 8);
    for (int k = 0; k < 8; k++) {
        x->u[PHI][k] = 0.14 + 0.03 * k, x->u[W][k] = 0.1 * k;
        x->u[V][k] = k % 2 ? 1e-4 : 0;                     /* and not below 0.1 mV */
    }
    tile_set(x, "taur", 1e18);
    tile_prepare(x);
    tile_eval(x, 0);
    for (int k = 0; k < 8; k++) {
        assert_true(fabs(x->f[PHI][k]) < 1e-18);
        assert_true(x->f[W][k] == 0);
    }
    tile_free(x);
}

static void rates_are_capped(void **state)
{
    (void)state;
    tile *x = tile_new(&ag_model_ag2s_interface, 8);
    for (int k = 0; k < 8; k++) {
        x->u[V][k] = (k % 2 ? 5 : -5) * pow(10, k / 2);
        x->u[PHI][k] = 0.25, x->u[W][k] = 0.5;
    }
    tile_prepare(x);
    tile_eval(x, 0);
    for (int k = 0; k < 8; k++) {
        double most = 8.617333e-5 * 300 * 5e8;
        assert_true(fabs(x->f[PHI][k]) <= most && fabs(x->f[PHI][k]) > 0.5 * most);
        assert_true(fabs(x->f[W][k]) <= 5e5 * (1 + 1e-12));
    }
    tile_free(x);
}

/* At constant voltage dG/dt of the interface is s0 exactly, whatever the barrier, far from the ON state. */
static void conductance_rises_linearly_in_time(void **state)
{
    (void)state;
    tile *x = tile_new(&ag_model_ag2s_interface, 8);
    tile_set_temp(x, 300);
    tile_set(x, "rs", 0);
    for (int k = 0; k < 8; k++) x->u[V][k] = -0.2, x->u[PHI][k] = 0.22 + 0.02 * k;
    tile_prepare(x);
    tile_eval(x, 0);
    for (int k = 0; k < 8; k++) {
        double c = tile_derived(x, "c300", k) * exp(-x->u[PHI][k] / (8.617333e-5 * 300));
        double rise = x->f[PHI][k] * c / (8.617333e-5 * 300);
        assert_close(rise, 5e-3, 2e-2, 0);                  /* tanh(0.2/5) of the drive, the flux limit, the loss */
    }
    tile_free(x);
}

static void migration_follows_its_activation_energy(void **state)
{
    (void)state;
    tile *x = tile_new(&ag_model_ag2s_interface, 8);
    for (int k = 0; k < 8; k++) x->temp[k] = k % 2 ? 350 : 300, x->p[tile_param(x, "emig")][k] = k < 2 ? 0 : 0.25;
    tile_prepare(x);
    double law = exp(-0.25 / 8.617333e-5 * (1 / 350.0 - 1 / 300.0));
    assert_close(tile_derived(x, "set", 1) / tile_derived(x, "set", 0), 1, 1e-12, 0);
    assert_close(tile_derived(x, "set", 3) / tile_derived(x, "set", 2), law, 1e-12, 0);
    assert_close(tile_derived(x, "reset", 3) / tile_derived(x, "reset", 2), law, 1e-12, 0);
    tile_free(x);
}

static void crossed_barriers_are_refused(void **state)
{
    (void)state;
    tile  *x = tile_new(&ag_model_ag2s_interface, 8);
    double value[64];
    for (int k = 0; k < x->model->n_param; k++) value[k] = x->model->param[k].dflt;
    assert_null(x->model->check(value, x->model->n_param));
    value[tile_param(x, "phimin")] = 0.5;
    assert_non_null(x->model->check(value, x->model->n_param));
    tile_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(current_and_derivatives), cmocka_unit_test(state_equations_and_derivatives),
        cmocka_unit_test(temperature_derivatives), cmocka_unit_test(nothing_moves_at_zero_volts_without_loss),
        cmocka_unit_test(rates_are_capped), cmocka_unit_test(conductance_rises_linearly_in_time),
        cmocka_unit_test(migration_follows_its_activation_energy), cmocka_unit_test(crossed_barriers_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
