/* subckt - nodes, names of instances, and the expansion of X cards.
 *
 * Inside instance x1 of a subcircuit, node "mid" becomes "x1.mid" and resistor "r1" becomes "r.x1.r1": the letter in
 * front tells the kind of element, as in ngspice. A node gets its number when the first element uses it, so a port
 * that nothing inside is connected to leaves no empty row in the equations. */
#include <stdint.h>
#include <string.h>
#include "parser/elaborate.h"

/* ---- nodes ---- */

int ag_is_ground(const char *name)
{
    return !strcmp(name, "0") || !strcmp(name, "gnd") || !strcmp(name, "gnd!");
}

/* Number of the body's node of that name: ports, then inner nodes as they turn up. */
static int body_node(ag_body *b, const char *name)
{
    int k = (int)(intptr_t)ag_map_get(b->node_map, name);
    if (!k) ag_map_put(b->node_map, name, (void *)(intptr_t)(k = ++b->n_node));
    return k - 1;
}

static void widen_nodes(ag_elab *el, ag_scope *s, int k)
{
    int cap = s->cap_node > k ? s->cap_node : 2 * k + 8, *node = AG_NEW(el->a, int, cap);
    for (int i = 0; i < cap; i++) node[i] = i < s->cap_node ? s->node[i] : -1;
    s->node = node;
    s->cap_node = cap;
}

int ag_scope_node(ag_elab *el, ag_scope *s, const char *name, ag_loc at)
{
    if (ag_is_ground(name)) return 0;
    if (!s->caller || ag_map_get(el->global, name)) return ag_circuit_node(el->c, name, at);
    int k = body_node(s->body, name);
    if (k >= s->cap_node) widen_nodes(el, s, k);
    if (s->node[k] >= 0) return s->node[k];
    if (k < s->body->n_port) {
        s->node[k] = ag_scope_node(el, s->caller, s->actual[k]->text, s->actual[k]->at);
    } else {
        const char *full = ag_printf(el->a, "%s%s", s->path, name);
        s->node[k] = ag_circuit_node(el->c, ag_name0(el->c->names, full), at);
    }
    return s->node[k];
}

const char *ag_scope_device(ag_elab *el, const ag_scope *s, const char *name)
{
    if (!*s->path) return name;
    return ag_name0(el->c->names, ag_printf(el->a, "%c.%s%s", name[0], s->path, name));
}

/* ---- scopes ---- */

ag_scope *ag_scope_new(ag_elab *el, ag_body *b)
{
    ag_scope *s = b->spare;
    if (s) {
        b->spare = s->next;
        ag_scope_forget(s);
        for (int k = 0; k < s->cap_node; k++) s->node[k] = -1;
        s->card = NULL;
        s->copies = 1;
        return s;
    }
    s = AG_NEW(el->a, ag_scope, 1);
    s->body = b;
    s->path = "";
    s->copies = 1;
    ag_scope_fit(el, s);
    s->actual = AG_NEW(el->a, const ag_field *, b->n_port);
    if (b->parent) widen_nodes(el, s, b->n_node);
    return s;
}

/* ---- the X card ---- */

/* Its fields: nodes, the subcircuit's name, name=value pairs. */
typedef struct xcard { const ag_field *first, *name, *keys; int n_node; } xcard;

static int is_params(const char *word) { return !strcmp(word, "params:") || !strcmp(word, "params"); }

static xcard read_card(const ag_element *e)
{
    const ag_field *f = e->line->field;
    xcard           x = { .first = f, .n_node = -1 };
    for (; f && f->kind == AG_WORD && !is_params(f->text); f = f->next) {
        x.name = f;
        x.n_node++;
    }
    x.keys = f && f->kind == AG_WORD ? f->next : f;
    return x;
}

static void no_subckt(ag_elab *el, const ag_body *b, const ag_field *f)
{
    ag_guess    g = { .name = f->text };
    const char *name;
    for (; b; b = b->parent)
        for (int i = 0; (name = ag_map_next(b->subckt, &i, NULL)); ) ag_guess_try(&g, name);
    if (g.best) ag_elab_error(el, f->at, "undefined subcircuit '%s'; did you mean '%s'?", f->text, g.best);
    else ag_elab_error(el, f->at, "undefined subcircuit '%s'", f->text);
}

