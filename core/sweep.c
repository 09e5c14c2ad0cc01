#include "core/sweep.h"
#include <math.h>
#include "core/circuit.h"

#define ROUNDING 1e-9                  /* of a step: what decimal fractions may lack of a whole number of steps */

/* ---- values ---- */

double ag_ratio_steps(ag_spacing s, double n, double start, double stop)
{
    return fabs(s == AG_DEC ? log10(stop / start) : log2(stop / start)) * n;
}

/* Powers, not products: a decade is exactly a factor of 10. */
static double value_at(ag_spacing s, double start, double step, double k)
{
    return s == AG_LIN ? start + k * step : start * pow(s == AG_DEC ? 10 : 2, k / step);
}

void ag_axis_fill(ag_arena *a, ag_axis *x, ag_spacing s, double start, double stop, double steps, double step)
{
    x->n = (int)floor(steps * (1 + 1e-12) + ROUNDING) + 1;
    x->value = AG_NEW(a, double, x->n);
    for (int k = 0; k < x->n; k++)
        x->value[k] = value_at(s, start, step, k);
    if (fabs(steps - (x->n - 1)) <= 2 * ROUNDING + 1e-12 * steps)
        x->value[x->n - 1] = stop;
}

/* ---- what changes ---- */

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
