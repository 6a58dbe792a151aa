#include "replayer/answer/exchange.h"

#include "core/json_value.h"
#include "core/mem.h"
#include "replayer/answer/each.h"
#include "replayer/answer/polling.h"
#include "replayer/answer/talk.h"
#include "wire/http/http.h"
#include "wire/http/inflate.h"
#include "wire/sio/packet.h"

#include <stdlib.h>

#define KIND_COMMENT   "comment"   /* SSE: the text behind the colon */
#define KIND_FRAME     "frame"     /* of WebSocket, with an extension */
#define KIND_HANDSHAKE "handshake" /* Engine.IO: data of the open packet */

#define POLL_MARK 0x1e /* between packets of a polled body */

/* While a tape is read. */
struct loading {
    struct play_exchanges *all;
    struct td_json_doc doc;
    struct td_buf text;
    uint64_t order; /* of the line at hand */
    uint8_t *grown; /* the text that packets were put into last */
    size_t room;    /* and what it has */
    uint32_t *open; /* exchanges that have not ended, by age */
    uint32_t open_len;
};

/* ---- values ---- */

static struct td_bytes keep(struct loading *in, struct td_bytes bytes)
{
    return td_bytes(td_arena_text(&in->all->arena, bytes), bytes.len);
}

/* The text of a string of the document, or "". */
static struct td_bytes text_of(struct loading *in, uint32_t at)
{
    td_buf_clear(&in->text);
    if (at && in->doc.values[at].kind == TD_JSON_STRING)
        (void)td_json_unescape(&in->text, td_json_inner(&in->doc, at));
    return keep(in, td_buf_bytes(&in->text));
}

static struct td_bytes member_text(struct loading *in, const char *name)
{
    return text_of(in, td_json_member(&in->doc, 0, td_text(name)));
}

/* 0 if it is none. */
static uint64_t number_of(const struct loading *in, uint32_t at)
{
    uint64_t value = 0;

    (void)td_json_u64(&in->doc, at, &value);
    return value;
}

/* A pair of a list: the places of its two values. */
static bool is_pair(const struct loading *in, uint32_t at, uint32_t *a,
                    uint32_t *b)
{
    if (in->doc.values[at].kind != TD_JSON_ARRAY ||
        in->doc.values[at].count != 2)
        return false;
    *a = at + 1;
    *b = in->doc.values[*a].next;
    return true;
}

/* The member, if it is a list; 0: it is not. */
static uint32_t list_of(const struct loading *in, const char *name)
{
    uint32_t at = td_json_member(&in->doc, 0, td_text(name));

    return at && in->doc.values[at].kind == TD_JSON_ARRAY ? at : 0;
}

static void read_fields(struct loading *in, const char *name,
                        struct play_field **fields, uint32_t *len)
{
    uint32_t list = list_of(in, name);
    uint32_t a;
    uint32_t b;

    *fields = NULL;
    *len = 0;
    if (!list || !in->doc.values[list].count)
        return;
    *fields = td_arena_alloc(&in->all->arena,
                             in->doc.values[list].count * sizeof(**fields));
    for (uint32_t i = list + 1;
         i < in->doc.values[list].next && *len < PLAY_FIELDS_MAX;
         i = in->doc.values[i].next) {
        if (!is_pair(in, i, &a, &b))
            continue;
        (*fields)[*len].name = (const char *)text_of(in, a).ptr;
        (*fields)[(*len)++].value = text_of(in, b);
    }
}

static void read_chunks(struct loading *in, struct play_exchange *x)
{
    uint32_t list = list_of(in, "chunks");
    uint32_t a;
    uint32_t b;

    if (!list || !in->doc.values[list].count)
        return;
    x->chunks = td_arena_alloc(&in->all->arena,
                               in->doc.values[list].count * sizeof(*x->chunks));
    for (uint32_t i = list + 1; i < in->doc.values[list].next;
         i = in->doc.values[i].next)
        if (is_pair(in, i, &a, &b))
            x->chunks[x->chunks_len++] = (struct play_chunk){
                .at_ns = number_of(in, a), .len = number_of(in, b)};
}

