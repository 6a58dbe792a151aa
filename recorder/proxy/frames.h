/* recorder/proxy/frames.h - frames of WebSocket, whole and as they came:
 * masked, and with whatever an extension made of them (RFC 6455, section 5.2).
 */
#ifndef RECORDER_PROXY_FRAMES_H
#define RECORDER_PROXY_FRAMES_H

#include "core/event.h"
#include "wire/ws/frame.h"

struct rec_frames;

/* One side of a connection. Of a frame at most max bytes are kept. */
struct rec_frames *rec_frames_new(size_t max);
void rec_frames_free(struct rec_frames *frames); /* NULL is fine */

/* Until the next call. */
struct rec_frame {
    struct td_bytes bytes;
    uint64_t cut;              /* bytes behind them that are left out */
    struct ws_message goodbye; /* opcode WS_CLOSE, if it is one */
};

/* The next frame of *in, which is moved past the bytes used. False: all of *in
 * is used, and it is not whole yet.
 */
bool rec_frames_next(struct rec_frames *frames, struct td_bytes *in,
                     struct rec_frame *frame);

/* Whether one has begun, and what came of it. */
bool rec_frames_is_within(const struct rec_frames *frames,
                          struct td_bytes *came);

#endif
