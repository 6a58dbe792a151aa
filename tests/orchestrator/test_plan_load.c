/* A plan as it is read: what each key does, and what each mistake is told as.
 */
#include "core/fs.h"
#include "orchestrator/plan/load.h"
#include "tests/suites.h"

#include <stdio.h>
#include <string.h>

#define ROWS(a)  (sizeof(a) / sizeof((a)[0]))
#define NIGHTLY  TD_SOURCE_DIR "/fixtures/plans/nightly.yaml"
#define SECOND   UINT64_C(1000000000)
#define HEAD     "plan: 1\ntasks:\n"
#define HEAD_ROW "plan: 1\n"

/* "WHERE: TEXT; HINT" and a newline, of each error. */
static void note(void *self, const struct td_error *e)
{
    struct td_buf *out = self;

    (void)td_buf_addf(out, "%s: %s", e->where, e->text);
    (void)td_buf_addf(out, "%s%s\n", *e->hint ? "; " : "", e->hint);
}

/* What plan.yaml with this text is told as; "" if it is right. */
static const char *told(struct td_buf *out, const char *text)
{
    struct td_jsonx_errors errors = {note, out};
    struct td_error err = {0};
    struct plan plan = {0};
    enum td_code code;

    td_buf_clear(out);
    code = plan_parse(&plan, "plan.yaml", td_text(text), &errors, &err);
    CU_ASSERT_EQUAL(code == TD_OK, out->len == 0);
    CU_ASSERT_EQUAL(err.code, code);
    CU_ASSERT_EQUAL(plan.task_count == 0, code != TD_OK);
    plan_release(&plan);
    return td_buf_str(out);
}

static void is_told(const char *text, const char *expected)
{
    struct td_buf out = {0};

    if (strcmp(told(&out, text), expected) != 0)
        printf("\n    %s\n    is told as:\n%s    not as:\n%s", text,
               td_buf_str(&out), expected);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&out), expected);
    td_buf_release(&out);
}

/* The nightly plan with one text of it changed. */
static void nightly_is_told(const char *old, const char *young,
                            const char *expected)
{
    struct td_buf file = {0};
    struct td_buf changed = {0};
    const char *at;

    CU_ASSERT_FATAL(td_fs_read(&file, NIGHTLY, NULL) == TD_OK);
    at = strstr(td_buf_str(&file), old);
    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    (void)td_buf_add(&changed, file.ptr, (size_t)(at - td_buf_str(&file)));
    (void)td_buf_add_text(&changed, young);
    (void)td_buf_add_text(&changed, at + strlen(old));
    is_told(td_buf_str(&changed), expected);
    td_buf_release(&file);
    td_buf_release(&changed);
}

static void mistakes_in_the_nightly_plan(void)
{
    static const struct {
        const char *old;
        const char *young;
        const char *expected;
    } rows[] = {
        {"[clean_a, clean_b, schema]", "[clean_a, clean_b, schema, train]",
         "plan.yaml:11:14: a cycle: join (11) -> train (12) -> join (11); take "
         "one depends_on away\n"},
        {"depends_on: [fetch_a]", "depends_on: [fetch_c]",
         "plan.yaml:9:30: no task \"fetch_c\"; did you mean fetch_a?\n"},
        {"retry:", "retrys:",
         "plan.yaml:6:64: a task has no key \"retrys\"; did you mean retry?\n"},
        {"[eval.json]", "[model/]",
         "plan.yaml:13:80: model/ is also an output of train (line 12); give a "
         "path to one task\n"},
        {"[eval.json]", "[model/a/b]",
         "plan.yaml:13:80: model/a/b is in model/, an output of train (line "
         "12); give a path to one task\n"},
        {"[a.csv]", "[model/x, a.csv]",
         "plan.yaml:12:107: model/ holds model/x, an output of clean_a (line "
         "9); give a path to one task\n"},
        {"weight: 2, inputs", "pool: net, weight: 3, inputs",
         "plan.yaml:11:86: weight 3 is above the 2 slots of net; make it 2 or "
         "less, or give net more slots\n"},
        {"pool: gpu", "pool: gup",
         "plan.yaml:12:55: pool cannot be \"gup\"; did you mean gpu?\n"},
        {"{id: smoke", "{id: tidy",
         "plan.yaml:17:8: tidy is also the id of another task (line 16); give "
         "each task an id of its own\n"
         "plan.yaml:17:27: no task \"smoke\"; take it away, or add a task with "
         "that id\n"},
    };

    for (size_t i = 0; i < ROWS(rows); i++)
        nightly_is_told(rows[i].old, rows[i].young, rows[i].expected);
}

