/* system - the equations of one run: unknowns, rows, matrix pattern, and how each batch maps into them.
 *
 *     F(x,t) + dQ/dt(x) = 0,      x = node voltages (ground left out), then every device's own unknowns
 *
 * Row i belongs to unknown i: Kirchhoff's current law of a node, or a device's own equation. Index `ground` (= n) is
 * a slot that swallows what goes to ground, so no loop asks. Further slots behind it carry the terminal currents and
 * charges of probed devices, so that their dq/dt is formed with the same formula as every other row.
 *
 * Own unknowns that no other element refers to are eliminated lane by lane (solver/local.c): the matrix holds only
 * the kept unknowns, Newton and the error control see all of them. */
#ifndef AG_SYSTEM_H
#define AG_SYSTEM_H
#include "core/circuit.h"
#include "core/sink.h"
#include "solver/sparse.h"

/* One entry (out, in) of a device's Jacobian among kept unknowns, and where it goes in the matrix. */
typedef struct ag_stampref {
    int     out, in, n;                  /* n places: up to 4 when both are branches */
    double  sign[4];
    int    *slot[4];                     /* [lane]: position in the values; nnz when it falls on ground */
} ag_stampref;

typedef struct ag_part {                 /* a batch in the system */
    const ag_batch *b;
    const ag_model *m;
    int     n, padded;                   /* lanes; lanes rounded up to whole tiles */
    int     mi, nb, nu;                  /* inputs, branches, own unknowns */
    int     linear;                      /* Jacobian constant: stamped into base_g, base_c */
    int     base;                        /* own unknown k of lane j is x[base + k * n + j] */
    int    *elim;                        /* [ne] own unknowns (0-based) eliminated lane by lane */
    int     ne;
    int   **pos, **neg;                  /* [nb][padded]: unknowns at the branch ends */
    int   **own;                         /* [nu][padded] */
    int   **ref;                         /* [n_ref][padded] */
    int   **row;                         /* [mi][padded]: row of an output that is no branch (alias of own, ref) */
    unsigned char *adds;                 /* [mi]: whether that output has entries; a foreign unknown may be read only */
    double **u;                          /* [mi][padded]: where the device was evaluated last */
    int     limits;                      /* a limit hook or ranges: u may differ from x */
    double **held;                       /* [nb + nu][padded]: values that the operating point before a transient holds (NAN:
                                          * none), a column NULL without any; or NULL */
    double **init;                       /* [nb][padded]: initial branch voltage under uic (NAN: none), or NULL */
    unsigned char *df, *dq;              /* [mi * mi] which columns exist */
    ag_stampref *stamp; int n_stamp;
    double **w;                          /* [ne * ne][padded]: inverse of the eliminated block */
    double **jeb, **jbe;                 /* [ne * mi], [mi * ne][padded] or NULL: coupling to kept inputs / outputs */
    double **latch;                      /* [n_latch][padded]: memories */
    double **tolerance;                  /* [nu][padded]: of own equations, as of the last evaluation with derivatives */
    int     measures;                    /* conductances are probed: derivatives are needed at every point */
    double **start;                      /* [nu][padded]: initial values of own unknowns */
    struct ag_tap *tap; int n_tap;       /* probed currents, by lane */
} ag_part;

/* What a probe needs of one evaluation: the current and charge into a terminal, or of each branch (terminal < 0) in slots
 * row, row + 1, ...; or a conductance (its index; else -1). */
typedef struct ag_tap { int lane, row, terminal, conductance; } ag_tap;

typedef struct ag_system {
    ag_circuit *c;
    ag_arena   *arena;
    ag_part    *part;
    int         n_part;
    int         n, ground, n_node;       /* unknowns; = n; unknowns that are nodes */
    int         rows;                    /* n + 1 + taps: length of F, Q and their histories */
    int         linear;                  /* every part is linear */
    int        *kept, n_kept;            /* unknown of each matrix row */
    int        *reduced;                 /* [n + 1]: matrix row of an unknown; n_kept for eliminated ones and ground */
    ag_sparse  *sparse;                  /* pattern, values, factors */
    ag_sparse  *small_signal;            /* the same pattern with complex values; or NULL */
    int        *diag;                    /* [n_kept]: position of the diagonal */
    double     *base_g, *base_c, *base;  /* [nnz + 1]: linear devices' df, dq, and df + a dq for a = base_a */
    double      base_a;
    double     *abstol;                  /* [n]: absolute tolerance of each unknown */
    unsigned char *controlled;           /* [n]: AG_BY_VALUE ..., part in the choice of time steps */
    int         holds;                   /* some device has ic= for the operating point before a transient */
    int         latches;                 /* some device has memories */
    int         resets;                  /* memories of devices with a reset hook that changed in ag_system_accept */
    int         n_switch;                /* devices with AG_SWITCHES */
    const char *switched;                /* the last one that changed */
    double     *conductance; int n_conductance;
    int        *tap_row, *tap_conductance;   /* [n_probe]: first slot of a probe; index of its conductance; or -1 */
    /* Of the last assembly. */
    double     *F, *Q, *S;               /* [rows]: f, q; tolerance of the residual row [unit of the row] */
    double     *r;                       /* [n + 1]: F + a Q + hist */
    double     *rhs, *work;              /* [n_kept + 1], [n + 1] */
    double     *tile;                    /* scratch of one tile */
    struct ag_lanes *lanes;              /* its pointer tables */
    ag_arena   *scratch;                 /* of the set-up, NULL afterwards */
    int         limited;                 /* a device was evaluated away from x */
    ag_stats   *stats;
} ag_system;

