/* Times of two tapes, as distributions. */
#include "tests/suites.h"
#include "tests/support/made_tape.h"
#include "validator/diff/diff.h"

#include <inttypes.h>

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))
#define EVENTS  400
#define MS      UINT64_C(1000000)
#define SEEDS   20

static uint32_t roll(uint64_t *state, uint32_t below)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407U;
    return (uint32_t)(*state >> 33) % below;
}

/* How gaps are made: from least to least + spread ms, times percent, and every
 * rare-th one of them longer by late ms. Of every other event, named "log".
 */
struct pace {
    uint32_t least;
    uint32_t spread;
    uint32_t percent;
    uint32_t rare; /* 0: none */
    uint32_t late;
    bool logs; /* there is an event "log" behind each, after a random time */
};

static const char *tape(const char *name, uint64_t seed, const struct pace *p)
{
    static struct made_event events[2 * EVENTS];
    uint64_t state = seed;
    uint64_t noise = seed + 99;
    uint64_t at = 0;
    size_t len = 0;

    for (uint32_t i = 0; i < EVENTS; i++) {
        uint64_t gap = p->least + roll(&state, p->spread + 1);

        at += gap * MS * p->percent / 100;
        if (p->rare && i % p->rare == 0)
            at += p->late * MS;
        events[len++] =
            (struct made_event){.at_ns = at, .name = "tick", .payload = "{}"};
        if (p->logs)
            events[len++] =
                (struct made_event){.at_ns = at + roll(&noise, 5) * MS,
                                    .name = "log",
                                    .payload = "{}"};
    }
    /* A log may not come behind the next tick. */
    for (size_t i = 1; i < len; i++) {
        if (events[i].at_ns < events[i - 1].at_ns)
            events[i].at_ns = events[i - 1].at_ns;
    }
    return made_tape(name, 0, events, len);
}

/* Bands that do not hold; UINT32_MAX: times were not judged. */
static uint32_t broken(const char *a, const char *b, const char *text)
{
    struct td_jsonx doc = {0};
    struct diff_masks masks = {0};
    struct td_error err = {0};
    struct diff *diff = NULL;
    struct diff_options how = {.masks = &masks, .paths = {a, b}};
    uint32_t out;

    CU_ASSERT_EQUAL(
        td_jsonx_parse(&doc, "m", TD_JSONX_YAML, td_text(text), &err), TD_OK);
    CU_ASSERT_EQUAL(diff_masks_read(&masks, &doc, &err), TD_OK);
    td_jsonx_release(&doc);
    CU_ASSERT_EQUAL_FATAL(diff_run(&diff, &how, &err), TD_OK);
    CU_ASSERT_EQUAL(diff->findings_len, 0);
    CU_ASSERT_EQUAL(diff_is_same(diff), diff->timing.broken == 0);
    out = diff->timing.judged ? diff->timing.broken : UINT32_MAX;
    diff_free(diff);
    diff_masks_release(&masks);
    return out;
}

/* What is done to the pace of a run is found by the bands that it breaks. */
static void bands_find_what_became_slower(void)
{
    static const struct pace good = {10, 20, 100, 0, 0, false};
    static const struct {
        struct pace pace;
        const char *masks;
        uint32_t broken;
    } rows[] = {
        {{10, 20, 100, 0, 0, false}, "{p50: 25%, p95: 25%}", 0},
        {{10, 20, 110, 0, 0, false}, "{p50: 25%, p95: 25%}", 0},
        {{10, 20, 150, 0, 0, false}, "{p50: 25%, p95: 25%}", 2},
        {{10, 20, 150, 0, 0, false}, "{p50: 75%, p95: 75%}", 0},
        /* Faster is another time, too. */
        {{10, 20, 50, 0, 0, false}, "{p50: 25%, p95: 25%}", 2},
        {{10, 20, 50, 0, 0, false}, "{p50: 75%, p95: 75%}", 0},
        /* One in ten is late: the median knows nothing of it. */
        {{10, 20, 100, 10, 500, false}, "{p50: 25%, p95: 25%}", 1},
        {{10, 20, 100, 10, 500, false}, "{p50: 25%}", 0},
        /* One in a hundred: only the last percentiles do. */
        {{10, 20, 100, 80, 500, false}, "{p50: 25%, p95: 25%}", 0},
        {{10, 20, 100, 80, 500, false}, "{p50: 25%, p100: 25%}", 1},
    };

    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        for (size_t i = 0; i < ROWS(rows); i++) {
            const char *a = tape("a.tape.gz", seed * 2, &good);
            const char *b = tape("b.tape.gz", seed * 2 + 1, &rows[i].pace);
            char text[128];
            uint32_t found;

            (void)snprintf(text, sizeof(text), "{masks: 1, timing: %s}",
                           rows[i].masks);
            found = broken(a, b, text);
            CU_ASSERT_EQUAL(found, rows[i].broken);
            if (found != rows[i].broken)
                printf("seed %" PRIu64 ", row %zu: %" PRIu32 "\n", seed, i,
                       found);
        }
    }
}

static void a_tape_has_its_own_times(void)
{
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct pace pace = {(uint32_t)seed, 1 + (uint32_t)seed * 3, 100, 7, 40,
                            seed % 2 == 0};
        const char *a = tape("a.tape.gz", seed, &pace);

        CU_ASSERT_EQUAL(
            broken(a, a, "{masks: 1, timing: {p1: 0%, p50: 0%, p100: 0%}}"), 0);
    }
}

/* What is skipped is in no gap: those of the others are as if it were gone. */
static void skipped_events_have_no_times(void)
{
    static const struct pace good = {30, 0, 100, 0, 0, true};
    const char *a = tape("a.tape.gz", 1, &good);
    const char *b = tape("b.tape.gz", 2, &good);

    CU_ASSERT_EQUAL(
        broken(a, b, "{masks: 1, timing: {p10: 1%, p90: 1%, skip: [log]}}"), 0);
    /* The same gaps with the logs between them are others. */
    CU_ASSERT(
        broken(a, tape("b.tape.gz", 2, &(struct pace){30, 0, 200, 0, 0, true}),
               "{masks: 1, timing: {p90: 1%}}") == 1);
    CU_ASSERT_EQUAL(
        broken(a, b, "{masks: 1, timing: {p10: 1%, skip: [log, tick]}}"),
        UINT32_MAX);
}

/* The sides are told apart: the band is a share of what A has. */
static void a_band_is_a_share_of_the_first(void)
{
    static const struct pace slow = {100, 0, 100, 0, 0, false};
    static const struct pace fast = {60, 0, 100, 0, 0, false};
    const char *a = tape("a.tape.gz", 1, &slow);
    const char *b = tape("b.tape.gz", 1, &fast);

    CU_ASSERT_EQUAL(broken(a, b, "{masks: 1, timing: {p50: 45%}}"), 0);
    CU_ASSERT_EQUAL(broken(b, a, "{masks: 1, timing: {p50: 45%}}"), 1);
    CU_ASSERT_EQUAL(broken(b, a, "{masks: 1, timing: {p50: 70%}}"), 0);
}

CU_TestInfo validator_diff_timing_tests[] = {
    {"bands_find_what_became_slower", bands_find_what_became_slower},
    {"a_tape_has_its_own_times", a_tape_has_its_own_times},
    {"skipped_events_have_no_times", skipped_events_have_no_times},
    {"a_band_is_a_share_of_the_first", a_band_is_a_share_of_the_first},
    CU_TEST_INFO_NULL,
};
