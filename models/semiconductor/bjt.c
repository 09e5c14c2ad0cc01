/* bjt - bipolar transistor, Gummel-Poon (SPICE level 1)
 *
 * Voltages of the inner transistor, behind rb, rc, re, times the polarity (npn 1, pnp -1): vbe, vbc; vbx from the outer base
 * to the inner collector; vs from the substrate. With x(v, n) = exp(v/(n vt)) - 1 and vt = kT/q:
 *
 *     if = is x(vbe, nf),   ir = is x(vbc, nr)                      carriers injected by emitter and collector
 *     q1 = 1/(1 - vbc/vaf - vbe/var),   q2 = if/ikf + ir/ikr        width and high injection of the base
 *     qb = q1 (1 + sqrt(1 + 4 q2))/2                                charge of the base, relative to no bias
 *     ic = (if - ir)/qb - ir/br - isc x(vbc, nc) - gmin vbc
 *     ib = if/bf + ise x(vbe, ne) + ir/br + isc x(vbc, nc) + gmin (vbe + vbc)
 *
 * Base resistance rbb = rbm + (rb - rbm) g, with g = 1/qb, or, when irb is given, crowding of the emitter's current:
 *
 *     g = 3 (tan z - z)/(z tan^2 z),   z = 6 sqrt(y)/(1 + sqrt(1 + 144 y/pi^2)),   y = ib/irb
 *
 * Charges, depl(v, cj, vj, mj) being that of a depletion capacitance cj (1 - v/vj)^-mj, straight above fc vj:
 *
 *     qbe = tf (1 + xtf (if/(if + itf))^2 exp(vbc/(1.44 vtf))) if/qb + depl(vbe, cje, vje, mje)
 *     qbc = tr ir + xcjc depl(vbc, cjc, vjc, mjc),   qbx = (1 - xcjc) depl(vbx, cjc, vjc, mjc)
 *     qs  = depl(vs, cjs, vjs, mjs) with fc = 0, is = iss x(vs, ns)
 *
 * The substrate's junction ends at the inner collector (subs=1, npn if not given) or the inner base (subs=-1, pnp).
 * vaf, var, ikf, ikr, irb, itf, vtf of 0 are infinite. Exponentials go on as tangents above 1e10 A, q1 where its denominator is
 * below 0.01; no solution reaches either. Temperature, with r = T/tnom:
 *
 *     is, iss: r^xti exp((r - 1) eg/vt);  ise, isc: the same to the power of 1/ne, 1/nc, over r^xtb;  bf, br: r^xtb
 *     vje, vjc, vjs, cje, cjc, cjs: as those of all silicon junctions (see the diode)
 *
 * Currents and capacitances times area and m, resistances over them. Not modelled: excess phase (ptf), noise, quasi-saturation.
 *
 * Gummel, Poon, Bell System Technical Journal 49, 827 (1970); Getreu, Modeling the Bipolar Transistor, 1976; Antognetti, Massobrio,
 * Semiconductor Device Modeling with SPICE, 2nd ed., 1993, chapter 2; laws of temperature as in SPICE3 and ngspice.
 */
#include "core/model.h"
#include "models/limit.h"
#include "models/semiconductor/junction.h"

#define PI 3.14159265358979323846
#define EARLY_MIN 0.01                    /* of 1 - vbc/vaf - vbe/var */
#define BIAS_XMAX 80                      /* of vbc/(1.44 vtf) */

enum { C, B, E, S };                      /* terminals */
enum { VCE, VBE, VSE, VBEI, VCEI, VEI, M };          /* inputs: outer and inner voltages, drop across re */
enum { IC = VCE, IB = VBE, IS_ = VSE, RB_ROW = VBEI, RC_ROW = VCEI, RE_ROW = VEI };
enum { POLARITY, SUBS, IS, BF, NF, BR, NR, VAF, VAR, IKF, IKR, ISE, NE, ISC, NC, RB, IRB, RBM, RE, RC, CJE, VJE, MJE, CJC, VJC, MJC,
       XCJC, TF, XTF, VTF, ITF, TR, FC, ISS, NS, CJS, VJS, MJS, EG, XTI, XTB, TNOM, AREA, MULT, ICVBE, ICVCE };
