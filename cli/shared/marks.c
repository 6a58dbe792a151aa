#include "cli/shared/marks.h"

#include "core/clock.h"
#include "core/json_writer.h"
#include "core/mem.h"
#include "core/terminal.h"
#include "replayer/key_watch.h"
#include "tape/rewrite.h"

#include <stdlib.h>
#include <unistd.h>

struct cli_mark_key {
    struct play_key_watch *keys;
    void (*mark)(void *ctx);
    void (*help)(void *ctx);
    void *ctx;
};

bool cli_keys_are_ours(void)
{
    return isatty(STDIN_FILENO) && tcgetpgrp(STDIN_FILENO) == getpgrp();
}

static void on_key(void *ctx, enum play_key got)
{
    struct cli_mark_key *key = ctx;

    if (got == PLAY_KEY_MARK)
        key->mark(key->ctx);
    else if (got == PLAY_KEY_HELP)
        key->help(key->ctx);
}

enum td_code cli_mark_key_open(struct cli_mark_key **out, struct wire_net *net,
                               void (*mark)(void *ctx), void (*help)(void *ctx),
                               void *ctx, struct td_error *err)
{
    struct cli_mark_key *key = td_calloc(1, sizeof(*key));

    key->mark = mark;
    key->help = help;
    key->ctx = ctx;
    *out = key;
    return play_key_watch_open(&key->keys, net, on_key, key, err);
}

void cli_mark_key_close(struct cli_mark_key *key)
{
    if (!key)
        return;
    play_key_watch_close(key->keys);
    free(key);
}

void cli_mark_name(struct td_buf *out, uint64_t at_ns)
{
    char text[TD_AMOUNT_SIZE];

    (void)td_buf_addf(out, "mark +%s",
                      td_duration_text(text, at_ns - at_ns % TD_NS_PER_MS,
                                       TD_DURATION_EXACT));
}

void cli_marks_add(struct cli_marks *marks, const struct cli_args *args,
                   uint64_t dated_ns, uint64_t at_ns)
{
    struct td_buf name = {0};

    if (marks->len == CLI_MARKS_MAX) {
        cli_say(args, "no more than %d markers", CLI_MARKS_MAX);
        return;
    }
    marks->list[marks->len++] = (struct cli_mark){dated_ns, at_ns};
    cli_mark_name(&name, at_ns);
    if (isatty(STDERR_FILENO))
        (void)td_term_line(STDERR_FILENO, td_text(""));
    cli_say(args, "%s, written at the end", td_buf_str(&name));
    td_buf_release(&name);
}

static enum td_code write_one(const struct cli_mark *mark, const char *path,
                              struct td_error *err)
{
    struct td_buf name = {0};
    struct td_buf json = {0};
    struct td_json_writer w = td_json_writer(&json);
    struct tape_insert insert = {.event = {.dir = TD_DIR_OUT,
                                           .form = TD_FORM_JSON,
                                           .kind = td_text(TD_KIND_MARKER)},
                                 .from_ns = mark->dated_ns};
    struct tape_rewrite how = {
        .kind = TAPE_REWRITE_SAME, .insert = &insert, .from = path, .to = path};
    struct tape_rewritten done = {.events = 0};
    enum td_code code;

    cli_mark_name(&name, mark->at_ns);
    td_json_object(&w, NULL);
    td_json_put_string(&w, "name", td_buf_bytes(&name));
    td_json_object_end(&w);
    insert.event.payload = td_buf_bytes(&json);
    code = tape_rewrite(&how, &done, err);
    td_buf_release(&name);
    td_buf_release(&json);
    return code;
}

enum td_code cli_marks_write(struct cli_marks *marks,
                             const struct cli_args *args, const char *path,
                             struct td_error *err)
{
    enum td_code code = TD_OK;

    for (size_t i = 0; code == TD_OK && i < marks->len; i++)
        code = write_one(&marks->list[i], path, err);
    if (code == TD_OK && marks->len > 0)
        cli_say(args, "%s: %zu marker%s", path, marks->len,
                marks->len == 1 ? "" : "s");
    return code;
}
