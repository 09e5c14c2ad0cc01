/* analyse - one analysis of one circuit. */
#include <errno.h>
#include <string.h>
#include "run/session.h"
#include "solver/analysis.h"
#include "waveforms/table.h"

#define MOST_CURVES 12                      /* of a plot nobody chose signals for */

void ag_session_flush(ag_session *r)
{
    errno = 0;
    if ((fflush(r->want->log) || ferror(r->want->log)) && !r->log_error)
        r->log_error = errno ? errno : EIO;
}

/* ---- rows ---- */

/* The stepped values in front of a row. */
static const double *lead(const ag_session *r, int k, const double *picked)
{
    int width = r->columns[k]->width, n = r->steps->n_set * width;

    for (int j = 0; j < r->steps->n_set; j++)
        r->row[j * width] = r->steps->set[j].value;
    memcpy(r->row + n, picked, (size_t)(r->columns[k]->n * width) * sizeof *picked);
    return r->row;
}

/* A row for people and files: on the grid when there is one. */
static ag_status show(void *self, const double *row)
{
    ag_session *r = self;

    if (r->gridded) {
        ag_status s = ag_memory_point(r->shown, row);
        if (s)
            return s;
    }
    const double *picked = NULL;
    for (int k = 0; k < r->n_sink; k++) {
        picked = k && r->columns[k] == r->columns[0] ? picked : ag_select_row(r->columns[k], row);
        ag_status s = r->sink[k].point(r->sink[k].self, r->led[k] ? lead(r, k, picked) : picked);
        if (s)
            return s;
    }
    return AG_OK;
}

/* A row of the solver. */
static ag_status take(void *self, const double *row)
{
    ag_session *r = self;
    ag_status s = ag_memory_point(r->memory, row);

    if (s)
        return s;
    if (r->op)
        memcpy(r->op_value, ag_select_row(r->op, row), (size_t)r->op->n * sizeof *row);
    return r->gridded ? ag_grid_point(&r->grid, row) : show(r, row);
}

static void balance(void *self, const double *const *row, const double *weight, const double *carry)
{
    ag_balance_step(((ag_session *)self)->balance, row, weight, carry);
}

static void state(void *self, ag_instance i, int k, double value)
{
    ag_states_take(((ag_session *)self)->states, i, k, value);
}

static int progress(void *self, double fraction, double time)
{
    const ag_session *r = self;
    const ag_host    *h = ag_arena_host(r->c->arena);

    if (r->steps)
        fraction = ((double)r->step + fraction) / (double)r->steps->n;
    return h->progress ? h->progress(h->user, fraction, time) : 0;
}

/* ---- before an analysis ---- */

static int listed(const ag_session *r, const ag_listing *l, int kind) { return l->kind == kind && l->analysis == r->analysis->kind; }

/* Appends every item of the listings of that kind. */
static int collect(ag_session *r, int kind, ag_output **list)
{
    int n = 0, cap = 0;

    *list = NULL;
    for (int k = 0; k < r->c->plan.n_listing; k++)
        for (int j = 0; listed(r, &r->c->plan.listing[k], kind) && j < r->c->plan.listing[k].n; j++)
            *AG_PUSH(r->arena, *list, n, cap) = r->c->plan.listing[k].item[j];
    return n;
}

/* What is saved, or the first of it when nobody chose. */
static int saved_curves(ag_session *r, ag_output **list)
{
    const ag_plan *p = &r->c->plan;
    int n = 0, cap = 0, most = p->n_save || r->n_saved <= MOST_CURVES ? r->n_saved : MOST_CURVES;

    for (int k = 0; k < most; k++) {
        const ag_probe *probe = &p->probe[r->saved[k]];
        ag_output       o = { .name = probe->name, .probe = r->saved[k] };
        if (r->analysis->kind != AG_AC || probe->kind != AG_PROBE_POWER)
            *AG_PUSH(r->arena, *list, n, cap) = o;
    }
    if (most < r->n_saved)
        ag_note(r->c->diag, AG_NOWHERE, "the plot shows %d of %d saved signals; .plot chooses others", most, r->n_saved);
    return n;
}

