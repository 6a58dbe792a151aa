#include "replayer/dialogue/timeline.h"

#include "core/mem.h"
#include "replayer/answer/polling.h"
#include "wire/eio/eio.h"
#include "wire/sio/packet.h"

#include <stdlib.h>

bool play_part_is_awaited(enum play_part_kind kind)
{
    return kind != PLAY_PART_RETRY && kind != PLAY_PART_NOTE &&
           kind != PLAY_PART_ID;
}

bool play_event_is_awaited(const struct td_event *ev)
{
    static const char *const kinds[] = {"body",
                                        "handshake",
                                        SIO_KIND_CONNECT,
                                        SIO_KIND_CONNECT_ERROR,
                                        SIO_KIND_DISCONNECT,
                                        TD_KIND_CLOSE};

    if (ev->dir != TD_DIR_OUT)
        return false;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (td_bytes_is(ev->kind, kinds[i]))
            return true;
    return td_event_is_plain(ev);
}

struct td_bytes play_target_transport(struct td_bytes target)
{
    const uint8_t *mark =
        target.len ? memchr(target.ptr, '?', target.len) : NULL;
    struct eio_query query = {.transport = td_text("")};

    if (mark)
        query = eio_query_parse(
            td_bytes(mark + 1, target.len - (size_t)(mark + 1 - target.ptr)));
    return mark && td_bytes_is(query.version, "4") ? query.transport
                                                   : td_text("");
}

static struct play_step *add(struct play_timeline *timeline,
                             enum play_step_kind kind, uint32_t exchange,
                             uint64_t order)
{
    struct play_step *step;

    timeline->steps =
        td_list_room(timeline->steps, timeline->len, sizeof(*timeline->steps));
    step = &timeline->steps[timeline->len++];
    *step =
        (struct play_step){.kind = kind, .exchange = exchange, .order = order};
    return step;
}

static void add_parts(struct play_timeline *timeline,
                      const struct play_exchange *x, uint32_t exchange)
{
    uint32_t heard = 0;

    for (uint32_t i = 0; i < x->parts_len; i++) {
        const struct play_part *part = &x->parts[i];
        struct play_step *step;

        if (!play_part_is_awaited(part->kind))
            continue;
        step = add(timeline,
                   part->dir == TD_DIR_IN ? PLAY_STEP_SAY : PLAY_STEP_HEAR,
                   exchange, part->order * 2);
        /* A goodbye stands behind the end that it brings about. */
        if (part->kind == PLAY_PART_CLOSE && x->end_order)
            step->order = x->end_order * 2;
        step->part = i;
        step->at_ns = part->at_ns;
        if (part->dir == TD_DIR_OUT)
            step->heard = ++heard;
    }
}

/* The client went, or the recording did. */
static bool is_left(const struct play_exchange *x)
{
    return x->cut && (strstr(x->cut, "by client") ||
                      !strcmp(x->cut, "the recording has ended"));
}

static void add_exchange(struct play_timeline *timeline,
                         const struct play_exchange *x, uint32_t exchange)
{
    add(timeline, PLAY_STEP_ASK, exchange, x->order * 2)->at_ns = x->asked_ns;
    if (x->answered)
        add(timeline, PLAY_STEP_HEAD, exchange, x->head_order * 2)->at_ns =
            x->head_ns;
    if (!x->framed)
        add_parts(timeline, x, exchange);
    if (x->end_order)
        add(timeline,
            x->framed || is_left(x) ? PLAY_STEP_LEAVE : PLAY_STEP_DONE,
            exchange, x->end_order * 2 + 1)
            ->at_ns = x->end_ns;
}

static int by_order(const void *a, const void *b)
{
    const struct play_step *x = a;
    const struct play_step *y = b;

    return x->order < y->order ? -1 : x->order > y->order;
}

void play_timeline_make(struct play_timeline *timeline,
                        const struct play_exchanges *exchanges)
{
    for (uint32_t i = 0; i < exchanges->len; i++) {
        const struct play_exchange *x = &exchanges->list[i];

        if (play_polls(x->target))
            timeline->polls++;
        else
            add_exchange(timeline, x, i);
    }
    if (timeline->len > 1)
        qsort(timeline->steps, timeline->len, sizeof(*timeline->steps),
              by_order);
}

void play_timeline_release(struct play_timeline *timeline)
{
    free(timeline->steps);
    *timeline = (struct play_timeline){0};
}
