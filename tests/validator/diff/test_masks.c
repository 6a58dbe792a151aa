/* Masks files: what each mistake is told as, and which mask a place has. */
#include "tests/suites.h"
#include "validator/diff/masks.h"

#include <stdlib.h>

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

static enum td_code load(struct diff_masks *masks, struct td_bytes text,
                         struct td_error *err)
{
    struct td_jsonx doc = {0};
    enum td_code code = td_jsonx_parse(&doc, "m", TD_JSONX_YAML, text, err);

    if (!code)
        code = diff_masks_read(masks, &doc, err);
    td_jsonx_release(&doc);
    return code;
}

static const struct {
    const char *text;
    const char *where;
    const char *why;
} mistakes[] = {
    {"[]", "m:1:1", "masks: 1"},
    {"order: bag", "m:1:1", "masks: 1"},
    {"masks: 2", "m:1:8", "another version"},
    {"masks: 1\nfeilds: {}", "m:2:1", "no key \"feilds\""},
    {"masks: 1\nfields: [a]", "m:2:9", "pointer and mask"},
    {"masks: 1\nfields: {a: ignore}", "m:2:10", "begins with /"},
    {"masks: 1\nfields: {/a~2: ignore}", "m:2:10", "0 or 1"},
    {"masks: 1\nfields: {/a~: ignore}", "m:2:10", "0 or 1"},
    {"masks: 1\nfields: {/a: ingore}", "m:2:14", "ignore, type-only"},
    {"masks: 1\nfields: {/a: 1}", "m:2:14", "ignore, type-only"},
    {"masks: 1\nfields: {/a: round}", "m:2:14", "{round: N}"},
    {"masks: 1\nfields: {/a: {round: 0}}", "m:2:22", "above 0"},
    {"masks: 1\nfields: {/a: {round: -1}}", "m:2:22", "above 0"},
    {"masks: 1\nfields: {/a: {within: 1e999}}", "m:2:23", "above 0"},
    {"masks: 1\nfields: {/a: {within: x}}", "m:2:23", "above 0"},
    {"masks: 1\nfields: {/a: {sorted: 1}}", "m:2:15", "with a parameter"},
    {"masks: 1\nfields: {/a: {pattern: 1}}", "m:2:24", "a text"},
    {"masks: 1\nfields: {/a: {pattern: '('}}", "m:2:24", ""},
    {"masks: 1\nfields: {/a: {number-ids: []}}", "m:2:27", "a name"},
    {"masks: 1\nfields: {\"/a\\u0000\": ignore}", "m:2:10", "U+0000"},
    {"masks: 1\norder: sorted", "m:2:8", "per-key, total or bag"},
    {"masks: 1\norder: [bag]", "m:2:8", "per-key, total or bag"},
    {"masks: 1\norder: {a: 1}", "m:2:12", "per-key, total or bag"},
    {"masks: 1\nkey: ''", "m:2:6", "not empty"},
    {"masks: 1\nkey: 1", "m:2:6", "a field is a text"},
    {"masks: 1\nidentity: {a: id}", "m:2:15", "a list"},
    {"masks: 1\nidentity: {a: [1]}", "m:2:16", "a field is a text"},
    {"masks: 1\nidentity: {a: [a,b,c,d,e,f,g,h,i]}", "m:2:15", "at most 8"},
    {"masks: 1\ntiming: {p0: 1%}", "m:2:10", "p1 to p100"},
    {"masks: 1\ntiming: {p101: 1%}", "m:2:10", "p1 to p100"},
    {"masks: 1\ntiming: {median: 1%}", "m:2:10", "p1 to p100"},
    {"masks: 1\ntiming: {p50: 0.25}", "m:2:15", "25%"},
    {"masks: 1\ntiming: {p50: -1%}", "m:2:15", "25%"},
    {"masks: 1\ntiming: {skip: a}", "m:2:16", "no list of events"},
    {"masks: 1\noptional: a", "m:2:11", "no list of events"},
    {"masks: 1\noptional: [1]", "m:2:12", "an event is a text"},
};

