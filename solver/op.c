/* op - the operating point.
 *
 * Plain Newton first. Gmin stepping: a conductance from every node to ground goes from 10 mS down to nothing, each
 * solution the guess of the next; the ratio of two values adapts to success. Source stepping: all independent
 * sources rise from 0 to their value, the step adapting likewise. */
#include "solver/op.h"
#include <math.h>
#include <string.h>

#define GSHUNT_FIRST 1e-2      /* [S] below 100 ohm per node every circuit is nearly linear */
#define GSHUNT_LAST  1e-13     /* [S] smaller than any leakage; the next value is 0 */

typedef struct start { ag_newton *w; double *x, *good; ag_point p; int itl; } start;

static ag_status attempt(start *o)
{
    size_t bytes = ((size_t)o->w->s->n + 1) * sizeof(double);
    ag_status status = ag_newton_solve(o->w, o->x, &o->p, o->itl);
    if (status == AG_OK)
        memcpy(o->good, o->x, bytes);
    else
        memcpy(o->x, o->good, bytes);
    return status;
}

static ag_status gmin_stepping(start *o)
{
    double factor = 10, g = GSHUNT_FIRST, last = INFINITY;
    while (g >= GSHUNT_LAST) {
        o->p.gshunt = g;
        if (attempt(o) == AG_OK) {
            last = g;
            factor = fmin(factor * 2, 1e4);
        } else {
            if (!isfinite(last) || factor < 1.01)
                return AG_ENOCONV;
            factor = sqrt(factor);
        }
        g = last / factor;
    }
    o->p.gshunt = 0;
    return attempt(o);
}

static ag_status source_stepping(start *o)
{
    double done = 0, step = 0.1;
    memset(o->x, 0, ((size_t)o->w->s->n + 1) * sizeof(double));
    memset(o->good, 0, ((size_t)o->w->s->n + 1) * sizeof(double));
    o->p.srcfact = 0;
    ag_status status = attempt(o);
    while (status == AG_OK && done < 1) {
        o->p.srcfact = fmin(1, done + step);
        if (attempt(o) == AG_OK) {
            done = o->p.srcfact;
            step *= 2;
        } else if ((step /= 4) < 1e-7)
            status = AG_ENOCONV;
    }
    return status;
}

static ag_status explain(start *o, ag_status status, ag_loc at)
{
    ag_system *s = o->w->s;
    if (status == AG_ESINGULAR) {
        ag_error(s->c->diag, at, "op: matrix is singular at %s: no DC path, a loop of voltage sources, or a floating part; "
                 "check the connections there", ag_system_name(s, o->w->singular, s->arena));
        return status;
    }
    ag_error(s->c->diag, at, "op: no convergence after Newton, gmin stepping and source stepping; try .nodeset, a larger "
             "gmin or itl1, or .tran with uic");
    ag_note(s->c->diag, at, "largest residual at %s: %.3g A; largest change: %s by %.3g",
            ag_system_name(s, o->w->worst, s->arena), o->w->residual,
            ag_system_name(s, o->w->worst_update, s->arena), o->w->update);
    return AG_ENOCONV;
}

/* Newton from the guess; a matrix that is singular because nodes hang on capacitors gets gmin at every node. */
static ag_status direct(start *o)
{
    ag_status status = attempt(o);
    if (status == AG_ESINGULAR) {
        o->p.gshunt = fmax(o->w->s->c->options.gmin, 1e-15);
        status = attempt(o);
        if (status != AG_OK)
            o->p.gshunt = 0;
    }
    return status;
}

static ag_status every_way(start *o, ag_stats *stats)
{
    stats->op_method = "newton";
    ag_status status = direct(o);
    if (status == AG_OK || status == AG_ESINGULAR)
        return status;
    stats->op_method = "gmin stepping";
    if (gmin_stepping(o) == AG_OK)
        return AG_OK;
    o->p.gshunt = 0;
    stats->op_method = "source stepping";
    return source_stepping(o);
}

ag_status ag_operating_point(ag_newton *w, double *x, ag_loc at)
{
    ag_system *s = w->s;
    const ag_plan *plan = &s->c->plan;
    ag_ic *clamp = AG_NEW(s->arena, ag_ic, plan->n_ic + 1);
    start o = { .w = w, .x = x, .good = AG_NEW(s->arena, double, s->n + 1), .itl = (int)s->c->options.itl1,
                .p = { .srcfact = 1, .hold = 1, .clamp = clamp } };
    memcpy(o.good, x, ((size_t)s->n + 1) * sizeof(double));
    int nodesets = 0;
    for (int k = 0; k < plan->n_ic; k++) {
        nodesets += plan->ic[k].nodeset;
        if (plan->ic[k].node > 0)
            clamp[o.p.n_clamp++] = plan->ic[k];
    }
    ag_status status = every_way(&o, s->stats);
    if (status == AG_OK && nodesets > 0) {            /* a nodeset is a guess: solve again without its clamp */
        o.p.n_clamp = 0;
        for (int k = 0; k < plan->n_ic; k++)
            if (plan->ic[k].node > 0 && !plan->ic[k].nodeset)
                clamp[o.p.n_clamp++] = plan->ic[k];
        status = every_way(&o, s->stats);
    }
    return status == AG_OK ? AG_OK : explain(&o, status, at);
}
