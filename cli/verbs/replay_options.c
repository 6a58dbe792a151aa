#include "cli/verbs/replay_options.h"

#include "cli/shared/listen.h"
#include "cli/shared/select_options.h"
#include "cli/verbs/replay_answer.h"
#include "cli/verbs/replay_dialogue.h"
#include "cli/verbs/replay_faults.h"
#include "cli/verbs/replay_matching.h"
#include "cli/verbs/replay_stdio.h"
#include "core/fs.h"
#include "core/mem.h"
#include "core/terminal.h"
#include "wire/http/url.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct cli_option cli_replay_options[] = {
    {.name = "serve",
     .type = CLI_TEXT,
     .value = "HOST:PORT",
     .help = "play to whoever connects: WebSocket, Socket.IO, SSE; port 0 = "
             "any"},
    {.name = "to",
     .type = CLI_TEXT,
     .value = "URL",
     .help = "connect to a ws:// or sio:// server and send"},
    CLI_REPLAY_ANSWER_OPTIONS,
    CLI_REPLAY_STDIO_OPTIONS,
    CLI_REPLAY_DIALOGUE_OPTIONS,
    CLI_REPLAY_MATCHING_OPTIONS,
    {.name = "speed",
     .alias = "rate",
     .type = CLI_TEXT,
     .value = "N",
     .preset = "1",
     .help = "2 is twice as fast, max as fast as it is taken"},
    {.name = "eps",
     .type = CLI_TEXT,
     .value = "N",
     .help = "N events a second instead of the times on the tape"},
    {.name = "max-gap",
     .type = CLI_DURATION,
     .value = "TIME",
     CLI_INTO(struct cli_replay, run.play.pace.max_gap_ns),
     .help = "longer silences on the tape count as this"},
    {.name = "loop",
     .type = CLI_NUMBER,
     .value = "N",
     .bare = "0",
     .preset = "1",
     CLI_INTO(struct cli_replay, run.play.passes),
     .help = "play N times; a bare --loop (or 0) plays for ever"},
    {.name = "loop-delay",
     .type = CLI_DURATION,
     .value = "TIME",
     CLI_INTO(struct cli_replay, run.play.loop_delay_ns),
     .help = "between two passes"},
    CLI_CHOOSE_OPTIONS("out"),
    {.name = "remap",
     .type = CLI_LIST,
     .value = "OLD:=NEW",
     CLI_INTO(struct cli_replay, run.source.remap),
     .help = "play events under another name"},
    {.name = "shift-time",
     .type = CLI_LIST,
     .value = "POINTER",
     .help = "move the timestamps there (RFC 3339, or counted since 1970) as "
             "if the tape began now"},
    {.name = "fault",
     .type = CLI_LIST,
     .value = "SPEC",
     .help = "do wrong on purpose: \"drop p=0.1\", \"cut after=3 events\", "
             "... (docs/replay.md)"},
    {.name = "seed",
     .type = CLI_NUMBER,
     .value = "N",
     .help = "of the chances of --fault; the summary says which it was"},
    {.name = "wait-clients",
     .type = CLI_NUMBER,
     .value = "N",
     .preset = "1",
     .max = UINT32_MAX,
     CLI_INTO(struct cli_replay, run.serve.wait_clients),
     .help = "start when N consumers have joined; 0 = at once"},
    {.name = "wait-timeout",
     .type = CLI_DURATION,
     .value = "TIME",
     .help = "exit 5 if consumers or acks take longer"},
    {.name = "wait-acked",
     .type = CLI_FLAG,
     .help = "an event that asks for an ack waits for it"},
    {.name = "join",
     .type = CLI_CHOICE,
     .value = "HOW",
     .choices = "live|catch-up",
     .preset = "live",
     .help = "latecomers get what comes, or first what they missed"},
    {.name = "stay",
     .type = CLI_FLAG,
     CLI_INTO(struct cli_replay, run.stay),
     .help = "serve on after the last event"},
    {.name = "start-paused",
     .type = CLI_FLAG,
     CLI_INTO(struct cli_replay, run.play.paused),
     .help = "begin paused: space or SIGUSR1 goes on"},
    {.name = "max-stall",
     .type = CLI_DURATION,
     .value = "TIME",
     .preset = "30s",
     CLI_INTO(struct cli_replay, run.serve.stall_ns),
     .help = "a consumer that takes nothing for so long is left behind"},
    {.name = "max-queue",
     .type = CLI_SIZE,
     .value = "SIZE",
     .preset = "64M",
     CLI_INTO(struct cli_replay, run.serve.server.max_queue),
     .help = "bytes that may wait for one consumer"},
    {.name = "max-lateness",
     .type = CLI_DURATION,
     .value = "TIME",
     .help = "exit 6 if any event is later"},
    {.name = "envelope",
     .type = CLI_FLAG,
     CLI_INTO(struct cli_replay, run.envelope),
     .help = "on stdout: whole tape lines instead of payloads"},
    CLI_EXPECT_OPTIONS,
    CLI_DIAL_OPTIONS,
    {CLI_ORIGIN_OPTION,
     CLI_INTO(struct cli_replay, run.serve.server.access.origins)},
    CLI_TOKEN_OPTION,
    {.name = "public",
     .type = CLI_FLAG,
     CLI_INTO(struct cli_replay, run.serve.server.access.everybody),
     .help = "everybody who reaches the port may read, also from other "
             "machines"},
    {.name = "admit",
     .type = CLI_LIST,
     .value = "NS",
     .help = "Socket.IO: a namespace that may be joined; any if none is given"},
    {.name = "ping-interval",
     .type = CLI_DURATION,
     .value = "TIME",
     .preset = "25s",
     CLI_INTO(struct cli_replay, run.serve.server.ping_interval_ns),
     .help = "how often Socket.IO and silent WebSocket consumers are pinged"},
    {.name = "ping-timeout",
     .type = CLI_DURATION,
     .value = "TIME",
     .preset = "20s",
     CLI_INTO(struct cli_replay, run.serve.server.ping_timeout_ns),
     .help = "a consumer that does not answer a ping for so long has gone"},
    {.name = "join-timeout",
     .type = CLI_DURATION,
     .value = "TIME",
     .preset = "45s",
     CLI_INTO(struct cli_replay, run.serve.server.connect_ns),
     .help = "Socket.IO: a consumer must have joined a namespace by then"},
    CLI_TLS_OPTIONS,
    {.name = "require-events",
     .type = CLI_FLAG,
     .help = "exit 1 if no event was selected"},
    {.name = "require-all",
     .type = CLI_FLAG,
     .help = "exit 1 unless every consumer got every event"},
    CLI_READY_OPTION,
    {.name = "no-keys", .type = CLI_FLAG, .help = "leave the terminal alone"},
    {.name = "dry-run",
     .letter = 'n',
     .type = CLI_FLAG,
     .help = "say what would be played, and what is odd on the tape"},
    {.name = NULL},
};

