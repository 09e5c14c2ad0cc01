/* tran - transient analysis: start, the sequence of steps (solver/step.h), corners and events.
 *
 * Sources announce corners; a step ends on each, and the next starts anew without using dq/dt from before it. */
#include "solver/tran.h"
#include "core/number.h"
#include "solver/op.h"
#include "solver/step.h"
#include <math.h>
#include <string.h>

/* The first step after a corner is this part of the way to the next corner (or of TMAX). Currents through capacitances
 * jump at corners and a point holds one value: integrals over points miss half a jump times the first step. */
#define FIRST_STEPS   1e4
/* No device moves within this time [s]: a run that needs shorter steps is stuck. */
#define LEAST_STEP    1e-18
#define MOST_JUMPS    10             /* at one time, each caused by the one before */
#define MOST_STEPS    1e12           /* of the largest size: years of computing */
#define PROGRESS_EACH 32             /* steps between two calls */
#define AFTER_EVENT   1e-6           /* the first step after an event is this part of TMAX at least, also close to a corner */
#define CHATTER       200            /* switchings at consecutive steps before a warning */

static void swap(double **a, double **b) { double *t = *a; *a = *b; *b = t; }

static void allocate(ag_tran *r)
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
    r->refused = AG_NEW(m, double, r->s->n_node + 1);
    r->stubborn = AG_NEW(m, unsigned char, r->s->n_node + 1);
}

/* ---- start ---------------------------------------------------------------------------------------------------- */

/* Backward Euler from the charges in s->Q over h so short that no charge moves that need not. */
static ag_status settle(ag_tran *r, double h)
{
    ag_system *s = r->s;
    for (int i = 0; i < s->rows; i++)
        r->hist[i] = -s->Q[i] / h;
    ag_point p = { .time = fmin(r->t, nextafter(r->corner, 0)), .srcfact = 1, .a = 1 / h, .hist = r->hist };
    ag_status status = ag_newton_solve(r->w, r->x0, &p, (int)s->c->options.itl1);
    ag_form_qdot(r, p.a, r->hist, r->q0, r->qd0);
    return status;
}

/* Under uic the charges start at their initial values and everything else follows. The first of two short steps takes
 * the impulses of charges that cannot stay (a source across a capacitor); what t = 0 shows is after them. */
static ag_status start_uic(ag_tran *r)
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

static ag_status start_op(ag_tran *r)
{
    ag_system_seed(r->s, r->x0);
    ag_status status = ag_operating_point(r->w, r->x0, 1, r->a->at);
    if (status != AG_OK)
        return status;
    status = ag_assemble(r->s, r->x0, &(ag_point){ .srcfact = 1 }, 0);
    memcpy(r->q0, r->s->Q, (size_t)r->s->rows * sizeof(double));
    return status;
}

/* ---- control --------------------------------------------------------------------------------------------------- */

/* Corners closer than rounding of t are one; the times where output starts and ends are corners too. */
static double next_corner(const ag_tran *r)
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

static double left(const ag_tran *r) { return (r->corner - r->t) - r->t_rest; }

/* The step that ends at the corner or before it without leaving a sliver. */
static double fit_step(const ag_tran *r)
{
    double rest = left(r), h = fmin(r->h, r->hmax);
    if (h >= rest * (1 - 1e-9))
        return rest;
    return !r->fixed && h > 0.5 * rest ? 0.5 * rest : h;
}

static double first_step(const ag_tran *r)
{
    double way = fmin(r->hmax, r->corner - r->t);
    return fmin(way, fmax(way / FIRST_STEPS, ag_step_resolved(r)));
}

static ag_status explain(ag_tran *r, ag_status status, double h)
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

static ag_status deliver(ag_tran *r)
{
    if (!r->io->point || r->t < r->a->tstart * (1 - 1e-12) || r->t <= r->t_delivered)
        return AG_OK;
    r->t_delivered = r->t;
    r->io->stats.points++;
    return r->io->point(r->io->self, r->row[2]);
}

/* dq/dt may jump at t. */
static void jump(ag_tran *r)
{
    r->since = 0;
    if (r->bdf)
        ag_bdf_restart(r->bdf, r->x0, r->q0);
}

/* Something jumped at the end of a step, and dq/dt with it, as at a corner. */
static void start_anew(ag_tran *r)
{
    jump(r);
    if (!r->fixed)
        r->h = fmin(left(r), fmax(first_step(r), AFTER_EVENT * r->hmax));
}

static void watch_chatter(ag_tran *r, int steps)
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
static ag_status reset(ag_tran *r, int *jumped)
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
static ag_status accept(ag_tran *r, const ag_method *m, double h)
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
    r->cuts = r->refusals = 0;
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

static ag_status run(ag_tran *r)
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
        ag_method m = ag_step_method(r, h);
        while ((status = ag_step_try(r, &m, h)) == AG_REJECT) {
            h = fit_step(r);
            m = ag_step_method(r, h);
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
    ag_tran *r = AG_NEW(w->s->arena, ag_tran, 1);
    const ag_options *o = &w->s->c->options;
    *r = (ag_tran){ .w = w, .s = w->s, .a = a, .io = io, .method = (int)o->method, .fixed = o->fixedstep > 0,
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
