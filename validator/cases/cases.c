#include "validator/cases/cases_internal.h"

#include "core/clock.h"
#include "core/mem.h"
#include "validator/contract/contract.h"

#include <stdlib.h>

static enum td_code fail(const struct check_cases *t, uint32_t at,
                         const char *what, const char *hint)
{
    (void)td_jsonx_fail(t->r.doc, at, TD_USAGE, t->r.err, "%s", what);
    return td_error_hint(t->r.err, "%s", hint);
}

/* The test that is read now. */
static struct check_case_test *current(const struct check_cases *t)
{
    return &t->tests[t->len - 1];
}

/* Takes over text. */
static void add_line(struct check_case_test *test, struct td_buf *text,
                     const struct check_case_line *when)
{
    struct check_case_line *line;

    test->lines =
        td_list_room(test->lines, test->lines_len, sizeof(*test->lines));
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
    for (uint32_t key = at + 1; key < t->r.doc->json.values[at].next;
         key = t->r.doc->json.values[key + 1].next) {
        if (td_jsonx_is_text(t->r.doc, key, "t"))
            continue;
        (void)td_buf_add_text(&text, comma);
        (void)td_buf_add_bytes(&text, td_json_raw(&t->r.doc->json, key));
        (void)td_buf_add_byte(&text, ':');
        (void)td_buf_add_bytes(&text, td_json_raw(&t->r.doc->json, key + 1));
        comma = ",";
    }
    (void)td_buf_add_byte(&text, '}');
    add_line(test, &text, when);
}

static enum td_code read_time(const struct check_cases *t, uint32_t at,
                              struct check_case_line *when)
{
    char *text = td_jsonx_is(t->r.doc, at, TD_JSON_STRING)
                     ? td_jsonx_text(t->r.doc, at)
                     : NULL;
    uint64_t ns = 0;
    bool good = text && td_duration_parse(text, &ns) == TD_OK;

    free(text);
    if (!good)
        return fail(t, at, "t is the time since the start of the stream",
                    "write it like 250ms or 2s; a message that has a member t "
                    "of its own is written as text");
    if (when->has_t && ns < when->t_ns)
        return fail(t, at, "t goes back", "list the messages in order");
    when->has_t = true;
    when->t_ns = ns;
    return TD_OK;
}

static enum td_code read_item(const struct check_cases *t,
                              struct check_case_test *test, uint32_t at,
                              struct check_case_line *when)
{
    enum td_code code = TD_OK;
    struct td_buf text = {0};
    uint32_t time;

    if (td_jsonx_is(t->r.doc, at, TD_JSON_STRING)) {
        (void)td_json_unescape(&text, td_json_inner(&t->r.doc->json, at));
        add_text(test, &text, when);
        td_buf_release(&text);
        return TD_OK;
    }
    if (!td_jsonx_is(t->r.doc, at, TD_JSON_OBJECT))
        return fail(t, at, "a message is an object, or text of NDJSON",
                    "write it like {type: NAME, data: {...}}");
    time = td_jsonx_member(t->r.doc, at, "t");
    if (time)
        code = read_time(t, time, when);
    if (code == TD_OK)
        add_object(t, test, at, when);
    return code;
}

/* Times are of all messages or of none: the first is at 0. */
static enum td_code read_stream(void *self, uint32_t at)
{
    struct check_cases *t = self;
    struct check_case_test *test = current(t);
    struct check_case_line when = {0};
    enum td_code code = TD_OK;

    if (td_jsonx_is(t->r.doc, at, TD_JSON_STRING))
        return read_item(t, test, at, &when);
    if (!td_jsonx_is(t->r.doc, at, TD_JSON_ARRAY))
        return fail(t, at, "a stream is a list of messages, or text",
                    "write it like [{type: NAME, data: {...}}]");
    for (uint32_t i = at + 1;
         i < t->r.doc->json.values[at].next && code == TD_OK;
         i = t->r.doc->json.values[i].next)
        code = td_jsonx_settle(&t->r, read_item(t, test, i, &when));
    for (size_t i = 0; i < test->lines_len && when.has_t; i++)
        test->lines[i].has_t = true;
    return code;
}

