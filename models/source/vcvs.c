/* e - voltage-controlled voltage source
 *
 *     own unknown j: the current from p through the source to n;   v(p,n) - gain v(cp,cn) = 0
 */
#include <math.h>
#include "core/model.h"

enum { P, N, CP, CN };                    /* terminals */
enum { V, VC, J, M };                     /* inputs: output and controlling voltage, current */
enum { I = V, E = J };                    /* outputs: branch current, v - gain vc; the controlling branch only senses */
enum { GAIN };

static const char *const terminal[] = { [P] = "p", [N] = "n", [CP] = "cp", [CN] = "cn" };
static const ag_branch   branch[]   = { [V] = { "v", P, N, 0 }, [VC] = { "vc", CP, CN, 0 } };
static const ag_unknown  unknown[]  = {
    { "i", "A", -1, 0, 0, -INFINITY, INFINITY, 0, 1, "current into p" },
};
static const ag_param param[] = {
    [GAIN] = { "gain", "V/V", 1, -1e18, 1e18, "voltage gain", AG_REAL, AG_ON_INSTANCE },
};

static void eval(const ag_tile *t)
{
    for (int k = 0; k < t->n; k++) {
        t->f[I][k] = t->u[J][k];
        t->f[E][k] = t->u[V][k] - t->p[GAIN][k] * t->u[VC][k];
    }
    if (t->df)
        for (int k = 0; k < t->n; k++) {
            t->df[I * M + J][k] = t->df[E * M + V][k] = 1;
            t->df[E * M + VC][k] = -t->p[GAIN][k];
        }
}

const ag_model ag_model_vcvs = {
    .name = "e", .title = "voltage-controlled voltage source",
    AG_TABLE(terminal), AG_TABLE(branch), AG_TABLE(unknown), AG_TABLE(param),
    .flags = AG_LINEAR | AG_TWO_TERMINAL,
    .df_nz = 1u << (I * M + J) | 1u << (E * M + V) | 1u << (E * M + VC),
    .eval = eval,
};