static enum td_code refuse(struct td_error *err, const char *option,
                           const char *why)
{
    return td_error_set(err, TD_USAGE, option, 0, "%s", why);
}

static bool ends_with_stdout(const struct cli_args *args)
{
    int n = cli_operands(args);

    return n > 1 && !strcmp(cli_operand(args, n - 1), "-");
}

/* Options that mean something only for some of the targets. */
static const struct {
    const char *name;
    bool serve, to, lines;
} places[] = {
    {"--wait-clients", true, false, false},
    {"--join", true, false, false},
    {"--stay", true, false, false},
    {"--max-stall", true, false, false},
    {"--max-queue", true, false, false},
    {"--origin", true, false, false},
    {"--token-file", true, false, false},
    {"--public", true, false, false},
    {"--admit", true, false, false},
    {"--ping-interval", true, false, false},
    {"--ping-timeout", true, false, false},
    {"--join-timeout", true, false, false},
    {"--tls-cert", true, false, false},
    {"--tls-key", true, false, false},
    {"--ready-file", true, false, false},
    {"--wait-timeout", true, true, false},
    {"--wait-acked", true, true, false},
    {"--path", true, true, false},
    {"--expect", true, true, false},
    {"--require-all", true, false, false},
    {"--header", false, true, false},
    {"--auth", false, true, false},
    {"--transport", false, true, false},
    {"--connect-timeout", false, true, false},
    {"--ca", false, true, false},
    {"--server-name", false, true, false},
    {"--insecure", false, true, false},
    {"--envelope", false, false, true},
};

/* What the user typed and what would do nothing is a mistake; a setting of a
 * file or the environment is for all targets.
 */
static enum td_code check_places(const struct cli_replay *r,
                                 const struct cli_args *args,
                                 struct td_error *err)
{
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        const bool fits[] = {[PLAY_TO_CLIENTS] = places[i].serve,
                             [PLAY_TO_SERVER] = places[i].to,
                             [PLAY_TO_LINES] = places[i].lines};

        if (fits[r->run.target] || !cli_typed(args, places[i].name + 2))
            continue;
        return td_error_set(err, TD_USAGE, places[i].name, 0, "only with %s",
                            places[i].lines    ? "-"
                            : !places[i].to    ? "--serve"
                            : !places[i].serve ? "--to"
                                               : "--serve and --to");
    }
    return TD_OK;
}

