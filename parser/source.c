/* source - V and I cards: DC value, AC magnitude, waveform.
 *
 * A waveform's arguments stand in a group or follow bare. Defaults as in ngspice: missing or zero edges of a pulse are
 * TSTEP (where there is none, at most a hundredth of the pulse), its width and period TSTOP; freq of a sine 1/TSTOP; time constants of an exponential TSTEP. The result is the
 * vector that core/wave.h describes. */
#include <math.h>
#include <string.h>
#include "core/wave.h"
#include "parser/elaborate.h"

typedef struct list { double *v; ag_loc *at; int n, cap_v, cap_at; int bad; } list;

typedef struct source {                  /* a card while it is read */
    ag_elab         *el;
    ag_scope        *s;
    const ag_element *e;
    ag_instance      i;
} source;

/* ---- arguments ---- */

static void take(source *x, list *a, const ag_field *f)
{
    double value;
    if (!ag_scope_value(x->el, x->s, f, &value)) {
        a->bad = 1;
        return;
    }
    if (!isfinite(value)) {
        ag_elab_error(x->el, f->at, "%s in a waveform", isnan(value) ? "not a number" : "infinite value");
        a->bad = 1;
    }
    *AG_PUSH(x->el->a, a->at, a->n, a->cap_at) = f->at;
    a->n--;
    *AG_PUSH(x->el->a, a->v, a->n, a->cap_v) = value;
}

/* A number, an expression, or the name of a parameter; not a word that means something on the card. */
static int begins_value(const ag_field *f)
{
    static const char *const word[] = {
        "dc", "ac", "r", "td", "pulse", "sin", "sine", "exp", "pwl", "sffm", "am", "trnoise", "trrandom", "pattern", "pat",
        "external", "pwlz", "lfsr", "repeat",
    };
    if (f->kind == AG_EXPR) return 1;
    if (f->kind != AG_WORD) return 0;
    for (size_t k = 0; k < sizeof word / sizeof *word; k++)
        if (!strcmp(f->text, word[k])) return 0;
    return 1;
}

/* Arguments of a waveform from its word on; returns the field behind them. */
static const ag_field *arguments(source *x, const ag_field *f, list *a)
{
    if (f && f->kind == AG_GROUP) {
        for (const ag_field *g = f->group; g; g = g->next) take(x, a, g);
        return f->next;
    }
    for (; f && begins_value(f); f = f->next) take(x, a, f);
    return f;
}

static double or_default(const list *a, int k, double dflt) { return k < a->n ? a->v[k] : dflt; }
static double nonzero(const list *a, int k, double dflt)    { return k < a->n && a->v[k] != 0 ? a->v[k] : dflt; }

static int between(source *x, const list *a, ag_loc at, const char *name, int least, int most, const char *form)
{
    if (a->bad) return 0;
    if (a->n >= least && a->n <= most) return 1;
    if (a->n < least) ag_elab_error(x->el, at, "%s needs at least %d arguments: %s", name, least, form);
    else ag_elab_error(x->el, a->at[most], "%s has at most %d arguments: %s", name, most, form);
    return 0;
}

static int no_negative(source *x, const list *a, int from, int to, const char *what)
{
    for (int k = from; k < to && k < a->n; k++)
        if (a->v[k] < 0) {
            ag_elab_error(x->el, a->at[k], "negative %s in a waveform", what);
            return 0;
        }
    return 1;
}

static void store(source *x, const double *v, int n, ag_loc at)
{
    ag_element_set(x->el, x->i, "wave", ag_circuit_vector(x->el->c, v, n), at);
}

/* ---- the waveforms ---- */

/* The edge of a pulse that gives none. TSTEP may be a guess from TSTOP, which says nothing of the pulse. */
static double default_edge(source *x, double width, double period)
{
    return x->el->no_tstep ? fmin(x->el->tstep, fmin(width, period) / 100) : x->el->tstep;
}

static void warn_long_edges(source *x, const list *a, ag_loc at, double edge)
{
    int bare = nonzero(a, 3, 0) == 0 || nonzero(a, 4, 0) == 0;
    if (bare && a->n > 5 && a->v[5] > 0 && edge > a->v[5])
        ag_warning(x->el->c->diag, at, "edges of 0 become TSTEP, %g s, longer than the pulse, %g s", edge, a->v[5]);
}