enum { D_IS, D_X, D_NF, D_NR, D_ISE, D_XE, D_NE, D_ISC, D_XC, D_NC, D_ISS, D_XS, D_NS, D_BF, D_BR, D_VAF, D_VAR, D_IKF,
       D_IKR, D_IRB, D_RB, D_RBM, D_RC, D_RE, D_ITF, D_VTF, D_CJE, D_VJE, D_CJC, D_CJX, D_VJC, D_CJS, D_VJS, D_SUBS };

static const char *const terminal[] = { [C] = "c", [B] = "b", [E] = "e", [S] = "sub" };
static const ag_branch   branch[]   = {
    [VCE] = { "vce", C, E, 1 + ICVCE }, [VBE] = { "vbe", B, E, 1 + ICVBE }, [VSE] = { "vse", S, E, 0 },
};
static const ag_unknown  unknown[]  = {
    { "vbei", "V", ICVBE, 0, 0, -INFINITY, INFINITY, 0, 0, "base-emitter voltage behind rb and re" },
    { "vcei", "V", ICVCE, 0, 0, -INFINITY, INFINITY, 0, 0, "collector-emitter voltage behind rc and re" },
    { "vei",  "V", -1, 0, 0, -INFINITY, INFINITY, 0, 0, "voltage across re, inner emitter against outer" },
};
#define CARD(name, unit, dflt, min, max, help) { name, unit, dflt, min, max, help, AG_REAL, AG_ON_CARD }
static const ag_param param[] = {
    [POLARITY] = { "polarity", "1", 1, -1, 1, "1: npn, -1: pnp (types npn, pnp)", AG_INT, AG_ON_CARD },
    [SUBS] = { "subs", "1", NAN, -1, 1, "substrate joins collector (1) or base (-1); not given: npn 1, pnp -1", AG_INT, AG_ON_CARD },
    [IS]   = CARD("is",   "A",   1e-16, 1e-60, 1e3,  "transport saturation current"),
    [BF]   = CARD("bf",   "1",   100,   1e-9,  1e9,  "ideal forward gain"),
    [NF]   = CARD("nf",   "1",   1,     0.01,  100,  "forward emission coefficient"),
    [BR]   = CARD("br",   "1",   1,     1e-9,  1e9,  "ideal reverse gain"),
    [NR]   = CARD("nr",   "1",   1,     0.01,  100,  "reverse emission coefficient"),
    [VAF]  = CARD("vaf",  "V",   0,     0,     1e9,  "forward Early voltage; 0: infinite"),
    [VAR]  = CARD("var",  "V",   0,     0,     1e9,  "reverse Early voltage; 0: infinite"),
    [IKF]  = CARD("ikf",  "A",   0,     0,     1e9,  "current where the forward gain falls; 0: infinite"),
    [IKR]  = CARD("ikr",  "A",   0,     0,     1e9,  "current where the reverse gain falls; 0: infinite"),
    [ISE]  = CARD("ise",  "A",   0,     0,     1e3,  "base-emitter leakage current"),
    [NE]   = CARD("ne",   "1",   1.5,   0.01,  100,  "its emission coefficient"),
    [ISC]  = CARD("isc",  "A",   0,     0,     1e3,  "base-collector leakage current"),
    [NC]   = CARD("nc",   "1",   2,     0.01,  100,  "its emission coefficient"),
    [RB]   = CARD("rb",   "ohm", 0,     0,     1e12, "base resistance without current"),
    [IRB]  = CARD("irb",  "A",   0,     0,     1e9,  "base current where rb is halfway to rbm; 0: rb follows qb"),
    [RBM]  = CARD("rbm",  "ohm", NAN,   0,     1e12, "base resistance at high current; not given: rb"),
    [RE]   = CARD("re",   "ohm", 0,     0,     1e12, "emitter resistance"),
    [RC]   = CARD("rc",   "ohm", 0,     0,     1e12, "collector resistance"),
    [CJE]  = CARD("cje",  "F",   0,     0,     1e3,  "base-emitter depletion capacitance at zero bias"),
    [VJE]  = CARD("vje",  "V",   0.75,  0.01,  100,  "base-emitter potential"),
    [MJE]  = CARD("mje",  "1",   0.33,  0,     0.95, "base-emitter grading coefficient"),
    [CJC]  = CARD("cjc",  "F",   0,     0,     1e3,  "base-collector depletion capacitance at zero bias"),
    [VJC]  = CARD("vjc",  "V",   0.75,  0.01,  100,  "base-collector potential"),
    [MJC]  = CARD("mjc",  "1",   0.33,  0,     0.95, "base-collector grading coefficient"),
    [XCJC] = CARD("xcjc", "1",   1,     0,     1,    "share of cjc at the inner base, behind rb"),
    [TF]   = CARD("tf",   "s",   0,     0,     1e3,  "forward transit time"),
    [XTF]  = CARD("xtf",  "1",   0,     0,     1e9,  "rise of tf with the current"),
    [VTF]  = CARD("vtf",  "V",   0,     0,     1e9,  "voltage scale of that rise; 0: infinite"),
    [ITF]  = CARD("itf",  "A",   0,     0,     1e9,  "current scale of that rise"),
    [TR]   = CARD("tr",   "s",   0,     0,     1e3,  "reverse transit time"),
    [FC]   = CARD("fc",   "1",   0.5,   0,     0.95, "fraction of vje, vjc where the capacitance goes straight"),
    [ISS]  = CARD("iss",  "A",   0,     0,     1e3,  "saturation current of the substrate junction"),
    [NS]   = CARD("ns",   "1",   1,     0.01,  100,  "its emission coefficient"),
    [CJS]  = CARD("cjs",  "F",   0,     0,     1e3,  "substrate depletion capacitance at zero bias"),
    [VJS]  = CARD("vjs",  "V",   0.75,  0.01,  100,  "substrate potential"),
    [MJS]  = CARD("mjs",  "1",   0,     0,     0.95, "substrate grading coefficient"),
    [EG]   = CARD("eg",   "eV",  1.11,  0.1,   10,   "energy gap, for is(T)"),
    [XTI]  = CARD("xti",  "1",   3,     -100,  100,  "exponent of is(T)"),
    [XTB]  = CARD("xtb",  "1",   0,     -100,  100,  "exponent of bf(T), br(T)"),
    [TNOM] = CARD("tnom", "C",   27,    -270,  2000, "temperature of the card's values"),
    [AREA] = { "area",  "1", 1,   1e-9, 1e9, "area relative to that of the card", AG_REAL, AG_ON_INSTANCE },
    [MULT] = { "m",     "1", 1,   1e-9, 1e9, "number of parallel transistors", AG_REAL, AG_ON_INSTANCE },
    [ICVBE] = { "icvbe", "V", NAN, -1e9, 1e9, "initial base-emitter voltage under uic", AG_REAL, AG_ON_INSTANCE },
    [ICVCE] = { "icvce", "V", NAN, -1e9, 1e9, "initial collector-emitter voltage under uic", AG_REAL, AG_ON_INSTANCE },
};
static const ag_derived derived[] = {
    [D_IS]  = { "ist",  "A",   "saturation current at the device temperature" },
    [D_X]   = { "xis",  "1",   "exponent where its exponentials go straight" },
    [D_NF]  = { "nfvt", "V",   "forward emission coefficient times kT/q" },
    [D_NR]  = { "nrvt", "V",   "reverse emission coefficient times kT/q" },
    [D_ISE] = { "iset", "A",   "base-emitter leakage current" },
    [D_XE]  = { "xe",   "1",   "exponent where it goes straight" },
    [D_NE]  = { "nevt", "V",   "its emission coefficient times kT/q" },
    [D_ISC] = { "isct", "A",   "base-collector leakage current" },
    [D_XC]  = { "xc",   "1",   "exponent where it goes straight" },
    [D_NC]  = { "ncvt", "V",   "its emission coefficient times kT/q" },
    [D_ISS] = { "isst", "A",   "saturation current of the substrate junction" },
    [D_XS]  = { "xs",   "1",   "exponent where it goes straight" },
    [D_NS]  = { "nsvt", "V",   "its emission coefficient times kT/q" },
    [D_BF]  = { "pbf",  "1",   "1/bf at the device temperature" },
    [D_BR]  = { "pbr",  "1",   "1/br at the device temperature" },
    [D_VAF] = { "pvaf", "1/V", "1/vaf" },
    [D_VAR] = { "pvar", "1/V", "1/var" },
    [D_IKF] = { "pikf", "1/A", "1/ikf" },
    [D_IKR] = { "pikr", "1/A", "1/ikr" },
    [D_IRB] = { "pirb", "1/A", "1/irb; 0: the base resistance follows qb" },
    [D_RB]  = { "rbt",  "ohm", "base resistance without current" },
    [D_RBM] = { "rbms", "1",   "its part that does not change, rbm/rb" },
    [D_RC]  = { "rct",  "ohm", "collector resistance" },
    [D_RE]  = { "ret",  "ohm", "emitter resistance" },
    [D_ITF] = { "itft", "A",   "current scale of tf" },
    [D_VTF] = { "pvtf", "1/V", "1/(1.44 vtf)" },
    [D_CJE] = { "cjet", "F",   "base-emitter capacitance at zero bias and the device temperature" },
    [D_VJE] = { "vjet", "V",   "base-emitter potential" },
    [D_CJC] = { "cjct", "F",   "base-collector capacitance at the inner base" },
    [D_CJX] = { "cjxt", "F",   "the same at the outer base" },
    [D_VJC] = { "vjct", "V",   "base-collector potential" },
    [D_CJS] = { "cjst", "F",   "substrate capacitance" },
    [D_VJS] = { "vjst", "V",   "substrate potential" },
    [D_SUBS] = { "subst", "1", "1: the substrate joins the collector, -1: the base" },
};
static const ag_alias alias[] = { { "pnp", POLARITY, -1 } };

