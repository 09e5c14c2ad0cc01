/* reader - nesting, tree nodes, and what a syntax error says. */
#include "parser/reader.h"
#include <string.h>
#include "parser/gram.h"

/* ---- nesting ---- */

static int too_deep(ag_reader *r, ag_loc at)
{
    if (r->level.nest < AG_MAX_NEST) return 0;
    ag_error(r->c->diag, at, "nested too deeply: at most %d levels of brackets, signs and ?: are read", AG_MAX_NEST);
    return 1;
}

int ag_reader_open(ag_reader *r, ag_loc at, char opener, char closer, int state)
{
    if (too_deep(r, at)) return 0;
    r->open[r->depth++] = (ag_open){ at, opener, closer, state, r->level };
    int floor = r->level.nest + 1;
    r->level = (ag_level){ .floor = floor, .nest = floor };
    r->operand = 0;
    return 1;
}

static int choices_done(ag_reader *r)
{
    if (!r->level.choice) return 1;
    ag_error(r->c->diag, r->level.question, "'?' has no ':' (condition ? value : other value)");
    return 0;
}

static int not_closed(ag_reader *r, const char *before)
{
    const ag_open *o = &r->open[r->depth - 1];
    ag_error(r->c->diag, o->at, "'%c' is not closed: '%c' is missing before %s", o->opener, o->closer, before);
    return 0;
}

int ag_reader_close(ag_reader *r, ag_loc at, char closer, int *state)
{
    if (!r->depth) {
        ag_error(r->c->diag, at, "'%c' has no matching '%c' before it", closer, closer == ')' ? '(' : '{');
        return 0;
    }
    const ag_open *o = &r->open[r->depth - 1];
    if (o->closer != closer) return not_closed(r, closer == ')' ? "')'" : closer == '}' ? "'}'" : "the closing quote");
    if (!choices_done(r)) return 0;
    *state = o->state;
    r->level = o->outer;
    r->depth--;
    r->operand = 1;
    return 1;
}

int ag_reader_prefix(ag_reader *r, ag_loc at)
{
    if (too_deep(r, at)) return 0;
    r->level.prefix++;
    r->level.nest++;
    r->operand = 0;
    return 1;
}

void ag_reader_infix(ag_reader *r)
{
    r->level.nest -= r->level.prefix;
    r->level.prefix = 0;
    r->operand = 0;
}

int ag_reader_question(ag_reader *r, ag_loc at)
{
    ag_reader_infix(r);
    if (too_deep(r, at)) return 0;
    r->level.nest++;
    r->level.choice++;
    r->level.question = at;
    return 1;
}

int ag_reader_colon(ag_reader *r, ag_loc at)
{
    ag_reader_infix(r);
    if (r->level.choice-- > 0) return 1;
    ag_error(r->c->diag, at, "':' has no '?' before it (condition ? value : other value)");
    return 0;
}

int ag_reader_separate(ag_reader *r)
{
    if (!choices_done(r)) return 0;
    r->level = (ag_level){ .floor = r->level.floor, .nest = r->level.floor };
    r->operand = 0;
    return 1;
}

int ag_reader_end(ag_reader *r)
{
    return r->depth ? not_closed(r, "the end of the card") : choices_done(r);
}

/* ---- cards ---- */

int ag_reader_is_path_key(const char *name)
{
    static const char *const key[] = { "file", "pwlfile", "target", "state", "checkpoint", "fxpdata", "fxmdata" };
    for (size_t k = 0; k < sizeof key / sizeof *key; k++)
        if (!strcmp(name, key[k])) return 1;
    return 0;
}

ag_line_kind ag_reader_kind(const char *first)
{
    static const struct { const char *name; ag_line_kind kind; } dot[] = {
        { ".param", AG_LINE_EXPR },     { ".params", AG_LINE_EXPR },     { ".csparam", AG_LINE_EXPR },
        { ".parameters", AG_LINE_EXPR }, { ".global_param", AG_LINE_EXPR }, { ".dcvolt", AG_LINE_EXPR },    { ".hdl", AG_LINE_PATH },
        { ".ic", AG_LINE_EXPR },        { ".nodeset", AG_LINE_EXPR },    { ".func", AG_LINE_FUNC },
        { ".function", AG_LINE_FUNC },  { ".measure", AG_LINE_MEASURE }, { ".meas", AG_LINE_MEASURE },
        { ".print", AG_LINE_LIST },     { ".plot", AG_LINE_LIST },       { ".probe", AG_LINE_LIST },
        { ".save", AG_LINE_LIST },      { ".include", AG_LINE_PATH },    { ".inc", AG_LINE_PATH },
        { ".lib", AG_LINE_PATH },       { ".title", AG_LINE_TEXT },      { ".control", AG_LINE_CONTROL },
        { ".end", AG_LINE_END },        { ".if", AG_LINE_EXPR },         { ".elseif", AG_LINE_EXPR },
    };
    if (first[0] != '.') return AG_LINE_WORDS;
    for (size_t k = 0; k < sizeof dot / sizeof *dot; k++)
        if (!strcmp(first, dot[k].name)) return dot[k].kind;
    return AG_LINE_WORDS;
}

