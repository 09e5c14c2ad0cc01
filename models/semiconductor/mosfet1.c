/* mosfet1 - MOS transistor, Shichman-Hodges (SPICE level 1), with a charge that is conserved
 *
 * Voltages of the inner transistor, behind rd and rs, times the polarity (nmos 1, pmos -1); vds >= 0, else drain and source
 * change roles. Channel current from drain to source, with u = max(vgs - von, 0) and x = min(vds, u):
 *
 *     von = vbi + gamma sarg,     sarg = sqrt(phi - vbs)         its tangent for vbs > 0, not below 0
 *     ids = beta (1 + lambda vds) x (u - x/2),    beta = kp m w/leff,   leff = l - 2 ld
 *
 * Junctions from bulk to drain and to source: is (exp(v/(n vt)) - 1) + gmin v and depletion charges of area and edge.
 * Not given, these follow from the process, with cox' = 3.9 eps0/tox: kp = uo cox'; if nsub is given also
 * phi = 2 vt ln(nsub/ni), gamma = sqrt(2 eps_si q nsub)/cox', vto from the work functions of silicon and gate (tpg) and nss.
 *
 * Gate charge. SPICE's level 1 has Meyer's capacitances: three reciprocal ones whose currents do not add up to a charge, so that a
 * floating gate drifts while drain and source go round a loop, and with it every dynamic memory. Here charges are functions
 * of the voltages, and their sum is zero. Each end of the channel has its inversion charge a (source) and b (drain), and
 * its bulk charge g, per cox = cox' m w leff, with s(y) = w ln(1 + exp(y/w)), w = 2 kT/q, a smooth max(y, 0):
 *
 *     a = s(vgs - von(vbs)),   b = s(vgd - von(vbd)),     y = vgx - vbx - vfb - a  (or b): the gate voltage that the bulk sees
 *     g = -s(-y) + gamma (sqrt(gamma^2/4 + s(y)) - gamma/2)      accumulation, depletion; vfb = vbi - phi
 *     qd = -cox (2/15) (2 a^3 + 4 a^2 b + 6 a b^2 + 3 b^3) / (a + b)^2          qs: a and b exchanged
 *     qb = -cox (gs + gd)/2,    qg = -(qd + qs + qb)
 *
 * qd and qs are the partition of Ward and Dutton for a channel with carriers proportional to the local gate drive; their sum is
 * the familiar 2/3 (a^2 + a b + b^2)/(a + b), and in saturation (b = 0) the drain has 40 %, the source 60 %. The bulk
 * charge is the mean of both ends. No charge without tox. Overlaps cgdo w, cgso w, cgbo leff are linear.
 *
 * Temperature, T against tnom: kp (tnom/T)^1.5; phi and pb as the potential of a junction; is, js exp(eg(tnom)/vt(tnom) -
 * eg(T)/vt(T)); cj, cjsw, cbd, cbs as a junction; vbi shifted by (eg(tnom) - eg(T))/2 + (phi(T) - phi)/2.
 *
 * Shichman, Hodges, IEEE J. Solid-State Circuits 3, 285 (1968); Ward, Dutton, same journal 13, 703 (1978); Antognetti, Massobrio,
 * Semiconductor Device Modeling with SPICE, 2nd ed., 1993, chapter 4; laws of temperature as in SPICE3 and ngspice.
 */
#include "core/model.h"
#include "models/limit.h"
#include "models/semiconductor/junction.h"
#include "models/semiconductor/moscharge.h"

#define EPS_OX (3.9 * 8.854187813e-12)    /* [F/m] */
#define EPS_SI (11.7 * 8.854187813e-12)   /* [F/m] */
#define CHARGE 1.602176634e-19            /* [C] */
#define NI 1.45e10                        /* carriers of pure silicon [1/cm^3] */

enum { D, G, S, B };                      /* terminals */
enum { VDS, VGS, VBS, VDI, VSI, M };      /* inputs: outer voltages, inner drain-source voltage, drop across rs */
enum { ID = VDS, IG = VGS, IB = VBS, RD_ROW = VDI, RS_ROW = VSI };
enum { POLARITY, VTO, VT0, KP, GAMMA, PHI, LAMBDA, TOX, NSUB, NSS, TPG, UO, U0, LD, RD, RS, RSH, IS, JS, N, PB, FC, CBD, CBS,
       CJ, MJ, CJSW, MJSW, CGSO, CGDO, CGBO, TNOM, L, W, AD, AS, PD, PS, NRD, NRS, MULT, ICVDS, ICVGS, ICVBS };
