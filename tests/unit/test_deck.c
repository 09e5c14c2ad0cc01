/* test_deck - the raw tree of a netlist, its spans, the reports of its errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>
#include "parser/deck.h"
#include "tests/support/heap.h"

/* ---- a circuit to read into, and what it reported ---- */

typedef struct bench { ag_arena *arena; ag_circuit c; char *said; size_t n_said, cap; } bench;

static void hear(void *user, ag_severity severity, const char *text)
{
    bench *b = user;
    size_t n = strcspn(text, "\n") + 1;                    /* the first line; source and caret are test_diag's */
    (void)severity;
    if (b->n_said + n + 1 > b->cap) b->said = realloc(b->said, b->cap = 2 * (b->n_said + n + 1));
    memcpy(b->said + b->n_said, text, n);
    b->n_said += n;
    b->said[b->n_said] = 0;
}

static void begin(bench *b)
{
    ag_host host = { .user = b, .report = hear };
    memset(b, 0, sizeof *b);
    b->said = calloc(b->cap = 1, 1);
    b->arena = ag_arena_new(&host);
    assert_non_null(b->arena);
    b->c.arena = b->arena;
    b->c.names = ag_names_new(b->arena);
    b->c.diag = ag_diag_new(b->arena);
}

static void end(bench *b)
{
    ag_arena_free(b->arena);
    free(b->said);
}

static ag_deck *read_text(bench *b, const char *text, size_t length, int is_main)
{
    return ag_deck_read(&b->c, ag_diag_add_file(b->c.diag, "a.cir", text, length, AG_NOWHERE), is_main);
}

/* ---- trees as text ---- */

typedef struct out { char text[8192]; size_t n; } out;

__attribute__((format(printf, 2, 3))) static void put(out *o, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(o->text + o->n, sizeof o->text - o->n, format, args);
    va_end(args);
    assert_true(n >= 0 && o->n + (size_t)n < sizeof o->text);
    o->n += (size_t)n;
}

static void put_expr(out *o, const ag_expr *e)
{
    switch (e->op) {
    case AG_OP_CONST: put(o, "%.12g", e->value); return;
    case AG_OP_NAME:  put(o, "%s", e->name); return;
    case AG_OP_SIGNAL:
        if (e->name[0] == '@') put(o, "@%s[%s]", e->a, e->b);
        else put(o, e->b ? "%s(%s,%s)" : "%s(%s)", e->name, e->a, e->b);
        return;
    default: break;
    }
    put(o, "(%s%s", e->op == AG_OP_CALL ? "call " : "", e->op == AG_OP_CALL ? e->name : ag_op_name(e->op));
    for (int i = 0; i < e->n_arg; i++) {
        put(o, " ");
        put_expr(o, e->arg[i]);
    }
    put(o, ")");
}

/* word `a`, expression a, key k=.., group [..], relation left~right, string "..". */
static void put_field(out *o, const ag_field *f)
{
    switch (f->kind) {
    case AG_WORD:   put(o, "`%s`", f->text); break;
    case AG_STRING: put(o, "\"%s\"", f->text); break;
    case AG_EXPR:   put_expr(o, f->expr); break;
    case AG_KEY:
        put(o, "%s=", f->text);
        if (f->expr) put_expr(o, f->expr);
        else put_field(o, f->group);
        break;
    case AG_RELATION:
        put_expr(o, f->expr);
        put(o, "~");
        if (f->right) put_expr(o, f->right);
        else put_field(o, f->group);
        break;
    case AG_GROUP:
        put(o, "[");
        for (const ag_field *g = f->group; g; g = g->next) {
            put_field(o, g);
            if (g->next) put(o, " ");
        }
        put(o, "]");
        break;
    }
}

static void put_deck(out *o, const ag_deck *deck)
{
    for (const ag_line *l = deck->line; l; l = l->next) {
        put(o, "%s%s:", l->broken ? "!" : "", l->first);
        for (const ag_field *f = l->field; f; f = f->next) {
            put(o, " ");
            put_field(o, f);
        }
        put(o, "\n");
    }
}

/* The cards of a text (without a title) and everything that was reported are as wanted. */
static void check(const char *text, const char *tree, const char *reports)
{
    bench b;
    out   o = { .text = "" };
    begin(&b);
    const ag_deck *deck = read_text(&b, text, strlen(text), 0);
    assert_string_equal(b.said, reports);
    if (tree) {
        put_deck(&o, deck);
        assert_string_equal(o.text, tree);
    }
    end(&b);
}

static void reads(const char *text, const char *tree) { check(text, tree, ""); }

/* ---- cards of words ---- */

