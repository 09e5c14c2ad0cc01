/* sw - switch controlled by a voltage
 *
 *     i = g v,   g = 1/ron closed, 1/roff open; controlled by v(cp,cn)
 *
 * With hysteresis (vh >= 0) it closes where v(cp,cn) rises above vt + vh and opens where it falls below vt - vh; between them
 * it stays as it is. Its state changes at accepted points only, and time steps end at the instant of switching. In an
 * operating point it begins as the instance says (on, off; off without it).
 * Gradual (vh < 0, or von and voff: PSpice's vswitch): ln g follows a cubic polynomial of v(cp,cn) from 1/roff at voff to 1/ron
 * at von, or between vt - |vh| and vt + |vh|.
 * At each point i = g v, so the switch takes in power and never delivers any.
 *
 * PSpice A/D Reference Guide, voltage- and current-controlled switch (the polynomial).
 */
#include "models/switch/switch.h"

enum { P, N, CP, CN };                    /* terminals */

static const char *const terminal[] = { [P] = "p", [N] = "n", [CP] = "cp", [CN] = "cn" };
static const ag_branch   branch[]   = { [V] = { "v", P, N, 0 }, [C] = { "vc", CP, CN, 0 } };
static const ag_param    param[]    = {
    [T]       = { "vt",     "V",   NAN,  -1e9,  1e9,  "threshold (0 without it)", AG_REAL, AG_ON_CARD },
    [H]       = { "vh",     "V",   0,    -1e9,  1e9,  "half the width of the hysteresis; negative: gradual over twice its magnitude", AG_REAL, AG_ON_CARD },
    [ON]      = { "von",    "V",   NAN,  -1e9,  1e9,  "gradual: closed here (default 1 with voff or vswitch)", AG_REAL, AG_ON_CARD },
    [OFF]     = { "voff",   "V",   NAN,  -1e9,  1e9,  "gradual: open here (default 0 with von or vswitch)", AG_REAL, AG_ON_CARD },
    [RON]     = { "ron",    "ohm", 1,    1e-12, 1e18, "resistance when closed", AG_REAL, AG_ON_CARD },
    [ROFF]    = { "roff",   "ohm", NAN,  1e-12, 1e18, "resistance when open (default 1e12, with von or voff 1e6)", AG_REAL, AG_ON_CARD },
    [GRADUAL] = { "smooth", "1",   0,    0,     1,    "1: gradual even without von and voff, unless vt is given", AG_INT, AG_ON_CARD },
    [STATE]   = { "on",     "1",   0,    0,     1,    "closed at first: 1, or the word on", AG_INT, AG_ON_INSTANCE },
};
static const ag_alias   alias[]   = { { "vswitch", GRADUAL, 1 } };
static const ag_latch   latch[]   = { [CLOSED] = { "closed", "1", 0, "1 when closed", 1 + STATE } };
static const ag_derived derived[] = {
    [CON]    = { "con", "V", "closes above this" },
    [COFF]   = { "coff", "V", "opens below this" },
    [GON]    = { "gon", "S", "conductance when closed" },
    [GOFF]   = { "goff", "S", "conductance when open" },
    [SMOOTH] = { "gradual", "1", "1: between them the conductance is a function of the control" },
};
static const char *const ignored[] = { "lser", "vser", "ilimit", "epsilon", "oneway", "level", NULL };

static void prepare(const ag_tile *t, double *const *d) { switch_prepare(t, d, 1, 0); }
static void eval(const ag_tile *t) { switch_eval(t); }
static double step(const ag_tile *old, const ag_tile *now) { return switch_step(old, now, 1e-6); }
static void accept(const ag_tile *t, double *const *memory) { switch_accept(t, memory); }

static const char *check(const double *p, int n)
{
    (void)n;
    return switch_check(p, 1, 0, "von and voff must differ");
}

const ag_model ag_model_sw = {
    .name = "sw", .title = "switch controlled by a voltage",
    AG_TABLE(terminal), AG_TABLE(branch), AG_TABLE(param), AG_TABLE(derived), AG_TABLE(latch), AG_TABLE(alias),
    .ignored = ignored, .ignored_why = "is not modelled",
    .flags = AG_TWO_TERMINAL | AG_SWITCHES, .df_nz = 1u << (I * M + V) | 1u << (I * M + C),
    .prepare = prepare, .check = check, .eval = eval, .step = step, .accept = accept,
};
