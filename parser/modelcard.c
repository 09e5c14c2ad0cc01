/* modelcard - .model lines: .model rm r(tc1=1m), .model m1 ag2s_filament thickness=200n.
 *
 * A card is made when an element first asks for it. One inside a subcircuit is shared by all instances, unless its values
 * depend on parameters of a subcircuit: then every instance has its own, named "x1.card". */
#include <stdint.h>
#include <string.h>
#include "parser/elaborate.h"

static const struct { const char *type, *model; } alias[] = {
    { "res", "r" }, { "resistor", "r" }, { "cap", "c" }, { "capacitor", "c" }, { "ind", "l" }, { "inductor", "l" },
};

/* ---- parameters ---- */

static void unknown_parameter(ag_elab *el, const ag_model *m, const ag_field *f)
{
    ag_guess g = { .name = f->text };
    for (int k = 0; k < m->n_param; k++) ag_guess_try(&g, m->param[k].name);
    if (ag_model_ignores(m, f->text))
        ag_warning(el->c->diag, f->at, "%s parameter '%s' %s and ignored", m->name, f->text, m->ignored_why);
    else if (g.best) ag_elab_error(el, f->at, "%s has no parameter '%s'; did you mean '%s'?", m->name, f->text, g.best);
    else ag_elab_error(el, f->at, "%s has no parameter '%s'", m->name, f->text);
}

/* A level is that of the model itself, or the card means another one. */
static void check_level(ag_elab *el, ag_scope *s, const ag_model *m, const ag_field *f)
{
    double level;
    double only = m->type ? m->level : 1;
    if (ag_scope_value(el, s, f, &level) && level != only)
        ag_elab_error(el, ag_field_span(f), "%s has no level %g; only level %g is supported", m->name, level, only);
}

/* "window may be none, joglekar, ..., not 'biolec'": 1 after this report, about a name that is no parameter either. */
static int wrong_word(ag_elab *el, ag_scope *s, const ag_model *m, int k, const ag_field *f)
{
    const ag_body *owner;
    const char    *list = "";
    double         constant;
    for (int j = 0; j < m->n_word; j++)
        if (m->word[j].param == k) list = ag_printf(el->a, "%s%s%s", list, *list ? ", " : "", m->word[j].text);
    if (!*list || ag_body_symbol(s->body, f->expr->name, &owner) >= 0 || ag_constant(el, f->expr->name, &constant)) return 0;
    ag_elab_error(el, f->expr->at, "%s parameter '%s' may be %s, not '%s'", m->name, f->text, list, f->expr->name);
    return 1;
}

int ag_param_value(ag_elab *el, ag_scope *s, const ag_model *m, int k, const ag_field *f, double *value)
{
    if (m->param[k].kind == AG_VECTOR && f->group) return ag_table_read(el, f->group, 0, value);
    if (m->param[k].kind == AG_VECTOR || m->param[k].kind == AG_TEXT) {
        ag_elab_error(el, f->at, "%s parameter '%s' cannot be set here", m->name, f->text);
        return 0;
    }
    if (!f->expr || f->expr->op != AG_OP_NAME) return ag_scope_value(el, s, f, value);
    return ag_model_word(m, k, f->expr->name, value) || (!wrong_word(el, s, m, k, f) && ag_scope_value(el, s, f, value));
}

static void set_values(ag_elab *el, ag_scope *s, ag_card *card, const ag_field *f)
{
    const ag_model *m = card->model;
    for (double value; f; f = f->next) {
        if (f->kind == AG_GROUP) set_values(el, s, card, f->group);
        else if (f->kind != AG_KEY) {
            ag_elab_error(el, f->at, "name=value pairs are needed here");
        } else {
            int k = ag_param_find(m->param, m->n_param, f->text);
            if (k < 0 && !strcmp(f->text, "level")) check_level(el, s, m, f);
            else if (k < 0) unknown_parameter(el, m, f);
            else if (ag_param_value(el, s, m, k, f, &value) && !ag_elab_said(el, f->at, set_values, 0)
                     && !ag_card_set(el->c, card, k, value, ag_field_span(f)))
                ag_elab_said(el, f->at, set_values, 1);
        }
    }
}

/* ---- cards ---- */

static const ag_field *find_key(const ag_field *f, const char *key)
{
    for (; f; f = f->next) {
        const ag_field *inner = f->kind == AG_GROUP ? find_key(f->group, key) : NULL;
        if (inner) return inner;
        if (f->kind == AG_KEY && !strcmp(f->text, key)) return f;
    }
    return NULL;
}

static const ag_model *find_type(const char *type)
{
    for (size_t k = 0; k < sizeof alias / sizeof *alias; k++)
        if (!strcmp(alias[k].type, type)) return ag_model_find(alias[k].model);
    const ag_model *m = ag_model_find(type);
    return m ? m : ag_model_typed(type, -1);
}

int ag_is_card_type(const char *type, const ag_model *m)
{
    return (m->type && ag_name_same(m->type, type)) || ag_model_alias(m, type) || ag_name_same(m->name, type) || find_type(type) == m;
}

