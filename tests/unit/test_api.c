/* The public interface as a host program uses it: reading, building, saving, running, failing. */
#include <stdio.h>
#include <string.h>
#include "api/agspice.h"
#include "tests/support/close.h"
#include "tests/support/heap.h"

static const char rc[] = "rc\nv1 in 0 pulse(0 1 0 1n 1n 1 2)\nr1 in out 1k\nc1 out 0 1n\n.end\n";

typedef struct host { ag_circuit *c; ag_host host; char reports[8192]; int stop_after, calls; double last_fraction; } host;

typedef struct wave { int n, n_column, began, ended; ag_status why; char names[256], plot[64]; double row[8], peak[8]; int fail_at; } wave;

static void report(void *user, ag_severity severity, const char *text)
{
    host *h = user;
    (void)severity;
    strncat(h->reports, text, sizeof h->reports - strlen(h->reports) - 1);
}

static int progress(void *user, double fraction, double time)
{
    host *h = user;
    (void)time;
    assert_true(fraction >= h->last_fraction && fraction <= 1);
    h->last_fraction = fraction;
    return ++h->calls == h->stop_after;
}

static ag_status begin(void *self, const ag_plot *plot)
{
    wave *w = self;
    w->began++;
    w->n = 0;
    w->names[0] = 0;
    w->n_column = plot->n_column;
    snprintf(w->plot, sizeof w->plot, "%s", plot->name);
    for (int k = 0; k < plot->n_column; k++) {
        strcat(w->names, k ? " " : "");
        strcat(w->names, plot->column[k].name);
    }
    memset(w->peak, 0, sizeof w->peak);
    return AG_OK;
}

static ag_status point(void *self, const double *row)
{
    wave *w = self;
    for (int k = 0; k < w->n_column; k++)
        w->peak[k] = fmax(w->peak[k], fabs(row[k]));
    memcpy(w->row, row, (size_t)w->n_column * sizeof *row);
    return ++w->n == w->fail_at ? AG_EIO : AG_OK;
}

static ag_status end(void *self, ag_status why)
{
    wave *w = self;
    w->ended++;
    w->why = why;
    return AG_OK;
}

static ag_sink sink(wave *w)
{
    memset(w, 0, sizeof *w);
    return (ag_sink){ w, begin, point, end };
}

static int setup(void **state)
{
    host *h = calloc(1, sizeof *h);
    h->host = (ag_host){ .user = h, .report = report, .progress = progress };
    h->c = ag_circuit_new(&h->host);
    *state = h;
    return h->c ? 0 : -1;
}

static int teardown(void **state)
{
    host *h = *state;
    ag_circuit_free(h->c);
    free(h);
    return 0;
}

static void a_netlist_is_read_and_run(void **state)
{
    host   *h = *state;
    wave    w;
    ag_sink s = sink(&w);
    assert_int_equal(ag_read_text(h->c, "rc.cir", rc), AG_OK);
    assert_int_equal(ag_run(h->c, "tran 10n 5u", &s), AG_OK);
    assert_string_equal(w.plot, "Transient Analysis");
    assert_string_equal(w.names, "time v(in) v(out) i(v1)");
    assert_int_equal(w.began, 1);
    assert_int_equal(w.ended, 1);
    assert_int_equal(w.why, AG_OK);
    assert_close(w.row[0], 5e-6, 1e-12, 0);
    assert_close(w.row[2], 1 - exp(-5), 5e-3, 0);
    assert_true(h->calls > 0 && h->last_fraction > 0);
}

static void an_operating_point_has_no_time_column(void **state)
{
    host   *h = *state;
    wave    w;
    ag_sink s = sink(&w);
    assert_int_equal(ag_read_text(h->c, "d", "divider\nv1 in 0 3\nr1 in out 1k\nr2 out 0 2k\n.end\n"), AG_OK);
    assert_int_equal(ag_run(h->c, "op", &s), AG_OK);
    assert_string_equal(w.names, "v(in) v(out) i(v1)");
    assert_int_equal(w.n, 1);
    assert_close(w.row[1], 2, 1e-9, 0);
    assert_close(w.row[2], -1e-3, 1e-9, 0);
    assert_int_equal(ag_run(h->c, "op", NULL), AG_OK);
}

