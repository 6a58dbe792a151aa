/* validator/verb/bound.h - the ends of what a count may be: numbers, what an
 * event says (EVENT.FIELD), or an expression over the past. Source:
 * docs/contract.md, "Rules", count.
 *
 * What events say is heard through shared roles, so it is of the whole stream;
 * with `by` what an event with the key says is the key's own, and only what
 * comes without a key is of all. The same of what expressions ask, one by one.
 */
#ifndef VALIDATOR_VERB_BOUND_H
#define VALIDATOR_VERB_BOUND_H

#include "validator/engine/run.h"
#include "validator/expr/aggregate.h"
#include "validator/expr/expr.h"
#include "validator/rule/read.h"

/* One end. */
struct check_bound {
    bool set;
    uint64_t number;         /* if it has neither role nor expression */
    uint32_t role;           /* 0, or the event that says it */
    uint32_t own;            /* with `by`: role of the same, with the key */
    uint32_t field;          /* of that event */
    struct check_expr *expr; /* NULL, or what it is calculated by */
};

/* Of a rule; part of its body. */
struct check_bounds {
    struct check_bound low;
    struct check_bound high;
    bool same; /* there is one, `high`, for both */
    struct check_aggregates *aggregates;
    uint32_t asks;     /* role of what the tallies listen to, or 0 */
    uint32_t asks_own; /* with `by`: role of the same, with the key */
};

/* What an event has said last. */
struct check_said {
    struct check_seen by;
    struct td_buf text;
};

/* What a key has heard: part of the rule's state. */
struct check_bounds_own {
    struct check_said low;
    struct check_said high;
    struct check_aggregate *aggregate; /* NULL: nothing was heard yet */
};

/* What is kept of a stream: the rule's shared state. */
struct check_bounds_heard {
    struct check_bounds_own said;
};

/* What the ends are by now; the low one is 0 if it was not given. */
struct check_range {
    struct schema_rational low;
    struct schema_rational high;
    bool has_high;
};

/* X(NAME): the keys. */
#define CHECK_BOUNDS_KEYS(X)                                                   \
    X("exactly") X("equals") X("at_most") X("at_least") X("between")

/* Read them from rule object `at`, which must have one of them; the rule hears
 * what they speak of. Release also after an error.
 */
TD_MUST_CHECK enum td_code check_bounds_load(struct check_bounds *b,
                                             struct check_rule *rule,
                                             struct check_loader *l,
                                             uint32_t at);
void check_bounds_release(struct check_bounds *b);

/* True if it is a number from the start. */
bool check_bound_is_fixed(const struct check_bound *bound);

/* A message with shared roles of the rule, for run->shared; one with roles of
 * rule->heard_roles, for the key.
 */
void check_bounds_hear(struct check_run *run, const struct check_message *m,
                       uint64_t roles, const struct check_bounds *b);
void check_bounds_hear_own(struct check_run *run, const struct check_message *m,
                           uint64_t roles, struct check_bounds_own *own);
void check_bounds_forget(struct check_bounds_heard *heard);
void check_bounds_forget_own(struct check_bounds_own *own);

/* What they are by now; false: that was not said. Release in any case. */
bool check_range_read(struct check_run *run, const struct check_bounds *b,
                      const struct check_bounds_own *own,
                      struct check_range *out);
void check_range_release(struct check_range *range);

/* True if n is within. */
bool check_range_take(const struct check_range *range, uint64_t n);

/* Append "between 1 and 3". */
void check_range_say(struct td_buf *out, const struct check_range *range);

/* Append where they are from, and who said so. */
void check_bounds_say(struct check_note *note, const struct check_bounds *b,
                      const struct check_bounds_own *own);

/* Put those of the rule into words: "at least 1 and at most 3". */
void check_bounds_write(const struct check_writer *s);

#endif
