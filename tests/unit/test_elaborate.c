/* Properties of elaboration: what a netlist becomes, and what is said about a wrong one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/circuit.h"
#include "core/signal.h"
#include "core/wave.h"
#include "tests/support/close.h"

/* ---- a netlist read, with its reports ---- */

typedef struct net { ag_circuit *c; ag_status status; char said[16384]; } net;

/* Keeps the first line of every report: place, severity, sentence. */
static void hear(void *user, ag_severity severity, const char *text)
{
    net   *n = user;
    size_t used = strlen(n->said), length = strcspn(text, "\n") + 1;
    (void)severity;
    if (used + length < sizeof n->said) memcpy(n->said + used, text, length);
}

static net *read_with(const char *body, const char *name, const char *value)
{
    net    *n = calloc(1, sizeof *n);
    ag_host host = { .user = n, .report = hear };
    n->c = ag_circuit_new(&host);
    char *text = malloc(strlen(body) + 8);
    strcpy(text, "title\n");
    strcat(text, body);
    if (name) assert_int_equal(ag_override(n->c, name, value), AG_OK);
    n->status = ag_read_text(n->c, "t", text);
    free(text);
    return n;
}

static net *read_net(const char *body)
{
    net *n = read_with(body, NULL, NULL);
    if (n->status != AG_OK) print_error("%s", n->said);
    assert_int_equal(n->status, AG_OK);
    return n;
}

static void release(net *n)
{
    ag_circuit_free(n->c);
    free(n);
}

static ag_instance find(const net *n, const char *name)
{
    ag_instance i = ag_circuit_find(n->c, ag_name0(n->c->names, name));
    if (i.batch < 0) fail_msg("no device %s", name);
    return i;
}

static int node(const net *n, const char *name) { return ag_circuit_find_node(n->c, ag_name0(n->c->names, name)); }

static double param(const net *n, const char *device, const char *name)
{
    ag_instance     i = find(n, device);
    const ag_batch *b = n->c->batch[i.batch];
    int             k = ag_param_find(b->model->param, b->model->n_param, name);
    if (k < 0) fail_msg("%s has no parameter %s", device, name);
    return b->param[k][i.lane];
}

static int terminal(const net *n, const char *device, int t)
{
    ag_instance i = find(n, device);
    return n->c->batch[i.batch]->node[t][i.lane];
}

static const ag_model *model(const net *n, const char *device) { return n->c->batch[find(n, device).batch]->model; }

/* f and df of a device at the given inputs, one lane of its batch. */
static void evaluate(const net *n, const char *device, const double *input, double time, double *f, double *df)
{
    enum { MOST = 16 };
    ag_instance     i = find(n, device);
    const ag_batch *b = n->c->batch[i.batch];
    const ag_model *m = b->model;
    int             mi = ag_model_inputs(m), first = i.lane / AG_LANES * AG_LANES, lane = i.lane - first;
    double         *u[MOST], *ff[MOST], *q[MOST], *d[MOST * MOST], *dq[MOST * MOST];
    const double   *p[MOST], *derived[MOST * 16];
    ag_arena       *a = n->c->arena;
    assert_true(mi <= MOST && m->n_param <= MOST && m->n_derived <= MOST * 16);
    for (int k = 0; k < mi; k++) {
        u[k] = AG_NEW(a, double, AG_LANES), ff[k] = AG_NEW(a, double, AG_LANES), q[k] = AG_NEW(a, double, AG_LANES);
        for (int j = 0; j < AG_LANES; j++) u[k][j] = input[k];
    }
    for (int k = 0; k < mi * mi; k++) d[k] = AG_NEW(a, double, AG_LANES), dq[k] = AG_NEW(a, double, AG_LANES);
    for (int k = 0; k < m->n_param; k++) p[k] = b->param[k] + first;
    for (int k = 0; k < m->n_derived; k++) derived[k] = b->derived[k] + first;
    ag_tile t = { .n = AG_LANES, .time = time, .gmin = 0, .srcfact = 1, .temp = b->temp + first, .p = p, .d = derived,
                  .u = (const double *const *)u, .f = ff, .q = q, .df = d, .dq = dq, .vector = n->c->vector, .data = m->data,
                  .scratch = AG_NEW(a, double, m->scratch) };
    m->eval(&t);
    for (int k = 0; k < mi; k++) f[k] = ff[k][lane];
    for (int k = 0; k < mi * mi; k++) df[k] = d[k][lane];
}

/* ---- parameters ---- */

static void parameters_are_evaluated_when_needed(void **state)
{
    (void)state;
    net *n = read_net("r1 a 0 {x}\nv1 a 0 y\n.param x={2*y+f(1)} y=z\n.param z=3k\n.func f(u) {g(u)*10}\n.param g(u)='u+1'\n");
    assert_close(param(n, "r1", "r"), 6020, 1e-15, 0);
    assert_close(param(n, "v1", "dc"), 3000, 0, 0);
    release(n);
}

static void the_last_definition_of_a_parameter_counts(void **state)
{
    (void)state;
    net *n = read_net(".param x=1\nr1 a 0 {x}\nv1 a 0 1\n.param x=2\n");
    assert_close(param(n, "r1", "r"), 2, 0, 0);
    assert_non_null(strstr(n->said, "t:5:8: warning: parameter 'x' is defined again; the last definition counts"));
    release(n);
}

static void an_override_replaces_a_top_level_parameter(void **state)
{
    (void)state;
    net *n = read_with("r1 a 0 {x}\nv1 a 0 1\n.param x=1 w=4\n", "X", "3*w");
    assert_int_equal(n->status, AG_OK);
    assert_close(param(n, "r1", "r"), 12, 0, 0);
    release(n);
    n = read_with("r1 a 0 1\nv1 a 0 1\n.param width=1\n", "widht", "2");
    assert_int_equal(n->status, AG_ESYNTAX);
    assert_string_equal(n->said, "-D:1:1: error: undefined parameter 'widht'; did you mean 'width'?\n");
    release(n);
}

