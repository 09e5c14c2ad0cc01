/* output - .print .plot .probe .save .pulses, and the expressions over probes that they and .measure use. */
#include <math.h>
#include <string.h>
#include "core/number.h"
#include "core/signal.h"
#include "parser/elaborate.h"

/* ---- expressions of signals: inputs as plan.h says ---- */

typedef struct used { int *probe, n, cap; } used;       /* probes, or measures */
typedef struct formula_of_signals { used of; ag_analysis_kind analysis; } formula_of_signals;

/* The probe of a signal in an output of that analysis; -1 after a report. */
static int find_probe(ag_elab *el, const ag_expr *e, ag_analysis_kind analysis)
{
    int k = ag_signal(el->c, e->name, e->a, e->b, e->at);
    if (k < 0 || analysis != AG_AC || el->c->plan.probe[k].kind != AG_PROBE_POWER) return k;
    ag_elab_error(el, e->at, "a power is no small signal: .ac has no %s", el->c->plan.probe[k].name);
    return -1;
}

/* What is not a number at the operating point, but an amplitude. */
static int is_amplitude(const ag_probe *p)
{
    return p->kind == AG_PROBE_NODE || p->kind == AG_PROBE_UNKNOWN || p->kind == AG_PROBE_CURRENT || p->kind == AG_PROBE_VOLTAGE;
}

static int probe(ag_compiler *x, const ag_expr *e)
{
    formula_of_signals *f = x->user;
    used               *u = &f->of;
    int                 k = find_probe(x->el, e, f->analysis), seen = 0, value;
    if (k < 0) return -1;
    for (int i = 0; i < u->n; i++) seen |= u->probe[i] == k;
    if (!seen) *AG_PUSH(x->el->a, u->probe, u->n, u->cap) = k;
    if (f->analysis != AG_AC) value = ag_build_input(x->b, 1 + k);
    else if (!is_amplitude(&x->el->c->plan.probe[k])) value = ag_build_input(x->b, 2 * (1 + k));
    else value = ag_complex(x, ag_build_input(x->b, 2 * (1 + k)), ag_build_input(x->b, 2 * (1 + k) + 1));
    return ag_complex_suffix(x, e->name, value);
}

static int scale_column(ag_compiler *x, const char *name)
{
    int is_ac = ((formula_of_signals *)x->user)->analysis == AG_AC;
    int is_scale = is_ac ? !strcmp(name, "frequency") || !strcmp(name, "freq") || !strcmp(name, "hertz") : !strcmp(name, "time");
    return is_scale ? ag_build_input(x->b, 0) : -2;
}

const char *ag_source_text(const ag_elab *el, ag_loc at)
{
    const ag_file *f = ag_diag_file(el->c->diag, at.file);
    if (!f || (size_t)at.offset + at.length > f->length) return "";
    return ag_text(el->a, f->text + at.offset, at.length);
}

/* par('...') stands for its argument. */
static const ag_expr *inside_par(const ag_expr *e)
{
    while (e->op == AG_OP_CALL && e->n_arg == 1 && !strcmp(e->name, "par")) e = e->arg[0];
    return e;
}

/* Name and unit of a compiled output: "vdb(out)" as the signal it is of is called, other expressions as written. */
static void describe(ag_elab *el, const ag_expr *e, ag_output *out)
{
    const ag_expr  *of = e->op == AG_OP_CALL && e->n_arg == 1 ? e->arg[0] : e;
    const ag_probe *p = of->op == AG_OP_SIGNAL && !(of != e && of->name[1]) ? &el->c->plan.probe[out->used[0]] : NULL;
    out->name = e->op == AG_OP_SIGNAL ? ag_printf(el->a, "%s%s", e->name, p->name + 1) : ag_source_text(el, e->at);
    out->unit = ag_complex_unit(e, p ? p->unit : NULL);
}

