/* local - elimination of a device's own unknowns, lane by lane, before they reach the matrix.
 *
 * With e the eliminated and k the kept inputs of one device,
 *     [ Jkk Jke ] [dk]   [bk]          (Jkk - Jke W Jek) dk = bk - Jke W be
 *     [ Jek Jee ] [de] = [be],         de = W (be - Jek dk),     W = Jee^-1 .
 * Jee is nearly a/dt on its diagonal, so W comes from Gauss-Jordan elimination without pivoting, vectorised over the
 * lanes; a lane whose pivot falls below PIVOT_FLOOR of its row is inverted again with row pivoting. */
#include "solver/system.h"
#include <math.h>
#include <string.h>

#define PIVOT_FLOOR 1e-6

int ag_local_scratch(const ag_part *p) { return AG_LANES * (p->ne * p->ne + p->ne + p->mi * p->ne + 2); }

/* In place; bad[i] is set where a pivot is small against the largest entry its row started with. */
static void invert_lanes(int ne, int n, double *const *w, double *const *largest, double *bad)
{
    for (int i = 0; i < n; i++)
        bad[i] = 0;
    for (int r = 0; r < ne; r++)
        for (int i = 0; i < n; i++) {
            double top = 0;
            for (int c = 0; c < ne; c++)
                top = fabs(w[r * ne + c][i]) > top ? fabs(w[r * ne + c][i]) : top;
            largest[r][i] = top;
        }
    for (int k = 0; k < ne; k++) {
        double *wkk = w[k * ne + k];
        for (int i = 0; i < n; i++) {
            bad[i] += !(fabs(wkk[i]) > PIVOT_FLOOR * largest[k][i]);
            wkk[i] = 1 / wkk[i];
        }
        for (int c = 0; c < ne; c++)
            for (int i = 0; i < n && c != k; i++)
                w[k * ne + c][i] *= wkk[i];
        for (int r = 0; r < ne; r++) {
            if (r == k)
                continue;
            double *factor = w[r * ne + k];
            for (int c = 0; c < ne; c++)
                for (int i = 0; i < n && c != k; i++)
                    w[r * ne + c][i] -= factor[i] * w[k * ne + c][i];
            for (int i = 0; i < n; i++)
                factor[i] *= -wkk[i];
        }
    }
}

/* One lane with row pivoting: a (ne x ne, destroyed) -> inv. Returns 0 when singular. */
static int invert_pivoting(int ne, double *a, double *inv)
{
    memset(inv, 0, (size_t)(ne * ne) * sizeof *inv);
    for (int k = 0; k < ne; k++)
        inv[k * ne + k] = 1;
    for (int k = 0; k < ne; k++) {
        int best = k;
        for (int r = k + 1; r < ne; r++)
            if (fabs(a[r * ne + k]) > fabs(a[best * ne + k]))
                best = r;
        double pivot = a[best * ne + k];
        if (!(fabs(pivot) > 0) || !isfinite(1 / pivot))
            return 0;
        for (int c = 0; c < ne; c++) {
            double t = a[best * ne + c], v = inv[best * ne + c];
            a[best * ne + c] = a[k * ne + c];
            inv[best * ne + c] = inv[k * ne + c];
            a[k * ne + c] = t / pivot;
            inv[k * ne + c] = v / pivot;
        }
        for (int r = 0; r < ne; r++) {
            double factor = a[r * ne + k];
            for (int c = 0; c < ne && r != k; c++) {
                a[r * ne + c] -= factor * a[k * ne + c];
                inv[r * ne + c] -= factor * inv[k * ne + c];
            }
        }
    }
    return 1;
}

static ag_status invert_bad_lane(const ag_part *p, int from, int i, double *const *j)
{
    double a[AG_MAX_LOCAL * AG_MAX_LOCAL], inv[AG_MAX_LOCAL * AG_MAX_LOCAL];
    for (int r = 0; r < p->ne; r++)
        for (int c = 0; c < p->ne; c++) {
            int e = (p->nb + p->elim[r]) * p->mi + p->nb + p->elim[c];
            a[r * p->ne + c] = p->df[e] || p->dq[e] ? j[e][i] : 0;
        }
    if (!invert_pivoting(p->ne, a, inv))
        return AG_REJECT;
    for (int k = 0; k < p->ne * p->ne; k++)
        p->w[k][from + i] = inv[k];
    return AG_OK;
}

/* Copies the coupling columns out of the tile: they serve every solve until the next evaluation. */
static void keep_coupling(const ag_part *p, int from, int n, double *const *j)
{
    size_t bytes = (size_t)n * sizeof(double);
    for (int e = 0; e < p->ne; e++)
        for (int k = 0; k < p->mi; k++) {
            int own = p->nb + p->elim[e];
            if (p->jeb[e * p->mi + k])
                memcpy(p->jeb[e * p->mi + k] + from, j[own * p->mi + k], bytes);
            if (p->jbe[k * p->ne + e])
                memcpy(p->jbe[k * p->ne + e] + from, j[k * p->mi + own], bytes);
        }
}

