#include "waveforms/pulses.h"
#include <math.h>
#include <stddef.h>
#include "core/number.h"
#include "waveforms/csv.h"

#define ROUNDING 1e-6                       /* a read at the very level is one, whatever rounding makes of it */
#define QUIET 0.1                           /* see pulses.h: what remains of an exponential edge is then 0.1 vmin */

const ag_pulse_column ag_pulse_columns[] = {
    { "t_start", "s", offsetof(ag_pulse, t_start) },   { "width", "s", offsetof(ag_pulse, width) },
    { "v_peak", "V", offsetof(ag_pulse, v_peak) },     { "i_peak", "A", offsetof(ag_pulse, i_peak) },
    { "charge", "C", offsetof(ag_pulse, charge) },     { "energy", "J", offsetof(ag_pulse, energy) },
    { "g_before", "S", offsetof(ag_pulse, g_before) }, { "g_after", "S", offsetof(ag_pulse, g_after) },
    { "t_recover", "s", offsetof(ag_pulse, t_recover) },
};
const int ag_n_pulse_column = (int)(sizeof ag_pulse_columns / sizeof *ag_pulse_columns);

/* A stretch of points of one polarity outside the read zone, with its edges. Points are numbers in the memory. */
typedef struct core {
    long   first, last;                     /* points outside the zone */
    long   rest_before, rest_after;         /* where the edges start and end */
    double t_start, t_end, peak;
} core;

typedef struct finder {
    const ag_pulses *r;
    const ag_memory *m;
    ag_arena        *arena;
    double           from, to;              /* [s] window, within the run */
    long             low, high;             /* points looked at; the first and the last stand for the ends of the window */
    core            *core;
    int              n_core, cap_core;
    ag_pulse_list   *list;
} finder;

static double time_at(const finder *f, long i) { return fmin(fmax(ag_memory_time(f->m, i), f->from), f->to); }

static double value_at(const finder *f, int probe, long i)
{
    double t = ag_memory_time(f->m, i);

    return t < f->from || t > f->to ? ag_memory_interpolate(f->m, probe, time_at(f, i)) : ag_memory_value(f->m, probe, i);
}

static double v_at(const finder *f, long i) { return value_at(f, f->r->v, i); }
static double i_at(const finder *f, long i) { return value_at(f, f->r->i, i); }
static double g_at(const finder *f, long i) { return value_at(f, f->r->g, i); }

void ag_pulses_want(const ag_pulses *r, ag_memory *m)
{
    ag_memory_want(m, r->v);
    ag_memory_want(m, r->i);
    ag_memory_want(m, r->g);
}

/* -1, 0, 1: outside the zone |v| <= level, and on which side. */
static int side(const finder *f, long i, double level)
{
    double v = v_at(f, i);

    return v > level ? 1 : v < -level ? -1 : 0;
}

/* Time in segment (i, i+1) where a quantity going from a to b passes level. */
static double pass(const finder *f, long i, double a, double b, double level)
{
    double s = a == b ? 0 : (level - a) / (b - a), t = time_at(f, i);

    s = s > 0 ? s < 1 ? s : 1 : 0;
    return t + s * (time_at(f, i + 1) - t);
}

/* Walks from point i in direction step (+-1) to `stop` while v falls, times `sign`; the point where it rests. */
static long rest(const finder *f, long i, int step, long stop, int sign, double peak)
{
    double steepest = 0, quiet = QUIET * f->r->vmin / peak;

    for (; i != stop; i += step) {
        double dt = fabs(time_at(f, i + step) - time_at(f, i));
        double slope = sign * (v_at(f, i) - v_at(f, i + step)) / (dt > 0 ? dt : 1e-300);
        if (!(slope > 0) || slope < quiet * steepest)
            return i;
        steepest = fmax(steepest, slope);
    }
    return i;
}

/* Time next to the core where v has come within vmin of base, between the core's end point i and rest point r. */
static double edge(const finder *f, long i, long r, double base)
{
    int    step = r > i ? 1 : -1;
    double level = f->r->vmin;

    for (; i != r; i += step) {
        double a = v_at(f, i) - base, b = v_at(f, i + step) - base;
        if (fabs(b) > level && (a > 0) == (b > 0))
            continue;
        if (fabs(a) <= level)
            break;
        return step > 0 ? pass(f, i, a, b, a > 0 ? level : -level) : pass(f, i - 1, b, a, a > 0 ? level : -level);
    }
    return time_at(f, i);
}

static void find_cores(finder *f)
{
    double level = fmax(isnan(f->r->read) ? 0 : fabs(f->r->read) * (1 + ROUNDING), f->r->vmin);

    for (long i = f->low; i <= f->high; i++) {
        int s = side(f, i, level);
        if (!s)
            continue;
        core c = { .first = i, .peak = fabs(v_at(f, i)) };
        while (i < f->high && side(f, i + 1, level) == s)
            c.peak = fmax(c.peak, fabs(v_at(f, ++i)));
        c.last = i;
        *AG_PUSH(f->arena, f->core, f->n_core, f->cap_core) = c;
    }
}

