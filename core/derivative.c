/* derivative - exact symbolic derivatives of a graph, built from the leaves up and kept, so that the derivatives
 * with respect to m inputs share their common parts with the value and with one another.
 *
 * At kinks (abs, min, max, if, limit, table) the derivative is that of the side taken; step functions have derivative 0.
 * Where a derivative is infinite although the value is finite (sqrt, x^b with b < 1, hypot, asin at the edge) the
 * argument is kept at least TINY away, so that Newton gets a large finite slope. Values that overflow (exp, x/0)
 * stay infinite: the solver refuses such a point and takes a smaller step. */
#include <math.h>
#include "core/dag.h"

#define TINY 1e-30      /* slope of sqrt at 0 becomes 5e14: large against any circuit, its products are finite */

typedef ag_build B;

static int one(B *b, ag_op op, int x)               { return ag_build_op(b, op, &x); }
static int two(B *b, ag_op op, int x, int y)        { return ag_build_op(b, op, (int[]){ x, y }); }
static int three(B *b, ag_op op, int x, int y, int z) { return ag_build_op(b, op, (int[]){ x, y, z }); }
static int num(B *b, double x)                      { return ag_build_const(b, x); }
static int add(B *b, int x, int y)                  { return two(b, AG_OP_ADD, x, y); }
static int sub(B *b, int x, int y)                  { return two(b, AG_OP_SUB, x, y); }
static int mul(B *b, int x, int y)                  { return two(b, AG_OP_MUL, x, y); }
static int quo(B *b, int x, int y)                  { return two(b, AG_OP_DIV, x, y); }
static int sqr(B *b, int x)                         { return mul(b, x, x); }
static int neg(B *b, int x)                         { return one(b, AG_OP_NEG, x); }
static int least(B *b, int x, double low)           { return two(b, AG_OP_MAX, x, num(b, low)); }

/* d x^y = y x^(y-1) dx + x^y ln x dy; pwr and pwrs take |x|. */
static int power(B *b, int self, int x, int y, int dx, int dy)
{
    double exponent;
    int    size = x, op = b->node[self].op;
    if (op != AG_OP_POW) size = one(b, AG_OP_ABS, x);
    if (!ag_build_is_const(b, y, &exponent)) exponent = 0;
    int base = size;
    if (exponent < 1) base = three(b, AG_OP_IF, two(b, AG_OP_EQ, size, num(b, 0)), num(b, TINY), size);
    int slope = mul(b, y, two(b, AG_OP_POW, base, sub(b, y, num(b, 1))));
    if (op == AG_OP_PWR) slope = mul(b, slope, one(b, AG_OP_SGN, x));      /* |x|^y is even, sgn(x) |x|^y odd */
    int d = mul(b, slope, dx);
    if (ag_build_is_const(b, dy, NULL) && b->node[dy].value == 0) return d;
    return add(b, d, mul(b, mul(b, self, one(b, AG_OP_LN, least(b, size, TINY))), dy));
}

static int of_one(B *b, int self, ag_op op, int x, int dx)
{
    switch (op) {
    case AG_OP_NEG:   return neg(b, dx);
    case AG_OP_ABS:   return mul(b, one(b, AG_OP_SGN, x), dx);
    case AG_OP_EXP:   return mul(b, self, dx);
    case AG_OP_LN:    return quo(b, dx, x);
    case AG_OP_LOG10: return quo(b, dx, mul(b, num(b, log(10.0)), x));
    case AG_OP_SQRT:  return quo(b, mul(b, num(b, 0.5), dx), least(b, self, sqrt(TINY)));
    case AG_OP_SINH:  return mul(b, one(b, AG_OP_COSH, x), dx);
    case AG_OP_COSH:  return mul(b, one(b, AG_OP_SINH, x), dx);
    case AG_OP_TANH:  return mul(b, sub(b, num(b, 1), sqr(b, self)), dx);
    case AG_OP_SIN:   return mul(b, one(b, AG_OP_COS, x), dx);
    case AG_OP_COS:   return neg(b, mul(b, one(b, AG_OP_SIN, x), dx));
    case AG_OP_TAN:   return mul(b, add(b, num(b, 1), sqr(b, self)), dx);
    case AG_OP_ASIN:  return quo(b, dx, one(b, AG_OP_SQRT, least(b, sub(b, num(b, 1), sqr(b, x)), TINY)));
    case AG_OP_ACOS:  return neg(b, quo(b, dx, one(b, AG_OP_SQRT, least(b, sub(b, num(b, 1), sqr(b, x)), TINY))));
    case AG_OP_ATAN:  return quo(b, dx, add(b, num(b, 1), sqr(b, x)));
    case AG_OP_ASINH: return quo(b, dx, one(b, AG_OP_SQRT, add(b, num(b, 1), sqr(b, x))));
    case AG_OP_ACOSH: return quo(b, dx, one(b, AG_OP_SQRT, least(b, sub(b, sqr(b, x), num(b, 1)), TINY)));
    case AG_OP_ATANH: return quo(b, dx, sub(b, num(b, 1), sqr(b, x)));
    case AG_OP_URAMP: return mul(b, two(b, AG_OP_GT, x, num(b, 0)), dx);
    default:          return num(b, 0);              /* sgn, not, int, floor, ceil, nint, u, the slope of a table */
    }
}

