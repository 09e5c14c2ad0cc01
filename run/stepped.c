/* stepped - one analysis for every combination of stepped values.
 *
 * Each step has a circuit of its own, made from the netlist with its values (parser: ag_elaborate_again) in an arena that ends with
 * the step, so memory does not grow with their number beyond the results that somebody asked for. Files get the rows of all steps
 * as one plot, in which the scale begins anew; readers find the steps there, so a step without rows leaves one without values. */
#include <math.h>
#include <string.h>
#include "parser/deck.h"
#include "run/session.h"

#define MOST_DRAWN 24                       /* curves of all steps together: more cannot be told apart */

typedef struct repeat {
    ag_session   *r;
    int           k;                        /* number of the analysis in the plan */
    ag_outcome   *total;
    int           begun;                    /* sinks have begun: with the columns of the first step that got so far */
    long          rows;                     /* steps that files know */
    const char  **name[2]; int n_name[2], width[2];      /* of those columns, for each sink */
    ag_curve     *curve; int n_curve, cap_curve;
    long          apart;                    /* every so manyth step is drawn */
    ag_status     why;                      /* of the first step that failed */
} repeat;

/* Beyond these there is no next step. */
static int is_final(ag_status s) { return s == AG_ENOMEM || s == AG_EIO || s == AG_ESTOPPED; }

/* ---- files ---- */

static void remember_columns(repeat *p)
{
    ag_session *r = p->r;

    for (int k = 0; k < r->n_sink; k++) {
        const ag_select *s = r->columns[k];
        p->name[k] = AG_NEW(r->keep, const char *, s->n);
        p->n_name[k] = s->n;
        p->width[k] = s->width;
        for (int j = 0; j < s->n; j++)
            p->name[k][j] = ag_text(r->keep, s->column[j].name, strlen(s->column[j].name));
    }
}

static int has_column(const ag_select *s, const char *name)
{
    for (int j = 0; j < s->n; j++)
        if (!strcmp(s->column[j].name, name))
            return 1;
    return 0;
}

/* Rows of all steps have the same columns; reports the first that differs. */
static ag_status compare_columns(const repeat *p)
{
    const ag_session *r = p->r;

    for (int k = 0; k < r->n_sink; k++) {
        const ag_select *s = r->columns[k];
        int same = s->n == p->n_name[k];
        for (int j = 0; j < s->n && same; j++)
            same = !strcmp(s->column[j].name, p->name[k][j]);
        if (same)
            continue;
        for (int j = 0; j < p->n_name[k]; j++)
            if (!has_column(s, p->name[k][j])) {
                ag_error(r->c->diag, r->steps->axis[0]->at, "'%s' is in the output of earlier steps and not in this one; .save names "
                         "outputs that all steps have", p->name[k][j]);
                return AG_ENAME;
            }
        ag_error(r->c->diag, r->steps->axis[0]->at, "this step has other outputs than earlier ones; .save names outputs that all steps "
                 "have");
        return AG_ENAME;
    }
    return AG_OK;
}

static double scale_start(const ag_analysis *a)
{
    return a->kind == AG_TRAN ? a->tstart : a->kind == AG_AC ? a->frequency[0] : a->kind == AG_DC ? a->axis[0].value[0] : NAN;
}

/* The row of a step that has none: the start of the scale, and no values. */
static ag_status put_lost_row(repeat *p, long step)
{
    ag_session *r = p->r;
    int n_set = r->steps->n_set;

    ag_steps_choose(r->steps, step);
    for (int k = 0; k < r->n_sink; k++) {
        int       width = p->width[k], lead = r->led[k] ? n_set : 0;
        double   *row = AG_NEW(r->arena, double, (lead + p->n_name[k]) * width);
        for (int j = 0; j < lead; j++)
            row[j * width] = r->steps->set[j].value;
        for (int j = 0; j < p->n_name[k] * width; j++)
            row[lead * width + j] = NAN;
        if (r->analysis->kind != AG_OP) {
            memset(row + lead * width, 0, (size_t)width * sizeof *row);
            row[lead * width] = scale_start(r->analysis);
        }
        ag_status s = r->sink[k].point(r->sink[k].self, row);
        if (s)
            return s;
    }
    return AG_OK;
}

