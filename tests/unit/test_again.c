/* Properties of making another circuit of a netlist that was read: equal to reading it with other values, at no cost to the
 * first. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/circuit.h"
#include "parser/deck.h"
#include "tests/support/close.h"
#include "tests/support/heap.h"

typedef struct net { heap heap; ag_circuit *c; ag_status status; char said[16384]; } net;

static void hear(void *user, ag_severity severity, const char *text)
{
    net   *n = user;
    size_t used = strlen(n->said), length = strcspn(text, "\n") + 1;
    (void)severity;
    if (used + length < sizeof n->said) memcpy(n->said + used, text, length);
}

static void *take(void *user, size_t bytes) { return heap_alloc(&((net *)user)->heap, bytes); }
static void  give(void *user, void *block)  { heap_release(&((net *)user)->heap, block); }

static net *read_with(const char *text, const char *name, const char *value)
{
    net    *n = calloc(1, sizeof *n);
    ag_host host = { .user = n, .alloc = take, .release = give, .report = hear };
    n->c = ag_circuit_new(&host);
    if (name) assert_int_equal(ag_override(n->c, name, value), AG_OK);
    n->status = ag_read_text(n->c, "t", text);
    return n;
}

static void release(net *n)
{
    ag_circuit_free(n->c);
    assert_int_equal(n->heap.in_use, 0);
    free(n);
}

/* Another circuit with one value set; its arena is *arena. */
static ag_circuit *again(net *n, ag_swept_kind kind, const char *object, const char *param, double value, ag_arena **arena,
                         ag_status *status)
{
    ag_swept    v = { kind, "x", "", object ? ag_name0(n->c->names, object) : NULL,
                      param ? ag_name0(n->c->names, param) : NULL, AG_NOWHERE };
    ag_circuit *c = NULL;
    *arena = ag_arena_new(ag_arena_host(n->c->arena));
    assert_non_null(*arena);
    *status = ag_elaborate_again(n->c, *arena, &(ag_setting){ &v, value }, 1, &c);
    return c;
}

static void assert_same_numbers(const double *a, const double *b, int n)
{
    assert_memory_equal(a, b, (size_t)n * sizeof *a);              /* bit for bit, NAN too */
}

static void assert_same_batch(const ag_circuit *ca, const ag_circuit *cb, const ag_batch *a, const ag_batch *b)
{
    const ag_model *m = a->model;
    assert_string_equal(m->name, b->model->name);
    assert_int_equal(a->n, b->n);
    for (int k = 0; k < m->n_terminal; k++) assert_memory_equal(a->node[k], b->node[k], (size_t)a->n * sizeof(int));
    for (int k = 0; k < m->n_param; k++) {
        if (m->param[k].kind != AG_VECTOR) {
            assert_same_numbers(a->param[k], b->param[k], a->n);
            continue;
        }
        for (int j = 0; j < a->n; j++) {
            int va = (int)a->param[k][j], vb = (int)b->param[k][j];
            assert_int_equal(ca->vector[va].n, cb->vector[vb].n);
            if (ca->vector[va].n) assert_same_numbers(ca->vector[va].v, cb->vector[vb].v, ca->vector[va].n);
        }
    }
    for (int k = 0; k < m->n_derived; k++) assert_same_numbers(a->derived[k], b->derived[k], a->n);
    assert_same_numbers(a->temp, b->temp, a->n);
    for (int j = 0; j < a->n; j++) assert_string_equal(a->name[j], b->name[j]);
}

static void assert_same_circuit(const ag_circuit *a, const ag_circuit *b)
{
    assert_string_equal(a->title, b->title);
    assert_int_equal(a->n_node, b->n_node);
    for (int k = 0; k < a->n_node; k++) assert_string_equal(a->node_name[k], b->node_name[k]);
    assert_int_equal(a->n_batch, b->n_batch);
    for (int k = 0; k < a->n_batch; k++) assert_same_batch(a, b, a->batch[k], b->batch[k]);
    assert_memory_equal(&a->options, &b->options, sizeof a->options);
    assert_int_equal(a->plan.n_analysis, b->plan.n_analysis);
    for (int k = 0; k < a->plan.n_analysis; k++) {
        assert_int_equal(a->plan.analysis[k].kind, b->plan.analysis[k].kind);
        assert_close(a->plan.analysis[k].tstop, b->plan.analysis[k].tstop, 0, 0);
    }
    assert_int_equal(a->plan.n_probe, b->plan.n_probe);
    for (int k = 0; k < a->plan.n_probe; k++) assert_string_equal(a->plan.probe[k].name, b->plan.probe[k].name);
    assert_int_equal(a->plan.n_measure, b->plan.n_measure);
    assert_int_equal(a->plan.n_ic, b->plan.n_ic);
    for (int k = 0; k < a->plan.n_ic; k++) assert_close(a->plan.ic[k].value, b->plan.ic[k].value, 0, 0);
}

