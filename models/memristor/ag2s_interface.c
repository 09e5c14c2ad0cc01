/* ag2s_interface - Ag/Ag2S/Ag cell with a point contact: resistive switching of the interface, and a filament above 0.4 V
 *
 * Terminals te (silver, 100 nm contact) and be, v = v(te) - v(be), current positive into te; v < 0 sets. Ions that gather at
 * the contact lower its Schottky barrier phi [eV], ions that leave let it rise: the analog, low-energy states. At -0.4 V a
 * filament begins to grow, w in [0, 1].
 *
 * Current  (thermionic emission with transfer factor 1/2, series resistance in explicit form)
 *     Gi = area astar T^2/(nid kT) exp(-phi/kT),   Gf = gfmax w/(1 + tcr (T - 300)),   V0 = 2 nid kT
 *     v1 = v/F,   F = 1 + rs (Gi + Gf)
 *     i  = Gi V0 sinh(v1/V0) + Gf v1
 *
 * States  (drive p = |usat tanh(v1/usat)|; S(x) = sinh(p/x)/sinh(0.2/x) exp(-v1th/p + v1th/0.2))
 *     v1 < 0:  dphi/dt = -k300 [q] tanh((phi - phimin)/0.012) + (phir - phi)/tau,    q = s0 area/A0 S(vs)/c
 *              dw/dt   =  R(kf, etaf, 0.4) (w + ws) tanh((1 - w)/0.1)
 *     v1 >= 0: dphi/dt =  k300 [q] exp(-0.010/y) + (phir - phi)/tau,                 q = kr S(vr)
 *              dw/dt   = -R(kfd, etafd, 0.2) tanh(w/0.02)
 *     c = Gi(phi, 300 K) + 1e-18 S: the ion excess, for phi = const - kT ln c (Nernst). A constant ionic flux then raises c, and
 *     with it G, linearly in time.
 *     y = lim - phi,  lim = phi0 + chi |v1|, smoothly at most phimax: depletion ends when its potential balances the
 *     share chi of the applied voltage.
 *     R(k, eta, u) = [k exp((p - u)/2kT - eta/p + eta/u)];   [q] = q qmax/(q + qmax), [r] = r rmax/(r + rmax): flux limits
 *     tau = taur exp(ear (1/kT - 1/k300)): loss without drive;   A0 = 7.854e-15 m2;   k300 = kT at 300 K
 *     s0 and kr times exp(-emig (1/kT - 1/k300)): migration of the ions (off by default: no measurement)
 *
 * Device and measured data: Zhu et al., ACS Appl. Mater. Interfaces 14, 43482 (2022): ON/OFF of 50 to 70 at +-0.2 V, filament at
 * -0.4 V, 20 levels, 0.2 fJ, Richardson plot. Thermionic emission: Sze & Ng, Physics of Semiconductor Devices, chapter 3.
 * Defaults are one fit to these numbers; gfmax is of their order, rs and etafd are assumed.
 */
#include <string.h>
#include "core/model.h"
#include "models/memristor/kinetics.h"
#include "models/step.h"

#define AREA0 7.854e-15                                   /* contact of 100 nm diameter [m2] */
#define KT0 (AG_KB * 300)                                 /* kT at 300 K [eV] */

enum { TE, BE };                                          /* terminals */
enum { V, PHI, W, M };                                    /* inputs: branch voltage, states */
enum { I = V };                                           /* outputs: branch current; the rows of PHI and W */
enum { AREA, ASTAR, NID, PHIMIN, PHIMAX, SMIN, PHI0, CHI, S0, VS, VR, V1TH, KR, TAUR, EAR, PHIR, KF, ETAF, WS, KFD, ETAFD, QMAX,
       RMAX, GFMAX, TCR, RS, USAT, XLIM, EMIG, PHI_I, W_I, N_PARAM };
enum { BETA, GI, C300, V0, GF, LOSS, SET, RESET, RF, RFD, N_DERIVED };   /* derived */

