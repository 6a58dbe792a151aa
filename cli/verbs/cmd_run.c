/* tapedeck run: a plan, executed. */
#include "cli/verbs/plan_see.h"
#include "cli/verbs/run_loop.h"

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
    {.name = "dry-run",
     .type = CLI_FLAG,
     .help = "run nothing and write nothing: print what would start, when, and "
             "what is unchanged"},
    CLI_VIEW_OPTIONS,
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

static enum td_code dry_run(const struct cli_args *args, struct td_error *err)
{
    struct cli_plan_how how = cli_plan_settings(args);

    how.waves = !strcmp(cli_text(args, "schedule"), "waves");
    how.no_cache = cli_flag(args, "no-cache");
    return cli_run_dry(args, &how, err);
}

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    struct running r = {.args = args};
    const char *path = cli_operand(args, 0);
    enum td_code code;

    if (cli_flag(args, "dry-run"))
        return dry_run(args, err);
    code = cli_plan_load(&r.plan, path, err);
    if (code)
        return code;
    r.root = cli_plan_folder(path);
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
        "cut ended it. At its end the gates of the workspace "
        "(.tapedeck/gates.yaml) run if all tasks ended well, and its events "
        "are held to the execution contract; the verdict is in its folder.\n\n"
        "Exit status: 0 all ended well, 1 tasks or gates failed, 2 the plan is "
        "wrong, 4 a process, disk or lock failed, 5 nobody approved in time, "
        "7 a gate could not run, 8 one is flaky, 130 cancelled. docs/plan.md "
        "has the keys of a plan.",
    .examples = "tapedeck run plan.yaml\n"
                "tapedeck run plan.yaml --workers 8 --fail-fast\n"
                "tapedeck run plan.yaml --json | jq .data.task_id",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
