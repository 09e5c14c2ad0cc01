/* Arena, names, maps: alignment, zeroing, exhaustion, order. */
#include "core/arena.h"
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "core/intern.h"
#include "tests/support/close.h"
#include "tests/support/heap.h"

static void blocks_are_zeroed_aligned_and_apart(void **state)
{
    ag_arena *a = ag_arena_new(NULL);
    unsigned char *last = NULL;
    size_t         last_size = 0;
    (void)state;
    for (size_t n = 1; n < 5000; n = n * 9 / 8 + 1) {
        unsigned char *p = ag_alloc(a, n, 3);
        assert_int_equal((uintptr_t)p % (3 * n >= 64 ? 64 : 16), 0);
        for (size_t i = 0; i < 3 * n; i++) assert_int_equal(p[i], 0);
        memset(p, 0xAA, 3 * n);
        for (size_t i = 0; i < last_size; i++) assert_int_equal(last[i], 0xAA);
        last = p;
        last_size = 3 * n;
    }
    ag_arena_free(a);
    ag_arena_free(NULL);
}

static void a_block_may_exceed_any_chunk(void **state)
{
    ag_arena *a = ag_arena_new(NULL);
    (void)state;
    char *before = ag_text(a, "before", 6);
    char *big = ag_alloc(a, 20, 1 << 20);
    memset(big, 1, 20u << 20);
    char *after = ag_text(a, "after", 5);
    assert_string_equal(before, "before");
    assert_string_equal(after, "after");
    assert_true(after - before < 4096 && before - after < 4096);      /* the running chunk goes on */
    ag_arena_free(a);
}

static int jumps(ag_arena *a, size_t count, size_t size)
{
    jmp_buf edge;
    ag_arena_on_oom(a, &edge);
    if (setjmp(edge)) return 1;
    ag_alloc(a, count, size);
    return 0;
}

static void impossible_sizes_jump_to_the_edge(void **state)
{
    ag_arena *a = ag_arena_new(NULL);
    (void)state;
    assert_true(jumps(a, SIZE_MAX, 1));
    assert_true(jumps(a, SIZE_MAX / 4, 8));
    assert_true(jumps(a, (size_t)1 << 33, (size_t)1 << 33));          /* the product wraps to a small number */
    assert_true(jumps(a, SIZE_MAX - 63, 1));
    assert_false(jumps(a, SIZE_MAX, 0));
    assert_false(jumps(a, 10, 10));
    ag_arena_free(a);
}

static void every_chunk_goes_back_to_the_host(void **state)
{
    heap    h = { 0, 0, 0 };
    ag_host host = heap_host(&h);
    (void)state;
    ag_arena *a = ag_arena_new(&host);
    for (int i = 0; i < 300; i++) ag_alloc(a, (size_t)i * 100, 1);
    assert_true(h.in_use > 3);
    ag_arena_free(a);
    assert_int_equal(h.in_use, 0);
    h = (heap){ 0, 1, 0 };
    assert_null(ag_arena_new(&host));
}

static void arrays_grow_and_keep_their_elements(void **state)
{
    ag_arena *a = ag_arena_new(NULL);
    int      *v = NULL, n = 0, cap = 0;
    (void)state;
    for (int i = 0; i < 10000; i++) *AG_PUSH(a, v, n, cap) = i;
    assert_true(cap >= n && cap < 3 * n);
    for (int i = 0; i < n; i++) assert_int_equal(v[i], i);
    jmp_buf edge;
    ag_arena_on_oom(a, &edge);
    if (!setjmp(edge)) {
        cap = INT_MAX;
        ag_grow(a, v, INT_MAX, &cap, 1);
        fail();
    }
    ag_arena_free(a);
}

static void formatted_text_of_any_length(void **state)
{
    ag_arena *a = ag_arena_new(NULL);
    (void)state;
    for (int n = 0; n < 2000; n += 37) {
        const char *text = ag_printf(a, "%*s|%g", n, "", 0.5);
        assert_int_equal(strlen(text), n + 4);
        assert_string_equal(text + n, "|0.5");
    }
    ag_arena_free(a);
}

static void names_are_unique_and_lower_case(void **state)
{
    ag_arena *a = ag_arena_new(NULL);
    ag_names *names = ag_names_new(a);
    char      text[32];
    (void)state;
    const char *out = ag_name0(names, "OUT");
    assert_string_equal(out, "out");
    assert_ptr_equal(out, ag_name(names, "Outside", 3));
    assert_ptr_not_equal(out, ag_name0(names, "outs"));
    assert_string_equal(ag_name(names, "", 0), "");
    assert_string_equal(ag_name0(names, "\xc3\x84"), "\xc3\x84");     /* only ASCII has case */
    assert_ptr_equal(ag_name(names, "ab\0cd", 5), ag_name0(names, "ab"));
    const char *first[3000];
    for (int i = 0; i < 3000; i++) snprintf(text, sizeof text, "N%d", i), first[i] = ag_name0(names, text);
    for (int i = 0; i < 3000; i++) snprintf(text, sizeof text, "n%d", i), assert_ptr_equal(first[i], ag_name0(names, text));
    assert_ptr_equal(out, ag_name0(names, "out"));
    ag_arena_free(a);
}

