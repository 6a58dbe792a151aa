/* cli/verbs/run_loop.h - an execution from a verb: its loop, signals, lines and
 * the code that it comes to.
 */
#ifndef CLI_VERBS_RUN_LOOP_H
#define CLI_VERBS_RUN_LOOP_H

#include "cli/options/command.h"
#include "orchestrator/run/exec.h"

/* Options of every verb that runs tasks. */
#define CLI_RUN_OPTIONS                                                        \
    {.name = "state",                                                          \
     .type = CLI_TEXT,                                                         \
     .value = "DIR",                                                           \
     .help = "where executions are kept; .tapedeck beside the plan if not "    \
             "given"},                                                         \
        {.name = "workers",                                                    \
         .letter = 'w',                                                        \
         .type = CLI_NUMBER,                                                   \
         .value = "N",                                                         \
         .min = 1,                                                             \
         .max = 1024,                                                          \
         .help = "weights of tasks that run at once; all cores if not given"}, \
        {.name = "fsync",                                                      \
         .type = CLI_CHOICE,                                                   \
         .value = "HOW",                                                       \
         .choices = "always|never",                                            \
         .preset = "always",                                                   \
         .help = "never: the journal outlives kill -9, but no power cut"},     \
        {.name = "providers",                                                  \
         .type = CLI_TEXT,                                                     \
         .value = "FILE",                                                      \
         .help = "configuration of providers (docs/providers.md)"},            \
    {                                                                          \
        .name = "answers", .type = CLI_TEXT, .value = "TAPE",                  \
        .help = "the journal that the provider replay answers from"            \
    }

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

#endif
