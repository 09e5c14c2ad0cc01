/* program - building: hash-consing, constant folding, algebraic simplification.
 *
 * A node is created only when no equal one exists, so common subexpressions (of the value and of all derivatives)
 * are computed once. The simplifications keep values exact for finite arguments; x * 0 becomes 0 also where x could
 * be infinite, which is what makes the derivatives sparse. */
#include "core/program.h"
#include <math.h>
#include <stdint.h>
#include <string.h>
#include "core/dag.h"

ag_build *ag_build_new(ag_arena *a)
{
    ag_build *b = AG_NEW(a, ag_build, 1);
    b->arena = a;
    b->size = 64;
    b->slot = AG_NEW(a, int, b->size);
    return b;
}

/* ---- nodes ---- */

static uint64_t mix(uint64_t h, uint64_t x)
{
    h = (h ^ x) * 0x9E3779B97F4A7C15u;
    return h ^ h >> 29;
}

static uint64_t bits(double x)
{
    uint64_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}

static size_t slot_of(const ag_build *b, const dag_node *x)
{
    uint64_t h = mix((uint64_t)x->op, bits(x->value));
    h = mix(h, (uint64_t)x->index);
    for (int i = 0; i < x->n_arg; i++) h = mix(h, (uint64_t)x->arg[i]);
    return (size_t)(h >> 7) & (b->size - 1);
}

static int equal(const dag_node *x, const dag_node *y)
{
    return x->op == y->op && x->index == y->index && bits(x->value) == bits(y->value)
        && x->arg[0] == y->arg[0] && x->arg[1] == y->arg[1] && x->arg[2] == y->arg[2];
}

static void rehash(ag_build *b)
{
    b->size *= 2;
    b->slot = AG_NEW(b->arena, int, b->size);
    for (int i = 0; i < b->n; i++) {
        size_t k = slot_of(b, &b->node[i]);
        while (b->slot[k]) k = (k + 1) & (b->size - 1);
        b->slot[k] = i + 1;
    }
}

/* Operations that are constant on both sides of a step. */
static int is_step(const ag_build *b, const dag_node *x)
{
    unsigned on = x->n_arg ? b->node[x->arg[0]].on | (x->n_arg == 2 ? b->node[x->arg[1]].on : 0) : 0;
    if (!(on & DAG_ON_INPUT)) return 0;
    switch (x->op) {
    case AG_OP_NOT: case AG_OP_LT: case AG_OP_LE: case AG_OP_GT: case AG_OP_GE: case AG_OP_EQ: case AG_OP_NE: case AG_OP_AND: case AG_OP_OR:
    case AG_OP_SGN: case AG_OP_INT: case AG_OP_FLOOR: case AG_OP_CEIL: case AG_OP_NINT: case AG_OP_U: case AG_OP_IF: case AG_OP_MOD:
        return 1;
    default:
        return 0;
    }
}

static int intern(ag_build *b, dag_node x)
{
    size_t k = slot_of(b, &x);
    for (; b->slot[k]; k = (k + 1) & (b->size - 1))
        if (equal(&b->node[b->slot[k] - 1], &x)) return b->slot[k] - 1;
    for (int i = 0; i < x.n_arg; i++) x.on |= b->node[x.arg[i]].on;
    if (is_step(b, &x)) x.on |= DAG_JUMPS;
    *AG_PUSH(b->arena, b->node, b->n, b->cap) = x;
    b->slot[k] = b->n;
    if (2 * (size_t)b->n >= b->size) rehash(b);
    return b->n - 1;
}

int ag_build_const(ag_build *b, double value) { return intern(b, (dag_node){ .op = AG_OP_CONST, .value = value }); }
int ag_build_input(ag_build *b, int k) { return intern(b, (dag_node){ .op = DAG_INPUT, .index = k, .on = DAG_ON_INPUT }); }
int ag_build_param(ag_build *b, int k) { return intern(b, (dag_node){ .op = DAG_PARAM, .index = k, .on = DAG_ON_PARAM }); }
int ag_build_time(ag_build *b)         { return intern(b, (dag_node){ .op = DAG_TIME, .on = DAG_ON_TIME }); }
int ag_build_temper(ag_build *b)       { return intern(b, (dag_node){ .op = DAG_TEMPER, .on = DAG_ON_TEMPER }); }

int ag_build_is_const(const ag_build *b, int node, double *value)
{
    if (b->node[node].op != AG_OP_CONST) return 0;
    if (value) *value = b->node[node].value;
    return 1;
}

int ag_build_uses_time(const ag_build *b, int node)  { return (b->node[node].on & DAG_ON_TIME) != 0; }
int ag_build_uses_input(const ag_build *b, int node) { return (b->node[node].on & DAG_ON_INPUT) != 0; }
int ag_build_jumps(const ag_build *b, int node)      { return (b->node[node].on & DAG_JUMPS) != 0; }

