/* pem - piecewise empirical model of a resistive memory, measured tables (memristor level 4)
 *
 * Current   i = x h(v),   h = i1 (exp(v/v1) - 1) - i2 (exp(-v/v2) - 1) + g0 v
 * State     dx/dt = c1 g(v) fp(x)   v > vp,       g = exp(d1 (v - vp)) - 1
 *                 = c2 g(v) fm(x)   v < -vn,      g = exp(d2 (v + vn)) - 1
 *                 = 0               between them
 *
 * x in [0, 1] is the normalised conductance. fp and fm are tables, one pair "x, f" a line in the files that fxpdata and
 * fxmdata name; between the points they are straight lines, before the first and behind the last constant. fm is negative, and so is d2
 * where the speed grows with the voltage. Under fp, motion up stops over 0.001 before its last x, under fm, motion down over
 * 0.001 behind its first x; nothing leaves 0 .. 1. Exponentials of v continue as tangents above 50.
 *
 * Names and defaults are Xyce's for level 4, also the card's type: .model m memristor(level=4 ...). Differences:
 *   - The threshold of the negative side is at -|vn|: Xyce's netlists write either sign.
 *   - Both tables must be named; Xyce looks for filep.dat and filem.dat. Beyond its tables Xyce has f jump to 0.
 *   - xo is the initial state, 0 by default; without it Xyce's operating point chooses 0 or 1 by the sign of v.
 *
 * J. Niroula et al., "Piecewise empirical model (PEM) of resistive memory for pulsed analog and neuromorphic applications",
 * J. Comput. Electron. 16, 1144 (2017). Parameters: Xyce Reference Guide, memristor device.
 */
#include "core/model.h"
#include "models/vmath.h"

#define STOP 1e-3                                         /* way over which the state stops at the ends of its tables */
#define X_MAX 50                                          /* exponents go straight beyond */

enum { P, N };                                            /* terminals */
enum { V, X, M };                                         /* inputs: branch voltage, state */
enum { I = V, DX = X };                                   /* outputs */
enum { V1, V2, I1, I2, G0, VP, VN, D1, D2, C1, C2, FXPDATA, FXMDATA, XO };

static const char *const terminal[] = { [P] = "p", [N] = "n" };
static const ag_branch   branch[]   = { [V] = { "v", P, N, 0 } };
static const ag_unknown  unknown[]  = { { "x", "1", XO, AG_HELD, 1e-7, -0.01, 1.01, 0.2, 0, "state: normalised conductance" } };
#define REAL(name, unit, dflt, min, max, help) { name, unit, dflt, min, max, help, AG_REAL, AG_ANYWHERE }
static const ag_param param[] = {
    [V1]      = REAL("v1", "V",   1,     1e-3, 1e3,  "voltage scale of the current, positive side"),
    [V2]      = REAL("v2", "V",   1,     1e-3, 1e3,  "voltage scale of the current, negative side"),
    [I1]      = REAL("i1", "A",   1,     0,    1e6,  "current scale, positive side"),
    [I2]      = REAL("i2", "A",   1,     0,    1e6,  "current scale, negative side"),
    [G0]      = REAL("g0", "S",   1,     0,    1e6,  "ohmic part at x = 1"),
    [VP]      = REAL("vp", "V",   1e-2,  0,    40,   "positive threshold"),
    [VN]      = REAL("vn", "V",   -1e-2, -40,  40,   "negative threshold, at v = -abs(vn)"),
    [D1]      = REAL("d1", "1/V", 1,     0,    1e3,  "growth of the speed above the positive threshold"),
    [D2]      = REAL("d2", "1/V", 1,     -1e3, 1e3,  "exponent of the speed below the negative threshold"),
    [C1]      = REAL("c1", "1/s", 1,     0,    1e30, "speed, positive side"),
    [C2]      = REAL("c2", "1/s", 1,     0,    1e30, "speed, negative side"),
    [FXPDATA] = { "fxpdata", "file", NAN, 0, 0, "table of x, fp(x): motion at positive voltage", AG_VECTOR, AG_ON_CARD },
    [FXMDATA] = { "fxmdata", "file", NAN, 0, 0, "table of x, fm(x): motion at negative voltage", AG_VECTOR, AG_ON_CARD },
    [XO]      = REAL("xo", "1",   0,     0,    1,    "initial state"),
};

