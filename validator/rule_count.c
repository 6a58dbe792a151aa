/* count: how many events of a kind there are; absent: none. */
#include "core/mem.h"
#include "validator/number.h"
#include "validator/rule_read.h"

#include <inttypes.h>

static const char *const count_keys[] = {"exactly",  "equals",  "at_most",
                                         "at_least", "between", NULL};
static const char *const no_keys[] = {NULL};

/* One end of what a count may be. */
struct bound {
    bool set;
    uint64_t number;
    uint32_t role;  /* 0: `number`; else the event that says it */
    uint32_t field; /* of that event */
};

struct body {
    struct bound low;
    struct bound high;
    bool same; /* both are one */
};

struct state {
    uint64_t count;
    struct check_seen last;
};

/* The last value of a bound that an event says. */
struct said {
    struct check_seen by;
    struct td_buf text;
};

struct shared {
    struct said low;
    struct said high;
};

static enum td_code read_bound(struct check_loader *l, uint32_t at,
                               struct check_rule *rule, struct bound *bound)
{
    bound->set = true;
    if (l->doc->json.values[at].kind != TD_JSON_STRING)
        return check_read_count(l, at, "a count", &bound->number);
    bound->role = rule->roles_len;
    return check_read_field_role(l, at, rule, true, &bound->field);
}

static enum td_code read_between(struct check_loader *l, uint32_t at,
                                 struct check_rule *rule, struct body *b)
{
    const struct td_json_value *v = l->doc->json.values;
    enum td_code code;

    if (v[at].kind != TD_JSON_ARRAY || v[at].count != 2)
        return td_jsonx_fail(l->doc, at, TD_USAGE, l->err,
                             "between takes [LEAST, MOST]");
    code = read_bound(l, at + 1, rule, &b->low);
    if (code == TD_OK)
        code = read_bound(l, v[at + 1].next, rule, &b->high);
    if (code == TD_OK && !b->low.role && !b->high.role &&
        b->low.number > b->high.number)
        code = td_jsonx_fail(l->doc, at, TD_USAGE, l->err,
                             "the first of the two is the greater one");
    return code;
}

static enum td_code read_one(struct check_loader *l, uint32_t at,
                             struct check_rule *rule, const char *key)
{
    struct body *b = rule->body;
    enum td_code code;

    if (!strcmp(key, "between"))
        return read_between(l, at, rule, b);
    if (!strcmp(key, "at_least"))
        return read_bound(l, at, rule, &b->low);
    code = read_bound(l, at, rule, &b->high);
    b->same = strcmp(key, "at_most") != 0;
    if (b->same)
        b->low = b->high;
    return code;
}

static enum td_code load_count(struct check_rule *rule, struct check_loader *l,
                               uint32_t at)
{
    enum td_code code =
        check_read_role(l, check_read_key(l, at, "count"), rule, false);
    int bounds = 0;

    rule->body = td_calloc(1, sizeof(struct body));
    rule->state_size = sizeof(struct state);
    rule->shared_size = sizeof(struct shared);
    for (int i = 0; count_keys[i] && code == TD_OK; i++) {
        uint32_t v = check_read_key(l, at, count_keys[i]);

        if (v == 0)
            continue;
        if (++bounds == 1)
            code = read_one(l, v, rule, count_keys[i]);
    }
    if (code == TD_OK && bounds != 1)
        return td_jsonx_fail(l->doc, at, TD_USAGE, l->err,
                             "count needs one of exactly, equals, at_most, "
                             "at_least and between");
    return code;
}

/* What the bounds are by now. */
struct limits {
    uint64_t low;
    uint64_t high;
};

static bool read_said(const struct bound *bound, const struct said *said,
                      uint64_t *out)
{
    struct check_number n = {.den = 1};
    int64_t value = -1;
    bool good;

    if (!bound->set)
        return true;
    if (!bound->role) {
        *out = bound->number;
        return true;
    }
    good = said->text.len > 0 &&
           check_number_read(&n, td_buf_bytes(&said->text)) &&
           check_number_int64(&n, &value) && value >= 0;
    check_number_release(&n);
    *out = (uint64_t)value;
    return good;
}

static bool read_limits(const struct check_run *run, struct limits *out)
{
    const struct body *b = run->rule->body;
    const struct shared *said = run->shared;

    *out = (struct limits){0, UINT64_MAX};
    return read_said(&b->low, b->same ? &said->high : &said->low, &out->low) &&
           read_said(&b->high, &said->high, &out->high);
}

static void say_limits(struct td_buf *out, const struct limits *limits)
{
    if (limits->low == limits->high)
        (void)td_buf_addf(out, "exactly %" PRIu64, limits->low);
    else if (limits->high == UINT64_MAX)
        (void)td_buf_addf(out, "at least %" PRIu64, limits->low);
    else if (limits->low == 0)
        (void)td_buf_addf(out, "at most %" PRIu64, limits->high);
    else
        (void)td_buf_addf(out, "between %" PRIu64 " and %" PRIu64, limits->low,
                          limits->high);
}

