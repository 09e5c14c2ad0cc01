/* siox_ecm - Ag/SiOx/Au electrochemical memory, bipolar, non-volatile, with graded states: the memory of a 1S-1R cell
 *
 * Terminals p (silver) and n (gold), v = v(p) - v(n), current positive into p; v > 0 sets. x in [0, 1] is the completion of
 * the filament.
 *
 * Current  (tunnelling gap: ln G is linear in x)
 *     i = v sqrt(1 + (v/vn)^2) G,   G = goff + gon (exp(kap (x - 1)) - exp(-kap))
 *
 * State  (kinetics of lifetime.h; cap is the injection with its limit kmax)
 *     dx/dt = cap(ks, v/vs) sigm(v/vs) (1 - x) - cap(kr, v/vr) sigm(-v/vr) x - kret x
 *     vr = vr0 (1 + cr exp(-((x - xc)/wc)^2))
 *     ks, kr, kret times exp(-(ea/k) (1/T - 1/300 K)) with ea = eas, ear, earet
 *     The bump in vr is the metastable neck of a few atoms (G near the conductance quantum, 77 uS): above xc the reset slows down
 *     as the neck thins, which gives graded depression; below xc it runs away to a deep off state.
 *
 * Set threshold at 1 V/s: where the integral of ks exp(v/vs) dt reaches 1, vset = vs ln(1 + 1 V/s/(ks vs)); it and the conductances
 * at x = 1 and 0, glrs and ghrs, serve the check of a series pair (agnp_selector).
 *
 * Device and measured data: S. E. Kim et al., Adv. Intell. Syst. (2022), 10.1002/aisy.202200110, the 1S-1R cell: 27 us set at 2 V,
 * 72 us reset at -2 V, ladders of 20 us pulses, 10^4 s. Butler-Volmer/hopping kinetics and tunnelling gap as in the JART
 * ECM models; tunnelling: J. G. Simmons, J. Appl. Phys. 34, 1793 (1963). Defaults are one fit together with agnp_selector in
 * series; vn, kmax and kret are assumed, the activation energies have no measurement.
 */
#include <string.h>
#include "core/model.h"
#include "models/memristor/lifetime.h"
#include "models/step.h"

#define TNOM 300.0                                        /* temperature of the rate constants [K] */

enum { P, N };                                            /* terminals */
enum { V, X, M };                                         /* inputs: branch voltage, state */
enum { I = V };                                           /* outputs: branch current; the row of X */
enum { GON, GOFF, KAP, VN, KS, VS, KR, VR0, CR, XC, WC, KMAX, KRET, EAS, EAR, EARET, X0, N_PARAM };
enum { SET, RESET, LOSS, GAP, VSET, GLRS, GHRS, N_DERIVED };                /* derived */

static const char *const terminal[] = { [P] = "p", [N] = "n" };
static const ag_branch   branch[]   = { [V] = { "v", P, N, 0 } };
/* abstol: 1e-5 of the conductance. */
static const ag_unknown  unknown[]  = { { "x", "1", X0, AG_HELD, 1e-6, -1e-3, 1.001, 0.05, 0, "completion of the filament" } };
#define REAL(name, unit, dflt, min, max, help) { name, unit, dflt, min, max, help, AG_REAL, AG_ANYWHERE }
static const ag_param param[] = {
    [GON]   = REAL("gon",   "S",   1.5e-3,  0,     10,   "conductance of the complete filament"),
    [GOFF]  = REAL("goff",  "S",   6e-9,    0,     1,    "conductance of the bare film"),
    [KAP]   = REAL("kap",   "1",   12,      1,     50,   "tunnelling attenuation over the gap"),
    [VN]    = REAL("vn",    "V",   1.0,     1e-2,  100,  "voltage where the current becomes superlinear"),
    [KS]    = REAL("ks",    "1/s", 8.51e-8, 0,     1e12, "set rate"),
    [VS]    = REAL("vs",    "V",   0.060,   1e-2,  10,   "voltage scale of the set"),
    [KR]    = REAL("kr",    "1/s", 1.4e-5,  0,     1e12, "reset rate"),
    [VR0]   = REAL("vr0",   "V",   0.043,   1e-2,  10,   "voltage scale of the reset"),
    [CR]    = REAL("cr",    "1",   1.75,    0,     10,   "height of the bump of that scale at the neck of a few atoms"),
    [XC]    = REAL("xc",    "1",   0.56,    0,     1,    "filament with that neck"),
    [WC]    = REAL("wc",    "1",   0.12,    1e-2,  10,   "width of the bump"),
    [KMAX]  = REAL("kmax",  "1/s", 1e9,     1,     1e15, "limit of migration"),
    [KRET]  = REAL("kret",  "1/s", 1e-9,    0,     1e6,  "loss rate without voltage"),
    [EAS]   = REAL("eas",   "eV",  0,       0,     2,    "activation energy of the set"),
    [EAR]   = REAL("ear",   "eV",  0,       0,     2,    "activation energy of the reset"),
    [EARET] = REAL("earet", "eV",  0,       0,     2,    "activation energy of the loss"),
    [X0]    = REAL("x0",    "1",   0,       0,     1,    "initial filament"),
};
static const ag_derived derived[] = {
    [SET]   = { "set", "1/s", "set rate" },
    [RESET] = { "reset", "1/s", "reset rate" },
    [LOSS]  = { "loss", "1/s", "loss rate" },
    [GAP]   = { "gap", "S", "what the filament's law gives at x = 0, subtracted" },
    [VSET]  = { "vset", "V", "set threshold at 1 V/s" },
    [GLRS]  = { "glrs", "S", "conductance of the complete filament with the film" },
    [GHRS]  = { "ghrs", "S", "conductance without filament" },
};

