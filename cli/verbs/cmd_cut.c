/* tapedeck cut: a part of a tape as a tape of its own. */
#include "cli/shared/select_options.h"
#include "cli/shared/tape_output.h"
#include "cli/verbs/tape_write.h"

static const struct cli_option options[] = {
    CLI_TAPE_OUTPUT_OPTIONS,
    CLI_CHOOSE_OPTIONS("both"),
    {.name = "keep-times",
     .type = CLI_FLAG,
     .help = "times as on TAPE, not from the start of the part"},
    {.name = NULL},
};

static enum td_code
open_source(const struct cli_args *args, const char *const *paths,
            struct play_select *select, struct play_source **source,
            struct play_window *window, struct td_error *err)
{
    struct play_source_options how = {
        .paths = paths, .select = select, .dated = true};
    enum td_code code = cli_choose_window(args, paths, window, err);

    /* Where it begins is looked up in find_start(). */
    if (!code && window->from_seq > 1 && !cli_flag(args, "keep-times"))
        code = cli_choose_spool(paths, err);
    how.window = *window;
    return code ? code : play_source_open(source, &how, err);
}

/* Where the part begins: at the bound in time, else at its first event. */
static enum td_code find_start(struct play_source *source,
                               struct play_window window, uint64_t *from_ns,
                               struct td_error *err)
{
    uint64_t start = play_source_start_wall(source);
    struct td_event ev;
    enum td_code code = TD_OK;

    play_window_anchor(&window, start);
    *from_ns = window.from_ns > start ? window.from_ns - start : 0;
    if (window.from_seq <= 1)
        return TD_OK;
    code = play_source_next(source, &ev, err);
    if (code == TD_END)
        return TD_OK;
    *from_ns = code ? 0 : ev.at_ns;
    return code ? code : play_source_rewind(source, err);
}

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    const char *paths[] = {cli_operand(args, 0), NULL};
    struct play_select_options which = cli_choose(args);
    struct play_select *select = NULL;
    struct play_source *source = NULL;
    struct play_window window = PLAY_WINDOW_ALL;
    struct cli_tape_change change = {0};
    enum td_code code;

    cli_say_waiting(args, paths[0], CLI_A_TAPE);
    which.all_kinds = !cli_given(args, "event") && !cli_given(args, "regex");
    code = play_select_new(&select, &which, err);
    if (!code)
        code = open_source(args, paths, select, &source, &window, err);
    if (!code && !cli_flag(args, "keep-times"))
        code = find_start(source, window, &change.from_ns, err);
    if (!code)
        code = cli_tape_out(args, source, change, err);
    play_source_close(source);
    play_select_free(select);
    return code;
}

const struct cli_command cli_cmd_cut = {
    .name = "cut",
    .summary = "Write a part of a tape to a tape of its own.",
    .usage = "TAPE -o FILE",
    .details = "Events are numbered afresh and times begin at the start of the "
               "part, unless\n--keep-times is given. The wall clock stays "
               "right.",
    .examples =
        "tapedeck cut run.tape.gz --start +10s --end +20s -o part.tape.gz",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
