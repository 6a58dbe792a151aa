/* orchestrator/work/hashes.h - hashes of files that were read before, by
 * device, inode, size, mtime and ctime (files.h says when that is safe).
 *
 * The file: "tdhash1\n", records of 7 numbers of 8 bytes (the least first:
 * device, inode, size, mtime and ctime in seconds and nanoseconds) and the
 * hash, and the sha256 of all that. One that is not whole is as none.
 */
#ifndef ORCHESTRATOR_WORK_HASHES_H
#define ORCHESTRATOR_WORK_HASHES_H

#include "core/event.h"
#include "orchestrator/work/place.h"

#include <sys/stat.h>

#define WORK_HASHES_MAX 500000

struct work_hashes;

/* Those of the state folder. TD_IO. */
TD_MUST_CHECK enum td_code work_hashes_load(struct work_hashes **out,
                                            const struct work_place *place,
                                            struct td_error *err);

/* Write them, if there is anything that was not there. TD_IO. */
TD_MUST_CHECK enum td_code work_hashes_save(struct work_hashes *hashes,
                                            const struct work_place *place,
                                            struct td_error *err);
void work_hashes_free(struct work_hashes *hashes);

/* Of bytes of such a file; NULL: they are none. */
struct work_hashes *work_hashes_parse(struct td_bytes text);

/* The hash of a file that looks so; NULL: it is not known. Until the next put.
 */
const uint8_t *work_hashes_get(struct work_hashes *hashes,
                               const struct stat *st);

/* Remember it, unless it is too young at wall_ns to be told from one that is
 * changed at once. */
void work_hashes_put(struct work_hashes *hashes, const struct stat *st,
                     const uint8_t *sha256, uint64_t wall_ns);

#endif
