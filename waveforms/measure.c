#include "waveforms/measure.h"
#include <math.h>
#include <string.h>
#include "core/number.h"

typedef struct task { const ag_memory *m; ag_arena *arena; ag_result *r; } task;

#define JUMP 1e-12                          /* of the scale: segments shorter than that are vertical */

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

/* A place on the curves: segment `i` (from point i to the next) and the value of the scale. */
typedef struct place { long i; double t; } place;

static double scale_at(const task *k, long i) { return ag_memory_time(k->m, i); }

/* Points are in the order of their scale, so that it can be searched. */
static int rises(const task *k)
{
    return k->m->scale.column.quantity == AG_Q_TIME || k->m->scale.column.quantity == AG_Q_FREQUENCY;
}

/* Whether a line leads from point i to the next. */
static int is_segment(const task *k, long i) { return i >= 0 && i + 1 < k->m->n && !ag_scale_breaks(&k->m->scale, i + 1); }

/* Value of the scale at which a segment from point i to the next passes 0 on its way from a to b. */
static double passes(const task *k, long i, double a, double b)
{
    double t0 = scale_at(k, i), t1 = scale_at(k, i + 1);

    return fabs(t1 - t0) <= JUMP * fabs(t1) ? t1 : t0 + (t1 - t0) * (a / (a - b));
}

/* Part of segment i at which the scale is t. */
static double part_of(const task *k, long i, double t)
{
    double t0 = scale_at(k, i), t1 = i + 1 < k->m->n ? scale_at(k, i + 1) : t0;

    return t1 != t0 ? (t - t0) / (t1 - t0) : 0;
}

static double between_points(const task *k, ag_series *s, place w)
{
    double part = part_of(k, w.i, w.t), a = ag_series_at(s, w.i);

    return part != 0 ? a + part * (ag_series_at(s, w.i + 1) - a) : a;
}

/* The first place where the scale has a value; of a transient that is looked up. */
static int find_scale(task *k, double t, place *w)
{
    int rising = rises(k);

    for (long i = rising ? ag_memory_find(k->m, t) : 0; i < k->m->n; i++) {
        double t0 = scale_at(k, i), t1 = is_segment(k, i) ? scale_at(k, i + 1) : t0;
        *w = (place){ i, t };
        if (fmin(t0, t1) <= t && t <= fmax(t0, t1))
            return 1;
        if (rising)
            break;
    }
    return failed(k, k->m->scale.column.quantity == AG_Q_TIME ? "the time lies outside the run" : "the value lies outside the sweep"), 0;
}

/* The wanted crossing; 0 after setting why. */
static int crossing(task *k, const ag_when *w, place *found)
{
    if (w->has_at)
        return find_scale(k, w->at_time, found);
    ag_series *lhs = ag_series_new(k->m, k->arena, &w->lhs), *rhs = ag_series_new(k->m, k->arena, &w->rhs);
    double a = ag_series_at(lhs, 0) - ag_series_at(rhs, 0);
    int    count = 0;

    for (long i = 1; i < k->m->n; i++) {
        double b = ag_series_at(lhs, i) - ag_series_at(rhs, i);
        int    rise = a < 0 && b >= 0 && w->edge != AG_FALL, fall = a > 0 && b <= 0 && w->edge != AG_RISE;
        if ((rise || fall) && is_segment(k, i - 1)) {
            double t = passes(k, i - 1, a, b);
            if (t >= w->td) {
                *found = (place){ i - 1, t };
                if (++count == w->n)
                    return 1;
            }
        }
        a = b;
    }
    if (w->n < 0 && count)
        return 1;
    return failed(k, count ? "crossed fewer times than asked for" : "never crossed"), 0;
}

/* What a pass over a window collects: integrals of y and y^2, the way passed, extrema and where they are. */
typedef struct window { double from, to, integral, area, square, width, min, max, t_min, t_max; int any; } window;

static void look(window *w, double t, double y)
{
    if (!w->any || y < w->min) { w->min = y; w->t_min = t; }
    if (!w->any || y > w->max) { w->max = y; w->t_max = t; }
    if (!w->any++)
        w->from = t;
    w->to = t;
}

