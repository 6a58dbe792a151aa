/* cli/verbs/tape_write.h - events of tapes onto another tape: cut and merge. */
#ifndef CLI_VERBS_TAPE_WRITE_H
#define CLI_VERBS_TAPE_WRITE_H

#include "cli/options/command.h"
#include "replayer/timeline.h"

/* Write what the source gives to the tape of --output (--overwrite). Its times
 * begin at from_ns. With N tapes, connection c of tape i (from 0) becomes
 * (c - 1) * N + i + 1, so that all stay apart. Ends with TD_LOSSY if a tape was
 * damaged.
 */
TD_MUST_CHECK enum td_code cli_tape_out(const struct cli_args *args,
                                        struct play_source *source,
                                        uint64_t from_ns, struct td_error *err);

#endif
