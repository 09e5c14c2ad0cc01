/* signal - resolving v(a,b), i(dev), p(dev) and @dev[var]. A probe is found again by its canonical name, which is also
 * the name of its column: full device name, v(a) for v(a,0), lower case. */
#include "core/signal.h"
#include <stdint.h>
#include <string.h>

/* The probe of that name: the one there is, or the given one appended. */
static int keep(ag_circuit *c, ag_probe probe, const char *name)
{
    probe.name = ag_name0(c->names, name);
    int known = (int)(intptr_t)ag_map_get(c->probe_map, probe.name);
    if (known) return known - 1;
    *AG_PUSH(c->arena, c->plan.probe, c->plan.n_probe, c->plan.cap_probe) = probe;
    ag_map_put(c->probe_map, probe.name, (void *)(intptr_t)c->plan.n_probe);
    return c->plan.n_probe - 1;
}

static ag_quantity quantity_of(const char *unit)
{
    return !strcmp(unit, "V") ? AG_Q_VOLTAGE : !strcmp(unit, "A") ? AG_Q_CURRENT : !strcmp(unit, "W") ? AG_Q_POWER
         : AG_Q_OTHER;
}

/* "no node 'otu'; did you mean 'out'?" */
static void report_unknown(ag_circuit *c, const char *what, const ag_guess *g, ag_loc at)
{
    if (g->best) ag_error(c->diag, at, "no %s '%s'; did you mean '%s'?", what, g->name, g->best);
    else ag_error(c->diag, at, "no %s '%s'", what, g->name);
}

const char *ag_dotted(ag_circuit *c, const char *name)
{
    if (name[0] != 'x' || !strchr(name, ':')) return name;
    char *copy = ag_text(c->arena, name, strlen(name));
    for (char *at = copy; (at = strchr(at, ':')) != NULL; ) *at = '.';
    return ag_name0(c->names, copy);
}

/* ---- voltages ---- */

static int find_node(ag_circuit *c, const char *name, ag_loc at)
{
    int node = ag_circuit_find_node(c, name);
    if (node < 0) node = ag_circuit_find_node(c, ag_dotted(c, name));
    if (node >= 0) return node;
    ag_guess g = { .name = name };
    if (ag_diag_errors(c->diag) < AG_MAX_ERRORS)           /* the search is for the eye only */
        for (int i = 1; i < c->n_node; i++) ag_guess_try(&g, c->node_name[i]);
    report_unknown(c, "node", &g, at);
    return -1;
}

static int voltage(ag_circuit *c, const char *a, const char *b, ag_loc at)
{
    int p = find_node(c, a, at), n = b ? find_node(c, b, at) : 0;
    if (p < 0 || n < 0) return -1;
    const char *name = n ? ag_printf(c->arena, "v(%s,%s)", c->node_name[p], c->node_name[n])
                         : ag_printf(c->arena, "v(%s)", c->node_name[p]);
    ag_probe probe = { .kind = AG_PROBE_NODE, .unit = "V", .quantity = AG_Q_VOLTAGE, .node = { p, n }, .batch = -1 };
    return keep(c, probe, name);
}

/* ---- devices ---- */

/* "x1.n1" as it is stored: "n.x1.n1"; the name itself when it is not inside a subcircuit. */
static const char *full_name(ag_circuit *c, const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && dot[1] ? ag_name0(c->names, ag_printf(c->arena, "%c.%s", dot[1], name)) : name;
}

static ag_instance find_device(ag_circuit *c, const char *name, ag_loc at)
{
    ag_instance i = ag_circuit_find(c, name);
    if (i.batch >= 0) return i;
    const char *full = full_name(c, ag_dotted(c, name));
    i = ag_circuit_find(c, full);
    if (i.batch >= 0) return i;
    ag_guess    near = { .name = name }, far = { .name = full };
    const char *candidate;
    for (int k = 0; ag_diag_errors(c->diag) < AG_MAX_ERRORS && (candidate = ag_map_next(c->instance_map, &k, NULL)); ) {
        ag_guess_try(&near, candidate);
        ag_guess_try(&far, candidate);
    }
    if (!near.best) near.best = far.best;
    report_unknown(c, "device", &near, at);
    return i;
}

