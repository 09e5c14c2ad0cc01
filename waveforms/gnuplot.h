/* gnuplot - draws waveforms with gnuplot, run as a process of its own and fed through a socket, without a shell.
 *
 * One panel per unit, stacked over a common axis, which is the scale of the analysis; below them one for each unit and signal
 * that curves are drawn over instead (loops). The format follows the suffix: .svg .png .pdf, or "-" for
 * the terminal. A file is written under a temporary name and renamed when gnuplot has succeeded. */
#ifndef AG_GNUPLOT_H
#define AG_GNUPLOT_H
#include "waveforms/memory.h"

#define AG_PLOT_POINTS 4000                 /* per curve, several to a pixel; more are thinned, keeping the extrema */

/* What is drawn of a series: its values; the magnitude of a complex one in decibels, its phase in degrees. */
enum { AG_AS_IT_IS, AG_DECIBELS, AG_DEGREES };
typedef struct ag_curve {
    const char   *name, *unit;
    ag_series    *series;
    const double *value;                    /* [points] what is drawn of it, NULL: as it is */
    const double *x; long n;                /* its own points: [n] scale, with value; NULL: those of the common memory */
    const char   *over, *over_unit;         /* what x is when it is not the scale; NULL */
    double        low, high;                /* limits of the axis; equal: none */
} ag_curve;

/* The curve of an output of that name and unit. A phase follows the curve beyond half a turn. */
ag_curve ag_curve_new(ag_arena *a, const char *name, const char *unit, ag_series *s, int what);

/* Draws the curve over another signal. */
void ag_curve_over(ag_arena *a, ag_curve *c, const char *name, const char *unit, ag_series *x);

/* A copy with its own points, of that name: lives without its memory. */
ag_curve ag_curve_keep(ag_arena *a, const char *name, const ag_curve *c);

/* 1: path has one of the known suffixes. */
int ag_gnuplot_suffix(const char *path);
/* m gives the scale, and the points of the curves that have none of their own. AG_EIO after a report when gnuplot is missing or fails, or the file cannot be written. */
ag_status ag_gnuplot_draw(ag_diag *d, const char *path, const char *title, const ag_curve *curve, int n_curve,
                          const ag_memory *m, ag_arena *a);
#endif
