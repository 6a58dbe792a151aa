/* wire/limits.h - what one peer may cost, and all of them together.
 * docs/wire.md says the same for users.
 *
 * An answer is what a peer asks for: a response to a request, the pong of a
 * ping, the ack of an event, the answer to a namespace that is joined. A peer
 * that asks and does not read is not read any more (server_conn.c, ws_line.c),
 * so that its answers stay within these bounds.
 */
#ifndef WIRE_LIMITS_H
#define WIRE_LIMITS_H

#include "core/clock.h"

#include <stddef.h>

#define WIRE_KIB ((size_t)1024)
#define WIRE_MIB (WIRE_KIB * 1024)

/* A conn's queue: above the high mark its owner is told to wait until it has
 * fallen to the low one. */
#define WIRE_HIGH_MARK WIRE_MIB
#define WIRE_LOW_MARK  (256 * WIRE_KIB)

/* The same while it answers HTTP requests: above it no request is read. */
#define WIRE_ANSWER_HIGH (64 * WIRE_KIB)
#define WIRE_ANSWER_LOW  (16 * WIRE_KIB)

/* Answers among what waits above the high mark: with more, nothing is read. */
#define WIRE_ANSWERS_MAX (64 * WIRE_KIB)

/* A peer that is not read and takes no byte for so long is closed (1008). */
#define WIRE_ANSWER_NS (30 * TD_NS_PER_S)

/* Answers of a polling session that no poll has fetched. */
#define WIRE_UNFETCHED_MAX WIRE_MIB

/* A client that polls asks for no more while so much waits to be posted; what
 * its owner sends stops at half of it. */
#define WIRE_UNPOSTED_MAX (8 * WIRE_MIB)

/* Of a consumer, messages and what is remembered of each. */
#define WIRE_MAX_QUEUE    (64 * WIRE_MIB)
#define WIRE_MESSAGE_COST 128

/* Of a server: consumers, and sessions of Engine.IO, joined or not. */
#define WIRE_MAX_PEERS 10000
/* A consumer may have a poll, a POST and a WebSocket at once. */
#define WIRE_CONNS_PER_PEER 3
#define WIRE_CONNS_MORE     16

/* Of a listener with TLS: conns whose handshake is not done; what comes more is
 * closed. */
#define WIRE_SECURING_MAX 4096

/* For a request to come whole, and between two. */
#define WIRE_REQUEST_NS (30 * TD_NS_PER_S)
#define WIRE_IDLE_NS    (75 * TD_NS_PER_S)

#endif
