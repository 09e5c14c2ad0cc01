/* Switches: thresholds and their hysteresis, instants of switching, gradual ones, operating points, contradictions. */
#include "tests/support/sim.h"

/* Time [s] of the first point behind which the switch is in that state, from `from` on. */
static double switched_at(const sim *s, int closed, int state, double from)
{
    for (int k = 0; k < s->n; k++)
        if (sim_at(s, k, 0) >= from && sim_at(s, k, closed) == state) return sim_at(s, k, 0);
    fail_msg("the switch never gets to %d", state);
    return NAN;
}

/* A triangle from -1 V to 1 V and back: closes at vt + vh, opens at vt - vh, also when sources are far from the thresholds. */
static void switches_at_its_thresholds(void **state)
{
    (void)state;
    sim *s = sim_new("thresholds\nvc c 0 pwl(0 -1 1m 1 2m -1 3m 1)\nv1 in 0 1\nr1 in a 1k\ns1 a 0 c 0 sx\n"
                     ".model sx sw(vt=0.2 vh=0.3 ron=10 roff=1meg)\n.tran 1u 3m\n.end\n");
    int on = sim_signal(s, "@s1[closed]"), va = sim_signal(s, "v(a)"), vc = sim_signal(s, "v(c)");
    sim_run(s);
    double first = switched_at(s, on, 1, 0), second = switched_at(s, on, 0, first), third = switched_at(s, on, 1, second);
    assert_close(first, 0.75e-3, 0, 1e-8);                 /* 0.5 V at 2 V/ms from -1 V */
    assert_close(second, 1.55e-3, 0, 1e-8);                /* -0.1 V on the way down */
    assert_close(third, 2.75e-3, 0, 1e-8);
    for (int k = 0; k < s->n; k++) {
        double c = sim_at(s, k, vc);
        if (c > 0.5001) assert_close(sim_at(s, k, on), 1, 0, 0);
        if (c < -0.1001) assert_close(sim_at(s, k, on), 0, 0, 0);
        if (c < -0.12) assert_close(sim_at(s, k, va), 1e6 / (1e6 + 1e3), 1e-9, 0);
        if (c > 0.52) assert_close(sim_at(s, k, va), 10.0 / 1010, 1e-9, 0);
    }
    sim_free(s);
}

/* Discharging itself: r c ln((1 - low)/(1 - high)) up and r' c ln((high - f)/(low - f)) down, r' = r | ron, f = ron/(r + ron). */
static void relaxation_oscillator_has_its_period(void **state)
{
    (void)state;
    sim *s = sim_new("oscillator\nv1 in 0 1\nr1 in a 10k\nc1 a 0 1n ic=0\ns1 a 0 a 0 sx\n"
                     ".model sx sw(vt=0.5 vh=0.25 ron=100 roff=1e12)\n.options reltol=1e-6\n.tran 0.1u 300u uic\n.end\n");
    int on = sim_signal(s, "@s1[closed]"), va = sim_signal(s, "v(a)"), n = 0;
    sim_run(s);
    double r = 1e4 * 100 / 10100, f = 100.0 / 10100, first = 0, last = 0, top = 0, bottom = 1;
    double period = 1e-5 * log(0.75 / 0.25) + r * 1e-9 * log((0.75 - f) / (0.25 - f));
    for (int k = 1; k < s->n; k++) {
        if (!(sim_at(s, k, on) > sim_at(s, k - 1, on))) continue;
        if (!n++) first = sim_at(s, k, 0);
        last = sim_at(s, k, 0);
    }
    for (int k = 0; k < s->n; k++) {
        top = fmax(top, sim_at(s, k, va));
        if (sim_at(s, k, 0) > first) bottom = fmin(bottom, sim_at(s, k, va));
    }
    assert_int_equal(n, 26);
    assert_close(first, 1e-5 * log(4), 1e-4, 0);
    assert_close((last - first) / (n - 1), period, 1e-4, 0);
    assert_close(top, 0.75, 0, 1e-4);
    assert_close(bottom, 0.25, 0, 1e-4);
    assert_true(s->n < 26 * 150);                          /* no stall at the thresholds */
    sim_free(s);
}

/* The current of another device switches w; here that of a resistor, which gets an ammeter. */
static void current_switches(void **state)
{
    (void)state;
    sim *s = sim_new("current\nv1 in 0 pwl(0 0 1m 10 2m 0)\nr1 in 0 1k\nv2 p 0 1\nr2 p q 1k\nw1 q 0 r1 wx\n"
                     ".model wx csw(it=5m ih=-0 ion=6m ioff=4m ron=1 roff=1k)\nw2 q2 0 r1 wy on\nr3 p q2 1k\n"
                     ".model wy csw(it=5m ih=1m ron=1 roff=1k)\n.tran 1u 2m\n.end\n");
    int g = sim_signal(s, "@w1[g]"), on = sim_signal(s, "@w2[closed]"), i = sim_signal(s, "i(r1)");
    sim_run(s);
    assert_close(sim_at(s, 0, on), 0, 0, 0);               /* 0 A: begins closed, opens before the start */
    assert_close(switched_at(s, on, 1, 0), 0.6e-3, 0, 1e-7);
    assert_close(switched_at(s, on, 0, 1e-3), 1.6e-3, 0, 1e-7);
    for (int k = 0; k < s->n; k++) {
        double x = (sim_at(s, k, i) - 5e-3) / 2e-3;
        x = x > 0.5 ? 0.5 : x < -0.5 ? -0.5 : x;
        assert_close(log(sim_at(s, k, g)), 0.5 * log(1e-3) + log(1e3) * (1.5 * x - 2 * x * x * x), 0, 1e-6);
    }
    sim_free(s);
}

