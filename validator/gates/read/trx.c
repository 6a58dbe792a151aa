/* TRX of vstest and dotnet test. A test with rows of data is told with the rows
 * within it: then the rows are the leaves, though totals count both. Where the
 * process of the tests crashed, the run failed and maybe none of the tests that
 * it had told until then.
 */
#include "validator/gates/read/formats.h"
#include "validator/gates/read/reader.h"

#define LEVELS 8 /* of results within results */

enum { MESSAGE, STACK, NAMES, FAULT };

struct result {
    struct read_test test;
    size_t name_at; /* within the names */
    size_t name_len;
    bool has_rows;
};

struct trx {
    struct read_reader base;
    struct result results[LEVELS];
    unsigned depth;
    uint64_t parents;
    bool failed;   /* the run says so of itself */
    bool some_bad; /* one of its tests did not do well */
    bool in_fault; /* what it says of the run */
    int taking;    /* -1, MESSAGE, STACK or FAULT */
};

static enum verdict_result result_of(struct td_bytes outcome)
{
    static const char *const good[] = {"Passed", "PassedButRunAborted",
                                       "Completed", "Warning"};
    static const char *const idle[] = {"NotExecuted", "NotRunnable",
                                       "Inconclusive", "Pending"};

    for (size_t i = 0; i < 4; i++) {
        if (td_bytes_is(outcome, good[i]))
            return i == 1 ? VERDICT_RESULT_FAIL : VERDICT_RESULT_PASS;
        if (td_bytes_is(outcome, idle[i]))
            return VERDICT_RESULT_SKIP;
    }
    return td_bytes_is(outcome, "Error") ? VERDICT_RESULT_ERROR
                                         : VERDICT_RESULT_FAIL;
}

static void open_result(struct trx *trx, const char **attributes)
{
    struct td_buf *names = &trx->base.kept[NAMES];
    struct td_bytes name = read_attribute_text(attributes, "testName");
    struct result *result;

    if (trx->depth == LEVELS) {
        read_stop(&trx->base, "results are nested deeper than 8 levels");
        return;
    }
    if (trx->depth > 0)
        trx->results[trx->depth - 1].has_rows = true;
    else
        td_buf_clear(names);
    result = &trx->results[trx->depth++];
    *result = (struct result){.name_at = names->len};
    read_keep_more(&trx->base, NAMES, name);
    result->name_len = names->len - result->name_at;
    result->test.result = result_of(read_attribute_text(attributes, "outcome"));
    result->test.ns = read_clock(read_attribute_text(attributes, "duration"));
    (void)read_keep(&trx->base, MESSAGE, td_text(""));
    (void)read_keep(&trx->base, STACK, td_text(""));
}

static void on_open(void *self, const char *name, const char **attributes)
{
    struct trx *trx = self;
    struct read_end *end = &trx->base.end;

    if (read_xml_depth(trx->base.xml) == 1) {
        if (strcmp(name, "TestRun"))
            read_wrong(&trx->base, "the root is <%.60s>, not of TRX", name);
        trx->base.root_seen = true;
    }
    if (!strcmp(name, "UnitTestResult")) {
        open_result(trx, attributes);
    } else if (!strcmp(name, "Counters")) {
        end->has_claim =
            read_uint(read_attribute_text(attributes, "total"), &end->claimed);
    } else if (!strcmp(name, "ResultSummary")) {
        struct td_bytes outcome = read_attribute_text(attributes, "outcome");

        if (td_bytes_is(outcome, "Aborted") || td_bytes_is(outcome, "Timeout"))
            read_partial(&trx->base, "the run was %s",
                         read_attribute(attributes, "outcome"));
        trx->failed = trx->failed || td_bytes_is(outcome, "Failed") ||
                      td_bytes_is(outcome, "Error");
        end->has_work = true;
    } else if (!strcmp(name, "RunInfo")) {
        trx->in_fault =
            td_bytes_is(read_attribute_text(attributes, "outcome"), "Error");
        trx->failed = trx->failed || trx->in_fault;
    } else if (trx->in_fault && !strcmp(name, "Text")) {
        trx->taking = read_kept(&trx->base, FAULT).len == 0 ? FAULT : -1;
    } else if (trx->depth > 0 && !strcmp(name, "Message")) {
        trx->taking = MESSAGE;
    } else if (trx->depth > 0 && !strcmp(name, "StackTrace")) {
        trx->taking = STACK;
    }
}

static void on_text(void *self, struct td_bytes text)
{
    struct trx *trx = self;

    if (trx->taking >= 0)
        read_keep_more(&trx->base, (unsigned)trx->taking, text);
}

static void close_result(struct trx *trx)
{
    struct td_buf *names = &trx->base.kept[NAMES];
    struct result *result = &trx->results[--trx->depth];
    struct read_test *test = &result->test;

    if (result->has_rows) {
        trx->parents++;
        return;
    }
    trx->some_bad = trx->some_bad || test->result == VERDICT_RESULT_FAIL ||
                    test->result == VERDICT_RESULT_ERROR;
    test->name = td_bytes(names->ptr + result->name_at, result->name_len);
    read_split(read_kept(&trx->base, MESSAGE), &test->message, &test->detail);
    if (read_kept(&trx->base, STACK).len > 0)
        test->detail = read_kept(&trx->base, STACK);
    read_tell_test(&trx->base, test);
}

static void on_close(void *self, const char *name)
{
    struct trx *trx = self;

    trx->taking = -1;
    trx->in_fault = trx->in_fault && strcmp(name, "RunInfo") != 0;
    if (!strcmp(name, "UnitTestResult") && trx->depth > 0)
        close_result(trx);
}

/* Totals count parents in some versions and not in others. */
static void finish(struct read_reader *reader)
{
    struct trx *trx = (struct trx *)reader;
    uint64_t all = reader->end.leaves + trx->parents;

    if (!reader->end.has_work)
        read_partial(reader, "it has no summary");
    if (reader->end.claimed == all)
        reader->end.claimed = reader->end.leaves;
    read_check_claim(reader, reader->end.leaves);
    if (trx->failed && !trx->some_bad) {
        struct td_bytes why;
        struct td_bytes rest;

        read_split(read_kept(reader, FAULT), &why, &rest);
        read_partial(reader, "the run failed, and none of its tests%s%.*s",
                     why.len > 0 ? ": " : "",
                     (int)(why.len < 160 ? why.len : 160),
                     why.len ? (const char *)why.ptr : "");
    }
}

static const struct read_xml_way xml = {on_open, on_close, on_text};
static const struct read_way way = {
    .size = sizeof(struct trx), .xml = &xml, .finish = finish};

static struct read_reader *open_trx(const struct read_sink *sink)
{
    struct read_reader *reader = read_way_open(sink, &way);

    ((struct trx *)reader)->taking = -1;
    return reader;
}

const struct read_format read_trx = {
    "trx",    VERDICT_TESTS, "TRX of dotnet test and vstest",
    open_trx, read_way_put,  read_way_end};