enum { D_BETA, D_VBI, D_GAMMA, D_PHI, D_COX, D_CGS, D_CGD, D_CGB, D_RD, D_RS, D_NVT, D_SOFT, D_PB, D_CBD, D_CSWD, D_CBS,
       D_CSWS, D_ISD, D_ISS, D_XMAXD, D_XMAXS };

static const char *const terminal[] = { [D] = "d", [G] = "g", [S] = "s", [B] = "b" };
static const ag_branch   branch[]   = {
    [VDS] = { "vds", D, S, 1 + ICVDS }, [VGS] = { "vgs", G, S, 1 + ICVGS }, [VBS] = { "vbs", B, S, 1 + ICVBS },
};
static const ag_unknown  unknown[]  = {
    { "vdi", "V", ICVDS, 0, 0, -INFINITY, INFINITY, 0, 0, "drain-source voltage behind rd and rs" },
    { "vsi", "V", -1, 0, 0, -INFINITY, INFINITY, 0, 0, "voltage across rs, inner source against outer" },
};
#define CARD(name, unit, dflt, min, max, help) { name, unit, dflt, min, max, help, AG_REAL, AG_ON_CARD }
#define HERE(name, unit, dflt, min, max, help) { name, unit, dflt, min, max, help, AG_REAL, AG_ANYWHERE }
static const ag_param param[] = {
    [POLARITY] = { "polarity", "1", 1, -1, 1, "1: n channel, -1: p channel (types nmos, pmos)", AG_INT, AG_ON_CARD },
    [VTO]    = CARD("vto",    "V",       NAN,  -1e3,  1e3,  "threshold voltage at vbs = 0; not given: from nsub, else 0"),
    [VT0]    = CARD("vt0",    "V",       NAN,  -1e3,  1e3,  "another name of vto"),
    [KP]     = CARD("kp",     "A/V^2",   NAN,  0,     1e3,  "transconductance; not given: uo cox', without tox 2e-5"),
    [GAMMA]  = CARD("gamma",  "V^0.5",   NAN,  0,     1e3,  "body effect; not given: from nsub, else 0"),
    [PHI]    = CARD("phi",    "V",       NAN,  0.1,   100,  "surface potential; not given: from nsub, else 0.6"),
    [LAMBDA] = CARD("lambda", "1/V",     0,    0,     10,   "channel-length modulation"),
    [TOX]    = CARD("tox",    "m",       NAN,  1e-10, 1e-3, "oxide thickness; not given: no channel charge"),
    [NSUB]   = CARD("nsub",   "1/cm^3",  NAN,  1.5e10, 1e22, "substrate doping"),
    [NSS]    = CARD("nss",    "1/cm^2",  0,    -1e16, 1e16, "surface states"),
    [TPG]    = { "tpg", "1", 1, -1, 1, "gate: 1 opposite to substrate, -1 same, 0 aluminium", AG_INT, AG_ON_CARD },
    [UO]     = CARD("uo",     "cm^2/Vs", NAN,  1e-3,  1e5,  "mobility; not given 600"),
    [U0]     = CARD("u0",     "cm^2/Vs", NAN,  1e-3,  1e5,  "another name of uo"),
    [LD]     = CARD("ld",     "m",       0,    0,     1e-3, "lateral diffusion of drain and source"),
    [RD]     = CARD("rd",     "ohm",     NAN,  0,     1e12, "drain resistance; not given: rsh nrd"),
    [RS]     = CARD("rs",     "ohm",     NAN,  0,     1e12, "source resistance; not given: rsh nrs"),
    [RSH]    = CARD("rsh",    "ohm",     0,    0,     1e12, "resistance of a square of drain or source"),
    [IS]     = CARD("is",     "A",       1e-14, 1e-60, 1e3, "saturation current of a bulk junction"),
    [JS]     = CARD("js",     "A/m^2",   0,    0,     1e9,  "the same per area, where ad or as is given"),
    [N]      = CARD("n",      "1",       1,    0.01,  100,  "emission coefficient of the bulk junctions"),
    [PB]     = CARD("pb",     "V",       0.8,  0.01,  100,  "potential of the bulk junctions"),
    [FC]     = CARD("fc",     "1",       0.5,  0,     0.95, "fraction of pb where the capacitance goes straight"),
    [CBD]    = CARD("cbd",    "F",       NAN,  0,     1e3,  "bulk-drain capacitance at zero bias; not given: cj ad"),
    [CBS]    = CARD("cbs",    "F",       NAN,  0,     1e3,  "bulk-source capacitance at zero bias; not given: cj as"),
    [CJ]     = CARD("cj",     "F/m^2",   0,    0,     1e6,  "capacitance of the bulk junctions per area"),
    [MJ]     = CARD("mj",     "1",       0.5,  0,     0.95, "grading coefficient of the area"),
    [CJSW]   = CARD("cjsw",   "F/m",     0,    0,     1e3,  "capacitance of the bulk junctions per edge"),
    [MJSW]   = CARD("mjsw",   "1",       0.5,  0,     0.95, "grading coefficient of the edge"),
    [CGSO]   = CARD("cgso",   "F/m",     0,    0,     1e3,  "gate-source overlap per width"),
    [CGDO]   = CARD("cgdo",   "F/m",     0,    0,     1e3,  "gate-drain overlap per width"),
    [CGBO]   = CARD("cgbo",   "F/m",     0,    0,     1e3,  "gate-bulk overlap per length"),
    [TNOM]   = CARD("tnom",   "C",       27,   -270,  2000, "temperature of the card's values"),
    [L]      = HERE("l",      "m",       1e-4, 1e-9,  1,    "drawn length"),
    [W]      = HERE("w",      "m",       1e-4, 1e-9,  1e3,  "width"),
    [AD]     = HERE("ad",     "m^2",     0,    0,     1,    "area of the drain"),
    [AS]     = HERE("as",     "m^2",     0,    0,     1,    "area of the source"),
    [PD]     = HERE("pd",     "m",       0,    0,     1e3,  "edge of the drain"),
    [PS]     = HERE("ps",     "m",       0,    0,     1e3,  "edge of the source"),
    [NRD]    = HERE("nrd",    "1",       1,    0,     1e9,  "squares of the drain"),
    [NRS]    = HERE("nrs",    "1",       1,    0,     1e9,  "squares of the source"),
    [MULT]   = { "m", "1", 1, 1e-9, 1e9, "number of parallel transistors", AG_REAL, AG_ON_INSTANCE },
    [ICVDS]  = { "icvds", "V", NAN, -1e9, 1e9, "initial drain-source voltage under uic", AG_REAL, AG_ON_INSTANCE },
    [ICVGS]  = { "icvgs", "V", NAN, -1e9, 1e9, "initial gate-source voltage under uic", AG_REAL, AG_ON_INSTANCE },
    [ICVBS]  = { "icvbs", "V", NAN, -1e9, 1e9, "initial bulk-source voltage under uic", AG_REAL, AG_ON_INSTANCE },
};
static const ag_derived derived[] = {
    [D_BETA]  = { "beta",   "A/V^2", "kp m w/leff at the device temperature" },
    [D_VBI]   = { "vbi",    "V",     "threshold without body effect (vto - gamma sqrt(phi)), times polarity" },
    [D_GAMMA] = { "gammat", "V^0.5", "body effect" },
    [D_PHI]   = { "phit",   "V",     "surface potential at the device temperature" },
    [D_COX]   = { "cox",    "F",     "gate oxide" },
    [D_CGS]   = { "cgsov",  "F",     "gate-source overlap" },
    [D_CGD]   = { "cgdov",  "F",     "gate-drain overlap" },
    [D_CGB]   = { "cgbov",  "F",     "gate-bulk overlap" },
    [D_RD]    = { "rdt",    "ohm",   "drain resistance" },
    [D_RS]    = { "rst",    "ohm",   "source resistance" },
    [D_NVT]   = { "nvt",    "V",     "emission coefficient times kT/q" },
    [D_SOFT]  = { "soft",   "V",     "rounding of the channel charge at threshold" },
    [D_PB]    = { "pbt",    "V",     "potential of the bulk junctions at the device temperature" },
    [D_CBD]   = { "cbdt",   "F",     "bulk-drain capacitance at zero bias, area" },
    [D_CSWD]  = { "cswd",   "F",     "the same, edge" },
    [D_CBS]   = { "cbst",   "F",     "bulk-source capacitance at zero bias, area" },
    [D_CSWS]  = { "csws",   "F",     "the same, edge" },
    [D_ISD]   = { "isd",    "A",     "saturation current of the bulk-drain junction" },
    [D_ISS]   = { "iss",    "A",     "saturation current of the bulk-source junction" },
    [D_XMAXD] = { "xmaxd",  "1",     "exponent where the bulk-drain exponential goes straight" },
    [D_XMAXS] = { "xmaxs",  "1",     "exponent where the bulk-source exponential goes straight" },
};
static const ag_alias alias[] = { { "pmos", POLARITY, -1 } };

