/* ag2s_filament - Au/Ag2S/Ag filament cell, resistive switching with nucleation
 *
 * Terminals te (silver) and be (gold), v = v(te) - v(be), current positive into te; v < 0 sets. Silver nuclei cover the
 * Ag/Ag2S interface (n) within microseconds and make the small conductance of low-energy writes; beyond a critical
 * coverage one of them runs away, grows through the film (h) and, once it bridges, widens (a). m is the coverage of nuclei
 * at the gold side, which form when the positive drive is large. All four are in [0, 1].
 *
 * Current  (sa = area/25 um2)
 *     gap = thickness (1 - h),   X = exp(-(gap + sqrt(gap^2 + e^2))/(2 lamt)),   e = lamt/1000         tunnelling
 *     G   = gpre sa (n + m) + X (gpc + (gmax - gpc) a) / (1 + tcr (T - 300))
 *     vco = v/F,   F = 1 + rs G                                               core voltage behind rs
 *     i   = gh vh sinh(vco/vh) + G vco + cgeo sa (200 nm/thickness) dv/dt + (v - vc) sa/rp
 *     dvc/dt = (v - vc)/taup                                                   ionic polarisation, a series R-C
 *     gh  = ghrs sa (T/300) exp(-phib (1/kT - 1/k300))                          Schottky-limited high-resistance state
 *
 * States  (drive p = |usat tanh(vco/usat)|; g(x) = x^4/(x^4 + ncrit^4); windows w1 .. w5)
 *     vco < 0: dn/dt =  rn w1(n) - kr n                       vco >= 0: dn/dt = -rd n - kr n
 *              dh/dt =  g(n) vg w2 - B vd w3                            dh/dt =  g(m) vg w2 - B vd w3
 *              da/dt =  X ra (1-B) w4 - B rx w5 - kr a                  da/dt =  as for vco < 0
 *              dm/dt = -rd m                                            dm/dt =  rm w1(m)
 *              B = g(m)                                                 B = 1 - g(m)
 *     w1(x) = tanh((1 - x)/dnw)     w2 = z (1 + dg)/((z + eg)(z + dg)), z = 1 - h     w3 = tanh(h/0.01) exp(-a/acrit)
 *     w4 = tanh((1 - a)/0.2)        w5 = tanh(a/acrit)            kr = kret exp(-eret (1/kT - 1/k300))
 *     Each rate is K exp(-W/kT) exp(al (p - pr)/kT - U/p + UR/pr), capped by a hopping flux (kinetics.h), with
 *
 *          K                   W            al      U      UR     flux cap
 *     rn   kn                  wtop - 0.25  alphan  etan   etan   khop exp(-W/kT) p/pr    nucleation at silver
 *     rm   kn                  wau - 0.25   alphan  etaau  etan   khop exp(-W/kT) p/pr    nucleation at gold
 *     rd   kdn                 0            alphad  etad   etad   klim p/pr               dissolution of nuclei
 *     vg   kg 200nm/thickness  dwb          alphag  etag   etag   klim p/pr               growth
 *     vd   kdh 200nm/thickness 0            alphaa  etaa   etaa   klim p/pr               dissolution, length
 *     ra   kap                 dwb          alphaa  etaa   etaa   klim p/pr               widening
 *     rx   kam                 0            alphaa  etaa   etaa   klim p/pr               dissolution, width
 *
 * Film quality  (the only place where thickness and annealing enter the barriers)
 *     x = 1 - thickness/dcrit,   fgb = (x + sqrt(x^2 + epsf^2))/2,   AT = 1 + kann max((160 C - tanneal)/135 C, 0)^nann
 *     wtop = wlat + wgb fgb AT,   wau = wlat + wauf wgb AT,   dwb = wbot kbot (AT - 1)
 *
 * Device, films and measured data: Zhu et al., Nano-Micro Lett. 17:69 (2025) and its supplementary file (set threshold
 * against thickness and annealing, 15 fJ writes, 30/30 potentiation, 5 us recovery). Kinetics (nucleation,
 * Butler-Volmer and hopping limits, tunnelling gap): Menzel et al., Phys. Chem. Chem. Phys. 15, 6945 (2013) and J. Appl.
 * Phys. 111, 014501 (2012). Barrier of silver in Ag2S near 0.2 eV: J. Chem. Phys. 128, 014704 (2008). Nucleation
 * exponent -U/p (critical barrier of a 2-D nucleus over overpotential): Milchev, Electrocrystallization (2002). Defaults
 * are one fit for all films.
 */
