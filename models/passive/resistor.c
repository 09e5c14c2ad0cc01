/* r - resistor
 *
 *     i = g v,   g = m / (r (1 + tc1 (T - tnom) + tc2 (T - tnom)^2))
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
enum { R, TC1, TC2, TNOM, MULT };
enum { GEFF };

static const char *const terminal[] = { [P] = "p", [N] = "n" };
static const ag_branch   branch[]   = { [V] = { "v", P, N, 0 } };
static const ag_param    param[]    = {
    [R]    = { "r",    "ohm",   1e3, -1e18,   1e18, "resistance at tnom", AG_REAL, AG_ANYWHERE },
    [TC1]  = { "tc1",  "1/K",   0,   -1,      1,    "linear temperature coefficient", AG_REAL, AG_ANYWHERE },
    [TC2]  = { "tc2",  "1/K^2", 0,   -1,      1,    "quadratic temperature coefficient", AG_REAL, AG_ANYWHERE },
    [TNOM] = { "tnom", "C",     27,  -273.15, 2000, "temperature at which r holds", AG_REAL, AG_ANYWHERE },
    [MULT] = { "m",    "1",     1,   1e-9,    1e9,  "number of parallel resistors", AG_REAL, AG_ANYWHERE },
};
static const ag_derived derived[] = { [GEFF] = { "geff", "S", "conductance at the device temperature" } };

static void prepare(const ag_tile *t, double *const *d)
{
    for (int k = 0; k < t->n; k++) {
        double dt = t->temp[k] - AG_KELVIN - t->p[TNOM][k];
        double r = t->p[R][k] * (1 + dt * (t->p[TC1][k] + dt * t->p[TC2][k]));
        d[GEFF][k] = t->p[MULT][k] / (fabs(r) < R_MIN ? copysign(R_MIN, r) : r);
    }
}

static const char *check(const double *p, int n)
{
    (void)n;
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
