#include "core/sweep.h"
#include <math.h>
#include <string.h>
#include "core/circuit.h"
#include "core/number.h"

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

int ag_axis_by_step(ag_diag *d, ag_arena *arena, ag_axis *x, double start, double stop, double step, ag_loc at)
{
    char a[AG_NUMBER_SIZE], b[AG_NUMBER_SIZE], c[AG_NUMBER_SIZE], e[AG_NUMBER_SIZE];
    double q = start == stop ? 0 : (stop - start) / step;

    if (step == 0 && start != stop)
        ag_error(d, at, "a step of zero never reaches %s from %s", ag_number_print(b, stop), ag_number_print(a, start));
    else if (q < 0)
        ag_error(d, at, "a step of %s leads away from %s, not from %s to it; %s would be right", ag_number_print(c, step),
                 ag_number_print(b, stop), ag_number_print(a, start), ag_number_print(e, -step));
    else if (!ag_axis_too_long(d, x, q + 1, at))
        return ag_axis_fill(arena, x, AG_LIN, start, stop, q, step), 1;
    return 0;
}

int ag_axis_too_long(ag_diag *d, const ag_axis *x, double n, ag_loc at)
{
    if (n <= AG_MOST_VALUES)
        return 0;
    ag_error(d, at, "this sweep of '%s' has %.3g points; %d are possible", x->var->name, n, AG_MOST_VALUES);
    return 1;
}

/* ---- setting it ---- */

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

/* ---- names ---- */

/* Parameter of a model as something to sweep on its card or on an instance; 0 after a report. */
static int set_param(ag_circuit *c, ag_swept *v, const ag_model *m, const char *param, ag_loc at)
{
    int      k = ag_param_find(m->param, m->n_param, param), card = v->kind == AG_SWEPT_CARD;
    ag_guess g = { .name = param };

    if (k >= 0 && m->param[k].where && !(m->param[k].where & (card ? AG_ON_CARD : AG_ON_INSTANCE))) {
        ag_error(c->diag, at, "'%s' of a %s is set on the %s; name that to sweep it", param, m->name, card ? "instance" : "model card");
        return 0;
    }
    if (k >= 0 && (m->param[k].kind == AG_VECTOR || m->param[k].kind == AG_TEXT)) {
        ag_error(c->diag, at, "'%s' of a %s is not a number that could be swept", param, m->name);
        return 0;
    }
    v->param = param;
    v->unit = k >= 0 ? m->param[k].unit : "";
    if (k >= 0)
        return 1;
    for (int j = 0; j < m->n_param; j++)
        ag_guess_try(&g, m->param[j].name);
    if (g.best)
        ag_error(c->diag, at, "'%s' (%s) has no parameter '%s'; did you mean '%s'?", v->object, m->name, param, g.best);
    else
        ag_error(c->diag, at, "'%s' (%s) has no parameter '%s'", v->object, m->name, param);
    return 0;
}

/* A device by the name in the netlist, "x1.r1" standing for "r.x1.r1"; NULL: none. */
static const ag_batch *find_device(ag_circuit *c, const char *name, const char **full)
{
    const char *dot = strrchr(name, '.');
    ag_instance i = ag_circuit_find(c, name);

    if (i.batch < 0 && dot && dot[1])
        i = ag_circuit_find(c, ag_name0(c->names, ag_printf(c->arena, "%c.%s", dot[1], name)));
    if (i.batch < 0)
        return NULL;
    *full = c->batch[i.batch]->name[i.lane];
    return c->batch[i.batch];
}

/* object(param): of a device, or of a model card that some device may use. */
static int parameter_of(ag_circuit *c, ag_swept *v, const char *object, const char *param, ag_loc at)
{
    const ag_card  *card = ag_map_get(c->card_map, object);
    const ag_batch *b = find_device(c, object, &v->object);
    ag_guess        g = { .name = object };
    const char     *candidate;

    v->kind = b ? AG_SWEPT_INSTANCE : AG_SWEPT_CARD;
    if (!b)
        v->object = object;
    if (b || card)
        return set_param(c, v, b ? b->model : card->model, param, at);
    for (int k = 0; (candidate = ag_map_next(c->card_map, &k, NULL)); )
        ag_guess_try(&g, candidate);
    for (int k = 0; ag_diag_errors(c->diag) < AG_MAX_ERRORS && (candidate = ag_map_next(c->instance_map, &k, NULL)); )
        ag_guess_try(&g, candidate);
    if (g.best)
        ag_error(c->diag, at, "no device or model card has the name '%s'; did you mean '%s'?", object, g.best);
    else
        ag_error(c->diag, at, "no device or model card has the name '%s'", object);
    return 0;
}

/* The value of a device that has one: dc of a source, r, c, l, k, a gain. */
static int device_value(ag_circuit *c, ag_swept *v, const ag_model *m, ag_loc at)
{
    const char *const usual[] = { "dc", m->name, "gain" };
    int         k = 0;

    v->kind = AG_SWEPT_INSTANCE;
    for (; k < 3; k++)
        if (ag_param_find(m->param, m->n_param, usual[k]) >= 0)
            return set_param(c, v, m, ag_name0(c->names, usual[k]), at);
    for (k = 0; k < m->n_param && m->param[k].where && !(m->param[k].where & AG_ON_INSTANCE); )
        k++;
    if (k < m->n_param)
        ag_error(c->diag, at, "'%s' (%s) has no single value; name a parameter: @%s[%s]", v->object, m->name, v->object, m->param[k].name);
    else
        ag_error(c->diag, at, "the value of '%s' is an expression; sweep a parameter that it uses", v->object);
    return 0;
}

/* "object<open>param<close>" as two names; 0: the text is none. close 0: up to the end. */
static int split(ag_circuit *c, const char *text, char open, char close, const char **object, const char **param)
{
    const char *p = strchr(text, open);
    size_t      n = p ? strlen(p + 1) : 0;

    if (!p || p == text || n < 1 + (close != 0) || (close && p[n] != close))
        return 0;
    *object = ag_name(c->names, text, (size_t)(p - text));
    *param = ag_name(c->names, p + 1, n - (close != 0));
    return 1;
}

int ag_swept_find(ag_circuit *c, const char *name, ag_loc at, ag_swept *v)
{
    const char *object, *param, *text = ag_name0(c->names, name);

    *v = (ag_swept){ .name = text, .unit = "", .at = at };
    if (!strcmp(text, "temp") || !strcmp(text, "temper")) {
        *v = (ag_swept){ .kind = AG_SWEPT_TEMP, .name = "temp", .unit = "C", .at = at };
        return 1;
    }
    if (text[0] == '@' && !split(c, text + 1, '[', ']', &object, &param)) {
        ag_error(c->diag, at, "the parameter of a device is written @device[parameter]");
        return 0;
    }
    if (text[0] == '@' || split(c, text, '(', ')', &object, &param))
        return parameter_of(c, v, object, param, at);
    const ag_batch *b = find_device(c, text, &v->object);
    if (b)
        return device_value(c, v, b->model, at);
    return split(c, text, ':', 0, &object, &param) ? parameter_of(c, v, object, param, at) : -1;
}
