/* tapedeck serve: executions for consoles and programs. */
#include "cli/shared/listen.h"
#include "cli/verbs/run_loop.h"
#include "core/mem.h"
#include "orchestrator/serve/serve.h"
#include "wire/http/url.h"
#include "wire/net/signals.h"

#include <stdlib.h>
#include <string.h>

struct serving {
    const struct cli_args *args;
    struct wire_net *net;
    struct serve *serve;
    struct serve_options options;
    struct wire_tls_options tls;
    struct td_buf token;
    char *host;
    char *unix_path;
    struct td_error why;
};

static const struct cli_option options[] = {
    {.name = "listen",
     .type = CLI_TEXT,
     .value = "HOST:PORT",
     .preset = "127.0.0.1:0",
     .help = "where to listen; port 0 lets the system choose and is told on "
             "stdout"},
    {.name = "workspace",
     .type = CLI_TEXT,
     .value = "DIR",
     .preset = ".",
     .help = "the folder that plans work in"},
    {.name = "state",
     .type = CLI_TEXT,
     .value = "DIR",
     .help = "where executions are kept; .tapedeck in the workspace if not "
             "given"},
    CLI_TOKEN_OPTION,
    CLI_TLS_OPTIONS,
    {CLI_ORIGIN_OPTION},
    CLI_READY_OPTION,
    CLI_TASK_OPTIONS,
    {.name = "drain",
     .type = CLI_DURATION,
     .value = "TIME",
     .preset = "30s",
     .help = "how long what runs may go on after a signal; then it waits for "
             "the next start"},
    {.name = "dialect",
     .type = CLI_CHOICE,
     .value = "NAME",
     .choices = SERVE_DIALECTS,
     .preset = "emitter",
     .help = "the names that the events have for consoles; journals have "
             "those of emitter"},
    {.name = NULL},
};

static enum td_code read_settings(struct serving *s, struct td_error *err)
{
    const struct cli_args *args = s->args;
    const char *token = cli_text(args, "token-file");
    const char *const *origins = cli_list(args, "origin");
    struct serve_options *o = &s->options;
    enum td_code code = wire_url_listen(cli_text(args, "listen"), &s->host,
                                        &o->bind.port, &s->unix_path, err);

    if (!code)
        code = cli_listen_tls(args, &s->tls, &o->bind, err);
    if (code)
        return code;
    o->bind.host = s->host;
    o->bind.unix_path = s->unix_path;
    o->access.origins = *origins ? origins : NULL;
    if (token)
        code = cli_token_read(&s->token, token, &o->access.token, err);
    if (!code)
        code = wire_access_check(&o->access, &o->bind, err);
    if (code == TD_USAGE && !token && !wire_bind_is_local(&o->bind))
        return td_error_hint(err, "give --token-file FILE");
    o->root = cli_text(args, "workspace");
    o->state = cli_text(args, "state");
    o->drain_ns = cli_number(args, "drain");
    o->run.workers = (uint32_t)cli_number(args, "workers");
    o->run.no_fsync = !strcmp(cli_text(args, "fsync"), "never");
    o->dialect = serve_dialect_of(cli_text(args, "dialect"));
    o->run.providers = cli_text(args, "providers");
    o->run.answers = cli_text(args, "answers");
    o->run.no_validate = cli_flag(args, "no-validate");
    o->run.tapedeck = cli_run_program();
    return code;
}

static void on_said(void *ctx, const char *line)
{
    struct serving *s = ctx;

    cli_say(s->args, "%s", line);
}

static void on_done(void *ctx, const struct td_error *why)
{
    struct serving *s = ctx;

    s->why = *why;
    wire_stop(s->net);
}

static void on_signal(void *ctx, unsigned times)
{
    struct serving *s = ctx;

    (void)times;
    if (s->serve)
        serve_drain(s->serve);
    else
        wire_stop(s->net);
}

static enum td_code serve_all(struct serving *s, struct td_error *err)
{
    static const struct serve_events events = {.said = on_said,
                                               .done = on_done};
    const struct wire_signals signals = {.end = on_signal, .ctx = s};
    enum td_code code = wire_signals_open(s->net, &signals, err);

    if (!code)
        code = serve_open(&s->serve, s->net, &s->options, &events, s, err);
    if (!code)
        code = cli_say_listening(s->args, &s->options.bind,
                                 cli_text(s->args, "listen"),
                                 serve_port(s->serve), err);
    if (!code)
        code = wire_run(s->net, err);
    if (!code && s->why.code) {
        *err = s->why;
        code = err->code;
    }
    serve_free(s->serve);
    return code;
}

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    struct serving s = {.args = args};
    enum td_code code = read_settings(&s, err);

    if (!code)
        code = wire_lws_open(&s.net, td_clock_real(), err);
    if (!code)
        code = serve_all(&s, err);
    wire_signals_close();
    wire_net_close(s.net);
    td_buf_release(&s.token);
    free(s.host);
    free(s.unix_path);
    return code;
}

const struct cli_command cli_cmd_serve = {
    .name = "serve",
    .summary = "Serve executions to consoles and programs.",
    .usage = "",
    .details =
        "Socket.IO for consoles (execute_command, request_catch_up, ...), "
        "/ws and /events for the events of one execution, /api/executions, "
        "/healthz, /metrics and /openapi.json for programs. Everything that "
        "is told is in the journal first. Executions that were cut short go "
        "on when it starts.\n\n"
        "SIGTERM and SIGINT drain: nothing more begins, what runs has --drain; "
        "once more ends at once, and what runs is left to its keeper. "
        "docs/serve.md has events and commands.",
    .examples = "tapedeck serve --listen 127.0.0.1:4000\n"
                "curl -d '{\"plan\":\"plan.yaml\"}' "
                "http://127.0.0.1:4000/api/executions",
    .options = options,
    .run = run,
};
