/* Circuit: nodes, cards, instances, parameters; padding, uniform columns, derived values, checks; and what happens when
 * memory ends at any moment. */
#include <stdint.h>
#include <stdio.h>
#include "tests/support/close.h"
#include "tests/support/devices.h"
#include "tests/support/heap.h"
#include "core/signal.h"

static const char *name(bench *b, const char *text) { return ag_name0(b->c->names, text); }

static void nodes_are_numbered_in_order(void **state)
{
    bench *b = *state;
    assert_int_equal(ag_circuit_node(b->c, name(b, "0"), AG_NOWHERE), 0);
    assert_int_equal(ag_circuit_node(b->c, name(b, "GND"), AG_NOWHERE), 0);
    assert_int_equal(ag_circuit_find_node(b->c, name(b, "a")), -1);
    for (int i = 1; i < 100; i++) {
        char text[16];
        snprintf(text, sizeof text, "n%d", i);
        assert_int_equal(ag_circuit_node(b->c, name(b, text), (ag_loc){ (uint32_t)i, 1, 1 }), i);
    }
    assert_int_equal(ag_circuit_node(b->c, name(b, "n7"), AG_NOWHERE), 7);
    assert_int_equal(b->c->n_node, 100);
    assert_string_equal(b->c->node_name[0], "0");
    assert_string_equal(b->c->node_name[99], "n99");
    assert_int_equal(b->c->node_at[99].offset, 99);
}

static void instances_take_card_values_then_their_own(void **state)
{
    bench   *b = *state;
    ag_card *card = ag_circuit_card(b->c, name(b, "m"), &cell_model, AG_NOWHERE);
    assert_true(ag_card_set(b->c, card, CELL_RON, 50, AG_NOWHERE));
    ag_instance i = put(b->c, "n1", &cell_model, card, "a", "0"), j = put(b->c, "n2", &cell_model, NULL, "a", "b");
    assert_true(ag_instance_set(b->c, i, CELL_W0, 0.25, AG_NOWHERE));
    const ag_batch *batch = b->c->batch[i.batch];
    assert_int_equal(i.batch, j.batch);
    assert_close(batch->param[CELL_RON][i.lane], 50, 0, 0);
    assert_close(batch->param[CELL_RON][j.lane], 100, 0, 0);
    assert_close(batch->param[CELL_W0][i.lane], 0.25, 0, 0);
    assert_true(isnan(batch->param[CELL_W0][j.lane]));
    assert_int_equal(batch->given[CELL_RON][i.lane], 1);
    assert_int_equal(batch->given[CELL_W0][i.lane], 2);
    assert_int_equal(batch->given[CELL_RON][j.lane], 0);
    assert_int_equal(batch->node[1][j.lane], ag_circuit_find_node(b->c, name(b, "b")));
    assert_int_equal(ag_circuit_find(b->c, name(b, "n2")).lane, j.lane);
    assert_int_equal(ag_circuit_find(b->c, name(b, "n3")).batch, -1);
}

static void a_later_change_of_a_card_reaches_its_instances(void **state)
{
    bench   *b = *state;
    ag_card *card = ag_circuit_card(b->c, name(b, "m"), &cell_model, AG_NOWHERE);
    ag_card *other = ag_circuit_card(b->c, name(b, "m2"), &cell_model, AG_NOWHERE);
    ag_instance i = put(b->c, "n1", &cell_model, card, "a", "0"), j = put(b->c, "n2", &cell_model, card, "a", "0");
    ag_instance k = put(b->c, "n3", &cell_model, other, "a", "0");
    ag_instance_set(b->c, j, CELL_RON, 7, AG_NOWHERE);
    assert_int_equal(ag_circuit_finish(b->c), AG_OK);
    ag_card_set(b->c, card, CELL_RON, 60, AG_NOWHERE);
    assert_false(b->c->finished);
    assert_int_equal(ag_circuit_finish(b->c), AG_OK);
    const ag_batch *batch = b->c->batch[i.batch];
    assert_close(batch->param[CELL_RON][i.lane], 60, 0, 0);
    assert_close(batch->param[CELL_RON][j.lane], 7, 0, 0);
    assert_close(batch->param[CELL_RON][k.lane], 100, 0, 0);
    assert_close(batch->derived[0][i.lane], 1.0 / 60, 0, 0);
}

