#include "orchestrator/provider/replay.h"

#include "core/mem.h"
#include "orchestrator/provider/model.h"
#include "orchestrator/provider/recorded.h"

#include <stdlib.h>

#define A_TURN 64 /* messages told at a time */

/* A tape that was asked. */
struct tape {
    struct tape *next;
    char *path;
    struct prov_recorded *recorded;
};

struct replay {
    struct wire_net *net;
    char *path;  /* of tasks that name no tape; NULL: none */
    char *model; /* of tasks that name none; NULL: none */
    struct tape *tapes;
};

struct replay_run {
    struct prov_run base;
    struct replay *self;
    struct prov_model model;
    struct wire_timer step;
    const struct prov_recorded_answer *answer;
    size_t told; /* messages */
};

static struct replay_run *run_of(struct prov_run *base)
{
    return (struct replay_run *)(void *)base;
}

static void release(struct prov_run *base)
{
    struct replay_run *run = run_of(base);

    wire_timer_cancel(base->net, &run->step);
    prov_model_release(&run->model);
    free(run);
}

/* What the answer used when it was recorded; asked again it costs nothing. */
static void tell_usage(struct prov_run *base)
{
    const struct prov_model *model = &run_of(base)->model;
    const struct prov_answer *answer = &model->answer;
    struct prov_usage usage = {.tokens_in = answer->tokens_in,
                               .tokens_out = answer->tokens_out,
                               .model = model->ask.model};

    if (base->end.ok && answer->has_usage && base->events->usage)
        base->events->usage(base->ctx, &usage);
}

/* The tape at that path, read once. */
static enum td_code tape_at(struct replay *self, const char *path,
                            struct prov_recorded **out, struct td_error *err)
{
    struct tape *tape = self->tapes;
    enum td_code code;

    while (tape && strcmp(tape->path, path) != 0)
        tape = tape->next;
    if (!tape) {
        code = prov_recorded_open(out, path, err);
        if (code)
            return code;
        tape = td_calloc(1, sizeof(*tape));
        *tape = (struct tape){self->tapes, td_strdup(path), *out};
        self->tapes = tape;
    }
    *out = tape->recorded;
    return TD_OK;
}

/* "nearest differs in with.model, with.prompt" */
static void miss(struct replay_run *run, const struct prov_recorded *tape,
                 const struct prov_parts *parts)
{
    const char *id = run->base.job->task->id;
    const struct prov_recorded_answer *nearest =
        prov_recorded_nearest(tape, id, parts);
    struct td_buf text = {0};

    for (unsigned i = 0; nearest && i < PROV_PARTS; i++)
        if (strcmp(parts->hex[i], nearest->asked.parts.hex[i]) != 0)
            (void)td_buf_addf(&text, "%s%s", text.len ? ", " : "",
                              prov_part_name(i));
    if (nearest)
        prov_run_fail(&run->base, PLAN_NOT_RECORDED,
                      "not_recorded: %s, nearest differs in %s", id,
                      td_buf_str(&text));
    else
        prov_run_fail(&run->base, PLAN_NOT_RECORDED,
                      "not_recorded: %s, the tape has no whole answer", id);
    td_buf_release(&text);
}

static void look_up(struct replay_run *run)
{
    struct plan_ask *ask = &run->model.ask;
    const char *path = run->self->path;
    struct prov_recorded *tape;
    struct prov_parts parts;
    struct td_error err;

    if (!prov_model_read(&run->model, &run->base))
        return;
    if (ask->tape)
        path = *ask->tape == '/'
                   ? ask->tape
                   : td_arena_print(&ask->arena, "%s/%s", run->base.job->dir,
                                    ask->tape);
    if (tape_at(run->self, path, &tape, &err)) {
        prov_run_fail(&run->base, PLAN_INFRASTRUCTURE, "%s: %s", err.where,
                      err.text);
        return;
    }
    prov_parts_of(&parts, ask);
    run->answer = prov_recorded_find(tape, run->base.job->key, &parts);
    if (!run->answer)
        miss(run, tape, &parts);
}

static void tell_message(struct replay_run *run)
{
    const struct prov_recorded_message *it =
        &run->answer->messages[run->told++];

    prov_tell(run->base.events, run->base.ctx, run->base.job->task,
              it->whole ? "answer" : "message", it->bytes);
    if (!run->base.ending)
        (void)prov_model_take(&run->model, &run->base, it->bytes, it->whole);
}

static void step(void *ctx)
{
    struct replay_run *run = ctx;

    if (!run->answer)
        look_up(run);
    for (unsigned i = 0;
         i < A_TURN && !run->base.ending && run->told < run->answer->count; i++)
        tell_message(run);
    if (run->base.ending)
        return;
    if (run->told < run->answer->count)
        wire_timer_set(run->base.net, &run->step, wire_now(run->base.net));
    else
        prov_model_finish(&run->model, &run->base);
}

static enum td_code check_tape(const struct replay *self,
                               const struct plan_task *task,
                               const struct plan_ask *ask, struct td_error *err)
{
    if (ask->tape || self->path)
        return TD_OK;
    (void)td_error_set(err, TD_USAGE, task->id, 0, "no tape is named");
    return td_error_hint(err, "say with.tape, the journal of an earlier run");
}

static enum td_code check(void *ctx, const struct plan_task *task,
                          struct td_error *err)
{
    const struct replay *self = ctx;
    struct plan_ask ask = {0};
    enum td_code code = prov_ask_of(&ask, task, self->model, true, err);

    if (!code)
        code = check_tape(self, task, &ask, err);
    plan_ask_release(&ask);
    return code;
}

static enum td_code start(void *ctx, const struct prov_job *job,
                          const struct prov_events *events, void *events_ctx,
                          struct prov_run **out, struct td_error *err)
{
    struct replay *self = ctx;
    struct replay_run *run = td_calloc(1, sizeof(*run));
    enum td_code code;

    run->self = self;
    run->model.log = -1;
    prov_run_init(&run->base, self->net, job, events, events_ctx);
    run->base.last = tell_usage;
    run->base.release = release;
    run->step.fire = step;
    run->step.ctx = run;
    code = prov_model_open(&run->model, job, self->model, true, err);
    if (!code)
        code = check_tape(self, job->task, &run->model.ask, err);
    if (code) {
        release(&run->base);
        return code;
    }
    wire_timer_set(self->net, &run->step, wire_now(self->net));
    *out = &run->base;
    return TD_OK;
}

static void cancel(struct prov_run *base, uint64_t grace_ns)
{
    (void)grace_ns;
    if (base->ending)
        return;
    wire_timer_cancel(base->net, &run_of(base)->step);
    prov_run_fail(base, PLAN_CANCELLED, "cancelled");
}

static void close_self(void *ctx)
{
    struct replay *self = ctx;

    while (self->tapes) {
        struct tape *tape = self->tapes;

        self->tapes = tape->next;
        prov_recorded_close(tape->recorded);
        free(tape->path);
        free(tape);
    }
    free(self->path);
    free(self->model);
    free(self);
}

static const struct provider_ops ops = {
    .name = "replay",
    .version = PROV_REPLAY_VERSION,
    .check = check,
    .start = start,
    .cancel = cancel,
    .close = close_self,
};

struct provider prov_replay(struct wire_net *net, const char *path,
                            const char *model)
{
    struct replay *self = td_calloc(1, sizeof(*self));

    self->net = net;
    self->path = path ? td_strdup(path) : NULL;
    self->model = model ? td_strdup(model) : NULL;
    return (struct provider){&ops, self};
}
