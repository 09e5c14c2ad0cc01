/* arena - chunks from the host's allocator, handed out from front to back. */
#include "core/arena.h"
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/clocale.h"

#define FIRST_CHUNK ((size_t)16 << 10)    /* bytes; each next chunk is twice as large, up to LAST_CHUNK */
#define LAST_CHUNK  ((size_t)1 << 20)
#define WIDE        64                    /* alignment of large blocks: a cache line, the widest vector */
#define NARROW      16                    /* of small ones: any C type */

typedef struct chunk {
    struct chunk *next;
    size_t        used, size;             /* bytes after the header */
} chunk;

struct ag_arena {
    ag_host  host;
    chunk   *head;                        /* the running chunk, then those before it */
    chunk   *large;                       /* blocks with a chunk of their own */
    size_t   chunk_size;
    jmp_buf *oom;
};

static void *host_alloc(const ag_host *h, size_t bytes)
{
    return h->alloc ? h->alloc(h->user, bytes) : malloc(bytes);
}

/* A host with its own alloc and no release keeps the memory (a static pool). */
static void host_release(const ag_host *h, void *block)
{
    if (h->release) h->release(h->user, block);
    else if (!h->alloc) free(block);
}

ag_arena *ag_arena_new(const ag_host *host)
{
    static const ag_host none;
    if (!host) host = &none;
    ag_arena *a = host_alloc(host, sizeof *a);
    if (!a) return NULL;
    *a = (ag_arena){ .host = *host, .chunk_size = FIRST_CHUNK };
    return a;
}

static void release_all(const ag_host *host, chunk *c)
{
    for (chunk *next; c; c = next) {
        next = c->next;
        host_release(host, c);
    }
}

void ag_arena_free(ag_arena *a)
{
    if (!a) return;
    ag_host host = a->host;
    release_all(&host, a->head);
    release_all(&host, a->large);
    host_release(&host, a);
}

void           ag_arena_on_oom(ag_arena *a, jmp_buf *edge) { a->oom = edge; }
jmp_buf       *ag_arena_oom(const ag_arena *a)             { return a->oom; }
const ag_host *ag_arena_host(const ag_arena *a)            { return &a->host; }

static _Noreturn void exhausted(ag_arena *a)
{
    if (!a->oom) abort();
    longjmp(*a->oom, 1);
}

/* The next `bytes` of a chunk at the wanted alignment, or NULL when they do not fit. */
static void *carve(chunk *c, size_t bytes, size_t align)
{
    char  *base = (char *)(c + 1);
    size_t skip = (size_t)(-(uintptr_t)(base + c->used) & (align - 1));
    if (skip > c->size - c->used || bytes > c->size - c->used - skip) return NULL;
    char *p = base + c->used + skip;
    c->used += skip + bytes;
    return p;
}

/* A block too large for the running chunk gets one of its own, so that the running one is not wasted. */
static void *carve_new(ag_arena *a, size_t bytes, size_t align)
{
    int    own = bytes > a->chunk_size / 4;
    size_t size = own ? bytes + align : a->chunk_size;
    chunk *c = host_alloc(&a->host, sizeof *c + size);
    if (!c) exhausted(a);
    *c = (chunk){ .size = size };
    chunk **list = own ? &a->large : &a->head;
    c->next = *list;
    *list = c;
    if (!own && a->chunk_size < LAST_CHUNK) a->chunk_size *= 2;
    return carve(c, bytes, align);
}

void ag_drop(ag_arena *a, void *block, size_t bytes)
{
    if (bytes < FIRST_CHUNK / 4) return;
    for (chunk **at = &a->large; *at; at = &(*at)->next) {
        chunk *c = *at;
        if ((char *)block < (char *)(c + 1) || (char *)block >= (char *)(c + 1) + c->size) continue;
        *at = c->next;
        host_release(&a->host, c);
        return;
    }
}

void *ag_alloc(ag_arena *a, size_t count, size_t size)
{
    if (size && count > (SIZE_MAX / 2 - sizeof(chunk) - WIDE) / size) exhausted(a);
    size_t bytes = count * size, align = bytes >= WIDE ? WIDE : NARROW;
    void  *p = a->head ? carve(a->head, bytes, align) : NULL;
    if (!p) p = carve_new(a, bytes, align);
    return memset(p, 0, bytes);
}

char *ag_text(ag_arena *a, const char *text, size_t length)
{
    if (length == SIZE_MAX) exhausted(a);
    char *copy = ag_alloc(a, length + 1, 1);
    if (length) memcpy(copy, text, length);
    return copy;
}

static int format_c(char *out, size_t size, const char *format, va_list args)
{
    ag_locale keep = ag_locale_enter();
    int n = vsnprintf(out, size, format, args);
    ag_locale_leave(keep);
    return n;
}

char *ag_vprintf(ag_arena *a, const char *format, va_list args)
{
    char    small[256];
    va_list again;
    va_copy(again, args);
    int   n = format_c(small, sizeof small, format, args);
    char *text;
    if (n < (int)sizeof small) {
        text = ag_text(a, small, n > 0 ? (size_t)n : 0);
    } else {
        text = ag_alloc(a, (size_t)n + 1, 1);
        format_c(text, (size_t)n + 1, format, again);
    }
    va_end(again);
    return text;
}

char *ag_printf(ag_arena *a, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = ag_vprintf(a, format, args);
    va_end(args);
    return text;
}

void *ag_grow(ag_arena *a, void *array, int n, int *cap, size_t size)
{
    if (n < *cap) return array;
    if (n > INT_MAX / 2 - 4) exhausted(a);
    int   wanted = n < 4 ? 8 : 2 * n;
    void *moved = ag_alloc(a, (size_t)wanted, size);
    if (n > 0) {
        memcpy(moved, array, (size_t)n * size);
        ag_drop(a, array, (size_t)n * size);
    }
    *cap = wanted;
    return moved;
}
