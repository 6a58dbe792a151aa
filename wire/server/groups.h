/* wire/server/groups.h - peers of a server in groups (rooms), by name.
 *
 * A group is there while a peer is in it; a peer that goes leaves all of its
 * own. A message to several groups reaches a peer that is in more than one of
 * them once, and is encoded once for each dialect. The owner joins peers to
 * groups, never the peer itself.
 */
#ifndef WIRE_SERVER_GROUPS_H
#define WIRE_SERVER_GROUPS_H

#include "wire/server/server.h"

#define WIRE_GROUP_NAME_MAX  256  /* bytes */
#define WIRE_GROUPS_PER_PEER 1000 /* that one peer may be in */

/* From inside any callback but `left`. Joining twice is joining once. TD_USAGE:
 * the name is empty or longer than WIRE_GROUP_NAME_MAX; TD_LIMIT: the peer is
 * in WIRE_GROUPS_PER_PEER already. Nothing has changed then.
 */
TD_MUST_CHECK enum td_code
wire_peer_join(struct wire_peer *peer, const char *group, struct td_error *err);
void wire_peer_leave(struct wire_peer *peer, const char *group);
bool wire_peer_is_in(const struct wire_peer *peer, const char *group);
unsigned wire_peer_group_count(const struct wire_peer *peer);

/* How many peers are in it; 0 also if there is none of that name. */
unsigned wire_group_size(const struct wire_server *server, const char *group);

/* As wire_server_send(), to every peer that is in at least one of the `count`
 * groups (Socket.IO: and in ev->ns) but not `except` (NULL: nobody), who is
 * mostly who said it. In the order of all that is sent. Not from inside
 * `unfit`.
 */
void wire_groups_send(struct wire_server *server, const char *const *groups,
                      size_t count, const struct wire_peer *except,
                      const struct td_event *ev);

#endif
