/* The literature memristors against their formulas, worked out by hand for single points; their windows and slopes. */
#include "tests/support/close.h"
#include "tests/support/tile.h"
#include "models/memristor/boundary.h"

extern const ag_model ag_model_drift, ag_model_vteam, ag_model_team, ag_model_yakopcic, ag_model_pem;
enum { V, X, M };                              /* inputs of all of them: voltage, state */

typedef struct setting { const char *name; double value; } setting;

/* Current and dx/dt of a model at (v, x) with some parameters set. */
static void point(const ag_model *m, const setting *s, int n, double v, double x, double out[2])
{
    tile *t = tile_new(m, 8);
    for (int k = 0; k < n; k++) tile_set(t, s[k].name, s[k].value);
    tile_fill(t->u[V], 8, v), tile_fill(t->u[X], 8, x);
    tile_prepare(t);
    tile_eval(t, 0);
    out[0] = t->f[V][3], out[1] = -t->f[X][3];
    assert_close(t->q[X][3], x, 0, 0);
    tile_free(t);
}

#define CHECK(model, v, x, i, rate, ...) do {                                                        \
    const setting set_[] = { { "w0", 0 }, __VA_ARGS__ };                                            \
    double got_[2];                                                                                  \
    point(&ag_model_##model, set_ + 1, (int)(sizeof set_ / sizeof *set_) - 1, v, x, got_);          \
    assert_close(got_[0], i, 1e-11, 0);                                                             \
    assert_close(got_[1], rate, 1e-10, 1e-30);                                                      \
} while (0)

static void drift_follows_strukov_and_the_windows_their_papers(void **state)
{
    (void)state;
    const double i = 4.45235975067e-05;
    CHECK(drift, 0.5, 0.3, i, 0.445235975067, { "ron", 100 });
    CHECK(drift, 0.5, 0.3, i, 0.433837934105, { "window", 1 }, { "p", 2 });
    CHECK(drift, 0.5, 0.3, i, 0.441629563669, { "window", 2 }, { "p", 2 });
    CHECK(drift, -0.5, 0.3, -i, -0.338334817453, { "window", 2 }, { "p", 2 });
    CHECK(drift, 0.5, 0.3, i, 0.106084645069, { "window", 3 }, { "p", 1.5 }, { "j", 0.8 });
    CHECK(drift, 0.5, 0.3, i, 0.444133712107, { "window", 4 }, { "aon", 0.9 }, { "wc", 0.1 });
    CHECK(drift, -0.5, 0.3, -i, -0.308192621351, { "window", 4 }, { "aoff", 0.2 }, { "wc", 0.1 });
    CHECK(drift, 0.5, 0.3, i, -0.445235975067, { "uv", -1e-14 });
}

static void vteam_moves_beyond_its_thresholds(void **state)
{
    (void)state;
    CHECK(vteam, 0.6, 0.4, 4.97512437811e-06, 30333333.3333333, { "w0", 1 });
    CHECK(vteam, -2.0, 0.4, -1.6583747927e-05, -889711934.156, { "w0", 1 });
    CHECK(vteam, -2.0, 0.4, -1.6583747927e-05, -889711934.156, { "von", 1.5 }, { "kon", 216.2 });
    CHECK(vteam, 0.2, 0.4, 1.6583747927e-06, 0, { "w0", 1 });
    CHECK(vteam, -1.4, 0.4, -1.4 / 120600, 0, { "w0", 1 });
    CHECK(vteam, -2.0, 0.4, -0.00020425913752, -889711934.156, { "ivrelation", 1 });
    CHECK(vteam, 0.6, 0.4, 4.97512437811e-06, 30333333.3333333, { "won", 1e-9 }, { "woff", 4e-9 });
}