/* What --plot draws: .plot, else .print, else .probe, else what is saved. */
static void choose_curves(ag_session *r)
{
    static const int order[] = { AG_PLOT, AG_PRINT, AG_PROBE };
    ag_output *list = NULL;
    int        n = 0;

    for (int k = 0; k < 3 && n == 0; k++)
        n = collect(r, order[k], &list);
    if (n == 0)
        n = saved_curves(r, &list);
    r->curve = list;
    r->n_curve = n;
    for (int k = 0; k < n; k++) {
        ag_memory_want_output(r->memory, &list[k]);
        if (list[k].versus)
            ag_memory_want_output(r->memory, list[k].versus);
    }
}

/* What is saved; with the outer axes of a .dc in front, if there are any. */
static ag_select *choose_columns(ag_session *r, int axes)
{
    ag_output *probe;
    int        n = collect(r, AG_PROBE, &probe);
    ag_select *s = ag_select_new(r->arena, r->c, r->analysis);

    if (axes)
        ag_select_axes(s);
    for (int k = 0; k < r->n_saved; k++)
        ag_select_probe(s, r->saved[k]);
    for (int k = 0; k < n; k++)
        ag_select_output(s, &probe[k]);
    return s;
}

/* Readers of rawfiles know the innermost axis only; a table of numbers without the others would be hard to use. The same is true
 * of stepped values, which stand in the log, too; an operating point has no scale that they would displace. */
static void choose_sinks(ag_session *r)
{
    ag_select *s = r->op ? r->op : choose_columns(r, 0);
    int        nested = r->analysis->kind == AG_DC && r->analysis->n_axis > 1;

    r->n_sink = 0;
    if (r->want->raw) {
        r->columns[r->n_sink] = s;
        r->led[r->n_sink] = r->steps && r->op;
        r->sink[r->n_sink++] = ag_raw_sink(&r->raw);
    }
    if (r->want->csv) {
        r->columns[r->n_sink] = nested ? choose_columns(r, 1) : s;
        r->led[r->n_sink] = r->steps != NULL;
        r->sink[r->n_sink++] = ag_csv_sink(&r->csv);
    }
    for (int k = 0, n = 0; k < r->n_sink && r->steps; k++)
        if (r->led[k] && (r->steps->n_set + r->columns[k]->n) * r->columns[k]->width > n) {
            n = (r->steps->n_set + r->columns[k]->n) * r->columns[k]->width;
            r->row = AG_NEW(r->arena, double, n);
        }
}

/* What a sink is told. It may keep the columns as long as the run. */
static ag_plot plot_of(const ag_session *r, int k)
{
    ag_plot    p = r->columns[k]->plot;
    int        n = r->led[k] ? r->steps->n_set : 0;
    ag_column *column = AG_NEW(r->keep, ag_column, n + p.n_column);

    for (int j = 0; j < n; j++)
        column[j] = (ag_column){ .name = r->steps->set[j].var->name, .quantity = AG_Q_OTHER, .unit = r->steps->set[j].var->unit };
    memcpy(column + n, p.column, (size_t)p.n_column * sizeof *column);
    p.column = column;
    p.n_column += n;
    p.stepped = r->steps != NULL;
    return p;
}

ag_status ag_session_begin_sinks(ag_session *r)
{
    ag_status s = AG_OK;

    for (int k = 0; k < r->n_sink && !s; k++) {
        ag_plot p = plot_of(r, k);
        s = r->sink[k].begin(r->sink[k].self, &p);
    }
    return s;
}

ag_status ag_session_end_sinks(ag_session *r, ag_status why)
{
    ag_status ended = AG_OK;

    for (int k = 0; k < r->n_sink; k++) {
        ag_status e = r->sink[k].end(r->sink[k].self, why);
        ended = ended ? ended : e;
    }
    return ended;
}

