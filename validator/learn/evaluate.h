/* validator/learn/evaluate.h - how good a contract is that is learned of some
 * runs: each run is held out once, the contract of the others is to accept it,
 * and to refuse it with a fault.
 *
 * Faults are drawn from a fixed seed. One that leaves a good run (a note that
 * is missing) is not caught by a contract that is right, so that less than all
 * is no failure by itself.
 */
#ifndef VALIDATOR_LEARN_EVALUATE_H
#define VALIDATOR_LEARN_EVALUATE_H

#include "validator/learn/write.h"

#define LEARN_FOLDS      5     /* runs that are held out, at most */
#define LEARN_TRIALS     20    /* faults of a kind in each, at most */
#define LEARN_RUN_MAX    20000 /* messages of a run */
#define LEARN_MISSES_MAX 3

/* X(name, text): faults. */
#define LEARN_FAULTS(X)                                                        \
    X(DROP, "drop")           /* a message is missing */                       \
    X(DUPLICATE, "duplicate") /* it comes twice */                             \
    X(REORDER, "reorder")     /* it comes in the place of a later one */       \
    X(NUMBER, "number")       /* a number is one more */                       \
    X(RENAME, "rename")       /* a member has another name */

enum learn_fault {
#define LEARN_FAULT_ENUM(name, text) LEARN_FAULT_##name,
    LEARN_FAULTS(LEARN_FAULT_ENUM)
#undef LEARN_FAULT_ENUM
        LEARN_FAULTS_LEN
};

/* Its word. */
const char *learn_fault_text(enum learn_fault fault);

struct learn_miss {
    enum learn_fault fault;
    uint32_t tape;
    uint64_t seq;
};

struct learn_score {
    uint32_t held; /* runs that were held out */
    uint32_t accepted;
    uint32_t refused[LEARN_FOLDS]; /* the tapes that were not */
    uint32_t tried[LEARN_FAULTS_LEN];
    uint32_t caught[LEARN_FAULTS_LEN];
    struct learn_miss misses[LEARN_MISSES_MAX]; /* the first */
    uint32_t misses_len;
};

/* At least two paths, of files. TD_USAGE: fewer; TD_LIMIT: a run is too long;
 * else as audit_gather().
 */
struct learn_evaluation {
    const char *const *paths;
    uint32_t paths_len;
    const char *name; /* pointer of the name, or NULL */
    enum learn_strictness strictness;
};
TD_MUST_CHECK enum td_code learn_evaluate(struct learn_score *out,
                                          const struct learn_evaluation *what,
                                          struct td_error *err);

#endif
