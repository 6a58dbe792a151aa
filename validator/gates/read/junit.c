/* JUnit XML in its dialects: pytest, ctest, gtest, surefire, jest-junit,
 * node:test, go-junit-report.
 *
 * No two agree, so the elements within a testcase decide and not the totals:
 *
 *     failure, error          fail, error
 *     flakyFailure, -Error    passed on a rerun: flaky
 *     rerunFailure, -Error    attempts of a test that failed in the end
 *     skipped                 skip; type pytest.xfail: xfail; type todo: xfail
 *                             with a failure, xpass without
 *     status notrun, skipped  ctest could not run it: fail, unless the message
 *                             begins with SKIP_
 *     status disabled, result suppressed    skip
 */
#include "validator/gates/read/formats.h"
#include "validator/gates/read/reader.h"
#include "validator/gates/read/suites.h"

#define SECOND 1e9

enum { NAME, CLASS, FILE_NAME, MESSAGE, DETAIL, OUTPUT };

enum taking { TAKE_NOTHING, TAKE_DETAIL, TAKE_OUTPUT };

struct junit {
    struct read_reader base;
    struct read_suites suites;
    struct read_test test;
    bool in_case;
    bool fails;
    bool errs;
    bool skips;
    bool todo;
    bool xfails;
    bool reran; /* passed on a rerun */
    bool not_run;
    enum taking taking;
    unsigned taking_depth;
    uint64_t promised; /* by the suites below the root */
    bool some_silent;  /* one of them promises nothing */
    bool loose;        /* a testcase stands in no suite */
};

static void take_claim(struct junit *junit, const char **attributes,
                       unsigned depth)
{
    struct read_end *end = &junit->base.end;
    uint64_t tests;
    bool told = read_uint(read_attribute_text(attributes, "tests"), &tests);

    if (depth == 1) {
        end->has_claim = told;
        end->claimed = told ? tests : 0;
    } else if (depth == 2) {
        junit->some_silent = junit->some_silent || !told;
        junit->promised += told ? tests : 0;
    }
}

static void open_suite(struct junit *junit, const char **attributes,
                       unsigned depth)
{
    take_claim(junit, attributes, depth);
    read_suites_push(&junit->suites, read_attribute_text(attributes, "name"));
}

/* The value of a parameter instead of its ordinal, which moves: gtest. */
static void keep_name(struct junit *junit, const char **attributes)
{
    struct td_bytes name = read_attribute_text(attributes, "name");
    const char *value = read_attribute(attributes, "value_param");
    size_t len = name.len;

    while (value && len > 0 && name.ptr[len - 1] >= '0' &&
           name.ptr[len - 1] <= '9')
        len--;
    if (value && len > 0 && len < name.len && name.ptr[len - 1] == '/')
        name.len = len;
    else
        value = NULL;
    (void)read_keep(&junit->base, NAME, name);
    if (value)
        read_keep_more(&junit->base, NAME, td_text(value));
}

static void open_case(struct junit *junit, const char **attributes)
{
    struct read_reader *base = &junit->base;
    struct td_bytes status = read_attribute_text(attributes, "status");
    struct td_bytes result = read_attribute_text(attributes, "result");

    junit->in_case = true;
    junit->fails = junit->errs = junit->todo = junit->xfails = false;
    junit->reran = false;
    junit->not_run = td_bytes_is(status, "notrun") && result.len == 0;
    junit->skips = td_bytes_is(status, "disabled") ||
                   td_bytes_is(result, "suppressed") ||
                   td_bytes_is(result, "skipped");
    junit->test = (struct read_test){0};
    keep_name(junit, attributes);
    (void)read_keep(base, CLASS, read_attribute_text(attributes, "classname"));
    (void)read_keep(base, FILE_NAME, read_attribute_text(attributes, "file"));
    (void)read_keep(base, MESSAGE, td_text(""));
    (void)read_keep(base, DETAIL, td_text(""));
    (void)read_keep(base, OUTPUT, td_text(""));
    junit->test.line = read_attribute_count(attributes, "line");
    junit->test.ns = read_time(read_attribute_text(attributes, "time"), SECOND);
}

static void take(struct junit *junit, enum taking what, const char **attributes)
{
    struct read_reader *base = &junit->base;
    struct td_bytes message = read_attribute_text(attributes, "message");

    junit->taking = what;
    junit->taking_depth = read_xml_depth(base->xml);
    if (what == TAKE_DETAIL && read_kept(base, MESSAGE).len == 0)
        (void)read_keep(base, MESSAGE, message);
    if (what == TAKE_DETAIL && read_kept(base, DETAIL).len > 0)
        read_keep_more(base, DETAIL, td_text("\n"));
}

static void open_skipped(struct junit *junit, const char **attributes)
{
    struct td_bytes type = read_attribute_text(attributes, "type");
    struct td_bytes message = read_attribute_text(attributes, "message");

    take(junit, TAKE_DETAIL, attributes);
    if (td_bytes_is(type, "todo"))
        junit->todo = true;
    else if (td_bytes_is(type, "pytest.xfail"))
        junit->xfails = true;
    else if (junit->not_run && !read_begins(message, "SKIP_"))
        junit->fails = true;
    else
        junit->skips = true;
}

