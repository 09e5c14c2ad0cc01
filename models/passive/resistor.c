/* r - resistor
 *
 *     i = g v,   g = m / (r (1 + tc1 (T - tnom) + tc2 (T - tnom)^2)),   r = rsh (l - 2 short)/(w - 2 narrow) when it is not given
 *
 * The conductance form needs no unknown. A negative r is allowed (a negative resistance); a zero one is refused, because
 * it is a wire (a 0 V source measures the current through a wire). At a temperature where the bracket vanishes
 * the resistance is held at 1 pohm.
 */
#include "core/model.h"
#include "models/vmath.h"

#define R_MIN 1e-12                       /* [ohm]; below, 1/r swamps every other conductance at the node */

enum { P, N };                            /* terminals */
enum { V, M };                            /* inputs */
enum { I = V };                           /* outputs */
enum { R, TC1, TC2, TNOM, MULT, L, W, RSH, DEFW, SHORT, NARROW };
enum { GEFF };

static const char *const terminal[] = { [P] = "p", [N] = "n" };
static const ag_branch   branch[]   = { [V] = { "v", P, N, 0 } };
static const ag_param    param[]    = {
    [R]    = { "r",    "ohm",   NAN, -1e18,   1e18, "resistance at tnom (1k without it, l and rsh)", AG_REAL, AG_ANYWHERE },
    [TC1]  = { "tc1",  "1/K",   0,   -1,      1,    "linear temperature coefficient", AG_REAL, AG_ANYWHERE },
    [TC2]  = { "tc2",  "1/K^2", 0,   -1,      1,    "quadratic temperature coefficient", AG_REAL, AG_ANYWHERE },
    [TNOM] = { "tnom", "C",     27,  -273.15, 2000, "temperature at which r holds", AG_REAL, AG_ANYWHERE },
    [MULT] = { "m",    "1",     1,   1e-9,    1e9,  "number of parallel resistors", AG_REAL, AG_ANYWHERE },
    [L]    = { "l",    "m",     NAN, 1e-12,   1e3,  "length", AG_REAL, AG_ANYWHERE },
    [W]    = { "w",    "m",     NAN, 1e-12,   1e3,  "width (defw without it)", AG_REAL, AG_ANYWHERE },
    [RSH]  = { "rsh",  "ohm",   NAN, 0,       1e15, "resistance of a square", AG_REAL, AG_ON_CARD },
    [DEFW] = { "defw", "m",     10e-6, 1e-12, 1e3,  "width when it is not given", AG_REAL, AG_ON_CARD },
    [SHORT]  = { "short",  "m", 0,   -1e3,    1e3,  "the length is smaller by this at each end", AG_REAL, AG_ON_CARD },
    [NARROW] = { "narrow", "m", 0,   -1e3,    1e3,  "the width is smaller by this on each side", AG_REAL, AG_ON_CARD },
};
static const ag_derived derived[] = { [GEFF] = { "geff", "S", "conductance at the device temperature" } };

static double at_tnom(const double *const *p, int k)
{
    double w = isnan(p[W][k]) ? p[DEFW][k] : p[W][k];
    if (!isnan(p[R][k])) return p[R][k];
    return isnan(p[RSH][k]) || isnan(p[L][k]) ? 1e3 : p[RSH][k] * (p[L][k] - 2 * p[SHORT][k]) / (w - 2 * p[NARROW][k]);
}

static void prepare(const ag_tile *t, double *const *d)
{
    for (int k = 0; k < t->n; k++) {
        double dt = t->temp[k] - AG_KELVIN - t->p[TNOM][k];
        double r = at_tnom(t->p, k) * (1 + dt * (t->p[TC1][k] + dt * t->p[TC2][k]));
        d[GEFF][k] = t->p[MULT][k] / (fabs(r) < R_MIN ? copysign(R_MIN, r) : r);
    }
}

static const char *check(const double *p, int n)
{
    (void)n;
    double w = isnan(p[W]) ? p[DEFW] : p[W];
    if (isnan(p[R]) && (w <= 2 * p[NARROW] || p[L] <= 2 * p[SHORT])) return "w must exceed twice narrow, and l twice short";
    return fabs(p[R]) < R_MIN ? "r must be at least 1p ohm in magnitude (use a 0 V source as a wire)" : NULL;
}

static void eval(const ag_tile *t)
{
    for (int k = 0; k < t->n; k++) t->f[I][k] = t->d[GEFF][k] * t->u[V][k];
    if (t->df)
        for (int k = 0; k < t->n; k++) t->df[I * M + V][k] = t->d[GEFF][k];
}

const ag_model ag_model_resistor = {
    .name = "r", .title = "resistor",
    AG_TABLE(terminal), AG_TABLE(branch), AG_TABLE(param), AG_TABLE(derived),
    .flags = AG_LINEAR | AG_TWO_TERMINAL, .df_nz = 1u << (I * M + V),
    .prepare = prepare, .check = check, .eval = eval,
};
