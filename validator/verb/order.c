/* first, last: what the stream, or each key of it, begins and ends with. */
#include "validator/engine/run.h"
#include "validator/rule/read.h"
#include "validator/rule/say.h"
#include "validator/verb/verb.h"

#define WANTED CHECK_ROLE(1) /* 0 is every event */

static const struct check_key first_keys[] = {
    {.name = "first", .kind = CHECK_KEY_ROLE},
    {.name = NULL},
};

static const struct check_key last_keys[] = {
    {.name = "last", .kind = CHECK_KEY_ROLE},
    {.name = NULL},
};

struct state {
    bool seen;
    bool wanted; /* the last one was */
    struct check_seen last;
    struct td_buf name; /* of the last one */
};

static void find(struct check_run *run, const struct check_message *m,
                 struct td_bytes name, const char *place)
{
    const struct state *s = run->state;
    struct check_note note;

    if (!check_rule_fail(run))
        return;
    check_note_begin(&note, run, m, CHECK_NO_VALUE);
    check_selector_say(run->rule->roles[1].selector, &note.expected, name);
    (void)td_buf_addf(&note.expected, " %s", place);
    check_note_name(&note.found, name);
    if (!m)
        check_note_about(&note, &s->last);
    check_note_end(&note);
}

static void on_first(struct check_run *run, const struct check_message *m,
                     uint64_t roles)
{
    struct state *s = run->state;

    if (s->seen)
        return;
    s->seen = true;
    check_rule_done(run);
    if (roles & WANTED)
        check_rule_pass(run);
    else
        find(run, m, m->name, "as the first event");
}

static void on_last(struct check_run *run, const struct check_message *m,
                    uint64_t roles)
{
    struct state *s = run->state;

    s->seen = true;
    s->wanted = (roles & WANTED) != 0;
    s->last = check_seen(m);
    td_buf_clear(&s->name);
    (void)td_buf_add_bytes(&s->name, m->name);
}

static void end_last(struct check_run *run, enum check_ending how)
{
    const struct state *s = run->state;

    if (!s->seen)
        return;
    if (how == CHECK_CUT)
        check_rule_open(run, "the stream was cut off");
    else if (s->wanted)
        check_rule_pass(run);
    else
        find(run, NULL, td_buf_bytes(&s->name), "as the last event");
}

static void clear(const struct check_rule *rule, void *state)
{
    struct state *s = state;

    (void)rule;
    td_buf_release(&s->name);
}

static void say_first(const struct check_writer *s, uint32_t at)
{
    check_say(s, "the first event is ");
    check_say_selector(s, at);
}

const struct check_verb check_verb_first = {
    .name = "first",
    .keys = first_keys,
    .say = say_first,
    .state_size = sizeof(struct state),
    .hears_all = true,
    .on_message = on_first,
};

static void say_last(const struct check_writer *s, uint32_t at)
{
    check_say(s, "the last event is ");
    check_say_selector(s, at);
}

const struct check_verb check_verb_last = {
    .name = "last",
    .keys = last_keys,
    .say = say_last,
    .state_size = sizeof(struct state),
    .hears_all = true,
    .on_message = on_last,
    .on_end = end_last,
    .clear = clear,
};
