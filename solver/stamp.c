/* stamp - one evaluation of all devices: gather inputs, limit, evaluate, form rows, eliminate, scatter.
 *
 * A device that limits is evaluated at u away from x; its row is then the tangent at u taken to x,
 * f(u) + df/du (x - u), so that Newton stays a Newton method for x. */
#include "solver/lanes.h"
#include <math.h>
#include <stdint.h>
#include <string.h>

void ag_lanes_gather(const ag_part *p, const double *x, const ag_lanes *l, double *const *u)
{
    for (int k = 0; k < p->nb; k++) {
        const int *pos = p->pos[k] + l->from, *neg = p->neg[k] + l->from;
        for (int i = 0; i < l->n; i++)
            u[k][i] = x[pos[i]] - x[neg[i]];
    }
    for (int k = p->nb; k < p->mi; k++) {
        const int *at = p->row[k] + l->from;
        for (int i = 0; i < l->n; i++)
            u[k][i] = x[at[i]];
    }
}

static double at_most(double x, double high) { return x > high ? high : x; }
static double at_least(double x, double low) { return x < low ? low : x; }

/* Ranges and largest changes of own unknowns, relative to where the device was evaluated last. */
static void limit_unknowns(const ag_part *p, const ag_lanes *l)
{
    for (int k = 0; k < p->nu; k++) {
        const ag_unknown *w = &p->m->unknown[k];
        const double *last = p->u[p->nb + k] + l->from;
        double *next = l->ux[p->nb + k];
        int ranged = w->max > w->min && isfinite(w->max) && isfinite(w->min);
        double lo = ranged ? w->min - w->abstol : -INFINITY, hi = ranged ? w->max + w->abstol : INFINITY;
        double change = w->newton > 0 ? w->newton : INFINITY;
        for (int i = 0; i < l->n && (ranged || w->newton > 0); i++) {
            double v = at_least(at_most(next[i], last[i] + change), last[i] - change);
            next[i] = at_least(at_most(v, hi), lo);
        }
    }
}

/* Puts the inputs into p->u; returns 1 when some differ from x by more than rounding. On return l->ux = x - u. */
static int limited_inputs(const ag_part *p, const double *x, ag_lanes *l)
{
    int limited = 0;
    ag_lanes_gather(p, x, l, l->ux);
    limit_unknowns(p, l);
    if (p->m->limit) {
        for (int k = 0; k < p->mi; k++)
            l->u[k] = p->u[k] + l->from;
        p->m->limit(&l->tile, l->ux);
    }
    for (int k = 0; k < p->mi; k++)
        memcpy(p->u[k] + l->from, l->ux[k], (size_t)l->n * sizeof(double));
    ag_lanes_gather(p, x, l, l->ux);
    for (int k = 0; k < p->mi; k++)
        for (int i = 0; i < l->n; i++) {
            double u = p->u[k][l->from + i], away = l->ux[k][i] - u;
            limited |= fabs(away) > 1e-12 * fabs(u) + 1e-30;
            l->ux[k][i] = away;
        }
    return limited;
}

static void initial_inputs(const ag_part *p, const ag_lanes *l)
{
    for (int k = 0; k < p->nb && p->init; k++)
        if (p->init[k])
            for (int i = 0; i < l->n; i++)
                if (!isnan(p->init[k][l->from + i]))
                    p->u[k][l->from + i] = p->init[k][l->from + i];
}

void ag_lanes_multiply(const ag_part *p, const ag_lanes *l, double *column)
{
    const double *many = p->b->many + l->from;
    for (int i = 0; i < l->n; i++)
        column[i] *= many[i];
}

/* Lanes that stand for several devices in parallel: the nodes see the currents of all of them. */
static void multiply(const ag_part *p, const ag_lanes *l, int jacobian)
{
    for (int k = 0; k < p->nb && p->b->many; k++) {
        ag_lanes_multiply(p, l, l->f[k]);
        ag_lanes_multiply(p, l, l->q[k]);
        for (int in = 0; in < p->mi && jacobian; in++) {
            int e = AG_MI(p, k, in);
            if (p->df[e])
                ag_lanes_multiply(p, l, l->df[e]);
            if (p->dq[e])
                ag_lanes_multiply(p, l, l->dq[e]);
        }
    }
}

