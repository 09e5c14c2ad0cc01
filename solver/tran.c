/* tran - transient analysis.
 *
 * A step is tried with the formulas of solver/integrate.h, stage by stage with Newton. The local error e of the
 * charges becomes an error of the unknowns through the matrix factored last, delta = M^-1 a e: for dC/dt = -G
 * this is the filtered estimate of Hosea & Shampine (1996, section 4), which stays small for stiff components that the
 * method damps. The step is accepted when |delta| <= ERROR_SHARE (reltol |x| + abstol) for every node voltage,
 * inductor current and state, no waveform bends too far away from the straight line over it (step_bend: what a source
 * does where no charge follows it), and no model objects; the next step follows from the estimates.
 *
 * Sources announce corners; a step ends on each, and the next starts anew without using dq/dt from before it. */
#include "solver/tran.h"
#include "core/number.h"
#include "solver/bdf.h"
#include "solver/op.h"
#include <math.h>
#include <string.h>

/* One step may err by this part of the tolerance, so that the errors of the steps within a time constant together
 * stay near reltol, and integrals over the points (energies) near it too; times trtol. */
#define ERROR_SHARE   0.1
#define SAFETY        0.85           /* of the step that would just be accepted */
#define GROWTH        4.0            /* largest ratio of two steps */
#define BDF_GROWTH    2.0            /* the same for gear: variable-step formulas of higher order are stable for small ratios only */
#define ORDER_GAIN    1.1            /* another order must allow a step larger by this */
#define FIRST_GROWTH  20.0           /* the same for the first steps after a corner */
/* The first step after a corner is this part of the way to the next corner (or of TMAX). Currents through capacitances
 * jump at corners and a point holds one value: integrals over points miss half a jump times the first step. */
#define FIRST_STEPS   1e4
/* A point may lie off the straight line between its neighbours by BEND reltol^(2/3): 0.5 % at the default, some thirty
 * points in the period of a sine; falling with reltol as the step that the error control chooses, squared. */
#define BEND          0.5
#define BEND_REJECT   4.0            /* times as much refuses the step */
/* No device moves within this time [s]: a run that needs shorter steps is stuck. */
#define LEAST_STEP    1e-18
#define MOST_JUMPS    10             /* at one time, each caused by the one before */
#define MOST_STEPS    1e12           /* of the largest size: years of computing */
#define PROGRESS_EACH 32             /* steps between two calls */
/* An event (a switch) is located to this part of TMAX at most: a control that jumps is beyond its threshold however short
 * the step. After an event the first step is this part of TMAX at least, also close to a corner. */
#define LOCATE        1e-9
#define AFTER_EVENT   1e-6
#define CHATTER       200            /* switchings at consecutive steps before a warning */

typedef struct point { double t; const double *x; } point;      /* t [s] from r->t */

typedef struct tran {
    ag_newton  *w;
    ag_system  *s;
    const ag_analysis *a;
    ag_run_io  *io;
    int         method, fixed;
    /* Time reached, and what rounding left out of it: after seconds of nothing a filament completes within picoseconds, in
     * steps that t alone would not notice. */
    double      t, t_rest;
    double      h, h_before;         /* next step; from t back to where qs was taken and xb belongs [s] */
    double      hmin, hmax, corner;  /* next breakpoint (or tstop) */
    double      t_delivered;         /* time of the last point handed out; those of one time are one point */
    int         since;               /* steps since the last discontinuity */
    double     *x0, *xs, *x1, *xb;   /* [n + 1]: at t, inner stage, t + h, and the one before x0 for prediction */
    double     *q0, *qd0, *qs, *qds, *q1, *qd1;      /* [rows] charges and dq/dt; s: inner stage or before t */
    double     *peak;                /* [n + 1]: largest |x| so far, the scale on which a waveform is looked at */
    ag_bdf     *bdf;                 /* of method gear, or NULL */
    double     *hist, *past, *est;   /* [rows], [rows] part of points before t in it, [n + 1] */
    double     *row[3];              /* [1 + n_probe] at the start, the inner stage, the end */
    double      growth;              /* what the error estimate allows for the next step, relative to this one */
    int         cuts;                /* in a row */
    int         chatter;             /* steps in a row at whose ends a switch changed */
    ag_status   why;                 /* of the last cut */
} tran;

static void swap(double **a, double **b) { double *t = *a; *a = *b; *b = t; }

