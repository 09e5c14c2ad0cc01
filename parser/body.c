/* body - sorts cards into bodies: parameters, functions, subcircuits, models and elements, each where it stands.
 *
 * Definitions outside .if blocks come first, wherever they stand, so that every condition may use them; then the cards in
 * their order, of each block the branch that is taken. The conditions of a subcircuit depend on its instance: its cards
 * are kept, and ag_body_variant sorts them once for every combination of branches that instances take. */
#include <stdint.h>
#include <string.h>
#include "parser/elaborate.h"

static ag_body *new_body(ag_elab *el, ag_body *parent, const ag_line *l)
{
    ag_body *b = AG_NEW(el->a, ag_body, 1);
    b->parent = parent;
    b->line = l;
    b->symbol_map = ag_map_new(el->a);
    b->function = ag_map_new(el->a);
    b->subckt = ag_map_new(el->a);
    b->model = ag_map_new(el->a);
    b->node_map = ag_map_new(el->a);
    return b;
}

ag_body *ag_body_subckt(const ag_body *b, const char *name)
{
    for (void *found; b; b = b->parent)
        if ((found = ag_map_get(b->subckt, name))) return found;
    return NULL;
}

ag_function *ag_body_function(const ag_body *b, const char *name)
{
    for (void *found; b; b = b->parent)
        if ((found = ag_map_get(b->function, name))) return found;
    return NULL;
}

/* ---- parameters and functions ---- */

/* Reports a name that conditions of this body have used with another meaning. */
static void check_asked(ag_elab *el, const ag_body *b, const char *name, ag_loc at)
{
    if (b == el->asking && ag_map_get(el->asked, name))
        ag_elab_error(el, at, "'%s' is defined here after a condition has used it; define it above that .if", name);
}

/* The last definition of a name counts, as in ngspice; -D and steps come before all. */
static void add_symbol(ag_elab *el, ag_body *b, ag_symbol x)
{
    int known = (int)(intptr_t)ag_map_get(b->symbol_map, x.name);
    check_asked(el, b, x.name, x.at);
    if (!b->parent) ag_redefine(el, &x);
    if (known) {
        ag_symbol *old = &b->symbol[known - 1];
        if (b != el->asking) ag_warning(el->c->diag, x.at, "parameter '%s' is defined again; the last definition counts", x.name);
        if (b != el->asking) ag_note(el->c->diag, old->at, "the earlier one is here");
        x.formal |= old->formal;
        *old = x;
        return;
    }
    *AG_PUSH(el->a, b->symbol, b->n_symbol, b->cap_symbol) = x;
    ag_map_put(b->symbol_map, x.name, (void *)(intptr_t)b->n_symbol);
}

void ag_body_define(ag_elab *el, ag_body *b, const char *name, const ag_expr *expr, ag_loc at)
{
    add_symbol(el, b, (ag_symbol){ name, expr, at, 0, 0 });
}

static void add_function(ag_elab *el, ag_body *b, const ag_expr *call, const ag_expr *expr)
{
    ag_function *f = AG_NEW(el->a, ag_function, 1);
    *f = (ag_function){ .name = call->name, .n_arg = call->n_arg, .expr = expr, .at = call->at, .body = b };
    f->arg = AG_NEW(el->a, const char *, call->n_arg + 1);
    for (int i = 0; i < call->n_arg; i++) {
        const ag_expr *arg = call->arg[i];
        if (arg->op != AG_OP_NAME) {
            ag_elab_error(el, arg->at, "the argument of a function's definition is a name: .func f(x) {x*x}");
            return;
        }
        f->arg[i] = arg->name;
    }
    check_asked(el, b, f->name, f->at);
    const ag_function *old = ag_map_get(b->function, f->name);
    if (old && b != el->asking) {
        ag_warning(el->c->diag, f->at, "function '%s' is defined again; the last definition counts", f->name);
        ag_note(el->c->diag, old->at, "the earlier one is here");
    }
    ag_map_put(b->function, f->name, f);
}

/* A '*' behind a blank, before `at` on its line: perhaps meant to begin a comment, as in ".param t=10k *in seconds". */
static void note_star(ag_elab *el, ag_loc at)
{
    const ag_file *f = ag_diag_file(el->c->diag, at.file);
    for (uint32_t k = at.offset; k > 1 && f->text[k - 1] != '\n'; k--)
        if (f->text[k - 1] == '*' && strchr(" \t", f->text[k - 2])) {
            ag_note(el->c->diag, ((ag_loc){ k - 1, at.file, 1 }), "this '*' multiplies; a comment behind a card begins with ';'");
            return;
        }
}

