/* Which of the rules that held are written: those with enough support that
 * follow from no other.
 */
#include "validator/learn/rules_internal.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct learn_evidence evidences[] = {
    [LEARN_USUAL] = {8, 2, 10, 5, 5, 3, 16, 5, 5, 10},
    [LEARN_LOOSE] = {4, 1, 5, 3, 3, 2, 8, 2, 2, 5},
    [LEARN_TIGHT] = {16, 4, 20, 10, 10, 6, 32, 10, 10, 20},
    [LEARN_ALL] = {1, 1, 1, 1, 1, 1, 0, 1, 0, 0},
};

static const struct learn_field *field_of(const struct learn_rules *r,
                                          uint32_t i)
{
    return &r->mine->fields[i];
}

static const struct learn_event *event_of(const struct learn_rules *r,
                                          const struct learn_field *f)
{
    return &r->mine->events[f->event];
}

static struct td_bytes id_from(const struct td_buf *out, size_t from)
{
    return td_bytes(out->ptr + from, out->len - from);
}

/* Make words with hyphens between them of what is behind `from`; its new end.
 */
static size_t hyphenate(struct td_buf *out, size_t from)
{
    size_t end = from;

    for (size_t i = from; i < out->len; i++) {
        if (isalnum(out->ptr[i]))
            out->ptr[end++] = out->ptr[i];
        else if (end > from && out->ptr[end - 1] != '-')
            out->ptr[end++] = '-';
    }
    while (end > from && out->ptr[end - 1] == '-')
        end--;
    out->len = end;
    if (end == from || isdigit(out->ptr[from]))
        (void)td_buf_add_text(out, end == from ? "rule" : "-rule");
    return out->len;
}

/* "progress-update-total": of an event and a field. */
void learn_rule_begin(struct learn_rules *r, const char *event,
                      const char *field, const char *verb)
{
    struct td_buf *out = r->out;
    size_t from;
    size_t end;

    (void)td_buf_add_text(out, r->any ? "" : "rules:\n");
    r->any = true;
    (void)td_buf_add_text(out, "- {id: ");
    from = out->len;
    (void)td_buf_addf(out, "%s%s%s%s%s", event, *field ? "-" : "", field,
                      *verb ? "-" : "", verb);
    end = hyphenate(out, from);
    for (unsigned n = 2;
         !learn_set_add(&r->ids, audit_print(id_from(out, from))); n++) {
        out->len = end;
        (void)td_buf_addf(out, "-%u", n);
    }
    (void)td_buf_add_text(out, ", ");
}

/* Whether YAML takes what is more than one word for text as it is. */
static bool is_phrase(const char *text)
{
    for (const char *c = text; *c; c++) {
        if (!isalnum((unsigned char)*c) && !strchr("_-/ .|()?+*", *c))
            return false;
    }
    return strpbrk(text, " .|()/") &&
           (isalpha((unsigned char)*text) || *text == '_' || *text == '(');
}

void learn_put(struct learn_rules *r, const char *before, const char *text)
{
    (void)td_buf_add_text(r->out, before);
    if (is_phrase(text))
        (void)td_buf_add_text(r->out, text);
    else
        learn_add_text(r->out, text);
}

/* The same of EVENT.FIELD. */
static void put_field(struct learn_rules *r, const char *before,
                      const char *event, const char *field)
{
    struct td_buf text = {0};

    (void)td_buf_addf(&text, "%s.%s", event, field);
    learn_put(r, before, td_buf_str(&text));
    td_buf_release(&text);
}

void learn_rule_end(struct learn_rules *r, const char *format, ...)
{
    char text[256];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    (void)td_buf_addf(r->out, "}  # %s\n", text);
}

/* Ends and numbers. */

