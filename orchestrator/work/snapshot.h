/* orchestrator/work/snapshot.h - the declared outputs at one time, to go back
 * to.
 *
 * A snapshot is a list of paths with the sha256 of each; contents are kept
 * once, under their hash. Going back makes the declared outputs what they were:
 * files that were not there are removed; nothing else is touched. All or
 * nothing, as in isolate.h.
 */
#ifndef ORCHESTRATOR_WORK_SNAPSHOT_H
#define ORCHESTRATOR_WORK_SNAPSHOT_H

#include "orchestrator/work/files.h"

#define WORK_SNAPSHOT_NAME 64   /* bytes: letters, digits, . _ - */
#define WORK_SNAPSHOTS     1000 /* of a workspace */

/* All zeroes is valid and empty. */
struct work_snapshot {
    struct td_arena arena;
    const char *name;
    const char *execution; /* "" if it was made by hand */
    uint64_t wall_ns;
    struct plan_words names; /* the outputs that it is of, as plans name them */
    struct work_files files;
};

/* Frees all; *snapshot is empty. */
void work_snapshot_release(struct work_snapshot *snapshot);

/* Keep what is there of these outputs; those missing are part of it. TD_USAGE:
 * the name is taken or may not be one; TD_LIMIT; TD_IO: there is no snapshot.
 */
TD_MUST_CHECK enum td_code
work_snapshot_create(struct work_place *place, const char *name,
                     const char *execution, const struct plan_words *outputs,
                     struct td_error *err);

/* Each one, the oldest first, with its files; borrowed for the call. One that
 * cannot be read is an error behind the others. TD_FORMAT, TD_IO.
 */
TD_MUST_CHECK enum td_code work_snapshot_list(
    struct work_place *place,
    void (*each)(void *ctx, const struct work_snapshot *snapshot), void *ctx,
    struct td_error *err);

/* One by name, into all zeroes. TD_USAGE: there is none, and those there are.
 */
TD_MUST_CHECK enum td_code work_snapshot_show(struct work_place *place,
                                              const char *name,
                                              struct work_snapshot *out,
                                              struct td_error *err);

/* Make the outputs what they were. Before anything is touched, every content is
 * looked at: TD_FORMAT, if one is missing or is not what its name says. TD_IO:
 * nothing has changed, or err says which path could not be put back.
 */
TD_MUST_CHECK enum td_code work_snapshot_rollback(struct work_place *place,
                                                  const char *name,
                                                  struct td_error *err);

/* Remove it, and the contents that no other needs. TD_USAGE, TD_IO. */
TD_MUST_CHECK enum td_code work_snapshot_delete(struct work_place *place,
                                                const char *name,
                                                struct td_error *err);

#endif
