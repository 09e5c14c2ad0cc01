/* i - independent current source
 *
 *     i = srcfact m e(t), from p through the source to n
 *
 * e is the waveform, before a transient its value at t = 0; without a waveform it is dc. In .op, .dc and .ac it is dc where that is
 * given. In a small-signal analysis the source is acmag at the angle acphase.
 */
#include "models/source/waveform.h"

enum { P, N };                            /* terminals */
enum { V };                               /* inputs */
enum { I = V };                           /* outputs */
enum { DC, ACMAG, ACPHASE, WAVE, MULT };

static const char *const terminal[] = { [P] = "p", [N] = "n" };
static const ag_branch   branch[]   = { [V] = { "v", P, N, 0 } };
static const ag_param    param[]    = {
    [DC]      = { "dc",      "A",   NAN, -1e9, 1e9, "current at rest; without it that of the waveform at t = 0, or 0", AG_REAL, AG_ON_INSTANCE },
    [ACMAG]   = { "acmag",   "A",   0, -1e9, 1e9, "magnitude in a small-signal analysis", AG_REAL, AG_ON_INSTANCE },
    [ACPHASE] = { "acphase", "deg", 0, -1e9, 1e9, "phase in a small-signal analysis", AG_REAL, AG_ON_INSTANCE },
    [WAVE]    = { "wave",    "A",   0, 0,    1e9, "waveform: PULSE, SIN, EXP or PWL", AG_VECTOR, AG_ON_INSTANCE },
    [MULT]    = { "m",       "1",   1, 1e-9, 1e9, "number of parallel sources", AG_REAL, AG_ON_INSTANCE },
};

static void eval(const ag_tile *t)
{
    for (int k = 0; k < t->n; k++)
        t->f[I][k] = t->srcfact * t->p[MULT][k] * ag_source_level(t, k, t->p[DC], t->p[WAVE]);
}

static void ac(const ag_tile *t, double *const *re, double *const *im)
{
    for (int k = 0; k < t->n; k++) {
        double turns = t->p[ACPHASE][k] / 360, size = t->p[MULT][k] * t->p[ACMAG][k];
        re[I][k] = size * ag_sin_turns(turns + 0.25);
        im[I][k] = size * ag_sin_turns(turns);
    }
}

static double breakpoint(const ag_tile *t, int k, double time)
{
    return ag_wave_breakpoint(ag_source_wave(t, k, t->p[WAVE]), time);
}

const ag_model ag_model_isource = {
    .name = "i", .title = "independent current source",
    AG_TABLE(terminal), AG_TABLE(branch), AG_TABLE(param),
    .flags = AG_LINEAR | AG_TIMED | AG_TWO_TERMINAL,
    .eval = eval, .ac = ac, .breakpoint = breakpoint,
};