/* The tapes, and where they are played to. */
static enum td_code read_target(struct cli_replay *r,
                                const struct cli_args *args,
                                struct td_error *err)
{
    bool lines = ends_with_stdout(args);
    int tapes = cli_operands(args) - lines;
    int targets = lines + cli_given(args, "serve") + cli_given(args, "to");

    r->paths = td_calloc((size_t)tapes + 1, sizeof(*r->paths));
    for (int i = 0; i < tapes; i++)
        r->paths[i] = cli_operand(args, i);
    if (targets > 1)
        return refuse(err, "", "--serve, --to and - exclude each other");
    if (targets == 0 && !cli_flag(args, "dry-run")) {
        (void)refuse(err, "", "where to play to is missing");
        return td_error_hint(err, "give --serve HOST:PORT, --to URL, --answer "
                                  "HOST:PORT, --stdio, or -");
    }
    if (cli_given(args, "serve"))
        r->run.target = PLAY_TO_CLIENTS;
    else if (cli_given(args, "to"))
        r->run.target = PLAY_TO_SERVER;
    return targets ? check_places(r, args, err) : TD_OK;
}

static enum td_code read_pace(struct play_pace *pace,
                              const struct cli_args *args, struct td_error *err)
{
    const char *eps = cli_text(args, "eps");
    enum td_code code =
        play_speed_parse(cli_text(args, "speed"), &pace->speed, err);

    if (code || !eps)
        return code;
    if (cli_given(args, "speed"))
        return refuse(err, "--eps", "excludes --speed");
    return play_eps_parse(eps, &pace->eps, err);
}

static enum td_code read_lateness(struct cli_replay *r,
                                  const struct cli_args *args,
                                  struct td_error *err)
{
    const struct play_pace *pace = &r->run.play.pace;

    r->max_late_ns = TD_NEVER;
    if (!cli_given(args, "max-lateness"))
        return TD_OK;
    if (!pace->eps && pace->speed == PLAY_SPEED_MAX)
        return refuse(err, "--max-lateness", "nothing is late at full speed");
    r->max_late_ns = cli_number(args, "max-lateness");
    return TD_OK;
}

static enum td_code read_source(struct cli_replay *r,
                                const struct cli_args *args,
                                struct td_error *err)
{
    struct play_source_options *source = &r->run.source;
    struct play_select_options which = cli_choose(args);
    enum td_code code;

    which.no_acks = r->run.target != PLAY_TO_LINES;
    which.sse_ids =
        r->run.target == PLAY_TO_CLIENTS && !cli_flag(args, "dry-run");
    code = play_select_new(&r->select, &which, err);
    if (!code)
        code = cli_choose_window(args, r->paths, &source->window, err);
    if (!code && cli_number(args, "loop") != 1)
        code = cli_choose_spool(r->paths, err);
    if (!code && cli_given(args, "shift-time"))
        code = play_shift_new(&r->shift, cli_list(args, "shift-time"),
                              td_clock_real(), err);
    source->paths = r->paths;
    source->select = r->select;
    source->shift = r->shift;
    source->threads = 1;
    return code;
}

static enum td_code read_faults(struct cli_replay *r,
                                const struct cli_args *args,
                                struct td_error *err)
{
    bool some = *cli_list(args, "fault");

    if (some && cli_flag(args, "dry-run"))
        return refuse(err, "--fault", "nothing is played with --dry-run");
    if (some && !strcmp(cli_text(args, "join"), "catch-up"))
        return refuse(err, "--fault",
                      "with --join catch-up some would be told it all");
    return cli_replay_faults(&r->run.faults, args, err);
}

/* Who may read: see wire/server/access.h. */
static enum td_code read_access(struct cli_replay *r,
                                const struct cli_args *args,
                                struct td_error *err)
{
    struct wire_server_options *server = &r->run.serve.server;
    struct wire_access *access = &server->access;
    const char *token = cli_text(args, "token-file");
    bool local = wire_bind_is_local(&server->bind);
    enum td_code code = TD_OK;

    if (cli_typed(args, "public") && token)
        return refuse(err, "--public", "excludes --token-file");
    if (cli_typed(args, "public") && local)
        return refuse(err, "--public",
                      "only this machine reaches the address of --serve");
    if (token)
        code = cli_token_read(&r->token, token, &access->token, err);
    if (!code)
        code = wire_access_check(access, &server->bind, err);
    if (code == TD_USAGE && !token && !access->everybody && !local)
        return td_error_hint(err, "give --token-file FILE, or --public if that "
                                  "is meant");
    return code;
}

#define TIME_MAX (UINT64_C(12) * 24 * 3600 * TD_NS_PER_S)

