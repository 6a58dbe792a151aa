/* The entry of an exchange that has ended. */
#include "converter/har_exchange.h"
#include "core/clock.h"

#include <inttypes.h>
#include <strings.h>

#define NONE UINT32_MAX

/* The lines of an exchange, and the entry that the request was made of. */
struct lines {
    struct conv_har_exchange *x;
    const struct conv_har_origin *origin;
    struct conv_har_lost *lost;
    uint64_t start_wall_ns;
    struct td_json_doc request;
    struct td_json_doc response;
    struct td_json_doc done;
    uint32_t har; /* in request; or NONE */
    uint32_t har_request;
    uint32_t har_response;
    struct td_json_writer w;
};

void conv_har_origin_release(struct conv_har_origin *origin)
{
    td_buf_release(&origin->text);
}

static bool has_scheme(struct td_bytes text, const char *scheme)
{
    size_t len = strlen(scheme);

    return text.len > len && !memcmp(text.ptr, scheme, len);
}

void conv_har_origin_read(struct conv_har_origin *origin,
                          struct td_bytes source)
{
    static const struct {
        const char *scheme;
        const char *as;
    } rows[] = {{"http://", "http://"},
                {"https://", "https://"},
                {"ws://", "http://"},
                {"wss://", "https://"}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t len = strlen(rows[i].scheme);
        size_t end = len;

        if (!has_scheme(source, rows[i].scheme))
            continue;
        while (end < source.len && !strchr("/?#, ", source.ptr[end]))
            end++;
        (void)td_buf_add_text(&origin->text, rows[i].as);
        (void)td_buf_add(&origin->text, source.ptr + len, end - len);
    }
}

/* ---- headers and what is read of them ---- */

/* The value of each header of that name, or NULL: no more. */
static bool next_header(const struct td_json_doc *doc, const char *name,
                        uint32_t *at, struct td_bytes *value)
{
    const struct td_json_value *v = doc->values;
    uint32_t list = conv_json_at(doc, 0, "headers");

    if (!conv_json_is(doc, list, TD_JSON_ARRAY))
        return false;
    for (*at = *at ? v[*at].next : list + 1; *at < v[list].next;
         *at = v[*at].next) {
        struct td_bytes key;

        if (v[*at].kind != TD_JSON_ARRAY || v[*at].count != 2)
            continue;
        key = conv_json_body(doc, *at + 1);
        *value = conv_json_body(doc, v[*at + 1].next);
        if (key.len == strlen(name) &&
            !strncasecmp((const char *)key.ptr, name, key.len))
            return true;
    }
    return false;
}

static struct td_bytes header(const struct td_json_doc *doc, const char *name)
{
    struct td_bytes value = td_bytes("", 0);
    uint32_t at = 0;

    if (!next_header(doc, name, &at, &value))
        return td_bytes("", 0);
    return value;
}

/* The part before `by`, which is cut off *rest. */
static struct td_bytes cut(struct td_bytes *rest, int by)
{
    const uint8_t *at = memchr(rest->ptr, by, rest->len);
    size_t len = at ? (size_t)(at - rest->ptr) : rest->len;
    struct td_bytes part = td_bytes(rest->ptr, len);

    len += at != NULL;
    *rest = td_bytes(rest->ptr + len, rest->len - len);
    while (part.len > 0 && part.ptr[0] == ' ')
        part = td_bytes(part.ptr + 1, part.len - 1);
    return part;
}

/* {"name":..,"value":..} of "name=value", open. */
static void begin_pair(struct td_json_writer *w, struct td_bytes part)
{
    struct td_bytes name = cut(&part, '=');

    td_json_object(w, NULL);
    td_json_put_body(w, "name", name);
    td_json_put_body(w, "value", part);
}

static void put_pairs(struct td_json_writer *w, struct td_bytes text, int by)
{
    while (text.len > 0) {
        struct td_bytes part = cut(&text, by);

        if (part.len == 0)
            continue;
        begin_pair(w, part);
        td_json_object_end(w);
    }
}

