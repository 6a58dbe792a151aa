/* monotonic, step, contiguous: how a number goes on from event to event. All of
 * it is exact (number.h).
 */
#include "schema/value/rational.h"
#include "validator/engine/run.h"
#include "validator/rule/read.h"
#include "validator/rule/say.h"
#include "validator/verb/verb.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>

#define DIGITS 18 /* always fit an int64_t */

struct body {
    uint32_t field;
    int direction; /* monotonic: 1 up, -1 down */
    bool strict;   /* monotonic: equal is wrong */
    uint32_t mode;
    struct check_number least; /* step; contiguous: the first */
    struct check_number most;  /* step */
};

struct state {
    bool has;
    struct schema_rational last;
    struct check_seen seen;
    struct td_buf text; /* the last number as it was written; empty: without
                           anything but digits */
};

static void unload(struct check_rule *rule)
{
    struct body *b = rule->body;

    if (!b)
        return;
    schema_rational_release(&b->least.value);
    schema_rational_release(&b->most.value);
    free(b->least.text);
    free(b->most.text);
}

static void clear(const struct check_rule *rule, void *state)
{
    struct state *s = state;

    (void)rule;
    schema_rational_release(&s->last);
    td_buf_release(&s->text);
}

/* The last number as it was written. */
static const char *last_text(struct check_run *run)
{
    struct state *s = run->state;

    if (s->text.len == 0)
        (void)td_buf_addf(&s->text, "%" PRId64, s->last.num);
    return td_buf_str(&s->text);
}

static void find(struct check_run *run, const struct check_message *m,
                 uint32_t at, const char *what, const char *than)
{
    const struct state *s = run->state;
    struct check_note note;

    if (!check_rule_fail(run))
        return;
    check_note_begin(&note, run, m, at);
    (void)td_buf_addf(&note.expected, "%s%s", what, than);
    check_note_value(&note.found, m, at);
    if (s->has)
        check_note_related(&note, &s->seen, td_text(last_text(run)));
    check_note_end(&note);
}

/* The number of m; false: there is none, which is said if it must be. */
static bool take(struct check_run *run, const struct check_message *m,
                 struct schema_rational *n, uint32_t *at)
{
    const struct body *b = run->rule->body;

    *at = check_rule_field(run, m, b->field);
    if (*at == CHECK_NO_VALUE)
        return false;
    if (m->doc->values[*at].kind == TD_JSON_NUMBER &&
        schema_rational_read(n, td_json_raw(m->doc, *at)))
        return true;
    find(run, m, *at,
         m->doc->values[*at].kind == TD_JSON_NUMBER
             ? "a number with at most 1000 digits beside the point"
             : "a number",
         "");
    return false;
}

static void keep(struct state *s, const struct check_message *m, uint32_t at,
                 const struct schema_rational *n)
{
    schema_rational_copy(&s->last, n);
    s->has = true;
    s->seen = check_seen(m);
    td_buf_clear(&s->text);
    (void)td_buf_add_bytes(&s->text, td_json_raw(m->doc, at));
}

/* A number of a few digits and nothing else: most. */
static bool take_digits(const struct check_message *m, uint32_t at, int64_t *n)
{
    const struct td_json_value *v = &m->doc->values[at];
    const uint8_t *digit = m->doc->text.ptr + v->start;
    const uint8_t *end = m->doc->text.ptr + v->end;
    int64_t value = 0;

    if (v->kind != TD_JSON_NUMBER || v->flags != 0 || *digit == '-' ||
        end - digit > DIGITS)
        return false;
    while (digit < end)
        value = value * 10 + (*digit++ - '0');
    *n = value;
    return true;
}

static void keep_digits(struct state *s, const struct check_message *m,
                        int64_t n)
{
    schema_rational_ratio(&s->last, n, 1);
    s->seen = check_seen(m);
    td_buf_clear(&s->text);
}

static const char *const modes[] = {"non-decreasing", "increasing",
                                    "non-increasing", "decreasing", NULL};

static const struct check_key monotonic_keys[] = {
    {.name = "monotonic",
     .kind = CHECK_KEY_FIELD_ROLE,
     .to = offsetof(struct body, field)},
    {.name = "mode",
     .kind = CHECK_KEY_CHOICE,
     .to = offsetof(struct body, mode),
     .choices = modes,
     .what = "a mode is non-decreasing, increasing, non-increasing or "
             "decreasing"},
    {.name = NULL},
};

