/* Axes of sweeps: every form in which they are written, what their names mean, and how wrong ones are reported. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/circuit.h"
#include "tests/support/close.h"

typedef struct net { ag_circuit *c; ag_status status; char said[4096]; } net;

/* Keeps the first line of every report. */
static void hear(void *user, ag_severity severity, const char *text)
{
    net   *n = user;
    size_t used = strlen(n->said), length = strcspn(text, "\n") + 1;
    (void)severity;
    if (used + length < sizeof n->said) memcpy(n->said + used, text, length);
}

static const char circuit[] =
    "v1 a 0 1\n" "i1 a 0 1m\n" "r1 a b 1k\n" "c1 b 0 1n\n" "l1 b c 1u\n" "r2 c 0 {rload}\n" "e1 d 0 a 0 2\n" "rd d 0 1k\n"
    "d1 b 0 dio\n" "m1 a b 0 0 nch w=2u l=1u\n" "b1 a 0 i=v(b)*1m\n" "x1 a cell\n" "rm a 0 rmod 2k\n"
    ".param rload=1k n=3 file='\"x\"'\n" ".model dio d(is=1e-14)\n" ".model nch nmos(vto=0.5)\n" ".model rmod r(tc1=1m)\n"
    ".subckt cell p\nr5 p 0 1k\n.ends\n";

static net *read_card(const char *card)
{
    net    *n = calloc(1, sizeof *n);
    ag_host host = { .user = n, .report = hear };
    char    text[4000];
    n->c = ag_circuit_new(&host);
    snprintf(text, sizeof text, "title\n%s%s\n.end\n", circuit, card);
    n->status = ag_read_text(n->c, "t", text);
    return n;
}

static void release(net *n)
{
    ag_circuit_free(n->c);
    free(n);
}

/* "1 2 3" */
static void print_values(const ag_axis *a, char *text, size_t size)
{
    *text = 0;
    for (int k = 0; k < a->n; k++) snprintf(text + strlen(text), size - strlen(text), "%s%.10g", k ? " " : "", a->value[k]);
}

static const ag_analysis *analysis(const net *n)
{
    if (n->status != AG_OK) fail_msg("%s", n->said);
    assert_int_equal(n->c->plan.n_analysis, 1);
    return &n->c->plan.analysis[0];
}

static void values_in_every_form(void **state)
{
    (void)state;
    static const struct { const char *card, *values; } table[] = {
        { ".dc v1 0 5 1", "0 1 2 3 4 5" },
        { ".dc v1 5 -5 -5", "5 0 -5" },
        { ".dc v1 0 1 0.3", "0 0.3 0.6 0.9" },
        { ".dc v1, 0, 1, 0.5", "0 0.5 1" },
        { ".dc v1 2 2 0", "2" },
        { ".dc v1 {n-1} 'n+1' 500m", "2 2.5 3 3.5 4" },
        { ".dc v1 start=0 stop={n} step=1", "0 1 2 3" },
        { ".dc lin v1 0 5 2.5", "0 2.5 5" },
        { ".dc v1 lin 3 0 5", "0 2.5 5" },
        { ".dc v1 lin 1 4 5", "4" },
        { ".dc v1 lin 3 5 0", "5 2.5 0" },
        { ".dc v1 list 1 2.5 -3 {2*n} n", "1 2.5 -3 6 3" },
        { ".dc v1 poi 3 1 5 2", "1 5 2" },
        { ".dc dec v1 1 100 2", "1 3.16227766 10 31.6227766 100" },
        { ".dc v1 dec 2 1 100", "1 3.16227766 10 31.6227766 100" },
        { ".dc v1 dec 1 -1 -100", "-1 -10 -100" },
        { ".dc v1 dec 1 100 5", "100 10" },
        { ".dc oct v1 1 9 1", "1 2 4 8" },
        { ".dc v1 oct 1 1 8", "1 2 4 8" },
    };
    for (size_t k = 0; k < sizeof table / sizeof *table; k++) {
        net  *n = read_card(table[k].card);
        char  text[400];
        print_values(&analysis(n)->axis[0], text, sizeof text);
        if (strcmp(text, table[k].values)) fail_msg("%s gave %s, not %s", table[k].card, text, table[k].values);
        release(n);
    }
}

