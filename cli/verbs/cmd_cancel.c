/* tapedeck cancel: an order to who runs an execution. */
#include "cli/verbs/past_task.h"
#include "cli/verbs/run_loop.h"

static const struct cli_option options[] = {
    CLI_STATE_OPTION,
    {.name = "grace",
     .type = CLI_DURATION,
     .value = "TIME",
     .help = "from SIGTERM to SIGKILL, instead of what the plan says; also of "
             "what was cancelled before and has longer"},
    {.name = NULL},
};

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    uint64_t grace =
        cli_given(args, "grace") ? cli_number(args, "grace") : RUN_GRACE;
    enum td_code code =
        cli_past_order(args, cli_text(args, "state"), RUN_CANCEL, grace, err);

    if (!code && cli_operands(args) > 1)
        cli_say(args, "%s %s is cancelled", cli_operand(args, 0),
                cli_operand(args, 1));
    else if (!code)
        cli_say(args, "%s is cancelled", cli_operand(args, 0));
    return code;
}

const struct cli_command cli_cmd_cancel = {
    .name = "cancel",
    .summary = "End an execution that runs, or one task of it.",
    .usage = "ID [TASK]",
    .details =
        "Whoever runs it, tapedeck run or a server, ends what runs of it with "
        "SIGTERM and after its grace with SIGKILL; nothing more begins. With a "
        "task it is that alone: what depends on it goes on by its `when`, and "
        "everything else goes on (docs/plan.md). The verb ends when the order "
        "was taken. Whoever may write in the state folder may give it.",
    .examples = "tapedeck cancel x7\n"
                "tapedeck cancel x7 train\n"
                "tapedeck cancel x7 train --grace 0s",
    .options = options,
    .min_operands = 1,
    .max_operands = 2,
    .run = run,
};
