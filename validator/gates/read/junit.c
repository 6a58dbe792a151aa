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
 *     status or result        of QTest and others that may have no element for
 *                             it: fail, error, skip, xfail
 *     error, failure in a suite             a leaf of its own: prove
 *
 * A script of node:test that has no test, or ends before one, is told as a test
 * that passed. What the suites promise may be more than what is listed: pytest
 * counts subtests, mocha tests that are pending, Catch2 assertions, Surefire 2
 * every run of a test that ran again; and it may be less: node:test counts a
 * suite in a suite as one.
 */
#include "validator/gates/read/formats.h"
#include "validator/gates/read/reader.h"
#include "validator/gates/read/suites.h"

#include <string.h>
#include <strings.h>

#define SECOND       1e9
#define JOINED_LINES 4 /* behind one that ends with a colon */

enum { NAME, CLASS, FILE_NAME, MESSAGE, DETAIL, OUTPUT, JOINED };

enum taking { TAKE_NOTHING, TAKE_DETAIL, TAKE_OUTPUT };

/* What suites say of themselves. */
struct totals {
    bool told; /* of how many tests they consist */
    uint64_t tests;
    uint64_t failures;
    uint64_t errors;
    uint64_t skipped;
};

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
    bool of_suite;    /* what is open is no testcase, but of its suite */
    uint64_t cases;   /* leaves without those of suites */
    uint64_t skipped; /* of them */
    uint64_t again;   /* other runs of the same tests */
    bool some_bad;    /* one of the leaves did not do well */
    bool some_result; /* one has an attribute for it */
    struct totals root;
    struct totals suites_below; /* the root, together */
    bool some_silent;           /* one of them promises nothing */
    bool loose;                 /* a testcase stands in no suite */
    bool is_pytest;
    bool is_catch2;
    uint64_t direct; /* suites and cases right in those below the root */
};

static void add_totals(struct totals *totals, const char **attributes)
{
    uint64_t tests;

    totals->told = read_uint(read_attribute_text(attributes, "tests"), &tests);
    totals->tests += totals->told ? tests : 0;
    totals->failures += read_attribute_count(attributes, "failures");
    totals->errors += read_attribute_count(attributes, "errors");
    totals->skipped += read_attribute_count(attributes, "skipped");
}

static void take_claim(struct junit *junit, const char **attributes,
                       unsigned depth)
{
    if (depth == 1) {
        add_totals(&junit->root, attributes);
        junit->base.end.has_claim = junit->root.told;
        junit->base.end.claimed = junit->root.tests;
    } else if (depth == 2) {
        add_totals(&junit->suites_below, attributes);
        junit->some_silent = junit->some_silent || !junit->suites_below.told;
    }
}

static void open_suite(struct junit *junit, const char **attributes,
                       unsigned depth)
{
    struct td_bytes name = read_attribute_text(attributes, "name");

    take_claim(junit, attributes, depth);
    junit->is_pytest = junit->is_pytest || td_bytes_is(name, "pytest");
    /* Catch2 has said "tbd" here since its first version. */
    junit->is_catch2 =
        junit->is_catch2 ||
        td_bytes_is(read_attribute_text(attributes, "hostname"), "tbd");
    read_suites_push(&junit->suites, name);
}

/* What a testcase may say of itself. */
enum word {
    WORD_NAME,
    WORD_CLASS,
    WORD_TIME,
    WORD_STATUS,
    WORD_RESULT,
    WORD_FILE,
    WORD_LINE,
    WORD_VALUE,
    WORDS
};
static const char *const word_names[WORDS] = {"name",   "classname",  "time",
                                              "status", "result",     "file",
                                              "line",   "value_param"};

/* All attributes in one go: reports have millions of cases. What there is not
 * is NULL.
 */
static void find_words(const char *words[WORDS], const char **attributes)
{
    memset(words, 0, WORDS * sizeof(*words));
    for (; attributes[0]; attributes += 2) {
        for (int i = 0; i < WORDS; i++) {
            if (attributes[0][0] == word_names[i][0] &&
                !strcmp(attributes[0], word_names[i])) {
                words[i] = attributes[1];
                break;
            }
        }
    }
}

static struct td_bytes text_of(const char *word)
{
    return td_text(word ? word : "");
}

