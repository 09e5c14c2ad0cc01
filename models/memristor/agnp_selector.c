/* agnp_selector - threshold selector: silver nanoparticles in SiOx, volatile or not by the supply of silver
 *
 * Terminals p (side of the silver particles) and n, v = v(p) - v(n), current positive into p; v > 0 grows the filament, both
 * signs do for sym = 1. x in [0, 1] is the completion of the filament, vj the voltage across one gap: a vertical
 * device is one gap (ns = 1), a lateral one a chain of ns.
 *
 * Current
 *     i = afn vj W exp(-B/W) + gl vj sqrt(1 + (vj/vl)^2),   W = sqrt(vj^2 + vd^2),   B = bon + (boff - bon) (1 - x)^qb
 *     v = ns vj + rs i,   rs = rs0 s^-rq
 *     The residual barrier is tunnelled through: Fowler-Nordheim above vd, ln(i/vj^2) = ln afn - B/vj, and direct below; both are
 *     limits of one barrier for vd = 2 Phi/3q. The leakage beside it goes from ohmic to quadratic. The thin chain of particles,
 *     rs, is what limits the current of a device that complies by itself.
 *
 * States  (kinetics of lifetime.h; cap is the injection with its migration limit kmax)
 *     dx/dt = cap(k, u) [sigm(gs u) + sym sigm(-gs u)] (1 - x) - (1 - sym) cap(kfd k, u) sigm(-gs u) x - k0 exp(-Theta(x)) x
 *     u = vj/v0,   Theta(x) = thb x + thg z/(1 + z) + nh ln(1 + z),   z = s^mz x^pz/zc
 *     k = kg s^ag exp(-(1 - formed) (vform - vth0)/v0) exp(-(eag/k) (1/T - 1/300 K)),   k0 likewise with eak0
 *     kg: where growth at vth0 just exceeds the largest x exp(-Theta) k0/(1 - x) for s = 1, or given
 *     d formed/dt = 1 GHz (1 - formed) w/(1 + w),   w = (x/xform)^16,   only with vform > 0
 *     s = tag/1 nm = (dnp/19 nm)^3 nnp/2.785e14 m^-2: silver per area, all that differs between the vertical devices
 *
 * Static characteristic of a formed device, for growth
 *     v(x) = ns vj(x) + rs i(vj(x), x)   with   4 k sinh(u/2)^2 (1 - x) = k0 exp(-Theta) x
 *     vth = ns vj at the maximum near x = 1/thb;   vhold = the first minimum of v(x) beyond it, at ihold
 *     roff = ns/(di/dvj) + rs without voltage
 *     Where vread or vwrite is given, and the node between this selector and a memory joins nothing else, a warning tells which
 *     of the six conditions for the voltages of such a pair (core/match.c) do not hold.
 *
 * Why it switches: x exp(-Theta) has a maximum near x = 1/thb, which makes a sharp static threshold; a thicker filament
 * holds itself at a lower voltage, so the hold voltage falls with compliance; and once Theta exceeds ln(k0 t) the filament
 * stays for the time t. Forming is one-way, a state of its own instead of a flag: 0 before the first filament, 1 after it.
 *
 * Devices and measured data: S. E. Kim et al., Adv. Intell. Syst. (2022), 10.1002/aisy.202200110, Devices 1-4 and L-devices.
 * Rupture by surface diffusion: W. Wang et al., Nat. Commun. 10, 81 (2019); diffusive silver memristor: Z. Wang et al., Nat. Mater.
 * 16, 101 (2017). Defaults are one fit; kmax and vform are assumed, eag and eak0 have no measurement.
 */
#include <string.h>
#include "core/model.h"
#include "models/memristor/lifetime.h"
#include "models/step.h"

#define TNOM 300.0                                        /* temperature of the rate constants [K] */

enum { P, N };                                            /* terminals */
enum { V, VJ, X, F, M };                                  /* inputs: branch voltage, voltage of one gap, states */
enum { I = V };                                           /* outputs: branch current; the rows of VJ, X, F */
enum { TAG, DNP, NNP, V0, VTH0, KG, AG, GS, KMAX, K0, THB, THG, NH, MZ, PZ, ZC, AFN, VD, BON, BOFF, QB, GL, VL, RS0, RQ, SYM, KFD,
       CPAR, NS, VFORM, XFORM, EAG, EAK0, X0, F0, VREAD, VWRITE, N_PARAM };
