/* Linear circuits against their closed forms: accuracy at a tolerance, convergence with it, order of each method. */
#include "tests/support/sim.h"

static const char *const methods[] = { "trbdf2", "trap", "gear" };

/* Largest deviation of a column from exact(t) over all points. */
typedef double exact_fn(double t);
static double deviation(const sim *s, int column, exact_fn *exact)
{
    double top = 0;
    for (int i = 0; i < s->n; i++)
        top = fmax(top, fabs(sim_at(s, i, column) - exact(sim_at(s, i, 0))));
    return top;
}

static double error_of(const char *netlist, const char *options, const char *signal, exact_fn *exact)
{
    char text[2048];
    snprintf(text, sizeof text, "%s.options %s\n.end\n", netlist, options);
    sim *s = sim_new(text);
    int k = sim_signal(s, signal);
    sim_run(s);
    double e = deviation(s, k, exact);
    sim_free(s);
    return e;
}

/* ---- step responses over ten time constants or periods --------------------------------------------------------- */

static const char rc[] = "rc step\nv1 in 0 1\nr1 in out 1k\nc1 out 0 1n ic=0\n.tran 10n 10u uic\n";
static double rc_exact(double t) { return 1 - exp(-t / 1e-6); }

/* L = 1 mH, C = 1 nF: w0 = 1e6 rad/s; damping ratio z by R = 2 z sqrt(L/C). v(out) of the series circuit. */
static double zeta;
static double rlc_exact(double t)
{
    double w = 1e6, s = zeta * w;
    if (zeta < 1) {
        double wd = w * sqrt(1 - zeta * zeta);
        return 1 - exp(-s * t) * (cos(wd * t) + s / wd * sin(wd * t));
    }
    if (zeta > 1) {
        double d = w * sqrt(zeta * zeta - 1), a = s - d, b = s + d;
        return 1 - (b * exp(-a * t) - a * exp(-b * t)) / (b - a);
    }
    return 1 - exp(-w * t) * (1 + w * t);
}
static const char *rlc(double z)
{
    static char text[512];
    zeta = z;
    snprintf(text, sizeof text, "rlc step\nv1 in 0 1\nr1 in a %.17g\nl1 a out 1m ic=0\nc1 out 0 1n ic=0\n"
             ".tran 0.1u 62.831853u uic\n", 2 * z * 1e3);
    return text;
}

static void check_accuracy(const char *netlist, const char *signal, exact_fn *exact, double peak)
{
    assert_true(error_of(netlist, "reltol=1e-3", signal, exact) < 5e-3 * peak);
    assert_true(error_of(netlist, "reltol=1e-6", signal, exact) < 1e-4 * peak);
}

static void check_convergence(const char *netlist, const char *signal, exact_fn *exact)
{
    for (int m = 0; m < 3; m++) {
        double last = INFINITY;
        for (int k = 3; k <= 7; k++) {
            char options[64];
            snprintf(options, sizeof options, "method=%s reltol=1e-%d vntol=1e-9 abstol=1e-15", methods[m], k);
            double e = error_of(netlist, options, signal, exact);
            if (!(e < last))
                fail_msg("%s: error %g at reltol 1e-%d is not below %g", methods[m], e, k, last);
            last = e;
        }
    }
}

static void rc_step_is_accurate(void **state) { (void)state; check_accuracy(rc, "v(out)", rc_exact, 1); }
static void rc_error_falls_with_every_decade_of_reltol(void **state) { (void)state; check_convergence(rc, "v(out)", rc_exact); }

static void rlc_step_is_accurate_in_all_dampings(void **state)
{
    (void)state;
    static const double z[] = { 0.3, 0.7, 1, 3 };
    for (int k = 0; k < 4; k++)
        check_accuracy(rlc(z[k]), "v(out)", rlc_exact, 1);
}
static void rlc_error_falls_with_every_decade_of_reltol(void **state)
{
    (void)state;
    check_convergence(rlc(0.3), "v(out)", rlc_exact);
}

/* ---- fixed steps: order ------------------------------------------------------------------------------------------ */

/* Error at the end of a run of n fixed steps. */
static double fixed_error(const char *netlist, const char *method, double tstop, int n, const char *signal, exact_fn *exact)
{
    char text[2048];
    snprintf(text, sizeof text, "%s.tran %.17g %.17g uic\n.options method=%s fixedstep=1 reltol=1e-9 vntol=1e-12 abstol=1e-18\n",
             netlist, tstop / n, tstop, method);
    sim *s = sim_new(text);
    int k = sim_signal(s, signal);
    sim_run(s);
    assert_close(s->n, n + 1, 0, 0.5);
    double e = fabs(sim_last(s, k) - exact(sim_at(s, s->n - 1, 0)));
    sim_free(s);
    return e;
}

