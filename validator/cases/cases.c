#include "validator/cases/cases_internal.h"

#include "core/clock.h"
#include "core/mem.h"
#include "core/suggest.h"
#include "validator/contract/contract.h"

#include <stdlib.h>

static enum td_code fail(const struct check_cases *t, uint32_t at,
                         struct td_error *err, const char *what,
                         const char *hint)
{
    (void)td_jsonx_fail(t->x, at, TD_USAGE, err, "%s", what);
    return td_error_hint(err, "%s", hint);
}

/* A fault ends the reading, unless all are asked for. */
static enum td_code settle(struct check_cases *t, enum td_code code,
                           const struct td_error *err)
{
    if (code == TD_OK || !t->errors)
        return code;
    t->errors->report(t->errors->self, err);
    if (t->first == TD_OK) {
        t->first = code;
        t->kept = *err;
    }
    return TD_OK;
}

static enum td_json_kind kind_of(const struct check_cases *t, uint32_t at)
{
    return (enum td_json_kind)t->json->values[at].kind;
}

static uint32_t member(const struct check_cases *t, uint32_t at,
                       const char *name)
{
    return td_json_member(t->json, at, td_text(name));
}

/* The text of string `at`; allocated. */
static struct td_buf text_of(const struct check_cases *t, uint32_t at)
{
    struct td_buf text = {0};

    (void)td_json_unescape(&text, td_json_inner(t->json, at));
    return text;
}

/* Takes over text. */
static void add_line(struct check_case_test *test, struct td_buf *text,
                     const struct check_case_line *when)
{
    struct check_case_line *line;

    if (test->lines_len == test->lines_cap) {
        test->lines_cap = test->lines_cap ? test->lines_cap * 2 : 8;
        test->lines =
            td_realloc(test->lines, test->lines_cap * sizeof(*test->lines));
    }
    line = &test->lines[test->lines_len++];
    *line = *when;
    line->len = text->len;
    line->text = td_strndup(td_buf_str(text), text->len);
    td_buf_release(text);
}

/* NDJSON: each line that is not empty is a message. */
static void add_text(struct check_case_test *test, struct td_buf *text,
                     const struct check_case_line *when)
{
    const char *from = td_buf_str(text);

    while (*from) {
        size_t len = strcspn(from, "\n");
        struct td_buf one = {0};

        (void)td_buf_add(&one, from, len);
        if (len > 0)
            add_line(test, &one, when);
        td_buf_release(&one);
        from += len + (from[len] == '\n');
    }
}

/* The message of an item without its time. */
static void add_object(const struct check_cases *t,
                       struct check_case_test *test, uint32_t at,
                       const struct check_case_line *when)
{
    struct td_buf text = {0};
    const char *comma = "";

    (void)td_buf_add_byte(&text, '{');
    for (uint32_t key = at + 1; key < t->json->values[at].next;
         key = t->json->values[key + 1].next) {
        if (td_json_string_is(t->json, key, td_text("t")))
            continue;
        (void)td_buf_add_text(&text, comma);
        (void)td_buf_add_bytes(&text, td_json_raw(t->json, key));
        (void)td_buf_add_byte(&text, ':');
        (void)td_buf_add_bytes(&text, td_json_raw(t->json, key + 1));
        comma = ",";
    }
    (void)td_buf_add_byte(&text, '}');
    add_line(test, &text, when);
}

static enum td_code read_time(const struct check_cases *t, uint32_t at,
                              struct check_case_line *when,
                              struct td_error *err)
{
    struct td_buf text = {0};
    uint64_t ns = 0;
    bool good = kind_of(t, at) == TD_JSON_STRING;

    if (good) {
        text = text_of(t, at);
        good = td_duration_parse(td_buf_str(&text), &ns) == TD_OK;
        td_buf_release(&text);
    }
    if (!good)
        return fail(t, at, err, "t is the time since the start of the stream",
                    "write it like 250ms or 2s; a message that has a member t "
                    "of its own is written as text");
    if (when->has_t && ns < when->t_ns)
        return fail(t, at, err, "t goes back", "list the messages in order");
    when->has_t = true;
    when->t_ns = ns;
    return TD_OK;
}

