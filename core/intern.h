/* intern - unique names, and maps keyed by them.
 *
 * A name is lower-case, unique per circuit and compared by pointer. */
#ifndef AG_INTERN_H
#define AG_INTERN_H
#include "core/arena.h"

typedef struct ag_names ag_names;
ag_names   *ag_names_new(ag_arena *a);
const char *ag_name(ag_names *n, const char *text, size_t length);   /* lower-cases; never NULL */
const char *ag_name0(ag_names *n, const char *text);                 /* text ends with 0 */

int         ag_name_same(const char *a, const char *b);              /* equal but for the case of ASCII letters */

typedef struct ag_map ag_map;                                        /* interned name -> pointer */
ag_map *ag_map_new(ag_arena *a);
void   *ag_map_get(const ag_map *m, const char *name);               /* NULL when absent */
void    ag_map_put(ag_map *m, const char *name, void *value);        /* replaces */
/* Visits entries in order of insertion; start with *i = 0; returns NULL at the end. */
const char *ag_map_next(const ag_map *m, int *i, void **value);

/* The candidate closest to `name` by edit distance (at most 2 and less than half its length), or NULL. */
typedef struct ag_guess { const char *name, *best; int distance; } ag_guess;
void ag_guess_try(ag_guess *g, const char *candidate);
#endif
