#include "waveforms/json.h"
#include <jansson.h>
#include <math.h>

/* jansson's constructors return NULL when memory is short and its setters then drop what they were given, so that
 * failures may be noticed late: `complete` counts them. */
typedef struct writer { int failures; } writer;

static void set(writer *w, json_t *object, const char *key, json_t *value)
{
    w->failures += json_object_set_new_nocheck(object, key, value) != 0;
}

static void append(writer *w, json_t *array, json_t *value) { w->failures += json_array_append_new(array, value) != 0; }

static json_t *number(double x) { return isfinite(x) ? json_real(x) : json_null(); }

/* Names come from the netlist and may hold bytes that are not UTF-8; those are shown as '?'. */
static json_t *text(const char *s)
{
    json_t *value = json_string(s);
    char    ascii[256];
    size_t  n = 0;

    if (value)
        return value;
    for (; s[n] && n < sizeof ascii - 1; n++)
        ascii[n] = (signed char)s[n] < 0 ? '?' : s[n];
    ascii[n] = 0;
    return json_string(ascii);
}

static void set_named(writer *w, json_t *object, const char *name, double x)
{
    json_t *key = text(name);

    set(w, object, key ? json_string_value(key) : "", number(x));
    json_decref(key);
}

static json_t *options(writer *w, const ag_circuit *c)
{
    json_t     *o = json_object();
    ag_options  values = c->options;

    for (int k = 0; k < ag_n_option; k++)
        set(w, o, ag_option_table[k].name, number(*ag_option_at(&values, k)));
    return o;
}

static json_t *stats(writer *w, const ag_outcome *a)
{
    const ag_stats *s = &a->stats;
    const struct { const char *name; long value; } count[] = {
        { "steps", s->steps }, { "rejected_error", s->rejected_error }, { "rejected_newton", s->rejected_newton },
        { "rejected_model", s->rejected_model }, { "newton", s->newton }, { "factor", s->factor },
        { "refactor", s->refactor }, { "solve", s->solve }, { "points", s->points }, { "unknowns", s->unknowns },
        { "equations", s->equations }, { "nonzeros", s->nonzeros },
    };
    json_t *o = json_object();

    set(w, o, "analysis", json_string(ag_analysis_title(a->analysis->kind)));
    set(w, o, "status", json_string(ag_status_text(a->status)));
    for (size_t k = 0; k < sizeof count / sizeof *count; k++)
        set(w, o, count[k].name, json_integer(count[k].value));
    set(w, o, "worst_kcl", number(s->worst_kcl));
    set(w, o, "op_method", s->op_method ? json_string(s->op_method) : json_null());
    set(w, o, "hmin", number(s->hmin));
    set(w, o, "hmax", number(s->hmax));
    set(w, o, "seconds", number(s->seconds));
    if (a->runs) {
        set(w, o, "runs", json_integer(a->runs));
        set(w, o, "failed", json_integer(a->failed));
    }
    return o;
}

static json_t *operating_point(writer *w, const ag_results *r)
{
    json_t *o = json_object();

    for (int k = 0; r->op && k < r->op->n; k++)
        set_named(w, o, r->op->column[k].name, r->op_value[k]);
    return o;
}

/* Those of a repeated analysis are in its steps: they were not evaluated here. */
static json_t *measures(writer *w, const ag_results *r, const ag_result *result, int all)
{
    json_t *list = json_array();

    for (int k = 0; k < r->circuit->plan.n_measure; k++) {
        const ag_result *m = &result[k];
        if (!m->evaluated && !all)
            continue;
        json_t *o = json_object();
        set(w, o, "name", text(r->circuit->plan.measure[k].name));
        set(w, o, "value", m->ok ? number(m->value) : json_null());
        set(w, o, "unit", json_string(m->unit ? m->unit : ""));
        set(w, o, "at", m->ok ? number(m->at) : json_null());
        set(w, o, "from", m->ok ? number(m->from) : json_null());
        set(w, o, "to", m->ok ? number(m->to) : json_null());
        set(w, o, "ok", json_boolean(m->ok));
        append(w, list, o);
    }
    return list;
}

static json_t *pulses(writer *w, const ag_pulse_list *lists, int n)
{
    json_t *list = json_array();

    for (const ag_pulse_list *p = lists; p < lists + n; p++)
        for (int j = 0; j < p->n; j++) {
            json_t *o = json_object();
            set(w, o, "device", text(p->request->device));
            set(w, o, "index", json_integer(j + 1));
            set(w, o, "kind", json_string(p->pulse[j].write ? "write" : "read"));
            for (int i = 0; i < ag_n_pulse_column; i++)
                set(w, o, ag_pulse_columns[i].name, number(ag_pulse_number(&p->pulse[j], i)));
            append(w, list, o);
        }
    return list;
}

static json_t *step(writer *w, const ag_results *r, const ag_step_result *s)
{
    json_t *o = json_object(), *values = json_object(), *op = json_object();

    for (int k = 0; k < s->steps->n_set; k++)
        set_named(w, values, s->steps->set[k].var->name, s->value[k]);
    for (int k = 0; k < s->n_op; k++)
        set_named(w, op, s->op_name[k], s->op_value[k]);
    set(w, o, "values", values);
    set(w, o, "stats", stats(w, &s->outcome));
    set(w, o, "op", op);
    set(w, o, "measures", measures(w, r, s->measure, 0));
    set(w, o, "pulses", pulses(w, s->pulses, s->pulses ? r->circuit->plan.n_pulses : 0));
    return o;
}

static int dump(const char *buffer, size_t size, void *file) { return ag_outfile_write(file, buffer, size) ? -1 : 0; }

ag_status ag_json_write(const ag_results *r, ag_outfile *f)
{
    writer  w = { 0 };
    json_t *all = json_object(), *runs = json_array(), *steps = json_array();
    int     written;

    set(&w, all, "agspice", json_string(AG_VERSION));
    set(&w, all, "title", text(r->circuit->title ? r->circuit->title : ""));
    set(&w, all, "options", options(&w, r->circuit));
    for (int k = 0; k < r->n_outcome; k++)
        append(&w, runs, stats(&w, &r->outcome[k]));
    set(&w, all, "stats", runs);
    set(&w, all, "op", operating_point(&w, r));
    set(&w, all, "measures", measures(&w, r, r->measure, !r->n_step));
    set(&w, all, "pulses", pulses(&w, r->pulses, r->circuit->plan.n_pulses));
    for (int k = 0; k < r->n_step; k++)
        append(&w, steps, step(&w, r, &r->step[k]));
    if (r->n_step)
        set(&w, all, "steps", steps);
    else
        json_decref(steps);
    written = w.failures ? -1 : json_dump_callback(all, dump, f, JSON_INDENT(1) | JSON_REAL_PRECISION(17));
    json_decref(all);
    if (f->failed)
        return AG_EIO;
    if (written)
        return AG_ENOMEM;
    ag_outfile_write(f, "\n", 1);
    return ag_outfile_flush(f);
}
