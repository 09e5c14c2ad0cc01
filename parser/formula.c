/* formula - what E, G, F and H cards say by other means than a plain gain becomes an expression for behave.c.
 *
 *     value={expr}  value {expr}  {expr}  vol= cur= val=
 *     poly(n) x1 ... xn p0 p1 ...           xi: two nodes (E, G) or a device whose current controls (F, H)
 *     table {expr} = (x,y) (x,y) ...        also nc+ nc- table=(x,y,...)
 *     pwl(1) nc+ nc- x,y x,y ...            HSPICE
 *     max= min= abs=1 scale=                HSPICE; also behind a plain gain
 *
 * Coefficients of a polynomial stand in the order of SPICE2: p0, then all products of one factor, of two, of three ...,
 * each group in the order x1 x1, x1 x2, ..., x2 x2, ... A polynomial of one variable with one coefficient is p1 x1. */
#include <string.h>
#include "parser/elaborate.h"

enum { MOST_INPUTS = 100, MOST_COEFFICIENTS = 10000 };

typedef struct items { const ag_field **f; int n, cap; } items;

typedef struct reader {
    ag_elab          *el;
    const ag_element *e;
    items             item;              /* fields that are not keys, groups opened */
    int               at;                /* next of them */
    ag_loc            where;             /* of the word that says what follows: poly, table */
} reader;

/* ---- trees ---- */

static ag_expr *node(const reader *r, ag_op op, int n, ag_expr *const *arg)
{
    ag_expr *e = AG_NEW(r->el->a, ag_expr, 1);
    *e = (ag_expr){ .op = op, .at = r->where, .n_arg = n, .height = 1, .arg = n ? AG_NEW(r->el->a, ag_expr *, n) : NULL };
    for (int k = 0; k < n; k++) {
        e->arg[k] = arg[k];
        if (e->height <= arg[k]->height) e->height = arg[k]->height + 1;
    }
    return e;
}

static ag_expr *binary(const reader *r, ag_op op, ag_expr *a, ag_expr *b) { return node(r, op, 2, (ag_expr *[]){ a, b }); }

static ag_expr *number(const reader *r, double value)
{
    ag_expr *e = node(r, AG_OP_CONST, 0, NULL);
    e->value = value;
    return e;
}

static ag_expr *signal(const reader *r, const char *kind, const char *a, const char *b, ag_loc at)
{
    ag_expr *e = node(r, AG_OP_SIGNAL, 0, NULL);
    e->name = ag_name0(r->el->c->names, kind);
    e->a = a;
    e->b = b;
    e->at = at;
    return e;
}

/* Sum of n terms as a tree of small height. */
static ag_expr *sum(const reader *r, ag_expr **term, int n)
{
    if (n == 0) return number(r, 0);
    if (n == 1) return term[0];
    return binary(r, AG_OP_ADD, sum(r, term, n / 2), sum(r, term + n / 2, n - n / 2));
}

/* ---- fields ---- */

static void flatten(reader *r, const ag_field *f)
{
    for (; f; f = f->next) {
        if (f->kind == AG_GROUP) flatten(r, f->group);
        else if (f->kind != AG_KEY) *AG_PUSH(r->el->a, r->item.f, r->item.n, r->item.cap) = f;
    }
}

static const ag_field *peek(const reader *r) { return r->at < r->item.n ? r->item.f[r->at] : NULL; }

/* A number, a parameter or an expression; NULL after a report. */
static ag_expr *value(reader *r)
{
    const ag_field *f = r->item.f[r->at++];
    double          x;
    if (f->kind == AG_EXPR) return f->expr;
    if (f->kind == AG_WORD && ag_is_number(f->text, &x)) return number(r, x);
    if (f->kind == AG_WORD && !strchr("0123456789+-.", f->text[0])) {
        ag_expr *e = node(r, AG_OP_NAME, 0, NULL);
        e->name = f->text;
        e->at = f->at;
        return e;
    }
    ag_elab_error(r->el, f->at, "a number is needed here");
    return NULL;
}

