#include "cli/files.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { RAW, CSV, JSON, PLOT, LOG, N_OUTPUT };
static const char *const option[N_OUTPUT] = { "-r", "--csv", "--json", "--plot", "-o" };

static const char *path_of(const cli_options *o, int k)
{
    const char *const path[N_OUTPUT] = { o->run.raw, o->run.csv, o->run.json, o->run.plot, o->log };

    return path[k];
}

/* Length of the part up to the last slash. */
static size_t folder(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? (size_t)(slash - path) + 1 : 0;
}

static int find_folder(const char *path, struct stat *s)
{
    size_t n = folder(path);
    char  *text = malloc(n + 2);
    int    found = 0;

    if (text) {
        memcpy(text, path, n);
        memcpy(text + n, ".", 2);
        found = stat(text, s) == 0;
    }
    free(text);
    return found;
}

/* Whether two paths are one file, or will be. Devices and pipes may be shared: nothing is lost there. */
static int same_file(const char *a, const char *b)
{
    struct stat s, t;
    int         has_a = stat(a, &s) == 0, has_b = stat(b, &t) == 0;

    if (has_a && has_b)
        return s.st_dev == t.st_dev && s.st_ino == t.st_ino && S_ISREG(s.st_mode);
    if (has_a || has_b || strcmp(a + folder(a), b + folder(b)))
        return 0;
    return find_folder(a, &s) && find_folder(b, &t) && s.st_dev == t.st_dev && s.st_ino == t.st_ino;
}

/* "-" is standard output, except for the log: it goes there without an option. */
static int is_standard(const cli_options *o, int k) { return k != LOG && !strcmp(path_of(o, k), "-"); }

static int clash(const cli_options *o, int j, int k)
{
    int standard = is_standard(o, j) + is_standard(o, k);

    if (standard == 2 ? j == PLOT || k == PLOT : standard == 1 || !same_file(path_of(o, j), path_of(o, k)))
        return 0;
    fprintf(stderr, "agspice: error: %s and %s would both write '%s'\n", option[j], option[k], path_of(o, k));
    return 1;
}

static int overwrites(const cli_options *o, const char *source)
{
    for (int k = 0; k < N_OUTPUT; k++)
        if (path_of(o, k) && !is_standard(o, k) && same_file(path_of(o, k), source)) {
            fprintf(stderr, "agspice: error: %s would overwrite '%s', which the netlist is read from\n", option[k], source);
            return 1;
        }
    return 0;
}

int cli_files_differ(const cli_options *o)
{
    for (int k = 0; k < N_OUTPUT; k++)
        for (int j = 0; j < k; j++)
            if (path_of(o, j) && path_of(o, k) && clash(o, j, k))
                return 0;
    return !strcmp(o->netlist, "-") || !overwrites(o, o->netlist);
}

int cli_files_spare(const cli_options *o, const ag_circuit *c)
{
    const ag_file *f;

    for (int k = 2; (f = ag_diag_file(c->diag, k)); k++)          /* 1: the netlist itself */
        if (overwrites(o, f->name))
            return 0;
    return 1;
}
