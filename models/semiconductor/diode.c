/* d - junction diode, SPICE level 1
 *
 * Junction voltage vd (own unknown) behind the series resistance:  v - vd - rs (id + dq/dt) = 0, valid also for rs = 0.
 *
 *     id(vd) = ij/(1 + sqrt(ij/ikf)) + gmin vd - ib (exp(-(bv + vd)/(nbv vt)) - exp(-bv/(nbv vt)))
 *     ij(vd) = is (exp(vd/(n vt)) - 1) + isr (exp(vd/(nr vt)) - 1) ((1 - vd/vj0)^2 + 0.005)^(m/2)
 *     q(vd)  = tt id + integral of the depletion capacitance
 *     cd(vd) = cjo (1 - vd/vj0)^-m                                    vd <= fc vj0
 *            = cjo (1 - fc)^-(1+m) (1 - fc (1 + m) + m vd/vj0)        beyond: its tangent
 *
 * with vt = kT/q, all currents and capacitances times area, rs divided by it. The knee ikf (0: none) bends forward currents,
 * isr is recombination in the junction. The last term of id, the breakdown, exists when bv is given; its current at -bv is ibv. Exponentials continue as tangents where the current passes 1e10 A, which
 * no solution reaches. Temperature:
 *
 *     is(T)  = is (T/tnom)^(xti/n) exp((T/tnom - 1) eg/(n vt))                        isr: nr in place of n
 *     vj0(T) = (T/T0) vj00 - 2 vt (1.5 ln(T/T0) + (eg(T0)/T0 - eg(T)/T) / (2k))      T0 = 300.15 K
 *     cjo(T) = cjo00 (1 + m (4e-4 (T - T0) - (vj0(T) - vj00)/vj00))
 *
 * where vj00 and cjo00 follow from the card's values at tnom by the same laws, and the gap of silicon eg(T) is
 * 1.16 - 7.02e-4 T^2/(T + 1108) [eV].
 *
 * Antognetti, Massobrio, Semiconductor Device Modeling with SPICE, 2nd ed., 1993, chapter 1; laws of temperature as
 * in SPICE3 and ngspice (levels tlev = tlevc = 0).
 */
#include "core/model.h"
#include "models/limit.h"
#include "models/semiconductor/junction.h"

enum { A, K };                            /* terminals */
enum { V, VD, M };                        /* inputs: outer and junction voltage */
enum { I = V, RS_ROW = VD };              /* outputs: current, v - vd - rs i */
enum { IS, RS, N, TT, CJO, CJ0, VJ0, MJ, FC, EG, XTI, BV, IBV, NBV, IKF, ISR, NR, AREA, TNOM, IC };
enum { D_IS, D_NVT, D_RS, D_CJO, D_VJ0, D_VCRIT, D_XMAX, D_IB, D_IB0, D_XMAX_B, D_NBVT, D_PIKF, D_ISR, D_NRVT, D_XMAX_R };

