#include "waveforms/csv.h"
#include <string.h>
#include "core/number.h"

ag_status ag_csv_text(ag_outfile *f, const char *text)
{
    if (!strpbrk(text, ",\"\r\n"))
        return ag_outfile_write(f, text, strlen(text));
    ag_outfile_write(f, "\"", 1);
    for (; *text; text++)
        ag_outfile_write(f, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
    return ag_outfile_write(f, "\"", 1);
}

/* A complex column is two: "re(v(out))", "im(v(out))". */
static void heading(ag_csv *c, const ag_column *column)
{
    static const char *const format[] = { "%s", "re(%s)", "im(%s)" };
    char name[512];

    for (int k = column->is_complex; k <= 2 * column->is_complex; k++) {
        if (k == 2)
            ag_outfile_write(&c->file, ",", 1);
        snprintf(name, sizeof name, format[k], column->name);
        ag_csv_text(&c->file, name);
    }
}

static ag_status begin(void *self, const ag_plot *plot)
{
    ag_csv *c = self;

    c->n_column = plot->n_column;
    c->column = plot->column;
    c->width = plot->is_complex ? 2 : 1;
    if (c->plots++)
        ag_outfile_write(&c->file, "\n", 1);
    for (int k = 0; k < plot->n_column; k++) {
        if (k)
            ag_outfile_write(&c->file, ",", 1);
        heading(c, &plot->column[k]);
    }
    ag_outfile_write(&c->file, "\n", 1);
    return ag_outfile_flush(&c->file);
}

static ag_status point(void *self, const double *row)
{
    ag_csv *c = self;
    char    number[AG_NUMBER_SIZE + 1];

    for (int k = 0; k < c->n_column; k++)
        for (int i = 0; i < 1 + c->column[k].is_complex; i++) {
            ag_number_print(number, row[c->width * k + i]);
            strcat(number, k + 1 < c->n_column || i < c->column[k].is_complex ? "," : "\n");
            ag_outfile_write(&c->file, number, strlen(number));
        }
    return c->file.failed ? AG_EIO : AG_OK;
}

static ag_status end(void *self, ag_status why)
{
    ag_csv *c = self;

    (void)why;
    return ag_outfile_flush(&c->file);
}

ag_status ag_csv_open(ag_csv *c, ag_diag *d, const char *path)
{
    *c = (ag_csv){ .plots = 0 };
    return ag_outfile_open(&c->file, d, path);
}

ag_sink ag_csv_sink(ag_csv *c) { return (ag_sink){ c, begin, point, end }; }

ag_status ag_csv_close(ag_csv *c) { return ag_outfile_close(&c->file); }
