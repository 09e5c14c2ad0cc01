/* Draws: distributions, and that they depend on seed, place and number only. */
#include "core/random.h"
#include "tests/support/close.h"

enum { N = 20000 };

/* Moments of N draws: their standard errors are about 1/sqrt(N) = 0.007; five of them are allowed. */
static void uniform_draws_fill_their_range_evenly(void **state)
{
    (void)state;
    double sum = 0, square = 0;
    int    part[10] = { 0 };
    for (uint32_t n = 0; n < N; n++) {
        double x = ag_draw_uniform(1, ag_place(0, "x1./a"), n);
        assert_true(x > -1 && x < 1);
        sum += x, square += x * x;
        part[(int)((x + 1) * 5)]++;
    }
    assert_close(sum / N, 0, 0, 0.02);
    assert_close(square / N, 1.0 / 3, 0.03, 0);
    for (int k = 0; k < 10; k++) assert_close(part[k], N / 10.0, 0.11, 0);
}

static void normal_draws_have_the_moments_of_gauss(void **state)
{
    (void)state;
    double m[5] = { 0 };
    int    inside = 0;
    for (uint32_t n = 0; n < N; n++) {
        double x = ag_draw_normal(7, 99, n), power = 1;
        for (int k = 1; k <= 4; k++) m[k] += power *= x;
        inside += fabs(x) < 1;
    }
    assert_close(m[1] / N, 0, 0, 0.035);
    assert_close(m[2] / N, 1, 0.05, 0);
    assert_close(m[3] / N, 0, 0, 0.14);
    assert_close(m[4] / N, 3, 0.12, 0);
    assert_close((double)inside / N, 0.6827, 0.025, 0);
}

/* Correlation of streams that differ in one of the three numbers. */
static void draws_of_different_seeds_places_numbers_are_independent(void **state)
{
    (void)state;
    double seed = 0, place = 0, next = 0, kind = 0;
    for (uint32_t n = 0; n < N; n++) {
        double x = ag_draw_normal(1, 5, n);
        seed += x * ag_draw_normal(2, 5, n);
        place += x * ag_draw_normal(1, 6, n);
        next += x * ag_draw_normal(1, 5, n + 1);
        kind += x * ag_draw_uniform(1, 5, n);
    }
    assert_close(seed / N, 0, 0, 0.035);
    assert_close(place / N, 0, 0, 0.035);
    assert_close(next / N, 0, 0, 0.035);
    assert_close(kind / N, 0, 0, 0.035);
    assert_true(ag_draw_normal(1, 5, 3) == ag_draw_normal(1, 5, 3));
}

static void places_differ_by_every_part_of_their_name(void **state)
{
    (void)state;
    assert_true(ag_place(0, "x1./a") != ag_place(0, "x2./a"));
    assert_true(ag_place(0, "x1./a") != ag_place(0, "x1./b"));
    assert_true(ag_place(ag_place(0, "x1."), "/a") == ag_place(0, "x1./a"));
}

static void scattered_numbers_are_a_function_of_their_argument(void **state)
{
    (void)state;
    double sum = 0;
    for (int k = 0; k < N; k++) {
        double x = ag_scatter(k, 1);
        assert_true(x >= 0 && x < 1);
        sum += x;
    }
    assert_close(sum / N, 0.5, 0.03, 0);
    assert_true(ag_scatter(3, 1) == ag_scatter(3, 1) && ag_scatter(3, 1) != ag_scatter(3, 2));
    assert_true(ag_scatter(0.0, 1) == ag_scatter(-0.0, 1));
    assert_true(isnan(ag_scatter(NAN, 1)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uniform_draws_fill_their_range_evenly), cmocka_unit_test(normal_draws_have_the_moments_of_gauss),
        cmocka_unit_test(draws_of_different_seeds_places_numbers_are_independent),
        cmocka_unit_test(places_differ_by_every_part_of_their_name),
        cmocka_unit_test(scattered_numbers_are_a_function_of_their_argument),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
