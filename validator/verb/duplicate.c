/* no_duplicate: no two events are the same, or not within some time. */
#include "core/digest.h"
#include "core/mem.h"
#include "schema/value/equal.h"
#include "schema/value/fingerprint.h"
#include "validator/engine/run.h"
#include "validator/rule/read.h"
#include "validator/rule/say.h"
#include "validator/verb/verb.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define BYTES_MAX ((size_t)16 << 20)  /* of messages one state remembers */
#define SHORT_MAX ((size_t)128 << 20) /* of digests behind those */
#define ALIKE     64                  /* messages of one print compared */
#define DIGEST    16                  /* bytes of a SHA-256, of equal prints */

/* What must be the same: the name of the event, all of its data, fields. */
struct body {
    bool name;
    bool data;
    bool has_same; /* else: the same name and data */
    struct check_group_by fields;
    bool has_within;
    int64_t within;
};

/* A message that is remembered: many are, so it is small. */
struct entry {
    uint64_t print; /* equal messages have equal ones */
    int64_t at;
    struct check_seen seen;
    uint32_t older; /* in its chain: so many positions before; 0: none */
    bool short_of;  /* of what must differ there is only the digest */
    union {
        struct {
            uint8_t *ptr; /* allocated */
            uint64_t len;
        } parts; /* as a JSON list */
        uint8_t digest[DIGEST];
    };
};

/* A queue: messages have positions, counted from 1; those before `first` are
 * forgotten, and what still points there points to nothing.
 */
struct state {
    struct entry *ring;
    uint64_t *heads; /* by print: position of the newest */
    uint64_t mask;   /* of both: entries - 1 */
    uint64_t first;
    uint64_t end;        /* the next position */
    size_t bytes;        /* of all parts */
    struct td_buf parts; /* of the message at hand, as a JSON list */
    struct td_buf text;  /* scratch */
    struct td_json_doc now;
    struct td_json_doc then;
    struct schema_equal_memory memory;
};

static enum td_code read_part(struct check_loader *l, uint32_t at,
                              struct body *b)
{
    if (check_read_is(l, at, "type")) {
        b->name = true;
        return TD_OK;
    }
    if (check_read_is(l, at, "data")) {
        b->data = true;
        return TD_OK;
    }
    if (b->fields.len == CHECK_GROUP_BY_MAX)
        return td_jsonx_fail(l->doc, at, TD_LIMIT, l->err,
                             "more than %d fields", CHECK_GROUP_BY_MAX);
    return check_read_field(l, at, &b->fields.fields[b->fields.len++]);
}

static enum td_code read_same(struct check_rule *rule, struct check_loader *l,
                              uint32_t at)
{
    const struct td_json_value *values = l->doc->json.values;
    enum td_code code = TD_OK;

    if (values[at].kind != TD_JSON_ARRAY || values[at].count == 0)
        return td_jsonx_fail(l->doc, at, TD_USAGE, l->err,
                             "same takes a list of type, data and fields");
    for (uint32_t i = at + 1; i < values[at].next && code == TD_OK;
         i = values[i].next)
        code = read_part(l, i, rule->body);
    return code;
}

static const struct check_key keys[] = {
    {.name = "no_duplicate", .kind = CHECK_KEY_ROLE},
    {.name = "same",
     .kind = CHECK_KEY_OWN,
     .has = offsetof(struct body, has_same),
     .read = read_same},
    {.name = "within",
     .kind = CHECK_KEY_DURATION,
     .to = offsetof(struct body, within),
     .has = offsetof(struct body, has_within)},
    {.name = NULL},
};

static enum td_code load(struct check_rule *rule, struct check_loader *l,
                         uint32_t at)
{
    struct body *b = rule->body;

    (void)l;
    (void)at;
    schema_hash_seed_draw();
    rule->timed = b->has_within;
    b->name = b->name || !b->has_same;
    b->data = b->data || !b->has_same;
    return TD_OK;
}

