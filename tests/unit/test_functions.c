/* Functions as a netlist writes them: values against their definition, derivatives against differences, draws. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/circuit.h"
#include "parser/deck.h"
#include "api/agspice.h"
#include "tests/support/close.h"

static void quiet(void *user, ag_severity severity, const char *text) { (void)user, (void)severity, (void)text; }

static ag_circuit *read_net(const char *format, const char *expression)
{
    ag_host     host = { .report = quiet };
    ag_circuit *c = ag_circuit_new(&host);
    char       *text = malloc(strlen(format) + strlen(expression) + 8);
    sprintf(text, format, expression);
    if (ag_read_text(c, "t", text) != AG_OK) fail_msg("not read: %s", text);
    free(text);
    return c;
}

/* ---- values and derivatives of an element's expression of v(a) and v(c) ---- */

static double at(ag_circuit *c, double x, double y, double *slope)
{
    static double    out[16][AG_LANES], in[2][AG_LANES];
    ag_instance      i = ag_circuit_find(c, ag_name0(c->names, "b1"));
    const ag_batch  *b = c->batch[i.batch];
    const ag_model  *m = b->model;
    int              mi = ag_model_inputs(m);
    double           zero[AG_LANES] = { 0 }, *f[3], *q[3], *df[9], *dq[9];
    const double    *u[3] = { zero, zero, zero }, *p[8], *d[8];
    assert_true(mi <= 3 && m->n_param <= 8 && m->n_derived <= 8);
    for (int j = 0; j < AG_LANES; j++) in[0][j] = x, in[1][j] = y;
    for (int k = 1; k < mi; k++) u[k] = in[strstr(m->branch[k].name, "(c,") != NULL];
    for (int k = 0; k < 3; k++) f[k] = out[k], q[k] = out[k + 3];
    for (int k = 0; k < 9; k++) df[k] = dq[k] = out[6];
    if (mi > 1) df[1] = out[7];
    memset(out, 0, sizeof out);
    for (int k = 0; k < m->n_param; k++) p[k] = b->param[k];
    for (int k = 0; k < m->n_derived; k++) d[k] = b->derived[k];
    ag_tile t = { .n = 1, .srcfact = 1, .temp = b->temp, .p = p, .d = d, .u = u, .f = f, .q = q, .df = slope ? df : NULL,
                  .dq = slope ? dq : NULL, .vector = c->vector, .data = m->data, .scratch = AG_NEW(c->arena, double, m->scratch) };
    m->eval(&t);
    if (slope) *slope = out[7][0];
    return out[0][0];
}

static const char element[] = "t\nva a 0 1\nvc c 0 1\nb1 b 0 i=%s\nr1 b 0 1\n.op\n";

static double cube(double x) { return x * x * x; }
static double sgn(double x)  { return (x > 0) - (x < 0); }
static double clip(double x, double low, double high) { return fmin(fmax(x, low), high); }

