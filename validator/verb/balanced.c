/* balanced: what is opened is closed, and nothing is open where it must not be.
 */
#include "core/mem.h"
#include "schema/value/canonical.h"
#include "schema/value/intern.h"
#include "validator/engine/run.h"
#include "validator/rule/doubt.h"
#include "validator/rule/read.h"
#include "validator/rule/say.h"
#include "validator/verb/verb.h"

#include <stddef.h>
#include <stdlib.h>

#define OPEN  CHECK_ROLE(0)
#define CLOSE CHECK_ROLE(1)
#define AT    CHECK_ROLE(2)
#define SHOWN 5 /* of what was left open */

struct body {
    struct check_group_by by; /* none: it is only counted */
    bool has_by;
    bool has_at;
};

/* Of one value of `by`. */
struct opened {
    uint64_t times; /* it was opened and not closed; 0: it is not listed */
    struct check_seen first;
    bool told; /* that it was left open */
};

struct state {
    struct schema_intern keys;
    struct opened *list; /* by key */
    uint32_t len;
    uint32_t untold; /* of those that are open */
};

static const char shape[] =
    "balanced is {open: EVENT, close: EVENT}, and perhaps by: FIELD and at: "
    "EVENT";

static const struct check_key parts[] = {
    {.name = "open", .kind = CHECK_KEY_ROLE, .need = shape},
    {.name = "close", .kind = CHECK_KEY_ROLE, .need = shape},
    {.name = "at",
     .kind = CHECK_KEY_ROLE,
     .has = offsetof(struct body, has_at)},
    {.name = "by",
     .kind = CHECK_KEY_FIELDS,
     .to = offsetof(struct body, by),
     .has = offsetof(struct body, has_by)},
    {.name = NULL},
};

static const struct check_key keys[] = {
    {.name = "balanced",
     .kind = CHECK_KEY_OBJECT,
     .what = shape,
     .keys = parts},
    {.name = NULL},
};

static enum td_code load(struct check_rule *rule, struct check_loader *l,
                         uint32_t at)
{
    const struct body *b = rule->body;
    uint32_t object = check_read_key(l, at, "balanced");

    if (b->has_by && b->by.len == 0)
        return td_jsonx_fail(l->doc, check_read_key(l, object, "by"), TD_USAGE,
                             l->err, "by names no field");
    return TD_OK;
}

/* What the message is about, as text; false: a field is missing. */
static bool read_key(struct check_run *run, const struct check_message *m,
                     struct td_buf *out)
{
    const struct body *b = run->rule->body;

    for (uint32_t i = 0; i < b->by.len; i++) {
        uint32_t at = check_rule_field(run, m, b->by.fields[i]);

        if (at == CHECK_NO_VALUE)
            return false;
        if (i > 0)
            (void)td_buf_add_text(out, ", ");
        schema_canonical(out, m->doc, at);
    }
    return true;
}

static struct opened *need(struct state *s, uint32_t key)
{
    if (key >= s->len) {
        uint32_t len = key < 2 ? 4 : key * 2;

        s->list = td_realloc(s->list, len * sizeof(*s->list));
        memset(s->list + s->len, 0, (len - s->len) * sizeof(*s->list));
        s->len = len;
    }
    return &s->list[key];
}

static void begin(struct check_run *run, const struct check_message *m,
                  struct td_bytes text)
{
    struct state *s = run->state;
    struct opened *o;
    uint32_t key;

    if (s->keys.live >= run->rule->max_keys &&
        schema_intern_find(&s->keys, text) == SCHEMA_NO_KEY) {
        check_rule_undecided(run, "more is open at once than max_keys");
        return;
    }
    key = schema_intern_add(&s->keys, text, NULL);
    o = need(s, key);
    if (o->times++ > 0)
        return;
    o->first = check_seen(m);
    o->told = false;
    s->untold++;
}

/* "call_id = "c1"" */
static void say_key(struct td_buf *out, const struct check_run *run,
                    struct td_bytes text)
{
    const struct body *b = run->rule->body;

    for (uint32_t i = 0; i < b->by.len; i++)
        (void)td_buf_addf(out, "%s%s", i ? ", " : "",
                          check_rule_field_text(run, b->by.fields[i]));
    if (b->by.len > 0)
        (void)td_buf_addf(out, " = %.*s", (int)(text.len < 80 ? text.len : 80),
                          (const char *)text.ptr);
}

static void find_unopened(struct check_run *run, const struct check_message *m,
                          struct td_bytes text)
{
    struct check_note note;

    if (!check_rule_fail(run))
        return;
    check_note_begin(&note, run, m, CHECK_NO_VALUE);
    check_selector_say(run->rule->roles[0].selector, &note.expected,
                       td_bytes(NULL, 0));
    (void)td_buf_add_text(&note.expected, " before it");
    (void)td_buf_add_text(&note.found, "none that is open");
    if (text.len > 0)
        (void)td_buf_add_text(&note.found, " of ");
    say_key(&note.found, run, text);
    check_note_end(&note);
}

static void end(struct check_run *run, const struct check_message *m,
                struct td_bytes text)
{
    struct state *s = run->state;
    uint32_t key = schema_intern_find(&s->keys, text);
    struct opened *o;

