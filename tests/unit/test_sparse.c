/* The complex half of the linear solver against dense elimination, and what it does when pivots decay or are missing. */
#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "core/arena.h"
#include "solver/sparse.h"
#include "tests/support/close.h"
#include "tests/support/tile.h"

enum { N = 40 };
typedef double complex number;

static uint64_t seed = 0x94d049bb133111ebu;

typedef struct matrix { ag_arena *arena; ag_sparse *s; ag_stats stats; int ap[N + 1], ai[N * N]; } matrix;

/* A random pattern with a full diagonal. */
static int make(void **state)
{
    matrix *m = calloc(1, sizeof *m);
    m->arena = ag_arena_new(NULL);
    for (int j = 0, nnz = 0; j < N; j++) {
        for (int i = 0; i < N; i++)
            if (i == j || tile_random(&seed, 0, 1) < 0.1)
                m->ai[nnz++] = i;
        m->ap[j + 1] = nnz;
    }
    m->s = ag_sparse_new(m->arena, N, m->ap, m->ai, 1);
    *state = m;
    return 0;
}

static int drop(void **state)
{
    matrix *m = *state;
    ag_sparse_free(m->s);
    ag_arena_free(m->arena);
    free(m);
    return 0;
}

/* Values over some decades, as conductances and susceptances are. */
static void fill(matrix *m, double decades)
{
    for (int k = 0; k < 2 * m->s->nnz; k++)
        m->s->ax[k] = tile_random(&seed, -1, 1) * pow(10, tile_random(&seed, -decades, decades));
}

/* Gauss elimination with row pivoting of [A | b]. */
static void solve_dense(const ag_sparse *s, const number *b, number *x)
{
    static number a[N][N + 1];
    memset(a, 0, sizeof a);
    for (int j = 0; j < N; j++)
        for (int k = s->ap[j]; k < s->ap[j + 1]; k++)
            a[s->ai[k]][j] = s->ax[2 * k] + I * s->ax[2 * k + 1];
    for (int i = 0; i < N; i++)
        a[i][N] = b[i];
    for (int k = 0; k < N; k++) {
        int best = k;
        for (int i = k + 1; i < N; i++)
            best = cabs(a[i][k]) > cabs(a[best][k]) ? i : best;
        for (int j = 0; j <= N; j++) {
            number t = a[k][j];
            a[k][j] = a[best][j];
            a[best][j] = t;
        }
        for (int i = k + 1; i < N; i++)
            for (int j = N; j >= k; j--)
                a[i][j] -= a[i][k] / a[k][k] * a[k][j];
    }
    for (int i = N - 1; i >= 0; i--) {
        x[i] = a[i][N];
        for (int j = i + 1; j < N; j++)
            x[i] -= a[i][j] * x[j];
        x[i] /= a[i][i];
    }
}

static void check(matrix *m, double most, double rtol)
{
    number x[N], b[N], want[N];
    double work[3 * N], largest = 0;
    int    where;
    for (int i = 0; i < N; i++)
        x[i] = b[i] = tile_random(&seed, -1, 1) + I * tile_random(&seed, -1, 1);
    assert_int_equal(ag_sparse_factor(m->s, &m->stats, &where), AG_OK);
    ag_sparse_solve(m->s, (double *)x, &m->stats);
    assert_true(ag_sparse_backward_error(m->s, (double *)x, (double *)b, work) < most);
    solve_dense(m->s, b, want);
    for (int i = 0; i < N; i++)
        largest = fmax(largest, cabs(want[i]));
    for (int i = 0; i < N; i++)
        assert_true(cabs(x[i] - want[i]) <= rtol * largest);
}

static void solutions_are_those_of_dense_elimination(void **state)
{
    matrix *m = *state;
    for (int k = 0; k < 50; k++) {
        fill(m, k % 3);
        m->s->stale = 1;
        check(m, 1e-9, 1e-7);                        /* pivots a thousandth of the largest are taken to save fill */
    }
    assert_int_equal(m->stats.factor, 50);
}

/* G + jw C over twelve decades of w: one analysis, pivots kept as long as they serve. */
static void a_frequency_sweep_refactors(void **state)
{
    matrix *m = *state;
    double *g = calloc((size_t)m->s->nnz, sizeof *g), *c = calloc((size_t)m->s->nnz, sizeof *c);
    for (int j = 0; j < N; j++)
        for (int k = m->ap[j]; k < m->ap[j + 1]; k++) {
            g[k] = tile_random(&seed, -1, 1) + (m->ai[k] == j ? 20 : 0);
            c[k] = tile_random(&seed, -1, 1) + (m->ai[k] == j ? 20 : 0);
        }
    for (double w = 1e-6; w < 1e6; w *= 1.5) {
        for (int k = 0; k < m->s->nnz; k++) {
            m->s->ax[2 * k] = g[k];
            m->s->ax[2 * k + 1] = w * c[k];
        }
        check(m, 1e-14, 1e-12);
    }
    assert_true(m->stats.refactor > 10 * m->stats.factor);
    free(g);
    free(c);
}

static void a_wrong_solution_shows_as_backward_error(void **state)
{
    matrix *m = *state;
    number  x[N], b[N];
    double  work[3 * N];
    int     where;
    fill(m, 0);
    for (int i = 0; i < N; i++)
        x[i] = b[i] = 1 + I;
    assert_int_equal(ag_sparse_factor(m->s, &m->stats, &where), AG_OK);
    ag_sparse_solve(m->s, (double *)x, &m->stats);
    x[7] *= 1 + 1e-6;
    double error = ag_sparse_backward_error(m->s, (double *)x, (double *)b, work);
    assert_true(error > 1e-9 && error < 1e-5);
    x[7] = NAN;
    assert_true(isnan(ag_sparse_backward_error(m->s, (double *)x, (double *)b, work)));
}

static void a_missing_pivot_has_its_column(void **state)
{
    matrix *m = *state;
    int     where = -1;
    fill(m, 0);
    for (int k = m->ap[13]; k < m->ap[14]; k++)
        m->s->ax[2 * k] = m->s->ax[2 * k + 1] = 0;
    assert_int_equal(ag_sparse_factor(m->s, &m->stats, &where), AG_ESINGULAR);
    assert_int_equal(where, 13);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, make, drop)
    const struct CMUnitTest tests[] = {
        TEST(solutions_are_those_of_dense_elimination), TEST(a_frequency_sweep_refactors),
        TEST(a_wrong_solution_shows_as_backward_error), TEST(a_missing_pivot_has_its_column),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