int ag_make_output(ag_elab *el, const ag_expr *e, ag_analysis_kind analysis, ag_output *out)
{
    const ag_expr *inner = inside_par(e);
    *out = (ag_output){ .probe = -1, .at = e->at };
    if (inner->op == AG_OP_SIGNAL && (inner->name[0] == '@' || !inner->name[1])) {
        out->probe = find_probe(el, inner, analysis);
        if (out->probe < 0) return 0;
        out->name = el->c->plan.probe[out->probe].name;
        return 1;
    }
    formula_of_signals f = { .analysis = analysis };
    ag_compiler x = { .el = el, .b = ag_build_new(el->a), .user = &f, .signal = probe, .symbol = ag_compile_constant,
                      .after = scale_column };
    ag_complex_begin(&x);
    int value = ag_compile(&x, el->top, inner), node[2];
    if (value < 0) return 0;
    ag_complex_parts(&x, value, &node[0], &node[1]);
    out->is_complex = ag_is_complex(value);
    out->program = ag_program_new(x.b, node, 1 + out->is_complex, el->a);
    out->used = f.of.probe;
    out->n_used = f.of.n;
    describe(el, inner, out);
    return 1;
}

int ag_output_complex(const ag_output *o, ag_analysis_kind analysis)
{
    return o->probe >= 0 ? analysis == AG_AC : o->is_complex;
}

/* ---- expressions of measures: u[k] is the result of measure k ---- */

static int no_signal(ag_compiler *x, const ag_expr *e)
{
    ag_elab_error(x->el, e->at, "an expression of measures holds no signals; measure it first: .measure ... find");
    return -1;
}

typedef struct formula { const ag_measure *m; ag_loc at; used of; } formula;

static int measure_result(ag_compiler *x, const char *name)
{
    const ag_plan *plan = &x->el->c->plan;
    used          *u = &((formula *)x->user)->of;
    for (int k = plan->n_measure - 1; k >= 0; k--)
        if (plan->measure[k].name == name) {
            *AG_PUSH(x->el->a, u->probe, u->n, u->cap) = k;
            return ag_build_input(x->b, k);
        }
    return -2;
}

/* A name that no measure so far, no parameter has. */
static int missing_measure(ag_compiler *x, const char *name)
{
    const formula *f = x->user;
    int            self = f->m->name == name;
    if (!self && !ag_measure_later(x->el, f->m->at, name)) return -2;
    ag_elab_error(x->el, f->at, self ? "measure '%s' uses itself" : "measure '%s' comes later; a formula uses the measures before it",
                  name);
    return -1;
}

int ag_make_formula(ag_elab *el, const ag_expr *e, ag_measure *m)
{
    formula     f = { .m = m, .at = e->at };
    ag_compiler x = { .el = el, .b = ag_build_new(el->a), .user = &f, .signal = no_signal, .symbol = ag_compile_constant,
                      .before = measure_result, .after = missing_measure };
    int node = ag_compile(&x, el->top, e);
    if (node < 0) return 0;
    m->param = ag_program_new(x.b, &node, 1, el->a);
    m->used = f.of.probe;
    m->n_used = f.of.n;
    return 1;
}

/* ---- wildcards: v(*), i(x1.*) ---- */

/* '*' any text, '?' any character; names are short and patterns have few stars. */
static int matches(const char *pattern, const char *name)
{
    const char *star = NULL, *retry = name;
    while (*name) {
        if (*pattern == '*') star = ++pattern, retry = name;
        else if (*pattern == '?' || *pattern == *name) pattern++, name++;
        else if (star) pattern = star, name = ++retry;
        else return 0;
    }
    while (*pattern == '*') pattern++;
    return !*pattern;
}

static int is_pattern(const ag_expr *e)
{
    return e->op == AG_OP_SIGNAL && (e->name[0] == '@' || !e->b) && strpbrk(e->a, "*?");
}

/* Names that a pattern stands for: nodes, or devices that have such a signal (names with and without their leading letter),
 * not hidden ones. */
