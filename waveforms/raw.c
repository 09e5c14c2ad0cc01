#include "waveforms/raw.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "core/number.h"

#define COUNT_WIDTH 12
#define BLOCK (1 << 20)                     /* bytes of rows that make a block */
#define PUBLISH_EVERY 0.25                  /* [s]: cheap, and recent enough for somebody who watches a run */
#define MOST_STRIDE 64                      /* points between looks at the clock, where they come fast */

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* "Fri Nov 20 17:18:56  2026"; UTC of SOURCE_DATE_EPOCH where that is set, for reproducible files. */
static void date(char *text, size_t size)
{
    static const char day[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
    static const char month[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    time_t      t = epoch ? (time_t)strtoll(epoch, NULL, 10) : time(NULL);
    struct tm   tm = { .tm_mday = 1, .tm_year = 70, .tm_wday = 4 };

    if (epoch)
        gmtime_r(&t, &tm);
    else
        localtime_r(&t, &tm);
    snprintf(text, size, "%s %s %2d %02d:%02d:%02d  %d", day[tm.tm_wday], month[tm.tm_mon], tm.tm_mday, tm.tm_hour,
             tm.tm_min, tm.tm_sec, tm.tm_year + 1900);
}

/* The words ngspice knows; anything else would make it complain when it loads the file. */
static const char *type_name(const ag_column *c)
{
    if (!strcmp(c->name, "temp-sweep") || !strcmp(c->name, "res-sweep"))
        return c->name;
    switch (c->quantity) {
    case AG_Q_TIME:    return "time";
    case AG_Q_VOLTAGE: return "voltage";
    case AG_Q_CURRENT: return "current";
    case AG_Q_POWER:   return "power";
    case AG_Q_FREQUENCY: return "frequency";
    case AG_Q_OTHER:   break;
    }
    return "notype";
}

/* Readers split the variable lines at white space. */
static const char *no_blanks(const char *name, char *buffer, size_t size)
{
    size_t n = strlen(name);

    if (n >= size)
        return name;
    for (size_t k = 0, m = 0; k <= n; k++)
        if (name[k] != ' ' && name[k] != '\t')
            buffer[m++] = name[k];
    return buffer;
}

/* The scale of a .dc as ngspice writes it: v(v-sweep), temp-sweep. */
static const char *file_name(const ag_column *c, char *buffer, size_t size)
{
    if (!strcmp(c->name, "v-sweep"))
        return "v(v-sweep)";
    return !strcmp(c->name, "i-sweep") ? "i(i-sweep)" : no_blanks(c->name, buffer, size);
}

static ag_status begin(void *self, const ag_plot *plot)
{
    ag_raw *r = self;
    char when[64], name[512];

    r->points = r->counted = 0;
    r->n = 0;
    r->n_column = plot->n_column;
    r->width = plot->is_complex ? 2 : 1;
    date(when, sizeof when);
    ag_outfile_printf(&r->file, "Title: %s\nDate: %s\nCommand: agspice %s (ngspice-compatible)\nPlotname: %s\n"
                      "Flags: %s%s\nNo. Variables: %d\nNo. Points: ", plot->title, when, AG_VERSION, plot->name,
                      plot->is_complex ? "complex" : "real", plot->stepped ? " stepped" : "", plot->n_column);
    r->count_at = r->file.regular ? ftell(r->file.stream) : 0;
    ag_outfile_printf(&r->file, "%-*d\nVariables:\n", COUNT_WIDTH, 0);
    for (int k = 0; k < plot->n_column; k++)
        ag_outfile_printf(&r->file, "\t%d\t%s\t%s%s\n", k, file_name(&plot->column[k], name, sizeof name),
                          type_name(&plot->column[k]), k == 0 && plot->log_scale ? "\tgrid=3" : "");
    ag_outfile_printf(&r->file, r->ascii ? "Values:\n" : "Binary:\n");
    r->published = r->looked = now();
    r->stride = r->look_at = 1;
    r->end = r->file.regular ? ftell(r->file.stream) : 0;
    return ag_outfile_flush(&r->file);
}

/* Room for n more bytes in the block; NULL after which the run ends. */
static char *room(ag_raw *r, size_t n)
{
    if (r->n + n > r->cap) {
        size_t cap = r->n + n > BLOCK ? 2 * (r->n + n) : 2 * BLOCK;
        char  *larger = realloc(r->block, cap);
        if (!larger)
            return NULL;
        r->block = larger;
        r->cap = cap;
    }
    return r->block + r->n;
}

static ag_status patch_count(ag_raw *r, long points)
{
    char text[COUNT_WIDTH + 16];
    int  n = snprintf(text, sizeof text, "%-*ld", COUNT_WIDTH, points);

    return ag_outfile_patch(&r->file, r->count_at, text, (size_t)n);
}

/* The three steps of raw.h; one that fails is undone, so that the file of a full disk can be read, too. */
static ag_status grow(ag_raw *r, size_t n)
{
    if (r->file.failed)
        return AG_EIO;
    if (!ag_outfile_resize(&r->file, r->end + (long)n) && !patch_count(r, r->points)
        && !ag_outfile_patch(&r->file, r->end, r->block, n)) {
        r->counted = r->points;
        r->end += (long)n;
        return AG_OK;
    }
    patch_count(r, r->counted);
    ag_outfile_resize(&r->file, r->end);
    return AG_EIO;
}

/* Brings the block into the file. */
static ag_status publish(ag_raw *r)
{
    size_t n = r->n;

    r->published = now();
    r->n = 0;
    if (n == 0)
        return r->file.failed ? AG_EIO : AG_OK;
    if (r->file.regular)
        return grow(r, n);
    return ag_outfile_write(&r->file, r->block, n) ? AG_EIO : ag_outfile_flush(&r->file);
}

static ag_status add_binary(ag_raw *r, const double *row)
{
    size_t n = (size_t)r->n_column * (size_t)r->width * sizeof *row;
    char  *to = room(r, n);

    if (!to)
        return AG_ENOMEM;
    memcpy(to, row, n);
    r->n += n;
    return AG_OK;
}

static ag_status add_ascii(ag_raw *r, const double *row)
{
    char *to = room(r, ((size_t)r->n_column + 1) * (size_t)r->width * (AG_NUMBER_SIZE + 2)), *at = to;

    if (!to)
        return AG_ENOMEM;
    at += sprintf(at, "%ld\t", r->points);
    for (int k = 0; k < r->n_column; k++) {
        *at++ = '\t';
        for (int i = 0; i < r->width; i++) {
            ag_number_print(at, row[r->width * k + i]);
            at += strlen(at);
            *at++ = i + 1 < r->width ? ',' : '\n';
        }
    }
    r->n += (size_t)(at - to);
    return AG_OK;
}

static ag_status point(void *self, const double *row)
{
    ag_raw   *r = self;
    ag_status s = r->file.failed ? AG_EIO : r->ascii ? add_ascii(r, row) : add_binary(r, row);

    if (s)
        return s;
    if (++r->points < r->look_at)
        return r->n < BLOCK ? AG_OK : publish(r);
    double t = now();
    r->stride = t - r->looked > PUBLISH_EVERY / MOST_STRIDE ? 1 : r->stride < MOST_STRIDE ? 2 * r->stride : r->stride;
    r->looked = t;
    r->look_at = r->points + r->stride;
    return r->counted == 0 || t - r->published > PUBLISH_EVERY || r->n >= BLOCK ? publish(r) : AG_OK;
}

static ag_status end(void *self, ag_status why)
{
    ag_raw *r = self;

    (void)why;                                            /* points of a failed analysis are kept */
    ag_status s = publish(r);
    if (!s && r->file.regular)
        fseek(r->file.stream, r->end, SEEK_SET);
    return s;
}

ag_status ag_raw_open(ag_raw *r, ag_diag *d, const char *path, int ascii)
{
    *r = (ag_raw){ .ascii = ascii };
    return ag_outfile_open(&r->file, d, path);
}

ag_sink ag_raw_sink(ag_raw *r) { return (ag_sink){ r, begin, point, end }; }

ag_status ag_raw_close(ag_raw *r)
{
    if (r->n)                                             /* nobody called end: memory ran out elsewhere */
        publish(r);
    free(r->block);
    r->block = NULL;
    return ag_outfile_close(&r->file);
}
