/* What is done to a stream is what is found, and nothing else. */
#include "core/mem.h"
#include "tests/suites.h"
#include "tests/support/tapes.h"
#include "validator/diff/diff.h"

#include <stdlib.h>

#define ROWS(a)     (sizeof(a) / sizeof((a)[0]))
#define EVENTS      60
#define SPACE       4 /* events between two edits */
#define SEEDS       200
#define KINDS_LEN   DIFF_KINDS_LEN
#define LETTERS     4  /* different events of a random stream */
#define RANDOM_MOST 60 /* its length, at most */

/* A generator that tests can repeat. */
static uint32_t roll(uint64_t *state, uint32_t below)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407U;
    return (uint32_t)(*state >> 33) % below;
}

static enum td_code read_masks(struct diff_masks *masks, const char *text,
                               struct td_error *err)
{
    struct td_jsonx doc = {0};
    enum td_code code =
        td_jsonx_parse(&doc, "m", TD_JSONX_YAML, td_text(text), err);

    if (!code)
        code = diff_masks_read(masks, &doc, err);
    td_jsonx_release(&doc);
    return code;
}

struct outcome {
    uint32_t counts[KINDS_LEN];
    uint32_t optional;
    uint32_t broken;
    uint32_t held;
    bool same;
};

/* Compare two texts of NDJSON under masks. */
static struct outcome compare(const char *a, const char *b, const char *masks,
                              const char *key)
{
    struct diff_masks how = {0};
    struct td_error err = {0};
    struct diff *diff = NULL;
    struct diff_options options = {
        .masks = &how,
        .paths = {strdup(test_path("a.ndjson")), strdup(test_path("b.ndjson"))},
        .key = key};
    struct outcome out = {.same = false};

    test_write_file(options.paths[0], td_text(a));
    test_write_file(options.paths[1], td_text(b));
    CU_ASSERT_EQUAL(masks ? read_masks(&how, masks, &err) : TD_OK, TD_OK);
    if (diff_run(&diff, &options, &err))
        printf("%s: %s\n", err.where, err.text);
    memcpy(out.counts, diff->counts, sizeof(out.counts));
    out.optional = diff->optional;
    out.broken = diff->timing.broken;
    for (uint32_t i = 0; i < diff->findings_len; i++)
        out.held += diff->findings[i].held;
    out.same = err.code == TD_OK && diff_is_same(diff);
    diff_free(diff);
    diff_masks_release(&how);
    free((void *)(uintptr_t)options.paths[0]);
    free((void *)(uintptr_t)options.paths[1]);
    return out;
}

/* One event of a stream that is edited. */
struct made {
    char name;
    uint32_t id;
    uint32_t key;
    uint32_t n;
};

struct stream {
    struct made list[EVENTS * 2];
    uint32_t len;
};

static void make_stream(struct stream *stream, uint64_t *state, bool unique)
{
    stream->len = EVENTS;
    for (uint32_t i = 0; i < EVENTS; i++)
        stream->list[i] =
            (struct made){(char)('a' + roll(state, 4)), unique ? i : 0,
                          roll(state, 3), roll(state, unique ? 1000 : 3)};
}

static void write_stream(struct td_buf *out, const struct stream *stream,
                         bool unique)
{
    for (uint32_t i = 0; i < stream->len; i++) {
        const struct made *m = &stream->list[i];

        (void)td_buf_addf(out, "{\"type\":\"%c\",\"key\":\"k%u\",", m->name,
                          m->key);
        if (unique)
            (void)td_buf_addf(out, "\"task_id\":\"t%u\",", m->id);
        (void)td_buf_addf(out, "\"data\":{\"n\":%u}}\n", m->n);
    }
}

enum edit { DELETE, INSERT, CHANGE, RENAME, REORDER, EDITS };

/* Edit the place, and say what that is. */
static enum diff_kind edit(struct stream *s, uint32_t at, enum edit what)
{
    struct made *m = &s->list[at];
    struct made kept = *m;
    uint32_t rest = s->len - at;

