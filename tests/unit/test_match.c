/* Voltage matching of a selector and a memory in series: each condition alone, and when nothing is said. */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/circuit.h"
#include "tests/support/close.h"

typedef struct said { char text[8192]; int n; } said;

static void hear(void *user, ag_severity severity, const char *text)
{
    said *s = user;
    if (severity != AG_WARNING) fail_msg("%s", text);
    s->n++;
    strncat(s->text, text, strcspn(text, "\n") + 1 < sizeof s->text - strlen(s->text) ? strcspn(text, "\n") + 1 : 0);
}

/* The warnings of a netlist, first lines. */
static said warnings(const char *netlist)
{
    said    s = { "", 0 };
    ag_host host = { .user = &s, .report = hear };
    ag_circuit *c = ag_circuit_new(&host);
    assert_int_equal(ag_read_text(c, "t", netlist), AG_OK);
    assert_int_equal(ag_circuit_finish(c), AG_OK);
    ag_circuit_free(c);
    return s;
}

static said pair(const char *selector, const char *memory)
{
    char text[512];
    snprintf(text, sizeof text, "pair\nv1 a 0 0\nn1 a m siox_ecm %s\nn2 m 0 agnp_selector sym=1 %s\n.op\n.end\n", memory, selector);
    return warnings(text);
}

static void each_condition_alone_has_its_text(void **state)
{
    (void)state;
    static const struct { const char *selector, *memory, *text; } want[] = {
        { "vread=0.45", "", "read 0.45 V does not exceed the selector's threshold 0.5 V" },
        { "vread=1.02", "gon=10u ks=1e-16", "half a read, 0.51 V, reaches the selector's threshold 0.5 V" },
        { "vread=0.76", "", "half a read, 0.38 V, reaches the cell's hold voltage 0.362 V" },
        { "vread=0.7", "gon=1n goff=1n", "the selector's off resistance 4.35e+09 ohm is not 10 times the memory's low one, 5e+08 ohm" },
        { "vwrite=2", "goff=0.1n", "the selector's off resistance 4.35e+09 ohm does not exceed the memory's high one, 1e+10 ohm" },
        { "vwrite=1.4", "", "write 1.4 V leaves the memory 1.04 V, not more than its set threshold 1.15 V" },
        { "vwrite=3.2", "", "half a write, 1.6 V, leaves the memory 1.24 V, not less than its set threshold 1.15 V" },
        { "vread=0.7 vwrite=1.6", "vs=0.03", "read 0.7 V leaves the memory 0.34 V, not less than half of its set threshold 0.594 V" },
    };
    for (int k = 0; k < (int)(sizeof want / sizeof *want); k++) {
        char line[512];
        said s = pair(want[k].selector, want[k].memory);
        snprintf(line, sizeof line, "t:4:1: warning: voltage matching of 'n2' and 'n1': %s\n", want[k].text);
        assert_string_equal(s.text, line);
    }
}

static void matching_voltages_and_none_are_silent(void **state)
{
    (void)state;
    assert_int_equal(pair("vread=0.7 vwrite=2", "").n, 0);
    assert_int_equal(pair("", "gon=1n goff=0 ks=0").n, 0);
}

/* Where more than the two devices meet, or two of a kind, there is no pair. */
static void only_a_node_of_two_is_a_pair(void **state)
{
    (void)state;
    static const char bad[] = "agnp_selector vread=0.3";
    char text[512];
    snprintf(text, sizeof text, "three\nv1 a 0 0\nn1 a m siox_ecm\nn2 m 0 %s\nr1 m 0 1k\n.op\n.end\n", bad);
    assert_int_equal(warnings(text).n, 0);
    snprintf(text, sizeof text, "two selectors\nv1 a 0 0\nn1 a m %s\nn2 m 0 %s\nn3 a 0 siox_ecm\n.op\n.end\n", bad, bad);
    assert_int_equal(warnings(text).n, 0);
    snprintf(text, sizeof text, "selector first\nv1 a 0 0\nn1 a m %s\nn2 m 0 siox_ecm\n.op\n.end\n", bad);
    assert_int_equal(warnings(text).n, 1);
}

/* Cells of one subcircuit, also with values of their own, are named once; another pair of cards is named too. */
static void a_pair_of_cards_is_named_once(void **state)
{
    (void)state;
    said s = warnings("array\nv1 a 0 0\n.subckt cell p n params: ks=1e-7 vr=0.3\n.model mem siox_ecm(ks={ks})\n"
                      ".model sel agnp_selector(vread={vr})\nnm p mid mem\nns mid n sel\n.ends\n"
                      "x1 a 0 cell\nx2 a 0 cell ks=2e-7\nx3 a 0 cell vr=0.4\n"
                      "n1 a m siox_ecm\nn2 m 0 agnp_selector vread=0.3\n.op\n.end\n");
    assert_int_equal(s.n, 2);
    assert_non_null(strstr(s.text, "'n.x1.ns' and 'n.x1.nm'"));
    assert_non_null(strstr(s.text, "'n2' and 'n1'"));
}

static void conditions_are_listed_together(void **state)
{
    (void)state;
    said s = pair("vread=0.3 vwrite=1.2", "");
    assert_int_equal(s.n, 1);
    assert_non_null(strstr(s.text, "threshold 0.5 V; write 1.2 V leaves"));
}

static void cell_of_the_library_matches(void **state)
{
    (void)state;
    static const char cell[] = "cell\n.include models/lib/cells.lib\nv1 a 0 0\nx1 a 0 cell_1s1r%s\n.op\n.end\n";
    char text[256];
    snprintf(text, sizeof text, cell, "");
    assert_int_equal(warnings(text).n, 0);
    snprintf(text, sizeof text, cell, " vs=0.2");                /* its voltages are checked */
    assert_int_equal(warnings(text).n, 1);
}

static void netlists_of_the_cell_match(void **state)
{
    (void)state;
    glob_t found;
    assert_int_equal(glob("netlists/memristor/cell_1s1r_*.cir", 0, NULL, &found), 0);
    assert_true(found.gl_pathc >= 8);
    for (size_t k = 0; k < found.gl_pathc; k++) {
        said        s = { "", 0 };
        ag_host     host = { .user = &s, .report = hear };
        ag_circuit *c = ag_circuit_new(&host);
        assert_int_equal(ag_read_file(c, found.gl_pathv[k]), AG_OK);
        assert_int_equal(ag_circuit_finish(c), AG_OK);
        assert_null(strstr(s.text, "matching"));
        ag_circuit_free(c);
    }
    globfree(&found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_condition_alone_has_its_text), cmocka_unit_test(matching_voltages_and_none_are_silent),
        cmocka_unit_test(only_a_node_of_two_is_a_pair), cmocka_unit_test(a_pair_of_cards_is_named_once),
        cmocka_unit_test(conditions_are_listed_together), cmocka_unit_test(cell_of_the_library_matches),
        cmocka_unit_test(netlists_of_the_cell_match),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
