/* step - what runs are repeated for.
 *
 *     .step AXIS                       all analyses for each value; of several cards the first one changes fastest
 *     .temp t1 t2 ...                  the same for temperatures, slowest of all
 *     .tran ... sweep AXIS             that analysis alone, faster than any .step
 *     .data NAME p1 p2 ...             a table, one row of values for each run, used by data=NAME in place of AXIS
 *     + v11 v12 ...  v21 v22 ...
 *     .enddata
 *
 * The axes are those of sweep.c. A parameter that .step names and nobody defines is defined by it, as in LTspice. */
#include <math.h>
#include <string.h>
#include "parser/elaborate.h"

#define MOST_RUNS 10000000             /* of all axes together: more are a mistake */

static int is_word(const ag_field *f, const char *word) { return f && f->kind == AG_WORD && !strcmp(f->text, word); }
static int is_key(const ag_field *f, const char *key)   { return f && f->kind == AG_KEY && !strcmp(f->text, key); }

/* ---- parameters that only .step knows ---- */

static const ag_expr *as_expression(ag_elab *el, const ag_field *f)
{
    double   value;
    ag_expr *e;
    if (!f || f->kind == AG_GROUP) return NULL;
    if (f->kind != AG_WORD) return f->expr;
    e = AG_NEW(el->a, ag_expr, 1);
    *e = (ag_expr){ .op = AG_OP_NAME, .name = f->text, .at = f->at };
    if (ag_is_number(f->text, &value)) *e = (ag_expr){ .op = AG_OP_CONST, .value = value, .at = f->at };
    return e;
}

/* The first value of an axis whose name is at f. */
static const ag_expr *first_value(ag_elab *el, const ag_field *f)
{
    static const char *const counted[] = { "dec", "oct", "lin", "poi" };
    f = f->next;
    if (is_word(f, "list")) return as_expression(el, f->next);
    for (int k = 0; k < 4; k++)
        if (is_word(f, counted[k])) return as_expression(el, f->next ? f->next->next : NULL);
    return as_expression(el, f);
}

void ag_define_stepped(ag_elab *el, const ag_line *l)
{
    const ag_body *owner;
    if (strcmp(l->first, ".step")) return;
    for (const ag_field *f = l->field; f; f = f->next) {
        const ag_field *name = is_word(f, "param") && f->next && f->next->kind == AG_WORD ? f->next : NULL;
        const ag_expr  *e = name && ag_body_symbol(el->top, name->text, &owner) < 0 ? first_value(el, name) : NULL;
        if (e) ag_body_define(el, el->top, name->text, e, name->at);
    }
    ag_scope_fit(el, el->main);
}

/* ---- tables ---- */

static const ag_line *find_data(ag_elab *el, const char *name)
{
    for (int k = 0; k < el->n_directive; k++) {
        const ag_line *l = el->directive[k];
        if (!strcmp(l->first, ".data") && is_word(l->field, name)) return l;
    }
    return NULL;
}

static void no_data(ag_elab *el, const char *name, ag_loc at)
{
    ag_guess g = { .name = name };
    for (int k = 0; k < el->n_directive; k++) {
        const ag_line *l = el->directive[k];
        if (!strcmp(l->first, ".data") && l->field && l->field->kind == AG_WORD) ag_guess_try(&g, l->field->text);
    }
    if (g.best) ag_elab_error(el, at, "no .data '%s'; did you mean '%s'?", name, g.best);
    else ag_elab_error(el, at, "no .data '%s'", name);
}

static int data_names(ag_elab *el, const ag_line *l, const ag_field **f, ag_axis *axis)
{
    int    cap = 0;
    double value;
    while (*f && (*f)->kind == AG_WORD && !ag_is_number((*f)->text, &value))
        if (!ag_read_swept(el, l, f, AG_PUSH(el->a, axis->var, axis->n_var, cap))) return 0;
    if (!axis->n_var) ag_elab_error(el, *f ? ag_field_span(*f) : l->span, "a table begins with the names of what it sets: .data name r1 temp");
    return axis->n_var > 0;
}

static int data_values(ag_elab *el, const ag_line *l, const ag_field *f, ag_axis *axis)
{
    int            n = 0, cap = 0;
    const ag_field *last = f;
    for (; f; last = f, f = f->next) {
        double value;
        if (!ag_scope_value(el, el->main, f, &value)) return 0;
        if (!isfinite(value)) {
            ag_elab_error(el, ag_field_span(f), "a finite number is needed here");
            return 0;
        }
        *AG_PUSH(el->a, axis->value, n, cap) = value;
    }
    axis->n = n / axis->n_var;
    if (!n) ag_elab_error(el, l->span, "the table has no values");
    else if (n % axis->n_var) ag_elab_error(el, ag_field_span(last), "the last row of the table is not complete: it has %d of %d values",
                                            n % axis->n_var, axis->n_var);
    return n && n % axis->n_var == 0;
}

