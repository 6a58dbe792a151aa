/* tapedeck approve: an answer to a task that asks. */
#include "cli/verbs/past_task.h"
#include "cli/verbs/run_loop.h"
#include "orchestrator/run/exec.h"
#include "orchestrator/run/folder.h"

#include <stdlib.h>
#include <unistd.h>

static const struct cli_option options[] = {
    {.name = "refuse", .type = CLI_FLAG, .help = "the answer is no"},
    CLI_STATE_OPTION,
    {.name = NULL},
};

static enum td_code hint_waiting(const struct run_past *past,
                                 struct td_error *err)
{
    struct td_buf text = {0};

    run_add_waiting(&text, &past->plan, past->sched);
    (void)td_error_hint(err, "%s", td_buf_str(&text));
    td_buf_release(&text);
    return err->code;
}

/* Is there such a task, that asks, or will? */
static enum td_code check(const char *state, const char *id, const char *task,
                          struct td_error *err)
{
    struct cli_past p;
    const struct plan_task *asks;
    enum td_code code = cli_past_read(&p, state, id, task, err);

    asks = code ? NULL : &p.past.plan.tasks[p.task];
    if (!code && !asks->approval.ask)
        code = td_error_set(err, TD_USAGE, task, 0, "it asks for no approval");
    else if (!code && sched_task(p.past.sched, p.task)->state > SCHED_HELD)
        code = td_error_set(err, TD_USAGE, task, 0, "it has its answer");
    if (code == TD_USAGE && p.past.sched && !p.past.finished)
        code = hint_waiting(&p.past, err);
    cli_past_release(&p);
    return code;
}

static enum td_code answer(const struct cli_args *args, const char *id,
                           const char *task, struct td_error *err)
{
    const char *by = getenv("USER");
    bool yes = !cli_flag(args, "refuse");
    char *folder = run_folder_of(cli_text(args, "state"), id);
    char *journal = run_journal_of(cli_text(args, "state"), id);
    enum td_code code =
        run_leave_answer(folder, task, yes, by && *by ? by : "user", err);

    if (code == TD_IO && access(folder, W_OK) == 0)
        (void)td_error_hint(err, "no task of it has asked yet");
    else if (!code)
        cli_say(args, "%s %s: %s%s", id, task, yes ? "yes" : "no",
                run_holder(journal) ? ""
                                    : "; nobody runs it now, it counts when it "
                                      "goes on");
    free(folder);
    free(journal);
    return code;
}

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    const char *id = cli_operand(args, 0);
    const char *task = cli_operand(args, 1);

    if (run_id_check(id, err))
        return TD_USAGE;
    if (!plan_is_id(task))
        return td_error_set(err, TD_USAGE, task, 0, "no task is named so");
    return check(cli_text(args, "state"), id, task, err)
               ? err->code
               : answer(args, id, task, err);
}

const struct cli_command cli_cmd_approve = {
    .name = "approve",
    .summary = "Answer a task that waits for an approval.",
    .usage = "ID TASK",
    .details = "Whoever may write in the state folder may answer. A task that "
               "has an answer already, or expires before it is read, keeps "
               "what it has.",
    .examples = "tapedeck approve x7 release\n"
                "tapedeck approve x7 release --refuse",
    .options = options,
    .min_operands = 2,
    .max_operands = 2,
    .run = run,
};
