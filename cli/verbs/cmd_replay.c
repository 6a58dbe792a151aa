/* tapedeck replay: play tapes to any consumer at any speed. */
#include "cli/shared/listen.h"
#include "cli/shared/marks.h"
#include "cli/shared/tape_output.h"
#include "cli/verbs/replay_answer.h"
#include "cli/verbs/replay_dialogue.h"
#include "cli/verbs/replay_matching.h"
#include "cli/verbs/replay_options.h"
#include "cli/verbs/replay_page.h"
#include "cli/verbs/replay_stdio.h"
#include "core/fs.h"
#include "core/json.h"
#include "core/json_writer.h"
#include "replayer/dry_run.h"
#include "replayer/refusals.h"
#include "wire/net/signals.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define REFUSALS_SHOWN 5

struct session {
    const struct cli_args *args;
    struct cli_replay replay;
    struct play_run *run;
    bool judged;            /* what was sent back */
    unsigned refusals;      /* that were shown */
    struct cli_marks marks; /* that were set by a key */
};

static enum td_code on_listening(void *ctx, uint16_t port, struct td_error *err)
{
    struct session *s = ctx;

    return cli_say_listening(s->args, &s->replay.run.serve.server.bind,
                             cli_text(s->args, "serve"), port, err);
}

/* A page or a program that is kept out shows little of why. Strangers may ask
 * without end, so only the first are told of, and the summary has them all.
 */
static void on_refused(void *ctx, const char *address, int status,
                       const char *why)
{
    struct session *s = ctx;
    char with[24] = "";

    if (s->refusals == REFUSALS_SHOWN)
        return;
    if (status)
        (void)snprintf(with, sizeof(with), " with %d", status);
    cli_say(s->args, "refused %s%s: %s%s%s", address, with, why,
            status == 403 ? " (--origin admits more)" : "",
            ++s->refusals == REFUSALS_SHOWN
                ? "; further ones are counted at the end"
                : "");
}

/* Data to stdout, or to stderr where stdout is the replay. */
static enum td_code print(const struct session *s, struct td_buf *text,
                          bool talk, struct td_error *err)
{
    bool lines =
        s->replay.run.target == PLAY_TO_LINES && !cli_flag(s->args, "dry-run");
    int fd = talk || lines ? STDERR_FILENO : STDOUT_FILENO;

    return td_fs_write(fd, td_buf_bytes(text),
                       fd == STDOUT_FILENO ? "stdout" : "stderr", err);
}

/* Where no summary says it. */
static enum td_code say_damage(const struct play_source *source,
                               struct td_error *err)
{
    struct td_buf what = {0};

    (void)play_source_damage(source, &what);
    (void)td_error_set(err, TD_LOSSY, "the input is damaged", 0, "%s",
                       td_buf_str(&what));
    td_buf_release(&what);
    return TD_LOSSY;
}

static enum td_code dry_run(const struct session *s, struct td_error *err)
{
    const struct play_options *play = &s->replay.run.play;
    struct play_source *source = NULL;
    struct play_dry_run *run = NULL;
    struct td_buf text = {0};
    enum td_code code = play_source_open(&source, &s->replay.run.source, err);

    if (!code)
        code = play_dry_run(&run, source, &play->pace, play->passes,
                            play->loop_delay_ns, err);
    if (!code)
        code = cli_json(s->args) ? play_dry_run_json(run, &text)
                                 : play_dry_run_text(run, &text);
    if (!code)
        code = print(s, &text, false, err);
    if (!code && !play_dry_run_whole(run))
        code = TD_LOSSY;
    play_dry_run_free(run);
    play_source_close(source);
    td_buf_release(&text);
    return code;
}

static enum td_code print_summary(const struct session *s, struct td_error *err)
{
    const struct play_run *run = s->run;
    struct play_seen seen = play_source_seen(play_run_source(run));
    struct td_buf text = {0};
    enum td_code code = TD_OK;