enum { SUPPLY, ZS, GROW, BREAK, RS, FORM, RFORM, VTH, VHOLD, IHOLD, ROFF, N_DERIVED };     /* derived */

static const char *const terminal[] = { [P] = "p", [N] = "n" };
static const ag_branch   branch[]   = { [V] = { "v", P, N, 0 } };
/* x is solved for in an operating point, on the branch that grows out of the bare gap, unless x0 is given. abstol of x:
 * 1e-4 of the tunnelling current. */
static const ag_unknown  unknown[]  = {
    { "vj",     "V", -1, AG_SOLVED, 0,    -INFINITY, INFINITY, 0.1,  0, "voltage across one gap" },   /* some e-folds of the rates */
    { "x",      "1", X0, AG_RAMPED, 1e-6, -1e-3,     1.001,    0.05, 0, "completion of the filament" },
    { "formed", "1", F0, AG_HELD,   1e-6, -1e-3,     1.001,    0,    0, "whether a first filament has formed its path" },
};
#define REAL(name, unit, dflt, min, max, help) { name, unit, dflt, min, max, help, AG_REAL, AG_ANYWHERE }
static const ag_param param[] = {
    [TAG]   = REAL("tag",   "m",     NAN,    0.1e-9, 10e-9, "nominal thickness of the silver; 1 nm where dnp is not given either"),
    [DNP]   = REAL("dnp",   "m",     NAN,    2e-9,   200e-9, "diameter of the silver particles, in place of tag"),
    [NNP]   = REAL("nnp",   "1/m2",  2.785e14, 1e12, 1e17,  "particles per area, with dnp"),
    [V0]    = REAL("v0",    "V",     0.028,  0.02,   0.1,   "voltage scale of injection"),
    [VTH0]  = REAL("vth0",  "V",     0.50,   0.1,    5,     "static threshold of one gap for 1 nm of silver"),
    [KG]    = REAL("kg",    "1/s",   NAN,    0,      1e15,  "injection rate; takes the place of vth0"),
    [AG]    = REAL("ag",    "1",     1.93,   0,      4,     "exponent of the supply in the injection rate"),
    [GS]    = REAL("gs",    "1",     2,      1,      4,     "steepness of the polarity windows"),
    [KMAX]  = REAL("kmax",  "1/s",   1e14,   1,      1e16,  "limit of migration"),
    [K0]    = REAL("k0",    "1/s",   1e12,   1e5,    1e13,  "rupture rate of a bare chain"),
    [THB]   = REAL("thb",   "1",     22,     5,      35,    "cohesion of the forming chain"),
    [THG]   = REAL("thg",   "1",     22.3,   0,      40,    "surface energy of the neck over kT"),
    [NH]    = REAL("nh",    "1",     4,      0,      6,     "exponent of relaxation by surface diffusion"),
    [MZ]    = REAL("mz",    "1",     4.1,    0,      6,     "exponent of the supply in the neck"),
    [PZ]    = REAL("pz",    "1",     8,      2,      14,    "exponent of the neck's growth"),
    [ZC]    = REAL("zc",    "1",     2.8,    1e-6,   1e6,   "scale of the neck: smaller stays longer"),
    [AFN]   = REAL("afn",   "A/V2",  0.05,   1e-4,   1,     "prefactor of tunnelling"),
    [VD]    = REAL("vd",    "V",     0.17,   0.01,   10,    "voltage below which tunnelling is direct"),
    [BON]   = REAL("bon",   "V",     0.3,    0,      100,   "barrier of the complete filament"),
    [BOFF]  = REAL("boff",  "V",     10,     0,      100,   "barrier of the bare gap"),
    [QB]    = REAL("qb",    "1",     2.22,   1,      8,     "exponent of the barrier"),
    [GL]    = REAL("gl",    "S",     2.3e-10, 1e-18, 1,     "leakage at small voltage"),
    [VL]    = REAL("vl",    "V",     0.5,    1e-3,   100,   "voltage where the leakage becomes quadratic"),
    [RS0]   = REAL("rs0",   "ohm",   11.2e3, 0,      1e9,   "series resistance for 1 nm of silver"),
    [RQ]    = REAL("rq",    "1",     1.1,    0,      4,     "exponent of the supply in the series conductance"),
    [SYM]   = REAL("sym",   "1",     0,      0,      1,     "1: silver particles on both sides"),
    [KFD]   = REAL("kfd",   "1",     1e-4,   1e-8,   1,     "dissolution over injection"),
    [CPAR]  = REAL("cpar",  "F",     0,      0,      1e-6,  "capacitance between the terminals"),
    [NS]    = REAL("ns",    "1",     1,      1,      1000,  "gaps in series, effective number"),
    [VFORM] = REAL("vform", "V",     0,      0,      20,    "threshold of a device that was never on; 0: formed"),
    [XFORM] = REAL("xform", "1",     0.3,    0.1,    1,     "filament that forms the device"),
    [EAG]   = REAL("eag",   "eV",    0,      0,      2,     "activation energy of injection and dissolution"),
    [EAK0]  = REAL("eak0",  "eV",    0,      0,      2,     "activation energy of rupture"),
    [X0]    = REAL("x0",    "1",     NAN,    0,      1,     "initial filament, kept in an operating point; none: bare gap"),
    [F0]    = REAL("formed0", "1",   0,      0,      1,     "1: formed before the run"),
    [VREAD] = REAL("vread", "V",     NAN,    1e-3,   100,   "read voltage of the cell it is designed for; none: no check"),
    [VWRITE] = REAL("vwrite", "V",   NAN,    1e-3,   100,   "write voltage of that cell; none: no check"),
};
static const ag_derived derived[] = {
    [SUPPLY] = { "supply", "1", "silver per area over 1 nm" },
    [ZS]     = { "zs", "1", "factor of x^pz in the neck" },
    [GROW]   = { "grow", "1/s", "injection rate of a formed device" },
    [BREAK]  = { "break", "1/s", "rupture rate" },
    [RS]     = { "rs", "ohm", "series resistance" },
    [FORM]   = { "form", "1", "ln of what the injection rate gains by forming" },
    [RFORM]  = { "rform", "1/s", "rate of forming" },
    [VTH]    = { "vth", "V", "static threshold of the formed device" },
    [VHOLD]  = { "vhold", "V", "hold voltage, series resistance included" },
    [IHOLD]  = { "ihold", "A", "current at the hold voltage" },
    [ROFF]   = { "roff", "ohm", "resistance of the bare gap at small voltage" },
};