static const ag_model *model_of(const ag_circuit *c, ag_instance i) { return c->batch[i.batch]->model; }
static const char *name_of(const ag_circuit *c, ag_instance i)      { return c->batch[i.batch]->name[i.lane]; }

static ag_probe device_probe(ag_instance i, ag_probe_kind kind, int index, const char *unit)
{
    return (ag_probe){ .kind = kind, .unit = unit, .quantity = quantity_of(unit), .batch = i.batch, .lane = i.lane,
                       .index = index };
}

static int find_unknown(const ag_model *m, const char *name)
{
    for (int k = 0; k < m->n_unknown; k++)
        if (!strcmp(m->unknown[k].name, name)) return k;
    return -1;
}

static int find_latch(const ag_model *m, const char *name)
{
    for (int k = 0; k < m->n_latch; k++)
        if (!strcmp(m->latch[k].name, name)) return k;
    return -1;
}

static int find_derived(const ag_model *m, const char *name)
{
    for (int k = 0; k < m->n_derived; k++)
        if (!strcmp(m->derived[k].name, name)) return k;
    return -1;
}

/* The current into the first terminal: an own unknown where the model has one called i (V, L, E). */
static int current(ag_circuit *c, ag_instance i, const char *name)
{
    int k = find_unknown(model_of(c, i), "i");
    if (k >= 0) return keep(c, device_probe(i, AG_PROBE_UNKNOWN, k, "A"), name);
    return keep(c, device_probe(i, AG_PROBE_CURRENT, 0, "A"), name);
}

static int power(ag_circuit *c, ag_instance i, const char *name)
{
    return keep(c, device_probe(i, AG_PROBE_POWER, 0, "W"), name);
}

/* "id" is the current into terminal d of a transistor; -1 when there is no such terminal. Between two terminals there is
 * only one current, and all names but i are left to parameters. */
static int terminal_of_current(const ag_model *m, const char *var)
{
    for (int k = 0; *var == 'i' && !(m->flags & AG_TWO_TERMINAL) && k < m->n_terminal; k++)
        if (!strcmp(m->terminal[k], var + 1)) return k;
    return -1;
}

static int find_branch(const ag_model *m, const char *name)
{
    for (int k = 0; k < m->n_branch; k++)
        if (!strcmp(m->branch[k].name, name)) return k;
    return -1;
}

static int two_terminal(ag_circuit *c, ag_instance i, ag_probe_kind kind, const char *unit, const char *name, ag_loc at)
{
    const ag_model *m = model_of(c, i);
    if (m->flags & AG_TWO_TERMINAL) return keep(c, device_probe(i, kind, 0, unit), name);
    ag_error(c->diag, at, "%s: only devices with two terminals have it, not a %s", name, m->name);
    return -1;
}

/* ---- @dev[var] ---- */

static void report_variable(ag_circuit *c, ag_instance i, const char *var, ag_loc at)
{
    const ag_model *m = model_of(c, i);
    ag_guess g = { .name = var };
    char    *list = ag_printf(c->arena, "%s", !m->n_branch ? "no voltage" : m->flags & AG_TWO_TERMINAL ? "v, i, p, g" : "i, p");
    for (int k = 0; k < m->n_branch && !(m->flags & AG_TWO_TERMINAL); k++) {
        ag_guess_try(&g, m->branch[k].name);
        list = ag_printf(c->arena, "%s, %s", list, m->branch[k].name);
    }
    for (int k = 0; k < m->n_terminal && !(m->flags & AG_TWO_TERMINAL); k++)
        list = ag_printf(c->arena, "%s, i%s", list, m->terminal[k]);
    for (int k = 0; k < m->n_unknown; k++) {
        ag_guess_try(&g, m->unknown[k].name);
        if (strcmp(m->unknown[k].name, "i")) list = ag_printf(c->arena, "%s, %s", list, m->unknown[k].name);
    }
    for (int k = 0; k < m->n_param; k++) ag_guess_try(&g, m->param[k].name);
    for (int k = 0; k < m->n_derived; k++) ag_guess_try(&g, m->derived[k].name);
    for (int k = 0; k < m->n_latch; k++) ag_guess_try(&g, m->latch[k].name);
    if (g.best)
        ag_error(c->diag, at, "'%s' (%s) has no variable '%s'; did you mean '%s'?", name_of(c, i), m->name, var, g.best);
    else
        ag_error(c->diag, at, "'%s' (%s) has no variable '%s'; it has %s, and its parameters", name_of(c, i), m->name,
                 var, list);
}

