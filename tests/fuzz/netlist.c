/* netlist - one input of the fuzzer is read as a netlist: scanned, parsed, elaborated and finished; no analysis runs.
 *
 * An input is the text of a netlist. What follows a line "*-- part" is the file `part`, which .include, .lib and file= can
 * name; all other paths do not exist (the library is linked with its fopen, stat and open replaced by those below). A
 * first line "-D name=value" is also given to ag_override.
 *
 * Beyond what the sanitizers see, an input fails that takes more than MOST_SECONDS of processor time or MOST_BYTES of
 * memory, that is refused without a report of an error, or accepted with one. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "api/agspice.h"

#define MOST_SECONDS 4
#define MOST_BYTES   ((size_t)500 << 20)
#define MARK         "\n*-- part\n"

FILE *fuzz_fopen(const char *path, const char *mode);
int   fuzz_stat(const char *path, struct stat *st);
int   fuzz_open(const char *path, int flags, ...);
int   LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t *text;                /* of the netlist that is being read */
static size_t         length;
static int            part = -1;           /* file in memory */

/* ---- files ---- */

static int is_part(const char *path) { return !strcmp(path, "part") || !strcmp(path, "./part"); }

FILE *fuzz_fopen(const char *path, const char *mode)
{
    (void)mode;
    if (!strcmp(path, "netlist")) return fmemopen((void *)(uintptr_t)text, length, "rb");
    errno = ENOENT;
    return NULL;
}

int fuzz_stat(const char *path, struct stat *st)
{
    if (is_part(path)) return fstat(part, st);
    errno = ENOENT;
    return -1;
}

int fuzz_open(const char *path, int flags, ...)
{
    (void)flags;
    if (is_part(path)) {
        lseek(part, 0, SEEK_SET);
        return dup(part);
    }
    errno = ENOENT;
    return -1;
}

static void set_part(const uint8_t *data, size_t size)
{
    if (part < 0) part = memfd_create("part", 0);
    if (part < 0 || ftruncate(part, 0) || pwrite(part, data, size, 0) != (ssize_t)size) {
        perror("part");
        exit(1);
    }
}

/* ---- the host ---- */

typedef struct tally { size_t held; int refused, errors; } tally;

/* A block remembers its size in front; 64 keeps the alignment. */
static void *take(void *user, size_t bytes)
{
    tally *t = user;
    if (bytes > MOST_BYTES - t->held) {
        t->refused = 1;
        return NULL;
    }
    char *block = malloc(bytes + 64);
    if (!block) return NULL;
    *(size_t *)(void *)block = bytes;
    t->held += bytes;
    return block + 64;
}

static void give_back(void *user, void *block)
{
    if (!block) return;
    char *start = (char *)block - 64;
    ((tally *)user)->held -= *(size_t *)(void *)start;
    free(start);
}

static void report(void *user, ag_severity severity, const char *said)
{
    tally *t = user;
    size_t n = strlen(said);
    t->errors += severity == AG_ERROR;
    if (!n || said[n - 1] != '\n') abort();
}

static void require(int holds, const char *what)
{
    if (holds) return;
    fprintf(stderr, "fuzz: %s\n", what);
    abort();
}

/* "-D name=value" at the beginning, from where a command line would take it. */
static void override(ag_circuit *c)
{
    const uint8_t *end = memchr(text, '\n', length), *equal = end ? memchr(text, '=', (size_t)(end - text)) : NULL;
    if (!equal || memcmp(text, "-D ", 3)) return;
    char *name = strndup((const char *)text + 3, (size_t)(equal - text) - 3);
    char *value = strndup((const char *)equal + 1, (size_t)(end - equal) - 1);
    ag_override(c, name, value);
    free(name);
    free(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tally          t = { 0 };
    ag_host        host = { .user = &t, .alloc = take, .release = give_back, .report = report };
    const uint8_t *mark = memmem(data, size, MARK, sizeof MARK - 1);
    clock_t        start = clock();

    text = data;
    length = mark ? (size_t)(mark - data) + 1 : size;
    size_t rest = mark ? length + sizeof MARK - 2 : size;
    set_part(data + rest, size - rest);
    ag_circuit *c = ag_circuit_new(&host);
    override(c);
    ag_status s = ag_read_file(c, "netlist");
    ag_circuit_free(c);
    require(!t.refused, "more memory than an input may take");
    require(clock() - start < (clock_t)MOST_SECONDS * CLOCKS_PER_SEC, "more time than an input may take");
    require(s || !t.errors, "accepted, with an error reported");
    require(!s || t.errors, "refused without a report");
    require(!t.held, "memory was not given back");
    return 0;
}
