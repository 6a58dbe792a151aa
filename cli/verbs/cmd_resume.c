/* tapedeck resume: an execution that was cut short goes on. */
#include "cli/verbs/run_loop.h"

static const struct cli_option options[] = {
    CLI_RUN_AGAIN_OPTIONS,
    {.name = NULL},
};

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    const struct cli_run_again again = {
        .open = run_resume, .how = cli_run_settings(args), .resumed = true};

    return cli_run_again(args, &again, err);
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
