/* Model cards of memristors: types and levels of other simulators, words as values, tables out of files, what is refused. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
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

/* "title", a source, the lines, and a device n1 of card "dut". */
static net *read_lines(const char *label, const char *lines)
{
    net    *n = calloc(1, sizeof *n);
    ag_host host = { .user = n, .report = hear };
    char    text[2000];
    n->c = ag_circuit_new(&host);
    snprintf(text, sizeof text, "title\n%s\nv1 a 0 1\nn1 a 0 dut\n.op\n.end\n", lines);
    n->status = ag_read_text(n->c, label, text);
    return n;
}

static void release(net *n)
{
    ag_circuit_free(n->c);
    free(n);
}

static const ag_batch *device(const net *n) { return n->c->batch[ag_circuit_find(n->c, ag_name0(n->c->names, "n1")).batch]; }

static double param(const net *n, const char *name)
{
    const ag_batch *b = device(n);
    return b->param[ag_param_find(b->model->param, b->model->n_param, name)][0];
}

#define TABLES "fxpdata=netlists/memristor/pem_fxpdata.csv fxmdata=netlists/memristor/pem_fxmdata.csv"

static void type_and_level_choose_the_model(void **state)
{
    (void)state;
    static const struct { const char *card, *model; } table[] = {
        { ".model dut memristor", "team" }, { ".model dut memristor(level=2)", "team" }, { ".model dut MEMRISTOR level={1+1} ron=60", "team" },
        { ".model dut memristor (ap=4000 level=3)", "yakopcic" }, { ".model dut memristor level=4 " TABLES, "pem" },
        { ".model dut team", "team" }, { ".model dut team(level=2)", "team" }, { ".model dut pem(" TABLES ")", "pem" },
        { ".param n=3\n.model dut memristor level=n", "yakopcic" },
    };
    for (size_t k = 0; k < sizeof table / sizeof *table; k++) {
        net *n = read_lines("t", table[k].card);
        if (n->status != AG_OK) print_error("%s", n->said);
        assert_int_equal(n->status, AG_OK);
        assert_string_equal(device(n)->model->name, table[k].model);
        release(n);
    }
}

/* `lines` must be refused (or warned about) with exactly the report `wanted`. */
static void says(ag_status status, const char *lines, const char *wanted)
{
    net *n = read_lines("t", lines);
    if (n->status != status || strcmp(n->said, wanted)) print_error("of %s\ngot    %swanted %s", lines, n->said, wanted);
    assert_int_equal(n->status, status);
    assert_string_equal(n->said, wanted);
    release(n);
}

static void wrong_cards_are_explained(void **state)
{
    (void)state;
    says(AG_ESYNTAX, ".model dut memristor(level=5)",
         "t:2:22: error: memristor has no level 5; supported are 2 (team), 3 (yakopcic), 4 (pem)\n");
    says(AG_ESYNTAX, ".model dut team(level=3)", "t:2:17: error: team has no level 3; only level 2 is supported\n");
    says(AG_ESYNTAX, ".model dut memristor(level=3 kon=1)", "t:2:30: error: yakopcic has no parameter 'kon'\n");
    says(AG_ESYNTAX, ".model dut memristor(wt=5)", "t:2:22: error: team parameter 'wt' = 5 is outside 0 .. 4\n");
    says(AG_ESYNTAX, ".model dut drift(window=biolec)", "t:2:25: error: drift parameter 'window' may be none, joglekar, biolek, prodromakis, kvatinsky, not 'biolec'\n");
    says(AG_ESYNTAX, ".model dut memristor(level=4)",
         "t:2:8: error: pem model card 'dut': fxpdata and fxmdata must name the files of its two tables\n");
    says(AG_ESYNTAX, ".model dut memristor(roff=10)", "t:2:8: error: team model card 'dut': roff must be above ron\n");
    says(AG_OK, ".model dut memristor(resnoise=1)",
         "t:2:22: warning: team parameter 'resnoise' is part of the random telegraph noise, which is not in this version, and ignored\n");
    says(AG_OK, ".model dut memristor(level=3 xnoise=1)",
         "t:2:30: warning: yakopcic parameter 'xnoise' is part of the random telegraph noise, which is not in this version, and ignored\n");
}

static void words_stand_for_numbers(void **state)
{
    (void)state;
    static const char *const word[] = { "none", "Joglekar", "biolek", "prodromakis", "KVATINSKY" };
    for (int k = 0; k < 5; k++) {
        char line[80];
        snprintf(line, sizeof line, ".model dut drift(window=%s p=2)", word[k]);
        net *n = read_lines("t", line);
        assert_int_equal(n->status, AG_OK);
        assert_close(param(n, "window"), k, 0, 0);
        assert_close(param(n, "p"), 2, 0, 0);
        release(n);
    }
    net *n = read_lines("t", ".model dut memristor(wt=4)\n.model other drift\nn2 a 0 other window=biolek x0=0.3");
    assert_int_equal(n->status, AG_OK);
    assert_close(param(n, "wt"), 4, 0, 0);
    release(n);
}

