/* knob - a swept quantity of a finished circuit that is turned point after point without building anything anew. */
#ifndef AG_KNOB_H
#define AG_KNOB_H
#include "core/circuit.h"

typedef struct ag_knob {
    ag_circuit     *c;
    const ag_swept *v;
    int             batch, lane, k;        /* what a turn changes: batch -1: all of them; lane -1: all lanes; parameter k */
    int             level;                 /* it is the value of an independent source: no matrix depends on it */
    ag_card        *card;                  /* of a card's parameter, else NULL */
    double          temp, value;           /* as they were [C]; of the card */
    unsigned char   was_given;
    double         *param;                 /* [n of the batch] likewise, and whether they were given */
    unsigned char  *given;
} ag_knob;

/* Remembers what v sets, in arena a. 0 after a report: no such thing. Not for AG_SWEPT_PARAM. */
int       ag_knob_init(ag_knob *n, ag_circuit *c, const ag_swept *v, ag_arena *a);
ag_status ag_knob_turn(ag_knob *n, double value);              /* AG_ERANGE after a report */
void      ag_knob_restore(ag_knob *n);
#endif
