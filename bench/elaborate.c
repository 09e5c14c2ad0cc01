/* elaborate - how long it takes to read a netlist, to make the circuit of it, and to lay out its matrix.
 *
 *     elaborate FILE     prints: seconds to read and elaborate, seconds to build the pattern, MB at the end, elements, rows, entries
 *
 * Processor time of this process. The matrix is not ordered, nothing is evaluated. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "core/circuit.h"
#include "solver/system.h"

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Largest memory so far [MB]. getrusage would count that of the program that started this one. */
static double memory(void)
{
    char   line[256];
    double kilobytes = 0;
    FILE  *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f))
        if (!strncmp(line, "VmHWM:", 6))
            kilobytes = strtod(line + 6, NULL);
    if (f)
        fclose(f);
    return kilobytes / 1024;
}

static void report(void *user, ag_severity severity, const char *text)
{
    (void)user;
    if (severity == AG_ERROR)
        fputs(text, stderr);
}

int main(int argc, char **argv)
{
    ag_host     host = { .report = report };
    double      start = seconds();
    ag_circuit *c = argc == 2 ? ag_circuit_new(&host) : NULL;
    jmp_buf     edge;
    ag_stats    stats = { 0 };
    int         elements = 0;

    if (!c || ag_read_file(c, argv[1]))
        return 1;
    double    read = seconds();
    ag_arena *arena = ag_arena_new(&host);
    if (!arena || setjmp(edge))
        return 1;
    ag_arena_on_oom(arena, &edge);
    ag_system *s = ag_system_new(c, arena, &stats, 0);
    ag_system_prepare(s);
    for (int k = 0; k < c->n_batch; k++)
        elements += c->batch[k]->n;
    printf("%.3f %.3f %.0f %d %d %d\n", read - start, seconds() - read, memory(), elements, s->n_kept,
           s->sparse->nnz);
    ag_system_free(s);
    ag_arena_free(arena);
    ag_circuit_free(c);
    return 0;
}
