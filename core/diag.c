/* diag - reports. The text of a report is built whole and handed to the host; the library itself prints nothing. */
#include "core/diag.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/intern.h"
#include "core/marks.h"

#define MOST_FILES   65535                /* ag_loc.file has 16 bits */
#define MOST_LENGTH  65535                /* so has ag_loc.length */
#define SHOWN        160                  /* bytes of a source line that are shown */
#define SHOWN_BEFORE 80                   /* of these before the span, where the line is longer */
#define MOST_WORD    200                  /* bytes of a word in a message: names may be of any length */
#define MOST_TEXT    4000                 /* bytes of a message */
#define MOST_CONTEXTS 3                   /* "called from here" lines, and one */
#define MOST_PARENTS 64                   /* "included from here" lines */

typedef struct source {
    ag_file   file;
    uint32_t *line;                       /* [n_line] offset of each line's first byte; made on first use */
    int       n_line, cap_line;
} source;

struct ag_diag {
    ag_arena *arena;
    source   *source;                     /* [n_source], file number - 1 */
    int       n_source, cap_source;
    int       errors, warnings;
    int       before;                     /* errors of earlier attempts */
    int       again;                      /* this is not the first attempt */
    int       chained;                    /* the report before belongs to an error: notes explain it */
    ag_marks  kinds;                      /* warnings and notes already made: place and format */
    const ag_context *inside;             /* what is being made */
    ag_names *said;                       /* warnings and notes already made, as text */
    ag_map   *said_map;
};

ag_diag *ag_diag_new(ag_arena *a)
{
    ag_diag *d = AG_NEW(a, ag_diag, 1);
    d->arena = a;
    d->said = ag_names_new(a);
    d->said_map = ag_map_new(a);
    d->kinds.arena = a;
    return d;
}

int ag_diag_add_file(ag_diag *d, const char *name, const char *text, size_t length, ag_loc from)
{
    if (d->n_source >= MOST_FILES || length > UINT32_MAX) return 0;
    *AG_PUSH(d->arena, d->source, d->n_source, d->cap_source) = (source){ .file = { name, text, length, from } };
    return d->n_source;
}

static source *find_source(const ag_diag *d, int file)
{
    return file >= 1 && file <= d->n_source ? &d->source[file - 1] : NULL;
}

const ag_file *ag_diag_file(const ag_diag *d, int file)
{
    source *s = find_source(d, file);
    return s ? &s->file : NULL;
}

int       ag_diag_errors(const ag_diag *d)   { return d->errors - d->before; }
int       ag_diag_warnings(const ag_diag *d) { return d->warnings; }
ag_arena *ag_diag_arena(const ag_diag *d)    { return d->arena; }

void ag_diag_again(ag_diag *d)
{
    d->before = d->errors;
    d->again = 1;
    d->chained = 0;
}

ag_loc ag_loc_join(ag_loc first, ag_loc last)
{
    if (!first.file) return last;
    if (first.file != last.file || last.offset < first.offset) return first;
    uint64_t length = (uint64_t)last.offset + last.length - first.offset;
    if (length < first.length) length = first.length;
    first.length = (uint16_t)(length < MOST_LENGTH ? length : MOST_LENGTH);
    return first;
}

/* ---- places ---- */

static void map_lines(const ag_diag *d, source *s)
{
    const char *text = s->file.text, *end = text + s->file.length;
    *AG_PUSH(d->arena, s->line, s->n_line, s->cap_line) = 0;
    for (const char *p = text; p < end && (p = memchr(p, '\n', (size_t)(end - p))); p++)
        *AG_PUSH(d->arena, s->line, s->n_line, s->cap_line) = (uint32_t)(p + 1 - text);
}

/* Number (from 0) of the line that holds the offset. */
static int line_of(const ag_diag *d, source *s, size_t offset)
{
    if (!s->n_line) map_lines(d, s);
    int low = 0, high = s->n_line;                         /* line[low] <= offset < line[high] */
    while (high - low > 1) {
        int mid = low + (high - low) / 2;
        if (s->line[mid] <= offset) low = mid;
        else high = mid;
    }
    return low;
}

static size_t clip_offset(const source *s, ag_loc at)
{
    return at.offset < s->file.length ? at.offset : s->file.length;
}

/* Bytes of the valid, printable UTF-8 character at p, 0 when there is none: control characters (also those of U+0080
 * .. U+009F) could steer a terminal. Ranges of the second byte: Unicode standard, table 3-7. */
