/* wire/net/resolve.h - host names to addresses on a thread of their own,
 * because getaddrinfo() may block for many seconds.
 */
#ifndef WIRE_NET_RESOLVE_H
#define WIRE_NET_RESOLVE_H

#include "core/error.h"

struct addrinfo;
struct resolve;

/* Start looking up a name. TD_IO if no thread or descriptor is to be had. */
TD_MUST_CHECK enum td_code resolve_start(const char *host, uint16_t port,
                                         struct resolve **out,
                                         struct td_error *err);

/* A descriptor that becomes readable when the answer is there; it is the
 * lookup's until resolve_free(). */
int resolve_fd(const struct resolve *lookup);

/* The answer, once readable: give it to freeaddrinfo(). TD_IO unknown. */
TD_MUST_CHECK enum td_code resolve_take(struct resolve *lookup,
                                        struct addrinfo **list,
                                        struct td_error *err);

/* At any time; a lookup under way ends by itself. NULL is fine. */
void resolve_free(struct resolve *lookup);

/* Addresses written as such need no lookup: the list, or NULL if host is a
 * name. */
struct addrinfo *resolve_literal(const char *host, uint16_t port);

#endif
