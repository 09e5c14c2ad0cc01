/* ag2s_filament against reference values from 40-digit arithmetic with the same formulas and defaults: current without the
 * capacitance and the polarisation (vc = v), state derivatives, all partial derivatives (total ones at fixed v). */
#include "tests/support/close.h"
#include "tests/support/tile.h"

extern const ag_model ag_model_ag2s_filament;
enum { V, N, H, A, MM, VC, M };                  /* inputs, in the model's order */
enum { STATES = 4 };

typedef struct point {
    const char *name;
    double v, x[STATES], temp, thickness, tanneal;
    double i, di[6];                             /* di/d(v, n, h, a, m, T) */
    double f[STATES], dv[STATES], dtemp[STATES]; /* d(n, h, a, m)/dt and their derivatives */
    double j[STATES][STATES];                    /* by n, h, a, m */
} point;

static const point table[] = {
    { "F1 growing", -0.3, { 0.1, 0.3, 0.05, 0.02 }, 300, 200e-9, 160,
      -1.38430809e-7, { 4.67282127e-7, -1.13997895e-6, 0, 0, -1.13997895e-6, -1.35910422e-10 },
      { 2.40925627e+4, 6.61756510, -2.86036466e-2, -2.36021379e+3 },
      { -6.48612900e+5, -3.03231604e+1, 4.89982368e-1, 5.19238468e+4 },
      { 2.86078163e+1, 1.67850117e-4, -4.37154308e-6, -5.63622242e-1 },
      { { -1.87357061e+1, 0, 0, -1.47882392e+1 }, { 2.64075825e+2, 8.13935663, 2.23787428e-2, -9.02059838e-2 },
        { 1.11714961e-5, 0, -3.85523842e-2, -5.72064584 }, { 1.18385291, 0, 0, -1.18009506e+5 } } },
    { "F2 bridging", -0.3, { 0.6, 0.9995, 0.3, 0.001 }, 300, 200e-9, 160,
      -3.43052251e-4, { 1.14351287e-3, -1.08845232e-6, -1.91171344e-1, -1.05956358e-3, -1.08845232e-6, 1.00352303e-6 },
      { 1.98207585e+4, 7.69594965e+2, 3.71598084e+3, -1.01347667e+2 },
      { -5.26436701e+5, -3.54726690e+3, -6.33814579e+4, 2.21726271e+3 },
      { 4.52794057e+1, 1.25096503e-1, 2.81269463, -1.10778165e-1 },
      { { -2.56361789e+3, -2.05990274e+6, -1.14169722e+4, -1.17282532e+1 },
        { 1.23309985e+3, -1.47211767e+6, -7.69305170e+1, -7.90280090e-2 },
        { -1.41204780, 1.87540478e+6, -1.44234125e+3, -1.41305404 },
        { 4.93974269e-2, 8.67596337e+3, 4.80863638e+1, -1.01347618e+5 } } },
    { "F3 dissolving", 0.3, { 0.4, 0.9, 0.2, 0.05 }, 300, 50e-9, 160,
      5.14813499e-7, { 1.72189055e-6, 1.13992174e-6, 2.84387841e-8, 9.22720720e-10, 1.13992174e-6, 1.35306132e-10 },
      { -4.71964590e+4, 5.84429758, -7.42813481e+3, 1.37846948e-5 },
      { -1.03829913e+6, 2.35804341e+1, -1.27244838e+5, 1.05702599e-3 },
      { -1.12913884e+1, 1.15981301e-4, -1.12980305, 2.98160446e-7 },
      { { -1.17967475e+5, 5.90579633e-1, 1.91618623e-2, 2.36724102e+1 },
        { -5.37615503e-4, 2.49441551e+1, 1.26582915e+1, 4.87725286e+2 },
        { 2.90108305, 7.24520820e-2, -7.18799114e-4, 9.34605258e+1 },
        { -2.40993680e-8, -6.01231382e-10, -1.95074674e-11, -2.52589526e-8 } } },
    { "F4 hot, gold side", 1.0, { 0.2, 0.5, 0.1, 0.3 }, 350, 50e-9, 80,
      8.24227029e-6, { 4.41807414e-5, 3.79649800e-6, 0, 0, 3.79649800e-6, 3.90626243e-7 },
      { -1.16409177e+6, -1.66483870e+4, -2.82386136e+6, 2.61928935e+1 },
      { -8.94576785e+5, -6.40820243e+4, -9.58540430e+6, 3.83720127e+1 },
      { 3.91299895e+1, 1.34295164e+2, 1.93369629e+4, 8.59399621e-1 },
      { { -5.82039089e+6, 0, 0, 6.79852522e+1 }, { 4.87004878, 7.34238047e+1, 8.34675140e+5, 3.72214236e+4 },
        { 7.28463045e+2, 0, -2.56406223e+4, 6.21128266e+6 }, { -2.91616215e-3, 0, 0, -6.46803946e-2 } } },
    { "F5 read", 0.005, { 0.024, 1e-6, 1e-6, 1e-6 }, 300, 200e-9, 160,
      4.71020919e-10, { 9.42052950e-8, 1.89999295e-8, 0, 0, 1.89999295e-8, 1.24936263e-12 },
      { -1.20000000e-7, 0, -5.00000000e-12, 0 }, { 0, 0, 0, 0 },
      { -1.39254222e-8, 0, -5.80225924e-13, 0 },
      { { -5.00000000e-6, 0, 0, 0 }, { 0, 0, 0, 0 }, { 0, 0, -5.00000000e-6, 0 }, { 0, 0, 0, 0 } } },
    { "F6 overdriven", -10, { 0.9, 1.006, 1.01, -0.001 }, 300, 200e-9, 160,
      -8.01266580e-2, { 9.04240627e-3, -2.82709156e-5, -4.56516520e-7, -3.66219926e-2, -2.82709156e-5, -2.73845137e-3 },
      { 3.37707180e+6, -6.19227937e+5, -4.99406150e+5, 9.99988986e+3 },
      { -4.50359049e+1, 2.52568152e+1, 6.69844749, -1.33356393e-1 },
      { 2.90375879e+3, 4.77112782e+3, 7.96546976, 3.65405252e-4 },
      { { -2.55108904e+7, -5.01973693e-4, -4.02685906e+1, -3.10859635e-2 },
        { -1.61889639e+5, -1.80223056e+8, 2.25832334e+1, 1.74334775e-2 },
        { 4.62359299e-3, -6.06909691, -4.98574717e+7, 9.31106793e-1 },
        { -9.20490433e-5, -1.48640071e-6, -1.19239838e-1, -9.99988986e+6 } } },
};
enum { POINTS = sizeof table / sizeof *table };

