/* Rawfiles and CSV byte by byte: what readers of either format rely on. */
#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>
#include "tests/support/points.h"
#include "waveforms/csv.h"
#include "waveforms/raw.h"

/* Stands for the system's, so that a disk can be full at a chosen offset (0: never). */
static off_t full_at;

ssize_t pwrite(int fd, const void *data, size_t n, off_t at)
{
    if (full_at && at + (off_t)n > full_at) {
        errno = ENOSPC;
        return -1;
    }
    off_t   here = lseek(fd, 0, SEEK_CUR);
    lseek(fd, at, SEEK_SET);
    ssize_t done = write(fd, data, n);
    lseek(fd, here, SEEK_SET);
    return done;
}

static const ag_column column[] = { { "time", AG_Q_TIME, "s", 0 }, { "v(out)", AG_Q_VOLTAGE, "V", 0 }, { "i(v1)", AG_Q_CURRENT, "A", 0 },
                                    { "p(n1)", AG_Q_POWER, "W", 0 }, { "@n1[h]", AG_Q_OTHER, "1", 0 } };
static const ag_plot plot = { "a title", "Transient Analysis", column, 5, 0, 0, 0 };
static const char header[] =
    "Title: a title\nDate: Thu Jan  1 00:00:00  1970\nCommand: agspice " AG_VERSION " (ngspice-compatible)\n"
    "Plotname: Transient Analysis\nFlags: real\nNo. Variables: 5\nNo. Points: 3           \nVariables:\n"
    "\t0\ttime\ttime\n\t1\tv(out)\tvoltage\n\t2\ti(v1)\tcurrent\n\t3\tp(n1)\tpower\n\t4\t@n1[h]\tnotype\n";
static const double row[3][5] = { { 0, 1, 2, 3, 4 }, { 1e-9, 0.1, -1e-12, 1.0 / 3, 5 }, { 2e-9, NAN, INFINITY, -0.0, 6 } };

typedef struct fixture { points p; char path[64]; char text[65536]; size_t n; } fixture;

static int setup(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    points_new(&f->p);
    strcpy(f->path, "/tmp/agspice-test-XXXXXX");
    close(mkstemp(f->path));
    setenv("SOURCE_DATE_EPOCH", "0", 1);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture *f = *state;
    unlink(f->path);
    points_free(&f->p);
    free(f);
    return 0;
}

static void load(fixture *f)
{
    FILE *file = fopen(f->path, "rb");
    f->n = fread(f->text, 1, sizeof f->text - 1, file);
    f->text[f->n] = 0;
    fclose(file);
}

static void send(ag_sink s, int n)
{
    assert_int_equal(s.begin(s.self, &plot), AG_OK);
    for (int k = 0; k < n; k++)
        assert_int_equal(s.point(s.self, row[k]), AG_OK);
    assert_int_equal(s.end(s.self, AG_OK), AG_OK);
}

static void binary_rawfile_is_header_and_float64_rows(void **state)
{
    fixture *f = *state;
    ag_raw   r;
    assert_int_equal(ag_raw_open(&r, f->p.c->diag, f->path, 0), AG_OK);
    send(ag_raw_sink(&r), 3);
    assert_int_equal(ag_raw_close(&r), AG_OK);
    load(f);
    size_t h = strlen(header), tag = strlen("Binary:\n");
    assert_int_equal(f->n, h + tag + sizeof row);
    assert_memory_equal(f->text, header, h);
    assert_memory_equal(f->text + h, "Binary:\n", tag);
    assert_memory_equal(f->text + h + tag, row, sizeof row);
}

static void ascii_rawfile_numbers_the_points(void **state)
{
    fixture *f = *state;
    ag_raw   r;
    assert_int_equal(ag_raw_open(&r, f->p.c->diag, f->path, 1), AG_OK);
    send(ag_raw_sink(&r), 3);
    ag_raw_close(&r);
    load(f);
    assert_memory_equal(f->text, header, strlen(header));
    assert_string_equal(f->text + strlen(header), "Values:\n0\t\t0\n\t1\n\t2\n\t3\n\t4\n1\t\t1e-09\n\t0.1\n\t-1e-12\n"
                        "\t0.3333333333333333\n\t5\n2\t\t2e-09\n\tnan\n\tinf\n\t-0\n\t6\n");
}

static void plots_follow_one_another_each_with_its_count(void **state)
{
    fixture *f = *state;
    ag_raw   r;
    ag_raw_open(&r, f->p.c->diag, f->path, 0);
    send(ag_raw_sink(&r), 2);
    send(ag_raw_sink(&r), 3);
    ag_raw_close(&r);
    load(f);
    size_t first = strlen(header) + strlen("Binary:\n") + 2 * sizeof row[0];
    assert_int_equal(f->n, 2 * first + sizeof row[0]);
    assert_non_null(strstr(f->text, "No. Points: 2           \n"));
    assert_memory_equal(f->text + first, header, strlen(header));
}

