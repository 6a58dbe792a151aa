/* orchestrator/work/stage.h - a folder in the state folder in which files are
 * made ready.
 */
#ifndef ORCHESTRATOR_WORK_STAGE_H
#define ORCHESTRATOR_WORK_STAGE_H

#include "orchestrator/work/files.h"

/* Make tmp/NAME, empty; its descriptor in *fd. TD_IO. */
TD_MUST_CHECK enum td_code work_stage_open(int *fd, struct work_place *place,
                                           const char *name,
                                           struct td_error *err);

/* The same as it was left. TD_END: it is not there; TD_IO. */
TD_MUST_CHECK enum td_code work_stage_find(int *fd,
                                           const struct work_place *place,
                                           const char *name,
                                           struct td_error *err);

/* Close it and remove all of it. What cannot be removed is warned of. */
void work_stage_close(int fd, struct work_place *place, const char *name);

/* A file that is not there yet, with what is behind `from`; sync: it lasts.
 * sha256 (may be NULL) gets the hash of that. TD_IO. */
struct work_copy {
    int from;
    bool exec;
    bool sync;
    uint8_t *sha256;
};
TD_MUST_CHECK enum td_code work_stage_file(struct work_place *place, int fd,
                                           const char *path,
                                           const struct work_copy *copy,
                                           struct td_error *err);

/* A folder ("model/"), a link. TD_IO. */
TD_MUST_CHECK enum td_code work_stage_folder(struct work_place *place, int fd,
                                             const char *path,
                                             struct td_error *err);
TD_MUST_CHECK enum td_code work_stage_link(struct work_place *place, int fd,
                                           const char *path, const char *text,
                                           struct td_error *err);

#endif
