/* tapedeck reindex: members and index again from the text alone. */
#include "cli/verbs/tape_rewrite.h"

static const struct cli_option options[] = {
    CLI_REWRITE_OPTIONS,
    {.name = NULL},
};

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    return cli_rewrite(args, (struct tape_rewrite){.kind = TAPE_REWRITE_SAME},
                       err);
}

const struct cli_command cli_cmd_reindex = {
    .name = "reindex",
    .summary = "Give a tape that was only text its members and index back.",
    .usage = "TAPE",
    .details = "For a tape that was unpacked, filtered or packed by another "
               "tool. Lines stay\nas they are.",
    .examples = "zcat run.tape.gz | gzip > packed.gz\ntapedeck reindex "
                "packed.gz -o run.tape.gz",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