static ag_bond one_nanometre(double thb, double thg, double nh, double pz, double zc)
{
    return (ag_bond){ thb, thg, nh, pz, 1 / zc };
}

static double supply(double tag, double dnp, double nnp)
{
    double d = dnp / 19e-9;
    return !isnan(tag) ? tag / 1e-9 : !isnan(dnp) ? d * d * d * nnp / 2.785e14 : 1;
}

/* Current of one gap and its derivatives by v (.d) and by x (*by_x). */
typedef struct barrier { double afn, vd, bon, boff, qb, gl, vl; } barrier;

AG_INLINE ag_vd current(double v, double x, barrier b, double *by_x)
{
    ag_vd  y = ag_positive(1 - x);
    double w = sqrt(v * v + b.vd * b.vd), bare = ag_pow(y.v, b.qb), height = b.bon + (b.boff - b.bon) * bare;
    double e = b.afn * ag_exp(-height / w), q = (v / b.vl) * (v / b.vl), root = sqrt(1 + q), r = v / w;
    *by_x = e * v * b.qb * (b.boff - b.bon) * (bare / y.v) * y.d;
    return (ag_vd){ e * v * w + b.gl * v * root, e * (w + r * v + height * r * r) + b.gl * (1 + 2 * q) / root };
}

/* Voltage of a gap where growth balances a rupture of `rate` [1/s]. */
static double gap_voltage(const ag_tile *t, int k, double grow, double rate)
{
    double h = sqrt(rate / (4 * (grow + 1e-280)));               /* sinh(u/2); finite without growth */
    return 2 * t->p[V0][k] * ag_log(h + sqrt(h * h + 1));
}

/* The static characteristic: voltage and current of a device that rests at x. */
static double voltage_at(const ag_tile *t, double *const *d, int k, double x, double *i)
{
    const double *const *p = t->p;
    double  i_x, rate = ag_rupture(x, d[BREAK][k], (ag_bond){ p[THB][k], p[THG][k], p[NH][k], p[PZ][k], d[ZS][k] }).v / (1 - x);
    double  vj = gap_voltage(t, k, d[GROW][k], rate);
    barrier b = { p[AFN][k], p[VD][k], p[BON][k], p[BOFF][k], p[QB][k], p[GL][k], p[VL][k] };
    *i = current(vj, x, b, &i_x).v;
    return p[NS][k] * vj + d[RS][k] * *i;
}

