#include "core/fs.h"
#include "core/mem.h"
#include "core/rand.h"
#include "orchestrator/work/place_internal.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STEP       ((size_t)64 * 1024)
#define NO_MAGIC   0x02U /* RESOLVE_NO_MAGICLINKS and RESOLVE_BENEATH of */
#define BENEATH    0x08U /* linux/openat2.h */
#define TEMP_BYTES 64    /* of a temporary file's name */

/* struct open_how, first version (openat2(2)). */
struct how {
    uint64_t flags;
    uint64_t mode;
    uint64_t resolve;
};

int work_beneath(int top, const char *path, int flags)
{
    struct how how = {.flags = (uint64_t)(unsigned)flags | O_CLOEXEC,
                      .resolve = BENEATH | NO_MAGIC};
    long fd;

    do {
        fd = syscall(SYS_openat2, top, path, &how, sizeof(how));
    } while (fd < 0 && (errno == EINTR || errno == EAGAIN));
    return (int)fd;
}

enum td_code work_beneath_failed(const char *path, int errnum,
                                 struct td_error *err)
{
    if (errnum == EXDEV) {
        (void)td_error_set(err, TD_FAILED, path, 0,
                           "a link in it leads out of the workspace");
        (void)td_error_hint(err, "put a copy there instead of the link");
        return TD_FAILED;
    }
    if (errnum == ELOOP)
        return td_error_set(err, TD_FAILED, path, 0,
                            "links in it lead to each other");
    if (errnum == ENOSYS)
        return td_error_set(err, TD_IO, path, 0,
                            "this kernel lacks openat2(2); Linux 5.6 has it");
    return td_error_errno(err, TD_IO, path, errnum, "cannot open");
}

static int make_folder(const struct work_place *place, int top,
                       const char *path, const char *leaf)
{
    int parent = -1;
    int rc;

    if (leaf != path) {
        char above[WORK_STAGED_MAX + 1];

        (void)snprintf(above, sizeof(above), "%.*s", (int)(leaf - path - 1),
                       path);
        parent = work_beneath(top, above, O_RDONLY | O_DIRECTORY);
        if (parent < 0)
            return -1;
    }
    rc = place->calls->mkdir(parent < 0 ? top : parent, leaf, 0777);
    if (rc == 0)
        rc = place->calls->sync(parent < 0 ? top : parent);
    if (parent >= 0)
        (void)close(parent);
    return rc;
}

int work_parent(const struct work_place *place, int top, const char *path,
                const char **leaf, struct td_error *err)
{
    char folder[WORK_STAGED_MAX + 1];
    int fd = -1;

    *leaf = path;
    if (strlen(path) > WORK_STAGED_MAX) {
        (void)td_error_set(err, TD_LIMIT, path, 0, "is too long");
        return -1;
    }
    for (const char *slash = strchr(path, '/'); slash;
         slash = strchr(*leaf, '/')) {
        (void)snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path),
                       path);
        if (fd >= 0)
            (void)close(fd);
        fd = work_beneath(top, folder, O_RDONLY | O_DIRECTORY);
        if (fd < 0 && errno == ENOENT &&
            make_folder(place, top, folder, folder + (*leaf - path)) == 0)
            fd = work_beneath(top, folder, O_RDONLY | O_DIRECTORY);
        if (fd < 0) {
            (void)work_beneath_failed(folder, errno, err);
            return -1;
        }
        *leaf = slash + 1;
    }
    if (fd < 0)
        fd = fcntl(top, F_DUPFD_CLOEXEC, 0);
    if (fd < 0)
        (void)td_error_errno(err, TD_IO, path, errno, "cannot open");
    return fd;
}

int work_write_all(const struct work_place *place, int fd,
                   struct td_bytes bytes)
{
    while (bytes.len > 0) {
        ssize_t n = place->calls->write(fd, bytes.ptr, bytes.len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? errno : EIO;
        bytes = td_bytes(bytes.ptr + n, bytes.len - (size_t)n);
    }
    return 0;
}

static int write_new(const struct work_place *place, int dir, const char *name,
                     struct td_bytes bytes, bool lasts)
{
    int fd = place->calls->open(
        dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    int why;

    if (fd < 0)
        return errno;
    why = work_write_all(place, fd, bytes);
    if (!why && lasts && place->calls->sync(fd) != 0)
        why = errno;
    if (close(fd) != 0 && !why)
        why = errno;
    return why;
}

static void temp_name(char out[TEMP_BYTES])
{
    uint64_t tag;

    td_rand_bytes(td_rand_real(), &tag, sizeof(tag));
    (void)snprintf(out, TEMP_BYTES, ".tapedeck.%016llx.tmp",
                   (unsigned long long)tag);
}

static enum td_code replace(const struct work_place *place, int top,
                            const char *path, struct td_bytes bytes, bool lasts,
                            struct td_error *err)
{
    char temp[TEMP_BYTES];
    const char *leaf;
    int dir = work_parent(place, top, path, &leaf, err);
    int why;