static void allocate(tran *r)
{
    ag_arena *m = r->s->arena;
    double **x[] = { &r->x0, &r->xs, &r->x1, &r->xb, &r->est, &r->peak };
    double **q[] = { &r->q0, &r->qd0, &r->qs, &r->qds, &r->q1, &r->qd1, &r->hist, &r->past };
    for (int k = 0; k < 6; k++)
        *x[k] = AG_NEW(m, double, r->s->n + 1);
    for (int k = 0; k < 8; k++)
        *q[k] = AG_NEW(m, double, r->s->rows);
    for (int k = 0; k < 3; k++)
        r->row[k] = AG_NEW(m, double, r->s->c->plan.n_probe + 1);
}

/* ---- start ---------------------------------------------------------------------------------------------------- */

static void form_qdot(const tran *r, double a, const double *hist, double *q, double *qd)
{
    memcpy(q, r->s->Q, (size_t)r->s->rows * sizeof(double));
    for (int i = 0; i < r->s->rows; i++)
        qd[i] = a * q[i] + hist[i];
}

/* Backward Euler from the charges in s->Q over h so short that no charge moves that need not. */
static ag_status settle(tran *r, double h)
{
    ag_system *s = r->s;
    for (int i = 0; i < s->rows; i++)
        r->hist[i] = -s->Q[i] / h;
    ag_point p = { .time = fmin(r->t, nextafter(r->corner, 0)), .srcfact = 1, .a = 1 / h, .hist = r->hist };
    ag_status status = ag_newton_solve(r->w, r->x0, &p, (int)s->c->options.itl1);
    form_qdot(r, p.a, r->hist, r->q0, r->qd0);
    return status;
}

/* Under uic the charges start at their initial values and everything else follows. The first of two short steps takes
 * the impulses of charges that cannot stay (a source across a capacitor); what t = 0 shows is after them. */
static ag_status start_uic(tran *r)
{
    ag_system *s = r->s;
    const ag_plan *plan = &s->c->plan;
    double h = 1e-9 * fmin(r->hmax, r->corner);
    for (int k = 0; k < plan->n_ic; k++)
        if (plan->ic[k].node > 0)
            r->x0[plan->ic[k].node - 1] = plan->ic[k].value;
    ag_system_seed(s, r->x0);
    ag_status status = ag_assemble(s, r->x0, &(ag_point){ .srcfact = 1, .use_ic = 1 }, 0);
    ag_system_seed(s, r->x0);
    for (int k = 0; k < 2 && status == AG_OK; k++)
        status = settle(r, h);
    return status;
}

static ag_status start_op(tran *r)
{
    ag_system_seed(r->s, r->x0);
    ag_status status = ag_operating_point(r->w, r->x0, 1, r->a->at);
    if (status != AG_OK)
        return status;
    status = ag_assemble(r->s, r->x0, &(ag_point){ .srcfact = 1 }, 0);
    memcpy(r->q0, r->s->Q, (size_t)r->s->rows * sizeof(double));
    return status;
}

/* ---- one step ------------------------------------------------------------------------------------------------- */

/* Polynomial through the last n points at time t. */
static void extrapolate(const tran *r, const point *p, int n, double t, double *x)
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
static int multistep(const tran *r) { return r->bdf && r->since >= 2; }

static ag_method choose_method(const tran *r, double h)
{
    if (!multistep(r))
        return ag_method_at(r->method, h, r->h_before, r->since);
    return ag_bdf_method(r->bdf, r->bdf->order, h, r->past);
}

static ag_status solve_stage(tran *r, const ag_formula *f, double h, double *x, double *q, double *qd, double *row)
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
    form_qdot(r, p.a, r->hist, q, qd);
    ag_system_row(r->s, fmin(time, r->corner), x, qd, row);
    return AG_OK;
}

/* Both stages; the predictions use the inner stage of the step before (xb) when there is one. */
static ag_status solve_step(tran *r, const ag_method *m, double h)
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

/* The error of the unknowns that the error in r->est of dQ/dt causes, relative to what is allowed. */
static double relative_error(tran *r)
{
    ag_system *s = r->s;
    double reltol = s->c->options.reltol, share = ERROR_SHARE * s->c->options.trtol, top = 0;
    r->est[s->ground] = 0;
    ag_system_solve(s, r->est, r->est);
    for (int i = 0; i < s->n; i++)
        if (s->controlled[i]) {
            double tol = share * (reltol * fmax(fabs(r->x0[i]), fabs(r->x1[i])) + s->abstol[i]);
            double e = fabs(r->est[i]);
            if (!(e <= top * tol))
                top = e / tol;
        }
    return top;
}

