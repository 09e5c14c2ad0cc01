/* junction - depletion charge and temperature laws that all silicon pn junctions share, as in SPICE3 and ngspice. */
#ifndef AG_JUNCTION_H
#define AG_JUNCTION_H
#include "core/model.h"
#include "models/vmath.h"

#define AG_T_REF 300.15                   /* T0 [K] */
#define AG_JUNCTION_I_MAX 1e10            /* current where exponentials go straight [A]; no solution reaches it */
#define AG_JUNCTION_I_MIN 1e-280          /* least saturation current at low temperature: I_MAX over it is finite [A] */

/* Gap of silicon [eV] at T [K]. */
static inline double ag_silicon_gap(double temp) { return 1.16 - 7.02e-4 * temp * temp / (temp + 1108); }

/* vj(T) = (T/T0) vj00 - shift(T): shift = 2 vt (1.5 ln(T/T0) + (eg(T0)/T0 - eg(T)/T) / 2k) [V]. */
static inline double ag_junction_shift(double temp)
{
    return 2 * AG_BOLTZMANN_Q * temp * 1.5 * ag_log(temp / AG_T_REF)
         + temp * (ag_silicon_gap(AG_T_REF) / AG_T_REF - ag_silicon_gap(temp) / temp);
}

/* Potential at T0 of one that is vj [V] at tnom [K]. */
static inline double ag_junction_potential0(double vj, double tnom)
{
    return (vj + ag_junction_shift(tnom)) * AG_T_REF / tnom;
}

/* Potential at temp [K] of one that is vj00 [V] at T0. */
static inline double ag_junction_potential(double vj00, double temp)
{
    return temp / AG_T_REF * vj00 - ag_junction_shift(temp);
}

/* c(T)/c(T0) of a junction with grading m, vj [V] at temp [K]. */
static inline double ag_junction_capacitance(double m, double vj, double vj00, double temp)
{
    return 1 + m * (4e-4 * (temp - AG_T_REF) - (vj - vj00) / vj00);
}

typedef struct ag_depletion { double c, v; } ag_depletion;   /* capacitance at zero bias [F], potential [V] */

/* Of a junction that has cj [F], vj [V] at tnom [K], both at temp [K]. The law of the potential ends where the junction has
 * become intrinsic. */
static inline ag_depletion ag_junction_depletion(double cj, double vj, double m, double tnom, double temp)
{
    double vj00 = ag_junction_potential0(vj, tnom), now = ag_junction_potential(vj00, temp);
    double rise = ag_junction_capacitance(m, now, vj00, temp) / ag_junction_capacitance(m, vj, vj00, tnom);
    return (ag_depletion){ cj * rise, ag_max(now, 0.01) };
}

/* Greatest exponent of a junction with saturation current is [A]; its exponential goes on straight. */
static inline double ag_junction_xmax(double is) { return ag_pos(ag_log(AG_JUNCTION_I_MAX / ag_max(is, AG_JUNCTION_I_MIN))); }

/* Current is (exp(v/nvt) - 1) [A] and conductance [S]. */
AG_INLINE ag_vd ag_junction_current(double v, double is, double nvt, double xmax)
{
    ag_vd e = ag_expl(v / nvt, xmax);
    return (ag_vd){ is * (e.v - 1), is * e.d / nvt };
}

/* Depletion charge [C] and capacitance [F] at v: c = cj (1 - v/vj)^-m up to fc vj, its tangent beyond; the charge is the
 * exact integral. */
AG_INLINE ag_vd ag_junction_charge(double v, double cj, double vj, double m, double fc)
{
    double inside = ag_min(v, fc * vj), arg = 1 - inside / vj, c = cj * ag_pow(arg, -m), q;
    q = (vj * cj - vj * arg * c) / (1 - m);
    double slope = c * m / (vj * arg), over = v - inside;
    return (ag_vd){ q + over * (c + 0.5 * slope * over), c + slope * over };
}
#endif