/* Noise, excess phase, quasi-saturation, temperature coefficients and remarks of other simulators. */
static const char *const ignored[] = {
    "kf", "af", "ptf", "nkf", "nk", "rco", "vo", "gamma", "qco", "cn", "d", "quasimod", "vg", "cpb", "cpc", "cco", "tlev", "tlevc", "tref",
    "tbf1", "tbf2", "tbr1", "tbr2", "trb1", "trb2", "trc1", "trc2", "tre1", "tre2", "trm1", "trm2", "tikf1", "tikf2", "tikr1", "tikr2",
    "tirb1", "tirb2", "tis1", "tis2", "tise1", "tise2", "tisc1", "tisc2", "tvaf1", "tvaf2", "tvar1", "tvar2", "ttf1", "ttf2", "ttr1",
    "ttr2", "tnf1", "tnf2", "tnr1", "tnr2", "tne1", "tne2", "tnc1", "tnc2", "titf1", "titf2", "tmje1", "tmje2", "tmjc1", "tmjc2", "ctc",
    "cte", "cts", "tvjc", "tvje", "tvjs", "vbe_max", "vbc_max", "vce_max", "ic_max", "ib_max", "pd_max", "rth0", "mfg", "vceo", "icrating",
    NULL,
};

/* ---- parameters ---- */