/* All at once, by line and column, and *err is the first. */
static void all_mistakes_are_told(void)
{
    is_told("plan: 1\n"
            "tasks:\n"
            "- {id: a, depends_on: [b, c], grace: soon}\n"
            "- {id: b, depends_on: [a], run: x, when: sometimes}\n"
            "budgets: 1\n",
            "plan.yaml:3:11: a cycle: a (3) -> b (4) -> a (3); take one "
            "depends_on away\n"
            "plan.yaml:3:27: no task \"c\"; did you mean b?\n"
            "plan.yaml:3:38: grace is a time; write it like 500ms, 30s, 10m or "
            "8h\n"
            "plan.yaml:4:42: when cannot be \"sometimes\"; write success, "
            "always or failure\n"
            "plan.yaml:5:1: a plan has no key \"budgets\"; did you mean "
            "budget?\n");
}

static void mistakes_at_the_top(void)
{
    static const struct {
        const char *text;
        const char *expected;
    } rows[] = {
        {"", "plan.yaml:1:1: a plan is an object of keys; write plan: 1 and "
             "below it tasks:\n"},
        {"{}", "plan.yaml:1:1: the key plan is missing; write: plan: 1\n"
               "plan.yaml:1:1: the key tasks is missing; write tasks: and a "
               "list\n"},
        {"plan: 2\ntasks: [{id: a, run: x}]",
         "plan.yaml:1:7: this is no version of plans that is known; write: "
         "plan: 1\n"},
        {HEAD_ROW "tasks: []", "plan.yaml:2:8: there is no task in it\n"},
        {HEAD_ROW "tasks: {a: b}",
         "plan.yaml:2:8: tasks is a list; write a line with - id: for each\n"},
        {HEAD_ROW "tasks: [7]",
         "plan.yaml:2:9: a task is an object of keys; write it like {id: one, "
         "run: ls}\n"},
        {HEAD_ROW "name: ''\ntasks: [{id: a, run: x}]",
         "plan.yaml:2:7: name is empty\n"},
        {HEAD_ROW "workspace: there\ntasks: [{id: a, run: x}]",
         "plan.yaml:2:12: workspace cannot be \"there\"; did you mean here?\n"},
        {HEAD_ROW "pools: [a]\ntasks: [{id: a, run: x}]",
         "plan.yaml:2:8: pools is an object: names and slots; write it like "
         "{net: 2, gpu: 1}\n"},
        {HEAD_ROW "pools: {A: 1, b: 0}\ntasks: [{id: a, run: x}]",
         "plan.yaml:2:9: \"A\" is no name for a pool; use a to z, 0 to 9, _, - "
         "and .\n"
         "plan.yaml:2:18: the slots of a pool is a whole number from 1 to "
         "100000\n"},
        {HEAD_ROW "budget: 7\ntasks: [{id: a, run: x}]",
         "plan.yaml:2:9: budget is an object; write it like {tokens: 60000, "
         "wall: 45m}\n"},
        {HEAD_ROW "budget: {tokens: 1.5, cost: -1, wall: 0, on: fire}\n"
                  "tasks: [{id: a, run: x}]",
         "plan.yaml:2:18: tokens is a whole number from 1 to "
         "9223372036854775807\n"
         "plan.yaml:2:29: cost is an amount of US dollars; write it like 2.50\n"
         "plan.yaml:2:39: wall is a time; write it like 500ms, 30s, 10m or 8h\n"
         "plan.yaml:2:46: on cannot be \"fire\"; write stop, pause or warn\n"},
        {HEAD_ROW "budget: {warn: 0, critical: 100}\ntasks: [{id: a, run: x}]",
         "plan.yaml:2:16: warn is a whole number from 1 to 99\n"
         "plan.yaml:2:29: critical is a whole number from 1 to 99\n"},
        {HEAD_ROW "defaults: {id: a, dirs: b, timeout: {runs: 1s}}\n"
                  "tasks: [{id: a, run: x}]",
         "plan.yaml:2:12: defaults have no key \"id\"; the keys here are "
         "phase, "
         "estimate, when, provider, dir, with, env, inputs, isolate, cache, "
         "timeout, retry, pool, weight, limits, approval and more\n"
         "plan.yaml:2:19: defaults have no key \"dirs\"; did you mean dir?\n"
         "plan.yaml:2:38: timeout has no key \"runs\"; did you mean run?\n"},
        {HEAD_ROW "plan: 1\n",
         "plan.yaml:2:1: the key \"plan\" stands here for the second time "
         "(first in line 1)\n"},
    };

    for (size_t i = 0; i < ROWS(rows); i++)
        is_told(rows[i].text, rows[i].expected);
}

