#include "converter/har_exchange.h"

#include "core/mem.h"
#include "core/payload.h"

#include <stdlib.h>
#include <strings.h>

struct conv_har_exchange *conv_har_exchange_new(uint64_t number, uint64_t at_ns)
{
    struct conv_har_exchange *x = td_calloc(1, sizeof(*x));

    x->number = number;
    x->started_ns = x->sent_ns = x->answered_ns = x->ended_ns = at_ns;
    return x;
}

void conv_har_exchange_free(struct conv_har_exchange *x)
{
    td_buf_release(&x->request);
    td_buf_release(&x->response);
    td_buf_release(&x->done_line);
    td_buf_release(&x->post);
    td_buf_release(&x->content);
    td_buf_release(&x->lines);
    td_buf_release(&x->messages);
    td_buf_release(&x->entry);
    free(x);
}

/* What the value of a header is, in the lines of a request or response. */
static bool header_is(const struct td_json_doc *doc, const char *name,
                      struct td_bytes *value)
{
    const struct td_json_value *v = doc->values;
    uint32_t at = conv_json_at(doc, 0, "headers");

    for (uint32_t i = at + 1;
         conv_json_is(doc, at, TD_JSON_ARRAY) && i < v[at].next;
         i = v[i].next) {
        struct td_bytes key;

        if (v[i].kind != TD_JSON_ARRAY || v[i].count != 2)
            continue;
        key = conv_json_body(doc, i + 1);
        *value = conv_json_body(doc, v[i + 1].next);
        if (key.len == strlen(name) &&
            !strncasecmp((const char *)key.ptr, name, key.len))
            return true;
    }
    return false;
}

/* What the entry of a HAR said of it. */
static void read_har(struct conv_har_exchange *x, const struct td_json_doc *doc,
                     uint32_t har)
{
    uint32_t at = conv_json_at(doc, har, "_webSocketMessages");

    x->har_socket = conv_json_is(doc, at, TD_JSON_ARRAY);
    x->named = !conv_json_is(doc, conv_json_at(doc, har, CONV_HAR_NAMED),
                             TD_JSON_FALSE);
    at = conv_json_at(doc, conv_json_at(doc, har, "response"), "content");
    x->stream = conv_har_stream_of(
        conv_json_body(doc, conv_json_at(doc, at, "mimeType")));
}

static void read_request(struct conv_har_exchange *x)
{
    struct td_json_doc doc = {0};
    uint32_t har;

    x->named = true;
    if (!td_json_parse(&doc, td_buf_bytes(&x->request), TD_JSON_DEPTH, NULL)) {
        har = conv_json_at(&doc, 0, "har");
        x->has_har = conv_json_is(&doc, har, TD_JSON_OBJECT);
        if (x->has_har)
            read_har(x, &doc, har);
    }
    td_json_release(&doc);
}

static enum td_code take_response(struct conv_har_exchange *x,
                                  const struct td_event *ev,
                                  struct conv_har_lost *lost)
{
    struct td_json_doc doc = {0};
    struct td_bytes mime = td_bytes("", 0);
    uint64_t status = 0;

    if (!td_json_parse(&doc, td_payload_json(ev), TD_JSON_DEPTH, NULL)) {
        status = conv_json_u64(&doc, conv_json_at(&doc, 0, "status"), 0);
        (void)header_is(&doc, "content-type", &mime);
    }
    if (status >= 100 && status < 200 && status != 101)
        lost->interim++;
    x->socket = x->has_har ? x->har_socket : status == 101;
    if (!x->has_har)
        x->stream = conv_har_stream_of(mime);
    x->answered_ns = ev->at_ns;
    td_json_release(&doc);
    td_buf_clear(&x->response);
    return td_buf_add_bytes(&x->response, ev->payload);
}

static enum td_code take_body(struct conv_har_exchange *x,
                              const struct td_event *ev,
                              struct conv_har_lost *lost)
{
    bool answer = ev->dir == TD_DIR_OUT;
    struct td_buf *to = answer ? &x->content : &x->post;

    if (answer)
        x->content_is_bytes |= ev->form == TD_FORM_BYTES;
    else
        x->post_is_bytes |= ev->form == TD_FORM_BYTES;
    x->has_content |= answer;
    x->sent_ns = answer ? x->sent_ns : ev->at_ns;
    lost->cut += ev->cut > 0;
    return td_buf_add_bytes(to, ev->payload);
}

/* The name stands in the payload and not where its reader would look for it:
 * what OpenAI's streams call "object".
 */
static bool is_named(const struct conv_har_exchange *x,
                     const struct td_event *ev)
{
    struct td_json_doc doc = {0};
    uint32_t at;
    bool is = x->named;

    if (is && ev->name.len > 0 &&
        !td_json_parse(&doc, ev->payload, TD_JSON_DEPTH, NULL)) {
        at = conv_json_at(&doc, 0, "object");
        is = !td_bytes_equal(conv_json_body(&doc, at), ev->name);
    }
    td_json_release(&doc);
    return is;
}

