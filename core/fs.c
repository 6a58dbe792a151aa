#include "core/fs.h"

#include "core/log.h"
#include "core/mem.h"
#include "core/rand.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define READ_STEP  ((size_t)64 * 1024)
#define SPOOL_STEP ((size_t)64 * 1024)

static enum td_code failed(struct td_error *err, const char *path,
                           const char *what)
{
    return td_error_errno(err, TD_IO, path, errno, what);
}

static enum td_code close_after(int fd, enum td_code code)
{
    (void)close(fd);
    return code;
}

/* An error without a name would not say what it is about. */
static enum td_code check_name(const char *path, struct td_error *err)
{
    if (*path)
        return TD_OK;
    (void)td_error_set(err, TD_USAGE, "\"\"", 0, "no file is called so");
    return td_error_hint(err, "name a file");
}

static enum td_code refuse(int *fd, const char *path, const char *why,
                           struct td_error *err)
{
    (void)close(*fd);
    *fd = -1;
    return td_error_set(err, TD_IO, path, 0, "%s", why);
}

static enum td_code open_as(int *fd, const char *path, int flags,
                            struct td_error *err)
{
    struct stat st = {0};

    *fd = -1;
    if (check_name(path, err))
        return TD_USAGE;
    *fd = open(path, O_RDONLY | O_CLOEXEC | flags);
    if (*fd < 0)
        return failed(err, path, "cannot open");
    if (fstat(*fd, &st) == 0 && S_ISDIR(st.st_mode))
        return refuse(fd, path, "is a directory, not a file", err);
    if ((flags & O_NONBLOCK) && !S_ISREG(st.st_mode))
        return refuse(fd, path, "is a pipe or a device, not a file", err);
    return TD_OK;
}

enum td_code td_fs_open(int *fd, const char *path, struct td_error *err)
{
    return open_as(fd, path, 0, err);
}

enum td_code td_fs_open_file(int *fd, const char *path, struct td_error *err)
{
    return open_as(fd, path, O_NONBLOCK, err);
}

static enum td_code read_all(struct td_buf *out, int fd, const char *path,
                             struct td_error *err)
{
    size_t max = out->max ? out->max : TD_BUF_MAX;

    for (;;) {
        /* One byte past the limit tells "full" from "too long". */
        size_t step = max - out->len < READ_STEP ? max - out->len : READ_STEP;
        uint8_t probe = 0;
        uint8_t *room = step > 0 ? td_buf_room(out, step) : &probe;
        ssize_t n = read(fd, room, step > 0 ? step : 1);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return failed(err, path, "cannot read");
        if (n == 0)
            return TD_OK;
        if (step == 0)
            return td_error_set(err, TD_LIMIT, path, max,
                                "is longer than %zu bytes", max);
        out->len += (size_t)n;
    }
}

enum td_code td_fs_read(struct td_buf *out, const char *path,
                        struct td_error *err)
{
    int fd;
    enum td_code code;

    if (!strcmp(path, "-"))
        return read_all(out, STDIN_FILENO, "stdin", err);
    code = td_fs_open(&fd, path, err);
    return code ? code : close_after(fd, read_all(out, fd, path, err));
}

enum td_code td_fs_read_file(struct td_buf *out, const char *path,
                             struct td_error *err)
{
    int fd;
    enum td_code code = td_fs_open_file(&fd, path, err);

    return code ? code : close_after(fd, read_all(out, fd, path, err));
}

static enum td_code open_failed(const char *path, struct td_error *err)
{
    int why = errno;
    enum td_code code = failed(err, path, "cannot create");
    struct stat st;
    bool is_dir = !stat(path, &st) && S_ISDIR(st.st_mode);

    if (is_dir && (why == EEXIST || why == EISDIR)) {
        (void)td_error_set(err, TD_IO, path, 0, "is a directory, not a file");
    } else if (why == EEXIST) {
        (void)td_error_set(err, TD_IO, path, 0, "the file exists already");
        (void)td_error_hint(err, "choose another name or use --overwrite");
    } else if (why == EACCES || why == EROFS || why == ENOENT) {
        (void)td_error_hint(err, "name a file in a directory that exists and "
                                 "may be written to");
    }
    return code;
}

/* A file that is empty is left alone: of one that was truncated, ext4 writes
 * all at once when it is closed, and whoever closes it waits.
 */
static bool make_empty(int fd)
{
    struct stat st;

    if (fstat(fd, &st) == 0 && st.st_size == 0)
        return true; /* so is a device or a pipe, which holds nothing */
    return ftruncate(fd, 0) == 0 || errno == EINVAL;
}

enum td_code td_fs_create(int *fd, const char *path, enum td_fs_mode mode,
                          struct td_error *err)
{
    static const int flags[] = {
        [TD_FS_NEW] = O_CREAT | O_EXCL,
        [TD_FS_REPLACE] = O_CREAT,
        [TD_FS_KEEP] = O_CREAT,
        [TD_FS_EXISTING] = 0,
    };
    enum td_code code = check_name(path, err);

