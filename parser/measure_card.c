/* measure_card - .measure in the forms of core/plan.h:
 *
 *     .measure tran NAME integ|avg|rms|min|max|pp|min_at|max_at EXPR [from=] [to=]
 *     .measure tran NAME find|deriv EXPR at=T
 *     .measure tran NAME find|deriv EXPR when EXPR=EXPR [rise=|fall=|cross=] [td=]
 *     .measure tran NAME when EXPR=EXPR [rise=|fall=|cross=] [td=]
 *     .measure tran NAME trig EXPR val= [rise=|fall=|cross=] [td=] | at=T  targ ...
 *     .measure tran NAME param=EXPR
 *
 * The analysis may be left out, and so may the '=' of from to at val td rise fall cross. Times and levels are expressions of parameters. */
#include <math.h>
#include <string.h>
#include "core/signal.h"
#include "parser/elaborate.h"

typedef struct card { ag_elab *el; const ag_line *line; const ag_field *f; ag_measure *m; } card;

static const struct { const char *word; ag_measure_kind kind; } table[] = {
    { "integ", AG_M_INTEG },   { "integral", AG_M_INTEG }, { "avg", AG_M_AVG },     { "rms", AG_M_RMS },
    { "min", AG_M_MIN },       { "max", AG_M_MAX },        { "pp", AG_M_PP },       { "min_at", AG_M_MIN_AT },
    { "max_at", AG_M_MAX_AT }, { "find", AG_M_FIND },      { "deriv", AG_M_DERIV }, { "derivative", AG_M_DERIV },
    { "when", AG_M_WHEN },     { "trig", AG_M_TRIG_TARG }, { "param", AG_M_PARAM },
};

/* ---- fields ---- */

static int is_word(const ag_field *f, const char *word)
{
    return f && f->kind == AG_EXPR && f->expr->op == AG_OP_NAME && !strcmp(f->expr->name, word);
}

static int is_key(const ag_field *f, const char *word) { return f && f->kind == AG_KEY && !strcmp(f->text, word); }

static int needs(card *x, const char *what)
{
    ag_elab_error(x->el, x->f ? ag_field_span(x->f) : x->line->span, "measure '%s' needs %s%s", x->m->name, what,
                  x->f ? " here" : "");
    return 0;
}

/* A constant; times must be finite and not negative, the scale of a sweep may be. */
static int number(card *x, const ag_field *f, double *value, int is_scale)
{
    int is_time = is_scale && x->m->analysis == AG_TRAN;
    if (!ag_scope_value(x->el, x->el->main, f, value)) return 0;
    if (isfinite(*value) && (!is_time || *value >= 0)) return 1;
    ag_elab_error(x->el, ag_field_span(f), is_time ? "a time must be a finite number of at least 0" : "a finite number is needed here");
    return 0;
}

static int output(card *x, const ag_expr *e, ag_output *out)
{
    if (!ag_make_output(x->el, e, x->m->analysis, out)) return 0;
    if (ag_output_complex(out, x->m->analysis))
        ag_warning(x->el->c->diag, e->at, "'%s' is complex: its real part is measured, as in ngspice; vm, vp, vdb or mag(), ph(), db() "
                   "give its magnitude, phase [rad], decibels", out->name);
    return 1;
}

static int expression(card *x, ag_output *out)
{
    if (!x->f || x->f->kind != AG_EXPR) return needs(x, "a signal or an expression");
    if (!output(x, x->f->expr, out)) return 0;
    x->f = x->f->next;
    return 1;
}

/* rise= fall= cross= td=; 0 when f is none of them, -1 after a report. */
static int edge(card *x, const ag_field *f, ag_when *w)
{
    static const char *const name[] = { [AG_CROSS] = "cross", [AG_RISE] = "rise", [AG_FALL] = "fall" };
    if (is_key(f, "td")) return number(x, f, &w->td, 1) ? 1 : -1;
    for (int k = AG_CROSS; k <= AG_FALL; k++) {
        double n;
        if (!is_key(f, name[k])) continue;
        w->edge = k;
        w->n = -1;
        if (f->expr && f->expr->op == AG_OP_NAME && !strcmp(f->expr->name, "last")) return 1;
        if (!number(x, f, &n, 0)) return -1;
        if (n >= 1 && n <= 1e9 && n == floor(n)) {
            w->n = (int)n;
            return 1;
        }
        ag_elab_error(x->el, ag_field_span(f), "the number of a crossing is 1, 2, ... or last");
        return -1;
    }
    return 0;
}

/* Keys behind a crossing or statistic up to a word such as targ. */
static int tail(card *x, ag_when *w)
{
    for (; x->f && x->f->kind == AG_KEY; x->f = x->f->next) {
        int done = w ? edge(x, x->f, w) : 0;
        if (done < 0) return 0;
        if (done) continue;
        if (is_key(x->f, "from")) { if (!number(x, x->f, &x->m->from, 1)) return 0; }
        else if (is_key(x->f, "to")) { if (!number(x, x->f, &x->m->to, 1)) return 0; }
        else {
            ag_elab_error(x->el, x->f->at, "a measure has no key '%s' here", x->f->text);
            return 0;
        }
    }
    return 1;
}