static int variable(ag_circuit *c, ag_instance i, const char *var, ag_loc at)
{
    const ag_model *m = model_of(c, i);
    const char     *name = ag_printf(c->arena, "@%s[%s]", name_of(c, i), var);
    int k = find_unknown(m, var);
    if (k >= 0) return keep(c, device_probe(i, AG_PROBE_UNKNOWN, k, m->unknown[k].unit), name);
    if (!strcmp(var, "i") && m->n_branch) return current(c, i, name);
    if (!strcmp(var, "p") && m->n_branch) return power(c, i, name);
    if (!strcmp(var, "v")) return two_terminal(c, i, AG_PROBE_VOLTAGE, "V", name, at);
    if (!strcmp(var, "g")) return two_terminal(c, i, AG_PROBE_CONDUCTANCE, "S", name, at);
    k = find_branch(m, var);
    if (k >= 0) return keep(c, device_probe(i, AG_PROBE_VOLTAGE, k, "V"), name);
    k = terminal_of_current(m, var);
    if (k >= 0) return keep(c, device_probe(i, AG_PROBE_CURRENT, k, "A"), name);
    k = ag_param_find(m->param, m->n_param, var);
    if (k >= 0 && (m->param[k].kind == AG_VECTOR || m->param[k].kind == AG_TEXT)) {
        ag_error(c->diag, at, "%s: this parameter is not a number", name);
        return -1;
    }
    if (k >= 0) return keep(c, device_probe(i, AG_PROBE_PARAM, k, m->param[k].unit), name);
    k = find_derived(m, var);
    if (k >= 0) return keep(c, device_probe(i, AG_PROBE_DERIVED, k, m->derived[k].unit), name);
    k = find_latch(m, var);
    if (k >= 0) return keep(c, device_probe(i, AG_PROBE_LATCH, k, m->latch[k].unit), name);
    report_variable(c, i, var, at);
    return -1;
}

int ag_signal_has(const ag_circuit *c, const char *device, const char *variable)
{
    ag_instance i = ag_circuit_find(c, device);
    if (i.batch < 0) return 0;
    const ag_model *m = model_of(c, i);
    int             k = ag_param_find(m->param, m->n_param, variable), letter = !variable[1] ? variable[0] : 0;
    if (k >= 0) return m->param[k].kind != AG_VECTOR && m->param[k].kind != AG_TEXT;
    if (letter == 'i' || letter == 'p') return m->n_branch > 0;
    if ((letter == 'v' || letter == 'g') && m->flags & AG_TWO_TERMINAL) return 1;
    return find_unknown(m, variable) >= 0 || find_branch(m, variable) >= 0 || terminal_of_current(m, variable) >= 0
        || find_derived(m, variable) >= 0 || find_latch(m, variable) >= 0;
}

/* ---- public ---- */

