#include "wire/eio/client_session.h"

#include "core/mem.h"
#include "wire/limits.h"

#include <stdio.h>
#include <stdlib.h>

#define MAX_QUEUE   ((size_t)64 << 20)
#define MAX_MESSAGE ((size_t)128 << 20)
#define CONTROL_MAX 1024 /* bytes kept free for pong and close */
#define QUERY_MAX   (EIO_SID_MAX + 64)
#define SEPARATOR   0x1e
/* Packets of one POST: python-engineio loses what comes with more. */
#define POST_PACKETS_MAX 16

enum state { STARTING, OPEN, CLOSING, CLOSED };

/* Where the way from polling to the WebSocket stands. */
enum upgrade {
    UPGRADE_NONE,
    UPGRADE_DIALLING,
    UPGRADE_PROBING,
    UPGRADE_PAUSED
};

struct eio_client {
    struct eio_client_options options;
    struct eio_client_events events;
    void *ctx;
    enum state state;
    enum eio_transport transport;
    enum upgrade upgrade;
    struct eio_handshake handshake;
    bool get_busy;
    bool post_busy;
    bool has_socket;
    bool full;           /* TD_AGAIN was said */
    struct td_buf queue; /* a polling body, grown packet by packet */
    struct td_buf scratch;
    struct td_buf text; /* of the frame being sent */
    uint64_t alive_by;  /* the server must have been heard by then */
    uint64_t upgrade_by;
    uint64_t close_by;
};

static const char where[] = "Engine.IO session";

static const char *query_of(const struct eio_client *s, char query[QUERY_MAX],
                            enum eio_transport transport)
{
    bool known = s->handshake.sid[0] != '\0';

    (void)snprintf(query, QUERY_MAX, "EIO=4&transport=%s%s%s",
                   transport == EIO_POLLING ? "polling" : "websocket",
                   known ? "&sid=" : "", s->handshake.sid);
    return query;
}

static void hang_up(struct eio_client *s)
{
    if (!s->has_socket)
        return;
    s->has_socket = false;
    s->events.hang_up(s->ctx);
}

static void finish(struct eio_client *s, const struct td_error *why)
{
    static const struct td_error in_order = {.code = TD_OK};

    if (s->state == CLOSED)
        return;
    if (s->state == CLOSING)
        why = &in_order;
    s->state = CLOSED;
    hang_up(s);
    s->events.closed(s->ctx, why);
}

static void finish_as(struct eio_client *s, enum td_code code, const char *text)
{
    struct td_error why = {0};

    if (code != TD_OK)
        (void)td_error_set(&why, code, where, 0, "%s", text);
    finish(s, &why);
}

static void finish_bad(struct eio_client *s, struct td_bytes bytes,
                       const struct td_error *why)
{
    if (s->state != CLOSING && s->state != CLOSED)
        s->events.bad(s->ctx, bytes, why);
    finish(s, why);
}

static void get(struct eio_client *s)
{
    char query[QUERY_MAX];

    s->get_busy = true;
    s->events.get(s->ctx, query_of(s, query, EIO_POLLING));
}

/* A server that takes no posts is not asked for more. */
static void get_if_wanted(struct eio_client *s)
{
    if (s->state == OPEN && !s->get_busy && s->transport == EIO_POLLING &&
        s->upgrade != UPGRADE_PAUSED && s->queue.len <= WIRE_UNPOSTED_MAX)
        get(s);
}

static void dial(struct eio_client *s)
{
    char query[QUERY_MAX];

    s->has_socket = true;
    s->events.dial(s->ctx, query_of(s, query, EIO_WEBSOCKET));
}

static void send_frame(struct eio_client *s, const struct eio_packet *packet)
{
    if (packet->binary) {
        s->events.frame(s->ctx, packet->data, true);
        return;
    }
    td_buf_clear(&s->text);
    (void)eio_packet_encode(&s->text, packet);
    s->events.frame(s->ctx, td_buf_bytes(&s->text), false);
}

struct eio_client *eio_client_new(const struct eio_client_options *options,
                                  const struct eio_client_events *events,
                                  void *ctx)
{
    struct eio_client *s = td_calloc(1, sizeof(*s));

    s->options = *options;
    if (!s->options.max_queue)
        s->options.max_queue = MAX_QUEUE;
    if (!s->options.max_payload)
        s->options.max_payload = MAX_MESSAGE;
    if (!s->options.upgrade_ns)
        s->options.upgrade_ns = EIO_UPGRADE_MS * TD_NS_PER_MS;
    s->events = *events;
    s->ctx = ctx;
    td_buf_init(&s->queue, s->options.max_queue + CONTROL_MAX);
    td_buf_init(&s->scratch, s->options.max_payload);
    s->alive_by = s->upgrade_by = s->close_by = TD_NEVER;
    if (options->websocket_only) {
        s->transport = EIO_WEBSOCKET;
        dial(s);
    } else {
        get(s);
    }
    return s;
}

