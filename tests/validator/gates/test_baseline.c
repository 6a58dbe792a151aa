/* The baseline: read, kept, tightened, refused. */
#include "core/fs.h"
#include "tests/suites.h"
#include "validator/gates/baseline.h"
#include "validator/gates/date.h"
#include "validator/gates/places.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEAD "{\"baseline\":1,\"project\":\"aa\",\"commit\":\"bb\""

static const struct {
    const char *text;
    const char *what; /* "" is fine */
} rows[] = {
    {HEAD "}", ""},
    {"{\"baseline\":1}", ""},
    {"{\"baseline\":2,\"wonders\":[]}",
     "a baseline of version 2 is not known here"},
    {"{}", "this is no baseline"},
    {"[]", "this is no baseline"},
    {HEAD, NULL},
    {"", NULL},
    {"{\"baseline\":1,\"project\":\"cc\"}",
     "this baseline is of another project: it begins with commit cc, this one "
     "with aa"},
    {HEAD ",\"findings\":[{\"fp\":\"1:a\",\"tool\":\"t\"}]}",
     "a finding has fp, tool and count"},
    {HEAD ",\"findings\":[{\"fp\":\"1:a\",\"tool\":\"t\",\"count\":1,"
          "\"until\":\"soon\"}]}",
     "until is a date, as 2026-12-31"},
    {HEAD ",\"findings\":[{\"fp\":\"1:a\",\"tool\":\"t\",\"count\":-1}]}",
     "this is no whole number"},
    {HEAD ",\"coverage\":[{\"gate\":\"g\",\"format\":\"lcov\","
          "\"lines\":[2,1]}]}",
     "the part is more than the whole"},
    {HEAD ",\"covrage\":[]}", "a baseline has no key \"covrage\""},
};

struct scene {
    char dir[64];
    char path[96];
    struct gates_baseline base;
    struct td_error err;
};

static void begin(struct scene *s)
{
    *s = (struct scene){.dir = "/tmp/td_baseline_XXXXXX"};
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(s->dir));
    (void)snprintf(s->path, sizeof(s->path), "%s/b.json", s->dir);
}

static void end(struct scene *s)
{
    gates_baseline_release(&s->base);
    (void)unlink(s->path);
    (void)rmdir(s->dir);
}

static enum td_code read_text(struct scene *s, const char *text)
{
    gates_baseline_release(&s->base);
    if (text)
        CU_ASSERT_EQUAL(td_fs_replace(s->path, td_text(text), NULL), TD_OK);
    return gates_baseline_read(&s->base, s->path, "aa", "2026-06-15", &s->err);
}

static void what_is_no_baseline_is_refused(void)
{
    struct scene s;

    begin(&s);
    CU_ASSERT_EQUAL(read_text(&s, NULL), TD_OK);
    CU_ASSERT(!s.base.exists);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        bool fine = rows[i].what && !*rows[i].what;

        s.err = (struct td_error){0};
        CU_ASSERT_EQUAL(read_text(&s, rows[i].text), fine ? TD_OK : TD_USAGE);
        CU_ASSERT_EQUAL(s.base.exists, fine);
        if (rows[i].what)
            CU_ASSERT_STRING_EQUAL(s.err.text, rows[i].what);
    }
    end(&s);
}

static struct gates_known known(const char *fp, uint64_t count)
{
    return (struct gates_known){.fp = fp, .tool = "t", .count = count};
}

static void as_many_as_it_counts_are_known(void)
{
    struct scene s;
    struct gates_known b = known("1:b", 2);
    struct gates_known a = known("1:a", 1);

    begin(&s);
    gates_baseline_add(&s.base, &b);
    gates_baseline_add(&s.base, &a);
    CU_ASSERT(gates_baseline_knows(&s.base, "1:b"));
    CU_ASSERT(gates_baseline_knows(&s.base, "1:b"));
    CU_ASSERT(!gates_baseline_knows(&s.base, "1:b"));
    CU_ASSERT(!gates_baseline_knows(&s.base, "1:c"));
    gates_baseline_tighten(&s.base, "t");
    CU_ASSERT_EQUAL(s.base.known_len, 1); /* a was not seen */
    CU_ASSERT_EQUAL(s.base.known[0].count, 2);
    gates_baseline_tighten(&s.base, "other");
    CU_ASSERT_EQUAL(s.base.known_len, 1);
    gates_baseline_add(&s.base, &b);
    gates_baseline_settle(&s.base);
    CU_ASSERT_EQUAL(s.base.known[0].count, 4);
    end(&s);
}

#define MANY 200000

/* Put in one by one, so many would take minutes. */
static void any_order_is_put_right(void)
{
    static char names[MANY][12];
    struct scene s;

    begin(&s);
    for (unsigned i = 0; i < MANY; i++) {
        struct gates_known k = known(names[i], 1);

        (void)snprintf(names[i], sizeof(names[i]), "1:%08u", MANY - i);
        gates_baseline_add(&s.base, &k);
    }
    gates_baseline_add(
        &s.base,
        &(struct gates_known){.fp = "1:00000002", .tool = "t", .count = 3});
    CU_ASSERT_EQUAL(gates_baseline_find(&s.base, "1:00000002")->count, 4);
    CU_ASSERT_EQUAL(s.base.known_len, MANY);
    CU_ASSERT_STRING_EQUAL(s.base.known[0].fp, "1:00000001");
    CU_ASSERT_STRING_EQUAL(s.base.known[MANY - 1].fp, "1:00200000");
    end(&s);
}

