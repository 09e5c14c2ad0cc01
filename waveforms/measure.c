#include "waveforms/measure.h"
#include <math.h>
#include <string.h>
#include "core/number.h"

typedef struct task { const ag_memory *m; ag_arena *arena; double begin, finish; ag_result *r; } task;

#define JUMP 1e-12                          /* of the time: segments shorter than that are vertical */

static int windowed(const ag_measure *m) { return m->kind <= AG_M_MAX_AT; }

/* Whether what is integrated is a power of which voltage and current are known apart. */
static int is_product(const ag_measure *m) { return m->power && (m->kind == AG_M_INTEG || m->kind == AG_M_AVG); }

void ag_measure_want(const ag_circuit *c, ag_analysis_kind kind, ag_memory *memory)
{
    for (int k = 0; k < c->plan.n_measure; k++) {
        const ag_measure *m = &c->plan.measure[k];
        if (m->analysis != kind || m->kind == AG_M_PARAM)
            continue;
        if (windowed(m) || m->kind == AG_M_FIND || m->kind == AG_M_DERIV)
            ag_memory_want_output(memory, &m->what);
        if (is_product(m)) {
            ag_memory_want(memory, m->v);
            ag_memory_want(memory, m->i);
        }
        for (int side = 0; side < 2; side++) {
            const ag_when *w = side ? &m->targ : &m->trig;
            if (windowed(m) || w->has_at || (side && m->kind != AG_M_TRIG_TARG))
                continue;
            ag_memory_want_output(memory, &w->lhs);
            ag_memory_want_output(memory, &w->rhs);
        }
    }
}

static double failed(task *k, const char *why)
{
    k->r->ok = 0;
    k->r->why = why;
    return NAN;
}

/* Time [s] at which a segment from point i to the next passes 0 on its way from a to b. */
static double passes(const ag_memory *m, long i, double a, double b)
{
    double t0 = ag_memory_time(m, i), t1 = ag_memory_time(m, i + 1);

    return t1 - t0 <= JUMP * t1 ? t1 : t0 + (t1 - t0) * (a / (a - b));
}

/* Time of the wanted crossing [s], NAN after setting why. */
static double crossing(task *k, const ag_when *w)
{
    if (w->has_at) {
        if (w->at_time >= k->begin && w->at_time <= k->finish)
            return w->at_time;
        return failed(k, "the time lies outside the run");
    }
    ag_series *lhs = ag_series_new(k->m, k->arena, &w->lhs), *rhs = ag_series_new(k->m, k->arena, &w->rhs);
    double last = NAN, a = ag_series_at(lhs, 0) - ag_series_at(rhs, 0);
    int    count = 0;

    for (long i = 1; i < k->m->n; i++) {
        double b = ag_series_at(lhs, i) - ag_series_at(rhs, i);
        int    rise = a < 0 && b >= 0 && w->edge != AG_FALL, fall = a > 0 && b <= 0 && w->edge != AG_RISE;
        if (rise || fall) {
            double t = passes(k->m, i - 1, a, b);
            if (t >= w->td) {
                last = t;
                if (++count == w->n)
                    return t;
            }
        }
        a = b;
    }
    if (w->n < 0 && count)
        return last;
    return failed(k, count ? "crossed fewer times than asked for" : "never crossed");
}

/* What a pass over a window collects: integrals of y and y^2, extrema and their times. */
typedef struct window { double from, to, integral, square, min, max, t_min, t_max; } window;

static void look(window *w, double t, double y)
{
    if (y < w->min) { w->min = y; w->t_min = t; }
    if (y > w->max) { w->max = y; w->t_max = t; }
}

/* Integral of the product of v and i over a window inside the run. */
static double product(const task *k, const ag_measure *m, double from, double to)
{
    double t = from, v = ag_memory_interpolate(k->m, m->v, t), i = ag_memory_interpolate(k->m, m->i, t), sum = 0;

    for (long j = ag_memory_find(k->m, from) + 1; t < to; j++) {
        int    inside = j < k->m->n && ag_memory_time(k->m, j) < to;
        double next = inside ? ag_memory_time(k->m, j) : to;
        double w = inside ? ag_memory_value(k->m, m->v, j) : ag_memory_interpolate(k->m, m->v, to);
        double l = inside ? ag_memory_value(k->m, m->i, j) : ag_memory_interpolate(k->m, m->i, to);
        sum += ag_product_integral(next - t, v, w, i, l);
        t = next;
        v = w;
        i = l;
    }
    return sum;
}