void eio_client_free(struct eio_client *s)
{
    if (!s)
        return;
    td_buf_release(&s->queue);
    td_buf_release(&s->scratch);
    td_buf_release(&s->text);
    free(s);
}

size_t eio_client_queued(const struct eio_client *s)
{
    return s->queue.len;
}

/* Where the packets that one POST may carry end, of so many bytes. */
static size_t packets_len(const uint8_t *ptr, size_t len)
{
    const uint8_t *end = ptr;

    for (unsigned n = 0; n < POST_PACKETS_MAX; n++) {
        end = memchr(n ? end + 1 : end, SEPARATOR,
                     (size_t)(ptr + len - end) - (n > 0));
        if (!end)
            return len;
    }
    return (size_t)(end - ptr);
}

/* How much of the queue one POST may carry: whole packets up to what the
 * server said it takes, and not too many.
 */
static size_t post_len(const struct eio_client *s)
{
    size_t max = s->handshake.max_payload;

    if (max == 0 || s->queue.len <= max)
        max = s->queue.len;
    while (max < s->queue.len && max > 0 && s->queue.ptr[max] != SEPARATOR)
        max--;
    return packets_len(s->queue.ptr, max);
}

static void tell_room(struct eio_client *s)
{
    if (s->full && s->queue.len <= s->options.max_queue / 4) {
        s->full = false;
        s->events.drained(s->ctx);
    }
}

bool eio_client_wants_flush(const struct eio_client *s)
{
    return s->transport == EIO_POLLING && s->queue.len > 0 && !s->post_busy &&
           s->upgrade != UPGRADE_PAUSED &&
           (s->state == OPEN || s->state == CLOSING);
}

void eio_client_flush(struct eio_client *s)
{
    char query[QUERY_MAX];
    size_t len;

    if (!eio_client_wants_flush(s))
        return;
    len = post_len(s);
    s->post_busy = true;
    s->events.post(s->ctx, query_of(s, query, EIO_POLLING),
                   td_bytes(s->queue.ptr, len));
    td_buf_drop(&s->queue, len < s->queue.len ? len + 1 : len);
    tell_room(s);
}

static void tell_sent(struct eio_client *s, const struct eio_packet *packet)
{
    if (s->events.sent)
        s->events.sent(s->ctx, packet);
}

static void send_own_frame(struct eio_client *s,
                           const struct eio_packet *packet)
{
    send_frame(s, packet);
    tell_sent(s, packet);
}

static void send_own(struct eio_client *s, const struct eio_packet *packet)
{
    if (s->transport == EIO_WEBSOCKET) {
        send_own_frame(s, packet);
        return;
    }
    (void)eio_payload_add(&s->queue, packet);
    eio_client_flush(s);
    tell_sent(s, packet);
}

static void heard(struct eio_client *s, uint64_t now)
{
    s->alive_by =
        now + s->handshake.ping_interval_ns + s->handshake.ping_timeout_ns;
}

static void start_upgrade(struct eio_client *s, uint64_t now)
{
    if (s->options.polling_only || s->transport == EIO_WEBSOCKET ||
        !s->handshake.upgrade_websocket || s->state != OPEN)
        return;
    s->upgrade = UPGRADE_DIALLING;
    s->upgrade_by = now + s->options.upgrade_ns;
    dial(s);
}

static void take_open(struct eio_client *s, const struct eio_packet *packet,
                      uint64_t now)
{
    struct td_error why = {0};

    if (packet->type != EIO_OPEN || packet->binary) {
        (void)td_error_set(&why, TD_PROTOCOL, where, 0,
                           "the first packet is not the handshake");
        finish_bad(s, packet->data, &why);
        return;
    }
    if (eio_handshake_parse(&s->handshake, packet->data, &why) != TD_OK) {
        finish_bad(s, packet->data, &why);
        return;
    }
    s->state = OPEN;
    heard(s, now);
    s->events.opened(s->ctx, &s->handshake);
    start_upgrade(s, now);
}

static void tell_packet(struct eio_client *s, const struct eio_packet *packet)
{
    if (s->events.packet)
        s->events.packet(s->ctx, packet);
}