/* Who may join what, and when a consumer counts as gone. Engine.IO tells its
 * times in whole milliseconds, and JavaScript takes no sum of two beyond 2^31.
 */
static enum td_code read_session(struct wire_server_options *server,
                                 const struct cli_args *args,
                                 struct td_error *err)
{
    static const char *const times[] = {"--ping-interval", "--ping-timeout",
                                        "--join-timeout"};
    const char *const *admitted = cli_list(args, "admit");

    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
        if (cli_number(args, times[i] + 2) < TD_NS_PER_MS ||
            cli_number(args, times[i] + 2) > TIME_MAX)
            return td_error_set(err, TD_USAGE, times[i], 0,
                                "must be from 1ms to 12d");
    for (size_t i = 0; admitted[i]; i++)
        if (admitted[i][0] != '/')
            return td_error_set(err, TD_USAGE, "--admit", 0,
                                "the namespace %s does not begin with /",
                                admitted[i]);
    server->namespaces = *admitted ? admitted : NULL;
    return TD_OK;
}

static enum td_code read_serve(struct cli_replay *r,
                               const struct cli_args *args,
                               struct td_error *err)
{
    struct play_serve_options *serve = &r->run.serve;
    struct wire_bind *bind = &serve->server.bind;
    enum td_code code = wire_url_listen(cli_text(args, "serve"), &r->host,
                                        &bind->port, &r->unix_path, err);

    if (!code)
        code = cli_listen_tls(args, &r->tls, bind, err);
    if (code)
        return code;
    bind->host = r->host;
    bind->unix_path = r->unix_path;
    code = read_access(r, args, err);
    if (!code)
        code = read_session(&serve->server, args, err);
    if (code)
        return code;
    serve->server.sio_path = cli_text(args, "path");
    serve->catch_up = !strcmp(cli_text(args, "join"), "catch-up");
    serve->wait_acked = cli_flag(args, "wait-acked");
    serve->wait_ns = cli_number(args, "wait-timeout");
    return TD_OK;
}

static enum td_code read_connect(struct cli_replay *r,
                                 const struct cli_args *args,
                                 struct td_error *err)
{
    struct play_connect_options *connect = &r->run.connect;
    const struct wire_url_kind *kind;
    enum td_code code = cli_dial_read(&r->dial, &connect->client, args, err);

    connect->client.answer_acks = true;
    connect->wait_acked = cli_flag(args, "wait-acked");
    connect->wait_ns = cli_number(args, "wait-timeout");
    if (code || r->run.target != PLAY_TO_SERVER)
        return code;
    kind = wire_url_kind(td_text(cli_text(args, "to")));
    if (kind && kind->scheme == WIRE_SCHEME_HTTP)
        return refuse(err, "--to",
                      "cannot send to an http URL; use ws:// or sio://, or add "
                      "--dialogue to ask again what is asked on the tape");
    return cli_dial_url(&r->dial, &connect->client, cli_text(args, "to"), err);
}

static bool is_ci(void)
{
    const char *ci = getenv("CI");

    return ci && *ci && strcmp(ci, "false") != 0;
}

static void read_steering(struct cli_replay *r, const struct cli_args *args)
{
    r->run.lines_fd = STDOUT_FILENO;
    r->run.keys =
        !cli_flag(args, "no-keys") && !is_ci() && isatty(STDIN_FILENO);
    r->run.progress =
        !cli_quiet(args) && !is_ci() && td_term_draws(STDERR_FILENO) &&
        !(r->run.target == PLAY_TO_LINES && isatty(STDOUT_FILENO));
}

enum td_code cli_replay_read(struct cli_replay *replay,
                             const struct cli_args *args, struct td_error *err)
{
    enum td_code code;

    cli_store(args, replay);
    code = read_target(replay, args, err);
    if (!code)
        code = read_pace(&replay->run.play.pace, args, err);
    if (!code)
        code = read_lateness(replay, args, err);
    if (!code)
        code = read_source(replay, args, err);
    if (!code)
        code = read_faults(replay, args, err);
    if (!code && replay->run.target == PLAY_TO_CLIENTS)
        code = read_serve(replay, args, err);
    if (!code)
        code = read_connect(replay, args, err);
    if (!code)
        code =
            cli_expect_open(&replay->expect, &replay->run.hearing, args, err);
    read_steering(replay, args);
    return code;
}

void cli_replay_release(struct cli_replay *replay)
{
    play_select_free(replay->select);
    play_shift_free(replay->shift);
    play_fault_rules_free(replay->run.faults);
    free(replay->paths);
    free(replay->host);
    free(replay->unix_path);
    td_buf_release(&replay->token);
    cli_dial_release(&replay->dial);
    cli_expect_close(replay->expect);
}
