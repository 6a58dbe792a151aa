/* orchestrator/work/place.h - a workspace, and what may be named in it.
 *
 * A path of a plan is relative to the workspace, and never leads out of it: no
 * "..", no control byte, no symbolic link that ends elsewhere (openat2(2) with
 * RESOLVE_BENEATH decides at the time of opening, so nothing can be exchanged
 * in between). A link to a file in the workspace is followed.
 *
 * The state folder (".tapedeck" of the workspace, if no other is named) holds
 *     hashes              of files that have not changed since (hash.h)
 *     last/PLAN/TASK      what each task's last success was (store.h)
 *     last/PLAN/.took     and of those that only took their time (took.h)
 *     snapshots/, blobs/  (snapshot.h)
 *     tmp/                what is on its way; nothing there is ever read again
 * and is no part of the workspace: no pattern matches in it. Only WORK_GATES
 * may be named.
 */
#ifndef ORCHESTRATOR_WORK_PLACE_H
#define ORCHESTRATOR_WORK_PLACE_H

#include "core/buf.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define WORK_PATH_MAX  1024 /* bytes of a path in the workspace */
#define WORK_STATE     ".tapedeck"
#define WORK_GATES     ".tapedeck/gates.yaml" /* the one file in it of people */
#define WORK_DEPTH     64                     /* folders in each other */
#define WORK_SHA256    32                     /* bytes of a hash */
#define WORK_SETTLE_NS UINT64_C(2000000000)   /* see files.h */

/* The system calls that change what is on a disk, so that a test can let the
 * n-th fail. They are as in section 2 of the manual.
 */
struct work_calls {
    int (*open)(int dir, const char *path, int flags, mode_t mode);
    ssize_t (*write)(int fd, const void *bytes, size_t len);
    int (*sync)(int fd); /* fsync(2) */
    int (*rename)(int from_dir, const char *from, int to_dir, const char *to,
                  unsigned flags); /* renameat2(2) */
    int (*mkdir)(int dir, const char *path, mode_t mode);
    int (*unlink)(int dir, const char *path, int flags);
    int (*chmod)(int fd, mode_t mode);
};

struct work_options {
    const char *root;  /* the workspace; it must be there */
    const char *state; /* NULL: ".tapedeck" in it; made if missing */
    bool look; /* nothing is written or made; without a state folder nothing is
                  known from before. Only what looks may be called */
    bool no_sync; /* what is written outlives processes, but no power cut */
    const struct work_calls *calls; /* NULL: the system's */
    const struct td_clock *clock;   /* NULL: the real one */
};

struct work_place;

/* TD_IO: a folder is missing or may not be used. */
TD_MUST_CHECK enum td_code work_open(struct work_place **out,
                                     const struct work_options *options,
                                     struct td_error *err);

/* Keeps the hashes and lets go. NULL is fine. */
void work_close(struct work_place *place);

const char *work_root(const struct work_place *place); /* absolute */

/* What a text of a plan may be. */
enum work_name {
    WORK_PATH,    /* a file: "raw/a.csv" */
    WORK_TREE,    /* or a folder: "model/" */
    WORK_PATTERN, /* or a glob: "raw/" with "*.csv" behind it */
};

/* True if the text is a glob: it has one of * ? [ */
bool work_is_pattern(const char *text);

/* Whether the text may stand for such a thing; only looks at the text. "." is
 * the workspace itself, as a tree. TD_USAGE, and what to write instead.
 */
TD_MUST_CHECK enum td_code
work_name_check(const char *text, enum work_name what, struct td_error *err);

/* The part of a path that a task works in, as an absolute path; the folder must
 * be there and in the workspace. To be freed. TD_USAGE, TD_IO.
 */
TD_MUST_CHECK enum td_code work_dir(char **out, const struct work_place *place,
                                    const char *dir, struct td_error *err);

/* Open a file to read it, and how large it is. TD_USAGE: the name may not be,
 * or leads out of the workspace, or is that of a folder, a pipe or the like;
 * TD_IO: it is not there. */
TD_MUST_CHECK enum td_code work_open_file(int *fd, uint64_t *size,
                                          const struct work_place *place,
                                          const char *path,
                                          struct td_error *err);

/* The same, appended to *out, of at most out->max bytes in all. TD_LIMIT too.
 */
TD_MUST_CHECK enum td_code work_read(const struct work_place *place,
                                     const char *path, struct td_buf *out,
                                     struct td_error *err);

/* Put bytes in the place of the file whole or not at all: written beside it,
 * fsynced, renamed, the folder fsynced. Folders on the way are made. What a
 * provider that is no process writes. TD_USAGE, TD_IO.
 */
TD_MUST_CHECK enum td_code work_put(struct work_place *place, const char *path,
                                    struct td_bytes bytes,
                                    struct td_error *err);

#endif
