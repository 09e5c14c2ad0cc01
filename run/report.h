/* report - statistics of a run for the log. */
#ifndef AG_RUN_REPORT_H
#define AG_RUN_REPORT_H
#include "waveforms/json.h"

void ag_report_stats(const ag_results *r, FILE *log);
#endif