static const char *const terminal[] = { [A] = "a", [K] = "k" };
static const ag_branch   branch[]   = { [V] = { "v", A, K, 0 } };
static const ag_unknown  unknown[]  = {
    { "vd", "V", IC, 0, 0, -INFINITY, INFINITY, 0, 0, "junction voltage, behind the series resistance" },
};
static const ag_param param[] = {
    [IS]   = { "is",   "A",   1e-14, 1e-60, 1e3,  "saturation current", AG_REAL, AG_ON_CARD },
    [RS]   = { "rs",   "ohm", 0,     0,     1e12, "series resistance", AG_REAL, AG_ON_CARD },
    [N]    = { "n",    "1",   1,     0.01,  100,  "emission coefficient", AG_REAL, AG_ON_CARD },
    [TT]   = { "tt",   "s",   0,     0,     1e3,  "transit time", AG_REAL, AG_ON_CARD },
    [CJO]  = { "cjo",  "F",   0,     0,     1e3,  "depletion capacitance at zero bias", AG_REAL, AG_ON_CARD },
    [CJ0]  = { "cj0",  "F",   NAN,   0,     1e3,  "another name of cjo", AG_REAL, AG_ON_CARD },
    [VJ0]  = { "vj",   "V",   1,     0.01,  100,  "junction potential", AG_REAL, AG_ON_CARD },
    [MJ]   = { "m",    "1",   0.5,   0,     0.95, "grading coefficient", AG_REAL, AG_ON_CARD },
    [FC]   = { "fc",   "1",   0.5,   0,     0.95, "fraction of vj where the capacitance goes straight", AG_REAL, AG_ON_CARD },
    [EG]   = { "eg",   "eV",  1.11,  0.1,   10,   "energy gap, for is(T)", AG_REAL, AG_ON_CARD },
    [XTI]  = { "xti",  "1",   3,     -100,  100,  "exponent of is(T)", AG_REAL, AG_ON_CARD },
    [BV]   = { "bv",   "V",   NAN,   1e-3,  1e6,  "breakdown voltage", AG_REAL, AG_ON_CARD },
    [IBV]  = { "ibv",  "A",   1e-3,  1e-30, 1e3,  "current at the breakdown voltage", AG_REAL, AG_ON_CARD },
    [NBV]  = { "nbv",  "1",   NAN,   0.01,  100,  "emission coefficient of the breakdown; not given: n", AG_REAL, AG_ON_CARD },
    [IKF]  = { "ikf",  "A",   0,     0,     1e9,  "current where the forward current bends; 0: infinite", AG_REAL, AG_ON_CARD },
    [ISR]  = { "isr",  "A",   0,     0,     1e3,  "recombination current", AG_REAL, AG_ON_CARD },
    [NR]   = { "nr",   "1",   2,     0.01,  100,  "its emission coefficient", AG_REAL, AG_ON_CARD },
    [AREA] = { "area", "1",   1,     1e-9,  1e9,  "area relative to that of the card", AG_REAL, AG_ANYWHERE },
    [TNOM] = { "tnom", "C",   27,    -270,  2000, "temperature of the card's values", AG_REAL, AG_ON_CARD },
    [IC]   = { "ic",   "V",   NAN,   -1e9,  1e9,  "initial voltage under uic", AG_REAL, AG_ON_INSTANCE },
};
static const ag_derived derived[] = {
    [D_IS]    = { "ist",   "A",   "saturation current at the device temperature, times area" },
    [D_NVT]   = { "nvt",   "V",   "emission coefficient times kT/q" },
    [D_RS]    = { "rst",   "ohm", "series resistance over area" },
    [D_CJO]   = { "cjt",   "F",   "zero-bias capacitance at the device temperature, times area" },
    [D_VJ0]   = { "vjt",   "V",   "junction potential at the device temperature" },
    [D_VCRIT] = { "vcrit", "V",   "junction voltage above which Newton steps are limited" },
    [D_XMAX]  = { "xmax",  "1",   "exponent where the forward exponential goes straight" },
    [D_IB]    = { "ib",    "A",   "breakdown current at -bv; 0 without breakdown" },
    [D_IB0]   = { "ib0",   "A",   "breakdown term at zero bias" },
    [D_XMAX_B] = { "xmaxb", "1",  "exponent where the exponential of the breakdown goes straight" },
    [D_NBVT]  = { "nbvt",  "V",   "emission coefficient of the breakdown times kT/q" },
    [D_PIKF]  = { "pikf",  "1/A", "1/ikf" },
    [D_ISR]   = { "isrt",  "A",   "recombination current at the device temperature, times area" },
    [D_NRVT]  = { "nrvt",  "V",   "its emission coefficient times kT/q" },
    [D_XMAX_R] = { "xmaxr", "1",  "exponent where its exponential goes straight" },
};