    if (what == CHANGE)
        m->n += 5000;
    if (what == RENAME)
        m->name = 'z';
    if (what == REORDER) {
        memmove(m, m + 1, 2 * sizeof(*m));
        m[2] = kept;
    }
    if (what == DELETE) {
        memmove(m, m + 1, (rest - 1) * sizeof(*m));
        s->len--;
    }
    if (what == INSERT) {
        memmove(m + 1, m, rest * sizeof(*m));
        *m = (struct made){'a', 1000 + at, kept.key, 7000 + at};
        s->len++;
    }
    return what == DELETE    ? DIFF_MISSING
           : what == INSERT  ? DIFF_EXTRA
           : what == REORDER ? DIFF_MOVED
                             : DIFF_CHANGED;
}

/* A seeded script of up to eight edits, from the end to the beginning. */
static void edit_stream(struct stream *s, uint64_t *state,
                        uint32_t counts[KINDS_LEN])
{
    uint32_t count = 1 + roll(state, 8);

    for (uint32_t i = count; i-- > 0;)
        counts[edit(s, 2 + i * (SPACE + 2), (enum edit)roll(state, EDITS))]++;
}

static void edits_are_found_exactly(void)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        uint64_t state = seed;
        uint32_t expected[KINDS_LEN] = {0};
        struct td_buf a = {0};
        struct td_buf b = {0};
        struct stream s;
        struct outcome out;

        make_stream(&s, &state, true);
        write_stream(&a, &s, true);
        edit_stream(&s, &state, expected);
        write_stream(&b, &s, true);
        out = compare(td_buf_str(&a), td_buf_str(&b), NULL, NULL);
        if (memcmp(out.counts, expected, sizeof(expected)) != 0)
            printf("seed %u: missing %u/%u extra %u/%u changed %u/%u moved "
                   "%u/%u\n",
                   (unsigned)seed, out.counts[0], expected[0], out.counts[1],
                   expected[1], out.counts[2], expected[2], out.counts[3],
                   expected[3]);
        CU_ASSERT_EQUAL(memcmp(out.counts, expected, sizeof(expected)), 0);
        td_buf_release(&a);
        td_buf_release(&b);
    }
}

/* Of events that repeat: no more differences than as insertions and deletions,
 * and some.
 */
static void edits_of_repeated_events_are_found_minimally(void)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        uint64_t state = seed;
        uint32_t edits[KINDS_LEN] = {0};
        uint32_t most = 0;
        uint32_t found = 0;
        struct td_buf a = {0};
        struct td_buf b = {0};
        struct stream s;
        struct outcome out;

        make_stream(&s, &state, false);
        write_stream(&a, &s, false);
        edit_stream(&s, &state, edits);
        write_stream(&b, &s, false);
        out = compare(td_buf_str(&a), td_buf_str(&b), NULL, NULL);
        for (int i = 0; i < KINDS_LEN; i++) {
            most += edits[i] * (i >= DIFF_CHANGED ? 2 : 1);
            found += out.counts[i];
        }
        if (found > most)
            printf("seed %u: %u for %u edits\n", (unsigned)seed, found, most);
        CU_ASSERT(found <= most);
        CU_ASSERT_EQUAL(out.same, strcmp(td_buf_str(&a), td_buf_str(&b)) == 0);
        td_buf_release(&a);
        td_buf_release(&b);
    }
}

/* Two streams of the same few events, each of which comes often, so that none
 * is an anchor.
 */
static uint32_t make_letters(uint8_t letters[RANDOM_MOST], uint64_t *state,
                             struct td_buf *text)
{
    uint32_t len = 0;
    uint32_t some = roll(state, RANDOM_MOST - 2 * LETTERS);

    for (uint32_t i = 0; i < LETTERS; i++)
        letters[len++] = (uint8_t)i;
    for (uint32_t i = 0; i < some; i++)
        letters[len++] = (uint8_t)roll(state, LETTERS);
    for (uint32_t i = 0; i < LETTERS; i++)
        letters[len++] = (uint8_t)i;
    for (uint32_t i = 0; i < len; i++)
        (void)td_buf_addf(text, "{\"type\":\"%c\"}\n", 'a' + letters[i]);
    return len;
}

