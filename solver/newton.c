/* newton - see newton.h.
 *
 * While a point allows it (lazy: the steps of a transient) the Jacobian stays in use as long as the iteration contracts with
 * it: such an iteration takes an evaluation without derivatives and two triangular solves. Where factoring costs far more
 * than evaluating it is also taken over from earlier points, while a, which depends on the step, is near that of the factors.
 * The update is then scaled by 2/(1 + a/a_f) as in CVODE (Hindmarsh et al., SUNDIALS, ACM TOMS 31(3) 363-396, 2005), which
 * halves what the wrong a does to capacitive and resistive rows. */
#include "solver/newton.h"
#include <math.h>

/* The update that ends the iteration must be this much below the tolerance: what it leaves is quadratically smaller,
 * so Newton's error stays out of the time-step error control. */
#define UPDATE_SAFETY 0.1
#define SLOW_SAFETY   0.02               /* the same with old factors, which leave a part of the update */
/* A residual this many times its rounding noise is zero. */
#define ROUNDING (16 * 2.2e-16)
/* Currents out of balance by this much more than before the update (or than 1 A): it went too far. Less may be on the
 * way. */
#define OVERSHOOT 1e6
/* Old factors serve while an update is at most this part of the one before it, and a differs by less than A_CHANGE. A new
 * Jacobian costs about as much as the two more iterations that a slower contraction would take. */
#define CONTRACTION 0.2
#define A_CHANGE 0.3
#define HEAVY 50                         /* flops of a factorisation for each device from which taking over pays (make bench) */

ag_newton *ag_newton_new(ag_system *s)
{
    ag_newton *w = AG_NEW(s->arena, ag_newton, 1);
    w->s = s;
    w->dx = AG_NEW(s->arena, double, s->n + 1);
    w->noise = AG_NEW(s->arena, double, s->n_kept + 1);
    w->factored_a = NAN;
    for (int i = 0; i < s->n_part; i++)
        w->devices += s->part[i].n;
    return w;
}

void ag_newton_forget(ag_newton *w) { w->factored_a = NAN; }

double ag_newton_worst(ag_newton *w)
{
    const ag_system *s = w->s;
    double top = -1;
    for (int i = 0; i < s->n; i++)
        if (fabs(s->r[i]) > top * s->S[i]) {
            top = fabs(s->r[i]) / s->S[i];
            w->worst = i;
            w->residual = s->r[i];
        }
    return fmax(top, 0);
}

/* A point refused by assembly: the row that is not finite, if there is one. */
static void blame(ag_newton *w)
{
    const ag_system *s = w->s;
    for (int i = 0; i < s->n; i++)
        if (!isfinite(s->r[i])) {
            w->worst = i;
            w->residual = s->r[i];
            return;
        }
    ag_newton_worst(w);
}

/* Sum of |residual| over the nodes [A]; infinite after a refused assembly. */
static double imbalance(const ag_system *s, ag_status status)
{
    double sum = 0;
    for (int i = 0; i < s->n_node; i++)
        sum += fabs(s->r[i]);
    return status == AG_OK && isfinite(sum) ? sum : INFINITY;
}

void ag_newton_explain(ag_newton *w, ag_loc at)
{
    const ag_system *s = w->s;
    const char *row = ag_system_name(s, w->worst, s->arena), *change = ag_system_name(s, w->worst_update, s->arena);
    if (isfinite(w->residual))
        ag_note(s->c->diag, at, "largest residual at %s: %.3g; largest change: %s by %.3g", row, w->residual, change, w->update);
    else
        ag_note(s->c->diag, at, "the equation of %s is not finite; largest change: %s by %.3g", row, change, w->update);
}

/* What rounding of the matrix product leaves of each row. */
static void find_noise(ag_newton *w, const double *x)
{
    ag_system *s = w->s;
    for (int k = 0; k < s->n_kept; k++)
        s->rhs[k] = x[s->kept[k]];
    ag_sparse_noise(s->sparse, s->rhs, w->noise);
}

static int residual_small(ag_newton *w, const double *x)
{
    ag_system *s = w->s;
    int small = 1, noisy = 0;
    for (int i = 0; i < s->n && small; i++) {
        if (fabs(s->r[i]) <= s->S[i])
            continue;
        if (s->reduced[i] == s->n_kept)                     /* eliminated rows have no matrix row to judge by */
            return 0;
        if (!noisy)
            find_noise(w, x);
        noisy = 1;
        small = fabs(s->r[i]) <= ROUNDING * w->noise[s->reduced[i]];
    }
    return small;
}

/* Every row is as small as rounding allows: what is left of the updates is noise (a current through a large a q). */
static int at_rounding(ag_newton *w, const double *x)
{
    const ag_system *s = w->s;
    find_noise(w, x);
    for (int i = 0; i < s->n; i++)
        if (!(fabs(s->r[i]) <= (s->reduced[i] == s->n_kept ? s->S[i] : ROUNDING * w->noise[s->reduced[i]])))
            return 0;
    return 1;
}

