#include "replayer/answer/bind.h"

#include "tests/suites.h"

#include <stdio.h>

static const char *const words[] = {"/id", "/n", "/s/0", "header:X-Trace",
                                    NULL};

static struct play_binds learned(const char *recorded, const char *live)
{
    struct play_binds binds = {0};

    CU_ASSERT_EQUAL(play_binds_read(&binds, words, NULL), TD_OK);
    play_binds_learn(&binds, td_text(recorded), td_text(live));
    return binds;
}

static void what_is_bound_is_put_where_it_is_a_word(void)
{
    static const struct {
        const char *recorded;
        const char *live;
        const char *text;
        const char *wanted;
    } rows[] = {
        {"{\"id\":\"a-1\"}", "{\"id\":\"b\"}", "/x/a-1/y?z=a-1", "/x/b/y?z=b"},
        {"{\"id\":\"a-1\"}", "{\"id\":\"b\"}", "a-12 xa-1 a-1_ a-1-", NULL},
        {"{\"id\":\"a-1\"}", "{\"id\":\"b\"}", "\"a-1\",a-1", "\"b\",b"},
        {"{\"n\":7}", "{\"n\":42}", "{\"n\":7,\"m\":[7,17,7.5,1.7]}",
         "{\"n\":42,\"m\":[42,17,7.5,1.7]}"},
        {"{\"s\":[\"x\"]}", "{\"s\":[\"y\"]}", "x", "y"},
        {"{\"s\":[\"x\"]}", "{\"s\":[]}", "x", NULL},
        {"{\"id\":\"\"}", "{\"id\":\"y\"}", "\"\"", NULL},
        {"{\"id\":\"[redacted]\"}", "{\"id\":\"y\"}", "[redacted]", NULL},
        {"{\"id\":{\"a\":1}}", "{\"id\":\"y\"}", "{\"a\":1}", NULL},
        {"no json", "{\"id\":\"y\"}", "no json", NULL},
        {"{\"id\":\"a\"}", "{\"id\":\"a\"}", "", NULL},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct play_binds binds = learned(rows[i].recorded, rows[i].live);
        const char *wanted = rows[i].wanted ? rows[i].wanted : rows[i].text;
        struct td_buf out = {0};
        struct td_buf back = {0};

        play_binds_put(&binds, &out, td_text(rows[i].text));
        play_binds_undo(&binds, &back, td_buf_bytes(&out));
        if (strcmp(td_buf_str(&out), wanted) != 0)
            printf("\n    row %zu: %s\n", i, td_buf_str(&out));
        CU_ASSERT_STRING_EQUAL(td_buf_str(&out), wanted);
        CU_ASSERT_STRING_EQUAL(td_buf_str(&back), rows[i].text);
        td_buf_release(&out);
        td_buf_release(&back);
        play_binds_release(&binds);
    }
}

static void the_latest_value_counts(void)
{
    struct play_binds binds = learned("{\"id\":\"a\"}", "{\"id\":\"b\"}");
    struct td_buf out = {0};

    play_binds_learn(&binds, td_text("{\"id\":\"a\"}"),
                     td_text("{\"id\":\"c\"}"));
    play_binds_put(&binds, &out, td_text("a"));
    CU_ASSERT_STRING_EQUAL(td_buf_str(&out), "c");
    /* of another client, which says it again */
    td_buf_clear(&out);
    play_binds_undo(&binds, &out, td_text("b c"));
    play_binds_undo(&binds, &out, td_text(" b"));
    play_binds_put(&binds, &out, td_text(" a"));
    CU_ASSERT_STRING_EQUAL(td_buf_str(&out), "a a a b");
    for (unsigned i = 0; i <= PLAY_LIVES_MAX; i++) {
        char live[32];

        (void)snprintf(live, sizeof(live), "{\"id\":\"n%u\"}", i);
        play_binds_learn(&binds, td_text("{\"id\":\"a\"}"), td_text(live));
    }
    td_buf_clear(&out);
    play_binds_undo(&binds, &out, td_text("n0 n1 b c"));
    CU_ASSERT_STRING_EQUAL(td_buf_str(&out), "n0 a b c");
    td_buf_release(&out);
    play_binds_release(&binds);
}

static void values_do_not_pass_through_each_other(void)
{
    struct play_binds binds = learned("{\"id\":\"a\"}", "{\"id\":\"b\"}");
    struct td_buf out = {0};

    play_binds_learn(&binds, td_text("{\"id\":\"b\"}"),
                     td_text("{\"id\":\"a\"}"));
    play_binds_put(&binds, &out, td_text("a b"));
    CU_ASSERT_STRING_EQUAL(td_buf_str(&out), "b a");
    td_buf_release(&out);
    play_binds_release(&binds);
}

static void a_field_is_known_by_its_name(void)
{
    struct play_binds binds = {0};
    const struct play_field recorded = {"x-trace", td_text("[redacted]")};
    struct http_head head = {.field_count = 1};

    head.fields[0].name = td_text("X-TRACE");
    head.fields[0].value = td_text("now");
    CU_ASSERT_EQUAL(play_binds_read(&binds, words, NULL), TD_OK);
    CU_ASSERT_PTR_NULL(play_binds_field(&binds, "x-trace"));
    play_binds_learn_head(&binds, &recorded, 1, &head);
    CU_ASSERT_STRING_EQUAL(play_binds_field(&binds, "x-Trace"), "now");
    CU_ASSERT_PTR_NULL(play_binds_field(&binds, "x-other"));
    CU_ASSERT_EQUAL(binds.len, 0);
    play_binds_release(&binds);
}

static void words_that_name_nothing_are_refused(void)
{
    static const char *const bad[] = {"id", "", "header:", "header:a b", "$.a"};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const char *const list[] = {bad[i], NULL};
        struct play_binds binds = {0};
        struct td_error err = {0};

        CU_ASSERT_EQUAL(play_binds_read(&binds, list, &err), TD_USAGE);
        CU_ASSERT_NOT_EQUAL(*err.text, '\0');
        play_binds_release(&binds);
    }
}

CU_TestInfo replayer_answer_bind_tests[] = {
    {"what is bound is put where it is a word",
     what_is_bound_is_put_where_it_is_a_word},
    {"the latest value counts", the_latest_value_counts},
    {"values do not pass through each other",
     values_do_not_pass_through_each_other},
    {"a field is known by its name", a_field_is_known_by_its_name},
    {"words that name nothing are refused",
     words_that_name_nothing_are_refused},
    CU_TEST_INFO_NULL,
};