static double level(const char *card, const char *control)
{
    char text[500];
    snprintf(text, sizeof text, "level\nv1 a 0 1\nvc c 0 %s\ns1 a 0 c 0 sx\n.model sx %s\n.op\n.end\n", control, card);
    sim   *s = sim_new(text);
    int    i = sim_signal(s, "i(s1)");
    sim_run(s);
    double g = sim_last(s, i);
    sim_free(s);
    return g;
}

/* Ends and middle of a gradual switch; the three ways to ask for one. */
static void gradual_switch_follows_the_polynomial(void **state)
{
    (void)state;
    static const char *const same[] = { "sw(vt=1 vh=-0.5 ron=10 roff=1k)", "vswitch(von=1.5 voff=0.5 ron=10 roff=1k)",
                                        "sw(von=1.5 voff=0.5 ron=10 roff=1k)" };
    for (int k = 0; k < 3; k++) {
        assert_close(level(same[k], "0.4"), 1e-3, 1e-9, 0);
        assert_close(level(same[k], "1"), 1e-2, 1e-9, 0);
        assert_close(level(same[k], "1.25"), exp(log(1e-2) + log(100) * (0.375 - 2.0 / 64)), 1e-9, 0);
        assert_close(level(same[k], "7"), 0.1, 1e-9, 0);
    }
    assert_close(level("vswitch(von=0.5 voff=1.5 ron=10 roff=1k)", "0.4"), 0.1, 1e-9, 0);       /* the other way round */
    assert_close(level("vswitch", "0.5"), 1e-3, 1e-9, 0);              /* 0 to 1 V, 1 Mohm to 1 ohm */
    assert_close(level("vswitch(vt=1 ron=5)", "1.01"), 0.2, 1e-9, 0);  /* a threshold: not gradual */
    assert_close(level("sw", "-1"), 1e-12, 1e-9, 0);
}

/* Between its thresholds a switch keeps the state it begins with; beyond them it takes the right one. */
static void operating_point_keeps_or_corrects_the_state(void **state)
{
    (void)state;
    static const struct { const char *control, *first; double closed; } way[] = {
        { "0.2", "", 0 }, { "0.2", "off", 0 }, { "0.2", "on", 1 }, { "0.6", "off", 1 }, { "-0.2", "on", 0 },
    };
    for (int k = 0; k < 5; k++) {
        char text[400];
        snprintf(text, sizeof text, "state\nv1 in 0 1\nr1 in a 1k\nvc c 0 %s\ns1 a 0 c 0 sx %s\n.model sx sw(vt=0.2 vh=0.3)\n.op\n.end\n",
                 way[k].control, way[k].first);
        sim *s = sim_new(text);
        int  on = sim_signal(s, "@s1[closed]"), va = sim_signal(s, "v(a)");
        sim_run(s);
        assert_close(sim_last(s, on), way[k].closed, 0, 0);
        assert_close(sim_last(s, va), way[k].closed > 0 ? 1.0 / 1001 : 1, 1e-6, 0);
        sim_free(s);
    }
}

/* Two switches, each of which opens the other: both closing at once would go back and forth; one of them wins. */
static void switches_that_hang_on_one_another_settle(void **state)
{
    (void)state;
    sim *s = sim_new("flip-flop\nv1 p 0 1\nr1 p a 1k\nr2 p b 1k\ns1 a 0 b 0 sx\ns2 b 0 a 0 sx\n.model sx sw(vt=0.5 vh=0.1 ron=1)\n.op\n.end\n");
    int va = sim_signal(s, "v(a)"), vb = sim_signal(s, "v(b)");
    sim_run(s);
    assert_close(sim_last(s, va) + sim_last(s, vb), 1 + 1.0 / 1001, 1e-6, 0);
    sim_free(s);
}

/* A switch that contradicts itself: no operating point; a transient begins all the same, goes on, and says so. */
static void contradictions_are_reported(void **state)
{
    (void)state;
    sim *s = sim_new("contradiction\nv1 in 0 1\nr1 in a 1k\ns1 a 0 a 0 sx\n.model sx sw(vt=0.5 ron=10)\n.op\n.end\n");
    assert_int_equal(sim_try(s), AG_ENOCONV);
    assert_non_null(strstr(s->reports, "op: switch 's1' agrees with neither of its states"));
    sim_free(s);
    s = sim_new("sliding\nv1 in 0 pwl(0 0 1u 1)\nr1 in a 1k\nc1 a 0 10p\nr2 a b 100\ns1 b 0 a 0 sx\n.model sx sw(vt=0.5 ron=10)\n"
                ".tran 10n 2u\n.end\n");
    int va = sim_signal(s, "v(a)");
    sim_run(s);
    assert_close(sim_last(s, va), 0.5, 0, 0.01);           /* what it can do best: stay at the threshold */
    sim_free(s);
    s = sim_new("chatter\nv1 in 0 pwl(0 0 1u 1)\nr1 in a 1k\ns1 a 0 a 0 sx\n.model sx sw(vt=0.5 ron=10)\n.tran 10n 2u\n.end\n");
    sim_run(s);
    assert_non_null(strstr(s->reports, "warning: tran: switch 's1' changes at every time step"));
    assert_close(sim_at(s, s->n - 1, 0), 2e-6, 1e-12, 0);
    sim_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(switches_at_its_thresholds), cmocka_unit_test(relaxation_oscillator_has_its_period),
        cmocka_unit_test(current_switches), cmocka_unit_test(gradual_switch_follows_the_polynomial),
        cmocka_unit_test(operating_point_keeps_or_corrects_the_state), cmocka_unit_test(switches_that_hang_on_one_another_settle),
        cmocka_unit_test(contradictions_are_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
