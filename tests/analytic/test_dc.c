/* DC sweeps against closed forms: values and their order, branches of circuits with hysteresis, what a sweep leaves behind. */
#include "tests/support/sim.h"

static const double vt = 8.617333262e-5 * 300.15;       /* [V] at 27 C */

/* Appends "list" and the values from a to b and back in n steps each way. */
static void append_loop(char *text, size_t size, double a, double b, int n)
{
    size_t used = strlen(text);
    used += (size_t)snprintf(text + used, size - used, " list");
    for (int k = 0; k <= 2 * n; k++)
        used += (size_t)snprintf(text + used, size - used, " %.9g", a + (b - a) * (k <= n ? k : 2 * n - k) / n);
    snprintf(text + used, size - used, "\n.end\n");
}

/* ---- values ---- */

static void divider_follows_its_source(void **state)
{
    (void)state;
    sim *s = sim_new("divider\nv1 a 0 0\nr1 a b 1k\nr2 b 0 3k\n.dc v1 -2 2 0.25\n");
    int v = sim_signal(s, "v(b)"), i = sim_signal(s, "i(v1)");
    sim_run(s);
    assert_int_equal(s->n, 17);
    for (int k = 0; k < s->n; k++) {
        assert_true(sim_at(s, k, 0) == -2 + 0.25 * k);
        assert_close(sim_at(s, k, v), 0.75 * sim_at(s, k, 0), 1e-12, 1e-15);
        assert_close(sim_at(s, k, i), -sim_at(s, k, 0) / 4e3, 1e-12, 1e-18);
    }
    /* The value of a source is on the right-hand side only: one matrix is factored, once. */
    assert_int_equal(s->io.stats.factor + s->io.stats.refactor, 1);
    assert_int_equal(s->io.stats.points, 17);
    sim_free(s);
}

static void resistor_changes_the_matrix(void **state)
{
    (void)state;
    sim *s = sim_new("divider\nv1 a 0 8\nr1 a b 1k\nr2 b 0 3k\n.dc r2 1k 7k 1k\n");
    int v = sim_signal(s, "v(b)");
    sim_run(s);
    assert_int_equal(s->n, 7);
    for (int k = 0; k < s->n; k++)
        assert_close(sim_at(s, k, v), 8 * (k + 1.0) / (k + 2), 1e-12, 0);
    sim_free(s);
}

/* W(x) exp(W(x)) = x for x > 0, by Newton from above. */
static double lambert(double x)
{
    double w = log1p(x);
    for (int k = 0; k < 100; k++)
        w -= (w - x * exp(-w)) / (1 + w);
    return w;
}

/* v = r i + n vt ln(1 + i/is):  i = (n vt/r) W((is r/n vt) exp((v + is r)/n vt)) - is. */
static void diode_and_resistor_are_the_lambert_function(void **state)
{
    (void)state;
    const double is = 1e-12, n = 1.4, r = 2e3;
    sim *s = sim_new("diode\nv1 a 0 0\nr1 a b 2k\nd1 b 0 dm\n.model dm d(is=1e-12 n=1.4)\n.dc v1 -0.5 3 0.05\n"
                     ".options gmin=0 reltol=1e-9 abstol=1e-18 vntol=1e-12\n");
    int i = sim_signal(s, "i(r1)");
    sim_run(s);
    assert_int_equal(s->n, 71);
    for (int k = 0; k < s->n; k++) {
        double x = is * r / (n * vt), want = n * vt / r * lambert(x * exp((sim_at(s, k, 0) + is * r) / (n * vt))) - is;
        assert_close(sim_at(s, k, i), want, 1e-6, 1e-17);
    }
    sim_free(s);
}

/* Extrapolation along the axis leaves one iteration a point on a smooth curve; from the last solution it takes two. */
static void neighbours_are_good_guesses(void **state)
{
    (void)state;
    sim *s = sim_new("diode\nv1 a 0 0\nr1 a b 2k\nd1 b 0 dm\n.model dm d(is=1e-12)\n.dc v1 1 3 0.01\n.options reltol=1e-6\n");
    sim_run(s);
    assert_int_equal(s->n, 201);
    assert_true(s->io.stats.newton <= s->n + 40);
    sim_free(s);
}

