/* library - sections of a library file.
 *
 *     .lib tt            a name and nothing behind it, with an .endl before the next such line: a section
 *     .lib cmos.lib ss   two words: reads a section of a file (deck.c), here or inside a section
 *     .lib cmos.lib      no .endl behind it: reads the whole file, as LTspice does */
#include "parser/library.h"
#include <string.h>
#include "core/intern.h"

/* Whether the line at p begins with that (lower-case) dot command. */
static int is_card(const char *p, const char *end, const char *name)
{
    for (; *name; name++, p++)
        if (p >= end || (*p >= 'A' && *p <= 'Z' ? *p + 32 : *p) != *name) return 0;
    return p == end || strchr(" \t\r\f\v\n'\"", *p) != NULL;
}

/* The only word behind .lib, without its quotes; 0 when there is none, or another behind it. */
static size_t only_word(const char *p, const char *end, const char **word)
{
    static const char blank[] = " \t\r\f\v";
    while (p < end && strchr(blank, *p)) p++;
    if (p == end || strchr("*$;", *p)) return 0;
    char        quote = *p == '\'' || *p == '"' ? *p++ : 0;
    const char *from = *word = p;
    while (p < end && (quote ? *p != quote : !strchr(blank, *p) && *p != ';')) p++;
    size_t n = (size_t)(p - from);
    if (quote && p < end) p++;
    while (p < end && strchr(blank, *p)) p++;
    return p == end || strchr("*$;/", *p) ? n : 0;
}

int ag_library_sections(ag_circuit *c, int file, ag_section **list)
{
    const ag_file *f = ag_diag_file(c->diag, file);
    const char    *stop = f->text + f->length, *word;
    ag_section     open = { .name = NULL };
    int            n = 0, cap = 0;
    *list = NULL;
    for (const char *p = f->text, *end; p < stop; p = end + (end < stop)) {
        end = memchr(p, '\n', (size_t)(stop - p));
        if (!end) end = stop;
        while (p < end && strchr(" \t\r\f\v", *p)) p++;
        if (p == end || *p != '.') continue;
        size_t length = is_card(p, end, ".lib") ? only_word(p + 4, end, &word) : 0;
        if (length) {
            open = (ag_section){ .name = ag_name(c->names, word, length), .card = (size_t)(p - f->text), .begin = (size_t)(end - f->text) };
            open.at = (ag_loc){ (uint32_t)(word - f->text), (uint16_t)file, (uint16_t)(length < UINT16_MAX ? length : UINT16_MAX) };
        } else if (is_card(p, end, ".endl") && open.name) {
            open.end = (size_t)(p - f->text);
            *AG_PUSH(c->arena, *list, n, cap) = open;
            open.name = NULL;
        }
    }
    return n;
}

const ag_section *ag_library_find(ag_circuit *c, int file, const ag_section *list, int n, const char *name, ag_loc at)
{
    enum { SHOWN = 12 };
    ag_guess    g = { .name = name };
    const char *names = "", *path = ag_diag_file(c->diag, file)->name;
    for (int k = 0; k < n; k++)
        if (list[k].name == name) return &list[k];
    for (int k = 0; k < n; k++) {
        if (k < SHOWN) names = ag_printf(c->arena, "%s%s%s", names, k ? ", " : "", list[k].name);
        ag_guess_try(&g, list[k].name);
    }
    const char *more = n > SHOWN ? ", ..." : "";
    if (!n) ag_error(c->diag, at, "'%s' has no sections (.lib %s ... .endl); .lib with the path alone reads the whole file", path, name);
    else if (g.best) ag_error(c->diag, at, "'%s' has no section '%s'; did you mean '%s'? It has %s%s", path, name, g.best, names, more);
    else ag_error(c->diag, at, "'%s' has no section '%s'; it has %s%s", path, name, names, more);
    return NULL;
}