/* Where the voltage has fallen furthest beyond the threshold, whose x is below 1.5/thb: the first minimum, of the filament that the
 * series resistance keeps thin. */
static void hold(const ag_tile *t, double *const *d, int k)
{
    double from = 1.5 / t->p[THB][k], unit = (1 - from) / 50, low = from, high = 1 - 1e-6, i;
    double last = voltage_at(t, d, k, from, &i);
    for (int n = 1; n < 50; n++) {
        double v = voltage_at(t, d, k, from + n * unit, &i);
        if (v > last) {
            high = from + n * unit;
            break;
        }
        low = from + (n - 1) * unit, last = v;
    }
    for (int n = 0; n < 24; n++) {
        double third = (high - low) / 3;
        if (voltage_at(t, d, k, low + third, &i) < voltage_at(t, d, k, high - third, &i)) high -= third;
        else low += third;
    }
    d[VHOLD][k] = voltage_at(t, d, k, (low + high) / 2, &i);
    d[IHOLD][k] = i;
}

/* Most lanes are copies of the one before. */
static int is_repeated(const ag_tile *t, int k)
{
    int same = k > 0 && t->temp[k] == t->temp[k - 1];
    for (int n = 0; n < N_PARAM && same; n++) same = !memcmp(&t->p[n][k], &t->p[n][k - 1], sizeof(double));
    return same;
}

static void prepare(const ag_tile *t, double *const *d)
{
    const double *const *p = t->p;
    for (int k = 0; k < t->n; k++) {
        if (is_repeated(t, k)) {
            for (int n = 0; n < N_DERIVED; n++) d[n][k] = d[n][k - 1];
            continue;
        }
        double s = supply(p[TAG][k], p[DNP][k], p[NNP][k]), kg = p[KG][k];
        double cold = (1 / t->temp[k] - 1 / TNOM) / AG_BOLTZMANN_Q, sh = ag_sinh(p[VTH0][k] / (2 * p[V0][k]));
        ag_bond bond = one_nanometre(p[THB][k], p[THG][k], p[NH][k], p[PZ][k], p[ZC][k]);
        if (isnan(kg)) kg = ag_threshold_rate(p[K0][k], bond) / (4 * sh * sh);
        d[SUPPLY][k] = s;
        d[ZS][k] = ag_pow(s, p[MZ][k]) * bond.zs;
        d[GROW][k] = kg * ag_pow(s, p[AG][k]) * ag_exp(-p[EAG][k] * cold);
        d[BREAK][k] = p[K0][k] * ag_exp(-p[EAK0][k] * cold);
        d[RS][k] = p[RS0][k] * ag_pow(s, -p[RQ][k]);
        d[FORM][k] = p[VFORM][k] > 0 ? (p[VFORM][k] - p[VTH0][k]) / p[V0][k] : 0;
        d[RFORM][k] = p[VFORM][k] > 0 ? 1e9 : 0;
        bond.zs = d[ZS][k];
        d[VTH][k] = p[NS][k] * gap_voltage(t, k, d[GROW][k], ag_threshold_rate(d[BREAK][k], bond));
        d[ROFF][k] = p[NS][k] / (p[GL][k] + p[AFN][k] * p[VD][k] * ag_exp(-p[BOFF][k] / p[VD][k])) + d[RS][k];
        hold(t, d, k);
    }
}

