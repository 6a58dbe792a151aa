/* recorder/pass.h - bytes both ways between two programs, and a copy of them.
 *
 *     client ==from=> way 0 =to=> program
 *     client <=to== way 1 <=from= program
 *
 * A thread a way reads, keeps a copy and writes on, so that nobody waits for
 * the loop. The copies come on the loop in an order that respects cause: an
 * answer never before what it answers. While the loop takes none, the threads
 * wait, and both programs feel it.
 */
#ifndef RECORDER_PASS_H
#define RECORDER_PASS_H

#include "wire/net/transport.h"

#define REC_PASS_WAYS 2

struct rec_pass;

/* Descriptors of one way; closed in the end, a standard one becomes /dev/null.
 */
struct rec_pass_way {
    int from;
    int to;
};

struct rec_pass_events {
    /* Bytes came on a way, and are on their way. They live for the call. */
    void (*bytes)(void *ctx, int way, struct td_bytes bytes);
    /* Nothing follows on this way. failed: errno of the write that did not go,
     * EPIPE if its reader has gone; 0 = its writer has ended. */
    void (*over)(void *ctx, int way, int failed);
    void *ctx;
};

/* The descriptors are taken over, also when this fails. TD_IO. */
TD_MUST_CHECK enum td_code
rec_pass_open(struct rec_pass **out, struct wire_net *net,
              const struct rec_pass_way ways[REC_PASS_WAYS],
              const struct rec_pass_events *events, struct td_error *err);

/* Stop or go on taking copies; allowed inside an event. */
void rec_pass_pause(struct rec_pass *pass, bool paused);

/* End the threads, wherever they are; close what is open. Not from inside an
 * event. NULL is fine. */
void rec_pass_close(struct rec_pass *pass);

#endif
