#include "orchestrator/serve/again.h"
#include "orchestrator/serve/later.h"

#include "core/fs.h"
#include "core/mem.h"
#include "wire/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FINISH_NS (3 * TD_NS_PER_S) /* for consoles to take what is theirs */
/* Bytes to a console: what is read of a journal for it goes up to the mark. */
#define QUEUE_MAX (WIRE_HIGH_MARK + WIRE_MIB)

static void on_refused(void *ctx, const char *address, int status,
                       const char *why)
{
    struct serve *serve = ctx;
    char line[256];

    serve->refused++;
    (void)snprintf(line, sizeof(line), "%s was refused with %d: %s", address,
                   status, why);
    serve->events.said(serve->ctx, line);
}

static void finished(void *ctx)
{
    static const struct td_error fine = {.code = TD_OK};
    struct serve *serve = ctx;

    wire_timer_cancel(serve->net, &serve->drain);
    serve->events.done(serve->ctx, &fine);
}

void serve_idle(struct serve *serve)
{
    if (!serve->draining || serve->finishing || serve->running > 0 ||
        serve->later)
        return;
    serve->finishing = true;
    wire_timer_set(serve->net, &serve->drain, wire_now(serve->net) + FINISH_NS);
    wire_server_finish(serve->server, finished);
}

static void on_sweep(void *ctx)
{
    struct serve *serve = ctx;

    serve_execs_sweep(serve);
    serve_idle(serve);
}

/* What still runs is left to its keeper, and consoles that take nothing, or
 * went away between two polls, are left at last.
 */
static void on_drained_out(void *ctx)
{
    struct serve *serve = ctx;

    if (serve->finishing) {
        finished(serve);
        return;
    }
    serve_later_stop(serve);
    serve_execs_suspend(serve);
    serve_idle(serve);
}

void serve_drain(struct serve *serve)
{
    bool again = serve->draining;

    serve->draining = true;
    wire_timer_set(serve->net, &serve->drain,
                   wire_now(serve->net) +
                       (again ? 0 : serve->options.drain_ns));
    serve_idle(serve);
}

static const struct wire_server_events server_events = {
    .admit = serve_admit,
    .stream = serve_has_stream,
    .joined = serve_joined,
    .left = serve_left,
    .event = serve_heard,
    .refused = on_refused,
    .request = serve_request,
    .request_gone = serve_request_gone,
};

static void set_state(struct serve *serve)
{
    struct td_buf state = {0};

    if (serve->options.state)
        (void)td_buf_add_text(&state, serve->options.state);
    else
        (void)td_buf_addf(&state, "%s/.tapedeck", serve->options.root);
    serve->state = td_strdup(td_buf_str(&state));
    serve->options.run.state = serve->state;
    td_buf_release(&state);
}

/* Until it ends, by whatever way: two servers would both go on with what is
 * suspended, and each would know nothing of what the other begins. */
static enum td_code lock_state(struct serve *serve, struct td_error *err)
{
    struct td_buf path = {0};
    enum td_code code;
    long holder;

    serve_state_path(serve, "serve.lock", &path);
    serve->lock = open(td_buf_str(&path), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    code = serve->lock < 0 ? td_error_errno(err, TD_IO, td_buf_str(&path),
                                            errno, "cannot be opened")
                           : td_fs_lock(serve->lock, td_buf_str(&path), err);
    td_buf_release(&path);
    holder = code && serve->lock >= 0 ? td_fs_holder(serve->lock) : 0;
    if (!holder)
        return code;
    (void)td_error_set(err, TD_IO, serve->state, 0, "is served by pid %ld",
                       holder);
    return td_error_hint(err, "stop that first, or give another --state");
}

static enum td_code open_all(struct serve *serve,
                             const struct wire_server_options *server,
                             struct td_error *err)
{
    struct work_options place = {.root = serve->options.root,
                                 .state = serve->state,
                                 .clock = serve->options.run.clock};

    if (work_open(&serve->place, &place, err) || lock_state(serve, err) ||
        wire_server_open(serve->net, server, &server_events, serve,
                         &serve->server, err))
        return err->code;
    return serve_execs_open(serve, err);
}

enum td_code serve_open(struct serve **out, struct wire_net *net,
                        const struct serve_options *options,
                        const struct serve_events *events, void *ctx,
                        struct td_error *err)
{
    struct serve *serve = td_calloc(1, sizeof(*serve));
    struct wire_server_options server = {
        .bind = options->bind,
        .access = options->access,
        .owner_answers = true,
        .max_queue = QUEUE_MAX,
    };
    enum td_code code;

    serve->lock = -1;
    serve->net = net;
    serve->options = *options;
    serve->events = *events;
    serve->ctx = ctx;
    serve->drain = (struct wire_timer){.fire = on_drained_out, .ctx = serve};
    serve->sweep = (struct wire_timer){.fire = on_sweep, .ctx = serve};
    set_state(serve);
    code = open_all(serve, &server, err);
    if (code) {
        serve_free(serve);
        return code;
    }
    *out = serve;
    return TD_OK;
}

uint16_t serve_port(const struct serve *serve)
{
    return wire_server_port(serve->server);
}

void serve_free(struct serve *serve)
{
    if (!serve)
        return;
    wire_timer_cancel(serve->net, &serve->drain);
    wire_timer_cancel(serve->net, &serve->sweep);
    serve_later_close(serve);
    serve_again_free(serve);
    serve_execs_close(serve);
    wire_server_free(serve->server);
    work_close(serve->place);
    if (serve->lock >= 0)
        (void)close(serve->lock);
    while (serve->consoles) {
        struct serve_console *next = serve->consoles->next;

        free(serve->consoles);
        serve->consoles = next;
    }
    td_buf_release(&serve->said);
    free(serve->state);
    free(serve);
}
