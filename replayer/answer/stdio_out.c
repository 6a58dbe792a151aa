#include "replayer/answer/stdio_out.h"

#include "core/mem.h"
#include "replayer/faults.h"

#include <stdlib.h>

struct play_stdio_out {
    struct play_stdio_place place;
    struct play_outflow *flow;
    struct play_faults *stage; /* or NULL */
    struct td_sink sink;       /* of it */
    size_t whole;              /* bytes of the message that is put */
    bool finished;
};

/* cut: bytes are missing behind it, so that it has no end either. */
static void write_message(struct play_stdio_out *out, struct td_bytes message,
                          bool cut)
{
    struct td_buf text = {0};
    bool headers = out->place.headers(out->place.ctx);

    if (headers)
        (void)td_buf_addf(&text, "Content-Length: %zu\r\n\r\n",
                          cut ? out->whole : message.len);
    (void)td_buf_add_bytes(&text, message);
    if (!headers && !cut)
        (void)td_buf_add_byte(&text, '\n');
    (void)play_outflow_put(out->flow, td_buf_bytes(&text));
    td_buf_release(&text);
}

/* Two that a fault has joined are one line: no line of its own has a break. */
static void join_lines(struct td_buf *line, struct td_bytes message)
{
    while (message.len) {
        const uint8_t *end = memchr(message.ptr, '\n', message.len);
        size_t len = end ? (size_t)(end - message.ptr) : message.len;

        (void)td_buf_add(line, message.ptr, len);
        len += end != NULL;
        message = td_bytes(message.ptr + len, message.len - len);
    }
}

static enum td_code put(void *self, const struct td_event *ev,
                        struct td_error *err)
{
    struct play_stdio_out *out = self;
    struct td_buf line = {0};
    bool cut = play_faults_is_cutting(out->stage);

    (void)err;
    if (ev->payload.len && memchr(ev->payload.ptr, '\n', ev->payload.len) &&
        !out->place.headers(out->place.ctx)) {
        join_lines(&line, ev->payload);
        write_message(out, td_buf_bytes(&line), cut);
    } else {
        write_message(out, ev->payload, cut);
    }
    td_buf_release(&line);
    return TD_OK;
}

static enum td_code flush(void *self, struct td_error *err)
{
    (void)self;
    (void)err;
    return TD_OK;
}

/* ---- the stage of faults ---- */

static void on_cut(void *ctx)
{
    const struct play_stdio_out *out = ctx;

    out->place.ended(out->place.ctx);
}

static void on_room(void *ctx)
{
    const struct play_stdio_out *out = ctx;

    if (!out->finished)
        out->place.room(out->place.ctx);
}

static void on_drained(void *ctx, const struct td_error *why)
{
    (void)why;
    on_cut(ctx);
}

enum td_code play_stdio_out_open(struct play_stdio_out **out,
                                 struct wire_net *net,
                                 const struct play_stdio_place *place,
                                 struct td_error *err)
{
    struct play_stdio_out *o = td_calloc(1, sizeof(*o));
    const struct play_fault_place faults = {
        .net = net,
        .next = {.put = put, .flush = flush, .self = o},
        .cut = on_cut,
        .go_on = on_room,
        .drained = on_drained,
        .ctx = o};
    enum td_code code = play_outflow_open(&o->flow, net, place->fd,
                                          place->changed, place->ctx, err);

    if (code) {
        free(o);
        return code;
    }
    o->place = *place;
    if (place->faults) {
        o->stage = play_faults_new(place->faults, 0);
        o->sink = play_faults_sink(o->stage, &faults);
    }
    *out = o;
    return TD_OK;
}

bool play_stdio_out_put(struct play_stdio_out *out, const struct td_event *ev)
{
    out->whole = ev->payload.len;
    if (out->stage)
        return td_sink_put(out->sink, ev, NULL) != TD_AGAIN;
    write_message(out, ev->payload, false);
    return true;
}

void play_stdio_out_say(struct play_stdio_out *out, struct td_bytes message)
{
    write_message(out, message, false);
}

void play_stdio_out_finish(struct play_stdio_out *out)
{
    if (out->finished)
        return;
    out->finished = true;
    if (out->stage)
        play_faults_finish(out->stage);
    else
        out->place.ended(out->place.ctx);
}

int play_stdio_out_failed(struct play_stdio_out *out)
{
    return play_outflow_failed(out->flow);
}

bool play_stdio_out_full(struct play_stdio_out *out)
{
    return play_outflow_full(out->flow);
}

void play_stdio_out_close(struct play_stdio_out *out, bool at_once)
{
    if (!out)
        return;
    play_faults_free(out->stage);
    play_outflow_close(out->flow, at_once);
    free(out);
}