static void open_child(struct junit *junit, const char *name,
                       const char **attributes)
{
    if (!strcmp(name, "failure")) {
        junit->fails = true;
        take(junit, TAKE_DETAIL, attributes);
    } else if (!strcmp(name, "error")) {
        junit->errs = true;
        take(junit, TAKE_DETAIL, attributes);
    } else if (!strcmp(name, "skipped")) {
        open_skipped(junit, attributes);
    } else if (!strcmp(name, "flakyFailure") || !strcmp(name, "flakyError")) {
        junit->reran = true;
        take(junit, TAKE_DETAIL, attributes);
    } else if (!strncmp(name, "system-", 7)) {
        if (junit->fails || junit->errs)
            take(junit, TAKE_OUTPUT, attributes);
    } else if (strncmp(name, "rerun", 5) && strcmp(name, "properties")) {
        junit->base.end.unknown++;
    }
}

static bool is_root(const char *name)
{
    return !strcmp(name, "testsuites") || !strcmp(name, "testsuite");
}

static void on_open(void *self, const char *name, const char **attributes)
{
    struct junit *junit = self;
    unsigned depth = read_xml_depth(junit->base.xml);

    if (depth == 1 && !is_root(name)) {
        read_wrong(&junit->base, "the root is <%.60s>, not of JUnit", name);
        return;
    }
    junit->base.root_seen = true;
    if (!strcmp(name, "testcase") && !junit->in_case) {
        junit->loose = junit->loose || depth == 2;
        open_case(junit, attributes);
        junit->taking_depth = depth;
    } else if (junit->in_case) {
        if (depth == junit->taking_depth + 1 && junit->taking == TAKE_NOTHING)
            open_child(junit, name, attributes);
    } else if (!strcmp(name, "testsuite")) {
        open_suite(junit, attributes, depth);
    } else if (depth == 1) {
        take_claim(junit, attributes, depth);
    }
}

static enum verdict_result result_of(const struct junit *junit)
{
    bool failed = junit->fails || junit->errs;

    if (junit->todo)
        return failed ? VERDICT_RESULT_XFAIL : VERDICT_RESULT_XPASS;
    if (failed)
        return junit->errs ? VERDICT_RESULT_ERROR : VERDICT_RESULT_FAIL;
    if (junit->reran)
        return VERDICT_RESULT_FLAKY;
    if (junit->xfails)
        return VERDICT_RESULT_XFAIL;
    if (junit->skips || junit->not_run)
        return VERDICT_RESULT_SKIP;
    return VERDICT_RESULT_PASS;
}

static void close_case(struct junit *junit)
{
    struct read_reader *base = &junit->base;
    struct read_test *test = &junit->test;
    struct td_bytes more = {0};
    struct td_bytes text = read_trim(read_kept(base, DETAIL));

    if (text.len == 0)
        text = read_trim(read_kept(base, OUTPUT));
    test->suite = td_buf_bytes(&junit->suites.path);
    test->class_name = read_kept(base, CLASS);
    test->name = read_kept(base, NAME);
    test->file = read_kept(base, FILE_NAME);
    test->result = result_of(junit);
    test->flaky = test->result == VERDICT_RESULT_FLAKY;
    read_split(read_kept(base, MESSAGE), &test->message, &more);
    test->detail = text.len > 0 ? text : more;
    if (test->message.len == 0 && test->result != VERDICT_RESULT_PASS)
        read_split(text, &test->message, &test->detail);
    read_tell_test(base, test);
    junit->in_case = false;
    junit->taking_depth = 0;
}

static void on_close(void *self, const char *name)
{
    struct junit *junit = self;
    unsigned depth = read_xml_depth(junit->base.xml);

    if (junit->taking != TAKE_NOTHING) {
        if (depth == junit->taking_depth) {
            junit->taking = TAKE_NOTHING;
            junit->taking_depth--;
        }
    } else if (junit->in_case) {
        if (depth == junit->taking_depth)
            close_case(junit);
    } else if (!strcmp(name, "testsuite")) {
        read_suites_pop(&junit->suites);
    }
}

static void on_text(void *self, struct td_bytes text)
{
    struct junit *junit = self;

    if (junit->taking == TAKE_DETAIL)
        read_keep_more(&junit->base, DETAIL, text);
    else if (junit->taking == TAKE_OUTPUT)
        read_keep_more(&junit->base, OUTPUT, text);
}

static void finish(struct read_reader *reader)
{
    struct junit *junit = (struct junit *)reader;
    struct read_end *end = &reader->end;

    if (!end->has_claim && !junit->some_silent && !junit->loose &&
        junit->promised > 0) {
        end->has_claim = true;
        end->claimed = junit->promised;
    }
    end->has_work = true;
    read_check_claim(reader, end->leaves);
}

static void release(struct read_reader *reader)
{
    read_suites_release(&((struct junit *)reader)->suites);
}

static const struct read_xml_way xml = {on_open, on_close, on_text};
static const struct read_way way = {.size = sizeof(struct junit),
                                    .xml = &xml,
                                    .finish = finish,
                                    .release = release};

static struct read_reader *open_junit(const struct read_sink *sink)
{
    return read_way_open(sink, &way);
}

const struct read_format read_junit = {
    "junit",
    VERDICT_TESTS,
    "JUnit XML of pytest, ctest, gtest, Surefire, jest-junit and node:test",
    open_junit,
    read_way_put,
    read_way_end};
