/* constant, unique, requires: what values of fields there are. */
#include "core/mem.h"
#include "schema/value/canonical.h"
#include "schema/value/intern.h"
#include "validator/engine/run.h"
#include "validator/rule/read.h"
#include "validator/rule/say.h"
#include "validator/verb/verb.h"

#include <stddef.h>
#include <stdlib.h>

/* A value that was seen, as canonical JSON. */
struct value {
    struct check_seen by; /* seq 0: none */
    struct td_buf text;
};

static void remember(struct value *v, const struct check_message *m,
                     uint32_t at)
{
    v->by = check_seen(m);
    td_buf_clear(&v->text);
    schema_canonical(&v->text, m->doc, at);
}

/* --- constant --- */

struct constant {
    uint32_t field;
    uint32_t other; /* the role of EVENT.FIELD that it must equal; 0: none */
    uint32_t own;   /* with `by`: the role of the same, with the key */
    uint32_t other_field;
};

/* Of a key. */
struct constant_state {
    struct value first;
    struct value other; /* what the key's own event says */
};

static enum td_code read_equals(struct check_rule *rule, struct check_loader *l,
                                uint32_t at)
{
    struct constant *b = rule->body;
    enum td_code code;

    b->other = rule->roles_len;
    code = check_read_field_role(l, at, rule, true, &b->other_field);
    if (code || rule->by == CHECK_NO_VALUE)
        return code;
    b->own = rule->roles_len;
    rule->heard_roles |= CHECK_ROLE(b->own);
    return check_read_field_role(l, at, rule, false, &b->other_field);
}

static const struct check_key constant_keys[] = {
    {.name = "constant",
     .kind = CHECK_KEY_FIELD_ROLE,
     .to = offsetof(struct constant, field)},
    {.name = "equals", .kind = CHECK_KEY_OWN, .read = read_equals},
    {.name = NULL},
};

static void find_change(struct check_run *run, const struct check_message *m,
                        uint32_t at, const struct value *should, bool other)
{
    const struct constant *b = run->rule->body;
    struct check_note note;

    if (!check_rule_fail(run))
        return;
    check_note_begin(&note, run, m, at);
    (void)td_buf_addf(&note.expected, "%.*s", (int)should->text.len,
                      (const char *)should->text.ptr);
    if (other)
        (void)td_buf_addf(
            &note.expected, ", as in \"%s\"",
            check_selector_text(run->rule->roles[b->other].selector));
    else
        (void)td_buf_add_text(&note.expected, " as before");
    check_note_value(&note.found, m, at);
    check_note_related(&note, &should->by, td_buf_bytes(&should->text));
    check_note_end(&note);
}

static bool differs(const struct value *v, struct td_bytes text)
{
    return v->by.seq && !td_bytes_equal(td_buf_bytes(&v->text), text);
}

static void hear_other(struct check_run *run, const struct check_message *m,
                       struct value *other)
{
    const struct constant *b = run->rule->body;
    uint32_t at = check_rule_field(run, m, b->other_field);

    if (at != CHECK_NO_VALUE)
        remember(other, m, at);
}

static void judge_constant(struct check_run *run, const struct check_message *m,
                           uint32_t at)
{
    struct constant_state *s = run->state;
    struct value *shared = run->shared;
    const struct value *other = s->other.by.seq ? &s->other : &shared[0];
    struct td_bytes text = schema_canonical_text(&shared[1].text, m->doc, at);

    if (differs(other, text))
        find_change(run, m, at, other, true);
    else if (differs(&s->first, text))
        find_change(run, m, at, &s->first, false);
    else if (s->first.by.seq || other->by.seq)
        check_rule_pass(run);
    if (!s->first.by.seq)
        remember(&s->first, m, at);
}

static void on_constant(struct check_run *run, const struct check_message *m,
                        uint64_t roles)
{
    const struct constant *b = run->rule->body;
    struct constant_state *s = run->state;
    uint32_t at;

    if (!s) {
        if (!check_rule_has_key(run))
            hear_other(run, m, run->shared);
        return;
    }
    if (roles & run->rule->heard_roles)
        hear_other(run, m, &s->other);
    if (!(roles & CHECK_ROLE(0)))
        return;
    at = check_rule_field(run, m, b->field);
    if (at != CHECK_NO_VALUE)
        judge_constant(run, m, at);
}

static void clear_constant(const struct check_rule *rule, void *state)
{
    struct constant_state *s = state;

    (void)rule;
    td_buf_release(&s->first.text);
    td_buf_release(&s->other.text);
}

static void clear_shared(const struct check_rule *rule, void *shared)
{
    struct value *v = shared;

    (void)rule;
    td_buf_release(&v[0].text);
    td_buf_release(&v[1].text);
}

/* --- unique --- */

struct set {
    struct schema_intern keys;
    struct check_seen *seen; /* by key: where it was first */
    uint32_t room;
    struct td_buf text; /* of the value at hand */
};

static void clear_set(const struct check_rule *rule, void *state)
{
    struct set *s = state;

    (void)rule;
    schema_intern_release(&s->keys);
    free(s->seen);
    td_buf_release(&s->text);
}

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

