/* pattern - which matrix entries the devices need, and where each lane's contribution goes.
 *
 * The kept entries (out, in) of a device are those of its Jacobian plus the fill of the local elimination: out couples
 * to an eliminated unknown and that unknown to in. A branch output stands in two rows, a branch input in two columns. */
#include "solver/system.h"
#include <stdint.h>

/* The places (unknown, sign) that an input or output stands for. */
static int places(const ag_part *p, int k, int *const *col[2], double sign[2])
{
    if (k < p->nb) {
        col[0] = (int *const *)&p->pos[k];
        col[1] = (int *const *)&p->neg[k];
        sign[0] = 1;
        sign[1] = -1;
        return 2;
    }
    col[0] = (int *const *)(k < p->nb + p->nu ? &p->own[k - p->nb] : &p->ref[k - p->nb - p->nu]);
    sign[0] = 1;
    return 1;
}

static int is_eliminated(const ag_part *p, int k)
{
    for (int e = 0; e < p->ne; e++)
        if (p->nb + p->elim[e] == k)
            return 1;
    return 0;
}

static int is_entry(const ag_part *p, int out, int in)
{
    int e = out * p->mi + in;
    if (p->df[e] || p->dq[e])
        return 1;
    for (int i = 0; i < p->ne; i++)               /* fill */
        for (int j = 0; j < p->ne; j++) {
            int oi = out * p->mi + p->nb + p->elim[i], jn = (p->nb + p->elim[j]) * p->mi + in;
            if ((p->df[oi] || p->dq[oi]) && (p->df[jn] || p->dq[jn]))
                return 1;
        }
    return 0;
}

static void add_stamp(ag_system *s, ag_part *p, int out, int in)
{
    ag_stampref *st = &p->stamp[p->n_stamp++];
    int *const *rows[2], *const *cols[2];
    double rsign[2], csign[2];
    int nr = places(p, out, rows, rsign), nc = places(p, in, cols, csign);
    st->out = out;
    st->in = in;
    for (int r = 0; r < nr; r++)
        for (int c = 0; c < nc; c++) {
            st->sign[st->n] = rsign[r] * csign[c];
            st->slot[st->n++] = AG_NEW(s->arena, int, p->padded);
        }
}

typedef struct key { int row, col; } key;         /* of one contribution; row = n_kept: falls on ground */

/* Calls visit for every lane of every stamp in a fixed order. */
typedef void visitor(void *self, int *slot, key at);
static void each_contribution(ag_system *s, visitor *visit, void *self)
{
    for (int i = 0; i < s->n_part; i++) {
        ag_part *p = &s->part[i];
        for (int k = 0; k < p->n_stamp; k++) {
            ag_stampref *st = &p->stamp[k];
            int *const *rows[2], *const *cols[2];
            double sign[2];
            int nr = places(p, st->out, rows, sign), nc = places(p, st->in, cols, sign);
            for (int r = 0, at = 0; r < nr; r++)
                for (int c = 0; c < nc; c++, at++)
                    for (int j = 0; j < p->n; j++) {
                        key x = { s->reduced[(*rows[r])[j]], s->reduced[(*cols[c])[j]] };
                        if (x.col == s->n_kept)
                            x.row = s->n_kept;
                        visit(self, &st->slot[at][j], x);
                    }
        }
    }
}

/* Two passes of counting sort order all contributions by column, then row; equal ones share a position. */
typedef struct gather { key *at; int **slot; int n; int n_kept; } gather;
static void count_one(void *self, int *slot, key at) { (void)slot; ((gather *)self)->n += at.row < ((gather *)self)->n_kept; }
static void collect_one(void *self, int *slot, key at)
{
    gather *g = self;
    if (at.row < g->n_kept) {
        g->at[g->n] = at;
        g->slot[g->n++] = slot;
    } else
        *slot = -1;                                /* patched to nnz once it is known */
}
static void patch_ground(void *self, int *slot, key at)
{
    (void)at;
    if (*slot < 0)
        *slot = *(int *)self;
}

static int *sorted_by(const gather *g, const int *order, int by_column, ag_arena *scratch)
{
    int *start = AG_NEW(scratch, int, g->n_kept + 2), *sorted = AG_NEW(scratch, int, g->n + 1);
    for (int i = 0; i < g->n; i++)
        start[(by_column ? g->at[i].col : g->at[i].row) + 1]++;
    for (int k = 0; k < g->n_kept; k++)
        start[k + 1] += start[k];
    for (int i = 0; i < g->n; i++) {
        int e = order ? order[i] : i;
        sorted[start[by_column ? g->at[e].col : g->at[e].row]++] = e;
    }
    return sorted;
}

static void compress(ag_system *s, gather *g, ag_arena *scratch)
{
    int *order = sorted_by(g, sorted_by(g, NULL, 0, scratch), 1, scratch);
    int *ap = AG_NEW(s->arena, int, s->n_kept + 1), *ai = AG_NEW(s->arena, int, g->n + 1), nnz = 0;
    key last = { -1, -1 };
    for (int i = 0; i < g->n; i++) {
        key at = g->at[order[i]];
        if (at.row != last.row || at.col != last.col) {
            ai[nnz++] = at.row;
            ap[at.col + 1] = nnz;
            last = at;
        }
        *g->slot[order[i]] = nnz - 1;
    }
    for (int j = 0; j < s->n_kept; j++)
        if (ap[j + 1] < ap[j])
            ap[j + 1] = ap[j];
    s->sparse = ag_sparse_new(s->arena, s->n_kept, ap, ai, 0);
}

static void add_stamps(ag_system *s, ag_part *p)
{
    p->stamp = AG_NEW(s->arena, ag_stampref, p->mi * p->mi + 1);
    for (int out = 0; out < p->mi; out++)
        for (int in = 0; in < p->mi; in++)
            if (!is_eliminated(p, out) && !is_eliminated(p, in) && is_entry(p, out, in))
                add_stamp(s, p, out, in);
}

/* Copies the last lane's places into the padding, which is evaluated but goes to ground. */
static void pad_slots(ag_system *s)
{
    for (int i = 0; i < s->n_part; i++)
        for (int k = 0; k < s->part[i].n_stamp; k++)
            for (int c = 0; c < s->part[i].stamp[k].n; c++)
                for (int j = s->part[i].n; j < s->part[i].padded; j++)
                    s->part[i].stamp[k].slot[c][j] = s->sparse->nnz;
}

void ag_pattern_build(ag_system *s)
{
    ag_arena *scratch = ag_arena_new(ag_arena_host(s->arena));
    if (!scratch)
        longjmp(*ag_arena_oom(s->arena), 1);
    s->scratch = scratch;                          /* freed with the system if memory runs out below */
    ag_arena_on_oom(scratch, ag_arena_oom(s->arena));
    for (int i = 0; i < s->n_part; i++)
        add_stamps(s, &s->part[i]);
    gather g = { .n = s->n_kept, .n_kept = s->n_kept };
    each_contribution(s, count_one, &g);
    g.at = AG_NEW(scratch, key, g.n + 1);
    g.slot = AG_NEW(scratch, int *, g.n + 1);
    s->diag = AG_NEW(s->arena, int, s->n_kept + 1);
    g.n = 0;
    for (int k = 0; k < s->n_kept; k++)            /* every diagonal: gmin stepping and clamps need it */
        collect_one(&g, &s->diag[k], (key){ k, k });
    each_contribution(s, collect_one, &g);
    compress(s, &g, scratch);
    each_contribution(s, patch_ground, &s->sparse->nnz);
    pad_slots(s);
    s->scratch = NULL;
    ag_arena_free(scratch);
}
