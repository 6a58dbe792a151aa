/* tapedeck pause: an order to who runs an execution. */
#include "cli/verbs/past_task.h"
#include "cli/verbs/run_loop.h"

static const struct cli_option options[] = {
    CLI_STATE_OPTION,
    {.name = NULL},
};

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    const char *id = cli_operand(args, 0);
    enum td_code code = cli_past_order(args, cli_text(args, "state"), RUN_PAUSE,
                                       RUN_GRACE, err);

    if (!code)
        cli_say(args, "%s is paused; go on with: tapedeck resume %s", id, id);
    return code;
}

const struct cli_command cli_cmd_pause = {
    .name = "pause",
    .summary = "Let nothing more begin of an execution that runs.",
    .usage = "ID",
    .details =
        "Whoever runs it, tapedeck run or a server, starts no more tasks until "
        "tapedeck resume. What runs goes on to its end; timeouts of waiting "
        "and "
        "the budget of time stand still. The verb ends when the order was "
        "taken. Whoever may write in the state folder may give it.",
    .examples = "tapedeck pause x7\n"
                "tapedeck resume x7",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