#include <string.h>
#include "core/model.h"
#include "models/limit.h"
#include "models/step.h"
#include "models/memristor/kinetics.h"

enum { TE, BE };                                          /* terminals */
enum { V, N, H, A, MM, VC, M };                           /* inputs: branch voltage, states, polarisation voltage */
enum { I = V };                                           /* outputs: branch current; the rows of N .. VC */
enum { THICKNESS, TANNEAL, AREA, WLAT, WGB, DCRIT, EPSF, KANN, NANN, WAUF, WBOT, KBOT, KN, ALPHAN, ETAN, ETAAU, KHOP, KLIM,
       KDN, ALPHAD, ETAD, DNW, NCRIT, KG, ALPHAG, ETAG, KDH, KAP, KAM, ALPHAA, ETAA, EG, DG, ACRIT, KRET, ERET, GPRE,
       GHRS, VH, PHIB, GPC, GMAX, LAMT, RS, TAUP, RP, CGEO, TCR, USAT, XLIM, AUSIDE, VEVENT, N0, H0, A0, M0, N_PARAM };
enum { WTOP, WAU, DWB, BETA, GH, GN, METAL, KR, RN, RM, CAP_N, CAP_M, CAP, VG, VD, RA, GP, CP, N_DERIVED };   /* derived */
enum { EVENTS, ABOVE };                                   /* memories */

static const char *const terminal[] = { [TE] = "te", [BE] = "be" };
static const ag_branch   branch[]   = { [V] = { "v", TE, BE, 0 } };
/* The ranges keep Newton where every term is smooth; a stiff approach to a window may overshoot 0 or 1 by the step's
 * error, never by a per cent (h: the tip-field window changes its form 0.005 beyond 1). abstol: 1e-8 of coverage is
 * 4e-14 S, of length 6e-6 of the conductance. */
