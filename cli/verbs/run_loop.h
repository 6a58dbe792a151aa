/* cli/verbs/run_loop.h - an execution from a verb: its loop, signals, lines and
 * the code that it comes to.
 */
#ifndef CLI_VERBS_RUN_LOOP_H
#define CLI_VERBS_RUN_LOOP_H

#include "cli/options/command.h"
#include "orchestrator/run/exec.h"

/* Rows of the tables of verbs that run tasks, or speak of running them. */
#define CLI_WORKERS_OPTION                                                     \
    {                                                                          \
        .name = "workers", .letter = 'w', .type = CLI_NUMBER, .value = "N",    \
        .min = 1, .max = 1024,                                                 \
        .help =                                                                \
            "weights of tasks that run at once in an execution; all cores if " \
            "not given"                                                        \
    }
#define CLI_PLAN_STATE_OPTION                                                  \
    {                                                                          \
        .name = "state", .type = CLI_TEXT, .value = "DIR",                     \
        .help = "where executions are kept; .tapedeck beside the plan if not " \
                "given"                                                        \
    }
#define CLI_STATE_OPTION                                                       \
    {                                                                          \
        .name = "state", .type = CLI_TEXT, .value = "DIR",                     \
        .preset = ".tapedeck", .help = "where executions are kept"             \
    }
#define CLI_TASK_OPTIONS                                                       \
    CLI_WORKERS_OPTION,                                                        \
        {.name = "fsync",                                                      \
         .type = CLI_CHOICE,                                                   \
         .value = "HOW",                                                       \
         .choices = "always|never",                                            \
         .preset = "always",                                                   \
         .help = "never: the journal outlives kill -9, but no power cut"},     \
        {.name = "no-validate",                                                \
         .type = CLI_FLAG,                                                     \
         .help = "do not judge an execution: neither by the gates of the "     \
                 "workspace nor by its own events"},                           \
        {.name = "providers",                                                  \
         .type = CLI_TEXT,                                                     \
         .value = "FILE",                                                      \
         .help = "configuration of providers (docs/providers.md)"},            \
    {                                                                          \
        .name = "answers", .type = CLI_TEXT, .value = "TAPE",                  \
        .help = "the journal that the provider replay answers from"            \
    }
#define CLI_RUN_OPTIONS CLI_PLAN_STATE_OPTION, CLI_TASK_OPTIONS

/* Of those that take an execution by its id up again. */
#define CLI_RUN_AGAIN_OPTIONS                                                  \
    {.name = "workspace",                                                      \
     .type = CLI_TEXT,                                                         \
     .value = "DIR",                                                           \
     .preset = ".",                                                            \
     .help = "the folder of the plan"},                                        \
        CLI_RUN_OPTIONS

/* The path of this program, for what it starts of itself; NULL: unknown. */
const char *cli_run_program(void);

/* The options that are common to all. */
struct run_options cli_run_settings(const struct cli_args *args);

/* Make or find the execution, in the loop that is given. */
typedef enum td_code cli_run_open_fn(void *ctx, struct wire_net *net,
                                     struct run_exec **out,
                                     struct td_error *err);

/* Run it to its end. TD_FAILED: tasks failed; else what run_exit_status() says,
 * or what went wrong. */
TD_MUST_CHECK enum td_code cli_run(const struct cli_args *args,
                                   cli_run_open_fn *open, void *ctx,
                                   bool resumed, struct td_error *err);

struct cli_run_again {
    enum td_code (*open)(struct run_exec **out, struct wire_net *net,
                         const char *id, const char *root,
                         const struct run_options *how, struct td_error *err);
    struct run_options how;
    bool resumed; /* the same execution, not a fresh one */
};

/* The same of the execution that the operand names, whose verb has
 * CLI_RUN_AGAIN_OPTIONS. */
TD_MUST_CHECK enum td_code cli_run_again(const struct cli_args *args,
                                         const struct cli_run_again *again,
                                         struct td_error *err);

#endif
