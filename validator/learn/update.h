/* validator/learn/update.h - a contract that somebody has written, and what
 * further runs say of it.
 *
 * The text stays as it is, with its comments. Above what a run breaks stands
 * one line more, which the next update takes away again if it holds by then:
 *
 *     # no longer holds: runs/3.ndjson #19: expected 24, found 25
 *
 * Events that the contract does not have, and rules that held on all runs and
 * do not stand in it, are added at the end of their lists; a rule that stands
 * in a comment is one that was not wanted.
 */
#ifndef VALIDATOR_LEARN_UPDATE_H
#define VALIDATOR_LEARN_UPDATE_H

#include "validator/contract/contract.h"
#include "validator/learn/write.h"

struct learn_update {
    const char *path;                      /* of the contract */
    const struct check_contract *contract; /* that was read from it */
    const struct learn_writing *learned;   /* of the runs */
    struct audit_tapes *tapes;
};

/* What was done. */
struct learn_changes {
    uint32_t broken;     /* lines that no longer hold */
    uint32_t new_events; /* that were added */
    uint32_t new_rules;
    bool apart; /* the file's lists are no YAML blocks: what is new stands at
                   its end as comments */
};

/* Append the updated text. TD_USAGE: a contract as JSON, which has no comments;
 * else as audit_read().
 */
TD_MUST_CHECK enum td_code learn_update(struct td_buf *out,
                                        const struct learn_update *what,
                                        struct learn_changes *changes,
                                        struct td_error *err);

#endif
