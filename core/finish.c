/* finish - what can only be done once all instances and parameters are known: padding, temperatures, derived values,
 * the models' own checks, and whether selectors and memories in series match. */
#include <math.h>
#include <string.h>
#include "core/circuit.h"

static int padded(const ag_batch *b) { return (b->n + AG_LANES - 1) / AG_LANES * AG_LANES; }

/* Fills lanes n .. up to a full tile with copies of the last lane: loops have no tail, and no result depends on how
 * many neighbours an instance has. */
static void pad(ag_circuit *c, ag_batch *b)
{
    const ag_model *m = b->model;
    int last = b->n - 1, end = padded(b);
    ag_batch_widen(c, b, end);
    for (int lane = b->n; lane < end; lane++) {
        for (int k = 0; k < m->n_terminal; k++) b->node[k][lane] = b->node[k][last];
        for (int k = 0; k < m->n_param; k++) b->param[k][lane] = b->param[k][last];
        for (int k = 0; k < m->n_param; k++) b->given[k][lane] = b->given[k][last];
        for (int k = 0; k < m->n_ref; k++) b->ref[lane * m->n_ref + k] = b->ref[last * m->n_ref + k];
        b->own_temp[lane] = b->own_temp[last];
        b->own_hold[lane] = b->own_hold[last];
        b->name[lane] = b->name[last];
        b->card[lane] = b->card[last];
        b->at[lane] = b->at[last];
    }
    b->temp = AG_NEW(c->arena, double, end);
    for (int k = 0; k < m->n_derived; k++) b->derived[k] = AG_NEW(c->arena, double, end);
}

static void set_temperatures(ag_circuit *c, ag_batch *b)
{
    double common = c->options.temp + AG_KELVIN;
    for (int lane = 0, end = padded(b); lane < end; lane++) {
        double t = isnan(b->own_temp[lane]) ? common : b->own_temp[lane];
        if (lane < b->n && !(t > 0 && t < INFINITY))
            ag_error(c->diag, b->at[lane], "temperature of '%s' is %g C, which is not above absolute zero", b->name[lane],
                     t - AG_KELVIN);
        b->temp[lane] = t;
    }
}

/* A model that asks at which temperature its values hold gets the circuit's answer unless the netlist gave one. */
static void set_nominal_temperature(const ag_circuit *c, ag_batch *b)
{
    int k = ag_param_find(b->model->param, b->model->n_param, "tnom");
    for (int lane = 0, end = padded(b); lane < end && k >= 0; lane++)
        if (!b->given[k][lane < b->n ? lane : b->n - 1]) b->param[k][lane] = c->options.tnom;
}

/* Bit patterns are compared: a parameter that is not given is NAN in all lanes. */
static void find_uniform(ag_batch *b)
{
    for (int k = 0; k < b->model->n_param; k++) {
        const double *p = b->param[k];
        b->uniform[k] = !memcmp(p, p + 1, (size_t)(b->n - 1) * sizeof *p);
    }
}

static int derived_of(const ag_model *m, const char *name)
{
    for (int k = 0; k < m->n_derived; k++)
        if (!strcmp(m->derived[k].name, name)) return k;
    return -1;
}

/* [n_ref][lane] values of other devices, whose batches are prepared before; NAN where a device is missing (reported). */
static double **foreign_values(ag_circuit *c, const ag_batch *b)
{
    const ag_model *m = b->model;
    double **v = AG_NEW(c->arena, double *, m->n_ref + 1);
    for (int k = 0; k < m->n_ref; k++) {
        v[k] = AG_NEW(c->arena, double, padded(b));
        for (int lane = 0; lane < padded(b); lane++) {
            ag_instref      r = b->ref[lane * m->n_ref + k];
            const ag_batch *other = r.batch < 0 ? NULL : c->batch[r.batch];
            int             d = other && m->ref[k].value ? derived_of(other->model, m->ref[k].value) : -1;
            v[k][lane] = d < 0 ? NAN : other->derived[d][r.lane];
        }
    }
    return v;
}

