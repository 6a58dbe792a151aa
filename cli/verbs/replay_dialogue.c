#include "cli/verbs/replay_dialogue.h"

#include "cli/shared/connect_options.h"
#include "cli/shared/live_check.h"
#include "cli/shared/tape_output.h"
#include "cli/verbs/diff_compare.h"
#include "cli/verbs/diff_report.h"
#include "cli/verbs/replay_matching.h"
#include "recorder/recorder.h"
#include "replayer/dialogue/dialogue.h"
#include "wire/net/signals.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct dialogue_session {
    const struct cli_args *args;
    struct wire_net *net;
    struct rec_recorder *rec;
    struct play_dialogue *dialogue;
    struct play_exchanges exchanges;
    struct wire_client_options client;
    struct cli_dial dial;
    struct play_dialogue_options how;
    struct rec_options recorder;
    struct play_dialogue_stats stats;
    struct cli_comparison of;
    struct cli_diff_page page;
    struct td_buf out;
    struct cli_check check; /* of --expect */
    struct cli_live *live;  /* the same, or NULL */
    char folder[256];       /* of the new tape, if nobody keeps it; or "" */
    char path[300];         /* of the new tape */
    bool stopped;           /* by a signal */
};

/* ---- where the new tape is ---- */

static enum td_code make_path(struct dialogue_session *s, struct td_error *err)
{
    const char *output = cli_text(s->args, "output");
    const char *tmp = getenv("TMPDIR");

    if (output)
        return TD_OK;
    (void)snprintf(s->folder, sizeof(s->folder), "%.200s/tapedeck-XXXXXX",
                   tmp && *tmp ? tmp : "/tmp");
    if (!mkdtemp(s->folder)) {
        int why = errno;
        enum td_code code =
            td_error_errno(err, TD_IO, s->folder, why, "cannot be made");

        *s->folder = '\0';
        return code;
    }
    (void)snprintf(s->path, sizeof(s->path), "%s/now.tape.gz", s->folder);
    return TD_OK;
}

static void remove_path(const struct dialogue_session *s)
{
    if (!*s->folder)
        return;
    (void)unlink(s->path);
    (void)rmdir(s->folder);
}

static const char *path_of(const struct dialogue_session *s)
{
    const char *output = cli_text(s->args, "output");

    return output ? output : s->path;
}

/* ---- while it runs ---- */

static void on_done(void *ctx)
{
    struct dialogue_session *s = ctx;

    wire_stop(s->net);
}

static void on_end_signal(void *ctx, unsigned times)
{
    struct dialogue_session *s = ctx;

    (void)times;
    s->stopped = true;
    rec_stop(s->rec, REC_STOP_SIGNAL);
}

static void on_tell(void *ctx, const char *text)
{
    const struct dialogue_session *s = ctx;

    cli_say(s->args, "%s", text);
}

static enum td_code run_it(struct dialogue_session *s, struct td_error *err)
{
    const struct wire_signals signals = {.end = on_end_signal, .ctx = s};
    struct rec_result result = {0};
    enum td_code code = rec_open(&s->rec, s->net, &s->recorder, err);
    enum td_code closed;
    struct td_error end = {0};

    if (code)
        return code;
    code = wire_signals_open(s->net, &signals, err);
    if (!code)
        code = play_dialogue_open(&s->dialogue, s->rec, &s->how, err);
    if (code) {
        rec_abort(s->rec);
        return code;
    }
    code = wire_run(s->net, err);
    s->stats = play_dialogue_stats(s->dialogue);
    closed = rec_close(s->rec, &result, &end);
    td_buf_release(&result.path);
    if (!code && closed) {
        *err = end;
        code = closed;
    }
    return code;
}

static enum td_code play(struct dialogue_session *s, struct td_error *err)
{
    enum td_code code = make_path(s, err);