void ag_reader_begin(ag_reader *r, const char *first, ag_loc at)
{
    ag_line *l = AG_NEW(r->c->arena, ag_line, 1);
    l->first = first;
    l->at = l->span = at;
    r->line = *r->line_tail = l;
    r->line_tail = &l->next;
    r->field_tail = &l->field;
    r->broken = 0;
}

void ag_reader_add(ag_reader *r, ag_field *f, ag_loc at)
{
    *r->field_tail = f;
    r->field_tail = &f->next;
    r->line->broken |= r->broken;
    r->line->span = ag_loc_join(r->line->span, at);
}

/* ---- .control ---- */

static const struct { const char *command, *card; } command[] = {
    { "tran", ".tran" }, { "op", ".op" }, { "dc", ".dc" }, { "ac", ".ac" }, { "plot", ".plot" }, { "gnuplot", ".plot" },
    { "print", ".print" }, { "meas", ".measure" }, { "measure", ".measure" }, { "save", ".save" }, { "option", ".options" },
    { "options", ".options" }, { "alterparam", ".step" }, { "alter", ".step" }, { "foreach", ".step" }, { "ic", ".ic" },
    { "write", "-r FILE" }, { "wrdata", "--csv FILE" }, { "hardcopy", "--plot FILE" },
};
enum { N_COMMAND = sizeof command / sizeof *command };

void ag_reader_command(ag_reader *r, const char *text)
{
    text += strspn(text, " \t");
    const char *word = ag_name(r->c->names, text, strcspn(text, " \t\r"));
    for (unsigned k = 0; k < N_COMMAND; k++)
        if (!strcmp(command[k].command, word)) r->commands |= 1u << k;
}

void ag_reader_commands(ag_reader *r)
{
    const char *list = "";
    for (unsigned k = 0; k < N_COMMAND; k++)
        if (r->commands >> k & 1 && !strstr(list, command[k].card)) list = ag_printf(r->c->arena, "%s %s", list, command[k].card);
    int others = r->controls++;
    if (*list) ag_warning(r->c->diag, r->control_at, "control block skipped: its commands are not run; write the same as%s", list);
    else if (!others)
        ag_warning(r->c->diag, r->control_at, "control block skipped: its commands are not run; cards such as .tran, .print and .measure are");
    r->commands = 0;
}

/* ---- tree ---- */

ag_field *ag_reader_field(ag_reader *r, ag_field_kind kind, ag_loc at)
{
    ag_field *f = AG_NEW(r->c->arena, ag_field, 1);
    f->kind = kind;
    f->at = at;
    return f;
}

static ag_expr *leaf(ag_reader *r, ag_loc at, ag_op op)
{
    ag_expr *e = AG_NEW(r->c->arena, ag_expr, 1);
    e->op = op;
    e->at = at;
    e->height = 1;
    return e;
}

ag_expr *ag_reader_const(ag_reader *r, ag_loc at, double value)
{
    ag_expr *e = leaf(r, at, AG_OP_CONST);
    e->value = value;
    return e;
}

ag_expr *ag_reader_name(ag_reader *r, ag_loc at, const char *name)
{
    ag_expr *e = leaf(r, at, AG_OP_NAME);
    e->name = name;
    return e;
}

ag_expr *ag_reader_signal(ag_reader *r, ag_loc at, const char *kind, const char *a, const char *b)
{
    ag_expr    *e = leaf(r, at, AG_OP_SIGNAL);
    const char *colon = kind[0] == 'n' && !b ? strrchr(a, ':') : NULL;
    e->name = kind[0] == 'w' ? ag_name(r->c->names, "p", 1) : kind;      /* Xyce: w(r1) is p(r1) */
    e->a = a;
    e->b = b;
    if (colon) {                                          /* Xyce: n(ymemristor!mr1:r) is @ymemristor!mr1[r] */
        e->name = ag_name(r->c->names, "@", 1);
        e->a = ag_name(r->c->names, a, (size_t)(colon - a));
        e->b = ag_name0(r->c->names, colon + 1);
        return e;
    }
    if (kind[0] == 'n') {
        ag_error(r->c->diag, at, "n() takes a device and its variable: n(ymemristor!mr1:r), or @ymemristor!mr1[r]");
        r->broken = 1;
    }
    if (b && kind[0] != 'v' && kind[0] != '@') {
        ag_error(r->c->diag, at, "%s() takes the name of one device", kind);
        r->broken = 1;
    }
    return e;
}

ag_expr *ag_reader_call(ag_reader *r, ag_loc at, const char *name)
{
    ag_expr *e = leaf(r, at, AG_OP_CALL);
    e->name = name;
    return e;
}

/* Takes an argument in; 0, after one report per card, where the tree would grow beyond its bound. */
static int fits(ag_reader *r, ag_expr *e, const ag_expr *argument)
{
    if (argument->height >= AG_MAX_HEIGHT) {
        if (!r->broken)
            ag_error(r->c->diag, argument->at, "expression too long: more than %d operations in a row; split it with .param or .func",
                     AG_MAX_HEIGHT - 1);
        r->broken = 1;
        return 0;
    }
    if (e->height <= argument->height) e->height = argument->height + 1;
    return 1;
}

