/* requires: what an event names must be known from others. */
#include "core/mem.h"
#include "schema/value/canonical.h"
#include "schema/value/intern.h"
#include "validator/engine/run.h"
#include "validator/rule/read.h"
#include "validator/rule/say.h"
#include "validator/verb/verb.h"

#include <stddef.h>
#include <stdlib.h>

#define NEEDS 0 /* role: the event whose field must be known; then sources */

enum { ORDER_BEFORE, ORDER_ANY };

struct requires
{
    uint32_t known;
    uint32_t order;                       /* of `orders` */
    uint32_t sources[CHECK_GROUP_BY_MAX]; /* fields, by role - 1 */
    uint32_t sources_len;
};

struct set {
    struct schema_intern keys;
    struct check_seen
        *seen; /* by key: where a source had it first, if one did */
    uint32_t room;
    struct td_buf text; /* of the value at hand */
};

/* The number of the value in s->text; SCHEMA_NO_KEY: there are too many. */
static uint32_t add_value(struct check_run *run, struct set *s, bool *is_new)
{
    uint32_t key;

    if (s->keys.live >= run->rule->max_keys &&
        schema_intern_find(&s->keys, td_buf_bytes(&s->text)) == SCHEMA_NO_KEY) {
        check_rule_undecided(run, "more different values than max_keys");
        return SCHEMA_NO_KEY;
    }
    key = schema_intern_add(&s->keys, td_buf_bytes(&s->text), is_new);
    if (key >= s->room) {
        s->room = s->room ? s->room * 2 : 16;
        s->seen = td_realloc(s->seen, s->room * sizeof(*s->seen));
    }
    return key;
}

struct waiting {
    uint32_t value;
    struct check_seen by;
};

struct known {
    struct set values;
    struct waiting *list;
    uint32_t len;
    uint32_t room;
};

static enum td_code read_sources(struct check_rule *rule,
                                 struct check_loader *l, uint32_t at)
{
    const struct td_json_value *values = l->doc->json.values;
    struct requires *b = rule->body;
    bool list = values[at].kind == TD_JSON_ARRAY;
    uint32_t end = list ? values[at].next : at + 1;
    enum td_code code = TD_OK;

    if (list &&
        (values[at].count == 0 || values[at].count > CHECK_GROUP_BY_MAX))
        return td_jsonx_fail(l->doc, at, TD_USAGE, l->err,
                             "from takes EVENT.FIELD, or a list of 1 to %d",
                             CHECK_GROUP_BY_MAX);
    for (uint32_t i = list ? at + 1 : at; i < end && code == TD_OK;
         i = values[i].next)
        code = check_read_field_role(l, i, rule, false,
                                     &b->sources[b->sources_len++]);
    return code;
}

static const char *const orders[] = {"before", "any", NULL};
static const char shape[] =
    "requires is {event: EVENT, known: FIELD, from: EVENT.FIELD}";

static const struct check_key requires_parts[] = {
    {.name = "event", .kind = CHECK_KEY_ROLE, .need = shape},
    {.name = "known",
     .kind = CHECK_KEY_FIELD,
     .to = offsetof(struct requires, known),
     .need = shape},
    {.name = "from",
     .kind = CHECK_KEY_OWN,
     .need = shape,
     .read = read_sources},
    {.name = "order",
     .kind = CHECK_KEY_CHOICE,
     .to = offsetof(struct requires, order),
     .choices = orders,
     .what = "order is before or any"},
    {.name = NULL},
};

static const struct check_key requires_keys[] = {
    {.name = "requires",
     .kind = CHECK_KEY_OBJECT,
     .what = shape,
     .keys = requires_parts},
    {.name = NULL},
};

static void clear_known(const struct check_rule *rule, void *state)
{
    struct known *k = state;

    (void)rule;
    schema_intern_release(&k->values.keys);
    free(k->values.seen);
    td_buf_release(&k->values.text);
    free(k->list);
}

/* "execution_started.task_ids" of the sources. */
static void say_sources(struct check_note *note, const struct check_run *run)
{
    const struct requires *b = run->rule->body;

    for (uint32_t i = 0; i < b->sources_len; i++)
        (void)td_buf_addf(&note->expected, "%s%s.%s", i ? " or " : "",
                          check_selector_text(run->rule->roles[i + 1].selector),
                          check_rule_field_text(run, b->sources[i]));
}

static void find_unknown(struct check_run *run, const struct check_message *m,
                         uint32_t at)
{
    struct check_note note;

    if (!check_rule_fail(run))
        return;
    check_note_begin(&note, run, m, at);
    (void)td_buf_add_text(&note.expected, "a value that came before in ");
    say_sources(&note, run);
    check_note_value(&note.found, m, at);
    check_note_end(&note);
}

static void learn(struct check_run *run, const struct check_message *m,
                  uint32_t at)
{
    struct known *k = run->state;
    bool is_new = false;
    uint32_t value;

    td_buf_clear(&k->values.text);
    schema_canonical(&k->values.text, m->doc, at);
    value = add_value(run, &k->values, &is_new);
    if (value != SCHEMA_NO_KEY && (is_new || k->values.seen[value].seq == 0))
        k->values.seen[value] = check_seen(m);
}