/* Noise, and what only higher levels or other simulators have. */
static const char *const ignored[] = {
    "kf", "af", "nlev", "gdsnoi", "wd", "xj", "delta", "eta", "theta", "kappa", "vmax", "ucrit", "uexp", "utra", "neff", "nfs", "xqc",
    "capop", "acm", "hdif", "ldif", "rdc", "rsc", "mfg", "version", "xl", "xw", NULL,
};

static double first_given(double a, double b, double otherwise) { return !isnan(a) ? a : !isnan(b) ? b : otherwise; }

/* ---- parameters ---- */

typedef struct process { double vto, kp, gamma, phi, cox; } process;     /* at tnom; cox [F/m^2], 0 without tox */

static process process_of(const double *const *p, int k)
{
    double tnom = p[TNOM][k] + AG_KELVIN, vt = AG_BOLTZMANN_Q * tnom, cox = isnan(p[TOX][k]) ? 0 : EPS_OX / p[TOX][k];
    double sign = p[POLARITY][k] < 0 ? -1 : 1, nsub = p[NSUB][k], uo = first_given(p[UO][k], p[U0][k], 600);
    process x = { 0, 2e-5, 0, 0.6, cox };
    if (cox > 0) x.kp = uo * 1e-4 * cox;
    if (cox > 0 && !isnan(nsub)) {
        x.phi = ag_max(2 * vt * ag_log(nsub / NI), 0.1);
        x.gamma = sqrt(2 * EPS_SI * CHARGE * nsub * 1e6) / cox;
    }
    x.kp = first_given(p[KP][k], NAN, x.kp);
    x.phi = first_given(p[PHI][k], NAN, x.phi);
    x.gamma = first_given(p[GAMMA][k], NAN, x.gamma);
    if (cox > 0 && !isnan(nsub)) {
        double eg = ag_silicon_gap(tnom), silicon = 3.25 + 0.5 * eg + sign * 0.5 * x.phi;
        double gate = p[TPG][k] == 0 ? 3.2 : 3.25 + 0.5 * eg - sign * p[TPG][k] * 0.5 * eg;
        x.vto = gate - silicon - p[NSS][k] * 1e4 * CHARGE / cox + sign * (x.gamma * sqrt(x.phi) + x.phi);
    }
    x.vto = first_given(p[VTO][k], p[VT0][k], x.vto);
    return x;
}

