/* g - voltage-controlled current source
 *
 *     i = m gain v(cp,cn), from p through the source to n
 */
#include "core/model.h"

enum { P, N, CP, CN };                    /* terminals */
enum { V, VC, M };                        /* inputs: output and controlling voltage */
enum { I = V };                           /* outputs: branch current; the controlling branch only senses */
enum { GAIN, MULT };

static const char *const terminal[] = { [P] = "p", [N] = "n", [CP] = "cp", [CN] = "cn" };
static const ag_branch   branch[]   = { [V] = { "v", P, N, 0 }, [VC] = { "vc", CP, CN, 0 } };
static const ag_param    param[]    = {
    [GAIN] = { "gain", "S", 1, -1e18, 1e18, "transconductance", AG_REAL, AG_ON_INSTANCE },
    [MULT] = { "m",    "1", 1, 1e-9,  1e9,  "number of parallel sources", AG_REAL, AG_ON_INSTANCE },
};

static void eval(const ag_tile *t)
{
    for (int k = 0; k < t->n; k++) t->f[I][k] = t->p[MULT][k] * t->p[GAIN][k] * t->u[VC][k];
    if (t->df)
        for (int k = 0; k < t->n; k++) t->df[I * M + VC][k] = t->p[MULT][k] * t->p[GAIN][k];
}

const ag_model ag_model_vccs = {
    .name = "g", .title = "voltage-controlled current source",
    AG_TABLE(terminal), AG_TABLE(branch), AG_TABLE(param),
    .flags = AG_LINEAR | AG_TWO_TERMINAL, .df_nz = 1u << (I * M + VC),
    .eval = eval,
};
