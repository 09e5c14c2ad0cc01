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
#define PANEL 210                               /* [pixels] least height of a panel, */
#define NAME  22                                /* of the name of a curve in its key, */
#define HEAD  42                                /* above all, */
#define LABEL 60                                /* below those with an axis of their own (less, and gnuplot drops labels), */
#define GAP   10                                /* and below others */
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

typedef struct panel {
    const char *unit, *over, *over_unit;    /* over: NULL for the common axis */
    double      low, high, left, right;     /* left, right: of an axis of its own */
    int         limited;                    /* low and high are given */
    int         n;                          /* curves */
    scale       y, x;
} panel;

static int is_on(const panel *p, const ag_curve *c)
{
    return !strcmp(p->unit, unit_of(c)) && !strcmp(p->over ? p->over : "", c->over ? c->over : "");
}

static void widen(double *low, double *high, double x)
{
    *low = isfinite(x) ? fmin(*low, x) : *low;
    *high = isfinite(x) ? fmax(*high, x) : *high;
}

/* The panel's ranges take in a curve, or its limits. */
static void take_curve(panel *p, const ag_curve *c, const ag_memory *m)
{
    int limits = c->low < c->high;

    if (limits && !p->limited)
        p->low = INFINITY, p->high = -INFINITY;
    p->limited |= limits;
    for (long i = 0, points = points_of(c, m); i < points; i++) {
        if (!p->limited)
            widen(&p->low, &p->high, value_at(c, i));
        if (p->over)
            widen(&p->left, &p->right, scale_at(c, m, i));
    }
    if (limits) {
        widen(&p->low, &p->high, c->low);
        widen(&p->low, &p->high, c->high);
    }
}

/* Scales a range and gives it some room at its ends; one that only rounding has made is none. */
static scale finish_range(double *low, double *high, const char *unit, double room)
{
    if (*low > *high)
        *low = *high = 0;
    double size = fmax(fabs(*low), fabs(*high));
    scale  s = scale_for(size, unit);
    room = *high - *low > 1e-6 * size ? room * (*high - *low) : *high != 0 ? 0.5 * fabs(*high) : 1;
    *low = (*low - room) * s.factor;
    *high = (*high + room) * s.factor;
    return s;
}

/* One panel per unit and axis in order of appearance, those over the common axis first; returns how many. */
static int find_panels(const ag_curve *curve, int n, const ag_memory *m, panel *out)
{
    int n_panel = 0;

    for (int over = 0; over < 2; over++)
        for (int k = 0; k < n; k++) {
            int j = 0;
            if ((curve[k].over != NULL) != over)
                continue;
            while (j < n_panel && !is_on(&out[j], &curve[k]))
                j++;
            if (j == n_panel)
                out[n_panel++] = (panel){ .unit = unit_of(&curve[k]), .over = curve[k].over, .over_unit = curve[k].over_unit,
                                          .low = INFINITY, .high = -INFINITY, .left = INFINITY, .right = -INFINITY };
            out[j].n++;
            take_curve(&out[j], &curve[k], m);
        }
    for (int j = 0; j < n_panel; j++) {
        out[j].y = finish_range(&out[j].low, &out[j].high, out[j].unit, out[j].limited ? 0 : 0.06);
        if (out[j].over)
            out[j].x = finish_range(&out[j].left, &out[j].right, out[j].over_unit, 0.03);
    }
    return n_panel;
}

/* Whether the panel below stands on the same axis. */
static int shares_axis(const panel *p, int j, int n_panel) { return j + 1 < n_panel && !p[j].over && !p[j + 1].over; }

/* [pixels] of a panel: gnuplot drops names for which there is no room. */
static int height_of(const panel *p) { return p->n * NAME > PANEL ? p->n * NAME : PANEL; }

