/* Random rules and streams, and their text. */
#include "tests/support/naive.h"

#include <stdio.h>

static const char *const filters[] = {"", "[n > 1]", "[v == 1]",
                                      "[s == 'p' || n == 0]"};

const char *const naive_expressions[] = {
    "n <= 2",
    "n >= prev(n)",
    "count(b) <= 1",
    "b.n == n",
    "sum(a.v) < 4",
    "first(n) == n",
    "elapsed(b) < 2",
    "distinct(c.v) <= 1",
    "first(b.v) == v",
    "has(n) && n + v != 3",
    "n in [0, v] || s == 'p'",
    NULL,
};

const char *const naive_bounds[] = {
    "",
    "equals: d.n",
    "equals: d.n + 1",
    "at_most: \"count(b[v == 1]) + 1\"",
    "at_least: \"sum(c.v) / 2\"",
    "between: [\"first(d.v) - 1\", \"count(a|b)\"]",
    "exactly: distinct(a.v)",
    NULL,
};

const char *const naive_heard[] = {"",  "",  "b", "b", "a", "",
                                   "b", "c", "b", "",  ""};

const char *const naive_sequences[] = {
    "a b", "a(b|c)*d",    "a+b?c",    "(ab){2}", "(a|b){1,2}c",
    "a.b", "a{2,}b{0,1}", "(ab?|c)+", "a*b*",    NULL,
};

const char *const naive_machines[] = {
    "start: p, allow: {p: [q], q: [r, p]}, final: [r]",
    "allow: {p: [p, q], q: [q], r: []}",
    "start: [p, q], allow: {p: [r], q: [r], r: [q]}",
    NULL,
};

static unsigned below(struct td_rand *rand, unsigned n)
{
    uint8_t byte;

    td_rand_bytes(rand, &byte, 1);
    return byte % n;
}

static bool chance(struct td_rand *rand, unsigned of)
{
    return below(rand, of) == 0;
}

static struct naive_pick random_pick(struct td_rand *rand)
{
    struct naive_pick pick = {.name = (char)('a' + below(rand, 4))};

    if (chance(rand, 6))
        pick.name = '*';
    if (chance(rand, 3))
        pick.filter = (enum naive_filter)below(rand, 4);
    if (chance(rand, 5))
        pick.name2 = (char)('a' + below(rand, 4));
    return pick;
}

static unsigned list_len(const char *const *list)
{
    unsigned len = 0;

    while (list[len])
        len++;
    return len;
}

static void random_mode(struct naive_rule *r, struct td_rand *rand)
{
    static const int percents[] = {0, 50, 95, 99};

    r->mode = (int)below(rand, 4);
    r->percent = percents[below(rand, 4)];
    r->limit = r->sequence ? 1 + below(rand, 3) : below(rand, 4) * 1000;
    if (r->verb == NAIVE_count)
        r->mode =
            chance(rand, 2) ? 0 : (int)below(rand, list_len(naive_bounds));
    else if (r->verb == NAIVE_before)
        r->mode %= 3;
    else if (r->verb == NAIVE_on)
        r->mode = (int)below(rand, list_len(naive_expressions));
    else if (r->verb == NAIVE_sequence)
        r->mode = (int)below(rand, list_len(naive_sequences));
    else if (r->verb == NAIVE_states)
        r->mode = (int)below(rand, list_len(naive_machines));
}

/* Numbers that a verb may have: at least one end. */
static void random_bounds(struct naive_rule *r, struct td_rand *rand)
{
    unsigned which = below(rand, 3);

    r->has_low = which != 0;
    r->has_high = which != 1;
    r->low = (int)below(rand, 3);
    r->high = r->low + (int)below(rand, 3);
    if (r->verb == NAIVE_rate)
        r->low = 1 + r->low % 2;
    if (r->verb == NAIVE_rate && r->high == 0)
        r->high = 1;
}

