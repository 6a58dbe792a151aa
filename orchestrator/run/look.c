#include "orchestrator/run/look.h"

#include "core/mem.h"
#include "orchestrator/provider/openai.h"
#include "orchestrator/provider/processes.h"
#include "orchestrator/provider/replay.h"
#include "orchestrator/run/exec_internal.h"
#include "orchestrator/work/env.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct looking {
    struct run_look *out;
    const struct plan *plan;
    const struct run_options *options;
    struct work_place *place;
};

static const char *version_of(enum plan_provider provider)
{
    static const char *const versions[RUN_PROVIDERS] = {
        [PLAN_SHELL] = PROV_PROCESS_VERSION,
        [PLAN_COMMAND] = PROV_PROCESS_VERSION,
        [PLAN_OPENAI] = PROV_OPENAI_VERSION,
        [PLAN_REPLAY] = PROV_REPLAY_VERSION,
        [PLAN_BLUEPRINT] = RUN_BLUEPRINT_VERSION,
    };

    return versions[provider];
}

/* Against its last success; why: what is new, or what cannot be looked at. */
static bool is_fresh(struct looking *l, uint32_t i,
                     const struct work_past *past, struct td_buf *why)
{
    const struct plan_task *task = &l->plan->tasks[i];
    struct work_files inputs = {.count = 0};
    struct work_key key = {.count = 0};
    struct work_key_of of = {.task = task,
                             .provider = plan_provider_word(task->provider),
                             .version = version_of(task->provider),
                             .inputs = &inputs};
    struct work_want want = {.key = &key, .outputs = &task->outputs};
    struct td_arena arena = {0};
    struct td_error err = {.code = TD_OK};
    char **env;
    bool fresh = false;
    enum td_code code =
        work_env(&env, &arena, &task->env,
                 l->options->env ? l->options->env : environ, &err);

    of.env = code ? NULL : env;
    if (!code)
        code = work_inputs(l->place, &task->inputs, &inputs, &err);
    if (!code && inputs.missing_count) {
        (void)td_buf_addf(why, "its input %s is not there", inputs.missing[0]);
    } else if (!code) {
        work_key_make(&key, &of);
        code = work_fresh(l->place, past, &want, &fresh, why, &err);
    }
    if (code)
        (void)td_buf_addf(why, "%s: %s", err.where, err.text);
    work_key_release(&key);
    work_files_release(&inputs);
    td_arena_release(&arena);
    return fresh;
}

/* Does one that it needs run? UINT32_MAX: none. */
static uint32_t needs_one_that_runs(const struct looking *l, uint32_t i)
{
    const struct plan_task *task = &l->plan->tasks[i];

    for (uint32_t d = 0; d < task->depends_count; d++)
        if (l->out->guesses[task->depends_on[d]] != SCHED_UNCHANGED)
            return task->depends_on[d];
    return UINT32_MAX;
}

static enum sched_guess guess(struct looking *l, uint32_t i,
                              const struct work_past *past, struct td_buf *why)
{
    const struct plan_task *task = &l->plan->tasks[i];
    uint32_t runs = needs_one_that_runs(l, i);

    if (!task->cache || l->options->no_cache || l->plan->own_workspace) {
        (void)td_buf_add_text(
            why, l->options->no_cache       ? "all run"
                 : l->plan->own_workspace   ? "its workspace is a new one"
                 : task->outputs.count == 0 ? "it has no outputs to be kept"
                 : task->inputs.count == 0
                     ? "it has no inputs that could be unchanged"
                     : "it is not to be cached");
        return SCHED_WILL_RUN;
    }
    if (!is_fresh(l, i, past, why))
        return SCHED_WILL_RUN;
    td_buf_clear(why);
    (void)td_buf_add_text(why, runs == UINT32_MAX ? past->execution
                                                  : l->plan->tasks[runs].id);
    return runs == UINT32_MAX ? SCHED_UNCHANGED : SCHED_MAY_RUN;
}

static enum td_code look_at(struct looking *l, uint32_t i, struct td_error *err)
{
    struct run_look *out = l->out;
    struct work_past past = {.took_count = 0};
    struct td_buf why = {0};

    if (work_recall(l->place, l->plan->name, l->plan->tasks[i].id, &past, err))
        return err->code;
    out->usual[i] = work_past_took(&past);
    out->known += out->usual[i] > 0;
    out->runs = past.took_count > out->runs ? past.took_count : out->runs;
    out->guesses[i] = guess(l, i, &past, &why);
    out->guess[out->guesses[i]]++;
    out->why[i] = td_arena_text(&out->arena, td_buf_bytes(&why));
    td_buf_release(&why);
    work_past_release(&past);
    return TD_OK;
}

enum td_code run_look(struct run_look *out, const struct plan *plan,
                      const char *root, const struct run_options *options,
                      struct td_error *err)
{
    struct looking l = {.out = out, .plan = plan, .options = options};
    const struct work_options how = {.root = root,
                                     .state = options->state,
                                     .look = true,
                                     .clock = options->clock};
    size_t room = (size_t)plan->task_count + 1;
    uint32_t *order;
    enum td_code code = work_open(&l.place, &how, err);

    if (code)
        return code;
    out->usual = td_calloc(room, sizeof(*out->usual));
    out->guesses = td_calloc(room, sizeof(*out->guesses));
    out->why = td_calloc(room, sizeof(*out->why));
    order = plan_by_depth(plan, NULL);
    for (uint32_t i = 0; i < plan->task_count && !code; i++)
        code = look_at(&l, order[i], err);
    free(order);
    work_close(l.place);
    return code;
}

void run_look_release(struct run_look *look)
{
    free(look->usual);
    free(look->guesses);
    free(look->why);
    td_arena_release(&look->arena);
    *look = (struct run_look){.known = 0};
}