    *fd = -1;
    if (code)
        return code;
    *fd = open(path, O_RDWR | O_CLOEXEC | flags[mode], 0666);
    if (*fd < 0 && mode == TD_FS_EXISTING && errno != EISDIR)
        return failed(err, path, "cannot open");
    if (*fd < 0)
        return open_failed(path, err);
    code = td_fs_lock(*fd, path, err);
    if (!code && mode == TD_FS_REPLACE && !make_empty(*fd))
        code = failed(err, path, "cannot empty");
    if (code) {
        (void)close(*fd);
        *fd = -1;
    }
    return code;
}

bool td_fs_same(const char *a, const char *b)
{
    struct stat one;
    struct stat two;

    return !stat(a, &one) && !stat(b, &two) && one.st_dev == two.st_dev &&
           one.st_ino == two.st_ino;
}

enum td_code td_fs_vacant(const char *path, struct td_error *err)
{
    struct stat st;

    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return TD_OK;
    (void)td_error_set(err, TD_IO, path, 0, "is there already");
    return td_error_hint(err, "choose another name");
}

static int open_nameless(char *path, size_t room)
{
    const char *folder = getenv("TMPDIR");
    int fd;

    (void)snprintf(path, room, "%s/tapedeck.XXXXXX",
                   folder && *folder ? folder : "/tmp");
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        (void)unlink(path);
    return fd;
}

static enum td_code copy_to(int to, const char *temp, int fd, const char *path,
                            uint64_t max, struct td_error *err)
{
    uint8_t bytes[SPOOL_STEP];
    enum td_code code = TD_OK;

    for (uint64_t total = 0; !code;) {
        ssize_t n = read(fd, bytes, sizeof(bytes));

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return failed(err, path, "cannot read");
        if (n == 0)
            return TD_OK;
        total += (uint64_t)n;
        if (total > max)
            return td_error_set(
                err, TD_LIMIT, path, 0,
                "more than %" PRIu64
                " bytes came, too many to keep for looking back",
                max);
        code = td_fs_write(to, td_bytes(bytes, (size_t)n), temp, err);
    }
    return code;
}

enum td_code td_fs_spool(int fd, const char *path, uint64_t max,
                         struct td_error *err)
{
    char temp[PATH_MAX];
    struct stat st;
    enum td_code code;
    int to;

    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
        lseek(fd, 0, SEEK_CUR) == 0)
        return TD_OK;
    to = open_nameless(temp, sizeof(temp));
    if (to < 0)
        return failed(err, temp, "cannot make a temporary file");
    code = copy_to(to, temp, fd, path, max, err);
    if (!code && (lseek(to, 0, SEEK_SET) != 0 || dup2(to, fd) < 0))
        code = failed(err, temp, "cannot be read again");
    (void)close(to);
    return code;
}

#define HOLDER_LOOKS 4

/* "1: FLOCK  ADVISORY  WRITE 1234 fe:00:10961011 0 EOF". The device is that of
 * the file system, which is not always what fstat() says.
 */
static long holder_of(FILE *locks, uint64_t inode)
{
    static const char kind[] = "FLOCK  ADVISORY  WRITE ";
    char line[256];

    /* "1: FLOCK  ADVISORY  WRITE PID MAJOR:MINOR:INODE 0 EOF" */
    while (fgets(line, sizeof(line), locks)) {
        const char *at = strstr(line, kind);
        const char *last = strrchr(line, ':');
        long pid;

        if (!at || last < at || strstr(line, "->"))
            continue;
        pid = strtol(at + sizeof(kind) - 1, NULL, 10);
        if (strtoull(last + 1, NULL, 10) == inode && pid > 0 && pid != getpid())
            return pid;
    }
    return 0;
}

/* The list comes in pieces, and between two of them others take and give back
 * locks of theirs: one that is held all the time may be missed.
 */
static long find_holder(uint64_t inode)
{
    long pid = 0;

    for (int look = 0; look < HOLDER_LOOKS && !pid; look++) {
        FILE *locks = fopen("/proc/locks", "re");

        if (!locks)
            return 0;
        pid = holder_of(locks, inode);
        (void)fclose(locks);
    }
    return pid;
}

long td_fs_holder(int fd)
{
    struct stat st;
    long pid = fstat(fd, &st) == 0 ? find_holder(st.st_ino) : 0;

    if (!pid || flock(fd, LOCK_SH | LOCK_NB) != 0)
        return pid;
    (void)flock(fd, LOCK_UN); /* the inode of another file system */
    return 0;
}

enum td_code td_fs_lock(int fd, const char *path, struct td_error *err)
{
    long holder;

    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return TD_OK;
    if (errno != EWOULDBLOCK)
        return failed(err, path, "cannot lock");
    holder = td_fs_holder(fd);
    if (holder)
        (void)td_error_set(err, TD_IO, path, 0, "process %ld is writing to it",
                           holder);
    else
        (void)td_error_set(err, TD_IO, path, 0,
                           "another program is writing to it");
    (void)td_error_hint(err, "wait until it is done, or choose another name");
    return TD_IO;
}