/* f and q are left alone by a model where it has nothing to say; columns outside its pattern do not exist. */
void ag_lanes_evaluate(const ag_part *p, ag_lanes *l, int jacobian)
{
    for (int k = 0; k < p->mi; k++) {
        memset(l->f[k], 0, (size_t)l->n * sizeof(double));
        memset(l->q[k], 0, (size_t)l->n * sizeof(double));
    }
    for (int k = 0; k < p->mi; k++)
        l->u[k] = p->u[k] + l->from;
    l->tile.df = jacobian ? l->df : NULL;
    l->tile.dq = jacobian ? l->dq : NULL;
    p->m->eval(&l->tile);
    multiply(p, l, jacobian);
}

static void follow_tangent(const ag_part *p, const ag_lanes *l)
{
    for (int out = 0; out < p->mi; out++)
        for (int in = 0; in < p->mi; in++)
            for (int i = 0, e = AG_MI(p, out, in); i < l->n; i++) {
                if (p->df[e])
                    l->f[out][i] += l->df[e][i] * l->ux[in][i];
                if (p->dq[e])
                    l->q[out][i] += l->dq[e][i] * l->ux[in][i];
            }
}

/* Whether own unknown k of lane i has an initial value: a parameter, or out of a file of states. */
static int is_given(const ag_part *p, const ag_lanes *l, int k, int i)
{
    const ag_batch *b = p->b;
    int init = p->m->unknown[k].init, lane = l->from + i < b->n ? l->from + i : b->n - 1;
    return (init >= 0 && !isnan(l->p[init][i])) || (b->own_state && !isnan(b->own_state[k][lane]));
}

/* Whether own unknown k of lane i keeps its initial value in an operating point. */
static int is_held(const ag_part *p, const ag_lanes *l, int k, int i)
{
    const ag_unknown *w = &p->m->unknown[k];
    int hold = p->b->own_hold[l->from + i];
    if (w->init >= 0 && hold != AG_AS_MODEL)
        return hold == AG_KEPT;
    return w->hold == AG_HELD || (w->hold == AG_RAMPED && is_given(p, l, k, i));
}

/* j = df + a dq where either exists; held states get the equation x - x_init = 0. */
static void combine(const ag_part *p, const ag_point *pt, const double *x, ag_lanes *l)
{
    for (int e = 0; e < p->mi * p->mi; e++) {
        double *j = l->j[e];
        const double *df = l->df[e], *dq = l->dq[e], a = pt->a;
        if (p->df[e] && p->dq[e])
            for (int i = 0; i < l->n; i++)
                j[i] = df[i] + a * dq[i];
        else if (p->df[e])
            memcpy(j, df, (size_t)l->n * sizeof *j);
        else if (p->dq[e])
            for (int i = 0; i < l->n; i++)
                j[i] = a * dq[i];
    }
    for (int k = 0; k < p->nu; k++) {
        int row = p->nb + k;
        for (int i = 0; i < l->n && pt->hold; i++) {
            if (!is_held(p, l, k, i))
                continue;
            for (int in = 0; in < p->mi; in++)
                if (p->df[AG_MI(p, row, in)] || p->dq[AG_MI(p, row, in)])
                    l->j[AG_MI(p, row, in)][i] = in == row;
            l->f[row][i] = x[p->own[k][l->from + i]] - p->start[k][l->from + i];
            l->q[row][i] = 0;
        }
    }
}

/* S gathers sum |i|, and what rounding leaves of a q + hist when a is large: reltol S is the row's tolerance. */
static void scatter_rows(ag_system *s, const ag_part *p, const ag_point *pt, const ag_lanes *l)
{
    double rounding = 8 * 2.2e-16 * pt->a / s->c->options.reltol;
    for (int k = 0; k < p->nb; k++) {
        const int *pos = p->pos[k] + l->from, *neg = p->neg[k] + l->from;
        for (int i = 0; i < l->n; i++) {
            double f = l->f[k][i], q = l->q[k][i];
            s->F[pos[i]] += f;
            s->F[neg[i]] -= f;
            s->Q[pos[i]] += q;
            s->Q[neg[i]] -= q;
            s->S[pos[i]] += fabs(f) + rounding * fabs(q);
            s->S[neg[i]] += fabs(f) + rounding * fabs(q);
        }
    }
    for (int k = p->nb; k < p->mi; k++) {
        const int *row = p->row[k] + l->from;
        for (int i = 0; i < l->n && p->adds[k]; i++) {
            s->F[row[i]] += l->f[k][i];
            s->Q[row[i]] += l->q[k][i];
        }
        for (int i = 0; i < l->n && k < p->nb + p->nu; i++)         /* linear: holds exactly after every solve */
            s->S[row[i]] += p->linear ? INFINITY : p->tolerance[k - p->nb][l->from + i];
    }
}