static const ag_unknown unknown[] = {
    { "n",  "1", N0, AG_HELD, 1e-8, -0.01, 1.01,  0.25, 0, "coverage of nuclei at the silver side" },
    { "h",  "1", H0, AG_HELD, 1e-8, -0.01, 1.005, 0.25, 0, "filament length over film thickness" },
    { "a",  "1", A0, AG_HELD, 1e-8, -0.01, 1.01,  0.25, 0, "cross-section of the bridged filament" },
    { "m",  "1", M0, AG_HELD, 1e-8, -0.01, 1.01,  0.25, 0, "coverage of nuclei at the gold side" },
    { "vc", "V", -1, AG_SOLVED, 0, -INFINITY, INFINITY, 0, 0, "voltage of the ionic polarisation" },
};
#define REAL(name, unit, dflt, min, max, help) { name, unit, dflt, min, max, help, AG_REAL, AG_ANYWHERE }
static const ag_param param[] = {
    [THICKNESS] = REAL("thickness", "m",   200e-9,  5e-9,   2e-6,  "film thickness"),
    [TANNEAL]   = REAL("tanneal",   "C",   160,     -100,   400,   "annealing temperature; 25: not annealed"),
    [AREA]      = REAL("area",      "m2",  25e-12,  1e-18,  1e-6,  "cell area"),
    [WLAT]      = REAL("wlat",      "eV",  0.20,    0,      2,     "barrier of silver hopping in the grain"),
    [WGB]       = REAL("wgb",       "eV",  0.26894, 0,      2,     "excess barrier of disordered film"),
    [DCRIT]     = REAL("dcrit",     "m",   253.24e-9, 1e-9, 1e-5,  "thickness where the top layers have become ordered"),
    [EPSF]      = REAL("epsf",      "1",   0.02,    1e-6,   1,     "rounding of that transition"),
    [KANN]      = REAL("kann",      "1",   2.0,     0,      100,   "effect of missing annealing"),
    [NANN]      = REAL("nann",      "1",   1.5,     0.5,    5,     "exponent of missing annealing"),
    [WAUF]      = REAL("wauf",      "1",   0.8,     0,      10,    "disorder at the gold side"),
    [WBOT]      = REAL("wbot",      "eV",  0.40,    0,      2,     "barrier of the bottom layers after 160 C"),
    [KBOT]      = REAL("kbot",      "1",   0.453,   0,      10,    "its rise with missing annealing"),
    [KN]        = REAL("kn",        "1/s", 3.5639e4, 0,     1e15,  "nucleation rate at 0.3 V without barrier"),
    [ALPHAN]    = REAL("alphan",    "1",   0.6588,  0,      2,     "charge transfer coefficient of nucleation"),
    [ETAN]      = REAL("etan",      "V",   0.2682,  0.1,    20,    "nucleation overpotential at silver"),
    [ETAAU]     = REAL("etaau",     "V",   4.76,    0.1,    20,    "nucleation overpotential at gold"),
    [KHOP]      = REAL("khop",      "1/s", 1.5e6,   1,      1e15,  "hopping limit of nucleation without barrier"),
    [KLIM]      = REAL("klim",      "1/s", 2e6,     1,      1e15,  "hopping limit of growth and dissolution"),
    [KDN]       = REAL("kdn",       "1/s", 1.38e5,  0,      1e15,  "dissolution rate of nuclei at 0.3 V"),
    [ALPHAD]    = REAL("alphad",    "1",   0.5,     0,      2,     "charge transfer coefficient of that dissolution"),
    [ETAD]      = REAL("etad",      "V",   0.42,    0.1,    20,    "its overpotential"),
    [DNW]       = REAL("dnw",       "1",   0.15,    1e-3,   10,    "width of the window at full coverage"),
    [NCRIT]     = REAL("ncrit",     "1",   0.450,   1e-3,   10,    "coverage where one nucleus runs away"),
    [KG]        = REAL("kg",        "1/s", 2046.6,  0,      1e15,  "growth rate at 0.3 V in 200 nm"),
    [ALPHAG]    = REAL("alphag",    "1",   0.05,    0,      2,     "charge transfer coefficient of growth"),
    [ETAG]      = REAL("etag",      "V",   0.2486,  0.1,    20,    "overpotential of growth"),
    [KDH]       = REAL("kdh",       "1/s", 1500,    0,      1e15,  "dissolution rate of the filament's length"),
    [KAP]       = REAL("kap",       "1/s", 6000,    0,      1e15,  "widening rate at 0.3 V"),
    [KAM]       = REAL("kam",       "1/s", 8000,    0,      1e15,  "dissolution rate of the filament's width"),
    [ALPHAA]    = REAL("alphaa",    "1",   0.3,     0,      2,     "charge transfer coefficient of both"),
    [ETAA]      = REAL("etaa",      "V",   0.55,    0.1,    20,    "overpotential of both"),
    [EG]        = REAL("eg",        "1",   0.01,    1e-3,   1,     "tip-field window: stop"),
    [DG]        = REAL("dg",        "1",   0.1,     1e-2,   10,    "tip-field window: enhancement"),
    [ACRIT]     = REAL("acrit",     "1",   0.02,    1e-3,   1,     "cross-section below which the length dissolves"),
    [KRET]      = REAL("kret",      "1/s", 5e-6,    0,      1e6,   "loss rate without drive at 300 K"),
    [ERET]      = REAL("eret",      "eV",  0.9,     0,      5,     "activation energy of that loss"),
    [GPRE]      = REAL("gpre",      "S",   3.8e-6,  0,      1,     "conductance of full coverage"),
    [GHRS]      = REAL("ghrs",      "S",   3e-9,    0,      1,     "conductance of the empty film at 300 K"),
    [VH]        = REAL("vh",        "V",   0.15,    1e-3,   100,   "nonlinearity of the empty film"),
    [PHIB]      = REAL("phib",      "eV",  0.62,    0,      3,     "Schottky barrier of the empty film"),
    [GPC]       = REAL("gpc",       "S",   7.75e-5, 0,      1,     "conductance of an atomic contact"),
    [GMAX]      = REAL("gmax",      "S",   5e-3,    0,      10,    "conductance of the widest filament"),
    [LAMT]      = REAL("lamt",      "m",   0.35e-9, 0.05e-9, 10e-9, "decay length of tunnelling"),
    [RS]        = REAL("rs",        "ohm", 20,      0,      1e9,   "series resistance"),
    [TAUP]      = REAL("taup",      "s",   0.95e-6, 1e-12,  1e3,   "time constant of the polarisation"),
    [RP]        = REAL("rp",        "ohm", 17.3e6,  1,      1e18,  "resistance of the polarisation"),
    [CGEO]      = REAL("cgeo",      "F",   9e-15,   0,      1e-6,  "capacitance of a 200 nm film"),
    [TCR]       = REAL("tcr",       "1/K", 3e-3,    0,      3.3e-3, "temperature coefficient of the filament"),
    [USAT]      = REAL("usat",      "V",   1.5,     0.1,    5,     "largest drive"),
    [XLIM]      = REAL("xlim",      "1",   15,      1,      50,    "argument beyond which sinh goes straight"),
    [AUSIDE]    = { "auside", "1", 1, 0, 1, "0: no nuclei at the gold side", AG_INT, AG_ANYWHERE },
    [VEVENT]    = REAL("vevent",    "V",   20e-3,   1e-3,   10,    "a switching event begins where the magnitude of v rises through this"),
    [N0]        = REAL("n0",        "1",   1e-6,    0,      1,     "initial coverage at silver"),
    [H0]        = REAL("h0",        "1",   1e-6,    0,      1,     "initial length"),
    [A0]        = REAL("a0",        "1",   1e-6,    0,      1,     "initial cross-section"),
    [M0]        = REAL("m0",        "1",   1e-6,    0,      1,     "initial coverage at gold"),
};
static const ag_latch latch[] = {
    [EVENTS] = { "events", "1", 0, "switching events so far: pulses beyond vevent", 0 },
    [ABOVE]  = { "above",  "1", 0, "1 while the magnitude of v is beyond vevent", 0 },
};
static const ag_derived derived[] = {
    [WTOP]  = { "wtop", "eV", "barrier of nucleation at silver" },
    [WAU]   = { "wau", "eV", "barrier of nucleation at gold" },
    [DWB]   = { "dwb", "eV", "excess barrier of the bottom layers" },
    [BETA]  = { "beta", "1/eV", "1/kT" },
    [GH]    = { "gh", "S", "conductance of the empty film" },
    [GN]    = { "gn", "S", "conductance of full coverage" },
    [METAL] = { "metal", "1", "conductance of the filament relative to 300 K" },
    [KR]    = { "kr", "1/s", "loss rate" },
    [RN]    = { "rn", "1/s", "nucleation rate at silver, 0.3 V" },
    [RM]    = { "rm", "1/s", "nucleation rate at gold, prefactor" },
    [CAP_N] = { "capn", "1/(s V)", "hopping limit of nucleation at silver" },
    [CAP_M] = { "capm", "1/(s V)", "hopping limit of nucleation at gold" },
    [CAP]   = { "cap", "1/(s V)", "hopping limit of all other rates" },
    [VG]    = { "vg", "1/s", "growth rate at 0.3 V" },
    [VD]    = { "vdis", "1/s", "dissolution rate of length at 0.3 V" },
    [RA]    = { "ra", "1/s", "widening rate at 0.3 V" },
    [GP]    = { "gp", "S", "conductance of the polarisation branch" },
    [CP]    = { "cg", "F", "geometric capacitance" },
};