    s->recorder.output.path = path_of(s);
    s->recorder.output.tape.overwrite = cli_flag(s->args, "overwrite");
    s->recorder.output.tape.source = "dialogue";
    s->recorder.name_pointer = s->exchanges.pointer;
    s->recorder.no_names = s->exchanges.no_names;
    if (s->live)
        s->recorder.watch = cli_live_sink(s->live);
    s->recorder.done = on_done;
    s->recorder.ctx = s;
    if (!code)
        code = wire_lws_open(&s->net, td_clock_real(), err);
    if (!code)
        code = run_it(s, err);
    wire_signals_close();
    wire_net_close(s->net);
    return code;
}

/* ---- what came of it ---- */

static void say_count(struct td_buf *out, uint32_t n, const char *what)
{
    if (n)
        (void)td_buf_addf(out, ", %" PRIu32 " %s", n, what);
}

static void say_summary(const struct dialogue_session *s)
{
    const struct play_dialogue_stats *stats = &s->stats;
    const char *output = cli_text(s->args, "output");
    struct td_buf text = {0};

    (void)td_buf_addf(&text, "%" PRIu32 " of %" PRIu32 " exchange%s asked",
                      stats->exchanges, s->exchanges.len,
                      s->exchanges.len == 1 ? "" : "s");
    say_count(&text, stats->failed, "failed");
    say_count(&text, stats->late, "not in time");
    say_count(&text, stats->unsaid, "messages not said");
    say_count(&text, stats->polls, "polls of Engine.IO left out");
    say_count(&text, stats->framed, "left behind the handshake");
    if (output)
        (void)td_buf_addf(&text, "; %s", output);
    cli_say(s->args, "%s", td_buf_str(&text));
    td_buf_release(&text);
}

static void put_json(struct dialogue_session *s)
{
    struct td_json_writer w = td_json_writer(&s->out);

    td_json_object(&w, NULL);
    td_json_put_text(&w, "kind", "dialogue");
    td_json_put_u64(&w, "exchanges", s->exchanges.len);
    td_json_put_u64(&w, "asked", s->stats.exchanges);
    td_json_put_u64(&w, "failed", s->stats.failed);
    td_json_put_u64(&w, "late", s->stats.late);
    td_json_put_u64(&w, "messages_unsaid", s->stats.unsaid);
    td_json_put_u64(&w, "polls_left_out", s->stats.polls);
    td_json_put_u64(&w, "left_behind_handshake", s->stats.framed);
    td_json_object_end(&w);
    (void)td_json_line(&w);
}

/* Whether there is anything to compare. */
static enum td_code check_reached(const struct dialogue_session *s,
                                  struct td_error *err)
{
    if (s->stopped)
        return td_error_set(err, TD_CANCELLED, "", 0,
                            "ended by a signal before all was said");
    if (s->stats.unreached && s->stats.unreached == s->stats.exchanges)
        return td_error_set(err, TD_IO, "--to", 0,
                            "the server was not reached");
    return TD_OK;
}

static enum td_code compare(struct dialogue_session *s, struct td_error *err)
{
    struct cli_comparison_options how = {
        .paths = {cli_operand(s->args, 0), path_of(s)},
        .answers = true,
        .shown = DIFF_DETAILS};
    enum td_code code = cli_replay_masks(&s->of.masks, s->args, err);

    if (!code)
        code = cli_compare(&s->of, &how, err);
    if (code)
        return code;
    s->page = (struct cli_diff_page){.diff = s->of.diff,
                                     .fetch = s->of.fetch,
                                     .trees = s->of.trees,
                                     .out = &s->out,
                                     .verbose = cli_verbose(s->args),
                                     .color = cli_color(s->args, 1)};
    if (cli_json(s->args)) {
        cli_diff_json(&s->page);
        put_json(s);
    } else if (!cli_quiet(s->args)) {
        cli_diff_text(&s->page);
    }
    code = cli_print(&s->out, err);
    return code ? code : cli_diff_reports(s->args, &s->page, err);
}

static enum td_code judge(const struct dialogue_session *s,
                          struct td_error *err)
{
    const struct play_dialogue_stats *stats = &s->stats;
    uint32_t differ = s->of.diff->findings_len + s->of.diff->timing.broken;