static const char *const terminal[] = { [TE] = "te", [BE] = "be" };
static const ag_branch   branch[]   = { [V] = { "v", TE, BE, 0 } };
/* abstol of phi: 4e-5 of the conductance; of w: 1e-11 S. */
static const ag_unknown  unknown[]  = {
    { "phi", "eV", PHI_I, AG_HELD, 1e-6, 0,     0.8,  0.05, 0, "Schottky barrier of the contact" },
    { "w",   "1",  W_I,   AG_HELD, 1e-9, -1e-3, 1.01, 0.1,  0, "conductance of the filament over gfmax" },
};
#define REAL(name, unit, dflt, min, max, help) { name, unit, dflt, min, max, help, AG_REAL, AG_ANYWHERE }
static const ag_param param[] = {
    [AREA]   = REAL("area",   "m2",      AREA0,  1e-18,  1e-6,  "area of the contact"),
    [ASTAR]  = REAL("astar",  "A/m2/K2", 1.2e6,  1,      1e8,   "Richardson constant"),
    [NID]    = REAL("nid",    "1",       2,      0.5,    10,    "ideality factor"),
    [PHIMIN] = REAL("phimin", "eV",      0.1415, 0,      0.8,   "lowest barrier: the ON state"),
    [PHIMAX] = REAL("phimax", "eV",      0.45,   0,      0.8,   "highest barrier"),
    [SMIN]   = REAL("smin",   "eV",      0.002,  1e-6,   0.1,   "rounding of the limit phimax"),
    [PHI0]   = REAL("phi0",   "eV",      0.1368, 0,      0.8,   "barrier that depletion reaches at 0 V, extrapolated"),
    [CHI]    = REAL("chi",    "eV/V",    0.583,  0,      1,     "its rise with the voltage"),
    [S0]     = REAL("s0",     "S/s",     5e-3,   0,      1e6,   "rise of the conductance at -0.2 V"),
    [VS]     = REAL("vs",     "V",       0.030,  0.01,   1,     "voltage scale of setting"),
    [VR]     = REAL("vr",     "V",       0.045,  0.01,   1,     "voltage scale of resetting"),
    [V1TH]   = REAL("v1th",   "V",       0.25,   0.1,    2,     "overpotential of both"),
    [KR]     = REAL("kr",     "1/s",     400,    0,      1e12,  "rate of resetting at +0.2 V"),
    [TAUR]   = REAL("taur",   "s",       1e6,    1e-6,   1e18,  "time constant of loss without drive at 300 K"),
    [EAR]    = REAL("ear",    "eV",      0.9,    0,      3,     "its activation energy"),
    [PHIR]   = REAL("phir",   "eV",      0.20,   0,      0.8,   "barrier it leads to"),
    [KF]     = REAL("kf",     "1/s",     300,    0,      1e15,  "growth rate of the filament at -0.4 V"),
    [ETAF]   = REAL("etaf",   "V",       3.0,    0.1,    20,    "its overpotential"),
    [WS]     = REAL("ws",     "1",       2e-5,   0,      1,     "seed of the filament"),
    [KFD]    = REAL("kfd",    "1/s",     400,    0,      1e15,  "dissolution rate of the filament at +0.2 V"),
    [ETAFD]  = REAL("etafd",  "V",       0.6,    0.1,    20,    "its overpotential"),
    [QMAX]   = REAL("qmax",   "1/s",     5e8,    1,      1e15,  "flux limit of the interface"),
    [RMAX]   = REAL("rmax",   "1/s",     5e5,    1,      1e15,  "flux limit of the filament"),
    [GFMAX]  = REAL("gfmax",  "S",       1e-2,   0,      10,    "conductance of the widest filament"),
    [TCR]    = REAL("tcr",    "1/K",     3e-3,   0,      3.3e-3, "temperature coefficient of the filament"),
    [RS]     = REAL("rs",     "ohm",     50,     0,      1e9,   "series resistance"),
    [USAT]   = REAL("usat",   "V",       5,      0.1,    5,     "largest drive"),
    [XLIM]   = REAL("xlim",   "1",       15,     1,      50,    "argument beyond which sinh goes straight"),
    [EMIG]   = REAL("emig",   "eV",      0,      0,      2,     "activation energy of s0 and kr"),
    [PHI_I]  = REAL("phi_i",  "eV",      0.2534, 0,      0.8,   "initial barrier; phi0 + 0.2 chi: OFF"),
    [W_I]    = REAL("w_i",    "1",       0,      0,      1,     "initial filament"),
};
static const ag_derived derived[] = {
    [BETA]  = { "beta", "1/eV", "1/kT" },
    [GI]    = { "gi", "S", "conductance of the contact without barrier" },
    [C300]  = { "c300", "S", "the same at 300 K" },
    [V0]    = { "v0", "V", "voltage scale of the emission" },
    [GF]    = { "gf", "S", "conductance of the widest filament at the device temperature" },
    [LOSS]  = { "loss", "1/s", "rate of loss without drive" },
    [SET]   = { "set", "S/s", "prefactor of setting" },
    [RESET] = { "reset", "1/s", "prefactor of resetting" },
    [RF]    = { "rf", "1/s", "growth rate of the filament at 0.3 V" },
    [RFD]   = { "rfd", "1/s", "its dissolution rate at 0.3 V" },
};