/* The table of a .data card as an axis of several quantities. */
static int read_data(ag_elab *el, const ag_line *l, ag_axis *axis)
{
    const ag_field *f = l->field;
    *axis = (ag_axis){ .at = l->at };
    if (!f || f->kind != AG_WORD) {
        ag_elab_error(el, l->span, "a table has a name, the names of what it sets, and values: .data name r1 temp 1k 27 2k 85");
        return 0;
    }
    f = f->next;
    if (is_word(f, "mer") || is_word(f, "lam")) {
        ag_elab_error(el, f->at, "tables out of files are not supported; write the values here");
        return 0;
    }
    return data_names(el, l, &f, axis) && data_values(el, l, f, axis);
}

/* data=NAME */
static int named_data(ag_elab *el, const ag_field *f, ag_axis *axis)
{
    const char    *name = f->expr && f->expr->op == AG_OP_NAME ? f->expr->name : NULL;
    const ag_line *l = name ? find_data(el, name) : NULL;
    if (!name) ag_elab_error(el, ag_field_span(f), "the name of a .data table is needed here: data=name");
    else if (!l) no_data(el, name, ag_field_span(f));
    if (!l || !read_data(el, l, axis)) return 0;
    axis->at = ag_field_span(f);
    return 1;
}

/* ---- axes ---- */

static int same(const ag_swept *a, const ag_swept *b)
{
    return a->kind == b->kind && a->object == b->object && a->param == b->param;
}

/* One quantity cannot follow two axes, nor an axis and -D. */
static int is_free(ag_elab *el, const ag_swept *v, const ag_axis *axis, int n)
{
    for (int k = 0; k < n; k++)
        for (int j = 0; j < axis[k].n_var && &axis[k].var[j] != v; j++)
            if (same(&axis[k].var[j], v)) {
                ag_elab_error(el, v->at, "'%s' is stepped already", v->name);
                ag_note(el->c->diag, axis[k].var[j].at, "the first time is here");
                return 0;
            }
    if (v->kind != AG_SWEPT_PARAM || !ag_map_get(el->origin->define, v->object)) return 1;
    ag_elab_error(el, v->at, "parameter '%s' is stepped here and set by -D as well; leave one of them out", v->name);
    return 0;
}

static int temperatures_fit(ag_elab *el, const ag_axis *a)
{
    const ag_param *p = &ag_option_table[ag_param_find(ag_option_table, ag_n_option, "temp")];
    for (int j = 0; j < a->n_var; j++)
        for (int k = 0; k < a->n && a->var[j].kind == AG_SWEPT_TEMP; k++) {
            double t = a->value[k * a->n_var + j];
            if (t >= p->min && t <= p->max) continue;
            ag_elab_error(el, a->at, "temperature %g C is outside %g .. %g", t, p->min, p->max);
            return 0;
        }
    return 1;
}

int ag_read_sweep(ag_elab *el, const ag_line *l, const ag_field **at, ag_axis *axis)
{
    if (is_key(*at, "data")) {
        const ag_field *f = *at;
        *at = f->next;
        return named_data(el, f, axis);
    }
    if (!is_key(*at, "monte")) return ag_read_axis(el, l, at, axis);
    ag_elab_error(el, (*at)->at, "Monte Carlo runs are not supported yet");
    return 0;
}

/* Axes up to the end of the card, or a word that cannot begin one; 0 after a report. list[*n] has room for `most`. */
static int read_axes(ag_elab *el, const ag_line *l, const ag_field **f, ag_axis *list, int *n, int most)
{
    int first = *n;
    while (*f && !is_word(*f, "uic")) {
        if (*n == most) {
            ag_elab_error(el, ag_field_span(*f), "no more than %d axes are possible here", most - first);
            return 0;
        }
        ag_axis *axis = &list[*n];
        if (!ag_read_sweep(el, l, f, axis)) return 0;
        ++*n;
        for (int j = 0; j < axis->n_var; j++)
            if (!is_free(el, &axis->var[j], list, *n)) return 0;
        if (!temperatures_fit(el, axis)) return 0;
    }
    return 1;
}

/* ---- cards ---- */

enum { MOST_STEPS = 16 };              /* axes of all .step and .temp cards */