static void prepare(const ag_tile *t, double *const *d)
{
    const double *const *p = t->p;
    for (int k = 0; k < t->n; k++) {
        double cold = (1 / t->temp[k] - 1 / TNOM) / AG_BOLTZMANN_Q;
        d[SET][k] = p[KS][k] * ag_exp(-p[EAS][k] * cold);
        d[RESET][k] = p[KR][k] * ag_exp(-p[EAR][k] * cold);
        d[LOSS][k] = p[KRET][k] * ag_exp(-p[EARET][k] * cold);
        d[GAP][k] = p[GON][k] * ag_exp(-p[KAP][k]);
        d[VSET][k] = p[VS][k] * ag_log(1 + 1 / ((d[SET][k] + 1e-280) * p[VS][k]));     /* 1e-280: finite without growth */
        d[GLRS][k] = p[GOFF][k] + p[GON][k] - d[GAP][k];
        d[GHRS][k] = p[GOFF][k];
    }
}

/* Conductance at small voltage [S] and its slope by x. */
AG_INLINE ag_vd conductance_of(double x, double gon, double goff, double kap, double gap)
{
    double chain = gon * ag_exp(kap * (x - 1));
    return (ag_vd){ goff + chain - gap, kap * chain };
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
        double v = u[V][k], x = u[X][k], s = v / p[VN][k], root = sqrt(1 + s * s);
        ag_vd  g = conductance_of(x, p[GON][k], p[GOFF][k], p[KAP][k], c[GAP][k]);
        f[I][k] = v * root * g.v;

        /* State: row 0 = -dx/dt + d(x)/dt */
        double z = (x - p[XC][k]) / p[WC][k], bump = p[CR][k] * p[VR0][k] * ag_exp(-z * z), vr = p[VR0][k] + bump;
        ag_vd  grow = ag_growth(c[SET][k], p[KMAX][k], v / p[VS][k], 1, 0);
        ag_vd  wear = ag_dissolution(c[RESET][k], p[KMAX][k], v / vr, 1, 0);
        f[X][k] = -(grow.v * (1 - x) - wear.v * x - c[LOSS][k] * x);
        q[X][k] = x;
        if (!jacobian) continue;
        double vr_x = -2 * bump * z / p[WC][k];
        df[I * M + V][k] = g.v * (1 + 2 * s * s) / root;
        df[I * M + X][k] = v * root * g.d;
        df[X * M + V][k] = -(grow.d * (1 - x) / p[VS][k] - wear.d * x / vr);
        df[X * M + X][k] = grow.v + wear.v + c[LOSS][k] - x * wear.d * v * vr_x / (vr * vr);
        dq[X * M + X][k] = 1;
    }
}

AG_EVAL

static double conductance(const ag_tile *t, int k)
{
    return conductance_of(t->u[X][k], t->p[GON][k], t->p[GOFF][k], t->p[KAP][k], t->d[GAP][k]).v;
}

static double step(const ag_tile *old, const ag_tile *now) { return ag_step_conductance(old, now, 0.5, conductance); }

#define BIT(out, in) ((uint64_t)1 << ((out) * M + (in)))

const ag_model ag_model_siox_ecm = {
    .name = "siox_ecm", .title = "Ag/SiOx/Au electrochemical memory",
    AG_TABLE(terminal), AG_TABLE(branch), AG_TABLE(unknown), AG_TABLE(param), AG_TABLE(derived),
    .flags = AG_TWO_TERMINAL, .role = AG_MEMORY,
    .df_nz = BIT(I, V) | BIT(I, X) | BIT(X, V) | BIT(X, X), .dq_nz = BIT(X, X),
    .prepare = prepare, .step = step, .eval = eval,
};
