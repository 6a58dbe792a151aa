#include "orchestrator/provider/openai.h"

#include "core/mem.h"
#include "orchestrator/provider/model.h"
#include "orchestrator/provider/openai_http.h"
#include "orchestrator/provider/openai_loop.h"
#include "orchestrator/provider/recording.h"
#include "wire/sse/sse.h"

#include <inttypes.h>
#include <stdlib.h>

#define ERROR_MAX ((size_t)64 << 10) /* bytes kept of what says no */
#define BEHIND_NS TD_NS_PER_S /* from [DONE] to the end of the transfer */

struct openai {
    struct wire_net *net;
    const struct prov_config *config;
    const struct td_clock *clock;
    struct openai_loop *loop;
    bool no_options; /* the server knows no stream_options */
};

struct openai_run {
    struct prov_run base;
    struct openai *self;
    struct prov_model model;
    struct openai_transfer transfer;
    struct curl_slist *headers;
    struct td_buf body; /* of the request */
    bool options;       /* it has stream_options */
    int status;         /* 0: the head has not come */
    bool streamed;
    struct sse_parser sse;
    struct td_buf whole; /* the body of what is not streamed */
    struct td_buf shown; /* a message without the key */
    struct wire_timer begin;
    struct wire_timer idle;
};

static struct openai_run *run_of(struct prov_run *base)
{
    return (struct openai_run *)(void *)base;
}

/* Let go of the connection and the timers. */
static void stop(struct openai_run *run)
{
    openai_loop_remove(&run->transfer);
    wire_timer_cancel(run->base.net, &run->begin);
    wire_timer_cancel(run->base.net, &run->idle);
}

static void release(struct prov_run *base)
{
    struct openai_run *run = run_of(base);

    stop(run);
    if (run->transfer.easy)
        openai_curl.easy_cleanup(run->transfer.easy);
    openai_curl.slist_free_all(run->headers);
    prov_model_release(&run->model);
    sse_parser_release(&run->sse);
    td_buf_release(&run->body);
    td_buf_release(&run->whole);
    td_buf_release(&run->shown);
    free(run);
}

static double cost_of(const struct prov_usage *usage)
{
    const double million = 1e6;
    const struct prov_price *price = usage->price;

    return price ? ((double)usage->tokens_in * price->in +
                    (double)usage->tokens_out * price->out) /
                       million
                 : -1;
}

/* What it has used, as the server says or as it is counted here. A question
 * that was refused, or did not reach the server, has used nothing. */
static void tell_usage(struct prov_run *base)
{
    const struct openai_run *run = run_of(base);
    const struct prov_answer *answer = &run->model.answer;
    struct prov_usage usage = {.tokens_in = answer->tokens_in,
                               .tokens_out = answer->tokens_out,
                               .estimated = !answer->has_usage,
                               .model = run->model.ask.model};

    if (!openai_http_was_sent(run->transfer.easy) ||
        (run->status && run->status != 200))
        return;
    if (usage.estimated) {
        usage.tokens_in = prov_ask_tokens(&run->model.ask);
        usage.tokens_out = prov_tokens_guess(answer->text.len);
    }
    usage.price = prov_price_of(run->self->config, usage.model);
    usage.cost_usd = cost_of(&usage);
    if (base->events->usage)
        base->events->usage(base->ctx, &usage);
}

/* Nothing of it runs, and this is how it ends. */
static void end_with(struct openai_run *run, struct prov_end *end)
{
    stop(run);
    openai_http_hide((uint8_t *)end->text, strlen(end->text),
                     run->self->config->key);
    prov_run_end(&run->base, end);
}

static void finish(struct openai_run *run)
{
    stop(run);
    prov_model_finish(&run->model, &run->base);
    openai_http_hide((uint8_t *)run->base.end.text, strlen(run->base.end.text),
                     run->self->config->key);
}

static void tell(struct openai_run *run, const char *name,
                 struct td_bytes payload)
{
    td_buf_clear(&run->shown);
    (void)td_buf_add_bytes(&run->shown, payload);
    openai_http_hide(run->shown.ptr, run->shown.len, run->self->config->key);
    prov_tell(run->base.events, run->base.ctx, run->base.job->task, name,
              td_buf_bytes(&run->shown));
}

static void take_message(struct openai_run *run, struct td_bytes message)
{
    const struct prov_answer *answer = &run->model.answer;

    tell(run, "message", message);
    if (run->base.ending)
        return;
    if (!prov_model_take(&run->model, &run->base, message, false))
        stop(run);
    else if (answer->failed)
        finish(run);
    else if (answer->done)
        wire_timer_set(run->base.net, &run->idle,
                       wire_now(run->base.net) + BEHIND_NS);
}