static void write_ends(struct learn_rules *r, const struct learn_event *e)
{
    const struct learn_mine *mine = r->mine;

    if (mine->tapes < r->least.tapes) {
        r->left.weak += (uint32_t)e->first + e->last + e->once;
        return;
    }
    if (e->first) {
        learn_rule_begin(r, e->name, "", "first");
        learn_put(r, "first: ", e->said);
        learn_rule_end(r, "%" PRIu32 " of %" PRIu32 " tapes", mine->tapes,
                       mine->tapes);
    }
    if (e->last) {
        learn_rule_begin(r, e->name, "", "last");
        learn_put(r, "last: ", e->said);
        learn_rule_end(r, "%" PRIu32 " of %" PRIu32 " tapes", mine->tapes,
                       mine->tapes);
    }
    if (e->once) {
        learn_rule_begin(r, e->name, "", "once");
        learn_put(r, "count: ", e->said);
        (void)td_buf_add_text(r->out, ", exactly: 1");
        learn_rule_end(r, "%" PRIu32 " of %" PRIu32 " tapes", mine->tapes,
                       mine->tapes);
    }
}

/* Of two fields that say the same, the one of the first event is quoted, or
 * else the one that was found first.
 */
static bool is_quoted(const struct learn_rules *r, uint32_t field,
                      uint32_t other)
{
    bool first = event_of(r, field_of(r, field))->first;
    bool other_first = event_of(r, field_of(r, other))->first;

    return first != other_first ? first : field < other;
}

static bool is_balanced(const struct learn_rules *r,
                        const struct learn_pair *pair);

/* An event that another one closes is there as often as that. */
static bool is_opener(const struct learn_rules *r, uint32_t event)
{
    for (uint32_t i = 0; i < r->mine->pairs_len; i++) {
        const struct learn_pair *pair = &r->mine->pairs[i];

        if (field_of(r, pair->b)->event == event && is_balanced(r, pair))
            return true;
    }
    return false;
}

static bool has_better_count(const struct learn_rules *r,
                             const struct learn_count *count)
{
    for (uint32_t i = 0; i < r->mine->counts_len; i++) {
        const struct learn_count *other = &r->mine->counts[i];

        if (other->event == count->event && other->field != count->field &&
            other->tapes == count->tapes &&
            event_of(r, field_of(r, other->field))->once &&
            is_quoted(r, other->field, count->field))
            return true;
    }
    return false;
}

static void write_counts(struct learn_rules *r)
{
    for (uint32_t i = 0; i < r->mine->counts_len; i++) {
        const struct learn_count *count = &r->mine->counts[i];
        const struct learn_event *e = &r->mine->events[count->event];
        const struct learn_field *f = field_of(r, count->field);
        const struct learn_event *of = event_of(r, f);

        if (count->tapes < r->mine->tapes || !of->once)
            continue;
        if (count->changes < 2 || e->once) {
            r->left.weak++;
            continue;
        }
        if (has_better_count(r, count) || is_opener(r, count->event)) {
            r->left.implied++;
            continue;
        }
        learn_rule_begin(r, e->name, "count", of->name);
        learn_put(r, "count: ", e->said);
        put_field(r, ", equals: ", of->term, f->name);
        learn_rule_end(r, "%" PRIu32 " of %" PRIu32 " tapes", count->tapes,
                       r->mine->tapes);
    }
}

/* One field. */

static void write_one(struct learn_rules *r, const struct learn_field *f,
                      const char *verb, const char *rest)
{
    const struct learn_event *e = event_of(r, f);

    learn_rule_begin(r, e->name, f->name, verb);
    (void)td_buf_addf(r->out, "%s: ", verb);
    put_field(r, "", e->said, f->name);
    (void)td_buf_add_text(r->out, rest);
}

static bool is_once(const struct learn_rules *r, const struct learn_field *f)
{
    return event_of(r, f)->once;
}

static bool has_equal(const struct learn_rules *r, uint32_t field)
{
    for (uint32_t i = 0; i < r->mine->pairs_len; i++) {
        if (r->mine->pairs[i].a == field && r->mine->pairs[i].equal &&
            field_of(r, field)->constant)
            return true;
    }
    return false;
}

static bool is_strong(const struct learn_rules *r, const struct learn_sum *sum);

