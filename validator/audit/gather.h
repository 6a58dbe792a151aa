/* validator/audit/gather.h - tapes and NDJSON, read into one profile.
 *
 * Messages are the plain events of a tape but for acks, or the lines of NDJSON
 * that are not blank. With several jobs each thread reads tapes, or the
 * events of a large one between two numbers, into a profile of its own; they
 * are merged in order, so the outcome is that of one thread. A tape that is not
 * what its index says is read in one piece.
 */
#ifndef VALIDATOR_AUDIT_GATHER_H
#define VALIDATOR_AUDIT_GATHER_H

#include "tape/reader.h"
#include "validator/audit/profile.h"
#include "validator/check/options.h"

#define AUDIT_JOBS_MAX 16

/* What was read of one file. */
struct audit_tape {
    const char *path; /* borrowed, of gather's caller or of owned */
    char *owned;      /* or NULL */
    bool is_tape;     /* or lines */
    uint64_t messages;
    uint64_t start_wall_ns; /* 0: not known */
    char *source;           /* escaped text as its header says, or NULL */
    struct tape_state state;
    struct td_error *failed; /* why it could not be read to its end, or NULL */
};

struct audit_tapes {
    struct audit_tape *list;
    uint32_t len;
};

struct audit_gather {
    const char *const *paths;
    uint32_t paths_len;
    const char *name;
    unsigned jobs;
    bool go_on; /* a file that cannot be read does not keep others from it */
    const struct check_options *how; /* events are those of its contract, told
                                        as a check does; or NULL: by name */
};

/* For `how` above: NULL if names are enough, so that nobody looks in vain. */
const struct check_options *audit_naming(const struct check_options *how);

/* Read all paths ("-" is stdin, once). name as in audit_profile_new(). Both
 * outcomes are to be freed, also after an error: TD_IO, TD_FORMAT (also a file
 * of lines without a message; a tape may have none), TD_LIMIT;
 * TD_USAGE for more than AUDIT_TAPES_MAX paths. With go_on it is an error if
 * no file could be read, that of the first; else each has its own in `failed`,
 * and what came before it is in the profile.
 */
TD_MUST_CHECK enum td_code audit_gather(const struct audit_gather *what,
                                        struct audit_profile **out,
                                        struct audit_tapes *tapes,
                                        struct td_error *err);

/* The same of those files that can be read to their end; the others are in
 * *unread, which is to be freed, too, and nothing of them is in the profile.
 */
TD_MUST_CHECK enum td_code
audit_gather_readable(const struct audit_gather *what,
                      struct audit_profile **out, struct audit_tapes *tapes,
                      struct audit_tapes *unread, struct td_error *err);

/* Read one of them again, which is a file: each message is put, with the view
 * that a check for how would have, if it is not NULL. As above; what
 * tape->source is then is to be freed.
 */
typedef void audit_put_fn(void *self, const struct audit_message *m);
struct audit_outlet {
    audit_put_fn *put;
    void *self;
    const struct check_options *how; /* or NULL */
};
TD_MUST_CHECK enum td_code audit_read(uint32_t number, struct audit_tape *tape,
                                      const struct audit_outlet *out,
                                      struct td_error *err);

/* Frees everything; it is empty. */
void audit_tapes_release(struct audit_tapes *tapes);

#endif
