/* tests/support/naive.h - rules judged slowly and obviously: over the whole
 * list of events at once, as docs/contract.md says what they mean.
 *
 * Shares nothing with the engine: a rule is a struct here, its text for the
 * engine is made from it.
 */
#ifndef TESTS_SUPPORT_NAIVE_H
#define TESTS_SUPPORT_NAIVE_H

#include "core/buf.h"
#include "core/rand.h"

#include <stdbool.h>
#include <stdint.h>

#define NAIVE_LONGEST 12
#define NAIVE_NONE    (-1)

/* An event: its name is a to d; k, n and s may be missing. */
struct naive_item {
    char name;
    int k;     /* 0, 1 or NAIVE_NONE */
    int n;     /* 0 to 3, or NAIVE_NONE */
    int v;     /* 0 to 2 */
    char s;    /* p, q, r, z or 0 */
    int64_t t; /* ms, never less than before */
};

enum naive_filter { NAIVE_ALL, NAIVE_N_ABOVE_1, NAIVE_V_IS_1, NAIVE_S_OR_N };

/* NAME[FILTER]|NAME2; names are a to d or *, name2 may be 0. */
struct naive_pick {
    char name;
    enum naive_filter filter;
    char name2;
};

enum naive_scope {
    NAIVE_GLOBALLY,
    NAIVE_AFTER,
    NAIVE_BEFORE,
    NAIVE_BETWEEN,
    NAIVE_UNTIL,
};

/* X(name): each is judged by naive_NAME() */
#define NAIVE_VERBS(X)                                                         \
    X(first)                                                                   \
    X(last)                                                                    \
    X(count)                                                                   \
    X(absent)                                                                  \
    X(before)                                                                  \
    X(balanced)                                                                \
    X(response)                                                                \
    X(unique)                                                                  \
    X(no_duplicate)                                                            \
    X(requires)                                                                \
    X(monotonic)                                                               \
    X(step)                                                                    \
    X(contiguous)                                                              \
    X(constant)                                                                \
    X(on)                                                                      \
    X(sequence)                                                                \
    X(states)                                                                  \
    X(gap)                                                                     \
    X(latency)                                                                 \
    X(rate)

enum naive_verb {
#define NAIVE_ENUM(name) NAIVE_##name,
    NAIVE_VERBS(NAIVE_ENUM)
#undef NAIVE_ENUM
        NAIVE_VERBS_LEN,
};

struct naive_rule {
    enum naive_verb verb;
    struct naive_pick a;
    struct naive_pick b;
    struct naive_pick c;
    bool by;
    enum naive_scope scope;
    struct naive_pick opens;
    struct naive_pick closes;
    bool has_ends;
    struct naive_pick ends;
    bool skip;     /* missing: skip */
    bool sequence; /* clock: sequence */
    bool half;     /* mostly: 0.5 */
    bool has_low;
    bool has_high;
    int low;
    int high;
    bool flag;     /* of the verb: within, anchored, from, order any ... */
    bool flag2;    /* of the verb: strict ... */
    int mode;      /* of the verb: which kind, expression, sequence ... */
    int64_t limit; /* ms or messages */
    int percent;   /* 0, 50, 95 or 99 */
};

struct naive_verdict {
    unsigned total;  /* findings */
    unsigned judged; /* all that was held or not */
    bool open;
};

/* Durations of a rule, over all keys. */
struct naive_durations {
    int64_t list[NAIVE_LONGEST];
    unsigned len;
};

/* A stretch of the stream that a rule is judged on: messages of the key and
 * scope, by their index.
 */
struct naive_part {
    const struct naive_rule *rule;
    const struct naive_item *items; /* the whole stream */
    unsigned stream_len;
    int key; /* NAIVE_NONE: the rule has none */
    unsigned list[NAIVE_LONGEST];
    unsigned len;
    unsigned heard[NAIVE_LONGEST]; /* list, with what begins and ends it */
    unsigned heard_len;
    bool cut;     /* it may go on where nobody sees it */
    unsigned end; /* index of the message at its end */
    struct naive_durations *durations;
    struct naive_verdict *out;
};

/* True if the event is one of the pick. */
bool naive_picks(const struct naive_pick *pick, const struct naive_item *item);

/* A random rule that means something. */
void naive_random_rule(struct naive_rule *rule, struct td_rand *rand);

/* Append it as the keys of a rule of a contract. */
void naive_write_rule(struct td_buf *out, const struct naive_rule *rule);

/* A random stream of len events. */
unsigned naive_random_stream(struct naive_item items[NAIVE_LONGEST],
                             struct td_rand *rand);
/* Append an event as a line of NDJSON. */
void naive_write_item(struct td_buf *out, const struct naive_item *item);

/* Judge a stream. cut: it may go on. */
struct naive_verdict naive_judge(const struct naive_rule *rule,
                                 const struct naive_item *items, unsigned len,
                                 bool cut);

/* The verbs. */
#define NAIVE_DECLARE(name) void naive_##name(const struct naive_part *part);
NAIVE_VERBS(NAIVE_DECLARE)
#undef NAIVE_DECLARE

/* For verbs: once more it held, or did not. */
void naive_say(const struct naive_part *part, bool held);

/* For verbs: item i of the part. */
const struct naive_item *naive_at(const struct naive_part *part, unsigned i);

/* For verbs: what the last d up to message `upto` of the stream says, its n or
 * v: with `by` one of the key within the part or at its edges, else one without
 * a key.
 */
int naive_told(const struct naive_part *part, unsigned upto, bool n);

/* For verbs: the time of item i by the rule's clock, and that of the end. */
int64_t naive_time(const struct naive_part *part, unsigned i);
int64_t naive_end_time(const struct naive_part *part);

/* Texts that rules are made of, by mode; NULL ends the list. */
extern const char *const naive_expressions[];
extern const char *const naive_bounds[]; /* of count; 0: low and high */
extern const char *const naive_heard[];  /* events that each asks about */
extern const char *const naive_sequences[];
extern const char *const naive_machines[];

#endif