/* The next controlling quantity; NULL after a report. */
static ag_expr *input(reader *r)
{
    int             voltage = r->e->kind->letter == 'e' || r->e->kind->letter == 'g';
    const ag_field *a = peek(r), *b = voltage && r->at + 1 < r->item.n ? r->item.f[r->at + 1] : NULL;
    if (a && a->kind == AG_WORD && (!voltage || (b && b->kind == AG_WORD))) {
        r->at += voltage ? 2 : 1;
        return signal(r, voltage ? "v" : "i", a->text, b ? b->text : NULL, b ? ag_loc_join(a->at, b->at) : a->at);
    }
    ag_elab_error(r->el, r->where, voltage ? "two controlling nodes are missing here" : "the name of a controlling device is missing here");
    return NULL;
}

/* ---- polynomials ---- */

typedef struct monomial { ag_expr *tree; int last; } monomial;      /* last: highest number of its factors */

/* Appends the products of degree d + 1, given those of degree d at [from, to), until `most` are there. */
static int raise(const reader *r, monomial *list, int from, int to, int n, int most, ag_expr *const *x)
{
    int end = to;
    for (int k = from; k < to; k++)
        for (int i = list[k].last; i < n && end < most; i++)
            list[end++] = (monomial){ list[k].tree ? binary(r, AG_OP_MUL, list[k].tree, x[i]) : x[i], i };
    return end;
}

static ag_expr *polynomial(reader *r, ag_expr *const *x, int n)
{
    int       count = r->item.n - r->at, terms = 0, shortcut = n == 1 && count == 1;
    monomial *list = AG_NEW(r->el->a, monomial, count + 1);
    ag_expr **term = AG_NEW(r->el->a, ag_expr *, count + 1);
    if (count < 1 || count > MOST_COEFFICIENTS) {
        ag_elab_error(r->el, r->where, count < 1 ? "the polynomial has no coefficients: poly(n) inputs p0 p1 ..."
                                                 : "the polynomial has too many coefficients");
        return NULL;
    }
    list[0] = (monomial){ NULL, 0 };
    for (int from = 0, to = 1; to < count + shortcut; ) {
        int end = raise(r, list, from, to, n, count + shortcut, x);
        from = to, to = end;
    }
    for (int k = shortcut; k < count + shortcut; k++) {
        ag_expr *c = value(r);
        if (!c) return NULL;
        if (c->op == AG_OP_CONST && c->value == 0) continue;
        term[terms++] = list[k].tree ? binary(r, AG_OP_MUL, c, list[k].tree) : c;
    }
    return sum(r, term, terms);
}

/* The n of "poly (n)"; 0 after a report. */
static int dimension(reader *r, const ag_field *f)
{
    double          n;
    const ag_field *g = f->next && f->next->kind == AG_GROUP ? f->next->group : f->next;
    if (g && g->kind == AG_WORD && ag_is_number(g->text, &n) && n >= 1 && n <= MOST_INPUTS && n == (int)n) return (int)n;
    ag_elab_error(r->el, f->at, "'%s' needs the number of its inputs, 1 to %d: %s(1)", f->text, MOST_INPUTS, f->text);
    return 0;
}

static ag_expr *poly(reader *r, const ag_field *f)
{
    int       n = dimension(r, f);
    ag_expr **x = AG_NEW(r->el->a, ag_expr *, n + 1);
    if (!n) return NULL;
    flatten(r, f->next);
    r->at = 1;
    for (int k = 0; k < n; k++)
        if (!(x[k] = input(r))) return NULL;
    return polynomial(r, x, n);
}

/* ---- tables ---- */