static void every_method_is_of_second_order(void **state)
{
    (void)state;
    static const char net[] = "order\nv1 in 0 1\nr1 in out 1k\nc1 out 0 1n ic=0\n";
    for (int m = 0; m < 3; m++) {
        double coarse = fixed_error(net, methods[m], 1e-6, 40, "v(out)", rc_exact);
        double fine = fixed_error(net, methods[m], 1e-6, 160, "v(out)", rc_exact);
        double order = log(coarse / fine) / log(4);
        if (!(order > 1.85 && order < 2.3))
            fail_msg("%s: order %g (errors %g, %g)", methods[m], order, coarse, fine);
    }
}

/* A sine through RC, twenty time constants after the start, whose steps are of second order: of them nothing is left. */
static double rc_sine(double t)
{
    double w = 6.283185307179586e6, tau = 1e-7, wt = w * tau;
    return (sin(w * t) - wt * cos(w * t) + wt * exp(-t / tau)) / (1 + wt * wt);
}

static void gear_has_the_order_of_maxord(void **state)
{
    (void)state;
    static const char net[] = "order\nv1 in 0 sin(0 1 1meg)\nr1 in out 100\nc1 out 0 1n ic=0\n";
    for (int k = 1; k <= 5; k++) {
        char method[32];
        snprintf(method, sizeof method, "gear maxord=%d", k);
        double coarse = fixed_error(net, method, 2.1e-6, 210, "v(out)", rc_sine);
        double fine = fixed_error(net, method, 2.1e-6, 420, "v(out)", rc_sine);
        double order = log2(coarse / fine);
        if (!(order > k - 0.2 && order < k + 0.3))
            fail_msg("maxord=%d: order %g (errors %g, %g)", k, order, coarse, fine);
    }
}

/* A smooth waveform to many digits takes fewer steps at a higher order, and the energy still adds up. */
static void higher_orders_take_fewer_steps(void **state)
{
    long steps[6] = { 0 };
    (void)state;
    for (int k = 1; k <= 5; k++) {
        char text[256];
        snprintf(text, sizeof text, "decay\nr1 a 0 1k\nc1 a 0 1n ic=1\nl1 a b 1u ic=0\nr2 b 0 1k\n.tran 1n 10u 0 10u uic\n"
                 ".options method=gear maxord=%d reltol=%s\n", k, k == 1 ? "1e-5" : "1e-8");
        sim *s = sim_new(text);
        int  v = sim_signal(s, "v(a)");
        sim_run(s);
        steps[k] = s->io.stats.steps;
        assert_close(sim_last(s, v), 0, 0, 1e-6);
        sim_free(s);
    }
    assert_true(2 * steps[3] < steps[2]);
    assert_true(steps[5] <= steps[3]);
}

/* Undamped LC, w = 1e6 rad/s, started with 1 V: phase and amplitude after ten cycles from v and i together. */
static void lc_phase_and_amplitude_errors_fall_as_h_squared(void **state)
{
    (void)state;
    static const double period = 6.2831853071795862e-6;
    for (int m = 0; m < 3; m++) {
        double phase[2], loss[2];
        for (int k = 0; k < 2; k++) {
            char text[512];
            snprintf(text, sizeof text, "lc\nl1 a 0 1m ic=0\nc1 a 0 1n ic=1\n.tran %.17g %.17g uic\n"
                     ".options method=%s fixedstep=1 reltol=1e-9 vntol=1e-12 abstol=1e-18\n",
                     period / (200 << k), 10 * period, methods[m]);
            sim *s = sim_new(text);
            int v = sim_signal(s, "v(a)"), i = sim_signal(s, "i(l1)");
            sim_run(s);
            double cosine = sim_last(s, v), sine = sim_last(s, i) * 1e3;     /* v = cos wt, i sqrt(L/C) = sin wt */
            phase[k] = fabs(atan2(sine, cosine));
            loss[k] = fabs(1 - hypot(cosine, sine));
            sim_free(s);
        }
        assert_true(phase[1] < 0.02);
        double order = log2(phase[0] / phase[1]);
        if (!(order > 1.9 && order < 2.1))
            fail_msg("%s: phase error of order %g (%g, %g)", methods[m], order, phase[0], phase[1]);
        assert_true(loss[1] < 0.3 * loss[0] || loss[1] < 1e-6);
    }
}

