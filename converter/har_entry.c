#include "converter/har_entry.h"

#include "converter/har_body.h"
#include "core/clock.h"

#include <inttypes.h>

#define NONE        UINT32_MAX
#define UNNAMED_MAX 4096 /* events, where others have names */

/* An entry on its way to the tape. */
struct entry {
    const struct conv_har_entry *how;
    const struct td_json_doc *doc;
    uint32_t request;
    uint32_t response;
    uint32_t content;
    uint32_t post;
    uint32_t messages;
    uint64_t started_ns;
    uint64_t answered_ns;
    uint64_t ended_ns;
    bool socket;          /* its messages are taken */
    bool post_as_event;   /* text that the events give back, byte for byte */
    bool answer_as_event; /* the same of the content */
    bool messages_as_events;
    struct conv_har_body body;   /* of the request */
    struct conv_har_body answer; /* of the response */
    uint64_t events;             /* of its stream */
    struct td_buf unnamed;       /* uint64_t: which of them said none, from 1 */
    struct td_buf room;
    struct td_error *err;
};

static enum td_code no_entry(struct entry *e, const char *what)
{
    return td_error_set(e->err, TD_FORMAT, e->how->name, 0,
                        "no HAR: entry %" PRIu64 " %s", e->how->exchange, what);
}

static uint32_t at(const struct entry *e, uint32_t object, const char *name)
{
    return conv_json_at(e->doc, object, name);
}

static enum td_code put(struct entry *e, struct td_event *ev)
{
    ev->conn = e->how->conn;
    ev->exchange = e->how->exchange;
    return e->how->put(e->how->ctx, ev, e->err);
}

/* ---- when ---- */

/* From the start to the first byte of the answer, and to its last. */
static enum td_code read_times(struct entry *e)
{
    static const char *const before[] = {"blocked", "dns", "connect", "send",
                                         "wait"};
    uint32_t timings = at(e, 0, "timings");
    uint64_t whole = conv_json_ns(e->doc, at(e, 0, "time"), 1e6);
    uint64_t until = 0;

    td_buf_clear(&e->room);
    if (td_time_parse(
            conv_json_text(&e->room, e->doc, at(e, 0, "startedDateTime")),
            &e->started_ns) ||
        e->started_ns > INT64_MAX / 2)
        return no_entry(e, "has no startedDateTime of RFC 3339");
    for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++)
        until += conv_json_ns(e->doc, at(e, timings, before[i]), 1e6);
    e->ended_ns = e->started_ns + whole;
    e->answered_ns =
        e->started_ns + (whole > 0 && until > whole ? whole : until);
    if (e->ended_ns < e->answered_ns)
        e->ended_ns = e->answered_ns +
                      conv_json_ns(e->doc, at(e, timings, "receive"), 1e6);
    return TD_OK;
}

/* No message is before the answer: what is measured of it is rounded. */
static void answer_before_messages(struct entry *e)
{
    uint64_t first_ns = conv_har_first_message(e->doc, e->messages);

    if (first_ns >= e->started_ns && first_ns < e->answered_ns)
        e->answered_ns = first_ns;
}

static bool tells_of_bytes(const struct entry *e, uint32_t object,
                           const char *name)
{
    return conv_json_u64(e->doc, at(e, object, name), 0) > 0;
}

/* ---- the entry without what the events hold ---- */

static void put_without_text(struct td_json_writer *w, const struct entry *e,
                             const char *key, uint32_t object, bool as_event)
{
    if (!as_event) {
        conv_json_put(w, key, td_json_raw(e->doc, object));
        return;
    }
    td_json_object(w, key);
    conv_json_members(w, e->doc, object, (const char *const[]){"text", NULL});
    td_json_object_end(w);
}

static bool has_plain_headers(const struct entry *e, uint32_t side)
{
    struct td_buf room = {0};
    struct td_json_writer w = td_json_writer(&room);
    bool plain = conv_json_pairs(&w, NULL, e->doc, at(e, side, "headers"));

    td_buf_release(&room);
    return plain;
}

/* Headers that the line of their side has are an empty list here. */
static bool cuts_headers(const struct entry *e, uint32_t side, bool answer)
{
    return (!answer || tells_of_bytes(e, e->response, "status")) &&
           has_plain_headers(e, side);
}