/* Tolerance of a device's own row: what the tolerances of its inputs amount to. */
static void own_tolerance(const ag_system *s, const ag_part *p, const ag_lanes *l)
{
    double reltol = s->c->options.reltol;
    for (int out = p->nb; out < p->nb + p->nu; out++) {
        double *tolerance = p->tolerance[out - p->nb] + l->from;
        for (int i = 0; i < l->n; i++)
            tolerance[i] = 0;
        for (int in = 0; in < p->mi; in++) {
            if (!p->df[AG_MI(p, out, in)] && !p->dq[AG_MI(p, out, in)])
                continue;
            const double *j = l->j[AG_MI(p, out, in)], *u = p->u[in] + l->from, vntol = s->c->options.vntol;
            const int *at = in < p->nb ? NULL : p->row[in] + l->from;
            for (int i = 0; i < l->n; i++)
                tolerance[i] += fabs(j[i]) * (reltol * fabs(u[i]) + (at ? s->abstol[at[i]] : vntol));
        }
    }
}

void ag_lanes_scatter(ag_system *s, const ag_part *p, const ag_lanes *l, double *ax, double *const *columns)
{
    for (int k = 0; k < p->n_stamp; k++) {
        const ag_stampref *st = &p->stamp[k];
        const double *j = columns[AG_MI(p, st->out, st->in)];
        for (int c = 0; c < st->n; c++) {
            const int *slot = st->slot[c] + l->from;
            if (st->sign[c] > 0)
                for (int i = 0; i < l->n; i++)
                    ax[slot[i]] += j[i];
            else
                for (int i = 0; i < l->n; i++)
                    ax[slot[i]] -= j[i];
        }
    }
    ax[s->sparse->nnz] = 0;
}

/* di/dv of branch 0 with memories held and all other own unknowns following v at rest: the slope of the static curve. */
static double static_conductance(const ag_part *p, const ag_lanes *l, int i)
{
    double g = p->df[0] ? l->df[0][i] : 0;
    for (int k = p->nb; k < p->nb + p->nu; k++)
        if (!p->m->unknown[k - p->nb].hold && p->df[AG_MI(p, 0, k)] && p->df[AG_MI(p, k, 0)] && p->df[AG_MI(p, k, k)])
            g -= l->df[AG_MI(p, 0, k)][i] * l->df[AG_MI(p, k, 0)][i] / l->df[AG_MI(p, k, k)][i];
    return g * ag_lanes_share(p, l, i);
}

/* Adds the current and charge of every branch to its own slot, or the part that enters a terminal to one. */
static void read_current(ag_system *s, const ag_part *p, const ag_lanes *l, const ag_tap *tap, int i)
{
    for (int k = 0; k < p->nb; k++) {
        int one = tap->terminal < 0, row = one ? tap->row + k : tap->row;
        double sign = one ? 1 : (p->m->branch[k].pos == tap->terminal) - (p->m->branch[k].neg == tap->terminal);
        sign *= ag_lanes_share(p, l, i);
        s->F[row] += sign * l->f[k][i];
        s->Q[row] += sign * l->q[k][i];
    }
}

/* Currents, charges and conductances of probed lanes. */
static void read_taps(ag_system *s, const ag_part *p, const ag_lanes *l)
{
    for (int t = 0; t < p->n_tap; t++) {
        int i = p->tap[t].lane - l->from;
        if (i < 0 || i >= l->n)
            continue;
        if (p->tap[t].conductance >= 0)
            s->conductance[p->tap[t].conductance] = static_conductance(p, l, i);
        else
            read_current(s, p, l, &p->tap[t], i);
    }
}

static double *take(double **at, size_t n) { double *here = *at; *at += n; return here; }

