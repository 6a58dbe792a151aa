/* tapedeck approve: an answer to a task that asks. */
#include "cli/options/command.h"
#include "core/mem.h"
#include "orchestrator/run/exec.h"
#include "orchestrator/run/folder.h"

#include <stdlib.h>
#include <string.h>

static const struct cli_option options[] = {
    {.name = "refuse", .type = CLI_FLAG, .help = "the answer is no"},
    {.name = "state",
     .type = CLI_TEXT,
     .value = "DIR",
     .preset = ".tapedeck",
     .help = "where executions are kept"},
    {.name = NULL},
};

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    const char *id = cli_operand(args, 0);
    const char *task = cli_operand(args, 1);
    const char *by = getenv("USER");
    bool yes = !cli_flag(args, "refuse");
    char *folder;
    enum td_code code;

    if (run_id_check(id, err))
        return TD_USAGE;
    if (!plan_is_id(task))
        return td_error_set(err, TD_USAGE, task, 0, "no task is named so");
    folder = run_folder_of(cli_text(args, "state"), id);
    code = run_leave_answer(folder, task, yes, by ? by : "user", err);
    if (code == TD_IO)
        (void)td_error_hint(err, "no task of it has asked, or in another "
                                 "--state");
    else if (!code)
        cli_say(args, "%s %s: %s", id, task, yes ? "yes" : "no");
    free(folder);
    return code;
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
