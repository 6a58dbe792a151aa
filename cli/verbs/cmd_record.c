/* tapedeck record: event streams to a tape. */
#include "cli/options/exit_status.h"
#include "cli/shared/live_check.h"
#include "cli/shared/marks.h"
#include "cli/shared/show_command.h"
#include "cli/shared/tape_output.h"
#include "cli/verbs/record_call.h"
#include "cli/verbs/record_listen.h"
#include "cli/verbs/record_options.h"
#include "core/fs.h"
#include "core/json_writer.h"
#include "core/terminal.h"
#include "recorder/record_summary.h"
#include "wire/http/url.h"
#include "wire/net/signals.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#define KILLED      (128 + SIGKILL) /* exit status of such a child */
#define PROGRESS_NS (250 * TD_NS_PER_MS)

struct record {
    const struct cli_args *args;
    struct cli_record_setup setup;
    struct wire_net *net;
    struct rec_recorder *rec;
    struct cli_live *live;    /* NULL: nothing is checked */
    struct cli_mark_key *key; /* NULL: no keys are read */
    struct wire_timer progress;
    struct rec_stats before; /* at the last progress line */
    int child_status;
    bool shows_progress;
    bool aborted;
    bool done; /* perhaps before the loop runs */
};

/* ---- while it runs ---- */

static void wipe_progress(void *ctx)
{
    const struct record *record = ctx;

    if (record->shows_progress)
        (void)td_term_line(STDERR_FILENO, td_text(""));
}

static void on_progress(void *ctx)
{
    struct record *record = ctx;
    struct rec_stats now = rec_stats(record->rec);
    uint64_t ns = now.elapsed_ns - record->before.elapsed_ns;
    double rate = ns ? (double)(now.events - record->before.events) *
                           (double)TD_NS_PER_S / (double)ns
                     : 0.0;
    struct td_buf line = {0};

    rec_summary_progress(&line, &now, rate);
    if (!td_term_line(STDERR_FILENO, td_buf_bytes(&line)))
        record->shows_progress = false;
    td_buf_release(&line);
    record->before = now;
    wire_timer_set(record->net, &record->progress,
                   wire_now(record->net) + PROGRESS_NS);
}

static void on_done(void *ctx)
{
    struct record *record = ctx;

    record->done = true;
    wire_stop(record->net);
}

static void on_trouble(void *ctx, const struct td_error *why)
{
    wipe_progress(ctx);
    cli_complain(why);
}

static void on_end_signal(void *ctx, unsigned times)
{
    struct record *record = ctx;

    record->aborted = times > 1;
    rec_stop(record->rec, REC_STOP_SIGNAL);
}

static void on_usr1(void *ctx)
{
    struct record *record = ctx;
    struct td_error err = {0};

    wipe_progress(record);
    if (rec_dump(record->rec, &err))
        cli_complain(&err);
}

/* ---- sources ---- */

static enum td_code open_source(struct record *record, const char *text,
                                struct td_error *err)
{
    if (!strcmp(text, "-"))
        return rec_source_lines(record->rec, STDIN_FILENO,
                                record->setup.max_message, err);
    if (!strncmp(text, "tape:", 5))
        return rec_source_tape(record->rec, text + 5, err);
    if (wire_url_kind(td_text(text))) {
        struct cli_record_setup *setup = &record->setup;
        enum td_code code;

        if (cli_record_is_call(record->args))
            return cli_record_call(record->rec, record->args,
                                   &setup->url.client, text, err);
        code = cli_dial_url(&setup->dial, &setup->url.client, text, err);
        return code ? code : rec_source_url(record->rec, &setup->url, err);
    }
    td_error_set(err, TD_USAGE, text, 0, "this is no source");
    return td_error_hint(err, "sources are ws:// wss:// sio:// sios:// http:// "
                              "https:// URLs, tape:FILE, - and -- COMMAND");
}

/* Standard output is nobody else's. */
static bool tells_port(const struct record *record)
{
    return !cli_child(record->args) &&
           strcmp(cli_text(record->args, "output"), "-") != 0;
}

/* Where it listens: said, and for programs in --ready-file, and on standard
 * output if the port was for the system to choose.
 */
