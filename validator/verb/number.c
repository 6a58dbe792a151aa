/* monotonic, step, contiguous: how a number goes on from event to event. All of
 * it is exact (number.h).
 */
#include "core/mem.h"
#include "schema/value/rational.h"
#include "validator/engine/run.h"
#include "validator/rule/read.h"
#include "validator/verb/verb.h"

#include <inttypes.h>
#include <stdlib.h>

#define DIGITS 18 /* always fit an int64_t */

static const char *const monotonic_keys[] = {"mode", NULL};
static const char *const step_keys[] = {"by_at_most", "by_at_least", NULL};
static const char *const contiguous_keys[] = {"from", NULL};

struct body {
    uint32_t field;
    int direction; /* monotonic: 1 up, -1 down */
    bool strict;   /* monotonic: equal is wrong */
    struct schema_rational
        least; /* step: if has_least; contiguous: the first */
    struct schema_rational most;
    bool has_least;
    bool has_most;
    char *least_text;
    char *most_text;
};

struct state {
    bool has;
    struct schema_rational last;
    struct check_seen seen;
    struct td_buf text; /* the last number as it was written; empty: without
                           anything but digits */
};

static enum td_code load_field(struct check_rule *rule, struct check_loader *l,
                               uint32_t at)
{
    struct body *b = td_calloc(1, sizeof(*b));

    b->least.den = 1;
    b->most.den = 1;
    rule->body = b;
    rule->state_size = sizeof(struct state);
    return check_read_field_role(l, check_read_key(l, at, rule->verb->name),
                                 rule, false, &b->field);
}

static void unload(struct check_rule *rule)
{
    struct body *b = rule->body;

    if (!b)
        return;
    schema_rational_release(&b->least);
    schema_rational_release(&b->most);
    free(b->least_text);
    free(b->most_text);
}

static void clear(const struct check_rule *rule, void *state)
{
    struct state *s = state;

    (void)rule;
    schema_rational_release(&s->last);
    td_buf_release(&s->text);
}

/* A number of the contract, if the rule has the key. */
static enum td_code read_number(struct check_loader *l, uint32_t at,
                                const char *key, struct schema_rational *n,
                                char **text)
{
    const struct td_json_doc *json = &l->doc->json;
    uint32_t v = check_read_key(l, at, key);
    struct td_bytes raw;

    if (v == 0)
        return TD_OK;
    raw = td_json_raw(json, v);
    if (json->values[v].kind != TD_JSON_NUMBER || !schema_rational_read(n, raw))
        return td_jsonx_fail(l->doc, v, TD_USAGE, l->err, "%s takes a number",
                             key);
    *text = td_strndup(raw.ptr, raw.len);
    return TD_OK;
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

static enum td_code load_monotonic(struct check_rule *rule,
                                   struct check_loader *l, uint32_t at)
{
    static const char *const modes[] = {"non-decreasing", "increasing",
                                        "non-increasing", "decreasing", NULL};
    uint32_t mode = check_read_key(l, at, "mode");
    enum td_code code = load_field(rule, l, at);
    struct body *b = rule->body;
    uint32_t index = 0;

    if (code == TD_OK && mode)
        code = check_read_choice(l, mode, modes,
                                 "a mode is non-decreasing, increasing, "
                                 "non-increasing or decreasing",
                                 &index);
    b->direction = index < 2 ? 1 : -1;
    b->strict = index % 2 == 1;
    return code;
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

static enum td_code load_step(struct check_rule *rule, struct check_loader *l,
                              uint32_t at)
{
    enum td_code code = load_field(rule, l, at);
    struct body *b = rule->body;

    b->has_least = check_read_key(l, at, "by_at_least") != 0;
    b->has_most = check_read_key(l, at, "by_at_most") != 0;
    if (code == TD_OK)
        code = read_number(l, at, "by_at_least", &b->least, &b->least_text);
    if (code == TD_OK)
        code = read_number(l, at, "by_at_most", &b->most, &b->most_text);
    if (code == TD_OK && !b->has_least && !b->has_most)
        return td_jsonx_fail(l->doc, at, TD_USAGE, l->err,
                             "step needs by_at_most or by_at_least");
    if (code == TD_OK && b->has_least && b->has_most &&
        schema_rational_compare(&b->least, &b->most) > 0)
        return td_jsonx_fail(l->doc, at, TD_USAGE, l->err,
                             "by_at_least is greater than by_at_most");
    return code;
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
    if (b->has_least)
        (void)td_buf_addf(&note.expected, "at least %s%s", b->least_text,
                          b->has_most ? " and " : "");
    if (b->has_most)
        (void)td_buf_addf(&note.expected, "at most %s", b->most_text);
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
            if ((b->has_least && schema_rational_compare(&by, &b->least) < 0) ||
                (b->has_most && schema_rational_compare(&by, &b->most) > 0))
                find_step(run, m, at, &by);
            else
                check_rule_pass(run);
        }
        keep(s, m, at, &n);
    }
    schema_rational_release(&by);
    schema_rational_release(&n);
}

static enum td_code load_contiguous(struct check_rule *rule,
                                    struct check_loader *l, uint32_t at)
{
    enum td_code code = load_field(rule, l, at);
    struct body *b = rule->body;

    b->has_least = check_read_key(l, at, "from") != 0;
    return code ? code : read_number(l, at, "from", &b->least, &b->least_text);
}

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
            schema_rational_copy(&next, &b->least);
        else if (schema_rational_calc(&next, SCHEMA_ADD, &s->last, &one))
            check_rule_undecided(run, "a number is too large to calculate");
        if (s->has || b->has_least) {
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

const struct check_verb check_verb_monotonic = {
    .name = "monotonic",
    .keys = monotonic_keys,
    .vacuous = few,
    .load = load_monotonic,
    .unload = unload,
    .on_message = on_monotonic,
    .clear = clear,
};

const struct check_verb check_verb_step = {
    .name = "step",
    .keys = step_keys,
    .vacuous = few,
    .load = load_step,
    .unload = unload,
    .on_message = on_step,
    .clear = clear,
};

const struct check_verb check_verb_contiguous = {
    .name = "contiguous",
    .keys = contiguous_keys,
    .vacuous = few,
    .load = load_contiguous,
    .unload = unload,
    .on_message = on_contiguous,
    .clear = clear,
};
