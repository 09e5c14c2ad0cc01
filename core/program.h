/* program - an expression compiled for evaluation over many lanes, with exact derivatives.
 *
 * Building hash-conses every operation, folds constants and shares common parts between the value and its
 * derivatives. Evaluating runs one operation after the other over up to AG_LANES lanes, without allocation.
 * Leaves: inputs u[k] (signals; differentiated), parameters p[k] (constant per lane), time, temperature. */
#ifndef AG_PROGRAM_H
#define AG_PROGRAM_H
#include "core/expr.h"

typedef struct ag_build ag_build;                 /* a growing set of operations */
typedef struct ag_program ag_program;             /* finished: a list of operations and output slots */

ag_build *ag_build_new(ag_arena *a);
/* Each returns the number of an operation; equal operations get equal numbers. */
int ag_build_const(ag_build *b, double value);
int ag_build_input(ag_build *b, int k);
int ag_build_param(ag_build *b, int k);
int ag_build_time(ag_build *b);
int ag_build_temper(ag_build *b);                 /* temperature in Celsius */
int ag_build_op(ag_build *b, ag_op op, const int *arg);
/* The line through n >= 1 points at x, level outside them: xy = { x1, y1, x2, y2, ... } are operations. x1, x2, ... rise;
 * of points that are not constant whoever calls sees to it. */
int ag_build_table(ag_build *b, int x, const int *xy, int n);
int ag_build_is_const(const ag_build *b, int node, double *value);   /* 1 and the value, or 0 */
int ag_build_uses_time(const ag_build *b, int node);
int ag_build_uses_input(const ag_build *b, int node);
/* Whether it has steps where an input passes some value; its derivative does not tell. */
int ag_build_jumps(const ag_build *b, int node);
int ag_build_reads(const ag_build *b, int node, int k);              /* whether input k is among what node is computed from */
/* Whether node is a + c u[k] with c that neither inputs nor time change; a may depend on other inputs. */
int ag_build_affine(const ag_build *b, int node, int k);
/* The node with input k replaced by another node. */
int ag_build_replace(ag_build *b, int node, int k, int by);
/* d node / d input k. At kinks (abs, min, if, comparisons, points of a table) the derivative of the side taken. */
int ag_build_derivative(ag_build *b, int node, int k);

ag_program *ag_program_new(ag_build *b, const int *output, int n_output, ag_arena *a);
/* The same with the work that depends on parameters and temperature only split off: *pre computes *n_pre values, which
 * the returned program reads as parameters base + j. *pre is NULL when there are none; more than `most` stay inside. */
ag_program *ag_program_split(ag_build *b, const int *output, int n_output, int base, int most, ag_program **pre, int *n_pre,
                             ag_arena *a);
/* out[j] are columns of n <= AG_LANES lanes; u[k], p[k] columns; temp [K] per lane, may be NULL when not used. A NULL
 * out[j] is skipped (with the work only it needs when the outputs from j on are all NULL). Reentrant: scratch has
 * ag_program_scratch(prog) doubles, 64-byte aligned. */
size_t ag_program_scratch(const ag_program *g);
void   ag_program_run(const ag_program *g, int n, double time, const double *temp, const double *const *u,
                      const double *const *p, double *const *out, double *scratch);
#endif
