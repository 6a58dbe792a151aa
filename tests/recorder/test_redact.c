/* What must not reach a tape does not, and the rest stays as it was. */
#include "recorder/redact.h"
#include "recorder/redact_rules.h"
#include "tests/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define R REC_REDACTED

/* A file with these rules, opened. */
static struct rec_redact *with_rules(const char *rules)
{
    char path[] = "/tmp/td_redact_XXXXXX";
    struct rec_redact *redact = NULL;
    int fd = mkstemp(path);

    CU_ASSERT_FATAL(fd >= 0);
    CU_ASSERT_EQUAL(write(fd, rules, strlen(rules)), (ssize_t)strlen(rules));
    (void)close(fd);
    CU_ASSERT_EQUAL_FATAL(rec_redact_open(&redact, path, NULL), TD_OK);
    (void)unlink(path);
    return redact;
}

static void rules_replace_what_they_name(void)
{
    static const struct {
        const char *rules;
        enum td_form form;
        const char *payload;
        const char *out;
        uint64_t values;
    } rows[] = {
        {"key password\n", TD_FORM_JSON, "{\"a\":1.10,\"PassWord\":\"x\"}",
         "{\"a\":1.10,\"PassWord\":\"" R "\"}", 1},
        {"key password", TD_FORM_JSON,
         "[{\"password\":{\"a\":[1]},\"b\":-0},{\"password\":1}]",
         "[{\"password\":\"" R "\",\"b\":-0},{\"password\":\"" R "\"}]", 2},
        {"key p", TD_FORM_JSON, "{\"\\u0070\": \"x\" }",
         "{\"\\u0070\": \"" R "\" }", 1},
        {"key p", TD_FORM_JSON, "[\"p\",\"p\"]", "[\"p\",\"p\"]", 0},
        {"key p", TD_FORM_TEXT, "{\"p\":1", "{\"p\":1", 0},
        {"pointer /1/t", TD_FORM_JSON, "[\"n\",{\"t\":1},{\"t\":2}]",
         "[\"n\",{\"t\":\"" R "\"},{\"t\":2}]", 1},
        {"pointer /a\npointer /a/b", TD_FORM_JSON, "{\"a\":{\"b\":1}}",
         "{\"a\":\"" R "\"}", 1},
        {"regex sk-[a-z0-9]+", TD_FORM_JSON,
         "{\"sk-a\":\"x sk-b1 sk-c\",\"n\":1}",
         "{\"" R "\":\"x " R " " R "\",\"n\":1}", 3},
        {"regex [0-9]{4}", TD_FORM_TEXT, "a 1234 b 12345", "a " R " b " R "5",
         2},
        {"regex ^a", TD_FORM_TEXT, "aaa", R "aa", 1},
        {"regex x*", TD_FORM_TEXT, "abxxc", "ab" R "c", 1},
        {"regex n", TD_FORM_JSON, "{\"a\":\"b\\nc\"}", "\"" R "\"", 1},
        {"regex secret", TD_FORM_BYTES, "\x01secret\xff", "\x01" R "\xff", 1},
        {"# a comment\n\nkey a\r\nregex b", TD_FORM_JSON,
         "{\"a\":1,\"c\":\"b\"}", "{\"a\":\"" R "\",\"c\":\"" R "\"}", 2},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rec_redact *redact = with_rules(rows[i].rules);
        struct td_event ev = {.form = rows[i].form,
                              .payload = td_text(rows[i].payload)};

        rec_redact_event(redact, &ev);
        if (!td_bytes_is(ev.payload, rows[i].out))
            printf("\n    row %zu: %.*s\n", i, (int)ev.payload.len,
                   (const char *)ev.payload.ptr);
        CU_ASSERT_TRUE(td_bytes_is(ev.payload, rows[i].out));
        CU_ASSERT_EQUAL(rec_redact_values(redact), rows[i].values);
        CU_ASSERT_EQUAL(rec_redact_events(redact), rows[i].values != 0);
        rec_redact_close(redact);
    }
}