static void names_are_taken_once(void **state)
{
    bench *b = *state;
    ag_circuit_card(b->c, name(b, "m"), &cell_model, AG_NOWHERE);
    assert_null(ag_circuit_card(b->c, name(b, "m"), &r_model, AG_NOWHERE));
    put(b->c, "r1", &r_model, NULL, "a", "b");
    assert_int_equal(put(b->c, "r1", &cell_model, NULL, "a", "b").batch, -1);
    assert_string_equal(b->text, "agspice: error: there is already a model card 'm'\n"
                                 "agspice: note: the first one is here\n"
                                 "agspice: error: there is already a device 'r1'\n");
    assert_int_equal(ag_circuit_finish(b->c), AG_ESYNTAX);
}

static void values_out_of_range_are_refused_with_the_range(void **state)
{
    bench   *b = *state;
    ag_card *card = ag_circuit_card(b->c, name(b, "m"), &cell_model, AG_NOWHERE);
    ag_instance i = put(b->c, "n1", &cell_model, card, "a", "0");
    assert_false(ag_card_set(b->c, card, CELL_RON, -5, AG_NOWHERE));
    assert_false(ag_card_set(b->c, card, CELL_RON, NAN, AG_NOWHERE));
    assert_false(ag_card_set(b->c, card, CELL_RON, INFINITY, AG_NOWHERE));
    assert_false(ag_card_set(b->c, card, CELL_N, 2.5, AG_NOWHERE));
    assert_false(ag_instance_set(b->c, i, CELL_W0, 1.5, AG_NOWHERE));
    assert_false(ag_instance_set(b->c, i, CELL_ROFF, 1e4, AG_NOWHERE));
    assert_false(ag_card_set(b->c, card, CELL_W0, 0, AG_NOWHERE));
    assert_true(ag_instance_set(b->c, i, CELL_W0, 1, AG_NOWHERE));          /* the ends belong to the range */
    assert_true(ag_instance_set(b->c, i, CELL_TABLE, 3, AG_NOWHERE));       /* a list has none */
    assert_string_equal(b->text,
        "agspice: error: cell parameter 'ron' = -5 ohm is outside 0.001 .. 1e+12\n"
        "agspice: error: cell parameter 'ron' is not a number\n"
        "agspice: error: cell parameter 'ron' is infinite\n"
        "agspice: error: cell parameter 'n' = 2.5 is not a whole number\n"
        "agspice: error: cell parameter 'w0' = 1.5 is outside 0 .. 1\n"
        "agspice: error: cell parameter 'roff' is set on the model card, not on the instance\n"
        "agspice: error: cell parameter 'w0' is set on the instance, not on the model card\n");
    assert_close(b->c->batch[i.batch]->param[CELL_RON][i.lane], 100, 0, 0);
}

static void parameters_are_found_in_any_case(void **state)
{
    (void)state;
    assert_int_equal(ag_param_find(cell_param, 5, "ROFF"), CELL_ROFF);
    assert_int_equal(ag_param_find(cell_param, 5, "rof"), -1);
    assert_int_equal(ag_param_find(ag_option_table, ag_n_option, "reltol"), 0);
}

/* For several sizes around a tile: the lanes behind the last one are its copies, in every column. */
static void columns_are_padded_with_the_last_lane(void **state)
{
    static const int size[] = { 1, 7, 127, 128, 129, 300 };
    (void)state;
    for (int s = 0; s < 6; s++) {
        void *mine;
        bench_open(&mine);
        bench *b = mine;
        ag_instance i = { -1, -1 };
        for (int k = 0; k < size[s]; k++) {
            char text[16];
            snprintf(text, sizeof text, "n%d", k);
            i = put(b->c, text, &cell_model, NULL, text, "0");
            ag_instance_set(b->c, i, CELL_RON, 10 + k, AG_NOWHERE);
            ag_instance_temp(b->c, i, 300 + k);
        }
        assert_int_equal(ag_circuit_finish(b->c), AG_OK);
        const ag_batch *batch = b->c->batch[i.batch];
        int end = (size[s] + AG_LANES - 1) / AG_LANES * AG_LANES;
        assert_int_equal(batch->n, size[s]);
        assert_true(batch->cap >= end);
        for (int k = 0; k < end; k++) {
            int lane = k < size[s] ? k : size[s] - 1;
            assert_close(batch->param[CELL_RON][k], 10 + lane, 0, 0);
            assert_close(batch->temp[k], 300 + lane, 0, 0);
            assert_close(batch->derived[0][k], 1.0 / (10 + lane), 0, 0);
            assert_int_equal(batch->node[0][k], lane + 1);
        }
        assert_int_equal((uintptr_t)batch->param[CELL_RON] % 64, 0);
        assert_int_equal((uintptr_t)batch->derived[0] % 64, 0);
        bench_close(&mine);
    }
}

