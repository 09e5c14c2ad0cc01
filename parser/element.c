/* element - the table of element letters, what all elements share, and the elements S, W, N and Y. */
#include <stdint.h>
#include <string.h>
#include "parser/elaborate.h"

/* ---- fields ---- */

ag_loc ag_field_span(const ag_field *f)
{
    if (f->kind != AG_KEY) return f->at;
    return ag_loc_join(f->at, f->expr ? f->expr->at : f->group ? f->group->at : f->at);
}

/* "resistor needs two nodes and a value: Rname n1 n2 value" */
void ag_element_usage(ag_elab *el, const ag_element *e, const char *missing)
{
    ag_elab_error(el, e->line->span, "%s missing: %s", missing, e->kind->usage);
}

int ag_element_nodes(ag_elab *el, ag_scope *s, const ag_element *e, int n, int *node, const ag_field **rest)
{
    const ag_field *f = e->line->field;
    for (int k = 0; k < n; k++, f = f->next) {
        if (!f || f->kind != AG_WORD) {
            ag_element_usage(el, e, "node");
            return 0;
        }
        node[k] = ag_scope_node(el, s, f->text, f->at);
    }
    *rest = f;
    return 1;
}

ag_instance ag_element_add(ag_elab *el, ag_scope *s, const ag_element *e, const ag_model *m, const ag_card *card, const int *node)
{
    return ag_element_put(el, s, e->line->first, m, card, node, e->line->at);
}

ag_instance ag_element_put(ag_elab *el, ag_scope *s, const char *name, const ag_model *m, const ag_card *card, const int *node,
                           ag_loc at)
{
    ag_instance i = ag_circuit_add(el->c, ag_scope_device(el, s, name), m, card, node, at);
    if (i.batch >= 0 && s->copies != 1) ag_instance_many(el->c, i, 1, s->copies);
    return i;
}

static const ag_model *model_of(const ag_elab *el, ag_instance i) { return el->c->batch[i.batch]->model; }

/* A value that is out of range in all instances of a subcircuit is reported once. */
static void set(ag_elab *el, ag_instance i, int k, double value, ag_loc at)
{
    if (ag_elab_said(el, at, ag_element_set, 0)) return;
    if (!ag_instance_set(el->c, i, k, value, at)) ag_elab_said(el, at, ag_element_set, 1);
}

void ag_element_set(ag_elab *el, ag_instance i, const char *param, double value, ag_loc at)
{
    const ag_model *m = model_of(el, i);
    int k = ag_param_find(m->param, m->n_param, param);
    if (k >= 0) set(el, i, k, value, at);
    else ag_elab_error(el, at, "%s has no parameter '%s'", m->title, param);
}

static int is_compact(const ag_element *e) { return e->kind->letter == 'n' || e->kind->letter == 'y'; }

static void no_key(ag_elab *el, const ag_element *e, const ag_model *m, const ag_field *f)
{
    ag_guess g = { .name = f->text };
    for (int k = 0; k < m->n_param; k++)
        if (m->param[k].kind == AG_REAL || m->param[k].kind == AG_INT) ag_guess_try(&g, m->param[k].name);
    ag_guess_try(&g, "dtemp");
    if (is_compact(e)) ag_guess_try(&g, "hold");
    if (g.best) ag_elab_error(el, f->at, "%s has no parameter '%s'; did you mean '%s'?", e->kind->name, f->text, g.best);
    else ag_elab_error(el, f->at, "%s has no parameter '%s'", e->kind->name, f->text);
}

int ag_one_of(const char *word, const char *const *list)
{
    while (*list && strcmp(word, *list)) list++;
    return *list != NULL;
}

/* Parameters of other simulators that change nothing here. */
static int harmless(ag_elab *el, const ag_field *f)
{
    static const char *const list[] = { "noisy", "noise", "ac", "off", NULL };
    if (!ag_one_of(f->text, list)) return 0;
    ag_warning(el->c->diag, f->at, "'%s' is ignored", f->text);
    return 1;
}

