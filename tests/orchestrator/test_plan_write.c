/* plan_write(): what it writes is read to an equal plan, and written the same.
 */
#include "core/fs.h"
#include "orchestrator/plan/load.h"
#include "tests/suites.h"

#include <stdio.h>
#include <string.h>

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

static void read_into(struct plan *plan, const char *name, struct td_bytes text)
{
    struct td_error err = {0};

    if (plan_parse(plan, name, text, NULL, &err))
        printf("\n    %s: %s; %s\n", err.where, err.text, err.hint);
    CU_ASSERT_FATAL(plan->task_count > 0);
}

static void same_words(const struct plan_words *a, const struct plan_words *b)
{
    CU_ASSERT_EQUAL_FATAL(a->count, b->count);
    for (uint32_t i = 0; i < a->count; i++)
        CU_ASSERT_STRING_EQUAL(a->list[i], b->list[i]);
}

static void same_edges(const struct plan_task *a, const struct plan_task *b)
{
    CU_ASSERT_EQUAL_FATAL(a->depends_count, b->depends_count);
    CU_ASSERT_EQUAL_FATAL(a->dependants_count, b->dependants_count);
    for (uint32_t i = 0; i < a->depends_count; i++)
        CU_ASSERT_EQUAL(a->depends_on[i], b->depends_on[i]);
    for (uint32_t i = 0; i < a->dependants_count; i++)
        CU_ASSERT_EQUAL(a->dependants[i], b->dependants[i]);
    CU_ASSERT_EQUAL(a->depth, b->depth);
    CU_ASSERT_EQUAL(a->when, b->when);
}

static void same_manner(const struct plan_task *a, const struct plan_task *b)
{
    CU_ASSERT_EQUAL(a->isolate, b->isolate);
    CU_ASSERT_EQUAL(a->cache, b->cache);
    CU_ASSERT_EQUAL(memcmp(&a->timeout, &b->timeout, sizeof(a->timeout)), 0);
    CU_ASSERT_EQUAL(memcmp(&a->limits, &b->limits, sizeof(a->limits)), 0);
    CU_ASSERT_EQUAL(a->retry.attempts, b->retry.attempts);
    CU_ASSERT_EQUAL(a->retry.backoff_ns, b->retry.backoff_ns);
    CU_ASSERT_EQUAL(a->retry.on, b->retry.on);
    CU_ASSERT_EQUAL_FATAL(a->retry.exit_count, b->retry.exit_count);
    for (uint32_t i = 0; i < a->retry.exit_count; i++)
        CU_ASSERT_EQUAL(a->retry.exit[i], b->retry.exit[i]);
    CU_ASSERT_EQUAL(a->pool, b->pool);
    CU_ASSERT_EQUAL(a->weight, b->weight);
    CU_ASSERT_STRING_EQUAL(a->approval.ask ? a->approval.ask : "",
                           b->approval.ask ? b->approval.ask : "");
    CU_ASSERT_EQUAL(a->approval.expires_ns, b->approval.expires_ns);
    CU_ASSERT_EQUAL(a->soft_fail, b->soft_fail);
    CU_ASSERT_EQUAL(a->grace_ns, b->grace_ns);
    CU_ASSERT_EQUAL(a->log_max, b->log_max);
}

static void same_task(const struct plan_task *a, const struct plan_task *b)
{
    CU_ASSERT_EQUAL(a->place, b->place);
    CU_ASSERT_STRING_EQUAL(a->id, b->id);
    CU_ASSERT_STRING_EQUAL(a->name, b->name);
    CU_ASSERT_EQUAL(a->phase, b->phase);
    CU_ASSERT_EQUAL(a->estimate_ns, b->estimate_ns);
    CU_ASSERT_EQUAL(a->provider, b->provider);
    CU_ASSERT_EQUAL(a->shell, b->shell);
    CU_ASSERT_STRING_EQUAL(a->dir, b->dir);
    CU_ASSERT_STRING_EQUAL(a->with, b->with);
    same_words(&a->run, &b->run);
    same_words(&a->env, &b->env);
    same_words(&a->inputs, &b->inputs);
    same_words(&a->outputs, &b->outputs);
    same_words(&a->subtasks, &b->subtasks);
    same_edges(a, b);
    same_manner(a, b);
}