static enum td_code read_item(const struct check_cases *t,
                              struct check_case_test *test, uint32_t at,
                              struct check_case_line *when,
                              struct td_error *err)
{
    enum td_code code = TD_OK;
    struct td_buf text;
    uint32_t time;

    if (kind_of(t, at) == TD_JSON_STRING) {
        text = text_of(t, at);
        add_text(test, &text, when);
        td_buf_release(&text);
        return TD_OK;
    }
    if (kind_of(t, at) != TD_JSON_OBJECT)
        return fail(t, at, err, "a message is an object, or text of NDJSON",
                    "write it like {type: NAME, data: {...}}");
    time = member(t, at, "t");
    if (time)
        code = read_time(t, time, when, err);
    if (code == TD_OK)
        add_object(t, test, at, when);
    return code;
}

/* Times are of all messages or of none: the first is at 0. */
static enum td_code read_stream(struct check_cases *t,
                                struct check_case_test *test, uint32_t at,
                                struct td_error *err)
{
    struct check_case_line when = {0};
    enum td_code code = TD_OK;

    if (kind_of(t, at) == TD_JSON_STRING)
        return read_item(t, test, at, &when, err);
    if (kind_of(t, at) != TD_JSON_ARRAY)
        return fail(t, at, err, "a stream is a list of messages, or text",
                    "write it like [{type: NAME, data: {...}}]");
    for (uint32_t i = at + 1; i < t->json->values[at].next && code == TD_OK;
         i = t->json->values[i].next)
        code = settle(t, read_item(t, test, i, &when, err), err);
    for (size_t i = 0; i < test->lines_len && when.has_t; i++)
        test->lines[i].has_t = true;
    return code;
}

static const char expected_mend[] =
    "write `pass`, or an object with fail, vacuous or open";

/* A list of rule ids, or one. */
static enum td_code check_ids(const struct check_cases *t, uint32_t at,
                              struct td_error *err)
{
    bool good = kind_of(t, at) == TD_JSON_STRING;

    if (kind_of(t, at) == TD_JSON_ARRAY) {
        good = true;
        for (uint32_t i = at + 1; i < t->json->values[at].next;
             i = t->json->values[i].next)
            good = good && kind_of(t, i) == TD_JSON_STRING;
    }
    return good ? TD_OK
                : fail(t, at, err, "here stands a list of rule ids",
                       "write it like [R10, R11]");
}

/* One of what a test may expect. */
static enum td_code read_outcome(const struct check_cases *t,
                                 struct check_expected *e, uint32_t key,
                                 struct td_error *err)
{
    if (td_json_string_is(t->json, key, td_text("fail")))
        e->fail = key + 1;
    else if (td_json_string_is(t->json, key, td_text("vacuous")))
        e->vacuous = key + 1;
    else if (td_json_string_is(t->json, key, td_text("open")))
        e->open = key + 1;
    else
        return fail(t, key, err, "not what a test can expect", expected_mend);
    return check_ids(t, key + 1, err);
}

static enum td_code read_expected(struct check_cases *t,
                                  struct check_expected *e, uint32_t at,
                                  struct td_error *err)
{
    enum td_code code = TD_OK;

    if (kind_of(t, at) == TD_JSON_STRING &&
        td_json_string_is(t->json, at, td_text("pass")))
        return TD_OK;
    if (kind_of(t, at) != TD_JSON_OBJECT || t->json->values[at].count == 0)
        return fail(t, at, err, "not what a test can expect", expected_mend);
    for (uint32_t key = at + 1; key < t->json->values[at].next && code == TD_OK;
         key = t->json->values[key + 1].next)
        code = settle(t, read_outcome(t, e, key, err), err);
    return code;
}

static const char test_mend[] =
    "write {name: TEXT, stream: [...], expect: pass}";

