#include "validator/verb/bound.h"
#include "validator/engine/run.h"
#include "validator/rule/say.h"

#include "core/mem.h"

#define NAME(name) name,
static const char *const bound_keys[] = {CHECK_BOUNDS_KEYS(NAME) NULL};
#undef NAME

bool check_bound_is_fixed(const struct check_bound *bound)
{
    return bound->set && !bound->role && !bound->expr;
}

static bool is_letter(uint8_t c)
{
    return c >= 0x80 || c == '_' || c == '$' || (c | 0x20) - (unsigned)'a' < 26;
}

static bool is_digit(uint8_t c)
{
    return c - (unsigned)'0' < 10;
}

static bool is_word(uint8_t c)
{
    return is_letter(c) || is_digit(c) || c == '.';
}

/* A name without a dot: in an expression that would be a field of a message,
 * and there is none.
 */
static bool is_bare(struct td_bytes word)
{
    return word.len > 0 && is_letter(word.ptr[0]) &&
           !memchr(word.ptr, '.', word.len);
}

/* Whether the - / or % at i calculates, and is no part of a name: task-started
 * or max-size.
 */
static bool is_operator(struct td_bytes text, size_t i)
{
    size_t from = i;
    size_t to = i + 1;

    while (from > 0 && is_word(text.ptr[from - 1]))
        from--;
    while (to < text.len && is_word(text.ptr[to]))
        to++;
    return !is_bare(td_bytes(text.ptr + from, i - from)) &&
           !is_bare(td_bytes(text.ptr + i + 1, to - i - 1));
}

/* True if the text begins with a number, and not with a name like 2nd. */
static bool is_number_first(struct td_bytes text)
{
    size_t i = 0;

    while (i < text.len && (is_digit(text.ptr[i]) || (i && text.ptr[i] == '.')))
        i++;
    return i > 0 && (i == text.len || !is_letter(text.ptr[i]));
}

/* True if the text is more than EVENT.FIELD: outside of filters and quotes
 * something is calculated or called.
 */
static bool is_calculated(struct td_bytes text)
{
    int depth = 0;

    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];

        if (c == '\'' || c == '"') {
            const uint8_t *end = memchr(text.ptr + i + 1, c, text.len - i - 1);

            i = end ? (size_t)(end - text.ptr) : text.len;
        } else if (c == '[' || c == ']') {
            depth += c == '[' ? 1 : -1;
        } else if (depth == 0 && (strchr("()+?", c) || (c == '*' && i) ||
                                  (strchr("-/%", c) && is_operator(text, i)))) {
            return true;
        }
    }
    return is_number_first(text);
}

static enum td_code read_expr(struct check_loader *l, uint32_t at,
                              struct check_bounds *b, struct check_bound *bound)
{
    struct check_env env = {.words = l->words,
                            .doc = l->doc,
                            .events = l->events,
                            .past_only = true};

    if (!b->aggregates)
        b->aggregates = check_aggregates_new();
    env.aggregates = b->aggregates;
    return check_expr_load_number(&bound->expr, &env, at, l->err);
}

static enum td_code read_bound(struct check_loader *l, uint32_t at,
                               struct check_rule *rule, struct check_bounds *b,
                               struct check_bound *bound)
{
    struct td_buf text = {0};
    enum td_code code;
    bool calculated;

    bound->set = true;
    if (l->doc->json.values[at].kind != TD_JSON_STRING)
        return check_read_count(l, at, "a count", &bound->number);
    (void)td_json_unescape(&text, td_json_inner(&l->doc->json, at));
    calculated = is_calculated(td_buf_bytes(&text));
    td_buf_release(&text);
    if (calculated)
        return read_expr(l, at, b, bound);
    bound->role = rule->roles_len;
    code = check_read_field_role(l, at, rule, true, &bound->field);
    if (code || rule->by == CHECK_NO_VALUE)
        return code;
    bound->own = rule->roles_len;
    rule->heard_roles |= CHECK_ROLE(bound->own);
    return check_read_field_role(l, at, rule, false, &bound->field);
}

static enum td_code read_between(struct check_loader *l, uint32_t at,
                                 struct check_rule *rule,
                                 struct check_bounds *b)
{
    const struct td_json_value *v = l->doc->json.values;
    enum td_code code;

    if (v[at].kind != TD_JSON_ARRAY || v[at].count != 2)
        return td_jsonx_fail(l->doc, at, TD_USAGE, l->err,
                             "between takes [LEAST, MOST]");
    code = read_bound(l, at + 1, rule, b, &b->low);
    if (code == TD_OK)
        code = read_bound(l, v[at + 1].next, rule, b, &b->high);
    if (code == TD_OK && check_bound_is_fixed(&b->low) &&
        check_bound_is_fixed(&b->high) && b->low.number > b->high.number)
        code = td_jsonx_fail(l->doc, at, TD_USAGE, l->err,
                             "the first of the two is the greater one");
    return code;
}