static void built_in_names_give_way_to_definitions(void **state)
{
    (void)state;
    net *n = read_net("r1 a 0 {pi}\nr2 a 0 {e}\nr3 a 0 {abs(-3)}\nv1 a 0 1\n.param e=5\n.func abs(x) {7}\n");
    assert_close(param(n, "r1", "r"), 3.14159265358979, 1e-14, 0);
    assert_close(param(n, "r2", "r"), 5, 0, 0);
    assert_close(param(n, "r3", "r"), 7, 0, 0);
    release(n);
}

/* ---- subcircuits ---- */

static const char nested[] =
    ".param w=2\nv1 in 0 1\nx1 in out outer r=3k\nx2 out 0 outer\n.global vdd\nvdd vdd 0 5\n"
    ".subckt outer a b params: r=1k s={r*w}\n.param half={s/2}\n.func twice(x) {2*x*w}\n.model rm r(r={half})\n"
    "r1 a mid {r}\nxi mid b inner q={twice(r)}\nr3 mid 0 rm\nr4 mid vdd 1meg\n"
    ".subckt inner p n q=1\nr2 p n {q+s}\n.ends inner\n.ends\n";

static void subcircuits_expand_with_their_own_scopes(void **state)
{
    (void)state;
    net *n = read_net(nested);
    assert_close(param(n, "r.x1.r1", "r"), 3000, 0, 0);
    assert_close(param(n, "r.x2.r1", "r"), 1000, 0, 0);
    assert_close(param(n, "r.x1.xi.r2", "r"), 2 * 3000 * 2 + 6000, 0, 0);
    assert_close(param(n, "r.x2.xi.r2", "r"), 2 * 1000 * 2 + 2000, 0, 0);
    assert_close(param(n, "r.x1.r3", "r"), 3000, 0, 0);
    assert_close(param(n, "r.x2.r3", "r"), 1000, 0, 0);
    release(n);
}

static void nodes_inside_carry_the_path(void **state)
{
    (void)state;
    net *n = read_net(nested);
    assert_int_equal(terminal(n, "r.x1.r1", 0), node(n, "in"));
    assert_int_equal(terminal(n, "r.x1.r1", 1), node(n, "x1.mid"));
    assert_int_equal(terminal(n, "r.x1.xi.r2", 0), node(n, "x1.mid"));
    assert_int_equal(terminal(n, "r.x1.xi.r2", 1), node(n, "out"));
    assert_int_equal(terminal(n, "r.x2.xi.r2", 1), 0);
    assert_int_equal(terminal(n, "r.x2.r4", 1), node(n, "vdd"));
    assert_true(node(n, "x1.a") < 0);
    release(n);
}

static void an_unused_port_makes_no_node(void **state)
{
    (void)state;
    net *n = read_net("v1 a 0 1\nx1 a nc s\n.subckt s p q\nr1 p 0 1k\n.ends\n");
    assert_int_equal(n->c->n_node, 2);
    release(n);
}

static void instances_of_one_card_share_a_batch(void **state)
{
    (void)state;
    net *n = read_net("v1 a 0 1\nx1 a s k=1m\nx2 a s k=2m\nx3 a s k=3m\n.subckt s p k=1\nb1 p 0 i=k*v(p)**2+k\n.ends\n");
    assert_int_equal(find(n, "b.x1.b1").batch, find(n, "b.x3.b1").batch);
    double f[4], df[16];
    for (int k = 1; k <= 3; k++) {
        char name[16];
        snprintf(name, sizeof name, "b.x%d.b1", k);
        evaluate(n, name, (double[]){ 3 }, 0, f, df);
        assert_close(f[0], 1e-3 * k * 10, 1e-14, 0);
        assert_close(df[0], 1e-3 * k * 6, 1e-14, 0);
    }
    release(n);
}

/* ---- elements ---- */

static void values_come_in_all_spellings(void **state)
{
    (void)state;
    net *n = read_net(".param p=7\n.model rm r(r=2k tc1=1m)\nr1 a 0 1.5k\nr2 a 0 r=2meg\nr3 a 0 p\nr4 a 0 '2*p'\nr5 a 0 rm\n"
                      "r6 a 0 rm 3k\nr7 a 0 4k rm temp=50\n"
                      "c1 a 0 1u ic=0.5\nl1 a b 1m\ne1 d 0 a b 10\ng1 a 0 a b 1m\nrd d 0 1\nrb b 0 1\nv1 a 0 dc 5 ac 2 90\n");
    const double want[] = { 1500, 2e6, 7, 14, 2000, 3000, 4000 };
    for (int k = 0; k < 7; k++) {
        char name[] = { 'r', (char)('1' + k), 0 };
        assert_close(param(n, name, "r"), want[k], 1e-15, 0);
    }
    assert_close(param(n, "r7", "tc1"), 1e-3, 0, 0);
    ag_instance i = find(n, "r7");
    assert_close(n->c->batch[i.batch]->temp[i.lane], 323.15, 1e-12, 0);
    assert_close(param(n, "c1", "ic"), 0.5, 0, 0);
    assert_close(param(n, "e1", "gain"), 10, 0, 0);
    assert_close(param(n, "v1", "dc"), 5, 0, 0);
    assert_close(param(n, "v1", "acmag"), 2, 0, 0);
    assert_close(param(n, "v1", "acphase"), 90, 0, 0);
    release(n);
}

static const double *wave(const net *n, const char *source, int *count)
{
    ag_vector v = n->c->vector[(int)param(n, source, "wave")];
    *count = v.n;
    return v.v;
}

