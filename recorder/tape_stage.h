/* recorder/tape_stage.h - the stage that puts events on the tape and hands them
 * on as they stand there.
 *
 *     events --> tape --> watch
 *
 * Its sink says TD_AGAIN while the tape is busy. An event whose line is too
 * long for a tape is one event lost, and said so in its place; every other code
 * means that the tape cannot be written.
 */
#ifndef RECORDER_TAPE_STAGE_H
#define RECORDER_TAPE_STAGE_H

#include "recorder/output.h"

#include <stdbool.h>

/* All zeroes is valid: no tape, nobody watches. */
struct rec_tape_stage {
    struct rec_output *output; /* its owner's */
    struct td_sink watch;      /* told of what was written, with its number and
                                  time there; put NULL = nobody */
    bool waits;                /* a busy tape is waited for: never TD_AGAIN */
    bool refused;              /* by watch, with TD_FAILED */
    uint64_t lost;             /* lines that were too long */
    uint64_t written;
    uint64_t written_ns; /* time of the last of them */
};

/* Lives as long as stage, which has an output before the first event. */
struct td_sink rec_tape_stage_sink(struct rec_tape_stage *stage);

#endif
