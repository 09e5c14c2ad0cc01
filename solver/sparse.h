/* sparse - the linear solver of kept unknowns: analyse the pattern once, refactor new values, solve.
 *
 * KLU [1]: fill-reducing ordering and block triangular form once; klu_factor with partial pivoting the first time and
 * whenever the pivots of the cheap klu_refactor decay. A matrix of complex numbers has its values and right-hand sides as
 * pairs, real part first (klu_z_*); the analysis of a pattern is the same.
 * [1] Davis, Palamadai Natarajan, Algorithm 907: KLU, ACM TOMS 37(3) 36, 2010. */
#ifndef AG_SPARSE_H
#define AG_SPARSE_H
#include <klu.h>
#include "core/sink.h"

typedef struct ag_sparse {
    int     n, nnz;
    int     is_complex;              /* values are pairs: twice as many doubles everywhere below */
    int    *ap, *ai;                 /* compressed columns, row numbers sorted */
    double *ax;                      /* [nnz + 1]: the last one takes what falls on ground */
    klu_symbolic *symbolic;
    klu_numeric  *numeric;
    klu_common    common;
    double  pivot_ratio;             /* min/max pivot of the last full factorisation */
    double  flops;                   /* of a factorisation */
    int     stale;                   /* the next factorisation shall choose pivots anew */
} ag_sparse;

ag_sparse *ag_sparse_new(ag_arena *arena, int n, int *ap, int *ai, int is_complex);
void       ag_sparse_free(ag_sparse *s);
/* Factors the values ax. AG_ESINGULAR: *where is the row without pivot. */
ag_status  ag_sparse_factor(ag_sparse *s, ag_stats *stats, int *where);
void       ag_sparse_solve(ag_sparse *s, double *b, ag_stats *stats);      /* in place */
/* A complex matrix: the largest |b - A x| of a row against its sum of |A_ij| |x_j| and |b_i|: how much the matrix would have
 * to change for x to be exact (Oettli, Prager, Numerische Mathematik 6 (1964) 405). work: [3 n], the first
 * 2 n of which get b - A x. */
double     ag_sparse_backward_error(const ag_sparse *s, const double *x, const double *b, double *work);
/* Real: row sums of |A_ij x_j|, what rounding of the matrix product can amount to. */
void       ag_sparse_noise(const ag_sparse *s, const double *x, double *noise);
#endif
