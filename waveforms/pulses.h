/* pulses - finds the pulses a device got, and what each did: energy, charge, conductance, recovery.
 *
 * Definition. The read zone is |v| <= read (to rounding, 1e-6 of it), and at least |v| <= vmin. A write pulse is a stretch
 * of one polarity that leaves the read zone, edges included. The edge before it starts where the waveform last
 * rested: going back from the pulse, the first point where v turns round or its slope falls below a small part
 * (0.1 vmin/|peak|) of the steepest slope met. The voltage there is the baseline before the pulse; t_start is the last
 * time it is within vmin of it. The end is found in the same way forwards, with a baseline of its own, so a pulse may
 * start at 0 V and end at a read level. Where v goes straight from one polarity to the other, the baseline is 0 V.
 * Between write pulses every stretch of one polarity with |v| > vmin is a read pulse; at a read level that lasts from one
 * write to the next it reaches from the end of the one to the start of the other.
 *
 * Per pulse (signs are those of v(device) and of the current into its first terminal):
 *   width             t_end - t_start [s]
 *   v_peak, i_peak    value of largest magnitude [V], [A]
 *   charge, energy    integrals of i and v*i over the pulse, exact for v and i linear between points, which also gives
 *                     them at its ends [C], [J]
 *   g_before          static conductance at the baseline before it (read: at its start) [S]
 *   g_after           where the read that follows before the next write settles, else just before the next write or at
 *                     the end of the run (read: where it settles itself) [S]
 *   t_recover         from the end of a write until the current stays within recover (10 %) of its value where the read
 *                     that follows before the next write settles [s]; NAN for reads and for writes without such a read
 * A read settles at the end of its plateau: going back from its end, where v rests, found as for the edges of writes; a
 * read that the next write or the end of the window cuts settles there. from= and to= make the window, interpolated. */
#ifndef AG_PULSES_H
#define AG_PULSES_H
#include <stdio.h>
#include "waveforms/memory.h"
#include "waveforms/outfile.h"

typedef struct ag_pulse {
    int    write;                           /* 0: a read */
    double t_start, width, v_peak, i_peak, charge, energy, g_before, g_after, t_recover;
} ag_pulse;

typedef struct ag_pulse_list {
    const ag_pulses *request;
    ag_pulse        *pulse;                 /* in order of time */
    int              n, cap;
} ag_pulse_list;

/* The columns of the table after device and index, for every writer of it. */
typedef struct ag_pulse_column { const char *name, *unit; size_t offset; } ag_pulse_column;
extern const ag_pulse_column ag_pulse_columns[];         /* the numbers: t_start ... t_recover */
extern const int             ag_n_pulse_column;
static inline double ag_pulse_number(const ag_pulse *p, int k) { return *(const double *)((const char *)p + ag_pulse_columns[k].offset); }

/* Asks for what the request reads. */
void ag_pulses_want(const ag_pulses *request, ag_memory *m);
void ag_pulses_find(const ag_pulses *request, const ag_memory *m, ag_arena *a, ag_pulse_list *list);
/* Table with engineering units for people, and the totals of the writes. */
void ag_pulses_print(const ag_pulse_list *list, FILE *log);
/* Exact numbers: a header, then one line a pulse of every list; stepped quantities and their values in front. */
ag_status ag_pulses_csv_head(ag_outfile *f, const ag_setting *set, int n_set);
ag_status ag_pulses_csv(const ag_pulse_list *list, int n_list, const double *value, int n_value, ag_outfile *f);
#endif