/* One task, which begins in column 3 of line 3. */
static const struct {
    const char *task;
    const char *expected; /* behind "plan.yaml:3:" */
} task_rows[] = {
    {"{run: x}", "3: a task has no id; give it one that depends_on can "
                 "name\n"},
    {"{id: 7, run: x}", "8: id is a text\n"},
    {"{id: A-b, run: x}",
     "8: \"A-b\" is no id; use a to z, 0 to 9 and _, a letter first\n"},
    {"{id: task_002, run: x}",
     "8: task_002 is what another task is called in events, by its place; "
     "choose another id\n"},
    {"{id: a}", "3: a has nothing to run; add run: a text for sh, or a "
                "list\n"},
    {"{id: a, run: ' '}", "16: run is empty\n"},
    {"{id: a, run: []}", "16: run is empty\n"},
    {"{id: a, run: ['', x]}", "16: the program of run is an empty text\n"},
    {"{id: a, run: 7}", "16: run is a list of texts, or a text for sh\n"},
    {"{id: a, run: [[x]]}", "17: this is no text\n"},
    {"{id: a, run: \"a\\0b\"}", "16: no text may have a NUL byte in it\n"},
    {"{id: a, run: x, provider: opena}",
     "29: provider cannot be \"opena\"; did you mean openai?\n"},
    {"{id: a, run: x, provider: openai}",
     "3: run means nothing with provider openai; take it away, or choose "
     "provider: shell\n"
     "plan.yaml:3:3: nothing says what is asked; add prompt or prompt_file to "
     "with\n"},
    {"{id: a, run: x, name: \"a\\eb\"}", "25: name has a control byte in it\n"},
    {"{id: a, run: x, phase: 5}",
     "26: phase is a number from 0 to 4; discovery is 0, analysis 1, "
     "planning 2, execution 3, validation 4\n"},
    {"{id: a, run: x, estimate: 5}",
     "29: estimate is a time; write it like 500ms, 30s, 10m or 8h\n"},
    {"{id: a, run: x, grace: 300000d}", "26: grace is longer than 292 years\n"},
    {"{id: a, run: x, subtasks: [1]}", "30: a subtask is a text\n"},
    {"{id: a, run: x, depends_on: b}",
     "31: depends_on is a list of ids; write it in [ ], or a line each\n"},
    {"{id: a, run: x, depends_on: [7]}", "32: depends_on is a list of ids\n"},
    {"{id: a, run: x, depends_on: [a]}",
     "19: a cycle: a (3) -> a (3); take one depends_on away\n"},
    {"{id: a, run: x, when: failure}",
     "3: a waits for a failure, and depends on nothing; add depends_on\n"},
    {"{id: a, run: x, dir: ../y}", "24: \"../y\" leads out of the workspace\n"},
    {"{id: a, run: x, dir: /y}", "24: \"/y\" leads out of the workspace\n"},
    {"{id: a, run: x, with: [1]}",
     "25: with is an object: settings of the provider\n"},
    {"{id: a, run: x, with: {n: 1}}",
     "25: a task of the shell has no with; take with away, or say provider: "
     "command\n"},
    {"{id: a, provider: openai}",
     "3: nothing says what is asked; add prompt or prompt_file to with\n"},
    {"{id: a, provider: openai, with: {promt: x, output: a, prompt_file: 7}}",
     "36: with has no key \"promt\"; did you mean prompt?\n"
     "plan.yaml:3:70: prompt_file is a text that is not empty; write something "
     "between quotes\n"},
    {"{id: a, provider: openai, with: {prompt: x, prompt_file: y, output: a}}",
     "35: with has both prompt and prompt_file; take one of them away\n"},
    {"{id: a, provider: openai, with: {prompt: x}}",
     "35: nothing says where the answer goes; give the task one file as its "
     "output, or say it in with.output\n"},
    {"{id: a, provider: replay, with: {prompt: x, output: /y}}",
     "55: output is a file in the workspace; write a path without a slash in "
     "front or behind and without ..\n"},
    {"{id: a, provider: openai, outputs: [b], with: {prompt: x, tape: y}}",
     "61: with has no key \"tape\"; the keys here are prompt, prompt_file, "
     "system, "
     "model, max_tokens, output\n"},
    {"{id: a, provider: openai, outputs: [b], with: {prompt: x, max_tokens: "
     "0}}",
     "73: max_tokens is a whole number from 1 to 1000000000; write it without "
     "quotes, or leave it out\n"},
    {"{id: a, provider: blueprint}",
     "3: a task of a blueprint has one output; name the one file that it "
     "renders\n"
     "plan.yaml:3:3: with of a blueprint needs blueprint; let tapedeck plan "
     "generate write it\n"},
    {"{id: a, run: x, env: [PATH, 7, 1A=2, A B]}",
     "31: env is a list of NAME and NAME=value\n"
     "plan.yaml:3:34: \"1A=2\" is no variable; write NAME to pass it on, "
     "or "
     "NAME=value\n"
     "plan.yaml:3:40: \"A B\" is no variable; write NAME to pass it on, or "
     "NAME=value\n"},
    {"{id: a, run: x, env: [B, AB, A=1, A=2]}", "24: A is in env twice\n"},
    {"{id: a, run: x, inputs: a}",
     "27: inputs is a list; write it in [ ], or a line each\n"},
    {"{id: a, run: x, inputs: ['', 7, a/../b, \"a\\nb\"]}",
     "28: a path is empty\n"
     "plan.yaml:3:32: a path is a text\n"
     "plan.yaml:3:35: \"a/../b\" leads out of the workspace\n"
     "plan.yaml:3:43: a path has a control byte in it\n"},
    {"{id: a, run: x, outputs: [./, .tapedeck/x, b, ./b/]}",
     "29: the whole workspace is no output; name files, or dir/ in it\n"
     "plan.yaml:3:33: tapedeck keeps its own files in .tapedeck; write to "
     "another folder\n"},
    {"{id: a, run: x, inputs: [., b]}",
     "28: the whole workspace is no input; name files, dir/ in it, or "
     "\"**/*.c\"\n"},
    {"{id: a, run: x, outputs: [b, ./b/]}", "32: b/ is in outputs twice\n"},
    {"{id: a, run: x, isolate: 1}", "28: isolate is true or false\n"},
    {"{id: a, run: x, cache: maybe}", "26: cache is true or false\n"},
    {"{id: a, run: x, soft_fail: yes}", "30: soft_fail is true or false\n"},
    {"{id: a, run: x, timeout: 0s}",
     "28: timeout is no time at all; write none if there is no limit\n"},
    {"{id: a, run: x, timeout: {queue: 1, run: x, total: [], "
     "heartbeat: 0s}}",
     "36: timeout.queue is a time; write it like 500ms, 30s, 10m or 8h\n"
     "plan.yaml:3:44: timeout.run is a time; write it like 500ms, 30s, 10m "
     "or 8h\n"
     "plan.yaml:3:54: timeout.total is a time; write it like 500ms, 30s, "
     "10m or 8h\n"
     "plan.yaml:3:69: timeout.heartbeat is no time at all; write none if "
     "there is no limit\n"},
    {"{id: a, run: x, retry: 3}",
     "26: retry is an object; write it like {attempts: 3}\n"},
    {"{id: a, run: x, retry: {attempts: 6, backoff: x, exit: [0], on: "
     "[cancelled]}}",
     "37: attempts is a whole number from 1 to 5\n"
     "plan.yaml:3:49: backoff is a time; write it like 500ms, 30s, 10m or "
     "8h\n"
     "plan.yaml:3:59: an exit status is a whole number from 1 to 255\n"
     "plan.yaml:3:68: a class in on cannot be \"cancelled\"; write "
     "exit_status, signal, timeout, rate_limited, server_error, "
     "disconnected, malformed, output_missing, not_found, bad_request "
     "...\n"},
    {"{id: a, run: x, retry: {exit: [], on: [timeot]}}",
     "33: exit is a list of exit statuses; write it like [6, 28]\n"
     "plan.yaml:3:42: a class in on cannot be \"timeot\"; did you mean "
     "timeout?\n"},
    {"{id: a, run: x, retry: {exit: [1], on: [timeout]}}",
     "3: retry has exit statuses, but no exit_status in on; add "
     "exit_status to on\n"},
    {"{id: a, run: x, pool: net}",
     "25: the plan has no pools; add pools: {NAME: SLOTS} to it\n"},
    {"{id: a, run: x, weight: 0}",
     "27: weight is a whole number from 1 to 100000\n"},
    {"{id: a, run: x, limits: 1}",
     "27: limits is an object; write it like {cpu: 60s, mem: 1G}\n"},
    {"{id: a, run: x, limits: {cpu: 0s, mem: x, files: 0, procs: 1.5}}",
     "33: limits.cpu is no time at all\n"
     "plan.yaml:3:42: limits.mem is a size; write it like 64k, 10M or 1G\n"
     "plan.yaml:3:52: limits.files is a whole number from 1 to 1000000000\n"
     "plan.yaml:3:62: limits.procs is a whole number from 1 to "
     "1000000000\n"},
    {"{id: a, run: x, approval: yes}",
     "29: approval is an object with the key ask; write it like {ask: "
     "\"Publish?\", expires: 8h}\n"},
    {"{id: a, run: x, approval: {expires: 8h}}",
     "29: approval is an object with the key ask; write it like {ask: "
     "\"Publish?\", expires: 8h}\n"},
    {"{id: a, run: x, approval: {ask: '', expires: 0s}}",
     "35: ask is empty\n"
     "plan.yaml:3:48: expires is no time at all\n"},
    {"{id: a, run: x, log: 0}",
     "24: log is a size; write it like 64k, 10M or 1G\n"},
    {"{id: a, run: x, log: 8388608T}", "24: log is larger than 8388607T\n"},
    {"{id: a, run: x, timeout: 1h1h}",
     "28: timeout is a time; write it like 500ms, 30s, 10m or 8h\n"},
};

