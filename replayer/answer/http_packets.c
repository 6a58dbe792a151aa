#include "replayer/answer/http_internal.h"
#include "wire/eio/eio.h"

#include <stdlib.h>

#define INTERVAL_NS (EIO_PING_INTERVAL_MS * TD_NS_PER_MS)

bool play_packets_are_spoken(const struct play_exchange *x)
{
    const uint8_t *mark =
        x->target.len ? memchr(x->target.ptr, '?', x->target.len) : NULL;
    size_t before = mark ? (size_t)(mark - x->target.ptr) + 1 : 0;

    return mark && x->stream == PLAY_STREAM_WS &&
           td_bytes_is(
               eio_query_parse(td_bytes(mark + 1, x->target.len - before))
                   .version,
               "4");
}

static void send_as(struct wire_peer *peer, enum td_form form,
                    struct td_bytes payload)
{
    const struct td_event ev = {
        .dir = TD_DIR_OUT, .form = form, .payload = payload};

    wire_peer_send(peer, &ev);
}

static void send_piece(void *ctx, enum td_form form, struct td_bytes piece)
{
    send_as(ctx, form, piece);
}

void play_packets_send(struct wire_peer *peer, const struct play_part *part,
                       struct td_bytes ack)
{
    struct td_event ev = play_part_event(part);
    struct td_buf text = {0};

    if (part->kind == PLAY_PART_OPEN) {
        (void)td_buf_add_byte(&text, '0');
        (void)td_buf_add_bytes(&text, part->payload);
        send_as(peer, TD_FORM_TEXT, td_buf_bytes(&text));
    } else {
        ev.ack = ack.len ? ack : ev.ack;
        play_packet_put(&ev, send_piece, peer);
    }
    td_buf_release(&text);
}

void play_packets_ping(struct wire_peer *peer)
{
    send_as(peer, TD_FORM_TEXT, td_text("2"));
}

uint64_t play_packets_interval(const struct play_exchange *x)
{
    struct td_json_doc doc = {0};
    uint64_t ns = INTERVAL_NS;
    uint32_t at = 0;

    if (x->parts_len && x->parts[0].kind == PLAY_PART_OPEN &&
        !td_json_parse(&doc, x->parts[0].payload, TD_JSON_DEPTH, NULL))
        at = td_json_member(&doc, 0, td_text("pingInterval"));
    if (at && doc.values[at].kind == TD_JSON_NUMBER)
        ns = strtoull((const char *)td_json_raw(&doc, at).ptr, NULL, 10) *
             TD_NS_PER_MS;
    td_json_release(&doc);
    return ns >= TD_NS_PER_MS && ns <= INTERVAL_NS ? ns : INTERVAL_NS;
}

enum td_code play_packets_read(struct wire_peer *peer,
                               struct sio_decoder *decoder,
                               const struct td_event *raw, struct td_event *ev)
{
    struct eio_packet packet;
    enum sio_type type;
    struct td_error err;
    enum td_code code = eio_packet_decode(&packet, raw->payload,
                                          raw->form == TD_FORM_BYTES, &err);

    if (code)
        return TD_PROTOCOL;
    if (packet.type == EIO_PING)
        send_as(peer, TD_FORM_TEXT, td_text("3probe"));
    if (packet.type != EIO_MESSAGE)
        return TD_AGAIN;
    code = sio_decode(decoder, packet.data, packet.binary, &type, ev, &err);
    return code && code != TD_AGAIN ? TD_PROTOCOL : code;
}
