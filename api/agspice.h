/* agspice.h - the only installed header: read or build a circuit, run an analysis, receive waveforms.
 *
 * The library never prints, never exits and keeps no global state; circuits may run in parallel. Every call
 * returns an ag_status unless it creates something. Whatever is obtained through a circuit lives until
 * ag_circuit_free; after AG_ENOMEM that is the only call left. The other folders include this header for the types
 * that cross the boundary, so that each is defined once. */
#ifndef AGSPICE_H
#define AGSPICE_H
#include <stddef.h>
#ifdef __cplusplus
extern "C" {
#endif

#define AG_VERSION "0.1.0"

/* code, value, text. 0 is success; positive codes are recoverable (try again with a smaller step); negative final. */
#define AG_STATUS_LIST(X)                                                                     \
    X(AG_OK, 0, "done")                                                                       \
    X(AG_REJECT, 1, "point refused: a smaller step is wanted")                                \
    X(AG_ENOMEM, -1, "out of memory")                                                         \
    X(AG_EIO, -2, "file input or output failed")                                              \
    X(AG_ESYNTAX, -3, "netlist error")                                                        \
    X(AG_ENAME, -4, "unknown name")                                                           \
    X(AG_ERANGE, -5, "value out of range")                                                    \
    X(AG_ESINGULAR, -6, "singular matrix")                                                    \
    X(AG_ENOCONV, -7, "no convergence")                                                       \
    X(AG_ESTEP, -8, "time step too small")                                                    \
    X(AG_ESTOPPED, -9, "interrupted")
#define AG_STATUS_ENUM(code, value, text) code = value,
typedef enum ag_status { AG_STATUS_LIST(AG_STATUS_ENUM) AG_STATUS_END = 100 } ag_status;
const char *ag_status_text(ag_status s);

typedef enum ag_severity { AG_NOTE, AG_WARNING, AG_ERROR } ag_severity;

/* What the library asks of its host; any member may be null. */
typedef struct ag_host {
    void *user;                                        /* handed back in every call */
    void *(*alloc)(void *user, size_t bytes);          /* default malloc */
    void  (*release)(void *user, void *block);         /* default free */
    /* One finished report, "file:line:column: error: ..." with source line and caret, ending in a newline. */
    void  (*report)(void *user, ag_severity severity, const char *text);
    /* Called a few thousand times per second at most; fraction of the analysis done, time [s] (NaN in a sweep); nonzero stops it. */
    int   (*progress)(void *user, double fraction, double time);
} ag_host;

typedef enum ag_quantity { AG_Q_TIME, AG_Q_VOLTAGE, AG_Q_CURRENT, AG_Q_POWER, AG_Q_OTHER, AG_Q_FREQUENCY } ag_quantity;

typedef struct ag_column {          /* one variable of a plot */
    const char *name;               /* lower case: "time", "v(out)", "i(v1)", "@n1[h]" */
    ag_quantity quantity;
    const char *unit;               /* "s", "V", "A", "W", ... */
    int         is_complex;         /* of a small-signal analysis: 1, or 0 where the imaginary part is 0 throughout */
} ag_column;

typedef struct ag_plot {            /* what a sink learns before the first point */
    const char      *title;         /* title line of the netlist */
    const char      *name;          /* "Transient Analysis", "Operating Point", ... */
    const ag_column *column;        /* [n_column]; column 0 is the scale (time) except for an operating point */
    int              n_column;
    int              is_complex;    /* 1 (a small-signal analysis): every column of a row is a pair, real part first */
    int              log_scale;     /* 1: the scale is spaced by ratio */
    int              stepped;       /* 1: the runs of several steps follow one another, the scale begins anew with each */
} ag_plot;

/* Receives waveforms. Each function returns AG_OK or an error, which ends the analysis. */
typedef struct ag_sink {
    void *self;
    ag_status (*begin)(void *self, const ag_plot *plot);
    ag_status (*point)(void *self, const double *row);    /* row[n_column], or of pairs */
    ag_status (*end)(void *self, ag_status why);          /* also called after a failed analysis */
} ag_sink;

typedef struct ag_circuit ag_circuit;

ag_circuit *ag_circuit_new(const ag_host *host);          /* NULL: defaults. Returns NULL when out of memory */
void        ag_circuit_free(ag_circuit *c);               /* frees everything obtained through c */
ag_status   ag_read_file(ag_circuit *c, const char *path);      /* "-": standard input */
ag_status   ag_read_text(ag_circuit *c, const char *label, const char *text);
/* Overrides a top-level .param; to be called before reading. expression: "2k", "3*w". */
ag_status   ag_override(ag_circuit *c, const char *name, const char *expression);
/* Building without a netlist: a model card; an instance of a card, or of a model with its defaults (nodes ends with
 * NULL); a numeric parameter of either, in SI units. Parameters may be set again between runs. */
ag_status   ag_add_card(ag_circuit *c, const char *card, const char *model);
ag_status   ag_add(ag_circuit *c, const char *name, const char *card, const char *const *nodes);
ag_status   ag_set(ag_circuit *c, const char *object, const char *param, double value);
/* Asks for a waveform: "v(out)", "v(a,b)", "i(v1)", "p(n1)", "@n1[h]". Without any, the node voltages and the
 * currents of V and L are delivered. */
ag_status   ag_save(ag_circuit *c, const char *signal);
/* "op", "tran 1n 1u [start [max]] [uic]", "ac dec 10 1 1meg" (oct, lin), "dc v1 0 1 0.1 ...": up to three quantities, innermost first,
 * each with start, stop and step: a device with a value, "@m1[w]", "nch(vto)" of a model card, "temp". sink may be NULL. */
ag_status   ag_run(ag_circuit *c, const char *analysis, const ag_sink *sink);

#ifdef __cplusplus
}
#endif
#endif
