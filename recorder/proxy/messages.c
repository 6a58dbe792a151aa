#include "recorder/proxy/messages.h"

#include "core/mem.h"
#include "recorder/proxy/frames.h"
#include "wire/eio/eio.h"
#include "wire/event/control_payload.h"
#include "wire/sio/packet.h"
#include "wire/ws/frame.h"

#include <stdlib.h>

struct rec_messages {
    const struct rec_voice *voice;
    struct ws_decoder decoders[2];  /* by the side that sends */
    struct sio_decoder *packets[2]; /* the same of Socket.IO, or NULL */
    struct rec_frames *frames[2];   /* frames are kept as they are; or NULL */
    bool over[2];                   /* nothing of it is read any more */
    bool closed[2];                 /* it said goodbye */
    enum proxy_side first;          /* who did so first, and how, as JSON */
    struct td_buf goodbye;
};

struct rec_messages *rec_messages_new(const struct rec_voice *voice,
                                      enum rec_messages_kind kind)
{
    struct rec_messages *m = td_calloc(1, sizeof(*m));
    size_t max = voice->tap->max_message;

    m->voice = voice;
    ws_decoder_init(&m->decoders[PROXY_CLIENT], WS_SERVER, max);
    ws_decoder_init(&m->decoders[PROXY_UPSTREAM], WS_CLIENT, max);
    for (int side = 0; side < 2; side++) {
        if (kind == REC_SOCKET_IO)
            m->packets[side] = sio_decoder_new(max);
        else if (kind == REC_FRAMES)
            m->frames[side] = rec_frames_new(max);
    }
    return m;
}

void rec_messages_free(struct rec_messages *m)
{
    if (!m)
        return;
    ws_decoder_release(&m->decoders[PROXY_CLIENT]);
    ws_decoder_release(&m->decoders[PROXY_UPSTREAM]);
    sio_decoder_free(m->packets[PROXY_CLIENT]);
    sio_decoder_free(m->packets[PROXY_UPSTREAM]);
    rec_frames_free(m->frames[PROXY_CLIENT]);
    rec_frames_free(m->frames[PROXY_UPSTREAM]);
    td_buf_release(&m->goodbye);
    free(m);
}

static void put(struct rec_messages *m, enum proxy_side side,
                struct td_event *ev)
{
    ev->dir = side == PROXY_CLIENT ? TD_DIR_IN : TD_DIR_OUT;
    rec_voice_put(m->voice, ev);
}

static void put_bad(struct rec_messages *m, enum proxy_side side,
                    struct td_bytes bytes, const struct td_error *why)
{
    struct td_buf json = {0};
    struct td_event ev = {.kind = td_text(TD_KIND_BAD), .form = TD_FORM_JSON};

    event_payload_bad(&json, bytes, why->text);
    ev.payload = td_buf_bytes(&json);
    put(m, side, &ev);
    td_buf_release(&json);
}

/* Who says it first ends the connection for the tape. */
static void keep_goodbye(struct rec_messages *m, enum proxy_side side,
                         const struct ws_message *message)
{
    if (!m->goodbye.len) {
        event_payload_close(&m->goodbye, message->code, message->payload);
        m->first = side;
    }
    m->closed[side] = true;
}

/* What Engine.IO says for itself. */
static void put_eio(struct rec_messages *m, enum proxy_side side,
                    const struct eio_packet *packet)
{
    struct td_event ev = {.form = TD_FORM_TEXT, .payload = packet->data};

    switch (packet->type) {
    case EIO_OPEN:
        ev.kind = td_text(REC_KIND_HANDSHAKE);
        break;
    case EIO_PING:
        ev.kind = td_text(TD_KIND_PING);
        break;
    case EIO_PONG:
        ev.kind = td_text(TD_KIND_PONG);
        break;
    case EIO_UPGRADE:
        ev.kind = td_text("upgrade");
        break;
    case EIO_CLOSE:
    case EIO_MESSAGE:
    case EIO_NOOP:
        return;
    }
    put(m, side, &ev);
}

