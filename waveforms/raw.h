/* raw - SPICE3 rawfiles, binary or ASCII, as ngspice writes and loads them.
 *
 * Plots of several analyses follow one another in one file. "No. Points" is a field of fixed width, patched while the
 * file grows, so that the file of a run that goes on or was killed can be read. ngspice refuses a file that holds more
 * rows than the count says, or fewer, and rows and count cannot be written in one step. It skips bytes of 0, though.
 * So rows are collected in memory, and a block of them is added in three steps, after each of which the file loads: it
 * is made longer, by zeros; the count is patched; the rows are put in the place of the zeros. In the short time from the
 * second to the third a reader sees rows of 0. Where a file cannot be patched (a pipe) the count stays 0. */
#ifndef AG_RAW_H
#define AG_RAW_H
#include "core/sink.h"
#include "waveforms/outfile.h"

typedef struct ag_raw {
    ag_outfile file;
    int        ascii, n_column, width;      /* width 2: complex numbers */
    long       points, counted;             /* rows of the plot; those in the file */
    long       count_at, end;               /* offsets of the count and of the end of the file */
    char      *block;                       /* [n] rows that are not in the file yet; from malloc, freed on closing */
    size_t     n, cap;
    double     published, looked;           /* last times of adding a block and of looking at the clock [s] */
    long       stride, look_at;             /* points between looks, and the next */
} ag_raw;

/* path must live as long as r. "-": standard output. */
ag_status ag_raw_open(ag_raw *r, ag_diag *d, const char *path, int ascii);
/* The sink of r: begin() starts a plot, end() completes its count. */
ag_sink   ag_raw_sink(ag_raw *r);
ag_status ag_raw_close(ag_raw *r);
#endif
