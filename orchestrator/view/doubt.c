#include "orchestrator/view/doubt.h"

#include "core/glob.h"
#include "core/mem.h"
#include "core/secret_name.h"

#include <stdlib.h>
#include <string.h>

#define STEPS_MAX UINT64_C(20000000) /* tasks looked at, in all searches */

struct output {
    const char *path;
    size_t len; /* without the slash of a folder */
    uint32_t task;
};

struct finding {
    struct doubts *out;
    const struct plan *plan;
    struct output *outputs; /* by their bytes */
    uint32_t output_count;
    uint32_t *marks; /* of each task: the search that has been there */
    uint32_t search;
    uint32_t *stack;
    uint64_t steps;
};

const char *doubt_word(enum doubt_kind kind)
{
    static const char *const words[DOUBT_KINDS] = {
        "no_outputs", "redundant",   "unordered",  "overlap",
        "heavy",      "unused_pool", "no_timeout", "secret"};

    return words[kind];
}

static void add(struct finding *f, enum doubt_kind kind, uint32_t task,
                const char *text)
{
    struct doubts *out = f->out;

    if ((out->count & (out->count + 1)) == 0)
        out->list = td_realloc(out->list, (size_t)(2 * out->count + 1) *
                                              sizeof(*out->list));
    out->list[out->count++] = (struct doubt){kind, task, text};
}

/* ---- paths ---- */

static bool is_pattern(const char *text)
{
    return td_glob_is(td_text(text)) || text[strlen(text) - 1] == '/';
}

static int by_path(const void *a, const void *b)
{
    const struct output *x = a;
    const struct output *y = b;
    size_t len = x->len < y->len ? x->len : y->len;
    int diff = memcmp(x->path, y->path, len);

    return diff ? diff : (x->len > y->len) - (x->len < y->len);
}

static void collect(struct finding *f)
{
    const struct plan *plan = f->plan;
    size_t count = 0;

    for (uint32_t i = 0; i < plan->task_count; i++)
        count += plan->tasks[i].outputs.count;
    f->outputs = td_calloc(count + 1, sizeof(*f->outputs));
    for (uint32_t i = 0; i < plan->task_count; i++)
        for (uint32_t n = 0; n < plan->tasks[i].outputs.count; n++) {
            const char *path = plan->tasks[i].outputs.list[n];
            size_t len = strlen(path);

            f->outputs[f->output_count++] =
                (struct output){path, path[len - 1] == '/' ? len - 1 : len, i};
        }
    if (f->output_count)
        qsort(f->outputs, f->output_count, sizeof(*f->outputs), by_path);
}

static const struct output *find_output(const struct finding *f,
                                        const char *path, size_t len)
{
    struct output key = {.path = path, .len = len};

    return f->output_count ? bsearch(&key, f->outputs, f->output_count,
                                     sizeof(key), by_path)
                           : NULL;
}

/* ---- reachability ---- */

/* Does a task need `other`, at whatever distance? */
static bool needs(struct finding *f, uint32_t task, uint32_t other)
{
    const struct plan_task *tasks = f->plan->tasks;
    uint32_t top = 0;

    if (tasks[other].depth >= tasks[task].depth)
        return false;
    f->search++;
    f->stack[top++] = task;
    while (top > 0 && f->steps < STEPS_MAX) {
        const struct plan_task *t = &tasks[f->stack[--top]];

        for (uint32_t d = 0; d < t->depends_count; d++) {
            uint32_t next = t->depends_on[d];

            f->steps++;
            if (next == other)
                return true;
            if (f->marks[next] == f->search ||
                tasks[next].depth <= tasks[other].depth)
                continue;
            f->marks[next] = f->search;
            f->stack[top++] = next;
        }
    }
    return f->steps >= STEPS_MAX; /* nothing is said of what is not known */
}

/* ---- of a task ---- */

static uint32_t least_depth(const struct plan *plan,
                            const struct plan_task *task)
{
    uint32_t depth = UINT32_MAX;

    for (uint32_t d = 0; d < task->depends_count; d++)
        if (plan->tasks[task->depends_on[d]].depth < depth)
            depth = plan->tasks[task->depends_on[d]].depth;
    return depth;
}

/* Mark all that its dependencies need, at whatever distance. */
static void mark_needs(struct finding *f, const struct plan_task *task)
{
    const struct plan_task *tasks = f->plan->tasks;
    uint32_t depth = least_depth(f->plan, task);
    uint32_t top = 0;

    f->search++;
    for (uint32_t d = 0; d < task->depends_count; d++)
        f->stack[top++] = task->depends_on[d];
    while (top > 0 && f->steps < STEPS_MAX) {
        const struct plan_task *t = &tasks[f->stack[--top]];

        for (uint32_t d = 0; d < t->depends_count; d++) {
            uint32_t next = t->depends_on[d];

            f->steps++;
            if (f->marks[next] == f->search || tasks[next].depth < depth)
                continue;
            f->marks[next] = f->search;
            f->stack[top++] = next;
        }
    }
}

static void check_redundant(struct finding *f, uint32_t i)
{
    const struct plan_task *task = &f->plan->tasks[i];

    if (task->depends_count < 2)
        return;
    mark_needs(f, task);
    for (uint32_t d = 0; d < task->depends_count; d++) {
        uint32_t other = task->depends_on[d];

        if (f->marks[other] == f->search)
            add(f, DOUBT_REDUNDANT, i,
                td_arena_print(&f->out->arena,
                               "%s needs %s anyway, by another of its "
                               "dependencies",
                               task->id, f->plan->tasks[other].id));
    }
}