/* [pixels] from the top of the picture to that of panel j; of panel n_panel: height of the picture. */
static int top_of(const panel *p, int j, int n_panel)
{
    int y = HEAD;

    for (int i = 0; i < j; i++)
        y += height_of(&p[i]) + (shares_axis(p, i, n_panel) ? GAP : LABEL);
    return y;
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

static void put_label(plotter *p, const char *axis, const char *name, const char *prefix, const char *unit)
{
    char label[160];

    snprintf(label, sizeof label, *unit && strcmp(unit, "1") ? "%.100s [%s%s]" : "%.100s", name, prefix, unit);
    say(p, "%s ", axis);
    quote(p, label);
    put(p, "\n");
}

/* The axis of one panel alone. */
static void put_own_axis(plotter *p, const panel *q)
{
    say(p, "unset logscale x\nset xrange [%.9g:%.9g]\nset format x '%%g'\n", q->left, q->right);
    put_label(p, "set xlabel", q->over, q->x.prefix, q->over_unit);
}

static void draw_panel(plotter *p, const panel *panels, int j, int n_panel, const ag_curve *curve, int n, int terminal)
{
    const panel *q = &panels[j];
    double height = top_of(panels, n_panel, n_panel), y1 = 1 - top_of(panels, j, n_panel) / height;
    int    used = 0;

    if (!terminal)
        say(p, "set tmargin at screen %g\nset bmargin at screen %g\n"
            "set key at screen 0.81,screen %g left top Left reverse samplen 1.5\n", y1, y1 - height_of(q) / height, y1 + 0.01);
    say(p, "set yrange [%.9g:%.9g]\n", q->low, q->high);
    put_label(p, "set ylabel", quantity(q->unit), q->y.prefix, q->unit);
    if (q->over)
        put_own_axis(p, q);
    else
        say(p, "set format x %s\n%s", terminal || !shares_axis(panels, j, n_panel) ? "x_format" : "''",
            shares_axis(panels, j, n_panel) ? "" : "set xlabel scale_label\n");
    put(p, "plot ");
    for (int k = 0; k < n; k++) {
        if (!is_on(q, &curve[k]))
            continue;
        say(p, "%s$curve%d using 1:2 with lines lw 1.8 lc rgb '%s' dt %d title ", used ? ", " : "", k,
            colour[used % N_COLOUR], 1 + used / N_COLOUR % 5);
        quote(p, curve[k].name);
        used++;
    }
    put(p, j == 0 ? "\nunset title\n" : "\n");
}

static void put_head(plotter *p, const char *path, const char *target, int n_panel, int height)
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
        snprintf(text, sizeof text, format[k].terminal, format[k].terminal[1] == 'd' ? 3 + (height - HEAD - LABEL) / 105 : height);
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

    for (int k = 0; k < n; k++)
        for (long i = 0, points = curve[k].over ? 0 : points_of(&curve[k], m); i < points; i++)
            widen(&low, &high, scale_at(&curve[k], m, i));
    low = isfinite(low) ? low : 0;
    high = high > low ? high : low + 1;
    int   is_log = m->scale.log && low > 0;
    scale s = is_log ? (scale){ 1, "" } : scale_for(fmax(fabs(low), fabs(high)), unit);
    put_label(p, "scale_label =", m->scale.label, s.prefix, unit);
    say(p, "x_format = '%s'\n%sset xrange [%.9g:%.9g]\n", is_log ? "%.0s%c" : "%g", is_log ? "set logscale x\nset mxtics 10\n" : "",
        low * s.factor, high * s.factor);
    return s.factor;
}

static void put_plot(plotter *p, const char *path, const char *target, const char *title, const ag_curve *curve, int n,
                     const ag_memory *m, panel *panels)
{
    int    n_panel = find_panels(curve, n, m, panels), terminal = !strcmp(path, "-");
    double scale_factor = put_scale(p, curve, n, m);

    for (int k = 0; k < n; k++) {
        const panel *q = panels;
        while (!is_on(q, &curve[k]))
            q++;
        say(p, "$curve%d << END_OF_CURVE\n", k);
        put_curve(p, &curve[k], m, q->over ? q->x.factor : scale_factor, q->y.factor);
        put(p, "END_OF_CURVE\n");
    }
    put_head(p, path, target, n_panel, top_of(panels, n_panel, n_panel));
    put(p, "set title ");
    quote(p, title);
    put(p, "\n");
    if (n_panel > 1)
        say(p, terminal ? "set multiplot layout %d,1\n" : "set multiplot\n", n_panel);
    for (int j = 0; j < n_panel; j++)
        draw_panel(p, panels, j, n_panel, curve, n, terminal);
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

void ag_curve_over(ag_arena *a, ag_curve *c, const char *name, const char *unit, ag_series *x)
{
    long    n = x->m->n;
    double *own = AG_NEW(a, double, n + 1), *value = AG_NEW(a, double, n + 1);

    for (long i = 0; i < n; i++) {
        own[i] = ag_series_at(x, i);
        value[i] = value_at(c, i);
    }
    *c = (ag_curve){ .name = c->name, .unit = c->unit, .series = c->series, .value = value, .x = own, .n = n, .over = name,
                     .over_unit = unit, .low = c->low, .high = c->high };
}

ag_curve ag_curve_keep(ag_arena *a, const char *name, const ag_curve *c)
{
    const ag_memory *m = c->series->m;
    double          *x = AG_NEW(a, double, m->n + 1), *y = AG_NEW(a, double, m->n + 1);

    for (long i = 0; i < m->n; i++) {
        x[i] = scale_at(c, m, i);
        y[i] = value_at(c, i);
    }
    ag_curve copy = { .name = name, .unit = ag_text(a, unit_of(c), strlen(unit_of(c))), .value = y, .x = x, .n = m->n,
                      .low = c->low, .high = c->high };
    if (c->over) {
        copy.over = ag_text(a, c->over, strlen(c->over));
        copy.over_unit = ag_text(a, c->over_unit, strlen(c->over_unit));
    }
    return copy;
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
