/* dc - operating points along a sweep.
 *
 * A point is found from the solution of the point before it, extrapolated where the axis goes on in steps of similar size: so
 * the sweep stays on its branch of solutions, and hysteresis shows. Where Newton fails from there, the way to the next value is
 * gone in smaller parts; where the branch ends, the circuit's own dq/dt leads from its end to another one; then every way to
 * an operating point is tried. When an outer axis moves, the inner ones start anew from the solution they started from before.
 *
 * Only what a swept value changes is brought up to date (core/knob.h): nothing but a right-hand side for a source. */
#include "solver/dc.h"
#include "core/knob.h"
#include "solver/op.h"
#include <math.h>
#include <string.h>

#define LEAST_PART    1e-4           /* of the way to the next value: below, the branch of solutions has ended */
#define FAR           2.0            /* an extrapolation over more than so many times the last step is no better than its start */
#define PROGRESS_EACH 32             /* points between two calls */

typedef struct place { double *x, **latch; } place;            /* a solution, and the memories of all parts there */

typedef struct sweep {
    ag_newton         *w;
    ag_system         *s;
    const ag_analysis *a;
    ag_run_io         *io;
    ag_rest           *rest;
    ag_knob            knob[AG_MOST_AXES];
    int                at[AG_MOST_AXES];      /* which of its values each axis has */
    double            *x, *last, *before;     /* [n + 1]: under way; the last two solutions */
    double             v_last, v_before;      /* values of the innermost axis there; v_before NAN: none */
    place              first[AG_MOST_AXES];   /* [k], k > 0: where all axes inside axis k have their first value */
    double            *row, *qdot;
} sweep;

static size_t solution_size(const sweep *r) { return ((size_t)r->s->n + 1) * sizeof(double); }

/* ---- memories of devices ---- */

static double **new_latches(sweep *r)
{
    double **column = AG_NEW(r->s->arena, double *, r->s->n_part + 1);

    for (int i = 0; i < r->s->n_part; i++)
        column[i] = AG_NEW(r->s->arena, double, r->s->part[i].m->n_latch * r->s->part[i].n + 1);
    return column;
}

static void copy_latches(const sweep *r, double **column, int back)
{
    for (int i = 0; i < r->s->n_part && r->s->latches; i++) {
        const ag_part *p = &r->s->part[i];
        size_t         bytes = (size_t)p->n * sizeof(double);
        for (int k = 0; k < p->m->n_latch; k++)
            memcpy(back ? p->latch[k] : column[i] + k * p->n, back ? column[i] + k * p->n : p->latch[k], bytes);
    }
}

/* ---- values ---- */

static double value(const sweep *r, int axis, int k) { return r->a->axis[axis].value[k]; }

/* Sets an axis; the constant part of the matrix follows where it depends on that. */
static ag_status turn(sweep *r, int axis, double v)
{
    const ag_knob *n = &r->knob[axis];
    ag_status      status = ag_knob_turn(&r->knob[axis], v);

    if (status != AG_OK || n->level || (n->batch >= 0 && !r->s->part[n->batch].linear))
        return status;
    ag_assemble_linear(r->s);
    ag_newton_forget(r->w);
    return AG_OK;
}

/* "v1 = 0.5 V, temp = 27 C" */
static const char *where(const sweep *r)
{
    const char *text = r->io->near ? r->io->near->where : "", *separator = *text ? ", " : "";

    for (int k = 0; k < r->a->n_axis; k++, separator = ", ") {
        const ag_swept *v = r->knob[k].v;
        int unit = *v->unit && strcmp(v->unit, "1");
        text = ag_printf(r->s->arena, "%s%s%s = %.6g%s%s", text, separator, v->name, value(r, k, r->at[k]), unit ? " " : "",
                         unit ? v->unit : "");
    }
    return text;
}

/* ---- one point ---- */

static void start_from(sweep *r, const double *x)
{
    memcpy(r->x, x, solution_size(r));
    ag_system_seed(r->s, r->x);
}

/* Extrapolates along the innermost axis to v; 0 when there is nothing to go by. */
static int predict(sweep *r, double v)
{
    double part = (v - r->v_last) / (r->v_last - r->v_before);

    if (!(fabs(part) <= FAR))
        return 0;
    for (int i = 0; i < r->s->n; i++)
        r->x[i] = r->last[i] + part * (r->last[i] - r->before[i]);
    return 1;
}

