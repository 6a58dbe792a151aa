/* A plan as one line of JSON, without what is so by itself. */
#include "orchestrator/plan/load_internal.h"

#include "core/clock.h"
#include "core/json_writer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put_words(struct td_json_writer *w, const char *key,
                      const struct plan_words *words)
{
    if (words->count == 0)
        return;
    td_json_array(w, key);
    for (uint32_t i = 0; i < words->count; i++)
        td_json_put_text(w, NULL, words->list[i]);
    td_json_array_end(w);
}

static void put_time(struct td_json_writer *w, const char *key, uint64_t ns)
{
    char text[TD_AMOUNT_SIZE];

    td_json_put_text(w, key, td_duration_text(text, ns, TD_DURATION_EXACT));
}

static void put_cost(struct td_json_writer *w, const char *key, double n)
{
    char text[32];

    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(text, sizeof(text), "%.*g", digits, n);
        if (strtod(text, NULL) == n)
            break;
    }
    td_json_put_raw(w, key, td_text(text));
}

static void put_budget(struct td_json_writer *w, const struct plan_budget *b)
{
    if (b->tokens == PLAN_NO_LIMIT && b->cost_usd < 0 &&
        b->wall_ns == PLAN_NO_LIMIT && !b->on && !b->warn && !b->critical)
        return;
    td_json_object(w, "budget");
    if (b->tokens != PLAN_NO_LIMIT)
        td_json_put_u64(w, "tokens", b->tokens);
    if (b->cost_usd >= 0)
        put_cost(w, "cost", b->cost_usd);
    if (b->wall_ns != PLAN_NO_LIMIT)
        put_time(w, "wall", b->wall_ns);
    if (b->on)
        td_json_put_text(w, "on", b->on == PLAN_PAUSES ? "pause" : "warn");
    if (b->warn)
        td_json_put_u64(w, "warn", b->warn);
    if (b->critical)
        td_json_put_u64(w, "critical", b->critical);
    td_json_object_end(w);
}

static void put_head(struct td_json_writer *w, const struct plan *plan)
{
    td_json_put_u64(w, "plan", 1);
    td_json_put_text(w, "name", plan->name);
    if (plan->own_workspace)
        td_json_put_text(w, "workspace", "new");
    if (plan->pool_count > 0) {
        td_json_object(w, "pools");
        for (uint32_t i = 0; i < plan->pool_count; i++)
            td_json_put_u64(w, plan->pools[i].name, plan->pools[i].slots);
        td_json_object_end(w);
    }
    put_budget(w, &plan->budget);
}

static void put_depends_on(struct td_json_writer *w, const struct plan *plan,
                           const struct plan_task *t)
{
    if (t->depends_count == 0)
        return;
    td_json_array(w, "depends_on");
    for (uint32_t i = 0; i < t->depends_count; i++)
        td_json_put_text(w, NULL, plan->tasks[t->depends_on[i]].id);
    td_json_array_end(w);
}

static void put_timeouts(struct td_json_writer *w,
                         const struct plan_timeouts *t)
{
    if (!t->queue && !t->run && !t->total && !t->heartbeat)
        return;
    td_json_object(w, "timeout");
    if (t->queue)
        put_time(w, "queue", t->queue);
    if (t->run)
        put_time(w, "run", t->run);
    if (t->total)
        put_time(w, "total", t->total);
    if (t->heartbeat)
        put_time(w, "heartbeat", t->heartbeat);
    td_json_object_end(w);
}

static void put_classes(struct td_json_writer *w, uint32_t classes)
{
    td_json_array(w, "on");
    for (unsigned i = 0; i < PLAN_FAULTS; i++) {
        if (classes >> i & 1)
            td_json_put_text(w, NULL, plan_fault_word((enum plan_fault)i));
    }
    td_json_array_end(w);
}

static void put_retry(struct td_json_writer *w, const struct plan_task *t)
{
    const struct plan_retry usual = plan_retry_default();
    const struct plan_retry *r = &t->retry;
    uint32_t attempts = plan_attempts_default(t->provider);

    if (r->attempts == attempts && r->backoff_ns == usual.backoff_ns &&
        !r->exit && r->on == usual.on)
        return;
    td_json_object(w, "retry");
    if (r->attempts != attempts)
        td_json_put_u64(w, "attempts", r->attempts);
    if (r->backoff_ns != usual.backoff_ns)
        put_time(w, "backoff", r->backoff_ns);
    if (r->exit) {
        td_json_array(w, "exit");
        for (uint32_t i = 0; i < r->exit_count; i++)
            td_json_put_u64(w, NULL, r->exit[i]);
        td_json_array_end(w);
    }
    if (r->on != usual.on)
        put_classes(w, r->on);
    td_json_object_end(w);
}

