/* Pulses of waveforms made by hand: a conductance g (changed by writes) under trapezoidal pulses. */
#include "tests/support/points.h"
#include "waveforms/pulses.h"

enum { V, I, G };

typedef struct corner { double t, v, i, g; } corner;

static ag_pulse_list find(points *p, const corner *c, int n, ag_pulses request)
{
    ag_pulses *r = AG_NEW(p->c->arena, ag_pulses, 1);
    ag_pulse_list list;
    points_probe(p, "v(n1)", "V");
    points_probe(p, "i(n1)", "A");
    points_probe(p, "@n1[g]", "S");
    points_begin(p);
    for (int k = 0; k < n; k++)
        ag_memory_point(p->m, (double[]){ c[k].t, c[k].v, c[k].i, c[k].g });
    request.device = "n1";
    request.v = V;
    request.i = I;
    request.g = G;
    if (request.vmin == 0)
        request.vmin = 1e-3;
    if (request.recover == 0)
        request.recover = 0.1;
    *r = request;
    ag_pulses_find(r, p->m, p->c->arena, &list);
    return list;
}

static const ag_pulses whole = { .from = NAN, .to = NAN, .read = NAN };
static const ag_pulses with_read = { .from = NAN, .to = NAN, .read = 5e-3 };
#define N(a) ((int)(sizeof a / sizeof *a))

/* The first write starts at 0 V and ends at the read level, the second starts and ends there: the usual protocol. */
static const corner protocol[] = {
    { 0, 0, 0, 1 }, { 10, 0, 0, 1 }, { 12, -0.3, -0.6, 2 }, { 20, -0.3, -0.6, 2 }, { 22, 5e-3, 0.05, 2 },
    { 23, 5e-3, 0.03, 2 }, { 27, 5e-3, 0.01, 2 }, { 60, 5e-3, 0.01, 2 },
    { 62, -0.3, -1.2, 4 }, { 70, -0.3, -1.2, 4 }, { 72, 5e-3, 0.02, 4 }, { 120, 5e-3, 0.02, 4 },
};

static void writes_and_reads_of_the_protocol(void **state)
{
    points p;
    (void)state;
    points_new(&p);
    ag_pulse_list l = find(&p, protocol, N(protocol), with_read);
    assert_int_equal(l.n, 4);
    for (int k = 0; k < 4; k++)
        assert_int_equal(l.pulse[k].write, k % 2 == 0);
    /* 1 mV from the baseline on an edge of 0.3 V (0.305 V) in 2 s. */
    assert_close(l.pulse[0].t_start, 10 + 2 * 1e-3 / 0.3, 1e-12, 0);
    assert_close(l.pulse[0].t_start + l.pulse[0].width, 22 - 2 * 1e-3 / 0.305, 1e-12, 0);
    assert_close(l.pulse[2].t_start, 60 + 2 * 1e-3 / 0.305, 1e-12, 0);
    assert_close(l.pulse[0].v_peak, -0.3, 0, 0);
    assert_close(l.pulse[0].i_peak, -0.6, 0, 0);
    /* The read in between lasts from the end of one write to the start of the other. */
    assert_close(l.pulse[1].t_start, l.pulse[0].t_start + l.pulse[0].width, 1e-12, 0);
    assert_close(l.pulse[1].t_start + l.pulse[1].width, l.pulse[2].t_start, 1e-12, 0);
    points_free(&p);
}

static void conductances_before_and_after(void **state)
{
    points p;
    (void)state;
    points_new(&p);
    ag_pulse_list l = find(&p, protocol, N(protocol), with_read);
    assert_close(l.pulse[0].g_before, 1, 0, 0);
    assert_close(l.pulse[0].g_after, 2, 0, 0);
    assert_close(l.pulse[2].g_before, 2, 0, 0);
    assert_close(l.pulse[2].g_after, 4, 0, 0);
    points_free(&p);
}