static void each_mistake_has_its_line_and_reason(void)
{
    for (size_t i = 0; i < ROWS(mistakes); i++) {
        struct diff_masks masks = {0};
        struct td_error err = {0};

        CU_ASSERT_EQUAL(load(&masks, td_text(mistakes[i].text), &err),
                        TD_USAGE);
        if (strcmp(err.where, mistakes[i].where) ||
            !strstr(err.text, mistakes[i].why))
            printf("%s: %s: %s\n", mistakes[i].text, err.where, err.text);
        CU_ASSERT_STRING_EQUAL(err.where, mistakes[i].where);
        CU_ASSERT_PTR_NOT_NULL(strstr(err.text, mistakes[i].why));
        diff_masks_release(&masks);
    }
}

static void expect_limit(struct td_buf *text, const char *why)
{
    struct diff_masks masks = {0};
    struct td_error err = {0};

    CU_ASSERT_EQUAL(load(&masks, td_buf_bytes(text), &err), TD_LIMIT);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, why));
    diff_masks_release(&masks);
    td_buf_release(text);
}

static void what_is_too_much_is_refused(void)
{
    struct td_buf text = {0};

    (void)td_buf_add_text(&text, "{masks: 1, fields: {");
    for (int i = 0; i <= DIFF_FIELDS_MAX; i++)
        (void)td_buf_addf(&text, "/a%d: ignore, ", i);
    (void)td_buf_add_text(&text, "}}");
    expect_limit(&text, "at most 1000 masks");

    (void)td_buf_add_text(&text, "{masks: 1, optional: [");
    for (int i = 0; i <= DIFF_EVENTS_MAX; i++)
        (void)td_buf_addf(&text, "a%d, ", i);
    (void)td_buf_add_text(&text, "]}");
    expect_limit(&text, "at most 1000 events");

    (void)td_buf_add_text(&text, "{masks: 1, fields: {'");
    for (int i = 0; i <= DIFF_STEPS_MAX; i++)
        (void)td_buf_add_text(&text, "/**");
    (void)td_buf_add_text(&text, "': ignore}}");
    expect_limit(&text, "at most 64 steps");

    (void)td_buf_add_text(&text, "{masks: 1, fields: {? '/");
    for (int i = 0; i < DIFF_POINTER_MAX; i++)
        (void)td_buf_add_text(&text, "a");
    (void)td_buf_add_text(&text, "': ignore}}");
    expect_limit(&text, "at most 1024 bytes");
}

/* Of one pointer, the places that it names and those that it does not. */
static const struct {
    const char *pointer;
    const char *place; /* steps, divided by spaces */
    bool fits;
} places[] = {
    {"", "", true},
    {"", "a", false},
    {"/a", "a", true},
    {"/a", "a b", false},
    {"/a/b", "a", false},
    {"/a~1b/~0", "a/b ~", true},
    {"/*", "a", true},
    {"/*", "", false},
    {"/*", "a b", false},
    {"/a/*/c", "a 0 c", true},
    {"/a/*/c", "a c", false},
    {"/**", "", true},
    {"/**", "a b c", true},
    {"/a/**", "a", true},
    {"/a/**", "b", false},
    {"/a/**/c", "a c", true},
    {"/a/**/c", "a b b c", true},
    {"/a/**/c", "a b c d", false},
    {"/a/**/c", "a c d c", true},
    {"/**/b/**/c", "a b b x c", true},
    {"/**/b/**/c", "a c b", false},
    {"/**/b/*", "b b b c", true},
    {"/**/**/**/x", "a b c d e", false},
};