static void put_set_cookie(struct td_json_writer *w, struct td_bytes text)
{
    begin_pair(w, cut(&text, ';'));
    while (text.len > 0) {
        struct td_bytes value = cut(&text, ';');
        struct td_bytes name = cut(&value, '=');

        if (name.len == 4 && !strncasecmp((const char *)name.ptr, "path", 4))
            td_json_put_body(w, "path", value);
        if (name.len == 6 && !strncasecmp((const char *)name.ptr, "domain", 6))
            td_json_put_body(w, "domain", value);
        if (name.len == 6 && !strncasecmp((const char *)name.ptr, "secure", 6))
            td_json_put_bool(w, "secure", true);
        if (name.len == 8 &&
            !strncasecmp((const char *)name.ptr, "httponly", 8))
            td_json_put_bool(w, "httpOnly", true);
    }
    td_json_object_end(w);
}

static void put_cookies(struct td_json_writer *w, const struct td_json_doc *doc,
                        const char *name)
{
    struct td_bytes value;
    uint32_t at = 0;

    td_json_array(w, "cookies");
    while (next_header(doc, name, &at, &value)) {
        if (name[0] == 's')
            put_set_cookie(w, value);
        else
            put_pairs(w, value, ';');
    }
    td_json_array_end(w);
}

static void put_version(struct td_json_writer *w, const struct td_json_doc *doc)
{
    struct td_bytes version =
        conv_json_body(doc, conv_json_at(doc, 0, "version"));
    struct td_buf text = {0};

    if (version.len > 0 && version.ptr[0] >= '0' && version.ptr[0] <= '9')
        (void)td_buf_add_text(&text, "HTTP/");
    (void)td_buf_add_bytes(&text, version.len ? version : td_text("HTTP/1.1"));
    td_json_put_body(w, "httpVersion", td_buf_bytes(&text));
    td_buf_release(&text);
}

/* Those of the line, unless the HAR had none, or such as fit no line. */
static void put_headers(struct lines *l, uint32_t side,
                        const struct td_json_doc *line)
{
    const struct td_json_doc *doc = &l->request;
    uint32_t old = conv_json_at(doc, side, "headers");

    if (side == NONE ||
        (conv_json_is(doc, old, TD_JSON_ARRAY) && doc->values[old].count == 0))
        conv_json_objects(&l->w, "headers", line,
                          conv_json_at(line, 0, "headers"));
    else if (old != NONE)
        conv_json_put(&l->w, "headers", td_json_raw(doc, old));
}

/* ---- the request ---- */

/* The origin as a WebSocket's: http becomes ws. */
static void add_origin(struct td_buf *url, struct td_bytes origin, bool socket)
{
    if (socket && has_scheme(origin, "http")) {
        (void)td_buf_add_text(url, "ws");
        origin = td_bytes(origin.ptr + 4, origin.len - 4);
    }
    (void)td_buf_add_bytes(url, origin);
}

static void put_url(struct lines *l)
{
    struct td_bytes target =
        conv_json_body(&l->request, conv_json_at(&l->request, 0, "target"));
    struct td_bytes host = header(&l->request, "host");
    struct td_buf url = {0};

    if (memmem(target.ptr, target.len, "://", 3)) {
        /* It is whole. */
    } else if (l->origin->text.len > 0) {
        add_origin(&url, td_buf_bytes(&l->origin->text), l->x->socket);
    } else {
        add_origin(&url, td_text("http://"), l->x->socket);
        (void)td_buf_add_bytes(&url, host.len ? host : td_text("localhost"));
    }
    (void)td_buf_add_bytes(&url, target);
    td_json_put_body(&l->w, "url", td_buf_bytes(&url));
    td_buf_release(&url);
}

static void put_plain_request(struct lines *l)
{
    struct td_json_writer *w = &l->w;
    struct td_bytes target =
        conv_json_body(&l->request, conv_json_at(&l->request, 0, "target"));

    td_json_put_body(
        w, "method",
        conv_json_body(&l->request, conv_json_at(&l->request, 0, "method")));
    put_url(l);
    put_version(w, &l->request);
    put_cookies(w, &l->request, "cookie");
    td_json_array(w, "queryString");
    (void)cut(&target, '?');
    put_pairs(w, target, '&');
    td_json_array_end(w);
    td_json_put_i64(w, "headersSize", -1);
    td_json_put_u64(w, "bodySize", l->x->post.len);
}