/* The value of a parameter instead of its ordinal, which moves: gtest. */
static void keep_name(struct junit *junit, const char *const *words)
{
    struct td_bytes name = text_of(words[WORD_NAME]);
    const char *value = words[WORD_VALUE];
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

static const char *const fail_words[] = {"fail", "failed", "failure", NULL};
static const char *const error_words[] = {"error", "errored", NULL};
static const char *const skip_words[] = {"disabled", "suppressed", "skipped",
                                         "skip",     "pending",    NULL};

static bool is_one_of(const char *const *words, const char *status,
                      const char *result)
{
    for (; *words; words++) {
        if ((status && !strcasecmp(status, *words)) ||
            (result && !strcasecmp(result, *words)))
            return true;
    }
    return false;
}

static void keep_texts(struct junit *junit, const char *const *words)
{
    struct read_reader *base = &junit->base;

    keep_name(junit, words);
    (void)read_keep(base, CLASS, text_of(words[WORD_CLASS]));
    (void)read_keep(base, FILE_NAME, text_of(words[WORD_FILE]));
    td_buf_clear(&base->kept[MESSAGE]);
    td_buf_clear(&base->kept[DETAIL]);
    td_buf_clear(&base->kept[OUTPUT]);
}

static void open_case(struct junit *junit, const char **attributes)
{
    const char *words[WORDS];
    const char *status;
    const char *result;
    bool is_told;

    find_words(words, attributes);
    status = words[WORD_STATUS];
    result = words[WORD_RESULT];
    is_told = status || result;
    junit->some_result = junit->some_result || result;
    junit->in_case = true;
    junit->of_suite = false;
    junit->todo = junit->reran = false;
    junit->not_run = status && !strcmp(status, "notrun") && !result;
    junit->fails = is_told && is_one_of(fail_words, status, result);
    junit->errs = is_told && is_one_of(error_words, status, result);
    junit->skips = is_told && is_one_of(skip_words, status, result);
    junit->xfails = result && !strcmp(result, "xfail");
    junit->test = (struct read_test){.ns = -1};
    keep_texts(junit, words);
    if (words[WORD_LINE] &&
        !read_uint(td_text(words[WORD_LINE]), &junit->test.line))
        junit->test.line = 0;
    if (words[WORD_TIME])
        junit->test.ns = read_time(td_text(words[WORD_TIME]), SECOND);
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
        junit->again++;
        take(junit, TAKE_DETAIL, attributes);
    } else if (!strncmp(name, "rerun", 5)) {
        junit->again++;
    } else if (!strncmp(name, "system-", 7)) {
        if (junit->fails || junit->errs)
            take(junit, TAKE_OUTPUT, attributes);
    } else if (strcmp(name, "properties")) {
        junit->base.end.unknown++;
    }
}