static int needs_others(const ag_model *m)
{
    for (int k = 0; k < m->n_ref; k++)
        if (m->ref[k].value) return 1;
    return 0;
}

static void prepare(ag_circuit *c, ag_batch *b)
{
    const ag_model *m = b->model;
    if (!m->prepare) return;
    double **foreign = needs_others(m) ? foreign_values(c, b) : NULL;
    const double **f = AG_NEW(c->arena, const double *, m->n_ref + 1);
    const double **p = AG_NEW(c->arena, const double *, m->n_param);
    double       **d = AG_NEW(c->arena, double *, m->n_derived);
    ag_tile tile = {
        .n = AG_LANES, .gmin = c->options.gmin, .srcfact = 1, .p = p, .d = (const double *const *)d, .vector = c->vector,
        .data = m->data, .scratch = AG_NEW(c->arena, double, m->scratch), .foreign = f,
    };
    for (int first = 0; first < b->n; first += AG_LANES) {
        for (int k = 0; k < m->n_param; k++) p[k] = b->param[k] + (b->uniform[k] ? 0 : first);
        for (int k = 0; k < m->n_derived; k++) d[k] = b->derived[k] + first;
        for (int k = 0; foreign && k < m->n_ref; k++) f[k] = foreign[k] + first;
        tile.temp = b->temp + first;
        m->prepare(&tile, d);
    }
}

/* A complaint that the card alone explains is made once, at the card. */
static void complain(ag_circuit *c, const ag_batch *b, int lane, const double *value, const char *text, ag_map *told)
{
    const ag_card *card = b->card[lane];
    if (!card || memcmp(value, card->value, (size_t)b->model->n_param * sizeof *value)) {
        ag_error(c->diag, b->at[lane], "%s '%s': %s", b->model->name, b->name[lane], text);
    } else if (!ag_map_get(told, card->name)) {
        ag_map_put(told, card->name, c);
        ag_error(c->diag, card->at, "%s model card '%s': %s", b->model->name, card->name, text);
    }
}

static void check_model(ag_circuit *c, const ag_batch *b)
{
    const ag_model *m = b->model;
    if (!m->check) return;
    ag_map *told = ag_map_new(c->arena);
    double *value = AG_NEW(c->arena, double, m->n_param);
    for (int lane = 0; lane < b->n; lane++) {
        for (int k = 0; k < m->n_param; k++) value[k] = b->param[k][lane];
        const char *text = m->check(value, m->n_param);
        if (text) complain(c, b, lane, value, text, told);
    }
}

/* A foreign unknown must exist by now. Whoever resolves names has reported it in its own words if it does not. */
static void check_refs(ag_circuit *c, const ag_batch *b)
{
    const ag_model *m = b->model;
    if (ag_diag_errors(c->diag)) return;
    for (int lane = 0; lane < b->n; lane++)
        for (int k = 0; k < m->n_ref; k++)
            if (b->ref[lane * m->n_ref + k].batch < 0)
                ag_error(c->diag, b->at[lane], "'%s' has no device for its %s", b->name[lane], m->ref[k].name);
}

ag_status ag_circuit_finish(ag_circuit *c)
{
    if (c->finished) return AG_OK;
    for (int i = 0; i < c->n_batch; i++) {
        ag_batch *b = c->batch[i];
        pad(c, b);
        set_temperatures(c, b);
        set_nominal_temperature(c, b);
        find_uniform(b);
        check_model(c, b);
        check_refs(c, b);
    }
    for (int others = 0; others < 2; others++)
        for (int i = 0; i < c->n_batch; i++)
            if (needs_others(c->batch[i]->model) == others) prepare(c, c->batch[i]);
    if (ag_diag_errors(c->diag)) return AG_ESYNTAX;
    ag_match_check(c);
    c->finished = 1;
    return AG_OK;
}
