#include "core/mem.h"
#include "replayer/serve_internal.h"

#include <stdlib.h>

#define CATCH_BATCH 256 /* events a turn and consumer */
#define SEEK_BATCH  4096
#define CATCH_LOW   ((size_t)256 * 1024) /* bytes queued to go on below */
#define CATCH_RETRY (10 * TD_NS_PER_MS)

void play_consumer_forget(struct play_consumer *c)
{
    c->serve->history.close(c->behind);
    c->behind = NULL;
    free(c->seen);
    c->seen = NULL;
}

/* From now on it gets what all get. */
static void go_live(struct play_consumer *c)
{
    play_consumer_forget(c);
    c->base = play_serve_tally_now(c->serve, c);
    wire_peer_hold(c->peer, false);
}

/* The next event that c has missed; codes of struct play_history. */
static enum td_code fetch(struct play_consumer *c, struct td_event *ev,
                          struct td_error *err)
{
    const struct play_serve *s = c->serve;

    return s->history.next(c->behind, s->last_seq, ev, err);
}

/* Read the history from its start. */
static enum td_code begin(struct play_consumer *c, struct td_error *err)
{
    const struct play_history *history = &c->serve->history;

    history->close(c->behind);
    c->behind = NULL;
    return history->open(history->self, &c->behind, err);
}

static void seek_over(struct play_consumer *c)
{
    free(c->seen);
    c->seen = NULL;
}

/* Look for the event that c saw last, a batch; without it all was missed. */
static enum td_code seek_batch(struct play_consumer *c, struct td_error *err)
{
    struct td_buf id = {0};
    struct td_event ev;
    enum td_code code = TD_OK;

    for (unsigned n = 0; n < SEEK_BATCH && c->seen && !code; n++) {
        code = fetch(c, &ev, err);
        if (code == TD_END) {
            seek_over(c);
            code = begin(c, err);
        } else if (!code && td_bytes_is(wire_sse_id(&id, &ev), c->seen)) {
            seek_over(c);
        }
    }
    td_buf_release(&id);
    return code;
}

/* What is played in another namespace is not for it. */
static bool is_for(const struct play_consumer *c, const struct td_event *ev)
{
    return c->tally == SIZE_MAX ||
           td_bytes_is(ev->ns, c->serve->tallies[c->tally].ns);
}

static void send_missed(struct play_consumer *c, struct td_event *ev)
{
    char id[PLAY_ACK_ID_SIZE];

    if (play_asks_ack(ev))
        play_serve_issue_id(c->serve, id, ev);
    c->stats.sent += td_event_is_plain(ev) ? 1 : 0;
    wire_peer_send(c->peer, ev);
}

/* Send what c has missed, a batch. TD_OK there is more, TD_AGAIN its queue is
 * full or the history cannot be read so far yet, TD_END it has all.
 */
static enum td_code catch_batch(struct play_consumer *c, struct td_error *err)
{
    struct td_event ev;
    enum td_code code = TD_OK;

    if (c->seen)
        return seek_batch(c, err);
    for (unsigned n = 0; n < CATCH_BATCH && !code; n++) {
        code = wire_peer_ready(c->peer) ? fetch(c, &ev, err) : TD_AGAIN;
        if (!code && is_for(c, &ev))
            send_missed(c, &ev);
    }
    return code;
}

/* One turn of a consumer that is behind; when it wants the next one. */
static uint64_t catch_turn(struct play_consumer *c)
{
    struct play_serve *s = c->serve;
    struct td_error err = {.code = TD_OK};
    enum td_code code;

    if (c->full && wire_peer_pending(c->peer) > CATCH_LOW)
        return wire_now(s->net) + CATCH_RETRY;
    code = catch_batch(c, &err);
    c->full = code == TD_AGAIN && !wire_peer_ready(c->peer);
    if (code == TD_AGAIN)
        return wire_now(s->net) + CATCH_RETRY;
    if (!code)
        return wire_now(s->net);
    go_live(c);
    if (code != TD_END)
        play_serve_fail(s, &err);
    return TD_NEVER;
}

void play_serve_catch_up(void *ctx)
{
    struct play_serve *s = ctx;
    uint64_t next = TD_NEVER;
    uint64_t at;

    for (size_t i = 0; i < s->count; i++) {
        if (!s->consumers[i]->behind)
            continue;
        at = catch_turn(s->consumers[i]);
        next = at < next ? at : next;
    }
    wire_timer_set(s->net, &s->catching, next);
    play_serve_finish_if_ready(s);
}

void play_consumer_fall_behind(struct play_consumer *c)
{
    struct play_serve *s = c->serve;
    struct td_error err = {.code = TD_OK};
    const char *seen = wire_peer_last_event_id(c->peer);

    if (begin(c, &err)) {
        play_serve_fail(s, &err);
        return;
    }
    if (*seen)
        c->seen = td_strdup(seen);
    wire_peer_hold(c->peer, true);
    wire_timer_set(s->net, &s->catching, wire_now(s->net));
}
