/* Objects of known keys: what is read, and what is said of a wrong key. */
#include "core/jsonx_object.h"
#include "tests/suites.h"

#include <string.h>

struct reading {
    struct td_jsonx_reader r;
    char order[8];
    bool flag;
};

static void note(struct reading *reading, char reader)
{
    reading->order[strlen(reading->order)] = reader;
}

static enum td_code read_last(void *self, uint32_t at)
{
    struct reading *reading = self;

    note(reading, 'l');
    return td_jsonx_flag(reading->r.doc, at, "last", &reading->flag,
                         reading->r.err);
}

static enum td_code read_first(void *self, uint32_t at)
{
    struct reading *reading = self;

    note(reading, 'f');
    return td_jsonx_is_text(reading->r.doc, at, "yes")
               ? TD_OK
               : td_jsonx_fail(reading->r.doc, at, TD_USAGE, reading->r.err,
                               "no yes");
}

static const struct td_jsonx_key keys[] = {
    {"first", read_first}, {"note", NULL}, {"last", read_last}, {NULL, NULL}};

static const struct {
    const char *text;
    const char *owner;
    enum td_code code;
    const char *order; /* of the readers that were called */
    const char *where;
    const char *what;
    const char *hint;
} rows[] = {
    {"{}", NULL, TD_OK, "", "", "", ""},
    {"{\"last\": true, \"first\": \"yes\", \"note\": 1}", NULL, TD_OK, "fl", "",
     "", ""},
    {"{\"frist\": 1}", NULL, TD_USAGE, "", "x:1:2",
     "there is no key \"frist\" here", "did you mean first?"},
    {"{\"first\": \"yes\", \"b\\u00f6se\": 1}", "a test has", TD_USAGE, "",
     "x:1:18", "a test has no key \"b\xc3\xb6se\"",
     "the keys here are first, note, last"},
    {"{\"first\": 1, \"last\": 2}", NULL, TD_USAGE, "f", "x:1:11", "no yes",
     ""},
    {"{\"last\": 2}", NULL, TD_USAGE, "l", "x:1:10", "last is true or false",
     ""},
};

static void keys_are_read_in_the_order_of_the_table(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct td_jsonx_shape shape = {keys, rows[i].owner};
        struct td_jsonx doc = {0};
        struct td_error err = {0};
        struct reading reading = {.r = {.doc = &doc, .err = &err}};

        CU_ASSERT_EQUAL_FATAL(td_jsonx_parse(&doc, "x", TD_JSONX_JSON,
                                             td_text(rows[i].text), &err),
                              TD_OK);
        CU_ASSERT_EQUAL(td_jsonx_read(&reading.r, 0, &shape, &reading),
                        rows[i].code);
        CU_ASSERT_STRING_EQUAL(reading.order, rows[i].order);
        CU_ASSERT_STRING_EQUAL(err.where, rows[i].where);
        CU_ASSERT_STRING_EQUAL(err.text, rows[i].what);
        CU_ASSERT_STRING_EQUAL(err.hint, rows[i].hint);
        td_jsonx_release(&doc);
    }
}

static void count_error(void *self, const struct td_error *error)
{
    (void)error;
    ++*(int *)self;
}

static void all_errors_are_told_if_asked_for(void)
{
    const struct td_jsonx_shape shape = {keys, NULL};
    struct td_jsonx doc = {0};
    struct td_error err = {0};
    int count = 0;
    const struct td_jsonx_errors errors = {count_error, &count};
    struct reading reading = {
        .r = {.doc = &doc, .err = &err, .errors = &errors}};

    CU_ASSERT_EQUAL_FATAL(
        td_jsonx_parse(
            &doc, "x", TD_JSONX_JSON,
            td_text("{\"a\": 1, \"first\": 1, \"b\": 2, \"last\": 2}"), &err),
        TD_OK);
    CU_ASSERT_EQUAL(td_jsonx_read(&reading.r, 0, &shape, &reading), TD_OK);
    CU_ASSERT_EQUAL(count, 4);
    CU_ASSERT_EQUAL(reading.r.first, TD_USAGE);
    CU_ASSERT_STRING_EQUAL(reading.r.kept.where, "x:1:2");
    td_jsonx_release(&doc);
}

CU_TestInfo core_jsonx_object_tests[] = {
    {"keys are read in the order of the table",
     keys_are_read_in_the_order_of_the_table},
    {"all errors are told if asked for", all_errors_are_told_if_asked_for},
    CU_TEST_INFO_NULL,
};
