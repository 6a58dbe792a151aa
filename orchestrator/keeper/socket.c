#include "orchestrator/keeper/socket.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define WAITING 8 /* clients that wait to be answered */

static struct sockaddr_un address(int dir)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};

    (void)snprintf(at.sun_path, sizeof(at.sun_path),
                   "/proc/self/fd/%d/" KEEP_SOCKET, dir);
    return at;
}

static enum td_code failed(int *fd, const char *what, struct td_error *err)
{
    int why = errno;

    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
    return td_error_errno(err, TD_IO, KEEP_SOCKET, why, what);
}

enum td_code keep_socket_listen(int *fd, int dir, struct td_error *err)
{
    struct sockaddr_un at = address(dir);
    mode_t mask = umask(0177);
    int rc;

    *fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (unlinkat(dir, KEEP_SOCKET, 0) != 0 && errno != ENOENT) {
        (void)umask(mask);
        return failed(fd, "cannot take the place of", err);
    }
    rc = *fd < 0 ? -1 : bind(*fd, (const struct sockaddr *)&at, sizeof(at));
    (void)umask(mask);
    if (rc != 0 || listen(*fd, WAITING) != 0)
        return failed(fd, "cannot listen", err);
    return TD_OK;
}

enum td_code keep_socket_connect(int *fd, int dir, struct td_error *err)
{
    struct sockaddr_un at = address(dir);

    *fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (*fd < 0)
        return failed(fd, "cannot make a socket", err);
    if (connect(*fd, (const struct sockaddr *)&at, sizeof(at)) == 0)
        return TD_OK;
    if (errno == ENOENT || errno == ECONNREFUSED) {
        (void)close(*fd);
        *fd = -1;
        return TD_END;
    }
    if (errno == EAGAIN) {
        (void)failed(fd, "cannot be asked", err);
        return td_error_set(err, TD_TIMEOUT, KEEP_SOCKET, 0,
                            "too many wait for the keeper");
    }
    return failed(fd, "cannot connect", err);
}

bool keep_socket_is_ours(int fd)
{
    struct ucred peer;
    socklen_t len = sizeof(peer);

    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 &&
           peer.uid == geteuid();
}