static double over(double x) { return x > 0 ? 1 / x : 0; }

/* Saturation current [A], greatest exponent and n vt [V] of a junction. */
static void prepare_current(double *const *d, int k, int at, double is, double nvt)
{
    d[at][k] = is;
    d[at + 1][k] = ag_junction_xmax(is);
    d[at + 2][k] = nvt;
}

static void prepare_currents(const ag_tile *t, double *const *d, int k)
{
    const double *const *p = t->p;
    double r = t->temp[k] / (p[TNOM][k] + AG_KELVIN), vt = AG_BOLTZMANN_Q * t->temp[k], size = p[AREA][k] * p[MULT][k];
    double rise = (r - 1) * p[EG][k] / vt + p[XTI][k] * ag_log(r), gain = ag_pow(r, p[XTB][k]);
    double is = ag_max(size * p[IS][k] * ag_exp(rise), AG_JUNCTION_I_MIN);
    prepare_current(d, k, D_IS, is, p[NF][k] * vt);
    d[D_NR][k] = p[NR][k] * vt;
    prepare_current(d, k, D_ISE, size * p[ISE][k] * ag_exp(rise / p[NE][k]) / gain, p[NE][k] * vt);
    prepare_current(d, k, D_ISC, size * p[ISC][k] * ag_exp(rise / p[NC][k]) / gain, p[NC][k] * vt);
    prepare_current(d, k, D_ISS, size * p[ISS][k] * ag_exp(rise), p[NS][k] * vt);
    d[D_BF][k] = 1 / (p[BF][k] * gain);
    d[D_BR][k] = 1 / (p[BR][k] * gain);
    d[D_VAF][k] = over(p[VAF][k]);
    d[D_VAR][k] = over(p[VAR][k]);
    d[D_IKF][k] = over(size * p[IKF][k]);
    d[D_IKR][k] = over(size * p[IKR][k]);
    d[D_IRB][k] = over(size * p[IRB][k]);
    d[D_RB][k] = p[RB][k] / size;
    d[D_RBM][k] = p[RBM][k] < p[RB][k] ? p[RBM][k] / p[RB][k] : 1;
    d[D_RC][k] = p[RC][k] / size;
    d[D_RE][k] = p[RE][k] / size;
}