static void pulse(source *x, const list *a, ag_loc at)
{
    double stop = x->el->tstop, width = nonzero(a, 5, stop), period = nonzero(a, 6, stop), edge = default_edge(x, width, period);
    if (!between(x, a, at, "pulse", 2, 8, "v1 v2 td tr tf pw per np") || !no_negative(x, a, 2, 7, "time")) return;
    if (!no_negative(x, a, 7, 8, "number of pulses")) return;
    double v[] = { AG_WAVE_PULSE, a->v[0], a->v[1], or_default(a, 2, 0), nonzero(a, 3, edge), nonzero(a, 4, edge),
                   width, period, or_default(a, 7, 0) };
    warn_long_edges(x, a, at, edge);
    if (a->n > 6 && a->v[6] > 0 && v[4] + v[5] + v[6] > v[7] * (1 + 1e-9))
        ag_warning(x->el->c->diag, a->at[6], "the period %g s is shorter than rise, width and fall together, %g s", v[7],
                   v[4] + v[5] + v[6]);
    store(x, v, 9, at);
}

static void sine(source *x, const list *a, ag_loc at)
{
    if (!between(x, a, at, "sin", 2, 7, "vo va freq td theta phase cycles") || !no_negative(x, a, 2, 3, "frequency")) return;
    if (!no_negative(x, a, 3, 4, "time") || !no_negative(x, a, 6, 7, "number of cycles")) return;
    double v[] = { AG_WAVE_SIN, a->v[0], a->v[1], nonzero(a, 2, 1 / x->el->tstop), or_default(a, 3, 0), or_default(a, 4, 0),
                   or_default(a, 5, 0), or_default(a, 6, 0) };
    store(x, v, a->n > 6 ? 8 : 7, at);
}

static void exponential(source *x, const list *a, ag_loc at)
{
    double step = x->el->tstep;
    if (!between(x, a, at, "exp", 2, 6, "v1 v2 td1 tau1 td2 tau2") || !no_negative(x, a, 2, 6, "time")) return;
    double td1 = or_default(a, 2, 0);
    double v[] = { AG_WAVE_EXP, a->v[0], a->v[1], td1, nonzero(a, 3, step), nonzero(a, 4, td1 + step), nonzero(a, 5, step) };
    store(x, v, 7, at);
}

static int pwl_points_fit(source *x, const list *a, ag_loc at)
{
    if (a->bad) return 0;
    if (a->n < 2) {
        ag_elab_error(x->el, at, "pwl needs pairs of time and value: pwl(t1 v1 t2 v2 ...)");
        return 0;
    }
    if (a->n % 2) {
        ag_elab_error(x->el, a->at[a->n - 1], "pwl: the last time has no value; pairs of time and value are needed");
        return 0;
    }
    for (int k = 0; k < a->n; k += 2) {
        if (a->v[k] < 0) ag_elab_error(x->el, a->at[k], "negative time in a waveform");
        else if (k && a->v[k] < a->v[k - 2])
            ag_elab_error(x->el, a->at[k], "pwl: time %g s comes after %g s; times must not decrease", a->v[k], a->v[k - 2]);
        else continue;
        return 0;
    }
    return 1;
}

/* sffm and am: arguments from the third on have defaults. */
static void sffm(source *x, const list *a, ag_loc at)
{
    double f = 1 / x->el->tstop;
    if (!between(x, a, at, "sffm", 2, 7, "vo va fc mdi fs phasec phases") || !no_negative(x, a, 2, 3, "frequency")) return;
    if (!no_negative(x, a, 4, 5, "frequency")) return;
    double v[] = { AG_WAVE_SFFM, a->v[0], a->v[1], nonzero(a, 2, f), or_default(a, 3, 0), nonzero(a, 4, f), or_default(a, 5, 0),
                   or_default(a, 6, 0) };
    store(x, v, 8, at);
}

static void am(source *x, const list *a, ag_loc at)
{
    double f = 1 / x->el->tstop;
    if (!between(x, a, at, "am", 2, 7, "va vo mf fc td phasec phases") || !no_negative(x, a, 2, 4, "frequency")) return;
    if (!no_negative(x, a, 4, 5, "time")) return;
    double v[] = { AG_WAVE_AM, a->v[0], a->v[1], nonzero(a, 2, f), nonzero(a, 3, f), or_default(a, 4, 0), or_default(a, 5, 0),
                   or_default(a, 6, 0) };
    store(x, v, 8, at);
}