/* ---- simplification: each returns the number of a simpler equal node, or -1 ---- */

static int is(const ag_build *b, int x, double value)
{
    return b->node[x].op == AG_OP_CONST && b->node[x].value == value;
}

static int is_neg(const ag_build *b, int x) { return b->node[x].op == AG_OP_NEG; }

static int make(ag_build *b, ag_op op, int x, int y) { return ag_build_op(b, op, (int[]){ x, y }); }

static int simplify_sum(ag_build *b, ag_op op, int x, int y)
{
    int add = op == AG_OP_ADD;
    if (is(b, y, 0)) return x;
    if (is(b, x, 0)) return add ? y : make(b, AG_OP_NEG, y, 0);
    if (!add && x == y) return ag_build_const(b, 0);
    if (is_neg(b, y)) return make(b, add ? AG_OP_SUB : AG_OP_ADD, x, b->node[y].arg[0]);
    if (add && is_neg(b, x)) return make(b, AG_OP_SUB, y, b->node[x].arg[0]);
    return -1;
}

static int simplify_product(ag_build *b, ag_op op, int x, int y)
{
    if (is(b, x, 0) || (op == AG_OP_MUL && is(b, y, 0))) return ag_build_const(b, 0);
    if (is(b, y, 1)) return x;
    if (is(b, y, -1)) return make(b, AG_OP_NEG, x, 0);
    if (op == AG_OP_MUL && is(b, x, 1)) return y;
    if (op == AG_OP_MUL && is(b, x, -1)) return make(b, AG_OP_NEG, y, 0);
    if (is_neg(b, x) && is_neg(b, y)) return make(b, op, b->node[x].arg[0], b->node[y].arg[0]);
    if (is_neg(b, x)) return make(b, AG_OP_NEG, make(b, op, b->node[x].arg[0], y), 0);
    if (is_neg(b, y)) return make(b, AG_OP_NEG, make(b, op, x, b->node[y].arg[0]), 0);
    return -1;
}

/* x^y for the small integers of device equations: products are faster than pow and have exact derivatives at 0. */
static int simplify_power(ag_build *b, int x, int y)
{
    if (is(b, y, 0)) return ag_build_const(b, 1);
    if (is(b, y, 1)) return x;
    if (is(b, y, 0.5)) return make(b, AG_OP_SQRT, x, 0);
    if (is(b, y, -1)) return make(b, AG_OP_DIV, ag_build_const(b, 1), x);
    if (!is(b, y, 2) && !is(b, y, 3) && !is(b, y, 4)) return -1;
    int square = make(b, AG_OP_MUL, x, x);
    return is(b, y, 2) ? square : make(b, AG_OP_MUL, square, is(b, y, 3) ? x : square);
}

static int simplify(ag_build *b, ag_op op, const int *arg)
{
    double c;
    switch (op) {
    case AG_OP_ADD: case AG_OP_SUB: return simplify_sum(b, op, arg[0], arg[1]);
    case AG_OP_MUL: case AG_OP_DIV: return simplify_product(b, op, arg[0], arg[1]);
    case AG_OP_POW: return simplify_power(b, arg[0], arg[1]);
    case AG_OP_NEG: return is_neg(b, arg[0]) ? b->node[arg[0]].arg[0] : -1;
    case AG_OP_ABS:
        if (b->node[arg[0]].op == AG_OP_ABS) return arg[0];
        return is_neg(b, arg[0]) ? make(b, AG_OP_ABS, b->node[arg[0]].arg[0], 0) : -1;
    case AG_OP_MIN: case AG_OP_MAX: return arg[0] == arg[1] ? arg[0] : -1;
    case AG_OP_IF:
        if (arg[1] == arg[2]) return arg[1];
        return ag_build_is_const(b, arg[0], &c) ? arg[c != 0 ? 1 : 2] : -1;
    default: return -1;
    }
}

int ag_build_op(ag_build *b, ag_op op, const int *arg)
{
    dag_node x = { .op = (int)op, .n_arg = ag_op_arity(op) };
    double   value[3];
    int      constant = 1;
    for (int i = 0; i < x.n_arg; i++) {
        x.arg[i] = arg[i];
        constant &= ag_build_is_const(b, arg[i], &value[i]);
    }
    if (constant) return ag_build_const(b, ag_op_apply(op, value));
    int simpler = simplify(b, op, x.arg);
    if (simpler >= 0) return simpler;
    if ((op == AG_OP_ADD || op == AG_OP_MUL) && x.arg[0] > x.arg[1]) {          /* one order for equal operations */
        x.arg[0] = arg[1];
        x.arg[1] = arg[0];
    }
    return intern(b, x);
}

/* ---- tables ---- */

