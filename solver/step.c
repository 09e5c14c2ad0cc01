#include "solver/step.h"
#include <math.h>
#include <string.h>

/* One step may err by this part of the tolerance, so that the errors of the steps within a time constant together
 * stay near reltol, and integrals over the points (energies) near it too; times trtol. */
#define ERROR_SHARE   0.1
#define SAFETY        0.85           /* of the step that would just be accepted */
/* An error of which a shorter step leaves this part, so many times in a row, is none of the step. */
#define STUBBORN      0.8
#define STUBBORN_CUTS 6
#define GROWTH        4.0            /* largest ratio of two steps */
#define BDF_GROWTH    2.0            /* the same for gear: variable-step formulas of higher order are stable for small ratios only */
#define FIRST_GROWTH  20.0           /* the same for the first steps after a corner */
#define ORDER_GAIN    1.1            /* another order must allow a step larger by this */
/* A point may lie off the straight line between its neighbours by BEND reltol^(2/3): 0.5 % at the default, some thirty
 * points in the period of a sine; falling with reltol as the step that the error control chooses, squared. */
#define BEND          0.5
#define BEND_REJECT   4.0            /* times as much refuses the step */
/* An event (a switch) is located to this part of TMAX at most: a control that jumps is beyond its threshold however short
 * the step. */
#define LOCATE        1e-9

typedef struct point { double t; const double *x; } point;      /* t [s] from r->t */

double ag_step_resolved(const ag_tran *r) { return 64 * 2.2e-16 * r->t; }

void ag_form_qdot(const ag_tran *r, double a, const double *hist, double *q, double *qd)
{
    memcpy(q, r->s->Q, (size_t)r->s->rows * sizeof(double));
    for (int i = 0; i < r->s->rows; i++)
        qd[i] = a * q[i] + hist[i];
}

/* Polynomial through the last n points at time t. */
static void extrapolate(const ag_tran *r, const point *p, int n, double t, double *x)
{
    double c[AG_BDF_MOST + 1];
    for (int i = 0; i < n; i++) {
        c[i] = 1;
        for (int j = 0; j < n; j++)
            if (j != i)
                c[i] *= (t - p[j].t) / (p[i].t - p[j].t);
    }
    for (int k = 0; k < r->s->n; k++) {
        double sum = 0;
        for (int i = 0; i < n; i++)
            sum += c[i] * p[i].x[k];
        x[k] = sum;
    }
}

/* Whether the next step is one of gear's own formulas: they need three points behind them for their error estimate. */
static int multistep(const ag_tran *r) { return r->bdf && r->since >= 2; }

ag_method ag_step_method(const ag_tran *r, double h)
{
    if (!multistep(r))
        return ag_method_at(r->method, h, r->h_before, r->since);
    return ag_bdf_method(r->bdf, r->bdf->order, h, r->past);
}

static ag_status solve_stage(ag_tran *r, const ag_formula *f, double h, double *x, double *q, double *qd, double *row)
{
    if (multistep(r))
        memcpy(r->hist, r->past, (size_t)r->s->rows * sizeof *r->hist);
    else
        for (int i = 0; i < r->s->rows; i++)
            r->hist[i] = f->q0 * r->q0[i] + f->qd0 * r->qd0[i] + f->qs * r->qs[i];
    /* A source that jumps at the corner has its value before the jump at the end of the step that leads there. */
    double time = r->t + (r->t_rest + f->theta * h), before = nextafter(r->corner, 0);
    ag_point p = { .time = fmin(time, before), .a = f->a, .hist = r->hist, .srcfact = 1, .lazy = 1 };
    ag_status status = ag_newton_solve(r->w, x, &p, (int)r->s->c->options.itl4);
    if (status != AG_OK)
        return status;
    ag_form_qdot(r, p.a, r->hist, q, qd);
    ag_system_row(r->s, fmin(time, r->corner), x, qd, row);
    return AG_OK;
}