static int scan(task *k, const ag_measure *m, window *w)
{
    double from = isnan(m->from) ? k->begin : m->from, to = isnan(m->to) ? k->finish : m->to;
    ag_series *s = ag_series_new(k->m, k->arena, &m->what);

    if (!(from <= to) || from > k->finish || to < k->begin)
        return failed(k, from <= to ? "the window lies outside the run" : "the window ends before it starts"), 0;
    from = fmax(from, k->begin);
    to = fmin(to, k->finish);
    double t = from, y = ag_series_interpolate(s, t);
    *w = (window){ .from = from, .to = to, .min = y, .max = y, .t_min = t, .t_max = t };
    for (long i = ag_memory_find(k->m, from) + 1; t < to; i++) {
        int    inside = i < k->m->n && ag_memory_time(k->m, i) < to;
        double next = inside ? ag_memory_time(k->m, i) : to, z = inside ? ag_series_at(s, i) : ag_series_interpolate(s, to);
        w->integral += (next - t) * (y + z) / 2;
        w->square += (next - t) * (y * y + y * z + z * z) / 3;
        look(w, next, z);
        t = next;
        y = z;
    }
    if (is_product(m))
        w->integral = product(k, m, from, to);
    return 1;
}

static double over_window(task *k, const ag_measure *m)
{
    window w;

    if (!scan(k, m, &w))
        return NAN;
    double width = w.to - w.from;
    k->r->from = w.from;
    k->r->to = w.to;
    switch (m->kind) {
    case AG_M_INTEG: return w.integral;
    case AG_M_AVG:   return width > 0 ? w.integral / width : w.min;
    case AG_M_RMS:   return width > 0 ? sqrt(w.square / width) : fabs(w.min);
    case AG_M_PP:    return w.max - w.min;
    case AG_M_MIN:   k->r->at = w.t_min; return w.min;
    case AG_M_MAX:   k->r->at = w.t_max; return w.max;
    case AG_M_MIN_AT: k->r->at = w.min; return w.t_min;
    default:         k->r->at = w.max; return w.t_max;
    }
}

static double slope(ag_series *s, long i)
{
    double dt = ag_memory_time(s->m, i + 1) - ag_memory_time(s->m, i);

    return dt > 0 ? (ag_series_at(s, i + 1) - ag_series_at(s, i)) / dt : 0;
}

static double middle(ag_series *s, long i) { return (ag_memory_time(s->m, i) + ag_memory_time(s->m, i + 1)) / 2; }

/* Slopes are second-order accurate in the middle of a segment, hence the interpolation between middles. */
static double derivative(ag_series *s, double t)
{
    long last = s->m->n - 2, i = ag_memory_find(s->m, t);

    if (last < 0)
        return 0;
    i = i > last ? last : i;
    long j = t < middle(s, i) ? i - 1 : i + 1;
    if (j < 0 || j > last)
        return slope(s, i);
    double a = middle(s, i), b = middle(s, j);
    return slope(s, i) + (slope(s, j) - slope(s, i)) * ((t - a) / (b - a));
}

static double at_time(task *k, const ag_measure *m)
{
    double t = crossing(k, &m->trig);

    if (isnan(t))
        return t;
    ag_series *s = ag_series_new(k->m, k->arena, &m->what);
    k->r->at = t;
    return m->kind == AG_M_FIND ? ag_series_interpolate(s, t) : derivative(s, t);
}

static double between(task *k, const ag_measure *m)
{
    double a = crossing(k, &m->trig), b = isnan(a) ? NAN : crossing(k, &m->targ);

    k->r->from = a;
    k->r->to = b;
    return b - a;
}

static double param(const ag_circuit *c, const ag_measure *m, const ag_result *result, ag_arena *a)
{
    int            n = (int)(m - c->plan.measure);
    double         value = NAN, temp[1] = { c->options.temp + AG_KELVIN };
    const double **u = AG_NEW(a, const double *, n + 1);
    double        *scratch = AG_NEW(a, double, ag_program_scratch(m->param) + 8);

    for (int j = 0; j < n; j++)
        u[j] = &result[j].value;
    ag_program_run(m->param, 1, 0, temp, u, NULL, (double *const[]){ &value }, scratch);
    return value;
}

/* The unit of a measured value, from that of a plain signal. */
static const char *unit(const ag_circuit *c, const ag_measure *m, ag_arena *a)
{
    static const char *const product[][2] = { { "A", "C" }, { "W", "J" }, { "V", "V s" } };

    if (m->kind == AG_M_WHEN || m->kind == AG_M_TRIG_TARG || m->kind == AG_M_MIN_AT || m->kind == AG_M_MAX_AT)
        return "s";
    if (m->kind == AG_M_PARAM || m->what.probe < 0)
        return "";
    const char *of = c->plan.probe[m->what.probe].unit;
    of = of ? of : "";
    if (m->kind == AG_M_DERIV)
        return ag_printf(a, "%s/s", of);
    for (int k = 0; k < 3; k++)
        if (m->kind == AG_M_INTEG && !strcmp(of, product[k][0]))
            return product[k][1];
    return m->kind == AG_M_INTEG ? ag_printf(a, "%s s", of) : of;
}

