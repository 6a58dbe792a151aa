/* Tests as lines of JSON: cargo test, pytest-reportlog, and jest --json, which
 * is one document.
 *
 * cargo: a suite for each binary promises a count and has to end. reportlog: a
 * test is told in three phases, of which setup and teardown matter if they
 * fail; without SessionFinish pytest crashed. jest: a file that did not load
 * has no tests, and is an error of its own.
 */
#include "validator/gates/read/formats.h"
#include "validator/gates/read/reader.h"

#define SECOND      1e9
#define MILLISECOND 1e6

enum { NAME, MESSAGE, FILE_NAME, SUITE, PLAIN, RERUN, TEXT };

struct lines {
    struct read_reader base;
    bool begun;    /* cargo: a suite; reportlog: the session */
    bool open;     /* and it has not ended */
    uint64_t want; /* tests of the suite that is open */
    uint64_t have;
    uint64_t promised;
};

static void other_line(struct read_reader *r, struct td_bytes line)
{
    if (read_trim(line).len > 0)
        r->end.unknown++;
}

static void cargo_suite(struct lines *r, const struct td_json_doc *doc,
                        struct td_bytes event)
{
    r->begun = true;
    if (td_bytes_is(event, "started")) {
        if (r->open)
            read_partial(&r->base, "a suite begins and the one before it has "
                                   "not ended");
        r->want = read_count(doc, 0, "test_count");
        r->promised += r->want;
        r->have = 0;
        r->open = true;
        return;
    }
    if (r->open && r->have != r->want)
        read_partial(&r->base, "a suite promises %llu tests and has %llu",
                     (unsigned long long)r->want, (unsigned long long)r->have);
    r->open = false;
}

static void cargo_test(struct lines *r, const struct td_json_doc *doc,
                       struct td_bytes event)
{
    struct read_reader *base = &r->base;
    struct read_test test = {.ns = -1};
    double seconds;

    if (td_bytes_is(event, "started") || td_bytes_is(event, "timeout"))
        return;
    test.result = td_bytes_is(event, "ok")        ? VERDICT_RESULT_PASS
                  : td_bytes_is(event, "ignored") ? VERDICT_RESULT_SKIP
                                                  : VERDICT_RESULT_FAIL;
    test.name = read_text(base, NAME, doc, 0, "name");
    if (read_real(doc, 0, "exec_time", &seconds))
        test.ns = read_nanoseconds(seconds, SECOND);
    test.message = read_text(base, MESSAGE, doc, 0, "message");
    if (test.message.len == 0 && test.result == VERDICT_RESULT_FAIL)
        read_split(read_text(base, TEXT, doc, 0, "stdout"), &test.message,
                   &test.detail);
    r->have++;
    read_tell_test(base, &test);
}

static void on_cargo(struct read_reader *reader, struct td_bytes line)
{
    struct lines *r = (struct lines *)reader;
    const struct td_json_doc *doc = read_line_json(reader, line);
    struct td_bytes type;
    struct td_bytes event;

    if (!doc) {
        other_line(reader, line);
        return;
    }
    type = read_text(reader, PLAIN, doc, 0, "type");
    event = read_text(reader, PLAIN, doc, 0, "event");
    if (td_bytes_is(type, "suite"))
        cargo_suite(r, doc, event);
    else if (td_bytes_is(type, "test") || td_bytes_is(type, "bench"))
        cargo_test(r, doc, event);
    else
        reader->end.unknown++;
}

static void finish_cargo(struct read_reader *reader)
{
    struct lines *r = (struct lines *)reader;

    if (!r->begun)
        read_wrong(reader, "no line is of libtest");
    else if (r->open)
        read_partial(reader, "a suite has not ended");
    else if (!reader->ended_with_line)
        read_partial(reader, "the last line has no end");
    reader->end.has_claim = true;
    reader->end.claimed = r->promised;
    reader->end.has_work = r->begun && !r->open;
}

/* The text of a failure: a string, or what says where it crashed. */
static void keep_why(struct read_reader *r, const struct td_json_doc *doc,
                     struct read_test *test)
{
    struct td_bytes text =
        read_text(r, MESSAGE, doc, 0, "/longrepr/reprcrash/message");

    if (text.len == 0)
        text = read_text(r, MESSAGE, doc, 0, "/longrepr/2"); /* of a skip */
    if (text.len == 0)
        text = read_text(r, MESSAGE, doc, 0, "longrepr");
    read_split(text, &test->message, &test->detail);
}