/* Each with its definition at x = v(a), y = v(c). */
#define FUNCTIONS(F)                                                                                              \
    F("abs(v(a))", fabs(x)) F("sgn(v(a))", sgn(x)) F("sign(v(a))", sgn(x)) F("sign(v(a),v(c))", fabs(x) * sgn(y)) \
    F("exp(v(a))", exp(x)) F("ln(abs(v(a)))", log(fabs(x))) F("log(abs(v(a)))", log(fabs(x)))                     \
    F("log10(abs(v(a)))", log10(fabs(x))) F("sqrt(abs(v(a)))", sqrt(fabs(x))) F("sqr(v(a))", x * x)               \
    F("cbrt(v(a))", cbrt(x)) F("pow(v(a),3)", cube(x)) F("v(a)**3", cube(x)) F("v(a)^2", x * x)                   \
    F("pwr(v(a),1.5)", pow(fabs(x), 1.5)) F("pwrs(v(a),1.5)", sgn(x) * pow(fabs(x), 1.5))                         \
    F("min(v(a),v(c))", fmin(x, y)) F("max(v(a),v(c))", fmax(x, y)) F("min(v(a),v(c),0.3,2)", fmin(fmin(x, y), 0.3)) \
    F("max(-2,v(a),v(c),0.3)", fmax(fmax(x, y), 0.3)) F("max(v(a))", x) F("sinh(v(a))", sinh(x)) F("cosh(v(a))", cosh(x)) \
    F("tanh(v(a))", tanh(x)) F("sin(v(a))", sin(x)) F("cos(v(a))", cos(x)) F("tan(v(a)/2)", tan(x / 2))           \
    F("asin(v(a)/3)", asin(x / 3)) F("arcsin(v(a)/3)", asin(x / 3)) F("acos(v(a)/3)", acos(x / 3))                \
    F("arccos(v(a)/3)", acos(x / 3)) F("atan(v(a))", atan(x)) F("arctan(v(a))", atan(x)) F("atan2(v(a),v(c))", atan2(x, y)) \
    F("asinh(v(a))", asinh(x)) F("acosh(4+v(a))", acosh(4 + x)) F("atanh(v(a)/3)", atanh(x / 3)) F("hypot(v(a),v(c))", hypot(x, y)) \
    F("int(v(a)*3)", trunc(x * 3)) F("trunc(v(a)*3)", trunc(x * 3)) F("floor(v(a)*3)", floor(x * 3)) F("ceil(v(a)*3)", ceil(x * 3)) \
    F("nint(v(a)*3)", rint(x * 3)) F("round(v(a)*3)", rint(x * 3)) F("u(v(a))", x > 0) F("stp(v(a))", x > 0)      \
    F("u2(v(a))", clip(x, 0, 1)) F("uramp(v(a))", fmax(x, 0)) F("limit(v(a),-0.5,0.7)", clip(x, -0.5, 0.7))       \
    F("limit(v(a),0.7,-0.5)", clip(x, -0.5, 0.7)) F("if(v(a)>v(c),v(a)*2,v(c))", x > y ? 2 * x : y)               \
    F("v(a)>0 ? v(a) : -2*v(c)", x > 0 ? x : -2 * y) F("ternary_fcn(v(a)<0,1,v(c))", x < 0 ? 1 : y)               \
    F("buf(v(a))", x > 0.5) F("inv(v(a))", x <= 0.5) F("eq0(v(a))", x == 0) F("ne0(v(a))", x != 0) F("gt0(v(a))", x > 0) \
    F("lt0(v(a))", x < 0) F("ge0(v(a))", x >= 0) F("le0(v(a))", x <= 0) F("mod(v(a),0.75)", fmod(x, 0.75))        \
    F("fmod(v(a),0.75)", fmod(x, 0.75)) F("v(a)%%0.75", fmod(x, 0.75)) F("fabs(v(a))", fabs(x))                   \
    F("!(v(a)>0)", !(x > 0)) F("~(v(a)>0)", !(x > 0)) F("v(a)>0 & v(c)>0", x > 0 && y > 0) F("v(a)>0 | v(c)>0", x > 0 || y > 0) \
    F("v(a)>0 && v(c)>0", x > 0 && y > 0) F("v(a)>0 || v(c)>0", x > 0 || y > 0) F("v(a)!=v(c)", x != y) F("v(a)<>v(c)", x != y) \
    F("v(a)>=v(c)", x >= y) F("v(a)<=v(c)", x <= y) F("v(a)==v(c)", x == y)                                       \
    F("table(v(a),-1,2,0,-1,1.5,4)", x < -1 ? 2 : x < 0 ? -1 - 3 * x : x < 1.5 ? -1 + 5 * x / 1.5 : 4)            \
    F("tbl(v(a),0,v(c),1,2)", x < 0 ? y : x < 1 ? y + (2 - y) * x : 2) F("pwl(v(a),-1,-1,1,1)*v(c)", clip(x, -1, 1) * y)

#define TEXT(text, value) text,
#define VALUE(text, value) value,

static void functions_and_their_derivatives_are_exact(void **state)
{
    (void)state;
    static const char *const text[] = { FUNCTIONS(TEXT) };
    srand(3);
    for (size_t k = 0; k < sizeof text / sizeof *text; k++) {
        char        plain[128];
        snprintf(plain, sizeof plain, text[k], 0);
        ag_circuit *c = read_net(element, plain);
        for (int trial = 0; trial < 12; trial++) {
            double x = 4.2 * rand() / RAND_MAX - 2.1, y = 4.2 * rand() / RAND_MAX - 2.1, slope, h = 1e-6;
            const double want[] = { FUNCTIONS(VALUE) };
            double got = at(c, x, y, &slope);
            if (!is_close(got, want[k], 1e-13, 1e-14)) fail_msg("%s at %g, %g is %.16g, not %.16g", plain, x, y, got, want[k]);
            double up = at(c, x + h, y, NULL), down = at(c, x - h, y, NULL);
            (void)slope;
            if (fabs((up - got) - (got - down)) > 1e-9 * (1 + fabs(got))) continue;       /* a kink in between */
            double d = (up - down) / (2 * h);
            int    first = !strstr(plain, "v(c)") || strstr(plain, "v(a)") < strstr(plain, "v(c)");
            if (first && !is_close(slope, d, 1e-6, 1e-7)) fail_msg("slope of %s at %g, %g is %.10g, not %.10g", plain, x, y, slope, d);
        }
        ag_circuit_free(c);
    }
}