int ag_element_times(ag_elab *el, ag_scope *s, const ag_field *f, double *times)
{
    if (!ag_scope_value(el, s, f, times)) return 0;
    if (*times >= 1e-9 && *times <= 1e9) return 1;
    ag_elab_error(el, ag_field_span(f), "m = %g is outside 1e-09 .. 1e+09: it is the number of devices in parallel", *times);
    return 0;
}

/* V, E, H, B v=: the voltage is given and the current an unknown. Any number of them in parallel acts as one. */
static int is_rigid(const ag_model *m)
{
    for (int k = 0; k < m->n_unknown; k++)
        if (!strcmp(m->unknown[k].name, "i")) return !ag_model_dq(m, (m->n_branch + k) * (ag_model_inputs(m) + 1));
    return 0;
}

int ag_element_many(ag_elab *el, ag_scope *s, ag_instance i, const ag_field *f)
{
    double times;
    if (f->kind != AG_KEY || strcmp(f->text, "m")) return 0;
    if (ag_element_times(el, s, f, &times) && !is_rigid(model_of(el, i))) ag_instance_many(el->c, i, times, 1);
    return 1;
}

int ag_element_temp(ag_elab *el, ag_scope *s, ag_instance i, const ag_field *f)
{
    double value;
    int    temp = f->kind == AG_KEY && !strcmp(f->text, "temp"), dtemp = f->kind == AG_KEY && !strcmp(f->text, "dtemp");
    if (!temp && !dtemp) return 0;
    if (ag_scope_value(el, s, f, &value))
        ag_instance_temp(el->c, i, value + AG_KELVIN + (dtemp ? el->c->options.temp : 0));
    return 1;
}

/* Charges of semiconductors take their initial values only where no operating point is computed before the transient. */
static void warn_unused_ic(ag_elab *el, const ag_model *m, int k, const ag_field *f)
{
    const ag_plan *plan = &el->c->plan;
    int            start = 0, tran = 0;
    for (int j = 0; j < m->n_branch; j++) start |= m->branch[j].init == k + 1;
    for (int j = 0; j < m->n_unknown; j++) start |= m->unknown[j].init == k && m->unknown[j].hold == AG_SOLVED;
    for (int j = 0; j < plan->n_analysis; j++) {
        tran |= plan->analysis[j].kind == AG_TRAN;
        if (plan->analysis[j].uic) return;
    }
    if (!tran || !start || m->flags & AG_STARTS || ag_elab_said(el, f->at, warn_unused_ic, 1)) return;
    ag_warning(el->c->diag, ag_field_span(f), "'%s' is used only by a transient with uic: .tran ... uic, or set the voltage by .ic v(node)=value",
               f->text);
}

void ag_element_initial(ag_elab *el, ag_scope *s, ag_instance i, const char *param, const ag_field *f)
{
    const ag_model *m = model_of(el, i);
    double          value;
    int             k = ag_param_find(m->param, m->n_param, param);
    if (!ag_scope_value(el, s, f, &value)) return;
    set(el, i, k, value, ag_field_span(f));
    if (f->kind == AG_KEY) warn_unused_ic(el, m, k, f);
}

/* hold=0|1 of a compact model. */
static int hold(ag_elab *el, ag_scope *s, const ag_element *e, ag_instance i, const ag_field *f)
{
    double value;
    if (!is_compact(e) || strcmp(f->text, "hold")) return 0;
    if (!ag_scope_value(el, s, f, &value)) return 1;
    if (value == 0 || value == 1) ag_instance_hold(el->c, i, value != 0 ? AG_KEPT : AG_FREE);
    else ag_elab_error(el, ag_field_span(f), "hold = %g is neither 0 (an operating point solves for the states) nor 1 (it keeps them)", value);
    return 1;
}

/* LTspice's keys of R, C, L and V: ratings of the part that is bought, which simulate nothing, and further elements inside of it;
 * 0 of these means that there is none. */
