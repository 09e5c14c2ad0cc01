/* drift - memristor of the HP model: linear drift of the boundary between doped and undoped film, with window
 *
 * Current   v = (ron x + roff (1 - x)) i                                               [1] eq. (5)
 * State     dx/dt = uv ron/d^2 i f(x)                                                  [1] eq. (6)
 *
 * x is the width of the doped, conducting part over the film thickness d: 1 is on, 0 is off; current into p drives it on.
 * Windows f(x), `window` by name or number, and never more than the way to the end over 0.001. Up is x -> 1:
 *
 *     0 none; 1 joglekar 1 - (2x - 1)^2p; 2 biolek 1 - (x - stp(-i))^2p; 3 prodromakis j (1 - ((x - 1/2)^2 + 3/4)^p);
 *     4 kvatinsky exp(-exp((x - aon)/wc)) up, exp(-exp((aoff - x)/wc)) down.
 *
 * A state that reaches an end under windows 1 or 3 stays there for ever, as the papers note of them; windows 0, 2 and 4 let
 * it go. Without window the closed forms are: x = x0 + uv ron/d^2 q at constant current (q the charge that passed);
 * roff x - (roff - ron) x^2/2 grows by uv ron/d^2 times the flux.
 *
 * [1] D. B. Strukov, G. S. Snider, D. R. Stewart, R. S. Williams, Nature 453, 80 (2008). Windows: Y. N. Joglekar,
 * S. J. Wolf, Eur. J. Phys. 30, 661 (2009); Z. Biolek, D. Biolek, V. Biolkova, Radioengineering 18, 210 (2009);
 * T. Prodromakis, B. P. Peh, C. Papavassiliou, C. Toumazou, IEEE Trans. Electron Devices 58, 3099 (2011); S. Kvatinsky,
 * E. G. Friedman, A. Kolodny, U. C. Weiser, IEEE Trans. Circuits Syst. I 60, 211 (2013). Implementation: boundary.h.
 */
#include "models/memristor/boundary.h"

enum { P, N };                                            /* terminals */
enum { V, X, M };                                         /* inputs: branch voltage, state */
enum { I = V, DX = X };                                   /* outputs */
enum { RON, ROFF, THICK, UV, WINDOW, PW, JW, AON, AOFF, WC, X0 };
enum { RATE };

static const char *const terminal[] = { [P] = "p", [N] = "n" };
static const ag_branch   branch[]   = { [V] = { "v", P, N, 0 } };
static const ag_unknown  unknown[]  = { { "x", "1", X0, AG_HELD, 1e-7, -0.01, 1.01, 0.2, 0, "doped part of the film: 1 on, 0 off" } };
#define REAL(name, unit, dflt, min, max, help) { name, unit, dflt, min, max, help, AG_REAL, AG_ANYWHERE }
static const ag_param param[] = {
    [RON]    = REAL("ron",  "ohm",    100,   1e-3,  1e15, "resistance at x = 1"),
    [ROFF]   = REAL("roff", "ohm",    16e3,  1e-3,  1e18, "resistance at x = 0"),
    [THICK]  = REAL("d",    "m",      10e-9, 1e-10, 1e-3, "film thickness"),
    [UV]     = REAL("uv",   "m2/V/s", 1e-14, -1,    1,    "mobility of the dopants; negative: current into p switches off"),
    [WINDOW] = { "window", "1", 0, 0, 4, "none, joglekar, biolek, prodromakis, kvatinsky, or 0 .. 4", AG_INT, AG_ANYWHERE },
    [PW]     = REAL("p",    "1",      1,     0.01,  100,  "exponent of windows 1 to 3"),
    [JW]     = REAL("j",    "1",      1,     0,     100,  "height of window 3"),
    [AON]    = REAL("aon",  "1",      1,     0,     2,    "x where window 4 stops the motion up"),
    [AOFF]   = REAL("aoff", "1",      0,     -1,    1,    "x where window 4 stops the motion down"),
    [WC]     = REAL("wc",   "1",      0.02,  1e-4,  10,   "width of window 4"),
    [X0]     = REAL("x0",   "1",      0.1,   0,     1,    "initial state"),
};
static const ag_derived derived[] = { [RATE] = { "k", "1/C", "uv ron/d^2" } };
static const ag_word    word[]    = { AG_WINDOW_WORDS(WINDOW) };

static void prepare(const ag_tile *t, double *const *d)
{
    for (int k = 0; k < t->n; k++) d[RATE][k] = t->p[UV][k] * t->p[RON][k] / (t->p[THICK][k] * t->p[THICK][k]);
}

AG_INLINE void evaluate(const ag_tile *t, const int jacobian)
{
    const double *const *p = t->p;

    #pragma omp simd
    for (int k = 0; k < t->n; k++) {
        double v = t->u[V][k], x = t->u[X][k], rate = t->d[RATE][k];
        ag_vd  g = ag_memristance(1 - x, p[RON][k], p[ROFF][k], 0, 0);
        double i = g.v * v, i_x = -g.d * v;
        int    up = rate * i > 0;
        ag_window_shape shape = { p[WINDOW][k], p[PW][k], p[JW][k], ag_pick(up, p[AON][k], 1 - p[AOFF][k]), p[WC][k] };
        ag_vd  f = ag_window_of(shape, ag_pick(up, x, 1 - x));
        double f_x = up ? f.d : -f.d;
        t->f[I][k] = i;
        t->f[DX][k] = -rate * i * f.v;
        t->q[DX][k] = x;
        if (!jacobian) continue;
        t->df[I * M + V][k] = g.v;
        t->df[I * M + X][k] = i_x;
        t->df[DX * M + V][k] = -rate * g.v * f.v;
        t->df[DX * M + X][k] = -rate * (i_x * f.v + i * f_x);
        t->dq[DX * M + X][k] = 1;
    }
}

AG_EVAL

static const char *check(const double *p, int n)
{
    (void)n;
    if (!(p[ROFF] > p[RON])) return "roff must be above ron";
    if ((p[WINDOW] == AG_JOGLEKAR || p[WINDOW] == AG_BIOLEK) && p[PW] < 1) return "p must be at least 1 with this window";
    return NULL;
}

const ag_model ag_model_drift = {
    .name = "drift", .title = "memristor with linear ion drift (HP model)",
    AG_TABLE(terminal), AG_TABLE(branch), AG_TABLE(unknown), AG_TABLE(param), AG_TABLE(derived), AG_TABLE(word),
    .flags = AG_TWO_TERMINAL, .df_nz = 0xf, .dq_nz = 1u << (DX * M + X),
    .prepare = prepare, .check = check, .eval = eval,
};
