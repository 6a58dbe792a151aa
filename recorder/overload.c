#include "recorder/overload.h"

#include "core/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct rec_loss {
    uint64_t count;
    uint64_t at_ns; /* of the first event that is missing */
    uint32_t conn;
};

static const char *const names[] = {"block", "drop-new", "drop-old", "fail"};

const char *rec_policy_name(enum rec_policy policy)
{
    return names[policy];
}

void rec_overload_init(struct rec_overload *load, enum rec_policy policy,
                       size_t max)
{
    *load = (struct rec_overload){.policy = policy};
    rec_queue_init(&load->queue, max);
}

void rec_overload_release(struct rec_overload *load)
{
    rec_queue_release(&load->queue);
    free(load->losses);
    load->losses = NULL;
    load->loss_count = load->loss_cap = 0;
}

static void count_loss(struct rec_overload *load, const struct td_event *ev)
{
    struct rec_loss *loss = NULL;

    load->lost++;
    for (size_t i = 0; i < load->loss_count && !loss; i++)
        if (load->losses[i].conn == ev->conn)
            loss = &load->losses[i];
    if (!loss) {
        if (load->loss_count == load->loss_cap) {
            load->loss_cap = load->loss_cap ? load->loss_cap * 2 : 8;
            load->losses = td_realloc(load->losses,
                                      load->loss_cap * sizeof(*load->losses));
        }
        loss = &load->losses[load->loss_count++];
        *loss = (struct rec_loss){.at_ns = ev->at_ns, .conn = ev->conn};
    }
    loss->count++;
}

/* The first loss as an event. */
static void loss_event(struct rec_overload *load, struct td_event *ev)
{
    const struct rec_loss *loss = &load->losses[0];
    int len = snprintf(load->text, sizeof(load->text),
                       "{\"count\":%" PRIu64 ",\"why\":\"overload: %s\"}",
                       loss->count, rec_policy_name(load->policy));

    *ev = (struct td_event){.at_ns = loss->at_ns,
                            .conn = loss->conn,
                            .dir = TD_DIR_OUT,
                            .form = TD_FORM_JSON,
                            .kind = td_text(TD_KIND_LOST),
                            .payload = td_bytes(load->text, (size_t)len)};
}

static void loss_told(struct rec_overload *load)
{
    load->loss_count--;
    memmove(load->losses, load->losses + 1,
            load->loss_count * sizeof(*load->losses));
}

/* drop-new: what is missing is missing behind all that waits, so the queue
 * gets the word of it before it gets another event.
 */
static void queue_losses(struct rec_overload *load)
{
    struct td_event lost;

    while (load->loss_count) {
        loss_event(load, &lost);
        rec_queue_add(&load->queue, &lost);
        loss_told(load);
    }
}

static void drop_oldest(struct rec_overload *load)
{
    struct td_event old;

    if (!rec_queue_first(&load->queue, &old))
        return;
    count_loss(load, &old);
    rec_queue_drop(&load->queue);
}

enum td_code rec_overload_put(struct rec_overload *load,
                              const struct td_event *ev)
{
    bool fits = rec_queue_fits(&load->queue, ev);

    switch (load->policy) {
    case REC_DROP_NEW:
        if (!fits) {
            count_loss(load, ev);
            return TD_OK;
        }
        queue_losses(load);
        break;
    case REC_DROP_OLD:
        while (!fits && load->queue.count) {
            drop_oldest(load);
            fits = rec_queue_fits(&load->queue, ev);
        }
        break;
    case REC_FAIL:
        if (!fits) {
            count_loss(load, ev);
            return TD_LIMIT;
        }
        break;
    case REC_BLOCK:
    default:
        break;
    }
    rec_queue_add(&load->queue, ev);
    return TD_OK;
}

/* drop-old loses what comes before the queue, the others what comes behind. */
bool rec_overload_next(struct rec_overload *load, struct td_event *ev)
{
    if (load->loss_count &&
        (load->policy == REC_DROP_OLD || !load->queue.count)) {
        loss_event(load, ev);
        return true;
    }
    return rec_queue_first(&load->queue, ev);
}

void rec_overload_taken(struct rec_overload *load, const struct td_event *ev)
{
    if (ev->payload.ptr == (const uint8_t *)load->text)
        loss_told(load);
    else
        rec_queue_drop(&load->queue);
}

bool rec_overload_should_stop(const struct rec_overload *load)
{
    return load->policy == REC_BLOCK &&
           rec_queue_bytes(&load->queue) > load->queue.max / 2;
}

bool rec_overload_may_go_on(const struct rec_overload *load)
{
    return rec_queue_bytes(&load->queue) <= load->queue.max / 4;
}