static void check_wave(const net *n, const char *source, const double *want, int count)
{
    int           got;
    const double *v = wave(n, source, &got);
    assert_int_equal(got, count);
    for (int k = 0; k < count; k++) assert_close(v[k], want[k], 1e-14, 0);
}

static void waveforms_get_the_defaults_of_the_transient(void **state)
{
    (void)state;
    net *n = read_net("v1 a 0 pulse(0 1)\nv2 b 0 pulse 0 1 1u 2n 3n 4u 10u 5\nv3 c 0 sin(1 2)\nv4 d 0 exp(0 1 1u)\n"
                      "v5 e 0 dc 3 pwl(0 0, 1u 1, 1u 2, {2*1u} 0) r=1u td=5n\nr1 a 0 1\nr2 b 0 1\nr3 c 0 1\nr4 d 0 1\nr5 e 0 1\n"
                      ".tran 10n 50u\n");
    check_wave(n, "v1", (double[]){ AG_WAVE_PULSE, 0, 1, 0, 10e-9, 10e-9, 50e-6, 50e-6, 0 }, 9);
    check_wave(n, "v2", (double[]){ AG_WAVE_PULSE, 0, 1, 1e-6, 2e-9, 3e-9, 4e-6, 10e-6, 5 }, 9);
    check_wave(n, "v3", (double[]){ AG_WAVE_SIN, 1, 2, 1 / 50e-6, 0, 0, 0 }, 7);
    check_wave(n, "v4", (double[]){ AG_WAVE_EXP, 0, 1, 1e-6, 10e-9, 1e-6 + 10e-9, 10e-9 }, 7);
    check_wave(n, "v5", (double[]){ AG_WAVE_PWL, 1e-6, 5e-9, 0, 0, 1e-6, 1, 1e-6, 2, 2e-6, 0 }, 11);
    assert_close(param(n, "v5", "dc"), 3, 0, 0);
    release(n);
}

/* A TSTEP made up from TSTOP says nothing of a pulse: edges stay small beside its width and period. */
static void edges_without_a_tstep_follow_the_pulse(void **state)
{
    (void)state;
    net *n = read_net("v1 a 0 pulse(0 1 0 0 0 10m 50m)\nv2 b 0 pulse(0 1 0 0 1u 20m 1m)\nv3 c 0 pulse(0 1)\nr1 a 0 1\nr2 b 0 1\n"
                      "r3 c 0 1\n.tran 0 2.9\n");
    int           count;
    const double *v1 = wave(n, "v1", &count), *v2 = wave(n, "v2", &count), *v3 = wave(n, "v3", &count);
    assert_close(v1[4], 0.1e-3, 1e-14, 0);
    assert_close(v1[5], 0.1e-3, 1e-14, 0);
    assert_close(v2[4], 10e-6, 1e-14, 0);
    assert_close(v2[5], 1e-6, 1e-14, 0);
    assert_close(v3[4], 29e-3, 1e-14, 0);
    assert_close(n->c->plan.analysis[0].tstep, 2.9 / 50, 1e-14, 0);
    release(n);
}

/* ---- expressions ---- */

static void a_linear_expression_makes_a_linear_device(void **state)
{
    (void)state;
    net *n = read_net(".param g=2m\nv1 a 0 1\nr1 b 0 1\nb1 b 0 i=g*v(a)+v(a,b)/1k\ng2 b 0 value={v(a)*v(b)}\n"
                      "b3 b 0 i=1m*sin(time)\nb4 c 0 v=3*v(a)\nr4 c 0 1\n");
    assert_true(model(n, "b1")->flags & AG_LINEAR);
    assert_false(model(n, "g2")->flags & AG_LINEAR);
    assert_true(model(n, "b3")->flags & AG_TIMED);
    assert_false(model(n, "b1")->flags & AG_TIMED);
    assert_int_equal(model(n, "b4")->n_unknown, 1);
    release(n);
}

static void derivatives_of_a_device_match_differences(void **state)
{
    (void)state;
    net *n = read_net("v1 a 0 1\nrc c 0 1\nrd d 0 1\nx1 a c d s k=3\n"
                      ".subckt s p q w k=1\n.func f(x,y) {x**3*sinh(y)+k*abs(x-y)}\n"
                      "b1 p q v='v(w)>0 ? f(v(p),v(q,w)) : i(vs)*exp(v(p))'\nvs w 0 0.3\n.ends\n");
    const ag_model *m = model(n, "b.x1.b1");
    int             mi = ag_model_inputs(m), row = m->n_branch;
    double          u[16] = { 0.7, 0.4, -0.3, 0.2, 0.1, 0.6, 0.5 }, f[16], df[256], up[16], down[16], unused[256];
    for (int side = 0; side < 2; side++) {
        for (int k = 0; k < mi; k++) u[k] = (side ? -1 : 1) * fabs(u[k] + 0.01 * k);
        evaluate(n, "b.x1.b1", u, 0, f, df);
        for (int k = 0; k < mi; k++) {
            double x[16];
            memcpy(x, u, sizeof x);
            x[k] = u[k] + 1e-6;
            evaluate(n, "b.x1.b1", x, 0, up, unused);
            x[k] = u[k] - 1e-6;
            evaluate(n, "b.x1.b1", x, 0, down, unused);
            double slope = (up[row] - down[row]) / 2e-6;
            assert_close(ag_model_df(m, row * mi + k) ? df[row * mi + k] : 0, slope, 1e-6, 1e-8);
        }
    }
    release(n);
}