/* One of two alike has moved, and one that was alone. */
static void what_moved_is_taken_off(void)
{
    struct gates_known b = known("1:b", 2);
    struct gates_known c = known("1:c", 1);
    const struct gates_place places[] = {
        {.fp = "1:a", .was = "1:b", .tool = "t", .path = "a.c"},
        {.fp = "1:b", .tool = "t", .path = "b.c"},
        {.fp = "1:d", .was = "1:c", .tool = "t", .path = "d.c"},
        {.fp = "1:e", .was = "1:c", .tool = "t", .path = "e.c"}};
    struct scene s;

    begin(&s);
    gates_baseline_add(&s.base, &b);
    gates_baseline_add(&s.base, &c);
    gates_places_move(&s.base, places, 4);
    CU_ASSERT_EQUAL(gates_baseline_find(&s.base, "1:b")->count, 1);
    CU_ASSERT_STRING_EQUAL(gates_baseline_find(&s.base, "1:a")->path, "a.c");
    CU_ASSERT_STRING_EQUAL(gates_baseline_find(&s.base, "1:d")->path, "d.c");
    CU_ASSERT_PTR_NULL(gates_baseline_find(&s.base, "1:c"));
    CU_ASSERT_PTR_NULL(gates_baseline_find(&s.base, "1:e"));
    CU_ASSERT_EQUAL(s.base.known_len, 3);
    end(&s);
}

/* Two alike moved together, to where one like them has been: none is lost. */
static void alike_that_moved_stay_known(void)
{
    struct gates_known b = known("1:b", 2);
    struct gates_known a = known("1:a", 1);
    const struct gates_place places[] = {
        {.fp = "1:a", .tool = "t", .path = "a.c"},
        {.fp = "1:a", .was = "1:b", .tool = "t", .path = "a.c"},
        {.fp = "1:a", .was = "1:b", .tool = "t", .path = "a.c"}};
    struct scene s;

    begin(&s);
    gates_baseline_add(&s.base, &a);
    gates_baseline_add(&s.base, &b);
    CU_ASSERT(gates_baseline_knows(&s.base, "1:a"));
    CU_ASSERT(gates_baseline_knows(&s.base, "1:b"));
    CU_ASSERT(gates_baseline_knows(&s.base, "1:b"));
    gates_places_move(&s.base, places, 3);
    gates_baseline_tighten(&s.base, "t");
    CU_ASSERT_EQUAL(s.base.known_len, 1);
    CU_ASSERT_EQUAL(gates_baseline_find(&s.base, "1:a")->count, 3);
    end(&s);
}

static void what_is_accepted_ends(void)
{
    static const char *const text =
        HEAD ",\"findings\":["
             "{\"fp\":\"1:a\",\"tool\":\"t\",\"count\":1,\"until\":"
             "\"2026-06-14\"},"
             "{\"fp\":\"1:b\",\"tool\":\"t\",\"count\":1,\"until\":"
             "\"2026-06-15\"}]}";
    struct scene s;

    begin(&s);
    CU_ASSERT_EQUAL(read_text(&s, text), TD_OK);
    CU_ASSERT(!gates_baseline_knows(&s.base, "1:a"));
    CU_ASSERT(gates_baseline_knows(&s.base, "1:b"));
    end(&s);
}

static void it_is_written_as_it_is_read(void)
{
    static const char *const text =
        "{\"baseline\":1,\"project\":\"aa\",\"commit\":\"bb\",\"findings\":[\n"
        "{\"fp\":\"1:a\",\"tool\":\"t\",\"rule\":\"r\",\"path\":\"x.c\","
        "\"count\":3}\n"
        ",{\"fp\":\"1:b\",\"tool\":\"t\",\"rule\":null,\"path\":\"y\","
        "\"count\":1,\"note\":\"why\",\"until\":\"2026-12-31\"}],"
        "\"coverage\":[\n"
        "{\"gate\":\"cov\",\"format\":\"lcov\",\"lines\":[6,10],"
        "\"branches\":[0,0]}],\"instructions\":[\n"
        "{\"gate\":\"p\",\"name\":\"n\",\"instructions\":123}]}\n";
    struct scene s;
    struct td_buf out = {0};

    begin(&s);
    CU_ASSERT_EQUAL(read_text(&s, text), TD_OK);
    CU_ASSERT_EQUAL(gates_baseline_write(&s.base, s.path, NULL), TD_OK);
    CU_ASSERT_EQUAL(td_fs_read(&out, s.path, NULL), TD_OK);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&out), text);
    td_buf_release(&out);
    end(&s);
}

static void dates_are_days(void)
{
    char today[GATES_DATE_SIZE];

    gates_date(UINT64_C(1767225600000000000), today);
    CU_ASSERT_STRING_EQUAL(today, "2026-01-01");
    CU_ASSERT(gates_is_date("2026-02-28"));
    CU_ASSERT(gates_is_date("2999-12-31"));
    CU_ASSERT(gates_is_date("2000-02-29"));
    CU_ASSERT(!gates_is_date("2100-02-29"));
    CU_ASSERT(!gates_is_date("2026-02-30"));
    CU_ASSERT(!gates_is_date("2026-2-3"));
    CU_ASSERT(!gates_is_date("tomorrow"));
    CU_ASSERT(!gates_is_date(""));
}

CU_TestInfo validator_gates_baseline_tests[] = {
    {"what is no baseline is refused", what_is_no_baseline_is_refused},
    {"as many as it counts are known", as_many_as_it_counts_are_known},
    {"any order is put right", any_order_is_put_right},
    {"what moved is taken off", what_moved_is_taken_off},
    {"alike that moved stay known", alike_that_moved_stay_known},
    {"what is accepted ends", what_is_accepted_ends},
    {"it is written as it is read", it_is_written_as_it_is_read},
    {"dates are days", dates_are_days},
    CU_TEST_INFO_NULL,
};