/* EXPR=EXPR keys ... */
static int crossing(card *x, ag_when *w)
{
    const ag_field *f = x->f;
    if (!f || f->kind != AG_RELATION || !f->right) return needs(x, "a condition such as v(a)=0.5");
    if (!output(x, f->expr, &w->lhs) || !output(x, f->right, &w->rhs)) return 0;
    if (x->m->kind == AG_M_WHEN) x->m->text = ag_source_text(x->el, f->at);
    x->f = f->next;
    return tail(x, w);
}

/* at=T or when EXPR=EXPR ... */
static int moment(card *x)
{
    if (is_key(x->f, "at")) {
        x->m->trig.has_at = 1;
        if (!number(x, x->f, &x->m->trig.at_time, 1)) return 0;
        x->f = x->f->next;
        return 1;
    }
    if (!is_word(x->f, "when")) return needs(x, "at=time or when");
    x->f = x->f->next;
    return crossing(x, &x->m->trig);
}

/* One side of trig ... targ ...: EXPR val= keys, or at=T. */
static int side(card *x, ag_when *w)
{
    int has_value = 0;
    if (is_key(x->f, "at")) {
        w->has_at = 1;
        if (!number(x, x->f, &w->at_time, 1)) return 0;
        x->f = x->f->next;
        return 1;
    }
    if (x->f && x->f->kind == AG_RELATION) return crossing(x, w);
    if (!expression(x, &w->lhs)) return 0;
    for (; x->f && x->f->kind == AG_KEY; x->f = x->f->next) {
        if (is_key(x->f, "val") && x->f->expr) {
            has_value = 1;
            if (!output(x, x->f->expr, &w->rhs)) return 0;
            continue;
        }
        int done = edge(x, x->f, w);
        if (done == 0) ag_elab_error(x->el, x->f->at, "a measure has no key '%s' here", x->f->text);
        if (done <= 0) return 0;
    }
    return has_value ? 1 : needs(x, "val=");
}

/* ---- kinds ---- */

/* The fields with "from 1m" as from=1m, which it means. */
static const ag_field *with_keys(ag_elab *el, const ag_field *f)
{
    static const char *const key[] = { "from", "to", "at", "val", "td", "rise", "fall", "cross", NULL };
    ag_field *first = NULL, **last = &first;
    for (; f; f = f->next, last = &(*last)->next) {
        *last = AG_NEW(el->a, ag_field, 1);
        **last = *f;
        (*last)->next = NULL;
        if (f->kind != AG_EXPR || f->expr->op != AG_OP_NAME || !ag_one_of(f->expr->name, key)) continue;
        if (!f->next || f->next->kind != AG_EXPR) continue;
        (*last)->kind = AG_KEY;
        (*last)->text = f->expr->name;
        (*last)->expr = f->next->expr;
        f = f->next;
    }
    return first;
}

static int formula(card *x)
{
    const ag_field *f = x->f;
    if (!f || !f->expr || (f->kind != AG_EXPR && f->kind != AG_KEY)) return needs(x, "an expression of measures");
    x->m->text = ag_source_text(x->el, f->expr->at);
    x->f = f->next;
    return ag_make_formula(x->el, f->expr, x->m);
}

/* Finds the voltage and the current whose product a plain p(device) is; with more than two terminals it is a sum. */
static void split_power(card *x)
{
    ag_circuit *c = x->el->c;
    int         k = x->m->what.probe;
    if (k < 0 || c->plan.probe[k].kind != AG_PROBE_POWER) return;
    const ag_batch *b = c->batch[c->plan.probe[k].batch];
    const char     *device = b->name[c->plan.probe[k].lane];
    if (!(b->model->flags & AG_TWO_TERMINAL)) return;
    x->m->v = ag_signal(c, "@", device, "v", x->m->what.at);
    x->m->i = ag_signal(c, "i", device, NULL, x->m->what.at);
    x->m->power = x->m->v >= 0 && x->m->i >= 0;
}

static int window_fits(card *x)
{
    if (!(x->m->from >= x->m->to)) return 1;
    ag_elab_error(x->el, x->line->span, "measure '%s': from must come before to", x->m->name);
    return 0;
}

static int integral(card *x)
{
    if (!expression(x, &x->m->what)) return 0;
    split_power(x);
    return tail(x, NULL) && window_fits(x);
}