/* Parameters of the SPICE diode that have no effect in the analyses offered, or that this model does not have. */
static const char *const ignored[] = {
    "kf", "af", "ikr", "trs", "trs1", "trs2", "ttt1", "ttt2", "tm1", "tm2", "jsw", "ns", "cjp", "cjsw",
    "php", "mjsw", "fcs", "tlev", "tlevc", "ctp", "cta", "tcv", "pj", "perim", "vpk", "mfg", "iave", "type", NULL,
};

/* Growth of a saturation current from tnom to temp [K] when its junction has emission coefficient n. */
static double rise(double ratio, double eg, double xti, double n, double vt)
{
    return ag_exp((ratio - 1) * eg / (n * vt) + xti / n * ag_log(ratio));
}

static void prepare(const ag_tile *t, double *const *d)
{
    const double *const *p = t->p;
    for (int k = 0; k < t->n; k++) {
        double temp = t->temp[k], tnom = p[TNOM][k] + AG_KELVIN, n = p[N][k], nr = p[NR][k], area = p[AREA][k];
        double vt = AG_BOLTZMANN_Q * temp, ratio = temp / tnom, cjo = isnan(p[CJ0][k]) ? p[CJO][k] : p[CJ0][k];
        ag_depletion j = ag_junction_depletion(area * cjo, p[VJ0][k], p[MJ][k], tnom, temp);
        d[D_IS][k] = ag_max(area * p[IS][k] * rise(ratio, p[EG][k], p[XTI][k], n, vt), AG_JUNCTION_I_MIN);
        d[D_XMAX][k] = ag_junction_xmax(d[D_IS][k]);
        d[D_NVT][k] = n * vt;
        d[D_ISR][k] = area * p[ISR][k] * rise(ratio, p[EG][k], p[XTI][k], nr, vt);
        d[D_XMAX_R][k] = ag_junction_xmax(d[D_ISR][k]);
        d[D_NRVT][k] = nr * vt;
        d[D_PIKF][k] = p[IKF][k] > 0 ? 1 / (area * p[IKF][k]) : 0;
        d[D_RS][k] = p[RS][k] / area;
        d[D_CJO][k] = j.c;
        d[D_VJ0][k] = j.v;
        d[D_VCRIT][k] = ag_limit_vcrit(n * vt, d[D_IS][k]);
        d[D_NBVT][k] = (isnan(p[NBV][k]) ? n : p[NBV][k]) * vt;
        d[D_IB][k] = isnan(p[BV][k]) ? 0 : area * p[IBV][k];
        d[D_IB0][k] = isnan(p[BV][k]) ? 0 : d[D_IB][k] * ag_exp(-p[BV][k] / d[D_NBVT][k]);
        d[D_XMAX_B][k] = isnan(p[BV][k]) ? 0 : ag_log(AG_JUNCTION_I_MAX / d[D_IB][k]);
    }
}

/* ij with recombination, bent by the knee. */
AG_INLINE ag_vd bent(const ag_tile *t, int k, double v, ag_vd i)
{
    double vj = t->d[D_VJ0][k], m = t->p[MJ][k], x = 1 - v / vj, width2 = x * x + 0.005, grown = ag_pow(width2, 0.5 * m);
    ag_vd  r = ag_junction_current(v, t->d[D_ISR][k], t->d[D_NRVT][k], t->d[D_XMAX_R][k]);
    double j = i.v + r.v * grown, j_v = i.d + (r.d - r.v * m * x / (vj * width2)) * grown;
    double s = sqrt(ag_pos(j) * t->d[D_PIKF][k]), bend = 1 / (1 + s);
    return (ag_vd){ j * bend, j_v * (1 + 0.5 * s) * bend * bend };
}