static void test_elements_are_words_keys_and_groups(void **state)
{
    (void)state;
    reads("R1 A b 1k\n", "r1: `a` `b` `1k`\n");
    reads("m1 d g 0 nch w=2u l={ln}\n", "m1: `d` `g` `0` `nch` w=2e-06 l=ln\n");
    reads("v1 a 0 pulse(0 1 {td} 1n)\n", "v1: `a` `0` `pulse` [`0` `1` td `1n`]\n");
    reads("v1 a 0 PWL(0,0, 'rise' -0.3)", "v1: `a` `0` `pwl` [`0` `0` rise `-0.3`]\n");
    reads("v1 a 0 dc=1 sin (0 1 1k) ac 1\n", "v1: `a` `0` dc=1 `sin` [`0` `1` `1k`] `ac` `1`\n");
    reads("b1 p 0 i=v(a)*2\n", "b1: `p` `0` i=(* v(a) 2)\n");
    reads(".model vt1 vteam (ron=-5 roff = 10k)\n", ".model: `vt1` `vteam` [ron=(- 5) roff=10000]\n");
    reads(".model d1 D(is=1n,n=2)\n", ".model: `d1` `d` [is=1e-09 n=2]\n");
    reads("x1 in+ n-1 a[3] b<0> x.y#z gnd! s/t sub w = 3\n",
          "x1: `in+` `n-1` `a[3]` `b<0>` `x.y#z` `gnd!` `s/t` `sub` w=3\n");
    reads("e1 a 0 poly(2) c d\n", "e1: `a` `0` `poly` [`2`] `c` `d`\n");
    reads("E1 a 0 VALUE {v(c,d)**2}\n", "e1: `a` `0` `value` (** v(c,d) 2)\n");
    reads(".subckt cell te be params: w=1 l={2*w}\n.ends cell\n",
          ".subckt: `cell` `te` `be` `params:` w=1 l=(* 2 w)\n.ends: `cell`\n");
    reads(".tran 1n {2*t} uic\n.op\n.options method=gear reltol=1e-4\n",
          ".tran: `1n` (* 2 t) `uic`\n.op:\n.options: method=gear reltol=0.0001\n");
    reads(".option DC \"as written, (x\"\n", ".option: `dc` \"as written, (x\"\n");
    reads("V1 a 0 DC \"1.2*x\"\n", "v1: `a` `0` `dc` (* 1.2 x)\n");
}

static void test_values_without_braces_end_where_the_next_begins(void **state)
{
    (void)state;
    reads("r1 a 0 r=2*x w = 3\n", "r1: `a` `0` r=(* 2 x) w=3\n");
    reads("b1 a 0 i = v(p, n) * (1e-6 + 1e-4*v(x) * v(x)) tc = -1\n",
          "b1: `a` `0` i=(* v(p,n) (+ 1e-06 (* (* 0.0001 v(x)) v(x)))) tc=(- 1)\n");
    reads("m1 d g ic=1,2 off x={a} {b} 'c' y='d' (e) z=f(1) g\n",
          "m1: `d` `g` ic=1 `2` `off` x=a b c y=d [`e`] z=(call f 1) `g`\n");
    reads("v1 a 0 pwl(x=1) {y*2} (file=a r=1 file=b) {z}\n", "v1: `a` `0` `pwl` [x=1] (* y 2) [file=\"a\" r=1 file=\"b\"] z\n");
    reads("r1 a 0 r={x}*2 w={y} [z] !u @v\n", "r1: `a` `0` r=(* x 2) w=y `[z]` `!u` `@v`\n");
    reads("g1 a 0 cur='v(x) > 0.5 ? {f1(V(a)-V(b))} : -(1)' m=2\n",
          "g1: `a` `0` cur=(if (> v(x) 0.5) (call f1 (- v(a) v(b))) (- 1)) m=2\n");
    reads("r1 a 0 r=\"2*x\" w=1\n", "r1: `a` `0` r=(* 2 x) w=1\n");
}

static void test_paths_are_read_as_written(void **state)
{
    (void)state;
    reads("v1 a 0 pwl(file=data/In-1.csv r=0) dc=1\n", "v1: `a` `0` `pwl` [file=\"data/In-1.csv\" r=0] dc=1\n");
    reads(".crossbar t rows=4 state = 'my file.csv' cell={x}\n", ".crossbar: `t` rows=4 state=\"my file.csv\" cell=x\n");
    reads(".program t target=\"A.csv\" tol=1\n.save state=out/s.csv\n",
          ".program: `t` target=\"A.csv\" tol=1\n.save: state=\"out/s.csv\"\n");
}

static void test_comments_and_continuations_are_blanks(void **state)
{
    (void)state;
    reads("* c\n\n   * c\n;c\n//c\n$c\nr1 a b 1k ; c (\nr2 a b $ c {\nr3 a $b 2 // 'c\n", "r1: `a` `b` `1k`\nr2: `a` `b`\nr3: `a` `$b` `2`\n");
    reads("r1 a\n+ b\n* c\n\n   ; c\n  +1k\nr2 c\n", "r1: `a` `b` `1k`\nr2: `c`\n");
    reads("r1 a b ; c\n+ r\n+ =\n+ 2 $ c\n+ *x\n", "r1: `a` `b` r=(* 2 x)\n");
    reads("\r\nr1 a b\r\n+ r={1 +\r\n* c\r\n+ 2}\r\n.op\r\n", "r1: `a` `b` r=(+ 1 2)\n.op:\n");
    reads(".title A new\n+ name\n.param a = ; c\n+ 3\n", ".param: a=3\n");
    check("v1 a 0 dc 1.2  * Word line\nr2 a b 1 *c\n", "v1: `a` `0` `dc` `1.2`\nr2: `a` `b` `1`\n",
          "a.cir:1:16: warning: text after '*' is taken as a comment; ';' begins a comment behind a card\n");
}

