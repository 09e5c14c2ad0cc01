/* expr - the one table of operators and functions, and their values.
 *
 * Where dialects differ: log is the natural logarithm (ngspice, LTspice) and pow that of C (LTspice; |a|^b in ngspice);
 * pwr takes |a| to a power (LTspice, PSpice, Xyce), pwrs gives that the sign of a (as pwr in ngspice and HSPICE); u is 0 at 0
 * (LTspice; 1/2 in ngspice); nint rounds halves to even (ngspice). */
#include "core/expr.h"
#include <math.h>
#include <string.h>
#include "core/random.h"

static const struct { const char *name; int arity; } table[AG_OP_END] = {
    [AG_OP_CONST] = { "number", 0 }, [AG_OP_NAME] = { "name", 0 }, [AG_OP_SIGNAL] = { "signal", 0 },
    [AG_OP_CALL] = { "call", 0 },
    [AG_OP_ADD] = { "+", 2 },        [AG_OP_SUB] = { "-", 2 },      [AG_OP_MUL] = { "*", 2 },
    [AG_OP_DIV] = { "/", 2 },        [AG_OP_MOD] = { "%", 2 },      [AG_OP_POW] = { "**", 2 },
    [AG_OP_NEG] = { "-", 1 },        [AG_OP_NOT] = { "!", 1 },
    [AG_OP_LT] = { "<", 2 },         [AG_OP_LE] = { "<=", 2 },      [AG_OP_GT] = { ">", 2 },
    [AG_OP_GE] = { ">=", 2 },        [AG_OP_EQ] = { "==", 2 },      [AG_OP_NE] = { "!=", 2 },
    [AG_OP_AND] = { "&&", 2 },       [AG_OP_OR] = { "||", 2 },      [AG_OP_IF] = { "if", 3 },
    [AG_OP_ABS] = { "abs", 1 },      [AG_OP_SGN] = { "sgn", 1 },    [AG_OP_EXP] = { "exp", 1 },
    [AG_OP_LN] = { "ln", 1 },        [AG_OP_LOG10] = { "log10", 1 }, [AG_OP_SQRT] = { "sqrt", 1 },
    [AG_OP_PWR] = { "pwr", 2 },      [AG_OP_PWRS] = { "pwrs", 2 },  [AG_OP_MIN] = { "min", 2 },
    [AG_OP_MAX] = { "max", 2 },      [AG_OP_SINH] = { "sinh", 1 },  [AG_OP_COSH] = { "cosh", 1 },
    [AG_OP_TANH] = { "tanh", 1 },    [AG_OP_SIN] = { "sin", 1 },    [AG_OP_COS] = { "cos", 1 },
    [AG_OP_TAN] = { "tan", 1 },      [AG_OP_ASIN] = { "asin", 1 },  [AG_OP_ACOS] = { "acos", 1 },
    [AG_OP_ATAN] = { "atan", 1 },    [AG_OP_ATAN2] = { "atan2", 2 }, [AG_OP_ASINH] = { "asinh", 1 },
    [AG_OP_ACOSH] = { "acosh", 1 },  [AG_OP_ATANH] = { "atanh", 1 }, [AG_OP_INT] = { "int", 1 },
    [AG_OP_FLOOR] = { "floor", 1 },  [AG_OP_CEIL] = { "ceil", 1 },  [AG_OP_NINT] = { "nint", 1 },
    [AG_OP_U] = { "u", 1 },          [AG_OP_URAMP] = { "uramp", 1 }, [AG_OP_LIMIT] = { "limit", 3 },
    [AG_OP_HYPOT] = { "hypot", 2 },  [AG_OP_SCATTER] = { "scatter#", 2 },
};

static const struct { const char *name; ag_op op; } other_name[] = {
    { "log", AG_OP_LN },        { "pow", AG_OP_POW },   { "sign", AG_OP_SGN },     { "stp", AG_OP_U },
    { "arcsin", AG_OP_ASIN },   { "arccos", AG_OP_ACOS }, { "arctan", AG_OP_ATAN }, { "round", AG_OP_NINT },
    { "ternary_fcn", AG_OP_IF }, { "fabs", AG_OP_ABS }, { "trunc", AG_OP_INT },    { "mod", AG_OP_MOD },
    { "fmod", AG_OP_MOD },
};

static ag_op by_name(const char *name)
{
    for (int op = AG_OP_IF; op < AG_OP_END; op++)
        if (!strcmp(table[op].name, name)) return (ag_op)op;
    for (size_t k = 0; k < sizeof other_name / sizeof *other_name; k++)
        if (!strcmp(other_name[k].name, name)) return other_name[k].op;
    return AG_OP_END;
}