/* Rows of steps that came to nothing before the one that is to follow. */
static ag_status catch_up(repeat *p, long step)
{
    ag_status s = AG_OK;

    for (; p->rows < step && !s; p->rows++)
        s = put_lost_row(p, p->rows);
    ag_steps_choose(p->r->steps, p->r->step);
    return s;
}

static ag_status begin(repeat *p, long step)
{
    ag_status s = p->begun ? compare_columns(p) : AG_OK;

    if (!p->begun) {
        remember_columns(p);
        s = ag_session_begin_sinks(p->r);
        p->begun = !s;
    }
    return s ? s : catch_up(p, step);
}

/* ---- one step ---- */

/* The netlist of a step must ask for the same as that of the first. */
static ag_status same_plan(const ag_session *r, const ag_circuit *c, int k)
{
    const ag_plan *a = &r->first->plan, *b = &c->plan;
    int same = a->n_analysis == b->n_analysis && a->n_measure == b->n_measure && a->n_pulses == b->n_pulses
               && a->analysis[k].kind == b->analysis[k].kind;

    for (int j = 0; j < a->n_measure && same; j++)
        same = a->measure[j].kind == b->measure[j].kind && !strcmp(a->measure[j].name, b->measure[j].name);
    if (same)
        return AG_OK;
    ag_error(c->diag, r->steps->axis[0]->at, "this step has other analyses, measures or pulses than the netlist without steps; "
             "conditions (.if) may change devices and outputs");
    return AG_ESYNTAX;
}

/* The circuit of the step, and all that its analysis needs. */
static ag_status set_up(repeat *p)
{
    ag_session *r = p->r;
    ag_circuit *c;

    ag_draw_sample(r->first, r->steps->sample);
    ag_status s = ag_elaborate_again(r->first, r->arena, r->steps->set, r->steps->n_set, &c);

    if (!s)
        s = same_plan(r, c, p->k);
    if (s)
        return s;
    r->c = c;
    r->n_saved = ag_saved(c, &r->saved);
    return ag_session_prepare(r, &c->plan.analysis[p->k]);
}

static void fail_measures(ag_session *r, ag_analysis_kind kind)
{
    for (int k = 0; k < r->first->plan.n_measure; k++)
        if (r->first->plan.measure[k].analysis == kind)
            r->measure[k] = (ag_result){ .evaluated = 1, .value = NAN, .at = NAN, .from = NAN, .to = NAN, .why = "the step failed" };
}

static const char *copy(ag_arena *a, const char *text) { return text ? ag_text(a, text, strlen(text)) : NULL; }

/* Keeps the results of the step for --json, the tables of measures, the file of pulses. */
static void record(repeat *p, const ag_outcome *o, int n_measure)
{
    ag_session     *r = p->r;
    ag_arena       *a = r->keep;
    ag_step_result *s;

    if (!r->json.stream && !r->pulses.stream && !(r->want->ltspice && n_measure))
        return;
    s = AG_PUSH(a, r->results.step, r->results.n_step, r->results.cap_step);
    *s = (ag_step_result){ .steps = r->steps, .value = AG_NEW(a, double, r->steps->n_set), .outcome = *o, .pulses = r->pulse_list };
    s->outcome.analysis = &r->first->plan.analysis[p->k];
    for (int k = 0; k < r->steps->n_set; k++)
        s->value[k] = r->steps->set[k].value;
    s->measure = AG_NEW(a, ag_result, n_measure);
    for (int k = 0; k < n_measure; k++) {
        if (r->first->plan.measure[k].analysis != s->outcome.analysis->kind)
            continue;
        s->measure[k] = r->measure[k];
        s->measure[k].why = copy(a, r->measure[k].why);
        s->measure[k].unit = copy(a, r->measure[k].unit);
    }
    if (o->status || !r->op || !r->json.stream)
        return;
    const char **name = AG_NEW(a, const char *, r->op->n);
    for (int k = 0; k < r->op->n; k++)
        name[k] = copy(a, r->op->column[k].name);
    s->n_op = r->op->n;
    s->op_name = name;
    s->op_value = AG_NEW(a, double, r->op->n);
    memcpy(s->op_value, r->op_value, (size_t)r->op->n * sizeof *s->op_value);
}