/* The matrix factored last may belong to another a. */
static double step_error(tran *r, const ag_method *m, double h)
{
    double a = r->w->factored_a;
    for (int i = 0; i < r->s->n; i++)
        r->est[i] = a * h * (m->e0 * r->qd0[i] + m->es * r->qds[i] + m->e1 * r->qd1[i]);
    return relative_error(r);
}

static double multistep_error(tran *r, int order, double h)
{
    double scale = r->w->factored_a / ag_bdf_a(r->bdf, order, h);
    ag_bdf_defect(r->bdf, order, h, r->q1, r->est, r->s->n);
    for (int i = 0; i < r->s->n; i++)
        r->est[i] *= scale;
    return relative_error(r);
}

static double growth_of(double error, int order) { return SAFETY * pow(fmax(error, 1e-12), -1.0 / (order + 1)); }

/* After a step of order k that was good: the order that allows the largest next step. */
static double best_order(tran *r, double growth, double h)
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
static double step_bend(const tran *r, const ag_method *m, double h)
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
static int out_of_range(const tran *r)
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

/* ---- control --------------------------------------------------------------------------------------------------- */

/* Corners closer than rounding of t are one; the times where output starts and ends are corners too. */
static double next_corner(const tran *r)
{
    double near = 16 * 2.2e-16 * fmax(r->t, 1e-6 * r->a->tstop), first = r->a->tstop;
    if (r->a->tstart > r->t + near)
        first = r->a->tstart;
    for (int i = 0; i < r->s->n_part; i++) {
        const ag_part *p = &r->s->part[i];
        if (p->m->breakpoint)
            first = fmin(first, ag_system_breakpoint(r->s, i, r->t + near));
    }
    return first < r->a->tstop - 2 * near ? first : r->a->tstop;
}

static double left(const tran *r) { return (r->corner - r->t) - r->t_rest; }

/* The step that ends at the corner or before it without leaving a sliver. */
static double fit_step(const tran *r)
{
    double rest = left(r), h = fmin(r->h, r->hmax);
    if (h >= rest * (1 - 1e-9))
        return rest;
    return !r->fixed && h > 0.5 * rest ? 0.5 * rest : h;
}

/* Sources are evaluated at t, so steps that t hardly resolves see them as stairs. */
static double resolved(const tran *r) { return 64 * 2.2e-16 * r->t; }

static double first_step(const tran *r)
{
    double way = fmin(r->hmax, r->corner - r->t);
    return fmin(way, fmax(way / FIRST_STEPS, resolved(r)));
}

static ag_status cut(tran *r, ag_status why, double h, double factor)
{
    r->why = why;
    r->cuts++;
    r->h = h * factor;
    return r->h < r->hmin || r->fixed ? AG_ESTEP : AG_REJECT;
}

/* Tries one step of length h. AG_OK: x1, q1 hold it. AG_REJECT: r->h is the next to try. AG_ESTEP: give up. */
static ag_status try_step(tran *r, const ag_method *m, double h)
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
            if (multistep(r) && r->cuts > 0)
                r->bdf->order = r->bdf->steps = 1;
            return cut(r, AG_REJECT, h, isfinite(error) ? fmax(0.1, r->growth) : 0.1);
        }
        if (multistep(r))
            r->growth = fmin(growth, best_order(r, r->growth, h));
    }
    if (r->since > 0 && h > 16 * resolved(r)) {
        double bend = step_bend(r, m, h);
        r->growth = fmin(r->growth, SAFETY / sqrt(fmax(bend, 1e-6)));
        if (bend > BEND_REJECT) {
            stats->rejected_error++;
            return cut(r, AG_REJECT, h, fmax(0.1, r->growth));
        }
    }
    double most = out_of_range(r) ? -1 : ag_system_step_limit(r->s, r->t, r->x0, h, r->x1);
    int event = most > -1 && most < 0;
    if (event && (r->since == 0 || h <= fmax(LOCATE * r->hmax, resolved(r))))
        return AG_OK;                                 /* as short as a step for an event may be */
    if (most < 0) {
        stats->rejected_model++;
        return cut(r, AG_REJECT, h, event ? -most : 0.5);
    }
    r->growth = fmin(r->growth, most / h);
    return AG_OK;
}

