/* tapedeck mark: a named place on a tape that exists. */
#include "cli/shared/select_options.h"
#include "cli/verbs/tape_rewrite.h"
#include "core/json_writer.h"
#include "core/utf8.h"
#include "replayer/range.h"
#include "replayer/timeline.h"

#define NAME_MAX_BYTES 1000

static const struct cli_option options[] = {
    CLI_REWRITE_OPTIONS,
    {.name = "at",
     .type = CLI_TEXT,
     .value = "PLACE",
     .help = "+10s, 50%, seq:N, marker:NAME or RFC 3339: the marker stands "
             "before what is there"},
    {.name = NULL},
};

static enum td_code check_name(const char *name, struct td_error *err)
{
    struct td_bytes text = td_text(name);
    bool fits =
        text.len > 0 && text.len <= NAME_MAX_BYTES && td_utf8_valid(text);

    for (size_t i = 0; i < text.len; i++)
        fits = fits && text.ptr[i] >= ' ' && text.ptr[i] != 0x7f;
    if (fits)
        return TD_OK;
    return td_error_set(err, TD_USAGE, "NAME", 0,
                        "a marker's name is a line of UTF-8 of at most %d "
                        "bytes, not empty",
                        NAME_MAX_BYTES);
}

/* What the place means is measured by the tape itself. */
static enum td_code find_place(struct tape_insert *insert,
                               const struct cli_args *args,
                               struct td_error *err)
{
    const char *paths[] = {cli_operand(args, 0), NULL};
    struct play_source_options how = {
        .paths = paths, .window = PLAY_WINDOW_ALL, .dated = true};
    struct play_window window = PLAY_WINDOW_ALL;
    struct play_source *source = NULL;
    struct play_bound none = {.kind = PLAY_BOUND_NONE};
    struct play_bound at;
    uint64_t start_ns = 0;
    enum td_code code =
        play_bound_parse(&at, "--at", cli_text(args, "at"), err);

    if (!code)
        code = cli_choose_spool(paths, err);
    if (!code)
        code = play_window_find(&window, &at, &none, paths, err);
    if (!code)
        code = play_source_open(&source, &how, err);
    if (code)
        return code;
    start_ns = play_source_start_wall(source);
    play_source_close(source);
    play_window_anchor(&window, start_ns);
    if (window.from_ns > 0 && window.from_ns < start_ns)
        return td_error_set(err, TD_USAGE, "--at", 0,
                            "%s is before the tape begins",
                            cli_text(args, "at"));
    insert->from_ns = window.from_ns;
    insert->from_seq = window.from_seq;
    insert->from_segment = window.from_segment;
    return TD_OK;
}

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    struct tape_insert insert = {.event = {.dir = TD_DIR_OUT,
                                           .form = TD_FORM_JSON,
                                           .kind = td_text(TD_KIND_MARKER)}};
    struct tape_rewrite how = {.kind = TAPE_REWRITE_SAME, .insert = &insert};
    struct td_buf json = {0};
    struct td_json_writer w = td_json_writer(&json);
    enum td_code code = check_name(cli_operand(args, 1), err);

    if (!code && !cli_text(args, "at")) {
        (void)td_error_set(err, TD_USAGE, "--at", 0, "is missing");
        code = td_error_hint(err, "say where the marker belongs: --at +10s");
    }
    if (!code)
        code = find_place(&insert, args, err);
    if (code)
        return code;
    td_json_object(&w, NULL);
    td_json_put_text(&w, "name", cli_operand(args, 1));
    td_json_object_end(&w);
    insert.event.payload = td_buf_bytes(&json);
    code = cli_rewrite(args, how, err);
    td_buf_release(&json);
    return code;
}

const struct cli_command cli_cmd_mark = {
    .name = "mark",
    .summary = "Give a place on a tape a name.",
    .usage = "TAPE NAME --at PLACE",
    .details =
        "The marker is an event of the tape, in order of time, and what "
        "follows it is\nnumbered one higher; nothing else of the tape "
        "changes. --start marker:NAME of other\nverbs begins there. "
        "Without -o the tape is replaced, as a whole or not at all: a damaged "
        "one stays as\nit is (status 4).",
    .examples = "tapedeck mark run.tape.gz --at +10s 'deploy begins'\n"
                "tapedeck replay run.tape.gz --start 'marker:deploy begins'",
    .options = options,
    .min_operands = 2,
    .max_operands = 2,
    .run = run,
};
