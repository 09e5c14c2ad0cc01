/* expr - the tree of an expression as written, with a span on every node.
 *
 * The parser makes it, names are resolved later: parameters and functions by a scope, signals (v(a,b), i(v1),
 * p(n1), @n1[x]) by whoever uses the expression. */
#ifndef AG_EXPR_H
#define AG_EXPR_H
#include "core/diag.h"
#include "core/intern.h"

/* Operators and functions: code, spelling, number of arguments (0 = operator written infix or prefix). */
typedef enum ag_op {
    AG_OP_CONST,                                  /* leaf: value */
    AG_OP_NAME,                                   /* leaf: name (parameter, time, temper, pi, ...) */
    AG_OP_SIGNAL,                                 /* leaf: name = "v", "i", "p" or "@"; a (and b for v) names */
    AG_OP_CALL,                                   /* name(argument...) of a user's .func, or not yet known */
    AG_OP_ADD, AG_OP_SUB, AG_OP_MUL, AG_OP_DIV, AG_OP_MOD, AG_OP_POW,       /* a ** b, a ^ b */
    AG_OP_NEG, AG_OP_NOT,
    AG_OP_LT, AG_OP_LE, AG_OP_GT, AG_OP_GE, AG_OP_EQ, AG_OP_NE, AG_OP_AND, AG_OP_OR,
    AG_OP_IF,                                     /* a ? b : c, if(a,b,c) */
    AG_OP_ABS, AG_OP_SGN, AG_OP_EXP, AG_OP_LN, AG_OP_LOG10, AG_OP_SQRT, AG_OP_PWR, AG_OP_PWRS,
    AG_OP_MIN, AG_OP_MAX, AG_OP_SINH, AG_OP_COSH, AG_OP_TANH, AG_OP_SIN, AG_OP_COS, AG_OP_TAN,
    AG_OP_ASIN, AG_OP_ACOS, AG_OP_ATAN, AG_OP_ATAN2, AG_OP_ASINH, AG_OP_ACOSH, AG_OP_ATANH,
    AG_OP_INT, AG_OP_FLOOR, AG_OP_CEIL, AG_OP_NINT, AG_OP_U, AG_OP_URAMP, AG_OP_LIMIT, AG_OP_HYPOT,
    AG_OP_SCATTER,                                /* a number in [0, 1) that depends on both arguments */
    AG_OP_END
} ag_op;

typedef struct ag_expr {
    ag_op       op;
    ag_loc      at;
    double      value;                            /* AG_OP_CONST */
    const char *name;                             /* interned: AG_OP_NAME, AG_OP_SIGNAL, AG_OP_CALL */
    const char *a, *b;                            /* interned: AG_OP_SIGNAL v(a,b), @a[b]; b may be NULL */
    struct ag_expr **arg;                         /* [n_arg] */
    int         n_arg;
    int         height;                           /* 1 for a leaf, 1 + the highest argument's; at most 5000 */
} ag_expr;

/* The function of that (interned or lower-case) name taking n arguments; AG_OP_END when there is none.
 * *arity gets the number of arguments the name takes, or -1 for an unknown name. */
ag_op ag_op_find(const char *name, int n, int *arity);
int   ag_op_arity(ag_op op);                      /* 1..3 for every operator and function, 0 for leaves */
const char *ag_op_name(ag_op op);
/* Value of an operator or function of constants x[arity]. sqrt, ln, pow of bad arguments give NaN as in C. */
double ag_op_apply(ag_op op, const double *x);
#endif