static void a_behavioural_resistor_is_its_expression(void **state)
{
    (void)state;
    net *n = read_net("v1 a 0 1\nr1 a b r='1k*(1+v(b)**2)'\nr2 b 0 1k\nr3 b 0 '2k+time'\n");
    double f[4], df[16];
    evaluate(n, "r1", (double[]){ 2, 3 }, 0, f, df);
    assert_close(f[0], 2 / 10e3, 1e-14, 0);
    assert_close(df[0], 1 / 10e3, 1e-14, 0);
    assert_close(df[1], -2 / 10e3 / 10 * 6, 1e-14, 0);
    evaluate(n, "r3", (double[]){ 1 }, 500, f, df);
    assert_close(f[0], 1 / 2500.0, 1e-14, 0);
    release(n);
}

static void a_current_in_an_expression_gets_an_ammeter_where_needed(void **state)
{
    (void)state;
    net *n = read_net("v1 a 0 1\nr1 a b 1k\nx1 b s\n.subckt s p\nr2 p 0 1k\nb1 p 0 i=i(r2)+i(vm)\nvm p q 0\nr3 q 0 1\n.ends\n"
                      "b2 b 0 i=i(r1)*2+i(x1.r2)+i(v1)\n");
    const ag_batch  *b = n->c->batch[find(n, "b2").batch];
    const ag_batch  *inner = n->c->batch[find(n, "b.x1.b1").batch];
    ag_instance      meter = find(n, "v.r1(i)"), second = find(n, "v.r.x1.r2(i)"), v1 = find(n, "v1");
    assert_int_equal(b->ref[0].lane, meter.lane);
    assert_int_equal(b->ref[1].lane, second.lane);
    assert_int_equal(b->ref[2].lane, v1.lane);
    assert_int_equal(inner->ref[0].lane, second.lane);
    assert_int_equal(inner->ref[1].lane, find(n, "v.x1.vm").lane);
    assert_int_equal(terminal(n, "r1", 0), node(n, "r1(i)"));
    assert_int_equal(terminal(n, "v.r1(i)", 0), node(n, "a"));
    assert_int_equal(terminal(n, "v.r1(i)", 1), node(n, "r1(i)"));
    release(n);
}

/* A '#' in a name is the user's; only what the elaborator added stays out of sight. */
static void names_of_the_netlist_are_never_hidden(void **state)
{
    (void)state;
    net *n = read_net("v#1 a#1 0 1\nr1 a#1 x#branch 1k\nr2 x#branch 0 1k\nb1 x#branch 0 i=i(r1)\n.print tran v(*)\n");
    static const char *const want[] = { "v(a#1)", "v(x#branch)", "i(v#1)" };
    int *list, count = ag_signal_default(n->c, &list);
    assert_int_equal(count, 3);
    for (int k = 0; k < count; k++) assert_string_equal(n->c->plan.probe[list[k]].name, want[k]);
    assert_int_equal(n->c->plan.listing[0].n, 2);
    const ag_probe *branch = &n->c->plan.probe[ag_signal_text(n->c, "v(v#1#branch)", AG_NOWHERE)];
    assert_string_equal(branch->name, "i(v#1)");
    release(n);
}

static void functions_of_signals_are_finite_where_newton_starts(void **state)
{
    (void)state;
    net *n = read_net("v1 a 0 1\nb1 a 0 i=ln(v(a))+sqrt(v(a))+v(a)**-1.5+1/v(a)+log10(v(a))+v(a)**0.3\n");
    double f[1], df[1];
    for (int k = -1; k <= 0; k++) {
        evaluate(n, "b1", (double[]){ k }, 0, f, df);
        assert_true(isfinite(f[0]) && isfinite(df[0]));
    }
    evaluate(n, "b1", (double[]){ 0.25 }, 0, f, df);
    assert_close(f[0], log(0.25) + 0.5 + 8 + 4 + log10(0.25) + pow(0.25, 0.3), 1e-14, 0);
    release(n);
}

/* ---- directives ---- */

static void analyses_take_their_times(void **state)
{
    (void)state;
    net *n = read_net("v1 a 0 1\nr1 a 0 1\n.tran 1n 10u\n.tran 0 3\n.tran 5u\n.tran 1n {2*t} 1u 2n uic\n.op\n.param t=10u\n");
    const ag_analysis *a = n->c->plan.analysis;
    assert_int_equal(n->c->plan.n_analysis, 5);
    assert_close(a[0].tstep, 1e-9, 0, 0);
    assert_close(a[0].tstop, 10e-6, 1e-15, 0);
    assert_close(a[1].tstep, 3 / 50.0, 1e-15, 0);
    assert_close(a[2].tstop, 5e-6, 1e-15, 0);
    assert_close(a[3].tstop, 20e-6, 1e-15, 0);
    assert_close(a[3].tstart, 1e-6, 1e-15, 0);
    assert_close(a[3].tmax, 2e-9, 1e-15, 0);
    assert_int_equal(a[3].uic, 1);
    assert_int_equal(a[0].uic, 0);
    assert_int_equal(a[4].kind, AG_OP);
    release(n);
}

static void options_and_temperature_are_set(void **state)
{
    (void)state;
    net *n = read_net("v1 a 0 1\nr1 a 0 {temper}\n.options reltol=1e-5 method=gear post interp runlvl=4\n.temp 50\n");
    assert_close(n->c->options.reltol, 1e-5, 0, 0);
    assert_close(n->c->options.method, AG_GEAR, 0, 0);
    assert_close(n->c->options.interp, 1, 0, 0);
    assert_close(n->c->options.temp, 50, 0, 0);
    assert_close(param(n, "r1", "r"), 50, 0, 0);
    assert_string_equal(n->said, "");
    release(n);
}