static size_t printable(const unsigned char *p, const unsigned char *end)
{
    unsigned lowest = 0x80, highest = 0xBF;
    size_t   n = p[0] < 0x80 ? 1 : p[0] < 0xC2 ? 0 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : p[0] < 0xF5 ? 4 : 0;
    if (n == 1) return p[0] >= 0x20 && p[0] != 0x7F;
    if (p[0] == 0xC2 || p[0] == 0xE0) lowest = 0xA0;
    if (p[0] == 0xED) highest = 0x9F;
    if (p[0] == 0xF0) lowest = 0x90;
    if (p[0] == 0xF4) highest = 0x8F;
    if ((size_t)(end - p) < n) return 0;
    for (size_t i = 1; i < n; i++, lowest = 0x80, highest = 0xBF)
        if (p[i] < lowest || p[i] > highest) return 0;
    return n;
}

/* Bytes to step over for one shown character. */
static size_t step(const char *p, const char *end)
{
    size_t n = printable((const unsigned char *)p, (const unsigned char *)end);
    return n ? n : 1;
}

static int count_characters(const char *p, const char *end)
{
    int n = 0;
    for (; p < end; p += step(p, end)) n++;
    return n;
}

int ag_diag_line(const ag_diag *d, ag_loc at, int *column)
{
    source *s = find_source(d, at.file);
    if (!s) return 0;
    size_t offset = clip_offset(s, at);
    int    line = line_of(d, s, offset);
    if (column) *column = 1 + count_characters(s->file.text + s->line[line], s->file.text + offset);
    return line + 1;
}

/* ---- the text of a report ---- */

typedef struct buffer { ag_arena *arena; char *text; int n, cap; } buffer;

static void put(buffer *b, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) *AG_PUSH(b->arena, b->text, b->n, b->cap) = text[i];
}

static void put0(buffer *b, const char *text) { put(b, text, strlen(text)); }

/* Text from outside; what cannot be shown becomes '?'. */
static void put_clean(buffer *b, const char *p, const char *end, int keep_tabs)
{
    for (size_t n; p < end; p += n) {
        n = step(p, end);
        int good = printable((const unsigned char *)p, (const unsigned char *)end) || (keep_tabs && *p == '\t');
        put(b, good ? p : "?", good ? n : 1);
    }
}

/* The first character at or after p, so that a cut does not go through the middle of one. */
static const char *whole(const char *p, const char *end)
{
    while (p < end && ((unsigned char)*p & 0xC0) == 0x80) p++;
    return p;
}

/* Text without blanks; the middle of a very long one is left out, so that both ends, and quotes around it, are seen. */
static void put_word(buffer *b, const char *p, const char *end)
{
    if (end - p > MOST_WORD) {
        put_clean(b, p, whole(p + MOST_WORD / 2, end), 0);
        put0(b, "...");
        p = whole(end - MOST_WORD / 4, end);
    }
    put_clean(b, p, end, 0);
}

static void put_message(buffer *b, const char *p)
{
    int most = b->n + MOST_TEXT;
    while (*p && b->n < most) {
        size_t n = strcspn(p, " ");
        put_word(b, p, p + n);
        p += n;
        if (*p) put(b, p++, 1);
    }
    if (*p) put0(b, "...");
}

static void put_place(buffer *b, const ag_diag *d, ag_loc at)
{
    const ag_file *f = ag_diag_file(d, at.file);
    if (!f) {
        put0(b, "agspice: ");
        return;
    }
    char text[32];
    int  column, line = ag_diag_line(d, at, &column);
    put_clean(b, f->name, f->name + strlen(f->name), 0);
    snprintf(text, sizeof text, ":%d:%d: ", line, column);
    put0(b, text);
}

/* The source line with the span marked below. Tabs are kept above and below, so the marks stand right at any width. */
static void put_source(buffer *b, const ag_diag *d, ag_loc at)
{
    source     *s = find_source(d, at.file);
    const char *text = s->file.text, *mark = text + clip_offset(s, at);
    int         line = line_of(d, s, clip_offset(s, at));
    const char *begin = text + s->line[line], *stop = text + s->file.length;
    const char *end = memchr(begin, '\n', (size_t)(stop - begin));
    if (!end) end = stop;
    if (end > begin && end[-1] == '\r') end--;
    if (mark > end) mark = end;
    const char *from = end - begin > SHOWN && mark - begin > SHOWN_BEFORE ? whole(mark - SHOWN_BEFORE, mark) : begin;
    const char *to = end - from > SHOWN ? whole(from + SHOWN, end) : end;
    const char *last = (size_t)(to - mark) > at.length ? mark + at.length : to;
    char        margin[16];
    snprintf(margin, sizeof margin, "%5d | ", line + 1);
    put0(b, margin);
    if (from > begin) put0(b, "...");
    put_clean(b, from, to, 1);
    put0(b, to < end ? "...\n" : "\n");
    put(b, "                ", strlen(margin) - 2);
    put0(b, from > begin ? "|    " : "| ");
    for (const char *p = from; p < mark; p += step(p, mark)) put0(b, *p == '\t' ? "\t" : " ");
    put0(b, "^");
    for (int n = count_characters(mark, last); n > 1; n--) put0(b, "~");
    put0(b, "\n");
}

