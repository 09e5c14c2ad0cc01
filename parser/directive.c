/* directive - the table of dot commands; analyses, options, initial conditions. */
#include <math.h>
#include <string.h>
#include "core/number.h"
#include "parser/elaborate.h"

enum when { EARLY, LATE, LOCAL, SILENT, NOT_YET };      /* LOCAL: .ic, belongs to the body it stands in */

typedef struct directive {
    const char *name;
    enum when   when;
    void      (*run)(ag_elab *el, const ag_line *l);
} directive;

/* ---- analyses ---- */

typedef struct times { double v[4]; ag_loc at[4]; int n, uic, bad; } times;

/* LTspice's words behind the times. */
static int is_modifier(const char *word)
{
    static const char *const list[] = { "startup", "steady", "nodiscard", "step" };
    for (int k = 0; k < 4; k++)
        if (!strcmp(list[k], word)) return 1;
    return 0;
}

static void tran_field(ag_elab *el, const ag_field *f, times *t)
{
    int start = f->kind == AG_KEY && !strcmp(f->text, "start");
    if (f->kind == AG_WORD && !strcmp(f->text, "uic")) {
        t->uic = 1;
        return;
    }
    if (f->kind == AG_WORD && is_modifier(f->text)) {
        ag_warning(el->c->diag, f->at, "'%s' is ignored: a transient starts from the operating point, or with uic from initial values",
                   f->text);
        return;
    }
    if (t->n >= 4 || (f->kind == AG_KEY && (!start || t->n != 2))) {
        ag_elab_error(el, f->at, "unexpected here: .tran tstep tstop [tstart [tmax]] [uic]");
        t->bad = 1;
        return;
    }
    t->at[t->n] = ag_field_span(f);
    if (!ag_scope_value(el, el->main, f, &t->v[t->n++])) t->bad = 1;
}

static int times_fit(ag_elab *el, const ag_analysis *a, const times *t, ag_loc stop, ag_loc whole)
{
    for (int k = 0; k < t->n; k++) {
        if (isfinite(t->v[k]) && t->v[k] >= 0) continue;
        ag_elab_error(el, t->at[k], isfinite(t->v[k]) ? "negative time" : "a finite time is needed here");
        return 0;
    }
    if (!(a->tstop > 0)) ag_elab_error(el, stop, "the stop time must be positive");
    else if (a->tstart >= a->tstop) ag_elab_error(el, t->n > 2 ? t->at[2] : whole, "the start time must come before the stop time");
    else return 1;
    return 0;
}

/* .tran tstep tstop [tstart [tmax]] [uic], or .tran tstop */
static void tran(ag_elab *el, const ag_line *l)
{
    times t = { .n = 0 };
    int   swept = 0;
    for (const ag_field *f = l->field; f; f = f->next) {
        swept |= ag_is_repeat(l, f);
        if (!swept || (f->kind == AG_WORD && !strcmp(f->text, "uic"))) tran_field(el, f, &t);
    }
    if (!t.n && !t.bad) ag_elab_error(el, l->span, "a transient needs times: .tran tstep tstop [tstart [tmax]] [uic]");
    if (!t.n || t.bad) return;
    int         stop = t.n > 1;
    ag_analysis a = { .kind = AG_TRAN, .tstep = stop ? t.v[0] : 0, .tstop = t.v[stop], .tstart = t.v[2], .tmax = t.v[3],
                      .uic = t.uic, .at = l->span };
    if (!times_fit(el, &a, &t, t.at[stop], l->span)) return;
    int guess = a.tstep == 0;
    if (guess) a.tstep = a.tstop / 50;
    ag_plan *plan = &el->c->plan;
    int      first = 1;
    for (int k = 0; k < plan->n_analysis; k++) first &= plan->analysis[k].kind != AG_TRAN;
    if (first) el->tstep = a.tstep, el->tstop = a.tstop, el->no_tstep = guess;
    *AG_PUSH(el->a, plan->analysis, plan->n_analysis, plan->cap_analysis) = a;
}

