/* table - pairs of numbers out of a file: one pair a line, separated by blanks, a tab, a comma or a semicolon. In the points
 * of a waveform x may stay where it is: a jump.
 *
 *     # x, f(x)          lines that begin with '#' or '*' are comments; the first other line may be a heading in words
 *     0.00, 0.63
 *     1.00, 0.01
 */
#include <math.h>
#include <stdint.h>
#include <string.h>
#include "core/number.h"
#include "parser/elaborate.h"

typedef struct table {
    ag_elab       *el;
    const ag_file *file;
    int            number;               /* of the file */
    int            jumps;                /* equal x may follow one another */
    double        *v;                    /* x1 y1 x2 y2 ... */
    int            n, cap;
} table;

static int is_gap(char c) { return c == ' ' || c == '\t' || c == '\r'; }

static void complain(const table *t, size_t from, size_t to, const char *text)
{
    size_t length = to - from < UINT16_MAX ? to - from : UINT16_MAX;
    ag_error(t->el->c->diag, ((ag_loc){ (uint32_t)from, (uint16_t)t->number, (uint16_t)length }), "%s", text);
}

/* A number and the separator behind it; returns the position after both, 0 when there is no number. */
static size_t number(const table *t, size_t at, size_t end, double *value)
{
    const char *s = t->file->text;
    while (at < end && is_gap(s[at])) at++;
    size_t n = ag_number_read(s + at, end - at, value);
    at += n;
    if (!n || (at < end && !is_gap(s[at]) && s[at] != ',' && s[at] != ';')) return 0;
    while (at < end && is_gap(s[at])) at++;
    if (at < end && (s[at] == ',' || s[at] == ';')) at++;
    return at;
}

/* Takes the line [from, end) in; 0 after a report. */
static int line(table *t, size_t from, size_t end)
{
    const char *s = t->file->text;
    double      x, y;
    size_t      at = number(t, from, end, &x);
    if (!at && !t->n && !strchr("+-.0123456789", s[from])) return 1;             /* a heading */
    if (at) at = number(t, at, end, &y);
    if (!at || at != end || !isfinite(x) || !isfinite(y)) {
        complain(t, from, end, t->jumps ? "two numbers are needed here: time and value" : "two numbers are needed here: x and f(x)");
        return 0;
    }
    if (t->n && !(x > t->v[t->n - 2]) && !(t->jumps && x == t->v[t->n - 2])) {
        complain(t, from, end, t->jumps ? "the time must not decrease from line to line" : "x must rise from line to line");
        return 0;
    }
    *AG_PUSH(t->el->origin->a, t->v, t->n, t->cap) = x;
    *AG_PUSH(t->el->origin->a, t->v, t->n, t->cap) = y;
    return 1;
}

static int lines(table *t)
{
    const char *s = t->file->text;
    for (size_t from = 0, next; from < t->file->length; from = next) {
        const char *newline = memchr(s + from, '\n', t->file->length - from);
        size_t      end = newline ? (size_t)(newline - s) : t->file->length;
        next = end + 1;
        while (end > from && is_gap(s[end - 1])) end--;
        while (from < end && is_gap(s[from])) from++;
        if (from < end && s[from] != '#' && s[from] != '*' && !line(t, from, end)) return 0;
    }
    if (!t->n) complain(t, 0, 0, "the table is empty");
    return t->n != 0;
}

struct ag_table {
    const char      *path;
    int              from, jumps;        /* file that names it */
    const double    *v; int n;           /* n 0: it was reported as wrong */
    int              placed;             /* it is vector number `index` of the circuit being made */
    double           index;
    ag_table        *next;
};

static ag_table *read_table(ag_elab *el, const ag_field *path, int jumps)
{
    table     t = { .el = el, .number = ag_deck_load(el->c, path->at, path->text), .jumps = jumps };
    ag_table *r = AG_NEW(el->origin->a, ag_table, 1);
    *r = (ag_table){ .path = path->text, .from = path->at.file, .jumps = jumps, .next = el->origin->table };
    el->origin->table = r;
    if (!t.number) return r;
    t.file = ag_diag_file(el->c->diag, t.number);
    if (!lines(&t)) return r;
    r->v = t.v;
    r->n = t.n;
    return r;
}

void ag_tables_begin(ag_elab *el)
{
    for (ag_table *t = el->origin->table; t; t = t->next) t->placed = 0;
}

/* Cards of many scopes name the same file, and further circuits of the netlist do: it is read once. */
int ag_table_read(ag_elab *el, const ag_field *path, int jumps, double *index)
{
    ag_table *t = el->origin->table;
    while (t && (t->from != path->at.file || t->jumps != jumps || strcmp(t->path, path->text))) t = t->next;
    if (!t) t = read_table(el, path, jumps);
    if (t->n && !t->placed) {
        t->placed = 1;
        t->index = ag_circuit_vector(el->c, t->v, t->n);
    }
    *index = t->index;
    return t->n != 0;
}