static void prepare_channel(const ag_tile *t, double *const *d, int k)
{
    const double *const *p = t->p;
    double temp = t->temp[k], tnom = p[TNOM][k] + AG_KELVIN, ratio = temp / tnom, sign = p[POLARITY][k] < 0 ? -1 : 1, m = p[MULT][k];
    double leff = ag_max(p[L][k] - 2 * p[LD][k], 1e-12), w = p[W][k];
    process x = process_of(p, k);
    double phi = ag_max(ag_junction_potential(ag_junction_potential0(x.phi, tnom), temp), 0.05);    /* intrinsic when hot */
    double shift = 0.5 * (ag_silicon_gap(tnom) - ag_silicon_gap(temp));
    d[D_BETA][k] = x.kp / (ratio * sqrt(ratio)) * m * w / leff;
    d[D_PHI][k] = phi;
    d[D_GAMMA][k] = x.gamma;
    d[D_VBI][k] = sign * (x.vto + shift) - x.gamma * sqrt(x.phi) + 0.5 * (phi - x.phi);
    d[D_COX][k] = x.cox * m * w * leff;
    d[D_SOFT][k] = 2 * AG_BOLTZMANN_Q * temp;
    d[D_CGS][k] = p[CGSO][k] * m * w;
    d[D_CGD][k] = p[CGDO][k] * m * w;
    d[D_CGB][k] = p[CGBO][k] * m * leff;
    d[D_RD][k] = first_given(p[RD][k], NAN, p[RSH][k] * p[NRD][k]) / m;
    d[D_RS][k] = first_given(p[RS][k], NAN, p[RSH][k] * p[NRS][k]) / m;
}

