/* number - SPICE numbers: 4.7k, 10meg, 1mil, 2.5ns, 1e-9. */
#ifndef AG_NUMBER_H
#define AG_NUMBER_H
#include <stddef.h>

/* Reads a number with an optional scale suffix (t g meg x k mil m u n p f a, any case; also the two-byte UTF-8
 * micro sign) and trailing unit letters. Returns the characters used, 0 when text does not start with a number.
 * Independent of the locale. */
size_t ag_number_read(const char *text, size_t length, double *value);
/* Shortest text that reads back as exactly the same double; buffer of AG_NUMBER_SIZE. */
#define AG_NUMBER_SIZE 32
const char *ag_number_print(char *buffer, double value);
/* Engineering form for people: "15.3 fJ", "-300 mV"; digits significant digits. */
const char *ag_number_engineering(char *buffer, double value, const char *unit, int digits);
#endif
