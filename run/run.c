#include "run/run.h"
#include <errno.h>
#include <string.h>
#include "core/clocale.h"
#include "run/balance.h"
#include "run/grid.h"
#include "run/report.h"
#include "run/state.h"
#include "solver/analysis.h"
#include "waveforms/csv.h"
#include "waveforms/gnuplot.h"
#include "waveforms/raw.h"
#include "waveforms/table.h"

#define MOST_CURVES 12                      /* of a plot nobody chose signals for */

typedef struct run {
    ag_circuit            *c;
    const ag_run_settings *want;
    ag_arena              *arena;
    ag_results             results;
    const int             *saved;
    int                    n_saved;
    ag_raw                 raw;             /* open when want->raw, likewise the others */
    ag_csv                 csv;
    ag_outfile             json, pulses;
    ag_states             *states;          /* of the last analysis, for .save state=; or NULL */
    /* of the analysis that is running: */
    const ag_analysis     *analysis;
    ag_sink                sink[2];
    ag_select             *columns[2];      /* of each sink; both may be the same */
    int                    n_sink;
    ag_grid                grid;
    int                    gridded;
    ag_memory             *memory, *shown;  /* accepted points; points of tables: the same unless gridded */
    ag_select             *op;              /* operating point: its columns and values */
    double                *op_value;
    const ag_output       *curve;           /* what a plot shows */
    int                    n_curve;
    ag_balance            *balance;         /* of a transient, with want->stats */
    int                    log_error;       /* errno of the first failure to write the log */
} run;

static void flush_log(run *r)
{
    errno = 0;
    if ((fflush(r->want->log) || ferror(r->want->log)) && !r->log_error)
        r->log_error = errno ? errno : EIO;
}

/* ---- rows ---- */

/* A row for people and files: on the grid when there is one. */
static ag_status show(void *self, const double *row)
{
    run *r = self;

    if (r->gridded) {
        ag_status s = ag_memory_point(r->shown, row);
        if (s)
            return s;
    }
    const double *picked = NULL;
    for (int k = 0; k < r->n_sink; k++) {
        picked = k && r->columns[k] == r->columns[0] ? picked : ag_select_row(r->columns[k], row);
        ag_status s = r->sink[k].point(r->sink[k].self, picked);
        if (s)
            return s;
    }
    return AG_OK;
}

/* A row of the solver. */
static ag_status take(void *self, const double *row)
{
    run      *r = self;
    ag_status s = ag_memory_point(r->memory, row);

    if (s)
        return s;
    if (r->op)
        memcpy(r->op_value, ag_select_row(r->op, row), (size_t)r->op->n * sizeof *row);
    return r->gridded ? ag_grid_point(&r->grid, row) : show(r, row);
}

static void balance(void *self, const double *const *row, const double *weight, const double *carry)
{
    ag_balance_step(((run *)self)->balance, row, weight, carry);
}

static void state(void *self, ag_instance i, int k, double value)
{
    ag_states_take(((run *)self)->states, i, k, value);
}

static int progress(void *self, double fraction, double time)
{
    const ag_host *h = ag_arena_host(((run *)self)->c->arena);

    return h->progress ? h->progress(h->user, fraction, time) : 0;
}

/* ---- before an analysis ---- */

static int listed(const run *r, const ag_listing *l, int kind) { return l->kind == kind && l->analysis == r->analysis->kind; }

/* Appends every item of the listings of that kind. */
static int collect(run *r, int kind, ag_output **list)
{
    int n = 0, cap = 0;

    *list = NULL;
    for (int k = 0; k < r->c->plan.n_listing; k++)
        for (int j = 0; listed(r, &r->c->plan.listing[k], kind) && j < r->c->plan.listing[k].n; j++)
            *AG_PUSH(r->arena, *list, n, cap) = r->c->plan.listing[k].item[j];
    return n;
}

/* What is saved, or the first of it when nobody chose. */
static int saved_curves(run *r, ag_output **list)
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
static void choose_curves(run *r)
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
    for (int k = 0; k < n; k++)
        ag_memory_want_output(r->memory, &list[k]);
}