static void energy_and_charge_are_integrals_over_the_pulse(void **state)
{
    points p;
    (void)state;
    points_new(&p);
    ag_pulse_list l = find(&p, protocol, N(protocol), with_read);
    /* Flat 8 s at 0.18 W; on the edges v and i are linear, from 1 mV and 2 mA at the start, and their product is not. */
    double a = 1e-3 / 0.3, b = 1e-3 / 0.305, iend = 0.05 - b * 0.65, vend = 5e-3 - 1e-3;
    double up = 0.18 + 1e-3 * 2e-3 - (0.3 - 1e-3) * (0.6 - 2e-3) / 3, down = 0.18 + iend * vend - (0.3 + vend) * (0.6 + iend) / 3;
    assert_close(l.pulse[0].energy, 8 * 0.18 + (1 - a) * up + (1 - b) * down, 1e-9, 0);
    assert_close(l.pulse[0].charge, -(8 * 0.6 + 2 * (1 - a) * (0.6 + 2e-3) / 2 + 2 * (1 - b) * (0.6 - iend) / 2), 1e-9, 0);
    points_free(&p);
}

static void recovery_ends_when_the_current_stays_near_its_settled_value(void **state)
{
    points p;
    (void)state;
    points_new(&p);
    ag_pulse_list l = find(&p, protocol, N(protocol), with_read);
    /* 10 % above 0.01 A is passed between 23 s (0.03) and 27 s (0.01), at 26.8 s. */
    assert_close(l.pulse[0].t_recover, 26.8 - (l.pulse[0].t_start + l.pulse[0].width), 1e-9, 0);
    assert_true(isnan(l.pulse[1].t_recover));
    points_free(&p);
}

/* 1 V and 1 mA, up and down: the integral of t^2 on each edge is a third of its length. */
static void energy_of_a_trapezoid_at_a_resistor_is_exact(void **state)
{
    static const corner c[] = { { 0, 0, 0, 1 }, { 1, 0, 0, 1 }, { 2, 1, 1e-3, 1 }, { 5, 1, 1e-3, 1 }, { 7, 0, 0, 1 }, { 8, 0, 0, 1 } };
    points    p;
    ag_pulses r = whole;
    (void)state;
    points_new(&p);
    r.vmin = 1e-6;
    ag_pulse_list l = find(&p, c, N(c), r);
    assert_close(l.pulse[0].energy, 1e-3 * (3 + 3.0 / 3), 1e-9, 0);
    points_free(&p);
}

/* A read that ends inside the run: what counts is its plateau, not its falling edge, wherever points lie on that. */
static void a_read_settles_at_the_end_of_its_plateau(void **state)
{
    static const corner c[] = {
        { 0, 0, 0, 1 }, { 1, 0, 0, 1 }, { 2, 1, 1, 1 }, { 3, 1, 1, 1 }, { 4, 0, 0, 5 },
        { 10, 0, 0, 5 }, { 11, 0.01, 0.03, 5 }, { 13, 0.01, 0.011, 5 }, { 20, 0.01, 0.01, 6 },
        { 20.1, 9e-3, 9e-3, 7 }, { 20.5, 5e-3, 5e-3, 8 }, { 20.8, 2e-3, 2e-3, 9 }, { 21, 0, 0, 10 }, { 30, 0, 0, 11 },
    };
    points    p;
    ag_pulses r = whole;
    (void)state;
    points_new(&p);
    r.read = 0.02;
    ag_pulse_list l = find(&p, c, N(c), r);
    assert_int_equal(l.n, 2);
    assert_close(l.pulse[0].g_after, 6, 0, 0);
    assert_close(l.pulse[1].g_after, 6, 0, 0);
    /* 0.01 A and 10 %: passed at 13 s, 9.001 s behind the end of the write, vmin before 4 s. */
    assert_close(l.pulse[0].t_recover, 13 - (4 - 1e-3), 1e-9, 0);
    points_free(&p);
}

static void a_peak_above_the_read_level_is_a_write(void **state)
{
    corner    c[] = { { 0, 0, 0, 1 }, { 1, 0, 0, 1 }, { 2, 20.5e-3, 1, 1 }, { 3, 20.5e-3, 1, 1 }, { 4, 0, 0, 1 }, { 5, 0, 0, 1 } };
    points    p;
    ag_pulses r = whole;
    (void)state;
    r.read = 20e-3;
    for (int is_read = 0; is_read < 2; is_read++) {
        c[2].v = c[3].v = is_read ? 20e-3 : 20.5e-3;
        points_new(&p);
        ag_pulse_list l = find(&p, c, N(c), r);
        assert_int_equal(l.n, 1);
        assert_int_equal(l.pulse[0].write, !is_read);
        assert_close(l.pulse[0].t_start, 1 + 1e-3 / c[2].v, 1e-9, 0);
        points_free(&p);
    }
}