/* Start and end of every write pulse. */
static void find_edges(finder *f)
{
    for (int k = 0; k < f->n_core; k++) {
        core *c = &f->core[k];
        long  before = k ? f->core[k - 1].last : f->low, after = k + 1 < f->n_core ? f->core[k + 1].first : f->high;
        int   sign = v_at(f, c->first) > 0 ? 1 : -1;
        c->rest_before = rest(f, c->first, -1, before, sign, c->peak);
        c->rest_after = rest(f, c->last, 1, after, sign, c->peak);
    }
    for (int k = 0; k < f->n_core; k++) {
        core *c = &f->core[k];
        int   from_other = k && f->core[k - 1].rest_after > c->rest_before;
        int   to_other = k + 1 < f->n_core && c->rest_after > f->core[k + 1].rest_before;
        c->t_start = edge(f, c->first, c->rest_before, from_other ? 0 : v_at(f, c->rest_before));
        c->t_end = edge(f, c->last, c->rest_after, to_other ? 0 : v_at(f, c->rest_after));
    }
}

static void look(ag_pulse *p, double v, double i)
{
    if (fabs(v) > fabs(p->v_peak)) p->v_peak = v;
    if (fabs(i) > fabs(p->i_peak)) p->i_peak = i;
}

/* Integrals and peaks from p->t_start over p->width. */
static void integrate(const finder *f, ag_pulse *p)
{
    double t = p->t_start, stop = t + p->width;
    double v = ag_memory_interpolate(f->m, f->r->v, t), i = ag_memory_interpolate(f->m, f->r->i, t);

    look(p, v, i);
    for (long k = ag_memory_find(f->m, t) + 1; t < stop; k++) {
        int    inside = k <= f->high && time_at(f, k) < stop;
        double next = inside ? time_at(f, k) : stop;
        double v1 = inside ? v_at(f, k) : ag_memory_interpolate(f->m, f->r->v, stop);
        double i1 = inside ? i_at(f, k) : ag_memory_interpolate(f->m, f->r->i, stop);
        p->charge += (next - t) * (i + i1) / 2;
        p->energy += ag_product_integral(next - t, v, v1, i, i1);
        look(p, v1, i1);
        t = next;
        v = v1;
        i = i1;
    }
}

static ag_pulse *add(finder *f, int write, double t_start, double t_end)
{
    ag_pulse *p = AG_PUSH(f->arena, f->list->pulse, f->list->n, f->list->cap);

    *p = (ag_pulse){ .write = write, .t_start = t_start, .width = t_end - t_start, .g_before = NAN, .g_after = NAN,
                     .t_recover = NAN };
    integrate(f, p);
    return p;
}

/* From t until the current stays within recover of its value at point `settled` [s]. */
static double recovery(const finder *f, double t, long settled)
{
    double target = i_at(f, settled), band = f->r->recover * fabs(target);

    if (!(band > 0))
        return NAN;
    for (long k = settled - 1; k >= f->low && time_at(f, k) >= t; k--) {
        double a = i_at(f, k) - target, b = i_at(f, k + 1) - target;
        if (fabs(a) > band)
            return pass(f, k, a, b, a > 0 ? band : -band) - t;
    }
    return 0;
}

/* The last point of the plateau of a read whose points are first .. last, before the edge to the point after it. */
static long plateau_end(const finder *f, long first, long last, int sign)
{
    double peak = 0;

    for (long k = first; k <= last; k++)
        peak = fmax(peak, fabs(v_at(f, k)));
    long end = rest(f, last + 1, -1, first, -sign, peak);
    return end > last ? last : end;
}

/* Reads between points p and q, in the time from t0 to t1; returns the end of the plateau of the first one, -1: none. */
static long find_reads(finder *f, long p, long q, double t0, double t1)
{
    double level = f->r->vmin;
    long   first_ends = -1;

    for (long k = p; k <= q; k++) {
        int s = side(f, k, level);
        if (!s)
            continue;
        double start = k == p ? t0 : pass(f, k - 1, v_at(f, k - 1), v_at(f, k), s * level);
        long   first = k;
        while (k < q && side(f, k + 1, level) == s)
            k++;
        double    end = k == q ? t1 : pass(f, k, v_at(f, k), v_at(f, k + 1), s * level);
        long      rests = k == q ? k : plateau_end(f, first, k, s);
        ag_pulse *r = add(f, 0, start, end);
        r->g_before = ag_memory_interpolate(f->m, f->r->g, start);
        r->g_after = g_at(f, rests);
        if (first_ends < 0)
            first_ends = rests;
    }
    return first_ends;
}

