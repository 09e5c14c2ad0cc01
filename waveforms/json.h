/* json - the results of a run as one JSON object:
 *   {"agspice","title","options","stats":[per analysis],"op":{name: value},"measures":[{name,value,unit,at,from,to,ok}],
 *    "pulses":[{device,index,kind,...}],"steps":[{"values":{name: value},"stats","op","measures","pulses"}]}; values that do not
 * exist are null. An analysis that is repeated has its results in "steps", one for each time, and only sums in "stats". */
#ifndef AG_JSON_H
#define AG_JSON_H
#include "core/steps.h"
#include "waveforms/measure.h"
#include "waveforms/pulses.h"

typedef struct ag_outcome {                 /* of one analysis */
    const ag_analysis *analysis;
    ag_status          status;
    ag_stats           stats;
    double             delivered, taken;    /* energy of sources and into all else [J]; 0 without --stats */
    long               runs, failed;        /* of a repeated one, how often; else 0 */
} ag_outcome;

typedef struct ag_step_result {             /* of one analysis with one combination of values */
    const ag_steps    *steps;
    double            *value;               /* [steps->n_set] */
    ag_outcome         outcome;
    const char *const *op_name;             /* [n_op]; n_op 0: no operating point */
    double            *op_value;
    int                n_op;
    ag_result         *measure;             /* [plan.n_measure] */
    ag_pulse_list     *pulses;              /* [plan.n_pulses] */
} ag_step_result;

typedef struct ag_results {                 /* of a run */
    const ag_circuit *circuit;
    ag_outcome       *outcome;
    int               n_outcome;
    const ag_select  *op;                   /* columns of the last operating point, or NULL */
    const double     *op_value;
    ag_result        *measure;              /* [plan.n_measure] */
    ag_pulse_list    *pulses;               /* [plan.n_pulses] */
    ag_step_result   *step;                 /* kept when somebody is to get them */
    int               n_step, cap_step;
} ag_results;

ag_status ag_json_write(const ag_results *r, ag_outfile *f);      /* AG_EIO, AG_ENOMEM */
#endif
