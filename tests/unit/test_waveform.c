/* Waveforms of the sources: values against their definitions, corners where they belong and each exactly once. */
#include "models/source/waveform.h"
#include "tests/support/close.h"
#include "tests/support/tile.h"

extern const ag_model ag_model_vsource, ag_model_isource;

#define PI 3.14159265358979323846
#define WAVE(...) ((ag_vector){ (const double[]){ __VA_ARGS__ }, (int)(sizeof(double[]){ __VA_ARGS__ } / sizeof(double)) })

/* v1 0, v2 1, td 1u, tr 10n, tf 20n, pw 100n, per 1u, np as given */
static ag_vector pulse(double count)
{
    static double v[9];
    double w[9] = { AG_WAVE_PULSE, 0, 1, 1e-6, 10e-9, 20e-9, 100e-9, 1e-6, count };
    memcpy(v, w, sizeof v);
    return (ag_vector){ v, 9 };
}

/* All corners after `from`, each the first one after the one before; returns how many lie before `end`. */
static int corners(ag_vector w, double from, double end, double *list, int room)
{
    int n = 0;
    for (double t = from; (t = ag_wave_breakpoint(w, t)) < end && n < room; n++) list[n] = t;
    return n;
}

static void pulse_levels_and_edges(void **state)
{
    (void)state;
    ag_vector w = pulse(0);
    for (int k = 0; k < 5; k++) {
        double start = 1e-6 + k * 1e-6;
        assert_close(ag_wave_value(w, start - 1e-9), 0, 0, 0);
        assert_close(ag_wave_value(w, start + 2.5e-9), 0.25, 1e-6, 0);
        assert_close(ag_wave_value(w, start + 10e-9), 1, 1e-6, 0);
        assert_close(ag_wave_value(w, start + 50e-9), 1, 0, 0);
        assert_close(ag_wave_value(w, start + 115e-9), 0.75, 1e-6, 0);
        assert_close(ag_wave_value(w, start + 131e-9), 0, 0, 0);
    }
    assert_close(ag_wave_value(w, 0), 0, 0, 0);
}

static void pulse_corners_come_once_and_without_drift(void **state)
{
    (void)state;
    double list[50];
    int    n = corners(pulse(0), 0, 10.5e-6, list, 50);
    assert_int_equal(n, 40);
    static const double at[] = { 0, 10e-9, 110e-9, 130e-9 };
    for (int k = 0; k < n; k++) assert_close(list[k], 1e-6 + k / 4 * 1e-6 + at[k % 4], 4e-16, 0);
    /* the millionth period starts where the formula says, not where a sum of a million periods would */
    assert_close(ag_wave_breakpoint(pulse(0), 1.0000005), 1e-6 + 1e6 * 1e-6, 0, 0);
    assert_true(ag_wave_breakpoint(pulse(0), 1e-6 + 1e6 * 1e-6) > 1.000001);
}

static void pulse_stops_after_its_count(void **state)
{
    (void)state;
    double list[50];
    assert_int_equal(corners(pulse(3), 0, 1, list, 50), 12);
    assert_close(ag_wave_value(pulse(3), 3.05e-6), 1, 0, 0);
    assert_close(ag_wave_value(pulse(3), 4.05e-6), 0, 0, 0);
    assert_close(ag_wave_value(pulse(0), 4.05e-6), 1, 0, 0);
}

static void a_pulse_longer_than_its_period_is_cut(void **state)
{
    (void)state;
    double    list[50];
    ag_vector w = WAVE(AG_WAVE_PULSE, 0, 1, 0, 1, 1, 5, 3, 2);       /* period 3, tr 1, pw 5: the top is cut at 3 */
    assert_close(ag_wave_value(w, 2.9), 1, 0, 0);
    assert_close(ag_wave_value(w, 3), 0, 0, 0);
    assert_close(ag_wave_value(w, 3.5), 0.5, 1e-14, 0);
    assert_close(ag_wave_value(w, 6), 0, 0, 0);
    assert_int_equal(corners(w, 0, 100, list, 50), 4);
    assert_close(list[0], 1, 0, 0), assert_close(list[1], 3, 0, 0);
    assert_close(list[2], 4, 0, 0), assert_close(list[3], 6, 0, 0);
}

