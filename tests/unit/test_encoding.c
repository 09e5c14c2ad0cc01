/* Netlists in other encodings become UTF-8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "core/arena.h"
#include "parser/encoding.h"

#define OHM "\xe2\x84\xa6"                     /* ohm sign, U+2126 */
#define CLEF "\xf0\x9d\x84\x9e"                /* a character of two units in UTF-16, U+1D11E */
#define SAME(bytes, wanted) check((bytes), sizeof (bytes) - 1, (wanted), sizeof (wanted) - 1)

static void check(const char *bytes, size_t n, const char *wanted, size_t n_wanted)
{
    ag_arena   *a = ag_arena_new(NULL);
    char       *copy = ag_text(a, bytes, n);                /* at an address of its own: what lies behind is not read */
    const char *got = ag_utf8(a, copy, &n);
    assert_int_equal(n, n_wanted);
    assert_memory_equal(got, wanted, n);
    assert_int_equal(got[n], 0);
    ag_arena_free(a);
}

static void test_text_in_utf8_stays_where_it_is(void **state)
{
    (void)state;
    static const char *const text[] = { "", "a", "title\r\nr1 a 0 1k\r\n", "a\n\r\nb\rc", "10\xc2\xb5 " OHM CLEF, "a\rb\n", "a\r" };
    ag_arena *a = ag_arena_new(NULL);
    for (size_t k = 0; k < sizeof text / sizeof *text; k++) {
        size_t n = strlen(text[k]);
        assert_ptr_equal(ag_utf8(a, text[k], &n), text[k]);
        assert_int_equal(n, strlen(text[k]));
    }
    ag_arena_free(a);
}

static void test_utf16_with_and_without_a_mark(void **state)
{
    (void)state;
    SAME("\xff\xfe" "a\0\n\0\x26\x21", "a\n" OHM);
    SAME("\xfe\xff" "\0a\0\n\x21\x26", "a\n" OHM);
    SAME("a\0b\0\xb5\0", "ab\xc2\xb5");
    SAME("\0a\0b\0\xb5", "ab\xc2\xb5");
    SAME("a\0b\0\x34\xd8\x1e\xdd" "c\0", "ab" CLEF "c");
    SAME("a\0b\0\x34\xd8" "c\0", "ab\xef\xbf\xbd" "c");
    SAME("a\0b\0\x34\xd8", "ab\xef\xbf\xbd");
    SAME("a\0b\0c", "ab");                                  /* half a unit at the end */
    SAME("\xff\xfe", "");
    SAME("\xff\xfe" "a\0\r\0b\0", "a\nb");
}

static void test_single_bytes_beyond_ascii_are_latin(void **state)
{
    (void)state;
    SAME("c1 a 0 10\xb5\n* \xe1\xe9\n", "c1 a 0 10\xc2\xb5\n* \xc3\xa1\xc3\xa9\n");
    SAME("\xb5", "\xc2\xb5");
    SAME("\x07\xb5", "\x07\xb5");                           /* not a text */
}

static void test_lines_that_end_with_carriage_returns(void **state)
{
    (void)state;
    SAME("title\rr1 a 0 1k\r.op\r", "title\nr1 a 0 1k\n.op\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_in_utf8_stays_where_it_is),
        cmocka_unit_test(test_utf16_with_and_without_a_mark),
        cmocka_unit_test(test_single_bytes_beyond_ascii_are_latin),
        cmocka_unit_test(test_lines_that_end_with_carriage_returns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
