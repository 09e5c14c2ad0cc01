/* probe - the values of a circuit's probes at a solved point. */
#include "solver/system.h"

static double terminal_voltage(const ag_batch *b, int lane, const double *x)
{
    int p = b->node[0][lane], n = b->node[1][lane];
    return (p ? x[p - 1] : 0) - (n ? x[n - 1] : 0);
}

static double value(const ag_system *s, int k, const double *x, const double *qdot)
{
    const ag_probe *p = &s->c->plan.probe[k];
    if (p->kind == AG_PROBE_NODE)
        return (p->node[0] ? x[p->node[0] - 1] : 0) - (p->node[1] ? x[p->node[1] - 1] : 0);
    const ag_part *part = &s->part[p->batch];
    const ag_batch *b = part->b;
    switch (p->kind) {
    case AG_PROBE_UNKNOWN:
        return x[part->base + p->index * part->n + p->lane];
    case AG_PROBE_CURRENT:
        return s->F[s->tap_row[k]] + qdot[s->tap_row[k]];
    case AG_PROBE_POWER:
        return terminal_voltage(b, p->lane, x) * (s->F[s->tap_row[k]] + qdot[s->tap_row[k]]);
    case AG_PROBE_VOLTAGE:
        return terminal_voltage(b, p->lane, x);
    case AG_PROBE_CONDUCTANCE:
        return s->conductance[s->tap_conductance[k]];
    case AG_PROBE_PARAM:
        return b->param[p->index][b->uniform[p->index] ? 0 : p->lane];
    case AG_PROBE_LATCH:
        return part->latch[p->index][p->lane];
    default:
        return b->derived[p->index][p->lane];
    }
}

void ag_system_row(const ag_system *s, double time, const double *x, const double *qdot, double *row)
{
    row[0] = time;
    for (int k = 0; k < s->c->plan.n_probe; k++)
        row[1 + k] = value(s, k, x, qdot);
}
