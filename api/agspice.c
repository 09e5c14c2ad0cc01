/* agspice - the public interface: a facade over core, parser and solver.
 *
 * Every function that allocates runs inside guarded(), the edge where running out of memory becomes AG_ENOMEM; after
 * that the circuit is only good for ag_circuit_free. */
#include "api/agspice.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "core/number.h"
#include "core/signal.h"
#include "parser/deck.h"
#include "parser/encoding.h"
#include "solver/analysis.h"
#include "waveforms/select.h"

typedef ag_status work(ag_circuit *c, void *argument);

static ag_status guarded(ag_circuit *c, work *f, void *argument)
{
    jmp_buf edge;
    volatile ag_status s = AG_ENOMEM;

    if (setjmp(edge) == 0) {
        ag_arena_on_oom(c->arena, &edge);
        s = f(c, argument);
    }
    ag_arena_on_oom(c->arena, NULL);
    return s;
}

ag_circuit *ag_circuit_new(const ag_host *host)
{
    ag_arena  *a = ag_arena_new(host);
    jmp_buf    edge;

    if (!a)
        return NULL;
    if (setjmp(edge)) {
        ag_arena_free(a);
        return NULL;
    }
    ag_arena_on_oom(a, &edge);
    ag_circuit *c = ag_circuit_make(a, ag_diag_new(a));
    ag_arena_on_oom(a, NULL);
    return c;
}

void ag_circuit_free(ag_circuit *c)
{
    if (c)
        ag_arena_free(c->arena);
}

/* ---- netlists ---- */

typedef struct source { const char *label, *text; size_t length; FILE *file; } source;

static ag_status parse(ag_circuit *c, const char *label, const char *text, size_t length)
{
    const char *utf8 = ag_utf8(c->arena, text, &length);
    int       file = ag_diag_add_file(c->diag, label, utf8, length, AG_NOWHERE);
    ag_deck  *deck = file > 0 ? ag_deck_read(c, file, 1) : NULL;
    ag_status s = deck ? ag_elaborate(c, deck) : AG_ESYNTAX;

    return s ? s : ag_diag_errors(c->diag) ? AG_ESYNTAX : AG_OK;
}

static ag_status read_text(ag_circuit *c, void *argument)
{
    source *s = argument;

    return parse(c, ag_text(c->arena, s->label, strlen(s->label)), ag_text(c->arena, s->text, s->length), s->length);
}

ag_status ag_read_text(ag_circuit *c, const char *label, const char *text)
{
    return guarded(c, read_text, &(source){ .label = label, .text = text, .length = strlen(text) });
}

/* The whole stream with a terminating 0; netlists may hold any byte, and standard input has no length. */
static ag_status read_stream(ag_circuit *c, void *argument)
{
    source *s = argument;
    size_t  n = 0, room = 1 << 16, got;
    char   *text = ag_alloc(c->arena, room, 1);

    errno = 0;
    while ((got = fread(text + n, 1, room - 1 - n, s->file)) > 0) {
        n += got;
        if (n < room - 1)
            continue;
        char *larger = ag_alloc(c->arena, 2 * room, 1);
        memcpy(larger, text, n);
        ag_drop(c->arena, text, room);
        text = larger;
        room *= 2;
    }
    if (ferror(s->file)) {
        ag_error(c->diag, AG_NOWHERE, "cannot read '%s': %s", s->label, strerror(errno ? errno : EIO));
        return AG_EIO;
    }
    text[n] = 0;
    s->text = text;
    s->length = n;
    return AG_OK;
}

static ag_status cannot_open(ag_circuit *c, void *argument)
{
    source *s = argument;

    ag_error(c->diag, AG_NOWHERE, "cannot open '%s': %s", s->label, strerror(errno));
    return AG_EIO;
}

static ag_status parse_stream(ag_circuit *c, void *argument)
{
    source *s = argument;

    return parse(c, ag_text(c->arena, s->label, strlen(s->label)), s->text, s->length);
}

