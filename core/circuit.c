/* circuit - building: nodes, cards, instances, parameters. What happens once all are known is in finish.c. */
#include "core/circuit.h"
#include <math.h>
#include <stdint.h>
#include <string.h>
#include "core/number.h"

ag_circuit *ag_circuit_make(ag_arena *a, ag_diag *d)
{
    ag_circuit *c = AG_NEW(a, ag_circuit, 1);
    c->arena = a;
    c->diag = d;
    c->names = ag_names_new(a);
    c->title = "";
    c->node_map = ag_map_new(a);
    c->card_map = ag_map_new(a);
    c->batch_map = ag_map_new(a);
    c->instance_map = ag_map_new(a);
    c->probe_map = ag_map_new(a);
    c->override = ag_map_new(a);
    *AG_PUSH(a, c->vector, c->n_vector, c->cap_vector) = (ag_vector){ NULL, 0 };
    ag_options_default(&c->options);
    int cap = 0;
    c->node_name = ag_grow(a, NULL, 0, &c->cap_node, sizeof *c->node_name);
    c->node_at = ag_grow(a, NULL, 0, &cap, sizeof *c->node_at);
    c->node_name[0] = "0";
    c->n_node = 1;
    return c;
}

/* ---- nodes ---- */

int ag_circuit_find_node(const ag_circuit *c, const char *name)
{
    if (!strcmp(name, "0") || !strcmp(name, "gnd")) return 0;
    int node = (int)(intptr_t)ag_map_get(c->node_map, name);
    return node ? node : -1;
}

int ag_circuit_node(ag_circuit *c, const char *name, ag_loc at)
{
    int node = ag_circuit_find_node(c, name);
    if (node >= 0) return node;
    int cap = c->cap_node;                                 /* two arrays with one capacity */
    c->node_at = ag_grow(c->arena, c->node_at, c->n_node, &cap, sizeof *c->node_at);
    c->node_name = ag_grow(c->arena, c->node_name, c->n_node, &c->cap_node, sizeof *c->node_name);
    node = c->n_node++;
    c->node_name[node] = name;
    c->node_at[node] = at;
    ag_map_put(c->node_map, name, (void *)(intptr_t)node);
    c->finished = 0;
    return node;
}

/* ---- cards ---- */

ag_card *ag_circuit_card(ag_circuit *c, const char *name, const ag_model *m, ag_loc at)
{
    const ag_card *first = ag_map_get(c->card_map, name);
    if (first) {
        ag_error(c->diag, at, "there is already a model card '%s'", name);
        ag_note(c->diag, first->at, "the first one is here");
        return NULL;
    }
    ag_card *card = AG_NEW(c->arena, ag_card, 1);
    card->name = name;
    card->model = m;
    card->at = at;
    card->value = AG_NEW(c->arena, double, m->n_param);
    card->given = AG_NEW(c->arena, unsigned char, m->n_param);
    card->used = AG_NEW(c->arena, int, 1);
    for (int k = 0; k < m->n_param; k++) card->value[k] = m->param[k].dflt;
    ag_map_put(c->card_map, name, card);
    return card;
}

/* ---- batches ---- */

static void *widen(ag_circuit *c, void *column, int n, int cap, size_t size)
{
    void *wide = ag_alloc(c->arena, (size_t)cap, size);
    if (n) {
        memcpy(wide, column, (size_t)n * size);
        ag_drop(c->arena, column, (size_t)n * size);
    }
    return wide;
}

#define WIDEN(column, count) \
    ((column) = widen(c, (column), b->n * (count), cap * (count), sizeof *(column)))