static void put_parents(buffer *b, const ag_diag *d, ag_loc at)
{
    const ag_file *f = ag_diag_file(d, at.file);
    for (int n = 0; f && f->from.file && n < MOST_PARENTS; n++) {
        put_place(b, d, f->from);
        put0(b, "note: included from here\n");
        f = ag_diag_file(d, f->from.file);
    }
}

/* Whether a place lies between two others, or in a file included there. */
static int lies_in(const ag_diag *d, ag_loc at, const ag_context *c)
{
    while (at.file && at.file != c->from.file) at = ag_diag_file(d, at.file)->from;
    return at.file && at.offset >= c->from.offset && at.offset <= c->to.offset;
}

static void put_contexts(buffer *b, const ag_diag *d, ag_loc at)
{
    const ag_context *c = d->inside;
    while (c && !lies_in(d, at, c)) c = c->outer;
    for (int n = 0; c; n++, c = c->outer) {
        if (n >= MOST_CONTEXTS && c->outer) continue;      /* the innermost, and the one at the top level */
        put_place(b, d, c->at);
        put0(b, "note: in ");
        put_word(b, c->path, c->path + strlen(c->path) - 1);
        put0(b, " (subcircuit '");
        put_word(b, c->name, c->name + strlen(c->name));
        put0(b, "'), called from here\n");
    }
}

const ag_context *ag_diag_inside(ag_diag *d, const ag_context *now)
{
    const ag_context *before = d->inside;
    d->inside = now;
    return before;
}

static void hand_over(const ag_diag *d, ag_severity severity, const char *text)
{
    const ag_host *host = ag_arena_host(d->arena);
    if (host->report) host->report(host->user, severity, text);
}

/* Whether the same was already said at the same place. */
static int said_before(ag_diag *d, ag_loc at, const char *message)
{
    const char *key = ag_name0(d->said, ag_printf(d->arena, "%u:%lu:%s", at.file, (unsigned long)at.offset, message));
    if (ag_map_get(d->said_map, key)) return 1;
    ag_map_put(d->said_map, key, d);
    return 0;
}

/* Counts an error; 0 when it is not to be printed. */
static int count_error(ag_diag *d)
{
    if (d->errors < INT32_MAX) d->errors++;
    if (d->errors == AG_MAX_ERRORS + 1) hand_over(d, AG_NOTE, "agspice: note: more errors not shown\n");
    return d->errors <= AG_MAX_ERRORS;
}

/* Whether a warning or note is to be worded at all. */
static int wanted(ag_diag *d, ag_severity severity, ag_loc at, const char *format)
{
    if (severity == AG_NOTE && d->chained) return d->errors <= AG_MAX_ERRORS;
    uint64_t kind = ag_mark_of(at, format);
    if (d->again && ag_marks_has(&d->kinds, kind)) return 0;
    ag_marks_add(&d->kinds, kind);
    return 1;
}

/* Repeated attempts make the same reports, so nothing is allocated before it is known that one is to be made. */
void ag_vreport(ag_diag *d, ag_severity severity, ag_loc at, const char *format, va_list args)
{
    static const char *const word[] = { [AG_NOTE] = "note: ", [AG_WARNING] = "warning: ", [AG_ERROR] = "error: " };
    if (severity != AG_NOTE) d->chained = severity == AG_ERROR;
    if (severity == AG_ERROR ? !count_error(d) : !wanted(d, severity, at, format)) return;
    const char *message = ag_vprintf(d->arena, format, args);
    if (severity != AG_ERROR && said_before(d, at, message)) return;
    d->warnings += severity == AG_WARNING;
    buffer b = { d->arena, NULL, 0, 0 };
    put_place(&b, d, at);
    put0(&b, word[severity]);
    put_message(&b, message);
    put0(&b, "\n");
    if (ag_diag_file(d, at.file) && severity != AG_NOTE) {
        put_source(&b, d, at);
        put_parents(&b, d, at);
        put_contexts(&b, d, at);
    }
    put(&b, "", 1);
    hand_over(d, severity, b.text);
}

void ag_report(ag_diag *d, ag_severity severity, ag_loc at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    ag_vreport(d, severity, at, format, args);
    va_end(args);
}