static enum td_code read_key(struct check_loader *l, uint32_t at,
                             struct check_rule *rule, struct check_bounds *b,
                             const char *key)
{
    if (!strcmp(key, "between"))
        return read_between(l, at, rule, b);
    if (!strcmp(key, "at_least"))
        return read_bound(l, at, rule, b, &b->low);
    b->same = strcmp(key, "at_most") != 0;
    return read_bound(l, at, rule, b, &b->high);
}

static enum td_code listen_to(struct check_loader *l, uint32_t at,
                              struct check_rule *rule,
                              const struct check_bounds *b, bool shared,
                              uint32_t *role)
{
    struct check_selector *asks = check_aggregates_selector(b->aggregates);

    if (!asks)
        return TD_OK;
    if (!check_rule_room(rule)) {
        check_selector_free(asks);
        return td_jsonx_fail(l->doc, at, TD_LIMIT, l->err,
                             "a rule may speak of %d selectors", CHECK_ROLES);
    }
    *role = check_rule_listen(rule, asks, shared);
    return TD_OK;
}

/* Listen to what the expressions ask. */
static enum td_code listen(struct check_loader *l, uint32_t at,
                           struct check_rule *rule, struct check_bounds *b)
{
    enum td_code code = TD_OK;

    if (!b->aggregates)
        return TD_OK;
    code = listen_to(l, at, rule, b, true, &b->asks);
    if (!code && rule->by != CHECK_NO_VALUE)
        code = listen_to(l, at, rule, b, false, &b->asks_own);
    if (b->asks_own)
        rule->heard_roles |= CHECK_ROLE(b->asks_own);
    return code;
}

enum td_code check_bounds_load(struct check_bounds *b, struct check_rule *rule,
                               struct check_loader *l, uint32_t at)
{
    enum td_code code = TD_OK;
    int keys = 0;

    for (int i = 0; bound_keys[i] && code == TD_OK; i++) {
        uint32_t v = check_read_key(l, at, bound_keys[i]);

        if (v && ++keys == 1)
            code = read_key(l, v, rule, b, bound_keys[i]);
    }
    if (code == TD_OK && keys != 1)
        return td_jsonx_fail(l->doc, at, TD_USAGE, l->err,
                             "count needs one of exactly, equals, at_most, "
                             "at_least and between");
    return code ? code : listen(l, at, rule, b);
}

void check_bounds_release(struct check_bounds *b)
{
    check_expr_free(b->low.expr);
    check_expr_free(b->high.expr);
    check_aggregates_free(b->aggregates);
}

static void hear_field(const struct check_run *run,
                       const struct check_message *m,
                       const struct check_bound *bound, struct check_said *said)
{
    uint32_t at;

    at = check_field_at(run->fields, bound->field);
    if (at == CHECK_NO_VALUE || m->doc->values[at].kind != TD_JSON_NUMBER)
        return;
    said->by = check_seen(m);
    td_buf_clear(&said->text);
    (void)td_buf_add_bytes(&said->text, td_json_raw(m->doc, at));
}

static void look_at_work(struct check_run *run)
{
    const char *gave_up = check_eval_gave_up(run->eval);

    if (gave_up)
        check_rule_undecided(run, gave_up);
}

static void hear_all(struct check_run *run, const struct check_bounds *b,
                     struct check_bounds_own *said)
{
    if (!said->aggregate)
        said->aggregate = check_aggregate_new(b->aggregates);
    check_aggregate_observe(said->aggregate, run->eval);
    look_at_work(run);
}

void check_bounds_hear(struct check_run *run, const struct check_message *m,
                       uint64_t roles, const struct check_bounds *b)
{
    struct check_bounds_heard *heard = run->shared;
    bool of_all = !check_rule_has_key(run);

    if (of_all && b->low.role && (roles & CHECK_ROLE(b->low.role)))
        hear_field(run, m, &b->low, &heard->said.low);
    if (of_all && b->high.role && (roles & CHECK_ROLE(b->high.role)))
        hear_field(run, m, &b->high, &heard->said.high);
    if (of_all && b->asks && (roles & CHECK_ROLE(b->asks)))
        hear_all(run, b, &heard->said);
}

void check_bounds_hear_own(struct check_run *run, const struct check_message *m,
                           uint64_t roles, struct check_bounds_own *own)
{
    const struct check_bounds *b = run->rule->body;

    if (b->low.own && (roles & CHECK_ROLE(b->low.own)))
        hear_field(run, m, &b->low, &own->low);
    if (b->high.own && (roles & CHECK_ROLE(b->high.own)))
        hear_field(run, m, &b->high, &own->high);
    if (b->asks_own && (roles & CHECK_ROLE(b->asks_own)))
        hear_all(run, b, own);
}

