/* show - see show.h. A page is Markdown that reads well as plain text: `make doc` collects the pages into doc/models.md. */
#include "cli/show.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "core/intern.h"
#include "core/model.h"

void cli_show_models(void)
{
    for (int k = 0; ag_models[k]; k++)
        printf("%-16s %s\n", ag_models[k]->name, ag_models[k]->title);
}

/* "name - title", underlined. */
static void heading(const ag_model *m)
{
    int n = printf("%s - %s\n", m->name, m->title);

    for (; n > 1; n--)
        putchar('-');
    printf("\n\n");
}

/* The leading comment of the model's file, indented: physics, equations, sources. */
static void physics(const ag_model *m)
{
    for (const char *line = ag_model_page(m); *line; line += strcspn(line, "\n") + 1) {
        int n = (int)strcspn(line, "\n");
        printf(n ? "    %.*s\n" : "\n", n, line);
    }
    printf("\n");
}

static void usage(const ag_model *m)
{
    printf("Terminals: ");
    for (int k = 0; k < m->n_terminal; k++)
        printf("%s%s", k ? ", " : "", m->terminal[k]);
    if (m->type)
        printf(". Also the card `.model NAME %s(level=%d ...)`", m->type, m->level);
    for (int k = 0; k < m->n_alias; k++)
        printf(", or `%s` with %s = %g", m->alias[k].type, m->param[m->alias[k].param].name, m->alias[k].value);
    printf(".\n");
}

static const char *unit(const char *text) { return strcmp(text, "1") ? text : ""; }

static void parameters(const ag_model *m)
{
    static const char *const where[] = { "both", "card", "instance", "both" };
    char value[32], range[64];

    if (!m->n_param)
        return;
    printf("\n| parameter    | unit     | default      | range                    | set on   | meaning |\n");
    printf("|--------------|----------|--------------|--------------------------|----------|---------|\n");
    for (int k = 0; k < m->n_param; k++) {
        const ag_param *p = &m->param[k];
        int number = p->kind == AG_REAL || p->kind == AG_INT;
        snprintf(value, sizeof value, isnan(p->dflt) || !number ? "-" : "%g", p->dflt);
        snprintf(range, sizeof range, number ? "%g .. %g" : "", p->min, p->max);
        printf("| %-12s | %-8s | %-12s | %-24s | %-8s | %s |\n", p->name, unit(p->unit), value, range, where[p->where], p->help);
    }
}

/* "Words of window: 0 none, 1 joglekar, ..." and the parameters that are only accepted. */
static void words(const ag_model *m)
{
    for (int k = 0; k < m->n_word; k++) {
        if (k && m->word[k].param == m->word[k - 1].param)
            printf(", ");
        else
            printf("%s\nWords of %s: ", k ? ".\n" : "", m->param[m->word[k].param].name);
        printf("%g %s", m->word[k].value, m->word[k].text);
    }
    if (m->n_word)
        printf(".\n");
    if (m->ignored)
        printf("\nAccepted with a warning, without effect: ");
    for (int k = 0; m->ignored && m->ignored[k]; k++)
        printf("%s%s", k ? ", " : "", m->ignored[k]);
    if (m->ignored)
        printf(".\n");
}

static void unknowns(const ag_model *m)
{
    static const char *const in_op[] = { [AG_SOLVED] = "solved", [AG_HELD] = "held", [AG_RAMPED] = "ramped" };
    char range[64];

    if (!m->n_unknown)
        return;
    printf("\n| state, as @name[x] | unit | start    | in .op | range                    | meaning |\n");
    printf("|--------------------|------|----------|--------|--------------------------|---------|\n");
    for (int k = 0; k < m->n_unknown; k++) {
        const ag_unknown *u = &m->unknown[k];
        snprintf(range, sizeof range, isfinite(u->min) && isfinite(u->max) && u->min < u->max ? "%g .. %g" : "", u->min, u->max);
        printf("| %-18s | %-4s | %-8s | %-6s | %-24s | %s |\n", u->name, unit(u->unit), u->init < 0 ? "" : m->param[u->init].name,
               in_op[u->hold], range, u->help ? u->help : "");
    }
}

static void derived(const ag_model *m)
{
    if (!m->n_derived)
        return;
    printf("\n| value, as @name[x] | unit     | meaning |\n|--------------------|----------|---------|\n");
    for (int k = 0; k < m->n_derived; k++)
        printf("| %-18s | %-8s | %s |\n", m->derived[k].name, unit(m->derived[k].unit), m->derived[k].help);
}

static void latches(const ag_model *m)
{
    if (!m->n_latch)
        return;
    printf("\n| memory, as @name[x] | unit     | meaning |\n|--------------------|----------|---------|\n");
    for (int k = 0; k < m->n_latch; k++)
        printf("| %-18s | %-8s | %s |\n", m->latch[k].name, unit(m->latch[k].unit), m->latch[k].help);
}

static void show(const ag_model *m)
{
    heading(m);
    physics(m);
    usage(m);
    parameters(m);
    words(m);
    unknowns(m);
    derived(m);
    latches(m);
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
