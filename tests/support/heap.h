/* heap - an allocator for tests that fails at a chosen call and counts the blocks in use. */
#ifndef AG_TEST_HEAP_H
#define AG_TEST_HEAP_H
#include <stdlib.h>
#include "api/agspice.h"

typedef struct heap { long calls, fail_at, in_use; } heap;    /* fail_at: number of the call from 1; 0: never */

static inline void *heap_alloc(void *user, size_t bytes)
{
    heap *h = user;
    if (++h->calls == h->fail_at) return NULL;
    void *block = malloc(bytes);
    if (block) h->in_use++;
    return block;
}

static inline void heap_release(void *user, void *block)
{
    if (block) ((heap *)user)->in_use--;
    free(block);
}

static inline ag_host heap_host(heap *h)
{
    return (ag_host){ .user = h, .alloc = heap_alloc, .release = heap_release };
}
#endif