/* Both stages; the predictions use the inner stage of the step before (xb) when there is one. */
static ag_status solve_step(ag_tran *r, const ag_method *m, double h)
{
    point known[AG_BDF_MOST + 1] = { { 0, r->x0 }, { -r->h_before, r->xb } };
    int n = r->since > 0 ? 2 : 1;
    if (multistep(r))
        for (n = 0; n <= r->bdf->order; n++)
            known[n] = (point){ -r->bdf->age[n], r->bdf->x[n] };
    if (m->n_stage == 1) {
        extrapolate(r, known, n, h, r->x1);
        return solve_stage(r, &m->stage[0], h, r->x1, r->q1, r->qd1, r->row[2]);
    }
    double ts = m->stage[0].theta * h;
    extrapolate(r, known, n, ts, r->xs);
    ag_status status = solve_stage(r, &m->stage[0], h, r->xs, r->qs, r->qds, r->row[1]);
    if (status != AG_OK)
        return status;
    known[n] = (point){ ts, r->xs };
    extrapolate(r, known, n + 1, h, r->x1);
    return solve_stage(r, &m->stage[1], h, r->x1, r->q1, r->qd1, r->row[2]);
}

/* What is allowed for an unknown in one step. */
static double allowed(const ag_tran *r, int i)
{
    const ag_options *o = &r->s->c->options;
    double size = fmax(r->s->controlled[i] == AG_BY_PEAK ? r->peak[i] : fabs(r->x0[i]), fabs(r->x1[i]));
    return ERROR_SHARE * o->trtol * (o->reltol * size + r->s->abstol[i]);
}

/* The error of a voltage that is itself a derivative (ddt, a current through a nonlinear inductor) is in part that of the
 * old dq/dt, which is there however short the step. */
static void find_derivatives(ag_tran *r)
{
    for (int i = 0; i < r->s->n_node; i++) {
        double error = fabs(r->est[i]) / allowed(r, i);
        int stays = r->refusals > 0 && error > 1 && error > STUBBORN * r->refused[i];
        r->stubborn[i] = (unsigned char)(stays ? r->stubborn[i] + 1 : 0);
        r->refused[i] = error;
        if (r->stubborn[i] >= STUBBORN_CUTS)
            r->s->controlled[i] = AG_BY_PEAK;
    }
    r->refusals++;
}

/* The error of the unknowns that the error in r->est of dQ/dt causes, relative to what is allowed. */
static double relative_error(ag_tran *r)
{
    ag_system *s = r->s;
    double top = 0;
    r->est[s->ground] = 0;
    ag_system_solve(s, r->est, r->est);
    for (int i = 0; i < s->n; i++)
        if (s->controlled[i]) {
            double tol = allowed(r, i), e = fabs(r->est[i]);
            if (!(e <= top * tol))
                top = e / tol;
        }
    return top;
}

/* The matrix factored last may belong to another a. */
static double step_error(ag_tran *r, const ag_method *m, double h)
{
    double a = r->w->factored_a;
    for (int i = 0; i < r->s->n; i++)
        r->est[i] = a * h * (m->e0 * r->qd0[i] + m->es * r->qds[i] + m->e1 * r->qd1[i]);
    return relative_error(r);
}

static double multistep_error(ag_tran *r, int order, double h)
{
    double scale = r->w->factored_a / ag_bdf_a(r->bdf, order, h);
    ag_bdf_defect(r->bdf, order, h, r->q1, r->est, r->s->n);
    for (int i = 0; i < r->s->n; i++)
        r->est[i] *= scale;
    return relative_error(r);
}

static double growth_of(double error, int order) { return SAFETY * pow(fmax(error, 1e-12), -1.0 / (order + 1)); }

/* After a step of order k that was good: the order that allows the largest next step. */
static double best_order(ag_tran *r, double growth, double h)
{
    ag_bdf *b = r->bdf;
    int k = b->order, best = k;
    if (b->steps <= k)
        return growth;
    for (int other = k - 1; other <= k + 1; other += 2) {
        if (other < 1 || other > b->most || other >= b->n)
            continue;
        double g = growth_of(multistep_error(r, other, h), other);
        if (g > ORDER_GAIN * growth) {
            growth = g;
            best = other;
        }
    }
    b->steps = best == k ? b->steps : 0;
    b->order = best;
    return growth;
}

