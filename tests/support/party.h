/* tests/support/party.h - an owner of one conn that remembers what it is told.
 *
 * Scenarios are written against both transports: party_turn_until() moves
 * either loop until a condition holds, and fails a test that waits too long.
 */
#ifndef TESTS_SUPPORT_PARTY_H
#define TESTS_SUPPORT_PARTY_H

#include "core/buf.h"
#include "wire/net/transport.h"

struct party {
    struct wire_conn *conn; /* NULL once closed */
    struct td_buf got;
    unsigned opened;
    unsigned received; /* calls */
    unsigned drained;
    unsigned closed;
    bool echo;           /* send back what comes */
    bool close_on_bytes; /* wire_shutdown() at the first byte */
    bool pause_on_bytes; /* wire_pause() after each call */
    struct td_error why;
};

extern const struct wire_conn_events party_events;

/* A wire_accept_fn whose ctx is the party that becomes the owner. */
void party_accept(void *ctx, struct wire_conn *conn);

void party_release(struct party *party);

#endif