    if (dir < 0)
        return err ? err->code : TD_IO;
    temp_name(temp);
    why = write_new(place, dir, temp, bytes, lasts);
    if (!why && place->calls->rename(dir, temp, dir, leaf, 0) != 0)
        why = errno;
    if (why)
        (void)place->calls->unlink(dir, temp, 0);
    else if (lasts && place->calls->sync(dir) != 0)
        why = errno;
    (void)close(dir);
    return why ? td_error_errno(err, TD_IO, path, why, "cannot write") : TD_OK;
}

enum td_code work_replace(const struct work_place *place, int top,
                          const char *path, struct td_bytes bytes,
                          struct td_error *err)
{
    return replace(place, top, path, bytes, true, err);
}

enum td_code work_replace_lazily(const struct work_place *place, int top,
                                 const char *path, struct td_bytes bytes,
                                 struct td_error *err)
{
    return replace(place, top, path, bytes, false, err);
}

enum td_code work_state_read(const struct work_place *place, const char *path,
                             struct td_buf *out, struct td_error *err)
{
    ssize_t n = 1;
    int fd;

    if (place->state_fd < 0)
        return TD_END;
    fd = openat(place->state_fd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return TD_END;
    while (fd >= 0 && n > 0) {
        uint8_t *room = td_buf_room(out, STEP);

        if (!room) {
            (void)close(fd);
            return td_error_set(err, TD_LIMIT, path, 0, "is too long");
        }
        n = read(fd, room, STEP);
        out->len += n > 0 ? (size_t)n : 0;
    }
    if (fd < 0 || n < 0) {
        (void)td_error_errno(err, TD_IO, path, errno, "cannot read");
        if (fd >= 0)
            (void)close(fd);
        return TD_IO;
    }
    (void)close(fd);
    return TD_OK;
}

static int remove_in(const struct work_place *place, int dir, unsigned depth);

/* As deep as what is looked at, to WORK_DEPTH. */
/* NOLINTBEGIN(misc-no-recursion) */
static int remove_one(const struct work_place *place, int dir, const char *name,
                      unsigned depth)
{
    int rc = place->calls->unlink(dir, name, 0);
    int fd;

    if (rc == 0 || (errno != EISDIR && errno != EPERM))
        return rc == 0 || errno == ENOENT ? 0 : errno;
    fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return errno;
    rc = depth < 4 * WORK_DEPTH ? remove_in(place, fd, depth + 1) : ELOOP;
    if (rc == 0 && place->calls->unlink(dir, name, AT_REMOVEDIR) != 0)
        rc = errno;
    return rc;
}

/* Takes the descriptor. */
static int remove_in(const struct work_place *place, int dir, unsigned depth)
{
    DIR *list = fdopendir(dir);
    struct dirent *e;
    int rc = 0;

    if (!list) {
        rc = errno;
        (void)close(dir);
        return rc;
    }
    while (rc == 0 && (e = readdir(list)) != NULL)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            rc = remove_one(place, dir, e->d_name, depth);
    (void)closedir(list);
    return rc;
}
/* NOLINTEND(misc-no-recursion) */

enum td_code work_remove(const struct work_place *place, int top,
                         const char *path, struct td_error *err)
{
    int rc = remove_one(place, top, path, 0);

    return rc ? td_error_errno(err, TD_IO, path, rc, "cannot remove") : TD_OK;
}

void work_safe_name(struct td_buf *out, const char *name)
{
    for (; *name; name++)
        if (isalnum((unsigned char)*name) || *name == '_' || *name == '-')
            (void)td_buf_add_byte(out, (uint8_t)*name);
        else
            (void)td_buf_addf(out, "%%%02X", (unsigned)(uint8_t)*name);
}