/* Lays the tile's columns into the scratch and points parameters at lanes from.. */
void ag_lanes_reset(ag_system *s, const ag_part *p, ag_lanes *l)
{
    int mi = p->mi;
    double *at = s->tile;
    for (int k = 0; k < mi; k++) {
        l->f[k] = take(&at, AG_LANES);
        l->q[k] = take(&at, AG_LANES);
        l->ux[k] = take(&at, AG_LANES);
    }
    for (int e = 0; e < mi * mi; e++) {
        l->df[e] = p->df[e] ? take(&at, AG_LANES) : NULL;
        l->dq[e] = p->dq[e] ? take(&at, AG_LANES) : NULL;
        l->j[e] = take(&at, AG_LANES);
    }
    l->local = take(&at, (size_t)ag_local_scratch(p));
    l->tile.scratch = at;
}

void ag_lanes_aim(const ag_part *p, ag_lanes *l, int from)
{
    const ag_batch *b = p->b;
    l->from = from;
    l->n = p->n - from < AG_LANES ? p->n - from : AG_LANES;
    for (int k = 0; k < p->m->n_param; k++)
        l->p[k] = b->param[k] + (b->uniform[k] ? 0 : from);
    for (int k = 0; k < p->m->n_derived; k++)
        l->d[k] = b->derived[k] + from;
    for (int k = 0; k < p->m->n_latch; k++)
        l->latch[k] = p->latch[k] + from;
    l->tile.n = l->n;
    l->tile.temp = b->temp + from;
}

ag_lanes *ag_lanes_open(ag_system *s, const ag_part *p, const ag_point *pt)
{
    ag_lanes *l = s->lanes;
    l->tile = (ag_tile){ .time = pt->time, .gmin = s->c->options.gmin, .srcfact = pt->srcfact, .rest = pt->rest, .p = l->p,
                         .d = l->d, .latch = l->latch, .u = l->u, .f = l->f, .q = l->q, .vector = s->c->vector, .data = p->m->data };
    ag_lanes_reset(s, p, l);
    return l;
}

void ag_system_seed(ag_system *s, const double *x)
{
    for (int i = 0; i < s->n_part; i++) {
        ag_lanes l = { .n = s->part[i].padded };
        ag_lanes_gather(&s->part[i], x, &l, s->part[i].u);
    }
}

double ag_system_breakpoint(ag_system *s, int part, double time)
{
    const ag_part *p = &s->part[part];
    ag_point pt = { .time = time };
    ag_lanes *l = ag_lanes_open(s, p, &pt);
    double first = INFINITY;
    for (int from = 0; from < p->n; from += AG_LANES) {
        ag_lanes_aim(p, l, from);
        for (int k = 0; k < l->n; k++)
            first = fmin(first, p->m->breakpoint(&l->tile, k, time));
    }
    return first;
}

/* One tile's accept. Of its switches at most *most change; returns how many did. */
/* Devices with a reset hook: all changes count. */
static int accept_resets(const ag_part *p, ag_lanes *l)
{
    uint32_t before[AG_LANES] = { 0 }, now[AG_LANES] = { 0 };
    int changed = 0;
    for (int k = 0; k < p->m->n_latch; k++)
        for (int i = 0; i < l->n; i++)
            before[i] |= (uint32_t)(l->latch[k][i] != 0) << k;
    p->m->accept(&l->tile, (double *const *)l->latch);
    for (int k = 0; k < p->m->n_latch; k++)
        for (int i = 0; i < l->n; i++)
            now[i] |= (uint32_t)(l->latch[k][i] != 0) << k;
    for (int i = 0; i < l->n; i++)
        changed += now[i] != before[i];
    return changed;
}

static int accept_tile(ag_system *s, const ag_part *p, ag_lanes *l, int *most)
{
    double before[AG_LANES];
    int changed = 0, switches = (p->m->flags & AG_SWITCHES) != 0;
    if (p->m->reset) {
        s->resets += accept_resets(p, l);
        return 0;
    }
    if (switches)
        memcpy(before, l->latch[0], (size_t)l->n * sizeof(double));
    p->m->accept(&l->tile, (double *const *)l->latch);
    for (int i = 0; i < l->n && switches; i++) {
        if (p->latch[0][l->from + i] == before[i])
            continue;
        if (*most <= 0) {
            p->latch[0][l->from + i] = before[i];
            continue;
        }
        s->switched = p->b->name[l->from + i];
        changed++;
        --*most;
    }
    return changed;
}

static int accept_part(ag_system *s, const ag_part *p, double time, const double *x, int *most)
{
    ag_point pt = { .time = time };
    ag_lanes *l = ag_lanes_open(s, p, &pt);
    int changed = 0;
    for (int from = 0; from < p->n; from += AG_LANES) {
        ag_lanes_aim(p, l, from);
        ag_lanes_gather(p, x, l, l->ux);
        l->tile.u = (const double *const *)l->ux;
        changed += accept_tile(s, p, l, most);
    }
    return changed;
}

