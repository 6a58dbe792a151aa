#include "core/mem.h"
#include "wire/limits.h"
#include "wire/server/server_internal.h"

#include <stdio.h>
#include <stdlib.h>

#define SIO_PATH "/socket.io/"

static void flush_fired(void *ctx);

static void set_defaults(struct wire_server_options *options)
{
    if (!options->max_message)
        options->max_message = EIO_MAX_PAYLOAD;
    if (!options->max_queue)
        options->max_queue = WIRE_MAX_QUEUE;
    if (!options->max_peers)
        options->max_peers = WIRE_MAX_PEERS;
    if (!options->ping_interval_ns)
        options->ping_interval_ns = EIO_PING_INTERVAL_MS * TD_NS_PER_MS;
    if (!options->ping_timeout_ns)
        options->ping_timeout_ns = EIO_PING_TIMEOUT_MS * TD_NS_PER_MS;
}

/* The path with a slash at both ends. */
static char *full_path(const char *path)
{
    struct td_buf text = {0};
    size_t len = strlen(path);
    char *full;

    (void)td_buf_addf(&text, "%s%s%s", *path == '/' ? "" : "/", path,
                      len > 0 && path[len - 1] == '/' ? "" : "/");
    full = td_strdup(td_buf_str(&text));
    td_buf_release(&text);
    return full;
}

enum td_code wire_server_open(struct wire_net *net,
                              const struct wire_server_options *options,
                              const struct wire_server_events *events,
                              void *ctx, struct wire_server **out,
                              struct td_error *err)
{
    enum td_code code =
        wire_access_check(&options->access, &options->bind, err);
    struct wire_server *server;

    if (code)
        return code;
    server = td_calloc(1, sizeof(*server));
    server->net = net;
    server->options = *options;
    set_defaults(&server->options);
    server->events = *events;
    server->ctx = ctx;
    server->flush = (struct wire_timer){.fire = flush_fired, .ctx = server};
    code = wire_listen(net, &options->bind, server_accept, server,
                       &server->listener, err);
    if (code) {
        free(server);
        return code;
    }
    server->checks_host =
        wire_bind_is_local(&options->bind) && !options->bind.unix_path;
    server->port = wire_listener_port(server->listener);
    server->sio_path =
        full_path(options->sio_path ? options->sio_path : SIO_PATH);
    *out = server;
    return TD_OK;
}

uint16_t wire_server_port(const struct wire_server *server)
{
    return server->port;
}

unsigned wire_server_peers(const struct wire_server *server)
{
    return server->peer_count;
}

void server_slow(struct wire_server *server, bool *flag, bool slow)
{
    if (*flag == slow)
        return;
    *flag = slow;
    server->slow_count += slow ? 1U : -1U;
    if (server->slow_count > 0 || !server->owes_drained)
        return;
    server->owes_drained = false;
    if (server->events.drained)
        server->events.drained(server->ctx);
}

/* Bytes for all, and where each message of them ends. */
struct parcel {
    struct wire_block *block;
    struct server_tally *tally;
};

/* The batch between head and tail. */
static struct parcel pack(const struct server_batch *batch, const char *head,
                          const char *tail)
{
    size_t before = strlen(head);
    size_t behind = strlen(tail);
    size_t len = batch->bytes.len;
    uint32_t count = (uint32_t)(batch->ends.len / sizeof(uint32_t));
    struct parcel parcel = {
        .block = wire_block_new(before + len + behind),
        .tally = td_calloc(1, sizeof(*parcel.tally) + batch->ends.len)};

    memcpy(parcel.block->data, head, before);
    memcpy(parcel.block->data + before, batch->bytes.ptr, len);
    memcpy(parcel.block->data + before + len, tail, behind);
    parcel.tally->refs = 1;
    parcel.tally->count = count;
    memcpy(parcel.tally->ends, batch->ends.ptr, batch->ends.len);
    for (uint32_t i = 0; i < count; i++)
        parcel.tally->ends[i] += (uint32_t)before;
    parcel.tally->ends[count - 1] += (uint32_t)behind;
    return parcel;
}

static struct parcel pack_chunk(const struct server_batch *batch)
{
    char head[24];

    (void)snprintf(head, sizeof(head), "%zx\r\n", batch->bytes.len);
    return pack(batch, head, "\r\n");
}

static void unpack(struct parcel *parcel)
{
    wire_block_unref(parcel->block);
    if (parcel->tally && --parcel->tally->refs == 0)
        free(parcel->tally);
}

/* Whether a batch of the dialect is for this peer. */
static bool is_for(const struct server_batch *batch,
                   const struct wire_peer *peer)
{
    if (!server_takes(peer))
        return false;
    return !peer->sio || (peer->sio->streaming &&
                          td_bytes_is(td_buf_bytes(&batch->ns), peer->ns));
}

