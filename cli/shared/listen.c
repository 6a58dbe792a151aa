#include "cli/shared/listen.h"

#include "core/fs.h"
#include "core/json_writer.h"
#include "wire/server/access.h"

#include <string.h>
#include <unistd.h>

enum td_code cli_listen_tls(const struct cli_args *args,
                            struct wire_tls_options *tls,
                            struct wire_bind *bind, struct td_error *err)
{
    if (cli_given(args, "tls-cert") != cli_given(args, "tls-key"))
        return td_error_set(err, TD_USAGE, "--tls-cert", 0,
                            "needs --tls-key, and the reverse");
    tls->cert_file = cli_text(args, "tls-cert");
    tls->key_file = cli_text(args, "tls-key");
    if (tls->cert_file)
        bind->tls = tls;
    return TD_OK;
}

enum td_code cli_token_read(struct td_buf *buf, const char *path,
                            const char **token, struct td_error *err)
{
    enum td_code code;

    td_buf_init(buf, WIRE_TOKEN_MAX + 2);
    code = td_fs_read(buf, path, err);
    if (code)
        return code;
    while (buf->len > 0 && strchr("\r\n\t ", buf->ptr[buf->len - 1]))
        buf->len--;
    *token = td_buf_str(buf);
    for (size_t i = 0; i < buf->len; i++)
        if (buf->ptr[i] <= ' ' || buf->ptr[i] > '~')
            *token = "";
    if (**token)
        return TD_OK;
    (void)td_error_set(err, TD_USAGE, path, 0,
                       "this file is not one line of visible ASCII without "
                       "spaces");
    return td_error_hint(err, "openssl rand -hex 32 > FILE makes one");
}

void cli_listening_url(struct td_buf *out, const struct wire_bind *bind,
                       uint16_t port)
{
    const char *host = bind->host ? bind->host : "127.0.0.1";
    bool ipv6 = strchr(host, ':');

    (void)td_buf_addf(out, "%s://%s%s%s:%u", bind->tls ? "https" : "http",
                      ipv6 ? "[" : "", host, ipv6 ? "]" : "", port);
}

/* {"host":"127.0.0.1","port":4711,"url":"http://127.0.0.1:4711/"} */
void cli_listening_json(struct td_buf *out, const struct wire_bind *bind,
                        uint16_t port)
{
    const char *host = bind->host ? bind->host : "127.0.0.1";
    struct td_json_writer w = td_json_writer(out);
    struct td_buf url = {0};

    td_json_object(&w, NULL);
    if (bind->unix_path) {
        td_json_put_text(&w, "unix", bind->unix_path);
    } else {
        cli_listening_url(&url, bind, port);
        (void)td_buf_add_byte(&url, '/');
        td_json_put_text(&w, "host", host);
        td_json_put_u64(&w, "port", port);
        td_json_put_string(&w, "url", td_buf_bytes(&url));
    }
    td_json_object_end(&w);
    (void)td_json_line(&w);
    td_buf_release(&url);
}

enum td_code cli_say_listening(const struct cli_args *args,
                               const struct wire_bind *bind, const char *asked,
                               uint16_t port, struct td_error *err)
{
    const char *ready = cli_text(args, "ready-file");
    struct td_buf line = {0};
    enum td_code code = TD_OK;

    cli_listening_json(&line, bind, port);
    if (ready)
        code = td_fs_replace(ready, td_buf_bytes(&line), err);
    if (!code && !bind->unix_path && bind->port == 0)
        code = td_fs_write(STDOUT_FILENO, td_buf_bytes(&line), "stdout", err);
    else if (!code)
        cli_say(args, "serving on %s",
                bind->unix_path ? bind->unix_path : asked);
    td_buf_release(&line);
    return code;
}
