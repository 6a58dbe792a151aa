#include "wire/net/socket.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define KIND (SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC)

static void set_flag(int fd, int level, int name, int value)
{
    (void)setsockopt(fd, level, name, &value, sizeof(value));
}

static int close_keeping_errno(int fd)
{
    int errnum = errno;

    (void)close(fd);
    errno = errnum;
    return -1;
}

static bool path_address(struct sockaddr_un *addr, const char *path)
{
    size_t len = strlen(path);

    *addr = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (len >= sizeof(addr->sun_path)) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(addr->sun_path, path, len);
    return true;
}

/* A socket file nobody listens on any more, left by a process that died.
 * Other files refuse a connection, too, and are not ours to remove.
 */
static bool is_stale(const char *path)
{
    struct stat file;
    int errnum;
    int fd;

    if (lstat(path, &file) != 0 || !S_ISSOCK(file.st_mode))
        return false;
    fd = socket_connect_path(path);
    errnum = errno;
    if (fd >= 0)
        (void)close(fd);
    return fd < 0 && errnum == ECONNREFUSED;
}

static int listen_path(const char *path)
{
    struct sockaddr_un addr;
    int fd;

    if (!path_address(&addr, path))
        return -1;
    if (is_stale(path))
        (void)unlink(path);
    fd = socket(AF_UNIX, KIND, 0);
    if (fd < 0)
        return -1;
    if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 ||
        listen(fd, SOMAXCONN) < 0)
        return close_keeping_errno(fd);
    return fd;
}

static int listen_address(const struct addrinfo *at)
{
    int fd = socket(at->ai_family, KIND, at->ai_protocol);

    if (fd < 0)
        return -1;
    set_flag(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (at->ai_family == AF_INET6)
        set_flag(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
    if (bind(fd, at->ai_addr, at->ai_addrlen) < 0 || listen(fd, SOMAXCONN) < 0)
        return close_keeping_errno(fd);
    return fd;
}

static uint16_t port_of(int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } addr = {.v6 = {.sin6_port = 0}};
    socklen_t len = sizeof(addr);

    if (getsockname(fd, &addr.any, &len) < 0)
        return 0;
    return ntohs(addr.any.sa_family == AF_INET6 ? addr.v6.sin6_port
                                                : addr.v4.sin_port);
}

static enum td_code listen_tcp(const struct wire_bind *bind, int *fd,
                               uint16_t *port, struct td_error *err)
{
    const struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV,
                                   .ai_socktype = SOCK_STREAM};
    const char *host = bind->host && *bind->host ? bind->host : "127.0.0.1";
    struct addrinfo *list = NULL;
    char service[8];
    int rc;

    (void)snprintf(service, sizeof(service), "%u", bind->port);
    rc = getaddrinfo(host, service, &hints, &list);
    if (rc != 0)
        return td_error_set(err, TD_IO, host, 0, "cannot listen: %s",
                            gai_strerror(rc));
    *fd = -1;
    for (struct addrinfo *at = list; at && *fd < 0; at = at->ai_next)
        *fd = listen_address(at);
    freeaddrinfo(list);
    if (*fd < 0) {
        char where[128];

        (void)snprintf(where, sizeof(where), "%s:%s", host, service);
        td_error_errno(err, TD_IO, where, errno, "cannot listen");
        return td_error_hint(err, "choose another address, or port 0");
    }
    *port = port_of(*fd);
    return TD_OK;
}

enum td_code socket_listen(const struct wire_bind *bind, int *fd,
                           uint16_t *port, struct td_error *err)
{
    bool in_use;

    if (!bind->unix_path)
        return listen_tcp(bind, fd, port, err);
    *port = 0;
    *fd = listen_path(bind->unix_path);
    if (*fd >= 0)
        return TD_OK;
    if (errno == ENAMETOOLONG)
        return td_error_errno(err, TD_USAGE, bind->unix_path, errno,
                              "cannot listen");
    in_use = errno == EADDRINUSE;
    (void)td_error_errno(err, TD_IO, bind->unix_path, errno, "cannot listen");
    if (in_use)
        td_error_hint(err, "name a socket that is not there yet");
    return TD_IO;
}

int socket_connect(const struct sockaddr *addr, socklen_t len)
{
    int fd = socket(addr->sa_family, KIND, 0);

    if (fd < 0)
        return -1;
    if (addr->sa_family != AF_UNIX)
        set_flag(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    if (connect(fd, addr, len) < 0 && errno != EINPROGRESS)
        return close_keeping_errno(fd);
    return fd;
}

int socket_connect_path(const char *path)
{
    struct sockaddr_un addr;

    if (!path_address(&addr, path))
        return -1;
    return socket_connect((struct sockaddr *)&addr, sizeof(addr));
}

int socket_accept(int fd, struct sockaddr_storage *addr)
{
    socklen_t len = sizeof(*addr);
    int conn;

    *addr = (struct sockaddr_storage){0};
    conn = accept4(fd, (struct sockaddr *)addr, &len,
                   SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (conn >= 0 && addr->ss_family != AF_UNIX)
        set_flag(conn, IPPROTO_TCP, TCP_NODELAY, 1);
    return conn;
}

void socket_name(const struct sockaddr *addr, char *name, size_t size)
{
    char host[INET6_ADDRSTRLEN + 16];
    char port[8];
    socklen_t len = addr->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                : sizeof(struct sockaddr_in);

    if (addr->sa_family == AF_UNIX ||
        getnameinfo(addr, len, host, sizeof(host), port, sizeof(port),
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        (void)snprintf(name, size, "unix");
    else if (addr->sa_family == AF_INET6)
        (void)snprintf(name, size, "[%s]:%s", host, port);
    else
        (void)snprintf(name, size, "%s:%s", host, port);
}

int socket_error(int fd)
{
    int errnum = 0;
    socklen_t len = sizeof(errnum);

    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &errnum, &len) < 0)
        return errno;
    return errnum;
}

void socket_close(int fd, bool reset)
{
    const struct linger now = {.l_onoff = 1, .l_linger = 0};

    if (reset)
        (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    (void)close(fd);
}

void socket_explain(struct td_error *why, const char *where, int errnum)
{
    switch (errnum) {
    case ECONNREFUSED:
        td_error_set(why, TD_IO, where, 0, "connection refused");
        td_error_hint(why, "check the address, and that the server runs");
        break;
    case ENOENT:
        td_error_set(why, TD_IO, where, 0, "there is no such socket");
        td_error_hint(why, "check the path, and that the server runs");
        break;
    case ECONNRESET:
    case EPIPE:
        td_error_set(why, TD_IO, where, 0, "the peer reset the connection");
        break;
    case ETIMEDOUT:
        td_error_set(why, TD_TIMEOUT, where, 0, "the peer does not answer");
        break;
    default:
        td_error_errno(why, TD_IO, where, errnum, "connection failed");
        break;
    }
}
