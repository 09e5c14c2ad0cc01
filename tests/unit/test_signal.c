/* Signals: canonical names, one probe per signal, hierarchy, suggestions. */
#include "core/signal.h"
#include "tests/support/close.h"
#include "tests/support/devices.h"

static void fill(bench *b)
{
    put(b->c, "v1", &v_model, NULL, "in", "0");
    put(b->c, "r1", &r_model, NULL, "in", "out");
    put(b->c, "n.x1.n1", &cell_model, NULL, "out", "x1.mid");
    put(b->c, "r.x1.x2.r1", &r_model, NULL, "x1.x2.a", "0");
    put(b->c, "m1", &three_model, NULL, "in", "out");
}

static const ag_probe *probe(bench *b, const char *text)
{
    int k = ag_signal_text(b->c, text, AG_NOWHERE);
    if (k < 0) fail_msg("'%s' not found: %s", text, b->text);
    return &b->c->plan.probe[k];
}

static void names_become_canonical(void **state)
{
    static const char *const table[][3] = {
        { "v(out)", "v(out)", "V" }, { " V( In , OUT ) ", "v(in,out)", "V" }, { "v(in,0)", "v(in)", "V" },
        { "v(in,gnd)", "v(in)", "V" }, { "v(gnd)", "v(0)", "V" }, { "v(0,in)", "v(0,in)", "V" }, { "out", "v(out)", "V" },
        { "v(x1.mid)", "v(x1.mid)", "V" }, { "i(V1)", "i(v1)", "A" }, { "v1#branch", "i(v1)", "A" },
        { "v(v1#branch)", "i(v1)", "A" }, { "p(r1)", "p(r1)", "W" }, { "i(x1.n1)", "i(n.x1.n1)", "A" },
        { "p(n.x1.n1)", "p(n.x1.n1)", "W" }, { "i(x1.x2.r1)", "i(r.x1.x2.r1)", "A" }, { "@x1.n1[W]", "@n.x1.n1[w]", "1" },
        { "@n.x1.n1[q]", "@n.x1.n1[q]", "C" }, { "@r1[g]", "@r1[g]", "S" }, { "@r1[v]", "@r1[v]", "V" },
        { "@r1[i]", "@r1[i]", "A" }, { "@r1[p]", "@r1[p]", "W" }, { "@r1[r]", "@r1[r]", "ohm" },
        { "@x1.n1[g0]", "@n.x1.n1[g0]", "S" }, { "@v1[i]", "@v1[i]", "A" }, { "i(m1)", "i(m1)", "A" },
        { "p(m1)", "p(m1)", "W" }, { "@m1[p]", "@m1[p]", "W" }, { "@m1[ID]", "@m1[id]", "A" },
        { "@m1[vgs]", "@m1[vgs]", "V" },
    };
    bench *b = *state;
    fill(b);
    for (int i = 0; i < (int)(sizeof table / sizeof *table); i++) {
        const ag_probe *p = probe(b, table[i][0]);
        assert_string_equal(p->name, table[i][1]);
        assert_string_equal(p->unit, table[i][2]);
    }
    assert_string_equal(b->text, "");
}

static void probes_name_what_is_to_be_read(void **state)
{
    bench *b = *state;
    fill(b);
    const ag_probe *p = probe(b, "v(out,in)");
    assert_int_equal(p->kind, AG_PROBE_NODE);
    assert_int_equal(p->node[0], ag_circuit_find_node(b->c, ag_name0(b->c->names, "out")));
    assert_int_equal(p->node[1], ag_circuit_find_node(b->c, ag_name0(b->c->names, "in")));
    assert_int_equal(p->quantity, AG_Q_VOLTAGE);
    assert_int_equal(probe(b, "i(v1)")->kind, AG_PROBE_UNKNOWN);
    assert_int_equal(probe(b, "i(r1)")->kind, AG_PROBE_CURRENT);
    assert_int_equal(probe(b, "i(r1)")->quantity, AG_Q_CURRENT);
    assert_int_equal(probe(b, "p(r1)")->kind, AG_PROBE_POWER);
    assert_int_equal(probe(b, "p(r1)")->quantity, AG_Q_POWER);
    assert_int_equal(probe(b, "@r1[v]")->kind, AG_PROBE_VOLTAGE);
    assert_int_equal(probe(b, "@r1[g]")->kind, AG_PROBE_CONDUCTANCE);
    assert_int_equal(probe(b, "i(m1)")->index, 0);
    assert_int_equal(probe(b, "@m1[is]")->kind, AG_PROBE_CURRENT);
    assert_int_equal(probe(b, "@m1[is]")->index, 2);
    assert_int_equal(probe(b, "@m1[vgs]")->kind, AG_PROBE_VOLTAGE);
    assert_int_equal(probe(b, "@m1[vgs]")->index, 1);
    p = probe(b, "@x1.n1[q]");
    ag_instance n1 = ag_circuit_find(b->c, ag_name0(b->c->names, "n.x1.n1"));
    assert_int_equal(p->kind, AG_PROBE_UNKNOWN);
    assert_int_equal(p->index, 1);
    assert_int_equal(p->batch, n1.batch);
    assert_int_equal(p->lane, n1.lane);
    assert_int_equal(p->quantity, AG_Q_OTHER);
    assert_int_equal(probe(b, "@x1.n1[roff]")->kind, AG_PROBE_PARAM);
    assert_int_equal(probe(b, "@x1.n1[roff]")->index, CELL_ROFF);
    assert_int_equal(probe(b, "@x1.n1[kt]")->kind, AG_PROBE_DERIVED);
    assert_int_equal(probe(b, "@x1.n1[kt]")->index, 1);
}