/* A folder with one file in it, and a netlist of that folder that names the file in `line`. */
static char folder[] = "/tmp/agspice-cards-XXXXXX", made[40];

static const char *in_folder(const char *name)
{
    static char path[200];
    snprintf(path, sizeof path, "%s/%s", made, name);
    return path;
}

static net *read_table(const char *contents, const char *line)
{
    strcpy(made, folder);
    assert_non_null(mkdtemp(made));
    FILE *f = fopen(in_folder("p.csv"), "w");
    fputs(contents, f);
    fclose(f);
    net *n = read_lines(in_folder("main.cir"), line);
    remove(in_folder("p.csv"));
    rmdir(made);
    return n;
}

#define BOTH ".model dut pem(fxpdata=p.csv fxmdata=\"p.csv\")"

static void tables_are_read_relative_to_the_netlist(void **state)
{
    (void)state;
    static const char *const text[] = { "0.1,1\n0.2,2\n0.5,-3e-1\n", "# comment\n\n 0.1  1 \n\t0.2\t2\r\n0.5 -0.3", "x, f(x)\n0.1;1\n0.2 ; 2\n* more\n0.5,-300m\n" };
    static const double want[] = { 0.1, 1, 0.2, 2, 0.5, -0.3 };
    for (int k = 0; k < 3; k++) {
        net *n = read_table(text[k], BOTH);
        if (n->status != AG_OK) print_error("%s", n->said);
        assert_int_equal(n->status, AG_OK);
        double index = param(n, "fxpdata");
        assert_close(param(n, "fxmdata"), index, 0, 0);               /* the same file is read once */
        const ag_vector *v = &n->c->vector[(int)index];
        assert_int_equal(v->n, 6);
        for (int j = 0; j < 6; j++) assert_close(v->v[j], want[j], 1e-15, 0);
        release(n);
    }
}

static void wrong_tables_are_reported_at_their_line(void **state)
{
    (void)state;
    static const struct { const char *text, *report; } table[] = {
        { "0.1,1\n0.2\n", "p.csv:2:1: error: two numbers are needed here: x and f(x)\n" },
        { "0.1,1\n0.2,2,3\n", "p.csv:2:1: error: two numbers are needed here: x and f(x)\n" },
        { "0.1,1\nx,2\n", "p.csv:2:1: error: two numbers are needed here: x and f(x)\n" },
        { "0.1,1\n  0.1,2\n", "p.csv:2:3: error: x must rise from line to line\n" },
        { "0.1,1\n0.2,1e999\n", "p.csv:2:1: error: two numbers are needed here: x and f(x)\n" },
        { "# nothing\n", "p.csv:1:1: error: the table is empty\n" },
        { "", "p.csv:1:1: error: the table is empty\n" },
    };
    for (size_t k = 0; k < sizeof table / sizeof *table; k++) {
        net  *n = read_table(table[k].text, BOTH);
        char  wanted[300];
        snprintf(wanted, sizeof wanted, "%s/%s", made, table[k].report);
        char *at = strstr(n->said, wanted);
        if (!at) print_error("got    %swanted %s", n->said, wanted);
        assert_non_null(at);
        assert_null(strstr(at + 1, wanted));                          /* once for both tables */
        assert_true(n->status != AG_OK);
        release(n);
    }
    net *n = read_table("0 1\n", ".model dut pem(fxpdata=q.csv fxmdata=p.csv)");
    assert_non_null(strstr(n->said, "main.cir:2:24: error: cannot open '"));
    assert_non_null(strstr(n->said, "/q.csv': No such file"));
    release(n);
}

static void instances_do_not_take_tables(void **state)
{
    (void)state;
    says(AG_ESYNTAX, ".model dut pem(" TABLES ")\nn2 a 0 dut fxpdata=netlists/memristor/pem_fxpdata.csv",
         "t:3:12: error: pem parameter 'fxpdata' is set on the model card, not on the instance\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(type_and_level_choose_the_model), cmocka_unit_test(wrong_cards_are_explained),
        cmocka_unit_test(words_stand_for_numbers), cmocka_unit_test(tables_are_read_relative_to_the_netlist),
        cmocka_unit_test(wrong_tables_are_reported_at_their_line), cmocka_unit_test(instances_do_not_take_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
