/* Properties that every registered model must have; a new model is tested as soon as its file exists. */
#include "tests/support/close.h"
#include "tests/support/tile.h"

#define LANES 64
#define ROUNDS 8

static uint64_t seed;
#define EACH_MODEL(m) const ag_model *const *m##_at = ag_models, *m = *m##_at; (m = *m##_at) != NULL; m##_at++

static int is_memristor(const ag_model *m)
{
    for (int k = 0; k < m->n_unknown; k++)
        if (m->unknown[k].hold) return 1;
    return 0;
}

static double clip(double x, double low, double high) { return x < low ? low : x > high ? high : x; }

/* Parameters around their defaults, so that optional parts of a model (default 0 or not given) are there half the time. */
static void random_params(tile *x)
{
    for (int j = 0; j < x->model->n_param; j++) {
        const ag_param *p = &x->model->param[j];
        int optional = isnan(p->dflt) || p->dflt == 0;
        if (p->kind == AG_VECTOR || p->kind == AG_TEXT) continue;
        int given = tile_random(&seed, 0, 1) < 0.5;                    /* for all lanes: a lane may be NaN in a test */
        for (int k = 0; k < x->n; k++) {
            double value = isnan(p->dflt) ? tile_random(&seed, 1, 3) : p->dflt == 0 ? tile_random(&seed, 0, 1e-3)
                                                                                     : p->dflt * tile_random(&seed, 0.9, 1.1);
            if (p->kind == AG_INT) value = floor(value + 0.5);
            x->p[j][k] = optional && !given ? p->dflt : clip(value, p->min, p->max);
        }
    }
    tile_prepare(x);
}

/* Branch voltages within +-volts, states over their range, other unknowns within +-2. */
static void random_inputs(tile *x, double volts)
{
    const ag_model *m = x->model;
    for (int j = 0; j < x->m; j++)
        for (int k = 0; k < x->n; k++) {
            const ag_unknown *w = j >= m->n_branch && j < m->n_branch + m->n_unknown ? &m->unknown[j - m->n_branch] : NULL;
            double low = -2, high = 2;
            if (j < m->n_branch) low = -volts, high = volts;
            else if (w && isfinite(w->min) && isfinite(w->max)) low = w->min, high = w->max;
            x->u[j][k] = tile_random(&seed, low, high);
        }
}

static tile *random_tile(const ag_model *m, int n, double temp, double volts)
{
    tile *x = tile_new(m, n);
    tile_set_temp(x, temp);
    random_params(x);
    random_inputs(x, volts);
    return x;
}

static void every_name_has_unit_range_and_help(void **state)
{
    (void)state;
    for (EACH_MODEL(m)) {
        print_message("model %s\n", m->name);
        assert_true(m->name[0] && m->title[0] && m->eval != NULL);
        assert_ptr_equal(ag_model_find(m->name), m);
        assert_true(ag_model_inputs(m) <= 8 || (m->df_map && m->dq_map));
        assert_true(strlen(ag_model_page(m)) > 20 && ag_model_page(m)[0] != '\n');
        for (int k = 0; k < m->n_branch; k++) {
            assert_in_range(m->branch[k].pos, 0, m->n_terminal - 1);
            assert_in_range(m->branch[k].neg, 0, m->n_terminal - 1);
            assert_in_range(m->branch[k].init, 0, m->n_param);
        }
        for (int k = 0; k < m->n_param; k++) {
            const ag_param *p = &m->param[k];
            assert_true(p->name[0] && p->unit[0] && p->help[0] && p->min <= p->max);
            assert_null(strchr(p->help, '|'));                        /* it stands in a table of Markdown */
            assert_true(isnan(p->dflt) || (p->dflt >= p->min && p->dflt <= p->max));
            for (int j = 0; j < k; j++) assert_string_not_equal(p->name, m->param[j].name);
            for (int j = 0; j < m->n_unknown; j++) assert_string_not_equal(p->name, m->unknown[j].name);
            for (int j = 0; j < m->n_derived; j++) assert_string_not_equal(p->name, m->derived[j].name);
        }
        for (int k = 0; k < m->n_unknown; k++) {
            const ag_unknown *w = &m->unknown[k];
            assert_true(w->name[0] && w->unit[0] && w->help[0] && w->min < w->max && w->init < m->n_param);
            if (w->init >= 0 && isfinite(w->min))
                assert_true(m->param[w->init].min >= w->min && m->param[w->init].max <= w->max);
        }
        for (int k = 0; k < m->n_derived; k++)
            assert_true(m->derived[k].name[0] && m->derived[k].unit[0] && m->derived[k].help[0]);
    }
}

