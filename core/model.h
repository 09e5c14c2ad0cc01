/* model - what every device model provides.
 *
 * A device maps m inputs to m outputs. Inputs: its branch voltages, then its own unknowns, then foreign unknowns
 * (ag_ref). Outputs: the branch currents (they leave terminal pos and enter terminal neg *inside* the device,
 * so KCL holds by construction), then its own equations, then what it adds to the equation of each foreign unknown (the
 * voltage that one coil induces in another). Each output is f(u,t) + d/dt q(u) = 0 (for a branch: its current). Only the
 * solver integrates. Node numbers, stamps, time step and method never appear in a model. A branch that only senses, and
 * a foreign unknown that is only read, has no entry in df_nz/dq_nz rows and leaves its f untouched. */
#ifndef AG_MODEL_H
#define AG_MODEL_H
#include <stdint.h>
#include "core/arena.h"
#include "core/diag.h"

#define AG_LANES 128                      /* instances per tile, whole vectors of every width */
#define AG_TABLE(t) .t = t, .n_##t = (int)(sizeof t / sizeof *t)
#define AG_KELVIN 273.15                  /* 0 C in K */
#define AG_BOLTZMANN_Q 8.617333262e-5     /* k/q [V/K], CODATA 2018 */

enum { AG_REAL, AG_INT, AG_TEXT, AG_VECTOR };                              /* ag_param.kind */
enum { AG_ON_CARD = 1, AG_ON_INSTANCE = 2, AG_ANYWHERE = 3 };              /* ag_param.where; 0 means AG_ANYWHERE */

/* Parameter of a model, of the options, ... A default of NAN means "not given"; the model asks isnan. */
typedef struct ag_param {
    const char *name, *unit;              /* "ron", "ohm" */
    double      dflt, min, max;           /* in that unit */
    const char *help;                     /* one line */
    int         kind, where;
} ag_param;

/* A list of numbers as a parameter (PWL, tables): the parameter's column holds its index in tile->vector. */
typedef struct ag_vector { const double *v; int n; } ag_vector;

typedef struct ag_branch {
    const char *name; int pos, neg;       /* terminal numbers */
    int         init;                     /* 1 + parameter with the initial voltage under uic (0: none) */
} ag_branch;

/* An operating point solves for an unknown; keeps it at its initial value (a memory: the frozen state); or, for a state
 * with several solutions, follows the one that exists without bias while the sources rise from 0, unless its initial
 * value is given (not NAN): then it is kept as well. */
enum { AG_SOLVED, AG_HELD, AG_RAMPED };

typedef struct ag_unknown {               /* an unknown the device adds: state, branch current, ... */
    const char *name, *unit;
    int         init;                     /* parameter with the initial value (-1: none, starts at 0) */
    int         hold;                     /* in an operating point: AG_SOLVED ... */
    double      abstol;                   /* for Newton and error control; 0: abstol or vntol by unit A or V */
    double      min, max;                 /* range of accepted values: limits the Newton update, never clips */
    double      newton;                   /* largest change per Newton iteration (0: no limit) */
    int         global;                   /* 1: never eliminated lane by lane (its own diagonal may be zero) */
    const char *help;
} ag_unknown;

/* Whether an unknown is a state that a device keeps: what is written into a file of states. */
static inline int ag_unknown_is_state(const ag_unknown *u) { return u->hold != AG_SOLVED; }

/* Foreign unknown: the branch current of another device; and the derived value of that device which prepare needs (NULL: none). */
typedef struct ag_ref { const char *name, *value; } ag_ref;

/* One slice of a batch. Each pointer is a column of n lanes; Jacobian column = out * m + in. */
typedef struct ag_tile {
    int                  n;               /* lanes, at most AG_LANES; no result depends on how many */
    double               time;            /* [s] */
    double               start;           /* [s] 0, but in step the time from which `time` counts */
    double               gmin, srcfact;   /* [S]; 0..1, source stepping */
    int                  rest;            /* 1: .op, .dc, .ac, where sources stand at their dc value; 0: a transient and its start */
    const double        *temp;            /* [K] */
    const double *const *p;               /* parameters; a uniform one points to a constant tile */
    const double *const *d;               /* derived values, from prepare */
    const double *const *latch;           /* memories, as of the last accepted point */
    const double *const *foreign;         /* [n_ref] in prepare: values of the other devices that refs ask for */
    const double *const *u;               /* inputs: branch voltages [V], own unknowns, refs */
    double *const       *f, *const *q;    /* outputs: f(u,t) and q(u) in f + dq/dt; 0 before eval, which sets what it has */
    double *const       *df, *const *dq;  /* df/du, dq/du; df == NULL: residual only (then dq is NULL too) */
    const ag_vector     *vector;          /* of the circuit, indexed by AG_VECTOR parameters */
    const void          *data;            /* model->data */
    double              *scratch;         /* model->scratch doubles */
} ag_tile;

enum {
    AG_LINEAR = 1,      /* f and q affine in u with coefficients that never change: stamped once per step size */
    AG_TIMED = 2,       /* f depends on time (or srcfact) explicitly */
    AG_TWO_TERMINAL = 4,/* v(name), i(name) and p(name) are those of one branch from terminal 0 to terminal 1 */
    AG_STARTS = 16,     /* ic= of its branch (a capacitor's voltage) or own unknown (an inductor's current) holds in the operating
                         * point before a transient, too */
    AG_SWITCHES = 8     /* a change of the first memory makes f jump: an operating point looks for a state that agrees with it,
                         * and a transient starts anew behind it */
};