static ag_status explain(tran *r, ag_status status, double h)
{
    ag_system *s = r->s;
    char t[64], step[64];
    if (status != AG_ESTEP)
        return status;
    ag_number_engineering(t, r->t, "s", 4);
    ag_number_engineering(step, h, "s", 3);
    if (r->why == AG_ESINGULAR) {
        ag_error(s->c->diag, r->a->at, "tran: matrix is singular at t = %s at %s: no path to ground or a loop of sources",
                 t, ag_system_name(s, r->w->singular, s->arena));
        return AG_ESINGULAR;
    }
    ag_error(s->c->diag, r->a->at, "tran: %s at t = %s after %d step cuts (h = %s); try a larger reltol, abstol or gmin, "
             "or slower source edges", r->why == AG_ENOCONV ? "no convergence" : "step too small", t, r->cuts, step);
    ag_newton_explain(r->w, r->a->at);
    return r->why == AG_ENOCONV ? AG_ENOCONV : AG_ESTEP;
}

static ag_status deliver(tran *r)
{
    if (!r->io->point || r->t < r->a->tstart * (1 - 1e-12) || r->t <= r->t_delivered)
        return AG_OK;
    r->t_delivered = r->t;
    r->io->stats.points++;
    return r->io->point(r->io->self, r->row[2]);
}

/* dq/dt may jump at t. */
static void jump(tran *r)
{
    r->since = 0;
    if (r->bdf)
        ag_bdf_restart(r->bdf, r->x0, r->q0);
}

/* Something jumped at the end of a step, and dq/dt with it, as at a corner. */
static void start_anew(tran *r)
{
    jump(r);
    if (!r->fixed)
        r->h = fmin(left(r), fmax(first_step(r), AFTER_EVENT * r->hmax));
}

static void watch_chatter(tran *r, int steps)
{
    char t[64];
    r->chatter = steps == 1 ? r->chatter + 1 : 0;
    if (r->chatter != CHATTER)
        return;
    ag_number_engineering(t, r->t, "s", 4);
    ag_warning(r->s->c->diag, r->a->at, "tran: switch '%s' changes at every time step at t = %s: closed it opens, open it closes; "
               "give it hysteresis (vh, ih) or a gradual transition (vh < 0)", r->s->switched, t);
}

/* Own unknowns that jump, and what depends on them; which may make others jump. The charges of the circuit stay. */
static ag_status reset(tran *r, int *jumped)
{
    double h = 1e-9 * fmin(r->hmax, fmax(r->corner - r->t, r->h_before));
    ag_status status = AG_OK;
    for (int n = 0; n < MOST_JUMPS && status == AG_OK && ag_system_reset(r->s, r->t, r->x0); n++) {
        *jumped = 1;
        ag_system_seed(r->s, r->x0);
        status = ag_assemble(r->s, r->x0, &(ag_point){ .time = r->t, .srcfact = 1 }, 0);
        for (int k = 0; k < 2 && status == AG_OK; k++)
            status = settle(r, h);
        ag_system_accept(r->s, r->t, r->x0);
    }
    if (status == AG_OK)
        return AG_OK;
    r->why = status;
    return explain(r, AG_ESTEP, h);
}

/* x1 becomes x0. For the prediction of the next step the inner stage (or the old x0) stays as xb. */
static ag_status accept(tran *r, const ag_method *m, double h)
{
    ag_stats *stats = &r->io->stats;
    int at_corner = h >= left(r) * (1 - 1e-12);
    double to = r->t + (r->t_rest + h);
    stats->steps++;
    stats->hmin = stats->hmin > 0 ? fmin(stats->hmin, h) : h;
    stats->hmax = fmax(stats->hmax, h);
    stats->worst_kcl = fmax(stats->worst_kcl, ag_newton_worst(r->w));
    if (r->io->quadrature)
        r->io->quadrature(r->io->self, (const double *const *)r->row, m->weight, m->carry);
    for (int i = 0; i < r->s->n; i++)
        r->peak[i] = fmax(r->peak[i], fabs(r->x1[i]));
    swap(m->n_stage == 2 ? &r->xs : &r->x0, &r->xb);
    swap(&r->x0, &r->x1);
    if (m->n_stage == 1) {
        swap(&r->qs, &r->q0);
        swap(&r->qds, &r->qd0);
    }
    swap(&r->q0, &r->q1);
    swap(&r->qd0, &r->qd1);
    r->h_before = m->n_stage == 2 ? h * (1 - AG_GAMMA) : h;
    r->since++;
    r->cuts = 0;
    r->t_rest = at_corner ? 0 : (r->t_rest + h) - (to - r->t);
    r->t = at_corner ? r->corner : to;
    int changed = 0, resets = 0, jumped = 0;
    if (r->s->latches) {
        changed = ag_system_accept(r->s, r->t, r->x0);
        resets = r->s->resets;
        ag_system_row(r->s, r->t, r->x0, r->qd0, r->row[2]);
    }
    ag_status status = deliver(r);
    if (status == AG_OK && resets)
        status = reset(r, &jumped);
    if (r->bdf)
        ag_bdf_push(r->bdf, h, r->x0, r->q0);
    if (r->bdf && (r->fixed || r->since == 2))
        r->bdf->order = r->bdf->n - 1 < r->bdf->most ? r->bdf->n - 1 : r->bdf->most;
    if (!r->fixed)
        r->h = h * r->growth;
    if (jumped)                                       /* the next step starts from what is there now */
        ag_system_row(r->s, r->t, r->x0, r->qd0, r->row[2]);
    swap(&r->row[0], &r->row[2]);
    if (changed)
        watch_chatter(r, r->since);
    if (changed || resets)
        start_anew(r);
    return status;
}

