/* sweep - one axis of .dc, .step and "sweep": which quantity changes, and the values it takes.
 *
 *     NAME start stop step                     NAME start=0 stop=1 step=0.1
 *     NAME list v1 v2 ...                      NAME poi n v1 v2 ...
 *     NAME dec|oct n start stop                n points per decade (octave)
 *     NAME lin n start stop                    n points in all
 *     dec|oct NAME start stop n                the order of LTspice, PSpice and Xyce: the word in front
 *     lin NAME start stop step                 the same as without the word
 *
 * NAME is a source or a resistor, capacitor, inductor ... (its value); @dev[param], dev(param) or dev:param; card(param),
 * card:param, or type card(param) as in NPN 2N2222(VAF); temp; param p, or p alone where no device has that name. */
#include <math.h>
#include <string.h>
#include "parser/elaborate.h"

typedef struct reader {
    ag_elab        *el;
    const ag_line  *line;
    const ag_field *f, *last;          /* the next field; the one read last */
    ag_axis        *axis;
    int             named;             /* the name of what changes comes first */
} reader;

/* ---- fields ---- */

static int is_word(const ag_field *f, const char *word) { return f && f->kind == AG_WORD && !strcmp(f->text, word); }

static ag_spacing scale_word(const ag_field *f)
{
    return is_word(f, "lin") ? AG_LIN : is_word(f, "dec") ? AG_DEC : is_word(f, "oct") ? AG_OCT : 0;
}

static void skip(reader *x)
{
    x->last = x->f;
    x->f = x->f->next;
}

static int needs(reader *x, const char *what, const char *usage)
{
    ag_elab_error(x->el, x->f ? ag_field_span(x->f) : x->line->span, "%s needs %s%s: %s", x->line->first, what,
                  x->f ? " here" : "", usage);
    return 0;
}

/* A usage that begins with "name ", without it where there is none. */
static const char *form(const reader *x, const char *usage) { return x->named ? usage : usage + strlen("name "); }

/* A finite number, also written key=number. */
static int number(reader *x, const char *key, const char *what, const char *usage, double *value)
{
    if (!x->f || (x->f->kind == AG_KEY && strcmp(x->f->text, key)) || x->f->kind == AG_GROUP) return needs(x, what, usage);
    if (!ag_scope_value(x->el, x->el->main, x->f, value)) return 0;
    if (!isfinite(*value)) {
        ag_elab_error(x->el, ag_field_span(x->f), "a finite number is needed here");
        return 0;
    }
    skip(x);
    return 1;
}

static int count(reader *x, const char *what, const char *usage, double *n)
{
    const ag_field *at = x->f;
    if (!number(x, "np", what, usage, n)) return 0;
    if (*n >= 1 && *n <= AG_MOST_VALUES && *n == floor(*n)) return 1;
    ag_elab_error(x->el, ag_field_span(at), "%s must be a whole number from 1 to %d", what, AG_MOST_VALUES);
    return 0;
}

/* ---- what changes ---- */

static void unknown_name(ag_elab *el, const char *name, ag_loc at)
{
    ag_guess    g = { .name = name };
    const char *candidate;
    for (int k = 0; k < el->top->n_symbol; k++) ag_guess_try(&g, el->top->symbol[k].name);
    for (int k = 0; !ag_elab_full(el) && (candidate = ag_map_next(el->c->instance_map, &k, NULL)); ) ag_guess_try(&g, candidate);
    ag_guess_try(&g, "temp");
    if (g.best) ag_elab_error(el, at, "nothing to sweep has the name '%s'; did you mean '%s'?", name, g.best);
    else ag_elab_error(el, at, "nothing to sweep has the name '%s': a device, device(param), card(param), a parameter, temp", name);
}

/* The one word of "(vto)"; NULL. */
static const char *group_word(const ag_field *f)
{
    return f && f->kind == AG_GROUP && f->group && f->group->kind == AG_WORD && !f->group->next ? f->group->text : NULL;
}

static int top_parameter(ag_elab *el, ag_swept *v, const char *name)
{
    const ag_body *owner;
    int            k = ag_body_symbol(el->top, name, &owner);
    if (k < 0 || el->top->symbol[k].text) return 0;
    v->kind = AG_SWEPT_PARAM;
    v->object = name;
    return 1;
}

