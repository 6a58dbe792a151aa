/* The executions of a state folder: found, begun, gone on with, watched. */
#include "orchestrator/serve/serve_internal.h"

#include "core/mem.h"
#include "orchestrator/journal/fold.h"
#include "orchestrator/serve/history.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct serve_exec *add(struct serve *serve, const char *id)
{
    struct serve_exec *exec = td_calloc(1, sizeof(*exec));

    exec->serve = serve;
    (void)snprintf(exec->id, sizeof(exec->id), "%s", id);
    exec->journal = run_journal_of(serve->state, id);
    serve->execs = td_realloc(serve->execs,
                              (serve->exec_count + 1) * sizeof(*serve->execs));
    serve->execs[serve->exec_count++] = exec;
    return exec;
}

struct serve_exec *serve_exec_find(const struct serve *serve,
                                   struct td_bytes id)
{
    for (size_t i = serve->exec_count; i > 0; i--)
        if (td_bytes_is(id, serve->execs[i - 1]->id))
            return serve->execs[i - 1];
    return NULL;
}

static void say(const struct serve_exec *exec, const char *fmt, ...)
    TD_PRINTF(2, 3);

static void say(const struct serve_exec *exec, const char *fmt, ...)
{
    char text[256];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    exec->serve->events.said(exec->serve->ctx, text);
}

/* ---- what runs ---- */

static void on_news(void *ctx, const struct run_news *news)
{
    struct serve_exec *exec = ctx;
    struct serve *serve = exec->serve;

    serve->tasks[0] += news->event->what == SCHED_DONE;
    serve->tasks[1] += news->event->what == SCHED_CACHED_NOW;
    serve->tasks[2] += news->event->what == SCHED_FAIL;
    serve->tasks[3] +=
        news->event->what == SCHED_SKIP || news->event->what == SCHED_DROP;
    serve->retries += news->event->what == SCHED_WAIT;
}

/* Committed: it is in the history. */
static void on_line(void *ctx, const struct td_event *ev)
{
    struct serve_exec *exec = ctx;

    if (!td_event_is_plain(ev))
        return;
    exec->last_seq = ev->seq;
    play_hub_put(exec->hub, ev);
}

/* From inside of the run: it is closed in a turn of its own. */
static void on_finished(void *ctx, const struct td_error *why)
{
    struct serve_exec *exec = ctx;
    struct serve *serve = exec->serve;

    if (why->code) {
        say(exec, "%s cannot go on: %s: %s", exec->id, why->where, why->text);
    } else {
        (void)snprintf(exec->status, sizeof(exec->status), "%s",
                       run_status(exec->run));
        exec->finished = true;
        serve->ended[!strcmp(exec->status, "completed") ? 0
                     : !strcmp(exec->status, "failed")  ? 1
                                                        : 2]++;
        say(exec, "%s ended: %s", exec->id, exec->status);
    }
    exec->over = true;
    wire_timer_set(serve->net, &serve->sweep, wire_now(serve->net));
}

static struct play_hub *hub_of(struct serve_exec *exec)
{
    static const struct play_hub_events none = {.level = NULL};
    struct play_hub_options options = {.history = serve_history(exec->journal),
                                       .group = exec->id};

    if (!exec->hub) {
        exec->hub = play_hub_new(exec->serve->net, exec->serve->server,
                                 &options, &none, exec);
        play_hub_begin_after(exec->hub, exec->last_seq);
    }
    return exec->hub;
}

static enum td_code go(struct serve_exec *exec, struct run_exec *run,
                       struct td_error *err)
{
    static const struct run_events events = {
        .news = on_news, .line = on_line, .finished = on_finished};
    struct td_error ignored;

    exec->last_seq = run_seq(run);
    (void)hub_of(exec);
    if (run_go(run, &events, exec, err)) {
        (void)run_close(run, &ignored);
        return err->code;
    }
    exec->run = run;
    exec->over = false;
    exec->serve->running++;
    return TD_OK;
}

enum td_code serve_exec_start(struct serve *serve, struct plan *plan,
                              const char *session, struct serve_exec **out,
                              struct td_error *err)
{
    struct run_exec *run;
    struct serve_exec *exec;

    if (serve->draining || serve->running >= SERVE_RUNNING ||
        serve->exec_count >= SERVE_EXECUTIONS) {
        plan_release(plan);
        return td_error_set(err, TD_LIMIT, "", 0,
                            serve->draining ? "the server is about to end"
                                            : "too many executions run");
    }
    if (run_create(&run, serve->net, plan, serve->options.root,
                   &serve->options.run, err))
        return err->code;
    exec = add(serve, run_id(run));
    (void)snprintf(exec->session, sizeof(exec->session), "%s", session);
    *out = exec;
    say(exec, "%s %s: %u tasks", exec->id, run_plan(run)->name,
        run_plan(run)->task_count);
    return go(exec, run, err);
}

enum td_code serve_exec_resume(struct serve_exec *exec, struct td_error *err)
{
    struct serve *serve = exec->serve;
    struct run_exec *run;

