/* library - sections of a library file, .lib NAME ... .endl. Private to this folder. */
#ifndef AG_LIBRARY_H
#define AG_LIBRARY_H
#include "core/circuit.h"

typedef struct ag_section {
    const char *name;                  /* interned */
    ag_loc      at;                    /* of the name */
    size_t      card, begin, end;      /* offsets of ".lib", of the line behind it, and of ".endl" */
} ag_section;

/* The sections of a file in their order; returns how many. They are found in the text, so that a section can be read
 * without the others, whose mistakes do not matter then. */
int ag_library_sections(ag_circuit *c, int file, ag_section **list);
/* The one of that name among the n sections of a file, or NULL after a report at `at` that lists what the file has. */
const ag_section *ag_library_find(ag_circuit *c, int file, const ag_section *list, int n, const char *name, ag_loc at);
#endif