void ag_batch_widen(ag_circuit *c, ag_batch *b, int cap)
{
    const ag_model *m = b->model;
    if (cap <= b->cap) return;
    for (int k = 0; k < m->n_terminal; k++) WIDEN(b->node[k], 1);
    for (int k = 0; k < m->n_param; k++) WIDEN(b->param[k], 1);
    for (int k = 0; k < m->n_param; k++) WIDEN(b->given[k], 1);
    WIDEN(b->own_temp, 1);
    WIDEN(b->own_hold, 1);
    for (int k = 0; b->own_state && k < m->n_unknown + m->n_latch; k++) {
        WIDEN(b->own_state[k], 1);
        for (int lane = b->n; lane < cap; lane++) b->own_state[k][lane] = NAN;
    }
    if (b->many) {
        WIDEN(b->many, 1);
        WIDEN(b->copies, 1);
        for (int lane = b->n; lane < cap; lane++) b->many[lane] = b->copies[lane] = 1;
    }
    WIDEN(b->ref, m->n_ref);
    WIDEN(b->name, 1);
    WIDEN(b->card, 1);
    WIDEN(b->at, 1);
    b->cap = cap;
}

static ag_batch *find_batch(ag_circuit *c, const ag_model *m)
{
    ag_batch *b = ag_map_get(c->batch_map, (const char *)m);
    if (b) return b;
    b = AG_NEW(c->arena, ag_batch, 1);
    b->model = m;
    b->number = c->n_batch;
    b->node = AG_NEW(c->arena, int *, m->n_terminal);
    b->param = AG_NEW(c->arena, double *, m->n_param);
    b->uniform = AG_NEW(c->arena, unsigned char, m->n_param);
    b->given = AG_NEW(c->arena, unsigned char *, m->n_param);
    b->derived = AG_NEW(c->arena, double *, m->n_derived);
    *AG_PUSH(c->arena, c->batch, c->n_batch, c->cap_batch) = b;
    ag_map_put(c->batch_map, (const char *)m, b);
    return b;
}

/* ---- instances ---- */

ag_instance ag_circuit_find(const ag_circuit *c, const char *name)
{
    const ag_instance *i = ag_map_get(c->instance_map, name);
    return i ? *i : (ag_instance){ -1, -1 };
}

ag_instance ag_circuit_add(ag_circuit *c, const char *name, const ag_model *m, const ag_card *card, const int *node, ag_loc at)
{
    ag_instance i = ag_circuit_find(c, name);
    if (i.batch >= 0) {
        ag_error(c->diag, at, "there is already a device '%s'", name);
        ag_note(c->diag, c->batch[i.batch]->at[i.lane], "the first one is here");
        return (ag_instance){ -1, -1 };
    }
    ag_batch *b = find_batch(c, m);
    if (b->n == b->cap) ag_batch_widen(c, b, b->n < 8 ? 8 : b->n <= INT32_MAX / 2 ? 2 * b->n : INT32_MAX);
    int lane = b->n++;
    for (int k = 0; k < m->n_terminal; k++) b->node[k][lane] = node[k];
    for (int k = 0; k < m->n_param; k++) b->param[k][lane] = card ? card->value[k] : m->param[k].dflt;
    for (int k = 0; k < m->n_param; k++) b->given[k][lane] = card ? card->given[k] : 0;
    for (int k = 0; k < m->n_ref; k++) b->ref[lane * m->n_ref + k] = (ag_instref){ -1, -1, -1 };
    b->own_temp[lane] = NAN;
    b->own_hold[lane] = AG_AS_MODEL;
    b->name[lane] = name;
    b->card[lane] = card;
    b->at[lane] = at;
    if (card && card->used) ++*card->used;
    ag_instance *handle = AG_NEW(c->arena, ag_instance, 1);
    *handle = (ag_instance){ b->number, lane };
    ag_map_put(c->instance_map, name, handle);
    c->finished = 0;
    return *handle;
}

void ag_instance_temp(ag_circuit *c, ag_instance i, double kelvin)
{
    c->batch[i.batch]->own_temp[i.lane] = kelvin;
    c->finished = 0;
}

void ag_instance_hold(ag_circuit *c, ag_instance i, int hold)
{
    c->batch[i.batch]->own_hold[i.lane] = (signed char)hold;
    c->finished = 0;
}

void ag_instance_state(ag_circuit *c, ag_instance i, int k, double value)
{
    ag_batch *b = c->batch[i.batch];
    int       n = b->model->n_unknown + b->model->n_latch;
    if (!b->own_state) {
        b->own_state = AG_NEW(c->arena, double *, n);
        for (int j = 0; j < n; j++) {
            b->own_state[j] = AG_NEW(c->arena, double, b->cap);
            for (int lane = 0; lane < b->cap; lane++) b->own_state[j][lane] = NAN;
        }
    }
    b->own_state[k][i.lane] = value;
    c->finished = 0;
}