static void three_axes_innermost_first(void **state)
{
    (void)state;
    sim *s = sim_new("three\nv1 a 0 0\nv2 b a 0\nr1 b 0 1k\n.dc v1 0 2 1 v2 10 30 10 r1 list 1k 2k\n");
    int v = sim_signal(s, "v(b)"), i = sim_signal(s, "i(r1)");
    sim_run(s);
    assert_int_equal(s->n, 18);
    for (int k = 0; k < s->n; k++) {
        double v1 = k % 3, v2 = 10 * (1 + k / 3 % 3), r = k < 9 ? 1e3 : 2e3;
        assert_close(sim_at(s, k, 0), v1, 0, 0);
        assert_close(sim_at(s, k, v), v1 + v2, 1e-12, 0);
        assert_close(sim_at(s, k, i), (v1 + v2) / r, 1e-12, 0);
    }
    sim_free(s);
}

static void temperature_reaches_every_device(void **state)
{
    (void)state;
    sim *s = sim_new("temperature\ni1 0 a 1m\nr1 a 0 1k tc1=4m tc2=10u\ni2 0 b 1u\nd1 b 0 dm\n.model dm d(is=1e-14 xti=0 eg=0.1)\n"
                     "r2 c 0 2k tc1=-1m temp=50\ni3 0 c 1m\nb1 d 0 v=temper\n.dc temp -50 150 25\n.options gmin=0 reltol=1e-9 vntol=1e-12\n");
    int r = sim_signal(s, "v(a)"), d = sim_signal(s, "v(b)"), own = sim_signal(s, "v(c)"), b = sim_signal(s, "v(d)");
    sim_run(s);
    assert_int_equal(s->n, 9);
    for (int k = 0; k < s->n; k++) {
        double t = sim_at(s, k, 0), dt = t - 27, u = 8.617333262e-5 * (t + 273.15);
        double is = 1e-14 * exp(((t + 273.15) / 300.15 - 1) * 0.1 / u);
        assert_close(sim_at(s, k, r), 1 + 4e-3 * dt + 1e-5 * dt * dt, 1e-12, 0);
        assert_close(sim_at(s, k, d), u * log1p(1e-6 / is), 1e-6, 0);
        assert_close(sim_at(s, k, own), 2 * (1 - 1e-3 * 23), 1e-12, 0);       /* has its own temperature */
        assert_close(sim_at(s, k, b), t, 1e-12, 1e-12);
    }
    sim_free(s);
}

static void parameters_of_cards_and_instances(void **state)
{
    (void)state;
    static const char net[] = "parameters\ni1 0 a 1m\nr1 a 0 rm r=1k\ni2 0 b 1m\nr2 b 0 rm r=1k tc1=0\n.model rm r(tc1=1m)\n"
                              ".options temp=127\n%s\n";
    char text[400];
    snprintf(text, sizeof text, net, ".dc rm(tc1) 0 4m 1m");
    sim *s = sim_new(text);
    int a = sim_signal(s, "v(a)"), b = sim_signal(s, "v(b)");
    sim_run(s);
    for (int k = 0; k < 5; k++) {
        assert_close(sim_at(s, k, a), 1 + 0.1 * k, 1e-12, 0);
        assert_close(sim_at(s, k, b), 1, 1e-12, 0);                           /* given on the instance */
    }
    sim_free(s);
    snprintf(text, sizeof text, net, ".dc @r2[tc1] 0 4m 1m");
    s = sim_new(text);
    b = sim_signal(s, "v(b)");
    sim_run(s);
    for (int k = 0; k < 5; k++)
        assert_close(sim_at(s, k, b), 1 + 0.1 * k, 1e-12, 0);
    sim_free(s);
}

