#include "waveforms/memory.h"

ag_memory *ag_memory_new(ag_arena *a, const ag_circuit *c, ag_analysis_kind kind)
{
    ag_memory *m = AG_NEW(a, ag_memory, 1);

    m->arena = a;
    m->circuit = c;
    m->width = kind == AG_AC ? 2 : 1;
    m->scale = ag_scale_of(c, NULL);
    m->column = AG_NEW(a, int, c->plan.n_probe + 1);
    for (int k = 1; k <= c->plan.n_probe; k++)
        m->column[k] = -1;
    *AG_PUSH(a, m->source, m->n_column, m->cap_column) = 0;
    return m;
}

void ag_memory_want(ag_memory *m, int probe)
{
    if (m->column[1 + probe] >= 0)
        return;
    m->column[1 + probe] = m->n_column;
    for (int k = 0; k < m->width; k++)
        *AG_PUSH(m->arena, m->source, m->n_column, m->cap_column) = m->width * (1 + probe) + k;
}

void ag_memory_want_output(ag_memory *m, const ag_output *o)
{
    if (!o->program && o->probe >= 0)
        ag_memory_want(m, o->probe);
    for (int k = 0; o->program && k < o->n_used; k++)
        ag_memory_want(m, o->used[k]);
}

/* An allocation failure comes back as 0, not as a jump over the analysis that is running. */
static int add_chunk(ag_memory *m)
{
    jmp_buf edge, *outer = ag_arena_oom(m->arena);

    if (!setjmp(edge)) {
        ag_arena_on_oom(m->arena, &edge);
        double *chunk = AG_NEW(m->arena, double, (size_t)m->n_column * AG_MEMORY_CHUNK);
        *AG_PUSH(m->arena, m->chunk, m->n_chunk, m->cap_chunk) = chunk;
        ag_arena_on_oom(m->arena, outer);
        return 1;
    }
    ag_arena_on_oom(m->arena, outer);
    return 0;
}

ag_status ag_memory_point(ag_memory *m, const double *row)
{
    long at = m->n % AG_MEMORY_CHUNK;

    if (at == 0 && !add_chunk(m))
        return AG_ENOMEM;
    double *chunk = m->chunk[m->n_chunk - 1] + at;
    for (int k = 0; k < m->n_column; k++)
        chunk[(long)k * AG_MEMORY_CHUNK] = row[m->source[k]];
    m->n++;
    return AG_OK;
}

/* Column k from point i on, contiguous to the end of i's chunk. */
static const double *from(const ag_memory *m, int k, long i)
{
    return m->chunk[i / AG_MEMORY_CHUNK] + (long)k * AG_MEMORY_CHUNK + i % AG_MEMORY_CHUNK;
}

double ag_memory_time(const ag_memory *m, long i) { return *from(m, 0, i); }

double ag_memory_value(const ag_memory *m, int probe, long i) { return *from(m, m->column[1 + probe], i); }

ag_series *ag_series_new(const ag_memory *m, ag_arena *a, const ag_output *o)
{
    ag_series *s = AG_NEW(a, ag_series, 1);

    s->m = m;
    s->output = o;
    s->block = -1;
    s->eval = o && o->program ? ag_evaluator_new(a, m->circuit, o, m->width) : NULL;
    return s;
}

static void evaluate(ag_series *s, long block)
{
    const ag_memory *m = s->m;
    long first = block * AG_LANES, n = m->n - first < AG_LANES ? m->n - first : AG_LANES;

    s->eval->input[0] = from(m, 0, first);
    for (int k = 0; k < s->output->n_used; k++) {
        int probe = 1 + s->output->used[k];
        for (int i = 0; i < m->width; i++)
            s->eval->input[m->width * probe + i] = from(m, m->column[probe] + i, first);
    }
    ag_evaluator_run(s->eval, (int)n, s->value[0], s->output->is_complex ? s->value[1] : NULL);
    s->block = block;
}

int ag_series_is_complex(const ag_series *s)
{
    return s->output && (s->eval ? s->output->is_complex : s->m->width == 2);
}

static double part(ag_series *s, int imaginary, long i)
{
    if (!s->eval)
        return *from(s->m, s->m->column[1 + s->output->probe] + imaginary, i);
    if (i / AG_LANES != s->block)
        evaluate(s, i / AG_LANES);
    return s->value[imaginary][i % AG_LANES];
}

double ag_series_at(ag_series *s, long i) { return s->output ? part(s, 0, i) : ag_memory_time(s->m, i); }

double ag_series_imaginary(ag_series *s, long i) { return ag_series_is_complex(s) ? part(s, 1, i) : 0; }

long ag_memory_find(const ag_memory *m, double time)
{
    long low = 0, high = m->n;                            /* time[low] <= time < time[high], where they exist */

    while (high - low > 1) {
        long middle = low + (high - low) / 2;
        if (ag_memory_time(m, middle) <= time)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Which part of the segment from point *i on lies before time; 0 beyond the ends. */
static double locate(const ag_memory *m, double time, long *i)
{
    *i = ag_memory_find(m, time);
    double t = ag_memory_time(m, *i);

    return time <= t || *i + 1 >= m->n ? 0 : (time - t) / (ag_memory_time(m, *i + 1) - t);
}

double ag_memory_interpolate(const ag_memory *m, int probe, double time)
{
    long   i;
    double s = locate(m, time, &i), a = ag_memory_value(m, probe, i);

    return s > 0 ? a + s * (ag_memory_value(m, probe, i + 1) - a) : a;
}

double ag_series_interpolate(ag_series *s, double time)
{
    long   i;
    double part = locate(s->m, time, &i), a = ag_series_at(s, i);

    return part > 0 ? a + part * (ag_series_at(s, i + 1) - a) : a;
}
