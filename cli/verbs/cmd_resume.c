/* tapedeck resume: an execution that was cut short goes on. */
#include "cli/verbs/run_loop.h"
#include "core/log.h"

static const struct cli_option options[] = {
    {.name = "workspace",
     .type = CLI_TEXT,
     .value = "DIR",
     .preset = ".",
     .help = "the folder of the plan"},
    CLI_RUN_OPTIONS,
    {.name = NULL},
};

static enum td_code open_run(void *ctx, struct wire_net *net,
                             struct run_exec **out, struct td_error *err)
{
    const struct cli_args *args = ctx;
    struct run_options how = cli_run_settings(args);

    return run_resume(out, net, cli_operand(args, 0),
                      cli_text(args, "workspace"), &how, err);
}

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    return cli_run(args, open_run, (void *)(uintptr_t)args, true, err);
}

const struct cli_command cli_cmd_resume = {
    .name = "resume",
    .summary = "Go on with an execution that was cut short.",
    .usage = "ID",
    .details =
        "Its journal is read, what was running is settled first (it goes on "
        "where its keeper lives, else nothing of it runs any more), and no "
        "task that ended runs twice. Exit status as of `tapedeck run`; 2 also "
        "if the execution has ended.",
    .examples = "tapedeck resume x7",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