    if (cli_json(s->args)) {
        struct td_json_writer w = td_json_writer(&text);

        td_json_object(&w, NULL);
        play_summary_json(run, &w);
        if (s->judged)
            cli_expect_json(s->replay.expect, &w, "verdicts");
        td_json_object_end(&w);
        (void)td_json_line(&w);
        code = print(s, &text, false, err);
    } else if (!cli_quiet(s->args)) {
        (void)play_summary_text(run, &text);
        code = print(s, &text, true, err);
    }
    td_buf_release(&text);
    if (seen.read && !seen.taken)
        cli_say(s->args,
                "none of %" PRIu64 " events was selected; see --dir, --event",
                seen.read);
    return code;
}

static bool has_begun(const struct session *s)
{
    return play_player_stats(play_run_player(s->run))->events > 0;
}

/* What a loss was, where no summary says it. */
static enum td_code say_loss(const struct session *s, struct td_error *err)
{
    const struct play_serve *serve = play_run_serve(s->run);
    const struct play_source *source = play_run_source(s->run);
    struct td_buf what = {0};
    bool damaged = play_source_damage(source, &what);

    td_buf_release(&what);
    if (damaged)
        return say_damage(source, err);
    if (play_run_unfit(s->run))
        return td_error_set(err, TD_LOSSY, NULL, 0,
                            "%" PRIu64 " could not be sent, the first: %s",
                            play_run_unfit(s->run), play_run_unfit_why(s->run));
    return td_error_set(err, TD_LOSSY, NULL, 0, "%" PRIu64 " events were lost",
                        serve ? play_serve_lost(serve) : 0);
}

/* Nobody came, but some were not let in. */
static bool has_refused(const struct session *s)
{
    const struct play_serve *serve = play_run_serve(s->run);

    return serve && play_serve_refusals(serve)->count > 0;
}

/* The verdict on what was sent back. What ended a replay early is in it. */
static enum td_code judge(struct session *s, enum td_code code,
                          struct td_error *err)
{
    struct td_error why = {.code = TD_OK};
    enum td_code verdict;

    if (!s->replay.expect || (code && code != TD_FAILED && !has_begun(s)))
        return code;
    s->judged = true;
    verdict = cli_expect_end(s->replay.expect, &why);
    return cli_check_worse(code == TD_FAILED ? TD_OK : code, err, verdict,
                           &why);
}

/* --require-events, --require-all: what the summary only says is a status. */
static enum td_code check_required(const struct session *s, enum td_code code,
                                   struct td_error *err)
{
    const struct play_serve *serve = play_run_serve(s->run);
    struct td_error why = {.code = TD_OK};
    enum td_code failed = TD_OK;

    if (cli_flag(s->args, "require-events") &&
        !play_source_seen(play_run_source(s->run)).taken)
        failed = td_error_set(&why, TD_FAILED, "--require-events", 0,
                              "no event was selected");
    else if (cli_flag(s->args, "require-all") && !play_serve_joined(serve))
        failed = td_error_set(&why, TD_FAILED, "--require-all", 0,
                              "no consumer came");
    else if (cli_flag(s->args, "require-all") &&
             (play_serve_lost(serve) || play_serve_missed(serve)))
        failed = td_error_set(&why, TD_FAILED, "--require-all", 0,
                              "of %" PRIu64 " consumers not all got "
                              "everything: %" PRIu64 " events lost, %" PRIu64
                              " missed",
                              play_serve_joined(serve), play_serve_lost(serve),
                              play_serve_missed(serve));
    return failed ? cli_check_worse(code, err, failed, &why) : code;
}

static enum td_code check_lateness(const struct session *s, enum td_code code,
                                   struct td_error *err)
{
    const struct play_stats *stats = play_player_stats(play_run_player(s->run));
    struct td_buf late = {0};

