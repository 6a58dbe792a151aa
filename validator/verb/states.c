/* states: a field goes from value to value only as it may. */
#include "core/alternatives.h"
#include "core/mem.h"
#include "schema/value/equal.h"
#include "schema/value/intern.h"
#include "validator/engine/run.h"
#include "validator/rule/doubt.h"
#include "validator/rule/read.h"
#include "validator/rule/say.h"
#include "validator/verb/verb.h"

#include <stddef.h>
#include <stdlib.h>

#define STATES_MAX 256
#define NO_STATE   0 /* states count from 1 */

typedef uint8_t state_set[STATES_MAX / 8 + 1];

struct body {
    uint32_t field;
    bool of_event; /* of a selector: the field must be there */
    bool has_start;
    bool has_final;
    struct schema_intern names; /* state - 1 */
    state_set start;
    state_set final;
    state_set allow[STATES_MAX + 1];
};

struct state {
    uint32_t at; /* or NO_STATE */
    struct check_seen seen;
};

/* Of all keys: which states came, and which right behind which. */
struct shared {
    state_set came;
    state_set (*moved)[STATES_MAX + 1]; /* NULL: none */
};

static bool is_in(const state_set set, uint32_t state)
{
    return set[state / 8] >> state % 8 & 1;
}

static void put(state_set set, uint32_t state)
{
    set[state / 8] |= (uint8_t)(1u << state % 8);
}

static bool is_text(const struct check_loader *l, uint32_t at)
{
    return l->doc->json.values[at].kind == TD_JSON_STRING;
}

/* The state of text `at`, made if `make`; NO_STATE: there is none, or no room.
 */
static uint32_t name_state(const struct td_json_doc *json, uint32_t at,
                           struct body *b, bool make)
{
    struct td_buf text = {0};
    struct td_bytes name =
        schema_value_text(&text, (struct schema_value){json, at});
    uint32_t key = schema_intern_find(&b->names, name);

    if (key == SCHEMA_NO_KEY && make && b->names.len < STATES_MAX)
        key = schema_intern_add(&b->names, name, NULL);
    td_buf_release(&text);
    return key == SCHEMA_NO_KEY ? NO_STATE : key + 1;
}

static enum td_code bad_name(struct check_loader *l, uint32_t at, bool make)
{
    struct td_bytes name = td_json_inner(&l->doc->json, at);

    if (make)
        return td_jsonx_fail(l->doc, at, TD_LIMIT, l->err,
                             "more than %d states", STATES_MAX);
    (void)td_jsonx_fail(
        l->doc, at, TD_USAGE, l->err, "there is no state \"%.*s\"",
        (int)(name.len < 80 ? name.len : 80), (const char *)name.ptr);
    return td_error_hint(l->err, "name it in allow");
}

static enum td_code read_state(struct check_loader *l, uint32_t at,
                               struct body *b, bool make, state_set set)
{
    uint32_t state;

    if (!is_text(l, at))
        return td_jsonx_fail(l->doc, at, TD_USAGE, l->err,
                             "a state is named by text");
    state = name_state(&l->doc->json, at, b, make);
    if (state == NO_STATE)
        return bad_name(l, at, make);
    put(set, state);
    return TD_OK;
}

/* One name, or a list of them. */
static enum td_code read_states(struct check_loader *l, uint32_t at,
                                struct body *b, bool make, state_set set)
{
    const struct td_json_value *values = l->doc->json.values;
    enum td_code code = TD_OK;

    if (values[at].kind != TD_JSON_ARRAY)
        return read_state(l, at, b, make, set);
    for (uint32_t i = at + 1; i < values[at].next && code == TD_OK;
         i = values[i].next)
        code = read_state(l, i, b, make, set);
    return code;
}