static void mistakes_in_a_task(void)
{
    struct td_buf text = {0};
    struct td_buf expected = {0};

    for (size_t i = 0; i < ROWS(task_rows); i++) {
        td_buf_clear(&text);
        td_buf_clear(&expected);
        (void)td_buf_addf(&text, HEAD "- %s\n", task_rows[i].task);
        (void)td_buf_addf(&expected, "plan.yaml:3:%s", task_rows[i].expected);
        is_told(td_buf_str(&text), td_buf_str(&expected));
    }
    td_buf_release(&text);
    td_buf_release(&expected);
}

static struct plan read_plan(const char *name, const char *text)
{
    struct td_error err = {0};
    struct plan plan = {0};

    if (plan_parse(&plan, name, td_text(text), NULL, &err))
        printf("\n    %s: %s; %s\n", err.where, err.text, err.hint);
    CU_ASSERT_FATAL(plan.task_count > 0);
    return plan;
}

static void nightly_has_what_it_says(void)
{
    struct plan plan = {0};
    const struct plan_task *t;

    CU_ASSERT_EQUAL_FATAL(plan_load(&plan, NIGHTLY, NULL, NULL), TD_OK);
    CU_ASSERT_STRING_EQUAL(plan.name, "nightly");
    CU_ASSERT_EQUAL(plan.task_count, 12);
    CU_ASSERT_EQUAL(plan.waves, 9);
    CU_ASSERT_EQUAL(plan.pool_count, 2);
    CU_ASSERT_EQUAL(plan.pools[0].slots, 2);
    CU_ASSERT_EQUAL(plan.budget.tokens, 60000);
    CU_ASSERT_EQUAL(plan.budget.cost_usd, 2.5);
    CU_ASSERT_EQUAL(plan.budget.wall_ns, 45 * 60 * SECOND);
    t = &plan.tasks[plan_find(&plan, td_text("fetch_a"))];
    CU_ASSERT_STRING_EQUAL(t->run.list[2], "curl -fo raw/a.csv http://d/a");
    CU_ASSERT_EQUAL(t->retry.attempts, 4);
    CU_ASSERT_EQUAL(t->retry.exit[1], 28);
    CU_ASSERT_EQUAL(t->pool, 0);
    t = &plan.tasks[plan_find(&plan, td_text("clean_a"))];
    CU_ASSERT_EQUAL(t->outputs_where.line, 9);
    CU_ASSERT_EQUAL(t->outputs_where.column, 110);
    CU_ASSERT_TRUE(t->cache);
    t = &plan.tasks[plan_find(&plan, td_text("task_006"))];
    CU_ASSERT_STRING_EQUAL(t->id, "join");
    CU_ASSERT_EQUAL(t->depends_count, 3);
    CU_ASSERT_EQUAL(t->depends_on[0], 2);
    CU_ASSERT_EQUAL(t->dependants_count, 1);
    CU_ASSERT_EQUAL(t->depth, 3);
    t = &plan.tasks[8];
    CU_ASSERT_EQUAL(t->provider, PLAN_OPENAI);
    CU_ASSERT_EQUAL(t->retry.attempts, 4);
    CU_ASSERT_STRING_EQUAL(
        t->with,
        "{\"model\":\"gpt-4\",\"prompt_file\":\"n.md\",\"max_tokens\":4000}");
    CU_ASSERT_EQUAL(plan.tasks[9].approval.expires_ns, 8 * 3600 * SECOND);
    plan_release(&plan);
}

