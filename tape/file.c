#include "tape/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

bool tape_file_can_patch(int fd)
{
    struct stat st;
    int flags = fcntl(fd, F_GETFL);

    return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && flags >= 0 &&
           !(flags & O_APPEND);
}

enum td_code tape_file_write_at(int fd, const char *path, struct td_bytes bytes,
                                uint64_t at, struct td_error *err)
{
    while (bytes.len > 0) {
        ssize_t n = pwrite(fd, bytes.ptr, bytes.len, (off_t)at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return td_error_errno(err, TD_IO, path, errno, "cannot write");
        bytes = td_bytes(bytes.ptr + n, bytes.len - (size_t)n);
        at += (uint64_t)n;
    }
    return TD_OK;
}
