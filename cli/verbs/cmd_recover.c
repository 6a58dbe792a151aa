/* tapedeck recover: what can be read of a damaged tape, as a whole tape. */
#include "cli/verbs/tape_rewrite.h"

static const struct cli_option options[] = {
    CLI_REWRITE_OPTIONS,
    {.name = NULL},
};

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    return cli_rewrite(args, (struct tape_rewrite){.kind = TAPE_REWRITE_MEND},
                       err);
}

const struct cli_command cli_cmd_recover = {
    .name = "recover",
    .summary = "Make a whole tape of what can be read of a damaged one.",
    .usage = "TAPE",
    .details = "Members of the tape that were moved are put back in their "
               "places, as they say\nthemselves where they belong; that needs "
               "a file, not a pipe. Events are\nnumbered afresh. Where some "
               "are missing, an event of kind \"lost\" says how many.\n"
               "Events that are there twice, or are of another recording, are "
               "left out, and so\nis a copy of a recording, whole or torn, "
               "beside one that has all of it; lines\nof text that are out "
               "of order are written as they were found. The end line and\n"
               "the summary count all of these. Exit status 3 if anything was "
               "missing, torn or\nout of place, 0 if not.",
    .examples = "tapedeck recover torn.tape.gz -o whole.tape.gz",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
