#include "cli/options.h"
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include "core/intern.h"

enum { LONG_ONLY = 256, ASCII, CSV, JSON, PLOT, STATS, PROGRESS, MODEL, MODELS };

static const struct row { const char *name, *argument, *help; int id; } table[] = {
    { "batch",    NULL,         "run without asking anything; accepted, and the only mode", 'b' },
    { "raw",      "FILE",       "write the waveforms to FILE as a SPICE3 rawfile", 'r' },
    { "ascii",    NULL,         "make that rawfile ASCII instead of binary", ASCII },
    { "csv",      "FILE",       "write the waveforms as comma-separated values, exact; .pulses tables beside it", CSV },
    { "json",     "FILE",       "write options, statistics, operating point, measures and pulses as JSON", JSON },
    { "plot",     "FILE",       "draw what .plot asks for with gnuplot: .svg, .png or .pdf; '-': in the terminal", PLOT },
    { "output",   "FILE",       "write the log (measures, tables) to FILE instead of standard output", 'o' },
    { "define",   "NAME=VALUE", "override a .param of the netlist's top level; may be repeated", 'D' },
    { "threads",  "N",          "use at most N threads; this version computes with one", 'j' },
    { "stats",    NULL,         "add time, memory, steps, iterations and factorisations to the log", STATS },
    { "progress", "WHEN",       "show progress on standard error: auto (on a terminal), always, never", PROGRESS },
    { "models",   NULL,         "list the device models", MODELS },
    { "model",    "NAME",       "print the page of a device model: equations, parameters, states", MODEL },
    { "quiet",    NULL,         "leave notes out of the log", 'q' },
    { "version",  NULL,         "print the version", 'v' },
    { "help",     NULL,         "print this help", 'h' },
};
#define N_ROW ((int)(sizeof table / sizeof *table))

void cli_options_help(FILE *f)
{
    fprintf(f, "usage: agspice [options] FILE.cir      ('-' reads standard input)\n\n"
            "Simulates a SPICE netlist with native models of silver-based memristors.\n\n");
    for (int k = 0; k < N_ROW; k++) {
        char left[40], letter[8] = "    ";
        if (table[k].id < LONG_ONLY)
            snprintf(letter, sizeof letter, "-%c, ", table[k].id);
        snprintf(left, sizeof left, "%s--%s%s%s", letter, table[k].name, table[k].argument ? " " : "",
                 table[k].argument ? table[k].argument : "");
        fprintf(f, "  %-26s %s\n", left, table[k].help);
    }
    fprintf(f, "\nExit status: 0 done, 1 netlist or usage error, 2 an analysis failed, 3 file input or output failed,\n"
            "130 interrupted (the waveforms computed until then are kept).\n");
}

static int complain(const char *format, const char *what, const char *hint)
{
    fprintf(stderr, "agspice: error: ");
    fprintf(stderr, format, what, hint);
    fprintf(stderr, "\n");
    return 0;
}

static int unknown_option(const char *text)
{
    ag_guess g = { .name = text + strspn(text, "-") };

    for (int k = 0; k < N_ROW; k++)
        ag_guess_try(&g, table[k].name);
    if (g.best)
        return complain("unknown option '%s'; did you mean --%s?", text, g.best);
    return complain("unknown option '%s'; agspice --help lists them", text, NULL);
}

/* "NAME=VALUE". ngspice's variables for the shell (ngbehavior, filetype) come in the same way and are no parameters. */
static int define(cli_options *o, char *text)
{
    char *equals = strchr(text, '=');

    if (!equals || equals == text || !equals[1])
        return complain("-D wants NAME=VALUE, not '%s'", text, NULL);
    *equals = 0;
    if (!strcmp(text, "filetype"))
        o->run.ascii = !strcmp(equals + 1, "ascii");
    else if (strcmp(text, "ngbehavior"))
        o->define[o->n_define++] = (cli_define){ text, equals + 1 };
    return 1;
}

static int threads(const char *text)
{
    char *end;
    long  n = strtol(text, &end, 10);

    return *end || end == text || n < 1 || n > 4096 ? complain("-j wants a number of threads from 1 on, not '%s'", text, NULL) : 1;
}

static int when(cli_options *o, const char *text)
{
    static const char *const word[] = { [CLI_AUTO] = "auto", [CLI_ALWAYS] = "always", [CLI_NEVER] = "never" };

    for (int k = 0; k < 3; k++)
        if (!strcmp(text, word[k])) {
            o->progress = k;
            return 1;
        }
    return complain("--progress wants auto, always or never, not '%s'", text, NULL);
}

static int apply(cli_options *o, int id, char *argument)
{
    switch (id) {
    case 'b':      return 1;
    case 'r':      o->run.raw = argument; return 1;
    case ASCII:    o->run.ascii = 1; return 1;
    case CSV:      o->run.csv = argument; return 1;
    case JSON:     o->run.json = argument; return 1;
    case PLOT:     o->run.plot = argument; return 1;
    case 'o':      o->log = argument; return 1;
    case 'D':      return define(o, argument);
    case 'j':      return threads(argument);
    case STATS:    o->run.stats = 1; return 1;
    case PROGRESS: return when(o, argument);
    case MODELS:   o->list_models = 1; return 1;
    case MODEL:    o->model = argument; return 1;
    case 'q':      o->quiet = 1; return 1;
    case 'v':      o->version = 1; return 1;
    default:       o->help = 1; return 1;
    }
}

/* getopt's two lists out of the table; the leading ':' tells a missing argument from an unknown option. */
static void lists(char *letters, struct option *names)
{
    *letters++ = ':';
    for (int k = 0; k < N_ROW; k++) {
        names[k] = (struct option){ table[k].name, table[k].argument ? required_argument : no_argument, NULL, table[k].id };
        if (table[k].id >= LONG_ONLY)
            continue;
        *letters++ = (char)table[k].id;
        if (table[k].argument)
            *letters++ = ':';
    }
    *letters = 0;
    names[N_ROW] = (struct option){ NULL, 0, NULL, 0 };
}

int cli_options_read(cli_options *o, int argc, char **argv)
{
    char          letters[2 * N_ROW + 2], letter[3] = "-?";
    struct option names[N_ROW + 1];
    int           id;

    *o = (cli_options){ .define = malloc((size_t)(argc + 1) * sizeof *o->define) };
    if (!o->define)
        return complain("out of memory", NULL, NULL);
    lists(letters, names);
    opterr = 0;
    while ((id = getopt_long(argc, argv, letters, names, NULL)) != -1) {
        letter[1] = (char)optopt;
        if (id == ':')
            return complain("option '%s' wants an argument; agspice --help lists them",
                            optopt < LONG_ONLY && argv[optind - 1][1] != '-' ? letter : argv[optind - 1], NULL);
        if (id == '?')
            return unknown_option(optopt && optopt < LONG_ONLY && argv[optind - 1][1] != '-' ? letter : argv[optind - 1]);
        if (!apply(o, id, optarg))
            return 0;
    }
    if (optind + 1 < argc)
        return complain("one netlist at a time: '%s' is the second", argv[optind + 1], NULL);
    o->netlist = argv[optind];
    if (!o->netlist && !o->help && !o->version && !o->list_models && !o->model)
        return complain("which netlist? agspice FILE.cir, or agspice --help", NULL, NULL);
    return 1;
}