/* Nobody calls end() in a run that was killed. */
static void the_count_follows_while_the_file_grows(void **state)
{
    fixture *f = *state;
    ag_raw   r;
    long     announced = 0;
    ag_raw_open(&r, f->p.c->diag, f->path, 0);
    ag_sink s = ag_raw_sink(&r);
    s.begin(s.self, &plot);
    for (int tries = 0; announced < 64 && tries < 100; tries++) {
        nanosleep(&(struct timespec){ 0, 10000000 }, NULL);
        for (int k = 0; k < 64; k++)
            s.point(s.self, row[0]);
        load(f);
        announced = strtol(strstr(f->text, "No. Points: ") + 12, NULL, 10);
    }
    assert_true(announced >= 64);
    FILE *file = fopen(f->path, "rb");
    fseek(file, 0, SEEK_END);
    assert_true(ftell(file) >= (long)(strlen(header) + 8) + announced * (long)sizeof row[0]);
    fclose(file);
    ag_raw_close(&r);
}

/* At any time the file holds as many rows as it announces, no more and no fewer: ngspice refuses anything else. */
static void the_file_is_complete_while_it_grows(void **state)
{
    fixture *f = *state;
    for (int ascii = 0; ascii < 2; ascii++) {
        ag_raw r;
        long   announced = 0;
        ag_raw_open(&r, f->p.c->diag, f->path, ascii);
        ag_sink s = ag_raw_sink(&r);
        s.begin(s.self, &plot);
        for (int k = 0; k < 40000; k++) {
            s.point(s.self, row[1]);
            if (k % 1777)
                continue;
            FILE *file = fopen(f->path, "rb");
            char  head[1024], *text = calloc(1, 4000000);
            size_t h = fread(head, 1, strlen(header) + 8, file), n = fread(text, 1, 4000000, file);
            head[h] = 0;
            announced = strtol(strstr(head, "No. Points: ") + 12, NULL, 10);
            long rows = 0;
            for (size_t j = 0; ascii && j < n; j++)
                rows += text[j] == '\n' && j + 1 < n && text[j + 1] != '\t';
            assert_int_equal(ascii ? rows + 1 : (long)(n / sizeof row[0]), announced);
            assert_int_equal(ascii ? text[n - 1] == '\n' ? 0 : 1 : (int)(n % sizeof row[0]), 0);
            free(text);
            fclose(file);
        }
        assert_true(announced > 10000);
        ag_raw_close(&r);
    }
}

/* Nothing more fits after the first blocks: what was added before stays readable. */
static void a_disk_that_fills_up_leaves_what_fits(void **state)
{
    fixture  *f = *state;
    ag_status status = AG_OK;
    ag_raw    r;
    full_at = 1500000;
    ag_raw_open(&r, f->p.c->diag, f->path, 0);
    ag_sink s = ag_raw_sink(&r);
    s.begin(s.self, &plot);
    for (int k = 0; k < 100000 && !status; k++)
        status = s.point(s.self, row[1]);
    assert_int_equal(status, AG_EIO);
    assert_int_equal(s.end(s.self, AG_EIO), AG_EIO);
    assert_int_equal(ag_raw_close(&r), AG_EIO);
    full_at = 0;
    assert_non_null(strstr(f->p.reports, "No space left on device"));
    FILE *file = fopen(f->path, "rb");
    char  head[1024];
    head[fread(head, 1, sizeof head - 1, file)] = 0;
    long  announced = strtol(strstr(head, "No. Points: ") + 12, NULL, 10);
    fseek(file, 0, SEEK_END);
    assert_true(announced > 10000);
    assert_int_equal(ftell(file), (long)(strlen(header) + 8) + announced * (long)sizeof row[0]);
    fclose(file);
}

static void blanks_in_names_are_left_out(void **state)
{
    fixture  *f = *state;
    ag_column c = { "v(a) - v(b)", AG_Q_OTHER, "", 0 };
    ag_plot   one = { "t", "Operating Point", &c, 1, 0, 0, 0 };
    ag_raw    r;
    ag_raw_open(&r, f->p.c->diag, f->path, 0);
    ag_sink s = ag_raw_sink(&r);
    s.begin(s.self, &one);
    s.end(s.self, AG_OK);
    ag_raw_close(&r);
    load(f);
    assert_non_null(strstr(f->text, "\t0\tv(a)-v(b)\tnotype\n"));
}

static void a_full_disk_is_an_error_with_one_report(void **state)
{
    fixture *f = *state;
    ag_raw   r;
    assert_int_equal(ag_raw_open(&r, f->p.c->diag, "/dev/full", 0), AG_OK);
    ag_sink s = ag_raw_sink(&r);
    assert_int_equal(s.begin(s.self, &plot), AG_EIO);
    assert_int_equal(s.point(s.self, row[0]), AG_EIO);
    assert_int_equal(ag_raw_close(&r), AG_EIO);
    assert_non_null(strstr(f->p.reports, "cannot write '/dev/full': No space left on device"));
    assert_null(strstr(strstr(f->p.reports, "/dev/full") + 1, "/dev/full"));
}

