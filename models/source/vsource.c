/* v - independent voltage source
 *
 *     own unknown j: the current from p through the source to n;   v - srcfact e(t) = 0
 *
 * e is the waveform, before a transient its value at t = 0; without a waveform it is dc. In .op, .dc and .ac it is dc where that is
 * given. In a small-signal analysis the source is acmag at the angle acphase.
 */
#include "models/source/waveform.h"

enum { P, N };                            /* terminals */
enum { V, J, M };                         /* inputs: branch voltage, current */
enum { I = V, E = J };                    /* outputs: branch current, v - e */
enum { DC, ACMAG, ACPHASE, WAVE };

static const char *const terminal[] = { [P] = "p", [N] = "n" };
static const ag_branch   branch[]   = { [V] = { "v", P, N, 0 } };
static const ag_unknown  unknown[]  = {
    { "i", "A", -1, 0, 0, -INFINITY, INFINITY, 0, 1, "current into p" },
};
static const ag_param param[] = {
    [DC]      = { "dc",      "V",   NAN, -1e9, 1e9, "voltage at rest; without it that of the waveform at t = 0, or 0", AG_REAL, AG_ON_INSTANCE },
    [ACMAG]   = { "acmag",   "V",   0, -1e9, 1e9, "magnitude in a small-signal analysis", AG_REAL, AG_ON_INSTANCE },
    [ACPHASE] = { "acphase", "deg", 0, -1e9, 1e9, "phase in a small-signal analysis", AG_REAL, AG_ON_INSTANCE },
    [WAVE]    = { "wave",    "V",   0, 0,    1e9, "waveform: PULSE, SIN, EXP or PWL", AG_VECTOR, AG_ON_INSTANCE },
};

static void eval(const ag_tile *t)
{
    for (int k = 0; k < t->n; k++) {
        t->f[I][k] = t->u[J][k];
        t->f[E][k] = t->u[V][k] - t->srcfact * ag_source_level(t, k, t->p[DC], t->p[WAVE]);
    }
    if (t->df)
        for (int k = 0; k < t->n; k++) t->df[I * M + J][k] = t->df[E * M + V][k] = 1;
}

static void ac(const ag_tile *t, double *const *re, double *const *im)
{
    for (int k = 0; k < t->n; k++) {
        double turns = t->p[ACPHASE][k] / 360, size = -t->p[ACMAG][k];
        re[E][k] = size * ag_sin_turns(turns + 0.25);
        im[E][k] = size * ag_sin_turns(turns);
    }
}

static double breakpoint(const ag_tile *t, int k, double time)
{
    return ag_wave_breakpoint(ag_source_wave(t, k, t->p[WAVE]), time);
}

const ag_model ag_model_vsource = {
    .name = "v", .title = "independent voltage source",
    AG_TABLE(terminal), AG_TABLE(branch), AG_TABLE(unknown), AG_TABLE(param),
    .flags = AG_LINEAR | AG_TIMED | AG_TWO_TERMINAL, .df_nz = 1u << (I * M + J) | 1u << (E * M + V),
    .eval = eval, .ac = ac, .breakpoint = breakpoint,
};
