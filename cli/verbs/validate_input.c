#include "cli/verbs/validate_input.h"

#include "cli/shared/show_command.h"
#include "cli/shared/wait.h"
#include "tape/detect.h"
#include "tape/ndjson.h"

static enum td_code wait_for_more(struct cli_wait *wait, int pipe,
                                  struct tape_reader *reader, const char *path,
                                  struct td_error *err)
{
    enum td_code code;

    if (pipe >= 0) {
        cli_wait_readable(wait, pipe);
        return *cli_wait_hear_signals() ? TD_CANCELLED : TD_OK;
    }
    code = tape_reader_grows(reader, err);
    if (code)
        return code == TD_AGAIN ? TD_OK : code;
    return cli_wait_growth(wait, path, err);
}

static enum td_code follow_tape(struct cli_live *live,
                                struct tape_reader *reader,
                                struct cli_wait *wait, const char *path,
                                struct td_error *err)
{
    struct check *check = cli_live_check(live);
    int pipe = tape_reader_no_wait(reader);
    struct td_error why;
    enum td_code code;

    while ((code = check_tape(check, reader, err)) == TD_AGAIN) {
        cli_live_tell(live);
        code = wait_for_more(wait, pipe, reader, path, &why);
        if (!code)
            continue;
        if (code == TD_CANCELLED) {
            (void)td_error_set(&why, TD_CANCELLED, "", 0,
                               "a tape that was still growing when a signal "
                               "ended the check");
        } else if (code != TD_LOSSY) {
            *err = why;
            return code;
        }
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

static enum td_code refuse_empty(const char *path, bool framed,
                                 struct td_error *err)
{
    if (framed) {
        (void)td_error_set(
            err, TD_FORMAT, path, 0,
            "has no whole message of this format: nothing to check");
        return td_error_hint(err, "look at --format, and at the input");
    }
    return tape_refuse_empty(path, "check", err);
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

/* TD_OK: the check is over before the end. */
static enum td_code check_framed(struct cli_live *live, const char *path,
                                 struct tape_ndjson *in,
                                 const struct cli_validate_how *how,
                                 struct td_error *err)
{
    struct cli_framed_input *framed =
        cli_framed_new(how->framed, path, cli_live_check(live));
    struct td_bytes line;
    enum td_code code;

    while (!(code = tape_ndjson_next(in, &line, err))) {
        code = cli_framed_line(framed, line, tape_ndjson_has_lf(in), err);
        if (how->follow)
            cli_live_tell(live);
        if (code)
            break;
    }
    if (code == TD_END) {
        code = cli_framed_end(framed, err);
        code = code ? code : TD_END;
    }
    cli_framed_free(framed);
    return code == TD_FAILED ? TD_OK : code;
}

static enum td_code read_lines(struct cli_live *live, const char *path,
                               struct tape_input *from,
                               const struct cli_validate_how *how,
                               struct td_error *err)
{
    struct check *check = cli_live_check(live);
    struct tape_ndjson *in;
    struct td_error why = {0};
    enum td_code code;

    cli_show_command(check, path, form_of(from));
    in = tape_ndjson_new(from);
    code = how->framed ? check_framed(live, path, in, how, &why)
                       : check_lines(live, in, how->follow, &why);
    tape_ndjson_close(in);
    if (code == TD_FORMAT && check_so_far(check)->events > 0) {
        check_broken(check, &why);
        return TD_OK;
    }
    if (code == TD_END && check_so_far(check)->events == 0)
        return refuse_empty(path, how->framed != CLI_FRAMED_LINES, err);
    if (code && code != TD_END && err)
        *err = why;
    return code == TD_END ? TD_OK : code;
}

static enum td_code refuse_tape(const char *path, struct td_error *err)
{
    (void)td_error_set(err, TD_USAGE, "--format", 0,
                       "is of what is no tape, and %.200s is one", path);
    return td_error_hint(err, "leave --format out");
}

static enum td_code read_input(struct cli_live *live, const char *path,
                               const struct cli_validate_how *how,
                               struct cli_wait *wait, struct td_error *err)
{
    bool follow = how->follow;
    struct tape_input in;
    enum td_code code = tape_input_open(&in, path, err);

    if (code)
        return code;
    in.stop = cli_wait_hear_signals();
    in.wait = cli_wait_readable;
    in.wait_ctx = wait;
    if (tape_is_named(path) || tape_sniff(&in)) {
        if (how->framed) {
            tape_input_close(&in);
            return refuse_tape(path, err);
        }
        return read_tape(live, path, &in, follow ? wait : NULL, err);
    }
    if (!follow || !in.seekable)
        return read_lines(live, path, &in, how, err);
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
                                const struct cli_validate_how *how,
                                struct wire_net *net, struct td_error *err)
{
    struct check *check = cli_live_check(live);
    struct cli_wait *wait = cli_wait_new(net);
    enum td_code code = read_input(live, path, how, wait, err);

    cli_wait_free(wait);
    if (code != TD_CANCELLED || check_so_far(check)->events == 0)
        return code;
    check_broken(check, err);
    return how->follow ? TD_OK : code;
}