/* Saturation current of a junction and its largest exponent: js with an area, is without. */
static void prepare_current(const ag_tile *t, double *const *d, int k, double area, int is, int xmax)
{
    const double *const *p = t->p;
    double temp = t->temp[k], tnom = p[TNOM][k] + AG_KELVIN;
    double rise = ag_exp((ag_silicon_gap(tnom) / tnom - ag_silicon_gap(temp) / temp) / AG_BOLTZMANN_Q);
    double flat = p[JS][k] * area > 0 ? p[JS][k] * area : p[IS][k];
    d[is][k] = ag_max(flat * p[MULT][k] * rise, AG_JUNCTION_I_MIN);
    d[xmax][k] = ag_junction_xmax(d[is][k]);
}

static void prepare_junctions(const ag_tile *t, double *const *d, int k)
{
    const double *const *p = t->p;
    double temp = t->temp[k], tnom = p[TNOM][k] + AG_KELVIN, m = p[MULT][k], pb0 = ag_junction_potential0(p[PB][k], tnom);
    double pb = ag_junction_potential(pb0, temp), mj = p[MJ][k], mjsw = p[MJSW][k];
    double area = ag_junction_capacitance(mj, pb, pb0, temp) / ag_junction_capacitance(mj, p[PB][k], pb0, tnom);
    double edge = ag_junction_capacitance(mjsw, pb, pb0, temp) / ag_junction_capacitance(mjsw, p[PB][k], pb0, tnom);
    prepare_current(t, d, k, p[AD][k], D_ISD, D_XMAXD);
    prepare_current(t, d, k, p[AS][k], D_ISS, D_XMAXS);
    d[D_NVT][k] = p[N][k] * AG_BOLTZMANN_Q * temp;
    d[D_PB][k] = ag_max(pb, 0.01);
    d[D_CBD][k] = m * area * first_given(p[CBD][k], NAN, p[CJ][k] * p[AD][k]);
    d[D_CBS][k] = m * area * first_given(p[CBS][k], NAN, p[CJ][k] * p[AS][k]);
    d[D_CSWD][k] = m * edge * p[CJSW][k] * p[PD][k];
    d[D_CSWS][k] = m * edge * p[CJSW][k] * p[PS][k];
}

static void prepare(const ag_tile *t, double *const *d)
{
    for (int k = 0; k < t->n; k++) {
        prepare_channel(t, d, k);
        prepare_junctions(t, d, k);
    }
}

static const char *check(const double *p, int n)
{
    (void)n;
    if (p[POLARITY] == 0) return "polarity is 1 or -1";
    if (p[VTO] * p[VT0] == p[VTO] * p[VT0]) return "vto and vt0 are two names of one parameter; give one of them";
    if (p[UO] * p[U0] == p[UO] * p[U0]) return "uo and u0 are two names of one parameter; give one of them";
    return p[L] > 2 * p[LD] ? NULL : "the channel has no length: l must be above 2 ld";
}

/* ---- inner transistor: all voltages and currents times polarity ---- */

typedef struct inner { double vds, vgs, vbs; } inner;
typedef ag_mos_grad grad;
typedef ag_mos_flow flow;

static inline inner inner_of(double sign, double vgs, double vbs, double vdi, double vsi)
{
    return (inner){ sign * vdi, sign * (vgs - vsi), sign * (vbs - vsi) };
}

static inline grad channel(const ag_tile *t, int k, inner v)
{
    int    reverse = v.vds < 0;
    double vds = reverse ? -v.vds : v.vds, vgs = reverse ? v.vgs - v.vds : v.vgs, vbs = reverse ? v.vbs - v.vds : v.vbs;
    double gamma = t->d[D_GAMMA][k], slope = t->d[D_BETA][k], lambda = t->p[LAMBDA][k], beta = slope * (1 + lambda * vds);
    ag_vd  sarg = ag_mos_body(t->d[D_PHI][k], vbs);
    double u = ag_pos(vgs - (t->d[D_VBI][k] + gamma * sarg.v)), x = ag_min(vds, u), area = x * (u - 0.5 * x);
    double gm = beta * x, gmb = -gm * gamma * sarg.d, gds = slope * lambda * area + beta * (u - x);
    return reverse ? (grad){ -beta * area, gds + gm + gmb, -gm, -gmb } : (grad){ beta * area, gds, gm, gmb };
}

