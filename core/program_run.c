/* program_run - from a graph to a list of operations over columns, and its evaluation.
 *
 * Operations are emitted output by output, each once, in ascending order; a column is reused as soon as its last
 * reader has run. Both sides of an `if` are computed and one is selected, so a NaN in the side not taken does not
 * reach the result. Constants are columns prepared once. */
#include <math.h>
#include <stdint.h>
#include <string.h>
#include "core/dag.h"
#include "core/model.h"
#include "core/random.h"

/* An operand or result: what kind of column, and which one. */
enum { AT_SLOT, AT_CONST, AT_INPUT, AT_PARAM, AT_TIME, AT_TEMPER };
typedef struct place { int kind, index; } place;

enum { STORE = DAG_END };                          /* copies operand 0 to output `dst` */
typedef struct code { int op, dst, table; place arg[3]; } code;

struct ag_program {
    code         *code;                            /* [n_code] */
    int           n_code, cap_code, n_output;
    int          *stop;                            /* [n_output] operations up to and with output j */
    double       *constant;                        /* [n_constant * AG_LANES] */
    int           n_constant, n_slot;
    int           on_time, on_temper;
    ag_piecewise *table;                           /* as in ag_build */
};

/* ---- scheduling ---- */

typedef struct plan {                              /* of one program being made */
    ag_build      *b;
    ag_program    *g;
    const int     *hoisted;                        /* [node] 1 + parameter number, or 0; NULL: none */
    unsigned char *done;                           /* [node] 1 wanted, 2 emitted */
    int           *at;                             /* [node] slot or constant number */
    int           *last;                           /* [node] last operation that reads it */
    int           *result;                         /* [operation] node computed, -1: a store */
    int            cap_result;
} plan;

static int is_leaf(const plan *s, int node)
{
    return !s->b->node[node].n_arg || (s->hoisted && s->hoisted[node]);
}

static void emit(plan *s, const dag_node *what, int node)
{
    ag_program *g = s->g;
    const int  *arg = what->arg, n_arg = what->n_arg;
    code x = { .op = what->op, .dst = what->index, .table = what->index };
    for (int i = 0; i < n_arg; i++) {
        x.arg[i].index = arg[i];                   /* a node; becomes a place when slots are given out */
        s->last[arg[i]] = g->n_code;
    }
    for (int i = n_arg; i < 3; i++) x.arg[i] = (place){ AT_SLOT, -1 };
    int n = g->n_code;
    *AG_PUSH(s->b->arena, s->result, n, s->cap_result) = node;
    *AG_PUSH(s->b->arena, g->code, g->n_code, g->cap_code) = x;
}

static void schedule(plan *s, const int *output)
{
    const dag_node *node = s->b->node;
    for (int j = 0; j < s->g->n_output; j++) {
        int low = output[j];
        if (!s->done[output[j]]) s->done[output[j]] = 1;
        for (int x = output[j]; x >= low; x--) {
            if (s->done[x] != 1 || is_leaf(s, x)) continue;
            for (int i = 0; i < node[x].n_arg; i++) {
                int a = node[x].arg[i];
                if (!s->done[a]) s->done[a] = 1;
                if (a < low) low = a;
            }
        }
        for (int x = low; x <= output[j]; x++) {
            if (s->done[x] != 1) continue;
            s->done[x] = 2;
            if (!is_leaf(s, x)) emit(s, &node[x], x);
        }
        emit(s, &(dag_node){ .op = STORE, .n_arg = 1, .arg = { output[j] }, .index = j }, -1);
        s->g->stop[j] = s->g->n_code;
    }
}

static int constant_column(plan *s, double value)
{
    ag_program *g = s->g;
    double     *column = g->constant + (size_t)g->n_constant * AG_LANES;
    for (int k = 0; k < AG_LANES; k++) column[k] = value;
    return g->n_constant++;
}

