/* deck - reads a netlist and the files it includes into one list of cards, and single expressions out of a text.
 *
 * A file is parsed as a whole; then each of its .include cards is replaced by the cards of that file, read the same
 * way. So only one parser is alive at a time, and the scanner's copy of the text is one buffer for all files. */
#include "parser/deck.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "parser/reader.h"
#include "parser/gram.h"

#define MOST_PARENTS 50                /* files open inside one another */
#define MOST_FILES   10000             /* include cards followed: two files that include each other twice grow as 2^n */
#define MOST_PATH    4096              /* bytes of a path that is looked into; stat() refuses longer ones */
#define MOST_BYTES   0x7fff0000        /* flex counts with int */

typedef struct session {
    ag_circuit *c;
    char       *buffer;                /* [size] the scanner's copy */
    size_t      size;
    int         n_include;
    const char *title;                 /* of a .title card */
    ag_loc      title_at;
} session;

/* ---- one text ---- */

/* Room for n bytes of text, a newline at its end and flex's two zeros. */
static char *scan_buffer(session *s, size_t n)
{
    if (s->size < n + 3) {
        s->size = n + n / 4 + 4096;
        s->buffer = AG_NEW(s->c->arena, char, s->size);
    }
    return s->buffer;
}

/* Runs the parser over length bytes of file number `file` from offset on. */
static void parse(session *s, ag_reader *r, int file, size_t offset, size_t length, int start)
{
    char       *copy = scan_buffer(s, length);
    const char *text = ag_diag_file(s->c->diag, file)->text;
    memcpy(copy, text + offset, length);
    memcpy(copy + length, "\n\0\0", 3);                    /* so that every card has an end */
    r->c = s->c;
    r->source = text;
    r->copy = copy;
    r->origin = (uint32_t)offset;
    r->file = (uint16_t)file;
    r->start = start;
    r->base = -1;
    r->line_tail = &r->first;
    ag_reader_scan(r, copy, length + 3);
    if (ag_yyparse(r)) r->broken = 1;
}

/* ---- included files ---- */

/* Bytes of "$NAME" or "${NAME}" at p, *name its name; 0: the '$' stands for itself. */
static size_t variable(ag_circuit *c, const char *p, const char **name)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
    int    braces = p[1] == '{';
    size_t n = strspn(p + 1 + braces, letters);
    if (!n || (braces && p[2 + n] != '}')) return 0;
    *name = ag_text(c->arena, p + 1 + braces, n);
    return 1 + n + 2 * (size_t)braces;
}

/* The path with "~" at its beginning and variables of the environment replaced; NULL after a report. */
static const char *expand(ag_circuit *c, ag_loc at, const char *path)
{
    const char *whole = path, *text = "", *name, *value;
    if (strlen(path) > MOST_PATH) return path;
    if (path[0] == '~' && (path[1] == '/' || !path[1])) {
        text = getenv("HOME");
        path++;
        if (!text) ag_error(c->diag, at, "'%s': the environment variable HOME is not set", whole);
        if (!text) return NULL;
    }
    for (const char *p; (p = strchr(path, '$')); ) {
        size_t n = variable(c, p, &name);
        value = n ? getenv(name) : "$";
        if (!value) {
            ag_error(c->diag, at, "'%s': the environment variable %s is not set", whole, name);
            return NULL;
        }
        text = ag_printf(c->arena, "%s%.*s%s", text, (int)(p - path), path, value);
        path = p + (n ? n : 1);
    }
    return ag_printf(c->arena, "%s%s", text, path);
}

/* The path relative to the folder of the file that names it. */
static const char *resolve(ag_circuit *c, ag_loc at, const char *path)
{
    const char *name = ag_diag_file(c->diag, at.file)->name, *slash = name ? strrchr(name, '/') : NULL;
    if (path[0] == '/' || !slash) return path;
    return ag_printf(c->arena, "%.*s%s", (int)(slash + 1 - name), name, path);
}

/* Reports a file that is being read already: in the chain of includes that leads to `at`. */
static int loops(ag_circuit *c, ag_loc at, const struct stat *wanted)
{
    int n = 0;
    for (ag_loc l = at; l.file; n++) {
        const ag_file *f = ag_diag_file(c->diag, l.file);
        struct stat    st;
        if (n >= MOST_PARENTS) {
            ag_error(c->diag, at, "more than %d files included inside one another", MOST_PARENTS);
            return 1;
        }
        if (!stat(f->name, &st) && st.st_dev == wanted->st_dev && st.st_ino == wanted->st_ino) {
            ag_error(c->diag, at, "include loop: '%s' is being read already", f->name);
            return 1;
        }
        l = f->from;
    }
    return 0;
}

/* Reads size bytes; nothing is allocated while the file is open. Returns the bytes read, or -1 with errno set. */
static ssize_t read_whole(const char *path, char *text, size_t size)
{
    int    fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t done = 0;
    if (fd < 0) return -1;
    while (done < size) {
        ssize_t n = read(fd, text + done, size - done);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            int why = errno;
            close(fd);
            errno = why;
            return -1;
        }
        if (n == 0) break;
        done += (size_t)n;
    }
    close(fd);
    return (ssize_t)done;
}

