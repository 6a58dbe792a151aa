/* Orders of events that the evidence is enough for, as expressions; and what
 * follows from them.
 */
#include "core/clock.h"
#include "core/mem.h"
#include "validator/audit/values.h"
#include "validator/learn/rules_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static uint32_t bit(uint32_t event)
{
    return UINT32_C(1) << event;
}

static bool is_whole(const struct learn_order *o)
{
    return !o->by;
}

static struct learn_graph graph_of(const struct learn_order *o)
{
    struct learn_graph graph = {.names = o->names};

    for (uint32_t a = 0; a < o->len; a++) {
        graph.starts |= o->steps[o->len][a] ? bit(a) : 0;
        graph.ends |= o->steps[a][o->len] ? bit(a) : 0;
        for (uint32_t b = 0; b < o->len; b++)
            graph.next[a] |= o->steps[a][b] ? bit(b) : 0;
    }
    for (uint32_t a = 0; a < o->len; a++)
        graph.all |= graph.next[a];
    graph.all |= graph.starts;
    return graph;
}

/* What comes right before an event and right behind it was seen often enough,
 * of each: an event that is once on a tape needs many tapes.
 */
static bool is_known_well(const struct learn_rules *r,
                          const struct learn_order *o)
{
    for (uint32_t b = 0; b <= o->len; b++) {
        uint64_t count = 0;

        for (uint32_t a = 0; a <= o->len; a++)
            count += o->steps[a][b];
        if (count && count < 2 * (uint64_t)r->least.steps)
            return false;
    }
    return true;
}

/* No step came so rarely that others may only not have come yet. */
static bool is_settled(const struct learn_rules *r, const struct learn_order *o)
{
    bool by_tape = is_whole(o) && r->mine->tapes > 1;

    if (r->least.steps == 1)
        return true;
    for (uint32_t a = 0; a <= o->len; a++) {
        for (uint32_t b = 0; b <= o->len; b++) {
            if ((by_tape ? o->tapes[a][b] : o->steps[a][b]) == 1)
                return false;
        }
    }
    return !is_whole(o) || is_known_well(r, o);
}

static bool is_strong(const struct learn_rules *r, const struct learn_order *o)
{
    if (o->full || o->len < 2 || !o->moves)
        return false;
    if (is_whole(o)
            ? o->on < r->least.tapes
            : o->keys < r->least.values || o->keys < 2 * (uint64_t)o->on)
        return false;
    return o->moves + 2 * o->keys >= (uint64_t)r->least.steps * o->kinds &&
           is_settled(r, o);
}

/* It says more than what is first, what is last and what comes once. */
static bool says_more(const struct learn_rules *r,
                      const struct learn_told *told, struct learn_grammar made)
{
    uint32_t plain = 0;

    if (made.too_long || !made.ordered)
        return false;
    if (!is_whole(told->order)) {
        for (uint32_t left = told->graph.all; left; left &= left - 1) {
            uint32_t a = (uint32_t)__builtin_ctz(left);

            if (told->graph.next[a] & ~bit(a))
                return true;
        }
        return false;
    }
    for (uint32_t i = 0; i < r->mine->events_len; i++) {
        const struct learn_event *e = &r->mine->events[i];

        plain += e->once && (e->first || e->last);
    }
    return made.ordered >= plain + 2;
}

/* One event, and then the other one of the same value: that is balanced. */
static bool is_pair(const struct learn_rules *r, const struct learn_told *told)
{
    const struct learn_order *o = told->order;

    return o->len == 2 && (learn_rules_balance(r, o->fields[0], o->fields[1]) ||
                           learn_rules_balance(r, o->fields[1], o->fields[0]));
}

static bool is_again(const struct learn_rules *r, const struct learn_order *o)
{
    for (uint32_t i = 0; i < r->told_len; i++) {
        const struct learn_order *other = r->told[i].order;

        if (o->by && other->by && other->len == o->len &&
            !memcmp(o->events, other->events, o->len * sizeof(*o->events)) &&
            !memcmp(o->steps, other->steps, sizeof(o->steps)))
            return true;
    }
    return false;
}

