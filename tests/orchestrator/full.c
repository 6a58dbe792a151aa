/* A disk that fills up: preloaded into a program (LD_PRELOAD), it lets the
 * write with number TD_FULL_AT to a regular file, and all behind it, fail with
 * ENOSPC while the file TD_FULL_WHILE is there. Numbers count on in a process
 * that is forked, each for itself. Of a system whose inotify instances are used
 * up, with TD_FULL_WATCHES, there is no more.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static _Atomic unsigned long count;

static bool is_full(int fd)
{
    static _Atomic unsigned long at;
    const char *flag = getenv("TD_FULL_WHILE");
    struct stat st;

    if (!flag || fd <= 2 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return false;
    if (!at)
        at = strtoul(getenv("TD_FULL_AT"), NULL, 10);
    if (++count < at || access(flag, F_OK) != 0)
        return false;
    errno = ENOSPC;
    return true;
}

#define NEXT(name) ((__typeof__(&(name)))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *bytes, size_t len)
{
    return is_full(fd) ? -1 : NEXT(write)(fd, bytes, len);
}

ssize_t writev(int fd, const struct iovec *parts, int len)
{
    return is_full(fd) ? -1 : NEXT(writev)(fd, parts, len);
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at)
{
    return is_full(fd) ? -1 : NEXT(pwrite)(fd, bytes, len, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off64_t at)
{
    return is_full(fd) ? -1 : NEXT(pwrite64)(fd, bytes, len, at);
}

ssize_t pwritev(int fd, const struct iovec *parts, int len, off_t at)
{
    return is_full(fd) ? -1 : NEXT(pwritev)(fd, parts, len, at);
}

int inotify_init1(int flags)
{
    if (!getenv("TD_FULL_WATCHES"))
        return NEXT(inotify_init1)(flags);
    errno = EMFILE;
    return -1;
}