/* A source's value; of a list each element. */
static void learn_all(struct check_run *run, const struct check_message *m,
                      uint32_t field)
{
    uint32_t at = check_field_at(run->fields, field);

    if (at == CHECK_NO_VALUE)
        return;
    learn(run, m, at);
    if (m->doc->values[at].kind != TD_JSON_ARRAY)
        return;
    for (uint32_t i = at + 1; i < m->doc->values[at].next;
         i = m->doc->values[i].next)
        learn(run, m, i);
}

/* Those whose value has come wait no more. */
static void settle(struct check_run *run, struct known *k)
{
    uint32_t left = 0;

    for (uint32_t i = 0; i < k->len; i++) {
        if (k->values.seen[k->list[i].value].seq)
            check_rule_pass(run);
        else
            k->list[left++] = k->list[i];
    }
    k->len = left;
}

/* The list is looked through when it is full, and then it has room for as many
 * as are left, so that this costs each of them little. */
static bool make_room(struct check_run *run, struct known *k)
{
    settle(run, k);
    if (k->len >= run->rule->max_keys) {
        check_rule_undecided(run, "more events wait than max_keys");
        return false;
    }
    if (k->len < k->room / 2)
        return true;
    k->room = k->room ? k->room * 2 : 16;
    if (k->room / 2 > run->rule->max_keys)
        k->room = (uint32_t)run->rule->max_keys * 2;
    k->list = td_realloc(k->list, k->room * sizeof(*k->list));
    return true;
}

static void wait_for(struct check_run *run, const struct check_message *m,
                     uint32_t value)
{
    struct known *k = run->state;

    if (k->len == k->room && !make_room(run, k))
        return;
    k->list[k->len++] = (struct waiting){value, check_seen(m)};
}

static void need(struct check_run *run, const struct check_message *m)
{
    const struct requires *b = run->rule->body;
    struct known *k = run->state;
    uint32_t at = check_rule_field(run, m, b->known);
    bool is_new = false;
    uint32_t value;

    if (at == CHECK_NO_VALUE)
        return;
    td_buf_clear(&k->values.text);
    schema_canonical(&k->values.text, m->doc, at);
    value = schema_intern_find(&k->values.keys, td_buf_bytes(&k->values.text));
    if (value != SCHEMA_NO_KEY && k->values.seen[value].seq) {
        check_rule_pass(run);
        return;
    }
    if (b->order != ORDER_ANY) {
        find_unknown(run, m, at);
        return;
    }
    value = add_value(run, &k->values, &is_new);
    if (value == SCHEMA_NO_KEY)
        return;
    if (is_new)
        k->values.seen[value] = (struct check_seen){0};
    wait_for(run, m, value);
}

static void on_requires(struct check_run *run, const struct check_message *m,
                        uint64_t roles)
{
    const struct requires *b = run->rule->body;

    if (roles & CHECK_ROLE(NEEDS))
        need(run, m);
    for (uint32_t i = 0; i < b->sources_len; i++) {
        if (roles & CHECK_ROLE(i + 1))
            learn_all(run, m, b->sources[i]);
    }
}

static void find_waiting(struct check_run *run, const struct waiting *w)
{
    const struct known *k = run->state;
    struct check_note note;

    if (!check_rule_fail(run))
        return;
    check_note_begin(&note, run, NULL, CHECK_NO_VALUE);
    (void)td_buf_add_text(&note.expected, "a value that also comes in ");
    say_sources(&note, run);
    (void)td_buf_add_bytes(&note.found,
                           schema_intern_text(&k->values.keys, w->value));
    check_note_about(&note, &w->by);
    check_note_end(&note);
}

static void end_requires(struct check_run *run, enum check_ending how)
{
    const struct known *k = run->state;

    for (uint32_t i = 0; i < k->len; i++) {
        const struct waiting *w = &k->list[i];

        if (k->values.seen[w->value].seq)
            check_rule_pass(run);
        else if (how == CHECK_CUT)
            check_rule_open(run, "the stream was cut off");
        else
            find_waiting(run, w);
    }
}

static void say_requires(const struct check_writer *s, uint32_t at)
{
    const struct check_writer inner = {s->out, s->doc, at};
    uint32_t from = check_say_key(&inner, "from");

    check_say(s, "what every ");
    check_say_selector(s, check_say_key(&inner, "event"));
    (void)check_say_if(&inner, " has as ", "known");
    check_say(s, check_say_key(&inner, "order") || check_say_key(s, "order")
                     ? " is somewhere also "
                     : " is before that also ");
    check_say_field(s, from);
}

const struct check_verb check_verb_requires = {
    .name = "requires",
    .keys = requires_keys,
    .say = say_requires,
    .vacuous = "no event came that needs something known",
    .body_size = sizeof(struct requires),
    .state_size = sizeof(struct known),
    .on_message = on_requires,
    .on_end = end_requires,
    .clear = clear_known,
};