static void from_and_to_limit_what_is_looked_at(void **state)
{
    points p;
    ag_pulses r = with_read;
    (void)state;
    points_new(&p);
    r.from = 30;
    r.to = 100;
    ag_pulse_list l = find(&p, protocol, N(protocol), r);
    assert_int_equal(l.n, 3);
    assert_false(l.pulse[0].write);
    assert_close(l.pulse[0].t_start, 30, 0, 0);
    assert_true(l.pulse[1].write);
    assert_close(l.pulse[2].t_start + l.pulse[2].width, 100, 1e-14, 0);
    points_free(&p);
    /* Ends on the plateau and on the edge of the first write: v and i are interpolated there. */
    r.from = 15;
    r.to = 21;
    points_new(&p);
    l = find(&p, protocol, N(protocol), r);
    assert_int_equal(l.n, 1);
    assert_close(l.pulse[0].t_start, 15, 0, 0);
    assert_close(l.pulse[0].width, 6, 1e-14, 0);
    assert_close(l.pulse[0].charge, -5 * 0.6 - (0.6 + 0.275) / 2, 1e-12, 0);
    r.from = 130;
    r.to = 140;
    points_free(&p);
    points_new(&p);
    assert_int_equal(find(&p, protocol, N(protocol), r).n, 0);
    points_free(&p);
}

/* Reads from 0 V between writes from 0 V; the write's conductance afterwards is the one of its read. */
static void reads_that_start_and_end_at_zero(void **state)
{
    static const corner c[] = {
        { 0, 0, 0, 1 }, { 1, 0, 0, 1 }, { 2, 1, 1, 1 }, { 3, 1, 1, 1 }, { 4, 0, 0, 5 },
        { 6, 0, 0, 5 }, { 7, 0.1, 0.5, 6 }, { 9, 0.1, 0.5, 6 }, { 10, 0, 0, 7 }, { 15, 0, 0, 7 },
    };
    points p;
    ag_pulses r = whole;
    (void)state;
    points_new(&p);
    r.read = 0.1;
    ag_pulse_list l = find(&p, c, N(c), r);
    assert_int_equal(l.n, 2);
    assert_true(l.pulse[0].write);
    assert_false(l.pulse[1].write);
    assert_close(l.pulse[1].t_start, 6.01, 1e-12, 0);
    assert_close(l.pulse[1].width, 3.98, 1e-12, 0);
    assert_close(l.pulse[0].g_after, 6, 0, 0);
    points_free(&p);
}

static void a_swing_through_zero_is_two_pulses(void **state)
{
    enum { POINTS = 401 };
    corner *c = calloc(POINTS, sizeof *c);
    points  p;
    (void)state;
    for (int k = 0; k < POINTS; k++) {
        double t = k * 0.01, v = sin(acos(-1) * t);
        c[k] = (corner){ t, v, 2 * v, 2 };
    }
    points_new(&p);
    ag_pulse_list l = find(&p, c, POINTS, whole);
    assert_int_equal(l.n, 4);
    for (int k = 0; k < 4; k++) {
        assert_close(l.pulse[k].v_peak, k % 2 ? -1 : 1, 1e-12, 0);
        assert_close(l.pulse[k].t_start, k, 0, 1e-3);
        assert_close(l.pulse[k].width, 1, 1e-3, 0);
        assert_close(l.pulse[k].energy, 1, 2e-4, 0);       /* 2 sin^2 over half a period; trapezoidal, 100 points */
    }
    points_free(&p);
    free(c);
}

/* Line resistance and capacitance: the edge decays and leaves a small tail, which is not a read. */
static void the_tail_of_an_exponential_edge_belongs_to_the_pulse(void **state)
{
    enum { POINTS = 400 };
    corner *c = calloc(POINTS, sizeof *c);
    points  p;
    (void)state;
    for (int k = 0; k < POINTS; k++) {
        double t = k * 0.1, v = t < 1 ? 0 : t < 20 ? 1 - exp(1 - t) : (1 - exp(-19)) * exp(20 - t);
        c[k] = (corner){ t, v, v, 1 };
    }
    points_new(&p);
    ag_pulse_list l = find(&p, c, POINTS, whole);
    assert_int_equal(l.n, 1);
    assert_close(l.pulse[0].t_start, 1, 0, 2e-3);
    assert_close(l.pulse[0].t_start + l.pulse[0].width, 20 + log(1000), 0, 0.1);
    points_free(&p);
    free(c);
}

