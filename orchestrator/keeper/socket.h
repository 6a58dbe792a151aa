/* orchestrator/keeper/socket.h - the socket in an execution's folder.
 *
 * An address has room for 107 bytes (unix(7)), a path may have more; so the
 * folder is named by a descriptor: /proc/self/fd/7/keeper.sock.
 */
#ifndef ORCHESTRATOR_KEEPER_SOCKET_H
#define ORCHESTRATOR_KEEPER_SOCKET_H

#include "core/error.h"

#include <stdbool.h>

#define KEEP_SOCKET "keeper.sock"

/* Listen in the folder behind dir, in the place of a socket that is there; the
 * caller is the only one (its lock says so). Never blocks. TD_IO. */
TD_MUST_CHECK enum td_code keep_socket_listen(int *fd, int dir,
                                              struct td_error *err);

/* Connect; never blocks. TD_END: nobody listens there; TD_TIMEOUT: too many
 * wait; TD_IO. */
TD_MUST_CHECK enum td_code keep_socket_connect(int *fd, int dir,
                                               struct td_error *err);

/* Whether the other end is a process of our user. */
bool keep_socket_is_ours(int fd);

#endif
