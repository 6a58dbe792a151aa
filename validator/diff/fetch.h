/* validator/diff/fetch.h - the messages that findings are about, read again. */
#ifndef VALIDATOR_DIFF_FETCH_H
#define VALIDATOR_DIFF_FETCH_H

#include "validator/diff/diff.h"

#define DIFF_FETCH_BYTES ((size_t)64 << 20) /* of messages that are kept */

struct diff_fetch;

/* Read those of the first `findings` findings, and the neighbours of those that
 * are missing or extra. As diff_source_next(); TD_FORMAT if a file is not what
 * it was. Free also after an error.
 */
TD_MUST_CHECK enum td_code diff_fetch_new(struct diff_fetch **out,
                                          const struct diff *diff,
                                          uint32_t findings,
                                          struct td_error *err);
/* NULL is fine. */
void diff_fetch_free(struct diff_fetch *fetch);

/* A message by its item; NULL: it was not asked for, or there was no room. */
const struct diff_message *diff_fetch_get(const struct diff_fetch *fetch,
                                          int side, uint32_t item);

#endif
