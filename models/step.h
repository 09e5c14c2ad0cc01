/* step - how far one time step may lead a device. */
#ifndef AG_STEP_H
#define AG_STEP_H
#include "core/model.h"
#include "models/vmath.h"

/* For the step hook of memristors: local error control of the states alone is blind where the conductance depends on
 * them exponentially, so a step may change ln G of any lane by `most`; the next one aims at 0.6 of that. */
static inline double ag_step_conductance(const ag_tile *old, const ag_tile *now, double most,
                                         double (*conductance)(const ag_tile *, int))
{
    double top = 0;
    for (int k = 0; k < now->n; k++) {
        double change = fabs(ag_log(ag_max(conductance(now, k) / conductance(old, k), 1e-300)));
        if (!(change <= most)) return -1;
        top = ag_max(top, change);
    }
    return top > 0 ? (now->time - old->time) * 0.6 * most / top : INFINITY;
}
#endif
