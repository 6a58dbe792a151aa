/* tapedeck resume: an execution that was cut short, or is paused, goes on. */
#include "cli/verbs/past_task.h"
#include "cli/verbs/run_loop.h"
#include "orchestrator/run/folder.h"
#include "orchestrator/work/place.h"

#include <stdlib.h>

static const struct cli_option options[] = {
    CLI_RUN_AGAIN_OPTIONS,
    {.name = NULL},
};

/* Does somebody run it, and is it paused? Then it is told to go on. */
static bool is_paused(const char *state, const char *id)
{
    char *journal = run_journal_of(state, id);
    struct run_past past = {.finished = false};
    struct td_error ignored; /* who takes it up will meet the same */
    bool is = run_holder(journal) > 0 &&
              !run_past_read(&past, journal, &ignored) &&
              sched_counts(past.sched)->paused;

    run_past_release(&past);
    free(journal);
    return is;
}

static enum td_code take_up(const struct cli_args *args, struct td_error *err)
{
    const struct cli_run_again again = {
        .open = run_resume, .how = cli_run_settings(args), .resumed = true};

    return cli_run_again(args, &again, err);
}

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    const char *id = cli_operand(args, 0);
    const char *state = cli_text(args, "state");
    struct td_buf beside = {0};
    enum td_code code;

    if (!state) {
        (void)td_buf_addf(&beside, "%s/" WORK_STATE,
                          cli_text(args, "workspace"));
        state = td_buf_str(&beside);
    }
    if (run_is_id(id) && is_paused(state, id)) {
        code = cli_past_order(args, state, RUN_GO_ON, RUN_GRACE, err);
        if (!code)
            cli_say(args, "%s goes on, where it is run", id);
    } else {
        code = take_up(args, err);
    }
    td_buf_release(&beside);
    return code;
}

const struct cli_command cli_cmd_resume = {
    .name = "resume",
    .summary = "Go on with an execution that was cut short, or is paused.",
    .usage = "ID",
    .details =
        "Its journal is read, what was running is settled first (it goes on "
        "where its keeper lives, else nothing of it runs any more), and no "
        "task that ended runs twice. One that runs and is paused, by tapedeck "
        "pause or by a budget, is told to go on. Exit status as of `tapedeck "
        "run`; 2 also "
        "if the execution has ended.",
    .examples = "tapedeck resume x7",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