static void op(ag_elab *el, const ag_line *l)
{
    ag_plan *plan = &el->c->plan;
    if (l->field) ag_elab_error(el, l->field->at, ".op takes no arguments");
    *AG_PUSH(el->a, plan->analysis, plan->n_analysis, plan->cap_analysis) = (ag_analysis){ .kind = AG_OP, .at = l->span };
}

/* .ac dec|oct|lin n fstart fstop, or list f1 f2 ... */
static void ac(ag_elab *el, const ag_line *l)
{
    ag_plan        *plan = &el->c->plan;
    const ag_field *f = l->field;
    ag_axis         axis;
    if (!ag_read_frequencies(el, l, &f, &axis)) return;
    if (f && !ag_is_repeat(l, f)) {
        ag_elab_error(el, ag_field_span(f), "unexpected here: .ac dec|oct|lin n fstart fstop");
        return;
    }
    int is_linear = l->field->kind == AG_WORD && !strcmp(l->field->text, "lin");
    *AG_PUSH(el->a, plan->analysis, plan->n_analysis, plan->cap_analysis) = (ag_analysis){
        .kind = AG_AC, .frequency = axis.value, .n_frequency = axis.n, .log_scale = !is_linear, .at = l->span };
}

#define MOST_POINTS 100000000.0                          /* of one .dc: more are a mistake in a step */

/* Axes of .dc, innermost first; 0 after a report. */
static int axes(ag_elab *el, const ag_line *l, ag_analysis *a)
{
    double points = 1;
    for (const ag_field *f = l->field; f && !ag_is_repeat(l, f); ) {
        if (a->n_axis && f->kind == AG_WORD && !strcmp(f->text, "sweep")) f = f->next;      /* HSPICE, between the axes */
        if (f && a->n_axis == AG_MOST_AXES) {
            ag_elab_error(el, ag_field_span(f), ".dc sweeps at most %d quantities; .step repeats the whole for more", AG_MOST_AXES);
            return 0;
        }
        if (f && !a->n_axis && f->kind == AG_KEY && !strcmp(f->text, "data")) {
            ag_elab_error(el, ag_field_span(f), "a .dc needs an axis in front of a table: .dc v1 0 1 0.1 sweep data=name");
            return 0;
        }
        if (!ag_read_axis(el, l, &f, &a->axis[a->n_axis])) return 0;
        points *= a->axis[a->n_axis++].n;
    }
    if (points <= MOST_POINTS) return 1;
    ag_elab_error(el, l->span, "this .dc has %.3g points; %.0e are possible", points, MOST_POINTS);
    return 0;
}

static void dc(ag_elab *el, const ag_line *l)
{
    ag_plan    *plan = &el->c->plan;
    ag_analysis a = { .kind = AG_DC, .at = l->span };
    if (!l->field) ag_elab_error(el, l->span, ".dc needs what is swept and its values: .dc name start stop step [name start stop step ...]");
    else if (axes(el, l, &a)) *AG_PUSH(el->a, plan->analysis, plan->n_analysis, plan->cap_analysis) = a;
}

/* ---- options ---- */

/* Options of other simulators that change nothing here. */
static int harmless_option(const char *name)
{
    static const char *const list[] = {
        "post", "probe", "runlvl", "plotwinsize", "ingold", "converge", "accurate", "list", "node", "opts", "acct", "noacct",
        "nopage", "nomod", "noinit", "klu", "sparse", "num_threads", "numthreads", "savecurrents", "brief", "measdgt", "measout",
        "itl2", "itl3", "itl5", "itl6", "pivtol", "pivrel", "defl", "defw", "defad", "defas", "lvltim",
        "gminsteps", "srcsteps", "filetype", "noopiter", "keepopinfo", "badmos3", "trytocompact", "xmu",
        "warn", "maxwarns", "interactive", "parhier", "search", "dcap", "captab", "co", "nomoment", "ngbehavior",
    };
    for (size_t k = 0; k < sizeof list / sizeof *list; k++)
        if (!strcmp(list[k], name)) return 1;
    return 0;
}

