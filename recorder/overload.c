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

static const char *rec_policy_name(enum rec_policy policy)
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

static TD_RARE enum td_code wait_for_room(struct rec_overload *load,
                                          const struct td_event *ev,
                                          struct td_error *err)
{
    enum td_code code = rec_overload_put(load, ev);

    if (!code)
        return TD_OK;
    td_error_set(err, code, "", 0,
                 "events come faster than the tape takes them, and the "
                 "policy is to fail");
    return td_error_hint(err, "use --on-overload block, or a faster disk");
}

static enum td_code stage_put(void *self, const struct td_event *ev,
                              struct td_error *err)
{
    struct rec_overload *load = self;
    enum td_code code = TD_AGAIN;

    if (rec_overload_empty(load))
        code = td_sink_put(load->next, ev, err);
    return code == TD_AGAIN ? wait_for_room(load, ev, err) : code;
}

static enum td_code stage_flush(void *self, struct td_error *err)
{
    struct rec_overload *load = self;
    struct td_event ev;

    while (rec_overload_next(load, &ev)) {
        enum td_code code = td_sink_put(load->next, &ev, err);

        if (code)
            return code;
        rec_overload_taken(load, &ev);
    }
    return td_sink_flush(load->next, err);
}

struct td_sink rec_overload_sink(struct rec_overload *load, struct td_sink next)
{
    load->next = next;
    return (struct td_sink){
        .put = stage_put, .flush = stage_flush, .self = load};
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
