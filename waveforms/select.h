/* select - which columns of a row a sink gets, and how output expressions are evaluated.
 *
 * A row of an analysis is the scale, then every probe of the plan; in .ac all of these are pairs. A selection is a list of outputs: plain probes are
 * copied, expressions are evaluated from the probes they use. */
#ifndef AG_SELECT_H
#define AG_SELECT_H
#include "waveforms/scale.h"

/* Evaluates the program of an output over up to AG_LANES points. */
typedef struct ag_evaluator {
    const ag_output *output;
    int              width;                 /* numbers per column of a row: 2 when rows are complex */
    const double   **input;                 /* [width (1 + n_probe)] columns, index as u[k] of plan.h; the used ones are set by the caller */
    double          *temp, *scratch;        /* [AG_LANES] circuit temperature [K]; work space of the program */
} ag_evaluator;

ag_evaluator *ag_evaluator_new(ag_arena *a, const ag_circuit *c, const ag_output *o, int width);
/* Values of n <= AG_LANES points into re, and the imaginary parts of a complex output into im (which may be NULL otherwise);
 * needs input[0] and the columns of every probe the output uses. */
void ag_evaluator_run(ag_evaluator *e, int n, double *re, double *im);

typedef struct ag_select {
    ag_plot       plot;                     /* title, name and columns, as sinks want them */
    ag_column    *column;                   /* [n] */
    int           n, cap;
    struct ag_source *source;               /* [n] where each column comes from */
    int           cap_source, cap_row;
    int           width;                    /* numbers per column */
    double       *row;                      /* [width n] the columns of the current point, after ag_select_row */
    unsigned char *taken;                   /* [n_probe] */
    const ag_analysis *analysis;
    long          points;                   /* rows picked so far */
    ag_arena     *arena;
    const ag_circuit *circuit;
} ag_select;

/* A selection for an analysis: its scale (none for an operating point), nothing else yet. */
ag_select *ag_select_new(ag_arena *a, const ag_circuit *c, const ag_analysis *of);
/* Appends the outer axes of a .dc, which points are taken to follow from the first one on. */
void       ag_select_axes(ag_select *s);
/* Appends a probe or an output, unless it is there already, or is a power and the analysis knows only small signals. The
 * probe list of the plan must be complete by now. */
void       ag_select_probe(ag_select *s, int probe);
void       ag_select_output(ag_select *s, const ag_output *o);
/* Picks and evaluates; returns s->row. Allocates nothing. */
const double *ag_select_row(ag_select *s, const double *row);
/* The probes a netlist saves: .save, and without it or with ".save all" the default set, less what is hidden
 * (ag_signal_hidden). Makes the probes; returns how many, *list is in the circuit's arena. */
int ag_saved(ag_circuit *c, const int **list);
#endif
