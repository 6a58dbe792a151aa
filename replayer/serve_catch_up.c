#include "core/mem.h"
#include "replayer/serve_internal.h"

#include <stdlib.h>

#define CATCH_BATCH 256 /* events a turn and consumer */
#define SEEK_BATCH  4096
#define CATCH_LOW   ((size_t)256 * 1024) /* bytes queued to go on below */
#define CATCH_RETRY (10 * TD_NS_PER_MS)

void play_consumer_forget(struct play_consumer *c)
{
    play_source_close(c->behind);
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

/* True if c has all that was played and may go live. */
static bool has_caught_up(const struct play_consumer *c)
{
    const struct play_player *player = c->serve->player;
    struct play_place own = play_source_place(c->behind);
    struct play_place next;

    return play_player_next_place(player, &next) &&
           play_player_stats(player)->passes == c->passes &&
           own.tape == next.tape && own.seq == next.seq &&
           own.at_ns == next.at_ns;
}

/* See that c->ev is the next event that c has missed. TD_END: there is none. */
static enum td_code catch_fetch(struct play_consumer *c, struct td_error *err)
{
    const struct play_player *player = c->serve->player;
    enum td_code code = TD_OK;

    while (!c->have && !code) {
        code = play_source_next(c->behind, &c->ev, err);
        c->have = !code;
        if (code != TD_END || play_player_done(player) ||
            play_player_stats(player)->passes <= c->passes)
            continue;
        c->passes++;
        code = play_source_rewind(c->behind, err);
    }
    return code;
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
    enum td_code code = TD_OK;

    for (unsigned n = 0; n < SEEK_BATCH && c->seen && !code; n++) {
        code = catch_fetch(c, err);
        if (code == TD_END || (!code && has_caught_up(c))) {
            seek_over(c);
            c->have = false;
            code = play_source_rewind(c->behind, err);
        } else if (!code) {
            if (td_bytes_is(wire_sse_id(&id, &c->ev), c->seen))
                seek_over(c);
            c->have = false;
        }
    }
    td_buf_release(&id);
    return code;
}

/* What is played in another namespace is not for it. */
static bool is_for(const struct play_consumer *c)
{
    return c->tally == SIZE_MAX ||
           td_bytes_is(c->ev.ns, c->serve->tallies[c->tally].ns);
}

/* Send what c has missed, a batch. TD_OK there is more, TD_AGAIN its queue is
 * full, TD_END it has all.
 */
static enum td_code catch_batch(struct play_consumer *c, struct td_error *err)
{
    char id[PLAY_ACK_ID_SIZE];
    enum td_code code = TD_OK;

    if (c->seen)
        return seek_batch(c, err);
    for (unsigned n = 0; n < CATCH_BATCH && !code; n++) {
        code = catch_fetch(c, err);
        if (code)
            return code;
        if (has_caught_up(c))
            return TD_END;
        if (!is_for(c)) {
            c->have = false;
            continue;
        }
        if (play_asks_ack(&c->ev))
            play_serve_issue_id(c->serve, id, &c->ev);
        c->have = false;
        c->stats.sent += td_event_is_plain(&c->ev) ? 1 : 0;
        wire_peer_send(c->peer, &c->ev);
        code = wire_peer_ready(c->peer) ? TD_OK : TD_AGAIN;
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
    c->full = code == TD_AGAIN;
    if (!code || code == TD_AGAIN)
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

    if (play_source_again(&c->behind, s->source, &err)) {
        play_serve_fail(s, &err);
        return;
    }
    c->passes = play_player_stats(s->player)->passes;
    if (play_player_done(s->player) && c->passes)
        c->passes--;
    if (*seen)
        c->seen = td_strdup(seen);
    wire_peer_hold(c->peer, true);
    wire_timer_set(s->net, &s->catching, wire_now(s->net));
}