/* It failed as a whole, beside its tests. */
static void open_fault(struct junit *junit, const char *name,
                       const char **attributes)
{
    static const char *of_suite[] = {"name", "(suite)", NULL};

    open_case(junit, of_suite);
    junit->of_suite = true;
    open_child(junit, name, attributes);
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
    junit->direct += depth == 3 && !junit->in_case &&
                     (!strcmp(name, "testcase") || !strcmp(name, "testsuite"));
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
    } else if (!strcmp(name, "error") || !strcmp(name, "failure")) {
        open_fault(junit, name, attributes);
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

/* "FILE:LINE" and no more; a blank makes it a sentence. */
static bool take_place(struct td_bytes line, struct read_test *test)
{
    size_t at = line.len;
    uint64_t number;

    while (at > 0 && line.ptr[at - 1] != ':')
        at--;
    if (at < 2 || !read_uint(read_after(line, at), &number) ||
        read_find_byte(line, ' ') < line.len)
        return false;
    test->file = td_bytes(line.ptr, at - 1);
    test->line = number;
    return true;
}

/* Lines that say nothing of why when others follow: the place and "Failed" of
 * gtest, CLASS::TEST of PHPUnit.
 */
static bool is_idle(const struct read_test *test, struct td_bytes line)
{
    size_t len = test->class_name.len;

    return td_bytes_is(line, "Failed") ||
           (len > 0 && line.len > len + 2 &&
            !memcmp(line.ptr, test->class_name.ptr, len) &&
            !memcmp(line.ptr + len, "::", 2));
}

/* A line that ends with a colon says what follows. */
static void join(struct junit *junit, struct td_bytes rest)
{
    struct read_reader *base = &junit->base;
    struct td_bytes line;

    if (!read_ends(junit->test.message, ":"))
        return;
    (void)read_keep(base, JOINED, junit->test.message);
    for (unsigned i = 0; i < JOINED_LINES && read_trim(rest).len > 0; i++) {
        read_split(rest, &line, &rest);
        read_keep_more(base, JOINED, td_text(" "));
        read_keep_more(base, JOINED, line);
    }
    junit->test.message = read_kept(base, JOINED);
}

static void set_why(struct junit *junit)
{
    struct read_reader *base = &junit->base;
    struct read_test *test = &junit->test;
    struct td_bytes rest;
    struct td_bytes text = read_trim(read_kept(base, DETAIL));
    struct td_bytes why = read_trim(read_kept(base, MESSAGE));

    if (text.len == 0 && why.len == 0 && test->result == VERDICT_RESULT_PASS)
        return;
    if (text.len == 0)
        text = read_trim(read_kept(base, OUTPUT));
    if (why.len == 0 && test->result != VERDICT_RESULT_PASS)
        why = text;
    read_split(why, &test->message, &rest);
    while (read_trim(rest).len > 0 &&
           (take_place(test->message, test) || is_idle(test, test->message)))
        read_split(rest, &test->message, &rest);
    test->detail = text.len > 0 && why.ptr != text.ptr ? text : rest;
    join(junit, rest);
}

/* What node:test tells of a script in which it found no test. */
static bool is_hollow(const struct junit *junit)
{
    return junit->suites.depth == 0 &&
           td_bytes_is(read_kept(&junit->base, CLASS), "test") &&
           read_is_script(read_kept(&junit->base, NAME));
}

static void close_case(struct junit *junit)
{
    struct read_reader *base = &junit->base;
    struct read_test *test = &junit->test;

    test->suite = td_buf_bytes(&junit->suites.path);
    test->class_name = read_kept(base, CLASS);
    test->name = read_kept(base, NAME);
    test->file = read_kept(base, FILE_NAME);
    test->result = result_of(junit);
    test->flaky = test->result == VERDICT_RESULT_FLAKY;
    set_why(junit);
    if (test->result == VERDICT_RESULT_PASS && is_hollow(junit)) {
        test->result = VERDICT_RESULT_ERROR;
        test->message = td_text(READ_HOLLOW_SCRIPT);
    }
    junit->cases += !junit->of_suite;
    junit->skipped += test->result == VERDICT_RESULT_SKIP;
    junit->some_bad = junit->some_bad || (test->result != VERDICT_RESULT_PASS &&
                                          test->result != VERDICT_RESULT_SKIP);
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
            if (junit->of_suite)
                close_case(junit);
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

/* Is there a good reason why as many are not listed as are promised? */
static bool is_excused(const struct junit *junit, const struct totals *totals)
{
    uint64_t missing = totals->tests - junit->cases;

    if (totals == &junit->suites_below && totals->tests == junit->direct)
        return true;
    if (totals->tests == junit->cases + junit->again) /* Surefire 2 */
        return true;
    if (junit->is_catch2) /* it counts assertions, of which a case has some */
        return junit->cases > 0 && totals->tests >= junit->cases;
    if (totals->tests < junit->cases)
        return false;
    return junit->is_pytest || (totals->skipped > junit->skipped &&
                                missing <= totals->skipped - junit->skipped);
}

/* QTest counts its debug output as errors, and gives each case its result. */
static uint64_t faults_of(const struct junit *junit,
                          const struct totals *totals)
{
    return totals->failures + (junit->some_result ? 0 : totals->errors);
}

static void check_faults(struct junit *junit)
{
    uint64_t faults = faults_of(junit, &junit->root);

    if (faults == 0)
        faults = faults_of(junit, &junit->suites_below);
    if (faults > 0 && !junit->some_bad)
        read_partial(&junit->base,
                     "it tells of %llu failed and lists none of them",
                     (unsigned long long)faults);
}

static void finish(struct read_reader *reader)
{
    struct junit *junit = (struct junit *)reader;
    struct read_end *end = &reader->end;
    const struct totals *totals = &junit->root;

    if (!totals->told)
        totals = &junit->suites_below;
    end->has_claim = junit->root.told || (!junit->some_silent &&
                                          !junit->loose && totals->tests > 0);
    end->claimed = totals->tests;
    if (totals->tests == junit->cases || is_excused(junit, totals))
        end->claimed = end->leaves;
    end->has_work = true;
    read_check_claim(reader, end->leaves);
    check_faults(junit);
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
