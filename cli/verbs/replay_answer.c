#include "cli/verbs/replay_answer.h"

#include "cli/options/exit_status.h"
#include "cli/shared/listen.h"
#include "cli/shared/tape_output.h"
#include "cli/verbs/replay_faults.h"
#include "cli/verbs/replay_matching.h"
#include "core/fs.h"
#include "replayer/answer/http.h"
#include "wire/http/url.h"
#include "wire/net/signals.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REFUSALS_SHOWN 5

struct answer_session {
    const struct cli_args *args;
    struct wire_net *net;
    struct play_exchanges exchanges;
    struct diff_masks masks;
    struct play_keys keys;
    struct play_binds binds;
    struct wire_server_options server;
    struct wire_tls_options tls;
    char *host;
    char *unix_path;
    struct play_http_options how;
    struct play_http *http;
    struct cli_around *around;
    struct cli_additions *additions; /* of --mode new, or NULL */
    unsigned refusals;               /* that were shown */
    bool ended;                      /* the command has */
};

/* ---- the command line ---- */

static enum td_code read_bind(struct answer_session *s, struct td_error *err)
{
    struct wire_bind *bind = &s->server.bind;
    bool open = cli_typed(s->args, "public");
    enum td_code code = wire_url_listen(cli_text(s->args, "answer"), &s->host,
                                        &bind->port, &s->unix_path, err);

    if (code)
        return code;
    bind->host = s->host;
    bind->unix_path = s->unix_path;
    if (open && wire_bind_is_local(bind))
        return td_error_set(err, TD_USAGE, "--public", 0,
                            "only this machine reaches the address of "
                            "--answer");
    s->server.access.everybody = open;
    s->server.access.origins = cli_list(s->args, "origin");
    code = wire_access_check(&s->server.access, bind, err);
    if (code && !open && !wire_bind_is_local(bind))
        return td_error_hint(err, "give --public if that is meant");
    return code ? code : cli_listen_tls(s->args, &s->tls, bind, err);
}

static enum td_code read_faults(struct answer_session *s, struct td_error *err)
{
    enum td_code code = cli_replay_faults(&s->how.faults, s->args, err);

    if (!code && s->how.faults && cli_replay_is_through(s->args))
        return td_error_set(err, TD_USAGE, "--fault", 0,
                            "what goes wrong are answers of a tape, and here "
                            "all is asked of the server of --to");
    return code;
}

static enum td_code read_all(struct answer_session *s, struct td_error *err)
{
    enum td_code code = cli_replay_one_tape(s->args, "--answer", err);

    if (!code)
        code = cli_replay_mode_options(s->args, err);
    if (!code)
        code = cli_around_check(s->args, err);
    if (!code)
        code = read_bind(s, err);
    if (!code && s->unix_path && *cli_list(s->args, "env"))
        code = td_error_set(err, TD_USAGE, "--env", 0,
                            "a Unix socket has no http address");
    if (!code)
        code = play_keys_read(&s->keys, cli_text(s->args, "match"), err);
    if (!code)
        code = play_speed_parse(cli_text(s->args, "speed"), &s->how.pace.speed,
                                err);
    if (!code)
        code = play_binds_read(&s->binds, cli_list(s->args, "bind"), err);
    if (!code)
        code = cli_replay_masks(&s->masks, s->args, err);
    if (!code)
        code = read_faults(s, err);
    return code;
}

/* ---- while it runs ---- */

static void on_refused(void *ctx, const char *address, int status,
                       const char *why)
{
    struct answer_session *s = ctx;

    if (s->refusals++ < REFUSALS_SHOWN)
        cli_say(s->args, "refused %s with %d: %s%s", address, status, why,
                status == 403   ? " (--origin admits more)"
                : status == 413 ? " (--max-message takes more)"
                                : "");
}

static void on_relay(void *ctx, struct wire_request *request)
{
    const struct answer_session *s = ctx;

    cli_additions_ask(s->additions, request);
}

static void on_relay_drained(void *ctx)
{
    const struct answer_session *s = ctx;

    cli_additions_drained(s->additions);
}

