/* options - the command line: one table gives getopt's lists, --help and the manual page. */
#ifndef AG_CLI_OPTIONS_H
#define AG_CLI_OPTIONS_H
#include <stdio.h>
#include "run/run.h"

typedef struct cli_define { const char *name, *value; } cli_define;         /* -D NAME=VALUE */

enum { CLI_AUTO, CLI_ALWAYS, CLI_NEVER };

typedef struct cli_options {
    const char     *netlist, *log, *model;  /* FILE, -o, --model */
    ag_run_settings run;
    cli_define     *define;                 /* [n_define], freed by the caller */
    int             n_define;
    int             progress, quiet, list_models, version, help;
} cli_options;

/* 1: done; 0 after a message on standard error. Texts point into argv, which must be writable (-D is split at '='). */
int  cli_options_read(cli_options *o, int argc, char **argv);
void cli_options_help(FILE *f);
#endif