static void defaults_pass_the_check_of_the_model(void **state)
{
    (void)state;
    for (EACH_MODEL(m)) {
        double *value = calloc((size_t)m->n_param + 1, sizeof *value);
        for (int k = 0; k < m->n_param; k++) value[k] = tile_default(&m->param[k]);
        if (m->check) assert_null(m->check(value, m->n_param));
        free(value);
    }
}

/* Every declared column is written in all lanes, every other one is left alone. */
static void declared_columns_are_the_written_ones(void **state)
{
    (void)state;
    for (EACH_MODEL(m)) {
        tile *x = random_tile(m, LANES, 300, 1);
        int   mm = x->m * x->m;
        tile_poison(x->f, x->n_out, LANES), tile_poison(x->q, x->n_out, LANES);
        tile_poison(x->df, mm, LANES), tile_poison(x->dq, mm, LANES);
        x->t.df = x->df, x->t.dq = x->dq;
        m->eval(&x->t);
        for (int e = 0; e < mm; e++)
            for (int k = 0; k < LANES; k++) {
                assert_int_equal(!isnan(x->df[e][k]), e / x->m < x->n_out && ag_model_df(m, e));
                assert_int_equal(!isnan(x->dq[e][k]), e / x->m < x->n_out && ag_model_dq(m, e));
            }
        for (int out = 0; out < x->n_out; out++) {
            int has_f = 0, has_q = 0;
            for (int in = 0; in < x->m; in++) {
                has_f |= ag_model_df(m, out * x->m + in);
                has_q |= ag_model_dq(m, out * x->m + in);
            }
            for (int k = 0; k < LANES; k++) {
                assert_int_equal(!isnan(x->q[out][k]), has_q);
                if (has_f) assert_int_equal(!isnan(x->f[out][k]), 1);
            }
        }
        tile_free(x);
    }
}

static void copy_lane(tile *to, int k, const tile *from, int j)
{
    to->temp[k] = from->temp[j];
    for (int c = 0; c < from->m; c++) to->u[c][k] = from->u[c][j];
    for (int c = 0; c < from->model->n_param; c++) to->p[c][k] = from->p[c][j];
}

#define H 2e-6                             /* step of the differences [V or 1] */
enum { MOST_OUT = 16 };

/* d(f, q)/du[in] of all outputs from central differences with one Richardson step; f first, then q. */
static void differences(tile *x, int in, double h, double slope[2 * MOST_OUT][LANES])
{
    const double at[4] = { h, -h, h / 2, -h / 2 }, weight[4] = { -1 / (6 * h), 1 / (6 * h), 8 / (6 * h), -8 / (6 * h) };
    double keep[LANES];
    memcpy(keep, x->u[in], (size_t)x->n * sizeof *keep);
    memset(slope, 0, 2 * MOST_OUT * sizeof *slope);
    for (int s = 0; s < 4; s++) {
        for (int k = 0; k < x->n; k++) x->u[in][k] = keep[k] + at[s];
        tile_eval(x, 0);
        for (int out = 0; out < x->n_out; out++)
            for (int k = 0; k < x->n; k++) {
                slope[out][k] += weight[s] * x->f[out][k];
                slope[MOST_OUT + out][k] += weight[s] * x->q[out][k];
            }
    }
    memcpy(x->u[in], keep, (size_t)x->n * sizeof *keep);
}

typedef struct worst { int row, in; double got, want; } worst;      /* row: out, or MOST_OUT + out for q */

/* Compares lane k of every column with the differences: 1e-5 of the row's largest entry, and what the rounding of f (some units
 * in the last place) makes of a difference over h; 1e-60 is below anything a circuit could notice. 0: some are wrong. */
