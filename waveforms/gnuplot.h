/* gnuplot - draws waveforms with gnuplot, run as a process of its own and fed through a socket, without a shell.
 *
 * One panel per unit, stacked over a common axis, which is the scale of the analysis. The format follows the suffix: .svg .png .pdf, or "-" for
 * the terminal. A file is written under a temporary name and renamed when gnuplot has succeeded. */
#ifndef AG_GNUPLOT_H
#define AG_GNUPLOT_H
#include "waveforms/memory.h"

#define AG_PLOT_POINTS 4000                 /* per curve, several to a pixel; more are thinned, keeping the extrema */

typedef struct ag_curve { const char *name, *unit; ag_series *series; } ag_curve;

/* 1: path has one of the known suffixes. */
int ag_gnuplot_suffix(const char *path);
/* AG_EIO after a report when gnuplot is missing or fails, or the file cannot be written. */
ag_status ag_gnuplot_draw(ag_diag *d, const char *path, const char *title, const ag_curve *curve, int n_curve,
                          const ag_memory *m, ag_arena *a);
#endif
