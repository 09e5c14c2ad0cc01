/* system - numbers the unknowns, decides what is eliminated, and lays out the columns of every batch. */
#include "solver/lanes.h"
#include <math.h>
#include <stdint.h>
#include <string.h>

static int padded_lanes(int n) { return (n + AG_LANES - 1) / AG_LANES * AG_LANES; }

static int **int_columns(ag_arena *a, int n, int lanes)
{
    int **c = AG_NEW(a, int *, n + 1);
    for (int k = 0; k < n; k++)
        c[k] = AG_NEW(a, int, lanes);
    return c;
}

static double **columns(ag_arena *a, int n, int lanes)
{
    double **c = AG_NEW(a, double *, n + 1);
    for (int k = 0; k < n; k++)
        c[k] = AG_NEW(a, double, lanes);
    return c;
}

static void part_shape(ag_system *s, ag_part *p, const ag_batch *b)
{
    const ag_model *m = b->model;
    p->b = b;
    p->m = m;
    p->n = b->n;
    p->padded = padded_lanes(b->n);
    p->nb = m->n_branch;
    p->nu = m->n_unknown;
    p->mi = ag_model_inputs(m);
    p->linear = (m->flags & AG_LINEAR) != 0;
    p->base = s->n;
    s->n += p->nu * p->n;
    p->df = AG_NEW(s->arena, unsigned char, p->mi * p->mi + 1);
    p->dq = AG_NEW(s->arena, unsigned char, p->mi * p->mi + 1);
    for (int e = 0; e < p->mi * p->mi; e++) {
        p->df[e] = (unsigned char)(ag_model_df(m, e) != 0);
        p->dq[e] = (unsigned char)(ag_model_dq(m, e) != 0);
    }
    p->limits = m->limit != NULL;
    for (int k = 0; k < p->nu; k++)
        if (isfinite(m->unknown[k].min) && isfinite(m->unknown[k].max) && m->unknown[k].max > m->unknown[k].min)
            p->limits = 1;
        else if (m->unknown[k].newton > 0)
            p->limits = 1;
}

/* Own unknowns start eliminated unless the model says global or the part is linear (V, L, E: zero diagonals). */
static void mark_eliminated(ag_system *s, unsigned char *keep, int whole)
{
    for (int i = 0; i < s->n_part; i++) {
        ag_part *p = &s->part[i];
        for (int k = 0; k < p->nu; k++)
            keep[i * AG_MAX_UNKNOWN + k] = (unsigned char)(whole || p->linear || p->m->unknown[k].global);
    }
    for (int i = 0; i < s->n_part; i++) {
        const ag_batch *b = s->part[i].b;
        for (int k = 0; k < b->n * b->model->n_ref; k++)
            keep[b->ref[k].batch * AG_MAX_UNKNOWN + b->ref[k].unknown] = 1;
    }
    for (int i = 0; i < s->n_part; i++) {
        ag_part *p = &s->part[i];
        p->elim = AG_NEW(s->arena, int, p->nu + 1);
        for (int k = 0; k < p->nu; k++)
            if (!keep[i * AG_MAX_UNKNOWN + k] && p->ne < AG_MAX_LOCAL)
                p->elim[p->ne++] = k;
    }
}

static void number_kept(ag_system *s)
{
    s->reduced = AG_NEW(s->arena, int, s->n + 1);
    for (int i = 0; i < s->n_part; i++)
        for (int e = 0; e < s->part[i].ne; e++)
            for (int j = 0; j < s->part[i].n; j++)
                s->reduced[s->part[i].base + s->part[i].elim[e] * s->part[i].n + j] = -1;
    s->kept = AG_NEW(s->arena, int, s->n + 1);
    for (int i = 0; i < s->n; i++)
        if (s->reduced[i] == 0) {
            s->reduced[i] = s->n_kept;
            s->kept[s->n_kept++] = i;
        }
    for (int i = 0; i <= s->n; i++)
        if (i == s->ground || s->reduced[i] < 0)
            s->reduced[i] = s->n_kept;
}

