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

/* Gate voltage of a field-effect transistor with threshold von: large steps where it conducts strongly, and at most to just
 * beyond the threshold when it crosses it, where the curve has its corner. Voltages in V, for devices of volts. As fetlim
 * of SPICE3 (Quarles, The SPICE3 Implementation Guide, UCB/ERL M89/44, 1989). */
static inline double ag_limit_gate(double now, double next, double von)
{
    double far = fabs(now - von), up = 2 * far + 2, down = far + 1;
    if (now >= von + 3.5) {
        if (next >= now) return ag_min(next, now + up);
        return next >= von + 3.5 ? ag_max(next, now - down) : ag_max(next, von + 2);
    }
    if (now >= von) return next >= now ? ag_min(next, von + 4) : ag_max(next, von - 0.5);
    if (next <= now) return ag_max(next, now - up);
    return next <= von + 0.5 ? ag_min(next, now + down) : von + 0.5;
}

/* Drain-source voltage, at least 0 now: it may treble, or fall through 0 a little. As limvds of SPICE3. */
static inline double ag_limit_drain(double now, double next)
{
    if (next > now) return ag_min(next, now >= 3.5 ? 3 * now + 2 : 4);
    return now >= 3.5 ? ag_max(next, 2) : ag_max(next, -0.5);
}

/* The part of the step from now to next that ends at `limited`: with the smallest of them all inputs of a device are held back
 * alike, so that the point stays on the line of Newton's step, where what the inputs have in common is kept. */
static inline double ag_limit_part(double now, double next, double limited) { return next == limited ? 1 : (limited - now) / (next - now); }
#endif