/* An unknown's error is held against its value; or against its peak so far: a voltage that is a derivative shows the error
 * of the old dq/dt, which a shorter step does not lower and which would be too large wherever the voltage passes 0. */
enum { AG_UNCONTROLLED, AG_BY_VALUE, AG_BY_PEAK };

/* What an assembly is for. */
typedef struct ag_point {
    double        time, a;               /* [s], [1/s]: dq/dt = a q + hist */
    const double *hist;                  /* [rows], or NULL for 0 (operating point) */
    double        gshunt, srcfact;       /* conductance from every node to ground [S]; source stepping */
    int           rest;                  /* sources stand at their dc value: ag_tile */
    int           hold;                  /* states marked hold stay at their initial value */
    int           lazy;                  /* Newton may use the Jacobian of an earlier point */
    int           use_ic;                /* evaluate charges at the devices' initial voltages (start under uic) */
    int           start;                 /* the operating point before a transient: ic= of C and L holds */
    const ag_ic  *clamp; int n_clamp;    /* nodes held by a conductance of AG_CLAMP to their value */
} ag_point;
#define AG_CLAMP 1e10                    /* [S], or [ohm] round a current: i/AG_CLAMP < 1e-10 V for every current below 1 A */

#define AG_MAX_UNKNOWN 64                /* own unknowns of one device */
#define AG_MAX_LOCAL 16                  /* of these, eliminated lane by lane; the rest stays in the matrix */

/* new lays out memory only; prepare makes the pattern and needs ag_system_free on every way out. whole: no unknown is
 * eliminated lane by lane, the matrix has them all. */
ag_system  *ag_system_new(ag_circuit *c, ag_arena *arena, ag_stats *stats, int whole);
void        ag_system_prepare(ag_system *s);
void        ag_system_free(ag_system *s);                  /* what is not in the arena; NULL is fine */
const char *ag_system_name(const ag_system *s, int unknown, ag_arena *a);   /* "node 'out'", "state h of n1" */

/* Evaluates all devices at x: F, Q, S, r, and the matrix values and local inverses when jacobian is set. AG_REJECT when
 * a value is not finite or a local block is singular. */
ag_status   ag_assemble(ag_system *s, const double *x, const ag_point *p, int jacobian);
/* Puts the initial values of own unknowns into x. */
void        ag_initial_states(const ag_system *s, double *x);
/* Reports the states at x through io->state. */
void        ag_system_states(const ag_system *s, const double *x, ag_run_io *io);
/* Takes x as where all devices were evaluated last, so that limiting starts from there. */
void        ag_system_seed(ag_system *s, const double *x);
/* The complex row of all probes (sink.h) at frequency [Hz]: x[n + 1] and current[rows] are pairs, real part first; what is
 * no small signal (a parameter, a conductance) has its value at the bias, a power NAN. */
void        ag_system_phasors(const ag_system *s, double frequency, const double *x, const double *current, double *row);
/* Values of all probes at x with dq/dt = qdot[rows]: row[1 + n_probe], row[0] = time. */
void        ag_system_row(const ag_system *s, double time, const double *x, const double *qdot, double *row);
/* First corner of part k's devices after time [s], INFINITY when none. */
double      ag_system_breakpoint(ag_system *s, int part, double time);
/* What the models allow as next step [s] after x0 at t0 -> x1 within h [s]; negative: this step is refused. */
double      ag_system_step_limit(ag_system *s, double t0, const double *x0, double h, const double *x1);
/* The point x at time stands: devices update their memories. Returns the number of switches that changed. */
int         ag_system_accept(ag_system *s, double time, const double *x);
/* The same for switches only, and at most `most` of them: 0 when all agree with x. */
int         ag_system_switch(ag_system *s, const double *x, int most);
/* Behind accept: puts new values of own unknowns that jump into x. Whether there are any. */
int         ag_system_reset(ag_system *s, double time, double *x);
/* Constant part of the matrix: at the set-up, and when parameters or temperatures of linear devices have changed. */
void        ag_assemble_linear(ag_system *s);

/* The circuit around a point x, linearised:   (G + d/dt C) dx + b e^(jwt) = 0. */
typedef struct ag_term { int row, unknown; double g, c; } ag_term;
typedef struct ag_linear {
    double  *g, *c;                      /* [nnz + 1] values on the pattern of the matrix: df/dx, dq/dx */
    double  *re, *im;                    /* [rows] b: what the sources' ac= puts into the rows, those of taps included */
    ag_term *term; int n_term;           /* the current of a tap row is b + the sum of (g + jw c) dx over its terms */
} ag_linear;
/* Of a whole system. States of an instance with hold=1 are constants; all others vary by their own equations, also those
 * that an operating point keeps. */
ag_linear  *ag_linearise(ag_system *s, const double *x);

/* dx = M^-1 b for all unknowns with the factors at hand: reduce, solve, expand. b and dx are [n + 1], may be the same. */
void        ag_system_solve(ag_system *s, const double *b, double *dx);
/* Inverts the eliminated block of n lanes from lane `from` and forms the Schur complement in the kept columns of j.
 * j[out * mi + in] are columns of this tile or NULL. AG_REJECT when a block is singular. */
ag_status   ag_local_eliminate(const ag_part *p, int from, int n, double *const *j, double *scratch);
int         ag_local_scratch(const ag_part *p);            /* doubles */
void        ag_pattern_build(ag_system *s);                /* stamps, sparse pattern, diag */
#endif
