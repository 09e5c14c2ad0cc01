/* Small-signal analysis against closed forms: transfer functions of linear networks, admittances of devices at a bias against
 * their slopes and charges, and what every passive network obeys. */
#include "tests/support/sim.h"
#include "tests/support/tile.h"

#define PI 3.14159265358979324

typedef double complex amplitude;
#define assert_amplitude(got, want, rtol)                                                            \
    do {                                                                                             \
        amplitude got_ = (got), want_ = (want);                                                      \
        if (!(cabs(got_ - want_) <= (rtol) * cabs(want_)))                                           \
            fail_msg(#got " = %.15g%+.15gi, wanted %.15g%+.15gi", creal(got_), cimag(got_), creal(want_), cimag(want_)); \
    } while (0)

/* The closed form of a signal at s = jw. */
typedef amplitude form(amplitude s);

static void check_form(const char *netlist, const char *signal, form *f, int points)
{
    sim *s = sim_new(netlist);
    int  k = sim_signal(s, signal);
    sim_run(s);
    assert_int_equal(s->n, points);
    for (int i = 0; i < s->n; i++)
        assert_amplitude(sim_phasor(s, i, k), f(2 * PI * I * sim_frequency(s, i)), 1e-11);
    sim_free(s);
}

/* ---- linear networks ---- */

static amplitude low_pass(amplitude s) { return 1 / (1 + s * 1e3 * 1e-9); }
static amplitude high_pass(amplitude s) { return s * 1e-6 / (1 + s * 1e-6); }
static amplitude series(amplitude s) { return s * 1e-9 / (1 + s * 10 * 1e-9 + s * s * 1e-3 * 1e-9); }
static amplitude resonance(amplitude s) { return 1 / (1 + s * 10 * 1e-9 + s * s * 1e-3 * 1e-9); }
static amplitude sallen_key(amplitude s) { return 1 / (1 + s * 20e3 * 1e-9 + s * s * 1e4 * 1e4 * 2e-9 * 1e-9); }
static amplitude transformer(amplitude s)
{
    amplitude l1 = 1e-3 * s, l2 = 16e-3 * s, m = 0.9 * 4e-3 * s, r1 = 10, r2 = 1e3;
    return m * r2 / ((r1 + l1) * (r2 + l2) - m * m);
}
static amplitude controlled(amplitude s) { return -2e-3 * 1e4 / (1 + s * 1e4 * 1e-10) * 3 * 5 / (s * 1e-3 + 1e3) * 7; }

static void transfer_functions_of_linear_networks(void **state)
{
    (void)state;
    check_form("rc\nv1 in 0 ac 1\nr1 in out 1k\nc1 out 0 1n\n.ac dec 10 1 10g\n", "v(out)", low_pass, 101);
    check_form("cr\nv1 in 0 dc 3 ac 1\nc1 in out 1n\nr1 out 0 1k\n.ac dec 10 1 10g\n", "v(out)", high_pass, 101);
    check_form("rlc\nv1 in 0 ac 1\nr1 in a 10\nl1 a b 1m\nc1 b 0 1n\n.ac lin 2001 158k 160k\n", "i(l1)", series, 2001);
    check_form("rlc\nv1 in 0 ac 1\nr1 in a 10\nl1 a b 1m\nc1 b 0 1n\n.ac oct 20 10k 10.24meg\n", "v(b)", resonance, 201);
    check_form("sk\nv1 in 0 ac 1\nr1 in a 10k\nr2 a b 10k\nc1 a o 2n\nc2 b 0 1n\ne1 o 0 b 0 1\n.ac dec 20 10 1meg\n", "v(o)",
               sallen_key, 101);
    check_form("t\nv1 in 0 ac 1\nr1 in p 10\nl1 p 0 1m\nl2 s 0 16m\nk1 l1 l2 0.9\nrl s 0 1k\n.ac dec 20 100 10meg\n", "v(s)", transformer,
               101);
    check_form("gefh\nv1 in 0 ac 1\ng1 0 a in 0 -2m\nr1 a 0 10k\nc1 a 0 100p\ne1 b 0 a 0 3\nrb b x 1k\nlb x y 1m\nvs y 0 0\nf1 0 c vs 5\n"
               "vt c 0 0\nh1 d 0 vt 7\nrd d 0 1\n.ac dec 10 100 100meg\n", "v(d)", controlled, 61);
}

/* Q = sqrt(l/c)/r = 100: |H| has its largest value Q/sqrt(1 - 1/(4 Q^2)) at w0 sqrt(1 - 1/(2 Q^2)). */
static void a_second_order_peak_has_its_height_and_place(void **state)
{
    (void)state;
    sim   *s = sim_new("rlc\nv1 in 0 ac 1\nr1 in a 10\nl1 a b 1m\nc1 b 0 1n\n.ac lin 200001 159k 159.3k\n");
    int    k = sim_signal(s, "v(b)"), top = 0;
    double q = 100, w0 = 1e6;
    sim_run(s);
    for (int i = 0; i < s->n; i++)
        if (cabs(sim_phasor(s, i, k)) > cabs(sim_phasor(s, top, k)))
            top = i;
    assert_close(cabs(sim_phasor(s, top, k)), q / sqrt(1 - 1 / (4 * q * q)), 1e-9, 0);
    assert_close(sim_frequency(s, top), w0 / (2 * PI) * sqrt(1 - 1 / (2 * q * q)), 1e-6, 0);
    sim_free(s);
}

static void frequencies_are_those_asked_for(void **state)
{
    static const struct { const char *card; int n; double second, last; } c[] = {
        { "dec 10 1 1k", 31, 1.2589254117941673, 1e3 }, { "dec 3 1 15", 4, 2.1544346900318838, 10 }, { "oct 2 1 5", 5, 1.4142135623730951, 4 },
        { "lin 5 1k 2k", 5, 1250, 2e3 }, { "list 5 7 7 1meg", 4, 7, 1e6 }, { "poi 2 3 4", 2, 4, 4 }, { "lin 3 0 2", 3, 1, 2 },
        { "dec 10 50 50", 1, NAN, 50 },
    };
    (void)state;
    for (int k = 0; k < (int)(sizeof c / sizeof *c); k++) {
        char text[200];
        snprintf(text, sizeof text, "f\nv1 a 0 ac 1\nr1 a 0 1\n.ac %s\n", c[k].card);
        sim *s = sim_new(text);
        sim_run(s);
        assert_int_equal(s->n, c[k].n);
        if (c[k].n > 1)
            assert_close(sim_frequency(s, 1), c[k].second, 1e-14, 0);
        assert_close(sim_frequency(s, s->n - 1), c[k].last, 1e-14, 0);
        sim_free(s);
    }
}

static void the_stimulus_has_magnitude_and_phase_wherever_it_stands(void **state)
{
    static const char *const card[] = { "ac 2 30 dc 1", "dc 1 ac 2 30", "1 ac 2 30", "sin(0 1 1k) ac 2 30", "ac 2 30 pulse(0 1 0 1n 1n 1u 2u)" };
    (void)state;
    for (int k = 0; k < 5; k++) {
        char text[200];
        snprintf(text, sizeof text, "s\nv1 a 0 %s\nr1 a 0 1\ni1 0 b %s\nr2 b 0 1\n.ac list 1\n", card[k], card[k]);
        sim *s = sim_new(text);
        int  v = sim_signal(s, "v(a)"), i = sim_signal(s, "i(v1)"), w = sim_signal(s, "v(b)"), j = sim_signal(s, "i(i1)");
        sim_run(s);
        amplitude e = 2 * cexp(I * PI / 6);
        assert_amplitude(sim_phasor(s, 0, v), e, 1e-15);
        assert_amplitude(sim_phasor(s, 0, i), -e, 1e-15);
        assert_amplitude(sim_phasor(s, 0, w), e, 1e-15);
        assert_amplitude(sim_phasor(s, 0, j), e, 1e-15);
        sim_free(s);
    }
    sim *s = sim_new("s\nv1 a 0 ac\nv2 b 0 ac 1 90\nv3 c 0 5\nr1 a b 1\nr2 b c 1\n.ac list 1\n");
    int  a = sim_signal(s, "v(a)"), b = sim_signal(s, "v(b)"), c = sim_signal(s, "v(c)");
    sim_run(s);
    assert_true(sim_phasor(s, 0, a) == 1);
    assert_true(sim_phasor(s, 0, b) == I);
    assert_true(sim_phasor(s, 0, c) == 0);
    sim_free(s);
}

/* ---- devices at a bias ---- */

static void currents_of_elements_are_admittance_times_voltage(void **state)
{
    (void)state;
    sim *s = sim_new("i\nv1 a 0 ac 1\nr1 a b 2k\nc1 b 0 1n\nl1 b c 1m\nr2 c 0 50\ng1 c 0 b 0 1m\ni1 0 b dc 1u ac 1m 45\n.ac dec 3 1k 1meg\n");
    int  a = sim_signal(s, "v(a)"), b = sim_signal(s, "v(b)"), c = sim_signal(s, "v(c)"), r = sim_signal(s, "i(r1)"),
         q = sim_signal(s, "i(c1)"), l = sim_signal(s, "i(l1)"), g = sim_signal(s, "i(g1)"), i1 = sim_signal(s, "@i1[i]"),
         across = sim_signal(s, "@r1[v]"), ohm = sim_signal(s, "@r1[r]"), slope = sim_signal(s, "@r1[g]"), p = sim_signal(s, "p(r1)");
    sim_run(s);
    for (int i = 0; i < s->n; i++) {
        amplitude jw = 2 * PI * I * sim_frequency(s, i), vb = sim_phasor(s, i, b), vc = sim_phasor(s, i, c);
        assert_amplitude(sim_phasor(s, i, r), (sim_phasor(s, i, a) - vb) / 2e3, 1e-12);
        assert_amplitude(sim_phasor(s, i, across), sim_phasor(s, i, a) - vb, 1e-12);
        assert_amplitude(sim_phasor(s, i, q), jw * 1e-9 * vb, 1e-12);
        assert_amplitude(sim_phasor(s, i, l), (vb - vc) / (jw * 1e-3), 1e-9);
        assert_amplitude(sim_phasor(s, i, g), 1e-3 * vb, 1e-12);
        assert_amplitude(sim_phasor(s, i, i1), 1e-3 * cexp(I * PI / 4), 1e-12);
        assert_true(sim_phasor(s, i, ohm) == 2e3);
        assert_amplitude(sim_phasor(s, i, slope), 5e-4, 1e-12);
        assert_true(isnan(sim_at(s, i, 2 * p)));
    }
    sim_free(s);
}

/* Operating-point value of a signal of "netlist", whose %s is the bias. */
static double bias_value(const char *netlist, const char *bias, const char *signal)
{
    char text[1000];
    snprintf(text, sizeof text, netlist, bias, ".op");
    sim *s = sim_new(text);
    int  k = sim_signal(s, signal);
    s->c->options.reltol = 1e-10;
    sim_run(s);
    double v = sim_last(s, k);
    sim_free(s);
    return v;
}

/* The amplitude at 1 mHz is the slope of operating points. */
static void check_slope(const char *netlist, double bias, double step, const char *signal, double rtol)
{
    char text[1000], low[40], high[40], source[80];
    snprintf(low, sizeof low, "%.12g", bias - step);
    snprintf(high, sizeof high, "%.12g", bias + step);
    double slope = (bias_value(netlist, high, signal) - bias_value(netlist, low, signal)) / (2 * step);
    snprintf(source, sizeof source, "%.12g ac 1", bias);
    snprintf(text, sizeof text, netlist, source, ".ac list 1m");
    sim *s = sim_new(text);
    int  k = sim_signal(s, signal);
    s->c->options.reltol = 1e-10;
    sim_run(s);
    assert_close(creal(sim_phasor(s, 0, k)), slope, rtol, 0);
    assert_true(fabs(cimag(sim_phasor(s, 0, k))) <= 1e-6 * fabs(slope));
    sim_free(s);
}

static void at_low_frequency_amplitudes_are_slopes_of_operating_points(void **state)
{
    (void)state;
    check_slope("d\nv1 a 0 %s\nr1 a b 1k\nd1 b 0 dm\n.model dm d(is=1e-14 rs=5 cjo=1p tt=1n)\n%s\n", 1.2, 1e-5, "i(v1)", 1e-7);
    check_slope("d\nv1 a 0 %s\nr1 a b 1k\nd1 0 b dm\n.model dm d(is=1e-14 cjo=1p bv=4)\n%s\n", 6, 1e-5, "v(b)", 1e-6);
    check_slope("m\nvd d 0 3\nv1 g 0 %s\nrd d o 10k\nm1 o g s 0 nm l=1u w=10u\nrs s 0 500\n.model nm nmos(vto=0.8 kp=60u gamma=0.5 lambda=0.02 "
                "tox=20n)\n%s\n", 1.5, 1e-5, "v(o)", 1e-6);
    check_slope("n\nv1 a 0 %s\nr1 a b 1k\nn1 b 0 mc hold=1\n.model mc drift(x0=0.3)\n%s\n", 0.5, 1e-5, "i(n1)", 1e-7);
    check_slope("n\nv1 a 0 %s\nr1 a b 100k\nn1 b 0 se\n.model se agnp_selector\n%s\n", 0.1, 1e-5, "i(n1)", 1e-4);
    check_slope("n\nv1 a 0 %s\nr1 a b 1k\nn1 b 0 mc hold=1\n.model mc ag2s_filament(thickness=200n)\n%s\n", -0.05, 1e-5, "i(n1)", 1e-5);
    check_slope("b\nv1 a 0 %s\nb1 b 0 v=exp(v(a))*tanh(v(a))\nr1 b 0 1k\n%s\n", 0.7, 1e-5, "i(r1)", 1e-7);
}

/* g = g0 + jw c: r is in series, the junction has its conductance and its depletion and diffusion capacitance. */
static void a_diode_has_conductance_and_capacitance_of_its_bias(void **state)
{
    (void)state;
    sim   *s = sim_new("d\nv1 a 0 -2 ac 1\nd1 a 0 dm\n.model dm d(is=1e-14 cjo=4p vj=0.8 m=0.5)\n.ac list 1meg 1g\n");
    int    k = sim_signal(s, "i(d1)");
    double c = 4e-12 / sqrt(1 + 2 / 0.8);
    sim_run(s);
    for (int i = 0; i < 2; i++)
        assert_close(cimag(sim_phasor(s, i, k)), 2 * PI * sim_frequency(s, i) * c, 1e-9, 0);
    sim_free(s);
}

static void a_switch_is_what_it_is_in_the_operating_point(void **state)
{
    (void)state;
    sim *s = sim_new("s\nv1 c 0 5\nv2 a 0 dc 1 ac 1\nr1 a b 950\ns1 b 0 c 0 sm\nr2 a d 950\ns2 d 0 0 c sm\n.model sm sw(vt=2 vh=0.1 ron=50 "
                     "roff=1g)\n.ac list 1k\n");
    int  b = sim_signal(s, "v(b)"), d = sim_signal(s, "v(d)");
    sim_run(s);
    assert_amplitude(sim_phasor(s, 0, b), 0.05, 1e-12);
    assert_amplitude(sim_phasor(s, 0, d), 1 / (1 + 950e-9), 1e-12);
    sim_free(s);
}

/* ---- memristors ----
 *
 * i = v/R(x), R = ron x + roff (1 - x), dx/dt = k i:  Y = g + i_x k g/(jw - k i_x) = g jw/(jw - k i_x), i_x = i (roff - ron)/R */
static void the_state_of_a_memristor_takes_part(void **state)
{
    static const char text[] = "n\nv1 a 0 0.4 ac 1\nn1 a 0 mc%s\n.model mc drift(ron=100 roff=16k d=10n uv=1e-14 x0=0.3)\n.ac dec 2 1m 1meg\n";
    double    r = 100 * 0.3 + 16e3 * 0.7, rate = 1e-14 * 100 / 1e-16, i_x = 0.4 / r * (16e3 - 100) / r;
    (void)state;
    for (int hold = 0; hold < 2; hold++) {
        char netlist[300];
        snprintf(netlist, sizeof netlist, text, hold ? " hold=1" : "");
        sim *s = sim_new(netlist);
        int  i = sim_signal(s, "i(n1)"), x = sim_signal(s, "@n1[x]");
        sim_run(s);
        for (int k = 0; k < s->n; k++) {
            amplitude jw = 2 * PI * I * sim_frequency(s, k), y = hold ? 1 / r : jw / (jw - rate * i_x) / r;
            assert_amplitude(sim_phasor(s, k, i), y, 1e-11);
            assert_amplitude(sim_phasor(s, k, x), hold ? 0 : rate * y / jw, 1e-11);
        }
        sim_free(s);
    }
}

/* ---- what passive networks obey ---- */

static uint64_t seed = 0x2545f4914f6cdd1du;

/* Six nodes, every pair joined by a random R, C, L or RC; unit source at node `port` of a hundred ohm, the others to ground. */
static void random_network(char *text, uint64_t from, int port)
{
    uint64_t s = from;
    text += sprintf(text, "net\n");
    for (int a = 1; a <= 6; a++)
        for (int b = 0; b < a; b++) {
            int    kind = (int)tile_random(&s, 0, 4);
            double size = pow(10, tile_random(&s, -1, 1));
            if (kind == 0) text += sprintf(text, "r%d%d n%d n%d %g\n", a, b, a, b, 1e3 * size);
            if (kind == 1) text += sprintf(text, "c%d%d n%d n%d %g\n", a, b, a, b, 1e-9 * size);
            if (kind == 2) text += sprintf(text, "l%d%d n%d x%d%d %g\nr%d%d x%d%d n%d 10\n", a, b, a, a, b, 1e-3 * size, a, b, a, b, b);
            if (kind == 3) text += sprintf(text, "d%d%d n%d n%d dm\n", a, b, a, b);
        }
    sprintf(text, "rg n0 0 1\nv1 p1 0 0.3 ac %d\nra p1 n1 100\nv2 p2 0 -0.4 ac %d\nrb p2 n4 100\n.model dm d(is=1e-9 cjo=1n tt=10n)\n"
            ".ac dec 3 1 100meg\n", port == 1, port == 2);
}

static void random_passive_networks_are_passive(void **state)
{
    (void)state;
    for (int n = 0; n < 40; n++) {
        char      text[4000];
        amplitude y[2][2][25];
        for (int port = 1; port <= 2; port++) {
            random_network(text, seed + (uint64_t)n * 977, port);
            sim *s = sim_new(text);
            int  i[] = { sim_signal(s, "i(v1)"), sim_signal(s, "i(v2)") };
            sim_run(s);
            assert_int_equal(s->n, 25);
            for (int k = 0; k < s->n; k++)
                for (int to = 0; to < 2; to++)
                    y[to][port - 1][k] = -sim_phasor(s, k, i[to]);
            sim_free(s);
        }
        for (int k = 0; k < 25; k++) {
            double g1 = creal(y[0][0][k]), g2 = creal(y[1][1][k]);
            assert_true(g1 > 0 && g2 > 0);
            assert_true(creal(y[0][1][k] + y[1][0][k]) / 2 * (creal(y[0][1][k] + y[1][0][k]) / 2) <= g1 * g2 * (1 + 1e-9));
            assert_amplitude(y[0][1][k], y[1][0][k], 1e-8);          /* all of them are reciprocal, too */
        }
    }
}

static void every_passive_model_with_its_state_frozen_is_passive(void **state)
{
    (void)state;
    for (int k = 0; ag_models[k]; k++) {
        const ag_model *m = ag_models[k];
        if (!(m->flags & AG_TWO_TERMINAL) || m->flags & AG_TIMED || m->n_ref || m->n_terminal != 2 || !m->n_unknown)
            continue;
        for (int n = 0; n < 10; n++) {
            char   text[600], table[300] = "", *end = table;
            for (int j = 0; j < m->n_param; j++)
                if (m->param[j].kind == AG_VECTOR && isnan(m->param[j].dflt))
                    end += sprintf(end, " %s=netlists/memristor/%s_%s.csv", m->param[j].name, m->name, m->param[j].name);
            sprintf(text, "y\nv1 a 0 %.6g ac 1\nr1 a b 50\nn1 b 0 dut hold=1\n.model dut %s%s\n.ac dec 1 1m 1g\n",
                    tile_random(&seed, -0.3, 0.3), m->name, table);
            sim *s = sim_new(text);
            int  i = sim_signal(s, "i(v1)");
            sim_run(s);
            for (int j = 0; j < s->n; j++)
                if (!(creal(-sim_phasor(s, j, i)) >= -1e-15))
                    fail_msg("%s: Re Y = %g S at %g Hz in\n%s", m->name, creal(-sim_phasor(s, j, i)), sim_frequency(s, j), text);
            sim_free(s);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(transfer_functions_of_linear_networks),
        cmocka_unit_test(a_second_order_peak_has_its_height_and_place),
        cmocka_unit_test(frequencies_are_those_asked_for),
        cmocka_unit_test(the_stimulus_has_magnitude_and_phase_wherever_it_stands),
        cmocka_unit_test(currents_of_elements_are_admittance_times_voltage),
        cmocka_unit_test(at_low_frequency_amplitudes_are_slopes_of_operating_points),
        cmocka_unit_test(a_diode_has_conductance_and_capacitance_of_its_bias),
        cmocka_unit_test(a_switch_is_what_it_is_in_the_operating_point),
        cmocka_unit_test(the_state_of_a_memristor_takes_part),
        cmocka_unit_test(random_passive_networks_are_passive),
        cmocka_unit_test(every_passive_model_with_its_state_frozen_is_passive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
