/* Reports of one verdict with everything in it, whole and to the byte. */
#include "reports/json.h"
#include "reports/text.h"
#include "tests/suites.h"

#include <stdio.h>
#include <stdlib.h>

static void find(struct check_verdict *v, struct check_finding f)
{
    check_verdict_find(v, &f);
}

static void make(struct check_verdict *v)
{
    char key[] = "k = 1";
    char value[] = "5";
    char path[] = "/a~1b/0";
    char keyword[] = "s.json#/type";
    char expected[] = "text \"x\"";
    char found[] = "a\tb\033[2J";
    char excerpt[] = "{\"a/b\":[\"\xc3\xa9\"]}";
    uint32_t rule;

    check_verdict_init(v, "run\n.tape.gz");
    v->events = 3;
    v->lossy = true;
    (void)check_verdict_rule(v, "good", "first: a", CHECK_LEVEL_ERROR, 5);
    rule = check_verdict_rule(v, "bad", "schema: a", CHECK_LEVEL_ERROR, 2);
    v->rules[rule].applied = 3;
    for (uint64_t i = 1; i <= 3; i++)
        find(v, (struct check_finding){
                    .rule = rule,
                    .seq = 7,
                    .has_t = true,
                    .t_ns = UINT64_C(1000000001) * i,
                    .key = key,
                    .path = path,
                    .schema_path = keyword,
                    .expected = expected,
                    .found = found,
                    .excerpt = excerpt,
                    .related = {{6, true, 5, value}, {7, true, 9, NULL}},
                    .related_len = 2});
    rule = check_verdict_rule(v, "soft", "count: b", CHECK_LEVEL_WARN, 2);
    find(v, (struct check_finding){
                .rule = rule, .expected = expected, .found = found});
    rule = check_verdict_rule(v, "idle", "last: c", CHECK_LEVEL_INFO, 2);
    v->rules[rule].outcome = CHECK_OPEN;
    free(v->rules[rule].reason);
    v->rules[rule].reason = strdup("cut \"off\"");
    check_verdict_close(v);
}

static void expect(const char *name, struct td_buf *seen, const char *wanted)
{
    CU_ASSERT_STRING_EQUAL(td_buf_str(seen), wanted);
    if (strcmp(td_buf_str(seen), wanted) != 0)
        printf("\n%s:\n%s\n", name, td_buf_str(seen));
    td_buf_release(seen);
}

#define FINDINGS                                                               \
    "  fail    bad  schema: a  3 findings\n"                                   \
    "    seq 7 at 1.000000001 s /a~1b/0 (k = 1): expected text \"x\", found "  \
    "a "                                                                       \
    "b\\u001b[2J; "                                                            \
    "see seq 6 (5) (s.json#/type)\n"                                           \
    "    seq 7 at 2.000000002 s /a~1b/0 (k = 1): expected text \"x\", found "  \
    "a "                                                                       \
    "b\\u001b[2J; "                                                            \
    "see seq 6 (5) (s.json#/type)\n"                                           \
    "      in {\"a/b\":[\"\xc3\xa9\"]}\n"                                      \
    "    ... and 1 more: 1 of s.json#/type\n"                                  \
    "  fail    soft  count: b [warn]  1 finding\n"                             \
    "    expected text \"x\", found a b\\u001b[2J\n"                           \
    "  open    idle  last: c [info]  (cut \"off\")\n"

static void text_is_for_people(void)
{
    struct check_verdict v;
    struct td_buf out = {0};

    make(&v);
    report_text(&out, &v, (struct report_style){0});
    expect("short", &out,
           "run .tape.gz: fail, 3 messages, 4 rules, lossy\n" FINDINGS);
    report_text(&out, &v, (struct report_style){.all = true});
    expect("all", &out,
           "run .tape.gz: fail, 3 messages, 4 rules, lossy\n"
           "  pass    good  first: a\n" FINDINGS);
    check_verdict_release(&v);
}

#define FOUND(t)                                                               \
    "{\"rule\":\"bad\",\"level\":\"error\",\"seq\":7,\"t\":" t                 \
    ",\"key\":\"k = "                                                          \
    "1\",\"path\":\"/a~1b/0\",\"schema_path\":\"s.json#/type\",\"expected\":"  \
    "\"text \\\"x\\\"\",\"found\":\"a\\tb\\u001b[2J\",\"excerpt\":"            \
    "\"{\\\"a/"                                                                \
    "b\\\":[\\\"\xc3\xa9\\\"]}\",\"witness\":[{\"seq\":6,\"t\":5,\"value\":"   \
    "\"5\"},"                                                                  \
    "{\"seq\":7,\"t\":9}]},"

