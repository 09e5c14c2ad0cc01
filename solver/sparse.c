/* sparse - KLU behind the interface of sparse.h. */
#include "solver/sparse.h"
#include <math.h>
#include <string.h>

/* Fewer digits than this lost to pivots that klu_refactor keeps from older values, compared with fresh ones. */
#define PIVOT_DECAY 1e-6

/* ---- the real and the complex half of KLU ---- */

static void drop_numeric(ag_sparse *s)
{
    if (s->is_complex)
        klu_z_free_numeric(&s->numeric, &s->common);
    else
        klu_free_numeric(&s->numeric, &s->common);
}

static klu_numeric *new_factors(ag_sparse *s)
{
    return (s->is_complex ? klu_z_factor : klu_factor)(s->ap, s->ai, s->ax, s->symbolic, &s->common);
}

static int same_pivots(ag_sparse *s)
{
    return (s->is_complex ? klu_z_refactor : klu_refactor)(s->ap, s->ai, s->ax, s->symbolic, s->numeric, &s->common)
           && s->common.status == KLU_OK;
}

/* Smallest over largest pivot. */
static double pivots(ag_sparse *s)
{
    (s->is_complex ? klu_z_rcond : klu_rcond)(s->symbolic, s->numeric, &s->common);
    return s->common.rcond;
}

static double flops(ag_sparse *s)
{
    (s->is_complex ? klu_z_flops : klu_flops)(s->symbolic, s->numeric, &s->common);
    return s->common.flops;
}

/* ---- the interface ---- */

ag_sparse *ag_sparse_new(ag_arena *arena, int n, int *ap, int *ai, int is_complex)
{
    ag_sparse *s = AG_NEW(arena, ag_sparse, 1);
    s->n = n;
    s->nnz = ap[n];
    s->is_complex = is_complex;
    s->ap = ap;
    s->ai = ai;
    s->ax = AG_NEW(arena, double, ((size_t)s->nnz + 1) * (is_complex ? 2 : 1));
    klu_defaults(&s->common);
    s->common.halt_if_singular = 1;
    return s;
}

void ag_sparse_free(ag_sparse *s)
{
    if (!s)
        return;
    drop_numeric(s);
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
    drop_numeric(s);
    s->numeric = new_factors(s);
    stats->factor++;
    if (!s->numeric || s->common.status != KLU_OK)
        return fail(s, where);
    s->pivot_ratio = pivots(s);
    s->flops = flops(s);
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
    if (!same_pivots(s) || !(pivots(s) > PIVOT_DECAY * s->pivot_ratio))
        return factor_fresh(s, stats, where);
    return AG_OK;
}

void ag_sparse_solve(ag_sparse *s, double *b, ag_stats *stats)
{
    stats->solve++;
    if (s->n > 0)
        (s->is_complex ? klu_z_solve : klu_solve)(s->symbolic, s->numeric, s->n, 1, b, &s->common);
}

void ag_sparse_noise(const ag_sparse *s, const double *x, double *noise)
{
    memset(noise, 0, (size_t)s->n * sizeof *noise);
    for (int j = 0; j < s->n; j++)
        for (int k = s->ap[j]; k < s->ap[j + 1]; k++)
            noise[s->ai[k]] += fabs(s->ax[k] * x[j]);
}

static double size_of(const double *z) { return fabs(z[0]) + fabs(z[1]); }

double ag_sparse_backward_error(const ag_sparse *s, const double *x, const double *b, double *work)
{
    double *rest = work, *scale = work + 2 * s->n, worst = 0;
    for (int i = 0; i < s->n; i++) {
        rest[2 * i] = b[2 * i];
        rest[2 * i + 1] = b[2 * i + 1];
        scale[i] = size_of(&b[2 * i]);
    }
    for (int j = 0; j < s->n; j++)
        for (int k = s->ap[j]; k < s->ap[j + 1]; k++) {
            const double *a = &s->ax[2 * k], *z = &x[2 * j];
            double       *r = &rest[2 * s->ai[k]];
            r[0] -= a[0] * z[0] - a[1] * z[1];
            r[1] -= a[0] * z[1] + a[1] * z[0];
            scale[s->ai[k]] += size_of(a) * size_of(z);
        }
    for (int i = 0; i < s->n; i++) {
        double error = scale[i] == 0 ? 0 : size_of(&rest[2 * i]) / scale[i];
        worst = error > worst || isnan(error) ? error : worst;
    }
    return worst;
}