int ag_system_accept(ag_system *s, double time, const double *x)
{
    s->resets = 0;
    int changed = 0, most = s->n_switch;
    for (int i = 0; i < s->n_part; i++)
        if (s->part[i].m->accept)
            changed += accept_part(s, &s->part[i], time, x, &most);
    return changed;
}

int ag_system_switch(ag_system *s, const double *x, int most)
{
    int changed = 0;
    for (int i = 0; i < s->n_part && s->n_switch; i++)
        if (s->part[i].m->flags & AG_SWITCHES)
            changed += accept_part(s, &s->part[i], 0, x, &most);
    return changed;
}

int ag_system_reset(ag_system *s, double time, double *x)
{
    int any = 0;
    for (int i = 0; i < s->n_part; i++) {
        const ag_part *p = &s->part[i];
        if (!p->m->reset)
            continue;
        ag_point pt = { .time = time };
        ag_lanes *l = ag_lanes_open(s, p, &pt);
        for (int from = 0; from < p->n; from += AG_LANES) {
            ag_lanes_aim(p, l, from);
            ag_lanes_gather(p, x, l, l->ux);
            l->tile.u = (const double *const *)l->ux;
            if (!p->m->reset(&l->tile, l->ux))
                continue;
            any = 1;
            for (int k = 0; k < p->nu; k++)
                for (int j = 0; j < l->n; j++)
                    x[p->own[k][from + j]] = l->ux[p->nb + k][j];
        }
    }
    return any;
}

double ag_system_step_limit(ag_system *s, double t0, const double *x0, double h, const double *x1)
{
    double most = INFINITY;
    for (int i = 0; i < s->n_part && most >= 0; i++) {
        const ag_part *p = &s->part[i];
        if (!p->m->step)
            continue;
        ag_point pt = { 0 };
        ag_lanes *l = ag_lanes_open(s, p, &pt);
        for (int from = 0; from < p->n && most >= 0; from += AG_LANES) {
            ag_lanes_aim(p, l, from);
            ag_lanes_gather(p, x0, l, l->f);                    /* f and ux are free between assemblies */
            ag_lanes_gather(p, x1, l, l->ux);
            ag_tile old = l->tile, now = l->tile;
            old.start = now.start = t0;
            old.time = 0;
            now.time = h;
            old.u = (const double *const *)l->f;
            now.u = (const double *const *)l->ux;
            most = fmin(most, p->m->step(&old, &now));
        }
    }
    return most;
}

static ag_status assemble_part(ag_system *s, ag_part *p, const double *x, const ag_point *pt, int jacobian)
{
    ag_lanes *l = ag_lanes_open(s, p, pt);
    ag_status status = AG_OK;
    for (int from = 0; from < p->n; from += AG_LANES) {
        int away = 0;
        ag_lanes_aim(p, l, from);
        if (p->limits)
            away = limited_inputs(p, x, l);
        else {
            for (int k = 0; k < p->mi; k++)
                l->u[k] = p->u[k] + from;
            ag_lanes_gather(p, x, l, (double *const *)l->u);
        }
        if (pt->use_ic)
            initial_inputs(p, l);
        int derivatives = !p->linear && (jacobian || away || pt->hold);
        ag_lanes_evaluate(p, l, derivatives || p->measures);
        read_taps(s, p, l);
        if (away) {
            s->limited = 1;
            follow_tangent(p, l);
        }
        if (derivatives) {
            combine(p, pt, x, l);
            own_tolerance(s, p, l);
        }
        scatter_rows(s, p, pt, l);
        if (!jacobian || p->linear)
            continue;
        if (p->ne && ag_local_eliminate(p, from, l->n, l->j, l->local) != AG_OK)
            status = AG_REJECT;
        ag_lanes_scatter(s, p, l, s->sparse->ax, l->j);
    }
    return status;
}

static void start_values(ag_system *s, double a)
{
    int nnz = s->sparse->nnz;
    if (s->base_a != a) {
        for (int k = 0; k <= nnz; k++)
            s->base[k] = s->base_g[k] + a * s->base_c[k];
        s->base_a = a;
    }
    memcpy(s->sparse->ax, s->base, ((size_t)nnz + 1) * sizeof(double));
}

