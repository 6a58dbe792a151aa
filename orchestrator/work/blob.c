#include "orchestrator/work/blob.h"

#include "core/digest.h"
#include "core/mem.h"
#include "orchestrator/work/place_internal.h"
#include "orchestrator/work/record.h"
#include "orchestrator/work/stage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STEP   ((size_t)256 * 1024)
#define BLOBS  "blobs"
#define LENGTH 80 /* of "blobs/2c/f2..." */
#define TEMP   "tmp/blob"

static const char *path_of(char out[LENGTH], const uint8_t *sha256)
{
    char hex[WORK_HEX];

    work_hex(hex, sha256);
    (void)snprintf(out, LENGTH, BLOBS "/%.2s/%s", hex, hex + 2);
    return out;
}

/* Rename into place, and let that last. */
static enum td_code settle(struct work_place *place, const char *path,
                           struct td_error *err)
{
    const char *leaf;
    int dir = work_parent(place, place->state_fd, path, &leaf, err);
    int why = 0;

    if (dir < 0)
        return TD_IO;
    if (place->calls->rename(place->state_fd, TEMP, dir, leaf, 0) != 0 ||
        place->calls->sync(dir) != 0)
        why = errno;
    (void)close(dir);
    return why ? td_error_errno(err, TD_IO, path, why, "cannot keep") : TD_OK;
}

enum td_code work_blob_put(struct work_place *place, int from,
                           const uint8_t sha256[WORK_SHA256],
                           struct td_error *err)
{
    char path[LENGTH];
    uint8_t seen[WORK_SHA256] = {0};
    struct work_copy copy = {.from = from, .sync = true, .sha256 = seen};
    enum td_code code;

    if (faccessat(place->state_fd, path_of(path, sha256), F_OK, 0) == 0)
        return TD_OK;
    (void)place->calls->unlink(place->state_fd, TEMP, 0); /* of one killed */
    code = work_stage_file(place, place->state_fd, TEMP, &copy, err);
    if (!code && memcmp(seen, sha256, sizeof(seen)) != 0)
        code = td_error_set(err, TD_FAILED, path, 0,
                            "a file changed while it was kept");
    if (!code)
        code = settle(place, path, err);
    if (code)
        (void)place->calls->unlink(place->state_fd, TEMP, 0);
    return code;
}

int work_blob_open(struct work_place *place, const uint8_t sha256[WORK_SHA256],
                   struct td_error *err)
{
    char path[LENGTH];
    int fd = openat(place->state_fd, path_of(path, sha256),
                    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

    if (fd < 0)
        (void)td_error_errno(err, errno == ENOENT ? TD_FORMAT : TD_IO, path,
                             errno, "a content is missing");
    return fd;
}

enum td_code work_blob_check(struct work_place *place,
                             const uint8_t sha256[WORK_SHA256],
                             struct td_error *err)
{
    uint8_t seen[WORK_SHA256];
    char path[LENGTH];
    struct td_sha256 *sum;
    uint8_t *bytes;
    ssize_t n = 1;
    int fd = work_blob_open(place, sha256, err);

    if (fd < 0)
        return err && err->code == TD_IO ? TD_IO : TD_FORMAT;
    sum = td_sha256_new();
    bytes = td_calloc(1, STEP);
    while (n != 0 && (n > 0 || errno == EINTR)) {
        n = read(fd, bytes, STEP);
        if (n > 0)
            td_sha256_add(sum, td_bytes(bytes, (size_t)n));
    }
    td_sha256_end(sum, seen);
    free(bytes);
    (void)close(fd);
    if (n < 0)
        return td_error_errno(err, TD_IO, path_of(path, sha256), errno,
                              "cannot read");
    return memcmp(seen, sha256, sizeof(seen)) == 0
               ? TD_OK
               : td_error_set(err, TD_FORMAT, path_of(path, sha256), 0,
                              "a content is not what was kept");
}

/* One folder of blobs, whose names begin with its two digits. */
struct sweep {
    struct work_place *place;
    bool (*keep)(void *ctx, const uint8_t sha256[WORK_SHA256]);
    void *ctx;
    const char *digits;
    struct td_error *err;
};

static enum td_code sweep_one(const struct sweep *s, int dir, const char *name)
{
    char hex[LENGTH];
    uint8_t sha256[WORK_SHA256];

    (void)snprintf(hex, sizeof(hex), "%.2s%.*s", s->digits, WORK_HEX, name);
    if (work_take_hex(hex, sha256) && !s->keep(s->ctx, sha256) &&
        s->place->calls->unlink(dir, name, 0) != 0)
        return td_error_errno(s->err, TD_IO, hex, errno, "cannot remove");
    return TD_OK;
}

/* Each name of a folder beneath dir; none if it is not there. */
static enum td_code each_name(const struct sweep *s, int dir, const char *path,
                              enum td_code (*each)(const struct sweep *s,
                                                   int dir, const char *name))
{
    int fd = openat(dir, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *list = fd < 0 ? NULL : fdopendir(fd);
    enum td_code code = TD_OK;
    struct dirent *e;

    if (!list)
        return TD_OK;
    while (!code && (e = readdir(list)) != NULL)
        if (e->d_name[0] != '.')
            code = each(s, fd, e->d_name);
    (void)closedir(list);
    return code;
}

static enum td_code sweep_folder(const struct sweep *s, int dir,
                                 const char *name)
{
    struct sweep inner = *s;

    inner.digits = name;
    return strlen(name) == 2 ? each_name(&inner, dir, name, sweep_one) : TD_OK;
}

enum td_code work_blob_sweep(struct work_place *place,
                             bool (*keep)(void *ctx,
                                          const uint8_t sha256[WORK_SHA256]),
                             void *ctx, struct td_error *err)
{
    struct sweep s = {
        .place = place, .keep = keep, .ctx = ctx, .digits = "", .err = err};

    return each_name(&s, place->state_fd, BLOBS, sweep_folder);
}