static void initial_conditions_reach_their_nodes(void **state)
{
    (void)state;
    net *n = read_net("v1 a 0 1\nr1 a b 1\nc1 b 0 1n\nx1 a s h=0.25\n.ic v(b)={1/4} b=0.5 b 0.75\n.nodeset v(a)=1\n"
                      ".subckt s p h=1\nr1 p gap 1\nc1 gap 0 1n\n.ic v(gap)=h\n.ends\n");
    const ag_ic *ic = n->c->plan.ic;
    assert_int_equal(n->c->plan.n_ic, 5);
    assert_int_equal(ic[0].node, node(n, "x1.gap"));
    assert_close(ic[0].value, 0.25, 0, 0);
    assert_int_equal(ic[1].node, node(n, "b"));
    assert_close(ic[3].value, 0.75, 0, 0);
    assert_int_equal(ic[4].nodeset, 1);
    release(n);
}

/* The integral of a power needs its two factors, that of anything else does not. */
static void the_integral_of_a_plain_power_knows_voltage_and_current(void **state)
{
    (void)state;
    net *n = read_net("v1 a 0 1\nr1 a 0 1k\n.tran 1n 1u\n.meas e integ p(r1)\n.meas f avg @v1[p]\n.meas g integ v(a)\n"
                      ".meas h integ {p(r1)}\n.meas k integ {2*p(r1)}\n.meas l max p(r1)\n"
                      ".model nm nmos\nm1 a a 0 0 nm\n.meas q integ p(m1)\n");
    const ag_measure *m = n->c->plan.measure;
    const int         power[] = { 1, 1, 0, 1, 0, 0, 0 };
    for (int k = 0; k < 7; k++)
        assert_int_equal(m[k].power, power[k]);
    assert_string_equal(n->c->plan.probe[m[0].v].name, "@r1[v]");
    assert_string_equal(n->c->plan.probe[m[0].i].name, "i(r1)");
    assert_string_equal(n->c->plan.probe[m[1].i].name, "i(v1)");
    release(n);
}

static void measures_have_all_their_forms(void **state)
{
    (void)state;
    net *n = read_net("v1 a 0 1\nr1 a b 1k\nc1 b 0 1n\n.param lim=0.5\n.tran 1n 1u\n"
                      ".measure tran m0 integ {v(a)*i(v1)} from=1n to='2*lim*1u'\n.meas m1 max v(b)\n"
                      ".meas tran m2 find v(b) at=5n\n.meas tran m3 find v(b) when v(a)=lim cross=2\n"
                      ".meas tran m4 when v(b)=v(a) rise=last td=1n\n"
                      ".meas tran m5 trig v(a) val=0.1 rise=1 targ v(b) val='lim+0.1' fall=3\n.meas tran m6 trig at=1n targ v(b) val=1\n"
                      ".meas tran m7 deriv v(b) at=2n\n.meas tran m8 param='m1*2+m0'\n");
    const ag_measure *m = n->c->plan.measure;
    assert_int_equal(n->c->plan.n_measure, 9);
    assert_int_equal(m[0].kind, AG_M_INTEG);
    assert_non_null(m[0].what.program);
    assert_int_equal(m[0].what.n_used, 2);
    assert_close(m[0].to, 1e-6, 1e-15, 0);
    assert_true(m[1].what.probe >= 0 && isnan(m[1].from));
    assert_true(m[2].trig.has_at);
    assert_int_equal(m[3].trig.n, 2);
    assert_int_equal(m[4].trig.n, -1);
    assert_int_equal(m[4].trig.edge, AG_RISE);
    assert_close(m[4].trig.td, 1e-9, 0, 0);
    assert_int_equal(m[5].targ.edge, AG_FALL);
    assert_int_equal(m[5].targ.n, 3);
    assert_true(m[6].trig.has_at && !m[6].targ.has_at);
    assert_int_equal(m[7].kind, AG_M_DERIV);
    assert_non_null(m[8].param);
    assert_string_equal(m[8].text, "m1*2+m0");
    release(n);
}

static void outputs_are_signals_or_expressions_of_them(void **state)
{
    (void)state;
    net *n = read_net("v1 a 0 1\nx1 a b s\nr2 b 0 1k\n.subckt s p q\nr1 p q 1k\n.ends\n.op\n"
                      ".print op v(a) v(a,b) i(x1.r1) {v(a)*2} par('v(b)')\n.plot v(*)\n.save all @r2[r] v(b) b\n.pulses r2 read=10m\n");
    const ag_listing *list = n->c->plan.listing;
    const char *const want[] = { "v(a)", "v(a,b)", "i(r.x1.r1)", "v(a)*2", "v(b)" };
    assert_int_equal(list[0].n, 5);
    assert_int_equal(list[0].analysis, AG_OP);
    for (int k = 0; k < 5; k++) assert_string_equal(list[0].item[k].name, want[k]);
    assert_int_equal(list[1].n, 2);
    assert_int_equal(n->c->plan.save_all, 1);
    assert_int_equal(n->c->plan.n_save, 2);
    assert_close(n->c->plan.pulses[0].read, 0.01, 0, 0);
    assert_close(n->c->plan.pulses[0].vmin, 1e-3, 0, 0);
    release(n);
}

/* ---- reports ---- */

typedef struct report { const char *net, *said; } report;

static const char good[] = "v1 a 0 1\nr1 a 0 1k\n";

