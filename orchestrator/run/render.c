/* The provider "blueprint": a task's only output is a template that is
 * rendered. It takes no time, so there is nothing to cancel; its end is told in
 * the loop's next turn, as that of any other.
 */
#include "orchestrator/run/exec_internal.h"

#include "core/mem.h"
#include "orchestrator/blueprint/generate.h"

#include <stdio.h>
#include <stdlib.h>

struct prov_run {
    struct wire_net *net;
    struct wire_timer timer;
    const struct prov_events *events;
    void *ctx;
    struct prov_end end;
};

static enum td_code check(void *self, const struct plan_task *task,
                          struct td_error *err)
{
    const struct run_exec *x = self;

    if (task->outputs.count != 1)
        return td_error_set(err, TD_USAGE, task->id, 0,
                            "a task of a blueprint has one output");
    return blue_check_task(td_text(task->with), x->root, err);
}

static void on_timer(void *ctx)
{
    struct prov_run *run = ctx;

    run->events->ended(run->ctx, &run->end);
    free(run);
}

static void note(struct prov_end *end, const struct td_error *why)
{
    end->ok = false;
    end->fault = why->code == TD_USAGE ? PLAN_BAD_REQUEST : PLAN_INFRASTRUCTURE;
    (void)snprintf(end->text, sizeof(end->text), "%.100s%s%.140s", why->where,
                   *why->where ? ": " : "", why->text);
}

static enum td_code start(void *self, const struct prov_job *job,
                          const struct prov_events *events, void *ctx,
                          struct prov_run **out, struct td_error *err)
{
    struct run_exec *x = self;
    struct prov_run *run = td_calloc(1, sizeof(*run));
    struct td_buf bytes = {0};
    struct td_error why;

    (void)err;
    run->net = x->net;
    run->events = events;
    run->ctx = ctx;
    run->timer = (struct wire_timer){.fire = on_timer, .ctx = run};
    run->end = (struct prov_end){.ok = true};
    if (blue_render_task(&bytes, td_text(job->task->with), x->root, &why) ||
        events->put(ctx, job->task->outputs.list[0], td_buf_bytes(&bytes),
                    &why))
        note(&run->end, &why);
    td_buf_release(&bytes);
    wire_timer_set(x->net, &run->timer, wire_now(x->net));
    *out = run;
    return TD_OK;
}

static void cancel(struct prov_run *run, uint64_t grace_ns)
{
    (void)run;
    (void)grace_ns;
}

struct provider run_blueprints(struct run_exec *x)
{
    static const struct provider_ops ops = {
        .name = "blueprint",
        .version = RUN_BLUEPRINT_VERSION,
        .check = check,
        .start = start,
        .cancel = cancel,
    };

    return (struct provider){.ops = &ops, .self = x};
}
