/* elaborate - what the files that give the raw deck its meaning share. Private to this folder.
 *
 *     body.c       sorts the cards of a deck into bodies: the top level and every .subckt
 *     condition.c  .if .elseif .else .endif
 *     scope.c      parameters and functions: looking up and evaluating
 *     subckt.c     nodes, instance names, expansion of X
 *     element.c    the table of element letters, what all elements share, the element N
 *     passive.c    R C L
 *     coupling.c   K
 *     controlled.c E G F H B
 *     formula.c    value=, poly, table, pwl of E G F H as one expression
 *     semiconductor.c  D M Q J
 *     source.c     V and I, waveforms
 *     modelcard.c  .model
 *     table.c      tables of numbers out of files
 *     function.c   functions that are no single operation; random draws
 *     compile.c    expressions of signals become graphs
 *     complex.c    complex values in them: outputs of .ac
 *     senses.c     what an expression reads; models shared by equal cards
 *     behave.c     device models made from expressions
 *     equation.c   their equations
 *     current.c    i(device), @device[variable]
 *     directive.c  the table of dot commands, analyses, options, initial conditions
 *     sweep.c      axes of .dc, .step and "sweep"
 *     state.c      .load state= and .save state=
 *     step.c       .step .temp .data, "sweep": what runs are repeated for
 *     foreign.c    cards of other simulators
 *     output.c     .print .plot .probe .save .pulses, expressions over probes
 *     measure_card.c  .measure
 *     topology.c   checks of the finished net
 *
 * A body is what was written once; a scope is one instance of it, with values of its parameters and numbers of its
 * nodes. Names are looked up in the scope, then in the scope of the body around it, up to the top level. */
#ifndef AG_ELABORATE_H
#define AG_ELABORATE_H
#include "core/marks.h"
#include "parser/deck.h"

#define AG_MAX_DEPTH 100                 /* subcircuits inside one another */
#define AG_MAX_VARIANTS 1000             /* of one subcircuit with conditions */
#define AG_MAX_EVAL 6000                 /* operations, parameters and functions inside one another: bounds the stack */
#define AG_MAX_STEPS 1000000             /* operations of one evaluation, functions written out */
#ifndef AG_MAX_INSTANCES
#define AG_MAX_INSTANCES 5000000         /* made by X cards: a few lines of them, nested, can ask for 2^100; these take 1.2 GB */
#endif

typedef struct ag_elab ag_elab;
typedef struct ag_body ag_body;
typedef struct ag_scope ag_scope;
typedef struct ag_element ag_element;
typedef struct ag_table ag_table;

typedef struct ag_symbol {               /* a parameter of a body */
    const char    *name;
    const ag_expr *expr;                 /* NULL: no default (the instance must set it), or not a number */
    ag_loc         at;
    int            formal;               /* declared on the .subckt line: an instance may set it */
    const ag_field *text;                /* its value in double quotes, read when it is needed: it may be a mere text */
} ag_symbol;

typedef struct ag_function {
    const char    *name;
    const char   **arg;                  /* [n_arg] */
    int            n_arg;
    const ag_expr *expr;
    ag_loc         at;
    ag_body       *body;                 /* where it is defined */
    int            active;               /* being evaluated */
    int            dynamic;              /* 0 not yet known, 1 no, 2 depends on signals or time */
    int            local;                /* the same for parameters of a subcircuit */
    int            walk;                 /* the last expression in which senses.c met it */
} ag_function;

typedef struct ag_modelcard {            /* a .model line */
    const ag_line *line;
    const char    *name;
    ag_card       *card;                 /* when all scopes share it */
    int            local;                /* its values depend on parameters of a subcircuit: one card per scope */
    int            done;                 /* made, or failed (card NULL) */
} ag_modelcard;

/* What all circuits made from one netlist share. It lives as long as the source texts. */
typedef struct ag_origin {
    ag_arena      *a;
    const ag_deck *deck;
    ag_map        *define;               /* -D name -> its ag_expr */
    ag_table      *table;                /* files of numbers that were read */
    int            functions;            /* file of the built-in formulas (function.c), 0: not yet used */
    struct ag_statefile *states;         /* files of states that were read */
    long           sample;               /* of random functions */
} ag_origin;

/* One row per letter. add() is called once per instance of the card. */
typedef struct ag_kind {
    char        letter;
    const char *name, *usage;            /* "resistor needs two nodes and a value: Rname n1 n2 value" */
    void      (*add)(ag_elab *el, ag_scope *s, ag_element *e);     /* NULL: not supported yet */
} ag_kind;