void ag_pulses_find(const ag_pulses *r, const ag_memory *m, ag_arena *a, ag_pulse_list *list)
{
    finder f = { .r = r, .m = m, .arena = a, .list = list };

    *list = (ag_pulse_list){ .request = r };
    if (m->n == 0)
        return;
    f.from = fmax(ag_memory_time(m, 0), r->from);                       /* NAN: the whole run */
    f.to = fmin(ag_memory_time(m, m->n - 1), r->to);
    if (f.from > f.to)
        return;
    f.low = ag_memory_find(m, f.from);
    f.high = ag_memory_find(m, f.to);
    f.high += ag_memory_time(m, f.high) < f.to;
    find_cores(&f);
    find_edges(&f);
    for (int k = -1; k < f.n_core; k++) {                               /* k = -1: reads before the first write */
        const core *c = k < 0 ? NULL : &f.core[k], *next = k + 1 < f.n_core ? c ? c + 1 : f.core : NULL;
        long        p = c ? c->rest_after : f.low, q = next ? next->rest_before : f.high;
        double      t0 = c ? c->t_end : time_at(&f, f.low), t1 = next ? next->t_start : time_at(&f, f.high);
        int         w = list->n;
        if (c)
            add(&f, 1, c->t_start, c->t_end)->g_before = c->rest_before < c->first ? g_at(&f, c->rest_before)
                                                                                   : ag_memory_interpolate(m, r->g, c->t_start);
        long read_ends = t0 < t1 ? find_reads(&f, p, q, t0, t1) : -1;     /* not at a pulse that the run cuts */
        if (c) {
            list->pulse[w].g_after = read_ends >= 0 ? g_at(&f, read_ends) : p <= q ? g_at(&f, q) : ag_memory_interpolate(m, r->g, t0);
            if (read_ends >= 0)
                list->pulse[w].t_recover = recovery(&f, c->t_end, read_ends);
        }
    }
}

static const char *cell(char *buffer, double value, const char *unit)
{
    return isnan(value) ? "-" : ag_number_engineering(buffer, value, unit, 4);
}

void ag_pulses_print(const ag_pulse_list *list, FILE *log)
{
    char   buffer[AG_NUMBER_SIZE], mean[AG_NUMBER_SIZE];
    double energy = 0;
    int    writes = 0;

    fprintf(log, "\nPulses of %s\n%5s  %-5s", list->request->device, "index", "kind");
    for (int k = 0; k < ag_n_pulse_column; k++)
        fprintf(log, " %11s", ag_pulse_columns[k].name);
    fputc('\n', log);
    for (int j = 0; j < list->n; j++) {
        const ag_pulse *p = &list->pulse[j];
        fprintf(log, "%5d  %-5s", j + 1, p->write ? "write" : "read");
        for (int k = 0; k < ag_n_pulse_column; k++)
            fprintf(log, " %11s", cell(buffer, ag_pulse_number(p, k), ag_pulse_columns[k].unit));
        fputc('\n', log);
        writes += p->write;
        energy += p->write ? p->energy : 0;
    }
    if (writes)
        fprintf(log, "%d write%s: %s in all, %s on average\n", writes, writes == 1 ? "" : "s",
                ag_number_engineering(buffer, energy, "J", 4), ag_number_engineering(mean, energy / writes, "J", 4));
    else
        fprintf(log, "%s\n", list->n ? "no write pulses" : "no pulses");
}

ag_status ag_pulses_csv_head(ag_outfile *f, const ag_setting *set, int n_set)
{
    for (int k = 0; k < n_set; k++) {
        ag_csv_text(f, set[k].var->name);
        ag_outfile_write(f, ",", 1);
    }
    ag_outfile_printf(f, "device,index,kind");
    for (int k = 0; k < ag_n_pulse_column; k++)
        ag_outfile_printf(f, ",%s", ag_pulse_columns[k].name);
    return ag_outfile_write(f, "\n", 1);
}

ag_status ag_pulses_csv(const ag_pulse_list *list, int n_list, const double *value, int n_value, ag_outfile *f)
{
    char number[AG_NUMBER_SIZE];

    for (const ag_pulse_list *l = list; l < list + n_list; l++)
        for (int j = 0; j < l->n; j++) {
            for (int k = 0; k < n_value; k++)
                ag_outfile_printf(f, "%s,", ag_number_print(number, value[k]));
            ag_csv_text(f, l->request->device);
            ag_outfile_printf(f, ",%d,%s", j + 1, l->pulse[j].write ? "write" : "read");
            for (int k = 0; k < ag_n_pulse_column; k++)
                ag_outfile_printf(f, ",%s", ag_number_print(number, ag_pulse_number(&l->pulse[j], k)));
            ag_outfile_write(f, "\n", 1);
        }
    return f->failed ? AG_EIO : AG_OK;
}
