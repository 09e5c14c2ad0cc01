/* gram - the grammar of cards and expressions. It only builds the raw tree of deck.h; names get their meaning later.
 *
 * The scanner decides by context what is a word, a key, a call or a prefix sign, so that neighbours in a list need no
 * separator and the grammar has no conflicts. Errors are reported once per card and the rest of the card is skipped.
 * Nodes live in the circuit's arena: nothing to free when the parser unwinds. */
%code requires {
#include "parser/reader.h"
}
%define api.pure full
%define api.prefix {ag_yy}
%define api.token.prefix {T_}
%define api.location.type {ag_loc}
%define parse.error custom
%locations
%expect 0
%param { ag_reader *r }

%code {
#include <string.h>
int ag_yylex(AG_YYSTYPE *value, ag_loc *at, void *scanner);

static int next(AG_YYSTYPE *value, ag_loc *at, ag_reader *r)
{
    int token = ag_yylex(value, at, r->scanner);           /* which looks at r->tok and r->prev */
    r->prev = r->tok;
    r->prev_at = r->tok_at;
    r->tok = token;
    r->tok_at = *at;
    return token;
}
#undef yylex
#define yylex next

/* The scanner bounds nesting, so the stack stays small; what it needs comes from the arena and stays there. */
#define YYMAXDEPTH 20000
#define YYMALLOC(size) ag_alloc(r->c->arena, 1, (size))
#define YYFREE(block) ((void)(block))

#define YYLLOC_DEFAULT(whole, rhs, n)                                                               \
    ((whole) = (n) ? ag_loc_join(YYRHSLOC(rhs, 1), YYRHSLOC(rhs, n)) : YYRHSLOC(rhs, 0))

static void yyerror(ag_loc *at, ag_reader *r, const char *message);

#define OP(op, a, b) ag_reader_op(r, yyloc, (op), (a), (b), NULL)
}

%union {
    const char *name;
    double      value;
    ag_expr    *expr;
    ag_field   *field;
    struct { ag_field *first, *last; } list;
}

%token DECK EXPRESSION                          /* what to read; sent first */
%token EOL
%token <name> FIRST WORD STRING KEY NODE        /* KEY: a name and its '=' */
%token GROUP ENDGROUP                           /* ( ) around words */
%token <value> NUMBER
%token <name> NAME CALL SIGNAL                  /* CALL, SIGNAL: a name and its '(' */
%token <expr> PROBE                             /* @device[variable], v1#branch */
%token QUOTE UNQUOTE NEG POS

%right '?' ':'
%left  OR
%left  AND
%left  EQ NE
%left  '<' LE '>' GE
%left  '+' '-'
%left  '*' '/' '%'
%precedence NEG POS '!'
%right POW                                      /* -x**2 is -(x**2); 2**-1 works */

%type <expr>  expr call
%type <field> field value
%type <list>  items
%%
input:
    DECK lines
  | EXPRESSION expr EOL             { r->expr = $2; }
  ;
lines:
    %empty
  | lines line
  ;
line:
    first fields EOL
  | first fields error EOL          { r->line->broken = 1; yyerrok; }
  | error EOL                       { yyerrok; }
  ;
first:
    FIRST                           { ag_reader_begin(r, $1, @1); }
  ;
fields:
    %empty
  | fields field                    { ag_reader_add(r, $2, @2); }
  ;
field:
    WORD                            { $$ = ag_reader_field(r, AG_WORD, @$); $$->text = $1; }
  | value
  | KEY value                       { $$ = ag_reader_field(r, AG_KEY, @1);
                                      $$->text = $1;
                                      if ($2->kind == AG_EXPR) $$->expr = $2->expr; else $$->group = $2; }
  | expr '=' value                  { $$ = ag_reader_field(r, AG_RELATION, @$);
                                      $$->expr = $1;
                                      if ($3->kind == AG_EXPR) $$->right = $3->expr; else $$->group = $3; }
  | GROUP items ENDGROUP            { $$ = ag_reader_field(r, AG_GROUP, @$); $$->group = $2.first; }
  ;
value:
    expr                            { $$ = ag_reader_field(r, AG_EXPR, @$); $$->expr = $1; }
  | STRING                          { $$ = ag_reader_field(r, AG_STRING, @$); $$->text = $1; }
  ;
items:
    %empty                          { $$.first = $$.last = NULL; }
  | items field                     { $$ = $1;
                                      if ($$.last) $$.last->next = $2; else $$.first = $2;
                                      $$.last = $2; }
  ;
expr:
    NUMBER                          { $$ = ag_reader_const(r, @$, $1); }
  | NAME                            { $$ = ag_reader_name(r, @$, $1); }
  | PROBE
  | SIGNAL NODE ')'                 { $$ = ag_reader_signal(r, @$, $1, $2, NULL); }
  | SIGNAL NODE ',' NODE ')'        { $$ = ag_reader_signal(r, @$, $1, $2, $4); }
  | CALL ')'                        { $$ = ag_reader_call(r, @$, $1); }
  | call ')'                        { $$ = $1; $$->at = @$; }
  | '(' expr ')'                    { $$ = $2; }
  | '{' expr '}'                    { $$ = $2; }
  | QUOTE expr UNQUOTE              { $$ = $2; }
  | NEG expr                        { $$ = OP(AG_OP_NEG, $2, NULL); }
  | POS expr                        { $$ = $2; }
  | '!' expr                        { $$ = OP(AG_OP_NOT, $2, NULL); }
  | expr POW expr                   { $$ = OP(AG_OP_POW, $1, $3); }
  | expr '*' expr                   { $$ = OP(AG_OP_MUL, $1, $3); }
  | expr '/' expr                   { $$ = OP(AG_OP_DIV, $1, $3); }
  | expr '%' expr                   { $$ = OP(AG_OP_MOD, $1, $3); }
  | expr '+' expr                   { $$ = OP(AG_OP_ADD, $1, $3); }
  | expr '-' expr                   { $$ = OP(AG_OP_SUB, $1, $3); }
  | expr '<' expr                   { $$ = OP(AG_OP_LT, $1, $3); }
  | expr LE expr                    { $$ = OP(AG_OP_LE, $1, $3); }
  | expr '>' expr                   { $$ = OP(AG_OP_GT, $1, $3); }
  | expr GE expr                    { $$ = OP(AG_OP_GE, $1, $3); }
  | expr EQ expr                    { $$ = OP(AG_OP_EQ, $1, $3); }
  | expr NE expr                    { $$ = OP(AG_OP_NE, $1, $3); }
  | expr AND expr                   { $$ = OP(AG_OP_AND, $1, $3); }
  | expr OR expr                    { $$ = OP(AG_OP_OR, $1, $3); }
  | expr '?' expr ':' expr          { $$ = ag_reader_op(r, @$, AG_OP_IF, $1, $3, $5); }
  ;
call:
    CALL expr                       { $$ = ag_reader_call(r, @$, $1); ag_reader_argument(r, $$, $2); }
  | call ',' expr                   { $$ = $1; ag_reader_argument(r, $$, $3); }
  ;
%%
static int yyreport_syntax_error(const yypcontext_t *context, ag_reader *r)
{
    (void)context;
    ag_reader_syntax(r);
    return 0;
}

static void yyerror(ag_loc *at, ag_reader *r, const char *message)
{
    ag_error(r->c->diag, *at, "cannot read further: %s", message);
}
