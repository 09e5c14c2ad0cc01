/* newton - solves F(x) + a Q(x) + hist = 0 from the guess in x.
 *
 * Converged when the last update is below reltol |x| + abstol of every unknown, no device was evaluated away from x,
 * and every residual row is below its own tolerance (or below what rounding leaves). On AG_OK F, Q belong to x. An
 * update that leads where the equations are not finite or wildly out of balance (an exponential) is halved. */
#ifndef AG_NEWTON_H
#define AG_NEWTON_H
#include "solver/system.h"

typedef struct ag_newton {
    ag_system *s;
    double    *dx, *noise;           /* [n + 1], [n_kept] */
    double     factored_a, factored_gshunt;   /* what the factors at hand belong to (linear circuits reuse them) */
    long       devices;
    int        iterations;           /* of the last call */
    int        worst;                /* after a failure: the row with the largest residual / tolerance, and */
    int        worst_update;         /* the unknown with the largest change / tolerance */
    double     residual, update;     /* these, in their units */
    int        singular;             /* the unknown without pivot, after AG_ESINGULAR */
} ag_newton;

ag_newton *ag_newton_new(ag_system *s);
/* The constant part of the matrix has changed: factors at hand are those of another circuit. */
void       ag_newton_forget(ag_newton *w);
/* AG_OK; AG_REJECT (not finite, local block singular); AG_ENOCONV; AG_ESINGULAR. */
ag_status  ag_newton_solve(ag_newton *w, double *x, const ag_point *p, int limit);
/* After a failure: a note at `at` with the largest residual and the largest change. */
void       ag_newton_explain(ag_newton *w, ag_loc at);
/* Largest residual / tolerance of the last assembly. */
double     ag_newton_worst(ag_newton *w);
#endif
