/* lifetime - kinetics of a silver filament in a gap: field-driven injection and dissolution, rupture by surface diffusion.
 *
 * x in [0, 1] is the completion of the filament. Growth k(v) (1 - x), dissolution and rupture ~ x: each flux vanishes at the
 * bound it pushes towards. Written once for the threshold selector, the SiOx memory and the Ag/MoS2 cell. All functions are
 * smooth, finite for every argument, and return value and slope together; they inline into vector loops.
 *
 * Rupture: surface-diffusion-limited lifetime of silver nanofilaments, W. Wang et al., Nat. Commun. 10, 81 (2019).
 * Injection: Butler-Volmer/hopping with a migration limit, as in the JART ECM models. */
#ifndef AG_LIFETIME_H
#define AG_LIFETIME_H
#include "models/vmath.h"

/* 1/(1 + exp(-z)) and its slope. */
AG_INLINE ag_vd ag_sigm(double z)
{
    double e = ag_exp(-fabs(z)), inv = 1 / (1 + e);
    return (ag_vd){ (z < 0 ? e : 1) * inv, e * inv * inv };
}

/* Positive part of h, rounded over 1e-9: what stands under a power must not be negative. */
AG_INLINE ag_vd ag_positive(double h)
{
    double d = 1e-9, w = sqrt(h * h + d * d), half = (fabs(h) + w) / 2, y = h < 0 ? d * d / (4 * half) : half;
    return (ag_vd){ y, y / w };
}

/* r/(1 + r/kmax), r = 4 k sinh^2(u/2) [1/s]: exactly 0 and flat at u = 0, k exp|u| beyond, migration-limited at kmax.
 * Slope by u. In terms of e = exp(-|u|) nothing overflows. */
AG_INLINE ag_vd ag_injection(double k, double kmax, double u)
{
    double e, em1;
    ag_exp_expm1(-fabs(u), &e, &em1);
    double r = k * em1 * em1, lim = e * kmax, inv = 1 / (r + lim + 1e-300);
    return (ag_vd){ kmax * r * inv, copysign(kmax * k * -em1 * (1 + e) * inv * (lim * inv), u) };
}

/* Injection that acts for u > 0 (sym = 0) or for both signs alike (sym = 1: silver on both sides). The window
 * sigm(gs u) makes the rate of the wrong sign tend to a constant (gs = 1) or vanish (gs = 2). */
AG_INLINE ag_vd ag_growth(double k, double kmax, double u, double gs, double sym)
{
    ag_vd c = ag_injection(k, kmax, u), w = ag_sigm(gs * u);
    double w_all = w.v + sym * (1 - w.v);
    return (ag_vd){ c.v * w_all, c.d * w_all + c.v * (1 - sym) * gs * w.d };
}

/* The counterpart for u < 0; none when silver is on both sides. */
AG_INLINE ag_vd ag_dissolution(double k, double kmax, double u, double gs, double sym)
{
    ag_vd c = ag_injection(k, kmax, u), w = ag_sigm(-gs * u);
    return (ag_vd){ (1 - sym) * c.v * w.v, (1 - sym) * (c.d * w.v - c.v * gs * w.d) };
}

/* Logarithm of the relaxation time over 1/k0:
 *     Theta(x) = thb x + thg z/(1 + z) + nh ln(1 + z),   z = zs x^pz
 * thb: cohesion of the forming chain. thg = 2 gamma Omega/(r0 k T): the surface excess of a neck of radius r0 (1 + z)
 * (Gibbs and Thomson). nh = 4: relaxation by surface diffusion scales with the fourth power of the radius (Herring,
 * Mullins). zs: supply of silver. */
typedef struct ag_bond { double thb, thg, nh, pz, zs; } ag_bond;

AG_INLINE ag_vd ag_theta(double x, ag_bond b)
{
    ag_vd  y = ag_positive(x);
    double z = b.zs * ag_pow(y.v, b.pz), inv = 1 / (1 + z), z_x = b.pz * z * y.d / y.v;
    return (ag_vd){ b.thb * x + b.thg * z * inv + b.nh * ag_log(1 + z), b.thb + z_x * (b.thg * inv + b.nh) * inv };
}

/* Rupture x k0 exp(-Theta(x)) [1/s] and its slope. */
AG_INLINE ag_vd ag_rupture(double x, double k0, ag_bond b)
{
    ag_vd  th = ag_theta(x, b);
    double r = k0 * ag_exp(-th.v);
    return (ag_vd){ x * r, r * (1 - x * th.d) };
}

/* Growth rate [1/s] beyond which no balance with rupture exists: the interior maximum of k0 x exp(-Theta(x))/(1 - x), a
 * saddle-node and hence a sharp static threshold. Where its logarithmic slope 1/x + 1/(1 - x) - dTheta/dx vanishes;
 * since dTheta/dx >= thb > 4, not beyond the root for thb alone. Bisection: this runs once for each instance. */
static inline double ag_threshold_rate(double k0, ag_bond b)
{
    double low = 0, high = (1 - sqrt(1 - 4 / b.thb)) / 2;
    for (int k = 0; k < 60; k++) {
        double x = (low + high) / 2;
        if (1 / (x * (1 - x)) > ag_theta(x, b).d) low = x;
        else high = x;
    }
    return k0 * high * ag_exp(-ag_theta(high, b).v) / (1 - high);
}
#endif
