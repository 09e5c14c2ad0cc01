/* Reports: exact texts, places, limits. */
#include "core/diag.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tests/support/close.h"

typedef struct log { char text[20000]; int notes, warnings, errors; } log_;

static void report(void *user, ag_severity severity, const char *text)
{
    log_ *l = user;
    strncat(l->text, text, sizeof l->text - strlen(l->text) - 1);
    *(severity == AG_NOTE ? &l->notes : severity == AG_WARNING ? &l->warnings : &l->errors) += 1;
}

typedef struct fixture { log_ log; ag_arena *arena; ag_diag *diag; } fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    ag_host  host = { .user = &f->log, .report = report };
    f->arena = ag_arena_new(&host);
    f->diag = ag_diag_new(f->arena);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    ag_arena_free(f->arena);
    free(f);
    return 0;
}

static int add(fixture *f, const char *name, const char *text, ag_loc from)
{
    return ag_diag_add_file(f->diag, name, text, strlen(text), from);
}

static ag_loc place(int file, unsigned offset, unsigned length)
{
    return (ag_loc){ offset, (uint16_t)file, (uint16_t)length };
}

/* The place of `word` in a file. */
static ag_loc at(fixture *f, int file, const char *word)
{
    const ag_file *s = ag_diag_file(f->diag, file);
    return (ag_loc){ (uint32_t)(strstr(s->text, word) - s->text), (uint16_t)file, (uint16_t)strlen(word) };
}

static void report_shows_line_and_span(void **state)
{
    fixture *f = *state;
    int file = add(f, "tile.cir", "title\n.model vt1 vteam (ron=-5 roff=10k)\n.end\n", AG_NOWHERE);
    ag_error(f->diag, at(f, file, "ron=-5"), "vteam parameter '%s' = %g ohm is outside 0.001 .. 1e+12", "ron", -5.0);
    assert_string_equal(f->log.text,
        "tile.cir:2:19: error: vteam parameter 'ron' = -5 ohm is outside 0.001 .. 1e+12\n"
        "    2 | .model vt1 vteam (ron=-5 roff=10k)\n"
        "      |                   ^~~~~~\n");
    assert_int_equal(ag_diag_errors(f->diag), 1);
}

static void include_chain_is_named(void **state)
{
    fixture *f = *state;
    int a = add(f, "a.cir", "t\n\n.include b.cir\n", AG_NOWHERE);
    int b = add(f, "b.cir", ".include c.cir\n", at(f, a, ".include"));
    int c = add(f, "c.cir", "r1 a\n", at(f, b, ".include"));
    ag_warning(f->diag, at(f, c, "r1"), "odd");
    assert_string_equal(f->log.text,
        "c.cir:1:1: warning: odd\n"
        "    1 | r1 a\n"
        "      | ^~\n"
        "b.cir:1:1: note: included from here\n"
        "a.cir:3:1: note: included from here\n");
    assert_int_equal(f->log.warnings, 1);
}

static void tabs_and_wide_characters_keep_the_caret_in_place(void **state)
{
    fixture *f = *state;
    int file = add(f, "t", "\tr\xc3\xa4\t1 0 bad\n", AG_NOWHERE);
    ag_error(f->diag, at(f, file, "bad"), "no");
    assert_string_equal(f->log.text,
        "t:1:9: error: no\n"
        "    1 | \tr\xc3\xa4\t1 0 bad\n"
        "      | \t  \t    ^~~\n");
}

static void span_is_clipped_to_its_line(void **state)
{
    fixture *f = *state;
    int file = add(f, "t", "one two\r\nthree\n", AG_NOWHERE);
    ag_error(f->diag, place(file, 4, 9), "x");
    ag_error(f->diag, place(file, 9, 0), "y");
    ag_error(f->diag, place(file, 99, 5), "z");
    assert_string_equal(f->log.text,
        "t:1:5: error: x\n    1 | one two\n      |     ^~~\n"
        "t:2:1: error: y\n    2 | three\n      | ^\n"
        "t:3:1: error: z\n    3 | \n      | ^\n");
}

static void without_a_place_there_is_no_source(void **state)
{
    fixture *f = *state;
    ag_error(f->diag, AG_NOWHERE, "no %s", "device");
    ag_note(f->diag, place(7, 0, 0), "no such file number");
    assert_string_equal(f->log.text, "agspice: error: no device\nagspice: note: no such file number\n");
}

static void unprintable_bytes_never_reach_the_terminal(void **state)
{
    fixture *f = *state;
    int file = add(f, "n\x1bm", "a\x1b[2J \xff\xc3\xa9\xc2\x9b b\n", AG_NOWHERE);
    ag_error(f->diag, at(f, file, "b"), "got \x07 and \n");
    assert_string_equal(f->log.text,
        "n?m:1:12: error: got ? and ?\n"
        "    1 | a?[2J ?\xc3\xa9?? b\n"
        "      |            ^\n");
}

static void long_lines_are_cut_around_the_span(void **state)
{
    fixture *f = *state;
    char    *text = ag_alloc(f->arena, 100001, 1);
    memset(text, 'x', 100000);
    memcpy(text + 50000, "HERE", 4);
    int file = add(f, "t", text, AG_NOWHERE);
    ag_error(f->diag, at(f, file, "HERE"), "m");
    assert_true(strlen(f->log.text) < 500);
    char *line = strstr(f->log.text, "\n") + 1, *marks = strstr(line, "\n") + 1;
    assert_int_equal(strstr(line, "HERE") - line, strchr(marks, '^') - marks);
    assert_non_null(strstr(marks, "^~~~\n"));
}

