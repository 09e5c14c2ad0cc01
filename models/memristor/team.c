/* team - current-threshold adaptive memristor (memristor level 2)
 *
 * Current   i = v/R(w)
 *           R = ron + (roff - ron) w                    ivrelation 0, linear           [1] eq. (15)
 *           R = ron exp(w ln(roff/ron))                 ivrelation 1, exponential      [1] eqs. (16), (17)
 * State     (xoff - xon) dw/dt =  koff (i/ioff - 1)^alphaoff foff        i > ioff      [1] eq. (14)
 *                              = -kon (i/ion - 1)^alphaon fon            i < -ion
 *                              = 0                                       between them
 *
 * w = (x - xon)/(xoff - xon) is the normalised position of the tunnel barrier: 0 on, 1 off; current into p switches off.
 * Windows foff, fon, `wt` by number or name, are those of the model drift; 1 to 3 are taken at x xscaling/d, 4 stops
 * switching on at x = aon, off at x = aoff.
 *
 * Names and defaults are Xyce's for level 2, also the card's type: .model m memristor(level=2 ...). Differences:
 *   - The state is w, not x in m times xscaling; xscaling only says in which unit d is given. w0 sets its start.
 *   - The signs of kon and ion follow from the direction: either is accepted.
 *   - d, p and j default to (xoff - xon) xscaling, 1 and 1. Xyce's default, 1.15e-4 for each, makes these windows vanish.
 *   - Biolek's window stops the motion at its end, as in his paper; Xyce has the two directions exchanged. Prodromakis's
 *     has + 3/4, as in his paper.
 *   - Every window is bounded by a stop over the last 0.1 %, so that the state stays between its ends.
 * Random telegraph noise (resnoise, ...) is not in this version.
 *
 * [1] S. Kvatinsky, E. G. Friedman, A. Kolodny, U. C. Weiser, IEEE Trans. Circuits Syst. I 60, 211 (2013). Parameters: Xyce
 * Reference Guide, memristor device.
 */
#include "models/memristor/boundary.h"

enum { P, N };                                            /* terminals */
enum { V, W, M };                                         /* inputs: branch voltage, state */
enum { I = V, DW = W };                                   /* outputs */
enum { KON, KOFF, ALPHAON, ALPHAOFF, XON, XOFF, RON, ROFF, ION, IOFF, XSCALING, D, PW, JW, AON, AOFF, WC, WT, IVRELATION, W0 };
enum { R_ON, R_OFF, LAMBDA, Z0, Z1, END_ON, END_OFF, WIDTH };

static const char *const terminal[] = { [P] = "p", [N] = "n" };
static const ag_branch   branch[]   = { [V] = { "v", P, N, 0 } };
static const ag_unknown  unknown[]  = { { "w", "1", W0, AG_HELD, 1e-7, -0.01, 1.01, 0.2, 0, "normalised position: 0 on, 1 off" } };
#define REAL(name, unit, dflt, min, max, help) { name, unit, dflt, min, max, help, AG_REAL, AG_ANYWHERE }
static const ag_param param[] = {
    [KON]        = REAL("kon",      "m/s", -8e-13,  -1e12, 1e12, "speed of switching on at twice the threshold"),
    [KOFF]       = REAL("koff",     "m/s", 8e-13,   0,     1e12, "speed of switching off at twice the threshold"),
    [ALPHAON]    = REAL("alphaon",  "1",   3,       1,     20,   "exponent of switching on"),
    [ALPHAOFF]   = REAL("alphaoff", "1",   3,       1,     20,   "exponent of switching off"),
    [XON]        = REAL("xon",      "m",   0,       -1e-3, 1e-3, "position at w = 0"),
    [XOFF]       = REAL("xoff",     "m",   3e-9,    -1e-3, 1e-3, "position at w = 1"),
    [RON]        = REAL("ron",      "ohm", 50,      1e-3,  1e15, "resistance at w = 0"),
    [ROFF]       = REAL("roff",     "ohm", 1e3,     1e-3,  1e18, "resistance at w = 1"),
    [ION]        = REAL("ion",      "A",   8.9e-6,  -1e3,  1e3,  "threshold of switching on, at i = -abs(ion)"),
    [IOFF]       = REAL("ioff",     "A",   1.15e-4, 1e-15, 1e3,  "threshold of switching off"),
    [XSCALING]   = REAL("xscaling", "1",   1,       1e-6,  1e15, "units of d in a metre: 1e9 when d is in nm"),
    [D]          = REAL("d",        "1",   NAN,     1e-12, 1e9,  "length that windows 1 to 3 refer to, in m times xscaling"),
    [PW]         = REAL("p",        "1",   1,       0.01,  100,  "exponent of windows 1 to 3"),
    [JW]         = REAL("j",        "1",   1,       0,     100,  "height of window 3"),
    [AON]        = REAL("aon",      "m",   0,       -1e-3, 1e-3, "position where window 4 stops switching on"),
    [AOFF]       = REAL("aoff",     "m",   3e-9,    -1e-3, 1e-3, "position where window 4 stops switching off"),
    [WC]         = REAL("wc",       "m",   1.07e-12, 1e-15, 1e-3, "width of window 4"),
    [WT]         = { "wt", "1", 0, 0, 4, "window: none, joglekar, biolek, prodromakis, kvatinsky, or 0 .. 4", AG_INT, AG_ANYWHERE },
    [IVRELATION] = { "ivrelation", "1", 0, 0, 1, "0: R linear in w, 1: exponential", AG_INT, AG_ANYWHERE },
    [W0]         = REAL("w0",       "1",   0,       0,     1,    "initial state"),
};
static const ag_derived derived[] = {
    [R_ON]    = { "rateon", "1/s", "rate of switching on at twice the threshold" },
    [R_OFF]   = { "rateoff", "1/s", "rate of switching off at twice the threshold" },
    [LAMBDA]  = { "lambda", "1", "ln(roff/ron)" },
    [Z0]      = { "z0", "1", "x xscaling/d at w = 0" },
    [Z1]      = { "z1", "1", "x xscaling/d at w = 1, less z0" },
    [END_ON]  = { "endon", "1", "way 1 - w where window 4 stops switching on" },
    [END_OFF] = { "endoff", "1", "w where window 4 stops switching off" },
    [WIDTH]   = { "wcn", "1", "width of window 4 over xoff - xon" },
};
static const ag_word word[] = { AG_WINDOW_WORDS(WT) };
static const char *const ignored[] = { "resnoise", "resseed", "reslambda", "restd", "reseptd", "resdelta", "resdeltagrad", NULL };