/* .param a=1 b={2*a} f(x)={x*x} */
static void read_param(ag_elab *el, ag_body *b, const ag_line *l)
{
    for (const ag_field *f = l->field; f; f = f->next) {
        if (f->kind == AG_KEY)
            add_symbol(el, b, (ag_symbol){ f->text, f->expr, f->at, 0, f->expr ? NULL : f->group });
        else if (f->kind == AG_RELATION && f->expr->op == AG_OP_CALL && f->right)
            add_function(el, b, f->expr, f->right);
        else {
            const char *name = f->kind == AG_EXPR && f->expr->op == AG_OP_NAME && f->next ? f->expr->name : "name";
            ag_elab_error(el, f->at, "a parameter needs '=' and a value: .param %s=value", name);
            note_star(el, f->at);
            return;
        }
    }
}

/* .func f(x,y) {x*y} */
static void read_func(ag_elab *el, ag_body *b, const ag_line *l)
{
    const ag_field *f = l->field;
    if (f && f->kind == AG_RELATION && f->expr->op == AG_OP_CALL && f->right && !f->next)
        add_function(el, b, f->expr, f->right);
    else if (f && f->kind == AG_EXPR && f->expr->op == AG_OP_CALL && f->next && f->next->kind == AG_EXPR && !f->next->next)
        add_function(el, b, f->expr, f->next->expr);
    else
        ag_elab_error(el, l->span, "a function is defined by .func name(argument, ...) {expression}");
}

/* ---- models and subcircuits ---- */

static void read_model(ag_elab *el, ag_body *b, const ag_line *l)
{
    const ag_field *name = l->field;
    int             typed = name && name->next && name->next->kind == AG_WORD;
    if (!name || name->kind != AG_WORD || !typed) {
        if (!l->broken) ag_elab_error(el, l->span, "a model card needs a name and a type: .model name type(parameter=value ...)");
        if (!name || name->kind != AG_WORD) return;
    }
    const ag_modelcard *old = ag_map_get(b->model, name->text);
    if (old) {
        ag_elab_error(el, name->at, "there is already a model card '%s'", name->text);
        ag_note(el->c->diag, old->line->field->at, "the first one is here");
        return;
    }
    ag_modelcard *m = AG_NEW(el->a, ag_modelcard, 1);
    *m = (ag_modelcard){ .line = l, .name = name->text, .done = l->broken || !typed };
    ag_map_put(b->model, name->text, m);
}

static int is_params_word(const ag_field *f)
{
    return f->kind == AG_WORD && (!strcmp(f->text, "params:") || !strcmp(f->text, "params") || !strcmp(f->text, ":"));
}

static void read_port(ag_elab *el, ag_body *b, const ag_field *f)
{
    if (ag_map_get(b->node_map, f->text)) {
        ag_elab_error(el, f->at, "node '%s' is named twice on the .subckt line", f->text);
        return;
    }
    *AG_PUSH(el->a, b->port, b->n_port, b->cap_port) = f->text;
    ag_map_put(b->node_map, f->text, (void *)(intptr_t)++b->n_node);
}

/* node ... [params:] name=value ... */
static void read_interface(ag_elab *el, ag_body *b, const ag_field *f)
{
    int in_params = 0;
    for (; f; f = f->next) {
        if (is_params_word(f)) in_params = 1;
        else if (f->kind == AG_KEY) add_symbol(el, b, (ag_symbol){ f->text, f->expr, f->at, 1, NULL });
        else if (f->kind == AG_WORD && in_params) add_symbol(el, b, (ag_symbol){ f->text, NULL, f->at, 1, NULL });
        else if (f->kind == AG_WORD) read_port(el, b, f);
        else ag_elab_error(el, f->at, "a .subckt line holds nodes and name=value pairs");
    }
}

/* .subckt name, then its interface */
static ag_body *read_subckt(ag_elab *el, ag_body *parent, const ag_line *l)
{
    ag_body        *b = new_body(el, parent, l);
    const ag_field *f = l->field;
    if (!f || f->kind != AG_WORD) {
        if (!l->broken) ag_elab_error(el, l->span, "a subcircuit needs a name: .subckt name node ... [name=value ...]");
        b->name = ag_name0(el->c->names, "?");
        return b;
    }
    b->name = f->text;
    const ag_body *old = ag_map_get(parent->subckt, b->name);
    if (old) {
        ag_warning(el->c->diag, f->at, "subcircuit '%s' is defined again; the first definition counts", b->name);
        ag_note(el->c->diag, old->line->field->at, "the first one is here");
    } else {
        ag_map_put(parent->subckt, b->name, b);
    }
    read_interface(el, b, f->next);
    return b;
}

