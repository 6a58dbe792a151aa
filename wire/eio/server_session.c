#include "wire/eio/server_session.h"

#include "core/clock.h"
#include "core/mem.h"

#include <stdlib.h>

#define MAX_QUEUE ((size_t)64 << 20)
#define LAST_POLL_NS                                                           \
    (2 * TD_NS_PER_S)    /* for the close packet to be fetched                 \
                          */
#define CONTROL_MAX 1024 /* bytes kept free for open, ping, noop and close */

enum state { OPEN, CLOSING, CLOSED };

struct eio_server {
    struct eio_server_options options;
    struct eio_server_events events;
    void *ctx;
    char sid[EIO_SID_MAX + 1];
    enum state state;
    enum eio_transport transport;
    bool broken; /* closed because the peer broke the protocol */
    bool poll_held;
    bool has_socket;     /* probing, or the transport itself */
    bool probed;         /* "3probe" was said on it */
    struct td_buf queue; /* a polling body, grown packet by packet */
    struct td_buf scratch;
    struct td_buf text; /* of the frame being sent */
    uint64_t ping_at;   /* TD_NEVER while a pong is awaited */
    uint64_t pong_by;
    uint64_t upgrade_by;
    uint64_t close_by;
};

static const char where[] = "Engine.IO session";

/* The queue's bytes leave the session before they are handed out, because the
 * callback may queue more.
 */
static struct td_buf take_queue(struct eio_server *s)
{
    struct td_buf taken = s->queue;

    td_buf_init(&s->queue, taken.max);
    return taken;
}

static void give_back(struct eio_server *s, struct td_buf *taken)
{
    if (s->queue.len > 0 || s->queue.ptr) {
        td_buf_release(taken);
        return;
    }
    s->queue = *taken;
    td_buf_clear(&s->queue);
}

static void reply_queue(struct eio_server *s)
{
    struct td_buf body = take_queue(s);

    s->poll_held = false;
    s->events.reply(s->ctx, 200, td_buf_bytes(&body));
    give_back(s, &body);
}

static void finish(struct eio_server *s, const struct td_error *why)
{
    if (s->state == CLOSED)
        return;
    s->state = CLOSED;
    s->broken = why->code == TD_PROTOCOL || why->code == TD_LIMIT;
    if (s->poll_held) {
        /* Nothing but this can end a request that is held. */
        if (s->queue.len == 0)
            (void)eio_payload_add(&s->queue,
                                  &(struct eio_packet){.type = EIO_NOOP});
        reply_queue(s);
    }
    if (s->has_socket) {
        s->has_socket = false;
        s->events.hang_up(s->ctx);
    }
    s->events.closed(s->ctx, why);
}

static void finish_as(struct eio_server *s, enum td_code code, const char *text)
{
    struct td_error why = {0};

    if (code != TD_OK)
        (void)td_error_set(&why, code, where, 0, "%s", text);
    finish(s, &why);
}

static void send_frame(struct eio_server *s, const struct eio_packet *packet)
{
    if (packet->binary) {
        s->events.frame(s->ctx, packet->data, true);
        return;
    }
    td_buf_clear(&s->text);
    (void)eio_packet_encode(&s->text, packet);
    s->events.frame(s->ctx, td_buf_bytes(&s->text), false);
}

static void send_packet(struct eio_server *s, const struct eio_packet *packet)
{
    if (s->transport == EIO_WEBSOCKET)
        send_frame(s, packet);
    else
        (void)eio_payload_add(&s->queue, packet);
}

static void send_open(struct eio_server *s)
{
    struct eio_handshake handshake = {
        .upgrade_websocket =
            !s->options.no_upgrade && s->transport == EIO_POLLING,
        .ping_interval_ns = s->options.ping_interval_ns,
        .ping_timeout_ns = s->options.ping_timeout_ns,
        .max_payload = s->options.max_payload,
    };
    struct td_buf json = {0};

    memcpy(handshake.sid, s->sid, sizeof(s->sid));
    (void)eio_handshake_build(&json, &handshake);
    send_packet(s, &(struct eio_packet){EIO_OPEN, false, td_buf_bytes(&json)});
    td_buf_release(&json);
}

static void set_defaults(struct eio_server_options *options)
{
    if (!options->ping_interval_ns)
        options->ping_interval_ns = EIO_PING_INTERVAL_MS * TD_NS_PER_MS;
    if (!options->ping_timeout_ns)
        options->ping_timeout_ns = EIO_PING_TIMEOUT_MS * TD_NS_PER_MS;
    if (!options->upgrade_ns)
        options->upgrade_ns = EIO_UPGRADE_MS * TD_NS_PER_MS;
    if (!options->max_payload)
        options->max_payload = EIO_MAX_PAYLOAD;
    if (!options->max_queue)
        options->max_queue = MAX_QUEUE;
}

