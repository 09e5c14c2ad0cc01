/* agspice - the command: reads a netlist, runs it, maps statuses to exit codes. */
#include <errno.h>
#include <math.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "cli/files.h"
#include "cli/options.h"
#include "cli/show.h"
#include "core/number.h"

enum { DONE, BAD_INPUT, FAILED, BAD_FILE };             /* exit codes; interrupted: 128 + signal */

/* Set by the handler: the only thing a signal may do to a running analysis is to ask it to stop. */
static volatile sig_atomic_t interrupted;

typedef struct front {                                  /* what the callbacks of the library need */
    const cli_options *options;
    FILE              *log;
    char              *early;                           /* [n_early] the log as long as it is in memory */
    size_t             n_early;
    ag_severity        last;                            /* of the report before */
    int                errors;
    int                bar, terminal;                   /* a progress line is wanted; standard error is a terminal */
    int                shown;                           /* characters of the progress line on the screen */
    double             begin, next;                     /* [s] of the monotonic clock */
} front;

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void on_signal(int number) { interrupted = number; }

/* The second signal ends the program at once (SA_RESETHAND). */
static void catch_signals(void)
{
    struct sigaction act = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };

    sigemptyset(&act.sa_mask);
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
}

static void erase(front *f)
{
    if (f->shown && f->terminal)
        fprintf(stderr, "\r%*s\r", f->shown, "");
    f->shown = 0;
}

/* Errors and warnings go to standard error and, with -o, to the log as well. A note goes to the log (programs that
 * watch standard error take everything there for a failure) unless it belongs to the error before it. */
static void report(void *user, ag_severity severity, const char *text)
{
    front *f = user;
    int    chained = severity == AG_NOTE && f->last != AG_NOTE;

    erase(f);
    f->errors += severity == AG_ERROR;
    if (severity != AG_NOTE)
        f->last = severity;
    if (severity == AG_NOTE && f->options->quiet && !chained)
        return;
    if (severity != AG_NOTE || chained) {
        fflush(f->log);
        fputs(text, stderr);
    }
    if ((severity == AG_NOTE && !chained) || f->log != stdout)
        fputs(text, f->log);
}

/* What is left of t [s] passed, in a unit for people. */
static int print_left(char *text, size_t size, double t, double fraction)
{
    double left = t * (1 - fraction) / fraction;

    return left < 120 ? snprintf(text, size, "  %.0f s left", left) : left < 7200 ? snprintf(text, size, "  %.0f min left", left / 60)
         : snprintf(text, size, "  %.0f h left", left / 3600);
}

static int progress(void *user, double fraction, double time)
{
    front *f = user;
    double t = now();
    char   at[AG_NUMBER_SIZE], line[120];

    f->last = AG_NOTE;                                  /* the analysis goes on: no error is pending */
    if (!f->bar || t < f->next)
        return interrupted != 0;
    f->next = t + (f->terminal ? 0.25 : 1);
    ag_number_engineering(at, time, "s", 4);
    int n = snprintf(line, sizeof line, isnan(time) ? "%5.1f %%" : "%5.1f %%  t = %-9s", 100 * fraction, at);
    if (fraction > 1e-6)
        n += print_left(line + n, sizeof line - (size_t)n, t - f->begin, fraction);
    erase(f);
    fprintf(stderr, f->terminal ? "%s" : "%s\n", line);
    f->shown = n;
    return interrupted != 0;
}

static int exit_code(ag_status s)
{
    switch (s) {
    case AG_OK:      return DONE;
    case AG_ESTOPPED: return 128 + (interrupted ? interrupted : SIGINT);
    case AG_EIO:     return BAD_FILE;
    case AG_ESYNTAX: case AG_ENAME: case AG_ERANGE: return BAD_INPUT;
    default:         return FAILED;
    }
}

static ag_status read_netlist(front *f, ag_circuit *c)
{
    const cli_options *o = f->options;
    ag_status          s = AG_OK;

    for (int k = 0; k < o->n_define && !s; k++)
        s = ag_override(c, o->define[k].name, o->define[k].value);
    return s ? s : ag_read_file(c, o->netlist);
}

/* The log of -o is kept in memory until it is known that no file the netlist includes would be overwritten. */
static int open_log(front *f, const ag_circuit *c)
{
    FILE *file;

    if (!cli_files_spare(f->options, c))
        return BAD_INPUT;
    if (!f->options->log)
        return DONE;
    file = fopen(f->options->log, "w");
    if (!file) {
        fprintf(stderr, "agspice: error: cannot open '%s': %s\n", f->options->log, strerror(errno));
        return BAD_FILE;
    }
    fflush(f->log);
    fwrite(f->early, 1, f->n_early, file);
    fclose(f->log);
    f->log = file;
    return DONE;
}

static ag_status simulate(front *f, ag_circuit *c)
{
    ag_run_settings settings = f->options->run;

    fprintf(f->log, "agspice %s: %s\n", AG_VERSION, c->title + strspn(c->title, "* \t"));
    f->last = AG_NOTE;
    settings.log = f->log;
    settings.ltspice = f->options->log != NULL;
    f->begin = now();
    f->next = f->begin + 0.5;                           /* short runs show no progress */
    ag_status s = ag_run_plan(c, &settings);
    erase(f);
    return s;
}

static int close_log(front *f, int code)
{
    errno = 0;
    if ((f->log == stdout ? fflush(f->log) : fclose(f->log)) && code != BAD_FILE) {
        fprintf(stderr, "agspice: error: cannot write the log: %s\n", strerror(errno));
        code = BAD_FILE;
    }
    free(f->early);
    return code;
}

static int run(const cli_options *o)
{
    front       f = { .options = o, .last = AG_NOTE };
    ag_host     host = { .user = &f, .report = report, .progress = progress };
    ag_circuit *c = NULL;
    ag_status   s = AG_ENOMEM;
    int         code = DONE;

    if (!cli_files_differ(o))
        return BAD_INPUT;
    f.log = o->log ? open_memstream(&f.early, &f.n_early) : stdout;
    f.terminal = isatty(STDERR_FILENO);
    f.bar = o->progress == CLI_ALWAYS || (o->progress == CLI_AUTO && f.terminal);
    catch_signals();
    if (f.log)
        c = ag_circuit_new(&host);
    if (c)
        s = read_netlist(&f, c);
    if (c)
        code = open_log(&f, c);
    if (!s && !code)
        s = simulate(&f, c);
    if (s && !f.errors)
        fprintf(stderr, "agspice: error: %s\n", ag_status_text(s));
    ag_circuit_free(c);
    code = code ? code : exit_code(s);
    return f.log ? close_log(&f, code) : code;
}

/* A file opened while one of the standard streams is closed would get its number, and what is said there would go into
 * the file. The wrong direction keeps the use of a closed stream an error. */
static void occupy_standard_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);     /* the lowest free number: fd */
}

int main(int argc, char **argv)
{
    cli_options o;
    int         code = DONE;

    occupy_standard_streams();
    if (!cli_options_read(&o, argc, argv))
        code = BAD_INPUT;
    else if (o.help)
        cli_options_help(stdout);
    else if (o.version)
        printf("agspice %s\n", AG_VERSION);
    else if (o.list_models)
        cli_show_models();
    else if (o.model)
        code = cli_show_model(o.model) ? DONE : BAD_INPUT;
    else
        code = run(&o);
    free(o.define);
    if (fflush(stdout) && code == DONE) {
        fprintf(stderr, "agspice: error: cannot write standard output: %s\n", strerror(errno));
        code = BAD_FILE;
    }
    return code;
}