static void test_end_ends_the_file_and_control_is_skipped(void **state)
{
    (void)state;
    reads(".op\n.END\nr1 (((", ".op:\n");
    check(".control\nrun\nplot (\n.ENDC\n.op\n.control\n.endc\n", ".op:\n",
          "a.cir:1:1: warning: control block skipped: its commands are not run; write the same as .plot\n");
    check(".control\nTRAN 1n 1u\n wrdata x v(a)\nmeas\nplot\nlet y=1\n.endc\n", "",
          "a.cir:1:1: warning: control block skipped: its commands are not run; write the same as .tran .plot .measure --csv FILE\n");
    check(".op\n  .control\nrun\n", ".op:\n",
          "a.cir:2:3: warning: control block skipped: its commands are not run; cards such as .tran, .print and .measure are\n"
          "a.cir:2:3: error: '.control' has no '.endc'\n");
}

/* ---- cards of expressions ---- */

static void test_parameters_and_functions(void **state)
{
    (void)state;
    reads(".param a=1 b={2*a}, c = a + b d='x'\n", ".param: a=1 b=(* 2 a) c=(+ a b) d=x\n");
    reads(".param f(x)='x*2' g(x,y)={x} h()=1 k=-f(1)\n",
          ".param: (call f x)~(* x 2) (call g x y)~x (call h)~1 k=(- (call f 1))\n");
    reads(".func f(x,y) {x*y}\n.func g(v)=-v\n.func i(v) = (v+1)\n.func p(a,b) -a\n.func h(x) 'v(x)'\n",
          ".func: (call f x y) (* x y)\n.func: (call g v) (- v)\n.func: (call i v) (+ v 1)\n"
          ".func: (call p a b) (- a)\n.func: (call h x) v(x)\n");
    reads(".param s=\"2*x\" t=nan\n", ".param: s=\"2*x\" t=nan\n");
}

static void test_listings_are_expressions(void **state)
{
    (void)state;
    reads(".print tran v(a) v(a,b) {v(a)*i(v1)} p(n1) @n1[h] par('v(a)*3')\n",
          ".print: tran v(a) v(a,b) (* v(a) i(v1)) p(n1) @n1[h] (call par (* v(a) 3))\n");
    reads(".plot v(a) -v(b) v(c)-v(d) v(e) - v(f) v(g)*-1 +v(h)\n",
          ".plot: v(a) (- v(b)) (- v(c) v(d)) (- v(e) v(f)) (* v(g) (- 1)) v(h)\n");
    reads(".save all @n.x1.n1[x] V( X1.out , 0 ) v1#branch\n.probe v(*) i(r*) x=(1)\n",
          ".save: all @n.x1.n1[x] v(x1.out,0) i(v1)\n.probe: v(*) i(r*) x=1\n");
    reads(".plot map @t[g] at=1u file=Out.svg\n", ".plot: map @t[g] at=1e-06 file=\"Out.svg\"\n");
    reads(".ic v(a)=1, v(b)={x} gap 1.7\n.nodeset v(c) = -2*y v(d)=3\n",
          ".ic: v(a)~1 v(b)~x gap 1.7\n.nodeset: v(c)~(* (- 2) y) v(d)~3\n");
    reads("b1 a 0 v=p(2)\n", "b1: `a` `0` v=(call p 2)\n");
}

static void test_measures(void **state)
{
    (void)state;
    reads(".measure tran x find v(out) at=5n\n", ".measure: tran x find v(out) at=5e-09\n");
    reads(".meas tran y when v(a)=v(b) rise=last\n", ".meas: tran y when v(a)~v(b) rise=last\n");
    reads(".meas tran t trig v(a) val=0.5 rise=1 targ v(b) val=-0.5 fall=2\n",
          ".meas: tran t trig v(a) val=0.5 rise=1 targ v(b) val=(- 0.5) fall=2\n");
    reads(".meas tran e integ p(n1) from=0 to=1u\n", ".meas: tran e integ p(n1) from=0 to=1e-06\n");
    reads(".meas tran q param='a+b'\n", ".meas: tran q param=(+ a b)\n");
    reads(".meas tran w when v(a)*gain=0.5 cross=1\n", ".meas: tran w when (* v(a) gain)~0.5 cross=1\n");
    reads(".meas tran w when v(a)=b cross=1\n", ".meas: tran w when v(a)~b cross=1\n");
    reads(".meas tran w avg -v(a)*i(v1) from=a -b\n", ".meas: tran w avg (* (- v(a)) i(v1)) from=(- a b)\n");
    reads(".meas tran w max (v(a) -v(b)) at=2\n.meas tran w find abs(x)\n",
          ".meas: tran w max (- v(a) v(b)) at=2\n.meas: tran w find (call abs x)\n");
    reads(".meas tran w when v (a) -v(b)=sqrt (2)\n.ic gap -1 v(a)=b -c\n",
          ".meas: tran w when (- v(a) v(b))~(call sqrt 2)\n.ic: gap (- 1) v(a)~(- b c)\n");
}

/* ---- expressions ---- */

static void is(const char *text, const char *tree)
{
    bench b;
    out   o = { .text = "" };
    begin(&b);
    int      file = ag_diag_add_file(b.c.diag, "-D", text, strlen(text), AG_NOWHERE);
    ag_expr *e = ag_deck_expr(&b.c, (ag_loc){ 0, (uint16_t)file, (uint16_t)strlen(text) });
    assert_string_equal(b.said, "");
    assert_non_null(e);
    put_expr(&o, e);
    assert_string_equal(o.text, tree);
    end(&b);
}