/* What is saved; with the outer axes of a .dc in front, if there are any. */
static ag_select *choose_columns(run *r, int axes)
{
    ag_output *probe;
    int        n = collect(r, AG_PROBE, &probe);
    ag_select *s = ag_select_new(r->arena, r->c, r->analysis);

    s->plot.log_scale = r->analysis->log_scale;
    if (axes)
        ag_select_axes(s);
    for (int k = 0; k < r->n_saved; k++)
        ag_select_probe(s, r->saved[k]);
    for (int k = 0; k < n; k++)
        ag_select_output(s, &probe[k]);
    return s;
}

/* Readers of rawfiles know the innermost axis only; a table of numbers without the others would be hard to use. */
static void choose_sinks(run *r)
{
    ag_select *s = r->op ? r->op : choose_columns(r, 0);
    int        nested = r->analysis->kind == AG_DC && r->analysis->n_axis > 1;

    r->n_sink = 0;
    if (r->want->raw) {
        r->columns[r->n_sink] = s;
        r->sink[r->n_sink++] = ag_raw_sink(&r->raw);
    }
    if (r->want->csv) {
        r->columns[r->n_sink] = nested ? choose_columns(r, 1) : s;
        r->sink[r->n_sink++] = ag_csv_sink(&r->csv);
    }
}

/* --plot shows one kind of analysis: of those that a .plot names, or else of all, the last in the order in which they run. */
static int is_drawn(const run *r)
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
static void choose_memory(run *r)
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
    if (is_drawn(r))
        choose_curves(r);
}

static ag_status begin(run *r)
{
    ag_status s = AG_OK;

    r->gridded = r->analysis->kind == AG_TRAN && r->c->options.interp != 0;
    choose_memory(r);
    r->op = r->analysis->kind == AG_OP ? choose_columns(r, 0) : NULL;
    choose_sinks(r);
    if (r->op) {
        r->op_value = AG_NEW(r->arena, double, r->op->n);
        r->results.op = NULL;
    }
    if (r->gridded) {
        s = ag_grid_init(&r->grid, r->c, r->analysis, r->arena);
        r->grid.point = show;
        r->grid.self = r;
    }
    for (int k = 0; k < r->n_sink && !s; k++)
        s = r->sink[k].begin(r->sink[k].self, &r->columns[k]->plot);
    return s;
}

/* ---- after an analysis ---- */

static void print_measures(run *r)
{
    const ag_plan *p = &r->c->plan;
    int any = 0;

    for (int k = 0; k < p->n_measure; k++) {
        if (p->measure[k].analysis != r->analysis->kind)
            continue;
        if (!any++)
            fprintf(r->want->log, "\nMeasurements for %s\n\n", ag_analysis_title(r->analysis->kind));
        ag_measure_print(&p->measure[k], &r->results.measure[k], r->want->ltspice, r->want->log);
    }
}

static void finish(run *r, ag_status status)
{
    const ag_plan *p = &r->c->plan;

    ag_measure_run(r->c, r->analysis->kind, r->memory, status == AG_OK, r->results.measure, r->arena);
    if (r->op && status == AG_OK) {
        r->results.op = r->op;
        r->results.op_value = r->op_value;
        ag_table_op(r->op, r->op_value, r->want->log);
    }
    for (int k = 0; k < p->n_listing; k++)
        if (listed(r, &p->listing[k], AG_PRINT))
            ag_table_print(r->c, &p->listing[k], r->shown, r->arena, r->want->log);
    print_measures(r);
    for (int k = 0; r->analysis->kind == AG_TRAN && k < p->n_pulses; k++) {
        ag_pulses_find(&p->pulses[k], r->memory, r->arena, &r->results.pulses[k]);
        ag_pulses_print(&r->results.pulses[k], r->want->log);
    }
    flush_log(r);
}

