/* number - decimal digits are collected, the scale is added to their exponent, and the C library rounds once: 4.7k is
 * exactly the double nearest 4700, 100n the one nearest 1e-7. */
#include "core/number.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/clocale.h"

/* A double lies between two neighbours that 767 significant digits can tell apart; whatever comes after those counts
 * only as "something more", for which one nonzero digit stands. */
#define MOST_DIGITS  780
#define MOST_EXPONENT 100000              /* beyond it everything is 0 or infinite */

typedef struct decimal {                  /* digit[0..n-1] times 10^exponent */
    char digit[MOST_DIGITS + 8];
    int  n, more;                         /* more: a nonzero digit was dropped */
    long exponent;
} decimal;

static int is_digit(char c)  { return c >= '0' && c <= '9'; }
static char lower(char c)    { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }
static int is_letter(char c) { c = lower(c); return c >= 'a' && c <= 'z'; }

static void add_digit(decimal *d, char c, int after_point)
{
    if (after_point && d->exponent > -2 * MOST_EXPONENT) d->exponent--;
    if (d->n == 0 && c == '0') return;
    if (d->n < MOST_DIGITS) {
        d->digit[d->n++] = c;
    } else {
        d->more |= c != '0';
        if (d->exponent < 2 * MOST_EXPONENT) d->exponent++;
    }
}

/* Digits with at most one point; 0 when there is no digit. */
static size_t read_mantissa(const char *s, size_t n, decimal *d)
{
    size_t i = 0;
    int    digits = 0, point = 0;
    for (; i < n; i++) {
        if (is_digit(s[i])) {
            add_digit(d, s[i], point);
            digits = 1;
        } else if (s[i] == '.' && !point) {
            point = 1;
        } else {
            break;
        }
    }
    return digits ? i : 0;
}

/* "e-9"; 0 when no digit follows the e, which then is a unit letter. */
static size_t read_exponent(const char *s, size_t n, decimal *d)
{
    size_t i = 1;
    long   e = 0, sign = 1;
    if (n < 2 || lower(s[0]) != 'e') return 0;
    if (s[i] == '+' || s[i] == '-') sign = s[i++] == '-' ? -1 : 1;
    if (i >= n || !is_digit(s[i])) return 0;
    for (; i < n && is_digit(s[i]); i++)
        if (e < MOST_EXPONENT) e = 10 * e + (s[i] - '0');
    d->exponent += sign * e;
    return i;
}

/* 1 mil is 25.4e-6 m: the digits times 254, carried by hand so that the result is rounded only once. */
static void times_254(decimal *d)
{
    int carry = 0;
    for (int i = d->n - 1; i >= 0; i--) {
        int x = (d->digit[i] - '0') * 254 + carry;
        d->digit[i] = (char)('0' + x % 10);
        carry = x / 10;
    }
    for (; carry; carry /= 10) {
        memmove(d->digit + 1, d->digit, (size_t)d->n);
        d->digit[0] = (char)('0' + carry % 10);
        d->n++;
    }
}

static int starts(const char *s, size_t n, const char *word)
{
    size_t i = 0;
    for (; word[i]; i++)
        if (i >= n || lower(s[i]) != word[i]) return 0;
    return 1;
}

static size_t read_suffix(const char *s, size_t n, decimal *d)
{
    static const struct { const char *word; int exponent; } scale[] = {      /* longer words first */
        { "meg", 6 }, { "mil", -7 }, { "t", 12 }, { "g", 9 }, { "x", 6 }, { "k", 3 }, { "m", -3 }, { "u", -6 },
        { "\xc2\xb5", -6 }, { "\xce\xbc", -6 },                              /* micro sign, Greek mu */
        { "n", -9 }, { "p", -12 }, { "f", -15 }, { "a", -18 },
    };
    for (int k = 0; k < (int)(sizeof scale / sizeof *scale); k++) {
        if (!starts(s, n, scale[k].word)) continue;
        d->exponent += scale[k].exponent;
        if (scale[k].word[0] == 'm' && scale[k].word[1] == 'i') times_254(d);
        return strlen(scale[k].word);
    }
    return 0;
}

static double to_double(decimal *d, int negative)
{
    char text[MOST_DIGITS + 40];
    if (d->n == 0) return negative ? -0.0 : 0.0;
    snprintf(text, sizeof text, "%s%.*s%se%ld", negative ? "-" : "", d->n, d->digit, d->more ? "1" : "",
             d->exponent - (d->more ? 1 : 0));
    ag_locale keep = ag_locale_enter();
    double    value = strtod(text, NULL);
    ag_locale_leave(keep);
    return value;
}

size_t ag_number_read(const char *text, size_t length, double *value)
{
    decimal d = { .n = 0, .more = 0, .exponent = 0 };
    size_t  i = length && (text[0] == '-' || text[0] == '+');
    size_t  used = read_mantissa(text + i, length - i, &d);
    if (!used) return 0;
    i += used;
    i += read_exponent(text + i, length - i, &d);
    i += read_suffix(text + i, length - i, &d);
    while (i < length && is_letter(text[i])) i++;
    *value = to_double(&d, text[0] == '-');
    return i;
}

const char *ag_number_print(char *buffer, double value)
{
    ag_locale keep = ag_locale_enter();
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(buffer, AG_NUMBER_SIZE, "%.*g", digits, value);
        if (!isfinite(value) || strtod(buffer, NULL) == value) break;
    }
    ag_locale_leave(keep);
    return buffer;
}

const char *ag_number_engineering(char *buffer, double value, const char *unit, int digits)
{
    static const char prefix[][2] = { "a", "f", "p", "n", "u", "m", "", "k", "M", "G", "T" };
    char      scientific[AG_NUMBER_SIZE];
    int       exponent = 0;
    ag_locale keep = ag_locale_enter();
    digits = digits < 1 ? 1 : digits > 17 ? 17 : digits;
    /* Rounded first: 999.96 with three digits is 1.00 k. */
    snprintf(scientific, sizeof scientific, "%.*e", digits - 1, value);
    const char *e = strchr(scientific, 'e');
    if (e && isfinite(value)) exponent = (int)strtol(e + 1, NULL, 10);
    int group = (exponent + 300) / 3 - 100;                /* rounds down for negative exponents as well */
    if (!isfinite(value) || group < -6 || group > 4) {
        snprintf(buffer, AG_NUMBER_SIZE, "%.*g %s", digits, value, unit);
    } else {
        int decimals = digits - 1 - (exponent - 3 * group);
        snprintf(buffer, AG_NUMBER_SIZE, "%.*f %s%s", decimals > 0 ? decimals : 0, value / pow(10, 3 * group),
                 prefix[group + 6], unit);
    }
    ag_locale_leave(keep);
    size_t n = strlen(buffer);
    if (n && buffer[n - 1] == ' ') buffer[n - 1] = 0;      /* no prefix and no unit */
    return buffer;
}