/* The same functions as values of parameters agree with those of elements. */
static void parameters_take_the_same_functions(void **state)
{
    (void)state;
    static const char *const text[] = { FUNCTIONS(TEXT) };
    const double x = 0.37, y = -1.3, want[] = { FUNCTIONS(VALUE) };
    for (size_t k = 0; k < sizeof text / sizeof *text; k++) {
        char plain[128], param[128], *to = param;
        snprintf(plain, sizeof plain, text[k], 0);
        for (const char *s = plain; *s; ) {
            int signal = !strncmp(s, "v(a)", 4) ? 'a' : !strncmp(s, "v(c)", 4) ? 'c' : 0;
            *to++ = (char)(signal ? signal : *s);
            s += signal ? 4 : 1;
        }
        *to = 0;
        ag_circuit *c = read_net("t\n.param a=0.37 c=-1.3\nr1 b 0 {100+(%s)}\nv1 b 0 1\n", param);
        ag_instance i = ag_circuit_find(c, ag_name0(c->names, "r1"));
        if (!is_close(c->batch[i.batch]->param[0][i.lane], 100 + want[k], 1e-14, 0))
            fail_msg("%s = %.16g, not %.16g", param, c->batch[i.batch]->param[0][i.lane], 100 + want[k]);
        ag_circuit_free(c);
    }
}

/* ---- draws ---- */

static double value_of(ag_circuit *c, const char *resistor)
{
    ag_instance i = ag_circuit_find(c, ag_name0(c->names, resistor));
    assert_true(i.batch >= 0);
    return c->batch[i.batch]->param[0][i.lane];
}

static void one_parameter_has_one_draw_and_instances_their_own(void **state)
{
    (void)state;
    ag_circuit *c = read_net("t\n.param r=agauss(1k,100,3) s=%s\nv1 a 0 1\nr1 a 0 {r}\nr2 a 0 {r}\nr3 a 0 {s}\n"
                             "x1 a cell\nx2 a cell\n.subckt cell p\n.param own=gauss(1k,0.1,1)\nr1 p 0 {own}\nr2 p 0 {own}\n"
                             "r3 p 0 {gauss(1k,0.1,1)}\nr4 p 0 m\n.model m r(r={unif(1k,0.1)})\n.ends\n", "agauss(1k,100,3)");
    assert_true(value_of(c, "r1") == value_of(c, "r2"));
    assert_true(value_of(c, "r1") != value_of(c, "r3"));
    assert_true(value_of(c, "r.x1.r1") == value_of(c, "r.x1.r2"));
    assert_true(value_of(c, "r.x1.r1") != value_of(c, "r.x2.r1"));
    assert_true(value_of(c, "r.x1.r3") != value_of(c, "r.x2.r3"));
    assert_true(value_of(c, "r.x1.r4") != value_of(c, "r.x2.r4"));
    assert_true(fabs(value_of(c, "r.x2.r4") - 1000) < 100);
    ag_circuit_free(c);
}