/* --plot shows one kind of analysis: of those that a .plot names, or else of all, the last in the order in which they run. */
int ag_session_is_drawn(const ag_session *r)
{
    const ag_plan *p = &r->c->plan;
    int            kind = -1, chosen = -1;

    for (int k = 0; k < p->n_analysis; k++)
        kind = (int)p->analysis[k].kind > kind ? (int)p->analysis[k].kind : kind;
    for (int k = 0; k < p->n_listing; k++)
        for (int j = 0; j < p->n_analysis; j++)
            if (p->listing[k].kind == AG_PLOT && p->listing[k].analysis == p->analysis[j].kind && (int)p->analysis[j].kind > chosen)
                chosen = (int)p->analysis[j].kind;
    return r->want->plot && (int)r->analysis->kind == (chosen >= 0 ? chosen : kind);
}

/* Points to be kept: for measures, pulses and plots those of the solver, for tables those on the grid. */
static void choose_memory(ag_session *r)
{
    const ag_plan *p = &r->c->plan;

    r->memory = ag_memory_new(r->arena, r->c, r->analysis->kind);
    r->memory->scale = ag_scale_of(r->c, r->analysis);
    r->shown = r->gridded ? ag_memory_new(r->arena, r->c, r->analysis->kind) : r->memory;
    ag_measure_want(r->c, r->analysis->kind, r->memory);
    for (int k = 0; r->analysis->kind == AG_TRAN && k < p->n_pulses; k++)
        ag_pulses_want(&p->pulses[k], r->memory);
    for (int k = 0; k < p->n_listing; k++)
        for (int j = 0; listed(r, &p->listing[k], AG_PRINT) && j < p->listing[k].n; j++)
            ag_memory_want_output(r->shown, &p->listing[k].item[j]);
    if (ag_session_is_drawn(r))
        choose_curves(r);
}

ag_status ag_session_prepare(ag_session *r, const ag_analysis *a)
{
    r->analysis = a;
    r->gridded = a->kind == AG_TRAN && r->c->options.interp != 0;
    choose_memory(r);
    r->op = a->kind == AG_OP ? choose_columns(r, 0) : NULL;
    choose_sinks(r);
    if (r->op)
        r->op_value = AG_NEW(r->arena, double, r->op->n);
    if (!r->gridded)
        return AG_OK;
    ag_status s = ag_grid_init(&r->grid, r->c, a, r->arena);
    r->grid.point = show;
    r->grid.self = r;
    return s;
}

ag_status ag_session_solve(ag_session *r, ag_outcome *o)
{
    ag_run_io io = { .point = take, .progress = progress, .self = r };

    *o = (ag_outcome){ .analysis = r->analysis };
    if (r->want->stats && r->analysis->kind == AG_TRAN) {
        r->balance = ag_balance_new(r->c, r->arena);
        io.quadrature = balance;
    }
    if (r->states) {
        io.state = state;
        r->states->taken = 0;                             /* of an analysis that fails there are none */
    }
    o->status = ag_session_has_parts(r) ? ag_session_parts(r, &io) : ag_analysis_run(r->c, r->analysis, &io);
    o->stats = io.stats;
    if (io.quadrature) {
        o->delivered = r->balance->delivered;
        o->taken = r->balance->taken;
    }
    return o->status;
}

/* ---- after an analysis ---- */

static void print_measures(ag_session *r)
{
    const ag_plan *p = &r->c->plan;
    int any = 0;

    for (int k = 0; k < p->n_measure; k++) {
        if (p->measure[k].analysis != r->analysis->kind)
            continue;
        if (!any++)
            fprintf(r->want->log, "\nMeasurements for %s\n\n", ag_analysis_title(r->analysis->kind));
        ag_measure_print(&p->measure[k], &r->measure[k], r->want->ltspice && !r->steps, r->want->log);
    }
}

