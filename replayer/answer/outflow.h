/* replayer/answer/outflow.h - bytes to a descriptor, in order, without waiting
 * for whoever reads them.
 *
 * A thread writes. A client that says much before it reads anything is so still
 * heard.
 */
#ifndef REPLAYER_ANSWER_OUTFLOW_H
#define REPLAYER_ANSWER_OUTFLOW_H

#include "wire/net/transport.h"

#define PLAY_OUTFLOW_HIGH ((size_t)64 << 20) /* bytes that may wait */

struct play_outflow;

/* changed is called on the loop when the reader has gone, or when there is room
 * again. fd stays the caller's, who leaves it alone until the end. TD_IO.
 */
TD_MUST_CHECK enum td_code play_outflow_open(struct play_outflow **out,
                                             struct wire_net *net, int fd,
                                             void (*changed)(void *ctx),
                                             void *ctx, struct td_error *err);

/* Always taken. False: more than PLAY_OUTFLOW_HIGH wait. */
bool play_outflow_put(struct play_outflow *out, struct td_bytes bytes);

/* errno of the write that failed (EPIPE: nobody reads), or 0. */
int play_outflow_failed(struct play_outflow *out);
bool play_outflow_full(struct play_outflow *out);

/* Write what waits, unless at_once, and end. NULL is fine. */
void play_outflow_close(struct play_outflow *out, bool at_once);

#endif