static bool goes_on(const struct openai_run *run)
{
    return !run->base.ending && !run->model.answer.done;
}

static void take_stream(struct openai_run *run, struct td_bytes in)
{
    struct sse_item item;
    struct td_error err;
    enum td_code code = TD_OK;

    while (goes_on(run) &&
           (code = sse_next(&run->sse, &in, &item, &err)) == TD_OK)
        if (item.kind == SSE_EVENT)
            take_message(run, item.data);
    if (code == TD_LIMIT) {
        stop(run);
        prov_run_fail(&run->base, PLAN_MALFORMED, "%s", err.text);
    }
}

static void take_head(struct openai_run *run)
{
    run->status = openai_http_status(run->transfer.easy);
    run->streamed =
        run->status == 200 && openai_http_is_stream(run->transfer.easy);
    run->whole.max = run->status == 200 ? PROV_ANSWER_MAX : ERROR_MAX;
}

/* What does not fit any more of an answer makes it no JSON; of an error it is
 * not missed. */
static void take_whole(struct openai_run *run, struct td_bytes in)
{
    size_t room = run->whole.max - run->whole.len;

    (void)td_buf_add(&run->whole, in.ptr, in.len < room ? in.len : room);
}

static void came(void *ctx, struct td_bytes in)
{
    struct openai_run *run = ctx;

    if (!run->status)
        take_head(run);
    if (!goes_on(run))
        return;
    wire_timer_set(run->base.net, &run->idle,
                   wire_now(run->base.net) + run->self->config->idle_ns);
    prov_run_alive(&run->base, -1);
    if (run->base.ending)
        return;
    if (run->streamed)
        take_stream(run, in);
    else
        take_whole(run, in);
}

static bool send_question(struct openai_run *run);

/* Whether it was stream_options that the server did not want. */
static bool dislikes_options(const struct openai_run *run)
{
    static const char *const words[] = {"stream_options", "include_usage"};
    const struct td_buf *body = &run->whole;

    if ((run->status != 400 && run->status != 422) || !run->options)
        return false;
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (body->len &&
            memmem(body->ptr, body->len, words[i], strlen(words[i])))
            return true;
    return false;
}

static void finish_whole(struct openai_run *run)
{
    struct td_bytes body = td_buf_bytes(&run->whole);

    tell(run, "answer", body);
    if (run->base.ending)
        return;
    if (prov_model_take(&run->model, &run->base, body, true))
        finish(run);
    else
        stop(run);
}

static void refused(struct openai_run *run)
{
    struct prov_end end;

    if (dislikes_options(run)) {
        run->self->no_options = true;
        (void)send_question(run);
        return;
    }
    openai_http_refused(&end, run->transfer.easy, td_buf_bytes(&run->whole),
                        td_wall_ns(run->self->clock));
    end_with(run, &end);
}

static void done(void *ctx, CURLcode result)
{
    struct openai_run *run = ctx;
    struct prov_end end;

    if (run->base.ending)
        return;
    if (!run->status)
        take_head(run);
    if (result && !run->model.answer.done) {
        openai_http_failed(&end, run->self->config->url, result);
        end_with(run, &end);
    } else if (run->status != 200) {
        refused(run);
    } else if (run->streamed) {
        finish(run);
    } else {
        finish_whole(run);
    }
}

/* No byte came for too long; or the answer is whole, and its connection did not
 * end. */
static void idled(void *ctx)
{
    struct openai_run *run = ctx;
    struct td_buf text = {.max = 32};

    if (run->model.answer.done) {
        finish(run);
        return;
    }
    stop(run);
    (void)td_duration_format(&text, run->self->config->idle_ns);
    prov_run_fail(&run->base, PLAN_DISCONNECTED,
                  "no byte came from the server for %s", td_buf_str(&text));
    td_buf_release(&text);
}

static bool prepare(struct openai_run *run)
{
    const struct openai *self = run->self;

    openai_curl.slist_free_all(run->headers);
    run->headers = NULL;
    td_buf_clear(&run->body);
    td_buf_clear(&run->whole);
    run->status = 0;
    run->options = !self->no_options;
    return prov_ask_body(&run->body, &run->model.ask,
                         run->base.job->temperature, run->options) == TD_OK &&
           openai_http_prepare(run->transfer.easy, self->config, &run->body,
                               &run->headers);
}