/* Whether every value between two of an axis is one that the circuit can have. */
static int is_continuous(const ag_knob *n) { return n->level || n->v->kind == AG_SWEPT_TEMP; }

/* Goes with one axis from a value to the next in parts as large as Newton can follow. */
static ag_status go_in_parts(sweep *r, int axis, double from, double to)
{
    double done = 0, part = 0.25;

    start_from(r, r->last);
    while (done < 1) {
        double    next = fmin(1, done + part);
        ag_status status = turn(r, axis, next < 1 ? from + next * (to - from) : to);
        if (status != AG_OK)
            return status;
        if (ag_rest_near(r->rest, r->x) == AG_OK) {
            done = next;
            part *= 2;
        } else if ((part /= 4) < LEAST_PART) {
            return (status = turn(r, axis, to)) != AG_OK ? status : AG_REJECT;
        }
    }
    return AG_OK;
}

/* From the solution in r->last, where `axis` had the value before, to the present one. */
static ag_status follow(sweep *r, int axis, double from, double to)
{
    ag_status status = AG_REJECT;

    if (ag_rest_frees(r->rest)) {                         /* Newton would end on any of the states that stay as they are */
        start_from(r, r->last);
        return ag_rest_settle(r->rest, r->x);
    }
    if (axis == 0 && predict(r, to))
        status = ag_rest_near(r->rest, r->x);
    if (status != AG_OK) {
        start_from(r, r->last);
        status = ag_rest_near(r->rest, r->x);
    }
    if (status != AG_OK && is_continuous(&r->knob[axis]))
        status = go_in_parts(r, axis, from, to);
    if (status == AG_OK || status == AG_ERANGE)
        return status;
    return ag_rest_settle(r->rest, r->x);                 /* from the end of the branch */
}

static ag_status from_scratch(sweep *r)
{
    memset(r->x, 0, solution_size(r));
    ag_initial_states(r->s, r->x);
    ag_system_seed(r->s, r->x);
    return ag_rest_find(r->rest, r->x);
}

/* The first point, near that of the part before if there was one. */
static ag_status begin(sweep *r)
{
    const ag_near *near = r->io->near;

    if (!near || near->n != r->s->n)
        return from_scratch(r);
    memcpy(r->x, near->x, (size_t)near->n * sizeof *near->x);
    ag_system_seed(r->s, r->x);
    ag_status status = ag_rest_frees(r->rest) ? ag_rest_settle(r->rest, r->x) : ag_rest_near(r->rest, r->x);
    return status == AG_OK ? status : from_scratch(r);
}

static void keep_first(sweep *r)
{
    ag_near *near = r->io->near;

    if (!near || near->room < r->s->n)
        return;
    near->n = r->s->n;
    memcpy(near->x, r->x, (size_t)r->s->n * sizeof *near->x);
}

/* Solves at the values of r->at, which axis (-1: the first point) has just gone to. */
static ag_status solve(sweep *r, int axis, double from)
{
    ag_status status = axis < 0 ? begin(r) : follow(r, axis, from, value(r, axis, r->at[axis]));

    if (axis >= 0 && status != AG_OK && status != AG_ERANGE)
        status = from_scratch(r);
    if (status == AG_OK)
        status = ag_rest_switch(r->rest, r->x, axis >= 0);
    if (status == AG_OK)
        ag_system_accept(r->s, 0, r->x);
    if (status != AG_OK && status != AG_ERANGE)
        return ag_rest_explain(r->rest, status, ag_printf(r->s->arena, "dc at %s", where(r)),
                               "a smaller step, .nodeset, a larger gmin or itl1", r->a->at);
    return status;
}

/* ---- the sweep ---- */

/* A slow ramp would have moved them: said once. */
static void tell_held_states(const sweep *r)
{
    int                n = 0;
    const char        *name = NULL;
    const ag_model    *m = NULL;

    for (int i = 0; i < r->s->n_part; i++) {
        const ag_part *p = &r->s->part[i];
        int            held = 0;
        for (int k = 0; k < p->nu; k++)
            held |= p->m->unknown[k].hold == AG_HELD;
        for (int j = 0; j < p->n && held; j++)
            if (p->b->own_hold[j] == AG_AS_MODEL && !n++) {
                name = p->b->name[j];
                m = p->m;
            }
    }
    if (n)
        ag_note(r->s->c->diag, r->a->at, "the state of '%s' (%s)%s stays at its initial value in .dc; a loop is drawn by .tran with a slow "
                "source", name, m->name, n > 1 ? ag_printf(r->s->arena, " and of %d more device%s", n - 1, n > 2 ? "s" : "") : "");
}

