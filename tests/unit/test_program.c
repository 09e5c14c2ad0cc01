/* Properties of compiled expressions: same values as the tree's operators, exact derivatives, sharing, no NaN leaks. */
#include "core/program.h"
#include <stdlib.h>
#include <string.h>
#include "core/model.h"
#include "tests/support/close.h"

typedef struct fixture { ag_arena *arena; ag_build *b; } fixture;

static int setup(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    f->arena = ag_arena_new(NULL);
    f->b = ag_build_new(f->arena);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture *f = *state;
    ag_arena_free(f->arena);
    free(f);
    return 0;
}

static int op1(ag_build *b, ag_op op, int x)        { return ag_build_op(b, op, &x); }
static int op2(ag_build *b, ag_op op, int x, int y) { return ag_build_op(b, op, (int[]){ x, y }); }

static int table_of(ag_build *b, int x, const double *xy, int n)
{
    int node[32];
    for (int k = 0; k < 2 * n; k++) node[k] = ag_build_const(b, xy[k]);
    return ag_build_table(b, x, node, n);
}

/* Value of one output at u[2], p[1], time, temp [K], in one lane. */
static double value_at(fixture *f, int node, const double *u, double p, double time, double temp)
{
    ag_program   *g = ag_program_new(f->b, &node, 1, f->arena);
    double       *scratch = AG_NEW(f->arena, double, ag_program_scratch(g)), out = NAN;
    const double *uu[] = { &u[0], &u[1] }, *pp[] = { &p };
    ag_program_run(g, 1, time, &temp, uu, pp, (double *[]){ &out }, scratch);
    return out;
}

static double value(fixture *f, int node, double u0, double u1)
{
    return value_at(f, node, (double[]){ u0, u1 }, 2, 0, 300);
}

static void every_operator_equals_its_definition(void **state)
{
    fixture     *f = *state;
    const double points[] = { -3, -1.5, -0.5, 0, 0.3, 0.5, 1, 2, 7.25, 60, NAN };
    for (int op = AG_OP_ADD; op < AG_OP_END; op++) {
        int arg[3] = { ag_build_input(f->b, 0), ag_build_input(f->b, 1), ag_build_param(f->b, 0) };
        int node = ag_build_op(f->b, (ag_op)op, arg);
        for (size_t i = 0; i < sizeof points / sizeof *points; i++)
            for (size_t j = 0; j < sizeof points / sizeof *points; j++) {
                double want = ag_op_apply((ag_op)op, (double[]){ points[i], points[j], 2 });
                double got = value(f, node, points[i], points[j]);
                if (isnan(want) ? !isnan(got) : got != want) fail_msg("%s(%g, %g) = %g, wanted %g", ag_op_name((ag_op)op),
                                                                     points[i], points[j], got, want);
            }
    }
}

/* A random expression of u0, u1 whose value stays moderate: every operation is followed by something bounded. */
static int random_node(ag_build *b, int depth)
{
    static const ag_op one[] = { AG_OP_NEG, AG_OP_ABS, AG_OP_SINH, AG_OP_COSH, AG_OP_TANH, AG_OP_SIN, AG_OP_COS, AG_OP_ATAN,
                                 AG_OP_ASINH, AG_OP_EXP, AG_OP_URAMP };
    static const ag_op two[] = { AG_OP_ADD, AG_OP_SUB, AG_OP_MUL, AG_OP_MIN, AG_OP_MAX, AG_OP_HYPOT, AG_OP_ATAN2, AG_OP_DIV,
                                 AG_OP_PWR, AG_OP_PWRS, AG_OP_POW };
    if (depth == 0) {
        int r = rand() % 5;
        return r < 2 ? ag_build_input(b, r) : r == 2 ? ag_build_const(b, rand() % 9 - 4) : r == 3 ? ag_build_param(b, 0)
             : ag_build_time(b);
    }
    int x = op1(b, AG_OP_TANH, random_node(b, depth - 1));
    if (rand() % 8 == 0) return table_of(b, x, (double[]){ -0.8, 1, -0.1, -1, 0.3, 2, 0.9, 2.5 }, 4);
    if (rand() % 2) return op1(b, one[rand() % (int)(sizeof one / sizeof *one)], x);
    int   y = random_node(b, depth - 1);
    ag_op op = two[rand() % (int)(sizeof two / sizeof *two)];
    if (op == AG_OP_POW || op == AG_OP_DIV) {
        int positive = op2(b, AG_OP_ADD, ag_build_const(b, 1.5), op1(b, AG_OP_TANH, y));
        return op == AG_OP_DIV ? op2(b, op, x, positive) : op2(b, op, positive, x);
    }
    if (op == AG_OP_PWR || op == AG_OP_PWRS) return op2(b, op, x, ag_build_const(b, 2.5));
    return op2(b, op, x, op1(b, AG_OP_TANH, y));
}