static void unknown_option(ag_elab *el, const ag_field *f)
{
    ag_guess g = { .name = f->text };
    if (harmless_option(f->text)) return;
    for (int k = 0; k < ag_n_option; k++) ag_guess_try(&g, ag_option_table[k].name);
    if (g.best) ag_warning(el->c->diag, f->at, "unknown option '%s' is ignored; did you mean '%s'?", f->text, g.best);
    else ag_warning(el->c->diag, f->at, "unknown option '%s' is ignored", f->text);
}

static int option_value(ag_elab *el, const ag_field *f, const ag_param *p, double *value)
{
    char low[AG_NUMBER_SIZE], high[AG_NUMBER_SIZE], is[AG_NUMBER_SIZE];
    *value = 1;
    if (f->kind != AG_KEY) return 1;
    int word = f->expr && f->expr->op == AG_OP_NAME && !strcmp(p->name, "method") ? ag_method_find(f->expr->name) : -1;
    if (word >= 0) {
        *value = word;
        return 1;
    }
    if (!strcmp(p->name, "method") && f->expr && f->expr->op == AG_OP_NAME) {
        ag_elab_error(el, f->expr->at, "unknown method '%s'; there are trbdf2, trap and gear", f->expr->name);
        return 0;
    }
    if (!ag_scope_value(el, el->main, f, value)) return 0;
    if (*value >= p->min && *value <= p->max) return 1;
    ag_elab_error(el, ag_field_span(f), "option '%s' = %s is outside %s .. %s", p->name, ag_number_print(is, *value),
                  ag_number_print(low, p->min), ag_number_print(high, p->max));
    return 0;
}

/* Xyce's options begin with the name of a part of that program; those of two parts mean something here. */
static int is_part(const ag_field *f, int *foreign)
{
    static const char *const part[] = { "timeint", "device", "linsol", "linsol-hb", "linsol-ac", "nonlin", "nonlin-tran", "nonlin-hb", "loca",
                                        "parser", "output", "restart", "measure", "fft", "sensitivity", "hbint", "dist" };
    if (!f || f->kind != AG_WORD || !f->next) return 0;
    for (size_t k = 0; k < sizeof part / sizeof *part; k++)
        if (!strcmp(f->text, part[k])) {
            *foreign = k > 1;
            return 1;
        }
    return 0;
}

/* HSPICE's unit of length, in metres: to ignore another one silently would change every transistor. */
static void scale_option(ag_elab *el, const ag_field *f)
{
    double value = 1;
    if (f->kind == AG_KEY && ag_scope_value(el, el->main, f, &value) && value != 1)
        ag_warning(el->c->diag, ag_field_span(f), "option 'scale' is not supported: lengths and widths are in metres");
}

static void options(ag_elab *el, const ag_line *l)
{
    int foreign = 0, part = is_part(l->field, &foreign);
    for (const ag_field *f = part ? l->field->next : l->field; f && !foreign; f = f->next) {
        double value;
        if (f->kind != AG_KEY && f->kind != AG_WORD) {
            ag_elab_error(el, f->at, "options are written name=value or name");
            continue;
        }
        const char *name = strcmp(f->text, "maxstep") ? f->text : "delmax";
        int         k = ag_param_find(ag_option_table, ag_n_option, name);
        if (!strcmp(name, "scale")) scale_option(el, f);
        else if (k < 0) unknown_option(el, f);
        else if (option_value(el, f, &ag_option_table[k], &value)) *ag_option_at(&el->c->options, k) = value;
    }
}

static void temperature(ag_elab *el, const ag_line *l)
{
    double          value;
    const ag_field *f = l->field;
    if (!f) {
        ag_elab_error(el, l->span, "a temperature in degrees Celsius is needed: .temp 27");
        return;
    }
    if (!ag_scope_value(el, el->main, f, &value)) return;
    if (value > -AG_KELVIN && value <= 2000) el->c->options.temp = value;
    else ag_elab_error(el, ag_field_span(f), "temperature %g C is outside -273.15 .. 2000", value);
}

