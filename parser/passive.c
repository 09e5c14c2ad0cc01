/* passive - R, C and L. */
#include <string.h>
#include "parser/elaborate.h"

typedef struct passive {                 /* what the fields after the nodes say */
    const ag_field *value;               /* NULL: none */
    ag_card        *card;
    int             bad;
} passive;

/* q= of a capacitor, flux= of an inductor: an expression even when it is a number. */
static int is_state_key(const ag_element *e, const ag_field *f)
{
    return f->kind == AG_KEY && f->expr && !strcmp(f->text, e->kind->letter == 'c' ? "q" : e->kind->letter == 'l' ? "flux" : "");
}

static int is_value_key(const ag_element *e, const ag_field *f)
{
    return f->kind == AG_KEY && ((f->text[0] == e->kind->letter && !f->text[1]) || !strcmp(f->text, "value") || is_state_key(e, f));
}

static enum ag_behaviour behaviour(const ag_element *e, const ag_field *f)
{
    if (e->kind->letter == 'r') return AG_RESISTANCE;
    if (e->kind->letter == 'c') return is_state_key(e, f) ? AG_CHARGE : AG_CAPACITANCE;
    return is_state_key(e, f) ? AG_FLUX : AG_INDUCTANCE;
}

/* A word after the nodes: a number, a model card or a parameter. */
static void passive_word(ag_elab *el, ag_scope *s, const ag_field *f, passive *p)
{
    double         number;
    const ag_body *owner;
    int            known = 0;
    if (!p->card && !ag_is_number(f->text, &number)) {
        p->card = ag_scope_card(el, s, f->text, &known);
        if (known) p->bad |= !p->card;
        else if (ag_body_symbol(s->body, f->text, &owner) < 0 && !ag_constant(el, f->text, &number)
                 && !strchr("0123456789+-.", f->text[0])) {
            p->bad = 1;
            ag_no_model(el, s, f->text, f->at);
        }
    }
    if (!known && !p->bad) p->value = f;
}

static int dynamic(ag_elab *el, ag_scope *s, ag_element *e, const ag_field *f)
{
    if (!f || !f->expr) return 0;
    if (!e->dynamic) e->dynamic = ag_is_dynamic(el, s->body, f->expr) ? 2 : 1;
    return e->dynamic == 2;
}

static passive read_passive(ag_elab *el, ag_scope *s, const ag_element *e, const ag_field *rest, const char **card_word)
{
    passive p = { NULL, NULL, 0 };
    for (const ag_field *f = rest; f; f = f->next) {
        int before = p.card != NULL;
        if (is_value_key(e, f) || (f->kind == AG_EXPR && !p.value)) p.value = f;
        else if (f->kind == AG_WORD && (!p.value || !p.card)) passive_word(el, s, f, &p);
        if (p.card && !before) *card_word = f->text;
    }
    return p;
}

void ag_add_passive(ag_elab *el, ag_scope *s, ag_element *e)
{
    int             node[2];
    const ag_field *rest;
    double          value;
    const char     *card_word = NULL, letter[2] = { e->kind->letter, 0 };
    if (!ag_element_nodes(el, s, e, 2, node, &rest)) return;
    passive p = read_passive(el, s, e, rest, &card_word);
    if (p.bad || !ag_element_fits(el, e, p.card, letter, e->line)) return;
    if (!p.value && !p.card) {
        ag_element_usage(el, e, "value");
        return;
    }
    if (p.value && (is_state_key(e, p.value) || dynamic(el, s, e, p.value))) {
        ag_add_behaviour(el, s, e, behaviour(e, p.value), p.value->expr, node, rest);
        return;
    }
    if (p.value && !ag_scope_value(el, s, p.value, &value)) return;
    ag_instance i = ag_element_add(el, s, e, ag_model_find(letter), p.card, node);
    if (i.batch < 0) return;
    if (p.value) ag_element_set(el, i, letter, value, ag_field_span(p.value));
    for (const ag_field *f = rest; f; f = f->next)
        if (f != p.value && !is_value_key(e, f) && !(card_word && f->kind == AG_WORD && f->text == card_word))
            ag_element_key(el, s, e, i, f);
}
