/* vmath - exp, log, pow, tanh, sinh, ... as branch-free inline functions.
 *
 * A loop that calls them under `#pragma omp simd` becomes one vector loop, and the results depend neither on the C
 * library nor on the width of the vectors (no fused operations: -ffp-contract=off). Method: argument reduction by the
 * powers of two (Cody and Waite, Software Manual for the Elementary Functions, 1980), then polynomials interpolated
 * in Chebyshev nodes with 60 digits. Largest errors over the whole range, as tests/unit/test_vmath.c checks:
 * exp, log 1.2 ulp; expm1, sinh, cosh 2.5; tanh 3.5; 1/cosh^2 5; sin_turns 3 (of its amplitude);
 * pow 2 + 2.5 |a log x|.
 * NaN arguments give NaN: the first argument of ag_min and ag_max passes through when it is NaN. */
#ifndef AG_VMATH_H
#define AG_VMATH_H
#include <math.h>
#include <stdint.h>

#define AG_INLINE static inline __attribute__((always_inline, unused))

/* AG_WIDE before an eval: compiled for several vector widths, the widest the machine has is chosen when the program
 * starts. All give the same bits. Not under the sanitizers, which are not ready when that choice is made. AG_SCALAR leaves it
 * out for comparison (bench/eval). */
#if defined __x86_64__ && defined __ELF__ && defined __GNUC__ && !defined __clang__ && !defined __SANITIZE_ADDRESS__ \
    && !defined AG_SCALAR
#define AG_WIDE __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define AG_WIDE
#endif

/* The eval of a model that has `evaluate(tile, jacobian)`: compiled with and without derivatives. */
#define AG_EVAL                                   \
    AG_WIDE static void eval(const ag_tile *t)    \
    {                                             \
        if (t->df) evaluate(t, 1);                \
        else       evaluate(t, 0);                \
    }

typedef struct ag_vd { double v, d; } ag_vd;                    /* a value and its derivative */

AG_INLINE double ag_min(double x, double bound) { return bound < x ? bound : x; }
AG_INLINE double ag_max(double x, double bound) { return x < bound ? bound : x; }
AG_INLINE double ag_pos(double x) { return x < 0 ? 0 : x; }

AG_INLINE uint64_t ag_bits(double x) { union { double d; uint64_t u; } b = { .d = x }; return b.u; }
AG_INLINE double ag_from_bits(uint64_t u) { union { uint64_t u; double d; } b = { .u = u }; return b.d; }

/* first ? a : b without a branch. With ?: compilers sink the load of an operand into the branch, which they then must
 * not take unconditionally, and the loop stays scalar; computed operands have no such problem. */
AG_INLINE double ag_pick(int first, double a, double b)
{
    uint64_t mask = first ? ~(uint64_t)0 : 0;
    return ag_from_bits((ag_bits(a) & mask) | (ag_bits(b) & ~mask));
}

/* Adding 1.5 * 2^52 rounds to the nearest integer and leaves it in the low bits. */
#define AG_MAGIC 0x1.8p52
AG_INLINE double ag_round(double x) { return (x + AG_MAGIC) - AG_MAGIC; }                   /* |x| < 2^51 */
AG_INLINE double ag_exp2i(double n) { return ag_from_bits(ag_bits(n + (AG_MAGIC + 1023)) << 52); } /* |n| <= 1022 */

/* expm1(r) for r = x - n ln2, |r| <= ln2/2: r + r^2 P(r), truncation error 1.3e-17. */
AG_INLINE double ag_expm1_reduced(double x, double n)
{
    double r = (x - n * 0x1.62e42fefa38p-1) - n * 0x1.ef35793c7673p-45;
    double p = 0x1.af38a9b0ec855p-26;
    p = p * r + 0x1.289185613a3d6p-22;
    p = p * r + 0x1.71de0dae63bb3p-19;
    p = p * r + 0x1.a019b90d2ae7ap-16;
    p = p * r + 0x1.a01a01a7c41d5p-13;
    p = p * r + 0x1.6c16c1788bd90p-10;
    p = p * r + 0x1.11111111109b3p-7;
    p = p * r + 0x1.5555555553d63p-5;
    p = p * r + 0x1.5555555555556p-3;
    p = p * r + 0.5;
    return r + r * r * p;
}

#define AG_LOG2E 0x1.71547652b82fep+0

AG_INLINE double ag_exp(double x)
{
    double c = ag_max(ag_min(x, 710), -746), n = ag_round(c * AG_LOG2E);
    double half = ag_round(n * 0.5);                            /* 2^n in two factors: subnormal results and 2^1024 */
    double y = (1 + ag_expm1_reduced(c, n)) * ag_exp2i(half) * ag_exp2i(n - half);
    return x > 709.782712893384 ? INFINITY : y;
}

