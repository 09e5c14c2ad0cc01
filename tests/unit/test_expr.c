/* test_expr - the table of operators and functions: names, arities, values. */
#include <math.h>
#include <string.h>
#include "tests/support/close.h"
#include "core/expr.h"

static double call(const char *name, int n, double a, double b, double c)
{
    double x[3] = { a, b, c };
    ag_op  op = ag_op_find(name, n, NULL);
    assert_int_not_equal(op, AG_OP_END);
    assert_int_equal(ag_op_arity(op), n);
    return ag_op_apply(op, x);
}

static double call1(const char *name, double a)           { return call(name, 1, a, 0, 0); }
static double call2(const char *name, double a, double b) { return call(name, 2, a, b, 0); }

static double apply(ag_op op, double a, double b)
{
    double x[3] = { a, b, 0 };
    return ag_op_apply(op, x);
}

static void every_function_is_found_by_its_name(void **state)
{
    (void)state;
    for (int op = AG_OP_IF; op < AG_OP_END; op++) {
        int         arity = 0;
        const char *name = ag_op_name((ag_op)op);
        assert_int_equal(ag_op_find(name, ag_op_arity((ag_op)op), &arity), op);
        assert_in_range(arity, 1, 3);
        assert_int_equal(ag_op_find(name, arity + 1, &arity), AG_OP_END);
        assert_int_equal(arity, ag_op_arity((ag_op)op));
    }
}

static void operators_have_arities_and_leaves_none(void **state)
{
    (void)state;
    for (int op = AG_OP_CONST; op <= AG_OP_CALL; op++) assert_int_equal(ag_op_arity((ag_op)op), 0);
    for (int op = AG_OP_ADD; op <= AG_OP_OR; op++)
        assert_int_equal(ag_op_arity((ag_op)op), op == AG_OP_NEG || op == AG_OP_NOT ? 1 : 2);
    assert_string_equal(ag_op_name(AG_OP_POW), "**");
    assert_string_equal(ag_op_name(AG_OP_AND), "&&");
}

static void unknown_functions_have_no_arity(void **state)
{
    (void)state;
    static const char *const name[] = { "", "foo", "v", "+", "-", "**", "absx", "number", "call" };
    for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
        int arity = 7;
        assert_int_equal(ag_op_find(name[i], 2, &arity), AG_OP_END);
        assert_int_equal(arity, -1);
    }
}

static void functions_have_the_names_of_other_dialects(void **state)
{
    (void)state;
    assert_int_equal(ag_op_find("log", 1, NULL), AG_OP_LN);
    assert_int_equal(ag_op_find("pow", 2, NULL), AG_OP_POW);
    assert_int_equal(ag_op_find("sign", 1, NULL), AG_OP_SGN);
    assert_int_equal(ag_op_find("stp", 1, NULL), AG_OP_U);
    assert_int_equal(ag_op_find("arctan", 1, NULL), AG_OP_ATAN);
    assert_int_equal(ag_op_find("round", 1, NULL), AG_OP_NINT);
}

static void functions_of_one_argument(void **state)
{
    (void)state;
    static const struct { const char *name; double x, want; } t[] = {
        { "abs", -2.5, 2.5 },   { "sgn", -3, -1 },      { "sgn", 0, 0 },        { "sgn", 1e-300, 1 },
        { "exp", 1, 2.718281828459045 },                { "ln", 10, 2.302585092994046 },
        { "log", 10, 2.302585092994046 },               { "log10", 1e-5, -5 },  { "sqrt", 2, 1.4142135623730951 },
        { "sinh", 1, 1.1752011936438014 },              { "cosh", 1, 1.5430806348152437 },
        { "tanh", 0.5, 0.46211715726000975 },           { "sin", 1, 0.8414709848078965 },
        { "cos", 1, 0.5403023058681398 },               { "tan", 1, 1.5574077246549023 },
        { "asin", 0.5, 0.5235987755982989 },            { "acos", 0.5, 1.0471975511965979 },
        { "atan", 1, 0.7853981633974483 },              { "asinh", 1, 0.881373587019543 },
        { "acosh", 2, 1.3169578969248166 },             { "atanh", 0.5, 0.5493061443340549 },
        { "int", -2.7, -2 },    { "int", 2.7, 2 },      { "floor", -2.1, -3 },  { "ceil", 2.1, 3 },
        { "nint", 2.5, 2 },     { "nint", 3.5, 4 },     { "nint", -1.2, -1 },   { "u", -1, 0 },
        { "u", 0, 0 },          { "u", 1e-300, 1 },     { "uramp", -2, 0 },     { "uramp", 2, 2 },
    };
    for (size_t i = 0; i < sizeof t / sizeof *t; i++) assert_close(call1(t[i].name, t[i].x), t[i].want, 1e-15, 0);
}

