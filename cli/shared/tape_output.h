/* cli/shared/tape_output.h - what the verbs for tapes say alike. */
#ifndef CLI_SHARED_TAPE_OUTPUT_H
#define CLI_SHARED_TAPE_OUTPUT_H

#include "cli/options/command.h"
#include "core/buf.h"
#include "core/json_writer.h"
#include "tape/reader.h"

/* TD_LOSSY, with what is wrong in *err, if the state tells of damage or losses;
 * else TD_OK. path names the tape; to, if not NULL, the tape that was just made
 * of it.
 */
TD_MUST_CHECK enum td_code cli_tape_verdict(const char *path, const char *to,
                                            const struct tape_state *state,
                                            struct td_error *err);

/* TD_USAGE if out, which is about to be written, is the tape that is read. */
TD_MUST_CHECK enum td_code cli_not_onto(const char *out, const char *tape,
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
