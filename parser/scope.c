/* scope - looking up parameters and functions, and evaluating expressions of them.
 *
 * Parameters are evaluated when they are first needed, so they may be used before the line that defines them. A
 * parameter or function that needs itself is reported with the chain that leads back to it. The arguments of an
 * instance are evaluated in the scope of its X line, everything else in the scope where it is written. */
#include <math.h>
#include <stdint.h>
#include <string.h>
#include "core/number.h"
#include "core/piecewise.h"
#include "parser/elaborate.h"

/* ---- bounds and chains ---- */

int ag_step(ag_elab *el, ag_loc at)
{
    if (el->depth > AG_MAX_EVAL) {
        ag_elab_error(el, at, "expression nests too deeply through parameters and functions");
        return 0;
    }
    if (++el->steps > AG_MAX_STEPS) {
        if (el->steps == AG_MAX_STEPS + 1)
            ag_elab_error(el, at, "expression takes more than %d operations with its functions written out", AG_MAX_STEPS);
        return 0;
    }
    return 1;
}

void ag_trail_push(ag_elab *el, const char *name, const void *what)
{
    *AG_PUSH(el->a, el->trail, el->n_trail, el->cap_trail) = (ag_trail){ name, what };
}

const char *ag_chain(ag_elab *el, const void *what)
{
    enum { MOST = 12 };
    int         from = el->n_trail - 1;
    const char *text = "";
    while (from > 0 && el->trail[from].what != what) from--;
    for (int i = from; i < el->n_trail && i < from + MOST; i++) text = ag_printf(el->a, "%s%s -> ", text, el->trail[i].name);
    return ag_printf(el->a, "%s%s%s", text, el->n_trail > from + MOST ? "... -> " : "", el->trail[from].name);
}

/* ---- scopes ---- */

void ag_scope_fit(ag_elab *el, ag_scope *s)
{
    int n = s->body->n_symbol, cap = 2 * n + 8;
    if (n <= s->cap_symbol && s->value) return;
    double        *value = AG_NEW(el->a, double, cap);
    unsigned char *state = AG_NEW(el->a, unsigned char, cap);
    if (s->cap_symbol) {
        memcpy(value, s->value, (size_t)s->cap_symbol * sizeof *value);
        memcpy(state, s->state, (size_t)s->cap_symbol);
    }
    s->value = value;
    s->state = state;
    s->cap_symbol = cap;
}

void ag_scope_forget(ag_scope *s) { memset(s->state, AG_UNKNOWN, (size_t)s->cap_symbol); }

/* ---- names ---- */

ag_scope *ag_scope_of(ag_scope *s, const ag_body *b)
{
    while (s->body != b) s = s->outer;
    return s;
}

int ag_body_symbol(const ag_body *b, const char *name, const ag_body **owner)
{
    for (; b; b = b->parent) {
        int k = (int)(intptr_t)ag_map_get(b->symbol_map, name);
        *owner = b;
        if (k) return k - 1;
    }
    return -1;
}

/* Names that mean something when nobody defined them. CODATA 2018 [C], [J/K]; kelvin as in ngspice. */
int ag_constant(ag_elab *el, const char *name, double *value)
{
    const struct { const char *name; double value; } table[] = {
        { "pi", 3.14159265358979323846 }, { "e", 2.71828182845904523536 }, { "echarge", 1.602176634e-19 },
        { "boltz", 1.380649e-23 }, { "planck", 6.62607015e-34 }, { "kelvin", -AG_KELVIN }, { "true", 1 }, { "false", 0 },
        { "nan", NAN }, { "temper", el->c->options.temp }, { "seed#", el->c->options.seed },
    };
    for (size_t k = 0; k < sizeof table / sizeof *table; k++)
        if (!strcmp(table[k].name, name)) {
            *value = table[k].value;
            return 1;
        }
    if (!ag_is_draw(name)) return 0;
    *value = ag_draw(el, name);
    return 1;
}

static const char *const constant_names[] = { "pi", "echarge", "boltz", "planck", "kelvin", "temper" };

