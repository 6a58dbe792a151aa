/* The JSON Schema of plans, docs/plan.schema.json, and the loader: by shape,
 * what one refuses the other does.
 */
#include "core/fs.h"
#include "orchestrator/plan/load.h"
#include "schema/schema.h"
#include "tests/suites.h"

#include <stdio.h>

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))
#define SCHEMA  TD_SOURCE_DIR "/docs/plan.schema.json"

static struct schema_set *schemas;
static struct schema_run *runner;
static uint32_t root;

static void read_schema(void)
{
    struct td_error err = {0};

    schemas = schema_set_new(NULL);
    if (schema_set_add_file(schemas, SCHEMA, &root, &err)) {
        printf("\n    %s: %s\n", err.where, err.text);
        CU_FAIL_FATAL("the schema of plans is wrong");
    }
    runner = schema_run_new(schemas);
}

static void drop_schema(void)
{
    schema_run_free(runner);
    schema_set_free(schemas);
}

/* Both opinions of a text; they are to be the same. */
static void judge(struct td_bytes text, bool good)
{
    struct td_jsonx doc = {0};
    struct td_error err = {0};
    struct plan plan = {0};
    bool loads = plan_parse(&plan, "plan.yaml", text, NULL, &err) == TD_OK;
    bool fits = false;

    if (!td_jsonx_parse(&doc, "plan.yaml", TD_JSONX_YAML, text, NULL)) {
        struct schema_value value = {&doc.json, 0};

        fits = schema_test(runner, root, value) == TD_OK;
        td_jsonx_release(&doc);
    }
    if (loads != good || fits != good)
        printf("\n    loader %d, schema %d: %.*s%s\n", loads, fits,
               (int)text.len, (const char *)text.ptr, err.text);
    CU_ASSERT_EQUAL(loads, good);
    CU_ASSERT_EQUAL(fits, good);
    plan_release(&plan);
}

/* "plan: 1, tasks: [{id: a, run: x, ROW}]" */
static void judge_task(const char *row, bool good)
{
    struct td_buf text = {0};

    (void)td_buf_addf(&text,
                      "{plan: 1, pools: {net: 9}, "
                      "tasks: [{id: a, run: x, %s}]}",
                      row);
    judge(td_buf_bytes(&text), good);
    td_buf_release(&text);
}

static void what_is_good(void)
{
    static const char *const rows[] = {
        "name: b",
        "phase: 0",
        "phase: 4",
        "estimate: 1.5h",
        "estimate: 0s",
        "when: always",
        "provider: command",
        "dir: a/b",
        "dir: .",
        "provider: command, with: {a: [1]}",
        "env: [A, B=, 'C=d e']",
        "env: []",
        "inputs: [a, '*.c', d/, ./e, ..f]",
        "outputs: [a.b, d/e, ...]",
        "outputs: [.tapedeckx]",
        "isolate: true",
        "cache: false",
        "timeout: 1m",
        "timeout: none",
        "timeout: {run: 30m, heartbeat: 60s, total: none}",
        "retry: {attempts: 5, backoff: 0s, exit: [6, 28]}",
        "retry: {on: [timeout, exit_status]}",
        "pool: net, weight: 9",
        "limits: {cpu: 1s, mem: 1G, files: 3, procs: 1}",
        "limits: {mem: 4096}",
        "approval: {ask: 'Publish?', expires: 8h}",
        "soft_fail: true",
        "grace: 0s",
        "log: 64k",
        "subtasks: [one, two]",
        "depends_on: []",
    };

    read_schema();
    for (size_t i = 0; i < ROWS(rows); i++)
        judge_task(rows[i], true);
    judge(td_text("{plan: 1, tasks: [{id: a, run: [x, 1, true]}]}"), true);
    judge(td_text("{plan: 1, name: n, workspace: new, budget: {tokens: 1, "
                  "cost: 0, wall: 1s, on: warn, warn: 1, critical: 99}, "
                  "defaults: {cache: false}, "
                  "tasks: [{id: a, run: x}]}"),
          true);
    drop_schema();
}

