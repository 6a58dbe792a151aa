/* XML of CUnit's automated mode. It writes & for itself, a record for each
 * failed assertion, nothing for what is inactive, and "- NA -" for numbers.
 */
#include "validator/gates/read/formats.h"
#include "validator/gates/read/reader.h"

enum { TEST, PLACE, CONDITION, SUITE, TEXT, DETAIL };

struct cunit {
    struct read_reader base;
    uint64_t line;  /* of the record that is open */
    uint64_t at;    /* of the test that waits */
    bool fails;     /* the record is a failure */
    bool waits;     /* a failed test, of which more records may come */
    bool of_cases;  /* the summary is of test cases */
    uint64_t tests; /* without the failures of suites */
    uint64_t failed;
    bool told_failed;
    uint64_t failures; /* that the summary tells */
};

static void tell(struct cunit *cunit, enum verdict_result result)
{
    struct read_test test = {
        .suite = read_kept(&cunit->base, SUITE), .result = result, .ns = -1};

    test.name = read_kept(&cunit->base, TEST);
    if (result == VERDICT_RESULT_FAIL) {
        read_split(read_kept(&cunit->base, DETAIL), &test.message,
                   &test.detail);
        test.file = read_kept(&cunit->base, PLACE);
        test.line = cunit->at;
    }
    cunit->tests++;
    cunit->failed += result == VERDICT_RESULT_FAIL;
    read_tell_test(&cunit->base, &test);
}

/* The failed test that waited has no more records. */
static void let_go(struct cunit *cunit)
{
    if (cunit->waits)
        tell(cunit, VERDICT_RESULT_FAIL);
    cunit->waits = false;
}

static void on_open(void *self, const char *name, const char **attributes)
{
    struct cunit *cunit = self;

    (void)attributes;
    if (read_xml_depth(cunit->base.xml) == 1) {
        if (strcmp(name, "CUNIT_TEST_RUN_REPORT"))
            read_wrong(&cunit->base, "the root is <%.60s>, not of CUnit", name);
        cunit->base.root_seen = true;
    }
    if (!strcmp(name, "CUNIT_RUN_TEST_FAILURE")) {
        cunit->fails = true;
        cunit->line = 0;
    }
    (void)read_keep(&cunit->base, TEXT, td_text(""));
}

static void on_text(void *self, struct td_bytes text)
{
    struct cunit *cunit = self;

    read_keep_more(&cunit->base, TEXT, text);
}

/* A name of a test begins a record: of the one that waits, or of another. */
static void take_name(struct cunit *cunit, struct td_bytes text)
{
    if (cunit->waits && cunit->fails &&
        td_bytes_equal(text, read_kept(&cunit->base, TEST)))
        return;
    let_go(cunit);
    (void)read_keep(&cunit->base, TEST, text);
    (void)read_keep(&cunit->base, DETAIL, td_text(""));
}

static void end_failure(struct cunit *cunit)
{
    if (!cunit->waits)
        cunit->at = cunit->line;
    cunit->waits = true;
    cunit->fails = false;
    if (read_kept(&cunit->base, DETAIL).len > 0)
        read_keep_more(&cunit->base, DETAIL, td_text("\n"));
    read_keep_more(&cunit->base, DETAIL, read_kept(&cunit->base, CONDITION));
}

static void end_suite_failure(struct cunit *cunit, struct td_bytes reason)
{
    struct read_test test = {.suite = read_kept(&cunit->base, SUITE),
                             .name = td_text("(suite)"),
                             .result = VERDICT_RESULT_ERROR,
                             .ns = -1,
                             .message = reason};

    let_go(cunit);
    read_tell_test(&cunit->base, &test);
}

static void end_of_summary(struct cunit *cunit, const char *name,
                           struct td_bytes text)
{
    struct read_end *end = &cunit->base.end;

    if (!strcmp(name, "TYPE"))
        cunit->of_cases = td_bytes_is(text, "Test Cases");
    else if (cunit->of_cases && !strcmp(name, "RUN"))
        end->has_claim = read_uint(text, &end->claimed);
    else if (cunit->of_cases && !strcmp(name, "FAILED"))
        cunit->told_failed = read_uint(text, &cunit->failures);
}

static void on_close(void *self, const char *name)
{
    struct cunit *cunit = self;
    struct read_reader *base = &cunit->base;
    struct td_bytes text = read_trim(read_kept(base, TEXT));

    if (!strcmp(name, "SUITE_NAME")) {
        let_go(cunit);
        (void)read_keep(base, SUITE, text);
    } else if (!strcmp(name, "TEST_NAME")) {
        take_name(cunit, text);
    } else if (!strcmp(name, "FILE_NAME") && !cunit->waits) {
        (void)read_keep(base, PLACE, text);
    } else if (!strcmp(name, "LINE_NUMBER")) {
        (void)read_uint(text, &cunit->line);
    } else if (!strcmp(name, "CONDITION")) {
        (void)read_keep(base, CONDITION, text);
    } else if (!strcmp(name, "CUNIT_RUN_TEST_FAILURE")) {
        end_failure(cunit);
    } else if (!strcmp(name, "CUNIT_RUN_TEST_SUCCESS")) {
        tell(cunit, VERDICT_RESULT_PASS);
    } else if (!strcmp(name, "FAILURE_REASON")) {
        end_suite_failure(cunit, text);
    } else if (!strcmp(name, "CUNIT_RESULT_LISTING")) {
        let_go(cunit);
    } else {
        end_of_summary(cunit, name, text);
    }
    (void)read_keep(base, TEXT, td_text(""));
}

static void finish(struct read_reader *reader)
{
    struct cunit *cunit = (struct cunit *)reader;

    reader->end.has_work = true;
    read_tool(reader, td_text("CUnit"), td_text(""));
    if (!reader->end.has_claim)
        read_partial(reader, "it has no summary of test cases");
    read_check_claim(reader, cunit->tests);
    if (reader->end.claimed == cunit->tests) /* suites that failed are more */
        reader->end.claimed = reader->end.leaves;
    if (cunit->told_failed && cunit->failures != cunit->failed)
        read_partial(reader, "its summary tells %llu failed and it has %llu",
                     (unsigned long long)cunit->failures,
                     (unsigned long long)cunit->failed);
}

static const struct read_xml_way xml = {on_open, on_close, on_text};
static const struct read_way way = {.size = sizeof(struct cunit),
                                    .xml = &xml,
                                    .bare_ampersands = true,
                                    .finish = finish};

static struct read_reader *open_cunit(const struct read_sink *sink)
{
    return read_way_open(sink, &way);
}

const struct read_format read_cunit = {
    "cunit",    VERDICT_TESTS, "XML of CUnit's automated mode",
    open_cunit, read_way_put,  read_way_end};