static void team_moves_beyond_its_thresholds(void **state)
{
    (void)state;
    CHECK(team, 0.2, 0.5, 0.000380952380952381, 0.00329827497275, { "w0", 1 });
    CHECK(team, -0.01, 0.5, -1.904761904761905e-05, -0.000395267564051, { "w0", 1 });
    CHECK(team, -0.01, 0.5, -1.904761904761905e-05, -0.000395267564051, { "ion", -8.9e-6 }, { "kon", 8e-13 });
    CHECK(team, 0.02, 0.5, 3.80952380952381e-05, 0, { "w0", 1 });
    CHECK(team, 0.2, 0.5, 0.000380952380952381, 0.00329827497275, { "xscaling", 1e9 });
    /* Joglekar at x/d: 1 - (2 * 1.5/6 - 1)^2 = 0.75 of it. */
    CHECK(team, 0.2, 0.5, 0.000380952380952381, 0.75 * 0.00329827497275, { "xscaling", 1e9 }, { "d", 6 }, { "wt", 1 });
    CHECK(team, 0.2, 0.5, 0.000380952380952381, 0.00329827497275, { "wt", 1 });
    CHECK(team, 0.2, 0.5, 0.000380952380952381, 0.75 * 0.00329827497275, { "wt", 2 });
    /* Kvatinsky, 1.5 wc before aoff. */
    CHECK(team, 0.2, 0.5, 0.000380952380952381, exp(-exp(-1.5)) * 0.00329827497275, { "wt", 4 }, { "wc", 1e-9 });
}

static void yakopcic_follows_its_paper(void **state)
{
    (void)state;
#define PAPER { "a1", 0.17 }, { "a2", 0.17 }, { "b", 0.05 }, { "vp", 0.16 }, { "vn", 0.15 }, { "ap", 4000 }, { "an", 4000 },      \
              { "xp", 0.3 }, { "xn", 0.5 }, { "alphap", 1 }, { "alphan", 5 }
    CHECK(yakopcic, 0.5, 0.2, 0.000850088544434, 1900.84159883, PAPER);
    CHECK(yakopcic, 0.5, 0.6, 0.0025502656333, 804.673194883, PAPER);
    CHECK(yakopcic, -0.4, 0.8, -0.00272018133696, -1319.96181965, PAPER);
    CHECK(yakopcic, -0.4, 0.2, -0.00068004533424, -117.809316884, PAPER);
    CHECK(yakopcic, 0.1, 0.5, 0.000425001770836, 0, PAPER);
    CHECK(yakopcic, -0.4, 0.2, -0.00068004533424, -117.809316884, PAPER, { "vn", -0.15 });
    CHECK(yakopcic, -0.14, 0.2, 0.17 * 0.2 * sinh(-0.007), 0, PAPER, { "vn", -0.15 });
    /* eta = -1 turns the motion round: positive voltage now moves down, where at 0.8 nothing slows it. */
    CHECK(yakopcic, 0.5, 0.8, 4 * 0.000850088544434, -1900.84159883, PAPER, { "eta", -1 });
}

static void pem_follows_its_tables(void **state)
{
    (void)state;
#define CELL { "i1", 85.37e-6 }, { "i2", 90.16e-6 }, { "v1", 0.265 }, { "v2", 0.265 }, { "g0", 130.72e-6 }, { "vp", 0.7 },        \
             { "d1", 9.87 }, { "d2", -4.82 }, { "c1", 1000 }, { "c2", 2000 }
    for (double vn = -1; vn <= 1; vn += 2) {                     /* both signs that netlists use */
        CHECK(pem, 0.9, 0.25, 0.000666954534565, 4649.56247721, CELL, { "vn", vn });
        CHECK(pem, -1.2, 0.6, -0.00510004469821, 1135.51492654, CELL, { "vn", vn });
        CHECK(pem, 0.5, 0.5, 0.000309885722204, 0, CELL, { "vn", vn });
        CHECK(pem, -0.99, 0.5, 0.5 * (85.37e-6 * expm1(-0.99 / 0.265) - 90.16e-6 * expm1(0.99 / 0.265) - 130.72e-6 * 0.99), 0, CELL,
              { "vn", vn });
    }
    /* Before the first point of the table it is constant, at its ends the motion stops. */
    CHECK(pem, 0.9, 0.05, 0.000666954534565 / 5, 4649.56247721 * 0.6 / 0.75, CELL);
    CHECK(pem, 0.9, 0.95, 0.000666954534565 * 3.8, 0, CELL);
    /* Where a table leads back (fm > 0 here), the motion stops at the other end of 0 .. 1. */
    CHECK(pem, -1.2, 1, -0.00510004469821 / 0.6, 0, CELL, { "vn", 1 });
    CHECK(pem, -1.2, 0.9995, -0.00510004469821 / 0.6 * 0.9995, 0.5 * 0.05 * 1135.51492654 / 0.35, CELL, { "vn", 1 });
    CHECK(pem, -1.2, 0.1, -0.00510004469821 / 6, 0, CELL, { "vn", 1 });
    CHECK(pem, -1.2, 0.05, -0.00510004469821 / 12, 0, CELL, { "vn", 1 });
}