static int lane_agrees(const tile *x, int k, double h, double slope[][2 * MOST_OUT][LANES], worst *w)
{
    for (int row = 0; row < 2 * MOST_OUT; row++) {
        int      out = row % MOST_OUT;
        double **column = row < MOST_OUT ? x->df : x->dq, largest = 0;
        if (out >= x->n_out) continue;
        for (int in = 0; in < x->m; in++) largest = fmax(largest, fabs(column[out * x->m + in][k]));
        double rounding = 1e-15 * fabs((row < MOST_OUT ? x->f : x->q)[out][k]) / h;
        for (int in = 0; in < x->m; in++) {
            *w = (worst){ row, in, column[out * x->m + in][k], slope[in][row][k] };
            if (!(fabs(w->got - w->want) <= 1e-5 * largest + rounding + 1e-60)) return 0;
        }
    }
    return 1;
}

static double (*slopes_of(tile *x, double h))[2 * MOST_OUT][LANES]
{
    double (*slope)[2 * MOST_OUT][LANES] = malloc((size_t)x->m * sizeof *slope);
    for (int in = 0; in < x->m; in++) differences(x, in, h, slope[in]);
    tile_eval(x, 1);
    return slope;
}

/* Lane k once more, with one input moved by +-shift and another step. */
static int agrees_again(const tile *x, int k, int in, double shift, double h)
{
    tile *y = tile_new(x->model, 8);
    worst w;
    int   good = 1;
    for (int j = 0; j < 8; j++) copy_lane(y, j, x, k);
    y->u[in][0] += shift;
    y->u[in][1] -= shift;
    tile_prepare(y);
    double (*slope)[2 * MOST_OUT][LANES] = slopes_of(y, h);
    for (int j = 0; j < 2; j++) good &= lane_agrees(y, j, h, slope, &w);
    free(slope);
    tile_free(y);
    return good;
}

/* Where a lane disagrees the difference may be to blame: the function curves within the step, as exp(-1/y) does near y = 0 (a
 * shorter step agrees), or two formulas meet within h of the point (10 h beside it on either side all agree). */
static void check_jacobian(tile *x)
{
    double (*slope)[2 * MOST_OUT][LANES] = slopes_of(x, H);
    for (int k = 0; k < x->n; k++) {
        worst w;
        int   good = lane_agrees(x, k, H, slope, &w) || agrees_again(x, k, 0, 0, H / 30);
        for (int in = 0; in < x->m && !good; in++) good = agrees_again(x, k, in, 10 * H, H);
        if (good) continue;
        print_error("%s: d%c[%d]/du[%d] lane %d is %.12g, differences give %.12g; u =", x->model->name,
                    w.row < MOST_OUT ? 'f' : 'q', w.row % MOST_OUT, w.in, k, w.got, w.want);
        for (int j = 0; j < x->m; j++) print_error(" %.9g", x->u[j][k]);
        print_error("\n");
        fail();
    }
    free(slope);
}

/* At 10 000 points. */
static void jacobian_equals_differences(void **state)
{
    (void)state;
    static const double volts[ROUNDS] = { 1e-3, 0.03, 0.3, 0.3, 1, 1, 3, 30 };
    static const double temp[ROUNDS] = { 300, 300, 300, 350, 77, 300, 420, 250 };
    for (EACH_MODEL(m)) {
        assert_true(m->n_branch + m->n_unknown <= MOST_OUT);
        for (int round = 0; round < 157; round++) {
            tile *x = random_tile(m, LANES, temp[round % ROUNDS], volts[round % ROUNDS]);
            check_jacobian(x);
            tile_free(x);
        }
    }
}

static void assert_same_lane(const tile *a, int k, const tile *b, int j, int jacobian)
{
    for (int c = 0; c < a->n_out; c++) {
        assert_memory_equal(&a->f[c][k], &b->f[c][j], sizeof(double));
        assert_memory_equal(&a->q[c][k], &b->q[c][j], sizeof(double));
    }
    for (int c = 0; jacobian && c < a->m * a->m; c++) {
        assert_memory_equal(&a->df[c][k], &b->df[c][j], sizeof(double));
        assert_memory_equal(&a->dq[c][k], &b->dq[c][j], sizeof(double));
    }
}

