/* Which event comes right behind which, by a key or over the whole stream. */
#include "core/mem.h"
#include "validator/learn/mine_internal.h"

#include <stdlib.h>
#include <string.h>

#define STILL_MOST 1000 /* keys of which nearly each has one event */

static void add_event(struct learn_order *o, const struct learn_mine *mine,
                      uint32_t event, uint32_t field)
{
    if (o->len == LEARN_ALPHABET) {
        o->full = true;
        return;
    }
    o->names[o->len] = mine->events[event].said;
    o->events[o->len] = event;
    o->fields[o->len++] = field;
}

static struct learn_order *order_by(struct learn_mine *mine, const char *by)
{
    for (uint32_t i = 1; i < mine->orders_len; i++) {
        if (!strcmp(mine->orders[i].by, by))
            return &mine->orders[i];
    }
    if (mine->orders_len == LEARN_ORDERS_MAX)
        return NULL;
    mine->orders[mine->orders_len].by = by;
    return &mine->orders[mine->orders_len++];
}

/* A name that only one event has is no key of an order. */
static void drop_alone(struct learn_mine *mine)
{
    uint32_t kept = 1;

    for (uint32_t i = 1; i < mine->orders_len; i++) {
        if (mine->orders[i].len > 1)
            mine->orders[kept++] = mine->orders[i];
    }
    mine->orders_len = kept;
}

/* What has a fraction is an amount. */
static bool is_key(const struct learn_field *f)
{
    return f->node->types[AUDIT_NUMBER].count == 0;
}

void learn_orders_find(struct learn_mine *mine)
{
    mine->orders = (struct learn_order *)td_calloc(LEARN_ORDERS_MAX,
                                                   sizeof(*mine->orders));
    mine->orders_len = 1;
    for (uint32_t i = 0; i < mine->events_len; i++)
        add_event(mine->orders, mine, i, 0);
    for (uint32_t i = 0; i < mine->fields_len; i++) {
        const struct learn_field *f = &mine->fields[i];
        struct learn_order *o = is_key(f) ? order_by(mine, f->name) : NULL;

        if (o)
            add_event(o, mine, f->event, i);
    }
    drop_alone(mine);
}

static void grow(struct learn_order *o)
{
    struct learn_trace *old = o->traces;
    uint32_t cap = o->traces_cap;

    o->traces_cap = cap ? cap * 2 : 64;
    o->traces =
        (struct learn_trace *)td_calloc(o->traces_cap, sizeof(*o->traces));
    for (uint32_t i = 0; i < cap; i++) {
        uint64_t at = old[i].key;

        if (!at)
            continue;
        while (o->traces[at % o->traces_cap].key)
            at++;
        o->traces[at % o->traces_cap] = old[i];
    }
    free(old);
}

/* Of a key; NULL: there are too many. */
static struct learn_trace *trace_of(struct learn_order *o, uint64_t key)
{
    key = key ? key : 1;
    if (o->traces_len * 2 >= o->traces_cap) {
        if (o->traces_len >= LEARN_SET_MAX)
            return NULL;
        grow(o);
    }
    for (uint64_t at = key;; at++) {
        struct learn_trace *trace = &o->traces[at % o->traces_cap];

        if (trace->key == key)
            return trace;
        if (trace->key)
            continue;
        *trace = (struct learn_trace){.key = key, .at = LEARN_ALPHABET};
        o->traces_len++;
        return trace;
    }
}

static void step(struct learn_order *o, uint32_t tape, uint32_t from,
                 uint32_t to)
{
    o->kinds += !o->steps[from][to]++;
    if (o->latest[from][to] != tape + 1) {
        o->latest[from][to] = tape + 1;
        o->tapes[from][to]++;
    }
}

/* More than half of all steps came, or of many keys most had one event. */
static bool says_nothing(const struct learn_order *o)
{
    return 2 * o->kinds > o->len * o->len + 2 * o->len ||
           (o->by && o->keys > STILL_MOST && o->moves < o->keys / 4);
}

static void forget(struct learn_order *o)
{
    free(o->traces);
    o->traces = NULL;
    o->traces_len = o->traces_cap = 0;
}

/* The event is the one that is `number` here. */
static void take(struct learn_mine *mine, struct learn_order *o,
                 uint32_t number)
{
    uint64_t key = o->by ? mine->fields[o->fields[number]].print : 1;
    struct learn_trace *trace = trace_of(o, key);

    if (!trace) {
        o->full = true;
        return;
    }
    if (trace->at == LEARN_ALPHABET) {
        step(o, mine->tapes, o->len, number);
        trace->first_ns = mine->at_ns;
        o->keys++;
    } else {
        step(o, mine->tapes, trace->at, number);
        o->moves++;
    }
    trace->at = number;
    trace->last_ns = mine->at_ns;
    o->full = says_nothing(o);
}

void learn_orders_take(struct learn_mine *mine, uint32_t event)
{
    for (uint32_t i = 0; i < mine->orders_len; i++) {
        struct learn_order *o = &mine->orders[i];

        for (uint32_t n = 0; n < o->len && !o->full; n++) {
            if (o->events[n] == event)
                take(mine, o, n);
        }
        if (o->full)
            forget(o);
    }
}

void learn_orders_end(struct learn_mine *mine)
{
    for (uint32_t i = 0; i < mine->orders_len; i++) {
        struct learn_order *o = &mine->orders[i];

        o->on += o->traces_len > 0;
        for (uint32_t t = 0; t < o->traces_cap; t++) {
            const struct learn_trace *trace = &o->traces[t];

            if (!trace->key)
                continue;
            step(o, mine->tapes, trace->at, o->len);
            learn_took_add(&o->took, trace->first_ns, trace->last_ns);
        }
        forget(o);
    }
}

void learn_orders_release(struct learn_mine *mine)
{
    for (uint32_t i = 0; i < mine->orders_len; i++)
        free(mine->orders[i].traces);
    free(mine->orders);
}