/* exp(x) - 1, straight above X_MAX. */
AG_INLINE ag_vd growth(double x)
{
    double e, em1, inside = ag_min(x, X_MAX);
    ag_exp_expm1(inside, &e, &em1);
    return (ag_vd){ em1 + e * (x - inside), e };
}

/* Table at x: straight lines between the points, constant outside; slope. */
static inline ag_vd table(ag_vector f, double x)
{
    int low = 0, high = f.n / 2 - 1;                      /* the point at or before x, the one behind it */
    if (!(x < f.v[2 * high])) return (ag_vd){ f.v[2 * high + 1] + 0 * x, 0 };
    if (x <= f.v[0]) return (ag_vd){ f.v[1], 0 };
    while (high - low > 1) {
        int middle = low + (high - low) / 2;
        if (f.v[2 * middle] <= x) low = middle;
        else high = middle;
    }
    double slope = (f.v[2 * high + 1] - f.v[2 * low + 1]) / (f.v[2 * high] - f.v[2 * low]);
    return (ag_vd){ f.v[2 * low + 1] + slope * (x - f.v[2 * low]), slope };
}

/* y times min(1, left/STOP), 0 behind the end; left_x = +-1 is the slope of left. */
static inline ag_vd stopped(ag_vd y, double left, double left_x)
{
    double part = left / STOP;
    if (part >= 1) return y;
    return part <= 0 ? (ag_vd){ 0, 0 } : (ag_vd){ y.v * part, y.d * part + y.v * left_x / STOP };
}

/* The table of a motion with its stops: at its last x for the side up, at its first for the other; and where it has the wrong
 * sign (measured noise) under the speed g, so that it leads back, at 0 or 1. */
static inline ag_vd motion(ag_vector f, double x, int up, double g)
{
    ag_vd y = table(f, x);
    int   back = (y.v * g > 0) != up;
    y = up ? stopped(y, ag_min(f.v[f.n - 2], 1) - x, -1) : stopped(y, x - ag_max(f.v[0], 0), 1);
    return !back ? y : up ? stopped(y, x, 1) : stopped(y, 1 - x, -1);
}

static void eval(const ag_tile *t)
{
    const double *const *p = t->p;
    for (int k = 0; k < t->n; k++) {
        double v = t->u[V][k], x = t->u[X][k], vn = -fabs(p[VN][k]), v1 = p[V1][k], v2 = p[V2][k];
        ag_vd  forward = growth(v / v1), backward = growth(-v / v2);
        double h = p[I1][k] * forward.v - p[I2][k] * backward.v + p[G0][k] * v;
        double h_v = p[I1][k] * forward.d / v1 + p[I2][k] * backward.d / v2 + p[G0][k];
        int    up = v > 0;
        double past = up ? ag_pos(v - p[VP][k]) : v - vn < 0 ? v - vn : 0 * v;
        double slope = up ? p[D1][k] : p[D2][k], speed = up ? p[C1][k] : p[C2][k];
        ag_vd  g = growth(slope * past), f = motion(t->vector[(int)p[up ? FXPDATA : FXMDATA][k]], x, up, g.v);
        t->f[I][k] = x * h;
        t->f[DX][k] = -speed * g.v * f.v;
        t->q[DX][k] = x;
        if (!t->df) continue;
        t->df[I * M + V][k] = x * h_v;
        t->df[I * M + X][k] = h;
        t->df[DX * M + V][k] = past != 0 ? -speed * slope * g.d * f.v : 0;
        t->df[DX * M + X][k] = -speed * g.v * f.d;
        t->dq[DX * M + X][k] = 1;
    }
}

static const char *check(const double *p, int n)
{
    (void)n;
    return isnan(p[FXPDATA]) || isnan(p[FXMDATA]) ? "fxpdata and fxmdata must name the files of its two tables" : NULL;
}

const ag_model ag_model_pem = {
    .name = "pem", .title = "piecewise empirical model of a resistive memory (PEM)", .type = "memristor", .level = 4,
    AG_TABLE(terminal), AG_TABLE(branch), AG_TABLE(unknown), AG_TABLE(param),
    .flags = AG_TWO_TERMINAL, .df_nz = 0xf, .dq_nz = 1u << (DX * M + X), .check = check, .eval = eval,
};
