/* ag_mos2 - Ag/MoS2/Au cell: bipolar switching, volatile or not by compliance, with a limited life
 *
 * Terminals p (silver) and n (gold), v = v(p) - v(n), current positive into p; v > 0 grows the silver filament. x in [0, 1] is the
 * completion of the filament, d the accumulated damage (worn out at 1), vj the voltage behind the series resistance rs.
 *
 * Current
 *     i = vj gf (exp(kap (x - 1)) - exp(-kap)) + kt vj W exp(gam sqrt(W)),   W = sqrt(vj^2 + vt^2)
 *     v = vj + rs i
 *     Filament: ohmic, its gap tunnels. Film: space-charge-limited, V^2 above vt and ohmic below (Mott and Gurney), with
 *     field-assisted traps for gam > 0 (P. Murgatroyd, J. Phys. D 3, 151 (1970)).
 *
 * States  (the kinetics are those of lifetime.h: cap is the injection with its migration limit kmax)
 *     dx/dt = k [sigm(gs u) + sym sigm(-gs u)] (1 - x) - Q x S - k0 exp(-Theta(x)) x S,   k = cap(kg, u),  u = vj/(v0 sv)
 *     dd/dt = Q x S exp(cdam (x - xref))/(nend xref)
 *     Q = (1 - sym) cap(kd, w) sigm(-gs w),   w = vj/(v0r sr);    S = exp(-es sigm((d - 1)/wd)): a worn cell does not reset
 *     Theta(x) = thb x + thg z/(1 + z) + nh ln(1 + z),   z = x^pz/zc
 *     kg such that the static threshold is vset0 (v0, before sv): kg = max(k0 x exp(-Theta)/(1 - x))/(4 sinh^2(vset0/2 v0))
 *     Damage counts field-driven dissolution only: growth and rupture balance under compliance and would count forever.
 *     k0 times exp(-eak0 (1/T - 1/300 K)/k), kg and kd likewise with eag (off by default: no measurement)
 *
 * Device and measured data: Marraccini et al., Nanoscale (2025), 10.1039/d5nr02690c: set and reset voltages, volatility against
 * compliance, at most 20 cycles. Rupture: W. Wang et al., Nat. Commun. 10, 81 (2019). Defaults are one fit to the
 * published numbers; rs, kmax and vt are assumed. The cell-to-cell spread is set from outside: sv, sr, kt, zc, nend.
 */
#include <string.h>
#include "core/model.h"
#include "models/memristor/lifetime.h"
#include "models/step.h"

#define TNOM 300.0                                        /* temperature of the rate constants [K] */

enum { P, N };                                            /* terminals */
enum { V, VJ, X, D, M };                                  /* inputs: branch voltage, voltage behind rs, states */
enum { I = V };                                           /* outputs: branch current; the rows of VJ, X, D */
enum { V0, VSET0, KG, KMAX, K0, THB, THG, NH, PZ, ZC, KD, V0R, GS, SYM, GF, KAP, KT, VT, GAM, RS, NEND, XREF, ES, WD, CDAM,
       SV, SR, EAG, EAK0, X0, D0, N_PARAM };
enum { GROW, WEAR, BREAK, VGROW, VWEAR, GAP, N_DERIVED }; /* derived */

