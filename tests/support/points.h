/* points - a circuit without devices whose probes a test fills by hand, for whatever works on rows. */
#ifndef AG_TEST_POINTS_H
#define AG_TEST_POINTS_H
#include <stdlib.h>
#include <string.h>
#include "tests/support/close.h"
#include "core/circuit.h"
#include "waveforms/memory.h"

typedef struct points {
    ag_circuit *c;
    ag_memory  *m;                         /* everything is kept, once points_begin was called */
    char        reports[2048];
} points;

static inline void points_report(void *user, ag_severity severity, const char *text)
{
    points *p = user;
    (void)severity;
    strncat(p->reports, text, sizeof p->reports - strlen(p->reports) - 1);
}

static inline void points_new(points *p)
{
    ag_host host = { .user = p, .report = points_report };
    memset(p, 0, sizeof *p);
    p->c = ag_circuit_new(&host);
    p->c->title = "points";
}

static inline int points_probe(points *p, const char *name, const char *unit)
{
    ag_plan *q = &p->c->plan;
    ag_quantity quantity = *unit == 'V' ? AG_Q_VOLTAGE : *unit == 'A' ? AG_Q_CURRENT : *unit == 'W' ? AG_Q_POWER : AG_Q_OTHER;
    *AG_PUSH(p->c->arena, q->probe, q->n_probe, q->cap_probe) = (ag_probe){ .name = name, .unit = unit, .quantity = quantity };
    return q->n_probe - 1;
}

static inline ag_output points_signal(const points *p, int probe)
{
    return (ag_output){ .name = p->c->plan.probe[probe].name, .probe = probe };
}

/* The output a op b of probes a and b. */
static inline ag_output points_expression(points *p, ag_op op, int a, int b)
{
    ag_build *build = ag_build_new(p->c->arena);
    int      *used = AG_NEW(p->c->arena, int, 2), arg[2] = { ag_build_input(build, 1 + a), ag_build_input(build, 1 + b) };
    int       node = ag_build_op(build, op, arg);
    used[0] = a;
    used[1] = b;
    return (ag_output){ .name = "expression", .probe = -1, .program = ag_program_new(build, &node, 1, p->c->arena),
                        .used = used, .n_used = 2 };
}

static inline ag_output points_constant(points *p, double value)
{
    ag_build *build = ag_build_new(p->c->arena);
    int       node = ag_build_const(build, value);
    return (ag_output){ .name = "constant", .probe = -1, .program = ag_program_new(build, &node, 1, p->c->arena) };
}

static inline void points_begin(points *p)
{
    p->m = ag_memory_new(p->c->arena, p->c, AG_TRAN);
    for (int k = 0; k < p->c->plan.n_probe; k++)
        ag_memory_want(p->m, k);
}

static inline void points_free(points *p) { ag_circuit_free(p->c); }
#endif
