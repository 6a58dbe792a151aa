#include "replayer/connect.h"

#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>

struct play_connect {
    struct wire_net *net;
    struct play_connect_options options;
    struct play_connect_events events;
    struct play_player *player;
    struct wire_client *client;
    struct wire_timer wait;
    uint64_t sent;
    uint64_t received;
    uint64_t unfit;
    char unfit_why[400]; /* of the first */
    uint64_t last_id;
    char id[PLAY_ACK_ID_SIZE]; /* of the ack that is awaited last */
    bool awaited;
    bool ready;
    bool lingering; /* the server may close */
    bool finishing; /* close when the ack has come */
    bool closing;
    bool over;
};

static void fail(struct play_connect *c, const struct td_error *why)
{
    if (c->over)
        return;
    c->over = true;
    c->events.failed(c->events.ctx, why);
}

static void start_if_ready(struct play_connect *c)
{
    if (!c->ready || !c->player || play_player_started(c->player))
        return;
    play_player_start(c->player);
    if (c->events.started)
        c->events.started(c->events.ctx);
}

static void on_ready(void *ctx)
{
    struct play_connect *c = ctx;

    c->ready = true;
    start_if_ready(c);
}

static void on_drained(void *ctx)
{
    struct play_connect *c = ctx;

    if (c->player && !c->awaited)
        play_player_go_on(c->player);
}

static void close_if_ready(struct play_connect *c)
{
    if (!c->finishing || c->awaited || c->closing)
        return;
    c->closing = true;
    wire_client_close(c->client);
}

static void hear(struct play_connect *c, const struct td_event *ev)
{
    struct td_event own = *ev;

    own.conn = 1;
    own.seq = ++c->received;
    if (c->events.heard)
        c->events.heard(c->events.ctx, &own);
}

static void on_event(void *ctx, const struct td_event *ev)
{
    struct play_connect *c = ctx;

    if (!td_event_is_plain(ev) || ev->dir == TD_DIR_IN)
        return;
    if (ev->ack.len == 0)
        hear(c, ev);
    if (!c->awaited || !td_bytes_is(ev->ack, c->id))
        return;
    c->awaited = false;
    wire_timer_cancel(c->net, &c->wait);
    play_player_go_on(c->player);
    close_if_ready(c);
}

static void on_ended(void *ctx, const struct td_error *why)
{
    struct play_connect *c = ctx;
    struct td_error err = *why;

    bool whole = c->lingering && wire_client_pending(c->client) == 0;

    if ((c->closing || whole) && !why->code) {
        if (!c->over)
            c->events.finished(c->events.ctx);
        c->over = true;
        return;
    }
    if (!err.code)
        (void)td_error_set(&err, TD_IO, c->options.client.url, 0,
                           "the server closed before it had everything");
    fail(c, &err);
}

static void on_wait(void *ctx)
{
    struct play_connect *c = ctx;
    struct td_error err;

    (void)td_error_set(&err, TD_TIMEOUT, c->options.client.url, 0,
                       "ack %s was not answered", c->id);
    fail(c, &err);
}

static const struct wire_client_events client_events = {
    .event = on_event,
    .ready = on_ready,
    .drained = on_drained,
    .ended = on_ended,
};

enum td_code play_connect_open(struct play_connect **out, struct wire_net *net,
                               const struct play_connect_options *options,
                               const struct play_connect_events *events,
                               struct td_error *err)
{
    struct play_connect *c = td_calloc(1, sizeof(*c));
    enum td_code code;

    c->net = net;
    c->options = *options;
    c->events = *events;
    c->wait = (struct wire_timer){.fire = on_wait, .ctx = c};
    code = wire_client_open(net, &c->options.client, &client_events, c,
                            &c->client, err);
    if (code) {
        free(c);
        return code;
    }
    *out = c;
    return TD_OK;
}

void play_connect_free(struct play_connect *connect)
{
    if (!connect)
        return;
    wire_timer_cancel(connect->net, &connect->wait);
    wire_client_free(connect->client);
    free(connect);
}

static void await_ack(struct play_connect *c)
{
    c->awaited = true;
    if (c->options.wait_ns)
        wire_timer_set(c->net, &c->wait, wire_now(c->net) + c->options.wait_ns);
}

/* One event that cannot be sent does not end the others. */
static void leave_out(struct play_connect *c, const struct td_event *ev,
                      const struct td_error *why)
{
    if (c->unfit++ == 0)
        (void)snprintf(c->unfit_why, sizeof(c->unfit_why), "event %llu: %s",
                       (unsigned long long)ev->seq, why->text);
}

static enum td_code put(void *self, const struct td_event *ev,
                        struct td_error *err)
{
    struct play_connect *c = self;
    struct td_event mine = *ev;
    bool asks = play_asks_ack(ev);
    enum td_code code;

    if (c->awaited)
        return TD_AGAIN;
    if (asks) {
        (void)snprintf(c->id, sizeof(c->id), "%llu",
                       (unsigned long long)(c->last_id + 1));
        mine.id = td_text(c->id);
    }
    code = wire_client_send(c->client, &mine, err);
    if (code == TD_USAGE || code == TD_LIMIT) {
        leave_out(c, ev, err);
        return TD_OK;
    }
    if (code)
        return code;
    c->sent++;
    c->last_id += asks;
    if (asks && c->options.wait_acked)
        await_ack(c);
    return TD_OK;
}

struct td_sink play_connect_sink(struct play_connect *connect)
{
    return (struct td_sink){.put = put, .self = connect};
}

void play_connect_attach(struct play_connect *connect,
                         struct play_player *player)
{
    connect->player = player;
    start_if_ready(connect);
}

void play_connect_linger(struct play_connect *connect)
{
    connect->lingering = true;
}

void play_connect_finish(struct play_connect *connect)
{
    connect->finishing = true;
    close_if_ready(connect);
}

uint64_t play_connect_sent(const struct play_connect *connect)
{
    return connect->sent;
}

uint64_t play_connect_received(const struct play_connect *connect)
{
    return connect->received;
}

uint64_t play_connect_unfit(const struct play_connect *connect)
{
    return connect->unfit;
}

const char *play_connect_unfit_why(const struct play_connect *connect)
{
    return connect->unfit_why;
}
