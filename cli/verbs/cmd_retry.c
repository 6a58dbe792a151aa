/* tapedeck retry: the plan of an execution once more. */
#include "cli/verbs/run_loop.h"

static const struct cli_option options[] = {
    {.name = "from",
     .type = CLI_TEXT,
     .value = "TASK",
     .help = "also run this task again, and all that depend on it"},
    {.name = "attempts",
     .type = CLI_NUMBER,
     .value = "N",
     .min = 1,
     .max = PLAN_ATTEMPTS_MAX,
     .help = "try what runs again at most so often; else as the plan says"},
    CLI_RUN_AGAIN_OPTIONS,
    {.name = NULL},
};

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    struct cli_run_again again = {.open = run_retry,
                                  .how = cli_run_settings(args)};

    again.how.again = cli_text(args, "from");
    again.how.attempts = (uint32_t)cli_number(args, "attempts");
    return cli_run_again(args, &again, err);
}

const struct cli_command cli_cmd_retry = {
    .name = "retry",
    .summary = "Run what did not end well in an execution.",
    .usage = "ID",
    .details =
        "A fresh execution of the same plan in the same workspace. Tasks that "
        "ended well are taken over where their outputs are still there. Exit "
        "status as of `tapedeck run`.",
    .examples = "tapedeck retry x7\n"
                "tapedeck retry x7 --from join --attempts 3",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
