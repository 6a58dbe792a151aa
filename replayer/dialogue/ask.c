#include "replayer/dialogue/ask.h"

#include "core/b64.h"
#include "replayer/answer/mark.h"
#include "wire/http/form.h"
#include "wire/ws/handshake.h"

#include <strings.h>

static bool is_one_of(const char *name, const char *const *names, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!strcasecmp(name, names[i]))
            return true;
    return false;
}

/* Of the connection, and written anew. */
static bool is_own(const char *name)
{
    static const char *const names[] = {"Host",
                                        "Connection",
                                        "Keep-Alive",
                                        "Content-Length",
                                        "Transfer-Encoding",
                                        "Expect",
                                        "Upgrade",
                                        "TE",
                                        "Trailer",
                                        "HTTP2-Settings",
                                        "Proxy-Connection",
                                        "Sec-WebSocket-Key",
                                        "Accept-Encoding",
                                        "Sec-WebSocket-Version",
                                        "Sec-WebSocket-Extensions",
                                        "Sec-WebSocket-Accept"};

    return is_one_of(name, names, sizeof(names) / sizeof(names[0]));
}

static bool has_header(const struct play_ask *ask, const char *name)
{
    size_t len = strlen(name);

    for (size_t i = 0; ask->headers && ask->headers[i]; i++)
        if (!strncasecmp(ask->headers[i], name, len) &&
            ask->headers[i][len] == ':')
            return true;
    return false;
}

/* What was packed when it was said, and is not any more. */
static bool is_unpacked(const struct play_ask *ask, const char *name,
                        struct td_bytes value)
{
    bool known = http_same(value, "gzip") || http_same(value, "x-gzip") ||
                 http_same(value, "deflate");
    bool packed = ask->body.len > 1 && ask->body.ptr[0] == 0x1f &&
                  ask->body.ptr[1] == 0x8b;

    return ask->decoded && known && !packed &&
           !strcasecmp(name, "Content-Encoding");
}

static enum td_code put_field(struct td_buf *out, const struct play_ask *ask,
                              const struct play_field *field)
{
    const char *bound = play_binds_field(ask->binds, field->name);
    struct td_buf value = {0};
    enum td_code code = TD_OK;

    if (is_own(field->name) || has_header(ask, field->name) ||
        (ask->to->user && !strcasecmp(field->name, "Authorization")) ||
        is_unpacked(ask, field->name, field->value))
        return TD_OK;
    if (bound) {
        (void)td_buf_add_text(&value, bound);
    } else if (play_has_mark(field->value)) {
        if (ask->left_out)
            ask->left_out(ask->ctx, field->name);
        return TD_OK;
    } else {
        play_binds_put(ask->binds, &value, field->value);
    }
    code = http_put_field(out, field->name, td_buf_bytes(&value));
    td_buf_release(&value);
    return code;
}

/* One "Name: value" of the owner's. */
static enum td_code put_header(struct td_buf *out, const char *header)
{
    const char *colon = strchr(header, ':');
    const char *value = colon ? colon + 1 + strspn(colon + 1, " \t") : "";
    char name[256];
    size_t len = colon ? (size_t)(colon - header) : 0;

    if (!len || len >= sizeof(name))
        return TD_USAGE;
    memcpy(name, header, len);
    name[len] = '\0';
    if (is_own(name) && strcasecmp(name, "Accept-Encoding") != 0)
        return TD_USAGE;
    return http_put_field(out, name, td_text(value));
}

enum td_code play_ask_check(const char *const *headers, struct td_error *err)
{
    struct td_buf out = {0};
    enum td_code code = TD_OK;

    for (; headers && *headers && !code; headers++) {
        code = put_header(&out, *headers);
        if (!code)
            continue;
        (void)td_error_set(err, TD_USAGE, "--header", 0,
                           "%.*s cannot be sent: it is no \"Name: value\", or "
                           "belongs to the connection",
                           (int)strcspn(*headers, ": "), *headers);
        code = TD_USAGE;
    }
    td_buf_release(&out);
    return code;
}

static enum td_code put_user(struct td_buf *out, const struct play_ask *ask)
{
    struct td_buf value = {0};
    enum td_code code;

    if (!ask->to->user || has_header(ask, "Authorization"))
        return TD_OK;
    (void)td_buf_add_text(&value, "Basic ");
    (void)td_b64_encode(&value, td_text(ask->to->user));
    code = http_put_field(out, "Authorization", td_buf_bytes(&value));
    td_buf_release(&value);
    return code;
}

