/* moscharge - charge of gate, channel and bulk of a MOS transistor by the voltages, after Ward and Dutton (equations: mosfet1.c). */
#ifndef AG_MOSCHARGE_H
#define AG_MOSCHARGE_H
#include "models/vmath.h"

typedef struct ag_mos_grad { double v, ds, gs, bs; } ag_mos_grad;      /* a value and its derivatives by the inner voltages */
/* Into drain, gate and bulk, and out of the source: their sum by construction, but added up without what cancels. */
typedef struct ag_mos_flow { ag_mos_grad d, g, b, s; } ag_mos_flow;

typedef struct ag_mos_gate {
    double cox, gamma, vbi, phi;          /* oxide [F], body effect [V^0.5], threshold without it [V], surface potential [V] */
    double soft;                          /* width over which the channel sets in [V] */
} ag_mos_gate;

/* sqrt(phi - vb) [V^0.5]: its tangent for vb > 0, not below 0. */
static inline ag_vd ag_mos_body(double phi, double vb)
{
    double root = sqrt(phi - ag_min(vb, 0)), slope = -0.5 / root, forward = root + slope * ag_pos(vb);
    return (ag_vd){ ag_pos(forward), forward > 0 ? slope : 0 };
}

/* s(y) and its derivative, s(-y) and 1 minus that derivative, all to full relative accuracy. */
typedef struct ag_mos_soft { double v, d, minus, rest; } ag_mos_soft;

static inline ag_mos_soft ag_mos_soft_plus(double y, double w)
{
    double e = ag_exp(-fabs(y) / w), sum = 1 + e, tail = w * (ag_log(sum) + (e - (sum - 1)) / sum);
    return (ag_mos_soft){ ag_pos(y) + tail, (y < 0 ? e : 1) / sum, ag_pos(-y) + tail, (y < 0 ? 1 : e) / sum };
}

/* One end of the channel: inversion charge a and bulk charge g over cox, with derivatives by gate and bulk voltage. */
typedef struct ag_mos_end { double a, a_g, a_b, g, g_g, g_b; } ag_mos_end;

static inline ag_mos_end ag_mos_end_of(ag_mos_gate x, double vg, double vb)
{
    double      gamma = x.gamma;
    ag_vd       sarg = ag_mos_body(x.phi, vb);
    ag_mos_soft a = ag_mos_soft_plus(vg - (x.vbi + gamma * sarg.v), x.soft);
    double      a_b = -a.d * gamma * sarg.d;
    ag_mos_soft y = ag_mos_soft_plus(vg - vb - (x.vbi - x.phi) - a.v, x.soft);
    double root = sqrt(0.25 * gamma * gamma + y.v) + 1e-150;       /* gamma = 0: no 0/0 far below flat band */
    double slope = y.rest + 0.5 * gamma / root * y.d;
    return (ag_mos_end){ a.v, a.d, a_b, gamma * (root - 0.5 * gamma) - y.minus, slope * a.rest, slope * (-1 - a_b) };
}

/* (2/15) (2 a^3 + 4 a^2 b + 6 a b^2 + 3 b^3)/(a + b)^2 and its derivatives by a (d) and b. */
typedef struct ag_mos_share { double v, a, b; } ag_mos_share;

static inline ag_mos_share ag_mos_share_of(double a, double b)
{
    double sum = a + b + 1e-100, x = a / sum, y = b / sum, n = 2 * x * x * x + 4 * x * x * y + 6 * x * y * y + 3 * y * y * y;
    return (ag_mos_share){ 2.0 / 15 * sum * n, 2.0 / 15 * (6 * x * x + 8 * x * y + 6 * y * y - 2 * n),
                    2.0 / 15 * (4 * x * x + 12 * x * y + 9 * y * y - 2 * n) };
}

/* q += c times a function of both ends, given its derivatives by the voltages at source and drain end. */
static inline void ag_mos_add_ends(ag_mos_grad *q, double c, double value, double sg, double sb, double dg, double db)
{
    q->v += c * value;
    q->gs += c * (sg + dg);
    q->bs += c * (sb + db);
    q->ds -= c * (dg + db);
}

/* Adds the charge of a transistor with these inner voltages to q. */
static inline void ag_mos_add_charge(ag_mos_gate x, double vds, double vgs, double vbs, ag_mos_flow *q)
{
    ag_mos_end   s = ag_mos_end_of(x, vgs, vbs), d = ag_mos_end_of(x, vgs - vds, vbs - vds);
    ag_mos_share to_d = ag_mos_share_of(s.a, d.a), to_s = ag_mos_share_of(d.a, s.a);
    double cox = x.cox, a = to_d.a + to_s.b, b = to_d.b + to_s.a;
    ag_mos_add_ends(&q->d, -cox, to_d.v, to_d.a * s.a_g, to_d.a * s.a_b, to_d.b * d.a_g, to_d.b * d.a_b);
    ag_mos_add_ends(&q->s, cox, to_s.v, to_s.b * s.a_g, to_s.b * s.a_b, to_s.a * d.a_g, to_s.a * d.a_b);
    ag_mos_add_ends(&q->b, -0.5 * cox, s.g + d.g, s.g_g, s.g_b, d.g_g, d.g_b);
    ag_mos_add_ends(&q->g, cox, to_d.v + to_s.v + 0.5 * (s.g + d.g), a * s.a_g + 0.5 * s.g_g, a * s.a_b + 0.5 * s.g_b,
             b * d.a_g + 0.5 * d.g_g, b * d.a_b + 0.5 * d.g_b);
}
#endif
