/* behave - devices given by an expression: B, E, F, G and H with value=, R, C and L whose value depends on signals or time.
 *
 *     current      f = expr                        branch 0
 *     resistance   f = v / expr                    branch 0
 *     charge       q = expr                        branch 0: conserves charge exactly
 *     capacitance  f = expr dv/dt                  branch 0: conserves it as far as the time steps are accurate
 *     voltage      f = j, v - expr = 0             branch 0, own unknown j
 *     flux         f = j, v - d(expr)/dt = 0
 *     inductance   f = j, v - expr dj/dt = 0
 *
 * ddt(x) is part of q where all equations are linear in it with a factor that neither signals nor time change; elsewhere it
 * is an unknown r with r - dx/dt = 0. idt(x, start, reset) is an unknown y with dy/dt - x = 0, which an operating point
 * keeps at its start; while reset holds, it is kept there too (equation.c).
 *
 * Cards that differ in nodes only share a model (senses.c), their parameters are columns. The other branches only sense;
 * i(device) is a reference to that device's current. Derivatives are exact. Expressions are not scaled in source
 * stepping: only the independent sources are. */
#include <math.h>
#include <string.h>
#include "parser/behave.h"

/* Numbers of inputs until the last pass, when it is known how many there are of each kind. */
enum { APART = 1 << 16 };

/* ---- what the expression reads ---- */

/* v(a,b), v(a) with b = "0": one branch serves both signs. */
static int voltage(ag_compiler *c, const char *a, const char *b)
{
    ag_making *k = c->user;
    if (ag_is_ground(a) && ag_is_ground(b)) return ag_build_const(c->b, 0);
    if (ag_is_ground(a)) return ag_build_op(c->b, AG_OP_NEG, (int[]){ voltage(c, b, a) });
    int p = ag_sense_node(c->el, k->senses, a), n = ag_sense_node(c->el, k->senses, b);
    if (p == n) return ag_build_const(c->b, 0);
    for (int i = 0; i < k->n_branch; i++) {
        if (k->branch[i].pos == p && k->branch[i].neg == n) return ag_build_input(c->b, i);
        if (k->branch[i].pos == n && k->branch[i].neg == p)
            return ag_build_op(c->b, AG_OP_NEG, (int[]){ ag_build_input(c->b, i) });
    }
    const char *name = ag_printf(c->el->a, "v(%s,%s)", a, b);
    *AG_PUSH(c->el->a, k->branch, k->n_branch, k->cap_branch) = (ag_branch){ name, p, n, 0 };
    return ag_build_input(c->b, k->n_branch - 1);
}

static int signal(ag_compiler *c, const ag_expr *e)
{
    ag_making *k = c->user;
    if (e->name[0] == 'v') return voltage(c, e->a, e->b ? e->b : "0");
    if (e->name[0] == 'i' && k->own >= 0 && !strcmp(e->a, k->e->line->first)) return ag_build_input(c->b, k->own);
    return ag_build_input(c->b, k->ref0 + ag_sense_ref(c->el, k->senses, e->a, e->name[0] == '@' ? e->b : "i"));
}

int ag_making_param(ag_making *k, ag_bparam p)
{
    for (int i = 0; i < k->n_param; i++) {
        const ag_bparam *q = &k->param[i];
        if (q->kind == p.kind && q->owner == p.owner && q->k == p.k && q->number == p.number) return i;
    }
    *AG_PUSH(k->el->a, k->param, k->n_param, k->cap_param) = p;
    return k->n_param - 1;
}

/* Parameters of the top level are constants, those of subcircuits columns. */
static int symbol(ag_compiler *c, const ag_body *owner, int i)
{
    if (!owner->parent) return ag_compile_constant(c, owner, i);
    return ag_build_param(c->b, ag_making_param(c->user, (ag_bparam){ AG_FORMAL, owner, i, owner->symbol[i].name, 0, NAN }));
}

