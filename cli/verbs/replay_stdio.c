#include "cli/verbs/replay_stdio.h"

#include "cli/options/args.h"
#include "cli/options/exit_status.h"
#include "cli/shared/check_options.h"
#include "cli/shared/tape_output.h"
#include "cli/verbs/replay_faults.h"
#include "cli/verbs/replay_matching.h"
#include "replayer/answer/stdio.h"
#include "wire/net/signals.h"

#include <string.h>
#include <unistd.h>

struct talk_session {
    const struct cli_args *args;
    struct wire_net *net;
    struct play_talk talk;
    struct diff_masks masks;
    struct play_stdio_options how;
    struct play_stdio *stdio;
    bool stopped; /* by a signal */
};

/* ---- the command line ---- */

static enum td_code check_operands(const struct cli_args *args,
                                   struct td_error *err)
{
    if (cli_replay_one_tape(args, "--stdio", err) == TD_OK)
        return TD_OK;
    return td_error_hint(err, "standard input and output are the client's");
}

static enum wire_framing framing_of(const struct cli_args *args)
{
    const char *word = cli_text(args, "framing");

    return !strcmp(word, "lines")     ? WIRE_FRAMING_LINES
           : !strcmp(word, "headers") ? WIRE_FRAMING_HEADERS
                                      : WIRE_FRAMING_AUTO;
}

/* ---- while it runs ---- */

static void on_done(void *ctx)
{
    struct talk_session *s = ctx;

    wire_stop(s->net);
}

static void on_end_signal(void *ctx, unsigned times)
{
    struct talk_session *s = ctx;

    (void)times;
    s->stopped = true;
    wire_stop(s->net);
}

static enum td_code judge(struct talk_session *s, uint32_t unused,
                          struct td_error *err)
{
    struct play_stdio_stats stats = play_stdio_stats(s->stdio);
    struct td_error damage = {0};
    enum td_code code = cli_tape_verdict(cli_operand(s->args, 0), NULL,
                                         &s->talk.state, &damage);

    if (code)
        *err = damage;
    if (stats.unknown || stats.bad)
        return td_error_set(err, TD_FAILED, "", 0,
                            "the client asked what is not on the tape");
    if (cli_flag(s->args, "strict") && unused)
        return td_error_set(err, TD_FAILED, "--strict", 0,
                            "exchanges were not asked for");
    if (cli_flag(s->args, "strict") && stats.notes)
        return td_error_set(err, TD_FAILED, "--strict", 0,
                            "notifications are not on the tape");
    if (!code && stats.program_ended)
        cli_exit_as(s->talk.end_status);
    return code;
}

static enum td_code put_json(const struct talk_session *s, struct td_error *err)
{
    struct td_buf line = {0};
    struct td_json_writer w = td_json_writer(&line);
    enum td_code code;

    td_json_object(&w, NULL);
    play_stdio_json(s->stdio, &w);
    if (s->how.faults)
        play_fault_rules_json(s->how.faults, &w, "faults");
    td_json_object_end(&w);
    (void)td_json_line(&w);
    code = cli_replay_json(&line, true, err);
    td_buf_release(&line);
    return code;
}

static enum td_code play(struct talk_session *s, struct td_error *err)
{
    const struct wire_signals signals = {.end = on_end_signal, .ctx = s};
    struct td_buf text = {0};
    uint32_t unused;
    enum td_code code = wire_signals_open(s->net, &signals, err);

    if (!code)
        code = play_stdio_open(&s->stdio, s->net, &s->how, err);
    if (code)
        return code;
    code = wire_run(s->net, err);
    cli_replay_say_faults(s->args, s->how.faults);
    unused = play_stdio_summary(s->stdio, &text);
    cli_say(s->args, "%s", td_buf_str(&text));
    if (!code && cli_json(s->args))
        code = put_json(s, err);
    if (!code)
        code = judge(s, unused, err);
    play_stdio_close(s->stdio, s->stopped);
    td_buf_release(&text);
    return code;
}

static enum td_code open_and_play(struct talk_session *s, struct td_error *err)
{
    enum td_code code = play_talk_load(&s->talk, cli_operand(s->args, 0), err);

    if (!code)
        code = cli_replay_masks(&s->masks, s->args, err);
    if (!code)
        code = wire_lws_open(&s->net, td_clock_real(), err);
    if (!code)
        code = play(s, err);
    wire_signals_close();
    wire_net_close(s->net);
    diff_masks_release(&s->masks);
    play_talk_release(&s->talk);
    return code;
}

enum td_code cli_replay_stdio(const struct cli_args *args, struct td_error *err)
{
    struct talk_session s = {.args = args};
    enum td_code code = check_operands(args, err);

    s.how = (struct play_stdio_options){.talk = &s.talk,
                                        .masks = &s.masks,
                                        .framing = framing_of(args),
                                        .max_message =
                                            cli_number(args, "max-message"),
                                        .repeat = cli_flag(args, "repeat"),
                                        .in = STDIN_FILENO,
                                        .out = STDOUT_FILENO,
                                        .missed = cli_replay_missed,
                                        .done = on_done,
                                        .ctx = &s};
    s.how.pace.max_gap_ns = cli_number(args, "max-gap");
    if (!code)
        code =
            play_speed_parse(cli_text(args, "speed"), &s.how.pace.speed, err);
    if (!code)
        code = cli_replay_faults(&s.how.faults, args, err);
    if (!code)
        code = open_and_play(&s, err);
    play_fault_rules_free(s.how.faults);
    return code;
}
