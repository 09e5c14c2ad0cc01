/* measure - evaluates .measure on the kept points of an analysis.
 *
 * Waveforms are linear between points. INTEG, AVG and RMS are exact for that (RMS integrates the square of the linear
 * interpolant), with window ends interpolated; MIN, MAX and PP include the window ends. INTEG and AVG of a plain p(device)
 * of two terminals integrate the product of its voltage and current, each linear between points, as .pulses does. A
 * window is cut to the run; one that lies outside fails. A rise at a segment from a to b is a < 0 <= b for a = lhs - rhs
 * at its start, a fall a > 0 >= b, so a waveform that stays at the level is counted once; the time is interpolated
 * linearly, and on a vertical jump (points nearer than rounding can tell) it is that of the jump's end. DERIV is the slope
 * between points, linear in time from the middle of one segment to the middle of the next.
 *
 * Over a .dc the scale takes the place of time; it may fall, and then INTEG is negative where the curve is positive, as in
 * ngspice. The curves of a nested .dc are looked at one after the other: extrema and means are of all of them, crossings are
 * counted on, integrals add up, FIND AT takes the first curve that has the value; no line joins two curves. */
#ifndef AG_MEASURE_H
#define AG_MEASURE_H
#include <stdio.h>
#include "waveforms/memory.h"

typedef struct ag_result {                  /* of one measure */
    int         ok, evaluated;
    double      value;
    double      at;                         /* scale at the extremum or of FIND (MIN_AT, MAX_AT: the extremum); NAN: none */
    double      from, to;                   /* window, or the two of TRIG/TARG; NAN: none */
    const char *why;                        /* why it failed */
    const char *unit;                       /* "" when not known */
} ag_result;

/* Asks for what the measures of that analysis read. */
void ag_measure_want(const ag_circuit *c, ag_analysis_kind kind, ag_memory *m);
/* result[n_measure] of the plan; evaluates those of that kind. With complete = 0 (the analysis did not finish) they fail. */
void ag_measure_run(const ag_circuit *c, ag_analysis_kind kind, const ag_memory *m, int complete, ag_result *result,
                    ag_arena *a);
/* "vmax                =  6.664856e-01 at=  6.000000e-09" as ngspice; with ltspice also "vmax: MAX(v(out))=..." */
void ag_measure_print(const ag_measure *measure, const ag_result *r, int ltspice, FILE *log);
/* One measure over n steps, in LTspice's form: "Measurement: vmax", a heading, and a line a step; columns are set apart by tabs.
 * What failed is nan. */
void ag_measure_table(const ag_measure *measure, const ag_result *const *result, int n, FILE *log);
#endif
