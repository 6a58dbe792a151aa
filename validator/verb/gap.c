/* gap: the time from one event to the next of its kind; latency: from one event
 * to another.
 */
#include "validator/engine/run.h"
#include "validator/rule/say.h"
#include "validator/verb/limits.h"
#include "validator/verb/verb.h"

#define FROM CHECK_ROLE(0)
#define TO   CHECK_ROLE(1)

struct body {
    struct check_limits limits;
    bool keeps; /* samples */
};

struct state {
    bool running;
    int64_t since;
    struct check_seen from;
    struct td_histogram samples;
};

struct shared {
    struct td_histogram samples;
};

static const struct check_key gap_keys[] = {
    {.name = "gap", .kind = CHECK_KEY_ROLE},
    CHECK_LIMITS_ROWS,
    {.name = NULL},
};

static const char latency_what[] =
    "latency is {from: EVENT, to: EVENT} with min, max, p50, p95 or p99";

static const struct check_key latency_parts[] = {
    {.name = "from", .kind = CHECK_KEY_ROLE, .need = latency_what},
    {.name = "to", .kind = CHECK_KEY_ROLE, .need = latency_what},
    CHECK_LIMITS_ROWS,
    {.name = NULL},
};

static const struct check_key latency_keys[] = {
    {.name = "latency",
     .kind = CHECK_KEY_OBJECT,
     .what = latency_what,
     .keys = latency_parts},
    {.name = NULL},
};

static enum td_code load_gap(struct check_rule *rule, struct check_loader *l,
                             uint32_t at)
{
    struct body *b = rule->body;

    b->keeps = check_limits_rank(&b->limits);
    return check_limits_need(&b->limits, l, at, "gap");
}

static enum td_code load_latency(struct check_rule *rule,
                                 struct check_loader *l, uint32_t at)
{
    struct body *b = rule->body;

    b->keeps = true; /* for who looks at the verdict */
    return check_limits_need(&b->limits, l, check_read_key(l, at, "latency"),
                             "latency");
}

static void measure(struct check_run *run, const struct check_message *m,
                    int64_t at)
{
    const struct body *b = run->rule->body;
    struct state *s = run->state;

    check_limits_judge(run, &b->limits, at - s->since, m, &s->from);
    if (b->keeps)
        td_histogram_add(&s->samples, at - s->since);
}

static void begin(struct state *s, const struct check_message *m, int64_t at)
{
    s->running = true;
    s->since = at;
    s->from = check_seen(m);
}

static void on_gap(struct check_run *run, const struct check_message *m,
                   uint64_t roles)
{
    struct state *s = run->state;
    int64_t at;

    (void)roles;
    if (!check_rule_time(run, m, &at))
        return;
    if (s->running)
        measure(run, m, at);
    begin(s, m, at);
}

/* The first `from` counts until a `to` comes. */
static void on_latency(struct check_run *run, const struct check_message *m,
                       uint64_t roles)
{
    struct state *s = run->state;
    int64_t at;

    if (!check_rule_time(run, m, &at))
        return;
    if ((roles & TO) && s->running) {
        measure(run, m, at);
        s->running = false;
    }
    if ((roles & FROM) && !s->running)
        begin(s, m, at);
}

/* The key or scope is over: its durations count with those of the others. */
static void on_end(struct check_run *run, enum check_ending how)
{
    struct shared *shared = run->shared;
    struct state *s = run->state;

    (void)how;
    td_histogram_merge(&shared->samples, &s->samples);
}

static void close_gap(struct check_run *run, enum check_ending how)
{
    const struct body *b = run->rule->body;
    struct shared *shared = run->shared;

    check_limits_close(run, &b->limits, &shared->samples, "gaps", how);
}

static void close_latency(struct check_run *run, enum check_ending how)
{
    const struct body *b = run->rule->body;
    struct shared *shared = run->shared;

    check_limits_close(run, &b->limits, &shared->samples, "latencies", how);
}

static void clear(const struct check_rule *rule, void *state)
{
    struct state *s = state;

    (void)rule;
    td_histogram_release(&s->samples);
}

static void clear_shared(const struct check_rule *rule, void *shared)
{
    struct shared *s = shared;

    (void)rule;
    td_histogram_release(&s->samples);
}

static void say_gap(const struct check_writer *s, uint32_t at)
{
    check_say(s, "from one ");
    check_say_selector(s, at);
    check_say(s, " to the next it takes ");
    check_limits_write(s);
}

const struct check_verb check_verb_gap = {
    .name = "gap",
    .keys = gap_keys,
    .say = say_gap,
    .vacuous = "fewer than two events came",
    .body_size = sizeof(struct body),
    .state_size = sizeof(struct state),
    .shared_size = sizeof(struct shared),
    .timed = true,
    .load = load_gap,
    .on_message = on_gap,
    .on_end = on_end,
    .on_close = close_gap,
    .clear = clear,
    .clear_shared = clear_shared,
};

static void say_latency(const struct check_writer *s, uint32_t at)
{
    const struct check_writer inner = {s->out, s->doc, at};

    check_say(s, "from ");
    check_say_selector(s, check_say_key(&inner, "from"));
    check_say(s, " to ");
    check_say_selector(s, check_say_key(&inner, "to"));
    check_say(s, " it takes ");
    check_limits_write(&inner);
}

const struct check_verb check_verb_latency = {
    .name = "latency",
    .keys = latency_keys,
    .say = say_latency,
    .vacuous = "there was no pair of the two events",
    .body_size = sizeof(struct body),
    .state_size = sizeof(struct state),
    .shared_size = sizeof(struct shared),
    .timed = true,
    .load = load_latency,
    .on_message = on_latency,
    .on_end = on_end,
    .on_close = close_latency,
    .clear = clear,
    .clear_shared = clear_shared,
};
