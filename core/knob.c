#include "core/knob.h"
#include <string.h>

static int find_instance(ag_knob *n)
{
    ag_instance i = ag_circuit_find(n->c, n->v->object);

    if (i.batch < 0)
        return 0;
    const ag_model *m = n->c->batch[i.batch]->model;
    n->batch = i.batch;
    n->lane = i.lane;
    n->k = ag_param_find(m->param, m->n_param, n->v->param);
    n->level = n->k >= 0 && !strcmp(n->v->param, "dc") && (!strcmp(m->name, "v") || !strcmp(m->name, "i"));
    return n->k >= 0;
}

static int find_card(ag_knob *n)
{
    n->card = ag_map_get(n->c->card_map, n->v->object);
    if (!n->card)
        return 0;
    const ag_model *m = n->card->model;
    const ag_batch *b = ag_map_get(n->c->batch_map, (const char *)m);
    n->k = ag_param_find(m->param, m->n_param, n->v->param);
    n->batch = b ? b->number : -1;
    if (n->k < 0)
        return 0;
    n->value = n->card->value[n->k];
    n->was_given = n->card->given[n->k];
    return 1;
}

int ag_knob_init(ag_knob *n, ag_circuit *c, const ag_swept *v, ag_arena *a)
{
    *n = (ag_knob){ .c = c, .v = v, .batch = -1, .lane = -1, .temp = c->options.temp };
    if (v->kind == AG_SWEPT_TEMP)
        return 1;
    if (!(v->kind == AG_SWEPT_CARD ? find_card(n) : find_instance(n))) {
        ag_error(c->diag, v->at, "'%s' is not there to be swept", v->name);
        return 0;
    }
    if (n->batch < 0)
        return 1;
    const ag_batch *b = c->batch[n->batch];
    n->param = AG_NEW(a, double, b->n);
    n->given = AG_NEW(a, unsigned char, b->n);
    memcpy(n->param, b->param[n->k], (size_t)b->n * sizeof *n->param);
    memcpy(n->given, b->given[n->k], (size_t)b->n);
    return 1;
}

static ag_status refresh(ag_knob *n)
{
    if (n->v->kind == AG_SWEPT_TEMP)
        return ag_circuit_refresh_temp(n->c);
    if (n->batch >= 0)
        return ag_circuit_refresh_param(n->c, n->batch, n->k, n->lane);
    n->c->finished = 1;                                    /* a card that nothing uses */
    return AG_OK;
}

ag_status ag_knob_turn(ag_knob *n, double value)
{
    return ag_swept_set(n->c, n->v, value) ? refresh(n) : AG_ERANGE;
}

void ag_knob_restore(ag_knob *n)
{
    n->c->options.temp = n->temp;
    if (n->card) {
        n->card->value[n->k] = n->value;
        n->card->given[n->k] = n->was_given;
    }
    if (n->batch >= 0) {
        ag_batch *b = n->c->batch[n->batch];
        memcpy(b->param[n->k], n->param, (size_t)b->n * sizeof *n->param);
        memcpy(b->given[n->k], n->given, (size_t)b->n);
    }
    refresh(n);
}