static int is_part_key(ag_elab *el, ag_scope *s, const ag_element *e, const ag_field *f)
{
    static const char *const rating[] = { "tol", "pwr", "v", "irms", "ipk", "mfg", "type", "manufacturer", "part", NULL };
    static const struct { const char *key, *add; } inside[] = {
        { "rser", "a resistor in series" },    { "lser", "an inductor in series" },   { "rpar", "a resistor in parallel" },
        { "cpar", "a capacitor in parallel" }, { "rlshunt", "an inductor in series with a resistor across it" },
    };
    double value;
    if (!strchr("rclv", e->kind->letter)) return 0;
    if (e->kind->letter != 'v' && ag_one_of(f->text, rating)) {
        if (!ag_elab_said(el, e->line->at, is_part_key, 1))
            ag_warning(el->c->diag, f->at, "'%s' is ignored: ratings of a part do not change the simulation", f->text);
        return 1;
    }
    for (size_t k = 0; k < sizeof inside / sizeof *inside; k++) {
        if (strcmp(f->text, inside[k].key)) continue;
        if (ag_scope_value(el, s, f, &value) && value != 0)
            ag_elab_error(el, ag_field_span(f), "'%s' inside of the %s is not simulated; add %s as an element of its own", f->text,
                          e->kind->name, inside[k].add);
        return 1;
    }
    return 0;
}

void ag_element_key(ag_elab *el, ag_scope *s, const ag_element *e, ag_instance i, const ag_field *f)
{
    double          value;
    const ag_model *m = model_of(el, i);
    if (f->kind != AG_KEY) {
        if (f->kind == AG_WORD && harmless(el, f)) return;
        ag_elab_error(el, f->at, "this is too much: %s", e->kind->usage);
        return;
    }
    int k = ag_param_find(m->param, m->n_param, f->text);
    if (k >= 0 && m->param[k].where == AG_ON_CARD && ag_element_many(el, s, i, f)) return;     /* the m of a diode's card is another */
    if (k >= 0 && (m->param[k].kind == AG_VECTOR || m->param[k].kind == AG_TEXT) && !f->group) k = -1;
    if (k < 0) {
        if (!ag_element_temp(el, s, i, f) && !ag_element_many(el, s, i, f) && !hold(el, s, e, i, f) && !harmless(el, f) &&
            !is_part_key(el, s, e, f))
            no_key(el, e, m, f);
    } else if (ag_param_value(el, s, m, k, f, &value)) {
        set(el, i, k, value, ag_field_span(f));
        warn_unused_ic(el, m, k, f);
    }
}

void ag_element_keys(ag_elab *el, ag_scope *s, const ag_element *e, ag_instance i, const ag_field *f)
{
    for (; f && i.batch >= 0; f = f->next) ag_element_key(el, s, e, i, f);
}

/* ---- model cards ---- */

int ag_element_fits(ag_elab *el, const ag_element *e, const ag_card *card, const char *model, const ag_line *l)
{
    if (!card || !strcmp(card->model->name, model) || (card->model->type && !strcmp(card->model->type, model))) return 1;
    ag_elab_error(el, l->span, "model card '%s' describes a %s, not a %s", card->name, card->model->title, e->kind->name);
    return 0;
}

ag_card *ag_element_card(ag_elab *el, ag_scope *s, const ag_element *e, const ag_field *f, const char *model)
{
    int known;
    if (!f || f->kind != AG_WORD) {
        ag_element_usage(el, e, "name of a model card");
        return NULL;
    }
    ag_card *card = ag_scope_card(el, s, f->text, &known);
    if (!known) ag_no_model(el, s, f->text, f->at);
    return card && ag_element_fits(el, e, card, model, e->line) ? card : NULL;
}

/* ---- S W N Y ---- */

