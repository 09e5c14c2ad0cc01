/* function - functions that are no single operation: formulas in terms of others, tables, any number of arguments, and
 * the time derivative and integral.
 *
 * Formulas are read like a .func of the netlist, when they are first used. Random functions are formulas of a draw, the
 * names normal# (mean 0, deviation 1) and uniform# (in -1 .. 1): each time one is met it is another draw, whose
 * place is the parameter or element it stands in (ag_place_of), and which of that place's draws it is. So a
 * draw depends neither on the order of things nor on what else the netlist holds, and instances of a subcircuit
 * differ. seed# is the seed. */
#include <limits.h>
#include <string.h>
#include "core/random.h"
#include "parser/elaborate.h"

static const struct { const char *name, *arg[3], *text; } formula[] = {
    { "sqr",    { "x" },           "x*x" },
    { "cbrt",   { "x" },           "pwrs(x,1/3)" },
    { "sign",   { "x", "y" },      "abs(x)*sgn(y)" },                 /* HSPICE, Xyce */
    { "buf",    { "x" },           "x>0.5" },                         /* LTspice */
    { "inv",    { "x" },           "x<=0.5" },
    { "u2",     { "x" },           "limit(x,0,1)" },                  /* ngspice */
    { "eq0",    { "x" },           "x==0" },
    { "ne0",    { "x" },           "x!=0" },
    { "gt0",    { "x" },           "x>0" },
    { "lt0",    { "x" },           "x<0" },
    { "ge0",    { "x" },           "x>=0" },
    { "le0",    { "x" },           "x<=0" },
    /* HSPICE, ngspice: gauss and unif relative, agauss and aunif absolute, sigma deviations */
    { "gauss",  { "n", "r", "s" }, "n*(1+r*normal#/s)" },
    { "gauss",  { "n", "r" },      "n*(1+r*normal#)" },
    { "agauss", { "n", "a", "s" }, "n+a*normal#/s" },
    { "agauss", { "n", "a" },      "n+a*normal#" },
    { "unif",   { "n", "r" },      "n*(1+r*uniform#)" },
    { "aunif",  { "n", "a" },      "n+a*uniform#" },
    { "limit",  { "n", "a" },      "n+a*sgn(uniform#)" },
    { "rand",   { NULL },          "(1+uniform#)/2" },                /* Xyce */
    { "gauss",  { "d" },           "d*normal#" },                     /* LTspice */
    { "flat",   { "d" },           "d*uniform#" },
    { "mc",     { "x", "t" },      "x*(1+t*uniform#)" },
    /* LTspice: functions of their argument, in steps and smooth */
    { "rand",   { "x" },           "scatter#(floor(x),seed#)" },
    { "random", { "x" },           "between#(rand(x),rand(x+1),x-floor(x))" },
    { "white",  { "x" },           "random(x)-0.5" },
    { "between#", { "a", "b", "t" }, "a+(b-a)*t*t*(3-2*t)" },
};
enum { N_FORMULA = sizeof formula / sizeof *formula };

static const struct { const char *name; int least, most; ag_form form; } form[] = {
    { "min", 1, INT_MAX, AG_EXTREME }, { "max", 1, INT_MAX, AG_EXTREME },
    { "table", 3, INT_MAX, AG_TABLED }, { "tbl", 3, INT_MAX, AG_TABLED }, { "pwl", 3, INT_MAX, AG_TABLED },
    { "ddt", 1, 1, AG_RATE }, { "idt", 1, 3, AG_INTEGRAL }, { "sdt", 1, 3, AG_INTEGRAL }, { "idtmod", 1, 4, AG_WRAPPED },
};
enum { N_FORM = sizeof form / sizeof *form };

ag_form ag_form_of(const ag_expr *e)
{
    for (int k = 0; k < N_FORM; k++)
        if (!strcmp(form[k].name, e->name) && e->n_arg >= form[k].least && e->n_arg <= form[k].most)
            return form[k].form != AG_TABLED || e->n_arg % 2 ? form[k].form : AG_NO_FORM;
    return AG_NO_FORM;
}

/* ---- formulas ---- */

static int n_arg(int k)
{
    int n = 0;
    while (n < 3 && formula[k].arg[n]) n++;
    return n;
}

