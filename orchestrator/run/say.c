/* The execution events that consoles hear, as the contract in
 * fixtures/contracts/execution.contract.yaml has them. Each is made of the
 * state and of the sums of what was said before.
 */
#include "orchestrator/run/exec_internal.h"

#include <string.h>

#define PHASES 5
#define MAX_RETRIES                                                            \
    3 /* of every task; of a plan with one of five attempts:                   \
       */
#define MORE_RETRIES 4
#define FIVE         5

static const char *const phase_names[PHASES] = {
    "Discovery", "Analysis", "Planning", "Execution", "Validation"};

static double in_ms(uint64_t ns)
{
    return (double)ns / (double)TD_NS_PER_MS;
}

static void put_ms(struct td_json_writer *w, const char *key, uint64_t ns)
{
    td_json_put_fixed(w, key, in_ms(ns), 2);
}

static void put_task(struct td_json_writer *w, const struct plan_task *task)
{
    char name[PLAN_TASK_NAME];

    td_json_put_text(w, "task_id", plan_task_name(name, task->place));
    td_json_put_text(w, "task_name", task->name);
}

/* ---- the beginning ---- */

static void put_phases(struct td_json_writer *w, const struct plan *plan)
{
    uint32_t counts[PHASES] = {0};

    for (uint32_t i = 0; i < plan->task_count; i++)
        counts[plan->tasks[i].phase % PHASES]++;
    td_json_array(w, "phases");
    for (uint32_t phase = 0; phase < PHASES; phase++) {
        if (counts[phase] == 0)
            continue;
        td_json_object(w, NULL);
        td_json_put_u64(w, "phase", phase);
        td_json_put_text(w, "name", phase_names[phase]);
        td_json_put_u64(w, "task_count", counts[phase]);
        td_json_put_text(w, "status", "pending");
        td_json_object_end(w);
    }
    td_json_array_end(w);
}

/* Whether a task of a phase may end before one of a phase in front of it. A
 * wave waits for the one before; without waves only a chain is sure to go in
 * order.
 */
static bool phases_overlap(const struct run_exec *x)
{
    const struct plan *plan = &x->plan;
    uint32_t first[PHASES] = {0};
    uint32_t last[PHASES] = {0};
    uint32_t deepest = 0;
    bool several = false;

    for (uint32_t i = 0; i < plan->task_count; i++) {
        uint32_t phase = plan->tasks[i].phase % PHASES;
        uint32_t depth = plan->tasks[i].depth;

        if (!first[phase] || depth < first[phase])
            first[phase] = depth;
        last[phase] = depth > last[phase] ? depth : last[phase];
    }
    for (uint32_t phase = 0; phase < PHASES; phase++) {
        if (!first[phase])
            continue;
        if (first[phase] <= deepest)
            return true;
        several = several || deepest > 0;
        deepest = last[phase];
    }
    return several && !x->options.waves && plan->waves < plan->task_count;
}

static void put_task_ids(struct td_json_writer *w, const struct plan *plan)
{
    char name[PLAN_TASK_NAME];

    td_json_array(w, "task_ids");
    for (uint32_t i = 0; i < plan->task_count; i++)
        td_json_put_text(w, NULL, plan_task_name(name, plan->tasks[i].place));
    td_json_array_end(w);
}

/* Files that will be made, where the plan names each of them: what a folder
 * will have in it nobody knows. */
static void put_expected(struct td_json_writer *w, const struct plan *plan)
{
    uint64_t count = 0;

    for (uint32_t i = 0; i < plan->task_count; i++) {
        const struct plan_words *outputs = &plan->tasks[i].outputs;

        for (uint32_t n = 0; n < outputs->count; n++)
            if (td_text(outputs->list[n]).len == 0 ||
                outputs->list[n][strlen(outputs->list[n]) - 1] == '/')
                return;
        count += outputs->count;
    }
    if (count)
        td_json_put_u64(w, "expected_artifacts", count);
}

void run_say_started(struct run_exec *x)
{
    struct td_json_writer *w = journal_say(x->journal, "execution_started");

    td_json_put_u64(w, "total_tasks", x->plan.task_count);
    put_phases(w, &x->plan);
    if (phases_overlap(x))
        td_json_put_bool(w, "phases_overlap", true);
    td_json_put_text(w, "plan_id", x->plan.name);
    td_json_put_u64(w, "total_waves", x->plan.waves);
    td_json_put_u64(w, "estimated_duration_ms",
                    sched_left(x->sched, 0) / TD_NS_PER_MS);
    put_expected(w, &x->plan);
    put_task_ids(w, &x->plan);
    journal_said(x->journal);
    run_tally_begin(&x->tally, journal_said_ns(x->journal));
}

