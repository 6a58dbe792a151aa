#include "tape/input.h"

#include "core/fs.h"
#include "core/mem.h"
#include "tape/line.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define WINDOW_MAX (2 * TAPE_LINE_MAX)
#define WINDOW_KEEP                                                            \
    ((size_t)16 * 1024 * 1024) /* larger ones are given back                   \
                                */

static bool is_regular(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

enum td_code tape_input_open(struct tape_input *in, const char *path,
                             struct td_error *err)
{
    bool is_stdin = !strcmp(path, "-");
    enum td_code code = TD_OK;

    memset(in, 0, sizeof(*in));
    td_buf_init(&in->window, WINDOW_MAX);
    in->fd = -1;
    if (is_stdin)
        in->fd = dup(STDIN_FILENO);
    else
        code = td_fs_open(&in->fd, path, err);
    if (code)
        return code;
    if (in->fd < 0)
        return td_error_errno(err, TD_IO, "stdin", errno, "cannot read");
    in->path = td_strdup(is_stdin ? "stdin" : path);
    in->terminal = isatty(in->fd);
    in->seekable = is_regular(in->fd) && lseek(in->fd, 0, SEEK_CUR) == 0;
    return TD_OK;
}

void tape_input_share(struct tape_input *in, const struct tape_input *other)
{
    memset(in, 0, sizeof(*in));
    td_buf_init(&in->window, WINDOW_MAX);
    in->fd = fcntl(other->fd, F_DUPFD_CLOEXEC, 0);
    in->path = td_strdup(other->path);
    in->stop = other->stop;
    in->spans = other->spans;
    in->spans_len = other->spans_len;
    in->seekable = true; /* by pread: the descriptors' common place stays */
}

void tape_input_close(struct tape_input *in)
{
    if (in->fd >= 0)
        (void)close(in->fd);
    td_buf_release(&in->window);
    free(in->path);
    in->path = NULL;
    in->fd = -1;
}

static bool is_told_to_stop(const struct tape_input *in)
{
    if (in->wait && !in->seekable)
        in->wait(in->wait_ctx, in->fd);
    return in->stop && *in->stop;
}

static ssize_t stop_reading(struct tape_input *in)
{
    in->failed = true;
    (void)td_error_set(&in->err, TD_CANCELLED, in->path, 0,
                       "reading ended by a signal");
    return -1;
}

static bool would_wait(const struct tape_input *in)
{
    struct pollfd ready = {.fd = in->fd, .events = POLLIN};

    return in->no_wait && !in->seekable && poll(&ready, 1, 0) == 0;
}

/* Where in the file `offset` is; *len is made shorter where what follows stands
 * elsewhere. Behind the last span there is nothing.
 */
static uint64_t place_of(const struct tape_input *in, uint64_t offset,
                         size_t *len)
{
    size_t low = 0;
    size_t high = in->spans_len;
    uint64_t into;

    while (low + 1 < high) {
        size_t mid = (low + high) / 2;

        if (in->spans[mid].at <= offset)
            low = mid;
        else
            high = mid;
    }
    into = offset - in->spans[low].at;
    if (into >= in->spans[low].length)
        *len = 0;
    else if (*len > in->spans[low].length - into)
        *len = (size_t)(in->spans[low].length - into);
    return in->spans[low].offset + into;
}

/* 0 at the end; -1 without in->failed: nothing can be read by now. */
static ssize_t read_some(struct tape_input *in, uint64_t offset, uint8_t *to,
                         size_t len)
{
    if (in->terminal && in->ended)
        return 0;
    if (would_wait(in))
        return -1;
    if (in->spans)
        offset = place_of(in, offset, &len);
    for (;;) {
        ssize_t n;

        if (is_told_to_stop(in))
            return stop_reading(in);
        n = in->seekable ? pread(in->fd, to, len, (off_t)offset)
                         : read(in->fd, to, len);

        if (n < 0 && errno == EINTR)
            continue;
        in->reads++;
        in->bytes += n > 0 ? (uint64_t)n : 0;
        if (n < 0) {
            in->failed = true;
            (void)td_error_errno(&in->err, TD_IO, in->path, errno,
                                 "cannot read");
        }
        return n;
    }
}

/* Let the window start at offset, keeping what it already has from there. */
static void move_window(struct tape_input *in, uint64_t offset)
{
    uint64_t end = in->base + in->window.len;

    if (offset >= in->base && offset < end)
        td_buf_drop(&in->window, (size_t)(offset - in->base));
    else if (in->window.cap > WINDOW_KEEP)
        td_buf_release(&in->window);
    else
        td_buf_clear(&in->window);
    in->base = offset;
}

static void pass_over(struct tape_input *in, uint64_t offset)
{
    while (!in->seekable && in->base + in->window.len < offset) {
        uint64_t left = offset - in->base - in->window.len;
        size_t n = left < TAPE_READ_STEP ? (size_t)left : TAPE_READ_STEP;
        uint8_t *room;
        ssize_t got;

        in->base += in->window.len;
        td_buf_clear(&in->window);
        room = td_buf_room(&in->window, n);
        got = room ? read_some(in, in->base, room, n) : 0;
        if (got <= 0)
            return;
        in->base += (uint64_t)got;
    }
}

struct td_bytes tape_input_at(struct tape_input *in, uint64_t offset,
                              size_t need)
{
    uint64_t have = in->base + in->window.len;

    if (offset >= in->base && offset <= have && have - offset >= need)
        return td_bytes(in->window.ptr + (offset - in->base),
                        (size_t)(have - offset));
    pass_over(in, offset);
    move_window(in, offset);
    in->ended = in->ended && in->terminal;
    while (in->window.len < need && !in->failed) {
        size_t want = need - in->window.len;
        uint8_t *room;
        ssize_t n;

        want = want < TAPE_READ_STEP ? TAPE_READ_STEP : want;
        room = td_buf_room(&in->window, want);
        if (!room)
            break;
        n = read_some(in, offset + in->window.len, room, want);
        in->ended = n == 0;
        if (n <= 0)
            break;
        in->window.len += (size_t)n;
    }
    return td_buf_bytes(&in->window);
}

bool tape_input_read(struct tape_input *in, uint64_t offset, uint8_t *to,
                     size_t len)
{
    size_t at = 0;

    while (in->seekable && at < len) {
        ssize_t n = read_some(in, offset + at, to + at, len - at);

        if (n <= 0)
            return false;
        at += (size_t)n;
    }
    return in->seekable;
}

uint64_t tape_input_size(const struct tape_input *in)
{
    struct stat st;

    if (!in->seekable || fstat(in->fd, &st))
        return 0;
    return (uint64_t)st.st_size;
}
