/* equation - the model of an expression: its equations, their derivatives, and the hooks that evaluate them.
 *
 * Integrals that are reset have a memory: 0 integrate, 1 held. While it is 1 the equation is dy/dt = 0, and where it
 * becomes 1, y jumps to its start. The step in which the condition changes is cut until what it reads hardly moves in it. */
#include <math.h>
#include <string.h>
#include "parser/behave.h"

#define MOVE_PART 1e-4           /* a step ends at a reset when what the condition reads moves less than this in it */
#define RATE_ABSTOL 1            /* [1/s] of ddt(x): a volt in a second; through a picofarad that is abstol */
#define RESET_PART 1e-6          /* a held y this close to its start is there */

/* ---- the model's functions ---- */

typedef struct table { double **out; const double **p, **u; double *value, *rest; } table;     /* in a tile's scratch */

static int n_out(const ag_behave *b) { return b->n_f + b->n_q + b->n_df + b->n_dq; }

static size_t whole_lines(size_t bytes) { return (bytes + 63) / 64 * 64 / sizeof(double); }

static size_t pointers(const ag_behave *b)
{
    return whole_lines((size_t)(n_out(b) + b->n_event + b->m.n_param + b->n_pre + b->n_input) * sizeof(double *));
}

/* Pointers come first in the scratch space; columns behind them start on a cache line. */
static table lay_out(const ag_behave *b, const ag_tile *t)
{
    table x = { .out = (double **)(void *)t->scratch };
    x.p = (const double **)(void *)(x.out + n_out(b) + b->n_event);
    x.u = x.p + b->m.n_param + b->n_pre;
    x.value = t->scratch + pointers(b);
    x.rest = x.value + (size_t)b->n_event * AG_LANES;
    for (int k = 0; k < b->m.n_param; k++) x.p[k] = t->p[k];
    for (int k = 0; k < b->n_pre && t->d; k++) x.p[b->m.n_param + k] = t->d[k];
    return x;
}

static void take_inputs(const ag_behave *b, const ag_tile *t, table *x)
{
    int m = ag_model_inputs(&b->m);
    for (int k = 0; k < m; k++) x->u[k] = t->u[k];
    for (int k = 0; k < b->n_event; k++) x->u[m + k] = t->latch[k];
}

static void eval(const ag_tile *t)
{
    const ag_behave *b = t->data;
    table            x = lay_out(b, t);
    double         **out = x.out;
    const int       *at = b->at;
    take_inputs(b, t, &x);
    for (int k = 0; k < b->n_f; k++) *out++ = t->f[*at++];
    for (int k = 0; k < b->n_q; k++) *out++ = t->q[*at++];
    for (int k = 0; k < b->n_df; k++, at++) *out++ = t->df ? t->df[*at] : NULL;
    for (int k = 0; k < b->n_dq; k++, at++) *out++ = t->df ? t->dq[*at] : NULL;
    ag_program_run(b->program, t->n, t->time, t->temp, x.u, x.p, x.out, x.rest);
}

static void prepare(const ag_tile *t, double *const *derived)
{
    const ag_behave *b = t->data;
    ag_program_run(b->pre, t->n, 0, t->temp, NULL, t->p, derived, lay_out(b, &(ag_tile){ .p = t->p, .scratch = t->scratch }).rest);
}

/* The conditions of resets at t, in x.value. */
static table conditions(const ag_behave *b, const ag_tile *t)
{
    table x = lay_out(b, t);
    take_inputs(b, t, &x);
    for (int k = 0; k < b->n_event; k++) x.out[k] = x.value + (size_t)k * AG_LANES;
    ag_program_run(b->event, t->n, t->start + t->time, t->temp, x.u, x.p, x.out, x.rest);
    return x;
}

static void accept(const ag_tile *t, double *const *latch)
{
    const ag_behave *b = t->data;
    table            x = conditions(b, t);
    for (int k = 0; k < b->n_event; k++)
        for (int i = 0; i < t->n; i++) latch[k][i] = x.out[k][i] != 0;
}

static int reset(const ag_tile *t, double *const *u)
{
    const ag_behave *b = t->data;
    int              any = 0;
    for (int k = 0; k < b->n_event; k++) {
        const int *held = b->held[k];
        for (int i = 0; i < t->n; i++) {
            double start = t->p[held[1]][i], y = u[held[0]][i];
            if (t->latch[k][i] == 0 || fabs(y - start) <= RESET_PART * fabs(start) + b->tol[held[0]]) continue;
            u[held[0]][i] = start;
            any = 1;
        }
    }
    return any;
}