    if (key == SCHEMA_NO_KEY) {
        find_unopened(run, m, text);
        return;
    }
    o = &s->list[key];
    if (!o->told)
        check_rule_pass(run);
    if (--o->times > 0)
        return;
    s->untold -= !o->told;
    schema_intern_remove(&s->keys, key);
}

/* The one that was opened next after number `seq` and is not told yet, or
 * SCHEMA_NO_KEY.
 */
static uint32_t next_open(const struct state *s, uint64_t seq)
{
    uint32_t best = SCHEMA_NO_KEY;

    for (uint32_t i = 0; i < s->keys.len && i < s->len; i++) {
        const struct opened *o = &s->list[i];

        if (o->times > 0 && !o->told && o->first.seq > seq &&
            (best == SCHEMA_NO_KEY || o->first.seq < s->list[best].first.seq))
            best = i;
    }
    return best;
}

/* What is left open: the first of them by name, with the events they are of. */
static void say_left(struct check_note *note, const struct check_run *run)
{
    const struct body *b = run->rule->body;
    const struct state *s = run->state;
    uint32_t key = next_open(s, 0);
    uint32_t shown = 0;

    (void)td_buf_addf(&note->found, "%u left open", s->untold);
    for (; key != SCHEMA_NO_KEY && shown < SHOWN; shown++) {
        struct td_bytes text = schema_intern_text(&s->keys, key);

        check_note_related(note, &s->list[key].first, text);
        if (shown == 0 && b->by.len > 0)
            (void)td_buf_add_text(&note->found, ": ");
        if (shown == 0)
            say_key(&note->found, run, text);
        else
            (void)td_buf_addf(&note->found, ", %.*s",
                              (int)(text.len < 80 ? text.len : 80),
                              (const char *)text.ptr);
        key = next_open(s, s->list[key].first.seq);
    }
    if (s->untold > shown)
        (void)td_buf_addf(&note->found, " and %u more", s->untold - shown);
}

/* m, or the end, came, and something is open. */
static void find_left(struct check_run *run, const struct check_message *m)
{
    struct state *s = run->state;
    struct check_note note;

    if (check_rule_fail(run)) {
        check_note_begin(&note, run, m, CHECK_NO_VALUE);
        check_selector_say(run->rule->roles[1].selector, &note.expected,
                           td_bytes(NULL, 0));
        (void)td_buf_add_text(&note.expected,
                              m ? " of all that is open before it"
                                : " of all that is open before the end");
        say_left(&note, run);
        check_note_end(&note);
    }
    for (uint32_t i = 0; i < s->len; i++)
        s->list[i].told = s->list[i].times > 0;
    s->untold = 0;
}

/* A message may be several of them: it closes what was, then opens. */
static void on_message(struct check_run *run, const struct check_message *m,
                       uint64_t roles)
{
    const struct state *s = run->state;
    struct td_buf text = {0};
    bool known = !(roles & (OPEN | CLOSE)) || read_key(run, m, &text);

    if (known && (roles & CLOSE))
        end(run, m, td_buf_bytes(&text));
    if ((roles & AT) && s->untold > 0)
        find_left(run, m);
    else if (roles & AT)
        check_rule_pass(run);
    if (known && (roles & OPEN))
        begin(run, m, td_buf_bytes(&text));
    td_buf_release(&text);
}

static void on_end(struct check_run *run, enum check_ending how)
{
    const struct body *b = run->rule->body;
    const struct state *s = run->state;

    if (b->has_at || s->untold == 0)
        return;
    if (how == CHECK_CUT)
        check_rule_open(run, "the stream was cut off while something is open");
    else
        find_left(run, NULL);
}

static void clear(const struct check_rule *rule, void *state)
{
    struct state *s = state;

    (void)rule;
    schema_intern_release(&s->keys);
    free(s->list);
}

static void say_balanced(const struct check_writer *s, uint32_t at)
{
    const struct td_json_doc *json = &s->doc->json;
    const struct check_writer inner = {s->out, s->doc, at};
    uint32_t event = td_json_member(json, at, td_text("at"));

    check_say(s, "every ");
    check_say_selector(s, td_json_member(json, at, td_text("open")));
    check_say(s, " is closed by ");
    check_say_selector(s, td_json_member(json, at, td_text("close")));
    (void)check_say_if(&inner, " with the same ", "by");
    check_say(s, event ? " before each " : " before the end");
    if (event)
        check_say_selector(s, event);
    check_say(s, ", and nothing else is closed");
}

static void doubt_balanced(const struct check_rule *rule,
                           const struct check_doubter *d, uint32_t at)
{
    uint32_t object = td_jsonx_member(d->doc, at, "balanced");

    (void)rule;
    check_doubt_same(d, td_jsonx_member(d->doc, object, "open"),
                     td_jsonx_member(d->doc, object, "close"),
                     "the first closes what was never opened");
}

const struct check_verb check_verb_balanced = {
    .name = "balanced",
    .keys = keys,
    .say = say_balanced,
    .doubt = doubt_balanced,
    .vacuous = "nothing was opened or closed",
    .body_size = sizeof(struct body),
    .state_size = sizeof(struct state),
    .load = load,
    .on_message = on_message,
    .on_end = on_end,
    .clear = clear,
};