/* False: this phase says nothing of the test. */
static bool phase_result(struct read_reader *r, const struct td_json_doc *doc,
                         enum verdict_result *result)
{
    bool expected = read_member(doc, 0, "wasxfail") != UINT32_MAX;
    bool is_call = td_bytes_is(read_text(r, PLAIN, doc, 0, "when"), "call");
    struct td_bytes outcome = read_text(r, PLAIN, doc, 0, "outcome");

    if (td_bytes_is(outcome, "skipped"))
        *result = expected ? VERDICT_RESULT_XFAIL : VERDICT_RESULT_SKIP;
    else if (td_bytes_is(outcome, "failed"))
        *result = is_call ? VERDICT_RESULT_FAIL : VERDICT_RESULT_ERROR;
    else if (!td_bytes_is(outcome, "passed") || !is_call)
        return false;
    else
        *result = expected ? VERDICT_RESULT_XPASS : VERDICT_RESULT_PASS;
    return true;
}

static void report_test(struct read_reader *r, const struct td_json_doc *doc)
{
    struct read_test test = {.ns = -1};
    double seconds;

    test.name = read_text(r, NAME, doc, 0, "nodeid");
    if (td_bytes_is(read_text(r, PLAIN, doc, 0, "outcome"), "rerun")) {
        (void)read_keep(r, RERUN, test.name);
        return;
    }
    if (!phase_result(r, doc, &test.result))
        return;
    if (test.result == VERDICT_RESULT_PASS && test.name.len > 0 &&
        td_bytes_equal(test.name, read_kept(r, RERUN))) {
        test.result = VERDICT_RESULT_FLAKY;
        test.flaky = true;
    }
    if (read_real(doc, 0, "duration", &seconds))
        test.ns = read_nanoseconds(seconds, SECOND);
    test.file = read_text(r, FILE_NAME, doc, 0, "/location/0");
    test.line = read_count(doc, 0, "/location/1") + 1;
    keep_why(r, doc, &test);
    read_tell_test(r, &test);
}

static void report_collection(struct read_reader *r,
                              const struct td_json_doc *doc)
{
    struct read_test test = {.ns = -1, .result = VERDICT_RESULT_ERROR};

    if (!td_bytes_is(read_text(r, PLAIN, doc, 0, "outcome"), "failed"))
        return;
    test.name = read_text(r, NAME, doc, 0, "nodeid");
    keep_why(r, doc, &test);
    read_tell_test(r, &test);
}

static void on_report(struct read_reader *reader, struct td_bytes line)
{
    struct lines *r = (struct lines *)reader;
    const struct td_json_doc *doc = read_line_json(reader, line);
    struct td_bytes type;

    if (!doc) {
        other_line(reader, line);
        return;
    }
    type = read_text(reader, PLAIN, doc, 0, "$report_type");
    r->begun = r->begun || type.len > 0 ||
               read_member(doc, 0, "pytest_version") != UINT32_MAX;
    if (td_bytes_is(type, "TestReport")) {
        report_test(reader, doc);
    } else if (td_bytes_is(type, "CollectReport")) {
        report_collection(reader, doc);
    } else if (td_bytes_is(type, "SessionFinish") ||
               read_member(doc, 0, "exitstatus") != UINT32_MAX) {
        reader->end.has_work = true;
    } else if (read_member(doc, 0, "pytest_version") != UINT32_MAX) {
        read_tool(reader, td_text("pytest"),
                  read_text(reader, PLAIN, doc, 0, "pytest_version"));
    } else {
        reader->end.unknown++;
    }
}

static void finish_report(struct read_reader *reader)
{
    if (!((struct lines *)reader)->begun)
        read_wrong(reader, "no line is of pytest-reportlog");
    else if (!reader->end.has_work)
        read_partial(reader, "the session did not finish: pytest crashed");
}

enum { JEST_FILE, JEST_TOTAL, JEST_STOPPED, JEST_END };
static const char *const jest_paths[] = {"/testResults/*", "/numTotalTests",
                                         "/wasInterrupted", "</testResults",
                                         NULL};

static enum verdict_result jest_result(struct td_bytes status, bool again)
{
    if (td_bytes_is(status, "passed"))
        return again ? VERDICT_RESULT_FLAKY : VERDICT_RESULT_PASS;
    return td_bytes_is(status, "failed") ? VERDICT_RESULT_FAIL
                                         : VERDICT_RESULT_SKIP;
}

