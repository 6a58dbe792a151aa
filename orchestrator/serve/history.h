/* orchestrator/serve/history.h - the execution events of a journal, for
 * consoles that come late (replayer/history.h).
 *
 * Events are numbered by their own `seq`, which goes on over the segments of a
 * journal that was resumed; its other lines are passed over.
 */
#ifndef ORCHESTRATOR_SERVE_HISTORY_H
#define ORCHESTRATOR_SERVE_HISTORY_H

#include "replayer/history.h"

/* path: of the journal; borrowed. */
struct play_history serve_history(const char *path);

/* A journal to be read from somewhere before that event, or right at it: not
 * far before, where the tape allows that, so that who has nearly all of a long
 * one holds nobody up. After an error *out is NULL, or to be closed. Codes of
 * tape_reader_open(). */
struct tape_reader;
TD_MUST_CHECK enum td_code serve_history_open(struct tape_reader **out,
                                              const char *journal, uint64_t seq,
                                              struct td_error *err);

/* The `seq` of an envelope, which stands at its end; 0: it has none. */
uint64_t serve_seq_of(struct td_bytes envelope);

#endif
