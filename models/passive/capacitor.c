/* c - capacitor
 *
 *     i = dq/dt,   q = ceff v,   ceff = m c (1 + tc1 (T - tnom) + tc2 (T - tnom)^2)
 */
#include <math.h>
#include "core/model.h"

enum { P, N };                            /* terminals */
enum { V, M };                            /* inputs */
enum { I = V };                           /* outputs */
enum { C, IC, TC1, TC2, TNOM, MULT };
enum { CEFF };

static const char *const terminal[] = { [P] = "p", [N] = "n" };
static const ag_branch   branch[]   = { [V] = { "v", P, N, 1 + IC } };
static const ag_param    param[]    = {
    [C]    = { "c",    "F",     1e-12, -1e9,    1e9,  "capacitance at tnom", AG_REAL, AG_ANYWHERE },
    [IC]   = { "ic",   "V",     NAN,   -1e9,    1e9,  "initial voltage under uic", AG_REAL, AG_ON_INSTANCE },
    [TC1]  = { "tc1",  "1/K",   0,     -1,      1,    "linear temperature coefficient", AG_REAL, AG_ANYWHERE },
    [TC2]  = { "tc2",  "1/K^2", 0,     -1,      1,    "quadratic temperature coefficient", AG_REAL, AG_ANYWHERE },
    [TNOM] = { "tnom", "C",     27,    -273.15, 2000, "temperature at which c holds", AG_REAL, AG_ANYWHERE },
    [MULT] = { "m",    "1",     1,     1e-9,    1e9,  "number of parallel capacitors", AG_REAL, AG_ANYWHERE },
};
static const ag_derived derived[] = { [CEFF] = { "ceff", "F", "capacitance at the device temperature" } };

static void prepare(const ag_tile *t, double *const *d)
{
    for (int k = 0; k < t->n; k++) {
        double dt = t->temp[k] - AG_KELVIN - t->p[TNOM][k];
        d[CEFF][k] = t->p[MULT][k] * t->p[C][k] * (1 + dt * (t->p[TC1][k] + dt * t->p[TC2][k]));
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
    .flags = AG_LINEAR | AG_TWO_TERMINAL, .dq_nz = 1u << (I * M + V),
    .prepare = prepare, .eval = eval,
};
