/* Reading verdict.json: what is refused and how, what is passed over, and that
 * what was read is written the same.
 */
#include "core/fs.h"
#include "reports/verdict_json.h"
#include "reports/verdict_load.h"
#include "tests/suites.h"

#include <stdio.h>
#include <string.h>

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

#define HEAD "{\"schema\":\"tapedeck/verdict\",\"version\":1,"
#define RUN  "\"run\":{\"at\":\"2026-11-28T19:20:00Z\"}"
/* A whole document with these members more. */
#define WITH(more)                                                             \
    HEAD "\"verdict\":\"pass\",\"exit\":0," RUN ",\"gates\":[]" more "}"
#define GATE(more)                                                             \
    HEAD "\"verdict\":\"pass\",\"exit\":0," RUN                                \
         ",\"gates\":[{\"name\":\"g\",\"kind\":\"stream\",\"verdict\":"        \
         "\"pass\"" more "}]}"
#define LINE(more) GATE(",\"timeline\":{\"start\":0,\"end\":1," more "}")

static enum td_code parse(const char *text, struct verdict_document *doc,
                          struct td_error *err)
{
    verdict_document_init(doc);
    return report_verdict_parse(doc, "v.json", td_text(text), err);
}

static void what_is_no_verdict_is_refused(void)
{
    static const struct {
        const char *text;
        const char *why;
        enum td_code code;
    } rows[] = {
        {"", "is no verdict: it is empty", TD_USAGE},
        {"{", "is no verdict: ", TD_USAGE},
        {"[]", "is no verdict: it does not say \"schema\"", TD_USAGE},
        {"{\"schema\":\"other\"}", "it does not say", TD_USAGE},
        {"{\"schema\":\"tapedeck/verdict\"}", "it lacks \"version\"", TD_USAGE},
        {"{\"schema\":\"tapedeck/verdict\",\"version\":2}",
         "is verdict.json version 2; this program reads 1", TD_USAGE},
        {"{\"schema\":\"tapedeck/verdict\",\"version\":0}", "is no version",
         TD_USAGE},
        {"{\"schema\":\"tapedeck/verdict\",\"version\":\"1\"}",
         "/version is no whole number", TD_USAGE},
        {"{\"schema\":\"tapedeck/verdict\",\"version\":1e0}",
         "/version is no whole number", TD_USAGE},
        {HEAD "\"exit\":0}", "it lacks \"verdict\"", TD_USAGE},
        {HEAD "\"verdict\":\"green\"}",
         "/verdict is none of pass vacuous open skipped flaky fail error",
         TD_USAGE},
        {HEAD "\"verdict\":\"pass\",\"exit\":-1}",
         "/exit is no whole number from 0", TD_USAGE},
        {HEAD "\"verdict\":\"pass\",\"exit\":99999999999999999999}",
         "/exit is too large", TD_USAGE},
        {HEAD "\"verdict\":\"pass\",\"exit\":0}", "it lacks \"run\"", TD_USAGE},
        {HEAD "\"verdict\":\"pass\",\"exit\":0,\"run\":{\"at\":\"now\"}}",
         "/run/at is no time", TD_USAGE},
        {WITH(",\"findings\":{}"), "/findings is no list", TD_USAGE},
        {WITH(",\"findings\":[1]"), "/findings/0 is no object", TD_USAGE},
        {WITH(",\"findings\":[{\"gate\":\"g\"}]"), "/findings/0 lacks \"rule\"",
         TD_USAGE},
        {WITH(",\"findings\":[{\"gate\":7}]"), "/findings/0/gate is no text",
         TD_USAGE},
        {WITH(",\"tests\":[{\"gate\":\"g\",\"key\":\"k\",\"result\":\"ok\"}]"),
         "/tests/0/result is none of skip", TD_USAGE},
        {WITH(",\"coverage\":[{\"gate\":\"g\",\"lines\":[1,2,3]}]"),
         "/coverage/0/lines is no pair", TD_USAGE},
        {WITH(",\"coverage\":[{\"gate\":\"g\",\"lines\":[1,2],\"files\":[{"
              "\"path\":\"a\",\"lines\":[1,2],\"changed\":[[9,3]]}]}]"),
         "/coverage/0/files/0/changed/0 ends before it begins", TD_USAGE},
        {WITH(",\"coverage\":[{\"gate\":\"g\",\"lines\":[1,2],\"files\":[{"
              "\"path\":\"a\",\"lines\":[1,2],\"changed\":[[0,"
              "18446744073709551615]],\"source\":[\"x\"]}]}]"),
         "source has not a text for each changed line", TD_USAGE},
        {WITH(",\"perf\":[{\"gate\":\"g\",\"name\":\"n\",\"verdict\":\"pass\","
              "\"ratio\":1e999}]"),
         "/perf/0/ratio is too large", TD_USAGE},
        {GATE(",\"lossy\":1"), "/gates/0/lossy is neither true nor false",
         TD_USAGE},
        {GATE(",\"needs\":[1]"), "/gates/0/needs/0 is no text", TD_USAGE},
        {LINE("\"bins\":4000000000,\"names\":[\"a\"],\"counts\":[[1]]"),
         "counts has not a row for each bin", TD_USAGE},
        {LINE("\"bins\":1,\"names\":[\"a\"],\"counts\":[[1,2]]"),
         "counts/0 has not a count for each name", TD_USAGE},
        {LINE("\"bins\":2,\"names\":[\"a\",\"b\"],\"counts\":[[],[]]"),
         "has not a count for each name", TD_USAGE},
        {LINE("\"bins\":1,\"names\":[\"a\"],\"counts\":[[4294967296]]"),
         "is too large", TD_USAGE},
        {WITH(",\"x\":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]"), "", TD_LIMIT},
        {"{\"a\":\"\xff\"}", "is no verdict: ", TD_USAGE},
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        struct verdict_document doc;
        struct td_error err = {0};
        enum td_code code = parse(rows[i].text, &doc, &err);

        CU_ASSERT_EQUAL(code, rows[i].code);
        CU_ASSERT_STRING_EQUAL(err.where, "v.json");
        CU_ASSERT_PTR_NOT_NULL(strstr(err.text, rows[i].why));
        if (code != rows[i].code || !strstr(err.text, rows[i].why))
            printf("\n%s: %u %s\n", rows[i].text, (unsigned)code, err.text);
        verdict_document_release(&doc);
    }
}

