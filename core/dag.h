/* dag - operations of an ag_build: a directed acyclic graph in which equal operations are one node.
 *
 * Shared by the files that build it (program.c), differentiate it (derivative.c) and turn it into a program
 * (program_run.c). The arguments of a node have smaller numbers than the node, so ascending order is an order of
 * evaluation and nothing here needs recursion. */
#ifndef AG_DAG_H
#define AG_DAG_H
#include "core/piecewise.h"
#include "core/program.h"

enum {
    DAG_INPUT = AG_OP_END + 1, DAG_PARAM, DAG_TIME, DAG_TEMPER,             /* leaves beside AG_OP_CONST */
    DAG_TABLE, DAG_SLOPE,                                                   /* table number `index` at arg[0], its dy/dx */
    DAG_END
};
enum { DAG_ON_INPUT = 1, DAG_ON_PARAM = 2, DAG_ON_TIME = 4, DAG_ON_TEMPER = 8,     /* what a value depends on */
       DAG_JUMPS = 16 };                                                           /* at some value of an input */

typedef struct dag_node {
    int      op, arg[3], n_arg;
    int      index;                       /* of DAG_INPUT, DAG_PARAM, DAG_TABLE, DAG_SLOPE */
    unsigned on;                          /* DAG_ON_... */
    double   value;                       /* AG_OP_CONST */
} dag_node;

typedef struct dag_memo { int *d, cap; } dag_memo;       /* d[node]: 1 + its derivative, 0 unknown, -1 wanted */

struct ag_build {
    ag_arena *arena;
    dag_node *node;                       /* [n] */
    int       n, cap;
    int      *slot;                       /* [size] hash table: 1 + node, 0: free */
    size_t    size;
    ag_piecewise *table;                  /* [n_table] */
    int       n_table, cap_table;
    dag_memo *memo;                       /* [n_memo] derivatives by input */
    int       n_memo, cap_memo;
};

/* Table number `table` (op DAG_TABLE) or its slope (DAG_SLOPE) at x. */
int dag_table_node(ag_build *b, int op, int table, int x);
#endif