static const report reports[] = {
    { "r2 a\n", "t:4:1: error: node missing: a resistor needs two nodes and a value: Rname n1 n2 value\n" },
    { "r2 a 0\n", "t:4:1: error: value missing: a resistor needs two nodes and a value: Rname n1 n2 value\n" },
    { "r2 a 0 4k7\n", "t:4:8: error: '4k7' is not a number\n" },
    { "r2 a 0 rmd\n.model rmod r(tc1=1m)\n", "t:4:8: error: undefined model 'rmd'; did you mean 'rmod'?\n" },
    { "d1 a 0 dm\n", "t:4:8: error: undefined model 'dm'\n" },
    { "n1 a 0 m1\n.model m1 ag2s_filment(thickness=200n)\n",
      "t:5:11: error: unknown model type 'ag2s_filment'; did you mean 'ag2s_filament'?\n" },
    { "n1 a 0 m1\n.model m1 ag2s_filament(thicknes=200n)\n",
      "t:5:25: error: ag2s_filament has no parameter 'thicknes'; did you mean 'thickness'?\n" },
    { ".model m {1+2}\n", "t:4:1: error: a model card needs a name and a type: .model name type(parameter=value ...)\n" },
    { "r2 a 0 m\n.model m \"r\"\n", "t:5:1: error: a model card needs a name and a type: .model name type(parameter=value ...)\n" },
    { ".model m r=1\n", "t:4:1: error: a model card needs a name and a type: .model name type(parameter=value ...)\n" },
    { "n1 a b 0 m1\n.model m1 ag2s_filament(thickness=200n)\n",
      "t:4:4: error: 'n1' connects 3 nodes, but ag2s_filament has 2 (te be)\n" },
    { "r2 a 0 {wdith}\n.param width=3\n", "t:4:9: error: undefined parameter 'wdith'; did you mean 'width'?\n" },
    { "r2 a 0 {sqtr(2)}\n", "t:4:9: error: unknown function 'sqtr'; did you mean 'sqrt'?\n" },
    { "r2 a 0 {atan2(2)}\n", "t:4:9: error: atan2() takes 2 arguments, not 1\n" },
    { "x1 a 0 inv\n.subckt inv1 p q\nr1 p q 1\n.ends\n", "t:4:8: error: undefined subcircuit 'inv'; did you mean 'inv1'?\n" },
    { "x1 a inv\n.subckt inv p q\nr1 p q 1\n.ends\n",
      "t:4:4: error: subcircuit 'inv' has 2 nodes, but 'x1' connects 1\nt:5:1: note: 'inv' is defined here\n" },
    { "x1 a 0 inv wd=2\n.subckt inv p q w=1\nr1 p q 1\n.ends\n",
      "t:4:12: error: subcircuit 'inv' has no parameter 'wd' on its .subckt line\n" },
    { "x1 a s\n.subckt s p\nx2 p t\n.ends\n.subckt t p\nx3 p s\n.ends\n",
      "t:9:6: error: subcircuit 's' contains itself (s -> t -> s)\n" },
    { ".subckt s p\nr1 p 0 1\n", "t:4:1: error: subcircuit 's' has no .ends\n" },
    { ".ends\n", "t:4:1: error: .ends without a .subckt before it\n" },
    { ".param p=q q={r+1} r=p\n", "t:4:8: error: parameter 'p' is defined by itself (p -> q -> r -> p)\n" },
    { ".func f(x) {g(x)}\n.func g(x) {f(x)}\nr2 a 0 {f(1)}\n", "t:5:13: error: function 'f' calls itself (f -> g -> f)\n" },
    { "r2 a 0 1k tc1=7\n", "t:4:11: error: r parameter 'tc1' = 7 1/K is outside -1 .. 1\n" },
    { "r2 a 0 1k tc3=7\n", "t:4:11: error: resistor has no parameter 'tc3'; did you mean 'tc1'?\n" },
    { "v2 b 0 nan\nr2 b 0 1\n", "t:4:8: error: v parameter 'dc' is not a number\n" },
    { "v2 b 0 pwl(0 0 2u 1 1u 0)\nr2 b 0 1\n", "t:4:21: error: pwl: time 1e-06 s comes after 2e-06 s; times must not decrease\n" },
    { "v2 b 0 pwl(0 0 2u)\nr2 b 0 1\n", "t:4:16: error: pwl: the last time has no value; pairs of time and value are needed\n" },
    { "v2 b 0 pwl(-1u 0 2u 1)\nr2 b 0 1\n", "t:4:12: error: negative time in a waveform\n" },
    { "v2 b 0 pulse(0 1 0 -1n)\nr2 b 0 1\n", "t:4:20: error: negative time in a waveform\n" },
    { "v2 b 0 pulse(0 {0/0})\nr2 b 0 1\n", "t:4:16: error: not a number in a waveform\n" },
    { "v2 b a 1\nv3 b 0 2\n", "t:5:1: error: voltage sources v2, v1, v3 form a loop\n" },
    { "l1 a 0 1m\n.op\n", "t:4:1: error: inductors and voltage sources v1, l1 form a loop: there is no operating point; "
                          "add a resistor, or start with .tran ... uic\n" },
    { "r2 b c 1k\nv2 b c 1\n", "t:4:4: error: node 'b' has no path to ground\n" },
    { "b1 a 0 i=v(outt)\nr2 a out 1\nr3 out 0 1\n", "t:4:10: error: nothing is connected to node 'outt'; did you mean 'out'?\n" },
    { "c1 b 0 1n\n.op\n", "t:4:4: error: node 'b' is connected to nothing but one capacitor\n" },
    { "i2 0 b 1m\n", "t:4:6: error: node 'b' is fed by current sources only; its voltage is undefined\n" },
    { "b1 a 0 i=1 v=2\n", "t:4:12: error: a behavioural source has one expression, i=, v= or r=\n" },
    { "b1 a 0 i=i(r11)\n", "t:4:10: error: no device 'r11'; did you mean 'r1'?\n" },
    { "b1 a 0 i=@r1[g]\n", "t:4:10: error: 'g' is no unknown of 'r1'; an element can read i\n" },
    { "b1 a 0 i=idt(1,v(a))\n", "t:4:16: error: the initial value of idt() cannot depend on signals or time\n" },
    { "b1 a 0 i=idt(1,2,3,4)\n", "t:4:10: error: idt() takes 1 to 3 arguments, not 4\n" },
    { "b1 a 0 i=table(v(a),1,2,1,3)\n", "t:4:25: error: x values of table() must rise: 1 stands behind 1\n" },
    { "b1 a 0 i=table(v(a),1,2,1)\n", "t:4:10: error: table() takes x and pairs of arguments, not 4\n" },
    { "b1 a 0 i=p(r1)\n", "t:4:10: error: there is no function p(): the power of a device in an element is v(a,b)*i(device)\n" },
    { "r2 a 0 {ddt(2)}\n.param q=idt(1)\n", "t:5:10: error: idt() changes during an analysis; here a constant is needed\n" },
    { ".tran 1n -1u\n", "t:4:10: error: negative time\n" },
    { ".tran 1n 0\n", "t:4:10: error: the stop time must be positive\n" },
    { ".tran 1n 1u 2u\n", "t:4:13: error: the start time must come before the stop time\n" },
    { ".options reltol=5\n", "t:4:10: error: option 'reltol' = 5 is outside 1e-12 .. 0.5\n" },
    { ".ic v(q)=1\n", "t:4:5: error: no node 'q'\n" },
    { ".meas tran x maxx v(a)\n", "t:4:14: error: unknown kind of measure 'maxx'; did you mean 'max'?\n" },
    { ".tran 1n 1u\n.meas tran x param='y+1'\n.meas tran y max v(a)\n",
      "t:5:21: error: measure 'y' comes later; a formula uses the measures before it\n" },
    { ".meas tran x param='2*x'\n", "t:4:21: error: measure 'x' uses itself\n" },
    { ".pulses r1 from=2u to=1u\n", "t:4:1: error: .pulses r1: from must come before to\n" },
    { ".print tran v(b)\n", "t:4:13: error: no node 'b'\n" },
    { "r1 a 0 2k\n", "t:4:1: error: there is already a device 'r1'\nt:3:1: note: the first one is here\n" },
};