static void defaults_are_filled_in(void)
{
    struct plan plan = read_plan("x/daily.yaml", HEAD "- {id: a, run: [x]}");
    const struct plan_task *t = plan.tasks;

    CU_ASSERT_STRING_EQUAL(plan.name, "daily");
    CU_ASSERT_FALSE(plan.own_workspace);
    CU_ASSERT_EQUAL(plan.budget.tokens, PLAN_NO_LIMIT);
    CU_ASSERT_EQUAL(plan.budget.wall_ns, PLAN_NO_LIMIT);
    CU_ASSERT_TRUE(plan.budget.cost_usd < 0);
    CU_ASSERT_STRING_EQUAL(t->name, "a");
    CU_ASSERT_EQUAL(t->place, 1);
    CU_ASSERT_EQUAL(t->phase, 3);
    CU_ASSERT_EQUAL(t->depth, 1);
    CU_ASSERT_EQUAL(t->when, PLAN_ON_SUCCESS);
    CU_ASSERT_EQUAL(t->provider, PLAN_SHELL);
    CU_ASSERT_FALSE(t->shell);
    CU_ASSERT_PTR_NULL(t->run.list[t->run.count]);
    CU_ASSERT_STRING_EQUAL(t->dir, ".");
    CU_ASSERT_STRING_EQUAL(t->with, "{}");
    CU_ASSERT_FALSE(t->cache || t->isolate || t->soft_fail);
    CU_ASSERT_EQUAL(t->timeout.run, 0);
    CU_ASSERT_EQUAL(t->retry.attempts, 1);
    CU_ASSERT_EQUAL(t->retry.backoff_ns, SECOND);
    CU_ASSERT_EQUAL(t->retry.on, (1u << PLAN_OUTPUT_MISSING) - 1);
    CU_ASSERT_EQUAL(t->pool, PLAN_NO_POOL);
    CU_ASSERT_EQUAL(t->weight, 1);
    CU_ASSERT_PTR_NULL(t->approval.ask);
    CU_ASSERT_EQUAL(t->grace_ns, 10 * SECOND);
    CU_ASSERT_EQUAL(t->log_max, 10 << 20);
    plan_release(&plan);
}

