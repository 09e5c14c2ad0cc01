#include "waveforms/select.h"
#include <string.h>
#include "core/signal.h"

/* A column of the row, an expression, or (index < 0) the value of axis -index. */
typedef struct ag_source { int index; ag_evaluator *eval; } ag_source;

ag_evaluator *ag_evaluator_new(ag_arena *a, const ag_circuit *c, const ag_output *o, int width)
{
    ag_evaluator *e = AG_NEW(a, ag_evaluator, 1);

    e->output = o;
    e->width = width;
    e->input = AG_NEW(a, const double *, width * (c->plan.n_probe + 1));
    e->scratch = AG_NEW(a, double, ag_program_scratch(o->program) + 8);     /* + 8: at least 64 bytes, hence aligned */
    e->temp = AG_NEW(a, double, AG_LANES);
    for (int k = 0; k < AG_LANES; k++)
        e->temp[k] = c->options.temp + AG_KELVIN;
    return e;
}

void ag_evaluator_run(ag_evaluator *e, int n, double *re, double *im)
{
    ag_program_run(e->output->program, n, e->input[0][0], e->temp, e->input, NULL, (double *const[]){ re, im }, e->scratch);
}

static void append(ag_select *s, const ag_column *column, ag_source from)
{
    int n = s->n;

    *AG_PUSH(s->arena, s->source, n, s->cap_source) = from;
    for (int m = s->n * s->width, k = 0; k < s->width; k++)
        *AG_PUSH(s->arena, s->row, m, s->cap_row) = 0;
    *AG_PUSH(s->arena, s->column, s->n, s->cap) = *column;
    s->plot.column = s->column;
    s->plot.n_column = s->n;
}

ag_select *ag_select_new(ag_arena *a, const ag_circuit *c, const ag_analysis *of)
{
    ag_select *s = AG_NEW(a, ag_select, 1);

    s->arena = a;
    s->circuit = c;
    s->taken = AG_NEW(a, unsigned char, c->plan.n_probe + 1);
    s->analysis = of;
    s->width = of->kind == AG_AC ? 2 : 1;
    s->plot = (ag_plot){ .title = c->title ? c->title : "", .name = ag_analysis_title(of->kind), .is_complex = of->kind == AG_AC,
                         .log_scale = of->log_scale };
    if (of->kind != AG_OP) {
        ag_scale scale = ag_scale_of(c, of);
        append(s, &scale.column, (ag_source){ 0, NULL });
    }
    return s;
}

void ag_select_axes(ag_select *s)
{
    for (int k = 1; s->analysis->kind == AG_DC && k < s->analysis->n_axis; k++) {
        const ag_swept *v = s->analysis->axis[k].var;
        append(s, &(ag_column){ .name = v->name, .quantity = AG_Q_OTHER, .unit = v->unit }, (ag_source){ -k, NULL });
    }
}

void ag_select_probe(ag_select *s, int probe)
{
    const ag_probe *p = &s->circuit->plan.probe[probe];

    if (s->taken[probe] || (s->plot.is_complex && p->kind == AG_PROBE_POWER))
        return;
    s->taken[probe] = 1;
    append(s, &(ag_column){ .name = p->name, .quantity = p->quantity, .unit = p->unit, .is_complex = s->plot.is_complex },
           (ag_source){ s->width * (1 + probe), NULL });
}

void ag_select_output(ag_select *s, const ag_output *o)
{
    if (o->probe >= 0)
        ag_select_probe(s, o->probe);
    else
        append(s, &(ag_column){ .name = o->name, .quantity = AG_Q_OTHER, .unit = o->unit ? o->unit : "", .is_complex = o->is_complex },
               (ag_source){ 0, ag_evaluator_new(s->arena, s->circuit, o, s->width) });
}

static double axis_value(const ag_select *s, int axis)
{
    return s->analysis->axis[axis].value[ag_scale_index(s->analysis, axis, s->points)];
}

const double *ag_select_row(ag_select *s, const double *row)
{
    for (int k = 0; k < s->n; k++) {
        ag_evaluator *e = s->source[k].eval;
        double       *to = &s->row[s->width * k];
        int           from = s->source[k].index;
        if (!e && from < 0) {
            *to = axis_value(s, -from);
            continue;
        }
        if (!e) {
            memcpy(to, row + from, (size_t)s->width * sizeof *to);
            continue;
        }
        e->input[0] = row;
        for (int j = 0; j < e->output->n_used; j++)
            for (int at = s->width * (1 + e->output->used[j]), i = 0; i < s->width; i++)
                e->input[at + i] = row + at + i;
        ag_evaluator_run(e, 1, to, e->output->is_complex ? to + 1 : NULL);
    }
    s->points++;
    return s->row;
}

/* The default set is kept, so that a circuit that is run again and again does not grow. */
static void find_usual(ag_circuit *c)
{
    int *list, size = c->n_node;

    for (int k = 0; k < c->n_batch; k++)
        size += c->batch[k]->n;
    if (c->usual && c->usual_of == size)
        return;
    c->n_usual = ag_signal_default(c, &list);
    c->usual = list;
    c->usual_of = size;
}

int ag_saved(ag_circuit *c, const int **list)
{
    const ag_plan *p = &c->plan;
    int *all;

    if (p->n_save && !p->save_all) {
        *list = p->save;
        return p->n_save;
    }
    find_usual(c);
    *list = c->usual;
    if (p->n_save == 0)
        return c->n_usual;
    all = AG_NEW(c->arena, int, p->n_save + c->n_usual);
    memcpy(all, c->usual, (size_t)c->n_usual * sizeof *all);
    memcpy(all + c->n_usual, p->save, (size_t)p->n_save * sizeof *all);
    *list = all;
    return p->n_save + c->n_usual;
}