int ag_signal(ag_circuit *c, const char *kind, const char *a, const char *b, ag_loc at)
{
    static const char branch[] = "#branch";
    size_t n = strlen(a), tail = sizeof branch - 1;
    a = ag_name(c->names, a, n);
    if (b) b = ag_name0(c->names, b);
    if (*kind == 'v' && !b && n > tail && !strcmp(a + n - tail, branch) && ag_circuit_find_node(c, a) < 0) {
        kind = "i";
        a = ag_name(c->names, a, n - tail);
    }
    if (*kind == 'v') return voltage(c, a, b, at);
    if (b && *kind != '@') {
        ag_error(c->diag, at, "%s(%s,%s) takes one device", kind, a, b);
        return -1;
    }
    ag_instance i = find_device(c, a, at);
    if (i.batch < 0) return -1;
    if (*kind != '@' && !model_of(c, i)->n_branch) {
        ag_error(c->diag, at, "'%s' (%s) has no current and no power", name_of(c, i), model_of(c, i)->title);
        return -1;
    }
    if (*kind == 'i') return current(c, i, ag_printf(c->arena, "i(%s)", name_of(c, i)));
    if (*kind == 'p') return power(c, i, ag_printf(c->arena, "p(%s)", name_of(c, i)));
    return variable(c, i, b ? b : "", at);
}

/* The part from p to end without blanks around it, interned; NULL when nothing is left. */
static const char *word(ag_circuit *c, const char *p, const char *end)
{
    while (p < end && strchr(" \t\r\n", *p)) p++;
    while (end > p && strchr(" \t\r\n", end[-1])) end--;
    return end > p ? ag_name(c->names, p, (size_t)(end - p)) : NULL;
}

/* The pieces of "v(a,b)", "@a[b]" or a bare "a" (a node, or v1#branch). Returns the kind, NULL when it is none. */
static const char *split(ag_circuit *c, const char *text, const char **a, const char **b)
{
    const char *all = word(c, text, text + strlen(text));
    if (!all) return NULL;
    const char *end = all + strlen(all), *open = strpbrk(all, *all == '@' ? "[" : "(");
    *b = NULL;
    if (!open) {
        *a = all;
        return *all == '@' || strchr(all, ')') ? NULL : "v";
    }
    int device = *all == '@';
    if (end[-1] != (device ? ']' : ')')) return NULL;
    const char *comma = device ? NULL : memchr(open, ',', (size_t)(end - open));
    const char *kind = device ? "@" : word(c, all, open);
    if (device) {
        *a = word(c, all + 1, open);
        *b = word(c, open + 1, end - 1);
    } else {
        *a = word(c, open + 1, comma ? comma : end - 1);
        *b = comma ? word(c, comma + 1, end - 1) : NULL;
    }
    if (!*a || (!*b && (device || comma)) || !kind) return NULL;
    if (comma && strcmp(kind, "v")) return NULL;
    return device || (strchr("vip", *kind) && !kind[1]) ? kind : NULL;
}

int ag_signal_text(ag_circuit *c, const char *text, ag_loc at)
{
    const char *a, *b, *kind = split(c, text, &a, &b);
    if (kind) return ag_signal(c, kind, a, b, at);
    ag_error(c->diag, at, "'%s' is not a signal: v(node), v(node,node), i(device), p(device), @device[variable]", text);
    return -1;
}

int ag_signal_hidden(const char *name) { return strchr(name, '(') != NULL; }

int ag_signal_default(ag_circuit *c, int **list)
{
    int         n = 0, cap = 0;
    const char *name;
    *list = NULL;
    for (int node = 1; node < c->n_node; node++)
        if (!ag_signal_hidden(c->node_name[node])) *AG_PUSH(c->arena, *list, n, cap) = voltage(c, c->node_name[node], NULL, AG_NOWHERE);
    for (int k = 0; (name = ag_map_next(c->instance_map, &k, NULL)); ) {
        ag_instance i = ag_circuit_find(c, name);
        const char *model = model_of(c, i)->name;
        if ((!strcmp(model, "v") || !strcmp(model, "l")) && !ag_signal_hidden(name))
            *AG_PUSH(c->arena, *list, n, cap) = ag_signal(c, "i", name, NULL, AG_NOWHERE);
    }
    return n;
}