static void what_is_no_task(void)
{
    static const char *const rows[] = {
        "retrys: {}",
        "name: ''",
        "name: 3",
        "name: \"a\\tb\"",
        "phase: 5",
        "phase: -1",
        "phase: '3'",
        "phase: 1.5",
        "estimate: 5",
        "estimate: 5 m",
        "estimate: 5w",
        "when: never",
        "provider: bash",
        "dir: ../x",
        "dir: /x",
        "dir: ''",
        "with: []",
        "env: [1A]",
        "env: {A: b}",
        "env: ['A B']",
        "inputs: a",
        "inputs: [a/../b]",
        "inputs: [..]",
        "inputs: [.]",
        "inputs: [b, ././/]",
        "inputs: [1]",
        "outputs: [.]",
        "outputs: [./]",
        "outputs: [.tapedeck]",
        "outputs: [.tapedeck/x]",
        "outputs: [./.tapedeck/x]",
        "outputs: [\"a\\nb\"]",
        "isolate: 1",
        "cache: 'yes'",
        "timeout: 0s",
        "timeout: 0",
        "timeout: {kill: 1s}",
        "timeout: {run: 0.0m}",
        "retry: 3",
        "retry: {attempts: 0}",
        "retry: {attempts: 6}",
        "retry: {exit: []}",
        "retry: {exit: [0]}",
        "retry: {exit: [256]}",
        "retry: {on: [budget]}",
        "retry: {on: timeout}",
        "weight: 0",
        "weight: 100001",
        "pool: 3",
        "limits: {cpu: 0s}",
        "limits: {ram: 1G}",
        "limits: {mem: 0}",
        "limits: {mem: 1X}",
        "limits: {files: 0}",
        "approval: true",
        "approval: {}",
        "approval: {ask: ''}",
        "approval: {ask: a, expires: 0s}",
        "soft_fail: 'no'",
        "grace: -1s",
        "log: 0",
        "subtasks: [1]",
        "depends_on: b",
        "depends_on: [1]",
    };
    read_schema();
    for (size_t i = 0; i < ROWS(rows); i++)
        judge_task(rows[i], false);
    drop_schema();
}

static void what_is_no_plan(void)
{
    static const char *const plans[] = {
        "{}",
        "[]",
        "{plan: 1}",
        "{plan: 1, tasks: []}",
        "{plan: 1, tasks: {}}",
        "{plan: 2, tasks: [{id: a, run: x}]}",
        "{plan: '1', tasks: [{id: a, run: x}]}",
        "{plan: 1, tasks: [a]}",
        "{plan: 1, tasks: [{run: x}]}",
        "{plan: 1, tasks: [{id: A, run: x}]}",
        "{plan: 1, tasks: [{id: 1, run: x}]}",
        "{plan: 1, tasks: [{id: a, run: ''}]}",
        "{plan: 1, tasks: [{id: a, run: []}]}",
        "{plan: 1, tasks: [{id: a, run: [null]}]}",
        "{plan: 1, tasks: [{id: a, run: 3}]}",
        "{plan: 1, what: 2, tasks: [{id: a, run: x}]}",
        "{plan: 1, workspace: there, tasks: [{id: a, run: x}]}",
        "{plan: 1, pools: {N: 1}, tasks: [{id: a, run: x}]}",
        "{plan: 1, pools: {n: 0}, tasks: [{id: a, run: x}]}",
        "{plan: 1, pools: [n], tasks: [{id: a, run: x}]}",
        "{plan: 1, budget: 3, tasks: [{id: a, run: x}]}",
        "{plan: 1, budget: {cost: -1}, tasks: [{id: a, run: x}]}",
        "{plan: 1, budget: {wall: 0s}, tasks: [{id: a, run: x}]}",
        "{plan: 1, budget: {on: go}, tasks: [{id: a, run: x}]}",
        "{plan: 1, budget: {warn: 0}, tasks: [{id: a, run: x}]}",
        "{plan: 1, budget: {critical: 100}, tasks: [{id: a, run: x}]}",
        "{plan: 1, defaults: {id: b}, tasks: [{id: a, run: x}]}",
        "{plan: 1, defaults: {outputs: [b]}, tasks: [{id: a, run: x}]}",
    };

    read_schema();
    for (size_t i = 0; i < ROWS(plans); i++)
        judge(td_text(plans[i]), false);
    drop_schema();
}

CU_TestInfo orchestrator_plan_schema_tests[] = {
    {"what is good", what_is_good},
    {"what is no task", what_is_no_task},
    {"what is no plan", what_is_no_plan},
    CU_TEST_INFO_NULL,
};
