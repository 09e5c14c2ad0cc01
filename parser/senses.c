/* senses - what the expression of an element reads, and which cards can share a model.
 *
 * Netlists written by scripts hold thousands of cards that differ in nothing but nodes. The expression is written down as
 * a key in which nodes and devices are numbers in the order they are met, and names stand for themselves: cards of
 * one body with equal keys get one model, their nodes become its terminals, and all of them are one batch. Functions
 * of the netlist are gone through as well, as they may read signals. */
#include <string.h>
#include "core/signal.h"
#include "parser/elaborate.h"

typedef struct ag_shape { uint64_t hash; const ag_body *body; int what; const ag_senses *senses; const ag_model *model; } ag_shape;

typedef struct walker { ag_elab *el; ag_senses *s; const char *self; } walker;

/* ---- names ---- */

static const char *node_name(ag_elab *el, const char *name) { return ag_is_ground(name) ? "0" : ag_dotted(el->c, name); }

static int find(const ag_sense *list, int n, const char *name, const char *variable)
{
    for (int k = 0; k < n; k++)
        if (!strcmp(list[k].name, name) && !strcmp(list[k].variable, variable)) return k;
    return -1;
}

int ag_sense_node(ag_elab *el, const ag_senses *s, const char *name)
{
    return find(s->node, s->n_node, node_name(el, name), "");
}

int ag_sense_ref(ag_elab *el, const ag_senses *s, const char *device, const char *variable)
{
    return find(s->ref, s->n_ref, ag_dotted(el->c, device), variable);
}

static int node(const walker *w, const char *name, ag_loc at)
{
    int k = ag_sense_node(w->el, w->s, name);
    if (k >= 0) return k;
    *AG_PUSH(w->el->a, w->s->node, w->s->n_node, w->s->cap_node) = (ag_sense){ node_name(w->el, name), "", at };
    return w->s->n_node - 1;
}

static int ref(const walker *w, const char *device, const char *variable, ag_loc at)
{
    int k = ag_sense_ref(w->el, w->s, device, variable);
    if (k >= 0) return k;
    *AG_PUSH(w->el->a, w->s->ref, w->s->n_ref, w->s->cap_ref) = (ag_sense){ ag_dotted(w->el->c, device), variable, at };
    return w->s->n_ref - 1;
}

/* ---- the key ---- */

static void put(const walker *w, const void *data, size_t n)
{
    const unsigned char *byte = data;
    for (size_t k = 0; k < n; k++) {
        *AG_PUSH(w->el->a, w->s->key, w->s->n_key, w->s->cap_key) = (char)byte[k];
        w->s->hash = (w->s->hash ^ byte[k]) * 0x100000001B3u;      /* FNV-1a */
    }
}

static void put_int(const walker *w, int x)             { put(w, &x, sizeof x); }
static void put_name(const walker *w, const char *name) { put(w, &name, sizeof name); }

static void walk_signal(const walker *w, const ag_expr *e)
{
    if (e->name[0] == 'v') {
        put_int(w, node(w, e->a, e->at));
        put_int(w, node(w, e->b ? e->b : "0", e->at));
    } else {
        int own = w->self && e->name[0] == 'i' && !strcmp(e->a, w->self);
        put_int(w, own ? -1 : ref(w, e->a, e->name[0] == '@' ? e->b : "i", e->at));
    }
}

static void walk(const walker *w, const ag_body *b, const ag_expr *e)
{
    if (w->el->depth > AG_MAX_EVAL) return;              /* compiling it will say so */
    put_int(w, (int)e->op);
    put_int(w, e->n_arg);
    if (e->op == AG_OP_CONST) put(w, &e->value, sizeof e->value);
    if (e->op == AG_OP_NAME || e->op == AG_OP_CALL || e->op == AG_OP_SIGNAL) put_name(w, e->name);
    if (e->op == AG_OP_SIGNAL) walk_signal(w, e);
    w->el->depth++;
    ag_expr *current = e->op == AG_OP_CALL ? ag_terminal_current(w->el, b, e) : NULL;
    if (current) walk(w, b, current);
    for (int i = 0; i < e->n_arg && !current; i++) walk(w, b, e->arg[i]);
    ag_function *f = e->op == AG_OP_CALL ? ag_function_of(w->el, b, e) : NULL;
    if (f && f->walk != w->el->walk) {                   /* its signals are in the key once */
        f->walk = w->el->walk;
        walk(w, f->body, f->expr);
    }
    w->el->depth--;
}

const ag_senses *ag_senses_of(ag_elab *el, const ag_body *b, const ag_element *e, int own, const ag_expr *expr)
{
    ag_senses *s = AG_NEW(el->a, ag_senses, 1);
    walker     w = { el, s, own ? e->line->first : NULL };
    s->hash = 0xCBF29CE484222325u;
    const ag_field *f = e->line->field;
    for (int k = 0; k < 2; k++, f = f->next)
        *AG_PUSH(el->a, s->node, s->n_node, s->cap_node) = (ag_sense){ ag_is_ground(f->text) ? "0" : f->text, "", f->at };
    el->walk++;
    walk(&w, b, expr);
    return s;
}

/* ---- models ---- */

static ag_shape *place(const ag_elab *el, const ag_body *b, int what, const ag_senses *s)
{
    size_t k = s->hash & (size_t)(el->cap_shape - 1);
    for (;; k = (k + 1) & (size_t)(el->cap_shape - 1)) {
        ag_shape *x = &el->shape[k];
        if (!x->model) return x;
        if (x->hash == s->hash && x->body == b && x->what == what && x->senses->n_key == s->n_key
            && !memcmp(x->senses->key, s->key, (size_t)s->n_key)) return x;
    }
}

const ag_model *ag_senses_model(const ag_elab *el, const ag_body *b, int what, const ag_senses *s)
{
    return el->cap_shape ? place(el, b, what, s)->model : NULL;
}

void ag_senses_keep(ag_elab *el, const ag_body *b, int what, const ag_senses *s, const ag_model *m)
{
    if (2 * el->n_shape >= el->cap_shape) {
        ag_shape *old = el->shape;
        int       n = el->cap_shape;
        el->cap_shape = n ? 2 * n : 64;
        el->shape = AG_NEW(el->a, ag_shape, el->cap_shape);
        for (int k = 0; k < n; k++)
            if (old[k].model) *place(el, old[k].body, old[k].what, old[k].senses) = old[k];
    }
    *place(el, b, what, s) = (ag_shape){ s->hash, b, what, s, m };
    el->n_shape++;
}
