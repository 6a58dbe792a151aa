/* What a conn is, whatever moves its bytes: its states, its owner's calls. */
#include "core/mem.h"
#include "wire/limits.h"
#include "wire/net/tls.h"
#include "wire/net/transport_internal.h"

#include <stdlib.h>

#define STALL_NS  (30 * TD_NS_PER_S)
#define LINGER_NS (2 * TD_NS_PER_S)
#define SECURE_NS (10 * TD_NS_PER_S)  /* for an accepted conn's handshake */
#define TLS_PIECE ((size_t)16 * 1024) /* bytes: a record of TLS */

static void limit_passed(void *ctx);
static void soon_fired(void *ctx);
static void pump(struct wire_conn *conn);

struct wire_conn *stream_new(struct wire_net *net)
{
    struct wire_conn *conn = td_calloc(1, net->ops->conn_size);

    conn->net = net;
    conn->high = WIRE_HIGH_MARK;
    conn->low = WIRE_LOW_MARK;
    conn->limit = (struct wire_timer){.fire = limit_passed, .ctx = conn};
    conn->soon = (struct wire_timer){.fire = soon_fired, .ctx = conn};
    conn->next = net->conns;
    if (conn->next)
        conn->next->prev = conn;
    net->conns = conn;
    return conn;
}

/* It is no listener's: handed over, or over. */
static void leave_listener(struct wire_conn *conn)
{
    if (conn->listener && conn->tls)
        conn->listener->securing--;
    conn->listener = NULL;
}

void stream_free(struct wire_conn *conn)
{
    struct wire_net *net = conn->net;

    leave_listener(conn);
    if (conn->state != WIRE_CLOSED)
        net->ops->close(conn);
    wire_timer_cancel(net, &conn->limit);
    wire_timer_cancel(net, &conn->soon);
    wire_queue_release(&conn->out);
    wire_queue_release(&conn->held);
    tls_codec_free(conn->tls);
    if (conn->prev)
        conn->prev->next = conn->next;
    else
        net->conns = conn->next;
    if (conn->next)
        conn->next->prev = conn->prev;
    free(conn);
}

static void do_soon(struct wire_conn *conn)
{
    if (!wire_timer_is_set(&conn->soon))
        wire_timer_set(conn->net, &conn->soon, 0);
}

static void soon_fired(void *ctx)
{
    struct wire_conn *conn = ctx;

    if (conn->state != WIRE_CLOSED) {
        pump(conn);
        return;
    }
    if (conn->events.closed)
        conn->events.closed(conn->ctx, conn, &conn->why);
    stream_free(conn);
}

/* The end of every conn; `closed` is told from the next timer. The first reason
 * stands. */
static void finish(struct wire_conn *conn, const struct td_error *why)
{
    if (conn->state == WIRE_CLOSED)
        return;
    if (why && conn->why.code == TD_OK)
        conn->why = *why;
    conn->state = WIRE_CLOSED;
    leave_listener(conn);
    wire_timer_cancel(conn->net, &conn->limit);
    conn->net->ops->close(conn);
    conn->unsent = conn->out.len + conn->held.len;
    wire_queue_release(&conn->out);
    wire_queue_release(&conn->held);
    do_soon(conn);
}

static void set_reading(struct wire_conn *conn)
{
    conn->net->ops->set_reading(conn, stream_wants(conn));
}

/* What the codec has for the peer goes to the queue. */
static void pull(struct wire_conn *conn)
{
    uint8_t piece[TLS_PIECE];
    size_t n;

    while ((n = tls_pull(conn->tls, piece, sizeof(piece))) > 0) {
        wire_queue_add(&conn->out, td_bytes(piece, n));
        conn->offered += n;
    }
    if (conn->out.len > 0)
        conn->net->ops->send_soon(conn);
}

/* The queue of a conn that is closing in order has run empty. */
static void end_sending(struct wire_conn *conn)
{
    conn->net->ops->end_sending(conn);
    if (conn->peer_ended) {
        finish(conn, NULL);
        return;
    }
    conn->state = WIRE_LINGERING;
    wire_timer_set(conn->net, &conn->limit, conn->net->now_ns + LINGER_NS);
}

