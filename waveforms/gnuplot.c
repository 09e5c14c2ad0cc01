#include "waveforms/gnuplot.h"
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "waveforms/outfile.h"

extern char **environ;

/* Okabe, Ito, "Color universal design" (2008): eight colours told apart with any kind of colour vision; without the
 * yellow, which is too faint for lines. */
static const char *const colour[] = { "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000" };
#define SVG_HEIGHT(n) (140 + 210 * (n))         /* [pixels] of a picture with n panels */
#define N_COLOUR ((int)(sizeof colour / sizeof *colour))

static const struct format { const char *suffix, *terminal; } format[] = {
    { ".svg", "svg size 1000,%d dynamic noenhanced font 'Helvetica,14' background rgb 'white'" },
    { ".png", "pngcairo size 1000,%d noenhanced font 'Sans,11' background rgb 'white'" },
    { ".pdf", "pdfcairo size 10in,%din noenhanced font 'Sans,12'" },
};

/* A running gnuplot: a socket that is its standard input and error. A socket, not a pipe, because sending to a process
 * that has died must not raise SIGPIPE in the host. */
typedef struct plotter {
    int    fd;
    pid_t  pid;
    int    broken;
    size_t n;
    char   buffer[1 << 14];
} plotter;

static void flush(plotter *p)
{
    for (size_t done = 0; done < p->n && !p->broken;) {
        ssize_t sent = send(p->fd, p->buffer + done, p->n - done, MSG_NOSIGNAL);
        if (sent > 0)
            done += (size_t)sent;
        else if (errno != EINTR)
            p->broken = 1;
    }
    p->n = 0;
}

static void put(plotter *p, const char *text)
{
    for (; *text; text++) {
        if (p->n == sizeof p->buffer)
            flush(p);
        p->buffer[p->n++] = *text;
    }
}

__attribute__((format(printf, 2, 3))) static void say(plotter *p, const char *format_, ...)
{
    char    line[512];
    va_list args;

    va_start(args, format_);
    vsnprintf(line, sizeof line, format_, args);
    va_end(args);
    put(p, line);
}

/* In single quotes gnuplot substitutes nothing; a quote is doubled. Control characters would end the command. */
static void quote(plotter *p, const char *text)
{
    char one[3] = "";

    put(p, "'");
    for (; *text; text++) {
        one[0] = (unsigned char)*text < ' ' ? ' ' : *text;
        one[1] = *text == '\'' ? '\'' : 0;
        put(p, one);
    }
    put(p, "'");
}

static ag_status start(plotter *p, ag_diag *d)
{
    posix_spawn_file_actions_t act;
    char *const argv[] = { "gnuplot", "-d", NULL };      /* -d: without the user's start-up files */
    int   pair[2], failure;

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) {
        ag_error(d, AG_NOWHERE, "cannot talk to gnuplot: %s", strerror(errno));
        return AG_EIO;
    }
    fcntl(pair[0], F_SETFD, FD_CLOEXEC);
    fcntl(pair[1], F_SETFD, FD_CLOEXEC);
    posix_spawn_file_actions_init(&act);
    posix_spawn_file_actions_adddup2(&act, pair[1], 0);
    posix_spawn_file_actions_adddup2(&act, pair[1], 2);
    failure = posix_spawnp(&p->pid, "gnuplot", &act, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&act);
    close(pair[1]);
    if (failure) {
        close(pair[0]);
        if (failure == ENOENT)
            ag_error(d, AG_NOWHERE, "--plot needs the program gnuplot: install the package gnuplot-nox, "
                     "or write the waveforms with -r or --csv");
        else
            ag_error(d, AG_NOWHERE, "cannot start gnuplot: %s", strerror(failure));
        return AG_EIO;
    }
    *p = (plotter){ .fd = pair[0], .pid = p->pid };
    return AG_OK;
}

/* Ends the input, collects what gnuplot says and how it ended. */
static ag_status finish(plotter *p, ag_diag *d)
{
    char    said[400];
    size_t  n = 0;
    ssize_t got;
    int     state = 0;

    flush(p);
    shutdown(p->fd, SHUT_WR);
    char rest[256];
    while ((got = n < sizeof said - 1 ? read(p->fd, said + n, sizeof said - 1 - n) : read(p->fd, rest, sizeof rest)) > 0
           || (got < 0 && errno == EINTR))
        n += got > 0 && n < sizeof said - 1 ? (size_t)got : 0;
    close(p->fd);
    while (waitpid(p->pid, &state, 0) < 0 && errno == EINTR)
        ;
    said[n] = 0;
    if (WIFEXITED(state) && WEXITSTATUS(state) == 0 && !p->broken)
        return AG_OK;
    char *text = said + strspn(said, "\n");
    for (char *c = text; *c; c++)
        *c = *c == '\n' || *c == '\r' ? ' ' : *c;
    ag_error(d, AG_NOWHERE, "gnuplot failed: %s", *text ? text : "it ended without a message");
    return AG_EIO;
}

