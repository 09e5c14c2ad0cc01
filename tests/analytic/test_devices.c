/* Every passive two-terminal model in a circuit: a random pulse train from a random state at a random temperature. It takes
 * in at least the energy it gives back, and its states stay in their ranges (the solver never clips them: a step that leaves
 * one is refused, and a run that cannot avoid it fails). */
#include "tests/support/sim.h"
#include "tests/support/tile.h"

enum { TRAINS = 6, PULSES = 10 };

static uint64_t seed = 0x9e3779b97f4a7c15u;

static int is_passive(const ag_model *m)
{
    if (!(m->flags & AG_TWO_TERMINAL) || m->flags & AG_TIMED || m->n_ref) return 0;
    return m->n_terminal == 2;
}

/* "name=value ..." of initial values within their ranges, and of tables; those beside the netlist of a model. */
static void write_settings(char *text, const ag_model *m)
{
    for (int k = 0; k < m->n_param; k++) {
        const ag_param *p = &m->param[k];
        int initial = 0;
        for (int j = 0; j < m->n_unknown; j++) initial |= m->unknown[j].hold && m->unknown[j].init == k;
        if (p->kind == AG_VECTOR && isnan(p->dflt)) text += sprintf(text, " %s=netlists/memristor/%s_%s.csv", p->name, m->name, p->name);
        else if (initial && p->max - p->min <= 2) text += sprintf(text, " %s=%g", p->name, tile_random(&seed, p->min, p->max));
    }
}

/* Levels up to +-volts, each held for 10 ns to 10 us, 5 ns edges, at last 0. Returns the end [s]. */
static double write_train(char *text, double volts)
{
    double t = 0;
    text += sprintf(text, "pwl(0 0");
    for (int k = 0; k < PULSES; k++) {
        double v = k == PULSES - 1 ? 0 : tile_random(&seed, -volts, volts), hold = pow(10, tile_random(&seed, -8, -5));
        text += sprintf(text, " %.12g %.6g %.12g %.6g", t + 5e-9, v, t + 5e-9 + hold, v);
        t += 5e-9 + hold;
    }
    sprintf(text, ")");
    return t;
}

static sim *random_run(const ag_model *m, double volts)
{
    char   settings[2000] = "", train[2000], netlist[5000];
    write_settings(settings, m);
    double end = write_train(train, volts);
    sprintf(netlist, "train\nv1 a 0 %s\nr1 a b 50\n.model dut %s%s\nn1 b 0 dut\n.options temp=%.3g\n.tran 1n %.12g\n.end\n", train,
            m->name, settings, tile_random(&seed, -20, 120), end);
    return sim_new(netlist);
}

static void check_energy(const sim *s, const char *name, int power)
{
    double energy = 0, turnover = 0;
    for (int k = 1; k < s->n; k++) {
        double h = sim_at(s, k, 0) - sim_at(s, k - 1, 0), p = (sim_at(s, k, power) + sim_at(s, k - 1, power)) / 2;
        energy += h * p;
        turnover += h * fabs(p);
        if (energy < -1e-3 * turnover)
            fail_msg("%s has given back %g J more than it took in at %g s", name, -energy, sim_at(s, k, 0));
    }
}

static void check_range(const sim *s, const char *name, const ag_unknown *u, int column)
{
    for (int k = 0; k < s->n; k++) {
        double x = sim_at(s, k, column);
        if (!(x >= u->min - u->abstol && x <= u->max + u->abstol))
            fail_msg("%s: %s = %g at %g s is outside %g .. %g", name, u->name, x, sim_at(s, k, 0), u->min, u->max);
    }
}

static void check_model(const ag_model *m, double volts)
{
    sim *s = random_run(m, volts);
    char name[40];
    int  column[16], power = sim_signal(s, "p(n1)");
    for (int k = 0; k < m->n_unknown; k++) {
        snprintf(name, sizeof name, "@n1[%s]", m->unknown[k].name);
        column[k] = sim_signal(s, name);
    }
    sim_run(s);
    check_energy(s, m->name, power);
    for (int k = 0; k < m->n_unknown; k++)
        if (m->unknown[k].max > m->unknown[k].min && isfinite(m->unknown[k].max)) check_range(s, m->name, &m->unknown[k], column[k]);
    sim_free(s);
}

static void devices_take_in_more_than_they_give_back_and_stay_in_range(void **state)
{
    (void)state;
    static const double volts[TRAINS] = { 0.2, 0.5, 0.5, 1, 2, 5 };
    int tested = 0;
    for (const ag_model *const *m = ag_models; *m; m++) {
        if (!is_passive(*m)) continue;
        print_message("model %s\n", (*m)->name);
        for (int k = 0; k < TRAINS; k++) check_model(*m, volts[k]);
        tested++;
    }
    assert_true(tested > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(devices_take_in_more_than_they_give_back_and_stay_in_range) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
