/* k - coupling of two inductors
 *
 *     v1 - d(l1 j1 + mu j2)/dt = 0,   v2 - d(l2 j2 + mu j1)/dt = 0,   mu = k sqrt(l1 l2)
 *
 * The inductors keep their own equations; this adds -mu j2 and -mu j1 to their fluxes. Positive k: the first nodes of both
 * carry the dot. l1 and l2 are those at the temperatures of the inductors. With k = 1 the matrix of inductances is singular,
 * the flux of one determines that of the other, and the currents follow from the rest of the circuit.
 */
#include <math.h>
#include "core/model.h"

enum { J1, J2, M };                       /* inputs: currents of the inductors */
enum { FLUX1 = J1, FLUX2 = J2 };          /* outputs: added to their equations */
enum { K };
enum { MU };

static const ag_ref     ref[]     = { { "first inductor", "leff" }, { "second inductor", "leff" } };
static const ag_param   param[]   = { [K] = { "k", "1", 1, -1, 1, "coefficient of coupling", AG_REAL, AG_ON_INSTANCE } };
static const ag_derived derived[] = { [MU] = { "mu", "H", "mutual inductance" } };

static void prepare(const ag_tile *t, double *const *d)
{
    for (int k = 0; k < t->n; k++) d[MU][k] = t->p[K][k] * sqrt(fabs(t->foreign[J1][k] * t->foreign[J2][k]));
}

static void eval(const ag_tile *t)
{
    for (int k = 0; k < t->n; k++) {
        t->q[FLUX1][k] = -t->d[MU][k] * t->u[J2][k];
        t->q[FLUX2][k] = -t->d[MU][k] * t->u[J1][k];
    }
    if (t->dq)
        for (int k = 0; k < t->n; k++) t->dq[FLUX1 * M + J2][k] = t->dq[FLUX2 * M + J1][k] = -t->d[MU][k];
}

const ag_model ag_model_mutual = {
    .name = "k", .title = "coupling of two inductors",
    AG_TABLE(ref), AG_TABLE(param), AG_TABLE(derived),
    .flags = AG_LINEAR, .dq_nz = 1u << (FLUX1 * M + J2) | 1u << (FLUX2 * M + J1),
    .prepare = prepare, .eval = eval,
};