static void put_side(struct td_json_writer *w, const struct entry *e,
                     bool answer)
{
    uint32_t side = answer ? e->response : e->request;
    uint32_t body = answer ? e->content : e->post;
    const char *body_key = answer ? "content" : "postData";
    const char *except[3] = {NULL};
    size_t n = 0;

    if (side == NONE)
        return;
    if (!conv_json_is(e->doc, side, TD_JSON_OBJECT)) {
        conv_json_put(w, answer ? "response" : "request",
                      td_json_raw(e->doc, side));
        return;
    }
    td_json_object(w, answer ? "response" : "request");
    if (cuts_headers(e, side, answer)) {
        except[n++] = "headers";
        td_json_array(w, "headers");
        td_json_array_end(w);
    }
    if (conv_json_is(e->doc, body, TD_JSON_OBJECT))
        except[n++] = body_key;
    conv_json_members(w, e->doc, side, except);
    if (conv_json_is(e->doc, body, TD_JSON_OBJECT))
        put_without_text(w, e, body_key, body,
                         answer ? e->answer_as_event : e->post_as_event);
    td_json_object_end(w);
}

static void put_rest(struct td_json_writer *w, const struct entry *e)
{
    static const char *const but[] = {"request", "response", NULL};
    static const char *const but_messages[] = {"request", "response",
                                               "_webSocketMessages", NULL};

    td_json_object(w, "har");
    conv_json_members(w, e->doc, 0, e->messages_as_events ? but_messages : but);
    if (e->messages_as_events) {
        td_json_array(w, "_webSocketMessages");
        td_json_array_end(w);
    }
    put_side(w, e, false);
    put_side(w, e, true);
    if (e->answer_as_event && e->answer.stream == CONV_HAR_SSE)
        td_json_put_bool(w, CONV_HAR_NAMED, e->answer.named);
    td_json_object_end(w);
}

/* ---- the events ---- */

static enum td_code put_json(struct entry *e, const char *kind, enum td_dir dir,
                             uint64_t at_ns, const struct td_buf *json)
{
    struct td_event ev = {.at_ns = at_ns,
                          .dir = dir,
                          .kind = td_text(kind),
                          .payload = td_buf_bytes(json)};

    ev.form = td_json_suits_line(ev.payload) ? TD_FORM_JSON : TD_FORM_TEXT;
    return put(e, &ev);
}

/* "HTTP/1.1" is 1.1; "h2", "http/2.0" as they are. */
static struct td_bytes version_of(struct td_bytes text)
{
    if (text.len > 5 && !memcmp(text.ptr, "HTTP/", 5))
        return td_bytes(text.ptr + 5, text.len - 5);
    return text;
}

static void put_version(struct td_json_writer *w, const struct entry *e,
                        uint32_t side)
{
    struct td_bytes version =
        version_of(conv_json_body(e->doc, at(e, side, "httpVersion")));

    if (version.len > 0)
        td_json_put_body(w, "version", version);
}

static void put_headers(struct td_json_writer *w, const struct entry *e,
                        uint32_t side)
{
    if (conv_json_pairs(w, "headers", e->doc, at(e, side, "headers")))
        return;
    td_json_array(w, "headers");
    td_json_array_end(w);
}

static enum td_code put_request(struct entry *e)
{
    struct td_buf json = {0};
    struct td_json_writer w = td_json_writer(&json);
    struct td_bytes url = conv_json_body(e->doc, at(e, e->request, "url"));
    enum td_code code;

    td_json_object(&w, NULL);
    td_json_put_body(&w, "method",
                     conv_json_body(e->doc, at(e, e->request, "method")));
    td_json_put_body(&w, "target", conv_har_target(url));
    put_version(&w, e, e->request);
    put_headers(&w, e, e->request);
    put_rest(&w, e);
    td_json_object_end(&w);
    code = td_json_done(&w);
    if (code)
        code = td_error_set(e->err, TD_LIMIT, e->how->name, 0,
                            "entry %" PRIu64 " is too long", e->how->exchange);
    if (!code)
        code = put_json(e, TD_KIND_REQUEST, TD_DIR_IN, e->started_ns, &json);
    td_buf_release(&json);
    return code;
}

static enum td_code put_response(struct entry *e, uint64_t status)
{
    struct td_buf json = {0};
    struct td_json_writer w = td_json_writer(&json);
    enum td_code code;