static void wrong_count(ag_elab *el, const ag_body *b, const xcard *x, const ag_element *e)
{
    ag_loc at = x->n_node ? ag_loc_join(x->first->at, x->name->at) : x->name->at;
    ag_elab_error(el, at, "subcircuit '%s' has %d node%s, but '%s' connects %d", b->name, b->n_port, b->n_port == 1 ? "" : "s",
                  e->line->first, x->n_node);
    ag_note(el->c->diag, b->line->at, "'%s' is defined here", b->name);
}

/* "a -> b -> a" along the X lines under way. */
static const char *chain(ag_elab *el, const ag_scope *s, const ag_body *b)
{
    const char *text = b->name;
    for (; s->caller; s = s->caller) {
        text = ag_printf(el->a, "%s -> %s", s->body->name, text);
        if (s->body == b) break;
    }
    return text;
}

static int may_enter(ag_elab *el, const ag_scope *s, const ag_body *b, const xcard *x, const ag_element *e)
{
    if (b->active) ag_elab_error(el, x->name->at, "subcircuit '%s' contains itself (%s)", b->name, chain(el, s, b));
    else if (x->n_node != b->n_port) wrong_count(el, b, x, e);
    else if (el->level >= AG_MAX_DEPTH) ag_elab_error(el, x->name->at, "subcircuits are nested more than %d deep", AG_MAX_DEPTH);
    else return 1;
    return 0;
}

static int has_room(ag_elab *el, const ag_body *b, const xcard *x, const ag_element *e)
{
    if (el->instances + b->size <= AG_MAX_INSTANCES) return 1;
    ag_elab_error(el, x->name->at, "'%s' would make %.4g elements; subcircuits may make %d in all", e->line->first, b->size,
                  AG_MAX_INSTANCES);
    return 0;
}

static void no_formal(ag_elab *el, const ag_body *b, const ag_field *f)
{
    ag_guess g = { .name = f->text };
    for (int k = 0; k < b->n_symbol; k++)
        if (b->symbol[k].formal) ag_guess_try(&g, b->symbol[k].name);
    if (g.best) ag_elab_error(el, f->at, "subcircuit '%s' has no parameter '%s'; did you mean '%s'?", b->name, f->text, g.best);
    else ag_elab_error(el, f->at, "subcircuit '%s' has no parameter '%s' on its .subckt line", b->name, f->text);
}

/* Values on the X line, computed where the X line stands. A bad one leaves the parameter without a value. */
static void set_formals(ag_elab *el, ag_scope *s, const xcard *x, ag_scope *inner)
{
    ag_body *b = inner->body;
    for (const ag_field *f = x->keys; f; f = f->next) {
        if (f->kind != AG_KEY) {
            ag_elab_error(el, f->at, "only name=value pairs can follow the name of the subcircuit");
            continue;
        }
        int k = (int)(intptr_t)ag_map_get(b->symbol_map, f->text) - 1;
        if (k < 0 || !b->symbol[k].formal) {
            double times;
            if (strcmp(f->text, "m")) no_formal(el, b, f);
            else if (ag_element_times(el, s, f, &times)) inner->copies *= times;
            continue;
        }
        inner->state[k] = ag_scope_value(el, s, f, &inner->value[k]) ? AG_KNOWN : AG_BAD;
    }
}

/* The scope of an instance, with the values of its X line. */
static ag_scope *enter(ag_elab *el, ag_scope *s, ag_body *b, const xcard *x, const char *path)
{
    ag_scope       *inner = ag_scope_new(el, b);
    const ag_field *f = x->first;
    inner->caller = s;
    inner->outer = ag_scope_of(s, b->parent);
    inner->path = path;
    inner->copies = s->copies;
    for (int k = 0; k < b->n_port; k++, f = f->next) inner->actual[k] = f;
    set_formals(el, s, x, inner);
    inner->context = (ag_context){ .from = b->line->at, .to = b->ends, .at = x->name->at, .path = path, .name = b->name,
                                    .outer = s->caller ? &s->context : NULL };
    return inner;
}

static void leave(ag_scope *inner)
{
    inner->next = inner->body->spare;
    inner->body->spare = inner;
}

