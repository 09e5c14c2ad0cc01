/* sim - runs a netlist given as text through the library and keeps the waveforms, for tests. */
#ifndef TESTS_SIM_H
#define TESTS_SIM_H
#include <complex.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "api/agspice.h"
#include "core/circuit.h"
#include "core/signal.h"
#include "solver/analysis.h"
#include "tests/support/close.h"

typedef struct sim {
    ag_circuit *c;
    int         width;                   /* of a row: time, then the probes; of .ac pairs */
    double     *row;                     /* [n][width] */
    int         n, cap;
    /* With balance set: integrals of every probe by the integrator's own quadrature, and of products v * i. */
    int         balance;
    double     *integral, *increment;    /* [width], [width][AG_CARRY]: of the last steps, newest first */
    ag_run_io   io;
    char        reports[8192];
} sim;

static inline void sim_report(void *self, ag_severity severity, const char *text)
{
    sim *s = self;
    (void)severity;
    strncat(s->reports, text, sizeof s->reports - strlen(s->reports) - 1);
}

static inline ag_status sim_point(void *self, const double *row)
{
    sim *s = self;
    if (s->n == s->cap) {
        s->cap = s->cap ? 2 * s->cap : 1024;
        s->row = realloc(s->row, (size_t)s->cap * (size_t)s->width * sizeof(double));
    }
    memcpy(s->row + (size_t)s->n++ * (size_t)s->width, row, (size_t)s->width * sizeof(double));
    return AG_OK;
}

static inline void sim_quadrature(void *self, const double *const *row, const double *weight, const double *carry)
{
    sim *s = self;
    for (int k = 1; k < s->width; k++) {
        double sum = 0, *before = s->increment + k * AG_CARRY;
        for (int j = AG_CARRY - 1; j >= 0; j--) {
            sum += carry[j] * before[j];
            before[j] = j > 0 ? before[j - 1] : 0;
        }
        for (int i = 0; i < 3; i++)
            if (weight[i] != 0)
                sum += weight[i] * row[i][k];
        before[0] = sum;
        s->integral[k] += sum;
    }
}

/* Reads the netlist (title on its first line); fails the test with its reports when it has errors. */
static inline sim *sim_new(const char *netlist)
{
    sim *s = calloc(1, sizeof *s);
    ag_host host = { .user = s, .report = sim_report };
    s->c = ag_circuit_new(&host);
    ag_status status = ag_read_text(s->c, "test.cir", netlist);
    if (status != AG_OK)
        fail_msg("netlist not read (%s):\n%s", ag_status_text(status), s->reports);
    return s;
}

/* Column of a signal in the rows; to be called before sim_run. */
static inline int sim_signal(sim *s, const char *name)
{
    int k = ag_signal_text(s->c, name, AG_NOWHERE);
    if (k < 0)
        fail_msg("no signal %s:\n%s", name, s->reports);
    return 1 + k;
}

/* Runs the netlist's first analysis. */
static inline ag_status sim_try(sim *s)
{
    s->width = (1 + s->c->plan.n_probe) * (s->c->plan.analysis[0].kind == AG_AC ? 2 : 1);
    s->n = 0;
    free(s->integral);
    free(s->increment);
    s->integral = calloc((size_t)s->width, sizeof(double));
    s->increment = calloc((size_t)s->width * AG_CARRY, sizeof(double));
    s->io = (ag_run_io){ .point = sim_point, .quadrature = s->balance ? sim_quadrature : NULL, .self = s };
    return ag_analysis_run(s->c, &s->c->plan.analysis[0], &s->io);
}

static inline void sim_run(sim *s)
{
    ag_status status = sim_try(s);
    if (status != AG_OK)
        fail_msg("run failed (%s):\n%s", ag_status_text(status), s->reports);
    assert_true(s->n > 0);
}

static inline double sim_at(const sim *s, int point, int column) { return s->row[(size_t)point * (size_t)s->width + (size_t)column]; }
static inline double sim_last(const sim *s, int column) { return sim_at(s, s->n - 1, column); }

/* Of .ac: the frequency of a point, and the amplitude of a signal there. */
static inline double sim_frequency(const sim *s, int point) { return sim_at(s, point, 0); }
static inline double complex sim_phasor(const sim *s, int point, int column)
{
    return sim_at(s, point, 2 * column) + I * sim_at(s, point, 2 * column + 1);
}

static inline void sim_free(sim *s)
{
    ag_circuit_free(s->c);
    free(s->row);
    free(s->integral);
    free(s->increment);
    free(s);
}
#endif