static void prepare_charges(const ag_tile *t, double *const *d, int k)
{
    const double *const *p = t->p;
    double temp = t->temp[k], tnom = p[TNOM][k] + AG_KELVIN, size = p[AREA][k] * p[MULT][k];
    ag_depletion be = ag_junction_depletion(size * p[CJE][k], p[VJE][k], p[MJE][k], tnom, temp);
    ag_depletion bc = ag_junction_depletion(size * p[CJC][k], p[VJC][k], p[MJC][k], tnom, temp);
    ag_depletion s = ag_junction_depletion(size * p[CJS][k], p[VJS][k], p[MJS][k], tnom, temp);
    d[D_CJE][k] = be.c, d[D_VJE][k] = be.v;
    d[D_CJC][k] = bc.c * p[XCJC][k], d[D_CJX][k] = bc.c * (1 - p[XCJC][k]), d[D_VJC][k] = bc.v;
    d[D_CJS][k] = s.c, d[D_VJS][k] = s.v;
    d[D_ITF][k] = size * p[ITF][k];
    d[D_VTF][k] = over(1.44 * p[VTF][k]);
    d[D_SUBS][k] = !isnan(p[SUBS][k]) ? p[SUBS][k] : p[POLARITY][k];
}

static void prepare(const ag_tile *t, double *const *d)
{
    for (int k = 0; k < t->n; k++) {
        prepare_currents(t, d, k);
        prepare_charges(t, d, k);
    }
}

static const char *check(const double *p, int n)
{
    (void)n;
    if (p[POLARITY] == 0) return "polarity is 1 or -1";
    if (p[SUBS] == 0) return "subs is 1 (substrate joins the collector) or -1 (base)";
    return p[RBM] > p[RB] ? "rbm, the base resistance at high current, must not be above rb" : NULL;
}

/* ---- inner transistor: all voltages and currents times polarity ---- */

/* A value and its derivatives by vbe, vbc, and by the voltages from outer base and substrate to where they go. */
typedef struct grad { double v, be, bc, bx, s; } grad;
/* Into collector, inner base and substrate, and out of the emitter: their sum; x comes into the outer base, in front of rb, and is
 * part of c. */
typedef struct flow { grad c, b, s, e; ag_vd x; } flow;

/* Carriers injected at both ends, what crosses the base less 1/qb, and the charge of the base. */
typedef struct base { ag_vd f, r; double cross; grad qb; } base;

AG_INLINE ag_vd junction(const ag_tile *t, int k, int at, double v)
{
    return ag_junction_current(v, t->d[at][k], t->d[at + 2][k], t->d[at + 1][k]);
}

AG_INLINE base base_of(const ag_tile *t, int k, double vbe, double vbc)
{
    const double *const *d = t->d;
    double is = d[D_IS][k];
    ag_vd  ef = ag_expl(vbe / d[D_NF][k], d[D_X][k]), er = ag_expl(vbc / d[D_NR][k], d[D_X][k]);
    ag_vd  f = { is * (ef.v - 1), is * ef.d / d[D_NF][k] }, r = { is * (er.v - 1), is * er.d / d[D_NR][k] };
    double x = 1 - vbc * d[D_VAF][k] - vbe * d[D_VAR][k], inside = ag_max(x, EARLY_MIN), q1 = (2 - x / inside) / inside;
    double q1_x = -1 / (inside * inside), root = sqrt(ag_max(1 + 4 * (f.v * d[D_IKF][k] + r.v * d[D_IKR][k]), 1e-6));
    double half = 0.5 * (1 + root);
    return (base){ f, r, is * (ef.v - er.v), { q1 * half, -q1_x * d[D_VAR][k] * half + q1 * d[D_IKF][k] * f.d / root,
                           -q1_x * d[D_VAF][k] * half + q1 * d[D_IKR][k] * r.d / root, 0, 0 } };
}

