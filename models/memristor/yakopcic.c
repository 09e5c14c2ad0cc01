/* yakopcic - generalised memristor with voltage thresholds (memristor level 3)
 *
 * Current   i = a1 x sinh(b v)   v >= 0,     a2 x sinh(b v)   v < 0                    [1] eq. (1)
 * State     dx/dt = eta g(v) f(x)
 *     g =  ap (exp(v) - exp(vp))      v > vp                                           [1] eq. (2)
 *       = -an (exp(-v) - exp(vn))     v < -vn
 *       =  0                          between them
 *     f towards x = 1 (eta v > 0):    exp(-alphap (x - xp)) (1 - x)/(1 - xp)     x > xp,       else 1     [1] eqs. (3), (5)
 *     f towards x = 0 (eta v <= 0):   exp(alphan (x + xn - 1)) x/(1 - xn)        x < 1 - xn,   else 1     [1] eqs. (4), (6)
 *
 * x in [0, 1] is the state: 0 insulating, 1 conducting. Exponentials of v continue as tangents above 50, which no device
 * survives.
 *
 * Names and defaults are Xyce's for level 3, also the card's type: .model m memristor(level=3 ...). Differences:
 *   - The threshold of the negative side is at -|vn|: Xyce's formula wants vn > 0, its default is -0.01.
 *   - xp and xn of 1, the defaults, mean a motion that stops over the last 0.1 % (Xyce divides by 1 - xp = 0 there).
 *   - xscaling has no effect, as in Xyce. Random telegraph noise (resnoise, xnoise, ...) is not in this version.
 *
 * [1] C. Yakopcic, T. M. Taha, G. Subramanyam, R. E. Pino, IEEE Trans. Comput.-Aided Des. 32, 1201 (2013). Parameters: Xyce
 * Reference Guide, memristor device.
 */
#include "core/model.h"
#include "models/vmath.h"

#define STOP 1e-3                                         /* least width of the stop at an end */
#define X_MAX 50                                          /* exponents go straight beyond */

enum { P, N };                                            /* terminals */
enum { V, X, M };                                         /* inputs: branch voltage, state */
enum { I = V, DX = X };                                   /* outputs */
enum { ETA, VP, VN, AP, AN, A1, A2, B, ALPHAP, ALPHAN, XP, XN, XSCALING, XO };

static const char *const terminal[] = { [P] = "p", [N] = "n" };
static const ag_branch   branch[]   = { [V] = { "v", P, N, 0 } };
static const ag_unknown  unknown[]  = { { "x", "1", XO, AG_HELD, 1e-7, -0.01, 1.01, 0.2, 0, "state: 0 insulating, 1 conducting" } };
#define REAL(name, unit, dflt, min, max, help) { name, unit, dflt, min, max, help, AG_REAL, AG_ANYWHERE }
static const ag_param param[] = {
    [ETA]      = REAL("eta",      "1",   1,     -1e3,  1e3,  "direction: 1 rises at positive voltage, -1 falls"),
    [VP]       = REAL("vp",       "V",   1e-2,  0,     40,   "positive threshold"),
    [VN]       = REAL("vn",       "V",   -1e-2, -40,   40,   "negative threshold, at v = -abs(vn)"),
    [AP]       = REAL("ap",       "1/s", 1,     0,     1e30, "speed above the positive threshold"),
    [AN]       = REAL("an",       "1/s", 1,     0,     1e30, "speed below the negative threshold"),
    [A1]       = REAL("a1",       "A",   1,     0,     1e6,  "current at positive voltage"),
    [A2]       = REAL("a2",       "A",   1,     0,     1e6,  "current at negative voltage"),
    [B]        = REAL("b",        "1/V", 1,     1e-6,  1e3,  "curvature of the current"),
    [ALPHAP]   = REAL("alphap",   "1",   1,     0,     100,  "decay of the motion beyond xp"),
    [ALPHAN]   = REAL("alphan",   "1",   1,     0,     100,  "decay of the motion below 1 - xn"),
    [XP]       = REAL("xp",       "1",   1,     0,     1,    "state where the motion up slows down"),
    [XN]       = REAL("xn",       "1",   1,     0,     1,    "1 - state where the motion down slows down"),
    [XSCALING] = REAL("xscaling", "1",   1,     1e-15, 1e15, "accepted; the state has no unit"),
    [XO]       = REAL("xo",       "1",   0,     0,     1,    "initial state"),
};
static const char *const ignored[] = { "resnoise", "resseed", "reslambda", "restd", "reseptd", "resdelta", "resdeltagrad",
                                       "xnoise", "xseed", "xlambda", "xtd", "xeptd", "xdelta", "xdeltagrad", NULL };

/* exp(|v|) - exp(threshold) beyond the threshold, 0 below; slope d/d|v|. */
AG_INLINE ag_vd threshold(double v, double at)
{
    ag_vd  e = ag_expl(v, X_MAX);
    double g = e.v - ag_exp(at);
    return (ag_vd){ ag_pos(g), g > 0 ? e.d : 0 };
}

/* f over the way y towards an end, slowing down from y = at: exp(-alpha (y - at)) (1 - y)/(1 - at), slope d/dy. */
AG_INLINE ag_vd motion(double y, double at, double alpha)
{
    double from = ag_min(at, 1 - STOP), past = ag_pos(y - from), e = ag_exp(-alpha * past), inv = 1 / (1 - from);
    double left = (1 - from - past) * inv;
    return (ag_vd){ e * left, past > 0 ? -e * (alpha * left + inv) : 0 };
}

AG_INLINE void evaluate(const ag_tile *t, const int jacobian)
{
    const double *const *p = t->p;

    #pragma omp simd
    for (int k = 0; k < t->n; k++) {
        double v = t->u[V][k], x = t->u[X][k], eta = p[ETA][k], a = ag_pick(v < 0, p[A2][k], p[A1][k]), b = p[B][k];
        ag_vd  s = ag_sinhl(b * v, X_MAX);
        ag_vd  above = threshold(v, p[VP][k]), below = threshold(-v, fabs(p[VN][k]));
        double g = p[AP][k] * above.v - p[AN][k] * below.v, g_v = p[AP][k] * above.d + p[AN][k] * below.d;
        int    up = eta * v > 0;
        double slow = ag_pick(up, p[XP][k], p[XN][k]), alpha = ag_pick(up, p[ALPHAP][k], p[ALPHAN][k]);
        ag_vd  f = motion(up ? x : 1 - x, slow, alpha);
        t->f[I][k] = a * x * s.v;
        t->f[DX][k] = -eta * g * f.v;
        t->q[DX][k] = x;
        if (!jacobian) continue;
        t->df[I * M + V][k] = a * x * b * s.d;
        t->df[I * M + X][k] = a * s.v;
        t->df[DX * M + V][k] = -eta * g_v * f.v;
        t->df[DX * M + X][k] = -eta * g * (up ? f.d : -f.d);
        t->dq[DX * M + X][k] = 1;
    }
}

AG_EVAL

const ag_model ag_model_yakopcic = {
    .name = "yakopcic", .title = "generalised memristor with voltage thresholds (Yakopcic)", .type = "memristor", .level = 3,
    AG_TABLE(terminal), AG_TABLE(branch), AG_TABLE(unknown), AG_TABLE(param),
    .ignored = ignored, .ignored_why = "is part of the random telegraph noise, which is not in this version,",
    .flags = AG_TWO_TERMINAL, .df_nz = 0xf, .dq_nz = 1u << (DX * M + X), .eval = eval,
};