typedef struct ag_formula {             /* a controlled source by other means than a gain */
    const ag_expr  *expr;
    const ag_field *rest;                /* keys left for the device */
} ag_formula;

struct ag_element {
    const ag_line  *line;
    const ag_kind  *kind;
    const ag_model *model;               /* made from its expression, shared by all instances of the card */
    int             dynamic;             /* its value depends on signals or time: 0 not yet known, 1 no, 2 yes */
    const ag_formula *formula;           /* of E G F H, or NULL */
    const struct ag_senses *senses;      /* what its expression reads; with model */
    int             failed;              /* its expression was reported as wrong */
};

typedef struct ag_truth { const ag_expr *expr; int value; } ag_truth;           /* a condition that was evaluated */

typedef struct ag_block {                /* an .if that is open */
    ag_loc at;
    int    taken;                        /* the cards here */
    int    settled;                      /* no branch that follows can be taken */
    int    otherwise;                    /* its .else has come */
} ag_block;

typedef struct ag_conditions {
    ag_block *block; int n, cap;         /* innermost last */
    ag_truth *truth; int n_truth, cap_truth;
} ag_conditions;

typedef struct ag_variant {              /* a subcircuit as it is where its conditions have these values */
    ag_body           *body;
    ag_conditions      when;
    struct ag_variant *next;
} ag_variant;

struct ag_body {
    const char    *name;                 /* NULL: top level */
    ag_body       *parent;
    const ag_line *line;                 /* .subckt */
    ag_loc         ends;                 /* its .ends */
    const ag_line *from, *to;            /* the cards of a subcircuit with conditions: all else is in its variants; or NULL */
    ag_variant    *variant;              /* the one used last is the first */
    int            n_variant;
    const char   **port;  int n_port, cap_port;
    ag_symbol     *symbol; int n_symbol, cap_symbol;
    ag_map        *symbol_map;           /* name -> 1 + number */
    ag_map        *function, *subckt, *model;
    ag_element    *element; int n_element, cap_element;
    const ag_line **ic;   int n_ic, cap_ic;        /* .ic and .nodeset inside */
    ag_map        *node_map;             /* name -> 1 + number, ports first */
    int            n_node;
    double         size;                 /* elements that one instance makes, those of the subcircuits in it included */
    int            sized;                /* size: 0 not yet known, 1 being counted, 2 known */
    int            active;               /* being expanded */
    ag_scope      *spare;                /* scopes whose expansion is over */
};

enum { AG_UNKNOWN, AG_BUSY, AG_KNOWN, AG_BAD };   /* ag_scope.state */

struct ag_scope {
    ag_body         *body;
    ag_scope        *outer;              /* of the body around this one; NULL at the top */
    ag_scope        *caller;             /* where the X line stands; NULL at the top */
    const char      *path;               /* "", "x1.", "x1.x2." */
    double          *value;              /* [cap_symbol] */
    unsigned char   *state;              /* [cap_symbol] */
    int              cap_symbol;
    const ag_field **actual;             /* [n_port] nodes on the X line */
    int             *node, cap_node;     /* node numbers by the body's numbering, -1: not used yet */
    ag_context       context;            /* for reports */
    double           copies;             /* of everything in it, by m= of X cards */
    ag_map          *card;               /* cards made for this scope, by ag_modelcard; NULL: none */
    ag_scope        *next;               /* in the list of spare ones */
};

typedef struct ag_trail { const char *name; const void *what; } ag_trail;

typedef struct ag_places { const char *path, *name; uint32_t n; } ag_places;   /* where draws are made, and the number made there */

typedef struct ag_waiting {              /* i(device) in an expression, resolved when all devices are known */
    ag_instance who;
    int         k;                       /* number of the reference */
    const char *name, *path;             /* device as written, path of the scope */
    const char *variable;                /* of the device; NULL: its current */
    ag_loc      at;
} ag_waiting;

typedef struct ag_pair {                  /* two coupled inductors, found when all devices are known */
    ag_instance     who;
    const ag_field *name[2];
    const char     *path;                /* of the scope */
    ag_loc          at;                  /* of the coefficient */
    ag_instance     inductor[2];
} ag_pair;

