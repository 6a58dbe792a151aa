/* A reader that waits for more: of a pipe, or of a tape that is being recorded.
 */
#include "core/fs.h"
#include "tape/reader_internal.h"

#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

int tape_reader_no_wait(struct tape_reader *r)
{
    if (r->scan.in.seekable)
        return -1;
    r->scan.in.no_wait = true;
    r->scan.follow = true;
    return r->scan.in.fd;
}

bool tape_reader_is_over(const struct tape_reader *r)
{
    return r->scan.in.seekable && r->state.ended;
}

/* How far the file was read. */
static uint64_t read_up_to(const struct tape_scan *scan)
{
    uint64_t open_end = scan->open_len > 0 ? scan->open_at + scan->open_len : 0;

    return open_end > scan->at ? open_end : scan->at;
}

static bool has_its_name(const struct tape_input *in, const struct stat *st)
{
    struct stat named;

    return !strcmp(in->path, "stdin") ||
           (stat(in->path, &named) == 0 && named.st_dev == st->st_dev &&
            named.st_ino == st->st_ino);
}

enum td_code tape_reader_grows(struct tape_reader *r, struct td_error *err)
{
    const struct tape_input *in = &r->scan.in;
    uint64_t at = read_up_to(&r->scan);
    bool again = r->gone;
    struct stat st;

    if (!in->seekable || fstat(in->fd, &st) != 0)
        return TD_OK;
    if ((uint64_t)st.st_size < at) {
        (void)td_error_set(
            err, TD_LOSSY, in->path, 0,
            "a tape that was made shorter while it was followed: %" PRIu64
            " bytes were read, and %" PRIu64 " are there",
            at, (uint64_t)st.st_size);
        return TD_LOSSY;
    }
    r->gone = !has_its_name(in, &st) && td_fs_holder(in->fd) == 0;
    if (!r->gone)
        return TD_OK;
    if (!again)
        return TD_AGAIN;
    return td_error_set(err, TD_LOSSY, in->path, 0,
                        "a tape that was %s while it was followed, and that "
                        "nobody writes to",
                        st.st_nlink > 0 || access(in->path, F_OK) == 0
                            ? "replaced or renamed"
                            : "removed");
}
