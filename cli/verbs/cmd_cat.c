/* tapedeck cat: the lines of tapes, whole or broken, as they stand. */
#include "cli/shared/select_options.h"
#include "cli/shared/tape_output.h"
#include "cli/shared/wait.h"

#define OUT_STEP ((size_t)256 * 1024) /* bytes printed at once */

static const struct cli_option options[] = {
    CLI_FOLLOW_OPTION,
    {.name = "no-header",
     .type = CLI_FLAG,
     .help = "events only: no header and end lines"},
    {.name = "seq",
     .type = CLI_NUMBER,
     .min = 1,
     .value = "N",
     .help = "only the event of that number, without header and end"},
    CLI_CHOOSE_OPTIONS("both"),
    {.name = NULL},
};

struct cat {
    const struct cli_args *args;
    struct tape_reader *reader;
    struct play_select *select; /* NULL = all events */
    struct play_window window;
    bool whole;       /* nothing is left out: every line as it stands */
    uint64_t segment; /* whose header was printed; unless whole */
    bool met;         /* an event was in the window */
    const char *path; /* of the tape that is read */
    struct wire_net *net;
    struct cli_wait *wait; /* in net, for the tape to grow */
    int pipe;              /* what is read, if it is no plain file; or -1 */
    struct td_buf out;
};

static enum td_code make_select(struct cat *cat, struct td_error *err)
{
    const struct cli_args *args = cat->args;
    struct play_select_options how = cli_choose(args);

    how.all_kinds = !cli_given(args, "event") && !cli_given(args, "regex");
    return cli_chooses(args) ? play_select_new(&cat->select, &how, err) : TD_OK;
}

static enum td_code find_window(struct cat *cat, const char *path,
                                struct td_error *err)
{
    const char *paths[] = {path, NULL};
    enum td_code code = TD_OK;

    cat->window = PLAY_WINDOW_ALL;
    if (cli_given(cat->args, "start") || cli_given(cat->args, "end"))
        code = cli_choose_window(cat->args, paths, &cat->window, err);
    if (cli_given(cat->args, "seq"))
        cat->window.from_seq = cat->window.to_seq =
            cli_number(cat->args, "seq");
    return code;
}

static enum td_code go_to_start(struct cat *cat, struct td_error *err)
{
    play_window_anchor(&cat->window,
                       tape_reader_header(cat->reader)->start_wall_ns);
    return play_window_go(&cat->window, cat->reader, true, err);
}

static void add_line(struct cat *cat, struct td_bytes line)
{
    if (line.len == 0)
        return;
    (void)td_buf_add_bytes(&cat->out, line);
    (void)td_buf_add_byte(&cat->out, '\n');
}

/* Header and end lines of a whole tape. */
static void on_other_line(void *ctx, enum tape_line_kind kind,
                          struct td_bytes line)
{
    struct cat *cat = (struct cat *)ctx;

    (void)kind;
    if (cat->whole && !cli_flag(cat->args, "no-header"))
        add_line(cat, line);
}

/* The header that belongs to the events that come, of a part of a tape. */
static void enter_segment(struct cat *cat)
{
    const struct tape_header *header = tape_reader_header(cat->reader);

    if (cat->whole || header->segment == cat->segment ||
        cli_flag(cat->args, "no-header") || cli_given(cat->args, "seq"))
        return;
    cat->segment = header->segment;
    add_line(cat, header->line);
}

static enum td_code add_event(struct cat *cat, const struct td_event *ev,
                              struct td_error *err)
{
    bool takes = true;
    enum td_code code = TD_OK;

    enter_segment(cat);
    cat->met = true;
    if (cat->select)
        code = play_select_takes(cat->select, ev, &takes, err);
    if (!code && takes)
        add_line(cat, tape_reader_line(cat->reader));
    return code;
}

/* TD_END behind the window. */
static enum td_code take_event(struct cat *cat, const struct td_event *ev,
                               struct td_error *err)
{
    enum play_side side = play_window_side(&cat->window, cat->reader, ev);

    if (side == PLAY_BEHIND)
        return TD_END;
    return side == PLAY_INSIDE ? add_event(cat, ev, err) : TD_OK;
}

static enum td_code wait_for_more(struct cat *cat, struct td_error *err)
{
    enum td_code code = cli_print(&cat->out, err);

