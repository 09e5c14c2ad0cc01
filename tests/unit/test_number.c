/* Numbers: every suffix is exact, texts read back, the locale does not matter. */
#include "core/number.h"
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include "tests/support/close.h"

typedef struct reading { const char *text; size_t used; double value; } reading;

static void check_readings(const reading *r, int n)
{
    for (int i = 0; i < n; i++) {
        double value = -12345;
        size_t used = ag_number_read(r[i].text, strlen(r[i].text), &value);
        if (used != r[i].used || (used && value != r[i].value))
            fail_msg("'%s': %zu characters, %.17g; wanted %zu, %.17g", r[i].text, used, value, r[i].used, r[i].value);
    }
}
#define CHECK(table) check_readings(table, (int)(sizeof table / sizeof *table))

static void suffixes_are_correctly_rounded(void **state)
{
    static const reading table[] = {
        { "4.7k", 4, 4700 }, { "100n", 4, 1e-7 }, { "2t", 2, 2e12 }, { "3g", 2, 3e9 }, { "10meg", 5, 1e7 },
        { "10MEG", 5, 1e7 }, { "1mega", 5, 1e6 }, { "10x", 3, 1e7 }, { "2.2m", 4, 2.2e-3 }, { "2.2M", 4, 2.2e-3 },
        { "1.1u", 4, 1.1e-6 }, { "0.3p", 4, 0.3e-12 }, { "5f", 2, 5e-15 }, { "7a", 2, 7e-18 }, { "1mil", 4, 25.4e-6 },
        { "3mil", 4, 76.2e-6 }, { "0.1mil", 6, 2.54e-6 }, { "40MIL", 5, 1016e-6 },
        { "1.1\xc2\xb5", 5, 1.1e-6 }, { "1.1\xce\xbcs", 6, 1.1e-6 },
    };
    (void)state;
    CHECK(table);
}

static void unit_letters_are_skipped(void **state)
{
    static const reading table[] = {
        { "2.5V", 4, 2.5 }, { "10Hz", 4, 10 }, { "5ns", 3, 5e-9 }, { "1e", 2, 1 }, { "1eV", 3, 1 }, { "1e-", 2, 1 },
        { "1e+x", 2, 1 }, { "10kOhm", 6, 1e4 }, { "3farad", 6, 3e-15 }, { "1mm", 3, 1e-3 }, { "0V", 2, 0 },
        { "2me", 3, 2e-3 }, { "1.5s+2", 4, 1.5 }, { "1k 2", 2, 1e3 }, { "1_a", 1, 1 },
    };
    (void)state;
    CHECK(table);
}

static void exponents_points_and_signs(void **state)
{
    static const reading table[] = {
        { "1e-9", 4, 1e-9 }, { "1E3", 3, 1e3 }, { "1e3k", 4, 1e6 }, { "1e+2", 4, 100 }, { ".5", 2, 0.5 }, { "5.", 2, 5 },
        { "-3", 2, -3 }, { "+3m", 3, 3e-3 }, { "1.2.3", 3, 1.2 }, { "0e5", 3, 0 }, { "007", 3, 7 }, { "0.000001meg", 11, 1 },
        { "0.1", 3, 0.1 }, { "123456789012345678", 18, 123456789012345678.0 }, { "1e400", 5, INFINITY }, { "1e-400", 6, 0 },
        { "1e99999999999999999999", 22, INFINITY }, { "4.9406564584124654e-324", 23, 4.9406564584124654e-324 },
        { "2.2250738585072011e-308", 23, 2.2250738585072011e-308 }, { "179769313486231570e291", 22, 1.7976931348623157e308 },
    };
    (void)state;
    CHECK(table);
}

static void what_is_no_number_uses_nothing(void **state)
{
    static const reading table[] = {
        { "", 0, 0 }, { "k", 0, 0 }, { ".", 0, 0 }, { "-", 0, 0 }, { "e5", 0, 0 }, { "nan", 0, 0 }, { "inf", 0, 0 },
        { ".e5", 0, 0 }, { "+.", 0, 0 }, { "0x10", 2, 0 },
    };
    (void)state;
    CHECK(table);
}

static void length_bounds_the_reading(void **state)
{
    double value = 0;
    (void)state;
    assert_int_equal(ag_number_read("10meg", 3, &value), 3);
    assert_true(value == 10e-3);
    assert_int_equal(ag_number_read("1e5", 2, &value), 2);
    assert_true(value == 1);
}

