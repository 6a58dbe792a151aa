/* converter/spool.h - events that come in any order, given back in order of
 * time; equal times in the order they came.
 *
 * Their lines (tape/line.h) wait in memory, beyond 8 MiB in a file without a
 * name in $TMPDIR (else /tmp); 24 bytes an event stay in memory.
 */
#ifndef CONVERTER_SPOOL_H
#define CONVERTER_SPOOL_H

#include "core/error.h"
#include "core/event.h"

struct conv_spool;

struct conv_spool *conv_spool_new(void);
void conv_spool_free(struct conv_spool *spool); /* NULL is fine */

/* Keep a copy. TD_LIMIT: more events, or a longer one, than can be; TD_IO. */
TD_MUST_CHECK enum td_code conv_spool_put(struct conv_spool *spool,
                                          const struct td_event *ev,
                                          struct td_error *err);

/* All have come. TD_IO. */
TD_MUST_CHECK enum td_code conv_spool_sort(struct conv_spool *spool,
                                           struct td_error *err);

/* The next one; its bytes live until the next call. TD_END. */
TD_MUST_CHECK enum td_code conv_spool_next(struct conv_spool *spool,
                                           struct td_event *ev,
                                           struct td_error *err);

#endif
