/* response: what must come after something, perhaps within some time. */
#include "core/mem.h"
#include "validator/engine/run.h"
#include "validator/rule/read.h"
#include "validator/verb/verb.h"

#include <stdlib.h>

#define TRIGGER CHECK_ROLE(0)
#define EXPECT  CHECK_ROLE(1)

static const char *const no_keys[] = {NULL};

struct body {
    bool has_within;
    int64_t within;
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

static enum td_code check_response_keys(struct check_loader *l, uint32_t at)
{
    const struct td_json_value *values = l->doc->json.values;
    bool good = values[at].kind == TD_JSON_OBJECT &&
                check_read_key(l, at, "trigger") &&
                check_read_key(l, at, "expect") &&
                values[at].count == (check_read_key(l, at, "within") ? 3 : 2);

    if (good)
        return TD_OK;
    return td_jsonx_fail(l->doc, at, TD_USAGE, l->err,
                         "response is {trigger: EVENT, expect: EVENT}, and "
                         "perhaps within: DURATION");
}

static enum td_code load(struct check_rule *rule, struct check_loader *l,
                         uint32_t at)
{
    uint32_t v = check_read_key(l, at, "response");
    uint32_t within = check_read_key(l, v, "within");
    struct body *b = td_calloc(1, sizeof(*b));
    enum td_code code = check_response_keys(l, v);

    rule->body = b;
    rule->state_size = sizeof(struct state);
    rule->timed = b->has_within = within != 0;
    if (code == TD_OK)
        code = check_read_role(l, check_read_key(l, v, "trigger"), rule, false);
    if (code == TD_OK)
        code = check_read_role(l, check_read_key(l, v, "expect"), rule, false);
    if (code == TD_OK && within)
        code = check_read_duration(l, rule, within, &b->within);
    return code;
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
    (void)td_buf_addf(&note.expected, "\"%s\" after it",
                      check_selector_text(run->rule->roles[1].selector));
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

static void answer(struct check_run *run, const struct check_message *m,
                   int64_t at)
{
    const struct body *b = run->rule->body;
    struct state *s = run->state;

    for (uint32_t i = 0; i < s->len; i++) {
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

static void clear(const struct check_rule *rule, void *state)
{
    struct state *s = state;

    (void)rule;
    free(s->list);
}

const struct check_verb check_verb_response = {
    .name = "response",
    .keys = no_keys,
    .vacuous = "nothing came that asks for an answer",
    .load = load,
    .on_message = on_message,
    .on_end = on_end,
    .clear = clear,
};
