/* Parts of an answer as the bytes of its stream, or messages of WebSocket. */
#include "core/json.h"
#include "replayer/answer/exchange.h"
#include "wire/sio/packet.h"
#include "wire/sse/sse.h"

static struct td_bytes plain_text(struct td_buf *out, struct td_bytes inner)
{
    td_buf_clear(out);
    (void)td_json_unescape(out, inner);
    return td_buf_bytes(out);
}

static void put_sse(struct td_buf *out, const struct play_part *part,
                    struct td_bytes payload)
{
    struct td_buf name = {0};
    struct td_buf id = {0};
    struct td_bytes own = td_bytes(NULL, 0);
    struct td_bytes shown =
        part->called ? td_text("") : plain_text(&name, part->name);

    if (part->id.len >= 2 && part->id.ptr[0] == '"') {
        own = plain_text(&id, td_bytes(part->id.ptr + 1, part->id.len - 2));
        own = own.ptr ? own : td_text("");
    }
    if (part->kind == PLAY_PART_ID)
        (void)sse_put_id(out, own.ptr ? own : td_text(""));
    else if (sse_put(out, shown, own, payload))
        (void)sse_put(out, td_text(""), td_bytes(NULL, 0), payload);
    td_buf_release(&name);
    td_buf_release(&id);
}

static void put_line(struct td_buf *out, const char *field,
                     struct td_bytes text)
{
    (void)td_buf_add_text(out, field);
    (void)td_buf_add_bytes(out, text);
    (void)td_buf_add_text(out, "\n\n");
}

void play_part_encode(struct td_buf *out, enum play_stream stream,
                      const struct play_part *part, struct td_bytes payload)
{
    if (part->kind == PLAY_PART_BODY) {
        (void)td_buf_add_bytes(out, payload);
    } else if (part->kind == PLAY_PART_RETRY) {
        put_line(out, "retry: ", payload);
    } else if (part->kind == PLAY_PART_NOTE) {
        put_line(out, ": ", payload);
    } else if (stream == PLAY_STREAM_SSE) {
        put_sse(out, part, payload);
    } else {
        (void)td_buf_add_bytes(out, payload);
        (void)td_buf_add_byte(out, '\n');
    }
}

struct td_event play_part_event(const struct play_part *part)
{
    return (struct td_event){.dir = part->dir,
                             .form = part->form,
                             .kind = part->packet,
                             .ns = part->ns,
                             .id = part->id,
                             .ack = part->ack,
                             .name = part->name,
                             .att = part->att,
                             .payload = part->payload};
}

void play_packet_put(const struct td_event *ev,
                     void (*put)(void *ctx, enum td_form form,
                                 struct td_bytes message),
                     void *ctx)
{
    struct td_buf message = {0};
    size_t attachments = 0;
    struct td_error err;

    (void)td_buf_add_byte(&message, '4');
    if (!sio_encode(&message, &attachments, ev, &err))
        put(ctx, TD_FORM_TEXT, td_buf_bytes(&message));
    for (size_t i = 0; i < attachments; i++) {
        td_buf_clear(&message);
        if (!sio_attachment(&message, ev, i, &err))
            put(ctx, TD_FORM_BYTES, td_buf_bytes(&message));
    }
    td_buf_release(&message);
}
