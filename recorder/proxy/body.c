#include "recorder/proxy/body.h"

#include "core/json.h"
#include "core/payload.h"
#include "core/utf8.h"
#include "recorder/proxy/polling.h"

#define UNNAMED_MAX 4096 /* events, where others have names */

static bool is_lines(const struct http_head *head)
{
    static const char *const types[] = {
        "application/x-ndjson",  "application/ndjson",
        "application/jsonl",     "application/x-jsonlines",
        "application/jsonlines", "application/stream+json"};

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (http_is_type(head, types[i]))
            return true;
    return false;
}

/* ---- events ---- */

static void put(struct rec_body *body, struct td_event *ev)
{
    ev->dir = body->dir;
    body->in_chunk++;
    rec_voice_put(body->voice, ev);
}

static void put_kind(struct rec_body *body, const char *kind,
                     struct td_bytes text)
{
    struct td_event ev = {
        .kind = td_text(kind), .form = TD_FORM_TEXT, .payload = text};

    put(body, &ev);
}

/* What no stream can be made of any more, and why. */
static void give_up(struct rec_body *body, const struct td_error *why)
{
    body->broken = true;
    body->uneven = true;
    body->voice->tap->lost(body->voice->tap->ctx, why->text);
}

/* ---- streams of events ---- */

static void see_name(struct rec_body *body, bool named)
{
    body->events++;
    body->named |= named;
    if (!named && body->unnamed.len < UNNAMED_MAX * sizeof(body->events))
        (void)td_buf_add(&body->unnamed, &body->events, sizeof(body->events));
}

void rec_body_unnamed(const struct rec_body *body, struct td_json_writer *w)
{
    const uint64_t *list = (const uint64_t *)(const void *)body->unnamed.ptr;
    size_t len = body->unnamed.len / sizeof(*list);

    if (len > 0 && !body->named) {
        td_json_put_bool(w, "unnamed", true);
    } else if (len > 0 && len < UNNAMED_MAX) {
        td_json_array(w, "unnamed");
        for (size_t i = 0; i < len; i++)
            td_json_put_u64(w, NULL, list[i]);
        td_json_array_end(w);
    }
}

static void put_sse(struct rec_body *body, const struct sse_item *item)
{
    struct td_event ev = {.form = TD_FORM_TEXT, .payload = item->data};
    struct td_buf text = {0};
    size_t name;

    if (item->kind == SSE_ID)
        ev.kind = td_text(TD_KIND_ID);
    else
        see_name(body, item->name.len > 0);
    (void)td_json_escape_any(&text, item->name);
    name = text.len;
    if (item->has_id || item->kind == SSE_ID) {
        (void)td_buf_add_byte(&text, '"');
        (void)td_json_escape_any(&text, item->id);
        (void)td_buf_add_byte(&text, '"');
    }
    ev.name = td_bytes(text.ptr, name);
    if (text.len > name)
        ev.id = td_bytes(text.ptr + name, text.len - name);
    put(body, &ev);
    td_buf_release(&text);
}

static void take_sse(struct rec_body *body, struct td_bytes in)
{
    struct sse_item item;
    struct td_error why = {0};
    enum td_code code;

    while ((code = sse_next(&body->sse, &in, &item, &why)) == TD_OK) {
        if (item.kind == SSE_RETRY)
            put_kind(body, TD_KIND_RETRY, item.data);
        else if (item.kind == SSE_COMMENT)
            put_kind(body, "comment", item.data);
        else
            put_sse(body, &item);
    }
    if (code != TD_AGAIN)
        give_up(body, &why);
}

/* ---- lines ---- */

static void on_line(void *ctx, struct td_bytes line, bool whole)
{
    struct rec_body *body = ctx;
    struct td_event ev = {.form = TD_FORM_TEXT};

    if (!body->begun)
        line = td_utf8_unmarked(line);
    body->begun = true;
    if (!whole && body->torn && !td_payload_is_blank(line)) {
        put_kind(body, TD_KIND_BODY, line);
        body->uneven = true;
        return;
    }
    if (line.len > 0 && line.ptr[line.len - 1] == '\r')
        line.len--;
    if (td_payload_is_blank(line))
        return;
    ev.payload = line;
    put(body, &ev);
}

static void on_long(void *ctx)
{
    struct rec_body *body = ctx;

    body->uneven = true;
    body->voice->tap->lost(body->voice->tap->ctx,
                           "a line is longer than --max-message");
}

