/* coupling - K cards: two or more inductors and one coefficient for every pair of them.
 *
 * Inductors are found when all elements are known. Coefficients of more than two inductors must belong together: with the
 * currents scaled by sqrt(l) the energy is half the quadratic form of the matrix of coefficients with ones on its diagonal, so
 * that matrix must be positive semidefinite, or the circuit would deliver energy without end. */
#include <math.h>
#include <stdint.h>
#include <string.h>
#include "parser/elaborate.h"

#define ROUNDING 1e-9                    /* of a pivot, out of 1: k = 1 and coefficients written to nine digits pass */
enum { MOST_CHECKED = 1500 };            /* inductors in one group: the check takes n^3/6 operations, n^2 numbers */

/* ---- the card ---- */

static const char *pair_name(ag_elab *el, const ag_scope *s, const ag_element *e, const ag_field *a, const ag_field *b, int n)
{
    const char *name = ag_scope_device(el, s, e->line->first);
    return n == 2 ? name : ag_name0(el->c->names, ag_printf(el->a, "%s(%s,%s)", name, a->text, b->text));
}

static void add_pair(ag_elab *el, const ag_scope *s, const ag_element *e, const ag_field *a, const ag_field *b, int n, const ag_field *k,
                     double value)
{
    const ag_model *m = ag_model_find("k");
    ag_instance     i = ag_circuit_add(el->c, pair_name(el, s, e, a, b, n), m, NULL, NULL, e->line->at);
    if (i.batch < 0) return;
    ag_element_set(el, i, "k", value, ag_field_span(k));
    *AG_PUSH(el->a, el->pair, el->n_pair, el->cap_pair) = (ag_pair){ i, { a, b }, s->path, ag_field_span(k), { { -1, -1 }, { -1, -1 } } };
}

void ag_add_coupling(ag_elab *el, ag_scope *s, ag_element *e)
{
    const ag_field *first = e->line->field, *k = first;
    double          value;
    int             n = 0;
    for (; k && k->kind == AG_WORD && k->next; k = k->next) n++;
    if (!k || n < 2) {
        ag_element_usage(el, e, n < 2 ? "inductor" : "coefficient");
    } else if (k->kind == AG_KEY && strcmp(k->text, "k")) {
        ag_elab_error(el, k->at, "%s has no parameter '%s'", e->kind->name, k->text);
    } else if (k->next) {
        ag_elab_error(el, k->next->at, "this is too much: %s", e->kind->usage);
    } else if (ag_scope_value(el, s, k, &value)) {
        for (const ag_field *a = first; a != k; a = a->next)
            for (const ag_field *b = a->next; b != k; b = b->next) add_pair(el, s, e, a, b, n, k, value);
    }
}

/* ---- finding the inductors ---- */

static int find_inductor(ag_elab *el, ag_pair *p, int side)
{
    const ag_field *f = p->name[side];
    ag_instance     l = ag_find_device(el, f->text, p->path, f->at);
    if (l.batch < 0) return 0;
    const ag_batch *b = el->c->batch[l.batch];
    if (b->model != ag_model_find("l")) {
        ag_elab_error(el, f->at, "'%s' is a %s: only inductors can be coupled", f->text, b->model->title);
    } else if (!(b->param[ag_param_find(b->model->param, b->model->n_param, "l")][l.lane] > 0)) {
        ag_elab_error(el, f->at, "inductor '%s' is coupled, so its inductance must be positive", f->text);
    } else {
        p->inductor[side] = l;
        return 1;
    }
    return 0;
}

static const char *device_name(const ag_elab *el, ag_instance i) { return el->c->batch[i.batch]->name[i.lane]; }

static int twice(ag_elab *el, const ag_pair *p, ag_map *seen)
{
    int         a = p->inductor[0].lane, b = p->inductor[1].lane;
    const char *key = ag_printf(el->a, "%d %d", a < b ? a : b, a < b ? b : a);
    if (a == b) {
        ag_elab_error(el, p->name[1]->at, "inductor '%s' is coupled with itself", p->name[1]->text);
        return 1;
    }
    const ag_pair *other = ag_map_get(seen, key = ag_name0(el->c->names, key));
    if (other) {
        ag_elab_error(el, p->at, "'%s' and '%s' are already coupled by '%s'", p->name[0]->text, p->name[1]->text,
                      device_name(el, other->who));
        return 1;
    }
    ag_map_put(seen, key, (void *)(uintptr_t)p);
    return 0;
}