struct td_bytes play_field_value(const struct play_field *fields, uint32_t len,
                                 const char *name)
{
    for (uint32_t i = 0; i < len; i++)
        if (http_same(td_text(fields[i].name), name))
            return fields[i].value;
    return td_bytes(NULL, 0);
}

/* ---- exchanges ---- */

static enum td_code check_room(const struct loading *in, struct td_error *err)
{
    if (in->all->arena.bytes <= PLAY_TALK_BYTES &&
        in->all->len < PLAY_EXCHANGES_MAX)
        return TD_OK;
    td_error_set(err, TD_LIMIT, "", 0,
                 "the exchanges are more than 1 GiB or 10 million");
    return td_error_hint(err, "cut the tape: tapedeck cut");
}

/* The open one of that number, or NULL. */
static struct play_exchange *find_open(struct loading *in, uint64_t number)
{
    for (uint32_t i = in->open_len; i > 0; i--)
        if (in->all->list[in->open[i - 1]].number == number)
            return &in->all->list[in->open[i - 1]];
    return NULL;
}

static void end_open(struct loading *in, const struct play_exchange *x)
{
    uint32_t at = (uint32_t)(x - in->all->list);

    for (uint32_t i = 0; i < in->open_len; i++) {
        if (in->open[i] != at)
            continue;
        memmove(in->open + i, in->open + i + 1,
                (--in->open_len - i) * sizeof(*in->open));
        return;
    }
}

static void see_request(struct loading *in, const struct td_event *ev)
{
    struct play_exchanges *all = in->all;
    struct play_exchange *x = find_open(in, ev->exchange);

    if (x)
        end_open(in, x);
    if (td_json_parse(&in->doc, ev->payload, TD_JSON_DEPTH, NULL))
        return;
    all->list = td_list_room(all->list, all->len, sizeof(*all->list));
    x = &all->list[all->len];
    *x = (struct play_exchange){.number = ev->exchange,
                                .order = in->order,
                                .seq = ev->seq,
                                .asked_ns = ev->at_ns,
                                .end_ns = ev->at_ns,
                                .cut = "the recording ended"};
    x->method = member_text(in, "method");
    x->target = member_text(in, "target");
    read_fields(in, "headers", &x->fields, &x->fields_len);
    in->open = td_list_room(in->open, in->open_len, sizeof(*in->open));
    in->open[in->open_len++] = all->len++;
}

static bool begins_with(struct td_bytes text, const char *type)
{
    size_t len = strlen(type);

    return text.len >= len && http_same(td_bytes(text.ptr, len), type) &&
           (text.len == len || !http_is_token(td_bytes(text.ptr + len, 1)));
}

/* Interim answers are not played. */
static void see_response(struct loading *in, struct play_exchange *x,
                         const struct td_event *ev)
{
    struct td_bytes type;
    int status;

    if (td_json_parse(&in->doc, ev->payload, TD_JSON_DEPTH, NULL))
        return;
    status = (int)td_json_member_u64(&in->doc, 0, "status", 0);
    x->unusable |= !x->answered && (status < 100 || status > 599);
    if (x->answered || (status < 200 && status != 101) || status > 599)
        return;
    x->answered = true;
    x->status = status;
    x->head_order = in->order;
    x->head_ns = ev->at_ns;
    x->reason = member_text(in, "reason");
    read_fields(in, "headers", &x->answer_fields, &x->answer_fields_len);
    type = play_field_value(x->answer_fields, x->answer_fields_len,
                            "Content-Type");
    x->stream = status == 101                            ? PLAY_STREAM_WS
                : begins_with(type, "text/event-stream") ? PLAY_STREAM_SSE
                                                         : PLAY_STREAM_NONE;
}

static void add_part(struct loading *in, struct play_exchange *x,
                     const struct td_event *ev, enum play_part_kind kind)
{
    struct play_part *part;

    x->parts = td_list_room(x->parts, x->parts_len, sizeof(*x->parts));
    part = &x->parts[x->parts_len++];
    *part = (struct play_part){.kind = kind,
                               .dir = ev->dir,
                               .form = ev->form,
                               .order = in->order,
                               .seq = ev->seq,
                               .at_ns = ev->at_ns};
    part->name = keep(in, ev->name);
    part->id = keep(in, ev->id);
    part->payload = keep(in, ev->payload);
    if (kind == PLAY_PART_PACKET)
        part->packet = keep(in, ev->kind);
    part->ns = keep(in, ev->ns);
    part->ack = keep(in, ev->ack);
    part->att = keep(in, ev->att);
    x->part_cut |= ev->cut > 0;
    if (kind == PLAY_PART_EVENT && x->stream == PLAY_STREAM_NONE)
        x->stream = PLAY_STREAM_LINES;
}