static void results_do_not_depend_on_lane_length_or_padding(void **state)
{
    (void)state;
    for (EACH_MODEL(m)) {
        tile *x = random_tile(m, LANES, 310, 0.5), *y = tile_new(m, 8);
        tile_eval(x, 1);
        for (int first = 0; first < LANES; first++) {             /* lane `first`, then padding with its copies */
            int at = first % 8;
            for (int k = 0; k < 8; k++) copy_lane(y, k, x, k < at ? (first + 17 * (k + 1)) % LANES : first);
            tile_prepare(y);
            tile_eval(y, 1);
            for (int k = at; k < 8; k++) assert_same_lane(y, k, x, first, 1);
        }
        tile_free(x), tile_free(y);
    }
}

static void residual_alone_gives_the_same_bits(void **state)
{
    (void)state;
    for (EACH_MODEL(m)) {
        tile *x = random_tile(m, LANES, 290, 0.5), *y = tile_new(m, LANES);
        for (int k = 0; k < LANES; k++) copy_lane(y, k, x, k);
        tile_prepare(y);
        tile_eval(x, 1), tile_eval(y, 0);
        for (int k = 0; k < LANES; k++) assert_same_lane(x, k, y, k, 0);
        tile_free(x), tile_free(y);
    }
}

/* The names by which core/match.c finds what it compares. */
static void a_role_comes_with_its_values(void **state)
{
    (void)state;
    for (EACH_MODEL(m))
        for (const char *const *name = ag_role_names(m->role); *name; name++) {
            int found = ag_param_find(m->param, m->n_param, *name) >= 0;
            for (int k = 0; k < m->n_derived; k++) found |= !strcmp(m->derived[k].name, *name);
            if (!found) fail_msg("%s has no %s", m->name, *name);
        }
}

static void everything_is_finite_at_any_voltage_and_temperature(void **state)
{
    (void)state;
    for (EACH_MODEL(m))
        for (int round = 0; round < 40; round++) {
            tile *x = random_tile(m, LANES, tile_random(&seed, 50, 600), 1);
            for (int j = 0; j < x->m; j++)
                for (int k = 0; k < LANES; k++) {
                    double sign = tile_random(&seed, -1, 1) < 0 ? -1 : 1;
                    int    state_at = j - m->n_branch, outer = state_at < 0 || state_at >= m->n_unknown;
                    int    open = outer || !isfinite(m->unknown[state_at].max);
                    if (open) x->u[j][k] = sign * pow(10, tile_random(&seed, -12, 3));
                }
            tile_eval(x, 1);
            for (int k = 0; k < LANES; k++) {
                for (int c = 0; c < x->n_out; c++) assert_true(isfinite(x->f[c][k]) && isfinite(x->q[c][k]));
                for (int c = 0; c < x->m * x->m; c++) assert_true(isfinite(x->df[c][k]) && isfinite(x->dq[c][k]));
                for (int c = 0; c < m->n_derived; c++) assert_true(isfinite(x->d[c][k]));
            }
            tile_free(x);
        }
}

/* A clamp inside a model must not turn a NaN of Newton into a number, wherever the input has a say. */
static void nan_inputs_are_seen_in_the_outputs(void **state)
{
    (void)state;
    for (EACH_MODEL(m)) {
        tile *x = random_tile(m, 8, 300, 0.3), *y = tile_new(m, 8);
        for (int k = 0; k < 8; k++) copy_lane(y, k, x, k);
        tile_prepare(y);
        tile_eval(x, 1);
        for (int in = 0; in < x->m; in++) {
            double keep[8];
            memcpy(keep, y->u[in], sizeof keep);
            tile_fill(y->u[in], 8, NAN);
            tile_eval(y, 1);
            for (int out = 0; out < x->n_out; out++)
                for (int k = 0, e = out * x->m + in; k < 8; k++) {
                    if (x->df[e][k] != 0 && !isnan(y->f[out][k])) fail_msg("%s: f[%d] does not see input %d", m->name, out, in);
                    if (x->dq[e][k] != 0 && !isnan(y->q[out][k])) fail_msg("%s: q[%d] does not see input %d", m->name, out, in);
                }
            memcpy(y->u[in], keep, sizeof keep);
        }
        tile_free(x), tile_free(y);
    }
}

