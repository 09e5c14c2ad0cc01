/* probe - the values of a circuit's probes at a solved point, and their small-signal amplitudes. */
#include "solver/system.h"
#include <math.h>

static double node_voltage(const double *x, int node) { return node ? x[node - 1] : 0; }

static double branch_voltage(const ag_batch *b, int branch, int lane, const double *x)
{
    const ag_branch *w = &b->model->branch[branch];
    return node_voltage(x, b->node[w->pos][lane]) - node_voltage(x, b->node[w->neg][lane]);
}

/* What the device takes in through its terminals: branch currents, each between two of them, carry all of it. */
static double power(const ag_system *s, const ag_batch *b, int lane, const double *x, const double *qdot, int row)
{
    double sum = 0;
    for (int k = 0; k < b->model->n_branch; k++)
        sum += branch_voltage(b, k, lane, x) * (s->F[row + k] + qdot[row + k]);
    return sum;
}

/* What does not change with the unknowns: conductances are those of the last assembly. */
static double constant(const ag_system *s, int k)
{
    const ag_probe *p = &s->c->plan.probe[k];
    const ag_batch *b = s->part[p->batch].b;
    switch (p->kind) {
    case AG_PROBE_CONDUCTANCE:
        return s->conductance[s->tap_conductance[k]];
    case AG_PROBE_PARAM:
        return b->param[p->index][b->uniform[p->index] ? 0 : p->lane];
    case AG_PROBE_LATCH:
        return s->part[p->batch].latch[p->index][p->lane];
    default:
        return b->derived[p->index][p->lane];
    }
}

static double value(const ag_system *s, int k, const double *x, const double *qdot)
{
    const ag_probe *p = &s->c->plan.probe[k];
    if (p->kind == AG_PROBE_NODE)
        return node_voltage(x, p->node[0]) - node_voltage(x, p->node[1]);
    const ag_part *part = &s->part[p->batch];
    const ag_batch *b = part->b;
    switch (p->kind) {
    case AG_PROBE_UNKNOWN:
        return x[part->base + p->index * part->n + p->lane];
    case AG_PROBE_CURRENT:
        return s->F[s->tap_row[k]] + qdot[s->tap_row[k]];
    case AG_PROBE_POWER:
        return power(s, b, p->lane, x, qdot, s->tap_row[k]);
    case AG_PROBE_VOLTAGE:
        return branch_voltage(b, p->index, p->lane, x);
    default:
        return constant(s, k);
    }
}

void ag_system_row(const ag_system *s, double time, const double *x, const double *qdot, double *row)
{
    row[0] = time;
    for (int k = 0; k < s->c->plan.n_probe; k++)
        row[1 + k] = value(s, k, x, qdot);
}

static void phasor(double *z, const double *a, const double *b)
{
    z[0] = a[0] - b[0];
    z[1] = a[1] - b[1];
}

void ag_system_phasors(const ag_system *s, double frequency, const double *x, const double *current, double *row)
{
    row[0] = frequency;
    row[1] = 0;
    for (int k = 0; k < s->c->plan.n_probe; k++) {
        const ag_probe *p = &s->c->plan.probe[k];
        const ag_part  *part = p->kind == AG_PROBE_NODE ? NULL : &s->part[p->batch];
        double         *z = &row[2 * (1 + k)];
        int             a, b;
        switch (p->kind) {
        case AG_PROBE_NODE:
            a = p->node[0] ? p->node[0] - 1 : s->ground;
            b = p->node[1] ? p->node[1] - 1 : s->ground;
            phasor(z, &x[2 * a], &x[2 * b]);
            break;
        case AG_PROBE_VOLTAGE:
            phasor(z, &x[2 * part->pos[p->index][p->lane]], &x[2 * part->neg[p->index][p->lane]]);
            break;
        case AG_PROBE_UNKNOWN:
            phasor(z, &x[2 * part->own[p->index][p->lane]], &x[2 * s->ground]);
            break;
        case AG_PROBE_CURRENT:
            phasor(z, &current[2 * s->tap_row[k]], &x[2 * s->ground]);
            break;
        default:
            z[0] = p->kind == AG_PROBE_POWER ? NAN : constant(s, k);
            z[1] = p->kind == AG_PROBE_POWER ? NAN : 0;
        }
    }
}
