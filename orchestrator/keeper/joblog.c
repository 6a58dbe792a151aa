#include "orchestrator/keeper/joblog.h"

#include "core/buf.h"
#include "core/mem.h"
#include "orchestrator/keeper/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STEP  ((size_t)64 * 1024)
#define EMPTY ".empty"

struct keep_joblog {
    int fd; /* -1: nothing was written yet */
    char *path;
    uint64_t half;
    uint64_t head;  /* bytes of the first half so far */
    uint64_t tail;  /* bytes behind it, and behind the line */
    uint64_t line;  /* bytes of the line; 0: nothing is left out yet */
    uint64_t total; /* bytes that were added */
    uint8_t last;   /* of the head */
    int errnum;
};

static int open_new(const char *path)
{
    return open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
                0666);
}

/* The folder's file that is empty, under another name. Most jobs write nothing,
 * and a name costs a file system a small part of what a file does. */
static bool link_empty(const char *path)
{
    const char *slash = strrchr(path, '/');
    struct td_buf empty = {0};
    bool done;

    (void)td_buf_addf(&empty, "%.*s" EMPTY, slash ? (int)(slash + 1 - path) : 0,
                      path);
    done = link(td_buf_str(&empty), path) == 0;
    if (!done && errno == ENOENT) {
        int fd = open(td_buf_str(&empty),
                      O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0444);

        if (fd >= 0)
            (void)close(fd);
        done = fd >= 0 && link(td_buf_str(&empty), path) == 0;
    }
    td_buf_release(&empty);
    return done;
}

/* -1 with an errno; *fd stays -1 if the file is that of all. */
static int make(int *fd, const char *path)
{
    *fd = -1;
    if (unlink(path) != 0 && errno != ENOENT)
        return -1;
    if (link_empty(path))
        return 0;
    *fd = open_new(path);
    return *fd < 0 ? -1 : 0;
}

enum td_code keep_joblog_open(struct keep_joblog **out, const char *path,
                              uint64_t max, struct td_error *err)
{
    int fd;
    struct keep_joblog *log;

    *out = NULL;
    if (make(&fd, path) != 0)
        return td_error_errno(err, TD_IO, path, errno, "cannot make the log");
    log = td_calloc(1, sizeof(*log));
    log->fd = fd;
    log->path = td_strdup(path);
    log->half = (max < KEEP_LOG_MIN ? KEEP_LOG_MIN : max) / 2;
    *out = log;
    return TD_OK;
}

/* Bytes written; fewer than asked for: log->errnum says why. */
static size_t put(struct keep_joblog *log, int fd, struct td_bytes bytes)
{
    size_t done = 0;

    while (done < bytes.len && !log->errnum) {
        ssize_t n = write(fd, bytes.ptr + done, bytes.len - done);

        if (n > 0)
            done += (size_t)n;
        else if (n == 0 || errno != EINTR)
            log->errnum = n == 0 ? EIO : errno;
    }
    return done;
}

/* Copy len bytes from offset `from` of the log to another file. */
static void copy(struct keep_joblog *log, int to, uint64_t from, uint64_t len)
{
    uint8_t bytes[STEP];

    while (len > 0 && !log->errnum) {
        size_t step = len < STEP ? (size_t)len : STEP;
        ssize_t n = pread(log->fd, bytes, step, (off_t)from);

        if (n <= 0) {
            log->errnum = n < 0 ? errno : EIO;
            return;
        }
        (void)put(log, to, td_bytes(bytes, (size_t)n));
        from += (uint64_t)n;
        len -= (uint64_t)n;
    }
}

static uint64_t put_line(struct keep_joblog *log, int to, uint64_t missing)
{
    char line[96];
    int len = snprintf(line, sizeof(line),
                       "%s[tapedeck: %" PRIu64 " bytes are left out here]\n",
                       log->last == '\n' ? "" : "\n", missing);

    (void)put(log, to, td_bytes(line, (size_t)len));
    return (uint64_t)len;
}

static int open_other(struct keep_joblog *log, struct td_buf *name)
{
    int fd;

    (void)td_buf_addf(name, "%s.tmp", log->path);
    fd = open_new(td_buf_str(name));
    if (fd < 0)
        log->errnum = errno;
    return fd;
}

/* Let the path lead to the other file; or undo it, if it cannot. */
static void take_other(struct keep_joblog *log, const char *name, int fd)
{
    if (!log->errnum && rename(name, log->path) != 0)
        log->errnum = errno;
    if (log->errnum) {
        (void)unlink(name);
        (void)close(fd);
        return;
    }
    if (log->fd >= 0)
        (void)close(log->fd);
    log->fd = fd;
}

/* Replace the file by one that has only `kept` bytes of the tail. */
static void shorten(struct keep_joblog *log, uint64_t kept)
{
    struct td_buf name = {0};
    int to = open_other(log, &name);
    uint64_t line;

    if (to >= 0) {
        copy(log, to, 0, log->head);
        line = put_line(log, to, log->total - log->head - kept);
        copy(log, to, log->head + log->line + log->tail - kept, kept);
        take_other(log, td_buf_str(&name), to);
        if (!log->errnum) {
            log->line = line;
            log->tail = kept;
        }
    }
    td_buf_release(&name);
}

/* A file of its own, with the first bytes. */
static void begin(struct keep_joblog *log)
{
    struct td_buf name = {0};
    int to = open_other(log, &name);

    if (to >= 0)
        take_other(log, td_buf_str(&name), to);
    td_buf_release(&name);
}

static void add_head(struct keep_joblog *log, struct td_bytes bytes)
{
    size_t n = put(log, log->fd, bytes);

    log->head += n;
    log->total += n;
    if (n)
        log->last = bytes.ptr[n - 1];
}

static void add_tail(struct keep_joblog *log, struct td_bytes bytes)
{
    size_t n;

    if (log->tail + bytes.len > 2 * log->half)
        shorten(log, log->half);
    n = put(log, log->fd, bytes);
    log->tail += n;
    log->total += n;
}

void keep_joblog_add(struct keep_joblog *log, struct td_bytes bytes)
{
    if (log->fd < 0 && bytes.len > 0 && !log->errnum)
        begin(log);
    while (bytes.len > 0 && !log->errnum) {
        uint64_t room =
            log->head < log->half ? log->half - log->head : log->half;
        size_t step = bytes.len < room ? bytes.len : (size_t)room;
        struct td_bytes part = td_bytes(bytes.ptr, step);
        uint64_t before = log->total;

        if (log->head < log->half)
            add_head(log, part);
        else
            add_tail(log, part);
        step = (size_t)(log->total - before);
        bytes = td_bytes(bytes.ptr + step, bytes.len - step);
    }
    log->total += bytes.len;
}

void keep_joblog_finish(struct keep_joblog *log)
{
    if (log->tail > log->half && !log->errnum)
        shorten(log, log->half);
}

uint64_t keep_joblog_missing(const struct keep_joblog *log)
{
    return log->total - log->head - log->tail;
}

int keep_joblog_errnum(const struct keep_joblog *log)
{
    return log->errnum;
}

void keep_joblog_close(struct keep_joblog *log)
{
    if (!log)
        return;
    if (log->fd >= 0)
        (void)close(log->fd);
    free(log->path);
    free(log);
}
