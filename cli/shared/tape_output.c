#include "cli/shared/tape_output.h"

#include "core/fs.h"
#include "tape/damage.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

enum td_code cli_not_onto(const char *out, const char *tape,
                          struct td_error *err)
{
    if (!td_fs_same(out, tape))
        return TD_OK;
    (void)td_error_set(err, TD_USAGE, out, 0,
                       "is the very tape that is to be read");
    return td_error_hint(err, "choose another name");
}

enum td_code cli_not_onto_any(const char *out, const struct cli_args *args,
                              struct td_error *err)
{
    enum td_code code = TD_OK;

    for (int i = 0; out && i < cli_operands(args) && !code; i++)
        code = cli_not_onto(out, cli_operand(args, i), err);
    return code;
}

static enum td_code check_vacant(const struct cli_args *args, const char *path,
                                 struct td_error *err)
{
    if (!strcmp(path, "-") || cli_flag(args, "overwrite") ||
        td_fs_vacant(path, err) == TD_OK)
        return TD_OK;
    return td_error_hint(err, "replace it with --overwrite, or choose "
                              "another name");
}

enum td_code cli_may_write(const struct cli_args *args, const char *path,
                           struct td_error *err)
{
    enum td_code code = cli_not_onto(path, cli_operand(args, 0), err);

    return code ? code : check_vacant(args, path, err);
}

enum td_code cli_may_replace(const struct cli_args *args, const char *path,
                             struct td_bytes bytes, struct td_error *err)
{
    struct td_buf old = {.max = bytes.len + 1};
    enum td_code code = check_vacant(args, path, err);
    bool same = code && td_fs_read(&old, path, NULL) == TD_OK &&
                td_bytes_equal(td_buf_bytes(&old), bytes);

    td_buf_release(&old);
    return same ? TD_OK : code;
}

enum td_code cli_tape_verdict(const char *path, const char *to,
                              const struct tape_state *state,
                              struct td_error *err)
{
    struct td_buf text = {0};

    if (state->growing)
        (void)td_buf_addf(&text, "it is being recorded by process %ld",
                          state->writer);
    else if (state->torn)
        (void)td_buf_add_text(&text, "torn: it has no end");
    tape_damage_say(&text, 0, state);
    if (text.len == 0)
        return TD_OK;
    (void)td_error_set(
        err, TD_LOSSY, path,
        state->growing || state->torn_at == TAPE_NO_DAMAGE ? 0 : state->torn_at,
        "%s", td_buf_str(&text));
    td_buf_release(&text);
    if (state->spaced > 0 && state->spaced == state->bad_lines)
        return td_error_hint(err, "`jq -c .` takes the space out, and may "
                                  "write numbers anew");
    if (to)
        return td_error_hint(err, "what could be read is in %s",
                             strcmp(to, "-") != 0 ? to : "stdout");
    if (state->growing)
        return td_error_hint(err, "wait for its end; `tapedeck cat --follow` "
                                  "and `validate --follow` do");
    if (state->torn || state->bad_members || state->bad_lines ||
        state->strays || state->repeated || state->foreign || state->headless)
        return td_error_hint(err, "`tapedeck recover` makes a whole tape of "
                                  "what is there");
    if (state->twice)
        return td_error_hint(err, "put each tape into a file once, or let "
                                  "`tapedeck recover` keep one of each");
    if (state->wrong_index)
        return td_error_hint(err, "`tapedeck reindex` writes a right one");
    if (state->missing)
        return td_error_hint(err, "`tapedeck recover` writes how many, where "
                                  "they are missing");
    return TD_LOSSY;
}

enum td_code cli_tapes_verdict(const struct audit_tapes *tapes,
                               struct td_error *err)
{
    enum td_code code = TD_OK;

    for (uint32_t i = 0; i < tapes->len && !code; i++)
        if (tapes->list[i].is_tape)
            code = cli_tape_verdict(tapes->list[i].path, NULL,
                                    &tapes->list[i].state, err);
    return code;
}

enum td_code cli_tapes_unread(const struct audit_tapes *unread,
                              struct td_error *err)
{
    for (uint32_t i = 1; i < unread->len; i++)
        cli_complain(unread->list[i].failed);
    if (!unread->len)
        return TD_OK;
    *err = *unread->list[0].failed;
    return err->code;
}

void cli_say_waiting(const struct cli_args *args, const char *path,
                     const char *what)
{
    if (!strcmp(path, "-") && isatty(STDIN_FILENO))
        cli_say(args, "waiting for %s on stdin; Ctrl-D ends it", what);
}

void cli_tape_state_json(struct td_json_writer *w,
                         const struct tape_state *state)
{
    td_json_put_bool(w, "indexed", state->indexed);
    td_json_put_bool(w, "ended", state->ended);
    td_json_put_bool(w, "torn", state->torn && !state->growing);
    td_json_put_bool(w, "recording", state->growing);
    td_json_put_u64(w, "segments", state->segments);
    td_json_put_u64(w, "members", state->members);
    td_json_put_u64(w, "bad_members", state->bad_members);
    td_json_put_u64(w, "bad_lines", state->bad_lines);
    td_json_put_u64(w, "missing", state->missing);
    td_json_put_u64(w, "lost", state->lost);
    td_json_put_u64(w, "out_of_place", state->strays);
    td_json_put_u64(w, "repeated", state->repeated);
    td_json_put_u64(w, "foreign", state->foreign);
    td_json_put_u64(w, "without_header", state->headless);
    td_json_put_u64(w, "twice", state->twice);
    td_json_put_u64(w, "wrong_index", state->wrong_index);
    if (state->torn_at != TAPE_NO_DAMAGE && !state->growing)
        td_json_put_u64(w, "damaged_at", state->torn_at);
}

enum td_code cli_print(struct td_buf *out, struct td_error *err)
{
    enum td_code code =
        td_fs_write(STDOUT_FILENO, td_buf_bytes(out), "stdout", err);

    td_buf_clear(out);
    return code;
}