static void a_task_overrides_defaults(void)
{
    struct plan plan = read_plan(
        "p.yaml",
        "plan: 1\nworkspace: new\npools: {p: 2}\n"
        "defaults: {timeout: {run: 1m, queue: 2m}, retry: {attempts: 2}, "
        "pool: p, cache: true, env: [A=1]}\n"
        "tasks: [{id: a, run: x}, {id: b, run: x, timeout: none, retry: "
        "{backoff: 2s}, cache: false, isolate: false, env: []}]");
    const struct plan_task *a = plan.tasks;
    const struct plan_task *b = a + 1;

    CU_ASSERT_EQUAL(a->timeout.queue, 120 * SECOND);
    CU_ASSERT_EQUAL(a->retry.attempts, 2);
    CU_ASSERT_TRUE(a->cache);
    CU_ASSERT_TRUE(a->isolate);
    CU_ASSERT_EQUAL(a->env.count, 1);
    CU_ASSERT_EQUAL(b->pool, 0);
    CU_ASSERT_EQUAL(b->timeout.queue, 0);
    CU_ASSERT_EQUAL(b->timeout.run, 0);
    CU_ASSERT_EQUAL(b->retry.attempts, 1);
    CU_ASSERT_FALSE(b->cache);
    CU_ASSERT_FALSE(b->isolate);
    CU_ASSERT_EQUAL(b->env.count, 0);
    plan_release(&plan);
}