ag_expr *ag_reader_op(ag_reader *r, ag_loc at, ag_op op, ag_expr *a, ag_expr *b, ag_expr *c)
{
    ag_expr *given[3] = { a, b, c }, *e = leaf(r, at, op);
    e->arg = AG_NEW(r->c->arena, ag_expr *, 3);
    for (; e->n_arg < 3 && given[e->n_arg]; e->n_arg++) {
        if (!fits(r, e, given[e->n_arg])) return a;
        e->arg[e->n_arg] = given[e->n_arg];
    }
    return e;
}

/* Room doubles at 4, 8, 16, ... arguments, so the capacity need not be stored. */
void ag_reader_argument(ag_reader *r, ag_expr *call, ag_expr *argument)
{
    int n = call->n_arg;
    if (!fits(r, call, argument)) return;
    if (n == 0 || (n >= 4 && !(n & (n - 1)))) {
        ag_expr **more = AG_NEW(r->c->arena, ag_expr *, n ? 2 * n : 4);
        if (n) memcpy(more, call->arg, (size_t)n * sizeof *more);
        call->arg = more;
    }
    call->arg[call->n_arg++] = argument;
}

/* ---- syntax errors ---- */

static int one_of(int token, const int *list)
{
    while (*list && *list != token) list++;
    return *list != 0;
}

int ag_reader_is_operator(int token)
{
    static const int list[] = { '?', ':', T_OR, T_AND, T_EQ, T_NE, '<', T_LE, '>', T_GE, '+', '-', '*', '/', '%',
                                T_NEG, T_POS, '!', T_POW, 0 };
    return one_of(token, list);
}

static int is_opener(int token)
{
    static const int list[] = { '(', '{', T_QUOTE, T_CALL, T_SIGNAL, 0 };
    return one_of(token, list);
}

static int ends_operand(int token)
{
    static const int list[] = { T_NUMBER, T_NAME, T_PROBE, ')', '}', T_UNQUOTE, 0 };
    return one_of(token, list);
}

static int begins_operand(int token)
{
    return is_opener(token) || token == T_NUMBER || token == T_NAME || token == T_PROBE || token == T_KEY;
}

/* The source text of a span, for quoting. */
static const char *spelled(ag_reader *r, ag_loc at)
{
    enum { MOST = 40 };
    const char *s = r->source + at.offset;
    size_t      n = at.length < MOST ? at.length : MOST;
    while (n && n < at.length && ((unsigned char)s[n] & 0xC0) == 0x80) n--;       /* not through a UTF-8 character */
    return ag_printf(r->c->arena, "%.*s%s", (int)n, s, n < at.length ? "..." : "");
}

/* What an error says that shows at the token before; 0 when it does not. */
static int complain_before(ag_reader *r)
{
    ag_diag    *d = r->c->diag;
    const char *text = spelled(r, r->prev_at);
    if (r->prev == T_KEY && !ag_reader_is_operator(r->tok)) ag_error(d, r->prev_at, "value missing after '%s ='", text);
    else if (r->prev == '=') ag_error(d, r->prev_at, "value missing after '='");
    else if (ag_reader_is_operator(r->prev)) ag_error(d, r->prev_at, "operand missing after '%s'", text);
    else if (r->prev == T_SIGNAL) ag_error(d, r->prev_at, "name missing after '%s'", text);
    else if (r->prev == ',' && !ag_reader_is_operator(r->tok)) ag_error(d, r->prev_at, "argument missing after ','");
    else if (is_opener(r->prev) && !ag_reader_is_operator(r->tok) && r->tok != T_STRING)
        ag_error(d, r->prev_at, "expression missing after '%s'", text);
    else return 0;
    return 1;
}

static void complain_here(ag_reader *r)
{
    ag_diag    *d = r->c->diag;
    ag_loc      at = r->tok_at;
    const char *text = r->tok == T_EOL ? "" : spelled(r, at);
    if (ag_reader_is_operator(r->tok)) ag_error(d, at, "operand missing before '%s'", text);
    else if (r->tok == '=' && r->depth) ag_error(d, at, "'=' cannot stand inside an expression; '==' compares");
    else if (r->tok == '=') ag_error(d, at, "'=' needs a name before it");
    else if (r->tok == T_STRING) ag_error(d, at, "text in double quotes cannot stand inside an expression");
    else if (r->prev == T_NODE) ag_error(d, at, "')' missing before '%s'", text);
    else if (r->tok == ',') ag_error(d, at, "',' can only separate the arguments of a function");
    else if (ends_operand(r->prev) && begins_operand(r->tok)) ag_error(d, at, "operator missing before '%s'", text);
    else if (r->tok == T_EOL) ag_error(d, at, "expression missing");
    else ag_error(d, at, "'%s' cannot stand here", text);
}

void ag_reader_syntax(ag_reader *r)
{
    if (r->tok != T_EOL) r->skip = 1;
    if (!complain_before(r)) complain_here(r);
}
