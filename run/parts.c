/* parts - a .dc over a parameter of the top level, or over a temperature that values in the netlist are computed from: it may
 * change anything, and each of its values makes another circuit.
 *
 * The axes inside the first such one are swept by the solver, circuit after circuit; it and those outside it are set here. The
 * rows of all circuits are one sweep: each part begins near the solution from which the part before it began. */
#include <string.h>
#include "core/signal.h"
#include "parser/deck.h"
#include "run/session.h"
#include "solver/analysis.h"

typedef struct parts {
    ag_session        *r;
    const ag_analysis *whole;
    ag_analysis        part;
    ag_run_io         *io, outer;           /* of the parts; as the caller gave it */
    int                inner;               /* axes that the solver sweeps; those behind them are set here */
    long               n, done;             /* parts */
    ag_setting        *set;                 /* [n_set]: stepped values, then one for each axis from `inner` on */
    int                n_set, n_step;
    ag_near            near;
    int               *column;              /* [n_probe] where a probe of the session's circuit is in the rows of a part */
    double            *row;
} parts;

/* How many axes of a .dc the solver can sweep in one circuit. */
static int count_inner(const ag_session *r, const ag_analysis *a)
{
    int k = 0;

    while (k < a->n_axis && a->axis[k].var->kind != AG_SWEPT_PARAM && !(a->axis[k].var->kind == AG_SWEPT_TEMP && r->c->plan.of_temper))
        k++;
    return k;
}

int ag_session_has_parts(const ag_session *r) { return r->analysis->kind == AG_DC && count_inner(r, r->analysis) < r->analysis->n_axis; }

/* ---- what the solver reports of a part ---- */

static ag_status point(void *self, const double *row)
{
    parts *p = self;

    p->row[0] = p->inner ? row[0] : p->set[p->n_step].value;
    for (int k = 0; k < p->r->c->plan.n_probe; k++)
        p->row[1 + k] = row[p->column[k]];
    return p->outer.point(p->outer.self, p->row);
}

static int progress(void *self, double fraction, double time)
{
    parts *p = self;

    return p->outer.progress(p->outer.self, ((double)p->done + fraction) / (double)p->n, time);
}

static void state(void *self, ag_instance i, int k, double value)
{
    parts *p = self;

    p->outer.state(p->outer.self, i, k, value);
}

/* ---- a part ---- */

/* Values of the axes that are set here, and what reports say of them. */
static void choose(parts *p, ag_arena *a)
{
    const char *text = "";
    long        rest = p->done;

    for (int k = p->inner; k < p->whole->n_axis; k++) {
        const ag_axis *x = &p->whole->axis[k];
        ag_setting    *s = &p->set[p->n_step + k - p->inner];
        *s = (ag_setting){ x->var, x->value[rest % x->n] };
        rest /= x->n;
        text = ag_printf(a, "%s%s%s = %.6g", text, *text ? ", " : "", x->var->name, s->value);
    }
    p->near.where = text;
}

/* Where the circuit of this part has the signals that are asked for. */
static ag_status find_columns(parts *p, ag_circuit *c)
{
    const ag_plan *plan = &p->r->c->plan;

    for (int k = 0; k < plan->n_probe; k++) {
        int probe = ag_signal_text(c, plan->probe[k].name, p->whole->at);
        if (probe < 0)
            return AG_ENAME;
        p->column[k] = 1 + probe;
    }
    return AG_OK;
}

/* Room for the solution of a circuit: node voltages and own unknowns. */
static void make_room(parts *p, const ag_circuit *c)
{
    int n = c->n_node;

    for (int k = 0; k < c->n_batch; k++)
        n += c->batch[k]->n * c->batch[k]->model->n_unknown;
    if (n <= p->near.room)
        return;
    p->near = (ag_near){ .x = AG_NEW(p->r->arena, double, n), .room = n, .where = p->near.where };
}

static ag_status run_part(parts *p, ag_arena *a)
{
    ag_circuit *c;
    double      seconds = p->io->stats.seconds;

    choose(p, a);
    ag_status s = ag_elaborate_again(p->r->first, a, p->set, p->n_set, &c);
    if (!s)
        s = find_columns(p, c);
    if (s) {
        ag_note(p->r->c->diag, p->whole->at, "this was at %s", p->near.where);
        return s;
    }
    make_room(p, c);
    p->io->state = p->outer.state && p->done == p->n - 1 ? state : NULL;
    s = ag_analysis_run(c, &p->part, p->io);
    p->io->stats.seconds += seconds;
    return s;
}

/* ---- all of them ---- */

static void prepare(parts *p)
{
    ag_session       *r = p->r;
    const ag_plan    *plan = &r->c->plan;
    const ag_analysis *a = p->whole;

    p->inner = count_inner(r, a);
    p->part = *a;
    p->part.n_axis = p->inner;
    p->n = 1;
    for (int k = p->inner; k < a->n_axis; k++)
        p->n *= a->axis[k].n;
    p->n_step = r->steps ? r->steps->n_set : 0;
    p->n_set = p->n_step + a->n_axis - p->inner;
    p->set = AG_NEW(r->arena, ag_setting, p->n_set);
    if (p->n_step)
        memcpy(p->set, r->steps->set, (size_t)p->n_step * sizeof *p->set);
    p->column = AG_NEW(r->arena, int, plan->n_probe + 1);
    p->row = AG_NEW(r->arena, double, plan->n_probe + 1);
}

ag_status ag_session_parts(ag_session *r, ag_run_io *io)
{
    parts    *p = AG_NEW(r->arena, parts, 1);
    ag_status s = AG_OK;

    *p = (parts){ .r = r, .whole = r->analysis, .io = io, .outer = *io };
    prepare(p);
    io->self = p;
    io->point = io->point ? point : NULL;
    io->progress = io->progress ? progress : NULL;
    io->near = &p->near;
    for (; p->done < p->n && !s; p->done++) {
        r->part = ag_arena_new(ag_arena_host(r->keep));
        if (!r->part)
            return AG_ENOMEM;
        ag_arena_on_oom(r->part, ag_arena_oom(r->keep));
        s = run_part(p, r->part);
        ag_arena_free(r->part);
        r->part = NULL;
    }
    p->outer.stats = io->stats;
    *io = p->outer;
    return s;
}