static void see_body(struct loading *in, struct play_exchange *x,
                     const struct td_event *ev)
{
    if (ev->dir == TD_DIR_OUT) {
        add_part(in, x, ev, PLAY_PART_BODY);
        return;
    }
    td_buf_clear(&in->text);
    (void)td_buf_add_bytes(&in->text, x->body);
    (void)td_buf_add_bytes(&in->text, ev->payload);
    x->body = keep(in, td_buf_bytes(&in->text));
    x->body_cut |= ev->cut > 0;
    if (!x->answered)
        x->asked_ns = ev->at_ns;
}

/* Bytes of all parts; with names of events, or without. */
static uint64_t encoded_len(struct loading *in, const struct play_exchange *x,
                            bool named)
{
    uint64_t len = 0;

    for (uint32_t i = 0; i < x->parts_len; i++) {
        struct play_part part = x->parts[i];

        part.called |= !named;
        td_buf_clear(&in->text);
        play_part_encode(&in->text, x->stream, &part, part.payload);
        len += in->text.len;
    }
    return len;
}

/* All of them are called by their payloads. */
static void leave_names_out(struct play_exchange *x)
{
    for (uint32_t i = 0; i < x->parts_len; i++)
        x->parts[i].called = true;
}

/* The same of some events, whose numbers rise. */
static void leave_some_names_out(struct loading *in, struct play_exchange *x)
{
    const struct td_json_doc *doc = &in->doc;
    uint32_t list = list_of(in, "unnamed");
    uint32_t end = list ? doc->values[list].next : 0;
    uint64_t number = 0;
    uint64_t next = 0;

    for (uint32_t i = 0, at = list + 1; at < end && i < x->parts_len; i++) {
        if (x->parts[i].kind != PLAY_PART_EVENT)
            continue;
        next = number_of(in, at);
        if (++number != next)
            continue;
        x->parts[i].called = true;
        at = doc->values[at].next;
    }
}

/* Chunks say whether names stood in the stream or were found in the payloads.
 * If they fit neither, there was more in it than events, and they are left.
 */
static void settle_chunks(struct loading *in, struct play_exchange *x)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < x->chunks_len; i++)
        sum += x->chunks[i].len;
    if (!x->chunks_len || encoded_len(in, x, true) == sum)
        return;
    if (encoded_len(in, x, false) == sum) {
        leave_names_out(x);
    } else {
        x->chunks_len = 0;
    }
}

static void on_plain(void *ctx, struct td_bytes plain)
{
    (void)ctx;
    (void)plain;
}

/* Whether bytes are packed so, and break off before that ends. */
static bool is_half(struct td_bytes coding, struct td_bytes bytes)
{
    struct http_inflate *inflate = http_inflate_new(coding);
    bool half = inflate &&
                !http_inflate(inflate, bytes, on_plain, NULL, NULL) &&
                http_inflate_is_within(inflate);

    http_inflate_free(inflate);
    return half;
}

/* Gzip and deflate are decoded on a tape, but for what is none, or not all of
 * it; others where the recorder knows them, which shows in text. Without a body
 * the fields tell of one that was not sent.
 */
static bool is_coded(const struct play_exchange *x)
{
    static const char *const known[] = {"gzip", "x-gzip", "deflate"};
    struct td_bytes coding = play_field_value(
        x->answer_fields, x->answer_fields_len, "Content-Encoding");
    const struct play_part *part = x->parts;

    if (x->status == 304 || td_bytes_is(x->method, "HEAD"))
        return true;
    if (!coding.len || !x->parts_len || x->stream != PLAY_STREAM_NONE ||
        part->form != TD_FORM_BYTES)
        return false;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (http_same(coding, known[i]))
            return (part->payload.len > 1 && part->payload.ptr[0] == 0x1f &&
                    part->payload.ptr[1] == 0x8b) ||
                   is_half(coding, part->payload);
    return true;
}