    if (differ)
        return td_error_set(err, TD_FAILED, "", 0,
                            "the server says something else than on the "
                            "tape: %" PRIu32 " difference%s",
                            differ, differ == 1 ? "" : "s");
    if (stats->failed || stats->late || stats->unsaid || stats->framed)
        return td_error_set(err, TD_FAILED, "", 0,
                            "not all could be said and heard");
    return cli_tape_verdict(cli_operand(s->args, 0), NULL, &s->exchanges.state,
                            err);
}

/* What was said now, held to a contract, where that is worse. */
static enum td_code hold(const struct dialogue_session *s, enum td_code code,
                         struct td_error *err)
{
    struct td_error why = {0};
    enum td_code verdict;

    if (!s->live)
        return code;
    verdict = cli_live_end(s->live, &why);
    if (!verdict)
        verdict = cli_live_vacuous(s->live, &why);
    return cli_check_worse(code, err, verdict, &why);
}

static enum td_code play_and_compare(struct dialogue_session *s,
                                     struct td_error *err)
{
    enum td_code code =
        play_exchanges_load(&s->exchanges, cli_operand(s->args, 0), err);

    if (!code)
        code = play(s, err);
    if (!code) {
        say_summary(s);
        code = check_reached(s, err);
    }
    if (!code)
        code = compare(s, err);
    if (!code)
        code = hold(s, judge(s, err), err);
    return code;
}

static enum td_code open_check(struct dialogue_session *s, struct td_error *err)
{
    const char *contract = cli_text(s->args, "expect");
    const struct cli_live_options how = {.check = &s->check,
                                         .args = s->args,
                                         .input = cli_text(s->args, "to"),
                                         .on_tape = true};
    enum td_code code = TD_OK;

    if (!contract &&
        (cli_typed(s->args, "fail-fast") || cli_typed(s->args, "max-findings")))
        return td_error_set(err, TD_USAGE, "", 0,
                            "--fail-fast and --max-findings need --expect");
    if (!contract)
        return TD_OK;
    code = cli_check_read(&s->check, s->args, NULL, contract, err);
    if (!code)
        s->live = cli_live_new(&how);
    return code;
}

static enum td_code read_all(struct dialogue_session *s, struct td_error *err)
{
    const struct cli_args *args = s->args;
    const char *output = cli_text(args, "output");
    enum td_code code = cli_replay_one_tape(args, "--dialogue", err);

    if (!code && output && !strcmp(output, "-"))
        code = td_error_set(err, TD_USAGE, "--output", 0,
                            "what was said now is read again to compare it, so "
                            "it must be a file");
    if (!code && output)
        code = cli_not_onto(output, cli_operand(args, 0), err);
    if (!code)
        code = cli_report_check(args, err);
    if (!code)
        code = open_check(s, err);
    if (!code)
        code =
            play_speed_parse(cli_text(args, "speed"), &s->how.pace.speed, err);
    if (!code)
        code = cli_dial_read(&s->dial, &s->client, args, err);
    s->how.headers = s->client.headers;
    s->how.auth = s->dial.auth.len ? td_buf_str(&s->dial.auth) : NULL;
    s->how.tls = s->client.tls;
    s->how.connect_ns = s->client.connect_ns;
    return code;
}

enum td_code cli_replay_dialogue(const struct cli_args *args,
                                 struct td_error *err)
{
    struct dialogue_session s = {.args = args};
    enum td_code code;

    s.how = (struct play_dialogue_options){
        .exchanges = &s.exchanges,
        .to = cli_text(args, "to"),
        .binds = cli_list(args, "bind"),
        .answer_ns = cli_number(args, "answer-timeout"),
        .max_message = cli_number(args, "max-message"),
        .tell = on_tell,
        .ctx = &s};
    s.how.pace.max_gap_ns = cli_number(args, "max-gap");
    code = read_all(&s, err);
    if (!code)
        code = play_and_compare(&s, err);
    remove_path(&s);
    cli_live_free(s.live);
    cli_check_release(&s.check);
    cli_comparison_release(&s.of);
    cli_dial_release(&s.dial);
    play_exchanges_release(&s.exchanges);
    td_buf_release(&s.out);
    return code;
}
