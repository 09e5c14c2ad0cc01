/* match - whether the voltages of a selector and a memory in series suit each other.
 *
 * A pair is a node where exactly one device of each role (core/model.h) and nothing else meets; it is checked where its selector is
 * given the voltages it is designed for. Six conditions, S. E. Kim et al., Adv. Intell. Syst. (2022), 10.1002/aisy.202200110
 * and the usual V/2 scheme:
 *     1 read on          vread > vth
 *     2 half-read off    vread/2 < vth; vread/2 < hold voltage of the cell, vhold + ihold/glrs (a read that falls turns it off)
 *     3 divider          roff > 10/glrs, roff > 1/ghrs: at a read the selector takes the voltage first
 *     4 write            vwrite - vhold - rs i > vset, i = ghrs vset: what the memory draws until it sets
 *     5 half-select      vwrite/2 - vhold < vset
 *     6 read disturb     vread - vhold < vset/2 */
#include "core/circuit.h"
#include <math.h>
#include <string.h>

enum { VREAD, VWRITE, VTH, VHOLD, IHOLD, ROFF, RS };      /* of a selector */
enum { VSET, GLRS, GHRS };                                /* of a memory */

static const char *const of_selector[] = { [VREAD] = "vread", [VWRITE] = "vwrite", [VTH] = "vth", [VHOLD] = "vhold",
                                           [IHOLD] = "ihold", [ROFF] = "roff", [RS] = "rs", NULL };
static const char *const of_memory[] = { [VSET] = "vset", [GLRS] = "glrs", [GHRS] = "ghrs", NULL };

const char *const *ag_role_names(int role)
{
    static const char *const none[] = { NULL };
    return role == AG_SELECTOR ? of_selector : role == AG_MEMORY ? of_memory : none;
}

/* Column of a parameter or derived value; NULL when the model has none. */
static const double *column(const ag_batch *b, const char *name)
{
    int k = ag_param_find(b->model->param, b->model->n_param, name);
    if (k >= 0) return b->param[k];
    for (k = 0; k < b->model->n_derived; k++)
        if (!strcmp(b->model->derived[k].name, name)) return b->derived[k];
    return NULL;
}

typedef struct match {
    ag_circuit   *c;
    const double *(*column)[8];                           /* [n_batch]: what ag_role_names lists */
    const char   *text;                                   /* violated conditions of the pair at hand */
} match;

#define SAY(m, ...) do { \
    const char *said = ag_printf((m)->c->arena, __VA_ARGS__); \
    (m)->text = (m)->text ? ag_printf((m)->c->arena, "%s; %s", (m)->text, said) : said; \
} while (0)

static double value(const match *m, ag_instance i, int which)
{
    const double *v = m->column[i.batch][which];
    return v ? v[i.lane] : NAN;
}

/* A voltage that is not given is NAN and violates nothing. */
static void check_read(match *m, ag_instance s, ag_instance r)
{
    double read = value(m, s, VREAD), vth = value(m, s, VTH), vhold = value(m, s, VHOLD), vset = value(m, r, VSET);
    double cell = vhold + value(m, s, IHOLD) / value(m, r, GLRS);
    if (read <= vth) SAY(m, "read %.3g V does not exceed the selector's threshold %.3g V", read, vth);
    if (read / 2 >= vth) SAY(m, "half a read, %.3g V, reaches the selector's threshold %.3g V", read / 2, vth);
    if (read / 2 >= cell) SAY(m, "half a read, %.3g V, reaches the cell's hold voltage %.3g V", read / 2, cell);
    if (read - vhold >= vset / 2)
        SAY(m, "read %.3g V leaves the memory %.3g V, not less than half of its set threshold %.3g V", read, read - vhold, vset);
}

static void check_divider(match *m, ag_instance s, ag_instance r)
{
    double off = value(m, s, ROFF), low = 1 / value(m, r, GLRS), high = 1 / value(m, r, GHRS);
    if (off <= 10 * low) SAY(m, "the selector's off resistance %.3g ohm is not 10 times the memory's low one, %.3g ohm", off, low);
    if (off <= high) SAY(m, "the selector's off resistance %.3g ohm does not exceed the memory's high one, %.3g ohm", off, high);
}