/* Behind it, what both sides of a WebSocket say of its end still comes. */
static void see_done(struct loading *in, struct play_exchange *x,
                     const struct td_event *ev)
{
    struct td_bytes cut = {0};

    if (!td_json_parse(&in->doc, ev->payload, TD_JSON_DEPTH, NULL)) {
        cut = member_text(in, "cut");
        read_fields(in, "trailers", &x->trailers, &x->trailers_len);
        read_chunks(in, x);
        if (td_json_member_true(&in->doc, 0, "unnamed"))
            leave_names_out(x);
        else
            leave_some_names_out(in, x);
    }
    x->cut = cut.len ? (const char *)cut.ptr : NULL;
    x->coded = is_coded(x);
    x->end_order = in->order;
    if (x->stream == PLAY_STREAM_WS)
        return;
    settle_chunks(in, x);
    end_open(in, x);
}

static const struct {
    const char *kind;
    enum play_part_kind part;
    bool ws; /* behind a 101, or only in other streams */
} part_kinds[] = {
    {"", PLAY_PART_EVENT, true},
    {"", PLAY_PART_EVENT, false},
    {TD_KIND_ID, PLAY_PART_ID, false},
    {TD_KIND_RETRY, PLAY_PART_RETRY, false},
    {KIND_COMMENT, PLAY_PART_NOTE, false},
    {TD_KIND_CLOSE, PLAY_PART_CLOSE, true},
    {KIND_HANDSHAKE, PLAY_PART_OPEN, true},
    {SIO_KIND_CONNECT, PLAY_PART_PACKET, true},
    {SIO_KIND_CONNECT_ERROR, PLAY_PART_PACKET, true},
    {SIO_KIND_DISCONNECT, PLAY_PART_PACKET, true},
};

/* Whether it is a part of that exchange, and of what kind. */
static bool is_part(const struct play_exchange *x, const struct td_event *ev,
                    enum play_part_kind *kind)
{
    bool ws = x->stream == PLAY_STREAM_WS;

    if (!x->answered || (ev->dir == TD_DIR_IN && !ws))
        return false;
    for (size_t i = 0; i < sizeof(part_kinds) / sizeof(part_kinds[0]); i++) {
        if (part_kinds[i].ws != ws ||
            !td_bytes_is(ev->kind, part_kinds[i].kind))
            continue;
        *kind = part_kinds[i].part;
        return true;
    }
    return false;
}

static bool is_packet(const struct td_event *ev)
{
    static const char *const kinds[] = {"",
                                        KIND_HANDSHAKE,
                                        TD_KIND_PING,
                                        TD_KIND_PONG,
                                        SIO_KIND_CONNECT,
                                        SIO_KIND_CONNECT_ERROR,
                                        SIO_KIND_DISCONNECT};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (td_bytes_is(ev->kind, kinds[i]))
            return true;
    return false;
}

/* Put the packet at hand behind a text: packets of a body come in a row. */
static struct td_bytes grow(struct loading *in, struct td_bytes text)
{
    size_t more = in->text.len + (text.len > 0);

    if (!text.len || text.ptr != in->grown || in->room - text.len <= more) {
        in->room = (text.len + more) * 2 + 1;
        in->grown = td_arena_alloc(&in->all->arena, in->room);
        if (text.len)
            memcpy(in->grown, text.ptr, text.len);
    }
    if (text.len)
        in->grown[text.len++] = POLL_MARK;
    memcpy(in->grown + text.len, in->text.ptr, in->text.len);
    return td_bytes(in->grown, text.len + in->text.len);
}

/* Of long polling: a packet goes into the body that it came in. */
static void see_packet(struct loading *in, struct play_exchange *x,
                       const struct td_event *ev)
{
    struct td_event body = {.dir = ev->dir,
                            .form = TD_FORM_TEXT,
                            .seq = ev->seq,
                            .at_ns = ev->at_ns};

    td_buf_clear(&in->text);
    play_polling_put(&in->text, ev);
    if (!in->text.len)
        return;
    if (ev->dir == TD_DIR_IN) {
        x->body = grow(in, x->body);
        return;
    }
    if (!x->parts_len)
        add_part(in, x, &body, PLAY_PART_BODY);
    x->parts[x->parts_len - 1].payload =
        grow(in, x->parts[x->parts_len - 1].payload);
}

