/* tapedeck recover: what can be read of a damaged tape, as a whole tape. */
#include "cli/verbs/tape_rewrite.h"

static const struct cli_option options[] = {
    CLI_REWRITE_OPTIONS,
    {.name = NULL},
};

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    return cli_rewrite(args, TAPE_REWRITE_MEND, 0, err);
}

const struct cli_command cli_cmd_recover = {
    .name = "recover",
    .summary = "Make a whole tape of what can be read of a damaged one.",
    .usage = "TAPE",
    .details = "Events are numbered afresh. Where some are missing, an event "
               "of kind \"lost\"\nsays how many. Events that are there "
               "twice, or are of another recording\nor stand in another "
               "order, are left out; the end "
               "line says how many. Exit status 3 if anything was "
               "missing or torn, 0 if not.",
    .examples = "tapedeck recover torn.tape.gz -o whole.tape.gz",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
