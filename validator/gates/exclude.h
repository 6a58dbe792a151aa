/* validator/gates/exclude.h - marks in source that take lines out of coverage.
 *
 * gcov tells all lines; lcov and gcovr leave out what is marked (lcov(1),
 * "Exclusion markers"): LCOV_EXCL_LINE its line, LCOV_EXCL_START and what
 * follows up to and without LCOV_EXCL_STOP; with EXCL_BR branches only. GCOV_
 * and GCOVR_ mean the same.
 */
#ifndef VALIDATOR_GATES_EXCLUDE_H
#define VALIDATOR_GATES_EXCLUDE_H

#include "core/arena.h"
#include "core/event.h"
#include "validator/verdict/document.h"

#include <stdbool.h>

struct gates_marked {
    struct verdict_range *list; /* in order */
    size_t len;
    size_t cap;
};

struct gates_excluded {
    struct gates_marked lines;
    struct gates_marked branches;
};

/* What a source marks; NULL if that is nothing. It lives as the arena does. */
const struct gates_excluded *gates_exclude(struct td_arena *arena,
                                           struct td_bytes source);

/* Is this line of it, or the branches in the line, left out? excluded may be
 * NULL.
 */
bool gates_excludes_line(const struct gates_excluded *excluded, uint64_t line);
bool gates_excludes_branches(const struct gates_excluded *excluded,
                             uint64_t line);

#endif