/* A list of rule ids, or one. */
static enum td_code check_ids(const struct check_cases *t, uint32_t at)
{
    bool good = td_jsonx_is(t->r.doc, at, TD_JSON_STRING);

    if (td_jsonx_is(t->r.doc, at, TD_JSON_ARRAY)) {
        good = true;
        for (uint32_t i = at + 1; i < t->r.doc->json.values[at].next;
             i = t->r.doc->json.values[i].next)
            good = good && td_jsonx_is(t->r.doc, i, TD_JSON_STRING);
    }
    return good ? TD_OK
                : fail(t, at, "here stands a list of rule ids",
                       "write it like [R10, R11]");
}

static enum td_code read_fail(void *self, uint32_t at)
{
    struct check_cases *t = self;

    current(t)->expected.fail = at;
    return check_ids(t, at);
}

static enum td_code read_vacuous(void *self, uint32_t at)
{
    struct check_cases *t = self;

    current(t)->expected.vacuous = at;
    return check_ids(t, at);
}

static enum td_code read_open(void *self, uint32_t at)
{
    struct check_cases *t = self;

    current(t)->expected.open = at;
    return check_ids(t, at);
}

static enum td_code read_expected(void *self, uint32_t at)
{
    static const struct td_jsonx_key keys[] = {{"fail", read_fail},
                                               {"vacuous", read_vacuous},
                                               {"open", read_open},
                                               {NULL, NULL}};
    const struct td_jsonx_shape shape = {keys, "what a test expects has"};
    struct check_cases *t = self;

    if (td_jsonx_is_text(t->r.doc, at, "pass"))
        return TD_OK;
    if (!td_jsonx_is(t->r.doc, at, TD_JSON_OBJECT) ||
        t->r.doc->json.values[at].count == 0)
        return fail(t, at, "not what a test can expect",
                    "write `pass`, or an object with fail, vacuous or open");
    return td_jsonx_read(&t->r, at, &shape, t);
}

static const char test_mend[] =
    "write {name: TEXT, stream: [...], expect: pass}";

static enum td_code read_name(void *self, uint32_t at)
{
    struct check_cases *t = self;

    if (!td_jsonx_is(t->r.doc, at, TD_JSON_STRING))
        return fail(t, at, "a test needs a name",
                    "say in a few words what it shows");
    current(t)->name = td_jsonx_text(t->r.doc, at);
    return TD_OK;
}

/* The profiles at `at`, one or a list of them, as an array that ends with NULL.
 */
static enum td_code read_profiles(void *self, uint32_t at)
{
    struct check_cases *t = self;
    const struct td_json_value *v = t->r.doc->json.values;
    bool one = td_jsonx_is(t->r.doc, at, TD_JSON_STRING);
    bool good = one || td_jsonx_is(t->r.doc, at, TD_JSON_ARRAY);
    uint32_t i = one || !good ? at : at + 1;
    uint32_t count = 0;
    char **names =
        td_calloc((size_t)(one ? 1 : v[at].count) + 1, sizeof(*names));

    current(t)->profiles = names;
    for (; good && i < v[at].next; i = v[i].next) {
        good = td_jsonx_is(t->r.doc, i, TD_JSON_STRING);
        if (!good)
            break;
        names[count++] = td_jsonx_text(t->r.doc, i);
    }
    return good ? TD_OK
                : fail(t, i, "here stands a name, or a list of them",
                       "write it like [full]");
}

static enum td_code read_dialect(void *self, uint32_t at)
{
    struct check_cases *t = self;

    if (!td_jsonx_is(t->r.doc, at, TD_JSON_STRING))
        return fail(t, at, "here stands the name of a dialect",
                    "choose one of those under `dialects`");
    current(t)->dialect = td_jsonx_text(t->r.doc, at);
    return TD_OK;
}

static enum td_code read_complete(void *self, uint32_t at)
{
    struct check_cases *t = self;
    bool complete;