static void take_lines(struct rec_body *body, struct td_bytes in)
{
    while (in.len > 0) {
        size_t n = in.len < WIRE_LINES_READ ? in.len : WIRE_LINES_READ;

        memcpy(wire_lines_room(&body->lines, n), in.ptr, n);
        wire_lines_came(&body->lines, n);
        in = td_bytes(in.ptr + n, in.len - n);
    }
}

/* ---- bytes ---- */

/* Of a body that is one event: what of it may be kept. */
static void keep(struct rec_body *body, struct td_bytes in)
{
    struct rec_tap *tap = body->voice->tap;
    size_t room = tap->max_message - body->whole.len;
    size_t left = tap->held < REC_TAP_HELD ? REC_TAP_HELD - tap->held : 0;

    body->seen += in.len;
    if (body->whole.len < body->seen - in.len)
        return; /* it has a hole already */
    room = room < left ? room : left;
    in.len = in.len < room ? in.len : room;
    (void)td_buf_add_bytes(&body->whole, in);
    tap->held += in.len;
}

static void on_plain(void *ctx, struct td_bytes plain)
{
    struct rec_body *body = ctx;

    if (body->broken)
        return;
    if (body->kind == REC_BODY_SSE)
        take_sse(body, plain);
    else
        take_lines(body, plain);
}

static bool ends_within(const struct rec_body *body)
{
    if (body->kind == REC_BODY_SSE)
        return sse_is_within(&body->sse);
    return body->lines.buf.len > 0;
}

static void add_chunk(struct rec_body *body)
{
    const struct rec_tap *tap = body->voice->tap;
    struct rec_chunk chunk = {.at_ns = tap->now(tap->ctx),
                              .bytes = body->chunk_bytes};

    if (body->kind != REC_BODY_WHOLE &&
        (body->in_chunk != 1 || ends_within(body)))
        body->uneven = true;
    body->in_chunk = 0;
    body->chunk_bytes = 0;
    if (body->chunks.len >= REC_CHUNKS_MAX * sizeof(chunk))
        body->chunks_more++;
    else
        (void)td_buf_add(&body->chunks, &chunk, sizeof(chunk));
}

void rec_body_open(struct rec_body *body, const struct rec_voice *voice,
                   enum td_dir dir, const struct http_head *head, bool streams)
{
    size_t max = voice->tap->max_message;

    if (head->framing == HTTP_NO_BODY)
        return;
    *body = (struct rec_body){.voice = voice, .dir = dir, .open = true};
    if (streams && http_is_type(head, "text/event-stream"))
        body->kind = REC_BODY_SSE;
    else if (streams && is_lines(head))
        body->kind = REC_BODY_LINES;
    if (http_count(head, "Content-Encoding") == 1)
        body->inflate = http_inflate_new(http_field(head, "Content-Encoding"));
    else if (http_count(head, "Content-Encoding") > 1)
        body->kind = REC_BODY_WHOLE;
    if (!body->inflate && http_field(head, "Content-Encoding").len > 0 &&
        !http_same(http_field(head, "Content-Encoding"), "identity"))
        body->kind = REC_BODY_WHOLE;
    body->told = streams &&
                 (body->kind != REC_BODY_WHOLE || head->framing != HTTP_LENGTH);
    if (body->kind == REC_BODY_SSE)
        sse_parser_init(&body->sse, max);
    if (body->kind == REC_BODY_LINES)
        wire_lines_init(&body->lines, max, on_line, on_long, body);
}

void rec_body_piece(struct rec_body *body, struct td_bytes piece, bool ends)
{
    struct td_error why = {0};

    if (!body->open)
        return;
    body->chunk_bytes += piece.len;
    if (body->kind == REC_BODY_WHOLE)
        keep(body, piece);
    else if (!body->inflate)
        on_plain(body, piece);
    else if (!body->broken &&
             http_inflate(body->inflate, piece, on_plain, body, &why))
        give_up(body, &why);
    if (body->told && ends)
        add_chunk(body);
}

/* ---- the end ---- */