/* What a device is in a cell of two in series, whose voltages must match (core/match.c). A selector has the parameters vread and
 * vwrite [V] (NAN: not checked) and the derived values vth, vhold (rs included), ihold, roff, rs; a memory vset (at 1 V/s), glrs
 * and ghrs, its conductances in the low- and the high-resistance state. */
enum { AG_NO_ROLE, AG_SELECTOR, AG_MEMORY };

typedef struct ag_derived { const char *name, *unit, *help; } ag_derived;
/* A memory beside the states: changes only in accept, so a step that is refused leaves no trace in it. */
typedef struct ag_latch {
    const char *name, *unit; double init; const char *help;
    int         param;                    /* 1 + parameter that holds the initial value instead of init (0: none) */
} ag_latch;
typedef struct ag_word { int param; const char *text; double value; } ag_word;    /* window=biolek stands for window=2 */
/* Another type of card, which presets a parameter: pmos is an nmos with polarity -1. */
typedef struct ag_alias { const char *type; int param; double value; } ag_alias;

typedef struct ag_model {
    const char        *name, *title, *const *terminal;
    const ag_branch   *branch;
    const ag_unknown  *unknown;
    const ag_ref      *ref;
    const ag_param    *param;
    const ag_derived  *derived;
    const ag_latch    *latch;
    const ag_word     *word;              /* words that values of parameters may be written as */
    const ag_alias    *alias;             /* types beside `type` */
    int                n_terminal, n_branch, n_unknown, n_ref, n_param, n_derived, n_latch, n_word, n_alias;
    const char        *type;              /* ".model x type(level=...)" means this model as well as its own name; or NULL */
    int                level;             /* with type; a card without level means the lowest one */
    const char *const *ignored;           /* parameters of other simulators, accepted with a warning; ends with NULL */
    const char        *ignored_why;       /* what the warning says of them: "is not modelled" */
    int                flags, role;       /* AG_LINEAR ...; AG_SELECTOR ... */
    uint64_t           df_nz, dq_nz;      /* which Jacobian columns exist: bit out * m + in (when m <= 8) */
    const unsigned char *df_map, *dq_map; /* the same as [m * m] bytes, for larger m; NULL otherwise */
    size_t             scratch;           /* doubles that eval needs per tile */
    const void        *data;              /* a compiled expression, a table */
    /* The only function required. */
    void   (*eval)(const ag_tile *t);
    /* Derived values (temperature laws, reciprocals), once per lane when parameters are known; t->u, f, q unset. */
    void   (*prepare)(const ag_tile *t, double *const *derived);
    /* Newton limiting: t->u was evaluated last, u_next is proposed and may be pulled back. */
    void   (*limit)(const ag_tile *t, double *const *u_next);
    /* First time after `time` where lane k has a corner; INFINITY when none. */
    double (*breakpoint)(const ag_tile *t, int k, double time);
    /* After a converged step from old (time, u) to now: largest next step [s], or negative: reject this one. -1 says no more;
     * a value between -1 and 0 asks for that part of the step instead, to end it at an event. Both times
     * count from the old point: a step may be shorter than what t resolves. */
    double (*step)(const ag_tile *old, const ag_tile *now);
    /* The point t (time, u) stands: update the memories. Also called once at the start. */
    void   (*accept)(const ag_tile *t, double *const *latch);
    /* Stimulus of a small-signal analysis: adds the complex amplitude of what an independent source puts into its outputs
     * (re[out], im[out] as f[out]; 0 before). t->u is unset. */
    void   (*ac)(const ag_tile *t, double *const *re, double *const *im);
    /* The memories (0 or 1, at most 32) are updated: own unknowns that jump at this point get their new values in u. Whether
     * there are any. */
    int    (*reset)(const ag_tile *t, double *const *u);
    /* Check of one lane's parameters at set-up beyond the ranges of the table; NULL or a complaint ("vt must ..."). */
    const char *(*check)(const double *param, int n_param);
} ag_model;

static inline int ag_model_inputs(const ag_model *m) { return m->n_branch + m->n_unknown + m->n_ref; }
/* Whether df (dq) has an entry at (out, in). */
static inline int ag_model_df(const ag_model *m, int e) { return m->df_map ? m->df_map[e] : (int)(m->df_nz >> e & 1); }
static inline int ag_model_dq(const ag_model *m, int e) { return m->dq_map ? m->dq_map[e] : (int)(m->dq_nz >> e & 1); }

extern const ag_model *const ag_models[];          /* every file of models/, ended by NULL; written by the Makefile */
const ag_model *ag_model_find(const char *name);   /* case-insensitive; NULL when there is none */
/* The model of a type of other simulators: "memristor", 3. level < 0: the lowest. NULL when there is none. */
const ag_model *ag_model_typed(const char *type, int level);
/* What m presets for that type; NULL when it is not one of m's aliases. */
const ag_alias *ag_model_alias(const ag_model *m, const char *type);
/* Value of parameter k written as a word; 0 when the model knows no such word. */
int             ag_model_word(const ag_model *m, int k, const char *text, double *value);
int             ag_model_ignores(const ag_model *m, const char *param);
extern const char *const ag_model_pages[];         /* the leading comment of each file, without its first line */
const char     *ag_model_page(const ag_model *m);  /* of a registered model */
#endif