    if (stats->lateness.max_ns > s->replay.max_late_ns) {
        struct td_error why = {.code = TD_OK};
        enum td_code missed;

        (void)td_duration_format(&late, stats->lateness.max_ns);
        missed =
            td_error_set(&why, TD_LATE, "--max-lateness", 0,
                         "the latest event was %s late", td_buf_str(&late));
        code = cli_check_worse(code, err, missed, &why);
    }
    td_buf_release(&late);
    return code;
}

static void on_end_signal(void *ctx, unsigned times)
{
    struct session *s = ctx;

    (void)times;
    play_run_quit(s->run);
}

/* The tape is read until then, so it is written behind the end. */
static void on_mark(void *ctx, uint64_t at_ns, uint64_t dated_ns)
{
    struct session *s = ctx;

    cli_marks_add(&s->marks, s->args, dated_ns, at_ns);
}

/* One tape, and a file: what else could have a marker put into it? */
static bool may_mark(const struct session *s)
{
    struct stat st;

    return cli_operands(s->args) >= 1 && s->replay.run.source.paths[0] &&
           !s->replay.run.source.paths[1] &&
           stat(s->replay.run.source.paths[0], &st) == 0 && S_ISREG(st.st_mode);
}

/* An error of the replay stands before one of its markers. */
static enum td_code write_marks(struct session *s, enum td_code code,
                                struct td_error *err)
{
    struct td_error why = {.code = TD_OK};
    enum td_code wrote = cli_marks_write(&s->marks, s->args,
                                         s->replay.run.source.paths[0], &why);

    if (wrote && code)
        cli_say(s->args, "the markers were not written: %s", why.text);
    if (!wrote || code)
        return code;
    *err = why;
    return wrote;
}

static void on_pause_signal(void *ctx)
{
    struct session *s = ctx;
    struct play_player *player = play_run_player(s->run);

    play_player_pause(player, !play_player_view(player).paused);
}

static enum td_code play(struct session *s, struct wire_net *net,
                         struct td_error *err)
{
    struct td_error other = {.code = TD_OK};
    enum td_code printed = TD_OK;
    enum td_code code =
        play_run_open(&s->run, net, td_clock_real(), &s->replay.run, err);

    if (code)
        return code;
    code = play_run_loop(s->run, err);
    code = judge(s, code, err);
    /* An error before the first event has said all there is to say. */
    if (!code || code == TD_LOSSY || s->judged || cli_json(s->args) ||
        has_begun(s) || has_refused(s))
        printed = print_summary(s, &other);
    if (!code && printed) {
        code = printed;
        *err = other;
    }
    if (code == TD_LOSSY && cli_quiet(s->args) && !cli_json(s->args))
        code = say_loss(s, err);
    code = check_lateness(s, code, err);
    code = check_required(s, code, err);
    play_run_free(s->run);
    return write_marks(s, code, err);
}

/* Signals are heard from before the port is open; they are told by the loop,
 * when there is a run.
 */
static enum td_code play_with_signals(struct session *s, struct wire_net *net,
                                      struct td_error *err)
{
    const struct wire_signals signals = {
        .end = on_end_signal, .usr1 = on_pause_signal, .ctx = s};
    enum td_code code = wire_signals_open(net, &signals, err);

    if (!code)
        code = play(s, net, err);
    wire_signals_close();
    return code;
}

static enum td_code run_session(struct session *s, struct td_error *err)
{
    struct wire_net *net = NULL;
    enum td_code code = wire_lws_open(&net, td_clock_real(), err);

