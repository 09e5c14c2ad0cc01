/* signal - names of signals to probes of a circuit. Used by the elaborator and by ag_save. */
#ifndef AG_SIGNAL_H
#define AG_SIGNAL_H
#include "core/circuit.h"

/* Probe for kind "v", "i", "p" (a = node or device, b = second node or NULL) or "@" (a = device, b = variable). Device
 * names: "r1", "x1.r1", "r.x1.r1"; "v1#branch" is i(v1). Variables of @dev[..]: its unknowns, "i", "p", "v", "g", its
 * parameters, derived values and memories. Returns the probe's number; -1 after a report at `at` that suggests a near name. */
int  ag_signal(ag_circuit *c, const char *kind, const char *a, const char *b, ag_loc at);
/* The same from text: "v(a,b)", "@n1[h]". */
int  ag_signal_text(ag_circuit *c, const char *text, ag_loc at);
/* The hierarchical name x1:mid (LTspice, Xyce) as x1.mid; any other name as it is, as a ':' may be part of it. */
const char *ag_dotted(ag_circuit *c, const char *name);
/* Whether ag_signal would know @device[variable], without a report; of current and power as "i" and "p". */
int  ag_signal_has(const ag_circuit *c, const char *device, const char *variable);
/* Whether a node or device of that name was put in by the elaborator, to measure a current: "r1(i)", which no name in a
 * netlist can be. */
int  ag_signal_hidden(const char *name);
/* The probes saved by default: node voltages in order of appearance, then the currents of V and L; not the hidden ones.
 * Returns how many; *list is in the circuit's arena. */
int  ag_signal_default(ag_circuit *c, int **list);
#endif