ag_status ag_read_file(ag_circuit *c, const char *path)
{
    int       standard = !strcmp(path, "-");
    source    s = { .label = standard ? "<stdin>" : path, .file = standard ? stdin : fopen(path, "rb") };
    ag_status status;

    if (!s.file)
        return guarded(c, cannot_open, &s);
    status = guarded(c, read_stream, &s);                 /* closes the file even when memory ran out */
    if (!standard)
        fclose(s.file);
    return status ? status : guarded(c, parse_stream, &s);
}

typedef struct pair { const char *name, *value; } pair;

static ag_status override(ag_circuit *c, void *argument)
{
    pair *p = argument;

    ag_map_put(c->override, ag_name0(c->names, p->name), ag_text(c->arena, p->value, strlen(p->value)));
    return AG_OK;
}

ag_status ag_override(ag_circuit *c, const char *name, const char *expression)
{
    return guarded(c, override, &(pair){ name, expression });
}

/* ---- building ---- */

static const ag_model *find_model(ag_circuit *c, const char *name)
{
    const ag_model *m = ag_model_find(name);
    ag_guess        g = { .name = name };

    if (m)
        return m;
    for (int k = 0; ag_models[k]; k++)
        ag_guess_try(&g, ag_models[k]->name);
    if (g.best)
        ag_error(c->diag, AG_NOWHERE, "no model '%s'; did you mean '%s'?", name, g.best);
    else
        ag_error(c->diag, AG_NOWHERE, "no model '%s'", name);
    return NULL;
}

static ag_status add_card(ag_circuit *c, void *argument)
{
    pair           *p = argument;
    const ag_model *m = find_model(c, p->value);

    if (!m)
        return AG_ENAME;
    return ag_circuit_card(c, ag_name0(c->names, p->name), m, AG_NOWHERE) ? AG_OK : AG_ENAME;
}

ag_status ag_add_card(ag_circuit *c, const char *card, const char *model)
{
    return guarded(c, add_card, &(pair){ card, model });
}

typedef struct device { const char *name, *card; const char *const *nodes; } device;

static ag_status add(ag_circuit *c, void *argument)
{
    device         *d = argument;
    const ag_card  *card = ag_map_get(c->card_map, ag_name0(c->names, d->card));
    const ag_model *m = card ? card->model : find_model(c, d->card);
    int             n = 0;

    if (!m)
        return AG_ENAME;
    while (d->nodes[n])
        n++;
    if (n != m->n_terminal) {
        ag_error(c->diag, AG_NOWHERE, "'%s': a %s has %d terminals, not %d", d->name, m->name, m->n_terminal, n);
        return AG_ERANGE;
    }
    int *node = AG_NEW(c->arena, int, n);
    for (int k = 0; k < n; k++)
        node[k] = ag_circuit_node(c, ag_name0(c->names, d->nodes[k]), AG_NOWHERE);
    ag_instance i = ag_circuit_add(c, ag_name0(c->names, d->name), m, card, node, AG_NOWHERE);
    return i.batch < 0 ? AG_ENAME : AG_OK;
}

ag_status ag_add(ag_circuit *c, const char *name, const char *card, const char *const *nodes)
{
    return guarded(c, add, &(device){ name, card, nodes });
}

typedef struct setting { const char *object, *param; double value; } setting;

static ag_status set(ag_circuit *c, void *argument)
{
    setting        *s = argument;
    const char     *name = ag_name0(c->names, s->object);
    ag_card        *card = ag_map_get(c->card_map, name);
    ag_instance     i = ag_circuit_find(c, name);
    const ag_model *m = i.batch >= 0 ? c->batch[i.batch]->model : card ? card->model : NULL;
    int             k = m ? ag_param_find(m->param, m->n_param, s->param) : -1;

    if (k < 0 || m->param[k].kind == AG_VECTOR || m->param[k].kind == AG_TEXT) {
        if (!m)
            ag_error(c->diag, AG_NOWHERE, "no device or model card '%s'", s->object);
        else
            ag_error(c->diag, AG_NOWHERE, "'%s': a %s has no numeric parameter '%s'", s->object, m->name, s->param);
        return AG_ENAME;
    }
    int done = i.batch >= 0 ? ag_instance_set(c, i, k, s->value, AG_NOWHERE) : ag_card_set(c, card, k, s->value, AG_NOWHERE);
    return done ? AG_OK : AG_ERANGE;
}

