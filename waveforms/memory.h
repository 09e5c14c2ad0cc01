/* memory - keeps the probes that measures, pulses, tables and plots need, for evaluation after the run.
 *
 * Points live in chunks of whole blocks of AG_LANES points, column by column, so that expressions are evaluated block
 * by block and nothing is ever moved. */
#ifndef AG_MEMORY_H
#define AG_MEMORY_H
#include "core/sink.h"
#include "waveforms/select.h"

typedef struct ag_memory {
    ag_arena         *arena;
    const ag_circuit *circuit;
    ag_scale          scale;                /* what the points lie over */
    int               width;                /* numbers per probe of a row: 2 when rows are complex */
    int              *column;               /* [1 + n_probe] -> own column (the real part's; the other one follows it),
                                             * -1: not kept; [0] = 0, the scale */
    int              *source;               /* [n_column] row index of each column */
    int               n_column, cap_column;
    double          **chunk;                /* [n_chunk], each n_column columns of AG_MEMORY_CHUNK points */
    int               n_chunk, cap_chunk;
    long              n;                    /* points */
} ag_memory;

#define AG_MEMORY_CHUNK (8 * AG_LANES)

/* An empty memory that keeps the scale: time, unless m->scale is set to another. The probe list of the plan must be complete by now. */
ag_memory *ag_memory_new(ag_arena *a, const ag_circuit *c, ag_analysis_kind kind);
/* Asks for a probe, or for all that an output reads; before the first point. */
void       ag_memory_want(ag_memory *m, int probe);
void       ag_memory_want_output(ag_memory *m, const ag_output *o);
/* Takes the row of an analysis. AG_ENOMEM instead of a jump: the caller is inside a running analysis. */
ag_status  ag_memory_point(ag_memory *m, const double *row);
double     ag_memory_time(const ag_memory *m, long i);               /* the scale: [s] of a transient */
double     ag_memory_value(const ag_memory *m, int probe, long i);   /* of a complex one the real part */
/* Linear between points, constant beyond the ends. */
double     ag_memory_interpolate(const ag_memory *m, int probe, double time);

/* Integral over a time h of the product of two quantities that go linearly from u0 to u1 and from w0 to w1: exact, where
 * the trapezoid of the product is too large by h (u1 - u0)(w1 - w0)/6. */
static inline double ag_product_integral(double h, double u0, double u1, double w0, double w1)
{
    return h * (2 * u0 * w0 + u0 * w1 + u1 * w0 + 2 * u1 * w1) / 6;
}

/* An output as a series of numbers over the kept points. What is complex counts with its real part, as in ngspice. */
typedef struct ag_series {
    const ag_memory *m;
    const ag_output *output;                /* NULL: the time */
    ag_evaluator    *eval;                  /* expressions only */
    long             block;                 /* the one in value, -1: none */
    double           value[2][AG_LANES];    /* real and imaginary parts */
} ag_series;

ag_series *ag_series_new(const ag_memory *m, ag_arena *a, const ag_output *o);
double     ag_series_at(ag_series *s, long i);
double     ag_series_imaginary(ag_series *s, long i);                /* 0 of what is real */
int        ag_series_is_complex(const ag_series *s);
/* Number of the last point at or before time (0 when there is none); of a rising scale, as all that follow. */
long       ag_memory_find(const ag_memory *m, double time);
/* Linear between points, constant beyond the ends. */
double     ag_series_interpolate(ag_series *s, double time);
#endif
