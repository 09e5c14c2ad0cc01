/* random - Philox of Random123, and its bits as numbers. */
#include "core/random.h"
#include <math.h>
#include <Random123/philox.h>
#include <string.h>

enum { UNIFORM, NORMAL, SCATTER };                 /* streams: the last word of the counter */

static philox4x32_ctr_t bits(uint64_t seed, uint64_t place, uint32_t n, uint32_t stream)
{
    philox4x32_key_t key = { { (uint32_t)seed, (uint32_t)(seed >> 32) } };
    philox4x32_ctr_t counter = { { (uint32_t)place, (uint32_t)(place >> 32), n, stream } };
    return philox4x32(counter, key);
}

/* The middle of one of 2^52 equal parts of (0, 1). */
static double unit(uint32_t high, uint32_t low)
{
    uint64_t k = ((uint64_t)high << 32 | low) >> 12;
    return ((double)k + 0.5) * 0x1p-52;
}

double ag_draw_uniform(uint64_t seed, uint64_t place, uint32_t n)
{
    philox4x32_ctr_t r = bits(seed, place, n, UNIFORM);
    return 2 * unit(r.v[0], r.v[1]) - 1;
}

/* G. E. P. Box, M. E. Muller, Ann. Math. Stat. 29 (1958) 610. */
double ag_draw_normal(uint64_t seed, uint64_t place, uint32_t n)
{
    const double pi = 3.14159265358979323846;
    philox4x32_ctr_t r = bits(seed, place, n, NORMAL);
    return sqrt(-2 * log(unit(r.v[0], r.v[1]))) * cos(2 * pi * unit(r.v[2], r.v[3]));
}

static uint64_t pattern(double x)
{
    uint64_t u;
    x += 0.0;                                      /* -0 is 0 */
    memcpy(&u, &x, sizeof u);
    return u;
}

double ag_scatter(double x, double seed)
{
    philox4x32_ctr_t r = bits(pattern(seed), pattern(x), 0, SCATTER);
    return isnan(x) ? x : unit(r.v[0], r.v[1]);
}

uint64_t ag_place(uint64_t h, const char *name)
{
    if (!h) h = 0xCBF29CE484222325u;
    for (; *name; name++) h = (h ^ (unsigned char)*name) * 0x100000001B3u;
    return h;
}
