/* The executions of a state folder: found, begun, gone on with, watched. */
#include "orchestrator/serve/serve_internal.h"

#include "core/mem.h"
#include "orchestrator/run/exec.h"
#include "orchestrator/serve/follow.h"
#include "orchestrator/serve/history.h"
#include "wire/server/groups.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_BYTES ((size_t)64 * 1024)

static struct serve_exec *add(struct serve *serve, const char *id)
{
    struct serve_exec *exec = td_calloc(1, sizeof(*exec));

    exec->serve = serve;
    exec->known.flow = (struct serve_flow){
        .execution = exec->id, .plan = serve_full_plan, .ctx = exec};
    exec->known.exit = -1;
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

    serve_count(exec, news);
}

static void go_back(struct serve_exec *exec, struct wire_peer *peer)
{
    struct play_hub *hub =
        wire_peer_is_in(peer, exec->id)                        ? exec->hub
        : exec->full && wire_peer_is_in(peer, exec->full_name) ? exec->full
                                                               : NULL;
    struct td_error err;

    if (!hub)
        return;
    exec->serve->sums.lagged++;
    if (play_hub_catch_up(hub, peer, play_hub_last_seq(hub) + 1, &err))
        say(exec, "%s: %s: %s", exec->id, err.where, err.text);
}

void serve_put(struct serve *serve, struct play_hub *hub,
               const struct td_event *ev)
{
    play_hub_put(hub, ev);
    serve->put += ev->payload.len;
    if (serve->put < LOOK_BYTES)
        return;
    serve->put = 0;
    for (struct serve_console *c = serve->consoles; c; c = c->next)
        for (size_t i = 0;
             c->peer && !wire_peer_ready(c->peer) && i < serve->exec_count; i++)
            if (serve->execs[i]->run)
                go_back(serve->execs[i], c->peer);
}

static void put_id(struct serve *serve, struct td_event *ev, uint64_t number)
{
    uint64_t seq = number >> SERVE_SUB_BITS;
    uint64_t sub = number - SERVE_NUMBER(seq, 0);

    if (sub > 0)
        (void)snprintf(serve->said_id, sizeof(serve->said_id),
                       "\"%" PRIu64 ".%" PRIu64 "\"", seq, sub);
    else
        (void)snprintf(serve->said_id, sizeof(serve->said_id),
                       "\"%" PRIu64 "\"", seq);
    ev->id = td_text(serve->said_id);
}

void serve_translate(struct serve *serve, struct td_event *ev, uint64_t number)
{
    put_id(serve, ev, number);
    if (serve->options.dialect == SERVE_EMITTER)
        return;
    td_buf_clear(&serve->said);
    serve_dialect_put(serve->options.dialect, ev->payload, &serve->said);
    ev->payload = td_buf_bytes(&serve->said);
}

/* Committed: it is in the history. */
static void on_line(void *ctx, const struct td_event *ev)
{
    struct serve_exec *exec = ctx;
    struct td_event said = *ev;

    serve_follow_line(exec, ev);
    serve_full_line(exec, ev);
    if (!td_event_is_plain(ev))
        return;
    exec->known.last_seq = ev->seq;
    serve_translate(exec->serve, &said, SERVE_NUMBER(ev->seq, 0));
    serve_put(exec->serve, exec->hub, &said);
}

static void on_alive(void *ctx, uint32_t task, double share)
{
    serve_follow_alive(ctx, task, share);
}

static void on_claimed(void *ctx, uint32_t task, struct td_bytes path)
{
    serve_follow_claimed(ctx, task, path);
}

static void on_fetched(void *ctx, struct wire_peer *peer, struct td_event *ev)
{
    const struct serve_exec *exec = ctx;

    (void)peer;
    serve_translate(exec->serve, ev, SERVE_NUMBER(ev->seq, 0));
}

static void note_end(struct serve_exec *exec)
{
    const struct verdict_document *verdict = run_verdict(exec->run);

    exec->known.finished = true;
    exec->known.exit = run_exit_status(exec->run);
    (void)snprintf(exec->known.status, sizeof(exec->known.status), "%s",
                   run_status(exec->run));
    if (verdict)
        (void)snprintf(exec->known.verdict, sizeof(exec->known.verdict), "%s",
                       check_outcome_text(verdict->outcome));
}

/* From inside of the run: it is closed in a turn of its own. */
static void on_finished(void *ctx, const struct td_error *why)
{
    struct serve_exec *exec = ctx;
    struct serve *serve = exec->serve;

    if (why->code) {
        say(exec, "%s cannot go on: %s: %s", exec->id, why->where, why->text);
    } else {
        note_end(exec);
        serve_count_end(exec);
        say(exec, "%s ended: %s", exec->id, exec->known.status);
    }
    exec->over = true;
    wire_timer_set(serve->net, &serve->sweep, wire_now(serve->net));
}

static struct play_hub *hub_of(struct serve_exec *exec)
{
    static const struct play_hub_events events = {.fetched = on_fetched};
    struct play_hub_options options = {.history = serve_history(exec->journal),
                                       .group = exec->id};