static bool send_question(struct openai_run *run)
{
    if (!prepare(run) || !openai_loop_add(run->self->loop, &run->transfer)) {
        prov_run_fail(&run->base, PLAN_INFRASTRUCTURE,
                      "libcurl does not take the request");
        return false;
    }
    wire_timer_set(run->base.net, &run->idle,
                   wire_now(run->base.net) + run->self->config->idle_ns);
    return true;
}

static void ask_now(void *ctx)
{
    struct openai_run *run = ctx;

    if (!run->base.ending)
        (void)send_question(run);
}

/* In a turn of its own: what is recorded of the question. The question itself
 * comes in the next, behind the commit that the record has asked for: timers of
 * one time fire in the order they were set. */
static void begin(void *ctx)
{
    struct openai_run *run = ctx;
    struct td_buf text = {0};
    struct prov_parts parts;

    if (!prov_model_read(&run->model, &run->base))
        return;
    prov_parts_of(&parts, &run->model.ask);
    (void)prov_recording_put(&text, run->base.job, &parts);
    tell(run, "request", td_buf_bytes(&text));
    td_buf_release(&text);
    run->begin.fire = ask_now;
    wire_timer_set(run->base.net, &run->begin, wire_now(run->base.net));
}

static enum td_code check(void *ctx, const struct plan_task *task,
                          struct td_error *err)
{
    const struct openai *self = ctx;
    struct plan_ask ask = {0};
    enum td_code code =
        prov_ask_of(&ask, task, self->config->model, false, err);

    plan_ask_release(&ask);
    return code;
}

static void set_up(struct openai_run *run)
{
    run->base.last = tell_usage;
    run->base.release = release;
    run->begin.fire = begin;
    run->begin.ctx = run;
    run->idle.fire = idled;
    run->idle.ctx = run;
    run->transfer.came = came;
    run->transfer.done = done;
    run->transfer.ctx = run;
    sse_parser_init(&run->sse, PROV_MESSAGE_MAX);
}

static enum td_code start(void *ctx, const struct prov_job *job,
                          const struct prov_events *events, void *events_ctx,
                          struct prov_run **out, struct td_error *err)
{
    struct openai *self = ctx;
    struct openai_run *run = td_calloc(1, sizeof(*run));
    enum td_code code;

    run->self = self;
    run->model.log = -1;
    prov_run_init(&run->base, self->net, job, events, events_ctx);
    set_up(run);
    code = prov_model_open(&run->model, job, self->config->model, false, err);
    run->transfer.easy = openai_curl.easy_init();
    if (!code && !run->transfer.easy)
        code = td_error_set(err, TD_IO, "libcurl", 0, "it gives no handle");
    if (code) {
        release(&run->base);
        return code;
    }
    wire_timer_set(self->net, &run->begin, wire_now(self->net));
    *out = &run->base;
    return TD_OK;
}

static void cancel(struct prov_run *base, uint64_t grace_ns)
{
    (void)grace_ns;
    if (base->ending)
        return;
    stop(run_of(base));
    prov_run_fail(base, PLAN_CANCELLED, "cancelled");
}

static void close_self(void *ctx)
{
    struct openai *self = ctx;

    openai_loop_close(self->loop);
    free(self);
}

static const struct provider_ops ops = {
    .name = "openai",
    .version = PROV_OPENAI_VERSION,
    .check = check,
    .start = start,
    .cancel = cancel,
    .close = close_self,
};

enum td_code prov_openai_open(struct provider *out, struct wire_net *net,
                              const struct prov_config *config,
                              const struct td_clock *clock,
                              struct td_error *err)
{
    struct openai *self = td_calloc(1, sizeof(*self));
    enum td_code code = openai_loop_open(&self->loop, net, err);

    if (code) {
        free(self);
        return code;
    }
    self->net = net;
    self->config = config;
    self->clock = clock;
    *out = (struct provider){&ops, self};
    return TD_OK;
}

enum td_code prov_openai_check_price(const struct prov_config *config,
                                     const struct plan_task *task,
                                     struct td_error *err)
{
    struct plan_ask ask = {0};
    enum td_code code = prov_ask_of(&ask, task, config->model, false, err);

    if (!code && !prov_price_of(config, ask.model)) {
        code = td_error_set(err, TD_USAGE, "", 0,
                            "the budget has a cost, and the model %.100s has "
                            "no price",
                            ask.model);
        (void)td_error_hint(err, "give it one in prices (--providers), or take "
                                 "cost out of the budget");
    }
    plan_ask_release(&ask);
    return code;
}
