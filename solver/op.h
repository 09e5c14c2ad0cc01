/* op - the operating point: Newton, then gmin stepping, then source stepping. */
#ifndef AG_OP_H
#define AG_OP_H
#include "solver/newton.h"

/* x is the guess and the result; states marked hold stay at their initial values. ic: nodes of .ic are held, and sources have the
 * values their waveforms begin with, as before a transient. Failures are reported at `at`. */
ag_status ag_operating_point(ag_newton *w, double *x, int ic, ag_loc at);

/* The same in steps, for points that follow one another. After a failure x is the solution before, or the guess. */
typedef struct ag_rest ag_rest;
ag_rest    *ag_rest_new(ag_newton *w, int ic);
ag_status   ag_rest_find(ag_rest *o, double *x);                   /* by every way there is */
ag_status   ag_rest_near(ag_rest *o, double *x);                   /* by Newton from x, the solution of a neighbouring point */
ag_status   ag_rest_settle(ag_rest *o, double *x);                 /* from such a solution where the circuit's own dq/dt leads */
/* Lets switches change until all agree with x, which is solved for again (near: from x). */
ag_status   ag_rest_switch(ag_rest *o, double *x, int near);
int         ag_rest_frees(const ag_rest *o);                       /* a memory is solved for: settle is the only way to its next state */
const char *ag_rest_method(const ag_rest *o);                      /* of the last success, the last one tried of a failure */
/* Reports a failure: "WHAT: no convergence (...); try HINT", "WHAT: matrix is singular at ..."; returns the status to end with. */
ag_status   ag_rest_explain(ag_rest *o, ag_status status, const char *what, const char *hint, ag_loc at);
#endif