struct eio_server *eio_server_new(const struct eio_server_options *options,
                                  const char *sid, enum eio_transport transport,
                                  const struct eio_server_events *events,
                                  void *ctx, uint64_t now)
{
    struct eio_server *s = td_calloc(1, sizeof(*s));
    size_t len = strlen(sid);

    s->options = *options;
    set_defaults(&s->options);
    s->events = *events;
    s->ctx = ctx;
    memcpy(s->sid, sid, len < EIO_SID_MAX ? len : EIO_SID_MAX);
    s->transport = transport;
    s->has_socket = transport == EIO_WEBSOCKET;
    td_buf_init(&s->queue, s->options.max_queue + CONTROL_MAX);
    td_buf_init(&s->scratch, s->options.max_payload);
    s->ping_at = now + s->options.ping_interval_ns;
    s->pong_by = s->upgrade_by = s->close_by = TD_NEVER;
    send_open(s);
    return s;
}

void eio_server_free(struct eio_server *s)
{
    if (!s)
        return;
    td_buf_release(&s->queue);
    td_buf_release(&s->scratch);
    td_buf_release(&s->text);
    free(s);
}

const char *eio_server_sid(const struct eio_server *s)
{
    return s->sid;
}

enum eio_transport eio_server_transport(const struct eio_server *s)
{
    return s->transport;
}

size_t eio_server_queued(const struct eio_server *s)
{
    return s->queue.len;
}