static void test_operators_bind_as_usual(void **state)
{
    (void)state;
    is("-x**2", "(- (** x 2))");
    is("2**-1", "(** 2 (- 1))");
    is("2^3**4", "(** 2 (** 3 4))");
    is("2**-3**2", "(** 2 (- (** 3 2)))");
    is("a-b-c", "(- (- a b) c)");
    is("a/b*c%d", "(% (* (/ a b) c) d)");
    is("- -a+!b", "(+ (- (- a)) (! b))");
    is("!a==b", "(== (! a) b)");
    is("a+b<c*d", "(< (+ a b) (* c d))");
    is("a<b==c>=d", "(== (< a b) (>= c d))");
    is("a<=b == c>d", "(== (<= a b) (> c d))");
    is("a!=b <> c", "(!= (!= a b) c)");
    is("a||b&&c|d&e", "(|| (|| a (&& b c)) (&& d e))");
    is("a?b:c?d:e", "(if a b (if c d e))");
    is("a ? b ? c : d : e", "(if a (if b c d) e)");
    is("a>0?b:c+1", "(if (> a 0) b (+ c 1))");
    is("{(a)}*'b'", "(* a b)");
    is("max(a, b,-c)", "(call max a b (- c))");
    is("f(1,2,3,4,5,6,7,8,9)", "(call f 1 2 3 4 5 6 7 8 9)");
    is("time*2meg + 1.5e-3s - .5 + 3.", "(+ (- (+ (* time 2000000) 0.0015) 0.5) 3)");
    is("4.7k\xce\xa9 + 2\xc2\xb5", "(+ 4700 2e-06)");
    is("f (x)+v (a)", "(+ (call f x) v(a))");
    is("if(a>0 & b<c, 1, 0)", "(call if (&& (> a 0) (< b c)) 1 0)");
    is("@m.x1.m1[id]*i(x1:v1)", "(* @m.x1.m1[id] i(x1:v1))");
}

static void test_all_operators_of_an_expression_have_a_height(void **state)
{
    (void)state;
    bench       b;
    const char *text = "1+f(a,2*(b-c))";
    begin(&b);
    ag_expr *e = ag_deck_expr(&b.c, (ag_loc){ 0, (uint16_t)ag_diag_add_file(b.c.diag, "x", text, strlen(text), AG_NOWHERE), 14 });
    assert_int_equal(e->height, 5);
    end(&b);
}

/* ---- spans ---- */

static void covers(const char *text, ag_loc at, const char *part)
{
    assert_int_equal(at.length, strlen(part));
    assert_memory_equal(text + at.offset, part, strlen(part));
}

static void test_spans_hold_across_continuations(void **state)
{
    (void)state;
    bench       b;
    const char *text = "title\n* c\nR1 a\n* c\n+ b r = 2 *\n+ f(x, y) \"s\" t='q'\n.ic v( a,\n+b)=1\n";
    begin(&b);
    const ag_deck *deck = read_text(&b, text, strlen(text), 1);
    const ag_line *l = deck->line;
    assert_string_equal(deck->title, "title");
    covers(text, deck->title_at, "title");
    covers(text, l->at, "R1");
    covers(text, l->span, "R1 a\n* c\n+ b r = 2 *\n+ f(x, y) \"s\" t='q'");
    const ag_field *f = l->field;
    covers(text, f->at, "a");
    covers(text, f->next->at, "b");
    const ag_field *key = f->next->next;
    covers(text, key->at, "r");
    covers(text, key->expr->at, "2 *\n+ f(x, y)");
    covers(text, key->expr->arg[1]->at, "f(x, y)");
    covers(text, key->expr->arg[1]->arg[1]->at, "y");
    covers(text, key->next->at, "s");
    covers(text, key->next->next->at, "t");
    covers(text, key->next->next->expr->at, "q");
    covers(text, l->next->field->at, "v( a,\n+b)=1");
    covers(text, l->next->field->expr->at, "v( a,\n+b)");
    assert_string_equal(b.said, "");
    end(&b);
}

static void test_a_string_field_reads_as_an_expression(void **state)
{
    (void)state;
    bench       b;
    out         o = { .text = "" };
    const char *text = ".param r=\"2 *\n+ x\"\n";
    begin(&b);
    const ag_field *f = read_text(&b, text, strlen(text), 0)->line->field;
    assert_string_equal(f->group->text, "2 *  x");
    put_expr(&o, ag_deck_expr(&b.c, f->group->at));
    assert_string_equal(o.text, "(* 2 x)");
    end(&b);
}

/* ---- titles and short files ---- */

static void test_the_first_line_is_the_title(void **state)
{
    (void)state;
    static const struct { const char *text, *title; int cards; } t[] = {
        { "", "", 0 }, { "r1 a b c", "r1 a b c", 0 }, { "\n.op", "", 1 }, { "\xef\xbb\xbf t \r\n.op\r\n", " t", 1 },
        { "one\n.title two \n.op\n", "two", 1 },
    };
    for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
        bench b;
        int   n = 0;
        begin(&b);
        const ag_deck *deck = read_text(&b, t[i].text, strlen(t[i].text), 1);
        assert_string_equal(deck->title, t[i].title);
        for (const ag_line *l = deck->line; l; l = l->next) n++;
        assert_int_equal(n, t[i].cards);
        assert_string_equal(b.said, "");
        end(&b);
    }
}

