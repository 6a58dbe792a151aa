#include "cli/verbs/run_loop.h"

#include "cli/verbs/run_show.h"
#include "core/fs.h"
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

struct run_options cli_run_settings(const struct cli_args *args)
{
    return (struct run_options){
        .state = cli_text(args, "state"),
        .workers = (uint32_t)cli_number(args, "workers"),
        .no_fsync = !strcmp(cli_text(args, "fsync"), "never"),
        .providers = cli_text(args, "providers"),
        .answers = cli_text(args, "answers"),
    };
}

static void on_news(void *ctx, const struct run_news *news)
{
    struct loop *loop = ctx;

    run_show_news(loop->show, news);
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
    cli_say(loop->args, "ends what runs; once more kills it");
    run_cancel(loop->x, "user");
}

static enum td_code go(struct loop *loop, struct td_error *err)
{
    const struct run_events events = {
        .news = on_news,
        .line = cli_json(loop->args) ? on_line : NULL,
        .finished = on_finished,
    };
    enum td_code code = run_go(loop->x, &events, loop, err);

    return code ? code : wire_run(loop->net, err);
}

/* Which tasks, if there are not many. */
static void add_failed(struct td_buf *out, const struct run_exec *x)
{
    const struct plan *plan = run_plan(x);
    const char *comma = ": ";
    unsigned shown = 0;

    for (uint32_t i = 0; i < plan->task_count && shown < 4; i++) {
        if (sched_task(run_sched(x), i)->state != SCHED_FAILED)
            continue;
        (void)td_buf_addf(out, "%s%s", comma,
                          shown == 3 ? "..." : plan->tasks[i].id);
        comma = ", ";
        shown++;
    }
}

static enum td_code judge(const struct run_exec *x, struct td_error *err)
{
    const struct sched_counts *counts = sched_counts(run_sched(x));
    int status = run_exit_status(x);
    enum td_code code = status == 130 ? TD_CANCELLED
                        : status == 5 ? TD_TIMEOUT
                        : status == 4 ? TD_IO
                                      : TD_FAILED;
    struct td_buf failed = {0};

    if (status == 0)
        return TD_OK;
    if (code == TD_CANCELLED)
        return td_error_set(err, code, run_id(x), 0, "cancelled");
    if (counts->failed == 0)
        return td_error_set(err, code, run_id(x), 0, "%u tasks did not run",
                            counts->skipped);
    add_failed(&failed, x);
    (void)td_error_set(err, code, run_id(x), 0, "%u of %u tasks failed%s",
                       counts->failed, run_plan(x)->task_count,
                       td_buf_str(&failed));
    td_buf_release(&failed);
    return code;
}

static enum td_code run_all(struct loop *loop, bool resumed,
                            struct td_error *err)
{
    struct td_error end;
    enum td_code code;

    loop->show = run_show_new(loop->args, loop->x, resumed);
    code = go(loop, err);
    if (!code && loop->why.code) {
        *err = loop->why;
        code = err->code;
    }
    if (!code) {
        run_show_end(loop->show);
        code = judge(loop->x, err);
    }
    run_show_free(loop->show);
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
    const struct cli_signals signals = {.end = on_signal, .ctx = &loop};
    enum td_code code = wire_lws_open(&loop.net, td_clock_real(), err);

    if (code)
        return code;
    code = cli_signals_open(loop.net, &signals, err);
    if (!code)
        code = open(ctx, loop.net, &loop.x, err);
    if (!code)
        code = run_all(&loop, resumed, err);
    cli_signals_close();
    wire_net_close(loop.net);
    return code;
}