static void prepare(const ag_tile *t, double *const *d)
{
    const double *const *p = t->p;
    for (int k = 0; k < t->n; k++) {
        double temp = t->temp[k], b = 1 / (AG_KB * temp), b300 = 1 / (AG_KB * 300);
        double sa = p[AREA][k] / 25e-12, thin = 200e-9 / p[THICKNESS][k];
        double x = 1 - p[THICKNESS][k] / p[DCRIT][k], fgb = (x + sqrt(x * x + p[EPSF][k] * p[EPSF][k])) / 2;
        double anneal = 1 + p[KANN][k] * ag_pow(ag_pos((160 - p[TANNEAL][k]) / 135), p[NANN][k]);
        double wtop = p[WLAT][k] + p[WGB][k] * fgb * anneal, wau = p[WLAT][k] + p[WAUF][k] * p[WGB][k] * anneal;
        double dwb = p[WBOT][k] * p[KBOT][k] * (anneal - 1);
        double hop_n = ag_exp(-(wtop - 0.25) * b), hop_m = ag_exp(-(wau - 0.25) * b), bottom = ag_exp(-dwb * b);
        d[WTOP][k] = wtop, d[WAU][k] = wau, d[DWB][k] = dwb, d[BETA][k] = b;
        d[GH][k] = p[GHRS][k] * sa * (temp / 300) * ag_exp(-p[PHIB][k] * (b - b300));
        d[GN][k] = p[GPRE][k] * sa;
        d[METAL][k] = 1 / (1 + p[TCR][k] * (temp - 300));
        d[KR][k] = p[KRET][k] * ag_exp(-p[ERET][k] * (b - b300));
        d[RN][k] = p[KN][k] * hop_n;
        d[RM][k] = p[AUSIDE][k] * p[KN][k] * hop_m;
        d[CAP_N][k] = p[KHOP][k] * hop_n / AG_PR;
        d[CAP_M][k] = p[KHOP][k] * hop_m / AG_PR;
        d[CAP][k] = p[KLIM][k] / AG_PR;
        d[VG][k] = p[KG][k] * thin * bottom;
        d[VD][k] = p[KDH][k] * thin;
        d[RA][k] = p[KAP][k] * bottom;
        d[GP][k] = sa / p[RP][k];
        d[CP][k] = p[CGEO][k] * sa * thin;
    }
}