/* Lane k of the tile at point p; the polarisation has settled, so that it carries no current. */
static tile *at_points(void)
{
    tile *x = tile_new(&ag_model_ag2s_filament, 8);
    for (int k = 0; k < 8; k++) {
        const point *p = &table[k < POINTS ? k : POINTS - 1];
        x->temp[k] = p->temp;
        x->p[tile_param(x, "thickness")][k] = p->thickness;
        x->p[tile_param(x, "tanneal")][k] = p->tanneal;
        x->u[V][k] = x->u[VC][k] = p->v;
        for (int j = 0; j < STATES; j++) x->u[N + j][k] = p->x[j];
    }
    tile_prepare(x);
    tile_eval(x, 1);
    return x;
}

/* The references are printed to 9 digits and as 0 below 1e-20. */
#define RTOL 2e-8
#define ATOL 1e-19

static void current_and_derivatives(void **state)
{
    (void)state;
    tile *x = at_points();
    for (int k = 0; k < POINTS; k++) {
        const point *p = &table[k];
        print_message("%s\n", p->name);
        double gp = tile_derived(x, "gp", k);               /* dv at fixed vc: the polarisation branch adds 1/rp */
        assert_close(x->f[V][k], p->i, RTOL, ATOL);
        assert_close(x->df[V * M + V][k] - gp, p->di[0], RTOL, ATOL);
        for (int j = 0; j < STATES; j++) assert_close(x->df[V * M + N + j][k], p->di[1 + j], RTOL, ATOL);
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
        for (int s = 0; s < STATES; s++) {                  /* row: 0 = -dx/dt + d(x)/dt */
            assert_close(-x->f[N + s][k], p->f[s], RTOL, ATOL);
            assert_close(-x->df[(N + s) * M + V][k], p->dv[s], RTOL, ATOL);
            for (int j = 0; j < STATES; j++) assert_close(-x->df[(N + s) * M + N + j][k], p->j[s][j], RTOL, ATOL);
            assert_close(x->q[N + s][k], p->x[s], 0, 0);
            assert_close(x->dq[(N + s) * M + N + s][k], 1, 0, 0);
        }
    }
    tile_free(x);
}

