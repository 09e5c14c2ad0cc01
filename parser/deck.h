/* deck - the raw tree of a netlist: cards and their fields, each with its span. Nothing is resolved here.
 *
 * A card is a logical line (continuations joined). Its fields are words, expressions, name=value pairs and groups in
 * parentheses, as written:
 *     m1 d g 0 nch w=2u l={ln}     word word word word key(w, expr) key(l, expr)       (first = "m1")
 *     v1 a 0 pulse(0 1 {td} 1n)    word word word group(word word expr word)
 *     b1 p 0 i=v(a)*2              word word key(i, expr)
 *     r1 a b 2k*x                  word word word: such a word can be read by ag_deck_expr(c, field->at)
 * Commas between words are blanks. A value after '=' ends before the next "name =", or where, outside brackets, a word
 * or number follows a complete operand. Values of the keys file, target, state, checkpoint, fxpdata, fxmdata are paths: strings.
 * A text in double quotes is an expression, too, except on .param and .option cards, where it stays a string.
 * In cards that hold expressions and signals rather than words (.param .func .if .measure .print .plot .probe .save .ic
 * .nodeset) every bare item is an expression: .print tran v(a) v(a,b) {v(a)*i(v1)} = expr(name tran) expr expr expr,
 * .measure tran t1 when v(a)=0.5 rise=1 = expr(tran) expr(t1) expr(when) relation(v(a), 0.5) key(rise, 1).
 * "name = x" is a key, anything else before '=' makes a relation: .param f(x)={2*x} = relation(call f(x), 2*x).
 * .func f(x,y) {x*y}: call expression f(x,y), then expr x*y (an '=' between them is dropped).
 * In .print .plot .probe .save, v(a) -v(b) are two items, v(a)-v(b) and v(a) - v(b) are one; in .measure and .ic
 * a single name ends there too: integ -p(v1), gap -1. In .measure and listings, avg (x) is no call but two items.
 * Every function call is AG_OP_CALL (pi, time, ... are AG_OP_NAME), par(x) included; v(..) and i(..) are signals
 * everywhere, p(..) in .measure and the listing cards, v1#branch is i(v1). */
#ifndef AG_DECK_H
#define AG_DECK_H
#include "core/circuit.h"
#include "core/expr.h"

typedef enum ag_field_kind { AG_WORD, AG_EXPR, AG_KEY, AG_GROUP, AG_RELATION, AG_STRING } ag_field_kind;

typedef struct ag_field {
    ag_field_kind    kind;
    ag_loc           at;               /* AG_KEY: of the name; AG_STRING: of the contents, for ag_deck_expr */
    const char      *text;             /* AG_WORD: interned; AG_KEY: interned key; AG_STRING: contents as written */
    ag_expr         *expr;             /* AG_EXPR, AG_KEY (NULL when the value is a string), AG_RELATION: left */
    ag_expr         *right;            /* AG_RELATION: right of '=', NULL when that is a string */
    struct ag_field *group;            /* AG_GROUP: first field inside; AG_KEY, AG_RELATION: the AG_STRING value */
    struct ag_field *next;
} ag_field;

typedef struct ag_line {
    const char     *first;             /* interned first word: "r1", ".tran" */
    ag_loc          at;                /* span of the first word */
    ag_loc          span;              /* the whole card */
    ag_field       *field;
    struct ag_line *next;
    int             broken;            /* a syntax error was reported: the fields are those before it */
} ag_line;

typedef struct ag_deck { const char *title; ag_loc title_at; ag_line *line; } ag_deck;

/* Parses file number `file` of c->diag. is_main: the first line is the title (a .title card replaces it). Includes are
 * spliced in, paths relative to the folder of the file that names them. .control blocks are skipped with a warning.
 * Reports every error it finds; the tree holds what could be read. */
ag_deck *ag_deck_read(ag_circuit *c, int file, int is_main);
/* Registers the file that is named at `at`, its path relative to the folder of the file it is named in; "~/" and variables
 * of the environment, "$NAME" or "${NAME}", are replaced. Its number in c->diag, 0
 * after a report. */
int ag_deck_load(ag_circuit *c, ag_loc at, const char *path);
/* Reports the file of an .include or .lib card that stands between .if and .endif and could not be read: its branch is taken. */
void ag_deck_missing(ag_circuit *c, const ag_line *l);
/* The same path without reading it, for files that are written: from here, not from the folder of the netlist. NULL after a
 * report. */
const char *ag_deck_path(ag_circuit *c, ag_loc at, const char *path);
/* Parses an expression out of the text at `at` (a string field, -D value). NULL after a report. */
ag_expr *ag_deck_expr(ag_circuit *c, ag_loc at);
/* Resolves names, expands subcircuits, fills the circuit and its plan, and finishes it. The deck is kept: it must live as
 * long as c. */
ag_status ag_elaborate(ag_circuit *c, const ag_deck *deck);
/* Random functions draw the numbers of that sample (0 at first) from now on, in all circuits of the netlist. */
void ag_draw_sample(ag_circuit *first, long sample);
/* Another circuit of the same netlist in an arena of its own (of the same host), with the values of set[n] instead of those
 * written there: *made, NULL only when memory ran out. It shares names and reports with `first`, which must outlive it, and
 * counts as a new attempt (ag_diag_again); both arenas must jump to the same edge. Parameters and the temperature are set
 * before anything is computed from them, parameters of devices and model cards when all are made. */
ag_status ag_elaborate_again(ag_circuit *first, ag_arena *a, const ag_setting *set, int n, ag_circuit **made);
#endif
