/* wire/leave.h - let go of a conn whose owner has no more interest in it. */
#ifndef WIRE_LEAVE_H
#define WIRE_LEAVE_H

#include "wire/transport.h"

/* Close now; the owner's callbacks are not called again. NULL is fine. */
void wire_conn_drop(struct wire_conn *conn);

/* The same, but what is queued is sent first. */
void wire_conn_leave(struct wire_conn *conn);

#endif
