/* count: how many events of a kind there are; absent: none. */
#include "validator/engine/run.h"
#include "validator/rule/doubt.h"
#include "validator/rule/say.h"
#include "validator/verb/bound.h"
#include "validator/verb/verb.h"

#include <inttypes.h>

#define ROW(key) {.name = key},
static const struct check_key count_keys[] = {
    {.name = "count", .kind = CHECK_KEY_ROLE},
    CHECK_BOUNDS_KEYS(ROW){.name = NULL},
};
#undef ROW

static const struct check_key absent_keys[] = {
    {.name = "absent", .kind = CHECK_KEY_ROLE},
    {.name = NULL},
};

struct state {
    uint64_t count;
    struct check_seen last;
    struct check_bounds_own own;
};

static enum td_code load_count(struct check_rule *rule, struct check_loader *l,
                               uint32_t at)
{
    return check_bounds_load(rule->body, rule, l, at);
}

static void unload_count(struct check_rule *rule)
{
    if (rule->body)
        check_bounds_release(rule->body);
}

/* What is counted: `any` if that is every event, else its name behind `one`. */
static void say_events(struct td_buf *out, const struct check_run *run,
                       const char *any, const char *one, struct td_bytes came)
{
    const struct check_selector *s = run->rule->roles[0].selector;
    bool all = !strcmp(check_selector_text(s), "*");

    (void)td_buf_add_text(out, all ? any : one);
    if (!all)
        check_selector_say(s, out, came);
}

static void find(struct check_run *run, const struct check_message *m,
                 const struct check_range *range)
{
    const struct state *s = run->state;
    struct check_note note;

    if (!check_rule_fail(run))
        return;
    check_note_begin(&note, run, m, CHECK_NO_VALUE);
    check_range_say(&note.expected, range);
    say_events(&note.expected, run, " events", " ", td_bytes(NULL, 0));
    check_bounds_say(&note, run->rule->body, &s->own);
    (void)td_buf_addf(&note.found, "%" PRIu64, s->count);
    check_note_related(&note, &s->last, td_bytes(NULL, 0));
    check_note_end(&note);
}

/* More came than a number that is known from the start allows. */
static bool is_over(const struct check_bounds *b, const struct state *s)
{
    return check_bound_is_fixed(&b->high) && s->count > b->high.number;
}

static void on_count(struct check_run *run, const struct check_message *m,
                     uint64_t roles)
{
    const struct check_bounds *b = run->rule->body;
    struct state *s = run->state;
    struct check_range range;

    if (!s) {
        check_bounds_hear(run, m, roles, b);
        return;
    }
    if (roles & run->rule->heard_roles)
        check_bounds_hear_own(run, m, roles, &s->own);
    if (!(roles & CHECK_ROLE(0)))
        return;
    s->count++;
    if (is_over(b, s)) {
        if (check_range_read(run, b, &s->own, &range))
            find(run, m, &range);
        check_range_release(&range);
    }
    s->last = check_seen(m);
}

/* True if what may still come could change the answer. */
static bool is_open(const struct check_bounds *b, const struct state *s)
{
    return b->high.set || !check_bound_is_fixed(&b->low) ||
           s->count < b->low.number;
}

static void end_count(struct check_run *run, enum check_ending how)
{
    const struct check_bounds *b = run->rule->body;
    const struct state *s = run->state;
    struct check_range range;

    if (is_over(b, s))
        return;
    if (how == CHECK_CUT && is_open(b, s)) {
        check_rule_open(run, "the stream was cut off");
        return;
    }
    if (check_range_read(run, b, &s->own, &range)) {
        if (check_range_take(&range, s->count))
            check_rule_pass(run);
        else
            find(run, NULL, &range);
    }
    check_range_release(&range);
}

static void clear_heard(const struct check_rule *rule, void *shared)
{
    (void)rule;
    check_bounds_forget(shared);
}

static void clear_count(const struct check_rule *rule, void *state)
{
    struct state *s = state;

    (void)rule;
    check_bounds_forget_own(&s->own);
}

static void on_absent(struct check_run *run, const struct check_message *m,
                      uint64_t roles)
{
    struct state *s = run->state;
    struct check_note note;

    (void)roles;
    s->count++;
    if (!check_rule_fail(run))
        return;
    check_note_begin(&note, run, m, CHECK_NO_VALUE);
    say_events(&note.expected, run, "no event", "no ", m->name);
    check_note_scope(&note);
    check_note_name(&note.found, m->name);
    check_note_end(&note);
}

static void end_absent(struct check_run *run, enum check_ending how)
{
    const struct state *s = run->state;

    if (s->count > 0)
        return;
    if (how == CHECK_CUT)
        check_rule_open(run, "the stream was cut off");
    else
        check_rule_pass(run);
}

static void say_count(const struct check_writer *s, uint32_t at)
{
    check_say(s, "the number of ");
    check_say_events(s, at);
    check_say(s, " is ");
    check_bounds_write(s);
}

/* At least none is always true. */
static void doubt_count(const struct check_rule *rule,
                        const struct check_doubter *d, uint32_t at)
{
    uint32_t least = td_jsonx_member(d->doc, at, "at_least");

    (void)rule;
    if (check_is_zero(d->doc, least))
        check_doubt(d, least, "ask for 1 or more, or leave the rule out",
                    "this rule can never fail: there is at least none");
}

const struct check_verb check_verb_count = {
    .name = "count",
    .keys = count_keys,
    .say = say_count,
    .doubt = doubt_count,
    .vacuous = "its number is not known, or its scope did not end",
    .body_size = sizeof(struct check_bounds),
    .state_size = sizeof(struct state),
    .shared_size = sizeof(struct check_bounds_heard),
    .load = load_count,
    .unload = unload_count,
    .on_message = on_count,
    .on_end = end_count,
    .clear = clear_count,
    .clear_shared = clear_heard,
};

static void say_absent(const struct check_writer *s, uint32_t at)
{
    check_say(s, "there is no ");
    check_say_selector(s, at);
}

const struct check_verb check_verb_absent = {
    .name = "absent",
    .keys = absent_keys,
    .say = say_absent,
    .state_size = sizeof(struct state),
    .on_message = on_absent,
    .on_end = end_absent,
};