/* How many events two streams have in common, in order. */
static uint32_t common(const uint8_t *a, uint32_t a_len, const uint8_t *b,
                       uint32_t b_len)
{
    uint32_t best[RANDOM_MOST + 1] = {0};

    for (uint32_t i = 0; i < a_len; i++) {
        uint32_t corner = 0;

        for (uint32_t j = 0; j < b_len; j++) {
            uint32_t above = best[j + 1];

            if (a[i] == b[j])
                best[j + 1] = corner + 1;
            else if (best[j] > above)
                best[j + 1] = best[j];
            corner = above;
        }
    }
    return best[b_len];
}

/* What is moved, or another event now, was deleted and inserted. */
static void no_shorter_script_makes_one_of_the_other(void)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        uint64_t state = seed;
        uint8_t letters[2][RANDOM_MOST];
        struct td_buf a = {0};
        struct td_buf b = {0};
        uint32_t x = make_letters(letters[0], &state, &a);
        uint32_t y = make_letters(letters[1], &state, &b);
        uint32_t edits = x + y - 2 * common(letters[0], x, letters[1], y);
        struct outcome out =
            compare(td_buf_str(&a), td_buf_str(&b), NULL, NULL);

        CU_ASSERT_EQUAL(
            out.counts[DIFF_MISSING] + out.counts[DIFF_EXTRA] +
                2 * (out.counts[DIFF_MOVED] + out.counts[DIFF_CHANGED]),
            edits);
        td_buf_release(&a);
        td_buf_release(&b);
    }
}

static void a_stream_is_itself_under_every_option(void)
{
    static const char *const masks[] = {
        "masks: 1",
        "{masks: 1, order: total}",
        "{masks: 1, order: bag}",
        "{masks: 1, order: {a: bag, b: total}}",
        "{masks: 1, key: key}",
        "{masks: 1, key: data.n, fields: {/data/n: number-ids}}",
        "{masks: 1, fields: {/**: ignore}}",
        "{masks: 1, fields: {/**: type-only}}",
        "{masks: 1, fields: {/*: number-ids, /data/n: {number-ids: n}}}",
        "{masks: 1, fields: {/data/n: relative-time}}",
        "{masks: 1, fields: {/data/n: {round: 7}}}",
        "{masks: 1, fields: {/data/n: {within: 1}}}",
        "{masks: 1, fields: {/**: sort}}",
        "{masks: 1, fields: {/key: {pattern: '^k[01]$'}}}",
        "{masks: 1, identity: {a: [key], b: [data.n, key], c: [gone]}}",
        "{masks: 1, timing: {p50: 0%, p100: 0%}}",
        "{masks: 1, optional: [a]}",
    };
    static const char *const keys[] = {NULL, "key", "data.n", "gone"};

    for (size_t i = 0; i < ROWS(masks) * ROWS(keys) * 2; i++) {
        bool unique = i % 2;
        const char *how = masks[i / 2 % ROWS(masks)];
        uint64_t state = i;
        struct td_buf a = {0};
        struct stream s;
        struct outcome out;

        make_stream(&s, &state, unique);
        write_stream(&a, &s, unique);
        out = compare(td_buf_str(&a), td_buf_str(&a), how,
                      keys[i / 2 / ROWS(masks)]);
        if (!out.same)
            printf("%s %d\n", how, unique);
        CU_ASSERT(out.same);
        td_buf_release(&a);
    }
}