/* What the document does not say is left alone. */
static void keep_to_meaning(struct naive_rule *r)
{
    if (!r->by || r->scope != NAIVE_GLOBALLY)
        r->has_ends = false;
    if (r->verb == NAIVE_sequence)
        r->a = (struct naive_pick){.name = '*'};
}

void naive_random_rule(struct naive_rule *rule, struct td_rand *rand)
{
    *rule = (struct naive_rule){
        .verb = (enum naive_verb)below(rand, NAIVE_VERBS_LEN),
        .a = random_pick(rand),
        .b = random_pick(rand),
        .c = random_pick(rand),
        .by = chance(rand, 2),
        .opens = random_pick(rand),
        .closes = random_pick(rand),
        .has_ends = chance(rand, 4),
        .ends = random_pick(rand),
        .skip = chance(rand, 2),
        .sequence = chance(rand, 5),
        .half = chance(rand, 8),
        .flag = chance(rand, 2),
        .flag2 = chance(rand, 3),
    };
    if (chance(rand, 2))
        rule->scope = (enum naive_scope)below(rand, 5);
    random_bounds(rule, rand);
    random_mode(rule, rand);
    keep_to_meaning(rule);
}

static void write_pick(struct td_buf *out, const struct naive_pick *p)
{
    (void)td_buf_addf(out, "\"%c%s", p->name, filters[p->filter]);
    if (p->name2)
        (void)td_buf_addf(out, "|%c", p->name2);
    (void)td_buf_add_byte(out, '"');
}

/* PICK.FIELD, of the first name alone. */
static void write_field(struct td_buf *out, const struct naive_pick *p,
                        const char *field)
{
    (void)td_buf_addf(out, "\"%c%s.%s\"", p->name, filters[p->filter], field);
}

static void write_named(struct td_buf *out, const char *words,
                        const struct naive_pick *p)
{
    (void)td_buf_add_text(out, words);
    write_pick(out, p);
}

static void write_scope(struct td_buf *out, const struct naive_rule *r)
{
    static const char *const words[][3] = {
        {"", "", ""},
        {", when: {after: ", "", "}"},
        {", when: {before: ", "", "}"},
        {", when: {between: [", ", ", "]}"},
        {", when: {after: ", ", until: ", "}"},
    };

    if (r->scope == NAIVE_GLOBALLY)
        return;
    (void)td_buf_add_text(out, words[r->scope][0]);
    if (r->scope != NAIVE_BEFORE)
        write_pick(out, &r->opens);
    (void)td_buf_add_text(out, words[r->scope][1]);
    if (r->scope != NAIVE_AFTER)
        write_pick(out, &r->closes);
    (void)td_buf_add_text(out, words[r->scope][2]);
}

static void write_common(struct td_buf *out, const struct naive_rule *r)
{
    write_scope(out, r);
    if (r->by)
        (void)td_buf_add_text(out, ", by: k");
    if (r->has_ends)
        write_named(out, ", ends: ", &r->ends);
    if (r->skip)
        (void)td_buf_add_text(out, ", missing: skip");
    if (r->sequence)
        (void)td_buf_add_text(out, ", clock: sequence");
    if (r->half)
        (void)td_buf_add_text(out, ", mostly: 0.5");
}

static void write_span(struct td_buf *out, const struct naive_rule *r,
                       const char *words)
{
    (void)td_buf_addf(out, r->sequence ? "%s%lld" : "%s%lldms", words,
                      (long long)r->limit);
}

static void write_count(struct td_buf *out, const struct naive_rule *r)
{
    write_named(out, "count: ", &r->a);
    if (r->mode > 0)
        (void)td_buf_addf(out, ", %s", naive_bounds[r->mode]);
    else if (r->has_low && r->has_high)
        (void)td_buf_addf(out, ", between: [%d, %d]", r->low, r->high);
    else
        (void)td_buf_addf(out, ", %s: %d", r->has_low ? "at_least" : "at_most",
                          r->has_low ? r->low : r->high);
}