    if (!exec->hub) {
        exec->hub = play_hub_new(exec->serve->net, exec->serve->server,
                                 &options, &events, exec);
        play_hub_begin_after(exec->hub, exec->known.last_seq);
    }
    return exec->hub;
}

static enum td_code go(struct serve_exec *exec, struct run_exec *run,
                       struct td_error *err)
{
    static const struct run_events events = {.news = on_news,
                                             .line = on_line,
                                             .alive = on_alive,
                                             .claimed = on_claimed,
                                             .finished = on_finished};
    struct td_error ignored;

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

/* fresh: executions that come to be. */
static enum td_code check_room(const struct serve *serve, size_t fresh,
                               struct td_error *err)
{
    if (!serve->draining && serve->running < SERVE_RUNNING &&
        serve->exec_count + fresh <= SERVE_EXECUTIONS)
        return TD_OK;
    return td_error_set(err, TD_LIMIT, "", 0,
                        serve->draining ? "the server is about to end"
                                        : "too many executions run");
}

static void note_asked(struct serve_exec *exec, const struct run_asked *asked)
{
    (void)snprintf(exec->known.session, sizeof(exec->known.session), "%s",
                   asked->session);
    if (!asked->request.len)
        return;
    (void)snprintf(exec->known.request, sizeof(exec->known.request), "%.*s",
                   (int)asked->request.len, (const char *)asked->request.ptr);
    (void)snprintf(exec->known.request_hash, sizeof(exec->known.request_hash),
                   "%s", asked->hash);
}

/* Those that have it are sent behind what they have, for what was put into the
 * history since. */
static void send_back(struct serve_exec *exec, struct play_hub *hub,
                      const char *group, uint64_t last)
{
    uint64_t next = hub ? play_hub_last_seq(hub) + 1 : 0;
    struct td_error err;

    if (!hub || next > last)
        return;
    play_hub_begin_after(hub, last);
    for (struct serve_console *c = exec->serve->consoles; c; c = c->next)
        if (c->peer && wire_peer_is_in(c->peer, group) &&
            play_hub_catch_up(hub, c->peer, next, &err))
            say(exec, "%s: %s: %s", exec->id, err.where, err.text);
}

/* What its journal has, also what another process has put into it. */
static void take_known(struct serve_exec *exec, const struct serve_known *known)
{
    struct serve_flow flow = exec->known.flow;

    flow.seq = known->flow.seq;
    flow.sub = known->flow.sub;
    memcpy(flow.timestamp, known->flow.timestamp, sizeof(flow.timestamp));
    exec->known = *known;
    exec->known.flow = flow;
    send_back(exec, exec->hub, exec->id, known->last_seq);
    send_back(exec, exec->full, exec->full_name, serve_flow_number(&flow));
}

static enum td_code begin(struct serve *serve, struct run_exec *run,
                          const struct run_options *how,
                          struct serve_exec **out, struct td_error *err)
{
    struct serve_exec *exec = add(serve, run_id(run));

    note_asked(exec, &how->asked);
    *out = exec;
    say(exec, "%s %s: %u tasks", exec->id, run_plan(run)->name,
        run_plan(run)->task_count);
    return go(exec, run, err);
}

enum td_code serve_exec_start(struct serve *serve, struct plan *plan,
                              const struct run_options *how,
                              struct serve_exec **out, struct td_error *err)
{
    struct run_exec *run;

    if (check_room(serve, 1, err)) {
        plan_release(plan);
        return TD_LIMIT;
    }
    if (run_create(&run, serve->net, plan, serve->options.root, how, err))
        return err->code;
    return begin(serve, run, how, out, err);
}

enum td_code serve_exec_retry(struct serve *serve, const struct run_exec *past,
                              const struct run_options *how,
                              struct serve_exec **out, struct td_error *err)
{
    struct run_exec *run;

    if (check_room(serve, 1, err) || run_retry_of(&run, past, how, err))
        return err->code;
    return begin(serve, run, how, out, err);
}

static enum td_code go_on(struct serve_exec *exec, struct run_exec *read,
                          struct td_error *err)
{
    struct run_exec *run;

    if (run_resume_on(&run, read, err))
        return err->code;
    say(exec, "%s goes on", exec->id);
    return go(exec, run, err);
}

/* ---- consoles ---- */

enum td_code serve_exec_watch(struct serve_exec *exec, struct wire_peer *peer,
                              struct serve_from from, struct td_error *err)
{
    const struct serve_console *console = wire_peer_ctx(peer);

