#include "recorder/file_replace.h"

#include "core/fs.h"
#include "core/mem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MODE_BITS 0777

static void forget(struct rec_replace *replace)
{
    if (replace->part)
        (void)close(replace->lock);
    free(replace->target);
    free(replace->part);
    *replace = (struct rec_replace){0};
}

enum td_code rec_replace_open(struct rec_replace *replace, const char *path,
                              struct td_error *err)
{
    struct stat st;
    size_t len;

    *replace = (struct rec_replace){0};
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return TD_OK;
    replace->target = realpath(path, NULL);
    if (!replace->target)
        return td_error_errno(err, TD_IO, path, errno, "cannot open");
    if (td_fs_create(&replace->lock, path, TD_FS_EXISTING, err)) {
        forget(replace);
        return TD_IO;
    }
    len = strlen(replace->target) + sizeof(".part");
    replace->part = td_calloc(len, 1);
    (void)snprintf(replace->part, len, "%s.part", replace->target);
    return TD_OK;
}

const char *rec_replace_path(const struct rec_replace *replace,
                             const char *path)
{
    return replace->part ? replace->part : path;
}

enum td_code rec_replace_written(const struct rec_replace *replace,
                                 struct td_error *err)
{
    struct stat st;

    if (!replace->part || (fstat(replace->lock, &st) == 0 &&
                           chmod(replace->part, st.st_mode & MODE_BITS) == 0))
        return TD_OK;
    return td_error_errno(err, TD_IO, replace->part, errno,
                          "cannot set its permissions");
}

enum td_code rec_replace_commit(struct rec_replace *replace,
                                struct td_error *err)
{
    if (!replace->part)
        return TD_OK;
    if (rename(replace->part, replace->target) != 0) {
        td_error_errno(err, TD_IO, replace->target, errno,
                       "cannot be replaced");
        return td_error_hint(err, "the recording is %.100s", replace->part);
    }
    forget(replace);
    return TD_OK;
}

void rec_replace_abort(struct rec_replace *replace)
{
    if (replace->part)
        (void)unlink(replace->part);
    forget(replace);
}