/* A message of a WebSocket that is a packet, or one of its attachments. */
static void put_packet(struct rec_messages *m, enum proxy_side side,
                       const struct ws_message *message)
{
    struct eio_packet packet;
    struct td_error why = {0};
    enum sio_type type;
    struct td_event ev;
    enum td_code code = eio_packet_decode(&packet, message->payload,
                                          message->opcode == WS_BINARY, &why);

    if (!code && packet.type != EIO_MESSAGE) {
        put_eio(m, side, &packet);
        return;
    }
    if (!code)
        code = sio_decode(m->packets[side], packet.data, packet.binary, &type,
                          &ev, &why);
    if (code == TD_OK) {
        put(m, side, &ev);
    } else if (code != TD_AGAIN) {
        put_bad(m, side, message->payload, &why);
        m->over[side] = true;
    }
}

static void put_message(struct rec_messages *m, enum proxy_side side,
                        const struct ws_message *message)
{
    struct td_event ev = {.form = TD_FORM_BYTES, .payload = message->payload};

    if (message->opcode == WS_CLOSE) {
        keep_goodbye(m, side, message);
        return;
    }
    if (m->packets[side] && message->opcode <= WS_BINARY) {
        put_packet(m, side, message);
        return;
    }
    if (message->opcode == WS_TEXT)
        ev.form = TD_FORM_TEXT;
    else if (message->opcode == WS_PING)
        ev.kind = td_text(TD_KIND_PING);
    else if (message->opcode == WS_PONG)
        ev.kind = td_text(TD_KIND_PONG);
    put(m, side, &ev);
}

/* What the frames before the wrong one began does not come to its end. */
static void put_left(struct rec_messages *m, enum proxy_side side)
{
    const struct rec_tap *tap = m->voice->tap;
    struct td_error why;
    struct td_bytes came;

    if (!ws_is_within(&m->decoders[side], &came))
        return;
    (void)td_error_set(&why, TD_PROTOCOL, NULL, 0,
                       "something else came within a message");
    put_bad(m, side, came, &why);
    tap->lost(tap->ctx, why.text);
}

static void put_frames(struct rec_messages *m, enum proxy_side side,
                       struct td_bytes bytes)
{
    struct rec_frame frame;

    while (rec_frames_next(m->frames[side], &bytes, &frame)) {
        struct td_event ev = {.kind = td_text(REC_KIND_FRAME),
                              .form = TD_FORM_BYTES,
                              .payload = frame.bytes,
                              .cut = frame.cut};

        put(m, side, &ev);
        if (frame.goodbye.opcode == WS_CLOSE)
            keep_goodbye(m, side, &frame.goodbye);
    }
}

void rec_messages_came(struct rec_messages *m, enum proxy_side side,
                       struct td_bytes bytes)
{
    struct td_bytes all = bytes;
    struct ws_message message;
    struct td_error why = {0};
    enum td_code code = TD_OK;

    if (m->frames[side]) {
        put_frames(m, side, bytes);
        return;
    }
    while (!m->over[side]) {
        code = ws_next(&m->decoders[side], &bytes, &message, &why);
        if (code == TD_AGAIN)
            return;
        m->over[side] = code != TD_OK;
        if (code == TD_OK) {
            put_message(m, side, &message);
        } else if (code != TD_END) {
            put_left(m, side);
            put_bad(m, side, all, &why);
        }
    }
}

void rec_messages_end(struct rec_messages *m)
{
    const struct rec_tap *tap = m->voice->tap;
    struct td_error why;
    struct td_bytes came = {0};

    (void)td_error_set(&why, TD_PROTOCOL, NULL, 0,
                       "the connection ended within a message");
    for (int i = 0; i < 2; i++) {
        enum proxy_side side = i ? PROXY_UPSTREAM : PROXY_CLIENT;

        if (m->frames[side]
                ? !rec_frames_is_within(m->frames[side], &came)
                : m->over[side] || !ws_is_within(&m->decoders[side], &came))
            continue;
        m->over[side] = true;
        put_bad(m, side, came, &why);
        tap->lost(tap->ctx, why.text);
    }
}

bool rec_messages_closed(const struct rec_messages *m)
{
    return m->closed[PROXY_CLIENT] && m->closed[PROXY_UPSTREAM];
}

bool rec_messages_put_close(struct rec_messages *m)
{
    struct td_event ev = {.kind = td_text(TD_KIND_CLOSE),
                          .form = TD_FORM_JSON,
                          .payload = td_buf_bytes(&m->goodbye)};

    if (!m->goodbye.len)
        return false;
    put(m, m->first, &ev);
    return true;
}
