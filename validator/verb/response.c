/* response: what must come after something, perhaps within some time. */
#include "core/histogram.h"
#include "core/mem.h"
#include "validator/engine/run.h"
#include "validator/rule/doubt.h"
#include "validator/rule/read.h"
#include "validator/rule/say.h"
#include "validator/verb/verb.h"

#include <stddef.h>
#include <stdlib.h>

#define TRIGGER CHECK_ROLE(0)
#define EXPECT  CHECK_ROLE(1)

struct body {
    int64_t within;
    bool has_within;
};

struct waiting {
    int64_t at;
    struct check_seen by;
};

/* Triggers that wait for an answer, the oldest first. */
struct state {
    struct waiting *list;
    uint32_t len;
    uint32_t room;
};

/* How long answers took, of all keys. */
struct shared {
    struct td_histogram samples;
};

static const char shape[] = "response is {trigger: EVENT, expect: EVENT}, and "
                            "perhaps within: DURATION";

static const struct check_key parts[] = {
    {.name = "trigger", .kind = CHECK_KEY_ROLE, .need = shape},
    {.name = "expect", .kind = CHECK_KEY_ROLE, .need = shape},
    {.name = "within",
     .kind = CHECK_KEY_DURATION,
     .to = offsetof(struct body, within),
     .has = offsetof(struct body, has_within)},
    {.name = NULL},
};

static const struct check_key keys[] = {
    {.name = "response",
     .kind = CHECK_KEY_OBJECT,
     .what = shape,
     .keys = parts},
    {.name = NULL},
};

static enum td_code load(struct check_rule *rule, struct check_loader *l,
                         uint32_t at)
{
    (void)l;
    (void)at;
    rule->timed = ((const struct body *)rule->body)->has_within;
    return TD_OK;
}

/* m: the answer that came too late; NULL: none came. */
static void find(struct check_run *run, const struct waiting *w,
                 const struct check_message *m, int64_t at)
{
    const struct body *b = run->rule->body;
    struct check_note note;

    if (!check_rule_fail(run))
        return;
    check_note_begin(&note, run, NULL, CHECK_NO_VALUE);
    check_selector_say(run->rule->roles[1].selector, &note.expected,
                       td_bytes(NULL, 0));
    (void)td_buf_add_text(&note.expected, " after it");
    if (b->has_within) {
        (void)td_buf_add_text(&note.expected, " within ");
        check_write_duration(&note.expected, run->rule, b->within);
    }
    check_note_about(&note, &w->by);
    if (m) {
        struct check_seen answer = check_seen(m);

        (void)td_buf_add_text(&note.found, "one after ");
        check_write_duration(&note.found, run->rule, at - w->at);
        check_note_related(&note, &answer, td_bytes(NULL, 0));
    } else {
        (void)td_buf_add_text(&note.found, "none");
    }
    check_note_end(&note);
}

/* By the rule's clock; where it asks for none, by the times of the recording.
 */
static void measure(struct check_run *run, const struct waiting *w,
                    const struct check_message *m, int64_t at)
{
    const struct body *b = run->rule->body;
    struct shared *shared = run->shared;

    if (b->has_within)
        td_histogram_add(&shared->samples, at - w->at);
    else if (m->has_t && w->by.has_t)
        td_histogram_add(&shared->samples, (int64_t)(m->t_ns - w->by.t_ns));
}

static void answer(struct check_run *run, const struct check_message *m,
                   int64_t at)
{
    const struct body *b = run->rule->body;
    struct state *s = run->state;

    for (uint32_t i = 0; i < s->len; i++) {
        measure(run, &s->list[i], m, at);
        if (b->has_within && at - s->list[i].at > b->within)
            find(run, &s->list[i], m, at);
        else
            check_rule_pass(run);
    }
    s->len = 0;
}

static void on_message(struct check_run *run, const struct check_message *m,
                       uint64_t roles)
{
    const struct body *b = run->rule->body;
    struct state *s = run->state;
    int64_t at = 0;

    if (b->has_within && !check_rule_time(run, m, &at))
        return;
    if (roles & EXPECT)
        answer(run, m, at);
    if (!(roles & TRIGGER))
        return;
    if (s->len >= run->rule->max_keys) {
        check_rule_undecided(run, "more events wait for an answer than "
                                  "max_keys");
        return;
    }
    if (s->len == s->room) {
        s->room = s->room ? s->room * 2 : 4;
        s->list = td_realloc(s->list, s->room * sizeof(*s->list));
    }
    s->list[s->len++] = (struct waiting){at, check_seen(m)};
}

static void on_end(struct check_run *run, enum check_ending how)
{
    const struct body *b = run->rule->body;
    const struct state *s = run->state;
    int64_t end = 0;
    bool timed = b->has_within && check_rule_end_time(run, &end);

    for (uint32_t i = 0; i < s->len; i++) {
        bool late = timed && end - s->list[i].at > b->within;

        if (how == CHECK_ENDED || late)
            find(run, &s->list[i], NULL, 0);
        else
            check_rule_open(run, "the stream was cut off before an answer");
    }
}

static void on_close(struct check_run *run, enum check_ending how)
{
    struct shared *shared = run->shared;

    (void)how;
    check_rule_spread(run, &shared->samples);
}

static void clear(const struct check_rule *rule, void *state)
{
    struct state *s = state;

    (void)rule;
    free(s->list);
}

static void clear_shared(const struct check_rule *rule, void *shared)
{
    struct shared *s = shared;

    (void)rule;
    td_histogram_release(&s->samples);
}

static void say_response(const struct check_writer *s, uint32_t at)
{
    const struct td_json_doc *json = &s->doc->json;
    const struct check_writer inner = {s->out, s->doc, at};

    check_say(s, "every ");
    check_say_selector(s, td_json_member(json, at, td_text("trigger")));
    check_say(s, " is followed by ");
    check_say_selector(s, td_json_member(json, at, td_text("expect")));
    (void)check_say_if(&inner, " within ", "within");
}

static void doubt_response(const struct check_rule *rule,
                           const struct check_doubter *d, uint32_t at)
{
    const struct body *b = rule->body;
    uint32_t object = td_jsonx_member(d->doc, at, "response");

    check_doubt_same(d, td_jsonx_member(d->doc, object, "trigger"),
                     td_jsonx_member(d->doc, object, "expect"),
                     "the last has none after it");
    if (b->has_within && b->within == 0)
        check_doubt(d, td_jsonx_member(d->doc, object, "within"),
                    "write how long an answer may take",
                    "only what comes at the very same time can be in time");
}

const struct check_verb check_verb_response = {
    .name = "response",
    .keys = keys,
    .say = say_response,
    .doubt = doubt_response,
    .vacuous = "nothing came that asks for an answer",
    .body_size = sizeof(struct body),
    .state_size = sizeof(struct state),
    .shared_size = sizeof(struct shared),
    .load = load,
    .on_message = on_message,
    .on_end = on_end,
    .on_close = on_close,
    .clear = clear,
    .clear_shared = clear_shared,
};
