/* switch - what the voltage-controlled and the current-controlled switch share; they differ in what c is.
 *
 * With hysteresis: closed from c > t + h on, open from c < t - h on, where t is vt or it and h vh or ih; a memory, which changes
 * at accepted points only. The step hook ends a step just behind a threshold, so that the instant is known to LOCATE.
 *
 * Gradual (h < 0, or von and voff): with x = (c - cm)/(con - coff) held within -1/2 .. 1/2, cm in the middle,
 *
 *     ln g = ln sqrt(gon goff) + ln(gon/goff) (3/2 x - 2 x^3)
 *
 * from goff at coff = t - |h| to gon at con = t + |h|: PSpice A/D Reference Guide, voltage-controlled switch; LTspice describes
 * its switch with negative vh as a polynomial fit to the logarithm of the conductance. */
#ifndef AG_SWITCH_H
#define AG_SWITCH_H
#include "core/model.h"
#include "models/vmath.h"

#define LOCATE 1e-5                       /* a threshold may be passed by this part of the thresholds, and by `least` */

enum { V, C, M };                         /* inputs: voltage, control */
enum { I = V };                           /* outputs: branch current */
enum { T, H, ON, OFF, RON, ROFF, GRADUAL, STATE };                        /* parameters */
enum { CON, COFF, GON, GOFF, SMOOTH };                                    /* derived */
enum { CLOSED };                                                          /* memory */

/* on, off: where a gradual switch ends when its card does not say so. */
AG_INLINE void switch_prepare(const ag_tile *t, double *const *d, double on, double off)
{
    for (int k = 0; k < t->n; k++) {
        double mid = isnan(t->p[T][k]) ? 0 : t->p[T][k], h = t->p[H][k], con = t->p[ON][k], coff = t->p[OFF][k];
        int    ends = !isnan(con) || !isnan(coff) || (t->p[GRADUAL][k] > 0 && isnan(t->p[T][k]));
        double roff = isnan(t->p[ROFF][k]) ? (ends ? 1e6 : 1e12) : t->p[ROFF][k];
        d[CON][k] = !ends ? mid + fabs(h) : isnan(con) ? on : con;
        d[COFF][k] = !ends ? mid - fabs(h) : isnan(coff) ? off : coff;
        d[SMOOTH][k] = ends || h < 0;
        d[GON][k] = 1 / t->p[RON][k];
        d[GOFF][k] = 1 / roff;
    }
}

AG_INLINE void switch_eval(const ag_tile *t)
{
    for (int k = 0; k < t->n; k++) {
        double v = t->u[V][k], c = t->u[C][k], gon = t->d[GON][k], goff = t->d[GOFF][k], dg = 0;
        double g = (t->latch[CLOSED][k] > 0 ? gon : goff) + 0 * c;        /* a control that is NaN shows in the current */
        if (t->d[SMOOTH][k] > 0) {
            double width = t->d[CON][k] - t->d[COFF][k], span = ag_log(gon / goff);
            double x = ag_max(ag_min((c - 0.5 * (t->d[CON][k] + t->d[COFF][k])) / width, 0.5), -0.5);
            g = ag_exp(0.5 * ag_log(gon * goff) + span * x * (1.5 - 2 * x * x));
            dg = g * span * (1.5 - 6 * x * x) / width;
        }
        t->f[I][k] = g * v;
        if (!t->df) continue;
        t->df[I * M + V][k] = g;
        t->df[I * M + C][k] = dg * v;
    }
}

/* Distance from the threshold at which lane k changes; negative beyond it. */
AG_INLINE double switch_distance(const ag_tile *t, int k)
{
    return t->latch[CLOSED][k] > 0 ? t->u[C][k] - t->d[COFF][k] : t->d[CON][k] - t->u[C][k];
}

AG_INLINE double switch_step(const ag_tile *old, const ag_tile *now, double least)
{
    double next = INFINITY, part = 1;
    for (int k = 0; k < now->n; k++) {
        double before = switch_distance(old, k), after = switch_distance(now, k);
        double beyond = LOCATE * (fabs(now->d[CON][k]) + fabs(now->d[COFF][k])) + least;
        if (now->d[SMOOTH][k] > 0 || !(after < before)) continue;
        double way = (before + 0.5 * beyond) / (before - after);          /* to the middle of the tolerance, in this step's length */
        if (after < -beyond) part = fmin(part, fmax(way, 0.01));
        else if (after > 0) next = fmin(next, (way - 1) * (now->time - old->time));
    }
    return part < 1 ? -part : next;
}

AG_INLINE void switch_accept(const ag_tile *t, double *const *latch)
{
    for (int k = 0; k < t->n; k++)
        if (switch_distance(t, k) < 0) latch[CLOSED][k] = latch[CLOSED][k] > 0 ? 0 : 1;
}

AG_INLINE const char *switch_check(const double *p, double on, double off, const char *text)
{
    double con = isnan(p[ON]) ? on : p[ON], coff = isnan(p[OFF]) ? off : p[OFF];
    return con == coff ? text : NULL;
}
#endif
