/* Measures on waveforms whose values are known in closed form: the waveform is linear between points. */
#include "waveforms/measure.h"
#include "tests/support/points.h"

/* y = 0 until 1 s, up to 2 at 3 s, back to -1 at 6 s, up to 0 at 7 s. */
static const double corner[][2] = { { 0, 0 }, { 1, 0 }, { 3, 2 }, { 6, -1 }, { 7, 0 } };
enum { Y, POWER, N_COLUMN };

static int setup(void **state)
{
    points *p = malloc(sizeof *p);
    points_new(p);
    points_probe(p, "v(y)", "V");
    points_probe(p, "p(n1)", "W");
    points_begin(p);
    for (int k = 0; k < 5; k++)
        assert_int_equal(ag_memory_point(p->m, (double[]){ corner[k][0], corner[k][1], 3 }), AG_OK);
    *state = p;
    return 0;
}

static int teardown(void **state)
{
    points_free(*state);
    free(*state);
    return 0;
}

static ag_measure *add(points *p, ag_measure m)
{
    ag_plan *q = &p->c->plan;
    m.analysis = AG_TRAN;
    if (!m.name)
        m.name = "m";
    if (!m.what.name)
        m.what = points_signal(p, Y);
    *AG_PUSH(p->c->arena, q->measure, q->n_measure, q->cap_measure) = m;
    return &q->measure[q->n_measure - 1];
}

static ag_result run(points *p, ag_measure m)
{
    p->c->plan.n_measure = 0;
    add(p, m);
    ag_result r;
    ag_measure_run(p->c, AG_TRAN, p->m, 1, &r, p->c->arena);
    return r;
}

static ag_result window(points *p, ag_measure_kind kind, double from, double to)
{
    return run(p, (ag_measure){ .kind = kind, .from = from, .to = to });
}

static ag_when when(points *p, double level, int edge, int n)
{
    return (ag_when){ .lhs = points_signal(p, Y), .rhs = points_constant(p, level), .edge = edge, .n = n };
}

static ag_result crossing(points *p, double level, int edge, int n)
{
    return run(p, (ag_measure){ .kind = AG_M_WHEN, .trig = when(p, level, edge, n), .from = NAN, .to = NAN });
}

static void integrals_of_a_piecewise_linear_waveform_are_exact(void **state)
{
    points *p = *state;
    assert_close(window(p, AG_M_INTEG, NAN, NAN).value, 2 + 2 - 0.5 - 0.5, 1e-14, 0);
    /* From 2 s (y = 1) to 4 s (y = 1) with the corner at y = 2 between. */
    assert_close(window(p, AG_M_INTEG, 2, 4).value, 3, 1e-14, 0);
    assert_close(window(p, AG_M_AVG, 2, 4).value, 1.5, 1e-14, 0);
    /* The integral of t^2 from 1 to 2, twice, is 14/3. */
    assert_close(window(p, AG_M_RMS, 2, 4).value, sqrt(14.0 / 3 / 2), 1e-14, 0);
    /* Inside one segment. */
    assert_close(window(p, AG_M_INTEG, 1.5, 2.5).value, 1, 1e-14, 0);
    assert_close(window(p, AG_M_AVG, 2.5, 2.5).value, 1.5, 1e-14, 0);
}

/* v from 0 to 1 V and i from 0 to -1 mA in 3 s: the energy is a third of the product of the ends, not a half. */
static void integral_of_a_power_is_that_of_linear_voltage_and_current(void **state)
{
    points p;
    (void)state;
    points_new(&p);
    points_probe(&p, "@n1[v]", "V");
    points_probe(&p, "i(n1)", "A");
    points_probe(&p, "p(n1)", "W");
    points_begin(&p);
    for (int k = 0; k <= 1; k++)
        ag_memory_point(p.m, (double[]){ 3 * k, k, -1e-3 * k, -1e-3 * k });
    ag_measure m = { .kind = AG_M_INTEG, .what = points_signal(&p, 2), .power = 1, .v = 0, .i = 1, .from = NAN, .to = NAN };
    assert_close(run(&p, m).value, -1e-3, 1e-14, 0);
    m.from = 1;
    m.to = 2;                                            /* v and i are interpolated at the ends: (8 - 1)/27 of it */
    assert_close(run(&p, m).value, -1e-3 * 7 / 27, 1e-14, 0);
    m.kind = AG_M_AVG;
    assert_close(run(&p, m).value, -1e-3 * 7 / 27, 1e-14, 0);
    points_free(&p);
}