static void take_packet(struct eio_client *s, const struct eio_packet *packet,
                        uint64_t now)
{
    struct td_error why = {0};

    heard(s, now);
    if (packet->type == EIO_MESSAGE) {
        s->events.message(s->ctx, packet->data, packet->binary);
        return;
    }
    if (packet->type == EIO_OPEN || packet->type == EIO_UPGRADE) {
        (void)td_error_set(&why, TD_PROTOCOL, where, 0,
                           "a packet that servers may not send here: %s",
                           packet->type == EIO_OPEN ? "open" : "upgrade");
        finish_bad(s, packet->data, &why);
        return;
    }
    tell_packet(s, packet);
    if (s->state != OPEN)
        return;
    if (packet->type == EIO_PING)
        send_own(s, &(struct eio_packet){EIO_PONG, false, packet->data});
    else if (packet->type == EIO_CLOSE)
        finish_as(s, TD_OK, "");
}

static void take_any(struct eio_client *s, const struct eio_packet *packet,
                     uint64_t now)
{
    if (s->state == STARTING)
        take_open(s, packet, now);
    else
        take_packet(s, packet, now);
}

static bool may_take(const struct eio_client *s)
{
    return s->state == STARTING || s->state == OPEN;
}

static void take_body(struct eio_client *s, struct td_bytes body, uint64_t now)
{
    struct eio_payload payload = {.text = body};
    struct eio_packet packet;
    struct td_error why = {0};
    enum td_code code = TD_OK;

    while (code == TD_OK && may_take(s)) {
        code = eio_payload_next(&payload, &s->scratch, &packet, &why);
        if (code == TD_OK)
            take_any(s, &packet, now);
    }
    if (code == TD_PROTOCOL || code == TD_LIMIT)
        finish_bad(s, body, &why);
}

/* What was queued goes out as frames, in its order. */
static void queue_to_frames(struct eio_client *s)
{
    struct eio_payload payload = {.text = td_buf_bytes(&s->queue)};
    struct td_buf scratch = {0};
    struct eio_packet packet;

    while (s->queue.len > 0 &&
           eio_payload_next(&payload, &scratch, &packet, NULL) == TD_OK)
        send_frame(s, &packet);
    td_buf_release(&scratch);
    td_buf_clear(&s->queue);
}

/* Polling has come to rest: the WebSocket takes over. */
static void finish_upgrade(struct eio_client *s)
{
    if (s->upgrade != UPGRADE_PAUSED || s->get_busy || s->post_busy)
        return;
    s->upgrade = UPGRADE_NONE;
    s->upgrade_by = TD_NEVER;
    send_own_frame(s, &(struct eio_packet){.type = EIO_UPGRADE});
    s->transport = EIO_WEBSOCKET;
    queue_to_frames(s);
    s->events.upgraded(s->ctx, NULL);
    tell_room(s);
}

/* The session stays with polling. */
static void fail_upgrade(struct eio_client *s, const struct td_error *why)
{
    if (s->upgrade == UPGRADE_NONE)
        return;
    s->upgrade = UPGRADE_NONE;
    s->upgrade_by = TD_NEVER;
    hang_up(s);
    if (s->state != OPEN)
        return;
    s->events.upgraded(s->ctx, why);
    get_if_wanted(s);
    eio_client_flush(s);
}

/* The answer as one line of printable ASCII, for a message. */
static void refuse(struct eio_client *s, const char *what, int status,
                   struct td_bytes body)
{
    struct td_error why = {0};
    char text[161];
    size_t len = body.len < sizeof(text) - 1 ? body.len : sizeof(text) - 1;

    for (size_t i = 0; i < len; i++)
        text[i] =
            body.ptr[i] >= ' ' && body.ptr[i] < 0x7f ? (char)body.ptr[i] : ' ';
    text[len] = '\0';
    (void)td_error_set(&why, TD_PROTOCOL, where, 0,
                       "the server answered the %s with HTTP %d%s%s", what,
                       status, len > 0 ? ": " : "", text);
    finish(s, &why);
}

void eio_client_get_done(struct eio_client *s, int status, struct td_bytes body,
                         const struct td_error *failed, uint64_t now)
{
    s->get_busy = false;
    if (s->state == CLOSED || s->state == CLOSING)
        return;
    if (failed) {
        finish(s, failed);
        return;
    }
    if (status != 200) {
        refuse(s, s->state == STARTING ? "handshake" : "poll", status, body);
        return;
    }
    take_body(s, body, now);
    if (s->state == OPEN && s->upgrade == UPGRADE_PAUSED)
        finish_upgrade(s);
    else
        get_if_wanted(s);
}

void eio_client_post_done(struct eio_client *s, int status,
                          struct td_bytes body, const struct td_error *failed)
{
    s->post_busy = false;
    if (s->state == CLOSED)
        return;
    if (failed)
        finish(s, failed);
    else if (status != 200)
        refuse(s, "post", status, body);
    else if (s->state == CLOSING && s->queue.len == 0)
        finish_as(s, TD_OK, "");
    else if (s->upgrade == UPGRADE_PAUSED)
        finish_upgrade(s);
    else
        eio_client_flush(s);
    get_if_wanted(s);
}

