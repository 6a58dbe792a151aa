/* tapedeck merge: several tapes on one timeline. */
#include "cli/shared/tape_output.h"
#include "cli/verbs/tape_write.h"

static const struct cli_option options[] = {
    CLI_TAPE_OUTPUT_OPTIONS,
    {.name = NULL},
};

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    const char *paths[PLAY_TAPES_MAX + 1] = {NULL};
    struct play_source_options how = {
        .paths = paths, .window = PLAY_WINDOW_ALL, .dated = true};
    struct play_source *source;
    enum td_code code;

    for (int i = 0; i < cli_operands(args); i++)
        paths[i] = cli_operand(args, i);
    for (int i = 0; i < cli_operands(args); i++)
        cli_say_waiting(args, paths[i], CLI_A_TAPE);
    code = play_source_open(&source, &how, err);
    if (code)
        return code;
    code = cli_tape_out(args, source, (struct cli_tape_change){0}, err);
    play_source_close(source);
    return code;
}

const struct cli_command cli_cmd_merge = {
    .name = "merge",
    .summary = "Write the events of several tapes to one, in order of time.",
    .usage = "TAPE... -o FILE",
    .details = "The wall clocks of their starts put the tapes on one timeline; "
               "what happened\nat the same time keeps the order of the tapes. "
               "With N tapes, connection C of\nthe I-th becomes "
               "(C - 1) * N + I, and so do the numbers of exchanges.",
    .examples = "tapedeck merge server.tape.gz client.tape.gz -o both.tape.gz",
    .options = options,
    .min_operands = 1,
    .max_operands = PLAY_TAPES_MAX,
    .run = run,
};
