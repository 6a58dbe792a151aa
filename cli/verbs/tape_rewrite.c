#include "cli/verbs/tape_rewrite.h"

#include "cli/shared/tape_output.h"
#include "core/clock.h"
#include "core/json_writer.h"
#include "tape/detect.h"

#include <inttypes.h>
#include <string.h>

static void say_counts(const struct cli_args *args,
                       const struct tape_rewrite *how,
                       const struct tape_rewritten *done)
{
    struct td_buf text = {0};
    char at[TD_AMOUNT_SIZE];

    if (how->insert) {
        (void)td_buf_addf(
            &text, "marked at +%s (#%" PRIu64 "), ",
            td_duration_text(at, done->inserted_ns, TD_DURATION_EXACT),
            done->inserted_seq);
    }
    (void)td_buf_addf(&text, "%" PRIu64 " event%s", done->events,
                      done->events == 1 ? "" : "s");
    if (done->moved > 0)
        (void)td_buf_addf(
            &text,
            ", %" PRIu64 " member%s with %" PRIu64 " of them put back in order",
            done->moved, done->moved == 1 ? "" : "s", done->put_back);
    if (done->as_found > 0)
        (void)td_buf_addf(&text, ", %" PRIu64 " of them out of order",
                          done->as_found);
    if (done->left_out > 0)
        (void)td_buf_addf(&text, ", %" PRIu64 " left out", done->left_out);
    if (done->copies > 0)
        (void)td_buf_addf(&text, " with %" PRIu64 " cop%s of a recording",
                          done->copies, done->copies == 1 ? "y" : "ies");
    cli_say(args, "%s: %s", how->to, td_buf_str(&text));
    td_buf_release(&text);
}

static void report(const struct cli_args *args, const struct tape_rewrite *how,
                   const struct tape_rewritten *done, struct td_buf *out)
{
    if (cli_json(args)) {
        struct td_json_writer w = td_json_writer(out);

        td_json_object(&w, NULL);
        td_json_put_u64(&w, "events", done->events);
        td_json_put_u64(&w, "left_out", done->left_out);
        td_json_put_u64(&w, "copies", done->copies);
        td_json_put_u64(&w, "moved_members", done->moved);
        td_json_put_u64(&w, "put_back", done->put_back);
        td_json_put_u64(&w, "as_found", done->as_found);
        td_json_put_u64(&w, "bytes", done->file_bytes);
        if (how->insert) {
            td_json_put_u64(&w, "marker", done->inserted_seq);
            td_json_put_u64(&w, "marker_ns", done->inserted_ns);
        }
        cli_tape_state_json(&w, &done->state);
        td_json_object_end(&w);
        (void)td_json_line(&w);
        return;
    }
    say_counts(args, how, done);
}

/* A pipe is gone when it shows that something in it was moved, or came before.
 */
static enum td_code verdict(const struct tape_rewrite *how,
                            const struct tape_rewritten *done,
                            struct td_error *err)
{
    enum td_code code = cli_tape_verdict(how->from, how->to, &done->state, err);

    if (!code || done->sought || done->state.strays + done->state.twice == 0)
        return code;
    return td_error_hint(err, "%s; save it in a file and recover that",
                         done->state.strays
                             ? "members of a pipe cannot be put back in order"
                             : "of a pipe both are kept");
}

/* It is replaced, and gets another form than it had. */
static bool was_text(const struct tape_rewrite *how)
{
    struct tape_input in;
    bool is;

    if (strcmp(how->from, how->to) != 0 || !strcmp(how->to, "-") ||
        tape_input_open(&in, how->from, NULL))
        return false;
    is = !tape_is_gzip(tape_input_at(&in, 0, 2));
    tape_input_close(&in);
    return is;
}

enum td_code cli_rewrite(const struct cli_args *args, struct tape_rewrite how,
                         struct td_error *err)
{
    const char *from = cli_operand(args, 0);
    const char *to = cli_text(args, "output");
    struct tape_rewritten done;
    struct td_buf out = {0};
    bool packed;
    enum td_code code;

    how.from = from;
    how.to = to ? to : from;
    how.overwrite = cli_flag(args, "overwrite");
    cli_say_waiting(args, from, CLI_A_TAPE);
    packed = was_text(&how);
    code = tape_rewrite(&how, &done, err);
    if (!code && packed)
        cli_say(args, "%s: it was text and is gzip now; `zcat` shows its text",
                to ? to : from);
    if (!code)
        report(args, &how, &done, &out);
    if (!code && strcmp(how.to, "-") != 0)
        code = cli_print(&out, err);
    if (!code)
        code = verdict(&how, &done, err);
    td_buf_release(&out);
    return code;
}
