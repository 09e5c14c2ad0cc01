#include "run/state.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "core/number.h"
#include "waveforms/outfile.h"

ag_states *ag_states_new(ag_arena *a, const ag_circuit *c)
{
    ag_states *s = AG_NEW(a, ag_states, 1);

    s->arena = a;
    s->value = AG_NEW(a, double **, c->n_batch);
    for (int i = 0; i < c->n_batch; i++) {
        const ag_batch *b = c->batch[i];
        const ag_model *m = b->model;
        s->value[i] = AG_NEW(a, double *, m->n_unknown + m->n_latch);
        for (int k = 0; k < m->n_unknown + m->n_latch; k++)
            if (k >= m->n_unknown || ag_unknown_is_state(&m->unknown[k]))
                s->value[i][k] = AG_NEW(a, double, b->n);
    }
    return s;
}

void ag_states_take(ag_states *s, ag_instance i, int k, double value)
{
    s->value[i.batch][k][i.lane] = value;
    s->taken = 1;
}

ag_status ag_states_check(ag_diag *d, const char *path, ag_loc at)
{
    char   head[sizeof AG_STATE_WORD];
    FILE  *f = fopen(path, "rb");
    size_t n = f ? fread(head, 1, sizeof head - 1, f) : 0;

    if (f)
        fclose(f);
    if (n == 0 || (n == sizeof head - 1 && !memcmp(head, AG_STATE_WORD, n)))
        return AG_OK;
    ag_error(d, at, "'%s' exists and is no file of states; it is not overwritten", path);
    return AG_EIO;
}

static void write_instance(ag_outfile *f, const ag_batch *b, double *const *value, int lane)
{
    const ag_model *m = b->model;
    char number[AG_NUMBER_SIZE];

    for (int k = 0; k < m->n_unknown + m->n_latch; k++)
        if (value[k])
            ag_outfile_printf(f, "%s %s %s\n", b->name[lane], k < m->n_unknown ? m->unknown[k].name : m->latch[k - m->n_unknown].name,
                              ag_number_print(number, value[k][lane]));
}

static ag_status put_in_place(ag_diag *d, const char *part, const char *path)
{
    if (!rename(part, path))
        return AG_OK;
    ag_error(d, AG_NOWHERE, "cannot write '%s': %s", path, strerror(errno));
    return AG_EIO;
}

ag_status ag_states_write(const ag_states *s, const ag_circuit *c, const char *path)
{
    const char *part = ag_printf(s->arena, "%s.part", path);
    ag_outfile  f;
    ag_status   status = ag_outfile_open(&f, c->diag, part);

    if (status)
        return status;
    ag_outfile_printf(&f, "%s %d\n* %s\n", AG_STATE_WORD, AG_STATE_VERSION, c->title);
    for (int i = 0; i < c->n_batch; i++)
        for (int lane = 0; lane < c->batch[i]->n && !f.failed; lane++)
            write_instance(&f, c->batch[i], s->value[i], lane);
    status = ag_outfile_close(&f);
    if (!status)
        status = put_in_place(c->diag, part, path);
    if (status)
        unlink(part);
    return status;
}
