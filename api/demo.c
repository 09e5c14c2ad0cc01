/* demo - a whole use of the library: a memristor cell under one write pulse, its energy summed up point by point.
 *
 *     cc -o demo demo.c -lagspice
 */
#include <math.h>
#include <stdio.h>
#include "api/agspice.h"

static const char netlist[] =
    "one Ag2S cell, one write pulse\n"
    ".model cell ag2s_filament(thickness=200n tanneal=160)\n"
    "v1 te 0 pulse(0 -0.3 1u 20n 20n 0.96u)\n"
    "n1 te 0 cell\n"
    ".end\n";

typedef struct meter { double time, power, energy; long points; } meter;

static ag_status begin(void *self, const ag_plot *plot)
{
    *(meter *)self = (meter){ 0, 0, 0, 0 };
    printf("%s: %s of", plot->title, plot->name);
    for (int k = 0; k < plot->n_column; k++)
        printf(" %s [%s]", plot->column[k].name, plot->column[k].unit);
    printf("\n");
    return AG_OK;
}

/* Columns as begin() announced them: time, then what ag_save asked for. */
static ag_status point(void *self, const double *row)
{
    meter *m = self;

    m->energy += (row[0] - m->time) * (row[1] + m->power) / 2;
    m->time = row[0];
    m->power = row[1];
    m->points++;
    return AG_OK;
}

static void report(void *user, ag_severity severity, const char *text)
{
    (void)user;
    (void)severity;
    fputs(text, stderr);
}

int main(void)
{
    meter       m;
    ag_host     host = { .report = report };
    ag_sink     sink = { .self = &m, .begin = begin, .point = point };
    ag_circuit *c = ag_circuit_new(&host);
    ag_status   s = c ? ag_read_text(c, "demo", netlist) : AG_ENOMEM;

    if (!s)
        s = ag_save(c, "p(n1)");
    /* Runs may be repeated with other parameters: here a smaller cell. */
    for (double area = 25e-12; !s && area > 5e-12; area /= 2) {
        s = ag_set(c, "cell", "area", area);
        if (!s)
            s = ag_run(c, "tran 10n 4u", &sink);
        if (!s)
            printf("area %5.2f um2: write energy %.3g fJ (%ld points)\n", area * 1e12, m.energy * 1e15, m.points);
    }
    ag_circuit_free(c);
    if (s)
        fprintf(stderr, "demo: %s\n", ag_status_text(s));
    return s != AG_OK;
}
