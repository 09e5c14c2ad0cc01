/* state - writes what devices remember at the end of a run: the file that .load state=FILE reads (parser/state.c). */
#ifndef AG_STATE_H
#define AG_STATE_H
#include "core/sink.h"

typedef struct ag_states {
    ag_arena *arena;
    double ***value;                        /* [batch][own unknown, then memory][lane]; NULL: not a state */
    int       taken;                        /* an analysis has ended */
} ag_states;

ag_states *ag_states_new(ag_arena *a, const ag_circuit *c);
/* As ag_run_io.state. */
void       ag_states_take(ag_states *s, ag_instance i, int k, double value);
/* AG_EIO after a report when the file exists and is something else, so that a slip of the pen costs no netlist. */
ag_status  ag_states_check(ag_diag *d, const char *path, ag_loc at);
/* Under another name first, renamed when it is whole. */
ag_status  ag_states_write(const ag_states *s, const ag_circuit *c, const char *path);
#endif
