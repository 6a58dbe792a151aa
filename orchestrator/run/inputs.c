/* What an attempt is given: its environment, its inputs, and the key of both.
 */
#include "orchestrator/run/exec_internal.h"

#include "orchestrator/work/env.h"

static const struct plan_task *plan_of(const struct run_task *task)
{
    return &task->x->plan.tasks[task - task->x->tasks];
}

/* Most tasks name no variable: their list is made once. */
enum td_code run_task_env(struct run_task *task, char ***env,
                          struct td_error *err)
{
    struct run_exec *x = task->x;
    const struct plan_words *names = &plan_of(task)->env;
    enum td_code code = TD_OK;

    if (names->count)
        return work_env(env, &task->arena, names, x->options.env, err);
    if (!x->plain_env)
        code = work_env(&x->plain_env, &x->arena, names, x->options.env, err);
    *env = x->plain_env;
    return code;
}

/* A key is of use to the cache, and a part of what agents and tapes are told.
 */
static bool needs_key(const struct plan_task *task)
{
    return task->cache || task->provider != PLAN_SHELL;
}

enum td_code run_task_look_up(struct run_task *task, struct td_error *err)
{
    const struct plan_task *plan = plan_of(task);
    const struct provider *provider = &task->x->providers[plan->provider];
    struct work_key_of of = {.task = plan,
                             .provider = provider->ops->name,
                             .version = provider->ops->version,
                             .inputs = &task->inputs};
    char **env;

    if (task->known)
        return TD_OK;
    if (run_task_env(task, &env, err) ||
        work_inputs(task->x->place, &plan->inputs, &task->inputs, err))
        return err->code;
    of.env = env;
    if (needs_key(plan))
        work_key_make(&task->key, &of);
    task->known = true;
    return TD_OK;
}