static ag_status run(tran *r)
{
    ag_status status = AG_OK;
    for (long n = 0; r->t < r->a->tstop && status == AG_OK; n++) {
        if (r->t >= r->corner) {                      /* a corner: dq/dt may jump here */
            r->corner = next_corner(r);
            jump(r);
            if (!r->fixed)
                r->h = first_step(r);
        }
        r->hmin = fmax(r->s->c->options.hmin, fmin(LEAST_STEP, 64 * 2.2e-16 * fmax(r->t, 1e-6 * r->a->tstop)));
        double h = fit_step(r);
        ag_method m = choose_method(r, h);
        while ((status = try_step(r, &m, h)) == AG_REJECT) {
            h = fit_step(r);
            m = choose_method(r, h);
        }
        if (status != AG_OK)
            return explain(r, status, r->h);
        status = accept(r, &m, h);
        int told = n % PROGRESS_EACH == 0 || r->t >= r->a->tstop;
        if (status == AG_OK && told && r->io->progress && r->io->progress(r->io->self, r->t / r->a->tstop, r->t))
            return AG_ESTOPPED;
    }
    return status;
}

ag_status ag_transient(ag_newton *w, const ag_analysis *a, ag_run_io *io)
{
    tran *r = AG_NEW(w->s->arena, tran, 1);
    const ag_options *o = &w->s->c->options;
    *r = (tran){ .w = w, .s = w->s, .a = a, .io = io, .method = (int)o->method, .fixed = o->fixedstep > 0,
                 .t_delivered = -1 };
    allocate(r);
    if (r->method == AG_GEAR)
        r->bdf = ag_bdf_new(r->s->arena, r->s->n, r->s->rows, (int)o->maxord);
    double tmax = a->tmax > 0 ? a->tmax : o->delmax;
    r->hmax = tmax > 0 ? tmax : (a->tstop - a->tstart) / 50;
    if (a->tstop / r->hmax > MOST_STEPS) {
        ag_error(w->s->c->diag, a->at, "tran: TMAX = %.3g s would take %.3g steps; the largest number is %.0e", r->hmax,
                 a->tstop / r->hmax, MOST_STEPS);
        return AG_ESTEP;
    }
    if (r->fixed)
        r->h = r->hmax = tmax > 0 ? tmax : a->tstep;
    r->corner = next_corner(r);
    ag_initial_states(r->s, r->x0);
    ag_status status = a->uic ? start_uic(r) : start_op(r);
    for (int turn = 0; status == AG_OK && a->uic && turn <= r->s->n_switch && ag_system_switch(r->s, r->x0, r->s->n_switch); turn++)
        status = start_uic(r);
    if (status == AG_REJECT || (a->uic && status != AG_OK)) {
        r->why = status;
        return explain(r, AG_ESTEP, 0);
    }
    if (status != AG_OK)
        return status;
    r->corner = 0;                                    /* the start is a corner */
    ag_system_accept(r->s, 0, r->x0);
    ag_system_row(r->s, 0, r->x0, r->qd0, r->row[2]);
    memcpy(r->row[0], r->row[2], ((size_t)r->s->c->plan.n_probe + 1) * sizeof(double));
    status = deliver(r);
    if (status == AG_OK)
        status = run(r);
    if (status == AG_OK)
        ag_system_states(r->s, r->x0, io);
    return status;
}