/* The part of segment i inside low .. high. */
static void add_segment(const task *k, const ag_measure *m, ag_series *s, long i, double low, double high, window *w)
{
    double t0 = scale_at(k, i), t1 = scale_at(k, i + 1);
    place  a = { i, fmin(fmax(t0, low), high) }, b = { i, fmin(fmax(t1, low), high) };

    if (fmax(t0, t1) < low || fmin(t0, t1) > high)
        return;
    double y = between_points(k, s, a), z = b.t == t1 ? ag_series_at(s, i + 1) : between_points(k, s, b), h = b.t - a.t;
    double part = h * (y + z) / 2;
    if (is_product(m)) {
        double p = part_of(k, i, a.t), q = part_of(k, i, b.t), v = ag_memory_value(k->m, m->v, i), c = ag_memory_value(k->m, m->i, i);
        double dv = ag_memory_value(k->m, m->v, i + 1) - v, dc = ag_memory_value(k->m, m->i, i + 1) - c;
        part = ag_product_integral(h, v + p * dv, v + q * dv, c + p * dc, c + q * dc);
    }
    w->integral += part;
    w->area += h < 0 ? -part : part;
    w->square += fabs(h) * (y * y + y * z + z * z) / 3;
    w->width += fabs(h);
    look(w, a.t, y);
    look(w, b.t, z);
}

static int scan(task *k, const ag_measure *m, window *w)
{
    ag_series *s = ag_series_new(k->m, k->arena, &m->what);
    double low = isnan(m->from) ? -INFINITY : m->from, high = isnan(m->to) ? INFINITY : m->to;
    int    rising = rises(k);
    long   first = rising && isfinite(low) ? ag_memory_find(k->m, low) : 0;

    *w = (window){ .any = 0 };
    for (long i = first; i < k->m->n && !(rising && scale_at(k, i) > high); i++)
        if (is_segment(k, i))
            add_segment(k, m, s, i, low, high, w);
        else if (scale_at(k, i) >= low && scale_at(k, i) <= high)
            look(w, scale_at(k, i), ag_series_at(s, i));
    if (!w->any)
        return failed(k, low <= high ? "the window lies outside the run" : "the window ends before it starts"), 0;
    return 1;
}

static double over_window(task *k, const ag_measure *m)
{
    window w;

    if (!scan(k, m, &w))
        return NAN;
    k->r->from = w.from;
    k->r->to = w.to;
    switch (m->kind) {
    case AG_M_INTEG: return w.integral;
    case AG_M_AVG:   return w.width > 0 ? w.area / w.width : w.min;
    case AG_M_RMS:   return w.width > 0 ? sqrt(w.square / w.width) : fabs(w.min);
    case AG_M_PP:    return w.max - w.min;
    case AG_M_MIN:   k->r->at = w.t_min; return w.min;
    case AG_M_MAX:   k->r->at = w.t_max; return w.max;
    case AG_M_MIN_AT: k->r->at = w.min; return w.t_min;
    default:         k->r->at = w.max; return w.t_max;
    }
}

static double slope(const task *k, ag_series *s, long i)
{
    double dt = scale_at(k, i + 1) - scale_at(k, i);

    return dt != 0 ? (ag_series_at(s, i + 1) - ag_series_at(s, i)) / dt : 0;
}

static double middle(const task *k, long i) { return (scale_at(k, i) + scale_at(k, i + 1)) / 2; }

/* Slopes are second-order accurate in the middle of a segment, hence the interpolation between middles. */
static double derivative(const task *k, ag_series *s, place w)
{
    long i = is_segment(k, w.i) ? w.i : w.i - 1;

    if (!is_segment(k, i))
        return 0;
    long j = part_of(k, i, w.t) < 0.5 ? i - 1 : i + 1;
    if (!is_segment(k, j))
        return slope(k, s, i);
    double a = middle(k, i), b = middle(k, j);
    return slope(k, s, i) + (slope(k, s, j) - slope(k, s, i)) * ((w.t - a) / (b - a));
}

