/* state - .load state=FILE and .save state=FILE: what devices remember, from one run to another.
 *
 *     agspice-state 1                      the first line; 1 is the version of the form
 *     * a comment
 *     n.x1.n1 h 0.41172839506172841        device, state or memory, value
 *
 * A file is read once, however many circuits are made of the netlist. */
#include <math.h>
#include <string.h>
#include "core/number.h"
#include "parser/elaborate.h"

typedef struct entry { const char *device, *state; double value; ag_loc at, state_at, value_at; } entry;

struct ag_statefile {
    const char   *path;
    int           from;                  /* file that names it */
    int           bad;
    entry        *entry; int n, cap;
    ag_statefile *next;
};

/* ---- reading ---- */

typedef struct words { ag_loc at[4]; const char *text[4]; size_t length[4]; int n; } words;

static int is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/* The first four words of a line. */
static words split(const ag_file *f, int file, size_t from, size_t end)
{
    words w = { .n = 0 };
    while (w.n < 4) {
        while (from < end && is_blank(f->text[from])) from++;
        size_t first = from;
        while (from < end && !is_blank(f->text[from])) from++;
        if (from == first) break;
        size_t n = from - first;
        w.at[w.n] = (ag_loc){ (uint32_t)first, (uint16_t)file, (uint16_t)(n < UINT16_MAX ? n : UINT16_MAX) };
        w.text[w.n] = f->text + first;
        w.length[w.n++] = n;
    }
    return w;
}

static int is_header(ag_elab *el, const words *w, ag_loc at)
{
    double version = 0;
    int    named = w->n >= 1 && w->length[0] == strlen(AG_STATE_WORD) && !memcmp(w->text[0], AG_STATE_WORD, w->length[0]);
    if (named && w->n == 2 && ag_number_read(w->text[1], w->length[1], &version) == w->length[1] && version == AG_STATE_VERSION) return 1;
    if (named) ag_error(el->c->diag, w->n > 1 ? w->at[1] : at, "only version %d of files of states can be read", AG_STATE_VERSION);
    else ag_error(el->c->diag, at, "this is no file of states: it would begin with '%s %d'", AG_STATE_WORD, AG_STATE_VERSION);
    return 0;
}

static int read_line(ag_elab *el, ag_statefile *s, const words *w)
{
    entry e;
    if (w->n == 3 && ag_number_read(w->text[2], w->length[2], &e.value) == w->length[2] && isfinite(e.value)) {
        e.device = ag_name(el->c->names, w->text[0], w->length[0]);
        e.state = ag_name(el->c->names, w->text[1], w->length[1]);
        e.at = w->at[0], e.state_at = w->at[1], e.value_at = w->at[2];
        *AG_PUSH(el->origin->a, s->entry, s->n, s->cap) = e;
        return 1;
    }
    if (w->n == 3) ag_error(el->c->diag, w->at[2], "a finite number is needed here");
    else ag_error(el->c->diag, w->at[w->n > 3 ? 3 : w->n - 1], "a line is: device, state, value");
    return 0;
}

static int read_lines(ag_elab *el, ag_statefile *s, int file)
{
    const ag_file *f = ag_diag_file(el->c->diag, file);
    int            headed = 0;
    for (size_t from = 0, next; from < f->length && !ag_elab_full(el); from = next) {
        const char *newline = memchr(f->text + from, '\n', f->length - from);
        size_t      end = newline ? (size_t)(newline - f->text) : f->length;
        words       w = split(f, file, from, end);
        next = end + 1;
        if (!headed && !is_header(el, &w, (ag_loc){ (uint32_t)from, (uint16_t)file, 0 })) return 0;
        if (headed && w.n && w.text[0][0] != '*' && !read_line(el, s, &w)) s->bad = 1;
        headed = 1;
    }
    if (!headed) is_header(el, &(words){ .n = 0 }, (ag_loc){ 0, (uint16_t)file, 0 });
    return headed;
}

static ag_statefile *read_file(ag_elab *el, const ag_field *path)
{
    ag_statefile *s = AG_NEW(el->origin->a, ag_statefile, 1);
    int           file = ag_deck_load(el->c, path->at, path->text);
    *s = (ag_statefile){ .path = path->text, .from = path->at.file, .next = el->origin->states };
    el->origin->states = s;
    if (!file || !read_lines(el, s, file)) s->bad = 1;
    return s;
}

/* ---- setting ---- */

/* Number of a state or memory of a model, -1. */
static int find_state(const ag_model *m, const char *name)
{
    for (int k = 0; k < m->n_unknown; k++)
        if (ag_unknown_is_state(&m->unknown[k]) && ag_name_same(m->unknown[k].name, name)) return k;
    for (int k = 0; k < m->n_latch; k++)
        if (ag_name_same(m->latch[k].name, name)) return m->n_unknown + k;
    return -1;
}

static int has_states(const ag_model *m)
{
    int n = m->n_latch;
    for (int k = 0; k < m->n_unknown; k++) n += ag_unknown_is_state(&m->unknown[k]);
    return n > 0;
}