/* X(h) and dX/dh; the smooth gap (gap + sqrt(gap^2 + e^2))/2 is written without cancellation for h > 1. */
AG_INLINE ag_vd tunnelling(double h, double thickness, double lamt)
{
    double gap = thickness * (1 - h), e = 1e-3 * lamt, q = sqrt(gap * gap + e * e);
    double sum = gap > 0 ? gap + q : e * e / (q - gap), x = ag_exp(-sum / (2 * lamt));
    return (ag_vd){ x, x * (thickness / lamt) * (sum / q) / 2 };
}

/* w2(h): the field at the tip rises as the rest of the film gets thin, and growth stops at h = 1. Slope d/dh. A straight
 * line beyond h = 1 + eg/2, before the pole. */
AG_INLINE ag_vd tip_window(double h, double eg, double dg)
{
    double z = ag_max(1 - h, -eg / 2), inv = 1 / ((z + eg) * (z + dg));
    double slope = (1 + dg) * (eg * dg - z * z) * inv * inv;
    return (ag_vd){ z * (1 + dg) * inv + slope * ((1 - h) - z), -slope };
}

/* exp(-a/acrit), straight for a < 0. */
AG_INLINE ag_vd thin_part(double a, double acrit)
{
    double x = a / acrit, e = ag_exp(-ag_pos(x));
    return (ag_vd){ x < 0 ? 1 - x : e, -e / acrit };
}

/* Adds one state equation 0 = -dx/dt + d(x)/dt and its derivatives: the direct ones with respect to n, h, a, m and the drive
 * p, the latter reaching v and every state through vco (chain rule). vco_v = dvco/dv, vco_x[] = dvco/dx. */
#define STATE_ROW(X, rate, by_p, by_n, by_h, by_a, by_m) do {                                             \
    f[X][k] = -(rate);                                                                                 \
    q[X][k] = u[X][k];                                                                              \
    if (!jacobian) break;                                                                                 \
    double drive = (by_p) * dr.dp;                                                                        \
    df[X * M + V][k] = -(drive * vco_v);                                                               \
    df[X * M + N][k] = -((by_n) + drive * vco_n);                                                      \
    df[X * M + H][k] = -((by_h) + drive * vco_h);                                                      \
    df[X * M + A][k] = -((by_a) + drive * vco_a);                                                      \
    df[X * M + MM][k] = -((by_m) + drive * vco_n);                                                     \
    dq[X * M + X][k] = 1;                                                                              \
} while (0)

