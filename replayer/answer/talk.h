/* replayer/answer/talk.h - a recorded talk, as what was asked and what came of
 * it.
 *
 * What the client said are turns: requests, notes, messages of other kinds.
 * Each has a script: what the program sent because of it, in order. An answer
 * belongs to its request. What else the program sent belongs to the request
 * whose token it bears; to the one that was answered next, if any was open; or
 * else to what was said or answered last. What it sent before the client said
 * anything is the script of turn 0, which nobody has to say.
 *
 * A line of a script comes some time behind what stands before it, and not
 * before the answers that the client gave to questions of the program by then.
 */
#ifndef REPLAYER_ANSWER_TALK_H
#define REPLAYER_ANSWER_TALK_H

#include "core/arena.h"
#include "replayer/answer/rpc.h"
#include "tape/state.h"

#define PLAY_TALK_BYTES ((size_t)1 << 30) /* of messages, in memory */
#define PLAY_TALK_LINES ((uint32_t)10000000)
#define PLAY_NONE       UINT32_MAX

struct play_line {
    uint32_t turn;
    uint32_t gate; /* line of the question whose answer it waits for, or
                      PLAY_NONE */
    uint64_t seq;
    uint64_t at_ns;
    uint64_t gap_ns;      /* behind the line before it, its gate or the turn */
    struct td_bytes name; /* on the tape */
    struct td_bytes payload;
    struct td_bytes id;   /* of a question of the program */
    uint64_t replied_seq; /* by the client; 0: never */
    uint64_t replied_at_ns;
    bool is_answer; /* to its turn */
};

struct play_turn {
    enum play_rpc_kind kind;
    uint32_t exchange; /* its number among requests, from 1; else 0 */
    uint64_t seq;
    uint64_t at_ns;
    struct td_bytes payload;
    struct td_bytes compared; /* play_rpc_compared() */
    struct td_bytes id;
    struct td_bytes method; /* escaped */
    struct td_bytes tokens[PLAY_TOKENS];
    uint32_t first; /* of its script */
    uint32_t len;
    bool answered;
    bool last;           /* the program ended without an answer to it */
    uint64_t end_gap_ns; /* then: behind the last line */
};

/* All zeroes is valid and empty. */
struct play_talk {
    struct td_arena arena;
    struct play_turn *turns; /* the first is nobody's */
    uint32_t turns_len;
    struct play_line *lines; /* by turn, then in order */
    uint32_t lines_len;
    struct tape_state state; /* of the tape */
    uint32_t exchanges;      /* requests among the turns */
    bool headers;            /* it spoke in messages with headers */
    bool ended;              /* the program did, and said: */
    int end_status;
    uint64_t end_ns;
};

/* Read a tape. Errors of tape_reader_open(); TD_LIMIT; TD_USAGE: nothing on it
 * was said to a program. Release also after an error.
 */
TD_MUST_CHECK enum td_code
play_talk_load(struct play_talk *talk, const char *path, struct td_error *err);
void play_talk_release(struct play_talk *talk);

#endif
