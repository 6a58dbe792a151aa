/* recorder/file_replace.h - the tape that was there stays until the next one
 * has begun.
 *
 * A regular file that is to be replaced is locked and left alone; the tape is
 * written to PATH.part beside it, with the old file's permissions, and takes
 * its name with rec_replace_commit(). A symbolic link is followed. What is no
 * regular file (a pipe, a device) or not there is written directly.
 */
#ifndef RECORDER_FILE_REPLACE_H
#define RECORDER_FILE_REPLACE_H

#include "core/error.h"

struct rec_replace {
    int lock;     /* of the old file; only while part is set */
    char *target; /* the old file itself */
    char *part;   /* NULL: nothing waits to be renamed */
};

/* Look at path and lock what is there. TD_IO. */
TD_MUST_CHECK enum td_code rec_replace_open(struct rec_replace *replace,
                                            const char *path,
                                            struct td_error *err);

/* The file to write when path was asked for. */
const char *rec_replace_path(const struct rec_replace *replace,
                             const char *path);

/* Once that file is open: give it the old one's permissions. TD_IO. */
TD_MUST_CHECK enum td_code
rec_replace_written(const struct rec_replace *replace, struct td_error *err);

/* The new tape takes the place of the old one; fine when it has it. TD_IO. */
TD_MUST_CHECK enum td_code rec_replace_commit(struct rec_replace *replace,
                                              struct td_error *err);

/* Remove what waits to be renamed, and forget it; fine on zeroes. */
void rec_replace_abort(struct rec_replace *replace);

#endif