/* .ends [name]: back to the body around. */
static ag_body *read_ends(ag_elab *el, ag_body *b, const ag_line *l)
{
    if (!b->parent) {
        ag_elab_error(el, l->at, ".ends without a .subckt before it");
        return b;
    }
    const ag_field *f = l->field;
    b->ends = l->at;
    if (f && f->kind == AG_WORD && f->text != b->name) {
        ag_warning(el->c->diag, f->at, ".ends names '%s' but closes subcircuit '%s'", f->text, b->name);
        ag_note(el->c->diag, b->line->at, "it begins here");
    }
    return b->parent;
}

/* ---- elements and the rest ---- */

static void read_global(ag_elab *el, const ag_line *l)
{
    for (const ag_field *f = l->field; f; f = f->next) {
        if (f->kind == AG_WORD) ag_map_put(el->global, f->text, el);
        else ag_elab_error(el, f->at, ".global is followed by names of nodes");
    }
}

static void read_element(ag_elab *el, ag_body *b, const ag_line *l)
{
    const ag_kind *kind = ag_kind_of(l->first);
    if (!kind || !kind->add) ag_unknown_element(el, l);
    else if (!l->broken) *AG_PUSH(el->a, b->element, b->n_element, b->cap_element) = (ag_element){ .line = l, .kind = kind };
}

static int begins(const ag_line *l, const char *a, const char *b) { return !strcmp(l->first, a) || !strcmp(l->first, b); }

static int is_function(const ag_line *l) { return begins(l, ".func", ".function"); }

static int is_definition(const ag_line *l)
{
    return begins(l, ".param", ".params") || begins(l, ".parameters", ".global_param") || is_function(l);
}

static void read_definition(ag_elab *el, ag_body *b, const ag_line *l)
{
    if (!is_function(l)) read_param(el, b, l);
    else if (!l->broken) read_func(el, b, l);
}

/* The .ends of a .subckt line, before `to`; *conditional: there are .if blocks of its own between them. */
static const ag_line *find_ends(const ag_line *l, const ag_line *to, int *conditional)
{
    int depth = 0;
    *conditional = 0;
    for (l = l->next; l != to; l = l->next) {
        if (l->first[0] != '.') continue;
        if (begins(l, ".subckt", ".macro")) depth++;
        else if (begins(l, ".ends", ".eom") && depth-- == 0) return l;
        else if (!depth && ag_is_condition(l)) *conditional = 1;
    }
    return to;
}

/* The cards of a body on their way into it. */
typedef struct walk {
    ag_elab       *el;
    ag_body       *root, *b;             /* that body, and the one inside it that is open */
    ag_scope      *s;                    /* for the conditions of the root */
    ag_conditions *q;
    const ag_line *to;
    int            depth;                /* .subckt lines that are open */
} walk;

/* Definitions outside .if blocks; returns whether there are such blocks. */
static int read_definitions(ag_elab *el, ag_body *root, const ag_line *from, const ag_line *to)
{
    int inside = 0, any = 0, conditional;
    for (const ag_line *l = from; l != to; l = l->next) {
        if (l->first[0] != '.') continue;
        if (begins(l, ".subckt", ".macro")) {
            l = find_ends(l, to, &conditional);
            if (l == to) break;
        } else if (ag_is_condition(l)) {
            inside += begins(l, ".if", ".if") - (inside && begins(l, ".endif", ".endif"));
            any = 1;
        } else if (!root->parent && !strcmp(l->first, ".alter")) {
            break;
        } else if (!inside && is_definition(l)) {
            read_definition(el, root, l);
        }
    }
    return any;
}

/* Cards of the top level outside .if blocks and subcircuits. */
static void outside_blocks(ag_elab *el, const ag_line *from, void (*see)(ag_elab *, const ag_line *))
{
    int inside = 0, conditional;
    for (const ag_line *l = from; l; l = l->next) {
        if (l->first[0] != '.' || l->broken) continue;
        if (!strcmp(l->first, ".alter")) break;
        if (begins(l, ".subckt", ".macro") && !(l = find_ends(l, NULL, &conditional))) break;
        inside += begins(l, ".if", ".if") - (inside && begins(l, ".endif", ".endif"));
        if (!inside) see(el, l);
    }
}

