/* behave - devices given by an expression: B, E and G with value=, R whose value depends on signals or time.
 *
 *     current     f = expr                                  branch 0
 *     resistance  f = v / expr                              branch 0
 *     voltage     f = j, v - expr = 0                       branch 0, own unknown j
 *
 * One model is made per card and shared by all instances of the subcircuit the card stands in: their parameters are
 * columns. The other branches only sense; i(device) is a reference to that device's current. Derivatives are exact.
 * Expressions are not scaled in source stepping: only the independent sources are. */
#include <math.h>
#include <string.h>
#include "parser/elaborate.h"

typedef struct formal { const ag_body *owner; int k; } formal;            /* a subcircuit parameter that is used */
typedef struct sense { const char *name; ag_loc at; } sense;              /* a node or device that is read */

/* What an expression reads. Terminals 0 and 1 are those of the device, branch 0 is between them. */
typedef struct reads {
    const char *self;                      /* first word of the card */
    sense      *terminal; int n_terminal, cap_terminal;
    ag_branch  *branch;   int n_branch, cap_branch;
    sense      *ref;      int n_ref, cap_ref;
    formal     *param;    int n_param, cap_param;
    int         own;                       /* input that is the device's own current, -1: none */
    int         ref_base;                  /* input of the first ref */
} reads;

typedef struct behave {
    ag_model     m;                        /* first, so that a model of this kind is a behave */
    ag_program  *program, *pre;            /* f and df; values that depend on parameters only (ag_model.derived) */
    int          n_pre;
    int          row[2], n_row;            /* outputs that exist */
    int         *entry, n_entry;           /* positions out * m + in of the derivatives */
    reads        x;                        /* names of terminals, refs and parameters */
} behave;

/* ---- the model's functions ---- */

/* Pointers come first in the scratch space; the columns of the program behind them start on a cache line. */
static size_t pointers(const behave *b)
{
    size_t n = (size_t)(b->n_row + b->n_entry + b->m.n_param + b->n_pre) * sizeof(double *);
    return (n + 63) / 64 * 64 / sizeof(double);
}

static void eval(const ag_tile *t)
{
    const behave  *b = t->data;
    double       **out = (double **)(void *)t->scratch;
    const double **p = (const double **)(void *)(out + b->n_row + b->n_entry);
    for (int k = 0; k < b->n_row; k++) out[k] = t->f[b->row[k]];
    for (int k = 0; k < b->n_entry; k++) out[b->n_row + k] = t->df ? t->df[b->entry[k]] : NULL;
    for (int k = 0; k < b->m.n_param; k++) p[k] = t->p[k];
    for (int k = 0; k < b->n_pre; k++) p[b->m.n_param + k] = t->d[k];
    ag_program_run(b->program, t->n, t->time, t->temp, t->u, p, out, t->scratch + pointers(b));
}

static void prepare(const ag_tile *t, double *const *derived)
{
    const behave *b = t->data;
    ag_program_run(b->pre, t->n, 0, t->temp, NULL, t->p, derived, t->scratch + pointers(b));
}

/* ---- what the expression reads ---- */

static int terminal(ag_compiler *c, const char *name, ag_loc at)
{
    reads *x = c->user;
    if (ag_is_ground(name)) name = "0";
    for (int k = 0; k < x->n_terminal; k++)
        if (!strcmp(x->terminal[k].name, name)) return k;
    *AG_PUSH(c->el->a, x->terminal, x->n_terminal, x->cap_terminal) = (sense){ name, at };
    return x->n_terminal - 1;
}

/* v(a,b), v(a) with b = "0": one branch serves both signs. */
static int voltage(ag_compiler *c, const char *a, const char *b, ag_loc at)
{
    reads *x = c->user;
    if (ag_is_ground(a) && ag_is_ground(b)) return ag_build_const(c->b, 0);
    if (ag_is_ground(a)) return ag_build_op(c->b, AG_OP_NEG, (int[]){ voltage(c, b, a, at) });
    int p = terminal(c, a, at), n = terminal(c, b, at);
    if (p == n) return ag_build_const(c->b, 0);
    for (int k = 0; k < x->n_branch; k++) {
        if (x->branch[k].pos == p && x->branch[k].neg == n) return ag_build_input(c->b, k);
        if (x->branch[k].pos == n && x->branch[k].neg == p)
            return ag_build_op(c->b, AG_OP_NEG, (int[]){ ag_build_input(c->b, k) });
    }
    const char *name = ag_printf(c->el->a, "v(%s,%s)", a, b);
    *AG_PUSH(c->el->a, x->branch, x->n_branch, x->cap_branch) = (ag_branch){ name, p, n, 0 };
    return ag_build_input(c->b, x->n_branch - 1);
}