static void part_places(ag_system *s, ag_part *p)
{
    const ag_model *m = p->m;
    p->pos = int_columns(s->arena, p->nb, p->padded);
    p->neg = int_columns(s->arena, p->nb, p->padded);
    p->own = int_columns(s->arena, p->nu, p->padded);
    p->ref = int_columns(s->arena, m->n_ref, p->padded);
    for (int j = 0; j < p->padded; j++) {
        int l = j < p->n ? j : p->n - 1;
        for (int k = 0; k < p->nb; k++) {
            int a = p->b->node[m->branch[k].pos][l], b = p->b->node[m->branch[k].neg][l];
            p->pos[k][j] = a ? a - 1 : s->ground;
            p->neg[k][j] = b ? b - 1 : s->ground;
        }
        for (int k = 0; k < p->nu; k++)
            p->own[k][j] = p->base + k * p->n + l;
        for (int k = 0; k < m->n_ref; k++) {
            ag_instref r = p->b->ref[l * m->n_ref + k];
            p->ref[k][j] = s->part[r.batch].base + r.unknown * s->part[r.batch].n + r.lane;
        }
    }
    p->row = AG_NEW(s->arena, int *, p->mi + 1);
    for (int k = 0; k < p->nu; k++)
        p->row[p->nb + k] = p->own[k];
    for (int k = 0; k < m->n_ref; k++)
        p->row[p->nb + p->nu + k] = p->ref[k];
    p->adds = AG_NEW(s->arena, unsigned char, p->mi + 1);
    for (int e = 0; e < p->mi * p->mi; e++)
        p->adds[e / p->mi] |= (unsigned char)(e / p->mi < p->nb + p->nu || p->df[e] || p->dq[e]);
}

/* Initial value of own unknown or memory k: out of a file of states, else `usual`. */
static double start_of(const ag_batch *b, int k, int lane, double usual)
{
    double own = b->own_state ? b->own_state[k][lane < b->n ? lane : b->n - 1] : NAN;
    return isnan(own) ? isnan(usual) ? 0 : usual : own;
}

/* Where own unknowns and memories begin. */
static void part_start(ag_system *s, ag_part *p)
{
    const ag_model *m = p->m;
    p->start = columns(s->arena, p->nu, p->padded);
    p->latch = columns(s->arena, m->n_latch, p->padded);
    for (int k = 0; k < p->nu; k++) {
        int init = m->unknown[k].init;
        for (int j = 0; j < p->padded; j++)
            p->start[k][j] = start_of(p->b, k, j, init < 0 ? 0 : p->b->param[init][p->b->uniform[init] ? j % AG_LANES : j]);
    }
    for (int k = 0; k < m->n_latch; k++) {
        int from = m->latch[k].param - 1;
        for (int j = 0; j < p->padded; j++)
            p->latch[k][j] = start_of(p->b, m->n_unknown + k, j,
                                      from < 0 ? m->latch[k].init : p->b->param[from][p->b->uniform[from] ? j % AG_LANES : j]);
    }
    s->latches |= m->n_latch > 0;
}

/* Initial branch voltages under uic: the branch's parameter, NAN where it is not given. */
static void part_initial(ag_system *s, ag_part *p)
{
    for (int k = 0; k < p->nb; k++) {
        int init = p->m->branch[k].init - 1;
        if (init < 0)
            continue;
        if (!p->init)
            p->init = AG_NEW(s->arena, double *, p->nb);
        p->init[k] = AG_NEW(s->arena, double, p->padded);
        for (int j = 0; j < p->padded; j++)
            p->init[k][j] = p->b->param[init][p->b->uniform[init] ? j % AG_LANES : j];
    }
}

/* Where ic= was given to what an operating point before a transient holds. */
static void part_held(ag_system *s, ag_part *p)
{
    for (int k = 0; k < p->nb + p->nu && p->m->flags & AG_STARTS; k++) {
        int init = k < p->nb ? p->m->branch[k].init - 1 : p->m->unknown[k - p->nb].init, any = 0;
        for (int j = 0; j < p->b->n && init >= 0; j++) any |= p->b->given[init][j];
        if (!any) continue;
        if (!p->held) p->held = AG_NEW(s->arena, double *, p->nb + p->nu);
        p->held[k] = AG_NEW(s->arena, double, p->padded);
        for (int j = 0; j < p->padded; j++)
            p->held[k][j] = j < p->b->n && p->b->given[init][j] ? p->b->param[init][p->b->uniform[init] ? j % AG_LANES : j] : NAN;
        s->holds = 1;
    }
}

