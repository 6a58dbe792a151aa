/* A library to be preloaded: one call that writes, or all, fails or falls short
 * on files whose name has FAULT_PATH in it.
 *
 *     FAULT_CALL   write, pwrite, fsync (of a file), fsyncdir (of a directory)
 *     FAULT_NTH    which of those calls, from 1; 0 = every one
 *     FAULT_ERRNO  what it fails with; 0 = it writes half
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int number(const char *name)
{
    const char *text = getenv(name);

    return text ? (int)strtol(text, NULL, 10) : 0;
}

/* Is this call the one that is meant? */
static int is_meant(const char *call, int fd)
{
    static int seen;
    const char *want = getenv("FAULT_CALL");
    const char *path = getenv("FAULT_PATH");
    char link[64];
    char name[4096];
    ssize_t len;

    (void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    len = readlink(link, name, sizeof(name) - 1);
    if (!want || !path || strcmp(want, call) != 0 || len < 0)
        return 0;
    name[len] = '\0';
    return strstr(name, path) &&
           (number("FAULT_NTH") == 0 || ++seen == number("FAULT_NTH"));
}

static void *next(const char *name)
{
    void *symbol = dlsym(RTLD_NEXT, name);

    if (!symbol)
        abort();
    return symbol;
}

ssize_t write(int fd, const void *bytes, size_t len)
{
    ssize_t (*real)(int, const void *, size_t);

    *(void **)&real = next("write");
    if (!is_meant("write", fd))
        return real(fd, bytes, len);
    if (number("FAULT_ERRNO") == 0)
        return real(fd, bytes, len > 1 ? len / 2 : len);
    errno = number("FAULT_ERRNO");
    return -1;
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at)
{
    ssize_t (*real)(int, const void *, size_t, off_t);

    *(void **)&real = next("pwrite");
    if (!is_meant("pwrite", fd))
        return real(fd, bytes, len, at);
    if (number("FAULT_ERRNO") == 0)
        return real(fd, bytes, len > 1 ? len / 2 : len, at);
    errno = number("FAULT_ERRNO");
    return -1;
}

int fsync(int fd)
{
    int (*real)(int);
    struct stat st;
    int is_dir = fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);

    *(void **)&real = next("fsync");
    if (!is_meant(is_dir ? "fsyncdir" : "fsync", fd))
        return real(fd);
    errno = number("FAULT_ERRNO");
    return -1;
}
