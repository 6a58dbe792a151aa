#include "cli/verbs/past_task.h"

#include "orchestrator/run/folder.h"

#include <stdlib.h>
#include <unistd.h>

static enum td_code check(struct cli_past *p, const char *id, const char *task,
                          struct td_error *err)
{
    p->task = task ? plan_find(&p->past.plan, td_text(task)) : 0;
    if (p->past.finished)
        return td_error_set(err, TD_USAGE, id, 0, "it has ended");
    if (p->task == UINT32_MAX)
        return td_error_set(err, TD_USAGE, task, 0,
                            "there is no such task in %s", id);
    if (task && sched_is_final(sched_task(p->past.sched, p->task)->state))
        return td_error_set(err, TD_USAGE, task, 0, "it has ended");
    return TD_OK;
}

enum td_code cli_past_read(struct cli_past *out, const char *state,
                           const char *id, const char *task,
                           struct td_error *err)
{
    char *journal = run_journal_of(state, id);
    enum td_code code;

    *out = (struct cli_past){.task = 0};
    if (access(journal, F_OK) == 0)
        code = run_past_read(&out->past, journal, err);
    else
        code = td_error_set(err, TD_USAGE, journal, 0,
                            "there is no execution %s", id);
    free(journal);
    return code ? code : check(out, id, task, err);
}

void cli_past_release(struct cli_past *past)
{
    run_past_release(&past->past);
}

enum td_code cli_past_order(const struct cli_args *args, const char *state,
                            enum run_order_kind kind, uint64_t grace_ns,
                            struct td_error *err)
{
    const char *id = cli_operand(args, 0);
    const char *task = cli_operands(args) > 1 ? cli_operand(args, 1) : NULL;
    const char *by = getenv("USER");
    const struct run_order order = {.kind = kind,
                                    .by = by && *by ? by : "user",
                                    .task = task,
                                    .grace_ns = grace_ns};
    struct cli_past past = {.task = 0};
    enum td_code code = run_id_check(id, err);

    if (!code)
        code = cli_past_read(&past, state, id, task, err);
    cli_past_release(&past);
    return code ? code : run_leave_order(state, id, &order, err);
}
