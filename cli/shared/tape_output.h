/* cli/shared/tape_output.h - what the verbs for tapes say alike. */
#ifndef CLI_SHARED_TAPE_OUTPUT_H
#define CLI_SHARED_TAPE_OUTPUT_H

#include "cli/options/command.h"
#include "core/buf.h"
#include "core/json_writer.h"
#include "tape/reader.h"
#include "validator/audit/gather.h"

/* Rows of the table of a verb that writes a tape. */
#define CLI_OVERWRITE_OPTION                                                   \
    {                                                                          \
        .name = "overwrite", .type = CLI_FLAG, .help = "replace FILE"          \
    }
#define CLI_TAPE_OUTPUT_OPTIONS                                                \
    {.name = "output",                                                         \
     .letter = 'o',                                                            \
     .type = CLI_TEXT,                                                         \
     .value = "FILE",                                                          \
     .help = "where to write the tape"},                                       \
        CLI_OVERWRITE_OPTION
/* And of one that reads a tape as it grows. */
#define CLI_FOLLOW_OPTION                                                      \
    {                                                                          \
        .name = "follow", .letter = 'f', .type = CLI_FLAG,                     \
        .help = "wait for more while the tape is being recorded"               \
    }

/* TD_LOSSY, with what is wrong in *err, if the state tells of damage or losses;
 * else TD_OK. path names the tape; to, if not NULL, the tape that was just made
 * of it.
 */
TD_MUST_CHECK enum td_code cli_tape_verdict(const char *path, const char *to,
                                            const struct tape_state *state,
                                            struct td_error *err);

/* The verdict on the first of them that is damaged. */
TD_MUST_CHECK enum td_code cli_tapes_verdict(const struct audit_tapes *tapes,
                                             struct td_error *err);

/* The error of the first of these files, which could not be read; those of
 * further ones are told here. No file: TD_OK.
 */
TD_MUST_CHECK enum td_code cli_tapes_unread(const struct audit_tapes *unread,
                                            struct td_error *err);

/* TD_USAGE if out, which is about to be written, is the tape that is read. */
TD_MUST_CHECK enum td_code cli_not_onto(const char *out, const char *tape,
                                        struct td_error *err);

/* The same of all operands of the verb: what is written to `out` is none of
 * them. "-" and NULL are fine. */
TD_MUST_CHECK enum td_code cli_not_onto_any(const char *out,
                                            const struct cli_args *args,
                                            struct td_error *err);

/* Something that is made of the tape that is the verb's operand may be written
 * there: it is not that tape (TD_USAGE), and no other file, unless there is
 * --overwrite (TD_IO). */
TD_MUST_CHECK enum td_code cli_may_write(const struct cli_args *args,
                                         const char *path,
                                         struct td_error *err);

/* A file with these bytes may be written there: there is none, or "-" is meant,
 * or it has them already, or there is --overwrite. Else TD_IO. */
TD_MUST_CHECK enum td_code cli_may_replace(const struct cli_args *args,
                                           const char *path,
                                           struct td_bytes bytes,
                                           struct td_error *err);

#define CLI_A_TAPE   "a tape, or its text,"
#define CLI_MESSAGES "messages, one a line,"

/* If path is "-" and stdin a terminal: say that `what` is waited for. */
void cli_say_waiting(const struct cli_args *args, const char *path,
                     const char *what);

/* Write the state as members of the object at hand. */
void cli_tape_state_json(struct td_json_writer *w,
                         const struct tape_state *state);

/* Write out to stdout and empty it. */
TD_MUST_CHECK enum td_code cli_print(struct td_buf *out, struct td_error *err);

#endif
