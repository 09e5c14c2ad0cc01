/* complex - expressions of complex signals, of which the outputs of .ac are made.
 *
 * Graphs hold real numbers, so a complex value is a pair of nodes, re and im. What the compiler hands about is a node for a
 * real value, and for a complex one a handle: AG_PAIR + its number in the list of pairs. Each operation on pairs is written
 * out in real ones, and a result whose imaginary part is the constant 0 becomes a node again. */
#include <string.h>
#include "parser/elaborate.h"

#define AG_PAIR (1 << 30)                 /* more nodes than a graph can have */

typedef struct pair { int re, im; } pair;

struct ag_pairs { pair *of; int n, cap; };

static int op1(ag_build *b, ag_op op, int x)        { return ag_build_op(b, op, &x); }
static int op2(ag_build *b, ag_op op, int x, int y) { return ag_build_op(b, op, (int[]){ x, y }); }

void ag_complex_begin(ag_compiler *x) { x->pairs = AG_NEW(x->el->a, struct ag_pairs, 1); }

int ag_is_complex(int value) { return value >= AG_PAIR; }

int ag_complex(ag_compiler *x, int re, int im)
{
    double c;
    struct ag_pairs *p = x->pairs;
    if (ag_build_is_const(x->b, im, &c) && c == 0) return re;
    *AG_PUSH(x->el->a, p->of, p->n, p->cap) = (pair){ re, im };
    return AG_PAIR + p->n - 1;
}

static pair split(ag_compiler *x, int value)
{
    return ag_is_complex(value) ? x->pairs->of[value - AG_PAIR] : (pair){ value, ag_build_const(x->b, 0) };
}

void ag_complex_parts(ag_compiler *x, int value, int *re, int *im)
{
    pair z = split(x, value);
    *re = z.re;
    *im = z.im;
}

/* ---- arithmetic ---- */

static pair product(ag_build *b, pair z, pair w)
{
    int re = op2(b, AG_OP_SUB, op2(b, AG_OP_MUL, z.re, w.re), op2(b, AG_OP_MUL, z.im, w.im));
    return (pair){ re, op2(b, AG_OP_ADD, op2(b, AG_OP_MUL, z.re, w.im), op2(b, AG_OP_MUL, z.im, w.re)) };
}

/* w is scaled by its larger part first, so that its square neither overflows nor vanishes. */
static pair quotient(ag_build *b, pair z, pair w)
{
    double c;
    if (ag_build_is_const(b, w.im, &c) && c == 0)
        return (pair){ op2(b, AG_OP_DIV, z.re, w.re), op2(b, AG_OP_DIV, z.im, w.re) };
    int  scale = op2(b, AG_OP_MAX, op1(b, AG_OP_ABS, w.re), op1(b, AG_OP_ABS, w.im));
    pair v = { op2(b, AG_OP_DIV, w.re, scale), op2(b, AG_OP_DIV, w.im, scale) };
    int  square = op2(b, AG_OP_ADD, op2(b, AG_OP_MUL, w.re, v.re), op2(b, AG_OP_MUL, w.im, v.im));
    pair top = product(b, z, (pair){ v.re, op1(b, AG_OP_NEG, v.im) });
    return (pair){ op2(b, AG_OP_DIV, top.re, square), op2(b, AG_OP_DIV, top.im, square) };
}

static int magnitude(ag_build *b, pair z) { return op2(b, AG_OP_HYPOT, z.re, z.im); }
static int phase(ag_build *b, pair z)     { return op2(b, AG_OP_ATAN2, z.im, z.re); }

static pair polar(ag_build *b, int size, int angle)
{
    return (pair){ op2(b, AG_OP_MUL, size, op1(b, AG_OP_COS, angle)), op2(b, AG_OP_MUL, size, op1(b, AG_OP_SIN, angle)) };
}

static pair exponential(ag_build *b, pair z) { return polar(b, op1(b, AG_OP_EXP, z.re), z.im); }
static pair logarithm(ag_build *b, pair z)   { return (pair){ op1(b, AG_OP_LN, magnitude(b, z)), phase(b, z) }; }

/* Principal values. Small whole powers are products, which keep their digits. */
static pair power(ag_build *b, pair z, pair w)
{
    double n, c;
    int    is_real = ag_build_is_const(b, w.im, &c) && c == 0;
    if (is_real && ag_build_is_const(b, w.re, &n) && (n == 2 || n == 3 || n == 4)) {
        pair y = product(b, z, z);
        return n == 2 ? y : product(b, y, n == 3 ? z : y);
    }
    if (is_real)
        return polar(b, op2(b, AG_OP_POW, magnitude(b, z), w.re), op2(b, AG_OP_MUL, phase(b, z), w.re));
    return exponential(b, product(b, logarithm(b, z), w));
}