static void on_ended(void *ctx)
{
    struct answer_session *s = ctx;

    s->ended = true;
    wire_stop(s->net);
}

static void on_end_signal(void *ctx, unsigned times)
{
    struct answer_session *s = ctx;

    if (s->around)
        cli_around_signal(s->around, times > 1);
    else
        wire_stop(s->net);
}

static void say_redacted(const struct answer_session *s, const char *what,
                         const struct play_names *names)
{
    for (uint32_t i = 0; i < names->len; i++)
        cli_say(s->args,
                "redacted on the tape, so any value of it is taken: %s %s",
                what, names->list[i]);
}

/* With a command, standard output is that of the command. */
static enum td_code say_address(const struct answer_session *s, const char *url,
                                struct td_error *err)
{
    const struct wire_bind *bind = &s->server.bind;
    const char *ready = cli_text(s->args, "ready-file");
    uint32_t len = s->exchanges.len;
    struct td_buf json = {0};
    enum td_code code = TD_OK;

    cli_listening_json(&json, bind, play_http_port(s->http));
    cli_say(s->args, "listening on %s, %" PRIu32 " exchange%s", url, len,
            len == 1 ? "" : "s");
    say_redacted(s, "query parameter", &s->keys.redacted);
    say_redacted(s, "pair of a form", &s->keys.redacted_pairs);
    if (ready)
        code = td_fs_replace(ready, td_buf_bytes(&json), err);
    if (!code && !s->unix_path && !bind->port && !cli_child(s->args))
        code = td_fs_write(STDOUT_FILENO, td_buf_bytes(&json), "stdout", err);
    td_buf_release(&json);
    return code;
}

/* What is not on the tape is asked for. */
static enum td_code open_additions(struct answer_session *s,
                                   struct td_error *err)
{
    if (cli_replay_mode(s->args) != CLI_MODE_NEW)
        return TD_OK;
    s->how.relay = on_relay;
    s->how.relay_drained = on_relay_drained;
    return cli_additions_open(&s->additions, s->args, s->net, &s->exchanges,
                              err);
}

static enum td_code begin(struct answer_session *s, struct td_error *err)
{
    struct td_buf url = {0};
    enum td_code code = open_additions(s, err);

    if (!code)
        code = play_http_open(&s->http, s->net, &s->how, err);

    if (!code && s->unix_path)
        (void)td_buf_add_text(&url, s->unix_path);
    else if (!code)
        cli_listening_url(&url, &s->server.bind, play_http_port(s->http));
    if (!code)
        code = say_address(s, td_buf_str(&url), err);
    if (!code && cli_child(s->args))
        code = cli_around_start(
            &s->around, s->args, s->net,
            &(struct cli_around_options){td_buf_str(&url), on_ended, s}, err);
    td_buf_release(&url);
    return code;
}

/* ---- what came of it ---- */

static enum td_code judge(struct answer_session *s, uint32_t unused,
                          struct td_error *err)
{
    struct play_http_stats stats = play_http_stats(s->http);
    bool strict = cli_flag(s->args, "strict");
    enum td_code code = cli_tape_verdict(cli_operand(s->args, 0), NULL,
                                         &s->exchanges.state, err);

    if (stats.unknown || stats.strange)
        return td_error_set(err, TD_FAILED, "", 0,
                            "the client asked what is not on the tape");
    if (stats.refused)
        return td_error_set(err, TD_FAILED, "", 0,
                            "requests of the client were refused");
    if (strict && (unused || stats.unsaid))
        return td_error_set(err, TD_FAILED, "--strict", 0, "%s",
                            unused ? "exchanges were not asked for"
                                   : "messages of the client were not said");
    if (!code && s->ended)
        cli_exit_as(cli_around_status(s->around));
    return code;
}

static enum td_code put_json(const struct answer_session *s,
                             struct td_error *err)
{
    struct td_buf line = {0};
    struct td_json_writer w = td_json_writer(&line);
    enum td_code code;