struct ag_elab {
    ag_circuit  *c;
    ag_arena    *a;
    ag_body     *top;
    ag_scope    *main;
    ag_origin   *origin;
    const ag_setting *set; int n_set;    /* values that replace those of the netlist */
    int          again;                  /* this is not the first circuit of it */
    ag_map      *global;                 /* names of .global */
    ag_body     *asking;                 /* whose conditions are being evaluated; NULL: none */
    ag_map      *asked;                  /* names they have used */
    ag_map      *instead;                /* parameters of the top level whose definitions -D or a step replaces: ag_expr */
    ag_map      *builtin;                /* function name -> 1 + ag_op, or -1 */
    const ag_line **directive; int n_directive, cap_directive;
    ag_marks     said;                   /* errors already reported: a card of a subcircuit reports once */
    ag_trail    *trail; int n_trail, cap_trail;     /* parameters and functions being evaluated */
    int          depth, steps;           /* of the evaluation under way */
    ag_places    place;                  /* the parameter, card or element that is being evaluated */
    ag_function **formula;               /* those of function.c that were used */
    struct ag_shape *shape; int n_shape, cap_shape; /* hash table of models made from expressions: senses.c */
    int          walk;                   /* number of the expression that senses.c goes through */
    int          level;                  /* of the expansion under way */
    double       instances;              /* made by X cards so far */
    ag_waiting  *waiting; int n_waiting, cap_waiting;
    ag_pair     *pair; int n_pair, cap_pair;
    double       tstep, tstop;           /* of the first .tran, for defaults of waveforms */
    int          no_tstep;               /* it gives no TSTEP: tstep is a guess */
    int          usual;                  /* 1 + the analysis of cards that name none; 0: not looked for yet */
};

/* Reports an error once per place and kind of message, however many instances run into it. */
void ag_elab_error(ag_elab *el, ag_loc at, const char *format, ...) __attribute__((format(printf, 3, 4)));
int  ag_elab_said(ag_elab *el, ag_loc at, const void *what, int mark);       /* whether that was said there; marks it */
int  ag_elab_full(const ag_elab *el);            /* so many errors that going on is of no use */

/* Sets the temperature that is stepped: after .options and .temp, before anything is computed from it. */
void ag_set_temperature(ag_elab *el);
/* Gives a parameter of the top level the definition of -D, or the value that is stepped, instead of its own. */
void ag_redefine(ag_elab *el, ag_symbol *x);

/* ---- body.c ---- */
void ag_body_collect(ag_elab *el, const ag_deck *deck);
/* Sorts the cards from `from` to before `to` into a body; conditions are evaluated in s, a scope of it, and end up in q. */
void     ag_body_fill(ag_elab *el, ag_body *b, const ag_line *from, const ag_line *to, ag_scope *s, ag_conditions *q);
ag_body *ag_body_variant(ag_elab *el, const ag_body *b);
void ag_body_define(ag_elab *el, ag_body *b, const char *name, const ag_expr *expr, ag_loc at);      /* a parameter */
/* The subcircuit, function or model card that a name means in a body or around it; NULL. */
ag_body      *ag_body_subckt(const ag_body *b, const char *name);
ag_function  *ag_body_function(const ag_body *b, const char *name);

/* ---- condition.c ---- */
int  ag_is_condition(const ag_line *l);
/* Whether a card is taken; 0 for the cards .if .elseif .else .endif themselves. */
int  ag_condition(ag_elab *el, ag_conditions *q, ag_scope *s, const ag_line *l);
void ag_conditions_end(ag_elab *el, ag_conditions *q);                 /* reports blocks that are still open */
int  ag_truths_hold(ag_elab *el, ag_scope *s, const ag_conditions *q); /* whether all conditions are what they were */