/* More instances than one tile, of which one changes; they had one column of values in common before. */
static void one_instance_of_many_changes(void **state)
{
    (void)state;
    char text[16384] = "many\nv1 n0 0 300\n";
    for (int k = 0; k < 299; k++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "r%d n%d n%d 1\n", k, k, k + 1);
    strcat(text, "r299 n299 0 1\n.dc r200 1 301 100\n");
    sim *s = sim_new(text);
    int i = sim_signal(s, "i(v1)"), end = sim_signal(s, "v(n200)");
    sim_run(s);
    for (int k = 0; k < s->n; k++) {
        double total = 300 + 100 * k;
        assert_close(sim_at(s, k, i), -300 / total, 1e-9, 0);
        assert_close(sim_at(s, k, end), 300 / total * (100 + 100 * k), 1e-9, 0);
    }
    sim_free(s);
}

/* The last lane of a batch stands for the padding behind it. */
static void last_instance_changes(void **state)
{
    (void)state;
    sim *s = sim_new("last\ni1 0 a 1\nr1 a b 1\nr2 b 0 2\n.dc r2 2 10 4\n");
    int v = sim_signal(s, "v(a)");
    sim_run(s);
    for (int k = 0; k < 3; k++)
        assert_close(sim_at(s, k, v), 3 + 4 * k, 1e-12, 0);
    sim_free(s);
}

/* ---- branches ---- */

/* out = tanh(g (in + b out)): folds where g b (1 - out^2) = 1, at in = -+(b out - atanh(out)/g). */
static void schmitt_trigger_switches_at_the_folds(void **state)
{
    (void)state;
    const double g = 4, b = 0.5, out = sqrt(1 - 1 / (g * b)), fold = b * out - atanh(out) / g, h = 0.004;
    char text[20000] = "schmitt\nvin in 0 0\nb1 out 0 v='tanh(4*(v(in)+0.5*v(out)))'\nr1 out 0 1k\n.dc vin";
    append_loop(text, sizeof text, -1, 1, 500);
    sim *s = sim_new(text);
    int o = sim_signal(s, "v(out)"), turns = 0;
    sim_run(s);
    assert_int_equal(s->n, 1001);
    for (int k = 1; k < s->n; k++) {
        double v = sim_at(s, k, 0), y = sim_at(s, k, o);
        assert_close(y, tanh(g * (v + b * y)), 0, 1e-3);
        if (sim_at(s, k - 1, o) * y >= 0)
            continue;
        turns++;
        double want = k <= 500 ? fold : -fold;
        assert_true(k <= 500 ? v >= want && v <= want + 2 * h : v <= want && v >= want - 2 * h);
    }
    assert_int_equal(turns, 2);
    sim_free(s);
}

static void switch_has_two_thresholds(void **state)
{
    (void)state;
    char text[4000] = "switch\nvc c 0 0\nv1 a 0 1\ns1 a b c 0 sm\nr1 b 0 1k\n.model sm sw(vt=0.1 vh=0.35 ron=1 roff=1g)\n.dc vc";
    append_loop(text, sizeof text, -1, 1, 100);
    sim *s = sim_new(text);
    int o = sim_signal(s, "v(b)");
    sim_run(s);
    for (int k = 0; k < s->n; k++) {
        double v = sim_at(s, k, 0);
        int closed = k <= 100 ? v > 0.45 + 1e-9 : v > -0.25 - 1e-9;
        assert_close(sim_at(s, k, o), closed ? 1000 / 1001.0 : 1e-6, 1e-3, 1e-9);
    }
    sim_free(s);
}

/* Every curve of a family begins as the first one did: not closed because the one before ended closed. */
static void memories_begin_each_curve_as_the_first(void **state)
{
    (void)state;
    sim *s = sim_new("family\nvc c 0 0\nv1 a 0 1\ns1 a b c 0 sm\nr1 b 0 1k\n.model sm sw(vt=0.5 vh=1 ron=1 roff=1g)\n"
                     ".dc vc 0 2 0.25 v1 1 3 1\n");
    int o = sim_signal(s, "v(b)");
    sim_run(s);
    assert_int_equal(s->n, 27);
    for (int k = 0; k < s->n; k++)
        assert_close(sim_at(s, k, o), (1 + k / 9) * (sim_at(s, k, 0) > 1.5 ? 1000 / 1001.0 : 1e-6), 1e-3, 1e-9);
    sim_free(s);
}

