/* integrate - the formulas of the one-step methods, and nothing else.
 *
 * A stage at t + theta h approximates   dq/dt = a q + q0 Q0 + qd0 Q0' + qs Qs   with Q0, Q0' at t and Qs the charge of the
 * inner stage. The local error of q over the step is
 *     e = h (e0 Q0' + es Qs' + e1 Q1'),
 * Qs' being dq/dt at the inner stage or at the point before t, and 0 coefficients where there is no estimate.
 *
 * trbdf2  Hosea & Shampine, Applied Numerical Mathematics 20 (1996) 21-37: gamma = 2 - sqrt 2, third-order companion.
 * trap    trapezoidal rule; divided differences of dq/dt give q'''.
 * gear    see solver/bdf.h.
 * Where dq/dt may jump (start, breakpoint) the first step must not use Q0': it is trbdf2 with backward Euler as its
 * inner stage, L-stable and with an error estimate, for every method; trap then finds the inner stage where it wants the
 * point before t, and gear's second step is trapezoidal, until its own error estimate has the points it needs. */
#ifndef AG_INTEGRATE_H
#define AG_INTEGRATE_H

#include "core/sink.h"

#define AG_GAMMA 0.58578643762690485    /* 2 - sqrt 2: both stages of trbdf2 share the matrix a = 2/(gamma h) */

typedef struct ag_formula { double theta, a, q0, qd0, qs; } ag_formula;

typedef struct ag_method {
    int        n_stage;              /* 1 or 2 */
    ag_formula stage[2];
    double     e0, es, e1;
    int        order;                /* of the error estimate: e ~ h^(order + 1); 0: no estimate */
    /* The method's own quadrature: q1 - q0 = weight[0] Q0' + weight[1] Qstage' + weight[2] Q1' + sum of carry[j] times
     * the change of q in the step j + 1 before. */
    double     weight[3], carry[AG_CARRY];
} ag_method;

/* h [s]; h_before [s]: how far before t Qs was taken; since: steps taken after the last discontinuity (0: this is the first). method: AG_TRBDF2, ... */
ag_method ag_method_at(int method, double h, double h_before, int since);
#endif