void learn_told_find(struct learn_rules *r)
{
    r->told =
        (struct learn_told *)td_calloc(r->mine->orders_len, sizeof(*r->told));
    for (uint32_t i = 0; i < r->mine->orders_len; i++) {
        struct learn_told told = {.order = &r->mine->orders[i]};
        bool any = !told.order->full && told.order->moves;
        struct learn_grammar made = {.ordered = 0};

        told.graph = graph_of(told.order);
        told.again = is_again(r, told.order);
        if (any)
            made = learn_grammar_write(&told.text, &told.graph);
        if (any && says_more(r, &told, made)) {
            if (is_pair(r, &told) || told.again)
                r->left.implied++;
            else if (is_strong(r, told.order))
                told.written = true;
            else
                r->left.weak++;
        }
        r->told[r->told_len++] = told;
    }
}

void learn_told_release(struct learn_rules *r)
{
    for (uint32_t i = 0; i < r->told_len; i++)
        td_buf_release(&r->told[i].text);
    free(r->told);
    r->told = NULL;
    r->told_len = 0;
}

/* What follows. */

bool learn_told_whole(const struct learn_rules *r)
{
    return r->told_len && r->told[0].written;
}

/* The place of a field, or of an event, in an order that is told. */
static uint32_t place(const struct learn_told *told, const uint32_t *list,
                      uint32_t what)
{
    for (uint32_t i = 0; i < told->order->len && told->written; i++) {
        if (list[i] == what)
            return i;
    }
    return LEARN_ALPHABET;
}

bool learn_told_unique(const struct learn_rules *r, uint32_t field)
{
    for (uint32_t i = 1; i < r->told_len; i++) {
        const struct learn_told *told = &r->told[i];
        uint32_t at = place(told, told->order->fields, field);

        if (at < LEARN_ALPHABET && learn_graph_is_single(&told->graph, at))
            return true;
    }
    return false;
}

/* What a graph says of two of its events. */
typedef bool two_fn(const struct learn_graph *graph, uint32_t x, uint32_t y);

static bool is_known(const struct learn_graph *graph, uint32_t x, uint32_t y)
{
    return learn_graph_needs(graph, x, y) || learn_graph_answers(graph, x, y);
}

static bool is_closed(const struct learn_graph *graph, uint32_t x, uint32_t y)
{
    return learn_graph_is_single(graph, x) && learn_graph_is_single(graph, y) &&
           learn_graph_needs(graph, x, y) && learn_graph_answers(graph, y, x);
}

/* Of two fields that have a key, or of two events in any order. */
static bool says_any(const struct learn_rules *r, two_fn *says, bool fields,
                     const uint32_t pair[2])
{
    for (uint32_t i = fields ? 1 : 0; i < r->told_len; i++) {
        const struct learn_told *told = &r->told[i];
        const uint32_t *list =
            fields ? told->order->fields : told->order->events;
        uint32_t x = place(told, list, pair[0]);
        uint32_t y = place(told, list, pair[1]);

        if (x < LEARN_ALPHABET && y < LEARN_ALPHABET &&
            says(&told->graph, x, y))
            return true;
    }
    return false;
}

bool learn_told_known(const struct learn_rules *r, uint32_t a, uint32_t b)
{
    return says_any(r, is_known, true, (const uint32_t[]){a, b});
}

bool learn_told_closes(const struct learn_rules *r, uint32_t a, uint32_t b)
{
    return says_any(r, is_closed, true, (const uint32_t[]){a, b});
}

bool learn_told_before(const struct learn_rules *r, uint32_t a, uint32_t b)
{
    return says_any(r, learn_graph_needs, false, (const uint32_t[]){b, a});
}