/* ---- initial conditions ---- */

/* A condition of a node that is not there is an error, a guess of it matters to nobody. */
static void no_node(ag_elab *el, int guess, const ag_guess *g, ag_loc at)
{
    const char *better = g->best ? ag_printf(el->a, "; did you mean '%s'?", g->best) : "";
    if (guess) ag_warning(el->c->diag, at, "no node '%s'%s", g->name, better);
    else ag_elab_error(el, at, "no node '%s'%s", g->name, better);
}

/* Number of a node that exists, seen from a scope; -1 after a report. */
static int existing_node(ag_elab *el, ag_scope *s, int guess, const char *name, ag_loc at)
{
    int         node = -1, k = (int)(intptr_t)ag_map_get(s->body->node_map, name) - 1;
    const char *full = *s->path ? ag_name0(el->c->names, ag_printf(el->a, "%s%s", s->path, name)) : name;
    if (s->caller && k >= 0 && k < s->body->n_port) node = k < s->cap_node ? s->node[k] : -1;
    else if (s->caller && ag_map_get(el->global, name)) node = ag_circuit_find_node(el->c, name);
    else node = ag_circuit_find_node(el->c, full);
    if (node > 0) return node;
    ag_guess g = { .name = name };
    if (node == 0 || ag_is_ground(name)) {
        ag_elab_error(el, at, "node '%s' is ground; its voltage is 0", name);
        return -1;
    }
    for (int i = 1; !s->caller && i < el->c->n_node && !ag_elab_full(el); i++) ag_guess_try(&g, el->c->node_name[i]);
    no_node(el, guess, &g, at);
    return -1;
}

static void set_node(ag_elab *el, ag_scope *s, const ag_line *l, const char *name, ag_loc at, const ag_expr *expr)
{
    double value;
    int    guess = !strcmp(l->first, ".nodeset"), node = existing_node(el, s, guess, name, at);
    if (node < 0 || !ag_scope_eval(el, s, expr, &value)) return;
    if (!isfinite(value)) {
        ag_elab_error(el, expr->at, "a finite voltage is needed here");
        return;
    }
    ag_plan *plan = &el->c->plan;
    *AG_PUSH(el->a, plan->ic, plan->n_ic, plan->cap_ic) = (ag_ic){ node, value, guess, at };
}

/* .ic v(a)=1 v(b)={x}; HSPICE also: .ic a=1, .ic a 1 */
void ag_set_ic(ag_elab *el, ag_scope *s, const ag_line *l)
{
    for (const ag_field *f = l->field; f; f = f->next) {
        const ag_expr *e = f->expr;
        if (f->kind == AG_RELATION && f->right && e->op == AG_OP_SIGNAL && e->name[0] == 'v') {
            if (e->b) ag_elab_error(el, e->at, "an initial condition is the voltage of one node: v(node)=value");
            else set_node(el, s, l, e->a, e->at, f->right);
        } else if (f->kind == AG_KEY && e) {
            set_node(el, s, l, f->text, f->at, e);
        } else if (f->kind == AG_EXPR && e->op == AG_OP_NAME && f->next && f->next->kind == AG_EXPR) {
            set_node(el, s, l, e->name, e->at, f->next->expr);
            f = f->next;
        } else {
            ag_elab_error(el, f->at, "an initial condition is written v(node)=value");
        }
    }
}

/* ---- the table ---- */