    td_json_object(&w, NULL);
    td_json_put_u64(&w, "status", status);
    td_json_put_body(&w, "reason",
                     conv_json_body(e->doc, at(e, e->response, "statusText")));
    put_version(&w, e, e->response);
    put_headers(&w, e, e->response);
    td_json_object_end(&w);
    code = put_json(e, TD_KIND_RESPONSE, TD_DIR_OUT, e->answered_ns, &json);
    td_buf_release(&json);
    return code;
}

static enum td_code put_body(struct entry *e, const struct conv_har_body *body,
                             enum td_dir dir, uint64_t at_ns)
{
    struct td_event ev = {.at_ns = at_ns,
                          .dir = dir,
                          .kind = td_text(TD_KIND_BODY),
                          .payload = td_buf_bytes(&body->bytes)};

    if (body->bytes.len == 0)
        return TD_OK;
    e->how->counts->cut += conv_har_cut(&ev);
    conv_har_settle(&ev);
    return put(e, &ev);
}

/* A part of a stream, which came where it stands in the text. */
static enum td_code on_part(void *ctx, struct td_event *ev, size_t behind,
                            size_t whole)
{
    struct entry *e = ctx;
    double share = whole ? (double)behind / (double)whole : 1;

    ev->at_ns = e->answered_ns +
                (uint64_t)((double)(e->ended_ns - e->answered_ns) * share);
    ev->dir = TD_DIR_OUT;
    if (td_event_is_plain(ev)) {
        e->how->counts->events++;
        e->events++;
        if (e->answer.stream == CONV_HAR_SSE && !ev->name.len &&
            e->unnamed.len < UNNAMED_MAX * sizeof(e->events))
            (void)td_buf_add(&e->unnamed, &e->events, sizeof(e->events));
    }
    return put(e, ev);
}

/* A message of a WebSocket; none is before the one that stands before it. */
static enum td_code on_message(void *ctx, struct td_event *ev)
{
    struct entry *e = ctx;

    if (ev->at_ns < e->answered_ns)
        ev->at_ns = e->answered_ns;
    e->ended_ns = ev->at_ns > e->ended_ns ? ev->at_ns : e->ended_ns;
    e->how->counts->messages++;
    return put(e, ev);
}

static enum td_code put_answer(struct entry *e)
{
    uint64_t status = conv_json_u64(e->doc, at(e, e->response, "status"), 0);
    enum td_code code;

    if (status == 0)
        return TD_OK;
    code = put_response(e, status);
    if (code)
        return code;
    if (e->socket) {
        e->how->counts->sockets++;
        return conv_har_messages(e->doc, e->messages, on_message, e,
                                 &e->how->counts->no_b64);
    }
    if (e->answer.stream == CONV_HAR_WHOLE || e->answer.bytes.len == 0)
        return put_body(e, &e->answer, TD_DIR_OUT, e->ended_ns);
    e->how->counts->streams++;
    return conv_har_parts(&e->answer, on_part, e);
}

/* Which events of a stream said no name: the tape has what their payloads call
 * them.
 */
static void put_unnamed(struct td_json_writer *w, const struct entry *e)
{
    const uint64_t *list = (const uint64_t *)(const void *)e->unnamed.ptr;
    size_t len = e->unnamed.len / sizeof(*list);

    if (len > 0 && !e->answer.named) {
        td_json_put_bool(w, "unnamed", true);
    } else if (len > 0 && len < UNNAMED_MAX) {
        td_json_array(w, "unnamed");
        for (size_t i = 0; i < len; i++)
            td_json_put_u64(w, NULL, list[i]);
        td_json_array_end(w);
    }
}

static enum td_code put_done(struct entry *e)
{
    uint64_t status = conv_json_u64(e->doc, at(e, e->response, "status"), 0);
    struct td_bytes why = conv_json_body(e->doc, at(e, e->response, "_error"));
    struct td_buf json = {0};
    struct td_json_writer w = td_json_writer(&json);
    enum td_code code;

    if (why.len == 0)
        why = conv_json_body(e->doc, at(e, e->response, "_failureText"));
    if (why.len == 0 && status == 0)
        why = td_text("no answer");
    td_json_object(&w, NULL);
    if (why.len > 0)
        td_json_put_body(&w, "cut", why);
    put_unnamed(&w, e);
    td_json_object_end(&w);
    code = put_json(e, TD_KIND_DONE, TD_DIR_OUT, e->ended_ns, &json);
    td_buf_release(&json);
    return code;
}

