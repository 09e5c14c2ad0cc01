/* f - current-controlled current source
 *
 *     i = m gain j, from p through the source to n;   j: the current of another device, into its first terminal
 */
#include "core/model.h"

enum { P, N };                            /* terminals */
enum { V, J, M };                         /* inputs: output voltage, controlling current */
enum { I = V };                           /* outputs: branch current */
enum { GAIN, MULT };

static const char *const terminal[] = { [P] = "p", [N] = "n" };
static const ag_branch   branch[]   = { [V] = { "v", P, N, 0 } };
static const ag_ref      ref[]      = { { "controlling current", NULL } };
static const ag_param    param[]    = {
    [GAIN] = { "gain", "A/A", 1, -1e18, 1e18, "current gain", AG_REAL, AG_ON_INSTANCE },
    [MULT] = { "m",    "1",   1, 1e-9,  1e9,  "number of parallel sources", AG_REAL, AG_ON_INSTANCE },
};

static void eval(const ag_tile *t)
{
    for (int k = 0; k < t->n; k++) t->f[I][k] = t->p[MULT][k] * t->p[GAIN][k] * t->u[J][k];
    if (t->df)
        for (int k = 0; k < t->n; k++) t->df[I * M + J][k] = t->p[MULT][k] * t->p[GAIN][k];
}

const ag_model ag_model_cccs = {
    .name = "f", .title = "current-controlled current source",
    AG_TABLE(terminal), AG_TABLE(branch), AG_TABLE(ref), AG_TABLE(param),
    .flags = AG_LINEAR | AG_TWO_TERMINAL, .df_nz = 1u << (I * M + J),
    .eval = eval,
};