/* j[out][in] -= (Jke W)[out] Jek[in] for every kept stamp. t[e] is the row Jke W of one output. */
static void schur(const ag_part *p, int from, int n, double *const *j, double *const *t)
{
    int ready = -1;
    for (int s = 0; s < p->n_stamp; s++) {
        int out = p->stamp[s].out, in = p->stamp[s].in, e = out * p->mi + in;
        if (!p->df[e] && !p->dq[e])
            memset(j[e], 0, (size_t)n * sizeof(double));
        if (out != ready) {                               /* stamps are ordered by output */
            for (int c = 0; c < p->ne; c++) {
                memset(t[c], 0, (size_t)n * sizeof(double));
                for (int r = 0; r < p->ne; r++)
                    if (p->jbe[out * p->ne + r])
                        for (int i = 0; i < n; i++)
                            t[c][i] += p->jbe[out * p->ne + r][from + i] * p->w[r * p->ne + c][from + i];
            }
            ready = out;
        }
        for (int c = 0; c < p->ne; c++)
            if (p->jeb[c * p->mi + in])
                for (int i = 0; i < n; i++)
                    j[e][i] -= t[c][i] * p->jeb[c * p->mi + in][from + i];
    }
}

ag_status ag_local_eliminate(const ag_part *p, int from, int n, double *const *j, double *scratch)
{
    double *w[AG_MAX_LOCAL * AG_MAX_LOCAL], *row[AG_MAX_LOCAL], *bad = scratch;
    ag_status status = AG_OK;
    for (int r = 0; r < p->ne; r++) {
        row[r] = scratch + (r + 1) * AG_LANES;
        for (int c = 0; c < p->ne; c++) {
            int e = (p->nb + p->elim[r]) * p->mi + p->nb + p->elim[c];
            w[r * p->ne + c] = p->w[r * p->ne + c] + from;
            if (p->df[e] || p->dq[e])
                memcpy(w[r * p->ne + c], j[e], (size_t)n * sizeof(double));
            else
                memset(w[r * p->ne + c], 0, (size_t)n * sizeof(double));
        }
    }
    invert_lanes(p->ne, n, w, row, bad);
    for (int i = 0; i < n; i++)
        if (bad[i] > 0 && invert_bad_lane(p, from, i, j) != AG_OK)
            status = AG_REJECT;
    keep_coupling(p, from, n, j);
    schur(p, from, n, j, row);
    return status;
}

/* rhs of the kept rows: b_k - Jke W b_e, from a vector over all unknowns. */
static void reduce(ag_system *s, const double *b)
{
    for (int k = 0; k < s->n_kept; k++)
        s->rhs[k] = b[s->kept[k]];
    for (int q = 0; q < s->n_part; q++) {
        const ag_part *p = &s->part[q];
        for (int i = 0; i < p->n && p->ne; i++) {
            double t[AG_MAX_LOCAL];
            for (int r = 0; r < p->ne; r++) {
                t[r] = 0;
                for (int c = 0; c < p->ne; c++)
                    t[r] += p->w[r * p->ne + c][i] * b[p->own[p->elim[c]][i]];
            }
            for (int k = 0; k < p->mi; k++) {
                double sum = 0;
                int any = 0;
                for (int r = 0; r < p->ne; r++)
                    if (p->jbe[k * p->ne + r]) {
                        sum += p->jbe[k * p->ne + r][i] * t[r];
                        any = 1;
                    }
                if (!any)
                    continue;
                s->rhs[s->reduced[k < p->nb ? p->pos[k][i] : p->row[k][i]]] -= sum;
                if (k < p->nb)
                    s->rhs[s->reduced[p->neg[k][i]]] += sum;
            }
        }
    }
}

static void expand(ag_system *s, const double *b, double *dx)
{
    for (int k = 0; k < s->n_kept; k++)
        s->work[s->kept[k]] = s->rhs[k];
    s->work[s->ground] = 0;
    for (int q = 0; q < s->n_part; q++) {
        const ag_part *p = &s->part[q];
        for (int i = 0; i < p->n && p->ne; i++) {
            double t[AG_MAX_LOCAL];
            for (int c = 0; c < p->ne; c++) {
                t[c] = b[p->own[p->elim[c]][i]];
                for (int k = 0; k < p->mi; k++)
                    if (p->jeb[c * p->mi + k]) {
                        double d = k < p->nb ? s->work[p->pos[k][i]] - s->work[p->neg[k][i]]
                                 : s->work[p->row[k][i]];
                        t[c] -= p->jeb[c * p->mi + k][i] * d;
                    }
            }
            for (int r = 0; r < p->ne; r++) {
                double sum = 0;
                for (int c = 0; c < p->ne; c++)
                    sum += p->w[r * p->ne + c][i] * t[c];
                s->work[p->own[p->elim[r]][i]] = sum;
            }
        }
    }
    memcpy(dx, s->work, ((size_t)s->n + 1) * sizeof(double));
}

void ag_system_solve(ag_system *s, const double *b, double *dx)
{
    reduce(s, b);
    ag_sparse_solve(s->sparse, s->rhs, s->stats);
    s->rhs[s->n_kept] = 0;
    expand(s, b, dx);
}