static void derivatives_equal_central_differences(void **state)
{
    fixture *f = *state;
    int      compared = 0;
    srand(7);
    for (int trial = 0; trial < 400; trial++) {
        int    node = random_node(f->b, 1 + trial % 5), k = trial % 2;
        int    d = ag_build_derivative(f->b, node, k);
        double u[2] = { 0.37 + 0.001 * trial, -0.41 + 0.0013 * trial }, h = 1e-6, up[2] = { u[0], u[1] }, down[2] = { u[0], u[1] };
        up[k] += h;
        down[k] -= h;
        double a = value_at(f, node, up, 0.7, 0.2, 300), b = value_at(f, node, down, 0.7, 0.2, 300);
        double right = (a - value_at(f, node, u, 0.7, 0.2, 300)) / h, slope = (a - b) / (2 * h);
        if (!(fabs(right - slope) < 1e-4 * (1 + fabs(slope)))) continue;                /* a kink inside the interval */
        assert_close(value_at(f, d, u, 0.7, 0.2, 300), slope, 1e-5, 1e-7);
        compared++;
    }
    assert_true(compared > 350);
}

static void second_derivatives_come_from_the_same_builder(void **state)
{
    fixture *f = *state;
    int x = ag_build_input(f->b, 0), y = ag_build_input(f->b, 1);
    int g = op2(f->b, AG_OP_MUL, op1(f->b, AG_OP_EXP, x), op2(f->b, AG_OP_POW, y, ag_build_const(f->b, 3)));
    int mixed = ag_build_derivative(f->b, ag_build_derivative(f->b, g, 0), 1);
    assert_close(value(f, mixed, 0.5, 2), exp(0.5) * 3 * 4, 1e-14, 0);
}

static void constants_fold_and_neutral_elements_vanish(void **state)
{
    fixture  *f = *state;
    ag_build *b = f->b;
    int       x = ag_build_input(b, 0), y = ag_build_input(b, 1), zero = ag_build_const(b, 0), one = ag_build_const(b, 1);
    double    c;
    assert_true(ag_build_is_const(b, op2(b, AG_OP_ADD, one, ag_build_const(b, 2)), &c) && c == 3);
    assert_int_equal(op2(b, AG_OP_MUL, x, zero), zero);
    assert_int_equal(op2(b, AG_OP_MUL, one, x), x);
    assert_int_equal(op2(b, AG_OP_ADD, zero, x), x);
    assert_int_equal(op2(b, AG_OP_SUB, x, x), zero);
    assert_int_equal(op2(b, AG_OP_DIV, x, one), x);
    assert_int_equal(op2(b, AG_OP_POW, x, zero), one);
    assert_int_equal(op2(b, AG_OP_POW, x, ag_build_const(b, 2)), op2(b, AG_OP_MUL, x, x));
    assert_int_equal(op2(b, AG_OP_ADD, x, y), op2(b, AG_OP_ADD, y, x));
    assert_int_equal(op1(b, AG_OP_NEG, op1(b, AG_OP_NEG, x)), x);
    assert_int_equal(ag_build_op(b, AG_OP_IF, (int[]){ one, x, y }), x);
}

static void derivatives_of_linear_expressions_are_constants(void **state)
{
    fixture *f = *state;
    int x = ag_build_input(f->b, 0), y = ag_build_input(f->b, 1), c;
    int g = op2(f->b, AG_OP_SUB, op2(f->b, AG_OP_MUL, ag_build_const(f->b, 3), x), op2(f->b, AG_OP_DIV, y, ag_build_const(f->b, 4)));
    double v;
    c = ag_build_derivative(f->b, g, 0);
    assert_true(ag_build_is_const(f->b, c, &v) && v == 3);
    c = ag_build_derivative(f->b, g, 1);
    assert_true(ag_build_is_const(f->b, c, &v) && v == -0.25);
    assert_true(ag_build_is_const(f->b, ag_build_derivative(f->b, op2(f->b, AG_OP_LT, x, y), 0), &v) && v == 0);
}

static void untaken_side_of_if_does_not_leak(void **state)
{
    fixture *f = *state;
    int x = ag_build_input(f->b, 0), zero = ag_build_const(f->b, 0);
    int g = ag_build_op(f->b, AG_OP_IF, (int[]){ op2(f->b, AG_OP_GT, x, zero), op1(f->b, AG_OP_LN, x), x });
    assert_close(value(f, g, -2, 0), -2, 0, 0);
    assert_close(value(f, ag_build_derivative(f->b, g, 0), -2, 0), 1, 0, 0);
    assert_close(value(f, ag_build_derivative(f->b, g, 0), 4, 0), 0.25, 1e-15, 0);
}

