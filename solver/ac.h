/* ac - small-signal analysis around the operating point. */
#ifndef AG_AC_H
#define AG_AC_H
#include "solver/newton.h"

/* w is of a whole system (ag_system_new). Rows are complex: sink.h. */
ag_status ag_small_signal(ag_newton *w, const ag_analysis *a, ag_run_io *io);
#endif