    if (exec->run || exec->finished)
        return td_error_set(err, TD_USAGE, exec->id, 0,
                            exec->run ? "it runs" : "it has ended");
    if (run_resume(&run, serve->net, exec->id, serve->options.root,
                   &serve->options.run, err))
        return err->code;
    say(exec, "%s goes on", exec->id);
    return go(exec, run, err);
}

/* ---- consoles ---- */

enum td_code serve_exec_watch(struct serve_exec *exec, struct wire_peer *peer,
                              uint64_t from, struct td_error *err)
{
    return play_hub_catch_up(hub_of(exec), peer, from, err);
}

static void put_counts(const struct serve_exec *exec, struct td_json_writer *w)
{
    const struct sched_counts *counts = sched_counts(run_sched(exec->run));

    td_json_put_text(w, "plan", run_plan(exec->run)->name);
    td_json_put_u64(w, "total_tasks", run_plan(exec->run)->task_count);
    td_json_put_u64(w, "completed_tasks", counts->completed);
    td_json_put_u64(w, "failed_tasks", counts->failed);
    td_json_put_u64(w, "skipped_tasks", counts->skipped + counts->cancelled);
    td_json_put_u64(w, "running_tasks", counts->running);
    td_json_put_u64(w, "current_wave", counts->wave);
    td_json_put_u64(w, "tokens_used", counts->tokens);
    if (counts->cost_usd >= 0)
        td_json_put_fixed(w, "cost_usd", counts->cost_usd, 6);
    td_json_put_bool(w, "paused", counts->paused);
}

void serve_exec_json(const struct serve_exec *exec, struct td_json_writer *w,
                     const char *key)
{
    td_json_object(w, key);
    td_json_put_text(w, "execution_id", exec->id);
    td_json_put_text(w, "state",
                     exec->run        ? "running"
                     : exec->finished ? "ended"
                                      : "suspended");
    if (exec->finished && *exec->status)
        td_json_put_text(w, "status", exec->status);
    td_json_put_u64(w, "seq", exec->last_seq);
    if (exec->run)
        put_counts(exec, w);
    td_json_object_end(w);
}

/* ---- what is there ---- */

static enum td_code no_created(void *ctx, struct td_bytes plan,
                               struct td_bytes options, struct td_error *err)
{
    (void)ctx;
    (void)plan;
    (void)options;
    (void)err;
    return TD_OK;
}

static enum td_code no_event(void *ctx, const struct sched_event *ev,
                             struct td_error *err)
{
    (void)ctx;
    (void)ev;
    (void)err;
    return TD_OK;
}

static enum td_code take_status(void *ctx, const struct journal_said *said,
                                struct td_error *err)
{
    struct serve_exec *exec = ctx;
    struct td_bytes status = serve_text(said->doc, said->data, "status");

    (void)err;
    if (td_bytes_is(said->type, "execution_completed")) {
        exec->finished = true;
        (void)snprintf(exec->status, sizeof(exec->status), "%.*s",
                       (int)status.len, (const char *)status.ptr);
    }
    return TD_OK;
}

/* One that cannot be read is there, and says so when it is asked for. */
static void look_at(struct serve_exec *exec)
{
    static const struct journal_listener listener = {
        .created = no_created, .event = no_event, .said = take_status};
    struct journal_found found;
    struct td_error err;

    if (journal_fold(exec->journal, exec->serve->options.run.clock, &listener,
                     exec, &found, &err)) {
        say(exec, "%s: %s: %s", exec->id, err.where, err.text);
        exec->finished = true;
        return;
    }
    exec->last_seq = found.mark.seq;
    journal_found_release(&found);
}

static void found_id(void *ctx, const char *id)
{
    struct serve *serve = ctx;

    if (serve->exec_count < SERVE_EXECUTIONS)
        look_at(add(serve, id));
}

enum td_code serve_execs_open(struct serve *serve, struct td_error *err)
{
    struct td_error why;
    enum td_code code = run_ids(serve->state, found_id, serve, err);

    for (size_t i = 0; i < serve->exec_count && !code; i++) {
        struct serve_exec *exec = serve->execs[i];

        if (!exec->finished && serve_exec_resume(exec, &why))
            say(exec, "%s is left as it is: %s: %s", exec->id, why.where,
                why.text);
    }
    return code;
}

static void close_run(struct serve_exec *exec)
{
    struct td_error err;

    if (!exec->run)
        return;
    if (run_close(exec->run, &err))
        say(exec, "%s: %s: %s", exec->id, err.where, err.text);
    exec->run = NULL;
    exec->over = false;
    exec->serve->running--;
}

void serve_execs_sweep(struct serve *serve)
{
    for (size_t i = 0; i < serve->exec_count; i++)
        if (serve->execs[i]->over)
            close_run(serve->execs[i]);
}

void serve_execs_suspend(struct serve *serve)
{
    for (size_t i = 0; i < serve->exec_count; i++)
        close_run(serve->execs[i]);
}

void serve_execs_close(struct serve *serve)
{
    serve_execs_suspend(serve);
    for (size_t i = 0; i < serve->exec_count; i++) {
        play_hub_free(serve->execs[i]->hub);
        free(serve->execs[i]->journal);
        free(serve->execs[i]);
    }
    free(serve->execs);
}