static void infinite_slopes_become_finite(void **state)
{
    fixture *f = *state;
    int x = ag_build_input(f->b, 0), y = ag_build_input(f->b, 1);
    int root[] = { op1(f->b, AG_OP_SQRT, x), op2(f->b, AG_OP_POW, x, ag_build_const(f->b, 0.3)), op2(f->b, AG_OP_HYPOT, x, y),
                   op2(f->b, AG_OP_PWRS, x, ag_build_const(f->b, 0.5)), op2(f->b, AG_OP_PWR, x, y) };
    for (size_t i = 0; i < sizeof root / sizeof *root; i++)
        for (int k = 0; k < 2; k++)
            assert_true(isfinite(value(f, ag_build_derivative(f->b, root[i], k), 0, 0)));
}

static void null_outputs_are_skipped(void **state)
{
    fixture *f = *state;
    int x = ag_build_input(f->b, 0), y = ag_build_input(f->b, 1);
    int output[] = { op2(f->b, AG_OP_ADD, x, y), op2(f->b, AG_OP_MUL, x, y), op1(f->b, AG_OP_EXP, x), x };
    ag_program *g = ag_program_new(f->b, output, 4, f->arena);
    double  u0[AG_LANES], u1[AG_LANES], a[AG_LANES], c[AG_LANES], d[AG_LANES];
    double *scratch = AG_NEW(f->arena, double, ag_program_scratch(g));
    for (int k = 0; k < AG_LANES; k++) u0[k] = 0.01 * k, u1[k] = 3, a[k] = c[k] = d[k] = -1;
    const double *u[] = { u0, u1 };
    ag_program_run(g, AG_LANES, 0, NULL, u, NULL, (double *[]){ a, NULL, c, NULL }, scratch);
    for (int k = 0; k < AG_LANES; k++) {
        assert_close(a[k], u0[k] + 3, 0, 0);
        assert_close(c[k], exp(u0[k]), 0, 0);
    }
    ag_program_run(g, 8, 0, NULL, u, NULL, (double *[]){ NULL, NULL, NULL, d }, scratch);
    assert_close(d[7], u0[7], 0, 0);
    assert_close(d[8], -1, 0, 0);
}

static void parameter_work_is_split_off(void **state)
{
    fixture *f = *state;
    int x = ag_build_input(f->b, 0), p = ag_build_param(f->b, 0), t = ag_build_temper(f->b);
    int scale = op1(f->b, AG_OP_EXP, op2(f->b, AG_OP_MUL, p, t));
    int output[] = { op2(f->b, AG_OP_MUL, scale, x), scale };
    ag_program *pre, *g;
    int         n_pre;
    g = ag_program_split(f->b, output, 2, 1, 8, &pre, &n_pre, f->arena);
    assert_int_equal(n_pre, 1);
    double *scratch = AG_NEW(f->arena, double, ag_program_scratch(g) + ag_program_scratch(pre));
    double  u0 = 5, p0 = 0.1, temp = AG_KELVIN + 20, derived = 0, out[2] = { 0, 0 };
    ag_program_run(pre, 1, 0, &temp, NULL, (const double *[]){ &p0 }, (double *[]){ &derived }, scratch);
    assert_close(derived, exp(2), 1e-14, 0);
    ag_program_run(g, 1, 0, NULL, (const double *[]){ &u0 }, (const double *[]){ &p0, &derived }, (double *[]){ &out[0], &out[1] },
                   scratch);
    assert_close(out[0], 5 * exp(2), 1e-14, 0);
    assert_close(out[1], exp(2), 1e-14, 0);
}