/* Other cards before, between and in another order change no draw; another seed changes all. */
static void draws_depend_on_their_place_and_the_seed_only(void **state)
{
    (void)state;
    ag_circuit *one = read_net("t\n.param a=agauss(1k,1,1) b=unif(1k,0.1)\nv1 n 0 1\nr1 n 0 {a}\nr2 n 0 {b}\nr3 n 0 {mc(1k,0.2)}\n%s", "");
    ag_circuit *two = read_net("t\n* more\n.param z=gauss(1,1,1)\n.param b=unif(1k,0.1)\nr3 n 0 {mc(1k,0.2)}\nr2 n 0 {b}\nr9 n 0 {1+z*z}\n"
                               ".param a=agauss(1k,1,1)\nv1 n 0 1\nr1 n 0 {a}\n%s", "");
    ag_circuit *seed = read_net("t\n.param a=agauss(1k,1,1) b=unif(1k,0.1)\nv1 n 0 1\nr1 n 0 {a}\nr2 n 0 {b}\nr3 n 0 {mc(1k,0.2)}\n%s",
                                ".options seed=2\n");
    ag_circuit *none = read_net("t\n.param a=agauss(1k,1,1) b=unif(1k,0.1)\nv1 n 0 1\nr1 n 0 {a}\nr2 n 0 {b}\nr3 n 0 {limit(1k,200)}\n%s",
                                ".options draws=0\n");
    static const char *const name[] = { "r1", "r2", "r3" };
    for (int k = 0; k < 3; k++) {
        assert_true(value_of(one, name[k]) == value_of(two, name[k]));
        assert_true(value_of(one, name[k]) != value_of(seed, name[k]));
        assert_close(value_of(none, name[k]), 1000, 0, 0);
    }
    ag_circuit_free(one), ag_circuit_free(two), ag_circuit_free(seed), ag_circuit_free(none);
}

/* Range or deviation of every form, from 4000 instances: standard error 1.6 %% of the deviation's. */
static void every_form_has_its_distribution(void **state)
{
    (void)state;
    enum { N = 4000 };
    static const struct { const char *text; double mean, deviation, range; } form[] = {
        { "gauss(100,0.3,3)", 100, 10, 0 }, { "gauss(100,0.1)", 100, 10, 0 }, { "agauss(100,30,3)", 100, 10, 0 },
        { "agauss(100,10)", 100, 10, 0 }, { "100+gauss(10)", 100, 10, 0 }, { "unif(100,0.2)", 100, 11.547, 20 },
        { "aunif(100,20)", 100, 11.547, 20 }, { "100+flat(20)", 100, 11.547, 20 }, { "mc(100,0.2)", 100, 11.547, 20 },
        { "limit(100,20)", 100, 20, 20 }, { "80+40*rand()", 100, 11.547, 20 },
    };
    for (size_t k = 0; k < sizeof form / sizeof *form; k++) {
        char       *text = malloc(64 * N + 256), *to = text;
        double      sum = 0, square = 0;
        to += sprintf(to, "t\nv1 a 0 1\n.subckt s a\nr1 a 0 {%s}\n.ends\n", form[k].text);
        for (int i = 0; i < N; i++) to += sprintf(to, "x%d a s\n", i);
        ag_circuit *c = read_net("%s", text);
        for (int i = 0; i < N; i++) {
            sprintf(text, "r.x%d.r1", i);
            double x = value_of(c, text) - form[k].mean;
            sum += x, square += x * x;
            if (form[k].range > 0) assert_true(fabs(x) <= form[k].range);
        }
        assert_close(sum / N, 0, 0, 5 * form[k].deviation / sqrt(N));
        assert_close(sqrt(square / N), form[k].deviation, 0.06, 0);
        ag_circuit_free(c);
        free(text);
    }
}

/* rand(x) is a function of floor(x), random(x) passes smoothly between its values; both are the same everywhere. */
static void functions_of_an_argument_are_no_draws(void **state)
{
    (void)state;
    ag_circuit *c = read_net(element, "rand(v(a))+10*random(v(a))+100*(white(v(a))+0.5)");
    double two = at(c, 2, 0, NULL), three = at(c, 3, 0, NULL), half = at(c, 2.5, 0, NULL), slope;
    assert_close(at(c, 2, 1, NULL), two, 0, 0);
    assert_close(half, two / 111 + 110 * (two + three) / 222, 1e-14, 0);
    at(c, 2, 0, &slope);
    assert_close(slope, 0, 0, 1e-12);
    at(c, 2.3, 0, &slope);
    assert_close(slope, (at(c, 2.3 + 1e-6, 0, NULL) - at(c, 2.3 - 1e-6, 0, NULL)) / 2e-6, 1e-6, 1e-6);
    ag_circuit_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_and_their_derivatives_are_exact), cmocka_unit_test(parameters_take_the_same_functions),
        cmocka_unit_test(one_parameter_has_one_draw_and_instances_their_own),
        cmocka_unit_test(draws_depend_on_their_place_and_the_seed_only), cmocka_unit_test(every_form_has_its_distribution),
        cmocka_unit_test(functions_of_an_argument_are_no_draws),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
