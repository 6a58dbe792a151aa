#include "cli/verbs/convert_cast.h"

#include "cli/shared/select_options.h"
#include "cli/shared/tape_output.h"
#include "console/cast.h"
#include "core/take.h"
#include "replayer/schedule.h"

#include <stdlib.h>
#include <string.h>

#define SIZE_MOST 1000u /* columns, rows */

unsigned cli_cast_version(const struct cli_args *args)
{
    return strcmp(cli_text(args, "asciicast"), "3") ? 2 : 3;
}

bool cli_cast_color(const struct cli_args *args)
{
    const char *no_color = getenv("NO_COLOR");

    return strcmp(cli_text(args, "color"), "never") != 0 &&
           !(no_color && *no_color);
}

enum td_code cli_cast_size(const struct cli_args *args,
                           struct console_options *options,
                           struct td_error *err)
{
    const char *text = cli_text(args, "size");
    struct td_bytes rest = td_text(text);
    uint64_t columns = 0;
    uint64_t rows = 0;
    bool read = td_take_number(&rest, &columns) && rest.len && *rest.ptr == 'x';

    rest = read ? td_bytes(rest.ptr + 1, rest.len - 1) : rest;
    if (!read || !td_take_number(&rest, &rows) || rest.len || columns < 20 ||
        columns > SIZE_MOST || rows < 5 || rows > SIZE_MOST)
        return td_error_set(err, TD_USAGE, "--size", 0,
                            "wants COLUMNSxROWS, from 20x5 to %ux%u, got "
                            "\"%s\"",
                            SIZE_MOST, SIZE_MOST, text);
    options->columns = columns;
    options->rows = rows;
    return TD_OK;
}

bool cli_is_cast(const struct cli_args *args, const char *path)
{
    size_t len = path ? strlen(path) : 0;

    if (cli_given(args, "to"))
        return !strcmp(cli_text(args, "to"), CLI_CAST);
    return len > 5 && !strcmp(path + len - 5, ".cast");
}

static enum td_code check(const struct cli_args *args, const char *path,
                          struct td_error *err)
{
    if (!strcmp(path, "-"))
        return td_error_set(err, TD_USAGE, "--output", 0,
                            "an asciicast goes to a file, not to stdout");
    if (!cli_chooses(args) && !cli_given(args, "start") &&
        !cli_given(args, "end"))
        return TD_OK;
    (void)td_error_set(err, TD_USAGE, "--start, --event and their kin", 0,
                       "an asciicast is of the whole tape");
    return td_error_hint(err, "cut the tape, and convert that");
}

enum td_code cli_convert_cast(const struct cli_args *args, const char *path,
                              struct td_error *err)
{
    struct console_options options = {
        .tape = cli_operand(args, 0),
        .style = {.utf8 = true, .color = cli_cast_color(args)},
    };
    struct console_cast_options how = {.path = path,
                                       .version = cli_cast_version(args),
                                       .speed = PLAY_SPEED_ONE};
    struct tape_state state = {0};
    struct console *console;
    enum td_code code = check(args, path, err);

    if (!code)
        code = cli_cast_size(args, &options, err);
    if (code)
        return code;
    console = console_new(&options);
    code = console_cast(console, &how, &state, err);
    console_free(console);
    if (!code)
        cli_say(args, "%s: asciicast %u, %zux%zu", path, how.version,
                options.columns, options.rows);
    return code ? code : cli_tape_verdict(options.tape, path, &state, err);
}
