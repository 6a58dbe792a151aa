#include "recorder/child.h"

#include "core/log.h"

#include <signal.h>
#include <string.h>

#define HELD_NS  (1 * TD_NS_PER_S)    /* between its end and a word of it */
#define GRACE_NS (500 * TD_NS_PER_MS) /* between SIGTERM and SIGKILL */

/* The recording goes on for something that the user may not know of. */
static void on_held(void *ctx)
{
    struct rec_child *child = ctx;
    struct td_buf text = {0};

    child->was_held = true;
    td_proc_exit_text(&text, &child->proc);
    td_log(TD_LOG_WARN,
           "the command has ended (%s), but something that it started still "
           "holds its standard output: the recording waits for it",
           td_buf_str(&text));
    td_buf_release(&text);
}

static void on_ended(void *ctx, int fd)
{
    struct rec_child *child = ctx;

    (void)fd;
    if (td_proc_wait(&child->proc, 0, NULL))
        return;
    wire_watch_close(child->ended);
    child->ended = NULL;
    child->ended_ns = wire_now(child->net);
    *child->status = td_proc_exit_status(&child->proc);
    wire_timer_set(child->net, &child->held, child->ended_ns + HELD_NS);
    child->on_end(child->ctx);
}

enum td_code rec_child_start(struct rec_child *child, struct wire_net *net,
                             const struct td_proc_options *how, int *status,
                             struct td_error *err)
{
    enum td_code code;

    *child = (struct rec_child){.net = net, .status = status};
    code = td_proc_spawn(&child->proc, how, err);
    if (code == TD_OK)
        *status = -1;
    return code;
}

enum td_code rec_child_watch(struct rec_child *child, void (*on_end)(void *ctx),
                             void *ctx, struct td_error *err)
{
    child->on_end = on_end;
    child->ctx = ctx;
    child->held = (struct wire_timer){.fire = on_held, .ctx = child};
    return wire_watch_fd(child->net, child->proc.pidfd, on_ended, child,
                         &child->ended, err);
}

void rec_child_output_over(struct rec_child *child)
{
    wire_timer_cancel(child->net, &child->held);
}

void rec_child_facts(const struct rec_child *child, struct td_json_writer *w)
{
    if (rec_child_has_ended(child))
        td_json_put_i64(w, "status", td_proc_exit_status(&child->proc));
    if (child->was_held)
        td_json_put_u64(w, "ended_before_ns",
                        wire_now(child->net) - child->ended_ns);
}

void rec_child_stop(struct rec_child *child)
{
    rec_child_output_over(child);
    if (child->ended)
        wire_watch_close(child->ended);
    child->ended = NULL;
    td_proc_stop(&child->proc, GRACE_NS);
    *child->status = td_proc_exit_status(&child->proc);
}

const char *rec_child_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}