/* How far the waveforms bend away from the straight line between two points, relative to what is allowed: what
 * keeps a step from passing over a source that no charge follows. */
static double step_bend(const ag_tran *r, const ag_method *m, double h)
{
    double part = BEND * pow(r->s->c->options.reltol, 2.0 / 3), top = 0;
    double hb = r->h_before, theta = m->n_stage == 2 ? m->stage[0].theta : 0;
    for (int i = 0; i < r->s->n; i++) {
        double x0 = r->x0[i], x1 = r->x1[i], bend;
        if (!r->s->controlled[i])
            continue;
        if (m->n_stage == 2)
            bend = r->xs[i] - (x0 + theta * (x1 - x0));
        else
            bend = 0.25 * h / (h + hb) * ((x1 - x0) - h / hb * (x0 - r->xb[i]));
        double most = part * fmax(r->peak[i], fabs(x1)) + r->s->abstol[i];
        if (fabs(bend) > top * most)
            top = fabs(bend) / most;
    }
    return top;
}

/* An accepted value outside its range by more than its tolerance refuses the step. */
static int out_of_range(const ag_tran *r)
{
    for (int i = 0; i < r->s->n_part; i++) {
        const ag_part *p = &r->s->part[i];
        for (int k = 0; k < p->nu; k++) {
            const ag_unknown *u = &p->m->unknown[k];
            const double *x = r->x1 + p->base + k * p->n;
            if (!(u->max > u->min))
                continue;
            for (int j = 0; j < p->n; j++)
                if (x[j] < u->min - u->abstol || x[j] > u->max + u->abstol)
                    return 1;
        }
    }
    return 0;
}

static ag_status cut(ag_tran *r, ag_status why, double h, double factor)
{
    r->why = why;
    r->cuts++;
    r->h = h * factor;
    return r->h < r->hmin || r->fixed ? AG_ESTEP : AG_REJECT;
}

ag_status ag_step_try(ag_tran *r, const ag_method *m, double h)
{
    ag_stats *stats = &r->io->stats;
    ag_status status = solve_step(r, m, h);
    if (status == AG_ENOMEM)
        return status;
    if (status != AG_OK) {
        stats->rejected_newton++;
        return cut(r, status, h, 0.25);
    }
    double growth = r->since < 2 ? FIRST_GROWTH : r->bdf ? BDF_GROWTH : GROWTH;
    r->growth = growth;
    if (r->fixed)
        return AG_OK;
    if (m->order > 0) {
        double error = multistep(r) ? multistep_error(r, m->order, h) : step_error(r, m, h);
        r->growth = fmin(growth, growth_of(error, m->order));
        if (!(error <= 1)) {
            stats->rejected_error++;
            if (!multistep(r))
                find_derivatives(r);
            else if (r->cuts > 0)
                r->bdf->order = r->bdf->steps = 1;
            return cut(r, AG_REJECT, h, isfinite(error) ? fmax(0.1, r->growth) : 0.1);
        }
        if (multistep(r))
            r->growth = fmin(growth, best_order(r, r->growth, h));
    }
    if (r->since > 0 && h > 16 * ag_step_resolved(r)) {
        double bend = step_bend(r, m, h);
        r->growth = fmin(r->growth, SAFETY / sqrt(fmax(bend, 1e-6)));
        if (bend > BEND_REJECT) {
            stats->rejected_error++;
            return cut(r, AG_REJECT, h, fmax(0.1, r->growth));
        }
    }
    double most = out_of_range(r) ? -1 : ag_system_step_limit(r->s, r->t, r->x0, h, r->x1);
    int event = most > -1 && most < 0;
    if (event && (r->since == 0 || h <= fmax(LOCATE * r->hmax, ag_step_resolved(r))))
        return AG_OK;                                 /* as short as a step for an event may be */
    if (most < 0) {
        stats->rejected_model++;
        return cut(r, AG_REJECT, h, event ? -most : 0.5);
    }
    r->growth = fmin(r->growth, most / h);
    return AG_OK;
}
