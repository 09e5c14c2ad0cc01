/* random - draws that do not depend on the order in which they are made.
 *
 * A draw is a function of three numbers, Philox-4x32-10 of a counter under a key (J. K. Salmon, M. A. Moraes, R. O. Dror,
 * D. E. Shaw, SC'11, 10.1145/2063384.2063405): no generator has a state that a change elsewhere could shift. */
#ifndef AG_RANDOM_H
#define AG_RANDOM_H
#include <stdint.h>

/* The n-th draw at a place, under a seed. */
double   ag_draw_uniform(uint64_t seed, uint64_t place, uint32_t n);    /* in (-1, 1) */
double   ag_draw_normal(uint64_t seed, uint64_t place, uint32_t n);     /* mean 0, standard deviation 1 */
/* A number of [0, 1) that is a function of x and seed. */
double   ag_scatter(double x, double seed);
/* The place of that name: FNV-1a, continued from h (0: the beginning). */
uint64_t ag_place(uint64_t h, const char *name);
#endif
