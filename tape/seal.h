/* tape/seal.h - a torn tape gets its end, and its members stay as they are.
 *
 * For a tape that was read to its end and is whole but for its last member:
 * only that one is written again, with the end line, the index and the footer
 * behind it. What mends any tape, at the price of writing all of it, is
 * tape/rewrite.h.
 */
#ifndef TAPE_SEAL_H
#define TAPE_SEAL_H

#include "core/event.h"
#include "tape/name_counts.h"
#include "tape/state.h"

/* What the last segment has, noted by its reader. All zeroes is empty. */
struct tape_noted {
    uint64_t segment;
    uint64_t events;
    struct tape_counts names;
    struct tape_counts kinds;
};

/* Note an event of the segment of that number. */
void tape_note(struct tape_noted *noted, uint64_t segment,
               const struct td_event *ev);
void tape_noted_release(struct tape_noted *noted);

/* Seal the tape at path, all of whose events were noted; `state` is that of the
 * reader at its end. *sealed false: it is not torn so, or is another file than
 * the one that was read, and it is as it was. The sealed tape takes its place
 * when it is complete and on the disk; on an error too the tape is as it was.
 * *noted is to be released all the same. TD_IO: also if somebody is writing it.
 */
TD_MUST_CHECK enum td_code tape_seal(const char *path, struct tape_noted *noted,
                                     const struct tape_state *state,
                                     bool *sealed, struct td_error *err);

#endif
