/* steps - all combinations of values that .step, .temp, "sweep" make for one analysis: the first axis changes fastest, those of
 * "sweep" before those of .step. */
#ifndef AG_STEPS_H
#define AG_STEPS_H
#include "core/circuit.h"

typedef struct ag_steps {
    const ag_axis **axis; int n_axis;
    long            n, inner;               /* combinations; those of "sweep" alone */
    ag_setting     *set; int n_set;         /* every quantity, with its value in the combination chosen last */
    long            sample;                 /* number of its combination of parameters, temperatures and devices left out */
} ag_steps;

ag_steps   *ag_steps_new(ag_arena *a, const ag_plan *plan, const ag_analysis *of);      /* NULL: the analysis is run once */
/* Sets the values of combination k. */
void        ag_steps_choose(ag_steps *s, long k);
/* "rload=1000 temp=27", in LTspice's form */
const char *ag_steps_text(const ag_steps *s, ag_arena *a);
#endif
