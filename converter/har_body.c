#include "converter/har_body.h"

#include "core/b64.h"
#include "core/clock.h"
#include "core/utf8.h"
#include "tape/line.h"
#include "wire/sse/sse.h"

#include <inttypes.h>
#include <strings.h>

struct td_bytes conv_har_target(struct td_bytes url)
{
    const uint8_t *scheme = memmem(url.ptr, url.len, "://", 3);
    const uint8_t *end = url.ptr + url.len;
    const uint8_t *from = url.ptr;
    const uint8_t *to = memchr(url.ptr, '#', url.len);

    to = to ? to : end;
    if (scheme && scheme < to) {
        from = scheme + 3;
        while (from < to && *from != '/' && *from != '?')
            from++;
    }
    return from < to ? td_bytes(from, (size_t)(to - from)) : td_text("/");
}

void conv_har_settle(struct td_event *ev)
{
    ev->form = TD_FORM_BYTES;
    if (td_utf8_valid(ev->payload))
        ev->form =
            td_json_suits_line(ev->payload) ? TD_FORM_JSON : TD_FORM_TEXT;
}

unsigned conv_har_cut(struct td_event *ev)
{
    if (ev->payload.len <= TAPE_PAYLOAD_MAX)
        return 0;
    ev->cut = ev->payload.len - TAPE_PAYLOAD_MAX;
    ev->payload.len = TAPE_PAYLOAD_MAX;
    return 1;
}

static bool begins(struct td_bytes mime, const char *type)
{
    size_t len = strlen(type);

    return mime.len >= len && !strncasecmp((const char *)mime.ptr, type, len) &&
           (mime.len == len || strchr("; \t", mime.ptr[len]));
}

enum conv_har_stream conv_har_stream_of(struct td_bytes mime)
{
    static const char *const lines[] = {
        "application/x-ndjson", "application/ndjson", "application/jsonl",
        "application/x-jsonlines", "application/jsonlines"};

    if (begins(mime, "text/event-stream"))
        return CONV_HAR_SSE;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        if (begins(mime, lines[i]))
            return CONV_HAR_LINES;
    return CONV_HAR_WHOLE;
}

/* ---- streams ---- */

void conv_har_put_part(struct td_buf *out, enum conv_har_stream stream,
                       const struct td_event *ev, bool named)
{
    struct td_buf name = {0};
    struct td_buf id = {0};
    struct td_bytes raw_id = ev->id;

    if (stream == CONV_HAR_LINES) {
        (void)td_buf_add_bytes(out, ev->payload);
        (void)td_buf_add_byte(out, '\n');
        return;
    }
    if (named)
        (void)td_json_unescape(&name, ev->name);
    if (raw_id.len > 1 && raw_id.ptr[0] == '"') {
        (void)td_json_unescape(&id, td_bytes(raw_id.ptr + 1, raw_id.len - 2));
        raw_id = td_bytes(id.ptr ? id.ptr : (const uint8_t *)"", id.len);
    }
    if (td_bytes_is(ev->kind, TD_KIND_RETRY))
        (void)td_buf_addf(out, "retry: %.*s\n\n", (int)ev->payload.len,
                          (const char *)ev->payload.ptr);
    else if (td_bytes_is(ev->kind, TD_KIND_ID))
        (void)sse_put_id(out, raw_id);
    else if (td_event_is_plain(ev))
        (void)sse_put(out, td_buf_bytes(&name),
                      raw_id.len || id.ptr ? raw_id : td_bytes(NULL, 0),
                      ev->payload);
    td_buf_release(&name);
    td_buf_release(&id);
}

struct sse_room {
    struct td_buf name;
    struct td_buf id;
};

/* False: it is nothing for the tape. */
static bool sse_event(const struct sse_item *item, struct td_event *ev,
                      struct sse_room *room)
{
    static const char *const kinds[] = {[SSE_EVENT] = "",
                                        [SSE_ID] = TD_KIND_ID,
                                        [SSE_RETRY] = TD_KIND_RETRY,
                                        [SSE_COMMENT] = NULL};

    *ev = (struct td_event){.payload = item->data};
    if (!kinds[item->kind])
        return false;
    ev->kind = td_text(kinds[item->kind]);
    td_buf_clear(&room->name);
    td_buf_clear(&room->id);
    if (item->kind == SSE_EVENT)
        (void)td_json_escape_any(&room->name, item->name);
    if (item->kind == SSE_ID || (item->kind == SSE_EVENT && item->has_id)) {
        (void)td_buf_add_byte(&room->id, '"');
        (void)td_json_escape_any(&room->id, item->id);
        (void)td_buf_add_byte(&room->id, '"');
    }
    ev->name = td_buf_bytes(&room->name);
    ev->id = td_buf_bytes(&room->id);
    if (item->kind == SSE_ID)
        ev->payload = td_bytes("", 0);
    conv_har_settle(ev);
    if (item->kind != SSE_EVENT)
        ev->form = TD_FORM_TEXT;
    return true;
}

