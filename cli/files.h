/* files - no output of a run destroys what it reads or another output. */
#ifndef AG_CLI_FILES_H
#define AG_CLI_FILES_H
#include "cli/options.h"

/* 1: the output files differ from one another and from the netlist; 0 after a message. Opens nothing. */
int cli_files_differ(const cli_options *o);
/* 1: no output is a file that the netlist of c was read from, by .include or otherwise; 0 after a message. */
int cli_files_spare(const cli_options *o, const ag_circuit *c);
#endif