/* A name alone: temperature, device, parameter. */
static int bare_name(ag_elab *el, ag_swept *v, ag_loc at)
{
    const char *name = v->name;
    int         found = ag_swept_find(el->c, name, at, v);
    if (found >= 0) return found;
    if (top_parameter(el, v, name)) return 1;
    unknown_name(el, name, at);
    return 0;
}

/* "npn 2n2222(vaf)": the type of the card in front of its name. */
static int type_fits(ag_elab *el, const ag_field *type, const ag_field *card)
{
    const ag_card *c = ag_map_get(el->c->card_map, card->text);
    if (!c || ag_is_card_type(type->text, c->model)) return 1;
    ag_elab_error(el, type->at, "model card '%s' is a %s, not a '%s'", card->text, c->model->name, type->text);
    return 0;
}

int ag_read_swept(ag_elab *el, const ag_line *l, const ag_field **at, ag_swept *v)
{
    const ag_field *f = *at, *next = f ? f->next : NULL;
    int             param = is_word(f, "param") && next && next->kind == AG_WORD;
    if (param) f = next, next = f->next;
    if (!f || f->kind != AG_WORD) {
        ag_elab_error(el, f ? ag_field_span(f) : l->span, "%s needs the name of what is swept%s: a source, device, device(param), "
                      "card(param), parameter or temp", l->first, f ? " here" : "");
        return 0;
    }
    *v = (ag_swept){ .name = f->text, .unit = "", .at = f->at };
    *at = next;
    if (param) {
        if (top_parameter(el, v, f->text)) return 1;
        ag_no_parameter(el, el->top, NULL, f->text, f->at);
        return 0;
    }
    const ag_field *type = next && next->kind == AG_WORD && group_word(next->next) ? f : NULL;
    if (type && !type_fits(el, f, next)) return 0;
    if (type) f = next, next = f->next;
    const char *word = group_word(next);
    if (!word) return bare_name(el, v, f->at);
    *at = next->next;
    return ag_swept_find(el->c, ag_printf(el->a, "%s(%s)", f->text, word), ag_loc_join(f->at, ag_field_span(next)), v);
}

/* ---- the values it takes ---- */

static int by_ratio(reader *x, ag_spacing s, double n, double start, double stop, ag_loc at)
{
    if (start == 0 || stop == 0 || (start < 0) != (stop < 0)) {
        ag_elab_error(x->el, at, "points per %s need a start and a stop that are not zero and have the same sign",
                      s == AG_DEC ? "decade" : "octave");
        return 0;
    }
    double steps = ag_ratio_steps(s, n, start, stop);
    if (ag_axis_too_long(x->el->c->diag, x->axis, steps + 1, at)) return 0;
    ag_axis_fill(x->el->a, x->axis, s, start, stop, steps, fabs(stop) < fabs(start) ? -n : n);
    return 1;
}

static int by_points(reader *x, double n, double start, double stop)
{
    ag_axis_fill(x->el->a, x->axis, AG_LIN, start, stop, n - 1, n > 1 ? (stop - start) / (n - 1) : 0);
    if (n == 1) x->axis->value[0] = start;
    return 1;
}

static int same_spacing(reader *x, ag_spacing s, double n, double start, double stop, ag_loc at)
{
    return s == AG_LIN ? by_points(x, n, start, stop) : by_ratio(x, s, n, start, stop, at);
}

/* dec|oct|lin n start stop */
static int count_first(reader *x, ag_spacing s)
{
    const char     *usage = form(x, "name dec|oct|lin n start stop");
    const ag_field *first = x->f->next;
    double          n, start, stop;
    skip(x);
    return count(x, "the number of points", usage, &n) && number(x, "start", "the start value", usage, &start)
        && number(x, "stop", "the stop value", usage, &stop)
        && same_spacing(x, s, n, start, stop, ag_loc_join(ag_field_span(first), ag_field_span(x->last)));
}

