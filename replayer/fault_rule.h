/* replayer/fault_rule.h - what goes wrong, and with which events.
 *
 *     drop p=0.1                         an event does not come
 *     duplicate at=seq:88 times=2        it comes twice more
 *     delay by=500ms event=tick p=0.5    it comes later, others pass it
 *     reorder by=3 p=0.1                 three others pass it
 *     corrupt bytes=2 p=0.01             some of its bytes are others
 *     utf8-half p=0.01                   half of a UTF-8 sequence is missing
 *     json-half p=0.01                   its payload breaks off
 *     sse-join p=0.01                    the line between it and the next is
 *                                        missing: they arrive as one
 *     cut after=3 events                 nothing comes any more
 *     cut after=10k bytes                the same, in the midst of an event
 *     slow rate=1k                       bytes a second
 *     silence for=5s at=+10s             for so long nothing comes
 *     status=429 retry-after=1 times=2   where a tape answers: an exchange is
 *                                        refused so often before it is answered
 *
 * Which events: event=NAME, at=seq:N, at=exchange:N or at=+TIME (the first at
 * or behind that time of the tape), after=N (not the first N of those),
 * p=CHANCE; all that are given must hold. Source: docs/replay.md.
 */
#ifndef REPLAYER_FAULT_RULE_H
#define REPLAYER_FAULT_RULE_H

#include "core/buf.h"
#include "core/error.h"
#include "core/event.h"
#include "core/rand.h"

#include <stdbool.h>

#define PLAY_FAULTS_MAX  64   /* rules */
#define PLAY_FAULT_TOLD  100  /* places that a rule remembers */
#define PLAY_FAULT_SHOWN 10   /* and how many of them are shown */
#define PLAY_FAULT_TIMES 1000 /* times=, by= of reorder, bytes= at most */

enum play_fault_kind {
    PLAY_FAULT_DROP,
    PLAY_FAULT_DUPLICATE,
    PLAY_FAULT_DELAY,
    PLAY_FAULT_REORDER,
    PLAY_FAULT_CORRUPT,
    PLAY_FAULT_UTF8_HALF,
    PLAY_FAULT_JSON_HALF,
    PLAY_FAULT_SSE_JOIN,
    PLAY_FAULT_CUT,
    PLAY_FAULT_SLOW,
    PLAY_FAULT_SILENCE,
    PLAY_FAULT_STATUS,
};

enum play_fault_at {
    PLAY_AT_ANY,
    PLAY_AT_SEQ,
    PLAY_AT_EXCHANGE,
    PLAY_AT_TIME,
};

struct play_fault_rule {
    enum play_fault_kind kind;
    const char *text;     /* as it was given; borrowed */
    struct td_bytes name; /* event=, of text; "" = any */
    enum play_fault_at at;
    uint64_t place;
    uint64_t after; /* events that are let pass, or bytes (cut) */
    bool bytes;     /* it is bytes */
    bool has_chance;
    double chance;   /* 0 to 1 */
    uint64_t amount; /* of the kind: ns, events, times, bytes, bytes a second */
    int status;      /* of PLAY_FAULT_STATUS */
    bool has_retry;  /* it tells when to try again */
    uint64_t retry;  /* in so many seconds */
    /* State. */
    struct play_fault_rule *whole; /* of which it is a branch; or NULL */
    bool off;                      /* nothing is done by this branch */
    struct td_rand rand;
    uint64_t passed; /* events or bytes that fit so far */
    bool spent;      /* at=+TIME has had its event; cut */
    uint64_t count;  /* how often it was done */
    uint64_t told[PLAY_FAULT_TOLD];
    bool by_exchange; /* told are exchanges, not sequence numbers */
};

/* Read one; text stays the caller's. Its random numbers are splitmix64 of seed
 * and number, so that no rule changes those of another. TD_USAGE.
 */
TD_MUST_CHECK enum td_code play_fault_read(struct play_fault_rule *rule,
                                           const char *text, uint64_t seed,
                                           uint64_t number,
                                           struct td_error *err);

/* The same rule for one exchange: it counts anew, and its random numbers are
 * those of the exchange, whenever that is asked for. A cut has its chance once.
 * What was done is told by the whole, which outlives it.
 */
struct play_fault_rule play_fault_branch(struct play_fault_rule *whole,
                                         uint64_t exchange);

/* Append "utf8-half", or "429". */
void play_fault_name(const struct play_fault_rule *rule, struct td_buf *out);

/* Is it the turn of this event? To be asked once for each, in order. */
bool play_fault_hits(struct play_fault_rule *rule, const struct td_event *ev);

/* It was done to that event. */
void play_fault_done(struct play_fault_rule *rule, const struct td_event *ev);

/* A number below n (not 0) of the rule's. */
uint64_t play_fault_random(struct play_fault_rule *rule, uint64_t n);

#endif
