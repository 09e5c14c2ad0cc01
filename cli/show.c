#include "cli/show.h"
#include <math.h>
#include <stdio.h>
#include "core/intern.h"
#include "core/model.h"

void cli_show_models(void)
{
    for (int k = 0; ag_models[k]; k++)
        printf("%-16s %s\n", ag_models[k]->name, ag_models[k]->title);
}

static void parameters(const ag_model *m)
{
    char value[32], range[64];

    printf("\nparameters\n  %-12s %-8s %-12s %-24s %s\n", "name", "unit", "default", "range", "meaning");
    for (int k = 0; k < m->n_param; k++) {
        const ag_param *p = &m->param[k];
        snprintf(value, sizeof value, isnan(p->dflt) ? "-" : "%g", p->dflt);
        snprintf(range, sizeof range, p->kind == AG_VECTOR || p->kind == AG_TEXT ? "" : "%g .. %g", p->min, p->max);
        printf("  %-12s %-8s %-12s %-24s %s\n", p->name, p->unit, p->kind == AG_VECTOR ? "-" : value, range, p->help);
    }
}

static void show(const ag_model *m)
{
    printf("%s - %s\n\nterminals: ", m->name, m->title);
    for (int k = 0; k < m->n_terminal; k++)
        printf("%s%s", k ? ", " : "", m->terminal[k]);
    printf("\n");
    if (m->n_param)
        parameters(m);
    if (m->n_unknown)
        printf("\nstates and currents, as @name[x]\n");
    for (int k = 0; k < m->n_unknown; k++)
        printf("  %-12s %-8s %s\n", m->unknown[k].name, m->unknown[k].unit, m->unknown[k].help ? m->unknown[k].help : "");
    if (m->n_derived)
        printf("\nderived values, as @name[x]\n");
    for (int k = 0; k < m->n_derived; k++)
        printf("  %-12s %-8s %s\n", m->derived[k].name, m->derived[k].unit, m->derived[k].help);
}

int cli_show_model(const char *name)
{
    const ag_model *m = ag_model_find(name);
    ag_guess        g = { .name = name };

    if (m) {
        show(m);
        return 1;
    }
    for (int k = 0; ag_models[k]; k++)
        ag_guess_try(&g, ag_models[k]->name);
    if (g.best)
        fprintf(stderr, "agspice: error: no model '%s'; did you mean '%s'?\n", name, g.best);
    else
        fprintf(stderr, "agspice: error: no model '%s'; agspice --models lists them\n", name);
    return 0;
}
