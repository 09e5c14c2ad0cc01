/* table - what .print and .op write to the log. */
#ifndef AG_TABLE_H
#define AG_TABLE_H
#include <stdio.h>
#include "waveforms/memory.h"

/* A .print table: "Index time v(out) ...", one line a point, digits significant digits; for each curve of a nested .dc one. */
void ag_table_print(const ag_circuit *c, const ag_listing *l, const ag_memory *m, ag_arena *a, FILE *log);
/* The operating point: a line per column of the selection, voltages first, then currents, then the rest. */
void ag_table_op(const ag_select *s, const double *value, FILE *log);
#endif
