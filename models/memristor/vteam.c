/* vteam - voltage-threshold adaptive memristor
 *
 * Current   i = v/R(w)                                                                 [1]
 *           R = ron + (roff - ron) w                    ivrelation 0, linear
 *           R = ron exp(w ln(roff/ron))                 ivrelation 1, exponential
 * State     (woff - won) dw/dt = koff (v/voff - 1)^alphaoff foff(w)     v > voff > 0   [1]
 *                              = kon  (v/von - 1)^alphaon fon(w)        v < von < 0
 *                              = 0                                      between them
 *
 * w = (width - won)/(woff - won) is the normalised width: 0 on, 1 off. With (x)+ = max(x, 0) at most one of the two brackets is
 * positive, so that the state equation is a plain sum. Windows, `window` by name or number, are those of the model drift.
 * kon is negative in the paper; its sign and that of von are given by the direction, and either is accepted.
 * aon, aoff and wc of window 4 are widths in m; left out, aon = won, aoff = woff.
 *
 * [1] S. Kvatinsky, M. Ramadan, E. G. Friedman, A. Kolodny, IEEE Trans. Circuits Syst. II 62, 786 (2015). Defaults: the cell
 * that N. Talati, S. Gupta, P. Mane, S. Kvatinsky, IEEE Trans. Nanotechnol. 15, 635 (2016), use for memristor-aided logic.
 */
#include "models/memristor/boundary.h"

enum { P, N };                                            /* terminals */
enum { V, W, M };                                         /* inputs: branch voltage, state */
enum { I = V, DW = W };                                   /* outputs */
enum { RON, ROFF, VON, VOFF, KON, KOFF, ALPHAON, ALPHAOFF, WON, WOFF, IVRELATION, WINDOW, PW, JW, AON, AOFF, WC, W0 };
enum { R_ON, R_OFF, LAMBDA, END_ON, END_OFF, WIDTH };

static const char *const terminal[] = { [P] = "p", [N] = "n" };
static const ag_branch   branch[]   = { [V] = { "v", P, N, 0 } };
static const ag_unknown  unknown[]  = { { "w", "1", W0, AG_HELD, 1e-7, -0.01, 1.01, 0.2, 0, "normalised width: 0 on, 1 off" } };
#define REAL(name, unit, dflt, min, max, help) { name, unit, dflt, min, max, help, AG_REAL, AG_ANYWHERE }
static const ag_param param[] = {
    [RON]        = REAL("ron",      "ohm", 1e3,    1e-3,  1e15, "resistance at w = 0"),
    [ROFF]       = REAL("roff",     "ohm", 300e3,  1e-3,  1e18, "resistance at w = 1"),
    [VON]        = REAL("von",      "V",   -1.5,   -1e3,  1e3,  "threshold of switching on, at v = -abs(von)"),
    [VOFF]       = REAL("voff",     "V",   0.3,    1e-6,  1e3,  "threshold of switching off"),
    [KON]        = REAL("kon",      "m/s", -216.2, -1e12, 1e12, "speed of switching on at twice the threshold"),
    [KOFF]       = REAL("koff",     "m/s", 0.091,  0,     1e12, "speed of switching off at twice the threshold"),
    [ALPHAON]    = REAL("alphaon",  "1",   4,      1,     20,   "exponent of switching on"),
    [ALPHAOFF]   = REAL("alphaoff", "1",   4,      1,     20,   "exponent of switching off"),
    [WON]        = REAL("won",      "m",   0,      -1e-3, 1e-3, "width at w = 0"),
    [WOFF]       = REAL("woff",     "m",   3e-9,   -1e-3, 1e-3, "width at w = 1"),
    [IVRELATION] = { "ivrelation", "1", 0, 0, 1, "0: R linear in w, 1: exponential", AG_INT, AG_ANYWHERE },
    [WINDOW]     = { "window", "1", 0, 0, 4, "none, joglekar, biolek, prodromakis, kvatinsky, or 0 .. 4", AG_INT, AG_ANYWHERE },
    [PW]         = REAL("p",        "1",   1,      0.01,  100,  "exponent of windows 1 to 3"),
    [JW]         = REAL("j",        "1",   1,      0,     100,  "height of window 3"),
    [AON]        = REAL("aon",      "m",   NAN,    -1e-3, 1e-3, "width where window 4 stops switching on"),
    [AOFF]       = REAL("aoff",     "m",   NAN,    -1e-3, 1e-3, "width where window 4 stops switching off"),
    [WC]         = REAL("wc",       "m",   107e-12, 1e-15, 1e-3, "width of window 4"),
    [W0]         = REAL("w0",       "1",   1,      0,     1,    "initial state"),
};
static const ag_derived derived[] = {
    [R_ON]    = { "rateon", "1/s", "rate of switching on at twice the threshold" },
    [R_OFF]   = { "rateoff", "1/s", "rate of switching off at twice the threshold" },
    [LAMBDA]  = { "lambda", "1", "ln(roff/ron)" },
    [END_ON]  = { "endon", "1", "way 1 - w where window 4 stops switching on" },
    [END_OFF] = { "endoff", "1", "w where window 4 stops switching off" },
    [WIDTH]   = { "wcn", "1", "width of window 4 over woff - won" },
};
static const ag_word word[] = { AG_WINDOW_WORDS(WINDOW) };