static void part_storage(ag_system *s, ag_part *p)
{
    p->u = columns(s->arena, p->mi, p->padded);
    p->tolerance = columns(s->arena, p->nu, p->padded);
    s->n_switch += p->m->flags & AG_SWITCHES ? p->n : 0;
    if (!p->ne)
        return;
    p->w = columns(s->arena, p->ne * p->ne, p->padded);
    p->jeb = AG_NEW(s->arena, double *, p->ne * p->mi);
    p->jbe = AG_NEW(s->arena, double *, p->mi * p->ne);
    for (int e = 0; e < p->ne; e++)
        for (int k = 0; k < p->mi; k++) {
            int row = (p->nb + p->elim[e]) * p->mi + k, col = k * p->mi + p->nb + p->elim[e];
            if (p->df[row] || p->dq[row])
                p->jeb[e * p->mi + k] = AG_NEW(s->arena, double, p->padded);
            if (p->df[col] || p->dq[col])
                p->jbe[k * p->ne + e] = AG_NEW(s->arena, double, p->padded);
        }
    for (int e = 0; e < p->ne; e++)                       /* the eliminated block itself is in w */
        for (int f = 0; f < p->ne; f++) {
            p->jeb[e * p->mi + p->nb + p->elim[f]] = NULL;
            p->jbe[(p->nb + p->elim[f]) * p->ne + e] = NULL;
        }
}

static void set_tolerances(ag_system *s)
{
    const ag_options *o = &s->c->options;
    s->abstol = AG_NEW(s->arena, double, s->n + 1);
    s->controlled = AG_NEW(s->arena, unsigned char, s->n + 1);
    for (int i = 0; i < s->n_node; i++) {
        s->abstol[i] = o->vntol;
        s->controlled[i] = AG_BY_VALUE;
    }
    for (int i = 0; i < s->n_part; i++) {
        const ag_part *p = &s->part[i];
        for (int k = 0; k < p->nu; k++) {
            const ag_unknown *u = &p->m->unknown[k];
            int own = (p->nb + k) * p->mi + p->nb + k;
            double tol = u->abstol > 0 ? u->abstol : strcmp(u->unit, "A") == 0 ? o->abstol : o->vntol;
            for (int j = 0; j < p->n; j++) {
                s->abstol[p->base + k * p->n + j] = tol;
                /* A source's current follows the slopes of q and has no error of its own (an index-2 unknown). */
                s->controlled[p->base + k * p->n + j] = p->dq[own] ? AG_BY_VALUE : AG_UNCONTROLLED;
            }
        }
    }
}

/* Slots behind the rows: one for a probed current, one per branch for a power; an index for every conductance. */
static void add_taps(ag_system *s)
{
    const ag_plan *plan = &s->c->plan;
    s->rows = s->n + 1;
    s->tap_row = AG_NEW(s->arena, int, plan->n_probe + 1);
    s->tap_conductance = AG_NEW(s->arena, int, plan->n_probe + 1);
    for (int i = 0; i < s->n_part; i++)
        s->part[i].tap = NULL;
    int *count = AG_NEW(s->arena, int, s->n_part + 1), *cap = AG_NEW(s->arena, int, s->n_part + 1);
    for (int k = 0; k < plan->n_probe; k++) {
        const ag_probe *pr = &plan->probe[k];
        s->tap_row[k] = s->tap_conductance[k] = -1;
        int power = pr->kind == AG_PROBE_POWER, current = pr->kind == AG_PROBE_CURRENT || power;
        if (!current && pr->kind != AG_PROBE_CONDUCTANCE)
            continue;
        ag_part *p = &s->part[pr->batch];
        ag_tap tap = { pr->lane, s->ground, power ? -1 : pr->index, -1 };
        if (current) {
            tap.row = s->tap_row[k] = s->rows;
            s->rows += power ? p->nb : 1;
        } else {
            tap.conductance = s->tap_conductance[k] = s->n_conductance++;
            p->measures = 1;
        }
        *AG_PUSH(s->arena, p->tap, count[pr->batch], cap[pr->batch]) = tap;
        p->n_tap = count[pr->batch];
    }
    s->conductance = AG_NEW(s->arena, double, s->n_conductance + 1);
}

/* Scratch of one tile: f, q, correction and Jacobian columns, local elimination, what the model needs. */
static size_t tile_doubles(const ag_part *p)
{
    size_t mi = (size_t)p->mi;
    return (size_t)AG_LANES * (3 * mi + 3 * mi * mi + 1) + (size_t)ag_local_scratch(p) + p->m->scratch + 64;
}

