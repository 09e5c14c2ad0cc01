/* waveform - value and corners of the independent sources (core/wave.h says how a waveform is stored).
 *
 * PULSE, SIN, EXP, PWL, SFFM and AM as in ngspice's manual, chapter "Independent sources". A corner time is always computed by
 * the same expression, in the value as in the list of corners, so that a time step that ends at a corner sees the
 * value behind it; the k-th period starts at td + k * per, without accumulation. Values are continuous from
 * the right: at a jump the new value holds. A vector too short for its kind gives NaN and no corners. */
#ifndef AG_WAVEFORM_H
#define AG_WAVEFORM_H
#include <float.h>
#include "core/model.h"
#include "core/wave.h"
#include "models/vmath.h"

/* Whether corner is behind time by more than rounding: a step that ended at a corner must not get it again. */
static inline int ag_wave_after(double corner, double time) { return corner > time + 8 * DBL_EPSILON * fabs(time); }

/* Number of the period that holds time [s]: the largest k >= 0 with start + k * per <= time, or -1 before start. */
static inline double ag_wave_period(double start, double per, double time)
{
    if (!(time >= start)) return -1;
    double k = floor((time - start) / per);
    if (start + (k + 1) * per <= time) k++;
    else if (start + k * per > time) k--;
    return k;
}

/* -- PULSE: v1 v2 td tr tf pw per np ----------------------------------------------------------------------------- */
static inline double ag_pulse_count(const double *a) { return !(a[7] > 0) ? 1 : a[8] > 0 ? a[8] : INFINITY; }

static inline double ag_pulse_value(const double *a, double time)
{
    double v1 = a[1], v2 = a[2], per = a[7], k = 0;
    if (!(time >= a[3])) return v1;
    if (per > 0 && per < INFINITY) k = ag_wave_period(a[3], per, time);
    if (!(k < ag_pulse_count(a))) return v1;
    double start = per < INFINITY ? a[3] + k * per : a[3], top = start + a[4], fall = top + a[6], end = fall + a[5];
    if (time < top)  return v1 + (v2 - v1) * (time - start) / a[4];
    if (time < fall) return v2;
    if (time < end)  return v2 + (v1 - v2) * (time - fall) / a[5];
    return v1;
}

static inline double ag_pulse_corner(const double *a, double time)
{
    double per = a[7], count = ag_pulse_count(a), first = 0;
    int    repeats = per > 0 && per < INFINITY;
    if (repeats) first = ag_max(ag_wave_period(a[3], per, time), 0);
    for (int try = 0; try < 3 && first + try < count; try++) {      /* this period, the next, one for rounding */
        double k = first + try, start = repeats ? a[3] + k * per : a[3], next = repeats ? a[3] + (k + 1) * per : INFINITY;
        double top = start + a[4], fall = top + a[6], end = fall + a[5], corner[] = { start, top, fall, end };
        for (int j = 0; j < 4 && corner[j] < next; j++)
            if (ag_wave_after(corner[j], time)) return corner[j];
        if (!repeats) break;
        if (k + 1 >= count && ag_wave_after(next, time)) return end > next ? next : INFINITY;    /* cut off */
    }
    return INFINITY;
}

/* -- SIN: vo va freq td theta phase [cycles], after which it stays where it is (LTspice) -------------------------- */
static inline double ag_sin_end(ag_vector w) { return w.n > 7 && w.v[7] > 0 ? w.v[4] + w.v[7] / w.v[3] : INFINITY; }

static inline double ag_sin_value(ag_vector w, double time)
{
    const double *a = w.v;
    double        vo = a[1], va = a[2], turn = a[6] / 360, t = ag_min(time, ag_sin_end(w)) - a[4];
    if (!(t >= 0)) return vo + va * ag_sin_turns(turn);
    return vo + va * ag_exp(-t * a[5]) * ag_sin_turns(a[3] * t + turn);
}

static inline double ag_sin_corner(ag_vector w, double time)
{
    return ag_wave_after(w.v[4], time) ? w.v[4] : ag_wave_after(ag_sin_end(w), time) ? ag_sin_end(w) : INFINITY;
}

/* -- EXP: v1 v2 td1 tau1 td2 tau2 -------------------------------------------------------------------------------- */
static inline double ag_rise(double t, double tau) { return !(t >= 0) ? 0 : tau > 0 ? -ag_expm1(-t / tau) : 1; }

static inline double ag_exp_value(const double *a, double time)
{
    return a[1] + (a[2] - a[1]) * (ag_rise(time - a[3], a[4]) - ag_rise(time - a[5], a[6]));
}

static inline double ag_exp_corner(const double *a, double time)
{
    double first = ag_min(a[3], a[5]), second = ag_max(a[3], a[5]);
    return ag_wave_after(first, time) ? first : ag_wave_after(second, time) ? second : INFINITY;
}

/* -- PWL: repeat_from delay t1 v1 t2 v2 ... ---------------------------------------------------------------------- */
typedef struct ag_pwl { const double *point; int n; double start, from, per; } ag_pwl;      /* per 0: no repetition */

static inline ag_pwl ag_pwl_of(ag_vector w)
{
    ag_pwl a = { w.v + 3, (w.n - 3) / 2, w.v[2], w.v[1], 0 };
    double last = a.point[2 * (a.n - 1)];
    if (a.from >= 0 && last > a.from) a.per = last - a.from;
    return a;
}

