/* bdf - variable-step, variable-order backward differentiation formulas, order 1 to 5 (method=gear).
 *
 * With points t_1 = t, t_2, ... behind the new one, t_0 = t + h, the formula of order k differentiates the polynomial through
 * the charges at t_0 .. t_k:
 *     dQ/dt(t_0) = a q_0 + sum_{j=1..k} c_j q_j,
 *     a = sum 1/(t_0 - t_j),   c_j = 1/(t_j - t_0) prod_{i /= 0, j} (t_0 - t_i)/(t_j - t_i).
 * What it leaves of dQ/dt is, with the polynomial p of degree k through t_1 .. t_{k+1} as predictor,
 *     tau = (q_0 - p(t_0)) / (t_0 - t_{k+1}).
 * Brayton, Gustavson, Hachtel, Proc. IEEE 60(1) 98-108, 1972; choice of the order as in Hindmarsh et al., SUNDIALS, ACM TOMS
 * 31(3) 363-396, 2005: after k + 1 steps of order k the estimates of k - 1 and k + 1 are compared with it. */
#ifndef AG_BDF_H
#define AG_BDF_H
#include <stddef.h>
#include "core/sink.h"
#include "solver/integrate.h"

#define AG_BDF_MOST (AG_CARRY + 1)          /* largest order */

typedef struct ag_bdf {
    int    order, most;                     /* of the next step; largest allowed */
    int    steps;                           /* taken at this order */
    int    n;                               /* points known, the newest at t first */
    double age[AG_BDF_MOST + 2];            /* [s] how far behind t each lies */
    double *x[AG_BDF_MOST + 2], *q[AG_BDF_MOST + 2];
    int    n_x, n_q;
} ag_bdf;

ag_bdf *ag_bdf_new(ag_arena *arena, int n_x, int n_q, int most);
/* The point (x, q) at t is all that is known: charges may have a corner there. */
void      ag_bdf_restart(ag_bdf *b, const double *x, const double *q);
void      ag_bdf_push(ag_bdf *b, double h, const double *x, const double *q);      /* a step of h was accepted */
double    ag_bdf_a(const ag_bdf *b, int order, double h);                          /* a of that order */
/* The formula of that order (at most n); the sum of c_j q_j goes to hist. */
ag_method ag_bdf_method(const ag_bdf *b, int order, double h, double *hist);
/* tau of that order (below n) for q at t + h. */
void      ag_bdf_defect(const ag_bdf *b, int order, double h, const double *q, double *tau, int count);
#endif