static const char rich[] =
    "rich\n"
    ".param x=1 y={2*x} tau={x*1u}\n"
    ".func f(u) {u*y}\n"
    "v1 in 0 pulse(0 {x} 1n {tau/100} 1n {tau/3} {tau})\n"
    "v2 b 0 pwl(0 0 1u {x} 2u {f(3)})\n"
    ".subckt cell a b r=1k\n.param k={r*x}\nr1 a m {k}\nc1 m b 1p ic={x/2}\nb1 m b i=v(m,b)^3*k\nd1 m b dd\n.ic v(m)={x}\n.ends\n"
    "x1 in b cell r={100*y}\nx2 in 0 cell\n"
    ".model dd d(is={1e-14*x} rs=1)\n.model vt vteam(ron={100*x})\nn1 in 0 vt\n"
    "l1 in c {x*1m}\nr9 c 0 1\n.temp {20+x}\n.options reltol={1e-4*x}\n"
    ".tran 1n {5*tau}\n.measure tran m1 max v(b)\n.measure tran m2 param='m1*x'\n.save v(in) i(n1) @n1[w]\n";

static void another_circuit_equals_a_fresh_reading(void **state)
{
    (void)state;
    static const char *const value[] = { "3", "0.25", "1e-3" };
    net *first = read_with(rich, NULL, NULL);
    if (first->status) print_error("%s", first->said);
    assert_int_equal(first->status, AG_OK);
    for (int k = 0; k < 3; k++) {
        ag_arena   *a;
        ag_status   s;
        net        *fresh = read_with(rich, "x", value[k]);
        ag_circuit *c = again(first, AG_SWEPT_PARAM, "X", NULL, strtod(value[k], NULL), &a, &s);
        assert_int_equal(fresh->status, AG_OK);
        assert_int_equal(s, AG_OK);
        assert_same_circuit(fresh->c, c);
        ag_arena_free(a);
        release(fresh);
    }
    net *same = read_with(rich, NULL, NULL);
    assert_same_circuit(same->c, first->c);                        /* the first has not changed */
    release(same);
    release(first);
}

static void overrides_hold_in_every_circuit(void **state)
{
    (void)state;
    net        *n = read_with("t\n.param x=1 y=2\nr1 a 0 {x*y}\nv1 a 0 1\n", "y", "7*x"), *fresh;
    ag_arena   *a;
    ag_status   s;
    ag_circuit *c = again(n, AG_SWEPT_PARAM, "x", NULL, 3, &a, &s);
    fresh = read_with("t\n.param x=3 y=2\nr1 a 0 {x*y}\nv1 a 0 1\n", "y", "7*x");
    assert_int_equal(s, AG_OK);
    assert_same_circuit(fresh->c, c);
    ag_instance i = ag_circuit_find(c, ag_name0(c->names, "r1"));
    assert_close(c->batch[i.batch]->param[0][i.lane], 63, 0, 0);
    ag_arena_free(a);
    release(fresh);
    release(n);
}

static double value_of(const ag_circuit *c, const char *device, const char *param)
{
    ag_instance     i = ag_circuit_find(c, ag_name0(c->names, device));
    const ag_batch *b = c->batch[i.batch];
    return b->param[ag_param_find(b->model->param, b->model->n_param, param)][i.lane];
}

static void the_temperature_reaches_devices_and_expressions(void **state)
{
    (void)state;
    net        *n = read_with("t\n.temp 40\n.param k={temper*2}\nr1 a 0 {k}\nv1 a 0 1\n", NULL, NULL);
    ag_arena   *a;
    ag_status   s;
    ag_circuit *c = again(n, AG_SWEPT_TEMP, NULL, NULL, 85, &a, &s);
    assert_int_equal(s, AG_OK);
    assert_close(c->batch[0]->temp[0], 85 + AG_KELVIN, 0, 0);
    assert_close(value_of(c, "r1", "r"), 170, 0, 0);
    assert_close(value_of(n->c, "r1", "r"), 80, 0, 0);
    ag_arena_free(a);
    release(n);
}

static void parameters_of_devices_and_cards_are_set(void **state)
{
    (void)state;
    net        *n = read_with("t\nr1 a 0 1k\nv1 a 0 1\n.model vt vteam(ron=100)\nn1 a 0 vt\nn2 a 0 vt ron=300\n", NULL, NULL);
    ag_arena   *a;
    ag_status   s;
    ag_circuit *c = again(n, AG_SWEPT_INSTANCE, "v1", "dc", 2, &a, &s);
    assert_int_equal(s, AG_OK);
    assert_close(value_of(c, "v1", "dc"), 2, 0, 0);
    ag_arena_free(a);
    c = again(n, AG_SWEPT_CARD, "vt", "ron", 50, &a, &s);
    assert_int_equal(s, AG_OK);
    assert_close(value_of(c, "n1", "ron"), 50, 0, 0);
    assert_close(value_of(c, "n2", "ron"), 300, 0, 0);             /* its own value counts */
    ag_arena_free(a);
    release(n);
}