static void sweeps_have_a_column_for_each_axis(void **state)
{
    host   *h = *state;
    wave    w;
    ag_sink s = sink(&w);
    assert_int_equal(ag_read_text(h->c, "d", "divider\nv1 in 0 3\nr1 in out 1k\nr2 out 0 rm r=3k\n.model rm r\n.end\n"), AG_OK);
    assert_int_equal(ag_run(h->c, "dc v1 0 1 0.1", &s), AG_OK);
    assert_string_equal(w.plot, "DC transfer characteristic");
    assert_string_equal(w.names, "v-sweep v(in) v(out) i(v1)");
    assert_int_equal(w.n, 11);
    assert_close(w.row[0], 1, 0, 0);
    assert_close(w.row[2], 0.75, 1e-9, 0);
    s = sink(&w);
    h->last_fraction = 0;                                  /* of the next run */
    assert_int_equal(ag_run(h->c, "dc @r1[r] 1k 2k 500 temp 0 50 50 V1 4 8 4", &s), AG_OK);
    assert_string_equal(w.names, "res-sweep temp v1 v(in) v(out) i(v1)");
    assert_int_equal(w.n, 12);
    assert_true(w.row[0] == 2e3 && w.row[1] == 50 && w.row[2] == 8);
    assert_close(w.row[4], 8 * 3 / 5.0, 1e-9, 0);
    s = sink(&w);
    assert_int_equal(ag_run(h->c, "op", &s), AG_OK);
    assert_close(w.row[1], 3 * 0.75, 1e-12, 0);
    static const char *const wrong[] = { "dc", "dc v1", "dc v1 0 1", "dc v1 0 1 -1", "dc v1 0 1 0", "dc v1 0 x 1", "dc v9 0 1 1", "dc r1(q) 0 1 1",
                                         "dc v1 0 1 1 temp", "dc v1 0 1 1 v1 0 1 1 v1 0 1 1 v1 0 1 1", "dc v1 0 1 1e-9" };
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++)
        assert_int_equal(ag_run(h->c, wrong[k], NULL), AG_ESYNTAX);
    assert_non_null(strstr(h->reports, "no device has the name 'v9'"));
    assert_non_null(strstr(h->reports, "1 would be right"));
}

static void saved_signals_replace_the_default_set(void **state)
{
    host   *h = *state;
    wave    w;
    ag_sink s = sink(&w);
    assert_int_equal(ag_read_text(h->c, "rc.cir", rc), AG_OK);
    assert_int_equal(ag_save(h->c, "v(in,out)"), AG_OK);
    assert_int_equal(ag_save(h->c, "p(r1)"), AG_OK);
    assert_int_equal(ag_save(h->c, "v(nowhere)"), AG_ENAME);
    assert_int_equal(ag_run(h->c, "tran 10n 1u", &s), AG_OK);
    assert_string_equal(w.names, "time v(in,out) p(r1)");
    assert_close(w.row[2], w.row[1] * w.row[1] / 1e3, 1e-9, 0);
}

static void a_circuit_is_built_by_calls_and_changed_between_runs(void **state)
{
    host   *h = *state;
    wave    w;
    ag_sink s = sink(&w);
    assert_int_equal(ag_add(h->c, "V1", "v", (const char *[]){ "in", "0", NULL }), AG_OK);
    assert_int_equal(ag_set(h->c, "v1", "dc", 2), AG_OK);
    assert_int_equal(ag_add_card(h->c, "load", "r"), AG_OK);
    assert_int_equal(ag_set(h->c, "load", "r", 1e3), AG_OK);
    assert_int_equal(ag_add(h->c, "r1", "load", (const char *[]){ "in", "out", NULL }), AG_OK);
    assert_int_equal(ag_add(h->c, "r2", "load", (const char *[]){ "out", "gnd", NULL }), AG_OK);
    assert_int_equal(ag_run(h->c, "op", &s), AG_OK);
    assert_close(w.row[1], 1, 1e-9, 0);
    assert_int_equal(ag_set(h->c, "r2", "r", 3e3), AG_OK);
    assert_int_equal(ag_run(h->c, "op", &s), AG_OK);
    assert_close(w.row[1], 1.5, 1e-9, 0);
}