/* Steps of decimal fractions end on the stop value itself, which they miss by rounding or not. */
static void the_stop_is_met_exactly(void **state)
{
    (void)state;
    static const struct { const char *card; int n; double last; } table[] = {
        { ".dc v1 0 1 0.1", 11, 1 },          { ".dc v1 0 0.3 0.1", 4, 0.3 },       { ".dc i1 0 1e-15 1e-16", 11, 1e-15 },
        { ".dc v1 -0.7 0.7 0.01", 141, 0.7 }, { ".dc v1 0 5 0.001", 5001, 5 },      { ".dc v1 1 0 -0.1", 11, 0 },
        { ".dc v1 dec 10 1u 1", 61, 1 },      { ".dc v1 lin 7 0.1 0.7", 7, 0.7 },   { ".dc v1 oct 3 1 1024", 31, 1024 },
    };
    for (size_t k = 0; k < sizeof table / sizeof *table; k++) {
        net           *n = read_card(table[k].card);
        const ag_axis *a = &analysis(n)->axis[0];
        assert_int_equal(a->n, table[k].n);
        assert_true(a->value[a->n - 1] == table[k].last);
        release(n);
    }
}

static void names_mean_what_is_swept(void **state)
{
    (void)state;
    static const struct { const char *name; ag_swept_kind kind; const char *object, *param, *shown, *unit; } table[] = {
        { "v1", AG_SWEPT_INSTANCE, "v1", "dc", "v1", "V" },
        { "I1", AG_SWEPT_INSTANCE, "i1", "dc", "i1", "A" },
        { "r1", AG_SWEPT_INSTANCE, "r1", "r", "r1", "ohm" },
        { "c1", AG_SWEPT_INSTANCE, "c1", "c", "c1", "F" },
        { "l1", AG_SWEPT_INSTANCE, "l1", "l", "l1", "H" },
        { "e1", AG_SWEPT_INSTANCE, "e1", "gain", "e1", "V/V" },
        { "r.x1.r5", AG_SWEPT_INSTANCE, "r.x1.r5", "r", "r.x1.r5", "ohm" },
        { "x1.r5", AG_SWEPT_INSTANCE, "r.x1.r5", "r", "x1.r5", "ohm" },
        { "@m1[w]", AG_SWEPT_INSTANCE, "m1", "w", "@m1[w]", "m" },
        { "m1(w)", AG_SWEPT_INSTANCE, "m1", "w", "m1(w)", "m" },
        { "m1:w", AG_SWEPT_INSTANCE, "m1", "w", "m1:w", "m" },
        { "@r1[tc1]", AG_SWEPT_INSTANCE, "r1", "tc1", "@r1[tc1]", "1/K" },
        { "nch(vto)", AG_SWEPT_CARD, "nch", "vto", "nch(vto)", "V" },
        { "NMOS NCH(VTO)", AG_SWEPT_CARD, "nch", "vto", "nch(vto)", "V" },
        { "d dio(is)", AG_SWEPT_CARD, "dio", "is", "dio(is)", "A" },
        { "res rmod(tc1)", AG_SWEPT_CARD, "rmod", "tc1", "rmod(tc1)", "1/K" },
        { "dio:is", AG_SWEPT_CARD, "dio", "is", "dio:is", "A" },
        { "temp", AG_SWEPT_TEMP, NULL, NULL, "temp", "C" },
        { "TEMPER", AG_SWEPT_TEMP, NULL, NULL, "temp", "C" },
        { "param rload", AG_SWEPT_PARAM, "rload", NULL, "rload", "" },
        { "rload", AG_SWEPT_PARAM, "rload", NULL, "rload", "" },
    };
    for (size_t k = 0; k < sizeof table / sizeof *table; k++) {
        char card[100];
        snprintf(card, sizeof card, ".dc %s 1 2 1", table[k].name);
        net            *n = read_card(card);
        const ag_swept *v = analysis(n)->axis[0].var;
        assert_int_equal(v->kind, table[k].kind);
        assert_int_equal(v->object == NULL, table[k].object == NULL);
        assert_int_equal(v->param == NULL, table[k].param == NULL);
        if (v->object) assert_string_equal(v->object, table[k].object);
        if (v->param) assert_string_equal(v->param, table[k].param);
        assert_string_equal(v->name, table[k].shown);
        assert_string_equal(v->unit, table[k].unit);
        release(n);
    }
}

static void up_to_three_axes(void **state)
{
    (void)state;
    static const char *const card[] = {
        ".dc v1 0 2 1 temp 0 50 25 r1 1k 2k 500", ".dc v1 list 0 1 2 temp list 0 25 50 r1 lin 3 1k 2k",
        ".dc v1 0 2 1 sweep temp 0 50 25 sweep r1 poi 3 1k 1.5k 2k", ".dc lin v1 0 2 1 lin temp 0 50 25 lin r1 1k 2k 500",
    };
    for (size_t k = 0; k < sizeof card / sizeof *card; k++) {
        net               *n = read_card(card[k]);
        const ag_analysis *a = analysis(n);
        static const char *const values[] = { "0 1 2", "0 25 50", "1000 1500 2000" };
        assert_int_equal(a->n_axis, 3);
        for (int j = 0; j < 3; j++) {
            char text[200];
            print_values(&a->axis[j], text, sizeof text);
            assert_string_equal(text, values[j]);
        }
        assert_int_equal(a->axis[1].var->kind, AG_SWEPT_TEMP);
        release(n);
    }
}

