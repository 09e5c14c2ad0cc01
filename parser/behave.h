/* behave - devices given by an expression: what the files that make them share. Private to behave.c and equation.c. */
#ifndef AG_BEHAVE_H
#define AG_BEHAVE_H
#include "parser/elaborate.h"

/* A parameter of the model, one column each. */
enum { AG_FORMAL, AG_DRAWN, AG_START, AG_INITIAL };
typedef struct ag_bparam {
    int            kind;
    const ag_body *owner; int k;         /* AG_FORMAL: parameter k of a subcircuit */
    const char    *name;                 /* AG_DRAWN: normal#, uniform#; else the name as a parameter */
    int            number;               /* AG_DRAWN, AG_START: which of its kind */
    double         dflt;
} ag_bparam;

enum { AG_MOST_MEMORY = 24 };            /* ddt and idt of one expression; see AG_MAX_UNKNOWN in solver/system.h */

/* ddt(x): its input is an unknown of its own, unless all is linear in it. */
typedef struct ag_rate { int x, input; } ag_rate;
/* idt(x, start, reset): an unknown; memory `latch` (-1: none) tells whether reset holds it. */
typedef struct ag_integral { int x, start, reset, input, param, latch; } ag_integral;

/* The model of a device that an expression describes. */
typedef struct ag_behave {
    ag_model      m;                     /* first, so that a model of this kind is an ag_behave */
    ag_program   *program;               /* f, q, df, dq where they exist, in this order */
    ag_program   *pre; int n_pre;        /* what depends on parameters only (ag_model.derived) */
    ag_program   *start; int n_start;    /* initial values of integrals, in the order of AG_START */
    ag_program   *event; int n_event;    /* conditions of resets, in the order of the memories */
    int          *at, n_f, n_q, n_df, n_dq;      /* place of each output: row, row, entry, entry */
    int         (*held)[2];              /* [n_event] input that is reset, parameter it is reset to */
    unsigned char *reads;                /* [n_event * n_input] inputs a condition depends on */
    double       *tol;                   /* [n_input] how far they may move unseen */
    int           n_input, timed;        /* inputs of the programs: those of the model, then the memories; events use time */
    ag_bparam    *param;                 /* [m.n_param] */
} ag_behave;

/* A model on its way: the expression is compiled more than once, as the numbers of inputs become known. */
typedef struct ag_making {
    ag_elab          *el;
    ag_build         *g;
    const ag_element *e;
    const ag_senses  *senses;
    enum ag_behaviour what;
    ag_branch   *branch;   int n_branch, cap_branch;
    ag_bparam   *param;    int n_param, cap_param;
    ag_rate      rate[AG_MOST_MEMORY];     int n_rate;
    ag_integral  integral[AG_MOST_MEMORY]; int n_integral;
    unsigned char linear[AG_MOST_MEMORY];        /* rates that are no unknowns */
    int n_latch, n_draw;                 /* met so far in this pass */
    int own;                             /* input that is the device's own current, -1: none */
    int rate0, integral0, ref0, latch0, linear0;         /* first inputs of their kinds */
} ag_making;

static inline int ag_has_current(enum ag_behaviour what)
{
    return what == AG_FORCE_VOLTAGE || what == AG_FLUX || what == AG_INDUCTANCE;
}

/* The node of d/dt of a node. */
int        ag_making_rate(ag_making *k, int x);
/* The parameter of that kind, made when new; -1 as k or number where it has none. */
int        ag_making_param(ag_making *k, ag_bparam p);
/* The model whose expression has the node `value`; graph and numbers are final. */
ag_behave *ag_equations(ag_making *k, int value);
#endif
