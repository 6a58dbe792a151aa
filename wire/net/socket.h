/* wire/net/socket.h - the system's sockets, without a loop: addresses, names,
 * options, and what went wrong in words.
 */
#ifndef WIRE_NET_SOCKET_H
#define WIRE_NET_SOCKET_H

#include "wire/net/transport.h"

#include <sys/socket.h>

struct addrinfo;

/* A non-blocking socket bound and listening; *port is the one it got. Returns
 * it in *fd. TD_USAGE a path too long, TD_IO. */
TD_MUST_CHECK enum td_code socket_listen(const struct wire_bind *bind, int *fd,
                                         uint16_t *port, struct td_error *err);

/* A non-blocking socket that has begun to connect, or -1 with errno. */
int socket_connect(const struct sockaddr *addr, socklen_t len);

/* The same for a path. -1 with errno; ENAMETOOLONG. */
int socket_connect_path(const char *path);

/* The next conn of a listening socket, or -1 with errno. */
int socket_accept(int fd, struct sockaddr_storage *addr);

/* "127.0.0.1:4711", "[::1]:4711" or "unix". */
void socket_name(const struct sockaddr *addr, char *name, size_t size);

/* The result of a connect that poll says is over: 0 or an errno. */
int socket_error(int fd);

/* Close; with reset, the peer gets a reset instead of an orderly end. */
void socket_close(int fd, bool reset);

/* *why in words a user can act on. where is the address. */
void socket_explain(struct td_error *why, const char *where, int errnum);

#endif