static void wrong_sweeps_say_what_would_be_right(void **state)
{
    (void)state;
    static const struct { const char *card, *said; } table[] = {
        { ".dc", ".dc needs what is swept and its values" },
        { ".dc v1", ".dc needs the start value: name start stop step" },
        { ".dc v1 0", ".dc needs the stop value: name start stop step" },
        { ".dc v1 0 1", ".dc needs the step: name start stop step" },
        { ".dc v2 0 1 0.1", "nothing to sweep has the name 'v2': a device, device(param), card(param), a parameter, temp" },
        { ".dc rlaod 0 1 0.1", "nothing to sweep has the name 'rlaod'; did you mean 'rload'?" },
        { ".dc tmep 0 1 0.1", "did you mean 'temp'?" },
        { ".dc 0 1 0.1", "nothing to sweep has the name '0'" },
        { ".dc param rlod 0 1 0.1", "undefined parameter 'rlod'; did you mean 'rload'?" },
        { ".dc param file 0 1 0.1", "undefined parameter 'file'" },
        { ".dc nhc(vto) 0 1 0.1", "no device or model card has the name 'nhc'; did you mean 'nch'?" },
        { ".dc nch(vtoo) 0 1 0.1", "'nch' (mosfet1) has no parameter 'vtoo'; did you mean 'vto'?" },
        { ".dc npn nch(vto) 0 1 0.1", "model card 'nch' is a mosfet1, not a 'npn'" },
        { ".dc @r1[q] 1 2 1", "'r1' (r) has no parameter 'q'" },
        { ".dc @r1 1 2 1", "the parameter of a device is written @device[parameter]" },
        { ".dc d1 0 1 0.1", "'d1' (d) has no single value; name a parameter: @d1[" },
        { ".dc b1 0 1 0.1", "the value of 'b1' is an expression; sweep a parameter that it uses" },
        { ".dc @v1[wave] 0 1 0.1", "'wave' of a v is not a number that could be swept" },
        { ".dc @m1[vto] 0 1 0.1", "'vto' of a mosfet1 is set on the model card; name that to sweep it" },
        { ".dc v1 0 1 0", "a step of zero never reaches 1 from 0" },
        { ".dc v1 0 1 -0.1", "a step of -0.1 leads away from 1, not from 0 to it; 0.1 would be right" },
        { ".dc v1 0 1 1e-9", "this sweep of 'v1' has 1e+09 points; 10000000 are possible" },
        { ".dc v1 0 1 1e-4 i1 0 1 1e-4 r1 1 10 0.1", "points; 1e+08 are possible" },
        { ".dc v1 dec 0 1 10", "the number of points must be a whole number from 1 to 10000000" },
        { ".dc v1 dec 2.5 1 10", "the number of points must be a whole number from 1 to 10000000" },
        { ".dc v1 dec 10 0 10", "points per decade need a start and a stop that are not zero and have the same sign" },
        { ".dc v1 oct 10 -1 10", "points per octave need" },
        { ".dc dec v1 1 10", ".dc needs the number of points: dec|oct name start stop n" },
        { ".dc v1 list", ".dc needs a value: name list value ..." },
        { ".dc v1 poi 3 1 2", ".dc needs another value: name poi n value ..." },
        { ".dc v1 0 1 x", "undefined parameter 'x'" },
        { ".dc v1 0 1 0.1x5", "'0.1x5' is not a number" },
        { ".dc v1 0 {1/0} 1", "a finite number is needed here" },
        { ".dc v1 0 1 tstep=2", ".dc needs the step here: name start stop step" },
        { ".dc v1 0 1 .1 i1 0 1 .1 r1 1 2 1 temp 0 1 1", ".dc sweeps at most 3 quantities" },
        { ".dc v1 0 1 .1 sweep", ".dc needs the name of what is swept" },
        { ".dc v1 0 1 .1 data=d", ".dc needs the name of what is swept here" },
    };
    for (size_t k = 0; k < sizeof table / sizeof *table; k++) {
        net *n = read_card(table[k].card);
        assert_int_equal(n->status, AG_ESYNTAX);
        if (!strstr(n->said, table[k].said)) fail_msg("%s: said\n%snot: %s", table[k].card, n->said, table[k].said);
        release(n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_in_every_form),
        cmocka_unit_test(the_stop_is_met_exactly),
        cmocka_unit_test(names_mean_what_is_swept),
        cmocka_unit_test(up_to_three_axes),
        cmocka_unit_test(wrong_sweeps_say_what_would_be_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