static enum td_code wrong_key(const struct check_cases *t, uint32_t key,
                              const char *const *known, struct td_error *err)
{
    struct td_buf name = text_of(t, key);
    const char *near = td_suggest_among(td_buf_str(&name), known);

    (void)td_jsonx_fail(t->x, key, TD_USAGE, err, "a test has no key \"%.80s\"",
                        td_buf_str(&name));
    td_buf_release(&name);
    if (near)
        return td_error_hint(err, "did you mean %s?", near);
    return td_error_hint(err, "a test has name, stream, expect, complete, "
                              "dialect, profile and note");
}

static enum td_code check_keys(struct check_cases *t,
                               struct check_case_test *test,
                               struct td_error *err)
{
    static const char *const known[] = {"name",     "stream",  "expect",
                                        "complete", "dialect", "profile",
                                        "note",     NULL};
    enum td_code code = TD_OK;
    uint32_t at = test->at;

    for (uint32_t key = at + 1; key < t->json->values[at].next && code == TD_OK;
         key = t->json->values[key + 1].next) {
        size_t i = 0;

        while (known[i] && !td_json_string_is(t->json, key, td_text(known[i])))
            i++;
        test->misspelt = test->misspelt || !known[i];
        if (!known[i])
            code = settle(t, wrong_key(t, key, known, err), err);
    }
    return code;
}

static enum td_code read_name(const struct check_cases *t,
                              struct check_case_test *test,
                              struct td_error *err)
{
    uint32_t at = member(t, test->at, "name");
    struct td_buf text;

    if (!at && test->misspelt)
        return TD_OK;
    if (!at || kind_of(t, at) != TD_JSON_STRING)
        return fail(t, at ? at : test->at, err, "a test needs a name",
                    "say in a few words what it shows");
    text = text_of(t, at);
    test->name = td_strdup(td_buf_str(&text));
    td_buf_release(&text);
    return TD_OK;
}

/* The names at `at`, one or a list of them, as an array that ends with NULL. */
static enum td_code read_names(const struct check_cases *t, uint32_t at,
                               char ***out, struct td_error *err)
{
    const struct td_json_value *v = t->json->values;
    bool one = kind_of(t, at) == TD_JSON_STRING;
    uint32_t count = 0;

    *out = td_calloc((size_t)(one ? 1 : v[at].count) + 1, sizeof(**out));
    for (uint32_t i = one ? at : at + 1; i < v[at].next; i = v[i].next) {
        struct td_buf text;

        if (kind_of(t, i) != TD_JSON_STRING)
            return fail(t, i, err, "here stands a name, or a list of them",
                        "write it like [full]");
        text = text_of(t, i);
        (*out)[count++] = td_strdup(td_buf_str(&text));
        td_buf_release(&text);
    }
    return one || kind_of(t, at) == TD_JSON_ARRAY
               ? TD_OK
               : fail(t, at, err, "here stands a name, or a list of them",
                      "write it like [full]");
}

/* What is chosen for the test. */
static enum td_code read_dialect(const struct check_cases *t,
                                 struct check_case_test *test,
                                 struct td_error *err)
{
    uint32_t at = member(t, test->at, "dialect");
    struct td_buf text;

    if (!at)
        return TD_OK;
    if (kind_of(t, at) != TD_JSON_STRING)
        return fail(t, at, err, "here stands the name of a dialect",
                    "choose one of those under `dialects`");
    text = text_of(t, at);
    test->dialect = td_strdup(td_buf_str(&text));
    td_buf_release(&text);
    return TD_OK;
}

static enum td_code read_profiles(const struct check_cases *t,
                                  struct check_case_test *test,
                                  struct td_error *err)
{
    uint32_t at = member(t, test->at, "profile");

    return at ? read_names(t, at, &test->profiles, err) : TD_OK;
}

static enum td_code read_complete(const struct check_cases *t,
                                  struct check_case_test *test,
                                  struct td_error *err)
{
    uint32_t at = member(t, test->at, "complete");

    if (at && kind_of(t, at) != TD_JSON_TRUE && kind_of(t, at) != TD_JSON_FALSE)
        return fail(t, at, err, "complete is true or false",
                    "false: the stream may go on where the test ends");
    test->cut = at && kind_of(t, at) == TD_JSON_FALSE;
    return TD_OK;
}