static int join(ag_compiler *x, pair z) { return ag_complex(x, z.re, z.im); }

static int undefined(ag_compiler *x, const ag_expr *e, const char *what)
{
    ag_elab_error(x->el, e->at, "%s has no meaning for complex numbers; take mag(), ph(), real() or imag() of them first", what);
    return -1;
}

int ag_complex_operation(ag_compiler *x, ag_op op, const ag_expr *e, const int *arg)
{
    ag_build *b = x->b;
    int       n = ag_op_arity(op);
    pair      z = split(x, arg[0]), w = split(x, arg[n > 1]), v = split(x, arg[n > 2 ? 2 : 0]);
    switch (op) {
    case AG_OP_ADD: case AG_OP_SUB: return ag_complex(x, op2(b, op, z.re, w.re), op2(b, op, z.im, w.im));
    case AG_OP_MUL:   return join(x, product(b, z, w));
    case AG_OP_DIV:   return join(x, quotient(b, z, w));
    case AG_OP_NEG:   return ag_complex(x, op1(b, op, z.re), op1(b, op, z.im));
    case AG_OP_ABS:   return magnitude(b, z);
    case AG_OP_EXP:   return join(x, exponential(b, z));
    case AG_OP_LN:    return join(x, logarithm(b, z));
    case AG_OP_LOG10: return join(x, quotient(b, logarithm(b, z), split(x, ag_build_const(b, 2.302585092994045684))));
    case AG_OP_SQRT:  return join(x, power(b, z, split(x, ag_build_const(b, 0.5))));
    case AG_OP_POW:   return join(x, power(b, z, w));
    case AG_OP_IF:
        if (ag_is_complex(arg[0])) return undefined(x, e, "a condition");
        return ag_complex(x, ag_build_op(b, op, (int[]){ z.re, w.re, v.re }), ag_build_op(b, op, (int[]){ z.re, w.im, v.im }));
    default: return undefined(x, e, ag_printf(x->el->a, "'%s'", op == AG_OP_CALL ? e->name : ag_op_name(op)));
    }
}

/* ---- functions: vm(a) is mag(v(a)), and so on ---- */

enum { NOT_COMPLEX, MAGNITUDE, PHASE, DECIBELS, REAL, IMAGINARY, CONJUGATE };

static int apply(ag_compiler *x, int function, int value)
{
    ag_build *b = x->b;
    pair      z = split(x, value);
    switch (function) {
    case MAGNITUDE: return ag_is_complex(value) ? magnitude(b, z) : op1(b, AG_OP_ABS, z.re);
    case PHASE:     return phase(b, z);
    case DECIBELS:  return op2(b, AG_OP_MUL, ag_build_const(b, 20), op1(b, AG_OP_LOG10, apply(x, MAGNITUDE, value)));
    case IMAGINARY: return z.im;
    case CONJUGATE: return ag_complex(x, z.re, op1(b, AG_OP_NEG, z.im));
    default:        return z.re;
    }
}

static int function_named(const char *name)
{
    static const struct { const char *name; int function; } table[] = {
        { "mag", MAGNITUDE }, { "magnitude", MAGNITUDE }, { "ph", PHASE }, { "phase", PHASE },     { "db", DECIBELS },
        { "re", REAL },       { "real", REAL },           { "im", IMAGINARY }, { "imag", IMAGINARY }, { "img", IMAGINARY },
        { "conj", CONJUGATE },
    };
    for (size_t k = 0; k < sizeof table / sizeof *table; k++)
        if (!strcmp(table[k].name, name)) return table[k].function;
    return NOT_COMPLEX;
}

int ag_complex_function(ag_compiler *x, const char *name, int value)
{
    int function = function_named(name);
    return function ? apply(x, function, value) : -2;
}

/* What follows v or i in vm, vp, vdb, vr, vi. */
static int function_of_suffix(const char *suffix)
{
    switch (*suffix) {
    case 'm': return MAGNITUDE;
    case 'p': return PHASE;
    case 'd': return DECIBELS;
    case 'i': return IMAGINARY;
    default:  return REAL;
    }
}

int ag_complex_suffix(ag_compiler *x, const char *kind, int value)
{
    return kind[1] ? apply(x, function_of_suffix(kind + 1), value) : value;
}

const char *ag_complex_unit(const ag_expr *e, const char *of_signal)
{
    int function = NOT_COMPLEX;
    if (e->op == AG_OP_SIGNAL) function = e->name[1] ? function_of_suffix(e->name + 1) : REAL;
    else if (e->op == AG_OP_CALL && e->n_arg == 1) function = function_named(e->name);
    return function == DECIBELS ? "dB" : function == PHASE ? "rad" : function ? of_signal : NULL;
}
