/* validator/verdict/waves.h - the waves of a stream that tells of them, as
 * bands of time; in memory that does not grow with it.
 *
 * An orchestrator says that a wave begins ("wave_started") and ends
 * ("wave_completed", "wave_ended"), and its number as `wave_number` or `wave`
 * in the event's data. Where nothing says that it begins, it begins where the
 * one before ended, the first with the stream; one that does not end lasts as
 * long as the stream.
 */
#ifndef VALIDATOR_VERDICT_WAVES_H
#define VALIDATOR_VERDICT_WAVES_H

#include "core/json.h"
#include "validator/verdict/document.h"

#define VERDICT_WAVES 200 /* the first */

/* All zeroes is valid and empty. */
struct verdict_waves {
    struct verdict_wave list[VERDICT_WAVES];
    bool open[VERDICT_WAVES];
    size_t len;
    bool began;
    uint64_t free_ns; /* where the next begins if nothing says so */
};

/* An event at a time of the tape; its payload is value `at` of doc, or doc is
 * NULL.
 */
void verdict_waves_put(struct verdict_waves *waves, uint64_t t_ns,
                       struct td_bytes name, const struct td_json_doc *doc,
                       uint32_t at);

/* Give them to the timeline of the stream, in the order of their beginnings. */
void verdict_waves_tell(const struct verdict_waves *waves,
                        struct verdict_timeline *to, struct td_arena *arena);

#endif
