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

struct ag_rest {
    ag_newton  *w;
    double     *x, *good, *hist;
    ag_point    p;
    double      floor;         /* [S] from every node to ground throughout: 0, or gmin where nodes hang on capacitors */
    int         itl;
    const char *method;
    int         freed, ramped; /* some memory is solved for; some state has several solutions */
    ag_ic      *clamp;
    int         ic;
    int         torn;          /* a switch agrees with neither of its states */
};

static ag_status attempt(ag_rest *o)
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

static ag_status gmin_stepping(ag_rest *o)
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
static ag_status direct(ag_rest *o)
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
static ag_status pseudo_transient(ag_rest *o, const char *method)
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

static void start_at_rest(ag_rest *o)
{
    memset(o->x, 0, ((size_t)o->w->s->n + 1) * sizeof(double));
    ag_initial_states(o->w->s, o->x);
    memcpy(o->good, o->x, ((size_t)o->w->s->n + 1) * sizeof(double));
    ag_system_seed(o->w->s, o->x);
}

/* Memories that are solved for: many a state is a solution, so they go from where they are to where time leads them. Newton
 * at rest sharpens that; where it fails (without bias no static equation holds a state), what SETTLE_LAST has left counts. */
static ag_status settle(ag_rest *o)
{
    o->p.gshunt = o->floor;
    ag_status status = pseudo_transient(o, "pseudo-transient");
    if (status != AG_OK)
        return status;
    status = attempt(o);
    return o->freed ? AG_OK : status;
}

static ag_status source_stepping(ag_rest *o)
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

static ag_status every_way(ag_rest *o)
{
    o->floor = 0;
    if (o->freed) {
        start_at_rest(o);
        return settle(o);
    }
    if (o->ramped)
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

/* Nodes that .ic holds before a transient; those of .nodeset while a guess is made. Returns the number of nodesets. */
static int set_clamps(ag_rest *o, int guess)
{
    const ag_plan *plan = &o->w->s->c->plan;
    int nodesets = 0;
    o->p.n_clamp = 0;
    for (int k = 0; k < plan->n_ic; k++) {
        nodesets += plan->ic[k].nodeset;
        if (plan->ic[k].node > 0 && (plan->ic[k].nodeset ? guess : o->ic))
            o->clamp[o->p.n_clamp++] = plan->ic[k];
    }
    return nodesets;
}

/* Begins at x, where all devices are taken to have been evaluated. */
static void begin(ag_rest *o, double *x)
{
    o->x = x;
    o->p.gshunt = o->floor;
    o->p.srcfact = 1;
    memcpy(o->good, x, ((size_t)o->w->s->n + 1) * sizeof(double));
}

ag_rest *ag_rest_new(ag_newton *w, int ic)
{
    ag_system *s = w->s;
    ag_rest *o = AG_NEW(s->arena, ag_rest, 1);
    *o = (ag_rest){ .w = w, .good = AG_NEW(s->arena, double, s->n + 1), .hist = AG_NEW(s->arena, double, s->rows),
                  .itl = (int)s->c->options.itl1, .clamp = AG_NEW(s->arena, ag_ic, s->c->plan.n_ic + 1), .ic = ic,
                  .p = { .hold = 1, .rest = !ic, .start = ic && s->holds }, .freed = has(s, 1), .ramped = has(s, 0) };
    o->p.clamp = o->clamp;
    return o;
}

ag_status ag_rest_find(ag_rest *o, double *x)
{
    int nodesets = set_clamps(o, 1);
    for (int k = 0; k < o->p.n_clamp; k++)            /* a voltage source on the node is stronger than the clamp */
        x[o->clamp[k].node - 1] = o->clamp[k].value;
    begin(o, x);
    ag_status status = every_way(o);
    if (status == AG_OK && nodesets > 0) {            /* a nodeset is a guess: solve again without its clamp */
        set_clamps(o, 0);
        status = every_way(o);
    }
    return status;
}

ag_status ag_rest_near(ag_rest *o, double *x)
{
    set_clamps(o, 0);
    begin(o, x);
    o->method = "newton";
    return direct(o);
}

ag_status ag_rest_settle(ag_rest *o, double *x)
{
    set_clamps(o, 0);
    begin(o, x);
    return settle(o);
}

/* Switches that do not agree with the solution change, all at once, later one at a time (two that hang on one another may
 * go back and forth together), until all agree. */
ag_status ag_rest_switch(ag_rest *o, double *x, int near)
{
    ag_system *s = o->w->s;
    int turns = TOGETHER + s->n_switch + TOGETHER;
    ag_status status = AG_OK;
    for (int turn = 0; status == AG_OK && ag_system_switch(s, x, turn < TOGETHER ? s->n_switch : 1); turn++) {
        begin(o, x);
        status = near ? direct(o) : every_way(o);
        if (near && status != AG_OK)
            status = settle(o);
        o->torn = turn >= turns;
        if (o->torn)
            return AG_ENOCONV;
    }
    return status;
}

int         ag_rest_frees(const ag_rest *o)  { return o->freed; }
const char *ag_rest_method(const ag_rest *o) { return o->method; }

ag_status ag_rest_explain(ag_rest *o, ag_status status, const char *what, const char *hint, ag_loc at)
{
    ag_system *s = o->w->s;
    if (o->torn) {
        ag_error(s->c->diag, at, "%s: switch '%s' agrees with neither of its states: closed it opens, open it closes; give it "
                 "hysteresis (vh, ih) or a gradual transition (vh < 0)", what, s->switched);
        return status;
    }
    if (status == AG_ESINGULAR) {
        ag_error(s->c->diag, at, "%s: matrix is singular at %s: no DC path, a loop of voltage sources, or a floating part; "
                 "check the connections there", what, ag_system_name(s, o->w->singular, s->arena));
        return status;
    }
    ag_error(s->c->diag, at, "%s: no convergence (%s was the last way tried); try %s", what, o->method, hint);
    ag_newton_explain(o->w, at);
    return AG_ENOCONV;
}

ag_status ag_operating_point(ag_newton *w, double *x, int ic, ag_loc at)
{
    ag_rest *o = ag_rest_new(w, ic);
    ag_status status = ag_rest_find(o, x);
    w->s->stats->op_method = o->method;
    if (status == AG_OK)
        status = ag_rest_switch(o, x, 0);
    if (o->torn && ic) {                              /* an oscillator has no state at rest; a transient may begin with any */
        ag_warning(w->s->c->diag, at, "op: switch '%s' agrees with neither of its states: closed it opens, open it closes; the "
                   "transient begins all the same", w->s->switched);
        return AG_OK;
    }
    return status == AG_OK ? AG_OK : ag_rest_explain(o, status, "op", ".nodeset, a larger gmin or itl1, or .tran with uic", at);
}
