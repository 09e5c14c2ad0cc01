/* clocale - numbers are read and written with a decimal point whatever locale the host program has set.
 *
 *     ag_locale keep = ag_locale_enter();
 *     ... strtod, snprintf ...
 *     ag_locale_leave(keep);
 *
 * Per thread (POSIX uselocale). The "C" locale is a constant object of the C library: nothing is allocated. */
#ifndef AG_CLOCALE_H
#define AG_CLOCALE_H
#include <locale.h>

typedef struct ag_locale { locale_t c, old; } ag_locale;

static inline ag_locale ag_locale_enter(void)
{
    ag_locale keep = { newlocale(LC_ALL_MASK, "C", (locale_t)0), (locale_t)0 };
    if (keep.c) keep.old = uselocale(keep.c);
    return keep;
}

static inline void ag_locale_leave(ag_locale keep)
{
    if (!keep.c) return;
    uselocale(keep.old);
    freelocale(keep.c);
}
#endif