static void a_pulse_that_the_run_cuts_is_kept(void **state)
{
    static const corner c[] = { { 0, 1, 1, 1 }, { 1, 1, 1, 1 }, { 1.5, 0, 0, 1 }, { 3, 0, 0, 1 }, { 3.5, 1, 1, 1 }, { 5, 1, 1, 2 } };
    points p;
    (void)state;
    points_new(&p);
    ag_pulse_list l = find(&p, c, N(c), whole);
    assert_int_equal(l.n, 2);
    assert_close(l.pulse[0].t_start, 0, 0, 0);
    assert_close(l.pulse[1].t_start + l.pulse[1].width, 5, 1e-14, 0);
    assert_close(l.pulse[1].g_after, 2, 0, 0);
    assert_true(isnan(l.pulse[1].t_recover));
    points_free(&p);
}

static void nothing_happens_nothing_is_found(void **state)
{
    static const corner quiet[] = { { 0, 0, 0, 1 }, { 1, 5e-4, 0, 1 }, { 2, -5e-4, 0, 1 } };
    points p;
    (void)state;
    points_new(&p);
    assert_int_equal(find(&p, quiet, 3, whole).n, 0);
    points_free(&p);
    points_new(&p);
    assert_int_equal(find(&p, quiet, 0, whole).n, 0);
    points_free(&p);
    points_new(&p);
    const corner odd[] = { { 0, NAN, 0, 1 }, { 1, INFINITY, NAN, 1 }, { 2, NAN, 0, 1 }, { 2, 3, 0, 1 }, { 2, 0, 0, 1 } };
    assert_true(find(&p, odd, 5, whole).n >= 1);
    points_free(&p);
}

static void csv_lists_the_columns_of_the_contract(void **state)
{
    points p;
    char   path[] = "/tmp/agspice-test-XXXXXX", line[256];
    (void)state;
    points_new(&p);
    fclose(fdopen(mkstemp(path), "w"));
    ag_pulse_list l = find(&p, protocol, N(protocol), with_read);
    ag_outfile    f;
    assert_int_equal(ag_outfile_open(&f, p.c->diag, path), AG_OK);
    assert_int_equal(ag_pulses_csv_head(&f, NULL, 0), AG_OK);
    assert_int_equal(ag_pulses_csv(&l, 1, NULL, 0, &f), AG_OK);
    assert_int_equal(ag_outfile_close(&f), AG_OK);
    FILE *in = fopen(path, "r");
    assert_non_null(fgets(line, sizeof line, in));
    assert_string_equal(line, "device,index,kind,t_start,width,v_peak,i_peak,charge,energy,g_before,g_after,t_recover\n");
    assert_non_null(fgets(line, sizeof line, in));
    assert_memory_equal(line, "n1,1,write,", 11);
    assert_close(strtod(line + 11, NULL), l.pulse[0].t_start, 0, 0);
    assert_non_null(fgets(line, sizeof line, in));
    assert_memory_equal(line, "n1,2,read,", 10);
    assert_non_null(strstr(line, ",nan\n"));
    fclose(in);
    remove(path);
    points_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_and_reads_of_the_protocol), cmocka_unit_test(conductances_before_and_after),
        cmocka_unit_test(energy_and_charge_are_integrals_over_the_pulse),
        cmocka_unit_test(recovery_ends_when_the_current_stays_near_its_settled_value),
        cmocka_unit_test(energy_of_a_trapezoid_at_a_resistor_is_exact), cmocka_unit_test(a_read_settles_at_the_end_of_its_plateau),
        cmocka_unit_test(a_peak_above_the_read_level_is_a_write), cmocka_unit_test(from_and_to_limit_what_is_looked_at), cmocka_unit_test(reads_that_start_and_end_at_zero),
        cmocka_unit_test(a_swing_through_zero_is_two_pulses), cmocka_unit_test(the_tail_of_an_exponential_edge_belongs_to_the_pulse),
        cmocka_unit_test(a_pulse_that_the_run_cuts_is_kept), cmocka_unit_test(nothing_happens_nothing_is_found),
        cmocka_unit_test(csv_lists_the_columns_of_the_contract),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
