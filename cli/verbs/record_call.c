#include "cli/verbs/record_call.h"

#include "core/fs.h"
#include "core/json.h"
#include "core/utf8.h"
#include "recorder/source.h"
#include "replayer/dialogue/ask.h"

#include <stdio.h>
#include <string.h>

#define BODY_MAX ((size_t)128 * 1024 * 1024) /* bytes */

bool cli_record_is_call(const struct cli_args *args)
{
    return cli_given(args, "method") || cli_given(args, "data");
}

/* What belongs to a stream that is listened to. */
static enum td_code check_stream(const struct cli_args *args,
                                 struct td_error *err)
{
    static const char *const names[] = {"reconnect", "reconnect-max",
                                        "last-event-id"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char name[32];

        if (!cli_typed(args, names[i]))
            continue;
        (void)snprintf(name, sizeof(name), "--%s", names[i]);
        return td_error_set(err, TD_USAGE, name, 0,
                            "is for a stream, and --method and --data ask "
                            "once");
    }
    return TD_OK;
}

enum td_code cli_record_call_check(const struct cli_args *args,
                                   struct td_error *err)
{
    const char *method = cli_text(args, "method");
    const char *data = cli_text(args, "data");

    if (!cli_record_is_call(args))
        return TD_OK;
    if (method && (!http_is_token(td_text(method)) || strlen(method) > 31))
        return td_error_set(err, TD_USAGE, "--method", 0,
                            "%.40s is no method of HTTP", method);
    for (int i = 0; i < cli_operands(args); i++) {
        const char *text = cli_operand(args, i);

        if (data && !strcmp(data, "@-") && !strcmp(text, "-"))
            return td_error_set(err, TD_USAGE, "--data", 0,
                                "standard input can be read only once");
        if (!wire_url_is_web(wire_url_kind(td_text(text))))
            return td_error_set(err, TD_USAGE, text, 0,
                                "--method and --data ask http:// and https:// "
                                "URLs alone");
    }
    return check_stream(args, err);
}

static enum td_code read_body(struct td_buf *body, const char *data,
                              struct td_error *err)
{
    td_buf_init(body, BODY_MAX);
    if (!data)
        return TD_OK;
    return *data == '@' ? td_fs_read(body, data + 1, err)
                        : td_buf_add_text(body, data);
}

/* What the owner has not said. */
static const char *type_of(const struct td_buf *body)
{
    struct td_json_doc doc = {0};
    bool json = !td_json_parse(&doc, td_buf_bytes(body), TD_JSON_DEPTH, NULL);

    td_json_release(&doc);
    if (json)
        return "application/json";
    return td_utf8_valid(td_buf_bytes(body)) ? "text/plain; charset=utf-8"
                                             : "application/octet-stream";
}

static enum td_code put_request(struct td_buf *out, const struct wire_url *url,
                                const struct cli_args *args,
                                const char *const *headers,
                                const struct td_buf *body, struct td_error *err)
{
    static const struct play_binds none = {0};
    static char no_path[] = "";
    const char *method = cli_text(args, "method");
    struct wire_url to = *url;
    struct td_buf target = {0};
    struct play_field fields[] = {
        {"User-Agent", td_text("tapedeck")},
        {"Accept", td_text("text/event-stream, application/json, */*")},
        {"Accept-Encoding", td_text("gzip, deflate")},
        {"Content-Type", td_text(type_of(body))},
    };
    struct play_ask ask = {.to = &to,
                           .headers = headers,
                           .binds = &none,
                           .method = td_text(method                    ? method
                                             : cli_given(args, "data") ? "POST"
                                                                       : "GET"),
                           .fields = fields,
                           .fields_len = body->len ? 4 : 3,
                           .body = td_buf_bytes(body)};
    enum td_code code = play_ask_check(headers, err);

    (void)wire_url_target(&target, url);
    ask.target = td_buf_bytes(&target);
    to.path = no_path;
    if (!code)
        code = play_ask_put(out, &ask, err);
    td_buf_release(&target);
    return code;
}

enum td_code cli_record_call(struct rec_recorder *rec,
                             const struct cli_args *args,
                             const struct wire_client_options *client,
                             const char *text, struct td_error *err)
{
    struct wire_url url = {0};
    struct wire_dial dial = {.timeout_ns = client->connect_ns};
    struct td_buf shown = {0};
    struct td_buf body = {0};
    struct td_buf request = {0};
    struct rec_source_call_options how = {.dial = &dial,
                                          .max_message =
                                              cli_number(args, "max-message"),
                                          .before = rec_stats(rec).exchanges};
    enum td_code code = wire_url_parse(&url, text, err);

    if (!code)
        code = read_body(&body, cli_text(args, "data"), err);
    if (!code)
        code = put_request(&request, &url, args, client->headers, &body, err);
    (void)wire_url_public(&shown, text);
    dial.host = url.host;
    dial.port = url.port;
    dial.unix_path = url.unix_path;
    dial.tls = url.tls ? &client->tls : NULL;
    how.url = td_buf_str(&shown);
    how.request = td_buf_bytes(&request);
    how.hidden = client->headers;
    if (!code)
        code = rec_source_call(rec, &how, err);
    wire_url_release(&url);
    td_buf_release(&shown);
    td_buf_release(&body);
    td_buf_release(&request);
    return code;
}