static const directive table[] = {
    { ".options", EARLY, options },       { ".option", EARLY, options },      { ".opt", EARLY, options },
    { ".temp", EARLY, temperature },      { ".tran", EARLY, tran },           { ".op", EARLY, op },
    { ".ic", LOCAL, NULL },               { ".nodeset", LOCAL, NULL },        { ".dcvolt", LOCAL, NULL },
    { ".print", LATE, ag_add_listing },   { ".plot", LATE, ag_add_listing },  { ".probe", LATE, ag_add_listing },
    { ".save", LATE, ag_add_save },       { ".measure", LATE, ag_add_measure }, { ".meas", LATE, ag_add_measure },
    { ".pulses", LATE, ag_add_pulses },
    { ".end", SILENT, NULL },             { ".title", SILENT, NULL },         { ".width", SILENT, NULL },
    { ".backanno", SILENT, NULL },        { ".csparam", SILENT, NULL },       { ".protect", SILENT, NULL },
    { ".unprotect", SILENT, NULL },       { ".prot", SILENT, NULL },          { ".unprot", SILENT, NULL },
    { ".include", SILENT, NULL },         { ".inc", SILENT, NULL },           { ".control", SILENT, NULL },
    { ".endc", SILENT, NULL },            { ".endl", SILENT, NULL },          { ".enddata", SILENT, NULL },
    { ".param", SILENT, NULL },           { ".func", SILENT, NULL },          { ".model", SILENT, NULL },
    { ".subckt", SILENT, NULL },          { ".ends", SILENT, NULL },          { ".global", SILENT, NULL },
    { ".lib", SILENT, NULL },
    { ".dc", LATE, dc },                  { ".ac", EARLY, ac },               { ".step", SILENT, NULL },
    { ".data", SILENT, NULL },            { ".load", LATE, ag_load_states },  { ".crossbar", NOT_YET, NULL },
    { ".program", NOT_YET, NULL },        { ".if", SILENT, NULL },            { ".elseif", SILENT, NULL },
    { ".else", SILENT, NULL },            { ".endif", SILENT, NULL },
};
enum { N_DIRECTIVE = sizeof table / sizeof *table };

static const directive *find(const char *name)
{
    for (int k = 0; k < N_DIRECTIVE; k++)
        if (!strcmp(table[k].name, name)) return &table[k];
    return NULL;
}

int ag_directive_local(const char *first)
{
    const directive *d = find(first);
    return d && d->when == LOCAL;
}

int ag_directive_is_output(const char *first)
{
    const directive *d = find(first);
    return d && d->when == LATE;
}

static void no_directive(ag_elab *el, const ag_line *l)
{
    ag_guess g = { .name = l->first };
    if (ag_foreign_card(el, l)) return;
    for (int k = 0; k < N_DIRECTIVE; k++) ag_guess_try(&g, table[k].name);
    if (g.best) ag_warning(el->c->diag, l->at, "unknown command '%s' is ignored; did you mean '%s'?", l->first, g.best);
    else ag_warning(el->c->diag, l->at, "unknown command '%s' is ignored", l->first);
}

static void not_yet(ag_elab *el, const ag_line *l) { ag_elab_error(el, l->at, "command %s is not supported yet", l->first); }

void ag_directive_setting(ag_elab *el, const ag_line *l)
{
    const directive *d = find(l->first);
    if (d && (d->run == options || d->run == temperature)) d->run(el, l);
}

/* Options and temperature first: parameters and waveforms may refer to them. */
void ag_directive_early(ag_elab *el)
{
    for (int pass = 0; pass < 2; pass++) {
        for (int k = 0; k < el->n_directive; k++) {
            const directive *d = find(el->directive[k]->first);
            if (d && d->when == EARLY && pass == (d->run == tran || d->run == op || d->run == ac)) d->run(el, el->directive[k]);
        }
        if (pass == 0) ag_set_temperature(el);
    }
}

void ag_directive_late(ag_elab *el)
{
    for (int k = 0; k < el->n_directive; k++) {
        const ag_line   *l = el->directive[k];
        const directive *d = find(l->first);
        if (!d) no_directive(el, l);
        else if (d->when == NOT_YET) not_yet(el, l);
        else if (d->when == LOCAL) ag_set_ic(el, el->main, l);
        else if (d->when == LATE) d->run(el, l);
    }
    if (!el->again) ag_read_steps(el);
}