static void prepare(const ag_tile *t, double *const *d)
{
    const double *const *p = t->p;
    for (int k = 0; k < t->n; k++) {
        double temp = t->temp[k], b = 1 / (AG_KB * temp), warm = b - 1 / KT0, pre = p[AREA][k] * p[ASTAR][k] / p[NID][k];
        double migration = ag_exp(p[V1TH][k] / 0.2 - p[EMIG][k] * warm);
        d[BETA][k] = b;
        d[GI][k] = pre * temp * temp * b;
        d[C300][k] = pre * 300 * 300 / KT0;
        d[V0][k] = 2 * p[NID][k] / b;
        d[GF][k] = p[GFMAX][k] / (1 + p[TCR][k] * (temp - 300));
        d[LOSS][k] = ag_exp(-p[EAR][k] * warm) / p[TAUR][k];
        d[SET][k] = p[S0][k] * (p[AREA][k] / AREA0) * migration / ag_sinh(0.2 / p[VS][k]);
        d[RESET][k] = p[KR][k] * migration / ag_sinh(0.2 / p[VR][k]);
        d[RF][k] = p[KF][k] * ag_exp(0.5 * b * (AG_PR - 0.4) + p[ETAF][k] * (1 / 0.4 - 1 / AG_PR));
        d[RFD][k] = p[KFD][k] * ag_exp(0.5 * b * (AG_PR - 0.2) + p[ETAFD][k] * (1 / 0.2 - 1 / AG_PR));
    }
}

/* g exp(-phi b), straight below phi = 0, which only Newton visits. */
AG_INLINE ag_vd emission(double g, double phi, double b)
{
    double e = g * ag_exp(-ag_pos(phi) * b);
    return (ag_vd){ phi < 0 ? e * (1 - phi * b) : e, -e * b };
}

/* sinh(p/scale) exp(-v1th/p) and its slope; 0 below p = 0.1 mV. */
AG_INLINE ag_vd migration(double p, double scale, double v1th)
{
    double inv = 1 / ag_max(p, 1e-4), e = ag_exp(-v1th * inv);
    ag_vd  s = ag_sinh_vd(p / scale);
    return (ag_vd){ e * s.v, e * (s.d / scale + s.v * v1th * inv * inv) };
}

