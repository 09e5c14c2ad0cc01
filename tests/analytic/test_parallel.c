/* m=: devices and subcircuits in parallel behave as so many separate ones. */
#include "tests/support/sim.h"

/* Four cells once as a pair with m=2 of an instance with m=2, once as four; a memristor with m=3 and three of them. Both behind 100 ohm. */
static const char parallel[] =
    "r0 a b 100\nx1 b 0 pair m=2\nr00 a c 100\nx2 c 0 cell\nx3 c 0 cell\nx4 c 0 cell\nx5 c 0 cell\n"
    "ra a d 100\nn1 d 0 mm m=3\nrb a e 100\nn2 e 0 mm\nn3 e 0 mm\nn4 e 0 mm\n"
    ".model mm drift\n.model wm csw(it=0.5m ih=0.1m ron=500 roff=1meg)\n"
    ".subckt cell2 p n\nvs p q 0\nrs q r 300\nl1 r s 10u\nc1 s n 1n\ng1 s n value={1e-3*v(s,n)*v(s,n)+0.1*i(vs)}\nf1 s n vs 0.5\n"
    "h1 t n vs 100\nrt t n 1k\ni1 n s 0.1m\nw1 s n vs wm\nb1 s n i={i(rt)*0.1} m=2\nl2 u n 20u\nk1 l1 l2 0.7\nru u n 1k\n.ends\n";

static sim *circuit(const char *source, const char *analysis)
{
    char text[4000];
    snprintf(text, sizeof text, "parallel\n%s%s.subckt cell p n\nx1 p n cell2\n.ends\n.subckt pair p n\nx1 p n cell2 m={1+one}\n"
             ".param one=1\n.ends\n%s", source, parallel, analysis);
    return sim_new(text);
}

static void transients_are_the_same(void **state)
{
    (void)state;
    sim *s = circuit("v1 a 0 pulse(0 1 1u 1u 1u 10u 30u)\n", ".options reltol=1e-5\n.tran 0.1u 30u\n.end\n");
    s->balance = 1;
    int one = sim_signal(s, "v(b)"), four = sim_signal(s, "v(c)"), n1 = sim_signal(s, "v(d)"), n2 = sim_signal(s, "v(e)");
    int i1 = sim_signal(s, "i(v.x1.x1.vs)"), i2 = sim_signal(s, "i(v.x2.x1.vs)"), r1 = sim_signal(s, "i(r.x1.x1.rs)");
    int in1 = sim_signal(s, "i(n1)"), in2 = sim_signal(s, "i(n2)"), p1 = sim_signal(s, "p(n1)"), p2 = sim_signal(s, "p(n2)");
    int i0 = sim_signal(s, "i(r0)"), g1 = sim_signal(s, "@n1[g]"), g2 = sim_signal(s, "@n2[g]");
    sim_run(s);
    double top = 0;
    for (int k = 0; k < s->n; k++) {
        top = fmax(top, sim_at(s, k, one));
        assert_close(sim_at(s, k, one), sim_at(s, k, four), 1e-9, 1e-12);
        assert_close(sim_at(s, k, n1), sim_at(s, k, n2), 1e-9, 1e-12);
        assert_close(sim_at(s, k, i1), sim_at(s, k, i2), 1e-9, 1e-15);      /* inside: of one copy */
        assert_close(sim_at(s, k, r1), sim_at(s, k, i1), 1e-6, 1e-12);
        assert_close(sim_at(s, k, i0), 4 * sim_at(s, k, i1), 1e-6, 1e-11);
        assert_close(sim_at(s, k, in1), 3 * sim_at(s, k, in2), 1e-9, 1e-15);  /* of the device with m: all of them */
        assert_close(sim_at(s, k, g1), 3 * sim_at(s, k, g2), 1e-9, 1e-15);
    }
    assert_true(top > 0.4);
    assert_close(s->integral[p1], 3 * s->integral[p2], 1e-9, 0);
    sim_free(s);
}

static void operating_points_are_the_same(void **state)
{
    (void)state;
    sim *s = circuit("v1 a 0 0.7\n", ".op\n.end\n");
    int one = sim_signal(s, "v(b)"), four = sim_signal(s, "v(c)"), i1 = sim_signal(s, "i(b.x1.x1.b1)"), i2 = sim_signal(s, "i(b.x2.x1.b1)");
    sim_run(s);
    assert_close(sim_last(s, one), sim_last(s, four), 1e-9, 0);
    assert_close(sim_last(s, i1), sim_last(s, i2), 1e-9, 0);
    assert_true(fabs(sim_last(s, i1)) > 1e-6);
    sim_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(transients_are_the_same), cmocka_unit_test(operating_points_are_the_same) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