static void tell_unordered(struct finding *f, uint32_t i, const char *input,
                           const struct output *output)
{
    const struct plan_task *tasks = f->plan->tasks;

    if (output->task == i || needs(f, i, output->task))
        return;
    add(f, DOUBT_UNORDERED, i,
        td_arena_print(&f->out->arena,
                       "%s reads %s, which %s writes, and does not need it; "
                       "add it to depends_on",
                       tasks[i].id, input, tasks[output->task].id));
}

/* The file itself, or a folder that it is in. */
static void check_input_path(struct finding *f, uint32_t i, const char *input)
{
    size_t len = strlen(input);

    for (size_t n = 1; n <= len; n++) {
        const struct output *output =
            n == len || input[n] == '/' ? find_output(f, input, n) : NULL;

        if (output)
            tell_unordered(f, i, input, output);
    }
}

static void check_input_pattern(struct finding *f, uint32_t i,
                                const char *input)
{
    for (uint32_t n = 0; n < f->output_count && f->steps < STEPS_MAX; n++) {
        f->steps++;
        if (f->outputs[n].task != i && !is_pattern(f->outputs[n].path) &&
            td_glob_path(td_text(input), td_text(f->outputs[n].path), 0))
            tell_unordered(f, i, input, &f->outputs[n]);
    }
}

static void check_inputs(struct finding *f, uint32_t i)
{
    const struct plan_words *inputs = &f->plan->tasks[i].inputs;

    for (uint32_t n = 0; n < inputs->count; n++)
        if (is_pattern(inputs->list[n]))
            check_input_pattern(f, i, inputs->list[n]);
        else
            check_input_path(f, i, inputs->list[n]);
}

/* The loader has compared paths and folders; here a glob meets a path. */
static void check_outputs(struct finding *f, uint32_t i)
{
    const struct plan_task *task = &f->plan->tasks[i];

    for (uint32_t n = 0; n < task->outputs.count; n++) {
        const char *pattern = task->outputs.list[n];

        if (!td_glob_is(td_text(pattern)))
            continue;
        for (uint32_t k = 0; k < f->output_count && f->steps < STEPS_MAX; k++) {
            const struct output *other = &f->outputs[k];

            f->steps++;
            if (other->task != i && !td_glob_is(td_text(other->path)) &&
                td_glob_path(td_text(pattern), td_text(other->path), 0))
                add(f, DOUBT_OVERLAP, i,
                    td_arena_print(&f->out->arena,
                                   "its output %s takes in %s, which %s "
                                   "writes; give each file to one task",
                                   pattern, other->path,
                                   f->plan->tasks[other->task].id));
        }
    }
}

/* The plan is in the journal as it is; a variable that is passed on is not. */
static void check_env(struct finding *f, uint32_t i)
{
    const struct plan_task *task = &f->plan->tasks[i];

    for (uint32_t n = 0; n < task->env.count; n++) {
        const char *env = task->env.list[n];
        size_t len = strcspn(env, "=");

        if (env[len] && env[len + 1] && td_secret_name(td_bytes(env, len)))
            add(f, DOUBT_SECRET, i,
                td_arena_print(&f->out->arena,
                               "%s has the value of %.*s in the plan, and so "
                               "in each journal; name it alone, and it is "
                               "taken from the environment",
                               task->id, (int)len, env));
    }
}

static void check_task(struct finding *f, uint32_t i, uint32_t workers)
{
    const struct plan_task *task = &f->plan->tasks[i];

    if (task->outputs.count == 0 && task->dependants_count > 0)
        add(f, DOUBT_NO_OUTPUTS, i,
            td_arena_print(&f->out->arena,
                           "%s has no outputs: it runs each time, and %s is "
                           "not told what it makes",
                           task->id,
                           task->dependants_count == 1
                               ? f->plan->tasks[task->dependants[0]].id
                               : "who depends on it"));
    check_redundant(f, i);
    check_inputs(f, i);
    check_outputs(f, i);
    check_env(f, i);
    if (task->weight > workers)
        add(f, DOUBT_HEAVY, i,
            td_arena_print(&f->out->arena,
                           "%s has a weight of %u, and there are %u workers: "
                           "it runs alone",
                           task->id, task->weight, workers));
    if ((task->provider == PLAN_OPENAI || task->provider == PLAN_COMMAND) &&
        !task->timeout.run && !task->timeout.total && !task->timeout.heartbeat)
        add(f, DOUBT_NO_TIMEOUT, i,
            td_arena_print(&f->out->arena,
                           "%s has no timeout: if it hangs, all of it does",
                           task->id));
}

static void check_pools(struct finding *f)
{
    for (uint32_t p = 0; p < f->plan->pool_count; p++) {
        bool used = false;

        for (uint32_t i = 0; i < f->plan->task_count && !used; i++)
            used = f->plan->tasks[i].pool == p;
        if (!used)
            add(f, DOUBT_POOL, UINT32_MAX,
                td_arena_print(&f->out->arena, "no task is in the pool %s",
                               f->plan->pools[p].name));
    }
}

void doubts_find(struct doubts *out, const struct plan *plan, uint32_t workers)
{
    struct finding f = {.out = out, .plan = plan};
    size_t room = (size_t)plan->task_count + 1;

    f.marks = td_calloc(room, sizeof(*f.marks));
    f.stack = td_calloc(2 * room, sizeof(*f.stack));
    collect(&f);
    for (uint32_t i = 0; i < plan->task_count; i++)
        check_task(&f, i, workers);
    check_pools(&f);
    out->cut = f.steps >= STEPS_MAX;
    free(f.outputs);
    free(f.marks);
    free(f.stack);
}

void doubts_release(struct doubts *doubts)
{
    td_arena_release(&doubts->arena);
    free(doubts->list);
    *doubts = (struct doubts){.count = 0};
}
