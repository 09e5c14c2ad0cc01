/* plan - what a netlist asks for: analyses, outputs, measures, initial conditions. Names are resolved. */
#ifndef AG_PLAN_H
#define AG_PLAN_H
#include "core/diag.h"
#include "core/expr.h"
#include "core/program.h"
#include "core/sweep.h"

typedef enum ag_probe_kind {
    AG_PROBE_NODE,                          /* v(a) or v(a,b) */
    AG_PROBE_UNKNOWN,                       /* own unknown `index` of an instance: a state, a branch current */
    AG_PROBE_CURRENT,                       /* current into terminal `index` of an instance, with dq/dt */
    AG_PROBE_POWER,                         /* sum of voltage times current over the branches of an instance */
    AG_PROBE_VOLTAGE,                       /* voltage of branch `index` of an instance */
    AG_PROBE_CONDUCTANCE,                   /* slope di/dv of the static curve, memories held */
    AG_PROBE_PARAM,                         /* parameter `index`, constant */
    AG_PROBE_DERIVED,                       /* derived value `index`, constant */
    AG_PROBE_LATCH                          /* memory `index` of an instance */
} ag_probe_kind;

/* A signal of the circuit. All probes of a circuit have one list; the row of a point is the scale (time; value of the
 * innermost axis of .dc; frequency), then the probes: sink.h. */
typedef struct ag_probe {
    ag_probe_kind kind;
    const char   *name, *unit;              /* canonical: "v(a,b)", "i(v1)", "@n1[h]" */
    ag_quantity   quantity;
    int           node[2];                  /* AG_PROBE_NODE: node numbers, node[1] = 0 for v(a) */
    int           batch, lane, index;
} ag_probe;

/* An output expression over probes: a plain signal has a probe number and no program. The inputs u[k] of the program
 * are the columns of the row: u[0] = scale, u[1 + k] = probe k (only those it uses are read); of the complex rows of .ac
 * u[2 (1 + k)] is the real and u[2 (1 + k) + 1] the imaginary part of probe k. */
typedef struct ag_output {
    const char *name;                       /* as in tables and plots */
    int         probe;                      /* number in plan.probe, or -1 */
    ag_program *program;                    /* with probe -1 */
    const int  *used;                       /* [n_used] probes the program reads */
    int         n_used;
    int         is_complex;                 /* the program has a second output, the imaginary part (of .ac) */
    const char *unit;                       /* with probe -1: where it is known; or NULL */
    const struct ag_output *versus;         /* .plot a vs b: what it is drawn over; NULL: the scale */
    double      low, high;                  /* limits that .plot gives its axis; equal: none */
    ag_loc      at;
} ag_output;

typedef enum ag_analysis_kind { AG_OP, AG_DC, AG_AC, AG_TRAN, AG_N_ANALYSIS } ag_analysis_kind;

enum { AG_MOST_AXES = 3 };                  /* of one .dc */
typedef struct ag_analysis {
    ag_analysis_kind kind;
    double tstep, tstop, tstart, tmax;      /* [s]; tmax 0: option delmax, or (tstop - tstart)/50 */
    int    uic;
    const double *frequency; int n_frequency;    /* [Hz] of AG_AC */
    int    log_scale;                       /* of AG_AC: the frequencies are spaced by ratio */
    ag_axis axis[AG_MOST_AXES]; int n_axis; /* of AG_DC: one to three, innermost first */
    ag_axis sweep[AG_MOST_AXES]; int n_sweep;  /* "sweep": the whole analysis is run for each value, innermost first */
    ag_loc at;
} ag_analysis;

enum { AG_PRINT, AG_PLOT, AG_PROBE };       /* .print, .plot, .probe */
typedef struct ag_listing { int kind; ag_analysis_kind analysis; ag_output *item; int n; ag_loc at; } ag_listing;

/* A crossing: the n-th (from 1; -1: LAST) rise, fall or cross of lhs - rhs after td. */
typedef struct ag_when { ag_output lhs, rhs; int edge, n; double td; int has_at; double at_time; } ag_when;
enum { AG_CROSS, AG_RISE, AG_FALL };
typedef enum ag_measure_kind {
    AG_M_INTEG, AG_M_AVG, AG_M_RMS, AG_M_MIN, AG_M_MAX, AG_M_PP, AG_M_MIN_AT, AG_M_MAX_AT,
    AG_M_FIND, AG_M_DERIV,                  /* `what` at `trig` (a time or a crossing) */
    AG_M_WHEN,                              /* time of `trig` */
    AG_M_TRIG_TARG,                         /* targ - trig */
    AG_M_PARAM                              /* expression of earlier measures */
} ag_measure_kind;

typedef struct ag_measure {
    const char      *name;
    ag_analysis_kind analysis;
    ag_measure_kind  kind;
    ag_output        what;
    ag_when          trig, targ;
    int              power, v, i;           /* power: `what` is a plain p(device), the product of probes v and i */
    double           from, to;              /* NAN: whole run */
    /* AG_M_PARAM: program whose inputs u[k] are the results of measure[k] (k below its own number). */
    ag_program      *param;
    const int       *used;                  /* [n_used] measures it reads */
    int              n_used;
    const char      *text;                  /* the expression as written, for the log */
    ag_loc           at;
} ag_measure;

typedef struct ag_pulses {                  /* .pulses DEVICE */
    const char *device;                     /* name as printed */
    int         v, i, g;                    /* probes: voltage, current, conductance of the device */
    double      from, to, read, vmin, recover;   /* NAN from/to: whole run */
    ag_loc      at;
} ag_pulses;

typedef struct ag_ic { int node; double value; int nodeset; ag_loc at; } ag_ic;      /* .ic v(node)=value, .nodeset */

/* First line of a file of states (parser/state.c): this and the version of the form. */
#define AG_STATE_WORD    "agspice-state"
#define AG_STATE_VERSION 1

#define AG_LIST(type, name) type *name; int n_##name, cap_##name
typedef struct ag_plan {
    AG_LIST(ag_probe, probe);
    AG_LIST(ag_analysis, analysis);
    AG_LIST(ag_axis, step);                 /* .step, .temp with several values: all analyses for each; innermost first */
    AG_LIST(ag_listing, listing);
    AG_LIST(ag_measure, measure);
    AG_LIST(ag_pulses, pulses);
    AG_LIST(ag_ic, ic);
    AG_LIST(int, save);                     /* probe numbers of .save; none: the default set */
    int of_temper;                          /* a value in the netlist was computed from the temperature: another one, another circuit */
    int save_all;                           /* .save all: the default set as well */
    const char *state_file;                 /* .save state=FILE, its path from here; or NULL */
    ag_loc state_at;
} ag_plan;
#endif