/* It is the percentage of what rises. */
static bool is_percentage(const struct learn_rules *r,
                          const struct learn_field *f)
{
    for (uint32_t i = 0; i < r->mine->sums_len; i++) {
        const struct learn_sum *sum = &r->mine->sums[i];

        if (sum->shape == LEARN_PERCENT && is_strong(r, sum) &&
            field_of(r, sum->fields[0]) == f &&
            field_of(r, sum->fields[1])->rising &&
            field_of(r, sum->fields[2])->constant)
            return true;
    }
    return false;
}

static void write_way(struct learn_rules *r, const struct learn_field *f)
{
    char from[40];

    if (f->steps < r->least.steps || f->rises < r->least.rises) {
        r->left.weak++;
        return;
    }
    if (f->contiguous) {
        (void)snprintf(from, sizeof(from), ", from: %.15g", f->from);
        write_one(r, f, "contiguous", from);
        r->left.implied += f->unique ? 2 : 1;
    } else {
        write_one(r, f, "monotonic", f->increasing ? ", mode: increasing" : "");
        r->left.implied += f->increasing && f->unique;
    }
    learn_rule_end(r, "%" PRIu64 " steps", f->steps);
}

static bool is_in_balance(const struct learn_rules *r, uint32_t field)
{
    for (uint32_t i = 0; i < r->mine->pairs_len; i++) {
        const struct learn_pair *pair = &r->mine->pairs[i];

        if ((pair->a == field || pair->b == field) && is_balanced(r, pair))
            return true;
    }
    return false;
}

/* Texts that come again on other tapes are drawn from some, and could have met
 * on one by chance; if chance had made few equal, that none are says little.
 */
static bool is_luck(const struct learn_rules *r, const struct learn_field *f)
{
    double values = (double)f->values;
    double again = values - (double)audit_values_distinct(&f->node->values);
    double across = values * (values - 1) / 2 - f->twos;

    if (f->values < r->least.values)
        return true;
    if (f->node->values.sketch && again < values / 10)
        again = 0; /* it is no nearer than that */
    return again > 0 && f->twos * again < r->least.luck * across;
}

/* Moments are unique by themselves. */
static bool is_time(const struct learn_field *f)
{
    const char *format = audit_values_format(&f->node->values);

    return format && strncmp(format, "date", 4) == 0;
}

static void write_constant(struct learn_rules *r, const struct learn_field *f)
{
    if (f->steps < r->least.steps) {
        r->left.weak++;
        return;
    }
    if (f->changes == 0 && r->mine->tapes < r->least.tapes)
        return;
    write_one(r, f, "constant", "");
    learn_rule_end(r, "%" PRIu64 " messages after another", f->steps);
}

static void write_field(struct learn_rules *r, uint32_t i)
{
    const struct learn_field *f = field_of(r, i);

    if (is_once(r, f))
        return; /* one value a tape goes no way */
    if (f->constant && f->steps > 0) {
        if (!has_equal(r, i)) /* else it is written with what it equals */
            write_constant(r, f);
        return;
    }
    if (f->is_number && f->rising && is_percentage(r, f)) {
        r->left.implied++;
        return;
    }
    if (f->is_number && f->rising) {
        write_way(r, f);
        return;
    }
    if (!f->unique || f->is_number || is_time(f))
        return;
    if (f->steps < r->least.steps || is_luck(r, f))
        r->left.weak++;
    else if (is_in_balance(r, i) || learn_told_unique(r, i))
        r->left.implied++;
    else {
        write_one(r, f, "unique", "");
        learn_rule_end(r, "%" PRIu64 " values", f->values);
    }
}

/* Two fields of two events. */

/* What is in a was in b before, once each, and the other way round. */
static bool is_balanced(const struct learn_rules *r,
                        const struct learn_pair *pair)
{
    const struct learn_field *a = field_of(r, pair->a);
    const struct learn_field *b = field_of(r, pair->b);

    if (a->is_number || !pair->before || !pair->within || !a->unique ||
        !b->unique || a->values < r->least.values || is_once(r, a))
        return false;
    return a->values == b->values;
}

bool learn_rules_balance(const struct learn_rules *r, uint32_t open,
                         uint32_t close)
{
    for (uint32_t i = 0; i < r->mine->pairs_len; i++) {
        const struct learn_pair *pair = &r->mine->pairs[i];

        if (pair->a == close && pair->b == open && is_balanced(r, pair))
            return true;
    }
    return false;
}