/* x is LTspice's name of what a charge or flux is a function of. */
static int special(ag_compiler *c, const char *name)
{
    ag_making *k = c->user;
    if (!strcmp(name, "time")) return ag_build_time(c->b);
    if (!strcmp(name, "temper")) return ag_build_temper(c->b);
    if (!strcmp(name, "x") && k->what == AG_CHARGE) return ag_build_input(c->b, 0);
    if (!strcmp(name, "x") && k->what == AG_FLUX) return ag_build_input(c->b, k->own);
    if (!ag_is_draw(name)) return -2;
    return ag_build_param(c->b, ag_making_param(k, (ag_bparam){ AG_DRAWN, NULL, -1, name, k->n_draw++, 0 }));
}

/* ---- ddt and idt ---- */

int ag_making_rate(ag_making *k, int x)
{
    int n = 0, linear = 0;
    for (; n < k->n_rate && k->rate[n].x != x; n++) linear += k->linear[n];
    if (n == k->n_rate) k->rate[k->n_rate++] = (ag_rate){ x, k->linear[n] ? k->linear0 + linear : k->rate0 + n - linear };
    return ag_build_input(k->g, k->rate[n].input);
}

static int integral(ag_making *k, const ag_expr *e, const int *arg)
{
    ag_integral y = { .x = arg[0], .start = e->n_arg > 1 ? arg[1] : ag_build_const(k->g, 0),
                      .reset = e->n_arg > 2 ? arg[2] : ag_build_const(k->g, 0), .latch = -1 };
    if (ag_build_uses_input(k->g, y.start) || ag_build_uses_time(k->g, y.start)) {
        ag_elab_error(k->el, e->arg[1]->at, "the initial value of %s() cannot depend on signals or time", e->name);
        return -1;
    }
    for (int i = 0; i < k->n_integral; i++) {
        const ag_integral *z = &k->integral[i];
        if (z->x == y.x && z->start == y.start && z->reset == y.reset) return ag_build_input(k->g, z->input);
    }
    const char *name = ag_printf(k->el->a, "start%d", k->n_integral + 1);
    double      value = NAN;
    ag_build_is_const(k->g, y.start, &value);
    y.param = ag_making_param(k, (ag_bparam){ AG_START, NULL, -1, name, k->n_integral, value });
    y.input = k->integral0 + k->n_integral;
    if (!ag_build_is_const(k->g, y.reset, &value) || value != 0) y.latch = k->n_latch++;
    k->integral[k->n_integral++] = y;
    return ag_build_input(k->g, y.input);
}

/* idtmod(x, start, modulus, offset): the integral less whole multiples of the modulus. */
static int wrapped(ag_making *k, const ag_expr *e, const int *arg)
{
    ag_expr plain = *e;
    plain.n_arg = e->n_arg > 1 ? 2 : 1;
    int y = integral(k, &plain, arg);
    if (y < 0 || e->n_arg < 3) return y;
    int above = e->n_arg > 3 ? ag_build_op(k->g, AG_OP_SUB, (int[]){ y, arg[3] }) : y;
    int turns = ag_build_op(k->g, AG_OP_FLOOR, (int[]){ ag_build_op(k->g, AG_OP_DIV, (int[]){ above, arg[2] }) });
    return ag_build_op(k->g, AG_OP_SUB, (int[]){ y, ag_build_op(k->g, AG_OP_MUL, (int[]){ turns, arg[2] }) });
}

static int memory(ag_compiler *c, ag_form form, const ag_expr *e, const int *arg)
{
    ag_making *k = c->user;
    if (k->n_rate + k->n_integral >= AG_MOST_MEMORY) {
        ag_elab_error(c->el, e->at, "an expression may hold %d of ddt() and idt(); use several elements", AG_MOST_MEMORY);
        return -1;
    }
    return form == AG_RATE ? ag_making_rate(k, arg[0]) : form == AG_INTEGRAL ? integral(k, e, arg) : wrapped(k, e, arg);
}

/* ---- making the model ---- */

/* Gives inputs their numbers: branches, the own current, rates, integrals, references; and beyond what the model has,
 * memories and rates that all equations are linear in. */
