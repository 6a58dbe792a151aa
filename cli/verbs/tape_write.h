/* cli/verbs/tape_write.h - events of tapes onto another tape: cut, merge and
 * redact.
 */
#ifndef CLI_VERBS_TAPE_WRITE_H
#define CLI_VERBS_TAPE_WRITE_H

#include "cli/options/command.h"
#include "recorder/redact.h"
#include "replayer/timeline.h"

struct cli_tape_change {
    uint64_t from_ns;          /* where the times of the tape begin */
    struct rec_redact *redact; /* by which each event goes; NULL = none */
};

/* Write what the source gives to the tape of --output (--overwrite). With N
 * tapes, connection c of tape i (from 0) becomes (c - 1) * N + i + 1, so that
 * all stay apart. What the header takes over is redacted as events are; the
 * policy is in it, over that of the tape that was read ("before"), and the
 * counts are the last event. Ends with TD_LOSSY if a tape was damaged.
 */
TD_MUST_CHECK enum td_code cli_tape_out(const struct cli_args *args,
                                        struct play_source *source,
                                        struct cli_tape_change change,
                                        struct td_error *err);

#endif
