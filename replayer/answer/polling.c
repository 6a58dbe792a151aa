#include "replayer/answer/polling.h"

#include "wire/eio/eio.h"
#include "wire/sio/packet.h"

bool play_polls(struct td_bytes target)
{
    const uint8_t *mark =
        target.len ? memchr(target.ptr, '?', target.len) : NULL;
    struct eio_query query;

    if (!mark)
        return false;
    query = eio_query_parse(
        td_bytes(mark + 1, target.len - (size_t)(mark + 1 - target.ptr)));
    return td_bytes_is(query.version, "4") &&
           td_bytes_is(query.transport, "polling");
}

static void put_packet(struct td_buf *body, const struct td_event *ev)
{
    struct eio_packet packet = {.type = EIO_MESSAGE};
    struct td_buf text = {0};
    size_t attachments = 0;

    if (!sio_encode(&text, &attachments, ev, NULL)) {
        packet.data = td_buf_bytes(&text);
        (void)eio_payload_add(body, &packet);
    }
    packet.binary = true;
    for (size_t i = 0; i < attachments; i++) {
        td_buf_clear(&text);
        if (sio_attachment(&text, ev, i, NULL))
            break;
        packet.data = td_buf_bytes(&text);
        (void)eio_payload_add(body, &packet);
    }
    td_buf_release(&text);
}

void play_polling_put(struct td_buf *body, const struct td_event *ev)
{
    static const struct {
        const char *kind;
        enum eio_type type;
    } rows[] = {{"handshake", EIO_OPEN},
                {TD_KIND_PING, EIO_PING},
                {TD_KIND_PONG, EIO_PONG}};
    struct eio_packet packet = {.data = ev->payload};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (!td_bytes_is(ev->kind, rows[i].kind))
            continue;
        packet.type = rows[i].type;
        (void)eio_payload_add(body, &packet);
        return;
    }
    put_packet(body, ev);
}
