/* What is gathered of a stream: the neighbours of findings, and its fields. */
#include "tests/suites.h"
#include "validator/verdict/lens.h"
#include "validator/verdict/waves.h"

#include <stdio.h>
#include <string.h>

static struct verdict_around_event event(uint64_t seq, const char *text)
{
    return (struct verdict_around_event){seq, true, seq * 10, td_text("tick"),
                                         td_text(text)};
}

static void put(struct verdict_around *around, uint64_t from, uint64_t to)
{
    for (uint64_t seq = from; seq <= to; seq++) {
        struct verdict_around_event e = event(seq, "{}");

        verdict_around_put(around, &e);
    }
}

/* The numbers of the neighbours of an event, as "1 2 4 5". */
static const char *told(const struct verdict_around *around, uint64_t seq)
{
    static struct td_buf out;
    struct verdict_document doc;
    struct verdict_finding *f;

    td_buf_clear(&out);
    verdict_document_init(&doc);
    f = verdict_add_finding(&doc);
    f->seq = seq;
    f->has_t = true;
    f->t_ns = seq * 10;
    verdict_around_tell(around, &doc, f);
    for (const struct verdict_event *e = f->around; e; e = e->next)
        td_buf_addf(&out, "%s%llu", out.len ? " " : "",
                    (unsigned long long)e->seq);
    if (f->around)
        CU_ASSERT_STRING_EQUAL(f->around->value, "tick {}");
    verdict_document_release(&doc);
    return td_buf_str(&out);
}

static void test_neighbours(void)
{
    static const struct {
        uint64_t about;
        uint64_t last; /* event that came by when it was found */
        const char *told;
    } rows[] = {
        {1, 1, "2 3"},
        {2, 2, "1 3 4"},
        {50, 50, "48 49 51 52"},
        {50, 60, "48 49 51 52"},
        {50, 51, "48 49 51 52"},
        {99, 99, "97 98 100"},
        {100, 100, "98 99"},
        {101, 100, ""},
        {0, 100, ""},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct verdict_around *around = verdict_around_new();

        put(around, 1, rows[i].last);
        verdict_around_want(around, rows[i].about, true, rows[i].about * 10);
        verdict_around_want(around, rows[i].about, true, rows[i].about * 10);
        put(around, rows[i].last + 1, 100);
        CU_ASSERT_STRING_EQUAL(told(around, rows[i].about), rows[i].told);
        verdict_around_free(around);
    }
    verdict_around_free(NULL);
}

/* What is long gone has none, and of many findings the first have. */
static void test_bounds(void)
{
    struct verdict_around *around = verdict_around_new();
    const uint64_t last = VERDICT_AROUND_KEPT + 10;

    put(around, 1, last);
    verdict_around_want(around, 10, true, 100);
    CU_ASSERT_STRING_EQUAL(told(around, 10), "");
    verdict_around_want(around, 11, true, 110);
    CU_ASSERT_STRING_EQUAL(told(around, 11), "12 13");
    for (uint64_t seq = last + 1; seq <= last + 3 * VERDICT_AROUND_MOST;
         seq++) {
        put(around, seq, seq);
        verdict_around_want(around, seq, true, seq * 10);
    }
    CU_ASSERT_STRING_NOT_EQUAL(told(around, last + VERDICT_AROUND_MOST - 1),
                               "");
    CU_ASSERT_STRING_EQUAL(told(around, last + VERDICT_AROUND_MOST), "");
    verdict_around_free(around);
}

/* Numbers begin again with a segment; times tell its events apart. */
static void test_segments(void)
{
    struct verdict_around *around = verdict_around_new();
    struct verdict_around_event e = event(5, "{}");

    put(around, 1, 9);
    e.t_ns = 999;
    verdict_around_put(around, &e);
    verdict_around_want(around, 5, true, 999);
    CU_ASSERT_STRING_EQUAL(told(around, 5), "");
    verdict_around_want(around, 5, true, 50);
    CU_ASSERT_STRING_EQUAL(told(around, 5), "3 4 6 7");
    verdict_around_free(around);
}

