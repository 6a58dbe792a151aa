/* /metrics, in the text format of Prometheus (0.0.4). Sums count from the start
 * of the server.
 */
#include "orchestrator/serve/serve_internal.h"

#include "core/clock.h"

#include <string.h>

/* ---- counting ---- */

static void count_retry(struct serve *serve, const struct sched_event *ev)
{
    uint32_t retry = ev->attempt - 1;

    if (retry > SERVE_RETRIES)
        retry = SERVE_RETRIES;
    serve->retries++;
    serve->sums.retries[retry - 1]++;
}

static void count_attempt(struct serve *serve, const struct run_news *news)
{
    serve->sums.attempts++;
    serve->sums.attempt_ns += news->took_ns;
}

void serve_count(struct serve_exec *exec, const struct run_news *news)
{
    struct serve *serve = exec->serve;
    const struct sched_event *ev = news->event;
    bool well = ev->what == SCHED_DONE;
    bool ended = well || ev->what == SCHED_FAIL;

    serve->tasks[0] += well;
    serve->tasks[1] += ev->what == SCHED_CACHED_NOW;
    serve->tasks[2] += ev->what == SCHED_FAIL;
    serve->tasks[3] += ev->what == SCHED_SKIP || ev->what == SCHED_DROP;
    serve->infra += ev->what == SCHED_FAULT && ev->fault == PLAN_INFRASTRUCTURE;
    if (news->retry)
        count_retry(serve, ev);
    if (well || ev->what == SCHED_FAULT)
        count_attempt(serve, news);
    if (ended && exec->run &&
        sched_task(run_sched(exec->run), ev->task)->retries > 0)
        serve->sums.retried[!well]++;
}

static double cost_of(const struct serve_exec *exec)
{
    double cost = sched_counts(run_sched(exec->run))->cost_usd;

    return cost > 0 ? cost : 0;
}

void serve_count_end(struct serve_exec *exec)
{
    struct serve *serve = exec->serve;

    serve->ended[!strcmp(exec->known.status, "completed") ? 0
                 : !strcmp(exec->known.status, "failed")  ? 1
                                                          : 2]++;
    serve->sums.execution_ns += run_now(exec->run);
    serve->sums.tokens += sched_counts(run_sched(exec->run))->tokens;
    serve->sums.cost_usd += cost_of(exec);
}

/* ---- the text ---- */

static void family(struct td_buf *out, const char *name, const char *kind,
                   const char *help)
{
    (void)td_buf_addf(out, "# HELP tapedeck_%s %s\n# TYPE tapedeck_%s %s\n",
                      name, help, name, kind);
}

static void one(struct td_buf *out, const char *name, const char *kind,
                const char *help, uint64_t n)
{
    family(out, name, kind, help);
    (void)td_buf_addf(out, "tapedeck_%s %llu\n", name, (unsigned long long)n);
}

static void by_label(struct td_buf *out, const char *name,
                     const char *const *words, const uint64_t *counts,
                     size_t count)
{
    for (size_t i = 0; i < count; i++)
        (void)td_buf_addf(out, "tapedeck_%s{status=\"%s\"} %llu\n", name,
                          words[i], (unsigned long long)counts[i]);
}

static void pools(const struct serve *serve, struct td_buf *out)
{
    family(out, "pool_slots", "gauge", "Slots of a pool in use.");
    for (size_t i = 0; i < serve->exec_count; i++) {
        const struct run_exec *run = serve->execs[i]->run;

        for (uint32_t p = 0; run && p < run_plan(run)->pool_count; p++)
            (void)td_buf_addf(
                out, "tapedeck_pool_slots{execution=\"%s\",pool=\"%s\"} %u\n",
                serve->execs[i]->id, run_plan(run)->pools[p].name,
                sched_slots(run_sched(run), p));
    }
}

static bool runs(const struct serve_exec *exec)
{
    return exec->run && !exec->over;
}

static uint64_t tokens(const struct serve *serve)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < serve->exec_count; i++)
        if (runs(serve->execs[i]))
            sum += sched_counts(run_sched(serve->execs[i]->run))->tokens;
    return sum;
}

static uint64_t consoles(const struct serve *serve)
{
    uint64_t n = 0;

    for (const struct serve_console *c = serve->consoles; c; c = c->next)
        n += c->peer != NULL;
    return n;
}

static double cost(const struct serve *serve)
{
    double sum = serve->sums.cost_usd;

    for (size_t i = 0; i < serve->exec_count; i++)
        if (runs(serve->execs[i]))
            sum += cost_of(serve->execs[i]);
    return sum;
}

/* How many there were, and how long they took together. */
static void summary(struct td_buf *out, const char *name, const char *help,
                    uint64_t ns, uint64_t count)
{
    (void)td_buf_addf(out,
                      "# HELP %s %s\n# TYPE %s summary\n%s_sum %.6f\n"
                      "%s_count %llu\n",
                      name, help, name, name, (double)ns / (double)TD_NS_PER_S,
                      name, (unsigned long long)count);
}