/* ---- errors ---- */

static void test_errors_say_what_is_missing(void **state)
{
    (void)state;
    check("v1 a 0 pulse(0 1\n.op\n", "!v1: `a` `0` `pulse`\n.op:\n",
          "a.cir:1:13: error: '(' is not closed: ')' is missing before the end of the card\n");
    check("r1 a b r={1+(2*x}\n", "!r1: `a` `b`\n", "a.cir:1:13: error: '(' is not closed: ')' is missing before '}'\n");
    check("r1 a b r={1+2\n", NULL, "a.cir:1:10: error: '{' is not closed: '}' is missing before the end of the card\n");
    check("r1 a b r='1+2\n", NULL, "a.cir:1:10: error: ''' is not closed: ''' is missing before the end of the card\n");
    check("r1 a b r='(1+2'\n", NULL, "a.cir:1:11: error: '(' is not closed: ')' is missing before the closing quote\n");
    check("r1 a b \"1+2\n", NULL, "a.cir:1:8: error: '\"' is not closed: '\"' is missing before the end of the card\n");
    check("r1 a b )\n", NULL, "a.cir:1:8: error: ')' has no matching '(' before it\n");
    check(".print v(a)}\n", NULL, "a.cir:1:12: error: '}' has no matching '{' before it\n");
    check("r1 a b w= l=2\n", NULL, "a.cir:1:8: error: value missing after 'w ='\n");
    check("r1 a b w=\n", NULL, "a.cir:1:8: error: value missing after 'w ='\n");
    check("v1 a 0 pulse(a=)\n", NULL, "a.cir:1:14: error: value missing after 'a ='\n");
    check(".ic v(a)=\n", NULL, "a.cir:1:9: error: value missing after '='\n");
    check("v1 a 0 pwl(file=)\n", NULL, "a.cir:1:12: error: value missing after 'file ='\n");
}

static void test_errors_in_expressions_point_at_the_operator(void **state)
{
    (void)state;
    check("r1 a b r={2*}\n", NULL, "a.cir:1:12: error: operand missing after '*'\n");
    check("r1 a b r=2* w=3\n", NULL, "a.cir:1:11: error: operand missing after '*'\n");
    check("r1 a b r=*3\n", NULL, "a.cir:1:10: error: operand missing before '*'\n");
    check(".param a={2 ** / 3}\n", NULL, "a.cir:1:13: error: operand missing after '**'\n");
    check(".param a={2 b}\n", NULL, "a.cir:1:13: error: operator missing before 'b'\n");
    check(".param a=f(1,)\n", NULL, "a.cir:1:13: error: argument missing after ','\n");
    check(".param a=()\n", NULL, "a.cir:1:10: error: expression missing after '('\n");
    check(".param a={x=2}\n", NULL, "a.cir:1:12: error: '=' cannot stand inside an expression; '==' compares\n");
    check(".param =2\n", NULL, "a.cir:1:8: error: '=' needs a name before it\n");
    check(".param a={1?2}\n", NULL, "a.cir:1:12: error: '?' has no ':' (condition ? value : other value)\n");
    check(".param a={1:2}\n", NULL, "a.cir:1:12: error: ':' has no '?' before it (condition ? value : other value)\n");
    check(".param a={2,3}\n", NULL, "a.cir:1:12: error: ',' can only separate the arguments of a function\n");
    check(".param a={1k_5}\n", NULL, "a.cir:1:11: error: '1k_5' is not a number\n");
    check(".print v()\n", NULL, "a.cir:1:8: error: name missing after 'v('\n");
    check(".print v(a b)\n", NULL, "a.cir:1:12: error: ')' missing before 'b'\n");
    check(".print i(a,b)\n", NULL, "a.cir:1:8: error: i() takes the name of one device\n");
    check(".print @n1\n", NULL, "a.cir:1:8: error: '@' begins the name of a device's variable: @device[variable]\n");
    check(".param a=par(\"x\")\n", NULL, "a.cir:1:15: error: text in double quotes cannot stand inside an expression\n");
}

static void test_reading_goes_on_after_an_error(void **state)
{
    (void)state;
    check("r1 a b r=(\n+ 2 $ c\nr2 a b r=2*\nr3 a \x01\x02\xff b {\n+ (((\n+ c\n r4 a b\n(\n.op\n",
          "!r1: `a` `b`\n!r2: `a` `b`\n!r3: `a`\nr4: `a` `b`\n.op:\n",
          "a.cir:1:10: error: '(' is not closed: ')' is missing before the end of the card\n"
          "a.cir:3:11: error: operand missing after '*'\n"
          "a.cir:4:6: error: byte 0x01 is not text\n"
          "a.cir:8:1: error: a card begins with a name or a dot command, not with '('\n");
    check("+ 1\n+ 2\n.op\n", ".op:\n", "a.cir:1:1: error: continuation line without a card before it\n");
    check("r1 a [\x80] b\nr\xc3\xa9 b", "!r1: `a` `[`\nr\xc3\xa9: `b`\n", "a.cir:1:7: error: byte 0x80 is not text\n");
}