/* ---- scope.c ---- */
void ag_scope_fit(ag_elab *el, ag_scope *s);                  /* room for all symbols of its body */
void ag_scope_forget(ag_scope *s);                            /* values of its parameters */
ag_scope *ag_scope_of(ag_scope *s, const ag_body *b);          /* s or the scope around it that is an instance of b */
/* Each returns 0 after a report. */
int ag_scope_eval(ag_elab *el, ag_scope *s, const ag_expr *e, double *value);
int ag_scope_value(ag_elab *el, ag_scope *s, const ag_field *f, double *value);       /* a word, expression or key */
int ag_scope_name(ag_elab *el, ag_scope *s, const char *name, ag_loc at, double *value);
int ag_scope_symbol(ag_elab *el, ag_scope *s, int k, double *value);
/* Where a parameter's name is defined, seen from a body; its number, or -1. */
int ag_body_symbol(const ag_body *b, const char *name, const ag_body **owner);
int ag_constant(ag_elab *el, const char *name, double *value);                        /* pi, e, temper, ... */
int ag_is_number(const char *word, double *value);
ag_op ag_builtin(ag_elab *el, const char *name, int n, int *arity);
/* Whether the expression depends on signals or time. */
int ag_is_dynamic(ag_elab *el, const ag_body *b, const ag_expr *e);
/* Whether it depends on a parameter of a subcircuit, seen from body b. */
int ag_is_local(ag_elab *el, const ag_body *b, const ag_expr *e);
/* Reports that no function of that name and number of arguments exists. */
void ag_no_function(ag_elab *el, const ag_body *b, const ag_expr *e);
void ag_no_parameter(ag_elab *el, const ag_body *b, const ag_function *f, const char *name, ag_loc at);
/* The chain of a definition in terms of itself: "a -> b -> a"; what is the one met again. */
const char *ag_chain(ag_elab *el, const void *what);
void ag_trail_push(ag_elab *el, const char *name, const void *what);
/* Counts an operation; 0 after a report when an evaluation has become too deep or too long. */
int ag_step(ag_elab *el, ag_loc at);

/* ---- function.c ---- */
typedef enum ag_form { AG_NO_FORM, AG_EXTREME, AG_TABLED, AG_RATE, AG_INTEGRAL, AG_WRAPPED } ag_form;
ag_form      ag_form_of(const ag_expr *e);       /* min max; table tbl pwl; ddt; idt sdt; idtmod: with that number of arguments */
ag_function *ag_known_function(ag_elab *el, const char *name, int n);       /* built-in functions written as formulas; NULL */
/* What a call means that is written out: a function of the netlist or a formula; NULL: an operation, a form, or nothing. */
ag_function *ag_function_of(ag_elab *el, const ag_body *b, const ag_expr *e);
const char  *ag_function_counts(ag_elab *el, const char *name);      /* "1 or 3": arguments a built-in function takes; NULL */
void         ag_function_guess(ag_guess *g);     /* tries all names */
/* From now on draws are made for that parameter, card or element; returns what was before, to be put back. */
ag_places    ag_place_of(ag_elab *el, const char *path, const char *name);
int          ag_is_draw(const char *name);       /* normal#, uniform# */
double       ag_draw(ag_elab *el, const char *name);                 /* the next one */
/* Whether the x of n points rise; 0 after a report. e is the call table(x, x1, y1, ...). */
int          ag_rising(ag_elab *el, const ag_expr *e, const double *xy, int n);

/* ---- subckt.c ---- */
int         ag_scope_node(ag_elab *el, ag_scope *s, const char *name, ag_loc at);
const char *ag_scope_device(ag_elab *el, const ag_scope *s, const char *name);        /* full name of an instance */
int         ag_is_ground(const char *name);
void        ag_size_body(ag_elab *el, ag_body *b);   /* counts what X cards in it will make, before ag_expand makes it */
void        ag_expand(ag_elab *el, ag_scope *s);
void        ag_add_subckt(ag_elab *el, ag_scope *s, ag_element *e);                   /* X */
ag_scope   *ag_scope_new(ag_elab *el, ag_body *b);

/* ---- element.c ---- */
const ag_kind *ag_kind_of(const char *first);
void           ag_unknown_element(ag_elab *el, const ag_line *l);
/* Numbers of the first n fields as nodes, and the field after them; 0 after a report of the usage. */
int            ag_element_nodes(ag_elab *el, ag_scope *s, const ag_element *e, int n, int *node, const ag_field **rest);
void           ag_element_usage(ag_elab *el, const ag_element *e, const char *missing);
ag_instance    ag_element_add(ag_elab *el, ag_scope *s, const ag_element *e, const ag_model *m, const ag_card *card,
                              const int *node);
/* Sets a parameter, temp= or dtemp= from a key field; reports names the model does not know. */
void           ag_element_key(ag_elab *el, ag_scope *s, const ag_element *e, ag_instance i, const ag_field *f);
void           ag_element_set(ag_elab *el, ag_instance i, const char *param, double value, ag_loc at);
void           ag_element_keys(ag_elab *el, ag_scope *s, const ag_element *e, ag_instance i, const ag_field *f);   /* all from f on */
/* Sets a parameter that is an initial value under uic from a key or a value of its list. */
void           ag_element_initial(ag_elab *el, ag_scope *s, ag_instance i, const char *param, const ag_field *f);
/* Adds an instance for a device of scope s; name as it stands there. */
ag_instance    ag_element_put(ag_elab *el, ag_scope *s, const char *name, const ag_model *m, const ag_card *card, const int *node,
                              ag_loc at);