/* ---- tasks ---- */

static uint32_t max_retries(const struct plan *plan)
{
    for (uint32_t i = 0; i < plan->task_count; i++)
        if (plan->tasks[i].retry.attempts >= FIVE)
            return MORE_RETRIES;
    return MAX_RETRIES;
}

static void say_error(struct run_exec *x, uint32_t index, enum plan_fault fault,
                      bool again)
{
    const struct plan_task *task = &x->plan.tasks[index];
    struct run_told *told = &x->tally.tasks[index];
    const char *text = x->tasks[index].text;
    struct td_json_writer *w = journal_say(x->journal, "error");
    char name[PLAN_TASK_NAME];
    struct td_buf id = {0};

    (void)td_buf_addf(&id, "%s/%s/%u", x->id, plan_task_name(name, task->place),
                      told->errors + 1);
    td_json_put_text(w, "error_id", td_buf_str(&id));
    put_task(w, task);
    td_json_put_text(w, "error_type", plan_fault_word(fault));
    td_json_put_text(w, "error_message", *text ? text : plan_fault_word(fault));
    td_json_put_u64(w, "retry_count", told->errors);
    td_json_put_u64(w, "max_retries", max_retries(&x->plan));
    td_json_put_bool(w, "recoverable", again);
    td_json_put_bool(w, "will_retry", again);
    journal_said(x->journal);
    td_buf_release(&id);
    run_tally_error(&x->tally, index, !again);
}

static const char *type_of(const struct work_file *file)
{
    static const char *const docs[] = {".md", ".txt", ".rst", ".adoc", NULL};
    static const char *const configs[] = {".yaml", ".yml", ".json",  ".toml",
                                          ".ini",  ".cfg", ".cmake", NULL};
    const char *base = strrchr(file->path, '/');
    const char *dot = strrchr(file->path, '.');

    base = base ? base + 1 : file->path;
    if (file->kind == WORK_FOLDER)
        return "directory";
    if (!strncmp(base, "test_", 5) || !strncmp(file->path, "tests/", 6) ||
        strstr(file->path, "/tests/"))
        return "test";
    for (size_t i = 0; dot && docs[i]; i++)
        if (!strcmp(dot, docs[i]))
            return "documentation";
    for (size_t i = 0; dot && configs[i]; i++)
        if (!strcmp(dot, configs[i]))
            return "config";
    return "file";
}

/* The path of a folder is told without its slash. */
static struct td_bytes path_of(const struct work_file *file)
{
    struct td_bytes path = td_text(file->path);

    if (path.len > 1 && path.ptr[path.len - 1] == '/')
        path.len--;
    return path;
}

/* What the ending of a path stands for; NULL: nothing that is known. */
static const char *language_of(struct td_bytes path)
{
    static const char *const known[][2] = {
        {".py", "python"},
        {".js", "javascript"},
        {".jsx", "javascript"},
        {".ts", "typescript"},
        {".tsx", "typescript"},
        {".java", "java"},
        {".go", "go"},
        {".rs", "rust"},
        {".cpp", "cpp"},
        {".c", "c"},
        {".h", "c"},
        {".cs", "csharp"},
        {".rb", "ruby"},
        {".php", "php"},
        {".sql", "sql"},
        {".yaml", "yaml"},
        {".yml", "yaml"},
        {".json", "json"},
        {".xml", "xml"},
        {".html", "html"},
        {".css", "css"},
        {".scss", "scss"},
        {".md", "markdown"},
        {".txt", "text"},
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        size_t len = strlen(known[i][0]);

        if (path.len > len &&
            !memcmp(path.ptr + path.len - len, known[i][0], len))
            return known[i][1];
    }
    return NULL;
}

static void put_file(struct td_json_writer *w, const struct work_file *file)
{
    struct td_bytes path = path_of(file);
    const uint8_t *slash = memrchr(path.ptr, '/', path.len);
    size_t base = slash ? (size_t)(slash - path.ptr) + 1 : 0;
    char hex[WORK_HEX];

    td_json_put_string(w, "artifact_name",
                       td_bytes(path.ptr + base, path.len - base));
    td_json_put_text(w, "artifact_type", type_of(file));
    td_json_put_string(w, "file_path", path);
    td_json_put_u64(w, "size_bytes", file->size);
    if (file->kind != WORK_FOLDER) {
        work_hex(hex, file->sha256);
        td_json_put_text(w, "sha256", hex);
        td_json_put_text(w, "mode", file->exec ? "755" : "644");
    }
    if (file->kind != WORK_FOLDER && language_of(path)) {
        td_json_object(w, "metadata");
        td_json_put_text(w, "language", language_of(path));
        td_json_object_end(w);
    }
}