/* ---- sources: what stands on a node is the formula --------------------------------------------------------------- */

static double damped_sine(double t)
{
    double td = 1e-6, x = t - td;
    return t < td ? 0.5 : 0.5 + 2 * exp(-1e5 * x) * sin(6.283185307179586 * 1e6 * x);
}
static double exponential(double t)
{
    double a = t > 1e-6 ? 1 - exp(-(t - 1e-6) / 5e-7) : 0, b = t > 4e-6 ? 1 - exp(-(t - 4e-6) / 1e-6) : 0;
    return 0.2 + 1.3 * a - 1.3 * b;
}
static void sources_follow_their_formulas(void **state)
{
    (void)state;
    static const char sine[] = "sin\nv1 a 0 sin(0.5 2 1meg 1u 1e5)\nr1 a 0 1\n.tran 10n 5u\n";
    static const char rise[] = "exp\nv1 a 0 exp(0.2 1.5 1u 0.5u 4u 1u)\nr1 a 0 1\n.tran 10n 10u\n";
    assert_true(error_of(sine, "", "v(a)", damped_sine) < 1e-12);
    assert_true(error_of(rise, "", "v(a)", exponential) < 1e-12);
}

/* A pulse train: every corner is a point of the run, and the level between corners is exact. */
static void every_corner_of_a_pulse_is_a_point(void **state)
{
    (void)state;
    sim *s = sim_new("corners\nv1 a 0 pulse(0 1 1u 0.1u 0.2u 2u 5u)\nr1 a b 1k\nc1 b 0 10p\n.tran 10n 20u\n");
    int v = sim_signal(s, "v(a)");
    sim_run(s);
    for (int period = 0; period < 3; period++) {
        static const double corner[] = { 1e-6, 1.1e-6, 3.1e-6, 3.3e-6 }, level[] = { 0, 1, 1, 0 };
        for (int k = 0; k < 4; k++) {
            double t = corner[k] + 5e-6 * period;
            int found = 0;
            for (int i = 0; i < s->n; i++)
                if (fabs(sim_at(s, i, 0) - t) < 1e-15) {
                    found = 1;
                    assert_close(sim_at(s, i, v), level[k], 0, 1e-6);
                }
            assert_true(found);
        }
    }
    assert_close(sim_at(s, s->n - 1, 0), 20e-6, 1e-15, 0);
    sim_free(s);
}

/* Without TMAX the option bounds the step; TMAX goes before it. */
static void option_delmax_bounds_the_step(void **state)
{
    static const struct { const char *tail; double most; } run[] = {
        { ".tran 1u 1m\n", 20e-6 }, { ".tran 1u 1m\n.options delmax=7u\n", 7e-6 }, { ".tran 1u 1m\n.options maxstep=7u\n", 7e-6 },
        { ".tran 1u 1m 0 3u\n.options delmax=7u\n", 3e-6 },
    };
    (void)state;
    for (int k = 0; k < 4; k++) {
        char text[256];
        snprintf(text, sizeof text, "bounded\nv1 a 0 1\nr1 a 0 1k\n%s", run[k].tail);
        sim *s = sim_new(text);
        double most = 0;
        sim_run(s);
        for (int i = 1; i < s->n; i++)
            most = fmax(most, sim_at(s, i, 0) - sim_at(s, i - 1, 0));
        assert_close(most, run[k].most, 0.02, 0);
        sim_free(s);
    }
}

/* A filament that completes within 30 ps, hours after the start, where t resolves 2 ps: the same voltages as at once. */
static double threshold_after(double wait, int *points)
{
    char text[512];
    snprintf(text, sizeof text, "late\nv1 a 0 pwl(0 0.3 %.17g 0.3 %.17g 0.7)\nn1 a 0 agnp_selector\n.tran 1m %.17g\n", wait,
             wait + 0.4, wait + 0.4);
    sim *s = sim_new(text);
    int v = sim_signal(s, "v(a)"), i = sim_signal(s, "i(n1)");
    sim_run(s);
    double threshold = NAN;
    for (int k = 1; k < s->n; k++) {
        assert_true(sim_at(s, k, 0) > sim_at(s, k - 1, 0));
        if (sim_at(s, k, i) > 10e-9 && isnan(threshold))
            threshold = sim_at(s, k, v);
    }
    assert_true(sim_last(s, i) > 1e-5);
    *points = s->n;
    sim_free(s);
    return threshold;
}
static void fast_events_are_followed_hours_after_the_start(void **state)
{
    (void)state;
    int early_points, late_points;
    double early = threshold_after(1, &early_points), late = threshold_after(1e4, &late_points);
    assert_close(early, 0.5, 0, 1e-3);
    assert_close(late, early, 0, 1e-4);
    assert_true(late_points < early_points + 100);
}