/* ---- what is drawn ---- */

typedef struct scale { double factor; const char *prefix; } scale;

/* Engineering prefix for values up to `largest`; only where the unit takes one. */
static scale scale_for(double largest, const char *unit)
{
    static const char *const plain[] = { "s", "V", "A", "W", "S", "ohm", "m", "C", "J", "F", "H", "Hz" };
    static const char *const prefix[] = { "a", "f", "p", "n", "u", "m", "", "k", "M", "G", "T" };

    for (int k = 0; k < (int)(sizeof plain / sizeof *plain); k++) {
        if (strcmp(unit, plain[k]) || !(largest > 0) || !isfinite(largest))
            continue;
        int group = (int)floor(log10(largest * 1.0000001) / 3);
        group = group < -6 ? -6 : group > 4 ? 4 : group;
        return (scale){ pow(10, -3 * group), prefix[group + 6] };
    }
    return (scale){ 1, "" };
}

static const char *quantity(const char *unit)
{
    static const char *const word[][2] = { { "V", "voltage" }, { "A", "current" }, { "W", "power" }, { "S", "conductance" },
        { "ohm", "resistance" }, { "K", "temperature" }, { "C", "charge" }, { "J", "energy" }, { "m", "length" },
        { "eV", "energy" }, { "dB", "magnitude" }, { "deg", "phase" }, { "rad", "phase" } };

    for (int k = 0; k < (int)(sizeof word / sizeof *word); k++)
        if (!strcmp(unit, word[k][0]))
            return word[k][1];
    return "value";
}

static const char *unit_of(const ag_curve *c) { return c->unit && *c->unit ? c->unit : "1"; }

static double value_at(const ag_curve *c, long i) { return c->value ? c->value[i] : ag_series_at(c->series, i); }
static double scale_at(const ag_curve *c, const ag_memory *m, long i) { return c->x ? c->x[i] : ag_memory_time(m, i); }
static long   points_of(const ag_curve *c, const ag_memory *m) { return c->x ? c->n : m->n; }

typedef struct panel { const char *unit; double low, high; scale y; } panel;

/* One panel per unit, in order of appearance; returns how many. */
static int find_panels(const ag_curve *curve, int n, const ag_memory *m, panel *out)
{
    int n_panel = 0;

    for (int k = 0; k < n; k++) {
        int j = 0;
        while (j < n_panel && strcmp(out[j].unit, unit_of(&curve[k])))
            j++;
        if (j == n_panel)
            out[n_panel++] = (panel){ .unit = unit_of(&curve[k]), .low = INFINITY, .high = -INFINITY };
        for (long i = 0, points = points_of(&curve[k], m); i < points; i++) {
            double y = value_at(&curve[k], i);
            if (isfinite(y)) {
                out[j].low = fmin(out[j].low, y);
                out[j].high = fmax(out[j].high, y);
            }
        }
    }
    for (int j = 0; j < n_panel; j++) {
        panel *p = &out[j];
        if (p->low > p->high)
            p->low = p->high = 0;
        p->y = scale_for(fmax(fabs(p->low), fabs(p->high)), p->unit);
        double room = p->high > p->low ? 0.06 * (p->high - p->low) : p->high != 0 ? 0.5 * fabs(p->high) : 1;
        p->low = (p->low - room) * p->y.factor;
        p->high = (p->high + room) * p->y.factor;
    }
    return n_panel;
}

static void put_point(plotter *p, const ag_curve *c, const ag_memory *m, long i, double scale_factor, double factor)
{
    double y = value_at(c, i) * factor;

    if (isfinite(y))
        say(p, "%.9g %.9g\n", scale_at(c, m, i) * scale_factor, y);
    else
        put(p, "\n");                                    /* a gap in the line */
}

/* All points, or of each bucket the smallest and the largest in their order; a gap where a curve of a nested .dc ends. */
static void put_curve(plotter *p, const ag_curve *c, const ag_memory *m, double scale_factor, double factor)
{
    long n = points_of(c, m), bucket = n > AG_PLOT_POINTS ? (n + AG_PLOT_POINTS / 2 - 1) / (AG_PLOT_POINTS / 2) : 1;

    for (long first = 0, end; first < n; first = end) {
        long low = first, high = first;
        if (first && ag_scale_breaks(&m->scale, first))
            put(p, "\n");
        end = first + 1;
        for (long i = end; i < n && i < first + bucket && !ag_scale_breaks(&m->scale, i); i++, end++) {
            double y = value_at(c, i);
            low = y < value_at(c, low) ? i : low;
            high = y > value_at(c, high) ? i : high;
        }
        put_point(p, c, m, low < high ? low : high, scale_factor, factor);
        if (low != high)
            put_point(p, c, m, low < high ? high : low, scale_factor, factor);
    }
}