static void equal_signals_share_a_probe(void **state)
{
    bench *b = *state;
    fill(b);
    int k = ag_signal_text(b->c, "i(x1.n1)", AG_NOWHERE);
    assert_int_equal(ag_signal_text(b->c, "I(N.X1.N1)", AG_NOWHERE), k);
    assert_int_equal(ag_signal(b->c, "i", ag_name0(b->c->names, "x1.n1"), NULL, AG_NOWHERE), k);
    assert_int_not_equal(ag_signal_text(b->c, "p(x1.n1)", AG_NOWHERE), k);
    assert_int_equal(b->c->plan.n_probe, 2);
}

static void unknown_names_get_a_suggestion(void **state)
{
    static const char *const table[][2] = {
        { "v(otu)", "no node 'otu'; did you mean 'out'?" },
        { "v(zzzzzz)", "no node 'zzzzzz'" },
        { "i(v11)", "no device 'v11'; did you mean 'v1'?" },
        { "i(x1.n2)", "no device 'x1.n2'; did you mean 'n.x1.n1'?" },
        { "i(q)", "no device 'q'" },
        { "@m1[g]", "@m1[g]: only devices with two terminals have it, not a three" },
        { "@x1.n1[rofg]", "'n.x1.n1' (cell) has no variable 'rofg'; did you mean 'roff'?" },
        { "@x1.n1[zz]", "'n.x1.n1' (cell) has no variable 'zz'; it has v, i, p, g, w, q, and its parameters" },
        { "@x1.n1[table]", "@n.x1.n1[table]: this parameter is not a number" },
        { "@m1[x]", "'m1' (three) has no variable 'x'; it has i, p, vds, vgs, id, ig, is, and its parameters" },
    };
    bench *b = *state;
    fill(b);
    for (int i = 0; i < (int)(sizeof table / sizeof *table); i++) {
        char want[200] = "agspice: error: ";
        b->text[0] = 0;
        assert_int_equal(ag_signal_text(b->c, table[i][0], AG_NOWHERE), -1);
        assert_string_equal(b->text, strcat(strcat(want, table[i][1]), "\n"));
    }
    assert_int_equal(b->c->plan.n_probe, 0);
}

static void what_is_no_signal_is_refused(void **state)
{
    static const char *const table[] = { "", " ", "v(", "v()", "v(a,)", "v(,a)", "@", "@n1", "@n1[", "@n1[]", "@[x]",
                                         "q(a)", "vi(a)", "i(a,b)", "v)", "(a)", "v(in" };
    bench *b = *state;
    fill(b);
    for (int i = 0; i < (int)(sizeof table / sizeof *table); i++) {
        b->text[0] = 0;
        assert_int_equal(ag_signal_text(b->c, table[i], AG_NOWHERE), -1);
        assert_non_null(strstr(b->text, "is not a signal: v(node)"));
    }
    assert_int_equal(ag_diag_errors(b->diag), 17);
}

static void default_is_nodes_then_source_currents(void **state)
{
    static const char *const want[] = { "v(in)", "v(out)", "v(x1.mid)", "v(x1.x2.a)", "i(v1)", "i(v2)" };
    bench *b = *state;
    int   *list, n;
    fill(b);
    put(b->c, "v2", &v_model, NULL, "in", "0");
    ag_signal_text(b->c, "v(out)", AG_NOWHERE);
    n = ag_signal_default(b->c, &list);
    assert_int_equal(n, 6);
    for (int i = 0; i < n; i++) assert_string_equal(b->c->plan.probe[list[i]].name, want[i]);
    assert_int_equal(list[1], 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, bench_open, bench_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(names_become_canonical), TEST(probes_name_what_is_to_be_read), TEST(equal_signals_share_a_probe),
        TEST(unknown_names_get_a_suggestion), TEST(what_is_no_signal_is_refused),
        TEST(default_is_nodes_then_source_currents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