static int body(card *x)
{
    ag_measure *m = x->m;
    switch (m->kind) {
    case AG_M_PARAM: return formula(x);
    case AG_M_INTEG: case AG_M_AVG: return integral(x);
    case AG_M_WHEN: return crossing(x, &m->trig);
    case AG_M_FIND: case AG_M_DERIV: return expression(x, &m->what) && moment(x);
    case AG_M_TRIG_TARG:
        if (!side(x, &m->trig)) return 0;
        if (!is_word(x->f, "targ")) return needs(x, "targ");
        x->f = x->f->next;
        return side(x, &m->targ);
    default: return expression(x, &m->what) && tail(x, NULL) && window_fits(x);
    }
}

/* The word that says what is measured; x->f gets what follows it. */
static int kind_of(card *x)
{
    const ag_field *f = x->f;
    const char     *word = !f ? NULL : f->kind == AG_KEY ? f->text : f->kind == AG_EXPR && f->expr->op == AG_OP_NAME ? f->expr->name : NULL;
    ag_guess        g = { .name = word ? word : "" };
    for (size_t k = 0; word && k < sizeof table / sizeof *table; k++) {
        ag_guess_try(&g, table[k].word);
        if (strcmp(table[k].word, word) || (f->kind == AG_KEY && table[k].kind != AG_M_PARAM)) continue;
        x->m->kind = table[k].kind;
        if (f->kind != AG_KEY) x->f = f->next;
        return 1;
    }
    if (word && g.best) ag_elab_error(x->el, f->at, "unknown kind of measure '%s'; did you mean '%s'?", word, g.best);
    else if (word) ag_elab_error(x->el, f->at, "unknown kind of measure '%s'", word);
    else return needs(x, "a kind: integ avg rms min max pp find deriv when trig param");
    return 0;
}

/* Warns of a second measure of a name; reports and the table of results would not tell them apart. */
static void check_name(card *x, ag_loc at)
{
    const ag_plan *plan = &x->el->c->plan;
    for (int k = 0; k < plan->n_measure; k++) {
        if (plan->measure[k].name != x->m->name) continue;
        ag_warning(x->el->c->diag, at, "there is already a measure '%s'; formulas after this one use the second", x->m->name);
        ag_note(x->el->c->diag, plan->measure[k].at, "the first one is here");
        return;
    }
}

static const ag_field *name_field(const ag_line *l)
{
    const ag_field *f = l->field;
    if (f && f->kind == AG_EXPR && f->expr->op == AG_OP_NAME && ag_analysis_word(f->expr->name) >= -1) f = f->next;
    return f && f->kind == AG_EXPR && f->expr->op == AG_OP_NAME ? f : NULL;
}

int ag_measure_later(const ag_elab *el, ag_loc user, const char *name)
{
    int past = 0;
    for (int k = 0; k < el->n_directive; k++) {
        const ag_line  *l = el->directive[k];
        const ag_field *f = past && !strncmp(l->first, ".meas", 5) ? name_field(l) : NULL;
        if (f && f->expr->name == name) return 1;
        past |= l->span.file == user.file && l->span.offset == user.offset;
    }
    return 0;
}

static void read_card(card *x, ag_measure *m)
{
    int analysis = x->f && x->f->kind == AG_EXPR && x->f->expr->op == AG_OP_NAME ? ag_analysis_word(x->f->expr->name) : -2;
    if (analysis == -1) {
        ag_warning(x->el->c->diag, x->f->at, "analysis '%s' is not supported yet; this measure is ignored", x->f->expr->name);
        return;
    }
    if (analysis >= 0) {
        m->analysis = (ag_analysis_kind)analysis;
        x->f = x->f->next;
    }
    if (!x->f || x->f->kind != AG_EXPR || x->f->expr->op != AG_OP_NAME) {
        ag_elab_error(x->el, x->line->span, "a measure needs a name and a kind: .measure tran name max v(out)");
        return;
    }
    m->name = x->f->expr->name;
    check_name(x, x->f->at);
    x->f = x->f->next;
    if (!kind_of(x)) return;
    x->f = with_keys(x->el, x->f);
    if (!body(x)) return;
    if (is_word(x->f, "trig")) ag_elab_error(x->el, x->f->at, "trig ... targ cannot bound a measure of this kind; give the times by from= and to=");
    else if (x->f) ag_elab_error(x->el, ag_field_span(x->f), "unexpected in a measure of this kind");
    else *AG_PUSH(x->el->a, x->el->c->plan.measure, x->el->c->plan.n_measure, x->el->c->plan.cap_measure) = *m;
}

void ag_add_measure(ag_elab *el, const ag_line *l)
{
    const ag_output none = { .probe = -1 };
    const ag_when   when = { .lhs = none, .rhs = none, .edge = AG_CROSS, .n = 1, .td = -INFINITY };
    ag_measure      m = { .analysis = ag_usual_analysis(el), .what = none, .trig = when, .targ = when, .from = NAN, .to = NAN, .at = l->span };
    card            x = { el, l, l->field, &m };
    read_card(&x, &m);
}