static void draw_panel(plotter *p, const panel *q, int j, int n_panel, const ag_curve *curve, int n, int terminal)
{
    double pixels = SVG_HEIGHT(n_panel), top = 1 - 42 / pixels, bottom = 60 / pixels, gap = 0.03;     /* less, and gnuplot drops labels */
    double height = (top - bottom - gap * (n_panel - 1)) / n_panel, y1 = top - j * (height + gap);
    int    used = 0;

    if (!terminal)
        say(p, "set tmargin at screen %g\nset bmargin at screen %g\n"
            "set key at screen 0.81,screen %g left top Left reverse samplen 1.5\n", y1, y1 - height, y1 + 0.01);
    say(p, "set yrange [%.9g:%.9g]\nset ylabel ", q->low, q->high);
    char label[64];
    snprintf(label, sizeof label, strcmp(q->unit, "1") ? "%s [%s%s]" : "%s", quantity(q->unit), q->y.prefix, q->unit);
    quote(p, label);
    say(p, "\nset format x %s\n", terminal || j == n_panel - 1 ? "x_format" : "''");
    if (j == n_panel - 1)
        put(p, "set xlabel scale_label\n");
    put(p, "plot ");
    for (int k = 0; k < n; k++) {
        if (strcmp(unit_of(&curve[k]), q->unit))
            continue;
        say(p, "%s$curve%d using 1:2 with lines lw 1.8 lc rgb '%s' dt %d title ", used ? ", " : "", k,
            colour[used % N_COLOUR], 1 + used / N_COLOUR % 5);
        quote(p, curve[k].name);
        used++;
    }
    put(p, j == 0 ? "\nunset title\n" : "\n");
}

static void put_head(plotter *p, const char *path, const char *target, int n_panel)
{
    int terminal = !strcmp(path, "-");

    put(p, "set encoding utf8\nset terminal ");
    if (terminal)
        say(p, "dumb size 100,%d noenhanced\nset output\n", 24 * n_panel);
    for (int k = 0; !terminal && k < (int)(sizeof format / sizeof *format); k++) {
        size_t n = strlen(path), suffix = strlen(format[k].suffix);
        char   text[160];
        if (n < suffix || strcmp(path + n - suffix, format[k].suffix))
            continue;
        snprintf(text, sizeof text, format[k].terminal, format[k].terminal[1] == 'd' ? 3 + 2 * n_panel : SVG_HEIGHT(n_panel));
        put(p, text);
        put(p, "\nset output ");
        quote(p, target);
        put(p, "\n");
    }
    if (terminal)
        return;
    put(p, "set border 3 lc rgb '#444444'\nset tics nomirror out scale 0.6 textcolor rgb '#222222'\n"
           "set grid lc rgb '#d8d8d8' lt 1 lw 0.6\nset xzeroaxis lc rgb '#999999' lt 1 lw 0.8\n"
           "set lmargin at screen 0.1\nset rmargin at screen 0.8\nset key noautotitle\n");
}

/* Range and name of the common axis; on a logarithmic one every mark has a prefix of its own. */
static double put_scale(plotter *p, const ag_curve *curve, int n, const ag_memory *m)
{
    const char *unit = m->scale.column.unit;
    double      low = INFINITY, high = -INFINITY;
    char        label[160];

    for (int k = 0; k < n; k++)
        for (long i = 0, points = points_of(&curve[k], m); i < points; i++) {
            low = fmin(low, scale_at(&curve[k], m, i));
            high = fmax(high, scale_at(&curve[k], m, i));
        }
    low = isfinite(low) ? low : 0;
    high = high > low ? high : low + 1;
    int   is_log = m->scale.log && low > 0;
    scale s = is_log ? (scale){ 1, "" } : scale_for(fmax(fabs(low), fabs(high)), unit);
    snprintf(label, sizeof label, *unit && strcmp(unit, "1") ? "%.100s [%s%s]" : "%.100s", m->scale.label, s.prefix, unit);
    put(p, "scale_label = ");
    quote(p, label);
    say(p, "\nx_format = '%s'\n%sset xrange [%.9g:%.9g]\n", is_log ? "%.0s%c" : "%g", is_log ? "set logscale x\nset mxtics 10\n" : "",
        low * s.factor, high * s.factor);
    return s.factor;
}