/* The parts of m that must differ, and their print. */
static uint64_t write_parts(const struct check_run *run,
                            const struct check_message *m)
{
    const struct body *b = run->rule->body;
    struct state *s = run->state;
    struct td_buf *out = &s->parts;
    uint64_t print = 0;

    td_buf_clear(out);
    (void)td_buf_add_text(out, "[\"");
    if (b->name) {
        (void)td_json_escape(out, m->name);
        print = m->event;
    }
    (void)td_buf_add_byte(out, '"');
    if (b->data && m->data != CHECK_NO_VALUE) {
        (void)td_buf_add_byte(out, ',');
        (void)td_buf_add_bytes(out, td_json_raw(m->doc, m->data));
        print += schema_fingerprint_value(&s->text, m->doc, m->data);
    }
    for (uint32_t i = 0; i < b->fields.len; i++) {
        uint32_t at = check_field_at(run->fields, b->fields.fields[i]);

        (void)td_buf_add_text(out, ",[");
        if (at != CHECK_NO_VALUE) {
            (void)td_buf_add_bytes(out, td_json_raw(m->doc, at));
            print +=
                schema_fingerprint_value(&s->text, m->doc, at) * (2 * i + 3);
        }
        (void)td_buf_add_byte(out, ']');
    }
    (void)td_buf_add_byte(out, ']');
    return print;
}

static struct entry *entry_at(const struct state *s, uint64_t position)
{
    return &s->ring[position & s->mask];
}

static void link_entry(struct state *s, uint64_t position)
{
    struct entry *e = entry_at(s, position);
    uint64_t *head = &s->heads[e->print & s->mask];
    uint64_t back = position - *head;

    e->older = *head && back <= s->mask ? (uint32_t)back : 0;
    *head = position;
}

static void grow(struct state *s)
{
    uint64_t len = s->ring ? (s->mask + 1) * 2 : 16;
    struct entry *ring = td_calloc(len, sizeof(*ring));

    for (uint64_t p = s->first; p < s->end; p++)
        ring[p & (len - 1)] = *entry_at(s, p);
    free(s->ring);
    free(s->heads);
    s->ring = ring;
    s->heads = td_calloc(len, sizeof(*s->heads));
    s->mask = len - 1;
    for (uint64_t p = s->first; p < s->end; p++)
        link_entry(s, p);
}

static size_t size_of(const struct entry *e)
{
    return e->short_of ? sizeof(e->digest) : e->parts.len;
}

static void drop(struct entry *e)
{
    if (!e->short_of)
        free(e->parts.ptr);
}

static void forget(struct state *s, int64_t before)
{
    while (s->first < s->end && entry_at(s, s->first)->at < before) {
        struct entry *e = entry_at(s, s->first++);

        s->bytes -= size_of(e);
        drop(e);
        *e = (struct entry){.print = 0};
    }
}

/* The message at hand, and an old one. */
static bool is_equal(struct state *s, const struct entry *old)
{
    struct td_bytes now = td_buf_bytes(&s->parts);
    struct td_bytes then = td_bytes(old->parts.ptr, old->parts.len);

    if (td_bytes_equal(now, then))
        return true;
    return td_json_parse(&s->now, now, TD_JSON_DEPTH_CAP, NULL) == TD_OK &&
           td_json_parse(&s->then, then, TD_JSON_DEPTH_CAP, NULL) == TD_OK &&
           schema_equal(&s->memory, (struct schema_value){&s->now, 0},
                        (struct schema_value){&s->then, 0});
}

/* Of one that is remembered by its digest alone: other bytes may be the same
 * messages, which nobody can tell any more. */
static bool is_digest_of(const struct state *s, const struct entry *old)
{
    uint8_t digest[TD_SHA256_LEN];

    td_sha256(digest, td_buf_bytes(&s->parts));
    return memcmp(old->digest, digest, sizeof(old->digest)) == 0;
}

/* Different prints are of different messages, so that a digest is enough for
 * almost all of them. */
static void keep(struct state *s, struct entry *e)
{
    uint8_t digest[TD_SHA256_LEN];
    size_t len = s->parts.len;

    e->short_of = s->bytes + len > BYTES_MAX;
    if (e->short_of) {
        td_sha256(digest, td_buf_bytes(&s->parts));
        memcpy(e->digest, digest, sizeof(e->digest));
    } else {
        e->parts.ptr = td_realloc(NULL, len);
        e->parts.len = len;
        memcpy(e->parts.ptr, s->parts.ptr, len);
    }
    s->bytes += size_of(e);
}

