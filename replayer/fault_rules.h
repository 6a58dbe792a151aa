/* replayer/fault_rules.h - the faults of a replay: their rules, and what became
 * of them.
 */
#ifndef REPLAYER_FAULT_RULES_H
#define REPLAYER_FAULT_RULES_H

#include "core/json_writer.h"
#include "replayer/fault_rule.h"

struct play_fault_rules;

struct play_fault_options {
    const char *const *specs; /* end with NULL; borrowed for good */
    uint64_t seed;
    bool answers; /* requests are answered, so that they may be refused */
};

/* TD_USAGE: a rule that is none. */
TD_MUST_CHECK enum td_code
play_fault_rules_new(struct play_fault_rules **out,
                     const struct play_fault_options *options,
                     struct td_error *err);
void play_fault_rules_free(struct play_fault_rules *rules); /* NULL is fine */

/* All of them, with their state. */
struct play_fault_rule *play_fault_rules_list(struct play_fault_rules *rules,
                                              size_t *count);

/* Which rules refuse an exchange, a bit each; request is its line of the tape.
 * To be asked once for each exchange, in order.
 */
uint64_t play_fault_rules_choose(struct play_fault_rules *rules,
                                 const struct td_event *request);

/* The refusal of an exchange that was refused `before` times by those rules,
 * told; NULL: it is answered.
 */
const struct play_fault_rule *
play_fault_rules_refuse(struct play_fault_rules *rules, uint64_t chosen,
                        uint64_t before, const struct td_event *request);

/* "faults (seed 7): 2 x drop (#3, #9), 0 x cut", LF; as JSON an object `key`:
 * {"seed":N,"list":[{"fault":"drop p=0.1","count":N,"events":[3,9]}]}; cut and
 * status have "exchanges" where there are some.
 */
void play_fault_rules_say(const struct play_fault_rules *rules,
                          struct td_buf *out);
void play_fault_rules_json(const struct play_fault_rules *rules,
                           struct td_json_writer *w, const char *key);

#endif
