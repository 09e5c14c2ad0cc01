/* semiconductor - D M Q J: nodes, a model card, then area, "off", initial voltages and parameters in any order. */
#include <string.h>
#include "parser/elaborate.h"

typedef struct form {
    char        letter;
    int         nodes;
    const char *model;                   /* or the type of models with several levels */
    int         area;                    /* a value without a name is the area */
    const char *ic[4];                   /* what the values of "ic=a,b,c" set; ends with NULL */
} form;

static const form table[] = {
    { 'd', 2, "d",    1, { "ic" } },
    { 'm', 4, "nmos", 0, { "icvds", "icvgs", "icvbs" } },
    { 'q', 3, "npn",  1, { "icvbe", "icvce" } },
    { 'j', 3, "njf",  1, { "icvds", "icvgs" } },
};

static const form *form_of(const ag_element *e)
{
    const form *f = table;
    while (f->letter != e->kind->letter) f++;
    return f;
}

static int is_value(const ag_field *f) { return f->kind == AG_WORD || f->kind == AG_EXPR; }

/* "ic=a,b,c" is a key with a value and values after it. Returns the field behind them. */
static const ag_field *read_ic(ag_elab *el, ag_scope *s, const ag_element *e, const form *m, ag_instance i, const ag_field *f)
{
    const ag_field *key = f;
    for (int k = 0; f && m->ic[k] && (f == key || is_value(f)); k++, f = f->next) ag_element_initial(el, s, i, m->ic[k], f);
    if (f && is_value(f) && strcmp(f->text ? f->text : "", "off"))
        ag_elab_error(el, f->at, "this is too much: %s", e->kind->usage);
    return f;
}

static void read_rest(ag_elab *el, ag_scope *s, const ag_element *e, const form *m, ag_instance i, const ag_field *f)
{
    int area = m->area;
    while (f && i.batch >= 0) {
        if (f->kind == AG_KEY && !strcmp(f->text, "ic")) {
            f = read_ic(el, s, e, m, i, f);
            continue;
        }
        int    off = f->kind == AG_WORD && !strcmp(f->text, "off");        /* a hint for the operating point; not needed */
        double value;
        if (!off && is_value(f) && area) {
            area = 0;
            if (ag_scope_value(el, s, f, &value)) ag_element_set(el, i, "area", value, f->at);
        } else if (!off) {
            ag_element_key(el, s, e, i, f);
        }
        f = f->next;
    }
}

static int is_card(ag_elab *el, ag_scope *s, const ag_field *f)
{
    int known = 0;
    if (f && f->kind == AG_WORD) ag_scope_card(el, s, f->text, &known);
    return known;
}

/* Whether the fourth word of Q is a substrate node: the card is then the word behind it. With no card known by either name
 * two words, the second of them no number, are taken for node and card. */
static int has_substrate(ag_elab *el, ag_scope *s, const ag_field *f)
{
    double number;
    if (!f || f->kind != AG_WORD || !f->next || f->next->kind != AG_WORD || is_card(el, s, f)) return 0;
    return is_card(el, s, f->next) || (strcmp(f->next->text, "off") && !ag_is_number(f->next->text, &number));
}

void ag_add_semiconductor(ag_elab *el, ag_scope *s, ag_element *e)
{
    const form     *m = form_of(e);
    int             node[4], n = m->nodes;
    const ag_field *f = e->line->field;
    for (int k = 0; f && k < n; k++) f = f->next;
    if (m->letter == 'q') n += has_substrate(el, s, f);
    if (!ag_element_nodes(el, s, e, n, node, &f)) return;
    if (m->letter == 'q' && n == 3) node[3] = 0;                        /* without a node the substrate is grounded */
    ag_card *card = ag_element_card(el, s, e, f, m->model);
    if (card) read_rest(el, s, e, m, ag_element_add(el, s, e, card->model, card, node), f->next);
}