/* The last message like the one in e, not older than the time asks for. Those
 * of one print differ only in the order of members with one name, if at all:
 * *left says how many may still be compared.
 */
static const struct entry *find_same(struct state *s, const struct body *b,
                                     const struct entry *e, unsigned *left)
{
    uint64_t p = s->heads[e->print & s->mask];
    uint64_t back = 1;

    for (; p >= s->first && p > 0 && back && *left > 0; p -= back) {
        const struct entry *old = entry_at(s, p);

        back = old->older;
        if (old->print != e->print ||
            (b->has_within && e->at - old->at > b->within))
            continue;
        if (old->short_of ? is_digest_of(s, old) : is_equal(s, old))
            return old;
        if (old->short_of)
            *left = 1;
        --*left;
    }
    return NULL;
}

static void find(struct check_run *run, const struct check_message *m,
                 const struct entry *now, const struct entry *then)
{
    const struct body *b = run->rule->body;
    struct check_note note;

    if (!check_rule_fail(run))
        return;
    check_note_begin(&note, run, m, CHECK_NO_VALUE);
    (void)td_buf_add_text(&note.expected, "no event twice");
    if (b->has_within) {
        (void)td_buf_add_text(&note.expected, " within ");
        check_write_duration(&note.expected, run->rule, b->within);
    }
    check_note_name(&note.found, m->name);
    (void)td_buf_add_text(&note.found, " again");
    if (b->has_within) {
        (void)td_buf_add_text(&note.found, " after ");
        check_write_duration(&note.found, run->rule, now->at - then->at);
    }
    check_note_related(&note, &then->seen, td_bytes(NULL, 0));
    check_note_end(&note);
}

static void on_message(struct check_run *run, const struct check_message *m,
                       uint64_t roles)
{
    const struct body *b = run->rule->body;
    struct state *s = run->state;
    const struct entry *same;
    unsigned left = ALIKE;
    struct entry *e;
    int64_t at = 0;

    (void)roles;
    if (b->has_within && !check_rule_time(run, m, &at))
        return;
    if (s->end == 0)
        s->first = s->end = 1;
    if (b->has_within)
        forget(s, at - b->within);
    if (!s->ring || s->end - s->first == s->mask + 1)
        grow(s);
    e = entry_at(s, s->end);
    *e = (struct entry){
        .print = write_parts(run, m), .at = at, .seen = check_seen(m)};
    if (s->bytes > BYTES_MAX + SHORT_MAX) {
        check_rule_undecided(run, "too many different events to remember");
        return;
    }
    same = find_same(s, b, e, &left);
    if (left == 0) {
        check_rule_undecided(run, "too many events that differ in the order of "
                                  "members with one name, or in how numbers "
                                  "are written");
        return;
    }
    if (same)
        find(run, m, e, same);
    else
        check_rule_pass(run);
    keep(s, e);
    link_entry(s, s->end++);
}

static void clear(const struct check_rule *rule, void *state)
{
    struct state *s = state;

    (void)rule;
    for (uint64_t i = 0; s->ring && i <= s->mask; i++)
        drop(&s->ring[i]);
    free(s->ring);
    free(s->heads);
    td_buf_release(&s->parts);
    td_buf_release(&s->text);
    td_json_release(&s->now);
    td_json_release(&s->then);
    schema_equal_release(&s->memory);
}

static void say_no_duplicate(const struct check_writer *s, uint32_t at)
{
    check_say(s, "no ");
    check_say_selector(s, at);
    check_say(s, " comes twice");
    (void)check_say_if(s, " within ", "within");
    (void)check_say_if(s, " with the same ", "same");
}

const struct check_verb check_verb_no_duplicate = {
    .name = "no_duplicate",
    .keys = keys,
    .say = say_no_duplicate,
    .body_size = sizeof(struct body),
    .state_size = sizeof(struct state),
    .load = load,
    .on_message = on_message,
    .clear = clear,
};