/* A threshold selector turns on at vth and off at a lower voltage. */
static void selector_has_hysteresis(void **state)
{
    (void)state;
    char text[8000] = "selector\nv1 a 0 0\nn1 a 0 sel\n.model sel agnp_selector\n.dc v1";
    append_loop(text, sizeof text, 0, 1, 200);
    sim *s = sim_new(text);
    int i = sim_signal(s, "i(n1)"), vth = sim_signal(s, "@n1[vth]"), on = 0, off = 0;
    sim_run(s);
    for (int k = 1; k < s->n; k++) {
        if (!on && sim_at(s, k, i) > 1e-6) on = k;
        if (on && !off && sim_at(s, k, i) < 1e-8) off = k;
    }
    assert_true(on > 0 && on <= 200 && off > 200);
    assert_close(sim_at(s, on, 0), sim_at(s, 0, vth), 0, 0.011);
    assert_true(sim_at(s, off, 0) < 0.6 * sim_at(s, on, 0));
    sim_free(s);
}

static void held_states_are_frozen_and_told_of(void **state)
{
    (void)state;
    sim *s = sim_new("frozen\nv1 a 0 0\nn1 a 0 m\nn2 a 0 m\nr1 a 0 1k\n.model m drift(x0=0.3 ron=100 roff=10k)\n.dc v1 -2 2 1\n");
    int i = sim_signal(s, "i(n1)"), x = sim_signal(s, "@n1[x]");
    sim_run(s);
    for (int k = 0; k < s->n; k++) {
        assert_close(sim_at(s, k, x), 0.3, 1e-12, 0);
        assert_close(sim_at(s, k, i), sim_at(s, k, 0) / (0.3 * 100 + 0.7 * 10e3), 1e-9, 1e-15);
    }
    assert_non_null(strstr(s->reports, "note: the state of 'n1' (drift) and of 1 more device stays at its initial value in .dc; a loop "
                                       "is drawn by .tran"));
    assert_null(strstr(strstr(s->reports, "stays") + 1, "stays"));
    sim_free(s);
}

/* ---- what fails, and what is left behind ---- */

/* v^2 + v + 1 = V has a solution down to V = 3/4. */
static void points_before_a_failure_are_kept(void **state)
{
    (void)state;
    sim *s = sim_new("no solution\nv1 a 0 5\nr1 a b 1k\nb1 b 0 i='1m*(1+v(b)*v(b))'\n.dc v1 2 0 -0.4 r1 1k 2k 1k\n");
    int b = sim_signal(s, "v(b)");
    assert_int_equal(sim_try(s), AG_ENOCONV);
    assert_int_equal(s->n, 4);
    for (int k = 0; k < 4; k++)
        assert_close(sim_at(s, k, b), (sqrt(4 * (2 - 0.4 * k) - 3) - 1) / 2, 1e-3, 1e-4);
    if (!strstr(s->reports, "error: dc at v1 = 0.4 V, r1 = 1000 ohm: no convergence"))
        fail_msg("%s", s->reports);
    assert_non_null(strstr(s->reports, "try a smaller step"));
    sim_free(s);
}

static void a_value_no_device_can_have_ends_the_sweep(void **state)
{
    (void)state;
    sim *s = sim_new("zero ohm\nv1 a 0 5\nr1 a b 1k\nr2 b 0 1k\n.dc r1 2 -2 -1\n");
    assert_int_equal(sim_try(s), AG_ERANGE);
    assert_int_equal(s->n, 2);
    assert_non_null(strstr(s->reports, "r 'r1': r must be at least 1p ohm"));
    sim_free(s);
}