static place place_of(plan *s, int x)
{
    const dag_node *node = &s->b->node[x];
    if (s->hoisted && s->hoisted[x]) return (place){ AT_PARAM, s->hoisted[x] - 1 };
    switch (node->op) {
    case AG_OP_CONST:
        if (s->at[x] < 0) s->at[x] = constant_column(s, node->value);
        return (place){ AT_CONST, s->at[x] };
    case DAG_INPUT: return (place){ AT_INPUT, node->index };
    case DAG_PARAM: return (place){ AT_PARAM, node->index };
    case DAG_TIME: s->g->on_time = 1; return (place){ AT_TIME, 0 };
    case DAG_TEMPER: s->g->on_temper = 1; return (place){ AT_TEMPER, 0 };
    default: return (place){ AT_SLOT, s->at[x] };
    }
}

/* Gives every result a slot; one whose last reader runs now is free for the result of that very operation. */
static void give_slots(plan *s)
{
    ag_program *g = s->g;
    int        *spare = AG_NEW(s->b->arena, int, g->n_code + 1), n_spare = 0;
    for (int k = 0; k < g->n_code; k++) {
        code *x = &g->code[k];
        int   arg[3];
        for (int i = 0; i < 3; i++) arg[i] = x->arg[i].index;
        for (int i = 0; i < 3 && arg[i] >= 0; i++) {
            x->arg[i] = place_of(s, arg[i]);
            int again = (i > 0 && arg[i] == arg[0]) || (i > 1 && arg[i] == arg[1]);
            if (!again && !is_leaf(s, arg[i]) && s->last[arg[i]] == k) spare[n_spare++] = s->at[arg[i]];
        }
        if (s->result[k] < 0) continue;
        s->at[s->result[k]] = x->dst = n_spare ? spare[--n_spare] : g->n_slot++;
    }
}

/* A program may outlive the graph it was made of. */
static ag_piecewise copy_table(const ag_piecewise *t, ag_arena *a)
{
    double *xy = AG_NEW(a, double, 2 * t->n);
    memcpy(xy, t->xy, 2 * (size_t)t->n * sizeof *xy);
    return (ag_piecewise){ xy, t->n };
}

static ag_program *program_make(ag_build *b, const int *output, int n_output, const int *hoisted, ag_arena *a)
{
    ag_program *g = AG_NEW(a, ag_program, 1);
    plan s = { .b = b, .g = g, .hoisted = hoisted, .done = AG_NEW(b->arena, unsigned char, b->n + 1),
               .at = AG_NEW(b->arena, int, b->n + 1), .last = AG_NEW(b->arena, int, b->n + 1) };
    g->n_output = n_output;
    g->stop = AG_NEW(a, int, n_output + 1);
    int n_constant = 0;
    for (int x = 0; x < b->n; x++) s.at[x] = -1;
    schedule(&s, output);
    for (int x = 0; x < b->n; x++) n_constant += s.done[x] && b->node[x].op == AG_OP_CONST;
    g->constant = AG_NEW(a, double, (size_t)n_constant * AG_LANES + 1);
    give_slots(&s);
    g->table = AG_NEW(a, ag_piecewise, b->n_table + 1);
    for (int k = 0; k < b->n_table; k++) g->table[k] = copy_table(&b->table[k], a);
    return g;
}

ag_program *ag_program_new(ag_build *b, const int *output, int n_output, ag_arena *a)
{
    return program_make(b, output, n_output, NULL, a);
}

/* ---- hoisting ---- */

static int hoistable(const dag_node *x)
{
    return x->n_arg && !(x->on & (DAG_ON_INPUT | DAG_ON_TIME));       /* constants were folded: it uses p or temp */
}

