/* topology - what can be said about the net before any equation is solved.
 *
 * Voltage loops. A device is rigid when its current is an own unknown and its equation fixes its voltage: V, E, B v=. A
 * loop of rigid devices has no solution or many: error. A loop that also holds inductors has no operating point: error,
 * unless every analysis starts with uic.
 *
 * Paths to ground. Branches whose current depends on their own voltage or on an own unknown conduct; those with a
 * charge couple; the others (I, G, B i=) only feed current; a branch without an output only reads. A set of nodes joined by
 * conducting branches and not to ground is
 *     only read                             error: nothing is connected
 *     coupled to ground by charges          with uic nothing: its voltage is its charge, as in the integrators of memristor
 *                                           models (a current source and C x 0 1). In an operating point only gmin gives
 *                                           it a voltage, as in other simulators: warning. At a node with one capacitor
 *                                           and nothing else something is missing: error
 *     fed by a source which it controls     nothing: a conductance in disguise
 *     anything else                         error
 * Without any analysis the errors about operating points are warnings: a run may follow through the interface. */
#include <stdlib.h>
#include <string.h>
#include "parser/elaborate.h"

enum { COUPLED = 1, FED = 2, OWN_CONTROL = 4 };

typedef struct net {
    ag_elab       *el;
    ag_circuit    *c;
    int           *dc, *all;               /* [n_node] union-find: conducting; conducting or coupling */
    unsigned char *has;                    /* [n_node] by root of dc: COUPLED ... */
    unsigned char *ends;                   /* [n_node] branches with an output that end there, counted up to 2 */
    int            rests;                  /* an analysis other than a transient: ic= of capacitors holds nothing there */
    int            need_op, any;           /* an analysis needs an operating point; there is an analysis */
} net;

static int root(int *parent, int x)
{
    while (parent[x] != x) x = parent[x] = parent[parent[x]];
    return x;
}

static void join(int *parent, int x, int y)
{
    x = root(parent, x), y = root(parent, y);
    if (x < y) parent[y] = x;              /* the smallest number leads: ground, or the node named first */
    else parent[x] = y;
}

static int *singles(ag_arena *a, int n)
{
    int *parent = AG_NEW(a, int, n);
    for (int k = 0; k < n; k++) parent[k] = k;
    return parent;
}

/* ---- what a branch does ---- */

typedef struct role { int conducts, couples, output; } role;

static int has_df(const ag_model *m, int out, int in) { return ag_model_df(m, out * ag_model_inputs(m) + in); }
static int has_dq(const ag_model *m, int out, int in) { return ag_model_dq(m, out * ag_model_inputs(m) + in); }

/* An unknown that is nothing but the rate of something: r - dx/dt = 0. */
static int is_rate(const ag_model *m, int k)
{
    int row = m->n_branch + k, rate = 0;
    for (int j = 0; j < ag_model_inputs(m); j++) {
        if (j != row && has_df(m, row, j)) return 0;
        rate |= j != row && has_dq(m, row, j);
    }
    return rate;
}

static role role_of(const ag_model *m, int b)
{
    role r = { has_df(m, b, b), has_dq(m, b, b), b == 0 };
    for (int k = 0; k < m->n_unknown; k++) {
        int reads = has_df(m, b, m->n_branch + k), rate = reads && is_rate(m, k);
        r.conducts |= reads && !rate;
        r.couples |= rate || has_dq(m, b, m->n_branch + k);
    }
    for (int k = 0; k < ag_model_inputs(m); k++) r.output |= has_df(m, b, k) || has_dq(m, b, k);
    return r;
}

/* ---- paths to ground ---- */

static int end_of(const ag_batch *b, int terminal, int lane) { return b->node[terminal][lane]; }

static void join_branches(net *n, const ag_batch *b, int branch)
{
    const ag_model *m = b->model;
    role            r = role_of(m, branch);
    int             pos = m->branch[branch].pos, neg = m->branch[branch].neg;
    int             held = m->flags & AG_STARTS && !n->rests ? m->branch[branch].init - 1 : -1;
    if (!r.output) return;
    for (int lane = 0; lane < b->n; lane++) {
        int p = end_of(b, pos, lane), q = end_of(b, neg, lane), conducts = r.conducts || (held >= 0 && b->given[held][lane]);
        for (int k = 0; k < m->n_branch && !conducts; k++) {          /* controlled by the voltage across itself */
            int x = end_of(b, m->branch[k].pos, lane), y = end_of(b, m->branch[k].neg, lane);
            conducts = has_df(m, branch, k) && ((x == p && y == q) || (x == q && y == p));
        }
        if (conducts) join(n->dc, p, q);
        if (conducts || r.couples) join(n->all, p, q);
    }
}

