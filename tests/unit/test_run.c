/* The run layer: the output grid, and a whole run whose memory ends at any allocation. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#include "run/grid.h"
#include "run/run.h"
#include "tests/support/heap.h"
#include "tests/support/points.h"

typedef struct rows { int n; double t[64], y[64]; } rows;

static ag_status keep(void *self, const double *row)
{
    rows *r = self;
    if (r->n < 64) {
        r->t[r->n] = row[0];
        r->y[r->n] = row[1];
    }
    r->n++;
    return AG_OK;
}

static void send(points *p, ag_analysis a, rows *r, const double (*row)[2], int n)
{
    ag_grid g;
    *r = (rows){ .n = 0 };
    assert_int_equal(ag_grid_init(&g, p->c, &a, p->c->arena), AG_OK);
    g.point = keep;
    g.self = r;
    for (int k = 0; k < n; k++)
        assert_int_equal(ag_grid_point(&g, row[k]), AG_OK);
}

static void grid_rows_are_interpolated_between_points(void **state)
{
    static const double row[][2] = { { 0, 0 }, { 0.25, 1 }, { 0.75, 3 }, { 2.5, 10 }, { 3, 10 } };
    static const double want[] = { 0, 2, 4, 6, 8, 10, 10 };
    points p;
    rows   r;
    (void)state;
    points_new(&p);
    points_probe(&p, "v(y)", "V");
    send(&p, (ag_analysis){ .kind = AG_TRAN, .tstep = 0.5, .tstop = 3 }, &r, row, 5);
    assert_int_equal(r.n, 7);
    for (int k = 0; k < 7; k++) {
        assert_close(r.t[k], 0.5 * k, 0, 1e-15);
        assert_close(r.y[k], want[k], 1e-12, 0);
    }
    points_free(&p);
}

static void the_end_is_on_every_grid(void **state)
{
    static const double row[][2] = { { 1, 1 }, { 2.05, 2.05 } };
    points p;
    rows   r;
    (void)state;
    points_new(&p);
    points_probe(&p, "v(y)", "V");
    send(&p, (ag_analysis){ .kind = AG_TRAN, .tstep = 0.3, .tstart = 1, .tstop = 2.05 }, &r, row, 2);
    assert_int_equal(r.n, 5);
    assert_close(r.t[3], 1.9, 1e-12, 0);
    assert_close(r.t[4], 2.05, 0, 0);
    assert_close(r.y[4], 2.05, 0, 0);
    points_free(&p);
}

static void many_steps_do_not_drift(void **state)
{
    points p;
    rows   r;
    (void)state;
    points_new(&p);
    points_probe(&p, "v(y)", "V");
    double row[][2] = { { 0, 0 }, { 1e-3, 1 } };
    send(&p, (ag_analysis){ .kind = AG_TRAN, .tstep = 1e-9, .tstop = 1e-3 }, &r, row, 2);
    assert_int_equal(r.n, 1000001);
    points_free(&p);
}

static void a_senseless_grid_is_refused(void **state)
{
    points  p;
    ag_grid g;
    ag_analysis a = { .kind = AG_TRAN, .tstep = 1e-30, .tstop = 1 };
    (void)state;
    points_new(&p);
    assert_int_equal(ag_grid_init(&g, p.c, &a, p.c->arena), AG_ERANGE);
    assert_non_null(strstr(p.reports, "larger TSTEP"));
    points_free(&p);
}

static const char single[] =
    "t\nv1 in 0 pulse(0 1 0 1n 1n 1 2)\nr1 in out 1k\nc1 out 0 1n\n.op\n.tran 50n 2u\n.options interp=1\n"
    ".print tran v(out) v(in,out)\n.probe tran i(r1)*2\n.measure tran m max v(out)\n.measure tran w when v(out)=0.5 rise=1\n"
    ".measure tran q param='m*w'\n.pulses r1 read=0.1\n.end\n";

static const char repeated[] =
    "t\nv1 in 0 dc {a}\nr1 in out {r}\nn1 out 0 vt\n.model vt vteam()\n.op\n.tran 50n 1u sweep a 1 2 1\n.step param r list 1k 2k\n"
    ".param a=1\n.print tran v(out)\n.measure tran m max v(out)\n.pulses n1\n.end\n";

static const char swept[] =
    "t\n.param p=1\nv1 in 0 0\nr1 in out {1k*p}\nd1 out 0 dd\ns1 out 0 in 0 sm\n.model dd d(is=1f)\n.model sm sw(vt=0.6 vh=0.1)\n"
    ".dc v1 0 1 0.5 temp 0 50 50\n.dc v1 0 1 1 p 1 2 1 dd(is) 1f 2f 1f\n.print dc v(out)\n.measure dc m max v(out)\n.end\n";

static ag_status whole_run(heap *m, const char *netlist, char *const path[3], FILE *log)
{
    ag_host         h = heap_host(m);
    ag_circuit     *c = ag_circuit_new(&h);
    ag_run_settings s = { .log = log, .raw = path[0], .csv = path[1], .json = path[2], .stats = 1, .ltspice = 1 };
    ag_status       status = c ? ag_read_text(c, "t", netlist) : AG_ENOMEM;
    if (!status)
        status = ag_run_plan(c, &s);
    ag_circuit_free(c);
    return status;
}

static int files_open(void)
{
    int n = 0;
    for (int k = 0; k < 256; k++)
        n += fcntl(k, F_GETFD) != -1;
    return n;
}

/* Every allocation fails once. */
static void fail_everywhere(const char *netlist)
{
    char  folder[] = "/tmp/agspice-test-XXXXXX", name[4][64];
    heap  m = { 0 };
    assert_non_null(mkdtemp(folder));
    char *const end[] = { "x.raw", "x.csv", "x.json", "x.pulses.csv" };
    for (int k = 0; k < 4; k++)
        snprintf(name[k], sizeof name[k], "%s/%s", folder, end[k]);
    char *const path[3] = { name[0], name[1], name[2] };
    FILE *log = fopen("/dev/null", "w");
    assert_int_equal(whole_run(&m, netlist, path, log), AG_OK);
    assert_int_equal(m.in_use, 0);
    long calls = m.calls;
    int  open = files_open();
    for (long k = 1; k <= calls; k++) {
        m = (heap){ .fail_at = k };
        assert_int_equal(whole_run(&m, netlist, path, log), AG_ENOMEM);
        assert_int_equal(m.in_use, 0);
        assert_int_equal(files_open(), open);
    }
    fclose(log);
    for (int k = 0; k < 4; k++)
        unlink(name[k]);
    assert_int_equal(rmdir(folder), 0);
}

static void memory_that_ends_anywhere_leaves_no_memory_and_no_file_behind(void **state)
{
    (void)state;
    fail_everywhere(single);
}

static void the_same_holds_for_repeated_runs(void **state)
{
    (void)state;
    fail_everywhere(repeated);
}

static void the_same_holds_for_sweeps(void **state)
{
    (void)state;
    fail_everywhere(swept);
}

static void a_plan_without_analysis_is_refused(void **state)
{
    points p;
    (void)state;
    points_new(&p);
    assert_int_equal(ag_run_plan(p.c, &(ag_run_settings){ .log = stdout }), AG_ESYNTAX);
    assert_non_null(strstr(p.reports, "asks for no analysis"));
    points_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grid_rows_are_interpolated_between_points), cmocka_unit_test(the_end_is_on_every_grid),
        cmocka_unit_test(many_steps_do_not_drift), cmocka_unit_test(a_senseless_grid_is_refused),
        cmocka_unit_test(memory_that_ends_anywhere_leaves_no_memory_and_no_file_behind),
        cmocka_unit_test(the_same_holds_for_repeated_runs), cmocka_unit_test(the_same_holds_for_sweeps),
        cmocka_unit_test(a_plan_without_analysis_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