/* One event each; whether they are the same under the masks. */
static const struct {
    const char *masks; /* of the field /v */
    const char *a;
    const char *b;
    bool same;
} values[] = {
    {"ignore", "\"x\"", "\"y\"", true},
    {"ignore", "\"x\"", "1", false},
    {"ignore", "\"x\"", "null", false},
    {"ignore", "true", "false", true},
    {"ignore", "[1]", "[]", true},
    {"ignore", "[1]", "{}", false},
    {"type-only", "{\"a\":1}", "{\"a\":2}", true},
    {"type-only", "{\"a\":1}", "{\"a\":\"1\"}", false},
    {"type-only", "{\"a\":1}", "{\"b\":1}", false},
    {"type-only", "{\"a\":1}", "{}", false},
    {"type-only", "[1,2,3]", "[4]", true},
    {"type-only", "[1,\"2\"]", "[4]", false},
    {"number-ids", "\"x\"", "\"y\"", true},
    {"number-ids", "\"x\"", "1", false},
    {"number-ids", "{}", "[]", false},
    {"relative-time", "\"2026-01-01T00:00:00Z\"", "\"2027-01-01T00:00:00Z\"",
     true},
    {"relative-time", "\"2026-01-01T00:00:00Z\"", "\"soon\"", false},
    {"relative-time", "\"2026-01-01T00:00:00Z\"", "1767225600", false},
    {"relative-time", "1767225600", "1767225601.5", true},
    {"{round: 100}", "140", "60", true},
    {"{round: 100}", "149", "151", false},
    {"{round: 100}", "-1", "1", true},
    {"{round: 100}", "1e400", "2e400", false},
    {"{round: 100}", "\"140\"", "140", false},
    {"{within: 0.5}", "1", "1.5", true},
    {"{within: 0.1}", "0.3", "0.4", true},
    {"{within: 0.5}", "1", "1.6", false},
    {"{within: 0.5}", "1", "\"1\"", false},
    {"sort", "[1,2,2]", "[2,1,2]", true},
    {"sort", "[1,2,2]", "[2,1,1]", false},
    {"sort", "[1,2]", "[2,1,1]", false},
    {"sort", "\"ab\"", "\"ba\"", false},
    {"{pattern: '^t[0-9]+$'}", "\"t1\"", "\"t22\"", true},
    {"{pattern: '^t[0-9]+$'}", "\"t1\"", "\"u22\"", false},
    {"{pattern: '^t[0-9]+$'}", "\"u1\"", "\"u22\"", false},
    {"{pattern: '^[0-9]+$'}", "1", "2", false},
    {NULL, "1", "1.0", true},
    {NULL, "1e2", "100", true},
    {NULL, "\"\\u0061\"", "\"a\"", true},
    {NULL, "{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", true},
    {NULL, "[1,2]", "[2,1]", false},
    {NULL, "1", "\"1\"", false},
    {NULL, "null", "false", false},
};

static void masks_hide_what_they_say_and_no_more(void)
{
    for (size_t i = 0; i < ROWS(values); i++) {
        char masks[100] = "masks: 1";
        char a[100];
        char b[100];

        if (values[i].masks)
            (void)snprintf(masks, sizeof(masks), "{masks: 1, fields: {/v: %s}}",
                           values[i].masks);
        (void)snprintf(a, sizeof(a), "{\"type\":\"e\",\"v\":%s}\n",
                       values[i].a);
        (void)snprintf(b, sizeof(b), "{\"type\":\"e\",\"v\":%s}\n",
                       values[i].b);
        if (compare(a, b, masks, NULL).same != values[i].same)
            printf("%s: %s %s\n", masks, values[i].a, values[i].b);
        CU_ASSERT_EQUAL(compare(a, b, masks, NULL).same, values[i].same);
        CU_ASSERT_EQUAL(compare(b, a, masks, NULL).same, values[i].same);
    }
}

