/* Both ways between whoever started us and a program, over standard input and
 * output.
 */
#include "core/json_writer.h"
#include "core/mem.h"
#include "recorder/child.h"
#include "recorder/pass.h"
#include "recorder/source.h"
#include "wire/event/control_payload.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum { TO_CHILD, FROM_CHILD };

struct stdio_source;

/* One way, as it is recorded. */
struct lane {
    struct stdio_source *source;
    enum td_dir dir;
    struct wire_frames *frames;
    bool partial; /* it ended within a message */
    bool unread;  /* its reader went away */
    bool over;
};

struct stdio_source {
    struct rec_source base;
    struct rec_child child;
    struct rec_pass *pass;
    struct lane lanes[REC_PASS_WAYS];
};

/* ---- messages ---- */

static void put(struct lane *lane, struct td_event *ev)
{
    ev->dir = lane->dir;
    if (td_sink_put(lane->source->base.sink, ev, NULL))
        return; /* the recorder knows; what passes, passes all the same */
}

static void on_message(void *ctx, struct td_bytes message, bool whole)
{
    struct lane *lane = ctx;
    struct td_event ev = {.form = TD_FORM_TEXT, .payload = message};

    lane->partial = !whole;
    put(lane, &ev);
}

static void on_bad(void *ctx, struct td_bytes bytes, const char *why)
{
    struct td_buf json = {0};
    struct td_event ev = {.form = TD_FORM_JSON, .kind = td_text(TD_KIND_BAD)};

    event_payload_bad(&json, bytes, why);
    ev.payload = td_buf_bytes(&json);
    put(ctx, &ev);
    td_buf_release(&json);
}

static void on_long(void *ctx)
{
    struct lane *lane = ctx;

    rec_source_lost(&lane->source->base, 1,
                    "a message is longer than --max-message");
}

/* ---- the end ---- */

static void say_close(struct stdio_source *source, const char *reason)
{
    struct td_buf json = {0};
    struct td_json_writer w = td_json_writer(&json);

    td_json_object(&w, NULL);
    td_json_put_text(&w, "reason", reason);
    rec_child_facts(&source->child, &w);
    if (wire_frames_framing(source->lanes[FROM_CHILD].frames) ==
        WIRE_FRAMING_HEADERS)
        td_json_put_text(&w, "framing", "headers");
    if (source->lanes[TO_CHILD].partial)
        td_json_put_bool(&w, "partial_in", true);
    if (source->lanes[FROM_CHILD].partial)
        td_json_put_bool(&w, "partial_out", true);
    if (source->lanes[TO_CHILD].unread)
        td_json_put_bool(&w, "in_not_read", true);
    if (source->lanes[FROM_CHILD].unread)
        td_json_put_bool(&w, "out_not_read", true);
    td_json_object_end(&w);
    rec_source_say(&source->base, TD_KIND_CLOSE, td_buf_bytes(&json));
    td_buf_release(&json);
}

/* The program has ended and all that it said has passed. */
static void end_if_over(struct stdio_source *source)
{
    struct td_buf text = {0};

    if (source->base.over || !source->lanes[FROM_CHILD].over ||
        !rec_child_has_ended(&source->child))
        return;
    if (!source->lanes[TO_CHILD].over)
        wire_frames_end(source->lanes[TO_CHILD].frames);
    td_proc_exit_text(&text, &source->child.proc);
    say_close(source, td_buf_str(&text));
    rec_source_over(&source->base, NULL);
    td_buf_release(&text);
}

static void on_child_ended(void *ctx)
{
    end_if_over(ctx);
}

/* ---- bytes ---- */

static void on_bytes(void *ctx, int way, struct td_bytes bytes)
{
    struct stdio_source *source = ctx;

    wire_frames_came(source->lanes[way].frames, bytes);
}

static void on_over(void *ctx, int way, int failed)
{
    struct stdio_source *source = ctx;
    struct lane *lane = &source->lanes[way];

    lane->over = true;
    lane->unread = failed != 0;
    wire_frames_end(lane->frames);
    if (way == FROM_CHILD)
        rec_child_output_over(&source->child);
    end_if_over(source);
}

/* ---- life ---- */

static void pause_reading(struct rec_source *base, bool paused)
{
    struct stdio_source *source = (struct stdio_source *)base;

    rec_pass_pause(source->pass, paused);
}

static void stop(struct rec_source *base)
{
    struct stdio_source *source = (struct stdio_source *)base;

    td_proc_signal(&source->child.proc, SIGTERM);
}

static void free_source(struct rec_source *base)
{
    struct stdio_source *source = (struct stdio_source *)base;

    /* What it says while it ends still passes. */
    rec_child_stop(&source->child);
    rec_pass_close(source->pass);
    for (int i = 0; i < REC_PASS_WAYS; i++)
        wire_frames_free(source->lanes[i].frames);
    free(source);
}

static const struct rec_source_ops ops = {
    .pause = pause_reading, .stop = stop, .free = free_source};

static struct stdio_source *new_source(enum wire_framing framing,
                                       size_t max_message)
{
    static const enum td_dir dirs[] = {
        [TO_CHILD] = TD_DIR_IN, [FROM_CHILD] = TD_DIR_OUT};
    struct stdio_source *source = td_calloc(1, sizeof(*source));

    source->base.ops = &ops;
    for (int i = 0; i < REC_PASS_WAYS; i++) {
        struct lane *lane = &source->lanes[i];
        struct wire_frames_events events = {.message = on_message,
                                            .bad = on_bad,
                                            .too_long = on_long,
                                            .ctx = lane};

        *lane = (struct lane){.source = source, .dir = dirs[i]};
        lane->frames = wire_frames_new(
            framing, max_message ? max_message : REC_LINE_MAX, &events);
    }
    return source;
}

/* The ends of the pipes belong to the passage from now on. */
static enum td_code open_pass(struct stdio_source *source, struct td_error *err)
{
    struct td_proc *proc = &source->child.proc;
    const struct rec_pass_way ways[REC_PASS_WAYS] = {
        [TO_CHILD] = {.from = STDIN_FILENO, .to = proc->in},
        [FROM_CHILD] = {.from = proc->out, .to = STDOUT_FILENO}};
    struct rec_pass_events events = {
        .bytes = on_bytes, .over = on_over, .ctx = source};

    proc->in = -1;
    proc->out = -1;
    return rec_pass_open(&source->pass, source->child.net, ways, &events, err);
}

enum td_code rec_source_stdio(struct rec_recorder *rec, char *const *argv,
                              enum wire_framing framing, size_t max_message,
                              int *status, struct td_error *err)
{
    struct td_proc_options how = {
        .argv = argv, .in = TD_PROC_PIPE, .out = TD_PROC_PIPE};
    struct rec_child child;
    struct stdio_source *source;
    enum td_code code =
        rec_child_start(&child, rec_net(rec), &how, status, err);

    if (code)
        return code;
    source = new_source(framing, max_message);
    source->child = child;
    rec_source_add(rec, &source->base);
    rec_source_opened(&source->base, "exec:", rec_child_name(argv[0]));
    code = open_pass(source, err);
    return code ? code
                : rec_child_watch(&source->child, on_child_ended, source, err);
}
