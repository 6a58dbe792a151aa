/* Engine.IO by itself (options.engine_io): a session is a peer, and a message
 * of it an event.
 */
#include "wire/server/server_internal.h"

void server_eio_open(struct server_sio *s)
{
    struct wire_peer *peer;

    if (s->sio || s->over)
        return;
    peer = server_peer_new(s->server, WIRE_EIO, s->address);
    peer->sio = s;
    s->peers = peer;
    server_peer_joined(peer);
}

void server_eio_message(struct server_sio *s, struct td_bytes data, bool binary)
{
    if (s->peers)
        server_peer_event(s->peers, "", binary ? TD_FORM_BYTES : TD_FORM_TEXT,
                          data);
}

static enum td_code encode(struct td_buf *out, bool *binary,
                           const struct td_event *ev)
{
    enum ws_opcode opcode;
    enum td_code code;

    td_buf_clear(out);
    (void)td_buf_add_byte(out, '0' + EIO_MESSAGE);
    code = envelope_ws(out, &opcode, ev);
    *binary = opcode == WS_BINARY;
    return code;
}

/* The message behind the type, which a frame of text begins with. */
static struct td_bytes without_type(const struct td_buf *packet)
{
    return td_bytes(packet->ptr + 1, packet->len - 1);
}

/* A frame of bytes has no type: it is a message. */
static enum td_code put_frame(struct td_buf *out, const struct td_buf *packet,
                              bool binary)
{
    return ws_put(out, binary ? WS_BINARY : WS_TEXT,
                  binary ? without_type(packet) : td_buf_bytes(packet), NULL);
}

enum td_code server_eio_put(struct wire_server *server,
                            const struct td_event *ev)
{
    bool binary;
    enum td_code code = encode(&server->scratch, &binary, ev);

    if (!code)
        code = put_frame(&server->batches[WIRE_EIO].bytes, &server->scratch,
                         binary);
    if (!code)
        server_eio_send_polling(server, without_type(&server->scratch), binary);
    return code;
}

void server_eio_send(struct wire_peer *peer, const struct td_event *ev)
{
    struct wire_server *server = peer->server;
    struct server_sio *s = peer->sio;
    uint64_t start = s->streaming ? wire_offered(s->ws->conn) : 0;
    struct td_error why; /* large, and filled only when needed */
    bool binary;

    if (!server_sio_room(peer))
        return;
    if (encode(&server->scratch, &binary, ev)) {
        (void)td_error_set(&why, TD_LIMIT, peer->address, 0,
                           "the message is too long");
        server_peer_unfit(peer, ev, &why);
    } else if (eio_server_send(s->eio, without_type(&server->scratch),
                               binary)) {
        peer->refused++;
        server_session_doom(s, true);
    } else if (s->streaming) {
        server_peer_note(peer, s->ws, start);
    } else {
        peer->waiting++;
    }
    server_sio_rearm(s);
}