static int of_two(B *b, int self, ag_op op, int x, int y, int dx, int dy)
{
    switch (op) {
    case AG_OP_ADD: return add(b, dx, dy);
    case AG_OP_SUB: return sub(b, dx, dy);
    case AG_OP_MUL: return add(b, mul(b, dx, y), mul(b, x, dy));
    case AG_OP_DIV: return quo(b, sub(b, dx, mul(b, self, dy)), y);
    case AG_OP_MOD: return sub(b, dx, mul(b, one(b, AG_OP_INT, quo(b, x, y)), dy));
    case AG_OP_POW: case AG_OP_PWR: case AG_OP_PWRS: return power(b, self, x, y, dx, dy);
    case AG_OP_MIN: return three(b, AG_OP_IF, two(b, AG_OP_LE, x, y), dx, dy);
    case AG_OP_MAX: return three(b, AG_OP_IF, two(b, AG_OP_GE, x, y), dx, dy);
    case AG_OP_ATAN2:
        return quo(b, sub(b, mul(b, y, dx), mul(b, x, dy)), least(b, add(b, sqr(b, x), sqr(b, y)), TINY));
    case AG_OP_HYPOT:
        return quo(b, add(b, mul(b, x, dx), mul(b, y, dy)), least(b, self, sqrt(TINY)));
    default: return num(b, 0);                       /* comparisons, and, or, scatter */
    }
}

/* limit(x, y, z) is x between the smaller and the larger of y and z. */
static int of_limit(B *b, const int *x, const int *d)
{
    int swap = two(b, AG_OP_GT, x[1], x[2]);
    int low = two(b, AG_OP_MIN, x[1], x[2]), dlow = three(b, AG_OP_IF, swap, d[2], d[1]);
    int high = two(b, AG_OP_MAX, x[1], x[2]), dhigh = three(b, AG_OP_IF, swap, d[1], d[2]);
    int below_high = three(b, AG_OP_IF, two(b, AG_OP_GT, x[0], high), dhigh, d[0]);
    return three(b, AG_OP_IF, two(b, AG_OP_LT, x[0], low), dlow, below_high);
}

static int derive(B *b, int node, const int *d)
{
    dag_node x = b->node[node];
    int      arg[3] = { 0 };
    for (int i = 0; i < x.n_arg; i++) arg[i] = d[x.arg[i]] - 1;
    if (x.op == DAG_TABLE) return mul(b, dag_table_node(b, DAG_SLOPE, x.index, x.arg[0]), arg[0]);
    if (x.n_arg == 1) return of_one(b, node, (ag_op)x.op, x.arg[0], arg[0]);
    if (x.n_arg == 2) return of_two(b, node, (ag_op)x.op, x.arg[0], x.arg[1], arg[0], arg[1]);
    if (x.op == AG_OP_IF) return three(b, AG_OP_IF, x.arg[0], arg[1], arg[2]);
    return of_limit(b, x.arg, arg);
}

static dag_memo *memo_of(B *b, int k, int n)
{
    while (b->n_memo <= k) *AG_PUSH(b->arena, b->memo, b->n_memo, b->cap_memo) = (dag_memo){ NULL, 0 };
    dag_memo *m = &b->memo[k];
    if (m->cap < n) {
        int *d = AG_NEW(b->arena, int, n);
        for (int i = 0; i < m->cap; i++) d[i] = m->d[i];
        *m = (dag_memo){ d, n };
    }
    return m;
}

int ag_build_derivative(ag_build *b, int node, int k)
{
    if (!ag_build_uses_input(b, node)) return num(b, 0);
    int *d = memo_of(b, k, node + 1)->d;
    if (!d[node]) d[node] = -1;
    for (int x = node; x >= 0; x--)
        for (int i = 0; d[x] == -1 && i < b->node[x].n_arg; i++)
            if (!d[b->node[x].arg[i]]) d[b->node[x].arg[i]] = -1;
    for (int x = 0; x <= node; x++) {
        if (d[x] != -1) continue;
        if (!b->node[x].n_arg) d[x] = 1 + num(b, b->node[x].op == DAG_INPUT && b->node[x].index == k);
        else d[x] = 1 + derive(b, x, d);
    }
    return d[node] - 1;
}
