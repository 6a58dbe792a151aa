/* Answers to approvals from another process: a file in the execution's folder,
 * answers/TASK, whose first byte is y or n; what stands behind is who gave it.
 * Whoever may write there may answer. The folder is watched while a task waits.
 */
#include "orchestrator/run/exec_internal.h"

#include "core/fs.h"
#include "core/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define ANSWER_MAX ((size_t)256)

static char *path_of(const char *folder, const char *task)
{
    struct td_buf path = {0};

    (void)td_buf_addf(&path, "%s/answers%s%s", folder, *task ? "/" : "", task);
    (void)td_buf_str(&path);
    return (char *)path.ptr;
}

/* True: it was answered there. */
static bool take_answer(struct run_exec *x, uint32_t task)
{
    char *path = path_of(x->folder, x->plan.tasks[task].id);
    struct td_buf text = {.max = ANSWER_MAX};
    struct td_error err;
    bool is = !td_fs_read(&text, path, &err) && text.len > 0 &&
              (text.ptr[0] == 'y' || text.ptr[0] == 'n');

    if (is)
        is = !run_answer(x, task, text.ptr[0] == 'y',
                         text.len > 1 ? td_buf_str(&text) + 1 : "somebody",
                         &err);
    if (is)
        (void)unlink(path);
    free(path);
    td_buf_release(&text);
    return is;
}

static void look(struct run_exec *x)
{
    for (uint32_t i = 0; i < x->plan.task_count; i++)
        if (sched_task(x->sched, i)->state == SCHED_HELD)
            (void)take_answer(x, i);
}

static void on_change(void *ctx, int fd)
{
    char events[4096];

    while (read(fd, events, sizeof(events)) > 0)
        continue;
    look(ctx);
}

static enum td_code watch(struct run_exec *x, struct td_error *err)
{
    char *folder = path_of(x->folder, "");
    enum td_code code = TD_OK;

    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        code = td_error_errno(err, TD_IO, folder, errno, "cannot be made");
    x->answers = code ? -1 : inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (!code &&
        (x->answers < 0 || inotify_add_watch(x->answers, folder,
                                             IN_CLOSE_WRITE | IN_MOVED_TO) < 0))
        code = td_error_errno(err, TD_IO, folder, errno, "cannot be watched");
    if (!code)
        code = wire_watch_fd(x->net, x->answers, on_change, x, &x->answer_watch,
                             err);
    free(folder);
    return code;
}

/* The first look is behind the watch: an answer that is there already counts.
 */
void run_await_answers(struct run_exec *x)
{
    struct td_error err;

    if (!x->answer_watch && watch(x, &err))
        td_log(TD_LOG_WARN, "%s: %s: no answer can be given", err.where,
               err.text);
    look(x);
}

void run_answers_close(struct run_exec *x)
{
    if (x->answer_watch)
        wire_watch_close(x->answer_watch);
    if (x->answer_watch || x->answers > 0)
        (void)close(x->answers);
    x->answer_watch = NULL;
    x->answers = 0;
}

enum td_code run_leave_answer(const char *folder, const char *task, bool yes,
                              const char *by, struct td_error *err)
{
    char *path = path_of(folder, task);
    struct td_buf text = {0};
    enum td_code code;

    (void)td_buf_addf(&text, "%c%s", yes ? 'y' : 'n', by);
    code = td_fs_replace(path, td_buf_bytes(&text), err);
    free(path);
    td_buf_release(&text);
    return code;
}