static int signal(ag_compiler *c, const ag_expr *e)
{
    reads *x = c->user;
    if (e->name[0] == 'v') return voltage(c, e->a, e->b ? e->b : "0", e->at);
    if (e->name[0] != 'i') {
        ag_elab_error(c->el, e->at, "power and device variables are not available in the expression of an element");
        return -1;
    }
    if (x->own >= 0 && !strcmp(e->a, x->self)) return ag_build_input(c->b, x->own);
    for (int k = 0; k < x->n_ref; k++)
        if (x->ref[k].name == e->a) return ag_build_input(c->b, x->ref_base + k);
    *AG_PUSH(c->el->a, x->ref, x->n_ref, x->cap_ref) = (sense){ e->a, e->at };
    return ag_build_input(c->b, x->ref_base + x->n_ref - 1);
}

/* Parameters of the top level are constants, those of subcircuits columns. */
static int symbol(ag_compiler *c, const ag_body *owner, int k)
{
    reads *x = c->user;
    if (!owner->parent) return ag_compile_constant(c, owner, k);
    for (int i = 0; i < x->n_param; i++)
        if (x->param[i].owner == owner && x->param[i].k == k) return ag_build_param(c->b, i);
    *AG_PUSH(c->el->a, x->param, x->n_param, x->cap_param) = (formal){ owner, k };
    return ag_build_param(c->b, x->n_param - 1);
}

static int special(ag_compiler *c, const char *name)
{
    return !strcmp(name, "time") ? ag_build_time(c->b) : !strcmp(name, "temper") ? ag_build_temper(c->b) : -2;
}

/* ---- making the model ---- */

static const ag_unknown current_unknown[] = {
    { "i", "A", -1, 0, 0, -INFINITY, INFINITY, 0, 1, "current into the first node" },
};

/* First pass: which signals there are. Second: their final numbers, as the inputs that follow the branches move. */
static int compile(behave *b, ag_compiler *c, const ag_body *body, const ag_element *e, enum ag_behaviour what, const ag_expr *expr)
{
    reads          *x = &b->x;
    ag_arena       *a = c->el->a;
    const ag_field *p = e->line->field, *n = p->next;
    x->self = e->line->first;
    *AG_PUSH(a, x->terminal, x->n_terminal, x->cap_terminal) = (sense){ ag_is_ground(p->text) ? "0" : p->text, p->at };
    *AG_PUSH(a, x->terminal, x->n_terminal, x->cap_terminal) = (sense){ ag_is_ground(n->text) ? "0" : n->text, n->at };
    *AG_PUSH(a, x->branch, x->n_branch, x->cap_branch) = (ag_branch){ "v", 0, 1, 0 };
    int nu = what == AG_FORCE_VOLTAGE, node = -1;
    for (int pass = 0; pass < 2; pass++) {
        c->b = ag_build_new(a);
        x->own = nu ? x->n_branch : -1;
        x->ref_base = x->n_branch + nu;
        node = ag_compile(c, body, expr);
        if (node < 0) break;
    }
    return node;
}

/* f of each row, then every derivative that is not zero. */
static int *equations(behave *b, ag_build *g, enum ag_behaviour what, int value, ag_arena *a)
{
    int  m = b->x.n_branch + (what == AG_FORCE_VOLTAGE) + b->x.n_ref, v = ag_build_input(g, 0);
    int *out = AG_NEW(a, int, 2 + 2 * m);
    b->entry = AG_NEW(a, int, 2 * m);
    b->row[0] = 0;
    b->row[1] = b->x.n_branch;
    b->n_row = what == AG_FORCE_VOLTAGE ? 2 : 1;
    out[0] = what == AG_FORCE_CURRENT ? value : ag_compile_quotient(g, v, value);
    if (what == AG_FORCE_VOLTAGE) {
        out[0] = ag_build_input(g, b->x.n_branch);
        out[1] = ag_build_op(g, AG_OP_SUB, (int[]){ v, value });
    }
    b->m.flags = AG_LINEAR | AG_TWO_TERMINAL;
    for (int r = 0; r < b->n_row; r++) {
        if (ag_build_uses_time(g, out[r])) b->m.flags |= AG_TIMED;
        if (ag_build_jumps(g, out[r])) b->m.flags &= ~AG_LINEAR;
        for (int k = 0; k < m; k++) {
            double zero;
            int    d = ag_build_derivative(g, out[r], k);
            if (ag_build_is_const(g, d, &zero) && zero == 0) continue;
            if (ag_build_uses_input(g, d) || ag_build_uses_time(g, d)) b->m.flags &= ~AG_LINEAR;
            b->entry[b->n_entry] = b->row[r] * m + k;
            out[b->n_row + b->n_entry++] = d;
        }
    }
    return out;
}

