#include "cli/verbs/record_listen.h"

#include "cli/shared/listen.h"
#include "wire/http/url.h"
#include "wire/server/access.h"

#include <string.h>

/* The URL of a word of --to. */
static const char *url_of(const char *to)
{
    const char *equals = *to == '/' ? strchr(to, '=') : NULL;

    return equals ? equals + 1 : to;
}

void cli_record_put_servers(struct td_buf *out, const struct cli_args *args)
{
    for (const char *const *to = cli_list(args, "to"); *to; to++) {
        const char *url = url_of(*to);

        if (to != cli_list(args, "to"))
            (void)td_buf_add_byte(out, ' ');
        (void)td_buf_add(out, *to, (size_t)(url - *to));
        (void)wire_url_public(out, url);
    }
}

const char *cli_record_server(const struct cli_args *args)
{
    const char *const *all = cli_list(args, "to");
    const char *one = *all ? url_of(*all) : "";

    for (; *all; all++)
        if (wire_url_kind(td_text(url_of(*all))) &&
            wire_url_kind(td_text(url_of(*all)))->tls)
            one = url_of(*all);
    return one;
}

static enum td_code read_servers(struct cli_record_setup *setup,
                                 const struct cli_args *args,
                                 struct td_error *err)
{
    struct proxy_options *proxy = &setup->proxy.proxy;
    size_t len = 0;

    for (const char *const *to = cli_list(args, "to"); *to; to++) {
        if (**to != '/' && proxy->to) {
            td_error_set(err, TD_USAGE, "--to", 0,
                         "two servers are named for all paths");
            return td_error_hint(err, "write --to /PATH=URL for one of them");
        }
        if (len == PROXY_ROUTES_MAX)
            return td_error_set(err, TD_USAGE, "--to", 0,
                                "more than %d servers", PROXY_ROUTES_MAX);
        if (**to == '/')
            setup->paths[len++] = *to;
        else
            proxy->to = *to;
    }
    proxy->paths = setup->paths;
    return TD_OK;
}

enum td_code cli_record_listen(struct cli_record_setup *setup,
                               const struct cli_args *args,
                               struct td_error *err)
{
    struct proxy_options *proxy = &setup->proxy.proxy;
    struct wire_access access = {.everybody = setup->everybody};
    enum td_code code;

    if (!cli_given(args, "listen"))
        return TD_OK;
    code = wire_url_listen(cli_text(args, "listen"), &setup->listen_host,
                           &proxy->bind.port, &setup->listen_path, err);
    if (!code && setup->listen_path) {
        td_error_set(err, TD_USAGE, "--listen", 0, "a proxy listens on a port");
        code = td_error_hint(err, "write HOST:PORT or :PORT");
    }
    proxy->bind.host = setup->listen_host;
    if (!code)
        code = cli_listen_tls(args, &setup->listen_tls, &proxy->bind, err);
    if (!code && wire_access_check(&access, &proxy->bind, err)) {
        td_error_set(err, TD_USAGE, "--listen", 0,
                     "other machines reach %.100s, and everybody on them "
                     "could ask the server behind it",
                     cli_text(args, "listen"));
        code = td_error_hint(err, "listen on 127.0.0.1, or add --public");
    }
    if (!code)
        code = read_servers(setup, args, err);
    proxy->tls = setup->url.client.tls;
    proxy->connect_ns = setup->url.client.connect_ns;
    setup->proxy.max_message = setup->max_message;
    setup->proxy.argv = cli_child(args);
    return code;
}
