/* /metrics, in the text format of Prometheus (0.0.4). Sums count from the start
 * of the server.
 */
#include "orchestrator/serve/serve_internal.h"

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

static uint64_t tokens(const struct serve *serve)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < serve->exec_count; i++)
        if (serve->execs[i]->run)
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
    pools(serve, out);
    one(out, "tokens", "gauge", "Tokens of the executions that run.",
        tokens(serve));
    one(out, "consoles", "gauge", "Peers that are connected.", consoles(serve));
    one(out, "commands_total", "counter",
        "Commands of consoles and of the API.", serve->commands);
    one(out, "refused_total", "counter", "Requests that were not admitted.",
        serve->refused);
}
