/* devices - small device models that tests build circuits of, and a circuit with its reports caught. */
#ifndef AG_TEST_DEVICES_H
#define AG_TEST_DEVICES_H
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "core/circuit.h"

enum { CELL_RON, CELL_ROFF, CELL_N, CELL_W0, CELL_TABLE };

static const char *const   cell_terminal[] = { "p", "n" };
static const ag_branch     cell_branch[] = { { "v", 0, 1, 0 } };
static const ag_unknown    cell_unknown[] = {
    { "w", "1", CELL_W0, 1, 1e-9, 0, 1, 0, 0, "state" }, { "q", "C", -1, 0, 1e-15, -1, 1, 0, 0, "charge" },
};
static const ag_param cell_param[] = {
    [CELL_RON]   = { "ron", "ohm", 100, 1e-3, 1e12, "resistance at w = 0", AG_REAL, AG_ANYWHERE },
    [CELL_ROFF]  = { "roff", "ohm", 10e3, 1e-3, 1e15, "resistance at w = 1", AG_REAL, AG_ON_CARD },
    [CELL_N]     = { "n", "1", 1, 1, 8, "levels", AG_INT, AG_ANYWHERE },
    [CELL_W0]    = { "w0", "1", NAN, 0, 1, "initial state", AG_REAL, AG_ON_INSTANCE },
    [CELL_TABLE] = { "table", "1", 0, 0, 0, "points", AG_VECTOR, AG_ANYWHERE },
};
static const ag_derived cell_derived[] = { { "g0", "S", "1/ron" }, { "kt", "V", "thermal voltage" } };

static void cell_prepare(const ag_tile *t, double *const *derived)
{
    for (int k = 0; k < t->n; k++) {
        derived[0][k] = 1 / t->p[CELL_RON][k];
        derived[1][k] = AG_BOLTZMANN_Q * t->temp[k];
    }
}

static const char *cell_check(const double *param, int n_param)
{
    (void)n_param;
    return param[CELL_RON] >= param[CELL_ROFF] ? "ron must be below roff" : NULL;
}

static const ag_model cell_model = {
    .name = "cell", .title = "test cell", .terminal = cell_terminal, .n_terminal = 2, .branch = cell_branch, .n_branch = 1,
    .unknown = cell_unknown, .n_unknown = 2, .param = cell_param, .n_param = 5, .derived = cell_derived, .n_derived = 2,
    .flags = AG_TWO_TERMINAL, .prepare = cell_prepare, .check = cell_check,
};

static const ag_param r_param[] = { { "r", "ohm", 1e3, 1e-12, 1e18, "resistance", AG_REAL, AG_ANYWHERE } };
static const ag_model r_model = {
    .name = "r", .title = "resistor", .terminal = cell_terminal, .n_terminal = 2, .branch = cell_branch, .n_branch = 1,
    .param = r_param, .n_param = 1, .flags = AG_TWO_TERMINAL,
};

static const ag_unknown v_unknown[] = { { "i", "A", -1, 0, 0, -INFINITY, INFINITY, 0, 1, "branch current" } };
static const ag_param   v_param[] = { { "dc", "V", 0, -1e9, 1e9, "level", AG_REAL, AG_ANYWHERE } };
static const ag_model   v_model = {
    .name = "v", .title = "voltage source", .terminal = cell_terminal, .n_terminal = 2, .branch = cell_branch, .n_branch = 1,
    .unknown = v_unknown, .n_unknown = 1, .param = v_param, .n_param = 1, .flags = AG_TWO_TERMINAL,
};

static const char *const three_terminal[] = { "d", "g", "s" };
static const ag_branch   three_branch[] = { { "vds", 0, 2, 0 }, { "vgs", 1, 2, 0 } };
static const ag_ref      three_ref[] = { { "control", NULL } };
static const ag_model    three_model = {
    .name = "three", .title = "three terminals", .terminal = three_terminal, .n_terminal = 3, .branch = three_branch,
    .n_branch = 2,
};
static const ag_model    ref_model = {
    .name = "follower", .title = "needs a current", .terminal = cell_terminal, .n_terminal = 2, .branch = cell_branch,
    .n_branch = 1, .ref = three_ref, .n_ref = 1,
};

/* A circuit whose reports are collected in `text`. */
typedef struct bench { ag_arena *arena; ag_diag *diag; ag_circuit *c; char text[8000]; } bench;

static void bench_report(void *user, ag_severity severity, const char *text)
{
    bench *b = user;
    (void)severity;
    strncat(b->text, text, sizeof b->text - strlen(b->text) - 1);
}

static int bench_open(void **state)
{
    bench  *b = calloc(1, sizeof *b);
    ag_host host = { .user = b, .report = bench_report };
    b->arena = ag_arena_new(&host);
    b->diag = ag_diag_new(b->arena);
    b->c = ag_circuit_make(b->arena, b->diag);
    *state = b;
    return 0;
}

static int bench_close(void **state)
{
    bench *b = *state;
    ag_arena_free(b->arena);
    free(b);
    return 0;
}

static ag_instance put(ag_circuit *c, const char *name, const ag_model *m, const ag_card *card, const char *p, const char *n)
{
    int node[3] = { ag_circuit_node(c, ag_name0(c->names, p), AG_NOWHERE),
                    ag_circuit_node(c, ag_name0(c->names, n), AG_NOWHERE), 0 };
    return ag_circuit_add(c, ag_name0(c->names, name), m, card, node, AG_NOWHERE);
}
#endif