static void no_device(ag_elab *el, const entry *e)
{
    ag_guess    g = { .name = e->device };
    const char *name;
    for (int k = 0; !ag_elab_full(el) && (name = ag_map_next(el->c->instance_map, &k, NULL)); ) ag_guess_try(&g, name);
    if (g.best) ag_elab_error(el, e->at, "no device '%s'; did you mean '%s'?", e->device, g.best);
    else ag_elab_error(el, e->at, "no device '%s'", e->device);
}

static void no_state(ag_elab *el, const entry *e, const ag_model *m)
{
    ag_guess g = { .name = e->state };
    for (int k = 0; k < m->n_unknown; k++)
        if (ag_unknown_is_state(&m->unknown[k])) ag_guess_try(&g, m->unknown[k].name);
    for (int k = 0; k < m->n_latch; k++) ag_guess_try(&g, m->latch[k].name);
    if (g.best) ag_elab_error(el, e->state_at, "'%s' (%s) has no state '%s'; did you mean '%s'?", e->device, m->name, e->state, g.best);
    else ag_elab_error(el, e->state_at, "'%s' (%s) has no state '%s'", e->device, m->name, e->state);
}

/* "x1.n1" stands for "n.x1.n1". */
static ag_instance find_device(ag_elab *el, const char *name)
{
    const char *dot = strrchr(name, '.');
    ag_instance i = ag_circuit_find(el->c, name);
    if (i.batch < 0 && dot && dot[1]) i = ag_circuit_find(el->c, ag_name0(el->c->names, ag_printf(el->a, "%c.%s", dot[1], name)));
    return i;
}

static void set(ag_elab *el, const entry *e)
{
    char        low[AG_NUMBER_SIZE], high[AG_NUMBER_SIZE], is[AG_NUMBER_SIZE];
    ag_instance i = find_device(el, e->device);
    if (i.batch < 0) {
        no_device(el, e);
        return;
    }
    const ag_batch *b = el->c->batch[i.batch];
    const ag_model *m = b->model;
    int             k = find_state(m, e->state);
    if (k < 0) no_state(el, e, m);
    else if (k < m->n_unknown && m->unknown[k].max > m->unknown[k].min && !(e->value >= m->unknown[k].min && e->value <= m->unknown[k].max))
        ag_elab_error(el, e->value_at, "state '%s' = %s of '%s' is outside %s .. %s", e->state, ag_number_print(is, e->value), e->device,
                      ag_number_print(low, m->unknown[k].min), ag_number_print(high, m->unknown[k].max));
    else if (b->own_state && !isnan(b->own_state[k][i.lane]))
        ag_elab_error(el, e->at, "state '%s' of '%s' is set already", e->state, e->device);
    else ag_instance_state(el->c, i, k, e->value);
}

/* How many devices with states the file does not name. */
static void count_others(ag_elab *el, ag_loc at)
{
    int all = 0, set_ones = 0;
    for (int i = 0; i < el->c->n_batch; i++) {
        const ag_batch *b = el->c->batch[i];
        int             n = b->model->n_unknown + b->model->n_latch;
        all += has_states(b->model) ? b->n : 0;
        for (int lane = 0; lane < b->n && b->own_state; lane++) {
            int any = 0;
            for (int k = 0; k < n; k++) any |= !isnan(b->own_state[k][lane]);
            set_ones += any;
        }
    }
    if (set_ones < all)
        ag_note(el->c->diag, at, "%d of %d devices with states are not in the file; they begin as their parameters say", all - set_ones, all);
}

/* ---- the cards ---- */

int ag_is_state_key(const ag_field *f) { return f->kind == AG_KEY && !strcmp(f->text, "state"); }

/* The path of state=FILE; NULL after a report. */
static const ag_field *path_of(ag_elab *el, const ag_line *l, const ag_field *f)
{
    if (f && ag_is_state_key(f) && f->group && *f->group->text) return f->group;
    ag_elab_error(el, f ? ag_field_span(f) : l->span, "%s state=FILE needs the path of a file of states", l->first);
    return NULL;
}

void ag_load_states(ag_elab *el, const ag_line *l)
{
    const ag_field *path = path_of(el, l, l->field);
    if (!path) return;
    if (l->field->next) ag_elab_error(el, ag_field_span(l->field->next), "unexpected here: .load state=FILE");
    ag_statefile *s = el->origin->states;
    while (s && (s->from != path->at.file || strcmp(s->path, path->text))) s = s->next;
    if (!s) s = read_file(el, path);
    if (s->bad) return;
    for (int k = 0; k < s->n && !ag_elab_full(el); k++) set(el, &s->entry[k]);
    count_others(el, path->at);
}

void ag_save_states(ag_elab *el, const ag_line *l, const ag_field *f)
{
    const ag_field *path = path_of(el, l, f);
    ag_plan        *p = &el->c->plan;
    if (!path) return;
    if (p->state_file) ag_elab_error(el, path->at, "states are saved to '%s' already", p->state_file);
    p->state_file = ag_deck_path(el->c, path->at, path->text);
    p->state_at = path->at;
}