static void json_is_for_programs(void)
{
    struct check_verdict v;
    struct td_buf out = {0};
    struct td_json_writer w;

    make(&v);
    w = td_json_writer(&out);
    report_json(&w, NULL, &v);
    CU_ASSERT_EQUAL(td_json_line(&w), TD_OK);
    expect("json", &out,
           "{\"verdict\":\"fail\",\"input\":\"run\\n.tape.gz\",\"events\":3,"
           "\"lossy\":true,\"counts\":{\"pass\":1,\"vacuous\":0,\"open\":1,"
           "\"skipped\":0,\"flaky\":0,\"fail\":2,\"error\":0},\"rules\":["
           "{\"id\":\"good\",\"what\":\"first: a\",\"level\":\"error\","
           "\"outcome\":\"pass\",\"applied\":0,\"judged\":0,\"total\":0,"
           "\"reason\":\"\"},"
           "{\"id\":\"bad\",\"what\":\"schema: a\",\"level\":\"error\","
           "\"outcome\":\"fail\",\"applied\":3,\"judged\":0,\"total\":3,"
           "\"groups\":[{\"schema_path\":\"s.json#/type\",\"total\":3}],"
           "\"reason\":\"\"},"
           "{\"id\":\"soft\",\"what\":\"count: b\",\"level\":\"warn\","
           "\"outcome\":\"fail\",\"applied\":0,\"judged\":0,\"total\":1,"
           "\"reason\":\"\"},"
           "{\"id\":\"idle\",\"what\":\"last: c\",\"level\":\"info\","
           "\"outcome\":\"open\",\"applied\":0,\"judged\":0,\"total\":0,"
           "\"reason\":\"cut \\\"off\\\"\"}],\"findings\":[" FOUND("1000000001")
               FOUND("2000000002") "{\"rule\":\"soft\","
                                   "\"level\":\"warn\","
                                   "\"path\":\"\","
                                   "\"schema_path\":\"\","
                                   "\"expected\":\"text "
                                   "\\\"x\\\"\",\"found\":"
                                   "\"a\\tb\\u001b[2J\","
                                   "\"excerpt\":\"\","
                                   "\"witness\":[]}]}\n");
    check_verdict_release(&v);
}

static void the_outcome_is_the_worst_error(void)
{
    static const struct {
        enum check_outcome outcomes[2];
        enum check_level level; /* of the second */
        bool lossy;
        enum check_outcome outcome;
        enum td_code code;
    } rows[] = {
        {{CHECK_PASS, CHECK_PASS}, CHECK_LEVEL_ERROR, false, CHECK_PASS, TD_OK},
        {{CHECK_PASS, CHECK_PASS},
         CHECK_LEVEL_ERROR,
         true,
         CHECK_PASS,
         TD_LOSSY},
        {{CHECK_PASS, CHECK_FAIL}, CHECK_LEVEL_WARN, false, CHECK_PASS, TD_OK},
        {{CHECK_PASS, CHECK_FAIL}, CHECK_LEVEL_INFO, false, CHECK_PASS, TD_OK},
        {{CHECK_PASS, CHECK_FAIL},
         CHECK_LEVEL_ERROR,
         true,
         CHECK_FAIL,
         TD_FAILED},
        {{CHECK_OPEN, CHECK_VACUOUS},
         CHECK_LEVEL_ERROR,
         false,
         CHECK_OPEN,
         TD_LOSSY},
        {{CHECK_OPEN, CHECK_FAIL},
         CHECK_LEVEL_ERROR,
         false,
         CHECK_FAIL,
         TD_FAILED},
        {{CHECK_FAIL, CHECK_ERROR},
         CHECK_LEVEL_ERROR,
         false,
         CHECK_FAIL,
         TD_FAILED},
        {{CHECK_OPEN, CHECK_ERROR},
         CHECK_LEVEL_ERROR,
         true,
         CHECK_ERROR,
         TD_TOOL},
        {{CHECK_VACUOUS, CHECK_VACUOUS},
         CHECK_LEVEL_ERROR,
         false,
         CHECK_VACUOUS,
         TD_OK},
        {{CHECK_PASS, CHECK_SKIPPED},
         CHECK_LEVEL_ERROR,
         false,
         CHECK_PASS,
         TD_OK},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct check_verdict v;

        check_verdict_init(&v, "x");
        for (int r = 0; r < 2; r++) {
            uint32_t rule = check_verdict_rule(
                &v, "r", "r", r ? rows[i].level : CHECK_LEVEL_ERROR, 1);

            v.rules[rule].outcome = rows[i].outcomes[r];
        }
        v.lossy = rows[i].lossy;
        check_verdict_close(&v);
        CU_ASSERT_EQUAL(v.outcome, rows[i].outcome);
        CU_ASSERT_EQUAL(check_verdict_code(&v), rows[i].code);
        if (v.outcome != rows[i].outcome)
            printf("\n    row %zu: %s\n", i, check_outcome_text(v.outcome));
        check_verdict_release(&v);
    }
}

CU_TestInfo reports_verdict_tests[] = {
    {"text is for people", text_is_for_people},
    {"json is for programs", json_is_for_programs},
    {"the outcome is the worst error", the_outcome_is_the_worst_error},
    CU_TEST_INFO_NULL,
};