    if (!code && cat->pipe >= 0) {
        cli_wait_readable(cat->wait, cat->pipe);
        return TD_OK;
    }
    if (!code && tape_reader_is_over(cat->reader))
        return TD_END;
    if (!code)
        code = tape_reader_grows(cat->reader, err);
    if (code)
        return code == TD_AGAIN ? TD_OK : code;
    return cli_wait_growth(cat->wait, cat->path, err);
}

static enum td_code copy_lines(struct cat *cat, struct td_error *err)
{
    struct td_event ev;

    for (;;) {
        enum td_code code = tape_reader_next(cat->reader, &ev, err);

        if (!code)
            code = take_event(cat, &ev, err);
        else if (code == TD_AGAIN)
            code = wait_for_more(cat, err);
        if (!code && cat->out.len >= OUT_STEP)
            code = cli_print(&cat->out, err);
        if (code)
            return code;
    }
}

static enum td_code cat_tape(struct cat *cat, const char *path,
                             struct td_error *err)
{
    struct tape_read_options how = {.follow = cli_flag(cat->args, "follow"),
                                    .threads = 1,
                                    .keep_strays = true,
                                    .other = on_other_line,
                                    .ctx = cat};
    struct tape_state state;
    enum td_code code;

    cli_say_waiting(cat->args, path, CLI_A_TAPE);
    cat->path = path;
    cat->wait = cli_wait_new(cat->net);
    code = find_window(cat, path, err);
    if (!code)
        code = tape_reader_open(&cat->reader, path, &how, err);
    if (!code)
        code = go_to_start(cat, err);
    if (!code)
        cat->pipe = tape_reader_no_wait(cat->reader);
    if (!code)
        play_select_tell(cat->select, cat->reader);
    if (!code)
        code = copy_lines(cat, err);
    if (code == TD_END) {
        enter_segment(cat);
        code = cli_print(&cat->out, err);
        if (!cat->met && !cat->whole && !cat->select)
            cli_say(cat->args, "%s: nothing is in that range", path);
        state = tape_reader_state(cat->reader);
        if (!code)
            code = cli_tape_verdict(path, NULL, &state, err);
    }
    tape_reader_close(cat->reader);
    cli_wait_free(cat->wait);
    cat->reader = NULL;
    cat->segment = 0;
    return code;
}

/* What is damaged is no reason to leave out the tapes behind it. */
static enum td_code cat_tapes(struct cat *cat, struct td_error *err)
{
    struct td_error first = {0};
    enum td_code code = TD_OK;

    for (int i = 0; i < cli_operands(cat->args) && (!code || code == TD_LOSSY);
         i++) {
        enum td_code one = cat_tape(cat, cli_operand(cat->args, i), err);

        if (one == TD_LOSSY && !first.code)
            first = *err;
        code = one ? one : code;
    }
    if (code == TD_LOSSY)
        *err = first;
    return code;
}

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    struct cat cat = {.args = args};
    enum td_code code = make_select(&cat, err);

    if (!code && cli_given(args, "seq") &&
        (cli_given(args, "start") || cli_given(args, "end")))
        code = td_error_set(err, TD_USAGE, "--seq", 0,
                            "excludes --start and --end");
    cat.whole = !cat.select && !cli_given(args, "start") &&
                !cli_given(args, "end") && !cli_given(args, "seq");
    if (!code)
        code = wire_lws_open(&cat.net, td_clock_real(), err);
    if (!code)
        code = cat_tapes(&cat, err);
    wire_net_close(cat.net);
    play_select_free(cat.select);
    td_buf_release(&cat.out);
    return code;
}

const struct cli_command cli_cmd_cat = {
    .name = "cat",
    .summary = "Print the lines of a tape, also of a damaged or growing one.",
    .usage = "TAPE...",
    .details = "One JSON object a line: the header, the events, the end. What "
               "is damaged is\npassed over; exit status 3 says so. \"-\" reads "
               "stdin. --follow stays with the file\nthat was opened until its "
               "end line; 3 too if it is made shorter, or removed or\nreplaced "
               "while nobody writes to it.",
    .examples = "tapedeck cat run.tape.gz | jq -c 'select(.ev==\"error\")'\n"
                "tapedeck cat --follow run.tape.gz\n"
                "tapedeck cat --seq 120 run.tape.gz\n"
                "tapedeck cat --start 50% --event progress_update run.tape.gz",
    .options = options,
    .min_operands = 1,
    .max_operands = -1,
    .run = run,
};
