/* op - the operating point.
 *
 * Plain Newton first. Gmin stepping: a conductance from every node to ground goes from 10 mS down to nothing, each
 * solution the guess of the next; the ratio of two values adapts to success. Source stepping: all independent
 * sources rise from 0 to their value, the step adapting likewise; where the branch of solutions ends (a threshold switch
 * turns on), pseudo-transient goes on from there with the circuit's own dq/dt until nothing moves. A circuit with states
 * that have several solutions (AG_RAMPED) takes source stepping at once, one with memories that hold=0 frees pseudo-transient
 * from their initial values: the other ways could end on any solution. */
#include "solver/op.h"
#include <math.h>
#include <string.h>

#define GSHUNT_FIRST 1e-2      /* [S] below 100 ohm per node every circuit is nearly linear */
#define GSHUNT_LAST  1e-13     /* [S] smaller than any leakage; the next value is 0 */

#define RAMP_LAST    1e-4      /* step of the ramp below which the branch of solutions has ended */
#define SETTLE_FIRST 1e-12     /* [s] pseudo-transient: first step, */
#define SETTLE_LEAST 1e-20     /* smallest, */
#define SETTLE_LAST  1e6       /* and the step after which everything rests */
#define TOGETHER     20        /* rounds in which all switches may change */

typedef struct start {
    ag_newton  *w;
    double     *x, *good, *hist;
    ag_point    p;
    double      floor;         /* [S] from every node to ground throughout: 0, or gmin where nodes hang on capacitors */
    int         itl;
    const char *method;
} start;

static ag_status attempt(start *o)
{
    size_t bytes = ((size_t)o->w->s->n + 1) * sizeof(double);
    ag_status status = ag_newton_solve(o->w, o->x, &o->p, o->itl);
    if (status == AG_OK)
        memcpy(o->good, o->x, bytes);
    else {
        memcpy(o->x, o->good, bytes);
        ag_system_seed(o->w->s, o->x);
    }
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
    o->p.gshunt = o->floor;
    return attempt(o);
}

/* Newton from the guess; where the matrix is singular, because nodes hang on capacitors or a device is off, with gmin at
 * every node. */
static ag_status direct(start *o)
{
    o->p.gshunt = o->floor;
    ag_status status = attempt(o);
    if (status == AG_ESINGULAR && o->floor == 0) {
        o->p.gshunt = o->floor = fmax(o->w->s->c->options.gmin, 1e-15);
        status = attempt(o);
    }
    return status;
}

/* Backward Euler from the last solution with growing steps. */
static ag_status pseudo_transient(start *o, const char *method)
{
    ag_system *s = o->w->s;
    ag_status status = ag_assemble(s, o->x, &o->p, 0);
    o->method = method;
    for (double h = SETTLE_FIRST; status == AG_OK && h < SETTLE_LAST; ) {
        for (int i = 0; i < s->rows; i++)
            o->hist[i] = -s->Q[i] / h;
        o->p.a = 1 / h;
        o->p.hist = o->hist;
        if (attempt(o) == AG_OK)
            h *= 3;
        else if ((h /= 8) < SETTLE_LEAST)
            status = AG_ENOCONV;
        else
            status = ag_assemble(s, o->x, &o->p, 0);
    }
    o->p.a = 0;
    o->p.hist = NULL;
    return status;
}

static void start_at_rest(start *o)
{
    memset(o->x, 0, ((size_t)o->w->s->n + 1) * sizeof(double));
    ag_initial_states(o->w->s, o->x);
    memcpy(o->good, o->x, ((size_t)o->w->s->n + 1) * sizeof(double));
    ag_system_seed(o->w->s, o->x);
}

/* Memories that are solved for: many a state is a solution, so they go from their initial values where time leads them. Newton
 * at rest sharpens that; where it fails (without bias no static equation holds a state), what SETTLE_LAST has left counts. */
static ag_status settle(start *o)
{
    start_at_rest(o);
    o->p.gshunt = o->floor;
    ag_status status = pseudo_transient(o, "pseudo-transient");
    if (status == AG_OK)
        attempt(o);
    return status;
}