/* The value of m=, how many there are in parallel; 0 after a report. */
int            ag_element_times(ag_elab *el, ag_scope *s, const ag_field *f, double *times);
int            ag_element_many(ag_elab *el, ag_scope *s, ag_instance i, const ag_field *f);   /* 1: was m= */
int            ag_element_temp(ag_elab *el, ag_scope *s, ag_instance i, const ag_field *f);   /* 1: was temp= or dtemp= */
/* Whether a card is for this element: of that model, or of a model of that type. */
int            ag_element_fits(ag_elab *el, const ag_element *e, const ag_card *card, const char *model, const ag_line *l);
/* The card that field f names, if it is for this element; NULL after a report. */
ag_card       *ag_element_card(ag_elab *el, ag_scope *s, const ag_element *e, const ag_field *f, const char *model);
int            ag_one_of(const char *word, const char *const *list);                  /* the list ends with NULL */
ag_loc         ag_field_span(const ag_field *f);

/* ---- passive.c ---- */
void ag_add_passive(ag_elab *el, ag_scope *s, ag_element *e);                         /* R, C, L */

/* ---- coupling.c ---- */
void ag_add_coupling(ag_elab *el, ag_scope *s, ag_element *e);                        /* K */
void ag_resolve_couplings(ag_elab *el);

/* ---- controlled.c ---- */
void ag_add_controlled(ag_elab *el, ag_scope *s, ag_element *e);                      /* E, G */
void ag_add_current_controlled(ag_elab *el, ag_scope *s, ag_element *e);              /* F, H */
void ag_add_behavioural(ag_elab *el, ag_scope *s, ag_element *e);                     /* B */

/* ---- formula.c ---- */
/* What a card of E G F H says from field f on, behind its two nodes. 0: inputs and a gain. With 1, out->expr is NULL after
 * a report. */
int ag_formula_read(ag_elab *el, const ag_scope *s, const ag_element *e, const ag_field *f, ag_formula *out);

/* ---- semiconductor.c ---- */
void ag_add_semiconductor(ag_elab *el, ag_scope *s, ag_element *e);                   /* D, M, Q, J */

/* ---- source.c ---- */
void ag_add_source(ag_elab *el, ag_scope *s, ag_element *e);                          /* V, I */

/* ---- modelcard.c ---- */
/* The card of that name seen from a scope. *known tells whether there is such a .model line at all; NULL with *known
 * set: it was reported as wrong. */
ag_card *ag_scope_card(ag_elab *el, ag_scope *s, const char *name, int *known);
/* The value of a key for parameter k of a model: a number, a word the model knows, or a table out of a file. 0 after a report. */
int      ag_param_value(ag_elab *el, ag_scope *s, const ag_model *m, int k, const ag_field *f, double *value);
void     ag_check_cards(ag_elab *el);            /* makes the cards of the top level that no element uses */
void     ag_no_model(ag_elab *el, const ag_scope *s, const char *name, ag_loc at);
/* Whether "type" on a .model line may mean that model: npn and pnp, nmos and pmos, res, memristor, ... or its own name. */
int      ag_is_card_type(const char *type, const ag_model *m);

/* ---- table.c ---- */
/* Reads a file of pairs x, y with rising x (with jumps, x may stay where it is), named relative to the file that names it; *index is the value of the
 * AG_VECTOR parameter: { x1, y1, x2, y2, ... }. 0 after a report at the file's line. */
int ag_table_read(ag_elab *el, const ag_field *path, int jumps, double *index);
void ag_tables_begin(ag_elab *el);               /* another circuit: its vectors are yet to be made */

/* ---- state.c ---- */
typedef struct ag_statefile ag_statefile;
int  ag_is_state_key(const ag_field *f);         /* state=... */
void ag_load_states(ag_elab *el, const ag_line *l);                      /* .load state=FILE */
void ag_save_states(ag_elab *el, const ag_line *l, const ag_field *f);   /* .save state=FILE, at field f */