int ag_deck_load(ag_circuit *c, ag_loc at, const char *name)
{
    struct stat st;
    ag_diag    *d = c->diag;
    const char *expanded = expand(c, at, name), *path = expanded ? resolve(c, at, expanded) : NULL;
    if (!path) return 0;
    if (stat(path, &st)) {
        ag_error(d, at, "cannot open '%s': %s", path, strerror(errno));
    } else if (!S_ISREG(st.st_mode)) {
        ag_error(d, at, "cannot read '%s': it is a %s", path, S_ISDIR(st.st_mode) ? "folder" : "device, not a file");
    } else if (st.st_size > MOST_BYTES) {
        ag_error(d, at, "'%s' has more than 2 gigabytes", path);
    } else if (!loops(c, at, &st)) {
        char   *text = AG_NEW(c->arena, char, (size_t)st.st_size + 1);
        ssize_t n = read_whole(path, text, (size_t)st.st_size);
        if (n < 0) ag_error(d, at, "cannot read '%s': %s", path, strerror(errno));
        else return ag_diag_add_file(d, path, text, (size_t)n, at);
    }
    return 0;
}

/* The one path of an .include card; NULL after a report. */
static const ag_field *include_path(session *s, const ag_line *l)
{
    const ag_field *f = l->field;
    if (l->broken) return NULL;
    if (!f || !*f->text) ag_error(s->c->diag, l->at, "%s needs the path of a file", l->first);
    else if (f->next && l->first[1] == 'l')
        ag_error(s->c->diag, f->next->at, "sections of a library are not supported; .lib PATH and .include PATH read the whole file");
    else if (f->next) ag_error(s->c->diag, f->next->at, "%s takes one path; quote a path with blanks", l->first);
    else if (++s->n_include > MOST_FILES) {
        if (s->n_include == MOST_FILES + 1) ag_error(s->c->diag, l->at, "more than %d files are included", MOST_FILES);
    } else return f;
    return NULL;
}

static void read_file(session *s, int file, size_t offset, ag_line ***tail);

static void include(session *s, const ag_line *l, ag_line ***tail)
{
    const ag_field *f = include_path(s, l);
    if (!f) return;
    int file = ag_deck_load(s->c, f->at, f->text);
    if (file) read_file(s, file, 0, tail);
}

/* ---- decks ---- */

static int is_include(const ag_line *l) { return l->first[0] == '.' && ag_reader_kind(l->first) == AG_LINE_PATH; }
static int is_title(const ag_line *l)   { return l->first[0] == '.' && ag_reader_kind(l->first) == AG_LINE_TEXT; }

/* Appends the cards of a file at *tail. Recursion ends at MOST_PARENTS. */
static void read_file(session *s, int file, size_t offset, ag_line ***tail)
{
    size_t length = ag_diag_file(s->c->diag, file)->length;
    if (length > MOST_BYTES) {
        ag_error(s->c->diag, ((ag_loc){ 0, (uint16_t)file, 0 }), "the netlist has more than 2 gigabytes");
        return;
    }
    ag_reader *r = AG_NEW(s->c->arena, ag_reader, 1);
    parse(s, r, file, offset, length - offset, T_DECK);
    for (ag_line *l = r->first, *next; l; l = next) {
        next = l->next;
        if (is_include(l)) {
            include(s, l, tail);
        } else if (is_title(l)) {
            s->title = l->field ? l->field->text : "";
            s->title_at = l->field ? l->field->at : l->at;
        } else {
            l->next = NULL;
            **tail = l;
            *tail = &l->next;
        }
    }
}

/* The first line as the title; returns the offset of the second. */
static size_t read_title(ag_circuit *c, ag_deck *deck, int file)
{
    const ag_file *f = ag_diag_file(c->diag, file);
    size_t         from = f->length >= 3 && !memcmp(f->text, "\xef\xbb\xbf", 3) ? 3 : 0;      /* byte order mark */
    const char    *end = memchr(f->text + from, '\n', f->length - from);
    size_t         stop = end ? (size_t)(end - f->text) : f->length, n = stop - from;
    while (n && strchr(" \t\r", f->text[from + n - 1]) && f->text[from + n - 1]) n--;
    deck->title = ag_text(c->arena, f->text + from, n);
    deck->title_at = (ag_loc){ (uint32_t)from, (uint16_t)file, (uint16_t)(n < UINT16_MAX ? n : UINT16_MAX) };
    return end ? stop + 1 : stop;
}

ag_deck *ag_deck_read(ag_circuit *c, int file, int is_main)
{
    session   s = { .c = c };
    ag_deck  *deck = AG_NEW(c->arena, ag_deck, 1);
    ag_line **tail = &deck->line;
    size_t    offset = 0;
    deck->title = "";
    if (is_main) offset = read_title(c, deck, file);
    read_file(&s, file, offset, &tail);
    ag_drop(c->arena, s.buffer, s.size);
    if (s.title) {
        deck->title = s.title;
        deck->title_at = s.title_at;
    }
    return deck;
}

ag_expr *ag_deck_expr(ag_circuit *c, ag_loc at)
{
    session        s = { .c = c };
    const ag_file *f = ag_diag_file(c->diag, at.file);
    ag_reader     *r = AG_NEW(c->arena, ag_reader, 1);
    if (!f || at.offset > f->length) return NULL;
    size_t length = f->length - at.offset < at.length ? f->length - at.offset : at.length;
    parse(&s, r, at.file, at.offset, length, T_EXPRESSION);
    return r->broken ? NULL : r->expr;
}