/* Whatever the mask, a value that is gone or of another kind shows. */
static void no_mask_hides_presence_or_kind(void)
{
    static const char *const masks[] = {
        "ignore",       "type-only",     "number-ids",      "relative-time",
        "{round: 1e9}", "{within: 1e9}", "{pattern: '.*'}", "sort"};
    static const char *const kinds[] = {"null",  "true", "1",
                                        "\"1\"", "[]",   "{}"};

    for (size_t m = 0; m < ROWS(masks); m++) {
        char how[80];

        (void)snprintf(how, sizeof(how), "{masks: 1, fields: {'/**/v': %s}}",
                       masks[m]);
        for (size_t i = 0; i < ROWS(kinds) * ROWS(kinds); i++) {
            const char *x = kinds[i / ROWS(kinds)];
            const char *y = kinds[i % ROWS(kinds)];
            char a[80];
            char b[80];

            (void)snprintf(a, sizeof(a), "{\"data\":{\"v\":%s}}\n", x);
            (void)snprintf(b, sizeof(b), "{\"data\":{\"v\":%s}}\n", y);
            CU_ASSERT_EQUAL(compare(a, b, how, NULL).same, x == y);
            CU_ASSERT_FALSE(compare(a, "{\"data\":{}}\n", how, NULL).same);
        }
    }
}

static void ids_are_renamed_one_to_one(void)
{
    static const char masks[] =
        "{masks: 1, fields: {/id: number-ids, /of: number-ids}}";
    static const char a[] = "{\"type\":\"new\",\"id\":\"x1\"}\n"
                            "{\"type\":\"new\",\"id\":\"x2\"}\n"
                            "{\"type\":\"use\",\"of\":\"x1\"}\n"
                            "{\"type\":\"use\",\"of\":\"x2\"}\n"
                            "{\"type\":\"use\",\"of\":\"x1\"}\n";
    static const char renamed[] = "{\"type\":\"new\",\"id\":\"y9\"}\n"
                                  "{\"type\":\"new\",\"id\":\"x1\"}\n"
                                  "{\"type\":\"use\",\"of\":\"y9\"}\n"
                                  "{\"type\":\"use\",\"of\":\"x1\"}\n"
                                  "{\"type\":\"use\",\"of\":\"y9\"}\n";
    static const char broken[] = "{\"type\":\"new\",\"id\":\"y9\"}\n"
                                 "{\"type\":\"new\",\"id\":\"y8\"}\n"
                                 "{\"type\":\"use\",\"of\":\"y9\"}\n"
                                 "{\"type\":\"use\",\"of\":\"y8\"}\n"
                                 "{\"type\":\"use\",\"of\":\"y8\"}\n";
    static const char merged[] = "{\"type\":\"new\",\"id\":\"y9\"}\n"
                                 "{\"type\":\"new\",\"id\":\"y9\"}\n"
                                 "{\"type\":\"use\",\"of\":\"y9\"}\n"
                                 "{\"type\":\"use\",\"of\":\"y9\"}\n"
                                 "{\"type\":\"use\",\"of\":\"y9\"}\n";
    struct outcome out;

    CU_ASSERT(compare(a, renamed, masks, NULL).same);
    out = compare(a, broken, masks, NULL);
    CU_ASSERT_EQUAL(out.counts[DIFF_CHANGED], 1);
    CU_ASSERT_EQUAL(out.held, 1);
    out = compare(a, merged, masks, NULL);
    CU_ASSERT_EQUAL(out.counts[DIFF_CHANGED], 2);
    CU_ASSERT_FALSE(compare(merged, a, masks, NULL).same);
}

static void times_go_back_where_they_did(void)
{
    static const char masks[] = "{masks: 1, fields: {/t: relative-time}}";
    struct outcome out;

    CU_ASSERT(compare("{\"t\":1000}\n{\"t\":2000}\n{\"t\":1500}\n",
                      "{\"t\":5000}\n{\"t\":9000}\n{\"t\":6000}\n", masks, NULL)
                  .same);
    out = compare("{\"t\":1000}\n{\"t\":2000}\n{\"t\":3000}\n",
                  "{\"t\":5000}\n{\"t\":9000}\n{\"t\":6000}\n", masks, NULL);
    CU_ASSERT_EQUAL(out.counts[DIFF_CHANGED], 1);
}