static void wrong_calls_are_reported(void **state)
{
    host *h = *state;
    assert_int_equal(ag_add(h->c, "r1", "resistr", (const char *[]){ "a", "b", NULL }), AG_ENAME);
    assert_int_equal(ag_add(h->c, "r1", "r", (const char *[]){ "a", "b", "c", NULL }), AG_ERANGE);
    assert_non_null(strstr(h->reports, "2 terminals, not 3"));
    assert_int_equal(ag_add_card(h->c, "x", "nomodel"), AG_ENAME);
    assert_int_equal(ag_set(h->c, "r9", "r", 1), AG_ENAME);
    assert_int_equal(ag_add(h->c, "r1", "r", (const char *[]){ "a", "0", NULL }), AG_OK);
    assert_int_equal(ag_set(h->c, "r1", "ohms", 1), AG_ENAME);
    assert_int_equal(ag_set(h->c, "r1", "r", NAN), AG_ERANGE);
    assert_int_equal(ag_run(h->c, "tran", NULL), AG_ESYNTAX);
    assert_int_equal(ag_run(h->c, "tran 1n -1", NULL), AG_ESYNTAX);
    assert_int_equal(ag_run(h->c, "tran 1n 1u 2u", NULL), AG_ESYNTAX);
    assert_int_equal(ag_run(h->c, "noise 1", NULL), AG_ESYNTAX);
    assert_int_equal(ag_run(h->c, "", NULL), AG_ESYNTAX);
}

static void a_wrong_netlist_is_reported_with_its_place(void **state)
{
    host *h = *state;
    assert_int_equal(ag_read_text(h->c, "bad.cir", "title\nr1 a 0 1k\nr2 a 0 nonsuch\n.end\n"), AG_ESYNTAX);
    assert_non_null(strstr(h->reports, "bad.cir:3:"));
}

static void a_missing_file_is_an_input_error(void **state)
{
    host *h = *state;
    assert_int_equal(ag_read_file(h->c, "/nowhere/x.cir"), AG_EIO);
    assert_non_null(strstr(h->reports, "cannot open '/nowhere/x.cir'"));
    assert_int_equal(ag_read_file(h->c, "/"), AG_EIO);
}

static void an_override_replaces_a_parameter(void **state)
{
    host   *h = *state;
    wave    w;
    ag_sink s = sink(&w);
    assert_int_equal(ag_override(h->c, "R", "2*rbase"), AG_OK);
    assert_int_equal(ag_read_text(h->c, "d", "t\n.param rbase=1k r=7k\nv1 in 0 3\nr1 in out 1k\nr2 out 0 {r}\n.end\n"), AG_OK);
    assert_int_equal(ag_run(h->c, "op", &s), AG_OK);
    assert_close(w.row[1], 2, 1e-9, 0);
}

static void a_sink_can_end_the_run(void **state)
{
    host   *h = *state;
    wave    w;
    ag_sink s = sink(&w);
    w.fail_at = 5;
    assert_int_equal(ag_read_text(h->c, "rc.cir", rc), AG_OK);
    assert_int_equal(ag_run(h->c, "tran 10n 5u", &s), AG_EIO);
    assert_int_equal(w.n, 5);
    assert_int_equal(w.ended, 1);
    assert_int_equal(w.why, AG_EIO);
}

