#include "waveforms/outfile.h"
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static ag_status fail(ag_outfile *o, const char *what)
{
    int reported = o->failed;

    o->failed = 1;                                        /* first: a report may run out of memory and jump */
    if (!reported)
        ag_error(o->diag, AG_NOWHERE, "cannot %s '%s': %s", what, o->path, strerror(errno ? errno : EIO));
    return AG_EIO;
}

ag_status ag_outfile_open(ag_outfile *o, ag_diag *d, const char *path)
{
    struct stat st;

    *o = (ag_outfile){ .path = path, .diag = d };
    errno = 0;
    o->stream = strcmp(path, "-") ? fopen(path, "wb") : stdout;
    if (!o->stream)
        return fail(o, "open");
    o->regular = o->stream != stdout && fstat(fileno(o->stream), &st) == 0 && S_ISREG(st.st_mode);
    return AG_OK;
}

ag_status ag_outfile_write(ag_outfile *o, const void *data, size_t bytes)
{
    errno = 0;
    if (o->failed || fwrite(data, 1, bytes, o->stream) != bytes)
        return fail(o, "write");
    return AG_OK;
}

ag_status ag_outfile_printf(ag_outfile *o, const char *format, ...)
{
    va_list args;
    int n;

    errno = 0;
    va_start(args, format);
    n = o->failed ? -1 : vfprintf(o->stream, format, args);
    va_end(args);
    return n < 0 ? fail(o, "write") : AG_OK;
}

ag_status ag_outfile_flush(ag_outfile *o)
{
    errno = 0;
    return o->failed || fflush(o->stream) ? fail(o, "write") : AG_OK;
}

ag_status ag_outfile_resize(ag_outfile *o, long size)
{
    int failed;

    while ((failed = ftruncate(fileno(o->stream), size)) && errno == EINTR)
        ;
    return failed ? fail(o, "write") : AG_OK;
}

ag_status ag_outfile_patch(ag_outfile *o, long offset, const void *data, size_t bytes)
{
    for (size_t done = 0; done < bytes;) {
        errno = 0;
        ssize_t n = pwrite(fileno(o->stream), (const char *)data + done, bytes - done, offset + (long)done);
        if (n > 0)
            done += (size_t)n;
        else if (errno != EINTR)
            return fail(o, "write");
    }
    return AG_OK;
}

ag_status ag_outfile_close(ag_outfile *o)
{
    FILE *f = o->stream;

    o->stream = NULL;
    errno = 0;
    if (f && (f == stdout ? fflush(f) : fclose(f)))
        fail(o, "write");
    return o->failed ? AG_EIO : AG_OK;
}
