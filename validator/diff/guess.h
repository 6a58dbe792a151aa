/* validator/diff/guess.h - the identity of events of which the masks say none.
 *
 * From the first messages of both streams: a field whose name ends as those of
 * ids do, that all messages of the name have, whose values are unique in each
 * stream and mostly the same in both; or two fields that together are so.
 * Nothing is guessed where no field is.
 */
#ifndef VALIDATOR_DIFF_GUESS_H
#define VALIDATOR_DIFF_GUESS_H

#include "validator/diff/side.h"

#define DIFF_GUESS_MESSAGES 5000 /* of each stream that are looked at */

/* Set the identity of names of which nothing is said. paths: of two streams. */
TD_MUST_CHECK enum td_code diff_guess(const struct diff_setup *setup,
                                      const char *const *paths,
                                      struct td_error *err);

#endif
