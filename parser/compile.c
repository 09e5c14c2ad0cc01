/* compile - an expression becomes a graph: functions are written out, constants folded, signals turned into inputs.
 *
 * Guards. Newton starts with all voltages at 0 and on its way visits points that no solution has, so in elements ln(x),
 * sqrt(x), x**1.5, 1/x of a signal are continued to a finite value where they have none: ln of at least LN_MIN, sqrt of
 * at least 0, |x|**a for a that is not whole (as ngspice does), x/DIV_MIN for x/0. Outputs and measures show the
 * functions as they are. */
#include <math.h>
#include <string.h>
#include "parser/elaborate.h"

#define LN_MIN  1e-100                    /* ln is -230 there: finite, and far below any argument that means something */
#define DIV_MIN 1e-30                     /* as small as the slope of sqrt at 0 is large */

typedef struct frame { const ag_body *body; ag_function *f; const int *arg; } frame;

static int compile(ag_compiler *x, const frame *at, const ag_expr *e);

int ag_compile_constant(ag_compiler *x, const ag_body *owner, int k)
{
    double value;
    return ag_scope_symbol(x->el, ag_scope_of(x->el->main, owner), k, &value) ? ag_build_const(x->b, value) : -1;
}

static int name(ag_compiler *x, const frame *at, const ag_expr *e)
{
    const ag_body *owner;
    double         value;
    for (int i = 0; at->f && i < at->f->n_arg; i++)
        if (at->f->arg[i] == e->name) return at->arg[i];
    int node = x->before ? x->before(x, e->name) : -2;
    if (node != -2) return node;
    int k = ag_body_symbol(at->body, e->name, &owner);
    if (k >= 0) return x->symbol(x, owner, k);
    node = x->after(x, e->name);
    if (node != -2) return node;
    if (ag_constant(x->el, e->name, &value)) return ag_build_const(x->b, value);
    if (x->pairs && !strcmp(e->name, "time")) ag_elab_error(x->el, e->at, "there is no time in .ac; its scale is 'frequency'");
    else ag_no_parameter(x->el, at->body, at->f, e->name, e->at);
    return -1;
}

static int arguments(ag_compiler *x, const frame *at, const ag_expr *e, int *arg)
{
    for (int i = 0; i < e->n_arg; i++)
        if ((arg[i] = compile(x, at, e->arg[i])) < 0) return 0;
    return 1;
}

static int call_function(ag_compiler *x, const frame *at, ag_function *f, const ag_expr *e)
{
    int few[8], *arg = f->n_arg <= 8 ? few : AG_NEW(x->el->a, int, f->n_arg);
    if (!arguments(x, at, e, arg)) return -1;
    if (f->active) {
        ag_elab_error(x->el, e->at, "function '%s' calls itself (%s)", f->name, ag_chain(x->el, f));
        return -1;
    }
    f->active = 1;
    ag_trail_push(x->el, f->name, f);
    int node = compile(x, &(frame){ f->body, f, arg }, f->expr);
    x->el->n_trail--;
    f->active = 0;
    return node;
}

/* ---- guards ---- */

static int is_signal(const ag_build *b, int node) { return ag_build_uses_input(b, node) || ag_build_uses_time(b, node); }

static int at_least(ag_build *b, int x, double low)
{
    return ag_build_op(b, AG_OP_MAX, (int[]){ x, ag_build_const(b, low) });
}

/* x, or DIV_MIN where x is 0. */
static int not_zero(ag_build *b, int x)
{
    int zero = ag_build_op(b, AG_OP_EQ, (int[]){ x, ag_build_const(b, 0) });
    return ag_build_op(b, AG_OP_IF, (int[]){ zero, ag_build_const(b, DIV_MIN), x });
}

int ag_compile_quotient(ag_build *b, int x, int y)
{
    return ag_build_op(b, AG_OP_DIV, (int[]){ x, is_signal(b, y) ? not_zero(b, y) : y });
}

static void guard_power(ag_build *b, ag_op op, int *arg)
{
    double a;
    if (!ag_build_is_const(b, arg[1], &a)) return;
    if (op == AG_OP_POW && a != floor(a)) arg[0] = ag_build_op(b, AG_OP_ABS, &(int){ arg[0] });
    if (a < 0) arg[0] = not_zero(b, arg[0]);
}

