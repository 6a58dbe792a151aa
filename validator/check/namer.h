/* validator/check/namer.h - which event of a contract each message of a stream
 * is, as a check of it would say, and on which channel it came. Nothing is
 * judged.
 *
 * One stream and one thread have one.
 */
#ifndef VALIDATOR_CHECK_NAMER_H
#define VALIDATOR_CHECK_NAMER_H

#include "validator/check/inspect.h"

struct check_namer;

/* how->contract is set; how is borrowed. */
struct check_namer *check_namer_new(const struct check_options *how);

/* NULL is fine. */
void check_namer_free(struct check_namer *namer);

/* Whether events of the contract are told by more than the name that a message
 * has, so that it takes one of these to know them.
 */
bool check_namer_is_needed(const struct check_contract *contract);

/* Any event of a tape, in order; NULL: it is no message of its own. What was
 * seen is true until the next one, and as long as the payload.
 */
const struct check_view *check_namer_event(struct check_namer *namer,
                                           const struct td_event *ev);

/* A line of NDJSON. */
const struct check_view *check_namer_line(struct check_namer *namer,
                                          struct td_bytes line);

/* Where the last event came; NULL: nobody knows, or it is no address of the
 * contract.
 */
const struct check_channel *
check_namer_channel(const struct check_namer *namer);

#endif