static void v2(struct td_buf *out, const char *name, const char *kind,
               const char *help)
{
    (void)td_buf_addf(out, "# HELP v2_%s %s\n# TYPE v2_%s %s\n", name, help,
                      name, kind);
}

/* Of the wave that runs, in every execution. */
static void v2_waves(const struct serve *serve, struct td_buf *out)
{
    v2(out, "wave_completion_percent", "gauge",
       "Tasks of the wave that have ended.");
    for (size_t i = 0; i < serve->exec_count; i++) {
        const struct serve_exec *exec = serve->execs[i];
        uint32_t n[2] = {0, 0};
        uint32_t wave =
            runs(exec) ? sched_counts(run_sched(exec->run))->wave : 0;

        for (uint32_t k = 0; wave && k < run_plan(exec->run)->task_count; k++)
            if (run_plan(exec->run)->tasks[k].depth == wave)
                n[sched_is_final(sched_task(run_sched(exec->run), k)->state)]++;
        if (n[0] + n[1])
            (void)td_buf_addf(out,
                              "v2_wave_completion_percent{wave_id=\"%u\","
                              "masterplan_id=\"%s\"} %.2f\n",
                              wave, exec->id, 100.0 * n[1] / (n[0] + n[1]));
    }
}

/* The names of the older sender, where there is something to be told: tasks are
 * its atoms. */
static void v2_all(const struct serve *serve, struct td_buf *out)
{
    const struct serve_sums *sums = &serve->sums;
    uint64_t retried = sums->retried[0] + sums->retried[1];

    v2(out, "atoms_succeeded_total", "counter", "Tasks that ended well.");
    (void)td_buf_addf(out, "v2_atoms_succeeded_total %llu\n",
                      (unsigned long long)(serve->tasks[0] + serve->tasks[1]));
    v2(out, "atoms_failed_total", "counter", "Tasks that failed.");
    (void)td_buf_addf(out, "v2_atoms_failed_total %llu\n",
                      (unsigned long long)serve->tasks[2]);
    v2(out, "retry_attempts_total", "counter",
       "Attempts after a first one; 4: and all behind it.");
    for (unsigned i = 0; i < SERVE_RETRIES; i++)
        (void)td_buf_addf(out,
                          "v2_retry_attempts_total{attempt_number=\"%u\"} "
                          "%llu\n",
                          i + 2, (unsigned long long)sums->retries[i]);
    v2(out, "retry_success_rate", "gauge",
       "Of the tasks that were tried again, those that ended well.");
    if (retried)
        (void)td_buf_addf(out, "v2_retry_success_rate %.4f\n",
                          (double)sums->retried[0] / (double)retried);
    v2(out, "execution_cost_usd_total", "counter", "Cost that is known.");
    (void)td_buf_addf(out, "v2_execution_cost_usd_total %.6f\n", cost(serve));
    summary(out, "v2_execution_time_seconds", "Executions that ended.",
            sums->execution_ns,
            serve->ended[0] + serve->ended[1] + serve->ended[2]);
    summary(out, "v2_atom_execution_time_seconds", "Attempts that ended.",
            sums->attempt_ns, sums->attempts);
    v2_waves(serve, out);
}

void serve_metrics(const struct serve *serve, struct td_buf *out)
{
    static const char *const ends[] = {"completed", "failed",
                                       "partial_success"};
    static const char *const tasks[] = {"completed", "cached", "failed",
                                        "skipped"};

    family(out, "executions_total", "counter", "Executions that ended.");
    by_label(out, "executions_total", ends, serve->ended, 3);
    one(out, "executions_running", "gauge", "Executions that run.",
        serve->running);
    family(out, "tasks_total", "counter", "Tasks that ended.");
    by_label(out, "tasks_total", tasks, serve->tasks, 4);
    one(out, "retries_total", "counter", "Attempts after a first one.",
        serve->retries);
    one(out, "infrastructure_failures_total", "counter",
        "Starts that failed for no reason of their task.", serve->infra);
    pools(serve, out);
    one(out, "tokens", "gauge", "Tokens of the executions that run.",
        tokens(serve));
    one(out, "tokens_total", "counter", "Tokens of all executions.",
        serve->sums.tokens + tokens(serve));
    summary(out, "tapedeck_task_seconds", "Attempts that ended.",
            serve->sums.attempt_ns, serve->sums.attempts);
    one(out, "lagged_total", "counter",
        "Times that a peer did not read in time.", serve->sums.lagged);
    one(out, "consoles", "gauge", "Peers that are connected.", consoles(serve));
    one(out, "commands_total", "counter",
        "Commands of consoles and of the API.", serve->commands);
    one(out, "refused_total", "counter", "Requests that were not admitted.",
        serve->refused);
    v2_all(serve, out);
}
