#include "core/mem.h"
#include "replayer/serve_internal.h"

#include <stdio.h>
#include <stdlib.h>

void play_serve_fail(struct play_serve *s, const struct td_error *why)
{
    if (s->failed)
        return;
    s->failed = true;
    s->events.failed(s->events.ctx, why);
}

void play_serve_go_on(struct play_serve *s)
{
    if (s->blocked || s->awaited)
        return;
    if (s->player)
        play_player_go_on(s->player);
    if (s->events.room)
        s->events.room(s->events.ctx);
}

static void on_done(void *ctx)
{
    struct play_serve *s = ctx;

    s->events.finished(s->events.ctx);
}

static void stall_from_now(struct play_serve *s)
{
    if (s->options.stall_ns)
        wire_timer_set(s->net, &s->stall,
                       wire_now(s->net) + s->options.stall_ns);
}

void play_serve_finish_if_ready(struct play_serve *s)
{
    if (!s->finishing || s->awaited || play_hub_behind(s->hub) > 0)
        return;
    s->finishing = false;
    s->closing = true;
    wire_timer_cancel(s->net, &s->wait);
    for (size_t i = 0; i < s->count; i++)
        if (s->consumers[i]->peer)
            s->consumers[i]->pending = wire_peer_pending(s->consumers[i]->peer);
    stall_from_now(s);
    wire_server_finish(s->server, on_done);
}

void play_serve_start_if_ready(struct play_serve *s)
{
    if (!s->player || play_player_started(s->player) ||
        s->present < s->options.wait_clients)
        return;
    wire_timer_cancel(s->net, &s->wait);
    play_player_start(s->player);
    if (s->events.started)
        s->events.started(s->events.ctx);
}

static void on_drained(void *ctx)
{
    struct play_serve *s = ctx;

    s->blocked = false;
    s->flood = false;
    if (!s->closing)
        wire_timer_cancel(s->net, &s->stall);
    play_serve_go_on(s);
}

static void on_page(void *ctx, const char *path, struct wire_page *page)
{
    struct play_serve *s = ctx;

    if (s->options.page)
        s->options.page(s->events.ctx, path, page);
}

/* At the end: who took nothing since the last look is left behind. */
static void drop_stalled(struct play_serve *s)
{
    size_t pending;

    for (size_t i = 0; i < s->count; i++) {
        struct play_consumer *c = s->consumers[i];

        if (!c->peer)
            continue;
        pending = wire_peer_pending(c->peer);
        if (pending == c->pending)
            wire_peer_abort(c->peer);
        c->pending = pending;
    }
    stall_from_now(s);
}

/* Nobody may hold up all others for ever. */
static void on_stall(void *ctx)
{
    struct play_serve *s = ctx;

    if (s->closing) {
        drop_stalled(s);
        return;
    }
    s->blocked = false;
    s->flood = true;
    play_serve_go_on(s);
}

static void on_wait(void *ctx)
{
    struct play_serve *s = ctx;
    struct td_error err;

    if (s->awaited)
        (void)td_error_set(&err, TD_TIMEOUT, "--wait-acked", 0,
                           "%u consumers did not answer ack %s", s->awaited,
                           s->id);
    else
        (void)td_error_set(&err, TD_TIMEOUT, "--wait-clients", 0,
                           "%u of %u consumers came", s->present,
                           s->options.wait_clients);
    play_serve_fail(s, &err);
}

static void wait_from_now(struct play_serve *s)
{
    if (s->options.wait_ns)
        wire_timer_set(s->net, &s->wait, wire_now(s->net) + s->options.wait_ns);
}

static void on_refused(void *ctx, const char *address, int status,
                       const char *why)
{
    struct play_serve *s = ctx;

    play_refusals_add(&s->refusals, status, why);
    if (s->events.refused)
        s->events.refused(s->events.ctx, address, status, why);
}

static const struct wire_server_events server_events = {
    .joined = play_serve_joined_peer,
    .leaving = play_serve_leaving_peer,
    .left = play_serve_left_peer,
    .event = play_serve_heard,
    .unfit = play_serve_unfit_event,
    .changed = play_serve_changed_event,
    .drained = on_drained,
    .refused = on_refused,
    .page = on_page,
};

static void on_level(void *ctx)
{
    play_serve_finish_if_ready(ctx);
}

static struct play_hub *open_hub(struct play_serve *s)
{
    static const struct play_hub_events events = {
        .fetched = play_serve_fetched,
        .caught_up = play_serve_caught_up,
        .level = on_level,
    };
    struct play_hub_options options = {.history = play_serve_history(s)};

    return play_hub_new(s->net, s->server, &options, &events, s);
}

enum td_code play_serve_open(struct play_serve **out, struct wire_net *net,
                             const struct play_serve_options *options,
                             struct play_source *source,
                             const struct play_serve_events *events,
                             struct td_error *err)
{
    struct play_serve *s = td_calloc(1, sizeof(*s));
    enum td_code code;