static double *ones(ag_circuit *c, int n)
{
    double *v = AG_NEW(c->arena, double, n);
    for (int k = 0; k < n; k++) v[k] = 1;
    return v;
}

void ag_instance_many(ag_circuit *c, ag_instance i, double own, double copies)
{
    ag_batch *b = c->batch[i.batch];
    if (!b->many) b->many = ones(c, b->cap), b->copies = ones(c, b->cap);
    b->many[i.lane] *= own * copies;
    b->copies[i.lane] *= copies;
    c->finished = 0;
}

/* ---- parameters ---- */

int ag_param_find(const ag_param *p, int n, const char *name)
{
    for (int k = 0; k < n; k++)
        if (ag_name_same(p[k].name, name)) return k;
    return -1;
}

/* "ron = -5 ohm is outside 0.001 .. 1e+12": the range as the table states it. */
static void report_range(ag_circuit *c, const ag_model *m, const ag_param *p, double value, ag_loc at)
{
    char        text[AG_NUMBER_SIZE];
    const char *unit = strcmp(p->unit, "1") ? p->unit : "";
    ag_error(c->diag, at, "%s parameter '%s' = %s%s%s is outside %g .. %g", m->name, p->name,
             ag_number_print(text, value), *unit ? " " : "", unit, p->min, p->max);
}

/* Whether the value may be stored; `where` is AG_ON_CARD or AG_ON_INSTANCE. Lists and texts have no range. */
static int check(ag_circuit *c, const ag_model *m, int k, double value, int where, ag_loc at)
{
    const ag_param *p = &m->param[k];
    if (p->where && !(p->where & where)) {
        ag_error(c->diag, at, "%s parameter '%s' is set on the %s", m->name, p->name,
                 where == AG_ON_CARD ? "instance, not on the model card" : "model card, not on the instance");
        return 0;
    }
    if (p->kind == AG_VECTOR || p->kind == AG_TEXT) return 1;
    if (isnan(value)) {
        ag_error(c->diag, at, "%s parameter '%s' is not a number", m->name, p->name);
        return 0;
    }
    if (isinf(value)) {
        ag_error(c->diag, at, "%s parameter '%s' is infinite", m->name, p->name);
        return 0;
    }
    if (value < p->min || value > p->max) {
        report_range(c, m, p, value, at);
        return 0;
    }
    if (p->kind == AG_INT && value != floor(value)) {
        char text[AG_NUMBER_SIZE];
        ag_error(c->diag, at, "%s parameter '%s' = %s is not a whole number", m->name, p->name,
                 ag_number_print(text, value));
        return 0;
    }
    return 1;
}

int ag_card_set(ag_circuit *c, ag_card *card, int k, double value, ag_loc at)
{
    if (!check(c, card->model, k, value, AG_ON_CARD, at)) return 0;
    card->value[k] = value;
    card->given[k] = 1;
    if (!*card->used) return 1;
    ag_batch *b = ag_map_get(c->batch_map, (const char *)card->model);
    for (int lane = 0; lane < b->n; lane++) {
        if (b->card[lane] != card || b->given[k][lane] == 2) continue;
        b->param[k][lane] = value;
        b->given[k][lane] = 1;
    }
    c->finished = 0;
    return 1;
}

int ag_instance_set(ag_circuit *c, ag_instance i, int k, double value, ag_loc at)
{
    ag_batch *b = c->batch[i.batch];
    if (!check(c, b->model, k, value, AG_ON_INSTANCE, at)) return 0;
    b->param[k][i.lane] = value;
    b->given[k][i.lane] = 2;
    c->finished = 0;
    return 1;
}

double ag_circuit_vector(ag_circuit *c, const double *v, int n)
{
    double *copy = AG_NEW(c->arena, double, n);
    if (n) memcpy(copy, v, (size_t)n * sizeof *v);
    *AG_PUSH(c->arena, c->vector, c->n_vector, c->cap_vector) = (ag_vector){ copy, n };
    return c->n_vector - 1;
}