/* The owner has said all: so the peer is told, behind the last byte. */
static void end_half(struct wire_conn *conn)
{
    if (!conn->no_more || conn->said_end || conn->out.len > 0)
        return;
    conn->said_end = true;
    conn->net->ops->end_sending(conn);
}

static void begin_half(struct wire_conn *conn)
{
    if (conn->tls) {
        tls_close(conn->tls);
        pull(conn);
    }
    end_half(conn);
}

static void drain(struct wire_conn *conn)
{
    conn->state = WIRE_DRAINING;
    if (conn->tls && !conn->no_more) {
        tls_close(conn->tls);
        pull(conn);
    }
    if (conn->out.len == 0) {
        end_sending(conn);
        return;
    }
    wire_timer_set(conn->net, &conn->limit, conn->net->now_ns + STALL_NS);
    conn->net->ops->send_soon(conn);
}

/* Something is wrong, and the peer may be told what (a TLS alert). */
static void drain_because(struct wire_conn *conn, const struct td_error *why)
{
    if (conn->why.code == TD_OK)
        conn->why = *why;
    drain(conn);
    if (conn->state != WIRE_CLOSED)
        set_reading(conn);
}

static void limit_passed(void *ctx)
{
    struct wire_conn *conn = ctx;
    struct td_error why;

    if (conn->state == WIRE_LINGERING) {
        finish(conn, NULL);
        return;
    }
    if (conn->state == WIRE_DRAINING) {
        td_error_set(&why, TD_TIMEOUT, conn->name, 0,
                     "the peer took no byte for %llu s, %zu were left",
                     (unsigned long long)(STALL_NS / TD_NS_PER_S),
                     conn->out.len);
    } else {
        td_error_set(&why, TD_TIMEOUT, conn->name, 0,
                     conn->state == WIRE_SECURING
                         ? "no TLS handshake within the time allowed"
                         : "no connection within the time allowed");
        td_error_hint(&why, "check the address, or allow more time");
    }
    finish(conn, &why);
}

bool stream_wants(const struct wire_conn *conn)
{
    if (conn->peer_ended)
        return false;
    if (conn->state == WIRE_OPEN)
        return !conn->paused;
    return conn->state == WIRE_SECURING || conn->state == WIRE_DRAINING ||
           conn->state == WIRE_LINGERING;
}

/* --- TLS between the transport and the owner ----------------------------- */

static void opened(struct wire_conn *conn);

/* The peer's stream is over; with TLS only if it said so. */
static void plain_ended(struct wire_conn *conn, bool in_order)
{
    struct td_error why;

    conn->peer_ended = true;
    set_reading(conn);
    if (in_order && conn->events.ended) {
        conn->events.ended(conn->ctx, conn);
        return;
    }
    if (in_order) {
        drain(conn);
        return;
    }
    td_error_set(&why, TD_IO, conn->name, 0,
                 "the connection ended without a TLS close: bytes may be "
                 "missing");
    drain_because(conn, &why);
}

static void send_held(struct wire_conn *conn)
{
    struct iovec iov;
    struct td_error why;

    while (wire_queue_iov(&conn->held, &iov, 1) == 1) {
        if (tls_write(conn->tls, td_bytes(iov.iov_base, iov.iov_len), &why) !=
            TD_OK) {
            drain_because(conn, &why);
            return;
        }
        wire_queue_drop(&conn->held, iov.iov_len);
    }
    pull(conn);
}

static void shake_hands(struct wire_conn *conn)
{
    struct td_error why;
    enum td_code code = tls_handshake(conn->tls, &why);

    pull(conn);
    if (code == TD_OK) {
        send_held(conn);
        opened(conn);
    } else if (code != TD_AGAIN) {
        drain_because(conn, &why);
    } else if (conn->peer_ended) {
        td_error_set(&why, TD_PROTOCOL, conn->name, 0,
                     "the peer closed during the TLS handshake");
        stream_failed(conn, &why);
    }
}

