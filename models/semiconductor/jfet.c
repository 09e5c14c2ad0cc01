/* jfet - junction field-effect transistor, Shichman-Hodges (SPICE level 1)
 *
 * Voltages of the inner transistor, behind rd and rs, times the polarity (njf 1, pjf -1); vds >= 0, else drain and source
 * change roles. Channel current from drain to source, with u = max(vgs - vto, 0), x = min(vds, u), c = (1 - b)/(pb - vto):
 *
 *     ids = beta (1 + lambda vds) x (u (2 b + 3 c (u - x)) + x (c x - b))        b = 1: beta (1 + lambda vds) x (2 u - x)
 *
 * b is the tail of the doping. Junctions from gate to drain and to source: is (exp(v/(n vt)) - 1) + gmin v, and depletion
 * charges of cgd, cgs with grading 1/2. Temperature, T against tnom, r = T/tnom:
 *
 *     is r^xti exp((r - 1) eg/vt);  vto - tcv (T - tnom), or + vtotc (T - tnom) if given;  beta r^bex, or 1.01^(betatce (T - tnom))
 *     pb, cgd, cgs as those of all silicon junctions (see the diode)
 *
 * Currents and capacitances times area and m, resistances over them.
 *
 * Shichman, Hodges, IEEE J. Solid-State Circuits 3, 285 (1968); Antognetti, Massobrio, Semiconductor Device Modeling with
 * SPICE, 2nd ed., 1993, chapter 3; the tail: Parker, Skellern, IEEE Trans. Computer-Aided Design 9, 551 (1990), as in ngspice.
 */
#include "core/model.h"
#include "models/limit.h"
#include "models/semiconductor/junction.h"

enum { D, G, S };                         /* terminals */
enum { VDS, VGS, VDI, VSI, M };           /* inputs: outer voltages, inner drain-source voltage, drop across rs */
enum { ID = VDS, IG = VGS, RD_ROW = VDI, RS_ROW = VSI };
enum { POLARITY, VTO, VT0, BETA, LAMBDA, B, RD, RS, CGS, CGD, PB, FC, IS, N, EG, XTI, TCV, VTOTC, BEX, BETATCE, TNOM, AREA, MULT, ICVDS, ICVGS };
enum { D_BETA, D_VTO, D_C, D_IS, D_XMAX, D_NVT, D_RD, D_RS, D_CGS, D_CGD, D_PB };

