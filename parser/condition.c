/* condition - .if (a == 1) ... .elseif (b > 2) ... .else ... .endif, nested to any depth.
 *
 * Cards are gone through in their order; an ag_conditions says of each whether it is taken. A condition sees the
 * definitions outside all blocks and those in blocks that were taken before it. What a name means to a condition must
 * not change behind it (body.c reports that), so that conditions have the same value in the finished body: the next
 * instance of a subcircuit finds its variant by evaluating the conditions of those there are. */
#include <math.h>
#include <string.h>
#include "parser/elaborate.h"

int ag_is_condition(const ag_line *l)
{
    static const char *const name[] = { ".if", ".elseif", ".else", ".endif" };
    for (int k = 0; k < 4; k++)
        if (!strcmp(l->first, name[k])) return 1;
    return 0;
}

/* Whether cards are taken where the blocks stand now. */
static int taken(const ag_conditions *q) { return !q->n || q->block[q->n - 1].taken; }

/* The value of the condition on a card; 0 after a report. */
static int evaluate(ag_elab *el, ag_conditions *q, ag_scope *s, const ag_line *l, int *value)
{
    const ag_field *f = l->field;
    double          x;
    if (l->broken) return 0;
    if (!f || f->kind != AG_EXPR || f->next) {
        ag_elab_error(el, l->span, "%s needs one condition: %s (name == 1)", l->first, l->first);
        return 0;
    }
    ag_scope_fit(el, s);
    if (!ag_scope_eval(el, s, f->expr, &x)) return 0;
    if (isnan(x)) {
        ag_elab_error(el, f->at, "the condition is not a number");
        return 0;
    }
    *value = x != 0;
    *AG_PUSH(el->a, q->truth, q->n_truth, q->cap_truth) = (ag_truth){ f->expr, *value };
    return 1;
}

/* Takes the branch that begins here, or not. After a mistake none is taken. */
static void decide(ag_elab *el, ag_conditions *q, ag_scope *s, const ag_line *l)
{
    ag_block *b = &q->block[q->n - 1];
    b->taken = 0;
    if (b->settled || (b->taken = strcmp(l->first, ".else") == 0) || !evaluate(el, q, s, l, &b->taken)) b->settled = 1;
    b->settled |= b->taken;
}

static void next_branch(ag_elab *el, ag_conditions *q, ag_scope *s, const ag_line *l)
{
    int end = !strcmp(l->first, ".endif");
    if (!q->n) {
        ag_elab_error(el, l->at, "%s without an .if before it", l->first);
        return;
    }
    ag_block *b = &q->block[q->n - 1];
    if (end) {
        q->n--;
    } else if (b->otherwise) {
        ag_elab_error(el, l->at, "%s behind the .else of its .if", l->first);
        ag_note(el->c->diag, b->at, "the .if is here");
        b->taken = 0;
    } else {
        b->otherwise = !strcmp(l->first, ".else");
        decide(el, q, s, l);
    }
}

int ag_condition(ag_elab *el, ag_conditions *q, ag_scope *s, const ag_line *l)
{
    if (l->first[0] != '.' || !ag_is_condition(l)) return taken(q);
    if (strcmp(l->first, ".if")) {
        next_branch(el, q, s, l);
        return 0;
    }
    ag_block b = { .at = l->at, .settled = !taken(q) };
    *AG_PUSH(el->a, q->block, q->n, q->cap) = b;
    decide(el, q, s, l);
    return 0;
}

void ag_conditions_end(ag_elab *el, ag_conditions *q)
{
    while (q->n) ag_elab_error(el, q->block[--q->n].at, ".if has no .endif");
}

int ag_truths_hold(ag_elab *el, ag_scope *s, const ag_conditions *q)
{
    for (int k = 0; k < q->n_truth; k++) {
        double x;
        if (!ag_scope_eval(el, s, q->truth[k].expr, &x) || isnan(x) || (x != 0) != q->truth[k].value) return 0;
    }
    return 1;
}