ag_program *ag_program_split(ag_build *b, const int *output, int n_output, int base, int most, ag_program **pre, int *n_pre,
                             ag_arena *a)
{
    unsigned char *live = AG_NEW(b->arena, unsigned char, b->n + 1);
    int           *hoisted = AG_NEW(b->arena, int, b->n + 1), *list = AG_NEW(b->arena, int, most + 1);
    *n_pre = 0;
    *pre = NULL;
    for (int j = 0; j < n_output; j++) live[output[j]] = 1;
    for (int x = b->n - 1; x >= 0; x--) {
        if (!live[x]) continue;
        if (hoistable(&b->node[x]) && *n_pre < most) {                /* reached from outside: on the border */
            list[(*n_pre)++] = x;
            hoisted[x] = base + *n_pre;
        } else {
            for (int i = 0; i < b->node[x].n_arg; i++) live[b->node[x].arg[i]] = 1;
        }
    }
    if (*n_pre) *pre = program_make(b, list, *n_pre, NULL, a);
    return program_make(b, output, n_output, hoisted, a);
}

/* ---- evaluation ---- */

size_t ag_program_scratch(const ag_program *g) { return (size_t)(g->n_slot + 2) * AG_LANES; }

typedef struct frame {
    const ag_program    *g;
    const double *const *u, *const *p;
    double              *slot, *time, *temper;
} frame;

static const double *column(const frame *f, place x)
{
    switch (x.kind) {
    case AT_SLOT: return f->slot + (size_t)x.index * AG_LANES;
    case AT_CONST: return f->g->constant + (size_t)x.index * AG_LANES;
    case AT_INPUT: return f->u[x.index];
    case AT_PARAM: return f->p[x.index];
    case AT_TIME: return f->time;
    default: return f->temper;
    }
}

/* The functions of expr.c over columns. */
static inline double sign(double x) { return x > 0 ? 1.0 : x < 0 ? -1.0 : x; }

static inline double limit(double x, double y, double z)
{
    double low = y <= z ? y : z, high = y <= z ? z : y;
    return x < low ? low : x > high ? high : x;
}

/* Result column r may be one of the operands: lane k is read before it is written, and no lane reads another. */
#define EACH(formula)  do { _Pragma("omp simd") for (int k = 0; k < n; k++) { \
    double x = a[k]; r[k] = (formula); } } while (0); break
#define EACH2(formula) do { _Pragma("omp simd") for (int k = 0; k < n; k++) { \
    double x = a[k], y = b[k]; r[k] = (formula); } } while (0); break
#define EACH3(formula) do { _Pragma("omp simd") for (int k = 0; k < n; k++) { \
    double x = a[k], y = b[k], z = c[k]; r[k] = (formula); } } while (0); break

static void run_three(int op, int n, double *r, const double *a, const double *b, const double *c)
{
    switch (op) {
    case AG_OP_IF:    EACH3(x != 0 ? y : z);
    case AG_OP_LIMIT: EACH3(limit(x, y, z));
    default: break;
    }
}

static void run_two(int op, int n, double *r, const double *a, const double *b)
{
    switch (op) {
    case AG_OP_ADD:   EACH2(x + y);
    case AG_OP_SUB:   EACH2(x - y);
    case AG_OP_MUL:   EACH2(x * y);
    case AG_OP_DIV:   EACH2(x / y);
    case AG_OP_LT:    EACH2(x < y);
    case AG_OP_LE:    EACH2(x <= y);
    case AG_OP_GT:    EACH2(x > y);
    case AG_OP_GE:    EACH2(x >= y);
    case AG_OP_EQ:    EACH2(x == y);
    case AG_OP_NE:    EACH2(x != y);
    case AG_OP_AND:   EACH2((x != 0) & (y != 0));
    case AG_OP_OR:    EACH2((x != 0) | (y != 0));
    case AG_OP_MIN:   EACH2(x <= y ? x : y);
    case AG_OP_MAX:   EACH2(x >= y ? x : y);
    case AG_OP_MOD:   EACH2(fmod(x, y));
    case AG_OP_POW:   EACH2(pow(x, y));
    case AG_OP_PWR:   EACH2(pow(fabs(x), y));
    case AG_OP_PWRS:  EACH2(sign(x) * pow(fabs(x), y));
    case AG_OP_ATAN2: EACH2(atan2(x, y));
    case AG_OP_HYPOT: EACH2(hypot(x, y));
    case AG_OP_SCATTER: EACH2(ag_scatter(x, y));
    default: break;
    }
}