ag_status ag_set(ag_circuit *c, const char *object, const char *param, double value)
{
    return guarded(c, set, &(setting){ object, param, value });
}

static ag_status save(ag_circuit *c, void *argument)
{
    int probe = ag_signal_text(c, ((pair *)argument)->name, AG_NOWHERE);

    if (probe < 0)
        return AG_ENAME;
    *AG_PUSH(c->arena, c->plan.save, c->plan.n_save, c->plan.cap_save) = probe;
    return AG_OK;
}

ag_status ag_save(ag_circuit *c, const char *signal)
{
    return guarded(c, save, &(pair){ signal, NULL });
}

/* ---- running ---- */

typedef struct job {
    ag_circuit    *c;
    const char    *text;
    const ag_sink *sink;
    ag_arena      *arena;
    ag_select     *columns;
} job;

/* The words of an analysis; numbers have a value, others NAN. */
enum { MOST_WORDS = 1 + 4 * AG_MOST_AXES };
typedef struct words { const char *text[MOST_WORDS]; double value[MOST_WORDS]; int n; } words;

static int split(ag_circuit *c, const char *text, words *x)
{
    for (const char *p = text; *(p += strspn(p, " \t")); x->n++) {
        size_t length = strcspn(p, " \t");
        if (x->n == MOST_WORDS)
            return 0;
        x->text[x->n] = ag_name(c->names, p, length);
        if (ag_number_read(p, length, &x->value[x->n]) != length || !(fabs(x->value[x->n]) < 1e300))
            x->value[x->n] = NAN;
        p += length;
    }
    return x->n > 0;
}

static int numbers(const words *x, int from, int to)
{
    while (from < to && !isnan(x->value[from]))
        from++;
    return from == to;
}

/* "tran 1n 1u [start [max]] [uic]" */
static int read_tran(words *x, ag_analysis *a)
{
    int uic = x->n > 1 && !strcmp(x->text[x->n - 1], "uic"), n = x->n - uic;

    *a = (ag_analysis){ .kind = AG_TRAN, .tstep = x->value[1], .tstop = x->value[2], .tstart = n > 3 ? x->value[3] : 0,
                        .tmax = n > 4 ? x->value[4] : 0, .uic = uic };
    return n >= 3 && n <= 5 && numbers(x, 1, n) && a->tstep >= 0 && a->tstop > 0 && a->tstart >= 0 && a->tstart < a->tstop
        && a->tmax >= 0;
}

/* "ac dec|oct|lin n start stop" */
static int read_ac(words *x, ag_analysis *a, ag_arena *arena)
{
    static const char *const word[] = { [AG_LIN] = "lin", [AG_DEC] = "dec", [AG_OCT] = "oct" };
    double     n = x->value[2], start = x->value[3], stop = x->value[4];
    ag_spacing s = AG_LIN;
    ag_axis    axis = { .n = 0 };

    if (x->n != 5 || !numbers(x, 2, 5))
        return 0;
    while (s <= AG_OCT && strcmp(word[s], x->text[1]))
        s++;
    double steps = s == AG_LIN ? n - 1 : ag_ratio_steps(s, n, start, stop);
    if (s > AG_OCT || !(n >= 1) || n != floor(n) || !(steps < AG_MOST_VALUES) || start < 0 || stop < start || (s > AG_LIN && start == 0))
        return 0;
    ag_axis_fill(arena, &axis, s, start, stop, steps, s > AG_LIN ? n : n > 1 ? (stop - start) / (n - 1) : 0);
    *a = (ag_analysis){ .kind = AG_AC, .frequency = axis.value, .n_frequency = axis.n, .log_scale = s > AG_LIN };
    return 1;
}