static void errors_beyond_the_limit_are_counted_not_shown(void **state)
{
    fixture *f = *state;
    for (int i = 0; i < 3 * AG_MAX_ERRORS; i++) {
        ag_error(f->diag, AG_NOWHERE, "e%d", i);
        ag_note(f->diag, AG_NOWHERE, "n%d", i);
    }
    assert_int_equal(ag_diag_errors(f->diag), 3 * AG_MAX_ERRORS);
    assert_int_equal(f->log.errors, AG_MAX_ERRORS);
    assert_int_equal(f->log.notes, AG_MAX_ERRORS + 1);
    assert_non_null(strstr(f->log.text, "n19\nagspice: note: more errors not shown\n"));
}

static void equal_warnings_are_made_once(void **state)
{
    fixture *f = *state;
    int file = add(f, "t", "a b\n", AG_NOWHERE);
    for (int i = 0; i < 3; i++) {
        ag_warning(f->diag, at(f, file, "a"), "w");
        ag_warning(f->diag, at(f, file, "b"), "w");
        ag_warning(f->diag, at(f, file, "b"), "v");
    }
    assert_int_equal(ag_diag_warnings(f->diag), 3);
    assert_int_equal(f->log.warnings, 3);
    assert_int_equal(ag_diag_errors(f->diag), 0);
}

/* A further attempt has no errors yet, and warns only of what earlier ones did not, whatever the numbers in the text. */
static void attempts_share_their_warnings_but_not_their_errors(void **state)
{
    fixture *f = *state;
    int file = add(f, "t", "a b\n", AG_NOWHERE);
    for (int i = 0; i < 3; i++) {
        ag_diag_again(f->diag);
        assert_int_equal(ag_diag_errors(f->diag), 0);
        ag_warning(f->diag, at(f, file, "a"), "value %d is odd", i);
        if (i == 2) ag_warning(f->diag, at(f, file, "b"), "value %d is odd", i);
        ag_error(f->diag, AG_NOWHERE, "e%d", i);
        ag_note(f->diag, AG_NOWHERE, "n%d", i);
        assert_int_equal(ag_diag_errors(f->diag), 1);
    }
    assert_int_equal(f->log.warnings, 2);
    assert_int_equal(f->log.errors, 3);
    assert_int_equal(f->log.notes, 3);
}

static void every_offset_has_its_line_and_column(void **state)
{
    fixture    *f = *state;
    const char *text = "ab\n\ncde\nf";
    int         file = add(f, "t", text, AG_NOWHERE), line = 1, column = 1;
    for (uint32_t i = 0; i <= strlen(text); i++) {
        int got, got_line = ag_diag_line(f->diag, place(file, i, 0), &got);
        assert_int_equal(got_line, line);
        assert_int_equal(got, column);
        if (text[i] == '\n') line++, column = 1;
        else column++;
    }
}

static void spans_join(void **state)
{
    ag_loc a = { 10, 1, 3 }, b = { 20, 1, 5 }, other = { 30, 2, 5 }, far = { 900000, 1, 9 };
    (void)state;
    assert_int_equal(ag_loc_join(a, b).offset, 10);
    assert_int_equal(ag_loc_join(a, b).length, 15);
    assert_int_equal(ag_loc_join(a, other).length, 3);
    assert_int_equal(ag_loc_join(b, a).length, 5);
    assert_int_equal(ag_loc_join(AG_NOWHERE, a).offset, 10);
    assert_int_equal(ag_loc_join(a, far).length, 65535);
}

/* Names may have any length; a message shows both ends, whole characters and the quotes. */
static void very_long_names_are_cut_in_messages(void **state)
{
    fixture *f = *state;
    size_t   n = 100000;
    char    *name = malloc(2 * n + 1);
    for (size_t k = 0; k < n; k++) memcpy(name + 2 * k, "\u00e4", 2);
    name[2 * n] = 0;
    ag_error(f->diag, AG_NOWHERE, "no node '%s' here", name);
    assert_true(strlen(f->log.text) < 300);
    assert_memory_equal(f->log.text, "agspice: error: no node '\u00e4\u00e4", 29);
    assert_non_null(strstr(f->log.text, "\u00e4...\u00e4"));
    assert_null(strchr(f->log.text, '?'));
    assert_non_null(strstr(f->log.text, "\u00e4' here\n"));
    f->log.text[0] = 0;
    memset(name, 'a', 2 * n);
    for (size_t k = 5; k < 2 * n; k += 10) name[k] = ' ';
    ag_error(f->diag, AG_NOWHERE, "%s", name);
    assert_true(strlen(f->log.text) < 4300);
    assert_non_null(strstr(f->log.text, "...\n"));
    free(name);
}

static void host_without_report_is_fine(void **state)
{
    ag_arena *a = ag_arena_new(NULL);
    ag_diag  *d = ag_diag_new(a);
    (void)state;
    ag_error(d, AG_NOWHERE, "silent");
    assert_int_equal(ag_diag_errors(d), 1);
    ag_arena_free(a);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(report_shows_line_and_span), TEST(include_chain_is_named),
        TEST(tabs_and_wide_characters_keep_the_caret_in_place), TEST(span_is_clipped_to_its_line),
        TEST(without_a_place_there_is_no_source), TEST(unprintable_bytes_never_reach_the_terminal),
        TEST(long_lines_are_cut_around_the_span), TEST(errors_beyond_the_limit_are_counted_not_shown),
        TEST(equal_warnings_are_made_once), TEST(attempts_share_their_warnings_but_not_their_errors),
        TEST(every_offset_has_its_line_and_column), TEST(spans_join),
        TEST(very_long_names_are_cut_in_messages), TEST(host_without_report_is_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
