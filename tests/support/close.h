/* close - assert_close(got, want, rtol, atol): |got - want| <= atol + rtol |want|, with both values in the message.
 * NaN is never close; infinities only to themselves. */
#ifndef AG_TEST_CLOSE_H
#define AG_TEST_CLOSE_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

static inline int is_close(double got, double want, double rtol, double atol)
{
    return got == want || fabs(got - want) <= atol + rtol * fabs(want);
}

static inline void check_close(double got, double want, double rtol, double atol, const char *text, const char *file,
                               int line)
{
    if (is_close(got, want, rtol, atol) && !(isinf(want) && got != want)) return;
    print_error("%s = %.17g, wanted %.17g within %.3g relative + %.3g (off by %.3g)\n", text, got, want, rtol, atol,
                got - want);
    _fail(file, line);
}

#define assert_close(got, want, rtol, atol) check_close((got), (want), (rtol), (atol), #got, __FILE__, __LINE__)
#endif
