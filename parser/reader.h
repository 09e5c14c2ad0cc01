/* reader - what the scanner, the grammar and deck.c share while one text is read. Private to this folder.
 *
 * Cards come in two kinds. In cards of words (elements, .model, .tran, ...) the scanner stays in its state CARD and
 * visits EXPR for a value after '=', for {...} and for '...'. Cards of expressions (.param, .print, ...) are in EXPR
 * throughout. Which of the two, and where a value written without braces ends, is the scanner's business; the grammar
 * sees tokens that leave it no choice. */
#ifndef AG_READER_H
#define AG_READER_H
#include "parser/deck.h"

/* Brackets, pending prefix operators, powers and ?: together. It bounds the parser's stack and keeps people's
 * expressions far away: the deepest one found in published netlists has 14. */
#define AG_MAX_NEST 200
/* Height of a tree: a sum of that many terms is a chain of that length. Bounds the recursion of whoever walks it. */
#define AG_MAX_HEIGHT 5000

typedef enum ag_line_kind {
    AG_LINE_WORDS,                     /* words and groups */
    AG_LINE_EXPR,                      /* .param .ic: expressions, name=value */
    AG_LINE_FUNC,                      /* .func: a signature, a body */
    AG_LINE_LIST,                      /* .print .plot .probe .save: signals; p() is a power */
    AG_LINE_MEASURE,                   /* .measure: as a list, with relations */
    AG_LINE_PATH,                      /* .include .lib: paths */
    AG_LINE_TEXT,                      /* .title: one text */
    AG_LINE_CONTROL, AG_LINE_END
} ag_line_kind;

/* Nesting inside the innermost bracket (or at the top). */
typedef struct ag_level {
    int    floor;                      /* nesting at its beginning */
    int    nest;                       /* nesting now: floor + pending ?: + pending prefix */
    int    prefix;                     /* pending prefix operators and powers */
    int    choice;                     /* '?' that wait for their ':' */
    ag_loc question;                   /* the last '?' */
} ag_level;

typedef struct ag_open {               /* an open bracket or quote */
    ag_loc   at;
    char     opener, closer;
    int      state;                    /* scanner state to go back to */
    ag_level outer;
} ag_open;

typedef struct ag_reader {
    ag_circuit  *c;
    const char  *source;               /* the file's text */
    const char  *copy;                 /* the scanner's copy: copy[k] is source[origin + k] */
    uint32_t     origin;
    uint16_t     file;
    void        *scanner;
    int          start;                /* first token: a deck or a single expression; 0 once delivered */

    ag_line_kind kind;                 /* of the card being read */
    int          home;                 /* its scanner state: CARD or EXPR (or RAW, TEXT) */
    int          base;                 /* brackets open where the current value began; -1: not in a value */
    int          operand;              /* an operand has just ended: an operator may follow */
    int          signature;            /* .func: 1 = before its ')', 2 = just after */
    int          skip;                 /* drop the rest of the card */
    int          starred;              /* the warning about '*' comments was given */
    ag_loc       control_at;           /* the .control block that is skipped, */
    unsigned     commands;             /* and what it would do: bits of the table in reader.c */
    int          controls;             /* such blocks until now */
    ag_open      open[AG_MAX_NEST];
    int          depth;
    ag_level     level;

    int          tok, prev;            /* the last two tokens, for messages */
    ag_loc       tok_at, prev_at;

    ag_line     *first, **line_tail, *line;
    ag_field   **field_tail;
    ag_expr     *expr;                 /* of a single expression */
    int          broken;               /* something in this card (or expression) was reported */
} ag_reader;

/* Scanner (scan.l). buffer has size bytes, the last two of them 0; it is written to. */
void ag_reader_scan(ag_reader *r, char *buffer, size_t size);

/* Nesting. Each returns 0 after a report. */
int  ag_reader_open(ag_reader *r, ag_loc at, char opener, char closer, int state);
int  ag_reader_close(ag_reader *r, ag_loc at, char closer, int *state);
int  ag_reader_prefix(ag_reader *r, ag_loc at);          /* a prefix operator or power begins */
int  ag_reader_question(ag_reader *r, ag_loc at);
int  ag_reader_colon(ag_reader *r, ag_loc at);
void ag_reader_infix(ag_reader *r);                      /* an operator looser than those */
int  ag_reader_separate(ag_reader *r);                   /* a comma, the next field */
int  ag_reader_end(ag_reader *r);                        /* the card ends */

/* Cards. */
ag_line_kind ag_reader_kind(const char *first);
int  ag_reader_is_path_key(const char *name);            /* its value is the path of a file */
void ag_reader_begin(ag_reader *r, const char *first, ag_loc at);
void ag_reader_add(ag_reader *r, ag_field *f, ag_loc at);
void ag_reader_command(ag_reader *r, const char *text);  /* a line of a .control block */
void ag_reader_commands(ag_reader *r);                   /* its end: says how the same is written as cards */
int  ag_reader_is_operator(int token);
void ag_reader_syntax(ag_reader *r);                     /* reports that r->tok cannot follow r->prev */

/* Tree nodes. */
ag_field *ag_reader_field(ag_reader *r, ag_field_kind kind, ag_loc at);
ag_expr  *ag_reader_const(ag_reader *r, ag_loc at, double value);
ag_expr  *ag_reader_name(ag_reader *r, ag_loc at, const char *name);
ag_expr  *ag_reader_signal(ag_reader *r, ag_loc at, const char *kind, const char *a, const char *b);
ag_expr  *ag_reader_call(ag_reader *r, ag_loc at, const char *name);
ag_expr  *ag_reader_op(ag_reader *r, ag_loc at, ag_op op, ag_expr *a, ag_expr *b, ag_expr *c);   /* b, c may be NULL */
void      ag_reader_argument(ag_reader *r, ag_expr *call, ag_expr *argument);
#endif
