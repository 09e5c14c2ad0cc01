/* op - the operating point: Newton, then gmin stepping, then source stepping. */
#ifndef AG_OP_H
#define AG_OP_H
#include "solver/newton.h"

/* x is the guess and the result; states marked hold stay at their initial values. ic: nodes of .ic are held, as before a
 * transient. Failures are reported at `at`. */
ag_status ag_operating_point(ag_newton *w, double *x, int ic, ag_loc at);
#endif
