/* What `validate` says of gates, and what counts as passed. */
#include "console/console_internal.h"
#include "core/mem.h"
#include "tests/suites.h"

#include <string.h>

#define GATE(kind, verdict)                                                    \
    "{\"name\":\"" verdict "\",\"kind\":\"" kind "\",\"verdict\":\"" verdict   \
    "\"}"
#define ALL "," GATE("tests", "pass") "," GATE("lint", "pass")

static const struct {
    const char *gates; /* behind a comma */
    const char *kind;
    bool strict;
    const char *last;   /* line that is said */
    const char *failed; /* NULL: it is good */
} rows[] = {
    {ALL, "all", false, "ok passed 2 gates", NULL},
    {ALL, "lint", false, "ok passed 1 gate", NULL},
    {ALL "," GATE("coverage", "skipped"), "all", false,
     "ok passed 2 of 3 gates (1 skipped)", NULL},
    {ALL "," GATE("lint", "skipped") "," GATE("lint", "vacuous"), "all", false,
     "ok passed 2 of 4 gates (1 skipped, 1 vacuous)", NULL},
    {ALL "," GATE("lint", "open"), "all", false,
     "ok passed 2 of 3 gates (1 undecided)", NULL},
    {ALL "," GATE("lint", "flaky"), "all", false, "ok passed 3 gates (1 flaky)",
     NULL},
    {ALL "," GATE("lint", "flaky"), "all", true, "x failed 1 of 3 gates",
     "failed"},
    {ALL "," GATE("lint", "fail") "," GATE("lint", "skipped"), "all", false,
     "x failed 1 of 4 gates (1 skipped)", "failed"},
    {ALL "," GATE("lint", "error"), "all", false, "x failed 1 of 3 gates",
     "could not be judged"},
    {"," GATE("lint", "fail"), "all", false, "x failed 1 of 1 gate", "failed"},
    {ALL "," GATE("performance", "skipped"), "performance", false,
     ". no gate of this kind has passed (1 skipped)", "no gate has passed"},
    {"," GATE("lint", "open"), "all", false,
     ". no gate of this kind has passed (1 undecided)", NULL},
    {ALL, "coverage", false, ". no gate of this kind was run",
     "no gate of this kind was run"},
};

static void only_what_passed_is_called_so(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct console_options options = {.columns = 80, .rows = 24};
        struct console *c = console_new(&options);
        struct td_buf json = {0};
        struct td_buf want = {0};
        struct td_json_doc doc = {0};
        struct console_answer answer = {.done = true, .doc = &doc};
        const char *said;

        (void)td_buf_addf(&json, "[{\"data\":{\"phase\":{\"gates\":[%s]}}}]",
                          rows[i].gates + 1);
        (void)td_buf_addf(&want, "%s\n", rows[i].last);
        CU_ASSERT_EQUAL_FATAL(
            td_json_parse(&doc, td_buf_bytes(&json), TD_JSON_DEPTH_ALL, NULL),
            TD_OK);
        answer.data = td_json_member(&doc, 1, td_text("data"));
        c->asked.kind = td_strdup(rows[i].kind);
        c->asked.strict = rows[i].strict;
        console_render_verdict(c, &answer);
        said = td_buf_str(&c->text);
        CU_ASSERT(strlen(said) >= want.len);
        CU_ASSERT_STRING_EQUAL(said + strlen(said) - want.len,
                               td_buf_str(&want));
        if (rows[i].failed) {
            CU_ASSERT_PTR_NOT_NULL_FATAL(c->asked.failed);
            CU_ASSERT_STRING_EQUAL(c->asked.failed, rows[i].failed);
        } else {
            CU_ASSERT_PTR_NULL(c->asked.failed);
        }
        td_json_release(&doc);
        td_buf_release(&json);
        td_buf_release(&want);
        console_free(c);
    }
}

static void tests_are_told_as_deep_as_is_wanted(void)
{
    static const char json[] =
        "[{\"data\":{\"phase\":{\"tests\":["
        "{\"gate\":\"unit\",\"key\":\"cart.adds\",\"result\":\"pass\"},"
        "{\"gate\":\"slow\",\"key\":\"pay.card\",\"result\":\"pass\"}]}}}]";
    static const struct {
        bool sums, each;
        const char *gate;
        const char *has, *lacks;
    } depths[] = {
        {false, false, NULL, "1 of 1", "cart.adds"},
        {true, false, NULL, "2 tests, 0 failed", "1 of 1"},
        {false, true, NULL, "cart.adds", "1 of 1"},
        {false, true, "slow", "pay.card", "cart.adds"},
        {true, false, "none", "no test matches; 2 here", "failed"},
    };

    for (size_t i = 0; i < sizeof(depths) / sizeof(depths[0]); i++) {
        const struct console_options options = {.columns = 80, .rows = 24};
        struct console *c = console_new(&options);
        struct td_json_doc doc = {0};
        struct console_answer answer = {.done = true, .doc = &doc};

        CU_ASSERT_EQUAL_FATAL(
            td_json_parse(&doc, td_text(json), TD_JSON_DEPTH_ALL, NULL), TD_OK);
        answer.data = td_json_member(&doc, 1, td_text("data"));
        c->asked.lines = 50;
        c->asked.sums = depths[i].sums;
        c->asked.each = depths[i].each;
        c->asked.gate = depths[i].gate ? td_strdup(depths[i].gate) : NULL;
        console_render_tests(c, &answer);
        CU_ASSERT_PTR_NOT_NULL(strstr(td_buf_str(&c->text), depths[i].has));
        CU_ASSERT_PTR_NULL(strstr(td_buf_str(&c->text), depths[i].lacks));
        td_json_release(&doc);
        console_free(c);
    }
}

CU_TestInfo console_verdict_tests[] = {
    {"tests are told as deep as is wanted",
     tests_are_told_as_deep_as_is_wanted},
    {"only what passed is called so", only_what_passed_is_called_so},
    CU_TEST_INFO_NULL,
};
