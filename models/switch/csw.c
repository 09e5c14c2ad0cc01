/* csw - switch controlled by a current
 *
 *     i = g v,   g = 1/ron closed, 1/roff open; controlled by the current of another device into its first terminal
 *
 * With hysteresis (ih >= 0) it closes where the current rises above it + ih and opens where it falls below it - ih; between them
 * it stays as it is. Its state changes at accepted points only, and time steps end at the instant of switching. In an
 * operating point it begins as the instance says (on, off; off without it).
 * Gradual (ih < 0, or ion and ioff: PSpice's iswitch): ln g follows a cubic polynomial of the current from 1/roff at ioff to 1/ron
 * at ion, or between it - |ih| and it + |ih|.
 * At each point i = g v, so the switch takes in power and never delivers any.
 *
 * PSpice A/D Reference Guide, voltage- and current-controlled switch (the polynomial).
 */
#include "models/switch/switch.h"

enum { P, N };                            /* terminals */

static const char *const terminal[] = { [P] = "p", [N] = "n" };
static const ag_branch   branch[]   = { [V] = { "v", P, N, 0 } };
static const ag_ref      ref[]      = { { "controlling current", NULL } };
static const ag_param    param[]    = {
    [T]       = { "it",     "A",   NAN,  -1e9,  1e9,  "threshold (0 without it)", AG_REAL, AG_ON_CARD },
    [H]       = { "ih",     "A",   0,    -1e9,  1e9,  "half the width of the hysteresis; negative: gradual over twice its magnitude", AG_REAL, AG_ON_CARD },
    [ON]      = { "ion",    "A",   NAN,  -1e9,  1e9,  "gradual: closed here (default 1e-3 with ioff or iswitch)", AG_REAL, AG_ON_CARD },
    [OFF]     = { "ioff",   "A",   NAN,  -1e9,  1e9,  "gradual: open here (default 0 with ion or iswitch)", AG_REAL, AG_ON_CARD },
    [RON]     = { "ron",    "ohm", 1,    1e-12, 1e18, "resistance when closed", AG_REAL, AG_ON_CARD },
    [ROFF]    = { "roff",   "ohm", NAN,  1e-12, 1e18, "resistance when open (default 1e12, with ion or ioff 1e6)", AG_REAL, AG_ON_CARD },
    [GRADUAL] = { "smooth", "1",   0,    0,     1,    "1: gradual even without ion and ioff, unless it is given", AG_INT, AG_ON_CARD },
    [STATE]   = { "on",     "1",   0,    0,     1,    "closed at first: 1, or the word on", AG_INT, AG_ON_INSTANCE },
};
static const ag_alias   alias[]   = { { "iswitch", GRADUAL, 1 } };
static const ag_latch   latch[]   = { [CLOSED] = { "closed", "1", 0, "1 when closed", 1 + STATE } };
static const ag_derived derived[] = {
    [CON]    = { "con", "A", "closes above this" },
    [COFF]   = { "coff", "A", "opens below this" },
    [GON]    = { "gon", "S", "conductance when closed" },
    [GOFF]   = { "goff", "S", "conductance when open" },
    [SMOOTH] = { "gradual", "1", "1: between them the conductance is a function of the control" },
};
static const char *const ignored[] = { "lser", "vser", "ilimit", "epsilon", "oneway", "level", NULL };

static void prepare(const ag_tile *t, double *const *d) { switch_prepare(t, d, 1e-3, 0); }
static void eval(const ag_tile *t) { switch_eval(t); }
static double step(const ag_tile *old, const ag_tile *now) { return switch_step(old, now, 1e-9); }
static void accept(const ag_tile *t, double *const *memory) { switch_accept(t, memory); }

static const char *check(const double *p, int n)
{
    (void)n;
    return switch_check(p, 1e-3, 0, "ion and ioff must differ");
}

const ag_model ag_model_csw = {
    .name = "csw", .title = "switch controlled by a current",
    AG_TABLE(terminal), AG_TABLE(branch), AG_TABLE(ref), AG_TABLE(param), AG_TABLE(derived), AG_TABLE(latch), AG_TABLE(alias),
    .ignored = ignored, .ignored_why = "is not modelled",
    .flags = AG_TWO_TERMINAL | AG_SWITCHES, .df_nz = 1u << (I * M + V) | 1u << (I * M + C),
    .prepare = prepare, .check = check, .eval = eval, .step = step, .accept = accept,
};
