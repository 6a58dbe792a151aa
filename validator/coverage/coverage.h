/* validator/coverage/coverage.h - what of a contract a set of streams has put
 * to the test.
 *
 * Source: docs/audit.md, "Coverage". A rule counts if it had something to judge
 * on one of the streams; an event and a field if it came, and a value that a
 * schema lists (`enum`, `const`) likewise; an alternative of `oneOf` or
 * `anyOf`, in files that schemas refer to as well, if a value was valid by it.
 * A channel of an event counts, where one of the streams is a tape, if it came
 * there.
 * A state, and a transition that a rule allows, counts if it came. If mutants
 * are asked for, a rule counts once more if it can fail on streams like these
 * (mutants.h). Fields are those that schemas name (validator/audit/declare.h).
 */
#ifndef VALIDATOR_COVERAGE_COVERAGE_H
#define VALIDATOR_COVERAGE_COVERAGE_H

#include "core/arena.h"
#include "validator/audit/gather.h"
#include "validator/check/options.h"

/* X(name, text): what is counted. */
#define COVERAGE_PARTS(X)                                                      \
    X(RULES, "rules")                                                          \
    X(EVENTS, "events")                                                        \
    X(FIELDS, "fields")                                                        \
    X(VALUES, "values")                                                        \
    X(BRANCHES, "branches")       /* of oneOf and anyOf */                     \
    X(CHANNELS, "channels")       /* that events come on */                    \
    X(STATES, "states")           /* of rules of that verb */                  \
    X(TRANSITIONS, "transitions") /* that they allow */                        \
    X(MUTANTS, "mutants")         /* rules that one of them fails */

enum coverage_part_kind {
#define COVERAGE_PART_ENUM(name, text) COVERAGE_##name,
    COVERAGE_PARTS(COVERAGE_PART_ENUM)
#undef COVERAGE_PART_ENUM
        COVERAGE_PARTS_LEN
};

/* Its word. */
const char *coverage_part_text(enum coverage_part_kind kind);

struct coverage_part {
    uint32_t all;
    uint32_t seen;
    const char **missing; /* in the order of the contract */
    uint32_t missing_len;
};

/* What a rule with states allows, and what of it came. */
struct coverage_moves {
    struct check_move *list;
    uint32_t len;
};

struct coverage {
    struct td_arena arena;
    struct audit_tapes tapes;
    struct audit_tapes unread; /* files that could not be, which do not count */
    struct audit_profile *profile;  /* of the streams */
    struct audit_profile *declared; /* of the contract */
    struct coverage_part parts[COVERAGE_PARTS_LEN];
    uint64_t *judged; /* by rule of the contract: times on all streams */
    struct coverage_moves *moves; /* by rule */
    uint32_t failed;              /* streams that do not keep the contract */
    uint32_t mutants_few; /* mutants, where long streams left room for fewer
                             than are tried; else 0 */
};

/* how->contract is set; the paths are files. Release also after an error: as
 * audit_gather_readable().
 */
TD_MUST_CHECK enum td_code coverage_run(struct coverage *out,
                                        const struct check_options *how,
                                        const char *const *paths,
                                        uint32_t paths_len, bool mutants,
                                        struct td_error *err);
/* Frees everything; it is empty. */
void coverage_release(struct coverage *coverage);

/* Parts of a thousand that were seen, of all there is, rounded down; 1000 of a
 * contract that says nothing.
 */
uint32_t coverage_share(const struct coverage *coverage);

#endif