/* Shunt conductances of gmin stepping, and nodes clamped to .ic or .nodeset values. */
static void add_shunts(ag_system *s, const double *x, const ag_point *pt, int jacobian)
{
    for (int i = 0; i < s->n_node && pt->gshunt > 0; i++) {
        s->F[i] += pt->gshunt * x[i];
        if (jacobian)
            s->sparse->ax[s->diag[s->reduced[i]]] += pt->gshunt;
    }
    for (int k = 0; k < pt->n_clamp; k++) {
        int i = pt->clamp[k].node - 1;
        s->F[i] += AG_CLAMP * (x[i] - pt->clamp[k].value * pt->srcfact);
        s->S[i] += AG_CLAMP * fabs(x[i]);
        if (jacobian)
            s->sparse->ax[s->diag[s->reduced[i]]] += AG_CLAMP;
    }
}

/* A voltage that ic= gives a branch: a source of that value with a conductance of AG_CLAMP across it. A current: the same with
 * a resistance in series. */
static void hold_column(ag_system *s, const ag_part *p, int k, const double *x, const ag_point *pt)
{
    for (int j = 0; j < p->n; j++) {
        double value = p->held[k][j] * pt->srcfact;
        if (isnan(value))
            continue;
        if (k >= p->nb) {
            int at = p->row[k][j];
            s->F[at] -= AG_CLAMP * (x[at] - value);
            continue;
        }
        int pos = p->pos[k][j], neg = p->neg[k][j];
        double i = AG_CLAMP * (x[pos] - x[neg] - value), size = AG_CLAMP * (fabs(x[pos]) + fabs(x[neg]));
        s->F[pos] += i;
        s->F[neg] -= i;
        s->S[pos] += size;
        s->S[neg] += size;
    }
}

static void hold_slope(ag_system *s, const ag_part *p, const ag_stampref *st)
{
    double *ax = s->sparse->ax, slope = st->out < p->nb ? AG_CLAMP : -AG_CLAMP;
    for (int c = 0; c < st->n; c++)
        for (int j = 0; j < p->n; j++)
            if (!isnan(p->held[st->out][j]))
                ax[st->slot[c][j]] += st->sign[c] * slope;
    ax[s->sparse->nnz] = 0;
}

/* Values of ic= in the operating point before a transient. */
static void hold_starts(ag_system *s, const double *x, const ag_point *pt, int jacobian)
{
    for (int i = 0; i < s->n_part && pt->start; i++) {
        const ag_part *p = &s->part[i];
        for (int k = 0; p->held && k < p->nb + p->nu; k++)
            if (p->held[k])
                hold_column(s, p, k, x, pt);
        for (int k = 0; p->held && jacobian && k < p->n_stamp; k++)
            if (p->stamp[k].out == p->stamp[k].in && p->stamp[k].out < p->nb + p->nu && p->held[p->stamp[k].out])
                hold_slope(s, p, &p->stamp[k]);
    }
}

/* Residual, and for each node the tolerance reltol * sum |i| + abstol. Returns 0 when something is not finite. */
static int form_residual(ag_system *s, const ag_point *pt)
{
    double poison = 0, reltol = s->c->options.reltol, abstol = s->c->options.abstol;
    for (int i = 0; i < s->n; i++) {
        double qdot = pt->hist ? pt->a * s->Q[i] + pt->hist[i] : 0;
        s->r[i] = s->F[i] + qdot;
        poison += 0 * s->r[i];
        if (i < s->n_node)
            s->S[i] = reltol * (s->S[i] + fabs(qdot)) + abstol;
    }
    s->r[s->ground] = 0;
    return poison == 0;
}

ag_status ag_assemble(ag_system *s, const double *x, const ag_point *pt, int jacobian)
{
    size_t bytes = (size_t)s->rows * sizeof(double);
    ag_status status = AG_OK;
    memset(s->F, 0, bytes);
    memset(s->Q, 0, bytes);
    memset(s->S, 0, bytes);
    s->limited = 0;
    if (jacobian)
        start_values(s, pt->a);
    for (int i = 0; i < s->n_part; i++)
        if (assemble_part(s, &s->part[i], x, pt, jacobian) != AG_OK)
            status = AG_REJECT;
    add_shunts(s, x, pt, jacobian);
    hold_starts(s, x, pt, jacobian);
    return form_residual(s, pt) ? status : AG_REJECT;
}
