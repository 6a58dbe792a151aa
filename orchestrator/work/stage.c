#include "orchestrator/work/stage.h"

#include "core/digest.h"
#include "core/log.h"
#include "core/mem.h"
#include "orchestrator/work/place_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STEP  ((size_t)256 * 1024)
#define OWNED (S_IRUSR | S_IRGRP | S_IROTH)

static enum td_code failed(const char *path, int why, struct td_error *err)
{
    return td_error_errno(err, TD_IO, path, why, "cannot make");
}

static const char *stage_path(struct td_buf *out, const char *name)
{
    (void)td_buf_addf(out, "tmp/%s", name);
    return td_buf_str(out);
}

enum td_code work_stage_open(int *fd, struct work_place *place,
                             const char *name, struct td_error *err)
{
    struct td_buf path = {0};
    const char *text = stage_path(&path, name);
    enum td_code code = work_remove(place, place->state_fd, text, err);

    *fd = -1;
    if (!code)
        code = work_stage_folder(place, place->state_fd, text, err);
    if (!code) {
        *fd = openat(place->state_fd, text,
                     O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (*fd < 0)
            code = failed(text, errno, err);
    }
    td_buf_release(&path);
    return code;
}

enum td_code work_stage_find(int *fd, const struct work_place *place,
                             const char *name, struct td_error *err)
{
    struct td_buf path = {0};
    enum td_code code = TD_OK;

    *fd = openat(place->state_fd, stage_path(&path, name),
                 O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (*fd < 0)
        code = td_error_errno(err, errno == ENOENT ? TD_END : TD_IO,
                              td_buf_str(&path), errno, "cannot open");
    td_buf_release(&path);
    return code;
}

void work_stage_close(int fd, struct work_place *place, const char *name)
{
    struct td_buf path = {0};
    struct td_error err = {0};

    if (fd >= 0)
        (void)close(fd);
    if (work_remove(place, place->state_fd, stage_path(&path, name), &err))
        td_log(TD_LOG_WARN, "%s/%s: %s", place->state, err.where, err.text);
    td_buf_release(&path);
}

/* 0 or errno. */
static int copy_bytes(struct work_place *place, int to,
                      const struct work_copy *copy)
{
    struct td_sha256 *sum = td_sha256_new();
    uint8_t *bytes = td_calloc(1, STEP);
    ssize_t n = 1;
    int why = 0;

    while (n != 0 && !why) {
        n = read(copy->from, bytes, STEP);
        if (n < 0 && errno != EINTR)
            why = errno;
        if (n > 0) {
            td_sha256_add(sum, td_bytes(bytes, (size_t)n));
            why = work_write_all(place, to, td_bytes(bytes, (size_t)n));
        }
    }
    td_sha256_end(sum, copy->sha256);
    free(bytes);
    return why;
}

/* x for all who may read it; 0 or errno. */
static int make_executable(struct work_place *place, int fd)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return errno;
    return place->calls->chmod(fd,
                               (st.st_mode & 07777) | (st.st_mode & OWNED) >> 2)
               ? errno
               : 0;
}

static int fill(struct work_place *place, int fd, const struct work_copy *copy)
{
    int why = copy_bytes(place, fd, copy);

    if (!why && copy->exec)
        why = make_executable(place, fd);
    if (!why && copy->sync && place->calls->sync(fd) != 0)
        why = errno;
    return why;
}

enum td_code work_stage_file(struct work_place *place, int fd, const char *path,
                             const struct work_copy *copy, struct td_error *err)
{
    const char *leaf;
    int dir = work_parent(place, fd, path, &leaf, err);
    int to;
    int why = 0;

    if (dir < 0)
        return TD_IO;
    to = place->calls->open(
        dir, leaf, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (to < 0) {
        why = errno;
    } else {
        why = fill(place, to, copy);
        if (close(to) != 0 && !why)
            why = errno;
        if (why)
            (void)place->calls->unlink(dir, leaf, 0);
    }
    (void)close(dir);
    return why ? failed(path, why, err) : TD_OK;
}

enum td_code work_stage_folder(struct work_place *place, int fd,
                               const char *path, struct td_error *err)
{
    char text[WORK_STAGED_MAX + 2];
    size_t len = strlen(path);
    const char *leaf;
    int dir;
    int why = 0;

    (void)snprintf(text, sizeof(text), "%.*s",
                   (int)(len - (len > 0 && path[len - 1] == '/')), path);
    dir = work_parent(place, fd, text, &leaf, err);
    if (dir < 0)
        return TD_IO;
    if (strcmp(leaf, ".") != 0 && place->calls->mkdir(dir, leaf, 0777) != 0 &&
        errno != EEXIST)
        why = errno;
    (void)close(dir);
    return why ? failed(path, why, err) : TD_OK;
}

enum td_code work_stage_link(struct work_place *place, int fd, const char *path,
                             const char *text, struct td_error *err)
{
    const char *leaf;
    int dir = work_parent(place, fd, path, &leaf, err);
    int why = 0;

    if (dir < 0)
        return TD_IO;
    if (symlinkat(text, dir, leaf) != 0)
        why = errno;
    (void)close(dir);
    return why ? failed(path, why, err) : TD_OK;
}
