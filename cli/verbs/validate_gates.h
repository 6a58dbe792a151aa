/* cli/verbs/validate_gates.h - validate --gates: the gates of a project; part
 * of cmd_validate.
 */
#ifndef CLI_VERBS_VALIDATE_GATES_H
#define CLI_VERBS_VALIDATE_GATES_H

#include "cli/shared/check_options.h"
#include "validator/verdict/document.h"
#include "wire/net/transport.h"

/* Rows of the verb's table. */
#define CLI_GATES_OPTIONS                                                      \
    {.name = "gates",                                                          \
     .type = CLI_TEXT,                                                         \
     .value = "FILE",                                                          \
     .help = "run and judge the gates of this gates.yaml"},                    \
        {.name = "check",                                                      \
         .type = CLI_LIST,                                                     \
         .value = "NAME",                                                      \
         .help = "only this gate, or gates of this kind, and what they need"}, \
        {.name = "list",                                                       \
         .type = CLI_FLAG,                                                     \
         .help = "say which gates would run, and run none"},                   \
        {.name = "dry-run",                                                    \
         .type = CLI_FLAG,                                                     \
         .help = "say what each gate would run, and run none"},                \
        {.name = "changed-since",                                              \
         .type = CLI_TEXT,                                                     \
         .value = "REF",                                                       \
         .help = "also judge the lines that changed since this revision of "   \
                 "git"},                                                       \
        {.name = "baseline",                                                   \
         .type = CLI_TEXT,                                                     \
         .value = "FILE",                                                      \
         .help = "what was there before; .tapedeck/baseline.json of the "      \
                 "project if not given"},                                      \
        {.name = "update-baseline",                                            \
         .type = CLI_FLAG,                                                     \
         .help = "write what became better into it; a first one takes all"},   \
        {.name = "accept",                                                     \
         .type = CLI_TEXT,                                                     \
         .value = "REASON",                                                    \
         .help = "write into it also what became worse, with the reason"},     \
        {.name = "until",                                                      \
         .type = CLI_TEXT,                                                     \
         .value = "DATE",                                                      \
         .help = "last day on which accepted findings are known"},             \
    {                                                                          \
        .name = "tape", .type = CLI_TEXT, .value = "FILE",                     \
        .help = "record the run of the gates as events"                        \
    }

/* TD_USAGE: options of gates without --gates, or that do not go together. */
TD_MUST_CHECK enum td_code cli_gates_together(const struct cli_args *args,
                                              struct td_error *err);

/* Run the gates of --gates and judge the operands, tapes or lines, by the
 * check's contract and schema: one verdict, printed. The code is that of the
 * verdict. net is what waits for slow operands.
 */
TD_MUST_CHECK enum td_code cli_validate_gates(struct wire_net *net,
                                              const struct cli_check *check,
                                              const struct cli_args *args,
                                              struct td_error *err);

#endif