static void functions_of_two_and_three_arguments(void **state)
{
    (void)state;
    assert_close(call2("pow", 2, 10), 1024, 0, 0);
    assert_close(call2("pow", -2, 3), -8, 0, 0);
    assert_close(call2("pwr", -2, 3), 8, 0, 0);
    assert_close(call2("pwrs", -4, 0.5), -2, 0, 0);
    assert_close(call2("pwrs", 4, 0.5), 2, 0, 0);
    assert_close(call2("min", 3, -2), -2, 0, 0);
    assert_close(call2("max", 3, -2), 3, 0, 0);
    assert_close(call2("atan2", -1, -1), -2.356194490192345, 1e-15, 0);
    assert_close(call2("hypot", 3, 4), 5, 0, 0);
    assert_close(call("if", 3, 0, 1, 2), 2, 0, 0);
    assert_close(call("if", 3, -0.1, 1, 2), 1, 0, 0);
    assert_close(call("limit", 3, 5, 0, 1), 1, 0, 0);
    assert_close(call("limit", 3, -5, 0, 1), 0, 0, 0);
    assert_close(call("limit", 3, 0.5, 0, 1), 0.5, 0, 0);
    assert_close(call("limit", 3, 5, 1, 0), 1, 0, 0);      /* limits in either order */
}

static void operators_have_the_values_of_c(void **state)
{
    (void)state;
    assert_close(apply(AG_OP_ADD, 1, 2), 3, 0, 0);
    assert_close(apply(AG_OP_SUB, 1, 2), -1, 0, 0);
    assert_close(apply(AG_OP_MUL, 3, 2), 6, 0, 0);
    assert_close(apply(AG_OP_DIV, 3, 2), 1.5, 0, 0);
    assert_close(apply(AG_OP_MOD, -7, 3), -1, 0, 0);
    assert_close(apply(AG_OP_NEG, 3, 0), -3, 0, 0);
    assert_close(apply(AG_OP_NOT, 3, 0), 0, 0, 0);
    assert_close(apply(AG_OP_NOT, 0, 0), 1, 0, 0);
    static const struct { ag_op op; double less, equal, greater; } t[] = {       /* 1 ? 2, 2 ? 2, 3 ? 2 */
        { AG_OP_LT, 1, 0, 0 }, { AG_OP_LE, 1, 1, 0 }, { AG_OP_GT, 0, 0, 1 },
        { AG_OP_GE, 0, 1, 1 }, { AG_OP_EQ, 0, 1, 0 }, { AG_OP_NE, 1, 0, 1 },
    };
    for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
        assert_close(apply(t[i].op, 1, 2), t[i].less, 0, 0);
        assert_close(apply(t[i].op, 2, 2), t[i].equal, 0, 0);
        assert_close(apply(t[i].op, 3, 2), t[i].greater, 0, 0);
    }
    for (int a = 0; a < 2; a++)
        for (int b = 0; b < 2; b++) {
            assert_close(apply(AG_OP_AND, 0.1 * a, -3 * b), a && b, 0, 0);
            assert_close(apply(AG_OP_OR, 0.1 * a, -3 * b), a || b, 0, 0);
        }
}

static void bad_arguments_give_nan(void **state)
{
    (void)state;
    assert_true(isnan(call1("sqrt", -1)));
    assert_true(isnan(call1("ln", -1)));
    assert_true(isnan(call1("asin", 2)));
    assert_true(isnan(call1("sgn", NAN)));
    assert_true(isnan(call2("pow", -8, 1.0 / 3)));
    assert_true(isnan(apply(AG_OP_MOD, 1, 0)));
    assert_true(isinf(call1("ln", 0)));
    assert_true(isinf(apply(AG_OP_DIV, 1, 0)));
    assert_true(isnan(apply(AG_OP_CALL, 1, 1)));           /* a leaf is no operation */
    assert_int_equal(ag_op_arity(AG_OP_END), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_function_is_found_by_its_name),
        cmocka_unit_test(operators_have_arities_and_leaves_none),
        cmocka_unit_test(unknown_functions_have_no_arity),
        cmocka_unit_test(functions_have_the_names_of_other_dialects),
        cmocka_unit_test(functions_of_one_argument),
        cmocka_unit_test(functions_of_two_and_three_arguments),
        cmocka_unit_test(operators_have_the_values_of_c),
        cmocka_unit_test(bad_arguments_give_nan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