static int table_number(ag_build *b, const double *xy, int n)
{
    size_t bytes = 2 * (size_t)n * sizeof *xy;
    for (int k = 0; k < b->n_table; k++)
        if (b->table[k].n == n && !memcmp(b->table[k].xy, xy, bytes)) return k;
    double *copy = AG_NEW(b->arena, double, 2 * n);
    memcpy(copy, xy, bytes);
    *AG_PUSH(b->arena, b->table, b->n_table, b->cap_table) = (ag_piecewise){ copy, n };
    return b->n_table - 1;
}

int dag_table_node(ag_build *b, int op, int table, int x)
{
    double at;
    if (!ag_build_is_const(b, x, &at)) return intern(b, (dag_node){ .op = op, .index = table, .n_arg = 1, .arg = { x } });
    const ag_piecewise *t = &b->table[table];
    return ag_build_const(b, op == DAG_TABLE ? ag_piecewise_value(t, at) : ag_piecewise_slope(t, at));
}

/* Points that are parameters: one choice a piece, from the last to the first. */
static int table_of_choices(ag_build *b, int x, const int *xy, int n)
{
    int y = xy[2 * n - 1];
    for (int k = n - 1; k >= 0; k--) {
        const int *p = xy + 2 * k;
        int line = p[1];
        if (k > 0) {
            int slope = make(b, AG_OP_DIV, make(b, AG_OP_SUB, p[1], p[-1]), make(b, AG_OP_SUB, p[0], p[-2]));
            line = make(b, AG_OP_ADD, p[-1], make(b, AG_OP_MUL, slope, make(b, AG_OP_SUB, x, p[-2])));
        }
        y = ag_build_op(b, AG_OP_IF, (int[]){ make(b, AG_OP_LT, x, p[0]), line, y });
    }
    return y;
}

int ag_build_table(ag_build *b, int x, const int *xy, int n)
{
    double *value = AG_NEW(b->arena, double, 2 * n);
    for (int k = 0; k < 2 * n; k++)
        if (!ag_build_is_const(b, xy[k], &value[k])) return table_of_choices(b, x, xy, n);
    return dag_table_node(b, DAG_TABLE, table_number(b, value, n), x);
}

/* ---- inputs of a node ---- */

int ag_build_reads(const ag_build *b, int node, int k)
{
    unsigned char *reached = AG_NEW(b->arena, unsigned char, node + 1);
    reached[node] = 1;
    for (int x = node; x >= 0; x--) {
        if (!reached[x]) continue;
        if (b->node[x].op == DAG_INPUT && b->node[x].index == k) return 1;
        for (int i = 0; i < b->node[x].n_arg; i++) reached[b->node[x].arg[i]] = 1;
    }
    return 0;
}

static int is_fixed(const ag_build *b, int x) { return !(b->node[x].on & (DAG_ON_INPUT | DAG_ON_TIME)); }

int ag_build_affine(const ag_build *b, int node, int k)
{
    enum { WITHOUT, AFFINE, OTHER };
    unsigned char *is = AG_NEW(b->arena, unsigned char, node + 1);
    for (int x = 0; x <= node; x++) {
        const dag_node *n = &b->node[x];
        const int      *a = n->arg;
        int             top = WITHOUT;
        for (int i = 0; i < n->n_arg; i++) top = is[a[i]] > top ? is[a[i]] : top;
        if (n->op == DAG_INPUT && n->index == k) is[x] = AFFINE;
        else if (top != AFFINE) is[x] = (unsigned char)top;
        else if (n->op == AG_OP_ADD || n->op == AG_OP_SUB || n->op == AG_OP_NEG) is[x] = AFFINE;
        else if (n->op == AG_OP_MUL) is[x] = is_fixed(b, a[0]) || is_fixed(b, a[1]) ? AFFINE : OTHER;
        else if (n->op == AG_OP_DIV) is[x] = is_fixed(b, a[1]) ? AFFINE : OTHER;
        else is[x] = n->op == AG_OP_IF && is_fixed(b, a[0]) ? AFFINE : OTHER;
    }
    return is[node] != OTHER;
}

int ag_build_replace(ag_build *b, int node, int k, int by)
{
    int *to = AG_NEW(b->arena, int, node + 1);
    for (int x = 0; x <= node; x++) {
        dag_node n = b->node[x];
        int      arg[3] = { 0 }, same = 1;
        for (int i = 0; i < n.n_arg; i++) {
            arg[i] = to[n.arg[i]];
            same &= arg[i] == n.arg[i];
        }
        if (n.op == DAG_INPUT && n.index == k) to[x] = by;
        else if (same) to[x] = x;
        else if (n.op == DAG_TABLE || n.op == DAG_SLOPE) to[x] = dag_table_node(b, n.op, n.index, arg[0]);
        else to[x] = ag_build_op(b, (ag_op)n.op, arg);
    }
    return to[node];
}