static inline void add_overlaps(const ag_tile *t, int k, inner v, flow *q)
{
    double cgs = t->d[D_CGS][k], cgd = t->d[D_CGD][k], cgb = t->d[D_CGB][k], vgd = v.vgs - v.vds, vgb = v.vgs - v.vbs;
    q->g = (grad){ cgs * v.vgs + cgd * vgd + cgb * vgb, -cgd, cgs + cgd + cgb, -cgb };
    q->d = (grad){ -cgd * vgd, cgd, -cgd, 0 };
    q->b = (grad){ -cgb * vgb, 0, -cgb, cgb };
    q->s = (grad){ cgs * v.vgs, 0, cgs, 0 };
}

/* Current and charge of the junction from bulk at voltage v. */
typedef struct junction { ag_vd i, q; } junction;

static inline junction junction_of(const ag_tile *t, int k, double v, double is, double xmax, double area, double edge)
{
    double nvt = t->d[D_NVT][k], pb = t->d[D_PB][k], fc = t->p[FC][k];
    ag_vd  i = ag_junction_current(v, is, nvt, xmax), a = ag_junction_charge(v, area, pb, t->p[MJ][k], fc);
    ag_vd  p = ag_junction_charge(v, edge, pb, t->p[MJSW][k], fc);
    return (junction){ { i.v + t->gmin * v, i.d + t->gmin }, { a.v + p.v, a.d + p.d } };
}

static inline void add_junctions(ag_vd drain, ag_vd source, flow *to)
{
    to->d.v -= drain.v, to->d.ds += drain.d, to->d.bs -= drain.d;
    to->b.v += drain.v + source.v, to->b.ds -= drain.d, to->b.bs += drain.d + source.d;
    to->s.v += source.v, to->s.bs += source.d;
}

/* ---- rows ---- */

/* Derivatives of an output that is scale * x, by the inputs that set the inner voltages. */
static inline void put_row(double *const *column, int row, int k, double scale, grad x)
{
    double *const *c = column + row * M;
    c[VGS][k] = scale * x.gs;
    c[VBS][k] = scale * x.bs;
    c[VDI][k] = scale * x.ds;
    c[VSI][k] = -scale * (x.gs + x.bs);
}

static inline void put_derivatives(const ag_tile *t, int k, double rd, double rs, const flow *i, const flow *q)
{
    double *const *bulk = t->df + IB * M;                          /* the junctions do not see the gate */
    put_row(t->df, ID, k, 1, i->d), put_row(t->dq, ID, k, 1, q->d);
    put_row(t->dq, IG, k, 1, q->g), put_row(t->dq, IB, k, 1, q->b);
    bulk[VBS][k] = i->b.bs, bulk[VDI][k] = i->b.ds, bulk[VSI][k] = -i->b.bs;
    put_row(t->df, RD_ROW, k, -rd, i->d), put_row(t->dq, RD_ROW, k, -rd, q->d);
    put_row(t->df, RS_ROW, k, -rs, i->s), put_row(t->dq, RS_ROW, k, -rs, q->s);
    t->df[RD_ROW * M + VDS][k] = 1;
    t->df[RD_ROW * M + VDI][k] -= 1;
    t->df[RD_ROW * M + VSI][k] -= 1;
    t->df[RS_ROW * M + VSI][k] += 1;
}

static inline void put_values(const ag_tile *t, int k, double sign, double rd, double rs, const flow *i, const flow *q)
{
    double vdi = t->u[VDI][k], vsi = t->u[VSI][k];
    t->f[ID][k] = sign * i->d.v;
    t->f[IB][k] = sign * i->b.v;
    t->q[ID][k] = sign * q->d.v;
    t->q[IG][k] = sign * q->g.v;
    t->q[IB][k] = sign * q->b.v;
    t->f[RD_ROW][k] = t->u[VDS][k] - vdi - vsi - rd * (sign * i->d.v);
    t->q[RD_ROW][k] = -rd * (sign * q->d.v);
    t->f[RS_ROW][k] = vsi - rs * (sign * i->s.v);
    t->q[RS_ROW][k] = -rs * (sign * q->s.v);
}

