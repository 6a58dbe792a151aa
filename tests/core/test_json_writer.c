/* JSON texts, written member by member. */
#include "core/json.h"
#include "core/json_writer.h"
#include "tests/suites.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void values_and_commas_are_where_they_belong(void)
{
    static const char text[] =
        "{\"u\":18446744073709551615,\"i\":-9223372036854775808,"
        "\"f\":1.500000,\"t\":true,\"n\":null,\"s\":\"a\\\"b\","
        "\"b64\":\"Zm9v\",\"raw\":[1.10],\"none\":null,"
        "\"a\":[[],{},\"x\",{\"k\\n\":false,\"e\\u0041\":\"\\u0042\"}],"
        "\"at\":\"1970-01-01T00:00:01.000000000Z\"}\n[]\n";
    struct td_buf out = {0};
    struct td_json_writer w = td_json_writer(&out);

    td_json_object(&w, NULL);
    td_json_put_u64(&w, "u", UINT64_MAX);
    td_json_put_i64(&w, "i", INT64_MIN);
    td_json_put_fixed(&w, "f", 1.5, 6);
    td_json_put_bool(&w, "t", true);
    td_json_put_null(&w, "n");
    td_json_put_text(&w, "s", "a\"b");
    td_json_put_b64(&w, "b64", td_text("foo"));
    td_json_put_raw(&w, "raw", td_text("[1.10]"));
    td_json_put_text_or_null(&w, "none", NULL);
    td_json_array(&w, "a");
    td_json_array(&w, NULL);
    td_json_array_end(&w);
    td_json_object(&w, NULL);
    td_json_object_end(&w);
    td_json_put_text(&w, NULL, "x");
    td_json_object(&w, NULL);
    td_json_put_key(&w, td_text("k\n"));
    td_json_put_bool(&w, NULL, false);
    td_json_put_key_body(&w, td_text("e\\u0041"));
    td_json_put_body(&w, NULL, td_text("\\u0042"));
    td_json_object_end(&w);
    td_json_array_end(&w);
    td_json_put_time(&w, "at", 1000000000);
    td_json_object_end(&w);
    CU_ASSERT_EQUAL(td_json_line(&w), TD_OK);
    td_json_array(&w, NULL);
    td_json_array_end(&w);
    CU_ASSERT_EQUAL(td_json_line(&w), TD_OK);
    CU_ASSERT(td_bytes_is(td_buf_bytes(&out), text));
    td_buf_release(&out);
}

static void ill_formed_bytes_become_the_replacement_character(void)
{
    static const char *const rows[][2] = {
        {"plain", "\"plain\""},
        {"\xff", "\"\xef\xbf\xbd\""},
        {"\xe2\x82", "\"\xef\xbf\xbd\""},
        {"a\xc0\"\xed\xa0\x80\n", "\"a\xef\xbf\xbd\\\"\xef\xbf\xbd\xef\xbf\xbd"
                                  "\xef\xbf\xbd\\n\""},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct td_buf out = {0};
        struct td_json_writer w = td_json_writer(&out);

        td_json_put_text(&w, NULL, rows[i][0]);
        CU_ASSERT_EQUAL(td_json_done(&w), TD_OK);
        CU_ASSERT(td_bytes_is(td_buf_bytes(&out), rows[i][1]));
        CU_ASSERT_EQUAL(td_json_check(td_buf_bytes(&out), 1, NULL), TD_OK);
        td_buf_release(&out);
    }
}

static void more_levels_than_are_checked_can_be_written(void)
{
    struct td_buf out = {0};
    struct td_json_writer w = td_json_writer(&out);

    for (int i = 0; i < 100; i++) {
        td_json_object(&w, i ? "k" : NULL);
        td_json_put_u64(&w, "n", 1);
    }
    for (int i = 0; i < 100; i++)
        td_json_object_end(&w);
    CU_ASSERT_EQUAL(td_json_done(&w), TD_OK);
    CU_ASSERT_EQUAL(td_json_check(td_buf_bytes(&out), 100, NULL), TD_OK);
    td_buf_release(&out);
}

static void the_first_limit_is_told(void)
{
    struct td_buf out;
    struct td_json_writer w = td_json_writer(&out);

    td_buf_init(&out, 8);
    td_json_array(&w, NULL);
    td_json_put_text(&w, NULL, "longer than that");
    td_json_array_end(&w);
    CU_ASSERT_EQUAL(td_json_done(&w), TD_LIMIT);
    td_buf_release(&out);
}

static void key_in_array(struct td_json_writer *w)
{
    td_json_array(w, NULL);
    td_json_put_null(w, "key");
}

static void no_key_in_object(struct td_json_writer *w)
{
    td_json_object(w, NULL);
    td_json_put_null(w, NULL);
}

static void wrong_end(struct td_json_writer *w)
{
    td_json_object(w, NULL);
    td_json_array_end(w);
}

static void left_open(struct td_json_writer *w)
{
    td_json_object(w, NULL);
    (void)td_json_done(w);
}

static void two_values(struct td_json_writer *w)
{
    td_json_put_null(w, NULL);
    td_json_put_null(w, NULL);
}

static void key_without_value(struct td_json_writer *w)
{
    td_json_object(w, NULL);
    td_json_put_key(w, td_text("key"));
    td_json_object_end(w);
}

static void misuse_fails_an_assertion(void)
{
#ifndef NDEBUG
    static void (*const rows[])(struct td_json_writer * w) = {
        key_in_array, no_key_in_object, wrong_end,
        left_open,    two_values,       key_without_value,
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int status = 0;
        pid_t pid = fork();

        if (pid == 0) {
            struct td_buf out = {0};
            struct td_json_writer w = td_json_writer(&out);

            (void)signal(SIGABRT, SIG_DFL);
            (void)close(STDERR_FILENO);
            rows[i](&w);
            _exit(0);
        }
        CU_ASSERT_FATAL(pid > 0);
        CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
        CU_ASSERT(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    }
#endif
}

CU_TestInfo core_json_writer_tests[] = {
    {"values and commas", values_and_commas_are_where_they_belong},
    {"ill-formed bytes", ill_formed_bytes_become_the_replacement_character},
    {"many levels", more_levels_than_are_checked_can_be_written},
    {"limit", the_first_limit_is_told},
    {"misuse", misuse_fails_an_assertion},
    CU_TEST_INFO_NULL,
};