static enum td_code read_allow(struct check_rule *rule, struct check_loader *l,
                               uint32_t at)
{
    const struct td_json_value *values = l->doc->json.values;
    struct body *b = rule->body;
    enum td_code code = TD_OK;

    if (values[at].kind != TD_JSON_OBJECT)
        return td_jsonx_fail(l->doc, at, TD_USAGE, l->err,
                             "allow is an object: a state, then the list of "
                             "those that may follow");
    for (uint32_t key = at + 1; key < values[at].next && code == TD_OK;
         key = values[key + 1].next) {
        uint32_t from = name_state(&l->doc->json, key, b, true);

        if (from == NO_STATE)
            return bad_name(l, key, true);
        code = read_states(l, key + 1, b, true, b->allow[from]);
    }
    return code;
}

static enum td_code read_start(struct check_rule *rule, struct check_loader *l,
                               uint32_t at)
{
    struct body *b = rule->body;

    return read_states(l, at, b, false, b->start);
}

static enum td_code read_final(struct check_rule *rule, struct check_loader *l,
                               uint32_t at)
{
    struct body *b = rule->body;

    return read_states(l, at, b, false, b->final);
}

static const char shape[] = "states is {field: FIELD, allow: {STATE: [STATE, "
                            "...], ...}}, and perhaps event, start and final";

/* The edges name the states, so they come before those that are named. */
static const struct check_key parts[] = {
    {.name = "event",
     .kind = CHECK_KEY_ROLE,
     .has = offsetof(struct body, of_event)},
    {.name = "field",
     .kind = CHECK_KEY_FIELD,
     .to = offsetof(struct body, field),
     .need = shape},
    {.name = "allow", .kind = CHECK_KEY_OWN, .need = shape, .read = read_allow},
    {.name = "start",
     .kind = CHECK_KEY_OWN,
     .has = offsetof(struct body, has_start),
     .read = read_start},
    {.name = "final",
     .kind = CHECK_KEY_OWN,
     .has = offsetof(struct body, has_final),
     .read = read_final},
    {.name = NULL},
};

static const struct check_key keys[] = {
    {.name = "states", .kind = CHECK_KEY_OBJECT, .what = shape, .keys = parts},
    {.name = NULL},
};

static enum td_code load(struct check_rule *rule, struct check_loader *l,
                         uint32_t at)
{
    (void)l;
    (void)at;
    if (!((const struct body *)rule->body)->of_event)
        (void)check_rule_listen(rule, NULL, false);
    return TD_OK;
}

static void unload(struct check_rule *rule)
{
    struct body *b = rule->body;

    if (b)
        schema_intern_release(&b->names);
}

static void say_state(struct td_buf *out, const struct body *b, uint32_t state)
{
    struct td_bytes name = schema_intern_text(&b->names, state - 1);

    (void)td_buf_addf(out, "\"%.*s\"", (int)name.len, (const char *)name.ptr);
}

static void say_states(struct td_buf *out, const struct body *b,
                       const state_set set, struct td_bytes came)
{
    struct td_alternatives all = {.near = came};

    for (uint32_t i = 1; i <= b->names.len; i++) {
        if (is_in(set, i))
            td_alternatives_add(&all, schema_intern_text(&b->names, i - 1));
    }
    td_alternatives_say(&all, out, "\"", " or ");
    if (all.len == 0)
        (void)td_buf_add_text(out, "no other");
}

/* The state that m tells of; NO_STATE: one that nobody knows. */
static uint32_t state_of(const struct body *b, const struct check_message *m,
                         uint32_t at)
{
    struct td_buf text = {0};
    struct td_bytes name = td_json_raw(m->doc, at);
    uint32_t key;

    if (m->doc->values[at].kind == TD_JSON_STRING)
        name = schema_value_text(&text, (struct schema_value){m->doc, at});
    key = schema_intern_find(&b->names, name);
    td_buf_release(&text);
    return key == SCHEMA_NO_KEY ? NO_STATE : key + 1;
}

static void related(struct check_note *note, const struct body *b,
                    const struct state *s)
{
    struct td_buf value = {0};

    if (s->at == NO_STATE)
        return;
    say_state(&value, b, s->at);
    check_note_related(note, &s->seen, td_buf_bytes(&value));
    td_buf_release(&value);
}