static void eval(const ag_tile *t)
{
    const double *const *d = t->d;
    for (int k = 0; k < t->n; k++) {
        double sign = t->p[POLARITY][k] < 0 ? -1 : 1;
        inner  v = inner_of(sign, t->u[VGS][k], t->u[VBS][k], t->u[VDI][k], t->u[VSI][k]);
        junction source = junction_of(t, k, v.vbs, d[D_ISS][k], d[D_XMAXS][k], d[D_CBS][k], d[D_CSWS][k]);
        junction drain = junction_of(t, k, v.vbs - v.vds, d[D_ISD][k], d[D_XMAXD][k], d[D_CBD][k], d[D_CSWD][k]);
        flow   i = { .d = channel(t, k, v) }, q;
        i.s = i.d;
        add_overlaps(t, k, v, &q);
        ag_mos_gate gate = { d[D_COX][k], d[D_GAMMA][k], d[D_VBI][k], d[D_PHI][k], d[D_SOFT][k] };
        if (gate.cox > 0) ag_mos_add_charge(gate, v.vds, v.vgs, v.vbs, &q);
        add_junctions(drain.i, source.i, &i);
        add_junctions(drain.q, source.q, &q);
        put_values(t, k, sign, d[D_RD][k], d[D_RS][k], &i, &q);
        if (t->df) put_derivatives(t, k, d[D_RD][k], d[D_RS][k], &i, &q);
    }
}

/* ---- limiting ---- */

/* Common to the inputs: drain and source moving together, drops across rd and rs. */
static void limit(const ag_tile *t, double *const *next)
{
    for (int k = 0; k < t->n; k++) {
        const double *const *u = t->u;
        double sign = t->p[POLARITY][k] < 0 ? -1 : 1, nvt = t->d[D_NVT][k], most = 1;
        inner  a = inner_of(sign, u[VGS][k], u[VBS][k], u[VDI][k], u[VSI][k]);
        inner  b = inner_of(sign, next[VGS][k], next[VBS][k], next[VDI][k], next[VSI][k]);
        double flip = a.vds < 0 ? 1 : 0, side = a.vds < 0 ? -1 : 1;
        double g0 = a.vgs - flip * a.vds, g1 = b.vgs - flip * b.vds, s0 = a.vbs, s1 = b.vbs, d0 = a.vbs - a.vds, d1 = b.vbs - b.vds;
        double von = t->d[D_VBI][k] + t->d[D_GAMMA][k] * ag_mos_body(t->d[D_PHI][k], flip > 0 ? d0 : s0).v;
        most = ag_min(most, ag_limit_part(g0, g1, ag_limit_gate(g0, g1, von)));
        most = ag_min(most, ag_limit_part(side * a.vds, side * b.vds, ag_limit_drain(side * a.vds, side * b.vds)));
        most = ag_min(most, ag_limit_part(s0, s1, ag_limit_junction(s0, s1, nvt, ag_limit_vcrit(nvt, t->d[D_ISS][k]))));
        most = ag_min(most, ag_limit_part(d0, d1, ag_limit_junction(d0, d1, nvt, ag_limit_vcrit(nvt, t->d[D_ISD][k]))));
        for (int j = 0; j < M && most < 1; j++) next[j][k] = u[j][k] + most * (next[j][k] - u[j][k]);
    }
}

#define BIT(row, in) ((uint64_t)1 << ((row) * M + (in)))
#define ROW(row) (BIT(row, VGS) | BIT(row, VBS) | BIT(row, VDI) | BIT(row, VSI))

const ag_model ag_model_mosfet1 = {
    .name = "mosfet1", .title = "MOS transistor, level 1", .type = "nmos", .level = 1,
    AG_TABLE(terminal), AG_TABLE(branch), AG_TABLE(unknown), AG_TABLE(param), AG_TABLE(derived), AG_TABLE(alias),
    .ignored = ignored, .ignored_why = "is not modelled",
    .df_nz = ROW(ID) | (ROW(IB) & ~BIT(IB, VGS)) | ROW(RD_ROW) | ROW(RS_ROW) | BIT(RD_ROW, VDS),
    .dq_nz = ROW(ID) | ROW(IG) | ROW(IB) | ROW(RD_ROW) | ROW(RS_ROW),
    .prepare = prepare, .limit = limit, .check = check, .eval = eval,
};
