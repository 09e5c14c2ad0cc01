/* grid - `.options interp=1`: turns rows at accepted points into rows on the TSTEP grid, linearly interpolated. */
#ifndef AG_GRID_H
#define AG_GRID_H
#include "core/circuit.h"

typedef struct ag_grid {
    double      start, step, stop;          /* [s] */
    long        next, last;                 /* number of the next grid time, and of the last: start + k step */
    int         n, primed;                  /* numbers in a row; a previous row exists */
    double     *previous, *row;
    ag_status (*point)(void *self, const double *row);
    void       *self;
} ag_grid;

#define AG_GRID_POINTS 100000000L           /* more rows than that are a mistake in TSTEP */

/* AG_ERANGE after a report when the grid is too fine; TSTEP 0 gives tstop/50 as the step. */
ag_status ag_grid_init(ag_grid *g, ag_circuit *c, const ag_analysis *a, ag_arena *arena);
/* Takes a row of the analysis and delivers the rows of all grid times up to it; tstop itself always is one. */
ag_status ag_grid_point(ag_grid *g, const double *row);
#endif