static void test_an_expression_in_error_is_null(void **state)
{
    (void)state;
    static const struct { const char *text, *report; } t[] = {
        { "", "x:1:1: error: expression missing\n" },
        { "2*", "x:1:2: error: operand missing after '*'\n" },
        { "(2", "x:1:1: error: '(' is not closed: ')' is missing before the end of the card\n" },
        { "a b", "x:1:3: error: operator missing before 'b'\n" },
        { "a, b", "x:1:2: error: ',' can only separate the arguments of a function\n" },
        { "2\n3", "x:2:1: error: '3' cannot stand here\n" },
    };
    for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
        bench b;
        begin(&b);
        int file = ag_diag_add_file(b.c.diag, "x", t[i].text, strlen(t[i].text), AG_NOWHERE);
        assert_null(ag_deck_expr(&b.c, (ag_loc){ 0, (uint16_t)file, (uint16_t)strlen(t[i].text) }));
        assert_string_equal(b.said, t[i].report);
        end(&b);
    }
}

/* ---- bounds ---- */

/* head, n times piece, tail. */
static char *repeat(const char *head, const char *piece, size_t n, const char *tail)
{
    size_t h = strlen(head), p = strlen(piece), t = strlen(tail);
    char  *text = malloc(h + n * p + t + 1);
    memcpy(text, head, h);
    for (size_t i = 0; i < n; i++) memcpy(text + h + i * p, piece, p);
    memcpy(text + h + n * p, tail, t + 1);
    return text;
}

static void check_repeated(const char *head, const char *piece, size_t n, const char *tail, const char *report)
{
    char *text = repeat(head, piece, n, tail);
    check(text, NULL, report);
    free(text);
}

static void test_nesting_is_bounded(void **state)
{
    (void)state;
#define DEEP "error: nested too deeply: at most 200 levels of brackets, signs and ?: are read\n"
    check_repeated(".param a=", "(", 200, "1", "a.cir:1:209: error: '(' is not closed: ')' is missing before the end of the card\n");
    check_repeated(".param a=", "(", 1000000, "1", "a.cir:1:210: " DEEP);
    check_repeated(".param a=", "-", 1000000, "1", "a.cir:1:210: " DEEP);
    check_repeated(".param a=", "f(", 1000000, "1", "a.cir:1:411: " DEEP);
    check_repeated(".param a=", "2**", 1000000, "1", "a.cir:1:611: " DEEP);
    check_repeated(".param a=", "b?c:", 1000000, "1", "a.cir:1:811: " DEEP);
    check_repeated("v1 a 0 ", "(", 1000000, "", "a.cir:1:208: " DEEP);
    check_repeated("v1 a 0 pwl(", "1n {-x**2} ", 1000, ")", "");
    check_repeated(".param a=1", "*-x**2?1:0", 100, "", "");
    check_repeated(".param a=1", "+(x**2)", 4000, "", "");
    check_repeated(".param a=max(1", ",-x**2", 20000, ")", "");
    check_repeated(".param a=1", "+x", 20000, "",
                   "a.cir:1:10: error: expression too long: more than 4999 operations in a row; split it with .param or .func\n");
}

static void test_a_line_of_a_megabyte(void **state)
{
    (void)state;
    bench b;
    char *text = repeat("x1 ", "node12345 ", 100000, "sub\nr1 a b\n");
    begin(&b);
    const ag_line  *l = read_text(&b, text, strlen(text), 0)->line;
    const ag_field *f = l->field;
    int             n = 1;
    for (; f->next; f = f->next) n++;
    assert_int_equal(n, 100001);
    assert_int_equal(l->span.length, UINT16_MAX);
    covers(text, f->at, "sub");
    covers(text, l->next->at, "r1");
    assert_string_equal(b.said, "");
    end(&b);
    free(text);
    check_repeated(".title ", "x", 1000000, "\n.op", "");
    check_repeated("r1 ", "x", 1000000, " b\n", "");
    check_repeated("r1 a b r=", "x", 1000000, "\n", "");
    check_repeated("r1 a b r=\"", "x", 1000000, "\n", "a.cir:1:10: error: '\"' is not closed: '\"' is missing before the end of the card\n");
    check_repeated("r1 a b", "\n* comment", 100000, "\n+ 1k", "");
}

static void test_large_netlists_read_in_linear_time(void **state)
{
    (void)state;
    bench  b;
    char  *text = repeat("", "Rw12_34 w12_34 w12_35 2.5\nN12_34 te12 be34 mcell w0=0.3 area={a*2}\n", 100000, "");
    int    n = 0;
    begin(&b);
    clock_t        start = clock();
    const ag_deck *deck = read_text(&b, text, strlen(text), 0);
    double         seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    for (const ag_line *l = deck->line; l; l = l->next) n++;
    assert_int_equal(n, 200000);
    print_message("# 200000 cards: %.2f s\n", seconds);
    assert_true(seconds < 20);                             /* a guard against n^2, also under sanitizers */
    end(&b);
    free(text);
}

/* ---- random bytes ---- */

static unsigned next_random(unsigned *s)
{
    *s = *s * 1664525u + 1013904223u;
    return *s >> 8;
}