static void wrong_netlists_are_explained(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof reports / sizeof *reports; k++) {
        char text[1024];
        snprintf(text, sizeof text, "%s%s", good, reports[k].net);
        net *n = read_with(text, NULL, NULL);
        if (n->status != AG_ESYNTAX || strcmp(n->said, reports[k].said))
            fail_msg("status %d of\n%sgot    %swanted %s", (int)n->status, text, n->said, reports[k].said);
        release(n);
    }
}

static void suspicious_netlists_are_warned_about_and_read(void **state)
{
    static const report list[] = {
        { ".subckt s p\nr1 p 0 1\n.ends t\n",
          "t:6:7: warning: .ends names 't' but closes subcircuit 's'\nt:4:1: note: it begins here\n" },
        { ".meas tran y max v(a)\n.meas tran y min v(a)\n",
          "t:5:12: warning: there is already a measure 'y'; formulas after this one use the second\n"
          "t:4:1: note: the first one is here\n" },
        { ".trn 1n 1u\n", "t:4:1: warning: unknown command '.trn' is ignored; did you mean '.tran'?\n" },
        { ".options rletol=1m\n", "t:4:10: warning: unknown option 'rletol' is ignored; did you mean 'reltol'?\n" },
        { ".model dm d(is=1f kf=1)\nd1 a 0 dm\n", "t:4:19: warning: d parameter 'kf' is not modelled and ignored\n" },
        { "g1 0 x a 0 1\nc1 x 0 1\n.op\n",
          "t:4:6: warning: node 'x' has no DC path to ground; gmin holds it in the operating point\n" },
        { "g1 0 x a 0 1\nc1 x 0 1\n.tran 1n 1u uic\n", "" },
        { "c1 a x 1\nc2 x 0 1\n.tran 1n 1u uic\n", "" },
        { "c1 a 0 1n ic=0.5\nl1 x 0 1 ic=1m\nr2 a x 1\n.tran 1n 1u\n", "" },
        { "x1 a s\nx2 a s\n.subckt s p\nd1 p 0 dm ic=0.5\n.ends\n.model dm d\n.tran 1n 1u\n",
          "t:7:11: warning: 'ic' is used only by a transient with uic: .tran ... uic, or set the voltage by .ic v(node)=value\n" },
        { "d1 a 0 dm ic=0.5\n.model dm d\n.tran 1n 1u\n.tran 1n 1u uic\n", "" },
        { "d1 a 0 dm ic=0.5\n.model dm d\n.op\n", "" },
        { "g1 0 x a 0 1\nc1 x 0 1 ic=0.3\n.tran 1n 1u\n", "" },
        { "g1 0 x a 0 1\nc1 x 0 1 ic=0.3\n.op\n.tran 1n 1u\n",
          "t:4:6: warning: node 'x' has no DC path to ground; gmin holds it in the operating point\n" },
        { "v2 b 0 pulse(0 1 0 0 0 10n 1u)\nr2 b 0 1\n.tran 50n 1u\n",
          "t:4:8: warning: edges of 0 become TSTEP, 5e-08 s, longer than the pulse, 1e-08 s\n" },
        { "v2 b 0 pulse(0 1 0 1n 1n 10n 1u)\nr2 b 0 1\n.tran 50n 1u\n", "" },
        { "l1 a 0 1m\n.tran 1n 1u uic\n", "" },
        { "g1 0 x a 0 1\ng2 x 0 x 0 1\n.op\n", "" },
        { "b1 x 0 i=v(x)-v(a)\n.op\n", "" },
    };
    (void)state;
    for (size_t k = 0; k < sizeof list / sizeof *list; k++) {
        char text[1024];
        snprintf(text, sizeof text, "%s%s", good, list[k].net);
        net *n = read_with(text, NULL, NULL);
        if (n->status != AG_OK || strcmp(n->said, list[k].said))
            fail_msg("status %d of\n%sgot    %swanted %s", (int)n->status, text, n->said, list[k].said);
        release(n);
    }
}

