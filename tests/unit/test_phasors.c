/* Expressions of complex signals: every operation and function of .ac outputs against C's complex arithmetic; and the columns
 * of the public interface. */
#include "tests/support/sim.h"
#include "waveforms/select.h"

typedef double complex number;

static const char circuit[] =
    "phasors\n"
    "v1 in 0 ac 2 40\n"
    "r1 in out 1k\n"
    "c1 out 0 1u\n"
    ".param k=3\n"
    ".func twice(x) {2*x}\n"
    ".ac list 10 100 1k 10k\n";

/* Of a = v(out), b = v(in), i = i(v1) at frequency f. */
typedef number formula(number a, number b, number i, double f);

static number quotient(number a, number b, number i, double f)   { (void)i; (void)f; return a / b; }
static number real_both(number a, number b, number i, double f)  { (void)i; (void)f; return 3 * a - b / 4 + 1; }
static number product(number a, number b, number i, double f)    { (void)f; return -a * b * i; }
static number inverse(number a, number b, number i, double f)    { (void)b; (void)i; (void)f; return 5 / a; }
static number square(number a, number b, number i, double f)     { (void)b; (void)i; (void)f; return a * a + a * a * a + a * a * a * a; }
static number root(number a, number b, number i, double f)       { (void)b; (void)i; (void)f; return csqrt(a) + cpow(a, 1.7); }
static number power(number a, number b, number i, double f)      { (void)i; (void)f; return cpow(a, b) + cpow(2, a); }
static number transcendent(number a, number b, number i, double f) { (void)i; (void)f; return cexp(a) + clog(b) + clog(a) / log(10); }
static number conjugate(number a, number b, number i, double f)  { (void)b; (void)f; return conj(a) * i; }
static number of_real(number a, number b, number i, double f)    { (void)i; (void)f; return creal(a) * cimag(b) + cabs(a); }
static number angle(number a, number b, number i, double f)      { (void)b; (void)i; (void)f; return carg(a); }
static number decibels(number a, number b, number i, double f)   { (void)i; (void)f; return 20 * log10(cabs(a / b)); }
static number size(number a, number b, number i, double f)       { (void)i; (void)f; return cabs(b - a); }
static number reactance(number a, number b, number i, double f)  { (void)a; return cimag(b / i) * f; }
static number chosen(number a, number b, number i, double f)     { (void)i; return f > 500 ? a : b; }
static number doubled(number a, number b, number i, double f)    { (void)b; (void)i; (void)f; return 2 * a; }
static number current_db(number a, number b, number i, double f) { (void)a; (void)b; (void)f; return 20 * log10(cabs(i)); }
static number imaginary(number a, number b, number i, double f)  { (void)a; (void)b; (void)f; return cimag(i); }

static const struct { const char *text; int is_complex; formula *f; const char *unit; } output[] = {
    { "v(out)/v(in)", 1, quotient, NULL },
    { "{k*v(out)-v(in)/4+1}", 1, real_both, NULL },
    { "-v(out)*v(in)*i(v1)", 1, product, NULL },
    { "5/v(out)", 1, inverse, NULL },
    { "v(out)**2+v(out)^3+v(out)**4", 1, square, NULL },
    { "sqrt(v(out))+v(out)**1.7", 1, root, NULL },
    { "v(out)**v(in)+2**v(out)", 1, power, NULL },
    { "exp(v(out))+ln(v(in))+log10(v(out))", 1, transcendent, NULL },
    { "conj(v(out))*i(v1)", 1, conjugate, NULL },
    { "re(v(out))*imag(v(in))+abs(v(out))", 0, of_real, NULL },
    { "vr(out)*vi(in)+vm(out)", 0, of_real, NULL },
    { "real(v(out))*img(v(in))+mag(v(out))", 0, of_real, NULL },
    { "ph(v(out))", 0, angle, "rad" },
    { "vp(out)", 0, angle, "rad" },
    { "par('phase(v(out))')", 0, angle, "rad" },
    { "db(v(out)/v(in))", 0, decibels, "dB" },
    { "vdb(out)-vdb(in)", 0, decibels, NULL },
    { "vm(in,out)", 0, size, "V" },
    { "mag(v(in)-v(out))", 0, size, NULL },
    { "im(v(in)/i(v1))*frequency", 0, reactance, NULL },
    { "imag(v(in)/i(v1))*hertz", 0, reactance, NULL },
    { "freq>500?v(out):v(in)", 1, chosen, NULL },
    { "twice(v(out))", 1, doubled, NULL },
    { "idb(v1)", 0, current_db, "dB" },
    { "ii(v1)", 0, imaginary, "A" },
    { "im(i(v1))", 0, imaginary, "A" },
};
enum { N_OUTPUT = sizeof output / sizeof *output };

