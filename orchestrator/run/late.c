/* What is told of a task that took too long. */
#include "orchestrator/run/exec_internal.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

void run_note_late(struct run_exec *x, const struct sched_event *ev)
{
    static const char *const words[][2] = {
        {"queue", "was not begun within"},
        {"heartbeat", "no sign of life within"},
    };
    const char *what = "no end within";
    char text[TD_AMOUNT_SIZE];
    const char *name = NULL;
    uint64_t limit = 0;

    if ((ev->what == SCHED_STOP || ev->what == SCHED_FAIL) &&
        ev->fault == PLAN_TIMEOUT)
        name = sched_late(x->sched, ev->task, ev->at_ns, &limit);
    if (!name)
        return;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (!strcmp(words[i][0], name))
            what = words[i][1];
    (void)snprintf(x->tasks[ev->task].text, sizeof(x->tasks[ev->task].text),
                   "%s timeout.%s (%s)", what, name,
                   td_duration_text(text, limit, TD_DURATION_EXACT));
}

void run_late_text(const struct run_exec *x, const struct sched_event *ev,
                   char out[RUN_TEXT])
{
    const struct plan_task *plan = &x->plan.tasks[ev->task];
    char grace[TD_AMOUNT_SIZE];

    (void)snprintf(out, RUN_TEXT, "%s", x->tasks[ev->task].text);
    if (ev->status == -SIGKILL && plan->grace_ns)
        (void)snprintf(
            out + strlen(out), RUN_TEXT - strlen(out),
            ", killed after %s of grace",
            td_duration_text(grace, plan->grace_ns, TD_DURATION_EXACT));
}
