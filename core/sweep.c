#include "core/sweep.h"
#include <math.h>
#include "core/circuit.h"

static int set_temperature(ag_circuit *c, const ag_swept *v, double celsius)
{
    const ag_param *p = &ag_option_table[ag_param_find(ag_option_table, ag_n_option, "temp")];

    if (!(celsius >= p->min && celsius <= p->max)) {
        ag_error(c->diag, v->at, "temperature %g C is outside %g .. %g", celsius, p->min, p->max);
        return 0;
    }
    c->options.temp = celsius;
    c->finished = 0;
    return 1;
}

static int set_card(ag_circuit *c, const ag_swept *v, double value)
{
    ag_card *card = ag_map_get(c->card_map, v->object);
    int      k = card ? ag_param_find(card->model->param, card->model->n_param, v->param) : -1;

    if (k < 0) {
        ag_error(c->diag, v->at, "no model card '%s' with a parameter '%s'", v->object, v->param);
        return 0;
    }
    return ag_card_set(c, card, k, value, v->at);
}

static int set_instance(ag_circuit *c, const ag_swept *v, double value)
{
    ag_instance     i = ag_circuit_find(c, v->object);
    const ag_model *m = i.batch < 0 ? NULL : c->batch[i.batch]->model;
    int             k = m ? ag_param_find(m->param, m->n_param, v->param) : -1;

    if (k < 0) {
        ag_error(c->diag, v->at, "no device '%s' with a parameter '%s'", v->object, v->param);
        return 0;
    }
    return ag_instance_set(c, i, k, value, v->at);
}

int ag_swept_set(ag_circuit *c, const ag_swept *v, double value)
{
    if (v->kind == AG_SWEPT_TEMP)
        return set_temperature(c, v, value);
    return v->kind == AG_SWEPT_CARD ? set_card(c, v, value) : set_instance(c, v, value);
}
