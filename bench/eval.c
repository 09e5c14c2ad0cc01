/* eval - nanoseconds that every registered model takes to evaluate one instance; bench/eval runs it and prints the table.
 *
 * Full tiles of AG_LANES lanes, parameters at their defaults, random inputs: voltages within +-1 V, states over their
 * whole range, so that vectors find lanes on all sides of every threshold. Processor time, so that other programs do not
 * count; median of samples of at least half a millisecond. One line for each model, columns separated by tabs: name, ns with all
 * derivatives, ns of the residual alone, hash of all results. The hash must be the same however the models were compiled. */
#include <stdio.h>
#include <time.h>
#include "tests/support/tile.h"

enum { SAMPLES = 21 };
#define SAMPLE 0.5e-3                                     /* [s] */

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* A state lies where its initial value may, other unknowns are voltages, or currents of up to 1 mA. */
static void random_input(tile *x, int j, uint64_t *seed)
{
    const ag_model   *m = x->model;
    const ag_unknown *w = j >= m->n_branch && j < m->n_branch + m->n_unknown ? &m->unknown[j - m->n_branch] : NULL;
    int    current = w ? !strcmp(w->unit, "A") : j >= m->n_branch;         /* foreign unknowns are currents */
    double high = current ? 1e-3 : 1, low = -high;
    if (w && w->hold && w->init >= 0) low = m->param[w->init].min, high = m->param[w->init].max;
    for (int k = 0; k < x->n; k++) x->u[j][k] = tile_random(seed, low, high);
}

static double sample(const tile *x, int times)
{
    double from = seconds();
    for (int k = 0; k < times; k++) x->model->eval(&x->t);
    return seconds() - from;
}

static int by_size(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Median time of one instance [ns]. tile_eval has set what is wanted, with derivatives or without. */
static double nanoseconds(const tile *x)
{
    double time[SAMPLES];
    int    times = 1;
    while (sample(x, times) < SAMPLE) times *= 2;
    for (int k = 0; k < SAMPLES; k++) time[k] = sample(x, times);
    qsort(time, SAMPLES, sizeof *time, by_size);
    return 1e9 * time[SAMPLES / 2] / times / x->n;
}

/* FNV-1a over the bytes of the columns. */
static uint64_t hash(uint64_t h, double *const *column, int count, int n)
{
    for (int c = 0; c < count; c++) {
        const unsigned char *byte = (const unsigned char *)column[c];
        for (size_t k = 0; k < (size_t)n * sizeof(double); k++) h = (h ^ byte[k]) * 0x100000001b3u;
    }
    return h;
}

int main(void)
{
    for (const ag_model *const *m = ag_models; *m; m++) {
        uint64_t seed = 0x9e3779b97f4a7c15u, h = 0xcbf29ce484222325u;
        tile    *x = tile_new(*m, AG_LANES);
        tile_prepare(x);
        for (int j = 0; j < x->m; j++) random_input(x, j, &seed);
        tile_eval(x, 1);
        h = hash(hash(h, x->f, x->n_out, x->n), x->q, x->n_out, x->n);
        h = hash(hash(h, x->df, x->m * x->m, x->n), x->dq, x->m * x->m, x->n);
        double with = nanoseconds(x);
        tile_eval(x, 0);
        printf("%s\t%.6g\t%.6g\t%016llx\n", (*m)->name, with, nanoseconds(x), (unsigned long long)h);
        tile_free(x);
    }
    return 0;
}
