#include "cli/verbs/run_loop.h"

#include "cli/verbs/run_show.h"
#include "core/fs.h"
#include "validator/verdict/sum.h"
#include "wire/net/signals.h"

#include <string.h>
#include <unistd.h>

struct loop {
    const struct cli_args *args;
    struct wire_net *net;
    struct run_exec *x;
    struct run_show *show;
    struct td_error why; /* it could not go on */
};

const char *cli_run_program(void)
{
    static char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

    path[n > 0 ? n : 0] = '\0';
    return *path ? path : NULL;
}

struct run_options cli_run_settings(const struct cli_args *args)
{
    return (struct run_options){
        .state = cli_text(args, "state"),
        .own_workers = (uint32_t)cli_number(args, "workers"),
        .no_fsync = !strcmp(cli_text(args, "fsync"), "never"),
        .providers = cli_text(args, "providers"),
        .answers = cli_text(args, "answers"),
        .no_validate = cli_flag(args, "no-validate"),
        .tapedeck = cli_run_program(),
    };
}

static void on_news(void *ctx, const struct run_news *news)
{
    struct loop *loop = ctx;

    cli_run_show_news(loop->show, news);
}

static void on_alive(void *ctx, uint32_t task, double share)
{
    struct loop *loop = ctx;

    cli_run_show_alive(loop->show, task, share);
}

static void on_gate(void *ctx, const struct run_gate *gate)
{
    struct loop *loop = ctx;

    cli_run_show_gate(loop->show, gate);
}

/* --json: what consoles hear, a line each. */
static void on_line(void *ctx, const struct td_event *ev)
{
    struct loop *loop = ctx;
    struct td_buf line = {0};
    struct td_error err;

    if (!td_event_is_plain(ev))
        return;
    (void)td_buf_add_bytes(&line, ev->payload);
    (void)td_buf_add_byte(&line, '\n');
    if (td_fs_write(STDOUT_FILENO, td_buf_bytes(&line), "stdout", &err) &&
        !loop->why.code)
        loop->why = err;
    td_buf_release(&line);
}

static void on_finished(void *ctx, const struct td_error *why)
{
    struct loop *loop = ctx;

    if (why->code)
        loop->why = *why;
    wire_stop(loop->net);
}

static void on_signal(void *ctx, unsigned times)
{
    struct loop *loop = ctx;

    if (!loop->x)
        return;
    if (times > 1) {
        run_kill(loop->x);
        return;
    }
    cli_run_show_step_aside(loop->show);
    cli_say(loop->args, "ends what runs; once more kills it");
    run_cancel(loop->x, RUN_GRACE, "user");
}

/* One that was paused when it was cut short is told to go on, too. */
static enum td_code go(struct loop *loop, bool resumed, struct td_error *err)
{
    const struct run_events events = {
        .news = on_news,
        .gate = on_gate,
        .alive = on_alive,
        .line = cli_json(loop->args) ? on_line : NULL,
        .finished = on_finished,
    };
    enum td_code code = run_go(loop->x, &events, loop, err);

    if (!code && resumed)
        run_pause(loop->x, false, "user");
    return code ? code : wire_run(loop->net, err);
}

/* Tasks that were cancelled and that the execution was to have. */
static uint32_t count_missed(const struct run_exec *x)
{
    const struct plan *plan = run_plan(x);
    uint32_t count = 0;

    for (uint32_t i = 0; i < plan->task_count; i++)
        count += sched_task(run_sched(x), i)->state == SCHED_CANCELLED &&
                 !plan->tasks[i].soft_fail;
    return count;
}

/* Which tasks ended so, if there are not many. */
static void add_ended(struct td_buf *out, const struct run_exec *x,
                      enum sched_state state)
{
    const struct plan *plan = run_plan(x);
    const char *comma = ": ";
    unsigned shown = 0;

    for (uint32_t i = 0; i < plan->task_count && shown < 4; i++) {
        if (sched_task(run_sched(x), i)->state != state)
            continue;
        (void)td_buf_addf(out, "%s%s", comma,
                          shown == 3 ? "..." : plan->tasks[i].id);
        comma = ", ";
        shown++;
    }
}