/* Which derivatives exist: bits up to 8 inputs, bytes beyond. */
static void pattern(behave *b, int m, ag_arena *a)
{
    unsigned char *df = m > 8 ? AG_NEW(a, unsigned char, (size_t)m * (size_t)m) : NULL;
    for (int k = 0; k < b->n_entry; k++) {
        if (df) df[b->entry[k]] = 1;
        else b->m.df_nz |= (uint64_t)1 << b->entry[k];
    }
    b->m.df_map = df;
    if (df) b->m.dq_map = AG_NEW(a, unsigned char, (size_t)m * (size_t)m);
}

static void tables(behave *b, ag_arena *a)
{
    const reads *x = &b->x;
    const char **terminal = AG_NEW(a, const char *, x->n_terminal);
    ag_ref      *ref = AG_NEW(a, ag_ref, x->n_ref);
    ag_param    *param = AG_NEW(a, ag_param, x->n_param);
    ag_derived  *derived = AG_NEW(a, ag_derived, b->n_pre);
    for (int k = 0; k < x->n_terminal; k++) terminal[k] = x->terminal[k].name;
    for (int k = 0; k < x->n_ref; k++) ref[k].name = ag_printf(a, "i(%s)", x->ref[k].name);
    for (int k = 0; k < x->n_param; k++)
        param[k] = (ag_param){ x->param[k].owner->symbol[x->param[k].k].name, "1", NAN, -INFINITY, INFINITY,
                               "parameter of the subcircuit", AG_REAL, AG_ON_INSTANCE };
    for (int k = 0; k < b->n_pre; k++)
        derived[k] = (ag_derived){ ag_printf(a, "#%d", k + 1), "1", "part of the expression that depends on parameters only" };
    b->m.terminal = terminal, b->m.n_terminal = x->n_terminal;
    b->m.branch = x->branch, b->m.n_branch = x->n_branch;
    b->m.ref = ref, b->m.n_ref = x->n_ref;
    b->m.param = param, b->m.n_param = x->n_param;
    b->m.derived = derived, b->m.n_derived = b->n_pre;
}

static behave *make(ag_elab *el, const ag_scope *s, const ag_element *e, enum ag_behaviour what, const ag_expr *expr)
{
    enum { MOST_PRE = 200 };
    behave     *b = AG_NEW(el->a, behave, 1);
    ag_compiler c = { .el = el, .user = &b->x, .signal = signal, .symbol = symbol, .after = special,
                      .guard = 1 };
    int         value = compile(b, &c, s->body, e, what, expr);
    if (value < 0) return NULL;
    int *out = equations(b, c.b, what, value, el->a), n_out = b->n_row + b->n_entry;
    b->program = ag_program_split(c.b, out, n_out, b->x.n_param, MOST_PRE, &b->pre, &b->n_pre, el->a);
    b->m.name = e->line->first;
    b->m.title = e->kind->name;
    if (what == AG_FORCE_VOLTAGE) {
        b->m.unknown = current_unknown;
        b->m.n_unknown = 1;
    }
    tables(b, el->a);
    pattern(b, ag_model_inputs(&b->m), el->a);
    size_t run = ag_program_scratch(b->program), pre = b->pre ? ag_program_scratch(b->pre) : 0;
    b->m.scratch = pointers(b) + (run > pre ? run : pre);
    b->m.data = b;
    b->m.eval = eval;
    b->m.prepare = b->pre ? prepare : NULL;
    return b;
}

/* ---- instances ---- */

static void set_parameters(ag_elab *el, ag_scope *s, const behave *b, const ag_element *e, ag_instance i)
{
    for (int k = 0; k < b->x.n_param; k++) {
        const formal *p = &b->x.param[k];
        double        value;
        el->steps = 0;
        if (!ag_scope_symbol(el, ag_scope_of(s, p->owner), p->k, &value)) continue;
        if (ag_elab_said(el, e->line->at, b, 0)) return;
        if (!ag_instance_set(el->c, i, k, value, e->line->at)) ag_elab_said(el, e->line->at, b, 1);
    }
}

static void set_keys(ag_elab *el, ag_scope *s, const ag_element *e, ag_instance i, const ag_expr *expr, const ag_field *f)
{
    for (; f; f = f->next) {
        if (f->expr == expr || ag_element_temp(el, s, i, f)) continue;
        if (f->kind != AG_KEY) ag_elab_error(el, f->at, "this is too much: %s", e->kind->usage);
        else if (!strncmp(f->text, "tc", 2)) ag_warning(el->c->diag, f->at, "'%s' has no effect on an expression", f->text);
        else ag_elab_error(el, f->at, "a %s with an expression has no parameter '%s'", e->kind->name, f->text);
    }
}