/* `set` is what it may be. */
static void find(struct check_run *run, const struct check_message *m,
                 uint32_t at, const state_set set)
{
    const struct body *b = run->rule->body;
    const struct state *s = run->state;
    struct check_note note;

    if (!check_rule_fail(run))
        return;
    check_note_begin(&note, run, m, at);
    say_states(&note.expected, b, set,
               m ? td_json_inner(m->doc, at) : td_bytes(NULL, 0));
    if (m && s->at != NO_STATE) {
        (void)td_buf_add_text(&note.expected, " after ");
        say_state(&note.expected, b, s->at);
    } else {
        (void)td_buf_add_text(&note.expected, m ? " at first" : " at the end");
    }
    if (m)
        check_note_value(&note.found, m, at);
    else
        say_state(&note.found, b, s->at);
    related(&note, b, s);
    check_note_end(&note);
}

/* A state that begins a life: a start, or what may follow one. */
static bool may_begin(const struct body *b, uint32_t to)
{
    if (!b->has_start || is_in(b->start, to))
        return true;
    for (uint32_t i = 1; i <= b->names.len; i++) {
        if (is_in(b->start, i) && is_in(b->allow[i], to))
            return true;
    }
    return false;
}

static void find_unknown(struct check_run *run, const struct check_message *m,
                         uint32_t at)
{
    const struct body *b = run->rule->body;
    state_set all = {0};

    for (uint32_t i = 1; i <= b->names.len; i++)
        put(all, i);
    find(run, m, at, all);
}

static void note_move(struct shared *shared, uint32_t from, uint32_t to)
{
    put(shared->came, to);
    if (from == NO_STATE || from == to)
        return;
    if (!shared->moved)
        shared->moved = td_calloc(1, sizeof(*shared->moved));
    put((*shared->moved)[from], to);
}

static void move(struct check_run *run, const struct check_message *m,
                 uint32_t at, uint32_t to)
{
    const struct body *b = run->rule->body;
    struct state *s = run->state;

    if (s->at == NO_STATE ? may_begin(b, to)
                          : s->at == to || is_in(b->allow[s->at], to))
        check_rule_pass(run);
    else
        find(run, m, at, s->at == NO_STATE ? b->start : b->allow[s->at]);
    note_move(run->shared, s->at, to);
    s->at = to;
    s->seen = check_seen(m);
}

static void on_message(struct check_run *run, const struct check_message *m,
                       uint64_t roles)
{
    const struct body *b = run->rule->body;
    uint32_t at = b->of_event ? check_rule_field(run, m, b->field)
                              : check_field_at(run->fields, b->field);
    uint32_t to;

    (void)roles;
    if (at == CHECK_NO_VALUE)
        return;
    to = state_of(b, m, at);
    if (to == NO_STATE)
        find_unknown(run, m, at);
    else
        move(run, m, at, to);
}

static void on_end(struct check_run *run, enum check_ending how)
{
    const struct body *b = run->rule->body;
    const struct state *s = run->state;

    if (s->at == NO_STATE || !b->has_final)
        return;
    if (is_in(b->final, s->at))
        check_rule_pass(run);
    else if (how == CHECK_CUT)
        check_rule_open(run, "the stream was cut off before a final state");
    else
        find(run, NULL, CHECK_NO_VALUE, b->final);
}

static void tell_move(struct check_run *run, uint32_t index,
                      struct td_buf names[2], bool taken)
{
    check_rule_move(run, index, names[0].len ? td_buf_str(&names[0]) : NULL,
                    td_buf_str(&names[1]), taken);
    td_buf_clear(&names[0]);
    td_buf_clear(&names[1]);
}

