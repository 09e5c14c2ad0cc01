/* tile - an ag_tile of any model, with defaults, for tests that call a model directly.
 *
 *     tile *x = tile_new(&ag_model_diode, 8);  tile_set(x, "rs", 10);  tile_prepare(x);
 *     tile_input(x, 0)[k] = 0.7;  tile_eval(x, 1);  ... x->f[0][k] ...;  tile_free(x);
 *
 * Every column is allocated with its exact length, so that the sanitizers see an access past the lanes. Columns
 * that the model does not declare exist too and keep the poison (tile_poison) if the model leaves them alone. */
#ifndef AG_TEST_TILE_H
#define AG_TEST_TILE_H
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "core/circuit.h"

typedef struct tile {
    const ag_model *model;
    ag_tile  t;
    int      n, m, n_out;                 /* lanes, inputs, outputs */
    double  *temp, **p, **d, **u, **f, **q, **df, **dq, **foreign, **latch, *scratch;
} tile;

static inline double **tile_columns(int count, int n)
{
    double **column = calloc((size_t)count + 1, sizeof *column);
    if (!column) abort();
    for (int k = 0; k < count; k++)
        if (!(column[k] = aligned_alloc(64, (size_t)n * sizeof(double)))) abort();
        else memset(column[k], 0, (size_t)n * sizeof(double));
    return column;
}

static inline void tile_drop(double **column)
{
    for (double **c = column; *c; c++) free(*c);
    free(column);
}

static inline void tile_fill(double *column, int n, double value) { for (int k = 0; k < n; k++) column[k] = value; }

/* Default of a parameter; for a table that a netlist must give, the number of the one below. */
static inline double tile_default(const ag_param *p) { return p->kind == AG_VECTOR && isnan(p->dflt) ? 1 : p->dflt; }

static const double    tile_points[] = { 0.1, 0.6, 0.4, 0.9, 0.8, -0.2, 0.95, 0.05 };       /* x, f(x) */
static const ag_vector tile_vector[] = { { NULL, 0 }, { tile_points, 8 } };

/* n lanes (a multiple of 8), parameters at their defaults, 300.15 K, inputs 0. */
static inline tile *tile_new(const ag_model *model, int n)
{
    tile *x = calloc(1, sizeof *x);
    if (!x) abort();
    int m = ag_model_inputs(model), out = m;
    x->model = model, x->n = n, x->m = m, x->n_out = out;
    x->p = tile_columns(model->n_param, n), x->d = tile_columns(model->n_derived, n), x->u = tile_columns(m, n);
    x->f = tile_columns(out, n), x->q = tile_columns(out, n);
    x->df = tile_columns(m * m, n), x->dq = tile_columns(m * m, n);
    x->foreign = tile_columns(model->n_ref, n);
    x->latch = tile_columns(model->n_latch, n);
    x->temp = malloc((size_t)n * sizeof(double));
    x->scratch = malloc((model->scratch + 1) * sizeof(double));
    if (!x->temp || !x->scratch) abort();
    tile_fill(x->temp, n, 300.15);
    for (int k = 0; k < model->n_ref; k++) tile_fill(x->foreign[k], n, 1e-3);
    for (int k = 0; k < model->n_param; k++) tile_fill(x->p[k], n, tile_default(&model->param[k]));
    x->t = (ag_tile){ .n = n, .srcfact = 1, .gmin = 1e-12, .temp = x->temp, .p = (const double *const *)x->p,
                      .d = (const double *const *)x->d, .u = (const double *const *)x->u, .f = x->f, .q = x->q,
                      .df = x->df, .dq = x->dq, .foreign = (const double *const *)x->foreign,
                      .latch = (const double *const *)x->latch, .vector = tile_vector, .data = model->data, .scratch = x->scratch };
    return x;
}

static inline void tile_free(tile *x)
{
    tile_drop(x->p), tile_drop(x->d), tile_drop(x->u), tile_drop(x->f);
    tile_drop(x->q), tile_drop(x->df), tile_drop(x->dq), tile_drop(x->foreign), tile_drop(x->latch);
    free(x->temp), free(x->scratch), free(x);
}

static inline int tile_param(const tile *x, const char *name)
{
    for (int k = 0; k < x->model->n_param; k++)
        if (!strcmp(x->model->param[k].name, name)) return k;
    abort();
}

static inline void tile_set(tile *x, const char *name, double value) { tile_fill(x->p[tile_param(x, name)], x->n, value); }
static inline void tile_set_temp(tile *x, double kelvin) { tile_fill(x->temp, x->n, kelvin); }
static inline void tile_prepare(tile *x) { if (x->model->prepare) x->model->prepare(&x->t, x->d); }
static inline void tile_poison(double **column, int count, int n)
{
    for (int k = 0; k < count; k++) tile_fill(column[k], n, NAN);
}

/* Evaluates with outputs 0 beforehand, as the solver does; jacobian 0: residual only. */
static inline void tile_eval(tile *x, int jacobian)
{
    for (int k = 0; k < x->n_out; k++) tile_fill(x->f[k], x->n, 0), tile_fill(x->q[k], x->n, 0);
    for (int k = 0; jacobian && k < x->m * x->m; k++) tile_fill(x->df[k], x->n, 0), tile_fill(x->dq[k], x->n, 0);
    x->t.df = jacobian ? x->df : NULL;
    x->t.dq = jacobian ? x->dq : NULL;
    x->model->eval(&x->t);
}

static inline double tile_derived(const tile *x, const char *name, int k)
{
    for (int j = 0; j < x->model->n_derived; j++)
        if (!strcmp(x->model->derived[j].name, name)) return x->d[j][k];
    abort();
}

/* Uniform random numbers, the same on every machine (xorshift64*). */
static inline double tile_random(uint64_t *state, double low, double high)
{
    *state ^= *state >> 12, *state ^= *state << 25, *state ^= *state >> 27;
    return low + (high - low) * (double)((*state * 2685821657736338717u) >> 11) * 0x1p-53;
}
#endif