static void add_step(ag_elab *el, const ag_line *l)
{
    ag_plan        *p = &el->c->plan;
    const ag_field *f = l->field;
    int             n = p->n_step;
    if (!f) ag_elab_error(el, l->span, ".step needs what is stepped and its values: .step param rload 1k 10k 1k");
    else if (!read_axes(el, l, &f, p->step, &p->n_step, MOST_STEPS)) p->n_step = n;
    else if (f) ag_elab_error(el, ag_field_span(f), "unexpected here: .step name start stop step, or .step name list value ...");
}

/* Of the cards in their order the last one counts, as for a single temperature. */
static void add_temperatures(ag_elab *el, const ag_line *l)
{
    ag_plan  *p = &el->c->plan;
    ag_swept *v = AG_NEW(el->a, ag_swept, 1);
    ag_axis   axis = { .var = v, .n_var = 1, .at = l->span };
    int       cap = 0;
    *v = (ag_swept){ AG_SWEPT_TEMP, "temp", "C", NULL, NULL, l->at };
    for (const ag_field *f = l->field; f; f = f->next)
        if (!ag_scope_value(el, el->main, f, AG_PUSH(el->a, axis.value, axis.n, cap))) return;
    p->step[p->n_step] = axis;
    if (!temperatures_fit(el, &axis) || !is_free(el, v, p->step, p->n_step + 1)) return;
    p->n_step++;
}

static int is_analysis(const ag_line *l)
{
    return !strcmp(l->first, ".tran") || !strcmp(l->first, ".ac") || !strcmp(l->first, ".dc");
}

/* In a .dc the word only stands between two axes, unless a table follows. */
int ag_is_repeat(const ag_line *l, const ag_field *f)
{
    return is_word(f, "sweep") && (strcmp(l->first, ".dc") || is_key(f->next, "data") || is_key(f->next, "monte"));
}

/* "sweep" behind .tran or .ac */
static void add_sweep(ag_elab *el, const ag_line *l)
{
    ag_plan        *p = &el->c->plan;
    ag_analysis    *a = NULL;
    const ag_field *f = l->field;
    while (f && !ag_is_repeat(l, f)) f = f->next;
    for (int k = 0; f && k < p->n_analysis; k++)
        if (p->analysis[k].at.file == l->span.file && p->analysis[k].at.offset == l->span.offset) a = &p->analysis[k];
    if (!a) return;
    f = f->next;
    if (!f) ag_elab_error(el, l->span, "sweep needs what changes and its values: sweep rload 1k 10k 1k, or data=name");
    else if (!read_axes(el, l, &f, a->sweep, &a->n_sweep, AG_MOST_AXES)) return;
    for (; f; f = f->next)
        if (!is_word(f, "uic")) ag_elab_error(el, ag_field_span(f), "unexpected behind a sweep");
    for (int k = 0; k < a->n_sweep; k++)
        for (int j = 0; j < a->sweep[k].n_var; j++)
            if (!is_free(el, &a->sweep[k].var[j], p->step, p->n_step)) return;
}

static double runs(const ag_axis *axis, int n)
{
    double product = 1;
    for (int k = 0; k < n; k++) product *= axis[k].n;
    return product;
}

static void limit_runs(ag_elab *el)
{
    ag_plan *p = &el->c->plan;
    double   outer = runs(p->step, p->n_step);
    for (int k = 0; k < p->n_analysis; k++) {
        const ag_analysis *a = &p->analysis[k];
        double             n = outer * runs(a->sweep, a->n_sweep);
        if (n > MOST_RUNS) ag_elab_error(el, p->n_step ? p->step[0].at : a->at, "these steps make %.4g runs; %d are possible", n, MOST_RUNS);
    }
}

void ag_read_steps(ag_elab *el)
{
    ag_plan       *p = &el->c->plan;
    const ag_line *temp = NULL;
    ag_axis        unused;
    p->step = AG_NEW(el->a, ag_axis, MOST_STEPS + 1);
    for (int k = 0; k < el->n_directive; k++) {
        const ag_line *l = el->directive[k];
        if (!strcmp(l->first, ".step")) add_step(el, l);
        if (!strcmp(l->first, ".data")) read_data(el, l, &unused);       /* reports what is wrong even where nobody uses it */
        if (!strcmp(l->first, ".temp")) temp = l;
    }
    if (temp && temp->field && temp->field->next) add_temperatures(el, temp);
    for (int k = 0; k < el->n_directive; k++)
        if (is_analysis(el->directive[k])) add_sweep(el, el->directive[k]);
    limit_runs(el);
    int repeated = p->n_step;
    for (int k = 0; k < p->n_analysis; k++) repeated |= p->analysis[k].n_sweep;
    if (repeated && p->state_file) ag_elab_error(el, p->state_at, "states of one run can be saved, and here several are made");
}
