/* finish - what can only be done once all instances and parameters are known: padding, temperatures, derived values,
 * the models' own checks, and whether selectors and memories in series match. */
#include <math.h>
#include <string.h>
#include "core/circuit.h"

static int padded(const ag_batch *b) { return (b->n + AG_LANES - 1) / AG_LANES * AG_LANES; }

/* What finish and refresh work with, made for the first time or for more instances than before. */
static void make_room(ag_circuit *c, ag_batch *b)
{
    const ag_model *m = b->model;
    int end = padded(b);
    if (b->room >= end) return;
    b->temp = AG_NEW(c->arena, double, end);
    for (int k = 0; k < m->n_derived; k++) b->derived[k] = AG_NEW(c->arena, double, end);
    if (!b->room) {
        b->work.f = AG_NEW(c->arena, const double *, m->n_ref + 1);
        b->work.foreign = AG_NEW(c->arena, double *, m->n_ref + 1);
        b->work.p = AG_NEW(c->arena, const double *, m->n_param);
        b->work.d = AG_NEW(c->arena, double *, m->n_derived);
        b->work.value = AG_NEW(c->arena, double, m->n_param);
        b->work.scratch = AG_NEW(c->arena, double, m->scratch);
    }
    for (int k = 0; k < m->n_ref; k++) b->work.foreign[k] = AG_NEW(c->arena, double, end);
    b->room = end;
}

/* Fills lanes n .. up to a full tile with copies of the last lane: loops have no tail, and no result depends on how
 * many neighbours an instance has. */
static void pad(ag_circuit *c, ag_batch *b)
{
    const ag_model *m = b->model;
    int last = b->n - 1, end = padded(b);
    ag_batch_widen(c, b, end);
    make_room(c, b);
    for (int lane = b->n; lane < end; lane++) {
        for (int k = 0; k < m->n_terminal; k++) b->node[k][lane] = b->node[k][last];
        for (int k = 0; k < m->n_param; k++) b->param[k][lane] = b->param[k][last];
        for (int k = 0; k < m->n_param; k++) b->given[k][lane] = b->given[k][last];
        for (int k = 0; k < m->n_ref; k++) b->ref[lane * m->n_ref + k] = b->ref[last * m->n_ref + k];
        b->own_temp[lane] = b->own_temp[last];
        if (b->many) b->many[lane] = b->many[last], b->copies[lane] = b->copies[last];
        b->own_hold[lane] = b->own_hold[last];
        b->name[lane] = b->name[last];
        b->card[lane] = b->card[last];
        b->at[lane] = b->at[last];
    }
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
static void find_uniform(ag_batch *b, int k)
{
    const double *p = b->param[k];
    b->uniform[k] = !memcmp(p, p + 1, (size_t)(b->n - 1) * sizeof *p);
}

static int derived_of(const ag_model *m, const char *name)
{
    for (int k = 0; k < m->n_derived; k++)
        if (!strcmp(m->derived[k].name, name)) return k;
    return -1;
}

/* work.foreign: values of other devices, whose batches are prepared before; NAN where a device is missing (reported). */
static void find_foreign(ag_circuit *c, const ag_batch *b)
{
    const ag_model *m = b->model;
    for (int k = 0; k < m->n_ref; k++)
        for (int lane = 0; lane < padded(b); lane++) {
            ag_instref      r = b->ref[lane * m->n_ref + k];
            const ag_batch *other = r.batch < 0 ? NULL : c->batch[r.batch];
            int             d = other && m->ref[k].value ? derived_of(other->model, m->ref[k].value) : -1;
            b->work.foreign[k][lane] = d < 0 ? NAN : other->derived[d][r.lane];
        }
}

static int needs_others(const ag_model *m)
{
    for (int k = 0; k < m->n_ref; k++)
        if (m->ref[k].value) return 1;
    return 0;
}

/* Derived values of the tiles that hold lanes first to last. */
static void prepare(ag_circuit *c, ag_batch *b, int first, int last)
{
    const ag_model *m = b->model;
    int others = needs_others(m);
    if (!m->prepare) return;
    if (others) find_foreign(c, b);
    const double **p = b->work.p, **f = b->work.f;
    double       **d = b->work.d;
    ag_tile tile = {
        .n = AG_LANES, .gmin = c->options.gmin, .srcfact = 1, .p = p, .d = (const double *const *)d, .vector = c->vector,
        .data = m->data, .scratch = b->work.scratch, .foreign = f,
    };
    for (int from = first / AG_LANES * AG_LANES; from <= last; from += AG_LANES) {
        for (int k = 0; k < m->n_param; k++) p[k] = b->param[k] + (b->uniform[k] ? 0 : from);
        for (int k = 0; k < m->n_derived; k++) d[k] = b->derived[k] + from;
        for (int k = 0; others && k < m->n_ref; k++) f[k] = b->work.foreign[k] + from;
        tile.temp = b->temp + from;
        m->prepare(&tile, d);
    }
}

/* All devices that need values of others, or all that do not. */
static void prepare_all(ag_circuit *c, int others)
{
    for (int i = 0; i < c->n_batch; i++)
        if (needs_others(c->batch[i]->model) == others) prepare(c, c->batch[i], 0, c->batch[i]->n - 1);
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

static void check_model(ag_circuit *c, const ag_batch *b, int first, int last)
{
    const ag_model *m = b->model;
    if (!m->check) return;
    ag_map *told = NULL;
    double *value = b->work.value;
    for (int lane = first; lane <= last; lane++) {
        for (int k = 0; k < m->n_param; k++) value[k] = b->param[k][lane];
        const char *text = m->check(value, m->n_param);
        if (text && !told) told = ag_map_new(c->arena);
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
        for (int k = 0; k < b->model->n_param; k++) find_uniform(b, k);
        check_model(c, b, 0, b->n - 1);
        check_refs(c, b);
    }
    for (int others = 0; others < 2; others++) prepare_all(c, others);
    if (ag_diag_errors(c->diag)) return AG_ESYNTAX;
    ag_match_check(c);
    c->finished = 1;
    return AG_OK;
}

/* ---- one change in a finished circuit ---- */

ag_status ag_circuit_refresh_param(ag_circuit *c, int batch, int k, int lane)
{
    ag_batch *b = c->batch[batch];
    int       first = lane < 0 ? 0 : lane, last = lane < 0 ? b->n - 1 : lane, errors = ag_diag_errors(c->diag);
    for (int j = b->n, end = padded(b); j < end; j++) b->param[k][j] = b->param[k][b->n - 1];
    find_uniform(b, k);
    check_model(c, b, first, last);
    if (ag_diag_errors(c->diag) > errors) return AG_ERANGE;
    prepare(c, b, first, last);
    prepare_all(c, 1);
    c->finished = 1;
    return AG_OK;
}

ag_status ag_circuit_refresh_temp(ag_circuit *c)
{
    int errors = ag_diag_errors(c->diag);
    for (int i = 0; i < c->n_batch; i++) set_temperatures(c, c->batch[i]);
    if (ag_diag_errors(c->diag) > errors) return AG_ERANGE;
    for (int others = 0; others < 2; others++) prepare_all(c, others);
    c->finished = 1;
    return AG_OK;
}
