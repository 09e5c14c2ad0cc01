/* scale - what the points of an analysis lie over: time, the quantity that .dc sweeps innermost, frequency. */
#ifndef AG_SCALE_H
#define AG_SCALE_H
#include "core/circuit.h"

typedef struct ag_scale {
    const ag_analysis *analysis;            /* NULL: time */
    ag_column          column;              /* as in files: "time", "v-sweep" */
    const char        *label;               /* for people: "time", "v1" */
    int                log;                 /* steps are ratios: drawn on a logarithmic axis */
} ag_scale;

ag_scale    ag_scale_of(const ag_circuit *c, const ag_analysis *a);       /* a == NULL: time */
/* 1: point i > 0 begins a curve, because an outer axis of a .dc has moved; no line leads to it. */
int         ag_scale_breaks(const ag_scale *s, long i);
/* Number of the value that an axis of a .dc has at point i. */
int         ag_scale_index(const ag_analysis *a, int axis, long i);
/* " at temp = 25, v2 = 1": the outer axes at point i; "" when there are none. */
const char *ag_scale_outer(const ag_scale *s, long i, ag_arena *a);
const char *ag_analysis_title(ag_analysis_kind kind);                     /* "Transient Analysis" */
const char *ag_analysis_word_of(ag_analysis_kind kind);                   /* "tran" */
#endif