static void test_cut(void)
{
    static char text[2 * VERDICT_AROUND_TEXT + 1];
    struct verdict_lens *lens = verdict_lens_new();
    struct verdict_document doc;
    const struct check_finding found = {.seq = 2, .has_t = true, .t_ns = 20};
    struct verdict_finding *f;

    for (size_t i = 0; i < VERDICT_AROUND_TEXT; i++)
        memcpy(text + 2 * i, "\xc3\xa9", 2);
    for (uint64_t seq = 1; seq <= 2; seq++) {
        struct verdict_around_event e = event(seq, text);

        verdict_lens_put(lens, &e, NULL, 0);
    }
    verdict_document_init(&doc);
    f = verdict_add_finding(&doc);
    f->seq = 2;
    f->has_t = true;
    f->t_ns = 20;
    verdict_lens_want(lens, &found);
    verdict_lens_tell(lens, &doc, verdict_add_gate(&doc), f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(f->around);
    CU_ASSERT_EQUAL(strlen(f->around->value), VERDICT_AROUND_TEXT - 1);
    CU_ASSERT_EQUAL(doc.gates->names->events, 2);
    CU_ASSERT_PTR_NULL(doc.gates->names->fields);
    CU_ASSERT_PTR_NOT_NULL(doc.gates->timeline);
    verdict_document_release(&doc);
    verdict_lens_free(lens);
    verdict_lens_free(NULL);
}

/* ---- fields ---- */

static void look(struct verdict_fields *fields, const char *name,
                 const char *text)
{
    struct td_json_doc doc = {0};

    CU_ASSERT_EQUAL(td_json_parse(&doc, td_text(text), TD_JSON_DEPTH, NULL),
                    TD_OK);
    verdict_fields_put(fields, td_text(name), &doc, 0);
    td_json_release(&doc);
}

static void add_words(struct td_buf *out, const struct verdict_words *words)
{
    for (size_t i = 0; i < words->len; i++)
        td_buf_addf(out, "%s%s", i ? "," : " ", words->list[i]);
}

/* "NAME events/looked: PATH present types samples; ..." */
static void expect(const struct verdict_fields *fields, const char *text)
{
    struct td_arena arena = {0};
    struct td_buf out = {0};

    for (const struct verdict_name *n = verdict_fields_make(fields, &arena); n;
         n = n->next) {
        td_buf_addf(&out, "%s %llu/%llu:", n->name,
                    (unsigned long long)n->events,
                    (unsigned long long)n->looked);
        for (const struct verdict_field *f = n->fields; f; f = f->next) {
            td_buf_addf(&out, " %s %llu", f->path,
                        (unsigned long long)f->present);
            add_words(&out, &f->types);
            add_words(&out, &f->samples);
            td_buf_add_text(&out, ";");
        }
        td_buf_add_text(&out, "\n");
    }
    CU_ASSERT_STRING_EQUAL(td_buf_str(&out), text);
    td_buf_release(&out);
    td_arena_release(&arena);
}

static void test_fields(void)
{
    struct verdict_fields *fields = verdict_fields_new();

    expect(fields, "");
    look(fields, "b", "[]");
    look(fields, "a", "{\"n\":1,\"l\":[{\"id\":1.10},{\"id\":\"x\"}]}");
    look(fields, "a", "{\"n\":null,\"a/b~\":true}");
    look(fields, "a", "{\"n\":1,\"n\":2}");
    expect(fields, "a 3/3: /n 3 null,number 1,null,2; /l 1 array;"
                   " /l/* 1 object; /l/*/id 1 number,string 1.10,\"x\";"
                   " /a~1b~0 1 true true;\n"
                   "b 1/1:\n");
    verdict_fields_free(fields);
    verdict_fields_free(NULL);
}

/* What a contract speaks of is there though no event had it. */
static void test_never(void)
{
    struct verdict_fields *fields = verdict_fields_new();

    look(fields, "a", "{\"n\":1}");
    verdict_fields_expect(fields, td_text("a"), "/n", 1u << TD_JSON_STRING);
    verdict_fields_expect(fields, td_text("a"), "/m", 1u << TD_JSON_STRING);
    verdict_fields_expect(fields, td_text("a"), "/m", 1u << TD_JSON_NULL);
    verdict_fields_expect(fields, td_text("b"), NULL, 0);
    expect(fields, "a 1/1: /n 1 number 1; /m 0 null,string;\n"
                   "b 0/0:\n");
    verdict_fields_free(fields);
}

/* ---- waves ---- */

static void tell_wave(struct verdict_waves *waves, uint64_t t_ns,
                      const char *name, const char *text)
{
    struct td_json_doc doc = {0};

    CU_ASSERT_EQUAL(td_json_parse(&doc, td_text(text), TD_JSON_DEPTH, NULL),
                    TD_OK);
    verdict_waves_put(waves, t_ns, td_text(name), &doc, 0);
    td_json_release(&doc);
}

/* "NUMBER FROM-TO ..." of a stream that ends at 100. */
static void waves_are(const struct verdict_waves *waves, const char *text)
{
    struct verdict_timeline t = {.end_ns = 100};
    struct td_arena arena = {0};
    struct td_buf out = {0};

    verdict_waves_tell(waves, &t, &arena);
    for (size_t i = 0; i < t.waves_len; i++)
        td_buf_addf(&out, "%s%llu %llu-%llu", i ? " " : "",
                    (unsigned long long)t.waves[i].number,
                    (unsigned long long)t.waves[i].from_ns,
                    (unsigned long long)t.waves[i].to_ns);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&out), text);
    td_buf_release(&out);
    td_arena_release(&arena);
}