void ag_no_parameter(ag_elab *el, const ag_body *b, const ag_function *f, const char *name, ag_loc at)
{
    ag_guess g = { .name = name };
    for (int i = 0; f && i < f->n_arg; i++) ag_guess_try(&g, f->arg[i]);
    for (; b; b = b->parent)
        for (int i = 0; i < b->n_symbol && !ag_elab_full(el); i++) ag_guess_try(&g, b->symbol[i].name);
    for (size_t k = 0; k < sizeof constant_names / sizeof *constant_names; k++) ag_guess_try(&g, constant_names[k]);
    if (g.best) ag_elab_error(el, at, "undefined parameter '%s'; did you mean '%s'?", name, g.best);
    else ag_elab_error(el, at, "undefined parameter '%s'", name);
}

ag_op ag_builtin(ag_elab *el, const char *name, int n, int *arity)
{
    intptr_t known = (intptr_t)ag_map_get(el->builtin, name);
    if (!known) {
        ag_op op = AG_OP_END;
        int   takes = -1;
        ag_op_find(name, 0, &takes);
        if (takes >= 0) op = ag_op_find(name, takes, NULL);
        known = op == AG_OP_END ? -1 : (intptr_t)op + 1;
        ag_map_put(el->builtin, name, (void *)known);
    }
    *arity = known > 0 ? ag_op_arity((ag_op)(known - 1)) : -1;
    return *arity == n ? (ag_op)(known - 1) : AG_OP_END;
}

/* What those functions of other simulators would need that have no counterpart here; NULL: not one of them. */
static const char *missing(const char *name)
{
    static const struct { const char *name, *why; } list[] = {
        { "delay", "delays are not supported" }, { "absdelay", "delays are not supported" },
        { "ddx", "derivatives with respect to signals are not functions here" },
        { "p", "the power of a device in an element is v(a,b)*i(device)" },
        { "spline", "table() is a line through points" }, { "akima", "table() is a line through points" },
        { "hertz", "elements do not depend on frequency" },
    };
    for (size_t k = 0; k < sizeof list / sizeof *list; k++)
        if (!strcmp(list[k].name, name)) return list[k].why;
    return NULL;
}

void ag_no_function(ag_elab *el, const ag_body *b, const ag_expr *e)
{
    const ag_function *f = ag_body_function(b, e->name);
    const char        *why = f ? NULL : missing(e->name);
    const char        *counts = f ? ag_printf(el->a, "%d", f->n_arg) : ag_function_counts(el, e->name);
    if (why || counts) {
        if (why) ag_elab_error(el, e->at, "there is no function %s(): %s", e->name, why);
        else ag_elab_error(el, e->at, "%s() takes %s argument%s, not %d", e->name, counts, strcmp(counts, "1") ? "s" : "", e->n_arg);
        return;
    }
    ag_guess g = { .name = e->name };
    ag_function_guess(&g);
    for (const char *name; b; b = b->parent)
        for (int i = 0; (name = ag_map_next(b->function, &i, NULL)); ) ag_guess_try(&g, name);
    if (g.best) ag_elab_error(el, e->at, "unknown function '%s'; did you mean '%s'?", e->name, g.best);
    else ag_elab_error(el, e->at, "unknown function '%s'", e->name);
}

/* ---- what an expression depends on ---- */

static int depends(ag_elab *el, const ag_body *b, const ag_function *inside, const ag_expr *e, int local);

/* A function's body: 1 no, 2 yes. A function in terms of itself is reported where it is evaluated. */
static int function_depends(ag_elab *el, ag_function *f, int local)
{
    int *known = local ? &f->local : &f->dynamic;
    if (*known) return *known == 2;
    *known = 1;
    int result = depends(el, f->body, f, f->expr, local);
    *known = result ? 2 : 1;
    return result;
}

static int name_depends(const ag_body *b, const ag_function *inside, const char *name, int local)
{
    const ag_body *owner;
    for (int i = 0; inside && i < inside->n_arg; i++)
        if (inside->arg[i] == name) return 0;
    if (ag_body_symbol(b, name, &owner) >= 0) return local && owner->parent != NULL;
    return local ? ag_is_draw(name) : !strcmp(name, "time");
}