/* 2^-1 + 2^-54 lies half way between two doubles; a digit far behind decides. */
static void thousands_of_digits_still_round_correctly(void **state)
{
    static char text[4000];
    double value;
    (void)state;
    strcpy(text, "0.500000000000000055511151231257827021181583404541015625");
    assert_int_equal(ag_number_read(text, strlen(text), &value), strlen(text));
    assert_true(value == 0.5);
    memset(text + strlen(text), '0', 3000);
    strcat(text, "1");
    assert_int_equal(ag_number_read(text, strlen(text), &value), strlen(text));
    assert_true(value == 0.50000000000000011102230246251565);
    memset(text, '9', sizeof text - 1);
    assert_int_equal(ag_number_read(text, sizeof text - 1, &value), sizeof text - 1);
    assert_true(isinf(value));
    memset(text, '0', sizeof text - 1);
    memcpy(text, "1", 1);
    strcpy(text + 301, "e-300");
    ag_number_read(text, strlen(text), &value);
    assert_true(value == 1);
}

static void printed_numbers_read_back_exactly(void **state)
{
    static const double table[] = { 0, 1, -1, 0.1, 1e-7, 4700, 1.0 / 3, 25.4e-6, 6.02214076e23, 1.7976931348623157e308,
                                    4.9406564584124654e-324, -2.5e-13, 123456789.123456789 };
    char buffer[AG_NUMBER_SIZE];
    (void)state;
    for (int i = 0; i < (int)(sizeof table / sizeof *table); i++) {
        double value;
        ag_number_print(buffer, table[i]);
        assert_int_equal(ag_number_read(buffer, strlen(buffer), &value), strlen(buffer));
        assert_true(value == table[i]);
    }
    assert_string_equal(ag_number_print(buffer, 0.1), "0.1");
    assert_string_equal(ag_number_print(buffer, 1e12), "1000000000000");
    assert_string_equal(ag_number_print(buffer, -5), "-5");
    assert_string_equal(ag_number_print(buffer, NAN), "nan");
    assert_string_equal(ag_number_print(buffer, -INFINITY), "-inf");
}

static void engineering_form(void **state)
{
    char b[AG_NUMBER_SIZE];
    (void)state;
    assert_string_equal(ag_number_engineering(b, 15.3e-15, "J", 3), "15.3 fJ");
    assert_string_equal(ag_number_engineering(b, -0.3, "V", 3), "-300 mV");
    assert_string_equal(ag_number_engineering(b, 999.96e-3, "V", 3), "1.00 V");
    assert_string_equal(ag_number_engineering(b, 4.7e3, "ohm", 2), "4.7 kohm");
    assert_string_equal(ag_number_engineering(b, 300, "K", 1), "300 K");
    assert_string_equal(ag_number_engineering(b, 0, "A", 3), "0.00 A");
    assert_string_equal(ag_number_engineering(b, 1e-18, "J", 3), "1.00 aJ");
    assert_string_equal(ag_number_engineering(b, 2e-21, "J", 3), "2e-21 J");
    assert_string_equal(ag_number_engineering(b, 5e15, "Hz", 2), "5e+15 Hz");
    assert_string_equal(ag_number_engineering(b, 2, "", 2), "2.0");
    assert_string_equal(ag_number_engineering(b, INFINITY, "V", 3), "inf V");
    ag_number_engineering(b, -1.2345678901234567e-9, "unreasonably long unit name", 99);
    assert_true(strlen(b) < AG_NUMBER_SIZE);
}

/* A host program may have set a locale that writes 4,7. */
static void locale_does_not_matter(void **state)
{
    static const char *const comma[] = { "de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE", "fr_FR" };
    int    found = 0;
    double value;
    char   buffer[AG_NUMBER_SIZE], probe[16];
    (void)state;
    for (int i = 0; !found && i < (int)(sizeof comma / sizeof *comma); i++) {
        found = setlocale(LC_ALL, comma[i]) != NULL;
        snprintf(probe, sizeof probe, "%.1f", 0.5);
        found = found && probe[1] == ',';
    }
    if (!found) skip();                                    /* no such locale on this machine */
    ag_number_read("4.7k", 4, &value);
    ag_number_print(buffer, 0.25);
    setlocale(LC_ALL, "C");
    assert_true(value == 4700);
    assert_string_equal(buffer, "0.25");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(suffixes_are_correctly_rounded),
        cmocka_unit_test(unit_letters_are_skipped),
        cmocka_unit_test(exponents_points_and_signs),
        cmocka_unit_test(what_is_no_number_uses_nothing),
        cmocka_unit_test(length_bounds_the_reading),
        cmocka_unit_test(thousands_of_digits_still_round_correctly),
        cmocka_unit_test(printed_numbers_read_back_exactly),
        cmocka_unit_test(engineering_form),
        cmocka_unit_test(locale_does_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