static const char *const terminal[] = { [D] = "d", [G] = "g", [S] = "s" };
static const ag_branch   branch[]   = { [VDS] = { "vds", D, S, 1 + ICVDS }, [VGS] = { "vgs", G, S, 1 + ICVGS } };
static const ag_unknown  unknown[]  = {
    { "vdi", "V", ICVDS, 0, 0, -INFINITY, INFINITY, 0, 0, "drain-source voltage behind rd and rs" },
    { "vsi", "V", -1, 0, 0, -INFINITY, INFINITY, 0, 0, "voltage across rs, inner source against outer" },
};
#define CARD(name, unit, dflt, min, max, help) { name, unit, dflt, min, max, help, AG_REAL, AG_ON_CARD }
#define HERE(name, unit, dflt, min, max, help) { name, unit, dflt, min, max, help, AG_REAL, AG_ON_INSTANCE }
static const ag_param param[] = {
    [POLARITY] = { "polarity", "1", 1, -1, 1, "1: n channel, -1: p channel (types njf, pjf)", AG_INT, AG_ON_CARD },
    [VTO]    = CARD("vto",    "V",     NAN,   -1e3,  1e3,  "threshold voltage, negative for both types when there is a channel without bias; not given: -2"),
    [VT0]    = CARD("vt0",    "V",     NAN,   -1e3,  1e3,  "another name of vto"),
    [BETA]   = CARD("beta",   "A/V^2", 1e-4,  0,     1e3,  "transconductance"),
    [LAMBDA] = CARD("lambda", "1/V",   0,     0,     10,   "channel-length modulation"),
    [B]      = CARD("b",      "1",     1,     -10,   10,   "tail of the doping"),
    [RD]     = CARD("rd",     "ohm",   0,     0,     1e12, "drain resistance"),
    [RS]     = CARD("rs",     "ohm",   0,     0,     1e12, "source resistance"),
    [CGS]    = CARD("cgs",    "F",     0,     0,     1e3,  "gate-source capacitance at zero bias"),
    [CGD]    = CARD("cgd",    "F",     0,     0,     1e3,  "gate-drain capacitance at zero bias"),
    [PB]     = CARD("pb",     "V",     1,     0.01,  100,  "potential of the gate junctions"),
    [FC]     = CARD("fc",     "1",     0.5,   0,     0.95, "fraction of pb where the capacitance goes straight"),
    [IS]     = CARD("is",     "A",     1e-14, 1e-60, 1e3,  "saturation current of a gate junction"),
    [N]      = CARD("n",      "1",     1,     0.01,  100,  "emission coefficient of the gate junctions"),
    [EG]     = CARD("eg",     "eV",    1.11,  0.1,   10,   "energy gap, for is(T)"),
    [XTI]    = CARD("xti",    "1",     0,     -100,  100,  "exponent of is(T); 3 in PSpice and LTspice"),
    [TCV]    = CARD("tcv",    "V/K",   0,     -1,    1,    "fall of vto with temperature"),
    [VTOTC]  = CARD("vtotc",  "V/K",   NAN,   -1,    1,    "rise of vto with temperature, in place of tcv"),
    [BEX]    = CARD("bex",    "1",     0,     -100,  100,  "exponent of beta(T)"),
    [BETATCE] = CARD("betatce", "1/K", NAN,   -100,  100,  "rise of beta in per cent per degree, in place of bex"),
    [TNOM]   = CARD("tnom",   "C",     27,    -270,  2000, "temperature of the card's values"),
    [AREA]   = HERE("area",   "1",     1,     1e-9,  1e9,  "area relative to that of the card"),
    [MULT]   = HERE("m",      "1",     1,     1e-9,  1e9,  "number of parallel transistors"),
    [ICVDS]  = HERE("icvds",  "V",     NAN,   -1e9,  1e9,  "initial drain-source voltage under uic"),
    [ICVGS]  = HERE("icvgs",  "V",     NAN,   -1e9,  1e9,  "initial gate-source voltage under uic"),
};
static const ag_derived derived[] = {
    [D_BETA] = { "betat", "A/V^2", "transconductance at the device temperature, times area" },
    [D_VTO]  = { "vtot",  "V",     "threshold voltage at the device temperature" },
    [D_C]    = { "tail",  "1/V",   "(1 - b)/(pb - vto)" },
    [D_IS]   = { "ist",   "A",     "saturation current at the device temperature, times area" },
    [D_XMAX] = { "xmax",  "1",     "exponent where the exponentials go straight" },
    [D_NVT]  = { "nvt",   "V",     "emission coefficient times kT/q" },
    [D_RD]   = { "rdt",   "ohm",   "drain resistance" },
    [D_RS]   = { "rst",   "ohm",   "source resistance" },
    [D_CGS]  = { "cgst",  "F",     "gate-source capacitance at zero bias and the device temperature" },
    [D_CGD]  = { "cgdt",  "F",     "gate-drain capacitance at zero bias and the device temperature" },
    [D_PB]   = { "pbt",   "V",     "potential of the gate junctions at the device temperature" },
};
static const ag_alias alias[] = { { "pjf", POLARITY, -1 } };

/* Noise, and what only other simulators have. */
static const char *const ignored[] = {
    "kf", "af", "nlev", "gdsnoi", "isr", "nr", "alpha", "vk", "m", "gdsmin", "mfg", "type", NULL,
};

/* ---- parameters ---- */

static double threshold(double vto, double vt0) { return !isnan(vto) ? vto : !isnan(vt0) ? vt0 : -2; }