static const char **expand_pattern(ag_elab *el, const ag_expr *e, int *n)
{
    const char **list = NULL, *name;
    int          cap = 0;
    *n = 0;
    if (e->name[0] == 'v') {
        for (int k = 1; k < el->c->n_node; k++)
            if (matches(e->a, el->c->node_name[k]) && !ag_signal_hidden(el->c->node_name[k]))
                *AG_PUSH(el->a, list, *n, cap) = el->c->node_name[k];
    } else {
        for (int k = 0; (name = ag_map_next(el->c->instance_map, &k, NULL)); ) {
            if (!ag_signal_hidden(name) && ag_signal_has(el->c, name, e->b ? e->b : e->name) && (matches(e->a, name) || (name[1] == '.' && matches(e->a, name + 2))))
                *AG_PUSH(el->a, list, *n, cap) = name;
        }
    }
    if (!*n) ag_warning(el->c->diag, e->at, "no %s matches '%s'", e->name[0] == 'v' ? "node" : "device", e->a);
    return list;
}

/* ---- .print .plot .probe ---- */

int ag_analysis_word(const char *word)
{
    static const char *const other[] = { "noise", "disto", "sp", "tf", "four" };
    if (!strcmp(word, "tran")) return AG_TRAN;
    if (!strcmp(word, "ac")) return AG_AC;
    if (!strcmp(word, "op")) return AG_OP;
    if (!strcmp(word, "dc")) return AG_DC;
    for (size_t k = 0; k < sizeof other / sizeof *other; k++)
        if (!strcmp(other[k], word)) return -1;
    return -2;
}

ag_analysis_kind ag_usual_analysis(ag_elab *el)
{
    int usual = -1;
    if (el->usual) return (ag_analysis_kind)(el->usual - 1);
    for (int k = 0; k < el->n_directive; k++) {
        int kind = ag_analysis_word(el->directive[k]->first + 1);
        usual = kind > usual ? kind : usual;               /* an operating point is the last that is meant */
    }
    if (usual < 0) usual = AG_TRAN;
    el->usual = usual + 1;
    return (ag_analysis_kind)usual;
}

static void add_one(ag_elab *el, ag_listing *list, int *cap, const ag_expr *e, const char *name)
{
    ag_output out;
    if (!ag_make_output(el, e, list->analysis, &out)) return;
    if (name) out.name = name;
    *AG_PUSH(el->a, list->item, list->n, *cap) = out;
}

/* What a pattern stands for may look like a pattern itself: a node named a*. */
static void add_item(ag_elab *el, ag_listing *list, int *cap, const ag_expr *e, const char *name)
{
    int n;
    if (!is_pattern(e)) {
        add_one(el, list, cap, e, name);
        return;
    }
    const char **all = expand_pattern(el, e, &n);
    for (int k = 0; k < n; k++) {
        ag_expr one = *e;
        one.a = all[k];
        add_one(el, list, cap, &one, NULL);
    }
}

/* A bare word: nothing for "all" (the default set is saved anyway), otherwise a node. */
static void add_word(ag_elab *el, ag_listing *list, int *cap, const ag_expr *e)
{
    static const char *const set[] = { "all", "alli", "allv", "allp" };
    const ag_body *owner;
    for (size_t k = 0; k < sizeof set / sizeof *set; k++)
        if (!strcmp(set[k], e->name)) {
            el->c->plan.save_all = 1;
            return;
        }
    int is_name = ag_body_symbol(el->top, e->name, &owner) >= 0 || ag_circuit_find_node(el->c, e->name) < 0;
    ag_expr node = { .op = AG_OP_SIGNAL, .at = e->at, .name = "v", .a = e->name };
    add_item(el, list, cap, is_name ? e : &node, NULL);
}

