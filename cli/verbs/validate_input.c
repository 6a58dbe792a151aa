#include "cli/verbs/validate_input.h"

#include "cli/shared/show_command.h"
#include "cli/shared/wait.h"
#include "tape/detect.h"
#include "tape/ndjson.h"

static enum td_code follow_tape(struct cli_live *live,
                                struct tape_reader *reader,
                                struct cli_wait *wait, const char *path,
                                struct td_error *err)
{
    struct check *check = cli_live_check(live);
    struct td_error why;
    enum td_code code;

    while ((code = check_tape(check, reader, err)) == TD_AGAIN) {
        cli_live_tell(live);
        code = cli_wait_growth(wait, path, err);
        if (!code)
            continue;
        if (code != TD_CANCELLED)
            return code;
        (void)td_error_set(&why, TD_CANCELLED, "", 0,
                           "a tape that was still growing when a signal ended "
                           "the check");
        check_broken(check, &why);
        return TD_OK;
    }
    return code;
}

/* follow: waits for it to grow; NULL: it is read as it is. */
static enum td_code read_tape(struct cli_live *live, const char *path,
                              struct tape_input *in, struct cli_wait *follow,
                              struct td_error *err)
{
    const struct tape_read_options how = {.follow = follow != NULL,
                                          .keep_strays = true};
    struct tape_reader *reader;
    enum td_code code = tape_reader_take(&reader, in, &how, err);

    if (code)
        return code;
    cli_show_command(cli_live_check(live), path, CLI_FORM_TAPE);
    code = follow ? follow_tape(live, reader, follow, path, err)
                  : check_tape(cli_live_check(live), reader, err);
    tape_reader_close(reader);
    return code;
}

static bool is_tape_name(const char *path)
{
    size_t len = strlen(path);

    return (len > 8 && !strcmp(path + len - 8, ".tape.gz")) ||
           (len > 5 && !strcmp(path + len - 5, ".tape"));
}

static enum td_code refuse_empty(const char *path, struct td_error *err)
{
    (void)td_error_set(err, TD_FORMAT, path, 0, "is empty: nothing to check");
    return td_error_hint(err, "look at what should have written it");
}

static enum cli_form form_of(struct tape_input *in)
{
    return tape_is_gzip(tape_input_at(in, 0, 2)) ? CLI_FORM_GZIPPED_LINES
                                                 : CLI_FORM_LINES;
}

static enum td_code check_lines(struct cli_live *live, struct tape_ndjson *in,
                                bool follow, struct td_error *err)
{
    struct check *check = cli_live_check(live);
    struct td_bytes line;
    uint64_t number = 0;
    enum td_code code;

    while (!(code = tape_ndjson_next(in, &line, err))) {
        enum td_code over = check_line(check, ++number, line);

        if (follow)
            cli_live_tell(live);
        if (over)
            return TD_OK;
    }
    return code;
}

static enum td_code read_lines(struct cli_live *live, const char *path,
                               struct tape_input *from, bool follow,
                               struct td_error *err)
{
    struct check *check = cli_live_check(live);
    struct tape_ndjson *in;
    struct td_error why = {0};
    enum td_code code;

    cli_show_command(check, path, form_of(from));
    in = tape_ndjson_new(from);
    code = check_lines(live, in, follow, &why);
    tape_ndjson_close(in);
    if (code == TD_FORMAT && check_so_far(check)->events > 0) {
        check_broken(check, &why);
        return TD_OK;
    }
    if (code == TD_END && check_so_far(check)->events == 0)
        return refuse_empty(path, err);
    if (code && code != TD_END && err)
        *err = why;
    return code == TD_END ? TD_OK : code;
}

static enum td_code read_input(struct cli_live *live, const char *path,
                               bool follow, struct cli_wait *wait,
                               struct td_error *err)
{
    struct tape_input in;
    enum td_code code = tape_input_open(&in, path, err);

    if (code)
        return code;
    in.stop = cli_wait_hear_signals();
    in.wait = cli_wait_readable;
    in.wait_ctx = wait;
    if (is_tape_name(path) || tape_sniff(&in))
        return read_tape(live, path, &in, follow ? wait : NULL, err);
    if (!follow || !in.seekable)
        return read_lines(live, path, &in, follow, err);
    tape_input_close(&in);
    (void)td_error_set(err, TD_USAGE, path, 0,
                       "only a tape says when it has ended: lines in a file "
                       "cannot be followed");
    if (!strcmp(path, "-"))
        return td_error_hint(err, "pipe them: tail -f FILE | tapedeck validate "
                                  "-f");
    return td_error_hint(err, "pipe them: tail -f %.60s | tapedeck validate -f",
                         path);
}

/* A followed input is ended by a signal as others are by their end. */
enum td_code cli_validate_input(struct cli_live *live, const char *path,
                                bool follow, struct wire_net *net,
                                struct td_error *err)
{
    struct check *check = cli_live_check(live);
    struct cli_wait *wait = cli_wait_new(net);
    enum td_code code = read_input(live, path, follow, wait, err);

    cli_wait_free(wait);
    if (code != TD_CANCELLED || check_so_far(check)->events == 0)
        return code;
    check_broken(check, err);
    return follow ? TD_OK : code;
}
