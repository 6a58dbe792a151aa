#include "cli/verbs/replay_modes.h"

#include "cli/options/exit_status.h"
#include "cli/shared/around.h"
#include "cli/shared/connect_options.h"
#include "cli/shared/listen.h"
#include "core/fs.h"
#include "core/mem.h"
#include "recorder/record_summary.h"
#include "recorder/source.h"
#include "replayer/dialogue/relay.h"
#include "wire/http/url.h"
#include "wire/net/signals.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- the command line ---- */

enum cli_mode cli_replay_mode(const struct cli_args *args)
{
    const char *word = cli_text(args, "mode");

    return !strcmp(word, "once")   ? CLI_MODE_ONCE
           : !strcmp(word, "new")  ? CLI_MODE_NEW
           : !strcmp(word, "pass") ? CLI_MODE_PASS
                                   : CLI_MODE_REPLAY;
}

static bool has_tape(const struct cli_args *args)
{
    return access(cli_operand(args, 0), F_OK) == 0;
}

bool cli_replay_is_through(const struct cli_args *args)
{
    enum cli_mode mode = cli_replay_mode(args);

    return mode == CLI_MODE_PASS || (mode == CLI_MODE_ONCE && !has_tape(args));
}

enum td_code cli_replay_mode_options(const struct cli_args *args,
                                     struct td_error *err)
{
    bool to = cli_given(args, "to");
    bool asks = cli_replay_mode(args) != CLI_MODE_REPLAY;

    if (asks && !to) {
        td_error_set(err, TD_USAGE, "--mode", 0,
                     "the server that is asked is not named");
        return td_error_hint(err, "add --to https://HOST");
    }
    if (to && !asks) {
        td_error_set(err, TD_USAGE, "--to", 0,
                     "nobody is asked: the answers are those of the tape");
        return td_error_hint(err, "add --mode once, new or pass, or leave out "
                                  "--answer");
    }
    return TD_OK;
}

/* How the server of --to is reached. */
static enum td_code read_client(struct wire_client_options *client,
                                struct cli_dial *dial,
                                const struct cli_args *args,
                                struct td_error *err)
{
    if (cli_typed(args, "header") || cli_typed(args, "auth"))
        return td_error_set(err, TD_USAGE, "--header", 0,
                            "with --answer clients say theirs themselves");
    return cli_dial_read(dial, client, args, err);
}

/* ---- everything passes ---- */

struct through {
    const struct cli_args *args;
    struct wire_net *net;
    const struct wire_bind *bind;
    struct rec_recorder *rec; /* NULL: it only passes */
    struct proxy *proxy;
    struct cli_around *around;
    int child_status;
    bool ended; /* the command has */
};

static enum td_code on_listening(void *ctx, const char *url, uint16_t port,
                                 struct td_error *err)
{
    const struct through *t = ctx;
    const char *ready = cli_text(t->args, "ready-file");
    struct td_buf json = {0};
    struct td_buf to = {0};
    enum td_code code = TD_OK;

    wire_url_public(&to, cli_text(t->args, "to"));
    cli_listening_json(&json, t->bind, port);
    cli_say(t->args, "listening on %s, to %s", url, td_buf_str(&to));
    if (ready)
        code = td_fs_replace(ready, td_buf_bytes(&json), err);
    if (!code && !t->bind->port && !cli_child(t->args))
        code = td_fs_write(STDOUT_FILENO, td_buf_bytes(&json), "stdout", err);
    td_buf_release(&json);
    td_buf_release(&to);
    return code;
}

static void on_over(void *ctx)
{
    const struct through *t = ctx;

    wire_stop(t->net);
}

static void on_around_ended(void *ctx)
{
    struct through *t = ctx;

    t->ended = true;
    proxy_stop(t->proxy);
}

static void on_end_signal(void *ctx, unsigned times)
{
    struct through *t = ctx;

    if (t->rec)
        rec_stop(t->rec, REC_STOP_SIGNAL);
    else if (t->around)
        cli_around_signal(t->around, times > 1);
    else
        proxy_stop(t->proxy);
}

static struct proxy_options proxy_of(const struct through *t,
                                     const struct wire_client_options *client)
{
    return (struct proxy_options){.bind = *t->bind,
                                  .to = cli_text(t->args, "to"),
                                  .tls = client->tls,
                                  .connect_ns = client->connect_ns};
}

static enum td_code finish_record(struct through *t, enum td_code code,
                                  struct td_error *err)
{
    struct rec_result result = {0};
    struct td_buf text = {0};
    struct td_error end = {0};
    enum td_code closed = rec_close(t->rec, &result, &end);