void ag_session_finish(ag_session *r, ag_status status)
{
    const ag_plan *p = &r->c->plan;

    ag_measure_run(r->c, r->analysis->kind, r->memory, status == AG_OK, r->measure, r->arena);
    if (r->op && status == AG_OK)
        ag_table_op(r->op, r->op_value, r->want->log);
    for (int k = 0; k < p->n_listing; k++)
        if (listed(r, &p->listing[k], AG_PRINT))
            ag_table_print(r->c, &p->listing[k], r->shown, r->arena, r->want->log);
    print_measures(r);
    for (int k = 0; r->analysis->kind == AG_TRAN && k < p->n_pulses; k++) {
        ag_pulses_find(&p->pulses[k], r->memory, r->keep, &r->pulse_list[k]);
        r->pulse_list[k].request = &r->first->plan.pulses[k];            /* that of a step ends with it */
        ag_pulses_print(&r->pulse_list[k], r->want->log);
    }
    ag_session_flush(r);
}

static const char *unit_of(const ag_session *r, const ag_output *o)
{
    return o->probe >= 0 ? r->c->plan.probe[o->probe].unit : o->unit ? o->unit : "";
}

/* What an output is, over what it is drawn, and between what limits. */
static ag_curve curve_of(const ag_session *r, const ag_output *o, ag_series *s, int what)
{
    ag_curve c = ag_curve_new(r->arena, o->name, unit_of(r, o), s, what);

    if (what == AG_AS_IT_IS) {
        c.low = o->low;
        c.high = o->high;
    }
    if (o->versus)
        ag_curve_over(r->arena, &c, o->versus->name, unit_of(r, o->versus), ag_series_new(r->memory, r->arena, o->versus));
    return c;
}

ag_curve *ag_session_curves(ag_session *r, int *n)
{
    ag_curve *curve = AG_NEW(r->arena, ag_curve, 2 * r->n_curve + 1);

    *n = 0;
    for (int k = 0; k < r->n_curve; k++) {
        const ag_output *o = &r->curve[k];
        ag_series       *s = ag_series_new(r->memory, r->arena, o);
        if (!ag_series_is_complex(s)) {
            curve[(*n)++] = curve_of(r, o, s, AG_AS_IT_IS);
            continue;
        }
        curve[(*n)++] = curve_of(r, o, s, AG_DECIBELS);
        curve[(*n)++] = curve_of(r, o, s, AG_DEGREES);
    }
    return curve;
}

ag_status ag_session_draw(ag_session *r, const ag_curve *curve, int n, const ag_memory *m)
{
    const char *title = r->c->title + strspn(r->c->title, "* \t");           /* often written as a comment */

    ag_session_flush(r);
    return ag_gnuplot_draw(r->c->diag, r->want->plot, title, curve, n, m, r->arena);
}

/* Nothing is drawn where nothing was computed, which has been reported. */
static ag_status draw(ag_session *r)
{
    int       n;
    ag_curve *curve;

    if (r->memory->n == 0 || !ag_session_is_drawn(r))
        return AG_OK;
    curve = ag_session_curves(r, &n);
    return ag_session_draw(r, curve, n, r->memory);
}

ag_status ag_session_analyse(ag_session *r, int k)
{
    ag_outcome *o = &r->results.outcome[r->results.n_outcome++];
    ag_steps   *steps = ag_steps_new(r->keep, &r->c->plan, &r->c->plan.analysis[k]);
    ag_status   s, ended = AG_OK;

    if (steps)
        return ag_session_repeat(r, k, steps, o);
    r->measure = r->results.measure;
    r->pulse_list = r->results.pulses;
    *o = (ag_outcome){ .analysis = &r->c->plan.analysis[k] };
    s = ag_session_prepare(r, &r->c->plan.analysis[k]);
    if (!s && !(s = ag_session_begin_sinks(r))) {
        s = ag_session_solve(r, o);
        ended = ag_session_end_sinks(r, s);
    }
    o->status = s;
    if (r->op) {
        r->results.op = s ? NULL : r->op;
        r->results.op_value = r->op_value;
    }
    ag_session_finish(r, s);
    ended = ended ? ended : draw(r);
    return s ? s : ended;
}
