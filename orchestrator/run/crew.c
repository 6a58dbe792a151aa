/* Who does the work of an execution: its keeper, and a provider of each kind
 * that can be had.
 */
#include "orchestrator/run/exec_internal.h"

#include "core/log.h"
#include "orchestrator/provider/openai.h"
#include "orchestrator/provider/replay.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#define LINGER_NS (UINT64_C(60) * TD_NS_PER_S)
#define SETTLE_NS (UINT64_C(30) * TD_NS_PER_S)

static struct keep_home home_of(const struct run_exec *x)
{
    return (struct keep_home){.dir = x->folder,
                              .id = x->id,
                              .linger_ns = LINGER_NS,
                              .jobs_max = x->options.keeper_jobs};
}

/* Without it nothing can run: a resume finds out what became of it. */
static void on_gone(void *ctx, const struct td_error *why)
{
    struct run_exec *x = ctx;

    if (why->code != TD_END && !x->over)
        td_log(TD_LOG_WARN, "the keeper of %s is gone: %s", x->id, why->text);
}

static void on_trouble(void *ctx, const struct td_error *why)
{
    (void)ctx;
    td_log(TD_LOG_ERROR, "%s: %s; nothing ends before that is mended",
           why->where, why->text);
}

/* Ended before we came, as the journal has it: whoever had it was ended before
 * it could say so. */
static void on_stray(void *ctx, const char *id, const struct keep_end *end)
{
    struct run_exec *x = ctx;

    (void)end;
    if (x->processes)
        prov_processes_forget(x->processes, id);
}

static enum td_code attach(struct run_exec *x, struct td_error *err)
{
    static const struct prov_keeper_events events = {
        .stray = on_stray, .trouble = on_trouble, .gone = on_gone};
    struct keep_home home = home_of(x);

    return prov_processes_open(&x->processes, x->net, &home, &events, x, err);
}

enum td_code run_crew_start(struct run_exec *x, struct td_error *err)
{
    struct keep_home home = home_of(x);

    if (keep_start(&home, err))
        return err->code;
    return attach(x, err);
}

/* Nothing of what was under way may run: whoever has the execution in its
 * environment is ended. */
static enum td_code settle(struct run_exec *x, struct td_error *err)
{
    struct td_buf prefix = {0};
    enum td_code code;

    (void)td_buf_addf(&prefix, "%s/", x->id);
    code = keep_settle(x->folder, td_buf_str(&prefix),
                       *x->boot ? x->boot : NULL, SETTLE_NS, NULL, err);
    td_buf_release(&prefix);
    return code;
}

enum td_code run_crew_find(struct run_exec *x, struct td_error *err)
{
    enum td_code code;

    code = attach(x, err);
    x->adopts = code == TD_OK;
    if (code != TD_END)
        return code;
    code = settle(x, err);
    return code ? code : run_crew_start(x, err);
}

static void provide(struct run_exec *x, enum plan_provider kind,
                    struct provider provider)
{
    if (!x->providers[kind].ops)
        x->providers[kind] = provider;
}

static bool has(const struct plan *plan, enum plan_provider kind)
{
    for (uint32_t i = 0; i < plan->task_count; i++)
        if (plan->tasks[i].provider == kind)
            return true;
    return false;
}

/* Of the tape that was named beside the plan it is said before anything runs
 * that it is not there. */
static enum td_code check_answers(const struct run_exec *x,
                                  struct td_error *err)
{
    const char *path = x->options.answers;

    if (!path || !has(&x->plan, PLAN_REPLAY) || access(path, R_OK) == 0)
        return TD_OK;
    return td_error_errno(err, TD_IO, path, errno, "cannot open");
}

static enum td_code open_models(struct run_exec *x, struct td_error *err)
{
    struct provider provider;

    if (!has(&x->plan, PLAN_OPENAI) && !has(&x->plan, PLAN_REPLAY))
        return TD_OK;
    if (check_answers(x, err))
        return err->code;
    if (x->options.providers
            ? prov_config_load(&x->config, x->options.providers, err)
            : prov_config_default(&x->config, err))
        return err->code;
    if (*x->options.model)
        x->config.model = x->options.model;
    if (prov_openai_open(&provider, x->net, &x->config,
                         x->options.clock ? x->options.clock : td_clock_real(),
                         err))
        return err->code;
    provide(x, PLAN_OPENAI, provider);
    provide(x, PLAN_REPLAY,
            prov_replay(x->net, x->options.answers, x->config.model));
    return TD_OK;
}

static enum td_code open_all(struct run_exec *x, struct td_error *err)
{
    if (x->processes) {
        provide(x, PLAN_SHELL, prov_shell(x->processes));
        provide(x, PLAN_COMMAND, prov_command(x->processes));
    }
    if (x->providers[PLAN_BLUEPRINT].ops)
        return TD_OK;
    provide(x, PLAN_BLUEPRINT, run_blueprints(x));
    return open_models(x, err);
}

/* What is known of a task only where it runs: the plan says where it is. */
static enum td_code placed(const struct run_exec *x,
                           const struct plan_task *task, struct td_error *err)
{
    char text[sizeof(err->text)];

    (void)snprintf(text, sizeof(text), "%s", err->text);
    (void)snprintf(err->where, sizeof(err->where), "%s:%u:%u", x->plan.file,
                   task->where.line, task->where.column);
    (void)snprintf(err->text, sizeof(err->text), "%.80s: %.220s", task->id,
                   text);
    return err->code;
}

/* Those of processes are there when their keeper is. */
static bool comes_later(const struct run_exec *x, enum plan_provider kind)
{
    return !x->processes && (kind == PLAN_SHELL || kind == PLAN_COMMAND);
}

static enum td_code check(const struct run_exec *x,
                          const struct plan_task *task, struct td_error *err)
{
    const struct provider *p = &x->providers[task->provider];

    if (comes_later(x, task->provider))
        return TD_OK;
    if (!p->ops)
        return td_error_set(err, TD_USAGE, task->id, 0,
                            "there is no provider %s here",
                            plan_provider_word(task->provider));
    if (p->ops->check && p->ops->check(p->self, task, err))
        return err->code;
    return task->provider == PLAN_OPENAI && x->plan.budget.cost_usd >= 0
               ? prov_openai_check_price(&x->config, task, err)
               : TD_OK;
}

enum td_code run_crew_check(struct run_exec *x, struct td_error *err)
{
    if (open_all(x, err))
        return err->code;
    for (uint32_t i = 0; i < x->plan.task_count; i++) {
        if (check(x, &x->plan.tasks[i], err))
            return placed(x, &x->plan.tasks[i], err);
    }
    return TD_OK;
}

void run_crew_close(struct run_exec *x)
{
    for (unsigned i = 0; i < RUN_PROVIDERS; i++)
        if (x->providers[i].ops && x->providers[i].ops->close)
            x->providers[i].ops->close(x->providers[i].self);
    if (x->processes && sched_counts(x->sched)->finished)
        prov_processes_quit(x->processes, true);
    prov_processes_close(x->processes);
    prov_config_release(&x->config);
}