static enum td_code on_listening(void *ctx, const char *url, uint16_t port,
                                 struct td_error *err)
{
    struct record *record = ctx;
    const char *ready = cli_text(record->args, "ready-file");
    struct td_buf line = {0};
    struct td_buf to = {0};
    struct td_json_writer w = td_json_writer(&line);
    struct wire_url where;
    enum td_code code;

    code = wire_url_parse(&where, url, err);
    if (code)
        return code;
    cli_record_put_servers(&to, record->args);
    td_json_object(&w, NULL);
    td_json_put_text(&w, "host", where.host);
    td_json_put_u64(&w, "port", port);
    td_json_put_text(&w, "url", url);
    td_json_put_text(&w, "to", td_buf_str(&to));
    td_json_object_end(&w);
    (void)td_json_line(&w);
    cli_say(record->args, "listening on %s, to %s", url, td_buf_str(&to));
    if (ready)
        code = td_fs_replace(ready, td_buf_bytes(&line), err);
    if (!code && !record->setup.proxy.proxy.bind.port && tells_port(record))
        code = td_fs_write(STDOUT_FILENO, td_buf_bytes(&line), "stdout", err);
    wire_url_release(&where);
    td_buf_release(&line);
    td_buf_release(&to);
    return code;
}

static enum td_code open_sources(struct record *record, struct td_error *err)
{
    char *const *child = cli_child(record->args);
    enum td_code code = TD_OK;

    if (cli_given(record->args, "listen")) {
        record->setup.proxy.listening = on_listening;
        record->setup.proxy.ctx = record;
        return rec_source_proxy(record->rec, &record->setup.proxy,
                                &record->child_status, err);
    }
    for (int i = 0; i < cli_operands(record->args) && !code; i++)
        code = open_source(record, cli_operand(record->args, i), err);
    if (!code && child && cli_flag(record->args, "stdio"))
        code = rec_source_stdio(record->rec, child, record->setup.framing,
                                record->setup.max_message,
                                &record->child_status, err);
    else if (!code && child)
        code = rec_source_child(record->rec, child, record->setup.max_message,
                                &record->child_status, err);
    return code;
}

/* ---- the end ---- */

/* The summary as a line of JSON, the verdict within it; on standard error where
 * standard output is the command's.
 */
static enum td_code report_json_line(struct record *record,
                                     const struct rec_result *result,
                                     const int *status, struct td_error *err)
{
    struct td_buf text = {0};
    struct td_json_writer w = td_json_writer(&text);
    bool foreign =
        cli_child(record->args) &&
        (cli_flag(record->args, "stdio") || cli_given(record->args, "listen"));
    enum td_code code;

    td_json_object(&w, NULL);
    rec_summary_json(&w, result, status);
    if (record->live)
        cli_live_json(record->live, &w, "verdict");
    td_json_object_end(&w);
    (void)td_json_line(&w);
    code = td_fs_write(foreign ? STDERR_FILENO : STDOUT_FILENO,
                       td_buf_bytes(&text), foreign ? "stderr" : "stdout", err);
    td_buf_release(&text);
    return code;
}

static bool is_plain_word(const char *text)
{
    return *text && *text != '-' &&
           !text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTU"
                              "VWXYZ0123456789-_.")];
}

/* "npm test: exit status 0": of the command its name, and its first argument if
 * that is a word; arguments hold secrets.
 */
static void name_end(struct td_buf *out, char *const *child, int status)
{
    const char *slash = strrchr(child[0], '/');

    td_buf_add_text(out, slash ? slash + 1 : child[0]);
    if (child[1] && is_plain_word(child[1]))
        td_buf_addf(out, " %s", child[1]);
    td_buf_addf(out, ": exit status %d", status);
}

static enum td_code report(struct record *record,
                           const struct rec_result *result,
                           struct td_error *err)
{
    enum td_code code = TD_OK;
    struct td_buf text = {0};
    const int *status = cli_child(record->args) ? &record->child_status : NULL;
    bool around = status && *status >= 0 && cli_given(record->args, "listen") &&
                  result->stop == REC_STOP_SOURCES;

    if (result->kept) { /* else the error says all there is to say */
        struct td_buf ended = {0};

        if (around)
            name_end(&ended, cli_child(record->args), *status);
        rec_summary_text(&text, result, around ? td_buf_str(&ended) : NULL);
        cli_say(record->args, "%s", td_buf_str(&text));
        td_buf_release(&ended);
    }
    if (status && *status > 0 && !around)
        cli_say(record->args, "the command ended with status %d%s", *status,
                *status == KILLED ? ": it was killed" : "");
    if (cli_json(record->args))
        code = report_json_line(record, result, status, err);
    td_buf_release(&text);
    return code;
}