/* ---- pwl ---- */

typedef struct points {                  /* of a pwl while it is read */
    list   a;
    double from, delay;                  /* -1: no repetition [s] */
    double time, value;                  /* factors */
    ag_loc at;
    int    ok, from_file;
} points;

static int is_word(const ag_field *f, const char *word) { return f && f->kind == AG_WORD && !strcmp(f->text, word); }
static int is_path(const ag_field *f) { return f && f->kind == AG_KEY && f->group && (!strcmp(f->text, "file") || !strcmp(f->text, "pwlfile")); }

static void take_file(source *x, points *p, const ag_field *path)
{
    double index;
    p->from_file = 1;
    if (!ag_table_read(x->el, path, 1, &index)) {
        p->ok = 0;
        return;
    }
    ag_vector w = x->el->c->vector[(int)index];
    p->a.v = AG_NEW(x->el->a, double, w.n);
    p->a.n = w.n;
    memcpy(p->a.v, w.v, (size_t)w.n * sizeof *w.v);
}

/* The points: a file or a list; returns the field behind them. */
static const ag_field *read_points(source *x, points *p, const ag_field *f)
{
    const ag_field *inside = f && f->kind == AG_GROUP ? f->group : f;
    if (is_path(inside)) take_file(x, p, inside->group);
    if (p->from_file) return f->kind == AG_GROUP ? f->next : inside->next;
    if (is_word(f, "repeat")) {
        ag_elab_error(x->el, f->at, "pwl repeat ... endrepeat is not supported; pwl(...) r=time repeats from that time on");
        p->ok = 0;
        return NULL;
    }
    f = arguments(x, f, &p->a);
    p->ok = pwl_points_fit(x, &p->a, p->at);
    return f;
}

/* r, r=time, td=time, and LTspice's factors; 0: f is none of these. */
static int option(source *x, points *p, const ag_field *f)
{
    double *to = is_word(f, "r") ? &p->from : NULL;
    int     key = f->kind == AG_KEY;
    if (key && !strcmp(f->text, "r")) to = &p->from;
    else if (key && !strcmp(f->text, "td")) to = &p->delay;
    else if (key && !strcmp(f->text, "time_scale_factor")) to = &p->time;
    else if (key && !strcmp(f->text, "value_scale_factor")) to = &p->value;
    if (!to) return 0;
    if (!key) *to = 0;
    else if (!ag_scope_value(x->el, x->s, f, to)) p->ok = 0;
    else if (to != &p->value && !(*to >= 0 || (to == &p->from && *to == -1)) && p->ok) {
        ag_elab_error(x->el, ag_field_span(f), "negative time in a waveform");
        p->ok = 0;
    }
    if (p->ok && p->from > p->a.v[p->a.n - 2] * p->time) {
        ag_elab_error(x->el, ag_field_span(f), "the repetition begins after the last point");
        p->ok = 0;
    }
    return 1;
}

/* pwl(...) or pwl file=..., options; returns the field behind. */
static const ag_field *pwl(source *x, const ag_field *f, ag_loc at)
{
    points p = { .from = -1, .time = 1, .value = 1, .at = at, .ok = 1 };
    f = read_points(x, &p, f);
    while (f && option(x, &p, f)) f = f->next;
    if (!p.ok) return f;
    double *v = AG_NEW(x->el->a, double, p.a.n + 3);
    v[0] = AG_WAVE_PWL;
    v[1] = p.from;
    v[2] = p.delay;
    for (int k = 0; k < p.a.n; k++) v[3 + k] = p.a.v[k] * (k % 2 ? p.value : p.time);
    store(x, v, p.a.n + 3, at);
    return f;
}

/* ---- the card ---- */

static const struct { const char *word; void (*make)(source *, const list *, ag_loc); } wave[] = {
    { "pulse", pulse }, { "sin", sine }, { "sine", sine }, { "exp", exponential }, { "sffm", sffm }, { "am", am },
};