static void test_waves(void)
{
    struct verdict_waves ends = {0};
    struct verdict_waves both = {0};
    struct verdict_waves none = {0};

    tell_wave(&ends, 5, "execution_started", "{}");
    tell_wave(&ends, 20, "wave_completed", "{\"data\":{\"wave_number\":1}}");
    tell_wave(&ends, 60, "wave_completed", "{\"wave_number\":2}");
    waves_are(&ends, "1 5-20 2 20-60");
    tell_wave(&both, 10, "wave_started", "{\"wave\":1}");
    tell_wave(&both, 30, "wave_started", "{\"wave\":2}");
    tell_wave(&both, 40, "wave_ended", "{\"wave\":1}");
    waves_are(&both, "1 10-40 2 30-100");
    tell_wave(&none, 1, "wave_started", "[]");
    tell_wave(&none, 2, "wave_started", "{\"wave\":-1}");
    tell_wave(&none, 3, "wave_started", "{\"wave\":1.5}");
    tell_wave(&none, 4, "wave_started", "{\"wave\":\"1\"}");
    tell_wave(&none, 5, "wave_started",
              "{\"wave\":123456789012345678901234567890}");
    verdict_waves_put(&none, 6, td_text("wave_started"), NULL, 0);
    waves_are(&none, "");
    for (uint64_t i = 0; i < 3 * VERDICT_WAVES; i++)
        tell_wave(&none, i, "wave_completed", "{\"wave\":7}");
    CU_ASSERT_EQUAL(none.len, VERDICT_WAVES);
}

/* Memory and work are bounded, whatever comes. */
static void test_field_bounds(void)
{
    struct verdict_fields *fields = verdict_fields_new();
    struct td_arena arena = {0};
    const struct verdict_name *n;
    size_t len = 0;
    char text[100];

    for (unsigned i = 0; i < 2 * VERDICT_FIELDS_MOST; i++) {
        (void)snprintf(text, sizeof(text), "{\"key%u\":%u}", i, i);
        look(fields, "many", text);
    }
    look(fields, "deep", "[[[[[[[[[[1]]]]]]]]]]");
    for (unsigned i = 0; i < 2 * VERDICT_FIELDS_NAMES; i++) {
        (void)snprintf(text, sizeof(text), "name%u", i);
        look(fields, text, "{}");
    }
    for (unsigned i = 0; i < 10000; i++)
        look(fields, "name1", "{}");
    n = verdict_fields_make(fields, &arena);
    CU_ASSERT_EQUAL(n->events, 10001);
    CU_ASSERT_EQUAL(n->looked,
                    VERDICT_FIELDS_ALL +
                        (10001 - VERDICT_FIELDS_ALL) / VERDICT_FIELDS_EVERY);
    n = n->next;
    CU_ASSERT_EQUAL(n->cut, VERDICT_FIELDS_MOST);
    for (; n; n = n->next)
        len++;
    CU_ASSERT_EQUAL(len + 1, VERDICT_FIELDS_NAMES);
    td_arena_release(&arena);
    verdict_fields_free(fields);
}

CU_TestInfo validator_verdict_lens_tests[] = {
    {"neighbours", test_neighbours},
    {"bounds", test_bounds},
    {"segments", test_segments},
    {"cut", test_cut},
    {"fields", test_fields},
    {"never", test_never},
    {"waves", test_waves},
    {"field bounds", test_field_bounds},
    CU_TEST_INFO_NULL,
};
