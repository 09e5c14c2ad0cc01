/* outfile - a file being written: opening, errors and closing with one report each.
 *
 * Every function returns AG_OK or AG_EIO; the first failure is reported with the path and the system's reason. */
#ifndef AG_OUTFILE_H
#define AG_OUTFILE_H
#include <stdio.h>
#include "core/diag.h"

typedef struct ag_outfile {
    FILE       *stream;                     /* NULL: not open */
    const char *path;
    ag_diag    *diag;
    int         failed;                     /* reported already */
    int         regular;                    /* a regular file: earlier bytes can be patched */
} ag_outfile;

ag_status ag_outfile_open(ag_outfile *o, ag_diag *d, const char *path);     /* "-": standard output */
ag_status ag_outfile_write(ag_outfile *o, const void *data, size_t bytes);
ag_status ag_outfile_printf(ag_outfile *o, const char *format, ...) __attribute__((format(printf, 2, 3)));
ag_status ag_outfile_flush(ag_outfile *o);
/* For a regular file, after a flush: makes it `size` bytes long, new ones being 0; overwrites bytes from offset on. The
 * position of the stream stays. */
ag_status ag_outfile_resize(ag_outfile *o, long size);
ag_status ag_outfile_patch(ag_outfile *o, long offset, const void *data, size_t bytes);
/* Flushes and closes; fine when not open. AG_EIO when anything written through o was lost. */
ag_status ag_outfile_close(ag_outfile *o);
#endif