static int depends(ag_elab *el, const ag_body *b, const ag_function *inside, const ag_expr *e, int local)
{
    if (e->op == AG_OP_NAME) return name_depends(b, inside, e->name, local);
    if (e->op == AG_OP_SIGNAL) return !local;
    if (el->depth > AG_MAX_EVAL) return 0;
    int result = !local && e->op == AG_OP_CALL && ag_form_of(e) >= AG_RATE && !ag_body_function(b, e->name);
    el->depth++;
    for (int i = 0; i < e->n_arg && !result; i++) result = depends(el, b, inside, e->arg[i], local);
    if (e->op == AG_OP_CALL && ag_terminal_current(el, b, e)) result = !local;
    ag_function *f = e->op == AG_OP_CALL && !result ? ag_function_of(el, b, e) : NULL;
    if (f) result = function_depends(el, f, local);
    el->depth--;
    return result;
}

int ag_is_dynamic(ag_elab *el, const ag_body *b, const ag_expr *e) { return depends(el, b, NULL, e, 0); }
int ag_is_local(ag_elab *el, const ag_body *b, const ag_expr *e)   { return depends(el, b, NULL, e, 1); }

/* ---- evaluating ---- */

typedef struct frame {                   /* where an expression stands */
    ag_scope          *s;
    const ag_function *f;                /* NULL: not in a function */
    const double      *arg;              /* [f->n_arg] */
} frame;

static int eval(ag_elab *el, const frame *at, const ag_expr *e, double *value);

int ag_scope_symbol(ag_elab *el, ag_scope *s, int k, double *value)
{
    ag_symbol *x = &s->body->symbol[k];
    *value = s->value[k];
    if (s->state[k] == AG_KNOWN) return 1;
    if (s->state[k] == AG_BAD) return 0;
    if (s->state[k] == AG_BUSY) {
        ag_elab_error(el, x->at, "parameter '%s' is defined by itself (%s)", x->name, ag_chain(el, &s->state[k]));
        return 0;
    }
    s->state[k] = AG_BUSY;
    ag_trail_push(el, x->name, &s->state[k]);
    ag_places before = ag_place_of(el, s->path, x->name);
    int ok = 0;
    if (!x->expr && x->text) x->expr = ag_deck_expr(el->c, x->text->at);
    if (!x->expr && x->text) ag_elab_error(el, x->at, "parameter '%s' is a text, not a number", x->name);
    else if (!x->expr) ag_elab_error(el, x->at, "parameter '%s' has no value: the instance must set it", x->name);
    else ok = eval(el, &(frame){ s, NULL, NULL }, x->expr, &s->value[k]);
    el->place = before;
    el->n_trail--;
    s->state[k] = ok ? AG_KNOWN : AG_BAD;
    *value = s->value[k];
    return ok;
}

static int eval_name(ag_elab *el, const frame *at, const ag_expr *e, double *value)
{
    const ag_body *owner;
    for (int i = 0; at->f && i < at->f->n_arg; i++)
        if (at->f->arg[i] == e->name) {
            *value = at->arg[i];
            return 1;
        }
    if (at->s->body == el->asking) ag_map_put(el->asked, e->name, el);
    int k = ag_body_symbol(at->s->body, e->name, &owner);
    if (k >= 0) return ag_scope_symbol(el, ag_scope_of(at->s, owner), k, value);
    if (!strcmp(e->name, "temper")) el->c->plan.of_temper = 1;
    if (ag_constant(el, e->name, value)) return 1;
    if (!strcmp(e->name, "time"))
        ag_elab_error(el, e->at, "'time' changes during an analysis; here a constant is needed");
    else ag_no_parameter(el, at->s->body, at->f, e->name, e->at);
    return 0;
}

static int eval_function(ag_elab *el, const frame *at, ag_function *f, const ag_expr *e, double *value)
{
    double  few[8], *arg = f->n_arg <= 8 ? few : AG_NEW(el->a, double, f->n_arg);
    for (int i = 0; i < f->n_arg; i++)
        if (!eval(el, at, e->arg[i], &arg[i])) return 0;
    if (f->active) {
        ag_elab_error(el, e->at, "function '%s' calls itself (%s)", f->name, ag_chain(el, f));
        return 0;
    }
    f->active = 1;
    ag_trail_push(el, f->name, f);
    int ok = eval(el, &(frame){ ag_scope_of(at->s, f->body), f, arg }, f->expr, value);
    el->n_trail--;
    f->active = 0;
    return ok;
}

