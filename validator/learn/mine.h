/* validator/learn/mine.h - rules that hold on every one of some good runs.
 *
 * Candidates come from templates over the events and fields of a profile; the
 * first message that speaks against one kills it. What is left has its support:
 * how many messages or tapes could have killed it and did not.
 *
 * Only fields that every event of the name has, of one kind, whose names are
 * plain words and that stand in no list take part; and events that have a name
 * without control characters, of at most 128 bytes.
 */
#ifndef VALIDATOR_LEARN_MINE_H
#define VALIDATOR_LEARN_MINE_H

#include "core/arena.h"
#include "validator/audit/gather.h"
#include "validator/learn/grammar.h"
#include "validator/learn/set.h"

#define LEARN_EVENTS_MAX  256
#define LEARN_FIELDS_MAX  1000
#define LEARN_NUMBERS_MAX 12 /* of one event, that arithmetic is tried on */
#define LEARN_SUMS_MAX    50000
#define LEARN_STATES      8 /* values of a field that goes from one to another */
#define LEARN_MOVES_MAX   200 /* fields, by a key each */
#define LEARN_TAGS        4
#define LEARN_OPTIONAL    32 /* members of an event that may be missing */
#define LEARN_NO_KEY      UINT32_MAX
#define LEARN_PAIRS_MAX   4000 /* of fields that may have the same values */
#define LEARN_TURNS       64   /* events, of which each two are compared */
#define LEARN_ORDERS_MAX  64   /* keys by which events are put in order */

/* A field with few texts: messages by its value, and of those how many have
 * each member that may be missing.
 */
struct learn_tag {
    uint32_t field;
    uint64_t totals[LEARN_STATES + 1];
    uint64_t counts[LEARN_STATES + 1][LEARN_OPTIONAL];
};

struct learn_event {
    const char *name;
    const char *said; /* as selectors have it: in quotes if it needs some */
    const char *term; /* as expressions have it: in quotes if it is no word */
    const struct audit_event *event;
    bool once;      /* one on each tape */
    bool first;     /* of each tape */
    bool last;      /* of each tape */
    uint64_t count; /* on this tape */
    uint32_t tapes; /* that have it */
    uint32_t *fields;
    uint32_t fields_len;
    uint32_t *pairs; /* of mine, whose a is here and was in a b before */
    uint32_t pairs_len;
    uint32_t sums_from; /* of mine, while tapes are read; those that hold */
    uint32_t sums_len;
    struct learn_tag *tags; /* one of which its members may depend on */
    uint32_t tags_len;
    const struct audit_node *optional[LEARN_OPTIONAL]; /* those members */
    uint32_t optional_len;
};

struct learn_field {
    const struct audit_node *node;
    const char *name; /* "a.b", from the data */
    uint32_t event;
    bool is_number;
    bool is_paired; /* with one whose values may be the same */
    /* Of the message at hand. */
    double n;
    int decimals;
    uint64_t print;
    /* Of this tape. */
    struct learn_set seen;
    bool any;
    double last_n;
    uint64_t last_print;
    /* Of all tapes: what has held so far. */
    bool unique;
    bool rising;     /* not decreasing */
    bool increasing; /* always greater */
    bool contiguous;
    bool has_from;
    double from;      /* the first of each tape, if contiguous */
    bool constant;    /* on each tape */
    uint64_t steps;   /* values that had one before them */
    uint64_t rises;   /* of them, that are greater */
    double twos;      /* of values of one tape, that could have been equal */
    uint64_t values;  /* different ones, tape by tape */
    uint32_t changes; /* tapes whose constant was not that of the one before */
    uint64_t old_print;
};

/* What is held equal. */
enum learn_shape {
    LEARN_SAME,    /* a == b */
    LEARN_SUM,     /* a == b + c, or + d */
    LEARN_PERCENT, /* a ~= 100 * b / c */
};

/* Arithmetic between fields of one event. */
struct learn_sum {
    enum learn_shape shape;
    uint32_t fields[4];
    uint32_t len;
    uint64_t support;
    uint64_t varied;  /* messages in which a was not what it was before */
    double bits;      /* of chance that there were in those */
    unsigned nonzero; /* a bit for each field that was not 0 once */
    double last;
};

/* Two fields of different events. */
struct learn_pair {
    uint32_t a;
    uint32_t b;
    bool before; /* each a was in a b before */
    bool within; /* each a is in a b of the tape */
    bool equal;  /* a is constant on each tape, and what b is */
};

/* The last value of one key on this tape. */
struct learn_state {
    uint64_t key;   /* 0: free */
    unsigned value; /* which of the field's texts */
};