static void prepare(const ag_tile *t, double *const *d)
{
    const double *const *p = t->p;
    for (int k = 0; k < t->n; k++) {
        double xon = p[XON][k], span = p[XOFF][k] - xon, scale = isnan(p[D][k]) ? 1 / span : p[XSCALING][k] / p[D][k];
        d[R_ON][k] = fabs(p[KON][k]) / span;
        d[R_OFF][k] = p[KOFF][k] / span;
        d[LAMBDA][k] = ag_log(p[ROFF][k] / p[RON][k]);
        d[Z0][k] = isnan(p[D][k]) ? 0 : xon * scale;
        d[Z1][k] = span * scale;
        d[END_ON][k] = 1 - (p[AON][k] - xon) / span;
        d[END_OFF][k] = (p[AOFF][k] - xon) / span;
        d[WIDTH][k] = p[WC][k] / span;
    }
}

/* Window for the motion to off or on at state w, with slope d/dw. Windows 1 to 3 have a length of their own, the stop
 * at the end of the way has not. */
AG_INLINE ag_vd window(const ag_tile *t, int k, int off, double w)
{
    int    own = t->p[WT][k] > 0.5 && t->p[WT][k] < 3.5;
    double z0 = ag_pick(own, t->d[Z0][k], 0), z1 = ag_pick(own, t->d[Z1][k], 1), z = z0 + z1 * w, sign = off ? 1 : -1;
    double yend = ag_pick(off, t->d[END_OFF][k], t->d[END_ON][k]);
    ag_window_shape shape = { t->p[WT][k], t->p[PW][k], t->p[JW][k], yend, t->d[WIDTH][k] };
    ag_vd  f = ag_window_of(shape, ag_pick(off, z, 1 - z)), stop = ag_stop(ag_pick(off, w, 1 - w));
    return (ag_vd){ ag_min(stop.v, f.v), sign * ag_pick(f.v < stop.v, z1 * f.d, stop.d) };
}

AG_INLINE void evaluate(const ag_tile *t, const int jacobian)
{
    const double *const *p = t->p, *const *d = t->d;

    #pragma omp simd
    for (int k = 0; k < t->n; k++) {
        double v = t->u[V][k], w = t->u[W][k], ion = -fabs(p[ION][k]), ioff = p[IOFF][k];
        ag_vd  g = ag_memristance(w, p[RON][k], p[ROFF][k], d[LAMBDA][k], p[IVRELATION][k]);
        double i = g.v * v, i_w = g.d * v;
        ag_vd  up = ag_beyond(i / ioff - 1, p[ALPHAOFF][k]), down = ag_beyond(i / ion - 1, p[ALPHAON][k]);
        ag_vd  f = window(t, k, i > 0, w);
        double rate = d[R_OFF][k] * up.v - d[R_ON][k] * down.v;
        double rate_i = d[R_OFF][k] * up.d / ioff - d[R_ON][k] * down.d / ion;
        t->f[I][k] = i;
        t->f[DW][k] = -rate * f.v;
        t->q[DW][k] = w;
        if (!jacobian) continue;
        t->df[I * M + V][k] = g.v;
        t->df[I * M + W][k] = i_w;
        t->df[DW * M + V][k] = -rate_i * g.v * f.v;
        t->df[DW * M + W][k] = -(rate_i * i_w * f.v + rate * f.d);
        t->dq[DW * M + W][k] = 1;
    }
}

AG_EVAL

static const char *check(const double *p, int n)
{
    (void)n;
    if (!(p[ROFF] > p[RON])) return "roff must be above ron";
    if (!(p[XOFF] > p[XON])) return "xoff must be above xon";
    if (p[ION] == 0) return "ion must not be 0";
    if ((p[WT] == AG_JOGLEKAR || p[WT] == AG_BIOLEK) && p[PW] < 1) return "p must be at least 1 with this window";
    return NULL;
}

const ag_model ag_model_team = {
    .name = "team", .title = "current-threshold adaptive memristor (TEAM)", .type = "memristor", .level = 2,
    AG_TABLE(terminal), AG_TABLE(branch), AG_TABLE(unknown), AG_TABLE(param), AG_TABLE(derived), AG_TABLE(word),
    .ignored = ignored, .ignored_why = "is part of the random telegraph noise, which is not in this version,",
    .flags = AG_TWO_TERMINAL, .df_nz = 0xf, .dq_nz = 1u << (DW * M + W),
    .prepare = prepare, .check = check, .eval = eval,
};
