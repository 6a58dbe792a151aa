/* validator/audit/remark.h - what is worth saying of a profile: by itself,
 * beside an older one, beside a contract.
 *
 * Each remark names the place, how many, and an event that shows it.
 */
#ifndef VALIDATOR_AUDIT_REMARK_H
#define VALIDATOR_AUDIT_REMARK_H

#include "core/arena.h"
#include "validator/audit/gather.h"

/* X(name, text, needs, what): by weight; needs: somebody has to look at it. */
#define AUDIT_REMARKS(X)                                                       \
    X(UNREAD, "unread", true, "a file could not be read")                      \
    X(RENAMED, "renamed", true, "one field went and another came")             \
    X(MOVED, "moved", true, "the same field, elsewhere")                       \
    X(REMOVED, "removed", true, "a field or an event went")                    \
    X(TWO_TYPES, "two-types", true, "one place, two types")                    \
    X(RETYPED, "retyped", true, "another type than before")                    \
    X(SECRET, "secret", true, "a value may be a secret")                       \
    X(TOO_LARGE, "too-large", true, "messages beyond their budget")            \
    X(DUPLICATE, "duplicate", true, "the same message came twice")             \
    X(NOT_JSON, "not-json", true, "some messages are JSON, some are not")      \
    X(UNDECLARED, "undeclared", false, "not in the contract")                  \
    X(NEVER_SEEN, "never-seen", false, "in the contract, not in the data")     \
    X(OPTIONAL, "optional-now", false, "was always there, and is not")         \
    X(PARTLY, "on-some-tapes", false, "of those with what it is in")           \
    X(VALUES, "new-values", false, "further values of a field with few")       \
    X(ADDED, "added", false, "a field or an event came")                       \
    X(RECURSIVE, "recursive", false, "a field stands in itself")               \
    X(KEYS, "keys-are-data", false, "names of members are values")             \
    X(LEFT_OUT, "left-out", false, "more than can be told")                    \
    X(SILENCE, "silence", false, "a silence that has ended or is not needed")

enum audit_remark_kind {
#define AUDIT_REMARK_ENUM(name, text, needs, what) AUDIT_REMARK_##name,
    AUDIT_REMARKS(AUDIT_REMARK_ENUM)
#undef AUDIT_REMARK_ENUM
        AUDIT_REMARKS_LEN
};

/* Its word; what it is, as a clause; whether somebody has to look. */
const char *audit_remark_text(enum audit_remark_kind kind);
const char *audit_remark_what(enum audit_remark_kind kind);
bool audit_remark_needs(enum audit_remark_kind kind);

struct audit_remark {
    enum audit_remark_kind kind;
    const char *event; /* its name; "" */
    const char *path;  /* "/data/path"; "" the message */
    const char *to;    /* of what was renamed or moved, else NULL */
    const char *text;  /* one clause: what, how many */
    bool shown;        /* by the event at the place; UNREAD: by its tape */
    bool in_old;       /* which is on the tapes it is compared with */
    struct audit_place place;
};

struct audit_remarks {
    struct td_arena arena;
    struct audit_remark *list; /* by weight, then by event and place */
    uint32_t len;
    uint32_t needs;    /* of them that somebody has to look at */
    uint32_t silenced; /* that were taken away */
};

/* What is looked at, and beside what; the last three may be NULL. Profiles are
 * closed.
 */
struct audit_sides {
    const struct audit_profile *profile;
    const struct audit_tapes *tapes;
    const struct audit_profile *old;
    const struct audit_profile *declared; /* validator/audit/declare.h */
    const struct audit_tapes *old_tapes;  /* of old, or NULL */
};

/* Append all there is to say; bring it into its order; release also what is
 * empty. */
void audit_remark(struct audit_remarks *out, const struct audit_sides *sides);
void audit_remarks_sort(struct audit_remarks *remarks);
void audit_remarks_release(struct audit_remarks *remarks);

#endif
