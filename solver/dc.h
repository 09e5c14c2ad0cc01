/* dc - sweep of one to three quantities: an operating point for each combination of values, innermost axis first. */
#ifndef AG_DC_H
#define AG_DC_H
#include "solver/newton.h"

/* Axes are anything but parameters; with io->near there may be none, for a single point. The scale of a row is the value of the innermost axis. On return all swept quantities are as before. Failures are reported with the
 * values at which they occurred; the points before have been delivered. */
ag_status ag_dc_sweep(ag_newton *w, const ag_analysis *a, ag_run_io *io);
#endif
