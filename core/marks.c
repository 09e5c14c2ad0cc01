/* marks - open addressing, at most half full; 0 is a free slot. */
#include "core/marks.h"

uint64_t ag_mark_of(ag_loc at, const void *what)
{
    uint64_t h = ((uint64_t)at.file << 48 ^ (uint64_t)at.offset << 8) * 0x9E3779B97F4A7C15u;
    h = (h ^ h >> 31 ^ (uint64_t)(uintptr_t)what) * 0xBF58476D1CE4E5B9u;
    return h ^ h >> 29 ? h ^ h >> 29 : 1;
}

static size_t find(const ag_marks *m, uint64_t mark)
{
    size_t k = mark & (m->cap - 1);
    while (m->slot[k] && m->slot[k] != mark) k = (k + 1) & (m->cap - 1);
    return k;
}

int ag_marks_has(const ag_marks *m, uint64_t mark) { return m->n && m->slot[find(m, mark)]; }

static void widen(ag_marks *m)
{
    uint64_t *old = m->slot;
    size_t    n = m->cap;
    m->cap = n ? 2 * n : 64;
    m->slot = AG_NEW(m->arena, uint64_t, m->cap);
    for (size_t i = 0; i < n; i++)
        if (old[i]) m->slot[find(m, old[i])] = old[i];
}

void ag_marks_add(ag_marks *m, uint64_t mark)
{
    if (2 * m->n >= m->cap) widen(m);
    size_t k = find(m, mark);
    m->n += !m->slot[k];
    m->slot[k] = mark;
}
