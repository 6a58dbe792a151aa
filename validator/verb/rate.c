/* rate: how many events there are in any stretch of time.
 *
 * Said without a sliding window: after each event, the one that is `max` later
 * comes no earlier than a window later, and the one that is `min` later comes
 * no later. So the last few moments are all that is remembered.
 */
#include "core/mem.h"
#include "validator/engine/run.h"
#include "validator/rule/read.h"
#include "validator/rule/say.h"
#include "validator/verb/verb.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>

#define RATE_MAX 100000 /* of min and max: moments that a key remembers */

struct body {
    int64_t window;
    bool has_min;
    bool has_max;
    uint64_t min;
    uint64_t max;
    uint64_t depth; /* moments to remember */
};

struct moment {
    int64_t at;
    struct check_seen seen;
};

/* The last moments, in a ring that grows to `depth`. */
struct state {
    struct moment *ring;
    uint64_t room;
    uint64_t count; /* events so far; the next goes to count % room */
};

static const char needs[] = "rate needs a window, and min or max";

static const struct check_key keys[] = {
    {.name = "rate", .kind = CHECK_KEY_ROLE},
    {.name = "window",
     .kind = CHECK_KEY_DURATION,
     .to = offsetof(struct body, window),
     .need = needs},
    {.name = "min",
     .kind = CHECK_KEY_COUNT,
     .to = offsetof(struct body, min),
     .has = offsetof(struct body, has_min),
     .most = RATE_MAX},
    {.name = "max",
     .kind = CHECK_KEY_COUNT,
     .to = offsetof(struct body, max),
     .has = offsetof(struct body, has_max),
     .most = RATE_MAX},
    {.name = NULL},
};

static enum td_code load(struct check_rule *rule, struct check_loader *l,
                         uint32_t at)
{
    struct body *b = rule->body;

    if (!b->has_min && !b->has_max)
        return td_jsonx_fail(l->doc, at, TD_USAGE, l->err, "%s", needs);
    b->depth = b->max > b->min ? b->max : b->min;
    return TD_OK;
}

static const struct moment *back(const struct state *s, uint64_t n)
{
    return &s->ring[(s->count - n) % s->room];
}

static void say(struct check_run *run, const struct check_message *m,
                const struct moment *first, bool few, int64_t took)
{
    const struct body *b = run->rule->body;
    struct check_note note;

    check_note_begin(&note, run, m, CHECK_NO_VALUE);
    (void)td_buf_addf(&note.expected,
                      few ? "at least %" PRIu64 " more within "
                          : "at most %" PRIu64 " within ",
                      few ? b->min : b->max);
    check_write_duration(&note.expected, run->rule, b->window);
    if (!few)
        (void)td_buf_addf(&note.found, "%" PRIu64 " within ", b->max + 1);
    else if (m)
        (void)td_buf_add_text(&note.found, "the last of them after ");
    else
        (void)td_buf_add_text(&note.found, "fewer after ");
    check_write_duration(&note.found, run->rule, took);
    if (m)
        check_note_related(&note, &first->seen, td_bytes(NULL, 0));
    else
        check_note_about(&note, &first->seen);
    check_note_end(&note);
}

static void judge_max(struct check_run *run, const struct check_message *m,
                      int64_t at)
{
    const struct body *b = run->rule->body;
    const struct state *s = run->state;
    const struct moment *first;

    if (s->count < b->max || at - back(s, b->max)->at >= b->window) {
        check_rule_pass(run);
        return;
    }
    first = back(s, b->max);
    if (check_rule_fail(run))
        say(run, m, first, false, at - first->at);
}

static void judge_min(struct check_run *run, const struct check_message *m,
                      int64_t at)
{
    const struct body *b = run->rule->body;
    const struct state *s = run->state;
    const struct moment *first;

    if (s->count < b->min)
        return;
    first = back(s, b->min);
    if (at - first->at <= b->window)
        check_rule_pass(run);
    else if (check_rule_fail(run))
        say(run, m, first, true, at - first->at);
}

static void remember(struct state *s, const struct body *b,
                     const struct check_message *m, int64_t at)
{
    if (s->count == s->room && s->room < b->depth) {
        uint64_t room = s->room ? s->room * 2 : 4;

        s->room = room < b->depth ? room : b->depth;
        s->ring = td_realloc(s->ring, s->room * sizeof(*s->ring));
    }
    s->ring[s->count++ % s->room] = (struct moment){at, check_seen(m)};
}

static void on_message(struct check_run *run, const struct check_message *m,
                       uint64_t roles)
{
    const struct body *b = run->rule->body;
    struct state *s = run->state;
    int64_t at;

    (void)roles;
    if (!check_rule_time(run, m, &at))
        return;
    if (b->has_max)
        judge_max(run, m, at);
    if (b->has_min)
        judge_min(run, m, at);
    remember(s, b, m, at);
}

/* Events that fewer than `min` followed, and whose window is over. */
static void on_end(struct check_run *run, enum check_ending how)
{
    const struct body *b = run->rule->body;
    const struct state *s = run->state;
    uint64_t n = b->min < s->count ? b->min : s->count;
    int64_t end;

    if (!b->has_min || !check_rule_end_time(run, &end))
        return;
    for (; n > 0; n--) {
        const struct moment *first = back(s, n);

        if (end - first->at < b->window) {
            if (how == CHECK_CUT)
                check_rule_open(run, "the stream was cut off");
        } else if (check_rule_fail(run)) {
            say(run, NULL, first, true, end - first->at);
        }
    }
}

static void clear(const struct check_rule *rule, void *state)
{
    struct state *s = state;

    (void)rule;
    free(s->ring);
}

static void say_rate(const struct check_writer *s, uint32_t at)
{
    bool first = true;

    check_say(s, "the number of ");
    check_say_events(s, at);
    (void)check_say_if(s, " in any ", "window");
    check_say(s, " is ");
    first = check_say_bound(s, first, "at least ", "min");
    (void)check_say_bound(s, first, "at most ", "max");
}

const struct check_verb check_verb_rate = {
    .name = "rate",
    .keys = keys,
    .say = say_rate,
    .body_size = sizeof(struct body),
    .state_size = sizeof(struct state),
    .timed = true,
    .load = load,
    .on_message = on_message,
    .on_end = on_end,
    .clear = clear,
};