static void same_plan(const struct plan *a, const struct plan *b)
{
    CU_ASSERT_STRING_EQUAL(a->name, b->name);
    CU_ASSERT_EQUAL(a->own_workspace, b->own_workspace);
    CU_ASSERT_EQUAL(a->budget.tokens, b->budget.tokens);
    CU_ASSERT_EQUAL(a->budget.cost_usd, b->budget.cost_usd);
    CU_ASSERT_EQUAL(a->budget.wall_ns, b->budget.wall_ns);
    CU_ASSERT_EQUAL(a->budget.on, b->budget.on);
    CU_ASSERT_EQUAL(a->budget.warn, b->budget.warn);
    CU_ASSERT_EQUAL(a->budget.critical, b->budget.critical);
    CU_ASSERT_EQUAL(a->waves, b->waves);
    CU_ASSERT_EQUAL_FATAL(a->pool_count, b->pool_count);
    for (uint32_t i = 0; i < a->pool_count; i++) {
        CU_ASSERT_STRING_EQUAL(a->pools[i].name, b->pools[i].name);
        CU_ASSERT_EQUAL(a->pools[i].slots, b->pools[i].slots);
    }
    CU_ASSERT_EQUAL_FATAL(a->task_count, b->task_count);
    for (uint32_t i = 0; i < a->task_count; i++)
        same_task(&a->tasks[i], &b->tasks[i]);
}

static void goes_round(const char *name, struct td_bytes text)
{
    struct plan first = {0};
    struct plan second = {0};
    struct td_buf once = {0};
    struct td_buf twice = {0};

    read_into(&first, name, text);
    CU_ASSERT_EQUAL(plan_write(&first, &once), TD_OK);
    CU_ASSERT_TRUE(td_json_fits_line(td_buf_bytes(&once)));
    read_into(&second, "journal", td_buf_bytes(&once));
    same_plan(&first, &second);
    CU_ASSERT_EQUAL(plan_write(&second, &twice), TD_OK);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&once), td_buf_str(&twice));
    plan_release(&first);
    plan_release(&second);
    td_buf_release(&once);
    td_buf_release(&twice);
}

static void the_nightly_plan(void)
{
    struct td_buf file = {0};

    CU_ASSERT_FATAL(td_fs_read(&file,
                               TD_SOURCE_DIR "/fixtures/plans/nightly.yaml",
                               NULL) == TD_OK);
    goes_round("nightly.yaml", td_buf_bytes(&file));
    td_buf_release(&file);
}

/* Every key, with what it is not by itself. */
static void every_key(void)
{
    static const char *const rows[] = {
        "plan: 1\nname: n\nworkspace: new\npools: {p: 3, q-1: 7}\n"
        "budget: {tokens: 5, cost: 0.1, wall: 1500ms, on: pause, warn: 50, "
        "critical: 60}\n"
        "defaults: {env: [HOME2], grace: 0s}\n"
        "tasks:\n"
        "- {id: a, run: [x, 5, true, ''], depends_on: [c, b]}\n"
        "- id: b\n"
        "  name: 'B \"b\"'\n"
        "  phase: 0\n"
        "  estimate: 90s\n"
        "  subtasks: [one, two]\n"
        "  when: always\n"
        "  provider: command\n"
        "  run: |\n    one\n    two\n"
        "  dir: d/e\n"
        "  with: {a: [1.10, {b: \"c \\\\ d\"}]}\n"
        "  env: [A, 'B=c d']\n"
        "  inputs: [d/, '*.c']\n"
        "  outputs: [o/, p]\n"
        "  isolate: false\n"
        "  cache: false\n"
        "  timeout: {queue: 1ns, run: 2us, total: 3ms, heartbeat: 4h}\n"
        "  retry: {attempts: 5, backoff: 0s, exit: [1, 255], on: [exit_status, "
        "refused]}\n"
        "  pool: q-1\n"
        "  weight: 7\n"
        "  limits: {cpu: 1m, mem: 64k, files: 9, procs: 8}\n"
        "  approval: {ask: 'Go?', expires: 2d}\n"
        "  soft_fail: true\n"
        "  log: 1k\n"
        "- {id: c, provider: openai, with: {prompt: x, output: y}, retry: "
        "{attempts: 1}, cache: true}\n",
        "{\"plan\": 1, \"tasks\": [{\"id\": \"a\", \"provider\": \"command\",\n"
        " \"run\": [\"x\"], \"with\": {\n  \"x y\": \"a \\\" : b\",\n  \"z\": "
        "[ 1, 2 ]\n }}]}",
    };

    for (size_t i = 0; i < ROWS(rows); i++)
        goes_round("p", td_text(rows[i]));
}

static void what_is_so_by_itself_is_left_out(void)
{
    struct plan plan = {0};
    struct td_buf out = {0};

    read_into(&plan, "p.yaml",
              td_text("plan: 1\ntasks: [{id: a, run: x, retry: {attempts: 1}, "
                      "timeout: none, weight: 1}]"));
    CU_ASSERT_EQUAL(plan_write(&plan, &out), TD_OK);
    CU_ASSERT_STRING_EQUAL(
        td_buf_str(&out),
        "{\"plan\":1,\"name\":\"p\",\"tasks\":[{\"id\":\"a\",\"run\":\"x\"}]}");
    plan_release(&plan);
    td_buf_release(&out);
}

CU_TestInfo orchestrator_plan_write_tests[] = {
    {"the nightly plan", the_nightly_plan},
    {"every key", every_key},
    {"what is so by itself is left out", what_is_so_by_itself_is_left_out},
    CU_TEST_INFO_NULL};