/* Which of the two forms the verb takes, on_fields says. */
static const struct check_key unique_keys[] = {
    {.name = "unique"},
    {.name = "on_fields"},
    {.name = NULL},
};

static enum td_code load_unique(struct check_rule *rule, struct check_loader *l,
                                uint32_t at)
{
    struct check_group_by *b = rule->body;
    uint32_t target = check_read_key(l, at, "unique");
    uint32_t fields = check_read_key(l, at, "on_fields");
    enum td_code code;

    if (!fields) {
        b->len = 1;
        return check_read_field_role(l, target, rule, false, &b->fields[0]);
    }
    code = check_read_role(l, target, rule, false);
    if (code == TD_OK)
        code = check_read_fields(l, fields, b);
    if (code == TD_OK && b->len == 0)
        code = td_jsonx_fail(l->doc, fields, TD_USAGE, l->err,
                             "on_fields names no field");
    return code;
}

static void find_again(struct check_run *run, const struct check_message *m,
                       const struct check_group_by *b,
                       const struct check_seen *first)
{
    const struct set *s = run->state;
    struct check_note note;

    if (!check_rule_fail(run))
        return;
    check_note_begin(&note, run, m,
                     b->len == 1 ? check_field_at(run->fields, b->fields[0])
                                 : CHECK_NO_VALUE);
    (void)td_buf_add_text(&note.expected, "another ");
    for (uint32_t i = 0; i < b->len; i++)
        (void)td_buf_addf(&note.expected, "%s%s", i ? ", " : "",
                          check_rule_field_text(run, b->fields[i]));
    (void)td_buf_add_text(&note.expected, " each time");
    for (uint32_t i = 0; i < b->len; i++) {
        (void)td_buf_add_text(&note.found, i ? ", " : "");
        check_note_value(&note.found, m,
                         check_field_at(run->fields, b->fields[i]));
    }
    (void)td_buf_add_text(&note.found, " again");
    check_note_related(&note, first, td_buf_bytes(&s->text));
    check_note_end(&note);
}

static void on_unique(struct check_run *run, const struct check_message *m,
                      uint64_t roles)
{
    const struct check_group_by *b = run->rule->body;
    struct set *s = run->state;
    bool is_new = false;
    uint32_t key;

    (void)roles;
    td_buf_clear(&s->text);
    for (uint32_t i = 0; i < b->len; i++) {
        uint32_t at = check_rule_field(run, m, b->fields[i]);

        if (at == CHECK_NO_VALUE)
            return;
        (void)td_buf_add_text(&s->text, i ? ", " : "");
        schema_canonical(&s->text, m->doc, at);
    }
    key = add_value(run, s, &is_new);
    if (key == SCHEMA_NO_KEY)
        return;
    if (is_new) {
        s->seen[key] = check_seen(m);
        check_rule_pass(run);
    } else {
        find_again(run, m, b, &s->seen[key]);
    }
}

/* --- requires --- */

#define NEEDS 0 /* role: the event whose field must be known; then sources */

enum { ORDER_BEFORE, ORDER_ANY };

struct requires
{
    uint32_t known;
    uint32_t order;                       /* of `orders` */
    uint32_t sources[CHECK_GROUP_BY_MAX]; /* fields, by role - 1 */
    uint32_t sources_len;
};

struct waiting {
    uint32_t value;
    struct check_seen by;
};

struct known {
    struct set values; /* seen[].seq != 0: a source had it */
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

    clear_set(rule, &k->values);
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

static void wait_for(struct check_run *run, const struct check_message *m,
                     uint32_t value)
{
    struct known *k = run->state;

    if (k->len >= run->rule->max_keys) {
        check_rule_undecided(run, "more events wait than max_keys");
        return;
    }
    if (k->len == k->room) {
        k->room = k->room ? k->room * 2 : 16;
        k->list = td_realloc(k->list, k->room * sizeof(*k->list));
    }
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

static void say_constant(const struct check_writer *s, uint32_t at)
{
    check_say(s, "the value of ");
    check_say_field(s, at);
    check_say(s, " never changes");
    (void)check_say_if(s, " and equals ", "equals");
}

const struct check_verb check_verb_constant = {
    .name = "constant",
    .keys = constant_keys,
    .say = say_constant,
    .vacuous = "there was nothing to compare the field with",
    .body_size = sizeof(struct constant),
    .state_size = sizeof(struct constant_state),
    .shared_size = 2 * sizeof(struct value), /* the other, and scratch */
    .on_message = on_constant,
    .clear = clear_constant,
    .clear_shared = clear_shared,
};

static void say_unique(const struct check_writer *s, uint32_t at)
{
    if (!check_say_key(s, "on_fields")) {
        check_say(s, "the value of ");
        check_say_field(s, at);
        check_say(s, " never comes twice");
        return;
    }
    check_say(s, "no two ");
    check_say_events(s, at);
    (void)check_say_if(s, " have the same ", "on_fields");
}

const struct check_verb check_verb_unique = {
    .name = "unique",
    .keys = unique_keys,
    .say = say_unique,
    .body_size = sizeof(struct check_group_by),
    .state_size = sizeof(struct set),
    .load = load_unique,
    .on_message = on_unique,
    .clear = clear_set,
};

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
