/* tape/provenance.h - what a tape that is made of tapes takes over from theirs.
 *
 * Where it came from, what was redacted, how it was recorded, what was noted
 * and which contract held: a part of a tape is no less redacted than the whole.
 */
#ifndef TAPE_PROVENANCE_H
#define TAPE_PROVENANCE_H

#include "core/buf.h"
#include "core/error.h"

/* What it is made of. */
struct tape_parents {
    const struct td_bytes *headers; /* of the tapes, JSON objects; "" = none */
    size_t count;
    uint64_t start_ns;         /* the wall clock at which the new tape begins */
    struct td_bytes redaction; /* of events on the way, an object; "" = none */
};

/* Append a whole header line (docs/tape-format.md, section 2), without LF, with
 * an id of its own. What all tapes say alike is taken over as it stands. Where
 * they differ the sources are joined by ", ", and an object becomes
 * {"of":[..]}, one entry a tape, null for none; contracts that differ are left
 * out. A redaction on the way has what was redacted already as its member
 * "before". recorder is the program that makes it, UTF-8 without " and \.
 * TD_OK or TD_LIMIT.
 */
TD_MUST_CHECK enum td_code tape_provenance(struct td_buf *out,
                                           const struct tape_parents *parents,
                                           const char *recorder);

#endif