/* The two that are the test. */
static enum td_code read_both(struct check_cases *t,
                              struct check_case_test *test,
                              struct td_error *err)
{
    uint32_t stream = member(t, test->at, "stream");
    uint32_t expect = member(t, test->at, "expect");
    enum td_code code = TD_OK;

    if ((!stream || !expect) && !test->misspelt)
        code = settle(t,
                      fail(t, test->at, err,
                           "a test needs a stream and an expect", test_mend),
                      err);
    if (code == TD_OK && expect)
        code = settle(t, read_expected(t, &test->expected, expect, err), err);
    if (code == TD_OK && stream)
        code = settle(t, read_stream(t, test, stream, err), err);
    return code;
}

static enum td_code read_test(struct check_cases *t,
                              struct check_case_test *test,
                              struct td_error *err)
{
    static enum td_code (*const parts[])(const struct check_cases *,
                                         struct check_case_test *,
                                         struct td_error *) = {
        read_name, read_complete, read_dialect, read_profiles};
    enum td_code code;

    if (kind_of(t, test->at) != TD_JSON_OBJECT)
        return fail(t, test->at, err, "a test is an object", test_mend);
    code = check_keys(t, test, err);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && code == TD_OK;
         i++)
        code = settle(t, parts[i](t, test, err), err);
    return code ? code : read_both(t, test, err);
}

static enum td_code read_tests(struct check_cases *t, struct td_error *err)
{
    uint32_t at = member(t, 0, "tests");
    enum td_code code = TD_OK;

    if (!at)
        return TD_OK;
    if (kind_of(t, at) != TD_JSON_ARRAY)
        return fail(t, at, err, "tests is a list",
                    "write [{name: TEXT, stream: [...], expect: pass}]");
    if (t->json->values[at].count > CHECK_CASES_MAX)
        return td_jsonx_fail(t->x, at, TD_LIMIT, err, "more than %d tests",
                             CHECK_CASES_MAX);
    t->tests = td_calloc(t->json->values[at].count + 1, sizeof(*t->tests));
    for (uint32_t i = at + 1; i < t->json->values[at].next && code == TD_OK;
         i = t->json->values[i].next) {
        t->tests[t->len].at = i;
        code = settle(t, read_test(t, &t->tests[t->len++], err), err);
    }
    return code;
}

enum td_code check_cases_new_all(struct check_cases **out,
                                 const struct check_options *how,
                                 const struct check_contract_errors *errors,
                                 struct td_error *err)
{
    struct check_cases *t = td_calloc(1, sizeof(*t));
    struct td_error own = {0};
    enum td_code code;

    t->how = *how;
    t->contract = how->contract;
    t->x = &how->contract->doc;
    t->json = &how->contract->doc.json;
    t->errors = errors;
    t->failed = td_calloc(how->contract->set.rules_len + 1, sizeof(*t->failed));
    code = settle(t, read_tests(t, &own), &own);
    if (t->first) {
        code = t->first;
        own = t->kept;
    }
    *out = code ? NULL : t;
    if (code) {
        check_cases_free(t);
        if (err)
            *err = own;
    }
    return code;
}

enum td_code check_cases_new(struct check_cases **out,
                             const struct check_options *how,
                             struct td_error *err)
{
    return check_cases_new_all(out, how, NULL, err);
}

void check_cases_free(struct check_cases *cases)
{
    if (!cases)
        return;
    for (uint32_t i = 0; i < cases->len; i++) {
        struct check_case_test *test = &cases->tests[i];

        for (size_t k = 0; k < test->lines_len; k++)
            free(test->lines[k].text);
        for (size_t k = 0; test->profiles && test->profiles[k]; k++)
            free(test->profiles[k]);
        free(test->profiles);
        free(test->dialect);
        free(test->lines);
        free(test->name);
    }
    td_buf_release(&cases->now.why);
    free(cases->tests);
    free(cases->failed);
    free(cases);
}

uint32_t check_cases_count(const struct check_cases *cases)
{
    return cases->len;
}
