/* h - current-controlled voltage source
 *
 *     own unknown i: the current from p through the source to n;   v(p,n) - gain j = 0
 *
 * j is the current of another device, into its first terminal.
 */
#include <math.h>
#include "core/model.h"

enum { P, N };                            /* terminals */
enum { V, IO, J, M };                     /* inputs: output voltage, own and controlling current */
enum { I = V, E = IO };                   /* outputs: branch current, v - gain j */
enum { GAIN };

static const char *const terminal[] = { [P] = "p", [N] = "n" };
static const ag_branch   branch[]   = { [V] = { "v", P, N, 0 } };
static const ag_unknown  unknown[]  = {
    { "i", "A", -1, 0, 0, -INFINITY, INFINITY, 0, 1, "current into p" },
};
static const ag_ref      ref[]      = { { "controlling current", NULL } };
static const ag_param    param[]    = {
    [GAIN] = { "gain", "ohm", 1, -1e18, 1e18, "transresistance", AG_REAL, AG_ON_INSTANCE },
};

static void eval(const ag_tile *t)
{
    for (int k = 0; k < t->n; k++) {
        t->f[I][k] = t->u[IO][k];
        t->f[E][k] = t->u[V][k] - t->p[GAIN][k] * t->u[J][k];
    }
    if (t->df)
        for (int k = 0; k < t->n; k++) {
            t->df[I * M + IO][k] = t->df[E * M + V][k] = 1;
            t->df[E * M + J][k] = -t->p[GAIN][k];
        }
}

const ag_model ag_model_ccvs = {
    .name = "h", .title = "current-controlled voltage source",
    AG_TABLE(terminal), AG_TABLE(branch), AG_TABLE(unknown), AG_TABLE(ref), AG_TABLE(param),
    .flags = AG_LINEAR | AG_TWO_TERMINAL,
    .df_nz = 1u << (I * M + IO) | 1u << (E * M + V) | 1u << (E * M + J),
    .eval = eval,
};
