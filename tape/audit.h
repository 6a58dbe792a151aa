/* tape/audit.h - do the fields, the index and the totals of a tape say what its
 * members hold?
 *
 * A reader needs none of them to give the right events, so it does not compare
 * them; whoever finds a place by them does need them. The scan tells of members
 * as it comes past them, the caller of the events and other lines that it reads
 * in between. Behind damage that the reader counts, index and totals are not
 * compared: they cannot be right any more. Source: docs/tape-format.md.
 */
#ifndef TAPE_AUDIT_H
#define TAPE_AUDIT_H

#include "core/event.h"
#include "tape/line.h"
#include "tape/member.h"

struct tape_state;
struct tape_audit;

/* Never NULL; tape_audit_free() takes it, NULL too. */
struct tape_audit *tape_audit_new(void);
void tape_audit_free(struct tape_audit *audit);

/* Told by the scan: a member of data at an offset of the file, whose text is
 * right. m is NULL if its fields are not; length is 0 if it may be open.
 */
void tape_audit_data(struct tape_audit *audit, uint64_t at,
                     const struct tape_member *m);

/* A member of index or footer with its bytes. */
void tape_audit_empty(struct tape_audit *audit, const struct tape_state *state,
                      uint64_t at, const struct tape_member *m,
                      struct td_bytes data);

/* Text in no member of ours. */
void tape_audit_stream(struct tape_audit *audit, uint64_t at);

/* Told by the caller: the event, or the other line, that was read. Lines come
 * without their LF.
 */
void tape_audit_event(struct tape_audit *audit, const struct td_event *ev,
                      struct td_bytes line);
void tape_audit_other(struct tape_audit *audit, const struct tape_state *state,
                      enum tape_line_kind kind, struct td_bytes line);

struct tape_audited {
    uint64_t heads;    /* members whose fields are not what they hold */
    uint64_t index;    /* index members and footers that say what is not so */
    uint64_t totals;   /* end lines that do not add up */
    const char *first; /* the first of them in words; NULL = none */
    uint64_t first_at; /* and its offset in the file */
};

/* When all was read. */
struct tape_audited tape_audit_finish(struct tape_audit *audit);

#endif
