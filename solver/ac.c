/* ac - small-signal analysis: for every frequency
 *
 *     (G + jw C) dx = -b,      G = df/dx, C = dq/dx at the operating point, b from the sources' ac=
 *
 * Nothing is eliminated lane by lane here: a state's pivot g + jw c changes with the frequency by orders of magnitude, and a
 * matrix that has all unknowns leaves the pivots to KLU. The pattern is analysed once, and pivots are kept from one
 * frequency to the next while the solution they give is backward stable.
 *
 * A state that the operating point keeps at its initial value need not rest there, dx/dt = g(x, v) != 0. What is solved is
 * the response about that drifting point with the coefficients of the instant: the admittance of a memristor includes its
 * state's, i_x g_v / (jw - g_x), which dominates below the rates of the state and vanishes above. The circuit is not a
 * steady one there, so its answer at frequencies far below that drift is a formal one; hold=1 on the instance gives that
 * with the states frozen. At 0 Hz a state that only integrates has no answer: the matrix is singular. */
#include "solver/ac.h"
#include "solver/op.h"
#include <math.h>
#include <string.h>

/* Pivots from another frequency lose digits before they lose the solution; fresh ones reach a few times 2.2e-16. */
#define BACKWARD_ERROR 1e-12
#define REFINEMENTS    3
#define TWO_PI 6.283185307179586

typedef struct ac {
    ag_system  *s;
    ag_linear  *a;
    ag_sparse  *z;                       /* G + jw C */
    double     *b, *x, *current;         /* [2 n], [2 (n + 1)], [2 rows]: pairs */
    double     *work, *row;
} ac;

static void set_matrix(ac *r, double omega)
{
    for (int k = 0; k < r->z->nnz; k++) {
        r->z->ax[2 * k] = r->a->g[k];
        r->z->ax[2 * k + 1] = omega * r->a->c[k];
    }
}

static ag_status factor_and_solve(ac *r, int *where)
{
    ag_status status = ag_sparse_factor(r->z, r->s->stats, where);
    if (status != AG_OK)
        return status;
    memcpy(r->x, r->b, 2 * (size_t)r->s->n * sizeof(double));
    ag_sparse_solve(r->z, r->x, r->s->stats);
    return AG_OK;
}

/* Afterwards the work space has the residual. */
static int is_accurate(ac *r)
{
    return ag_sparse_backward_error(r->z, r->x, r->b, r->work) < BACKWARD_ERROR;
}

/* KLU prefers pivots that save fill to the largest ones; what that costs in digits comes back with a correction or two. */
static void refine(ac *r)
{
    for (int turn = 0; turn < REFINEMENTS && !is_accurate(r); turn++) {
        ag_sparse_solve(r->z, r->work, r->s->stats);
        for (int i = 0; i < 2 * r->s->n; i++)
            r->x[i] += r->work[i];
    }
}

/* The currents of taps, which are no unknowns. */
static void find_currents(ac *r, double omega)
{
    const ag_system *s = r->s;
    for (int i = s->n + 1; i < s->rows; i++) {
        r->current[2 * i] = r->a->re[i];
        r->current[2 * i + 1] = r->a->im[i];
    }
    for (int k = 0; k < r->a->n_term; k++) {
        const ag_term *t = &r->a->term[k];
        const double  *x = &r->x[2 * t->unknown];
        r->current[2 * t->row] += t->g * x[0] - omega * t->c * x[1];
        r->current[2 * t->row + 1] += t->g * x[1] + omega * t->c * x[0];
    }
}

static ag_status singular(ac *r, const ag_analysis *a, double frequency, int where)
{
    ag_error(r->s->c->diag, a->at, "ac: matrix is singular at %g Hz at %s%s", frequency, ag_system_name(r->s, where, r->s->arena),
             frequency == 0 ? ": what only capacitors or a state's own rate determine has no answer there; start above 0 Hz"
                            : ": a loop of voltage sources, or a floating part; check the connections there");
    return AG_ESINGULAR;
}

static ag_status solve(ac *r, const ag_analysis *a, double frequency)
{
    int       where;
    double    omega = TWO_PI * frequency;
    set_matrix(r, omega);
    ag_status status = factor_and_solve(r, &where);
    if (status == AG_OK && !is_accurate(r)) {
        r->z->stale = 1;
        status = factor_and_solve(r, &where);
        if (status == AG_OK)
            refine(r);
    }
    if (status == AG_ESINGULAR)
        return singular(r, a, frequency, where);
    if (status == AG_OK)
        find_currents(r, omega);
    return status;
}

/* Fills b; whether anything drives the circuit. */
static int is_driven(ac *r)
{
    double sum = 0;
    for (int i = 0; i < r->s->n; i++) {
        r->b[2 * i] = -r->a->re[i];
        r->b[2 * i + 1] = -r->a->im[i];
        sum += fabs(r->a->re[i]) + fabs(r->a->im[i]);
    }
    return sum > 0;
}

static ag_status sweep(ac *r, const ag_analysis *a, ag_run_io *io)
{
    ag_status status = AG_OK;
    for (int k = 0; k < a->n_frequency && status == AG_OK; k++) {
        status = solve(r, a, a->frequency[k]);
        if (status != AG_OK)
            break;
        ag_system_phasors(r->s, a->frequency[k], r->x, r->current, r->row);
        io->stats.points++;
        status = io->point ? io->point(io->self, r->row) : AG_OK;
        if (status == AG_OK && io->progress && io->progress(io->self, (k + 1.0) / a->n_frequency, NAN))
            status = AG_ESTOPPED;
    }
    return status;
}

ag_status ag_small_signal(ag_newton *w, const ag_analysis *a, ag_run_io *io)
{
    ag_system *s = w->s;
    ac         r = { .s = s };
    double    *bias = AG_NEW(s->arena, double, s->n + 1);
    ag_initial_states(s, bias);
    ag_system_seed(s, bias);
    ag_status status = ag_operating_point(w, bias, 0, a->at);
    if (status != AG_OK)
        return status;
    io->stats.worst_kcl = ag_newton_worst(w);
    r.a = ag_linearise(s, bias);
    r.z = s->small_signal = ag_sparse_new(s->arena, s->n, s->sparse->ap, s->sparse->ai, 1);
    r.b = AG_NEW(s->arena, double, 2 * s->n + 1);
    r.x = AG_NEW(s->arena, double, 2 * (s->n + 1));
    r.current = AG_NEW(s->arena, double, 2 * s->rows);
    r.work = AG_NEW(s->arena, double, 3 * s->n + 1);
    r.row = AG_NEW(s->arena, double, 2 * (s->c->plan.n_probe + 1));
    if (!is_driven(&r))
        ag_warning(s->c->diag, a->at, "no source drives this .ac: its results are zero; give one a magnitude, as in 'v1 in 0 dc 0 ac 1'");
    status = sweep(&r, a, io);
    if (status == AG_OK)
        ag_system_states(s, bias, io);
    return status;
}
