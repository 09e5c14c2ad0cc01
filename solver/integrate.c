/* integrate - coefficients; see integrate.h for notation and sources. */
#include "solver/integrate.h"
#include "core/options.h"

static ag_method trbdf2(double h, int first)
{
    const double w = 0.35355339059327373, d = AG_GAMMA / 2;              /* sqrt(2)/4 */
    ag_method m = { .n_stage = 2 };
    if (first)
        m.stage[0] = (ag_formula){ AG_GAMMA, 1 / (AG_GAMMA * h), -1 / (AG_GAMMA * h), 0, 0 };
    else
        m.stage[0] = (ag_formula){ AG_GAMMA, 2 / (AG_GAMMA * h), -2 / (AG_GAMMA * h), -1, 0 };
    m.stage[1] = (ag_formula){ 1, 2 / (AG_GAMMA * h), (1 - AG_GAMMA) / (AG_GAMMA * h), 0, -1 / (AG_GAMMA * (1 - AG_GAMMA) * h) };
    if (first) {
        /* Backward Euler errs by (gamma h)^2/2 q''; the second stage passes 1/(gamma (2 - gamma)) of it on. */
        double k = AG_GAMMA / (2 * (2 - AG_GAMMA) * (1 - AG_GAMMA));
        m.es = -k;
        m.e1 = k;
        m.order = 1;
        m.weight[1] = h / (2 - AG_GAMMA);
        m.weight[2] = d * h;
        return m;
    }
    m.e0 = w - (1 - w) / 3;                                            /* b - b^ of Hosea & Shampine, (12) */
    m.es = w - (3 * w + 1) / 3;
    m.e1 = d - d / 3;
    m.order = 2;
    m.weight[0] = m.weight[1] = w * h;
    m.weight[2] = d * h;
    return m;
}

/* h^3 q'''/12 from the divided differences of dq/dt at t + h, t, t - hb. */
static ag_method trapezoidal(double h, double hb)
{
    ag_method m = { .n_stage = 1, .stage = { { 1, 2 / h, -2 / h, -1, 0 } }, .order = 2, .weight = { h / 2, 0, h / 2 } };
    m.e1 = 2 * h / (h + hb) / 12;
    m.es = 2 * h * h / (hb * (h + hb)) / 12;
    m.e0 = -(m.e1 + m.es);
    return m;
}

ag_method ag_method_at(int method, double h, double h_before, int since)
{
    return method == AG_TRBDF2 || since == 0 ? trbdf2(h, since == 0) : trapezoidal(h, h_before);
}