/* The codec has answered the peer from that byte of `offered` on. */
static bool has_flooded(struct wire_conn *conn, uint64_t offered)
{
    size_t grown = (size_t)(conn->offered - offered);

    if (conn->out.len <= grown)
        conn->tls_answers = 0; /* all before has gone */
    conn->tls_answers += grown;
    return conn->tls_answers > WIRE_ANSWERS_MAX &&
           conn->out.len > WIRE_ANSWERS_MAX;
}

/* Give the owner what can be decrypted, as long as it wants it. */
static void read_plain(struct wire_conn *conn)
{
    uint8_t piece[TLS_PIECE];
    enum td_code code = TD_OK;
    struct td_error why;
    uint64_t offered;
    size_t n;

    while (code == TD_OK && conn->state == WIRE_OPEN && !conn->paused) {
        code = tls_read(conn->tls, piece, sizeof(piece), &n, &why);
        if (code == TD_OK)
            conn->events.received(conn->ctx, conn, td_bytes(piece, n));
    }
    if (code == TD_OK)
        return;
    offered = conn->offered;
    pull(conn); /* TLS 1.3 answers key updates */
    if (has_flooded(conn, offered)) {
        td_error_set(&why, TD_LIMIT, conn->name, 0,
                     "the peer asks for TLS key updates and does not read");
        finish(conn, &why);
        return;
    }
    if (code == TD_END || (code == TD_AGAIN && conn->peer_ended))
        plain_ended(conn, code == TD_END);
    else if (code != TD_AGAIN)
        drain_because(conn, &why);
}

static void pump(struct wire_conn *conn)
{
    if (!conn->tls)
        return;
    if (conn->state == WIRE_SECURING)
        shake_hands(conn);
    if (conn->state == WIRE_OPEN)
        read_plain(conn);
}

static void secure(struct wire_conn *conn)
{
    conn->state = WIRE_SECURING;
    set_reading(conn);
    pump(conn);
}

/* --- what the transport tells --------------------------------------------- */

/* The owner's bytes may flow. */
static void opened(struct wire_conn *conn)
{
    struct wire_listener *listener = conn->listener;

    wire_timer_cancel(conn->net, &conn->limit);
    conn->state = WIRE_OPEN;
    leave_listener(conn);
    if (listener)
        listener->accept(listener->ctx, conn);
    else if (conn->events.opened)
        conn->events.opened(conn->ctx, conn);
    if (!conn->events.closed)
        wire_abort(conn);
    if (conn->state == WIRE_OPEN)
        set_reading(conn);
    if (conn->state == WIRE_OPEN && conn->no_more)
        begin_half(conn);
}

void stream_accepted(struct wire_conn *conn, struct wire_listener *listener)
{
    conn->listener = listener;
    if (!listener->tls) {
        opened(conn);
        return;
    }
    if (listener->securing >= WIRE_SECURING_MAX) {
        conn->listener = NULL;
        wire_abort(conn);
        return;
    }
    listener->securing++;
    conn->tls = tls_codec_new(listener->tls, NULL);
    wire_timer_set(conn->net, &conn->limit, conn->net->now_ns + SECURE_NS);
    secure(conn);
}

void stream_connected(struct wire_conn *conn)
{
    if (conn->tls) {
        secure(conn);
        return;
    }
    if (conn->out.len > 0)
        conn->net->ops->send_soon(conn);
    opened(conn);
}

void stream_received(struct wire_conn *conn, struct td_bytes bytes)
{
    if (conn->tls && conn->state <= WIRE_OPEN) {
        tls_push(conn->tls, bytes);
        pump(conn);
    } else if (conn->state == WIRE_OPEN) {
        conn->events.received(conn->ctx, conn, bytes);
    }
}

void stream_ended(struct wire_conn *conn)
{
    if (conn->peer_ended || conn->state == WIRE_CLOSED)
        return;
    conn->peer_ended = true;
    set_reading(conn);
    if (conn->state == WIRE_LINGERING)
        finish(conn, NULL);
    else if (conn->tls && conn->state <= WIRE_OPEN)
        pump(conn);
    else if (conn->state == WIRE_OPEN && conn->events.ended)
        conn->events.ended(conn->ctx, conn);
    else if (conn->state == WIRE_OPEN)
        drain(conn);
}

