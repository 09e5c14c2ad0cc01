/* session - what the files of this folder share while a plan is run. Private to this folder.
 *
 *     run.c        the whole plan: files, order of analyses, what is written at the end
 *     analyse.c    one analysis of one circuit: where its rows go, its results in the log
 *     parts.c      a .dc over a parameter, each value of which makes another circuit
 *     stepped.c    one analysis for every combination of stepped values, each with a circuit and an arena of its own */
#ifndef AG_SESSION_H
#define AG_SESSION_H
#include "run/balance.h"
#include "run/grid.h"
#include "run/run.h"
#include "run/state.h"
#include "core/steps.h"
#include "waveforms/csv.h"
#include "waveforms/gnuplot.h"
#include "waveforms/json.h"
#include "waveforms/raw.h"

typedef struct ag_session {
    ag_circuit            *first;           /* of the netlist */
    ag_circuit            *c;               /* the one that is run: first, or that of a step */
    const ag_run_settings *want;
    ag_arena              *keep;            /* as long as the run */
    ag_arena              *arena;           /* as long as the analysis: keep, or that of a step */
    ag_arena              *part;            /* of a part of the analysis (parts.c), or NULL */
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
    int                    led[2];          /* stepped values come first in the rows of that sink */
    double                *row;             /* of such a sink */
    ag_result             *measure;         /* [plan.n_measure] */
    ag_pulse_list         *pulse_list;      /* [plan.n_pulses] */
    ag_grid                grid;
    int                    gridded;
    ag_memory             *memory, *shown;  /* accepted points; points of tables: the same unless gridded */
    ag_select             *op;              /* operating point: its columns and values */
    double                *op_value;
    const ag_output       *curve;           /* what a plot shows */
    int                    n_curve;
    ag_balance            *balance;         /* of a transient, with want->stats */
    ag_steps              *steps;           /* what it is repeated for, or NULL; and the number of this time */
    long                   step;
    ag_result            **outer;           /* [combinations of .step] measures, as far as they are known */
    int                    first_repeated;  /* outcomes when the first repeated analysis began; 0: none yet */
    int                    log_error;       /* errno of the first failure to write the log */
} ag_session;


/* ---- analyse.c ---- */
void      ag_session_flush(ag_session *r);                 /* the log */
/* Chooses columns, sinks and what is to be kept for analysis a of r->c, all in r->arena. */
ag_status ag_session_prepare(ag_session *r, const ag_analysis *a);
ag_status ag_session_begin_sinks(ag_session *r);
/* Runs it; what it counted is in *o. */
ag_status ag_session_solve(ag_session *r, ag_outcome *o);
ag_status ag_session_end_sinks(ag_session *r, ag_status why);
/* Measures into r->measure, pulses into r->pulse_list; they, tables and operating points to the log. */
void      ag_session_finish(ag_session *r, ag_status status);
int       ag_session_is_drawn(const ag_session *r);        /* --plot shows this analysis */
/* Curves of what was kept; *n of them, in r->arena. */
ag_curve *ag_session_curves(ag_session *r, int *n);
ag_status ag_session_draw(ag_session *r, const ag_curve *curve, int n, const ag_memory *scale);
ag_status ag_session_analyse(ag_session *r, int k);        /* all of it, for analysis k of the plan; once */

/* ---- parts.c ---- */
int       ag_session_has_parts(const ag_session *r);       /* r->analysis is a .dc over a parameter */
ag_status ag_session_parts(ag_session *r, ag_run_io *io);  /* runs it */

/* ---- stepped.c ---- */
/* Analysis k of the plan for all steps; *total gets their sums. Steps that fail are reported, and the others are run. */
ag_status ag_session_repeat(ag_session *r, int k, ag_steps *steps, ag_outcome *total);
#endif