static enum td_code put_fields(struct td_buf *out, const struct play_ask *ask)
{
    struct td_bytes codings =
        play_field_value(ask->fields, ask->fields_len, "Accept-Encoding");
    bool packs = codings.len && memmem(codings.ptr, codings.len, "gzip", 4);
    enum td_code code = TD_OK;

    for (uint32_t i = 0; i < ask->fields_len && !code; i++)
        code = put_field(out, ask, &ask->fields[i]);
    if (!code)
        code = put_user(out, ask);
    for (size_t i = 0; !code && ask->headers && ask->headers[i]; i++)
        code = put_header(out, ask->headers[i]);
    if (!code && !has_header(ask, "Accept-Encoding"))
        code = http_put_field(out, "Accept-Encoding",
                              td_text(packs ? "gzip, deflate" : "identity"));
    return code;
}

/* What follows the fields. */
static enum td_code put_own(struct td_buf *out, const struct play_ask *ask)
{
    bool bodied = ask->body.len || http_same(ask->method, "POST") ||
                  http_same(ask->method, "PUT") ||
                  http_same(ask->method, "PATCH");
    enum td_code code;

    if (ask->ws_key)
        code = ws_put_request_fields(out, ask->ws_key, NULL);
    else
        code = http_put_field(out, "Connection", td_text("close"));
    if (!code && bodied && !ask->ws_key)
        code = http_put_length(out, ask->body.len);
    return code ? code : http_put_end(out);
}

/* A client of a proxy names the server, too: "http://host/path". */
static struct td_bytes path_of(struct td_bytes target)
{
    const uint8_t *end = target.ptr + target.len;
    const uint8_t *at = target.len && *target.ptr != '/'
                            ? memmem(target.ptr, target.len, "://", 3)
                            : NULL;
    const uint8_t *slash =
        at ? memchr(at + 3, '/', (size_t)(end - at) - 3) : NULL;

    if (!at)
        return target;
    return slash ? td_bytes(slash, (size_t)(end - slash)) : td_text("/");
}

static void put_target(struct td_buf *out, const struct play_ask *ask)
{
    const char *path = ask->to->path;
    size_t len = strlen(path);

    while (len > 0 && path[len - 1] == '/')
        len--;
    (void)td_buf_add(out, path, len);
    play_binds_put(ask->binds, out, path_of(ask->target));
}

/* "token=***" */
static bool has_hidden(struct td_bytes target)
{
    static const char hidden[] = "=" HTTP_HIDDEN;
    struct td_bytes rest = target;
    const uint8_t *at;

    while (rest.len && (at = memmem(rest.ptr, rest.len, hidden, 4)) != NULL) {
        rest = td_bytes(at + 4, rest.len - (size_t)(at + 4 - rest.ptr));
        if (!rest.len || *rest.ptr == '&' || *rest.ptr == '#')
            return true;
    }
    return play_has_mark(target);
}

static void tell_marks(const struct play_ask *ask, struct td_bytes target,
                       struct td_bytes body)
{
    struct td_bytes pairs;

    if (ask->marked && has_hidden(target))
        ask->marked(ask->ctx, "target");
    if (ask->marked && (http_form_read(&pairs, body) ? has_hidden(pairs)
                                                     : play_has_mark(body)))
        ask->marked(ask->ctx, "body");
}

enum td_code play_ask_put(struct td_buf *out, const struct play_ask *ask,
                          struct td_error *err)
{
    struct td_buf text = {0};
    struct td_buf body = {0};
    struct play_ask bound = *ask;
    char method[32] = "";
    enum td_code code = TD_USAGE;

    play_binds_put(ask->binds, &body, ask->body);
    bound.body = td_buf_bytes(&body);
    put_target(&text, ask);
    tell_marks(ask, td_buf_bytes(&text), bound.body);
    if (ask->method.len < sizeof(method)) {
        memcpy(method, ask->method.ptr, ask->method.len);
        code = http_put_request(out, method, td_buf_bytes(&text));
    }
    td_buf_clear(&text);
    (void)wire_url_authority(&text, ask->to);
    if (!code)
        code = http_put_field(out, "Host", td_buf_bytes(&text));
    if (!code)
        code = put_fields(out, &bound);
    if (!code)
        code = put_own(out, &bound);
    if (!code)
        (void)td_buf_add_bytes(out, bound.body);
    td_buf_release(&text);
    td_buf_release(&body);
    return code ? td_error_set(err, TD_USAGE, NULL, 0,
                               "the request cannot be sent: its head has what "
                               "HTTP cannot carry")
                : TD_OK;
}