void eio_client_ws_opened(struct eio_client *s)
{
    if (s->upgrade != UPGRADE_DIALLING || s->state != OPEN)
        return;
    s->upgrade = UPGRADE_PROBING;
    send_own_frame(s, &(struct eio_packet){EIO_PING, false, td_text("probe")});
}

/* A message on a WebSocket that is not the transport yet. */
static void take_probe(struct eio_client *s, const struct eio_packet *packet)
{
    struct td_error why = {0};

    if (s->upgrade == UPGRADE_PROBING && packet->type == EIO_PONG &&
        td_bytes_is(packet->data, "probe")) {
        tell_packet(s, packet);
        s->upgrade = UPGRADE_PAUSED;
        finish_upgrade(s);
        return;
    }
    (void)td_error_set(&why, TD_PROTOCOL, where, 0,
                       "the probe was not answered with 3probe");
    fail_upgrade(s, &why);
}

void eio_client_ws_frame(struct eio_client *s, struct td_bytes data,
                         bool binary, uint64_t now)
{
    struct eio_packet packet;
    struct td_error why = {0};
    enum td_code code;

    if (!may_take(s) || !s->has_socket)
        return;
    code = eio_packet_decode(&packet, data, binary, &why);
    if (s->transport == EIO_WEBSOCKET && code == TD_OK)
        take_any(s, &packet, now);
    else if (s->transport == EIO_WEBSOCKET)
        finish_bad(s, data, &why);
    else if (code == TD_OK)
        take_probe(s, &packet);
    else
        fail_upgrade(s, &why);
}

void eio_client_ws_gone(struct eio_client *s, const struct td_error *why)
{
    struct td_error lost = *why;

    if (!s->has_socket)
        return;
    s->has_socket = false;
    if (lost.code == TD_OK)
        (void)td_error_set(&lost, TD_IO, where, 0, "the WebSocket was closed");
    if (s->transport == EIO_WEBSOCKET)
        finish(s, why->code == TD_OK && s->state == OPEN ? why : &lost);
    else
        fail_upgrade(s, &lost);
}

enum td_code eio_client_send(struct eio_client *s, struct td_bytes data,
                             bool binary)
{
    struct eio_packet packet = {EIO_MESSAGE, binary, data};
    size_t cost = eio_payload_cost(0, &packet);

    if (s->state == STARTING)
        return TD_AGAIN;
    if (s->state != OPEN)
        return TD_IO;
    if (s->handshake.max_payload && cost > s->handshake.max_payload)
        return TD_LIMIT;
    if (s->transport == EIO_WEBSOCKET) {
        send_frame(s, &packet);
        return TD_OK;
    }
    if (data.len > s->options.max_queue)
        return TD_LIMIT;
    if (s->queue.len + cost + 1 > s->options.max_queue && s->queue.len > 0) {
        s->full = true;
        return TD_AGAIN;
    }
    return eio_payload_add(&s->queue, &packet);
}

void eio_client_close(struct eio_client *s, uint64_t now)
{
    if (s->state == CLOSED || s->state == CLOSING)
        return;
    if (s->state == STARTING) {
        finish_as(s, TD_OK, "");
        return;
    }
    s->state = CLOSING;
    s->close_by = now + s->options.upgrade_ns;
    if (s->transport == EIO_WEBSOCKET) {
        s->events.hang_up(s->ctx);
        return;
    }
    s->upgrade = UPGRADE_NONE;
    s->upgrade_by = TD_NEVER;
    hang_up(s);
    send_own(s, &(struct eio_packet){.type = EIO_CLOSE});
}

uint64_t eio_client_due(const struct eio_client *s)
{
    uint64_t due = s->alive_by < s->upgrade_by ? s->alive_by : s->upgrade_by;

    if (s->state == CLOSED)
        return TD_NEVER;
    return due < s->close_by ? due : s->close_by;
}

void eio_client_tick(struct eio_client *s, uint64_t now)
{
    struct td_error why = {0};

    if (s->state == CLOSED)
        return;
    if (now >= s->close_by) {
        finish_as(s, TD_OK, "");
        return;
    }
    if (now >= s->alive_by) {
        finish_as(s, TD_TIMEOUT, "the server's ping did not come in time");
        return;
    }
    if (now >= s->upgrade_by) {
        (void)td_error_set(&why, TD_TIMEOUT, where, 0,
                           "the upgrade took too long");
        fail_upgrade(s, &why);
    }
}
