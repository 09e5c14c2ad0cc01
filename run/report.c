#include "run/report.h"
#include <sys/resource.h>
#include "core/number.h"

static void count(FILE *log, const char *what, long n) { fprintf(log, "  %-34s %ld\n", what, n); }

static void quantity(FILE *log, const char *what, double x, const char *unit)
{
    char buffer[AG_NUMBER_SIZE];

    fprintf(log, "  %-34s %s\n", what, ag_number_engineering(buffer, x, unit, 4));
}
static void seconds(FILE *log, const char *what, double t) { quantity(log, what, t, "s"); }

static void analysis(const ag_outcome *a, FILE *log)
{
    const ag_stats *s = &a->stats;

    fprintf(log, "\nStatistics of %s: %s\n", ag_analysis_title(a->analysis->kind), ag_status_text(a->status));
    if (a->runs) {
        count(log, "steps of .step and sweep", a->runs);
        count(log, "of these failed", a->failed);
    }
    seconds(log, "CPU time", s->seconds);
    count(log, "unknowns", s->unknowns);
    count(log, "matrix rows", s->equations);
    count(log, "matrix entries", s->nonzeros);
    if (s->op_method)
        fprintf(log, "  %-34s %s\n", "operating point by", s->op_method);
    count(log, "points", s->points);
    if (a->analysis->kind == AG_TRAN) {
        count(log, "accepted steps", s->steps);
        count(log, "rejected for their error", s->rejected_error);
        count(log, "rejected by Newton", s->rejected_newton);
        count(log, "rejected by a model", s->rejected_model);
        seconds(log, "smallest step", s->hmin);
        seconds(log, "largest step", s->hmax);
        quantity(log, "energy delivered by sources", a->delivered, "J");
        quantity(log, "energy taken by other devices", a->taken, "J");
        quantity(log, "difference", a->delivered - a->taken, "J");
    }
    count(log, "Newton iterations", s->newton);
    count(log, "factorisations (KLU, with pivoting)", s->factor);
    count(log, "refactorisations", s->refactor);
    count(log, "solutions", s->solve);
    fprintf(log, "  %-34s %.3g\n", "worst KCL residual / tolerance", s->worst_kcl);
}

void ag_report_stats(const ag_results *r, FILE *log)
{
    struct rusage used;

    for (int k = 0; k < r->n_outcome; k++)
        analysis(&r->outcome[k], log);
    if (getrusage(RUSAGE_SELF, &used) == 0)
        fprintf(log, "\n  %-34s %.1f MB\n", "largest memory of the process", (double)used.ru_maxrss / 1024);
}
