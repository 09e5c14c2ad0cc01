/* ag_mos2 against reference values computed with the same formulas to 8 digits, and its laws: threshold, damage, symmetry. */
#include "tests/support/close.h"
#include "tests/support/tile.h"

extern const ag_model ag_model_ag_mos2;
enum { V, VJ, X, D, M };                         /* inputs, in the model's order */

typedef struct point {
    const char *name;
    double v, x, d;
    double i, i_v, i_x, f, f_v, f_x;             /* current; dx/dt; by vj and x */
} point;

static const point table[] = {
    { "growing", 1.2, 0.02, 0, 1.4406949e-5, 2.4005374e-5, 3.6967407e-7, 13.113827, 256.12727, -206.08424 },
    { "worn", -1.1, 0.8, 0.97, -1.3499036e-3, 1.2381846e-3, -1.8729499e-2, -1.5320403e-3, 2.3571873e-2, -1.9158711e-3 },
};
enum { POINTS = sizeof table / sizeof *table };
#define RTOL 4e-8                                /* the references have 8 digits */

static tile *cells(void)
{
    tile *x = tile_new(&ag_model_ag_mos2, 8);
    tile_set_temp(x, 300);
    return x;
}

static tile *at_points(void)
{
    tile *x = cells();
    for (int k = 0; k < 8; k++) {
        const point *p = &table[k < POINTS ? k : POINTS - 1];
        x->u[V][k] = x->u[VJ][k] = p->v, x->u[X][k] = p->x, x->u[D][k] = p->d;
    }
    tile_prepare(x);
    tile_eval(x, 1);
    return x;
}

static void current_rate_and_derivatives(void **state)
{
    (void)state;
    tile *x = at_points();
    for (int k = 0; k < POINTS; k++) {
        const point *p = &table[k];
        print_message("%s\n", p->name);
        assert_close(x->f[V][k], p->i, RTOL, 0);
        assert_close(x->df[V * M + VJ][k], p->i_v, RTOL, 0);
        assert_close(x->df[V * M + X][k], p->i_x, RTOL, 0);
        assert_close(-x->f[X][k], p->f, RTOL, 0);
        assert_close(-x->df[X * M + VJ][k], p->f_v, RTOL, 0);
        assert_close(-x->df[X * M + X][k], p->f_x, RTOL, 0);
    }
    tile_free(x);
}

static void damage_and_derivatives(void **state)
{
    (void)state;
    tile *x = at_points();
    assert_close(-x->f[D][1], 1.3680104e-4, RTOL, 0);
    assert_close(-x->df[D * M + VJ][1], -2.1046315e-3, RTOL, 0);
    assert_close(-x->df[D * M + X][1], 1.7100130e-4, RTOL, 0);
    assert_close(-x->df[D * M + D][1], -6.3935076e-2, RTOL, 0);
    assert_close(-x->df[X * M + D][1], 0.71607285, RTOL, 0);
    tile_free(x);
}

static void the_threshold_sets_the_growth_rate(void **state)
{
    (void)state;
    tile *x = cells();
    x->p[tile_param(x, "kg")][1] = 0;
    x->p[tile_param(x, "kg")][2] = 3e-7;
    x->p[tile_param(x, "sv")][3] = 2;
    tile_prepare(x);
    assert_close(tile_derived(x, "grow", 0), 6.5657011e-7, RTOL, 0);
    assert_close(tile_derived(x, "grow", 1), 0, 0, 0);
    assert_close(tile_derived(x, "grow", 2), 3e-7, 1e-15, 0);
    assert_close(tile_derived(x, "grow", 3), 6.5657011e-7, RTOL, 0);         /* vset0 is that of the card, before sv */
    assert_close(tile_derived(x, "vgrow", 3), 0.14, 1e-15, 0);
    tile_free(x);
}