    return console && console->extras
               ? serve_full_watch(exec, peer, from, err)
               : play_hub_catch_up(hub_of(exec), peer,
                                   from.from ? from.from : 1, err);
}

void serve_exec_leave(struct serve_exec *exec, struct wire_peer *peer)
{
    if (exec->hub)
        play_hub_leave(exec->hub, peer);
    if (exec->full)
        play_hub_leave(exec->full, peer);
}

void serve_exec_gone(struct serve_exec *exec, struct wire_peer *peer)
{
    if (exec->hub)
        play_hub_gone(exec->hub, peer);
    if (exec->full)
        play_hub_gone(exec->full, peer);
}

static void put_counts(const struct serve_exec *exec, struct td_json_writer *w)
{
    const struct sched_counts *counts = sched_counts(run_sched(exec->run));

    td_json_put_text(w, "plan", run_plan(exec->run)->name);
    td_json_put_u64(w, "total_tasks", run_plan(exec->run)->task_count);
    td_json_put_u64(w, "completed_tasks", counts->completed);
    td_json_put_u64(w, "failed_tasks", counts->failed);
    td_json_put_u64(w, "skipped_tasks", counts->skipped + counts->cancelled);
    td_json_put_u64(w, "running_tasks",
                    counts->running - run_waiting(exec->run));
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
                     exec->run              ? "running"
                     : exec->known.finished ? "ended"
                                            : "suspended");
    if (exec->known.finished && *exec->known.status)
        td_json_put_text(w, "status", exec->known.status);
    if (exec->known.finished && *exec->known.verdict)
        td_json_put_text(w, "verdict", exec->known.verdict);
    if (exec->known.finished && exec->known.exit >= 0)
        td_json_put_u64(w, "exit", (uint64_t)exec->known.exit);
    td_json_put_u64(w, "seq", exec->known.last_seq);
    if (exec->run)
        put_counts(exec, w);
    td_json_object_end(w);
}

/* ---- what is there ---- */

struct reading {
    const struct serve_journal *journal;
    serve_said_fn *said;
    void *ctx;
};

enum td_code serve_journal_check(const struct serve_journal *journal,
                                 struct td_error *err)
{
    return journal->stop && atomic_load(journal->stop)
               ? td_error_set(err, TD_LIMIT, "", 0,
                              "the server is about to end")
               : TD_OK;
}

static enum td_code one_line(void *ctx, const struct td_event *line,
                             struct td_error *err)
{
    const struct reading *reading = ctx;

    (void)line;
    return serve_journal_check(reading->journal, err);
}

static enum td_code one_said(void *ctx, const struct journal_said *said,
                             struct td_error *err)
{
    const struct reading *reading = ctx;

    return reading->said(reading->ctx, said, err);
}

struct serve_journal serve_journal(const struct serve_exec *exec)
{
    return (struct serve_journal){.path = exec->journal,
                                  .clock = exec->serve->options.run.clock};
}

enum td_code serve_fold(const struct serve_journal *journal,
                        serve_said_fn *said, void *ctx, uint64_t *seq,
                        struct td_error *err)
{
    const struct journal_listener listener = {.line = one_line,
                                              .said = one_said};
    struct reading reading = {.journal = journal, .said = said, .ctx = ctx};
    struct journal_found found;

    if (journal_fold(journal->path, journal->clock, &listener, &reading, &found,
                     err))
        return err->code;
    if (seq)
        *seq = found.mark.seq;
    journal_found_release(&found);
    return TD_OK;
}

/* ---- what is there at the beginning ---- */

/* One that cannot be read is there, and says so when it is asked for. */
static void look_at(struct serve_exec *exec)
{
    const struct serve_journal journal = serve_journal(exec);
    struct serve_known known;
    struct td_error err;

    if (!serve_look(&known, &journal, &err)) {
        take_known(exec, &known);
        return;
    }
    say(exec, "%s: %s: %s", exec->id, err.where, err.text);
    exec->known.finished = true;
}

static enum td_code resume(struct serve_exec *exec, struct td_error *err)
{
    struct serve *serve = exec->serve;
    struct run_exec *read;
    enum td_code code;
    struct td_error ignored;

    if (run_resume_read(&read, serve->net, exec->id, serve->options.root,
                        &serve->options.run, err)) {
        (void)run_close(read, &ignored);
        return err->code;
    }
    if (run_seq(read) != exec->known.last_seq)
        look_at(exec); /* another process had it until now, */
    code = go_on(exec, read, err);
    if (code == TD_USAGE)
        look_at(exec); /* to its end */
    return code;
}

enum td_code serve_exec_resume(struct serve_exec *exec, struct run_exec *run,
                               const struct serve_known *known,
                               struct td_error *err)
{
    struct td_error ignored; /* it was only read */
    enum td_code code = check_room(exec->serve, 0, err);

    if (code) {
        (void)run_close(run, &ignored);
        return code;
    }
    take_known(exec, known);
    return go_on(exec, run, err);
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

        /* One that was killed behind its end only gets its seal. */
        if ((!exec->known.finished || exec->known.torn) && resume(exec, &why) &&
            !exec->known.finished)
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
    serve_follow_close(exec);
    if (run_close(exec->run, &err))
        say(exec, "%s: %s: %s", exec->id, err.where, err.text);
    exec->run = NULL;
    exec->over = false;
    exec->serve->running--;
}

void serve_execs_sweep(struct serve *serve)
{
    for (size_t i = 0; i < serve->exec_count; i++) {
        struct serve_exec *exec = serve->execs[i];

        if (exec->over)
            close_run(exec);
    }
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
        serve_full_close(serve->execs[i]);
        free(serve->execs[i]->journal);
        free(serve->execs[i]);
    }
    free(serve->execs);
}
