/* limit - how far a Newton iteration may move. */
#ifndef AG_LIMIT_H
#define AG_LIMIT_H
#include "models/vmath.h"

/* next, but at most `step` away from now. */
static inline double ag_limit_step(double now, double next, double step)
{
    return next > now + step ? now + step : next < now - step ? now - step : next;
}

/* Voltage where the current of a junction i = is (exp(v/vt) - 1) turns over: the radius of curvature is least. At least
 * vt, so that the logarithm below is defined for any is. */
static inline double ag_limit_vcrit(double vt, double is)
{
    return ag_max(vt * ag_log(vt / (1.4142135623730951 * is)), vt);
}

/* Voltage of a pn junction, pulled back where the tangent of the exponential leads too far up: above vcrit a step of Newton
 * is taken as one in the current, not in the voltage. Steps down need no limit, because the exponential is
 * flatter there. vt [V]: emission coefficient times kT/q. After Nagel, SPICE2: A Computer Program to Simulate
 * Semiconductor Circuits, UCB/ERL M520, 1975, section on junction limiting. */
static inline double ag_limit_junction(double now, double next, double vt, double vcrit)
{
    double base = ag_pos(now);
    return next > vcrit && next > now + 2 * vt ? base + vt * ag_log(1 + (next - base) / vt) : next;
}
#endif