void stream_failed(struct wire_conn *conn, const struct td_error *why)
{
    /* All that was queued is with the kernel, and the peer has left. */
    finish(conn, conn->state == WIRE_LINGERING ? NULL : why);
}

void stream_sent(struct wire_conn *conn)
{
    if (conn->state == WIRE_DRAINING) {
        if (conn->out.len == 0)
            end_sending(conn);
        else
            wire_timer_set(conn->net, &conn->limit,
                           conn->net->now_ns + STALL_NS);
        return;
    }
    end_half(conn);
    if (conn->above_high && wire_pending(conn) <= conn->low) {
        conn->above_high = false;
        if (conn->state == WIRE_OPEN && conn->events.drained)
            conn->events.drained(conn->ctx, conn);
    }
}

void wire_adopt(struct wire_conn *conn, const struct wire_conn_events *events,
                void *ctx)
{
    conn->events = *events;
    conn->ctx = ctx;
    conn->listener = NULL;
}

const char *wire_peer_name(const struct wire_conn *conn)
{
    return conn->name;
}

const char *wire_local_name(const struct wire_conn *conn)
{
    return conn->local;
}

static enum td_code queued(struct wire_conn *conn)
{
    if (conn->state == WIRE_OPEN && conn->out.len > 0)
        conn->net->ops->send_soon(conn);
    if (wire_pending(conn) <= conn->high)
        return TD_OK;
    conn->above_high = true;
    return TD_FULL;
}

static enum td_code write_secured(struct wire_conn *conn, struct td_bytes bytes)
{
    struct td_error why;

    if (conn->state < WIRE_OPEN) {
        wire_queue_add(&conn->held, bytes);
    } else if (tls_write(conn->tls, bytes, &why) == TD_OK) {
        pull(conn);
    } else {
        drain_because(conn, &why);
        return TD_IO;
    }
    return queued(conn);
}

enum td_code wire_write(struct wire_conn *conn, struct td_bytes bytes)
{
    if (conn->state > WIRE_OPEN || conn->no_more)
        return TD_IO;
    if (conn->tls)
        return write_secured(conn, bytes);
    wire_queue_add(&conn->out, bytes);
    conn->offered += bytes.len;
    return queued(conn);
}

enum td_code wire_write_block(struct wire_conn *conn, struct wire_block *block)
{
    if (conn->state > WIRE_OPEN || conn->no_more)
        return TD_IO;
    if (conn->tls)
        return write_secured(conn, td_bytes(block->data, block->len));
    wire_queue_add_block(&conn->out, block);
    conn->offered += block->len;
    return queued(conn);
}

size_t wire_pending(const struct wire_conn *conn)
{
    if (conn->state == WIRE_CLOSED)
        return conn->unsent;
    return conn->out.len + conn->held.len;
}

uint64_t wire_offered(const struct wire_conn *conn)
{
    return conn->offered;
}

void wire_set_marks(struct wire_conn *conn, size_t high, size_t low)
{
    conn->high = high;
    conn->low = low;
}

void wire_pause(struct wire_conn *conn, bool paused)
{
    if (conn->paused == paused)
        return;
    conn->paused = paused;
    if (conn->state != WIRE_OPEN)
        return;
    set_reading(conn);
    if (conn->tls && !paused)
        do_soon(conn); /* decrypted bytes may be waiting */
}

void wire_end_sending(struct wire_conn *conn)
{
    if (conn->state > WIRE_OPEN || conn->no_more)
        return;
    conn->no_more = true;
    if (conn->state == WIRE_OPEN)
        begin_half(conn);
}

void wire_shutdown(struct wire_conn *conn)
{
    if (conn->state > WIRE_OPEN)
        return;
    if (conn->state < WIRE_OPEN) {
        finish(conn, NULL);
        return;
    }
    drain(conn);
    if (conn->state != WIRE_CLOSED)
        set_reading(conn);
}

void wire_abort(struct wire_conn *conn)
{
    finish(conn, NULL);
}

void stream_orphan(struct wire_listener *listener)
{
    for (struct wire_conn *conn = listener->net->conns; conn; conn = conn->next)
        if (conn->listener == listener)
            wire_abort(conn);
}