/* w/(1 + w), w = (x/c)^16: nothing below c, and so little at the threshold (x near 1/thb) that a sweep forms nothing. */
AG_INLINE ag_vd complete(double x, double c)
{
    double r = x / c, r2 = r * r, r4 = r2 * r2, r8 = r4 * r4, w = r8 * r8, inv = 1 / (1 + w);
    return (ag_vd){ w * inv, 16 * (r8 * r4 * r2 * r) / c * inv * inv };
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
        barrier b = { p[AFN][k], p[VD][k], p[BON][k], p[BOFF][k], p[QB][k], p[GL][k], p[VL][k] };
        ag_vd i = current(v, x, b, &i_x);
        f[I][k] = i.v;
        q[I][k] = p[CPAR][k] * u[V][k];
        f[VJ][k] = u[V][k] - p[NS][k] * v - c[RS][k] * i.v;

        /* States: rows 0 = -dx/dt + d(x)/dt */
        ag_bond bond = { p[THB][k], p[THG][k], p[NH][k], p[PZ][k], c[ZS][k] };
        double rate = c[GROW][k] * ag_exp(-c[FORM][k] * (1 - u[F][k])), drive = v / p[V0][k], kmax = p[KMAX][k];
        ag_vd grow = ag_growth(rate, kmax, drive, p[GS][k], p[SYM][k]);
        ag_vd wear = ag_dissolution(p[KFD][k] * rate, kmax, drive, p[GS][k], p[SYM][k]);
        ag_vd rupture = ag_rupture(x, c[BREAK][k], bond), done = complete(x, p[XFORM][k]);
        f[X][k] = -(grow.v * (1 - x) - wear.v * x - rupture.v);
        f[F][k] = -c[RFORM][k] * (1 - u[F][k]) * done.v;
        q[X][k] = x;
        q[F][k] = u[F][k];
        if (!jacobian) continue;
        df[I * M + VJ][k] = i.d;
        df[I * M + X][k] = i_x;
        dq[I * M + V][k] = p[CPAR][k];
        df[VJ * M + V][k] = 1;
        df[VJ * M + VJ][k] = -p[NS][k] - c[RS][k] * i.d;
        df[VJ * M + X][k] = -c[RS][k] * i_x;
        df[X * M + VJ][k] = -(grow.d * (1 - x) - wear.d * x) / p[V0][k];
        df[X * M + X][k] = grow.v + wear.v + rupture.d;
        df[F * M + X][k] = -c[RFORM][k] * (1 - u[F][k]) * done.d;
        df[F * M + F][k] = c[RFORM][k] * done.v;
        dq[X * M + X][k] = dq[F * M + F][k] = 1;
        /* formed acts through ln k; d cap/d ln k = cap (1 - cap/kmax) */
        double free_g = 1 - ag_injection(rate, kmax, drive).v / kmax;
        double free_w = 1 - ag_injection(p[KFD][k] * rate, kmax, drive).v / kmax;
        df[X * M + F][k] = -c[FORM][k] * (grow.v * free_g * (1 - x) - wear.v * free_w * x);
    }
}

AG_EVAL

/* Conductance of a gap at small voltage [S]. */
static double conductance(const ag_tile *t, int k)
{
    const double *const *p = t->p;
    double  i_x;
    barrier b = { p[AFN][k], p[VD][k], p[BON][k], p[BOFF][k], p[QB][k], p[GL][k], p[VL][k] };
    return current(0, t->u[X][k], b, &i_x).d;
}

/* Where the gap is bare the conductance does not feel x yet, so that x has a limit of its own. */
static double step(const ag_tile *old, const ag_tile *now)
{
    double top = 0, next = ag_step_conductance(old, now, 0.5, conductance);
    for (int k = 0; k < now->n; k++) top = ag_max(top, fabs(now->u[X][k] - old->u[X][k]));
    if (next < 0 || !(top <= 0.05)) return -1;
    return top > 0 ? ag_min(next, (now->time - old->time) * 0.03 / top) : next;
}

static const char *check(const double *p, int n)
{
    (void)n;
    ag_bond bond = one_nanometre(p[THB], p[THG], p[NH], p[PZ], p[ZC]);
    if (p[KMAX] <= 20 * ag_threshold_rate(p[K0], bond))
        return "kmax must be above 20 times the growth rate at the threshold, or the selector never turns on";
    if (p[BOFF] <= p[BON]) return "boff must be above bon";
    if (p[VFORM] > 0 && p[VFORM] < p[VTH0]) return "vform must be above vth0 (0: no forming)";
    return NULL;
}

#define BIT(out, in) ((uint64_t)1 << ((out) * M + (in)))

const ag_model ag_model_agnp_selector = {
    .name = "agnp_selector", .title = "threshold selector with silver nanoparticles in SiOx",
    AG_TABLE(terminal), AG_TABLE(branch), AG_TABLE(unknown), AG_TABLE(param), AG_TABLE(derived),
    .flags = AG_TWO_TERMINAL, .role = AG_SELECTOR,
    .df_nz = BIT(I, VJ) | BIT(I, X) | BIT(VJ, V) | BIT(VJ, VJ) | BIT(VJ, X)
             | BIT(X, VJ) | BIT(X, X) | BIT(X, F) | BIT(F, X) | BIT(F, F),
    .dq_nz = BIT(I, V) | BIT(X, X) | BIT(F, F),
    .prepare = prepare, .step = step, .check = check, .eval = eval,
};