static void a_path_that_cannot_be_opened_is_reported(void **state)
{
    fixture *f = *state;
    ag_csv   c;
    assert_int_equal(ag_csv_open(&c, f->p.c->diag, "/nowhere/x.csv"), AG_EIO);
    assert_int_equal(ag_csv_close(&c), AG_EIO);
    assert_non_null(strstr(f->p.reports, "cannot open '/nowhere/x.csv': No such file"));
}

static void csv_has_a_quoted_header_and_exact_numbers(void **state)
{
    fixture  *f = *state;
    ag_column c[] = { { "time", AG_Q_TIME, "s", 0 }, { "v(a,b)", AG_Q_VOLTAGE, "V", 0 }, { "say \"x\"", AG_Q_OTHER, "", 0 } };
    ag_plot   three = { "t", "Transient Analysis", c, 3, 0, 0, 0 };
    ag_csv    v;
    ag_csv_open(&v, f->p.c->diag, f->path);
    ag_sink s = ag_csv_sink(&v);
    s.begin(s.self, &three);
    s.point(s.self, (double[]){ 0, 0.1, 1.0 / 3 });
    s.point(s.self, (double[]){ 1e-9, -1, 123456789.0 });
    s.end(s.self, AG_OK);
    assert_int_equal(ag_csv_close(&v), AG_OK);
    load(f);
    assert_string_equal(f->text, "time,\"v(a,b)\",\"say \"\"x\"\"\"\n0,0.1,0.3333333333333333\n1e-09,-1,123456789\n");
}

/* ---- complex rows ---- */

static const ag_column amplitude[] = { { "frequency", AG_Q_FREQUENCY, "Hz", 0 }, { "v(out)", AG_Q_VOLTAGE, "V", 1 },
                                       { "vdb(out)", AG_Q_OTHER, "dB", 0 } };
static const ag_plot  ac_plot = { "t", "AC Analysis", amplitude, 3, 1, 1, 0 };
static const double   pairs[2][6] = { { 1, 0, 0.5, -0.25, -3, 0 }, { 10, 0, 0.125, 1e-3, -60, 0 } };

static void send_pairs(ag_sink s)
{
    s.begin(s.self, &ac_plot);
    for (int k = 0; k < 2; k++)
        assert_int_equal(s.point(s.self, pairs[k]), AG_OK);
    s.end(s.self, AG_OK);
}

static void a_complex_rawfile_has_pairs(void **state)
{
    static const char head[] = "Flags: complex\nNo. Variables: 3\nNo. Points: 2           \nVariables:\n\t0\tfrequency\tfrequency\tgrid=3\n"
                               "\t1\tv(out)\tvoltage\n\t2\tvdb(out)\tnotype\n";
    fixture *f = *state;
    for (int ascii = 0; ascii < 2; ascii++) {
        ag_raw r;
        ag_raw_open(&r, f->p.c->diag, f->path, ascii);
        send_pairs(ag_raw_sink(&r));
        assert_int_equal(ag_raw_close(&r), AG_OK);
        load(f);
        char *values = strstr(f->text, head);
        assert_non_null(values);
        values += strlen(head);
        if (ascii) {
            assert_string_equal(values, "Values:\n0\t\t1,0\n\t0.5,-0.25\n\t-3,0\n1\t\t10,0\n\t0.125,0.001\n\t-60,0\n");
            continue;
        }
        assert_int_equal(f->n, (size_t)(values - f->text) + 8 + sizeof pairs);
        assert_memory_equal(values + 8, pairs, sizeof pairs);
    }
}

static void csv_has_real_and_imaginary_columns(void **state)
{
    fixture *f = *state;
    ag_csv   v;
    ag_csv_open(&v, f->p.c->diag, f->path);
    send_pairs(ag_csv_sink(&v));
    assert_int_equal(ag_csv_close(&v), AG_OK);
    load(f);
    assert_string_equal(f->text, "frequency,re(v(out)),im(v(out)),vdb(out)\n1,0.5,-0.25,-3\n10,0.125,0.001,-60\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        TEST(binary_rawfile_is_header_and_float64_rows), TEST(ascii_rawfile_numbers_the_points),
        TEST(plots_follow_one_another_each_with_its_count), TEST(the_count_follows_while_the_file_grows),
        TEST(the_file_is_complete_while_it_grows), TEST(a_disk_that_fills_up_leaves_what_fits),
        TEST(blanks_in_names_are_left_out), TEST(a_full_disk_is_an_error_with_one_report),
        TEST(a_path_that_cannot_be_opened_is_reported), TEST(csv_has_a_quoted_header_and_exact_numbers),
        TEST(a_complex_rawfile_has_pairs), TEST(csv_has_real_and_imaginary_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