static void prepare_lane(const ag_tile *t, double *const *d, int k)
{
    const double *const *p = t->p;
    double temp = t->temp[k], tnom = p[TNOM][k] + AG_KELVIN, r = temp / tnom, vt = AG_BOLTZMANN_Q * temp, size = p[AREA][k] * p[MULT][k];
    double vto = threshold(p[VTO][k], p[VT0][k]), shift = isnan(p[VTOTC][k]) ? -p[TCV][k] : p[VTOTC][k];
    double rise = isnan(p[BETATCE][k]) ? ag_pow(r, p[BEX][k]) : ag_exp(p[BETATCE][k] * (temp - tnom) * ag_log(1.01));
    ag_depletion s = ag_junction_depletion(size * p[CGS][k], p[PB][k], 0.5, tnom, temp);
    ag_depletion g = ag_junction_depletion(size * p[CGD][k], p[PB][k], 0.5, tnom, temp);
    d[D_BETA][k] = size * p[BETA][k] * rise;
    d[D_VTO][k] = vto + shift * (temp - tnom);
    d[D_C][k] = p[B][k] == 1 ? 0 : (1 - p[B][k]) / (p[PB][k] - vto);
    d[D_IS][k] = ag_max(size * p[IS][k] * ag_exp((r - 1) * p[EG][k] / vt + p[XTI][k] * ag_log(r)), AG_JUNCTION_I_MIN);
    d[D_XMAX][k] = ag_junction_xmax(d[D_IS][k]);
    d[D_NVT][k] = p[N][k] * vt;
    d[D_RD][k] = p[RD][k] / size;
    d[D_RS][k] = p[RS][k] / size;
    d[D_CGS][k] = s.c;
    d[D_CGD][k] = g.c;
    d[D_PB][k] = s.v;
}

static void prepare(const ag_tile *t, double *const *d)
{
    for (int k = 0; k < t->n; k++) prepare_lane(t, d, k);
}

static const char *check(const double *p, int n)
{
    (void)n;
    if (p[POLARITY] == 0) return "polarity is 1 or -1";
    if (!isnan(p[VTO]) && !isnan(p[VT0])) return "vto and vt0 are two names of one parameter; give one of them";
    return p[B] != 1 && p[PB] <= threshold(p[VTO], p[VT0]) ? "with b other than 1, pb must be above vto" : NULL;
}

/* ---- inner transistor: all voltages and currents times polarity ---- */

typedef struct grad { double v, ds, gs; } grad;                    /* a value and its derivatives by the inner voltages */
typedef struct flow { grad d, g, s; } flow;                        /* into drain and gate, out of the source: their sum */

AG_INLINE grad channel(const ag_tile *t, int k, double vds, double vgs)
{
    int    back = vds < 0;
    double side = back ? -1 : 1, a = fabs(vds), vg = back ? vgs - vds : vgs;
    double u = ag_pos(vg - t->d[D_VTO][k]), x = ag_min(a, u), b = t->p[B][k], c = t->d[D_C][k], slope = t->d[D_BETA][k];
    double beta = slope * (1 + t->p[LAMBDA][k] * a), part = u * (2 * b + 3 * c * (u - x)) + x * (c * x - b), area = x * part;
    double by_u = x * (2 * b + 3 * c * (2 * u - x)), by_x = part + x * (2 * c * x - b - 3 * c * u);
    double gm = beta * (by_u + (a < u ? 0 : by_x)), gds = slope * t->p[LAMBDA][k] * area + (a < u ? beta * by_x : 0);
    return (grad){ side * beta * area, back ? gds + gm : gds, side * gm };
}

AG_INLINE ag_vd gate_current(const ag_tile *t, int k, double v)
{
    ag_vd i = ag_junction_current(v, t->d[D_IS][k], t->d[D_NVT][k], t->d[D_XMAX][k]);
    return (ag_vd){ i.v + t->gmin * v, i.d + t->gmin };
}

/* What leaves the gate through both junctions. */
AG_INLINE flow through(ag_vd drain, ag_vd source)
{
    return (flow){ .d = { -drain.v, drain.d, -drain.d },
                   .g = { drain.v + source.v, -drain.d, drain.d + source.d },
                   .s = { source.v, 0, source.d } };
}

/* ---- rows ---- */

AG_INLINE void put_row(double *const *column, int row, int k, double scale, grad x)
{
    double *const *c = column + row * M;
    c[VGS][k] = scale * x.gs;
    c[VDI][k] = scale * x.ds;
    c[VSI][k] = -scale * x.gs;
}

AG_INLINE void put_derivatives(const ag_tile *t, int k, double rd, double rs, flow i, flow q)
{
    put_row(t->df, ID, k, 1, i.d), put_row(t->df, IG, k, 1, i.g), put_row(t->df, RD_ROW, k, -rd, i.d), put_row(t->df, RS_ROW, k, -rs, i.s);
    put_row(t->dq, ID, k, 1, q.d), put_row(t->dq, IG, k, 1, q.g), put_row(t->dq, RD_ROW, k, -rd, q.d);
    t->dq[RS_ROW * M + VGS][k] = -rs * q.s.gs;
    t->dq[RS_ROW * M + VSI][k] = rs * q.s.gs;
    t->df[RD_ROW * M + VDS][k] = 1;
    t->df[RD_ROW * M + VDI][k] -= 1;
    t->df[RD_ROW * M + VSI][k] -= 1;
    t->df[RS_ROW * M + VSI][k] += 1;
}