/* All tasks ended well, but not all gates. */
static enum td_code not_valid(const struct run_exec *x, enum td_code code,
                              struct td_error *err)
{
    struct td_buf sum = {0};

    if (run_verdict(x))
        verdict_add_sum_named(&sum, run_verdict(x));
    else
        (void)td_buf_add_text(&sum, "not all gates passed");
    (void)td_error_set(err, code, run_id(x), 0, "%.200s", td_buf_str(&sum));
    td_buf_release(&sum);
    return td_error_hint(err, "see tapedeck report %s/verdict.json",
                         run_folder(x));
}

static enum td_code judge(const struct run_exec *x, struct td_error *err)
{
    const struct sched_counts *counts = sched_counts(run_sched(x));
    enum td_code code = td_code_of_status(run_exit_status(x));
    struct td_buf names = {0};
    uint32_t missed = count_missed(x);

    if (code == TD_OK)
        return TD_OK;
    if (code == TD_CANCELLED)
        return td_error_set(err, code, run_id(x), 0, "cancelled");
    if (counts->failed == counts->soft && counts->skipped == 0 && missed == 0)
        return not_valid(x, code, err);
    if (counts->failed == 0 && missed == 0)
        return td_error_set(err, code, run_id(x), 0, "%u task%s did not run",
                            counts->skipped, counts->skipped == 1 ? "" : "s");
    add_ended(&names, x, counts->failed ? SCHED_FAILED : SCHED_CANCELLED);
    (void)td_error_set(
        err, code, run_id(x), 0, "%u of %u tasks %s%s",
        counts->failed ? counts->failed : missed, run_plan(x)->task_count,
        counts->failed ? "failed" : "cancelled", td_buf_str(&names));
    td_buf_release(&names);
    return code;
}

/* Nobody may have seen how it went. */
static enum td_code judge_shown(const struct loop *loop, struct td_error *err)
{
    enum td_code code = judge(loop->x, err);
    struct td_error why;

    if (code == TD_CANCELLED || !cli_run_show_unseen(loop->show, &why))
        return code;
    if (code)
        cli_complain(err);
    *err = why;
    return err->code;
}

static enum td_code run_all(struct loop *loop, bool resumed,
                            struct td_error *err)
{
    struct td_error end;
    enum td_code code;

    loop->show = cli_run_show_new(loop->args, loop->net, loop->x, resumed);
    code = go(loop, resumed, err);
    if (!code && loop->why.code) {
        *err = loop->why;
        code = err->code;
    }
    if (!code) {
        cli_run_show_end(loop->show);
        code = judge_shown(loop, err);
    }
    cli_run_show_free(loop->show);
    if (run_close(loop->x, &end) && !code) {
        *err = end;
        code = end.code;
    }
    return code;
}

enum td_code cli_run(const struct cli_args *args, cli_run_open_fn *open,
                     void *ctx, bool resumed, struct td_error *err)
{
    struct loop loop = {.args = args};
    const struct wire_signals signals = {.end = on_signal, .ctx = &loop};
    enum td_code code = wire_lws_open(&loop.net, td_clock_real(), err);

    if (code)
        return code;
    code = wire_signals_open(loop.net, &signals, err);
    if (!code)
        code = open(ctx, loop.net, &loop.x, err);
    if (!code)
        code = run_all(&loop, resumed, err);
    wire_signals_close();
    wire_net_close(loop.net);
    return code;
}

struct again {
    const struct cli_args *args;
    const struct cli_run_again *of;
};

static enum td_code open_again(void *ctx, struct wire_net *net,
                               struct run_exec **out, struct td_error *err)
{
    const struct again *again = ctx;
    const struct cli_args *args = again->args;

    return again->of->open(out, net, cli_operand(args, 0),
                           cli_text(args, "workspace"), &again->of->how, err);
}

enum td_code cli_run_again(const struct cli_args *args,
                           const struct cli_run_again *again,
                           struct td_error *err)
{
    struct again ctx = {args, again};

    return cli_run(args, open_again, &ctx, again->resumed, err);
}
