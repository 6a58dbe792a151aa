/* replayer/answer/stdio_out.h - what the program of a talk says: messages in
 * their framing, with the faults on purpose that are asked for.
 */
#ifndef REPLAYER_ANSWER_STDIO_OUT_H
#define REPLAYER_ANSWER_STDIO_OUT_H

#include "replayer/answer/outflow.h"
#include "replayer/fault_rules.h"

struct play_stdio_out;

struct play_stdio_place {
    int fd;                           /* the caller's */
    struct play_fault_rules *faults;  /* outlive it; or NULL */
    bool (*headers)(const void *ctx); /* a message has Content-Length, or is a
                                         line */
    void (*changed)(void *ctx);       /* see play_outflow_open() */
    void (*room)(void *ctx);  /* what was not taken may be offered again */
    void (*ended)(void *ctx); /* nothing more can come of it: a fault has cut
                                 it, or it was finished */
    void *ctx;
};

/* TD_IO. */
TD_MUST_CHECK enum td_code
play_stdio_out_open(struct play_stdio_out **out, struct wire_net *net,
                    const struct play_stdio_place *place, struct td_error *err);

/* A message of the tape. False: it is not taken yet; nothing else may be put
 * before it is.
 */
bool play_stdio_out_put(struct play_stdio_out *out, const struct td_event *ev);

/* A message of our own, which is never refused, nor hit by a fault. */
void play_stdio_out_say(struct play_stdio_out *out, struct td_bytes message);

/* No more will be put: ended() is called when what faults hold back is out. */
void play_stdio_out_finish(struct play_stdio_out *out);

/* As those of an outflow. */
int play_stdio_out_failed(struct play_stdio_out *out);
/* The same. */
bool play_stdio_out_full(struct play_stdio_out *out);

/* As play_outflow_close(). NULL is fine. */
void play_stdio_out_close(struct play_stdio_out *out, bool at_once);

#endif
