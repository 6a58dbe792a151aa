/* Which stretches of a stream a rule is judged on, and what comes of it. */
#include "tests/support/naive.h"

#include <stdlib.h>

typedef void (*verb_function)(const struct naive_part *part);

static const verb_function verbs[] = {
#define NAIVE_ENTRY(name) naive_##name,
    NAIVE_VERBS(NAIVE_ENTRY)
#undef NAIVE_ENTRY
};

static bool passes(enum naive_filter filter, const struct naive_item *item)
{
    switch (filter) {
    case NAIVE_ALL:
        break;
    case NAIVE_N_ABOVE_1:
        return item->n > 1;
    case NAIVE_V_IS_1:
        return item->v == 1;
    case NAIVE_S_OR_N:
        return item->s == 'p' || item->n == 0;
    }
    return true;
}

bool naive_picks(const struct naive_pick *pick, const struct naive_item *item)
{
    return ((pick->name == '*' || pick->name == item->name) &&
            passes(pick->filter, item)) ||
           (pick->name2 && pick->name2 == item->name);
}

void naive_say(const struct naive_part *part, bool held)
{
    part->out->judged++;
    part->out->total += !held;
}

/* Nothing, or what a d says. */
static void take(int *told, const struct naive_item *item, bool n)
{
    int said = n ? item->n : item->v;

    if (item->name == 'd' && said != NAIVE_NONE)
        *told = said;
}

int naive_told(const struct naive_part *part, unsigned upto, bool n)
{
    int own = NAIVE_NONE;
    int all = NAIVE_NONE;

    for (unsigned k = 0; k < part->heard_len; k++) {
        if (part->heard[k] <= upto)
            take(&own, &part->items[part->heard[k]], n);
    }
    for (unsigned i = 0; i < part->stream_len && i <= upto; i++) {
        if (!part->rule->by || part->items[i].k == NAIVE_NONE)
            take(&all, &part->items[i], n);
    }
    return part->rule->by && own != NAIVE_NONE ? own : all;
}

const struct naive_item *naive_at(const struct naive_part *part, unsigned i)
{
    return &part->items[part->list[i]];
}

static int64_t time_of(const struct naive_part *part, unsigned index)
{
    return part->rule->sequence ? (int64_t)index + 1 : part->items[index].t;
}

int64_t naive_time(const struct naive_part *part, unsigned i)
{
    return time_of(part, part->list[i]);
}

int64_t naive_end_time(const struct naive_part *part)
{
    return time_of(part, part->end);
}

/* The first name of a pick alone, where a field follows; filter or not. */
static bool names(const struct naive_pick *pick, const struct naive_item *item,
                  bool filter, bool second)
{
    struct naive_pick one = {pick->name, filter ? pick->filter : NAIVE_ALL,
                             second ? pick->name2 : '\0'};

    return naive_picks(&one, item);
}

/* A message that the number of a count speaks of, whatever a filter says. */
static bool asks(int mode, const struct naive_item *item)
{
    static const char *const of[] = {"", "d", "d", "b", "c", "dab", "a"};

    return strchr(of[mode], item->name);
}

/* A message that the verb itself listens to. */
static bool hears(const struct naive_rule *r, const struct naive_item *item)
{
    bool a = naive_picks(&r->a, item);
    bool b = naive_picks(&r->b, item);
    bool told = r->by && item->name == 'd'; /* EVENT.FIELD of count, constant */

    switch (r->verb) {
    case NAIVE_first:
    case NAIVE_last:
        return true;
    case NAIVE_states:
        return !r->flag || a;
    case NAIVE_sequence:
        return r->flag2 || strchr(naive_sequences[r->mode], item->name) ||
               strchr(naive_sequences[r->mode], '.');
    case NAIVE_before:
    case NAIVE_balanced:
        return a || b || (r->flag && naive_picks(&r->c, item));
    case NAIVE_response:
    case NAIVE_latency:
        return a || b;
    case NAIVE_requires:
        return a || names(&r->b, item, true, false);
    case NAIVE_constant:
        return (told && r->flag) || names(&r->a, item, true, false);
    case NAIVE_monotonic:
    case NAIVE_step:
    case NAIVE_contiguous:
        return names(&r->a, item, true, false);
    case NAIVE_on: /* prev and first are of the rule's events */
        return a || strchr(naive_heard[r->mode], item->name) ||
               ((r->mode == 1 || r->mode == 5) &&
                names(&r->a, item, false, true));
    case NAIVE_count:
        return a || asks(r->mode, item);
    case NAIVE_absent:
    case NAIVE_unique:
    case NAIVE_no_duplicate:
    case NAIVE_gap:
    case NAIVE_rate:
    case NAIVE_VERBS_LEN:
        break;
    }
    return a;
}