static int resolve(ag_elab *el, ag_pair *p, ag_map *seen)
{
    ag_batch *k = el->c->batch[p->who.batch];
    if (!find_inductor(el, p, 0) || !find_inductor(el, p, 1) || twice(el, p, seen)) return 0;
    for (int side = 0; side < 2; side++)
        k->ref[p->who.lane * k->model->n_ref + side] = (ag_instref){ p->inductor[side].batch, p->inductor[side].lane, 0 };
    return 1;
}

/* ---- energy ---- */

/* Cholesky decomposition of a[n * n] with the largest pivot first, in place. Where no pivot is left the rest must vanish. */
static int is_semidefinite(double *a, int n, int *at)
{
    int k = 0;
    for (int i = 0; i < n; i++) at[i] = i;
    for (; k < n; k++) {
        int best = k;
        for (int i = k + 1; i < n; i++)
            if (a[at[i] * n + at[i]] > a[at[best] * n + at[best]]) best = i;
        int t = at[k];
        at[k] = at[best], at[best] = t;
        double pivot = a[at[k] * n + at[k]];
        if (!(pivot > ROUNDING)) break;
        for (int i = k + 1; i < n; i++) {
            double f = a[at[i] * n + at[k]] / pivot;
            for (int j = k + 1; j < n; j++) a[at[i] * n + at[j]] -= f * a[at[k] * n + at[j]];
        }
    }
    for (int i = k; i < n; i++)
        for (int j = k; j < n; j++)
            if (fabs(a[at[i] * n + at[j]]) > ROUNDING) return 0;
    return 1;
}

/* Inductors by lane and pairs by number, in one list for each group: by[root] is 1 + the first, next[] 1 + the next. */
typedef struct list { int *by, *next; } list;
typedef struct groups { int *root, *index; list lane, pair; } groups;

static int root_of(int *root, int x)
{
    while (root[x] != x) x = root[x] = root[root[x]];
    return x;
}

static list new_list(ag_arena *a, int n_root, int n) { return (list){ AG_NEW(a, int, n_root), AG_NEW(a, int, n) }; }

static void prepend(list *l, int root, int item)
{
    l->next[item] = l->by[root];
    l->by[root] = item + 1;
}

static void check_group(ag_elab *el, const groups *g, int root)
{
    int n = 0;
    for (int k = g->lane.by[root]; k; k = g->lane.next[k - 1]) g->index[k - 1] = n++;
    if (n < 3) return;
    const ag_pair *last = &el->pair[g->pair.by[root] - 1];
    if (n > MOST_CHECKED) {
        ag_warning(el->c->diag, last->at, "%d inductors are coupled with one another: whether their coefficients can belong "
                   "together is not checked", n);
        return;
    }
    double *a = AG_NEW(el->a, double, (size_t)n * (size_t)n);
    for (int k = 0; k < n; k++) a[k * n + k] = 1;
    for (int k = g->pair.by[root]; k; k = g->pair.next[k - 1]) {
        const ag_pair *p = &el->pair[k - 1];
        int            i = g->index[p->inductor[0].lane], j = g->index[p->inductor[1].lane];
        a[i * n + j] = a[j * n + i] = el->c->batch[p->who.batch]->param[0][p->who.lane];
    }
    if (!is_semidefinite(a, n, AG_NEW(el->a, int, n)))
        ag_elab_error(el, last->at, "no %d inductors can have these coefficients, they would deliver energy (the inductance matrix "
                      "is not positive semidefinite): check the signs (the first node has the dot), or lower some", n);
}

static void check_groups(ag_elab *el)
{
    int    n = el->c->batch[el->pair->inductor[0].batch]->n;
    groups g = { AG_NEW(el->a, int, n), AG_NEW(el->a, int, n), new_list(el->a, n, n), new_list(el->a, n, el->n_pair) };
    for (int k = 0; k < n; k++) g.root[k] = k;
    for (int k = 0; k < el->n_pair; k++)
        g.root[root_of(g.root, el->pair[k].inductor[0].lane)] = root_of(g.root, el->pair[k].inductor[1].lane);
    for (int k = 0; k < n; k++) prepend(&g.lane, root_of(g.root, k), k);
    for (int k = 0; k < el->n_pair; k++) prepend(&g.pair, root_of(g.root, el->pair[k].inductor[0].lane), k);
    for (int k = 0; k < n && !ag_elab_full(el); k++)
        if (g.root[k] == k) check_group(el, &g, k);
}

void ag_resolve_couplings(ag_elab *el)
{
    ag_map *seen = ag_map_new(el->a);
    int     good = 1;
    for (int k = 0; k < el->n_pair && !ag_elab_full(el); k++) good &= resolve(el, &el->pair[k], seen);
    if (el->n_pair && good && !ag_elab_full(el)) check_groups(el);
}
