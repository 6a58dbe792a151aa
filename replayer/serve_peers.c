#include "core/mem.h"
#include "replayer/serve_internal.h"

#include <stdio.h>
#include <stdlib.h>

/* The tally of a namespace, made when it is not there. */
size_t play_serve_tally(struct play_serve *s, struct td_bytes ns)
{
    for (size_t i = 0; i < s->tally_count; i++)
        if (td_bytes_is(ns, s->tallies[i].ns))
            return i;
    s->tallies =
        td_realloc(s->tallies, (s->tally_count + 1) * sizeof(*s->tallies));
    s->tallies[s->tally_count] = (struct play_tally){
        .ns = td_strndup(ns.len ? (const char *)ns.ptr : "", ns.len)};
    return s->tally_count++;
}

static struct play_tally *tally_of(struct play_serve *s,
                                   const struct play_consumer *c)
{
    return c->tally == SIZE_MAX ? &s->all : &s->tallies[c->tally];
}

static uint64_t play_serve_tally_now(const struct play_serve *s,
                                     const struct play_consumer *c)
{
    return c->tally == SIZE_MAX ? s->all.count : s->tallies[c->tally].count;
}

/* Sent or lost. */
static uint64_t play_consumer_put(const struct play_consumer *c)
{
    bool live = c->peer && !c->behind && !c->leaving;

    return c->stats.sent + c->stats.lost +
           (live ? play_serve_tally_now(c->serve, c) - c->base : 0);
}

struct play_consumer_stats play_consumer_stats(const struct play_consumer *c)
{
    struct play_consumer_stats stats = c->stats;
    uint64_t put = play_consumer_put(c);
    uint64_t played = play_serve_tally_now(c->serve, c);

    stats.sent = put - stats.lost;
    /* Who catches up where the timeline was moved back gets more than that. */
    stats.missed = played > put ? played - put : 0;
    return stats;
}

static const char *dialect_name(enum wire_dialect dialect)
{
    switch (dialect) {
    case WIRE_WS:
        return "ws";
    case WIRE_SIO:
        return "sio";
    case WIRE_SSE:
        return "sse";
    case WIRE_EIO:
        return "eio";
    }
    return "";
}

static struct play_consumer *consumer_new(struct play_serve *s,
                                          struct wire_peer *peer)
{
    struct play_consumer *c = td_calloc(1, sizeof(*c));
    const char *ns = wire_peer_namespace(peer);

    c->serve = s;
    c->peer = peer;
    c->stats.dialect = dialect_name(wire_peer_dialect(peer));
    (void)snprintf(c->stats.address, sizeof(c->stats.address), "%s",
                   wire_peer_address(peer));
    c->tally = SIZE_MAX;
    if (wire_peer_dialect(peer) == WIRE_SIO)
        c->tally =
            play_serve_tally(s, td_text(ns && strcmp(ns, "/") ? ns : ""));
    c->base = play_serve_tally_now(s, c);
    wire_peer_set_ctx(peer, c);
    s->consumers =
        td_realloc(s->consumers, (s->count + 1) * sizeof(*s->consumers));
    s->consumers[s->count++] = c;
    c->conn = (uint32_t)++s->joined;
    s->present++;
    return c;
}

/* The timeline is under way: it gets first what it has missed. */
static void fall_behind(struct play_consumer *c)
{
    struct td_error err = {.code = TD_OK};

    if (play_hub_catch_up(c->serve->hub, c->peer, 0, &err))
        play_serve_fail(c->serve, &err);
    else
        c->behind = true;
}

void play_serve_fetched(void *ctx, struct wire_peer *peer, struct td_event *ev)
{
    struct play_serve *s = ctx;
    struct play_consumer *c = wire_peer_ctx(peer);

    if (play_asks_ack(ev))
        play_serve_issue_id(s, c->id, ev);
    c->stats.sent += td_event_is_plain(ev) ? 1 : 0;
}

void play_serve_caught_up(void *ctx, struct wire_peer *peer,
                          const struct td_error *why)
{
    struct play_consumer *c = wire_peer_ctx(peer);

    c->behind = false;
    c->base = play_serve_tally_now(ctx, c);
    if (why->code)
        play_serve_fail(ctx, why);
}