static void maps_keep_values_and_order(void **state)
{
    ag_arena   *a = ag_arena_new(NULL);
    ag_names   *names = ag_names_new(a);
    ag_map     *m = ag_map_new(a);
    const char *key[1000];
    char        text[16];
    (void)state;
    assert_null(ag_map_get(m, ag_name0(names, "nothing")));
    for (int i = 0; i < 1000; i++) {
        snprintf(text, sizeof text, "k%d", i);
        key[i] = ag_name0(names, text);
        ag_map_put(m, key[i], &key[i]);
    }
    ag_map_put(m, key[7], &text);
    assert_ptr_equal(ag_map_get(m, key[7]), &text);
    assert_ptr_equal(ag_map_get(m, key[999]), &key[999]);
    assert_null(ag_map_get(m, ag_name0(names, "nothing")));
    int   i = 0, n = 0;
    void *value;
    for (const char *name; (name = ag_map_next(m, &i, &value)); n++) {
        assert_ptr_equal(name, key[n]);
        assert_ptr_equal(value, n == 7 ? (void *)&text : (void *)&key[n]);
    }
    assert_int_equal(n, 1000);
    ag_arena_free(a);
}

static const char *guess(const char *name, const char *const *candidate)
{
    ag_guess g = { .name = name };
    for (; *candidate; candidate++) ag_guess_try(&g, *candidate);
    return g.best;
}

static void suggestions_are_close_or_absent(void **state)
{
    static const char *const list[] = { "resistance", "out", "output", "vteam", "tran", NULL };
    char longest[200];
    (void)state;
    assert_string_equal(guess("otu", list), "out");
    assert_string_equal(guess("outputs", list), "output");
    assert_string_equal(guess("resitsance", list), "resistance");
    assert_string_equal(guess("VTAEM", list), "vteam");
    assert_string_equal(guess("trna", list), "tran");
    assert_null(guess("xy", list));
    assert_null(guess("capacitance", list));
    assert_null(guess("", list));
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = 0;
    assert_null(guess(longest, list));
}

static void every_status_has_a_text(void **state)
{
    (void)state;
    assert_string_equal(ag_status_text(AG_OK), "done");
    assert_string_equal(ag_status_text(AG_ENOMEM), "out of memory");
    assert_string_equal(ag_status_text(AG_ESTOPPED), "interrupted");
    assert_string_equal(ag_status_text((ag_status)-77), "unknown status");
}

/* Doubling leaves an array's earlier places behind; they go back to the host once they are large. */
static void a_grown_array_does_not_keep_its_earlier_places(void **state)
{
    heap      h = { 0, 0, 0 };
    ag_host   host = heap_host(&h);
    ag_arena *a = ag_arena_new(&host);
    double   *list = NULL;
    int       n = 0, cap = 0;
    long      kept;
    (void)state;
    for (int k = 0; k < 1 << 15; k++) *AG_PUSH(a, list, n, cap) = k;
    kept = h.in_use;
    for (int k = 1 << 15; k < 1 << 20; k++) *AG_PUSH(a, list, n, cap) = k;
    assert_int_equal(h.in_use, kept);                    /* five times doubled: five came, five went */
    for (int k = 0; k < n; k += 1000) assert_true(list[k] == k);
    ag_drop(a, list, (size_t)cap * sizeof *list);
    assert_int_equal(h.in_use, kept - 1);
    ag_arena_free(a);
    assert_int_equal(h.in_use, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_zeroed_aligned_and_apart), cmocka_unit_test(a_block_may_exceed_any_chunk),
        cmocka_unit_test(impossible_sizes_jump_to_the_edge), cmocka_unit_test(every_chunk_goes_back_to_the_host),
        cmocka_unit_test(arrays_grow_and_keep_their_elements), cmocka_unit_test(formatted_text_of_any_length),
        cmocka_unit_test(names_are_unique_and_lower_case), cmocka_unit_test(maps_keep_values_and_order),
        cmocka_unit_test(a_grown_array_does_not_keep_its_earlier_places),
        cmocka_unit_test(suggestions_are_close_or_absent), cmocka_unit_test(every_status_has_a_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
