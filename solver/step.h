/* step - one step of a transient: its stages, its error, and what the next one may be.
 *
 * A step is tried with the formulas of solver/integrate.h or solver/bdf.h, stage by stage with Newton. The local error e of
 * the charges becomes an error of the unknowns through the matrix factored last, delta = M^-1 a e: for dC/dt = -G
 * this is the filtered estimate of Hosea & Shampine (1996, section 4), which stays small for stiff components that the
 * method damps. The step is accepted when |delta| <= ERROR_SHARE (reltol |x| + abstol) for every node voltage,
 * inductor current and state, no waveform bends too far away from the straight line over it (step_bend: what a source
 * does where no charge follows it), and no model objects; the next step follows from the estimates. */
#ifndef AG_STEP_H
#define AG_STEP_H
#include "solver/bdf.h"
#include "solver/newton.h"

typedef struct ag_tran {
    ag_newton  *w;
    ag_system  *s;
    const ag_analysis *a;
    ag_run_io  *io;
    int         method, fixed;
    /* Time reached, and what rounding left out of it: after seconds of nothing a filament completes within picoseconds, in
     * steps that t alone would not notice. */
    double      t, t_rest;
    double      h, h_before;         /* next step; from t back to where qs was taken and xb belongs [s] */
    double      hmin, hmax, corner;  /* next breakpoint (or tstop) */
    double      t_delivered;         /* time of the last point handed out; those of one time are one point */
    int         since;               /* steps since the last discontinuity */
    double     *x0, *xs, *x1, *xb;   /* [n + 1]: at t, inner stage, t + h, and the one before x0 for prediction */
    double     *q0, *qd0, *qs, *qds, *q1, *qd1;      /* [rows] charges and dq/dt; s: inner stage or before t */
    double     *peak;                /* [n + 1]: largest |x| so far, the scale on which a waveform is looked at */
    ag_bdf     *bdf;                 /* of method gear, or NULL */
    double     *hist, *past, *est;   /* [rows], [rows] part of points before t in it, [n + 1] */
    double     *row[3];              /* [1 + n_probe] at the start, the inner stage, the end */
    double     *refused;             /* [n_node]: errors in the step refused last at this time, */
    unsigned char *stubborn;         /* and how many refusals in a row have hardly lowered them */
    int         refusals;            /* for errors, at this time */
    double      growth;              /* what the error estimate allows for the next step, relative to this one */
    int         cuts;                /* in a row */
    int         chatter;             /* steps in a row at whose ends a switch changed */
    ag_status   why;                 /* of the last cut */
} ag_tran;

void      ag_form_qdot(const ag_tran *r, double a, const double *hist, double *q, double *qd);     /* of the last assembly */
/* Times shorter than this t hardly resolves [s]; sources, which are evaluated at t, are stairs to them. */
double    ag_step_resolved(const ag_tran *r);
ag_method ag_step_method(const ag_tran *r, double h);
/* Tries one step of length h. AG_OK: x1, q1 hold it. AG_REJECT: r->h is the next to try. AG_ESTEP: give up. */
ag_status ag_step_try(ag_tran *r, const ag_method *m, double h);
#endif