static void jest_suite(struct read_reader *r, const struct td_json_doc *doc,
                       uint32_t at)
{
    uint32_t titles = read_member(doc, at, "ancestorTitles");

    (void)read_keep(r, SUITE, td_text(""));
    if (titles == UINT32_MAX || doc->values[titles].kind != TD_JSON_ARRAY)
        return;
    for (uint32_t i = titles + 1; i < doc->values[titles].next;
         i = doc->values[i].next) {
        if (i > titles + 1)
            read_keep_more(r, SUITE, td_text(" > "));
        read_keep_more(r, SUITE, read_string(r, PLAIN, doc, i));
    }
}

static void jest_test(struct read_reader *r, const struct td_json_doc *doc,
                      uint32_t at)
{
    struct read_test test = {.ns = -1};
    double ms;

    uint32_t failure = read_member(doc, at, "/failureMessages/0");

    jest_suite(r, doc, at);
    test.suite = read_kept(r, SUITE);
    test.name = read_text(r, NAME, doc, at, "title");
    /* vitest does not tell how often it tried, but what went wrong. */
    test.result = jest_result(read_text(r, PLAIN, doc, at, "status"),
                              read_count(doc, at, "invocations") > 1 ||
                                  failure != UINT32_MAX);
    test.flaky = test.result == VERDICT_RESULT_FLAKY;
    if (read_real(doc, at, "duration", &ms))
        test.ns = read_nanoseconds(ms, MILLISECOND);
    read_split(read_string(r, MESSAGE, doc, failure), &test.message,
               &test.detail);
    test.file = read_text(r, FILE_NAME, doc, 0, "name");
    test.line = read_count(doc, at, "/location/line");
    read_tell_test(r, &test);
}

/* A file; if it did not load, it has a message and no tests. */
static void jest_file(struct read_reader *r, const struct td_json_doc *doc)
{
    uint32_t tests = read_member(doc, 0, "assertionResults");
    struct read_test test = {.ns = -1, .result = VERDICT_RESULT_ERROR};

    if (tests != UINT32_MAX && doc->values[tests].kind == TD_JSON_ARRAY &&
        doc->values[tests].count > 0) {
        for (uint32_t i = tests + 1; i < doc->values[tests].next;
             i = doc->values[i].next)
            jest_test(r, doc, i);
        return;
    }
    if (!td_bytes_is(read_text(r, PLAIN, doc, 0, "status"), "failed"))
        return;
    test.name = td_text("(file)");
    test.file = read_text(r, FILE_NAME, doc, 0, "name");
    test.suite = test.file;
    read_split(read_text(r, MESSAGE, doc, 0, "message"), &test.message,
               &test.detail);
    ((struct lines *)r)->have++;
    read_tell_test(r, &test);
}

static void on_jest(struct read_reader *reader, unsigned path,
                    const struct td_json_doc *doc)
{
    if (path == JEST_FILE) {
        jest_file(reader, doc);
    } else if (path == JEST_TOTAL) {
        reader->end.has_claim =
            read_uint(td_json_raw(doc, 0), &reader->end.claimed);
    } else if (path == JEST_STOPPED) {
        if (doc->values[0].kind == TD_JSON_TRUE)
            read_partial(reader, "the run was interrupted");
    } else {
        reader->end.has_work = true;
    }
}

static void finish_jest(struct read_reader *reader)
{
    if (!reader->end.has_work)
        read_wrong(reader, "it has no \"testResults\": it is not of jest");
    reader->end.claimed += ((struct lines *)reader)->have;
    read_check_claim(reader, reader->end.leaves);
}

static const struct read_way ways[] = {
    {.size = sizeof(struct lines),
     .line = on_cargo,
     .line_max = READ_RECORD_MAX,
     .finish = finish_cargo},
    {.size = sizeof(struct lines),
     .line = on_report,
     .line_max = READ_RECORD_MAX,
     .finish = finish_report},
    {.size = sizeof(struct lines),
     .paths = jest_paths,
     .record = on_jest,
     .finish = finish_jest},
};

static struct read_reader *open_cargo(const struct read_sink *sink)
{
    return read_way_open(sink, &ways[0]);
}

static struct read_reader *open_report(const struct read_sink *sink)
{
    return read_way_open(sink, &ways[1]);
}

static struct read_reader *open_jest(const struct read_sink *sink)
{
    return read_way_open(sink, &ways[2]);
}

const struct read_format read_cargo = {
    "cargo",    VERDICT_TESTS, "JSON of cargo test (libtest)",
    open_cargo, read_way_put,  read_way_end};
const struct read_format read_reportlog = {"reportlog",           VERDICT_TESTS,
                                           "pytest --report-log", open_report,
                                           read_way_put,          read_way_end};
const struct read_format read_jest = {"jest",    VERDICT_TESTS, "jest --json",
                                      open_jest, read_way_put,  read_way_end};
