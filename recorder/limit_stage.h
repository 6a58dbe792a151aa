/* recorder/limit_stage.h - the stage that counts events and says when it is
 * enough.
 *
 *     events --> the next stage, then: is a limit reached?
 *
 * It stops nobody: who put the event asks for `stop`. An event that reaches a
 * limit has been handed on.
 */
#ifndef RECORDER_LIMIT_STAGE_H
#define RECORDER_LIMIT_STAGE_H

#include "recorder/limits.h"
#include "recorder/output.h"

/* Its owner fills in the first four. */
struct rec_limit_stage {
    struct rec_limits limits;
    uint64_t min_free; /* bytes of the disk; 0 = do not look */
    struct td_sink next;
    const struct rec_output *output; /* whose size counts; NULL = none yet */
    uint64_t events;                 /* plain ones, taken */
    uint64_t payload_bytes;          /* of them */
    enum rec_stop stop;              /* of the last plain event; or NONE */
    uint64_t disk_ns;                /* of the next look at the disk */
    uint64_t disk_bytes;             /* of the file, likewise */
};

/* Lives as long as stage. */
struct td_sink rec_limit_stage_sink(struct rec_limit_stage *stage);

/* Has the time come, or is the disk full? Both times since the start; last_ns
 * is that of the last plain event, 0 if there was none.
 */
enum rec_stop rec_limit_stage_time(struct rec_limit_stage *stage,
                                   uint64_t now_ns, uint64_t last_ns);

#endif
