/* analysis - entry of the solver: memory of the run, dispatch, clean-up. */
#include "solver/analysis.h"
#include "solver/ac.h"
#include "solver/dc.h"
#include "solver/op.h"
#include "solver/tran.h"
#include <time.h>

typedef struct run { ag_circuit *c; const ag_analysis *a; ag_run_io *io; ag_arena *arena; ag_system *s; } run;

static ag_status operating_point(run *r, ag_newton *w)
{
    ag_system *s = r->s;
    double *x = AG_NEW(r->arena, double, s->n + 1), *qdot = AG_NEW(r->arena, double, s->rows);
    double *row = AG_NEW(r->arena, double, r->c->plan.n_probe + 1);
    ag_initial_states(s, x);
    ag_system_seed(s, x);
    ag_status status = ag_operating_point(w, x, 0, r->a->at);
    if (status != AG_OK)
        return status;
    r->io->stats.worst_kcl = ag_newton_worst(w);
    ag_system_row(s, 0, x, qdot, row);
    r->io->stats.points++;
    ag_system_states(s, x, r->io);
    return r->io->point ? r->io->point(r->io->self, row) : AG_OK;
}

static ag_status go(run *r)
{
    r->s = ag_system_new(r->c, r->arena, &r->io->stats, r->a->kind == AG_AC);
    ag_system_prepare(r->s);
    ag_newton *w = ag_newton_new(r->s);
    switch (r->a->kind) {
    case AG_OP: return operating_point(r, w);
    case AG_AC: return ag_small_signal(w, r->a, r->io);
    case AG_DC: return ag_dc_sweep(w, r->a, r->io);
    default:    return ag_transient(w, r->a, r->io);
    }
}

ag_status ag_analysis_run(ag_circuit *c, const ag_analysis *a, ag_run_io *io)
{
    jmp_buf edge, *outer = ag_arena_oom(c->arena);
    run r = { c, a, io, ag_arena_new(ag_arena_host(c->arena)), NULL };
    run *volatile kept = &r;                          /* survives the jump */
    clock_t from = clock();
    volatile ag_status status = AG_ENOMEM;
    if (!r.arena)
        return AG_ENOMEM;
    if (setjmp(edge) == 0) {
        ag_arena_on_oom(r.arena, &edge);
        ag_arena_on_oom(c->arena, &edge);             /* reports allocate there */
        status = go(&r);
    }
    ag_arena_on_oom(c->arena, outer);
    io->stats.seconds = (double)(clock() - from) / CLOCKS_PER_SEC;
    ag_system_free(kept->s);
    ag_arena_free(kept->arena);
    return status;
}
