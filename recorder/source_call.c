/* One request of HTTP and its answer, as an exchange. */
#include "core/mem.h"
#include "recorder/proxy/call.h"
#include "recorder/source.h"

#include <stdlib.h>

struct call_source {
    struct rec_source base;
    struct rec_tap tap;
    struct rec_call *call;
    struct wire_timer leaving;
    uint32_t conn;
    int status;
    char reason[81];
};

static void on_head(void *ctx, const struct http_head *head)
{
    struct call_source *source = ctx;
    size_t len = head->reason.len < sizeof(source->reason)
                     ? head->reason.len
                     : sizeof(source->reason) - 1;

    source->status = head->status;
    if (len)
        memcpy(source->reason, head->reason.ptr, len);
    source->reason[len] = '\0';
}

static void on_done(void *ctx, const char *cut)
{
    struct call_source *source = ctx;
    struct td_error why = {.code = TD_OK};

    rec_source_tell(&source->base, source->conn, TD_KIND_CLOSE, "reason",
                    cut ? cut : "");
    if (cut && strcmp(cut, REC_CALL_LEFT) != 0)
        (void)td_error_set(&why, TD_IO, NULL, 0, "%s", cut);
    else if (!cut && source->status >= 300)
        (void)td_error_set(&why, TD_PROTOCOL, NULL, 0,
                           "the server answered HTTP %d %s", source->status,
                           source->reason);
    rec_source_over(&source->base, &why);
}

static void pause_reading(struct rec_source *base, bool paused)
{
    rec_call_pause(((struct call_source *)base)->call, paused);
}

static void leave(void *ctx)
{
    struct call_source *source = ctx;

    if (source->call)
        rec_call_leave(source->call, REC_CALL_LEFT);
}

/* It may be within what the call says just now. */
static void stop(struct rec_source *base)
{
    struct call_source *source = (struct call_source *)base;

    wire_timer_set(rec_net(base->rec), &source->leaving, 0);
}

static void free_source(struct rec_source *base)
{
    struct call_source *source = (struct call_source *)base;

    wire_timer_cancel(rec_net(base->rec), &source->leaving);
    rec_call_free(source->call);
    free(source);
}

enum td_code rec_source_call(struct rec_recorder *rec,
                             const struct rec_source_call_options *options,
                             struct td_error *err)
{
    static const struct rec_source_ops ops = {
        .pause = pause_reading, .stop = stop, .free = free_source};
    static const struct rec_call_events events = {.head = on_head,
                                                  .done = on_done};
    struct call_source *source = td_calloc(1, sizeof(*source));
    struct rec_call_options how = {.tap = &source->tap,
                                   .dial = options->dial,
                                   .request = options->request,
                                   .hidden = options->hidden};

    source->base.ops = &ops;
    source->base.own_conns = true;
    source->leaving = (struct wire_timer){.fire = leave, .ctx = source};
    rec_source_add(rec, &source->base);
    source->tap = rec_source_tap(&source->base, options->max_message);
    source->tap.exchanges = options->before;
    source->conn = how.conn = rec_source_conn(&source->base);
    rec_source_tell(&source->base, source->conn, TD_KIND_OPEN, "url",
                    options->url);
    rec_source_exchanges(&source->base, options->before + 1);
    return rec_call_open(&source->call, rec_net(rec), &how, &events, source,
                         err);
}
