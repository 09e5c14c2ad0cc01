/* balance - the energy that sources deliver and all other devices take, for --stats.
 *
 * Every two-terminal device's v i is summed over the accepted steps with the integrator's own quadrature, so what is
 * left over is what the solver's residuals let slip, not an error of adding up. */
#ifndef AG_RUN_BALANCE_H
#define AG_RUN_BALANCE_H
#include "core/circuit.h"
#include "core/sink.h"

/* Column of a row with p() of one copy of the device; how many copies there are. */
typedef struct ag_share { int column; double copies; } ag_share;

typedef struct ag_balance {
    struct ag_share *source, *load;        /* sources; the others */
    int    n_source, n_load;
    double delivered, taken;               /* [J] since the start */
    double before[AG_CARRY][2];            /* [J] delivered, taken in the last steps, newest first */
} ag_balance;

/* Adds the probes, so it comes before the analysis begins. */
ag_balance *ag_balance_new(ag_circuit *c, ag_arena *a);
void        ag_balance_step(ag_balance *b, const double *const *row, const double *weight, const double *carry);
#endif