static void the_host_can_stop_the_run(void **state)
{
    host   *h = *state;
    wave    w;
    ag_sink s = sink(&w);
    h->stop_after = 10;
    assert_int_equal(ag_read_text(h->c, "rc.cir", rc), AG_OK);
    assert_int_equal(ag_run(h->c, "tran 10n 5u 0 1n", &s), AG_ESTOPPED);
    assert_int_equal(w.why, AG_ESTOPPED);
}

/* A whole life of a circuit; every allocation of it is made to fail once. */
static ag_status life(heap *m)
{
    wave        w;
    ag_sink     s = sink(&w);
    ag_host     h = heap_host(m);
    ag_circuit *c = ag_circuit_new(&h);
    ag_status   status = c ? ag_read_text(c, "rc.cir", "t\n.subckt rc a b\nr1 a b {r}\nc1 b 0 1n\n.ends\n.param r=1k\n"
                                          ".model dd d(is=1f)\nv1 in 0 sin(0 1 1meg)\nx1 in out rc\nd1 out 0 dd\n.end\n") : AG_ENOMEM;
    if (!status)
        status = ag_save(c, "v(out)");
    if (!status)
        status = ag_run(c, "tran 10n 1u", &s);
    ag_circuit_free(c);
    return status;
}

static void running_out_of_memory_anywhere_is_a_status(void **state)
{
    heap m = { 0 };
    (void)state;
    assert_int_equal(life(&m), AG_OK);
    assert_int_equal(m.in_use, 0);
    long calls = m.calls;
    assert_true(calls > 3);
    for (long k = 1; k <= calls; k++) {
        m = (heap){ .fail_at = k };
        assert_int_equal(life(&m), AG_ENOMEM);
        assert_int_equal(m.in_use, 0);
    }
}

/* In a process that runs one circuit for ever, memory in use after a run is what it was before. */
static void repeated_runs_do_not_grow(void **state)
{
    heap        m = { 0 };
    ag_host     h = heap_host(&m);
    ag_circuit *c = ag_circuit_new(&h);
    (void)state;
    assert_int_equal(ag_read_text(c, "rc.cir", rc), AG_OK);
    for (int k = 0; k < 3; k++)
        assert_int_equal(ag_run(c, "tran 10n 100n", NULL), AG_OK);
    long before = m.in_use;
    for (int k = 0; k < 300; k++)
        assert_int_equal(ag_run(c, "tran 10n 100n", NULL), AG_OK);
    assert_int_equal(m.in_use, before);
    ag_circuit_free(c);
    assert_int_equal(m.in_use, 0);
}

static void two_circuits_do_not_know_of_each_other(void **state)
{
    host   *h = *state;
    wave    a, b;
    ag_sink sa = sink(&a), sb = sink(&b);
    ag_circuit *other = ag_circuit_new(NULL);
    assert_int_equal(ag_read_text(h->c, "1", "t\nv1 a 0 1\nr1 a 0 1\n.end\n"), AG_OK);
    assert_int_equal(ag_read_text(other, "2", "t\nv1 a 0 2\nr1 a 0 1\n.end\n"), AG_OK);
    assert_int_equal(ag_run(h->c, "op", &sa), AG_OK);
    assert_int_equal(ag_run(other, "op", &sb), AG_OK);
    assert_close(a.row[0], 1, 1e-12, 0);
    assert_close(b.row[0], 2, 1e-12, 0);
    ag_circuit_free(other);
    ag_circuit_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        TEST(a_netlist_is_read_and_run), TEST(an_operating_point_has_no_time_column),
        TEST(sweeps_have_a_column_for_each_axis), TEST(saved_signals_replace_the_default_set),
        TEST(a_circuit_is_built_by_calls_and_changed_between_runs), TEST(wrong_calls_are_reported),
        TEST(a_wrong_netlist_is_reported_with_its_place), TEST(a_missing_file_is_an_input_error),
        TEST(an_override_replaces_a_parameter), TEST(a_sink_can_end_the_run), TEST(the_host_can_stop_the_run),
        TEST(running_out_of_memory_anywhere_is_a_status), TEST(repeated_runs_do_not_grow),
        TEST(two_circuits_do_not_know_of_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
