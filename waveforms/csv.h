/* csv - waveforms as comma-separated values: a header of names, one row a point, every number exact.
 *
 * A complex column is two, of real and of imaginary parts. A second analysis of the same run follows after an empty line with a header of its own. */
#ifndef AG_CSV_H
#define AG_CSV_H
#include "core/sink.h"
#include "waveforms/outfile.h"

typedef struct ag_csv { ag_outfile file; int n_column, width, plots; const ag_column *column; } ag_csv;

ag_status ag_csv_open(ag_csv *c, ag_diag *d, const char *path);      /* path must live as long as c; "-": standard output */
ag_sink   ag_csv_sink(ag_csv *c);
ag_status ag_csv_close(ag_csv *c);
/* One field: quoted where it holds a comma, a quote or a line break (RFC 4180). */
ag_status ag_csv_text(ag_outfile *f, const char *text);
#endif