AG_INLINE flow current_of(const ag_tile *t, int k, base x, double vbe, double vbc, double vs)
{
    double side = t->d[D_SUBS][k], to_c = 0.5 * (1 + side), to_b = 0.5 * (1 - side), pbf = t->d[D_BF][k], pbr = t->d[D_BR][k], gmin = t->gmin;
    ag_vd  e = junction(t, k, D_ISE, vbe), c = junction(t, k, D_ISC, vbc), s = junction(t, k, D_ISS, side * vs);
    double it = x.cross / x.qb.v, it_be = (x.f.d - it * x.qb.be) / x.qb.v, it_bc = (-x.r.d - it * x.qb.bc) / x.qb.v;
    double be = x.f.v * pbf + e.v + gmin * vbe, be_d = x.f.d * pbf + e.d + gmin;
    double bc = x.r.v * pbr + c.v + gmin * vbc, bc_d = x.r.d * pbr + c.d + gmin, is = side * s.v;
    return (flow){ .c = { it - bc - to_c * is, it_be, it_bc - bc_d, 0, -to_c * s.d },
                   .b = { be + bc - to_b * is, be_d, bc_d, 0, -to_b * s.d },
                   .s = { is, 0, 0, 0, s.d },
                   .e = { it + be, it_be + be_d, it_bc, 0, 0 } };
}

/* Charge of the carriers that cross the base forward, tf (1 + w) if/qb. */
AG_INLINE grad forward_charge(const ag_tile *t, int k, base x, double vbc)
{
    double f = ag_pos(x.f.v), sum = f + t->d[D_ITF][k] + 1e-300, share = f / sum, tf = t->p[TF][k] / x.qb.v, pvtf = t->d[D_VTF][k];
    ag_vd  e = ag_expl(vbc * pvtf, BIAS_XMAX);
    double w = t->p[XTF][k] * share * share * e.v, w_bc = t->p[XTF][k] * share * share * e.d * pvtf;
    double w_f = 2 * w * t->d[D_ITF][k] / sum;                     /* if dw/dif */
    double q = tf * x.f.v * (1 + w);
    return (grad){ q, tf * x.f.d * (1 + w + w_f) - q * x.qb.be / x.qb.v, tf * x.f.v * w_bc - q * x.qb.bc / x.qb.v, 0, 0 };
}

AG_INLINE flow charge_of(const ag_tile *t, int k, base x, double vbe, double vbc, double vbx, double vs)
{
    const double *const *d = t->d;
    double side = d[D_SUBS][k], to_c = 0.5 * (1 + side), to_b = 0.5 * (1 - side), fc = t->p[FC][k], tr = t->p[TR][k];
    ag_vd  je = ag_junction_charge(vbe, d[D_CJE][k], d[D_VJE][k], t->p[MJE][k], fc);
    ag_vd  jc = ag_junction_charge(vbc, d[D_CJC][k], d[D_VJC][k], t->p[MJC][k], fc);
    ag_vd  jx = ag_junction_charge(vbx, d[D_CJX][k], d[D_VJC][k], t->p[MJC][k], fc);
    ag_vd  js = ag_junction_charge(side * vs, d[D_CJS][k], d[D_VJS][k], t->p[MJS][k], 0);
    grad   be = forward_charge(t, k, x, vbc);
    double bc = tr * x.r.v + jc.v, bc_d = tr * x.r.d + jc.d, qs = side * js.v;
    be.v += je.v, be.be += je.d;
    return (flow){ .c = { -bc - jx.v - to_c * qs, 0, -bc_d, -jx.d, -to_c * js.d },
                   .b = { be.v + bc - to_b * qs, be.be, be.bc + bc_d, 0, -to_b * js.d },
                   .s = { qs, 0, 0, 0, js.d },
                   .e = be, .x = jx };
}

/* Crowding: g of y = ib/irb, 1 without current. With u = z^2, 0 <= u < pi^2/4, the partial fractions of the cotangent give
 * g = 3 (cot z/z - cot^2 z) = 3 - 12 sum (k pi)^2/((k pi)^2 - u)^2; from k = 3 on they are a series in u, c_n = 12 n sum (k pi)^-2n. */