static void mark_branches(net *n, const ag_batch *b, int branch)
{
    const ag_model *m = b->model;
    role            r = role_of(m, branch);
    int             pos = m->branch[branch].pos, neg = m->branch[branch].neg;
    if (!r.output) return;
    for (int lane = 0; lane < b->n; lane++) {
        int p = root(n->dc, end_of(b, pos, lane)), q = root(n->dc, end_of(b, neg, lane));
        if (p == q) {
            n->has[p] |= r.couples ? COUPLED : 0;
            continue;
        }
        n->has[p] |= r.couples ? COUPLED : FED;
        n->has[q] |= r.couples ? COUPLED : FED;
        for (int k = 0; k < m->n_branch && !r.couples; k++) {
            if (!has_df(m, branch, k)) continue;
            int x = root(n->dc, end_of(b, m->branch[k].pos, lane)), y = root(n->dc, end_of(b, m->branch[k].neg, lane));
            if (x == p || y == p) n->has[p] |= x != y ? OWN_CONTROL : 0;
            if (x == q || y == q) n->has[q] |= x != y ? OWN_CONTROL : 0;
        }
    }
}

static void count_ends(net *n, const ag_batch *b, int branch)
{
    if (!role_of(b->model, branch).output) return;
    for (int lane = 0; lane < b->n; lane++) {
        int p = end_of(b, b->model->branch[branch].pos, lane), q = end_of(b, b->model->branch[branch].neg, lane);
        n->ends[p] = n->ends[p] ? 2 : 1;
        n->ends[q] = n->ends[q] ? 2 : 1;
    }
}

static void report_read_only(net *n, int node)
{
    ag_guess g = { .name = n->c->node_name[node] };
    for (int k = 1; k < n->c->n_node && !ag_elab_full(n->el); k++)
        if (k != node) ag_guess_try(&g, n->c->node_name[k]);
    if (g.best) ag_elab_error(n->el, n->c->node_at[node], "nothing is connected to node '%s'; did you mean '%s'?", g.name, g.best);
    else ag_elab_error(n->el, n->c->node_at[node], "nothing is connected to node '%s', it is only read", g.name);
}

static void report_island(net *n, int node)
{
    int         has = n->has[node];
    const char *name = n->c->node_name[node];
    ag_loc      at = n->c->node_at[node];
    if (root(n->all, node) != root(n->all, 0)) {
        if (has & OWN_CONTROL) return;
        ag_elab_error(n->el, at, has & FED ? "node '%s' is fed by current sources only; its voltage is undefined"
                                           : "node '%s' has no path to ground", name);
    } else if (!n->need_op && n->any) {
        return;                            /* every analysis starts with uic */
    } else if (n->ends[node] == 1 && n->any) {
        ag_elab_error(n->el, at, "node '%s' is connected to nothing but one capacitor", name);
    } else if (!ag_elab_said(n->el, at, report_island, 1)) {
        ag_warning(n->el->c->diag, at, "node '%s' has no DC path to ground; gmin holds it in the operating point", name);
    }
}

static void check_ground(net *n)
{
    ag_circuit *c = n->c;
    for (int i = 0; i < c->n_batch; i++)
        for (int k = 0; k < c->batch[i]->model->n_branch; k++) {
            join_branches(n, c->batch[i], k);
            count_ends(n, c->batch[i], k);
        }
    for (int i = 0; i < c->n_batch; i++)
        for (int k = 0; k < c->batch[i]->model->n_branch; k++) mark_branches(n, c->batch[i], k);
    for (int node = 1; node < c->n_node && !ag_elab_full(n->el); node++) {
        if (root(n->dc, node) != node) continue;
        if (n->ends[node]) report_island(n, node);
        else report_read_only(n, node);
    }
}

/* ---- loops ---- */

typedef struct edge { int batch, lane, p, q, inductive; ag_loc at; } edge;
typedef struct edges { edge *e; int n, cap; } edges;

/* Whether an equation of its own holds the rate of input j. */
static int has_rate_of(const ag_model *m, int j)
{
    for (int k = 0; k < m->n_unknown; k++)
        if (has_dq(m, m->n_branch + k, j)) return 1;
    return 0;
}

/* 1: rigid, 2: an inductor, 0: neither. */
static int rigidity(const ag_model *m)
{
    if (!(m->flags & AG_TWO_TERMINAL) || m->n_branch < 1 || has_df(m, 0, 0)) return 0;
    for (int k = 0; k < m->n_unknown; k++) {
        int j = m->n_branch + k;
        if (has_df(m, 0, j) && has_df(m, j, 0) && !has_df(m, j, j)) return has_rate_of(m, j) ? 2 : 1;
    }
    return 0;
}

static int by_place(const void *x, const void *y)
{
    const edge *a = x, *b = y;
    if (a->inductive != b->inductive) return a->inductive - b->inductive;
    if (a->at.file != b->at.file) return a->at.file < b->at.file ? -1 : 1;
    if (a->at.offset != b->at.offset) return a->at.offset < b->at.offset ? -1 : 1;
    return a->batch != b->batch ? a->batch - b->batch : a->lane - b->lane;
}