static void a_pulse_without_edges_jumps_at_its_corner(void **state)
{
    (void)state;
    ag_vector w = WAVE(AG_WAVE_PULSE, -1, 1, 0.3, 0, 0, 0.1, 0.7, 0);
    double    t = 0, level = -1;
    for (int k = 0; k < 1000; k++) {
        t = ag_wave_breakpoint(w, t);
        assert_close(ag_wave_value(w, t), level = -level, 0, 0);
    }
}

static void sine_as_defined(void **state)
{
    (void)state;
    const double pi = 3.14159265358979323846;
    ag_vector    w = WAVE(AG_WAVE_SIN, 0.5, 2, 1e3, 1e-3, 200, 30);
    for (int k = 0; k < 200; k++) {
        double t = 1e-3 + k * 37e-6, s = t - 1e-3;
        assert_close(ag_wave_value(w, t), 0.5 + 2 * exp(-200 * s) * sin(2 * pi * 1e3 * s + pi / 6), 0, 2e-14);
    }
    assert_close(ag_wave_value(w, 0.2e-3), 0.5 + 2 * 0.5, 1e-14, 0);
    assert_close(ag_wave_breakpoint(w, 0), 1e-3, 0, 0);
    assert_true(isinf(ag_wave_breakpoint(w, 1e-3)));
    ag_vector cycles = WAVE(AG_WAVE_SIN, 0.5, 2, 1e3, 1e-3, 200, 30, 1.25);     /* ends at 2.25 ms, and stays */
    double    rest = 0.5 + 2 * exp(-200 * 1.25e-3) * sin(2 * pi * 1.25 + pi / 6);
    assert_close(ag_wave_value(cycles, 2.2e-3), ag_wave_value(w, 2.2e-3), 0, 0);
    assert_close(ag_wave_value(cycles, 2.25e-3), rest, 0, 2e-14), assert_close(ag_wave_value(cycles, 1), rest, 0, 2e-14);
    assert_close(ag_wave_breakpoint(cycles, 1e-3), 2.25e-3, 0, 1e-15);
    assert_true(isinf(ag_wave_breakpoint(cycles, 2.25e-3)));
    ag_vector long_run = WAVE(AG_WAVE_SIN, 0, 1, 1e6, 0, 0, 0);             /* 1e9 periods later, to the rounding of time */
    assert_close(ag_wave_value(long_run, 1000 + 0.25e-6), 1, 0, 1e-6);
}

static void exponential_as_defined(void **state)
{
    (void)state;
    ag_vector w = WAVE(AG_WAVE_EXP, 1, 3, 1, 0.5, 2, 0.25);
    assert_close(ag_wave_value(w, 0.5), 1, 0, 0);
    for (double t = 1; t < 6; t += 0.1) {
        double want = 1 + 2 * (1 - exp(-(t - 1) / 0.5)) - (t > 2 ? 2 * (1 - exp(-(t - 2) / 0.25)) : 0);
        assert_close(ag_wave_value(w, t), want, 1e-14, 0);
    }
    double list[5];
    assert_int_equal(corners(w, 0, 100, list, 5), 2);
    assert_close(list[0], 1, 0, 0), assert_close(list[1], 2, 0, 0);
    ag_vector swapped = WAVE(AG_WAVE_EXP, 1, 3, 2, 0.5, 1, 0.25), steps = WAVE(AG_WAVE_EXP, 0, 1, 1, 0, 2, 0);
    assert_close(ag_wave_breakpoint(swapped, 0), 1, 0, 0);
    assert_close(ag_wave_value(steps, 1), 1, 0, 0), assert_close(ag_wave_value(steps, 2), 0, 0, 0);
}