AG_INLINE void evaluate(const ag_tile *t, const int jacobian)
{
    /* Local copies of the tables of columns: the compiler may then load a column's address ahead of the loop. */
    const double *p[N_PARAM], *d[N_DERIVED], *u[M];
    double       *f[M], *q[M], *df[M * M], *dq[M * M];
    memcpy(p, t->p, sizeof p), memcpy(d, t->d, sizeof d), memcpy(u, t->u, sizeof u);
    memcpy(f, t->f, sizeof f), memcpy(q, t->q, sizeof q);
    if (jacobian) memcpy(df, t->df, sizeof df), memcpy(dq, t->dq, sizeof dq);
    const int lanes = t->n;

    #pragma omp simd
    for (int k = 0; k < lanes; k++) {
        double v = u[V][k], n = u[N][k], h = u[H][k], a = u[A][k], m = u[MM][k], b = d[BETA][k];

        /* Current */
        ag_vd  x = tunnelling(h, p[THICKNESS][k], p[LAMT][k]);
        double wide = p[GMAX][k] - p[GPC][k], bridge = (p[GPC][k] + wide * a) * d[METAL][k];
        double g = d[GN][k] * (n + m) + x.v * bridge;
        double g_n = d[GN][k], g_h = x.d * bridge, g_a = x.v * wide * d[METAL][k];
        double vco_v = 1 / (1 + p[RS][k] * g), vco = v * vco_v, vco_g = -vco * p[RS][k] * vco_v;
        double vco_n = vco_g * g_n, vco_h = vco_g * g_h, vco_a = vco_g * g_a;
        ag_vd  s = ag_sinhl(vco / p[VH][k], p[XLIM][k]);
        f[I][k] = d[GH][k] * p[VH][k] * s.v + g * vco + d[GP][k] * (v - u[VC][k]);
        q[I][k] = d[CP][k] * v;
        f[VC][k] = (u[VC][k] - v) / p[TAUP][k];
        q[VC][k] = u[VC][k];
        if (jacobian) {
            double gd = d[GH][k] * s.d + g, i_g = vco + gd * vco_g;
            df[I * M + V][k] = gd * vco_v + d[GP][k];
            df[I * M + N][k] = i_g * g_n;
            df[I * M + H][k] = i_g * g_h;
            df[I * M + A][k] = i_g * g_a;
            df[I * M + MM][k] = i_g * g_n;
            df[I * M + VC][k] = -d[GP][k];
            dq[I * M + V][k] = d[CP][k];
            df[VC * M + V][k] = -1 / p[TAUP][k];
            df[VC * M + VC][k] = 1 / p[TAUP][k];
            dq[VC * M + VC][k] = 1;
        }

        /* Rates; only one side nucleates, and vd, ra, rx have their exponential in common */
        ag_drive dr = ag_drive_of(vco, p[USAT][k]);
        ag_vd  side = ag_boost(p[ALPHAN][k] * b, ag_pick(dr.up, p[ETAN][k], p[ETAAU][k]), p[ETAN][k], dr.p);
        ag_vd  wear = ag_boost(p[ALPHAA][k] * b, p[ETAA][k], p[ETAA][k], dr.p);
        ag_vd  rnuc = ag_rate(ag_pick(dr.up, d[RN][k], d[RM][k]), side, ag_pick(dr.up, d[CAP_N][k], d[CAP_M][k]), dr.p);
        ag_vd  rd = ag_rate(p[KDN][k], ag_boost(p[ALPHAD][k] * b, p[ETAD][k], p[ETAD][k], dr.p), d[CAP][k], dr.p);
        ag_vd  vg = ag_rate(d[VG][k], ag_boost(p[ALPHAG][k] * b, p[ETAG][k], p[ETAG][k], dr.p), d[CAP][k], dr.p);
        ag_vd  vd = ag_rate(d[VD][k], wear, d[CAP][k], dr.p);
        ag_vd  ra = ag_rate(d[RA][k], wear, d[CAP][k], dr.p);
        ag_vd  rx = ag_rate(p[KAM][k], wear, d[CAP][k], dr.p);

        /* Windows; grow couples growth to the nuclei it starts from, lose is B */
        ag_vd  w1 = ag_window(dr.up ? n : m, 1, p[DNW][k]), w2 = tip_window(h, p[EG][k], p[DG][k]);
        ag_vd  wh = ag_tanh_vd(h / 0.01), we = thin_part(a, p[ACRIT][k]), w4 = ag_window(a, 1, 0.2);
        ag_vd  w5 = ag_tanh_vd(a / p[ACRIT][k]), gn = ag_onset(n, p[NCRIT][k]), gm = ag_onset(m, p[NCRIT][k]);
        double grow = dr.up ? gn.v : gm.v, grow_n = dr.up ? gn.d : 0, grow_m = dr.up ? 0 : gm.d;
        double lose = dr.up ? gm.v : 1 - gm.v, lose_m = dr.up ? gm.d : -gm.d;
        double w3 = wh.v * we.v, w3_h = wh.d / 0.01 * we.v, w3_a = wh.v * we.d, kr = d[KR][k];

        STATE_ROW(N, (dr.up ? rnuc.v * w1.v : -rd.v * n) - kr * n,
                  dr.up ? rnuc.d * w1.v : -rd.d * n,
                  (dr.up ? rnuc.v * w1.d : -rd.v) - kr, 0, 0, 0);
        STATE_ROW(H, grow * vg.v * w2.v - lose * vd.v * w3,
                  grow * vg.d * w2.v - lose * vd.d * w3,
                  grow_n * vg.v * w2.v,
                  grow * vg.v * w2.d - lose * vd.v * w3_h,
                  -lose * vd.v * w3_a,
                  grow_m * vg.v * w2.v - lose_m * vd.v * w3);
        STATE_ROW(A, x.v * ra.v * (1 - lose) * w4.v - lose * rx.v * w5.v - kr * a,
                  x.v * ra.d * (1 - lose) * w4.v - lose * rx.d * w5.v,
                  0,
                  x.d * ra.v * (1 - lose) * w4.v,
                  x.v * ra.v * (1 - lose) * w4.d - lose * rx.v * w5.d / p[ACRIT][k] - kr,
                  -lose_m * (x.v * ra.v * w4.v + rx.v * w5.v));
        STATE_ROW(MM, dr.up ? -rd.v * m : rnuc.v * w1.v,
                  dr.up ? -rd.d * m : rnuc.d * w1.v,
                  0, 0, 0, dr.up ? -rd.v : rnuc.v * w1.d);
    }
}