static void evaluate_at(tile *x, double shift, double out[1 + STATES][8])
{
    for (int k = 0; k < 8; k++) x->temp[k] += shift;
    tile_prepare(x);
    tile_eval(x, 0);
    for (int s = 0; s <= STATES; s++)
        for (int k = 0; k < 8; k++) out[s][k] = s ? -x->f[s][k] : x->f[V][k];
    for (int k = 0; k < 8; k++) x->temp[k] -= shift;
}

/* The temperature reaches a model only through prepare; central differences over 0.2 and 0.1 K with one Richardson step. */
static void temperature_derivatives(void **state)
{
    (void)state;
    tile  *x = at_points();
    double value[4][1 + STATES][8];
    static const double shift[4] = { 0.2, -0.2, 0.1, -0.1 };
    for (int s = 0; s < 4; s++) evaluate_at(x, shift[s], value[s]);
    for (int k = 0; k < POINTS; k++)
        for (int s = 0; s <= STATES; s++) {
            double coarse = (value[0][s][k] - value[1][s][k]) / 0.4, fine = (value[2][s][k] - value[3][s][k]) / 0.2;
            double want = s ? table[k].dtemp[s - 1] : table[k].di[5];
            double rounding = 1e-15 * fabs(value[0][s][k]) / 0.1;
            print_message("%s row %d\n", table[k].name, s);
            assert_close((4 * fine - coarse) / 3, want, 1e-6, rounding + ATOL);
        }
    tile_free(x);
}

static void barriers_follow_film_quality(void **state)
{
    (void)state;
    static const struct { double thickness, tanneal, wtop; } film[8] = {
        { 50e-9, 160, 0.415874 }, { 200e-9, 160, 0.256668 }, { 250e-9, 160, 0.204913 },
        { 50e-9, 120, 0.485507 }, { 50e-9, 80, 0.612827 },   { 50e-9, 25, 0.847621 },
        { 200e-9, 300, 0.256668 }, { 50e-9, 161, 0.415874 },
    };
    tile *x = tile_new(&ag_model_ag2s_filament, 8);
    for (int k = 0; k < 8; k++) {
        x->p[tile_param(x, "thickness")][k] = film[k].thickness;
        x->p[tile_param(x, "tanneal")][k] = film[k].tanneal;
    }
    tile_prepare(x);
    for (int k = 0; k < 8; k++) assert_close(tile_derived(x, "wtop", k), film[k].wtop, 0, 6e-7);
    assert_close(tile_derived(x, "wau", 1), 0.415152, 0, 6e-7);
    assert_close(tile_derived(x, "dwb", 1), 0, 0, 0);
    assert_true(tile_derived(x, "dwb", 5) > 0.3);
    tile_free(x);
}

static void nothing_moves_at_zero_volts_without_retention(void **state)
{
    (void)state;
    tile *x = tile_new(&ag_model_ag2s_filament, 8);
    tile_set(x, "kret", 0);
    for (int k = 0; k < 8; k++) {
        for (int s = 0; s < STATES; s++) x->u[N + s][k] = 0.1 + 0.1 * k;
        x->u[V][k] = x->u[VC][k] = k % 2 ? 1e-4 : 0;         /* and not below 0.1 mV */
    }
    tile_prepare(x);
    tile_eval(x, 0);
    for (int s = 0; s < STATES; s++)
        for (int k = 0; k < 8; k++) assert_true(x->f[N + s][k] == 0);
    tile_free(x);
}

/* The hopping flux bounds every rate at any voltage: khop exp(-W/kT) usat/pr for nucleation, klim usat/pr for the others. */
static void rates_are_capped(void **state)
{
    (void)state;
    tile *x = tile_new(&ag_model_ag2s_filament, 8);
    for (int k = 0; k < 8; k++) x->u[V][k] = (k % 2 ? 5 : -5) * pow(10, k / 2), x->u[N][k] = x->u[MM][k] = 0.5;
    tile_prepare(x);
    tile_eval(x, 0);
    for (int k = 0; k < 8; k++) {
        double hop = 1.5e6 * exp(-(tile_derived(x, "wtop", k) - 0.25) * tile_derived(x, "beta", k)) * 1.5 / 0.3;
        double lim = 2e6 * 1.5 / 0.3;
        assert_true(fabs(x->f[N][k]) <= (k % 2 ? lim : hop));
        assert_true(fabs(x->f[N][k]) > 0.05 * hop);
        assert_true(fabs(x->f[MM][k]) <= lim);
    }
    tile_free(x);
}