static enum td_code load_monotonic(struct check_rule *rule,
                                   struct check_loader *l, uint32_t at)
{
    struct body *b = rule->body;

    (void)l;
    (void)at;
    b->direction = b->mode < 2 ? 1 : -1;
    b->strict = b->mode % 2 == 1;
    return TD_OK;
}

/* True if the number of m may follow the last one, and both are plain. */
static bool follows(struct check_run *run, const struct check_message *m)
{
    const struct body *b = run->rule->body;
    struct state *s = run->state;
    uint32_t at = check_field_at(run->fields, b->field);
    int64_t n;

    if (s->last.den != 1 || at == CHECK_NO_VALUE || !take_digits(m, at, &n))
        return false;
    if (n * b->direction - b->strict < s->last.num * b->direction)
        return false;
    keep_digits(s, m, n);
    return true;
}

TD_APART static void judge_order(struct check_run *run,
                                 const struct check_message *m)
{
    static const char *const texts[2][2] = {{"at least ", "more than "},
                                            {"at most ", "less than "}};
    const struct body *b = run->rule->body;
    struct schema_rational n = {.den = 1};
    struct state *s = run->state;
    uint32_t at;
    int order;

    if (!take(run, m, &n, &at)) {
        schema_rational_release(&n);
        return;
    }
    if (s->has) {
        order = schema_rational_compare(&n, &s->last) * b->direction;
        if (order > 0 || (order == 0 && !b->strict))
            check_rule_pass(run);
        else
            find(run, m, at, texts[b->direction < 0][b->strict],
                 last_text(run));
    }
    keep(s, m, at, &n);
    schema_rational_release(&n);
}

static void on_monotonic(struct check_run *run, const struct check_message *m,
                         uint64_t roles)
{
    (void)roles;
    if (follows(run, m))
        check_rule_pass(run);
    else
        judge_order(run, m);
}

static const struct check_key step_keys[] = {
    {.name = "step",
     .kind = CHECK_KEY_FIELD_ROLE,
     .to = offsetof(struct body, field)},
    {.name = "by_at_most",
     .kind = CHECK_KEY_NUMBER,
     .to = offsetof(struct body, most)},
    {.name = "by_at_least",
     .kind = CHECK_KEY_NUMBER,
     .to = offsetof(struct body, least)},
    {.name = NULL},
};

static enum td_code load_step(struct check_rule *rule, struct check_loader *l,
                              uint32_t at)
{
    const struct body *b = rule->body;

    if (!b->least.text && !b->most.text)
        return td_jsonx_fail(l->doc, at, TD_USAGE, l->err,
                             "step needs by_at_most or by_at_least");
    if (b->least.text && b->most.text &&
        schema_rational_compare(&b->least.value, &b->most.value) > 0)
        return td_jsonx_fail(l->doc, at, TD_USAGE, l->err,
                             "by_at_least is greater than by_at_most");
    return TD_OK;
}

static void find_step(struct check_run *run, const struct check_message *m,
                      uint32_t at, const struct schema_rational *by)
{
    const struct body *b = run->rule->body;
    const struct state *s = run->state;
    struct check_note note;

    if (!check_rule_fail(run))
        return;
    check_note_begin(&note, run, m, at);
    (void)td_buf_add_text(&note.expected, "a step of ");
    if (b->least.text)
        (void)td_buf_addf(&note.expected, "at least %s%s", b->least.text,
                          b->most.text ? " and " : "");
    if (b->most.text)
        (void)td_buf_addf(&note.expected, "at most %s", b->most.text);
    (void)td_buf_addf(&note.expected, " from %.*s", (int)s->text.len,
                      (const char *)s->text.ptr);
    check_note_value(&note.found, m, at);
    (void)td_buf_add_text(&note.found, ", a step of ");
    schema_rational_write(&note.found, by);
    check_note_related(&note, &s->seen, td_buf_bytes(&s->text));
    check_note_end(&note);
}

static void on_step(struct check_run *run, const struct check_message *m,
                    uint64_t roles)
{
    const struct body *b = run->rule->body;
    struct schema_rational by = {.den = 1};
    struct schema_rational n = {.den = 1};
    struct state *s = run->state;
    uint32_t at;

    (void)roles;
    if (take(run, m, &n, &at)) {
        if (s->has && schema_rational_calc(&by, SCHEMA_SUB, &n, &s->last)) {
            check_rule_undecided(run, "a step is too large to calculate");
        } else if (s->has) {
            if ((b->least.text &&
                 schema_rational_compare(&by, &b->least.value) < 0) ||
                (b->most.text &&
                 schema_rational_compare(&by, &b->most.value) > 0))
                find_step(run, m, at, &by);
            else
                check_rule_pass(run);
        }
        keep(s, m, at, &n);
    }
    schema_rational_release(&by);
    schema_rational_release(&n);
}

