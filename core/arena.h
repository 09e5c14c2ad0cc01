/* arena - all memory of a circuit or of a run. The arena is freed as a whole; only large arrays that have moved go earlier.
 *
 * ag_alloc never returns NULL: when the host's allocator fails the arena jumps to `oom`, set at the edge of the
 * public interface (ag_read_file, ag_run), which returns AG_ENOMEM. Anything not in an arena (an open file, KLU
 * objects) must therefore hang on an object that the edge frees. */
#ifndef AG_ARENA_H
#define AG_ARENA_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include "api/agspice.h"

typedef struct ag_arena ag_arena;

ag_arena *ag_arena_new(const ag_host *host);                  /* NULL when out of memory; host is copied */
void      ag_arena_free(ag_arena *a);                         /* NULL is fine */
void      ag_arena_on_oom(ag_arena *a, jmp_buf *edge);        /* longjmp(*edge, 1) on exhaustion; NULL: abort() */
jmp_buf  *ag_arena_oom(const ag_arena *a);
const ag_host *ag_arena_host(const ag_arena *a);

void *ag_alloc(ag_arena *a, size_t count, size_t size);       /* zeroed, 64-byte aligned when >= 64 bytes */
char *ag_text(ag_arena *a, const char *text, size_t length);  /* copy with terminating 0 */
char *ag_printf(ag_arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *ag_vprintf(ag_arena *a, const char *format, va_list args);

/* Nobody needs a block of that size any more: its memory goes back when it is large, else with the arena. */
void  ag_drop(ag_arena *a, void *block, size_t bytes);

#define AG_NEW(arena, type, count) ((type *)ag_alloc((arena), (size_t)(count), sizeof(type)))
/* Makes room for element n (0-based) of an array with capacity *cap by doubling; returns the (moved) array. */
void *ag_grow(ag_arena *a, void *array, int n, int *cap, size_t size);
#define AG_PUSH(arena, array, n, cap) \
    ((array) = ag_grow((arena), (array), (n), &(cap), sizeof *(array)), &(array)[(n)++])
#endif