/* The verdict on what was recorded, where it is worse than how that went. */
static enum td_code judge(struct record *record, enum td_code code,
                          struct td_error *err)
{
    struct td_error why = {0};
    enum td_code verdict;

    if (!record->live)
        return code;
    verdict = cli_live_end(record->live, &why);
    return cli_check_worse(code, err, verdict, &why);
}

/* --require-events, --child-status: what the summary only says is a status. */
static enum td_code check_required(const struct record *record,
                                   const struct rec_result *result,
                                   enum td_code code, struct td_error *err)
{
    struct td_error why = {0};
    enum td_code failed = TD_OK;

    if (cli_flag(record->args, "require-events") && !result->stats.events)
        failed = td_error_set(&why, TD_FAILED, "--require-events", 0,
                              "no event was recorded");
    else if (cli_flag(record->args, "child-status") &&
             cli_child(record->args) && record->child_status)
        failed = td_error_set(&why, TD_FAILED, "--child-status", 0,
                              "the command ended with status %d",
                              record->child_status);
    return failed ? cli_check_worse(code, err, failed, &why) : code;
}

/* Close the recorder and say what came of it; the code of the whole verb. An
 * error from before the loop stands.
 */
static enum td_code finish(struct record *record, enum td_code code,
                           struct td_error *err)
{
    struct rec_result result = {0};
    struct td_error end = {0};
    enum td_code closed = rec_close(record->rec, &result, &end);

    wipe_progress(record);
    if (!code && closed) {
        *err = end;
        code = closed;
    }
    if (!code && record->aborted)
        code = td_error_set(err, TD_CANCELLED, "", 0,
                            "aborted by a second signal");
    code = judge(record, code, err);
    code = check_required(record, &result, code, err);
    closed = report(record, &result, code ? &end : err);
    code = code ? code : closed;
    td_buf_release(&result.path);
    if ((cli_flag(record->args, "stdio") ||
         cli_given(record->args, "listen")) &&
        record->child_status > 0)
        cli_exit_as(record->child_status);
    return code;
}

/* ---- keys ---- */

static void on_mark(void *ctx)
{
    struct record *record = ctx;
    struct td_buf name = {0};

    cli_mark_name(&name, rec_stats(record->rec).elapsed_ns);
    rec_mark(record->rec, td_buf_bytes(&name));
    wipe_progress(record);
    cli_say(record->args, "%s", td_buf_str(&name));
    td_buf_release(&name);
}

static void on_help(void *ctx)
{
    struct record *record = ctx;

    wipe_progress(record);
    cli_say(record->args, "keys: m sets a marker, Ctrl-C ends");
}

/* The terminal is somebody else's where a command, a client or the stream has
 * it.
 */
static enum td_code open_keys(struct record *record, struct td_error *err)
{
    const struct cli_args *args = record->args;
    bool ours = record->shows_progress && !cli_child(args) &&
                !cli_flag(args, "stdio") && cli_keys_are_ours();

    for (int i = 0; ours && i < cli_operands(args); i++)
        ours = strcmp(cli_operand(args, i), "-") != 0;
    return ours ? cli_mark_key_open(&record->key, record->net, on_mark, on_help,
                                    record, err)
                : TD_OK;
}

static enum td_code record_all(struct record *record, struct td_error *err)
{
    const struct wire_signals signals = {
        .end = on_end_signal,
        .usr1 = record->setup.recorder.snapshot_ns ? on_usr1 : NULL,
        .ctx = record};
    enum td_code code =
        rec_open(&record->rec, record->net, &record->setup.recorder, err);

    if (code)
        return code;
    code = wire_signals_open(record->net, &signals, err);
    if (!code)
        code = open_sources(record, err);
    if (!code)
        code = open_keys(record, err);
    if (code) {
        cli_mark_key_close(record->key);
        rec_abort(record->rec);
        return code;
    }
    if (record->shows_progress)
        on_progress(record);
    code = record->done ? TD_OK : wire_run(record->net, err);
    cli_mark_key_close(record->key);
    wire_timer_cancel(record->net, &record->progress);
    return finish(record, code, err);
}