static void paths_are_made_plain(void)
{
    struct plan plan = read_plan(
        "p.yaml", HEAD "- {id: a, run: x, dir: ./d//e/, inputs: [./b//c, d/, "
                       "'**/*.c'], outputs: [o/./p/]}");
    const struct plan_task *t = plan.tasks;

    CU_ASSERT_STRING_EQUAL(t->dir, "d/e");
    CU_ASSERT_STRING_EQUAL(t->inputs.list[0], "b/c");
    CU_ASSERT_STRING_EQUAL(t->inputs.list[1], "d/");
    CU_ASSERT_STRING_EQUAL(t->inputs.list[2], "**/*.c");
    CU_ASSERT_STRING_EQUAL(t->outputs.list[0], "o/p/");
    plan_release(&plan);
}

static void tasks_are_found(void)
{
    struct plan plan =
        read_plan("p.yaml", HEAD "- {id: a, run: x}\n- {id: task_002, run: x}");

    CU_ASSERT_EQUAL(plan_find(&plan, td_text("a")), 0);
    CU_ASSERT_EQUAL(plan_find(&plan, td_text("task_001")), 0);
    CU_ASSERT_EQUAL(plan_find(&plan, td_text("task_002")), 1);
    CU_ASSERT_EQUAL(plan_find(&plan, td_text("task_003")), UINT32_MAX);
    CU_ASSERT_EQUAL(plan_find(&plan, td_text("task_01")), UINT32_MAX);
    CU_ASSERT_EQUAL(plan_find(&plan, td_text("task_0001")), UINT32_MAX);
    CU_ASSERT_EQUAL(plan_find(&plan, td_text("task_00:")), UINT32_MAX);
    CU_ASSERT_EQUAL(plan_find(&plan, td_text("")), UINT32_MAX);
    plan_release(&plan);
}