/* f(0) = f(1) = 0 for windows 1 and 3; Biolek's and Kvatinsky's let go of the end behind; none stops over the last 0.001. */
static void windows_end_where_they_should(void **state)
{
    (void)state;
    static const double y[] = { -0.005, 0, 0.25, 0.5, 0.9995, 1, 1.005 };
    for (int kind = 0; kind <= 4; kind++)
        for (int k = 0; k < 7; k++) {
            ag_vd f = ag_window_of((ag_window_shape){ kind, 2, 1, 1, 0.02 }, y[k]);
            assert_true(f.v <= 1 && (y[k] > 1 ? f.v < 0 : f.v >= 0));
            if (y[k] == 1) assert_close(f.v, 0, 0, 1e-15);
            if (y[k] == 0.25) assert_true(f.v > 0.3);
            if (y[k] == 0) assert_close(f.v, kind == AG_JOGLEKAR || kind == AG_PRODROMAKIS ? 0 : 1, 0, 1e-15);
            if (y[k] == 0.9995 && kind == AG_NO_WINDOW) assert_close(f.v, 0.5, 1e-10, 0);
        }
}

/* Outside 0 .. 1 a state is led back, or left alone, whichever way it is driven. */
static void no_state_is_driven_out(void **state)
{
    (void)state;
    static const ag_model *const model[] = { &ag_model_drift, &ag_model_vteam, &ag_model_team, &ag_model_yakopcic, &ag_model_pem };
    static const char *const window[] = { "window", "window", "wt", NULL, NULL };
    for (int m = 0; m < 5; m++)
        for (int kind = 0; kind <= (window[m] ? 4 : 0); kind++)
            for (int side = 0; side < 4; side++) {
                double  v = side % 2 ? 3 : -3, x = side < 2 ? 1.002 : -0.002, got[2];
                setting s = { window[m], kind };
                point(model[m], &s, window[m] != NULL, v, x, got);
                if (x > 1) assert_true(got[1] <= 0);
                else       assert_true(got[1] >= 0);
            }
}

/* Slopes of every window and of the exponential resistance; the generic test only meets the defaults. */
static void slopes_of_all_windows(void **state)
{
    (void)state;
    static const ag_model *const model[] = { &ag_model_drift, &ag_model_vteam, &ag_model_team };
    const double h = 1e-6;
    uint64_t     seed = 77;
    for (int m = 0; m < 3; m++)
        for (int kind = 0; kind <= 9; kind++) {
            tile *t = tile_new(model[m], 64);
            tile_set(t, m == 2 ? "wt" : "window", kind % 5);
            if (m) tile_set(t, "ivrelation", kind / 5);
            tile_set(t, "p", 1.7), tile_set(t, "j", 0.6);
            if (m == 2) tile_set(t, "xscaling", 1e9), tile_set(t, "d", 3.5), tile_set(t, "wc", 1e-10);
            for (int k = 0; k < 64; k++) t->u[V][k] = tile_random(&seed, -3, 3), t->u[X][k] = tile_random(&seed, -0.01, 1.01);
            tile_prepare(t);
            double *low = calloc(64, sizeof *low), *high = calloc(64, sizeof *high);
            for (int side = -1; side <= 1; side += 2) {
                for (int k = 0; k < 64; k++) t->u[X][k] += side * h;
                tile_eval(t, 0);
                memcpy(side < 0 ? low : high, t->f[X], 64 * sizeof *low);
                for (int k = 0; k < 64; k++) t->u[X][k] -= side * h;
            }
            tile_eval(t, 1);
            for (int k = 0; k < 64; k++)
                assert_close(t->df[X * M + X][k], (high[k] - low[k]) / (2 * h), 1e-4, 1e-6 * fabs(t->f[X][k]) / h * 1e-3 + 1e-12);
            free(low), free(high);
            tile_free(t);
        }
}

