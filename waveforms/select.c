#include "waveforms/select.h"
#include <string.h>
#include "core/signal.h"

typedef struct ag_source { int index; ag_evaluator *eval; } ag_source;      /* column of the row, or an expression */

ag_evaluator *ag_evaluator_new(ag_arena *a, const ag_circuit *c, const ag_output *o)
{
    ag_evaluator *e = AG_NEW(a, ag_evaluator, 1);

    e->output = o;
    e->input = AG_NEW(a, const double *, c->plan.n_probe + 1);
    e->scratch = AG_NEW(a, double, ag_program_scratch(o->program) + 8);     /* + 8: at least 64 bytes, hence aligned */
    e->temp = AG_NEW(a, double, AG_LANES);
    for (int k = 0; k < AG_LANES; k++)
        e->temp[k] = c->options.temp + AG_KELVIN;
    return e;
}

void ag_evaluator_run(ag_evaluator *e, int n, double *out)
{
    ag_program_run(e->output->program, n, e->input[0][0], e->temp, e->input, NULL, (double *const[]){ out }, e->scratch);
}

const char *ag_analysis_title(ag_analysis_kind kind)
{
    return kind == AG_OP ? "Operating Point" : "Transient Analysis";
}

static void append(ag_select *s, const ag_column *column, ag_source from)
{
    int n = s->n, m = s->n;

    *AG_PUSH(s->arena, s->source, n, s->cap_source) = from;
    *AG_PUSH(s->arena, s->row, m, s->cap_row) = 0;
    *AG_PUSH(s->arena, s->column, s->n, s->cap) = *column;
    s->plot.column = s->column;
    s->plot.n_column = s->n;
}

ag_select *ag_select_new(ag_arena *a, const ag_circuit *c, ag_analysis_kind kind)
{
    ag_select *s = AG_NEW(a, ag_select, 1);

    s->arena = a;
    s->circuit = c;
    s->taken = AG_NEW(a, unsigned char, c->plan.n_probe + 1);
    s->plot = (ag_plot){ .title = c->title ? c->title : "", .name = ag_analysis_title(kind) };
    if (kind != AG_OP)
        append(s, &(ag_column){ "time", AG_Q_TIME, "s" }, (ag_source){ 0, NULL });
    return s;
}

void ag_select_probe(ag_select *s, int probe)
{
    const ag_probe *p = &s->circuit->plan.probe[probe];

    if (s->taken[probe])
        return;
    s->taken[probe] = 1;
    append(s, &(ag_column){ p->name, p->quantity, p->unit }, (ag_source){ 1 + probe, NULL });
}

void ag_select_output(ag_select *s, const ag_output *o)
{
    if (o->probe >= 0)
        ag_select_probe(s, o->probe);
    else
        append(s, &(ag_column){ o->name, AG_Q_OTHER, "" }, (ag_source){ -1, ag_evaluator_new(s->arena, s->circuit, o) });
}

const double *ag_select_row(ag_select *s, const double *row)
{
    for (int k = 0; k < s->n; k++) {
        ag_evaluator *e = s->source[k].eval;
        if (!e) {
            s->row[k] = row[s->source[k].index];
            continue;
        }
        e->input[0] = row;
        for (int j = 0; j < e->output->n_used; j++)
            e->input[1 + e->output->used[j]] = row + 1 + e->output->used[j];
        ag_evaluator_run(e, 1, &s->row[k]);
    }
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
