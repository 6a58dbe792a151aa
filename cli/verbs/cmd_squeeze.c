/* tapedeck squeeze: the same tape in fewer bytes. */
#include "cli/verbs/tape_rewrite.h"

static const struct cli_option options[] = {
    CLI_REWRITE_OPTIONS,
    {.name = "level",
     .type = CLI_NUMBER,
     .max = 9,
     .value = "N",
     .preset = "6",
     .help = "1 (fast) to 9 (small), as gzip's; 0 = as when recording"},
    {.name = NULL},
};

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    struct tape_rewrite how = {
        .kind = TAPE_REWRITE_SAME,
        .level = (unsigned)cli_number(args, "level"),
    };

    return cli_rewrite(args, how, err);
}

const struct cli_command cli_cmd_squeeze = {
    .name = "squeeze",
    .summary = "Compress a tape again, better than a recorder has time for.",
    .usage = "TAPE",
    .details = "Members that were stored under load are compressed, small ones "
               "joined. Lines\nstay as they are.",
    .examples = "tapedeck squeeze run.tape.gz\ntapedeck squeeze run.tape.gz "
                "--level 9 -o small.tape.gz",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