static void number(ag_making *k, int apart)
{
    int own_rates = 0, nb = apart ? APART : k->n_branch, step = apart ? APART : 0, current = ag_has_current(k->what);
    for (int i = 0; i < k->n_rate; i++) own_rates += !k->linear[i];
    k->own = current ? nb : -1;
    k->rate0 = nb + current + step;
    k->integral0 = k->rate0 + own_rates + step;
    k->ref0 = k->integral0 + k->n_integral + step;
    k->latch0 = k->ref0 + k->senses->n_ref + step;
    k->linear0 = k->latch0 + k->n_latch + step;
}

static int compile(ag_making *k, ag_compiler *c, const ag_body *body, const ag_expr *expr)
{
    c->b = k->g = ag_build_new(k->el->a);
    k->n_rate = k->n_integral = k->n_latch = k->n_draw = 0;
    int value = ag_compile(c, body, expr);
    if (value < 0) return -1;
    if (k->what == AG_CAPACITANCE) value = ag_build_op(k->g, AG_OP_MUL, (int[]){ value, ag_making_rate(k, ag_build_input(k->g, 0)) });
    if (k->what == AG_INDUCTANCE) value = ag_build_op(k->g, AG_OP_MUL, (int[]){ value, ag_making_rate(k, ag_build_input(k->g, k->own)) });
    return value;
}

/* Marks the rates that value is linear in and that nothing else reads. */
static int find_linear(ag_making *k, int value)
{
    int found = 0, plain = k->what != AG_RESISTANCE && k->what != AG_CHARGE && k->what != AG_FLUX;
    for (int i = 0; i < k->n_rate && plain; i++) {
        int input = k->rate[i].input, linear = ag_build_affine(k->g, value, input);
        for (int j = 0; j < k->n_rate && linear; j++) linear = !ag_build_reads(k->g, k->rate[j].x, input);
        for (int j = 0; j < k->n_integral && linear; j++)
            linear = !ag_build_reads(k->g, k->integral[j].x, input) && !ag_build_reads(k->g, k->integral[j].reset, input);
        found |= k->linear[i] = (unsigned char)linear;
    }
    return found;
}

/* First it turns out what there is, then which rates are no unknowns, in the end all inputs have their final numbers. */
static ag_behave *make(ag_making *k, const ag_scope *s, const ag_expr *expr)
{
    ag_compiler c = { .el = k->el, .user = k, .signal = signal, .symbol = symbol, .after = special, .memory = memory, .guard = 1 };
    *AG_PUSH(k->el->a, k->branch, k->n_branch, k->cap_branch) = (ag_branch){ "v", 0, 1, 0 };
    number(k, 1);
    int value = compile(k, &c, s->body, expr);
    if (value < 0) return NULL;
    number(k, 0);
    value = compile(k, &c, s->body, expr);
    if (value >= 0 && find_linear(k, value)) {
        number(k, 0);
        value = compile(k, &c, s->body, expr);
    }
    return value < 0 ? NULL : ag_equations(k, value);
}

/* ---- instances ---- */

static void set_formals(ag_elab *el, ag_scope *s, const ag_behave *b, const ag_element *e, ag_instance i)
{
    for (int k = 0; k < b->m.n_param; k++) {
        const ag_bparam *p = &b->param[k];
        double           value;
        el->steps = 0;
        if (p->kind == AG_DRAWN) value = ag_draw(el, p->name);
        else if (p->kind != AG_FORMAL || !ag_scope_symbol(el, ag_scope_of(s, p->owner), p->k, &value)) continue;
        if (ag_elab_said(el, e->line->at, b, 0)) return;
        if (!ag_instance_set(el->c, i, k, value, e->line->at)) ag_elab_said(el, e->line->at, b, 1);
    }
}