/* A batch is made into bytes once for each form that a consumer needs. */
static void flush_batch(struct wire_server *server, enum wire_dialect dialect)
{
    struct server_batch *batch = &server->batches[dialect];
    struct parcel forms[2] = {{0}};

    if (batch->bytes.len == 0)
        return;
    for (struct wire_peer *peer = server_first(server, dialect); peer;
         peer = server_next(peer)) {
        struct server_conn *c = peer->sio ? peer->sio->ws : peer->conn;
        bool chunked = dialect == WIRE_SSE && !c->plain;
        struct parcel *form = &forms[chunked];

        if (!is_for(batch, peer))
            continue;
        if (!form->block)
            *form = chunked ? pack_chunk(batch) : pack(batch, "", "");
        server_peer_write_block(peer, c, form->block, form->tally);
    }
    td_buf_clear(&batch->bytes);
    td_buf_clear(&batch->ends);
    unpack(&forms[0]);
    unpack(&forms[1]);
}

void server_flush(struct wire_server *server)
{
    flush_batch(server, WIRE_WS);
    flush_batch(server, WIRE_SSE);
    flush_batch(server, WIRE_SIO);
    flush_batch(server, WIRE_EIO);
}

static void flush_fired(void *ctx)
{
    struct wire_server *server = ctx;
    void (*done)(void *ctx) = server->done;

    server_flush(server);
    server_sio_flush(server);
    if (!server->finishing || server->conns || server->sessions)
        return;
    server->done = NULL;
    if (done)
        done(server->ctx);
}

/* A message ends in the batch: send it if it is big, else at the turn's end. */
static void end_message(struct wire_server *server, enum wire_dialect dialect)
{
    struct server_batch *batch = &server->batches[dialect];
    uint32_t end = (uint32_t)batch->bytes.len;

    (void)td_buf_add(&batch->ends, &end, sizeof(end));
    if (batch->bytes.len >= SERVER_BATCH)
        flush_batch(server, dialect);
}

/* Take back what was put of a message that cannot be sent whole. why NULL or
 * TD_OK: there was no room for it.
 */
TD_RARE static void take_back(struct wire_server *server,
                              enum wire_dialect dialect, size_t before,
                              const struct td_event *ev,
                              const struct td_error *why)
{
    struct td_error long_one;

    server->batches[dialect].bytes.len = before;
    (void)td_error_set(&long_one, TD_LIMIT, "a consumer", 0,
                       "the message is too long");
    server_unfit(server, dialect, ev, why && why->code ? why : &long_one);
}

static void send_ws(struct wire_server *server, const struct td_event *ev)
{
    struct td_buf *bytes = &server->batches[WIRE_WS].bytes;
    size_t before = bytes->len;
    enum ws_opcode opcode;

    td_buf_clear(&server->scratch);
    if (envelope_ws(&server->scratch, &opcode, ev) ||
        ws_put(bytes, opcode, td_buf_bytes(&server->scratch), NULL))
        take_back(server, WIRE_WS, before, ev, NULL);
    else
        end_message(server, WIRE_WS);
}

static void send_sse(struct wire_server *server, const struct td_event *ev)
{
    struct td_buf *bytes = &server->batches[WIRE_SSE].bytes;
    size_t before = bytes->len;

    if (envelope_sse(bytes, ev, server->options.id_for_all)) {
        take_back(server, WIRE_SSE, before, ev, NULL);
        return;
    }
    server_changes(server, ev);
    end_message(server, WIRE_SSE);
}

static void send_eio(struct wire_server *server, const struct td_event *ev)
{
    size_t before = server->batches[WIRE_EIO].bytes.len;

    if (server_eio_put(server, ev))
        take_back(server, WIRE_EIO, before, ev, NULL);
    else
        end_message(server, WIRE_EIO);
}

/* An id alone is no message: nobody counts it, so it is in no batch. */
static void send_sse_id(struct wire_server *server, const struct td_event *ev)
{
    flush_batch(server, WIRE_SSE);
    for (struct wire_peer *peer = server_first(server, WIRE_SSE); peer;
         peer = server_next(peer))
        if (server_takes(peer))
            server_sse_put_id(peer, ev);
}

static enum td_code put_attachments(struct wire_server *server,
                                    const struct td_event *ev, size_t count,
                                    struct td_error *err)
{
    enum td_code code = TD_OK;

    for (size_t i = 0; i < count && !code; i++) {
        td_buf_clear(&server->frame);
        code = sio_attachment(&server->frame, ev, i, err);
        if (!code)
            code = ws_put(&server->batches[WIRE_SIO].bytes, WS_BINARY,
                          td_buf_bytes(&server->frame), NULL);
    }
    return code;
}

/* One batch holds events of one namespace, so that order is kept among all. An
 * ack answers one peer's question and means nothing to the others.
 */
