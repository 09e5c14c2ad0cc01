/* diag - source files, spans, and reports with line, column and caret.
 *
 *     tile.cir:14:19: error: vteam parameter 'ron' = -5 ohm is outside 0.001 .. 1e+12
 *        14 | .model vt1 vteam (ron=-5 roff=10k)
 *           |                   ^~~~~~
 *     tile.cir:3:1: note: included from here
 *     tile.cir:20:1: note: in x1 (subcircuit 'cell'), called from here
 *
 * Line and column are computed only when printing. At most AG_MAX_ERRORS errors are printed; all are counted. */
#ifndef AG_DIAG_H
#define AG_DIAG_H
#include <stdarg.h>
#include <stdint.h>
#include "core/arena.h"

#define AG_MAX_ERRORS 20

typedef struct ag_loc { uint32_t offset; uint16_t file, length; } ag_loc;   /* file 0: no source (built by calls) */
#define AG_NOWHERE ((ag_loc){ 0, 0, 0 })

typedef struct ag_file { const char *name, *text; size_t length; ag_loc from; } ag_file;   /* from: the .include */

typedef struct ag_diag ag_diag;
ag_diag *ag_diag_new(ag_arena *a);
/* Registers a source text (kept, not copied; must end with a 0 after length bytes). Returns its number, from 1. */
int            ag_diag_add_file(ag_diag *d, const char *name, const char *text, size_t length, ag_loc from);
const ag_file *ag_diag_file(const ag_diag *d, int file);
int            ag_diag_line(const ag_diag *d, ag_loc at, int *column);       /* both from 1 */
int            ag_diag_errors(const ag_diag *d);               /* of the attempt under way */
int            ag_diag_warnings(const ag_diag *d);
ag_arena      *ag_diag_arena(const ag_diag *d);                /* lives as long as the source texts */
/* A new attempt at the same netlist begins: errors made so far no longer stand in its way, and warnings and notes are made
 * only where none of that kind was made before. */
void           ag_diag_again(ag_diag *d);
/* Reports that point between `from` and `to` (or into files included there) say that they are about the instance `path` of
 * subcircuit `name`, called from `at`; so do those of the contexts around it. Returns the context until now; NULL: none. */
typedef struct ag_context {
    ag_loc      from, to, at;
    const char *path, *name;                                                 /* "x1.x2.", "cell" */
    const struct ag_context *outer;
} ag_context;
const ag_context *ag_diag_inside(ag_diag *d, const ag_context *now);
ag_loc         ag_loc_join(ag_loc first, ag_loc last);                       /* span from first to last */

/* One sentence: what is wrong, and what would be right. No final full stop. Of very long names the ends are shown. */
void ag_report(ag_diag *d, ag_severity severity, ag_loc at, const char *format, ...) __attribute__((format(printf, 4, 5)));
void ag_vreport(ag_diag *d, ag_severity severity, ag_loc at, const char *format, va_list args);
#define ag_error(d, at, ...)   ag_report((d), AG_ERROR, (at), __VA_ARGS__)
#define ag_warning(d, at, ...) ag_report((d), AG_WARNING, (at), __VA_ARGS__)
#define ag_note(d, at, ...)    ag_report((d), AG_NOTE, (at), __VA_ARGS__)
#endif