/* "dc NAME start stop step [NAME start stop step ...]"; -1 after a report. */
static int read_dc(ag_circuit *c, words *x, ag_analysis *a, ag_arena *arena)
{
    *a = (ag_analysis){ .kind = AG_DC, .n_axis = (x->n - 1) / 4 };
    if (x->n < 5 || x->n % 4 != 1)
        return 0;
    for (int k = 0; k < a->n_axis; k++) {
        const double *v = &x->value[4 * k + 2];
        ag_swept     *what = AG_NEW(arena, ag_swept, 1);
        int           found = ag_swept_find(c, x->text[4 * k + 1], AG_NOWHERE, what);
        a->axis[k] = (ag_axis){ .var = what, .n_var = 1 };
        if (found < 0)
            ag_error(c->diag, AG_NOWHERE, "no device has the name '%s'", what->name);
        if (found <= 0)
            return -1;
        if (!numbers(x, 4 * k + 2, 4 * k + 5))
            return 0;
        if (!ag_axis_by_step(c->diag, arena, &a->axis[k], v[0], v[1], v[2], AG_NOWHERE))
            return -1;
    }
    return 1;
}

static ag_status parse_analysis(ag_circuit *c, const char *text, ag_analysis *a, ag_arena *arena)
{
    words       x = { .n = 0 };
    int         good = split(c, text, &x);
    const char *kind = good ? x.text[0] : "";

    *a = (ag_analysis){ .kind = AG_OP };
    good = !strcmp(kind, "tran") ? read_tran(&x, a) : !strcmp(kind, "ac") ? read_ac(&x, a, arena)
         : !strcmp(kind, "dc") ? read_dc(c, &x, a, arena) : !strcmp(kind, "op") && x.n == 1;
    if (good == 0)
        ag_error(c->diag, AG_NOWHERE, "'%s' is not an analysis: \"op\", \"dc NAME START STOP STEP ...\", \"tran TSTEP TSTOP [TSTART "
                 "[TMAX]] [uic]\" or \"ac dec|oct|lin N FSTART FSTOP\"", text);
    return good > 0 ? AG_OK : AG_ESYNTAX;
}

static ag_status deliver(void *self, const double *row)
{
    job *j = self;

    return j->sink->point(j->sink->self, ag_select_row(j->columns, row));
}

static int progress(void *self, double fraction, double time)
{
    const ag_host *h = ag_arena_host(((job *)self)->c->arena);

    return h->progress ? h->progress(h->user, fraction, time) : 0;
}

static ag_status run(ag_circuit *c, void *argument)
{
    job        *j = argument;
    ag_analysis a;
    const int  *saved;
    ag_run_io   io = { .point = j->sink && j->sink->point ? deliver : NULL, .progress = progress, .self = j };
    ag_status   s;

    j->arena = ag_arena_new(ag_arena_host(c->arena));     /* of this run only: runs may be repeated for ever */
    if (!j->arena)
        return AG_ENOMEM;
    ag_arena_on_oom(j->arena, ag_arena_oom(c->arena));
    if ((s = parse_analysis(c, j->text, &a, j->arena)) || (s = ag_circuit_finish(c)))
        return s;
    int n = ag_saved(c, &saved);
    j->columns = ag_select_new(j->arena, c, &a);
    ag_select_axes(j->columns);
    for (int k = 0; k < n; k++)
        ag_select_probe(j->columns, saved[k]);
    if (j->sink && j->sink->begin && (s = j->sink->begin(j->sink->self, &j->columns->plot)))
        return s;
    s = ag_analysis_run(c, &a, &io);
    ag_status e = j->sink && j->sink->end ? j->sink->end(j->sink->self, s) : AG_OK;
    return s ? s : e;
}

ag_status ag_run(ag_circuit *c, const char *analysis, const ag_sink *sink)
{
    job       j = { .c = c, .text = analysis, .sink = sink };
    ag_status s = guarded(c, run, &j);

    ag_arena_free(j.arena);
    return s;
}
