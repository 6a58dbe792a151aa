/* orchestrator/work/place_internal.h - a workspace as the files of this folder
 * see it.
 */
#ifndef ORCHESTRATOR_WORK_PLACE_INTERNAL_H
#define ORCHESTRATOR_WORK_PLACE_INTERNAL_H

#include "core/buf.h"
#include "orchestrator/work/place.h"

#include <sys/stat.h>

#define WORK_STAGED_MAX (WORK_PATH_MAX + 8) /* a path on its way */

struct work_hashes;
struct work_tooks;

struct work_place {
    char *root;
    char *state;
    int root_fd;
    int state_fd;    /* -1: there is none to look at */
    dev_t state_dev; /* of the state folder, which no pattern enters */
    ino_t state_ino;
    bool look; /* nothing may be written */
    const struct work_calls *calls;
    const struct td_clock *clock;
    struct work_hashes *hashes;
    struct work_tooks *tooks; /* of the plan asked for last; NULL: none yet */
};

/* Open what a path leads to, if that is beneath `top`. -1 and errno; EXDEV: it
 * leads out. Also for writing, but makes nothing. */
int work_beneath(int top, const char *path, int flags);

/* The error of a path that work_beneath() could not open. */
enum td_code work_beneath_failed(const char *path, int errnum,
                                 struct td_error *err);

/* The folder that the last part of a path is in, made if it is missing; and
 * that part. -1 and *err. `top` is a folder's descriptor. */
int work_parent(const struct work_place *place, int top, const char *path,
                const char **leaf, struct td_error *err);

/* All bytes. 0 or errno. */
int work_write_all(const struct work_place *place, int fd,
                   struct td_bytes bytes);

/* A file under a path beneath `top`, whole or not at all, and lasting. */
TD_MUST_CHECK enum td_code work_replace(const struct work_place *place, int top,
                                        const char *path, struct td_bytes bytes,
                                        struct td_error *err);

/* The same, but nothing is synced: after a power cut the file may be as before,
 * or have less or nothing in it. For what is checked when it is read, and may
 * be lost. */
TD_MUST_CHECK enum td_code work_replace_lazily(const struct work_place *place,
                                               int top, const char *path,
                                               struct td_bytes bytes,
                                               struct td_error *err);

/* Append what a file of the state folder holds, of at most max bytes in all.
 * TD_END: there is none. */
TD_MUST_CHECK enum td_code work_state_read(const struct work_place *place,
                                           const char *path, struct td_buf *out,
                                           struct td_error *err);

/* Remove a folder and all that is in it; fine if it is not there. */
TD_MUST_CHECK enum td_code work_remove(const struct work_place *place, int top,
                                       const char *path, struct td_error *err);

/* Append a name as one that is fit for a file: all but letters, digits, _ and -
 * as %XX. */
void work_safe_name(struct td_buf *out, const char *name);

#endif