static void keep_curves(repeat *p, const char *text)
{
    ag_session *r = p->r;
    int         n;

    if (!ag_session_is_drawn(r) || r->step % p->apart || r->memory->n == 0)
        return;
    ag_curve *curve = ag_session_curves(r, &n);
    for (int k = 0; k < n; k++)
        *AG_PUSH(r->keep, p->curve, p->n_curve, p->cap_curve) =
            ag_curve_keep(r->keep, ag_printf(r->keep, "%s %s", curve[k].name, text), &curve[k]);
    if (r->step)
        return;
    p->apart = (r->steps->n * n + MOST_DRAWN - 1) / MOST_DRAWN;
    if (p->apart < 1 || r->steps->n < 3)
        p->apart = 1;
    if (p->apart > 1)
        ag_note(r->c->diag, AG_NOWHERE, "the plot shows one of %ld steps; %d curves can be told apart", p->apart, MOST_DRAWN);
}

static void add_stats(ag_stats *to, const ag_stats *s)
{
    to->steps += s->steps;
    to->rejected_error += s->rejected_error;
    to->rejected_newton += s->rejected_newton;
    to->rejected_model += s->rejected_model;
    to->newton += s->newton;
    to->factor += s->factor;
    to->refactor += s->refactor;
    to->solve += s->solve;
    to->points += s->points;
    to->worst_kcl = fmax(to->worst_kcl, s->worst_kcl);
    to->unknowns = s->unknowns > to->unknowns ? s->unknowns : to->unknowns;
    to->equations = s->equations > to->equations ? s->equations : to->equations;
    to->nonzeros = s->nonzeros > to->nonzeros ? s->nonzeros : to->nonzeros;
    to->op_method = s->op_method ? s->op_method : to->op_method;
    to->hmin = to->hmin > 0 && !(s->hmin > 0 && s->hmin < to->hmin) ? to->hmin : s->hmin;
    to->hmax = fmax(to->hmax, s->hmax);
    to->seconds += s->seconds;
}

static void add_outcome(repeat *p, const ag_outcome *o, const char *text)
{
    ag_session *r = p->r;

    add_stats(&p->total->stats, &o->stats);
    p->total->delivered += o->delivered;
    p->total->taken += o->taken;
    p->total->runs++;
    if (!o->status)
        return;
    p->total->failed++;
    p->why = p->why ? p->why : o->status;
    if (o->status == AG_ESTOPPED)
        return;
    ag_note(r->first->diag, AG_NOWHERE, "this was the step with %s", text);
    fprintf(r->want->log, "this step failed: %s\n", ag_status_text(o->status));
}

/* Readers of the log count the lines that begin with .step: they come once, with the first analysis that is repeated. */
static void print_step(const ag_session *r, const char *text)
{
    fprintf(r->want->log, "\n%s %s\n", r->results.n_outcome == r->first_repeated ? ".step" : "step", text);
}

/* Measures begin with what other analyses of the same step found, for expressions of them; what "sweep" repeats keeps its own. */
static ag_result *measures_of(ag_session *r)
{
    int        n = r->first->plan.n_measure;
    ag_result *m, **of = &r->outer[r->step / r->steps->inner];

    if (!*of)
        *of = r->first->plan.n_step ? AG_NEW(r->keep, ag_result, n) : r->results.measure;
    if (r->steps->inner == 1)
        return *of;
    m = AG_NEW(r->arena, ag_result, n);
    if (n)
        memcpy(m, *of, (size_t)n * sizeof *m);
    return m;
}