static double at_place(task *k, const ag_measure *m)
{
    place w;

    if (!crossing(k, &m->trig, &w))
        return NAN;
    ag_series *s = ag_series_new(k->m, k->arena, &m->what);
    k->r->at = w.t;
    return m->kind == AG_M_WHEN ? w.t : m->kind == AG_M_FIND ? between_points(k, s, w) : derivative(k, s, w);
}

static double between(task *k, const ag_measure *m)
{
    place a, b;

    if (!crossing(k, &m->trig, &a) || !crossing(k, &m->targ, &b))
        return NAN;
    k->r->from = a.t;
    k->r->to = b.t;
    return b.t - a.t;
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

/* The unit of a measured value, from that of a plain signal over a scale in that unit. */
static const char *unit(const ag_circuit *c, const ag_measure *m, const char *scale, ag_arena *a)
{
    static const char *const product[][2] = { { "A", "C" }, { "W", "J" }, { "V", "V s" } };

    if (m->kind == AG_M_WHEN || m->kind == AG_M_TRIG_TARG || m->kind == AG_M_MIN_AT || m->kind == AG_M_MAX_AT)
        return scale;
    if (m->kind == AG_M_PARAM || m->what.probe < 0)
        return "";
    const char *of = c->plan.probe[m->what.probe].unit;
    of = of ? of : "";
    if (m->kind == AG_M_DERIV)
        return ag_printf(a, "%s/%s", of, scale);
    for (int k = 0; k < 3; k++)
        if (m->kind == AG_M_INTEG && !strcmp(of, product[k][0]) && !strcmp(scale, "s"))
            return product[k][1];
    return m->kind == AG_M_INTEG ? ag_printf(a, "%s %s", of, scale) : of;
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
    task k = { memory, a, r };

    r->ok = 1;
    if (m->kind == AG_M_PARAM) {
        const char *why = lacking(c, m, result, a);
        r->value = why ? failed(&k, why) : param(c, m, result, a);
    } else if (memory->n == 0) {
        failed(&k, "the analysis gave no points");
        return;
    } else {
        r->value = windowed(m) ? over_window(&k, m) : m->kind == AG_M_TRIG_TARG ? between(&k, m) : at_place(&k, m);
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
        result[k] = (ag_result){ .evaluated = 1, .value = NAN, .at = NAN, .from = NAN, .to = NAN, .unit = unit(c, m, memory->scale.column.unit, a),
                                 .why = "the analysis did not finish" };
        if (complete)
            evaluate(c, m, memory, result, a);
    }
}

static const char *const function[] = { "INTEG", "AVG", "RMS", "MIN", "MAX", "PP", "MIN_AT", "MAX_AT" };

static void print_ltspice(const ag_measure *m, const ag_result *r, FILE *log)
{
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

void ag_measure_table(const ag_measure *m, const ag_result *const *result, int n, FILE *log)
{
    char        value[AG_NUMBER_SIZE], a[AG_NUMBER_SIZE], b[AG_NUMBER_SIZE];
    const char *text = m->text ? m->text : m->what.name ? m->what.name : m->name;
    int         span = windowed(m) || m->kind == AG_M_TRIG_TARG, at = m->kind == AG_M_FIND || m->kind == AG_M_DERIV;

    fprintf(log, "\nMeasurement: %s\n  step\t", m->name);
    fprintf(log, windowed(m) ? "%s(%s)" : "%s%s", windowed(m) ? function[m->kind] : "", text);
    fprintf(log, "%s\n", span ? "\tFROM\tTO" : at ? "\tat" : "");
    for (int k = 0; k < n; k++) {
        const ag_result *r = result[k];
        fprintf(log, "%6d\t%s", k + 1, ag_number_print(value, r->ok ? r->value : NAN));
        if (span)
            fprintf(log, "\t%s\t%s", ag_number_print(a, r->from), ag_number_print(b, r->to));
        else if (at)
            fprintf(log, "\t%s", ag_number_print(a, r->at));
        fputc('\n', log);
    }
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
