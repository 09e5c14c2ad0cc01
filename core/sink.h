/* sink - what an analysis counts and where its rows go. */
#ifndef AG_SINK_H
#define AG_SINK_H
#include "core/circuit.h"

/* What an analysis needs beside the circuit: where rows go, and what is counted. A row is the scale (time; 0 in an operating
 * point; value of the innermost axis of .dc), then every probe of circuit->plan in order. The rows of .ac are complex:
 * frequency, 0, then real and imaginary part of every probe. */
typedef struct ag_stats {
    long   steps, rejected_error, rejected_newton, rejected_model;
    long   newton, factor, refactor, solve, points;
    double worst_kcl;                       /* largest |residual| / tolerance over accepted points */
    int    unknowns, equations, nonzeros;   /* all unknowns; rows of the matrix after local elimination; its entries */
    const char *op_method;                  /* "newton", "gmin stepping", ... */
    double hmin, hmax;                      /* smallest and largest accepted step [s] */
    double seconds;                         /* CPU time of the analysis */
} ag_stats;

#define AG_CARRY 4                          /* steps before that the quadrature of a step may refer to */

/* Of a .dc that is run in parts, a circuit for each: the solution from which the next part begins, replaced by that of its first
 * point where it has room, and the values that are the same throughout the part, for reports: "rload = 1000". */
typedef struct ag_near { double *x; int n, room; const char *where; } ag_near;

typedef struct ag_run_io {
    ag_status (*point)(void *self, const double *row);   /* accepted point; NULL: no output wanted */
    int       (*progress)(void *self, double fraction, double time);   /* nonzero stops; may be NULL */
    /* Accepted step with the integrator's own quadrature, for exact balances of charge and energy (may be NULL): the
     * integral of dq/dt over the step is sum weight[k] * value in row[k] + sum carry[j] * (the same j + 1 steps before), with
     * rows at the start, at the inner stage (weight 0 when there is none) and at the end. */
    void      (*quadrature)(void *self, const double *const *row, const double *weight, const double *carry);
    /* The states of the devices at the end of an analysis that was finished: own unknown k of an instance, or its memory
     * k - n_unknown (may be NULL). */
    void      (*state)(void *self, ag_instance i, int k, double value);
    void       *self;
    ag_near    *near;                       /* NULL: the .dc is whole */
    ag_stats    stats;
} ag_run_io;
#endif
