#include "orchestrator/serve/serve_internal.h"

#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>

#define QUEUE_MAX                                                              \
    ((size_t)1 << 20) /* bytes to a console, beside its history                \
                       */

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

    serve->events.done(serve->ctx, &fine);
}

static void finish_if_idle(struct serve *serve)
{
    if (!serve->draining || serve->finishing || serve->running > 0)
        return;
    serve->finishing = true;
    wire_timer_cancel(serve->net, &serve->drain);
    wire_server_finish(serve->server, finished);
}

static void on_sweep(void *ctx)
{
    struct serve *serve = ctx;

    serve_execs_sweep(serve);
    finish_if_idle(serve);
}

/* What still runs is left to its keeper. */
static void on_drained_out(void *ctx)
{
    struct serve *serve = ctx;

    serve_execs_suspend(serve);
    finish_if_idle(serve);
}

void serve_drain(struct serve *serve)
{
    bool again = serve->draining;

    serve->draining = true;
    wire_timer_set(serve->net, &serve->drain,
                   wire_now(serve->net) +
                       (again ? 0 : serve->options.drain_ns));
    finish_if_idle(serve);
}

static const struct wire_server_events server_events = {
    .admit = serve_admit,
    .joined = serve_joined,
    .left = serve_left,
    .event = serve_heard,
    .refused = on_refused,
    .request = serve_request,
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
        .id_for_all = true,
        .max_queue = QUEUE_MAX,
    };
    enum td_code code;

    serve->net = net;
    serve->options = *options;
    serve->events = *events;
    serve->ctx = ctx;
    serve->drain = (struct wire_timer){.fire = on_drained_out, .ctx = serve};
    serve->sweep = (struct wire_timer){.fire = on_sweep, .ctx = serve};
    set_state(serve);
    code = wire_server_open(net, &server, &server_events, serve, &serve->server,
                            err);
    if (!code)
        code = serve_execs_open(serve, err);
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
    serve_execs_close(serve);
    wire_server_free(serve->server);
    while (serve->consoles) {
        struct serve_console *next = serve->consoles->next;

        free(serve->consoles);
        serve->consoles = next;
    }
    free(serve->state);
    free(serve);
}