AG_INLINE ag_vd crowding(double y)
{
    static const double c[] = { 0.480182245364933428, 4.88411917221611934e-3, 6.43342278584956623e-5, 8.65581562353318719e-7, 1.15406321670629309e-8,
                                1.51586616734915215e-10, 1.96118002773162774e-12, 2.50260763256129165e-14, 3.15522715185053335e-16 };
    double s = sqrt(1 + 144 / (PI * PI) * y), u = 36 * y / ((1 + s) * (1 + s)), u_y = 36 / (s * (1 + s) * (1 + s)), sum = 0, slope = 0;
    double a1 = 1 / (PI * PI - u), a2 = 1 / (4 * PI * PI - u), p1 = 12 * PI * PI * a1 * a1, p2 = 48 * PI * PI * a2 * a2;
    for (int n = 8; n >= 0; n--) {
        slope = slope * u + sum;
        sum = sum * u + c[n];
    }
    return (ag_vd){ ag_max(3 - p1 - p2 - sum, 1e-12), -u_y * (2 * (p1 * a1 + p2 * a2) + slope) };
}

/* rb over the base resistance at this point. */
AG_INLINE grad base_conductance(const ag_tile *t, int k, base x, grad ib)
{
    double pirb = t->d[D_IRB][k], fixed = t->d[D_RBM][k];
    int    has = pirb > 0;
    ag_vd  g = crowding(ag_pos(ib.v * pirb));
    double slope = ib.v > 0 ? g.d * pirb : 0, thin = 1 / x.qb.v, part = fixed + (1 - fixed) * ag_pick(has, g.v, thin);
    double be = (1 - fixed) * ag_pick(has, slope * ib.be, -thin * thin * x.qb.be);
    double bc = (1 - fixed) * ag_pick(has, slope * ib.bc, -thin * thin * x.qb.bc);
    return (grad){ 1 / part, -be / (part * part), -bc / (part * part), 0, 0 };
}

/* ---- rows ---- */

/* Derivatives of an output that is scale * x, by the inputs that set the inner voltages; that by vbe exists for charges only. */
AG_INLINE void put_row(const ag_tile *t, double *const *column, int row, int k, double scale, grad x)
{
    double *const *c = column + row * M, to_c = 0.5 * (1 + t->d[D_SUBS][k]), to_b = 1 - to_c;
    c[VSE][k] = scale * x.s;
    c[VBEI][k] = scale * (x.be + x.bc - to_b * x.s);
    c[VCEI][k] = -scale * (x.bc + x.bx + to_c * x.s);
    c[VEI][k] = -scale * (x.bx + x.s);
}

AG_INLINE void put_charge_row(const ag_tile *t, int row, int k, double scale, grad x)
{
    put_row(t, t->dq, row, k, scale, x);
    t->dq[row * M + VBE][k] = scale * x.bx;
}

AG_INLINE void put_derivatives(const ag_tile *t, int k, flow i, flow q, grad g, double drop, double sign)
{
    double rb = t->d[D_RB][k], rc = t->d[D_RC][k], re = t->d[D_RE][k];
    put_row(t, t->df, IC, k, 1, i.c), put_row(t, t->df, IB, k, 1, i.b), put_row(t, t->df, IS_, k, 1, i.s);
    put_charge_row(t, IC, k, 1, q.c), put_charge_row(t, IB, k, 1, (grad){ 0, q.b.be, q.b.bc, q.x.d, q.b.s }), put_row(t, t->dq, IS_, k, 1, q.s);
    put_row(t, t->df, RB_ROW, k, -rb, i.b), put_row(t, t->df, RC_ROW, k, -rc, i.c);
    put_row(t, t->dq, RB_ROW, k, -rb, q.b), put_charge_row(t, RC_ROW, k, -rc, q.c);
    t->df[RB_ROW * M + VBE][k] = g.v;
    t->df[RB_ROW * M + VBEI][k] += sign * drop * (g.be + g.bc) - g.v;
    t->df[RB_ROW * M + VCEI][k] -= sign * drop * g.bc;
    t->df[RB_ROW * M + VEI][k] -= g.v;
    t->df[RC_ROW * M + VCE][k] = 1;
    t->df[RC_ROW * M + VCEI][k] -= 1;
    t->df[RC_ROW * M + VEI][k] -= 1;
    t->df[RE_ROW * M + VBEI][k] = -re * (i.e.be + i.e.bc), t->dq[RE_ROW * M + VBEI][k] = -re * (q.e.be + q.e.bc);
    t->df[RE_ROW * M + VCEI][k] = re * i.e.bc, t->dq[RE_ROW * M + VCEI][k] = re * q.e.bc;
    t->df[RE_ROW * M + VEI][k] = 1;
}