static void unknown_type(ag_elab *el, const ag_field *f)
{
    static const char *const later[] = { "nmf", "pmf", "sw", "csw", "ltra", "urc",
                                         "vdmos", NULL };
    ag_guess g = { .name = f->text };
    for (int k = 0; later[k]; k++)
        if (!strcmp(later[k], f->text)) {
            ag_elab_error(el, f->at, "model type '%s' is not supported yet", f->text);
            return;
        }
    for (const ag_model *const *m = ag_models; *m; m++) ag_guess_try(&g, (*m)->name);
    if (g.best) ag_elab_error(el, f->at, "unknown model type '%s'; did you mean '%s'?", f->text, g.best);
    else ag_elab_error(el, f->at, "unknown model type '%s'", f->text);
}

/* "memristor has no level 5; supported are 2 (team), 3 (yakopcic), 4 (pem)" */
static void unknown_level(ag_elab *el, const char *type, double level, const ag_field *f)
{
    const char *list = "";
    int         found = 0;
    for (int n = 0; n < 1000; n++) {
        const ag_model *m = ag_model_typed(type, n);
        if (m) list = ag_printf(el->a, "%s%s%d (%s)", list, found++ ? ", " : "", n, m->name);
    }
    ag_elab_error(el, ag_field_span(f), "%s has no level %g; supported %s %s", type, level, found > 1 ? "are" : "is", list);
}

/* The model of a card: by its own name, or by type and level. NULL after a report. */
static const ag_model *find_model(ag_elab *el, ag_scope *s, const ag_field *type)
{
    const ag_field *key = find_key(type->next, "level");
    const ag_model *m = find_type(type->text);
    double          level;
    if (!m) {
        unknown_type(el, type);
        return NULL;
    }
    if (!key || !m->type || ag_name_same(m->name, type->text)) return m;
    if (!ag_scope_value(el, s, key, &level)) return NULL;
    const ag_model *wanted = level >= 0 && level < 1000 && level == (int)level ? ag_model_typed(type->text, (int)level) : NULL;
    if (!wanted) unknown_level(el, type->text, level, key);
    return wanted;
}

/* Whether a value on the card depends on a parameter of a subcircuit. */
static int is_local(ag_elab *el, const ag_body *b, const ag_field *f)
{
    for (; f; f = f->next) {
        const ag_body *owner;
        if (f->kind == AG_GROUP && is_local(el, b, f->group)) return 1;
        if (f->expr && ag_is_local(el, b, f->expr)) return 1;
        if (f->kind == AG_WORD && ag_body_symbol(b, f->text, &owner) >= 0 && owner->parent) return 1;
    }
    return 0;
}

static ag_card *make(ag_elab *el, ag_scope *s, const ag_modelcard *m, const char *name)
{
    const ag_field *type = m->line->field->next;
    const ag_model *model = find_model(el, s, type);
    if (!model) return NULL;
    ag_card *card = ag_circuit_card(el->c, ag_name0(el->c->names, name), model, m->line->field->at);
    if (!card) return NULL;
    const ag_alias *preset = ag_model_alias(model, type->text);
    if (preset) ag_card_set(el->c, card, preset->param, preset->value, type->at);
    ag_places before = ag_place_of(el, "", name);
    set_values(el, s, card, type->next);
    el->place = before;
    return card;
}

static ag_card *own_card(ag_elab *el, ag_scope *s, const ag_modelcard *m)
{
    if (!s->card) s->card = ag_map_new(el->a);
    ag_card *card = ag_map_get(s->card, m->name);
    if (card) return card;
    card = make(el, s, m, ag_printf(el->a, "%s%s", s->path, m->name));
    if (card) ag_map_put(s->card, m->name, card);
    return card;
}

ag_card *ag_scope_card(ag_elab *el, ag_scope *s, const char *name, int *known)
{
    ag_modelcard *m = NULL;
    while (s && !(m = ag_map_get(s->body->model, name))) s = s->outer;
    *known = m != NULL;
    if (!m) return NULL;
    if (!m->done && !m->local) m->local = s->outer && is_local(el, s->body, m->line->field->next->next);
    if (!m->done && m->local) return own_card(el, s, m);
    if (m->done) return m->card;
    m->done = 1;
    const char *full = name;                              /* "outer.inner:card", unlike any name of an instance's card */
    for (const ag_body *b = s->body; b->parent; b = b->parent)
        full = ag_printf(el->a, "%s%c%s", b->name, b == s->body ? ':' : '.', full);
    return m->card = make(el, s, m, full);
}

/* A type that is not known matters only to an element that uses the card: libraries hold cards for everything. */
void ag_check_cards(ag_elab *el)
{
    void *m;
    for (int i = 0, known; ag_map_next(el->top->model, &i, &m); ) {
        const ag_modelcard *card = m;
        if (!card->done && find_type(card->line->field->next->text)) ag_scope_card(el, el->main, card->name, &known);
    }
}

void ag_no_model(ag_elab *el, const ag_scope *s, const char *name, ag_loc at)
{
    ag_guess    g = { .name = name };
    const char *other;
    for (; s; s = s->outer)
        for (int i = 0; (other = ag_map_next(s->body->model, &i, NULL)); ) ag_guess_try(&g, other);
    if (g.best) ag_elab_error(el, at, "undefined model '%s'; did you mean '%s'?", name, g.best);
    else ag_elab_error(el, at, "undefined model '%s'", name);
}