/* What conditions may use beside definitions: parameters that only .step names, options and temperatures. A block may
 * define anew what they depend on. */
static void read_settings(ag_elab *el, const ag_line *from)
{
    outside_blocks(el, from, ag_define_stepped);
    ag_scope_fit(el, el->main);
    outside_blocks(el, from, ag_directive_setting);
    ag_set_temperature(el);
    ag_scope_forget(el->main);
}

/* .subckt: opens a body; with conditions of its own its cards are kept for later. Returns the last card it has read. */
static const ag_line *open_subckt(walk *w, const ag_line *l)
{
    int            conditional;
    const ag_line *ends = find_ends(l, w->to, &conditional), *before = l;
    w->b = read_subckt(w->el, w->b, l);
    w->depth++;
    if (!conditional) return l;
    w->b->from = l->next;
    w->b->to = ends;
    while (before->next != ends) before = before->next;
    return before;
}

static void read_directive(walk *w, const ag_line *l)
{
    ag_elab *el = w->el;
    ag_body *b = w->b;
    if (l->broken) return;
    if (begins(l, ".include", ".inc") || begins(l, ".lib", ".lib"))
        ag_deck_missing(el->c, l);
    else if (b->parent && ag_directive_local(l->first)) *AG_PUSH(el->a, b->ic, b->n_ic, b->cap_ic) = l;
    else if (b->parent && ag_directive_is_output(l->first))
        ag_warning(el->c->diag, l->at, "'%s' inside a subcircuit is ignored; it belongs to the top level", l->first);
    else *AG_PUSH(el->a, el->directive, el->n_directive, el->cap_directive) = l;
}

/* One card; returns the last one it has read, NULL to end. */
static const ag_line *read_card(walk *w, const ag_line *l)
{
    ag_elab *el = w->el;
    if (w->b == w->root && !ag_condition(el, w->q, w->s, l)) return l;
    if (l->first[0] != '.') read_element(el, w->b, l);
    else if (begins(l, ".model", ".model")) read_model(el, w->b, l);
    else if (begins(l, ".global", ".globals")) read_global(el, l);
    else if (begins(l, ".ends", ".eom") && w->b == w->root && w->root->parent) {
        ag_elab_error(el, l->at, ".ends without its .subckt in the same branch of .if");
    } else if (begins(l, ".ends", ".eom")) {
        w->depth -= w->b->parent != NULL;
        w->b = read_ends(el, w->b, l);
    } else if (begins(l, ".subckt", ".macro")) {
        if (w->depth + 1 < AG_MAX_DEPTH) return open_subckt(w, l);
        ag_elab_error(el, l->at, "more than %d .subckt lines are open: is an .ends missing?", AG_MAX_DEPTH - 1);
        return NULL;
    } else if (w->b == w->root && !w->root->parent && ag_foreign_end(el, l)) {
        return NULL;
    } else if (!is_definition(l)) {
        read_directive(w, l);
    } else if (w->b != w->root || w->q->n) {               /* the others have been read */
        read_definition(el, w->b, l);
    }
    return l;
}

void ag_body_fill(ag_elab *el, ag_body *root, const ag_line *from, const ag_line *to, ag_scope *s, ag_conditions *q)
{
    walk w = { el, root, root, s, q, to, 0 };
    if (read_definitions(el, root, from, to)) {
        if (!root->parent) read_settings(el, from);
        el->asking = root;
        el->asked = ag_map_new(el->a);
    }
    const ag_line *l = from;
    while (l != to && (l = read_card(&w, l))) l = l->next;
    for (; l == to && w.b != root; w.b = w.b->parent) ag_elab_error(el, w.b->line->at, "subcircuit '%s' has no .ends", w.b->name);
    ag_conditions_end(el, q);
    el->asking = NULL;
}

void ag_body_collect(ag_elab *el, const ag_deck *deck)
{
    ag_conditions q = { .n = 0 };
    el->top = new_body(el, NULL, NULL);
    el->main = ag_scope_new(el, el->top);
    ag_body_fill(el, el->top, deck->line, NULL, el->main, &q);
    ag_scope_fit(el, el->main);
    ag_scope_forget(el->main);                             /* options may have changed since */
}

/* Its name, nodes and parameters again; the cards are to be filled in. */
ag_body *ag_body_variant(ag_elab *el, const ag_body *b)
{
    ag_body *v = new_body(el, b->parent, b->line);
    v->name = b->name;
    read_interface(el, v, b->line->field ? b->line->field->next : NULL);
    v->ends = b->ends;
    return v;
}
