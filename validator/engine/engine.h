/* validator/engine/engine.h - the rules of a contract over the messages of a
 * stream.
 *
 * What a rule remembers is in states: one for each key that lives, or one. A
 * contract with stream.key is many streams in one; each has its own states.
 * Work per message is constant for each rule that looks at its event.
 */
#ifndef VALIDATOR_ENGINE_ENGINE_H
#define VALIDATOR_ENGINE_ENGINE_H

#include "validator/engine/run.h"
#include "validator/rule/ruleset.h"

#define CHECK_STREAMS_MAX 100000 /* values of stream.key */

struct check_engine;

struct check_engine_options {
    const char *dialect;         /* NULL: none is chosen */
    const char *const *profiles; /* those that are chosen; NULL: none */
};

/* Rule i of the contract is rule first + i of the verdict. All is borrowed. */
struct check_engine *check_engine_new(const struct check_ruleset *set,
                                      struct check_verdict *verdict,
                                      uint32_t first,
                                      const struct check_engine_options *how);
/* NULL is fine. */
void check_engine_free(struct check_engine *engine);

/* The next message; sets its number and clock. */
void check_engine_message(struct check_engine *engine, struct check_message *m);

/* The stream is over; cut: it may go on where we cannot see it. Settles the
 * outcome of every rule.
 */
void check_engine_end(struct check_engine *engine, bool cut);

#endif