/* A value that is refused is reported and spoils only its own circuit; warnings of the netlist come once. */
static void attempts_do_not_disturb_one_another(void **state)
{
    (void)state;
    static const char text[] = "t\n.param x=1\n.model vt vteam(ron={x})\nn1 a 0 vt\nv1 a 0 1\n.options nonsense\n";
    net      *n = read_with(text, NULL, NULL);
    ag_arena *a;
    ag_status s;
    assert_string_equal(n->said, "t:6:10: warning: unknown option 'nonsense' is ignored\n");
    n->said[0] = 0;
    for (int k = 0; k < 3; k++) {
        ag_circuit *c = again(n, AG_SWEPT_PARAM, "x", NULL, k == 1 ? -5 : 7, &a, &s);
        assert_int_equal(s, k == 1 ? AG_ESYNTAX : AG_OK);
        if (k != 1) assert_close(value_of(c, "n1", "ron"), 7, 0, 0);
        ag_arena_free(a);
    }
    assert_string_equal(n->said, "t:3:17: error: vteam parameter 'ron' = -5 ohm is outside 0.001 .. 1e+15\n");
    release(n);
}

/* Each circuit lives in its own arena; after the first few nothing is left behind in that of the netlist. */
static void many_circuits_leave_nothing_behind(void **state)
{
    (void)state;
    net *n = read_with(rich, NULL, NULL);
    long blocks = 0;
    for (int k = 0; k < 300; k++) {
        ag_arena *a;
        ag_status s;
        again(n, AG_SWEPT_PARAM, "x", NULL, 1 + 0.001 * k, &a, &s);
        assert_int_equal(s, AG_OK);
        ag_arena_free(a);
        if (k == 0) blocks = n->heap.in_use;
    }
    assert_int_equal(n->heap.in_use, blocks);
    release(n);
}

static void files_of_tables_are_read_once(void **state)
{
    (void)state;
    char path[] = "/tmp/agspice-again-XXXXXX", text[512];
    int  fd = mkstemp(path);
    FILE *f = fdopen(fd, "w");
    fputs("0 0\n0.5 1\n1 0.2\n", f);
    fclose(f);
    snprintf(text, sizeof text, "t\n.param x=1\nn1 a 0 mm\nr1 a 0 {x}\nv1 a 0 1\n"
             ".model mm memristor(level=4 fxpdata=\"%s\" fxmdata=\"%s\")\n", path, path);
    net *n = read_with(text, NULL, NULL);
    if (n->status) print_error("%s", n->said);
    assert_int_equal(n->status, AG_OK);
    remove(path);
    ag_arena   *a;
    ag_status   s;
    ag_circuit *c = again(n, AG_SWEPT_PARAM, "x", NULL, 5, &a, &s);
    assert_int_equal(s, AG_OK);
    ag_arena *b;
    ag_circuit *d = again(n, AG_SWEPT_PARAM, "x", NULL, 1, &b, &s);
    assert_same_circuit(n->c, d);
    assert_close(value_of(c, "r1", "r"), 5, 0, 0);
    ag_arena_free(a);
    ag_arena_free(b);
    release(n);
}

/* What random functions draw depends on the sample, and on nothing else that was made before. */
static void samples_draw_numbers_of_their_own(void **state)
{
    net   *n = read_with("t\nr1 a 0 {aunif(1k,100)}\nv1 a 0 1\n.param p=1\n.op\n.end\n", NULL, NULL);
    double value[4];
    (void)state;
    assert_int_equal(n->status, AG_OK);
    for (int k = 0; k < 4; k++) {
        ag_arena *arena;
        ag_status status;
        ag_draw_sample(n->c, k % 2);
        ag_circuit *c = again(n, AG_SWEPT_PARAM, "p", NULL, 1, &arena, &status);
        assert_int_equal(status, AG_OK);
        ag_instance r = ag_circuit_find(c, ag_name0(n->c->names, "r1"));
        const ag_batch *b = c->batch[r.batch];
        value[k] = b->param[ag_param_find(b->model->param, b->model->n_param, "r")][r.lane];
        ag_arena_free(arena);
    }
    assert_true(value[0] == value[2] && value[1] == value[3] && value[0] != value[1]);
    release(n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_circuit_equals_a_fresh_reading),
        cmocka_unit_test(overrides_hold_in_every_circuit),
        cmocka_unit_test(the_temperature_reaches_devices_and_expressions),
        cmocka_unit_test(parameters_of_devices_and_cards_are_set),
        cmocka_unit_test(attempts_do_not_disturb_one_another),
        cmocka_unit_test(many_circuits_leave_nothing_behind),
        cmocka_unit_test(files_of_tables_are_read_once),
        cmocka_unit_test(samples_draw_numbers_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