/* Which value of a field follows which. */
struct learn_moves {
    uint32_t field;
    uint32_t by; /* a field of the same event, or LEARN_NO_KEY */
    uint64_t moves[LEARN_STATES][LEARN_STATES];
    unsigned starts; /* a bit for each value that was a first one */
    unsigned ends;   /* a last one */
    uint64_t keys;   /* of all tapes */
    unsigned kinds;  /* of moves */
    bool full;       /* too many keys or moves, or none: it says nothing */
    struct learn_state *states;
    uint32_t states_len;
    uint32_t states_cap;
};

/* The number of events of one name is what a field says. */
struct learn_count {
    uint32_t event;
    uint32_t field; /* of an event that is there once */
    uint32_t tapes;
    uint64_t last;
    uint32_t changes;
};

/* How long it took from one event to another. */
struct learn_took {
    uint64_t count;
    uint64_t least_ns;
    uint64_t most_ns;
};

/* Where one key is on this tape. */
struct learn_trace {
    uint64_t key; /* 0: free */
    uint32_t at;  /* the event that came last; LEARN_ALPHABET: none */
    uint64_t first_ns;
    uint64_t last_ns;
};

/* Which event comes right behind which, of those that have a field of one name,
 * for each value of it; or of all.
 */
struct learn_order {
    const char *by; /* NULL: of all */
    const char *names[LEARN_ALPHABET];
    uint32_t events[LEARN_ALPHABET];
    uint32_t fields[LEARN_ALPHABET];
    uint32_t len;
    /* The row len is the beginning, the column len the end. */
    uint64_t steps[LEARN_ALPHABET + 1][LEARN_ALPHABET + 1];
    uint32_t tapes[LEARN_ALPHABET + 1][LEARN_ALPHABET + 1]; /* with it */
    uint32_t latest[LEARN_ALPHABET + 1][LEARN_ALPHABET + 1];
    uint32_t kinds; /* of steps */
    uint64_t moves; /* steps that are no beginning */
    uint64_t keys;  /* of all tapes */
    uint32_t on;    /* tapes that have some */
    bool full;      /* too many keys, or nearly any order: it says nothing */
    struct learn_took took; /* from the first event of a key to its last */
    struct learn_trace *traces;
    uint32_t traces_len;
    uint32_t traces_cap;
};

/* Each two of the first events: a bit for each other one. */
struct learn_turns {
    uint32_t len;
    uint64_t came;               /* on this tape */
    uint64_t since[LEARN_TURNS]; /* came since the last of it, on this tape */
    uint64_t last_ns[LEARN_TURNS];
    /* On some tape it came: */
    uint64_t before[LEARN_TURNS]; /* before one of that */
    uint64_t again[LEARN_TURNS];  /* again, and none of that between */
    uint64_t left[LEARN_TURNS];   /* with none of that behind the last */
    uint64_t behind[LEARN_TURNS]; /* behind one of that */
    uint64_t all[LEARN_TURNS];    /* events of it, of all tapes */
    /* Bits of chance that all of one came before all of another. */
    double apart[LEARN_TURNS][LEARN_TURNS];
    struct learn_took took[LEARN_TURNS][LEARN_TURNS];
};

struct learn_mine {
    struct td_arena arena;
    struct audit_profile *profile;
    uint32_t tapes;
    struct learn_event events[LEARN_EVENTS_MAX];
    uint32_t events_len;
    struct learn_field *fields;
    uint32_t fields_len;
    struct learn_sum *sums;
    uint32_t sums_len;
    struct learn_pair *pairs;
    uint32_t pairs_len;
    struct learn_count *counts;
    uint32_t counts_len;
    struct learn_moves *moves;
    uint32_t moves_len;
    struct learn_order *orders;
    uint32_t orders_len;
    struct learn_turns turns;
    const char *data; /* pointer of the data */
    uint64_t at_ns;   /* of the message at hand; UINT64_MAX: not known */
    uint32_t present; /* of the optional ones of this message */
    uint32_t last_event;
    bool began;     /* a message came on this tape */
    bool all_known; /* no event is beyond LEARN_EVENTS_MAX or without a name
                       that takes part */
};

/* The profile is that of the tapes; data: the pointer of the data. */
struct learn_mine *learn_mine_new(struct audit_profile *profile,
                                  const char *data);
/* NULL is fine. */
void learn_mine_free(struct learn_mine *mine);

/* The field by which each member that may be missing is there always or never;
 * NULL: none.
 */
const struct learn_tag *learn_tags_decide(const struct learn_mine *mine,
                                          const struct learn_event *event);

/* Read all tapes again. As audit_read(). */
TD_MUST_CHECK enum td_code learn_mine_run(struct learn_mine *mine,
                                          struct audit_tapes *tapes,
                                          struct td_error *err);

#endif
