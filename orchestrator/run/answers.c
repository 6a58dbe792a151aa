/* Answers to approvals from another process: a file in the execution's folder,
 * answers/TASK, whose first byte is y or n; what stands behind is who gave it.
 * Whoever may write there may answer. The folder is watched while a task waits.
 */
#include "orchestrator/run/exec_internal.h"

#include "core/alternatives.h"
#include "core/fs.h"
#include "core/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
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

static void approve(struct run_exec *x, uint32_t task)
{
    struct td_error ignored; /* somebody was faster */

    (void)!run_answer(x, task, true, "auto-approve", &ignored);
}

void run_look_answers(struct run_exec *x)
{
    for (uint32_t i = 0; x->answers && i < x->plan.task_count; i++)
        if (sched_task(x->sched, i)->state == SCHED_HELD &&
            !take_answer(x, i) && x->options.auto_approve)
            approve(x, i);
}

/* The first look is behind the watch: an answer that is there already counts.
 */
void run_await_answers(struct run_exec *x)
{
    char *folder = path_of(x->folder, "");

    if (!x->answers && mkdir(folder, 0777) != 0 && errno != EEXIST)
        td_log(TD_LOG_WARN, "%s: cannot be made: %s: no answer can be given",
               folder, strerror(errno));
    else if (!x->answers)
        run_watch_folder(x, folder);
    x->answers = true;
    run_look_answers(x);
    free(folder);
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

void run_add_waiting(struct td_buf *out, const struct plan *plan,
                     const struct sched *sched)
{
    struct td_alternatives waiting = {.len = 0};

    for (uint32_t i = 0; i < plan->task_count; i++)
        if (sched_task(sched, i)->state == SCHED_HELD)
            td_alternatives_add(&waiting, td_text(plan->tasks[i].id));
    if (waiting.len == 0)
        (void)td_buf_add_text(out, "no task");
    td_alternatives_say(&waiting, out, "", " and ");
    (void)td_buf_add_text(out, waiting.len > 1 ? " wait for an answer"
                                               : " waits for an answer");
}
