/* clock_skew: the time an event says and the time it was recorded at. */
#include "schema/value/timestamp.h"
#include "validator/engine/run.h"
#include "validator/rule/read.h"
#include "validator/rule/say.h"
#include "validator/verb/verb.h"

#include <stddef.h>
#include <stdlib.h>

#define MS 1000000 /* what a number counts */

struct body {
    uint32_t field;
    int64_t max;
};

static const char shape[] =
    "clock_skew is {event: /POINTER, recorded: true, max: DURATION}";

static enum td_code read_recorded(struct check_rule *rule,
                                  struct check_loader *l, uint32_t at)
{
    (void)rule;
    if (l->doc->json.values[at].kind == TD_JSON_TRUE)
        return TD_OK;
    return td_jsonx_fail(l->doc, at, TD_USAGE, l->err, "%s", shape);
}

static const struct check_key parts[] = {
    {.name = "event",
     .kind = CHECK_KEY_FIELD,
     .to = offsetof(struct body, field),
     .need = shape},
    {.name = "recorded", .kind = CHECK_KEY_OWN, .read = read_recorded},
    {.name = "max",
     .kind = CHECK_KEY_DURATION,
     .to = offsetof(struct body, max),
     .need = shape},
    {.name = NULL},
};

static const struct check_key keys[] = {
    {.name = "clock_skew",
     .kind = CHECK_KEY_OBJECT,
     .what = shape,
     .keys = parts},
    {.name = NULL},
};

static bool read_time(const struct check_message *m, uint32_t at, int64_t *ns)
{
    if (m->doc->values[at].kind == TD_JSON_STRING)
        return schema_instant_text(td_json_inner(m->doc, at), MS, ns);
    return m->doc->values[at].kind == TD_JSON_NUMBER &&
           schema_timestamp_number(td_json_raw(m->doc, at), MS, ns);
}

static void find(struct check_run *run, const struct check_message *m,
                 uint32_t at, int64_t skew)
{
    const struct body *b = run->rule->body;
    struct check_note note;

    if (!check_rule_fail(run))
        return;
    check_note_begin(&note, run, m, at);
    (void)td_buf_add_text(&note.expected, "the time of its recording, give or "
                                          "take ");
    check_write_duration(&note.expected, run->rule, b->max);
    check_write_duration(&note.found, run->rule, skew < 0 ? -skew : skew);
    (void)td_buf_add_text(&note.found, skew < 0 ? " later" : " earlier");
    check_note_end(&note);
}

static void find_none(struct check_run *run, const struct check_message *m,
                      uint32_t at)
{
    struct check_note note;

    if (!check_rule_fail(run))
        return;
    check_note_begin(&note, run, m, at);
    (void)td_buf_add_text(&note.expected, "a time");
    check_note_value(&note.found, m, at);
    check_note_end(&note);
}

static void on_message(struct check_run *run, const struct check_message *m,
                       uint64_t roles)
{
    const struct body *b = run->rule->body;
    uint32_t at = check_field_at(run->fields, b->field);
    int64_t said;
    int64_t skew;

    (void)roles;
    if (!m->has_wall || at == CHECK_NO_VALUE)
        return;
    if (!read_time(m, at, &said)) {
        find_none(run, m, at);
        return;
    }
    skew = m->wall_ns - said;
    if (skew <= b->max && skew >= -b->max)
        check_rule_pass(run);
    else
        find(run, m, at, skew);
}

static void say_clock_skew(const struct check_writer *s, uint32_t at)
{
    const struct check_writer inner = {s->out, s->doc, at};

    (void)check_say_if(&inner, "the time at ", "event");
    (void)check_say_if(
        &inner, " and the time of its recording differ by at most ", "max");
}

const struct check_verb check_verb_clock_skew = {
    .name = "clock_skew",
    .keys = keys,
    .say = say_clock_skew,
    .vacuous = "no event has the field, or the input does not say when it was "
               "recorded",
    .body_size = sizeof(struct body),
    .state_size = 1,
    .hears_all = true,
    .on_message = on_message,
};