/* Just below vset0 growth and rupture balance at a small x; just above they do not, up to a complete filament. */
static void a_filament_runs_away_above_the_threshold_only(void **state)
{
    (void)state;
    tile *x = cells();
    tile_prepare(x);
    for (int above = 0; above < 2; above++) {
        int balanced = 0;
        for (int step = 0; step < 40; step++) {
            for (int k = 0; k < 8; k++) x->u[VJ][k] = above ? 1.175 : 1.155, x->u[X][k] = 0.001 * (8 * step + k);
            tile_eval(x, 0);
            for (int k = 0; k < 8; k++) balanced |= -x->f[X][k] < 0;
        }
        assert_int_equal(balanced, !above);
    }
    tile_free(x);
}

static void silver_on_both_sides_grows_either_way_and_never_dissolves(void **state)
{
    (void)state;
    tile *x = cells();
    tile_set(x, "sym", 1);
    for (int k = 0; k < 8; k++) x->u[VJ][k] = k % 2 ? 1.3 : -1.3, x->u[X][k] = 0.02;
    tile_prepare(x);
    tile_eval(x, 0);
    assert_true(-x->f[X][0] > 0);
    assert_close(x->f[X][0], x->f[X][1], 1e-12, 0);
    assert_true(x->f[D][0] == 0);
    tile_free(x);
}

static void a_worn_cell_keeps_its_filament(void **state)
{
    (void)state;
    tile *x = cells();
    for (int k = 0; k < 8; k++) x->u[VJ][k] = -5, x->u[X][k] = 0.7, x->u[D][k] = k % 2 ? 1.2 : 0;
    tile_prepare(x);
    tile_eval(x, 0);
    assert_true(x->f[X][0] > 1e6);                                   /* a fresh one loses it within a microsecond */
    assert_true(fabs(x->f[X][1]) < 1e-3);
    tile_free(x);
}

static void rates_follow_their_activation_energies(void **state)
{
    (void)state;
    tile *x = cells();
    for (int k = 0; k < 8; k++) x->temp[k] = k % 2 ? 350 : 300;
    tile_set(x, "eag", 0.5), tile_set(x, "eak0", 0.8);
    tile_prepare(x);
    double beta = (1 / 350.0 - 1 / 300.0) / 8.617333262e-5;
    assert_close(tile_derived(x, "grow", 1) / tile_derived(x, "grow", 0), exp(-0.5 * beta), 1e-12, 0);
    assert_close(tile_derived(x, "wear", 1) / tile_derived(x, "wear", 0), exp(-0.5 * beta), 1e-12, 0);
    assert_close(tile_derived(x, "break", 1) / tile_derived(x, "break", 0), exp(-0.8 * beta), 1e-12, 0);
    tile_free(x);
}

static void series_resistance_takes_its_share(void **state)
{
    (void)state;
    tile *x = at_points();
    assert_close(x->f[VJ][1], -10 * table[1].i, RTOL, 0);           /* v = vj here, so the row is -rs i */
    tile_free(x);
}

static void a_migration_limit_near_the_threshold_is_refused(void **state)
{
    (void)state;
    tile  *x = cells();
    double value[64];
    for (int k = 0; k < x->model->n_param; k++) value[k] = x->model->param[k].dflt;
    assert_null(x->model->check(value, x->model->n_param));
    value[tile_param(x, "kmax")] = 200;                              /* the threshold rate is 11.1 /s */
    assert_non_null(x->model->check(value, x->model->n_param));
    tile_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(current_rate_and_derivatives), cmocka_unit_test(damage_and_derivatives),
        cmocka_unit_test(the_threshold_sets_the_growth_rate), cmocka_unit_test(a_filament_runs_away_above_the_threshold_only),
        cmocka_unit_test(silver_on_both_sides_grows_either_way_and_never_dissolves),
        cmocka_unit_test(a_worn_cell_keeps_its_filament), cmocka_unit_test(rates_follow_their_activation_energies),
        cmocka_unit_test(series_resistance_takes_its_share),
        cmocka_unit_test(a_migration_limit_near_the_threshold_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