static void pointers_name_places(void)
{
    for (size_t i = 0; i < ROWS(places); i++) {
        struct diff_masks masks = {0};
        struct diff_place place = {0};
        struct td_error err = {0};
        char text[200];
        char steps[64];
        char *rest = NULL;

        (void)snprintf(text, sizeof(text), "{masks: 1, fields: {'%s': ignore}}",
                       places[i].pointer);
        CU_ASSERT_EQUAL(load(&masks, td_text(text), &err), TD_OK);
        (void)snprintf(steps, sizeof(steps), "%s", places[i].place);
        for (char *s = strtok_r(steps, " ", &rest); s;
             s = strtok_r(NULL, " ", &rest))
            place.steps[place.len++] = td_text(s);
        if (diff_masks_at(&masks, &place) != places[i].fits)
            printf("%s at %s\n", places[i].pointer, places[i].place);
        CU_ASSERT_EQUAL(diff_masks_at(&masks, &place), places[i].fits);
        diff_masks_release(&masks);
    }
}

/* `**` many times over costs no more than the place is long, each. */
static void many_deep_steps_end(void)
{
    struct diff_masks masks = {0};
    struct diff_place place = {0};
    struct td_error err = {0};
    struct td_buf text = {0};

    (void)td_buf_add_text(&text, "{masks: 1, fields: {'");
    for (int i = 0; i < DIFF_STEPS_MAX / 2 - 1; i++)
        (void)td_buf_add_text(&text, "/**/a");
    (void)td_buf_add_text(&text, "/b': ignore}}");
    CU_ASSERT_EQUAL(load(&masks, td_buf_bytes(&text), &err), TD_OK);
    while (place.len < DIFF_STEPS_MAX)
        place.steps[place.len++] = td_text("a");
    CU_ASSERT_EQUAL(diff_masks_at(&masks, &place), 0);
    diff_masks_release(&masks);
    td_buf_release(&text);
}

static void the_example_is_read(void)
{
    struct diff_masks masks = {0};
    struct td_error err = {0};
    const struct diff_event_rule *log;
    const struct diff_event_rule *progress;

    CU_ASSERT_EQUAL(diff_masks_load(&masks,
                                    TD_SOURCE_DIR
                                    "/tests/fuzz/corpus/diff_masks/build.yaml",
                                    &err),
                    TD_OK);
    CU_ASSERT_EQUAL_FATAL(masks.fields_len, 9);
    CU_ASSERT_EQUAL(masks.fields[3].kind, DIFF_ROUND);
    CU_ASSERT_DOUBLE_EQUAL(masks.fields[3].unit, 100, 0);
    CU_ASSERT_NOT_EQUAL(masks.fields[1].ids, masks.fields[2].ids);
    CU_ASSERT_EQUAL(masks.bands_len, 2);
    CU_ASSERT_EQUAL(masks.bands[1].percentile, 95);
    CU_ASSERT_DOUBLE_EQUAL(masks.bands[1].share, 0.5, 1e-9);
    CU_ASSERT_STRING_EQUAL(masks.key, "task_id");
    CU_ASSERT_FALSE(masks.has_order);
    log = diff_masks_event(&masks, td_text("log_message"));
    CU_ASSERT_PTR_NOT_NULL_FATAL(log);
    CU_ASSERT(log->optional && log->untimed && log->has_order);
    CU_ASSERT_EQUAL(log->order, DIFF_ORDER_BAG);
    progress = diff_masks_event(&masks, td_text("progress_update"));
    CU_ASSERT_PTR_NOT_NULL_FATAL(progress);
    CU_ASSERT_EQUAL(progress->identity_len, 2);
    CU_ASSERT_PTR_NULL(diff_masks_event(&masks, td_text("other")));
    diff_masks_release(&masks);
}

CU_TestInfo validator_diff_masks_tests[] = {
    {"each_mistake_has_its_line_and_reason",
     each_mistake_has_its_line_and_reason},
    {"what_is_too_much_is_refused", what_is_too_much_is_refused},
    {"pointers_name_places", pointers_name_places},
    {"many_deep_steps_end", many_deep_steps_end},
    {"the_example_is_read", the_example_is_read},
    CU_TEST_INFO_NULL,
};