static int operate(ag_compiler *x, ag_op op, int *arg)
{
    if (x->guard && op == AG_OP_DIV) return ag_compile_quotient(x->b, arg[0], arg[1]);
    if (x->guard && is_signal(x->b, arg[0])) {
        if (op == AG_OP_LN || op == AG_OP_LOG10) arg[0] = at_least(x->b, arg[0], LN_MIN);
        else if (op == AG_OP_SQRT) arg[0] = at_least(x->b, arg[0], 0);
        else if (op == AG_OP_POW || op == AG_OP_PWR || op == AG_OP_PWRS) guard_power(x->b, op, arg);
    }
    return ag_build_op(x->b, op, arg);
}

/* ---- operators and functions ---- */

static int any_complex(const int *arg, int n)
{
    while (n > 0 && !ag_is_complex(arg[n - 1])) n--;
    return n;
}

static int operation(ag_compiler *x, const frame *at, ag_op op, const ag_expr *e)
{
    int arg[3];
    if (!arguments(x, at, e, arg)) return -1;
    return any_complex(arg, e->n_arg) ? ag_complex_operation(x, op, e, arg) : operate(x, op, arg);
}

static int table(ag_compiler *x, const ag_expr *e, const int *arg)
{
    int     n = (e->n_arg - 1) / 2, constant = 1;
    double *xy = AG_NEW(x->el->a, double, 2 * n);
    for (int k = 0; k < 2 * n; k++) constant &= ag_build_is_const(x->b, arg[1 + k], &xy[k]);
    return constant && !ag_rising(x->el, e, xy, n) ? -1 : ag_build_table(x->b, arg[0], arg + 1, n);
}

static int call_form(ag_compiler *x, const frame *at, ag_form form, const ag_expr *e)
{
    int *arg = AG_NEW(x->el->a, int, e->n_arg);
    if (!arguments(x, at, e, arg)) return -1;
    if (any_complex(arg, e->n_arg)) return ag_complex_operation(x, AG_OP_CALL, e, arg);
    if (form == AG_TABLED) return table(x, e, arg);
    if (form == AG_EXTREME) {
        ag_op op = e->name[1] == 'i' ? AG_OP_MIN : AG_OP_MAX;
        for (int i = 1; i < e->n_arg; i++) arg[0] = ag_build_op(x->b, op, (int[]){ arg[0], arg[i] });
        return arg[0];
    }
    if (x->memory) return x->memory(x, form, e, arg);
    ag_elab_error(x->el, e->at, "%s() is available in elements only", e->name);
    return -1;
}

static int call(ag_compiler *x, const frame *at, const ag_expr *e)
{
    int          arity;
    ag_function *f = ag_function_of(x->el, at->body, e);
    if (f) return call_function(x, at, f, e);
    int     own = ag_body_function(at->body, e->name) != NULL;
    ag_op   op = own ? AG_OP_END : ag_builtin(x->el, e->name, e->n_arg, &arity);
    if (op != AG_OP_END) return operation(x, at, op, e);
    ag_form form = own ? AG_NO_FORM : ag_form_of(e);
    if (form) return call_form(x, at, form, e);
    if (!own && e->n_arg == 1 && !strcmp(e->name, "par")) return compile(x, at, e->arg[0]);      /* HSPICE: par('...') */
    if (!own && e->n_arg == 1 && x->pairs) {
        int value = compile(x, at, e->arg[0]), node = value < 0 ? -1 : ag_complex_function(x, e->name, value);
        if (node != -2) return node;
    }
    const ag_expr *current = ag_terminal_current(x->el, at->body, e);
    if (current) return x->signal(x, current);
    ag_no_function(x->el, at->body, e);
    return -1;
}

static int compile(ag_compiler *x, const frame *at, const ag_expr *e)
{
    int node;
    if (!ag_step(x->el, e->at)) return -1;
    x->el->depth++;
    if (e->op == AG_OP_CONST) node = ag_build_const(x->b, e->value);
    else if (e->op == AG_OP_NAME) node = name(x, at, e);
    else if (e->op == AG_OP_SIGNAL) node = x->signal(x, e);
    else if (e->op == AG_OP_CALL) node = call(x, at, e);
    else node = operation(x, at, e->op, e);
    x->el->depth--;
    return node;
}

int ag_compile(ag_compiler *x, const ag_body *b, const ag_expr *e)
{
    x->el->steps = 0;
    return compile(x, &(frame){ b, NULL, NULL }, e);
}