/* ---- step.c ---- */
void ag_define_stepped(ag_elab *el, const ag_line *l);      /* parameters that only .step names, where l is one */
void ag_read_steps(ag_elab *el);                 /* .step, .temp with several values, .data, "sweep": when all devices are known */
/* An axis of ag_read_axis, or data=NAME. */
int  ag_read_sweep(ag_elab *el, const ag_line *l, const ag_field **at, ag_axis *axis);
/* Whether a field is the word "sweep" from which on an analysis is repeated. */
int  ag_is_repeat(const ag_line *l, const ag_field *f);

/* ---- compile.c ---- */
/* An expression on its way to a graph: functions are written out, names resolved, and whoever uses it says what signals
 * and parameters are. Each hook returns a node of the graph, -1 after a report. */
typedef struct ag_compiler {
    ag_elab  *el;
    ag_build *b;
    void     *user;
    int     (*signal)(struct ag_compiler *x, const ag_expr *e);
    int     (*symbol)(struct ag_compiler *x, const ag_body *owner, int k);       /* a parameter */
    int     (*before)(struct ag_compiler *x, const char *name);      /* names that hide parameters; -2: not one; or NULL */
    int     (*after)(struct ag_compiler *x, const char *name);       /* time, temper: unless a parameter hides it; -2 */
    int     (*memory)(struct ag_compiler *x, ag_form form, const ag_expr *e, const int *arg);      /* ddt, idt; or NULL */
    struct ag_pairs *pairs;              /* of an expression of outputs, which may be complex; NULL in elements: complex.c */
    int       guard;                     /* keep functions of signals finite where Newton may take them: see compile.c */
} ag_compiler;
/* The graph node of an expression written in body b; -1 after a report. */
int ag_compile(ag_compiler *x, const ag_body *b, const ag_expr *e);
/* x / y; with y a signal that is exactly 0 a very small one instead. */
int ag_compile_quotient(ag_build *b, int x, int y);
/* A symbol hook: the value of a parameter of the top level. */
int ag_compile_constant(ag_compiler *x, const ag_body *owner, int k);

/* ---- complex.c ---- */
/* Values that ag_compile returns and hands to hooks are nodes, or with `pairs` handles of complex ones. */
void ag_complex_begin(ag_compiler *x);
int  ag_is_complex(int value);
int  ag_complex(ag_compiler *x, int re, int im);
void ag_complex_parts(ag_compiler *x, int value, int *re, int *im);                      /* of any value, as nodes */
int  ag_complex_operation(ag_compiler *x, ag_op op, const ag_expr *e, const int *arg);   /* some of arg complex; -1 after a report */
/* mag ph db real imag conj of any value; -2: no such function. */
int  ag_complex_function(ag_compiler *x, const char *name, int value);
/* The value that "vm", "ip", "vdb" ... takes of a signal; "v" and "i" leave it. */
int  ag_complex_suffix(ag_compiler *x, const char *kind, int value);
/* The unit of e, such a function of a signal or such a signal; NULL: it is something else. */
const char *ag_complex_unit(const ag_expr *e, const char *of_signal);

/* ---- senses.c ---- */
typedef struct ag_sense { const char *name, *variable; ag_loc at; } ag_sense;       /* a node; a device and what of it is read */

/* What one card reads. Nodes 0 and 1 are those of the element. */
typedef struct ag_senses {
    ag_sense *node; int n_node, cap_node;
    ag_sense *ref;  int n_ref, cap_ref;
    char     *key;  int n_key, cap_key;  /* the expression with nodes and devices as numbers: equal for equal models */
    uint64_t  hash;
} ag_senses;
/* own: whether i(the element itself) is an unknown of its own, not a reference. */
const ag_senses *ag_senses_of(ag_elab *el, const ag_body *b, const ag_element *e, int own, const ag_expr *expr);
/* Numbers of what a signal names; every signal of the expression is there. */
int              ag_sense_node(ag_elab *el, const ag_senses *s, const char *name);
int              ag_sense_ref(ag_elab *el, const ag_senses *s, const char *device, const char *variable);
/* The model made for an equal key and kind of element in that body, or NULL; keep it for later cards. */
const ag_model  *ag_senses_model(const ag_elab *el, const ag_body *b, int what, const ag_senses *s);
void             ag_senses_keep(ag_elab *el, const ag_body *b, int what, const ag_senses *s, const ag_model *m);