static void several_errors_come_in_one_run(void **state)
{
    (void)state;
    net *n = read_with("r1 a\nd1 a 0 dm\nx1 a nosub\nr2 a 0 {q}\nv1 a 0 pwl(1 0 0 1)\nm1 a 0\n.tran 0\n", NULL, NULL);
    int  errors = 0;
    for (const char *p = n->said; (p = strstr(p, ": error: ")); p++) errors++;
    assert_int_equal(errors, 7);
    release(n);
}

/* A mistake in a subcircuit is reported once, however many instances it has. */
static void a_card_of_a_subcircuit_reports_once(void **state)
{
    (void)state;
    net *n = read_with("v1 a 0 1\nx1 a s\nx2 a s\nx3 a s\n.subckt s p\nr1 p 0 {q}\nr2 p 0 1k tc1=9\n.ends\n", NULL, NULL);
    assert_string_equal(n->said, "t:7:9: error: undefined parameter 'q'\n"
                                 "t:8:11: error: r parameter 'tc1' = 9 1/K is outside -1 .. 1\n");
    release(n);
}

/* A few lines can ask for more work than a machine can do in years. */
static void explosions_are_refused(void **state)
{
    (void)state;
    char   text[8192];
    size_t n = (size_t)snprintf(text, sizeof text, "v1 a 0 1\n");
    for (int k = 0; k < 60; k++)
        n += (size_t)snprintf(text + n, sizeof text - n, ".func f%d(x) {f%d(x)+f%d(x+1)}\n", k, k + 1, k + 1);
    snprintf(text + n, sizeof text - n, ".func f60(x) {x}\nr1 a 0 {f0(1)}\nb1 a 0 i=f0(v(a))\n");
    net *deep = read_with(text, NULL, NULL);
    assert_int_equal(deep->status, AG_ESYNTAX);
    assert_non_null(strstr(deep->said, "more than 1000000 operations"));
    release(deep);
}

/* levels subcircuits, each of two instances of the next: 3 * 2^levels - 3 elements in the outermost. */
static size_t write_doubling(char *text, size_t size, int levels)
{
    size_t n = 0;
    for (int k = 0; k < levels; k++)
        n += (size_t)snprintf(text + n, size - n, ".subckt s%d a b\nx1 a b s%d\nx2 a b s%d\n.ends\n", k, k + 1, k + 1);
    return n + (size_t)snprintf(text + n, size - n, ".subckt s%d a b\nr1 a b 1\n.ends\nv1 a 0 1\n", levels);
}

static void doubling_subcircuits_are_refused_before_they_are_made(void **state)
{
    (void)state;
    char text[131072];
    strcpy(text + write_doubling(text, sizeof text, 40), "x1 a 0 s0\nr1 a 0 1\n");
    net *n = read_with(text, NULL, NULL);
    assert_string_equal(n->said, "t:166:8: error: 'x1' would make 3.299e+12 elements; subcircuits may make 5000000 in all\n");
    assert_int_equal(n->c->n_node, 2);
    release(n);
    strcpy(text + write_doubling(text, sizeof text, 1500), "x1 a 0 s1400\n");
    n = read_with(text, NULL, NULL);
    assert_int_equal(n->status, AG_ESYNTAX);
    release(n);
}

static void subcircuits_below_the_limit_are_made(void **state)
{
    (void)state;
    char text[4096];
    strcpy(text + write_doubling(text, sizeof text, 6), "x1 a 0 s1\nx2 a 0 s3\n");
    net *n = read_net(text);
    assert_int_equal(n->c->batch[find(n, "r.x2.x1.x1.x1.r1").batch]->n, 32 + 8);
    release(n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parameters_are_evaluated_when_needed),
        cmocka_unit_test(the_last_definition_of_a_parameter_counts),
        cmocka_unit_test(an_override_replaces_a_top_level_parameter),
        cmocka_unit_test(built_in_names_give_way_to_definitions),
        cmocka_unit_test(subcircuits_expand_with_their_own_scopes),
        cmocka_unit_test(nodes_inside_carry_the_path),
        cmocka_unit_test(an_unused_port_makes_no_node),
        cmocka_unit_test(instances_of_one_card_share_a_batch),
        cmocka_unit_test(values_come_in_all_spellings),
        cmocka_unit_test(waveforms_get_the_defaults_of_the_transient),
        cmocka_unit_test(edges_without_a_tstep_follow_the_pulse),
        cmocka_unit_test(a_linear_expression_makes_a_linear_device),
        cmocka_unit_test(derivatives_of_a_device_match_differences),
        cmocka_unit_test(a_behavioural_resistor_is_its_expression),
        cmocka_unit_test(a_current_in_an_expression_gets_an_ammeter_where_needed),
        cmocka_unit_test(names_of_the_netlist_are_never_hidden),
        cmocka_unit_test(functions_of_signals_are_finite_where_newton_starts),
        cmocka_unit_test(analyses_take_their_times),
        cmocka_unit_test(options_and_temperature_are_set),
        cmocka_unit_test(initial_conditions_reach_their_nodes),
        cmocka_unit_test(measures_have_all_their_forms),
        cmocka_unit_test(the_integral_of_a_plain_power_knows_voltage_and_current),
        cmocka_unit_test(outputs_are_signals_or_expressions_of_them),
        cmocka_unit_test(wrong_netlists_are_explained),
        cmocka_unit_test(suspicious_netlists_are_warned_about_and_read),
        cmocka_unit_test(several_errors_come_in_one_run),
        cmocka_unit_test(a_card_of_a_subcircuit_reports_once),
        cmocka_unit_test(explosions_are_refused),
        cmocka_unit_test(doubling_subcircuits_are_refused_before_they_are_made),
        cmocka_unit_test(subcircuits_below_the_limit_are_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