/* A ring of 1,000 tasks is one line that fits. */
static void long_rings_are_shortened(void)
{
    struct td_buf text = {0};
    struct td_buf out = {0};

    (void)td_buf_add_text(&text, HEAD);
    for (unsigned i = 0; i < 1000; i++)
        (void)td_buf_addf(&text, "- {id: t%u, run: x, depends_on: [t%u]}\n", i,
                          (i + 1) % 1000);
    CU_ASSERT_STRING_EQUAL(
        told(&out, td_buf_str(&text)),
        "plan.yaml:3:20: a cycle: t0 (3) -> t1 (4) -> t2 (5) -> t3 (6) -> t4 "
        "(7) -> t5 (8) -> t6 (9) -> t7 (10) -> t8 (11) -> t9 (12) -> t10 (13) "
        "-> t11 (14) -> t12 (15) -> t13 (16) -> t14 (17) -> t15 (18) -> (983 "
        "more) -> t999 "
        "(1002) -> t0 (3); take one depends_on away\n");
    td_buf_release(&text);
    td_buf_release(&out);
}

/* Three rings, one of them behind another: each is told once. */
static void each_ring_is_told(void)
{
    is_told(HEAD "- {id: a, run: x, depends_on: [b]}\n"
                 "- {id: b, run: x, depends_on: [c]}\n"
                 "- {id: c, run: x, depends_on: [b]}\n"
                 "- {id: d, run: x, depends_on: [d, a]}\n"
                 "- {id: e, run: x, depends_on: [a]}\n"
                 "- {id: f, run: x, depends_on: [g]}\n"
                 "- {id: g, run: x, depends_on: [e, f]}\n",
            "plan.yaml:4:19: a cycle: b (4) -> c (5) -> b (4); take one "
            "depends_on away\n"
            "plan.yaml:6:19: a cycle: d (6) -> d (6); take one depends_on "
            "away\n"
            "plan.yaml:8:19: a cycle: f (8) -> g (9) -> f (8); take one "
            "depends_on away\n");
}

CU_TestInfo orchestrator_plan_load_tests[] = {
    {"mistakes in the nightly plan", mistakes_in_the_nightly_plan},
    {"all mistakes are told", all_mistakes_are_told},
    {"mistakes at the top", mistakes_at_the_top},
    {"mistakes in a task", mistakes_in_a_task},
    {"the nightly plan has what it says", nightly_has_what_it_says},
    {"defaults are filled in", defaults_are_filled_in},
    {"a task overrides defaults", a_task_overrides_defaults},
    {"paths are made plain", paths_are_made_plain},
    {"tasks are found", tasks_are_found},
    {"long rings are shortened", long_rings_are_shortened},
    {"each ring is told", each_ring_is_told},
    CU_TEST_INFO_NULL};