void play_serve_joined_peer(void *ctx, struct wire_peer *peer)
{
    struct play_serve *s = ctx;
    struct play_consumer *c = consumer_new(s, peer);

    if (s->events.joined)
        s->events.joined(s->events.ctx, c->conn, c->stats.address);
    if (s->options.catch_up && s->player && play_player_started(s->player))
        fall_behind(c);
    play_serve_start_if_ready(s);
}

/* One ack less to wait for. */
static void settle(struct play_consumer *c)
{
    struct play_serve *s = c->serve;

    if (!c->awaited)
        return;
    c->awaited = false;
    if (--s->awaited)
        return;
    wire_timer_cancel(s->net, &s->wait);
    play_serve_go_on(s);
    play_serve_finish_if_ready(s);
}

/* Forget the stats of one that has gone: there are too many. */
static void drop(struct play_serve *s, struct play_consumer *c)
{
    size_t i = 0;

    while (s->consumers[i] != c)
        i++;
    s->gone_sent += c->stats.sent;
    tally_of(s, c)->dropped++;
    tally_of(s, c)->dropped_put +=
        play_serve_tally_now(s, c) - play_consumer_stats(c).missed;
    memmove(&s->consumers[i], &s->consumers[i + 1],
            (s->count - i - 1) * sizeof(*s->consumers));
    s->count--;
    free(c);
}

void play_serve_leaving_peer(void *ctx, struct wire_peer *peer)
{
    struct play_serve *s = ctx;
    struct play_consumer *c = wire_peer_ctx(peer);

    if (!c)
        return;
    c->stats.sent = play_consumer_put(c);
    c->leaving = true;
    c->behind = false;
    play_hub_gone(s->hub, peer);
    settle(c);
}

void play_serve_left_peer(void *ctx, struct wire_peer *peer, uint64_t lost,
                          const struct td_error *why)
{
    struct play_serve *s = ctx;
    struct play_consumer *c = wire_peer_ctx(peer);

    (void)why;
    if (!c)
        return;
    c->stats.sent = play_consumer_put(c) - lost;
    c->stats.lost = lost;
    c->stats.gone = true;
    c->peer = NULL;
    s->present--;
    s->lost += lost;
    c->behind = false;
    play_hub_gone(s->hub, peer);
    settle(c);
    if (!s->present && s->events.alone)
        s->events.alone(s->events.ctx);
    play_serve_finish_if_ready(s);
    if (s->count > PLAY_CONSUMERS_KEPT)
        drop(s, c);
}

static void tell(const struct play_consumer *c, const struct td_event *ev)
{
    const struct play_serve_events *events = &c->serve->events;
    struct td_event own = *ev;

    own.conn = c->conn;
    own.seq = c->stats.received;
    if (events->heard)
        events->heard(events->ctx, &own);
}

void play_serve_unfit_event(void *ctx, struct wire_peer *peer,
                            const struct td_event *ev,
                            const struct td_error *why)
{
    struct play_serve *s = ctx;
    struct play_consumer *c = wire_peer_ctx(peer);

    if (!c)
        return;
    c->stats.unfit++;
    if (s->unfit++ == 0)
        (void)snprintf(s->unfit_why, sizeof(s->unfit_why),
                       "event %llu over %s: %s", (unsigned long long)ev->seq,
                       c->stats.dialect, why->text);
}

void play_serve_changed_event(void *ctx, struct wire_peer *peer,
                              const struct td_event *ev, const char *why)
{
    struct play_serve *s = ctx;
    struct play_consumer *c = wire_peer_ctx(peer);

    if (!c)
        return;
    c->stats.changed++;
    if (s->changed++ == 0)
        (void)snprintf(s->changed_why, sizeof(s->changed_why),
                       "event %llu over %s: %s", (unsigned long long)ev->seq,
                       c->stats.dialect, why);
}

/* A consumer spoke: count it, take its ack. What asks for one is answered by
 * the server. */
void play_serve_heard(void *ctx, struct wire_peer *peer,
                      const struct td_event *ev)
{
    struct play_serve *s = ctx;
    struct play_consumer *c = wire_peer_ctx(peer);

    if (!c || !td_event_is_plain(ev))
        return;
    if (ev->ack.len) {
        if (td_bytes_is(ev->ack, s->id))
            settle(c);
        return;
    }
    c->stats.received++;
    tell(c, ev);
}