/* A corner a few roundings before the end of the run, and edges of picoseconds late in it. */
static void corners_next_to_the_end_and_late_edges_are_passed(void **state)
{
    (void)state;
    static const char *const source[] = {
        "pulse(0 1 0 1n 1n 1u 2u)\n.tran 1n 10u\n", "pulse(0 1 0 1n 1n 0.3u 1u)\n.tran 1n 20u\n",
        "pulse(0 1 1 1p 1p 0.1)\n.tran 1m 1.5\n", "pwl(0 0 1000 0 1000.000000001 5m 1100 5m)\n.tran 1m 1100\n",
    };
    for (int m = 0; m < 3; m++)
        for (int k = 0; k < 4; k++) {
            char text[512];
            snprintf(text, sizeof text, "late\nr1 1 2 1k\nc1 2 0 1n\n.options method=%s\nv1 1 0 %s", methods[m], source[k]);
            sim *s = sim_new(text);
            sim_run(s);
            assert_true(s->n < 2000);
            assert_true(s->io.stats.hmin > 1e-17);         /* no step between a corner and its own rounding */
            sim_free(s);
        }
}

/* No charge follows a sine on a resistor, and yet its waveform is resolved: in the mean over many periods, and when
 * the run's own step limit is a whole period. */
static void a_sine_is_resolved_where_no_charge_follows_it(void **state)
{
    (void)state;
    for (int m = 0; m < 3; m++) {
        char text[512];
        snprintf(text, sizeof text, "sine\nv1 1 0 sin(0 1 1meg)\nr1 1 0 1k\n.options method=%s\n.tran 10n 50u\n", methods[m]);
        sim *s = sim_new(text);
        int v = sim_signal(s, "v(1)");
        sim_run(s);
        double square = 0, bend = 0;
        for (int i = 1; i < s->n; i++) {
            double a = sim_at(s, i - 1, v), b = sim_at(s, i, v), dt = sim_at(s, i, 0) - sim_at(s, i - 1, 0);
            double middle = sin(6.283185307179586e6 * 0.5 * (sim_at(s, i, 0) + sim_at(s, i - 1, 0)));
            square += dt * (a * a + a * b + b * b) / 3;
            bend = fmax(bend, fabs(middle - 0.5 * (a + b)));
        }
        assert_close(square / 50e-6, 0.5, 0.02, 0);
        assert_true(bend < 0.03);
        sim_free(s);
    }
}

/* The time where output starts is a point, with the waveform's value there. */
static void output_starts_at_tstart(void **state)
{
    (void)state;
    sim *s = sim_new("start\nv1 1 0 sin(0 1 1k)\nr1 1 0 1k\n.tran 10u 10m 5.25m\n");
    int v = sim_signal(s, "v(1)");
    sim_run(s);
    assert_close(sim_at(s, 0, 0), 5.25e-3, 1e-12, 0);
    assert_close(sim_at(s, 0, v), 1, 1e-9, 0);
    sim_free(s);
}

/* Charges that cannot stay move before t = 0 is shown: no impulse is printed, and none is integrated. */
static void start_under_uic_shows_no_impulse(void **state)
{
    (void)state;
    sim *s = sim_new("impulse\nv1 1 0 5\nc1 1 0 1u\nr1 1 0 1k\n.tran 1u 1m uic\n");
    s->balance = 1;
    int i = sim_signal(s, "i(v1)"), v = sim_signal(s, "v(1)");
    sim_run(s);
    assert_close(sim_at(s, 0, v), 5, 1e-9, 0);
    assert_close(sim_at(s, 0, i), -5e-3, 1e-3, 0);
    assert_close(s->integral[i], -5e-6, 1e-6, 0);
    sim_free(s);
}