static const char *const terminal[] = { [P] = "p", [N] = "n" };
static const ag_branch   branch[]   = { [V] = { "v", P, N, 0 } };
/* abstol of x: 1e-5 of the filament's conductance. */
static const ag_unknown  unknown[]  = {
    { "vj", "V", -1, AG_SOLVED, 0,  -INFINITY, INFINITY, 0.1,  0, "voltage across film and filament" },   /* some e-folds of the rates */
    { "x",  "1", X0, AG_HELD, 1e-6, -1e-3,     1.001,    0.05, 0, "completion of the filament" },
    { "d",  "1", D0, AG_HELD, 1e-6, -1e-3,     10,       0.1,  0, "damage; worn out at 1" },
};
#define REAL(name, unit, dflt, min, max, help) { name, unit, dflt, min, max, help, AG_REAL, AG_ANYWHERE }
static const ag_param param[] = {
    [V0]    = REAL("v0",    "V",     0.070,  1e-3,  1,     "voltage scale of growth"),
    [VSET0] = REAL("vset0", "V",     1.165,  1e-2,  100,   "static set threshold"),
    [KG]    = REAL("kg",    "1/s",   NAN,    0,     1e15,  "growth rate; takes the place of vset0"),
    [KMAX]  = REAL("kmax",  "1/s",   1e7,    1,     1e15,  "limit of migration"),
    [K0]    = REAL("k0",    "1/s",   300,    0,     1e15,  "rupture rate of a bare chain"),
    [THB]   = REAL("thb",   "1",     11,     5,     35,    "cohesion of the forming chain"),
    [THG]   = REAL("thg",   "1",     18,     0,     40,    "surface energy of the neck over kT"),
    [NH]    = REAL("nh",    "1",     4,      0,     6,     "exponent of relaxation by surface diffusion"),
    [PZ]    = REAL("pz",    "1",     10,     2,     14,    "exponent of the neck's growth"),
    [ZC]    = REAL("zc",    "1",     0.012,  1e-6,  1e6,   "scale of the neck: smaller is stable at less compliance"),
    [KD]    = REAL("kd",    "1/s",   3.7e-8, 0,     1e15,  "dissolution rate"),
    [V0R]   = REAL("v0r",   "V",     0.065,  1e-3,  1,     "voltage scale of dissolution"),
    [GS]    = REAL("gs",    "1",     1,      0.5,   4,     "steepness of the polarity windows"),
    [SYM]   = REAL("sym",   "1",     0,      0,     1,     "1: silver on both sides"),
    [GF]    = REAL("gf",    "S",     2e-2,   0,     10,    "conductance of the complete filament"),
    [KAP]   = REAL("kap",   "1",     14,     1,     50,    "tunnelling attenuation over the gap"),
    [KT]    = REAL("kt",    "A/V2",  1e-5,   0,     1,     "space-charge-limited conduction of the film"),
    [VT]    = REAL("vt",    "V",     0.010,  1e-4,  1,     "voltage below which the film is ohmic"),
    [GAM]   = REAL("gam",   "1/V^0.5", 0,    0,     10,    "field assistance of the film's traps"),
    [RS]    = REAL("rs",    "ohm",   10,     0,     1e9,   "series resistance"),
    [NEND]  = REAL("nend",  "1",     20,     1e-3,  1e12,  "cycles of life"),
    [XREF]  = REAL("xref",  "1",     0.56,   1e-3,  1,     "dissolved length that counts as one cycle"),
    [ES]    = REAL("es",    "1",     80,     0,     200,   "ln of the loss of mobility at the end of life"),
    [WD]    = REAL("wd",    "1",     0.012,  1e-3,  10,    "width of that end"),
    [CDAM]  = REAL("cdam",  "1",     0,      0,     50,    "extra damage by thick filaments"),
    [SV]    = REAL("sv",    "1",     1,      1e-3,  1e3,   "factor of the set voltage of this cell"),
    [SR]    = REAL("sr",    "1",     1,      1e-3,  1e3,   "factor of the reset voltage of this cell"),
    [EAG]   = REAL("eag",   "eV",    0,      0,     3,     "activation energy of growth and dissolution"),
    [EAK0]  = REAL("eak0",  "eV",    0,      0,     3,     "activation energy of rupture"),
    [X0]    = REAL("x0",    "1",     0,      0,     1,     "initial filament"),
    [D0]    = REAL("d0",    "1",     0,      0,     1,     "initial damage"),
};
static const ag_derived derived[] = {
    [GROW]  = { "grow", "1/s", "growth rate kg" },
    [WEAR]  = { "wear", "1/s", "dissolution rate" },
    [BREAK] = { "break", "1/s", "rupture rate" },
    [VGROW] = { "vgrow", "V", "voltage scale of growth of this cell" },
    [VWEAR] = { "vwear", "V", "voltage scale of dissolution of this cell" },
    [GAP]   = { "gap", "S", "what the filament's law gives at x = 0, subtracted" },
};

static double threshold_rate(double k0, double thb, double thg, double nh, double pz, double zc)
{
    return ag_threshold_rate(k0, (ag_bond){ thb, thg, nh, pz, 1 / zc });
}

static void prepare(const ag_tile *t, double *const *d)
{
    const double *const *p = t->p;
    for (int k = 0; k < t->n; k++) {
        double cold = (1 / t->temp[k] - 1 / TNOM) / AG_BOLTZMANN_Q, hop = ag_exp(-p[EAG][k] * cold);
        double s = ag_sinh(ag_min(p[VSET0][k] / (2 * p[V0][k]), 300)), kg = p[KG][k];
        if (isnan(kg)) kg = threshold_rate(p[K0][k], p[THB][k], p[THG][k], p[NH][k], p[PZ][k], p[ZC][k]) / (4 * s * s);
        d[GROW][k] = kg * hop;
        d[WEAR][k] = p[KD][k] * hop;
        d[BREAK][k] = p[K0][k] * ag_exp(-p[EAK0][k] * cold);
        d[VGROW][k] = p[V0][k] * p[SV][k];
        d[VWEAR][k] = p[V0R][k] * p[SR][k];
        d[GAP][k] = p[GF][k] * ag_exp(-p[KAP][k]);
    }
}

/* Current of lane k, and its derivatives by vj (.d) and by x (*by_x). */
AG_INLINE ag_vd current(double v, double x, double gf, double kap, double gap, double kt, double vt, double gam, double *by_x)
{
    double w = sqrt(v * v + vt * vt), root = sqrt(w), film = kt * ag_exp(gam * root);
    double chain = gf * ag_exp(kap * (x - 1)), g = chain - gap;
    *by_x = v * kap * chain;
    return (ag_vd){ v * g + film * v * w, g + film * (w + v * v * (1 / w + 0.5 * gam / root)) };
}