static void check_write(match *m, ag_instance s, ag_instance r)
{
    double write = value(m, s, VWRITE), vhold = value(m, s, VHOLD), vset = value(m, r, VSET);
    double left = write - vhold - value(m, s, RS) * value(m, r, GHRS) * vset, half = write / 2 - vhold;
    if (left <= vset) SAY(m, "write %.3g V leaves the memory %.3g V, not more than its set threshold %.3g V", write, left, vset);
    if (half >= vset)
        SAY(m, "half a write, %.3g V, leaves the memory %.3g V, not less than its set threshold %.3g V", write / 2, half, vset);
}

/* The same for all copies of a card that instances of a subcircuit have. */
static const char *card_key(ag_circuit *c, const ag_batch *b, int lane)
{
    const ag_card *card = b->card[lane];
    if (!card) return b->model->name;
    return card->at.file ? ag_printf(c->arena, "%d:%u", card->at.file, card->at.offset) : card->name;
}

/* One warning for a pair of cards, however many instances they have and however often the circuit is finished. */
static void check_pair(match *m, ag_instance s, ag_instance r)
{
    ag_circuit *c = m->c;
    if (isnan(value(m, s, VREAD)) && isnan(value(m, s, VWRITE))) return;
    m->text = NULL;
    check_read(m, s, r);
    check_divider(m, s, r);
    check_write(m, s, r);
    if (!m->text) return;
    const ag_batch *bs = c->batch[s.batch], *br = c->batch[r.batch];
    const char     *key = ag_name0(c->names, ag_printf(c->arena, "%s %s", card_key(c, bs, s.lane), card_key(c, br, r.lane)));
    if (!c->mismatch) c->mismatch = ag_map_new(c->arena);
    if (ag_map_get(c->mismatch, key)) return;
    ag_map_put(c->mismatch, key, c);
    ag_warning(c->diag, bs->at[s.lane], "voltage matching of '%s' and '%s': %s", bs->name[s.lane], br->name[r.lane], m->text);
}

/* Whether some selector is given a voltage and a memory exists: without, no circuit is searched for pairs. */
static int is_asked(const match *m)
{
    int asked = 0, memory = 0;
    for (int i = 0; i < m->c->n_batch; i++) {
        const ag_batch *b = m->c->batch[i];
        memory |= b->model->role == AG_MEMORY;
        for (int lane = 0; b->model->role == AG_SELECTOR && lane < b->n && !asked; lane++) {
            ag_instance s = { i, lane };
            asked = !isnan(value(m, s, VREAD)) || !isnan(value(m, s, VWRITE));
        }
    }
    return asked && memory;
}

typedef struct meeting { int n; ag_instance part[AG_MEMORY + 1]; } meeting;     /* of n connections; by role */

void ag_match_check(ag_circuit *c)
{
    match m = { .c = c };
    m.column = ag_alloc(c->arena, (size_t)c->n_batch, sizeof *m.column);
    for (int i = 0; i < c->n_batch; i++) {
        const char *const *name = ag_role_names(c->batch[i]->model->role);
        for (int k = 0; name[k]; k++) m.column[i][k] = column(c->batch[i], name[k]);
    }
    if (!is_asked(&m)) return;
    meeting *node = AG_NEW(c->arena, meeting, c->n_node);
    for (int v = 0; v < c->n_node; v++) node[v].part[AG_SELECTOR].batch = node[v].part[AG_MEMORY].batch = -1;
    for (int i = 0; i < c->n_batch; i++)
        for (int k = 0; k < c->batch[i]->model->n_terminal; k++)
            for (int lane = 0; lane < c->batch[i]->n; lane++) {
                meeting *v = &node[c->batch[i]->node[k][lane]];
                v->n++;
                v->part[c->batch[i]->model->role] = (ag_instance){ i, lane };
            }
    for (int v = 1; v < c->n_node; v++)
        if (node[v].n == 2 && node[v].part[AG_SELECTOR].batch >= 0 && node[v].part[AG_MEMORY].batch >= 0)
            check_pair(&m, node[v].part[AG_SELECTOR], node[v].part[AG_MEMORY]);
}