/* ---- behave.c ---- */
enum ag_behaviour { AG_FORCE_CURRENT, AG_FORCE_VOLTAGE, AG_RESISTANCE, AG_CHARGE, AG_CAPACITANCE, AG_FLUX, AG_INDUCTANCE };
/* Adds an instance of a two-terminal device given by an expression; keys in rest are temp, dtemp, m and, of C and L, ic. */
void ag_add_behaviour(ag_elab *el, ag_scope *s, ag_element *e, enum ag_behaviour what, const ag_expr *expr, const int *node,
                      const ag_field *rest);

/* ---- current.c ---- */
/* Reference k of an instance is an unknown (NULL, "i", "id": a current) of the device of that name, seen from a scope:
 * resolved when all are known. */
void ag_wait_unknown(ag_elab *el, const ag_scope *s, ag_instance who, int k, const char *name, const char *variable, ag_loc at);
void ag_resolve_waiting(ag_elab *el);
/* The device that a name means in a scope with that path; batch < 0 after a report. */
ag_instance ag_find_device(ag_elab *el, const char *name, const char *path, ag_loc at);
/* id(m1), ic(q1), ...: the signal @m1[id]; NULL when the call is nothing of that kind. */
ag_expr *ag_terminal_current(ag_elab *el, const ag_body *b, const ag_expr *e);

/* ---- directive.c ---- */
int  ag_directive_local(const char *first);      /* .ic, .nodeset: belong to the subcircuit they stand in */
int  ag_directive_is_output(const char *first);  /* .print, .measure, ...: names signals of the whole circuit */
void ag_directive_early(ag_elab *el);            /* .options .temp .tran .op: before elements */
void ag_directive_setting(ag_elab *el, const ag_line *l);     /* the card if it is .options or .temp */
void ag_directive_late(ag_elab *el);             /* outputs: after all elements */
void ag_set_ic(ag_elab *el, ag_scope *s, const ag_line *l);

/* ---- sweep.c ---- */
/* Names are looked up among devices, model cards and parameters of the top level, so both are for cards that are read after all
 * elements are made (LATE in directive.c). Each returns 0 after a report: the rest of the card then has no meaning. */
/* One axis from field *at of card l on, in all the forms that sweep.c lists; *at gets the field behind it, NULL at the end of the
 * card. axis has one variable. */
int ag_read_axis(ag_elab *el, const ag_line *l, const ag_field **at, ag_axis *axis);
/* The same without a name, for .ac: dec|oct|lin n start stop, list f1 f2 ..., poi n f1 f2 ...; rising from 0 Hz on. */
int ag_read_frequencies(ag_elab *el, const ag_line *l, const ag_field **at, ag_axis *axis);
/* Only what is swept: the name at *at, of up to three fields ("npn 2n2222(vaf)", "param rload"). */
int ag_read_swept(ag_elab *el, const ag_line *l, const ag_field **at, ag_swept *v);

/* ---- foreign.c ---- */
int ag_foreign_card(ag_elab *el, const ag_line *l);           /* a dot command of other simulators: accepted, or warned about */
int ag_foreign_end(ag_elab *el, const ag_line *l);            /* .alter: the netlist ends before it */

/* ---- output.c ---- */
void ag_add_listing(ag_elab *el, const ag_line *l);
void ag_add_save(ag_elab *el, const ag_line *l);
void ag_add_pulses(ag_elab *el, const ag_line *l);
/* An output of that analysis for an expression of signals, parameters and the scale; 0 after a report. */
int  ag_make_output(ag_elab *el, const ag_expr *e, ag_analysis_kind analysis, ag_output *out);
int  ag_output_complex(const ag_output *o, ag_analysis_kind analysis);
/* Makes e, an expression of the measures so far, the formula of m; 0 after a report. */
int ag_make_formula(ag_elab *el, const ag_expr *e, ag_measure *m);
const char *ag_source_text(const ag_elab *el, ag_loc at);
ag_analysis_kind ag_usual_analysis(ag_elab *el);      /* of a card that names none: tran, else ac, dc, op */
int  ag_analysis_word(const char *word);         /* AG_OP, AG_TRAN; -1: another analysis; -2: none */

/* ---- measure_card.c ---- */
void ag_add_measure(ag_elab *el, const ag_line *l);
/* Whether a measure of that name comes after the card at `user`. */
int  ag_measure_later(const ag_elab *el, ag_loc user, const char *name);

/* ---- topology.c ---- */
void ag_check_topology(ag_elab *el);
#endif
