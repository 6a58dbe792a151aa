/* orchestrator/provider/openai_loop.h - transfers of libcurl in our loop.
 *
 * Their sockets are in an epoll set of their own, which the loop watches; their
 * timeouts are one of its timers. Only openai_loop.c drives the multi handle.
 *
 * What comes is told outside of libcurl: within these calls transfers may be
 * added and removed, also the one that is told of.
 */
#ifndef ORCHESTRATOR_PROVIDER_OPENAI_LOOP_H
#define ORCHESTRATOR_PROVIDER_OPENAI_LOOP_H

#include "core/buf.h"
#include "orchestrator/provider/openai_curl.h"
#include "wire/net/transport.h"

#include <stdbool.h>

#define OPENAI_BACKLOG ((size_t)64 << 20) /* bytes that came and wait */

struct openai_loop;

/* One transfer, owned by the caller. All zeroes but the first four before use.
 */
struct openai_transfer {
    CURL *easy;
    /* Bytes of the body came. */
    void (*came)(void *ctx, struct td_bytes bytes);
    /* It has ended; it is no longer in the loop. */
    void (*done)(void *ctx, CURLcode result);
    void *ctx;

    struct openai_loop *loop;     /* NULL: it is in none */
    struct openai_transfer *next; /* of those that have something to tell */
    struct td_buf in;
    CURLcode result;
    bool queued;
    bool over;
};

/* TD_IO: no descriptor is to be had, or libcurl not; TD_USAGE: the net has no
 * descriptors. */
TD_MUST_CHECK enum td_code openai_loop_open(struct openai_loop **out,
                                            struct wire_net *net,
                                            struct td_error *err);
/* All transfers must be removed before. NULL is fine. */
void openai_loop_close(struct openai_loop *loop);

/* Begin. Nothing is told from inside. False: libcurl would not. */
bool openai_loop_add(struct openai_loop *loop,
                     struct openai_transfer *transfer);

/* End it where it is; nothing more is told. Fine for one that is in none. */
void openai_loop_remove(struct openai_transfer *transfer);

#endif
