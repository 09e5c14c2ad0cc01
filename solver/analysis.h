/* analysis - runs one analysis of a finished circuit. */
#ifndef AG_SOLVER_ANALYSIS_H
#define AG_SOLVER_ANALYSIS_H
#include "core/circuit.h"
#include "core/sink.h"

/* Allocates in an arena of its own, freed before return; out-of-memory jumps are caught here. Failures are reported
 * through c->diag at a->at: AG_ENOCONV, AG_ESINGULAR, AG_ESTEP, AG_ESTOPPED, AG_ENOMEM, or what io->point returned. */
ag_status ag_analysis_run(ag_circuit *c, const ag_analysis *a, ag_run_io *io);
#endif