static void the_gold_side_can_be_switched_off(void **state)
{
    (void)state;
    tile *x = tile_new(&ag_model_ag2s_filament, 8);
    for (int k = 0; k < 8; k++) x->u[V][k] = 0.8, x->p[tile_param(x, "auside")][k] = k % 2;
    tile_prepare(x);
    tile_eval(x, 0);
    assert_true(x->f[MM][0] == 0);
    assert_true(x->f[MM][1] < 0);
    tile_free(x);
}

/* The polarisation is a resistor rp in series with taup/rp, across the terminals. */
static void polarisation_is_a_series_rc(void **state)
{
    (void)state;
    tile *x = tile_new(&ag_model_ag2s_filament, 8);
    tile_set(x, "area", 50e-12);
    tile_fill(x->u[VC], 8, 0.1);
    tile_prepare(x);
    tile_eval(x, 1);
    assert_close(x->f[V][0], -0.1 * 2 / 17.3e6, 1e-12, 0);
    assert_close(x->f[VC][0], 0.1 / 0.95e-6, 1e-12, 0);
    assert_close(x->q[VC][0], 0.1, 0, 0);
    assert_close(x->dq[V * M + V][0], 18e-15, 1e-12, 0);
    tile_free(x);
}

static void newton_moves_slowly_near_the_bridge(void **state)
{
    (void)state;
    const double unit = 0.35e-9 / 200e-9, edge = 1 - 20 * unit;
    tile   *x = tile_new(&ag_model_ag2s_filament, 8);
    double **next = tile_columns(M, 8);
    static const double now[8] = { 0.999, 0.999, 0.5, 0.5, 0.2, 0.999, 0.999, 0.96 };
    static const double wanted[8] = { 0.5, 1.01, 0.6, 1.0, 0.1, 0.9989, 0.9992, 0.9601 };
    memcpy(x->u[H], now, sizeof now), memcpy(next[H], wanted, sizeof wanted);
    ag_model_ag2s_filament.limit(&x->t, next);
    assert_close(next[H][0], 0.999 - 0.5 * unit, 1e-14, 0);
    assert_close(next[H][1], 0.999 + 0.5 * unit, 1e-14, 0);
    assert_close(next[H][3], edge + 0.5 * unit, 1e-14, 0);
    for (int k = 2; k < 8; k++)
        if (k != 3) assert_close(next[H][k], wanted[k], 0, 0);
    tile_drop(next);
    tile_free(x);
}

static void a_jump_of_conductance_is_rejected(void **state)
{
    (void)state;
    tile *old = tile_new(&ag_model_ag2s_filament, 8), *now = tile_new(&ag_model_ag2s_filament, 8);
    tile_prepare(old), tile_prepare(now);
    now->t.time = 1e-9;
    tile_fill(old->u[N], 8, 0.10), tile_fill(now->u[N], 8, 0.10);
    now->u[N][5] = 0.11;                                     /* d ln G = 0.095: fine, the next step three times as long */
    double next = ag_model_ag2s_filament.step(&old->t, &now->t);
    assert_true(next > 2.5e-9 && next < 4e-9);
    now->u[N][5] = 0.2;
    assert_true(ag_model_ag2s_filament.step(&old->t, &now->t) < 0);
    now->u[N][5] = 0.05;
    assert_true(ag_model_ag2s_filament.step(&old->t, &now->t) < 0);
    now->u[N][5] = NAN;
    assert_true(ag_model_ag2s_filament.step(&old->t, &now->t) < 0);
    tile_free(old), tile_free(now);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(current_and_derivatives), cmocka_unit_test(state_equations_and_derivatives),
        cmocka_unit_test(temperature_derivatives), cmocka_unit_test(barriers_follow_film_quality),
        cmocka_unit_test(nothing_moves_at_zero_volts_without_retention), cmocka_unit_test(rates_are_capped),
        cmocka_unit_test(the_gold_side_can_be_switched_off), cmocka_unit_test(polarisation_is_a_series_rc),
        cmocka_unit_test(newton_moves_slowly_near_the_bridge), cmocka_unit_test(a_jump_of_conductance_is_rejected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