static void put_limits(struct td_json_writer *w, const struct plan_limits *l)
{
    if (!l->cpu_ns && !l->memory && !l->files && !l->procs)
        return;
    td_json_object(w, "limits");
    if (l->cpu_ns)
        put_time(w, "cpu", l->cpu_ns);
    if (l->memory)
        td_json_put_u64(w, "mem", l->memory);
    if (l->files)
        td_json_put_u64(w, "files", l->files);
    if (l->procs)
        td_json_put_u64(w, "procs", l->procs);
    td_json_object_end(w);
}

static void put_approval(struct td_json_writer *w,
                         const struct plan_approval *a)
{
    if (!a->ask)
        return;
    td_json_object(w, "approval");
    td_json_put_text(w, "ask", a->ask);
    if (a->expires_ns)
        put_time(w, "expires", a->expires_ns);
    td_json_object_end(w);
}

static void put_work(struct td_json_writer *w, const struct plan_task *t)
{
    if (t->provider != PLAN_SHELL)
        td_json_put_text(w, "provider", plan_provider_word(t->provider));
    if (t->shell && t->run.count > 0)
        td_json_put_text(w, "run", t->run.list[2]);
    else
        put_words(w, "run", &t->run);
    if (strcmp(t->dir, ".") != 0)
        td_json_put_text(w, "dir", t->dir);
    if (strcmp(t->with, "{}") != 0)
        td_json_put_raw(w, "with", td_text(t->with));
    put_words(w, "env", &t->env);
    put_words(w, "inputs", &t->inputs);
    put_words(w, "outputs", &t->outputs);
}

static void put_manner(struct td_json_writer *w, const struct plan *plan,
                       const struct plan_task *t)
{
    const struct plan_task usual = plan_task_default();

    if (t->isolate != plan->own_workspace)
        td_json_put_bool(w, "isolate", t->isolate);
    if (t->cache != (t->inputs.count > 0 && t->outputs.count > 0))
        td_json_put_bool(w, "cache", t->cache);
    put_timeouts(w, &t->timeout);
    put_retry(w, t);
    if (t->pool != PLAN_NO_POOL)
        td_json_put_text(w, "pool", plan->pools[t->pool].name);
    if (t->weight != usual.weight)
        td_json_put_u64(w, "weight", t->weight);
    put_limits(w, &t->limits);
    put_approval(w, &t->approval);
    if (t->soft_fail)
        td_json_put_bool(w, "soft_fail", true);
    if (t->grace_ns != usual.grace_ns)
        put_time(w, "grace", t->grace_ns);
    if (t->log_max != usual.log_max)
        td_json_put_u64(w, "log", t->log_max);
}

static void put_task(struct td_json_writer *w, const struct plan *plan,
                     const struct plan_task *t)
{
    td_json_object(w, NULL);
    td_json_put_text(w, "id", t->id);
    if (strcmp(t->name, t->id) != 0)
        td_json_put_text(w, "name", t->name);
    if (t->phase != 3)
        td_json_put_u64(w, "phase", t->phase);
    if (t->estimate_ns)
        put_time(w, "estimate", t->estimate_ns);
    put_words(w, "subtasks", &t->subtasks);
    put_depends_on(w, plan, t);
    if (t->when != PLAN_ON_SUCCESS)
        td_json_put_text(w, "when", plan_when_word(t->when));
    put_work(w, t);
    put_manner(w, plan, t);
    td_json_object_end(w);
}

enum td_code plan_write(const struct plan *plan, struct td_buf *out)
{
    struct td_json_writer w = td_json_writer(out);

    td_json_object(&w, NULL);
    put_head(&w, plan);
    td_json_array(&w, "tasks");
    for (uint32_t i = 0; i < plan->task_count; i++)
        put_task(&w, plan, &plan->tasks[i]);
    td_json_array_end(&w);
    td_json_object_end(&w);
    return td_json_done(&w);
}
