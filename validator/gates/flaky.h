/* validator/gates/flaky.h - the list of tests that are known to be flaky.
 *
 *     flaky:
 *       - key: net > reconnects after a reset
 *         reason: the proxy is slow to give the port back
 *         owner: ann
 *         until: 2026-12-20
 *
 * Source: docs/gates.md, "Flaky tests".
 */
#ifndef VALIDATOR_GATES_FLAKY_H
#define VALIDATOR_GATES_FLAKY_H

#include "core/arena.h"
#include "core/error.h"

#include <stdbool.h>

struct gates_flaky_entry {
    const char *key;
    const char *reason;
    const char *owner;
    const char *until;
    bool spent; /* until has passed */
    bool met;   /* a flaky test has this key */
};

struct gates_flaky {
    struct td_arena arena;
    struct gates_flaky_entry *list;
    size_t len;
};

/* Read the list, a path below root. TD_IO, TD_USAGE, TD_LIMIT. */
TD_MUST_CHECK enum td_code gates_flaky_read(struct gates_flaky *flaky,
                                            const char *root, const char *path,
                                            const char *today,
                                            struct td_error *err);
void gates_flaky_release(struct gates_flaky *flaky);

/* Is it on the list, and has its time not passed? */
bool gates_flaky_knows(struct gates_flaky *flaky, const char *key);

/* What is wrong with the list: entries that expired or that no test was flaky
 * for; NULL: nothing. */
const char *gates_flaky_remark(const struct gates_flaky *flaky,
                               struct td_arena *arena);

#endif
