/* sequence: the events come as a regular expression says. */
#include "validator/expr/sequence.h"
#include "core/alternatives.h"
#include "validator/engine/run.h"
#include "validator/rule/read.h"
#include "validator/rule/say.h"
#include "validator/verb/verb.h"

#include <stddef.h>

struct body {
    struct check_sequence *sequence;
    bool anchored;
    bool strict;
    uint64_t others; /* strict: the role of every event; else 0 */
};

struct state {
    struct check_sequence_state at;
    bool over; /* it was found, or broken */
    struct check_seen last;
};

static enum td_code read_sequence(struct check_rule *rule,
                                  struct check_loader *l, uint32_t at)
{
    struct body *b = rule->body;

    return check_sequence_load(&b->sequence, l->words, l->doc, at, l->err);
}

static const struct check_key keys[] = {
    {.name = "sequence", .kind = CHECK_KEY_OWN, .read = read_sequence},
    {.name = "anchored",
     .kind = CHECK_KEY_FLAG,
     .to = offsetof(struct body, anchored)},
    {.name = "strict",
     .kind = CHECK_KEY_FLAG,
     .to = offsetof(struct body, strict)},
    {.name = NULL},
};

static enum td_code load(struct check_rule *rule, struct check_loader *l,
                         uint32_t at)
{
    struct body *b = rule->body;

    (void)l;
    (void)at;
    for (uint32_t i = 0; i < check_sequence_events(b->sequence); i++)
        (void)check_rule_listen(rule, check_sequence_take(b->sequence, i),
                                false);
    if (b->strict)
        b->others = CHECK_ROLE(check_rule_listen(rule, NULL, false));
    return TD_OK;
}

static void unload(struct check_rule *rule)
{
    struct body *b = rule->body;

    if (b)
        check_sequence_free(b->sequence);
}

/* What may come, in words. */
static void say_next(struct check_note *note, const struct check_run *run,
                     struct td_bytes came)
{
    const struct body *b = run->rule->body;
    const struct state *s = run->state;
    uint64_t next = check_sequence_next(b->sequence, &s->at);
    bool may_end = check_sequence_done(b->sequence, &s->at);
    struct td_alternatives all = {.near = came};

    for (uint64_t left = next; left; left &= left - 1)
        td_alternatives_add(
            &all, td_text(check_selector_text(
                      run->rule->roles[__builtin_ctzll(left)].selector)));
    td_alternatives_say(&all, &note->expected, "\"", may_end ? ", " : " or ");
    if (may_end)
        (void)td_buf_addf(&note->expected, "%sthe end", next ? " or " : "");
    if (s->last.seq)
        check_note_related(note, &s->last, td_bytes(NULL, 0));
}

/* m came, or the end did. */
static void find(struct check_run *run, const struct check_message *m)
{
    struct state *s = run->state;
    struct check_note note;

    s->over = true;
    if (!check_rule_fail(run))
        return;
    check_note_begin(&note, run, m, CHECK_NO_VALUE);
    say_next(&note, run, m ? m->name : td_bytes(NULL, 0));
    if (m)
        check_note_name(&note.found, m->name);
    else
        (void)td_buf_add_text(&note.found, "the end");
    check_note_end(&note);
}

/* Anchored: the first event that does not fit is a finding, and the last word
 * on this key.
 */
static void step_anchored(struct check_run *run, const struct check_message *m,
                          uint64_t events)
{
    const struct body *b = run->rule->body;
    struct state *s = run->state;

    if (!check_sequence_step(b->sequence, &s->at, events, false))
        find(run, m);
    s->last = check_seen(m);
}

/* Anywhere: what does not fit is the end of what came before. */
static void step_anywhere(struct check_run *run, const struct check_message *m,
                          uint64_t events)
{
    const struct body *b = run->rule->body;
    struct state *s = run->state;

    s->last = check_seen(m);
    if (!check_sequence_step(b->sequence, &s->at, events, true))
        s->at = (struct check_sequence_state){0};
    if (!check_sequence_done(b->sequence, &s->at))
        return;
    s->over = true;
    check_rule_pass(run);
}

static void on_message(struct check_run *run, const struct check_message *m,
                       uint64_t roles)
{
    const struct body *b = run->rule->body;
    struct state *s = run->state;

    if (s->over)
        return;
    if (b->anchored)
        step_anchored(run, m, roles & ~b->others);
    else
        step_anywhere(run, m, roles & ~b->others);
}

static void on_end(struct check_run *run, enum check_ending how)
{
    const struct body *b = run->rule->body;
    const struct state *s = run->state;

    if (s->over || s->last.seq == 0)
        return;
    if (how == CHECK_CUT)
        check_rule_open(run, "the stream was cut off within the sequence");
    else if (b->anchored && check_sequence_done(b->sequence, &s->at))
        check_rule_pass(run);
    else
        find(run, NULL);
}

static bool is_true(const struct check_writer *s, const char *key)
{
    return td_jsonx_is(s->doc, check_say_key(s, key), TD_JSON_TRUE);
}

static void say_sequence(const struct check_writer *s, uint32_t at)
{
    check_say(s, "the events come as ");
    check_say_value(s, at);
    check_say(s, is_true(s, "anchored") ? ", from the first to the last" : "");
    check_say(s, is_true(s, "strict") ? ", with no other event between" : "");
}

const struct check_verb check_verb_sequence = {
    .name = "sequence",
    .keys = keys,
    .say = say_sequence,
    .vacuous = "no event of the sequence came",
    .body_size = sizeof(struct body),
    .state_size = sizeof(struct state),
    .load = load,
    .unload = unload,
    .on_message = on_message,
    .on_end = on_end,
};
