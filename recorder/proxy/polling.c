#include "recorder/proxy/polling.h"

#include "recorder/proxy/messages.h"
#include "wire/eio/eio.h"
#include "wire/sio/packet.h"

/* What Engine.IO says for itself; NULL: that is no event. */
static const char *kind_of(enum eio_type type)
{
    switch (type) {
    case EIO_OPEN:
        return REC_KIND_HANDSHAKE;
    case EIO_PING:
        return TD_KIND_PING;
    case EIO_PONG:
        return TD_KIND_PONG;
    case EIO_UPGRADE:
    case EIO_CLOSE:
    case EIO_MESSAGE:
    case EIO_NOOP:
        break;
    }
    return NULL;
}

/* One packet; voice NULL: only look. TD_AGAIN: it is not whole yet. */
static enum td_code take(const struct rec_voice *voice, enum td_dir dir,
                         struct sio_decoder *decoder,
                         const struct eio_packet *packet)
{
    struct td_event ev = {.form = TD_FORM_TEXT, .payload = packet->data};
    enum sio_type type;
    const char *kind = kind_of(packet->type);
    enum td_code code = TD_OK;

    if (packet->type == EIO_MESSAGE)
        code =
            sio_decode(decoder, packet->data, packet->binary, &type, &ev, NULL);
    else if (kind)
        ev.kind = td_text(kind);
    else
        code = TD_PROTOCOL;
    if (code || !voice)
        return code;
    ev.dir = dir;
    rec_voice_put(voice, &ev);
    return TD_OK;
}

static bool walk(const struct rec_voice *voice, const struct rec_voice *to,
                 enum td_dir dir, struct td_bytes body)
{
    struct sio_decoder *decoder = sio_decoder_new(voice->tap->max_message);
    struct eio_payload payload = {.text = body};
    struct eio_packet packet;
    struct td_buf scratch = {0};
    enum td_code code = TD_OK;
    bool whole = true;

    while (!code &&
           !(code = eio_payload_next(&payload, &scratch, &packet, NULL))) {
        code = take(to, dir, decoder, &packet);
        whole = code == TD_OK;
        if (code == TD_AGAIN)
            code = TD_OK;
    }
    sio_decoder_free(decoder);
    td_buf_release(&scratch);
    return code == TD_END && whole;
}

bool rec_polling_put(const struct rec_voice *voice, enum td_dir dir,
                     struct td_bytes body)
{
    return walk(voice, NULL, dir, body) && walk(voice, voice, dir, body);
}
