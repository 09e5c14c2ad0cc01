/* kinetics - terms that the kinetics of memristors share: saturating drive, capped field-driven rate, windows.
 *
 * All are smooth, finite for every argument, and return value and slope together (ag_vd); they inline into vector loops. */
#ifndef AG_KINETICS_H
#define AG_KINETICS_H
#include "models/vmath.h"

#define AG_KB 8.617333e-5                 /* k/q [eV/K] with the digits used when the models were fitted */
#define AG_PR 0.3                         /* pr [V]: drive at which the prefactors of the rates are quoted */

/* Overpotential that drives the ions, u = -vco: us = usat tanh(u/usat), p = |us|. */
typedef struct ag_drive { double p, dp; int up; } ag_drive;      /* p [V]; dp = dp/dvco; up: us > 0 */

AG_INLINE ag_drive ag_drive_of(double vco, double usat)
{
    ag_vd th = ag_tanh_vd(-vco / usat);
    int   up = th.v > 0;
    return (ag_drive){ usat * fabs(th.v), up ? -th.d : th.d, up };
}

/* Field and overpotential dependence of a rate relative to p = pr:
 *     exp(alb (p - pr) - eta/p + etar/pr),   d = logarithmic slope alb + eta/p^2
 * alb = alpha/kT [1/V]. For eta >= 0.1 V it is exactly 0 in double precision below p = 0.1 mV, where 1/p is cut; the
 * exponent is capped at 500, far beyond the transport limit below, so that products stay finite. */
AG_INLINE ag_vd ag_boost(double alb, double eta, double etar, double p)
{
    double inv = 1 / ag_max(p, 1e-4);
    return (ag_vd){ ag_exp(ag_min(alb * (p - AG_PR) - eta * inv + etar / AG_PR, 500)), alb + eta * inv * inv };
}

/* rate = r L/(r + L): the reaction r = k boost is capped by the ohmic hopping flux L = cap p that supplies the ions.
 * d(rate) = (L/(r+L))^2 dr + (r/(r+L))^2 dL. k [1/s], cap [1/(s V)]; d [1/(s V)]. Without the cap the rates would
 * span some 40 decades and the system could not be integrated. */
AG_INLINE ag_vd ag_rate(double k, ag_vd boost, double cap, double p)
{
    double r = k * boost.v, l = cap * p, inv = 1 / (r + l + 1e-300), wr = r * inv, wl = l * inv;
    return (ag_vd){ wr * l, wl * wl * r * boost.d + wr * wr * cap };
}

/* Window tanh((end - x)/width): 1 far below the end, 0 at it, restoring beyond; slope d/dx. */
AG_INLINE ag_vd ag_window(double x, double end, double width)
{
    ag_vd th = ag_tanh_vd((end - x) / width);
    return (ag_vd){ th.v, -th.d / width };
}

/* x^4/(x^4 + c^4): nothing happens before a coverage of about c. */
AG_INLINE ag_vd ag_onset(double x, double c)
{
    double x2 = x * x, c2 = c * c, c4 = c2 * c2, inv = 1 / (x2 * x2 + c4);
    return (ag_vd){ x2 * x2 * inv, 4 * x * x2 * c4 * inv * inv };
}
#endif
