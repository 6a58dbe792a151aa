/* validator/check/check.h - one stream against a schema and a contract: a
 * verdict.
 *
 *     check_new -> check_tape | check_line ... -> check_end
 *
 * Work per event is constant for each rule; memory does not grow with events.
 * With several jobs a thread takes a whole member of a tape, inflates it and
 * holds its messages to their schemas; of a pipe, text and lines, a batch of
 * messages. Threads take turns to show them to the rules: all in order, one
 * thread at a time, so that the verdict is the same.
 */
#ifndef VALIDATOR_CHECK_CHECK_H
#define VALIDATOR_CHECK_CHECK_H

#include "tape/reader.h"
#include "validator/check/options.h"

/* A check that runs. */
struct check;

/* Begin; what options point to outlives the check. input is its name. */
struct check *check_new(const struct check_options *options, const char *input);

/* NULL is fine; the verdict goes with it. */
void check_free(struct check *check);

/* For check_event(): the wall clock at the start of the recording, since 1970;
 * 0: nobody knows. check_tape() knows by itself.
 */
void check_began(struct check *check, uint64_t wall_ns);

/* The next event does not follow the last: it is of another recording, or what
 * was between them is not shown. check_tape() knows by itself.
 */
void check_skipped(struct check *check);

/* One event of a tape; what is no plain event only counts, and a message
 * without a name that is nothing but white space is none. Without schema and
 * contract a message may be any bytes. TD_OK, or TD_FAILED when fail_fast ends
 * the check.
 */
TD_MUST_CHECK enum td_code check_event(struct check *check,
                                       const struct td_event *ev);

/* One event of a live connection, which is on no tape: its number and time are
 * taken as they are.
 */
TD_MUST_CHECK enum td_code check_received(struct check *check,
                                          const struct td_event *ev);

/* One line of NDJSON, which is a message; lines of white space are passed over,
 * as the messages of a tape that are nothing else.
 */
TD_MUST_CHECK enum td_code check_line(struct check *check, uint64_t number,
                                      struct td_bytes line);

/* The same of a message that has a time, as on a tape. */
TD_MUST_CHECK enum td_code check_line_at(struct check *check, uint64_t number,
                                         uint64_t t_ns, struct td_bytes line);

/* A message that is neither: its number, the escaped name that a transport gave
 * it, or "". Not together with several jobs.
 */
TD_MUST_CHECK enum td_code check_message(struct check *check, uint64_t number,
                                         struct td_bytes name,
                                         struct td_bytes text);

/* Read a tape from where the reader is to its end: every event, then damage,
 * gaps, losses, and the totals of each end line. Numbers and times begin again
 * with each segment; the messages of all are one stream. TD_OK also when
 * fail_fast ended the check; TD_AGAIN when the reader follows a tape that has
 * not ended: call again; else the reader's error.
 */
TD_MUST_CHECK enum td_code check_tape(struct check *check,
                                      struct tape_reader *reader,
                                      struct td_error *err);

/* The command that shows event N of the input is before, N, after. */
void check_show(struct check *check, const char *before, const char *after);

/* The input broke off: what err says. Obligations stay open. */
void check_broken(struct check *check, const struct td_error *err);

/* What was found by now, before it is decided; lives as long as the check. */
const struct check_verdict *check_so_far(struct check *check);

/* Decide; the verdict lives as long as the check. */
const struct check_verdict *check_end(struct check *check);

#endif