typedef enum td_code part_fn(void *ctx, struct td_event *ev, size_t behind,
                             size_t whole);

static enum td_code sse_parts(const struct conv_har_body *body, part_fn *put,
                              void *ctx)
{
    struct td_bytes in = td_buf_bytes(&body->bytes);
    struct sse_parser parser = {0};
    struct sse_room room = {0};
    struct sse_item item;
    struct td_event ev;
    enum td_code code = TD_OK;

    while (!code && !(code = sse_next(&parser, &in, &item, NULL)))
        if (sse_event(&item, &ev, &room))
            code = put(ctx, &ev, body->bytes.len - in.len, body->bytes.len);
    sse_parser_release(&parser);
    td_buf_release(&room.name);
    td_buf_release(&room.id);
    return code == TD_AGAIN || code == TD_LIMIT ? TD_OK : code;
}

static enum td_code line_parts(const struct conv_har_body *body, part_fn *put,
                               void *ctx)
{
    const uint8_t *start = body->bytes.ptr;
    const uint8_t *end = body->bytes.len ? start + body->bytes.len : start;
    const uint8_t *from = start;
    enum td_code code = TD_OK;

    while (!code && from < end) {
        const uint8_t *lf = memchr(from, '\n', (size_t)(end - from));
        const uint8_t *to = lf ? lf : end;
        struct td_event ev = {.payload = td_bytes(from, (size_t)(to - from))};

        from = lf ? lf + 1 : end;
        if (ev.payload.len > 0 && ev.payload.ptr[ev.payload.len - 1] == '\r')
            ev.payload.len--;
        if (ev.payload.len == 0)
            continue;
        (void)conv_har_cut(&ev);
        conv_har_settle(&ev);
        code = put(ctx, &ev, (size_t)(from - start), body->bytes.len);
    }
    return code;
}

enum td_code conv_har_parts(const struct conv_har_body *body, part_fn *put,
                            void *ctx)
{
    return body->stream == CONV_HAR_SSE ? sse_parts(body, put, ctx)
                                        : line_parts(body, put, ctx);
}

/* The stream written again, to be compared. */
struct again {
    enum conv_har_stream stream;
    struct td_buf text;
    size_t named;
    size_t unnamed;
};

static enum td_code add_again(void *ctx, struct td_event *ev, size_t behind,
                              size_t whole)
{
    struct again *again = ctx;

    (void)behind;
    (void)whole;
    again->named += td_event_is_plain(ev) && ev->name.len > 0;
    again->unnamed += td_event_is_plain(ev) && ev->name.len == 0;
    conv_har_put_part(&again->text, again->stream, ev, true);
    return ev->cut ? TD_LIMIT : TD_OK;
}

static void look_at_stream(struct conv_har_body *body)
{
    struct again again = {.stream = body->stream};

    if (conv_har_parts(body, add_again, &again) ||
        (again.named > 0 && again.unnamed > 0) ||
        !td_bytes_equal(td_buf_bytes(&again.text), td_buf_bytes(&body->bytes)))
        body->exact = false;
    body->named = again.named > 0;
    td_buf_release(&again.text);
}

/* ---- bodies ---- */

static enum td_code decode_b64(struct conv_har_body *body)
{
    struct td_buf bytes = {0};
    struct td_buf again = {0};

    if (td_b64_decode(&bytes, td_buf_bytes(&body->bytes))) {
        td_buf_release(&bytes);
        body->exact = false;
        body->no_b64 = true;
        return TD_OK;
    }
    (void)td_b64_encode(&again, td_buf_bytes(&bytes));
    body->exact =
        td_bytes_equal(td_buf_bytes(&again), td_buf_bytes(&body->bytes));
    td_buf_release(&again);
    td_buf_release(&body->bytes);
    body->bytes = bytes;
    return TD_OK;
}

enum td_code conv_har_body_read(struct conv_har_body *body,
                                const struct td_json_doc *doc, uint32_t at,
                                bool answer)
{
    uint32_t text = conv_json_at(doc, at, "text");
    struct td_bytes raw = conv_json_body(doc, text);
    struct td_bytes encoding =
        conv_json_body(doc, conv_json_at(doc, at, "encoding"));
    enum td_code code = TD_OK;

    body->exact = !td_json_has_half_pair(raw);
    if (td_json_unescape(&body->bytes, raw))
        return TD_LIMIT;
    if (td_bytes_is(encoding, "base64"))
        code = decode_b64(body);
    if (body->bytes.len > TAPE_PAYLOAD_MAX)
        body->exact = false;
    if (!answer)
        return code;
    body->stream = conv_har_stream_of(
        conv_json_body(doc, conv_json_at(doc, at, "mimeType")));
    if (body->stream != CONV_HAR_WHOLE)
        look_at_stream(body);
    return code;
}

void conv_har_body_release(struct conv_har_body *body)
{
    td_buf_release(&body->bytes);
}