static void extrema_include_the_ends_of_the_window(void **state)
{
    points   *p = *state;
    ag_result r = window(p, AG_M_MAX, NAN, NAN);
    assert_close(r.value, 2, 0, 0);
    assert_close(r.at, 3, 0, 0);
    r = window(p, AG_M_MIN, 1.5, 4.5);
    assert_close(r.value, 0.5, 1e-14, 0);
    assert_close(r.from, 1.5, 0, 0);
    assert_close(r.to, 4.5, 0, 0);
    r = window(p, AG_M_MAX, 1.5, 2.25);
    assert_close(r.value, 1.25, 1e-14, 0);
    assert_close(r.at, 2.25, 1e-14, 0);
    assert_close(window(p, AG_M_PP, NAN, NAN).value, 3, 1e-14, 0);
    assert_close(window(p, AG_M_MIN_AT, NAN, NAN).value, 6, 0, 0);
    assert_close(window(p, AG_M_MAX_AT, NAN, NAN).value, 3, 0, 0);
}

static void windows_are_cut_to_the_run_and_fail_outside_it(void **state)
{
    points   *p = *state;
    ag_result r = window(p, AG_M_INTEG, 3, 100);
    assert_true(r.ok);
    assert_close(r.to, 7, 0, 0);
    assert_close(r.value, 2 - 0.5 - 0.5, 1e-13, 0);
    assert_false(window(p, AG_M_INTEG, 8, 9).ok);
    assert_false(window(p, AG_M_MAX, -2, -1).ok);
    r = window(p, AG_M_MAX, 4, 2);
    assert_false(r.ok);
    assert_true(isnan(r.value));
    assert_non_null(strstr(r.why, "ends before"));
}

static void crossings_are_interpolated_and_counted_by_direction(void **state)
{
    points *p = *state;
    assert_close(crossing(p, 1, AG_RISE, 1).value, 2, 1e-14, 0);
    assert_close(crossing(p, 1, AG_FALL, 1).value, 4, 1e-14, 0);
    assert_close(crossing(p, 1, AG_CROSS, 2).value, 4, 1e-14, 0);
    assert_close(crossing(p, 1, AG_CROSS, -1).value, 4, 1e-14, 0);
    assert_close(crossing(p, -0.5, AG_CROSS, -1).value, 6.5, 1e-14, 0);
    assert_false(crossing(p, 1, AG_RISE, 2).ok);
    assert_non_null(strstr(crossing(p, 1, AG_RISE, 2).why, "fewer times"));
    assert_non_null(strstr(crossing(p, 5, AG_RISE, 1).why, "never"));
    /* It rests at 0 until 1 s, which is no crossing, falls through 0 at 5 s and comes up to it at 7 s. */
    assert_close(crossing(p, 0, AG_CROSS, 1).value, 5, 1e-14, 0);
    assert_close(crossing(p, 0, AG_RISE, 1).value, 7, 1e-14, 0);
}

static void crossings_before_td_are_not_counted(void **state)
{
    points *p = *state;
    ag_measure m = { .kind = AG_M_WHEN, .trig = when(p, 1, AG_CROSS, 1), .from = NAN, .to = NAN };
    m.trig.td = 2.5;
    assert_close(run(p, m).value, 4, 1e-14, 0);
}

/* A jump of a source: two points at the same time, or as close as doubles are. */
static void a_crossing_on_a_jump_has_the_time_of_the_jump(void **state)
{
    (void)state;
    for (int same = 0; same < 2; same++) {
        points p;
        points_new(&p);
        points_probe(&p, "v(y)", "V");
        points_begin(&p);
        const double t[] = { 0, same ? 1e-6 : nextafter(1e-6, 0), 1e-6, 2e-6 }, y[] = { 0, 0, 1, 1 };
        for (int k = 0; k < 4; k++)
            ag_memory_point(p.m, (double[]){ t[k], y[k] });
        ag_measure m = { .kind = AG_M_WHEN, .trig = when(&p, 0.3, AG_RISE, 1), .from = NAN, .to = NAN };
        m.trig.td = 1e-6;
        ag_result r = run(&p, m);
        assert_true(r.ok);
        assert_close(r.value, 1e-6, 0, 0);
        points_free(&p);
    }
}

