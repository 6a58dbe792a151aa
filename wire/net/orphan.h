/* wire/net/orphan.h - let go of a conn whose owner has no more interest in it.
 */
#ifndef WIRE_NET_ORPHAN_H
#define WIRE_NET_ORPHAN_H

#include "wire/net/transport.h"

/* Close now; the owner's callbacks are not called again. NULL is fine. */
void wire_conn_drop(struct wire_conn *conn);

/* The same, but what is queued is sent first. */
void wire_conn_leave(struct wire_conn *conn);

#endif
