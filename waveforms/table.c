#include "waveforms/table.h"
#include <string.h>

#define LINES 60                            /* between repeated headings: a screen or a page */

static int at_least(size_t n, int width) { return (int)n > width ? (int)n : width; }

static void heading(const ag_listing *l, const char *scale, const int *width, FILE *log)
{
    int total = 8 + (scale ? width[l->n] + 2 : 0);

    fprintf(log, "%-8s", "Index");
    if (scale)
        fprintf(log, "%-*s  ", width[l->n], scale);
    for (int k = 0; k < l->n; k++) {
        fprintf(log, "%s%-*s", k ? "  " : "", k + 1 < l->n ? width[k] : 0, l->item[k].name);
        total += width[k] + (k ? 2 : 0);
    }
    fputc('\n', log);
    for (int k = 0; k < total; k++)
        fputc('-', log);
    fputc('\n', log);
}

/* A complex number as "real, imaginary". */
static void cell(ag_series *s, long i, int digits, int width, FILE *log)
{
    char text[2 * (17 + 10)], *at = text;

    at += sprintf(at, "%.*e", digits - 1, ag_series_at(s, i));
    if (ag_series_is_complex(s))
        sprintf(at, ", %.*e", digits - 1, ag_series_imaginary(s, i));
    fprintf(log, "%-*s", width, text);
}

void ag_table_print(const ag_circuit *c, const ag_listing *l, const ag_memory *m, ag_arena *a, FILE *log)
{
    int         digits = (int)c->options.numdgt, number = digits + 7;     /* -1.23456e-100 */
    long        from = 0;                                 /* first point of the curve */
    const char *scale = l->analysis == AG_OP ? NULL : m->scale.column.name;
    int        *width = AG_NEW(a, int, l->n + 1);
    ag_series **item = AG_NEW(a, ag_series *, l->n + 1);

    if (l->n == 0)
        return;
    for (int k = 0; k < l->n; k++) {
        item[k] = ag_series_new(m, a, &l->item[k]);
        width[k] = at_least(strlen(l->item[k].name), number * (1 + ag_series_is_complex(item[k])));
    }
    width[l->n] = at_least(scale ? strlen(scale) : 0, number);
    fprintf(log, "\n%s\n%s%s\n", c->title ? c->title : "", ag_analysis_title(l->analysis), ag_scale_outer(&m->scale, 0, a));
    for (long i = 0; i < m->n; i++) {
        if (i && ag_scale_breaks(&m->scale, i)) {
            fprintf(log, "\n%s%s\n", ag_analysis_title(l->analysis), ag_scale_outer(&m->scale, i, a));
            from = i;
        }
        if ((i - from) % LINES == 0) {
            fputs(i > from ? "\n" : "", log);
            heading(l, scale, width, log);
        }
        fprintf(log, "%-8ld", i);
        if (scale)
            fprintf(log, "%-*.*e  ", width[l->n], digits - 1, ag_memory_time(m, i));
        for (int k = 0; k < l->n; k++) {
            fputs(k ? "  " : "", log);
            cell(item[k], i, digits, k + 1 < l->n ? width[k] : 0, log);
        }
        fputc('\n', log);
    }
}

static void part(const ag_select *s, const double *value, FILE *log, ag_quantity low, ag_quantity high, const char *title)
{
    int width = 34, any = 0;

    for (int k = 0; k < s->n; k++)
        if (s->column[k].quantity >= low && s->column[k].quantity <= high)
            width = at_least(strlen(s->column[k].name) + 2, width);
    for (int k = 0; k < s->n; k++) {
        const ag_column *c = &s->column[k];
        if (c->quantity < low || c->quantity > high)
            continue;
        if (!any++)
            fprintf(log, "\n%-*s %s\n%-*s ----------\n", width, title, low == AG_Q_VOLTAGE ? "Voltage [V]" : low == AG_Q_CURRENT ?
                    "Current [A]" : "Value", width, "----");
        fprintf(log, "%-*s % .6e%s%s\n", width, c->name, value[k], low > AG_Q_CURRENT ? " " : "",
                low > AG_Q_CURRENT && c->unit ? c->unit : "");
    }
}

void ag_table_op(const ag_select *s, const double *value, FILE *log)
{
    fprintf(log, "\nOperating point\n");
    part(s, value, log, AG_Q_VOLTAGE, AG_Q_VOLTAGE, "Node");
    part(s, value, log, AG_Q_CURRENT, AG_Q_CURRENT, "Source");
    part(s, value, log, AG_Q_POWER, AG_Q_OTHER, "Variable");
}
