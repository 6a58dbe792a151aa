/* What waits for the polls of sessions: encoded once, queued for each. */
#include "wire/limits.h"
#include "wire/server/server_internal.h"

static bool is_polling(const struct wire_peer *peer)
{
    return !peer->sio->streaming && server_takes(peer);
}

/* Whether a message was queued; if not, the session is too far behind. */
static void count(struct wire_peer *peer, enum td_code code)
{
    struct server_sio *s = peer->sio;

    if (code == TD_OK) {
        peer->waiting++;
    } else {
        peer->refused++;
        if (!s->over && !s->doomed)
            server_session_doom(s, true);
    }
    if (eio_server_queued(s->eio) > WIRE_HIGH_MARK)
        server_slow(s->server, &s->slow, true);
}

static enum td_code add(struct server_sio *s, struct td_bytes data, bool binary)
{
    return s->over || s->doomed ? TD_IO : eio_server_send(s->eio, data, binary);
}

static enum td_code add_event(struct server_sio *s, const struct td_event *ev,
                              struct td_bytes packet, size_t attachments)
{
    struct td_buf *attachment = &s->server->frame;
    enum td_code code = add(s, packet, false);

    for (size_t i = 0; code == TD_OK && i < attachments; i++) {
        td_buf_clear(attachment);
        code = sio_attachment(attachment, ev, i, NULL);
        if (code == TD_OK)
            code = eio_server_send(s->eio, td_buf_bytes(attachment), true);
    }
    return code;
}

void server_sio_send_polling(struct wire_server *server,
                             const struct td_event *ev, struct td_bytes packet,
                             size_t attachments)
{
    struct wire_peer *peer = server_first(server, WIRE_SIO);

    for (; peer; peer = server_next(peer))
        if (is_polling(peer) && td_bytes_is(ev->ns, peer->ns))
            count(peer, add_event(peer->sio, ev, packet, attachments));
}

void server_eio_send_polling(struct wire_server *server, struct td_bytes data,
                             bool binary)
{
    struct wire_peer *peer = server_first(server, WIRE_EIO);

    for (; peer; peer = server_next(peer))
        if (is_polling(peer))
            count(peer, add(peer->sio, data, binary));
}

void server_sio_flush(struct wire_server *server)
{
    for (struct server_sio *s = server->sessions; s; s = s->next)
        if (!s->streaming && !s->over)
            eio_server_flush(s->eio);
}