static bool any_balanced(const struct learn_rules *r,
                         const struct learn_pair *pair)
{
    for (uint32_t i = 0; i < r->mine->pairs_len; i++) {
        const struct learn_pair *other = &r->mine->pairs[i];
        bool same = (other->a == pair->a && other->b == pair->b) ||
                    (other->a == pair->b && other->b == pair->a);

        if (same && is_balanced(r, other))
            return true;
    }
    return false;
}

static bool has_better_equal(const struct learn_rules *r,
                             const struct learn_pair *pair)
{
    for (uint32_t i = 0; i < r->mine->pairs_len; i++) {
        const struct learn_pair *other = &r->mine->pairs[i];

        if (other->a == pair->a && other->b != pair->b && other->equal &&
            is_once(r, field_of(r, other->b)) &&
            is_quoted(r, other->b, pair->b))
            return true;
    }
    return false;
}

static void write_equal(struct learn_rules *r, const struct learn_pair *pair)
{
    const struct learn_field *a = field_of(r, pair->a);
    const struct learn_field *b = field_of(r, pair->b);

    /* Of two that are there once, the later one is told of. */
    if (!is_once(r, b) || !a->constant)
        return;
    if (is_once(r, a) && (event_of(r, a)->first || event_of(r, b)->last))
        return;
    if (a->changes < 1 || has_better_equal(r, pair)) {
        *(a->changes < 1 ? &r->left.weak : &r->left.implied) += 1;
        return;
    }
    learn_rule_begin(r, event_of(r, a)->name, a->name, "constant");
    put_field(r, "constant: ", event_of(r, a)->said, a->name);
    put_field(r, ", equals: ", event_of(r, b)->term, b->name);
    learn_rule_end(r, "%" PRIu32 " tapes", r->mine->tapes);
}

static void write_known(struct learn_rules *r, const struct learn_pair *pair)
{
    const struct learn_field *a = field_of(r, pair->a);
    const struct learn_field *b = field_of(r, pair->b);
    const char *key = a->name;

    if (a->is_number || is_once(r, b))
        return;
    if (is_balanced(r, pair)) {
        if (strcmp(a->name, b->name) != 0)
            return;
        if (learn_told_closes(r, pair->a, pair->b)) {
            r->left.implied += 3;
            return;
        }
        learn_rule_begin(r, event_of(r, b)->name, key, "balanced");
        learn_put(r, "balanced: {open: ", event_of(r, b)->said);
        learn_put(r, ", close: ", event_of(r, a)->said);
        (void)td_buf_addf(r->out, ", by: %s}", key);
        learn_rule_end(r, "%" PRIu64 " pairs", a->values);
        r->left.implied += 2;
        return;
    }
    if (any_balanced(r, pair))
        return;
    if (learn_told_known(r, pair->a, pair->b)) {
        r->left.implied++;
        return;
    }
    if ((!pair->before && !pair->within) ||
        (a->constant && has_equal(r, pair->a)))
        return;
    if (audit_values_distinct(&a->node->values) < r->least.texts) {
        r->left.weak++;
        return;
    }
    learn_rule_begin(r, event_of(r, a)->name, a->name, event_of(r, b)->name);
    learn_put(r, "requires: {event: ", event_of(r, a)->said);
    (void)td_buf_addf(r->out, ", known: %s", a->name);
    put_field(r, ", from: ", event_of(r, b)->said, b->name);
    (void)td_buf_addf(r->out, ", order: %s}", pair->before ? "before" : "any");
    learn_rule_end(r, "%" PRIu64 " values", a->values);
}

/* Arithmetic. */

static bool is_strong(const struct learn_rules *r, const struct learn_sum *sum)
{
    unsigned all = (1u << sum->len) - 1;

    return sum->support >= r->least.sums && sum->varied >= r->least.varied &&
           sum->bits >= r->least.bits &&
           (sum->shape == LEARN_SAME || sum->nonzero == all);
}

