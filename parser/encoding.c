/* encoding - to UTF-8. Which encoding a text has is taken from its bytes: a byte order mark; zeros beside the first
 * characters, which are ASCII in every netlist; bytes that are no UTF-8 in a text without control characters. */
#include "parser/encoding.h"
#include <stdint.h>
#include <string.h>

/* Bytes of the UTF-8 character at p; 0: it is none. */
static size_t character(const char *p, const char *end)
{
    const unsigned char *s = (const unsigned char *)p;
    size_t n = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;
    if ((size_t)(end - p) < n) return 0;
    for (size_t k = 1; k < n; k++)
        if ((s[k] & 0xc0) != 0x80) return 0;
    return n;
}

static size_t put(char *to, uint32_t u)
{
    if (u < 0x80) {
        to[0] = (char)u;
        return 1;
    }
    size_t n = u < 0x800 ? 2 : u < 0x10000 ? 3 : 4;
    for (size_t k = n - 1; k > 0; k--, u >>= 6) to[k] = (char)(0x80 | (u & 0x3f));
    to[0] = (char)((0xf00u >> n & 0xff) | u);
    return n;
}

/* ---- UTF-16 ---- */

enum { NARROW, LITTLE, BIG };

static int width(const unsigned char *s, size_t n)
{
    if (n >= 2 && s[0] == 0xff && s[1] == 0xfe) return LITTLE;
    if (n >= 2 && s[0] == 0xfe && s[1] == 0xff) return BIG;
    if (n < 4) return NARROW;
    if (s[0] && !s[1] && s[2] && !s[3]) return LITTLE;
    if (!s[0] && s[1] && !s[2] && s[3]) return BIG;
    return NARROW;
}

static uint32_t unit(const unsigned char *s, int order)
{
    uint32_t first = s[0], second = s[1];
    return order == LITTLE ? first | second << 8 : second | first << 8;
}

static const char *from_wide(ag_arena *a, const char *text, size_t *length, int order)
{
    const unsigned char *s = (const unsigned char *)text, *end = s + *length / 2 * 2;
    char  *to = AG_NEW(a, char, *length / 2 * 3 + 1);      /* a unit takes three bytes at most */
    size_t n = 0;
    for (; s < end; s += 2) {
        uint32_t u = unit(s, order);
        uint32_t low = u >> 10 == 0x36 && s + 2 < end ? unit(s + 2, order) : 0;
        if (low >> 10 == 0x37) {
            u = 0x10000 + ((u & 0x3ff) << 10 | (low & 0x3ff));
            s += 2;
        } else if (u >> 11 == 0x1b) {
            u = 0xfffd;                                    /* half a pair */
        }
        if (u != 0xfeff) n += put(to + n, u);
    }
    to[n] = 0;
    *length = n;
    return to;
}

/* ---- single bytes ---- */

/* Whether there are bytes that are no UTF-8 in what otherwise is text; *n is how many bytes stand beyond ASCII. */
static int is_latin(const char *p, const char *end, size_t *n)
{
    int wrong = 0;
    for (size_t step; p < end; p += step) {
        unsigned char c = (unsigned char)*p;
        if (c < 0x80) {
            if (c < 0x20 && (c < '\t' || c > '\r')) return 0;
            step = 1;
            continue;
        }
        step = character(p, end);
        wrong |= !step;
        step += !step;
        *n += step;
    }
    return wrong;
}

static const char *from_latin(ag_arena *a, const char *text, size_t *length, size_t beyond)
{
    char  *to = AG_NEW(a, char, *length + beyond + 1);
    size_t n = 0;
    for (size_t k = 0; k < *length; k++) n += put(to + n, (unsigned char)text[k]);
    to[n] = 0;
    *length = n;
    return to;
}

/* ---- lines ---- */

/* Lines that end with carriage returns only. */
static int is_single_line(const char *text, size_t length)
{
    const char *p = memchr(text, '\r', length);
    return p && p + 1 < text + length && !memchr(text, '\n', length);
}

static const char *with_newlines(ag_arena *a, const char *text, size_t length)
{
    char *copy = ag_text(a, text, length);
    for (char *p = copy; (p = memchr(p, '\r', (size_t)(copy + length - p))); ) *p = '\n';
    return copy;
}

const char *ag_utf8(ag_arena *a, const char *text, size_t *length)
{
    int    order = width((const unsigned char *)text, *length);
    size_t beyond = 0;
    if (order != NARROW) text = from_wide(a, text, length, order);
    else if (is_latin(text, text + *length, &beyond)) text = from_latin(a, text, length, beyond);
    return is_single_line(text, *length) ? with_newlines(a, text, *length) : text;
}