static void write_before(struct td_buf *out, const struct naive_rule *r)
{
    static const char *const each[] = {"second", "first", "pair"};

    write_named(out, "before: [", &r->a);
    write_named(out, ", ", &r->b);
    if (r->flag)
        write_named(out, ", ", &r->c);
    (void)td_buf_addf(out, "], each: %s", each[r->mode]);
}

static void write_balanced(struct td_buf *out, const struct naive_rule *r)
{
    write_named(out, "balanced: {open: ", &r->a);
    write_named(out, ", close: ", &r->b);
    if (r->flag)
        write_named(out, ", at: ", &r->c);
    (void)td_buf_add_text(out, r->flag2 ? ", by: n}" : "}");
}

static void write_value_verb(struct td_buf *out, const struct naive_rule *r)
{
    if (r->verb == NAIVE_unique) {
        write_named(out, "unique: ", &r->a);
        (void)td_buf_add_text(out, r->flag ? ", on_fields: [n]"
                                           : ", on_fields: [n, v]");
    } else if (r->verb == NAIVE_no_duplicate) {
        write_named(out, "no_duplicate: ", &r->a);
        (void)td_buf_add_text(out,
                              r->flag2 ? ", same: [type, v]" : ", same: [n]");
        if (r->flag)
            write_span(out, r, ", within: ");
    } else if (r->verb == NAIVE_requires) {
        write_named(out, "requires: {event: ", &r->a);
        (void)td_buf_add_text(out, ", known: n, from: ");
        write_field(out, &r->b, "v");
        (void)td_buf_add_text(out, r->flag ? ", order: any}" : "}");
    } else {
        (void)td_buf_add_text(out, "constant: ");
        write_field(out, &r->a, "n");
        if (r->flag)
            (void)td_buf_add_text(out, ", equals: d.v");
    }
}

static void write_number_verb(struct td_buf *out, const struct naive_rule *r)
{
    static const char *const modes[] = {"non-decreasing", "increasing",
                                        "non-increasing", "decreasing"};

    (void)td_buf_addf(out, "%s: ",
                      r->verb == NAIVE_monotonic ? "monotonic"
                      : r->verb == NAIVE_step    ? "step"
                                                 : "contiguous");
    write_field(out, &r->a, "n");
    if (r->verb == NAIVE_monotonic)
        (void)td_buf_addf(out, ", mode: %s", modes[r->mode]);
    if (r->verb == NAIVE_step && r->has_low)
        (void)td_buf_addf(out, ", by_at_least: %d", r->low - 1);
    if (r->verb == NAIVE_step && r->has_high)
        (void)td_buf_addf(out, ", by_at_most: %d", r->high - 1);
    if (r->verb == NAIVE_contiguous && r->flag)
        (void)td_buf_addf(out, ", from: %d", r->low);
}

/* Sequences are kept without spaces: "ab" is a then b. */
static void write_sequence(struct td_buf *out, const struct naive_rule *r)
{
    const char *text = naive_sequences[r->mode];

    (void)td_buf_add_text(out, "sequence: \"");
    for (; *text; text++)
        (void)td_buf_addf(out, strchr("abcd(.", *text) ? " %c" : "%c", *text);
    (void)td_buf_addf(out, "\", anchored: %s, strict: %s",
                      r->flag ? "true" : "false", r->flag2 ? "true" : "false");
}

static void write_states(struct td_buf *out, const struct naive_rule *r)
{
    (void)td_buf_add_text(out, "states: {field: s, ");
    if (r->flag) {
        write_named(out, "event: ", &r->a);
        (void)td_buf_add_text(out, ", ");
    }
    (void)td_buf_addf(out, "%s}", naive_machines[r->mode]);
}

static void write_limits(struct td_buf *out, const struct naive_rule *r)
{
    char words[16];

    (void)snprintf(words, sizeof(words), ", p%d: ", r->percent);
    if (r->percent)
        write_span(out, r, words);
    if (!r->percent || r->flag)
        write_span(out, r, r->flag2 ? ", min: " : ", max: ");
}