    s->net = net;
    s->options = *options;
    s->options.server.id_for_all = options->catch_up;
    s->events = *events;
    s->source = source;
    s->wait = (struct wire_timer){.fire = on_wait, .ctx = s};
    s->stall = (struct wire_timer){.fire = on_stall, .ctx = s};
    code = wire_server_open(net, &s->options.server, &server_events, s,
                            &s->server, err);
    if (code) {
        free(s);
        return code;
    }
    s->hub = open_hub(s);
    *out = s;
    return TD_OK;
}

void play_serve_free(struct play_serve *serve)
{
    if (!serve)
        return;
    wire_timer_cancel(serve->net, &serve->wait);
    wire_timer_cancel(serve->net, &serve->stall);
    play_hub_free(serve->hub);
    wire_server_free(serve->server);
    for (size_t i = 0; i < serve->count; i++)
        free(serve->consumers[i]);
    for (size_t i = 0; i < serve->tally_count; i++)
        free(serve->tallies[i].ns);
    free(serve->tallies);
    free(serve->consumers);
    free(serve);
}

void play_serve_issue_id(struct play_serve *s, char *id, struct td_event *ev)
{
    (void)snprintf(id, PLAY_ACK_ID_SIZE, "%llu",
                   (unsigned long long)++s->last_id);
    ev->id = td_text(id);
}

static bool goes_to(const struct play_consumer *c, const struct td_event *ev)
{
    return c->peer && !c->behind && !c->leaving && c->tally != SIZE_MAX &&
           td_bytes_is(ev->ns, c->serve->tallies[c->tally].ns);
}

/* All Socket.IO consumers that were just sent ev owe its ack. */
static void await_acks(struct play_serve *s, const struct td_event *ev)
{
    for (size_t i = 0; i < s->count; i++) {
        s->consumers[i]->awaited = goes_to(s->consumers[i], ev);
        s->awaited += s->consumers[i]->awaited;
    }
    if (s->awaited)
        wait_from_now(s);
}

/* Who is behind holds the player, until it has held it for too long. */
static bool has_room(struct play_serve *s)
{
    if (wire_server_ready(s->server) || s->flood)
        return true;
    if (!s->blocked)
        stall_from_now(s);
    s->blocked = true;
    return false;
}

static void tally_up(struct play_serve *s, const struct td_event *ev)
{
    size_t tally = play_serve_tally(s, ev->ns); /* may move the tallies */

    s->all.count++;
    s->tallies[tally].count++;
}

static enum td_code put(void *self, const struct td_event *ev,
                        struct td_error *err)
{
    struct play_serve *s = self;
    struct td_event mine = *ev;

    (void)err;
    if (s->awaited || !has_room(s))
        return TD_AGAIN;
    if (play_asks_ack(ev))
        play_serve_issue_id(s, s->id, &mine);
    play_hub_put(s->hub, &mine);
    if (td_event_is_plain(ev))
        tally_up(s, ev);
    if (s->options.wait_acked && play_asks_ack(ev))
        await_acks(s, ev);
    return TD_OK;
}

struct td_sink play_serve_sink(struct play_serve *serve)
{
    return (struct td_sink){.put = put, .self = serve};
}

void play_serve_attach(struct play_serve *serve, struct play_player *player)
{
    serve->player = player;
    if (serve->options.wait_clients)
        wait_from_now(serve);
    play_serve_start_if_ready(serve);
}

uint16_t play_serve_port(const struct play_serve *serve)
{
    return wire_server_port(serve->server);
}

unsigned play_serve_consumers(const struct play_serve *serve)
{
    return serve->present;
}

void play_serve_finish(struct play_serve *serve)
{
    serve->finishing = true;
    play_serve_finish_if_ready(serve);
}

bool play_serve_consumer(const struct play_serve *serve, size_t i,
                         struct play_consumer_stats *stats)
{
    if (i >= serve->count)
        return false;
    *stats = play_consumer_stats(serve->consumers[i]);
    return true;
}

uint64_t play_serve_joined(const struct play_serve *serve)
{
    return serve->joined;
}

uint64_t play_serve_sent(const struct play_serve *serve)
{
    uint64_t sum = serve->gone_sent;

    for (size_t i = 0; i < serve->count; i++)
        sum += play_consumer_stats(serve->consumers[i]).sent;
    return sum;
}

static uint64_t dropped_missed(const struct play_tally *tally)
{
    return tally->dropped * tally->count - tally->dropped_put;
}

uint64_t play_serve_missed(const struct play_serve *serve)
{
    uint64_t sum = dropped_missed(&serve->all);

    for (size_t i = 0; i < serve->tally_count; i++)
        sum += dropped_missed(&serve->tallies[i]);
    for (size_t i = 0; i < serve->count; i++)
        sum += play_consumer_stats(serve->consumers[i]).missed;
    return sum;
}

uint64_t play_serve_lost(const struct play_serve *serve)
{
    return serve->lost;
}

uint64_t play_serve_unfit(const struct play_serve *serve)
{
    return serve->unfit;
}

const char *play_serve_unfit_why(const struct play_serve *serve)
{
    return serve->unfit_why;
}

uint64_t play_serve_changed(const struct play_serve *serve)
{
    return serve->changed;
}

const char *play_serve_changed_why(const struct play_serve *serve)
{
    return serve->changed_why;
}

const struct play_refusals *play_serve_refusals(const struct play_serve *serve)
{
    return &serve->refusals;
}
