/* core/fs.h - files: read whole, lock, write all, replace in one step.
 *
 * Every error is TD_IO with the path as `where`, unless a function says more.
 */
#ifndef CORE_FS_H
#define CORE_FS_H

#include "core/buf.h"
#include "core/error.h"

#include <stdbool.h>

/* Append the file to *out; "-" is stdin. TD_LIMIT: longer than the room that
 * out->max leaves.
 */
TD_MUST_CHECK enum td_code td_fs_read(struct td_buf *out, const char *path,
                                      struct td_error *err);

/* Open a regular file for reading; the caller closes *fd. A directory is an
 * error here, not at the first read. TD_IO; TD_USAGE: path is "".
 */
TD_MUST_CHECK enum td_code td_fs_open(int *fd, const char *path,
                                      struct td_error *err);

/* The same of a file alone: a pipe, a device or a socket, which may be waited
 * for without end or have none, is TD_IO, and is not waited for.
 */
TD_MUST_CHECK enum td_code td_fs_open_file(int *fd, const char *path,
                                           struct td_error *err);

/* td_fs_read() of a file alone, as td_fs_open_file(); "-" is a file, too. */
TD_MUST_CHECK enum td_code td_fs_read_file(struct td_buf *out, const char *path,
                                           struct td_error *err);

enum td_fs_mode {
    TD_FS_NEW,     /* the file must not exist */
    TD_FS_REPLACE, /* what is there is cut to nothing, once it is locked */
    TD_FS_KEEP,    /* what is there stays; made when it is missing */
    TD_FS_EXISTING /* what is there stays; it must be there */
};

/* Let descriptor fd, a pipe or the like, be read from any offset: all that
 * comes is copied to a file without a name in $TMPDIR (else /tmp), which takes
 * the place of fd. A regular file at its start stays as it is. TD_IO: $TMPDIR
 * cannot be written; TD_LIMIT: more than max bytes came.
 */
TD_MUST_CHECK enum td_code td_fs_spool(int fd, const char *path, uint64_t max,
                                       struct td_error *err);

/* Open for reading and writing and lock it (td_fs_lock). Codes as td_fs_open().
 */
TD_MUST_CHECK enum td_code td_fs_create(int *fd, const char *path,
                                        enum td_fs_mode mode,
                                        struct td_error *err);

/* True if both paths lead to one and the same file. */
bool td_fs_same(const char *a, const char *b);

/* TD_IO: there is a regular file at the path. */
TD_MUST_CHECK enum td_code td_fs_vacant(const char *path, struct td_error *err);

/* Take the exclusive lock of an open file without waiting; it is released
 * when the last descriptor is closed, also by kill -9. TD_IO: somebody else
 * holds it.
 */
TD_MUST_CHECK enum td_code td_fs_lock(int fd, const char *path,
                                      struct td_error *err);

/* The process that holds the exclusive lock of the file behind fd, as far as
 * /proc/locks knows of it; 0 if there is none or it is this process itself.
 */
long td_fs_holder(int fd);

/* Write all bytes at the descriptor's position. */
TD_MUST_CHECK enum td_code td_fs_write(int fd, struct td_bytes bytes,
                                       const char *path, struct td_error *err);

/* fsync the file, or what stands in it will not survive a power cut. */
TD_MUST_CHECK enum td_code td_fs_sync(int fd, const char *path,
                                      struct td_error *err);

/* The same once a file has taken its place there: it is whole and there,
 * whatever comes of this, so a failure is only warned of.
 */
void td_fs_settle(const char *path);

/* Bytes that an ordinary user may still write on the file system of path. If
 * path does not exist, its directory is asked.
 */
TD_MUST_CHECK enum td_code td_fs_free(uint64_t *bytes, const char *path,
                                      struct td_error *err);

/* A file that appears under its name whole or not at all. Written beside the
 * target under a random name. A target that is not a regular file (a pipe, a
 * device) is written directly.
 *
 *     td_fs_temp_open -> write to temp.fd -> td_fs_temp_commit or _abort
 */
struct td_fs_temp {
    int fd;       /* -1 when not open */
    char *path;   /* NULL when the target is written directly */
    char *target; /* what the user named */
};

/* Begin to replace target. */
TD_MUST_CHECK enum td_code td_fs_temp_open(struct td_fs_temp *temp,
                                           const char *target,
                                           struct td_error *err);

/* Sync it and give it the target's name; *temp is as after an abort. */
TD_MUST_CHECK enum td_code td_fs_temp_commit(struct td_fs_temp *temp,
                                             struct td_error *err);

/* Close and remove; fine after commit and on a struct of zeroes with fd -1. */
void td_fs_temp_abort(struct td_fs_temp *temp);

/* The three steps at once. "-" is stdout. */
TD_MUST_CHECK enum td_code
td_fs_replace(const char *path, struct td_bytes bytes, struct td_error *err);

#endif