static void send_sio(struct wire_server *server, const struct td_event *any)
{
    struct server_batch *batch = &server->batches[WIRE_SIO];
    const struct td_event own = envelope_sio(any);
    const struct td_event *ev = &own;
    struct td_error why; /* large, and filled only when needed */
    struct td_bytes packet;
    size_t attachments = 0;
    size_t before;

    if (ev->ack.len > 0)
        return;
    if (!td_bytes_equal(td_buf_bytes(&batch->ns), ev->ns)) {
        flush_batch(server, WIRE_SIO);
        td_buf_clear(&batch->ns);
        (void)td_buf_add_bytes(&batch->ns, ev->ns);
    }
    td_buf_clear(&server->scratch);
    (void)td_buf_add_byte(&server->scratch, '0' + EIO_MESSAGE);
    before = batch->bytes.len;
    why.code = TD_OK;
    if (sio_encode(&server->scratch, &attachments, ev, &why) ||
        ws_put(&batch->bytes, WS_TEXT, td_buf_bytes(&server->scratch), NULL) ||
        put_attachments(server, ev, attachments, &why)) {
        take_back(server, WIRE_SIO, before, any, &why);
        return;
    }
    packet = td_buf_bytes(&server->scratch);
    server_sio_send_polling(
        server, ev, td_bytes(packet.ptr + 1, packet.len - 1), attachments);
    end_message(server, WIRE_SIO);
}

void wire_server_send(struct wire_server *server, const struct td_event *ev)
{
    if (td_bytes_is(ev->kind, TD_KIND_ID))
        send_sse_id(server, ev);
    if (!td_event_is_plain(ev))
        return;
    if (server_first(server, WIRE_WS))
        send_ws(server, ev);
    if (server_first(server, WIRE_SSE))
        send_sse(server, ev);
    if (server_first(server, WIRE_SIO))
        send_sio(server, ev);
    if (server_first(server, WIRE_EIO))
        send_eio(server, ev);
    if (!wire_timer_is_set(&server->flush))
        wire_timer_set(server->net, &server->flush, wire_now(server->net));
}

bool wire_server_ready(struct wire_server *server)
{
    server->owes_drained |= server->slow_count > 0;
    return server->slow_count == 0;
}

static enum td_code put(void *self, const struct td_event *ev,
                        struct td_error *err)
{
    (void)err;
    if (!wire_server_ready(self))
        return TD_AGAIN;
    wire_server_send(self, ev);
    return TD_OK;
}

struct td_sink wire_server_sink(struct wire_server *server)
{
    return (struct td_sink){.put = put, .self = server};
}

/* Conns that still speak HTTP are of no use when no session is left. */
static void end_requests(struct wire_server *server)
{
    for (struct server_conn *c = server->conns; c; c = c->next)
        if (c->mode == SERVER_HTTP && !c->request)
            server_conn_end(c);
}

void server_maybe_done(struct wire_server *server)
{
    if (!server->finishing || server->sessions)
        return;
    if (server->listener)
        wire_listener_close(server->listener);
    server->listener = NULL;
    end_requests(server);
    if (!server->conns)
        wire_timer_set(server->net, &server->flush, wire_now(server->net));
}

void wire_server_finish(struct wire_server *server, void (*done)(void *ctx))
{
    server_flush(server);
    server->finishing = true;
    server->done = done;
    for (struct server_conn *c = server->conns; c; c = c->next) {
        if (c->mode == SERVER_WS)
            server_ws_close(c, WS_CODE_NORMAL, "");
        else if (c->mode == SERVER_SSE)
            server_sse_close(c);
    }
    for (struct server_sio *s = server->sessions; s; s = s->next)
        if (!s->over)
            server_sio_close(s);
    server_maybe_done(server);
}

static void free_peers(struct wire_server *server)
{
    static const struct td_error why = {.code = TD_CANCELLED};

    server->events = (struct wire_server_events){0};
    for (size_t i = 0; i < sizeof(server->peers) / sizeof(*server->peers); i++)
        while (server->peers[i])
            server_peer_left(server->peers[i], &why);
}

void wire_server_free(struct wire_server *server)
{
    if (!server)
        return;
    free_peers(server);
    while (server->sessions)
        server_sio_free(server->sessions);
    while (server->conns)
        server_conn_drop(server->conns);
    if (server->listener)
        wire_listener_close(server->listener);
    wire_timer_cancel(server->net, &server->flush);
    for (size_t i = 0; i < sizeof(server->batches) / sizeof(*server->batches);
         i++) {
        td_buf_release(&server->batches[i].bytes);
        td_buf_release(&server->batches[i].ends);
        td_buf_release(&server->batches[i].ns);
    }
    td_buf_release(&server->scratch);
    td_buf_release(&server->frame);
    free(server->groups);
    free(server->sio_path);
    free(server);
}