static void outputs_are_those_of_complex_arithmetic(void **state)
{
    char text[4000] = "";
    (void)state;
    strcat(text, circuit);
    for (int k = 0; k < N_OUTPUT; k++)
        sprintf(text + strlen(text), ".print ac %s\n", output[k].text);
    sim *s = sim_new(text);
    int  a = sim_signal(s, "v(out)"), b = sim_signal(s, "v(in)"), c = sim_signal(s, "i(v1)");
    sim_run(s);
    assert_int_equal(s->n, 4);
    const ag_plan *plan = &s->c->plan;
    ag_select     *select = ag_select_new(s->c->arena, s->c, &plan->analysis[0]);
    assert_int_equal(plan->n_listing, N_OUTPUT);
    for (int k = 0; k < N_OUTPUT; k++) {
        const ag_output *o = &plan->listing[k].item[0];
        assert_int_equal(plan->listing[k].n, 1);
        assert_int_equal(o->is_complex, output[k].is_complex);
        assert_string_equal(o->unit ? o->unit : "none", output[k].unit ? output[k].unit : "none");
        ag_select_output(select, o);
    }
    for (int i = 0; i < s->n; i++) {
        const double *row = ag_select_row(select, s->row + i * s->width);
        assert_true(row[0] == sim_frequency(s, i) && row[1] == 0);
        for (int k = 0; k < N_OUTPUT; k++) {
            number want = output[k].f(sim_phasor(s, i, a), sim_phasor(s, i, b), sim_phasor(s, i, c), sim_frequency(s, i));
            number got = row[2 * (1 + k)] + I * row[2 * (1 + k) + 1];
            if (!(cabs(got - want) <= 1e-12 * cabs(want)))
                fail_msg("%s = %.15g%+.15gi, wanted %.15g%+.15gi", output[k].text, creal(got), cimag(got), creal(want), cimag(want));
        }
    }
    sim_free(s);
}

static void names_of_parts_are_those_of_their_signals(void **state)
{
    (void)state;
    sim *s = sim_new("names\nv1 IN 0 ac 1\nr1 in 0 1\n.ac lin 1 1 1\n.print ac VDB(In) vp( in , 0 ) IM(V1) v(in)\n");
    static const char *const name[] = { "vdb(in)", "vp(in)", "im(v1)", "v(in)" };
    for (int k = 0; k < 4; k++)
        assert_string_equal(s->c->plan.listing[0].item[k].name, name[k]);
    sim_free(s);
}

/* The functions work in other analyses, where everything is real. */
static void functions_of_real_signals(void **state)
{
    (void)state;
    sim *s = sim_new("op\nv1 a 0 -4\nr1 a 0 1\n.op\n.print op vm(a) vdb(a) vr(a) vi(a) ph(v(a)) conj(v(a))\n");
    static const double want[] = { 4, 12.041199826559248, -4, 0, 3.14159265358979324, -4 };
    sim_signal(s, "v(a)");
    sim_run(s);
    ag_select *select = ag_select_new(s->c->arena, s->c, &s->c->plan.analysis[0]);
    for (int k = 0; k < 6; k++)
        ag_select_output(select, &s->c->plan.listing[0].item[k]);
    const double *row = ag_select_row(select, s->row);
    for (int k = 0; k < 6; k++)
        assert_close(row[k], want[k], 1e-14, 0);
    sim_free(s);
}

/* ---- the public interface ---- */

typedef struct wave { int n; char names[200]; ag_plot plot; double row[12]; } wave;

static ag_status begin(void *self, const ag_plot *plot)
{
    wave *w = self;
    w->plot = *plot;
    for (int k = 0; k < plot->n_column; k++)
        sprintf(w->names + strlen(w->names), "%s%s ", plot->column[k].name, plot->column[k].is_complex ? "*" : "");
    return AG_OK;
}

static ag_status point(void *self, const double *row)
{
    wave *w = self;
    w->n++;
    memcpy(w->row, row, 2 * (size_t)w->plot.n_column * sizeof *row);
    return AG_OK;
}

static void the_library_delivers_pairs(void **state)
{
    (void)state;
    wave    w = { 0 };
    ag_sink sink = { &w, begin, point, NULL };
    sim    *s = sim_new(circuit);
    assert_int_equal(ag_save(s->c, "v(out)"), AG_OK);
    assert_int_equal(ag_save(s->c, "p(r1)"), AG_OK);
    assert_int_equal(ag_save(s->c, "i(r1)"), AG_OK);
    assert_int_equal(ag_run(s->c, "ac dec 5 1 1k", &sink), AG_OK);
    assert_string_equal(w.names, "frequency v(out)* i(r1)* ");
    assert_true(w.plot.is_complex && w.plot.log_scale);
    assert_int_equal(w.n, 16);
    number v = w.row[2] + I * w.row[3], want = 2 * cexp(I * 40 * 3.14159265358979324 / 180) / (1 + 2 * 3.14159265358979324 * I);
    assert_true(cabs(v - want) < 1e-12);
    static const char *const wrong[] = { "ac", "ac dec 5 1", "ac dec 5 0 1", "ac dec 0 1 10", "ac lin 2 10 1", "ac oct 1.5 1 10", "ac dek 5 1 10",
                                         "ac dec 5 1 1k 2", "ac lin 1e30 1 2", "ac dec 5 1 nan" };
    for (int k = 0; k < (int)(sizeof wrong / sizeof *wrong); k++)
        assert_int_equal(ag_run(s->c, wrong[k], &sink), AG_ESYNTAX);
    sim_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outputs_are_those_of_complex_arithmetic), cmocka_unit_test(names_of_parts_are_those_of_their_signals),
        cmocka_unit_test(functions_of_real_signals), cmocka_unit_test(the_library_delivers_pairs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