static const char *const seed_text =
    "fuzz\n* comment\nr1 a b r='v(a) > 0 ? {f(1,2)} : -2**3' w = 3 $ c\nv1 a 0 pulse(0 1 {td} 1n) dc=1,2\n.param a=1 f(x)={x*2}\n"
    "+ b = \"q\"\n* x\n+ c=4.7k\n.func g(x,y)= x & y | !x\n.print tran v(a) -v(b) @n1[h] p(n1) par('v(a)')\n"
    ".meas tran t when v(a)*k=0.5 rise=last\n.ic v(a)=1\n.model m d(is=1f)\n.control\nx\n.endc\nb1 p 0 i=v1#branch*@n.x[y]\n.save state=x.csv\n";

static void test_mutated_netlists_never_crash(void **state)
{
    (void)state;
    static const char odd[] = "(){}'\"=,*+-/;$@?:!.&|<>^% \n\r\t\0\x01\x7f\x80\xff\xc3v1a.";
    unsigned seed = 12345;
    size_t   n = strlen(seed_text), errors = 0;
    for (int round = 0; round < 3000; round++) {
        bench b;
        char  text[2048];
        memcpy(text, seed_text, n + 1);
        for (unsigned k = next_random(&seed) % 12; k > 0; k--) {
            size_t at = next_random(&seed) % n;
            if (next_random(&seed) % 4) text[at] = odd[next_random(&seed) % (sizeof odd - 1)];
            else text[at] = (char)next_random(&seed);
        }
        size_t cut = next_random(&seed) % 5 ? n : next_random(&seed) % n;
        text[cut] = 0;
        begin(&b);
        (void)read_text(&b, text, cut, (int)(next_random(&seed) % 2));
        errors += (size_t)ag_diag_errors(b.c.diag);
        for (size_t i = 0; i + 20 < cut; i += 97) (void)ag_deck_expr(&b.c, (ag_loc){ (uint32_t)i, 1, 20 });
        end(&b);
    }
    assert_true(errors > 1000);
}

static void test_random_bytes_never_crash(void **state)
{
    (void)state;
    unsigned seed = 777;
    for (int round = 0; round < 300; round++) {
        bench  b;
        char   text[1001];
        size_t n = next_random(&seed) % sizeof text;
        for (size_t i = 0; i < n; i++) text[i] = (char)next_random(&seed);
        char *exact = malloc(n + 1);                       /* so that a read past the end is seen */
        memcpy(exact, text, n);
        exact[n] = 0;
        begin(&b);
        (void)read_text(&b, exact, n, 1);
        end(&b);
        free(exact);
    }
}

static void test_memory_may_end_at_any_allocation(void **state)
{
    (void)state;
    char   *text = repeat("t\n.param a=((((1))))\n", "r1 a b r=-x**2+f(1,2,3,4,5) \"s\"\n", 2000, ".inc /\n");
    static heap h = { .fail_at = 1 };                      /* static: changed between setjmp and longjmp */
    jmp_buf edge;
    long    failed = 0;
    for (int done = 0; !done; h = (heap){ .fail_at = h.fail_at + 1 }) {
        ag_host            host = heap_host(&h);
        ag_arena *volatile arena = ag_arena_new(&host);
        if (!arena) continue;
        if (setjmp(edge)) {
            failed++;
        } else {
            ag_arena_on_oom(arena, &edge);
            ag_circuit c = { .arena = arena, .names = ag_names_new(arena), .diag = ag_diag_new(arena) };
            assert_non_null(ag_deck_read(&c, ag_diag_add_file(c.diag, "a", text, strlen(text), AG_NOWHERE), 1));
            done = 1;
        }
        ag_arena_free(arena);
        assert_int_equal(h.in_use, 0);
    }
    assert_true(failed > 3);
    free(text);
}

/* ---- included files ---- */

static char folder[] = "/tmp/agspice-deck-XXXXXX";

static void make_folder(void)
{
    char path[64];
    strcpy(folder, "/tmp/agspice-deck-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/sub", folder);
    assert_int_equal(mkdir(path, 0700), 0);
}

static void write_file(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void remove_files(void)
{
    static const char *const name[] = { "sub/one.inc", "sub/Two.inc", "loop.inc", "sub/a.lib", "sub/b.lib", "main.cir", "sub", "" };
    for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
        char path[256];
        snprintf(path, sizeof path, "%s/%s", folder, name[i]);
        remove(path);
    }
}

/* Reads a text as if it stood in the folder; where reports name it, "@" stands for it. */
static void check_in_folder(const char *text, const char *tree, const char *reports)
{
    bench b;
    out   o = { .text = "" }, said = { .text = "" };
    char  path[64];
    snprintf(path, sizeof path, "%s/main.cir", folder);
    begin(&b);
    put_deck(&o, ag_deck_read(&b.c, ag_diag_add_file(b.c.diag, path, text, strlen(text), AG_NOWHERE), 0));
    for (const char *p = b.said; *p;) {
        int here = !strncmp(p, folder, strlen(folder));
        put(&said, "%c", here ? '@' : *p);
        p += here ? strlen(folder) : 1;
    }
    assert_string_equal(said.text, reports);
    assert_string_equal(o.text, tree);
    end(&b);
}

