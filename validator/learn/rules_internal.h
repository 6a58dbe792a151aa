/* validator/learn/rules_internal.h - what the files that write rules share. */
#ifndef VALIDATOR_LEARN_RULES_INTERNAL_H
#define VALIDATOR_LEARN_RULES_INTERNAL_H

#include "validator/learn/write.h"

/* What is enough evidence. */
struct learn_evidence {
    uint32_t steps;  /* values that had one before them, to go one way */
    uint32_t tapes;  /* that have a rule about the whole */
    uint32_t texts;  /* of a field that must be known: it is no choice */
    uint32_t values; /* different ones, to be unique or known */
    uint32_t sums;   /* messages that arithmetic held in */
    uint32_t varied; /* of them with another left side */
    uint32_t bits;   /* of chance that these had */
    uint32_t rises;  /* steps up */
    uint32_t luck;   /* equal texts that chance would have made */
    uint32_t order;  /* bits of chance that one event came before another */
};

/* An order of events (mine.h) as an expression. */
struct learn_told {
    const struct learn_order *order;
    struct learn_graph graph;
    struct td_buf text;
    bool written; /* its evidence is enough */
    bool again;   /* another key of the same events says the same */
};

struct learn_rules {
    struct td_buf *out;
    const struct learn_mine *mine;
    struct learn_evidence least;
    struct learn_left left;
    struct learn_set ids;   /* that are taken */
    struct learn_set timed; /* pairs of events with a rule of their time */
    struct learn_told *told;
    uint32_t told_len;
    bool any;
};

/* Begin a rule: its id is made of an event, a field and a verb, which may be
 * "". End it; the evidence as printf().
 */
void learn_rule_begin(struct learn_rules *r, const char *event,
                      const char *field, const char *verb);
void learn_rule_end(struct learn_rules *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Append `before` and a value, in quotes if YAML needs them. */
void learn_put(struct learn_rules *r, const char *before, const char *text);

/* Each value of `open` is once in it, and then once in `close`; both are fields
 * of mine. With that each event of one has one of the other.
 */
bool learn_rules_balance(const struct learn_rules *r, uint32_t open,
                         uint32_t close);

/* Which orders are told, to be asked by the others; then write them. */
void learn_told_find(struct learn_rules *r);
void learn_told_release(struct learn_rules *r);
void learn_write_orders(struct learn_rules *r);
void learn_write_turns(struct learn_rules *r);

/* The rule that a duration is kept: twice what it took, rounded up. */
void learn_write_within(struct learn_rules *r, const char *by,
                        const char *const names[2],
                        const struct learn_took *took);

/* The order of all events is told. */
bool learn_told_whole(const struct learn_rules *r);
/* Of an order that is told follows: a value is once in the field; a's value was
 * in b before, or comes in it behind; what b opens, a closes.
 */
bool learn_told_unique(const struct learn_rules *r, uint32_t field);
bool learn_told_known(const struct learn_rules *r, uint32_t a, uint32_t b);
bool learn_told_closes(const struct learn_rules *r, uint32_t a, uint32_t b);
/* One event came before another, or comes behind it, whatever their keys. */
bool learn_told_before(const struct learn_rules *r, uint32_t a, uint32_t b);
bool learn_told_answers(const struct learn_rules *r, uint32_t a, uint32_t b);

/* Write what follows what, if that says enough. */
void learn_write_moves(struct learn_rules *r, const struct learn_moves *m);

#endif