    if (td_jsonx_flag(t->r.doc, at, "complete", &complete, t->r.err))
        return td_error_hint(t->r.err, "false: the stream may go on where the "
                                       "test ends");
    current(t)->cut = !complete;
    return TD_OK;
}

static enum td_code read_rules(void *self, uint32_t at)
{
    struct check_cases *t = self;
    bool rules;

    if (td_jsonx_flag(t->r.doc, at, "rules", &rules, t->r.err))
        return td_error_hint(t->r.err, "false: only the names and schemas of "
                                       "messages are judged");
    current(t)->no_rules = !rules;
    return TD_OK;
}

/* What it seems to lack may be there by another key, which was said. */
static enum td_code check_needs(struct check_cases *t, uint32_t at)
{
    enum td_code code = TD_OK;

    if (!td_jsonx_member(t->r.doc, at, "name"))
        code = td_jsonx_settle(&t->r, fail(t, at, "a test needs a name",
                                           "say in a few words what it shows"));
    if (code == TD_OK && (!td_jsonx_member(t->r.doc, at, "stream") ||
                          !td_jsonx_member(t->r.doc, at, "expect")))
        code = fail(t, at, "a test needs a stream and an expect", test_mend);
    return code;
}

static enum td_code read_test(struct check_cases *t, uint32_t at)
{
    static const struct td_jsonx_key keys[] = {{"name", read_name},
                                               {"stream", read_stream},
                                               {"expect", read_expected},
                                               {"complete", read_complete},
                                               {"dialect", read_dialect},
                                               {"profile", read_profiles},
                                               {"rules", read_rules},
                                               {"note", NULL},
                                               {NULL, NULL}};
    const struct td_jsonx_shape shape = {keys, "a test has"};
    uint32_t wrong = t->r.wrong_keys;
    enum td_code code;

    if (!td_jsonx_is(t->r.doc, at, TD_JSON_OBJECT))
        return fail(t, at, "a test is an object", test_mend);
    code = td_jsonx_read(&t->r, at, &shape, t);
    return code || t->r.wrong_keys > wrong ? code : check_needs(t, at);
}

static enum td_code read_tests(struct check_cases *t)
{
    uint32_t at = td_jsonx_member(t->r.doc, 0, "tests");
    enum td_code code = TD_OK;

    if (!at)
        return TD_OK;
    if (!td_jsonx_is(t->r.doc, at, TD_JSON_ARRAY))
        return fail(t, at, "tests is a list",
                    "write [{name: TEXT, stream: [...], expect: pass}]");
    if (t->r.doc->json.values[at].count > CHECK_CASES_MAX)
        return td_jsonx_fail(t->r.doc, at, TD_LIMIT, t->r.err,
                             "more than %d tests", CHECK_CASES_MAX);
    t->tests =
        td_calloc(t->r.doc->json.values[at].count + 1, sizeof(*t->tests));
    for (uint32_t i = at + 1;
         i < t->r.doc->json.values[at].next && code == TD_OK;
         i = t->r.doc->json.values[i].next) {
        t->tests[t->len++].at = i;
        code = td_jsonx_settle(&t->r, read_test(t, i));
    }
    return code;
}

enum td_code check_cases_new_all(struct check_cases **out,
                                 const struct check_options *how,
                                 const struct td_jsonx_errors *errors,
                                 struct td_error *err)
{
    struct check_cases *t = td_calloc(1, sizeof(*t));
    struct td_error own = {0};
    enum td_code code;

    t->how = *how;
    t->contract = how->contract;
    t->r = (struct td_jsonx_reader){
        .doc = &how->contract->doc, .err = &own, .errors = errors};
    t->failed = td_calloc(how->contract->set.rules_len + 1, sizeof(*t->failed));
    code = td_jsonx_settle(&t->r, read_tests(t));
    if (t->r.first) {
        code = t->r.first;
        own = t->r.kept;
    }
    *out = code ? NULL : t;
    if (code) {
        check_cases_free(t);
        if (err)
            *err = own;
    } else
        t->r.err = NULL;
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