bool learn_told_answers(const struct learn_rules *r, uint32_t a, uint32_t b)
{
    return says_any(r, learn_graph_answers, false, (const uint32_t[]){a, b});
}

/* Written. */

static uint64_t bound_of(uint64_t ns)
{
    uint64_t unit = UINT64_C(1000000000);

    while (ns > 10 * unit && unit < UINT64_MAX / 100)
        unit *= 10;
    return ns <= unit       ? unit
           : ns <= 2 * unit ? 2 * unit
           : ns <= 5 * unit ? 5 * unit
                            : 10 * unit;
}

/* Whether no rule has that duration yet: one of each key is one of all. */
static bool is_new(struct learn_rules *r, const char *const names[2])
{
    struct td_buf text = {0};
    bool is;

    (void)td_buf_addf(&text, "%s then %s", names[0], names[1]);
    is = learn_set_add(&r->timed, audit_print(td_buf_bytes(&text)));
    td_buf_release(&text);
    return is;
}

void learn_write_within(struct learn_rules *r, const char *by,
                        const char *const names[2],
                        const struct learn_took *took)
{
    char within[TD_AMOUNT_SIZE];
    char least[TD_AMOUNT_SIZE];
    char most[TD_AMOUNT_SIZE];

    if (took->count < r->least.steps || took->most_ns > UINT64_MAX / 4) {
        r->left.weak += took->count > 0;
        return;
    }
    if (!is_new(r, names) && !by) {
        r->left.implied++;
        return;
    }
    learn_rule_begin(r, names[0], names[1], "within");
    if (by)
        (void)td_buf_addf(r->out, "by: %s, ", by);
    learn_put(r, "response: {trigger: ", names[0]);
    learn_put(r, ", expect: ", names[1]);
    (void)td_buf_addf(r->out, ", within: %s}",
                      td_duration_text(within, bound_of(2 * took->most_ns),
                                       TD_DURATION_EXACT));
    learn_rule_end(r, "%" PRIu64 " times, %s .. %s", took->count,
                   td_duration_text(least, took->least_ns, TD_DURATION_SHORT),
                   td_duration_text(most, took->most_ns, TD_DURATION_SHORT));
}

/* From the one event that begins a key to the one that ends it. */
static void write_took(struct learn_rules *r, const struct learn_told *told)
{
    const struct learn_graph *graph = &told->graph;
    const struct learn_order *o = told->order;
    uint32_t a;
    uint32_t b;

    if (is_whole(o) || (graph->starts & (graph->starts - 1)) ||
        (graph->ends & (graph->ends - 1)) || graph->starts == graph->ends)
        return;
    a = (uint32_t)__builtin_ctz(graph->starts);
    b = (uint32_t)__builtin_ctz(graph->ends);
    if (learn_graph_is_single(graph, a) && learn_graph_is_single(graph, b))
        learn_write_within(r, o->by, (const char *[]){o->names[a], o->names[b]},
                           &o->took);
}

void learn_write_orders(struct learn_rules *r)
{
    for (uint32_t i = 0; i < r->told_len; i++) {
        const struct learn_told *told = &r->told[i];
        const struct learn_order *o = told->order;

        if (!told->written) {
            if (!told->again && !o->full && o->moves && is_pair(r, told) &&
                is_strong(r, o))
                write_took(r, told);
            continue;
        }
        learn_rule_begin(r, o->by ? o->by : "order", "", o->by ? "order" : "");
        if (o->by)
            (void)td_buf_addf(r->out, "by: %s, ", o->by);
        learn_put(r, "sequence: ", td_buf_str(&r->told[i].text));
        (void)td_buf_add_text(r->out, ", anchored: true");
        learn_rule_end(r, "%" PRIu64 " %s, %" PRIu64 " messages", o->keys,
                       o->by          ? "values"
                       : o->keys == 1 ? "tape"
                                      : "tapes",
                       o->keys + o->moves);
        write_took(r, told);
    }
}
