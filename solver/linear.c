/* linear - Jacobians that do not change: those of linear devices, once per run, and that of the whole circuit around a
 * point, for the small-signal analysis. */
#include "solver/lanes.h"
#include <math.h>
#include <string.h>

void ag_lanes_make(ag_system *s)
{
    int widest = 0, params = 0;
    for (int i = 0; i < s->n_part; i++) {
        const ag_model *m = s->part[i].m;
        widest = s->part[i].mi > widest ? s->part[i].mi : widest;
        params = m->n_param > params ? m->n_param : params;
        params = m->n_derived > params ? m->n_derived : params;
        params = m->n_latch > params ? m->n_latch : params;
    }
    ag_lanes *l = s->lanes = AG_NEW(s->arena, ag_lanes, 1);
    double ***table[] = { &l->f, &l->q, &l->ux, &l->df, &l->dq, &l->j };
    for (int k = 0; k < 6; k++)
        *table[k] = AG_NEW(s->arena, double *, k < 3 ? widest + 1 : widest * widest + 1);
    l->p = AG_NEW(s->arena, const double *, params + 1);
    l->d = AG_NEW(s->arena, const double *, params + 1);
    l->latch = AG_NEW(s->arena, const double *, params + 1);
    l->u = AG_NEW(s->arena, const double *, widest + 1);
}

/* Evaluates at p->u; every entry of df and dq gets a column, because scattering wants all that a stamp names: of zeros where
 * the model has only the other one. */
static void differentiate(const ag_part *p, ag_lanes *l)
{
    for (int e = 0; e < p->mi * p->mi; e++)
        if (!p->df[e] || !p->dq[e])
            memset(l->j[e], 0, AG_LANES * sizeof(double));
    ag_lanes_evaluate(p, l, 1);
    for (int e = 0; e < p->mi * p->mi; e++) {
        l->df[e] = p->df[e] ? l->df[e] : l->j[e];
        l->dq[e] = p->dq[e] ? l->dq[e] : l->j[e];
    }
}

void ag_assemble_linear(ag_system *s)
{
    ag_point at_rest = { .srcfact = 1 };
    size_t   bytes = ((size_t)s->sparse->nnz + 1) * sizeof(double);
    memset(s->base_g, 0, bytes);
    memset(s->base_c, 0, bytes);
    s->base_a = NAN;
    for (int i = 0; i < s->n_part; i++) {
        ag_part *p = &s->part[i];
        if (!p->linear)
            continue;
        ag_lanes *l = ag_lanes_open(s, p, &at_rest);
        for (int from = 0; from < p->n; from += AG_LANES) {
            ag_lanes_aim(p, l, from);
            differentiate(p, l);
            ag_lanes_scatter(s, p, l, s->base_g, l->df);
            ag_lanes_scatter(s, p, l, s->base_c, l->dq);
            ag_lanes_reset(s, p, l);
        }
    }
}

/* ---- around a point ---- */

/* States of lanes with hold=1 are constants: dx = 0. */
static void freeze(const ag_part *p, const ag_lanes *l)
{
    for (int k = 0; k < p->nu; k++)
        for (int i = 0, row = p->nb + k; i < l->n && p->m->unknown[k].init >= 0; i++)
            for (int in = 0; in < p->mi && p->b->own_hold[l->from + i] == AG_KEPT; in++) {
                l->df[AG_MI(p, row, in)][i] = in == row;
                l->dq[AG_MI(p, row, in)][i] = 0;
            }
}

typedef struct terms { ag_linear *a; int cap; ag_arena *arena; } terms;

static void add_term(terms *x, int row, int unknown, double g, double c)
{
    ag_linear *a = x->a;
    *AG_PUSH(x->arena, a->term, a->n_term, x->cap) = (ag_term){ row, unknown, g, c };
}