/* Inside, outside, at and beside the points; the slope at a point is that of the piece to its right. */
static void tables_are_lines_with_level_ends(void **state)
{
    fixture     *f = *state;
    const double xy[] = { -1, 2, 0.5, -1, 3, -1, 4, 7 };
    const struct { double x, y, slope; } want[] = {
        { -5, 2, 0 }, { -1, 2, -2 }, { -0.25, 0.5, -2 }, { 0.5, -1, 0 }, { 2, -1, 0 }, { 3, -1, 8 }, { 3.5, 3, 8 }, { 4, 7, 0 },
        { 90, 7, 0 }, { -INFINITY, 2, 0 }, { INFINITY, 7, 0 }, { 3 - 1e-9, -1, 0 }, { 4 - 1e-9, 7, 8 },
    };
    int   x = ag_build_input(f->b, 0), fixed = table_of(f->b, x, xy, 4), slope = ag_build_derivative(f->b, fixed, 0);
    double y;
    assert_int_equal(fixed, table_of(f->b, x, xy, 4));
    assert_true(ag_build_is_const(f->b, table_of(f->b, ag_build_const(f->b, -0.25), xy, 4), &y) && y == 0.5);
    assert_int_equal(ag_build_derivative(f->b, fixed, 1), ag_build_const(f->b, 0));
    /* The same with a point that is a parameter: p = 2 = y1, read as 2 p - 2. */
    int node[8];
    for (int k = 0; k < 8; k++) node[k] = ag_build_const(f->b, xy[k]);
    node[1] = op2(f->b, AG_OP_SUB, op2(f->b, AG_OP_MUL, ag_build_const(f->b, 2), ag_build_param(f->b, 0)), node[1]);
    int chosen = ag_build_table(f->b, x, node, 4), chosen_slope = ag_build_derivative(f->b, chosen, 0);
    assert_int_not_equal(chosen, fixed);
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        assert_close(value(f, fixed, want[i].x, 0), want[i].y, 1e-8, 0);
        assert_close(value(f, slope, want[i].x, 0), want[i].slope, 1e-14, 0);
        assert_close(value(f, chosen, want[i].x, 0), want[i].y, 1e-8, 0);
        assert_close(value(f, chosen_slope, want[i].x, 0), want[i].slope, 1e-14, 0);
    }
    assert_true(isnan(value(f, fixed, NAN, 0)));
    assert_close(value(f, table_of(f->b, x, (double[]){ 1, 6 }, 1), 0.5, 0), 6, 0, 0);
}

/* What ddt() asks of an expression: whether it is a + c u0 with c fixed, and what is left without u0. */
static void parts_that_are_linear_in_an_input_can_be_taken_out(void **state)
{
    fixture  *f = *state;
    ag_build *b = f->b;
    int       x = ag_build_input(b, 0), y = ag_build_input(b, 1), p = ag_build_param(b, 0), two = ag_build_const(b, 2), zero = ag_build_const(b, 0);
    int       line = op2(b, AG_OP_ADD, op2(b, AG_OP_DIV, op2(b, AG_OP_MUL, p, op1(b, AG_OP_NEG, x)), two), op1(b, AG_OP_SIN, y));
    int       choice = ag_build_op(b, AG_OP_IF, (int[]){ p, line, y }), swung = ag_build_op(b, AG_OP_IF, (int[]){ y, line, y });
    assert_true(ag_build_affine(b, line, 0) && ag_build_affine(b, choice, 0) && ag_build_affine(b, y, 0));
    assert_false(ag_build_affine(b, line, 1) || ag_build_affine(b, swung, 0));
    assert_false(ag_build_affine(b, op2(b, AG_OP_MUL, x, y), 0) || ag_build_affine(b, op2(b, AG_OP_MUL, x, ag_build_time(b)), 0));
    assert_false(ag_build_affine(b, op2(b, AG_OP_DIV, two, x), 0) || ag_build_affine(b, op1(b, AG_OP_U, x), 0));
    assert_true(ag_build_reads(b, line, 0) && ag_build_reads(b, line, 1) && !ag_build_reads(b, op1(b, AG_OP_SIN, y), 0));
    assert_int_equal(ag_build_replace(b, line, 0, zero), op1(b, AG_OP_SIN, y));
    assert_int_equal(ag_build_replace(b, y, 0, zero), y);
    int bent = table_of(b, op2(b, AG_OP_MUL, x, y), (double[]){ 0, 1, 2, 5 }, 2);
    assert_close(value(f, ag_build_replace(b, bent, 0, two), 99, 0.5), 3, 1e-15, 0);
}

/* Ten thousand operations on a chain of shared squares would be 2^20 without sharing. */
static void shared_parts_keep_derivatives_small(void **state)
{
    fixture *f = *state;
    int x = ag_build_input(f->b, 0), g = x;
    for (int i = 0; i < 20; i++) g = op1(f->b, AG_OP_SIN, op2(f->b, AG_OP_MUL, g, op2(f->b, AG_OP_ADD, g, x)));
    int d = ag_build_derivative(f->b, g, 0);
    assert_true(d < 400);
    double h = 1e-6, slope = (value(f, g, 0.3 + h, 0) - value(f, g, 0.3 - h, 0)) / (2 * h);
    assert_close(value(f, d, 0.3, 0), slope, 1e-5, 1e-9);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(every_operator_equals_its_definition), TEST(derivatives_equal_central_differences),
        TEST(second_derivatives_come_from_the_same_builder), TEST(constants_fold_and_neutral_elements_vanish),
        TEST(derivatives_of_linear_expressions_are_constants), TEST(untaken_side_of_if_does_not_leak),
        TEST(infinite_slopes_become_finite), TEST(null_outputs_are_skipped), TEST(parameter_work_is_split_off),
        TEST(shared_parts_keep_derivatives_small), TEST(tables_are_lines_with_level_ends),
        TEST(parts_that_are_linear_in_an_input_can_be_taken_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
