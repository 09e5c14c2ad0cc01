/* climit - current compliance of a parameter analyser, in series with its source
 *
 * Terminals p and n, vc = v(p) - v(n), current positive into p.
 *
 *     i = g0 vc (1 + q^4)^(-1/4) + gmin vc,   g0 = icp/vk,   q = g0 vc/ic,   ic = icp for vc >= 0, icn for vc < 0
 *
 * Within its range the limiter is a resistor vk/icp for both polarities, beyond it a source of ic; both branches share g0, so i has
 * four continuous derivatives at 0 for any icn. A limit for one polarity alone: icn = 1. The voltage of the limiter is a
 * real error of the source (vk: 10 ohm at 1 mA, 10 kohm at 1 uA): read the device across the device. It has no bandwidth,
 * so the only overshoot is that of capacitances behind it.
 */
#include "core/model.h"
#include "models/vmath.h"

enum { P, N };                                            /* terminals */
enum { V, M };                                            /* input: branch voltage */
enum { I = V };                                           /* output: branch current */
enum { ICP, ICN, VK, GMIN };                              /* parameters */
enum { G0, LIMIT_N };                                     /* derived */

static const char *const terminal[] = { [P] = "p", [N] = "n" };
static const ag_branch   branch[]   = { [V] = { "v", P, N, 0 } };
static const ag_param    param[]    = {
    [ICP]  = { "icp",  "A", 1e-3,  1e-15, 1e3,  "limit of positive current", AG_REAL, AG_ANYWHERE },
    [ICN]  = { "icn",  "A", NAN,   1e-15, 1e3,  "limit of negative current; none: icp", AG_REAL, AG_ANYWHERE },
    [VK]   = { "vk",   "V", 10e-3, 1e-6,  1,    "voltage at the knee", AG_REAL, AG_ANYWHERE },
    [GMIN] = { "gmin", "S", 1e-12, 0,     1e-3, "conductance that is left in compliance", AG_REAL, AG_ANYWHERE },
};
static const ag_derived derived[] = {
    [G0]      = { "g0", "S", "conductance within the range" },
    [LIMIT_N] = { "in", "A", "limit of negative current" },
};

static void prepare(const ag_tile *t, double *const *d)
{
    for (int k = 0; k < t->n; k++) {
        d[G0][k] = t->p[ICP][k] / t->p[VK][k];
        d[LIMIT_N][k] = isnan(t->p[ICN][k]) ? t->p[ICP][k] : t->p[ICN][k];
    }
}

/* In terms of s = q within the range and s = 1/q beyond it nothing overflows: the limit is then ic (1 + s^4)^(-1/4). */
AG_INLINE void evaluate(const ag_tile *t, const int jacobian)
{
    #pragma omp simd
    for (int k = 0; k < t->n; k++) {
        double v = t->u[V][k], g0 = t->d[G0][k], ic = ag_pick(v < 0, t->d[LIMIT_N][k], t->p[ICP][k]);
        double q = fabs(g0 * v) / ic, s = q > 1 ? 1 / q : q, s4 = s * s * s * s, soft = 1 / sqrt(sqrt(1 + s4));
        double soft5 = soft / (1 + s4);
        t->f[I][k] = copysign(ic * soft * (q > 1 ? 1 : q), v) + t->p[GMIN][k] * v;
        if (jacobian) t->df[I * M + V][k] = g0 * soft5 * (q > 1 ? s4 * s : 1) + t->p[GMIN][k];
    }
}

AG_EVAL

const ag_model ag_model_climit = {
    .name = "climit", .title = "current compliance of a parameter analyser",
    AG_TABLE(terminal), AG_TABLE(branch), AG_TABLE(param), AG_TABLE(derived),
    .flags = AG_TWO_TERMINAL, .df_nz = 1u << (I * M + V), .prepare = prepare, .eval = eval,
};