/* S and W: [on|off] behind the card is the state to begin with. */
static void add_switch(ag_elab *el, ag_scope *s, ag_element *e)
{
    int             node[4], by_current = e->kind->letter == 'w';
    const ag_field *f, *device;
    if (!ag_element_nodes(el, s, e, by_current ? 2 : 4, node, &device)) return;
    if (by_current && (!device || device->kind != AG_WORD)) {
        ag_element_usage(el, e, "controlling device");
        return;
    }
    f = by_current ? device->next : device;
    ag_card *card = ag_element_card(el, s, e, f, by_current ? "csw" : "sw");
    if (!card) return;
    ag_instance i = ag_element_add(el, s, e, card->model, card, node);
    if (i.batch >= 0 && by_current) ag_wait_unknown(el, s, i, 0, device->text, NULL, device->at);
    for (f = f->next; f && i.batch >= 0; f = f->next) {
        int on = f->kind == AG_WORD && !strcmp(f->text, "on"), off = f->kind == AG_WORD && !strcmp(f->text, "off");
        if (on || off) ag_element_set(el, i, "on", on, f->at);
        else ag_element_key(el, s, e, i, f);
    }
}

/* "n1 connects 3 nodes, but ag2s_filament has 2 (te be)" */
static void wrong_terminals(ag_elab *el, const char *device, const ag_model *m, int n, ag_loc at)
{
    const char *list = "";
    for (int k = 0; k < m->n_terminal; k++) list = ag_printf(el->a, "%s%s%s", list, k ? " " : "", m->terminal[k]);
    ag_elab_error(el, at, "'%s' connects %d node%s, but %s has %d (%s)", device, n, n == 1 ? "" : "s", m->name,
                  m->n_terminal, list);
}

/* Nodes from field `first` on; the word before the first key names the card, or a compact model used with its defaults. */
static void add_compact(ag_elab *el, ag_scope *s, const ag_element *e, const ag_field *first, const char *device)
{
    enum { MOST = 16 };
    const ag_field *name = NULL, *f = first;
    int             n = -1, node[MOST], known;
    for (; f && f->kind == AG_WORD; f = f->next, n++) name = f;
    if (!name || n < 1) {
        ag_element_usage(el, e, n < 0 ? "node" : "name of a model card");
        return;
    }
    ag_card        *card = ag_scope_card(el, s, name->text, &known);
    const ag_model *m = card ? card->model : known ? NULL : ag_model_find(name->text);
    if (!known && !m) ag_no_model(el, s, name->text, name->at);
    if (!m) return;
    if (n != m->n_terminal || n > MOST) {
        wrong_terminals(el, device, m, n, ag_loc_join(first->at, name->at));
        return;
    }
    for (int k = 0; k < n; k++, first = first->next) node[k] = ag_scope_node(el, s, first->text, first->at);
    ag_element_keys(el, s, e, ag_element_put(el, s, device, m, card, node, e->line->at), f);
}

static void add_native(ag_elab *el, ag_scope *s, ag_element *e)
{
    add_compact(el, s, e, e->line->field, e->line->first);
}

/* YMEMRISTOR name p n card: the device is ymemristor!name, as in Xyce's outputs. */
static void add_xyce(ag_elab *el, ag_scope *s, ag_element *e)
{
    const ag_field *name = e->line->field;
    if (strcmp(e->line->first, "ymemristor")) {
        ag_elab_error(el, e->line->at, "Xyce's device '%s' is not supported; of its Y devices only YMEMRISTOR is", e->line->first);
    } else if (!name || name->kind != AG_WORD) {
        ag_element_usage(el, e, "name");
    } else {
        add_compact(el, s, e, name->next, ag_name0(el->c->names, ag_printf(el->a, "%s!%s", e->line->first, name->text)));
    }
}

/* ---- the table ---- */

