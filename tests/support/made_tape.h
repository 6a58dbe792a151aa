/* tests/support/made_tape.h - tapes made from a list of events. */
#ifndef TESTS_SUPPORT_MADE_TAPE_H
#define TESTS_SUPPORT_MADE_TAPE_H

#include "core/event.h"

#include <stdbool.h>

/* One event of a tape; NULL texts are empty, but payload is {"n":INDEX}. */
struct made_event {
    uint64_t at_ns;
    const char *name;
    const char *payload; /* JSON */
    const char *kind;
    const char *id;
    bool in; /* got, not sent, by the system */
};

/* 2026-01-01 00:00 UTC */
#define MADE_TAPE_WALL UINT64_C(1767225600000000000)

/* Write a tape that starts wall_ns after MADE_TAPE_WALL, and return its path,
 * which lives as that of test_path(). Aborts on any error.
 */
const char *made_tape(const char *name, uint64_t wall_ns,
                      const struct made_event *events, size_t count);

/* The same with count events every step_ns, named "tick". */
const char *made_tape_ticks(const char *name, size_t count, uint64_t step_ns);

#endif