AG_INLINE void evaluate(const ag_tile *t, const int jacobian)
{
    /* Local copies of the tables of columns: the compiler may then load a column's address ahead of the loop. */
    const double *p[N_PARAM], *c[N_DERIVED], *u[M];
    double       *f[M], *q[M], *df[M * M], *dq[M * M];
    memcpy(p, t->p, sizeof p), memcpy(c, t->d, sizeof c), memcpy(u, t->u, sizeof u);
    memcpy(f, t->f, sizeof f), memcpy(q, t->q, sizeof q);
    if (jacobian) memcpy(df, t->df, sizeof df), memcpy(dq, t->dq, sizeof dq);
    const int lanes = t->n;

    #pragma omp simd
    for (int k = 0; k < lanes; k++) {
        double v = u[VJ][k], x = u[X][k], i_x;

        /* Current: defined by vj, which the series resistance ties to v */
        ag_vd i = current(v, x, p[GF][k], p[KAP][k], c[GAP][k], p[KT][k], p[VT][k], p[GAM][k], &i_x);
        f[I][k] = i.v;
        f[VJ][k] = u[V][k] - v - p[RS][k] * i.v;

        /* Fluxes; worn: how much of the mobility a worn cell has left */
        ag_bond bond = { p[THB][k], p[THG][k], p[NH][k], p[PZ][k], 1 / p[ZC][k] };
        ag_vd grow = ag_growth(c[GROW][k], p[KMAX][k], v / c[VGROW][k], p[GS][k], p[SYM][k]);
        ag_vd wear = ag_dissolution(c[WEAR][k], p[KMAX][k], v / c[VWEAR][k], p[GS][k], p[SYM][k]);
        ag_vd rupture = ag_rupture(x, c[BREAK][k], bond), end = ag_sigm((u[D][k] - 1) / p[WD][k]);
        double worn = ag_exp(-p[ES][k] * end.v), worn_d = -p[ES][k] / p[WD][k] * worn * end.d;
        double cost = ag_exp(p[CDAM][k] * (x - p[XREF][k])) / (p[NEND][k] * p[XREF][k]);

        /* States: rows 0 = -dx/dt + d(x)/dt */
        double lost = wear.v * x + rupture.v, damage = wear.v * x * cost;
        f[X][k] = -(grow.v * (1 - x) - lost * worn);
        f[D][k] = -damage * worn;
        q[X][k] = x;
        q[D][k] = u[D][k];
        if (!jacobian) continue;
        double grow_v = grow.d / c[VGROW][k], wear_v = wear.d / c[VWEAR][k];
        df[I * M + VJ][k] = i.d;
        df[I * M + X][k] = i_x;
        df[VJ * M + V][k] = 1;
        df[VJ * M + VJ][k] = -1 - p[RS][k] * i.d;
        df[VJ * M + X][k] = -p[RS][k] * i_x;
        df[X * M + VJ][k] = -(grow_v * (1 - x) - wear_v * x * worn);
        df[X * M + X][k] = grow.v + (wear.v + rupture.d) * worn;
        df[X * M + D][k] = lost * worn_d;
        df[D * M + VJ][k] = -wear_v * x * cost * worn;
        df[D * M + X][k] = -wear.v * cost * worn * (1 + p[CDAM][k] * x);
        df[D * M + D][k] = -damage * worn_d;
        dq[X * M + X][k] = dq[D * M + D][k] = 1;
    }
}

AG_EVAL

/* Conductance at small voltage [S]. */
static double conductance(const ag_tile *t, int k)
{
    double i_x;
    return current(0, t->u[X][k], t->p[GF][k], t->p[KAP][k], t->d[GAP][k], t->p[KT][k], t->p[VT][k], t->p[GAM][k], &i_x).d;
}

static double step(const ag_tile *old, const ag_tile *now) { return ag_step_conductance(old, now, 0.5, conductance); }

/* A migration limit near the rate at the threshold would keep the cell from ever switching. */
static const char *check(const double *p, int n)
{
    (void)n;
    double rate = threshold_rate(p[K0], p[THB], p[THG], p[NH], p[PZ], p[ZC]);
    return p[KMAX] > 20 * rate ? NULL : "kmax must be above 20 times the growth rate at the threshold";
}

#define BIT(out, in) ((uint64_t)1 << ((out) * M + (in)))

const ag_model ag_model_ag_mos2 = {
    .name = "ag_mos2", .title = "Ag/MoS2/Au cell with limited endurance",
    AG_TABLE(terminal), AG_TABLE(branch), AG_TABLE(unknown), AG_TABLE(param), AG_TABLE(derived),
    .flags = AG_TWO_TERMINAL,
    .df_nz = BIT(I, VJ) | BIT(I, X) | BIT(VJ, V) | BIT(VJ, VJ) | BIT(VJ, X)
             | BIT(X, VJ) | BIT(X, X) | BIT(X, D) | BIT(D, VJ) | BIT(D, X) | BIT(D, D),
    .dq_nz = BIT(X, X) | BIT(D, D),
    .prepare = prepare, .step = step, .check = check, .eval = eval,
};