static void say_artifact(struct run_exec *x, uint32_t index,
                         const struct work_file *file)
{
    struct td_json_writer *w = journal_say(x->journal, "artifact_created");
    char name[PLAN_TASK_NAME];
    struct td_buf id = {0};

    (void)plan_task_name(name, x->plan.tasks[index].place);
    (void)td_buf_addf(&id, "%s/%s/%u", x->id, name,
                      x->tally.tasks[index].outputs + 1);
    td_json_put_text(w, "artifact_id", td_buf_str(&id));
    put_file(w, file);
    td_json_put_text(w, "task_id", name);
    journal_said(x->journal);
    td_buf_release(&id);
    run_tally_artifact(&x->tally, index);
}

/* Those that were told before a crash are not told again. */
static void say_artifacts(struct run_exec *x, uint32_t index)
{
    const struct work_files *files = &x->tasks[index].outputs;

    for (uint32_t i = x->tally.tasks[index].outputs; i < files->count; i++)
        say_artifact(x, index, &files->list[i]);
}

static void put_counts(struct td_json_writer *w, const struct run_exec *x)
{
    uint32_t done = x->tally.all.ended[RUN_COMPLETED];

    td_json_put_u64(w, "progress", done);
    td_json_put_fixed(w, "progress_percent",
                      100.0 * done / (double)x->plan.task_count, 2);
    td_json_put_u64(w, "completed_tasks", done);
    td_json_put_u64(w, "total_tasks", x->plan.task_count);
    td_json_put_u64(w, "current_wave", x->tally.waves + 1);
}

static void say_progress(struct run_exec *x, uint32_t index)
{
    const struct plan_task *task = &x->plan.tasks[index];
    const struct sched_task *state = sched_task(x->sched, index);
    enum run_end end = run_end_of(x->sched, index);
    uint64_t took =
        state->started_ns == TD_NEVER ? 0 : state->ended_ns - state->started_ns;
    struct td_buf model = {0};
    struct td_json_writer *w;

    run_tally_end(&x->tally, index, end);
    w = journal_say(x->journal, "progress_update");
    put_task(w, task);
    td_json_put_u64(w, "phase", task->phase);
    td_json_put_text(w, "phase_name", phase_names[task->phase % PHASES]);
    td_json_put_text(w, "status",
                     end == RUN_COMPLETED ? "completed" : "failed");
    put_counts(w, x);
    put_ms(w, "duration_ms", took);
    if (state->attempt)
        td_json_put_u64(w, "attempt", state->attempt);
    td_json_put_text(w, "provider", plan_provider_word(task->provider));
    run_model_of(&model, x, index);
    if (model.len)
        td_json_put_string(w, "model", td_buf_bytes(&model));
    td_buf_release(&model);
    if (state->tokens)
        td_json_put_u64(w, "tokens_used", state->tokens);
    if (state->tokens && state->cost_usd >= 0)
        td_json_put_fixed(w, "cost_usd", state->cost_usd, 6);
    journal_said(x->journal);
}

/* A task has ended, well or not: all that belongs to it, in its order. */
static void say_end(struct run_exec *x, uint32_t index)
{
    const struct run_told *told = &x->tally.tasks[index];

    if (told->ended)
        return;
    if (run_end_of(x->sched, index) == RUN_COMPLETED)
        say_artifacts(x, index);
    else if (!told->hopeless)
        say_error(x, index, sched_task(x->sched, index)->fault, false);
    say_progress(x, index);
}

/* ---- waves and the end ---- */

static void say_wave(struct run_exec *x)
{
    const struct run_sums wave = x->tally.wave;
    struct td_json_writer *w = journal_say(x->journal, "wave_completed");
    uint64_t now = journal_said_ns(x->journal);
    uint32_t good = wave.ended[RUN_COMPLETED];
    uint32_t all = good + wave.ended[RUN_FAILED] + wave.ended[RUN_SKIPPED];

    td_json_put_u64(w, "wave_number", x->tally.waves + 1);
    td_json_put_u64(w, "tasks_in_wave", all);
    td_json_put_u64(w, "successful_tasks", good);
    td_json_put_u64(w, "failed_tasks", wave.ended[RUN_FAILED]);
    td_json_put_u64(w, "skipped_tasks", wave.ended[RUN_SKIPPED]);
    if (all > 0)
        td_json_put_fixed(w, "success_rate", (double)good / all, 4);
    put_ms(w, "duration_ms", now - x->tally.wave_ns);
    td_json_put_u64(w, "artifacts_created", wave.artifacts);
    journal_said(x->journal);
    run_tally_wave(&x->tally, now);
}

