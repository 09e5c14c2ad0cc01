/* elaborate - from the raw deck to a circuit and its plan.
 *
 * Order: cards are sorted into bodies; options, parameters and analyses of the top level; elements, subcircuits expanded;
 * currents that expressions refer to; initial conditions, outputs, measures; checks of the net. Reports go on as long
 * as there is something to say; a card with a mistake is left out, so that one mistake does not cause others. */
#include <string.h>
#include "parser/elaborate.h"

/* ---- reports ---- */

int ag_elab_said(ag_elab *el, ag_loc at, const void *what, int mark)
{
    uint64_t key = ag_mark_of(at, what);
    if (ag_marks_has(&el->said, key)) return 1;
    if (mark) ag_marks_add(&el->said, key);
    return 0;
}

void ag_elab_error(ag_elab *el, ag_loc at, const char *format, ...)
{
    va_list args;
    if (at.file && ag_elab_said(el, at, ag_name0(el->c->names, format), 1)) return;      /* equal texts may lie at two addresses */
    va_start(args, format);
    ag_vreport(el->c->diag, AG_ERROR, at, format, args);
    va_end(args);
}

int ag_elab_full(const ag_elab *el) { return ag_diag_errors(el->c->diag) > AG_MAX_ERRORS; }

/* ---- -D ---- */

/* Variables of ngspice's command language that wrappers set with -D; they are no parameters. */
static int is_ngspice_variable(const char *name)
{
    return !strcmp(name, "ngbehavior") || !strcmp(name, "filetype") || !strcmp(name, "num_threads");
}

typedef struct define { const ag_expr *expr; ag_loc at; } define;       /* expr NULL: reported, or no parameter */

/* The texts are parsed once and kept for further circuits: reports may point into them. */
static define *read_define(ag_elab *el, const char *name, const char *text)
{
    ag_arena   *a = el->origin->a;
    const char *whole = ag_printf(a, "%s=%s", name, text);
    size_t      skip = strlen(name) + 1, n = strlen(text);
    uint16_t    file = (uint16_t)ag_diag_add_file(el->c->diag, "-D", whole, strlen(whole), AG_NOWHERE);
    define     *d = AG_NEW(a, define, 1);
    d->at = (ag_loc){ 0, file, (uint16_t)(skip - 1) };
    if (!is_ngspice_variable(name))
        d->expr = ag_deck_expr(el->c, (ag_loc){ (uint32_t)skip, file, (uint16_t)(n < UINT16_MAX ? n : UINT16_MAX) });
    return d;
}

static void read_defines(ag_elab *el)
{
    void       *text;
    const char *name;
    el->origin->define = ag_map_new(el->origin->a);
    for (int i = 0; (name = ag_map_next(el->c->override, &i, &text)); )
        ag_map_put(el->origin->define, name, read_define(el, name, text));
}

/* Those that no parameter takes. */
static void unused_defines(ag_elab *el)
{
    void       *d;
    const char *name;
    for (int i = 0; (name = ag_map_next(el->origin->define, &i, &d)); )
        if (((define *)d)->expr && !ag_map_get(el->top->symbol_map, name)) ag_no_parameter(el, el->top, NULL, name, ((define *)d)->at);
}

/* ---- values that are stepped ---- */

static void collect_definitions(ag_elab *el)
{
    void       *d;
    const char *name;
    el->instead = ag_map_new(el->a);
    for (int i = 0; (name = ag_map_next(el->origin->define, &i, &d)); )
        if (((define *)d)->expr) ag_map_put(el->instead, name, (void *)(uintptr_t)((define *)d)->expr);
    for (int i = 0; i < el->n_set; i++) {
        const ag_swept *v = el->set[i].var;
        if (v->kind != AG_SWEPT_PARAM) continue;
        ag_expr *e = AG_NEW(el->a, ag_expr, 1);
        *e = (ag_expr){ .op = AG_OP_CONST, .value = el->set[i].value, .at = v->at, .height = 1 };
        ag_map_put(el->instead, v->object, e);
    }
}

void ag_redefine(ag_elab *el, ag_symbol *x)
{
    const ag_expr *e = ag_map_get(el->instead, x->name);
    if (!e) return;
    x->expr = e;
    x->text = NULL;
}

void ag_set_temperature(ag_elab *el)
{
    for (int i = 0; i < el->n_set; i++)
        if (el->set[i].var->kind == AG_SWEPT_TEMP) ag_swept_set(el->c, el->set[i].var, el->set[i].value);
}

static void set_devices(ag_elab *el)
{
    for (int i = 0; i < el->n_set; i++)
        if (el->set[i].var->kind == AG_SWEPT_INSTANCE || el->set[i].var->kind == AG_SWEPT_CARD)
            ag_swept_set(el->c, el->set[i].var, el->set[i].value);
}

/* ---- the whole ---- */

static void evaluate_parameters(ag_elab *el)
{
    double value;
    for (int k = 0; k < el->top->n_symbol; k++) {
        el->steps = 0;
        if (!el->top->symbol[k].text) ag_scope_symbol(el, el->main, k, &value);
    }
}

static ag_status elaborate(ag_circuit *c, const ag_setting *set, int n, int again)
{
    ag_origin *origin = c->origin;
    ag_elab   *el = AG_NEW(c->arena, ag_elab, 1);
    el->c = c;
    el->a = c->arena;
    el->origin = origin;
    el->set = set;
    el->n_set = n;
    el->again = again;
    el->said.arena = el->a;
    el->global = ag_map_new(el->a);
    el->builtin = ag_map_new(el->a);
    el->tstep = 1e-9, el->tstop = 1e9;           /* [s] without a .tran: defaults of waveforms that nothing will reach */
    if (origin->deck->title) c->title = origin->deck->title;
    ag_diag_inside(c->diag, NULL);
    ag_tables_begin(el);
    if (!origin->define) read_defines(el);
    collect_definitions(el);
    ag_body_collect(el, origin->deck);
    for (int k = 0; k < el->n_directive; k++) ag_define_stepped(el, el->directive[k]);
    unused_defines(el);
    ag_directive_early(el);
    evaluate_parameters(el);
    ag_size_body(el, el->top);
    ag_expand(el, el->main);
    ag_check_cards(el);
    ag_resolve_waiting(el);
    ag_resolve_couplings(el);
    if (!ag_elab_full(el)) ag_directive_late(el);
    ag_check_topology(el);
    set_devices(el);
    return ag_circuit_finish(c);
}

ag_status ag_elaborate(ag_circuit *c, const ag_deck *deck)
{
    ag_arena *a = ag_diag_arena(c->diag);
    c->origin = AG_NEW(a, ag_origin, 1);
    *c->origin = (ag_origin){ .a = a, .deck = deck };
    return elaborate(c, NULL, 0, 0);
}

void ag_draw_sample(ag_circuit *first, long sample) { first->origin->sample = sample; }

ag_status ag_elaborate_again(ag_circuit *first, ag_arena *a, const ag_setting *set, int n, ag_circuit **made)
{
    ag_circuit *c = *made = ag_circuit_make(a, first->diag);
    c->names = first->names;
    c->override = first->override;
    c->origin = first->origin;
    ag_diag_again(c->diag);
    return elaborate(c, set, n, 1);
}