static uint64_t sooner(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* What is queued goes first and alone: clients look at a close packet before
 * they have handed out the messages in front of it. */
static void close_over_poll(struct eio_server *s, uint64_t now)
{
    if (s->queue.len > 0) {
        s->close_by = sooner(s->close_by, now + LAST_POLL_NS);
        reply_queue(s);
        return;
    }
    (void)eio_payload_add(&s->queue, &(struct eio_packet){.type = EIO_CLOSE});
    finish_as(s, TD_OK, "");
}

void eio_server_flush(struct eio_server *s)
{
    if (s->poll_held && s->queue.len > 0)
        reply_queue(s);
}

/* The client waits for its poll to end before it moves to the WebSocket. */
static void release_poll(struct eio_server *s)
{
    if (!s->poll_held)
        return;
    if (s->queue.len == 0)
        (void)eio_payload_add(&s->queue,
                              &(struct eio_packet){.type = EIO_NOOP});
    reply_queue(s);
}

void eio_server_poll(struct eio_server *s, uint64_t now)
{
    if (s->state == CLOSED || s->transport != EIO_POLLING) {
        s->events.reply(s->ctx, 400, td_bytes(NULL, 0));
        return;
    }
    if (s->poll_held) {
        (void)eio_payload_add(&s->queue,
                              &(struct eio_packet){.type = EIO_CLOSE});
        reply_queue(s);
        s->events.reply(s->ctx, 400, td_bytes(NULL, 0));
        finish_as(s, TD_PROTOCOL, "two polls at the same time");
        return;
    }
    s->poll_held = true;
    if (s->state == CLOSING)
        close_over_poll(s, now);
    else if (s->probed)
        release_poll(s);
    else
        eio_server_flush(s);
}

void eio_server_poll_gone(struct eio_server *s, uint64_t now)
{
    (void)now;
    if (!s->poll_held)
        return;
    s->poll_held = false;
    finish_as(s, TD_IO, "the poll's connection went away");
}

static void tell_packet(struct eio_server *s, const struct eio_packet *packet)
{
    if (s->events.packet)
        s->events.packet(s->ctx, packet);
}

/* A packet on the transport in use. */
static void take_packet(struct eio_server *s, const struct eio_packet *packet,
                        uint64_t now)
{
    switch (packet->type) {
    case EIO_MESSAGE:
        s->events.message(s->ctx, packet->data, packet->binary);
        return;
    case EIO_PONG:
        s->pong_by = TD_NEVER;
        s->ping_at = now + s->options.ping_interval_ns;
        tell_packet(s, packet);
        return;
    case EIO_CLOSE:
        finish_as(s, TD_OK, "");
        return;
    case EIO_PING:
        finish_as(s, TD_PROTOCOL, "a ping from the client: only servers ping");
        return;
    case EIO_OPEN:
    case EIO_UPGRADE:
    case EIO_NOOP:
        finish_as(s, TD_PROTOCOL, "a packet that clients may not send here");
        return;
    }
}

int eio_server_post(struct eio_server *s, struct td_bytes body, uint64_t now)
{
    struct eio_payload payload = {.text = body};
    struct eio_packet packet;
    struct td_error why = {0};
    enum td_code code = TD_OK;

    if (s->state == CLOSED || s->transport != EIO_POLLING)
        return 400;
    if (body.len > s->options.max_payload) {
        finish_as(s, TD_LIMIT, "a body longer than maxPayload");
        return 413;
    }
    while (s->state == OPEN && code == TD_OK) {
        code = eio_payload_next(&payload, &s->scratch, &packet, &why);
        if (code == TD_OK)
            take_packet(s, &packet, now);
    }
    if (code == TD_PROTOCOL || code == TD_LIMIT)
        finish(s, &why);
    return s->broken ? 400 : 200;
}

bool eio_server_probe(struct eio_server *s, uint64_t now)
{
    if (s->state != OPEN || s->has_socket)
        return false;
    s->has_socket = true;
    s->probed = false;
    s->upgrade_by = now + s->options.upgrade_ns;
    return true;
}

static void end_probe(struct eio_server *s)
{
    s->probed = false;
    s->upgrade_by = TD_NEVER;
    if (s->has_socket) {
        s->has_socket = false;
        s->events.hang_up(s->ctx);
    }
}

/* What waited for a poll goes out as frames, in its order. */
static void queue_to_frames(struct eio_server *s)
{
    struct td_buf body = take_queue(s);
    struct td_buf scratch = {0};
    struct eio_payload payload = {.text = td_buf_bytes(&body)};
    struct eio_packet packet;

    while (body.len > 0 && s->state == OPEN &&
           eio_payload_next(&payload, &scratch, &packet, NULL) == TD_OK)
        send_frame(s, &packet);
    td_buf_release(&scratch);
    td_buf_release(&body);
}

static void move_to_socket(struct eio_server *s)
{
    release_poll(s);
    s->transport = EIO_WEBSOCKET;
    s->upgrade_by = TD_NEVER;
    s->probed = false;
    queue_to_frames(s);
    if (s->events.upgraded && s->state == OPEN)
        s->events.upgraded(s->ctx);
}

/* A packet on a WebSocket that is not the transport yet. */
static void take_probe(struct eio_server *s, const struct eio_packet *packet)
{
    if (packet->type == EIO_PING && td_bytes_is(packet->data, "probe")) {
        tell_packet(s, packet);
        send_frame(s, &(struct eio_packet){EIO_PONG, false, td_text("probe")});
        s->probed = true;
        release_poll(s);
    } else if (packet->type == EIO_UPGRADE && s->probed) {
        tell_packet(s, packet);
        move_to_socket(s);
    } else {
        end_probe(s);
    }
}

void eio_server_frame(struct eio_server *s, struct td_bytes data, bool binary,
                      uint64_t now)
{
    struct eio_packet packet;
    struct td_error why = {0};
    bool probing = s->transport == EIO_POLLING;
    enum td_code code;

    if (s->state != OPEN || !s->has_socket)
        return;
    code = eio_packet_decode(&packet, data, binary, &why);
    if (code == TD_OK && probing)
        take_probe(s, &packet);
    else if (code == TD_OK)
        take_packet(s, &packet, now);
    else if (probing)
        end_probe(s);
    else
        finish(s, &why);
}

void eio_server_frame_gone(struct eio_server *s, uint64_t now)
{
    (void)now;
    s->has_socket = false;
    if (s->transport == EIO_WEBSOCKET)
        finish_as(s, s->state == CLOSING ? TD_OK : TD_IO,
                  "the WebSocket went away");
    else
        end_probe(s);
}

enum td_code eio_server_send(struct eio_server *s, struct td_bytes data,
                             bool binary)
{
    struct eio_packet packet = {EIO_MESSAGE, binary, data};

    if (s->state != OPEN)
        return TD_IO;
    if (s->transport == EIO_WEBSOCKET) {
        send_frame(s, &packet);
        return TD_OK;
    }
    if (data.len > s->options.max_queue ||
        s->queue.len + eio_payload_cost(s->queue.len, &packet) >
            s->options.max_queue)
        return TD_LIMIT;
    return eio_payload_add(&s->queue, &packet);
}

void eio_server_close(struct eio_server *s, uint64_t now)
{
    if (s->state != OPEN)
        return;
    if (s->transport == EIO_WEBSOCKET) {
        finish_as(s, TD_OK, "");
        return;
    }
    end_probe(s);
    s->state = CLOSING;
    s->close_by = now + s->options.upgrade_ns;
    if (s->poll_held)
        close_over_poll(s, now);
}

uint64_t eio_server_due(const struct eio_server *s)
{
    if (s->state == CLOSED)
        return TD_NEVER;
    if (s->state == CLOSING)
        return s->close_by;
    return sooner(s->upgrade_by, sooner(s->ping_at, s->pong_by));
}

static void send_ping(struct eio_server *s, uint64_t now)
{
    s->ping_at = TD_NEVER;
    s->pong_by = now + s->options.ping_timeout_ns;
    send_packet(s, &(struct eio_packet){.type = EIO_PING});
    eio_server_flush(s);
}

void eio_server_tick(struct eio_server *s, uint64_t now)
{
    if (s->state == CLOSED)
        return;
    if (s->state == CLOSING) {
        if (now >= s->close_by)
            finish_as(s, TD_OK, "");
        return;
    }
    if (now >= s->upgrade_by)
        end_probe(s);
    if (now >= s->pong_by)
        finish_as(s, TD_TIMEOUT, "no pong came: ping timeout");
    else if (now >= s->ping_at)
        send_ping(s, now);
}
