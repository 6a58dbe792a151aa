/* cli/verbs/tape_rewrite.h - what recover, reindex and squeeze share. */
#ifndef CLI_VERBS_TAPE_REWRITE_H
#define CLI_VERBS_TAPE_REWRITE_H

#include "cli/shared/tape_output.h"
#include "tape/rewrite.h"

/* Rows for the option table of the verb. */
#define CLI_REWRITE_OPTIONS                                                    \
    {.name = "output",                                                         \
     .letter = 'o',                                                            \
     .type = CLI_TEXT,                                                         \
     .value = "FILE",                                                          \
     .help = "where to write the tape; without it TAPE is replaced"},          \
        CLI_OVERWRITE_OPTION

/* Write operand 0 anew to --output or in its own place, and report; how->from,
 * to and overwrite are filled in. TD_LOSSY if it was
 * damaged, and the errors of tape_rewrite().
 */
TD_MUST_CHECK enum td_code cli_rewrite(const struct cli_args *args,
                                       struct tape_rewrite how,
                                       struct td_error *err);

#endif