/* Time and signals that jump are left to the solver, which cuts a step only so far. */
static int is_located(const ag_behave *b, int event, const ag_tile *old, const ag_tile *now, int i)
{
    const unsigned char *reads = b->reads + (size_t)event * (size_t)b->n_input;
    for (int k = 0; k < ag_model_inputs(&b->m); k++) {
        double x0 = old->u[k][i], x1 = now->u[k][i];
        if (reads[k] && !(fabs(x1 - x0) <= MOVE_PART * fmax(fabs(x0), fabs(x1)) + b->tol[k])) return 0;
    }
    return !b->timed;
}

static double step(const ag_tile *old, const ag_tile *now)
{
    const ag_behave *b = now->data;
    table            x = conditions(b, now);
    for (int k = 0; k < b->n_event; k++)
        for (int i = 0; i < now->n; i++)
            if ((x.out[k][i] != 0) != (now->latch[k][i] != 0) && !is_located(b, k, old, now, i)) return -0.5;
    return INFINITY;
}

/* ---- equations ---- */

typedef struct row { int f, q; } row;                  /* nodes; -1: none */

static int two(ag_making *k, ag_op op, int x, int y) { return ag_build_op(k->g, op, (int[]){ x, y }); }

/* Takes the rates that value is linear in out of it; returns the sum of their factors times what they are rates of. */
static int split_charge(ag_making *k, int *value)
{
    int charge = -1;
    for (int i = 0; i < k->n_rate; i++) {
        if (!k->linear[i]) continue;
        int part = two(k, AG_OP_MUL, ag_build_derivative(k->g, *value, k->rate[i].input), k->rate[i].x);
        charge = charge < 0 ? part : two(k, AG_OP_ADD, charge, part);
    }
    for (int i = 0; i < k->n_rate; i++)
        if (k->linear[i]) *value = ag_build_replace(k->g, *value, k->rate[i].input, ag_build_const(k->g, 0));
    return charge;
}

static int negative(ag_making *k, int x) { return x < 0 ? -1 : ag_build_op(k->g, AG_OP_NEG, &x); }

/* Rows of the branch and, with an own current, of its equation. */
static void device_rows(ag_making *k, int value, row *r)
{
    int charge = split_charge(k, &value), v = ag_build_input(k->g, 0);
    if (ag_has_current(k->what)) {
        r[0].f = ag_build_input(k->g, k->own);
        r[k->own].f = k->what == AG_FLUX ? v : two(k, AG_OP_SUB, v, value);
        r[k->own].q = negative(k, k->what == AG_FLUX ? value : charge);
        return;
    }
    if (k->what == AG_CHARGE) r[0].q = value;
    else if (k->what == AG_RESISTANCE) r[0].f = ag_compile_quotient(k->g, v, value);
    else r[0] = (row){ value, charge };
}

/* r - dx/dt = 0; dy/dt - x = 0, or dy/dt = 0 while held. */
static void memory_rows(ag_making *k, row *r)
{
    for (int i = 0; i < k->n_rate; i++)
        if (!k->linear[i])
            r[k->rate[i].input] = (row){ ag_build_input(k->g, k->rate[i].input), negative(k, k->rate[i].x) };
    for (int i = 0; i < k->n_integral; i++) {
        const ag_integral *y = &k->integral[i];
        int flow = negative(k, y->x);
        if (y->latch >= 0)
            flow = ag_build_op(k->g, AG_OP_IF, (int[]){ ag_build_input(k->g, k->latch0 + y->latch), ag_build_const(k->g, 0), flow });
        r[y->input] = (row){ flow, ag_build_input(k->g, y->input) };
    }
}

/* ---- outputs of the program ---- */

typedef struct outputs { int *node, *at, n; } outputs;

static int is_zero(const ag_build *g, int x)
{
    double value;
    return x < 0 || (ag_build_is_const(g, x, &value) && value == 0);
}

static void put(outputs *o, int node, int at)
{
    o->node[o->n] = node;
    o->at[o->n++] = at;
}

/* Derivatives of f (or q) that are not zero. */
static int derivatives(ag_making *k, ag_behave *b, const row *r, int n_row, int of_q, outputs *o)
{
    int m = k->latch0, first = o->n;
    for (int out = 0; out < n_row; out++) {
        int x = of_q ? r[out].q : r[out].f;
        if (x < 0) continue;
        if (ag_build_uses_time(k->g, x)) b->m.flags |= AG_TIMED;
        if (ag_build_jumps(k->g, x)) b->m.flags &= ~AG_LINEAR;
        for (int in = 0; in < m; in++) {
            int d = ag_build_derivative(k->g, x, in);
            if (is_zero(k->g, d)) continue;
            if (ag_build_uses_input(k->g, d) || ag_build_uses_time(k->g, d)) b->m.flags &= ~AG_LINEAR;
            put(o, d, out * m + in);
        }
    }
    return o->n - first;
}