static ag_status plot(run *r)
{
    ag_curve *curve = AG_NEW(r->arena, ag_curve, 2 * r->n_curve + 1);
    int       n = 0;

    if (r->memory->n == 0)
        return AG_OK;                                    /* nothing was computed, which has been reported */
    for (int k = 0; k < r->n_curve; k++) {
        const ag_output *o = &r->curve[k];
        const char      *unit = o->probe >= 0 ? r->c->plan.probe[o->probe].unit : o->unit ? o->unit : "";
        ag_series       *s = ag_series_new(r->memory, r->arena, o);
        if (!ag_series_is_complex(s)) {
            curve[n++] = ag_curve_new(r->arena, o->name, unit, s, AG_AS_IT_IS);
            continue;
        }
        curve[n++] = ag_curve_new(r->arena, o->name, unit, s, AG_DECIBELS);
        curve[n++] = ag_curve_new(r->arena, o->name, unit, s, AG_DEGREES);
    }
    flush_log(r);
    const char *title = r->c->title + strspn(r->c->title, "* \t");           /* often written as a comment */
    return ag_gnuplot_draw(r->c->diag, r->want->plot, title, curve, n, r->memory, r->arena);
}

/* One analysis from its sinks' beginning to its results in the log. */
static ag_status analyse(run *r, const ag_analysis *a)
{
    ag_outcome *o = &r->results.outcome[r->results.n_outcome++];
    ag_run_io   io = { .point = take, .progress = progress, .self = r };
    ag_status   s, ended = AG_OK;

    *o = (ag_outcome){ .analysis = r->analysis = a };
    if (r->want->stats && a->kind == AG_TRAN) {
        r->balance = ag_balance_new(r->c, r->arena);
        io.quadrature = balance;
    }
    if (r->states) {
        io.state = state;
        r->states->taken = 0;                             /* of an analysis that fails there are none */
    }
    s = begin(r);
    if (!s)
        s = ag_analysis_run(r->c, a, &io);
    for (int k = 0; k < r->n_sink; k++) {
        ag_status e = r->sink[k].end(r->sink[k].self, s);
        ended = ended ? ended : e;
    }
    o->status = s;
    o->stats = io.stats;
    if (io.quadrature) {
        o->delivered = r->balance->delivered;
        o->taken = r->balance->taken;
    }
    finish(r, s);
    if (is_drawn(r))
        ended = ended ? ended : plot(r);
    return s ? s : ended;
}

/* ---- the whole plan ---- */

/* Operating points first, the rest in the order of the netlist. */
static ag_status analyse_all(run *r)
{
    const ag_plan *p = &r->c->plan;

    for (int kind = 0; kind < AG_N_ANALYSIS; kind++)
        for (int k = 0; k < p->n_analysis; k++) {
            ag_status s = p->analysis[k].kind == (ag_analysis_kind)kind ? analyse(r, &p->analysis[k]) : AG_OK;
            if (s)
                return s;
        }
    for (int k = 0; k < p->n_measure; k++)
        if (!r->results.measure[k].evaluated)
            ag_warning(r->c->diag, p->measure[k].at, "measure '%s' is not evaluated: the netlist has no .%s", p->measure[k].name,
                       ag_analysis_word_of(p->measure[k].analysis));
    return AG_OK;
}

/* "run.csv" -> "run.pulses.csv" */
static const char *pulses_path(ag_arena *a, const char *csv)
{
    size_t n = strlen(csv);

    if (n > 4 && !strcmp(csv + n - 4, ".csv"))
        n -= 4;
    return ag_printf(a, "%.*s.pulses.csv", (int)n, csv);
}

static ag_status open_files(run *r)
{
    const ag_run_settings *w = r->want;
    ag_diag  *d = r->c->diag;
    ag_status s = AG_OK;

    if (r->c->plan.state_file) {
        r->states = ag_states_new(r->arena, r->c);
        s = ag_states_check(d, r->c->plan.state_file, r->c->plan.state_at);
    }
    if (w->raw && !s)
        s = ag_raw_open(&r->raw, d, w->raw, w->ascii);
    if (w->csv && !s)
        s = ag_csv_open(&r->csv, d, w->csv);
    if (w->csv && !s && r->c->plan.n_pulses && strcmp(w->csv, "-"))
        s = ag_outfile_open(&r->pulses, d, pulses_path(r->arena, w->csv));
    if (w->json && !s)
        s = ag_outfile_open(&r->json, d, w->json);
    return s;
}