/* The update that the factors at hand give at x, into w->dx; its size relative to the tolerances. */
static double propose(ag_newton *w, const double *x, const ag_point *p)
{
    ag_system *s = w->s;
    double reltol = s->c->options.reltol, top = 0, scale = p->a > 0 && w->factored_a > 0 ? 2 / (1 + p->a / w->factored_a) : 1;
    ag_system_solve(s, s->r, w->dx);
    for (int i = 0; i < s->n; i++) {
        w->dx[i] *= scale;
        double tol = reltol * fabs(x[i]) + s->abstol[i];
        if (!(fabs(w->dx[i]) <= top * tol))
            top = fabs(w->dx[i]) / tol;
    }
    return top;
}

/* x -= dx; returns the largest change relative to its tolerance, or -1 when one is not finite. */
static double update(ag_newton *w, double *x)
{
    const ag_system *s = w->s;
    double reltol = s->c->options.reltol, top = 0, poison = 0;
    for (int i = 0; i < s->n; i++) {
        double next = x[i] - w->dx[i], change = fabs(w->dx[i]);
        double tol = reltol * fmax(fabs(next), fabs(x[i])) + s->abstol[i];
        poison += 0 * next;
        if (change > top * tol) {
            top = change / tol;
            w->worst_update = i;
            w->update = w->dx[i];
        }
        x[i] = next;
    }
    return poison != 0 ? -1 : top;
}

static ag_status factor(ag_newton *w, const ag_point *p)
{
    ag_system *s = w->s;
    int where;
    if (s->linear && p->a == w->factored_a && p->gshunt == w->factored_gshunt && !p->n_clamp && !p->start)
        return AG_OK;
    ag_status status = ag_sparse_factor(s->sparse, s->stats, &where);
    w->factored_a = status == AG_OK && !p->n_clamp && !p->start ? p->a : NAN;
    w->factored_gshunt = p->gshunt;
    if (status == AG_ESINGULAR)
        w->singular = s->kept[where];
    return status;
}

/* Assembles at x, which came from the last one by dx; while that is far off, goes back half of what is left of dx. */
static ag_status assemble_near(ag_newton *w, double *x, const ag_point *p, int jacobian, double *balance, int limit)
{
    ag_system *s = w->s;
    double before = *balance;
    ag_status status = ag_assemble(s, x, p, jacobian);
    *balance = imbalance(s, status);
    for (int k = 0; k < limit && w->iterations > 0 && !s->limited && !s->linear && *balance > OVERSHOOT * fmax(before, 1); k++) {
        for (int i = 0; i < s->n; i++) {
            w->dx[i] *= 0.5;
            x[i] += w->dx[i];
        }
        status = ag_assemble(s, x, p, jacobian);
        *balance = imbalance(s, status);
    }
    return status;
}

/* Whether old factors may serve at p, and those at hand. */
static int is_heavy(const ag_newton *w, const ag_point *p)
{
    return p->lazy && !w->s->linear && w->s->sparse->flops > HEAVY * (double)w->devices;
}

static int reusable(const ag_newton *w, const ag_point *p)
{
    return fabs(p->a / w->factored_a - 1) < A_CHANGE && w->factored_gshunt == p->gshunt && !p->n_clamp && !p->start;
}

/* Converged at x, where the residual was just formed and `size` is the update that would come next, safe that which may. */
static int converged(ag_newton *w, const double *x, double size, double safe)
{
    return !w->s->limited && ((size <= safe && residual_small(w, x)) || (w->iterations > 3 && at_rounding(w, x)));
}

static ag_status give_up(ag_newton *w, ag_status why)
{
    w->s->sparse->stale = 1;
    w->factored_a = NAN;
    return why;
}

/* Assembles with derivatives at x and factors. */
static ag_status renew(ag_newton *w, double *x, const ag_point *p, int assembled)
{
    ag_status status = assembled ? AG_OK : ag_assemble(w->s, x, p, 1);
    if (status == AG_OK)
        return factor(w, p);
    blame(w);
    return status;
}

ag_status ag_newton_solve(ag_newton *w, double *x, const ag_point *p, int limit)
{
    ag_system *s = w->s;
    int        heavy = is_heavy(w, p), fresh = !heavy || !reusable(w, p);      /* fresh: derivatives come with the residual */
    double     balance = INFINITY, last = INFINITY, size, safe = heavy ? SLOW_SAFETY : UPDATE_SAFETY;
    for (w->iterations = 0;; w->iterations++) {
        int       first = w->iterations == 0, solved = s->linear && !first;
        ag_status status = assemble_near(w, x, p, fresh && !solved, &balance, limit);
        if (status != AG_OK) {
            w->factored_a = NAN;
            blame(w);
            return status;
        }
        if (solved)
            return AG_OK;
        size = fresh && first ? INFINITY : propose(w, x, p);
        if (!first && converged(w, x, size, safe))
            return AG_OK;
        if (w->iterations >= limit) {
            ag_newton_worst(w);
            return give_up(w, AG_ENOCONV);
        }
        if (fresh || !heavy || s->limited || !(size <= CONTRACTION * last)) {
            if ((status = renew(w, x, p, fresh)) != AG_OK)
                return status;
            propose(w, x, p);
        }
        fresh = !p->lazy;                                /* the next point is likely to be the last: try the residual alone */
        s->stats->newton++;
        if ((last = update(w, x)) < 0)
            return give_up(w, AG_REJECT);
    }
}