static void equal_columns_are_found_uniform(void **state)
{
    bench      *b = *state;
    ag_instance last = { -1, -1 };
    for (int k = 0; k < 200; k++) {
        char text[16];
        snprintf(text, sizeof text, "n%d", k);
        last = put(b->c, text, &cell_model, NULL, "a", "0");
    }
    ag_instance_set(b->c, last, CELL_RON, 99, AG_NOWHERE);
    assert_int_equal(ag_circuit_finish(b->c), AG_OK);
    const ag_batch *batch = b->c->batch[last.batch];
    assert_false(batch->uniform[CELL_RON]);
    assert_true(batch->uniform[CELL_ROFF]);
    assert_true(batch->uniform[CELL_W0]);                  /* NAN in all lanes: not given */
    for (int k = 0; k < AG_LANES; k++) assert_close(batch->param[CELL_ROFF][k], 10e3, 0, 0);
    assert_close(batch->derived[0][198], 0.01, 0, 0);
    assert_close(batch->derived[0][199], 1.0 / 99, 0, 0);
    ag_instance_set(b->c, last, CELL_RON, 100, AG_NOWHERE);
    assert_int_equal(ag_circuit_finish(b->c), AG_OK);
    assert_true(batch->uniform[CELL_RON]);
}

static void temperature_is_the_circuits_unless_set(void **state)
{
    bench      *b = *state;
    ag_instance i = put(b->c, "n1", &cell_model, NULL, "a", "0"), j = put(b->c, "n2", &cell_model, NULL, "a", "0");
    ag_instance_temp(b->c, j, 400);
    assert_int_equal(ag_circuit_finish(b->c), AG_OK);
    const ag_batch *batch = b->c->batch[i.batch];
    assert_close(batch->temp[i.lane], 300.15, 1e-15, 0);
    assert_close(batch->temp[j.lane], 400, 0, 0);
    assert_close(batch->derived[1][j.lane], 400 * 8.617333262e-5, 1e-15, 0);
    b->c->options.temp = 50;
    b->c->finished = 0;
    assert_int_equal(ag_circuit_finish(b->c), AG_OK);
    assert_close(batch->temp[i.lane], 323.15, 1e-15, 0);
    ag_instance_temp(b->c, i, -1);
    assert_int_equal(ag_circuit_finish(b->c), AG_ESYNTAX);
    assert_string_equal(b->text, "agspice: error: temperature of 'n1' is -274.15 C, which is not above absolute zero\n");
}

static void model_checks_are_reported_once_per_card(void **state)
{
    bench   *b = *state;
    ag_card *card = ag_circuit_card(b->c, name(b, "bad"), &cell_model, AG_NOWHERE);
    ag_card *good = ag_circuit_card(b->c, name(b, "good"), &cell_model, AG_NOWHERE);
    ag_card_set(b->c, card, CELL_RON, 20e3, AG_NOWHERE);
    put(b->c, "n1", &cell_model, card, "a", "0");
    put(b->c, "n2", &cell_model, card, "a", "0");
    ag_instance i = put(b->c, "n3", &cell_model, good, "a", "0");
    ag_instance_set(b->c, i, CELL_RON, 30e3, AG_NOWHERE);
    assert_int_equal(ag_circuit_finish(b->c), AG_ESYNTAX);
    assert_string_equal(b->text, "agspice: error: cell model card 'bad': ron must be below roff\n"
                                 "agspice: error: cell 'n3': ron must be below roff\n");
}

static void missing_reference_is_reported(void **state)
{
    bench      *b = *state;
    ag_instance i = put(b->c, "f1", &ref_model, NULL, "a", "0"), v = put(b->c, "v1", &v_model, NULL, "a", "0");
    assert_int_equal(ag_circuit_finish(b->c), AG_ESYNTAX);
    assert_string_equal(b->text, "agspice: error: 'f1' has no device for its control\n");
    assert_int_equal(b->c->batch[i.batch]->ref[0].batch, -1);
    assert_int_equal(v.lane, 0);
}