static void write_time_verb(struct td_buf *out, const struct naive_rule *r)
{
    if (r->verb == NAIVE_response) {
        write_named(out, "response: {trigger: ", &r->a);
        write_named(out, ", expect: ", &r->b);
        if (r->flag)
            write_span(out, r, ", within: ");
        (void)td_buf_add_byte(out, '}');
    } else if (r->verb == NAIVE_gap) {
        write_named(out, "gap: ", &r->a);
        write_limits(out, r);
    } else if (r->verb == NAIVE_latency) {
        write_named(out, "latency: {from: ", &r->a);
        write_named(out, ", to: ", &r->b);
        write_limits(out, r);
        (void)td_buf_add_byte(out, '}');
    } else {
        write_named(out, "rate: ", &r->a);
        write_span(out, r, ", window: ");
        if (r->has_low)
            (void)td_buf_addf(out, ", min: %d", r->low);
        if (r->has_high)
            (void)td_buf_addf(out, ", max: %d", r->high);
    }
}

static void write_verb(struct td_buf *out, const struct naive_rule *r)
{
    if (r->verb == NAIVE_first || r->verb == NAIVE_last)
        write_named(out, r->verb == NAIVE_first ? "first: " : "last: ", &r->a);
    else if (r->verb == NAIVE_count)
        write_count(out, r);
    else if (r->verb == NAIVE_absent)
        write_named(out, "absent: ", &r->a);
    else if (r->verb == NAIVE_before)
        write_before(out, r);
    else if (r->verb == NAIVE_balanced)
        write_balanced(out, r);
    else if (r->verb == NAIVE_sequence)
        write_sequence(out, r);
    else if (r->verb == NAIVE_states)
        write_states(out, r);
    else if (r->verb == NAIVE_on) {
        write_named(out, "on: ", &r->a);
        (void)td_buf_addf(out, ", expr: \"%s\"", naive_expressions[r->mode]);
    } else if (r->verb == NAIVE_monotonic || r->verb == NAIVE_step ||
               r->verb == NAIVE_contiguous)
        write_number_verb(out, r);
    else if (r->verb == NAIVE_unique || r->verb == NAIVE_no_duplicate ||
             r->verb == NAIVE_requires || r->verb == NAIVE_constant)
        write_value_verb(out, r);
    else
        write_time_verb(out, r);
}

void naive_write_rule(struct td_buf *out, const struct naive_rule *rule)
{
    write_verb(out, rule);
    write_common(out, rule);
}

unsigned naive_random_stream(struct naive_item items[NAIVE_LONGEST],
                             struct td_rand *rand)
{
    static const int64_t steps[] = {0, 1, 999, 1000, 1001, 2000};
    unsigned len = below(rand, NAIVE_LONGEST + 1);
    int64_t t = 0;

    for (unsigned i = 0; i < len; i++) {
        t += steps[below(rand, 6)];
        items[i] = (struct naive_item){
            .name = (char)('a' + below(rand, 4)),
            .k = chance(rand, 6) ? NAIVE_NONE : (int)below(rand, 2),
            .n = chance(rand, 10) ? NAIVE_NONE : (int)below(rand, 4),
            .v = (int)below(rand, 3),
            .s = chance(rand, 4) ? '\0' : "pqrz"[below(rand, 4)],
            .t = t,
        };
        if (items[i].s == 'z' && chance(rand, 2))
            items[i].s = 'p';
    }
    return len;
}

void naive_write_item(struct td_buf *out, const struct naive_item *item)
{
    (void)td_buf_addf(out, "{\"type\":\"%c\",\"v\":%d,\"t\":%lld", item->name,
                      item->v, (long long)item->t);
    if (item->k != NAIVE_NONE)
        (void)td_buf_addf(out, ",\"k\":%d", item->k);
    if (item->n != NAIVE_NONE)
        (void)td_buf_addf(out, ",\"n\":%d%s", item->n, item->v ? "" : ".0");
    if (item->s)
        (void)td_buf_addf(out, ",\"s\":\"%c\"", item->s);
    (void)td_buf_add_byte(out, '}');
}
