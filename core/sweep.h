/* sweep - what .dc, .step, .temp, .data and "sweep" vary, and the values it takes.
 *
 * A swept quantity is named, not pointed to, so that it can be set in every circuit made from the same netlist: a
 * parameter of the top level changes anything, and the netlist is elaborated again for each of its values. */
#ifndef AG_SWEEP_H
#define AG_SWEEP_H
#include "core/diag.h"

typedef enum ag_swept_kind {
    AG_SWEPT_PARAM,                       /* .param of the top level: `object` */
    AG_SWEPT_TEMP,                        /* temperature of the circuit [C] */
    AG_SWEPT_INSTANCE,                    /* parameter `param` of instance `object` (full name) */
    AG_SWEPT_CARD                         /* parameter `param` of model card `object` */
} ag_swept_kind;

typedef struct ag_swept {
    ag_swept_kind kind;
    const char   *name, *unit;            /* as in tables: "v1", "temp", "rload", "nch(vto)" */
    const char   *object, *param;         /* interned, or NULL */
    ag_loc        at;
} ag_swept;

/* Values of one quantity, or of several that change together. */
typedef struct ag_axis {
    ag_swept *var; int n_var;
    double   *value; int n;               /* [n * n_var]: point i sets var[k] to value[i * n_var + k] */
    ag_loc    at;
} ag_axis;

typedef struct ag_setting { const ag_swept *var; double value; } ag_setting;

/* Points at equal steps, at n per decade, at n per octave. */
typedef enum ag_spacing { AG_LIN = 1, AG_DEC, AG_OCT } ag_spacing;
/* Decades or octaves between start and stop (not 0, of one sign), times n: the number of steps, not yet a whole one. */
double ag_ratio_steps(ag_spacing s, double n, double start, double stop);
/* Gives x its values from start on: `steps` steps, less what is not whole but for rounding; step: by AG_LIN, else n, negative
 * downwards. A last value that meets the stop within rounding is the stop. */
void   ag_axis_fill(ag_arena *a, ag_axis *x, ag_spacing s, double start, double stop, double steps, double step);

#define AG_MOST_VALUES 10000000           /* of one axis: more are a mistake in the step */
/* 1 after a report: the axis, of which var is set, would have more than that. */
int    ag_axis_too_long(ag_diag *d, const ag_axis *x, double n, ag_loc at);
/* start, start + step, ... stop; 0 after a report: the steps do not lead there, or are too many. */
int    ag_axis_by_step(ag_diag *d, ag_arena *a, ag_axis *x, double start, double stop, double step, ag_loc at);

struct ag_circuit;
/* What a name means: "v1" (its value), "@m1[w]", "m1(w)", "m1:w", "nch(vto)" (a card), "temp". 1; 0 after a report; -1: no device has
 * that name, which may be that of a parameter. */
int ag_swept_find(struct ag_circuit *c, const char *name, ag_loc at, ag_swept *v);
/* Sets v in a circuit (ag_circuit_finish is to be called again). 0 after a report at v->at: the object is gone, the value
 * is out of range. Not for AG_SWEPT_PARAM. */
int ag_swept_set(struct ag_circuit *c, const ag_swept *v, double value);
#endif
