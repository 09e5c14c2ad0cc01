#include "run/balance.h"
#include <string.h>
#include "core/signal.h"

static int is_source(const ag_model *m) { return strcmp(m->name, "v") == 0 || strcmp(m->name, "i") == 0; }

ag_balance *ag_balance_new(ag_circuit *c, ag_arena *a)
{
    ag_balance *b = AG_NEW(a, ag_balance, 1);
    int cap_source = 0, cap_load = 0;

    for (int k = 0; k < c->n_batch; k++) {
        const ag_batch *batch = c->batch[k];
        for (int lane = 0; lane < batch->n && batch->model->flags & AG_TWO_TERMINAL; lane++) {
            ag_share p = { 1 + ag_signal(c, "p", batch->name[lane], NULL, batch->at[lane]), batch->copies ? batch->copies[lane] : 1 };
            if (is_source(batch->model))
                *AG_PUSH(a, b->source, b->n_source, cap_source) = p;
            else
                *AG_PUSH(a, b->load, b->n_load, cap_load) = p;
        }
    }
    return b;
}

static double sum(const double *row, const ag_share *p, int n)
{
    double s = 0;
    for (int k = 0; k < n; k++)
        s += p[k].copies * row[p[k].column];
    return s;
}

void ag_balance_step(ag_balance *b, const double *const *row, const double *weight, const double *carry)
{
    double now[2] = { 0 };
    for (int k = 0; k < 3; k++)
        if (weight[k] != 0) {
            now[0] -= weight[k] * sum(row[k], b->source, b->n_source);
            now[1] += weight[k] * sum(row[k], b->load, b->n_load);
        }
    for (int j = 0; j < AG_CARRY; j++)
        for (int k = 0; k < 2; k++)
            now[k] += carry[j] * b->before[j][k];
    memmove(b->before[1], b->before[0], (AG_CARRY - 1) * sizeof now);
    memcpy(b->before[0], now, sizeof now);
    b->delivered += now[0];
    b->taken += now[1];
}