/* The row of rb is that of the inner base's currents, times rb: (drop/rbb - ib - dqb/dt) rb, so that it holds for rb = 0 too. */
AG_INLINE void evaluate(const ag_tile *t, const int jacobian)
{
    #pragma omp simd
    for (int k = 0; k < t->n; k++) {
        const double *const *u = t->u;
        double sign = copysign(1, t->p[POLARITY][k]), rb = t->d[D_RB][k], rc = t->d[D_RC][k], re = t->d[D_RE][k];
        double vbi = u[VEI][k] + u[VBEI][k], vci = u[VEI][k] + u[VCEI][k], drop = u[VBE][k] - vbi, to_c = 0.5 * (1 + t->d[D_SUBS][k]);
        double vbe = sign * u[VBEI][k], vbc = sign * (u[VBEI][k] - u[VCEI][k]), vbx = sign * (u[VBE][k] - vci);
        double vs = sign * (u[VSE][k] - to_c * vci - (1 - to_c) * vbi);
        base   x = base_of(t, k, vbe, vbc);
        flow   i = current_of(t, k, x, vbe, vbc, vs), q = charge_of(t, k, x, vbe, vbc, vbx, vs);
        grad   g = base_conductance(t, k, x, i.b);
        t->f[IC][k] = sign * i.c.v, t->q[IC][k] = sign * q.c.v;
        t->f[IB][k] = sign * i.b.v, t->q[IB][k] = sign * (q.b.v + q.x.v);
        t->f[IS_][k] = sign * i.s.v, t->q[IS_][k] = sign * q.s.v;
        t->f[RB_ROW][k] = drop * g.v - rb * sign * i.b.v, t->q[RB_ROW][k] = -rb * sign * q.b.v;
        t->f[RC_ROW][k] = u[VCE][k] - vci - rc * sign * i.c.v, t->q[RC_ROW][k] = -rc * sign * q.c.v;
        t->f[RE_ROW][k] = u[VEI][k] - re * sign * i.e.v, t->q[RE_ROW][k] = -re * sign * q.e.v;
        if (jacobian) put_derivatives(t, k, i, q, g, drop, sign);
    }
}

AG_EVAL

/* Both junctions are limited, the collector's by holding the collector back. */
static void limit(const ag_tile *t, double *const *next)
{
    for (int k = 0; k < t->n; k++) {
        double sign = copysign(1, t->p[POLARITY][k]), nf = t->d[D_NF][k], nr = t->d[D_NR][k], is = t->d[D_IS][k];
        double be = sign * t->u[VBEI][k], ce = sign * t->u[VCEI][k], be_next = sign * next[VBEI][k], ce_next = sign * next[VCEI][k];
        double be_to = ag_limit_junction(be, be_next, nf, ag_limit_vcrit(nf, is));
        double bc_next = be_to - ce_next, bc_to = ag_limit_junction(be - ce, bc_next, nr, ag_limit_vcrit(nr, is));
        next[VBEI][k] = sign * be_to;
        if (bc_to != bc_next) next[VCEI][k] = sign * ag_max(ag_min(be_to - bc_to, ag_max(ce, ce_next)), ag_min(ce, ce_next));
    }
}

#define BIT(row, in) ((uint64_t)1 << ((row) * M + (in)))
#define ROW(row) (BIT(row, VSE) | BIT(row, VBEI) | BIT(row, VCEI) | BIT(row, VEI))
#define ROWS (ROW(IC) | ROW(IB) | ROW(IS_) | ROW(RB_ROW) | ROW(RC_ROW) | BIT(RE_ROW, VBEI) | BIT(RE_ROW, VCEI))

const ag_model ag_model_bjt = {
    .name = "bjt", .title = "bipolar transistor, Gummel-Poon", .type = "npn", .level = 1,
    AG_TABLE(terminal), AG_TABLE(branch), AG_TABLE(unknown), AG_TABLE(param), AG_TABLE(derived), AG_TABLE(alias),
    .ignored = ignored, .ignored_why = "is not modelled",
    .df_nz = ROWS | BIT(RB_ROW, VBE) | BIT(RC_ROW, VCE) | BIT(RE_ROW, VEI),
    .dq_nz = ROWS | BIT(IC, VBE) | BIT(IB, VBE) | BIT(RC_ROW, VBE),
    .prepare = prepare, .limit = limit, .check = check, .eval = eval,
};