static edges collect_edges(const net *n)
{
    edges list = { NULL, 0, 0 };
    for (int i = 0; i < n->c->n_batch; i++) {
        const ag_batch *b = n->c->batch[i];
        int             rigid = rigidity(b->model), pos = rigid ? b->model->branch[0].pos : 0, neg = rigid ? b->model->branch[0].neg : 0;
        if (!rigid || (rigid == 2 && !n->need_op)) continue;
        for (int lane = 0; lane < b->n; lane++)
            *AG_PUSH(n->el->a, list.e, list.n, list.cap) =
                (edge){ i, lane, end_of(b, pos, lane), end_of(b, neg, lane), rigid == 2, b->at[lane] };
    }
    if (list.n) qsort(list.e, (size_t)list.n, sizeof *list.e, by_place);
    return list;
}

static const char *device(const net *n, const edge *e) { return n->c->batch[e->batch]->name[e->lane]; }

/* Names of the devices on the way from e[last].p to .q through earlier edges: a breadth-first search of their forest. */
static const char *loop_names(const net *n, const edges *list, int last)
{
    enum { MOST = 6 };
    ag_arena *a = n->el->a;
    int      *head = AG_NEW(a, int, n->c->n_node), *next = AG_NEW(a, int, 2 * last + 2), *via = AG_NEW(a, int, n->c->n_node);
    int      *queue = AG_NEW(a, int, n->c->n_node), first = 0, end = 0, from = list->e[last].p, to = list->e[last].q, count = 0;
    for (int k = 0; k < last; k++) {                       /* half-edge 2k leaves p, 2k + 1 leaves q; stored plus 1 */
        next[2 * k] = head[list->e[k].p], head[list->e[k].p] = 2 * k + 1;
        next[2 * k + 1] = head[list->e[k].q], head[list->e[k].q] = 2 * k + 2;
    }
    queue[end++] = from;
    via[from] = -1;
    while (first < end && !via[to]) {
        int x = queue[first++];
        for (int h = head[x]; h; h = next[h - 1]) {
            const edge *e = &list->e[(h - 1) / 2];
            int         y = (h - 1) % 2 ? e->p : e->q;
            if (via[y]) continue;
            via[y] = h;
            queue[end++] = y;
        }
    }
    const char *text = device(n, &list->e[last]);
    for (int x = to; via[x] > 0; count++) {
        const edge *e = &list->e[(via[x] - 1) / 2];
        if (count < MOST) text = ag_printf(a, "%s, %s", device(n, e), text);
        x = (via[x] - 1) % 2 ? e->q : e->p;
    }
    return count > MOST ? ag_printf(a, "%s and %d more", text, count - MOST) : text;
}

static void report_loop(const net *n, const edges *list, int last)
{
    const edge *e = &list->e[last];
    if (e->p == e->q && !e->inductive)
        ag_elab_error(n->el, e->at, "both ends of '%s' are at node '%s'", device(n, e), n->c->node_name[e->p]);
    else if (e->p == e->q)
        ag_elab_error(n->el, e->at, "both ends of inductor '%s' are at node '%s': there is no operating point", device(n, e),
                      n->c->node_name[e->p]);
    else if (e->inductive)
        ag_elab_error(n->el, e->at, "inductors and voltage sources %s form a loop: there is no operating point; add a resistor, or start with .tran ... uic",
                      loop_names(n, list, last));
    else
        ag_elab_error(n->el, e->at, "voltage sources %s form a loop", loop_names(n, list, last));
}

static void check_loops(net *n)
{
    edges list = collect_edges(n);
    int  *parent = singles(n->el->a, n->c->n_node), kept = 0;
    for (int k = 0; k < list.n && !ag_elab_full(n->el); k++) {
        list.e[kept] = list.e[k];
        if (root(parent, list.e[k].p) == root(parent, list.e[k].q)) {
            report_loop(n, &list, kept);
        } else {
            join(parent, list.e[k].p, list.e[k].q);
            kept++;
        }
    }
}

void ag_check_topology(ag_elab *el)
{
    const ag_plan *plan = &el->c->plan;
    net n = { .el = el, .c = el->c, .dc = singles(el->a, el->c->n_node), .all = singles(el->a, el->c->n_node),
              .has = AG_NEW(el->a, unsigned char, el->c->n_node),
              .ends = AG_NEW(el->a, unsigned char, el->c->n_node), .any = plan->n_analysis > 0 };
    for (int k = 0; k < plan->n_analysis; k++) n.need_op |= plan->analysis[k].kind != AG_TRAN || !plan->analysis[k].uic;
    for (int k = 0; k < plan->n_analysis; k++) n.rests |= plan->analysis[k].kind != AG_TRAN;
    int complete = !ag_diag_errors(el->c->diag);           /* elements left out would leave nodes unconnected */
    check_loops(&n);
    if (complete) check_ground(&n);
}
