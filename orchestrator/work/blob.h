/* orchestrator/work/blob.h - contents kept once, under their hash:
 * blobs/2c/f2..
 */
#ifndef ORCHESTRATOR_WORK_BLOB_H
#define ORCHESTRATOR_WORK_BLOB_H

#include "orchestrator/work/files.h"

/* Keep what is behind `from`, which must have this hash; nothing is done if it
 * is kept. TD_FAILED: it has another hash by now; TD_IO. */
TD_MUST_CHECK enum td_code work_blob_put(struct work_place *place, int from,
                                         const uint8_t sha256[WORK_SHA256],
                                         struct td_error *err);

/* Whether it is there and is what its name says. TD_FORMAT, TD_IO. */
TD_MUST_CHECK enum td_code work_blob_check(struct work_place *place,
                                           const uint8_t sha256[WORK_SHA256],
                                           struct td_error *err);

/* Open it; -1 and *err. */
int work_blob_open(struct work_place *place, const uint8_t sha256[WORK_SHA256],
                   struct td_error *err);

/* Remove those for which keep() is false. TD_IO. */
TD_MUST_CHECK enum td_code
work_blob_sweep(struct work_place *place,
                bool (*keep)(void *ctx, const uint8_t sha256[WORK_SHA256]),
                void *ctx, struct td_error *err);

#endif