static ag_pulse_list *new_pulses(ag_session *r)
{
    const ag_plan *p = &r->first->plan;
    ag_pulse_list *list = AG_NEW(r->keep, ag_pulse_list, p->n_pulses);

    for (int k = 0; k < p->n_pulses; k++)
        list[k].request = &p->pulses[k];
    return list;
}

static ag_status step(repeat *p)
{
    ag_session *r = p->r;
    ag_outcome  o = { .analysis = &r->first->plan.analysis[p->k] };
    const char *text = ag_steps_text(r->steps, r->arena);
    int         ready;

    print_step(r, text);
    r->measure = measures_of(r);
    r->pulse_list = r->first->plan.n_pulses ? new_pulses(r) : NULL;
    o.status = set_up(p);
    ready = !o.status;
    if (ready && !(o.status = begin(p, r->step)))
        ag_session_solve(r, &o);
    if (ready)
        ag_session_finish(r, o.status);
    else
        fail_measures(r, o.analysis->kind);
    p->rows += ready && p->begun && r->memory->n > 0;
    add_outcome(p, &o, text);
    record(p, &o, r->first->plan.n_measure);
    if (ready)
        keep_curves(p, text);
    return o.status;
}

/* ---- all steps ---- */

/* An arena for the next step, and the circuit of the netlist until there is another one. */
static ag_status renew_arena(ag_session *r)
{
    if (r->arena != r->keep)
        ag_arena_free(r->arena);
    r->arena = r->keep;
    r->c = r->first;
    r->op = NULL;
    ag_arena *a = ag_arena_new(ag_arena_host(r->keep));
    if (!a)
        return AG_ENOMEM;
    ag_arena_on_oom(a, ag_arena_oom(r->keep));
    r->arena = a;
    return AG_OK;
}

/* Every file is to have its plot, also when no step came to anything. */
static ag_status complete_files(repeat *p)
{
    ag_session *r = p->r;
    ag_status   s = AG_OK;

    r->n_saved = ag_saved(r->c, &r->saved);
    if (!p->begun)
        s = ag_session_prepare(r, &r->c->plan.analysis[p->k]);
    if (!p->begun && !s) {
        remember_columns(p);
        s = ag_session_begin_sinks(r);
        p->begun = !s;
    }
    r->analysis = &r->first->plan.analysis[p->k];
    return s ? s : catch_up(p, p->total->runs);
}

static ag_status draw(repeat *p)
{
    ag_session *r = p->r;
    ag_memory   scale = { .scale = ag_scale_of(r->first, &r->first->plan.analysis[p->k]) };

    return p->n_curve ? ag_session_draw(r, p->curve, p->n_curve, &scale) : AG_OK;
}

/* After the last step, which ended with s. */
static ag_status conclude(repeat *p, ag_status s)
{
    ag_status e;

    if (s != AG_ENOMEM && (e = renew_arena(p->r)))
        s = e;
    if (!is_final(s) && (e = complete_files(p)))
        s = e;
    e = p->begun ? ag_session_end_sinks(p->r, s) : AG_OK;
    if (!is_final(s))
        s = e ? e : draw(p);
    return s;
}

ag_status ag_session_repeat(ag_session *r, int k, ag_steps *steps, ag_outcome *total)
{
    repeat    p = { .r = r, .k = k, .total = total, .apart = 1 };
    ag_status s = AG_OK;

    *total = (ag_outcome){ .analysis = &r->first->plan.analysis[k] };
    r->steps = steps;
    r->first_repeated = r->first_repeated ? r->first_repeated : r->results.n_outcome;
    for (r->step = 0; r->step < steps->n && !is_final(s); r->step++) {
        ag_steps_choose(steps, r->step);
        s = renew_arena(r);
        if (!s)
            s = step(&p);
    }
    s = conclude(&p, s);
    if (total->failed && s != AG_ESTOPPED)
        ag_note(r->first->diag, AG_NOWHERE, "%ld of %ld steps failed", total->failed, total->runs);
    if (r->arena != r->keep)
        ag_arena_free(r->arena);
    r->arena = r->keep;
    r->c = r->first;
    r->steps = NULL;
    return total->status = is_final(s) ? s : p.why ? p.why : s;
}