/* "text" of a body, and in base64 "encoding", unless that is there. */
static void put_text(struct td_json_writer *w, const struct td_buf *bytes,
                     bool b64, bool says_so)
{
    if (!b64) {
        td_json_put_string(w, "text", td_buf_bytes(bytes));
        return;
    }
    td_json_put_b64(w, "text", td_buf_bytes(bytes));
    if (!says_so)
        td_json_put_text(w, "encoding", "base64");
}

/* The object of a body that the HAR had, with its text. */
static void put_old_body(struct lines *l, const char *key, uint32_t old,
                         const struct td_buf *bytes, bool is_there,
                         bool is_bytes)
{
    const struct td_json_doc *doc = &l->request;
    struct td_bytes encoding =
        conv_json_body(doc, conv_json_at(doc, old, "encoding"));
    bool b64 = td_bytes_is(encoding, "base64");

    if (!conv_json_is(doc, old, TD_JSON_OBJECT)) {
        conv_json_put(&l->w, key, td_json_raw(doc, old));
        return;
    }
    td_json_object(&l->w, key);
    conv_json_members(&l->w, doc, old, (const char *const[]){NULL});
    if (is_there && conv_json_at(doc, old, "text") == NONE)
        put_text(&l->w, bytes, b64 || is_bytes, b64);
    td_json_object_end(&l->w);
}

static void put_post(struct lines *l)
{
    const struct conv_har_exchange *x = l->x;
    uint32_t old = conv_json_at(&l->request, l->har_request, "postData");

    if (old != NONE) {
        put_old_body(l, "postData", old, &x->post, x->post.len > 0,
                     x->post_is_bytes);
        return;
    }
    if (x->post.len == 0)
        return;
    td_json_object(&l->w, "postData");
    td_json_put_body(&l->w, "mimeType", header(&l->request, "content-type"));
    put_text(&l->w, &x->post, x->post_is_bytes, false);
    td_json_object_end(&l->w);
}

static void put_request(struct lines *l)
{
    td_json_object(&l->w, "request");
    if (l->har_request != NONE)
        conv_json_members(&l->w, &l->request, l->har_request,
                          (const char *const[]){"headers", "postData", NULL});
    else
        put_plain_request(l);
    put_headers(l, l->har_request, &l->request);
    put_post(l);
    td_json_object_end(&l->w);
}

/* ---- the response ---- */

static void put_content(struct lines *l)
{
    const struct conv_har_exchange *x = l->x;
    struct td_bytes mime = header(&l->response, "content-type");
    uint32_t old = conv_json_at(&l->request, l->har_response, "content");

    if (old != NONE) {
        put_old_body(l, "content", old, &x->content, x->has_content,
                     x->content_is_bytes);
        return;
    }
    td_json_object(&l->w, "content");
    td_json_put_u64(&l->w, "size", x->content.len);
    td_json_put_body(&l->w, "mimeType", mime.len ? mime : td_text("x-unknown"));
    if (x->has_content)
        put_text(&l->w, &x->content, x->content_is_bytes, false);
    td_json_object_end(&l->w);
}

static void put_plain_response(struct lines *l)
{
    struct td_json_writer *w = &l->w;
    const struct td_json_doc *doc = &l->response;
    struct td_bytes why =
        conv_json_body(&l->done, conv_json_at(&l->done, 0, "cut"));

    td_json_put_u64(w, "status",
                    conv_json_u64(doc, conv_json_at(doc, 0, "status"), 0));
    td_json_put_body(w, "statusText",
                     conv_json_body(doc, conv_json_at(doc, 0, "reason")));
    put_version(w, doc);
    put_cookies(w, doc, "set-cookie");
    td_json_put_body(w, "redirectURL", header(doc, "location"));
    td_json_put_i64(w, "headersSize", -1);
    td_json_put_i64(w, "bodySize", -1);
    if (why.len > 0)
        td_json_put_body(w, "_error", why);
}

static void put_response(struct lines *l)
{
    td_json_object(&l->w, "response");
    if (l->har_response != NONE)
        conv_json_members(&l->w, &l->request, l->har_response,
                          (const char *const[]){"headers", "content", NULL});
    else
        put_plain_response(l);
    put_headers(l, l->har_response, &l->response);
    if (l->har_response == NONE ||
        conv_json_at(&l->request, l->har_response, "content") != NONE)
        put_content(l);
    td_json_object_end(&l->w);
}