/* min(l, top), rounded over s, and its slope. */
AG_INLINE ag_vd smooth_min(double l, double top, double s)
{
    double x = l - top, q = sqrt(x * x + s * s), sum = x > 0 ? -s * s / (q + x) : x - q;
    return (ag_vd){ top + 0.5 * sum, -0.5 * sum / q };
}

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
        double v = u[V][k], phi = u[PHI][k], w = u[W][k];

        /* Current */
        ag_vd  gi = emission(d[GI][k], phi, d[BETA][k]);
        double gf = d[GF][k] * w, v1_v = 1 / (1 + p[RS][k] * (gi.v + gf)), v1 = v * v1_v, v1_g = -v1 * p[RS][k] * v1_v;
        ag_vd  s = ag_sinhl(v1 / d[V0][k], p[XLIM][k]);
        f[I][k] = gi.v * d[V0][k] * s.v + gf * v1;
        double gd = gi.v * s.d + gf, i_phi = gi.d * (d[V0][k] * s.v + gd * v1_g), i_w = d[GF][k] * (v1 + gd * v1_g);

        /* Fluxes: of the interface [flux] = kT0 flux qmax/(flux + qmax) in eV/s, of the filament in 1/s */
        ag_drive dr = ag_drive_of(v1, p[USAT][k]);
        ag_vd  c = emission(d[C300][k], phi, 1 / KT0), sm = migration(dr.p, ag_pick(dr.up, p[VS][k], p[VR][k]), p[V1TH][k]);
        double supply = 1 / (c.v + 1e-18), factor = ag_pick(dr.up, d[SET][k] * supply, d[RESET][k]);
        double flux = factor * sm.v, cap = p[QMAX][k] / (flux + p[QMAX][k]), move = KT0 * flux * cap;
        double move_p = KT0 * factor * cap * cap * sm.d, move_phi = dr.up ? -move * cap * c.d * supply : 0;
        double eta = ag_pick(dr.up, p[ETAF][k], p[ETAFD][k]);
        ag_vd  boost = ag_boost(0.5 * d[BETA][k], eta, eta, dr.p);
        double r = ag_pick(dr.up, d[RF][k], d[RFD][k]) * boost.v, rcap = p[RMAX][k] / (r + p[RMAX][k]);
        double rate = r * rcap, rate_p = rate * rcap * boost.d;

        /* Windows: the set ends at phimin, the reset at lim(|v1|) */
        ag_vd  low = ag_tanh_vd((phi - p[PHIMIN][k]) / 0.012);
        ag_vd  lim = smooth_min(p[PHI0][k] + p[CHI][k] * fabs(v1), p[PHIMAX][k], p[SMIN][k]);
        double y = 1 / ag_max(lim.v - phi, 1e-5), high = ag_exp(-0.010 * y), high_y = high * 0.010 * y * y;
        double open = dr.up ? -low.v : high, open_phi = dr.up ? -low.d / 0.012 : -high_y;
        double open_v1 = dr.up ? 0 : copysign(high_y * lim.d * p[CHI][k], v1);
        ag_vd  full = ag_window(w, 1, 0.1), none = ag_tanh_vd(w / 0.02);
        double grow = dr.up ? (w + p[WS][k]) * full.v : -none.v;
        double grow_w = dr.up ? full.v + (w + p[WS][k]) * full.d : -none.d / 0.02;

        /* States: rows 0 = -dx/dt + d(x)/dt; v and the states reach the drive through v1 */
        f[PHI][k] = -(move * open + (p[PHIR][k] - phi) * d[LOSS][k]);
        f[W][k] = -rate * grow;
        q[PHI][k] = phi;
        q[W][k] = w;
        if (!jacobian) continue;
        double phi_v1 = move_p * dr.dp * open + move * open_v1, w_v1 = rate_p * dr.dp * grow;
        df[I * M + V][k] = gd * v1_v;
        df[I * M + PHI][k] = i_phi;
        df[I * M + W][k] = i_w;
        df[PHI * M + V][k] = -phi_v1 * v1_v;
        df[PHI * M + PHI][k] = -(move_phi * open + move * open_phi - d[LOSS][k] + phi_v1 * v1_g * gi.d);
        df[PHI * M + W][k] = -phi_v1 * v1_g * d[GF][k];
        df[W * M + V][k] = -w_v1 * v1_v;
        df[W * M + PHI][k] = -w_v1 * v1_g * gi.d;
        df[W * M + W][k] = -(rate * grow_w + w_v1 * v1_g * d[GF][k]);
        dq[PHI * M + PHI][k] = dq[W * M + W][k] = 1;
    }
}

AG_EVAL

/* Conductance at small voltage [S]. */
static double conductance(const ag_tile *t, int k)
{
    return emission(t->d[GI][k], t->u[PHI][k], t->d[BETA][k]).v + t->d[GF][k] * t->u[W][k];
}

static double step(const ag_tile *old, const ag_tile *now) { return ag_step_conductance(old, now, 0.5, conductance); }

static const char *check(const double *p, int n)
{
    (void)n;
    return p[PHIMIN] < p[PHIMAX] ? NULL : "phimin must be below phimax";
}

#define BIT(out, in) ((uint64_t)1 << ((out) * M + (in)))

const ag_model ag_model_ag2s_interface = {
    .name = "ag2s_interface", .title = "Ag/Ag2S/Ag point contact: interface switching and filament",
    AG_TABLE(terminal), AG_TABLE(branch), AG_TABLE(unknown), AG_TABLE(param), AG_TABLE(derived),
    .flags = AG_TWO_TERMINAL, .df_nz = ((uint64_t)1 << M * M) - 1, .dq_nz = BIT(PHI, PHI) | BIT(W, W),
    .prepare = prepare, .step = step, .check = check, .eval = eval,
};