static void facts_of_a_connection_are_always_clean(void)
{
    static const char *const kinds[] = {TD_KIND_OPEN, "connect"};
    static const struct {
        const char *payload;
        const char *out;
    } rows[] = {
        {"{\"sid\":\"a\",\"pid\":\"b\",\"ping_interval_ms\":25000}",
         "{\"sid\":\"" R "\",\"pid\":\"" R "\",\"ping_interval_ms\":25000}"},
        {"{\"url\":\"ws://u:p@h/?token=x\",\"status\":101}",
         "{\"url\":\"ws://h/?token=***\",\"status\":101}"},
        {"{\"headers\":{\"Set-Cookie\":\"a=b\",\"Server\":\"x\"}}",
         "{\"headers\":{\"Set-Cookie\":\"" R "\",\"Server\":\"x\"}}"},
        {"{\"auth\":{\"user\":\"a\"},\"sid\":\"b\"}",
         "{\"auth\":\"" R "\",\"sid\":\"" R "\"}"},
    };
    struct rec_redact *redact = NULL;

    CU_ASSERT_EQUAL_FATAL(rec_redact_open(&redact, NULL, NULL), TD_OK);
    for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
        const char *payload = rows[i / 2].payload;
        struct td_event ev = {.form = TD_FORM_JSON,
                              .payload = td_text(payload)};

        rec_redact_event(redact, &ev);
        CU_ASSERT_TRUE(td_bytes_is(ev.payload, payload));
        ev.kind = td_text(kinds[i % 2]);
        rec_redact_event(redact, &ev);
        if (!td_bytes_is(ev.payload, rows[i / 2].out))
            printf("\n    row %zu: %.*s\n", i, (int)ev.payload.len,
                   (const char *)ev.payload.ptr);
        CU_ASSERT_TRUE(td_bytes_is(ev.payload, rows[i / 2].out));
    }
    CU_ASSERT_EQUAL(rec_redact_values(redact), 0);
    rec_redact_close(redact);
}

static void facts_that_are_no_json_are_replaced_whole(void)
{
    struct rec_redact *redact = NULL;
    struct td_event ev = {.kind = td_text("connect"),
                          .form = TD_FORM_TEXT,
                          .payload = td_text("0 {\"sid\":\"abc\"}")};

    CU_ASSERT_EQUAL_FATAL(rec_redact_open(&redact, NULL, NULL), TD_OK);
    rec_redact_event(redact, &ev);
    CU_ASSERT_TRUE(td_bytes_is(ev.payload, R));
    ev.kind = td_text("connect_error");
    ev.payload = td_text("4{ }");
    rec_redact_event(redact, &ev);
    CU_ASSERT_TRUE(td_bytes_is(ev.payload, "4{ }"));
    rec_redact_close(redact);
}

static void policy_and_report_name_rules_and_counts(void)
{
    struct rec_redact *redact =
        with_rules("key a\"b\n# x\npointer /p\nregex s[0-9]\n");
    struct td_event ev = {.form = TD_FORM_JSON,
                          .payload = td_text("{\"p\":1,\"q\":\"s1 s2\"}")};
    struct td_buf out = {0};

    rec_redact_policy(redact, &out);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&out),
                           "{\"mark\":\"" R "\",\"rules\":[\"key a\\\"b\","
                           "\"pointer /p\",\"regex in line 4\"]}");
    rec_redact_event(redact, &ev);
    td_buf_clear(&out);
    rec_redact_report(redact, &out);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&out),
                           "{\"values\":3,\"events\":1,\"rules\":[0,1,2]}");
    td_buf_release(&out);
    rec_redact_close(redact);
}

static void bad_rules_are_refused_with_their_line(void)
{
    static const struct {
        const char *rules;
        const char *where;
    } rows[] = {
        {"key a\npassword\n", "f:2:1"},
        {"pointer a", "f:1:1"},
        {"\n\nregex (", "f:3:1"},
        {"key ", "f:1:1"},
        {"keya", "f:1:1"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rec_rules rules = {0};
        struct td_error err = {0};

        CU_ASSERT_EQUAL(
            rec_rules_parse(&rules, td_text(rows[i].rules), "f", &err),
            TD_USAGE);
        CU_ASSERT_STRING_EQUAL(err.where, rows[i].where);
        rec_rules_release(&rules);
    }
}

CU_TestInfo recorder_redact_tests[] = {
    {"rules replace what they name", rules_replace_what_they_name},
    {"facts of a connection are always clean",
     facts_of_a_connection_are_always_clean},
    {"facts that are no JSON are replaced whole",
     facts_that_are_no_json_are_replaced_whole},
    {"policy and report name rules and counts",
     policy_and_report_name_rules_and_counts},
    {"bad rules are refused with their line",
     bad_rules_are_refused_with_their_line},
    CU_TEST_INFO_NULL,
};
