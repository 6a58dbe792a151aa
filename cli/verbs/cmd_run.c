/* tapedeck run: a plan, executed. */
#include "cli/verbs/run_loop.h"
#include "core/log.h"
#include "core/mem.h"
#include "orchestrator/plan/load.h"

#include <libgen.h>
#include <stdlib.h>
#include <string.h>

struct running {
    const struct cli_args *args;
    struct plan plan;
    char *root;
};

static const struct cli_option options[] = {
    {.name = "schedule",
     .type = CLI_CHOICE,
     .value = "HOW",
     .choices = "greedy|waves",
     .preset = "greedy",
     .help = "waves: tasks of a depth begin when all above have ended"},
    {.name = "fail-fast",
     .type = CLI_FLAG,
     .help = "the first failure ends all; else what does not depend on it goes "
             "on"},
    {.name = "no-cache",
     .type = CLI_FLAG,
     .help = "also run what is unchanged"},
    CLI_RUN_OPTIONS,
    {.name = NULL},
};

static enum td_code open_run(void *ctx, struct wire_net *net,
                             struct run_exec **out, struct td_error *err)
{
    struct running *r = ctx;
    struct run_options how = cli_run_settings(r->args);

    how.waves = !strcmp(cli_text(r->args, "schedule"), "waves");
    how.fail_fast = cli_flag(r->args, "fail-fast");
    how.no_cache = cli_flag(r->args, "no-cache");
    return run_create(out, net, &r->plan, r->root, &how, err);
}

/* All mistakes of a plan are told, the last by whoever ends. */
static void on_mistake(void *self, const struct td_error *error)
{
    (void)self;
    cli_complain(error);
}

static char *folder_of(const char *path)
{
    char *copy = td_strdup(path);
    char *folder = td_strdup(strcmp(path, "-") ? dirname(copy) : ".");

    free(copy);
    return folder;
}

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    struct running r = {.args = args};
    const char *path = cli_operand(args, 0);
    const struct td_jsonx_errors errors = {.report = on_mistake};
    enum td_code code = plan_load(&r.plan, path, &errors, err);

    if (code)
        return code;
    r.root = folder_of(path);
    code = cli_run(args, open_run, &r, false, err);
    free(r.root);
    plan_release(&r.plan);
    return code;
}

const struct cli_command cli_cmd_run = {
    .name = "run",
    .summary = "Execute a plan: tasks, in the order that they need each other.",
    .usage = "PLAN.yaml",
    .details =
        "Each task that is ready runs, as many at once as there are workers; "
        "one that is unchanged is not run again. All that happens is in the "
        "journal, a tape: `tapedeck resume` goes on where kill -9 or a power "
        "cut ended it.\n\n"
        "Exit status: 0 all tasks ended well, 1 some failed, 2 the plan is "
        "wrong, 4 a process, disk or lock failed, 5 nobody approved in time, "
        "130 cancelled. docs/plan.md has the keys of a plan.",
    .examples = "tapedeck run plan.yaml\n"
                "tapedeck run plan.yaml --workers 8 --fail-fast\n"
                "tapedeck run plan.yaml --json | jq .data.task_id",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
