#include "run/grid.h"
#include <math.h>
#include <string.h>

#define SAME 1e-9                           /* of a step: a point that close to a grid time is taken as it is */

ag_status ag_grid_init(ag_grid *g, ag_circuit *c, const ag_analysis *a, ag_arena *arena)
{
    double step = a->tstep > 0 ? a->tstep : (a->tstop - a->tstart) / 50, count = (a->tstop - a->tstart) / step;

    if (!(count <= (double)AG_GRID_POINTS)) {
        ag_error(c->diag, a->at, "interp=1 with this TSTEP would give %.3g points; take a larger TSTEP", count);
        return AG_ERANGE;
    }
    *g = (ag_grid){ .start = a->tstart, .step = step, .stop = a->tstop, .last = (long)floor(count * (1 + 1e-12) + SAME),
                    .n = c->plan.n_probe + 1 };
    g->previous = AG_NEW(arena, double, g->n);
    g->row = AG_NEW(arena, double, g->n);
    return AG_OK;
}

static double grid_time(const ag_grid *g, long k)
{
    double t = g->start + (double)k * g->step;

    return t > g->stop || (k > g->last) ? g->stop : t;
}

static ag_status deliver(ag_grid *g, double t, const double *row)
{
    double t0 = g->previous[0], span = row[0] - t0, s = g->primed && span > 0 ? (t - t0) / span : 1;

    s = fabs(t - row[0]) <= SAME * g->step ? 1 : s;
    for (int k = 1; k < g->n; k++)
        g->row[k] = s == 1 ? row[k] : g->previous[k] + s * (row[k] - g->previous[k]);
    g->row[0] = t;
    return g->point(g->self, g->row);
}

ag_status ag_grid_point(ag_grid *g, const double *row)
{
    /* One more time after the grid's last when tstop does not lie on it. */
    long total = g->last + (g->stop - grid_time(g, g->last) > SAME * g->step);

    for (; g->next <= total && grid_time(g, g->next) <= row[0] + SAME * g->step; g->next++) {
        ag_status s = deliver(g, grid_time(g, g->next), row);
        if (s)
            return s;
    }
    memcpy(g->previous, row, (size_t)g->n * sizeof *row);
    g->primed = 1;
    return AG_OK;
}