/* Current of lane k at junction voltage v, without gmin. Without breakdown ib is 0 and bv not a number. */
AG_INLINE ag_vd current(const ag_tile *t, int k, double v, const int bends)
{
    double ib = t->d[D_IB][k], nvt = t->d[D_NBVT][k], bv = ag_pick(ib > 0, t->p[BV][k], 0);
    ag_vd  i = ag_junction_current(v, t->d[D_IS][k], t->d[D_NVT][k], t->d[D_XMAX][k]), b = ag_expl(-(bv + v) / nvt, t->d[D_XMAX_B][k]);
    if (bends) i = bent(t, k, v, i);
    return (ag_vd){ i.v + (t->d[D_IB0][k] - ib * b.v), i.d + ib * b.d / nvt };
}

AG_INLINE void evaluate(const ag_tile *t, const int jacobian, const int bends)
{
    #pragma omp simd
    for (int k = 0; k < t->n; k++) {
        double v = t->u[V][k], vd = t->u[VD][k], rs = t->d[D_RS][k], tt = t->p[TT][k];
        ag_vd  i = current(t, k, vd, bends), q = ag_junction_charge(vd, t->d[D_CJO][k], t->d[D_VJ0][k], t->p[MJ][k], t->p[FC][k]);
        q = (ag_vd){ q.v + tt * i.v, q.d + tt * i.d };
        i = (ag_vd){ i.v + t->gmin * vd, i.d + t->gmin };
        t->f[I][k] = i.v;
        t->q[I][k] = q.v;
        t->f[RS_ROW][k] = v - vd - rs * i.v;
        t->q[RS_ROW][k] = -rs * q.v;
        if (!jacobian) continue;
        t->df[I * M + VD][k] = i.d;
        t->dq[I * M + VD][k] = q.d;
        t->df[RS_ROW * M + V][k] = 1;
        t->df[RS_ROW * M + VD][k] = -1 - rs * i.d;
        t->dq[RS_ROW * M + VD][k] = -rs * q.d;
    }
}

/* Whether some lane has recombination or a knee; for the others the long way gives the same bits as the short one. */
static int any_bends(const ag_tile *t)
{
    double sum = 0;
    for (int k = 0; k < t->n; k++) sum += t->p[ISR][k] + t->p[IKF][k];
    return sum > 0;
}

AG_WIDE static void eval(const ag_tile *t)
{
    int bends = any_bends(t);
    if (t->df && bends) evaluate(t, 1, 1);
    else if (t->df)     evaluate(t, 1, 0);
    else if (bends)     evaluate(t, 0, 1);
    else                evaluate(t, 0, 0);
}

static void limit(const ag_tile *t, double *const *next)
{
    for (int k = 0; k < t->n; k++) {
        double now = t->u[VD][k], vt = t->d[D_NVT][k], vt_b = t->d[D_NBVT][k], bv = t->p[BV][k];
        if (isnan(bv) || next[VD][k] > -0.5 * bv)
            next[VD][k] = ag_limit_junction(now, next[VD][k], vt, t->d[D_VCRIT][k]);
        else                                                    /* the breakdown is a junction seen from the other side */
            next[VD][k] = -bv - ag_limit_junction(-bv - now, -bv - next[VD][k], vt_b, ag_limit_vcrit(vt_b, t->d[D_IB][k]));
    }
}

static const char *check(const double *p, int n)
{
    (void)n;
    return p[CJ0] >= 0 && p[CJO] > 0 ? "cjo and cj0 are two names of one parameter; give one of them" : NULL;
}

const ag_model ag_model_diode = {
    .name = "d", .title = "junction diode",
    AG_TABLE(terminal), AG_TABLE(branch), AG_TABLE(unknown), AG_TABLE(param), AG_TABLE(derived),
    .flags = AG_TWO_TERMINAL, .ignored = ignored, .ignored_why = "is not modelled",
    .df_nz = 1u << (I * M + VD) | 1u << (RS_ROW * M + V) | 1u << (RS_ROW * M + VD),
    .dq_nz = 1u << (I * M + VD) | 1u << (RS_ROW * M + VD),
    .prepare = prepare, .limit = limit, .check = check, .eval = eval,
};