/* ---- the entry ---- */

static double ms(uint64_t from_ns, uint64_t to_ns)
{
    return to_ns > from_ns ? (double)(to_ns - from_ns) / 1e6 : 0;
}

static void put_times(struct lines *l)
{
    const struct conv_har_exchange *x = l->x;
    struct td_json_writer *w = &l->w;
    struct td_buf conn = {0};

    td_json_put_time(w, "startedDateTime", l->start_wall_ns + x->started_ns);
    td_json_put_fixed(w, "time", ms(x->started_ns, x->ended_ns), 6);
    td_json_object(w, "cache");
    td_json_object_end(w);
    td_json_object(w, "timings");
    td_json_put_fixed(w, "send", ms(x->started_ns, x->sent_ns), 6);
    td_json_put_fixed(w, "wait", ms(x->sent_ns, x->answered_ns), 6);
    td_json_put_fixed(w, "receive", ms(x->answered_ns, x->ended_ns), 6);
    td_json_object_end(w);
    (void)td_buf_addf(&conn, "%" PRIu32, x->conn);
    td_json_put_string(w, "connection", td_buf_bytes(&conn));
    td_buf_release(&conn);
}

static void put_messages(struct lines *l)
{
    td_json_array(&l->w, "_webSocketMessages");
    if (l->x->messages.len > 0)
        td_json_put_raw(&l->w, NULL, td_buf_bytes(&l->x->messages));
    td_json_array_end(&l->w);
}

static void put_old_entry(struct lines *l)
{
    static const char *const but[] = {
        "request", "response", "_webSocketMessages", CONV_HAR_NAMED, NULL};
    const struct td_json_doc *doc = &l->request;
    uint32_t messages = conv_json_at(doc, l->har, "_webSocketMessages");

    conv_json_members(&l->w, doc, l->har, but);
    put_request(l);
    if (l->har_response != NONE)
        put_response(l);
    if (conv_json_is(doc, messages, TD_JSON_ARRAY) &&
        doc->values[messages].count == 0)
        put_messages(l);
    else if (messages != NONE)
        conv_json_put(&l->w, "_webSocketMessages", td_json_raw(doc, messages));
}

static void put_new_entry(struct lines *l)
{
    put_times(l);
    put_request(l);
    put_response(l);
    if (!l->x->socket)
        return;
    td_json_put_text(&l->w, "_resourceType", "websocket");
    put_messages(l);
}

static void count_lost(struct lines *l)
{
    const struct td_json_doc *doc = &l->done;

    l->lost->trailers += conv_json_at(doc, 0, "trailers") != NONE;
    l->lost->chunks += conv_json_at(doc, 0, "chunks") != NONE;
}

static void parse(struct td_json_doc *doc, const struct td_buf *line)
{
    if (td_json_parse(doc, td_buf_bytes(line), TD_JSON_DEPTH, NULL) ||
        doc->values[0].kind != TD_JSON_OBJECT)
        doc->len = 0;
}

enum td_code conv_har_exchange_end(struct conv_har_exchange *x,
                                   uint64_t start_wall_ns,
                                   const struct conv_har_origin *origin,
                                   struct conv_har_lost *lost)
{
    struct lines l = {.x = x,
                      .origin = origin,
                      .lost = lost,
                      .start_wall_ns = start_wall_ns,
                      .har = NONE};
    enum td_code code;

    parse(&l.request, &x->request);
    parse(&l.response, &x->response);
    parse(&l.done, &x->done_line);
    l.har = conv_json_at(&l.request, 0, "har");
    if (!conv_json_is(&l.request, l.har, TD_JSON_OBJECT))
        l.har = NONE;
    l.har_request = conv_json_at(&l.request, l.har, "request");
    l.har_response = conv_json_at(&l.request, l.har, "response");
    count_lost(&l);
    l.w = td_json_writer(&x->entry);
    td_json_object(&l.w, NULL);
    if (l.har != NONE)
        put_old_entry(&l);
    else
        put_new_entry(&l);
    td_json_object_end(&l.w);
    code = td_json_done(&l.w);
    td_json_release(&l.request);
    td_json_release(&l.response);
    td_json_release(&l.done);
    td_buf_release(&x->content);
    td_buf_release(&x->messages);
    return code;
}