static void run_table(const ag_piecewise *t, int op, int n, double *r, const double *a)
{
    for (int k = 0; k < n; k++) r[k] = op == DAG_TABLE ? ag_piecewise_value(t, a[k]) : ag_piecewise_slope(t, a[k]);
}

static void run_one(int op, int n, double *r, const double *a)
{
    switch (op) {
    case AG_OP_NEG:   EACH(-x);
    case AG_OP_NOT:   EACH(x == 0);
    case AG_OP_ABS:   EACH(fabs(x));
    case AG_OP_SGN:   EACH(sign(x));
    case AG_OP_EXP:   EACH(exp(x));
    case AG_OP_LN:    EACH(log(x));
    case AG_OP_LOG10: EACH(log10(x));
    case AG_OP_SQRT:  EACH(sqrt(x));
    case AG_OP_SINH:  EACH(sinh(x));
    case AG_OP_COSH:  EACH(cosh(x));
    case AG_OP_TANH:  EACH(tanh(x));
    case AG_OP_SIN:   EACH(sin(x));
    case AG_OP_COS:   EACH(cos(x));
    case AG_OP_TAN:   EACH(tan(x));
    case AG_OP_ASIN:  EACH(asin(x));
    case AG_OP_ACOS:  EACH(acos(x));
    case AG_OP_ATAN:  EACH(atan(x));
    case AG_OP_ASINH: EACH(asinh(x));
    case AG_OP_ACOSH: EACH(acosh(x));
    case AG_OP_ATANH: EACH(atanh(x));
    case AG_OP_INT:   EACH(trunc(x));
    case AG_OP_FLOOR: EACH(floor(x));
    case AG_OP_CEIL:  EACH(ceil(x));
    case AG_OP_NINT:  EACH(rint(x));
    case AG_OP_U:     EACH(x > 0);
    case AG_OP_URAMP: EACH(x > 0 ? x : 0);
    default: break;
    }
}

void ag_program_run(const ag_program *g, int n, double time, const double *temp, const double *const *u,
                    const double *const *p, double *const *out, double *scratch)
{
    frame f = { .g = g, .u = u, .p = p, .slot = scratch, .time = scratch + (size_t)g->n_slot * AG_LANES };
    f.temper = f.time + AG_LANES;
    int last = g->n_output - 1;
    while (last >= 0 && !out[last]) last--;
    if (last < 0) return;
    for (int k = 0; g->on_time && k < n; k++) f.time[k] = time;
    for (int k = 0; g->on_temper && k < n; k++) f.temper[k] = temp[k] - AG_KELVIN;
    for (const code *x = g->code; x < g->code + g->stop[last]; x++) {
        const double *a = column(&f, x->arg[0]);
        if (x->op == STORE) {
            if (out[x->dst]) memcpy(out[x->dst], a, (size_t)n * sizeof *a);
            continue;
        }
        double *r = scratch + (size_t)x->dst * AG_LANES;
        int     n_arg = ag_op_arity((ag_op)x->op);
        if (x->op == DAG_TABLE || x->op == DAG_SLOPE) run_table(&g->table[x->table], x->op, n, r, a);
        else if (n_arg == 1) run_one(x->op, n, r, a);
        else if (n_arg == 2) run_two(x->op, n, r, a, column(&f, x->arg[1]));
        else run_three(x->op, n, r, a, column(&f, x->arg[1]), column(&f, x->arg[2]));
    }
}