/* "(0,5)" behind items of a .plot: the limits of the one before; returns 0 when it is something else. */
static int set_limits(const ag_listing *list, const char *text)
{
    double low, high;
    text += 1 + strspn(text + 1, " \t");
    size_t n = ag_number_read(text, strlen(text), &low);
    if (!n || !list->n) return 0;
    text += n + strspn(text + n, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    text += strspn(text, ", \t");
    if (!ag_number_read(text, strlen(text), &high)) return 0;
    list->item[list->n - 1].low = fmin(low, high);
    list->item[list->n - 1].high = fmax(low, high);
    return 1;
}

/* "vs x" behind the items of a .plot. Returns the field it has read last; NULL when f is something else. */
static const ag_field *set_versus(ag_elab *el, const ag_listing *list, const ag_field *f)
{
    if (strcmp(f->expr->name, "vs") || !list->n || !f->next || f->next->kind != AG_EXPR) return NULL;
    ag_output *over = AG_NEW(el->a, ag_output, 1);
    const ag_expr *e = f->next->expr;
    ag_expr node = { .op = AG_OP_SIGNAL, .at = e->at, .name = "v", .a = e->name };
    if (e->op == AG_OP_NAME && ag_circuit_find_node(el->c, e->name) >= 0) e = &node;
    if (ag_make_output(el, e, list->analysis, over))
        for (int k = 0; k < list->n && list->kind == AG_PLOT; k++) list->item[k].versus = over;
    return f->next;
}

/* format=csv, width=12 ...: how Xyce's file is to look. */
static int is_layout(const ag_field *f)
{
    static const char *const key[] = { "format", "width", "precision", "delimiter", "filter", "timescalefactor" };
    if (f->kind != AG_KEY || !f->expr || (f->expr->op != AG_OP_CONST && f->expr->op != AG_OP_NAME)) return 0;
    for (size_t k = 0; k < sizeof key / sizeof *key; k++)
        if (!strcmp(f->text, key[k])) return 1;
    return 0;
}

void ag_add_listing(ag_elab *el, const ag_line *l)
{
    int             cap = 0, kind = !strcmp(l->first, ".print") ? AG_PRINT : !strcmp(l->first, ".plot") ? AG_PLOT : AG_PROBE;
    ag_listing      list = { .kind = kind, .analysis = ag_usual_analysis(el), .at = l->at };
    const ag_field *f = l->field;
    if (f && f->kind == AG_EXPR && f->expr->op == AG_OP_NAME) {
        int analysis = ag_analysis_word(f->expr->name);
        if (analysis == -1) {
            ag_warning(el->c->diag, f->at, "analysis '%s' is not supported yet; this %s is ignored", f->expr->name, l->first);
            return;
        }
        if (analysis >= 0) {
            list.analysis = (ag_analysis_kind)analysis;
            f = f->next;
        }
    }
    if (!f && kind != AG_PROBE) ag_warning(el->c->diag, l->span, "%s names no signals", l->first);
    for (; f; f = f->next) {
        const ag_field *last = f->kind == AG_EXPR && f->expr->op == AG_OP_NAME ? set_versus(el, &list, f) : NULL;
        if (last) f = last;
        else if (f->kind == AG_WORD && set_limits(&list, f->text)) continue;
        else if (f->kind == AG_EXPR && f->expr->op == AG_OP_NAME) add_word(el, &list, &cap, f->expr);
        else if (f->kind == AG_EXPR) add_item(el, &list, &cap, f->expr, NULL);
        else if (is_layout(f)) continue;
        else if (f->kind == AG_KEY && !strcmp(f->text, "file"))
            ag_warning(el->c->diag, f->at, "'file' is ignored, the table goes into the log; --csv FILE writes waveforms to a file");
        else if (f->kind == AG_KEY && f->expr) add_item(el, &list, &cap, f->expr, f->text);
        else if (f->kind != AG_KEY) ag_elab_error(el, f->at, "a signal or an expression of signals is needed here");
    }
    ag_plan *plan = &el->c->plan;
    if (list.n) *AG_PUSH(el->a, plan->listing, plan->n_listing, plan->cap_listing) = list;
}

/* ---- .save ---- */

static void save(ag_elab *el, const char *kind, const char *a, const char *b, ag_loc at)
{
    ag_plan *plan = &el->c->plan;
    int      k = ag_signal(el->c, kind, a, b, at);
    if (k < 0) return;
    for (int i = 0; i < plan->n_save; i++)
        if (plan->save[i] == k) return;
    *AG_PUSH(el->a, plan->save, plan->n_save, plan->cap_save) = k;
}

static void save_expr(ag_elab *el, const ag_expr *e)
{
    e = inside_par(e);
    if (e->op == AG_OP_NAME) {
        int all = !strcmp(e->name, "all") || !strcmp(e->name, "allv") || !strcmp(e->name, "alli");
        if (all) el->c->plan.save_all = 1;
        else if (strcmp(e->name, "nosub")) save(el, "v", e->name, NULL, e->at);
    } else if (is_pattern(e)) {
        int          n;
        const char **list = expand_pattern(el, e, &n);
        for (int k = 0; k < n; k++) save(el, e->name, list[k], e->b, e->at);
    } else if (e->op == AG_OP_SIGNAL) {
        save(el, e->name, e->a, e->b, e->at);
    } else {
        ag_elab_error(el, e->at, ".save takes signals: v(node), i(device), p(device), @device[variable]; .print takes expressions");
    }
}

void ag_add_save(ag_elab *el, const ag_line *l)
{
    for (const ag_field *f = l->field; f; f = f->next) {
        if (f->kind == AG_EXPR) save_expr(el, f->expr);
        else if (ag_is_state_key(f)) ag_save_states(el, l, f);
        else ag_elab_error(el, ag_field_span(f), "'%s' is not supported here yet; .save takes signals", ag_source_text(el, f->at));
    }
}

/* ---- .pulses ---- */

/* read: |peak| up to which a pulse counts as a read [V], between the 5 mV reads and 0.1 V writes of the Ag2S cells. */
enum { FROM, TO, READ, VMIN, RECOVER, N_PULSE };
static const struct { const char *name; double dflt; } pulse_key[N_PULSE] = {
    [FROM] = { "from", NAN }, [TO] = { "to", NAN }, [READ] = { "read", 20e-3 }, [VMIN] = { "vmin", 1e-3 },
    [RECOVER] = { "recover", 0.1 },
};

static int pulse_value(ag_elab *el, const ag_field *f, double *v)
{
    for (int k = 0; k < N_PULSE; k++) {
        if (f->kind != AG_KEY || strcmp(f->text, pulse_key[k].name)) continue;
        if (!ag_scope_value(el, el->main, f, &v[k])) return 0;
        if (isfinite(v[k]) && v[k] >= 0) return 1;
        ag_elab_error(el, ag_field_span(f), "'%s' must be a finite number of at least 0", f->text);
        return 0;
    }
    ag_elab_error(el, f->at, "unexpected here: .pulses device [from= to=] [read=] [vmin=] [recover=]");
    return 0;
}

void ag_add_pulses(ag_elab *el, const ag_line *l)
{
    const ag_field *name = l->field;
    double          v[N_PULSE];
    int             ok = 1;
    if (!name || name->kind != AG_WORD) {
        ag_elab_error(el, l->span, ".pulses needs a device: .pulses device [from= to=] [read=] [vmin=] [recover=]");
        return;
    }
    for (int k = 0; k < N_PULSE; k++) v[k] = pulse_key[k].dflt;
    for (const ag_field *f = name->next; f; f = f->next) ok &= pulse_value(el, f, v);
    if (ok && v[FROM] >= v[TO]) {
        ag_elab_error(el, l->span, ".pulses %s: from must come before to", name->text);
        ok = 0;
    }
    if (!ok) return;
    ag_circuit *c = el->c;
    ag_pulses   p = { .v = ag_signal(c, "@", name->text, "v", name->at), .from = v[FROM], .to = v[TO], .read = v[READ],
                      .vmin = v[VMIN], .recover = v[RECOVER], .at = l->span };
    if (p.v < 0) return;
    p.i = ag_signal(c, "i", name->text, NULL, name->at);
    p.g = ag_signal(c, "@", name->text, "g", name->at);
    if (p.i < 0 || p.g < 0) return;
    const ag_probe *probed = &c->plan.probe[p.v];
    p.device = c->batch[probed->batch]->name[probed->lane];
    *AG_PUSH(el->a, c->plan.pulses, c->plan.n_pulses, c->plan.cap_pulses) = p;
}