static ag_status source_stepping(start *o)
{
    double done = 0, step = 0.1;
    o->method = "source stepping";
    start_at_rest(o);
    o->p.srcfact = 0;
    ag_status status = direct(o);
    while (status == AG_OK && done < 1) {
        o->p.srcfact = fmin(1, done + step);
        if (attempt(o) == AG_OK) {
            done = o->p.srcfact;
            step *= 2;
        } else if ((step /= 4) < RAMP_LAST) {
            done = o->p.srcfact = fmin(1, done + RAMP_LAST);
            status = pseudo_transient(o, "source stepping, pseudo-transient");
            if (status == AG_OK)
                status = attempt(o);
            step = 0.1;
        }
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
    ag_error(s->c->diag, at, "op: no convergence (%s was the last way tried); try .nodeset, a larger "
             "gmin or itl1, or .tran with uic", o->method);
    ag_newton_explain(o->w, at);
    return AG_ENOCONV;
}

/* Whether some instance has a memory that hold=0 frees, or else one that is ramped as its model says. */
static int has(const ag_system *s, int freed)
{
    for (int i = 0; i < s->n_part; i++) {
        const ag_part *p = &s->part[i];
        for (int k = 0; k < p->nu; k++) {
            const ag_unknown *w = &p->m->unknown[k];
            for (int j = 0; j < p->n && w->hold != AG_SOLVED; j++)
                if (freed ? p->b->own_hold[j] == AG_FREE && w->init >= 0
                          : p->b->own_hold[j] == AG_AS_MODEL && w->hold == AG_RAMPED)
                    return 1;
        }
    }
    return 0;
}

static ag_status every_way(start *o)
{
    if (has(o->w->s, 1))
        return settle(o);
    if (has(o->w->s, 0))
        return source_stepping(o);
    o->method = "newton";
    ag_status status = direct(o);
    if (status == AG_OK)
        return status;
    int singular = o->w->singular;
    o->method = "gmin stepping";
    if (gmin_stepping(o) == AG_OK || source_stepping(o) == AG_OK)
        return AG_OK;
    o->w->singular = singular;
    return status;
}

/* Switches that do not agree with the solution change, all at once, later one at a time (two that hang on one another may
 * go back and forth together), until all agree. An oscillator has no such state; a transient may begin with any. */
static ag_status set_switches(start *o, int transient, ag_loc at)
{
    ag_system *s = o->w->s;
    int turns = TOGETHER + s->n_switch + TOGETHER, turn = 0;
    ag_status status = AG_OK;
    while (status == AG_OK && ag_system_switch(s, o->x, turn < TOGETHER ? s->n_switch : 1)) {
        if (++turn > turns && transient) {
            ag_warning(s->c->diag, at, "op: switch '%s' agrees with neither of its states: closed it opens, open it closes; the "
                       "transient begins all the same", s->switched);
            return every_way(o);
        }
        if (turn > turns) {
            ag_error(s->c->diag, at, "op: switch '%s' agrees with neither of its states: closed it opens, open it closes; give it "
                     "hysteresis (vh, ih) or a gradual transition (vh < 0)", s->switched);
            return AG_ENOCONV;
        }
        if ((status = every_way(o)) != AG_OK)
            return explain(o, status, at);
    }
    return status;
}

ag_status ag_operating_point(ag_newton *w, double *x, int ic, ag_loc at)
{
    ag_system *s = w->s;
    const ag_plan *plan = &s->c->plan;
    ag_ic *clamp = AG_NEW(s->arena, ag_ic, plan->n_ic + 1);
    start o = { .w = w, .x = x, .good = AG_NEW(s->arena, double, s->n + 1),
                .hist = AG_NEW(s->arena, double, s->rows), .itl = (int)s->c->options.itl1,
                .p = { .srcfact = 1, .hold = 1, .clamp = clamp } };
    int nodesets = 0;
    for (int k = 0; k < plan->n_ic; k++) {
        nodesets += plan->ic[k].nodeset;
        if (plan->ic[k].node > 0 && (ic || plan->ic[k].nodeset)) {
            clamp[o.p.n_clamp++] = plan->ic[k];
            x[plan->ic[k].node - 1] = plan->ic[k].value;      /* a voltage source on the node is stronger than the clamp */
        }
    }
    memcpy(o.good, x, ((size_t)s->n + 1) * sizeof(double));
    ag_status status = every_way(&o);
    if (status == AG_OK && nodesets > 0) {            /* a nodeset is a guess: solve again without its clamp */
        o.p.n_clamp = 0;
        for (int k = 0; k < plan->n_ic; k++)
            if (ic && plan->ic[k].node > 0 && !plan->ic[k].nodeset)
                clamp[o.p.n_clamp++] = plan->ic[k];
        status = every_way(&o);
    }
    s->stats->op_method = o.method;
    return status == AG_OK ? set_switches(&o, ic, at) : explain(&o, status, at);
}