static const ag_kind table[] = {
    { 'r', "resistor", "a resistor needs two nodes and a value: Rname n1 n2 value", ag_add_passive },
    { 'c', "capacitor", "a capacitor needs two nodes and a value: Cname n1 n2 value [ic=]", ag_add_passive },
    { 'l', "inductor", "an inductor needs two nodes and a value: Lname n1 n2 value [ic=]", ag_add_passive },
    { 'k', "coupling of inductors", "a coupling needs two or more inductors and a coefficient: Kname L1 L2 [L3 ...] coefficient", ag_add_coupling },
    { 'v', "voltage source", "a voltage source needs two nodes and a value or waveform: Vname n+ n- [dc] value [pulse(...)]", ag_add_source },
    { 'i', "current source", "a current source needs two nodes and a value or waveform: Iname n+ n- [dc] value [pulse(...)]", ag_add_source },
    { 'e', "controlled voltage source", "Ename n+ n- nc+ nc- gain, or Ename n+ n- value={expression}", ag_add_controlled },
    { 'g', "controlled current source", "Gname n+ n- nc+ nc- gain, or Gname n+ n- value={expression}", ag_add_controlled },
    { 'f', "current-controlled current source", "Fname n+ n- device gain, where the device's current controls it, or Fname n+ n- value={expression}", ag_add_current_controlled },
    { 'h', "current-controlled voltage source", "Hname n+ n- device ohms, where the device's current controls it, or Hname n+ n- value={expression}", ag_add_current_controlled },
    { 'b', "behavioural source", "Bname n+ n- i={expression}, v={expression} or r={expression}", ag_add_behavioural },
    { 'd', "diode", "a diode needs two nodes and a model card: Dname anode cathode card [area] [ic=]", ag_add_semiconductor },
    { 'm', "MOS transistor", "a MOS transistor needs four nodes and a model card: Mname drain gate source bulk card [l= w= ad= as= pd= ps= nrd= nrs= m=]", ag_add_semiconductor },
    { 'q', "bipolar transistor", "a bipolar transistor needs three or four nodes and a model card: Qname collector base emitter [substrate] card [area] [m=] [ic=vbe,vce]", ag_add_semiconductor },
    { 'j', "junction field-effect transistor", "a junction field-effect transistor needs three nodes and a model card: Jname drain gate source card [area] [m=] [ic=vds,vgs]", ag_add_semiconductor },
    { 's', "voltage-controlled switch", "a switch needs four nodes and a model card: Sname n+ n- nc+ nc- card [on|off]", add_switch },
    { 'w', "current-controlled switch", "a switch needs two nodes, the device whose current controls it and a model card: Wname n+ n- device card [on|off]", add_switch },
    { 'n', "compact model", "a compact model needs its nodes and a model card: Nname node ... card [parameter=value ...]", add_native },
    { 'y', "Xyce device", "a memristor of Xyce needs its name, two nodes and a model card: YMEMRISTOR name n+ n- card [parameter=value ...]", add_xyce },
    { 'x', "subcircuit", "an instance needs nodes and the name of a subcircuit: Xname node ... subckt [parameter=value ...]", ag_add_subckt },
    { 't', "transmission line", NULL, NULL },
    { 'o', "lossy transmission line", NULL, NULL },
};
enum { N_KIND = sizeof table / sizeof *table };

const ag_kind *ag_kind_of(const char *first)
{
    for (int k = 0; k < N_KIND; k++)
        if (table[k].letter == first[0]) return &table[k];
    return NULL;
}

void ag_unknown_element(ag_elab *el, const ag_line *l)
{
    const ag_kind *kind = ag_kind_of(l->first);
    char list[2 * N_KIND + 1];
    int  n = 0;
    for (int k = 0; k < N_KIND; k++) {
        if (!table[k].add) continue;
        list[n++] = ' ';
        list[n++] = (char)(table[k].letter - 'a' + 'A');
    }
    list[n] = 0;
    if (kind) ag_elab_error(el, l->at, "element '%s' (%s) is not supported yet; supported are%s", l->first, kind->name, list);
    else ag_elab_error(el, l->at, "unknown element '%s': no element begins with this letter; supported are%s", l->first, list);
}
