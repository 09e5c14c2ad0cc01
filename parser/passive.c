/* passive - R, C and L: value, model card, temperature coefficients and scale in any of their spellings. */
#include <string.h>
#include "parser/elaborate.h"

typedef struct passive {                 /* what the fields after the nodes say; NULL: nothing */
    const ag_field *value, *card_word;
    const ag_field *tc[2];               /* temperature coefficients: tc=a,b, or bare behind the value */
    const ag_field *scale;
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
    static const char *const r[] = { "r", "res", "resistance", "value", "val", NULL };
    static const char *const c[] = { "c", "cap", "capacitance", "value", "val", NULL };
    static const char *const l[] = { "l", "ind", "inductance", "value", "val", NULL };
    return f->kind == AG_KEY && (is_state_key(e, f) || ag_one_of(f->text, e->kind->letter == 'r' ? r : e->kind->letter == 'c' ? c : l));
}

static enum ag_behaviour behaviour(const ag_element *e, const ag_field *f)
{
    if (e->kind->letter == 'r') return AG_RESISTANCE;
    if (e->kind->letter == 'c') return is_state_key(e, f) ? AG_CHARGE : AG_CAPACITANCE;
    return is_state_key(e, f) ? AG_FLUX : AG_INDUCTANCE;
}

/* Whether a word names a model card, which is taken. */
static int is_card(ag_elab *el, ag_scope *s, const ag_field *f, passive *p)
{
    double number;
    int    known;
    if (f->kind != AG_WORD || p->card || ag_is_number(f->text, &number)) return 0;
    p->card = ag_scope_card(el, s, f->text, &known);
    if (!known) return 0;
    p->card_word = f;
    p->bad |= !p->card;
    return 1;
}

/* A word as the value: a number or a parameter. */
static void take_value(ag_elab *el, ag_scope *s, const ag_field *f, passive *p)
{
    double         number;
    const ag_body *owner;
    p->value = f;
    if (f->kind != AG_WORD || ag_is_number(f->text, &number) || strchr("0123456789+-.", f->text[0])) return;
    if (ag_body_symbol(s->body, f->text, &owner) >= 0 || ag_constant(el, f->text, &number)) return;
    p->bad = 1;
    ag_no_model(el, s, f->text, f->at);
}

static int is_coefficient(const ag_field *f)
{
    double number;
    return f && (f->kind == AG_EXPR || (f->kind == AG_WORD && ag_is_number(f->text, &number)));
}

static int dynamic(ag_elab *el, ag_scope *s, ag_element *e, const ag_field *f)
{
    if (!f || !f->expr) return 0;
    if (!e->dynamic) e->dynamic = ag_is_dynamic(el, s->body, f->expr) ? 2 : 1;
    return e->dynamic == 2;
}

static passive read_passive(ag_elab *el, ag_scope *s, const ag_element *e, const ag_field *f)
{
    passive p = { .value = NULL };
    for (; f; f = f->next) {
        if (is_value_key(e, f)) p.value = f;
        else if (f->kind == AG_KEY && !strcmp(f->text, "scale")) p.scale = f;
        else if (f->kind == AG_KEY && !strcmp(f->text, "tc")) {
            p.tc[0] = f;
            if (is_coefficient(f->next)) p.tc[1] = f = f->next;
        } else if ((f->kind != AG_WORD && f->kind != AG_EXPR) || is_card(el, s, f, &p)) continue;
        else if (!p.value) take_value(el, s, f, &p);
        else if (is_coefficient(f) && !p.tc[1]) p.tc[p.tc[0] != NULL] = f;
    }
    return p;
}

static int is_taken(const ag_element *e, const passive *p, const ag_field *f)
{
    return f == p->value || f == p->card_word || f == p->tc[0] || f == p->tc[1] || f == p->scale || is_value_key(e, f);
}

static void set_values(ag_elab *el, ag_scope *s, const passive *p, ag_instance i, const char *letter, double value)
{
    const ag_batch *b = el->c->batch[i.batch];
    double          scale = 1, tc;
    if (!p->value) value = b->param[ag_param_find(b->model->param, b->model->n_param, letter)][i.lane];
    if (p->scale && !ag_scope_value(el, s, p->scale, &scale)) return;
    const ag_field *at = p->value ? p->value : p->scale;
    if (at) ag_element_set(el, i, letter, value * scale, ag_field_span(at));
    for (int k = 0; k < 2; k++)
        if (p->tc[k] && ag_scope_value(el, s, p->tc[k], &tc)) ag_element_set(el, i, k ? "tc2" : "tc1", tc, ag_field_span(p->tc[k]));
}

void ag_add_passive(ag_elab *el, ag_scope *s, ag_element *e)
{
    int             node[2];
    const ag_field *rest;
    double          value = 0;
    const char      letter[2] = { e->kind->letter, 0 };
    if (!ag_element_nodes(el, s, e, 2, node, &rest)) return;
    passive p = read_passive(el, s, e, rest);
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
    set_values(el, s, &p, i, letter, value);
    for (const ag_field *f = rest; f; f = f->next)
        if (!is_taken(e, &p, f)) ag_element_key(el, s, e, i, f);
}