/* exp(x) and exp(x) - 1, both to full relative accuracy; x is clamped to -700 .. 700. */
AG_INLINE void ag_exp_expm1(double x, double *e, double *em1)
{
    double c = ag_max(ag_min(x, 700), -700), n = ag_round(c * AG_LOG2E);
    double p = ag_expm1_reduced(c, n), s = ag_exp2i(n);
    *e = s + s * p;
    *em1 = s * p + (s - 1);
}

AG_INLINE double ag_expm1(double x)
{
    double e, em1;
    ag_exp_expm1(x, &e, &em1);
    return x > 700 ? ag_exp(x) : em1;
}

/* x = 2^e m, 1/sqrt2 <= m < sqrt2; with s = f/(2 + f), f = m - 1: log m = 2 atanh s = f - s (f - s^2 R(s^2)). */
AG_INLINE double ag_log(double x)
{
    int      tiny = x < 0x1p-1022;
    uint64_t i = ag_bits(tiny ? x * 0x1p54 : x) + (0x3ff0000000000000u - 0x3fe6a09e667f3bcdu);
    double   e = ag_from_bits((i >> 52) | 0x4330000000000000u) - (0x1p52 + 1023) - (tiny ? 54 : 0);
    double   f = ag_from_bits((i & 0x000fffffffffffffu) + 0x3fe6a09e667f3bcdu) - 1;
    double   s = f / (2 + f), z = s * s, p = 0x1.2b5900de53b32p-3;
    p = p * z + 0x1.39fe51a7c18f9p-3;
    p = p * z + 0x1.7462b51cb66b1p-3;
    p = p * z + 0x1.c71c62e3f11e6p-3;
    p = p * z + 0x1.2492492df281ap-2;
    p = p * z + 0x1.99999999952d7p-2;
    p = p * z + 0x1.5555555555558p-1;
    double y = e * 0x1.62e42fefa38p-1 + (f - (s * (f - z * p) - e * 0x1.ef35793c7673p-45));
    y = x < INFINITY ? y : x;                                   /* infinity and NaN */
    return x > 0 ? y : x == 0 ? -INFINITY : x < 0 ? NAN : y;
}

/* x^a for x >= 0. */
AG_INLINE double ag_pow(double x, double a) { return a == 0 ? 1 : ag_exp(a * ag_log(x)); }

/* tanh x and its derivative 1/cosh^2 x, the latter accurate also where tanh has saturated. */
AG_INLINE ag_vd ag_tanh_vd(double x)
{
    double e, em1, inv;
    ag_exp_expm1(-2 * fabs(x), &e, &em1);
    inv = 1 / (1 + e);
    return (ag_vd){ copysign(-em1 * inv, x), 4 * e * inv * inv };
}

AG_INLINE double ag_tanh(double x) { return ag_tanh_vd(x).v; }

/* sinh and cosh for |x| <= 700. */
AG_INLINE ag_vd ag_sinh_vd(double x)
{
    double e, em1, inv;
    ag_exp_expm1(fabs(x), &e, &em1);
    inv = 1 / e;
    return (ag_vd){ copysign(0.5 * (em1 + em1 * inv), x), 0.5 * (e + inv) };
}

AG_INLINE double ag_sinh(double x) { return ag_sinh_vd(x).v; }
AG_INLINE double ag_cosh(double x) { return ag_sinh_vd(x).d; }

/* sinh with its tangent as continuation beyond xlim (linear, so that value and slope stay finite everywhere). */
AG_INLINE ag_vd ag_sinhl(double x, double xlim)
{
    double a = fabs(x), inside = ag_min(a, xlim);
    ag_vd  s = ag_sinh_vd(inside);
    return (ag_vd){ copysign(s.v + s.d * (a - inside), x), s.d };
}

/* exp with its tangent as continuation above xlim. */
AG_INLINE ag_vd ag_expl(double x, double xlim)
{
    double inside = ag_min(x, xlim), e = ag_exp(inside);
    return (ag_vd){ e + e * (x - inside), e };
}

/* sin(2 pi x): the argument is in turns, so that its reduction is exact. */
AG_INLINE double ag_sin_turns(double x)
{
    double a = fabs(x), r = a - floor(a), s = r > 0.5 ? 1 - r : r;      /* s: distance to the nearest whole turn */
    double b = s > 0.25 ? 0.5 - s : s, z = b * b, p = 0x1.9d462020fcc78p-4;
    p = p * z - 0x1.6f7acdb8f6580p-1;
    p = p * z + 0x1.e8f3675ee37ddp+1;
    p = p * z - 0x1.e3074dfaf87afp+3;
    p = p * z + 0x1.5078348551854p+5;
    p = p * z - 0x1.32d2cce627c86p+6;
    p = p * z + 0x1.466bc6775aa7dp+6;
    p = p * z - 0x1.4abbce625be52p+5;
    p = p * z + 0x1.921fb54442d18p+2;
    return r > 0.5 ? copysign(b * p, -x) : copysign(b * p, x);
}
#endif