static void open_check(struct record *record)
{
    const struct cli_live_options how = {.check = &record->setup.check,
                                         .args = record->args,
                                         .input =
                                             cli_text(record->args, "output"),
                                         .on_tape = true,
                                         .before_line = wipe_progress,
                                         .ctx = record};

    record->live = cli_live_new(&how);
    if (!cli_given(record->args, "split"))
        cli_show_command(cli_live_check(record->live), how.input,
                         CLI_FORM_TAPE);
    record->setup.recorder.watch = cli_live_sink(record->live);
}

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    struct record record = {.args = args, .child_status = -1};
    const char *output = cli_text(args, "output");
    enum td_code code = TD_OK;

    record.progress = (struct wire_timer){.fire = on_progress, .ctx = &record};
    record.shows_progress = td_term_draws(STDERR_FILENO) && !cli_quiet(args);
    if (!cli_operands(args) && !cli_child(args) && !cli_flag(args, "stdio") &&
        !cli_given(args, "listen") && !cli_typed(args, "to")) {
        td_error_set(err, TD_USAGE, "", 0, "no source is named");
        return td_error_hint(err, "see: tapedeck help record");
    }
    for (int i = 0; output && !code && i < cli_operands(args); i++)
        if (!strncmp(cli_operand(args, i), "tape:", 5))
            code = cli_not_onto(output, cli_operand(args, i) + 5, err);
    if (code)
        return code;
    code = cli_record_setup(&record.setup, args, err);
    record.setup.recorder.done = on_done;
    record.setup.recorder.trouble = on_trouble;
    record.setup.recorder.ctx = &record;
    if (!code && (record.setup.check.schemas || record.setup.check.contract))
        open_check(&record);
    for (int i = 0; !code && i < cli_operands(args); i++)
        cli_say_waiting(args, cli_operand(args, i), CLI_MESSAGES);
    if (!code)
        code = wire_lws_open(&record.net, td_clock_real(), err);
    if (!code)
        code = record_all(&record, err);
    wire_signals_close();
    wire_net_close(record.net);
    cli_live_free(record.live);
    cli_record_setup_release(&record.setup);
    return code;
}

const struct cli_command cli_cmd_record = {
    .name = "record",
    .summary = "Record event streams to a tape.",
    .usage = "-o FILE SOURCE... [-- COMMAND...]",
    .details =
        "A SOURCE is ws://, wss:// (WebSocket), sio://, sios:// (Socket.IO; "
        "the path is the namespace), http://, https:// (server-sent events), "
        "- (NDJSON on standard input) or tape:FILE. With -- COMMAND its "
        "standard output is recorded as NDJSON. Several sources go to one "
        "tape, each with its connection number. With --stdio what a client "
        "says "
        "to the command and what it answers are recorded on their way; the "
        "exit status is the command's if all is well. With --listen and --to "
        "it "
        "stands between HTTP clients and a server; -- COMMAND is then one of "
        "those clients, and its status the exit status. With --method or "
        "--data "
        "a URL is asked once, and the request and its answer are recorded.\n\n"
        "The recording ends when all sources have ended, at a limit, or with "
        "SIGINT, SIGTERM or SIGHUP; a second signal does not wait for peers. "
        "Exit status: 0 all is on the tape, 1 it is, but the check of "
        "--contract or --schema failed, 3 events were lost (and the tape says "
        "which), 4 a source or the tape failed, 5 connecting timed out. "
        "docs/record.md is the manual.",
    .examples =
        "tapedeck record ws://localhost:9000/feed -o run.tape.gz  # until it "
        "closes\n"
        "tapedeck record sio://localhost:3000/chat --until done -o run.tape.gz"
        "\n"
        "tapedeck record -o build.tape.gz -- cargo build "
        "--message-format=json\n"
        "tapedeck record http://localhost:8080/chat --data @request.json -o "
        "chat.tape.gz\n"
        "tapedeck record --stdio -o mcp.tape.gz -- npx some-mcp-server\n"
        "tapedeck record --listen :0 --to https://api.example.com --env "
        "BASE_URL -o api.tape.gz -- npm test\n"
        "seq 3 | tapedeck record - -o - | zcat",
    .options = cli_record_options,
    .max_operands = -1,
    .takes_command = true,
    .run = run,
};
