/* raw - SPICE3 rawfiles, binary or ASCII, as ngspice writes and loads them.
 *
 * Plots of several analyses follow one another in one file. "No. Points" is a field of fixed width, patched while
 * the file grows (after the data it counts), so that the file of a killed run can be read. Where a file cannot be
 * patched (a pipe) the count stays 0. */
#ifndef AG_RAW_H
#define AG_RAW_H
#include "core/sink.h"
#include "waveforms/outfile.h"

typedef struct ag_raw {
    ag_outfile file;
    int        ascii, n_column;
    long       points;
    long       count_at;                    /* offset of the count */
    double     patched, looked;             /* last times of patching and of looking at the clock [s] */
    long       stride, look_at;             /* points between looks, and the next */
} ag_raw;

/* path must live as long as r. "-": standard output. */
ag_status ag_raw_open(ag_raw *r, ag_diag *d, const char *path, int ascii);
/* The sink of r: begin() starts a plot, end() completes its count. */
ag_sink   ag_raw_sink(ag_raw *r);
ag_status ag_raw_close(ag_raw *r);
#endif
