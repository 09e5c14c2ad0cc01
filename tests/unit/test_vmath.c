/* models/vmath.h against long double: largest error in units in the last place, special values, monotone joints. */
#include "models/vmath.h"
#include "tests/support/close.h"
#include "tests/support/tile.h"

static uint64_t seed;

/* Distance of got from want in spacings of doubles at want. */
static double ulp(double got, long double want)
{
    double d = fabs((double)want), spacing = d < 0x1p-1022 ? 0x1p-1074 : nextafter(d, INFINITY) - d;
    if (isinf((double)want) || isinf(got)) return got == (double)want ? 0 : INFINITY;
    return (double)(fabsl((long double)got - want) / (long double)spacing);
}

/* Emulated processors may round long double to double; the reference then errs by some ulps itself (1/cosh^2 by 5). */
static double reference_error(void)
{
    volatile long double one = 1;
    return one + 0x1p-60L > one ? 0 : 6;
}

/* Every second argument is drawn over 18 decades, so that small ones occur as often as large ones. */
#define WORST(low, high, got, want, limit) do {                                                             \
    double worst_ = 0, where_ = 0;                                                                          \
    for (int k_ = 0; k_ < 200000; k_++) {                                                                   \
        double x = tile_random(&seed, low, high);                                                           \
        if (k_ % 2) x *= pow(10, tile_random(&seed, -18, 0));                                               \
        double off_ = ulp(got, want) / ((limit) + reference_error());                                             \
        if (!(off_ <= worst_)) worst_ = off_, where_ = x;                                                   \
    }                                                                                                       \
    if (!(worst_ <= 1)) { print_error("%s: %.3g times %s ulp at %.17g\n", #got, worst_, #limit, where_); fail(); } \
} while (0)

static void errors_stay_below_their_bounds(void **state)
{
    (void)state;
    seed = 1;
    WORST(-745, 709.7, ag_exp(x), expl((long double)x), 1.2);
    WORST(-700, 709.7, ag_expm1(x), expm1l((long double)x), 2.5);
    WORST(-2, 2, ag_expm1(x), expm1l((long double)x), 2.5);
    WORST(0, 1e300, ag_log(x), logl((long double)x), 1.2);
    WORST(0.4, 2.5, ag_log(x), logl((long double)x), 1.2);
    WORST(0, 2e-308, ag_log(x), logl((long double)x), 1.2);
    WORST(-30, 30, ag_tanh(x), tanhl((long double)x), 3.5);
    WORST(-1, 1, ag_tanh(x), tanhl((long double)x), 3.5);
    WORST(-300, 300, ag_tanh_vd(x).d, 1 / (coshl((long double)x) * coshl((long double)x)), 5);
    WORST(-700, 700, ag_sinh(x), sinhl((long double)x), 2.5);
    WORST(-2, 2, ag_sinh(x), sinhl((long double)x), 2.5);
    WORST(-700, 700, ag_cosh(x), coshl((long double)x), 2.5);
    WORST(0, 100, ag_pow(x, 2.3), powl((long double)x, 2.3), 2 + 2.5 * 2.3 * fabs(log(x)));
    WORST(1e-3, 1e3, ag_pow(x, -0.5), powl((long double)x, -0.5L), 2 + 2.5 * 0.5 * fabs(log(x)));
    WORST(-0.25, 0.25, ag_sin_turns(x), sinl(2 * 3.14159265358979323846264338327950288L * (long double)x), 3);
}

static void sine_of_whole_and_quarter_turns_is_exact(void **state)
{
    (void)state;
    for (double turn = -1e15; turn <= 1e15; turn += 1e13) {
        assert_close(ag_sin_turns(turn), 0, 0, 0);
        assert_close(ag_sin_turns(turn + 0.25), 1, 2e-16, 0);
        assert_close(ag_sin_turns(turn - 0.25), -1, 2e-16, 0);
        assert_close(fabs(ag_sin_turns(turn + 0.5)), 0, 0, 0);
    }
    for (double x = -2; x < 2; x += 0.01) {
        assert_close(ag_sin_turns(x), -ag_sin_turns(-x), 0, 0);
        assert_close(ag_sin_turns(x), sin(6.283185307179586 * x), 0, 3e-15);
    }
}

static void special_values(void **state)
{
    (void)state;
    assert_close(ag_exp(0), 1, 0, 0), assert_close(ag_exp(-INFINITY), 0, 0, 0), assert_close(ag_exp(-800), 0, 0, 0);
    assert_close(ag_exp(INFINITY), INFINITY, 0, 0), assert_close(ag_exp(710), INFINITY, 0, 0);
    assert_true(isfinite(ag_exp(709.78)));
    assert_close(ag_expm1(0), 0, 0, 0), assert_close(ag_expm1(-INFINITY), -1, 0, 0);
    assert_close(ag_log(1), 0, 0, 0), assert_close(ag_log(0), -INFINITY, 0, 0), assert_close(ag_log(INFINITY), INFINITY, 0, 0);
    assert_close(ag_log(5e-324), -744.4400719213812, 1e-15, 0);
    assert_close(ag_tanh(INFINITY), 1, 0, 0), assert_close(ag_tanh(-1e300), -1, 0, 0);
    assert_true(signbit(ag_tanh(-0.0)) && signbit(ag_sinh(-0.0)));
    assert_close(ag_pow(0, 2), 0, 0, 0), assert_close(ag_pow(0, 0), 1, 0, 0), assert_close(ag_pow(7, 0), 1, 0, 0);
    double (*const with_nan[])(double) = { ag_exp, ag_expm1, ag_log, ag_tanh, ag_sinh, ag_cosh, ag_pos, ag_sin_turns };
    for (size_t k = 0; k < sizeof with_nan / sizeof *with_nan; k++) assert_true(isnan(with_nan[k](NAN)));
    assert_true(isnan(ag_min(NAN, 1)) && isnan(ag_max(NAN, 1)) && isnan(ag_log(-1)) && isnan(ag_log(-INFINITY)));
    assert_close(ag_pick(1, 2, 3), 2, 0, 0), assert_close(ag_pick(0, 2, 3), 3, 0, 0);
}

static void continuations_are_tangents(void **state)
{
    (void)state;
    for (double x = 14.9; x < 15.1; x += 0.01) {
        double over = x > 15 ? x - 15 : 0, in = x - over;
        assert_close(ag_sinhl(x, 15).v, sinh(in) + cosh(in) * over, 1e-14, 0);
        assert_close(ag_sinhl(-x, 15).v, -ag_sinhl(x, 15).v, 0, 0);
        assert_close(ag_sinhl(x, 15).d, cosh(in), 1e-14, 0);
        assert_close(ag_expl(x, 15).v, exp(in) * (1 + over), 1e-14, 0);
        assert_close(ag_expl(x, 15).d, exp(in), 1e-14, 0);
    }
    assert_true(isfinite(ag_sinhl(1e30, 15).v) && isfinite(ag_expl(1e30, 80).v));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_stay_below_their_bounds), cmocka_unit_test(sine_of_whole_and_quarter_turns_is_exact),
        cmocka_unit_test(special_values), cmocka_unit_test(continuations_are_tangents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