/* The same of a subcircuit with conditions: of the variant that they choose for this instance. */
static ag_scope *enter_variant(ag_elab *el, ag_scope *s, ag_body *b, const xcard *x, const char *path)
{
    for (ag_variant **at = &b->variant, *v; (v = *at); at = &v->next) {
        ag_scope *inner = enter(el, s, v->body, x, path);
        if (ag_truths_hold(el, inner, &v->when)) {
            *at = v->next;
            v->next = b->variant;
            b->variant = v;
            return inner;
        }
        leave(inner);
    }
    if (b->n_variant >= AG_MAX_VARIANTS) {
        ag_elab_error(el, x->name->at, "the conditions in subcircuit '%s' make more than %d variants of it", b->name, AG_MAX_VARIANTS);
        return NULL;
    }
    ag_variant *v = AG_NEW(el->a, ag_variant, 1);
    *v = (ag_variant){ .body = ag_body_variant(el, b), .next = b->variant };
    b->variant = v;
    b->n_variant++;
    ag_scope *inner = enter(el, s, v->body, x, path);
    const ag_context *outside = ag_diag_inside(el->c->diag, &inner->context);
    ag_body_fill(el, v->body, b->from, b->to, inner, &v->when);
    ag_diag_inside(el->c->diag, outside);
    ag_scope_fit(el, inner);
    ag_size_body(el, v->body);
    return inner;
}

void ag_add_subckt(ag_elab *el, ag_scope *s, ag_element *e)
{
    xcard x = read_card(e);
    if (!x.name) {
        ag_element_usage(el, e, "name of a subcircuit");
        return;
    }
    ag_body *b = ag_body_subckt(s->body, x.name->text);
    if (!b) {
        no_subckt(el, s->body, x.name);
        return;
    }
    if (!may_enter(el, s, b, &x, e)) return;
    const char *path = ag_printf(el->a, "%s%s.", s->path, e->line->first);
    ag_scope   *inner = b->from ? enter_variant(el, s, b, &x, path) : enter(el, s, b, &x, path);
    if (!inner) return;
    if (has_room(el, inner->body, &x, e)) {
        b->active = !b->from;            /* what conditions end may contain itself */
        el->level++;
        const ag_context *outside = ag_diag_inside(el->c->diag, &inner->context);
        ag_expand(el, inner);
        ag_diag_inside(el->c->diag, outside);
        el->level--;
        b->active = 0;
    }
    leave(inner);
}

/* The body that an element instantiates; NULL when it is no X or there is none of that name. */
static ag_body *instantiated(const ag_body *b, const ag_element *e)
{
    if (e->kind->add != ag_add_subckt) return NULL;
    const ag_field *name = read_card(e).name;
    return name ? ag_body_subckt(b, name->text) : NULL;
}

/* Each body once, those inside it first; on a stack of its own, because bodies may be nested to any depth here. A body
 * that contains itself counts nothing there: the expansion reports it. */
void ag_size_body(ag_elab *el, ag_body *of)
{
    typedef struct frame { ag_body *b; int i; } frame;
    frame *stack = NULL;
    int    n = 0, cap = 0;
    *AG_PUSH(el->a, stack, n, cap) = (frame){ of, 0 };
    while (n) {
        frame   *top = &stack[n - 1];
        ag_body *b = top->b, *inner;
        b->sized = 1;
        for (inner = NULL; top->i < b->n_element; top->i++) {
            inner = instantiated(b, &b->element[top->i]);
            if (inner && !inner->sized) break;
            b->size += 1 + (inner && inner->sized == 2 ? inner->size : 0);
        }
        if (top->i < b->n_element) {
            *AG_PUSH(el->a, stack, n, cap) = (frame){ inner, 0 };
        } else {
            b->sized = 2;
            n--;
        }
    }
}

void ag_expand(ag_elab *el, ag_scope *s)
{
    for (int i = 0; i < s->body->n_element && !ag_elab_full(el); i++) {
        ag_element *e = &s->body->element[i];
        el->instances += s->caller != NULL;
        ag_place_of(el, s->path, e->line->first);
        e->kind->add(el, s, e);
    }
    for (int i = 0; i < s->body->n_ic; i++) ag_set_ic(el, s, s->body->ic[i]);
}