    td_json_object(&w, NULL);
    play_http_json(s->http, &w);
    if (s->how.faults)
        play_fault_rules_json(s->how.faults, &w, "faults");
    if (s->additions)
        td_json_put_u64(&w, "recorded", cli_additions_count(s->additions));
    if (s->ended)
        td_json_put_i64(&w, "command_status", cli_around_status(s->around));
    td_json_object_end(&w);
    (void)td_json_line(&w);
    code = cli_replay_json(&line, cli_child(s->args) != NULL, err);
    td_buf_release(&line);
    return code;
}

/* What goes wrong there counts, unless something did before. */
static enum td_code close_additions(struct answer_session *s, enum td_code code,
                                    struct td_error *err)
{
    struct td_error why = {0};
    enum td_code closed = cli_additions_close(s->additions, &why);

    s->additions = NULL;
    if (code || !closed)
        return code;
    *err = why;
    return closed;
}

static enum td_code answer(struct answer_session *s, struct td_error *err)
{
    const struct wire_signals signals = {.end = on_end_signal, .ctx = s};
    struct td_buf text = {0};
    uint32_t unused;
    enum td_code code = wire_signals_open(s->net, &signals, err);

    if (!code)
        code = begin(s, err);
    if (!code)
        code = wire_run(s->net, err);
    if (!code) {
        unused = play_http_summary(s->http, &text);
        if (s->additions)
            cli_additions_text(s->additions, &text);
        if (s->ended) {
            (void)td_buf_add_text(&text, "; ");
            cli_around_text(s->around, &text);
        }
        cli_replay_say_faults(s->args, s->how.faults);
        cli_say(s->args, "%s", td_buf_str(&text));
        if (cli_json(s->args))
            code = put_json(s, err);
        if (!code)
            code = judge(s, unused, err);
    }
    cli_around_free(s->around);
    code = close_additions(s, code, err); /* it still has requests of http */
    play_http_close(s->http);
    td_buf_release(&text);
    return code;
}

static void learn(struct play_keys *keys, const struct play_exchange *x)
{
    play_keys_learn(keys, x->target, x->body);
    for (uint32_t i = 0; i < x->fields_len; i++)
        play_keys_learn_field(keys, x->fields[i].name, x->fields[i].value);
}

static enum td_code open_and_answer(struct answer_session *s,
                                    struct td_error *err)
{
    const char *path = cli_operand(s->args, 0);
    bool fresh =
        cli_replay_mode(s->args) == CLI_MODE_NEW && access(path, F_OK) != 0;
    enum td_code code =
        fresh ? TD_OK : play_exchanges_load(&s->exchanges, path, err);

    for (uint32_t i = 0; i < s->exchanges.len && !code; i++)
        learn(&s->keys, &s->exchanges.list[i]);
    if (!code)
        code = wire_lws_open(&s->net, td_clock_real(), err);
    if (!code)
        code = answer(s, err);
    wire_signals_close();
    wire_net_close(s->net);
    return code;
}

enum td_code cli_replay_answer(const struct cli_args *args,
                               struct td_error *err)
{
    struct answer_session s = {.args = args};
    enum td_code code;

    s.how = (struct play_http_options){.exchanges = &s.exchanges,
                                       .masks = &s.masks,
                                       .keys = &s.keys,
                                       .binds = &s.binds,
                                       .repeat = cli_flag(args, "repeat"),
                                       .server = &s.server,
                                       .missed = cli_replay_missed,
                                       .refused = on_refused,
                                       .ctx = &s};
    s.how.pace.max_gap_ns = cli_number(args, "max-gap");
    s.server.max_message = cli_number(args, "max-message");
    code = read_all(&s, err);
    if (!code)
        code = cli_replay_is_through(args)
                   ? cli_replay_through(args, &s.server.bind, err)
                   : open_and_answer(&s, err);
    play_fault_rules_free(s.how.faults);
    play_keys_release(&s.keys);
    play_binds_release(&s.binds);
    diff_masks_release(&s.masks);
    play_exchanges_release(&s.exchanges);
    free(s.host);
    free(s.unix_path);
    return code;
}