static void program(ag_making *k, ag_behave *b, const row *r)
{
    enum { MOST_PRE = 200 };
    ag_arena *a = k->el->a;
    int       m = k->latch0, n_row = m - k->senses->n_ref;
    outputs   o = { AG_NEW(a, int, 2 * n_row * (m + 1)), AG_NEW(a, int, 2 * n_row * (m + 1)), 0 };
    for (int out = 0; out < n_row; out++)
        if (!is_zero(k->g, r[out].f)) put(&o, r[out].f, out);
    b->n_f = o.n;
    for (int out = 0; out < n_row; out++)
        if (!is_zero(k->g, r[out].q)) put(&o, r[out].q, out);
    b->n_q = o.n - b->n_f;
    b->m.flags = AG_TWO_TERMINAL | (k->n_integral ? 0 : AG_LINEAR);      /* an integral is held in an operating point */
    b->n_df = derivatives(k, b, r, n_row, 0, &o);
    b->n_dq = derivatives(k, b, r, n_row, 1, &o);
    b->at = o.at;
    b->program = ag_program_split(k->g, o.node, o.n, k->n_param, MOST_PRE, &b->pre, &b->n_pre, a);
}

/* Which derivatives exist: bits up to 8 inputs, bytes beyond. */
static void pattern(ag_behave *b, int m, ag_arena *a)
{
    size_t         all = (size_t)m * (size_t)m;
    unsigned char *df = m > 8 ? AG_NEW(a, unsigned char, all) : NULL, *dq = m > 8 ? AG_NEW(a, unsigned char, all) : NULL;
    const int     *at = b->at + b->n_f + b->n_q;
    for (int k = 0; k < b->n_df + b->n_dq; k++) {
        uint64_t bit = df ? 0 : (uint64_t)1 << at[k];
        if (df) (k < b->n_df ? df : dq)[at[k]] = 1;
        else if (k < b->n_df) b->m.df_nz |= bit;
        else b->m.dq_nz |= bit;
    }
    b->m.df_map = df;
    b->m.dq_map = dq;
}

/* ---- tables of the model ---- */

static ag_unknown *unknowns(ag_making *k, int n, int initial)
{
    double       abstol = k->el->c->options.chgtol;
    ag_unknown  *u = AG_NEW(k->el->a, ag_unknown, n);
    if (k->own >= 0)
        u[0] = (ag_unknown){ "i", "A", k->what == AG_FORCE_VOLTAGE ? -1 : initial, AG_SOLVED, 0, -INFINITY, INFINITY, 0, 1,
                             "current into the first node" };
    for (int i = 0; i < k->n_rate; i++)
        if (!k->linear[i])
            u[k->rate[i].input - k->n_branch] = (ag_unknown){ ag_printf(k->el->a, "ddt%d", i + 1), "1/s", -1, AG_SOLVED, RATE_ABSTOL,
                                                              -INFINITY, INFINITY, 0, 0, "time derivative" };
    for (int i = 0; i < k->n_integral; i++)
        u[k->integral[i].input - k->n_branch] = (ag_unknown){ ag_printf(k->el->a, "idt%d", i + 1), "1", k->integral[i].param, AG_HELD,
                                                              abstol, -INFINITY, INFINITY, 0, 0, "time integral" };
    return u;
}

static const char *ref_name(ag_making *k, const ag_sense *r)
{
    return strcmp(r->variable, "i") ? ag_printf(k->el->a, "@%s[%s]", r->name, r->variable) : ag_printf(k->el->a, "i(%s)", r->name);
}

static void tables(ag_making *k, ag_behave *b, int initial)
{
    static const char *const help[] = { [AG_FORMAL] = "parameter of the subcircuit", [AG_DRAWN] = "random draw",
                                        [AG_START] = "initial value of an integral", [AG_INITIAL] = "initial value of a transient" };
    ag_arena        *a = k->el->a;
    const ag_senses *s = k->senses;
    const char     **terminal = AG_NEW(a, const char *, s->n_node);
    ag_ref          *ref = AG_NEW(a, ag_ref, s->n_ref);
    ag_param        *param = AG_NEW(a, ag_param, k->n_param);
    ag_derived      *derived = AG_NEW(a, ag_derived, b->n_pre);
    ag_latch        *latch = AG_NEW(a, ag_latch, k->n_latch);
    for (int i = 0; i < s->n_node; i++) terminal[i] = s->node[i].name;
    for (int i = 0; i < s->n_ref; i++) ref[i].name = ref_name(k, &s->ref[i]);
    for (int i = 0; i < k->n_param; i++)
        param[i] = (ag_param){ k->param[i].name, "1", k->param[i].dflt, -INFINITY, INFINITY, help[k->param[i].kind], AG_REAL, AG_ON_INSTANCE };
    for (int i = 0; i < b->n_pre; i++)
        derived[i] = (ag_derived){ ag_printf(a, "#%d", i + 1), "1", "part of the expression that depends on parameters only" };
    for (int i = 0; i < k->n_latch; i++) latch[i] = (ag_latch){ ag_printf(a, "reset%d", i + 1), "1", 0, "1: the integral is held", 0 };
    b->m.terminal = terminal, b->m.n_terminal = s->n_node;
    b->m.branch = k->branch, b->m.n_branch = k->n_branch;
    b->m.n_unknown = k->ref0 - k->n_branch, b->m.unknown = unknowns(k, b->m.n_unknown, initial);
    b->m.ref = ref, b->m.n_ref = s->n_ref;
    b->m.param = param, b->m.n_param = k->n_param;
    b->m.derived = derived, b->m.n_derived = b->n_pre;
    b->m.latch = latch, b->m.n_latch = k->n_latch;
    b->param = k->param;
}

