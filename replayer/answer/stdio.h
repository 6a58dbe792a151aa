/* replayer/answer/stdio.h - the program of a recorded talk, played from its
 * tape: it answers on standard output what is asked on standard input.
 *
 * What a client says is looked for among what was said (replayer/answer/talk.h,
 * match.h); what came of it then comes again, with the client's own ids, as far
 * behind as it was. A request that is not on the tape is answered with an error
 * (JSON-RPC code -32001) and told.
 */
#ifndef REPLAYER_ANSWER_STDIO_H
#define REPLAYER_ANSWER_STDIO_H

#include "core/json_writer.h"
#include "replayer/answer/match.h"
#include "replayer/answer/talk.h"
#include "replayer/fault_rules.h"
#include "replayer/schedule.h"
#include "wire/framing/framing.h"
#include "wire/net/transport.h"

struct play_stdio_options {
    const struct play_talk *talk;
    const struct diff_masks *masks;
    struct play_pace pace; /* but for eps */
    enum wire_framing framing;
    size_t max_message;
    struct play_fault_rules *faults; /* outlive it; or NULL. An answer has the
                                        name of its request there */
    bool repeat; /* past the last of equal requests, that one again */
    int in;      /* the caller's */
    int out;
    /* Something is not on the tape; text has lines for people, LF at its end.
     */
    void (*missed)(void *ctx, struct td_bytes text);
    void (*done)(void *ctx); /* the end; not from inside play_stdio_open() */
    void *ctx;
};

struct play_stdio_stats {
    uint32_t unknown;   /* requests, and messages of other kinds */
    uint32_t notes;     /* that are not on the tape */
    uint32_t bad;       /* pieces of input that are no message */
    bool client_gone;   /* it has stopped reading */
    bool program_ended; /* as the recorded one did, instead of an answer */
};

struct play_stdio;

/* Options are borrowed. TD_LIMIT, TD_IO. */
TD_MUST_CHECK enum td_code
play_stdio_open(struct play_stdio **out, struct wire_net *net,
                const struct play_stdio_options *options, struct td_error *err);

/* End with what waits written, or at once. Not from inside done. NULL is fine.
 */
void play_stdio_close(struct play_stdio *stdio, bool at_once);

/* Counts by now. */
struct play_stdio_stats play_stdio_stats(const struct play_stdio *stdio);

/* Append what came of it, in one line without LF:
 * 6 of 7 exchanges answered, 1 request unknown, 1 exchange unused (5)
 * Returns how many were unused.
 */
uint32_t play_stdio_summary(const struct play_stdio *stdio, struct td_buf *out);

/* Write the same as members of the object at hand:
 * {"exchanges":7,"answered":6,"unused_count":1,"unused":[5],
 * "requests_unknown":1,"notifications_unknown":0,"bad_input":0}
 */
void play_stdio_json(const struct play_stdio *stdio, struct td_json_writer *w);

#endif
