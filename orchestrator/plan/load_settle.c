/* What a task is without its keys, and what only all of them tell. */
#include "orchestrator/plan/load_internal.h"

#define BACKOFF_NS      UINT64_C(1000000000)
#define GRACE_NS        UINT64_C(10000000000)
#define LOG_MAX         (UINT64_C(10) << 20)
#define OPENAI_ATTEMPTS 4

struct plan_retry plan_retry_default(void)
{
    return (struct plan_retry){
        .attempts = 1,
        .backoff_ns = BACKOFF_NS,
        .on = (1u << PLAN_OUTPUT_MISSING) - 1,
    };
}

uint32_t plan_attempts_default(enum plan_provider provider)
{
    return provider == PLAN_OPENAI ? OPENAI_ATTEMPTS : 1;
}

struct plan_task plan_task_default(void)
{
    return (struct plan_task){
        .id = "",
        .phase = 3,
        .dir = ".",
        .with = "{}",
        .retry = plan_retry_default(),
        .pool = PLAN_NO_POOL,
        .weight = 1,
        .grace_ns = GRACE_NS,
        .log_max = LOG_MAX,
    };
}

static void fill_in(struct plan_loader *l)
{
    struct plan_task *t = l->task;

    if (!t->name)
        t->name = t->id;
    if (!(l->said & PLAN_SAID_CACHE))
        t->cache = t->inputs.count > 0 && t->outputs.count > 0;
    if (!(l->said & PLAN_SAID_ISOLATE))
        t->isolate = l->plan->own_workspace;
    if (!(l->said & PLAN_SAID_ATTEMPTS))
        t->retry.attempts = plan_attempts_default(t->provider);
}

/* Some providers run a command, some may know one, some have none. */
static enum td_code check_run(struct plan_loader *l)
{
    const struct plan_task *t = l->task;
    bool needs = t->provider == PLAN_SHELL || t->provider == PLAN_COMMAND;
    bool refuses = t->provider == PLAN_OPENAI || t->provider == PLAN_BLUEPRINT;

    if (needs && t->run.count == 0) {
        (void)plan_refuse(l, l->place->task, "%.80s has nothing to run", t->id);
        return td_error_hint(&l->why, "add run: a text for sh, or a list");
    }
    if (refuses && t->run.count > 0) {
        (void)plan_refuse(l, l->place->task,
                          "run means nothing with provider %s",
                          plan_provider_word(t->provider));
        return td_error_hint(&l->why, "take it away, or choose provider: "
                                      "shell");
    }
    return TD_OK;
}

static enum td_code check_pool(struct plan_loader *l)
{
    const struct plan_task *t = l->task;
    const struct plan_place *p = l->place;
    const struct plan_pool *pool;

    if (t->pool == PLAN_NO_POOL || t->weight <= l->plan->pools[t->pool].slots)
        return TD_OK;
    pool = &l->plan->pools[t->pool];
    (void)plan_refuse(l,
                      p->weight ? p->weight
                      : p->pool ? p->pool
                                : p->task,
                      "weight %u is above the %u slot%s of %.80s", t->weight,
                      pool->slots, pool->slots == 1 ? "" : "s", pool->name);
    return td_error_hint(&l->why,
                         "make it %u or less, or give %.80s more "
                         "slots",
                         pool->slots, pool->name);
}

static enum td_code check_sense(struct plan_loader *l)
{
    const struct plan_task *t = l->task;
    uint32_t at = l->place->task;
    bool alone = !l->place->depends_on ||
                 l->doc.json.values[l->place->depends_on].count == 0;

    if (t->when == PLAN_ON_FAILURE && alone) {
        (void)plan_refuse(l, at,
                          "%.80s waits for a failure, and depends on "
                          "nothing",
                          t->id);
        return td_error_hint(&l->why, "add depends_on");
    }
    if (t->retry.exit && !(t->retry.on >> PLAN_EXIT_STATUS & 1)) {
        (void)plan_refuse(l, at,
                          "retry has exit statuses, but no exit_status "
                          "in on");
        return td_error_hint(&l->why, "add exit_status to on");
    }
    return TD_OK;
}

enum td_code plan_settle_task(struct plan_loader *l)
{
    fill_in(l);
    (void)td_jsonx_settle(&l->r, check_run(l));
    (void)td_jsonx_settle(&l->r, plan_check_with(l));
    (void)td_jsonx_settle(&l->r, check_pool(l));
    return check_sense(l);
}
