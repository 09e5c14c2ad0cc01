#include "core/steps.h"
#include "core/number.h"

static void add(ag_steps *s, const ag_axis *axis, int n)
{
    for (int k = 0; k < n; k++) {
        s->axis[s->n_axis++] = &axis[k];
        s->n *= axis[k].n;
        s->n_set += axis[k].n_var;
    }
}

ag_steps *ag_steps_new(ag_arena *a, const ag_plan *plan, const ag_analysis *of)
{
    ag_steps *s = AG_NEW(a, ag_steps, 1);
    int       at = 0;

    s->axis = AG_NEW(a, const ag_axis *, of->n_sweep + plan->n_step + 1);
    s->n = 1;
    add(s, of->sweep, of->n_sweep);
    s->inner = s->n;
    add(s, plan->step, plan->n_step);
    if (s->n_axis == 0)
        return NULL;
    s->set = AG_NEW(a, ag_setting, s->n_set);
    for (int k = 0; k < s->n_axis; k++)
        for (int j = 0; j < s->axis[k]->n_var; j++)
            s->set[at++].var = &s->axis[k]->var[j];
    return s;
}

void ag_steps_choose(ag_steps *s, long k)
{
    ag_setting *to = s->set;
    long        samples = 1;

    s->sample = 0;
    for (int i = 0; i < s->n_axis; k /= s->axis[i++]->n) {
        const ag_axis *axis = s->axis[i];
        for (int j = 0; j < axis->n_var; j++)
            to++->value = axis->value[k % axis->n * axis->n_var + j];
        if (axis->var[0].kind == AG_SWEPT_PARAM) {
            s->sample += samples * (k % axis->n);
            samples *= axis->n;
        }
    }
}

const char *ag_steps_text(const ag_steps *s, ag_arena *a)
{
    const char *text = "";
    char        number[AG_NUMBER_SIZE];

    for (int k = 0; k < s->n_set; k++)
        text = ag_printf(a, "%s%s%s=%s", text, k ? " " : "", s->set[k].var->name, ag_number_print(number, s->set[k].value));
    return text;
}