/* A start over 5e-18 s with femtofarads: currents that are nothing but rounding of q/h do not keep Newton from ending. */
static void start_with_tiny_charges_converges(void **state)
{
    (void)state;
    sim *s = sim_new("tiny\nvg g 0 pulse(-3 -0.5 10n 5n 5n 20n 60n)\nm1 a g b 0 n w=10u l=1u\nca a 0 5f ic=1\ncb b 0 3f ic=2\n"
                     ".model n nmos(level=1 vto=2 kp=1u gamma=0.5 phi=0.65 tox=10n is=1e-60)\n"
                     ".options gmin=1e-18 reltol=1e-6\n.tran 1n 100n 0 5n uic\n");
    int a = sim_signal(s, "v(a)"), b = sim_signal(s, "v(b)");
    sim_run(s);
    assert_true(isfinite(sim_last(s, a)) && isfinite(sim_last(s, b)));
    assert_close(sim_last(s, 0), 100e-9, 1e-12, 0);
    sim_free(s);
}

/* A source that jumps keeps its old value up to the jump. */
static void jump_stays_a_jump(void **state)
{
    (void)state;
    sim *s = sim_new("jump\nv1 1 0 pwl(0 0 1u 0 1u 1 5u 1)\nr1 1 0 1k\n.tran 1n 4u\n");
    int v = sim_signal(s, "v(1)");
    sim_run(s);
    for (int k = 0; k < s->n; k++) {
        double t = sim_at(s, k, 0);
        assert_close(sim_at(s, k, v), t <= 1e-6 ? 0 : 1, 0, 1e-12);
        if (k && t > 1e-6 && sim_at(s, k - 1, 0) <= 1e-6)
            assert_true(t - sim_at(s, k - 1, 0) < 1e-9);
    }
    sim_free(s);
}

/* Memories change at accepted points only: refused steps and the method leave no trace in the count of pulses. */
static void memories_count_each_event_once(void **state)
{
    (void)state;
    for (int m = 0; m < 3; m++) {
        char text[512];
        snprintf(text, sizeof text, "events\nv1 a 0 pulse(5m -0.3 1u 20n 20n 0.5u 2u)\nn1 a 0 m1\n"
                 ".model m1 ag2s_filament(thickness=200n)\n.tran 10n 9u\n.options method=%s\n", methods[m]);
        sim *s = sim_new(text);
        int events = sim_signal(s, "@n1[events]"), v = sim_signal(s, "v(a)");
        sim_run(s);
        assert_true(s->io.stats.rejected_error + s->io.stats.rejected_newton + s->io.stats.rejected_model > 0);
        assert_close(sim_at(s, 0, events), 0, 0, 0);
        assert_close(sim_last(s, events), 4, 0, 0);
        for (int k = 1; k < s->n; k++) {
            int rise = fabs(sim_at(s, k, v)) >= 20e-3 && fabs(sim_at(s, k - 1, v)) < 20e-3;
            assert_close(sim_at(s, k, events) - sim_at(s, k - 1, events), rise, 0, 0);
        }
        sim_free(s);
    }
}

static void absurd_tmax_is_refused(void **state)
{
    (void)state;
    sim *s = sim_new("absurd\nv1 1 0 1\nr1 1 0 1k\n.tran 1n 1u 0 1e-30\n");
    assert_int_equal(sim_try(s), AG_ESTEP);
    assert_non_null(strstr(s->reports, "test.cir:4:1: error: tran: TMAX = 1e-30 s would take 1e+24 steps"));
    sim_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rc_step_is_accurate),
        cmocka_unit_test(rc_error_falls_with_every_decade_of_reltol),
        cmocka_unit_test(rlc_step_is_accurate_in_all_dampings),
        cmocka_unit_test(rlc_error_falls_with_every_decade_of_reltol),
        cmocka_unit_test(every_method_is_of_second_order), cmocka_unit_test(gear_has_the_order_of_maxord),
        cmocka_unit_test(higher_orders_take_fewer_steps),
        cmocka_unit_test(lc_phase_and_amplitude_errors_fall_as_h_squared),
        cmocka_unit_test(sources_follow_their_formulas),
        cmocka_unit_test(every_corner_of_a_pulse_is_a_point),
        cmocka_unit_test(corners_next_to_the_end_and_late_edges_are_passed),
        cmocka_unit_test(a_sine_is_resolved_where_no_charge_follows_it),
        cmocka_unit_test(output_starts_at_tstart),
        cmocka_unit_test(start_under_uic_shows_no_impulse),
        cmocka_unit_test(start_with_tiny_charges_converges),
        cmocka_unit_test(jump_stays_a_jump),
        cmocka_unit_test(memories_count_each_event_once),
        cmocka_unit_test(absurd_tmax_is_refused),
        cmocka_unit_test(option_delmax_bounds_the_step),
        cmocka_unit_test(fast_events_are_followed_hours_after_the_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