    if (result.kept) {
        rec_summary_text(&text, &result, NULL);
        cli_say(t->args, "%s", td_buf_str(&text));
    }
    if (!code && closed) {
        *err = end;
        code = closed;
    }
    if (!code && t->child_status > 0)
        cli_exit_as(t->child_status);
    td_buf_release(&result.path);
    td_buf_release(&text);
    return code;
}

static enum td_code record(struct through *t,
                           const struct wire_client_options *client,
                           struct td_error *err)
{
    const struct rec_options how = {
        .output = {.path = cli_operand(t->args, 0),
                   .tape = {.source = "proxy",
                            .recorder = "tapedeck " TD_VERSION}},
        .done = on_over,
        .ctx = t};
    const struct rec_source_proxy_options source = {
        .proxy = proxy_of(t, client),
        .max_message = cli_number(t->args, "max-message"),
        .argv = cli_child(t->args),
        .env = cli_list(t->args, "env"),
        .listening = on_listening,
        .ctx = t};
    enum td_code code = rec_open(&t->rec, t->net, &how, err);

    if (code)
        return code;
    code = rec_source_proxy(t->rec, &source, &t->child_status, err);
    if (code) {
        rec_abort(t->rec);
        return code;
    }
    code = wire_run(t->net, err);
    return finish_record(t, code, err);
}

static void *nobody_opened(void *ctx, const char *peer)
{
    (void)peer;
    return ctx;
}

static void *nobody_asked(void *ctx, void *link, const struct http_head *head)
{
    (void)link;
    (void)head;
    return ctx;
}

static void nobody_head(void *ctx, void *x, const struct http_head *head,
                        bool own)
{
    (void)ctx;
    (void)x;
    (void)head;
    (void)own;
}

static void nobody_body(void *ctx, void *x, enum proxy_side side,
                        struct td_bytes piece, bool ends)
{
    (void)ctx;
    (void)x;
    (void)side;
    (void)piece;
    (void)ends;
}

static void nobody_whole(void *ctx, void *x, enum proxy_side side,
                         const struct http_parser *parser)
{
    (void)ctx;
    (void)x;
    (void)side;
    (void)parser;
}

static void nobody_data(void *ctx, void *x, enum proxy_side side,
                        struct td_bytes bytes)
{
    (void)ctx;
    (void)x;
    (void)side;
    (void)bytes;
}

static void nobody_done(void *ctx, void *x, const char *why)
{
    (void)ctx;
    (void)x;
    (void)why;
}

static void nobody_bad(void *ctx, void *link, enum proxy_side side,
                       struct td_bytes bytes, const struct td_error *why)
{
    (void)ctx;
    (void)link;
    (void)side;
    (void)bytes;
    (void)why;
}

static enum td_code begin_pass(struct through *t, struct td_error *err)
{
    struct td_buf url = {0};
    enum td_code code;

    cli_listening_url(&url, t->bind, proxy_port(t->proxy));
    code = on_listening(t, td_buf_str(&url), proxy_port(t->proxy), err);
    if (!code && cli_child(t->args))
        code = cli_around_start(
            &t->around, t->args, t->net,
            &(struct cli_around_options){td_buf_str(&url), on_around_ended, t},
            err);
    td_buf_release(&url);
    return code;
}

static enum td_code pass(struct through *t,
                         const struct wire_client_options *client,
                         struct td_error *err)
{
    static const struct proxy_events events = {.opened = nobody_opened,
                                               .request = nobody_asked,
                                               .response = nobody_head,
                                               .body = nobody_body,
                                               .whole = nobody_whole,
                                               .data = nobody_data,
                                               .done = nobody_done,
                                               .bad = nobody_bad,
                                               .closed = nobody_done,
                                               .stopped = on_over};
    const struct proxy_options how = proxy_of(t, client);
    enum td_code code = proxy_open(&t->proxy, t->net, &how, &events, t, err);

    if (!code)
        code = begin_pass(t, err);
    if (!code)
        code = wire_run(t->net, err);
    if (!code && t->ended)
        cli_exit_as(cli_around_status(t->around));
    cli_around_free(t->around);
    proxy_free(t->proxy);
    return code;
}

enum td_code cli_replay_through(const struct cli_args *args,
                                const struct wire_bind *bind,
                                struct td_error *err)
{
    struct through t = {.args = args, .bind = bind, .child_status = -1};
    const struct wire_signals signals = {.end = on_end_signal, .ctx = &t};
    struct wire_client_options client = {0};
    struct cli_dial dial = {0};
    enum td_code code = read_client(&client, &dial, args, err);

