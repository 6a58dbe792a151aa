/* What becomes of a request's head on its way to the upstream. */
#include "wire/proxy/proxy_internal.h"
#include "wire/ws/handshake.h"

#include <stdio.h>

static bool is_absolute(const struct http_head *head)
{
    return head->target.len > 0 && *head->target.ptr != '/' &&
           !td_bytes_is(head->target, "*");
}

/* The host and port of "http://HOST:PORT/path"; without the user's name, which
 * no request may have.
 */
static struct td_bytes authority_of(struct td_bytes target)
{
    const uint8_t *at = memmem(target.ptr, target.len, "://", 3);
    struct td_bytes rest =
        td_bytes(at + 3, (size_t)(target.ptr + target.len - at) - 3);
    const uint8_t *user;
    size_t len = 0;

    while (len < rest.len && !strchr("/?#", rest.ptr[len]))
        len++;
    user = len ? memrchr(rest.ptr, '@', len) : NULL;
    if (!user)
        return td_bytes(rest.ptr, len);
    return td_bytes(user + 1, len - (size_t)(user + 1 - rest.ptr));
}

/* What may be told of it: where a '/' in a password ends it too early, what
 * looks like a port is none.
 */
static struct td_bytes shown_authority(struct td_bytes target)
{
    struct td_bytes all = authority_of(target);
    const uint8_t *colon = all.len ? memrchr(all.ptr, ':', all.len) : NULL;
    const uint8_t *end = all.ptr + all.len;

    if (colon && all.ptr[all.len - 1] != ']')
        for (const uint8_t *c = colon + 1; c < end; c++)
            if (*c < '0' || *c > '9')
                return td_text("another host");
    all.len = all.len < 100 ? all.len : 100;
    return all;
}

static bool same(struct td_bytes a, struct td_bytes b)
{
    char text[300];

    if (b.len >= sizeof(text))
        return false;
    memcpy(text, b.ptr, b.len);
    text[b.len] = '\0';
    return http_same(a, text);
}

/* Whom an absolute target names: the upstream, or whom the client dialled. */
static bool names_us(const struct proxy *proxy, const struct proxy_route *route,
                     const struct http_head *head)
{
    struct td_bytes host = authority_of(head->target);

    return same(host, td_buf_bytes(&route->authority)) ||
           (proxy->local && same(host, http_field(head, "Host")));
}

/* One of our own connections to the upstream has come back as a client. */
static bool is_loop(const struct proxy_link *link)
{
    const char *peer = wire_peer_name(link->client);

    for (const struct proxy_link *at = link->proxy->links; at; at = at->next)
        if (at->upstream && !strcmp(wire_local_name(at->upstream), peer))
            return true;
    return false;
}

/* Its Host alone: whom a page belongs to is for the upstream to judge. */
static int judge_host(const struct proxy *proxy,
                      const struct proxy_route *route,
                      const struct http_head *head, const char **why)
{
    struct http_head probe = {.field_count = 1, .minor = 1};

    probe.fields[0].name = td_text("Host");
    probe.fields[0].value = http_field(head, "Host");
    if (!probe.fields[0].value.ptr ||
        same(probe.fields[0].value, td_buf_bytes(&route->authority)))
        return 0;
    return wire_access_request(&proxy->access, proxy->local, &probe, why);
}

int proxy_judge(const struct proxy_link *link, const struct proxy_route *route,
                const struct http_head *head, char *why, size_t size)
{
    const struct proxy *proxy = link->proxy;
    const char *host_why = "";
    int status;

    if (!route) {
        (void)snprintf(why, size, "no server is named for this path (--to)");
        return 404;
    }
    status = judge_host(proxy, route, head, &host_why);
    if (status) {
        (void)snprintf(why, size, "%s", host_why);
        return status;
    }
    if (is_absolute(head) && !names_us(proxy, route, head)) {
        struct td_bytes host = shown_authority(head->target);

        (void)snprintf(why, size,
                       "this is a proxy for %s alone, and the request asks "
                       "for %.*s",
                       (const char *)route->authority.ptr, (int)host.len,
                       (const char *)host.ptr);
        return 421;
    }
    if (!link->known && is_loop(link)) {
        (void)snprintf(why, size, "the upstream %s is this proxy itself",
                       (const char *)route->authority.ptr);
        return 508;
    }
    return 0;
}

