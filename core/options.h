/* options - what .options sets; one table gives names, defaults, ranges and help. */
#ifndef AG_OPTIONS_H
#define AG_OPTIONS_H
#include "core/model.h"

/* name, unit, default, min, max, help. An option that takes a word (method=gear) stores the word's number. */
#define AG_OPTION_LIST(X)                                                                                     \
    X(reltol, "1", 1e-3, 1e-12, 0.5, "relative tolerance of Newton and of the time-step error control")       \
    X(abstol, "A", 1e-12, 1e-30, 1, "absolute tolerance of currents")                                         \
    X(vntol, "V", 1e-6, 1e-15, 1, "absolute tolerance of voltages")                                           \
    X(chgtol, "C", 1e-14, 1e-30, 1, "accepted; errors are controlled on voltages, currents, states")           \
    X(trtol, "1", 1, 1e-3, 1e3, "factor on the time-step error tolerance")                                    \
    X(gmin, "S", 1e-12, 0, 1, "conductance across junctions, and the last value of gmin stepping")            \
    X(temp, "C", 27, -273.15, 2000, "temperature of the devices")                                             \
    X(tnom, "C", 27, -273.15, 2000, "temperature at which model parameters were measured")                    \
    X(itl1, "1", 100, 1, 100000, "Newton iterations of an operating point")                                   \
    X(itl4, "1", 12, 2, 100000, "Newton iterations of a time step")                                           \
    X(method, "1", 0, 0, 2, "integration: trbdf2, trap, gear")                                                \
    X(maxord, "1", 2, 1, 6, "largest order of gear: 1 to 5")                                                  \
    X(fixedstep, "1", 0, 0, 1, "1: every step is TMAX (or TSTEP), no error control")                          \
    X(interp, "1", 0, 0, 1, "1: output on the TSTEP grid")                                                    \
    X(delmax, "s", 0, 0, 1e30, "largest time step of a transient that gives no TMAX; 0: (tstop - tstart)/50") \
    X(hmin, "s", 0, 0, 1, "smallest time step; 0: chosen from the times of the run")                          \
    X(seed, "1", 1, 0, 4294967295.0, "seed of random draws")                                                  \
    X(draws, "1", 1, 0, 1, "0: gauss(), unif(), ... give their nominal value")                                  \
    X(numdgt, "1", 6, 1, 17, "significant digits of .print tables")

typedef struct ag_options {
#define AG_OPTION_MEMBER(name, unit, dflt, min, max, help) double name;
    AG_OPTION_LIST(AG_OPTION_MEMBER)
} ag_options;

extern const ag_param ag_option_table[];            /* in the order of the members */
extern const int      ag_n_option;
void ag_options_default(ag_options *o);
static inline double *ag_option_at(ag_options *o, int k) { return (double *)o + k; }
enum { AG_TRBDF2, AG_TRAP, AG_GEAR };
int ag_method_find(const char *word);               /* "trbdf2", "trap", "trapezoidal", "gear", "bdf2"; -1: none */
#endif