/* Number of points at or before time when the list starts at start. */
static inline int ag_pwl_find(const ag_pwl *a, double start, double time)
{
    int low = 0, high = a->n;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (start + a->point[2 * middle] <= time) low = middle + 1;
        else high = middle;
    }
    return low;
}

static inline double ag_pwl_value(ag_vector w, double time)
{
    ag_pwl a = ag_pwl_of(w);
    if (a.per > 0 && time < INFINITY) a.start += ag_max(ag_wave_period(a.start + a.from, a.per, time), 0) * a.per;
    int k = ag_pwl_find(&a, a.start, time);
    if (k == 0) return a.point[1];
    if (k == a.n) return a.point[2 * a.n - 1];
    const double *p = a.point + 2 * (k - 1);
    return p[1] + (p[3] - p[1]) * ag_min((time - (a.start + p[0])) / (p[2] - p[0]), 1);
}

/* The end of one period and the begin of the next are one corner, at (start + from) + k * per. */
static inline double ag_pwl_corner(ag_vector w, double time)
{
    ag_pwl a = ag_pwl_of(w);
    double first = a.per > 0 ? ag_max(ag_wave_period(a.start + a.from, a.per, time), 0) : 0;
    for (int try = 0; try < 3; try++) {                             /* this period, the next, one for rounding */
        double period = first + try, start = a.start + period * a.per;
        for (int k = ag_pwl_find(&a, start, time); k < a.n; k++) {
            double corner = start + a.point[2 * k];
            if (a.per > 0 && k == a.n - 1) corner = a.start + a.from + (period + 1) * a.per;
            else if (period > 0 && !(a.point[2 * k] > a.from)) continue;
            if (ag_wave_after(corner, time)) return corner;
        }
        if (!(a.per > 0)) break;
    }
    return INFINITY;
}

/* -- SFFM: vo va fc mdi fs phasec phases; AM: va vo mf fc td phasec phases ------------------------------------------ */
static inline double ag_sffm_value(const double *a, double time)
{
    double swing = a[4] / (2 * 3.14159265358979323846) * ag_sin_turns(a[5] * time + a[7] / 360);
    return a[1] + a[2] * ag_sin_turns(a[3] * time + a[6] / 360 + swing);
}

static inline double ag_am_value(const double *a, double time)
{
    double t = time - a[5];
    if (!(t >= 0)) return 0;
    return a[1] * (a[2] + ag_sin_turns(a[3] * t + a[7] / 360)) * ag_sin_turns(a[4] * t + a[6] / 360);
}

/* -- The two calls of the sources ---------------------------------------------------------------------------------- */
/* Kind of a waveform: 0 when there is none, -1 when the vector does not fit its kind. */
static inline int ag_wave_kind(ag_vector w)
{
    static const int length[] = { [AG_WAVE_PULSE] = 9, [AG_WAVE_SIN] = 7, [AG_WAVE_EXP] = 7, [AG_WAVE_PWL] = 5,
                                  [AG_WAVE_SFFM] = 8, [AG_WAVE_AM] = 8 };
    if (w.n < 1) return 0;
    int kind = w.v[0] >= AG_WAVE_PULSE && w.v[0] <= AG_WAVE_AM ? (int)w.v[0] : -1;
    return kind > 0 && w.n >= length[kind] ? kind : -1;
}

/* Level [V] or [A] at time [s]. */
static inline double ag_wave_value(ag_vector w, double time)
{
    switch (ag_wave_kind(w)) {
    case AG_WAVE_PULSE: return ag_pulse_value(w.v, time);
    case AG_WAVE_SIN:   return ag_sin_value(w, time);
    case AG_WAVE_EXP:   return ag_exp_value(w.v, time);
    case AG_WAVE_PWL:   return ag_pwl_value(w, time);
    case AG_WAVE_SFFM:  return ag_sffm_value(w.v, time);
    case AG_WAVE_AM:    return ag_am_value(w.v, time);
    default:            return NAN;
    }
}

/* First corner after time [s]; INFINITY when there is none. */
static inline double ag_wave_breakpoint(ag_vector w, double time)
{
    switch (ag_wave_kind(w)) {
    case AG_WAVE_PULSE: return ag_pulse_corner(w.v, time);
    case AG_WAVE_SIN:   return ag_sin_corner(w, time);
    case AG_WAVE_EXP:   return ag_exp_corner(w.v, time);
    case AG_WAVE_PWL:   return ag_pwl_corner(w, time);
    case AG_WAVE_AM:    return ag_wave_after(w.v[5], time) ? w.v[5] : INFINITY;
    default:            return INFINITY;
    }
}

/* -- The same for lane k of a source with the parameters dc (NAN: not given) and wave --------------------------------------------- */
static inline ag_vector ag_source_wave(const ag_tile *t, int k, const double *wave)
{
    int number = (int)wave[k];
    return number > 0 ? t->vector[number] : (ag_vector){ NULL, 0 };
}

static inline double ag_source_level(const ag_tile *t, int k, const double *dc, const double *wave)
{
    ag_vector w = ag_source_wave(t, k, wave);
    if (w.n > 0 && !(t->rest && !isnan(dc[k]))) return ag_wave_value(w, t->time);
    return isnan(dc[k]) ? 0 : dc[k];
}
#endif