static void put_plot(plotter *p, const char *path, const char *target, const char *title, const ag_curve *curve, int n,
                     const ag_memory *m, panel *panels)
{
    int    n_panel = find_panels(curve, n, m, panels), terminal = !strcmp(path, "-");
    double scale_factor = put_scale(p, curve, n, m);

    for (int k = 0; k < n; k++) {
        double factor = 1;
        for (int j = 0; j < n_panel; j++)
            factor = strcmp(panels[j].unit, unit_of(&curve[k])) ? factor : panels[j].y.factor;
        say(p, "$curve%d << END_OF_CURVE\n", k);
        put_curve(p, &curve[k], m, scale_factor, factor);
        put(p, "END_OF_CURVE\n");
    }
    put_head(p, path, target, n_panel);
    put(p, "set title ");
    quote(p, title);
    put(p, "\n");
    if (n_panel > 1)
        say(p, terminal ? "set multiplot layout %d,1\n" : "set multiplot\n", n_panel);
    for (int j = 0; j < n_panel; j++)
        draw_panel(p, &panels[j], j, n_panel, curve, n, terminal);
    put(p, n_panel > 1 ? "unset multiplot\nunset output\n" : "unset output\n");
}

ag_curve ag_curve_new(ag_arena *a, const char *name, const char *unit, ag_series *s, int what)
{
    static const char *const unit_of_view[] = { [AG_DECIBELS] = "dB", [AG_DEGREES] = "deg" };
    long     n = s->m->n;
    double  *value = what == AG_AS_IT_IS ? NULL : AG_NEW(a, double, n), turns = 0;
    ag_curve c = { .name = name, .unit = what == AG_AS_IT_IS ? unit : unit_of_view[what], .series = s, .value = value };

    for (long i = 0; i < n && value; i++) {
        double re = ag_series_at(s, i), im = ag_series_imaginary(s, i);
        value[i] = what == AG_DECIBELS ? 20 * log10(hypot(re, im)) : atan2(im, re) * (180 / 3.14159265358979324) + 360 * turns;
        if (what != AG_DEGREES || i == 0 || !(fabs(value[i] - value[i - 1]) > 180))
            continue;
        double back = value[i] > value[i - 1] ? -1 : 1;
        turns += back;
        value[i] += 360 * back;
    }
    return c;
}

ag_curve ag_curve_keep(ag_arena *a, const char *name, const ag_curve *c)
{
    const ag_memory *m = c->series->m;
    double          *x = AG_NEW(a, double, m->n + 1), *y = AG_NEW(a, double, m->n + 1);

    for (long i = 0; i < m->n; i++) {
        x[i] = ag_memory_time(m, i);
        y[i] = value_at(c, i);
    }
    return (ag_curve){ .name = name, .unit = ag_text(a, unit_of(c), strlen(unit_of(c))), .value = y, .x = x, .n = m->n };
}

int ag_gnuplot_suffix(const char *path)
{
    size_t n = strlen(path);

    if (!strcmp(path, "-"))
        return 1;
    for (int k = 0; k < (int)(sizeof format / sizeof *format); k++) {
        size_t suffix = strlen(format[k].suffix);
        if (n > suffix && !strcmp(path + n - suffix, format[k].suffix))
            return 1;
    }
    return 0;
}

ag_status ag_gnuplot_draw(ag_diag *d, const char *path, const char *title, const ag_curve *curve, int n,
                          const ag_memory *m, ag_arena *a)
{
    const char *target = ag_printf(a, "%s.part", path);
    plotter    *p = AG_NEW(a, plotter, 1);
    panel      *panels = AG_NEW(a, panel, n);             /* nothing is allocated while gnuplot runs */
    ag_status   s = AG_OK;
    struct stat st;

    if (strcmp(path, "-")) {                              /* a name that cannot be written is found before drawing */
        ag_outfile f;
        s = ag_outfile_open(&f, d, target);
        if (ag_outfile_close(&f))
            return s;
    }
    s = start(p, d);
    if (s) {
        unlink(target);
        return s;
    }
    put_plot(p, path, target, title, curve, n, m, panels);
    s = finish(p, d);
    if (!strcmp(path, "-"))
        return s;
    if (!s && (stat(target, &st) || st.st_size == 0)) {
        ag_error(d, AG_NOWHERE, "gnuplot ended without an error, but drew nothing into '%s'", path);
        s = AG_EIO;
    }
    if (!s && rename(target, path)) {
        ag_error(d, AG_NOWHERE, "cannot write '%s': %s", path, strerror(errno));
        s = AG_EIO;
    }
    if (s)
        unlink(target);
    return s;
}
