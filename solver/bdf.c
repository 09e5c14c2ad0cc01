#include "solver/bdf.h"
#include <string.h>

ag_bdf *ag_bdf_new(ag_arena *arena, int n_x, int n_q, int most)
{
    ag_bdf *b = AG_NEW(arena, ag_bdf, 1);
    *b = (ag_bdf){ .order = 1, .most = most < AG_BDF_MOST ? most : AG_BDF_MOST, .n_x = n_x, .n_q = n_q };
    for (int k = 0; k < b->most + 2; k++) {
        b->x[k] = AG_NEW(arena, double, n_x);
        b->q[k] = AG_NEW(arena, double, n_q);
    }
    return b;
}

void ag_bdf_restart(ag_bdf *b, const double *x, const double *q)
{
    b->order = 1;
    b->steps = b->n = 0;
    ag_bdf_push(b, 0, x, q);
}

void ag_bdf_push(ag_bdf *b, double h, const double *x, const double *q)
{
    int     room = b->most + 2, last = b->n < room ? b->n++ : room - 1;
    double *old_x = b->x[last], *old_q = b->q[last];
    for (int k = last; k > 0; k--) {
        b->x[k] = b->x[k - 1];
        b->q[k] = b->q[k - 1];
        b->age[k] = b->age[k - 1] + h;
    }
    b->x[0] = memcpy(old_x, x, (size_t)b->n_x * sizeof *x);
    b->q[0] = memcpy(old_q, q, (size_t)b->n_q * sizeof *q);
    b->age[0] = 0;
    b->steps++;
}

double ag_bdf_a(const ag_bdf *b, int order, double h)
{
    double a = 0;
    for (int j = 0; j < order; j++)
        a += 1 / (h + b->age[j]);
    return a;
}

ag_method ag_bdf_method(const ag_bdf *b, int order, double h, double *hist)
{
    ag_method m = { .n_stage = 1, .order = order, .stage = { { .theta = 1, .a = ag_bdf_a(b, order, h) } } };
    double c[AG_BDF_MOST], carry = 0;
    memset(hist, 0, (size_t)b->n_q * sizeof *hist);
    for (int j = 0; j < order; j++) {
        c[j] = -1 / (h + b->age[j]);
        for (int i = 0; i < order; i++)
            if (i != j)
                c[j] *= (h + b->age[i]) / (b->age[i] - b->age[j]);
        for (int i = 0; i < b->n_q; i++)
            hist[i] += c[j] * b->q[j][i];
    }
    m.weight[2] = 1 / m.stage[0].a;
    for (int j = order - 1; j > 0; j--)                /* q_0 - q_1 = Q'/a + sum_j carry_j (q_j - q_{j+1}) */
        m.carry[j - 1] = carry += c[j] / m.stage[0].a;
    return m;
}

void ag_bdf_defect(const ag_bdf *b, int order, double h, const double *q, double *tau, int count)
{
    double scale = 1 / (h + b->age[order]);
    for (int i = 0; i < count; i++)
        tau[i] = q[i] * scale;
    for (int j = 0; j <= order; j++) {
        double l = scale;
        for (int i = 0; i <= order; i++)
            if (i != j)
                l *= (h + b->age[i]) / (b->age[i] - b->age[j]);
        for (int i = 0; i < count; i++)
            tau[i] -= l * b->q[j][i];
    }
}
