/* current - i(device) and @device[variable] in the expression of an element: unknowns of other devices. */
#include <string.h>
#include "parser/elaborate.h"

void ag_wait_unknown(ag_elab *el, const ag_scope *s, ag_instance who, int k, const char *name, const char *variable, ag_loc at)
{
    *AG_PUSH(el->a, el->waiting, el->n_waiting, el->cap_waiting) =
        (ag_waiting){ .who = who, .k = k, .name = name, .path = s->path, .variable = variable ? variable : "i", .at = at };
}

/* id(m1) is the current into the terminal whose name begins with that letter, as @m1[id]. */
ag_expr *ag_terminal_current(ag_elab *el, const ag_body *b, const ag_expr *e)
{
    int arity;
    if (e->n_arg != 1 || e->arg[0]->op != AG_OP_NAME || e->name[0] != 'i' || !e->name[1] || e->name[2]) return NULL;
    if (!strchr("dgsbce", e->name[1]) || ag_body_function(b, e->name)) return NULL;
    if (ag_builtin(el, e->name, 1, &arity) != AG_OP_END) return NULL;
    ag_expr *x = AG_NEW(el->a, ag_expr, 1);
    *x = (ag_expr){ .op = AG_OP_SIGNAL, .at = e->at, .name = ag_name0(el->c->names, "@"), .a = e->arg[0]->name, .b = e->name,
                    .height = 1 };
    return x;
}

/* ---- devices ---- */

/* i(r1) inside "x1." means "r.x1.r1"; a full name is taken as it is. */
static ag_instance find_device(const ag_elab *el, const char *given, const char *path)
{
    ag_names   *names = el->c->names;
    const char *dot = strrchr(given, '.'), *last = dot && dot[1] ? dot + 1 : given, *full = given;
    if (*path || last != given) full = ag_name0(names, ag_printf(el->a, "%c.%s%s", last[0], path, given));
    ag_instance i = ag_circuit_find(el->c, full);
    if (i.batch < 0 && dot) i = ag_circuit_find(el->c, given);
    return i;
}

static void no_device(ag_elab *el, const char *given, const char *path, ag_loc at)
{
    ag_guess    g = { .name = given };
    const char *name;
    size_t      n = strlen(path);
    for (int k = 0; !ag_elab_full(el) && (name = ag_map_next(el->c->instance_map, &k, NULL)); ) {
        if (!n) ag_guess_try(&g, name);
        else if (name[1] == '.' && !strncmp(name + 2, path, n)) ag_guess_try(&g, name + 2 + n);
    }
    if (g.best) ag_elab_error(el, at, "no device '%s'; did you mean '%s'?", given, g.best);
    else ag_elab_error(el, at, "no device '%s'", given);
}

ag_instance ag_find_device(ag_elab *el, const char *name, const char *path, ag_loc at)
{
    ag_instance i = find_device(el, name, path);
    if (i.batch < 0) no_device(el, name, path, at);
    return i;
}

/* ---- unknowns ---- */

static int unknown(const ag_model *m, const char *name)
{
    for (int k = 0; k < m->n_unknown; k++)
        if (!strcmp(m->unknown[k].name, name)) return k;
    return -1;
}

/* The terminal whose current "i" (the first), "id", ... is; -1: none. */
static int terminal(const ag_model *m, const char *variable)
{
    if (variable[0] != 'i') return -1;
    if (!variable[1]) return 0;
    for (int k = 0; k < m->n_terminal && m->n_terminal > 2; k++)
        if (m->terminal[k][0] == variable[1] && !variable[2]) return k;
    return -1;
}

/* A device without a current among its unknowns gets an ammeter, a 0 V source in series with that terminal. Its name
 * and its node's are such as ag_signal_hidden knows. */
static ag_instance ammeter(ag_elab *el, ag_instance device, int t, ag_loc at)
{
    ag_circuit *c = el->c;
    ag_batch   *b = c->batch[device.batch];
    const char *mark = t ? b->model->terminal[t] : "";
    const char *dev = b->name[device.lane], *meter = ag_printf(el->a, "%s(i%.1s)", dev, mark);
    const char *name = ag_name0(c->names, ag_printf(el->a, "v.%s", meter));
    ag_instance i = ag_circuit_find(c, name);
    if (i.batch >= 0) return i;
    int node[2] = { b->node[t][device.lane], ag_circuit_node(c, ag_name0(c->names, meter), at) };
    b->node[t][device.lane] = node[1];
    double copies = b->many ? b->copies[device.lane] : 1;                  /* what it measures is of one copy, as i() elsewhere */
    i = ag_circuit_add(c, name, ag_model_find("v"), NULL, node, b->at[device.lane]);
    if (copies != 1) ag_instance_many(c, i, 1, copies);
    return i;
}

static void no_unknown(ag_elab *el, const ag_waiting *w, const ag_model *m)
{
    const char *list = "i";
    for (int k = 0; k < m->n_unknown; k++)
        if (strcmp(m->unknown[k].name, "i")) list = ag_printf(el->a, "%s, %s", list, m->unknown[k].name);
    ag_elab_error(el, w->at, "'%s' is no unknown of '%s'; an element can read %s", w->variable, w->name, list);
}

/* Whom the unknown belongs to: the device, or its ammeter; batch -1 after a report. */
static ag_instref find_unknown(ag_elab *el, const ag_waiting *w)
{
    const ag_instref none = { -1, -1, -1 };
    ag_instance      i = ag_find_device(el, w->name, w->path, w->at);
    if (i.batch < 0) return none;
    const ag_model *m = el->c->batch[i.batch]->model;
    int             own = unknown(m, w->variable), t = terminal(m, w->variable);
    if (own >= 0 && (strcmp(w->variable, "i") || m->flags & AG_TWO_TERMINAL)) return (ag_instref){ i.batch, i.lane, own };
    if (!m->n_branch) {
        ag_elab_error(el, w->at, "'%s' (%s) has no current", w->name, m->title);
        return none;
    }
    if (t < 0) {
        no_unknown(el, w, m);
        return none;
    }
    i = ammeter(el, i, t, w->at);
    return (ag_instref){ i.batch, i.lane, unknown(el->c->batch[i.batch]->model, "i") };
}

void ag_resolve_waiting(ag_elab *el)
{
    for (int n = 0; n < el->n_waiting && !ag_elab_full(el); n++) {
        const ag_waiting *w = &el->waiting[n];
        ag_instref        r = find_unknown(el, w);
        ag_batch         *who = el->c->batch[w->who.batch];
        who->ref[w->who.lane * who->model->n_ref + w->k] = r;
    }
}