AG_EVAL

/* Newton: near the bridge h moves at most half a decay length per iteration, for X there changes e-fold per decay length. */
static void limit(const ag_tile *t, double *const *next)
{
    for (int k = 0; k < t->n; k++) {
        double now = t->u[H][k], unit = t->p[LAMT][k] / t->p[THICKNESS][k], near = 1 - 20 * unit;
        if (now > near) next[H][k] = ag_limit_step(now, next[H][k], 0.5 * unit);
        else            next[H][k] = ag_min(next[H][k], near + 0.5 * unit);
    }
}

/* Conductance at small voltage [S], static. */
static double conductance(const ag_tile *t, int k)
{
    double x = tunnelling(t->u[H][k], t->p[THICKNESS][k], t->p[LAMT][k]).v;
    double bridge = (t->p[GPC][k] + (t->p[GMAX][k] - t->p[GPC][k]) * t->u[A][k]) * t->d[METAL][k];
    return t->d[GN][k] * (t->u[N][k] + t->u[MM][k]) + x * bridge + t->d[GH][k];
}

static double step(const ag_tile *old, const ag_tile *now) { return ag_step_conductance(old, now, 0.5, conductance); }

/* A switching event begins where |v| rises through vevent after having been below it; reads stay below. */
static void accept(const ag_tile *t, double *const *memory)
{
    for (int k = 0; k < t->n; k++) {
        double above = fabs(t->u[V][k]) >= t->p[VEVENT][k];
        memory[EVENTS][k] += above > memory[ABOVE][k];
        memory[ABOVE][k] = above;
    }
}

#define BIT(out, in) ((uint64_t)1 << ((out) * M + (in)))
#define STATE_BITS(X) (BIT(X, V) | BIT(X, N) | BIT(X, H) | BIT(X, A) | BIT(X, MM))

const ag_model ag_model_ag2s_filament = {
    .name = "ag2s_filament", .title = "Au/Ag2S/Ag filament cell with nucleation",
    AG_TABLE(terminal), AG_TABLE(branch), AG_TABLE(unknown), AG_TABLE(param), AG_TABLE(derived), AG_TABLE(latch),
    .flags = AG_TWO_TERMINAL,
    .df_nz = STATE_BITS(I) | BIT(I, VC) | STATE_BITS(N) | STATE_BITS(H) | STATE_BITS(A) | STATE_BITS(MM)
             | BIT(VC, V) | BIT(VC, VC),
    .dq_nz = BIT(I, V) | BIT(N, N) | BIT(H, H) | BIT(A, A) | BIT(MM, MM) | BIT(VC, VC),
    .prepare = prepare, .limit = limit, .step = step, .accept = accept, .eval = eval,
};
