#include "cli/verbs/tape_rewrite.h"

#include "cli/shared/tape_output.h"
#include "core/json_writer.h"

#include <inttypes.h>
#include <string.h>

static void report(const struct cli_args *args, const char *path,
                   const struct tape_rewritten *done, struct td_buf *out)
{
    if (cli_json(args)) {
        struct td_json_writer w = td_json_writer(out);

        td_json_object(&w, NULL);
        td_json_put_u64(&w, "events", done->events);
        td_json_put_u64(&w, "left_out", done->left_out);
        td_json_put_u64(&w, "bytes", done->file_bytes);
        cli_tape_state_json(&w, &done->state);
        td_json_object_end(&w);
        (void)td_json_line(&w);
        return;
    }
    if (done->left_out > 0)
        cli_say(args, "%s: %" PRIu64 " events, %" PRIu64 " left out", path,
                done->events, done->left_out);
    else
        cli_say(args, "%s: %" PRIu64 " events", path, done->events);
}

enum td_code cli_rewrite(const struct cli_args *args,
                         enum tape_rewrite_kind kind, unsigned level,
                         struct td_error *err)
{
    const char *from = cli_operand(args, 0);
    const char *to = cli_text(args, "output");
    struct tape_rewrite how = {
        .kind = kind,
        .from = from,
        .to = to ? to : from,
        .overwrite = cli_flag(args, "overwrite"),
        .level = level,
    };
    struct tape_rewritten done;
    struct td_buf out = {0};
    enum td_code code;

    cli_say_waiting(args, from, CLI_A_TAPE);
    code = tape_rewrite(&how, &done, err);
    if (!code)
        report(args, how.to, &done, &out);
    if (!code && strcmp(how.to, "-") != 0)
        code = cli_print(&out, err);
    if (!code)
        code = cli_tape_verdict(from, how.to, &done.state, err);
    td_buf_release(&out);
    return code;
}