/* What of Accept-Encoding can be read here, with its weights; nothing left
 * means identity.
 */
static void put_encodings(struct td_buf *out, struct td_bytes list)
{
    bool any = false;

    (void)td_buf_add_text(out, "Accept-Encoding: ");
    while (list.len > 0) {
        const uint8_t *start = list.ptr;
        struct td_bytes name = http_next_element(&list);
        size_t len = (size_t)(list.ptr - start);

        if (!name.ptr)
            break;
        if (!http_same(name, "gzip") && !http_same(name, "deflate") &&
            !http_same(name, "x-gzip") && !http_same(name, "identity"))
            continue;
        while (len > 0 && strchr(", \t", start[len - 1]))
            len--;
        while (len > 0 && strchr(" \t", *start)) {
            start++;
            len--;
        }
        (void)td_buf_add_text(out, any ? ", " : "");
        (void)td_buf_add(out, start, len);
        any = true;
    }
    (void)td_buf_add_text(out, any ? "\r\n" : "identity\r\n");
}

static void put_field(struct td_buf *out, const struct http_field *field)
{
    (void)td_buf_add_bytes(out, field->name);
    (void)td_buf_add_text(out, ": ");
    (void)td_buf_add_bytes(out, field->value);
    (void)td_buf_add_text(out, "\r\n");
}

/* Offers of protocols that nobody here could read. */
static bool is_left_out(const struct proxy_route *route,
                        const struct http_field *field, bool websocket)
{
    return (http_same(field->name, "Sec-WebSocket-Extensions") &&
            !route->extensions) ||
           http_same(field->name, "HTTP2-Settings") ||
           (!websocket && http_same(field->name, "Upgrade"));
}

static void put_host(struct td_buf *out, const struct proxy_route *route)
{
    (void)td_buf_add_text(out, "Host: ");
    (void)td_buf_add_bytes(out, td_buf_bytes(&route->authority));
    (void)td_buf_add_text(out, "\r\n");
}

static void put_first_line(struct td_buf *out, const struct proxy_route *route,
                           const struct http_head *head)
{
    (void)td_buf_add_bytes(out, head->method);
    (void)td_buf_add_byte(out, ' ');
    if (td_bytes_is(head->path, "*"))
        (void)td_buf_add_byte(out, '*');
    else
        (void)td_buf_add_bytes(out, td_buf_bytes(&route->prefix));
    if (!td_bytes_is(head->path, "*"))
        (void)td_buf_add_bytes(out, head->path);
    if (memchr(head->target.ptr, '?', head->target.len)) {
        (void)td_buf_add_byte(out, '?');
        (void)td_buf_add_bytes(out, head->query);
    }
    (void)td_buf_addf(out, " HTTP/1.%u\r\n", head->minor ? 1U : 0U);
}

void proxy_put_request(struct td_buf *out, const struct proxy_route *route,
                       const struct http_head *head)
{
    bool websocket = ws_is_upgrade(head);
    bool host = false;

    put_first_line(out, route, head);
    for (size_t i = 0; i < head->field_count; i++) {
        const struct http_field *field = &head->fields[i];

        if (is_left_out(route, field, websocket))
            continue;
        if (http_same(field->name, "Host")) {
            put_host(out, route);
            host = true;
        } else if (http_same(field->name, "Accept-Encoding")) {
            put_encodings(out, field->value);
        } else {
            put_field(out, field);
        }
    }
    if (!host)
        put_host(out, route);
    (void)http_put_end(out);
}
