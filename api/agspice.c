/* agspice - the public interface: a facade over core, parser and solver.
 *
 * Every function that allocates runs inside guarded(), the edge where running out of memory becomes AG_ENOMEM; after
 * that the circuit is only good for ag_circuit_free. */
#include "api/agspice.h"
#include <errno.h>
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

/* "tran 1n 1u [start [max]] [uic]" */
static ag_status parse_analysis(ag_circuit *c, const char *text, ag_analysis *a)
{
    double value[4] = { 0, 0, 0, 0 };
    int    n = 0, word = 0;

    *a = (ag_analysis){ .kind = AG_N_ANALYSIS };
    for (const char *p = text; *(p += strspn(p, " \t")); word++) {
        size_t length = strcspn(p, " \t");
        const char *w = ag_name(c->names, p, length);
        p += length;
        if (word == 0)
            a->kind = !strcmp(w, "op") ? AG_OP : !strcmp(w, "tran") ? AG_TRAN : AG_N_ANALYSIS;
        else if (a->kind == AG_TRAN && !strcmp(w, "uic"))
            a->uic = 1;
        else if (a->kind == AG_TRAN && n < 4 && ag_number_read(w, length, &value[n]) == length)
            n++;
        else
            a->kind = AG_N_ANALYSIS;
        if (a->kind == AG_N_ANALYSIS)
            break;
    }
    a->tstep = value[0];
    a->tstop = value[1];
    a->tstart = value[2];
    a->tmax = value[3];
    int good = a->kind == AG_OP || (a->kind == AG_TRAN && n >= 2 && a->tstep >= 0 && a->tstop > 0 && a->tstart >= 0
                                    && a->tstart < a->tstop && a->tmax >= 0 && a->tstop < 1e300 && a->tstep < 1e300);
    if (good)
        return AG_OK;
    ag_error(c->diag, AG_NOWHERE, "'%s' is not an analysis: \"op\" or \"tran TSTEP TSTOP [TSTART [TMAX]] [uic]\"", text);
    return AG_ESYNTAX;
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
    ag_status   s = parse_analysis(c, j->text, &a);

    if (s || (s = ag_circuit_finish(c)))
        return s;
    int n = ag_saved(c, &saved);
    j->arena = ag_arena_new(ag_arena_host(c->arena));     /* of this run only: runs may be repeated for ever */
    if (!j->arena)
        return AG_ENOMEM;
    ag_arena_on_oom(j->arena, ag_arena_oom(c->arena));
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