/* table(x, x1, y1, x2, y2, ...) of the pairs that follow. */
static ag_expr *pairs(reader *r, ag_expr *x)
{
    int       count = r->item.n - r->at;
    ag_expr **arg = AG_NEW(r->el->a, ag_expr *, count + 1);
    if (count < 2 || count % 2) {
        ag_elab_error(r->el, r->where, "'%s' needs pairs of x and y: (x1,y1) (x2,y2) ...", "table");
        return NULL;
    }
    arg[0] = x;
    for (int k = 1; k <= count; k++)
        if (!(arg[k] = value(r))) return NULL;
    ag_expr *e = node(r, AG_OP_CALL, count + 1, arg);
    e->name = ag_name0(r->el->c->names, "table");
    return e;
}

static ag_expr *table(reader *r, const ag_field *f)
{
    if (!f->next || f->next->kind != AG_EXPR) {
        ag_elab_error(r->el, f->at, "an expression in braces is needed after 'table': table {expression} = (x1,y1) (x2,y2) ...");
        return NULL;
    }
    flatten(r, f->next->next);
    return pairs(r, f->next->expr);
}

static ag_expr *piecewise(reader *r, const ag_field *f)
{
    int n = dimension(r, f);
    if (n > 1) ag_elab_error(r->el, f->at, "'pwl' has one input: pwl(1)");
    if (n != 1) return NULL;
    flatten(r, f->next);
    r->at = 1;
    ag_expr *x = input(r);
    return x ? pairs(r, x) : NULL;
}

/* ---- the card ---- */

static const ag_field *find_key(const ag_field *f, const char *name)
{
    while (f && !(f->kind == AG_KEY && !strcmp(f->text, name))) f = f->next;
    return f;
}

static int is_modifier(const ag_field *f)
{
    static const char *const list[] = { "max", "min", "abs", "scale", NULL };
    return f->kind == AG_KEY && f->expr && ag_one_of(f->text, list);
}

static int has_modifier(const ag_field *f)
{
    while (f && !is_modifier(f)) f = f->next;
    return f != NULL;
}

static ag_expr *modified(const reader *r, const ag_field *f, ag_expr *x)
{
    const ag_field *max = find_key(f, "max"), *min = find_key(f, "min"), *abs = find_key(f, "abs"), *scale = find_key(f, "scale");
    if (scale && scale->expr) x = binary(r, AG_OP_MUL, scale->expr, x);
    if (abs && abs->expr) {                      /* abs=1: of the result */
        ag_expr *size = node(r, AG_OP_ABS, 1, &x);
        x = node(r, AG_OP_IF, 3, (ag_expr *[]){ abs->expr, size, x });
    }
    if (min && min->expr) x = binary(r, AG_OP_MAX, x, min->expr);
    if (max && max->expr) x = binary(r, AG_OP_MIN, x, max->expr);
    return x;
}

/* Keys that are left for the device: those from f on without the ones that the formula took in. */
static const ag_field *left_keys(const reader *r, const ag_field *f, const ag_field *taken)
{
    ag_field *first = NULL, **tail = &first;
    for (; f; f = f->next) {
        if (f->kind != AG_KEY || f == taken || is_modifier(f)) continue;
        *tail = AG_NEW(r->el->a, ag_field, 1);
        **tail = *f;
        (*tail)->next = NULL;
        tail = &(*tail)->next;
    }
    return first;
}

static int is_expression_key(const ag_element *e, const ag_field *f)
{
    int volts = e->kind->letter == 'e' || e->kind->letter == 'h';
    return !strcmp(f->text, "value") || !strcmp(f->text, "val") || !strcmp(f->text, volts ? "vol" : "cur");
}

static ag_expr *no_expression(const reader *r, const ag_field *f)
{
    ag_elab_error(r->el, f->at, "an expression is needed after '%s'", f->text);
    return NULL;
}

static int is_word(const ag_field *f, const char *word) { return f && f->kind == AG_WORD && !strcmp(f->text, word); }