    if (code)
        return code;
    s->replay.run.source.stop = wire_signals_ended();
    s->replay.run.source.wait = wire_signals_wait;
    s->replay.run.listening = on_listening;
    s->replay.run.refused = on_refused;
    s->replay.run.page = cli_replay_page;
    s->replay.run.mark = may_mark(s) ? on_mark : NULL;
    s->replay.run.ctx = s;
    code = play_with_signals(s, net, err);
    wire_net_close(net);
    return code;
}

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    struct session s = {.args = args};
    const char *ready = cli_text(args, "ready-file");
    enum td_code code;

    /* The last "-" may be where it goes; the tape comes first. */
    cli_say_waiting(args, cli_operand(args, 0), CLI_A_TAPE);
    code = cli_replay_mode_check(args, err);
    if (code || cli_flag(args, "stdio"))
        return code ? code : cli_replay_stdio(args, err);
    if (cli_typed(args, "answer"))
        return cli_replay_answer(args, err);
    if (cli_flag(args, "dialogue"))
        return cli_replay_dialogue(args, err);
    code = cli_replay_read(&s.replay, args, err);
    for (int i = 0; ready && !code && i < cli_operands(args); i++)
        code = cli_not_onto(ready, cli_operand(args, i), err);
    if (!code)
        code =
            cli_flag(args, "dry-run") ? dry_run(&s, err) : run_session(&s, err);
    cli_replay_release(&s.replay);
    return code;
}

const struct cli_command cli_cmd_replay = {
    .name = "replay",
    .summary = "Play tapes to any consumer at a chosen speed.",
    .usage = "TAPE... (--serve HOST:PORT | --to URL [--dialogue] | --answer "
             "HOST:PORT [-- COMMAND...] | "
             "--stdio | -)",
    .details =
        "Plays what the recorded system sent (--dir out), in its order and at "
        "its times. Several tapes share one timeline by the wall clock of "
        "their starts. The first event is due at once.\n"
        "\n"
        "With --stdio it is the program of a talk that record --stdio has "
        "recorded: a request of the client is looked for on the tape by method "
        "and params, and answered as it was, with the client's id "
        "(docs/conversations.md).\n"
        "\n"
        "With --answer it is the server of exchanges that record --listen has "
        "recorded: over HTTP, event streams, WebSocket and Socket.IO, with "
        "their times and failures. A request is looked for by method, path, "
        "query and "
        "body; what is not on the tape is answered with 501, and the exit "
        "status is 1. With -- COMMAND it answers as long as that runs, and "
        "standard output is the command's: what came of it, also with --json, "
        "is on standard error. With --mode another server is asked for what is "
        "not on the tape.\n"
        "\n"
        "With --to URL --dialogue it is the client of such exchanges: what the "
        "client said is said again, what came before that is waited for, and "
        "what the server says is compared with the tape as by diff (--masks, "
        "--ignore); the exit status is 1 where it differs.\n"
        "\n"
        "On a terminal: space pauses, . plays one event, up and down change "
        "the speed by a tenth, left and right seek by 5 s, m sets a marker "
        "on the one tape that is played, when the replay has ended, q quits. "
        "SIGUSR1 pauses and goes on, too.",
    .examples =
        "tapedeck replay run.tape.gz --serve :8080  # wait for a consumer, "
        "play\n"
        "tapedeck replay run.tape.gz --speed max - | jq .  # payloads as "
        "NDJSON\n"
        "tapedeck replay run.tape.gz --serve :0 --wait-clients 2 --speed 10\n"
        "tapedeck replay chat.tape.gz --answer :0 --env OPENAI_BASE_URL=/v1 "
        "-- npm test  # offline\n"
        "tapedeck replay chat.tape.gz --answer :0 --fault 'status=429 "
        "retry-after=1 p=0.2'\n"
        "tapedeck replay chat.tape.gz --to http://localhost:3000 --dialogue\n"
        "tapedeck replay run.tape.gz --serve :0 --fault 'drop p=0.1' --seed 7\n"
        "tapedeck replay mcp.tape.gz --stdio  # the recorded server\n"
        "tapedeck replay run.tape.gz --dry-run  # how long, and what is odd",
    .options = cli_replay_options,
    .min_operands = 1,
    .max_operands = -1,
    .takes_command = true,
    .run = run,
};
