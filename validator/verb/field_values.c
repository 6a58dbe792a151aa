/* constant, unique: what values of fields there are. */
#include "core/mem.h"
#include "schema/value/canonical.h"
#include "validator/engine/run.h"
#include "validator/rule/read.h"
#include "validator/rule/say.h"
#include "validator/verb/prints.h"
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

struct unique_state {
    struct check_prints values;
    struct check_seen *seen; /* by number: where it was first */
    struct td_buf text;      /* of the value at hand */
};

static void clear_unique(const struct check_rule *rule, void *state)
{
    struct unique_state *s = state;

    (void)rule;
    check_prints_release(&s->values);
    free(s->seen);
    td_buf_release(&s->text);
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
    const struct unique_state *s = run->state;
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
    struct unique_state *s = run->state;
    bool is_new = false;
    uint32_t value;

    (void)roles;
    td_buf_clear(&s->text);
    for (uint32_t i = 0; i < b->len; i++) {
        uint32_t at = check_rule_field(run, m, b->fields[i]);

        if (at == CHECK_NO_VALUE)
            return;
        (void)td_buf_add_text(&s->text, i ? ", " : "");
        schema_canonical(&s->text, m->doc, at);
    }
    value = check_prints_add(&s->values, td_buf_bytes(&s->text),
                             run->rule->max_keys, &is_new);
    if (value == CHECK_NO_PRINT) {
        check_rule_undecided(run, "more different values than max_keys");
    } else if (is_new) {
        s->seen = td_list_room(s->seen, value, sizeof(*s->seen));
        s->seen[value] = check_seen(m);
        check_rule_pass(run);
    } else {
        find_again(run, m, b, &s->seen[value]);
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
    .state_size = sizeof(struct unique_state),
    .load = load_unique,
    .on_message = on_unique,
    .clear = clear_unique,
};
