/* body - sorts cards into bodies: parameters, functions, subcircuits, models and elements, each where it stands. */
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

/* The last definition of a name counts, as in ngspice. */
static void add_symbol(ag_elab *el, ag_body *b, ag_symbol x)
{
    int known = (int)(intptr_t)ag_map_get(b->symbol_map, x.name);
    if (known) {
        ag_symbol *old = &b->symbol[known - 1];
        ag_warning(el->c->diag, x.at, "parameter '%s' is defined again; the last definition counts", x.name);
        ag_note(el->c->diag, old->at, "the earlier one is here");
        x.formal |= old->formal;
        *old = x;
        return;
    }
    *AG_PUSH(el->a, b->symbol, b->n_symbol, b->cap_symbol) = x;
    ag_map_put(b->symbol_map, x.name, (void *)(intptr_t)b->n_symbol);
}

static void add_function(ag_elab *el, ag_body *b, const ag_expr *call, const ag_expr *expr)
{
    ag_function *f = AG_NEW(el->a, ag_function, 1);
    *f = (ag_function){ .name = call->name, .n_arg = call->n_arg, .expr = expr, .at = call->at, .body = b };
    f->arg = AG_NEW(el->a, const char *, call->n_arg + 1);
    for (int i = 0; i < call->n_arg; i++) {
        const ag_expr *arg = call->arg[i];
        if (arg->op != AG_OP_NAME) {
            ag_error(el->c->diag, arg->at, "the argument of a function's definition is a name: .func f(x) {x*x}");
            return;
        }
        f->arg[i] = arg->name;
    }
    const ag_function *old = ag_map_get(b->function, f->name);
    if (old) {
        ag_warning(el->c->diag, f->at, "function '%s' is defined again; the last definition counts", f->name);
        ag_note(el->c->diag, old->at, "the earlier one is here");
    }
    ag_map_put(b->function, f->name, f);
}

/* .param a=1 b={2*a} f(x)={x*x} */
static void read_param(ag_elab *el, ag_body *b, const ag_line *l)
{
    for (const ag_field *f = l->field; f; f = f->next) {
        if (f->kind == AG_KEY)
            add_symbol(el, b, (ag_symbol){ f->text, f->expr, f->at, 0, f->expr ? NULL : f->group });
        else if (f->kind == AG_RELATION && f->expr->op == AG_OP_CALL && f->right)
            add_function(el, b, f->expr, f->right);
        else
            ag_error(el->c->diag, f->at, "a parameter needs a value: .param name=value");
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
        ag_error(el->c->diag, l->span, "a function is defined by .func name(argument, ...) {expression}");
}

/* ---- models and subcircuits ---- */

static void read_model(ag_elab *el, ag_body *b, const ag_line *l)
{
    const ag_field *name = l->field;
    int             typed = name && name->next && name->next->kind == AG_WORD;
    if (!name || name->kind != AG_WORD || !typed) {
        if (!l->broken) ag_error(el->c->diag, l->span, "a model card needs a name and a type: .model name type(parameter=value ...)");
        if (!name || name->kind != AG_WORD) return;
    }
    const ag_modelcard *old = ag_map_get(b->model, name->text);
    if (old) {
        ag_error(el->c->diag, name->at, "there is already a model card '%s'", name->text);
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
        ag_error(el->c->diag, f->at, "node '%s' is named twice on the .subckt line", f->text);
        return;
    }
    *AG_PUSH(el->a, b->port, b->n_port, b->cap_port) = f->text;
    ag_map_put(b->node_map, f->text, (void *)(intptr_t)++b->n_node);
}

/* .subckt name node ... [params:] name=value ... */
static ag_body *read_subckt(ag_elab *el, ag_body *parent, const ag_line *l)
{
    ag_body        *b = new_body(el, parent, l);
    const ag_field *f = l->field;
    if (!f || f->kind != AG_WORD) {
        if (!l->broken) ag_error(el->c->diag, l->span, "a subcircuit needs a name: .subckt name node ... [name=value ...]");
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
    int in_params = 0;
    for (f = f->next; f; f = f->next) {
        if (is_params_word(f)) in_params = 1;
        else if (f->kind == AG_KEY) add_symbol(el, b, (ag_symbol){ f->text, f->expr, f->at, 1, NULL });
        else if (f->kind == AG_WORD && in_params) add_symbol(el, b, (ag_symbol){ f->text, NULL, f->at, 1, NULL });
        else if (f->kind == AG_WORD) read_port(el, b, f);
        else ag_error(el->c->diag, f->at, "a .subckt line holds nodes and name=value pairs");
    }
    return b;
}

/* .ends [name]: back to the body around. */
static ag_body *read_ends(ag_elab *el, ag_body *b, const ag_line *l)
{
    if (!b->parent) {
        ag_error(el->c->diag, l->at, ".ends without a .subckt before it");
        return b;
    }
    const ag_field *f = l->field;
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
        else ag_error(el->c->diag, f->at, ".global is followed by names of nodes");
    }
}

static void read_element(ag_elab *el, ag_body *b, const ag_line *l)
{
    const ag_kind *kind = ag_kind_of(l->first);
    if (!kind || !kind->add) ag_unknown_element(el, l);
    else if (!l->broken) *AG_PUSH(el->a, b->element, b->n_element, b->cap_element) = (ag_element){ .line = l, .kind = kind };
}

static int begins(const ag_line *l, const char *a, const char *b) { return !strcmp(l->first, a) || !strcmp(l->first, b); }

void ag_body_collect(ag_elab *el, const ag_deck *deck)
{
    ag_body *b = el->top = new_body(el, NULL, NULL);
    int      depth = 0;
    for (const ag_line *l = deck->line; l; l = l->next) {
        if (l->first[0] != '.') read_element(el, b, l);
        else if (begins(l, ".param", ".params")) read_param(el, b, l);
        else if (begins(l, ".func", ".function")) { if (!l->broken) read_func(el, b, l); }
        else if (begins(l, ".model", ".model")) read_model(el, b, l);
        else if (begins(l, ".global", ".globals")) read_global(el, l);
        else if (begins(l, ".subckt", ".macro")) {
            b = read_subckt(el, b, l);
            if (++depth == AG_MAX_DEPTH) {
                ag_error(el->c->diag, l->at, "more than %d .subckt lines are open: is an .ends missing?", AG_MAX_DEPTH - 1);
                return;
            }
        } else if (begins(l, ".ends", ".eom")) {
            depth -= b->parent != NULL;
            b = read_ends(el, b, l);
        } else if (l->broken) continue;
        else if (b->parent && ag_directive_local(l->first)) *AG_PUSH(el->a, b->ic, b->n_ic, b->cap_ic) = l;
        else if (b->parent && ag_directive_is_output(l->first))
            ag_warning(el->c->diag, l->at, "'%s' inside a subcircuit is ignored; it belongs to the top level", l->first);
        else *AG_PUSH(el->a, el->directive, el->n_directive, el->cap_directive) = l;
    }
    for (; b->parent; b = b->parent) ag_error(el->c->diag, b->line->at, "subcircuit '%s' has no .ends", b->name);
}