/* The line with the name of the event that stands from here on; one with its id
 * may be before it.
 */
static void note_line(struct conv_har_exchange *x, size_t from)
{
    static const char word[] = "event: ";
    const uint8_t *all = x->content.ptr;
    const uint8_t *lf;

    for (unsigned n = 0; n < 2 && from < x->content.len; n++) {
        size_t left = x->content.len - from;
        struct conv_har_line line = {.event = x->parts, .at = from};

        lf = memchr(all + from, '\n', left);
        if (!lf)
            return;
        line.len = (size_t)(lf + 1 - (all + from));
        if (line.len > sizeof(word) - 1 &&
            !memcmp(all + from, word, sizeof(word) - 1)) {
            (void)td_buf_add(&x->lines, &line, sizeof(line));
            return;
        }
        from += line.len;
    }
}

/* Take names out again that did not stand in the stream: what "unnamed" says, a
 * list of events whose numbers rise, or true.
 */
static void drop_names(struct conv_har_exchange *x)
{
    const struct conv_har_line *line =
        (const struct conv_har_line *)(const void *)x->lines.ptr;
    size_t len = x->lines.len / sizeof(*line);
    struct td_json_doc doc = {0};
    uint32_t list = UINT32_MAX;
    uint32_t at;
    struct td_buf out = {0};
    size_t copied = 0;

    if (!td_json_parse(&doc, td_buf_bytes(&x->done_line), TD_JSON_DEPTH, NULL))
        list = conv_json_at(&doc, 0, "unnamed");
    at = conv_json_is(&doc, list, TD_JSON_ARRAY) ? list + 1 : 0;
    for (size_t i = 0; i < len; i++, line++) {
        while (at && at < doc.values[list].next &&
               conv_json_u64(&doc, at, 0) < line->event)
            at = doc.values[at].next;
        if (at ? at >= doc.values[list].next ||
                     conv_json_u64(&doc, at, 0) != line->event
               : !conv_json_is(&doc, list, TD_JSON_TRUE))
            continue;
        (void)td_buf_add(&out, x->content.ptr + copied, line->at - copied);
        copied = line->at + line->len;
    }
    (void)td_buf_add(&out, x->content.ptr + copied, x->content.len - copied);
    td_buf_release(&x->content);
    x->content = out;
    td_json_release(&doc);
}

static enum td_code take_part(struct conv_har_exchange *x,
                              const struct td_event *ev, uint64_t start_wall_ns,
                              struct conv_har_lost *lost)
{
    struct td_json_writer w = td_json_writer(&x->messages);
    size_t before = x->content.len;

    lost->cut += ev->cut > 0;
    lost->packets += ev->ack.len > 0 || ev->att.len > 0 || ev->ns.len > 0;
    if (x->socket) {
        if (x->messages.len > 0)
            (void)td_buf_add_byte(&x->messages, ',');
        if (!conv_har_put_message(&w, ev, start_wall_ns + ev->at_ns)) {
            x->messages.len -= x->messages.len > 0;
            lost->others++;
        }
        return w.code;
    }
    if (x->stream == CONV_HAR_WHOLE) {
        lost->others++;
        return TD_OK;
    }
    x->has_content = true;
    x->content_is_bytes |= ev->form == TD_FORM_BYTES;
    conv_har_put_part(&x->content, x->stream, ev, is_named(x, ev));
    x->parts += td_event_is_plain(ev) ? 1 : 0;
    if (x->stream == CONV_HAR_SSE && ev->name.len > 0 && td_event_is_plain(ev))
        note_line(x, before);
    lost->odd += x->content.len == before && td_event_is_plain(ev);
    return TD_OK;
}

enum td_code conv_har_exchange_put(struct conv_har_exchange *x,
                                   const struct td_event *ev,
                                   uint64_t start_wall_ns,
                                   struct conv_har_lost *lost)
{
    enum td_code code = TD_OK;

    x->ended_ns = ev->at_ns;
    if (td_bytes_is(ev->kind, TD_KIND_REQUEST)) {
        td_buf_clear(&x->request);
        x->conn = ev->conn;
        code = td_buf_add_bytes(&x->request, ev->payload);
        read_request(x);
        return code;
    }
    if (td_bytes_is(ev->kind, TD_KIND_RESPONSE))
        return take_response(x, ev, lost);
    if (td_bytes_is(ev->kind, TD_KIND_BODY))
        return take_body(x, ev, lost);
    if (!td_bytes_is(ev->kind, TD_KIND_DONE))
        return take_part(x, ev, start_wall_ns, lost);
    td_buf_clear(&x->done_line);
    code = td_buf_add_bytes(&x->done_line, ev->payload);
    if (x->lines.len > 0)
        drop_names(x);
    td_buf_clear(&x->lines);
    return code;
}