/* ---- integrals ---- */

static void starts(ag_making *k, ag_behave *b)
{
    int *node = AG_NEW(k->el->a, int, k->n_integral), constant = 1;
    for (int i = 0; i < k->n_integral; i++) {
        node[i] = k->integral[i].start;
        constant &= ag_build_is_const(k->g, node[i], NULL);
    }
    b->n_start = k->n_integral;
    if (!constant) b->start = ag_program_new(k->g, node, k->n_integral, k->el->a);
}

static double tolerance(const ag_making *k, int input)
{
    const ag_options *o = &k->el->c->options;
    return input < k->n_branch ? o->vntol : input < k->integral0 ? o->abstol : input < k->ref0 ? o->chgtol : o->abstol;
}

static void events(ag_making *k, ag_behave *b)
{
    ag_arena *a = k->el->a;
    int      *node = AG_NEW(a, int, k->n_latch);
    b->n_event = k->n_latch;
    b->n_input = k->latch0 + k->n_latch;
    b->held = ag_alloc(a, (size_t)k->n_latch, sizeof *b->held);
    b->reads = AG_NEW(a, unsigned char, k->n_latch * b->n_input);
    b->tol = AG_NEW(a, double, b->n_input);
    for (int in = 0; in < b->n_input; in++) b->tol[in] = tolerance(k, in);
    for (int i = 0; i < k->n_integral; i++) {
        const ag_integral *y = &k->integral[i];
        if (y->latch < 0) continue;
        node[y->latch] = y->reset;
        b->timed |= ag_build_uses_time(k->g, y->reset);
        int *held = b->held[y->latch];
        held[0] = y->input, held[1] = y->param;
        for (int in = 0; in < b->n_input; in++)
            b->reads[y->latch * b->n_input + in] = (unsigned char)ag_build_reads(k->g, y->reset, in);
    }
    if (b->n_event) b->event = ag_program_new(k->g, node, b->n_event, a);
}

/* ---- the whole ---- */

static size_t most(size_t a, const ag_program *g)
{
    size_t b = g ? ag_program_scratch(g) : 0;
    return a > b ? a : b;
}

ag_behave *ag_equations(ag_making *k, int value)
{
    ag_behave *b = AG_NEW(k->el->a, ag_behave, 1);
    row       *r = AG_NEW(k->el->a, row, k->ref0);
    int        initial = -1, charge = k->what == AG_CHARGE || k->what == AG_CAPACITANCE;
    if (charge) initial = ag_making_param(k, (ag_bparam){ AG_INITIAL, NULL, -1, "ic", -1, NAN });
    if (k->what == AG_FLUX || k->what == AG_INDUCTANCE)
        initial = ag_making_param(k, (ag_bparam){ AG_INITIAL, NULL, -1, "ic", -1, 0 });
    if (charge) k->branch[0].init = 1 + initial;
    for (int i = 0; i < k->ref0; i++) r[i] = (row){ -1, -1 };
    device_rows(k, value, r);
    memory_rows(k, r);
    program(k, b, r);
    starts(k, b);
    events(k, b);
    tables(k, b, initial);
    pattern(b, ag_model_inputs(&b->m), k->el->a);
    b->m.flags |= initial >= 0 ? AG_STARTS : 0;
    b->m.name = b->m.title = k->e->kind->name;
    b->m.scratch = pointers(b) + (size_t)b->n_event * AG_LANES + most(most(most(0, b->program), b->pre), b->event);
    b->m.data = b;
    b->m.eval = eval;
    b->m.prepare = b->pre ? prepare : NULL;
    if (b->n_event) b->m.accept = accept, b->m.step = step, b->m.reset = reset;
    return b;
}