/* Each state, then each step that is allowed. */
static void on_close(struct check_run *run, enum check_ending how)
{
    const struct body *b = run->rule->body;
    const struct shared *shared = run->shared;
    struct td_buf names[2] = {{0}, {0}};
    uint32_t index = 0;

    (void)how;
    for (uint32_t to = 1; to <= b->names.len; to++) {
        say_state(&names[1], b, to);
        tell_move(run, index++, names, is_in(shared->came, to));
    }
    for (uint32_t from = 1; from <= b->names.len; from++) {
        for (uint32_t to = 1; to <= b->names.len; to++) {
            if (from == to || !is_in(b->allow[from], to))
                continue;
            say_state(&names[0], b, from);
            say_state(&names[1], b, to);
            tell_move(run, index++, names,
                      shared->moved && is_in((*shared->moved)[from], to));
        }
    }
    td_buf_release(&names[0]);
    td_buf_release(&names[1]);
}

static void clear_shared(const struct check_rule *rule, void *shared)
{
    struct shared *s = shared;

    (void)rule;
    free(s->moved);
}

static void say_allowed(const struct check_writer *s, uint32_t allow)
{
    const struct td_json_doc *json = &s->doc->json;

    for (uint32_t key = allow + 1; key < json->values[allow].next;
         key = json->values[key + 1].next) {
        check_say(s, key == allow + 1 ? ": " : "; ");
        check_say_value(s, key);
        check_say(s, json->values[key + 1].kind == TD_JSON_ARRAY &&
                             json->values[key + 1].count == 0
                         ? " to nothing"
                         : " to ");
        check_say_value(s, key + 1);
    }
}

static void say_automaton(const struct check_writer *s, uint32_t at)
{
    const struct check_writer inner = {s->out, s->doc, at};
    uint32_t allow = check_say_key(&inner, "allow");

    (void)check_say_if(&inner, "the state ", "field");
    (void)check_say_if(&inner, " starts as ", "start");
    if (allow) {
        check_say(s, " and goes from");
        say_allowed(s, allow);
    }
    (void)check_say_if(&inner, "; it ends as ", "final");
}

/* True if `into` did not have them all. */
static bool put_all(state_set into, const state_set from)
{
    bool more = false;

    for (size_t i = 0; i < sizeof(state_set); i++) {
        more = more || (from[i] & ~into[i]) != 0;
        into[i] |= from[i];
    }
    return more;
}

/* The states that the first ones lead to, and these. */
static void reach(const struct body *b, state_set reached)
{
    bool more = true;

    memcpy(reached, b->start, sizeof(state_set));
    while (more) {
        more = false;
        for (uint32_t i = 1; i <= b->names.len; i++)
            more = (is_in(reached, i) && put_all(reached, b->allow[i])) || more;
    }
}

static void doubt_states(const struct check_rule *rule,
                         const struct check_doubter *d, uint32_t at)
{
    const struct td_json_doc *json = &d->doc->json;
    uint32_t states = td_jsonx_member(d->doc, at, "states");
    uint32_t allow = td_jsonx_member(d->doc, states, "allow");
    struct body *b = rule->body;
    state_set reached;

    reach(b, reached);
    for (uint32_t key = allow + 1;
         b->has_start && key < json->values[allow].next;
         key = json->values[key + 1].next) {
        struct td_bytes name = td_json_inner(json, key);

        if (!is_in(reached, name_state(json, key, b, false)))
            check_doubt(d, key, "let some state lead to it, or leave it out",
                        "nothing leads to the state \"%.*s\"",
                        (int)(name.len < 80 ? name.len : 80),
                        (const char *)name.ptr);
    }
}

const struct check_verb check_verb_states = {
    .name = "states",
    .keys = keys,
    .say = say_automaton,
    .doubt = doubt_states,
    .vacuous = "no event has the field",
    .body_size = sizeof(struct body),
    .state_size = sizeof(struct state),
    .shared_size = sizeof(struct shared),
    .load = load,
    .unload = unload,
    .on_message = on_message,
    .on_end = on_end,
    .on_close = on_close,
    .clear_shared = clear_shared,
};