static void trig_targ_is_the_time_between(void **state)
{
    points *p = *state;
    ag_measure m = { .kind = AG_M_TRIG_TARG, .trig = when(p, 1, AG_RISE, 1), .targ = when(p, -0.5, AG_FALL, 1) };
    ag_result r = run(p, m);
    assert_close(r.value, 3.5, 1e-14, 0);
    assert_close(r.from, 2, 1e-14, 0);
    assert_close(r.to, 5.5, 1e-14, 0);
    m.trig = (ag_when){ .has_at = 1, .at_time = 1 };
    assert_close(run(p, m).value, 4.5, 1e-14, 0);
    m.trig.at_time = 8;
    assert_false(run(p, m).ok);
}

static void find_and_derivative_at_a_time_and_at_a_crossing(void **state)
{
    points *p = *state;
    ag_measure m = { .kind = AG_M_FIND, .trig = { .has_at = 1, .at_time = 2.25 } };
    assert_close(run(p, m).value, 1.25, 1e-14, 0);
    m.trig = when(p, 1, AG_FALL, 1);
    m.what = points_expression(p, AG_OP_MUL, Y, POWER);
    assert_close(run(p, m).value, 3, 1e-14, 0);
    assert_close(run(p, m).at, 4, 1e-14, 0);
    m = (ag_measure){ .kind = AG_M_DERIV, .trig = { .has_at = 1, .at_time = 2 } };
    assert_close(run(p, m).value, 1, 1e-14, 0);
}

static void derivative_of_a_parabola_is_second_order(void **state)
{
    points p;
    (void)state;
    points_new(&p);
    points_probe(&p, "v(y)", "V");
    points_begin(&p);
    for (int k = 0; k <= 40; k++)
        ag_memory_point(p.m, (double[]){ 0.25 * k, 0.0625 * k * k });
    ag_measure m = { .kind = AG_M_DERIV, .trig = { .has_at = 1, .at_time = 3.3 } };
    assert_close(run(&p, m).value, 6.6, 1e-12, 0);
    points_free(&p);
}

static void expressions_are_evaluated_over_many_blocks(void **state)
{
    points p;
    (void)state;
    points_new(&p);
    points_probe(&p, "v(a)", "V");
    points_probe(&p, "i(a)", "A");
    points_begin(&p);
    int n = 5 * AG_MEMORY_CHUNK + 77;
    for (int k = 0; k <= n; k++)
        ag_memory_point(p.m, (double[]){ k, k, 2 });
    ag_measure m = { .kind = AG_M_INTEG, .what = points_expression(&p, AG_OP_MUL, 0, 1), .from = NAN, .to = NAN };
    assert_close(run(&p, m).value, (double)n * n, 1e-12, 0);
    m.kind = AG_M_WHEN;
    m.trig = (ag_when){ .lhs = m.what, .rhs = points_constant(&p, 5001), .edge = AG_RISE, .n = 1 };
    assert_close(run(&p, m).value, 2500.5, 1e-12, 0);
    points_free(&p);
}

static ag_program *sum_of_two(points *p)
{
    ag_build *b = ag_build_new(p->c->arena);
    int       arg[2] = { ag_build_input(b, 0), ag_build_input(b, 1) };
    int       node = ag_build_op(b, AG_OP_ADD, arg);
    return ag_program_new(b, &node, 1, p->c->arena);
}