/* Initial values that depend on parameters. */
static void set_starts(ag_elab *el, const ag_behave *b, const ag_element *e, ag_instance i)
{
    if (!b->start || ag_diag_errors(el->c->diag)) return;
    const ag_batch *batch = el->c->batch[i.batch];
    const double  **p = AG_NEW(el->a, const double *, b->m.n_param);
    double         *value = AG_NEW(el->a, double, b->n_start), **out = AG_NEW(el->a, double *, b->n_start);
    double          temp = isnan(batch->own_temp[i.lane]) ? el->c->options.temp + AG_KELVIN : batch->own_temp[i.lane];
    for (int k = 0; k < b->m.n_param; k++) p[k] = batch->param[k] + i.lane;
    for (int k = 0; k < b->n_start; k++) out[k] = &value[k];
    ag_program_run(b->start, 1, 0, &temp, NULL, p, out, AG_NEW(el->a, double, ag_program_scratch(b->start)));
    for (int k = 0; k < b->m.n_param; k++)
        if (b->param[k].kind == AG_START) ag_instance_set(el->c, i, k, value[b->param[k].number], e->line->at);
}

/* Keys of other simulators that change nothing here. */
static int harmless(ag_elab *el, const ag_field *f)
{
    static const char *const list[] = { "ic", "tripdv", "tripdt", "ctype", "ltype", "noisy", "noise", NULL };
    int tc = !strncmp(f->text, "tc", 2) && strcmp(f->text, "tc");
    if (!tc && !ag_one_of(f->text, list)) return 0;
    ag_warning(el->c->diag, f->at, tc ? "'%s' has no effect on an expression" : "'%s' is ignored", f->text);
    return 1;
}

static void set_keys(ag_elab *el, ag_scope *s, const ag_element *e, ag_instance i, const ag_expr *expr, const ag_field *f)
{
    const ag_model *m = e->model;
    for (; f; f = f->next) {
        if (f->expr == expr || ag_element_temp(el, s, i, f) || ag_element_many(el, s, i, f)) continue;
        int k = f->kind == AG_KEY ? ag_param_find(m->param, m->n_param, f->text) : -1;
        int own = k >= 0 && ((const ag_behave *)m->data)->param[k].kind == AG_INITIAL;
        if (f->kind != AG_KEY) ag_elab_error(el, f->at, "this is too much: %s", e->kind->usage);
        else if (own) ag_element_key(el, s, e, i, f);
        else if (!harmless(el, f)) ag_elab_error(el, f->at, "a %s with an expression has no parameter '%s'", e->kind->name, f->text);
    }
}

/* The model of a card: the one of an equal card before it, or a new one. */
static void find_model(ag_elab *el, ag_scope *s, ag_element *e, enum ag_behaviour what, const ag_expr *expr)
{
    const ag_senses *senses = ag_senses_of(el, s->body, e, ag_has_current(what), expr);
    e->senses = senses;
    e->model = ag_senses_model(el, s->body, (int)what, senses);
    if (e->model) return;
    ag_behave *made = make(&(ag_making){ .el = el, .e = e, .senses = senses, .what = what }, s, expr);
    e->failed = !made;
    if (!made) return;
    e->model = &made->m;
    ag_senses_keep(el, s->body, (int)what, senses, e->model);
}

void ag_add_behaviour(ag_elab *el, ag_scope *s, ag_element *e, enum ag_behaviour what, const ag_expr *expr, const int *node,
                      const ag_field *rest)
{
    if (!e->model && !e->failed) find_model(el, s, e, what, expr);
    if (e->failed) return;
    const ag_behave *b = e->model->data;
    const ag_senses *senses = e->senses;
    int             *all = AG_NEW(el->a, int, senses->n_node);
    for (int k = 0; k < senses->n_node; k++)
        all[k] = k < 2 ? node[k] : ag_scope_node(el, s, senses->node[k].name, senses->node[k].at);
    ag_instance i = ag_element_add(el, s, e, e->model, NULL, all);
    if (i.batch < 0) return;
    set_formals(el, s, b, e, i);
    set_keys(el, s, e, i, expr, rest);
    set_starts(el, b, e, i);
    for (int k = 0; k < senses->n_ref; k++)
        ag_wait_unknown(el, s, i, k, senses->ref[k].name, senses->ref[k].variable, senses->ref[k].at);
}