/* start stop step, or with dec and oct in front start stop n */
static int start_first(reader *x, ag_spacing s)
{
    const char     *usage = s > AG_LIN ? "dec|oct name start stop n" : "name start stop step";
    const ag_field *first = x->f, *third;
    double          start, stop, step;
    if (!number(x, "start", "the start value", usage, &start) || !number(x, "stop", "the stop value", usage, &stop)) return 0;
    third = x->f;
    if (s > AG_LIN)
        return count(x, "the number of points", usage, &step)
            && same_spacing(x, s, step, start, stop, ag_loc_join(ag_field_span(first), ag_field_span(x->last)));
    return number(x, "step", "the step", usage, &step)
        && ag_axis_by_step(x->el->c->diag, x->el->a, x->axis, start, stop, step, ag_field_span(third));
}

/* Whether a field is one more value of a list: a name is one when it is a parameter, else it begins the next axis. */
static int is_value(reader *x)
{
    const ag_field *f = x->f;
    const ag_body  *owner;
    double          value;
    if (!f || (f->kind != AG_WORD && f->kind != AG_EXPR)) return 0;
    if (f->kind == AG_EXPR || ag_is_number(f->text, &value) || ag_constant(x->el, f->text, &value)) return 1;
    return ag_body_symbol(x->el->top, f->text, &owner) >= 0 || (f->text[0] >= '0' && f->text[0] <= '9');
}

static int listed(reader *x, double most)
{
    ag_axis *a = x->axis;
    int      cap = 0;
    double   value;
    const char *usage = form(x, "name list value ...");
    while (a->n < most && is_value(x)) {
        if (!number(x, "", "a value", usage, &value)) return 0;
        *AG_PUSH(x->el->a, a->value, a->n, cap) = value;
    }
    return a->n ? 1 : needs(x, "a value", usage);
}

/* poi n value ... */
static int points(reader *x)
{
    double      n;
    const char *usage = form(x, "name poi n value ...");
    skip(x);
    if (!count(x, "the number of values", usage, &n) || !listed(x, n)) return 0;
    return x->axis->n == n ? 1 : needs(x, "another value", usage);
}

/* The spellings in which the values stand behind the name: list, poi, dec, oct, lin; -1: it is none of them. */
static int behind_name(reader *x)
{
    ag_spacing s = scale_word(x->f);
    if (is_word(x->f, "poi")) return points(x);
    if (s) return count_first(x, s);
    if (!is_word(x->f, "list")) return -1;
    skip(x);
    return listed(x, AG_MOST_VALUES);
}

int ag_read_axis(ag_elab *el, const ag_line *l, const ag_field **at, ag_axis *axis)
{
    reader          x = { el, l, *at, *at, axis, 1 };
    const ag_field *first = *at;
    ag_spacing      front = scale_word(x.f);
    *axis = (ag_axis){ .var = AG_NEW(el->a, ag_swept, 1), .n_var = 1 };
    if (front) skip(&x);
    if (!ag_read_swept(el, l, &x.f, axis->var)) return 0;
    axis->at = ag_loc_join(first->at, axis->var->at);
    int ok = front ? -1 : behind_name(&x);
    if (ok < 0) ok = start_first(&x, front);
    if (!ok) return 0;
    axis->at = ag_loc_join(first->at, ag_field_span(x.last));
    *at = x.f;
    return 1;
}

int ag_read_frequencies(ag_elab *el, const ag_line *l, const ag_field **at, ag_axis *axis)
{
    reader          x = { el, l, *at, *at, axis, 0 };
    const ag_field *first = *at;
    *axis = (ag_axis){ .var = AG_NEW(el->a, ag_swept, 1), .n_var = 1 };
    axis->var->name = "frequency";
    axis->at = l->span;
    int ok = behind_name(&x);
    if (ok < 0) return needs(&x, "frequencies", "dec|oct|lin n start stop, list f1 f2 ...");
    if (!ok) return 0;
    axis->at = ag_loc_join(first->at, ag_field_span(x.last));
    *at = x.f;
    for (int k = 0; k < axis->n; k++) {
        if (axis->value[k] >= (k ? axis->value[k - 1] : 0)) continue;
        ag_elab_error(el, axis->at, k ? "frequencies must rise: %g Hz comes after %g Hz" : "negative frequency: %g Hz", axis->value[k],
                      k ? axis->value[k - 1] : 0);
        return 0;
    }
    return 1;
}