/* The current into a terminal, of lane i of the tile: the sum over the branches that begin or end there. */
static void tap_current(terms *x, const ag_part *p, const ag_lanes *l, const ag_tap *tap, int i)
{
    ag_linear *a = x->a;
    int        lane = l->from + i;
    for (int k = 0; k < p->nb; k++) {
        double sign = (p->m->branch[k].pos == tap->terminal) - (p->m->branch[k].neg == tap->terminal);
        sign *= ag_lanes_share(p, l, i);
        a->re[tap->row] += sign * l->f[k][i];
        a->im[tap->row] += sign * l->q[k][i];
        for (int in = 0; in < p->mi; in++) {
            int    e = AG_MI(p, k, in);
            double g = sign * l->df[e][i], c = sign * l->dq[e][i];
            if (g == 0 && c == 0)
                continue;
            if (in < p->nb) {
                add_term(x, tap->row, p->pos[in][lane], g, c);
                add_term(x, tap->row, p->neg[in][lane], -g, -c);
            } else
                add_term(x, tap->row, p->row[in][lane], g, c);
        }
    }
}

/* The stimulus of the tile into f and q as real and imaginary part, and from there into the rows. */
static void stimulate(const ag_part *p, ag_lanes *l, ag_linear *a)
{
    for (int k = 0; k < p->nb + p->nu; k++) {
        memset(l->f[k], 0, (size_t)l->n * sizeof(double));
        memset(l->q[k], 0, (size_t)l->n * sizeof(double));
    }
    if (!p->m->ac)
        return;
    p->m->ac(&l->tile, l->f, l->q);
    for (int k = 0; k < p->nb && p->b->many; k++) {
        ag_lanes_multiply(p, l, l->f[k]);
        ag_lanes_multiply(p, l, l->q[k]);
    }
    for (int k = 0; k < p->nb + p->nu; k++)
        for (int i = 0, lane = l->from; i < l->n; i++, lane++) {
            int row = (k < p->nb ? p->pos : p->row)[k][lane];
            a->re[row] += l->f[k][i];
            a->im[row] += l->q[k][i];
            if (k >= p->nb)
                continue;
            a->re[p->neg[k][lane]] -= l->f[k][i];
            a->im[p->neg[k][lane]] -= l->q[k][i];
        }
}

static void linearise_tile(ag_system *s, ag_part *p, const double *x, ag_lanes *l, terms *t)
{
    for (int k = 0; k < p->mi; k++)
        l->u[k] = p->u[k] + l->from;
    ag_lanes_gather(p, x, l, (double *const *)l->u);
    differentiate(p, l);
    freeze(p, l);
    if (!p->linear) {
        ag_lanes_scatter(s, p, l, t->a->g, l->df);
        ag_lanes_scatter(s, p, l, t->a->c, l->dq);
    }
    stimulate(p, l, t->a);
    for (int k = 0; k < p->n_tap; k++) {
        int i = p->tap[k].lane - l->from;
        if (i >= 0 && i < l->n && p->tap[k].conductance < 0 && p->tap[k].terminal >= 0)
            tap_current(t, p, l, &p->tap[k], i);
    }
}

ag_linear *ag_linearise(ag_system *s, const double *x)
{
    ag_linear *a = AG_NEW(s->arena, ag_linear, 1);
    terms      t = { .a = a, .arena = s->arena };
    ag_point   at_bias = { .srcfact = 1 };
    size_t     bytes = ((size_t)s->sparse->nnz + 1) * sizeof(double);
    a->g = memcpy(AG_NEW(s->arena, double, s->sparse->nnz + 1), s->base_g, bytes);
    a->c = memcpy(AG_NEW(s->arena, double, s->sparse->nnz + 1), s->base_c, bytes);
    a->re = AG_NEW(s->arena, double, s->rows);
    a->im = AG_NEW(s->arena, double, s->rows);
    for (int i = 0; i < s->n_part; i++) {
        ag_part  *p = &s->part[i];
        ag_lanes *l = ag_lanes_open(s, p, &at_bias);
        for (int from = 0; from < p->n; from += AG_LANES) {
            ag_lanes_aim(p, l, from);
            linearise_tile(s, p, x, l, &t);
            ag_lanes_reset(s, p, l);
        }
    }
    return a;
}