static void resistance_stays_positive_outside_its_ends(void **state)
{
    (void)state;
    for (double w = -0.01; w <= 1.011; w += 0.001)
        for (int exponential = 0; exponential < 2; exponential++) {
            ag_vd g = ag_memristance(w, 10, 1e7, log(1e6), exponential), next = ag_memristance(w + 1e-3, 10, 1e7, log(1e6), exponential);
            assert_true(g.v > 0 && g.v < 1e4 && g.d < 0 && next.v < g.v);
        }
}

static const char *complaint(const ag_model *m, const char *name, double value)
{
    static double p[64];
    for (int k = 0; k < m->n_param; k++) p[k] = strcmp(m->param[k].name, name) ? tile_default(&m->param[k]) : value;
    return m->check(p, m->n_param);
}

static void wrong_parameters_are_refused(void **state)
{
    (void)state;
    assert_string_equal(complaint(&ag_model_drift, "ron", 1e5), "roff must be above ron");
    assert_string_equal(complaint(&ag_model_team, "xoff", -1e-9), "xoff must be above xon");
    assert_string_equal(complaint(&ag_model_team, "ion", 0), "ion must not be 0");
    assert_string_equal(complaint(&ag_model_vteam, "woff", 0), "woff must be above won");
    assert_non_null(strstr(complaint(&ag_model_pem, "fxmdata", NAN), "must name the files"));
    assert_null(complaint(&ag_model_team, "wt", 1));
}

static void type_and_level_name_a_model(void **state)
{
    (void)state;
    double value;
    assert_ptr_equal(ag_model_typed("memristor", 2), &ag_model_team);
    assert_ptr_equal(ag_model_typed("MEMRISTOR", 3), &ag_model_yakopcic);
    assert_ptr_equal(ag_model_typed("memristor", 4), &ag_model_pem);
    assert_ptr_equal(ag_model_typed("memristor", -1), &ag_model_team);
    assert_null(ag_model_typed("memristor", 5));
    assert_null(ag_model_typed("vdmos", -1));
    assert_true(ag_model_word(&ag_model_team, ag_param_find(ag_model_team.param, ag_model_team.n_param, "wt"), "Biolek", &value));
    assert_close(value, 2, 0, 0);
    assert_false(ag_model_word(&ag_model_team, 0, "biolek", &value));
    assert_true(ag_model_ignores(&ag_model_team, "ResNoise") && !ag_model_ignores(&ag_model_team, "xnoise"));
    assert_true(ag_model_ignores(&ag_model_yakopcic, "xnoise") && !ag_model_ignores(&ag_model_pem, "resnoise"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drift_follows_strukov_and_the_windows_their_papers), cmocka_unit_test(vteam_moves_beyond_its_thresholds),
        cmocka_unit_test(team_moves_beyond_its_thresholds), cmocka_unit_test(yakopcic_follows_its_paper),
        cmocka_unit_test(pem_follows_its_tables), cmocka_unit_test(windows_end_where_they_should),
        cmocka_unit_test(no_state_is_driven_out), cmocka_unit_test(slopes_of_all_windows),
        cmocka_unit_test(resistance_stays_positive_outside_its_ends), cmocka_unit_test(wrong_parameters_are_refused),
        cmocka_unit_test(type_and_level_name_a_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