static void orders_are_kept_as_far_as_is_said(void)
{
    static const char a[] = "{\"type\":\"a\",\"k\":1,\"n\":1}\n"
                            "{\"type\":\"a\",\"k\":2,\"n\":2}\n"
                            "{\"type\":\"a\",\"k\":1,\"n\":3}\n";
    static const char b[] = "{\"type\":\"a\",\"k\":2,\"n\":2}\n"
                            "{\"type\":\"a\",\"k\":1,\"n\":1}\n"
                            "{\"type\":\"a\",\"k\":1,\"n\":3}\n";
    static const char c[] = "{\"type\":\"a\",\"k\":1,\"n\":3}\n"
                            "{\"type\":\"a\",\"k\":2,\"n\":2}\n"
                            "{\"type\":\"a\",\"k\":1,\"n\":1}\n";

    CU_ASSERT_EQUAL(compare(a, b, NULL, NULL).counts[DIFF_MOVED], 1);
    CU_ASSERT(compare(a, b, NULL, "k").same);
    CU_ASSERT_FALSE(compare(a, c, NULL, "k").same);
    CU_ASSERT_FALSE(compare(a, b, "{masks: 1, order: total}", "k").same);
    CU_ASSERT(compare(a, c, "{masks: 1, order: bag}", NULL).same);
    CU_ASSERT(compare(a, c, "{masks: 1, order: {a: bag}}", NULL).same);
    CU_ASSERT_FALSE(compare(a, c, "{masks: 1, order: {b: bag}}", NULL).same);
}

static void what_is_optional_may_be_gone(void)
{
    static const char a[] = "{\"type\":\"a\"}\n{\"type\":\"log\"}\n";
    static const char b[] = "{\"type\":\"a\"}\n";
    struct outcome out = compare(a, b, "{masks: 1, optional: [log]}", NULL);

    CU_ASSERT(out.same);
    CU_ASSERT_EQUAL(out.optional, 1);
    CU_ASSERT(compare(b, a, "{masks: 1, optional: [log]}", NULL).same);
    CU_ASSERT_FALSE(compare(b, a, "{masks: 1, optional: [a]}", NULL).same);
}

/* One stream a thousand times longer, in no order that is alike. */
static void a_much_longer_stream_ends(void)
{
    struct td_buf a = {0};
    struct td_buf b = {0};
    struct outcome out;

    for (int i = 0; i < 40; i++)
        (void)td_buf_addf(&a, "{\"type\":\"x\",\"n\":%d}\n", i % 7);
    for (int i = 0; i < 40000; i++)
        (void)td_buf_addf(&b, "{\"type\":\"x\",\"n\":%d}\n", i * 31 % 11);
    out = compare(td_buf_str(&a), td_buf_str(&b), NULL, NULL);
    CU_ASSERT_EQUAL(out.counts[DIFF_EXTRA] - out.counts[DIFF_MISSING], 39960);
    CU_ASSERT(out.counts[DIFF_MISSING] + out.counts[DIFF_MOVED] < 40);
    td_buf_release(&a);
    td_buf_release(&b);
}

CU_TestInfo validator_diff_diff_tests[] = {
    {"edits_are_found_exactly", edits_are_found_exactly},
    {"edits_of_repeated_events_are_found_minimally",
     edits_of_repeated_events_are_found_minimally},
    {"no_shorter_script_makes_one_of_the_other",
     no_shorter_script_makes_one_of_the_other},
    {"a_stream_is_itself_under_every_option",
     a_stream_is_itself_under_every_option},
    {"masks_hide_what_they_say_and_no_more",
     masks_hide_what_they_say_and_no_more},
    {"no_mask_hides_presence_or_kind", no_mask_hides_presence_or_kind},
    {"ids_are_renamed_one_to_one", ids_are_renamed_one_to_one},
    {"times_go_back_where_they_did", times_go_back_where_they_did},
    {"orders_are_kept_as_far_as_is_said", orders_are_kept_as_far_as_is_said},
    {"what_is_optional_may_be_gone", what_is_optional_may_be_gone},
    {"a_much_longer_stream_ends", a_much_longer_stream_ends},
    CU_TEST_INFO_NULL,
};