/* The solution stands at the present values. */
static ag_status deliver(sweep *r)
{
    double    v = r->a->n_axis ? value(r, 0, r->at[0]) : 0, *old = r->before;
    ag_stats *stats = &r->io->stats;
    int       inner = r->at[0];

    stats->worst_kcl = fmax(stats->worst_kcl, ag_newton_worst(r->w));
    stats->points++;
    r->before = r->last;
    r->v_before = inner > 0 ? r->v_last : NAN;
    r->last = old;
    r->v_last = v;
    memcpy(r->last, r->x, solution_size(r));
    for (int k = 1; k < r->a->n_axis && !inner; inner = r->at[k++]) {
        memcpy(r->first[k].x, r->x, solution_size(r));
        copy_latches(r, r->first[k].latch, 0);
    }
    if (!r->io->point)
        return AG_OK;
    ag_system_row(r->s, v, r->x, r->qdot, r->row);
    return r->io->point(r->io->self, r->row);
}

/* Goes on to the next combination; the axis that moved, and what it was before, or -1 at the end. */
static int advance(sweep *r, double *from)
{
    int axis = 0;

    while (axis < r->a->n_axis && r->at[axis] == r->a->axis[axis].n - 1)
        r->at[axis++] = 0;
    if (axis == r->a->n_axis)
        return -1;
    *from = value(r, axis, r->at[axis]++);
    if (axis > 0) {
        memcpy(r->last, r->first[axis].x, solution_size(r));
        copy_latches(r, r->first[axis].latch, 1);
        r->v_before = NAN;
    }
    return axis;
}

static ag_status run(sweep *r)
{
    double    total = 1, from = 0, done = 0;
    int       axis = -1;
    ag_status status = AG_OK;

    for (int k = 0; k < r->a->n_axis; k++)
        total *= r->a->axis[k].n;
    do {
        for (int k = axis < 0 ? r->a->n_axis - 1 : axis; k >= 0 && status == AG_OK; k--)
            status = turn(r, k, value(r, k, r->at[k]));
        if (status == AG_OK)
            status = solve(r, axis, from);
        if (status == AG_ERANGE)
            ag_note(r->s->c->diag, r->a->at, "the sweep ends at %s", where(r));
        if (status != AG_OK)
            return status;
        if (axis < 0) {
            r->io->stats.op_method = ag_rest_method(r->rest);
            keep_first(r);
        }
        status = deliver(r);
        int told = fmod(done++, PROGRESS_EACH) == 0 || done == total;
        if (status == AG_OK && told && r->io->progress && r->io->progress(r->io->self, done / total, NAN))
            return AG_ESTOPPED;
    } while (status == AG_OK && (axis = advance(r, &from)) >= 0);
    return status;
}

ag_status ag_dc_sweep(ag_newton *w, const ag_analysis *a, ag_run_io *io)
{
    ag_system *s = w->s;
    sweep     *r = AG_NEW(s->arena, sweep, 1);
    int        ready = 0;
    ag_status  status = AG_ERANGE;

    *r = (sweep){ .w = w, .s = s, .a = a, .io = io, .rest = ag_rest_new(w, 0), .v_before = NAN };
    r->x = AG_NEW(s->arena, double, s->n + 1);
    r->last = AG_NEW(s->arena, double, s->n + 1);
    r->before = AG_NEW(s->arena, double, s->n + 1);
    r->row = AG_NEW(s->arena, double, s->c->plan.n_probe + 1);
    r->qdot = AG_NEW(s->arena, double, s->rows);
    for (int k = 1; k < a->n_axis; k++)
        r->first[k] = (place){ AG_NEW(s->arena, double, s->n + 1), new_latches(r) };
    while (ready < a->n_axis && ag_knob_init(&r->knob[ready], s->c, a->axis[ready].var, s->arena))
        ready++;
    if (ready == a->n_axis) {
        tell_held_states(r);
        status = run(r);
    }
    if (status == AG_OK)
        ag_system_states(s, r->last, io);
    while (ready-- > 0)                                   /* last first: two axes may turn the same thing */
        ag_knob_restore(&r->knob[ready]);
    return status;
}