static void test_sections_of_libraries(void **state)
{
    (void)state;
    make_folder();
    write_file("sub/a.lib", "r1 a b\n.lib tt ; typical\nr2 a b\n.lib 'a.lib' Both\n.endl tt\n.LIB ss\nr3 a b r=(\n.endl\n"
               "  .lib 'both'\nr4 a b\n.endl both\nr5 a b\n.lib again\n.lib a.lib again\n.endl\n");
    write_file("sub/b.lib", "r6 a b\n");
    check_in_folder(".lib 'sub/a.lib' TT\n.lib \"sub/b.lib\"\n.op\n", "r2: `a` `b`\nr4: `a` `b`\nr6: `a` `b`\n.op:\n", "");
    static const char own[] = ".lib own\nr1 a b\n.endl\n.lib main.cir own\n.op\n";
    write_file("main.cir", own);
    check_in_folder(own, "r1: `a` `b`\n.op:\n", "");
    check_in_folder(".lib sub/a.lib ttt\n.lib sub/a.lib sf\n.lib sub/b.lib tt\n.lib sub/a.lib again\n.op\n", ".op:\n",
                    "@/main.cir:1:16: error: '@/sub/a.lib' has no section 'ttt'; did you mean 'tt'? It has tt, ss, both, again\n"
                    "@/main.cir:2:16: error: '@/sub/a.lib' has no section 'sf'; it has tt, ss, both, again\n"
                    "@/main.cir:3:16: error: '@/sub/b.lib' has no sections (.lib tt ... .endl); .lib with the path alone reads the whole file\n"
                    "@/sub/a.lib:14:6: error: include loop: section 'again' of '@/sub/a.lib' is being read already\n");
    check_in_folder(".lib tt\nr1 a b\n.endl\n.if (1)\n.inc no.inc\n.lib $AG_NOT_SET/x tt\n.endif\n.op\n",
                    ".if: 1\n.inc: \"no.inc\"\n.lib: \"$AG_NOT_SET/x\" \"tt\"\n.endif:\n.op:\n",
                    "@/main.cir:1:6: warning: sections of a library are read by name only: .lib '@/main.cir' tt\n");
    remove_files();
}

static void test_included_files_stand_where_they_are_named(void **state)
{
    (void)state;
    make_folder();
    write_file("sub/one.inc", "r2 a b\n.inc Two.inc\nr4 a b\n.end\nr9 a b\n");
    write_file("sub/Two.inc", "r3 a b r=(\n");
    write_file("loop.inc", "r1 a b\n.include ./loop.inc\nr2 a b\n");
    check_in_folder("r1 a b\n.include sub/one.inc ; c\n.lib 'sub/Two.inc'\n.op\n",
                    "r1: `a` `b`\nr2: `a` `b`\n!r3: `a` `b`\nr4: `a` `b`\n!r3: `a` `b`\n.op:\n",
                    "@/sub/Two.inc:1:10: error: '(' is not closed: ')' is missing before the end of the card\n"
                    "@/sub/Two.inc:1:10: error: '(' is not closed: ')' is missing before the end of the card\n");
    check_in_folder(".include 'no.inc'\n.inc sub\n.include\n.inc a b\n.lib x.lib tt 1\n.inc (\n.op\n", ".op:\n",
                    "@/main.cir:6:6: error: '(' cannot stand here\n"
                    "@/main.cir:1:11: error: cannot open '@/no.inc': No such file or directory\n"
                    "@/main.cir:2:6: error: cannot read '@/sub': it is a folder\n"
                    "@/main.cir:3:1: error: .include needs the path of a file\n"
                    "@/main.cir:4:8: error: .inc takes one path; quote a path with blanks\n"
                    "@/main.cir:5:15: error: .lib takes a path and the name of a section; quote a path with blanks\n");
    check_in_folder(".inc loop.inc\n.op\n", "r1: `a` `b`\nr2: `a` `b`\n.op:\n",
                    "@/loop.inc:2:10: error: include loop: '@/loop.inc' is being read already\n");
    remove_files();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_elements_are_words_keys_and_groups),
        cmocka_unit_test(test_values_without_braces_end_where_the_next_begins),
        cmocka_unit_test(test_paths_are_read_as_written),
        cmocka_unit_test(test_comments_and_continuations_are_blanks),
        cmocka_unit_test(test_end_ends_the_file_and_control_is_skipped),
        cmocka_unit_test(test_parameters_and_functions),
        cmocka_unit_test(test_listings_are_expressions),
        cmocka_unit_test(test_measures),
        cmocka_unit_test(test_operators_bind_as_usual),
        cmocka_unit_test(test_all_operators_of_an_expression_have_a_height),
        cmocka_unit_test(test_spans_hold_across_continuations),
        cmocka_unit_test(test_a_string_field_reads_as_an_expression),
        cmocka_unit_test(test_the_first_line_is_the_title),
        cmocka_unit_test(test_errors_say_what_is_missing),
        cmocka_unit_test(test_errors_in_expressions_point_at_the_operator),
        cmocka_unit_test(test_reading_goes_on_after_an_error),
        cmocka_unit_test(test_an_expression_in_error_is_null),
        cmocka_unit_test(test_nesting_is_bounded),
        cmocka_unit_test(test_a_line_of_a_megabyte),
        cmocka_unit_test(test_large_netlists_read_in_linear_time),
        cmocka_unit_test(test_mutated_netlists_never_crash),
        cmocka_unit_test(test_random_bytes_never_crash),
        cmocka_unit_test(test_memory_may_end_at_any_allocation),
        cmocka_unit_test(test_sections_of_libraries),
        cmocka_unit_test(test_included_files_stand_where_they_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