/* What is written once all analyses have ended. */
static ag_status conclude(run *r)
{
    ag_status s = AG_OK, e;

    if (r->want->stats)
        ag_report_stats(&r->results, r->want->log);
    if (r->pulses.stream)
        s = ag_pulses_csv(r->results.pulses, r->c->plan.n_pulses, &r->pulses);
    if (r->json.stream) {
        e = ag_json_write(&r->results, &r->json);
        s = s ? s : e;
    }
    if (r->states && r->states->taken) {
        e = ag_states_write(r->states, r->c, r->c->plan.state_file);
        s = s ? s : e;
    }
    flush_log(r);
    if (r->log_error) {
        ag_error(r->c->diag, AG_NOWHERE, "cannot write the log: %s", strerror(r->log_error));
        s = AG_EIO;
    }
    return s;
}

static ag_status close_files(run *r)
{
    ag_status s[] = { ag_raw_close(&r->raw), ag_csv_close(&r->csv), ag_outfile_close(&r->pulses), ag_outfile_close(&r->json) };

    for (int k = 0; k < 4; k++)
        if (s[k])
            return s[k];
    return AG_OK;
}

/* Whether there is something to run and to draw; reports what is missing. */
static ag_status check(const run *r)
{
    const ag_plan *p = &r->c->plan;
    int curves = 0;

    for (int k = 0; k < p->n_analysis; k++)
        curves |= p->analysis[k].kind != AG_OP;
    if (p->n_analysis == 0)
        ag_error(r->c->diag, AG_NOWHERE, "the netlist asks for no analysis; add a line such as '.tran 1n 1u' or '.op'");
    else if (r->want->plot && !curves)
        ag_error(r->c->diag, AG_NOWHERE, "--plot draws curves, and the netlist has no .tran, .dc or .ac");
    else if (r->want->plot && !ag_gnuplot_suffix(r->want->plot))
        ag_error(r->c->diag, AG_NOWHERE, "--plot: the name '%s' must end in .svg, .png or .pdf, or be '-'", r->want->plot);
    else if (p->n_step)
        ag_error(r->c->diag, p->step[0].at, "repeated runs are not supported yet");
    else
        return AG_OK;
    return AG_ESYNTAX;
}

static ag_status go(run *r)
{
    ag_status s = check(r), e;

    if (s || (s = ag_circuit_finish(r->c)))
        return s;
    r->n_saved = ag_saved(r->c, &r->saved);
    r->results = (ag_results){ .circuit = r->c };
    r->results.outcome = AG_NEW(r->arena, ag_outcome, r->c->plan.n_analysis);
    r->results.measure = AG_NEW(r->arena, ag_result, r->c->plan.n_measure);
    r->results.pulses = AG_NEW(r->arena, ag_pulse_list, r->c->plan.n_pulses);
    for (int k = 0; k < r->c->plan.n_pulses; k++)
        r->results.pulses[k].request = &r->c->plan.pulses[k];
    s = open_files(r);
    if (s)
        return s;
    s = analyse_all(r);
    e = conclude(r);
    return s ? s : e;
}

ag_status ag_run_plan(ag_circuit *c, const ag_run_settings *settings)
{
    jmp_buf   edge, *outer = ag_arena_oom(c->arena);
    ag_locale keep = ag_locale_enter();                   /* numbers in the log have a decimal point */
    run       r = { .c = c, .want = settings, .arena = ag_arena_new(ag_arena_host(c->arena)) };
    run *volatile kept = &r;                              /* what the jump must find */
    volatile ag_status s = AG_ENOMEM;

    if (setjmp(edge) == 0) {
        ag_arena_on_oom(c->arena, &edge);
        if (r.arena) {
            ag_arena_on_oom(r.arena, &edge);
            s = go(&r);
        }
    }
    ag_status closed = close_files(kept);
    s = s ? s : closed;
    ag_arena_free(kept->arena);
    ag_arena_on_oom(c->arena, outer);
    ag_locale_leave(keep);
    return s;
}
