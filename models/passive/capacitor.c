/* c - capacitor
 *
 *     i = dq/dt,   q = ceff v,   ceff = m c (1 + tc1 (T - tnom) + tc2 (T - tnom)^2)
 *     c = cj (l - short)(w - narrow) + 2 cjsw (l - short + w - narrow) when it is not given
 */
#include <math.h>
#include "core/model.h"

enum { P, N };                            /* terminals */
enum { V, M };                            /* inputs */
enum { I = V };                           /* outputs */
enum { C, IC, TC1, TC2, TNOM, MULT, L, W, CJ, CJSW, DEFW, SHORT, NARROW };
enum { CEFF };

static const char *const terminal[] = { [P] = "p", [N] = "n" };
static const ag_branch   branch[]   = { [V] = { "v", P, N, 1 + IC } };
static const ag_param    param[]    = {
    [C]    = { "c",    "F",     NAN,   -1e9,    1e9,  "capacitance at tnom (1p without it, l and cj)", AG_REAL, AG_ANYWHERE },
    [IC]   = { "ic",   "V",     NAN,   -1e9,    1e9,  "initial voltage of a transient", AG_REAL, AG_ON_INSTANCE },
    [TC1]  = { "tc1",  "1/K",   0,     -1,      1,    "linear temperature coefficient", AG_REAL, AG_ANYWHERE },
    [TC2]  = { "tc2",  "1/K^2", 0,     -1,      1,    "quadratic temperature coefficient", AG_REAL, AG_ANYWHERE },
    [TNOM] = { "tnom", "C",     27,    -273.15, 2000, "temperature at which c holds", AG_REAL, AG_ANYWHERE },
    [MULT] = { "m",    "1",     1,     1e-9,    1e9,  "number of parallel capacitors", AG_REAL, AG_ANYWHERE },
    [L]    = { "l",    "m",     NAN,   1e-12,   1e3,  "length", AG_REAL, AG_ANYWHERE },
    [W]    = { "w",    "m",     NAN,   1e-12,   1e3,  "width (defw without it)", AG_REAL, AG_ANYWHERE },
    [CJ]   = { "cj",   "F/m^2", NAN,   0,       1e6,  "capacitance per area", AG_REAL, AG_ON_CARD },
    [CJSW] = { "cjsw", "F/m",   0,     0,       1e6,  "capacitance per length of the edge", AG_REAL, AG_ON_CARD },
    [DEFW] = { "defw", "m",     10e-6, 1e-12,   1e3,  "width when it is not given", AG_REAL, AG_ON_CARD },
    [SHORT]  = { "short",  "m", 0,     -1e3,    1e3,  "the length is smaller by this", AG_REAL, AG_ON_CARD },
    [NARROW] = { "narrow", "m", 0,     -1e3,    1e3,  "the width is smaller by this", AG_REAL, AG_ON_CARD },
};
static const ag_derived derived[] = { [CEFF] = { "ceff", "F", "capacitance at the device temperature" } };

static double at_tnom(const double *const *p, int k)
{
    double l = p[L][k] - p[SHORT][k], w = (isnan(p[W][k]) ? p[DEFW][k] : p[W][k]) - p[NARROW][k];
    if (!isnan(p[C][k])) return p[C][k];
    return isnan(p[CJ][k]) || isnan(l) ? 1e-12 : p[CJ][k] * l * w + 2 * p[CJSW][k] * (l + w);
}

static void prepare(const ag_tile *t, double *const *d)
{
    for (int k = 0; k < t->n; k++) {
        double dt = t->temp[k] - AG_KELVIN - t->p[TNOM][k];
        d[CEFF][k] = t->p[MULT][k] * at_tnom(t->p, k) * (1 + dt * (t->p[TC1][k] + dt * t->p[TC2][k]));
    }
}

static void eval(const ag_tile *t)
{
    for (int k = 0; k < t->n; k++) {
        t->f[I][k] = 0;
        t->q[I][k] = t->d[CEFF][k] * t->u[V][k];
    }
    if (t->dq)
        for (int k = 0; k < t->n; k++) t->dq[I * M + V][k] = t->d[CEFF][k];
}

const ag_model ag_model_capacitor = {
    .name = "c", .title = "capacitor",
    AG_TABLE(terminal), AG_TABLE(branch), AG_TABLE(param), AG_TABLE(derived),
    .flags = AG_LINEAR | AG_TWO_TERMINAL | AG_STARTS, .dq_nz = 1u << (I * M + V),
    .prepare = prepare, .eval = eval,
};