/* Why a waveform of other simulators is none here, and what to write instead. */
static const struct { const char *word, *instead; } other_wave[] = {
    { "trnoise", "noise in time is not simulated; a recorded one can be read by pwl file=" },
    { "trrandom", "noise in time is not simulated; a recorded one can be read by pwl file=" },
    { "pwlz", "no source lets go of its node; put a switch (S) in series with pwl" },
    { "pattern", "write the bits as pwl(...)" }, { "pat", "write the bits as pwl(...)" }, { "lfsr", "write the bits as pwl(...)" },
    { "external", "no program drives the source; use pwl file=" },
};

/* A waveform beginning at word f; *next gets the field behind it. 0: f is none. */
static int waveform(source *x, const ag_field *f, const ag_field **next)
{
    for (size_t k = 0; k < sizeof wave / sizeof *wave; k++)
        if (!strcmp(f->text, wave[k].word)) {
            list a = { .n = 0 };
            *next = arguments(x, f->next, &a);
            wave[k].make(x, &a, f->at);
            return 1;
        }
    if (!strcmp(f->text, "pwl")) {
        *next = pwl(x, f->next, f->at);
        return 1;
    }
    for (size_t k = 0; k < sizeof other_wave / sizeof *other_wave; k++)
        if (!strcmp(f->text, other_wave[k].word)) {
            ag_elab_error(x->el, f->at, "waveform '%s' is not supported: %s", f->text, other_wave[k].instead);
            *next = NULL;
            return 1;
        }
    return 0;
}

static const ag_field *level(source *x, const ag_field *f, const char *param)
{
    double value;
    if (ag_scope_value(x->el, x->s, f, &value)) ag_element_set(x->el, x->i, param, value, ag_field_span(f));
    return f->next;
}

/* ac [magnitude [phase]] */
static const ag_field *ac(source *x, const ag_field *f, ag_loc at)
{
    ag_element_set(x->el, x->i, "acmag", 1, at);
    for (int k = 0; k < 2 && f && begins_value(f); k++) f = level(x, f, k ? "acphase" : "acmag");
    return f;
}

/* A word in front of a parenthesis. */
static void unknown_waveform(source *x, const ag_field *f)
{
    ag_guess g = { .name = f->text };
    for (size_t k = 0; k < sizeof wave / sizeof *wave; k++) ag_guess_try(&g, wave[k].word);
    ag_guess_try(&g, "pwl");
    if (g.best) ag_elab_error(x->el, f->at, "unknown waveform '%s'; did you mean '%s'?", f->text, g.best);
    else ag_elab_error(x->el, f->at, "unknown waveform '%s'; supported are pulse sin exp pwl sffm am", f->text);
}

static const ag_field *next_part(source *x, const ag_field *f, int *have_dc)
{
    const ag_field *next;
    if (f->kind == AG_WORD && !strcmp(f->text, "dc")) {
        if (f->next && begins_value(f->next)) {
            *have_dc = 1;
            return level(x, f->next, "dc");
        }
        ag_elab_error(x->el, f->at, "value missing after 'dc'");
        return f->next;
    }
    if (f->kind == AG_WORD && !strcmp(f->text, "ac")) return ac(x, f->next, f->at);
    if (f->kind == AG_WORD && waveform(x, f, &next)) return next;
    if (f->kind == AG_KEY && !strcmp(f->text, "ac")) return level(x, f, "acmag");
    if (f->kind == AG_WORD && f->next && f->next->kind == AG_GROUP) {
        unknown_waveform(x, f);
        return f->next->next;
    }
    if ((f->kind == AG_WORD || f->kind == AG_EXPR) && !*have_dc) {
        *have_dc = 1;
        return level(x, f, "dc");
    }
    ag_element_key(x->el, x->s, x->e, x->i, f);
    return f->next;
}

void ag_add_source(ag_elab *el, ag_scope *s, ag_element *e)
{
    int             node[2], have_dc = 0;
    const ag_field *f;
    const char      letter[2] = { e->kind->letter, 0 };
    if (!ag_element_nodes(el, s, e, 2, node, &f)) return;
    source x = { el, s, e, ag_element_add(el, s, e, ag_model_find(letter), NULL, node) };
    while (f && x.i.batch >= 0) f = next_part(&x, f, &have_dc);
}