static void number_parts(ag_system *s)
{
    s->n_node = s->n = s->c->n_node - 1;
    s->part = AG_NEW(s->arena, ag_part, s->c->n_batch + 1);
    s->n_part = s->c->n_batch;
    for (int i = 0; i < s->n_part; i++)
        part_shape(s, &s->part[i], s->c->batch[i]);
    s->ground = s->n;
    s->linear = 1;
    for (int i = 0; i < s->n_part; i++)
        s->linear &= s->part[i].linear;
}

ag_system *ag_system_new(ag_circuit *c, ag_arena *arena, ag_stats *stats, int whole)
{
    ag_system *s = AG_NEW(arena, ag_system, 1);
    size_t tile = 0;
    s->c = c;
    s->arena = arena;
    s->stats = stats;
    number_parts(s);
    mark_eliminated(s, AG_NEW(arena, unsigned char, s->n_part * AG_MAX_UNKNOWN + 1), whole);
    number_kept(s);
    for (int i = 0; i < s->n_part; i++) {
        ag_part *p = &s->part[i];
        part_places(s, p);
        part_start(s, p);
        part_initial(s, p);
        part_held(s, p);
        part_storage(s, p);
        tile = tile_doubles(p) > tile ? tile_doubles(p) : tile;
    }
    set_tolerances(s);
    add_taps(s);
    s->tile = AG_NEW(arena, double, tile);
    s->F = AG_NEW(arena, double, s->rows);
    s->Q = AG_NEW(arena, double, s->rows);
    s->S = AG_NEW(arena, double, s->rows);
    s->r = AG_NEW(arena, double, s->n + 1);
    s->rhs = AG_NEW(arena, double, s->n_kept + 1);
    s->work = AG_NEW(arena, double, s->n + 1);
    return s;
}

void ag_system_prepare(ag_system *s)
{
    ag_pattern_build(s);
    s->base_g = AG_NEW(s->arena, double, s->sparse->nnz + 1);
    s->base_c = AG_NEW(s->arena, double, s->sparse->nnz + 1);
    s->base = AG_NEW(s->arena, double, s->sparse->nnz + 1);
    ag_lanes_make(s);
    ag_assemble_linear(s);
    s->stats->unknowns = s->n;
    s->stats->equations = s->n_kept;
    s->stats->nonzeros = s->sparse->nnz;
}

void ag_initial_states(const ag_system *s, double *x)
{
    for (int i = 0; i < s->n_part; i++) {
        const ag_part *p = &s->part[i];
        for (int k = 0; k < p->nu; k++)
            if (p->m->unknown[k].init >= 0)
                memcpy(x + p->base + k * p->n, p->start[k], (size_t)p->n * sizeof *x);
    }
}

void ag_system_states(const ag_system *s, const double *x, ag_run_io *io)
{
    for (int i = 0; i < s->n_part && io->state; i++) {
        const ag_part *p = &s->part[i];
        for (int j = 0; j < p->n; j++) {
            ag_instance who = { i, j };
            for (int k = 0; k < p->nu; k++)
                if (ag_unknown_is_state(&p->m->unknown[k]))
                    io->state(io->self, who, k, x[p->own[k][j]]);
            for (int k = 0; k < p->m->n_latch; k++)
                io->state(io->self, who, p->nu + k, p->latch[k][j]);
        }
    }
}

void ag_system_free(ag_system *s)
{
    if (!s)
        return;
    ag_sparse_free(s->sparse);
    ag_sparse_free(s->small_signal);
    ag_arena_free(s->scratch);
}

const char *ag_system_name(const ag_system *s, int unknown, ag_arena *a)
{
    if (unknown < s->n_node)
        return ag_printf(a, "node '%s'", s->c->node_name[unknown + 1]);
    for (int i = 0; i < s->n_part; i++) {
        const ag_part *p = &s->part[i];
        int k = unknown - p->base;
        if (k >= 0 && k < p->nu * p->n) {
            const ag_unknown *u = &p->m->unknown[k / p->n];
            const char *kind = strcmp(u->unit, "A") == 0 ? "current" : "state";
            return ag_printf(a, "%s '%s' of '%s'", kind, u->name, p->b->name[k % p->n]);
        }
    }
    return "ground";
}