ag_op ag_op_find(const char *name, int n, int *arity)
{
    ag_op op = by_name(name);
    int   takes = op == AG_OP_END ? -1 : table[op].arity;
    if (arity) *arity = takes;
    return takes == n ? op : AG_OP_END;
}

static int known(ag_op op) { return (int)op >= 0 && op < AG_OP_END; }

int         ag_op_arity(ag_op op) { return known(op) ? table[op].arity : 0; }
const char *ag_op_name(ag_op op)  { return known(op) ? table[op].name : "?"; }

/* Keeps NaN, so that a bad argument does not look like a zero. */
static double sign(double x) { return x > 0 ? 1.0 : x < 0 ? -1.0 : x; }

static double limit(double x, double a, double b)
{
    double low = a <= b ? a : b, high = a <= b ? b : a;
    return x < low ? low : x > high ? high : x;
}

static double apply_operator(ag_op op, const double *x)
{
    switch (op) {
    case AG_OP_ADD: return x[0] + x[1];
    case AG_OP_SUB: return x[0] - x[1];
    case AG_OP_MUL: return x[0] * x[1];
    case AG_OP_DIV: return x[0] / x[1];
    case AG_OP_MOD: return fmod(x[0], x[1]);
    case AG_OP_POW: return pow(x[0], x[1]);
    case AG_OP_NEG: return -x[0];
    case AG_OP_NOT: return x[0] == 0;
    case AG_OP_LT:  return x[0] < x[1];
    case AG_OP_LE:  return x[0] <= x[1];
    case AG_OP_GT:  return x[0] > x[1];
    case AG_OP_GE:  return x[0] >= x[1];
    case AG_OP_EQ:  return x[0] == x[1];
    case AG_OP_NE:  return x[0] != x[1];
    case AG_OP_AND: return x[0] != 0 && x[1] != 0;
    case AG_OP_OR:  return x[0] != 0 || x[1] != 0;
    case AG_OP_IF:  return x[0] != 0 ? x[1] : x[2];
    default:        return NAN;                            /* a leaf has no value of its own */
    }
}

double ag_op_apply(ag_op op, const double *x)
{
    switch (op) {
    case AG_OP_ABS:   return fabs(x[0]);
    case AG_OP_SGN:   return sign(x[0]);
    case AG_OP_EXP:   return exp(x[0]);
    case AG_OP_LN:    return log(x[0]);
    case AG_OP_LOG10: return log10(x[0]);
    case AG_OP_SQRT:  return sqrt(x[0]);
    case AG_OP_PWR:   return pow(fabs(x[0]), x[1]);
    case AG_OP_PWRS:  return sign(x[0]) * pow(fabs(x[0]), x[1]);
    case AG_OP_MIN:   return x[0] <= x[1] ? x[0] : x[1];
    case AG_OP_MAX:   return x[0] >= x[1] ? x[0] : x[1];
    case AG_OP_SINH:  return sinh(x[0]);
    case AG_OP_COSH:  return cosh(x[0]);
    case AG_OP_TANH:  return tanh(x[0]);
    case AG_OP_SIN:   return sin(x[0]);
    case AG_OP_COS:   return cos(x[0]);
    case AG_OP_TAN:   return tan(x[0]);
    case AG_OP_ASIN:  return asin(x[0]);
    case AG_OP_ACOS:  return acos(x[0]);
    case AG_OP_ATAN:  return atan(x[0]);
    case AG_OP_ATAN2: return atan2(x[0], x[1]);
    case AG_OP_ASINH: return asinh(x[0]);
    case AG_OP_ACOSH: return acosh(x[0]);
    case AG_OP_ATANH: return atanh(x[0]);
    case AG_OP_INT:   return trunc(x[0]);
    case AG_OP_FLOOR: return floor(x[0]);
    case AG_OP_CEIL:  return ceil(x[0]);
    case AG_OP_NINT:  return rint(x[0]);
    case AG_OP_U:     return x[0] > 0;
    case AG_OP_URAMP: return x[0] > 0 ? x[0] : 0;
    case AG_OP_LIMIT: return limit(x[0], x[1], x[2]);
    case AG_OP_HYPOT: return hypot(x[0], x[1]);
    case AG_OP_SCATTER: return ag_scatter(x[0], x[1]);
    default:          return apply_operator(op, x);
    }
}
