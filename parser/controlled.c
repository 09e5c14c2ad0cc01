/* controlled - E, G, F, H and B. */
#include <string.h>
#include "parser/elaborate.h"

static int forces_voltage(const ag_element *e) { return e->kind->letter == 'e' || e->kind->letter == 'h'; }

/* HSPICE names the kind of the source once more: E1 a b vcvs c d 2 */
static const ag_field *without_kind(const ag_element *e, const ag_field *f)
{
    static const struct { char letter; const char *word; } kind[] = { { 'e', "vcvs" }, { 'g', "vccs" }, { 'f', "cccs" }, { 'h', "ccvs" } };
    for (size_t k = 0; k < sizeof kind / sizeof *kind; k++)
        if (f && f->kind == AG_WORD && f->next && kind[k].letter == e->kind->letter && !strcmp(f->text, kind[k].word)) return f->next;
    return f;
}

/* The formula of a card, read once for all instances; NULL when it has a plain gain. */
static const ag_formula *formula(ag_elab *el, ag_scope *s, ag_element *e, const ag_field *f)
{
    ag_formula x;
    if (e->formula || e->failed || !ag_formula_read(el, s, e, f, &x)) return e->formula;
    if (x.expr) {
        ag_formula *keep = AG_NEW(el->a, ag_formula, 1);
        *keep = x;
        e->formula = keep;
    } else {
        e->failed = 1;
    }
    return e->formula;
}

static void add_gain(ag_elab *el, ag_scope *s, const ag_element *e, ag_instance i, const ag_field *f)
{
    double value;
    if (i.batch < 0) return;
    if (ag_scope_value(el, s, f, &value)) ag_element_set(el, i, "gain", value, ag_field_span(f));
    ag_element_keys(el, s, e, i, f->next);
}

/* The field of the gain; NULL after a report. */
static const ag_field *gain_field(ag_elab *el, const ag_element *e, const ag_field *f)
{
    if (f && (f->kind != AG_KEY || !strcmp(f->text, "gain"))) return f;
    ag_element_usage(el, e, "gain");
    return NULL;
}

static const ag_model *model_of(const ag_element *e) { return ag_model_find((char[]){ e->kind->letter, 0 }); }

/* Controlling nodes may stand in parentheses: E1 a b (c,d) 2 */
static const ag_field *controlling_nodes(ag_elab *el, ag_scope *s, const ag_element *e, const ag_field *f, int *node)
{
    const ag_field *g = f && f->kind == AG_GROUP ? f->group : f;
    for (int k = 0; k < 2; k++, g = g->next) {
        if (!g || g->kind != AG_WORD) {
            ag_element_usage(el, e, "node");
            return NULL;
        }
        node[k] = ag_scope_node(el, s, g->text, g->at);
    }
    return gain_field(el, e, f->kind == AG_GROUP ? f->next : g);
}

void ag_add_controlled(ag_elab *el, ag_scope *s, ag_element *e)
{
    int             node[4];
    const ag_field *f;
    if (!ag_element_nodes(el, s, e, 2, node, &f)) return;
    f = without_kind(e, f);
    const ag_formula *x = formula(el, s, e, f);
    if (x) {
        ag_add_behaviour(el, s, e, forces_voltage(e) ? AG_FORCE_VOLTAGE : AG_FORCE_CURRENT, x->expr, node, x->rest);
    } else if (!e->failed && (f = controlling_nodes(el, s, e, f, node + 2)) != NULL) {
        add_gain(el, s, e, ag_element_add(el, s, e, model_of(e), NULL, node), f);
    }
}

void ag_add_current_controlled(ag_elab *el, ag_scope *s, ag_element *e)
{
    int             node[2];
    const ag_field *f;
    if (!ag_element_nodes(el, s, e, 2, node, &f)) return;
    f = without_kind(e, f);
    const ag_formula *x = formula(el, s, e, f);
    if (x) {
        ag_add_behaviour(el, s, e, forces_voltage(e) ? AG_FORCE_VOLTAGE : AG_FORCE_CURRENT, x->expr, node, x->rest);
    } else if (!e->failed && (!f || f->kind != AG_WORD)) {
        ag_element_usage(el, e, "controlling device");
    } else if (!e->failed) {
        const ag_field *device = f;
        if (!(f = gain_field(el, e, f->next))) return;
        ag_instance i = ag_element_add(el, s, e, model_of(e), NULL, node);
        if (i.batch >= 0) ag_wait_unknown(el, s, i, 0, device->text, NULL, device->at);
        add_gain(el, s, e, i, f);
    }
}

static int is_source_key(const ag_field *f)
{
    return f->kind == AG_KEY && (!strcmp(f->text, "i") || !strcmp(f->text, "v") || !strcmp(f->text, "r"));
}

void ag_add_behavioural(ag_elab *el, ag_scope *s, ag_element *e)
{
    int             node[2];
    const ag_field *rest, *source = NULL;
    if (!ag_element_nodes(el, s, e, 2, node, &rest)) return;
    for (const ag_field *f = rest; f; f = f->next) {
        if (!is_source_key(f)) continue;
        if (source) {
            ag_elab_error(el, ag_field_span(f), "a behavioural source has one expression, i=, v= or r=");
            return;
        }
        source = f;
    }
    if (!source) ag_element_usage(el, e, "i=, v= or r=");
    else if (!source->expr) ag_elab_error(el, ag_field_span(source), "an expression is needed after '%s='", source->text);
    else ag_add_behaviour(el, s, e, source->text[0] == 'v' ? AG_FORCE_VOLTAGE : source->text[0] == 'i' ? AG_FORCE_CURRENT : AG_RESISTANCE,
                          source->expr, node, rest);
}
