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
struct ag_arena;
void   ag_axis_fill(struct ag_arena *a, ag_axis *x, ag_spacing s, double start, double stop, double steps, double step);

/* Sets v in a circuit (ag_circuit_finish is to be called again). 0 after a report at v->at: the object is gone, the value
 * is out of range. Not for AG_SWEPT_PARAM. */
struct ag_circuit;
int ag_swept_set(struct ag_circuit *c, const ag_swept *v, double value);
#endif