static void see(struct loading *in, const struct td_event *ev)
{
    struct play_exchange *x;
    enum play_part_kind kind = PLAY_PART_EVENT;

    if (td_bytes_is(ev->kind, TD_KIND_REQUEST)) {
        see_request(in, ev);
        return;
    }
    x = find_open(in, ev->exchange);
    if (!x)
        return;
    x->end_ns = ev->at_ns;
    if (td_bytes_is(ev->kind, TD_KIND_RESPONSE))
        see_response(in, x, ev);
    else if (td_bytes_is(ev->kind, TD_KIND_BODY))
        see_body(in, x, ev);
    else if (td_bytes_is(ev->kind, TD_KIND_DONE))
        see_done(in, x, ev);
    else if (play_polls(x->target) && is_packet(ev) &&
             (x->answered || ev->dir == TD_DIR_IN))
        see_packet(in, x, ev);
    else if (td_bytes_is(ev->kind, KIND_FRAME))
        x->framed = true;
    else if (is_part(x, ev, &kind))
        add_part(in, x, ev, kind);
    if (kind == PLAY_PART_CLOSE)
        end_open(in, x);
}

static enum td_code see_event(void *self, const struct td_event *ev,
                              struct td_error *err)
{
    struct loading *in = (struct loading *)self;

    in->order++;
    if (ev->exchange)
        see(in, ev);
    return check_room(in, err);
}

/* "options":{"name":"/type"}, or null. */
static void see_options(struct loading *in, const struct tape_header *header)
{
    struct td_bytes pointer;
    uint32_t at = 0;

    if (!td_json_parse(&in->doc, header->line, TD_JSON_DEPTH, NULL))
        at = td_json_member(&in->doc, 0, td_text("options"));
    at = at ? td_json_member(&in->doc, at, td_text("name")) : 0;
    if (!at)
        return;
    in->all->no_names = in->doc.values[at].kind == TD_JSON_NULL;
    pointer = text_of(in, at);
    if (in->doc.values[at].kind == TD_JSON_STRING &&
        (!pointer.len || *pointer.ptr == '/'))
        in->all->pointer = td_arena_text(&in->all->arena, pointer);
}

/* "source":"exec:npm proxy:http://HOST", of one server. */
static void see_source(struct loading *in, const struct tape_header *header)
{
    static const char proxy[] = "proxy:";
    const size_t len = sizeof(proxy) - 1;
    struct td_bytes source = header->source;
    const uint8_t *at =
        source.len ? memmem(source.ptr, source.len, proxy, len) : NULL;
    struct td_bytes url = {0};

    if (at)
        url = td_bytes(at + len, source.len - (size_t)(at + len - source.ptr));
    if (url.len && *url.ptr == 'h' && !memchr(url.ptr, ' ', url.len))
        in->all->upstream = td_arena_text(&in->all->arena, url);
}

static void see_header(void *self, const struct tape_header *header)
{
    see_options((struct loading *)self, header);
    see_source((struct loading *)self, header);
}

enum td_code play_exchanges_load(struct play_exchanges *all, const char *path,
                                 struct td_error *err)
{
    struct loading in = {.all = all};
    const struct play_each each = {
        .header = see_header, .event = see_event, .self = &in};
    enum td_code code = play_each_event(path, each, &all->state, err);

    if (!code && !all->len)
        code = play_each_none(path, &all->state, "nobody asks anything on it",
                              "--answer plays what tapedeck record --listen "
                              "has recorded",
                              err);
    td_json_release(&in.doc);
    td_buf_release(&in.text);
    free(in.open);
    return code;
}

void play_exchanges_release(struct play_exchanges *all)
{
    for (uint32_t i = 0; i < all->len; i++)
        free(all->list[i].parts);
    free(all->list);
    td_arena_release(&all->arena);
    *all = (struct play_exchanges){0};
}
