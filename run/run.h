/* run - runs what a netlist asks for and sends the results where the user wants them. */
#ifndef AG_RUN_H
#define AG_RUN_H
#include <stdio.h>
#include "core/circuit.h"

typedef struct ag_run_settings {
    FILE       *log;                        /* measures, tables, operating points, pulses */
    const char *raw, *csv, *json, *plot;    /* paths, or NULL; "-": standard output, for plot the terminal */
    int         ascii;                      /* rawfile in ASCII */
    int         stats;                      /* statistics at the end of the log */
    int         ltspice;                    /* measures in LTspice's form as well */
} ag_run_settings;

/* Runs every analysis of the plan, operating points first, as ngspice does. Stops at the first failure, which is
 * reported; what was computed until then is written all the same. AG_ESYNTAX when the netlist asks for no analysis. */
ag_status ag_run_plan(ag_circuit *c, const ag_run_settings *s);
#endif
