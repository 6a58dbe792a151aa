/* Which server a request is for. */
#include "core/mem.h"
#include "wire/proxy/proxy_internal.h"

#include <stdlib.h>

static enum td_code hint_url(struct td_error *err)
{
    return td_error_hint(err, "write --to http://HOST:PORT or "
                              "https://HOST[/PATH]");
}

enum td_code proxy_route_refuse(const char *url, const char *why,
                                struct td_error *err)
{
    struct td_buf shown = {0};

    (void)wire_url_public(&shown, url);
    (void)td_error_set(err, TD_USAGE, td_buf_str(&shown), 0, "%s", why);
    td_buf_release(&shown);
    return hint_url(err);
}

/* The path that all targets are put behind: none for "/". */
static void read_prefix(struct proxy_route *route)
{
    size_t len = strlen(route->url.path);

    while (len > 0 && route->url.path[len - 1] == '/')
        len--;
    (void)td_buf_add(&route->prefix, route->url.path, len);
}

static enum td_code read_upstream(struct proxy_route *route, const char *to,
                                  struct td_error *err)
{
    enum td_code code = wire_url_parse(&route->url, to, err);

    if (code) {
        (void)hint_url(err);
        return code;
    }
    if (route->url.scheme == WIRE_SCHEME_SIO)
        return proxy_route_refuse(
            to, "Socket.IO passes an http:// upstream as it is", err);
    if (*route->url.query)
        return proxy_route_refuse(to, "an upstream has no query", err);
    if (route->url.user)
        return proxy_route_refuse(
            to,
            "credentials are the client's to send, and would be "
            "everybody's here",
            err);
    (void)wire_url_authority(&route->authority, &route->url);
    (void)td_buf_str(&route->authority); /* with its NUL */
    read_prefix(route);
    return TD_OK;
}

static enum td_code add(struct proxy *proxy, struct td_bytes path,
                        const char *to, const struct proxy_options *options,
                        struct td_error *err)
{
    struct proxy_route *route = &proxy->routes[proxy->routes_len++];
    enum td_code code;

    while (path.len > 0 && path.ptr[path.len - 1] == '/')
        path.len--;
    route->path = td_strndup(path.ptr, path.len);
    route->len = path.len;
    route->shown = td_strdup(to);
    code = read_upstream(route, to, err);
    for (size_t i = 0; i + 1 < proxy->routes_len && !code; i++)
        if (!strcmp(proxy->routes[i].path, route->path))
            code = td_error_set(err, TD_USAGE, "--to", 0,
                                "two servers are named for %s",
                                *route->path ? route->path : "all paths");
    route->dial = (struct wire_dial){.host = route->url.host,
                                     .port = route->url.port,
                                     .unix_path = route->url.unix_path,
                                     .timeout_ns = options->connect_ns};
    route->extensions = options->keep_extensions;
    if (route->url.tls)
        route->dial.tls = &proxy->tls;
    return code;
}

/* "/v1=http://..." */
static enum td_code add_path(struct proxy *proxy, const char *text,
                             const struct proxy_options *options,
                             struct td_error *err)
{
    const char *to = strchr(text, '=');

    if (*text != '/' || !to || text[1] == '?' || text[1] == '#') {
        (void)td_error_set(err, TD_USAGE, "--to", 0, "%.100s is no /PATH=URL",
                           text);
        return td_error_hint(err, "write --to /v1=http://HOST:PORT");
    }
    return add(proxy, td_bytes(text, (size_t)(to - text)), to + 1, options,
               err);
}

enum td_code proxy_routes_read(struct proxy *proxy,
                               const struct proxy_options *options,
                               struct td_error *err)
{
    enum td_code code = TD_OK;

    proxy->tls = options->tls;
    if (options->to)
        code = add(proxy, td_text(""), options->to, options, err);
    for (size_t i = 0; options->paths && options->paths[i] && !code; i++) {
        if (proxy->routes_len == PROXY_ROUTES_MAX)
            return td_error_set(err, TD_USAGE, "--to", 0,
                                "more than %d servers", PROXY_ROUTES_MAX);
        code = add_path(proxy, options->paths[i], options, err);
    }
    return code;
}

/* Within the path, at a "/" or at its end. */
static bool is_below(const struct proxy_route *route, struct td_bytes path)
{
    return path.len >= route->len &&
           (!route->len || !memcmp(path.ptr, route->path, route->len)) &&
           (path.len == route->len || path.ptr[route->len] == '/');
}

const struct proxy_route *proxy_route_of(const struct proxy *proxy,
                                         struct td_bytes path)
{
    const struct proxy_route *best = NULL;

    for (size_t i = 0; i < proxy->routes_len; i++) {
        const struct proxy_route *route = &proxy->routes[i];

        if ((is_below(route, path) || !route->len) &&
            (!best || route->len > best->len))
            best = route;
    }
    return best;
}

void proxy_routes_release(struct proxy *proxy)
{
    for (size_t i = 0; i < proxy->routes_len; i++) {
        struct proxy_route *route = &proxy->routes[i];

        wire_url_release(&route->url);
        td_buf_release(&route->authority);
        td_buf_release(&route->prefix);
        free(route->path);
        free(route->shown);
    }
    proxy->routes_len = 0;
}