void check_bounds_forget_own(struct check_bounds_own *own)
{
    td_buf_release(&own->low.text);
    td_buf_release(&own->high.text);
    check_aggregate_free(own->aggregate);
    own->aggregate = NULL;
}

void check_bounds_forget(struct check_bounds_heard *heard)
{
    check_bounds_forget_own(&heard->said);
}

static bool calculate(struct check_run *run, const struct check_expr *expr,
                      const struct check_bounds_own *own,
                      struct schema_rational *out)
{
    const struct check_bounds_heard *heard = run->shared;
    bool good;

    check_eval_key(run->eval, check_rule_key(run));
    check_eval_aggregate(run->eval, own->aggregate, heard->said.aggregate);
    good = check_expr_number(expr, run->eval, out);
    look_at_work(run);
    return good;
}

static bool read_limit(struct check_run *run, const struct check_bound *bound,
                       const struct check_bounds_own *own,
                       const struct check_said *said,
                       struct schema_rational *out)
{
    if (bound->expr)
        return calculate(run, bound->expr, own, out);
    if (bound->role)
        return said->text.len > 0 &&
               schema_rational_read(out, td_buf_bytes(&said->text));
    schema_rational_set(out, (int64_t)bound->number);
    return true;
}

/* What the key has heard, else what came without one. */
static const struct check_said *said_of(const struct check_said *own,
                                        const struct check_said *all)
{
    return own->text.len > 0 ? own : all;
}

bool check_range_read(struct check_run *run, const struct check_bounds *b,
                      const struct check_bounds_own *own,
                      struct check_range *out)
{
    const struct check_bounds_heard *heard = run->shared;
    const struct check_said *high = said_of(&own->high, &heard->said.high);
    const struct check_said *low = said_of(&own->low, &heard->said.low);

    *out = (struct check_range){{.den = 1}, {.den = 1}, b->high.set};
    if (b->high.set && !read_limit(run, &b->high, own, high, &out->high))
        return false;
    if (b->same)
        schema_rational_copy(&out->low, &out->high);
    return !b->low.set || read_limit(run, &b->low, own, low, &out->low);
}

void check_range_release(struct check_range *range)
{
    schema_rational_release(&range->low);
    schema_rational_release(&range->high);
}

bool check_range_take(const struct check_range *range, uint64_t n)
{
    struct schema_rational number = {.den = 1};

    schema_rational_set(&number, (int64_t)n);
    return schema_rational_compare(&number, &range->low) >= 0 &&
           (!range->has_high ||
            schema_rational_compare(&number, &range->high) <= 0);
}

static void say_one(struct td_buf *out, const char *words,
                    const struct schema_rational *n)
{
    (void)td_buf_add_text(out, words);
    schema_rational_write(out, n);
}

void check_range_say(struct td_buf *out, const struct check_range *range)
{
    if (!range->has_high) {
        say_one(out, "at least ", &range->low);
    } else if (schema_rational_compare(&range->low, &range->high) == 0) {
        say_one(out, "exactly ", &range->high);
    } else if (schema_rational_sign(&range->low) == 0) {
        say_one(out, "at most ", &range->high);
    } else {
        say_one(out, "between ", &range->low);
        say_one(out, " and ", &range->high);
    }
}

static void say_source(struct check_note *note, const struct check_bound *bound,
                       const struct check_said *said)
{
    const struct check_rule *rule = note->run->rule;

    if (bound->expr)
        (void)td_buf_addf(&note->expected, " (%s)",
                          check_expr_text(bound->expr));
    if (!bound->role)
        return;
    (void)td_buf_addf(&note->expected, " (as %s says)",
                      check_selector_text(rule->roles[bound->role].selector));
    check_note_related(note, &said->by, td_buf_bytes(&said->text));
}

void check_bounds_say(struct check_note *note, const struct check_bounds *b,
                      const struct check_bounds_own *own)
{
    const struct check_bounds_heard *heard = note->run->shared;

    say_source(note, &b->low, said_of(&own->low, &heard->said.low));
    say_source(note, &b->high, said_of(&own->high, &heard->said.high));
}

void check_bounds_write(const struct check_writer *s)
{
    uint32_t between = check_say_key(s, "between");
    bool first = true;

    first = check_say_bound(s, first, "", "equals");
    first = check_say_bound(s, first, "exactly ", "exactly");
    first = check_say_bound(s, first, "at least ", "at_least");
    (void)check_say_bound(s, first, "at most ", "at_most");
    if (between == 0)
        return;
    check_say_value(s, between + 1);
    check_say(s, " to ");
    check_say_value(s, s->doc->json.values[between + 1].next);
}
