/* encoding - netlists as UTF-8 with lines that end with a newline. */
#ifndef AG_ENCODING_H
#define AG_ENCODING_H
#include "core/arena.h"

/* The text as UTF-8: UTF-16 of either byte order, with or without a mark (LTspice writes it), and single-byte letters
 * (Windows, Latin-1: "10\xb5") are converted; where only carriage returns end lines they become newlines. The text itself when there is
 * nothing to do; else a copy, which ends with a 0 after *length bytes. */
const char *ag_utf8(ag_arena *a, const char *text, size_t *length);
#endif