/* A character that was cut in two goes whole. */
static void end_at_character(struct td_buf *text)
{
    size_t back = 0;

    while (back < 3 && back < text->len &&
           (text->ptr[text->len - 1 - back] & 0xc0U) == 0x80)
        back++;
    if (back < text->len && text->ptr[text->len - 1 - back] >= 0xc0 &&
        !td_utf8_step(text->ptr + text->len - 1 - back, text->ptr + text->len))
        text->len -= back + 1;
}

/* A body that is one event, as far as it was kept. */
static void put_whole(struct rec_body *body, struct td_buf *text, uint64_t seen)
{
    struct td_event ev = {
        .dir = body->dir, .kind = td_text(TD_KIND_BODY), .form = TD_FORM_TEXT};

    if (text->len < seen)
        end_at_character(text);
    if (seen == 0)
        return;
    ev.payload = td_buf_bytes(text);
    ev.cut = seen - text->len;
    if (!body->voice->polls || ev.cut ||
        !rec_polling_put(body->voice, body->dir, ev.payload))
        rec_voice_put(body->voice, &ev);
}

/* The packed body under way to what it was. */
struct unpacking {
    struct td_buf text;
    uint64_t seen;
    size_t max;
};

static void on_unpacked(void *ctx, struct td_bytes plain)
{
    struct unpacking *u = ctx;
    size_t room = u->max - u->text.len;

    u->seen += plain.len;
    plain.len = plain.len < room ? plain.len : room;
    (void)td_buf_add_bytes(&u->text, plain);
}

/* Where it cannot be unpacked it stands as it came; a bomb as far as it went.
 */
static void put_packed(struct rec_body *body)
{
    struct unpacking u = {.max = body->voice->tap->max_message};
    struct td_error why = {0};
    enum td_code code = http_inflate(body->inflate, td_buf_bytes(&body->whole),
                                     on_unpacked, &u, &why);
    uint64_t missing = body->seen - body->whole.len;

    if (code == TD_LIMIT) {
        body->voice->tap->lost(body->voice->tap->ctx, why.text);
        missing++;
    }
    if (code == TD_FORMAT ||
        (!code && !missing && http_inflate_is_within(body->inflate)))
        put_whole(body, &body->whole, body->seen);
    else
        put_whole(body, &u.text, u.seen + missing);
    td_buf_release(&u.text);
}

/* What a stream ended within: an event that is none without its end. A line
 * needs none where the body itself has one.
 */
static void put_half(struct rec_body *body)
{
    struct td_buf half = {0};

    if (body->kind == REC_BODY_LINES) {
        wire_lines_end(&body->lines);
    } else if (sse_is_within(&body->sse) && !sse_put_half(&half, &body->sse)) {
        put_kind(body, TD_KIND_BODY, td_buf_bytes(&half));
        body->uneven = true;
    }
    td_buf_release(&half);
}

void rec_body_end(struct rec_body *body, bool whole)
{
    if (!body->open)
        return;
    body->open = false;
    if (body->kind != REC_BODY_WHOLE) {
        body->half = !body->broken && body->inflate &&
                     http_inflate_is_within(body->inflate);
        body->torn = !whole || body->half;
        if (!body->broken)
            put_half(body);
        return;
    }
    if (body->inflate && body->seen > 0)
        put_packed(body);
    else
        put_whole(body, &body->whole, body->seen);
}

void rec_body_chunks(const struct rec_body *body, struct td_json_writer *w)
{
    const struct rec_chunk *chunks = (const void *)body->chunks.ptr;
    size_t count = body->chunks.len / sizeof(*chunks);

    if (body->kind == REC_BODY_WHOLE ? count < 2 : !body->uneven || !count)
        return;
    td_json_array(w, "chunks");
    for (size_t i = 0; i < count; i++) {
        td_json_array(w, NULL);
        td_json_put_u64(w, NULL, chunks[i].at_ns);
        td_json_put_u64(w, NULL, chunks[i].bytes);
        td_json_array_end(w);
    }
    td_json_array_end(w);
    if (body->chunks_more)
        td_json_put_u64(w, "chunks_left_out", body->chunks_more);
}

void rec_body_release(struct rec_body *body)
{
    if (body->voice)
        body->voice->tap->held -= body->whole.len;
    http_inflate_free(body->inflate);
    sse_parser_release(&body->sse);
    wire_lines_release(&body->lines);
    td_buf_release(&body->whole);
    td_buf_release(&body->chunks);
    td_buf_release(&body->unnamed);
    *body = (struct rec_body){0};
}
