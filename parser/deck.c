/* deck - reads a netlist and the files it includes into one list of cards, and single expressions out of a text.
 *
 * A file, or one section of a library, is parsed as a whole; then each of its .include and .lib cards is replaced by the
 * cards of that file, read the same way. So only one parser is alive at a time, and the scanner's copy of the text is
 * one buffer for all files. A card between .if and .endif whose file cannot be read stays in the list: it is an error
 * only when that branch is taken. */
#include "parser/deck.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/number.h"
#include "parser/encoding.h"
#include "parser/library.h"
#include "parser/reader.h"
#include "parser/gram.h"

#define MOST_PARENTS 50                /* files open inside one another */
#define MOST_FILES   10000             /* include cards followed: two files that include each other twice grow as 2^n */
#define MOST_PATH    4096              /* bytes of a path that is looked into; stat() refuses longer ones */
#define MOST_BYTES   0x7fff0000        /* flex counts with int */

/* A file that was read: libraries are named once for each of their sections. */
typedef struct known { const char *path, *text; size_t length; ag_section *section; int n_section; } known;
typedef struct reading { int file; const char *section; ag_loc at; } reading;

typedef struct session {
    ag_circuit *c;
    char       *buffer;                /* [size] the scanner's copy */
    size_t      size;
    int         n_include;
    int         conditions;            /* .if blocks that are open */
    ag_map     *known;                 /* path in lower case -> known */
    reading    *part; int n_part, cap_part;   /* files of which one section is read, */
    reading    *rest; int n_rest, cap_rest;   /* and whole files with sections: the first of them */
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

/* Whether the line that ends with the backslash at `end` is code: a comment does not go on. */
static int is_code(const char *text, const char *end)
{
    const char *p = end;
    while (p > text && p[-1] != '\n') p--;
    for (int first = 1; p < end; p++) {
        if (*p == ';' || (first && *p == '*') || (*p == '$' && p[1] == ' ') || (*p == '/' && p[1] == '/')) return 0;
        first &= *p == ' ' || *p == '\t';
    }
    return 1;
}

/* A backslash or two at the end of a line continue it, as in HSPICE: in the copy they become blanks. */
static void join_lines(char *copy, size_t length)
{
    for (char *p = copy, *end = copy + length, *q; (p = memchr(p, '\\', (size_t)(end - p))); p = q) {
        for (q = p; q < end && strchr("\\ \t\r", *q); q++)
            if (!*q) break;
        if (q == end || *q != '\n' || !is_code(copy, p)) {
            q = p + 1;
            continue;
        }
        memset(p, ' ', (size_t)(q + 1 - p));
    }
}

/* Runs the parser over length bytes of file number `file` from offset on. */
static void parse(session *s, ag_reader *r, int file, size_t offset, size_t length, int start)
{
    char       *copy = scan_buffer(s, length);
    const char *text = ag_diag_file(s->c->diag, file)->text;
    memcpy(copy, text + offset, length);
    memcpy(copy + length, "\n\0\0", 3);                    /* so that every card has an end */
    if (start == T_DECK) join_lines(copy, length);
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

/* The path with "~" at its beginning and variables of the environment replaced; NULL and the variable that is not set. */
static const char *expand(ag_circuit *c, const char *path, const char **missing)
{
    const char *text = "", *name, *value;
    if (strlen(path) > MOST_PATH) return path;
    if (path[0] == '~' && (path[1] == '/' || !path[1])) {
        text = getenv(*missing = "HOME");
        path++;
        if (!text) return NULL;
    }
    for (const char *p; (p = strchr(path, '$')); ) {
        size_t n = variable(c, p, &name);
        value = n ? getenv(*missing = name) : "$";
        if (!value) return NULL;
        text = ag_printf(c->arena, "%s%.*s%s", text, (int)(p - path), path, value);
        path = p + (n ? n : 1);
    }
    return ag_printf(ag_diag_arena(c->diag), "%s%s", text, path);
}

/* The path relative to the folder of the file that names it. */
static const char *resolve(ag_circuit *c, ag_loc at, const char *path)
{
    const char *name = ag_diag_file(c->diag, at.file)->name, *slash = name ? strrchr(name, '/') : NULL;
    if (path[0] == '/' || !slash) return path;
    return ag_printf(ag_diag_arena(c->diag), "%.*s%s", (int)(slash + 1 - name), name, path);
}

/* The section that is read of a file; NULL: all of it. */
static const char *section_of(const session *s, int file)
{
    for (int k = s ? s->n_part - 1 : -1; k >= 0; k--)
        if (s->part[k].file == file) return s->part[k].section;
    return NULL;
}

/* Reports a file, or section, that is being read already: in the chain of includes that leads to `at`. */
static int loops(const session *s, ag_circuit *c, ag_loc at, const struct stat *wanted, const char *section)
{
    int n = 0;
    for (ag_loc l = at; l.file; n++) {
        const ag_file *f = ag_diag_file(c->diag, l.file);
        struct stat    st;
        if (n >= MOST_PARENTS) {
            ag_error(c->diag, at, "more than %d files included inside one another", MOST_PARENTS);
            return 1;
        }
        if (section_of(s, l.file) == section && !stat(f->name, &st) && st.st_dev == wanted->st_dev && st.st_ino == wanted->st_ino) {
            if (section) ag_error(c->diag, at, "include loop: section '%s' of '%s' is being read already", section, f->name);
            else ag_error(c->diag, at, "include loop: '%s' is being read already", f->name);
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

/* Whether the file can be read later: its branch may not be taken. */
static int may_fail(const session *s, const char *path, struct stat *st)
{
    return s && s->conditions && (!path || stat(path, st) || !S_ISREG(st->st_mode));
}

static known *find_known(const session *s, const char *path)
{
    known *k = s ? ag_map_get(s->known, ag_name0(s->c->names, path)) : NULL;
    return k && !strcmp(k->path, path) ? k : NULL;
}

static void remember(session *s, const char *path, const char *text, size_t length)
{
    known *k = AG_NEW(s->c->arena, known, 1);
    *k = (known){ .path = path, .text = text, .length = length, .n_section = -1 };
    ag_map_put(s->known, ag_name0(s->c->names, path), k);
}

static int sections(session *s, int file, ag_section **list)
{
    known *k = find_known(s, ag_diag_file(s->c->diag, file)->name);
    if (!k) return ag_library_sections(s->c, file, list);
    if (k->n_section < 0) k->n_section = ag_library_sections(s->c, file, &k->section);
    *list = k->section;
    return k->n_section;
}

/* Number of the file in c->diag; 0 after a report; -1 when that waits for the branch to be taken. */
static int load(session *s, ag_circuit *c, ag_loc at, const char *name, const char *section)
{
    struct stat st;
    ag_diag    *d = c->diag;
    const char *missing = "", *expanded = expand(c, name, &missing), *path = expanded ? resolve(c, at, expanded) : NULL;
    if (may_fail(s, path, &st)) return -1;
    if (!path) {
        ag_error(d, at, "'%s': the environment variable %s is not set", name, missing);
    } else if (stat(path, &st)) {
        ag_error(d, at, "cannot open '%s': %s", path, strerror(errno));
    } else if (!S_ISREG(st.st_mode)) {
        ag_error(d, at, "cannot read '%s': it is a %s", path, S_ISDIR(st.st_mode) ? "folder" : "device, not a file");
    } else if (st.st_size > MOST_BYTES) {
        ag_error(d, at, "'%s' has more than 2 gigabytes", path);
    } else if (!loops(s, c, at, &st, section)) {
        const known *old = find_known(s, path);
        if (old) return ag_diag_add_file(d, path, old->text, old->length, at);
        char   *text = AG_NEW(ag_diag_arena(d), char, (size_t)st.st_size + 1);
        ssize_t n = read_whole(path, text, (size_t)st.st_size);
        if (n < 0) ag_error(d, at, "cannot read '%s': %s", path, strerror(errno));
        if (n < 0) return 0;
        size_t      length = (size_t)n;
        const char *utf8 = ag_utf8(ag_diag_arena(d), text, &length);
        if (s) remember(s, path, utf8, length);
        return ag_diag_add_file(d, path, utf8, length, at);
    }
    return 0;
}

int ag_deck_load(ag_circuit *c, ag_loc at, const char *path) { return load(NULL, c, at, path, NULL); }

const char *ag_deck_path(ag_circuit *c, ag_loc at, const char *path)
{
    const char *missing = "", *expanded = expand(c, path, &missing);
    if (expanded) return resolve(c, at, expanded);
    ag_error(c->diag, at, "'%s': the environment variable %s is not set", path, missing);
    return NULL;
}

/* The path of an .include card, and the section behind that of a .lib; NULL after a report. */
static const ag_field *include_path(session *s, const ag_line *l)
{
    const ag_field *f = l->field;
    int             most = l->first[1] == 'l' ? 2 : 1;
    if (l->broken) return NULL;
    if (!f || !*f->text) ag_error(s->c->diag, l->at, "%s needs the path of a file", l->first);
    else if (f->next && most == 1) ag_error(s->c->diag, f->next->at, "%s takes one path; quote a path with blanks", l->first);
    else if (f->next && f->next->next)
        ag_error(s->c->diag, f->next->next->at, ".lib takes a path and the name of a section; quote a path with blanks");
    else if (++s->n_include > MOST_FILES) {
        if (s->n_include == MOST_FILES + 1) ag_error(s->c->diag, l->at, "more than %d files are included", MOST_FILES);
    } else return f;
    return NULL;
}

/* What kept a card in the list. */
void ag_deck_missing(ag_circuit *c, const ag_line *l)
{
    const ag_field *f = l->field;
    if (load(NULL, c, f->at, f->text, f->next ? ag_name0(c->names, f->next->text) : NULL))
        ag_error(c->diag, f->at, "'%s' was not there when the netlist was read", f->text);
}

static void read_file(session *s, int file, size_t offset, ag_line ***tail);
static void read_section(session *s, int file, const ag_section *part, ag_line ***tail);

/* 0 when the card is to stay in the list. */
static int include(session *s, const ag_line *l, ag_line ***tail)
{
    const ag_field   *f = include_path(s, l), *part = f ? f->next : NULL;
    const char       *name = part ? ag_name0(s->c->names, part->text) : NULL;
    int               file = f ? load(s, s->c, f->at, f->text, name) : 0;
    const ag_section *section = NULL;
    if (part && file > 0) {
        ag_section *list;
        int         n = sections(s, file, &list);
        section = ag_library_find(s->c, file, list, n, name, part->at);
    }
    if (section) *AG_PUSH(s->c->arena, s->part, s->n_part, s->cap_part) = (reading){ file, name, part->at };
    if (section) read_section(s, file, section, tail);
    else if (!part && file > 0) read_file(s, file, 0, tail);
    return file >= 0;
}

/* ---- decks ---- */

static int holds_path(const ag_line *l) { return l->first[0] == '.' && ag_reader_kind(l->first) == AG_LINE_PATH; }
static int is_include(const ag_line *l) { return holds_path(l) && strcmp(l->first, ".hdl"); }
static int is_title(const ag_line *l)   { return l->first[0] == '.' && ag_reader_kind(l->first) == AG_LINE_TEXT; }

/* Double quotes stand for apostrophes, except round paths and round values that may be texts (.param, .option). */
static void unquote(session *s, ag_line *l)
{
    if (holds_path(l) || !strncmp(l->first, ".option", 7) || !strncmp(l->first, ".param", 6)) return;
    for (ag_field *f = l->field; f; f = f->next) {
        const ag_field *quoted = f->kind == AG_STRING ? f : f->group && f->group->kind == AG_STRING ? f->group : NULL;
        if (!quoted || f->kind == AG_GROUP || (f->kind == AG_KEY && ag_reader_is_path_key(f->text))) continue;
        ag_expr *e = ag_deck_expr(s->c, quoted->at);
        if (!e) l->broken = 1;
        if (f->kind == AG_STRING) f->kind = AG_EXPR;
        if (f->kind == AG_RELATION) f->right = e;
        else f->expr = e;
        f->group = NULL;
    }
}

/* Appends the cards of a file at *tail; those of its sections are left out. Recursion ends at MOST_PARENTS. */
static void append(session *s, const ag_reader *r, const ag_section *section, int n, ag_line ***tail)
{
    int k = 0;
    for (ag_line *l = r->first, *next; l; l = next) {
        next = l->next;
        while (k < n && l->at.offset > section[k].end) k++;
        if (k < n && l->at.offset >= section[k].card) continue;
        if (!strcmp(l->first, ".if")) s->conditions++;
        if (!strcmp(l->first, ".endif")) s->conditions -= s->conditions > 0;
        if (is_title(l)) {
            s->title = l->field ? l->field->text : "";
            s->title_at = l->field ? l->field->at : l->at;
        } else if (!is_include(l) || !include(s, l, tail)) {
            unquote(s, l);
            l->next = NULL;
            **tail = l;
            *tail = &l->next;
        }
    }
}

static void read_file(session *s, int file, size_t offset, ag_line ***tail)
{
    ag_section *section;
    size_t      length = ag_diag_file(s->c->diag, file)->length;
    if (length > MOST_BYTES) {
        ag_error(s->c->diag, ((ag_loc){ 0, (uint16_t)file, 0 }), "the netlist has more than 2 gigabytes");
        return;
    }
    ag_reader *r = AG_NEW(s->c->arena, ag_reader, 1);
    int        n = sections(s, file, &section);
    if (n) *AG_PUSH(s->c->arena, s->rest, s->n_rest, s->cap_rest) = (reading){ file, section->name, section->at };
    parse(s, r, file, offset, length - offset, T_DECK);
    append(s, r, section, n, tail);
}

static void read_section(session *s, int file, const ag_section *part, ag_line ***tail)
{
    ag_reader *r = AG_NEW(s->c->arena, ag_reader, 1);
    parse(s, r, file, part->begin, part->end - part->begin, T_DECK);
    append(s, r, NULL, 0, tail);
}

static int looks_like_value(const char *word, size_t n)
{
    double value;
    return n && (ag_number_read(word, n, &value) || memchr(word, '=', n) || memchr(word, '(', n) || strchr("'\"{})", *word)
                 || strchr("'})", word[n - 1]));
}

static size_t word_end(const char *word) { return strcspn(word, " \t\r\n"); }

/* Whether a first line is a card that somebody forgot to put a title above: a dot command before a value ("RC filter of
 * order 2" is none), or the name of an element with a digit in it, three words more and a value where it has to be. */
static int looks_like_card(const char *line)
{
    enum { NAME, A, B, VALUE, N_WORD };
    const char *word[N_WORD] = { line, line, line, line }, *last = line, *p = line;
    int         n = 0;
    for (; *p; n++) {
        last = p;
        if (n < N_WORD) word[n] = p;
        p += word_end(p);
        p += strspn(p, " \t\r\n");
    }
    int value = looks_like_value(last, word_end(last));
    if (n < 2 || !value || *line == '.') return n > 1 && value && looks_like_value(word[A], word_end(word[A]));
    if (n < N_WORD || strcspn(line, "0123456789") >= word_end(line)) return 0;
    if (strchr("rclRCL", *line)) return looks_like_value(word[VALUE], word_end(word[VALUE]));
    return strchr("viegfhbdmqjswxnkVIEGFHBDMQJSWXNK", *line) != NULL;
}

/* The first line as the title, whatever it is; returns the offset of the second. */
static size_t read_title(ag_circuit *c, ag_deck *deck, int file)
{
    const ag_file *f = ag_diag_file(c->diag, file);
    size_t         from = f->length >= 3 && !memcmp(f->text, "\xef\xbb\xbf", 3) ? 3 : 0;      /* byte order mark */
    const char    *line = f->text + from, *end = memchr(line, '\n', f->length - from);
    size_t         stop = end ? (size_t)(end - f->text) : f->length, n = stop - from;
    while (n && strchr(" \t\r", line[n - 1]) && line[n - 1]) n--;
    deck->title = ag_text(c->arena, line, n);
    deck->title_at = (ag_loc){ (uint32_t)from, (uint16_t)file, (uint16_t)(n < UINT16_MAX ? n : UINT16_MAX) };
    if (looks_like_card(deck->title)) {
        const char *first = ag_name(c->names, line, strcspn(line, " \t\r\n"));
        ag_warning(c->diag, deck->title_at, "the first line is the title: '%s' is not read as a card; put a title above it", first);
    }
    return end ? stop + 1 : stop;
}

/* Files with sections none of which is asked for. */
static void unread_sections(const session *s)
{
    for (int k = 0; k < s->n_rest; k++) {
        const char *path = ag_diag_file(s->c->diag, s->rest[k].file)->name;
        int         used = 0;
        for (int i = 0; i < s->n_part; i++) used |= !strcmp(ag_diag_file(s->c->diag, s->part[i].file)->name, path);
        if (!used)
            ag_warning(s->c->diag, s->rest[k].at, "sections of a library are read by name only: .lib '%s' %s", path, s->rest[k].section);
    }
}

ag_deck *ag_deck_read(ag_circuit *c, int file, int is_main)
{
    session   s = { .c = c, .known = ag_map_new(c->arena) };
    ag_deck  *deck = AG_NEW(c->arena, ag_deck, 1);
    ag_line **tail = &deck->line;
    size_t    offset = 0;
    deck->title = "";
    if (is_main) offset = read_title(c, deck, file);
    read_file(&s, file, offset, &tail);
    ag_drop(c->arena, s.buffer, s.size);
    unread_sections(&s);
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
