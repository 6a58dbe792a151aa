/* orchestrator/work/isolate.h - a task in a folder of its own.
 *
 * Its inputs are copied there; it works there; if it ends well, its outputs are
 * moved to their places in the workspace, all or none: what was there is
 * exchanged, not overwritten, until all are in their places, and put back if
 * one cannot be moved. The folder is in the state folder, so on its file
 * system, which has to be that of the workspace.
 */
#ifndef ORCHESTRATOR_WORK_ISOLATE_H
#define ORCHESTRATOR_WORK_ISOLATE_H

#include "orchestrator/work/files.h"

struct work_room;

/* A folder with copies of the inputs (x bits included), for a job with that id
 * ("x7/1/2"); one that is there from before is emptied. TD_IO, TD_FAILED.
 */
TD_MUST_CHECK enum td_code
work_room_open(struct work_room **out, struct work_place *place, const char *id,
               const struct work_files *inputs, struct td_error *err);

/* That of a job that goes on, as it is there. TD_END: there is none; TD_IO. */
TD_MUST_CHECK enum td_code work_room_find(struct work_room **out,
                                          struct work_place *place,
                                          const char *id, struct td_error *err);

/* The same as work_make_way(), in the room. */
TD_MUST_CHECK enum td_code work_room_make_way(struct work_room *room,
                                              const struct plan_words *outputs,
                                              struct td_error *err);

/* The folder in which the task's `dir` is; absolute, until close. */
const char *work_room_dir(const struct work_room *room);

/* The outputs into the workspace, with their hashes. After an error the
 * workspace is as it was (and if it cannot be put back, err says which path is
 * not); TD_FAILED: outputs are missing, in out->missing.
 */
TD_MUST_CHECK enum td_code work_room_commit(struct work_room *room,
                                            const struct plan_words *outputs,
                                            struct work_files *out,
                                            struct td_error *err);

/* Remove the folder; what is not committed is gone. NULL is fine. */
void work_room_close(struct work_room *room);

/* Let go of it and leave it for work_room_find(). NULL is fine. */
void work_room_leave(struct work_room *room);

#endif
