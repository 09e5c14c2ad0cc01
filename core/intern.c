/* intern - open-addressing tables; maps keep their entries in order of insertion. Beside each slot lies the hash of what
 * is in it, so that looking for a name reads other names' text only where that is likely to be equal, and growing none. */
#include "core/intern.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_TABLE 64                    /* slots; always a power of two */
#define LONGEST_GUESS 64                  /* longer names get no suggestion */

struct ag_names {
    ag_arena    *arena;
    const char **slot;                    /* [size], NULL: free */
    uint32_t    *hash;                    /* [size] of the name in the slot */
    size_t       size, n;
};

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

/* FNV-1a of the lower-case text. */
static uint32_t hash_text(const char *text, size_t length)
{
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < length; i++) h = (h ^ (unsigned char)lower(text[i])) * 1099511628211u;
    return (uint32_t)(h ^ h >> 32);
}

/* At most two thirds of the slots are taken. */
static int is_full(size_t n, size_t size) { return 3 * n >= 2 * size; }

static void names_size(ag_names *n, size_t size)
{
    n->slot = AG_NEW(n->arena, const char *, size);
    n->hash = AG_NEW(n->arena, uint32_t, size);
    n->size = size;
}

ag_names *ag_names_new(ag_arena *a)
{
    ag_names *n = AG_NEW(a, ag_names, 1);
    n->arena = a;
    names_size(n, FIRST_TABLE);
    return n;
}

static int same(const char *name, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (name[i] != lower(text[i])) return 0;           /* also where name ends: text holds no 0 */
    return name[length] == 0;
}

static void names_grow(ag_names *n)
{
    const char **slot = n->slot;
    uint32_t    *hash = n->hash;
    size_t       size = n->size;
    names_size(n, 2 * size);
    for (size_t i = 0; i < size; i++) {
        if (!slot[i]) continue;
        size_t k = hash[i] & (n->size - 1);
        while (n->slot[k]) k = (k + 1) & (n->size - 1);
        n->slot[k] = slot[i];
        n->hash[k] = hash[i];
    }
    ag_drop(n->arena, slot, size * sizeof *slot);
    ag_drop(n->arena, hash, size * sizeof *hash);
}

const char *ag_name(ag_names *n, const char *text, size_t length)
{
    const char *end = length ? memchr(text, 0, length) : NULL;
    if (end) length = (size_t)(end - text);
    if (is_full(n->n, n->size)) names_grow(n);
    uint32_t h = hash_text(text, length);
    size_t   k = h & (n->size - 1);
    for (; n->slot[k]; k = (k + 1) & (n->size - 1))
        if (n->hash[k] == h && same(n->slot[k], text, length)) return n->slot[k];
    char *name = ag_text(n->arena, text, length);
    for (size_t i = 0; i < length; i++) name[i] = lower(name[i]);
    n->slot[k] = name;
    n->hash[k] = h;
    n->n++;
    return name;
}

const char *ag_name0(ag_names *n, const char *text) { return ag_name(n, text, strlen(text)); }

int ag_name_same(const char *a, const char *b)
{
    while (*a && lower(*a) == lower(*b)) a++, b++;
    return lower(*a) == lower(*b);
}

/* ---- maps ---- */

typedef struct entry { const char *name; void *value; } entry;

struct ag_map {
    ag_arena *arena;
    entry    *entry;                      /* [n], in order of insertion */
    int       n, cap;
    struct slot { int entry; uint32_t hash; } *slot;      /* [size] 1 + entry, 0: free */
    size_t    size;
};

ag_map *ag_map_new(ag_arena *a)
{
    ag_map *m = AG_NEW(a, ag_map, 1);
    m->arena = a;
    return m;
}

/* Interned names differ by address, so that is what is hashed. */
static uint32_t hash_address(const char *name) { return (uint32_t)((uint64_t)(uintptr_t)name * 0x9E3779B97F4A7C15u >> 20); }

/* Slot of the name, or the free one where it belongs. */
static struct slot *map_slot(const ag_map *m, const char *name)
{
    uint32_t h = hash_address(name);
    size_t   k = h & (m->size - 1);
    while (m->slot[k].entry && (m->slot[k].hash != h || m->entry[m->slot[k].entry - 1].name != name)) k = (k + 1) & (m->size - 1);
    return &m->slot[k];
}

void *ag_map_get(const ag_map *m, const char *name)
{
    if (!m->n) return NULL;
    int e = map_slot(m, name)->entry;
    return e ? m->entry[e - 1].value : NULL;
}

static void map_grow(ag_map *m)
{
    struct slot *old = m->slot;
    size_t       size = m->size;
    m->size = size ? 2 * size : 16;
    m->slot = AG_NEW(m->arena, struct slot, m->size);
    for (size_t i = 0; i < size; i++) {
        size_t k = old[i].hash & (m->size - 1);
        if (!old[i].entry) continue;
        while (m->slot[k].entry) k = (k + 1) & (m->size - 1);
        m->slot[k] = old[i];
    }
    ag_drop(m->arena, old, size * sizeof *old);
}

void ag_map_put(ag_map *m, const char *name, void *value)
{
    if (is_full((size_t)m->n, m->size)) map_grow(m);
    struct slot *at = map_slot(m, name);
    if (at->entry) {
        m->entry[at->entry - 1].value = value;
        return;
    }
    *AG_PUSH(m->arena, m->entry, m->n, m->cap) = (entry){ name, value };
    *at = (struct slot){ m->n, hash_address(name) };
}

const char *ag_map_next(const ag_map *m, int *i, void **value)
{
    if (*i >= m->n) return NULL;
    const entry *e = &m->entry[(*i)++];
    if (value) *value = e->value;
    return e->name;
}

/* ---- suggestions ---- */

/* Edit distance with swaps of neighbours (optimal string alignment), three rows of the usual table. Damerau,
 * Comm. ACM 7(3) 171-176, 1964. Both lengths are at most LONGEST_GUESS. */
static int edit_distance(const char *a, int na, const char *b, int nb)
{
    int row[3][LONGEST_GUESS + 1];
    int *before = row[0], *last = row[1], *now = row[2];
    for (int j = 0; j <= nb; j++) last[j] = before[j] = j;
    for (int i = 1; i <= na; i++) {
        now[0] = i;
        for (int j = 1; j <= nb; j++) {
            int d = last[j - 1] + (lower(a[i - 1]) != lower(b[j - 1]));
            if (last[j] + 1 < d) d = last[j] + 1;
            if (now[j - 1] + 1 < d) d = now[j - 1] + 1;
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1])
                && before[j - 2] + 1 < d) d = before[j - 2] + 1;
            now[j] = d;
        }
        int *free_row = before;
        before = last, last = now, now = free_row;
    }
    return last[nb];
}

void ag_guess_try(ag_guess *g, const char *candidate)
{
    size_t na = strlen(g->name), nb = strlen(candidate);
    if (na > LONGEST_GUESS || nb > LONGEST_GUESS || na > nb + 2 || nb > na + 2) return;
    int d = edit_distance(g->name, (int)na, candidate, (int)nb);
    if (d > 2 || 2 * (size_t)d >= na || (g->best && d >= g->distance)) return;
    g->best = candidate;
    g->distance = d;
}
