/* elaborate - from the raw deck to a circuit and its plan.
 *
 * Order: cards are sorted into bodies; options, parameters and analyses of the top level; elements, subcircuits expanded;
 * currents that expressions refer to; initial conditions, outputs, measures; checks of the net. Reports go on as long
 * as there is something to say; a card with a mistake is left out, so that one mistake does not cause others. */
#include <string.h>
#include "parser/elaborate.h"

/* ---- reports ---- */

static uint64_t key_of(ag_loc at, const void *what)
{
    uint64_t h = ((uint64_t)at.file << 48 ^ (uint64_t)at.offset << 8) * 0x9E3779B97F4A7C15u;
    h = (h ^ h >> 31 ^ (uint64_t)(uintptr_t)what) * 0xBF58476D1CE4E5B9u;
    return h ^ h >> 29 ? h ^ h >> 29 : 1;
}

static size_t find_said(const ag_elab *el, uint64_t key)
{
    size_t k = key & (el->cap_said - 1);
    while (el->said[k] && el->said[k] != key) k = (k + 1) & (el->cap_said - 1);
    return k;
}

int ag_elab_said(ag_elab *el, ag_loc at, const void *what, int mark)
{
    if (!mark && !el->n_said) return 0;
    if (2 * el->n_said >= el->cap_said) {
        uint64_t *old = el->said;
        size_t    n = el->cap_said;
        el->cap_said = n ? 2 * n : 64;
        el->said = AG_NEW(el->a, uint64_t, el->cap_said);
        for (size_t i = 0; i < n; i++)
            if (old[i]) el->said[find_said(el, old[i])] = old[i];
    }
    uint64_t key = key_of(at, what);
    size_t   k = find_said(el, key);
    if (el->said[k]) return 1;
    if (mark) {
        el->said[k] = key;
        el->n_said++;
    }
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

static void override(ag_elab *el, const char *name, const char *text)
{
    const ag_body *owner;
    const char    *whole = ag_printf(el->a, "%s=%s", name, text);
    size_t         skip = strlen(name) + 1, n = strlen(text);
    int            file = ag_diag_add_file(el->c->diag, "-D", whole, strlen(whole), AG_NOWHERE);
    ag_loc         at = { (uint32_t)skip, (uint16_t)file, (uint16_t)(n < UINT16_MAX ? n : UINT16_MAX) };
    int            k = ag_body_symbol(el->top, name, &owner);
    if (k < 0 && is_ngspice_variable(name)) return;
    if (k < 0) {
        ag_no_parameter(el, el->top, NULL, name, (ag_loc){ 0, (uint16_t)file, (uint16_t)(skip - 1) });
        return;
    }
    const ag_expr *e = ag_deck_expr(el->c, at);
    if (e) {
        el->top->symbol[k].expr = e;
        el->top->symbol[k].text = 0;
    } else {
        el->main->state[k] = AG_BAD;
    }
}

static void overrides(ag_elab *el)
{
    void       *text;
    const char *name;
    for (int i = 0; (name = ag_map_next(el->c->override, &i, &text)); ) override(el, name, text);
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

ag_status ag_elaborate(ag_circuit *c, const ag_deck *deck)
{
    ag_elab *el = AG_NEW(c->arena, ag_elab, 1);
    el->c = c;
    el->a = c->arena;
    el->global = ag_map_new(el->a);
    el->builtin = ag_map_new(el->a);
    el->tstep = 1e-9, el->tstop = 1e9;           /* [s] without a .tran: defaults of waveforms that nothing will reach */
    if (deck->title) c->title = deck->title;
    ag_body_collect(el, deck);
    el->main = ag_scope_new(el, el->top);
    overrides(el);
    ag_directive_early(el);
    evaluate_parameters(el);
    ag_size_bodies(el);
    ag_expand(el, el->main);
    ag_check_cards(el);
    ag_resolve_waiting(el);
    if (!ag_elab_full(el)) ag_directive_late(el);
    ag_check_topology(el);
    return ag_circuit_finish(c);
}
