/* A plan once more: what ended well before is taken over. */
#include "orchestrator/run/exec_internal.h"

#include "core/mem.h"
#include "orchestrator/plan/load.h"
#include "orchestrator/run/marks.h"
#include "orchestrator/run/wants.h"

#include <stdio.h>
#include <stdlib.h>

/* A task that is to run again takes all that depend on it along. */
static void run_again(struct run_exec *x, uint32_t task)
{
    uint32_t *stack = td_calloc(x->plan.task_count, sizeof(*stack));
    uint32_t count = 0;

    x->taken[task] = false;
    stack[count++] = task;
    while (count > 0) {
        const struct plan_task *t = &x->plan.tasks[stack[--count]];

        for (uint32_t i = 0; i < t->dependants_count; i++)
            if (x->taken[t->dependants[i]]) {
                x->taken[t->dependants[i]] = false;
                stack[count++] = t->dependants[i];
            }
    }
    free(stack);
}

/* What became of the tasks of `old`. */
static void take(struct run_exec *x, const struct run_exec *old)
{
    x->taken = td_calloc(x->plan.task_count + 1, sizeof(*x->taken));
    for (uint32_t i = 0; i < x->plan.task_count; i++) {
        enum sched_state state = sched_task(old->sched, i)->state;

        x->taken[i] = state == SCHED_COMPLETED || state == SCHED_CACHED;
    }
    (void)snprintf(x->from, sizeof(x->from), "%s", old->id);
    (void)snprintf(x->home, sizeof(x->home), "%s",
                   *old->home ? old->home : old->id);
    run_wants_copy(&x->options, &old->options);
}

/* What is not taken over may be tried more often, or less, than was planned. */
static void set_attempts(struct run_exec *x)
{
    for (uint32_t i = 0; x->options.attempts && i < x->plan.task_count; i++)
        if (!x->taken[i])
            x->plan.tasks[i].retry.attempts = x->options.attempts;
}

/* By the text of the journal: nothing is shared. */
static enum td_code copy_plan(struct run_exec *x, const struct run_exec *old,
                              struct td_error *err)
{
    struct td_buf text = {0};
    enum td_code code = plan_write(&old->plan, &text);

    if (code)
        code = td_error_set(err, code, old->path, 0, "the plan is too long");
    else
        code = plan_parse(&x->plan, old->path, td_buf_bytes(&text), NULL, err);
    if (!code)
        run_marks_copy(&x->plan, &old->plan);
    td_buf_release(&text);
    return code;
}

enum td_code run_retry_read(struct run_exec **out, struct wire_net *net,
                            const char *id, const char *root,
                            const struct run_options *options,
                            struct td_error *err)
{
    return run_new(out, net, root, options, err) ? err->code
                                                 : run_fold(*out, id, err);
}

static enum td_code retry(struct run_exec *x, const struct run_exec *old,
                          const char *again, struct td_error *err)
{
    uint32_t task = UINT32_MAX;
    enum td_code code = TD_OK;

    if (again) {
        task = plan_find(&old->plan, td_text(again));
        if (task == UINT32_MAX)
            code = td_error_set(err, TD_USAGE, again, 0,
                                "there is no such task in %s", old->id);
    }
    if (!code)
        code = copy_plan(x, old, err);
    if (!code)
        take(x, old);
    if (!code && task != UINT32_MAX)
        run_again(x, task);
    if (!code)
        set_attempts(x);
    return code ? code : run_begin(x, err);
}

enum td_code run_retry_of(struct run_exec **out, const struct run_exec *past,
                          const struct run_options *options,
                          struct td_error *err)
{
    struct run_exec *x;
    enum td_code code = run_new(&x, past->net, past->root, options, err);

    if (!code)
        code = retry(x, past, options->again, err);
    return run_opened(out, x, code);
}

enum td_code run_retry(struct run_exec **out, struct wire_net *net,
                       const char *id, const char *root,
                       const struct run_options *options, struct td_error *err)
{
    struct run_exec *past;
    struct td_error ignored; /* it was only read */
    enum td_code code = run_retry_read(&past, net, id, root, options, err);

    if (!code)
        code = run_retry_of(out, past, options, err);
    (void)run_close(past, &ignored);
    return code;
}

enum td_code run_peek(struct run_exec **out, struct wire_net *net,
                      const char *id, const char *root,
                      const struct run_options *options, struct td_error *err)
{
    struct run_exec *x;
    enum td_code code = run_new(&x, net, root, options, err);

    if (!code) {
        x->peeks = true;
        code = run_fold(x, id, err);
    }
    return run_opened(out, x, code);
}
