/* marks - a set of places in a netlist, each with what was said or done there.
 *
 * Entries are 64-bit hashes: two of a million differ by chance with a probability of 1 - 3e-8. */
#ifndef AG_MARKS_H
#define AG_MARKS_H
#include "core/diag.h"

typedef struct ag_marks { ag_arena *arena; uint64_t *slot; size_t n, cap; } ag_marks;     /* empty: { arena } */

uint64_t ag_mark_of(ag_loc at, const void *what);
int      ag_marks_has(const ag_marks *m, uint64_t mark);
void     ag_marks_add(ag_marks *m, uint64_t mark);
#endif
