/* l - inductor
 *
 *     own unknown j: the current from p to n;   v - d(leff j)/dt = 0,   leff = l (1 + tc1 (T - tnom) + tc2 (T - tnom)^2) / m
 */
#include <math.h>
#include "core/model.h"

enum { P, N };                            /* terminals */
enum { V, J, M };                         /* inputs: branch voltage, current */
enum { I = V, FLUX = J };                 /* outputs: branch current, v - d(l j)/dt */
enum { L, IC, TC1, TC2, TNOM, MULT };
enum { LEFF };

static const char *const terminal[] = { [P] = "p", [N] = "n" };
static const ag_branch   branch[]   = { [V] = { "v", P, N, 0 } };
static const ag_unknown  unknown[]  = {
    { "i", "A", IC, 0, 0, -INFINITY, INFINITY, 0, 1, "current" },
};
static const ag_param param[] = {
    [L]    = { "l",    "H",     1e-9, -1e9,    1e9,  "inductance at tnom", AG_REAL, AG_ANYWHERE },
    [IC]   = { "ic",   "A",     0,    -1e9,    1e9,  "initial current of a transient", AG_REAL, AG_ON_INSTANCE },
    [TC1]  = { "tc1",  "1/K",   0,    -1,      1,    "linear temperature coefficient", AG_REAL, AG_ANYWHERE },
    [TC2]  = { "tc2",  "1/K^2", 0,    -1,      1,    "quadratic temperature coefficient", AG_REAL, AG_ANYWHERE },
    [TNOM] = { "tnom", "C",     27,   -273.15, 2000, "temperature at which l holds", AG_REAL, AG_ANYWHERE },
    [MULT] = { "m",    "1",     1,    1e-9,    1e9,  "number of parallel inductors", AG_REAL, AG_ANYWHERE },
};
static const ag_derived derived[] = { [LEFF] = { "leff", "H", "inductance at the device temperature" } };

static void prepare(const ag_tile *t, double *const *d)
{
    for (int k = 0; k < t->n; k++) {
        double dt = t->temp[k] - AG_KELVIN - t->p[TNOM][k];
        d[LEFF][k] = t->p[L][k] * (1 + dt * (t->p[TC1][k] + dt * t->p[TC2][k])) / t->p[MULT][k];
    }
}

static void eval(const ag_tile *t)
{
    for (int k = 0; k < t->n; k++) {
        t->f[I][k] = t->u[J][k];
        t->f[FLUX][k] = t->u[V][k];
        t->q[FLUX][k] = -t->d[LEFF][k] * t->u[J][k];
    }
    if (t->df)
        for (int k = 0; k < t->n; k++) {
            t->df[I * M + J][k] = t->df[FLUX * M + V][k] = 1;
            t->dq[FLUX * M + J][k] = -t->d[LEFF][k];
        }
}

const ag_model ag_model_inductor = {
    .name = "l", .title = "inductor",
    AG_TABLE(terminal), AG_TABLE(branch), AG_TABLE(unknown), AG_TABLE(param), AG_TABLE(derived),
    .flags = AG_LINEAR | AG_TWO_TERMINAL | AG_STARTS,
    .df_nz = 1u << (I * M + J) | 1u << (FLUX * M + V), .dq_nz = 1u << (FLUX * M + J),
    .prepare = prepare, .eval = eval,
};