AG_INLINE void evaluate(const ag_tile *t, const int jacobian)
{
    #pragma omp simd
    for (int k = 0; k < t->n; k++) {
        double sign = copysign(1, t->p[POLARITY][k]), rd = t->d[D_RD][k], rs = t->d[D_RS][k], pb = t->d[D_PB][k], fc = t->p[FC][k];
        double vds = sign * t->u[VDI][k], vgs = sign * (t->u[VGS][k] - t->u[VSI][k]), vgd = vgs - vds;
        grad   c = channel(t, k, vds, vgs);
        flow   i = through(gate_current(t, k, vgd), gate_current(t, k, vgs));
        flow   q = through(ag_junction_charge(vgd, t->d[D_CGD][k], pb, 0.5, fc), ag_junction_charge(vgs, t->d[D_CGS][k], pb, 0.5, fc));
        i.d = (grad){ i.d.v + c.v, i.d.ds + c.ds, i.d.gs + c.gs };
        i.s = (grad){ i.s.v + c.v, c.ds, i.s.gs + c.gs };
        t->f[ID][k] = sign * i.d.v, t->q[ID][k] = sign * q.d.v;
        t->f[IG][k] = sign * i.g.v, t->q[IG][k] = sign * q.g.v;
        t->f[RD_ROW][k] = t->u[VDS][k] - t->u[VDI][k] - t->u[VSI][k] - rd * sign * i.d.v, t->q[RD_ROW][k] = -rd * sign * q.d.v;
        t->f[RS_ROW][k] = t->u[VSI][k] - rs * sign * i.s.v, t->q[RS_ROW][k] = -rs * sign * q.s.v;
        if (jacobian) put_derivatives(t, k, rd, rs, i, q);
    }
}

AG_EVAL

static void limit(const ag_tile *t, double *const *next)
{
    for (int k = 0; k < t->n; k++) {
        const double *const *u = t->u;
        double sign = copysign(1, t->p[POLARITY][k]), nvt = t->d[D_NVT][k], vcrit = ag_limit_vcrit(nvt, t->d[D_IS][k]), most = 1;
        double s0 = sign * (u[VGS][k] - u[VSI][k]), s1 = sign * (next[VGS][k] - next[VSI][k]);
        double d0 = s0 - sign * u[VDI][k], d1 = s1 - sign * next[VDI][k], g0 = ag_max(s0, d0), g1 = s0 < d0 ? d1 : s1;
        most = ag_min(most, ag_limit_part(s0, s1, ag_limit_junction(s0, s1, nvt, vcrit)));
        most = ag_min(most, ag_limit_part(d0, d1, ag_limit_junction(d0, d1, nvt, vcrit)));
        most = ag_min(most, ag_limit_part(g0, g1, ag_limit_gate(g0, g1, t->d[D_VTO][k])));
        for (int j = 0; j < M && most < 1; j++) next[j][k] = u[j][k] + most * (next[j][k] - u[j][k]);
    }
}

#define BIT(row, in) (1u << ((row) * M + (in)))
#define ROW(row) (BIT(row, VGS) | BIT(row, VDI) | BIT(row, VSI))

const ag_model ag_model_jfet = {
    .name = "jfet", .title = "junction field-effect transistor", .type = "njf", .level = 1,
    AG_TABLE(terminal), AG_TABLE(branch), AG_TABLE(unknown), AG_TABLE(param), AG_TABLE(derived), AG_TABLE(alias),
    .ignored = ignored, .ignored_why = "is not modelled",
    .df_nz = ROW(ID) | ROW(IG) | ROW(RD_ROW) | ROW(RS_ROW) | BIT(RD_ROW, VDS),
    .dq_nz = ROW(ID) | ROW(IG) | ROW(RD_ROW) | BIT(RS_ROW, VGS) | BIT(RS_ROW, VSI),
    .prepare = prepare, .limit = limit, .check = check, .eval = eval,
};
