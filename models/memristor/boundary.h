/* boundary - what memristors with a moving boundary share: the conductance between two ends, and window functions.
 *
 * The state w runs from 0 to 1. A window slows its motion down near the end it moves to. Written in y, the way made towards
 * that end (y = w while w rises, 1 - w while it falls):
 *
 *     0 none        1
 *     1 Joglekar    1 - (2y - 1)^2p
 *     2 Biolek      1 - y^2p
 *     3 Prodromakis j (1 - ((y - 1/2)^2 + 3/4)^p)
 *     4 Kvatinsky   exp(-exp((y - yend)/wc))
 *
 * and never more than (1 - y)/0.001, so that no state passes an end: without a window it stops over the last 0.1 %.
 * Outside 0 .. 1, where only an error of integration leads, the symmetric windows 1 and 3 are negative for both directions;
 * there the sign is the one that leads back.
 *
 * Y. N. Joglekar, S. J. Wolf, Eur. J. Phys. 30, 661 (2009); Z. Biolek, D. Biolek, V. Biolkova, Radioengineering 18, 210
 * (2009); T. Prodromakis, B. P. Peh, C. Papavassiliou, C. Toumazou, IEEE Trans. Electron Devices 58, 3099 (2011);
 * S. Kvatinsky, E. G. Friedman, A. Kolodny, U. C. Weiser, IEEE Trans. Circuits Syst. I 60, 211 (2013). */
#ifndef AG_BOUNDARY_H
#define AG_BOUNDARY_H
#include "core/model.h"
#include "models/vmath.h"

enum { AG_NO_WINDOW, AG_JOGLEKAR, AG_BIOLEK, AG_PRODROMAKIS, AG_KVATINSKY };
#define AG_WINDOW_WORDS(param)                                                                             \
    { param, "none", AG_NO_WINDOW }, { param, "joglekar", AG_JOGLEKAR }, { param, "biolek", AG_BIOLEK },   \
    { param, "prodromakis", AG_PRODROMAKIS }, { param, "kvatinsky", AG_KVATINSKY }

#define AG_STOP 1e-3                      /* the way over which a state without window stops */

typedef struct ag_window_shape { double kind, p, j, yend, wc; } ag_window_shape;

/* min(1, (1 - y)/stop): the stop at y = 1. */
AG_INLINE ag_vd ag_stop(double y)
{
    double left = (1 - y) * (1 / AG_STOP);
    return (ag_vd){ ag_min(left, 1), left < 1 ? -1 / AG_STOP : 0 };
}

/* Window and slope d/dy at way y. All kinds are computed and one is picked, so that lanes of a vector may differ. */
AG_INLINE ag_vd ag_window_of(ag_window_shape s, double y)
{
    int    prodromakis = s.kind == AG_PRODROMAKIS, even = prodromakis || s.kind == AG_JOGLEKAR;
    double joglekar = 2 * y - 1, base = ag_pick(prodromakis, (y - 0.5) * (y - 0.5) + 0.75,
                                                 ag_pick(s.kind == AG_JOGLEKAR, fabs(joglekar), fabs(y)));
    double base_y = ag_pick(prodromakis, 2 * y - 1, ag_pick(s.kind == AG_JOGLEKAR, copysign(2, joglekar), copysign(1, y)));
    double a = ag_pick(prodromakis, s.p, 2 * s.p), scale = ag_pick(prodromakis, s.j, 1), g = ag_pow(base, a - 1);
    double back = even && y < 0 ? -scale : scale;
    ag_vd  power = { back * (1 - g * base), -back * a * g * base_y };
    /* exp(-exp(6)) is 1e-175: beyond there is nothing left to lose, and the inner exponential stays finite. */
    double z = (y - s.yend) / s.wc, inner = ag_exp(ag_min(z, 6)), outer = ag_exp(-inner);
    ag_vd  twice = { outer, z < 6 ? -outer * inner / s.wc : 0 };
    ag_vd  stop = ag_stop(y), w = { 1, 0 };
    int    is_power = s.kind > 0.5 && s.kind < 3.5, is_twice = s.kind == AG_KVATINSKY;
    w.v = ag_pick(is_power, power.v, ag_pick(is_twice, twice.v, w.v));
    w.d = ag_pick(is_power, power.d, ag_pick(is_twice, twice.d, w.d));
    return (ag_vd){ ag_min(stop.v, w.v), ag_pick(w.v < stop.v, w.d, stop.d) };
}

/* Conductance at state w between 1/ron at w = 0 and 1/roff at w = 1, and its slope d/dw: the resistance is linear in w, or
 * with `exponential` not 0 its logarithm is. Below w = 0 a linear resistance would soon be negative; there the
 * conductance goes on as its tangent. lambda = ln(roff/ron). */
AG_INLINE ag_vd ag_memristance(double w, double ron, double roff, double lambda, double exponential)
{
    double dr = roff - ron, linear = 1 / (ron + dr * ag_pos(w)), outside = (1 - w * (dr / ron)) / ron;
    double e = ag_exp(-lambda * w) / ron;
    double g = ag_pick(w < 0, outside, linear), g_w = ag_pick(w < 0, -dr / (ron * ron), -linear * linear * dr);
    return (ag_vd){ ag_pick(exponential > 0, e, g), ag_pick(exponential > 0, -lambda * e, g_w) };
}

/* ((x)+)^a and slope: the law of motion beyond a threshold, x the distance from it relative to it. A million times
 * above the threshold it goes on as its tangent, so that it stays finite at any voltage. */
AG_INLINE ag_vd ag_beyond(double x, double a)
{
    double e = ag_pos(x), inside = ag_min(e, 1e6), g = inside > 0 ? ag_pow(inside, a - 1) : 0;
    return (ag_vd){ g * inside + a * g * (e - inside), a * g };
}
#endif
