/* CTRF (ctrf.io), as reporters of playwright, cypress, jest, vitest, k6 and
 * many others write it: results.tests, with the attempts of a test beside it.
 * One that is called flaky, or passed after retries, has failed before.
 */
#include "validator/gates/read/formats.h"
#include "validator/gates/read/reader.h"

#define MILLISECOND 1e6

enum { NAME, SUITE, FILE_NAME, MESSAGE, TRACE, PLAIN };
enum { TEST, TOTAL, FAILED, END };

static const char *const paths[] = {
    "/results/tests/*", "/results/summary/tests", "/results/summary/failed",
    "</results/tests", NULL};

struct ctrf {
    struct read_reader base;
    uint64_t failed; /* as its summary says */
    bool some_bad;   /* one of the tests did not do well */
};

/* "other" is what has no word in CTRF: a timeout, but also a test that is only
 * planned, which is no failure. */
static enum verdict_result result_of_other(struct read_reader *r,
                                           const struct td_json_doc *doc)
{
    struct td_bytes raw = read_text(r, PLAIN, doc, 0, "rawStatus");

    return td_bytes_is(raw, "todo") || td_bytes_is(raw, "disabled")
               ? VERDICT_RESULT_SKIP
               : VERDICT_RESULT_ERROR;
}

static enum verdict_result result_of(struct read_reader *r,
                                     const struct td_json_doc *doc)
{
    struct td_bytes status = read_text(r, PLAIN, doc, 0, "status");
    uint32_t flaky = read_member(doc, 0, "flaky");
    bool marked =
        flaky != UINT32_MAX && doc->values[flaky].kind == TD_JSON_TRUE;

    if (td_bytes_is(status, "passed"))
        return marked || read_count(doc, 0, "retries") > 0
                   ? VERDICT_RESULT_FLAKY
                   : VERDICT_RESULT_PASS;
    if (td_bytes_is(status, "failed"))
        return VERDICT_RESULT_FAIL;
    return td_bytes_is(status, "skipped") || td_bytes_is(status, "pending")
               ? VERDICT_RESULT_SKIP
               : result_of_other(r, doc);
}

/* An array of names, or one text, as older writers have it. */
static void keep_suite(struct read_reader *r, const struct td_json_doc *doc)
{
    uint32_t suite = read_member(doc, 0, "suite");

    (void)read_keep(r, SUITE, td_text(""));
    if (suite == UINT32_MAX)
        return;
    if (doc->values[suite].kind != TD_JSON_ARRAY) {
        read_keep_more(r, SUITE, read_string(r, PLAIN, doc, suite));
        return;
    }
    for (uint32_t i = suite + 1; i < doc->values[suite].next;
         i = doc->values[i].next) {
        if (i > suite + 1)
            read_keep_more(r, SUITE, td_text(" > "));
        read_keep_more(r, SUITE, read_string(r, PLAIN, doc, i));
    }
}

static void on_test(struct read_reader *r, const struct td_json_doc *doc)
{
    struct read_test test = {.ns = -1};
    struct td_bytes rest;
    double ms;

    test.result = result_of(r, doc);
    test.flaky = test.result == VERDICT_RESULT_FLAKY;
    if (test.result != VERDICT_RESULT_PASS &&
        test.result != VERDICT_RESULT_SKIP)
        ((struct ctrf *)r)->some_bad = true;
    keep_suite(r, doc);
    test.suite = read_kept(r, SUITE);
    test.name = read_text(r, NAME, doc, 0, "name");
    test.file = read_text(r, FILE_NAME, doc, 0, "filePath");
    test.line = read_count(doc, 0, "line");
    if (read_real(doc, 0, "duration", &ms))
        test.ns = read_nanoseconds(ms, MILLISECOND);
    read_split(read_text(r, MESSAGE, doc, 0, "message"), &test.message, &rest);
    if (test.message.len == 0)
        read_split(read_text(r, MESSAGE, doc, 0, "/retryAttempts/0/message"),
                   &test.message, &rest);
    test.detail = read_text(r, TRACE, doc, 0, "trace");
    if (test.detail.len == 0)
        test.detail = rest;
    read_tell_test(r, &test);
}

static void on_record(struct read_reader *r, unsigned path,
                      const struct td_json_doc *doc)
{
    struct ctrf *ctrf = (struct ctrf *)r;

    if (path == TEST)
        on_test(r, doc);
    else if (path == TOTAL)
        r->end.has_claim = read_uint(td_json_raw(doc, 0), &r->end.claimed);
    else if (path == FAILED)
        (void)read_uint(td_json_raw(doc, 0), &ctrf->failed);
    else if (path == END)
        r->end.has_work = true;
}

static void finish(struct read_reader *r)
{
    const struct ctrf *ctrf = (const struct ctrf *)r;

    if (!r->end.has_work)
        read_wrong(r,
                   "it has no \"results\" with \"tests\": it is not of CTRF");
    read_check_claim(r, r->end.leaves);
    if (ctrf->failed > 0 && !ctrf->some_bad)
        read_partial(r, "it tells of %llu failed and lists none of them",
                     (unsigned long long)ctrf->failed);
}

static const struct read_way way = {.size = sizeof(struct ctrf),
                                    .paths = paths,
                                    .record = on_record,
                                    .finish = finish};

static struct read_reader *open_ctrf(const struct read_sink *sink)
{
    return read_way_open(sink, &way);
}

const struct read_format read_ctrf = {
    "ctrf",    VERDICT_TESTS, "CTRF of playwright, cypress, vitest and others",
    open_ctrf, read_way_put,  read_way_end};