static void lists_are_copied(void **state)
{
    bench *b = *state;
    double v[] = { 1, 2, 3 };
    int    k = (int)ag_circuit_vector(b->c, v, 3), empty = (int)ag_circuit_vector(b->c, NULL, 0);
    v[1] = 77;
    assert_int_equal(b->c->vector[0].n, 0);
    assert_int_equal(b->c->vector[k].n, 3);
    assert_close(b->c->vector[k].v[1], 2, 0, 0);
    assert_int_equal(b->c->vector[empty].n, 0);
    assert_int_not_equal(k, empty);
}

static void option_defaults_are_those_of_the_table(void **state)
{
    bench *b = *state;
    assert_close(b->c->options.reltol, 1e-3, 0, 0);
    assert_close(b->c->options.numdgt, 6, 0, 0);
    for (int k = 0; k < ag_n_option; k++) {
        const ag_param *p = &ag_option_table[k];
        assert_close(*ag_option_at(&b->c->options, k), p->dflt, 0, 0);
        assert_true(p->min <= p->dflt && p->dflt <= p->max && *p->unit && *p->help);
    }
    assert_int_equal(ag_method_find("Gear"), AG_GEAR);
    assert_int_equal(ag_method_find("trapezoidal"), AG_TRAP);
    assert_int_equal(ag_method_find("euler"), -1);
}

/* Builds, finishes and probes a circuit of a few hundred devices with a report or two. */
static void build(ag_arena *a)
{
    ag_diag    *d = ag_diag_new(a);
    ag_circuit *c = ag_circuit_make(a, d);
    ag_card    *card = ag_circuit_card(c, ag_name0(c->names, "m"), &cell_model, AG_NOWHERE);
    for (int k = 0; k < 300; k++) {
        char text[32], node[32];
        snprintf(text, sizeof text, "n.x1.n%d", k);
        snprintf(node, sizeof node, "x1.a%d", k);
        ag_instance i = put(c, text, k % 3 ? &cell_model : &r_model, k % 3 ? card : NULL, node, "0");
        if (k % 3) ag_instance_set(c, i, CELL_RON, k == 4 ? -1 : k + 1, AG_NOWHERE);
    }
    put(c, "v1", &v_model, NULL, "x1.a1", "x1.a2");
    ag_warning(d, AG_NOWHERE, "a warning");
    ag_circuit_finish(c);
    int *list;
    ag_signal_default(c, &list);
    ag_signal_text(c, "@x1.n2[w]", AG_NOWHERE);
    ag_signal_text(c, "@x1.n2[wrong]", AG_NOWHERE);
}

/* 1 when memory ended on the way. */
static int build_guarded(heap *h)
{
    ag_host   host = heap_host(h);
    ag_arena *a = ag_arena_new(&host);
    jmp_buf   edge;
    if (!a) return 1;
    ag_arena_on_oom(a, &edge);
    int ended = setjmp(edge);
    if (!ended) build(a);
    ag_arena_free(a);
    return ended;
}

static void memory_may_end_at_any_allocation(void **state)
{
    (void)state;
    heap whole = { 0, 0, 0 };
    assert_int_equal(build_guarded(&whole), 0);
    assert_true(whole.calls > 5);
    for (long k = 1; k <= whole.calls; k++) {
        heap h = { 0, k, 0 };
        assert_int_equal(build_guarded(&h), 1);
        assert_int_equal(h.calls, k);
        assert_int_equal(h.in_use, 0);
    }
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, bench_open, bench_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nodes_are_numbered_in_order), TEST(instances_take_card_values_then_their_own),
        TEST(a_later_change_of_a_card_reaches_its_instances), TEST(names_are_taken_once),
        TEST(values_out_of_range_are_refused_with_the_range), TEST(parameters_are_found_in_any_case),
        TEST(columns_are_padded_with_the_last_lane), TEST(equal_columns_are_found_uniform),
        TEST(temperature_is_the_circuits_unless_set), TEST(model_checks_are_reported_once_per_card),
        TEST(missing_reference_is_reported), TEST(lists_are_copied), TEST(option_defaults_are_those_of_the_table),
        TEST(memory_may_end_at_any_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