static const struct check_key contiguous_keys[] = {
    {.name = "contiguous",
     .kind = CHECK_KEY_FIELD_ROLE,
     .to = offsetof(struct body, field)},
    {.name = "from",
     .kind = CHECK_KEY_NUMBER,
     .to = offsetof(struct body, least)},
    {.name = NULL},
};

static void find_next(struct check_run *run, const struct check_message *m,
                      uint32_t at, const struct schema_rational *next)
{
    const struct state *s = run->state;
    struct check_note note;

    if (!check_rule_fail(run))
        return;
    check_note_begin(&note, run, m, at);
    schema_rational_write(&note.expected, next);
    (void)td_buf_add_text(&note.expected, s->has ? "" : " as the first");
    check_note_value(&note.found, m, at);
    if (s->has)
        check_note_related(&note, &s->seen, td_buf_bytes(&s->text));
    check_note_end(&note);
}

static void on_contiguous(struct check_run *run, const struct check_message *m,
                          uint64_t roles)
{
    const struct body *b = run->rule->body;
    struct schema_rational next = {.den = 1};
    struct schema_rational one = {1, 1, NULL};
    struct schema_rational n = {.den = 1};
    struct state *s = run->state;
    uint32_t at;

    (void)roles;
    if (take(run, m, &n, &at)) {
        if (!s->has)
            schema_rational_copy(&next, &b->least.value);
        else if (schema_rational_calc(&next, SCHEMA_ADD, &s->last, &one))
            check_rule_undecided(run, "a number is too large to calculate");
        if (s->has || b->least.text) {
            if (schema_rational_compare(&n, &next) == 0)
                check_rule_pass(run);
            else
                find_next(run, m, at, &next);
        }
        keep(s, m, at, &n);
    }
    schema_rational_release(&next);
    schema_rational_release(&n);
}

static const char few[] = "fewer than two events have the field";

static void say_monotonic(const struct check_writer *s, uint32_t at)
{
    uint32_t mode = check_say_key(s, "mode");

    check_say(s, "the value of ");
    check_say_field(s, at);
    if (td_jsonx_is_text(s->doc, mode, "increasing"))
        check_say(s, " always increases");
    else if (td_jsonx_is_text(s->doc, mode, "decreasing"))
        check_say(s, " always decreases");
    else if (td_jsonx_is_text(s->doc, mode, "non-increasing"))
        check_say(s, " never increases");
    else
        check_say(s, " never decreases");
}

const struct check_verb check_verb_monotonic = {
    .name = "monotonic",
    .keys = monotonic_keys,
    .say = say_monotonic,
    .vacuous = few,
    .body_size = sizeof(struct body),
    .state_size = sizeof(struct state),
    .load = load_monotonic,
    .unload = unload,
    .on_message = on_monotonic,
    .clear = clear,
};

static void say_step(const struct check_writer *s, uint32_t at)
{
    bool first = true;

    check_say(s, "the value of ");
    check_say_field(s, at);
    check_say(s, " changes from one to the next ");
    first = check_say_bound(s, first, "by at least ", "by_at_least");
    (void)check_say_bound(s, first, "by at most ", "by_at_most");
}

const struct check_verb check_verb_step = {
    .name = "step",
    .keys = step_keys,
    .say = say_step,
    .vacuous = few,
    .body_size = sizeof(struct body),
    .state_size = sizeof(struct state),
    .load = load_step,
    .unload = unload,
    .on_message = on_step,
    .clear = clear,
};

static void say_contiguous(const struct check_writer *s, uint32_t at)
{
    check_say(s, "the value of ");
    check_say_field(s, at);
    check_say(s, " goes up by one each time");
    (void)check_say_if(s, ", from ", "from");
}

const struct check_verb check_verb_contiguous = {
    .name = "contiguous",
    .keys = contiguous_keys,
    .say = say_contiguous,
    .vacuous = few,
    .body_size = sizeof(struct body),
    .state_size = sizeof(struct state),
    .unload = unload,
    .on_message = on_contiguous,
    .clear = clear,
};