static void say_where(struct check_note *note, const struct check_rule *rule,
                      const struct bound *bound, const struct said *said)
{
    if (!bound->set || !bound->role)
        return;
    (void)td_buf_addf(&note->expected, " (as %s says)",
                      check_selector_text(rule->roles[bound->role].selector));
    check_note_witness(note, &said->by, td_buf_bytes(&said->text));
}

static void find(struct check_run *run, const struct check_message *m,
                 const struct limits *limits)
{
    const char *target = check_selector_text(run->rule->roles[0].selector);
    const struct body *b = run->rule->body;
    const struct shared *said = run->shared;
    const struct state *s = run->state;
    struct check_note note;

    if (!check_rule_fail(run))
        return;
    check_note_begin(&note, run, m, CHECK_NO_VALUE);
    say_limits(&note.expected, limits);
    if (!strcmp(target, "*"))
        (void)td_buf_add_text(&note.expected, " events");
    else
        (void)td_buf_addf(&note.expected, " \"%s\"", target);
    if (!b->same)
        say_where(&note, run->rule, &b->low, &said->low);
    say_where(&note, run->rule, &b->high, &said->high);
    (void)td_buf_addf(&note.found, "%" PRIu64, s->count);
    check_note_witness(&note, &s->last, td_bytes(NULL, 0));
    check_note_end(&note);
}

/* A count that only an event says is judged when all have come. */
static bool is_fixed(const struct body *b)
{
    return b->high.set && !b->high.role;
}

static void hear(const struct check_run *run, const struct check_message *m,
                 const struct bound *bound, uint64_t roles, struct said *said)
{
    uint32_t at;

    if (!bound->role || !(roles & CHECK_ROLE(bound->role)))
        return;
    at = check_field_at(run->fields, bound->field);
    if (at == CHECK_NO_VALUE || m->doc->values[at].kind != TD_JSON_NUMBER)
        return;
    said->by = check_seen(m);
    td_buf_clear(&said->text);
    (void)td_buf_add_bytes(&said->text, td_json_raw(m->doc, at));
}

static void on_count(struct check_run *run, const struct check_message *m,
                     uint64_t roles)
{
    const struct body *b = run->rule->body;
    struct shared *said = run->shared;
    struct state *s = run->state;

    if (!s) {
        if (!b->same)
            hear(run, m, &b->low, roles, &said->low);
        hear(run, m, &b->high, roles, &said->high);
        return;
    }
    s->count++;
    if (is_fixed(b) && s->count > b->high.number) {
        struct limits limits = {b->low.number, b->high.number};

        find(run, m, &limits);
    }
    s->last = check_seen(m);
}

static void end_count(struct check_run *run, enum check_ending how)
{
    const struct body *b = run->rule->body;
    const struct state *s = run->state;
    struct limits limits;

    if (is_fixed(b) && s->count > b->high.number)
        return;
    if (how == CHECK_CUT &&
        (b->high.set || b->low.role || s->count < b->low.number)) {
        check_rule_open(run, "the stream was cut off");
        return;
    }
    if (!read_limits(run, &limits))
        return;
    if (s->count < limits.low || s->count > limits.high)
        find(run, NULL, &limits);
    else
        check_rule_pass(run);
}

static void clear_said(const struct check_rule *rule, void *shared)
{
    struct shared *said = shared;

    (void)rule;
    td_buf_release(&said->low.text);
    td_buf_release(&said->high.text);
}

static enum td_code load_absent(struct check_rule *rule, struct check_loader *l,
                                uint32_t at)
{
    rule->state_size = sizeof(struct state);
    return check_read_role(l, check_read_key(l, at, "absent"), rule, false);
}

static void on_absent(struct check_run *run, const struct check_message *m,
                      uint64_t roles)
{
    const char *target = check_selector_text(run->rule->roles[0].selector);
    struct state *s = run->state;
    struct check_note note;

    (void)roles;
    s->count++;
    if (!check_rule_fail(run))
        return;
    check_note_begin(&note, run, m, CHECK_NO_VALUE);
    if (!strcmp(target, "*"))
        (void)td_buf_add_text(&note.expected, "no event");
    else
        (void)td_buf_addf(&note.expected, "no \"%s\"", target);
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

const struct check_verb check_verb_count = {
    .name = "count",
    .keys = count_keys,
    .vacuous = "the number it should be was never said",
    .load = load_count,
    .on_message = on_count,
    .on_end = end_count,
    .clear_shared = clear_said,
};

const struct check_verb check_verb_absent = {
    .name = "absent",
    .keys = no_keys,
    .load = load_absent,
    .on_message = on_absent,
    .on_end = end_absent,
};
