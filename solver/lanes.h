/* lanes - one tile of a batch under evaluation: what stamp.c and linear.c share. Private to this folder. */
#ifndef AG_LANES_H
#define AG_LANES_H
#include "solver/system.h"

#define AG_MI(p, out, in) ((out) * (p)->mi + (in))

/* Columns of the tile. */
typedef struct ag_lanes {
    int      from, n;                    /* first lane; lanes */
    double **f, **q, **ux, **df, **dq, **j;
    double  *local;                      /* scratch of the elimination */
    ag_tile  tile;
    const double **p, **d, **u, **latch;
} ag_lanes;

/* The pointer tables, for the largest model of the system; once per run. */
void      ag_lanes_make(ag_system *s);
/* For tiles of part p. */
ag_lanes *ag_lanes_open(ag_system *s, const ag_part *p, const ag_point *pt);
/* Points the columns into the scratch again, after some were aimed elsewhere. */
void      ag_lanes_reset(ag_system *s, const ag_part *p, ag_lanes *l);
void      ag_lanes_aim(const ag_part *p, ag_lanes *l, int from);
/* The inputs of the lanes at x into the columns u. */
void      ag_lanes_gather(const ag_part *p, const double *x, const ag_lanes *l, double *const *u);
void      ag_lanes_evaluate(const ag_part *p, ag_lanes *l, int jacobian);          /* at p->u */
/* Multiplies a column of a branch for lanes that stand for several devices (p->b->many is set). */
void      ag_lanes_multiply(const ag_part *p, const ag_lanes *l, double *column);
/* The part of a branch current of lane i that is of one copy of its subcircuit. */
static inline double ag_lanes_share(const ag_part *p, const ag_lanes *l, int i) { return p->b->many ? 1 / p->b->copies[l->from + i] : 1; }
/* Adds Jacobian columns to matrix values; every column that a stamp names must exist. */
void      ag_lanes_scatter(ag_system *s, const ag_part *p, const ag_lanes *l, double *ax, double *const *columns);
#endif