void ag_add_behaviour(ag_elab *el, ag_scope *s, ag_element *e, enum ag_behaviour what, const ag_expr *expr, const int *node,
                      const ag_field *rest)
{
    if (!e->model && !e->failed) {
        behave *made = make(el, s, e, what, expr);
        e->model = made ? &made->m : NULL;
        e->failed = !made;
    }
    if (e->failed) return;
    const behave *b = (const behave *)e->model->data;
    int          *all = AG_NEW(el->a, int, b->x.n_terminal);
    for (int k = 0; k < b->x.n_terminal; k++)
        all[k] = k < 2 ? node[k] : ag_scope_node(el, s, b->x.terminal[k].name, b->x.terminal[k].at);
    ag_instance i = ag_element_add(el, s, e, e->model, NULL, all);
    if (i.batch < 0) return;
    set_parameters(el, s, b, e, i);
    set_keys(el, s, e, i, expr, rest);
    for (int k = 0; k < b->x.n_ref; k++) ag_wait_current(el, s, i, k, b->x.ref[k].name, b->x.ref[k].at);
}

/* ---- i(device) ---- */

/* i(r1) inside "x1." means "r.x1.r1"; a full name is taken as it is. */
static ag_instance find_device(const ag_elab *el, const char *given, const char *path)
{
    ag_names   *names = el->c->names;
    const char *dot = strrchr(given, '.'), *last = dot && dot[1] ? dot + 1 : given, *full = given;
    if (*path || last != given) full = ag_name0(names, ag_printf(el->a, "%c.%s%s", last[0], path, given));
    ag_instance i = ag_circuit_find(el->c, full);
    if (i.batch < 0 && dot) i = ag_circuit_find(el->c, given);
    return i;
}

static void no_device(ag_elab *el, const char *given, const char *path, ag_loc at)
{
    ag_guess    g = { .name = given };
    const char *name;
    size_t      n = strlen(path);
    for (int k = 0; !ag_elab_full(el) && (name = ag_map_next(el->c->instance_map, &k, NULL)); ) {
        if (!n) ag_guess_try(&g, name);
        else if (name[1] == '.' && !strncmp(name + 2, path, n)) ag_guess_try(&g, name + 2 + n);
    }
    if (g.best) ag_elab_error(el, at, "no device '%s'; did you mean '%s'?", given, g.best);
    else ag_elab_error(el, at, "no device '%s'", given);
}

ag_instance ag_find_device(ag_elab *el, const char *name, const char *path, ag_loc at)
{
    ag_instance i = find_device(el, name, path);
    if (i.batch < 0) no_device(el, name, path, at);
    return i;
}

static int own_current(const ag_model *m)
{
    for (int k = 0; k < m->n_unknown; k++)
        if (!strcmp(m->unknown[k].name, "i") && m->flags & AG_TWO_TERMINAL) return k;
    return -1;
}

/* A device without a current among its unknowns gets an ammeter, a 0 V source in series with its first terminal. Its name
 * and its node's are such as ag_signal_hidden knows. */
static ag_instance ammeter(ag_elab *el, ag_instance device, ag_loc at)
{
    ag_circuit *c = el->c;
    ag_batch   *b = c->batch[device.batch];
    const char *dev = b->name[device.lane];
    const char *name = ag_name0(c->names, ag_printf(el->a, "v.%s(i)", dev));
    ag_instance i = ag_circuit_find(c, name);
    if (i.batch >= 0) return i;
    int node[2] = { b->node[0][device.lane], ag_circuit_node(c, ag_name0(c->names, ag_printf(el->a, "%s(i)", dev)), at) };
    b->node[0][device.lane] = node[1];
    return ag_circuit_add(c, name, ag_model_find("v"), NULL, node, b->at[device.lane]);
}

void ag_wait_current(ag_elab *el, const ag_scope *s, ag_instance who, int k, const char *name, ag_loc at)
{
    *AG_PUSH(el->a, el->waiting, el->n_waiting, el->cap_waiting) = (ag_waiting){ who, k, name, s->path, at };
}

void ag_resolve_waiting(ag_elab *el)
{
    for (int n = 0; n < el->n_waiting && !ag_elab_full(el); n++) {
        const ag_waiting *w = &el->waiting[n];
        ag_instance i = ag_find_device(el, w->name, w->path, w->at);
        if (i.batch < 0) continue;
        const ag_model *m = el->c->batch[i.batch]->model;
        if (!m->n_branch) {
            ag_elab_error(el, w->at, "'%s' (%s) has no current", w->name, m->title);
            continue;
        }
        if (own_current(m) < 0) {
            i = ammeter(el, i, w->at);
            m = el->c->batch[i.batch]->model;
        }
        ag_batch *who = el->c->batch[w->who.batch];
        who->ref[w->who.lane * who->model->n_ref + w->k] = (ag_instref){ i.batch, i.lane, own_current(m) };
    }
}
