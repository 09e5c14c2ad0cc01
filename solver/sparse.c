/* sparse - KLU behind the interface of sparse.h. */
#include "solver/sparse.h"
#include <math.h>
#include <string.h>

/* Fewer digits than this lost to pivots that klu_refactor keeps from older values, compared with fresh ones. */
#define PIVOT_DECAY 1e-6

ag_sparse *ag_sparse_new(ag_arena *arena, int n, int *ap, int *ai)
{
    ag_sparse *s = AG_NEW(arena, ag_sparse, 1);
    s->n = n;
    s->nnz = ap[n];
    s->ap = ap;
    s->ai = ai;
    s->ax = AG_NEW(arena, double, s->nnz + 1);
    klu_defaults(&s->common);
    s->common.halt_if_singular = 1;
    return s;
}

void ag_sparse_free(ag_sparse *s)
{
    if (!s)
        return;
    klu_free_numeric(&s->numeric, &s->common);
    klu_free_symbolic(&s->symbolic, &s->common);
}

static ag_status fail(ag_sparse *s, int *where)
{
    if (s->common.status == KLU_OUT_OF_MEMORY)
        return AG_ENOMEM;
    *where = s->common.singular_col >= 0 && s->common.singular_col < s->n ? s->common.singular_col : 0;
    return AG_ESINGULAR;
}

/* KLU numbers an all-zero column in the order of the permuted matrix; what users see is the original number. */
static ag_status factor_fresh(ag_sparse *s, ag_stats *stats, int *where)
{
    klu_free_numeric(&s->numeric, &s->common);
    s->numeric = klu_factor(s->ap, s->ai, s->ax, s->symbolic, &s->common);
    stats->factor++;
    if (!s->numeric || s->common.status != KLU_OK)
        return fail(s, where);
    klu_rcond(s->symbolic, s->numeric, &s->common);
    s->pivot_ratio = s->common.rcond;
    s->stale = 0;
    return isfinite(s->pivot_ratio) && s->pivot_ratio > 0 ? AG_OK : fail(s, where);
}

ag_status ag_sparse_factor(ag_sparse *s, ag_stats *stats, int *where)
{
    *where = 0;
    if (s->n == 0)
        return AG_OK;
    if (!s->symbolic && !(s->symbolic = klu_analyze(s->n, s->ap, s->ai, &s->common)))
        return fail(s, where);
    if (!s->numeric || s->stale)
        return factor_fresh(s, stats, where);
    stats->refactor++;
    if (!klu_refactor(s->ap, s->ai, s->ax, s->symbolic, s->numeric, &s->common) || s->common.status != KLU_OK)
        return factor_fresh(s, stats, where);
    klu_rcond(s->symbolic, s->numeric, &s->common);
    if (!(s->common.rcond > PIVOT_DECAY * s->pivot_ratio))
        return factor_fresh(s, stats, where);
    return AG_OK;
}

void ag_sparse_solve(ag_sparse *s, double *b, ag_stats *stats)
{
    stats->solve++;
    if (s->n > 0)
        klu_solve(s->symbolic, s->numeric, s->n, 1, b, &s->common);
}

void ag_sparse_noise(const ag_sparse *s, const double *x, double *noise)
{
    memset(noise, 0, (size_t)s->n * sizeof *noise);
    for (int j = 0; j < s->n; j++)
        for (int k = s->ap[j]; k < s->ap[j + 1]; k++)
            noise[s->ai[k]] += fabs(s->ax[k] * x[j]);
}