/* An operator or built-in function; only the side of an `if` that is taken. */
static int eval_op(ag_elab *el, const frame *at, ag_op op, const ag_expr *e, double *value)
{
    double x[3] = { 0 };
    if (!eval(el, at, e->arg[0], &x[0])) return 0;
    if (op == AG_OP_IF) return eval(el, at, e->arg[x[0] != 0 ? 1 : 2], value);
    for (int i = 1; i < e->n_arg; i++)
        if (!eval(el, at, e->arg[i], &x[i])) return 0;
    *value = ag_op_apply(op, x);
    return 1;
}

static int eval_form(ag_elab *el, const frame *at, ag_form form, const ag_expr *e, double *value)
{
    double *x = AG_NEW(el->a, double, e->n_arg);
    for (int i = 0; i < e->n_arg; i++)
        if (!eval(el, at, e->arg[i], &x[i])) return 0;
    int n = (e->n_arg - 1) / 2;
    *value = x[0];
    if (form == AG_TABLED && !ag_rising(el, e, x + 1, n)) return 0;
    if (form == AG_TABLED) *value = ag_piecewise_value(&(ag_piecewise){ x + 1, n }, x[0]);
    for (int i = 1; i < e->n_arg && form == AG_EXTREME; i++)
        *value = ag_op_apply(e->name[1] == 'i' ? AG_OP_MIN : AG_OP_MAX, (double[]){ *value, x[i] });
    return 1;
}

static int eval_call(ag_elab *el, const frame *at, const ag_expr *e, double *value)
{
    int          arity;
    ag_function *f = ag_function_of(el, at->s->body, e);
    if (at->s->body == el->asking) ag_map_put(el->asked, e->name, el);
    if (f) return eval_function(el, at, f, e, value);
    int    own = ag_body_function(at->s->body, e->name) != NULL;
    ag_op   op = own ? AG_OP_END : ag_builtin(el, e->name, e->n_arg, &arity);
    if (op != AG_OP_END) return eval_op(el, at, op, e, value);
    ag_form form = own ? AG_NO_FORM : ag_form_of(e);
    if (form == AG_EXTREME || form == AG_TABLED) return eval_form(el, at, form, e, value);
    if (form) ag_elab_error(el, e->at, "%s() changes during an analysis; here a constant is needed", e->name);
    else ag_no_function(el, at->s->body, e);
    return 0;
}

static int eval(ag_elab *el, const frame *at, const ag_expr *e, double *value)
{
    *value = NAN;
    if (e->op == AG_OP_CONST) {
        *value = e->value;
        return 1;
    }
    if (!ag_step(el, e->at)) return 0;
    int ok = 0;
    el->depth++;
    if (e->op == AG_OP_NAME) ok = eval_name(el, at, e, value);
    else if (e->op == AG_OP_CALL) ok = eval_call(el, at, e, value);
    else if (e->op != AG_OP_SIGNAL) ok = eval_op(el, at, e->op, e, value);
    else ag_elab_error(el, e->at, "a signal is known only during an analysis; here a constant is needed");
    el->depth--;
    return ok;
}

int ag_scope_eval(ag_elab *el, ag_scope *s, const ag_expr *e, double *value)
{
    el->steps = 0;
    return eval(el, &(frame){ s, NULL, NULL }, e, value);
}

/* ---- fields ---- */

int ag_is_number(const char *word, double *value)
{
    size_t n = strlen(word), used = ag_number_read(word, n, value);
    for (; used && used < n; used++)                      /* letters outside ASCII are units: the ohm sign */
        if ((unsigned char)word[used] < 0x80) return 0;
    return used == n && n > 0;
}

int ag_scope_name(ag_elab *el, ag_scope *s, const char *name, ag_loc at, double *value)
{
    return ag_scope_eval(el, s, &(ag_expr){ .op = AG_OP_NAME, .name = name, .at = at }, value);
}

int ag_scope_value(ag_elab *el, ag_scope *s, const ag_field *f, double *value)
{
    *value = NAN;
    if (f->kind == AG_WORD) {
        if (ag_is_number(f->text, value)) return 1;
        int digit = (f->text[0] >= '0' && f->text[0] <= '9') || strchr("+-.", f->text[0]);
        if (!digit) return ag_scope_name(el, s, f->text, f->at, value);
        ag_elab_error(el, f->at, "'%s' is not a number", f->text);
        return 0;
    }
    if ((f->kind == AG_EXPR || f->kind == AG_KEY) && f->expr) return ag_scope_eval(el, s, f->expr, value);
    ag_elab_error(el, ag_field_span(f), "a number is needed here");
    return 0;
}