static void not_supported(const reader *r, const ag_field *f)
{
    int laplace = !strcmp(f->text, "laplace") || !strcmp(f->text, "freq");
    ag_elab_error(r->el, f->at, laplace ? "%s by '%s' is not supported; build the filter from R, L, C and controlled sources"
                                        : "%s by '%s' is not supported; value={expression}, poly and table are",
                  r->e->kind->name, f->text);
}

/* A gain, behind its inputs: a formula when it is limited, scaled or not constant, or when a table takes its place. */
static int gain(reader *r, const ag_scope *s, const ag_field *f, ag_formula *out)
{
    const ag_field *g = f->next;                            /* behind the inputs: two nodes, or one device, or (nodes) */
    if (g && f->kind == AG_WORD && (r->e->kind->letter == 'e' || r->e->kind->letter == 'g')) g = g->next;
    int is_table = is_word(g, "table"), dynamic = g && g->expr && ag_is_dynamic(r->el, s->body, g->expr);
    if (!is_table && !dynamic && !has_modifier(f)) return 0;
    flatten(r, f);
    ag_expr *x = input(r), *factor = NULL;
    if (x && is_table) r->at++;
    if (x && is_table) x = pairs(r, x);
    else if (x) {
        const ag_field *key = find_key(f, "gain");
        factor = key ? key->expr : peek(r) ? value(r) : NULL;
        if (!factor) ag_element_usage(r->el, r->e, "gain");
        x = factor ? binary(r, AG_OP_MUL, factor, x) : NULL;
        if (x && peek(r)) ag_elab_error(r->el, peek(r)->at, "this is too much: %s", r->e->kind->usage);
    }
    if (x) *out = (ag_formula){ modified(r, f, x), left_keys(r, f, find_key(f, "gain")) };
    return 1;
}

/* An expression as it stands. */
static ag_expr *written(const reader *r, const ag_field *f, const ag_field **from)
{
    const ag_field *next = f->next;
    *from = next;
    if (f->kind == AG_EXPR) return f->expr;
    if (f->kind == AG_KEY) return f->expr ? f->expr : no_expression(r, f);
    if (!next || next->kind != AG_EXPR) return no_expression(r, f);
    *from = next->next;
    return next->expr;
}

int ag_formula_read(ag_elab *el, const ag_scope *s, const ag_element *e, const ag_field *f, ag_formula *out)
{
    static const char *const other[] = {
        "laplace", "freq", "chebyshev", "npwl", "ppwl", "vcr", "vccap", "delay", "pole", "foster", "and", "nand", "or", "nor",
        "opamp", "transformer", NULL
    };
    reader   r = { .el = el, .e = e, .where = f ? f->at : e->line->span };
    *out = (ag_formula){ NULL, NULL };
    if (!f) return 0;
    int      word = f->kind == AG_WORD, expression = (word || f->kind == AG_KEY) && is_expression_key(e, f);
    ag_expr *x = NULL;
    if (word && ag_one_of(f->text, other) && f->next) not_supported(&r, f);
    else if (f->kind == AG_EXPR || (expression && (!word || (f->next && f->next->kind == AG_EXPR)))) {
        const ag_field *from;
        ag_expr        *expr = written(&r, f, &from);
        const ag_field *extra = from;
        while (extra && extra->kind == AG_KEY) extra = extra->next;
        if (extra) ag_elab_error(el, extra->at, "this is too much: %s", e->kind->usage);
        else if (expr && !has_modifier(from)) *out = (ag_formula){ expr, from };
        else if (expr) *out = (ag_formula){ modified(&r, from, expr), left_keys(&r, from, NULL) };
        return 1;
    } else if (is_word(f, "poly")) x = poly(&r, f);
    else if (is_word(f, "table")) x = table(&r, f);
    else if (is_word(f, "pwl")) x = piecewise(&r, f);
    else return gain(&r, s, f, out);
    if (x) *out = (ag_formula){ modified(&r, f, x), left_keys(&r, f, NULL) };
    return 1;
}