const char *run_status(const struct run_exec *x)
{
    uint32_t done = x->tally.all.ended[RUN_COMPLETED];

    return done == x->plan.task_count ? "completed"
           : done == 0                ? "failed"
                                      : "partial_success";
}

/* What the gates of the workspace have counted. */
static void put_judged(struct td_json_writer *w, const struct run_exec *x)
{
    struct run_judge_sums sums;

    if (!x->judge)
        return;
    sums = run_judge_sums(x->judge);
    if (sums.tests[1]) {
        td_json_put_u64(w, "tests_passed", sums.tests[0]);
        td_json_put_u64(w, "tests_total", sums.tests[1]);
    }
    if (sums.lines[1])
        td_json_put_fixed(w, "coverage_percent",
                          100.0 * (double)sums.lines[0] / (double)sums.lines[1],
                          2);
}

static void put_stats(struct td_json_writer *w, const struct run_exec *x)
{
    const struct sched_counts *counts = sched_counts(x->sched);

    td_json_object(w, "final_stats");
    td_json_put_u64(w, "total_waves", x->tally.waves);
    td_json_put_u64(w, "cached_tasks", counts->cached);
    td_json_put_u64(w, "retries", counts->retries);
    put_judged(w, x);
    td_json_put_u64(w, "tokens_used", counts->tokens);
    if (counts->cost_usd >= 0)
        td_json_put_fixed(w, "cost_usd", counts->cost_usd, 6);
    td_json_object_end(w);
}

static void say_completed(struct run_exec *x)
{
    const struct run_sums *all = &x->tally.all;
    struct td_json_writer *w = journal_say(x->journal, "execution_completed");

    td_json_put_text(w, "status", run_status(x));
    td_json_put_u64(w, "total_tasks", x->plan.task_count);
    td_json_put_u64(w, "completed_tasks", all->ended[RUN_COMPLETED]);
    td_json_put_u64(w, "failed_tasks", all->ended[RUN_FAILED]);
    td_json_put_u64(w, "skipped_tasks", all->ended[RUN_SKIPPED]);
    put_ms(w, "total_duration_ms",
           journal_said_ns(x->journal) - x->tally.began_ns);
    td_json_put_u64(w, "artifacts_created", all->artifacts);
    put_stats(w, x);
    journal_said(x->journal);
    x->tally.finished = true;
}

/* ---- when ---- */

bool run_is_told(const struct run_exec *x, const struct sched_event *ev)
{
    return !sched_is_infra(x->sched, ev->task, ev->fault) ||
           !sched_would_retry(x->sched, ev->task, ev->attempt, ev->fault,
                              ev->status);
}

/* Events "error" count the attempts of the task. */
static void say_fault(struct run_exec *x, const struct sched_event *ev)
{
    if (run_is_told(x, ev))
        say_error(x, ev->task, ev->fault,
                  sched_would_retry(x->sched, ev->task, ev->attempt, ev->fault,
                                    ev->status));
}

static void say_task_end(struct run_exec *x, const struct sched_event *ev)
{
    say_end(x, ev->task);
}

static void say_wave_end(struct run_exec *x, const struct sched_event *ev)
{
    (void)ev;
    say_wave(x);
}

static void say_finish(struct run_exec *x, const struct sched_event *ev)
{
    (void)ev;
    say_completed(x);
}

void run_say_event(struct run_exec *x, const struct sched_event *ev)
{
    static const struct {
        enum sched_what what;
        void (*say)(struct run_exec *x, const struct sched_event *ev);
    } says[] = {
        {SCHED_FAULT, say_fault},       {SCHED_CACHED_NOW, say_task_end},
        {SCHED_DONE, say_task_end},     {SCHED_FAIL, say_task_end},
        {SCHED_SKIP, say_task_end},     {SCHED_DROP, say_task_end},
        {SCHED_WAVE_END, say_wave_end}, {SCHED_FINISH, say_finish},
    };

    for (size_t i = 0; i < sizeof(says) / sizeof(says[0]); i++)
        if (says[i].what == ev->what)
            says[i].say(x, ev);
}

/* The order is that of the tasks, not that of their ends, which the lines of
 * kind "run" have. */
void run_say_missing(struct run_exec *x, uint32_t waves)
{
    if (!x->tally.begun)
        run_say_started(x);
    for (uint32_t i = 0; i < x->plan.task_count; i++) {
        const struct run_task *task = &x->tasks[i];

        if (x->tally.tasks[i].errors < task->faults)
            run_say_event(x, &task->fault);
        if (sched_is_final(sched_task(x->sched, i)->state))
            say_end(x, i);
    }
    while (x->tally.waves < waves)
        say_wave(x);
    if (sched_counts(x->sched)->finished && !x->tally.finished)
        say_completed(x);
}