static bool opens_scope(const struct naive_rule *r,
                        const struct naive_item *item)
{
    return r->scope != NAIVE_GLOBALLY && r->scope != NAIVE_BEFORE &&
           naive_picks(&r->opens, item);
}

static bool closes_scope(const struct naive_rule *r,
                         const struct naive_item *item)
{
    return r->scope >= NAIVE_BEFORE && naive_picks(&r->closes, item);
}

/* A message that makes its key known to the rule. */
static bool concerns(const struct naive_rule *r, const struct naive_item *item)
{
    return hears(r, item) || opens_scope(r, item) || closes_scope(r, item) ||
           (r->has_ends && naive_picks(&r->ends, item));
}

/* One key, or all messages if the rule has none, from its first message on. */
struct walk {
    struct naive_part part;
    bool known;  /* the key came */
    bool active; /* within the scope */
    bool armed;  /* a message without the key has opened it */
};

static void judge_part(struct walk *w, unsigned end, bool cut)
{
    w->part.end = end;
    w->part.cut = cut;
    verbs[w->part.rule->verb](&w->part);
    w->part.len = 0;
    w->part.heard_len = 0;
}

static void hear(struct walk *w, unsigned i)
{
    if (w->part.heard_len == 0 || w->part.heard[w->part.heard_len - 1] != i)
        w->part.heard[w->part.heard_len++] = i;
}

/* A message that is of no key begins and ends the scope of all. */
static void edge_of_all(struct walk *w, const struct naive_item *item,
                        unsigned i)
{
    if (closes_scope(w->part.rule, item)) {
        if (w->active && w->known)
            judge_part(w, i, false);
        w->active = w->armed = false;
    }
    if (opens_scope(w->part.rule, item) && !w->active)
        w->armed = true;
}

static void own_message(struct walk *w, const struct naive_item *item,
                        unsigned i)
{
    const struct naive_rule *rule = w->part.rule;

    w->known = true;
    w->active = w->active || w->armed;
    w->armed = false;
    if (w->active)
        hear(w, i);
    if (w->active && closes_scope(rule, item)) {
        judge_part(w, i, false);
        w->active = false;
    } else if (w->active) {
        w->part.list[w->part.len++] = i;
    }
    if (opens_scope(rule, item)) {
        w->active = true;
        hear(w, i);
    }
    if (rule->has_ends && naive_picks(&rule->ends, item)) {
        judge_part(w, i, false);
        w->known = false;
    }
}

static void end_of_stream(struct walk *w, unsigned len, bool cut)
{
    bool keyed = w->part.rule->by;

    if (!w->active || (keyed && !w->known))
        return;
    if (w->part.rule->scope == NAIVE_BETWEEN)
        w->part.out->open |= cut;
    else
        judge_part(w, len ? len - 1 : 0, cut);
}

static void judge_key(struct naive_part *part, int key, bool cut)
{
    const struct naive_rule *rule = part->rule;
    struct walk w = {.part = *part};

    w.part.key = key;
    w.active = rule->scope == NAIVE_GLOBALLY || rule->scope == NAIVE_BEFORE;
    for (unsigned i = 0; i < part->stream_len; i++) {
        const struct naive_item *item = &part->items[i];

        if (rule->by && item->k == NAIVE_NONE)
            edge_of_all(&w, item, i);
        else if ((!rule->by || item->k == key) && concerns(rule, item))
            own_message(&w, item, i);
    }
    end_of_stream(&w, part->stream_len, cut);
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* Percentiles are of all keys together. */
static void judge_durations(struct naive_part *part, bool cut)
{
    struct naive_durations *d = part->durations;
    int percent = part->rule->percent;
    unsigned rank = 1;

    if (percent == 0 ||
        (part->rule->verb != NAIVE_gap && part->rule->verb != NAIVE_latency))
        return;
    part->out->open |= cut;
    if (cut || d->len == 0)
        return;
    qsort(d->list, d->len, sizeof(d->list[0]), compare);
    while (rank * 100 < (unsigned)percent * d->len)
        rank++;
    naive_say(part, d->list[rank - 1] <= part->rule->limit);
}

struct naive_verdict naive_judge(const struct naive_rule *rule,
                                 const struct naive_item *items, unsigned len,
                                 bool cut)
{
    struct naive_durations durations = {.len = 0};
    struct naive_verdict out = {0, 0, false};
    struct naive_part part = {.rule = rule,
                              .items = items,
                              .stream_len = len,
                              .durations = &durations,
                              .out = &out};

    if (!rule->by)
        judge_key(&part, NAIVE_NONE, cut);
    for (int key = 0; rule->by && key < 2; key++)
        judge_key(&part, key, cut);
    judge_durations(&part, cut);
    return out;
}