/* The texts are one file of their own, so that they are read like any other expression. */
static ag_loc place_of_text(ag_elab *el, int k)
{
    static const char label[] = "built-in functions";
    uint32_t          from = 0;
    for (int i = 0; i < k; i++) from += (uint32_t)strlen(formula[i].text) + 1;
    if (!el->origin->functions) {
        const char *all = "";
        for (int i = 0; i < N_FORMULA; i++) all = ag_printf(el->origin->a, "%s%s\n", all, formula[i].text);
        el->origin->functions = ag_diag_add_file(el->c->diag, label, all, strlen(all), AG_NOWHERE);
    }
    return (ag_loc){ from, (uint16_t)el->origin->functions, (uint16_t)strlen(formula[k].text) };
}

static ag_function *make(ag_elab *el, int k)
{
    ag_function *f = AG_NEW(el->a, ag_function, 1);
    *f = (ag_function){ .name = formula[k].name, .n_arg = n_arg(k), .body = el->top, .at = place_of_text(el, k) };
    f->arg = AG_NEW(el->a, const char *, f->n_arg);
    for (int i = 0; i < f->n_arg; i++) f->arg[i] = ag_name0(el->c->names, formula[k].arg[i]);
    f->expr = ag_deck_expr(el->c, f->at);
    return f;
}

ag_function *ag_known_function(ag_elab *el, const char *name, int n)
{
    for (int k = 0; k < N_FORMULA; k++) {
        if (strcmp(formula[k].name, name) || n_arg(k) != n) continue;
        if (!el->formula) el->formula = AG_NEW(el->a, ag_function *, N_FORMULA);
        if (!el->formula[k]) el->formula[k] = make(el, k);
        return el->formula[k]->expr ? el->formula[k] : NULL;      /* NULL: no room for another file */
    }
    return NULL;
}

ag_function *ag_function_of(ag_elab *el, const ag_body *b, const ag_expr *e)
{
    int          arity;
    ag_function *f = ag_body_function(b, e->name);
    if (f) return f->n_arg == e->n_arg ? f : NULL;
    return ag_builtin(el, e->name, e->n_arg, &arity) == AG_OP_END ? ag_known_function(el, e->name, e->n_arg) : NULL;
}

const char *ag_function_counts(ag_elab *el, const char *name)
{
    int         arity;
    const char *list = NULL;
    for (int k = 0; k < N_FORM; k++) {
        if (strcmp(form[k].name, name)) continue;
        if (form[k].form == AG_TABLED) return "x and pairs of";
        if (form[k].most == INT_MAX) return "any number of";
        return ag_printf(el->a, form[k].least == form[k].most ? "%d" : "%d to %d", form[k].least, form[k].most);
    }
    ag_builtin(el, name, -2, &arity);
    for (int n = 0; n <= 3; n++) {
        int takes = n == arity;
        for (int k = 0; k < N_FORMULA; k++) takes |= !strcmp(formula[k].name, name) && n_arg(k) == n;
        if (takes) list = list ? ag_printf(el->a, "%s or %d", list, n) : ag_printf(el->a, "%d", n);
    }
    return list;
}

void ag_function_guess(ag_guess *g)
{
    for (int op = AG_OP_IF; op < AG_OP_SCATTER; op++) ag_guess_try(g, ag_op_name((ag_op)op));
    for (int k = 0; k < N_FORMULA; k++)
        if (!strchr(formula[k].name, '#')) ag_guess_try(g, formula[k].name);
    for (int k = 0; k < N_FORM; k++) ag_guess_try(g, form[k].name);
}

/* ---- draws ---- */

ag_places ag_place_of(ag_elab *el, const char *path, const char *name)
{
    ag_places before = el->place;
    el->place = (ag_places){ path, name, 0 };
    return before;
}

int ag_is_draw(const char *name) { return !strcmp(name, "normal#") || !strcmp(name, "uniform#"); }

double ag_draw(ag_elab *el, const char *name)
{
    uint32_t n = el->place.n++;
    if (el->c->options.draws <= 0) return 0;
    const char *path = el->place.path ? el->place.path : "", *who = el->place.name ? el->place.name : "";
    uint64_t    seed = (uint64_t)el->c->options.seed | (uint64_t)el->origin->sample << 32;    /* the seed has 32 bits */
    uint64_t    at = ag_place(ag_place(ag_place(0, path), "/"), who);
    return name[0] == 'n' ? ag_draw_normal(seed, at, n) : ag_draw_uniform(seed, at, n);
}

/* ---- tables ---- */

int ag_rising(ag_elab *el, const ag_expr *e, const double *xy, int n)
{
    for (int k = 1; k < n; k++)
        if (!(xy[2 * k] > xy[2 * k - 2])) {
            ag_elab_error(el, e->arg[1 + 2 * k]->at, "x values of %s() must rise: %g stands behind %g", e->name, xy[2 * k],
                          xy[2 * k - 2]);
            return 0;
        }
    return 1;
}