    if (!code)
        code = wire_lws_open(&t.net, td_clock_real(), err);
    if (!code)
        code = wire_signals_open(t.net, &signals, err);
    if (!code)
        code = cli_replay_mode(args) == CLI_MODE_PASS
                   ? pass(&t, &client, err)
                   : record(&t, &client, err);
    wire_signals_close();
    wire_net_close(t.net);
    cli_dial_release(&dial);
    return code;
}

/* ---- what is not on the tape is asked for ---- */

/* The recorder opens with the first request: a tape that has all stays as it
 * is.
 */
struct cli_additions {
    const struct cli_args *args;
    struct wire_net *net;
    const struct play_exchanges *exchanges;
    struct rec_recorder *rec; /* NULL: nothing was asked yet */
    struct play_relay *relay;
    struct cli_dial dial;
    struct wire_client_options client;
    struct td_error why; /* it could not be opened; or .code TD_OK */
};

static void on_nothing(void *ctx)
{
    (void)ctx;
}

static enum td_code check_upstream(const struct cli_args *args,
                                   struct td_error *err)
{
    struct wire_url url = {0};
    enum td_code code = wire_url_parse(&url, cli_text(args, "to"), err);

    if (!code && url.scheme != WIRE_SCHEME_HTTP)
        code = td_error_set(err, TD_USAGE, "--to", 0,
                            "an upstream is http:// or https://");
    if (!code && *url.query)
        code =
            td_error_set(err, TD_USAGE, "--to", 0, "an upstream has no query");
    wire_url_release(&url);
    return code;
}

enum td_code cli_additions_open(struct cli_additions **out,
                                const struct cli_args *args,
                                struct wire_net *net,
                                const struct play_exchanges *exchanges,
                                struct td_error *err)
{
    struct cli_additions *a = td_calloc(1, sizeof(*a));
    enum td_code code = read_client(&a->client, &a->dial, args, err);

    a->args = args;
    a->net = net;
    a->exchanges = exchanges;
    if (!code)
        code = check_upstream(args, err);
    *out = a;
    if (code) {
        cli_dial_release(&a->dial);
        free(a);
        *out = NULL;
    }
    return code;
}

/* The highest number of an exchange on the tape. */
static uint64_t last_number(const struct play_exchanges *exchanges)
{
    uint64_t last = 0;

    for (uint32_t i = 0; i < exchanges->len; i++)
        if (exchanges->list[i].number > last)
            last = exchanges->list[i].number;
    return last;
}

static enum td_code open_recorder(struct cli_additions *a)
{
    const struct rec_options how = {
        .output = {.path = cli_operand(a->args, 0),
                   .tape = {.append = has_tape(a->args),
                            .source = "relay",
                            .recorder = "tapedeck " TD_VERSION}},
        .name_pointer = a->exchanges->pointer,
        .no_names = a->exchanges->no_names,
        .done = on_nothing,
        .ctx = a};
    const struct play_relay_options relay = {
        .to = cli_text(a->args, "to"),
        .tls = a->client.tls,
        .connect_ns = a->client.connect_ns,
        .max_message = cli_number(a->args, "max-message"),
        .before = last_number(a->exchanges)};
    enum td_code code = rec_open(&a->rec, a->net, &how, &a->why);

    if (code)
        return code;
    code = play_relay_open(&a->relay, a->rec, &relay, &a->why);
    if (code) {
        rec_abort(a->rec);
        a->rec = NULL;
    }
    return code;
}

void cli_additions_ask(struct cli_additions *additions,
                       struct wire_request *request)
{
    if (!additions->rec && !additions->why.code && open_recorder(additions))
        cli_complain(&additions->why);
    if (additions->rec)
        play_relay_ask(additions->relay, request);
    else
        wire_request_abort(request);
}

void cli_additions_drained(struct cli_additions *additions)
{
    if (additions->rec)
        play_relay_drained(additions->relay);
}

uint32_t cli_additions_count(const struct cli_additions *additions)
{
    return additions->rec ? play_relay_count(additions->relay) : 0;
}

void cli_additions_text(const struct cli_additions *additions,
                        struct td_buf *out)
{
    uint32_t n = cli_additions_count(additions);

    if (n)
        (void)td_buf_addf(out, ", %" PRIu32 " request%s recorded", n,
                          n == 1 ? "" : "s");
}

enum td_code cli_additions_close(struct cli_additions *additions,
                                 struct td_error *err)
{
    struct rec_result result = {0};
    enum td_code code = TD_OK;

    if (!additions)
        return TD_OK;
    if (additions->why.code) {
        *err = additions->why;
        code = additions->why.code;
    }
    if (additions->rec) {
        rec_stop(additions->rec, REC_STOP_SIGNAL);
        code = rec_close(additions->rec, &result, err);
    }
    td_buf_release(&result.path);
    cli_dial_release(&additions->dial);
    free(additions);
    return code;
}
