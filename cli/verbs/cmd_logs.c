/* tapedeck logs: what a task has written. */
#include "cli/verbs/logs_follow.h"
#include "cli/verbs/run_loop.h"
#include "core/fs.h"
#include "core/json_writer.h"
#include "orchestrator/run/folder.h"

#include <stdlib.h>
#include <unistd.h>

#define LOG_MAX ((size_t)1 << 30)

static const struct cli_option options[] = {
    {.name = "follow",
     .letter = 'f',
     .type = CLI_FLAG,
     .help = "go on with what is written, until the task has ended"},
    CLI_STATE_OPTION,
    {.name = NULL},
};

static enum td_code print(const struct cli_args *args, const struct td_buf *log,
                          struct td_error *err)
{
    struct td_buf line = {0};
    struct td_json_writer w = td_json_writer(&line);
    enum td_code code;

    if (!cli_json(args))
        return td_fs_write(STDOUT_FILENO, td_buf_bytes(log), "stdout", err);
    td_json_object(&w, NULL);
    td_json_put_text(&w, "execution_id", cli_operand(args, 0));
    td_json_put_text(&w, "task", cli_operand(args, 1));
    td_json_put_string(&w, "log", td_buf_bytes(log));
    td_json_object_end(&w);
    (void)td_json_line(&w);
    code = td_fs_write(STDOUT_FILENO, td_buf_bytes(&line), "stdout", err);
    td_buf_release(&line);
    return code;
}

/* Is there a task that could have written it? */
static enum td_code no_log(const struct cli_args *args, struct td_error *err)
{
    const char *id = cli_operand(args, 0);
    char *journal = run_journal_of(cli_text(args, "state"), id);
    char name[PLAN_TASK_NAME];
    struct td_error why;
    enum td_code code =
        cli_logs_task(name, journal, id, cli_operand(args, 1), &why);

    free(journal);
    if (code == TD_USAGE) {
        *err = why;
        return code;
    }
    return td_error_hint(err, "it has not run");
}

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    const char *id = cli_operand(args, 0);
    const char *task = cli_operand(args, 1);
    struct td_buf path = {0};
    struct td_buf log = {.max = LOG_MAX};
    enum td_code code;

    if (run_id_check(id, err))
        return TD_USAGE;
    if (!plan_is_id(task))
        return td_error_set(err, TD_USAGE, task, 0, "no task is named so");
    if (cli_flag(args, "follow") && cli_json(args))
        return td_error_set(err, TD_USAGE, "--json", 0,
                            "is for a whole log: leave out --follow");
    if (cli_flag(args, "follow"))
        return cli_logs_follow(args, cli_text(args, "state"), id, task, err);
    (void)td_buf_addf(&path, "%s/%s/logs/%s.log", cli_text(args, "state"), id,
                      task);
    code = td_fs_read(&log, td_buf_str(&path), err);
    if (code == TD_IO && access(td_buf_str(&path), F_OK) != 0)
        code = no_log(args, err);
    if (!code)
        code = print(args, &log, err);
    td_buf_release(&path);
    td_buf_release(&log);
    return code;
}

const struct cli_command cli_cmd_logs = {
    .name = "logs",
    .summary = "Print what a task of an execution has written.",
    .usage = "ID TASK",
    .details = "Of its last attempt; both ends of it, if it is longer than "
               "`log` of the plan allows.",
    .examples = "tapedeck logs x7 eval\n"
                "tapedeck logs x7 eval --follow",
    .options = options,
    .min_operands = 2,
    .max_operands = 2,
    .run = run,
};