/* After a sweep, completed or not, the circuit is as it was. */
static void everything_is_as_before(void **state)
{
    (void)state;
    sim *s = sim_new("before\nv1 a 0 5 sin(1 1 1k)\nr1 a b rm r=1k\nd1 b 0 dm\n.model dm d(is=1e-14)\n.model rm r(tc1=1m)\n.op\n"
                     ".dc v1 0 1 0.5 temp 0 50 25 dm(is) 1e-15 1e-13 49.5e-15\n.dc rm(tc1) 0 1m 0.5m r1 1 3 1\n.dc r1 1 -1 -1\n");
    int b = sim_signal(s, "v(b)"), i = sim_signal(s, "i(v1)");
    sim_run(s);
    double v0 = sim_last(s, b), i0 = sim_last(s, i);
    for (int k = 1; k < 4; k++) {
        ag_run_io io = { .point = NULL };
        assert_int_equal(ag_analysis_run(s->c, &s->c->plan.analysis[k], &io), k < 3 ? AG_OK : AG_ERANGE);
        sim_run(s);
        assert_true(sim_last(s, b) == v0 && sim_last(s, i) == i0);
    }
    sim_free(s);
}

/* Sources stand at dc where it is given, waveforms at their beginning elsewhere; a swept one has the swept value. */
static void waveforms_do_not_matter_at_rest(void **state)
{
    (void)state;
    static const char net[] = "rest\nv1 a 0 dc 2 sin(5 1 1k)\nv2 b 0 pulse(3 4 0 1n 1n 1u 2u)\nv3 c 0 7\ni1 0 d dc 1m pwl(0 4m 1u 5m)\nr1 d 0 1k\n";
    static const char *const signal[] = { "v(a)", "v(b)", "v(c)", "v(d)" };
    static const struct { const char *card; double v[4]; } row[] = {
        { ".op", { 2, 3, 7, 1 } }, { ".dc v3 8 8 1", { 2, 3, 8, 1 } }, { ".dc v1 9 9 1", { 9, 3, 7, 1 } }, { ".dc v2 9 9 1", { 2, 9, 7, 1 } },
        { ".dc i1 9m 9m 1", { 2, 3, 7, 9 } }, { ".tran 1n 1n", { 5, 3, 7, 4 } },
    };
    for (size_t k = 0; k < sizeof row / sizeof *row; k++) {
        char text[600];
        snprintf(text, sizeof text, "%s%s\n", net, row[k].card);
        sim *s = sim_new(text);
        int column[4];
        for (int j = 0; j < 4; j++)
            column[j] = sim_signal(s, signal[j]);
        sim_run(s);
        for (int j = 0; j < 4; j++)
            assert_close(sim_at(s, 0, column[j]), row[k].v[j], 1e-9, 0);
        sim_free(s);
    }
}

static int stop_at_half(void *self, double fraction, double time)
{
    (void)self;
    assert_true(isnan(time));
    return fraction >= 0.5;
}

static void the_host_can_stop_it(void **state)
{
    (void)state;
    sim *s = sim_new("stopped\nv1 a 0 5\nr1 a 0 1k\n.dc v1 0 1 1m\n");
    ag_run_io io = { .progress = stop_at_half };
    assert_int_equal(ag_analysis_run(s->c, &s->c->plan.analysis[0], &io), AG_ESTOPPED);
    assert_true(io.stats.points >= 500 && io.stats.points < 600);
    sim_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(divider_follows_its_source),
        cmocka_unit_test(resistor_changes_the_matrix),
        cmocka_unit_test(diode_and_resistor_are_the_lambert_function),
        cmocka_unit_test(neighbours_are_good_guesses),
        cmocka_unit_test(three_axes_innermost_first),
        cmocka_unit_test(temperature_reaches_every_device),
        cmocka_unit_test(parameters_of_cards_and_instances),
        cmocka_unit_test(one_instance_of_many_changes),
        cmocka_unit_test(last_instance_changes),
        cmocka_unit_test(schmitt_trigger_switches_at_the_folds),
        cmocka_unit_test(switch_has_two_thresholds),
        cmocka_unit_test(memories_begin_each_curve_as_the_first),
        cmocka_unit_test(selector_has_hysteresis),
        cmocka_unit_test(held_states_are_frozen_and_told_of),
        cmocka_unit_test(points_before_a_failure_are_kept),
        cmocka_unit_test(a_value_no_device_can_have_ends_the_sweep),
        cmocka_unit_test(everything_is_as_before),
        cmocka_unit_test(waveforms_do_not_matter_at_rest),
        cmocka_unit_test(the_host_can_stop_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