static void piecewise_linear_with_jump_and_delay(void **state)
{
    (void)state;
    ag_vector w = WAVE(AG_WAVE_PWL, -1, 0.1, 0, 1, 1, 3, 1, -2, 2, 0);
    assert_close(ag_wave_value(w, 0), 1, 0, 0);
    assert_close(ag_wave_value(w, 0.6), 2, 1e-15, 0);
    assert_close(ag_wave_value(w, 1.1), -2, 0, 0);                   /* the new level holds at the jump */
    assert_close(ag_wave_value(w, 1.6), -1, 1e-15, 0);
    assert_close(ag_wave_value(w, 50), 0, 0, 0);
    double list[9];
    assert_int_equal(corners(w, 0, 100, list, 9), 3);
    assert_close(list[0], 0.1, 0, 0), assert_close(list[1], 1.1, 0, 0), assert_close(list[2], 2.1, 0, 0);
    ag_vector one = WAVE(AG_WAVE_PWL, -1, 0, 1, 7);
    assert_close(ag_wave_value(one, 0), 7, 0, 0), assert_close(ag_wave_value(one, 2), 7, 0, 0);
}

static void piecewise_linear_repeats(void **state)
{
    (void)state;
    /* from 1 on: 1..3 ramps 0 -> 4 -> 0 with the period 2 */
    ag_vector w = WAVE(AG_WAVE_PWL, 1, 0, 0, 9, 1, 0, 2, 4, 3, 0);
    assert_close(ag_wave_value(w, 0.5), 4.5, 1e-15, 0);
    for (int k = 0; k < 50; k++) {
        assert_close(ag_wave_value(w, 1.25 + 2 * k), 1, 1e-12, 0);
        assert_close(ag_wave_value(w, 2.25 + 2 * k), 3, 1e-12, 0);
    }
    double list[20];
    assert_int_equal(corners(w, 0, 10.5, list, 20), 10);
    for (int k = 0; k < 10; k++) assert_close(list[k], k + 1, 0, 0);
    /* a saw-tooth jumps once per period, at a corner that is not a double */
    ag_vector saw = WAVE(AG_WAVE_PWL, 0, 0, 0, 0, 0.1, 1);
    double    t = 0;
    for (int k = 1; k < 1000; k++) {
        double next = ag_wave_breakpoint(saw, t);
        assert_close(next, 0.1 * k, 1e-15, 0);
        assert_close(ag_wave_value(saw, next), 0, 0, 1e-12);
        assert_close(ag_wave_value(saw, (t + next) / 2), 0.5, 1e-10, 0);
        t = next;
    }
}

static void random_waveforms_end_and_advance(void **state)
{
    (void)state;
    uint64_t seed = 12345;
    for (int round = 0; round < 20000; round++) {
        double v[15] = { 0 };
        int    n = 1 + (int)tile_random(&seed, 0, 14);
        v[0] = floor(tile_random(&seed, -1, 6));
        for (int k = 1; k < n; k++) {
            double kind = tile_random(&seed, 0, 1);
            v[k] = kind < 0.1 ? 0 : kind < 0.13 ? NAN : kind < 0.16 ? INFINITY : kind < 0.19 ? -1 : kind < 0.4 ? 1e-15
                   : tile_random(&seed, 0, 2);
        }
        double t = 0;
        for (int k = 0; k < 10 && t < INFINITY; k++) {
            double next = ag_wave_breakpoint((ag_vector){ v, n }, t);
            assert_true(next > t);
            ag_wave_value((ag_vector){ v, n }, next);
            t = next;
        }
    }
}