/* Why an expression of measures has no value; NULL when all it uses have one. */
static const char *lacking(const ag_circuit *c, const ag_measure *m, const ag_result *result, ag_arena *a)
{
    for (int k = 0; k < m->n_used; k++) {
        const ag_measure *of = &c->plan.measure[m->used[k]];
        const ag_result  *r = &result[m->used[k]];
        if (!r->evaluated)
            return ag_printf(a, "measure '%s' belongs to an analysis that has not been run yet", of->name);
        if (!r->ok)
            return ag_printf(a, "measure '%s' failed", of->name);
    }
    return NULL;
}

static void evaluate(const ag_circuit *c, const ag_measure *m, const ag_memory *memory, ag_result *result, ag_arena *a)
{
    ag_result *r = &result[m - c->plan.measure];
    task k = { memory, a, 0, 0, r };

    r->ok = 1;
    if (m->kind == AG_M_PARAM) {
        const char *why = lacking(c, m, result, a);
        r->value = why ? failed(&k, why) : param(c, m, result, a);
    } else if (memory->n == 0) {
        failed(&k, "the analysis gave no points");
        return;
    } else {
        k.begin = ag_memory_time(memory, 0);
        k.finish = ag_memory_time(memory, memory->n - 1);
        r->value = windowed(m) ? over_window(&k, m) : m->kind == AG_M_TRIG_TARG ? between(&k, m)
                 : m->kind == AG_M_WHEN ? crossing(&k, &m->trig) : at_time(&k, m);
    }
    if (r->ok && !isfinite(r->value))
        failed(&k, "its value is not finite");
    if (!r->ok)
        r->value = NAN;
}

void ag_measure_run(const ag_circuit *c, ag_analysis_kind kind, const ag_memory *memory, int complete, ag_result *result,
                    ag_arena *a)
{
    for (int k = 0; k < c->plan.n_measure; k++) {
        const ag_measure *m = &c->plan.measure[k];
        if (m->analysis != kind)
            continue;
        result[k] = (ag_result){ .evaluated = 1, .value = NAN, .at = NAN, .from = NAN, .to = NAN, .unit = unit(c, m, a),
                                 .why = "the analysis did not finish" };
        if (complete)
            evaluate(c, m, memory, result, a);
    }
}

static void print_ltspice(const ag_measure *m, const ag_result *r, FILE *log)
{
    static const char *const function[] = { "INTEG", "AVG", "RMS", "MIN", "MAX", "PP", "MIN_AT", "MAX_AT" };
    char value[AG_NUMBER_SIZE], a[AG_NUMBER_SIZE], b[AG_NUMBER_SIZE];
    const char *text = m->text ? m->text : m->what.name ? m->what.name : "";

    ag_number_print(value, r->value);
    if (windowed(m))
        fprintf(log, "%s: %s(%s)=%s FROM %s TO %s\n", m->name, function[m->kind], text, value,
                ag_number_print(a, r->from), ag_number_print(b, r->to));
    else if (m->kind == AG_M_TRIG_TARG)
        fprintf(log, "%s=%s FROM %s TO %s\n", m->name, value, ag_number_print(a, r->from), ag_number_print(b, r->to));
    else if (m->kind == AG_M_FIND || m->kind == AG_M_DERIV)
        fprintf(log, "%s: %s=%s at %s\n", m->name, text, value, ag_number_print(a, r->at));
    else if (m->kind == AG_M_WHEN)
        fprintf(log, "%s: %s AT %s\n", m->name, text, value);
    else
        fprintf(log, "%s: %s=%s\n", m->name, text, value);
}

void ag_measure_print(const ag_measure *m, const ag_result *r, int ltspice, FILE *log)
{
    if (!r->ok) {
        fprintf(log, "%-20s=  failed: %s\n", m->name, r->why);
        if (ltspice)
            fprintf(log, "Measurement \"%s\" FAIL'ed\n", m->name);
        return;
    }
    fprintf(log, "%-20s=  %.6e", m->name, r->value);
    if (m->kind == AG_M_MIN || m->kind == AG_M_MAX)
        fprintf(log, " at=  %.6e", r->at);
    else if (m->kind == AG_M_MIN_AT || m->kind == AG_M_MAX_AT)
        fprintf(log, " with=  %.6e", r->at);
    else if (windowed(m))
        fprintf(log, " from=  %.6e to=  %.6e", r->from, r->to);
    else if (m->kind == AG_M_TRIG_TARG)
        fprintf(log, " targ=  %.6e trig=  %.6e", r->to, r->from);
    fputc('\n', log);
    if (ltspice)
        print_ltspice(m, r, log);
}
