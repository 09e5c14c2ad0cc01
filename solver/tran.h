/* tran - transient analysis: start, steps with error control, breakpoints. */
#ifndef AG_TRAN_H
#define AG_TRAN_H
#include "solver/newton.h"

ag_status ag_transient(ag_newton *w, const ag_analysis *a, ag_run_io *io);
#endif