/* ngspice's manual: vo + va sin(2 pi fc t + phasec + mdi sin(2 pi fs t + phases)); va (vo + sin(2 pi mf t')) sin(2 pi fc t'). */
static void modulated_sines(void **state)
{
    (void)state;
    ag_vector fm = WAVE(AG_WAVE_SFFM, 0.2, 3, 300e3, 4, 40e3, 30, 60), am = WAVE(AG_WAVE_AM, 2, 1.5, 50e3, 400e3, 1e-6, 90, 45);
    for (double t = 0; t < 30e-6; t += 0.37e-6) {
        double swing = 4 * sin(2 * PI * 40e3 * t + PI / 3), s = t - 1e-6;
        assert_close(ag_wave_value(fm, t), 0.2 + 3 * sin(2 * PI * 300e3 * t + PI / 6 + swing), 0, 1e-12);
        double want = s < 0 ? 0 : 2 * (1.5 + sin(2 * PI * 50e3 * s + PI / 4)) * sin(2 * PI * 400e3 * s + PI / 2);
        assert_close(ag_wave_value(am, t), want, 0, 1e-12);
    }
    assert_true(isinf(ag_wave_breakpoint(fm, 0)) && isinf(ag_wave_breakpoint(am, 2e-6)));
    assert_close(ag_wave_breakpoint(am, 0), 1e-6, 0, 0);
}

static void a_vector_of_wrong_length_is_not_read(void **state)
{
    (void)state;
    ag_vector w = WAVE(AG_WAVE_PULSE, 0, 1), odd = WAVE(7, 0, 1, 2, 3, 4, 5, 6, 7);
    assert_true(isnan(ag_wave_value(w, 0)) && isinf(ag_wave_breakpoint(w, 0)));
    assert_true(isnan(ag_wave_value(odd, 0)) && isinf(ag_wave_breakpoint(odd, 0)));
    assert_int_equal(ag_wave_kind((ag_vector){ NULL, 0 }), 0);
}

static void sources_follow_their_waveform(void **state)
{
    (void)state;
    ag_vector list[2] = { { NULL, 0 }, WAVE(AG_WAVE_PWL, -1, 0, 0, 0.25, 1, 1.25) };
    const ag_model *model[2] = { &ag_model_vsource, &ag_model_isource };
    for (int s = 0; s < 2; s++) {
        tile *x = tile_new(model[s], 8);
        int   row = x->n_out - 1, sign = s ? 1 : -1;               /* v - e, or i = e */
        tile_set(x, "dc", 7);
        x->p[tile_param(x, "wave")][3] = 1;
        x->t.vector = list;
        tile_eval(x, 1);
        assert_close(x->f[row][0], sign * 7, 0, 0);
        assert_close(x->f[row][3], sign * 0.25, 0, 0);               /* a waveform replaces dc, also at t = 0 */
        x->t.time = 0.5, x->t.srcfact = 0.1;
        tile_eval(x, 0);
        assert_close(x->f[row][0], sign * 0.7, 1e-15, 0);
        assert_close(x->f[row][3], sign * 0.075, 1e-15, 0);
        assert_true(isinf(model[s]->breakpoint(&x->t, 0, 0)));
        assert_close(model[s]->breakpoint(&x->t, 3, 0), 1, 0, 0);
        tile_free(x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pulse_levels_and_edges), cmocka_unit_test(pulse_corners_come_once_and_without_drift),
        cmocka_unit_test(pulse_stops_after_its_count), cmocka_unit_test(a_pulse_longer_than_its_period_is_cut),
        cmocka_unit_test(a_pulse_without_edges_jumps_at_its_corner), cmocka_unit_test(sine_as_defined),
        cmocka_unit_test(exponential_as_defined), cmocka_unit_test(piecewise_linear_with_jump_and_delay),
        cmocka_unit_test(piecewise_linear_repeats), cmocka_unit_test(random_waveforms_end_and_advance),
        cmocka_unit_test(modulated_sines), cmocka_unit_test(a_vector_of_wrong_length_is_not_read), cmocka_unit_test(sources_follow_their_waveform),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
