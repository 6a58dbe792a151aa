/* validator/rule.h - a rule verb, and a rule of a contract.
 *
 * A verb is one file with one `struct check_verb`; rule.c has the table. A rule
 * is read only after loading; what it remembers of a stream is in its state.
 */
#ifndef VALIDATOR_RULE_H
#define VALIDATOR_RULE_H

#include "core/jsonx.h"
#include "validator/decimal.h"
#include "validator/message.h"
#include "validator/verdict.h"

struct check_rule {
    const struct check_verb *verb;
    char *id;
    char *what; /* as it stands in the contract: "first: a" */
    enum check_level level;
    uint64_t max_report;    /* UINT64_MAX: not said */
    struct td_bytes target; /* event name; "*" is any; allocated */
    char *field;            /* monotonic: JSON Pointer into the data */
    uint64_t low;           /* count: bounds */
    uint64_t high;
    int direction; /* monotonic: 1 up, -1 down */
    bool strict;   /* monotonic: equal is wrong */
};

struct check_rule_state {
    uint64_t count;
    struct check_witness last; /* the last message that mattered */
    struct td_buf text;        /* its name, or its number */
};

/* What a verb's functions get. */
struct check_rule_run {
    const struct check_rule *rule;
    struct check_rule_state *state;
    struct check_verdict *verdict;
    uint32_t index; /* of the rule in the verdict */
};

struct check_verb {
    const char *name;
    const char *const *keys; /* its own keys beside the verb; ends with NULL */
    /* Read the keys of rule object `at`. */
    enum td_code (*load)(struct check_rule *rule, const struct td_jsonx *doc,
                         uint32_t at, struct td_error *err);
    void (*on_message)(struct check_rule_run *run,
                       const struct check_message *m);
    /* The stream is over; cut: it may go on where we cannot see it. */
    void (*on_end)(struct check_rule_run *run, bool cut);
};

extern const struct check_verb check_verb_first;
extern const struct check_verb check_verb_last;
extern const struct check_verb check_verb_count;
extern const struct check_verb check_verb_monotonic;

/* Read the rule at `at` of a contract. TD_USAGE. */
TD_MUST_CHECK enum td_code check_rule_load(struct check_rule *rule,
                                           const struct td_jsonx *doc,
                                           uint32_t at, struct td_error *err);
/* Frees what it owns. */
void check_rule_release(struct check_rule *rule);

/* True if the rule speaks of messages of this name. */
bool check_rule_targets(const struct check_rule *rule, struct td_bytes name);

/* A finding about message m (NULL: about the whole stream), with the message
 * remembered in the state as its first witness if it is one.
 */
void check_rule_find(struct check_rule_run *run, const struct check_message *m,
                     const char *path, const char *expected, const char *found);

/* Remember a message as witness. */
void check_rule_remember(struct check_rule_state *state,
                         const struct check_message *m);

/* The outcome of a rule that found nothing, and why. */
void check_rule_settle(struct check_rule_run *run, enum check_outcome outcome,
                       const char *reason);

#endif
