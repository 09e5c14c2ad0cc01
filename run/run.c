#include "run/run.h"
#include <errno.h>
#include <string.h>
#include "core/clocale.h"
#include "run/report.h"
#include "run/session.h"

/* ---- the whole plan ---- */

static int is_run(const ag_plan *p, ag_analysis_kind kind)
{
    for (int k = 0; k < p->n_analysis; k++)
        if (p->analysis[k].kind == kind)
            return 1;
    return 0;
}

/* Operating points first, then sweeps, small signals, transients; those of a kind in the order of the netlist. */
static ag_status analyse_all(ag_session *r)
{
    static const char *const listing[] = { [AG_PRINT] = ".print", [AG_PLOT] = ".plot", [AG_PROBE] = ".probe" };
    const ag_plan *p = &r->c->plan;

    for (int kind = 0; kind < AG_N_ANALYSIS; kind++)
        for (int k = 0; k < p->n_analysis; k++) {
            ag_status s = p->analysis[k].kind == (ag_analysis_kind)kind ? ag_session_analyse(r, k) : AG_OK;
            if (s)
                return s;
        }
    for (int k = 0; k < p->n_measure; k++)
        if (!is_run(p, p->measure[k].analysis))
            ag_warning(r->c->diag, p->measure[k].at, "measure '%s' is not evaluated: the netlist has no .%s", p->measure[k].name,
                       ag_analysis_word_of(p->measure[k].analysis));
    for (int k = 0; k < p->n_listing; k++)
        if (!is_run(p, p->listing[k].analysis))
            ag_warning(r->c->diag, p->listing[k].at, "this %s gives nothing: the netlist has no .%s", listing[p->listing[k].kind],
                       ag_analysis_word_of(p->listing[k].analysis));
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

static ag_status open_files(ag_session *r)
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

/* Pulses of a repeated analysis with the stepped values in front. */
static ag_status write_pulses(ag_session *r)
{
    const ag_results *a = &r->results;
    const ag_steps   *steps = NULL;

    for (int k = 0; k < a->n_step; k++)
        steps = a->step[k].outcome.analysis->kind == AG_TRAN ? a->step[k].steps : steps;
    ag_pulses_csv_head(&r->pulses, steps ? steps->set : NULL, steps ? steps->n_set : 0);
    if (!steps)
        ag_pulses_csv(a->pulses, r->c->plan.n_pulses, NULL, 0, &r->pulses);
    for (int k = 0; k < a->n_step && steps; k++)
        if (a->step[k].steps == steps)
            ag_pulses_csv(a->step[k].pulses, r->c->plan.n_pulses, a->step[k].value, steps->n_set, &r->pulses);
    return ag_outfile_flush(&r->pulses);
}

/* Each measure over all steps, in LTspice's form. Readers take all that follows for such tables. */
static void print_tables(ag_session *r)
{
    const ag_results *a = &r->results;
    const ag_result **row = AG_NEW(r->arena, const ag_result *, a->n_step);

    for (int k = 0; k < r->c->plan.n_measure; k++) {
        int n = 0;
        for (int j = 0; j < a->n_step; j++)
            if (a->step[j].outcome.analysis->kind == r->c->plan.measure[k].analysis)
                row[n++] = &a->step[j].measure[k];
        if (n)
            ag_measure_table(&r->c->plan.measure[k], row, n, r->want->log);
    }
}

/* What is written once all analyses have ended. */
static ag_status conclude(ag_session *r)
{
    ag_status s = AG_OK, e;

    if (r->want->stats)
        ag_report_stats(&r->results, r->want->log);
    if (r->pulses.stream)
        s = write_pulses(r);
    if (r->want->ltspice)
        print_tables(r);
    if (r->json.stream) {
        e = ag_json_write(&r->results, &r->json);
        s = s ? s : e;
    }
    if (r->states && r->states->taken) {
        e = ag_states_write(r->states, r->c, r->c->plan.state_file);
        s = s ? s : e;
    }
    ag_session_flush(r);
    if (r->log_error) {
        ag_error(r->c->diag, AG_NOWHERE, "cannot write the log: %s", strerror(r->log_error));
        s = AG_EIO;
    }
    return s;
}

static ag_status close_files(ag_session *r)
{
    ag_status s[] = { ag_raw_close(&r->raw), ag_csv_close(&r->csv), ag_outfile_close(&r->pulses), ag_outfile_close(&r->json) };

    for (int k = 0; k < 4; k++)
        if (s[k])
            return s[k];
    return AG_OK;
}

/* Whether there is something to run and to draw; reports what is missing. */
static ag_status check(const ag_session *r)
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
    else
        return AG_OK;
    return AG_ESYNTAX;
}

static ag_status go(ag_session *r)
{
    ag_status s = check(r), e;
    long      outer = 1;

    if (s || (s = ag_circuit_finish(r->c)))
        return s;
    r->n_saved = ag_saved(r->c, &r->saved);
    r->results = (ag_results){ .circuit = r->c };
    r->results.outcome = AG_NEW(r->arena, ag_outcome, r->c->plan.n_analysis);
    r->results.measure = AG_NEW(r->arena, ag_result, r->c->plan.n_measure);
    r->results.pulses = AG_NEW(r->arena, ag_pulse_list, r->c->plan.n_pulses);
    for (int k = 0; k < r->c->plan.n_step; k++)
        outer *= r->c->plan.step[k].n;
    r->outer = AG_NEW(r->arena, ag_result *, outer);
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
    ag_session r = { .first = c, .c = c, .want = settings, .keep = ag_arena_new(ag_arena_host(c->arena)) };
    ag_session *volatile kept = &r;                       /* what the jump must find */
    volatile ag_status s = AG_ENOMEM;

    if (setjmp(edge) == 0) {
        ag_arena_on_oom(c->arena, &edge);
        r.arena = r.keep;
        if (r.keep) {
            ag_arena_on_oom(r.keep, &edge);
            s = go(&r);
        }
    }
    ag_status closed = close_files(kept);
    s = s ? s : closed;
    if (kept->arena != kept->keep)
        ag_arena_free(kept->arena);
    ag_arena_free(kept->part);
    ag_arena_free(kept->keep);
    ag_arena_on_oom(c->arena, outer);
    ag_locale_leave(keep);
    return s;
}