/* ---- all of it ---- */

/* The bodies, and whether the events will give them back as they stand. */
static enum td_code read_bodies(struct entry *e)
{
    struct conv_har_counts *counts = e->how->counts;
    bool text;
    enum td_code code;

    code = conv_har_body_read(&e->body, e->doc, e->post, false);
    if (!code)
        code = conv_har_body_read(&e->answer, e->doc, e->content, true);
    if (code)
        return td_error_set(e->err, code, e->how->name, 0,
                            "entry %" PRIu64 " has a body that is too long",
                            e->how->exchange);
    counts->no_b64 += e->body.no_b64 ? 1 : 0;
    counts->no_b64 += e->answer.no_b64 ? 1 : 0;
    e->post_as_event = e->body.exact && e->body.bytes.len > 0;
    e->answer_as_event = e->answer.exact && e->answer.bytes.len > 0 &&
                         !e->socket && tells_of_bytes(e, e->response, "status");
    text = conv_json_is(e->doc, at(e, e->post, "text"), TD_JSON_STRING);
    if (!text && conv_json_is(e->doc, at(e, e->post, "params"), TD_JSON_ARRAY))
        counts->params++;
    else if (!text && tells_of_bytes(e, e->request, "bodySize"))
        counts->missing++;
    text = conv_json_is(e->doc, at(e, e->content, "text"), TD_JSON_STRING);
    if (!text && !e->socket &&
        (tells_of_bytes(e, e->content, "size") ||
         tells_of_bytes(e, e->response, "bodySize")))
        counts->missing++;
    return TD_OK;
}

static enum td_code read_all(struct entry *e)
{
    enum td_code code;

    if (!conv_json_is(e->doc, e->request, TD_JSON_OBJECT) ||
        !conv_json_body(e->doc, at(e, e->request, "method")).len ||
        !conv_json_body(e->doc, at(e, e->request, "url")).len)
        return no_entry(e, "has no request with a method and a url");
    code = read_times(e);
    if (code)
        return code;
    e->socket = conv_json_is(e->doc, e->messages, TD_JSON_ARRAY);
    if (e->socket)
        answer_before_messages(e);
    e->messages_as_events =
        e->socket && tells_of_bytes(e, e->response, "status") &&
        conv_har_messages_exact(e->doc, e->messages, e->answered_ns);
    code = read_bodies(e);
    if (!code)
        code = put_request(e);
    if (!code)
        code = put_body(e, &e->body, TD_DIR_IN, e->started_ns);
    if (!code)
        code = put_answer(e);
    return code ? code : put_done(e);
}

enum td_code conv_har_entry_read(const struct conv_har_entry *how,
                                 const struct td_json_doc *doc,
                                 struct td_error *err)
{
    struct entry e = {.how = how, .doc = doc, .err = err};
    enum td_code code;

    e.request = at(&e, 0, "request");
    e.response = at(&e, 0, "response");
    e.content = at(&e, e.response, "content");
    e.post = at(&e, e.request, "postData");
    e.messages = at(&e, 0, "_webSocketMessages");
    how->counts->exchanges++;
    code = read_all(&e);
    conv_har_body_release(&e.body);
    conv_har_body_release(&e.answer);
    td_buf_release(&e.room);
    td_buf_release(&e.unnamed);
    return code;
}

struct td_bytes conv_har_entry_connection(const struct td_json_doc *doc)
{
    uint32_t request = conv_json_at(doc, 0, "request");
    struct td_bytes url =
        conv_json_body(doc, conv_json_at(doc, request, "url"));
    struct td_bytes name =
        conv_json_body(doc, conv_json_at(doc, 0, "connection"));
    struct td_bytes target;

    if (name.len == 0)
        name = conv_json_body(doc, conv_json_at(doc, 0, "_connectionId"));
    if (name.len > 0)
        return name;
    target = conv_har_target(url);
    if (target.ptr < url.ptr || target.ptr > url.ptr + url.len)
        return url;
    return td_bytes(url.ptr, (size_t)(target.ptr - url.ptr));
}
