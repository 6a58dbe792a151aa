/* tapedeck redact: a tape without what must not be on it. */
#include "cli/shared/tape_output.h"
#include "cli/verbs/tape_write.h"

static const struct cli_option options[] = {
    CLI_TAPE_OUTPUT_OPTIONS,
    {.name = "rules",
     .type = CLI_TEXT,
     .value = "FILE",
     .help = "what to replace, one rule a line, as for record --redact"},
    {.name = NULL},
};

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    const char *paths[] = {cli_operand(args, 0), NULL};
    struct play_source_options how = {
        .paths = paths, .window = PLAY_WINDOW_ALL, .dated = true};
    struct cli_tape_change change = {0};
    struct play_source *source = NULL;
    enum td_code code =
        rec_redact_open(&change.redact, cli_text(args, "rules"), err);

    if (code)
        return code;
    cli_say_waiting(args, paths[0], CLI_A_TAPE);
    code = play_source_open(&source, &how, err);
    if (!code)
        code = cli_tape_out(args, source, change, err);
    play_source_close(source);
    rec_redact_close(change.redact);
    return code;
}

const struct cli_command cli_cmd_redact = {
    .name = "redact",
    .summary = "Write a tape without secrets that another tape holds.",
    .usage = "TAPE --rules FILE -o FILE",
    .details =
        "The rules are those of record --redact (docs/record.md), and the tape "
        "is what\nrecord would have made with them. Without rules: the "
        "credentials in the facts of\nconnections, which record never writes. "
        "The rules hold for source and meta of\nthe header, too. TAPE stays as "
        "it is: remove it yourself.",
    .examples = "tapedeck redact run.tape.gz --rules secrets.rules -o "
                "safe.tape.gz",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