/* Of fields that are the same, the first stands for all. */
static bool has_twin(const struct learn_rules *r, uint32_t field)
{
    for (uint32_t i = 0; i < r->mine->sums_len; i++) {
        const struct learn_sum *sum = &r->mine->sums[i];

        if (sum->shape == LEARN_SAME && sum->fields[1] == field &&
            is_strong(r, sum))
            return true;
    }
    return false;
}

/* The same three fields, turned round: a percentage has decimals. */
static bool is_turned(const struct learn_rules *r, const struct learn_sum *sum)
{
    uint32_t a = sum->fields[0];

    for (uint32_t i = 0; i < r->mine->sums_len; i++) {
        const struct learn_sum *other = &r->mine->sums[i];

        if (other->shape == LEARN_PERCENT && sum->shape == LEARN_PERCENT &&
            other->fields[1] == sum->fields[1] && other->fields[2] == a &&
            other->fields[0] == sum->fields[2] &&
            field_of(r, other->fields[0])->node->types[AUDIT_NUMBER].count)
            return true;
    }
    return false;
}

static bool follows(const struct learn_rules *r, const struct learn_sum *sum)
{
    if (is_turned(r, sum))
        return true;

    for (uint32_t i = sum->shape == LEARN_SAME ? 2 : 0; i < sum->len; i++) {
        if (has_twin(r, sum->fields[i]))
            return true;
    }
    return sum->shape == LEARN_SAME && has_twin(r, sum->fields[0]);
}

static void write_sum(struct learn_rules *r, const struct learn_sum *sum)
{
    const struct learn_field *a = field_of(r, sum->fields[0]);
    const char *name = event_of(r, a)->name;

    if (!is_strong(r, sum)) {
        r->left.weak++;
        return;
    }
    if (follows(r, sum)) {
        r->left.implied++;
        return;
    }
    learn_rule_begin(r, name, a->name,
                     sum->shape == LEARN_PERCENT ? "percent"
                     : sum->shape == LEARN_SUM
                         ? "sum"
                         : field_of(r, sum->fields[1])->name);
    learn_put(r, "on: ", event_of(r, a)->said);
    if (sum->shape == LEARN_PERCENT)
        (void)td_buf_addf(r->out, ", expr: \"%s ~= 100 * %s / %s\"", a->name,
                          field_of(r, sum->fields[1])->name,
                          field_of(r, sum->fields[2])->name);
    else
        (void)td_buf_addf(r->out, ", expr: \"%s == %s", a->name,
                          field_of(r, sum->fields[1])->name);
    for (uint32_t i = 2; i < sum->len && sum->shape == LEARN_SUM; i++)
        (void)td_buf_addf(r->out, " + %s", field_of(r, sum->fields[i])->name);
    (void)td_buf_add_text(r->out, sum->shape == LEARN_PERCENT ? "" : "\"");
    learn_rule_end(r, "%" PRIu64 " messages", sum->support);
}

struct learn_left learn_write_rules(struct td_buf *out,
                                    const struct learn_mine *mine,
                                    enum learn_strictness strictness)
{
    struct learn_rules r = {
        .out = out, .mine = mine, .least = evidences[strictness]};

    learn_told_find(&r);
    for (uint32_t i = 0; i < mine->events_len; i++)
        write_ends(&r, &mine->events[i]);
    write_counts(&r);
    for (uint32_t i = 0; i < mine->fields_len; i++)
        write_field(&r, i);
    for (uint32_t i = 0; i < mine->pairs_len; i++) {
        const struct learn_pair *pair = &mine->pairs[i];

        if (pair->equal && field_of(&r, pair->a)->constant)
            write_equal(&r, pair);
        else
            write_known(&r, pair);
    }
    for (uint32_t i = 0; i < mine->sums_len; i++)
        write_sum(&r, &mine->sums[i]);
    for (uint32_t i = 0; i < mine->moves_len; i++)
        learn_write_moves(&r, &mine->moves[i]);
    learn_write_orders(&r);
    learn_write_turns(&r);
    learn_told_release(&r);
    learn_set_release(&r.ids);
    learn_set_release(&r.timed);
    return r.left;
}
