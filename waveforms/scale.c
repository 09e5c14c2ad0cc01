#include "waveforms/scale.h"
#include <math.h>
#include <string.h>

static const struct { const char *word, *title; } analysis[AG_N_ANALYSIS] = {
    [AG_OP] = { "op", "Operating Point" }, [AG_DC] = { "dc", "DC transfer characteristic" }, [AG_AC] = { "ac", "AC Analysis" },
    [AG_TRAN] = { "tran", "Transient Analysis" },
};

const char *ag_analysis_title(ag_analysis_kind kind)   { return analysis[kind].title; }
const char *ag_analysis_word_of(ag_analysis_kind kind) { return analysis[kind].word; }

/* ngspice's names of the scale of a .dc; what it cannot sweep is a param-sweep. */
static ag_column dc_column(const ag_circuit *c, const ag_swept *v)
{
    static const struct { const char *model, *param; ag_column column; } known[] = {
        { "v", "dc", { .name = "v-sweep", .quantity = AG_Q_VOLTAGE, .unit = "V" } },
        { "i", "dc", { .name = "i-sweep", .quantity = AG_Q_CURRENT, .unit = "A" } },
        { "r", "r", { .name = "res-sweep", .quantity = AG_Q_OTHER, .unit = "ohm" } },
    };
    ag_instance i = v->kind == AG_SWEPT_INSTANCE ? ag_circuit_find(c, v->object) : (ag_instance){ -1, -1 };

    if (v->kind == AG_SWEPT_TEMP)
        return (ag_column){ .name = "temp-sweep", .quantity = AG_Q_OTHER, .unit = "C" };
    for (int k = 0; k < 3 && i.batch >= 0; k++)
        if (!strcmp(c->batch[i.batch]->model->name, known[k].model) && !strcmp(v->param, known[k].param))
            return known[k].column;
    return (ag_column){ .name = "param-sweep", .quantity = AG_Q_OTHER, .unit = v->unit };
}

/* Whether the values follow one another in one ratio, over a decade at least. */
static int is_geometric(const ag_axis *x)
{
    double ratio = x->n > 2 ? x->value[1] / x->value[0] : 0;

    if (!(ratio > 0) || !(x->value[0] > 0) || fabs(log10(x->value[x->n - 1] / x->value[0])) < 1)
        return 0;
    for (int k = 1; k + 1 < x->n; k++)
        if (fabs(x->value[k + 1] / x->value[k] / ratio - 1) > 1e-6)
            return 0;
    return 1;
}

ag_scale ag_scale_of(const ag_circuit *c, const ag_analysis *a)
{
    ag_scale s = { a, { .name = "time", .quantity = AG_Q_TIME, .unit = "s" }, "time", 0 };

    if (a && a->kind == AG_AC) {
        s.column = (ag_column){ .name = "frequency", .quantity = AG_Q_FREQUENCY, .unit = "Hz" };
        s.label = "frequency";
        s.log = a->log_scale;
    }
    if (a && a->kind == AG_DC) {
        s.column = dc_column(c, a->axis[0].var);
        s.label = a->axis[0].var->name;
        s.log = is_geometric(&a->axis[0]);
    }
    return s;
}

int ag_scale_breaks(const ag_scale *s, long i)
{
    return s->analysis && s->analysis->kind == AG_DC && s->analysis->n_axis > 1 && i % s->analysis->axis[0].n == 0;
}

int ag_scale_index(const ag_analysis *a, int axis, long i)
{
    for (int k = 0; k < axis; k++)
        i /= a->axis[k].n;
    return (int)(i % a->axis[axis].n);
}

const char *ag_scale_outer(const ag_scale *s, long i, ag_arena *arena)
{
    const ag_analysis *a = s->analysis;
    const char        *text = "";

    for (int k = 1; a && a->kind == AG_DC && k < a->n_axis; k++) {
        text = ag_printf(arena, "%s%s%s = %.6g", text, k > 1 ? ", " : " at ", a->axis[k].var->name,
                         a->axis[k].value[ag_scale_index(a, k, i)]);
    }
    return text;
}
