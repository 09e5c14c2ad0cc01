/* circuit - nodes, model cards, batches of instances. One builder serves the parser and the public interface.
 *
 * All instances of one model form one batch, structure of arrays: a lane is an instance. Columns grow while the
 * circuit is read; ag_circuit_finish pads them and computes derived values. A change after that (an instance added, a
 * parameter set) clears c->finished, and finish is to be called again before the next analysis. */
#ifndef AG_CIRCUIT_H
#define AG_CIRCUIT_H
#include "core/diag.h"
#include "core/intern.h"
#include "core/model.h"
#include "core/options.h"
#include "core/plan.h"

typedef struct ag_card {                   /* a .model line */
    const char     *name;
    const ag_model *model;
    double         *value;                 /* [n_param], defaults filled in */
    unsigned char  *given;                 /* [n_param] */
    int            *used;                  /* instances that have it; a later change of the card reaches them */
    ag_loc          at;
} ag_card;

/* What an operating point does with the states of an instance that have an initial value: as their model says (AG_HELD ...),
 * solves for all of them, or keeps all of them. */
enum { AG_AS_MODEL = -1, AG_FREE, AG_KEPT };

typedef struct ag_batch {
    const ag_model *model;
    int             n, cap;                /* instances; columns are padded to a multiple of AG_LANES by finish */
    int             number;                /* of this batch in the circuit */
    int           **node;                  /* [n_terminal][lane]: node numbers, 0 = ground */
    double        **param;                 /* [n_param][lane] */
    unsigned char  *uniform;               /* [n_param], after finish: 1 when all lanes of param[k] are equal, so that its
                                            * first tile serves for every tile */
    unsigned char **given;                 /* [n_param][lane]: 1 set on its card, 2 on the instance */
    double         *own_temp;              /* [lane] temperature set on the instance [K], NAN: the circuit's */
    signed char    *own_hold;              /* [lane] hold= of the instance: AG_KEPT, AG_FREE, or AG_AS_MODEL */
    double        **own_state;             /* [n_unknown + n_latch][lane] initial values out of a file of states, NAN: as the
                                            * parameters say; NULL: none */
    double         *many, *copies;         /* [lane] parallel devices that a lane stands for, and of these the copies of the
                                            * subcircuit around it; NULL: 1 each */
    double         *temp;                  /* [lane] device temperature [K], after finish */
    double        **derived;               /* [n_derived][lane], after finish */
    struct ag_instref *ref;                /* [n_ref * lane]: lane * n_ref + k */
    const char    **name;                  /* [lane] full interned name: "r1", "n.x1.n1" */
    const ag_card **card;                  /* [lane] or NULL */
    ag_loc         *at;                    /* [lane] */
    int             room;                  /* lanes that temp and derived have */
    struct { const double **p, **f; double **d, **foreign, *value, *scratch; } work;      /* of finish, so that a refresh allocates nothing */
} ag_batch;

typedef struct ag_instance { int batch, lane; } ag_instance;                /* a handle; batch < 0: none */
typedef struct ag_instref { int batch, lane, unknown; } ag_instref;         /* unknown number of another instance */

struct ag_circuit {
    ag_arena   *arena;
    ag_names   *names;
    ag_diag    *diag;
    const char *title;
    ag_map     *node_map;                  /* name -> (void *)(intptr_t)(number) */
    const char **node_name;                /* [n_node]; node_name[0] = "0" */
    ag_loc     *node_at;                   /* first place where the node is named */
    int         n_node, cap_node;
    ag_map     *card_map;                  /* name -> ag_card */
    ag_batch  **batch;
    int         n_batch, cap_batch;
    ag_map     *batch_map;                 /* address of the model -> ag_batch */
    ag_map     *instance_map;              /* full name -> ag_instance (arena) */
    ag_vector  *vector;                    /* values of AG_VECTOR parameters; [0] is empty */
    int         n_vector, cap_vector;
    ag_map     *override;                  /* -D name -> const char *expression */
    struct ag_origin *origin;              /* the netlist it was made from (parser/elaborate.h), or NULL */
    ag_options  options;
    ag_map     *probe_map;                 /* canonical name of a probe -> (void *)(intptr_t)(1 + its number) */
    ag_plan     plan;                      /* analyses, outputs, measures: what the netlist asks for */
    int        *usual, n_usual, usual_of;  /* the default set of ag_saved, and the numbers of nodes and instances it is for */
    ag_map     *mismatch;                  /* pairs of cards that a warning of ag_match_check named; NULL: none */
    int         finished;
};

ag_circuit *ag_circuit_make(ag_arena *a, ag_diag *d);
/* Node of that (interned) name, made when new. "0" and "gnd" are ground. */
int         ag_circuit_node(ag_circuit *c, const char *name, ag_loc at);
int         ag_circuit_find_node(const ag_circuit *c, const char *name);            /* -1: none */
ag_card    *ag_circuit_card(ag_circuit *c, const char *name, const ag_model *m, ag_loc at);  /* NULL: name taken (reported) */
/* Adds an instance with the card's values (or the model's defaults); NULL-safe card. name is interned and unique: a
 * second one of the same name is reported and {-1,-1} returned. */
ag_instance ag_circuit_add(ag_circuit *c, const char *name, const ag_model *m, const ag_card *card, const int *node, ag_loc at);
ag_instance ag_circuit_find(const ag_circuit *c, const char *name);
int         ag_param_find(const ag_param *p, int n, const char *name);              /* -1: none; case-insensitive */
/* Set a parameter (index k) of a card or instance; a value out of range or NaN is reported at `at` with the range. */
int         ag_card_set(ag_circuit *c, ag_card *card, int k, double value, ag_loc at);          /* 1: done */
int         ag_instance_set(ag_circuit *c, ag_instance i, int k, double value, ag_loc at);
void        ag_instance_temp(ag_circuit *c, ag_instance i, double kelvin);
void        ag_instance_hold(ag_circuit *c, ag_instance i, int hold);               /* AG_AS_MODEL, AG_FREE, AG_KEPT */
/* Initial value of own unknown k, or of memory k - n_unknown, whatever its parameter says and however far it is out of that
 * parameter's range: a state that was reached. */
void        ag_instance_state(ag_circuit *c, ag_instance i, int k, double value);
double      ag_circuit_vector(ag_circuit *c, const double *v, int n);               /* copies; index for the parameter */
/* The instance stands for so many times as many parallel devices: by its own m=, and in so many copies of its subcircuit.
 * Its currents and powers are those of one copy; the nodes see all. */
void        ag_instance_many(ag_circuit *c, ag_instance i, double own, double copies);
/* Room for cap lanes in every column of a batch. */
void        ag_batch_widen(ag_circuit *c, ag_batch *b, int cap);
/* Warns of selectors and memories in series whose voltages do not suit each other; after derived values are known. */
void        ag_match_check(ag_circuit *c);
/* Parameters and derived values that a model of that role has, ended by NULL. */
const char *const *ag_role_names(int role);
/* Fixes columns, pads, finds uniform parameters, computes derived values, runs model checks. AG_ESYNTAX after reports. */
ag_status   ag_circuit_finish(ag_circuit *c);
/* In place of finish after a single change of a finished circuit, without allocating: parameter k of one lane (-1: of all) was set;
 * options.temp was. AG_ERANGE after a report when a model objects. */
ag_status   ag_circuit_refresh_param(ag_circuit *c, int batch, int k, int lane);
ag_status   ag_circuit_refresh_temp(ag_circuit *c);
#endif