static void prepare(const ag_tile *t, double *const *d)
{
    const double *const *p = t->p;
    for (int k = 0; k < t->n; k++) {
        double span = p[WOFF][k] - p[WON][k], aon = p[AON][k], aoff = p[AOFF][k];
        d[R_ON][k] = fabs(p[KON][k]) / span;
        d[R_OFF][k] = p[KOFF][k] / span;
        d[LAMBDA][k] = ag_log(p[ROFF][k] / p[RON][k]);
        d[END_ON][k] = isnan(aon) ? 1 : 1 - (aon - p[WON][k]) / span;
        d[END_OFF][k] = isnan(aoff) ? 1 : (aoff - p[WON][k]) / span;
        d[WIDTH][k] = p[WC][k] / span;
    }
}

AG_INLINE void evaluate(const ag_tile *t, const int jacobian)
{
    const double *const *p = t->p, *const *d = t->d;

    #pragma omp simd
    for (int k = 0; k < t->n; k++) {
        double v = t->u[V][k], w = t->u[W][k], von = -fabs(p[VON][k]), voff = p[VOFF][k];
        ag_vd  g = ag_memristance(w, p[RON][k], p[ROFF][k], d[LAMBDA][k], p[IVRELATION][k]);
        int    off = v > 0;
        ag_window_shape shape = { p[WINDOW][k], p[PW][k], p[JW][k], ag_pick(off, d[END_OFF][k], d[END_ON][k]), d[WIDTH][k] };
        ag_vd  f = ag_window_of(shape, ag_pick(off, w, 1 - w));
        ag_vd  up = ag_beyond(v / voff - 1, p[ALPHAOFF][k]), down = ag_beyond(v / von - 1, p[ALPHAON][k]);
        double rate = d[R_OFF][k] * up.v - d[R_ON][k] * down.v;
        t->f[I][k] = g.v * v;
        t->f[DW][k] = -rate * f.v;
        t->q[DW][k] = w;
        if (!jacobian) continue;
        t->df[I * M + V][k] = g.v;
        t->df[I * M + W][k] = g.d * v;
        t->df[DW * M + V][k] = -(d[R_OFF][k] * up.d / voff - d[R_ON][k] * down.d / von) * f.v;
        t->df[DW * M + W][k] = -rate * (off ? f.d : -f.d);
        t->dq[DW * M + W][k] = 1;
    }
}

AG_EVAL

static const char *check(const double *p, int n)
{
    (void)n;
    if (!(p[ROFF] > p[RON])) return "roff must be above ron";
    if (!(p[WOFF] > p[WON])) return "woff must be above won";
    if (p[VON] == 0) return "von must not be 0";
    if ((p[WINDOW] == AG_JOGLEKAR || p[WINDOW] == AG_BIOLEK) && p[PW] < 1) return "p must be at least 1 with this window";
    return NULL;
}

const ag_model ag_model_vteam = {
    .name = "vteam", .title = "voltage-threshold adaptive memristor (VTEAM)",
    AG_TABLE(terminal), AG_TABLE(branch), AG_TABLE(unknown), AG_TABLE(param), AG_TABLE(derived), AG_TABLE(word),
    .flags = AG_TWO_TERMINAL, .df_nz = 0xf, .dq_nz = 1u << (DW * M + W),
    .prepare = prepare, .check = check, .eval = eval,
};