static void limiting_only_pulls_back(void **state)
{
    (void)state;
    for (EACH_MODEL(m)) {
        if (!m->limit) continue;
        tile    *x = random_tile(m, LANES, 300, 3);
        double **next = tile_columns(x->m, LANES);
        for (int same = 0; same < 2; same++) {
            double wanted[16][LANES];
            for (int j = 0; j < x->m; j++)
                for (int k = 0; k < LANES; k++) {
                    double far = tile_random(&seed, -4, 4);
                    wanted[j][k] = next[j][k] = same ? x->u[j][k] : x->u[j][k] + far * fabs(far) * fabs(far);
                }
            m->limit(&x->t, next);
            for (int j = 0; j < x->m; j++)
                for (int k = 0; k < LANES; k++) {
                    double now = x->u[j][k], asked = wanted[j][k] - now, got = next[j][k] - now;
                    assert_true(isfinite(got));
                    int back = fabs(got) <= fabs(asked) * (1 + 1e-12) && got * asked >= 0;
                    if (!same && !back)
                        print_error("%s: input %d from %g to %g, asked %g\n", m->name, j, now, next[j][k], wanted[j][k]);
                    if (same) assert_true(got == 0);
                    else assert_true(back);
                }
        }
        tile_drop(next);
        tile_free(x);
    }
}

static void a_step_without_change_is_accepted(void **state)
{
    (void)state;
    for (EACH_MODEL(m)) {
        if (!m->step) continue;
        tile *x = random_tile(m, 8, 300, 0.3);
        ag_tile later = x->t;
        later.time = 1e-9;
        assert_true(m->step(&x->t, &later) > 0);
        tile_free(x);
    }
}

static void breakpoints_lie_ahead(void **state)
{
    (void)state;
    for (EACH_MODEL(m)) {
        if (!m->breakpoint) continue;
        tile *x = random_tile(m, 8, 300, 0.3);
        for (int k = 0; k < 8; k++) assert_true(m->breakpoint(&x->t, k, 1e-6 * k) > 1e-6 * k);
        tile_free(x);
    }
}

static void memristors_are_passive_and_pinched(void **state)
{
    (void)state;
    for (EACH_MODEL(m)) {
        if (!is_memristor(m)) continue;
        for (int round = 0; round < ROUNDS; round++) {
            tile *x = random_tile(m, LANES, 300, round ? 2 : 0);
            for (int j = 0; j < m->n_unknown; j++)
                for (int k = 0; k < LANES; k++)
                    x->u[m->n_branch + j][k] = m->unknown[j].hold ? tile_random(&seed, 0, 1) : 0;
            tile_eval(x, 0);
            for (int k = 0; k < LANES; k++) {
                assert_true(x->u[0][k] * x->f[0][k] >= 0);
                if (!round) assert_true(x->f[0][k] == 0);
            }
            tile_free(x);
        }
    }
}

static int start(void **state)
{
    (void)state;
    seed = 0x9e3779b97f4a7c15u;
    return 0;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, start)
    const struct CMUnitTest tests[] = {
        TEST(every_name_has_unit_range_and_help), TEST(defaults_pass_the_check_of_the_model),
        TEST(declared_columns_are_the_written_ones), TEST(jacobian_equals_differences),
        TEST(results_do_not_depend_on_lane_length_or_padding), TEST(residual_alone_gives_the_same_bits),
        TEST(everything_is_finite_at_any_voltage_and_temperature), TEST(nan_inputs_are_seen_in_the_outputs),
        TEST(limiting_only_pulls_back), TEST(a_step_without_change_is_accepted), TEST(breakpoints_lie_ahead),
        TEST(memristors_are_passive_and_pinched), TEST(a_role_comes_with_its_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