static void what_is_not_known_is_passed_over(void)
{
    struct verdict_document doc;
    struct td_error err = {0};
    const char *text =
        WITH(",\"later\":{\"a\":[1,{}]},\"findings\":null,\"tests\":[{\"gate\":"
             "\"g\",\"key\":\"k\\u0000\",\"result\":\"pass\",\"more\":1}]");

    CU_ASSERT_EQUAL(parse(text, &doc, &err), TD_OK);
    CU_ASSERT_PTR_NULL(doc.findings);
    CU_ASSERT_STRING_EQUAL(doc.tests->key, "k\xef\xbf\xbd");
    CU_ASSERT_EQUAL(doc.tests->ns, -1);
    CU_ASSERT_EQUAL(doc.run.at_ns, UINT64_C(1795893600000000000));
    /* What is added comes behind what was read. */
    verdict_add_test(&doc)->key = "more";
    CU_ASSERT_STRING_EQUAL(doc.tests->next->key, "more");
    verdict_document_release(&doc);
}

/* Every member of a whole document survives, and none is made up. */
static void what_is_read_is_written(void)
{
    static const char *const files[] = {"full", "before", "hostile"};

    for (size_t i = 0; i < ROWS(files); i++) {
        struct verdict_document doc;
        struct verdict_document again;
        struct td_error err = {0};
        struct td_buf one = {0};
        struct td_buf two = {0};
        char path[300];

        (void)snprintf(path, sizeof(path),
                       TD_SOURCE_DIR "/fixtures/verdicts/%s.json", files[i]);
        verdict_document_init(&doc);
        CU_ASSERT_EQUAL(report_verdict_load(&doc, path, &err), TD_OK);
        CU_ASSERT_EQUAL(report_verdict_json(&one, &doc), TD_OK);
        CU_ASSERT_EQUAL(parse(td_buf_str(&one), &again, &err), TD_OK);
        CU_ASSERT_EQUAL(report_verdict_json(&two, &again), TD_OK);
        CU_ASSERT_STRING_EQUAL(td_buf_str(&one), td_buf_str(&two));
        verdict_document_release(&doc);
        verdict_document_release(&again);
        td_buf_release(&one);
        td_buf_release(&two);
    }
}

/* Any prefix of a document, and any byte of it changed, is read or refused. */
static void half_and_broken_documents_do_no_harm(void)
{
    struct td_buf text = {0};
    struct td_error err = {0};

    CU_ASSERT_EQUAL(
        td_fs_read(&text, TD_SOURCE_DIR "/fixtures/verdicts/full.json", &err),
        TD_OK);
    for (size_t i = 0; i + 7 < text.len; i += 7) {
        struct verdict_document doc;
        uint8_t kept = text.ptr[i];
        enum td_code code;

        verdict_document_init(&doc);
        CU_ASSERT_NOT_EQUAL(
            report_verdict_parse(&doc, "v", td_bytes(text.ptr, i), &err),
            TD_OK);
        verdict_document_release(&doc);
        text.ptr[i] = (uint8_t) "]}0\"x,"[i % 6];
        code = report_verdict_parse(&doc, "v", td_buf_bytes(&text), &err);
        CU_ASSERT_TRUE(code == TD_OK || code == TD_USAGE || code == TD_LIMIT);
        verdict_document_release(&doc);
        text.ptr[i] = kept;
    }
    td_buf_release(&text);
}

CU_TestInfo reports_verdict_load_tests[] = {
    {"what is no verdict is refused", what_is_no_verdict_is_refused},
    {"what is not known is passed over", what_is_not_known_is_passed_over},
    {"what is read is written", what_is_read_is_written},
    {"half and broken documents do no harm",
     half_and_broken_documents_do_no_harm},
    CU_TEST_INFO_NULL,
};