static void param_uses_earlier_measures_and_fails_with_them(void **state)
{
    points *p = *state;
    ag_result r[3];
    p->c->plan.n_measure = 0;
    add(p, (ag_measure){ .kind = AG_M_MAX, .from = NAN, .to = NAN });
    add(p, (ag_measure){ .kind = AG_M_WHEN, .trig = when(p, 1, AG_RISE, 1) });
    add(p, (ag_measure){ .kind = AG_M_PARAM, .param = sum_of_two(p), .used = (const int[]){ 0, 1 }, .n_used = 2 });
    p->c->plan.measure[1].name = "other";
    ag_measure_run(p->c, AG_TRAN, p->m, 1, r, p->c->arena);
    assert_true(r[2].ok);
    assert_close(r[2].value, 4, 1e-14, 0);
    p->c->plan.measure[1].trig = when(p, 9, AG_RISE, 1);
    ag_measure_run(p->c, AG_TRAN, p->m, 1, r, p->c->arena);
    assert_true(r[0].ok);
    assert_false(r[1].ok);
    assert_false(r[2].ok);
    assert_string_equal(r[2].why, "measure 'other' failed");
    /* In an analysis that has its turn later: its result does not exist yet. */
    memset(r, 0, sizeof r);
    p->c->plan.measure[1].analysis = AG_OP;
    ag_measure_run(p->c, AG_TRAN, p->m, 1, r, p->c->arena);
    assert_false(r[2].ok);
    assert_string_equal(r[2].why, "measure 'other' belongs to an analysis that has not been run yet");
}

static void an_unfinished_analysis_fails_every_measure(void **state)
{
    points   *p = *state;
    ag_result r;
    p->c->plan.n_measure = 0;
    add(p, (ag_measure){ .kind = AG_M_MAX, .from = NAN, .to = NAN });
    ag_measure_run(p->c, AG_TRAN, p->m, 0, &r, p->c->arena);
    assert_true(r.evaluated);
    assert_false(r.ok);
}

static void units_follow_from_the_signal(void **state)
{
    points *p = *state;
    assert_string_equal(window(p, AG_M_INTEG, NAN, NAN).unit, "V s");
    ag_measure m = { .kind = AG_M_INTEG, .what = points_signal(p, POWER), .from = NAN, .to = NAN };
    assert_string_equal(run(p, m).unit, "J");
    assert_string_equal(window(p, AG_M_MAX, NAN, NAN).unit, "V");
    assert_string_equal(crossing(p, 1, AG_RISE, 1).unit, "s");
}

static void check_print(ag_measure m, ag_result r, int ltspice, const char *want)
{
    char *text;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    ag_measure_print(&m, &r, ltspice, f);
    fclose(f);
    assert_string_equal(text, want);
    free(text);
}

static void printed_forms(void **state)
{
    ag_result r = { .ok = 1, .value = 0.6664856, .at = 6e-9, .from = 0, .to = 1e-8 };
    (void)state;
    check_print((ag_measure){ .name = "vmax", .kind = AG_M_MAX, .text = "v(out)" }, r, 1,
                "vmax                =  6.664856e-01 at=  6.000000e-09\nvmax: MAX(v(out))=0.6664856 FROM 0 TO 1e-08\n");
    check_print((ag_measure){ .name = "e", .kind = AG_M_INTEG }, r, 0,
                "e                   =  6.664856e-01 from=  0.000000e+00 to=  1.000000e-08\n");
    check_print((ag_measure){ .name = "d", .kind = AG_M_TRIG_TARG }, r, 1,
                "d                   =  6.664856e-01 targ=  1.000000e-08 trig=  0.000000e+00\nd=0.6664856 FROM 0 TO 1e-08\n");
    check_print((ag_measure){ .name = "f", .kind = AG_M_FIND, .text = "v(a)" }, r, 1,
                "f                   =  6.664856e-01\nf: v(a)=0.6664856 at 6e-09\n");
    r.ok = 0;
    r.why = "never crossed";
    check_print((ag_measure){ .name = "bad", .kind = AG_M_WHEN }, r, 0, "bad                 =  failed: never crossed\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        TEST(integrals_of_a_piecewise_linear_waveform_are_exact), TEST(integral_of_a_power_is_that_of_linear_voltage_and_current),
        TEST(a_crossing_on_a_jump_has_the_time_of_the_jump), TEST(extrema_include_the_ends_of_the_window),
        TEST(windows_are_cut_to_the_run_and_fail_outside_it), TEST(crossings_are_interpolated_and_counted_by_direction),
        TEST(crossings_before_td_are_not_counted), TEST(trig_targ_is_the_time_between),
        TEST(find_and_derivative_at_a_time_and_at_a_crossing), TEST(derivative_of_a_parabola_is_second_order),
        TEST(expressions_are_evaluated_over_many_blocks), TEST(param_uses_earlier_measures_and_fails_with_them),
        TEST(an_unfinished_analysis_fails_every_measure), TEST(units_follow_from_the_signal), TEST(printed_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