enum td_code td_fs_write(int fd, struct td_bytes bytes, const char *path,
                         struct td_error *err)
{
    while (bytes.len > 0) {
        ssize_t n = write(fd, bytes.ptr, bytes.len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return failed(err, path, "cannot write");
        bytes = td_bytes(bytes.ptr + n, bytes.len - (size_t)n);
    }
    return TD_OK;
}

enum td_code td_fs_sync(int fd, const char *path, struct td_error *err)
{
    /* Pipes and terminals cannot be synced, and need not be. */
    if (fsync(fd) == 0 || errno == EINVAL || errno == EROFS)
        return TD_OK;
    return failed(err, path, "cannot sync");
}

/* The directory part; give it to free(). */
static char *dir_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    if (!slash)
        return td_strdup(".");
    return td_strndup(path, slash > path ? (size_t)(slash - path) : 1);
}

/* fsync the directory that path is in, so that its name survives too. */
static enum td_code td_fs_sync_dir(const char *path, struct td_error *err)
{
    char *dir = dir_of(path);
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum td_code code = fd < 0 ? failed(err, dir, "cannot open")
                               : close_after(fd, td_fs_sync(fd, dir, err));

    free(dir);
    return code;
}

void td_fs_settle(const char *path)
{
    struct td_error err = {0};

    if (td_fs_sync_dir(path, &err))
        td_log(TD_LOG_WARN,
               "%s: is whole and in its place, but %s: %s; a power cut now "
               "might undo it",
               path, err.where, err.text);
}

enum td_code td_fs_free(uint64_t *bytes, const char *path, struct td_error *err)
{
    struct statvfs st;
    char *dir = dir_of(path);
    int rc = statvfs(path, &st);

    if (rc != 0 && errno == ENOENT)
        rc = statvfs(dir, &st);
    free(dir);
    if (rc != 0)
        return failed(err, path, "cannot ask for free space");
    *bytes = (uint64_t)st.f_bavail * st.f_frsize;
    return TD_OK;
}

static bool is_special(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

static char *temp_name(const char *target)
{
    struct td_buf name = {0};
    uint64_t tag;

    td_rand_bytes(td_rand_real(), &tag, sizeof(tag));
    (void)td_buf_addf(&name, "%s.%016llx.tmp", target, (unsigned long long)tag);
    (void)td_buf_str(&name);
    return (char *)name.ptr;
}

enum td_code td_fs_temp_open(struct td_fs_temp *temp, const char *target,
                             struct td_error *err)
{
    bool direct = is_special(target);
    struct stat st;

    *temp = (struct td_fs_temp){.fd = -1};
    if (stat(target, &st) == 0 && S_ISDIR(st.st_mode))
        return td_error_set(err, TD_IO, target, 0, "is a directory");
    temp->path = direct ? NULL : temp_name(target);
    temp->fd =
        open(direct ? target : temp->path,
             O_WRONLY | O_CLOEXEC | (direct ? 0 : O_CREAT | O_EXCL), 0666);
    if (temp->fd < 0) {
        free(temp->path);
        temp->path = NULL;
        return open_failed(target, err);
    }
    temp->target = td_strdup(target);
    return TD_OK;
}

/* Sync, close, rename over the target, settle. On error the target is as it was
 * and the temporary file is gone.
 */
enum td_code td_fs_temp_commit(struct td_fs_temp *temp, struct td_error *err)
{
    enum td_code code = td_fs_sync(temp->fd, temp->target, err);

    if (close(temp->fd) != 0 && !code)
        code = failed(err, temp->target, "cannot close");
    temp->fd = -1;
    if (!code && temp->path) {
        if (rename(temp->path, temp->target) != 0)
            code = failed(err, temp->target, "cannot replace");
        else
            td_fs_settle(temp->target);
    }
    td_fs_temp_abort(temp);
    return code;
}

void td_fs_temp_abort(struct td_fs_temp *temp)
{
    if (temp->fd >= 0)
        (void)close(temp->fd);
    if (temp->path)
        (void)unlink(temp->path);
    free(temp->path);
    free(temp->target);
    *temp = (struct td_fs_temp){.fd = -1};
}

enum td_code td_fs_replace(const char *path, struct td_bytes bytes,
                           struct td_error *err)
{
    struct td_fs_temp temp;
    enum td_code code;

    if (!strcmp(path, "-"))
        return td_fs_write(STDOUT_FILENO, bytes, "stdout", err);
    code = td_fs_temp_open(&temp, path, err);
    if (code)
        return code;
    code = td_fs_write(temp.fd, bytes, path, err);
    if (!code)
        return td_fs_temp_commit(&temp, err);
    td_fs_temp_abort(&temp);
    return code;
}
